/* SPDX-License-Identifier: MIT */
/* What is judged when the run is over: what must be true at the end, how often
 * events happened, and whether every step and fault took place. */
#include "engine/ends.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/cause.h"
#include "engine/day.h"
#include "engine/expects.h"
#include "engine/near.h"
#include "engine/power.h"
#include "engine/verdict.h"
#include "ota/agent_why.h"
#include "scenario/pattern.h"

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

/* The contents of a partition: a known image's name, "empty" or "damaged". */
static const char *slot_content(const struct device *device,
                                const char *partition)
{
    const struct run *run = device->run;
    const struct flash *flash = &device->world->board.flash;
    uint32_t image = oracle_image_in(&run->given->judged, flash, partition);
    const struct board_part *part = board_map_find(&run->given->map, partition);

    if (image != ORACLE_NONE) {
        return run->given->judged.image[image].name;
    }
    for (uint32_t i = 0; part != NULL && i < part->length; i++) {
        if (flash->array[part->start + i] != 0xff) {
            return "damaged";
        }
    }
    return "empty";
}

static uint64_t energy_used(const struct device *device)
{
    struct account account;

    power_account(device, device->run->world->now_ns, &account);
    return account.total_uj;
}

static uint64_t end_number(const struct device *device, enum end_key key)
{
    const struct world_device *world = device->world;

    switch (key) {
    case END_CONFIRMED:
        return expects_confirmed(device);
    case END_HALTED:
        return world->board.halted;
    case END_ATTEMPTS:
        return world->oracle.attempts;
    case END_RESETS:
        return world->boots > 0 ? world->boots - 1 : 0;
    case END_BOOTS:
        return world->boots;
    case END_ROLLBACKS:
        return world->oracle.rollbacks;
    case END_COUNTER:
        return otp_unary(&world->board.otp, OTP_COUNTER_BIT, OTP_COUNTER_BITS);
    case END_PROGRAMS:
        return world->board.flash.programs;
    case END_ERASES:
        return world->board.flash.erases;
    case END_WORST_SECTOR:
        return flash_worst_sector(&world->board.flash);
    case END_CUTS:
        return world->cuts;
    case END_ENERGY:
        return energy_used(device);
    case END_SESSIONS:
        return world->bill.sessions;
    case END_BILLED:
        return bill_bytes(&world->bill);
    case END_BYTES_DOWN:
        return world->link.way[LINK_DOWN].counts.offered_bytes;
    case END_BYTES_UP:
        return world->link.way[LINK_UP].counts.offered_bytes;
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

static const char *end_text(const struct device *device, enum end_key key)
{
    switch (key) {
    case END_SLOT_A:
        return slot_content(device, "slot-a");
    case END_SLOT_B:
        return slot_content(device, "slot-b");
    case END_RECOVERY:
        return slot_content(device, "recovery");
    case END_RUNNING:
        return expects_running(device);
    case END_REASON:
        return reason_name(device->world->oracle.reason);
    case END_STATE:
        return device->world->state < sizeof state_names / sizeof *state_names
                   ? state_names[device->world->state]
                   : "?";
    case END_RESULT:
        return device->world->result <
                       sizeof result_names / sizeof *result_names
                   ? result_names[device->world->result]
                   : "?";
    default:
        return NULL;
    }
}

static const char *const end_names[] = {
    [END_SLOT_A] = "slot-a",
    [END_SLOT_B] = "slot-b",
    [END_RECOVERY] = "recovery",
    [END_RUNNING] = "running",
    [END_CONFIRMED] = "confirmed",
    [END_ATTEMPTS] = "attempts",
    [END_RESETS] = "resets",
    [END_BOOTS] = "boots",
    [END_ROLLBACKS] = "rollbacks",
    [END_COUNTER] = "counter",
    [END_HALTED] = "halted",
    [END_REASON] = "reason",
    [END_PROGRAMS] = "programs",
    [END_ERASES] = "erases",
    [END_WORST_SECTOR] = "worst_sector",
    [END_CUTS] = "cuts",
    [END_ENERGY] = "energy",
    [END_BYTES_DOWN] = "bytes_down",
    [END_BYTES_UP] = "bytes_up",
    [END_SESSIONS] = "sessions",
    [END_BILLED] = "billed",
    [END_STATE] = "state",
    [END_RESULT] = "result",
};

/* What happened that explains a statement about a slot or a rollback. */
static void say_cause(const struct device *device, enum end_key key,
                      struct run_failure *failure)
{
    if (failure != NULL && (key <= END_CONFIRMED || key == END_ROLLBACKS ||
                            key == END_HALTED || key == END_REASON)) {
        cause_text(&device->world->cause, failure->because,
                   sizeof failure->because);
    }
}

static void check_end(struct device *device, const struct expect *expect)
{
    const char *text = end_text(device, expect->key);
    const char *name = end_names[expect->key];
    char who[32];
    char expected[200];
    char seen[200];

    expects_device(device, who, sizeof who);
    if (text != NULL) {
        if (strcmp(text, expect->text) == 0) {
            return;
        }
        snprintf(expected, sizeof expected, "%s = %s", name, expect->text);
        snprintf(seen, sizeof seen, "%s%s = %s", who, name, text);
    } else {
        uint64_t value = end_number(device, expect->key);
        char range[48];

        if (range_holds(&expect->range, value)) {
            return;
        }
        const char *unit = expect->key == END_ENERGY ? " uJ" : "";

        range_text(&expect->range, range, sizeof range);
        snprintf(expected, sizeof expected, "%s = %s%s", name, range, unit);
        snprintf(seen, sizeof seen, "%s%s = %" PRIu64 "%s", who, name, value,
                 unit);
    }
    say_cause(device, expect->key,
              verdict_fail(device->run, expect->place, 0, expected, seen));
}

static void check_ends(struct run *run, const struct expect *expect)
{
    for (unsigned i = 0; i < run->devices; i++) {
        if (expects_concern(expect, &run->device[i])) {
            check_end(&run->device[i], expect);
        }
    }
}

static void check_count(struct run *run, unsigned index)
{
    const struct expect *expect = &run->given->scenario->expect[index];
    const struct world_expect *state = &run->world->expect[index];
    char pattern[140];
    char expected[200];
    char seen[200];
    char range[48];

    if (range_holds(&expect->times, state->count)) {
        return;
    }
    range_text(&expect->times, range, sizeof range);
    snprintf(expected, sizeof expected, "%s %s times",
             pattern_text(&expect->pattern, pattern, sizeof pattern), range);
    snprintf(seen, sizeof seen, "%" PRIu64 " times", state->count);
    struct run_failure *failure =
        verdict_fail(run, expect->place, 0, expected, seen);
    if (failure != NULL && state->count > expect->times.high) {
        failure->sequence = state->told;
    } else {
        near_text(&state->near, &expect->pattern, failure);
    }
}

/* The last action of that kind that was carried out on a device; NULL if
 * there was none. */
static const struct action *last_action(const struct device *device,
                                        enum action_kind kind)
{
    const struct run *run = device->run;
    const struct scenario *scenario = run->given->scenario;
    const struct action *last = NULL;

    for (unsigned i = 0; i < scenario->steps; i++) {
        const struct step *step = &scenario->step[i];

        for (unsigned k = 0; run->world->step[i].fired && k < step->actions;
             k++) {
            if (step->action[k].kind == kind &&
                (step->device == 0 || step->device == device->number)) {
                last = &step->action[k];
            }
        }
    }
    return last;
}

/* What a step has planted waits for its occasion. If there was none, nothing
 * has failed. */
static void check_planted(const struct device *device)
{
    const struct board *board = &device->world->board;
    const struct {
        bool waits;
        enum action_kind kind;
        const char *expected;
        const char *seen;
    } planted[] = {
        {board->flash.fail_next != FLASH_FAULT_NONE, ACTION_FLASH_FAIL,
         "a flash operation fails", "none began after this step"},
        {board->accelerator.times > 0 && board->accelerator.bad == 0,
         ACTION_ACCELERATOR, "a result of the accelerator is bad",
         "none was after this step"},
    };

    for (size_t i = 0; i < sizeof planted / sizeof planted[0]; i++) {
        const struct action *action = last_action(device, planted[i].kind);

        if (planted[i].waits && action != NULL) {
            char seen[100];

            expects_device(device, seen, sizeof seen);
            size_t length = strlen(seen);
            snprintf(seen + length, sizeof seen - length, "%s",
                     planted[i].seen);
            verdict_fail(device->run, action->place, 0, planted[i].expected,
                         seen);
        }
    }
}

static void check_strikes(struct run *run)
{
    for (unsigned i = 0; i < run->devices; i++) {
        const struct world_strike *strike = &run->world->device[i].strike;

        if (strike->armed) {
            verdict_fail(run, run->given->scenario->step[strike->step].place, 0,
                         "the power cut or reset is delivered",
                         "it was not delivered");
        }
    }
}

/* Describe a step of the file, or a fault from the command line: those come
 * last. */
static void not_fired(struct run *run, unsigned index)
{
    const struct step *step = &run->given->scenario->step[index];
    const struct world_step *state = &run->world->step[index];
    unsigned own = run->given->scenario->steps - run->options->faults;
    char what[180];
    char expected[200];
    char seen[80] = "it never happened";

    if (index >= own) {
        snprintf(expected, sizeof expected, "--fault '%s' happens",
                 run->options->fault[index - own]);
    } else {
        snprintf(expected, sizeof expected, "this step happens: %s",
                 step_text(step, what, sizeof what));
    }
    if (!step->timed) {
        snprintf(seen, sizeof seen,
                 "it never fired: its event came %" PRIu32 " of %" PRIu32
                 " times",
                 state->matched, step->on.nth > 1 ? step->on.nth : 1);
    }
    near_text(&state->near, &step->on,
              verdict_fail(run, step->place, 0, expected, seen));
}

static void check_fired(struct run *run)
{
    for (unsigned i = 0; i < run->given->scenario->steps; i++) {
        if (!run->world->step[i].fired &&
            !run->given->scenario->step[i].optional) {
            not_fired(run, i);
        }
    }
    check_strikes(run);
    for (unsigned i = 0; i < run->devices; i++) {
        check_planted(&run->device[i]);
    }
}

/* The run ended before it became true. At the time limit it is unknown whether
 * it would have, unless the scenario's own bound has passed too, or nothing
 * more could happen. */
static void expect_open(struct run *run, unsigned index)
{
    const struct expect *expect = &run->given->scenario->expect[index];
    bool bounded = expect->within_ns != 0 &&
                   expect->within_ns < run->given->scenario->limit_ns;

    if (!bounded && !run->world->stuck &&
        run->world->now_ns >=
            day_deadline(run->world, run->given->scenario->limit_ns)) {
        run->world->verdict = RUN_LIMIT;
    }
    expects_late(run, index);
}

void ends_judge(struct run *run)
{
    check_fired(run);
    for (unsigned i = 0; i < run->given->scenario->expects; i++) {
        const struct expect *expect = &run->given->scenario->expect[i];
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
