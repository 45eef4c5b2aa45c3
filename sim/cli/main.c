/* SPDX-License-Identifier: MIT */
#include <stddef.h>

#include "cli/cmd_check.h"
#include "cli/cmd_image.h"
#include "cli/cmd_run.h"
#include "cli/commands.h"
#include "cli/options.h"

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
    return command_dispatch(&root, argc, argv);
}
