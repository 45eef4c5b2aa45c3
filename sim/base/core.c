/* SPDX-License-Identifier: MIT */
#include "base/core.h"

/* The allowed core with that number, or the current one. */
static size_t choose(const cpu_set_t *allowed, int number)
{
    int left = number % CPU_COUNT(allowed);
    size_t core = 0;

    if (number == CORE_HERE) {
        return (size_t)sched_getcpu();
    }
    while (!CPU_ISSET(core, allowed) || left-- > 0) {
        core++;
    }
    return core;
}

void core_hold(struct core *core, int number)
{
    cpu_set_t one;

    core->held = false;
    if (sched_getaffinity(0, sizeof core->before, &core->before) != 0 ||
        CPU_COUNT(&core->before) < 2) {
        return;
    }
    CPU_ZERO(&one);
    CPU_SET(choose(&core->before, number), &one);
    core->held = sched_setaffinity(0, sizeof one, &one) == 0;
}

void core_release(struct core *core)
{
    if (core->held) {
        (void)sched_setaffinity(0, sizeof core->before, &core->before);
        core->held = false;
    }
}
