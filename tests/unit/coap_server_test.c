/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <string.h>

#include "outside/coap.h"
#include "outside/server.h"

#define SECOND UINT64_C(1000000000)
#define IMAGE_SIZE 50001u
#define OTHER_SIZE 40000u
#define NO_BLOCK UINT32_MAX
#define BLOCK(number, szx) ((number) << 4 | (szx))

static struct endpoint device = {1, 40000};
static const struct endpoint other_device = {2, 40000};
static const uint8_t description[] = "version 1.1.0, of 50001 bytes";

static struct server server;
static uint8_t image[IMAGE_SIZE];
static uint8_t other[OTHER_SIZE];
static const struct server_image images[] = {
    {.bytes = image, .size = IMAGE_SIZE},
    {.bytes = other, .size = OTHER_SIZE},
    {.bytes = NULL}};

/* What came back. */
static uint8_t answer[SERVER_ANSWER];
static uint32_t length;
static struct wcoap_message m;
static struct wcoap_block block;

static uint16_t next_id;
static uint64_t now;

static void setup(void)
{
    for (uint32_t i = 0; i < IMAGE_SIZE; i++) {
        image[i] = (uint8_t)(i * 7u + i / 256u);
    }
    memset(other, 0xAA, sizeof(other));
    server_init(&server, 7);
    cr_assert_eq(
        server_publish(&server, description, sizeof(description), 0, 1), 0);
    next_id = 100;
    now = 0;
}

TestSuite(coap_server, .init = setup);

static void exchange(const uint8_t *bytes, uint32_t size)
{
    memset(answer, 0xEE, sizeof(answer));
    length =
        server_receive(&server, now, device, bytes, size, images, 3, answer);
    cr_assert_leq(length, SERVER_ANSWER);
    if (length > 0) {
        cr_assert_eq(wcoap_decode(answer, length, &m), WCOAP_OK);
    } else {
        memset(&m, 0, sizeof(m));
    }
}

struct ask {
    enum wcoap_type type;
    uint8_t code;
    const char *path;
    const uint8_t *etag;
    uint32_t observe; /* + 1 */
    uint32_t accept;  /* + 1 */
    uint32_t block2;  /* + 1 */
    uint32_t block1;  /* + 1 */
    bool size2;
    const void *payload;
    uint32_t payload_length;
};

static uint8_t request[2048];
static uint32_t request_length;

static void build(const struct ask *ask)
{
    struct wcoap_writer w;

    wcoap_begin(&w, request, sizeof(request), ask->type, ask->code, next_id);
    wcoap_token(&w, (const uint8_t *)"\x11\x22\x33", 3);
    if (ask->etag != NULL) {
        wcoap_add(&w, WCOAP_ETAG, ask->etag, SERVER_ETAG);
    }
    if (ask->observe != 0) {
        wcoap_add_uint(&w, WCOAP_OBSERVE, ask->observe - 1);
    }
    wcoap_add(&w, WCOAP_URI_PATH, ask->path, (uint32_t)strlen(ask->path));
    if (ask->accept != 0) {
        wcoap_add_uint(&w, WCOAP_ACCEPT, ask->accept - 1);
    }
    if (ask->block2 != 0) {
        wcoap_add_uint(&w, WCOAP_BLOCK2, ask->block2 - 1);
    }
    if (ask->block1 != 0) {
        wcoap_add_uint(&w, WCOAP_BLOCK1, ask->block1 - 1);
    }
    if (ask->size2) {
        wcoap_add_uint(&w, WCOAP_SIZE2, 0);
    }
    wcoap_payload(&w, ask->payload, ask->payload_length);
    request_length = (uint32_t)wcoap_end(&w);
    next_id++;
}

/* Returns the code of the answer. */
static unsigned ask(const struct ask *what)
{
    build(what);
    exchange(request, request_length);
    if (length > 0 && m.code != WCOAP_EMPTY) {
        cr_assert_eq(m.token_length, 3);
        const struct wcoap_option *option = wcoap_find(&m, WCOAP_BLOCK2, 0);
        block = (struct wcoap_block){0, false, 0};
        if (option != NULL) {
            cr_assert_eq(wcoap_block_read(wcoap_uint(answer, option), &block),
                         0);
        }
    }
    return m.code;
}

static unsigned get(const char *path, uint32_t block2)
{
    return ask(
        &(struct ask){.code = WCOAP_GET, .path = path, .block2 = block2 + 1u});
}

static unsigned post(const void *bytes, uint32_t size, uint32_t block1)
{
    return ask(&(struct ask){.code = WCOAP_POST,
                             .path = "status",
                             .block1 = block1 + 1u,
                             .payload = bytes,
                             .payload_length = size});
}

static bool has(uint32_t number)
{
    return wcoap_find(&m, number, 0) != NULL;
}

static uint32_t value(uint32_t number)
{
    const struct wcoap_option *option = wcoap_find(&m, number, 0);

    cr_assert_not_null(option);
    return wcoap_uint(answer, option);
}

static const uint8_t *etag(void)
{
    const struct wcoap_option *option = wcoap_find(&m, WCOAP_ETAG, 0);

    cr_assert_not_null(option);
    cr_assert_eq(option->length, SERVER_ETAG);
    return answer + option->offset;
}

static const uint8_t *payload(void)
{
    return answer + m.payload;
}

/* ---- content ------------------------------------------------------------ */

Test(coap_server, a_small_thing_comes_in_one_piece)
{
    cr_assert_eq(get("descriptor", NO_BLOCK), WCOAP_CONTENT);
    cr_assert_eq(m.type, WCOAP_ACK);
    cr_assert_eq(m.id, 100);
    cr_assert_arr_eq(m.token, "\x11\x22\x33", 3);
    cr_assert_eq(m.payload_length, sizeof(description));
    cr_assert_arr_eq(payload(), description, sizeof(description));
    cr_assert_eq(value(WCOAP_CONTENT_FORMAT), 42);
    cr_assert_not(has(WCOAP_BLOCK2));
    cr_assert_not(has(WCOAP_SIZE2));
    etag();
}

static void fetch(uint8_t szx)
{
    uint32_t size = wcoap_block_size(szx);
    uint32_t at = 0;

    for (uint32_t number = 0; at < IMAGE_SIZE; number++) {
        cr_assert_eq(get("image", BLOCK(number, szx)), WCOAP_CONTENT);
        cr_assert_eq(block.number, number);
        cr_assert_eq(block.szx, szx);
        cr_assert_eq(block.more, IMAGE_SIZE - at > size);
        cr_assert_eq(m.payload_length, block.more ? size : IMAGE_SIZE - at);
        cr_assert_eq(memcmp(payload(), image + at, m.payload_length), 0);
        cr_assert_eq(has(WCOAP_SIZE2), number == 0);
        if (number == 0) {
            cr_assert_eq(value(WCOAP_SIZE2), IMAGE_SIZE);
        }
        at += m.payload_length;
    }
    cr_assert_eq(at, IMAGE_SIZE);
    cr_assert_not(block.more);
}

Test(coap_server, an_image_comes_in_blocks_of_any_size)
{
    for (uint8_t szx = 0; szx <= WCOAP_SZX_MAX; szx++) {
        fetch(szx);
    }
    cr_assert_eq(server.counts.content[SERVER_IMAGE], 7u * IMAGE_SIZE);
}

Test(coap_server, without_a_wish_blocks_are_the_largest)
{
    cr_assert_eq(get("image", NO_BLOCK), WCOAP_CONTENT);
    cr_assert(block.number == 0 && block.more && block.szx == 6);
    server.szx = 2;
    cr_assert_eq(get("image", NO_BLOCK), WCOAP_CONTENT);
    cr_assert(block.number == 0 && block.more && block.szx == 2);
}

Test(coap_server, a_smaller_block_is_at_the_same_offset)
{
    server.szx = 2; /* 64 bytes */
    cr_assert_eq(get("image", BLOCK(3u, 5u)), WCOAP_CONTENT);
    cr_assert_eq(block.szx, 2);
    cr_assert_eq(block.number, 3 * 8);
    cr_assert_arr_eq(payload(), image + 3 * 512, 64);
}

Test(coap_server, blocks_that_are_not_there)
{
    uint32_t beyond = IMAGE_SIZE / 16u + 1u;

    cr_expect_eq(get("image", BLOCK(beyond - 1u, 0u)), WCOAP_CONTENT);
    cr_expect_eq(m.payload_length, 1);
    cr_expect_eq(get("image", BLOCK(beyond, 0u)), WCOAP_BAD_REQUEST);
    cr_expect_not(has(WCOAP_BLOCK2));
    cr_expect_eq(get("image", BLOCK(0xFFFFFu, 6u)), WCOAP_BAD_REQUEST);
    cr_expect_eq(get("image", BLOCK(0u, 7u)), WCOAP_BAD_REQUEST);
    cr_expect_eq(get("descriptor", BLOCK(1u, 1u)), WCOAP_BAD_REQUEST);
    cr_expect_eq(server.counts.refused, 4);
}

Test(coap_server, a_whole_number_of_blocks_has_no_empty_last_one)
{
    struct server_image whole = {.bytes = image, .size = 2048};

    build(&(struct ask){
        .code = WCOAP_GET, .path = "image", .block2 = 1u + BLOCK(1u, 6u)});
    length = server_receive(&server, 0, device, request, request_length, &whole,
                            1, answer);
    cr_assert_eq(wcoap_decode(answer, length, &m), WCOAP_OK);
    cr_assert_eq(m.payload_length, 1024);
    cr_assert_eq(value(WCOAP_BLOCK2), BLOCK(1u, 6u));
    build(&(struct ask){
        .code = WCOAP_GET, .path = "image", .block2 = 1u + BLOCK(2u, 6u)});
    length = server_receive(&server, 0, device, request, request_length, &whole,
                            1, answer);
    cr_assert_eq(answer[1], WCOAP_BAD_REQUEST);
}

Test(coap_server, an_empty_image_is_one_empty_block)
{
    struct server_image empty = {.bytes = image, .size = 0};

    build(&(struct ask){
        .code = WCOAP_GET, .path = "image", .block2 = 1u + BLOCK(0u, 6u)});
    length = server_receive(&server, 0, device, request, request_length, &empty,
                            1, answer);
    cr_assert_eq(wcoap_decode(answer, length, &m), WCOAP_OK);
    cr_assert_eq(m.code, WCOAP_CONTENT);
    cr_assert_eq(m.payload, 0);
    cr_assert_eq(value(WCOAP_BLOCK2), BLOCK(0u, 6u));
}

static uint8_t huge[(1u << 24) + 16u];

Test(coap_server, block_numbers_have_20_bits)
{
    struct server_image whole = {.bytes = huge, .size = sizeof(huge)};

    server.szx = 0; /* 16 bytes: an offset of 16 MiB has the number 2^20 */
    for (uint32_t number = 16383; number <= 16384; number++) {
        build(&(struct ask){.code = WCOAP_GET,
                            .path = "image",
                            .block2 = 1u + BLOCK(number, 6u)});
        length = server_receive(&server, 0, device, request, request_length,
                                &whole, 1, answer);
        cr_assert_eq(answer[1],
                     number == 16383 ? WCOAP_CONTENT : WCOAP_BAD_REQUEST);
    }
}

Test(coap_server, size_is_told_to_who_asks)
{
    ask(&(struct ask){.code = WCOAP_GET,
                      .path = "image",
                      .block2 = 1u + BLOCK(9u, 4u),
                      .size2 = true});
    cr_assert_eq(value(WCOAP_SIZE2), IMAGE_SIZE);
}

Test(coap_server, etags)
{
    uint8_t first[SERVER_ETAG];
    uint8_t of_descriptor[SERVER_ETAG];

    get("image", BLOCK(0u, 6u));
    memcpy(first, etag(), SERVER_ETAG);
    get("image", BLOCK(3u, 2u));
    cr_assert_arr_eq(etag(), first, SERVER_ETAG, "the same for all blocks");
    get("descriptor", NO_BLOCK);
    memcpy(of_descriptor, etag(), SERVER_ETAG);
    cr_assert_neq(memcmp(of_descriptor, first, SERVER_ETAG), 0);

    struct ask poll = {.code = WCOAP_GET,
                       .path = "descriptor",
                       .etag = of_descriptor};
    cr_assert_eq(ask(&poll), WCOAP_VALID);
    cr_assert_eq(m.payload_length, 0);
    cr_assert_arr_eq(etag(), of_descriptor, SERVER_ETAG);
    cr_assert_eq(server.counts.valid[SERVER_DESCRIPTION], 1);
    poll.etag = first;
    cr_assert_eq(ask(&poll), WCOAP_CONTENT);

    server_publish(&server, description, sizeof(description), 0, 2);
    poll.etag = of_descriptor;
    cr_assert_eq(ask(&poll), WCOAP_CONTENT, "another release");
    get("image", BLOCK(0u, 6u));
    cr_assert_neq(memcmp(etag(), first, SERVER_ETAG), 0);
    server_publish(&server, description, sizeof(description), 0, 1);
    cr_assert_eq(ask(&poll), WCOAP_VALID, "the first one again");
    server_publish(&server, description, sizeof(description) - 1, 0, 1);
    cr_assert_eq(ask(&poll), WCOAP_CONTENT, "a shorter descriptor");
    uint8_t changed[sizeof(description)];
    memcpy(changed, description, sizeof(description));
    changed[3] ^= 1;
    server_publish(&server, changed, sizeof(description), 0, 1);
    cr_assert_eq(ask(&poll), WCOAP_CONTENT, "another descriptor");
}

Test(coap_server, what_is_not_published_is_not_found)
{
    server_withdraw(&server);
    cr_expect_eq(get("descriptor", NO_BLOCK), WCOAP_NOT_FOUND);
    cr_expect_eq(get("image", BLOCK(0u, 6u)), WCOAP_NOT_FOUND);
    for (uint32_t index = 2; index < 4; index++) {
        server_publish(&server, "x", 1, index, 1);
        cr_expect_eq(get("image", NO_BLOCK), WCOAP_NOT_FOUND);
    }
    cr_expect_eq(server_publish(&server, "", 0, 0, 1), -1);
    cr_expect_eq(server_publish(&server, image, SERVER_DESCRIPTOR + 1, 0, 1),
                 -1);
    cr_expect_eq(server_publish(&server, image, SERVER_DESCRIPTOR, 0, 1), 0);
    cr_expect_eq(get("descriptor", BLOCK(1u, 6u)), WCOAP_CONTENT);
    cr_expect_eq(m.payload_length, 1024);
    cr_expect_not(block.more);
}

/* ---- refusals ----------------------------------------------------------- */

Test(coap_server, paths_and_methods)
{
    struct ask what = {.path = "status"};

    cr_expect_eq(get("nothing", NO_BLOCK), WCOAP_NOT_FOUND);
    cr_expect_eq(get("", NO_BLOCK), WCOAP_NOT_FOUND);
    cr_expect_eq(get("status", NO_BLOCK), WCOAP_NOT_ALLOWED);
    for (uint8_t code = WCOAP_PUT; code < 32; code++) {
        what.code = code;
        cr_expect_eq(ask(&what), WCOAP_NOT_ALLOWED, "0.%02u", code);
    }
    what = (struct ask){.code = WCOAP_POST,
                        .path = "image",
                        .payload = "x",
                        .payload_length = 1};
    cr_expect_eq(ask(&what), WCOAP_NOT_ALLOWED);
    what = (struct ask){.code = WCOAP_GET, .path = "image", .accept = 43};
    cr_expect_eq(ask(&what), WCOAP_CONTENT, "application/octet-stream");
    what.accept = 1;
    cr_expect_eq(ask(&what), WCOAP_NOT_ACCEPTABLE, "text/plain");
}

Test(coap_server, options_not_understood)
{
    static const uint8_t if_match[] = "\x40\x01\x00\x01\x11x\xa5image";
    static const uint8_t unknown[] = "\x40\x01\x00\x02\x90\x25image";
    static const uint8_t elective[] = "\x40\x01\x00\x03\x20\x95image";
    static const uint8_t proxy[] = "\x40\x01\x00\x04\xb5image\xd4\x0b"
                                   "coap";
    static const uint8_t non[] = "\x50\x01\x00\x05\x90\x25image";

    exchange(if_match, sizeof(if_match) - 1);
    cr_expect_eq(m.code, WCOAP_BAD_OPTION);
    exchange(unknown, sizeof(unknown) - 1);
    cr_expect_eq(m.code, WCOAP_BAD_OPTION);
    exchange(elective, sizeof(elective) - 1);
    cr_expect_eq(m.code, WCOAP_CONTENT);
    exchange(proxy, sizeof(proxy) - 1);
    cr_expect_eq(m.code, WCOAP_NO_PROXY);
    exchange(non, sizeof(non) - 1);
    cr_expect_eq(length, 0, "not confirmable: rejected in silence");
}

static void expect_reset(uint16_t id)
{
    cr_expect_eq(length, 4);
    cr_expect_eq(m.type, WCOAP_RST);
    cr_expect_eq(m.code, WCOAP_EMPTY);
    cr_expect_eq(m.id, id);
}

#define SEND(...)                            \
    exchange((const uint8_t[]){__VA_ARGS__}, \
             sizeof((const uint8_t[]){__VA_ARGS__}))

Test(coap_server, messages_that_are_no_requests)
{
    SEND(0x40, 0, 0xAB, 0xCD); /* a ping */
    expect_reset(0xABCD);
    SEND(0x40, WCOAP_CONTENT, 0, 7); /* an answer to nobody */
    expect_reset(7);
    SEND(0x4F, 1, 0, 8);
    expect_reset(8);
    SEND(0x40, 1, 0, 9, 0xFF);
    expect_reset(9);
    SEND(0x40, 0xE1, 0, 10);
    expect_reset(10);
    SEND(0x5F, 1, 0, 11);
    cr_expect_eq(length, 0, "malformed, but not confirmable");
    SEND(0x50, WCOAP_CONTENT, 0, 12);
    cr_expect_eq(length, 0);
    SEND(0x60, 0, 0, 13);
    cr_expect_eq(length, 0, "an acknowledgement");
    SEND(0x70, 0, 0, 14);
    cr_expect_eq(length, 0, "a reset");
    SEND(0x60, WCOAP_GET, 0, 15);
    cr_expect_eq(length, 0, "a request in an acknowledgement");
    SEND(0x80, 1, 0, 16);
    cr_expect_eq(length, 0, "another version");
    SEND(0x40, 1, 0);
    cr_expect_eq(length, 0, "no header");
    cr_expect_eq(server.counts.resets, 5);
    cr_expect_eq(server.counts.malformed, 6);
    cr_expect_eq(server.counts.received, 12);
    cr_expect_eq(server.counts.answered, 5);
}

/* ---- copies of requests --------------------------------------------------- */

Test(coap_server, a_copy_gets_the_answer_that_was_stored)
{
    uint8_t first[SERVER_ANSWER];
    uint32_t first_length;

    cr_assert_eq(post("once", 4, NO_BLOCK), WCOAP_CHANGED);
    first_length = length;
    memcpy(first, answer, length);
    server_withdraw(&server);
    exchange(request, request_length);
    cr_assert_eq(length, first_length);
    cr_assert_arr_eq(answer, first, length);
    cr_assert_eq(server.counts.reports, 1);
    cr_assert_eq(server.counts.duplicates, 1);
    cr_assert_eq(server.counts.requests[SERVER_STATUS], 1);

    length = server_receive(&server, now, other_device, request, request_length,
                            images, 3, answer);
    cr_assert_eq(server.counts.reports, 2, "the same id of another device");
}

Test(coap_server, a_copy_is_known_as_long_as_the_id_lives)
{
    post("x", 1, NO_BLOCK);
    now = 247 * SECOND - 1;
    exchange(request, request_length);
    cr_assert_eq(server.counts.reports, 1);
    now++;
    exchange(request, request_length);
    cr_assert_eq(server.counts.reports, 2);
}

Test(coap_server, the_oldest_answer_makes_room)
{
    uint8_t oldest[64];

    post("0", 1, NO_BLOCK);
    uint32_t oldest_length = request_length;
    memcpy(oldest, request, request_length);
    for (unsigned i = 1; i < SERVER_EXCHANGES; i++) {
        post("x", 1, NO_BLOCK);
    }
    exchange(oldest, oldest_length);
    cr_assert_eq(server.counts.duplicates, 1);
    post("x", 1, NO_BLOCK);
    exchange(oldest, oldest_length);
    cr_assert_eq(server.counts.duplicates, 1);
    cr_assert_eq(server.counts.reports, SERVER_EXCHANGES + 2);
}

Test(coap_server, non_confirmable_requests)
{
    struct ask what = {.type = WCOAP_NON,
                       .code = WCOAP_GET,
                       .path = "descriptor"};

    cr_assert_eq(ask(&what), WCOAP_CONTENT);
    cr_assert_eq(m.type, WCOAP_NON);
    uint16_t id = m.id;
    exchange(request, request_length);
    cr_assert_eq(m.id, id, "a copy: the same answer");
    cr_assert_eq(ask(&what), WCOAP_CONTENT);
    cr_assert_eq(m.id, (uint16_t)(id + 1));
    now = 145 * SECOND;
    exchange(request, request_length);
    cr_assert_eq(m.id, (uint16_t)(id + 2));
}

/* ---- reports -------------------------------------------------------------- */

Test(coap_server, reports_are_kept)
{
    uint8_t bytes[SERVER_REPORT + 1] = {1};

    cr_assert_null(server_report(&server, 0));
    now = 77;
    cr_assert_eq(post("first", 5, NO_BLOCK), WCOAP_CHANGED);
    now = 78;
    cr_assert_eq(post(bytes, SERVER_REPORT, NO_BLOCK), WCOAP_CHANGED);
    const struct server_report *report = server_report(&server, 1);
    cr_assert_eq(report->time_ns, 77);
    cr_assert(endpoint_equal(report->from, device));
    cr_assert_eq(report->length, 5);
    cr_assert_arr_eq(report->bytes, "first", 5);
    cr_assert_eq(server_report(&server, 0)->length, SERVER_REPORT);
    cr_assert_null(server_report(&server, 2));

    cr_assert_eq(post(bytes, SERVER_REPORT + 1, NO_BLOCK), WCOAP_TOO_LARGE);
    cr_assert_eq(value(WCOAP_SIZE1), SERVER_REPORT);
    cr_assert_eq(post(bytes, 0, NO_BLOCK), WCOAP_BAD_REQUEST);
    cr_assert_eq(server.counts.reports, 2);
}

Test(coap_server, old_reports_make_room)
{
    for (uint8_t i = 0; i < SERVER_REPORTS + 3; i++) {
        cr_assert_eq(post(&i, 1, NO_BLOCK), WCOAP_CHANGED);
    }
    cr_assert_eq(server.counts.reports, SERVER_REPORTS + 3);
    for (uint32_t back = 0; back < SERVER_REPORTS; back++) {
        cr_assert_eq(server_report(&server, back)->bytes[0],
                     SERVER_REPORTS + 2 - back);
    }
    cr_assert_null(server_report(&server, SERVER_REPORTS));
}

#define MORE 8u

Test(coap_server, a_report_in_blocks)
{
    cr_assert_eq(post(image, 32, BLOCK(0u, 1u) | MORE), WCOAP_CONTINUE);
    cr_assert_eq(value(WCOAP_BLOCK1), (BLOCK(0u, 1u) | MORE));
    cr_assert_eq(post(image + 32, 32, BLOCK(1u, 1u) | MORE), WCOAP_CONTINUE);
    cr_assert_eq(server.counts.reports, 0);
    cr_assert_eq(post(image + 64, 9, BLOCK(2u, 1u)), WCOAP_CHANGED);
    cr_assert_eq(value(WCOAP_BLOCK1), BLOCK(2u, 1u));
    cr_assert_eq(server_report(&server, 0)->length, 73);
    cr_assert_arr_eq(server_report(&server, 0)->bytes, image, 73);
    cr_assert_eq(post(image, 9, BLOCK(3u, 1u)), WCOAP_INCOMPLETE, "over");
    cr_assert_eq(post(image, 9, BLOCK(0u, 1u)), WCOAP_CHANGED, "a single one");
    cr_assert_eq(server_report(&server, 0)->length, 9);
}

Test(coap_server, a_report_in_blocks_that_goes_wrong)
{
    cr_expect_eq(post(image, 16, BLOCK(1u, 0u)), WCOAP_INCOMPLETE);
    post(image, 16, BLOCK(0u, 0u) | MORE);
    cr_expect_eq(post(image, 16, BLOCK(2u, 0u)), WCOAP_INCOMPLETE, "a gap");
    cr_expect_eq(post(image, 15, BLOCK(1u, 0u) | MORE), WCOAP_BAD_REQUEST);
    cr_expect_eq(post(image, 17, BLOCK(1u, 0u)), WCOAP_BAD_REQUEST);
    cr_expect_eq(post(image, 16, BLOCK(1u, 7u)), WCOAP_BAD_REQUEST);
    build(&(struct ask){.code = WCOAP_POST,
                        .path = "status",
                        .block1 = 1u + BLOCK(1u, 0u),
                        .payload = image,
                        .payload_length = 16});
    length = server_receive(&server, now, other_device, request, request_length,
                            images, 3, answer);
    cr_expect_eq(answer[1], WCOAP_INCOMPLETE, "another device's");
    cr_expect_eq(post(image, 16, BLOCK(1u, 0u)), WCOAP_CHANGED, "still open");

    post(image, 64, BLOCK(0u, 2u) | MORE);
    post(image, 64, BLOCK(1u, 2u) | MORE);
    cr_expect_eq(post(image, 1, BLOCK(2u, 2u)), WCOAP_TOO_LARGE);
    cr_expect_eq(post(image, 1, BLOCK(2u, 2u)), WCOAP_INCOMPLETE);
    cr_expect_eq(post(image, 1024, BLOCK(0u, 6u) | MORE), WCOAP_TOO_LARGE);
    cr_expect_eq(server.counts.reports, 1);
}

/* ---- faults --------------------------------------------------------------- */

static void misbehave(enum server_fault_kind kind, uint32_t from,
                      uint32_t fault_value, uint32_t times)
{
    struct server_fault fault = {.resource = SERVER_IMAGE,
                                 .from = from,
                                 .value = fault_value,
                                 .times = times};

    cr_assert_eq(server_misbehave(&server, kind, &fault), 0);
}

/* Block `number` of 256 bytes is what it should be. */
static bool block_is_good(uint32_t number)
{
    return get("image", BLOCK(number, 4u)) == WCOAP_CONTENT &&
           block.number == number && block.more && m.payload_length == 256 &&
           m.token[2] == 0x33 &&
           memcmp(etag(), server.offer[0].image_etag, SERVER_ETAG) == 0 &&
           memcmp(payload(), image + 256u * number, 256) == 0;
}

Test(coap_server, silent)
{
    misbehave(SERVER_SILENT, 0, 0, 2);
    get("descriptor", NO_BLOCK);
    cr_assert_eq(length, 0);
    SEND(0x40, 0, 0xAB, 0xCD);
    cr_assert_eq(length, 0);
    cr_assert_eq(get("descriptor", NO_BLOCK), WCOAP_CONTENT);
    cr_assert_eq(server.counts.spoilt, 2);
    cr_assert_eq(server.counts.requests[SERVER_DESCRIPTION], 1);
    misbehave(SERVER_SILENT, 0, 0, 0);
    for (unsigned i = 0; i < 100; i++) {
        post("x", 1, NO_BLOCK);
        cr_assert_eq(length, 0);
    }
    server_behave(&server, SERVER_SILENT);
    exchange(request, request_length);
    cr_assert_eq(m.code, WCOAP_CHANGED, "it has heard nothing so far");
    cr_assert_eq(server.counts.duplicates, 0);
}

Test(coap_server, refuse)
{
    struct server_fault fault = {.resource = SERVER_STATUS};

    cr_assert_eq(server_misbehave(&server, SERVER_REFUSE, &fault), 0);
    cr_assert_eq(post("x", 1, NO_BLOCK), WCOAP_UNAVAILABLE);
    cr_assert_eq(server.counts.reports, 0);
    cr_assert(block_is_good(0));
    misbehave(SERVER_REFUSE, 0, WCOAP_NOT_FOUND, 1);
    cr_assert_eq(get("image", NO_BLOCK), WCOAP_NOT_FOUND);
    cr_assert_eq(m.payload_length, 0);
    cr_assert(block_is_good(0));
}

Test(coap_server, corrupt)
{
    misbehave(SERVER_CORRUPT, 256 * 5 + 255, 0x80, 0);
    for (uint32_t number = 0; number < 10; number++) {
        cr_assert_eq(block_is_good(number), number != 5);
    }
    get("image", BLOCK(5u, 4u));
    cr_assert_eq(payload()[255], image[256 * 5 + 255] ^ 0x80);
    cr_assert_eq(memcmp(payload(), image + 256 * 5, 255), 0);
    cr_assert_eq(server.counts.spoilt, 2);
    exchange(request, request_length);
    cr_assert_eq(payload()[255], image[256 * 5 + 255] ^ 0x80,
                 "the stored answer is the wrong one");
    cr_assert_eq(server.counts.spoilt, 2);
    misbehave(SERVER_CORRUPT, IMAGE_SIZE - 1, 0, 1);
    cr_assert_eq(get("image", BLOCK(IMAGE_SIZE / 16u, 0u)), WCOAP_CONTENT);
    cr_assert_eq(payload()[0], image[IMAGE_SIZE - 1] ^ 1);
    misbehave(SERVER_CORRUPT, IMAGE_SIZE, 0, 1);
    cr_assert_eq(get("image", BLOCK(IMAGE_SIZE / 16u, 0u)), WCOAP_CONTENT);
    cr_assert_eq(payload()[0], image[IMAGE_SIZE - 1], "past the end");
}

Test(coap_server, wrong_etag)
{
    misbehave(SERVER_WRONG_ETAG, 256 * 5, 0, 2);
    for (uint32_t number = 0; number < 10; number++) {
        cr_assert_eq(block_is_good(number), number != 5 && number != 6);
        cr_assert_arr_eq(payload(), image + 256 * number, 256);
    }
}

Test(coap_server, truncate)
{
    misbehave(SERVER_TRUNCATE, 256 * 5, 100, 1);
    for (uint32_t number = 0; number < 10; number++) {
        cr_assert_eq(block_is_good(number), number != 5);
        cr_assert_eq(m.payload_length, number != 5 ? 256 : 156);
        cr_assert(block.more);
    }
    misbehave(SERVER_TRUNCATE, 0, 0, 1);
    get("image", BLOCK(0u, 4u));
    cr_assert_eq(m.payload_length, 255);
    misbehave(SERVER_TRUNCATE, 0, 1000, 1);
    cr_assert_eq(get("image", BLOCK(0u, 4u)), WCOAP_CONTENT);
    cr_assert_eq(m.payload_length, 0);
}

Test(coap_server, wrong_block)
{
    misbehave(SERVER_WRONG_BLOCK, 256 * 5, 0, 1);
    for (uint32_t number = 0; number < 10; number++) {
        cr_assert_eq(block_is_good(number), number != 5);
        cr_assert_eq(block.number, number != 5 ? number : 6);
        cr_assert_arr_eq(payload(), image + 256 * number, 256);
    }
    misbehave(SERVER_WRONG_BLOCK, 0, UINT32_MAX, 1);
    get("image", BLOCK(3u, 4u));
    cr_assert_eq(block.number, 2, "one too low");
    misbehave(SERVER_WRONG_BLOCK, 0, UINT32_MAX, 1);
    get("image", BLOCK(0u, 4u));
    cr_assert_eq(block.number, 0xFFFFF);
}

Test(coap_server, wrong_token)
{
    misbehave(SERVER_WRONG_TOKEN, 0, 0, 1);
    cr_assert_eq(get("image", BLOCK(0u, 4u)), WCOAP_CONTENT);
    cr_assert_arr_eq(m.token, "\x11\x22\x32", 3);
    cr_assert_arr_eq(payload(), image, 256);
    cr_assert(block_is_good(1));
    misbehave(SERVER_WRONG_TOKEN, 0, 0, 1);
    SEND(0x40, 1, 0, 1, 0xB5, 'i', 'm', 'a', 'g', 'e');
    cr_assert_eq(m.token_length, 0);
    cr_assert(server.fault[SERVER_WRONG_TOKEN].on, "there was none to turn");
}

Test(coap_server, other_image)
{
    misbehave(SERVER_OTHER_IMAGE, 256 * 5, 1, 0);
    for (uint32_t number = 0; number < 10; number++) {
        cr_assert_eq(block_is_good(number), number < 5);
        cr_assert_arr_eq(etag(), server.offer[0].image_etag, SERVER_ETAG);
        if (number >= 5) {
            cr_assert_arr_eq(payload(), other, 256);
        }
    }
    cr_assert_eq(get("image", BLOCK(OTHER_SIZE / 256u + 1u, 4u)),
                 WCOAP_BAD_REQUEST, "it is shorter");
    misbehave(SERVER_OTHER_IMAGE, 0, 2, 0);
    cr_assert(block_is_good(0), "there is no such image");
    misbehave(SERVER_OTHER_IMAGE, 0, 3, 0);
    cr_assert(block_is_good(0));
}

/* The descriptor that is asked for now, and the first byte of its image. */
static void expect_shown(const char *text, uint8_t byte)
{
    cr_assert_eq(get("descriptor", BLOCK(0u, 6u)), WCOAP_CONTENT);
    cr_assert_arr_eq(payload(), text, strlen(text), "not %s", text);
    cr_assert_eq(get("image", BLOCK(0u, 4u)), WCOAP_CONTENT);
    cr_assert_eq(payload()[0], byte);
}

Test(coap_server, replay)
{
    server_publish(&server, "one", 3, 0, 2);
    server_publish(&server, "two", 3, 1, 3);
    misbehave(SERVER_REPLAY, 0, 0, 4);
    expect_shown((const char *)description, image[0]);
    expect_shown("one", image[0]);
    expect_shown("two", 0xAA);
    expect_shown((const char *)description, image[0]);
    expect_shown("two", 0xAA); /* four times were asked for */
    misbehave(SERVER_REPLAY, 0, 0, 0);
    server_withdraw(&server);
    cr_assert_eq(get("descriptor", 0), WCOAP_NOT_FOUND);
}

Test(coap_server, replay_knows_the_newest_offers)
{
    char text[] = "x";

    for (char i = 'a'; i < 'a' + 3 * (char)SERVER_OFFERS; i++) {
        text[0] = i;
        server_publish(&server, text, 1, 0, (uint64_t)i);
    }
    misbehave(SERVER_REPLAY, 0, 0, 0);
    for (uint32_t i = 0; i < 2u * SERVER_OFFERS; i++) {
        text[0] = (char)('a' + (char)(2u * SERVER_OFFERS + i % SERVER_OFFERS));
        expect_shown(text, image[0]);
    }
}

Test(coap_server, faults_that_do_not_exist)
{
    struct server_fault fault = {.resource = SERVER_RESOURCES};

    cr_expect_eq(server_misbehave(&server, SERVER_REFUSE, &fault), -1);
    fault.resource = 0;
    cr_expect_eq(server_misbehave(&server, SERVER_FAULTS, &fault), -1);
    server_behave(&server, SERVER_FAULTS);
    for (uint32_t code = 1; code < 300; code++) {
        fault.value = code;
        cr_expect_eq(server_misbehave(&server, SERVER_REFUSE, &fault),
                     code >= 128 && code < 192 ? 0 : -1, "%u", code);
    }
    for (int kind = 0; kind < SERVER_FAULTS; kind++) {
        const char *name = server_fault_name((enum server_fault_kind)kind);
        cr_expect_eq(server_fault_find(name), kind);
        cr_expect_gt(strlen(server_fault_text((enum server_fault_kind)kind)),
                     10);
    }
    cr_expect_eq(server_fault_find("mute"), -1);
    cr_expect_str_eq(server_path(SERVER_IMAGE), "image");
    cr_expect_str_eq(server_path(SERVER_RESOURCES), "?");
}

/* ---- a value -------------------------------------------------------------- */

Test(coap_server, a_clone_goes_the_same_way_to_the_byte)
{
    static struct server clone;
    uint8_t answers[2][4];

    get("image", BLOCK(7u, 3u));
    post(image, 16, BLOCK(0u, 0u) | MORE);
    misbehave(SERVER_CORRUPT, 0, 9, 3);
    clone = server;
    struct server *both[] = {&server, &clone};
    build(&(struct ask){.type = WCOAP_NON, .code = WCOAP_GET, .path = "image"});
    for (unsigned i = 0; i < 2; i++) {
        server_receive(both[i], 9, device, request, request_length, images, 3,
                       answer);
        memcpy(answers[i], answer, 4);
    }
    cr_assert_arr_eq(answers[0], answers[1], 4);
    cr_assert_arr_eq(&server, &clone, sizeof(clone));
}

Test(coap_server, nothing_is_left_of_a_descriptor_that_is_forgotten)
{
    static struct server fresh;

    for (uint32_t i = 0; i < SERVER_OFFERS; i++) {
        server_publish(&server, "short", 5, 1, 3);
    }
    server_init(&fresh, 7);
    server_publish(&fresh, "short", 5, 1, 3);
    cr_assert_arr_eq(&server.offer[0], &fresh.offer[0], sizeof(fresh.offer[0]));
}

Test(coap_server, the_seed_gives_the_first_id)
{
    uint32_t id = server.next_id;

    server_init(&server, 8);
    cr_assert_neq(server.next_id, id);
    server_init(&server, 7);
    cr_assert_eq(server.next_id, id);
    cr_assert_leq(id, UINT16_MAX);
}

/* ---- observers ---------------------------------------------------------- */

static unsigned watch(struct endpoint from, uint32_t wish)
{
    device = from;
    return ask(&(struct ask){
        .code = WCOAP_GET, .path = "descriptor", .observe = wish + 1u});
}

/* How many are told; the last notification is in `m`. */
static unsigned told(void)
{
    unsigned count = 0;

    server_changed(&server);
    for (uint32_t i = 0; i < SERVER_OBSERVERS; i++) {
        struct endpoint to;
        uint8_t bytes[SERVER_ANSWER];
        uint32_t size = server_notify(&server, i, images, 3, &to, bytes);

        if (size > 0) {
            memcpy(answer, bytes, size);
            length = size;
            device = to;
            cr_assert_eq(wcoap_decode(answer, length, &m), WCOAP_OK);
            count++;
        }
    }
    return count;
}

Test(coap_server, who_observes_is_told)
{
    cr_assert_eq(told(), 0);
    cr_assert_eq(watch((struct endpoint){7, 1}, 0), WCOAP_CONTENT);
    uint32_t first = value(WCOAP_OBSERVE);
    cr_assert_eq(told(), 1);
    cr_assert_eq(m.type, WCOAP_NON);
    cr_assert_eq(m.code, WCOAP_CONTENT);
    cr_assert_eq(m.token_length, 3);
    cr_assert_eq(value(WCOAP_OBSERVE), first + 1);
    cr_assert_eq(device.node, 7);
    cr_assert_eq(watch((struct endpoint){7, 1}, 0), WCOAP_CONTENT);
    cr_assert_eq(told(), 1, "it registers again, and is one");
}

Test(coap_server, an_observation_ends)
{
    struct endpoint one = {7, 1};

    watch(one, 0);
    watch(one, 1);
    cr_assert_not(has(WCOAP_OBSERVE));
    cr_assert_eq(told(), 0, "deregistered");
    watch(one, 0);
    cr_assert_eq(told(), 1);
    uint8_t reset[4] = {0x70, 0, (uint8_t)(m.id >> 8), (uint8_t)m.id};
    reset[3] ^= 1u;
    exchange(reset, sizeof(reset));
    cr_assert_eq(told(), 1, "of another message");
    reset[2] = (uint8_t)(m.id >> 8);
    reset[3] = (uint8_t)m.id;
    exchange(reset, sizeof(reset));
    cr_assert_eq(told(), 0, "rejected");
    watch(one, 0);
    server_withdraw(&server);
    cr_assert_eq(told(), 1);
    cr_assert_eq(m.code, WCOAP_NOT_FOUND);
    cr_assert_eq(told(), 0, "withdrawn");
}

Test(coap_server, the_oldest_observer_makes_room)
{
    for (uint32_t i = 0; i <= SERVER_OBSERVERS; i++) {
        watch((struct endpoint){10 + i, 1}, 0);
    }
    cr_assert_eq(told(), SERVER_OBSERVERS);
    for (uint32_t i = 0; i < SERVER_OBSERVERS; i++) {
        cr_assert_neq(server.observer[i].from.node, 10);
    }
}

Test(coap_server, only_what_is_published_is_observed)
{
    cr_assert_eq(
        ask(&(struct ask){.code = WCOAP_GET, .path = "image", .observe = 1}),
        WCOAP_CONTENT);
    cr_assert_not(has(WCOAP_OBSERVE));
    server_withdraw(&server);
    cr_assert_eq(watch((struct endpoint){7, 1}, 0), WCOAP_NOT_FOUND);
    cr_assert_not(has(WCOAP_OBSERVE));
    cr_assert_eq(told(), 0);
}
