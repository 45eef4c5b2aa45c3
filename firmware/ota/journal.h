/* SPDX-License-Identifier: MIT */
/*
 * The boot journal: append-only, every record twice, highest valid sequence
 * in force. Layout in journal.c and docs/flash-layout.md. The caller owns the
 * struct; it caches positions found by journal_open() and nothing else.
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
    uint8_t reason; /* enum ota_reason of the last rollback or rejection */
    uint32_t counter;
    uint8_t digest[OTA_DIGEST_SIZE];
    uint8_t rejected[2][OTA_DIGEST_SIZE];
    uint8_t rejected_reason[2];
    uint16_t request; /* low bits of the last request dealt with */
};

struct journal {
    const struct ota_flash *flash;
    struct ota_area area;
    uint8_t bank;          /* the one in use */
    bool fresh;            /* a record was appended in this power session */
    struct boot_state now; /* in force */
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
 * One good copy is enough for success; *copies tells how many there are.
 * OTA_ERR_IO when none could be written: the old state stays in force.
 */
int journal_append(struct journal *journal, const struct boot_state *next,
                   unsigned *copies);

/*
 * Make sure that the state in force was written in this power session, as
 * every irreversible action needs. Appends it again if not.
 */
int journal_refresh(struct journal *journal);

#endif
