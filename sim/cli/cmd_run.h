/* SPDX-License-Identifier: MIT */
/* The subcommands that run scenarios. */
#ifndef OTALAB_CLI_CMD_RUN_H
#define OTALAB_CLI_CMD_RUN_H

#include "shell/commands.h"

extern const struct command command_run;
extern const struct command command_replay;
extern const struct command command_demo;
extern const struct command command_tui;
extern const struct command command_doctor;
extern const struct command command_sweep;
extern const struct command command_compare;
extern const struct command command_merge;
extern const struct command command_shrink;
extern const struct command command_pcap;

/* Options shared by all commands that run something. */
#define OPTION_ROW_VERBOSE                                                \
    {                                                                     \
        .name = "verbose", .short_name = 'v', .help = "print every event" \
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
#define OPTION_ROW_FIRMWARE                                                \
    {                                                                      \
        .name = "firmware", .kind = OPTION_FILE, .argument = "DIR",        \
        .help = "take device programs from DIR; those missing there come " \
                "from the build"                                           \
    }
#define OPTION_ROW_NATIVE                                                  \
    {                                                                      \
        .name = "native",                                                  \
        .help = "no QEMU: run the device programs as compiled for the "    \
                "host, some hundred times as fast, with other times; one " \
                "device, no variants"                                      \
    }
#define OPTION_ROW_AS                                                       \
    {                                                                       \
        .name = "as", .kind = OPTION_TEXT, .argument = "WAY",               \
        .help = "update in another way than the scenario does: ab, "        \
                "ab-delta, recovery or unsafe; with -crash after it, what " \
                "is published crashes"                                      \
    }
#define OPTION_ROW_QEMU                                          \
    {                                                            \
        .name = "qemu", .kind = OPTION_FILE, .argument = "FILE", \
        .help = "use another qemu-system-arm"                    \
    }

#endif
