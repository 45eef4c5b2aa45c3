/* SPDX-License-Identifier: MIT */
/*
 * The update server as a value: what devices see of it over CoAP. No pointers
 * inside; clone by assignment. It answers each datagram at once or not at all,
 * and has no clock: the caller gives the time. Images are not stored here but
 * passed with each call and named by their index, so a clone costs little.
 *
 *   GET  descriptor   what is published; with the ETag held: 2.03 Valid
 *   GET  image        block-wise (RFC 7959), stateless, any block size
 *   GET  delta?from=  likewise, a patch from the image with that digest
 *   POST status       what a device reports; kept in a bounded list
 *
 * A GET of the descriptor may observe it (RFC 7641): the server keeps a bounded
 * list of observers, one for each endpoint, the oldest making room. The caller
 * sends what server_notify() gives when something was published or withdrawn:
 * notifications are not confirmable and are lost like any datagram. A reset in
 * answer to one ends the observation, and so does a withdrawal.
 *
 * A repeated request (same endpoint and message id) gets the answer stored for
 * it. Reports have places of their own, or the blocks of a download would make
 * the server forget them, and take a late copy of an old report for news. This includes non-confirmable requests, which RFC 7252, 4.5, allows where
 * a second answer does no harm. Nothing here fails: whatever arrives is
 * answered, reset or ignored as the standard requires, and counted.
 *
 * A known good release may be published beside the others. It is offered only to
 * a device without an application: one whose newest report says that the
 * recovery image runs and that a release has failed for good.
 *
 * The server can be told to misbehave (enum server_fault_kind): one fault of
 * each kind at a time, each for one resource, from a byte on, a given number of
 * times or until it is switched off. Earlier publications are remembered, for
 * replays.
 */
#ifndef OTALAB_OUTSIDE_SERVER_H
#define OTALAB_OUTSIDE_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "outside/endpoint.h"

#define SERVER_ANSWER \
    1152u                       /* longest answer in bytes: a block and its
                                 * options */
#define SERVER_DESCRIPTOR 2048u /* longest descriptor in bytes */
#define SERVER_REPORT 128u      /* longest report in bytes */
#define SERVER_REPORTS \
    16u                     /* newest reports; the others are only
                                 * counted */
#define SERVER_EXCHANGES 8u /* answers to GET remembered, and as many others */
#define SERVER_OBSERVERS 8u
#define SERVER_TOKEN 8u
#define SERVER_ETAG 8u
#define SERVER_BASE 8u   /* bytes of a digest that name a delta's base */
#define SERVER_OFFERS 8u /* newest publications remembered */
#define SERVER_LOST 8u   /* devices without an application, remembered */

enum server_resource {
    SERVER_DESCRIPTION = 0, /* path "descriptor" */
    SERVER_IMAGE,           /* path "image" */
    SERVER_STATUS,          /* path "status" */
    SERVER_DELTA,           /* path "delta" */
    SERVER_MANIFEST,        /* path "manifest" */
    SERVER_RESOURCES
};

/* What real servers, caches and proxies have done to devices. SILENT affects
 * every request, REFUSE, RESTART and WRONG_TOKEN every answer for their
 * resource, REPLAY each request for the descriptor, the others answers with
 * content. Numbers: only append. */
enum server_fault_kind {
    SERVER_SILENT = 0,   /* down: receives but does not answer; no resource */
    SERVER_REFUSE,       /* answers with only code `value` (0: 5.03) */
    SERVER_CORRUPT,      /* the byte at `from` is XORed with `value` (0: 1) */
    SERVER_WRONG_ETAG,   /* another ETag from `from` on, the same content */
    SERVER_TRUNCATE,     /* blocks lack their last `value` (0: 1) bytes */
    SERVER_WRONG_BLOCK,  /* Block2's number is `value` (0: 1) too high */
    SERVER_WRONG_TOKEN,  /* the token's last bit is flipped */
    SERVER_OTHER_IMAGE,  /* image `value` from `from` on, the ETag stays */
    SERVER_REPLAY,       /* all publications are offered in turn */
    SERVER_RESTART,      /* forgets all exchanges first; new message ids */
    SERVER_STALL,        /* acknowledges from `from` on, and never answers */
    SERVER_WRONG_SIZE,   /* Size2 is `value` (0: 1) bytes too large */
    SERVER_ENDLESS,      /* from `from` on more follows, also past the end */
    SERVER_SMALL_BLOCKS, /* blocks of `value` (0: 64) bytes from `from` on */
    SERVER_HUGE_OPTION,  /* an unknown elective option of `value` (0: 64)
                          * bytes, or as many as there is room for */
    SERVER_FAULTS
};

struct server_fault {
    uint32_t on;       /* 0 or 1 */
    uint32_t resource; /* enum server_resource */
    uint32_t from;     /* blocks that end after this byte (CORRUPT: hold it) */
    uint32_t value;
    uint32_t times; /* answers still to be affected; 0: no limit */
};

struct server_report {
    uint64_t time_ns;
    struct endpoint from;
    uint32_t length;
    uint32_t reserved;
    uint8_t bytes[SERVER_REPORT];
};

/* An answer as it was sent, for the next copy of its request. */
struct server_exchange {
    uint64_t until_ns; /* 0: free */
    struct endpoint from;
    uint32_t id;
    uint32_t length;
    uint8_t bytes[SERVER_ANSWER];
};

/* A report that comes in several blocks: one report at a time. */
struct server_upload {
    struct endpoint from;
    uint32_t length; /* length so far; 0: none under way */
    uint8_t bytes[SERVER_REPORT];
};

struct server_observer {
    struct endpoint from;
    uint32_t used;   /* 0 or 1 */
    uint32_t number; /* registrations count up: the oldest has the lowest */
    uint32_t id;     /* message id of the last notification */
    uint32_t token_length;
    uint8_t token[SERVER_TOKEN];
};

/* A publication: a descriptor, and the image's index. */
struct server_offer {
    uint32_t image;
    uint32_t length;
    uint8_t descriptor_etag[SERVER_ETAG];
    uint8_t image_etag[SERVER_ETAG];
    uint8_t descriptor[SERVER_DESCRIPTOR];
    uint32_t manifest_length; /* 0: none */
    uint32_t reserved;
    uint8_t manifest_etag[SERVER_ETAG];
    uint8_t manifest[SERVER_DESCRIPTOR];
};

struct server_counts {
    uint64_t received;
    uint64_t answered; /* of these, including resets */
    uint64_t duplicates;
    uint64_t malformed;
    uint64_t resets;  /* sent */
    uint64_t ignored; /* acknowledgements and the like */
    uint64_t refused; /* answers of class 4 and 5 */
    uint64_t reports; /* kept and forgotten */
    uint64_t spoilt;  /* answers changed or suppressed by a fault */
    uint64_t requests[SERVER_RESOURCES]; /* duplicates not counted */
    uint64_t content[SERVER_RESOURCES];  /* payload sent, no duplicates */
    uint64_t valid[SERVER_RESOURCES];    /* 2.03 */
};

struct server {
    struct server_counts counts;
    uint32_t published;     /* 0 or 1 */
    uint32_t offers;        /* publications so far; the newest ones are kept */
    uint32_t shown;         /* index of the one offered now */
    uint32_t next_id;       /* for answers with their own message id */
    uint32_t szx;           /* largest block, the default: 0..6, 6 at first */
    uint32_t next_exchange; /* place of the next answer remembered */
    uint32_t next_report;   /* place of the next report */
    uint32_t reserved;
    uint32_t knows_good; /* 0 or 1: there is a known good release */
    uint32_t losses;     /* devices that have lost their application so far */
    uint32_t lost[SERVER_LOST]; /* their nodes, the newest ones */
    uint32_t changes;           /* Observe's sequence, 24 bits of it count */
    uint32_t registrations;     /* of observers so far */
    struct server_observer observer[SERVER_OBSERVERS];
    struct server_fault fault[SERVER_FAULTS];
    struct server_upload upload;
    struct server_report report[SERVER_REPORTS];
    struct server_exchange exchange[2 * SERVER_EXCHANGES];
    struct server_offer offer[SERVER_OFFERS];
    struct server_offer known_good;
};

/* A patch that makes an image from the one whose own digest (its SHA256 TLV)
 * begins like that. */
struct server_patch {
    uint8_t base[SERVER_BASE];
    const uint8_t *bytes;
    uint32_t size;
};

/* The image of that index: bytes that outlive the call; NULL if there is
 * none. The same holds for the patches that lead to it. */
struct server_image {
    const uint8_t *bytes;
    uint32_t size;
    const struct server_patch *patch;
    uint32_t patches;
};

/* Nothing published, no fault. The seed determines the first message id. */
void server_init(struct server *server, uint64_t seed);

/* Publish a descriptor, and the image of that index in later calls. The ETag is
 * made from `release` (a different number gives a different ETag) and the
 * descriptor's bytes. 0, or -1 if the descriptor is empty or too long. */
int server_publish(struct server *server, const void *descriptor,
                   uint32_t length, uint32_t image, uint64_t release);
/* The same for the known good release. */
int server_publish_known_good(struct server *server, const void *descriptor,
                              uint32_t length, uint32_t image,
                              uint64_t release);
/* The manifest of the newest publication, or of the known good release. 0, or -1
 * if it is too long. */
int server_attach(struct server *server, bool known_good, const void *manifest,
                  uint32_t length, uint64_t release);
void server_withdraw(struct server *server);

/* What is offered has changed: to be told to observers. */
void server_changed(struct server *server);
/* The notification for one of SERVER_OBSERVERS observers: its length, 0 for
 * none, and where it goes. If nothing is offered any more it is 4.04, and the
 * observation is over. A silent server notifies nobody. */
uint32_t server_notify(struct server *server, uint32_t observer,
                       const struct server_image *images, uint32_t count,
                       struct endpoint *to, uint8_t bytes[SERVER_ANSWER]);

/* Switch a fault on (its members except `on` are used) or off. 0, or -1 if kind
 * or resource does not exist, or REFUSE's code is not of class 4 or 5. */
int server_misbehave(struct server *server, enum server_fault_kind kind,
                     const struct server_fault *fault);
void server_behave(struct server *server, enum server_fault_kind kind);

/* A datagram arrives at `now` (ns). Returns the answer's length in bytes, 0 for
 * none. */
uint32_t server_receive(struct server *server, uint64_t now,
                        struct endpoint from, const uint8_t *bytes,
                        uint32_t length, const struct server_image *images,
                        uint32_t count, uint8_t answer[SERVER_ANSWER]);

/* The report that is this many before the newest (0: the newest), or NULL. */
const struct server_report *server_report(const struct server *server,
                                          uint32_t back);

const char *server_path(enum server_resource resource);
const char *server_fault_name(enum server_fault_kind kind); /* "silent" */
const char *server_fault_text(enum server_fault_kind kind); /* one line */
/* The kind of that name, or -1. */
int server_fault_find(const char *name);

#endif
