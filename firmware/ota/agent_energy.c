/* SPDX-License-Identifier: MIT */
/*
 * The energy of the rest of a download, from the time that the radio spends in
 * its states and from the flash to be written; docs/energy.md has the formula.
 * The figures' limits (agent_figures.c) keep all sums within 64 bits.
 */
#include "ota/agent_parts.h"

#define KIB 1024u
#define UJ_PER_MJ 1000u
#define MJ_PER_MWH 3600u
#define TRIP_MAX_MS 600000u

static uint64_t parts_of(uint32_t bytes, uint32_t part)
{
    return ((uint64_t)bytes + part - 1u) / part;
}

/* As measured; before that, what the first timeout is based on. */
static uint32_t trip_ms(const struct agent *agent)
{
    uint32_t trip = agent->exchange.smoothed_ms != 0
                        ? agent->exchange.smoothed_ms
                        : agent->figures.ack_timeout_ms;

    return trip < TRIP_MAX_MS ? trip : TRIP_MAX_MS;
}

uint64_t agent_energy_mj(const struct agent *agent, uint32_t left)
{
    const struct agent_figures *figures = &agent->figures;
    uint64_t trips = parts_of(left, figures->block_size);
    /* mW x ms = uJ */
    uint64_t trip_uj = (uint64_t)trip_ms(agent) * figures->radio_rx_mw +
                       (uint64_t)figures->request_ms * figures->radio_tx_mw;
    uint64_t flash_uj = parts_of(left, KIB) * figures->flash_uj_per_kib;

    return (trips * trip_uj + flash_uj) / UJ_PER_MJ + figures->radio_after_mj;
}

uint32_t agent_energy_left_mwh(const struct agent *agent)
{
    struct agent_supply supply;

    agent->port->supply(agent->port->context, &supply);
    return supply.left_mj == UINT32_MAX ? UINT32_MAX
                                        : supply.left_mj / MJ_PER_MWH;
}
