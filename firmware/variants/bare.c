/* SPDX-License-Identifier: MIT */
/*
 * The product for a board without a modem: not bad, only small. What it has in
 * place of app/updater.c keeps the whole update agent out of the image, which
 * then fits in 16 KiB.
 */
#include "app/updater.h"
#include "board/board.h"

void updater_open(struct updater *updater, const struct ota_map *map,
                  const struct boot_info *info)
{
    (void)updater;
    (void)map;
    (void)info;
}

void updater_start(struct updater *updater, bool recovery)
{
    (void)updater;
    (void)recovery;
}

uint64_t updater_serve(struct updater *updater)
{
    (void)updater;
    return BOARD_FOREVER_CYCLES;
}

enum agent_answer updater_trial(struct updater *updater)
{
    (void)updater;
    return AGENT_YES;
}

bool updater_is_idle(const struct updater *updater)
{
    (void)updater;
    return true;
}

void updater_poll_now(struct updater *updater)
{
    (void)updater;
    console_write("no modem\n");
}

void updater_defer(struct updater *updater, uint32_t minutes)
{
    (void)updater;
    (void)minutes;
    console_write("no modem\n");
}

bool updater_forget(struct updater *updater)
{
    (void)updater;
    return true;
}

void updater_tell(const struct updater *updater)
{
    (void)updater;
}
