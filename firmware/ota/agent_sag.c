/* SPDX-License-Identifier: MIT */
/*
 * A supply that breaks down. The transmitter is by far the largest load, so
 * the agent is what a weak cell browns out by: the reset cuts the load, the
 * cell recovers, and the next poll would end the same way. The count of it is
 * kept in the progress log, for RAM and clock tell nothing after a brown-out.
 */
#include "ota/agent_parts.h"

uint64_t agent_sagged(struct agent *agent)
{
    struct progress record = agent->log.now;
    uint64_t wait = agent_jitter(agent, agent_backoff(agent, record.sags));

    if (record.sequence == 0) {
        record.reported = 1; /* nothing that the server would want to know */
    }
    record.sags = (uint8_t)(record.sags + (record.sags < UINT8_MAX));
    (void)agent_keep(agent, &record); /* else it waits as long the next time */
    agent_trace(agent, AGENT_EVENT_DEFER, AGENT_WHY_BATTERY_LOW,
                (uint32_t)(wait / 1000u), 0);
    return wait;
}

void agent_sag_over(struct agent *agent)
{
    struct progress record = agent->log.now;

    if (record.sags != 0) {
        record.sags = 0;
        (void)agent_keep(agent, &record); /* else with the next record */
    }
}
