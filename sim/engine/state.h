/* SPDX-License-Identifier: MIT */
/*
 * What one run consists of while it lasts: the world (a value) and what
 * stands outside it. Private to sim/engine, whose files include each other
 * without circles; from the ground up:
 *   case.c       what does not change, from the scenario: fit.c, signer.c,
 *                publish.c
 *   hear.c       who hears of an event
 *   verdict.c    why a run fails; near.c, cause.c: what explains it
 *   track.c      what an event has changed, for the recording
 *   emit.c       events: numbered, dated, told
 *   power.c      batteries
 *   device.c     one device and its machine
 *   net.c        links, server, publishing
 *   setup.c      the world before power is switched on
 *   strike.c     power cuts and resets from outside; brownout.c: from within
 *   steps.c      triggers and actions
 *   expects.c    expectations while the run lasts
 *   ends.c       what is judged when it is over
 *   agenda.c     what happens next in the world, in order of time
 *   serve.c      a device goes on
 *   sinks.c      what boards and oracles tell
 *   listeners.c  who hears of a run
 *   close.c      the run is over: verdict and evidence
 *   checkpoint.c a run at one point, to go back to
 *   key.c        what a situation can still become
 *   run.c        the loop around all of them
 */
#ifndef OTALAB_ENGINE_STATE_H
#define OTALAB_ENGINE_STATE_H

#include "engine/hear.h"
#include "device/sectors.h"
#include "engine/given.h"
#include "engine/result.h"
#include "machine/machine.h"
#include "record/story.h"

/* One device's machine, and what is known of it outside the world: where the
 * counts of the shim stood, which each reset takes anew. So a world and a
 * machine in reset are enough to go on. */
struct device {
    struct run *run;
    struct world_device *world;
    uint32_t number; /* from 1, as in events */
    struct machine *machine;
    struct board_sink board_sink;
    struct oracle_sink oracle_sink;
    uint64_t boot_insns;  /* shim's count at the last SYS_BOOT */
    uint64_t boot_waits;  /* the same of WFIs */
    uint64_t ring_insns;  /* shim's count at the last ring */
    uint64_t grace_insns; /* where a guest in reset is ended */
    uint32_t generation;  /* resets and restores of the machine */
    bool resetting;       /* it was in reset when it last ran on */
};

struct checkpoint;

struct run {
    const struct run_case *given;
    const struct run_options *options;
    struct run_result *result;
    struct world *world;
    struct device device[SCENARIO_DEVICES];
    unsigned devices;
    struct story story;
    struct hear hear;
    struct sectors held[SCENARIO_DEVICES]; /* of what was saved last */
    struct checkpoint *last;      /* the last point with all devices in reset */
    const struct pattern *wanted; /* event to stop after; NULL: none */
    bool seen;                    /* it came */
    bool again;                   /* this was told before */
};

#endif
