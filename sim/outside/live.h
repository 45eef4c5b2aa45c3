/* SPDX-License-Identifier: MIT */
/*
 * A real server in place of the modelled one: a datagram socket of the host for
 * each device, connected to the server's address. The only place in a run that
 * knows the host's network and clock. What a run may depend on is what
 * live_wait() returns, which its caller records.
 *
 * Waiting is bounded: after a datagram was sent, the server has LIVE_PATIENCE_NS
 * of host time to answer; after an answer, LIVE_QUIET_NS for another one. Then
 * live_wait() only looks. A port where nobody listens ends the wait at once.
 */
#ifndef OTALAB_OUTSIDE_LIVE_H
#define OTALAB_OUTSIDE_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"

#define LIVE_SOCKETS 4u
#define LIVE_BYTES 1280u
#define LIVE_PATIENCE_NS 2000000000u
#define LIVE_QUIET_NS 50000000u

struct live;

struct live_datagram {
    uint32_t device; /* from 1 */
    uint32_t port;   /* its own, to which the datagram is addressed */
    uint32_t length;
    uint8_t bytes[LIVE_BYTES];
};

struct live_counts {
    uint64_t sent;
    uint64_t received;
    uint64_t refused;  /* nobody listened at the server's port */
    uint64_t too_long; /* datagrams of more than LIVE_BYTES, dropped */
};

/* `anywhere`: other addresses than those of this host are allowed. 0, or
 * OTALAB_ERR_USAGE or _SIMULATOR with a line in diag; then *out is NULL. */
int live_open(struct live **out, const char *address, bool anywhere,
              struct diag *diag);
void live_close(struct live *live); /* NULL is allowed */

/* A device, 1 to LIVE_SOCKETS, sends from its port; another port than before
 * is another socket of the host. What cannot be sent is lost. */
void live_send(struct live *live, uint32_t device, uint32_t port,
               const uint8_t *bytes, uint32_t length);
/* Wait for a datagram, at most `span_ns` of host time. *waited_ns: how long it
 * took. False: none came. */
bool live_wait(struct live *live, uint64_t span_ns, uint64_t *waited_ns,
               struct live_datagram *datagram);
const struct live_counts *live_counts(const struct live *live);

#endif
