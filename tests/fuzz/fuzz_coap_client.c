/* SPDX-License-Identifier: MIT */
/*
 * The device's CoAP client among datagrams of arbitrary contents, with time
 * going on and new requests in between. What it reads lies within the
 * datagram and reads the same with the world's codec; it answers with four
 * bytes that make sense; an exchange that is over stays so.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ota/coap.h"
#include "outside/coap.h"

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void check_read(const uint8_t *bytes, uint32_t length)
{
    static const uint16_t known[] = {WCOAP_BLOCK2};
    struct wcoap_message other;
    struct coap_answer answer;
    int err = coap_read(bytes, length, &answer);
    int theirs = wcoap_decode(bytes, length, &other);

    if (err) {
        require(answer.length == 0 && answer.token_length == 0);
        return;
    }
    require(theirs == WCOAP_OK || theirs == WCOAP_E_MANY);
    require(answer.id == other.id && answer.code == other.code &&
            answer.type == other.type);
    require(answer.length == 0 ||
            (answer.payload > bytes &&
             answer.payload + answer.length == bytes + length));
    require(answer.etag.length <= COAP_ETAG && answer.szx <= 6 &&
            answer.block < 1u << 20 && answer.token_length <= 8);
    if (theirs == WCOAP_OK) {
        require(wcoap_bad_option(&other, known, 1) < 0);
        require(answer.length == other.payload_length);
        require(answer.has_block == (wcoap_find(&other, 23, 0) != NULL));
        require(answer.has_size == (wcoap_find(&other, 28, 0) != NULL));
        require((answer.etag.length > 0) == (wcoap_find(&other, 4, 0) != NULL));
    }
}

/* Odd chunks get the exchange's own names, where they are long enough. */
static void take(struct coap_exchange *exchange, const uint8_t *data,
                 uint32_t length, bool ours, uint64_t now)
{
    uint8_t *bytes = malloc(length + 1u); /* its end is watched */
    struct coap_answer answer;
    bool busy = exchange->busy;

    require(bytes != NULL);
    memcpy(bytes, data, length);
    if (ours && length >= 8) {
        bytes[0] = (uint8_t)(0x44u | (bytes[0] & 0x30u));
        bytes[2] = (uint8_t)(exchange->id >> 8);
        bytes[3] = (uint8_t)exchange->id;
        memcpy(bytes + 4, exchange->token, COAP_TOKEN);
    }
    check_read(bytes, length);
    enum coap_step step = coap_take(exchange, bytes, length, now, &answer);
    bool answered = step == COAP_STEP_ANSWER || step == COAP_STEP_ANSWER_REPLY;
    require(step != COAP_STEP_SEND && step != COAP_STEP_TIMEOUT);
    require(!answered || (busy && answer.code >> 5 >= 2 &&
                          memcmp(bytes + 4, exchange->token, COAP_TOKEN) == 0));
    require(exchange->busy == (busy && !answered && step != COAP_STEP_RESET));
    if (step == COAP_STEP_REPLY || step == COAP_STEP_ANSWER_REPLY) {
        require((bytes[0] >> 4 & 3) == COAP_CON &&
                exchange->reply[1] == COAP_EMPTY &&
                memcmp(exchange->reply + 2, bytes + 2, 2) == 0 &&
                (exchange->reply[0] == 0x60 || exchange->reply[0] == 0x70));
    }
    free(bytes);
}

static void begin(struct coap_exchange *exchange, uint8_t choice, uint64_t now)
{
    struct coap_request request = {.code = choice & 1u ? COAP_POST : COAP_GET,
                                   .path = choice & 2u ? "a/b" : "image",
                                   .has_block = choice & 4u,
                                   .block = (uint32_t)choice << 12,
                                   .szx = choice >> 5,
                                   .payload = "payload",
                                   .length = choice & 1u ? 7 : 0};
    enum coap_step step =
        coap_begin(exchange, &request, now, (uint32_t)choice * 0x01234567u);
    struct wcoap_message message;

    require((step == COAP_STEP_SEND) == exchange->busy);
    require(exchange->busy == !(request.has_block && request.szx > 6));
    if (exchange->busy) {
        require(wcoap_decode(exchange->bytes, exchange->length, &message) ==
                WCOAP_OK);
        require(message.id == exchange->id);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Two bytes a turn: what to do, and how long or how much. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct coap_exchange exchange;
    uint64_t now = 0;

    memset(&exchange, 0, sizeof(exchange));
    exchange.timing.ack_timeout_ms = size > 0 ? data[0] * 100u : 0;
    exchange.timing.retransmits = 4;
    for (size_t at = 1; at + 2 <= size;) {
        uint8_t what = data[at++];
        uint8_t much = data[at++];
        uint32_t rest = (uint32_t)(size - at);
        uint32_t length = much == 255 || much > rest ? rest : much;
        switch (what & 3u) {
        case 0:
            begin(&exchange, much, now);
            break;
        case 1:
            now += (uint64_t)much << (what >> 4);
            (void)coap_tick(&exchange, now);
            require(!exchange.busy || exchange.next_ms > now);
            break;
        default:
            take(&exchange, data + at, length, what & 1u, now);
            at += length;
            break;
        }
        require(exchange.busy || exchange.next_ms == UINT64_MAX ||
                exchange.next_ms == 0);
        require(exchange.smoothed_ms <= 60000 &&
                exchange.deviation_ms <= 60000);
    }
    return 0;
}
