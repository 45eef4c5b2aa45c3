/* SPDX-License-Identifier: MIT */
/*
 * A live machine: the CPU of one device as it stood after one event of a
 * history, made again by running the scenario up to there, a slice at a time.
 * It can be stepped from there. The history that is shown does not follow it.
 */
#ifndef OTALAB_TUI_CPU_H
#define OTALAB_TUI_CPU_H

#include <stdbool.h>
#include <stdint.h>

#include "base/paths.h"
#include "engine/probe.h"
#include "record/event.h"
#include "scenario/scenario.h"
#include "symbols/symbols.h"

#define CPU_CALLERS 8u

enum cpu_state {
    CPU_REBUILDING, /* cpu_go() brings it nearer */
    CPU_STANDS,
    CPU_GONE /* `why` */
};

struct cpu_facts {
    enum cpu_state state;
    uint64_t at;      /* event at which it was made */
    uint64_t reached; /* event that the run has reached */
    uint64_t steps;   /* instructions since */
    struct probe_cpu now;
    struct probe_cpu before; /* the last step or steps */
    unsigned places;
    struct symbols_place place[CPU_CALLERS]; /* where it stands; callers */
    char why[200];
};

struct cpu;

/* Device from 1, `event` as the history has it. The scenario and `where`
 * outlive it. 0, or OTALAB_ERR_SIMULATOR without memory. */
int cpu_begin(struct cpu **out, const struct scenario *scenario,
              const struct locations *where, unsigned device,
              const struct event *event, struct diag *diag);
/* Rebuild for about `budget_ms` of host time. What goes wrong is in `why`. */
void cpu_go(struct cpu *cpu, unsigned budget_ms);
/* Instructions; or until another line of the source, at most CPU_FAR of
 * them. */
void cpu_step(struct cpu *cpu, unsigned steps);
void cpu_step_line(struct cpu *cpu);
#define CPU_FAR 20000u

const struct cpu_facts *cpu_facts(const struct cpu *cpu);
/* As it sees memory; NULL if there is none, or unless it stands. */
const uint8_t *cpu_memory(const struct cpu *cpu, uint32_t address,
                          uint32_t size);
void cpu_end(struct cpu *cpu); /* NULL is fine */

#endif
