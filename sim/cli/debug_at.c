/* SPDX-License-Identifier: MIT */
#include "cli/debug_at.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/core.h"
#include "cli/debugger.h"
#include "engine/case.h"
#include "engine/probe.h"
#include "engine/run.h"
#include "symbols/programs.h"
#include "symbols/symbols.h"

/* Events before the point at which the slow part of the way begins. */
#define NEAR 32u

int debug_at_read(const char *text, struct debug_at *out, struct diag *diag)
{
    static const char *const names[] = {[DEBUG_AT_START] = "start",
                                        [DEBUG_AT_BEFORE] = "before-fault",
                                        [DEBUG_AT_AFTER] = "after-fault"};
    char *end;

    *out = (struct debug_at){.what = DEBUG_AT_START};
    for (unsigned i = 0; text != NULL && i < DEBUG_AT_EVENT; i++) {
        if (strcmp(text, names[i]) == 0) {
            out->what = i;
            return 0;
        }
    }
    if (text == NULL) {
        return 0;
    }
    out->what = DEBUG_AT_EVENT;
    out->event = strtoull(text, &end, 10);
    return text[0] >= '1' && text[0] <= '9' && *end == '\0'
               ? 0
               : diag_fail(diag, OTALAB_ERR_USAGE,
                           "--gdb-at %s: give start, before-fault, "
                           "after-fault, or the number of an event",
                           text);
}

/* ---- one run ------------------------------------------------------------- */

/* A run and all that it needs, in the order in which it is made. */
struct session {
    struct run_options options;
    struct run_case given;
    struct run *run;
    struct run_result *result;
};

static int begin(struct session *session, const struct scenario *scenario,
                 const struct run_options *options, struct run_result *result,
                 struct diag *diag)
{
    *session = (struct session){.options = *options, .result = result};
    memset(result, 0, sizeof *result);
    recording_init(&result->recording);
    int err = case_make(&session->given, scenario, &session->options, diag);

    return err ? err : run_begin(&session->run, &session->given, result, diag);
}

static void end(struct session *session)
{
    run_end(session->run);
    case_free(&session->given);
}

/* ---- the point ----------------------------------------------------------- */

/* Does this step break something? */
static bool is_fault(const struct step *step)
{
    static const bool breaks[] = {
        [ACTION_POWER_CUT] = true,   [ACTION_RESET] = true,
        [ACTION_FLIP] = true,        [ACTION_DAMAGE] = true,
        [ACTION_FLASH_FAIL] = true,  [ACTION_MISBEHAVE] = true,
        [ACTION_NETWORK] = true,     [ACTION_LINK] = true,
        [ACTION_OUTAGE] = true,      [ACTION_CHARGE] = true,
        [ACTION_ACCELERATOR] = true, [ACTION_SHOWS] = true,
        [ACTION_RESTART] = true,     [ACTION_REBIND] = true,
        [ACTION_CLOCK_BACK] = true,  [ACTION_RNG] = true};

    for (unsigned i = 0; i < step->actions; i++) {
        unsigned kind = step->action[i].kind;

        if (kind < sizeof breaks / sizeof breaks[0] && breaks[kind]) {
            return true;
        }
    }
    return false;
}

static bool has_begun(const struct session *session)
{
    const struct scenario *scenario = session->given.scenario;
    unsigned added = session->options.faults;
    unsigned first = added < scenario->steps ? scenario->steps - added : 0;

    for (unsigned i = added > 0 ? first : 0; i < scenario->steps; i++) {
        if (run_world(session->run)->step[i].fired &&
            (added > 0 || is_fault(&scenario->step[i]))) {
            return true;
        }
    }
    return false;
}

/* A cut that was asked for comes a little later. */
static bool is_to_come(const struct session *session)
{
    const struct world *world = run_world(session->run);

    for (unsigned i = 0; i < world->devices; i++) {
        if (world->device[i].strike.armed) {
            return true;
        }
    }
    return false;
}

static int one_turn(struct session *session, struct diag *diag)
{
    static const struct run_until once = {.what = UNTIL_EVENT, .sequence = 0};

    return run_to(session->run, &once, diag);
}

/* Where a run stands. */
struct point {
    struct run_until until;
    uint64_t sequence;
};

static struct point point_of(const struct session *session)
{
    const struct world *world = run_world(session->run);

    return (struct point){.until = {.what = UNTIL_TURN,
                                    .turns = world->turns,
                                    .phase = world->phase},
                          .sequence = world->sequence};
}

/* To the first fault, and past it if `after`. */
static int seek(struct session *session, bool after, struct point *out,
                struct diag *diag)
{
    int err = 0;

    while (err == 0 && !has_begun(session)) {
        if (run_over(session->run)) {
            return diag_fail(diag, OTALAB_ERR_USAGE,
                             "no fault happens in this run: give an event's "
                             "number");
        }
        *out = point_of(session);
        err = one_turn(session, diag);
    }
    while (err == 0 && after && is_to_come(session) &&
           !run_over(session->run)) {
        err = one_turn(session, diag);
    }
    if (after) {
        *out = point_of(session);
    }
    return err;
}

static int find_point(const struct debug_at *at,
                      const struct scenario *scenario,
                      const struct run_options *quiet, struct point *out,
                      struct diag *diag)
{
    struct run_result result;
    struct session session;

    *out = (struct point){.until = {.what = UNTIL_EVENT, .sequence = at->event},
                          .sequence = at->event};
    if (at->what == DEBUG_AT_EVENT) {
        return 0;
    }
    int err = begin(&session, scenario, quiet, &result, diag);

    err = err ? err : seek(&session, at->what == DEBUG_AT_AFTER, out, diag);
    end(&session);
    run_result_free(&result);
    return err;
}

/* ---- the debugger -------------------------------------------------------- */

static uint64_t beginning(const struct point *point, bool near)
{
    return near && point->sequence > NEAR ? point->sequence - NEAR : 0;
}

static int approach(struct session *session, const struct point *point,
                    bool near, bool *exact, struct diag *diag)
{
    int err = probe_go(session->run, beginning(point, near), &point->until,
                       exact, diag);

    if (err == 0 && run_over(session->run)) {
        err = diag_fail(diag, OTALAB_ERR_USAGE,
                        "the run is over at event %" PRIu64,
                        run_world(session->run)->sequence);
    }
    return err;
}

/* Whether the short way is good enough. */
static int rehearse(const struct scenario *scenario,
                    const struct run_options *quiet, const struct point *point,
                    bool *near, struct diag *diag)
{
    struct run_result result;
    struct session session;
    int err = begin(&session, scenario, quiet, &result, diag);

    err = err ? err : approach(&session, point, true, near, diag);
    end(&session);
    run_result_free(&result);
    return err;
}

static const uint8_t *memory_at(void *context, uint32_t address, uint32_t size)
{
    const struct session *session = context;

    return probe_memory(session->run, address, size);
}

/* Leave out those that are not in memory. */
static int present(struct session *session, struct programs *programs,
                   struct diag *diag)
{
    struct symbols_memory memory = {.at = memory_at, .context = session};
    struct symbols *symbols = NULL;
    unsigned kept = 0;
    int err = symbols_open(&symbols, &memory, diag);

    for (unsigned i = 0; i < programs->count && err == 0; i++) {
        if (symbols_add(symbols, programs->program[i].name,
                        programs->program[i].path)) {
            programs->program[kept++] = programs->program[i];
        }
    }
    symbols_close(symbols);
    programs->count = kept;
    return err;
}

static int say(struct session *session, const struct locations *where,
               struct diag *diag)
{
    const struct scenario *scenario = session->given.scenario;
    struct programs programs;
    char there[48];

    programs_find(scenario, where, &programs);
    int err = present(session, &programs, diag);

    snprintf(there, sizeof there, "after event %" PRIu64,
             run_world(session->run)->sequence);
    if (err == 0) {
        debugger_say_at(stderr, scenario->name, there, &programs,
                        session->options.gdb_port);
    }
    return err;
}

static int debug(struct session *session, const struct point *point, bool near,
                 const struct locations *where, struct diag *diag)
{
    static const struct run_until at_end = {.what = UNTIL_END};
    bool exact = false;
    int err = approach(session, point, near, &exact, diag);

    err = err ? err : probe_leave(session->run, diag);
    err = err ? err : say(session, where, diag);
    err = err ? err : run_to(session->run, &at_end, diag);
    if (err == 0) {
        run_judge(session->run);
    }
    return err;
}

int debug_at_run(const struct debug_at *at, const struct scenario *scenario,
                 const struct run_options *options,
                 const struct locations *where, struct run_result *result,
                 struct diag *diag)
{
    struct run_options loud = *options;
    struct run_options quiet = *options;
    struct session session = {.run = NULL};
    struct point point;
    bool near = true;

    loud.probe = 1;
    quiet.probe = 1;
    quiet.gdb_port = 0;
    quiet.story = NULL;
    memset(result, 0, sizeof *result);
    int err = find_point(at, scenario, &quiet, &point, diag);

    err = err ? err : rehearse(scenario, &quiet, &point, &near, diag);
    if (err == 0) {
        err = begin(&session, scenario, &loud, result, diag);
        err = err ? err : debug(&session, &point, near, where, diag);
        end(&session);
    }
    return err;
}
