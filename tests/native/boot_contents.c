/* SPDX-License-Identifier: MIT */
#include "native/boot_contents.h"

#include <string.h>

#include "image/bytes.h"
#include "image/hostile.h"
#include "image/image_read.h"
#include "image/provision.h"
#include "native/images.h"
#include "oracle/layout.h"

#define RECORD LAYOUT_RECORD_SIZE
#define REQUEST LAYOUT_REQUEST_SIZE

/* ---- what the choices mean ------------------------------------------------ */

static uint8_t small(uint8_t choice)
{
    static const uint8_t values[CONTENTS_SMALL] = {3, 0, 1, 2,  4,   7,
                                                   8, 9, 3, 16, 254, 255};

    return values[choice % CONTENTS_SMALL];
}

const struct board_part *contents_slot(uint32_t slot)
{
    static const char *const names[] = {"slot-a", "slot-b", "recovery"};

    return board_map_find(native_map(), names[slot % CASE_SLOTS]);
}

/* The SHA256 entry of what lies in the slot, zeros if there is none. */
static void slot_digest(const struct native_device *device, uint32_t slot,
                        uint8_t digest[32])
{
    const struct board_part *part = contents_slot(slot);
    struct image_facts facts;

    memset(digest, 0, 32);
    (void)image_read(device->flash.array + part->start, part->length, &facts);
    if (facts.has_digest) {
        memcpy(digest, facts.said, 32);
    }
}

void contents_digest(const struct native_device *device, uint8_t choice,
                     uint32_t slot, uint8_t digest[32])
{
    if (choice < 8) {
        slot_digest(device, slot, digest);
    } else if (choice < 12) {
        memset(digest, 0, 32);
    } else if (choice < 12 + NATIVE_IMAGE_COUNT) {
        memcpy(digest, native_image(choice - 12u)->digest, 32);
    } else {
        memset(digest, choice, 32);
    }
}

/* ---- writing --------------------------------------------------------------- */

struct maker {
    const struct boot_case *made;
    struct native_device *device;
    struct rng rng;
};

static uint8_t *flash_at(struct maker *maker, uint32_t address)
{
    return maker->device->flash.array + address;
}

static void clear(struct native_device *device, uint32_t start, uint32_t length)
{
    struct flash *flash = &device->flash;

    memset(flash->array + start, 0xFF, length);
    memset(flash->taint + start / 4u, FLASH_CLEAN, length / 4u);
    memset(flash->erase_count + start / FLASH_BLOCK, 0,
           length / FLASH_BLOCK * sizeof(flash->erase_count[0]));
}

static void clear_all(struct native_device *device)
{
    static const char *const whole[] = {"journal", "requests", "progress"};

    for (unsigned i = 0; i < sizeof whole / sizeof whole[0]; i++) {
        const struct board_part *part = board_map_find(native_map(), whole[i]);
        clear(device, part->start, part->length);
    }
    for (uint32_t slot = 0; slot < CASE_SLOTS; slot++) {
        clear(device, contents_slot(slot)->start, CONTENTS_SLOT_USED);
    }
    memset(device->flash.locked, 0, sizeof(device->flash.locked));
    memset(&device->flash.op, 0, sizeof(device->flash.op));
    rng_init(&device->flash.rng, 0, "flash");
    otp_init(&device->otp, native_figures()->otp_burn_ns, 0);
    device->now_ns = 0;
}

static void noise(struct maker *maker, uint8_t *bytes, uint32_t length)
{
    rng_fill(&maker->rng, bytes, length);
}

/* A slot of journal or requests whose fields are set gets its ends, and is
 * spoiled as its form says. */
static void seal(struct maker *maker, uint8_t form, uint8_t *slot,
                 uint32_t size)
{
    put_le32(slot + LAYOUT_CRC_AT(size),
             layout_crc32(slot, LAYOUT_CRC_AT(size)));
    put_le32(slot + LAYOUT_END_AT(size), LAYOUT_END_MARK);
    switch (form) {
    case CASE_BAD_CRC:
        slot[LAYOUT_CRC_AT(size)] ^= 1u;
        break;
    case CASE_NO_END:
        memset(slot + LAYOUT_END_AT(size), 0xFF, 4);
        break;
    case CASE_TORN:
        memset(slot + size / 2u, 0xFF, size / 2u);
        break;
    case CASE_NOISE:
        noise(maker, slot, size);
        break;
    case CASE_BLANK:
        memset(slot, 0xFF, size);
        break;
    default:
        break;
    }
}

/* ---- slots ------------------------------------------------------------------ */

static const struct native_image *chosen_image(uint8_t choice)
{
    return choice >= 1 && choice <= NATIVE_IMAGE_COUNT
               ? native_image(choice - 1u)
               : NULL;
}

static void spoil(struct maker *maker, const struct case_slot *slot,
                  uint32_t start, uint32_t size)
{
    const struct native_image *other =
        native_image(slot->where % NATIVE_IMAGE_COUNT);
    uint32_t at = (uint32_t)((uint64_t)size * slot->where / 65536u);
    uint8_t *byte = flash_at(maker, start + at);

    if (slot->damage == CASE_FLIP) {
        *byte ^= (uint8_t)(1u << slot->where % 8u);
    } else if (slot->damage == CASE_CUT_OFF) {
        memset(byte, 0xFF, size - at);
    } else if (slot->damage == CASE_MIXED && at < other->size) {
        memcpy(byte, other->bytes + at, other->size - at);
    }
}

static void make_slot(struct maker *maker, uint32_t number)
{
    const struct case_slot *slot = &maker->made->slot[number];
    const struct native_image *image = chosen_image(slot->image);
    uint32_t start = contents_slot(number)->start;

    if (image) {
        memcpy(flash_at(maker, start), image->bytes, image->size);
        spoil(maker, slot, start, image->size);
    } else if (slot->image != 0) {
        noise(maker, flash_at(maker, start), FLASH_SECTOR);
    }
}

/* ---- a forged journal ----------------------------------------------------------- */

static void make_record(struct maker *maker, const struct case_record *record,
                        uint32_t follows, uint8_t *slot)
{
    static const uint8_t states[] = {1, 2, 1, 7};
    struct native_device *device = maker->device;

    memset(slot, 0, RECORD);
    put_le32(slot, LAYOUT_RECORD_MAGIC);
    put_le32(slot + RECORD_AT_SEQUENCE,
             hostile_sequence(record->sequence, follows));
    slot[RECORD_AT_SLOT] = record->slot;
    slot[RECORD_AT_STATE] = states[record->state];
    slot[RECORD_AT_ATTEMPTS] = small(record->attempts);
    slot[RECORD_AT_REASON] = record->reason;
    put_le16(slot + RECORD_AT_COUNTER,
             (uint16_t)hostile_level(record->counter));
    slot[RECORD_AT_ROUNDS] = small(record->rounds);
    slot[RECORD_AT_LOSSES] = small(record->losses);
    slot[RECORD_AT_FLAGS] = record->flags;
    put_le32(slot + RECORD_AT_RELEASE,
             hostile_sequence(record->release, record->release));
    contents_digest(device, record->digest, record->slot,
                    slot + RECORD_AT_DIGEST);
    for (unsigned i = 0; i < 2; i++) {
        contents_digest(device, record->rejected[i], i,
                        slot + RECORD_AT_REJECTED + 32u * i);
    }
    slot[RECORD_AT_REJECTED_REASON] = record->rejected_reason;
    put_le16(slot + RECORD_AT_REQUEST,
             (uint16_t)hostile_sequence(record->request, record->request));
    seal(maker, record->form, slot, RECORD);
}

static void make_header(struct maker *maker, unsigned number, uint32_t first)
{
    const struct case_sector *sector = &maker->made->journal.sector[number];
    const struct board_part *part = board_map_find(native_map(), "journal");
    uint8_t *slot = flash_at(maker, part->start + number * FLASH_SECTOR);

    memset(slot, 0, RECORD);
    put_le32(slot + HEADER_AT_MAGIC, LAYOUT_HEADER_MAGIC);
    put_le32(slot + HEADER_AT_FIRST, hostile_sequence(sector->first, first));
    seal(maker, sector->form, slot, RECORD);
}

/* Record i of the case in sector `number`, as its i-th. */
static void put_records(struct maker *maker, unsigned number, unsigned from,
                        unsigned to, uint32_t first)
{
    const struct case_journal *journal = &maker->made->journal;
    const struct board_part *part = board_map_find(native_map(), "journal");
    uint8_t *sector = flash_at(maker, part->start + number * FLASH_SECTOR);

    make_header(maker, number, first);
    for (unsigned i = from; i < to; i++) {
        bool hole = number % 2u == 1 && (journal->holes >> i & 1u) != 0;
        if (!hole) {
            make_record(maker, &journal->record[i], first + (i - from),
                        sector + (1u + i - from) * RECORD);
        }
    }
}

static void put_bank(struct maker *maker, unsigned bank, unsigned from,
                     unsigned to, uint32_t first)
{
    put_records(maker, bank * 2u, from, to, first);
    put_records(maker, bank * 2u + 1u, from, to, first);
}

static void make_journal(struct maker *maker)
{
    const struct case_journal *journal = &maker->made->journal;
    uint32_t first = hostile_sequence(journal->first, 1);
    unsigned all = journal->records;

    switch (journal->style) {
    case CASE_BANK_0:
    case CASE_BANK_1:
        put_bank(maker, journal->style == CASE_BANK_1, 0, all, first);
        break;
    case CASE_SPLIT:
        put_bank(maker, 0, 0, all / 2u, first);
        put_bank(maker, 1, all / 2u, all, first + 31u);
        break;
    case CASE_SECTORS_ALL:
        put_bank(maker, 0, 0, all, first);
        put_bank(maker, 1, 0, all, first);
        break;
    default:
        break;
    }
}

/* ---- forged requests ----------------------------------------------------------------- */

static void make_request(struct maker *maker,
                         const struct case_request *request, uint32_t follows,
                         uint8_t *slot)
{
    memset(slot, 0, REQUEST);
    put_le32(slot, LAYOUT_REQUEST_MAGIC);
    put_le32(slot + LAYOUT_AT_SEQUENCE,
             hostile_sequence(request->sequence, follows));
    slot[REQUEST_AT_KIND] = request->kind;
    slot[REQUEST_AT_SLOT] = request->slot;
    put_le32(slot + REQUEST_AT_NUMBER, hostile_level(request->value));
    contents_digest(maker->device, request->digest, request->slot,
                    slot + REQUEST_AT_DIGEST);
    seal(maker, request->form, slot, REQUEST);
}

static void make_requests(struct maker *maker)
{
    const struct case_requests *requests = &maker->made->requests;
    const struct board_part *part = board_map_find(native_map(), "requests");
    uint32_t first = hostile_sequence(requests->first, 1);

    for (unsigned i = 0; i < requests->used && requests->style > 0; i++) {
        bool second = requests->style == 2 || (requests->style == 3 && i % 2u);
        uint32_t at = part->start + (second ? FLASH_SECTOR : 0) + i * REQUEST;
        make_request(maker, &requests->request[i], first + i,
                     flash_at(maker, at));
    }
}

/* ---- fuses ------------------------------------------------------------------------------ */

static void burn_unary(struct otp *otp, uint32_t first, uint32_t level)
{
    for (uint32_t i = 0; i < level; i++) {
        otp_set(otp, first + i);
    }
}

static void make_fuses(struct maker *maker, uint32_t level, uint32_t epoch,
                       uint32_t gap)
{
    struct otp *otp = &maker->device->otp;

    for (uint32_t key = 0; key < NATIVE_KEYS; key++) {
        for (uint32_t bit = 0; bit < 256; bit++) {
            if (native_key_digest(key)[bit / 8u] >> bit % 8u & 1u) {
                otp_set(otp, OTP_ROOT_KEY_BIT(key) + bit);
            }
        }
    }
    burn_unary(otp, OTP_EPOCH_BIT, epoch);
    burn_unary(otp, OTP_LIFECYCLE_BIT, 1);
    burn_unary(otp, OTP_RECOVERY_COUNTER_BIT, maker->made->fuses.recovery);
    burn_unary(otp, OTP_COUNTER_BIT, level);
    if (gap > 0 && gap < level) {
        uint32_t bit = OTP_COUNTER_BIT + level - 1u - gap;
        otp->words[bit / 32u] &= ~(1u << bit % 32u);
    }
}

/* ---- all of it ------------------------------------------------------------------------------ */

/* What a factory makes: an image that runs in slot a, whatever in slot b, and
 * perhaps a recovery image. */
static void make_honest(struct maker *maker)
{
    static const uint8_t sound[] = {NATIVE_FACTORY, NATIVE_NEXT, NATIVE_SECURE,
                                    NATIVE_LARGE};
    const struct boot_case *made = maker->made;
    struct native_device *device = maker->device;
    uint32_t chosen = sound[made->slot[0].image % sizeof sound];
    const struct native_image *image = native_image(chosen);
    struct journal_record state = {.sequence = 1,
                                   .slot = JOURNAL_SLOT_A,
                                   .state = JOURNAL_CONFIRMED};
    struct diag diag;
    uint32_t level = hostile_level(made->fuses.counter);

    level = level < image->counter ? level : image->counter;
    make_fuses(maker, level, 0, 0);
    memcpy(flash_at(maker, contents_slot(0)->start), image->bytes, image->size);
    make_slot(maker, 1);
    if (made->slot[2].image % 2u == 0) {
        image = native_image(NATIVE_RESCUE);
        memcpy(flash_at(maker, contents_slot(2)->start), image->bytes,
               image->size);
    }
    if (made->origin != CASE_NEW) {
        memcpy(state.digest, native_image(chosen)->digest, 32);
        state.counter = level;
        (void)provision_journal(native_map(), &state, device->flash.array,
                                device->flash.figures.size, &diag);
    }
}

static void make_forged(struct maker *maker)
{
    const struct boot_case *made = maker->made;
    uint32_t level = hostile_level(made->fuses.counter);

    make_fuses(maker, level < OTP_COUNTER_BITS ? level : OTP_COUNTER_BITS,
               made->fuses.epoch, made->fuses.gap);
    for (uint32_t slot = 0; slot < CASE_SLOTS; slot++) {
        make_slot(maker, slot);
    }
    make_journal(maker);
    make_requests(maker);
}

uint32_t contents_worn(const struct boot_case *made)
{
    return made->worn >= 1u && made->worn <= 15u ? made->worn : 0;
}

/* Erases no longer work there, and say so. */
static void make_worn(struct maker *maker)
{
    const struct board_part *part = board_map_find(native_map(), "journal");
    struct flash *flash = &maker->device->flash;

    for (uint32_t i = 0; i < CASE_SECTORS; i++) {
        if (contents_worn(maker->made) >> i & 1u) {
            flash->erase_count[part->start / FLASH_SECTOR + i] =
                flash->figures.endurance;
        }
    }
}

void boot_contents_make(const struct boot_case *made,
                        struct native_device *device)
{
    const struct board_part *progress =
        board_map_find(native_map(), "progress");
    struct maker maker = {.made = made, .device = device};

    rng_init(&maker.rng, made->seed, "contents");
    clear_all(device);
    if (made->origin == CASE_FORGED) {
        make_forged(&maker);
    } else {
        make_honest(&maker);
    }
    make_worn(&maker);
    if (made->progress > 0) {
        noise(&maker, flash_at(&maker, progress->start), progress->length);
    }
    rng_init(&device->flash.rng, made->seed, "flash");
    rng_init(&device->otp.rng, made->seed, "otp");
}

/* ---- the flip ---------------------------------------------------------------------------------- */

uint32_t boot_contents_flip(const struct boot_case *made,
                            struct native_device *device)
{
    static const struct {
        const char *partition;
        uint32_t start, length;
    } regions[CONTENTS_REGIONS] = {
        {"journal", 0, 8 * RECORD},
        {"journal", FLASH_SECTOR, 8 * RECORD},
        {"journal", 2 * FLASH_SECTOR, 8 * RECORD},
        {"journal", 3 * FLASH_SECTOR, 8 * RECORD},
        {"requests", 0, 8 * REQUEST},
        {"slot-a", 0, 2048},
        {"slot-b", 0, 2048},
        {"recovery", 0, 2048},
    };
    uint8_t in = made->flip_in % CONTENTS_REGIONS;
    const struct board_part *part =
        board_map_find(native_map(), regions[in].partition);
    uint32_t at =
        (uint32_t)((uint64_t)regions[in].length * made->flip_at / 65536u);

    at += part->start + regions[in].start;
    (void)flash_flip(&device->flash, at, made->flip_at % 8u);
    return at;
}
