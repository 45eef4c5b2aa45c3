/* SPDX-License-Identifier: MIT */
/*
 * CoAP messages over UDP as the world's peers read and write them: RFC 7252,
 * with the options of RFC 7641 (Observe) and RFC 7959 (block-wise). Pure
 * functions on the caller's buffers: a decoded message consists of offsets into
 * the bytes from which it was read. Messages from the network may contain
 * anything; every length is checked before it is used.
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   |Ver| T |  TKL  |      Code     |          Message ID           |
 *   |   Token (TKL bytes) ... Options ... | 0xFF | Payload ...
 *   an option: delta 4 bits | length 4 bits | more delta | more length | value
 *   (13: one more byte, + 13; 14: two more bytes, + 269; 15: an error)
 *
 * Why not libcoap's codec: its library can read a message without a context
 * (coap_pdu_parse()), but does not give access to a written one. coap_pdu_t is
 * opaque and the header's encoder is not exported, so the only way to the bytes
 * is coap_send() on a session, which has its own sockets, clock and message
 * ids. Its reader also refuses a whole message for an option of wrong length,
 * where RFC 7252, 5.4.3, wants an elective one ignored and a critical one
 * answered with 4.02; and a server that misbehaves on purpose has to write what
 * a good library does not. libcoap serves as a judge instead: tests/coap
 * compares its reader with this one, and its client with our server.
 *
 * The prefix distinguishes this codec from the device's. The two are
 * deliberately separate, so that each checks the other.
 */
#ifndef OTALAB_OUTSIDE_COAP_H
#define OTALAB_OUTSIDE_COAP_H

#include <stdbool.h>
#include <stdint.h>

#define WCOAP_TOKEN 8u
#define WCOAP_OPTIONS 32u  /* of one message; more are an error */
#define WCOAP_BYTES 65535u /* longest message read */
#define WCOAP_BLOCK_NUMBERS (1u << 20)
#define WCOAP_SZX_MAX 6u

enum wcoap_type { WCOAP_CON = 0, WCOAP_NON, WCOAP_ACK, WCOAP_RST };

#define WCOAP_CODE(class, detail) ((class) << 5 | (detail))
enum wcoap_code {
    WCOAP_EMPTY = 0,
    WCOAP_GET = WCOAP_CODE(0, 1),
    WCOAP_POST = WCOAP_CODE(0, 2),
    WCOAP_PUT = WCOAP_CODE(0, 3),
    WCOAP_DELETE = WCOAP_CODE(0, 4),
    WCOAP_VALID = WCOAP_CODE(2, 3),
    WCOAP_CHANGED = WCOAP_CODE(2, 4),
    WCOAP_CONTENT = WCOAP_CODE(2, 5),
    WCOAP_CONTINUE = WCOAP_CODE(2, 31),
    WCOAP_BAD_REQUEST = WCOAP_CODE(4, 0),
    WCOAP_BAD_OPTION = WCOAP_CODE(4, 2),
    WCOAP_NOT_FOUND = WCOAP_CODE(4, 4),
    WCOAP_NOT_ALLOWED = WCOAP_CODE(4, 5),
    WCOAP_NOT_ACCEPTABLE = WCOAP_CODE(4, 6),
    WCOAP_INCOMPLETE = WCOAP_CODE(4, 8),
    WCOAP_TOO_LARGE = WCOAP_CODE(4, 13),
    WCOAP_UNAVAILABLE = WCOAP_CODE(5, 3),
    WCOAP_NO_PROXY = WCOAP_CODE(5, 5)
};

enum wcoap_number {
    WCOAP_IF_MATCH = 1,
    WCOAP_URI_HOST = 3,
    WCOAP_ETAG = 4,
    WCOAP_IF_NONE_MATCH = 5,
    WCOAP_OBSERVE = 6,
    WCOAP_URI_PORT = 7,
    WCOAP_LOCATION_PATH = 8,
    WCOAP_URI_PATH = 11,
    WCOAP_CONTENT_FORMAT = 12,
    WCOAP_MAX_AGE = 14,
    WCOAP_URI_QUERY = 15,
    WCOAP_ACCEPT = 17,
    WCOAP_LOCATION_QUERY = 20,
    WCOAP_BLOCK2 = 23,
    WCOAP_BLOCK1 = 27,
    WCOAP_SIZE2 = 28,
    WCOAP_PROXY_URI = 35,
    WCOAP_PROXY_SCHEME = 39,
    WCOAP_SIZE1 = 60
};

enum wcoap_error {
    WCOAP_OK = 0,
    WCOAP_E_SHORT = -1,   /* less than a header, or more than WCOAP_BYTES */
    WCOAP_E_VERSION = -2, /* to be ignored silently */
    WCOAP_E_TOKEN = -3,   /* length 9..15, or past the end */
    WCOAP_E_OPTION = -4,  /* reserved nibble, past the end, number > 65535 */
    WCOAP_E_MARKER = -5,  /* a marker without a payload */
    WCOAP_E_EMPTY = -6,   /* code 0.00 with something after the header */
    WCOAP_E_CLASS = -7,   /* a reserved class of codes */
    WCOAP_E_MANY = -8,    /* more than WCOAP_OPTIONS options */
    WCOAP_E_ROOM = -9,    /* writing: the buffer is full */
    WCOAP_E_ORDER = -10,  /* writing: an option number below the last */
    WCOAP_E_VALUE = -11   /* writing: a value out of range */
};
const char *wcoap_error_name(int error); /* "option", ... */

/* ---- options ------------------------------------------------------------ */

enum wcoap_format {
    WCOAP_IS_EMPTY,
    WCOAP_IS_OPAQUE,
    WCOAP_IS_UINT,
    WCOAP_IS_STRING
};

struct wcoap_rule {
    uint16_t number;
    uint8_t format; /* enum wcoap_format */
    bool repeatable;
    uint16_t min;
    uint16_t max; /* length of its value */
    const char *name;
};
/* NULL if the number is not in the table. */
const struct wcoap_rule *wcoap_rule(uint32_t number);

/* Properties that are bits of the number (RFC 7252, 5.4.6). */
bool wcoap_critical(uint32_t number);
bool wcoap_unsafe(uint32_t number);
bool wcoap_no_cache_key(uint32_t number);

/* An option that cannot be used is treated as unknown (5.4.3, 5.4.5). */
enum wcoap_use {
    WCOAP_USABLE = 0,
    WCOAP_UNKNOWN,    /* not in the table */
    WCOAP_BAD_LENGTH, /* length outside the table's bounds */
    WCOAP_REPEATED    /* a repeated option that may occur only once */
};

struct wcoap_option {
    uint16_t number;
    uint16_t use; /* enum wcoap_use */
    uint16_t offset;
    uint16_t length;
};

struct wcoap_message {
    uint8_t type; /* enum wcoap_type */
    uint8_t code;
    uint16_t id;
    uint8_t token[WCOAP_TOKEN];
    uint16_t token_length;
    uint16_t options;
    uint16_t payload; /* offset; 0: none */
    uint16_t payload_length;
    struct wcoap_option option[WCOAP_OPTIONS];
};

/* ---- reading ------------------------------------------------------------ */

/* Returns 0 or an enum wcoap_error. type, code and id are set even after an
 * error, except after SHORT and VERSION, when the message is all zero. */
int wcoap_decode(const uint8_t *bytes, uint32_t length,
                 struct wcoap_message *message);

/* The first usable option with that number from index `from` on, or NULL. */
const struct wcoap_option *wcoap_find(const struct wcoap_message *message,
                                      uint32_t number, uint32_t from);
/* The value of an option of at most 4 bytes, most significant byte first. */
uint32_t wcoap_uint(const uint8_t *bytes, const struct wcoap_option *option);
/* The number of the first critical option that cannot be used or is not in
 * `understood`, or -1. */
int32_t wcoap_bad_option(const struct wcoap_message *message,
                         const uint16_t *understood, uint32_t count);
/* Whether the path has exactly these segments, given as "a/b" ("" is the
 * root). */
bool wcoap_path_is(const uint8_t *bytes, const struct wcoap_message *message,
                   const char *path);

/* Block1 or Block2: NUM (20 bits), M, SZX; a block has 2^(szx + 4) bytes. */
struct wcoap_block {
    uint32_t number;
    bool more;
    uint8_t szx;
};
/* -1 for the reserved SZX 7 or a value of more than 24 bits. */
int wcoap_block_read(uint32_t value, struct wcoap_block *block);
uint32_t wcoap_block_value(struct wcoap_block block);
uint32_t wcoap_block_size(uint8_t szx);

/* ---- writing ------------------------------------------------------------ */

/* The first error stays and is returned by wcoap_end(). */
struct wcoap_writer {
    uint8_t *out;
    uint32_t size;
    uint32_t length;
    uint32_t last; /* number of the last option */
    int error;
};

void wcoap_begin(struct wcoap_writer *writer, uint8_t *out, uint32_t size,
                 enum wcoap_type type, uint8_t code, uint16_t id);
/* Directly after wcoap_begin(), or not at all. */
void wcoap_token(struct wcoap_writer *writer, const uint8_t *token,
                 uint32_t length);
/* Write options in ascending order of their numbers. */
void wcoap_add(struct wcoap_writer *writer, uint32_t number, const void *value,
               uint32_t length);
/* Uses as few bytes as possible: none for 0. */
void wcoap_add_uint(struct wcoap_writer *writer, uint32_t number,
                    uint32_t value);
/* Written last; without bytes, neither payload nor marker is written. */
void wcoap_payload(struct wcoap_writer *writer, const void *bytes,
                   uint32_t length);
/* Returns the message's length in bytes, or an enum wcoap_error. */
int32_t wcoap_end(const struct wcoap_writer *writer);

#endif
