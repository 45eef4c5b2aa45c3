/* SPDX-License-Identifier: MIT */
/*
 * The secure port of the update server: DTLS (outside/dtls.h) between a device's
 * link and the server, with certificates and keys of the simulated factory
 * (image/pki.h).
 */
#ifndef OTALAB_ENGINE_SECURE_H
#define OTALAB_ENGINE_SECURE_H

#include "engine/state.h"

#define SECURE_PORT 5684u

/* The server's end, for a scenario with `security`; nothing for others. */
int secure_prepare(struct run_case *given, struct diag *diag);
void secure_free(struct run_case *given);

/* Write a device's identity into its flash, as the factory does. */
int secure_provision(struct device *device, struct diag *diag);

/* A datagram reaches the secure port. The caller sends what is to be sent
 * back. */
void secure_arrived(struct device *device, const struct link_packet *packet,
                    struct dtls_result *result);
/* Protect an answer: its length in `out`, 0 for none. */
uint32_t secure_answer(struct device *device, const uint8_t *bytes,
                       uint32_t length, uint8_t out[LINK_BYTES]);

#define SECURE_TIME 116u
/* A request for the signed time, on the plain port: the answer's length; 0: it
 * is another request, or there is no secure port. */
uint32_t secure_time(const struct device *device, uint64_t now,
                     const struct link_packet *packet,
                     uint8_t answer[SERVER_ANSWER]);

/* The server shows another face in new handshakes; it restarts and forgets all
 * sessions. */
void secure_show(struct run *run, const struct action *action);
void secure_restart(struct run *run);
/* A device in a canonical reset has lost its keys, so what the server has does
 * not matter any more: nothing is left of it. */
void secure_forget(struct run *run);
void secure_clock_back(struct run *run, const struct action *action);

/* The time that the server believes in, in seconds since 1970. */
uint64_t secure_unix_s(const struct run *run, uint64_t now_ns);

#endif
