/* SPDX-License-Identifier: MIT */
/* The root of all command tables: `otalab` itself. */
#include "cli/root.h"

#include <stddef.h>

#include "cli/cmd_check.h"
#include "cli/cmd_completion.h"
#include "cli/cmd_estimate.h"
#include "cli/cmd_image.h"
#include "cli/cmd_lesson.h"
#include "cli/cmd_manifest.h"
#include "cli/cmd_run.h"

static const struct command *const commands[] = {
    &command_demo,       &command_tui,
    &command_run,        &command_replay,
    &command_sweep,      &command_merge,
    &command_shrink,     &command_check,
    &command_explain,    &command_image,
    &command_manifest,   &command_delta,
    &command_keys,       &command_provision,
    &command_inspect,    &command_pcap,
    &command_lesson,     &command_estimate,
    &command_compare,    &command_doctor,
    &command_completion, NULL,
};

static const struct command_example examples[] = {
    {"otalab demo", "watch three updates as they run"},
    {"otalab run ota-unplugged --record out",
     "run one of them and keep what it leaves"},
    {"otalab inspect out/ota-unplugged/flash.bin", "read that device's flash"},
    {0},
};

/* Handled by main.c. */
static const struct option_spec options[] = {
    {.name = "version", .help = "print the version"},
    {0},
};

const struct command command_root = {
    .name = "otalab",
    .summary = "firmware updates over the air, on real device programs in a "
               "simulated world",
    .options = options,
    .examples = examples,
    .subcommands = commands,
};
