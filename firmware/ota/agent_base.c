/* SPDX-License-Identifier: MIT */
/* What all of the agent's files need: time, randomness, and requests to the
 * server. */
#include "ota/agent_parts.h"

uint64_t agent_now(const struct agent *agent)
{
    return agent->port->now_ms(agent->port->context);
}

uint64_t agent_rtc(const struct agent *agent)
{
    uint64_t now = agent->port->rtc_ms(agent->port->context);
    uint64_t last = UINT64_C(1000) * UINT32_MAX;

    return now < last ? now : last;
}

bool agent_on_trial(const struct agent *agent)
{
    return agent->info.state == OTA_TRIAL;
}

void agent_trace(const struct agent *agent, enum agent_event event, uint32_t a,
                 uint32_t b, uint32_t c)
{
    agent->port->trace(agent->port->context, event, a, b, c);
}

uint64_t agent_random_upto(const struct agent *agent, uint64_t most)
{
    return agent->port->random(agent->port->context) % (most + 1u);
}

uint64_t agent_jitter(const struct agent *agent, uint64_t ms)
{
    uint64_t most = ms * agent->figures.poll_jitter_percent / 100u;

    return ms + agent_random_upto(agent, most);
}

uint64_t agent_backoff(const struct agent *agent, uint32_t times)
{
    uint64_t most = agent->figures.backoff_max_ms;
    uint64_t wait = agent->figures.backoff_ms;

    for (uint32_t i = 0; i < times && wait < most; i++) {
        wait *= 2u;
    }
    return wait < most ? wait : most;
}

enum agent_phase agent_wait(struct agent *agent, uint64_t ms)
{
    agent->due_ms = agent_now(agent) + ms;
    return AGENT_PHASE_WAIT;
}

enum agent_phase agent_wait_for_poll(struct agent *agent)
{
    return agent_wait(agent, agent_jitter(agent, agent->figures.poll_ms));
}

/* A datagram that cannot be sent is lost like any other: it is sent again. A
 * request for which the channel must be set up first waits for that. */
void agent_transmit(struct agent *agent, const void *bytes, uint32_t length)
{
    agent->connecting =
        agent->port->send(agent->port->context, bytes, length) == OTA_ERR_BUSY;
    agent->channel_ms = 0;
}

bool agent_ask(struct agent *agent, const struct coap_request *request,
               uint32_t retransmits)
{
    struct coap_exchange *exchange = &agent->exchange;

    exchange->timing.ack_timeout_ms = agent->figures.ack_timeout_ms;
    exchange->timing.retransmits = retransmits;
    if (coap_begin(exchange, request, agent_now(agent),
                   agent->port->random(agent->port->context)) !=
        COAP_STEP_SEND) {
        return false;
    }
    agent_transmit(agent, exchange->bytes, exchange->length);
    return true;
}
