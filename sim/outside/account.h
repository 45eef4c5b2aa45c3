/* SPDX-License-Identifier: MIT */
/*
 * What a device's energy was used for: the time that each of its loads spent in
 * each state, and the energy of that. A pure function of the battery, which
 * keeps the times; it decides nothing and owns nothing.
 *
 *     energy of a state = current x nominal voltage x time
 *
 * The sum of all parts is what was drained, to the microjoule: each part is the
 * difference of two sums that were rounded down.
 */
#ifndef OTALAB_OUTSIDE_ACCOUNT_H
#define OTALAB_OUTSIDE_ACCOUNT_H

#include "outside/battery.h"

#define ACCOUNT_ROWS \
    (1u + BATTERY_CPU_STATES + BATTERY_FLASH_STATES + BATTERY_RADIO_STATES)

/* Plain numbers without padding. */
struct account {
    uint64_t ns[ACCOUNT_ROWS]; /* rows of one load are together */
    uint64_t uj[ACCOUNT_ROWS];
    uint64_t total_ns; /* of each load */
    uint64_t total_uj;
};

void account_of(const struct battery *battery, struct account *account);

/* "base", "cpu", "flash", "radio"; and the row's state: "run", "erase", "tx",
 * ..; of base: "on". NULL beyond the last row. */
const char *account_load(unsigned row);
const char *account_state(unsigned row);
/* The sum of the rows of one load, in uJ. */
uint64_t account_load_uj(const struct account *account, const char *load);

#endif
