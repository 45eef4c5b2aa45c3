/* SPDX-License-Identifier: MIT */
/*
 * A reader of deterministic CBOR (RFC 8949, section 4.2.1): definite lengths,
 * shortest heads, map keys in ascending order and each once. It goes forward
 * over bytes that somebody else holds, and copies nothing. There is no state
 * but the position, so nesting costs no memory: the content of a container
 * follows its head. The first thing that is wrong makes the reader bad, and
 * then every read fails: it is enough to ask at the end.
 */
#ifndef OTALAB_OTA_CBOR_H
#define OTALAB_OTA_CBOR_H

#include <stdbool.h>
#include <stdint.h>

enum cbor_type {
    CBOR_UINT,
    CBOR_NEGATIVE,
    CBOR_BYTES,
    CBOR_TEXT,
    CBOR_ARRAY,
    CBOR_MAP,
    CBOR_TAG,
    CBOR_SIMPLE,
    CBOR_NOTHING /* the end, or a bad reader */
};

/* Bytes that somebody else holds; bytes NULL: none. */
struct cbor_span {
    const uint8_t *bytes;
    uint32_t length;
};

struct cbor {
    const uint8_t *at;
    const uint8_t *end;
    bool bad;
};

/* The keys of one map, as they are read. */
struct cbor_keys {
    uint32_t left; /* entries not read yet */
    struct cbor_span last;
};

struct cbor cbor_open(struct cbor_span span);

/* Not bad, and nothing is left. */
bool cbor_is_over(const struct cbor *reader);

/* Of the next item, which is not read. */
enum cbor_type cbor_next(const struct cbor *reader);

/* Each reads one item of that type, or makes the reader bad. Numbers are 0 to
 * 2^32 - 1, signed ones -2^31 to 2^31 - 1; a container's count is at most the
 * bytes that are left. False and zero if bad. */
bool cbor_uint(struct cbor *reader, uint32_t *value);
bool cbor_int(struct cbor *reader, int32_t *value);
bool cbor_bytes(struct cbor *reader, struct cbor_span *value);
bool cbor_text(struct cbor *reader, struct cbor_span *value);
bool cbor_array(struct cbor *reader, uint32_t *count);
bool cbor_tag(struct cbor *reader, uint32_t tag);
bool cbor_bool(struct cbor *reader, bool *value);
bool cbor_null(struct cbor *reader);

/* A byte string with its head: what a digest in a manifest covers. */
bool cbor_whole(struct cbor *reader, struct cbor_span *whole,
                struct cbor_span *value);

/* Begin a map; then cbor_key() before each entry, until it says false, which
 * means that the entries are over or that the reader is bad. A key is an
 * integer, or a text that comes after all integers. */
bool cbor_map(struct cbor *reader, struct cbor_keys *keys);
bool cbor_key(struct cbor *reader, struct cbor_keys *keys, int32_t *key,
              struct cbor_span *text);

#endif
