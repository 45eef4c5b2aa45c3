/* SPDX-License-Identifier: MIT */
/*
 * What one run consists of while it lasts: the world (a value) and what
 * stands outside it. Private to sim/engine. Modules, one noun each:
 *   fit.c     do programs and images fit the scenario and the flash
 *   setup.c   images, flash, fuses, boards from the scenario
 *   emit.c    events: recording, story, and who is told
 *   steps.c   triggers and actions
 *   strike.c  power cuts and resets from outside
 *   net.c     links, server, publishing
 *   power.c   batteries
 *   agenda.c  what happens next in the world, in order of time
 *   unit.c    one device's machine: serving it, its resets
 *   expects.c expectations while the run lasts
 *   ends.c    what is judged when it is over
 *   cause.c   what explains a device's state
 *   run.c     the loop around all of them
 */
#ifndef OTALAB_ENGINE_STATE_H
#define OTALAB_ENGINE_STATE_H

#include "engine/run.h"
#include "image/keys.h"
#include "image/rom.h"
#include "machine/machine.h"
#include "scenario/mistakes.h"
#include "record/story.h"

/* A device that means to sleep so long has nothing else to do. */
#define RUN_IDLE_NS 500000000u

struct run_image {
    uint8_t *bytes;
    size_t size;
};

/* One device's machine, and what is known of it outside the world. Nothing
 * here outlasts a turn but the machine itself and its counts at the boot, which
 * each SYS_BOOT takes anew: so a world and a machine at SYS_BOOT are enough to
 * go on. */
struct unit {
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
    struct unit unit[SCENARIO_DEVICES];
    unsigned units;
    struct story story;

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

/* fit.c */
/* The folders in which programs are looked for, in this order; NULL ends. */
#define FIT_FOLDERS 4u
void fit_folders(const struct run *run, char own[400],
                 const char *folders[FIT_FOLDERS]);
/* No program is called so: a mistake, and the name that may be meant. */
void fit_no_program(struct run *run, const struct scenario_image *image);
/* Is there room for what the factory puts into flash? Else mistakes. */
void fit_places(struct run *run);

/* setup.c */
int setup_run(struct run *run, struct diag *diag);
void setup_free(struct run *run);
/* The known image of that name, or ORACLE_NONE. */
uint32_t setup_image(const struct run *run, const char *name);
/* The key of that name: a development key, or a PEM file's. */
int setup_key(const struct run *run, const char *name, struct key *key,
              struct diag *diag);

/* emit.c */
void emit_init(struct run *run);
/* Fill time, sequence and device, and tell everybody. `unit` NULL: an event
 * of the world. */
void emit_event(struct run *run, struct unit *unit, struct event *event);
/* Events with up to three numbers, in the order of the fields. */
void emit_numbers(struct unit *unit, enum event_code code, uint64_t a,
                  uint64_t b, uint64_t c);
void emit_text(struct run *run, struct unit *unit, enum event_code code,
               const char *text);
/* An event about a flash range; the label always comes from the address. */
void emit_flash(struct unit *unit, enum event_code code, uint32_t address,
                uint32_t length);
/* Partition label of an address, "" when it lies in none. */
const char *emit_partition(const struct run *run, uint32_t address);
struct oracle_view run_view(struct unit *unit);

/* steps.c */
void steps_event(struct run *run, const struct event *event);
/* Carry out the actions of the steps that are due. */
int steps_carry_out(struct run *run, struct diag *diag);
/* The earliest timed step that has not happened. */
uint64_t steps_next(const struct run *run);
/* Make due what is at `now`. */
void steps_due(struct run *run, uint64_t now);
bool steps_all_fired(const struct run *run);

/* strike.c */
int strike_arm(struct unit *unit, uint32_t step, const struct action *action,
               struct diag *diag);
uint64_t strike_next(const struct unit *unit);
int strike_happen(struct unit *unit, uint64_t now, struct diag *diag);
/* Power fails now, as `cut` says (its now_ns is set here); by the will of the
 * scenario if `meant`. */
int strike_power(struct unit *unit, uint64_t now, struct board_cut *cut,
                 bool meant, struct board_cut_report *torn, struct diag *diag);

/* net.c: the sink's radio_send, and what is under way */
void net_init(struct unit *unit);
enum board_air net_send(void *context, uint32_t node, uint32_t port,
                        const uint8_t *bytes, uint32_t length,
                        uint64_t *until_ns);
uint64_t net_next(const struct unit *unit);
int net_happen(struct unit *unit, uint64_t now, struct diag *diag);
uint64_t net_next_edge(const struct unit *unit);
int net_edge(struct unit *unit, uint64_t now, struct diag *diag);
int net_publish(struct run *run, const struct action *action,
                struct diag *diag);
void net_withdraw(struct run *run);
void net_misbehave(struct run *run, const struct action *action);
void net_behave(struct run *run, const struct action *action);
int net_change(struct unit *unit, const struct action *action,
               struct diag *diag);

/* power.c */
int power_init(struct unit *unit, struct diag *diag);
/* Time goes on to `now` with the loads as they were, then they change. */
void power_update(struct unit *unit, uint64_t now);
uint64_t power_next(const struct unit *unit);
int power_happen(struct unit *unit, uint64_t now, struct diag *diag);
void power_charge(struct unit *unit, uint64_t now, uint32_t ppm);

/* agenda.c */
uint64_t agenda_next(const struct run *run);
/* Let the first thing happen that is due at that time. */
int agenda_happen(struct run *run, uint64_t now, struct diag *diag);

/* unit.c */
int unit_start(struct unit *unit, struct diag *diag);
/* Let it run until it stands still for something of the world. */
int unit_run(struct unit *unit, struct diag *diag);
/* When it goes on by itself; BOARD_FOREVER: not so. */
uint64_t unit_next(const struct unit *unit);
/* Serve what it stands for. */
int unit_serve(struct unit *unit, uint64_t now, struct diag *diag);
/* Power was cut or reset asserted, wherever it stood. */
int unit_struck(struct unit *unit, struct diag *diag);
/* Board time goes on to `now`. */
void unit_advance(struct unit *unit, uint64_t now);
/* The oracle and the expectations look. */
void unit_look(struct unit *unit);
/* Executed time since the boot, as the shim counts. */
uint64_t unit_executed_ns(const struct unit *unit);
void unit_check_window(struct unit *unit);

/* cause.c */
void cause_event(struct run *run, const struct event *event);
/* "ROLLBACK from slot-b to slot-a: trial-failed, at 4.488547 s (#108)"; "" for
 * an event that is none. Returns `out`. */
const char *cause_text(const struct event *event, char *out, size_t size);

/* expects.c */
void expects_event(struct run *run, const struct event *event);
/* Does an expectation ask for such an event? A violation that is asked for
 * does not fail the run: that it is missing does. */
bool expects_asked_for(const struct run *run, const struct event *event);
/* Look at states that are asked for; call when something may have changed. */
void expects_state(struct run *run);
/* All "eventually" are met, nothing is broken. */
bool expects_met(const struct run *run);
/* Something can no longer become true. */
bool expects_broken(const struct run *run);
/* Something was seen that must never be: the run ended on the spot. */
bool expects_forbidden(const struct run *run);
/* An "eventually" has not come: say so. NULL as from run_fail(). */
struct run_failure *expects_late(struct run *run, unsigned index);
/* Note an event that a pattern does not fit; and say the nearest one. */
void expects_near(struct world_near *near, const struct pattern *pattern,
                  const struct event *event);
void expects_near_text(const struct world_near *near,
                       const struct pattern *pattern,
                       struct run_failure *failure);
/* Is the device one of those that are meant? */
bool expects_concern(const struct expect *expect, const struct unit *unit);
/* The image that runs, "nothing" for none. */
const char *expects_running(const struct unit *unit);
bool expects_confirmed(const struct unit *unit);
/* "device 2: ", or nothing when there is only one; returns `out`. */
const char *expects_unit(const struct unit *unit, char *out, size_t size);

/* ends.c */
void ends_judge(struct run *run);
/* The failure, to add to it; NULL when there is no room for more. */
struct run_failure *run_fail(struct run *run, struct place place,
                             uint64_t sequence, const char *expected,
                             const char *seen);

/* run.c: the device is idle, or has given up for good. */
bool unit_settled(const struct unit *unit);

#endif
