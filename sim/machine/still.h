/* SPDX-License-Identifier: MIT */
/*
 * Detects that nothing happens any more. The count of executed blocks is
 * sampled at a slow, steady pace; as long as it changes, nothing is concluded.
 * Host time only decides that something makes no progress: samples are counted,
 * not seconds, so nothing is concluded about a machine that was suspended or
 * starved.
 */
#ifndef OTALAB_MACHINE_STILL_H
#define OTALAB_MACHINE_STILL_H

#include <stdbool.h>
#include <stdint.h>

#define STILL_SAMPLE_MS 20u
#define STILL_ASLEEP_SAMPLES \
    25u                           /* in a row with everything asleep:
                                        * 0.5 s */
#define STILL_HANGS_SAMPLES 1500u /* in a row without a block: 30 s */
#define STILL_CPU_NS \
    UINT64_C(1000000) /* idle: less CPU time than this per
                                        * sample */

struct still {
    uint64_t blocks;
    uint64_t cpu_ns;
    unsigned samples; /* samples since blocks changed */
    unsigned asleep;  /* of these, the last ones in which everything slept */
};

enum still_verdict {
    STILL_MOVES,  /* or not known yet */
    STILL_ASLEEP, /* no block runs, no processor is used, all threads sleep */
    STILL_HANGS   /* no block has run for a very long time */
};

void still_reset(struct still *still);
/* Add one sample: blocks executed so far, CPU time so far (ns), all threads
 * asleep. */
enum still_verdict still_sample(struct still *still, uint64_t blocks,
                                uint64_t cpu_ns, bool sleeps);

#endif
