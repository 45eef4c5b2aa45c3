/* SPDX-License-Identifier: MIT */
/*
 * CoAP as a small client needs it (RFC 7252, block-wise RFC 7959): writing
 * requests, reading answers, and one exchange at a time with its
 * retransmissions. Pure functions on the caller's memory; the caller has the
 * clock, the random numbers and the radio. All input is hostile: each length is
 * checked before use.
 */
#ifndef OTALAB_OTA_COAP_H
#define OTALAB_OTA_COAP_H

#include <stdbool.h>
#include <stdint.h>

#define COAP_TOKEN 4u
#define COAP_ETAG 8u
#define COAP_REQUEST_MAX 256u /* longest request */
#define COAP_ANSWER_MAX 1280u

enum coap_type { COAP_CON = 0, COAP_NON, COAP_ACK, COAP_RST };
#define COAP_CODE(class, detail) ((class) << 5 | (detail))
enum coap_code {
    COAP_EMPTY = 0,
    COAP_GET = COAP_CODE(0, 1),
    COAP_POST = COAP_CODE(0, 2),
    COAP_VALID = COAP_CODE(2, 3),
    COAP_CHANGED = COAP_CODE(2, 4),
    COAP_CONTENT = COAP_CODE(2, 5)
};

struct coap_etag {
    uint8_t length; /* 0: none */
    uint8_t bytes[COAP_ETAG];
};

struct coap_request {
    uint8_t code;          /* COAP_GET, COAP_POST */
    const char *path;      /* "image", "a/b" */
    const char *query;     /* "name=value"; NULL: none */
    const uint8_t *token;  /* COAP_TOKEN bytes, or NULL: a new one */
    struct coap_etag etag; /* GET: the one held */
    bool observe;          /* GET: be told of changes (RFC 7641) */
    bool has_block;        /* request Block2 */
    uint32_t block;        /* number, below 2^20 */
    uint8_t szx;           /* 0..6: 16 << szx bytes */
    const void *payload;
    uint32_t length; /* of the payload */
};

/* Points into the datagram it was read from. */
struct coap_answer {
    uint8_t type; /* enum coap_type */
    uint8_t code;
    uint16_t id;
    uint8_t token[8];
    uint8_t token_length;
    struct coap_etag etag; /* the first of legal length */
    bool has_observe;      /* a notification, or it was registered */
    uint32_t observe;      /* 24 bits: compared by coap_newer() */
    bool has_block;
    bool more;
    uint32_t block;
    uint8_t szx;
    bool has_size; /* Size2 */
    uint32_t size;
    const uint8_t *payload;
    uint32_t length;
};

enum coap_err {
    COAP_ERR_FOREIGN = -1,  /* not CoAP: ignore silently */
    COAP_ERR_MALFORMED = -2 /* or an answer with an unknown or unusable critical
                               option */
};
/* 0 or an enum coap_err. On error `out` is zero, except for type and id if they
 * could be read. */
int coap_read(const uint8_t *bytes, uint32_t length, struct coap_answer *out);
/* Is Observe's sequence number `now` newer than `last`? For up to 128 s between
 * the two (RFC 7641, 3.4). */
bool coap_newer(uint32_t last, uint32_t now);
/* Write a confirmable request. Returns the length, or -1 if a value is out of
 * range or the room too small. */
int32_t coap_write(const struct coap_request *request, uint16_t id,
                   const uint8_t token[COAP_TOKEN], uint8_t *out,
                   uint32_t size);
/* An empty ACK or RST: always 4 bytes. */
void coap_write_empty(enum coap_type type, uint16_t id, uint8_t out[4]);

/* ---- one exchange -------------------------------------------------------- */

/*
 * How long to wait for an answer: ack_timeout_ms until a round trip is known,
 * then its smoothed value plus four deviations, limited to 0.5 s to 60 s; 1 to
 * 1.5 times that at random; doubled with each retransmission. A server that has
 * acknowledged a request gets as long to answer it as all retransmissions would
 * have taken.
 */
struct coap_timing {
    uint32_t ack_timeout_ms;
    uint32_t retransmits;
};

/* The longest time in ms from a request to its timeout, if no round trip is
 * known and the peer acknowledges nothing: the first wait is at most 1.5 times
 * ack_timeout_ms, so 1.5 * ack_timeout_ms * (2^(retransmits + 1) - 1); at most
 * an hour. */
uint32_t coap_span_ms(const struct coap_timing *timing);

/* The caller zeroes it once and keeps it: message ids, tokens and the round
 * trip's estimate continue from exchange to exchange. */
struct coap_exchange {
    struct coap_timing timing;
    uint64_t next_ms; /* when to call coap_tick(); UINT64_MAX: never */
    uint64_t begun_ms;
    uint32_t timeout_ms; /* of the current wait */
    uint32_t tries;      /* retransmissions so far in this exchange */
    uint32_t
        smoothed_ms; /* round trip, 0: unknown; from clean exchanges only */
    uint32_t deviation_ms; /* wider after needless retransmissions */
    uint32_t unclean_ms; /* of the last one answered after a retransmission: the
                            wait that would have been enough; 0: nothing to
                            learn */
    uint16_t unclean_id;
    uint16_t id;
    bool busy;
    bool acknowledged;    /* the answer will come separately */
    bool separate;        /* one has come in its own message .. */
    uint16_t separate_id; /* .. with this id: its copies are acknowledged */
    uint8_t token[COAP_TOKEN];
    uint32_t length;
    uint8_t bytes[COAP_REQUEST_MAX];
    uint8_t reply[4]; /* ACK or RST to send */
};

enum coap_step {
    COAP_STEP_NONE,         /* nothing to do until next_ms */
    COAP_STEP_SEND,         /* send exchange->bytes, exchange->length */
    COAP_STEP_REPLY,        /* send exchange->reply, 4 bytes; no answer yet */
    COAP_STEP_ANSWER,       /* *answer is the answer; the exchange is over */
    COAP_STEP_ANSWER_REPLY, /* the same, and send exchange->reply */
    COAP_STEP_RESET,        /* the peer rejects it; over */
    COAP_STEP_TIMEOUT       /* all retransmissions failed; over */
};

/* Start: ids continue; `random` gives the first id, the token's bytes and the
 * timeout's spread. COAP_STEP_SEND, or _NONE if the request cannot be written
 * (then it is not busy). Starting again while busy gives up the old
 * exchange. */
enum coap_step coap_begin(struct coap_exchange *exchange,
                          const struct coap_request *request, uint64_t now_ms,
                          uint32_t random);
/* Time has passed: SEND, TIMEOUT or NONE. */
enum coap_step coap_tick(struct coap_exchange *exchange, uint64_t now_ms);
/* A datagram from the peer. Anything but the answer changes nothing: late
 * copies, answers to other requests, malformed ones, those with an unknown
 * critical option. A confirmable one of these is reset, but a copy of the last
 * separate answer is acknowledged. `answer` is zero if there is none; it points
 * into `bytes`. */
enum coap_step coap_take(struct coap_exchange *exchange, const uint8_t *bytes,
                         uint32_t length, uint64_t now_ms,
                         struct coap_answer *answer);
/* It is only sent now: the current wait begins here. For a busy one. */
void coap_again(struct coap_exchange *exchange, uint64_t now_ms);
/* Give up silently. */
void coap_stop(struct coap_exchange *exchange);

#endif
