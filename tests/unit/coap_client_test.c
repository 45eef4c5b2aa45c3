/* SPDX-License-Identifier: MIT */
/*
 * The device's CoAP client: its requests are read with the world's codec, its
 * answers written with it; then exchanges with lost, late, doubled and foreign
 * messages; and whole transfers from the world's server over a bad link.
 */
#include "ota/coap.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "ota/bytes.h"
#include "outside/coap.h"
#include "outside/link.h"
#include "outside/server.h"

#define SECOND 1000u
#define RANDOM 0x12340000u /* no spread of timeouts */

static const uint8_t token[COAP_TOKEN] = {1, 2, 3, 4};

/* ---- writing ------------------------------------------------------------ */

static const struct coap_request everything = {
    .code = COAP_GET,
    .path = "a/much-longer-than-thirteen/c",
    .etag = {8, {1, 2, 3, 4, 5, 6, 7, 8}},
    .has_block = true,
    .block = 0xFFFFF,
    .szx = 6,
    .payload = "hello",
    .length = 5};

Test(coap_client, a_request_is_read_by_the_other_codec)
{
    struct wcoap_message message;
    struct wcoap_block block;
    uint8_t bytes[COAP_REQUEST_MAX];
    int32_t length =
        coap_write(&everything, 0xABCD, token, bytes, sizeof(bytes));

    cr_assert_gt(length, 0);
    cr_assert_eq(wcoap_decode(bytes, (uint32_t)length, &message), WCOAP_OK);
    cr_assert_eq(message.type, WCOAP_CON);
    cr_assert_eq(message.code, WCOAP_GET);
    cr_assert_eq(message.id, 0xABCD);
    cr_assert_eq(message.token_length, COAP_TOKEN);
    cr_assert_arr_eq(message.token, token, COAP_TOKEN);
    cr_assert(wcoap_path_is(bytes, &message, everything.path));
    cr_assert_eq(message.options, 5);
    const struct wcoap_option *etag = wcoap_find(&message, WCOAP_ETAG, 0);
    cr_assert_not_null(etag);
    cr_assert_eq(etag->length, 8);
    cr_assert_arr_eq(bytes + etag->offset, everything.etag.bytes, 8);
    const struct wcoap_option *option = wcoap_find(&message, WCOAP_BLOCK2, 0);
    cr_assert_not_null(option);
    cr_assert_eq(wcoap_block_read(wcoap_uint(bytes, option), &block), 0);
    cr_assert_eq(block.number, 0xFFFFF);
    cr_assert_eq(block.szx, 6);
    cr_assert_not(block.more);
    cr_assert_eq(message.payload_length, 5);
    cr_assert_arr_eq(bytes + message.payload, "hello", 5);
}

Test(coap_client, the_shortest_request)
{
    static const uint8_t want[] = {0x44, 2, 0, 7, 1, 2, 3, 4, 0xB1, 's'};
    static const struct coap_request request = {.code = COAP_POST, .path = "s"};
    uint8_t bytes[16];

    cr_assert_eq(coap_write(&request, 7, token, bytes, sizeof(bytes)), 10);
    cr_assert_arr_eq(bytes, want, sizeof(want));
}

Test(coap_client, too_little_room_is_never_overrun)
{
    uint8_t bytes[COAP_REQUEST_MAX];
    int32_t length = coap_write(&everything, 1, token, bytes, sizeof(bytes));

    for (int32_t size = 0; size < length; size++) {
        uint8_t *small = malloc((size_t)size + 1);
        cr_assert_not_null(small);
        small[size] = 0xA5;
        cr_assert_eq(coap_write(&everything, 1, token, small, (uint32_t)size),
                     -1);
        cr_assert_eq(small[size], 0xA5);
        free(small);
    }
}

Test(coap_client, numbers_of_notifications_wrap)
{
    static const struct {
        uint32_t last;
        uint32_t now;
        bool newer;
    } pairs[] = {
        {0, 0, false},
        {0, 1, true},
        {1, 0, false},
        {0, (1u << 23) - 1, true},
        {0, 1u << 23, false},
        {(1u << 24) - 1, 0, true},
        {0, (1u << 24) - 1, false},
        {1u << 23, 0, false},
        {(1u << 23) + 1, 0, true},
    };

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        cr_assert_eq(coap_newer(pairs[i].last, pairs[i].now), pairs[i].newer,
                     "%zu", i);
    }
}

Test(coap_client, values_out_of_range_are_not_written)
{
    static char path[300];
    struct coap_request bad[7];
    uint8_t bytes[1024];

    memset(path, 'x', 256);
    for (unsigned i = 0; i < 7; i++) {
        bad[i] = everything;
    }
    bad[0].code = COAP_EMPTY;
    bad[1].code = COAP_CONTENT;
    bad[2].etag.length = COAP_ETAG + 1;
    bad[3].block = 1u << 20;
    bad[4].szx = 7;
    bad[5].path = path;
    bad[6].payload = NULL;
    for (unsigned i = 0; i < 7; i++) {
        cr_assert_eq(coap_write(&bad[i], 1, token, bytes, sizeof(bytes)), -1,
                     "%u", i);
    }
    path[255] = '\0';
    cr_assert_gt(coap_write(&bad[5], 1, token, bytes, sizeof(bytes)), 255);
}

/* ---- reading ------------------------------------------------------------ */

struct message {
    uint8_t bytes[COAP_ANSWER_MAX];
    uint32_t length;
};

/* An answer; `etag`, `block` and `payload` when they are not NULL or 0. */
struct wanted {
    enum wcoap_type type;
    uint8_t code;
    uint16_t id;
    const uint8_t *token;
    const char *etag;
    const struct wcoap_block *block;
    uint32_t size;
    const char *payload;
    uint32_t extra; /* number of a further option */
};

static void write_answer(struct message *out, const struct wanted *wanted)
{
    struct wcoap_writer w;

    wcoap_begin(&w, out->bytes, sizeof(out->bytes), wanted->type, wanted->code,
                wanted->id);
    wcoap_token(&w, wanted->token, COAP_TOKEN);
    if (wanted->etag != NULL) {
        wcoap_add(&w, WCOAP_ETAG, wanted->etag, (uint32_t)strlen(wanted->etag));
    }
    if (wanted->block != NULL) {
        wcoap_add_uint(&w, WCOAP_BLOCK2, wcoap_block_value(*wanted->block));
    }
    if (wanted->size != 0) {
        wcoap_add_uint(&w, WCOAP_SIZE2, wanted->size);
    }
    if (wanted->extra != 0) {
        wcoap_add(&w, wanted->extra, "", 0);
    }
    if (wanted->payload != NULL) {
        wcoap_payload(&w, wanted->payload, (uint32_t)strlen(wanted->payload));
    }
    cr_assert_gt(wcoap_end(&w), 0);
    out->length = (uint32_t)wcoap_end(&w);
}

Test(coap_client, an_answer_of_the_other_codec_is_read)
{
    static const struct wcoap_block block = {0xABCDE, true, 5};
    struct wanted wanted = {WCOAP_NON, WCOAP_CONTENT, 77,        token, "etag",
                            &block,    1u << 31,      "payload", 0};
    struct message message;
    struct coap_answer answer;

    write_answer(&message, &wanted);
    cr_assert_eq(coap_read(message.bytes, message.length, &answer), 0);
    cr_assert_eq(answer.type, COAP_NON);
    cr_assert_eq(answer.code, COAP_CONTENT);
    cr_assert_eq(answer.id, 77);
    cr_assert_eq(answer.token_length, 4);
    cr_assert_arr_eq(answer.token, token, 4);
    cr_assert_eq(answer.etag.length, 4);
    cr_assert_arr_eq(answer.etag.bytes, "etag", 4);
    cr_assert(answer.has_block && answer.more);
    cr_assert_eq(answer.block, 0xABCDE);
    cr_assert_eq(answer.szx, 5);
    cr_assert(answer.has_size);
    cr_assert_eq(answer.size, 1u << 31);
    cr_assert_eq(answer.length, 7);
    cr_assert_eq(answer.payload, message.bytes + message.length - 7);
}

struct raw {
    int err;
    uint32_t length;
    uint8_t bytes[24];
};

static void expect_raw(const struct raw *cases, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct coap_answer answer;
        struct coap_answer zero;
        uint8_t *bytes = malloc(cases[i].length + 1u);
        cr_assert_not_null(bytes);
        memcpy(bytes, cases[i].bytes, cases[i].length);
        memset(&zero, 0, sizeof(zero));
        memset(&answer, 0x55, sizeof(answer));
        cr_assert_eq(coap_read(bytes, cases[i].length, &answer), cases[i].err,
                     "case %u", i);
        if (cases[i].err == COAP_ERR_MALFORMED) {
            cr_assert_eq(answer.id, bytes[2] << 8 | bytes[3]);
            cr_assert_eq(answer.type, bytes[0] >> 4 & 3);
            answer.id = 0;
            answer.type = 0;
        }
        if (cases[i].err != 0) {
            cr_assert_eq(memcmp(&answer, &zero, sizeof(zero)), 0, "case %u", i);
        }
        free(bytes);
    }
}

Test(coap_client, malformed_messages)
{
    static const struct raw cases[] = {
        {COAP_ERR_FOREIGN, 0, {0}},
        {COAP_ERR_FOREIGN, 3, {0x40, 0x45, 0}},
        {COAP_ERR_FOREIGN, 4, {0x00, 0x45, 1, 2}},
        {COAP_ERR_FOREIGN, 4, {0xC0, 0x45, 1, 2}},
        {0, 4, {0x60, 0x00, 1, 2}},
        {COAP_ERR_MALFORMED, 5, {0x60, 0x00, 1, 2, 3}},       /* empty with */
        {COAP_ERR_MALFORMED, 4, {0x61, 0x00, 1, 2}},          /* something */
        {COAP_ERR_MALFORMED, 4, {0x60, 0x20, 1, 2}},          /* class 1 */
        {COAP_ERR_MALFORMED, 4, {0x60, 0xC0, 1, 2}},          /* class 6 */
        {COAP_ERR_MALFORMED, 13, {0x59, 0x45, 1, 2}},         /* token of 9 */
        {COAP_ERR_MALFORMED, 7, {0x54, 0x45, 1, 2, 3, 4, 5}}, /* past the end */
        {0, 12, {0x58, 0x45, 1, 2, 3, 4, 5}},
        {COAP_ERR_MALFORMED, 5, {0x50, 0x45, 1, 2, 0xFF}},    /* no payload */
        {COAP_ERR_MALFORMED, 5, {0x50, 0x45, 1, 2, 0xF0}},    /* delta 15 */
        {COAP_ERR_MALFORMED, 5, {0x50, 0x45, 1, 2, 0x0F}},    /* length 15 */
        {COAP_ERR_MALFORMED, 5, {0x50, 0x45, 1, 2, 0x42}},    /* no value */
        {COAP_ERR_MALFORMED, 5, {0x50, 0x45, 1, 2, 0xD0}},    /* no more */
        {COAP_ERR_MALFORMED, 6, {0x50, 0x45, 1, 2, 0xE0, 1}}, /* one of two */
        {COAP_ERR_MALFORMED, 6, {0x50, 0x45, 1, 2, 0x4E, 1}}, /* the same */
        {COAP_ERR_MALFORMED, 7, {0x50, 0x45, 1, 2, 0x4E, 1, 1}}, /* 526 bytes */
        {COAP_ERR_MALFORMED,
         7,
         {0x50, 0x45, 1, 2, 0xE0, 255, 255}},         /* number */
        {0, 7, {0x50, 0x45, 1, 2, 0xE0, 0xFE, 0xF1}}, /* 65534 */
        {COAP_ERR_MALFORMED, 8, {0x50, 0x45, 1, 2, 0xE0, 0xFE, 0xF1, 0x20}},
    };

    expect_raw(cases, sizeof(cases) / sizeof(cases[0]));
}

Test(coap_client, options_that_cannot_be_used)
{
    static const struct raw cases[] = {
        {COAP_ERR_MALFORMED, 5, {0x50, 0x45, 1, 2, 0x90}}, /* 9, critical */
        {COAP_ERR_MALFORMED, 7, {0x50, 0x45, 1, 2, 0xD1, 14, 0}}, /* Block1 */
        {COAP_ERR_MALFORMED, 8, {0x50, 0x45, 1, 2, 0xD1, 10, 0x07}}, /* SZX 7 */
        {COAP_ERR_MALFORMED,
         10,
         {0x50, 0x45, 1, 2, 0xD4, 10, 0, 0, 0, 6}}, /* 4 bytes */
        {COAP_ERR_MALFORMED,
         9,
         {0x50, 0x45, 1, 2, 0xD1, 10, 6, 0x01, 0x16}}, /* twice */
        {0, 7, {0x50, 0x45, 1, 2, 0xD1, 10, 6}},
        {0, 5, {0x50, 0x45, 1, 2, 0x60}}, /* 6, Observe */
        {0, 7, {0x50, 0x45, 1, 2, 0x80, 0x20, 0x20}},
    };

    expect_raw(cases, 2);
    expect_raw(cases + 3, sizeof(cases) / sizeof(cases[0]) - 3);
    struct raw szx = cases[2];
    szx.length = 7;
    expect_raw(&szx, 1);
}

Test(coap_client, elective_options_that_cannot_be_used_are_ignored)
{
    static const uint8_t etags[] = {0x50, 0x45, 1,   2, 0x49, 9, 9,
                                    9,    9,    9,   9, 9,    9, 9, /* of 9 */
                                    0x00,                           /* of 0 */
                                    0x02, 'o',  'k',                /* of 2 */
                                    0x01, 'x'};       /* a second */
    static const uint8_t sizes[] = {0x50, 0x45, 1, 2, /* a second Size2 */
                                    0xD1, 15,   6, 0x01, 7};
    static const uint8_t bad_size[] = {0x50, 0x45, 1, 2, 0xD5, 15,
                                       1,    2,    3, 4, 5, /* of 5 bytes .. */
                                       0x01, 6}; /* .. and a second */
    struct coap_answer answer;

    cr_assert_eq(coap_read(etags, sizeof(etags), &answer), 0);
    cr_assert_eq(answer.etag.length, 2);
    cr_assert_arr_eq(answer.etag.bytes, "ok", 2);
    cr_assert_eq(coap_read(sizes, sizeof(sizes), &answer), 0);
    cr_assert(answer.has_size && answer.size == 6);
    cr_assert_eq(coap_read(bad_size, sizeof(bad_size), &answer), 0);
    cr_assert_not(answer.has_size);
}

/* Whatever one codec refuses, the other does, but for what is beyond the
 * client: critical options, and options of class 0 codes. */
Test(coap_client, both_codecs_agree_on_damaged_answers)
{
    static const struct wcoap_block block = {300, true, 6};
    struct wanted wanted = {WCOAP_CON, WCOAP_CONTENT, 77,        token, "etag",
                            &block,    70000,         "payload", 0};
    struct message whole;
    unsigned refused = 0;
    struct rng rng;

    write_answer(&whole, &wanted);
    rng_init(&rng, 1, "damage");
    for (unsigned i = 0; i < 200000; i++) {
        struct message damaged = whole;
        struct wcoap_message theirs;
        struct coap_answer ours;
        for (unsigned n = 0; n < 2; n++) {
            damaged.bytes[rng_below(&rng, whole.length)] =
                (uint8_t)rng_next(&rng);
        }
        damaged.length = (uint32_t)rng_below(&rng, whole.length + 1u);
        damaged.length = i % 2 ? whole.length : damaged.length;
        int err = coap_read(damaged.bytes, damaged.length, &ours);
        int other = wcoap_decode(damaged.bytes, damaged.length, &theirs);
        static const uint16_t known[] = {WCOAP_BLOCK2};
        if (other == WCOAP_OK && wcoap_bad_option(&theirs, known, 1) >= 0) {
            other = WCOAP_E_OPTION;
        }
        const struct wcoap_option *found = wcoap_find(&theirs, WCOAP_BLOCK2, 0);
        if (other == WCOAP_OK && found != NULL &&
            (wcoap_uint(damaged.bytes, found) & 7u) == 7u) {
            other = WCOAP_E_VALUE;
        }
        cr_assert_eq(err == 0, other == WCOAP_OK, "round %u: %d, %s", i, err,
                     wcoap_error_name(other));
        refused += err != 0;
    }
    cr_assert(refused > 50000 && refused < 195000, "%u", refused);
}

/* ---- exchanges ---------------------------------------------------------- */

static const struct coap_request get = {.code = COAP_GET, .path = "image"};

static struct coap_exchange new_exchange(void)
{
    struct coap_exchange exchange;

    memset(&exchange, 0, sizeof(exchange));
    exchange.timing.ack_timeout_ms = 4 * SECOND;
    exchange.timing.retransmits = 4;
    return exchange;
}

static enum coap_step take(struct coap_exchange *exchange,
                           const struct wanted *wanted, uint64_t now,
                           struct coap_answer *answer)
{
    static struct message message;

    write_answer(&message, wanted);
    return coap_take(exchange, message.bytes, message.length, now, answer);
}

static enum coap_step take_empty(struct coap_exchange *exchange,
                                 enum coap_type type, uint16_t id, uint64_t now)
{
    struct coap_answer answer;
    uint8_t bytes[4];

    coap_write_empty(type, id, bytes);
    enum coap_step step = coap_take(exchange, bytes, 4, now, &answer);
    cr_assert(bytes_are((const uint8_t *)&answer, sizeof(answer), 0));
    return step;
}

static void expect_reply(const struct coap_exchange *exchange,
                         enum coap_type type, uint16_t id)
{
    const uint8_t want[4] = {(uint8_t)(0x40 | type << 4), 0, (uint8_t)(id >> 8),
                             (uint8_t)id};

    cr_assert_arr_eq(exchange->reply, want, 4);
}

static struct wanted piggybacked(const struct coap_exchange *exchange)
{
    struct wanted wanted = {.type = WCOAP_ACK,
                            .code = WCOAP_CONTENT,
                            .id = exchange->id,
                            .token = exchange->token,
                            .payload = "x"};

    return wanted;
}

static void begin(struct coap_exchange *exchange, uint64_t now)
{
    cr_assert_eq(coap_begin(exchange, &get, now, RANDOM), COAP_STEP_SEND);
    cr_assert(exchange->busy);
}

/* A clean exchange with that round trip. */
static void round_trip(struct coap_exchange *exchange, uint64_t *now,
                       uint32_t trip)
{
    struct coap_answer answer;

    begin(exchange, *now);
    struct wanted wanted = piggybacked(exchange);
    *now += trip;
    cr_assert_eq(take(exchange, &wanted, *now, &answer), COAP_STEP_ANSWER);
}

Test(coap_client, an_answer_in_the_acknowledgement)
{
    struct coap_exchange exchange = new_exchange();
    struct coap_answer answer;

    begin(&exchange, 1000);
    cr_assert_eq(exchange.next_ms, 5000);
    cr_assert_eq(coap_tick(&exchange, 4999), COAP_STEP_NONE);
    struct wanted wanted = piggybacked(&exchange);
    cr_assert_eq(take(&exchange, &wanted, 1040, &answer), COAP_STEP_ANSWER);
    cr_assert_not(exchange.busy);
    cr_assert_eq(exchange.next_ms, UINT64_MAX);
    cr_assert_eq(answer.code, COAP_CONTENT);
    cr_assert_eq(exchange.smoothed_ms, 40);
    cr_assert_eq(coap_tick(&exchange, UINT64_MAX), COAP_STEP_NONE);
}

Test(coap_client, retransmissions_double_and_end)
{
    struct coap_exchange exchange = new_exchange();
    uint64_t now = 100;

    begin(&exchange, now);
    uint8_t first[COAP_REQUEST_MAX];
    memcpy(first, exchange.bytes, sizeof(first));
    for (uint32_t i = 0; i < 4; i++) {
        now += (4u * SECOND) << i;
        cr_assert_eq(exchange.next_ms, now);
        cr_assert_eq(coap_tick(&exchange, now - 1), COAP_STEP_NONE);
        cr_assert_eq(coap_tick(&exchange, now), COAP_STEP_SEND);
        cr_assert_eq(exchange.tries, i + 1);
        cr_assert_arr_eq(exchange.bytes, first, sizeof(first));
    }
    now += 64 * SECOND;
    cr_assert_eq(coap_tick(&exchange, now - 1), COAP_STEP_NONE);
    cr_assert_eq(coap_tick(&exchange, now), COAP_STEP_TIMEOUT);
    cr_assert_not(exchange.busy);
    cr_assert_eq(coap_tick(&exchange, now + 1), COAP_STEP_NONE);
}

static uint64_t span_of(uint32_t ack_timeout_ms, uint32_t retransmits)
{
    struct coap_timing timing = {ack_timeout_ms, retransmits};

    return coap_span_ms(&timing);
}

/* From the first copy to the timeout, with the longest spread. */
static uint64_t time_to_give_up(void)
{
    struct coap_exchange exchange = new_exchange();

    (void)coap_begin(&exchange, &get, 0, UINT32_MAX);
    while (coap_tick(&exchange, exchange.next_ms) != COAP_STEP_TIMEOUT) {
        cr_assert_lt(exchange.tries, 5);
    }
    /* the last of 1 + 2 + 4 + 8 + 16 waits */
    return exchange.timeout_ms * UINT64_C(31) / 16;
}

Test(coap_client, the_span_covers_all_retransmissions)
{
    cr_assert_eq(span_of(4000, 4), 186000);
    cr_assert_eq(span_of(4000, 0), 6000);
    cr_assert_eq(span_of(100, 1), 2250, "no wait is below half a second");
    cr_assert_eq(span_of(60000, 10), 3600000, "at most an hour");
    cr_assert_leq(time_to_give_up(), span_of(4000, 4));
    cr_assert_geq(time_to_give_up(), span_of(4000, 4) - 62);
}

Test(coap_client, timeouts_are_spread_from_1_to_1_5)
{
    uint64_t least = UINT64_MAX;
    uint64_t most = 0;
    struct rng rng;

    rng_init(&rng, 1, "spread");
    for (unsigned i = 0; i < 1000; i++) {
        struct coap_exchange exchange = new_exchange();
        uint32_t random = (uint32_t)rng_next(&rng);
        (void)coap_begin(&exchange, &get, 0, random);
        least = exchange.next_ms < least ? exchange.next_ms : least;
        most = exchange.next_ms > most ? exchange.next_ms : most;
    }
    cr_assert(least >= 4000 && least < 4050);
    cr_assert(most > 5950 && most < 6000);
}

Test(coap_client, ids_count_and_tokens_differ)
{
    struct coap_exchange exchange = new_exchange();
    uint8_t before[COAP_TOKEN];
    uint16_t id = 0;

    for (unsigned i = 0; i < 70000; i++) {
        cr_assert_eq(coap_begin(&exchange, &get, 0, i ? 5 : 0xFFF00000u),
                     COAP_STEP_SEND);
        if (i > 0) {
            cr_assert_eq(exchange.id, (uint16_t)(id + 1));
            cr_assert_neq(memcmp(before, exchange.token, COAP_TOKEN), 0);
        } else {
            cr_assert_eq(exchange.id, 0xFFF0);
        }
        id = exchange.id;
        memcpy(before, exchange.token, COAP_TOKEN);
    }
    struct coap_exchange other = new_exchange();
    (void)coap_begin(&other, &get, 0, 0x77770000u);
    cr_assert_eq(other.id, 0x7777);
}

Test(coap_client, a_request_that_cannot_be_written_is_not_begun)
{
    struct coap_exchange exchange = new_exchange();
    static uint8_t large[COAP_REQUEST_MAX];
    struct coap_request request = get;

    request.payload = large;
    request.length = sizeof(large);
    begin(&exchange, 0);
    cr_assert_eq(coap_begin(&exchange, &request, 0, 0), COAP_STEP_NONE);
    cr_assert_not(exchange.busy);
    cr_assert_eq(exchange.next_ms, UINT64_MAX);
}

Test(coap_client, a_separate_answer_is_acknowledged_as_often_as_it_comes)
{
    struct coap_exchange exchange = new_exchange();
    struct coap_answer answer;
    uint8_t former[COAP_TOKEN];

    begin(&exchange, 0);
    cr_assert_eq(take_empty(&exchange, COAP_ACK, exchange.id, 300),
                 COAP_STEP_NONE);
    cr_assert(exchange.acknowledged);
    cr_assert_eq(exchange.smoothed_ms, 300);
    /* no retransmission any more; MAX_TRANSMIT_WAIT without its spread */
    cr_assert_eq(exchange.next_ms, 300 + 31 * 4 * SECOND);
    cr_assert_eq(coap_tick(&exchange, 60 * SECOND), COAP_STEP_NONE);
    struct wanted wanted = piggybacked(&exchange);
    wanted.type = WCOAP_CON;
    wanted.id = 0x4242;
    cr_assert_eq(take(&exchange, &wanted, 70 * SECOND, &answer),
                 COAP_STEP_ANSWER_REPLY);
    expect_reply(&exchange, COAP_ACK, 0x4242);
    cr_assert_eq(answer.length, 1);
    cr_assert_eq(exchange.smoothed_ms, 300);
    memcpy(former, exchange.token, COAP_TOKEN);
    wanted.token = former;
    for (unsigned i = 0; i < 3; i++) {
        memset(exchange.reply, 0, 4);
        cr_assert_eq(take(&exchange, &wanted, 71 * SECOND, &answer),
                     COAP_STEP_REPLY);
        expect_reply(&exchange, COAP_ACK, 0x4242);
        cr_assert_eq(answer.payload, NULL);
        if (i == 0) {
            begin(&exchange, 71 * SECOND); /* also during the next exchange */
        }
    }
    cr_assert(exchange.busy);
}

Test(coap_client, an_acknowledged_request_is_given_up_in_the_end)
{
    struct coap_exchange exchange = new_exchange();

    begin(&exchange, 0);
    (void)take_empty(&exchange, COAP_ACK, exchange.id, 0);
    cr_assert_eq(coap_tick(&exchange, 31 * 4 * SECOND - 1), COAP_STEP_NONE);
    cr_assert_eq(coap_tick(&exchange, 31 * 4 * SECOND), COAP_STEP_TIMEOUT);
    cr_assert_not(exchange.busy);
}

/* The acknowledgement is lost, or overtaken. */
Test(coap_client, a_separate_answer_may_come_first)
{
    struct coap_exchange exchange = new_exchange();
    struct coap_answer answer;

    for (unsigned type = WCOAP_CON; type <= WCOAP_NON; type++) {
        begin(&exchange, 0);
        struct wanted wanted = piggybacked(&exchange);
        wanted.type = (enum wcoap_type)type;
        wanted.id = 9;
        cr_assert_eq(take(&exchange, &wanted, 50, &answer),
                     type == WCOAP_CON ? COAP_STEP_ANSWER_REPLY
                                       : COAP_STEP_ANSWER);
        cr_assert_eq(take_empty(&exchange, COAP_ACK, exchange.id, 60),
                     COAP_STEP_NONE);
    }
}

Test(coap_client, a_reset_ends_the_exchange_it_names)
{
    struct coap_exchange exchange = new_exchange();

    begin(&exchange, 0);
    cr_assert_eq(take_empty(&exchange, COAP_RST, exchange.id ^ 1u, 1),
                 COAP_STEP_NONE);
    cr_assert_eq(take_empty(&exchange, COAP_ACK, exchange.id ^ 1u, 1),
                 COAP_STEP_NONE);
    cr_assert_not(exchange.acknowledged);
    cr_assert_eq(take_empty(&exchange, COAP_RST, exchange.id, 2),
                 COAP_STEP_RESET);
    cr_assert_not(exchange.busy);
    cr_assert_eq(take_empty(&exchange, COAP_RST, exchange.id, 3),
                 COAP_STEP_NONE);
}

Test(coap_client, a_ping_is_reset_and_changes_nothing)
{
    struct coap_exchange exchange = new_exchange();

    begin(&exchange, 0);
    cr_assert_eq(take_empty(&exchange, COAP_CON, exchange.id, 1),
                 COAP_STEP_REPLY);
    expect_reply(&exchange, COAP_RST, exchange.id);
    cr_assert_eq(take_empty(&exchange, COAP_NON, exchange.id, 1),
                 COAP_STEP_NONE);
    cr_assert(exchange.busy);
}

/* A name of what came, and what the exchange that goes on says to it. */
static void expect_no_answer(struct coap_exchange *exchange,
                             const struct wanted *wanted, const char *what)
{
    struct coap_answer answer;
    bool con = wanted->type == WCOAP_CON;

    cr_assert_eq(take(exchange, wanted, 1, &answer),
                 con ? COAP_STEP_REPLY : COAP_STEP_NONE, "%s", what);
    if (con) {
        expect_reply(exchange, COAP_RST, wanted->id);
    }
    cr_assert(bytes_are((const uint8_t *)&answer, sizeof(answer), 0));
    cr_assert(exchange->busy && !exchange->acknowledged, "%s", what);
}

Test(coap_client, what_is_not_the_answer)
{
    struct coap_exchange exchange = new_exchange();
    uint8_t other[COAP_TOKEN];

    begin(&exchange, 0);
    memcpy(other, exchange.token, COAP_TOKEN);
    other[3] ^= 2u;
    for (unsigned type = 0; type <= WCOAP_RST; type++) {
        struct wanted wanted = piggybacked(&exchange);
        wanted.type = (enum wcoap_type)type;
        wanted.token = other;
        expect_no_answer(&exchange, &wanted, "another token");
        wanted = piggybacked(&exchange);
        wanted.type = (enum wcoap_type)type;
        wanted.code = WCOAP_GET;
        expect_no_answer(&exchange, &wanted, "a request");
        wanted.code = WCOAP_CONTENT;
        wanted.extra = 65001;
        expect_no_answer(&exchange, &wanted, "a critical option");
    }
    struct wanted wanted = piggybacked(&exchange);
    wanted.id ^= 1u;
    expect_no_answer(&exchange, &wanted, "another id");
    wanted.id ^= 1u;
    wanted.type = WCOAP_RST;
    expect_no_answer(&exchange, &wanted, "an answer in a reset");
}

Test(coap_client, a_late_copy_of_a_former_answer_is_none)
{
    struct coap_exchange exchange = new_exchange();
    struct message late;
    struct coap_answer answer;

    begin(&exchange, 0);
    struct wanted wanted = piggybacked(&exchange);
    write_answer(&late, &wanted);
    cr_assert_eq(coap_take(&exchange, late.bytes, late.length, 9, &answer),
                 COAP_STEP_ANSWER);
    cr_assert_eq(coap_take(&exchange, late.bytes, late.length, 9, &answer),
                 COAP_STEP_NONE);
    begin(&exchange, 10);
    cr_assert_eq(coap_take(&exchange, late.bytes, late.length, 11, &answer),
                 COAP_STEP_NONE);
    late.bytes[0] = 0x54; /* the same in a NON */
    cr_assert_eq(coap_take(&exchange, late.bytes, late.length, 11, &answer),
                 COAP_STEP_NONE);
    cr_assert(exchange.busy);
}

Test(coap_client, what_is_not_coap_is_ignored)
{
    struct coap_exchange exchange = new_exchange();
    struct coap_answer answer;
    static const uint8_t bytes[] = {0x80, 0x45, 1, 2};

    begin(&exchange, 0);
    cr_assert_eq(coap_take(&exchange, bytes, 0, 1, &answer), COAP_STEP_NONE);
    cr_assert_eq(coap_take(&exchange, bytes, 4, 1, &answer), COAP_STEP_NONE);
    cr_assert(exchange.busy);
}

/* ---- how long to wait --------------------------------------------------- */

Test(coap_client, a_short_round_trip_has_half_a_second)
{
    struct coap_exchange exchange = new_exchange();
    uint64_t now = 0;

    for (unsigned i = 0; i < 20; i++) {
        round_trip(&exchange, &now, 40);
    }
    begin(&exchange, now);
    cr_assert_eq(exchange.next_ms - now, 500);
}

Test(coap_client, the_wait_follows_the_round_trip)
{
    struct coap_exchange exchange = new_exchange();
    uint64_t now = 0;

    round_trip(&exchange, &now, 2000);
    begin(&exchange, now);
    cr_assert_eq(exchange.next_ms - now, 2000 + 4 * 1000);
    for (unsigned i = 0; i < 40; i++) {
        round_trip(&exchange, &now, 2000);
    }
    begin(&exchange, now);
    cr_assert(exchange.next_ms - now >= 2000);
    cr_assert(exchange.next_ms - now < 2100);
    for (unsigned i = 0; i < 80; i++) {
        round_trip(&exchange, &now, i % 2 ? 1000 : 3000);
        cr_assert(exchange.smoothed_ms >= 1000);
    }
    begin(&exchange, now);
    cr_assert_gt(exchange.next_ms - now, 3000);
}

Test(coap_client, no_wait_is_longer_than_a_minute_at_first)
{
    struct coap_exchange exchange = new_exchange();
    uint64_t now = 0;

    round_trip(&exchange, &now, 3000 * SECOND);
    begin(&exchange, now);
    cr_assert_eq(exchange.next_ms - now, 60 * SECOND);
    struct coap_exchange other = new_exchange();
    other.timing.ack_timeout_ms = UINT32_MAX;
    other.timing.retransmits = UINT32_MAX;
    cr_assert_eq(coap_begin(&other, &get, 0, 0xFFFFFFFFu), COAP_STEP_SEND);
    cr_assert_lt(other.next_ms, 90 * SECOND);
    for (unsigned i = 0; i < 100; i++) {
        uint64_t at = other.next_ms;
        cr_assert_eq(coap_tick(&other, at), COAP_STEP_SEND);
        cr_assert_leq(other.next_ms - at, 3600 * SECOND);
    }
    (void)take_empty(&other, COAP_ACK, other.id, other.next_ms);
    cr_assert_eq(coap_tick(&other, other.next_ms), COAP_STEP_TIMEOUT);
    other.timing.ack_timeout_ms = 0;
    begin(&other, 0);
    cr_assert_eq(other.next_ms, 500);
}

/* Karn: nobody knows which copy was answered. */
Test(coap_client, a_retransmission_gives_no_round_trip)
{
    struct coap_exchange exchange = new_exchange();
    struct coap_answer answer;
    uint64_t now = 0;

    for (unsigned i = 0; i < 20; i++) {
        round_trip(&exchange, &now, 100);
    }
    uint32_t smoothed = exchange.smoothed_ms;
    begin(&exchange, now);
    now = exchange.next_ms;
    cr_assert_eq(coap_tick(&exchange, now), COAP_STEP_SEND);
    struct wanted wanted = piggybacked(&exchange);
    cr_assert_eq(take(&exchange, &wanted, now + 10, &answer), COAP_STEP_ANSWER);
    cr_assert_eq(exchange.smoothed_ms, smoothed);
    begin(&exchange, now);
    cr_assert_eq(exchange.next_ms - now, 500, "as long as before");
}

/* Both copies are answered, so neither was lost: the wait was too short. */
Test(coap_client, a_second_answer_lengthens_the_wait)
{
    struct coap_exchange exchange = new_exchange();
    struct coap_answer answer;
    uint64_t now = 0;

    for (unsigned i = 0; i < 20; i++) {
        round_trip(&exchange, &now, 100);
    }
    begin(&exchange, now);
    now = exchange.next_ms;
    cr_assert_eq(coap_tick(&exchange, now), COAP_STEP_SEND);
    struct wanted wanted = piggybacked(&exchange);
    now += 10;
    cr_assert_eq(take(&exchange, &wanted, now, &answer), COAP_STEP_ANSWER);
    begin(&exchange, now);
    cr_assert_eq(take(&exchange, &wanted, now, &answer), COAP_STEP_NONE);
    begin(&exchange, now);
    cr_assert(exchange.next_ms - now > 500 && exchange.next_ms - now <= 510);
}

/* Three copies of four are lost, all the time, on a link that is fast. */
Test(coap_client, loss_alone_makes_no_wait_longer)
{
    struct coap_exchange exchange = new_exchange();
    struct coap_answer answer;
    uint64_t now = 0;

    for (unsigned i = 0; i < 20; i++) {
        round_trip(&exchange, &now, 100);
    }
    for (unsigned i = 0; i < 100; i++) {
        begin(&exchange, now);
        cr_assert_eq(exchange.next_ms - now, 500);
        for (unsigned k = 0; k < 3; k++) {
            now = exchange.next_ms;
            cr_assert_eq(coap_tick(&exchange, now), COAP_STEP_SEND);
        }
        struct wanted wanted = piggybacked(&exchange);
        now += 100;
        cr_assert_eq(take(&exchange, &wanted, now, &answer), COAP_STEP_ANSWER);
    }
}

/* A link that is slower than was thought is not asked everything twice. */
Test(coap_client, a_link_that_becomes_slow_is_found_out)
{
    struct coap_exchange exchange = new_exchange();
    struct coap_answer answer;
    uint64_t now = 0;
    unsigned sent = 0;

    for (unsigned i = 0; i < 20; i++) {
        round_trip(&exchange, &now, 100);
    }
    for (unsigned i = 0; i < 20; i++) {
        begin(&exchange, now);
        uint64_t due = now + 7 * SECOND;
        struct wanted wanted = piggybacked(&exchange);
        unsigned before = sent;
        while (exchange.next_ms < due) {
            cr_assert_eq(coap_tick(&exchange, exchange.next_ms),
                         COAP_STEP_SEND);
            sent++;
        }
        now = due;
        cr_assert_eq(take(&exchange, &wanted, now, &answer), COAP_STEP_ANSWER);
        for (; before < sent; before++) { /* each copy has its answer */
            cr_assert_eq(take(&exchange, &wanted, now, &answer),
                         COAP_STEP_NONE);
        }
    }
    cr_assert(sent <= 4, "%u retransmissions", sent);
    cr_assert(exchange.smoothed_ms > 5000);
}

Test(coap_client, after_a_timeout_nothing_is_known_of_the_round_trip)
{
    struct coap_exchange exchange = new_exchange();
    uint64_t now = 0;

    round_trip(&exchange, &now, 100);
    begin(&exchange, now);
    while (coap_tick(&exchange, exchange.next_ms) == COAP_STEP_SEND) {
    }
    begin(&exchange, now);
    cr_assert_eq(exchange.next_ms - now, 4 * SECOND);
}

/* ---- from the world's server -------------------------------------------- */

#define IMAGE 20001u

struct world {
    uint64_t now; /* ns */
    struct link link;
    struct server server;
    struct server_image image;
    struct coap_exchange exchange;
    struct rng rng;
    unsigned resent;
};

static const struct endpoint device = {1, 5000};
static const struct endpoint peer = {0, 5683};

static void send_up(struct world *world, const void *bytes, uint32_t length)
{
    (void)link_send(&world->link, world->now, LINK_UP, device, peer, bytes,
                    length);
}

/* Takes the next packet out of the link. What the device makes of it. */
static enum coap_step carry(struct world *world, struct link_packet *packet,
                            struct coap_answer *answer)
{
    uint8_t bytes[SERVER_ANSWER];

    cr_assert(link_take(&world->link, world->now, packet));
    if (packet->direction == LINK_DOWN) {
        return coap_take(&world->exchange, packet->bytes, packet->length,
                         world->now / 1000000, answer);
    }
    uint32_t length =
        server_receive(&world->server, world->now, packet->from, packet->bytes,
                       packet->length, &world->image, 1, bytes);
    if (length > 0) {
        (void)link_send(&world->link, world->now, LINK_DOWN, peer, device,
                        bytes, length);
    }
    return COAP_STEP_NONE;
}

static enum coap_step turn(struct world *world, struct link_packet *packet,
                           struct coap_answer *answer)
{
    uint64_t tick = world->exchange.next_ms;
    uint64_t due = link_next(&world->link);

    if (tick != UINT64_MAX && tick * 1000000 < due) {
        world->now = tick * 1000000;
        return coap_tick(&world->exchange, tick);
    }
    world->now = due > world->now ? due : world->now;
    return carry(world, packet, answer);
}

/* One exchange; false when it came to nothing. */
static bool ask(struct world *world, const struct coap_request *request,
                struct link_packet *packet, struct coap_answer *answer)
{
    enum coap_step step =
        coap_begin(&world->exchange, request, world->now / 1000000,
                   (uint32_t)rng_next(&world->rng));

    for (;;) {
        switch (step) {
        case COAP_STEP_SEND:
            send_up(world, world->exchange.bytes, world->exchange.length);
            break;
        case COAP_STEP_REPLY:
            send_up(world, world->exchange.reply, 4);
            break;
        case COAP_STEP_ANSWER_REPLY:
            send_up(world, world->exchange.reply, 4);
            return true;
        case COAP_STEP_ANSWER:
            world->resent += world->exchange.tries;
            return true;
        case COAP_STEP_NONE:
            break;
        default:
            return false;
        }
        step = turn(world, packet, answer);
    }
}

static void world_init(struct world *world, const struct link_figures *figures,
                       uint64_t seed)
{
    static uint8_t image[IMAGE];
    struct rng rng;

    memset(world, 0, sizeof(*world));
    rng_init(&rng, 1, "image");
    rng_fill(&rng, image, sizeof(image));
    rng_init(&world->rng, seed, "client");
    world->image = (struct server_image){.bytes = image, .size = IMAGE};
    world->exchange = new_exchange();
    world->exchange.timing.retransmits = 8;
    server_init(&world->server, seed);
    cr_assert_eq(link_init(&world->link, figures, figures, seed, "link"), 0);
    cr_assert_eq(server_publish(&world->server, "d", 1, 0, 1), 0);
}

/* The whole image, block by block. */
static void fetch(struct world *world, uint64_t seed)
{
    static uint8_t got[IMAGE];
    static struct link_packet packet;
    struct coap_request request = {
        .code = COAP_GET, .path = "image", .has_block = true, .szx = 5};
    struct coap_answer answer;
    uint32_t at = 0;

    do {
        request.block = at >> 9;
        cr_assert(ask(world, &request, &packet, &answer), "seed %u at %u",
                  (unsigned)seed, at);
        cr_assert_eq(answer.code, COAP_CONTENT);
        cr_assert(answer.has_block && answer.block == request.block &&
                  answer.szx == 5 && answer.length <= IMAGE - at);
        memcpy(got + at, answer.payload, answer.length);
        at += answer.length;
    } while (answer.more);
    cr_assert_eq(at, IMAGE);
    cr_assert_arr_eq(got, world->image.bytes, IMAGE);
}

Test(coap_client, an_image_comes_whole_over_bad_links)
{
    static struct world world;
    unsigned lost = 0;
    unsigned resent = 0;

    for (uint64_t seed = 0; seed < 20; seed++) {
        struct link_figures figures = {.rate = 60000,
                                       .latency = 40000000,
                                       .jitter = 20000000,
                                       .loss = 100000,
                                       .duplicate = 100000,
                                       .duplicate_time = 3000000000,
                                       .reorder = 100000,
                                       .reorder_time = 1500000000,
                                       .overhead = 28};
        world_init(&world, &figures, seed);
        fetch(&world, seed);
        lost += (unsigned)world.link.way[0].counts.lost[LINK_LOST_RANDOM];
        lost += (unsigned)world.link.way[1].counts.lost[LINK_LOST_RANDOM];
        resent += world.resent;
    }
    cr_assert(lost > 100, "%u lost", lost);
    cr_assert(resent >= lost, "%u lost, %u sent again", lost, resent);
}

/* Nothing is lost: nothing may be sent again, on fast and on slow links. */
Test(coap_client, good_links_see_no_retransmission)
{
    static struct world world;
    static const uint64_t latencies[] = {1, 40, 500, 1800};

    for (unsigned i = 0; i < 4; i++) {
        struct link_figures figures = {.rate = 60000,
                                       .latency = latencies[i] * 1000000,
                                       .jitter = latencies[i] * 100000,
                                       .overhead = 28};
        world_init(&world, &figures, i);
        fetch(&world, i);
        cr_assert_eq(world.resent, 0, "latency %u ms", (unsigned)latencies[i]);
    }
}
