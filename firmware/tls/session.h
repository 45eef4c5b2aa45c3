/* SPDX-License-Identifier: MIT */
/*
 * A DTLS 1.2 association with the server (RFC 6347), by mbedTLS: handshake,
 * resumption (RFC 5246, 7.3), connection id (RFC 9146), records. It has no
 * socket and no clock: the owner sends, receives and gives the time. There is
 * one; its memory is the arena. Nothing blocks, and a failure has a reason.
 */
#ifndef OTALAB_TLS_SESSION_H
#define OTALAB_TLS_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "ota/agent_why.h"
#include "tls/identity.h"

/* What the session needs of its owner. */
struct session_port {
    uint64_t (*now_ms)(void);
    /* Take or lose a datagram. */
    void (*send)(const uint8_t *bytes, uint32_t length);
    /* Length of the oldest datagram, or -1. */
    int32_t (*receive)(uint8_t *bytes, uint32_t size);
    /* Called between the steps of a handshake, to feed the watchdog. */
    void (*alive)(void);
    /* The time, by which certificates are judged: seconds since 1970. */
    uint64_t (*unix_s)(void);
};

struct session_figures {
    uint32_t ack_timeout_ms; /* first wait for a flight; doubles */
    bool connection_id;
};

enum session_step {
    SESSION_WAITS, /* for a datagram, or until session_next_ms() */
    SESSION_OPEN,
    SESSION_FAILED
};

/* Read keys and certificates. `identity` must outlive the session. NONE, or why
 * there can be no handshake; then try again later. */
enum agent_why session_prepare(const struct session_port *port,
                               const struct session_figures *figures,
                               const struct identity *identity);

/* Begin a handshake, after any that was before. `resume`: offer the server to
 * go on with the last one's secret, if there was one. NONE, or why not. */
enum agent_why session_begin(bool resume);
/* Bring it on. FAILED: *why says so. */
enum session_step session_step(enum agent_why *why);
/* When session_step() has something to do without a datagram, in ms. */
uint64_t session_next_ms(void);

/* Did the server agree to resume? For an open one. */
bool session_resumed(void);
/* The library's last error, for the trace. */
int session_error(void);

/* Protect and send a datagram. False: too long, or not open any more. */
bool session_send(const void *bytes, uint32_t length);
/* The next datagram that is authentic: its length, or -1 for none. *closed: the
 * server has ended the association. */
int32_t session_receive(void *bytes, uint32_t size, bool *closed);

#endif
