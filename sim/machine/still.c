/* SPDX-License-Identifier: MIT */
#include "machine/still.h"

void still_reset(struct still *still)
{
    *still = (struct still){.blocks = UINT64_MAX};
}

enum still_verdict still_sample(struct still *still, uint64_t blocks,
                                uint64_t cpu_ns, bool sleeps)
{
    uint64_t used = cpu_ns - still->cpu_ns;

    still->cpu_ns = cpu_ns;
    if (blocks != still->blocks) {
        still->blocks = blocks;
        still->samples = 0;
        still->asleep = 0;
        return STILL_MOVES;
    }
    still->samples++;
    still->asleep = sleeps && used < STILL_CPU_NS ? still->asleep + 1 : 0;
    if (still->asleep >= STILL_ASLEEP_SAMPLES) {
        return STILL_ASLEEP;
    }
    return still->samples >= STILL_HANGS_SAMPLES ? STILL_HANGS : STILL_MOVES;
}
