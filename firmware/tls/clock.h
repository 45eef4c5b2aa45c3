/* SPDX-License-Identifier: MIT */
/*
 * The time without a clock chip: what the server stated last, plus the time
 * since then. It is kept in the partition `clock`, a ring (ota/ring.h), so that
 * it never goes back, whatever a server states and whenever power fails. After a
 * reset it is late by the time that the device was off, and only a new statement
 * makes it right.
 */
#ifndef OTALAB_TLS_CLOCK_H
#define OTALAB_TLS_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "ota/flash.h"
#include "ota/ring.h"

#define CLOCK_SLOT 256u
/* A statement is kept if it is so much later than the one kept: wear. */
#define CLOCK_STEP_S 3600u

struct clock {
    struct ring ring;
    uint64_t kept_s;  /* the latest in flash; 0: none */
    uint64_t base_s;  /* stated since start; 0: nothing yet */
    uint64_t base_ms; /* when */
    bool open;
};

/* Scan; writes nothing. A partition that cannot be used keeps nothing. */
void clock_open(struct clock *clock, const struct ota_flash *flash,
                struct ota_area area);

/* The server states the time. False: it is before what was kept, or it could
 * not be kept; then nothing has changed. */
bool clock_state(struct clock *clock, uint64_t unix_s, uint64_t now_ms);

/* Seconds since 1970; never before what was kept. */
uint64_t clock_unix_s(const struct clock *clock, uint64_t now_ms);

/* Was the time stated since start, and no longer ago than that? */
bool clock_is_right(const struct clock *clock, uint64_t now_ms,
                    uint64_t most_ms);

#endif
