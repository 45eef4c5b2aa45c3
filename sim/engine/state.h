/* SPDX-License-Identifier: MIT */
/*
 * What one run consists of: the world (a value) and everything outside it.
 * Private to sim/engine, whose files include each other without cycles; from
 * the ground up:
 *   case.c       what does not change, from the scenario: fit.c, signer.c,
 *                publish.c
 *   hear.c       who is told about an event
 *   verdict.c    why a run fails; near.c, cause.c: what explains it
 *   track.c      what an event has changed, for the recording
 *   emit.c       events: numbered, dated, told
 *   power.c      batteries
 *   device.c     one device and its machine
 *   join.c       a real server in place of the modelled one
 *   net.c        links, server, publishing
 *   setup.c      the world before power is switched on
 *   strike.c     power cuts and resets from outside; brownout.c: from within
 *   spoil.c      flips, damage and failures of flash
 *   steps.c      triggers and actions
 *   expects.c    expectations during the run
 *   ends.c       what is judged when it is over
 *   agenda.c     what happens next in the world, in order of time
 *   serve.c      a device continues
 *   sinks.c      what boards and oracles report
 *   listeners.c  who is told about a run
 *   close.c      the run is over: verdict and evidence
 *   checkpoint.c points to which a run can return
 *   key.c        what a situation can still become
 *   probe.c      a device's CPU, stopped and stepped
 *   run.c        the loop around all of them
 */
#ifndef OTALAB_ENGINE_STATE_H
#define OTALAB_ENGINE_STATE_H

#include "base/slices.h"
#include "engine/hear.h"
#include "device/sectors.h"
#include "engine/given.h"
#include "engine/result.h"
#include "machine/machine.h"
#include "record/story.h"

/* One device's machine, and what is known about it outside the world: where the
 * shim's counts stood, which are taken again at each reset. A world and a
 * machine in reset are therefore enough to continue. */
struct device {
    struct run *run;
    struct world_device *world;
    uint32_t number; /* counted from 1, as in events */
    struct machine *machine;
    struct board_sink board_sink;
    struct oracle_sink oracle_sink;
    uint64_t boot_insns;  /* shim's count at the last SYS_BOOT */
    uint64_t boot_waits;  /* the same for WFIs */
    uint64_t ring_insns;  /* shim's count at the last ring */
    uint64_t ring_blocks; /* and for blocks */
    bool ring_single;     /* each block since the ring before had one
                             instruction, and so did the one of the last ring */
    uint64_t grace_insns; /* limit at which a guest in reset is ended */
    uint32_t generation;  /* resets and restores of the machine */
    bool resetting;       /* it was in reset when it last ran */
    bool rom_changed;     /* it may only boot again in a new process */
};

struct checkpoint;
struct live;

struct run {
    const struct run_case *given;
    const struct run_options *options;
    struct run_result *result;
    struct world *world;
    struct device device[SCENARIO_DEVICES];
    unsigned devices;
    struct live *live; /* sockets of the host; NULL: none */
    struct story story;
    struct hear hear;
    struct sectors held[SCENARIO_DEVICES]; /* of what was saved last */
    struct slices held_rest;               /* the same */
    struct checkpoint *last;      /* the last point with all devices in reset */
    const struct pattern *wanted; /* event to stop after; NULL: none */
    bool seen;                    /* it has come */
    bool again;                   /* this was reported before */
};

#endif
