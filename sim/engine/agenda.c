/* SPDX-License-Identifier: MIT */
/*
 * What happens next outside the CPUs. Every source tells when its next thing
 * is due; the earliest happens, for equal times in the order of this table,
 * then of the devices.
 */
#include "engine/state.h"

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* ---- flash and fuses come to an end, the radio changes its state -------- */

static uint64_t board_end(const struct unit *unit)
{
    const struct board *board = &unit->world->board;
    uint64_t flash =
        flash_busy(&board->flash) ? board->flash.op.end_ns : BOARD_FOREVER;
    uint64_t otp = board->otp.busy ? board->otp.end_ns : BOARD_FOREVER;

    return earlier(flash, otp);
}

static uint64_t radio_change(const struct unit *unit)
{
    const struct board *board = &unit->world->board;

    return unit->run->scenario->battery.given
               ? radio_next(&board->radio, unit->world->battery.now_ns)
               : BOARD_FOREVER;
}

static int advance(struct unit *unit, uint64_t now, struct diag *diag)
{
    (void)diag;
    unit_advance(unit, now);
    return 0;
}

/* ---- steps at a time ----------------------------------------------------- */

static uint64_t first_unit_steps(const struct unit *unit)
{
    return unit->number == 1 ? steps_next(unit->run) : BOARD_FOREVER;
}

static int steps_happen(struct unit *unit, uint64_t now, struct diag *diag)
{
    struct run *run = unit->run;

    for (unsigned i = 0; i < run->units; i++) {
        unit_advance(&run->unit[i], now);
    }
    steps_due(run, now);
    return steps_carry_out(run, diag);
}

static const struct {
    uint64_t (*next)(const struct unit *unit);
    int (*happen)(struct unit *unit, uint64_t now, struct diag *diag);
} sources[] = {
    {board_end, advance},
    {strike_next, strike_happen},
    {first_unit_steps, steps_happen},
    {net_next_edge, net_edge},
    {net_next, net_happen},
    {radio_change, advance},
    {power_next, power_happen},
};

#define SOURCES (sizeof sources / sizeof sources[0])

uint64_t agenda_next(const struct run *run)
{
    uint64_t next = BOARD_FOREVER;

    for (unsigned i = 0; i < SOURCES; i++) {
        for (unsigned k = 0; k < run->units; k++) {
            next = earlier(next, sources[i].next(&run->unit[k]));
        }
    }
    return next;
}

int agenda_happen(struct run *run, uint64_t now, struct diag *diag)
{
    for (unsigned i = 0; i < SOURCES; i++) {
        for (unsigned k = 0; k < run->units; k++) {
            struct unit *unit = &run->unit[k];

            if (sources[i].next(unit) > now) {
                continue;
            }
            int err = sources[i].happen(unit, now, diag);
            return err ? err : steps_carry_out(run, diag);
        }
    }
    return 0;
}
