/* SPDX-License-Identifier: MIT */
/* `otalab doctor`: what is needed, what was found, and how to get what is
 * missing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cmd_run.h"
#include "shell/options.h"
#include "base/paths.h"
#include "machine/machine.h"

static const struct command_example doctor_examples[] = {
    {"otalab doctor", "check the set-up"},
    {0},
};

/* Needed only to build device programs; an installed Otalab works without
 * them. */
static const struct {
    const char *program;
    const char *packages;
} build_tools[] = {
    {"arm-none-eabi-gcc", "gcc-arm-none-eabi libnewlib-arm-none-eabi"},
    {"dtc", "device-tree-compiler"},
};

static void say(const char *how, const char *what, const char *detail)
{
    printf("%-4s %-22s %s\n", how, what, detail);
}

static const char *verdict(bool good)
{
    return good ? "ok" : "NO";
}

static bool check_qemu(void)
{
    struct diag diag = {0};
    char version[32] = "";
    int err = machine_find_qemu(NULL, version, &diag);

    say(verdict(err == 0), "qemu-system-arm", err == 0 ? version : diag.text);
    return err == 0;
}

/* Get the first line that the program prints for --version. */
static bool ask_version(const char *program, char *line, size_t size)
{
    char command[128];

    snprintf(command, sizeof command, "%s --version 2>/dev/null", program);
    FILE *pipe = popen(command, "re");
    bool good = pipe != NULL && fgets(line, (int)size, pipe) != NULL;

    if (pipe != NULL) {
        good = pclose(pipe) == 0 && good;
    }
    line[strcspn(line, "\n")] = '\0';
    return good;
}

static bool check_program(const char *program, const char *packages,
                          bool needed)
{
    char line[160] = "";
    char detail[240];
    bool good = ask_version(program, line, sizeof line);

    snprintf(
        detail, sizeof detail, "%s%s%s", good ? line : "missing: ",
        good ? ""
        : needed
            ? "apt-get install "
            : "needed only to build your own device programs; apt-get install ",
        good ? "" : packages);
    say(good || needed ? verdict(good) : "-", program, detail);
    return good || !needed;
}

static bool check_files(struct locations *where)
{
    struct diag diag = {0};
    int err = paths_locate(NULL, where, &diag);
    bool scenarios = access(where->scenarios_else, R_OK) == 0;

    say(verdict(err == 0), "firmware and plugin",
        err == 0 ? where->firmware : diag.text);
    say(scenarios ? "ok" : "-", "scenarios by name",
        scenarios ? where->scenarios_else
                  : "only those in the folder scenarios/ here");
    return err == 0;
}

static int doctor_run(int argc, char **argv)
{
    struct options options;
    struct locations where = {0};
    int code = options_parse(&options, &command_doctor, argc, argv);

    if (code != OPTIONS_GO) {
        return code;
    }
    bool good = check_qemu();

    good &= check_files(&where);
    for (size_t i = 0; i < sizeof build_tools / sizeof build_tools[0]; i++) {
        good &= check_program(build_tools[i].program, build_tools[i].packages,
                              !where.installed);
    }
    printf("%s\n",
           good ? "all is well"
           : where.installed
               ? "something is missing; each line with NO says how to get it"
               : "something is missing; 'make deps' installs what it can");
    return good ? 0 : 3;
}

const struct command command_doctor = {
    .name = "doctor",
    .summary = "check that everything needed is installed",
    .run = doctor_run,
    .examples = doctor_examples,
    .description =
        "A line with NO says what is missing and how to get it; a line with - "
        "is optional. Exit code 0 if scenarios can run, 3 if not.",
};
