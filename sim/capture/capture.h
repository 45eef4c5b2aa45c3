/* SPDX-License-Identifier: MIT */
/*
 * A recorded run as a capture for Wireshark: what each device's modem sent and
 * what reached it, in virtual time, and the answers that never did. One
 * interface per device; the devices are 10.0.0.1, 10.0.0.2 and so on, the update
 * server is 10.0.1.1. Comments say what befell a datagram.
 */
#ifndef OTALAB_CAPTURE_CAPTURE_H
#define OTALAB_CAPTURE_CAPTURE_H

#include "capture/pcapng.h"
#include "history/history.h"

struct capture_about {
    const char *token;   /* of the run; NULL: unknown */
    const void *secrets; /* an NSS key log; NULL: none */
    size_t secrets_size;
};

/* Returns the number of packets. `file` is empty; see there for errors. */
uint64_t capture_make(const struct history *history,
                      const struct capture_about *about, struct pcapng *file);

#endif
