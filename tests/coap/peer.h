/* SPDX-License-Identifier: MIT */
/*
 * libcoap's server behind a socket on the loopback, in this process, for
 * fetch.c. Apart from it, as libcoap and the device's client have names in
 * common. One server a process. It has our clock and random numbers: what it
 * asks of its own library and of libc for that is answered by peer.c, whose
 * names go before theirs.
 */
#ifndef OTALAB_TESTS_COAP_PEER_H
#define OTALAB_TESTS_COAP_PEER_H

#include <stdbool.h>
#include <stdint.h>

#define PEER_DESCRIPTOR "a descriptor" /* of the resource "descriptor" .. */
#define PEER_ETAG "descr-1"            /* .. and its ETag */
#define PEER_IMAGE_ETAG "imageone"     /* of "image" */
#define PEER_REPORT "state=3 result=1 version=1.1.0" /* taken by "status" */
#define PEER_SLOW "it took a while" /* "slow", which answers separately */

/* The port; 0 when it could not be started, or does not take its time from
 * peer_ticks(). The image outlives the server. */
uint16_t peer_start(const uint8_t *image, uint32_t size);
void peer_stop(void);

/* It is `now_ms`: let the server do what is due, and deal with a datagram when
 * one was sent to it. Returns how many datagrams it has sent. */
unsigned peer_turn(uint64_t now_ms, bool datagram);
/* When it has something to do by itself, UINT64_MAX: never. */
uint64_t peer_next_ms(void);

unsigned peer_separate(void); /* answers in messages of their own */
unsigned peer_reports(void);  /* reports taken, copies included */

#endif
