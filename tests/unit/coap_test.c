/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <string.h>

#include "base/rng.h"
#include "outside/coap.h"

static struct wcoap_message m;

#define BYTES(...) ((const uint8_t[]){__VA_ARGS__})
#define DECODE(...) \
    wcoap_decode(BYTES(__VA_ARGS__), sizeof(BYTES(__VA_ARGS__)), &m)

/* RFC 7252, appendix A, figure 16: the messages printed there. */
Test(coap, the_standards_example_is_read)
{
    static const uint8_t request[] = "\x40\x01\x7d\x34\xbbtemperature";
    static const uint8_t answer[] = "\x60\x45\x7d\x34\xff"
                                    "22.3 C";

    cr_assert_eq(wcoap_decode(request, sizeof(request) - 1, &m), WCOAP_OK);
    cr_assert_eq(m.type, WCOAP_CON);
    cr_assert_eq(m.code, WCOAP_GET);
    cr_assert_eq(m.id, 0x7d34);
    cr_assert_eq(m.token_length, 0);
    cr_assert_eq(m.options, 1);
    cr_assert_eq(m.option[0].number, WCOAP_URI_PATH);
    cr_assert_eq(m.payload, 0);
    cr_assert(wcoap_path_is(request, &m, "temperature"));
    cr_assert_eq(wcoap_decode(answer, sizeof(answer) - 1, &m), WCOAP_OK);
    cr_assert_eq(m.type, WCOAP_ACK);
    cr_assert_eq(m.code, WCOAP_CONTENT);
    cr_assert_eq(m.options, 0);
    cr_assert_eq(m.payload, 5);
    cr_assert_eq(m.payload_length, 6);
}

/* The same with a token (figure 17). */
Test(coap, the_standards_example_is_written)
{
    static const uint8_t want[] = "\x41\x01\x7d\x35\x20\xbbtemperature";
    struct wcoap_writer w;
    uint8_t out[64];

    wcoap_begin(&w, out, sizeof(out), WCOAP_CON, WCOAP_GET, 0x7d35);
    wcoap_token(&w, BYTES(0x20), 1);
    wcoap_add(&w, WCOAP_URI_PATH, "temperature", 11);
    wcoap_payload(&w, NULL, 0);
    cr_assert_eq(wcoap_end(&w), sizeof(want) - 1);
    cr_assert_arr_eq(out, want, sizeof(want) - 1);
}

Test(coap, headers_that_are_refused)
{
    cr_expect_eq(wcoap_decode(NULL, 0, &m), WCOAP_E_SHORT);
    cr_expect_eq(DECODE(0x40, 1, 2), WCOAP_E_SHORT);
    cr_expect_eq(DECODE(0x00, 1, 0, 1), WCOAP_E_VERSION);
    cr_expect_eq(DECODE(0x80, 1, 0, 1), WCOAP_E_VERSION);
    cr_expect_eq(DECODE(0x40, 0x21, 0, 1), WCOAP_E_CLASS);
    cr_expect_eq(DECODE(0x40, 0xC1, 0, 1), WCOAP_E_CLASS);
    cr_expect_eq(DECODE(0x40, 0xE1, 0, 1), WCOAP_E_CLASS);
    cr_expect_eq(DECODE(0x60, 0xA1, 0, 1), WCOAP_OK);
    cr_expect_eq(DECODE(0x40, 0, 0, 1), WCOAP_OK);
    cr_expect_eq(DECODE(0x40, 0, 0, 1, 0xFF), WCOAP_E_EMPTY);
    cr_expect_eq(DECODE(0x41, 0, 0, 1, 7), WCOAP_E_EMPTY);
    cr_expect_eq(DECODE(0x41, 0, 0, 1), WCOAP_E_EMPTY);
}

Test(coap, a_refused_message_still_has_its_id)
{
    cr_assert_eq(DECODE(0x59, 1, 0xAB, 0xCD), WCOAP_E_TOKEN);
    cr_assert_eq(m.type, WCOAP_NON);
    cr_assert_eq(m.id, 0xABCD);
    cr_assert_eq(DECODE(0xC9, 1, 0xAB, 0xCD), WCOAP_E_VERSION);
    cr_assert_eq(m.id, 0);
}

Test(coap, tokens)
{
    cr_expect_eq(DECODE(0x48, 1, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8), WCOAP_OK);
    cr_expect_eq(m.token_length, 8);
    cr_expect_arr_eq(m.token, BYTES(1, 2, 3, 4, 5, 6, 7, 8), 8);
    cr_expect_eq(DECODE(0x48, 1, 0, 1, 1, 2, 3, 4, 5, 6, 7), WCOAP_E_TOKEN);
    cr_expect_eq(DECODE(0x49, 1, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9),
                 WCOAP_E_TOKEN);
    cr_expect_eq(DECODE(0x4F, 1, 0, 1), WCOAP_E_TOKEN);
}

Test(coap, deltas_and_lengths)
{
    cr_expect_eq(DECODE(0x40, 1, 0, 1, 0xC1, 5, 0xD1, 0, 9), WCOAP_OK);
    cr_expect_eq(m.option[0].number, 12);
    cr_expect_eq(m.option[1].number, 25);
    cr_expect_eq(m.option[1].offset, 8);
    cr_expect_eq(DECODE(0x40, 1, 0, 1, 0xD0, 255), WCOAP_OK);
    cr_expect_eq(m.option[0].number, 268);
    cr_expect_eq(DECODE(0x40, 1, 0, 1, 0xE0, 0, 0), WCOAP_OK);
    cr_expect_eq(m.option[0].number, 269);
    cr_expect_eq(DECODE(0x40, 1, 0, 1, 0xE0, 0xFE, 0xF2), WCOAP_OK);
    cr_expect_eq(m.option[0].number, 65535);
    cr_expect_eq(DECODE(0x40, 1, 0, 1, 0xE0, 0xFE, 0xF3), WCOAP_E_OPTION);
    cr_expect_eq(DECODE(0x40, 1, 0, 1, 0xE0, 0xFE, 0xF2, 0x10), WCOAP_E_OPTION);
    cr_expect_eq(DECODE(0x40, 1, 0, 1, 0xE0, 0xFE, 0xF2, 0x00), WCOAP_OK);
}

Test(coap, options_that_end_too_early)
{
    cr_expect_eq(DECODE(0x40, 1, 0, 1, 0xB1), WCOAP_E_OPTION);
    cr_expect_eq(DECODE(0x40, 1, 0, 1, 0xB2, 'a'), WCOAP_E_OPTION);
    cr_expect_eq(DECODE(0x40, 1, 0, 1, 0xD0), WCOAP_E_OPTION);
    cr_expect_eq(DECODE(0x40, 1, 0, 1, 0xE0, 1), WCOAP_E_OPTION);
    cr_expect_eq(DECODE(0x40, 1, 0, 1, 0xBD), WCOAP_E_OPTION);
    cr_expect_eq(DECODE(0x40, 1, 0, 1, 0xBE, 0), WCOAP_E_OPTION);
    cr_expect_eq(DECODE(0x40, 1, 0, 1, 0xBE, 0xFF, 0xFF, 1), WCOAP_E_OPTION);
    cr_expect_eq(DECODE(0x40, 1, 0, 1, 0xDD, 0), WCOAP_E_OPTION);
    cr_expect_eq(DECODE(0x40, 1, 0, 1, 0xF0), WCOAP_E_OPTION);
    cr_expect_eq(DECODE(0x40, 1, 0, 1, 0xBF), WCOAP_E_OPTION);
    cr_expect_eq(DECODE(0x40, 1, 0, 1, 0xF1, 1), WCOAP_E_OPTION);
}

Test(coap, payloads)
{
    cr_expect_eq(DECODE(0x40, 2, 0, 1, 0xFF), WCOAP_E_MARKER);
    cr_expect_eq(DECODE(0x40, 2, 0, 1, 0xB1, 's', 0xFF), WCOAP_E_MARKER);
    cr_expect_eq(DECODE(0x40, 2, 0, 1, 0xB1, 's', 0xFF, 0xFF), WCOAP_OK);
    cr_expect_eq(m.payload, 7);
    cr_expect_eq(m.payload_length, 1);
    /* within a value it is no marker */
    cr_expect_eq(DECODE(0x40, 2, 0, 1, 0xB2, 0xFF, 0xFF), WCOAP_OK);
    cr_expect_eq(m.payload_length, 0);
}

Test(coap, at_most_so_many_options)
{
    uint8_t bytes[5 + WCOAP_OPTIONS + 1] = {0x40, 1, 0, 1, 0xB0};

    cr_assert_eq(wcoap_decode(bytes, 4 + WCOAP_OPTIONS, &m), WCOAP_OK);
    cr_assert_eq(m.options, WCOAP_OPTIONS);
    cr_assert_eq(wcoap_decode(bytes, 5 + WCOAP_OPTIONS, &m), WCOAP_E_MANY);
}

static uint8_t long_message[WCOAP_BYTES + 1];

Test(coap, the_longest_message)
{
    memcpy(long_message, BYTES(0x40, 2, 0, 1, 0xFF), 5);
    cr_assert_eq(wcoap_decode(long_message, WCOAP_BYTES, &m), WCOAP_OK);
    cr_assert_eq(m.payload_length, WCOAP_BYTES - 5);
    cr_assert_eq(wcoap_decode(long_message, WCOAP_BYTES + 1, &m),
                 WCOAP_E_SHORT);
}

/* Numbers and classes of the registered options (RFC 7252, table 4). */
Test(coap, properties_of_options)
{
    static const struct {
        uint16_t number;
        bool critical, unsafe, no_cache_key;
    } cases[] = {
        {WCOAP_IF_MATCH, true, false, false},
        {WCOAP_URI_HOST, true, true, false},
        {WCOAP_ETAG, false, false, false},
        {WCOAP_OBSERVE, false, true, false},
        {WCOAP_URI_PATH, true, true, false},
        {WCOAP_CONTENT_FORMAT, false, false, false},
        {WCOAP_MAX_AGE, false, true, false},
        {WCOAP_ACCEPT, true, false, false},
        {WCOAP_BLOCK2, true, true, false},
        {WCOAP_BLOCK1, true, true, false},
        {WCOAP_SIZE2, false, false, true},
        {WCOAP_PROXY_URI, true, true, false},
        {WCOAP_SIZE1, false, false, true},
    };

    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint16_t number = cases[i].number;
        cr_expect_not_null(wcoap_rule(number));
        cr_expect_eq(wcoap_critical(number), cases[i].critical, "%u", number);
        cr_expect_eq(wcoap_unsafe(number), cases[i].unsafe, "%u", number);
        cr_expect_eq(wcoap_no_cache_key(number), cases[i].no_cache_key, "%u",
                     number);
    }
    cr_expect_null(wcoap_rule(2));
}

static const uint16_t understood[] = {WCOAP_URI_PATH, WCOAP_BLOCK2};

static int32_t bad(void)
{
    return wcoap_bad_option(&m, understood, 2);
}

Test(coap, critical_options_that_cannot_be_used)
{
    DECODE(0x40, 1, 0, 1, 0xB1, 'a', 0xC1, 0x06);
    cr_expect_eq(bad(), -1);
    DECODE(0x40, 1, 0, 1, 0xD4, 10, 1, 2, 3, 4);
    cr_expect_eq(m.option[0].use, WCOAP_BAD_LENGTH);
    cr_expect_eq(bad(), WCOAP_BLOCK2, "too long");
    DECODE(0x40, 1, 0, 1, 0xD1, 10, 1, 0x01, 2);
    cr_expect_eq(m.option[1].use, WCOAP_REPEATED);
    cr_expect_eq(bad(), WCOAP_BLOCK2, "twice");
    DECODE(0x40, 1, 0, 1, 0x10);
    cr_expect_eq(bad(), WCOAP_IF_MATCH, "not understood here");
    DECODE(0x40, 1, 0, 1, 0x90);
    cr_expect_eq(m.option[0].use, WCOAP_UNKNOWN);
    cr_expect_eq(bad(), 9);
    DECODE(0x40, 1, 0, 1, 0xB1, 'a', 0x01, 'b');
    cr_expect_eq(bad(), -1, "a path has many segments");
}

Test(coap, elective_options_that_cannot_be_used_are_ignored)
{
    DECODE(0x40, 1, 0, 1, 0x20);
    cr_expect_eq(bad(), -1, "2 is not known");
    DECODE(0x40, 1, 0, 1, 0x49, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0x01, 7);
    cr_expect_eq(bad(), -1, "an entity tag of 9 bytes");
    const struct wcoap_option *tag = wcoap_find(&m, WCOAP_ETAG, 0);
    cr_assert_not_null(tag);
    cr_expect_eq(tag, &m.option[1], "the one of 1 byte is found");
    cr_expect_null(wcoap_find(&m, WCOAP_ETAG, 2));
    cr_expect_null(wcoap_find(&m, WCOAP_SIZE2, 0));
}

Test(coap, uints)
{
    static const struct {
        uint32_t value, length;
    } cases[] = {{0, 0},       {1, 1},         {255, 1},      {256, 2},
                 {65535, 2},   {65536, 3},     {0xFFFFFF, 3}, {1u << 24, 4},
                 {0xA0000, 3}, {UINT32_MAX, 4}};
    struct wcoap_writer w;
    uint8_t out[32];

    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        wcoap_begin(&w, out, sizeof(out), WCOAP_CON, WCOAP_GET, 1);
        wcoap_add_uint(&w, WCOAP_SIZE2, cases[i].value);
        int32_t length = wcoap_end(&w);
        cr_assert_eq(wcoap_decode(out, (uint32_t)length, &m), WCOAP_OK);
        cr_assert_eq(m.option[0].length, cases[i].length);
        cr_assert_eq(wcoap_uint(out, &m.option[0]), cases[i].value);
    }
    DECODE(0x40, 1, 0, 1, 0xC2, 0, 42);
    cr_assert_eq(wcoap_uint(BYTES(0x40, 1, 0, 1, 0xC2, 0, 42), &m.option[0]),
                 42, "leading zeros");
}

static bool path(const char *path, uint32_t segments,
                 const char *const *segment)
{
    struct wcoap_writer w;
    uint8_t out[64];

    wcoap_begin(&w, out, sizeof(out), WCOAP_CON, WCOAP_GET, 1);
    for (uint32_t i = 0; i < segments; i++) {
        wcoap_add(&w, WCOAP_URI_PATH, segment[i], (uint32_t)strlen(segment[i]));
    }
    cr_assert_eq(wcoap_decode(out, (uint32_t)wcoap_end(&w), &m), WCOAP_OK);
    return wcoap_path_is(out, &m, path);
}

#define PATH(want, count, ...) \
    path(want, count, (const char *const[]){__VA_ARGS__})

Test(coap, paths)
{
    cr_expect(PATH("image", 1, "image"));
    cr_expect(PATH("ota/image", 2, "ota", "image"));
    cr_expect(PATH("", 0, ""));
    cr_expect_not(PATH("image", 0, ""));
    cr_expect_not(PATH("", 1, "image"));
    cr_expect_not(PATH("image", 1, "imag"));
    cr_expect_not(PATH("image", 1, "image2"));
    cr_expect_not(PATH("image", 1, "Image"));
    cr_expect_not(PATH("ota/image", 1, "ota/image"));
    cr_expect_not(PATH("ota/image", 1, "ota"));
    cr_expect_not(PATH("ota", 2, "ota", "image"));
    cr_expect_not(PATH("ota", 2, "ota", ""));
    cr_expect_not(PATH("ota/image", 2, "image", "ota"));
}

Test(coap, blocks)
{
    struct wcoap_block block;

    cr_expect_eq(wcoap_block_read(0, &block), 0);
    cr_expect(block.number == 0 && !block.more && block.szx == 0);
    cr_expect_eq(wcoap_block_read(0xFFFFFE, &block), 0);
    cr_expect(block.number == 0xFFFFF && block.more && block.szx == 6);
    cr_expect_eq(wcoap_block_value(block), 0xFFFFFE);
    cr_expect_eq(wcoap_block_read(0x16, &block), 0);
    cr_expect(block.number == 1 && !block.more && block.szx == 6);
    cr_expect_eq(wcoap_block_value(block), 0x16);
    cr_expect_eq(wcoap_block_read(7, &block), -1);
    cr_expect_eq(wcoap_block_read(15, &block), -1);
    cr_expect_eq(wcoap_block_read(1u << 24, &block), -1);
    cr_expect_eq(wcoap_block_size(0), 16);
    cr_expect_eq(wcoap_block_size(6), 1024);
}

Test(coap, writing_what_cannot_be)
{
    struct wcoap_writer w;
    uint8_t out[64];

    wcoap_begin(&w, out, 3, WCOAP_CON, WCOAP_GET, 1);
    wcoap_token(&w, out, 0);
    cr_expect_eq(wcoap_end(&w), WCOAP_E_ROOM);
    wcoap_begin(&w, out, sizeof(out), WCOAP_CON, WCOAP_GET, 1);
    wcoap_token(&w, out, 9);
    cr_expect_eq(wcoap_end(&w), WCOAP_E_VALUE);
    wcoap_begin(&w, out, sizeof(out), WCOAP_CON, WCOAP_GET, 1);
    wcoap_add_uint(&w, WCOAP_BLOCK2, 0);
    wcoap_token(&w, out, 1);
    cr_expect_eq(wcoap_end(&w), WCOAP_E_VALUE, "a token after an option");
    wcoap_begin(&w, out, sizeof(out), WCOAP_CON, WCOAP_GET, 1);
    wcoap_add_uint(&w, WCOAP_BLOCK2, 0);
    wcoap_add_uint(&w, WCOAP_ETAG, 0);
    wcoap_add_uint(&w, 65536, 0);
    cr_expect_eq(wcoap_end(&w), WCOAP_E_ORDER, "the first error stays");
    wcoap_begin(&w, out, sizeof(out), WCOAP_CON, WCOAP_GET, 1);
    wcoap_add_uint(&w, 65536, 0);
    cr_expect_eq(wcoap_end(&w), WCOAP_E_VALUE);
    wcoap_begin(&w, out, sizeof(out), WCOAP_CON, WCOAP_GET, 1);
    wcoap_add(&w, 1, out, 65536);
    cr_expect_eq(wcoap_end(&w), WCOAP_E_VALUE);
}

/* Nothing is written past the size given, whatever it is. */
Test(coap, room_is_kept_to_the_byte)
{
    struct wcoap_writer w;
    uint8_t out[65];

    for (uint32_t size = 0; size <= 64; size++) {
        memset(out, 0xEE, sizeof(out));
        wcoap_begin(&w, out, size, WCOAP_CON, WCOAP_POST, 1);
        wcoap_token(&w, BYTES(1, 2, 3, 4), 4);
        wcoap_add(&w, WCOAP_URI_PATH, "0123456789abcdef", 16);
        wcoap_add(&w, 300, "0123456789", 10);
        wcoap_payload(&w, "0123456789abcdef", 16);
        cr_expect_eq(wcoap_end(&w), size < 56 ? WCOAP_E_ROOM : 56);
        for (uint32_t i = size; i < sizeof(out); i++) {
            cr_assert_eq(out[i], 0xEE, "byte %u of %u", i, size);
        }
    }
}

/* Messages of random parts come back as they were. */
Test(coap, what_is_written_is_read_back)
{
    static uint8_t out[65536];
    static uint8_t value[1500];
    struct rng rng;

    rng_init(&rng, 1, "messages");
    rng_fill(&rng, value, sizeof(value));
    for (unsigned round = 0; round < 3000; round++) {
        struct wcoap_option want[WCOAP_OPTIONS];
        struct wcoap_writer w;
        uint32_t count = (uint32_t)rng_below(&rng, 8);
        uint32_t number = 0;
        uint32_t token = (uint32_t)rng_below(&rng, 9);
        uint16_t id = (uint16_t)rng_next(&rng);
        wcoap_begin(&w, out, sizeof(out), WCOAP_NON, WCOAP_POST, id);
        wcoap_token(&w, value, token);
        for (uint32_t i = 0; i < count; i++) {
            static const uint16_t most[] = {1, 20, 300, 8000};
            number += (uint32_t)rng_below(&rng, most[rng_below(&rng, 4)]);
            uint16_t length =
                (uint16_t)rng_below(&rng,
                                    rng_below(&rng, 2) ? 20 : sizeof(value));
            wcoap_add(&w, number, value, length);
            want[i] = (struct wcoap_option){.number = (uint16_t)number,
                                            .length = length};
        }
        uint32_t payload = (uint32_t)rng_below(&rng, 40);
        wcoap_payload(&w, value, payload);
        int32_t length = wcoap_end(&w);
        cr_assert_gt(length, 0);
        cr_assert_eq(wcoap_decode(out, (uint32_t)length, &m), WCOAP_OK);
        cr_assert(m.type == WCOAP_NON && m.code == WCOAP_POST && m.id == id);
        cr_assert(m.token_length == token && m.options == count);
        cr_assert_arr_eq(m.token, value, token);
        for (uint32_t i = 0; i < count; i++) {
            cr_assert_eq(m.option[i].number, want[i].number);
            cr_assert_eq(m.option[i].length, want[i].length);
            cr_assert_arr_eq(out + m.option[i].offset, value, want[i].length);
        }
        cr_assert_eq(m.payload_length, payload);
        cr_assert_arr_eq(out + m.payload, value, payload);
    }
}

Test(coap, error_names)
{
    cr_expect_str_eq(wcoap_error_name(WCOAP_OK), "ok");
    cr_expect_str_eq(wcoap_error_name(WCOAP_E_MARKER), "marker");
    cr_expect_str_eq(wcoap_error_name(WCOAP_E_VALUE), "value");
    cr_expect_str_eq(wcoap_error_name(-12), "?");
    cr_expect_str_eq(wcoap_error_name(1), "?");
}
