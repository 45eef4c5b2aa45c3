/* SPDX-License-Identifier: MIT */
/*
 * Power is cut at every operation of a scenario, in every form of a stated
 * family, and the device has to recover from each.
 *
 * A sweep walks a graph. A node is a boot that is about to happen: the world in
 * reset, in the canonical state of engine/pause.h. From a node the device runs
 * without a cut to the next announced reset, which is the next node, or to the
 * end, where it is judged. On the way, each lasting change is a position at
 * which power may fail; each effect of the family leads to another node. Nodes
 * with equal keys (engine/key.h) have equal futures and are the same node, so
 * each runs once. Nothing else is left out.
 *
 * The first node is power-on; the chain from it to the end is the clean run. Its
 * positions are what a sweep reports on. Depth counts the cuts up to a node.
 */
#ifndef OTALAB_SWEEP_SWEEP_H
#define OTALAB_SWEEP_SWEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/result.h"
#include "scenario/scenario.h"

#define SWEEP_NONE UINT32_MAX
#define SWEEP_DEPTH_MAX 16u
/* until there is nothing new, or a history has that many cuts */
#define SWEEP_CLOSURE SWEEP_DEPTH_MAX
#define SWEEP_FORMS 12u /* of one operation, at most */
#define SWEEP_SAMPLE_MAX 1000u
/* at a position, at most */
#define SWEEP_EFFECTS (SWEEP_FORMS + SWEEP_SAMPLE_MAX)
#define SWEEP_PROGRAM 64u

/* Bits of sweep_options.kinds. */
enum sweep_kind {
    SWEEP_POWER = 1, /* power fails for long: SRAM is lost */
    SWEEP_DIP = 2,   /* a brown-out: SRAM is partly lost */
    SWEEP_RESET = 4  /* a reset from outside: the operation in flight goes on */
};

/* What a cut leaves of the operation that it strikes. */
struct sweep_form {
    const char *name; /* "prefix-50" */
    bool random;      /* a number draws it: one of a sample */
    enum sweep_kind kind;
    enum flash_form flash_form;
    enum otp_form otp_form;
    uint32_t reach; /* 1/1000; 0: the form has none */
    enum reading reading;
};

/* Where power is cut: right after this event. */
struct sweep_place {
    uint32_t code; /* enum event_code */
    uint32_t nth;  /* among those with that code and partition */
    uint32_t address;
    char partition[EVENT_LABEL]; /* or "" */
};

enum sweep_end {
    SWEEP_OPEN,  /* not run: another shard does, or the sweep was stopped */
    SWEEP_SAME,  /* ends as without a cut */
    SWEEP_OTHER, /* passes, but another image runs in the end */
    SWEEP_FAILED
};

/* What became of one effect at a position of the clean run. */
struct sweep_effect {
    const struct sweep_form *form;
    uint32_t draw;    /* of a random form; otherwise 0 */
    uint32_t node;    /* or SWEEP_NONE */
    bool merged;      /* the node was known already */
    bool delivered;   /* the cut left what was asked for */
    uint32_t end;     /* enum sweep_end: the worst that can follow, with further
                        cuts as far as the depth allows; see worst.h */
    uint32_t boots;   /* of the recovery without further cuts */
    uint64_t time_ns; /* and its virtual time, without pauses */
    uint64_t left;    /* what it leaves, see check.h; 0: it fails */
};

struct sweep_position {
    struct sweep_place place;
    uint64_t time_ns; /* of the clean run, without pauses */
    uint32_t boot;    /* in the clean run, counted from 1 */
    uint32_t journal; /* enum journal_state in force; 0: no valid record */
    char program[SWEEP_PROGRAM]; /* that runs: "rom" or an image's name */
    unsigned effects;
    struct sweep_effect *effect; /* malloc'ed */
};

/* A failure, with the faults that cause it again. */
struct sweep_failure {
    uint32_t position; /* in the clean run; SWEEP_NONE: without any cut */
    uint32_t cuts;     /* how many */
    uint8_t key[32];   /* of the boot that fails */
    char *token;       /* TOKEN_MAX at most */
    char text[512];
};

struct sweep_counts {
    uint64_t positions; /* of the clean run that were asked for */
    uint64_t asked;     /* cuts asked for, at all depths */
    uint64_t delivered;
    uint64_t elsewhere; /* of those asked for: left to other shards */
    uint64_t nodes;     /* distinct boots */
    uint64_t merged;    /* cuts that led to a known one */
    uint64_t boots;     /* run */
    uint64_t open;      /* nodes that were not run */
    uint64_t host_ms;   /* decides nothing */
};

/* How a sweep checks its own method. */
enum sweep_check_kind {
    CHECK_REPLAY,   /* from power-on, as the token says */
    CHECK_SOFTWARE, /* the same without the accelerator */
    CHECK_BETWEEN,  /* cut between two changes, see between.h */
    CHECK_MACHINE,  /* native instead of QEMU, or the other way round */
    SWEEP_CHECKS
};

struct sweep_check {
    uint64_t cases;    /* compared */
    uint64_t skipped;  /* chosen, but the other machine cannot run them */
    uint64_t differed; /* a defect of the simulator */
    char *token;       /* of the first that differed, or NULL */
    char *other;       /* what it was compared with, or NULL */
};

struct sweep_options {
    const struct run_options *run;
    unsigned kinds;     /* of enum sweep_kind, one bit each; 0: SWEEP_POWER */
    const char *family; /* names of forms, "before,after"; NULL: all */
    uint32_t sample;    /* random forms besides, 0..SWEEP_SAMPLE_MAX */
    uint32_t depth;     /* cuts in a row, 1..SWEEP_CLOSURE */
    uint32_t first; /* positions of the clean run, from .. to, counted from 1 */
    uint32_t last;
    uint32_t shard; /* 0 .. shards - 1 */
    uint32_t shards;
    uint32_t check;          /* cases for each check */
    uint64_t seed;           /* chooses them, and the random forms */
    struct sweep_find *find; /* only compare, see sweep/find.h; or NULL */
    /* Called now and then. Or NULL. */
    void (*progress)(void *context, const struct sweep_counts *counts,
                     uint64_t queued);
    void *progress_context;
};

struct sweep {
    uint32_t depth; /* the deepest that was reached */
    bool interrupted;
    unsigned left_out;    /* expectations that a cut may change: not judged */
    uint32_t worst_boots; /* of a recovery without further cuts */
    uint64_t worst_ns;
    struct sweep_counts counts;
    size_t positions;
    struct sweep_position *position;
    size_t failures;
    struct sweep_failure *failure; /* fewest cuts first */
    uint32_t image_size;           /* bytes of the largest, signed */
    struct token token;            /* of the clean run */
    struct sweep_check check[SWEEP_CHECKS];
};

/* 0 if there is a result, complete or not; otherwise a negative enum otalab_err
 * with a line in diag. sweep_free() must be called either way. */
int sweep_run(const struct scenario *scenario,
              const struct sweep_options *options, struct sweep *sweep,
              struct diag *diag);
void sweep_free(struct sweep *sweep);

/* For qsort(): fewest cuts first, then by position. */
int sweep_failure_order(const void *a, const void *b);
/* The worst end among a position's effects. */
enum sweep_end sweep_worst(const struct sweep_position *position);

#endif
