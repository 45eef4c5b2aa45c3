/* SPDX-License-Identifier: MIT */
/*
 * A real server in place of the modelled one (`network: {live: ..}`): what the
 * devices send there leaves through sockets of the host, and what comes back
 * becomes an arrival with a virtual time. Arrivals are all that a run depends
 * on; they are kept in the result, and a run that is given arrivals repeats
 * them without any socket.
 *
 * While a server may still answer, virtual time does not run ahead of the
 * host's: before the next event, join_wait() waits as long as the world would
 * skip. An arrival is later than everything that has happened, so the run and its
 * repetition decide alike.
 */
#ifndef OTALAB_ENGINE_JOIN_H
#define OTALAB_ENGINE_JOIN_H

#include "engine/state.h"

/* 0, or a negative enum otalab_err with a line. */
int join_open(struct run *run, struct diag *diag);
void join_close(struct run *run);
/* Whether the server is a real one, now or when this was recorded. */
bool join_is_live(const struct run *run);
void join_send(struct device *device, uint32_t port, const uint8_t *bytes,
               uint32_t length);
/* Before the next event, which is due at `next`. 0, or as above. */
int join_wait(struct run *run, uint64_t next, struct diag *diag);
/* The next arrival for a device, or BOARD_FOREVER. */
uint64_t join_next(const struct device *device);
/* Take it, once it is due. */
const struct arrival *join_take(struct device *device);

#endif
