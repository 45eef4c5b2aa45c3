/* SPDX-License-Identifier: MIT */
/* Expectations during the run: they are told of every event, and check
 * states. */
#include "engine/expects.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/cause.h"
#include "engine/day.h"
#include "engine/device.h"
#include "engine/near.h"
#include "engine/steps.h"
#include "engine/verdict.h"
#include "oracle/decode.h"
#include "scenario/pattern.h"

/* ---- events ------------------------------------------------------------ */

static void never_seen(struct run *run, unsigned index,
                       const struct event *event)
{
    const struct expect *expect = &run->given->scenario->expect[index];
    char pattern[180];
    char expected[200];
    char seen[240];

    if (run->world->expect[index].broken) {
        return;
    }
    run->world->expect[index].broken = true;
    snprintf(expected, sizeof expected, "never %s",
             pattern_text(&expect->pattern, pattern, sizeof pattern));
    story_says(event, seen, sizeof seen);
    verdict_fail(run, expect->place, event->sequence, expected, seen);
}

/* `within` has passed: an event now comes too late. */
static bool too_late(const struct run *run, const struct expect *expect,
                     uint64_t now_ns)
{
    return expect->within_ns != 0 &&
           now_ns > day_deadline(run->world, expect->within_ns);
}

/* The event to name: the last one, or the first that was one too many. */
static void remember(const struct expect *expect, struct world_expect *state,
                     const struct event *event)
{
    if (expect->kind != EXPECT_COUNT || state->count <= expect->times.high ||
        state->count == expect->times.high + 1) {
        state->told = event->sequence;
        state->told_ns = event->time_ns;
    }
}

static void expect_event(struct run *run, unsigned index,
                         const struct event *event)
{
    const struct expect *expect = &run->given->scenario->expect[index];
    struct world_expect *state = &run->world->expect[index];

    if (!expect->has_event || state->met) {
        return;
    }
    if (!pattern_fits(&expect->pattern, event)) {
        near_note(&state->near, &expect->pattern, event);
        return;
    }
    uint32_t nth = expect->pattern.nth == 0 ? 1 : expect->pattern.nth;

    state->count++;
    remember(expect, state, event);
    if (expect->kind == EXPECT_NEVER && state->count >= nth) {
        never_seen(run, index, event);
    } else if (expect->kind == EXPECT_EVENTUALLY) {
        state->met =
            state->count >= nth && !too_late(run, expect, event->time_ns);
    }
}

void expects_event(struct run *run, const struct event *event)
{
    for (unsigned i = 0; i < run->given->scenario->expects; i++) {
        expect_event(run, i, event);
    }
}

bool expects_asked_for(const struct run *run, const struct event *event)
{
    for (unsigned i = 0; i < run->given->scenario->expects; i++) {
        const struct expect *expect = &run->given->scenario->expect[i];
        bool asks = expect->kind == EXPECT_COUNT ||
                    (expect->kind == EXPECT_EVENTUALLY && expect->has_event);

        if (asks && pattern_fits(&expect->pattern, event)) {
            return true;
        }
    }
    return false;
}

/* ---- states ------------------------------------------------------------ */

const char *expects_running(const struct device *device)
{
    uint32_t running = device->world->oracle.running;

    if (running == ORACLE_NONE || device->world->board.halted ||
        device->world->dead) {
        return "nothing";
    }
    return device->run->given->judged.image[running].name;
}

bool expects_confirmed(const struct device *device)
{
    return device->world->oracle.journal_slot != ORACLE_NONE &&
           device->world->oracle.journal_state == JOURNAL_CONFIRMED;
}

static bool state_holds(const struct device *device,
                        const struct expect *expect)
{
    if (expect->running[0] != '\0' &&
        (!device->world->alive ||
         strcmp(expect->running, expects_running(device)) != 0)) {
        return false;
    }
    if (expect->confirmed >= 0 &&
        expects_confirmed(device) != expect->confirmed) {
        return false;
    }
    return expect->halted < 0 ||
           device->world->board.halted == (expect->halted != 0);
}

bool expects_concern(const struct expect *expect, const struct device *device)
{
    return expect->device == 0 || expect->device == device->number;
}

/* Whether every device concerned has been in the expected state. */
static bool all_held(struct run *run, unsigned index)
{
    const struct expect *expect = &run->given->scenario->expect[index];
    struct world_expect *state = &run->world->expect[index];
    bool all = true;

    for (unsigned i = 0; i < run->devices; i++) {
        const struct device *device = &run->device[i];

        if (expects_concern(expect, device)) {
            state->held |= state_holds(device, expect) ? 1u << i : 0;
            all = all && (state->held & 1u << i) != 0;
        }
    }
    return all;
}

/* The first device concerned that has not. */
static const struct device *first_open(const struct run *run, unsigned index)
{
    const struct expect *expect = &run->given->scenario->expect[index];

    for (unsigned i = 0; i < run->devices; i++) {
        if (expects_concern(expect, &run->device[i]) &&
            (run->world->expect[index].held & 1u << i) == 0) {
            return &run->device[i];
        }
    }
    return &run->device[0];
}

const char *expects_device(const struct device *device, char *out, size_t size)
{
    out[0] = '\0';
    if (device->run->devices > 1) {
        snprintf(out, size, "device %u: ", device->number);
    }
    return out;
}

/* ---- an "eventually" that did not come --------------------------------- */

/* "running update, confirmed" */
static void state_wanted(const struct expect *expect, char *out, size_t size)
{
    static const char *const confirmed[] = {"", "not confirmed", "confirmed"};
    static const char *const halted[] = {"", "not halted", "halted"};
    const char *first = confirmed[expect->confirmed + 1];
    const char *second = halted[expect->halted + 1];
    bool running = expect->running[0] != '\0';

    snprintf(out, size, "%s%s%s%s%s%s", running ? "running " : "",
             expect->running, running && *first != '\0' ? ", " : "", first,
             (running || *first != '\0') && *second != '\0' ? ", " : "",
             second);
}

static struct run_failure *event_late(struct run *run, unsigned index,
                                      const char *within)
{
    const struct expect *expect = &run->given->scenario->expect[index];
    const struct world_expect *state = &run->world->expect[index];
    char pattern[160];
    char expected[200];
    char seen[200];
    char now[32];
    char last[32];

    pattern_text(&expect->pattern, pattern, sizeof pattern);
    snprintf(expected, sizeof expected, "%s within %s", pattern, within);
    verdict_time(run->world->now_ns, now, sizeof now);
    if (state->count == 0) {
        snprintf(seen, sizeof seen, "none of them by %s", now);
    } else {
        snprintf(seen, sizeof seen,
                 "%" PRIu64 " of them by %s, the last at %s (#%" PRIu64 ")",
                 state->count, now,
                 verdict_time(state->told_ns, last, sizeof last), state->told);
    }
    struct run_failure *failure =
        verdict_fail(run, expect->place, 0, expected, seen);

    near_text(&state->near, &expect->pattern, failure);
    return failure;
}

/* "running old since 4.976002 s, confirmed" */
static void state_seen(const struct device *device, char *out, size_t size)
{
    const struct world_device *world = device->world;
    bool entered = world->oracle.running != ORACLE_NONE && !world->dead &&
                   !world->board.halted;
    char name[32];
    char since[32];

    snprintf(out, size, "%srunning %s%s%s, %s%s%s",
             expects_device(device, name, sizeof name), expects_running(device),
             entered ? " since " : "",
             entered
                 ? verdict_time(world->oracle.entered_ns, since, sizeof since)
                 : "",
             expects_confirmed(device) ? "confirmed" : "not confirmed",
             world->board.halted ? ", halted" : "",
             steps_all_fired(device->run) ? "" : "; a step is still to come");
}

static struct run_failure *state_late(struct run *run, unsigned index,
                                      const char *within)
{
    const struct expect *expect = &run->given->scenario->expect[index];
    const struct device *device = first_open(run, index);
    char wanted[160];
    char expected[200];
    char seen[200];

    state_wanted(expect, wanted, sizeof wanted);
    snprintf(expected, sizeof expected, "%s within %s", wanted, within);
    state_seen(device, seen, sizeof seen);
    struct run_failure *failure =
        verdict_fail(run, expect->place, 0, expected, seen);
    if (failure != NULL) {
        cause_text(&device->world->cause, failure->because,
                   sizeof failure->because);
    }
    return failure;
}

struct run_failure *expects_late(struct run *run, unsigned index)
{
    const struct expect *expect = &run->given->scenario->expect[index];
    char within[32];

    event_time(expect->within_ns, within, sizeof within);
    run->world->expect[index].broken = true;
    return expect->has_event ? event_late(run, index, within)
                             : state_late(run, index, within);
}

/* ---- what cannot come any more ------------------------------------------ */

/* Whether the journal says that the image was refused or has failed. */
static bool rejected(const struct device *device, const char *name)
{
    const struct run *run = device->run;
    const struct flash *flash = &device->world->board.flash;
    uint32_t image = oracle_image_named(&run->given->judged, name);
    struct journal_record now;

    if (image == ORACLE_NONE ||
        !decode_in_force(flash->array, flash->figures.size, &run->given->map,
                         &now)) {
        return false;
    }
    for (unsigned i = 0; i < 2; i++) {
        if (memcmp(now.rejected[i], run->given->judged.image[image].hash, 32) ==
            0) {
            return true;
        }
    }
    return false;
}

/* A device that does its work with a confirmed image never runs an image that
 * it has rejected, unless another one is published or something is still to
 * come. (The recovery image may try a slot again.) */
static bool could_be_hopeless(const struct device *device,
                              const struct expect *expect)
{
    const struct oracle *oracle = &device->world->oracle;

    return expect->running[0] != '\0' && device_settled(device) &&
           device->world->alive && expects_confirmed(device) &&
           oracle->journal_slot != JOURNAL_SLOT_RECOVERY &&
           strcmp(expect->running, expects_running(device)) != 0;
}

/* Check one of the devices concerned. The journal is read only if it has
 * changed. */
static bool hopeless(struct run *run, unsigned index)
{
    const struct expect *expect = &run->given->scenario->expect[index];
    struct world_expect *state = &run->world->expect[index];

    for (unsigned i = 0; i < run->devices; i++) {
        const struct device *device = &run->device[i];
        uint32_t sequence = device->world->oracle.sequence;

        if (!expects_concern(expect, device) || (state->held & 1u << i) != 0 ||
            state->judged[i] == sequence ||
            !could_be_hopeless(device, expect)) {
            continue;
        }
        state->judged[i] = sequence;
        if (rejected(device, expect->running)) {
            return true;
        }
    }
    return false;
}

static void expect_hopeless(struct run *run, unsigned index)
{
    static const char says[] = "a rejected image is not tried again";
    struct run_failure *failure = expects_late(run, index);

    if (failure != NULL) {
        size_t used = strlen(failure->because);

        snprintf(failure->because + used, sizeof failure->because - used,
                 "%s%s", used > 0 ? "; " : "", says);
    }
}

static void expect_state(struct run *run, unsigned index)
{
    const struct expect *expect = &run->given->scenario->expect[index];
    struct world_expect *state = &run->world->expect[index];

    if (too_late(run, expect, run->world->now_ns)) {
        if (expect->within_ns < run->given->scenario->limit_ns) {
            expects_late(run, index);
        } /* otherwise it is still open when the run ends at its limit */
        return;
    }
    /* a state counts only after the faults: that a device was well before the
     * power cut proves nothing */
    if (expect->has_event || !steps_all_fired(run)) {
        return;
    }
    state->met = all_held(run, index);
    if (state->met) {
        run->result->met_at[index] = run->world->sequence;
    }
    if (!state->met && hopeless(run, index)) {
        expect_hopeless(run, index);
    }
}

void expects_state(struct run *run)
{
    for (unsigned i = 0; i < run->given->scenario->expects; i++) {
        const struct world_expect *state = &run->world->expect[i];

        if (run->given->scenario->expect[i].kind == EXPECT_EVENTUALLY &&
            !state->met && !state->broken) {
            expect_state(run, i);
        }
    }
}

/* With pauses or a dump, a run without such expectations ends where it
 * settles. */
bool expects_met(const struct run *run)
{
    bool asked = run->world->pauses || run->options->dump != NULL;

    for (unsigned i = 0; i < run->given->scenario->expects; i++) {
        if (run->given->scenario->expect[i].kind == EXPECT_EVENTUALLY) {
            asked = true;
            if (!run->world->expect[i].met) {
                return false;
            }
        }
    }
    return asked;
}

bool expects_forbidden(const struct run *run)
{
    for (unsigned i = 0; i < run->given->scenario->expects; i++) {
        if (run->given->scenario->expect[i].kind == EXPECT_NEVER &&
            run->world->expect[i].broken) {
            return true;
        }
    }
    return false;
}

bool expects_broken(const struct run *run)
{
    for (unsigned i = 0; i < run->given->scenario->expects; i++) {
        if (run->world->expect[i].broken) {
            return true;
        }
    }
    return false;
}
