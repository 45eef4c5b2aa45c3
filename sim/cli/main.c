/* SPDX-License-Identifier: MIT */
#include "cli/cmd_check.h"
#include "cli/cmd_image.h"
#include "cli/cmd_run.h"
#include "cli/commands.h"
#include "cli/options.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const struct command *const commands[] = {
    &command_demo,
    &command_run,
    &command_replay,
    &command_check,
    &command_explain,
    &command_image,
    &command_keys,
    &command_provision,
    &command_inspect,
    &command_doctor,
    NULL,
};

static const struct command_example examples[] = {
    {"otalab demo", "three updates, told as they run"},
    {"otalab run scenarios/ab-bad.yaml", "one scenario"},
    {"otalab inspect runs/ab-bad/flash.bin", "read a device's flash"},
    {0},
};

static const struct command root = {
    .name = "otalab",
    .summary = "firmware updates over the air, on real device programs in a "
               "simulated world",
    .examples = examples,
    .subcommands = commands,
};

int main(int argc, char **argv)
{
    int code = command_dispatch(&root, argc, argv);

    /* a full disk behind stdout must not look like a good run */
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "otalab: cannot write the output: %s\n",
                strerror(errno));
        return code != 0 ? code : 2;
    }
    return code;
}
