/* SPDX-License-Identifier: MIT */
#include "ota/cbor.h"

#include <string.h>

enum {
    DIRECT = 24, /* values below are in the head itself */
    HEAD_8 = 24,
    HEAD_32 = 26,
    SIMPLE_FALSE = 20,
    SIMPLE_TRUE = 21,
    SIMPLE_NULL = 22
};

struct cbor cbor_open(struct cbor_span span)
{
    return (struct cbor){span.bytes, span.bytes + span.length,
                         span.bytes == NULL};
}

bool cbor_is_over(const struct cbor *reader)
{
    return !reader->bad && reader->at == reader->end;
}

enum cbor_type cbor_next(const struct cbor *reader)
{
    return reader->bad || reader->at == reader->end
               ? CBOR_NOTHING
               : (enum cbor_type)(*reader->at >> 5);
}

static uint32_t left(const struct cbor *reader)
{
    return (uint32_t)(reader->end - reader->at);
}

static bool fail(struct cbor *reader)
{
    reader->bad = true;
    return false;
}

/* A head of that type. 64-bit and indefinite ones are refused, and so is a
 * value that a shorter head could hold. */
static bool head(struct cbor *reader, enum cbor_type type, uint32_t *value)
{
    *value = 0;
    if (cbor_next(reader) != type) {
        return fail(reader);
    }
    uint32_t info = *reader->at & 31u;
    if (info > HEAD_32) {
        return fail(reader);
    }
    uint32_t more = info < DIRECT ? 0 : 1u << (info - HEAD_8);
    if (left(reader) <= more) {
        return fail(reader);
    }
    uint32_t read = info < DIRECT ? info : 0;
    for (uint32_t i = 1; i <= more; i++) {
        read = read << 8 | reader->at[i];
    }
    bool shortest =
        more == 0 || (more == 1 ? read >= DIRECT : read >> (more * 4u) != 0);
    if (!shortest) {
        return fail(reader);
    }
    reader->at += 1u + more;
    *value = read;
    return true;
}

bool cbor_uint(struct cbor *reader, uint32_t *value)
{
    return head(reader, CBOR_UINT, value);
}

bool cbor_int(struct cbor *reader, int32_t *value)
{
    bool negative = cbor_next(reader) == CBOR_NEGATIVE;
    uint32_t read;

    *value = 0;
    if (!head(reader, negative ? CBOR_NEGATIVE : CBOR_UINT, &read) ||
        read > INT32_MAX) {
        return fail(reader);
    }
    *value = negative ? -1 - (int32_t)read : (int32_t)read;
    return true;
}

static bool string(struct cbor *reader, enum cbor_type type,
                   struct cbor_span *value)
{
    uint32_t length;

    *value = (struct cbor_span){NULL, 0};
    if (!head(reader, type, &length) || length > left(reader)) {
        return fail(reader);
    }
    *value = (struct cbor_span){reader->at, length};
    reader->at += length;
    return true;
}

bool cbor_bytes(struct cbor *reader, struct cbor_span *value)
{
    return string(reader, CBOR_BYTES, value);
}

bool cbor_text(struct cbor *reader, struct cbor_span *value)
{
    return string(reader, CBOR_TEXT, value);
}

bool cbor_array(struct cbor *reader, uint32_t *count)
{
    if (!head(reader, CBOR_ARRAY, count) || *count > left(reader)) {
        *count = 0;
        return fail(reader);
    }
    return true;
}

bool cbor_tag(struct cbor *reader, uint32_t tag)
{
    uint32_t read;

    return (head(reader, CBOR_TAG, &read) && read == tag) || fail(reader);
}

static bool simple(struct cbor *reader, uint32_t *value)
{
    return head(reader, CBOR_SIMPLE, value);
}

bool cbor_bool(struct cbor *reader, bool *value)
{
    uint32_t read;

    *value = false;
    if (!simple(reader, &read) ||
        (read != SIMPLE_FALSE && read != SIMPLE_TRUE)) {
        return fail(reader);
    }
    *value = read == SIMPLE_TRUE;
    return true;
}

bool cbor_null(struct cbor *reader)
{
    uint32_t read;

    return (simple(reader, &read) && read == SIMPLE_NULL) || fail(reader);
}

bool cbor_whole(struct cbor *reader, struct cbor_span *whole,
                struct cbor_span *value)
{
    const uint8_t *from = reader->at;

    *whole = (struct cbor_span){NULL, 0};
    if (!cbor_bytes(reader, value)) {
        return false;
    }
    *whole = (struct cbor_span){from, (uint32_t)(reader->at - from)};
    return true;
}

bool cbor_map(struct cbor *reader, struct cbor_keys *keys)
{
    *keys = (struct cbor_keys){0, {NULL, 0}};
    return (head(reader, CBOR_MAP, &keys->left) &&
            keys->left <= left(reader) / 2u) ||
           fail(reader);
}

/* By the bytes of their encodings. No encoding is the start of another one. */
static bool ascends(const struct cbor_span *last, const struct cbor_span *key)
{
    uint32_t length = last->length < key->length ? last->length : key->length;

    return last->bytes == NULL || memcmp(last->bytes, key->bytes, length) < 0;
}

bool cbor_key(struct cbor *reader, struct cbor_keys *keys, int32_t *key,
              struct cbor_span *text)
{
    const uint8_t *from = reader->at;

    *key = 0;
    *text = (struct cbor_span){NULL, 0};
    if (reader->bad || keys->left == 0) {
        return false;
    }
    keys->left--;
    if (cbor_next(reader) == CBOR_TEXT ? !cbor_text(reader, text)
                                       : !cbor_int(reader, key)) {
        return false;
    }
    struct cbor_span now = {from, (uint32_t)(reader->at - from)};
    if (!ascends(&keys->last, &now)) {
        return fail(reader);
    }
    keys->last = now;
    return true;
}
