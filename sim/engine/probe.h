/* SPDX-License-Identifier: MIT */
/*
 * Looks into a device's CPU where a run has stopped: registers, memory, and
 * steps of one instruction, during which the world goes on as it must. The run
 * needs run_options.probe, the number of the device. A run that was probed
 * continues with run_to() as if it had not been.
 *
 * All that return int: 0, or a negative enum otalab_err with a line in `diag`;
 * then only run_end() may be called.
 */
#ifndef OTALAB_ENGINE_PROBE_H
#define OTALAB_ENGINE_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "engine/run.h"
#include "engine/until.h"

/* Core registers. 13: stack pointer, 14: link register, 15: program counter */
struct probe_cpu {
    uint32_t r[16];
    uint32_t xpsr;
};

/* Go to that point and stop the CPU: after the instruction that gave its
 * last command, whose answer it has not seen. The last part of the way is done
 * instruction by instruction, from event `from` on; 0 takes the longest and is
 * always exact. *exact is false if that was too late. */
int probe_go(struct run *run, uint64_t from, const struct run_until *until,
             bool *exact, struct diag *diag);
/* From here on instruction by instruction, so that a later probe_go() is
 * exact. */
int probe_single(struct run *run, struct diag *diag);
/* Whether the CPU is stopped, so that it can be stepped and has registers: not
 * after the end of the run, and not when a step ended in a reset. */
bool probe_stands(const struct run *run);
/* One instruction. */
int probe_step(struct run *run, struct diag *diag);
int probe_registers(struct run *run, struct probe_cpu *out, struct diag *diag);
/* Leave the stopped CPU to a debugger at run_options.gdb_port. */
int probe_leave(struct run *run, struct diag *diag);
/* `size` bytes at `address` as the CPU sees them; NULL if they are not in the
 * window (flash, SRAM, ROM). */
const uint8_t *probe_memory(const struct run *run, uint32_t address,
                            uint32_t size);

#endif
