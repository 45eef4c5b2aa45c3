/* SPDX-License-Identifier: MIT */
/*
 * A supply that collapses. The transmitter is by far the largest load, so it is
 * usually the agent that makes a weak cell brown out: the reset cuts the load,
 * the cell recovers, and the next poll would end the same way. The progress log
 * keeps the count, because RAM and clock are lost in a brown-out.
 */
#include "ota/agent_parts.h"

uint64_t agent_sagged(struct agent *agent)
{
    struct progress record = agent->log.now;
    uint64_t wait = agent_jitter(agent, agent_backoff(agent, record.sags));

    if (record.sequence == 0) {
        record.reported = 1; /* the server need not know this */
    }
    record.sags = (uint8_t)(record.sags + (record.sags < UINT8_MAX));
    (void)agent_keep(agent, &record); /* otherwise the next wait is as long */
    agent_trace(agent, AGENT_EVENT_DEFER, AGENT_WHY_BATTERY_LOW,
                (uint32_t)(wait / 1000u), 0);
    return wait;
}

void agent_sag_over(struct agent *agent)
{
    struct progress record = agent->log.now;

    if (record.sags != 0) {
        record.sags = 0;
        (void)agent_keep(agent, &record); /* otherwise with the next record */
    }
}
