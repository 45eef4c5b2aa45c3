/* SPDX-License-Identifier: MIT */
/*
 * What came from a real network during a run: everything that the run depended
 * on besides its scenario and programs. With it, the run is repeated without a
 * network, bit for bit. docs/live.md draws the file, arrivals.bin.
 */
#ifndef OTALAB_RECORD_ARRIVALS_H
#define OTALAB_RECORD_ARRIVALS_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

#define ARRIVALS_BYTES 1280u               /* of one datagram */
#define ARRIVALS_MAX (64u * 1024u * 1024u) /* of a file */

struct arrival {
    uint64_t time_ns; /* at the server's end of the link; each is later than the
                         one before */
    uint32_t device;  /* from 1 */
    uint32_t port;    /* of the device */
    uint32_t length;  /* bytes, at least 1 */
    uint8_t *bytes;   /* malloc'ed */
};

/* All zeros: none. */
struct arrivals {
    uint32_t count;
    uint32_t capacity;
    struct arrival *item;
};

/* The bytes are copied. 0, or -1 if out of memory; the other functions return a
 * negative enum otalab_err with a line in `diag`. */
int arrivals_add(struct arrivals *arrivals, const struct arrival *arrival);
int arrivals_copy(struct arrivals *to, const struct arrivals *from);
void arrivals_free(struct arrivals *arrivals);

/* The file, malloc'ed. */
int arrivals_write(const struct arrivals *arrivals, uint8_t **out, size_t *size,
                   struct diag *diag);
/* From a file's bytes, all of which are checked. `devices`: how many there
 * are. */
int arrivals_read(struct arrivals *arrivals, const uint8_t *bytes, size_t size,
                  uint32_t devices, struct diag *diag);

#endif
