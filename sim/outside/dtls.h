/* SPDX-License-Identifier: MIT */
/*
 * The server's end of DTLS 1.2 as a value: what it knows about each device is a
 * flat structure without pointers, cloned by assignment. It only reacts: a
 * datagram comes in, some go out; it has no clock and no timers, because a
 * client sends again whatever was lost.
 *
 * An association is the library's own serialised form, loaded for each datagram
 * and saved after it. A handshake cannot be saved by the library: the client's
 * datagrams are kept instead, and for each further one the server's end is made
 * again by feeding it all of them, with the same random numbers. A first hello
 * leaves nothing here; it is answered with a cookie.
 *
 * An association goes on while a new handshake is under way, and is replaced
 * when the client has used the new one. With a connection id, datagrams may come
 * from another address than before.
 */
#ifndef OTALAB_OUTSIDE_DTLS_H
#define OTALAB_OUTSIDE_DTLS_H

#include <stdbool.h>
#include <stdint.h>

#include "outside/endpoint.h"

#define DTLS_DATAGRAM 1280u
#define DTLS_FLIGHT 8u /* datagrams in answer to one */
#define DTLS_TRANSCRIPT 8192u
#define DTLS_ASSOCIATION 512u
#define DTLS_SESSION 256u
#define DTLS_PSK 16u
#define DTLS_NAME 64u
#define DTLS_PEERS 4u

/* What the server shows: itself, or what attackers and mistakes would. Numbers:
 * only append. */
enum dtls_face {
    DTLS_GOOD = 0,
    DTLS_OTHER_AUTHORITY, /* its certificate is signed by somebody else */
    DTLS_OTHER_NAME,
    DTLS_EXPIRED,
    DTLS_NOT_YET_VALID,
    DTLS_OTHER_PSK,
    DTLS_PLAIN_ONLY, /* nobody listens on the secure port */
    DTLS_FACES
};

/* What a server needs. All bytes are copied. */
struct dtls_spec {
    uint64_t seed;
    bool psk;                 /* otherwise certificates on both sides */
    const uint8_t *authority; /* whose certificates devices must have */
    uint32_t authority_length;
    struct {
        const uint8_t *certificate; /* DER */
        uint32_t certificate_length;
        const uint8_t *key; /* DER */
        uint32_t key_length;
    } face[DTLS_FACES];
    uint32_t devices;
    struct {
        char name[DTLS_NAME]; /* by which it names its key */
        uint8_t key[DTLS_PSK];
    } device[DTLS_PEERS];
};

/* The constant part: certificates, keys, ciphers. NULL if the library refuses
 * one, or if out of memory. */
struct dtls_server *dtls_open(const struct dtls_spec *spec);
void dtls_close(struct dtls_server *server);

/* What the server knows about a device. Zero: nothing. No padding. */
struct dtls_peer {
    struct endpoint at;      /* of the association */
    struct endpoint shaking; /* of the handshake */
    uint32_t handshakes;     /* begun so far: the number of the random stream */
    uint32_t face;           /* of the handshake */
    uint32_t done;           /* 0 or 1: only its use is missing */
    uint32_t transcript;     /* bytes: length (2 bytes), datagram, .. */
    uint32_t association;    /* bytes; 0: there is none */
    uint32_t session;        /* bytes; 0: nothing can be resumed */
    uint8_t bytes[DTLS_TRANSCRIPT];
    uint8_t saved[DTLS_ASSOCIATION];
    uint8_t resumable[DTLS_SESSION];
};

struct dtls {
    uint32_t face; /* enum dtls_face, shown in new handshakes */
    uint32_t reserved;
    struct dtls_peer peer[DTLS_PEERS];
};

enum dtls_news {
    DTLS_NOTHING,
    DTLS_FULL,    /* a full handshake is complete */
    DTLS_RESUMED, /* an abbreviated one */
    DTLS_REFUSED  /* one failed, on this side or by the client's alert */
};

struct dtls_result {
    enum dtls_news news;
    int error;          /* REFUSED: the library's */
    uint32_t datagrams; /* to be sent back, in this order */
    struct {
        uint32_t length;
        uint8_t bytes[DTLS_DATAGRAM];
    } datagram[DTLS_FLIGHT];
    uint32_t length; /* of the plaintext; 0: none */
    uint8_t bytes[DTLS_DATAGRAM];
};

/* A datagram of device `number` (0 .. DTLS_PEERS - 1) arrives from an address.
 * Anything may be in it. */
void dtls_receive(struct dtls *dtls, const struct dtls_server *server,
                  uint32_t number, struct endpoint from, const uint8_t *bytes,
                  uint32_t length, struct dtls_result *result);

/* Protect an answer for the device from which a plaintext has just come: one
 * datagram in `result`, or none if it is too long. */
void dtls_answer(struct dtls *dtls, const struct dtls_server *server,
                 uint32_t number, const uint8_t *bytes, uint32_t length,
                 struct dtls_result *result);

/* A restart: all associations and sessions are forgotten. */
void dtls_forget(struct dtls *dtls);

const char *dtls_face_name(enum dtls_face face); /* "expired" */

#endif
