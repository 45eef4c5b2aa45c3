/* SPDX-License-Identifier: MIT */
/*
 * What the update agent keeps in flash, as drawn in docs/flash-layout.md: its
 * progress, the highest release, the images that failed. For people who look at
 * a dump; the oracle's rules do not use it. Plain values; the flash is
 * untrusted, and signatures are not checked.
 */
#ifndef OTALAB_ORACLE_AGENT_LOGS_H
#define OTALAB_ORACLE_AGENT_LOGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "device/figures.h"

#define AGENT_FAILED_MAX 256u

struct agent_progress {
    uint32_t sequence; /* 0: there is none */
    uint8_t state;
    uint8_t result;
    uint8_t why;
    uint8_t slot;
    uint8_t tries;
    uint8_t failures; /* in a row */
    bool reported;
    bool final;
    uint32_t release;
    uint32_t size;
    uint32_t written;
    uint32_t not_before_s;
    uint8_t digest[32]; /* of the image */
};

struct agent_offer {
    uint32_t sequence; /* 0: there is none */
    uint32_t release;
    uint8_t major;
    uint8_t minor;
    uint16_t revision;
    uint32_t counter;
    uint8_t digest[32]; /* of the image */
};

struct agent_failed {
    uint8_t digest[32];
    uint8_t reason;
};

struct agent_logs {
    struct agent_progress progress;
    struct agent_offer offer;
    unsigned failed; /* images; the first entries are the first in flash */
    struct agent_failed image[AGENT_FAILED_MAX];
};

/* A partition that is missing or extends beyond the flash is taken as empty. */
void agent_logs_read(const uint8_t *flash, size_t size,
                     const struct board_map *map, struct agent_logs *out);

#endif
