/* SPDX-License-Identifier: MIT */
/*
 * The boot journal: append-only, every record twice, highest valid sequence
 * in force. Layout in journal.c and docs/flash-layout.md. The caller owns the
 * struct; it caches positions found by journal_open() and nothing else.
 *
 * What holds for one power cut at any place, or one flipped bit: the state
 * in force afterwards is the last one appended or, when the cut fell into an
 * append, the one before it.
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
    uint32_t counter; /* what the fuses are to reach; kept in 16 bits */
    uint8_t rounds;   /* last resort: trials begun anew since the last image
                         was confirmed; 0 = not in it */
    uint8_t losses;   /* attempts of this trial given back after power losses */
    uint8_t flags;    /* enum boot_flag */
    uint8_t rejected_reason; /* of rejected[0] */
    uint8_t digest[OTA_DIGEST_SIZE];
    uint8_t rejected[2][OTA_DIGEST_SIZE];
    uint16_t request; /* low bits of the last request dealt with */
    uint32_t release; /* highest release that was granted a trial; 0 = none */
};

enum boot_flag {
    BOOT_ASKED = 1u << 0,   /* confirmed by a request, or by the factory */
    BOOT_THIN = 1u << 1,    /* a second copy cannot be made: leave it */
    BOOT_AT_FAULT = 1u << 2 /* an attempt of this trial ended otherwise than
                                 by a power loss */
};

#define JOURNAL_SECTORS 4u

struct journal {
    const struct ota_flash *flash;
    struct ota_area area;
    uint8_t bank;          /* the one that holds the state in force */
    uint8_t copies;        /* valid copies of it, 0..2 */
    uint32_t base;         /* first sequence of that bank, 0: none */
    bool fresh;            /* appended and read back in this power session */
    struct boot_state now; /* in force */
    uint32_t first[JOURNAL_SECTORS]; /* sector's first sequence, 0 no header */
    uint8_t top[JOURNAL_SECTORS];    /* last slot that is not blank */
};

/*
 * Scan the partition. journal->now is the state in force, sequence 0 when
 * there is none. Writes nothing. OTA_ERR_RANGE when the partition is not four
 * sectors or more.
 */
int journal_open(struct journal *journal, const struct ota_flash *flash,
                 struct ota_area area);

/*
 * Append `next` (its sequence is set here) as both copies, each read back.
 * One good copy is enough for success; journal->copies tells how many there
 * are. OTA_ERR_IO when none could be written: the old state stays in force.
 */
int journal_append(struct journal *journal, const struct boot_state *next);

/*
 * Make sure that the state in force was written in this power session, as
 * every irreversible action needs. Appends it again if not.
 */
int journal_refresh(struct journal *journal);

/* Does the state in force lack a copy that may still be made? Then an append at
 * the next opportunity closes the gap. */
bool journal_is_thin(const struct journal *journal);

#endif
