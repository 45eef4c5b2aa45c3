/* SPDX-License-Identifier: MIT */
/*
 * The adapter for our boot chain: what a flash dump and a set of fuses mean.
 * Written from docs/flash-layout.md alone; it shares no code with the device,
 * and oracle, `otalab inspect` and dashboard all use it. Every byte is
 * untrusted. Results are plain values without pointers; decode_flash() fails
 * only if the map does not fit the dump.
 */
#ifndef OTALAB_ORACLE_DECODE_H
#define OTALAB_ORACLE_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "board/registers.h"
#include "device/figures.h"
#include "image/image_read.h"
#include "oracle/layout.h"

enum journal_slot { JOURNAL_SLOT_A = 0, JOURNAL_SLOT_B, JOURNAL_SLOT_RECOVERY };
enum journal_state { JOURNAL_CONFIRMED = 1, JOURNAL_TRIAL = 2 };
#define JOURNAL_SURROUNDINGS 18u /* reason: the image gave up its trial */
enum request_kind {
    REQUEST_TRIAL = 1,
    REQUEST_CONFIRM = 2,
    REQUEST_COMMIT = 3,
    REQUEST_ABANDON = 4,
    REQUEST_ALIVE = 5,
    REQUEST_FETCH = 6
};
enum journal_flag {
    JOURNAL_ASKED = 1u << 0,
    JOURNAL_THIN = 1u << 1,
    JOURNAL_AT_FAULT = 1u << 2
};

/* X(CODE, "name", "explanation") */
#define DECODE_STATUSES(X)                                      \
    X(BLANK, "blank", "erased")                                 \
    X(VALID, "valid", "valid")                                  \
    X(NO_HEADER, "no-header", "the sector has no valid header") \
    X(TORN, "torn", "incomplete: the end mark is erased")       \
    X(BAD_MAGIC, "bad-magic", "the magic number is wrong")      \
    X(BAD_END, "bad-end", "the end mark is wrong")              \
    X(BAD_CRC, "bad-crc", "the checksum is wrong")              \
    X(BAD_FIELD, "bad-field", "slot, state or sequence has an invalid value")

enum decode_status {
#define DECODE_ENUM(code, name, text) DECODE_##code,
    DECODE_STATUSES(DECODE_ENUM)
#undef DECODE_ENUM
        DECODE_STATUS_COUNT
};

/* One slot of a journal sector. Fields are read if it is not blank, and are
 * meaningful only if it is valid. */
struct journal_record {
    uint32_t address; /* in flash */
    uint8_t sector;   /* 0..3 of the journal */
    uint8_t index;    /* from 1 within the sector */
    uint8_t status;   /* enum decode_status */
    bool in_force;    /* this copy holds the state in force */
    uint8_t slot;     /* enum journal_slot */
    uint8_t state;    /* enum journal_state */
    uint8_t attempts;
    uint8_t reason;
    uint32_t sequence;
    uint32_t counter;
    uint8_t digest[32];
    uint8_t rejected[2][32];
    uint8_t rejected_reason; /* of the first */
    uint8_t rounds;          /* of the last resort; 0: not in one */
    uint8_t losses;          /* attempts given back after power losses */
    uint8_t flags;           /* enum journal_flag */
    uint16_t request;
    uint32_t release;
};

struct journal_sector {
    uint32_t address;
    uint8_t header; /* enum decode_status */
    uint32_t first; /* the header's sequence */
    uint8_t used;   /* slots that are not blank, without the header */
};

struct request_record {
    uint32_t address;
    uint8_t sector;
    uint8_t index; /* within the sector */
    uint8_t status;
    bool newest;  /* index of the one that counts */
    uint8_t kind; /* enum request_kind; any number may be valid here */
    uint8_t slot;
    uint32_t sequence;
    uint32_t number; /* commit: security counter; trial: release */
    uint8_t digest[32];
};

/* The places that hold images, in this order. */
enum decode_place {
    PLACE_BOOT_A,
    PLACE_BOOT_B,
    PLACE_SLOT_A,
    PLACE_SLOT_B,
    PLACE_RECOVERY,
    PLACE_COUNT
};

struct place_view {
    bool present; /* the map has such a partition */
    uint32_t start;
    uint32_t length;
    bool blank; /* every byte is 0xFF */
    struct image_facts image;
};

#define DECODE_RECORDS (LAYOUT_JOURNAL_SECTORS * LAYOUT_SLOTS)
#define DECODE_REQUESTS (LAYOUT_REQUEST_SECTORS * LAYOUT_SLOTS)

struct boot_view {
    unsigned sectors; /* 0: the map has no journal */
    unsigned slots;   /* of a sector for records, without the header */
    struct journal_sector sector[LAYOUT_JOURNAL_SECTORS];
    unsigned records;
    struct journal_record record[DECODE_RECORDS];
    int in_force;    /* index into `record`, -1: no valid record */
    unsigned copies; /* valid records with that sequence */
    bool disputed;   /* and their contents differ */

    unsigned requests;
    unsigned request_slots; /* of a sector */
    struct request_record request[DECODE_REQUESTS];
    int newest;   /* index into `request`, -1: none is valid */
    bool pending; /* newer than the one processed last */

    struct place_view place[PLACE_COUNT];
};

/* Decode everything. 0, or OTALAB_ERR_USAGE if a partition lies outside `size`
 * bytes. */
int decode_flash(const uint8_t *flash, size_t size, const struct board_map *map,
                 struct boot_view *view);

/* Decode only the journal record in force; cheap. False if there is none. */
bool decode_in_force(const uint8_t *flash, size_t size,
                     const struct board_map *map, struct journal_record *now);

/* The valid request in the slot at this flash address, and the valid request
 * with the highest sequence. False if there is none. */
bool decode_request_at(const uint8_t *flash, size_t size,
                       const struct board_map *map, uint32_t address,
                       struct request_record *request);
bool decode_request_newest(const uint8_t *flash, size_t size,
                           const struct board_map *map,
                           struct request_record *request);

/* A unary field: its value is the highest burned bit, counted from 1. An
 * unburned bit below it is the result of a torn burn. */
struct fuse_unary {
    uint32_t value;
    bool torn;
};

struct fuse_view {
    bool root_set[OTP_ROOT_KEYS];
    uint8_t root[OTP_ROOT_KEYS][32];
    struct fuse_unary epoch;
    struct fuse_unary boot_counter;
    struct fuse_unary recovery_counter;
    struct fuse_unary lifecycle;
    struct fuse_unary counter;
    uint8_t identity[16];
};

void decode_fuses(const uint32_t words[OTP_WORDS], struct fuse_view *view);

const char *decode_status_name(enum decode_status status);
const char *decode_status_text(enum decode_status status);
/* "slot-b", "trial", "confirm"; "?" if the number is invalid. */
const char *decode_slot_name(uint32_t slot);
const char *decode_state_name(uint32_t state);
const char *decode_request_name(uint32_t kind);
const char *decode_place_name(enum decode_place place);

#endif
