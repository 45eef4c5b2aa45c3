/* SPDX-License-Identifier: MIT */
/*
 * The scenario's steps. A trigger only marks its step as due; its actions are
 * carried out after the command that caused it has been served, so no action
 * happens in the middle of another.
 */
#include "engine/steps.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "engine/device.h"
#include "engine/emit.h"
#include "engine/near.h"
#include "engine/net.h"
#include "engine/power.h"
#include "engine/spoil.h"
#include "engine/secure.h"
#include "engine/strike.h"
#include "engine/verdict.h"
#include "scenario/pattern.h"

/* ---- triggers ---------------------------------------------------------- */

static bool is_due(const struct run *run, uint32_t step)
{
    for (unsigned i = 0; i < run->world->dues; i++) {
        if (run->world->due[i].step == step) {
            return true;
        }
    }
    return false;
}

/* A step is due at most once at a time, so there is room. */
static struct world_due *next_due(struct run *run)
{
    assert(run->world->dues < SCENARIO_STEPS);
    return &run->world->due[run->world->dues++];
}

/* The event has come once more: is it one at which the step happens, and is
 * that the last? */
static bool comes(const struct step *step, struct world_step *state)
{
    uint32_t nth = step->on.nth == 0 ? 1 : step->on.nth;
    uint32_t every = step->every == 0 ? 1 : step->every;
    uint32_t times = step->times == 0 ? 1 : step->times;

    state->matched++;
    if (state->matched < nth || (state->matched - nth) % every != 0) {
        return false;
    }
    state->fired = (state->matched - nth) / every + 1 >= times;
    return true;
}

void steps_event(struct run *run, const struct event *event)
{
    for (unsigned i = 0; i < run->given->scenario->steps; i++) {
        const struct step *step = &run->given->scenario->step[i];
        struct world_step *state = &run->world->step[i];

        /* further events after it has fired do not matter */
        if (step->timed || state->fired) {
            continue;
        }
        if (!pattern_fits(&step->on, event)) {
            near_note(&state->near, &step->on, event);
            continue;
        }
        if (comes(step, state) && !is_due(run, i)) {
            *next_due(run) = (struct world_due){i, event->device};
        }
    }
}

bool steps_all_fired(const struct run *run)
{
    for (unsigned i = 0; i < run->given->scenario->steps; i++) {
        if (!run->world->step[i].fired &&
            !run->given->scenario->step[i].optional) {
            return false;
        }
    }
    for (unsigned i = 0; i < run->devices; i++) {
        if (run->world->device[i].strike.armed) {
            return false;
        }
    }
    return run->world->dues == 0;
}

/* ---- actions ----------------------------------------------------------- */

static int do_console(struct device *device, const struct action *action,
                      struct diag *diag)
{
    struct oracle_view view = device_view(device);

    if (board_console_line(&device->world->board, action->text) != 0) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "%s:%u:%u: the device has not read the earlier lines "
                         "yet; type this one later",
                         device->run->given->scenario->path, action->place.line,
                         action->place.column);
    }
    emit_text(device->run, device, EVENT_CONSOLE_IN, action->text);
    oracle_prompted(&device->world->oracle, &view);
    return 0;
}

static int do_accelerator(struct device *device, const struct action *action,
                          struct diag *diag)
{
    if (accelerator_plant(&device->world->board.accelerator, action->unit_fault,
                          action->after, action->times) != 0) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "%s:%u:%u: an accelerator fault still has bad results "
                         "to give; place them one after the other",
                         device->run->given->scenario->path, action->place.line,
                         action->place.column);
    }
    emit_numbers(device, EVENT_ACCELERATOR_FAULT, action->unit_fault,
                 action->times, action->after);
    return 0;
}

/* Actions on one device. */
static int do_to_device(struct device *device, uint32_t step,
                        const struct action *action, struct diag *diag)
{
    switch (action->kind) {
    case ACTION_CONSOLE:
        return do_console(device, action, diag);
    case ACTION_POWER_CUT:
    case ACTION_RESET:
        return strike_arm(device, step, action, diag);
    case ACTION_FLIP:
    case ACTION_DAMAGE:
    case ACTION_ROT:
    case ACTION_HOSTILE:
    case ACTION_FLASH_FAIL:
        return spoil(device, action, diag);
    case ACTION_ACCELERATOR:
        return do_accelerator(device, action, diag);
    case ACTION_NETWORK:
    case ACTION_LINK:
    case ACTION_OUTAGE:
        return net_change(device, action, diag);
    case ACTION_RNG:
        device->world->board.noise_stuck = action->face != 0;
        oracle_disturbed(&device->world->oracle);
        emit_numbers(device, EVENT_RNG, action->face, 0, 0);
        return 0;
    case ACTION_REBIND:
        net_rebind(device);
        return 0;
    case ACTION_CHARGE:
        power_charge(device, device->run->world->now_ns, action->done * 1000u);
        return 0;
    default:
        return 0;
    }
}

/* Actions on the world, or on the device of the step; on all devices if it has
 * none. */
static int do_action(struct run *run, const struct world_due *due,
                     const struct action *action, struct diag *diag)
{
    uint32_t only = run->given->scenario->step[due->step].device;
    int err = 0;

    switch (action->kind) {
    case ACTION_NOTE:
        emit_text(run, NULL, EVENT_NOTE, action->text);
        return 0;
    case ACTION_STOP:
        run->world->stop = true;
        return 0;
    case ACTION_PAUSES:
        run->world->pauses = true;
        return 0;
    case ACTION_PUBLISH:
        return net_publish(run, action, diag);
    case ACTION_WITHDRAW:
        net_withdraw(run);
        return 0;
    case ACTION_MISBEHAVE:
        net_misbehave(run, action);
        return 0;
    case ACTION_BEHAVE:
        net_behave(run, action);
        return 0;
    case ACTION_SHOWS:
        net_disturbed(run);
        secure_show(run, action);
        return 0;
    case ACTION_CLOCK_BACK:
        net_disturbed(run);
        secure_clock_back(run, action);
        return 0;
    case ACTION_RESTART:
        net_disturbed(run);
        secure_restart(run);
        return 0;
    default:
        break;
    }
    only = only != 0 ? only : due->device;
    for (unsigned i = 0; i < run->devices && err == 0; i++) {
        if (only == 0 || only == run->device[i].number) {
            err = do_to_device(&run->device[i], due->step, action, diag);
        }
    }
    return err;
}

int steps_carry_out(struct run *run, struct diag *diag)
{
    /* actions may make further steps due; each fires at most once, so this
     * ends */
    for (unsigned i = 0; i < run->world->dues; i++) {
        struct world_due due = run->world->due[i];
        const struct step *step = &run->given->scenario->step[due.step];

        for (unsigned k = 0; k < step->actions; k++) {
            int err = do_action(run, &due, &step->action[k], diag);
            if (err) {
                return err;
            }
        }
    }
    run->world->dues = 0;
    return 0;
}

/* ---- time -------------------------------------------------------------- */

uint64_t steps_next(const struct run *run)
{
    uint64_t next = BOARD_FOREVER;

    for (unsigned i = 0; i < run->given->scenario->steps; i++) {
        const struct step *step = &run->given->scenario->step[i];

        if (step->timed && !run->world->step[i].fired && step->at_ns < next) {
            next = step->at_ns;
        }
    }
    return next;
}

void steps_due(struct run *run, uint64_t now)
{
    for (unsigned i = 0; i < run->given->scenario->steps; i++) {
        const struct step *step = &run->given->scenario->step[i];

        if (step->timed && !run->world->step[i].fired && step->at_ns <= now) {
            run->world->step[i].fired = true;
            *next_due(run) = (struct world_due){i, 0};
            return; /* one by one: the effects of one may come in between */
        }
    }
}
