/* SPDX-License-Identifier: MIT */
/* Answers of arbitrary bytes: read in one piece and byte by byte to the same
 * end, with never more of a body than was announced. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ota/http.h"

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

struct heard {
    struct http_reader reader;
    enum http_step end;
    uint32_t body;
    bool headed;
};

static void hear(struct heard *heard, const uint8_t *bytes, uint32_t size)
{
    const uint8_t *body;
    uint32_t length;

    do {
        const uint8_t *from = bytes;
        uint32_t left = size;

        heard->end = http_take(&heard->reader, &bytes, &size, &body, &length);
        require(bytes >= from && size <= left &&
                (uint32_t)(bytes - from) == left - size);
        heard->headed = heard->headed || heard->end == HTTP_HEADED;
        if (heard->end == HTTP_BODY) {
            require(length != 0 && body >= from && body + length == bytes);
            heard->body += length;
        }
    } while (heard->end == HTTP_HEADED || heard->end == HTTP_BODY);
}

static void judge(const struct http_reader *reader)
{
    static const struct http_request request = {.host = "h",
                                                .path = "/",
                                                .from = 10};
    enum http_verdict verdict = http_judge(reader, &request, 100);

    require(verdict != HTTP_GO_ON ||
            (reader->status == 206 && reader->first == request.from &&
             reader->length <= 100 - request.from && reader->total == 100));
    require(verdict != HTTP_START_OVER || reader->length == 100);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *bytes = malloc(size + 1); /* its end is watched */
    struct heard whole = {.end = HTTP_MORE};
    struct heard parts = {.end = HTTP_MORE};

    require(bytes != NULL);
    memcpy(bytes, data, size);
    http_begin(&whole.reader);
    http_begin(&parts.reader);
    hear(&whole, bytes, (uint32_t)size);
    for (size_t at = 0; at < size && parts.end == HTTP_MORE; at++) {
        hear(&parts, bytes + at, 1);
    }
    require(size == 0 || whole.end == parts.end);
    require(whole.body == parts.body && whole.body <= whole.reader.length);
    require(memcmp(&whole.reader.etag, &parts.reader.etag,
                   sizeof(parts.reader.etag)) == 0);
    if (whole.headed) {
        judge(&whole.reader);
    }
    free(bytes);
    return 0;
}
