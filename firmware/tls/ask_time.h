/* SPDX-License-Identifier: MIT */
/*
 * Asks the server for the time, in the clear: GET time?nonce=.. on its plain
 * port. The answer is signed (signed_time.h). One question at a time.
 */
#ifndef OTALAB_TLS_ASK_TIME_H
#define OTALAB_TLS_ASK_TIME_H

#include <stdint.h>

#include "ota/agent_why.h"
#include "ota/image.h"
#include "tls/clock.h"

struct ask_time_figures {
    uint32_t node;
    uint32_t port;
    uint32_t ack_timeout_ms;
};

enum ask_step { ASK_WAITS, ASK_TOLD, ASK_FAILED };

/* Send the question. NONE, or why it cannot be asked. */
enum agent_why ask_time_begin(const struct ask_time_figures *figures,
                              uint64_t now_ms);
/* TOLD: the clock has been set. WAITS: call again at *next_ms, or when a
 * datagram is waiting. FAILED: *why says so. */
enum ask_step ask_time_step(struct clock *clock, const struct image_keys *keys,
                            uint64_t now_ms, uint64_t *next_ms,
                            enum agent_why *why);

#endif
