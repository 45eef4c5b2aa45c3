/* SPDX-License-Identifier: MIT */
/* Expectations: told of every event, asked for states, judged at the end. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/state.h"

void run_fail(struct run *run, struct place place, uint64_t sequence,
              const char *expected, const char *seen)
{
    struct run_result *result = run->result;

    if (result->failures == RUN_FAILURES) {
        return;
    }
    struct run_failure *failure = &result->failure[result->failures++];
    failure->place = place;
    failure->sequence = sequence;
    snprintf(failure->expected, sizeof failure->expected, "%s", expected);
    snprintf(failure->seen, sizeof failure->seen, "%s", seen);
}

/* ---- events ------------------------------------------------------------ */

static void never_seen(struct run *run, unsigned index,
                       const struct event *event)
{
    const struct expect *expect = &run->scenario->expect[index];
    char expected[200];
    char seen[640];

    if (run->world->expect[index].broken) {
        return;
    }
    run->world->expect[index].broken = true;
    snprintf(expected, sizeof expected, "never %s",
             event_kind(expect->pattern.code)->name);
    story_line(event, seen, sizeof seen);
    run_fail(run, expect->place, event->sequence, expected, seen);
}

void expects_event(struct run *run, const struct event *event)
{
    for (unsigned i = 0; i < run->scenario->expects; i++) {
        const struct expect *expect = &run->scenario->expect[i];

        if (!expect->has_event || !steps_pattern(&expect->pattern, event)) {
            continue;
        }
        uint64_t count = ++run->world->expect[i].count;
        uint32_t nth = expect->pattern.nth == 0 ? 1 : expect->pattern.nth;
        if (expect->kind == EXPECT_NEVER && count >= nth) {
            never_seen(run, i, event);
        } else if (expect->kind == EXPECT_EVENTUALLY) {
            run->world->expect[i].met |= count >= nth;
        }
    }
}

/* ---- states ------------------------------------------------------------ */

static const char *running_name(const struct run *run)
{
    uint32_t running = run->world->oracle.running;

    if (running == ORACLE_NONE || run->world->board.halted) {
        return "nothing";
    }
    return run->judged.image[running].name;
}

static bool is_confirmed(const struct run *run)
{
    return run->world->oracle.journal_slot != ORACLE_NONE &&
           run->world->oracle.journal_state == JOURNAL_CONFIRMED;
}

static bool state_holds(const struct run *run, const struct expect *expect)
{
    if (expect->running[0] != '\0' &&
        (!run->world->alive ||
         strcmp(expect->running, running_name(run)) != 0)) {
        return false;
    }
    if (expect->confirmed >= 0 && is_confirmed(run) != expect->confirmed) {
        return false;
    }
    return expect->halted < 0 ||
           run->world->board.halted == (expect->halted != 0);
}

static void expect_late(struct run *run, unsigned index)
{
    const struct expect *expect = &run->scenario->expect[index];
    char expected[200];
    char seen[200];
    char within[32];

    event_time(expect->within_ns, within, sizeof within);
    snprintf(expected, sizeof expected, "%s%s%s%s%s within %s",
             expect->has_event ? event_kind(expect->pattern.code)->name : "",
             expect->running[0] != '\0' ? "running " : "", expect->running,
             expect->confirmed == 1 ? ", confirmed" : "",
             expect->halted == 1 ? "halted" : "", within);
    snprintf(seen, sizeof seen, "running %s, %s", running_name(run),
             is_confirmed(run) ? "confirmed" : "not confirmed");
    run->world->expect[index].broken = true;
    run_fail(run, expect->place, 0, expected, seen);
}

void expects_state(struct run *run)
{
    for (unsigned i = 0; i < run->scenario->expects; i++) {
        const struct expect *expect = &run->scenario->expect[i];
        struct world_expect *state = &run->world->expect[i];

        if (expect->kind != EXPECT_EVENTUALLY || state->met || state->broken) {
            continue;
        }
        /* a state counts once the faults are over: a device that was well
         * before the power cut has proved nothing */
        if (!expect->has_event && steps_all_fired(run) &&
            state_holds(run, expect)) {
            state->met = true;
        } else if (expect->within_ns != 0 &&
                   run->world->board.now_ns > expect->within_ns) {
            expect_late(run, i);
        }
    }
}

bool expects_met(const struct run *run)
{
    bool asked = false;

    for (unsigned i = 0; i < run->scenario->expects; i++) {
        if (run->scenario->expect[i].kind == EXPECT_EVENTUALLY) {
            asked = true;
            if (!run->world->expect[i].met) {
                return false;
            }
        }
    }
    return asked;
}

bool expects_broken(const struct run *run)
{
    for (unsigned i = 0; i < run->scenario->expects; i++) {
        if (run->world->expect[i].broken) {
            return true;
        }
    }
    return false;
}

/* ---- at the end -------------------------------------------------------- */

static bool range_holds(const struct range *range, uint64_t value)
{
    return value >= range->low && value <= range->high;
}

static void range_text(const struct range *range, char *out, size_t size)
{
    if (range->high == SCENARIO_RANGE_OPEN) {
        snprintf(out, size, "%" PRIu64 "..", range->low);
    } else if (range->high == range->low) {
        snprintf(out, size, "%" PRIu64, range->low);
    } else {
        snprintf(out, size, "%" PRIu64 "..%" PRIu64, range->low, range->high);
    }
}

/* What lies in a partition: a known image's name, "empty" or "damaged". */
static const char *slot_content(const struct run *run, const char *partition)
{
    const struct flash *flash = &run->world->board.flash;
    uint32_t image = oracle_image_in(&run->judged, flash, partition);
    const struct board_part *part = board_map_find(&run->map, partition);

    if (image != ORACLE_NONE) {
        return run->judged.image[image].name;
    }
    for (uint32_t i = 0; part != NULL && i < part->length; i++) {
        if (flash->array[part->start + i] != 0xff) {
            return "damaged";
        }
    }
    return "empty";
}

static uint64_t end_number(const struct run *run, enum end_key key)
{
    const struct world *world = run->world;

    switch (key) {
    case END_CONFIRMED:
        return is_confirmed(run);
    case END_HALTED:
        return world->board.halted;
    case END_ATTEMPTS:
        return world->oracle.attempts;
    case END_RESETS:
        return world->counts.boots > 0 ? world->counts.boots - 1 : 0;
    case END_BOOTS:
        return world->counts.boots;
    case END_ROLLBACKS:
        return world->counts.rollbacks;
    case END_COUNTER:
        return otp_unary(&world->board.otp, OTP_COUNTER_BIT, OTP_COUNTER_BITS);
    case END_PROGRAMS:
        return world->board.flash.programs;
    case END_ERASES:
        return world->board.flash.erases;
    case END_CUTS:
        return world->counts.cuts_done;
    default:
        return 0;
    }
}

static const char *end_text(const struct run *run, enum end_key key)
{
    switch (key) {
    case END_SLOT_A:
        return slot_content(run, "slot-a");
    case END_SLOT_B:
        return slot_content(run, "slot-b");
    case END_RECOVERY:
        return slot_content(run, "recovery");
    case END_RUNNING:
        return running_name(run);
    case END_REASON:
        return reason_name(run->world->oracle.reason);
    default:
        return NULL;
    }
}

static const char *const end_names[] = {
    [END_SLOT_A] = "slot-a",       [END_SLOT_B] = "slot-b",
    [END_RECOVERY] = "recovery",   [END_RUNNING] = "running",
    [END_CONFIRMED] = "confirmed", [END_ATTEMPTS] = "attempts",
    [END_RESETS] = "resets",       [END_BOOTS] = "boots",
    [END_ROLLBACKS] = "rollbacks", [END_COUNTER] = "counter",
    [END_HALTED] = "halted",       [END_REASON] = "reason",
    [END_PROGRAMS] = "programs",   [END_ERASES] = "erases",
    [END_CUTS] = "cuts",
};

static void check_end(struct run *run, const struct expect *expect)
{
    const char *text = end_text(run, expect->key);
    const char *name = end_names[expect->key];
    char expected[200];
    char seen[200];

    if (text != NULL) {
        if (strcmp(text, expect->text) == 0) {
            return;
        }
        snprintf(expected, sizeof expected, "%s = %s", name, expect->text);
        snprintf(seen, sizeof seen, "%s = %s", name, text);
    } else {
        uint64_t value = end_number(run, expect->key);
        char range[48];

        if (range_holds(&expect->range, value)) {
            return;
        }
        range_text(&expect->range, range, sizeof range);
        snprintf(expected, sizeof expected, "%s = %s", name, range);
        snprintf(seen, sizeof seen, "%s = %" PRIu64, name, value);
    }
    run_fail(run, expect->place, 0, expected, seen);
}

static void check_count(struct run *run, unsigned index)
{
    const struct expect *expect = &run->scenario->expect[index];
    uint64_t count = run->world->expect[index].count;
    char expected[200];
    char seen[200];
    char range[48];

    if (range_holds(&expect->times, count)) {
        return;
    }
    range_text(&expect->times, range, sizeof range);
    snprintf(expected, sizeof expected, "%s %s times",
             event_kind(expect->pattern.code)->name, range);
    snprintf(seen, sizeof seen, "%" PRIu64 " times", count);
    run_fail(run, expect->place, 0, expected, seen);
}

static void check_fired(struct run *run)
{
    for (unsigned i = 0; i < run->scenario->steps; i++) {
        if (!run->world->step[i].fired && !run->scenario->step[i].optional) {
            run_fail(run, run->scenario->step[i].place, 0, "this step happens",
                     "it never fired");
        }
    }
    if (run->world->counts.cuts_asked != run->world->counts.cuts_done) {
        run_fail(run, run->scenario->step[run->world->strike.step].place, 0,
                 "the power cut or reset is delivered", "it was not");
    }
}

/* The run ended before it came true: at the time limit nobody knows whether
 * it would have, unless the scenario's own bound has passed too. */
static void expect_open(struct run *run, unsigned index)
{
    const struct expect *expect = &run->scenario->expect[index];
    bool bounded =
        expect->within_ns != 0 && expect->within_ns < run->scenario->limit_ns;

    if (!bounded && run->world->board.now_ns >= run->scenario->limit_ns) {
        run->result->verdict = RUN_LIMIT;
    }
    expect_late(run, index);
}

void expects_finish(struct run *run)
{
    check_fired(run);
    for (unsigned i = 0; i < run->scenario->expects; i++) {
        const struct expect *expect = &run->scenario->expect[i];
        const struct world_expect *state = &run->world->expect[i];

        if (expect->kind == EXPECT_AT_END) {
            check_end(run, expect);
        } else if (expect->kind == EXPECT_COUNT) {
            check_count(run, i);
        } else if (expect->kind == EXPECT_EVENTUALLY && !state->met &&
                   !state->broken) {
            expect_open(run, i);
        }
    }
}
