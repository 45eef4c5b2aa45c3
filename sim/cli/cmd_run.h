/* SPDX-License-Identifier: MIT */
/* The subcommands that run scenarios. */
#ifndef OTALAB_CLI_CMD_RUN_H
#define OTALAB_CLI_CMD_RUN_H

#include "shell/commands.h"

extern const struct command command_run;
extern const struct command command_replay;
extern const struct command command_demo;
extern const struct command command_doctor;

/* Options that every command which runs something has in common. */
#define OPTION_ROW_VERBOSE                                               \
    {                                                                    \
        .name = "verbose", .short_name = 'v', .help = "tell every event" \
    }
#define OPTION_ROW_COLOR                                             \
    {                                                                \
        .name = "color", .kind = OPTION_CHOICE,                      \
        .argument = "auto|always|never", .help = "colour the output" \
    }
#define OPTION_ROW_GDB                                              \
    {                                                               \
        .name = "gdb", .kind = OPTION_NUMBER, .argument = "PORT",   \
        .help = "wait for a debugger on this TCP port of localhost" \
    }
#define OPTION_ROW_FIRMWARE                                                  \
    {                                                                        \
        .name = "firmware", .kind = OPTION_FILE, .argument = "DIR",          \
        .help =                                                              \
            "device programs of your own; the usual ones stand in for what " \
            "it lacks"                                                       \
    }
#define OPTION_ROW_QEMU                                          \
    {                                                            \
        .name = "qemu", .kind = OPTION_FILE, .argument = "FILE", \
        .help = "another qemu-system-arm"                        \
    }

#endif
