/* SPDX-License-Identifier: MIT */
/* Images from a web server: good ones, those that do not know ranges, those that
 * change, break off, lie or stall, and every power cut. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/agent_world.h"

#define DAY 86400u
#define ANY UINT32_MAX

static struct aw w;

/* ---- the web server -------------------------------------------------------------- */

/* One connection; a byte stream at 64 KiB/s, in pieces. */
static struct web {
    const char *etag;
    bool no_ranges;      /* always gives all of it */
    bool ignores_match;  /* gives the range of another object, too */
    uint32_t breaks_at;  /* bytes of a connection; then it ends */
    uint32_t stalls_at;  /* then nothing more comes */
    uint32_t lies;       /* bytes missing at the end */
    uint32_t code;       /* answers only with this; 0: good */
    uint32_t most;       /* bytes of a range at most; 0: no limit */
    uint32_t flip;       /* this byte is wrong */
    uint32_t changes_at; /* in this connection the object becomes another */

    bool open;
    uint32_t boot; /* a reset closes it, too */
    uint32_t connections;
    uint32_t heard;
    char request[HTTP_REQUEST_MAX];
    char head[256];
    uint32_t head_length;
    uint32_t from;
    uint32_t to;
    uint32_t given; /* of head and body */
    uint64_t next_ns;
} web;

static uint64_t sent_bytes;

static const struct aw_image *object(void)
{
    return &w.image[1];
}

static void answer(void)
{
    const char *range = strstr(web.request, "Range: bytes=");
    const char *match = strstr(web.request, "If-Range: ");
    char held[80] = "";
    uint32_t size = (uint32_t)object()->size - web.lies;

    cr_assert_not_null(range);
    web.from = (uint32_t)strtoul(range + 13, NULL, 10);
    web.to = size;
    if (match != NULL) {
        cr_assert_eq(sscanf(match + 10, "%79s", held), 1);
    }
    bool same = held[0] == '\0' || strcmp(held, web.etag) == 0;
    if (web.no_ranges || (!same && !web.ignores_match)) {
        web.from = 0;
    } else if (web.most != 0 && web.to - web.from > web.most) {
        web.to = web.from + web.most;
    }
    int n;
    if (web.code != 0) {
        web.from = web.to = 0;
        n = snprintf(web.head, sizeof(web.head),
                     "HTTP/1.1 %u No\r\nContent-Length: 0\r\n\r\n", web.code);
    } else if (web.no_ranges || (!same && !web.ignores_match)) {
        n = snprintf(web.head, sizeof(web.head),
                     "HTTP/1.1 200 OK\r\nETag: %s\r\nContent-Length: %u\r\n"
                     "\r\n",
                     web.etag, web.to);
    } else {
        n = snprintf(web.head, sizeof(web.head),
                     "HTTP/1.1 206 Partial\r\nETag: %s\r\nContent-Range: "
                     "bytes %u-%u/%u\r\nContent-Length: %u\r\n\r\n",
                     web.etag, web.from, web.to - 1u, size, web.to - web.from);
    }
    web.head_length = (uint32_t)n;
}

static int open_stream(void *context, const struct uri *place)
{
    (void)context;
    cr_assert(!web.open || web.boot != w.boots, "the last was not closed");
    web.boot = w.boots;
    cr_assert_str_eq(place->host, "edge.example");
    web.open = true;
    web.connections++;
    web.heard = 0;
    web.given = 0;
    web.head_length = 0;
    web.next_ns = w.now_ns + 100 * AW_MS;
    if (web.connections == web.changes_at) {
        web.etag = "\"other\"";
    }
    return OTA_OK;
}

/* It takes a little at a time. */
static int32_t send_stream(void *context, const void *bytes, uint32_t length)
{
    uint32_t taken = length < 100u ? length : 100u;

    (void)context;
    cr_assert(web.open);
    cr_assert_lt(web.heard + taken, sizeof(web.request));
    memcpy(web.request + web.heard, bytes, taken);
    web.heard += taken;
    web.request[web.heard] = '\0';
    if (strstr(web.request, "\r\n\r\n") != NULL) {
        answer();
    }
    return (int32_t)taken;
}

static uint8_t byte_at(uint32_t at)
{
    uint32_t place = web.from + at - web.head_length;

    if (at < web.head_length) {
        return (uint8_t)web.head[at];
    }
    return (uint8_t)(object()->bytes[place] ^ (place == web.flip));
}

static int32_t receive_stream(void *context, void *bytes, uint32_t size)
{
    uint32_t end = web.head_length + web.to - web.from;
    uint32_t piece = 0;
    uint8_t *out = bytes;

    (void)context;
    if (web.given >= web.breaks_at) {
        return -1;
    }
    if (w.now_ns < web.next_ns || web.head_length == 0 ||
        web.given >= web.stalls_at) {
        return 0;
    }
    while (piece < size && piece < 777u && web.given < end &&
           web.given < web.breaks_at && web.given < web.stalls_at) {
        out[piece++] = byte_at(web.given++);
    }
    sent_bytes += piece;
    web.next_ns = w.now_ns + piece * 15u * 1000u;
    return (int32_t)piece;
}

static enum agent_why why_ended(void *context)
{
    (void)context;
    return AGENT_WHY_UNREACHABLE;
}

static uint64_t next_ms(void *context)
{
    bool more = web.given < web.stalls_at;

    (void)context;
    return more ? (web.next_ns - w.boot_ns) / AW_MS + 1u : AGENT_NEVER;
}

static void close_stream(void *context)
{
    (void)context;
    web.open = false;
}

static const struct agent_stream stream = {.open = open_stream,
                                           .send = send_stream,
                                           .receive = receive_stream,
                                           .why = why_ended,
                                           .next_ms = next_ms,
                                           .close = close_stream};

/* ---- the device -------------------------------------------------------------------- */

static void prepare(void)
{
    static const char place[] = "https://edge.example/app.img";

    aw_init(&w, 7);
    w.port.stream = &stream;
    w.port.web = &agent_web;
    cr_assert(uri_read(place, sizeof(place) - 1u, &w.place));
    web = (struct web){.etag = "\"v1\"",
                       .breaks_at = ANY,
                       .stalls_at = ANY,
                       .flip = ANY,
                       .changes_at = ANY};
    sent_bytes = 0;
    aw_publish(&w, aw_make(&w, "1.1.0", 1, 20000, AW_GOOD), 1);
}

TestSuite(agent_web, .init = prepare);

static bool updated(const struct aw *world)
{
    return aw_runs(world, 1);
}

static void expect_update(uint64_t seconds)
{
    aw_boot(&w);
    cr_assert(aw_run(&w, seconds, updated), "%u connections, why %u",
              web.connections, aw_record(&w)->why);
    cr_assert_eq(aw_fetched(&w), 0, "nothing over CoAP");
}

Test(agent_web, fetches_an_image_in_one_go)
{
    expect_update(300);
    cr_assert_eq(web.connections, 1);
    cr_assert_lt(sent_bytes, object()->size + 300u);
}

Test(agent_web, goes_on_where_a_connection_broke)
{
    web.breaks_at = 5000;
    expect_update(DAY);
    cr_assert_gt(web.connections, 3);
    cr_assert_lt(sent_bytes, object()->size + web.connections * 1500u);
}

Test(agent_web, asks_again_where_a_range_ends)
{
    web.most = 3000;
    expect_update(300);
    cr_assert_gt(web.connections, 5);
}

Test(agent_web, takes_it_whole_where_there_are_no_ranges)
{
    web.no_ranges = true;
    expect_update(300);
    cr_assert_eq(web.connections, 1);
}

/* The whole comes instead of the rest: from the start, not at the offset. */
Test(agent_web, starts_over_where_ranges_vanish)
{
    web.breaks_at = 9000;
    aw_boot(&w);
    (void)aw_run(&w, 3, updated);
    cr_assert_gt(w.agent.stored, 0);
    web.no_ranges = true;
    web.breaks_at = ANY;
    cr_assert(aw_run(&w, DAY, updated));
    cr_assert_geq(web.connections, 3);
}

Test(agent_web, starts_over_when_the_object_changes)
{
    web.breaks_at = 9000;
    web.changes_at = 2;
    expect_update(DAY);
    cr_assert_gt(sent_bytes, object()->size + 5000u);
}

/* The part of another object, for a device that has forgotten its tag. */
Test(agent_web, notices_another_objects_part)
{
    web.breaks_at = 9000;
    web.changes_at = 2;
    web.ignores_match = true;
    expect_update(DAY);
    cr_assert_geq(w.events[AGENT_EVENT_FAIL], 2);
}

Test(agent_web, gives_up_on_a_stalled_server_and_comes_back)
{
    web.stalls_at = 400;
    aw_boot(&w);
    cr_assert_not(aw_run(&w, 400, updated));
    cr_assert_geq(web.connections, 2);
    web.stalls_at = ANY;
    cr_assert(aw_run(&w, DAY, updated));
}

Test(agent_web, a_truncated_object_is_refused)
{
    web.lies = 100;
    aw_boot(&w);
    cr_assert_not(aw_run(&w, DAY, updated));
    cr_assert_eq(w.why_last[AGENT_EVENT_FAIL], AGENT_WHY_SERVER_REFUSED);
    cr_assert_lt(web.connections, 60u, "it backs off");
    web.lies = 0;
    cr_assert(aw_run(&w, DAY, updated));
}

Test(agent_web, refusals_are_waited_out)
{
    static const uint32_t codes[] = {302, 401, 404, 416, 503};

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        prepare();
        web.code = codes[i];
        aw_boot(&w);
        cr_assert_not(aw_run(&w, 3600, updated));
        cr_assert_eq(w.agent.stored, 0);
        web.code = 0;
        cr_assert(aw_run(&w, DAY, updated), "after %u", codes[i]);
    }
}

/* The digest is over what was stored: three tries, then no more. */
Test(agent_web, a_wrong_byte_ends_the_release)
{
    web.flip = 7777;
    aw_boot(&w);
    cr_assert_not(aw_run(&w, 3u * DAY, updated));
    cr_assert_eq(web.connections, 3);
    cr_assert_eq(aw_record(&w)->final, 1);
}

Test(agent_web, without_streams_it_is_refused_and_polled_on)
{
    w.port.web = NULL;
    aw_boot(&w);
    cr_assert_not(aw_run(&w, 3600, updated));
    cr_assert_eq(w.why_last[AGENT_EVENT_FAIL], AGENT_WHY_SERVER_REFUSED);
    cr_assert_eq(web.connections, 0);
}

static bool half_way(const struct aw *world)
{
    return web.open && world->agent.stored > 8000u;
}

Test(agent_web, a_console_order_closes_the_stream)
{
    aw_boot(&w);
    cr_assert(aw_run(&w, 60, half_way));
    cr_assert(agent_forget(&w.agent));
    cr_assert_not(web.open);
}

Test(agent_web, survives_a_power_cut_at_each_operation)
{
    for (uint32_t cut = 0; cut < 60; cut++) {
        prepare();
        w.cut_at = cut;
        expect_update(DAY);
        cr_assert_eq(w.cuts, 1);
    }
}
