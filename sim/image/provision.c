/* SPDX-License-Identifier: MIT */
#include "image/provision.h"

#include "base/rng.h"
#include "image/bytes.h"
#include "oracle/layout.h"

#include <string.h>

/* Check that the partition exists, lies in flash and has at least `least`
 * bytes. */
static const struct board_part *find_part(const struct board_map *map,
                                          const char *name, uint32_t least,
                                          size_t size, struct diag *diag)
{
    const struct board_part *part = board_map_find(map, name);

    if (part == NULL) {
        diag_fail(diag, OTALAB_ERR_USAGE,
                  "the devicetree has no partition '%.40s'", name);
        return NULL;
    }
    if (part->start > size || part->length > size - part->start) {
        diag_fail(diag, OTALAB_ERR_USAGE,
                  "partition %s lies outside the flash of %zu bytes", name,
                  size);
        return NULL;
    }
    if (part->length < least) {
        diag_fail(diag, OTALAB_ERR_USAGE,
                  "partition %s has %u bytes, but needs %u", name, part->length,
                  least);
        return NULL;
    }
    return part;
}

int provision_place(const struct board_map *map,
                    const struct provision_image *image, uint8_t *flash,
                    size_t size, struct diag *diag)
{
    const struct board_part *part =
        find_part(map, image->partition, 0, size, diag);

    if (part == NULL) {
        return OTALAB_ERR_USAGE;
    }
    if (image->size > part->length) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "the image for %s has %zu bytes, %zu more than the "
                         "partition",
                         image->partition, image->size,
                         image->size - part->length);
    }
    memset(flash + part->start, 0xff, part->length);
    memcpy(flash + part->start, image->bytes, image->size);
    return 0;
}

/* ---- journal and requests ------------------------------------------------ */

/* Write checksum and end mark of a slot whose fields are set. */
static void seal(uint8_t *slot, uint32_t size)
{
    put_le32(slot + LAYOUT_CRC_AT(size),
             layout_crc32(slot, LAYOUT_CRC_AT(size)));
    put_le32(slot + LAYOUT_END_AT(size), LAYOUT_END_MARK);
}

static void write_header(uint8_t *sector, uint32_t first)
{
    memset(sector, 0, LAYOUT_RECORD_SIZE);
    put_le32(sector + HEADER_AT_MAGIC, LAYOUT_HEADER_MAGIC);
    put_le32(sector + HEADER_AT_FIRST, first);
    seal(sector, LAYOUT_RECORD_SIZE);
}

static void write_record(uint8_t *slot, const struct journal_record *state)
{
    memset(slot, 0, LAYOUT_RECORD_SIZE);
    put_le32(slot + RECORD_AT_MAGIC, LAYOUT_RECORD_MAGIC);
    put_le32(slot + RECORD_AT_SEQUENCE, state->sequence);
    slot[RECORD_AT_SLOT] = state->slot;
    slot[RECORD_AT_STATE] = state->state;
    slot[RECORD_AT_ATTEMPTS] = state->attempts;
    slot[RECORD_AT_REASON] = state->reason;
    put_le16(slot + RECORD_AT_COUNTER, (uint16_t)state->counter);
    slot[RECORD_AT_ROUNDS] = state->rounds;
    slot[RECORD_AT_LOSSES] = state->losses;
    slot[RECORD_AT_FLAGS] = state->flags;
    put_le32(slot + RECORD_AT_RELEASE, state->release);
    memcpy(slot + RECORD_AT_DIGEST, state->digest, sizeof state->digest);
    memcpy(slot + RECORD_AT_REJECTED, state->rejected, sizeof state->rejected);
    slot[RECORD_AT_REJECTED_REASON] = state->rejected_reason;
    put_le16(slot + RECORD_AT_REQUEST, state->request);
    seal(slot, LAYOUT_RECORD_SIZE);
}

int provision_journal(const struct board_map *map,
                      const struct journal_record *state, uint8_t *flash,
                      size_t size, struct diag *diag)
{
    const struct board_part *part =
        find_part(map, "journal",
                  LAYOUT_JOURNAL_SECTORS * board_map_sector(map), size, diag);

    if (part == NULL) {
        return OTALAB_ERR_USAGE;
    }
    memset(flash + part->start, 0xff, part->length);
    /* bank 0, both copies; bank 1 stays erased until first used */
    for (uint32_t i = 0; i < LAYOUT_JOURNAL_SECTORS / 2; i++) {
        uint8_t *sector = flash + part->start + i * board_map_sector(map);

        write_header(sector, state->sequence);
        write_record(sector + LAYOUT_RECORD_SIZE, state);
    }
    return 0;
}

static void write_request(uint8_t *slot, const struct request_record *request,
                          uint32_t sequence)
{
    memset(slot, 0, LAYOUT_REQUEST_SIZE);
    put_le32(slot + REQUEST_AT_MAGIC, LAYOUT_REQUEST_MAGIC);
    put_le32(slot + REQUEST_AT_SEQUENCE, sequence);
    slot[REQUEST_AT_KIND] = request->kind;
    slot[REQUEST_AT_SLOT] = request->slot;
    put_le32(slot + REQUEST_AT_NUMBER, request->number);
    memcpy(slot + REQUEST_AT_DIGEST, request->digest, sizeof request->digest);
    seal(slot, LAYOUT_REQUEST_SIZE);
}

/* Find where the next request goes and which number it gets: a blank slot in
 * the sector with the newest request; if that is full, the other sector is
 * erased and used. Invalid slots use up a number, too. */
static uint32_t next_request(const struct board_map *map,
                             const struct boot_view *view, uint8_t *flash,
                             uint32_t *sequence)
{
    const struct request_record *newest =
        view->newest >= 0 ? &view->request[view->newest] : NULL;
    unsigned sector = newest != NULL ? newest->sector : 0u;
    unsigned from = newest != NULL ? newest->index : 0u;
    uint16_t dealt =
        view->in_force >= 0 ? view->record[view->in_force].request : 0;

    *sequence = newest != NULL ? newest->sequence : dealt + 1u;
    for (unsigned i = from; i < view->request_slots; i++) {
        const struct request_record *slot =
            &view->request[sector * view->request_slots + i];
        if (slot->status == DECODE_BLANK) {
            *sequence += i - from;
            return slot->address;
        }
    }
    *sequence += view->request_slots - from;
    uint32_t other = view->request[(1 - sector) * view->request_slots].address;
    memset(flash + other, 0xff, board_map_sector(map));
    return other;
}

int provision_request(const struct board_map *map,
                      const struct request_record *request, uint8_t *flash,
                      size_t size, struct diag *diag)
{
    struct boot_view view;

    if (find_part(map, "requests",
                  LAYOUT_REQUEST_SECTORS * board_map_sector(map), size,
                  diag) == NULL) {
        return OTALAB_ERR_USAGE;
    }
    if (decode_flash(flash, size, map, &view) != 0) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "the flash of %zu bytes is too small for the map",
                         size);
    }
    uint32_t sequence;
    uint32_t address = next_request(map, &view, flash, &sequence);

    write_request(flash + address, request, sequence);
    return 0;
}

/* ---- fuses ---------------------------------------------------------------- */

static void burn(uint32_t words[OTP_WORDS], uint32_t bit)
{
    words[bit / 32] |= 1u << bit % 32;
}

static void burn_bytes(uint32_t words[OTP_WORDS], uint32_t first,
                       const uint8_t *bytes, uint32_t count)
{
    for (uint32_t i = 0; i < count * 8; i++) {
        if ((bytes[i / 8] >> i % 8 & 1) != 0) {
            burn(words, first + i);
        }
    }
}

static int burn_unary(uint32_t words[OTP_WORDS], uint32_t first, uint32_t bits,
                      uint32_t value, const char *name, struct diag *diag)
{
    if (value > bits) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "%s %u: the fuses hold at most %u", name, value, bits);
    }
    for (uint32_t i = 0; i < value; i++) {
        burn(words, first + i);
    }
    return 0;
}

static int burn_all(const struct provision_spec *spec,
                    uint32_t words[OTP_WORDS], struct diag *diag)
{
    const struct {
        uint32_t first, bits, value;
        const char *name;
    } unary[] = {
        {OTP_EPOCH_BIT, OTP_EPOCH_BITS, spec->epoch, "key epoch"},
        {OTP_BOOT_COUNTER_BIT, OTP_BOOT_COUNTER_BITS, spec->boot_counter,
         "bootloader counter"},
        {OTP_LIFECYCLE_BIT, OTP_LIFECYCLE_BITS, spec->lifecycle, "life-cycle"},
        {OTP_COUNTER_BIT, OTP_COUNTER_BITS, spec->counter, "security counter"},
    };
    uint8_t identity[16];
    struct rng rng;

    memset(words, 0, OTP_WORDS * sizeof words[0]);
    for (uint32_t i = 0; i < OTP_ROOT_KEYS; i++) {
        burn_bytes(words, OTP_ROOT_KEY_BIT(i), spec->root[i], 32);
    }
    rng_init(&rng, spec->seed, "provision.identity");
    rng_fill(&rng, identity, sizeof identity);
    burn_bytes(words, OTP_IDENTITY_BIT, identity, sizeof identity);
    for (size_t i = 0; i < sizeof unary / sizeof unary[0]; i++) {
        int err = burn_unary(words, unary[i].first, unary[i].bits,
                             unary[i].value, unary[i].name, diag);
        if (err != 0) {
            return err;
        }
    }
    return 0;
}

void fuses_pack(const uint32_t words[OTP_WORDS], uint8_t bytes[FUSE_FILE_SIZE])
{
    for (uint32_t i = 0; i < OTP_WORDS; i++) {
        put_le32(bytes + 4 * i, words[i]);
    }
}

void fuses_unpack(const uint8_t bytes[FUSE_FILE_SIZE],
                  uint32_t words[OTP_WORDS])
{
    for (uint32_t i = 0; i < OTP_WORDS; i++) {
        words[i] = get_le32(bytes + 4 * i);
    }
}

/* ---- all of it -------------------------------------------------------------- */

/* Slot A confirmed, with the digest of its image if that is readable, otherwise
 * zeros. */
static int first_journal(const struct provision_spec *spec, uint8_t *flash,
                         size_t size, struct diag *diag)
{
    struct journal_record state = {.sequence = 1,
                                   .slot = JOURNAL_SLOT_A,
                                   .state = JOURNAL_CONFIRMED,
                                   .flags = JOURNAL_ASKED,
                                   .counter = spec->counter};
    const struct board_part *part =
        find_part(spec->map, "slot-a", 0, size, diag);
    struct image_facts facts;

    if (part == NULL) {
        return OTALAB_ERR_USAGE;
    }
    image_read(flash + part->start, part->length, &facts);
    if (facts.has_digest) {
        memcpy(state.digest, facts.said, sizeof state.digest);
    }
    return provision_journal(spec->map, &state, flash, size, diag);
}

int provision_flash(const struct provision_spec *spec, uint8_t *flash,
                    size_t size, uint32_t words[OTP_WORDS], struct diag *diag)
{
    memset(flash, 0xff, size);
    for (unsigned i = 0; i < spec->image_count; i++) {
        int err =
            provision_place(spec->map, &spec->images[i], flash, size, diag);
        if (err != 0) {
            return err;
        }
    }
    int err = spec->journal ? first_journal(spec, flash, size, diag) : 0;

    return err != 0 ? err : burn_all(spec, words, diag);
}
