/* SPDX-License-Identifier: MIT */
/* Verdict and evidence of a run that is over. */
#include "engine/close.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "engine/device.h"
#include "engine/emit.h"
#include "engine/ends.h"
#include "engine/expects.h"
#include "engine/power.h"
#include "engine/verdict.h"

/* No boot takes longer, except for trial and deadline. */
#define BOOT_NS 10000000000u
/* How many boots in a row may achieve nothing: each boot of a trial writes the
 * journal, which restarts the count. */
#define BOOTS_IN_VAIN 2u

/* A run that ended in the middle of a boot says nothing about the outcome of
 * that boot, unless there were too many boots without any work being done, or
 * it takes longer than any boot can. */
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

/* Whether it matters that no image is doing its work now. */
static bool ends_dead(const struct device *device)
{
    const struct run *run = device->run;

    return (run->given->scenario->allow & ALLOW_BRICK) == 0 &&
           !run->world->stop && !expects_forbidden(run) &&
           !device->world->dead && !(is_booting(device) && !run->world->stuck);
}

static struct run_last last_of(const struct device *device)
{
    const struct world_device *world = device->world;
    const struct oracle_case *judged = &device->run->given->judged;
    uint32_t running = world->oracle.running;
    struct run_last last = {.halted = world->board.halted,
                            .confirmed = expects_confirmed(device),
                            .slot = world->oracle.journal_slot};

    if (world->alive && running != ORACLE_NONE) {
        last.works = judged->image[running].authentic;
        last.version = judged->image[running].version;
    }
    return last;
}

/* A device from a desk has to work in the end; the oracle may have said already
 * that it does not. */
static void judge_dump(struct run *run)
{
    struct world *world = run->world;

    if (world->failures == 0 && !last_of(&run->device[0]).works) {
        verdict_fail(run, (struct place){0, 0}, 0,
                     "an authentic image works in the end",
                     world->device[0].board.halted ? "the device has halted"
                                                   : "none does");
    }
    world->verdict = world->failures > 0 ? RUN_FAILED : RUN_PASSED;
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
    if (run->options->dump != NULL) {
        judge_dump(run);
    } else if (world->verdict != RUN_LIMIT) {
        world->verdict = world->failures > 0 ? RUN_FAILED : RUN_PASSED;
    }
}

void close_run(struct run *run)
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

        result->device[i].last = last_of(&run->device[i]);
        result->device[i].otp = device->board.otp;
        result->device[i].flash = malloc(sizeof device->board.flash);
        if (result->device[i].flash != NULL) {
            *result->device[i].flash = device->board.flash;
        }
        result->device[i].link[LINK_UP] = device->link.way[LINK_UP].counts;
        result->device[i].link[LINK_DOWN] = device->link.way[LINK_DOWN].counts;
        result->device[i].bill = device->bill;
        result->device[i].received = device->fetch.received;
        result->device[i].needed = device->fetch.needed;
        power_account(&run->device[i], run->world->now_ns,
                      &result->device[i].account);
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

/* `whole`: the recording is complete. */
void close_keep(struct run *run, bool whole)
{
    struct run_result *result = run->result;
    const struct device *first = &run->device[0];

    run_result_forget(result);
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
