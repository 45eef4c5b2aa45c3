/* SPDX-License-Identifier: MIT */
/*
 * The boot journal: append-only, every record twice; the highest valid sequence
 * is the current one. Layout in journal.c and docs/flash-layout.md. The caller
 * owns the struct; it caches only positions found by journal_open().
 *
 * After one power cut at any point, or one flipped bit, the current state is
 * the last one appended or, if the cut interrupted an append, the one before
 * it.
 */
#ifndef OTALAB_OTA_JOURNAL_H
#define OTALAB_OTA_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "ota/flash.h"
#include "ota/reason.h"
#include "ota/slot.h"

/* The complete state that one record holds. */
struct boot_state {
    uint32_t sequence; /* 0: nothing found */
    uint8_t slot;      /* enum ota_slot */
    uint8_t state;     /* enum ota_state */
    uint8_t attempts;
    uint8_t reason;   /* enum ota_reason of the last rollback or rejection */
    uint32_t counter; /* which the fuses must reach; kept in 16 bits */
    uint8_t rounds;   /* last resort: rounds since an image was last confirmed;
                         0 = none */
    uint8_t losses;   /* attempts of this trial given back after power losses */
    uint8_t flags;    /* enum boot_flag */
    uint8_t rejected_reason; /* of rejected[0] */
    uint8_t digest[OTA_DIGEST_SIZE];
    uint8_t rejected[2][OTA_DIGEST_SIZE];
    uint16_t request; /* low bits of the last request handled */
    uint32_t release; /* highest release that was granted a trial; 0 = none */
};

enum boot_flag {
    BOOT_ASKED = 1u << 0,   /* confirmed by a request, or by the factory */
    BOOT_THIN = 1u << 1,    /* a second copy cannot be made; do not try */
    BOOT_AT_FAULT = 1u << 2 /* an attempt of this trial ended other than by a
                               power loss */
};

#define JOURNAL_SECTORS 4u

struct journal {
    const struct ota_flash *flash;
    struct ota_area area;
    uint8_t bank;                    /* the one that holds the current state */
    uint8_t copies;                  /* valid copies of it, 0..2 */
    uint32_t base;                   /* first sequence of that bank, 0: none */
    bool fresh;                      /* appended and read back in this boot */
    struct boot_state now;           /* the current state */
    uint32_t first[JOURNAL_SECTORS]; /* sector's first sequence; 0: no header */
    uint8_t top[JOURNAL_SECTORS];    /* last slot that is not blank */
};

/*
 * Scan the partition. journal->now becomes the current state, with sequence 0
 * if there is none. Writes nothing. OTA_ERR_RANGE if the partition has fewer
 * than four sectors.
 */
int journal_open(struct journal *journal, const struct ota_flash *flash,
                 struct ota_area area);

/*
 * Append `next` (its sequence is set here) as two copies, each read back. One
 * good copy is enough for success; journal->copies says how many there are.
 * OTA_ERR_IO if none could be written: the old state stays current.
 */
int journal_append(struct journal *journal, const struct boot_state *next);

/*
 * Make sure that the current state was written in this boot, as every
 * irreversible action requires. Appends it again if not.
 */
int journal_refresh(struct journal *journal);

/* Does the current state lack a copy that can still be made? If so, append it
 * again at the next opportunity. */
bool journal_is_thin(const struct journal *journal);

#endif
