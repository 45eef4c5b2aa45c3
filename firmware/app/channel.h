/* SPDX-License-Identifier: MIT */
/*
 * The channel: datagrams to and from the update server. What is linked decides
 * how they travel: channel_plain.c sends them in the clear, tls/channel_dtls.c
 * inside DTLS records. There is one per program. Nothing blocks: a channel that
 * first has to be set up answers OTA_ERR_BUSY, and channel_step() brings it on.
 */
#ifndef OTALAB_APP_CHANNEL_H
#define OTALAB_APP_CHANNEL_H

#include <stdint.h>

#include "ota/agent.h"

struct channel_figures {
    uint32_t node;
    uint32_t port;
    uint32_t ack_timeout_ms;       /* first wait for an answer */
    const struct image_keys *keys; /* whose signatures count */
};

/* Nothing is sent yet. `figures` is copied. */
void channel_open(const struct channel_figures *figures);

/* 0, OTA_ERR_BUSY the channel must be set up first, OTA_ERR_IO not registered,
 * OTA_ERR_FULL, OTA_ERR_RANGE too long. */
int channel_send(const void *bytes, uint32_t length);

/* Length of the oldest datagram, or -1. */
int32_t channel_receive(void *bytes, uint32_t size);

/* Set the channel up. AGENT_CHANNEL_BUSY: call again at *next_ms (of
 * board_cycles(), in ms), or when a datagram is waiting. AGENT_CHANNEL_FAILED:
 * *why says so; the next call starts over. */
enum agent_channel channel_step(uint64_t *next_ms, enum agent_why *why);

/* Flights of datagrams, each with an answer, that setting it up takes. */
uint32_t channel_flights(void);

/* For the console: what it has needed so far, as one line or none. */
void channel_tell(void);

#endif
