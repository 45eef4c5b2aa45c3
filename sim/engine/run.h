/* SPDX-License-Identifier: MIT */
/*
 * One scenario, run on the real binaries: provision, start the machine, serve
 * its doorbells, place the faults, watch, judge. run_scenario() does it all.
 * The other functions let a run stop anywhere, be saved there, and continue
 * from there as often as you like, each time in exactly the same way.
 *
 * A CPU cannot be saved. Where every device is in reset, or power has just come
 * on, a checkpoint is the state of the world itself: taken and restored within
 * a fraction of a millisecond, plus the start of a new process if a device does
 * not wait at a command or its SRAM outlives the reset. At any other point, a
 * checkpoint consists of the last such state and the turns since then, which
 * run_restore() replays without telling anyone. With several devices this is
 * the rule, because they are seldom all in reset at once.
 */
#ifndef OTALAB_ENGINE_RUN_H
#define OTALAB_ENGINE_RUN_H

#include "base/diag.h"
#include "engine/given.h"
#include "engine/result.h"
#include "engine/until.h"
#include "scenario/mistakes.h"

/* 0 if there is a verdict (any but RUN_ERROR); otherwise a negative enum
 * otalab_err with a line in diag, and the evidence as far as there is any. The
 * caller owns scenario, options and result. */
int run_scenario(const struct scenario *scenario,
                 const struct run_options *options, struct run_result *result,
                 struct diag *diag);

/* Check that run_scenario() would get as far as power-on. Needs no QEMU.
 * `mistakes` holds what is wrong with the scenario; other errors are in diag
 * alone. */
int run_check(const struct scenario *scenario,
              const struct run_options *options, struct mistakes *mistakes,
              struct diag *diag);

struct run;
struct checkpoint;

/* Switch power on. The case must outlive the run, and so must `result`, which
 * holds the recording. All functions that return int: 0, or a negative enum
 * otalab_err with a line in `diag`; then only run_end() may be called. It
 * accepts NULL, too. */
int run_begin(struct run **out, const struct run_case *given,
              struct run_result *result, struct diag *diag);
int run_to(struct run *run, const struct run_until *until, struct diag *diag);
/* Whether nothing more happens except the verdict. */
bool run_over(const struct run *run);
/* Judge a run that is over, and fill the result with verdict and evidence. The
 * run may still be restored, and judged again. */
void run_judge(struct run *run);
void run_end(struct run *run);

/* Outside of reset only with run_options.forks, otherwise OTALAB_ERR_USAGE.
 * checkpoint_leave() must be called before run_end(). */
int run_save(struct run *run, struct checkpoint **out, struct diag *diag);
int run_restore(struct run *run, struct checkpoint *checkpoint,
                struct diag *diag);
void checkpoint_leave(struct checkpoint *checkpoint);

/*
 * Power fails now, for the first device: what would be left, without disturbing
 * this run. `key` gets what that can become (engine/key.h); if `wanted` says
 * so, *out the checkpoint to continue from, otherwise NULL. `cut` must leave
 * what it asks for: *exact tells. Only between run_to() that stopped at
 * UNTIL_CHANGE and the next.
 */
struct crash {
    struct board_cut cut;
    bool reset; /* instead: a reset from outside, by a pin */
    bool (*wanted)(void *context, const uint8_t key[32]);
    void *context;
    uint8_t key[32];
    bool exact; /* the form is the one asked for */
};
int run_crash(struct run *run, struct crash *crash, struct checkpoint **out,
              struct diag *diag);
/* What the run can become; it stopped where a device is in reset. */
void run_key(const struct run *run, uint8_t key[32]);
/* Judge it, without evidence: the verdict is in the world. */
void run_close(struct run *run);

const struct world *run_world(const struct run *run);

#endif
