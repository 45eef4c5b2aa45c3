/* SPDX-License-Identifier: MIT */
/*
 * What one run consists of while it lasts: the world (a value) and what
 * stands outside it. Private to sim/engine. Modules, one noun each:
 *   setup.c   images, flash, fuses, board from the scenario
 *   emit.c    events: recording, story, and who is told
 *   steps.c   triggers, actions, strikes (power cuts and resets)
 *   expects.c expectations
 *   run.c     the loop around the machine
 */
#ifndef OTALAB_ENGINE_STATE_H
#define OTALAB_ENGINE_STATE_H

#include "engine/run.h"
#include "machine/machine.h"
#include "record/story.h"

struct run_image {
    uint8_t *bytes;
    size_t size;
};

struct run {
    const struct scenario *scenario;
    const struct run_options *options;
    struct run_result *result;
    struct world *world;
    struct machine *machine;
    struct story story;

    struct board_figures figures;
    struct board_map map;
    uint8_t *dtb;
    size_t dtb_size;
    struct run_image image[ORACLE_IMAGES]; /* as judged.image */
    struct oracle_case judged;
    struct token token; /* as far as it is known */
    char digests[128];  /* the same for the recording's header */
    char rom_path[512];
    char dtb_path[512];

    struct board_sink board_sink;
    struct oracle_sink oracle_sink;

    /* of the command being served */
    uint32_t due[SCENARIO_STEPS]; /* steps whose trigger was seen */
    unsigned dues;
    char changed[EVENT_LABEL]; /* partition whose flash has changed */
    bool slept;                /* SYS_SLEEP was served */
    bool booted;               /* SYS_BOOT was served */
    bool stop;                 /* ACTION_STOP */
    uint64_t boot_insns;       /* shim's count at the last SYS_BOOT */
    uint32_t boot_address;     /* of the store that rang the first SYS_BOOT */
};

/* setup.c */
int setup_run(struct run *run, struct diag *diag);
void setup_free(struct run *run);
/* The known image of that name, or ORACLE_NONE. */
uint32_t setup_image(const struct run *run, const char *name);

/* emit.c */
void emit_init(struct run *run);
/* Fill time, sequence and device, and tell everybody. */
void emit_event(struct run *run, struct event *event);
/* Events with up to three numbers, in the order of the fields. */
void emit_numbers(struct run *run, enum event_code code, uint64_t a, uint64_t b,
                  uint64_t c);
void emit_text(struct run *run, enum event_code code, const char *text);
/* Partition label of an address, "" when it lies in none. */
const char *emit_partition(const struct run *run, uint32_t address);
struct oracle_view run_view(struct run *run);

/* steps.c */
bool steps_pattern(const struct pattern *pattern, const struct event *event);
void steps_event(struct run *run, const struct event *event);
/* Carry out the actions of the steps that are due. */
int steps_carry_out(struct run *run, struct diag *diag);
/* Earliest world time at which a step or strike wants to happen. */
uint64_t steps_next(const struct run *run);
/* Let everything happen that is due by `now`. True when a strike hit, and
 * the guest is without power or in reset. */
int steps_until(struct run *run, uint64_t now, bool *struck, struct diag *diag);
bool steps_all_fired(const struct run *run);

/* expects.c */
void expects_event(struct run *run, const struct event *event);
/* Look at states that are asked for; call when something may have changed. */
void expects_state(struct run *run);
/* All "eventually" are met, nothing is broken. */
bool expects_met(const struct run *run);
/* Something can no longer become true. */
bool expects_broken(const struct run *run);
/* Something was seen that must never be: the run ended on the spot. */
bool expects_forbidden(const struct run *run);
void expects_finish(struct run *run);
void run_fail(struct run *run, struct place place, uint64_t sequence,
              const char *expected, const char *seen);

#endif
