/* SPDX-License-Identifier: MIT */
/* The loop around the machines. */
#include "engine/loop.h"

#include "engine/agenda.h"
#include "engine/checkpoint.h"
#include "engine/day.h"
#include "engine/device.h"
#include "engine/expects.h"
#include "engine/join.h"
#include "engine/pause.h"
#include "engine/serve.h"
#include "engine/steps.h"
#include "engine/verdict.h"

/* ---- the whole --------------------------------------------------------- */

/* Nothing is left to wait for: everything is as it should be. */
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

/* In a run with pauses, those since the last cut. */
static bool too_many_resets(const struct run *run)
{
    for (unsigned i = 0; i < run->devices; i++) {
        const struct world_device *device = &run->world->device[i];
        uint64_t before = run->world->pauses ? device->boots_cut : 0;

        if (device->boots - before >
            (uint64_t)run->given->scenario->limit_resets + 1u) {
            return true;
        }
    }
    return false;
}

static uint64_t limit_of(const struct run *run)
{
    return day_deadline(run->world, run->given->scenario->limit_ns);
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
                     "no more resets than limits.resets allows", "one more");
        world->over = true;
    } else if (world->now_ns >= limit_of(run)) {
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
        run->world->now_ns = limit_of(run);
    }
}

/* Give a real server time to answer before the next thing happens. */
static int listen(struct run *run, struct diag *diag)
{
    uint64_t own = serve_next(earliest(run));
    uint64_t world = agenda_next(run);
    uint64_t next = own < world ? own : world;

    return join_wait(run, next < limit_of(run) ? next : limit_of(run), diag);
}

/* One thing happens: in the world, or for a device. */
static int turn(struct run *run, struct diag *diag)
{
    struct device *device = earliest(run);
    uint64_t own = serve_next(device);
    uint64_t world = agenda_next(run);
    uint64_t now = own < world ? own : world;

    if (now > limit_of(run)) {
        run_out(run, now);
        return 0;
    }
    run->world->now_ns = now > run->world->now_ns ? now : run->world->now_ns;
    return world <= own ? agenda_happen(run, world, diag)
                        : serve_device(device, own, diag);
}

/* Run every device whose turn it is. This alone can make steps due (a CPU
 * asleep permanently, say), with no command to follow: carry them out here. */
static int run_all(struct run *run, struct diag *diag)
{
    int err = 0;

    for (unsigned i = 0; i < run->devices && err == 0; i++) {
        err = device_run(&run->device[i], diag);
    }
    return err ? err : steps_carry_out(run, diag);
}

/* Turns between two progress reports: some milliseconds. */
#define PROGRESS_TURNS 256u

static void say_progress(const struct run *run)
{
    if (run->options->progress != NULL &&
        run->world->turns % PROGRESS_TURNS == 0) {
        run->options->progress(run->options->progress_context,
                               run->world->now_ns);
    }
}

/* ---- points at which it stops -------------------------------------------- */

static bool any_in_reset(const struct run *run)
{
    for (unsigned i = 0; i < run->devices; i++) {
        if (device_in_reset(&run->device[i])) {
            return true;
        }
    }
    return false;
}

static bool reached(const struct run *run, const struct run_until *until)
{
    const struct world *world = run->world;

    switch (until->what) {
    case UNTIL_EVENT:
        return world->sequence >= until->sequence;
    case UNTIL_TIME:
        return world->now_ns >= until->time_ns;
    case UNTIL_MATCH:
        return run->seen;
    case UNTIL_RESET:
        return world->phase == PHASE_RUN && any_in_reset(run);
    case UNTIL_CHANGE:
        return world->phase == PHASE_RUN &&
               (world->changes > until->changes || any_in_reset(run));
    case UNTIL_TURN:
        return world->turns >= until->turns && world->phase == until->phase;
    default:
        return false;
    }
}

/* A turn is taken, and its devices have not run since; or the run is over. */
static int take_turn(struct run *run, struct diag *diag)
{
    check_limits(run);
    if (run->world->over) {
        return 0;
    }
    int err = join_is_live(run) ? listen(run, diag) : 0;

    err = err ? err : turn(run, diag);
    run->world->turns++;
    run->world->phase = PHASE_RUN;
    say_progress(run);
    err = err ? err : pause_take(run, diag);
    return err ? err : checkpoint_note(run, diag);
}

static int run_on(struct run *run, struct diag *diag)
{
    int err = run_all(run, diag);

    if (err == 0 && run->world->phase != PHASE_BEGIN) {
        expects_state(run);
    }
    run->world->phase = PHASE_TURN;
    return err;
}

/* Let the devices run that were stopped at the end of a turn. */
bool loop_over(const struct run *run)
{
    return run->world->over && run->world->phase == PHASE_TURN;
}

int loop_until(struct run *run, const struct run_until *until,
               struct diag *diag)
{
    int err = 0;

    run->wanted = until->what == UNTIL_MATCH ? &until->pattern : NULL;
    run->seen = false;
    do {
        err = run->world->phase == PHASE_TURN ? take_turn(run, diag)
                                              : run_on(run, diag);
    } while (err == 0 && !loop_over(run) && !reached(run, until));
    return err;
}
