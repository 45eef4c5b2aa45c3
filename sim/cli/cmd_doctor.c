/* SPDX-License-Identifier: MIT */
/* What is needed, what is there, and the command that puts it right. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cmd_run.h"
#include "shell/options.h"
#include "base/paths.h"
#include "machine/machine.h"

static const struct command_example doctor_examples[] = {
    {"otalab doctor", "look at the set-up"},
    {0},
};

/* Only building device programs needs these; who installed Otalab can do
 * without. */
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

/* The first line of what it says about its version. */
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

    snprintf(detail, sizeof detail, "%s%s%s", good ? line : "missing: ",
             good     ? ""
             : needed ? "apt-get install "
                      : "only to build device programs of your own; "
                        "apt-get install ",
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
                  : "only those of the folder scenarios/ here");
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
    printf("%s\n", good              ? "all is well"
                   : where.installed ? "something is missing; each line with "
                                       "NO says what helps"
                                     : "something is missing; 'make deps' "
                                       "installs what it can");
    return good ? 0 : 3;
}

const struct command command_doctor = {
    .name = "doctor",
    .summary = "check that everything needed is there",
    .run = doctor_run,
    .examples = doctor_examples,
    .description = "Every line with NO says what is missing and how to get "
                   "it; a line with - can be done without. Exit code 0 when "
                   "scenarios can run, 3 when not.",
};
