/* SPDX-License-Identifier: MIT */
/* What is needed, what is there, and the command that puts it right. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd_run.h"
#include "cli/options.h"
#include "cli/paths.h"
#include "machine/machine.h"

static const struct command_example doctor_examples[] = {
    {"otalab doctor", "look at the set-up"},
    {0},
};

static void say(bool good, const char *what, const char *detail)
{
    printf("%-4s %-22s %s\n", good ? "ok" : "NO", what, detail);
}

static bool check_qemu(void)
{
    struct diag diag = {0};
    char version[32] = "";
    int err = machine_find_qemu(NULL, version, &diag);

    say(err == 0, "qemu-system-arm", err == 0 ? version : diag.text);
    return err == 0;
}

static bool check_program(const char *program, const char *package)
{
    char command[128];
    char line[160] = "";
    char detail[200];

    snprintf(command, sizeof command, "%s --version 2>/dev/null", program);
    FILE *pipe = popen(command, "re");
    bool good = pipe != NULL && fgets(line, sizeof line, pipe) != NULL;
    if (pipe != NULL) {
        good = pclose(pipe) == 0 && good;
    }
    line[strcspn(line, "\n")] = '\0';
    snprintf(detail, sizeof detail, "%s%s",
             good ? line : "missing: apt-get install ", good ? "" : package);
    say(good, program, detail);
    return good;
}

static bool check_files(void)
{
    struct diag diag = {0};
    struct locations where;
    int err = paths_locate(NULL, &where, &diag);

    say(err == 0, "firmware and plugin", err == 0 ? where.firmware : diag.text);
    return err == 0;
}

static int doctor_run(int argc, char **argv)
{
    struct options options;
    int code = options_parse(&options, &command_doctor, argc, argv);

    if (code != OPTIONS_GO) {
        return code;
    }
    bool good = check_qemu();
    good &= check_program("arm-none-eabi-gcc",
                          "gcc-arm-none-eabi libnewlib-arm-none-eabi");
    good &= check_program("dtc", "device-tree-compiler");
    good &= check_files();
    printf("%s\n", good ? "all is well"
                        : "something is missing; 'make deps' installs what "
                          "it can");
    return good ? 0 : 3;
}

const struct command command_doctor = {
    .name = "doctor",
    .summary = "check that everything needed is there",
    .run = doctor_run,
    .examples = doctor_examples,
};
