/* SPDX-License-Identifier: MIT */
/*
 * The scenario's steps. A trigger only marks its step as due; what it does is
 * carried out when the command that caused it has been served, so no action
 * happens in the middle of another. A power cut or reset becomes a strike:
 * a time at which it hits, which may lie inside the operation in flight.
 */
#include <stdio.h>
#include <string.h>

#include "engine/state.h"

#define FILL_RANDOM 0x100u

/* ---- triggers ---------------------------------------------------------- */

bool steps_pattern(const struct pattern *pattern, const struct event *event)
{
    if (pattern->code != event->code) {
        return false;
    }
    for (unsigned i = 0; i < pattern->fields; i++) {
        if (!event_matches(event, pattern->want[i].field,
                           pattern->want[i].text)) {
            return false;
        }
    }
    return true;
}

void steps_event(struct run *run, const struct event *event)
{
    for (unsigned i = 0; i < run->scenario->steps; i++) {
        const struct step *step = &run->scenario->step[i];
        struct world_step *state = &run->world->step[i];

        if (step->timed || !steps_pattern(&step->on, event)) {
            continue;
        }
        state->matched++;
        uint32_t nth = step->on.nth == 0 ? 1 : step->on.nth;
        if (state->matched == nth && !state->fired) {
            state->fired = true;
            run->due[run->dues++] = i;
        }
    }
}

bool steps_all_fired(const struct run *run)
{
    for (unsigned i = 0; i < run->scenario->steps; i++) {
        if (!run->world->step[i].fired && !run->scenario->step[i].optional) {
            return false;
        }
    }
    return !run->world->strike.armed && run->dues == 0;
}

/* ---- actions ----------------------------------------------------------- */

/* When does a strike hit that is placed at `done`/1000 of what is going on? */
static uint64_t strike_time(const struct board *board,
                            const struct action *action)
{
    uint64_t start = board->now_ns;
    uint64_t end = board->now_ns;
    uint64_t done = action->done < 1000 ? action->done : 999;

    if (flash_busy(&board->flash)) {
        start = board->flash.op.start_ns;
        end = board->flash.op.end_ns;
    } else if (board->otp.busy) {
        start = board->otp.start_ns;
        end = board->otp.end_ns;
    }
    return start + (end - start) * done / 1000;
}

static int arm_strike(struct run *run, uint32_t step,
                      const struct action *action, struct diag *diag)
{
    struct world_strike *strike = &run->world->strike;

    if (strike->armed) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "%s:%u:%u: a power cut or reset is pending already; "
                         "place them one after the other",
                         run->scenario->path, action->place.line,
                         action->place.column);
    }
    *strike = (struct world_strike){
        .armed = true,
        .power = action->kind == ACTION_POWER_CUT,
        .at_ns = strike_time(&run->world->board, action),
        .step = step,
        .cut = {.off_ns = action->off_ns,
                .flash_form = action->form,
                .otp_form = action->fuse_form,
                .cause = action->cause,
                .sram = action->sram},
    };
    run->world->counts.cuts_asked++;
    return 0;
}

/* The flash range an action names; an error when it lies outside. */
static int action_range(const struct run *run, const struct action *action,
                        uint32_t length, uint32_t *address, struct diag *diag)
{
    const struct board_part *part =
        board_map_find(&run->map, action->partition);

    if (part == NULL || action->offset > part->length ||
        part->length - action->offset < length) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "%s:%u:%u: offset 0x%x, %u bytes: outside partition "
                         "%s",
                         run->scenario->path, action->place.line,
                         action->place.column, action->offset, length,
                         action->partition);
    }
    *address = part->start + action->offset;
    return 0;
}

static void emit_fault(struct run *run, enum event_code code, uint32_t address,
                       uint32_t third)
{
    struct event event = {.code = code, .number = {0, address, third}};

    snprintf(event.label, sizeof event.label, "%s",
             emit_partition(run, address));
    emit_event(run, &event);
}

static int do_flip(struct run *run, const struct action *action,
                   struct diag *diag)
{
    uint32_t address = 0;
    int err = action_range(run, action, 1, &address, diag);

    if (err) {
        return err;
    }
    flash_flip(&run->world->board.flash, address, action->bit);
    uint8_t *seen = machine_window(run->machine) + address;
    *seen = (uint8_t)(*seen ^ (1u << (action->bit & 7u)));
    oracle_forgive(&run->world->oracle, 1);
    emit_fault(run, EVENT_FLASH_FLIP, address, action->bit);
    return 0;
}

/* The window shows the same bits turned, whether it shows the byte or, while
 * the part is busy, garbage. False when the byte stood there already. */
static bool change_byte(struct run *run, uint32_t address, uint8_t value)
{
    uint8_t *byte = &run->world->board.flash.array[address];
    uint8_t *seen = machine_window(run->machine) + address;
    unsigned turned = (unsigned)*byte ^ value;

    *byte = value;
    *seen = (uint8_t)(*seen ^ turned);
    return turned != 0;
}

static int do_damage(struct run *run, const struct action *action,
                     struct diag *diag)
{
    uint32_t address = 0;
    bool changed = false;
    int err = action_range(run, action, action->length, &address, diag);

    if (err) {
        return err;
    }
    for (uint32_t i = 0; i < action->length; i++) {
        uint8_t value = (uint8_t)action->fill;

        if (action->fill == FILL_RANDOM) {
            rng_fill(&run->world->board.flash.rng, &value, 1);
        }
        changed |= change_byte(run, address + i, value);
    }
    if (!changed) {
        run_fail(run, action->place, 0, "the damage changes the flash",
                 "these bytes stood there already");
    }
    oracle_forgive(&run->world->oracle, run->judged.attempts);
    emit_fault(run, EVENT_FLASH_DAMAGE, address, action->length);
    return 0;
}

static int do_console(struct run *run, const struct action *action,
                      struct diag *diag)
{
    if (board_console_line(&run->world->board, action->text) != 0) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "%s:%u:%u: the device has not read the lines before "
                         "this one; type it later",
                         run->scenario->path, action->place.line,
                         action->place.column);
    }
    emit_text(run, EVENT_CONSOLE_IN, action->text);
    return 0;
}

static int do_flash_fail(struct run *run, const struct action *action,
                         struct diag *diag)
{
    struct flash *flash = &run->world->board.flash;

    if (flash->fail_next != FLASH_FAULT_NONE) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "%s:%u:%u: a flash_fail waits for its operation "
                         "already; place them one after the other",
                         run->scenario->path, action->place.line,
                         action->place.column);
    }
    flash->fail_next = strcmp(action->text, "ignore") == 0
                           ? FLASH_FAULT_IGNORED
                           : FLASH_FAULT_REPORTED;
    return 0;
}

static int do_action(struct run *run, uint32_t step,
                     const struct action *action, struct diag *diag)
{
    switch (action->kind) {
    case ACTION_CONSOLE:
        return do_console(run, action, diag);
    case ACTION_POWER_CUT:
    case ACTION_RESET:
        return arm_strike(run, step, action, diag);
    case ACTION_FLIP:
        return do_flip(run, action, diag);
    case ACTION_DAMAGE:
        return do_damage(run, action, diag);
    case ACTION_FLASH_FAIL:
        return do_flash_fail(run, action, diag);
    case ACTION_NOTE:
        emit_text(run, EVENT_NOTE, action->text);
        return 0;
    case ACTION_STOP:
        run->stop = true;
        return 0;
    }
    return 0;
}

int steps_carry_out(struct run *run, struct diag *diag)
{
    /* actions may make further steps due; each fires once, so this ends */
    for (unsigned i = 0; i < run->dues; i++) {
        const struct step *step = &run->scenario->step[run->due[i]];

        for (unsigned k = 0; k < step->actions; k++) {
            int err = do_action(run, run->due[i], &step->action[k], diag);
            if (err) {
                return err;
            }
        }
    }
    run->dues = 0;
    return 0;
}

/* ---- time -------------------------------------------------------------- */

static uint64_t next_step(const struct run *run, uint32_t *index)
{
    uint64_t next = BOARD_FOREVER;

    for (unsigned i = 0; i < run->scenario->steps; i++) {
        const struct step *step = &run->scenario->step[i];

        if (step->timed && !run->world->step[i].fired && step->at_ns < next) {
            next = step->at_ns;
            *index = i;
        }
    }
    return next;
}

uint64_t steps_next(const struct run *run)
{
    uint32_t index = 0;
    uint64_t step = next_step(run, &index);
    const struct world_strike *strike = &run->world->strike;

    return strike->armed && strike->at_ns < step ? strike->at_ns : step;
}

/* A form that was asked for is what the cut has to leave. */
static void check_forms(struct run *run, const struct board_cut_report *torn)
{
    const struct world_strike *strike = &run->world->strike;
    const struct board_cut *cut = &strike->cut;
    const bool wrong[] = {
        cut->flash_form != FLASH_FORM_AUTO &&
            (!torn->flash_busy || torn->flash_form != cut->flash_form),
        cut->otp_form != OTP_FORM_AUTO &&
            (!torn->otp_busy || torn->otp_form != cut->otp_form)};
    const char *const asked[] = {flash_form_name(cut->flash_form),
                                 otp_form_name(cut->otp_form)};
    const char *const left[] = {
        torn->flash_busy ? flash_form_name(torn->flash_form)
                         : "nothing torn: no flash operation was in flight",
        torn->otp_busy ? otp_form_name(torn->otp_form)
                       : "nothing torn: no fuse was being burned"};

    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char expected[64];

        if (wrong[i]) {
            snprintf(expected, sizeof expected, "the cut leaves %s", asked[i]);
            run_fail(run, run->scenario->step[strike->step].place,
                     run->world->sequence, expected, left[i]);
        }
    }
}

static void strike_power(struct run *run)
{
    struct board *board = &run->world->board;
    struct world_strike *strike = &run->world->strike;
    struct board_cut_report torn;

    strike->cut.now_ns =
        strike->at_ns > board->now_ns ? strike->at_ns : board->now_ns;
    board_advance(board, machine_window(run->machine), strike->cut.now_ns,
                  &run->board_sink);
    board_power_cut(board, &strike->cut, &torn);
    struct event event = {.code = EVENT_POWER_CUT,
                          .number = {torn.flash_form, torn.otp_form,
                                     strike->cut.off_ns, strike->cut.sram, 0,
                                     torn.address}};
    snprintf(event.label, sizeof event.label, "%s",
             torn.flash_busy ? emit_partition(run, torn.address) : "");
    emit_event(run, &event);
    check_forms(run, &torn);
}

static void strike_reset(struct run *run)
{
    struct board *board = &run->world->board;
    const struct world_strike *strike = &run->world->strike;
    uint64_t at = strike->at_ns > board->now_ns ? strike->at_ns : board->now_ns;

    board_advance(board, machine_window(run->machine), at, &run->board_sink);
    emit_numbers(run, EVENT_RESET_FORCED, strike->cut.cause, 0, 0);
    board_warm_reset(board, at, strike->cut.cause);
}

static void strike_now(struct run *run)
{
    run->world->strike.armed = false;
    if (run->world->strike.power) {
        strike_power(run);
    } else {
        strike_reset(run);
    }
    run->world->counts.cuts_done++;
}

int steps_until(struct run *run, uint64_t now, bool *struck, struct diag *diag)
{
    struct board *board = &run->world->board;
    const struct world_strike *strike = &run->world->strike;

    *struck = false;
    while (!*struck) {
        uint32_t index = 0;
        uint64_t at = next_step(run, &index);

        if (strike->armed && strike->at_ns <= now && strike->at_ns <= at) {
            strike_now(run);
            *struck = true;
        } else if (at <= now) {
            board_advance(board, machine_window(run->machine), at,
                          &run->board_sink);
            run->world->step[index].fired = true;
            run->due[run->dues++] = index;
        } else {
            return 0;
        }
        int err = steps_carry_out(run, diag);
        if (err) {
            return err;
        }
    }
    return 0;
}
