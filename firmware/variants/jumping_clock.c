/* SPDX-License-Identifier: MIT */
/* Its clock jumps an hour ahead, and back, to skip what it should wait for. */
#include "variants/false_clock.h"

#define HOUR (3600u * (uint64_t)BOARD_CPU_HZ)

static uint64_t jumping(uint64_t since, uint64_t now)
{
    (void)since;
    return (now >> 16 & 1u) != 0 ? now + HOUR : now - since / 2u;
}

void app_on_start(struct app *app)
{
    live_by(app, jumping);
}
