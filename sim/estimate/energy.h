/* SPDX-License-Identifier: MIT */
/*
 * The energy that a device's radio needs for a download, from the time that it
 * spends in each state, because the bytes alone say little: a receiver that
 * waits for an answer draws as much as one that receives it.
 *
 *   for each block       |tx| rx: latency + jitter/2, answer, latency + .. |
 *   after the last one   | rx: receive_ns | tail: tail_ns | sleep
 *
 * The same holds for the few exchanges before and after a download. CPU and
 * flash are left out: both ways write the same image.
 */
#ifndef OTALAB_ESTIMATE_ENERGY_H
#define OTALAB_ESTIMATE_ENERGY_H

#include <stdint.h>

#include "estimate/arith.h"
#include "outside/battery.h"
#include "outside/link.h"

struct energy_figures {
    uint64_t bytes; /* to be downloaded */
    uint64_t block; /* bytes of an answer; not 0 */
    struct link_figures way[LINK_DIRECTIONS];
    uint64_t receive_ns; /* the receiver stays open after the last packet */
    uint64_t tail_ns;    /* then connected, listening now and then */
    uint64_t mv;
    uint64_t ua[BATTERY_RADIO_STATES];
};

/* Of one update; times in ns, energies in uJ, rounded to the nearest. Only rx,
 * tx and tail occur. */
struct energy {
    uint64_t exchanges; /* request and answer */
    uint64_t ns[BATTERY_RADIO_STATES];
    uint64_t uj[BATTERY_RADIO_STATES];
    uint64_t total_ns;
    uint64_t total_uj;
};

/* 0, or a negative enum estimate_err. */
int energy_of(const struct energy_figures *figures, struct energy *energy);
/* The same for any load: current x voltage x time, in uJ. */
int energy_uj(uint64_t ua, uint64_t mv, uint64_t ns, uint64_t *uj);

#endif
