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
        result->more_failures++;
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

/* `within` has passed: what comes now comes too late. */
static bool too_late(const struct expect *expect, uint64_t now_ns)
{
    return expect->within_ns != 0 && now_ns > expect->within_ns;
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
            run->world->expect[i].met |=
                count >= nth && !too_late(expect, event->time_ns);
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

/* "running update, confirmed within 60.000 s" */
static void state_wanted(const struct expect *expect, char *out, size_t size,
                         const char *within)
{
    static const char *const confirmed[] = {"", "not confirmed", "confirmed"};
    static const char *const halted[] = {"", "not halted", "halted"};
    const char *first = confirmed[expect->confirmed + 1];
    const char *second = halted[expect->halted + 1];
    bool running = expect->running[0] != '\0';

    snprintf(out, size, "%s%s%s%s%s%s within %s", running ? "running " : "",
             expect->running, running && *first != '\0' ? ", " : "", first,
             (running || *first != '\0') && *second != '\0' ? ", " : "", second,
             within);
}

static void expect_late(struct run *run, unsigned index)
{
    const struct expect *expect = &run->scenario->expect[index];
    char expected[200];
    char seen[200];
    char within[32];

    event_time(expect->within_ns, within, sizeof within);
    if (expect->has_event) {
        char now[32];

        event_time(run->world->board.now_ns, now, sizeof now);
        snprintf(expected, sizeof expected, "%s within %s",
                 event_kind(expect->pattern.code)->name, within);
        snprintf(seen, sizeof seen, "%" PRIu64 " of them by %s",
                 run->world->expect[index].count, now);
    } else {
        state_wanted(expect, expected, sizeof expected, within);
        snprintf(seen, sizeof seen, "running %s, %s%s%s", running_name(run),
                 is_confirmed(run) ? "confirmed" : "not confirmed",
                 run->world->board.halted ? ", halted" : "",
                 steps_all_fired(run) ? "" : "; a step is still to come");
    }
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
        if (too_late(expect, run->world->board.now_ns)) {
            if (expect->within_ns < run->scenario->limit_ns) {
                expect_late(run, i);
            } /* else it is still open when the run ends at its limit */
        } else if (!expect->has_event && steps_all_fired(run) &&
                   state_holds(run, expect)) {
            state->met = true;
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

bool expects_forbidden(const struct run *run)
{
    for (unsigned i = 0; i < run->scenario->expects; i++) {
        if (run->scenario->expect[i].kind == EXPECT_NEVER &&
            run->world->expect[i].broken) {
            return true;
        }
    }
    return false;
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
        return world->oracle.rollbacks;
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

/* A flash_fail waits for an operation. When none came, nothing has failed. */
static void check_flash_fail(struct run *run)
{
    const struct scenario *scenario = run->scenario;

    if (run->world->board.flash.fail_next == FLASH_FAULT_NONE) {
        return;
    }
    for (unsigned i = 0; i < scenario->steps; i++) {
        const struct step *step = &scenario->step[i];

        for (unsigned k = 0; run->world->step[i].fired && k < step->actions;
             k++) {
            if (step->action[k].kind == ACTION_FLASH_FAIL) {
                run_fail(run, step->action[k].place, 0,
                         "a flash operation fails",
                         "none began after this step");
                return;
            }
        }
    }
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
    check_flash_fail(run);
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
