/* SPDX-License-Identifier: MIT */
/* Requests as they are written, and answers of good, old, odd and hostile
 * servers, in pieces of every size. */
#include "ota/http.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define SIZE 200u /* of the object in most cases */

/* ---- requests ------------------------------------------------------------------ */

static struct http_etag tag(const char *text)
{
    struct http_etag etag = {.length = (uint8_t)strlen(text)};

    memcpy(etag.text, text, etag.length);
    return etag;
}

Test(http, writes_a_request)
{
    static const char want[] = "GET /a/b.img HTTP/1.1\r\n"
                               "Host: edge.example:8443\r\n"
                               "Accept-Encoding: identity\r\n"
                               "Range: bytes=4294967295-\r\n"
                               "If-Range: \"v1\"\r\n\r\n";
    struct http_request request = {.host = "edge.example",
                                   .port = 8443,
                                   .path = "/a/b.img",
                                   .from = UINT32_MAX,
                                   .etag = tag("\"v1\"")};
    char out[HTTP_REQUEST_MAX];

    cr_assert_eq(http_write(&request, out, sizeof(out)), (int32_t)strlen(want));
    cr_assert_arr_eq(out, want, strlen(want));
    cr_assert_eq(http_write(&request, out, (uint32_t)strlen(want)),
                 (int32_t)strlen(want));
    cr_assert_eq(http_write(&request, out, (uint32_t)strlen(want) - 1u), -1);
}

Test(http, writes_no_second_line_into_a_request)
{
    static const struct http_request bad[] = {
        {.host = "h", .path = "/a b"},
        {.host = "h", .path = "/a\r\nX: y"},
        {.host = "h\n", .path = "/a"},
        {.host = "", .path = "/a"},
        {.host = "h", .path = ""},
        {.host = "h", .path = "a"},
        {.host = "h", .path = "/\x80"},
        {.host = "h", .path = "/", .etag = {4, "\"\r\n\""}},
    };
    char out[HTTP_REQUEST_MAX];

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        cr_assert_eq(http_write(&bad[i], out, sizeof(out)), -1, "request %zu",
                     i);
    }
}

/* ---- answers -------------------------------------------------------------------- */

struct heard {
    struct http_reader reader;
    enum http_step end; /* MORE: the connection ended before */
    bool headed;
    uint32_t body;
    uint32_t rest; /* bytes past the answer */
};

static void hear_piece(struct heard *heard, const char *text, uint32_t size)
{
    uint8_t *copy = malloc(size + 1u); /* its end is watched */
    const uint8_t *bytes = copy;
    const uint8_t *body;
    uint32_t length;

    memcpy(copy, text, size);
    do {
        heard->end = http_take(&heard->reader, &bytes, &size, &body, &length);
        heard->headed = heard->headed || heard->end == HTTP_HEADED;
        heard->body += heard->end == HTTP_BODY ? length : 0;
    } while (heard->end == HTTP_HEADED || heard->end == HTTP_BODY);
    heard->rest = size;
    free(copy);
}

static struct heard hear(const char *text, size_t size, uint32_t piece)
{
    struct heard heard = {.end = HTTP_MORE};

    http_begin(&heard.reader);
    for (size_t at = 0; at < size && heard.end == HTTP_MORE; at += piece) {
        size_t left = size - at;

        hear_piece(&heard, text + at, (uint32_t)(left < piece ? left : piece));
    }
    return heard;
}

static void make_answer(char *out, const char *head, uint32_t body)
{
    size_t length = strlen(head);

    memcpy(out, head, length);
    memset(out + length, 'x', body);
    out[length + body] = '\0';
}

#define PARTIAL "HTTP/1.1 206 Partial Content\r\n"

Test(http, reads_an_answer_in_pieces_of_any_size)
{
    char text[600];

    make_answer(text,
                PARTIAL "Server: nginx\r\nETag:  \"v1\" \r\n"
                        "Content-Range: bytes 50-199/200\r\n"
                        "CONTENT-LENGTH:150\r\nConnection: close\r\n\r\n",
                150);
    for (uint32_t piece = 1; piece <= strlen(text); piece++) {
        struct heard heard = hear(text, strlen(text), piece);

        cr_assert_eq(heard.end, HTTP_END, "pieces of %u", piece);
        cr_assert_eq(heard.body, 150u);
        cr_assert_eq(heard.reader.status, 206);
        cr_assert(heard.reader.closes);
        cr_assert(heard.reader.has_range);
        cr_assert_eq(heard.reader.first, 50u);
        cr_assert_eq(heard.reader.last, 199u);
        cr_assert_eq(heard.reader.total, SIZE);
        cr_assert_eq(heard.reader.etag.length, 4);
        cr_assert_arr_eq(heard.reader.etag.text, "\"v1\"", 4);
    }
}

Test(http, leaves_what_follows_the_answer)
{
    static const char text[] =
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabHTTP";
    struct heard heard = hear(text, strlen(text), 1000);
    const uint8_t *bytes = (const uint8_t *)"x";
    const uint8_t *body;
    uint32_t size = 1;
    uint32_t length;

    cr_assert_eq(heard.end, HTTP_END);
    cr_assert_eq(heard.body, 2u);
    cr_assert_eq(heard.rest, 4u);
    cr_assert_eq(http_take(&heard.reader, &bytes, &size, &body, &length),
                 HTTP_BAD, "an answer that is over takes nothing");
}

Test(http, says_when_the_connection_ended_early)
{
    char text[300];

    make_answer(text, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", 100);
    for (size_t size = 0; size < strlen(text); size++) {
        cr_assert_eq(hear(text, size, 7).end, HTTP_MORE, "after %zu bytes",
                     size);
    }
}

#define LINE_64 \
    "0123456789012345678901234567890123456789012345678901234567890123"

static const char *const refused[] = {
    "HTTP/2 200 OK\r\n",
    "HTTP/1.1 100 Continue\r\n",
    "HTTP/1.1 20 OK\r\n",
    "HTTP/1.1 2000 OK\r\n",
    "HTTP/1.1 200OK\r\n",
    "http/1.1 200 OK\r\n",
    "\r\n",
    "HTTP/1.1 200 OK\n",
    "HTTP/1.1 200 OK\rX",
    "HTTP/1.1 200 OK\r\n\r\n", /* no length */
    "HTTP/1.1 200 OK\r\nContent-Length: \r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 1 2\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 4294967296\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n",
    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length : 1\r\n",
    "HTTP/1.1 200 OK\r\nX: y\r\n continued\r\n",
    "HTTP/1.1 200 OK\r\nno colon\r\n",
    "HTTP/1.1 200 OK\r\n: no name\r\n",
    "HTTP/1.1 200 OK\r\nETag: \"a\"\r\nETag: \"b\"\r\n",
    PARTIAL "Content-Range: bytes 5-4/200\r\n",
    PARTIAL "Content-Range: bytes 0-200/200\r\n",
    PARTIAL "Content-Range: bytes 0-99/*\r\n",
    PARTIAL "Content-Range: bytes */200\r\n",
    PARTIAL "Content-Range: lines 0-99/200\r\n",
    PARTIAL "Content-Range: bytes 0-4294967296/4294967297\r\n",
    PARTIAL "Content-Range: bytes 0-9/20\r\nContent-Range: bytes 0-9/20\r\n",
    PARTIAL "Content-Range: bytes 0-9/20\r\nContent-Length: 9\r\n\r\n",
    PARTIAL "Content-Range: bytes 0-9/20\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200 " LINE_64 LINE_64 LINE_64 LINE_64 "\r\n",
};

Test(http, refuses_what_it_does_not_understand)
{
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        size_t size = strlen(refused[i]);

        cr_assert_eq(hear(refused[i], size, 1000).end, HTTP_BAD, "%s",
                     refused[i]);
        cr_assert_eq(hear(refused[i], size, 1).end, HTTP_BAD, "%s", refused[i]);
    }
    cr_assert_eq(hear("HTTP/1.1 200 \0\r\n", 16, 1000).end, HTTP_BAD);
}

Test(http, refuses_a_head_without_end)
{
    struct heard heard = {.end = HTTP_MORE};
    uint32_t lines = 0;

    http_begin(&heard.reader);
    hear_piece(&heard, PARTIAL, (uint32_t)strlen(PARTIAL));
    while (heard.end == HTTP_MORE && lines < 10000u) {
        hear_piece(&heard, "X-A: bcdefgh\r\n", 14);
        lines++;
    }
    cr_assert_eq(heard.end, HTTP_BAD);
    cr_assert_leq(lines, HTTP_HEAD / 14u + 1u);
}

/* ---- the verdict ----------------------------------------------------------------- */

static const struct {
    const char *what;
    const char *answer;
    enum http_verdict verdict;
} verdicts[] = {
    {"the part asked for",
     PARTIAL "Content-Range: bytes 50-199/200\r\nContent-Length: 150\r\n\r\n",
     HTTP_GO_ON},
    {"less than that",
     PARTIAL "Content-Range: bytes 50-59/200\r\nContent-Length: 10\r\n\r\n",
     HTTP_GO_ON},
    {"the part asked for, of the object held",
     PARTIAL "ETag: \"v1\"\r\nContent-Range: bytes 50-199/200\r\n"
             "Content-Length: 150\r\n\r\n",
     HTTP_GO_ON},
    {"the part asked for, of another object",
     PARTIAL "ETag: \"v2\"\r\nContent-Range: bytes 50-199/200\r\n"
             "Content-Length: 150\r\n\r\n",
     HTTP_CHANGED},
    {"another part",
     PARTIAL "Content-Range: bytes 0-199/200\r\nContent-Length: 200\r\n\r\n",
     HTTP_REFUSED},
    {"a part of a longer object",
     PARTIAL "Content-Range: bytes 50-199/201\r\nContent-Length: 150\r\n\r\n",
     HTTP_REFUSED},
    {"a part without a range", PARTIAL "Content-Length: 150\r\n\r\n",
     HTTP_REFUSED},
    {"the whole object",
     "HTTP/1.1 200 OK\r\nETag: \"v2\"\r\nContent-Length: 200\r\n\r\n",
     HTTP_START_OVER},
    {"a truncated object", "HTTP/1.1 200 OK\r\nContent-Length: 199\r\n\r\n",
     HTTP_REFUSED},
    {"past the end",
     "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Range: bytes */50\r\n"
     "Content-Length: 0\r\n\r\n",
     HTTP_REFUSED},
    {"elsewhere",
     "HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n",
     HTTP_REFUSED},
    {"not there", "HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\n",
     HTTP_REFUSED},
};

Test(http, judges_an_answer)
{
    struct http_request request = {
        .host = "h", .path = "/", .from = 50, .etag = tag("\"v1\"")};

    for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
        const char *text = verdicts[i].answer;
        struct heard heard = hear(text, strlen(text), 1000);

        cr_assert(heard.headed, "%s", verdicts[i].what);
        cr_assert_eq(http_judge(&heard.reader, &request, SIZE),
                     verdicts[i].verdict, "%s", verdicts[i].what);
    }
}

Test(http, a_weak_tag_does_not_serve)
{
    static const char text[] =
        PARTIAL "ETag: W/\"v2\"\r\nContent-Range: bytes 50-199/200\r\n"
                "Content-Length: 150\r\n\r\n";
    struct heard heard = hear(text, strlen(text), 1000);

    cr_assert(heard.headed);
    cr_assert_eq(heard.reader.etag.length, 0);
}
