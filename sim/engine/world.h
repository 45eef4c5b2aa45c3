/* SPDX-License-Identifier: MIT */
/*
 * The world as a value: everything that decides what happens next, in one flat
 * structure without pointers or descriptors. Cloned by assignment, compared by
 * world_hash(). The machines, the recording and the constant case are outside
 * it.
 */
#ifndef OTALAB_ENGINE_WORLD_H
#define OTALAB_ENGINE_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "device/board.h"
#include "device/figures.h"
#include "engine/failure.h"
#include "oracle/oracle.h"
#include "record/event.h"
#include "scenario/scenario.h"
#include "outside/battery.h"
#include "outside/bill.h"
#include "outside/dtls.h"
#include "outside/link.h"
#include "outside/server.h"

/* Of the events that a pattern did not match, the one that came closest; of
 * equally close ones, the latest. */
struct world_near {
    uint32_t differs; /* fields that differ; 0: there was no such event */
    struct event event;
};

/* State of one step of the scenario. */
struct world_step {
    uint32_t matched; /* how often its event was seen */
    bool fired;
    struct world_near near;
};

/* State of one expectation. */
struct world_expect {
    uint64_t count; /* events that matched */
    uint32_t held;  /* one bit for each device that was in the expected state */
    bool met;
    bool broken;
    uint64_t told;    /* event: the last that matched; of a count, the first
                         that was one too many */
    uint64_t told_ns; /* and its time */
    /* journal sequence at which the chance of it still coming was last
     * checked */
    uint32_t judged[SCENARIO_DEVICES];
    struct world_near near;
};

/* The flash operation or burn that a device began last. */
struct world_work {
    uint32_t code; /* enum event_code; 0 with `sequence` 0: none yet */
    uint32_t nth;  /* among those with that code and partition */
    uint64_t sequence;
    uint64_t end_ns; /* BOARD_FOREVER while it is in flight */
    char partition[EVENT_LABEL];
};

/* What a device's CPU waits for. */
enum world_wait {
    WAIT_RUNS = 0, /* it has the turn */
    WAIT_COMMAND,  /* at a doorbell that has not been served yet */
    WAIT_SERVED,   /* answered; continues when nothing else is due */
    WAIT_ASLEEP,   /* at a SYS_SLEEP that has not been answered yet */
    WAIT_RESET,    /* a reset comes at reset_ns, in a new process */
    WAIT_LOST      /* only something from outside helps */
};

/* A cut or reset from outside that waits for its time. */
struct world_strike {
    bool armed;
    bool power; /* a power cut; otherwise a reset without loss of power */
    uint64_t at_ns;
    struct board_cut cut; /* the cause also applies to a reset */
    uint32_t step;
};

/* What is counted for at_end. */
struct world_counts {
    uint32_t boots; /* of all devices */
    uint32_t cuts_asked;
    uint32_t cuts_done;
    uint32_t violations;
};

/* A step whose trigger was seen. */
struct world_due {
    uint32_t step;
    uint32_t device; /* of the event; 0: none */
};

/* Bytes of the downloads that were verified in the end: what the device has
 * received for them, with headers of CoAP and what came twice, and what was
 * needed, once. Decides nothing. */
struct world_fetch {
    uint64_t on;   /* 0 or 1: one goes on */
    uint64_t size; /* of it */
    uint64_t received;
    uint64_t needed;
};

/* One device and everything in the world around it that is its own. */
struct world_device {
    struct board board;
    struct oracle oracle;
    struct link link;
    struct battery battery;
    struct bill bill;
    struct world_fetch fetch;
    struct world_strike strike;
    uint32_t wait;        /* enum world_wait */
    uint32_t reset_cause; /* enum ctl_reset_cause of the next boot */
    uint64_t reset_ns; /* the reset that ends its silence; 0: none is known */
    uint32_t boots;
    uint32_t boots_cut;      /* up to the last cut */
    uint32_t received;       /* datagrams */
    uint32_t rebound;        /* addresses it has had, beside one a boot */
    uint32_t cuts;           /* and resets from outside, delivered */
    uint32_t state;          /* of its newest status report */
    uint32_t result;         /* and its result */
    uint32_t quiet_boots;    /* since it last worked, wrote the journal, or was
                             cut or reset */
    uint32_t quiet_sequence; /* of the journal then */
    uint64_t boot_ns;        /* time of the last boot */
    struct event cause;      /* what explains its state best; code of none: 0
                                with sequence 0 */
    struct world_work work;
    uint32_t begun[BOARD_PARTS + 1][2]; /* programs and erases, by partition;
                                           the last row: burns */
    bool flash_changed;   /* a flash operation has ended since the oracle */
    bool journal_changed; /* looked; one in the journal's partition */
    bool struck;    /* reset was asserted, and the CPU has not run since */
    bool alive;     /* the image entered since the last reset does its work */
    bool warned;    /* the supply was close to the brown-out level */
    bool time_told; /* a false time was reported since the last boot */
    bool nudged;    /* the CPU must wake for that */
    bool dead;      /* the battery can no longer start the CPU */
    bool down;      /* the link was down when last checked */
};

_Static_assert(SCENARIO_DEVICES <= 32, "a bit of `held` for each device");

/* Between two turns of a run, and during one. */
enum world_phase {
    PHASE_BEGIN = 0, /* power is on, and nothing has run */
    PHASE_TURN,      /* a turn begins */
    PHASE_RUN        /* it was taken, and the devices run */
};

struct world {
    uint32_t phase;     /* enum world_phase */
    uint64_t turns;     /* so far */
    uint64_t now_ns;    /* time of the last event */
    uint64_t paused_ns; /* end of the last pause, see pause.h */
    uint64_t lasted_ns; /* how long the boot before it took */
    uint64_t changes;   /* lasting ones so far: operations of flash and fuses,
                           packets sent and received */
    uint64_t sequence;
    uint32_t devices;
    uint32_t release;  /* last one published */
    uint32_t arrivals; /* taken so far, of a real network */
    struct world_device device[SCENARIO_DEVICES];
    struct server server;
    struct dtls dtls;
    int64_t skew_s; /* of the server's clock */
    struct world_counts counts;
    struct world_step step[SCENARIO_STEPS];
    struct world_expect expect[SCENARIO_EXPECTS];
    struct world_due due[SCENARIO_STEPS]; /* during a turn: each step once */
    uint32_t dues;
    uint32_t verdict; /* enum run_verdict, so far */
    uint32_t failures;
    uint32_t more_failures; /* beyond those kept */
    struct run_failure failure[RUN_FAILURES];
    bool pauses; /* boots are canonical, see pause.h */
    bool paused; /* in reset, and the pause is over */
    bool stop;   /* at the next turn: a step's stop, or a changed ROM */
    bool stuck;  /* nothing can happen any more */
    bool over;
};

/* 256-bit hash of the whole value; equal worlds have equal futures. */
void world_hash(const struct world *world, uint8_t digest[32]);

#endif
