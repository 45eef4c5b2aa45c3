/* SPDX-License-Identifier: MIT */
/*
 * What happens next outside the CPUs. Every source says when its next thing is
 * due; the earliest happens first. At equal times the order is that of this
 * table, then that of the devices.
 */
#include "engine/agenda.h"

#include "engine/brownout.h"
#include "engine/device.h"
#include "engine/join.h"
#include "engine/net.h"
#include "engine/power.h"
#include "engine/steps.h"
#include "engine/strike.h"

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* ---- flash and fuses come to an end, the radio changes its state -------- */

static uint64_t board_end(const struct device *device)
{
    const struct board *board = &device->world->board;
    uint64_t flash =
        flash_busy(&board->flash) ? board->flash.op.end_ns : BOARD_FOREVER;
    uint64_t otp = board->otp.busy ? board->otp.end_ns : BOARD_FOREVER;

    return earlier(flash, otp);
}

static uint64_t radio_change(const struct device *device)
{
    const struct board *board = &device->world->board;

    return device->run->given->scenario->battery.given
               ? radio_next(&board->radio, device->world->battery.now_ns)
               : BOARD_FOREVER;
}

static int advance(struct device *device, uint64_t now, struct diag *diag)
{
    (void)diag;
    device_advance(device, now);
    return 0;
}

/* ---- steps at a time ----------------------------------------------------- */

static uint64_t first_device_steps(const struct device *device)
{
    return device->number == 1 ? steps_next(device->run) : BOARD_FOREVER;
}

static int steps_happen(struct device *device, uint64_t now, struct diag *diag)
{
    struct run *run = device->run;

    for (unsigned i = 0; i < run->devices; i++) {
        device_advance(&run->device[i], now);
    }
    steps_due(run, now);
    return steps_carry_out(run, diag);
}

static const struct {
    uint64_t (*next)(const struct device *device);
    int (*happen)(struct device *device, uint64_t now, struct diag *diag);
} sources[] = {
    {board_end, advance},
    {strike_next, strike_happen},
    {first_device_steps, steps_happen},
    {net_next_edge, net_edge},
    {net_next, net_happen},
    {join_next, net_arrive},
    {radio_change, advance},
    {power_next, brownout_happen},
};

#define SOURCES (sizeof sources / sizeof sources[0])

uint64_t agenda_next(const struct run *run)
{
    uint64_t next = BOARD_FOREVER;

    for (unsigned i = 0; i < SOURCES; i++) {
        for (unsigned k = 0; k < run->devices; k++) {
            next = earlier(next, sources[i].next(&run->device[k]));
        }
    }
    return next;
}

int agenda_happen(struct run *run, uint64_t now, struct diag *diag)
{
    for (unsigned i = 0; i < SOURCES; i++) {
        for (unsigned k = 0; k < run->devices; k++) {
            struct device *device = &run->device[k];

            if (sources[i].next(device) > now) {
                continue;
            }
            int err = sources[i].happen(device, now, diag);
            return err ? err : steps_carry_out(run, diag);
        }
    }
    return 0;
}
