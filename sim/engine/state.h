/* SPDX-License-Identifier: MIT */
/*
 * What one run consists of while it lasts: the world (a value) and what
 * stands outside it. Private to sim/engine, whose files include each other
 * without circles; from the ground up:
 *   hear.c       who hears of an event
 *   verdict.c    why a run fails; near.c, cause.c: what explains it
 *   emit.c       events: numbered, dated, told
 *   fit.c        do programs and images fit the scenario and the flash
 *   signer.c     keys by name
 *   power.c      batteries
 *   device.c     one device and its machine
 *   net.c        links, server, publishing
 *   setup.c      images, flash, fuses, boards from the scenario
 *   strike.c     power cuts and resets from outside; brownout.c: from within
 *   steps.c      triggers and actions
 *   expects.c    expectations while the run lasts
 *   ends.c       what is judged when it is over
 *   agenda.c     what happens next in the world, in order of time
 *   serve.c      a device goes on
 *   sinks.c      what boards and oracles tell
 *   listeners.c  who hears of a run
 *   run.c        the loop around all of them
 */
#ifndef OTALAB_ENGINE_STATE_H
#define OTALAB_ENGINE_STATE_H

#include "engine/hear.h"
#include "engine/result.h"
#include "image/keys.h"
#include "image/rom.h"
#include "machine/machine.h"
#include "scenario/mistakes.h"
#include "record/story.h"

struct run_image {
    uint8_t *bytes;
    size_t size;
};

/* One device's machine, and what is known of it outside the world. Nothing
 * here outlasts a turn but the machine itself and its counts at the boot, which
 * each SYS_BOOT takes anew: so a world and a machine at SYS_BOOT are enough to
 * go on. */
struct device {
    struct run *run;
    struct world_device *world;
    uint32_t number; /* from 1, as in events */
    struct machine *machine;
    struct board_sink board_sink;
    struct oracle_sink oracle_sink;
    char changed[EVENT_LABEL]; /* partition whose flash has changed */
    bool booted;               /* SYS_BOOT was served */
    bool struck;          /* reset was asserted, and it has not run since */
    uint64_t boot_insns;  /* shim's count at the last SYS_BOOT */
    uint64_t boot_waits;  /* the same of WFIs */
    uint64_t ring_insns;  /* shim's count at the last ring */
    uint64_t grace_insns; /* where a guest in reset is ended */
    bool resetting;       /* it was in reset when it last ran on */
};

/* A step whose trigger was seen. */
struct due {
    uint32_t step;
    uint32_t device; /* of the event; 0: none */
};

struct run {
    const struct scenario *scenario;
    const struct run_options *options;
    struct run_result *result;
    struct world *world;
    struct device device[SCENARIO_DEVICES];
    unsigned devices;
    struct story story;
    struct hear hear;

    struct board_figures figures;
    struct board_map map;
    uint8_t *dtb;
    size_t dtb_size;
    struct rom rom;
    struct run_image image[ORACLE_IMAGES]; /* as judged.image */
    struct server_image served[ORACLE_IMAGES];
    struct oracle_case judged;
    struct mistakes mistakes; /* in the scenario, found at set-up */
    struct token token;       /* as far as it is known */
    char digests[128];        /* the same for the recording's header */
    char rom_path[512];
    char dtb_path[512];
    char loaded_dtb[512]; /* what the machine loads: that, or own_dtb */
    int own_dtb;          /* open file with the scenario's numbers; -1: none */

    struct due due[SCENARIO_STEPS]; /* within a turn: each step once */
    unsigned dues;
};

#endif
