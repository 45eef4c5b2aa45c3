/* SPDX-License-Identifier: MIT */
/* A run from power-on to its verdict, and from any point, as often as
 * needed. */
#include "engine/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/core.h"
#include "engine/case.h"
#include "engine/checkpoint.h"
#include "engine/close.h"
#include "engine/device.h"
#include "engine/emit.h"
#include "engine/join.h"
#include "engine/key.h"
#include "engine/listeners.h"
#include "engine/loop.h"
#include "engine/pause.h"
#include "engine/setup.h"
#include "engine/sinks.h"
#include "engine/strike.h"

#include <mbedtls/version.h>

/* Only once there is a machine: a run that cannot begin has no story. */
static void say_title(const struct run *run)
{
    const struct run_options *options = run->options;

    if (options->story != NULL) {
        fprintf(options->story, "%s%s\n", options->apart ? "\n" : "",
                run->given->scenario->title);
    }
}

static int start(struct run *run, struct diag *diag)
{
    struct recording_header header = {
        .scenario = run->given->scenario->name,
        .seed = run->given->scenario->seed,
        .digests = run->given->digests,
        .tools = MBEDTLS_VERSION_STRING_FULL,
    };
    int err = recording_begin(&run->result->recording, &header);

    memset(run->result->met_at, 0, sizeof run->result->met_at);
    err = err ? err : join_open(run, diag);
    if (err == 0 && run->options->track) {
        err = track_begin(&run->result->track, run->world, &run->given->map);
    }
    for (unsigned i = 0; i < run->devices && err == 0; i++) {
        err = device_start(&run->device[i], diag);
        if (err == 0 && i == 0) {
            say_title(run);
        }
        if (err == 0) {
            emit_numbers(&run->device[i], EVENT_POWER_ON, 0, 0, 0);
        }
    }
    return err;
}

static int run_init(struct run *run, const struct run_case *given,
                    struct run_result *result, struct diag *diag)
{
    *run = (struct run){.given = given,
                        .options = given->options,
                        .result = result,
                        .world = calloc(1, sizeof *run->world)};
    if (run->world == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    sinks_init(run);
    listeners_join(run);
    return setup_world(run, diag);
}

int run_begin(struct run **out, const struct run_case *given,
              struct run_result *result, struct diag *diag)
{
    struct run *run = calloc(1, sizeof *run);

    *out = run;
    if (run == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    int err = run_init(run, given, result, diag);

    err = err ? err : start(run, diag);
    return err ? err : checkpoint_note(run, diag);
}

int run_to(struct run *run, const struct run_until *until, struct diag *diag)
{
    return loop_over(run) ? 0 : loop_until(run, until, diag);
}

bool run_over(const struct run *run)
{
    return loop_over(run);
}

const struct world *run_world(const struct run *run)
{
    return run->world;
}

void run_judge(struct run *run)
{
    close_run(run);
    close_keep(run, true);
}

void run_end(struct run *run)
{
    if (run == NULL) {
        return;
    }
    checkpoint_leave(run->last);
    join_close(run);
    for (unsigned i = 0; i < run->devices; i++) {
        machine_stop(run->device[i].machine);
        sectors_free(&run->held[i]);
    }
    slices_free(&run->held_rest);
    free(run->world);
    free(run);
}

/* ---- forks --------------------------------------------------------------- */

int run_save(struct run *run, struct checkpoint **out, struct diag *diag)
{
    *out = NULL;
    if (checkpoint_possible(run)) {
        return checkpoint_take(run, out, diag);
    }
    if (run->last == NULL) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "a device is not in reset: run_options.forks");
    }
    struct checkpoint *made = calloc(1, sizeof *made);

    if (made == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    *made = (struct checkpoint){.users = 1,
                                .base = checkpoint_use(run->last),
                                .turns = run->world->turns,
                                .phase = run->world->phase};
    *out = made;
    return 0;
}

/* Replay from the last point to the target; nobody is told again. */
static int play_again(struct run *run, const struct checkpoint *to,
                      struct diag *diag)
{
    struct run_until until = {.what = UNTIL_TURN,
                              .turns = to->turns,
                              .phase = to->phase};
    bool there =
        run->world->turns == to->turns && run->world->phase == to->phase;

    run->again = true;
    int err = there ? 0 : loop_until(run, &until, diag);
    run->again = false;
    return err;
}

int run_restore(struct run *run, struct checkpoint *checkpoint,
                struct diag *diag)
{
    struct checkpoint *from =
        checkpoint->base != NULL ? checkpoint->base : checkpoint;
    int err = checkpoint_go(run, from, diag);

    if (err == 0 && run->options->forks) {
        checkpoint_use(from);
        checkpoint_leave(run->last);
        run->last = from;
    }
    return err || from == checkpoint ? err : play_again(run, checkpoint, diag);
}

/* ---- crashes ------------------------------------------------------------- */

void run_key(const struct run *run, uint8_t key[32])
{
    world_key(run->world, run->given->scenario, key);
}

void run_close(struct run *run)
{
    close_run(run);
}

/* The world after the cut; its machine is told nothing. */
static int strike_now(struct run *run, struct crash *crash, struct diag *diag)
{
    struct device *device = &run->device[0];
    struct board_cut_report torn;

    if (crash->reset) {
        return strike_pin(device, diag);
    }
    int err = strike_crash(device, &crash->cut, &torn, diag);

    crash->exact = (crash->cut.flash_form == FLASH_FORM_AUTO ||
                    torn.flash_form == crash->cut.flash_form) &&
                   (crash->cut.otp_form == OTP_FORM_AUTO ||
                    torn.otp_form == crash->cut.otp_form);
    return err;
}

int run_crash(struct run *run, struct crash *crash, struct checkpoint **out,
              struct diag *diag)
{
    struct ctl_page *page = machine_page(run->device[0].machine);
    uint32_t status = page->status;
    bool seen = run->seen;
    struct checkpoint *aside;
    int err = checkpoint_copy(run, &aside, diag);

    *out = NULL;
    if (err) {
        return err;
    }
    crash->exact = true;
    err = strike_now(run, crash, diag);
    err = err ? err : pause_take(run, diag);
    run_key(run, crash->key);
    if (err == 0 && crash->wanted(crash->context, crash->key)) {
        err = checkpoint_take(run, out, diag);
    }
    if (checkpoint_put(run, aside) != 0 && err == 0) {
        err = diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    checkpoint_leave(aside);
    page->status = status;
    run->seen = seen;
    return err;
}

/* ---- in one go ----------------------------------------------------------- */

static int play(const struct run_case *given, struct run_result *result,
                struct diag *diag)
{
    static const struct run_until end = {.what = UNTIL_END};
    struct run *run = NULL;
    int err = run_begin(&run, given, result, diag);

    if (err == 0) {
        err = run_to(run, &end, diag);
        if (err == 0) {
            close_run(run);
        }
        close_keep(run, err == 0);
    }
    run_end(run);
    return err;
}

int run_scenario(const struct scenario *scenario,
                 const struct run_options *options, struct run_result *result,
                 struct diag *diag)
{
    struct run_case given;
    struct core core;

    memset(result, 0, sizeof *result);
    recording_init(&result->recording);
    core_hold(&core, CORE_HERE);
    int err = case_make(&given, scenario, options, diag);

    err = err ? err : play(&given, result, diag);
    result->verdict = err ? RUN_ERROR : result->verdict;
    case_free(&given);
    core_release(&core);
    return err;
}

int run_check(const struct scenario *scenario,
              const struct run_options *options, struct mistakes *mistakes,
              struct diag *diag)
{
    struct run_result result = {.verdict = RUN_ERROR};
    struct run_case given;
    struct run run = {.devices = 0};
    int err = case_make(&given, scenario, options, diag);

    err = err ? err : run_init(&run, &given, &result, diag);
    *mistakes = given.mistakes;
    free(run.world);
    case_free(&given);
    return err;
}
