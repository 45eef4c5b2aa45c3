/* SPDX-License-Identifier: MIT */
/*
 * The loop around the machines. Every CPU stands still whenever this code
 * runs; whoever is earliest, a device or something in the world, goes on, so
 * nothing comes before what it depends on.
 */
#include "engine/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/core.h"
#include "base/hex.h"
#include "engine/agenda.h"
#include "engine/case.h"
#include "engine/device.h"
#include "engine/emit.h"
#include "engine/ends.h"
#include "engine/expects.h"
#include "engine/listeners.h"
#include "engine/serve.h"
#include "engine/setup.h"
#include "engine/sinks.h"
#include "engine/steps.h"
#include "engine/verdict.h"

#include <mbedtls/version.h>

/* A boot takes no longer, trial and deadline apart. */
#define BOOT_NS 10000000000u
/* Boots in a row that may come to nothing: each of a trial leaves its mark in
 * the journal, which begins the count anew. */
#define BOOTS_IN_VAIN 2u

/* ---- the whole --------------------------------------------------------- */

/* Nothing is left to wait for: all is as it should. */
static bool settled(const struct run *run)
{
    if (run->world->stop || expects_broken(run)) {
        return true;
    }
    for (unsigned i = 0; i < run->devices; i++) {
        if (!device_settled(&run->device[i])) {
            return false;
        }
    }
    return steps_all_fired(run) && expects_met(run);
}

static bool too_many_resets(const struct run *run)
{
    for (unsigned i = 0; i < run->devices; i++) {
        if (run->world->device[i].boots >
            run->given->scenario->limit_resets + 1) {
            return true;
        }
    }
    return false;
}

static void check_limits(struct run *run)
{
    struct world *world = run->world;

    if (world->over || settled(run)) {
        world->over = true;
    } else if (run->options->interrupted != NULL &&
               *run->options->interrupted) {
        run->world->verdict = RUN_INTERRUPTED;
        world->over = true;
    } else if (too_many_resets(run)) {
        run->world->verdict = RUN_LIMIT;
        verdict_fail(run, (struct place){0, 0}, world->sequence,
                     "no more resets than limits: allow", "one more");
        world->over = true;
    } else if (world->now_ns >= run->given->scenario->limit_ns) {
        world->over = true;
    }
}

static struct device *earliest(struct run *run)
{
    struct device *first = &run->device[0];

    for (unsigned i = 1; i < run->devices; i++) {
        if (serve_next(&run->device[i]) < serve_next(first)) {
            first = &run->device[i];
        }
    }
    return first;
}

/* Nothing happens before the end. `next`: when something would. */
static void run_out(struct run *run, uint64_t next)
{
    if (next == BOARD_FOREVER) {
        run->world->stuck = true;
        run->world->over = true;
    } else {
        run->world->now_ns = run->given->scenario->limit_ns;
    }
}

/* One thing happens: in the world, or for a device. */
static int turn(struct run *run, struct diag *diag)
{
    struct device *device = earliest(run);
    uint64_t own = serve_next(device);
    uint64_t world = agenda_next(run);
    uint64_t now = own < world ? own : world;

    if (now > run->given->scenario->limit_ns) {
        run_out(run, now);
        return 0;
    }
    run->world->now_ns = now > run->world->now_ns ? now : run->world->now_ns;
    return world <= own ? agenda_happen(run, world, diag)
                        : serve_device(device, own, diag);
}

/* Who has the turn runs on. What a CPU shows while it runs makes steps due,
 * too: that it sleeps for good, for one, and then nothing else may follow. */
static int run_all(struct run *run, struct diag *diag)
{
    int err = 0;

    for (unsigned i = 0; i < run->devices && err == 0; i++) {
        err = device_run(&run->device[i], diag);
    }
    return err ? err : steps_carry_out(run, diag);
}

/* Turns from one word of progress to the next: some milliseconds. */
#define PROGRESS_TURNS 256u

static void say_progress(const struct run *run, uint32_t turns)
{
    if (run->options->progress != NULL && turns % PROGRESS_TURNS == 0) {
        run->options->progress(run->options->progress_context,
                               run->world->now_ns);
    }
}

static int loop(struct run *run, struct diag *diag)
{
    uint32_t turns = 0;
    int err = 0;

    for (check_limits(run); !run->world->over && err == 0; check_limits(run)) {
        err = turn(run, diag);
        say_progress(run, ++turns);
        err = err ? err : run_all(run, diag);
        expects_state(run);
    }
    return err;
}

/* A run that was ended in the middle of a boot says nothing about what would
 * have come of it: unless there have been too many without any work being
 * done, or it takes longer than any can. */
static bool is_booting(const struct device *device)
{
    const struct world_device *world = device->world;
    uint64_t longest = device->run->given->judged.policy.deadline_ns + BOOT_NS;
    uint64_t since = device->run->world->now_ns > world->boot_ns
                         ? device->run->world->now_ns - world->boot_ns
                         : 0;

    if (world->board.halted || world->wait == WAIT_LOST) {
        return false;
    }
    return world->quiet_boots <= BOOTS_IN_VAIN &&
           (world->board.reset_asserted || since <= longest);
}

/* Does it say anything that no image is at work now? */
static bool ends_dead(const struct device *device)
{
    const struct run *run = device->run;

    return (run->given->scenario->allow & ALLOW_BRICK) == 0 &&
           !run->world->stop && !expects_forbidden(run) &&
           !device->world->dead && !(is_booting(device) && !run->world->stuck);
}

static void judge(struct run *run)
{
    struct world *world = run->world;

    for (unsigned i = 0; i < run->devices; i++) {
        struct device *device = &run->device[i];
        struct oracle_view view = device_view(device);

        device_check_window(device);
        oracle_close(&device->world->oracle, &view);
        if (device->world->alive || ends_dead(device)) {
            oracle_finish(&device->world->oracle, &view, device->world->alive);
        }
    }
    ends_judge(run);
    if (world->verdict != RUN_LIMIT) {
        world->verdict = world->failures > 0 ? RUN_FAILED : RUN_PASSED;
    }
}

static void finish(struct run *run)
{
    if (run->world->verdict != RUN_INTERRUPTED) {
        judge(run);
    }
    emit_text(run, NULL, EVENT_END,
              run_verdict_name((enum run_verdict)run->world->verdict));
}

/* What is left of each device: flash and fuses. */
static void keep_devices(struct run *run)
{
    struct run_result *result = run->result;

    result->devices = run->devices;
    for (unsigned i = 0; i < run->devices; i++) {
        const struct world_device *device = &run->world->device[i];

        result->device[i].otp = device->board.otp;
        result->device[i].flash = malloc(sizeof device->board.flash);
        if (result->device[i].flash != NULL) {
            *result->device[i].flash = device->board.flash;
        }
        result->device[i].link[LINK_UP] = device->link.way[LINK_UP].counts;
        result->device[i].link[LINK_DOWN] = device->link.way[LINK_DOWN].counts;
        result->device[i].drained_uj = device->battery.drained_uj;
        result->rollbacks += device->oracle.rollbacks;
    }
}

static void keep_verdict(struct run *run)
{
    struct run_result *result = run->result;
    const struct world *world = run->world;

    result->verdict = (enum run_verdict)world->verdict;
    result->failures = world->failures;
    result->more_failures = world->more_failures;
    memcpy(result->failure, world->failure, sizeof result->failure);
    result->counts = world->counts;
    result->time_ns = world->now_ns;
    result->events = world->sequence;
    world_hash(world, result->world);
}

/* `whole`: it was recorded to its end. */
static void keep_evidence(struct run *run, bool whole)
{
    struct run_result *result = run->result;
    const struct device *first = &run->device[0];

    keep_verdict(run);
    keep_devices(run);
    result->token = run->given->token;
    if (first->machine != NULL) {
        result->stderr_text = strdup(machine_stderr(first->machine));
        snprintf(result->token.qemu, sizeof result->token.qemu, "%s",
                 machine_qemu_version(first->machine));
    }
    if (whole && result->verdict < RUN_ERROR) {
        uint8_t digest[32];

        recording_digest(&result->recording, digest);
        hex_short(digest, result->token.recording);
    }
}

/* Once there is a machine: a run that cannot begin has no story. */
static void say_title(const struct run *run)
{
    const struct run_options *options = run->options;

    if (options->story != NULL) {
        fprintf(options->story, "%s%s\n", options->apart ? "\n" : "",
                run->given->scenario->title);
    }
}

static int start(struct run *run, struct diag *diag)
{
    struct recording_header header = {
        .scenario = run->given->scenario->name,
        .seed = run->given->scenario->seed,
        .digests = run->given->digests,
        .tools = MBEDTLS_VERSION_STRING_FULL,
    };
    int err = recording_begin(&run->result->recording, &header);

    for (unsigned i = 0; i < run->devices && err == 0; i++) {
        err = device_start(&run->device[i], diag);
        if (err == 0 && i == 0) {
            say_title(run);
        }
        if (err == 0) {
            emit_numbers(&run->device[i], EVENT_POWER_ON, 0, 0, 0);
        }
    }
    return err ? err : run_all(run, diag);
}

static int play(struct run *run, struct diag *diag)
{
    int err = start(run, diag);

    if (err == 0) {
        err = loop(run, diag);
        if (err == 0) {
            finish(run);
        }
        keep_evidence(run, err == 0);
    }
    for (unsigned i = 0; i < run->devices; i++) {
        machine_stop(run->device[i].machine);
    }
    return err;
}

static int run_init(struct run *run, const struct run_case *given,
                    struct run_result *result, struct diag *diag)
{
    *run = (struct run){.given = given,
                        .options = given->options,
                        .result = result,
                        .world = calloc(1, sizeof *run->world)};
    if (run->world == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    sinks_init(run);
    listeners_join(run);
    return setup_world(run, diag);
}

int run_scenario(const struct scenario *scenario,
                 const struct run_options *options, struct run_result *result,
                 struct diag *diag)
{
    struct run_case given;
    struct run run = {.devices = 0};
    struct core core;

    memset(result, 0, sizeof *result);
    recording_init(&result->recording);
    core_hold(&core, CORE_HERE);
    int err = case_make(&given, scenario, options, diag);

    err = err ? err : run_init(&run, &given, result, diag);
    err = err ? err : play(&run, diag);
    result->verdict = err ? RUN_ERROR : result->verdict;
    free(run.world);
    case_free(&given);
    core_release(&core);
    return err;
}

int run_check(const struct scenario *scenario,
              const struct run_options *options, struct mistakes *mistakes,
              struct diag *diag)
{
    struct run_result result = {.verdict = RUN_ERROR};
    struct run_case given;
    struct run run = {.devices = 0};
    int err = case_make(&given, scenario, options, diag);

    err = err ? err : run_init(&run, &given, &result, diag);
    *mistakes = given.mistakes;
    free(run.world);
    case_free(&given);
    return err;
}
