/* SPDX-License-Identifier: MIT */
/*
 * The modem as a value: sockets for datagrams and for byte streams, a short
 * queue of what was received, and the radio's state over time, from which the
 * battery derives its current.
 * It has no link of its own: outgoing datagrams leave through the board's sink,
 * incoming ones are brought by radio_deliver(). Any reset closes all sockets
 * and empties the queue; a power cut also ends what is on the air and leaves
 * the modem off until the CPU boots.
 *
 *   sleep --open or send--> receive for receive_ns after the last packet
 *     --> tail for tail_ns --> sleep;  transmit while a packet is on the air
 */
#ifndef OTALAB_DEVICE_RADIO_H
#define OTALAB_DEVICE_RADIO_H

#include <stdbool.h>
#include <stdint.h>

#include "board/registers.h"

#define RADIO_QUEUE 8u
#define RADIO_NEVER UINT64_MAX

struct radio_figures {
    uint64_t receive_ns;
    uint64_t tail_ns;
    uint64_t page_ns; /* asleep it listens once in each; 0: never */
    uint32_t queue;   /* datagrams, 0..RADIO_QUEUE */
    uint32_t reserved;
};

enum radio_state {
    RADIO_OFF = 0, /* not fitted, or no power */
    RADIO_SLEEP,
    RADIO_RECEIVE,
    RADIO_TRANSMIT,
    RADIO_TAIL
};

struct radio_socket {
    uint32_t open; /* 0 or 1 */
    uint32_t node;
    uint32_t port;
    uint32_t stream; /* 0 or 1: a byte stream */
};

/* What a received item is: a datagram or the next bytes of a stream, or the end
 * of a stream, without bytes. Numbers as in RADIO_RECEIVE's result. */
enum radio_end {
    RADIO_DATA = 0,
    RADIO_ENDED, /* the peer sends no more */
    RADIO_FAILED /* not connected, or not any more */
};

struct radio_datagram {
    uint32_t socket;
    uint32_t length;
    uint32_t end; /* enum radio_end */
    uint8_t bytes[CTL_RADIO_SIZE];
};

struct radio {
    struct radio_figures figures;
    uint64_t air_until_ns; /* transmitting until then */
    uint64_t active_ns;    /* end of the last packet, sent or received */
    uint32_t fitted;       /* 0 or 1 */
    uint32_t powered;      /* 0 or 1: not from a power cut to the next boot */
    uint32_t registered;   /* 0 or 1: set by the world */
    uint32_t awake;        /* 0 or 1: there was traffic since power-on */
    uint32_t waiting;      /* datagrams in the queue, oldest first */
    uint32_t reserved;
    struct radio_socket socket[CTL_RADIO_SOCKETS];
    struct radio_datagram queue[RADIO_QUEUE];
};

/* The values for a board whose devicetree gives none. */
extern const struct radio_figures radio_defaults;

/* Not fitted, no power, all closed. 0, or -1 if a value is out of range. */
int radio_init(struct radio *radio, const struct radio_figures *figures);
void radio_fit(struct radio *radio, bool fitted);
/* The CPU was reset: sockets and queue are cleared. `power`: the radio is off
 * as well, until radio_power_on(). */
void radio_reset(struct radio *radio, bool power);
void radio_power_on(struct radio *radio);

/* The lowest free socket, for datagrams or as a byte stream, or -1. */
int radio_socket_open(struct radio *radio, uint64_t now, uint32_t node,
                      uint32_t port);
int radio_stream_open(struct radio *radio, uint64_t now, uint32_t node,
                      uint32_t port);
bool radio_socket_is_open(const struct radio *radio, uint32_t socket);
/* 0, or -1 if it is not open. */
int radio_socket_close(struct radio *radio, uint32_t socket);
/* A packet is on the air until `until`. */
void radio_sent(struct radio *radio, uint64_t now, uint64_t until);
/* A datagram arrives from a peer, for the lowest of its sockets. False: no
 * socket for it, no room, or a length that the modem does not accept. An asleep
 * modem does not listen, so it returns false, too. */
bool radio_deliver(struct radio *radio, uint64_t now, uint32_t node,
                   uint32_t port, const uint8_t *bytes, uint32_t length);
/* When the network can reach it with a datagram for it: now, or at the next time
 * at which an asleep modem listens (eDRX). RADIO_NEVER: it does not listen. */
uint64_t radio_reachable(const struct radio *radio, uint64_t now);
/* Asleep, it listens now and is told that there is something: it wakes up. */
void radio_page(struct radio *radio, uint64_t now);
/* The next bytes of an open stream, or its end, after which nothing follows.
 * False: there is no room now. Unlike datagrams, the peer's bytes have to wait
 * then. */
bool radio_deliver_stream(struct radio *radio, uint64_t now, uint32_t socket,
                          enum radio_end end, const uint8_t *bytes,
                          uint32_t length);
/* Take the oldest datagram; false if none is waiting. */
bool radio_take(struct radio *radio, struct radio_datagram *out);

/* The state at a time not before the last call's, and the next time at which
 * the state changes by itself, or RADIO_NEVER. */
enum radio_state radio_state_at(const struct radio *radio, uint64_t now);
uint64_t radio_next(const struct radio *radio, uint64_t now);

#endif
