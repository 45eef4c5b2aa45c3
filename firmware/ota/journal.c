/* SPDX-License-Identifier: MIT */
/*
 * The boot journal in flash: two banks of two sectors. The sectors of a bank
 * hold the same records in the same slots.
 *
 *     bank 0: sector 0 (copy 0)  sector 1 (copy 1)
 *     bank 1: sector 2 (copy 0)  sector 3 (copy 1)
 *
 *     a sector, here of 4096 bytes, in slots of 128:
 *     | header | record 1 | record 2 | ... | record 31 |
 *
 *     header  0 magic  4 first sequence      8 zeros          120 crc 124 end
 *     record  0 magic  4 sequence  8 slot  9 state 10 attempts 11 reason
 *            12 counter (2 bytes)  14 rounds  15 losses  16 digest
 *            48 rejected  80 rejected before  112 reason of 48  113 flags
 *           114 request  116 release  120 crc32 of 0..119   124 end mark, 0
 *
 * Rules that make it survive a power cut at any point:
 *
 * - A slot that is not all 0xFF is never programmed. The next record goes after
 *   the last slot used in either sector of the bank.
 * - A record is valid only if its sequence is the header's first sequence +
 *   slot - 1. So a torn slot uses up its number: if a weak record reads valid
 *   again later, no other record has its number.
 * - Numbers wrap around: of two, the later one is ahead by less than half of
 *   all numbers. A journal spans a few hundred at a time; one that somebody has
 *   filled with others still continues.
 * - A header is written only right after its sector was erased, without a reset
 *   in between, and its first sequence is later than any before. The sectors of
 *   a bank belong together only if their first sequences are equal. A sector
 *   left behind by a torn erase has an older one or none, and is not written
 *   to. Nor is a sector with a header but no record: that header may be torn.
 * - If one copy cannot be written, the other bank is started, because nothing
 *   but this session vouches for the copy that could be. The old bank is erased
 *   once both copies in the new one have been read back.
 * - A state with one copy is written again at the next append. If that cannot
 *   make two copies either, the record says so, and the journal continues with
 *   one copy until it next changes banks.
 */
#include "ota/journal.h"

#include <string.h>

#include "ota/bytes.h"
#include "ota/crc32.h"

#define HEADER_MAGIC 0x314A544Fu /* "OTJ1" */
#define RECORD_MAGIC 0x3252544Fu /* "OTR2" */
#define SLOT_SIZE 128u
#define CRC_AT 120u
#define END_AT 124u
#define BANK_SECTORS 2u
#define SLOTS_MAX 255u /* of a sector; the rest of a larger one is not used */
#define WRITE_TRIES 2u
/* Of a header, so that the numbers of its records stay in range. After this
 * comes 1. */
#define FIRST_MAX 0xFFFFFF00u
#define FAR_OFF 0x10000u

/* ---- bytes ---------------------------------------------------------- */

static void seal(uint8_t slot[SLOT_SIZE], uint32_t magic, uint32_t sequence)
{
    bytes_put32(slot, magic);
    bytes_put32(slot + 4, sequence);
    bytes_put32(slot + CRC_AT, ota_crc32(slot, CRC_AT));
    bytes_put32(slot + END_AT, 0);
}

/* The sequence in a slot sealed with that magic, otherwise 0. */
static uint32_t sealed(const uint8_t slot[SLOT_SIZE], uint32_t magic)
{
    if (bytes_get32(slot) != magic || bytes_get32(slot + END_AT) != 0 ||
        bytes_get32(slot + CRC_AT) != ota_crc32(slot, CRC_AT)) {
        return 0;
    }
    return bytes_get32(slot + 4);
}

static bool is_later(uint32_t a, uint32_t b)
{
    return a - b - 1 < INT32_MAX;
}

static void encode(const struct boot_state *state, uint8_t slot[SLOT_SIZE])
{
    memset(slot, 0, SLOT_SIZE);
    slot[8] = state->slot;
    slot[9] = state->state;
    slot[10] = state->attempts;
    slot[11] = state->reason;
    bytes_put16(slot + 12, (uint16_t)state->counter);
    slot[14] = state->rounds;
    slot[15] = state->losses;
    memcpy(slot + 16, state->digest, OTA_DIGEST_SIZE);
    memcpy(slot + 48, state->rejected[0], OTA_DIGEST_SIZE);
    memcpy(slot + 80, state->rejected[1], OTA_DIGEST_SIZE);
    slot[112] = state->rejected_reason;
    slot[113] = state->flags;
    bytes_put16(slot + 114, state->request);
    bytes_put32(slot + 116, state->release);
    seal(slot, RECORD_MAGIC, state->sequence);
}

static bool record_valid(const uint8_t slot[SLOT_SIZE], uint32_t sequence)
{
    bool known = slot[9] == OTA_CONFIRMED
                     ? slot[8] < OTA_SLOT_COUNT
                     : slot[9] == OTA_TRIAL && slot[8] < OTA_SLOT_RECOVERY;

    return known && sealed(slot, RECORD_MAGIC) == sequence;
}

static void decode(const uint8_t slot[SLOT_SIZE], struct boot_state *state)
{
    state->sequence = bytes_get32(slot + 4);
    state->slot = slot[8];
    state->state = slot[9];
    state->attempts = slot[10];
    state->reason = slot[11];
    state->counter = bytes_get16(slot + 12);
    state->rounds = slot[14];
    state->losses = slot[15];
    memcpy(state->digest, slot + 16, OTA_DIGEST_SIZE);
    memcpy(state->rejected[0], slot + 48, OTA_DIGEST_SIZE);
    memcpy(state->rejected[1], slot + 80, OTA_DIGEST_SIZE);
    state->rejected_reason = slot[112];
    state->flags = slot[113];
    state->request = bytes_get16(slot + 114);
    state->release = bytes_get32(slot + 116);
}

/* ---- slots in flash ------------------------------------------------- */

static uint32_t slots_of(const struct journal *journal)
{
    uint32_t slots = journal->flash->sector_size / SLOT_SIZE;

    return slots < SLOTS_MAX ? slots : SLOTS_MAX;
}

static uint32_t address_of(const struct journal *journal, unsigned sector,
                           unsigned slot)
{
    return journal->area.start + sector * journal->flash->sector_size +
           slot * SLOT_SIZE;
}

/* A slot that cannot be read counts as used but not valid: all zero. */
static void read_slot(const struct journal *journal, unsigned sector,
                      unsigned slot, uint8_t data[SLOT_SIZE])
{
    const struct ota_flash *flash = journal->flash;

    if (flash->read(flash->context, address_of(journal, sector, slot), data,
                    SLOT_SIZE)) {
        memset(data, 0, SLOT_SIZE);
    }
}

/* Program a blank slot and read it back. It counts as used in any case. */
static bool write_slot(struct journal *journal, unsigned sector, unsigned slot,
                       const uint8_t data[SLOT_SIZE])
{
    const struct ota_flash *flash = journal->flash;
    uint8_t back[SLOT_SIZE];

    journal->top[sector] = (uint8_t)slot;
    read_slot(journal, sector, slot, back);
    if (!bytes_are(back, SLOT_SIZE, 0xFF) ||
        flash->program(flash->context, address_of(journal, sector, slot), data,
                       SLOT_SIZE)) {
        return false;
    }
    read_slot(journal, sector, slot, back);
    return memcmp(back, data, SLOT_SIZE) == 0;
}

/* ---- scanning ------------------------------------------------------- */

struct scan {
    uint8_t best[SLOT_SIZE]; /* the valid record with the highest sequence */
    uint32_t sequence;       /* its sequence; 0: none yet */
    unsigned sector;         /* where it was seen first */
};

/* A valid record. */
static void consider(struct journal *journal, struct scan *scan,
                     unsigned sector, const uint8_t slot[SLOT_SIZE])
{
    uint32_t sequence = bytes_get32(slot + 4);

    if (!scan->sequence || is_later(sequence, scan->sequence)) {
        scan->sequence = sequence;
        scan->sector = sector;
        memcpy(scan->best, slot, SLOT_SIZE);
        journal->copies = 1;
    } else if (memcmp(scan->best, slot, SLOT_SIZE) == 0) {
        journal->copies = BANK_SECTORS;
    }
}

static void scan_sector(struct journal *journal, struct scan *scan,
                        unsigned sector)
{
    uint8_t data[SLOT_SIZE];

    read_slot(journal, sector, 0, data);
    uint32_t first = sealed(data, HEADER_MAGIC);
    if (!first || first > FIRST_MAX) {
        return;
    }
    journal->first[sector] = first;
    for (unsigned slot = 1; slot < slots_of(journal); slot++) {
        read_slot(journal, sector, slot, data);
        if (bytes_are(data, SLOT_SIZE, 0xFF)) {
            continue;
        }
        journal->top[sector] = (uint8_t)slot;
        if (record_valid(data, first + slot - 1)) {
            consider(journal, scan, sector, data);
        }
    }
}

int journal_open(struct journal *journal, const struct ota_flash *flash,
                 struct ota_area area)
{
    struct scan scan = {{0}, 0, 0};
    uint32_t sector_size = flash->sector_size;

    memset(journal, 0, sizeof(*journal));
    if (sector_size < 2 * SLOT_SIZE || sector_size % SLOT_SIZE != 0 ||
        area.length / sector_size < JOURNAL_SECTORS) {
        return OTA_ERR_RANGE;
    }
    journal->flash = flash;
    journal->area = area;
    for (unsigned sector = 0; sector < JOURNAL_SECTORS; sector++) {
        scan_sector(journal, &scan, sector);
    }
    if (scan.sequence) {
        decode(scan.best, &journal->now);
        journal->bank = (uint8_t)(scan.sector / BANK_SECTORS);
        journal->base = journal->first[scan.sector];
    }
    return OTA_OK;
}

/* ---- appending ------------------------------------------------------ */

static unsigned next_slot(const struct journal *journal)
{
    const uint8_t *top = &journal->top[journal->bank * BANK_SECTORS];

    return 1u + (top[0] > top[1] ? top[0] : top[1]);
}

/* A first sequence that no record and no torn slot has had. Sequences far off
 * are not from a sector that this journal wrote; after those, the new record
 * would no longer be later than the current one. */
static uint32_t unused_first(const struct journal *journal)
{
    uint32_t first = journal->base ? journal->base : 1;

    for (unsigned i = 0; i < JOURNAL_SECTORS; i++) {
        uint32_t after = journal->first[i] + slots_of(journal) - 1;
        if (journal->first[i] && after - first < FAR_OFF) {
            first = after;
        }
    }
    return first <= FIRST_MAX && first ? first : 1;
}

static bool erase_sector(struct journal *journal, unsigned sector)
{
    const struct ota_flash *flash = journal->flash;

    if (flash->erase(flash->context, address_of(journal, sector, 0))) {
        return false;
    }
    journal->first[sector] = 0;
    journal->top[sector] = 0;
    return true;
}

/* Erase a sector, write its header and one record. Returns the copies made: 0
 * or 1. */
static unsigned build_sector(struct journal *journal, unsigned sector,
                             uint32_t first, const uint8_t record[SLOT_SIZE])
{
    uint8_t header[SLOT_SIZE] = {0};

    seal(header, HEADER_MAGIC, first);
    if (!erase_sector(journal, sector) ||
        !write_slot(journal, sector, 0, header)) {
        return 0;
    }
    journal->first[sector] = first;
    return write_slot(journal, sector, 1, record);
}

/* `state` was read back at least once: it is the current one. */
static void adopt(struct journal *journal, const struct boot_state *state,
                  unsigned bank, uint32_t first, unsigned copies)
{
    journal->now = *state;
    journal->bank = (uint8_t)bank;
    journal->base = first;
    journal->copies = (uint8_t)copies;
    journal->fresh = true;
}

/* Write to the next slot of the current bank, in those of its sectors that
 * belong together. Returns the copies made. */
static unsigned write_in_bank(struct journal *journal, struct boot_state *state)
{
    unsigned bank = journal->bank;
    unsigned slot = next_slot(journal);
    uint8_t record[SLOT_SIZE];
    unsigned copies = 0;

    if (!journal->base || slot >= slots_of(journal)) {
        return 0;
    }
    state->sequence = journal->base + slot - 1;
    encode(state, record);
    for (unsigned i = 0; i < BANK_SECTORS; i++) {
        unsigned sector = bank * BANK_SECTORS + i;
        if (journal->first[sector] == journal->base && journal->top[sector]) {
            copies += write_slot(journal, sector, slot, record);
        }
    }
    if (copies > 0) {
        adopt(journal, state, bank, journal->base, copies);
    }
    return copies;
}

/* Start the other bank, sector by sector. Returns the copies made. */
static unsigned write_in_other(struct journal *journal,
                               struct boot_state *state)
{
    unsigned bank = journal->base ? journal->bank ^ 1u : 0;
    uint32_t first = unused_first(journal);
    uint8_t record[SLOT_SIZE];
    unsigned copies = 0;

    state->sequence = first;
    encode(state, record);
    for (unsigned i = 0; i < BANK_SECTORS; i++) {
        copies += build_sector(journal, bank * BANK_SECTORS + i, first, record);
    }
    if (copies > 0) {
        adopt(journal, state, bank, first, copies);
    }
    return copies;
}

/* Leave nothing that looks like a bank. A sector that cannot be erased keeps
 * its older numbers and is tried again at the next append. */
static void drop_other(struct journal *journal)
{
    unsigned sector = (journal->bank ^ 1u) * BANK_SECTORS;

    for (unsigned i = 0; i < BANK_SECTORS; i++, sector++) {
        if (journal->first[sector]) {
            (void)erase_sector(journal, sector);
        }
    }
}

/* Try the current bank several times, then the other one. False: not a single
 * copy could be made. */
static bool write_somewhere(struct journal *journal, struct boot_state *state,
                            unsigned wanted)
{
    unsigned copies = 0;
    bool written = false;

    for (unsigned i = 0; i < WRITE_TRIES && copies < wanted; i++) {
        copies = write_in_bank(journal, state);
        written |= copies > 0;
    }
    if (copies < wanted) {
        state->flags &= (uint8_t)~BOOT_THIN;
        written |= write_in_other(journal, state) > 0;
    }
    return written;
}

int journal_append(struct journal *journal, const struct boot_state *next)
{
    struct boot_state state = *next;
    uint8_t known = journal->now.flags & BOOT_THIN;
    bool was_thin = journal_is_thin(journal);

    state.flags = (uint8_t)((next->flags & ~BOOT_THIN) | known);
    if (!write_somewhere(journal, &state, known ? 1 : BANK_SECTORS)) {
        return OTA_ERR_IO;
    }
    if (journal->copies == BANK_SECTORS) {
        drop_other(journal);
    } else if (was_thin) {
        state.flags |= BOOT_THIN;
        (void)write_in_bank(journal, &state);
    }
    return OTA_OK;
}

int journal_refresh(struct journal *journal)
{
    struct boot_state state = journal->now;

    if (!state.sequence) {
        return OTA_ERR_NONE;
    }
    return journal->fresh ? OTA_OK : journal_append(journal, &state);
}

bool journal_is_thin(const struct journal *journal)
{
    return journal->base != 0 && journal->copies < BANK_SECTORS &&
           (journal->now.flags & BOOT_THIN) == 0;
}
