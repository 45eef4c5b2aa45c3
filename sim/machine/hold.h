/* SPDX-License-Identifier: MIT */
/*
 * Stops a virtual CPU that waits for its turn, right after the instruction at
 * which it waits, shows its registers and steps it by instructions.
 *
 * In the shim's callback no debugger can stop it. QEMU's monitor is therefore
 * told to stop the machine; when its main thread waits for the CPU to leave,
 * the CPU gets its turn and leaves at the end of its block. In single mode that
 * block is one instruction, so nothing that the host answers has been read yet.
 * That no further block began shows in the shim's counts. Nothing here depends
 * on the host's time, except for how long to wait for a QEMU that hangs.
 *
 * One for each process; two socket pairs, which hold_close() closes.
 */
#ifndef OTALAB_MACHINE_HOLD_H
#define OTALAB_MACHINE_HOLD_H

#include <stdbool.h>

#include "base/diag.h"
#include "machine/process.h"
#include "machine/rsp.h"
#include "shim/channel.h"

/* All zero: closed. */
struct hold {
    bool open;
    bool debugs; /* registers and steps: `debugger` is there */
    int monitor; /* our ends */
    int debugger;
    int child_monitor; /* QEMU's, until it has them; then -1 */
    int child_debugger;
    unsigned asked;    /* commands, and the greeting */
    unsigned answered; /* prompts */
    unsigned matched;  /* bytes of the next prompt */
    struct rsp_reader reader;
};

/* What ended a step. */
enum hold_step { HOLD_STEPPED, HOLD_TURN };

/* All that return int: 0, or OTALAB_ERR_SIMULATOR with a line in `diag`. */

/* Without `debugs`, someone else's debugger is to come. */
int hold_open(struct hold *hold, bool debugs, struct diag *diag);
/* The child was started. */
void hold_given(struct hold *hold);
void hold_close(struct hold *hold); /* a closed one is allowed */

/* Translate one instruction at a time, or whole blocks; what is translated
 * already is not changed. The CPU waits for its turn. */
int hold_single(struct hold *hold, bool single, struct process *process,
                struct diag *diag);
/* Stop the CPU; if it waits for its turn, it gets it. */
int hold_stop(struct hold *hold, struct process *process,
              struct channel *channel, struct diag *diag);
/* Let it run on. */
int hold_resume(struct hold *hold, struct process *process, struct diag *diag);
/* One instruction. HOLD_TURN: in it, the CPU waits for its turn;
 * hold_finish() gives it. */
int hold_step(struct hold *hold, struct process *process,
              struct channel *channel, enum hold_step *how, struct diag *diag);
int hold_finish(struct hold *hold, struct process *process,
                struct channel *channel, enum hold_step *how,
                struct diag *diag);
int hold_registers(struct hold *hold, struct process *process,
                   struct rsp_registers *out, struct diag *diag);

#endif
