/* SPDX-License-Identifier: MIT */
/*
 * One scenario, run on the real binaries: provision, start the machine, serve
 * its doorbells, place the faults, watch, judge. run_scenario() does it all;
 * the other functions let a run stop anywhere, be saved there, and go on from
 * there as often as one likes, each time in exactly the same way.
 *
 * A CPU cannot be saved. Where every device is in reset, or power has just come
 * on, a checkpoint is the state of the world itself: taken and restored within
 * a fraction of a millisecond, but for a process that has to be started anew
 * when a device does not stand at a command or its SRAM outlives the reset. At
 * any other point it is the last such one and the turns since then, which
 * run_restore() plays again, unheard. With several devices that is the rule:
 * seldom are all of them in reset at once.
 */
#ifndef OTALAB_ENGINE_RUN_H
#define OTALAB_ENGINE_RUN_H

#include "base/diag.h"
#include "engine/given.h"
#include "engine/result.h"
#include "engine/until.h"
#include "scenario/mistakes.h"

/* 0 when there is a verdict (all but RUN_ERROR); otherwise a negative enum
 * otalab_err with a line in diag, and the evidence as far as there is any. The
 * caller owns scenario, options and result. */
int run_scenario(const struct scenario *scenario,
                 const struct run_options *options, struct run_result *result,
                 struct diag *diag);

/* Would run_scenario() come as far as power-on? Needs no QEMU. `mistakes` has
 * what is wrong with the scenario; other errors are in diag alone. */
int run_check(const struct scenario *scenario,
              const struct run_options *options, struct mistakes *mistakes,
              struct diag *diag);

struct run;
struct checkpoint;

/* Power comes on. The case outlives the run, and so does `result`, which has
 * the recording. All that return int: 0, or a negative enum otalab_err with a
 * line in `diag`; then only run_end() is left, which takes NULL, too. */
int run_begin(struct run **out, const struct run_case *given,
              struct run_result *result, struct diag *diag);
int run_to(struct run *run, const struct run_until *until, struct diag *diag);
/* Nothing more comes but the verdict. */
bool run_over(const struct run *run);
/* Judge a run that is over, and fill the result with verdict and evidence. It
 * may still be restored, and be judged again. */
void run_judge(struct run *run);
void run_end(struct run *run);

/* Elsewhere than in reset only with run_options.forks, else
 * OTALAB_ERR_USAGE. checkpoint_leave() is due before run_end(). */
int run_save(struct run *run, struct checkpoint **out, struct diag *diag);
int run_restore(struct run *run, struct checkpoint *checkpoint,
                struct diag *diag);
void checkpoint_leave(struct checkpoint *checkpoint);

const struct world *run_world(const struct run *run);

#endif
