/* SPDX-License-Identifier: MIT */
/*
 * Where the fields of journal and requests are, as drawn in
 * docs/flash-layout.md: defined once for the host, both for the adapter that
 * reads flash (decode) and for the factory that writes it (provision). Not
 * shared with the device.
 *
 *   journal: four sectors of  | header | record 1 | ... |
 *   requests: two sectors of  | request 0 | request 1 | ... |
 *
 * How many slots a sector has depends on its size; at most LAYOUT_SLOTS of them
 * are used.
 */
#ifndef OTALAB_ORACLE_LAYOUT_H
#define OTALAB_ORACLE_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

#define LAYOUT_HEADER_MAGIC 0x314A544Fu  /* "OTJ1" */
#define LAYOUT_RECORD_MAGIC 0x3252544Fu  /* "OTR2" */
#define LAYOUT_REQUEST_MAGIC 0x3151544Fu /* "OTQ1" */

#define LAYOUT_JOURNAL_SECTORS 4u /* two banks of two copies */
/* All kinds of slot: | magic | sequence | .. | crc32 | end mark | */
#define LAYOUT_AT_SEQUENCE 4u
#define LAYOUT_RECORD_SIZE 128u
#define LAYOUT_REQUEST_SECTORS 2u
#define LAYOUT_REQUEST_SIZE 64u
#define LAYOUT_SLOTS 255u /* used of a sector, with the header */

/* Both ends of every slot are the same: .. | crc32 of what precedes | 0 | */
#define LAYOUT_CRC_AT(size) ((size)-8u)
#define LAYOUT_END_AT(size) ((size)-4u)
#define LAYOUT_END_MARK 0x00000000u
/* Highest sequences of requests and of headers, starting at 1; a record's is
 * its header's + its slot - 1. */
#define LAYOUT_SEQUENCE_MAX 0xFFFF0000u
#define LAYOUT_FIRST_MAX 0xFFFFFF00u

enum layout_header {
    HEADER_AT_MAGIC = 0,
    HEADER_AT_FIRST = 4 /* sequence of a record in slot 1 */
};

enum layout_record {
    RECORD_AT_MAGIC = 0,
    RECORD_AT_SEQUENCE = 4,
    RECORD_AT_SLOT = 8,
    RECORD_AT_STATE = 9,
    RECORD_AT_ATTEMPTS = 10,
    RECORD_AT_REASON = 11,
    RECORD_AT_COUNTER = 12, /* u16 */
    RECORD_AT_ROUNDS = 14,
    RECORD_AT_LOSSES = 15,
    RECORD_AT_DIGEST = 16,
    RECORD_AT_REJECTED = 48, /* two digests */
    RECORD_AT_REJECTED_REASON = 112,
    RECORD_AT_FLAGS = 113,
    RECORD_AT_REQUEST = 114, /* u16 */
    RECORD_AT_RELEASE = 116
};

enum layout_request {
    REQUEST_AT_MAGIC = 0,
    REQUEST_AT_SEQUENCE = 4,
    REQUEST_AT_KIND = 8,
    REQUEST_AT_SLOT = 9,
    REQUEST_AT_NUMBER = 12,
    REQUEST_AT_DIGEST = 16
};

/* The agent's logs: slots with the same ends as above. */
#define LAYOUT_PROGRESS_MAGIC 0x3150544Fu /* "OTP1" */
#define LAYOUT_FAILED_MAGIC 0x3158544Fu   /* "OTX1" */
#define LAYOUT_OFFER_MAGIC 0x314F544Fu    /* "OTO1" */
#define LAYOUT_LOG_LOW 0x00100000u        /* below this: low sequences */
#define LAYOUT_LOG_HIGH 0xFFE00000u       /* from here on: high sequences */

enum layout_progress {
    PROGRESS_AT_STATE = 8,
    PROGRESS_AT_RESULT = 9,
    PROGRESS_AT_WHY = 10,
    PROGRESS_AT_SLOT = 11,
    PROGRESS_AT_TRIES = 12,
    PROGRESS_AT_REPORTED = 13,
    PROGRESS_AT_FINAL = 15,
    PROGRESS_AT_RELEASE = 16,
    PROGRESS_AT_SIZE = 24,
    PROGRESS_AT_WRITTEN = 28,
    PROGRESS_AT_NOT_BEFORE = 32,
    PROGRESS_AT_FAILURES = 46,
    PROGRESS_AT_DIGEST = 48,
    PROGRESS_AT_WHOLE = 80 /* SHA-256 of all bytes */
};

enum layout_failed { FAILED_AT_DIGEST = 8, FAILED_AT_REASON = 40 };

/* The descriptor starts at byte 8. */
enum layout_offer {
    OFFER_AT_RELEASE = 8 + 8,
    OFFER_AT_VERSION = 8 + 16,
    OFFER_AT_COUNTER = 8 + 24,
    OFFER_AT_DIGEST = 8 + 64
};

/* CRC-32 of IEEE 802.3, reflected. */
uint32_t layout_crc32(const uint8_t *bytes, size_t size);

#endif
