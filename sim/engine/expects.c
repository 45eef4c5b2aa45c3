/* SPDX-License-Identifier: MIT */
/* Expectations: told of every event, asked for states, judged at the end. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/state.h"
#include "ota/agent_why.h"

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

        if (!expect->has_event || run->world->expect[i].met ||
            !steps_pattern(&expect->pattern, event)) {
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

static const char *running_name(const struct unit *unit)
{
    uint32_t running = unit->world->oracle.running;

    if (running == ORACLE_NONE || unit->world->board.halted ||
        unit->world->dead) {
        return "nothing";
    }
    return unit->run->judged.image[running].name;
}

static bool is_confirmed(const struct unit *unit)
{
    return unit->world->oracle.journal_slot != ORACLE_NONE &&
           unit->world->oracle.journal_state == JOURNAL_CONFIRMED;
}

static bool state_holds(const struct unit *unit, const struct expect *expect)
{
    if (expect->running[0] != '\0' &&
        (!unit->world->alive ||
         strcmp(expect->running, running_name(unit)) != 0)) {
        return false;
    }
    if (expect->confirmed >= 0 && is_confirmed(unit) != expect->confirmed) {
        return false;
    }
    return expect->halted < 0 ||
           unit->world->board.halted == (expect->halted != 0);
}

static bool concerns(const struct expect *expect, const struct unit *unit)
{
    return expect->device == 0 || expect->device == unit->number;
}

/* Has every device that is meant been as wanted? */
static bool all_held(struct run *run, unsigned index)
{
    const struct expect *expect = &run->scenario->expect[index];
    struct world_expect *state = &run->world->expect[index];
    bool all = true;

    for (unsigned i = 0; i < run->units; i++) {
        const struct unit *unit = &run->unit[i];

        if (concerns(expect, unit)) {
            state->held |= state_holds(unit, expect) ? 1u << i : 0;
            all = all && (state->held & 1u << i) != 0;
        }
    }
    return all;
}

/* The first device that is meant and was not as wanted. */
static const struct unit *first_open(const struct run *run, unsigned index)
{
    const struct expect *expect = &run->scenario->expect[index];

    for (unsigned i = 0; i < run->units; i++) {
        if (concerns(expect, &run->unit[i]) &&
            (run->world->expect[index].held & 1u << i) == 0) {
            return &run->unit[i];
        }
    }
    return &run->unit[0];
}

/* "device 2: ", or nothing when there is only one. */
static const char *unit_name(const struct unit *unit, char *out, size_t size)
{
    out[0] = '\0';
    if (unit->run->units > 1) {
        snprintf(out, size, "device %u: ", unit->number);
    }
    return out;
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

        event_time(run->world->now_ns, now, sizeof now);
        snprintf(expected, sizeof expected, "%s within %s",
                 event_kind(expect->pattern.code)->name, within);
        snprintf(seen, sizeof seen, "%" PRIu64 " of them by %s",
                 run->world->expect[index].count, now);
    } else {
        const struct unit *unit = first_open(run, index);
        char name[32];

        state_wanted(expect, expected, sizeof expected, within);
        snprintf(seen, sizeof seen, "%srunning %s, %s%s%s",
                 unit_name(unit, name, sizeof name), running_name(unit),
                 is_confirmed(unit) ? "confirmed" : "not confirmed",
                 unit->world->board.halted ? ", halted" : "",
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
        if (too_late(expect, run->world->now_ns)) {
            if (expect->within_ns < run->scenario->limit_ns) {
                expect_late(run, i);
            } /* else it is still open when the run ends at its limit */
        } else if (!expect->has_event && steps_all_fired(run) &&
                   all_held(run, i)) {
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
static const char *slot_content(const struct unit *unit, const char *partition)
{
    const struct run *run = unit->run;
    const struct flash *flash = &unit->world->board.flash;
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

static uint64_t end_number(const struct unit *unit, enum end_key key)
{
    const struct world_device *device = unit->world;

    switch (key) {
    case END_CONFIRMED:
        return is_confirmed(unit);
    case END_HALTED:
        return device->board.halted;
    case END_ATTEMPTS:
        return device->oracle.attempts;
    case END_RESETS:
        return device->boots > 0 ? device->boots - 1 : 0;
    case END_BOOTS:
        return device->boots;
    case END_ROLLBACKS:
        return device->oracle.rollbacks;
    case END_COUNTER:
        return otp_unary(&device->board.otp, OTP_COUNTER_BIT, OTP_COUNTER_BITS);
    case END_PROGRAMS:
        return device->board.flash.programs;
    case END_ERASES:
        return device->board.flash.erases;
    case END_CUTS:
        return device->cuts;
    case END_BYTES_DOWN:
        return device->link.way[LINK_DOWN].counts.offered_bytes;
    case END_BYTES_UP:
        return device->link.way[LINK_UP].counts.offered_bytes;
    default:
        return 0;
    }
}

static const char *const state_names[] = {
#define STATE_NAME(name, number, text) [number] = (text),
    AGENT_STATES(STATE_NAME)
#undef STATE_NAME
};

static const char *const result_names[] = {
#define RESULT_NAME(name, number, text) [number] = (text),
    AGENT_RESULTS(RESULT_NAME)
#undef RESULT_NAME
};

static const char *end_text(const struct unit *unit, enum end_key key)
{
    switch (key) {
    case END_SLOT_A:
        return slot_content(unit, "slot-a");
    case END_SLOT_B:
        return slot_content(unit, "slot-b");
    case END_RECOVERY:
        return slot_content(unit, "recovery");
    case END_RUNNING:
        return running_name(unit);
    case END_REASON:
        return reason_name(unit->world->oracle.reason);
    case END_STATE:
        return unit->world->state < sizeof state_names / sizeof *state_names
                   ? state_names[unit->world->state]
                   : "?";
    case END_RESULT:
        return unit->world->result < sizeof result_names / sizeof *result_names
                   ? result_names[unit->world->result]
                   : "?";
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
    [END_CUTS] = "cuts",           [END_BYTES_DOWN] = "bytes_down",
    [END_BYTES_UP] = "bytes_up",   [END_STATE] = "state",
    [END_RESULT] = "result",
};

static void check_end(struct unit *unit, const struct expect *expect)
{
    const char *text = end_text(unit, expect->key);
    const char *name = end_names[expect->key];
    char who[32];
    char expected[200];
    char seen[200];

    unit_name(unit, who, sizeof who);
    if (text != NULL) {
        if (strcmp(text, expect->text) == 0) {
            return;
        }
        snprintf(expected, sizeof expected, "%s = %s", name, expect->text);
        snprintf(seen, sizeof seen, "%s%s = %s", who, name, text);
    } else {
        uint64_t value = end_number(unit, expect->key);
        char range[48];

        if (range_holds(&expect->range, value)) {
            return;
        }
        range_text(&expect->range, range, sizeof range);
        snprintf(expected, sizeof expected, "%s = %s", name, range);
        snprintf(seen, sizeof seen, "%s%s = %" PRIu64, who, name, value);
    }
    run_fail(unit->run, expect->place, 0, expected, seen);
}

static void check_ends(struct run *run, const struct expect *expect)
{
    for (unsigned i = 0; i < run->units; i++) {
        if (concerns(expect, &run->unit[i])) {
            check_end(&run->unit[i], expect);
        }
    }
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

static bool flash_fail_waits(const struct run *run)
{
    for (unsigned i = 0; i < run->units; i++) {
        if (run->world->device[i].board.flash.fail_next != FLASH_FAULT_NONE) {
            return true;
        }
    }
    return false;
}

/* A flash_fail waits for an operation. When none came, nothing has failed. */
static void check_flash_fail(struct run *run)
{
    const struct scenario *scenario = run->scenario;

    if (!flash_fail_waits(run)) {
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

static void check_strikes(struct run *run)
{
    for (unsigned i = 0; i < run->units; i++) {
        const struct world_strike *strike = &run->world->device[i].strike;

        if (strike->armed) {
            run_fail(run, run->scenario->step[strike->step].place, 0,
                     "the power cut or reset is delivered", "it was not");
        }
    }
}

/* A step of the file, or a fault from the command line: those come last. */
static void not_fired(struct run *run, unsigned index)
{
    const struct step *step = &run->scenario->step[index];
    unsigned own = run->scenario->steps - run->options->faults;
    char expected[200] = "this step happens";
    char seen[80] = "it never fired";

    if (index >= own) {
        snprintf(expected, sizeof expected, "--fault '%s' happens",
                 run->options->fault[index - own]);
    }
    if (!step->timed) {
        snprintf(seen, sizeof seen,
                 "it never fired: its event came %" PRIu32 " of %" PRIu32
                 " times",
                 run->world->step[index].matched,
                 step->on.nth > 1 ? step->on.nth : 1);
    }
    run_fail(run, step->place, 0, expected, seen);
}

static void check_fired(struct run *run)
{
    for (unsigned i = 0; i < run->scenario->steps; i++) {
        if (!run->world->step[i].fired && !run->scenario->step[i].optional) {
            not_fired(run, i);
        }
    }
    check_strikes(run);
    check_flash_fail(run);
}

/* The run ended before it came true: at the time limit nobody knows whether
 * it would have, unless the scenario's own bound has passed too. */
static void expect_open(struct run *run, unsigned index)
{
    const struct expect *expect = &run->scenario->expect[index];
    bool bounded =
        expect->within_ns != 0 && expect->within_ns < run->scenario->limit_ns;

    if (!bounded && run->world->now_ns >= run->scenario->limit_ns) {
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
            check_ends(run, expect);
        } else if (expect->kind == EXPECT_COUNT) {
            check_count(run, i);
        } else if (expect->kind == EXPECT_EVENTUALLY && !state->met &&
                   !state->broken) {
            expect_open(run, i);
        }
    }
}
