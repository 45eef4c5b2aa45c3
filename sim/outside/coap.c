/* SPDX-License-Identifier: MIT */
#include "outside/coap.h"

#include <stddef.h>
#include <string.h>

#define HEADER 4u
#define VERSION 1u
#define MARKER 0xFFu
#define NUMBER_LIMIT 65535u
/* nibbles of deltas and lengths */
#define ONE_MORE 13u
#define TWO_MORE 14u
#define TWO_MORE_FROM 269u

/* RFC 7252, table 4; RFC 7641, 2; RFC 7959, table 1. */
static const struct wcoap_rule rules[] = {
    {WCOAP_IF_MATCH, WCOAP_IS_OPAQUE, true, 0, 8, "If-Match"},
    {WCOAP_URI_HOST, WCOAP_IS_STRING, false, 1, 255, "Uri-Host"},
    {WCOAP_ETAG, WCOAP_IS_OPAQUE, true, 1, 8, "ETag"},
    {WCOAP_IF_NONE_MATCH, WCOAP_IS_EMPTY, false, 0, 0, "If-None-Match"},
    {WCOAP_OBSERVE, WCOAP_IS_UINT, false, 0, 3, "Observe"},
    {WCOAP_URI_PORT, WCOAP_IS_UINT, false, 0, 2, "Uri-Port"},
    {WCOAP_LOCATION_PATH, WCOAP_IS_STRING, true, 0, 255, "Location-Path"},
    {WCOAP_URI_PATH, WCOAP_IS_STRING, true, 0, 255, "Uri-Path"},
    {WCOAP_CONTENT_FORMAT, WCOAP_IS_UINT, false, 0, 2, "Content-Format"},
    {WCOAP_MAX_AGE, WCOAP_IS_UINT, false, 0, 4, "Max-Age"},
    {WCOAP_URI_QUERY, WCOAP_IS_STRING, true, 0, 255, "Uri-Query"},
    {WCOAP_ACCEPT, WCOAP_IS_UINT, false, 0, 2, "Accept"},
    {WCOAP_LOCATION_QUERY, WCOAP_IS_STRING, true, 0, 255, "Location-Query"},
    {WCOAP_BLOCK2, WCOAP_IS_UINT, false, 0, 3, "Block2"},
    {WCOAP_BLOCK1, WCOAP_IS_UINT, false, 0, 3, "Block1"},
    {WCOAP_SIZE2, WCOAP_IS_UINT, false, 0, 4, "Size2"},
    {WCOAP_PROXY_URI, WCOAP_IS_STRING, false, 1, 1034, "Proxy-Uri"},
    {WCOAP_PROXY_SCHEME, WCOAP_IS_STRING, false, 1, 255, "Proxy-Scheme"},
    {WCOAP_SIZE1, WCOAP_IS_UINT, false, 0, 4, "Size1"},
};

const struct wcoap_rule *wcoap_rule(uint32_t number)
{
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        if (rules[i].number == number) {
            return &rules[i];
        }
    }
    return NULL;
}

bool wcoap_critical(uint32_t number)
{
    return (number & 1u) != 0;
}

bool wcoap_unsafe(uint32_t number)
{
    return (number & 2u) != 0;
}

bool wcoap_no_cache_key(uint32_t number)
{
    return (number & 0x1Eu) == 0x1Cu;
}

const char *wcoap_error_name(int error)
{
    static const char *const names[] = {"ok",     "short",  "version", "token",
                                        "option", "marker", "empty",   "class",
                                        "many",   "room",   "order",   "value"};
    int index = -error;

    return index >= 0 && index < (int)(sizeof(names) / sizeof(names[0]))
               ? names[index]
               : "?";
}

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
    const uint8_t *more = reader->bytes + reader->at;

    if (nibble < ONE_MORE) {
        return (int32_t)nibble;
    }
    if (nibble == ONE_MORE && left(reader) >= 1) {
        reader->at += 1;
        return (int32_t)(ONE_MORE + more[0]);
    }
    if (nibble == TWO_MORE && left(reader) >= 2) {
        reader->at += 2;
        return (int32_t)(TWO_MORE_FROM + ((uint32_t)more[0] << 8 | more[1]));
    }
    return -1;
}

static uint16_t judge(const struct wcoap_message *message,
                      const struct wcoap_option *option)
{
    const struct wcoap_rule *rule = wcoap_rule(option->number);

    if (rule == NULL) {
        return WCOAP_UNKNOWN;
    }
    if (option->length < rule->min || option->length > rule->max) {
        return WCOAP_BAD_LENGTH;
    }
    /* options are in order, so an earlier one comes directly before it */
    if (!rule->repeatable && message->options > 0 &&
        message->option[message->options - 1].number == option->number) {
        return WCOAP_REPEATED;
    }
    return WCOAP_USABLE;
}

static int read_option(struct reader *reader, struct wcoap_message *message,
                       uint32_t *number)
{
    uint8_t first = reader->bytes[reader->at++];
    int32_t delta = extended(reader, first >> 4);
    int32_t length = delta < 0 ? -1 : extended(reader, first & 15u);

    if (delta < 0 || length < 0 || (uint32_t)length > left(reader) ||
        (uint32_t)delta > NUMBER_LIMIT - *number) {
        return WCOAP_E_OPTION;
    }
    if (message->options == WCOAP_OPTIONS) {
        return WCOAP_E_MANY;
    }
    *number += (uint32_t)delta;
    struct wcoap_option option = {.number = (uint16_t)*number,
                                  .offset = (uint16_t)reader->at,
                                  .length = (uint16_t)length};
    option.use = judge(message, &option);
    message->option[message->options++] = option;
    reader->at += (uint32_t)length;
    return WCOAP_OK;
}

static int read_options(struct reader *reader, struct wcoap_message *message)
{
    uint32_t number = 0;

    while (left(reader) > 0 && reader->bytes[reader->at] != MARKER) {
        int err = read_option(reader, message, &number);
        if (err != WCOAP_OK) {
            return err;
        }
    }
    return WCOAP_OK;
}

static int read_payload(struct reader *reader, struct wcoap_message *message)
{
    if (left(reader) == 0) {
        return WCOAP_OK;
    }
    reader->at++; /* the marker */
    if (left(reader) == 0) {
        return WCOAP_E_MARKER;
    }
    message->payload = (uint16_t)reader->at;
    message->payload_length = (uint16_t)left(reader);
    return WCOAP_OK;
}

static int read_token(struct reader *reader, struct wcoap_message *message)
{
    uint32_t length = reader->bytes[0] & 15u;

    if (length > WCOAP_TOKEN || length > left(reader)) {
        return WCOAP_E_TOKEN;
    }
    message->token_length = (uint16_t)length;
    memcpy(message->token, reader->bytes + reader->at, length);
    reader->at += length;
    return WCOAP_OK;
}

static int read_header(struct reader *reader, struct wcoap_message *message)
{
    const uint8_t *bytes = reader->bytes;

    if (reader->length < HEADER || reader->length > WCOAP_BYTES) {
        return WCOAP_E_SHORT;
    }
    if (bytes[0] >> 6 != VERSION) {
        return WCOAP_E_VERSION;
    }
    message->type = bytes[0] >> 4 & 3u;
    message->code = bytes[1];
    message->id = (uint16_t)(bytes[2] << 8 | bytes[3]);
    reader->at = HEADER;
    if (message->code == WCOAP_EMPTY) {
        bool alone = reader->length == HEADER && (bytes[0] & 15u) == 0;
        return alone ? WCOAP_OK : WCOAP_E_EMPTY;
    }
    unsigned class = message->code >> 5;
    return class == 1 || class > 5 ? WCOAP_E_CLASS : WCOAP_OK;
}

int wcoap_decode(const uint8_t *bytes, uint32_t length,
                 struct wcoap_message *message)
{
    static int (*const parts[])(struct reader *, struct wcoap_message *) = {
        read_header, read_token, read_options, read_payload};
    struct reader reader = {bytes, length, 0};

    memset(message, 0, sizeof(*message));
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        int err = parts[i](&reader, message);
        if (err != WCOAP_OK) {
            return err;
        }
    }
    return WCOAP_OK;
}

/* ---- what is in a message ----------------------------------------------- */

const struct wcoap_option *wcoap_find(const struct wcoap_message *message,
                                      uint32_t number, uint32_t from)
{
    for (uint32_t i = from; i < message->options; i++) {
        const struct wcoap_option *option = &message->option[i];
        if (option->number == number && option->use == WCOAP_USABLE) {
            return option;
        }
    }
    return NULL;
}

uint32_t wcoap_uint(const uint8_t *bytes, const struct wcoap_option *option)
{
    uint32_t value = 0;

    for (uint32_t i = 0; i < option->length && i < 4; i++) {
        value = value << 8 | bytes[option->offset + i];
    }
    return value;
}

static bool among(const uint16_t *numbers, uint32_t count, uint32_t number)
{
    for (uint32_t i = 0; i < count; i++) {
        if (numbers[i] == number) {
            return true;
        }
    }
    return false;
}

int32_t wcoap_bad_option(const struct wcoap_message *message,
                         const uint16_t *understood, uint32_t count)
{
    for (uint32_t i = 0; i < message->options; i++) {
        const struct wcoap_option *option = &message->option[i];
        if (wcoap_critical(option->number) &&
            (option->use != WCOAP_USABLE ||
             !among(understood, count, option->number))) {
            return option->number;
        }
    }
    return -1;
}

/* Whether the path continues with this segment; if so, *path is moved past
 * it. */
static bool next_segment(const char **path, const uint8_t *segment,
                         uint32_t length)
{
    size_t want = strcspn(*path, "/");

    if (want != length || memcmp(*path, segment, want) != 0) {
        return false;
    }
    *path += want;
    *path += **path == '/';
    return true;
}

bool wcoap_path_is(const uint8_t *bytes, const struct wcoap_message *message,
                   const char *path)
{
    for (uint32_t i = 0; i < message->options; i++) {
        const struct wcoap_option *option = &message->option[i];
        if (option->number != WCOAP_URI_PATH || option->use != WCOAP_USABLE) {
            continue;
        }
        if (*path == '\0' ||
            !next_segment(&path, bytes + option->offset, option->length)) {
            return false;
        }
    }
    return *path == '\0';
}

int wcoap_block_read(uint32_t value, struct wcoap_block *block)
{
    if ((value & 7u) > WCOAP_SZX_MAX || value >> 4 >= WCOAP_BLOCK_NUMBERS) {
        return -1;
    }
    block->number = value >> 4;
    block->more = (value & 8u) != 0;
    block->szx = (uint8_t)(value & 7u);
    return 0;
}

uint32_t wcoap_block_value(struct wcoap_block block)
{
    return block.number << 4 | (block.more ? 8u : 0u) | block.szx;
}

uint32_t wcoap_block_size(uint8_t szx)
{
    return 16u << szx;
}

/* ---- writing ------------------------------------------------------------ */

static void fail(struct wcoap_writer *writer, int error)
{
    if (writer->error == WCOAP_OK) {
        writer->error = error;
    }
}

/* NULL if there was an error or there is no room. */
static uint8_t *take(struct wcoap_writer *writer, uint32_t length)
{
    if (writer->error != WCOAP_OK) {
        return NULL;
    }
    if (length > writer->size - writer->length) {
        fail(writer, WCOAP_E_ROOM);
        return NULL;
    }
    writer->length += length;
    return writer->out + writer->length - length;
}

static void put(struct wcoap_writer *writer, const void *bytes, uint32_t length)
{
    uint8_t *at = take(writer, length);

    if (at != NULL && length > 0) {
        memcpy(at, bytes, length);
    }
}

void wcoap_begin(struct wcoap_writer *writer, uint8_t *out, uint32_t size,
                 enum wcoap_type type, uint8_t code, uint16_t id)
{
    uint8_t header[HEADER] = {(uint8_t)(VERSION << 6 | (unsigned)type << 4),
                              code, (uint8_t)(id >> 8), (uint8_t)id};

    *writer = (struct wcoap_writer){.out = out, .size = size};
    put(writer, header, sizeof(header));
}

void wcoap_token(struct wcoap_writer *writer, const uint8_t *token,
                 uint32_t length)
{
    if (length > WCOAP_TOKEN || writer->length != HEADER) {
        fail(writer, WCOAP_E_VALUE);
        return;
    }
    put(writer, token, length);
    if (writer->error == WCOAP_OK) {
        writer->out[0] = (uint8_t)(writer->out[0] | length);
    }
}

/* Write nibble and further bytes of a delta or length; returns how many
 * bytes. */
static uint32_t extend(uint32_t value, uint32_t *nibble, uint8_t more[2])
{
    if (value < ONE_MORE) {
        *nibble = value;
        return 0;
    }
    if (value < TWO_MORE_FROM) {
        *nibble = ONE_MORE;
        more[0] = (uint8_t)(value - ONE_MORE);
        return 1;
    }
    *nibble = TWO_MORE;
    more[0] = (uint8_t)((value - TWO_MORE_FROM) >> 8);
    more[1] = (uint8_t)(value - TWO_MORE_FROM);
    return 2;
}

void wcoap_add(struct wcoap_writer *writer, uint32_t number, const void *value,
               uint32_t length)
{
    uint32_t delta_nibble = 0;
    uint32_t length_nibble = 0;
    uint8_t delta_more[2] = {0};
    uint8_t length_more[2] = {0};

    if (number < writer->last) {
        fail(writer, WCOAP_E_ORDER);
        return;
    }
    if (number > NUMBER_LIMIT || length > NUMBER_LIMIT) {
        fail(writer, WCOAP_E_VALUE);
        return;
    }
    uint32_t deltas = extend(number - writer->last, &delta_nibble, delta_more);
    uint32_t lengths = extend(length, &length_nibble, length_more);
    uint8_t first = (uint8_t)(delta_nibble << 4 | length_nibble);
    put(writer, &first, 1);
    put(writer, delta_more, deltas);
    put(writer, length_more, lengths);
    put(writer, value, length);
    writer->last = number;
}

void wcoap_add_uint(struct wcoap_writer *writer, uint32_t number,
                    uint32_t value)
{
    uint8_t bytes[4] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16),
                        (uint8_t)(value >> 8), (uint8_t)value};
    uint32_t skip = 0;

    while (skip < 4 && bytes[skip] == 0) {
        skip++;
    }
    wcoap_add(writer, number, bytes + skip, 4 - skip);
}

void wcoap_payload(struct wcoap_writer *writer, const void *bytes,
                   uint32_t length)
{
    const uint8_t marker = MARKER;

    if (length > 0) {
        put(writer, &marker, 1);
        put(writer, bytes, length);
    }
}

int32_t wcoap_end(const struct wcoap_writer *writer)
{
    return writer->error != WCOAP_OK ? writer->error : (int32_t)writer->length;
}
