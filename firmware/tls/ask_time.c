/* SPDX-License-Identifier: MIT */
#include "tls/ask_time.h"

#include <string.h>

#include "board/board.h"
#include "ota/coap.h"
#include "tls/signed_time.h"

#define RETRANSMITS 3u
#define CONTENT COAP_CODE(2, 5)
#define QUERY_SIZE (6u + 2u * SIGNED_TIME_NONCE + 1u)

static struct {
    struct coap_exchange exchange;
    uint8_t nonce[SIGNED_TIME_NONCE];
    int socket;
} ask;

static void name_nonce(char query[QUERY_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    char *at = query + 6;

    memcpy(query, "nonce=", 6);
    for (uint32_t i = 0; i < SIGNED_TIME_NONCE; i++) {
        *at++ = digits[ask.nonce[i] >> 4];
        *at++ = digits[ask.nonce[i] & 15u];
    }
    *at = '\0';
}

static void send(void)
{
    /* what cannot be sent is sent again */
    (void)radio_send(ask.socket, ask.exchange.bytes, ask.exchange.length);
}

enum agent_why ask_time_begin(const struct ask_time_figures *figures,
                              uint64_t now_ms)
{
    char query[QUERY_SIZE];
    struct coap_request request = {.code = COAP_GET,
                                   .path = "time",
                                   .query = query};
    uint32_t random;

    rng_read(ask.nonce, sizeof(ask.nonce));
    rng_read(&random, sizeof(random));
    name_nonce(query);
    ask.exchange.timing.ack_timeout_ms = figures->ack_timeout_ms;
    ask.exchange.timing.retransmits = RETRANSMITS;
    ask.socket = radio_open(figures->node, figures->port);
    if (ask.socket < 0) {
        return AGENT_WHY_UNREACHABLE;
    }
    if (coap_begin(&ask.exchange, &request, now_ms, random) != COAP_STEP_SEND) {
        radio_close(ask.socket);
        return AGENT_WHY_NO_TIME;
    }
    send();
    return AGENT_WHY_NONE;
}

static enum ask_step finish(enum ask_step step)
{
    coap_stop(&ask.exchange);
    radio_close(ask.socket);
    return step;
}

static enum ask_step judge(struct clock *clock, const struct image_keys *keys,
                           uint64_t now_ms, const struct coap_answer *answer,
                           enum agent_why *why)
{
    uint64_t unix_s;

    *why = AGENT_WHY_NO_TIME;
    return finish(answer->code == CONTENT &&
                          signed_time_read(answer->payload, answer->length,
                                           ask.nonce, keys, &unix_s) &&
                          clock_state(clock, unix_s, now_ms)
                      ? ASK_TOLD
                      : ASK_FAILED);
}

/* True: the exchange is over, and *step says how. */
static bool take(struct clock *clock, const struct image_keys *keys,
                 uint64_t now_ms, enum agent_why *why, enum ask_step *step)
{
    static uint8_t datagram[COAP_ANSWER_MAX];
    struct coap_answer answer;
    int socket = -1;
    int32_t length = radio_receive(&socket, datagram, sizeof(datagram));

    if (length < 0 || socket != ask.socket) {
        return false;
    }
    switch (
        coap_take(&ask.exchange, datagram, (uint32_t)length, now_ms, &answer)) {
    case COAP_STEP_ANSWER:
    case COAP_STEP_ANSWER_REPLY:
        *step = judge(clock, keys, now_ms, &answer, why);
        return true;
    case COAP_STEP_RESET:
        *why = AGENT_WHY_SERVER_REFUSED;
        *step = finish(ASK_FAILED);
        return true;
    default:
        return false;
    }
}

enum ask_step ask_time_step(struct clock *clock, const struct image_keys *keys,
                            uint64_t now_ms, uint64_t *next_ms,
                            enum agent_why *why)
{
    enum ask_step step = ASK_WAITS;

    while ((ctl_flags() & CTL_F_RADIO) != 0) {
        if (take(clock, keys, now_ms, why, &step)) {
            return step;
        }
    }
    switch (coap_tick(&ask.exchange, now_ms)) {
    case COAP_STEP_SEND:
        send();
        break;
    case COAP_STEP_TIMEOUT:
        *why = AGENT_WHY_UNREACHABLE;
        return finish(ASK_FAILED);
    default:
        break;
    }
    *next_ms = ask.exchange.next_ms;
    return ASK_WAITS;
}
