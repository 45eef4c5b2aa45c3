/* SPDX-License-Identifier: MIT */
/* `otalab sweep`: power is cut everywhere. */
#include "cli/cmd_run.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/core.h"
#include "base/interrupt.h"
#include "base/paths.h"
#include "engine/run.h"
#include "shell/options.h"
#include "sweep/sweep.h"

enum { DEPTH, OPS, SHARD, CHECK, SEED, FIRMWARE, QEMU };

static const struct option_spec sweep_options[] = {
    [DEPTH] = {.name = "depth",
               .kind = OPTION_TEXT,
               .argument = "N|closure",
               .help = "cut the recovery, too, up to N cuts in a row; closure: "
                       "until that leads to nothing new; default: 1"},
    [OPS] = {.name = "ops",
             .kind = OPTION_TEXT,
             .argument = "A..B",
             .help = "cut only at these positions of the clean run"},
    [SHARD] = {.name = "shard",
               .kind = OPTION_TEXT,
               .argument = "I/N",
               .help = "do only the I-th of N parts"},
    [CHECK] = {.name = "check",
               .kind = OPTION_NUMBER,
               .argument = "N",
               .help = "replay N cases from power-on; they must agree; "
                       "default: 4"},
    [SEED] = {.name = "seed",
              .kind = OPTION_NUMBER,
              .argument = "N",
              .help = "chooses these cases"},
    [FIRMWARE] = OPTION_ROW_FIRMWARE,
    [QEMU] = OPTION_ROW_QEMU,
    {0},
};

static void print(const struct sweep *sweep, uint64_t ms)
{
    static const char glyphs[] = " .oX";

    for (size_t i = 0; i < sweep->positions; i++) {
        putchar(glyphs[sweep_worst(&sweep->position[i])]);
        if (i % 80 == 79) {
            putchar('\n');
        }
    }
    putchar('\n');
    for (size_t i = 0; i < sweep->failures && i < 5; i++) {
        printf("FAIL %s\n  %s\n", sweep->failure[i].text,
               sweep->failure[i].token);
    }
    printf("%zu failures, positions %" PRIu64 ", cuts %" PRIu64 "/%" PRIu64
           ", nodes %" PRIu64 ", merged %" PRIu64 ", boots %" PRIu64
           ", open %" PRIu64 ", depth %u\n",
           sweep->failures, sweep->counts.positions, sweep->counts.delivered,
           sweep->counts.asked, sweep->counts.nodes, sweep->counts.merged,
           sweep->counts.boots, sweep->counts.open, sweep->depth);
    printf("checked %" PRIu64 ", differed %" PRIu64 " %s\n",
           sweep->counts.checked, sweep->counts.differed,
           sweep->differs != NULL ? sweep->differs : "");
    printf("%" PRIu64 " ms; boots/s %.1f, nodes/s %.1f, cuts/s %.1f; worst "
           "recovery %u boots, %.3f s\n",
           ms, 1000.0 * (double)sweep->counts.boots / (double)ms,
           1000.0 * (double)sweep->counts.nodes / (double)ms,
           1000.0 * (double)sweep->counts.asked / (double)ms,
           sweep->worst_boots, (double)sweep->worst_ns / 1e9);
}

static uint64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

static int sweep_main(int argc, char **argv)
{
    struct options options;
    struct paths paths = {.count = 0};
    struct locations where;
    struct scenario *scenario = NULL;
    struct diag diag = {.text = ""};
    struct core core;
    struct sweep sweep = {0};
    int code = options_parse(&options, &command_sweep, argc, argv);

    if (code != OPTIONS_GO) {
        return code;
    }
    int err = paths_locate(options.value[FIRMWARE].text, &where, &diag);

    err = err ? err : paths_add(&paths, options.arguments[0], &where, &diag);
    err = err ? err : scenario_read(paths.path[0], &scenario, &diag);
    struct run_options run = {.firmware = where.firmware,
                              .firmware_else = where.firmware_else,
                              .plugin = where.plugin,
                              .qemu = options.value[QEMU].text,
                              .interrupted = interrupt_watch()};
    const char *depth = options.value[DEPTH].text;
    struct sweep_options how = {.run = &run,
                                .depth = depth == NULL ? 1
                                         : strcmp(depth, "closure") == 0
                                             ? SWEEP_CLOSURE
                                             : (uint32_t)(depth[0] - '0'),
                                                        .first = 1,
                                .last = UINT32_MAX,
                                .shards = 1,
                                .check =
                                    options.value[CHECK].given
                                        ? (uint32_t)options.value[CHECK].number
                                        : 4};
    uint64_t begun = now_ms();

    core_hold(&core, CORE_HERE);
    err = err ? err : sweep_run(scenario, &how, &sweep, &diag);
    core_release(&core);
    if (err) {
        code = command_fail(&command_sweep, err, &diag);
    } else {
        print(&sweep, now_ms() - begun);
        code = sweep.failures > 0 ? 1 : 0;
    }
    sweep_free(&sweep);
    scenario_free(scenario);
    paths_free(&paths);
    return code;
}

static const struct command_example sweep_examples[] = {
    {"otalab sweep ota-small", "cut power once at every operation"},
    {0},
};

const struct command command_sweep = {
    .name = "sweep",
    .summary = "cut power at every operation of a scenario",
    .run = sweep_main,
    .options = sweep_options,
    .arguments = "SCENARIO",
    .arguments_min = 1,
    .arguments_max = 1,
    .completes = COMPLETES_SCENARIOS,
    .examples = sweep_examples,
};
