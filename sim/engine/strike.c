/* SPDX-License-Identifier: MIT */
/*
 * Power cuts and resets from outside: a time at which one hits a device,
 * possibly during the operation in flight.
 */
#include "engine/strike.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/device.h"
#include "engine/emit.h"
#include "engine/power.h"
#include "engine/verdict.h"
#include "scenario/pattern.h"

static bool in_flight(const struct board *board)
{
    return flash_busy(&board->flash) || board->otp.busy;
}

/* "flash.program partition=requests nth=2 (#95) ended 13.216 us before": the
 * event at which to place a strike that came too late to hit anything. */
static void say_work(const struct device *device, bool idle,
                     struct run_failure *failure)
{
    const struct world_work *work = &device->world->work;
    uint64_t now = device->run->world->now_ns;
    char partition[EVENT_LABEL + 12] = "";
    char which[16] = "";
    char ago[32];

    if (!idle || failure == NULL || work->sequence == 0) {
        return;
    }
    event_time(now > work->end_ns ? now - work->end_ns : 0, ago, sizeof ago);
    if (work->partition[0] != '\0') {
        snprintf(partition, sizeof partition, " partition=%s", work->partition);
    }
    if (device->run->devices > 1) {
        snprintf(which, sizeof which, " device=%u", device->number);
    }
    snprintf(failure->near, sizeof failure->near,
             "#%" PRIu64
             " %s%s nth=%u%s, which ended %s earlier; place it at that event",
             work->sequence, event_kind(work->code)->name, partition,
             (unsigned)work->nth, which, ago);
}

/* When a strike hits that is placed at `done`/1000 of the operation under
 * way. */
static uint64_t strike_time(const struct device *device,
                            const struct action *action)
{
    const struct board *board = &device->world->board;
    uint64_t world = device->run->world->now_ns;
    uint64_t start = world > board->now_ns ? world : board->now_ns;
    uint64_t end = start;
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

/* A step that says how far an operation is expects one. */
static void check_done(struct device *device, uint32_t step,
                       const struct action *action)
{
    struct run *run = device->run;
    char what[160];
    char expected[200];
    char seen[240];

    if (!action->done_given || in_flight(&device->world->board)) {
        return;
    }
    snprintf(expected, sizeof expected, "an operation in flight, %u.%u %% done",
             (unsigned)(action->done / 10u), (unsigned)(action->done % 10u));
    snprintf(seen, sizeof seen, "nothing was in flight: %s",
             step_text(&run->given->scenario->step[step], what, sizeof what));
    say_work(device, true,
             verdict_fail(run, action->place, run->world->sequence, expected,
                          seen));
}

int strike_arm(struct device *device, uint32_t step,
               const struct action *action, struct diag *diag)
{
    struct world_strike *strike = &device->world->strike;

    if (strike->armed) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "%s:%u:%u: a power cut or reset is already pending; "
                         "place them one after the other",
                         device->run->given->scenario->path, action->place.line,
                         action->place.column);
    }
    check_done(device, step, action);
    *strike = (struct world_strike){
        .armed = true,
        .power = action->kind == ACTION_POWER_CUT,
        .at_ns = strike_time(device, action),
        .step = step,
        .cut = {.off_ns = action->off_ns,
                .flash_form = action->form,
                .flash_reach = action->reach,
                .flash_draw = action->draw,
                .reading = action->reading,
                .otp_form = action->fuse_form,
                .cause = action->cause,
                .sram = action->sram},
    };
    device->run->world->counts.cuts_asked++;
    return 0;
}

/* If a form was requested, the cut must leave it. */
static void check_forms(struct device *device,
                        const struct board_cut_report *torn)
{
    const struct world_strike *strike = &device->world->strike;
    const struct board_cut *cut = &strike->cut;
    const bool wrong[] = {
        cut->flash_form != FLASH_FORM_AUTO &&
            (!torn->flash_busy || torn->flash_form != cut->flash_form),
        cut->otp_form != OTP_FORM_AUTO &&
            (!torn->otp_busy || torn->otp_form != cut->otp_form)};
    const char *const asked[] = {flash_form_name(cut->flash_form),
                                 otp_form_name(cut->otp_form)};
    const bool idle[] = {!torn->flash_busy, !torn->otp_busy};
    const char *const left[] = {
        torn->flash_busy ? flash_form_name(torn->flash_form)
                         : "nothing torn: no flash operation was in flight",
        torn->otp_busy ? otp_form_name(torn->otp_form)
                       : "nothing torn: no fuse was being burned"};

    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char expected[64];

        if (wrong[i]) {
            snprintf(expected, sizeof expected, "the cut leaves %s", asked[i]);
            say_work(device, idle[i],
                     verdict_fail(
                         device->run,
                         device->run->given->scenario->step[strike->step].place,
                         device->run->world->sequence, expected, left[i]));
        }
    }
}

static void tell_oracle(struct device *device, enum ctl_reset_cause cause,
                        bool meant)
{
    struct oracle_view view = device_view(device);

    oracle_struck(&device->world->oracle, &view, cause, meant);
}

/* What an earlier cut has torn reads differently now, to which the device did
 * nothing. */
static void tell_reading(struct device *device, const struct board_cut *cut,
                         const struct board_cut_report *report)
{
    const struct flash_torn *torn = &device->world->board.flash.torn;
    struct oracle_view view = device_view(device);
    bool torn_now = report->flash_busy &&
                    report->flash_form != FLASH_FORM_BEFORE &&
                    report->flash_form != FLASH_FORM_AFTER;

    if (cut->reading != READING_LEFT && torn->kind != FLASH_IDLE && !torn_now) {
        oracle_damaged(&device->world->oracle, &view, torn->address,
                       torn->length, 1);
    }
}

int strike_power(struct device *device, uint64_t now, struct board_cut *cut,
                 bool meant, struct board_cut_report *torn, struct diag *diag)
{
    struct board *board = &device->world->board;
    struct event event = {.code = EVENT_POWER_CUT};

    cut->now_ns = now > board->now_ns ? now : board->now_ns;
    device_advance(device, cut->now_ns);
    tell_oracle(device, cut->cause, meant);
    board_power_cut(board, cut, torn);
    tell_reading(device, cut, torn);
    event.number[0] = torn->flash_busy ? torn->flash_form : FLASH_FORM_AUTO;
    event.number[1] = torn->otp_busy ? torn->otp_form : OTP_FORM_AUTO;
    event.number[2] = cut->off_ns;
    event.number[3] = cut->sram;
    event.number[5] = torn->address;
    snprintf(event.label, sizeof event.label, "%s",
             torn->flash_busy ? emit_partition(device->run, torn->address)
                              : "");
    emit_event(device->run, device, &event);
    power_update(device, cut->now_ns);
    return device_struck(device, diag);
}

static void strike_reset(struct device *device, uint64_t now,
                         enum ctl_reset_cause cause)
{
    struct board *board = &device->world->board;
    uint64_t at = now > board->now_ns ? now : board->now_ns;

    device_advance(device, at);
    emit_numbers(device, EVENT_RESET_FORCED, cause, 0, 0);
    tell_oracle(device, cause, true);
    board_warm_reset(board, at, cause);
    power_update(device, at);
}

uint64_t strike_next(const struct device *device)
{
    const struct world_strike *strike = &device->world->strike;

    return strike->armed ? strike->at_ns : BOARD_FOREVER;
}

static void count_cut(struct device *device)
{
    device->world->quiet_boots = 0;
    device->world->cuts++;
    device->world->boots_cut = device->world->boots;
    device->run->world->counts.cuts_done++;
}

int strike_crash(struct device *device, struct board_cut *cut,
                 struct board_cut_report *torn, struct diag *diag)
{
    device->run->world->counts.cuts_asked++;
    count_cut(device);
    return strike_power(device, device->run->world->now_ns, cut, true, torn,
                        diag);
}

int strike_pin(struct device *device, struct diag *diag)
{
    device->run->world->counts.cuts_asked++;
    count_cut(device);
    strike_reset(device, device->run->world->now_ns, CTL_CAUSE_PIN);
    return device_struck(device, diag);
}

int strike_happen(struct device *device, uint64_t now, struct diag *diag)
{
    struct world_strike *strike = &device->world->strike;
    struct board_cut_report torn;
    int err = 0;

    strike->armed = false;
    count_cut(device);
    if (strike->power) {
        err = strike_power(device, now, &strike->cut, true, &torn, diag);
        check_forms(device, &torn);
        return err;
    }
    strike_reset(device, now, strike->cut.cause);
    return device_struck(device, diag);
}
