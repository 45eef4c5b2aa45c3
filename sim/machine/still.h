/* SPDX-License-Identifier: MIT */
/*
 * Telling that nothing happens any more. The count of executed blocks is
 * sampled at a slow, steady pace; as long as it moves, nothing is concluded.
 * Host time decides only that something stands still: samples are counted,
 * not seconds, so a machine that was suspended or starved concludes nothing.
 */
#ifndef OTALAB_MACHINE_STILL_H
#define OTALAB_MACHINE_STILL_H

#include <stdbool.h>
#include <stdint.h>

#define STILL_SAMPLE_MS 20u
#define STILL_ASLEEP_SAMPLES 25u       /* in a row, everything asleep: 0.5 s */
#define STILL_HANGS_SAMPLES 1500u      /* in a row without a block: 30 s */
#define STILL_CPU_NS UINT64_C(1000000) /* idle: less than that a sample */

struct still {
    uint64_t blocks;
    uint64_t cpu_ns;
    unsigned samples; /* since blocks moved */
    unsigned asleep;  /* of these, the last ones in which all slept */
};

enum still_verdict {
    STILL_MOVES,  /* or not known yet */
    STILL_ASLEEP, /* no block runs, no processor is used, all threads sleep */
    STILL_HANGS   /* no block has run for very long */
};

void still_reset(struct still *still);
/* One sample: blocks executed so far, CPU time so far, all threads asleep. */
enum still_verdict still_sample(struct still *still, uint64_t blocks,
                                uint64_t cpu_ns, bool sleeps);

#endif
