/* SPDX-License-Identifier: MIT */
/*
 * Push (RFC 7641): each poll asks the server to tell of changes, always under
 * the same token, so that the server has one entry for this device. What a
 * notification says is not used: it is a doorbell, and the device polls.
 *
 *   poll, Observe 0 --> answer with Observe: registered
 *   notification, newer by the 24-bit rule --> poll soon, at random
 *   further ones --> one poll after a back-off, longer each time
 *   a notification under an unknown token --> reset: the server forgets it
 *
 * Polls go on as before, because nothing else is certain: a modem that sleeps
 * does not hear, a notification may be lost, the server may have forgotten.
 */
#include <string.h>

#include "ota/agent_parts.h"

/* After that long, any number is new (RFC 7641, 3.4). */
#define NUMBERS_LAST_MS 128000u

void agent_observe_ask(struct agent *agent, struct coap_request *request)
{
    request->observe = agent->figures.observe != 0 && !agent_on_trial(agent);
    request->token =
        request->observe && agent->watch.active ? agent->watch.token : NULL;
}

void agent_observe_asked(struct agent *agent)
{
    struct agent_watch *watch = &agent->watch;

    memcpy(watch->token, agent->exchange.token, COAP_TOKEN);
    watch->pushes = watch->pushed ? watch->pushes : 0;
    watch->pushed = false;
}

void agent_observe_answered(struct agent *agent,
                            const struct coap_answer *answer)
{
    struct agent_watch *watch = &agent->watch;

    watch->active = answer->has_observe && agent->figures.observe != 0;
    watch->number = answer->observe;
    watch->seen_ms = agent_now(agent);
}

static bool is_fresh(const struct agent *agent, uint32_t number)
{
    const struct agent_watch *watch = &agent->watch;

    return coap_newer(watch->number, number) ||
           agent_now(agent) - watch->seen_ms > NUMBERS_LAST_MS;
}

/* Poll soon, but not together with all the others that were told. */
static void poll_soon(struct agent *agent)
{
    struct agent_watch *watch = &agent->watch;
    uint64_t when = agent_now(agent) +
                    agent_random_upto(agent, agent->figures.first_poll_ms);
    bool waits = agent->phase == AGENT_PHASE_WAIT ||
                 (agent->phase == AGENT_PHASE_REPORT &&
                  agent->after_report == AGENT_PHASE_WAIT);

    if (when < watch->not_before_ms) {
        when = watch->not_before_ms;
    }
    if (!waits || watch->pushed || when >= agent->due_ms) {
        return;
    }
    watch->not_before_ms = when + agent_backoff(agent, watch->pushes);
    watch->pushes += watch->pushes < UINT32_MAX;
    watch->pushed = true;
    agent->due_ms = when;
}

static void reply(struct agent *agent, enum coap_type type, uint16_t id)
{
    uint8_t bytes[4];

    coap_write_empty(type, id, bytes);
    agent_transmit(agent, bytes, sizeof(bytes));
}

static bool token_is(const struct coap_answer *message, const uint8_t *token)
{
    return message->token_length == COAP_TOKEN &&
           memcmp(message->token, token, COAP_TOKEN) == 0;
}

/* An error, as after a withdrawal, ends the observation. */
static void take(struct agent *agent, const struct coap_answer *message)
{
    bool fresh = is_fresh(agent, message->observe);

    if (message->type == COAP_CON) {
        reply(agent, COAP_ACK, message->id);
    }
    if (!message->has_observe) {
        agent->watch.active = false;
    } else if (fresh) {
        agent->watch.number = message->observe;
        agent->watch.seen_ms = agent_now(agent);
    }
    if (fresh || !message->has_observe) {
        poll_soon(agent);
    }
}

bool agent_observe_take(struct agent *agent, const uint8_t *bytes,
                        uint32_t length)
{
    struct coap_answer message;
    const struct coap_exchange *exchange = &agent->exchange;

    if (agent->figures.observe == 0 || coap_read(bytes, length, &message) ||
        message.code >> 5 < 2 ||
        (message.type != COAP_NON && message.type != COAP_CON) ||
        (exchange->busy && token_is(&message, exchange->token))) {
        return false;
    }
    if (agent->watch.active && token_is(&message, agent->watch.token)) {
        take(agent, &message);
        return true;
    }
    if (message.has_observe) { /* of an earlier start */
        reply(agent, COAP_RST, message.id);
    }
    return message.has_observe;
}
