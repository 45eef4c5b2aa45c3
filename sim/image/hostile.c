/* SPDX-License-Identifier: MIT */
/* What somebody with a flash programmer could leave in a partition. */
#include "image/hostile.h"

#include <stddef.h>
#include <string.h>

#include "base/rng.h"
#include "board/registers.h"
#include "image/bytes.h"
#include "oracle/layout.h"

struct maker {
    const struct hostile_stock *stock;
    uint32_t sector;
    struct rng rng;
};

/* ---- choices ---------------------------------------------------------------- */

static uint32_t below(struct maker *maker, uint32_t bound)
{
    return (uint32_t)rng_below(&maker->rng, bound);
}

static bool one_in(struct maker *maker, uint32_t bound)
{
    return below(maker, bound) == 0;
}

uint32_t hostile_sequence(uint8_t choice, uint32_t follows)
{
    static const uint32_t absurd[HOSTILE_SEQUENCES] = {
        0,          0,          0,          1,          2,
        3,          5,          33,         0x1000,     0x7FFF,
        0xFFFF,     0x10000,    0x7FFFFFFF, 0xFFFEFFE0, 0xFFFEFFFF,
        0xFFFEFFFD, 0xFFFF0000, 0xFFFF0001, 0xFFFFFFFF, 0};

    return choice < 3 ? follows : absurd[choice % HOSTILE_SEQUENCES];
}

uint32_t hostile_level(uint8_t choice)
{
    static const uint32_t levels[HOSTILE_LEVELS] = {0,   1,   2,   3,
                                                    4,   5,   9,   31,
                                                    255, 256, 257, 0xFFFF};

    return levels[choice % HOSTILE_LEVELS];
}

/* Mostly what comes next, as otherwise nothing would be in force. */
static uint32_t sequence(struct maker *maker, uint32_t follows)
{
    uint8_t choice = (uint8_t)below(maker, HOSTILE_SEQUENCES);

    return one_in(maker, 6) ? hostile_sequence(choice, follows) : follows;
}

static uint32_t level(struct maker *maker)
{
    return hostile_level((uint8_t)below(maker, HOSTILE_LEVELS));
}

static uint8_t small(struct maker *maker)
{
    static const uint8_t values[] = {3, 0, 1, 2, 4, 7, 8, 9, 16, 254, 255};

    return values[below(maker, sizeof values)];
}

/* One of the first `usual` values, now and then another. */
static uint8_t kind(struct maker *maker, uint32_t first, uint32_t usual)
{
    return (uint8_t)(one_in(maker, 12) ? below(maker, 256)
                                       : first + below(maker, usual));
}

static void put_digest(struct maker *maker, uint8_t *out)
{
    const struct hostile_stock *stock = maker->stock;
    uint32_t choice = below(maker, 8);

    if (choice < 5) {
        memcpy(out, stock->image[below(maker, stock->images)].digest, 32);
    } else if (choice < 7) {
        memset(out, 0, 32);
    } else {
        rng_fill(&maker->rng, out, 32);
    }
}

/* ---- slots of logs ------------------------------------------------------------- */

/* Give a slot its ends, or spoil it. */
static void seal(struct maker *maker, uint8_t *slot, uint32_t size)
{
    put_le32(slot + LAYOUT_CRC_AT(size),
             layout_crc32(slot, LAYOUT_CRC_AT(size)));
    put_le32(slot + LAYOUT_END_AT(size), LAYOUT_END_MARK);
    switch (below(maker, 24)) {
    case 0:
        slot[LAYOUT_CRC_AT(size)] ^= 1u;
        break;
    case 1:
        memset(slot + LAYOUT_END_AT(size), 0xFF, 4);
        break;
    case 2:
        memset(slot + size / 2u, 0xFF, size / 2u);
        break;
    case 3:
        rng_fill(&maker->rng, slot, size);
        break;
    case 4:
        memset(slot, 0xFF, size);
        break;
    case 5:
        slot[LAYOUT_END_AT(size)] ^= 1u;
        break;
    default:
        break;
    }
}

static void make_record(struct maker *maker, uint8_t *slot)
{
    slot[RECORD_AT_SLOT] = kind(maker, 0, 3);
    slot[RECORD_AT_STATE] = kind(maker, 1, 2);
    slot[RECORD_AT_ATTEMPTS] = small(maker);
    slot[RECORD_AT_REASON] = kind(maker, 0, 22);
    put_le16(slot + RECORD_AT_COUNTER, (uint16_t)level(maker));
    slot[RECORD_AT_ROUNDS] = one_in(maker, 2) ? 0 : small(maker);
    slot[RECORD_AT_LOSSES] = one_in(maker, 2) ? 0 : small(maker);
    put_digest(maker, slot + RECORD_AT_DIGEST);
    put_digest(maker, slot + RECORD_AT_REJECTED);
    put_digest(maker, slot + RECORD_AT_REJECTED + 32);
    slot[RECORD_AT_REJECTED_REASON] = kind(maker, 0, 22);
    slot[RECORD_AT_FLAGS] = kind(maker, 0, 8);
    put_le16(slot + RECORD_AT_REQUEST, (uint16_t)sequence(maker, 0));
    put_le32(slot + RECORD_AT_RELEASE, sequence(maker, 0));
}

static void make_request(struct maker *maker, uint8_t *slot)
{
    slot[REQUEST_AT_KIND] = kind(maker, 1, 5);
    slot[REQUEST_AT_SLOT] = kind(maker, 0, 3);
    put_le32(slot + REQUEST_AT_NUMBER, level(maker));
    put_digest(maker, slot + REQUEST_AT_DIGEST);
}

/* It is all there: the trial need only be asked for. */
static void claim_image(struct maker *maker, uint8_t *slot)
{
    const struct hostile_image *image =
        &maker->stock->image[below(maker, maker->stock->images)];

    slot[PROGRESS_AT_STATE] = kind(maker, 1, 2);
    slot[PROGRESS_AT_SLOT] = 1;
    slot[PROGRESS_AT_FINAL] = 0;
    put_le32(slot + PROGRESS_AT_SIZE, image->size);
    put_le32(slot + PROGRESS_AT_WRITTEN, image->size);
    put_le32(slot + PROGRESS_AT_NOT_BEFORE, 0);
    memcpy(slot + PROGRESS_AT_DIGEST, image->digest, 32);
    memcpy(slot + PROGRESS_AT_WHOLE, image->whole, 32);
}

static void make_progress(struct maker *maker, uint8_t *slot)
{
    rng_fill(&maker->rng, slot + 8, LAYOUT_RECORD_SIZE - 16u);
    slot[PROGRESS_AT_STATE] = kind(maker, 0, 4);
    slot[PROGRESS_AT_SLOT] = kind(maker, 0, 2);
    slot[PROGRESS_AT_TRIES] = small(maker);
    slot[PROGRESS_AT_REPORTED] = kind(maker, 0, 2);
    slot[14] = kind(maker, 0, 2);
    slot[PROGRESS_AT_FINAL] = kind(maker, 0, 2);
    put_le32(slot + PROGRESS_AT_RELEASE, sequence(maker, 1));
    put_le32(slot + PROGRESS_AT_SIZE, below(maker, 0x90000));
    put_le32(slot + PROGRESS_AT_WRITTEN, below(maker, 0x90) * 1024u);
    slot[36] = kind(maker, 0, 9);
    put_digest(maker, slot + PROGRESS_AT_DIGEST);
    if (one_in(maker, 2)) {
        claim_image(maker, slot);
    }
}

/* Mostly of nobody, or everything would have failed. */
static void make_failed(struct maker *maker, uint8_t *slot)
{
    rng_fill(&maker->rng, slot + FAILED_AT_DIGEST, 32);
    if (one_in(maker, 100)) {
        put_digest(maker, slot + FAILED_AT_DIGEST);
    }
    slot[FAILED_AT_REASON] = kind(maker, 0, 22);
}

static void make_offer(struct maker *maker, uint8_t *slot)
{
    rng_fill(&maker->rng, slot + 8, 192);
    put_le32(slot + OFFER_AT_RELEASE, sequence(maker, 1));
    put_digest(maker, slot + OFFER_AT_DIGEST);
}

struct log {
    const char *partition;
    uint32_t magic;
    uint32_t size;
    bool headers; /* the first slot of a sector is one */
    void (*make)(struct maker *maker, uint8_t *slot);
};

static const struct log logs[] = {
    {"journal", LAYOUT_RECORD_MAGIC, LAYOUT_RECORD_SIZE, true, make_record},
    {"requests", LAYOUT_REQUEST_MAGIC, LAYOUT_REQUEST_SIZE, false,
     make_request},
    {"progress", LAYOUT_PROGRESS_MAGIC, 128, false, make_progress},
    {"failed", LAYOUT_FAILED_MAGIC, 64, false, make_failed},
    {"offers", LAYOUT_OFFER_MAGIC, 256, false, make_offer},
};

/* ---- sectors of logs -------------------------------------------------------------- */

static uint32_t make_header(struct maker *maker, const struct log *log,
                            uint8_t *slot, uint32_t first)
{
    if (!log->headers) {
        return 0;
    }
    memset(slot, 0, log->size);
    put_le32(slot + HEADER_AT_MAGIC, LAYOUT_HEADER_MAGIC);
    put_le32(slot + HEADER_AT_FIRST, first);
    seal(maker, slot, log->size);
    return 1;
}

static void make_slots(struct maker *maker, const struct log *log,
                       uint8_t *sector, uint32_t first)
{
    uint32_t slots = maker->sector / log->size;
    uint32_t from = make_header(maker, log, sector, first);
    uint32_t used = one_in(maker, 4) ? slots : from + below(maker, 6);

    memset(sector + from * log->size, 0xFF, maker->sector - from * log->size);
    for (uint32_t i = from; i < used && i < slots; i++) {
        uint8_t *slot = sector + i * log->size;

        memset(slot, 0, log->size);
        put_le32(slot, log->magic);
        put_le32(slot + LAYOUT_AT_SEQUENCE, sequence(maker, first + i - from));
        log->make(maker, slot);
        seal(maker, slot, log->size);
    }
}

/* The journal keeps two copies: often the sector repeats the one before it. */
static void make_sector(struct maker *maker, const struct log *log,
                        uint8_t *sector, uint32_t number)
{
    uint32_t choice = below(maker, 12);
    uint32_t first = sequence(maker, 1u + below(maker, 200));

    if (log->headers && number % 2u == 1 && choice < 9) {
        memcpy(sector, sector - maker->sector, maker->sector);
    } else if (choice == 11) {
        rng_fill(&maker->rng, sector, maker->sector);
    } else if (choice == 10) {
        memset(sector, 0xFF, maker->sector);
    } else {
        make_slots(maker, log, sector, first);
    }
}

static void make_log(struct maker *maker, const struct log *log, uint8_t *out,
                     uint32_t length)
{
    for (uint32_t i = 0; (i + 1u) * maker->sector <= length; i++) {
        make_sector(maker, log, out + i * maker->sector, i);
    }
}

/* ---- images ------------------------------------------------------------------------- */

/* Mostly an image that could run from there. */
static const struct hostile_image *pick_image(struct maker *maker,
                                              uint32_t load_base)
{
    const struct hostile_stock *stock = maker->stock;
    uint32_t start = below(maker, stock->images);
    bool any = one_in(maker, 8);

    for (unsigned i = 0; i < stock->images; i++) {
        const struct hostile_image *image =
            &stock->image[(start + i) % stock->images];
        if (any || image->load_base == load_base) {
            return image;
        }
    }
    return &stock->image[start];
}

/* Sizes and offsets in the header, and whatever else lies in its first bytes. */
static void spoil_header(struct maker *maker, uint8_t *out)
{
    static const uint8_t at[] = {0, 4, 8, 10, 12, 16, 20, 24, 28};
    static const uint32_t values[] = {0,          1,          0x1F,
                                      0x20,       0xFFFF,     0x10000,
                                      0x7FFFFFFF, 0x80000000, 0xFFFFFFFF};

    put_le32(out + at[below(maker, sizeof at)],
             values[below(maker, sizeof values / sizeof values[0])]);
}

static void spoil_image(struct maker *maker, uint8_t *out, uint32_t size)
{
    const struct hostile_stock *stock = maker->stock;
    const struct hostile_image *other =
        &stock->image[below(maker, stock->images)];
    uint32_t at = below(maker, size);

    switch (below(maker, 8)) {
    case 0:
    case 1:
        memset(out + at, 0xFF, size - at);
        break;
    case 2:
        if (at < other->size && other->size <= size) {
            memcpy(out + at, other->bytes + at, other->size - at);
        }
        break;
    case 3:
        spoil_header(maker, out);
        break;
    case 4: /* among the TLVs, which come last */
        out[size - 1u - below(maker, size < 256u ? size : 256u)] =
            (uint8_t)below(maker, 256);
        break;
    default:
        out[at] ^= (uint8_t)(1u << below(maker, 8));
        break;
    }
}

static void make_image(struct maker *maker, uint32_t load_base, uint8_t *out,
                       uint32_t length)
{
    const struct hostile_image *image = pick_image(maker, load_base);
    uint32_t choice = below(maker, 16);

    memset(out, 0xFF, length);
    if (choice == 0) {
        rng_fill(&maker->rng, out, maker->sector);
    } else if (choice > 1 && image->size <= length) {
        memcpy(out, image->bytes, image->size);
        if (choice < 10) {
            spoil_image(maker, out, image->size);
        }
    }
}

/* ---- all ------------------------------------------------------------------------------ */

void hostile_fill(const char *partition, const struct hostile_stock *stock,
                  uint64_t seed, uint8_t *out, uint32_t length)
{
    static const struct {
        const char *partition;
        uint32_t load_base;
    } places[] = {{"boot-a", BOARD_BOOT_BASE},
                  {"boot-b", BOARD_BOOT_BASE},
                  {"slot-a", BOARD_APP_BASE},
                  {"slot-b", BOARD_APP_BASE},
                  {"recovery", BOARD_RECOVERY_BASE}};
    struct maker maker = {.stock = stock, .sector = stock->sector};

    rng_init(&maker.rng, seed, partition);
    for (size_t i = 0; i < sizeof logs / sizeof logs[0]; i++) {
        if (strcmp(logs[i].partition, partition) == 0) {
            make_log(&maker, &logs[i], out, length);
            return;
        }
    }
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        if (strcmp(places[i].partition, partition) == 0) {
            make_image(&maker, places[i].load_base, out, length);
            return;
        }
    }
    rng_fill(&maker.rng, out, length);
}
