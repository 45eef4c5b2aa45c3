/* SPDX-License-Identifier: MIT */
/*
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   |Ver| T |  TKL  |      Code     |          Message ID           |
 *   |   Token (TKL bytes) ... Options ... | 0xFF | Payload ...
 *   an option: delta 4 bits | length 4 bits | more delta | more length | value
 *   (13: one more byte, + 13; 14: two more bytes, + 269; 15: an error)
 *
 * The round trip is estimated as in RFC 6298: smoothed, with its deviation,
 * only from exchanges without a retransmission (Karn: in others nobody knows
 * which copy was answered). If every copy is answered in the end, the first one
 * was not lost, but the link has become slow. Then the deviation is raised so
 * far that the wait would have covered that answer; otherwise every request
 * would be sent twice for ever. Loss alone changes nothing: if waits grew with
 * it, a fast but lossy link would end up at a block a minute.
 */
#include "ota/coap.h"

#include "ota/bytes.h"

#include <string.h>

#define HEADER 4u
#define VERSION 1u
#define MARKER 0xFFu
#define NUMBER_LIMIT 65535u
#define SEGMENT_MAX 255u
#define TOKEN_MAX 8u
#define SZX_MAX 6u
#define BLOCK_NUMBERS (1u << 20)
/* values of a delta or length nibble */
#define ONE_MORE 13u
#define TWO_MORE 14u
#define TWO_MORE_FROM 269u

enum option_number {
    OPTION_ETAG = 4,
    OPTION_OBSERVE = 6,
    OPTION_URI_PATH = 11,
    OPTION_URI_QUERY = 15,
    OPTION_BLOCK2 = 23,
    OPTION_SIZE2 = 28
};

/* The shortest wait for an answer. Some links need only 40 ms, but a server may
 * be slow once; RFC 6298 recommends a second. */
#define WAIT_MIN_MS 500u
#define WAIT_MAX_MS 60000u
#define WAIT_ALL_MS 3600000u /* including all doublings */

/* ---- reading ------------------------------------------------------------ */

struct reader {
    const uint8_t *bytes;
    uint32_t length;
    uint32_t at; /* <= length */
};

static uint32_t left(const struct reader *reader)
{
    return reader->length - reader->at;
}

/* The full value for a nibble of an option's first byte; -1 if it is reserved
 * or its further bytes are missing. */
static int32_t extended(struct reader *reader, uint32_t nibble)
{
    uint32_t count = nibble < ONE_MORE ? 0 : nibble - ONE_MORE + 1;
    uint32_t value = 0;

    if (count > 2 || count > left(reader)) {
        return -1;
    }
    for (uint32_t i = 0; i < count; i++) {
        value = value << 8 | reader->bytes[reader->at++];
    }
    if (count == 0) {
        return (int32_t)nibble;
    }
    return (int32_t)(value + (count == 1 ? ONE_MORE : TWO_MORE_FROM));
}

/* Most significant byte first, in as few bytes as possible (or with leading
 * zeros). */
static uint32_t number_in(const uint8_t *value, uint32_t length)
{
    uint32_t number = 0;

    for (uint32_t i = 0; i < length; i++) {
        number = number << 8 | value[i];
    }
    return number;
}

static bool take_block(struct coap_answer *out, const uint8_t *value,
                       uint32_t length)
{
    if (length > 3) {
        return false;
    }
    uint32_t number = number_in(value, length);
    if ((number & 7u) > SZX_MAX) {
        return false;
    }
    out->has_block = true;
    out->more = (number & 8u) != 0;
    out->szx = (uint8_t)(number & 7u);
    out->block = number >> 4;
    return true;
}

/* False if it is critical and cannot be used. Elective options that cannot be
 * used are ignored (RFC 7252, 5.4.1 and 5.4.3); a repetition of an option that
 * must be unique cannot be used, whatever the first one was (5.4.5). */
static bool take_option(struct coap_answer *out, uint32_t number, bool further,
                        const uint8_t *value, uint32_t length)
{
    switch (number) {
    case OPTION_ETAG:
        if (out->etag.length == 0 && length <= COAP_ETAG) {
            out->etag.length = (uint8_t)length;
            memcpy(out->etag.bytes, value, length);
        }
        return true;
    case OPTION_OBSERVE:
        if (!further && length <= 3) {
            out->has_observe = true;
            out->observe = number_in(value, length);
        }
        return true;
    case OPTION_SIZE2:
        if (!further && length <= 4) {
            out->has_size = true;
            out->size = number_in(value, length);
        }
        return true;
    case OPTION_BLOCK2:
        return !further && take_block(out, value, length);
    default:
        return (number & 1u) == 0;
    }
}

static bool read_option(struct reader *reader, struct coap_answer *out,
                        uint32_t *number)
{
    uint8_t first = reader->bytes[reader->at++];
    int32_t delta = extended(reader, first >> 4);
    int32_t length = delta < 0 ? -1 : extended(reader, first & 15u);

    if (length < 0 || (uint32_t)length > left(reader) ||
        (uint32_t)delta > NUMBER_LIMIT - *number) {
        return false;
    }
    *number += (uint32_t)delta;
    const uint8_t *value = reader->bytes + reader->at;
    reader->at += (uint32_t)length;
    return take_option(out, *number, delta == 0, value, (uint32_t)length);
}

static bool read_rest(struct reader *reader, struct coap_answer *out)
{
    uint32_t number = 0;

    while (left(reader) > 0 && reader->bytes[reader->at] != MARKER) {
        if (!read_option(reader, out, &number)) {
            return false;
        }
    }
    if (left(reader) == 0) {
        return true;
    }
    reader->at++; /* the marker: a payload must follow */
    out->payload = reader->bytes + reader->at;
    out->length = left(reader);
    return out->length > 0;
}

static bool read_body(struct reader *reader, struct coap_answer *out)
{
    uint32_t tokens = reader->bytes[0] & 15u;
    unsigned class = out->code >> 5;

    reader->at = HEADER;
    if (out->code == COAP_EMPTY) {
        return reader->length == HEADER && tokens == 0;
    }
    if (class == 1 || class > 5 || tokens > TOKEN_MAX ||
        tokens > left(reader)) {
        return false;
    }
    memcpy(out->token, reader->bytes + reader->at, tokens);
    out->token_length = (uint8_t)tokens;
    reader->at += tokens;
    return read_rest(reader, out);
}

int coap_read(const uint8_t *bytes, uint32_t length, struct coap_answer *out)
{
    struct reader reader = {bytes, length, 0};

    memset(out, 0, sizeof(*out));
    if (length < HEADER || bytes[0] >> 6 != VERSION) {
        return COAP_ERR_FOREIGN;
    }
    out->type = bytes[0] >> 4 & 3u;
    out->code = bytes[1];
    out->id = (uint16_t)(bytes[2] << 8 | bytes[3]);
    if (!read_body(&reader, out)) {
        uint8_t type = out->type;
        uint16_t id = out->id;
        memset(out, 0, sizeof(*out));
        out->type = type;
        out->id = id;
        return COAP_ERR_MALFORMED;
    }
    return 0;
}

#define OBSERVE_HALF (1u << 23)

bool coap_newer(uint32_t last, uint32_t now)
{
    return (last < now && now - last < OBSERVE_HALF) ||
           (last > now && last - now > OBSERVE_HALF);
}

/* ---- writing ------------------------------------------------------------ */

struct writer {
    uint8_t *out;
    uint32_t size;
    uint32_t length;
    uint32_t last; /* number of the last option */
    bool full;
};

static void put(struct writer *writer, const void *bytes, uint32_t length)
{
    if (writer->full || length > writer->size - writer->length) {
        writer->full = true;
        return;
    }
    if (length > 0) {
        memcpy(writer->out + writer->length, bytes, length);
    }
    writer->length += length;
}

/* Deltas stay below 13 + 256, because the numbers are ours. So do value
 * lengths. */
static void put_option(struct writer *writer, uint32_t number,
                       const void *value, uint32_t length)
{
    uint32_t delta = number - writer->last;
    uint8_t head[3];
    uint32_t count = 1;

    head[0] = (uint8_t)((delta < ONE_MORE ? delta : ONE_MORE) << 4 |
                        (length < ONE_MORE ? length : ONE_MORE));
    if (delta >= ONE_MORE) {
        head[count++] = (uint8_t)(delta - ONE_MORE);
    }
    if (length >= ONE_MORE) {
        head[count++] = (uint8_t)(length - ONE_MORE);
    }
    put(writer, head, count);
    put(writer, value, length);
    writer->last = number;
}

static void put_number(struct writer *writer, uint32_t number, uint32_t value)
{
    uint8_t bytes[4] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16),
                        (uint8_t)(value >> 8), (uint8_t)value};
    uint32_t skip = 0;

    while (skip < sizeof(bytes) && bytes[skip] == 0) {
        skip++;
    }
    put_option(writer, number, bytes + skip, (uint32_t)sizeof(bytes) - skip);
}

/* One option for each part of "a/b". False if a part is too long. */
static bool put_path(struct writer *writer, const char *path)
{
    while (path && *path) {
        size_t length = strcspn(path, "/");
        if (length > SEGMENT_MAX) {
            return false;
        }
        put_option(writer, OPTION_URI_PATH, path, (uint32_t)length);
        path += length;
        path += *path == '/';
    }
    return true;
}

static bool in_range(const struct coap_request *request)
{
    return request->code != COAP_EMPTY && request->code >> 5 == 0 &&
           request->etag.length <= COAP_ETAG &&
           (!request->has_block ||
            (request->block < BLOCK_NUMBERS && request->szx <= SZX_MAX)) &&
           (request->length == 0 || request->payload) &&
           (!request->query || strlen(request->query) <= SEGMENT_MAX);
}

int32_t coap_write(const struct coap_request *request, uint16_t id,
                   const uint8_t token[COAP_TOKEN], uint8_t *out, uint32_t size)
{
    struct writer writer = {.out = out, .size = size};
    uint8_t header[HEADER] = {VERSION << 6 | COAP_CON << 4 | COAP_TOKEN,
                              request->code, (uint8_t)(id >> 8), (uint8_t)id};
    const uint8_t marker = MARKER;

    if (!in_range(request)) {
        return -1;
    }
    put(&writer, header, HEADER);
    put(&writer, token, COAP_TOKEN);
    if (request->etag.length > 0) {
        put_option(&writer, OPTION_ETAG, request->etag.bytes,
                   request->etag.length);
    }
    if (request->observe) {
        put_number(&writer, OPTION_OBSERVE, 0);
    }
    if (!put_path(&writer, request->path)) {
        return -1;
    }
    if (request->query) {
        put_option(&writer, OPTION_URI_QUERY, request->query,
                   (uint32_t)strlen(request->query));
    }
    if (request->has_block) {
        put_number(&writer, OPTION_BLOCK2, request->block << 4 | request->szx);
    }
    if (request->length > 0) {
        put(&writer, &marker, 1);
        put(&writer, request->payload, request->length);
    }
    return writer.full ? -1 : (int32_t)writer.length;
}

void coap_write_empty(enum coap_type type, uint16_t id, uint8_t out[4])
{
    out[0] = (uint8_t)(VERSION << 6 | (unsigned)type << 4);
    out[1] = COAP_EMPTY;
    out[2] = (uint8_t)(id >> 8);
    out[3] = (uint8_t)id;
}

/* ---- times -------------------------------------------------------------- */

static uint32_t within(uint64_t value, uint32_t low, uint32_t high)
{
    return value < low ? low : value > high ? high : (uint32_t)value;
}

static uint32_t base_timeout(const struct coap_exchange *exchange)
{
    uint64_t base =
        exchange->smoothed_ms + UINT64_C(4) * exchange->deviation_ms;

    if (!exchange->smoothed_ms && base < exchange->timing.ack_timeout_ms) {
        base = exchange->timing.ack_timeout_ms;
    }
    return within(base, WAIT_MIN_MS, WAIT_MAX_MS);
}

/* From base to one and a half times base. */
static uint32_t spread(uint32_t base, uint32_t random)
{
    return base + (uint32_t)((uint64_t)(base / 2) * (random & 0xFFFFu) >> 16);
}

static uint32_t doubled(uint32_t timeout)
{
    return within(UINT64_C(2) * timeout, 0, WAIT_ALL_MS);
}

/* The first wait and all its doublings together. */
static uint32_t all_waits(uint32_t wait, uint32_t retransmits)
{
    uint64_t all = wait;

    for (uint32_t i = 0; i < retransmits && all < WAIT_ALL_MS; i++) {
        wait = doubled(wait);
        all += wait;
    }
    return within(all, 0, WAIT_ALL_MS);
}

/* As long as all retransmissions would have taken. */
static uint32_t separate_wait(const struct coap_exchange *exchange)
{
    return all_waits(within(exchange->timing.ack_timeout_ms, WAIT_MIN_MS,
                            WAIT_MAX_MS),
                     exchange->timing.retransmits);
}

uint32_t coap_span_ms(const struct coap_timing *timing)
{
    uint32_t base = within(timing->ack_timeout_ms, WAIT_MIN_MS, WAIT_MAX_MS);

    return all_waits(base + base / 2, timing->retransmits);
}

/* A clean measurement. After an unclean one, a second answer may tell more. */
static void learn(struct coap_exchange *exchange, uint64_t now_ms)
{
    uint32_t trip = within(now_ms - exchange->begun_ms, 1, WAIT_MAX_MS);
    uint32_t smoothed = exchange->smoothed_ms;
    uint32_t deviation = exchange->deviation_ms;

    if (exchange->tries > 0) {
        exchange->unclean_id = exchange->id;
        exchange->unclean_ms =
            exchange->timeout_ms < trip ? exchange->timeout_ms : trip;
        return;
    }
    if (smoothed == 0) {
        exchange->smoothed_ms = trip;
        exchange->deviation_ms = trip / 2;
        return;
    }
    uint32_t off = trip > smoothed ? trip - smoothed : smoothed - trip;
    exchange->deviation_ms = (3 * deviation + off) / 4;
    exchange->smoothed_ms = within((7 * smoothed + trip) / 8, 1, WAIT_MAX_MS);
}

/* Another answer to a request that was sent several times: it was repeated too
 * early. */
static void learn_from_copy(struct coap_exchange *exchange,
                            const struct coap_answer *message)
{
    uint32_t wait = exchange->unclean_ms;
    bool current = exchange->busy && message->id == exchange->id;

    if (message->type != COAP_ACK || message->id != exchange->unclean_id ||
        wait == 0 || current) {
        return;
    }
    exchange->unclean_ms = 0;
    if (wait > base_timeout(exchange)) { /* so it exceeds the smoothed one */
        exchange->deviation_ms = (wait - exchange->smoothed_ms) / 4;
    }
}

/* ---- one exchange ------------------------------------------------------- */

/* The first id is random, and the following ones count up. A token is its id
 * and two random bytes, so no two of 65536 are equal. */
static void new_names(struct coap_exchange *exchange, uint32_t random)
{
    bool first = bytes_are(exchange->token, COAP_TOKEN, 0);

    exchange->id = (uint16_t)(first ? random >> 16 : exchange->id + 1u);
    exchange->token[0] = (uint8_t)(exchange->id >> 8);
    exchange->token[1] = (uint8_t)exchange->id;
    exchange->token[2] = (uint8_t)(random >> 8);
    exchange->token[3] = (uint8_t)(random | 1u); /* never all zero */
}

void coap_stop(struct coap_exchange *exchange)
{
    exchange->busy = false;
    exchange->next_ms = UINT64_MAX;
}

enum coap_step coap_begin(struct coap_exchange *exchange,
                          const struct coap_request *request, uint64_t now_ms,
                          uint32_t random)
{
    coap_stop(exchange);
    new_names(exchange, random);
    if (request->token) {
        memcpy(exchange->token, request->token, COAP_TOKEN);
    }
    int32_t length = coap_write(request, exchange->id, exchange->token,
                                exchange->bytes, sizeof(exchange->bytes));
    if (length < 0) {
        return COAP_STEP_NONE;
    }
    exchange->length = (uint32_t)length;
    exchange->busy = true;
    exchange->acknowledged = false;
    exchange->tries = 0;
    exchange->begun_ms = now_ms;
    exchange->timeout_ms = spread(base_timeout(exchange), random);
    exchange->next_ms = now_ms + exchange->timeout_ms;
    return COAP_STEP_SEND;
}

void coap_again(struct coap_exchange *exchange, uint64_t now_ms)
{
    exchange->begun_ms = now_ms;
    exchange->next_ms = now_ms + exchange->timeout_ms;
}

enum coap_step coap_tick(struct coap_exchange *exchange, uint64_t now_ms)
{
    if (!exchange->busy || now_ms < exchange->next_ms) {
        return COAP_STEP_NONE;
    }
    if (exchange->acknowledged ||
        exchange->tries >= exchange->timing.retransmits) {
        coap_stop(exchange);
        exchange->smoothed_ms = 0; /* the old estimate no longer holds */
        exchange->deviation_ms = 0;
        return COAP_STEP_TIMEOUT;
    }
    exchange->tries++;
    exchange->timeout_ms = doubled(exchange->timeout_ms);
    exchange->next_ms = now_ms + exchange->timeout_ms;
    return COAP_STEP_SEND;
}

static enum coap_step reply(struct coap_exchange *exchange, enum coap_type type,
                            uint16_t id)
{
    coap_write_empty(type, id, exchange->reply);
    return COAP_STEP_REPLY;
}

/* An empty ACK or RST, or a CON that only asks for a reset. */
static enum coap_step take_empty(struct coap_exchange *exchange,
                                 const struct coap_answer *message,
                                 uint64_t now_ms)
{
    bool ours = exchange->busy && message->id == exchange->id;

    if (message->type == COAP_CON) {
        return reply(exchange, COAP_RST, message->id);
    }
    if (ours && message->type == COAP_RST) {
        coap_stop(exchange);
        return COAP_STEP_RESET;
    }
    if (ours && message->type == COAP_ACK && !exchange->acknowledged) {
        learn(exchange, now_ms);
        exchange->acknowledged = true;
        exchange->next_ms = now_ms + separate_wait(exchange);
    }
    return COAP_STEP_NONE;
}

/* Is it the answer to the request? If in an ACK, it must also match its id. */
static bool is_answer(const struct coap_exchange *exchange,
                      const struct coap_answer *message)
{
    return exchange->busy && message->code >> 5 >= 2 &&
           message->type != COAP_RST && message->token_length == COAP_TOKEN &&
           memcmp(message->token, exchange->token, COAP_TOKEN) == 0 &&
           (message->type != COAP_ACK || message->id == exchange->id);
}

static enum coap_step take_answer(struct coap_exchange *exchange,
                                  const struct coap_answer *message,
                                  uint64_t now_ms)
{
    if (!exchange->acknowledged) {
        learn(exchange, now_ms);
    }
    coap_stop(exchange);
    if (message->type != COAP_CON) {
        return COAP_STEP_ANSWER;
    }
    exchange->separate = true;
    exchange->separate_id = message->id;
    (void)reply(exchange, COAP_ACK, message->id);
    return COAP_STEP_ANSWER_REPLY;
}

enum coap_step coap_take(struct coap_exchange *exchange, const uint8_t *bytes,
                         uint32_t length, uint64_t now_ms,
                         struct coap_answer *answer)
{
    struct coap_answer message;
    int err = coap_read(bytes, length, &message);

    memset(answer, 0, sizeof(*answer));
    if (err == COAP_ERR_FOREIGN) {
        return COAP_STEP_NONE;
    }
    learn_from_copy(exchange, &message);
    if (!err && message.code == COAP_EMPTY) {
        return take_empty(exchange, &message, now_ms);
    }
    if (!err && is_answer(exchange, &message)) {
        *answer = message;
        return take_answer(exchange, &message, now_ms);
    }
    if (message.type != COAP_CON) {
        return COAP_STEP_NONE; /* neither is replied to */
    }
    bool again =
        !err && exchange->separate && message.id == exchange->separate_id;
    return reply(exchange, again ? COAP_ACK : COAP_RST, message.id);
}
