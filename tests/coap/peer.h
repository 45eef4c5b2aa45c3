/* SPDX-License-Identifier: MIT */
/*
 * libcoap's server on a loopback socket, in this process, for fetch.c. It is a
 * file of its own because libcoap and the device's client have names in common.
 * One server per process. It uses our clock and random numbers: peer.c answers
 * the calls by which it asks its own library and libc for them, and peer.c's
 * names take precedence.
 */
#ifndef OTALAB_TESTS_COAP_PEER_H
#define OTALAB_TESTS_COAP_PEER_H

#include <stdbool.h>
#include <stdint.h>

#define PEER_DESCRIPTOR "a descriptor" /* the resource "descriptor" .. */
#define PEER_ETAG "descr-1"            /* .. and its ETag */
#define PEER_IMAGE_ETAG "imageone"     /* of "image" */
#define PEER_REPORT "state=3 result=1 version=1.1.0" /* accepted by "status" */
#define PEER_SLOW "it took a while" /* "slow", which answers separately */

/* Start the server. Returns the port; 0 if it could not be started, or does not
 * take its time from peer_ticks(). The image must outlive the server. */
uint16_t peer_start(const uint8_t *image, uint32_t size);
void peer_stop(void);

/* The time is `now_ms`: let the server do what is due, and handle a datagram if
 * one was sent to it. Returns how many datagrams it has sent. */
unsigned peer_turn(uint64_t now_ms, bool datagram);
/* When it next has something to do by itself; UINT64_MAX: never. */
uint64_t peer_next_ms(void);

unsigned peer_separate(void); /* answers in separate messages */
unsigned peer_reports(void);  /* reports accepted, including copies */

#endif
