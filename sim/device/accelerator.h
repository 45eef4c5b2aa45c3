/* SPDX-License-Identifier: MIT */
/*
 * The hash and public-key accelerator as a value: SHA-256 over memory in
 * pieces, and the x coordinate that an ECDSA signature on P-256 must match. It
 * does one thing at a time and is busy for a certain time; any reset ends the
 * operation and clears the unit. It does not compare: the driver does, so that
 * a broken unit refuses rather than accepts.
 *
 * An operation clears the result when it begins, and sets it when it ends.
 * Faults, each of which stands for a real one:
 *   wrong-result  one bit of the result is flipped: a glitch, a worn cell
 *   stuck         the operation never ends, until a reset: a lost clock
 *   dead          it ends, and the result stays 0: a unit without power
 */
#ifndef OTALAB_DEVICE_ACCELERATOR_H
#define OTALAB_DEVICE_ACCELERATOR_H

#include <mbedtls/sha256.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ACCELERATOR_RESULT 32u
/* Input of a verification: x || y, digest, r || s; big-endian. */
#define ACCELERATOR_POINT 64u
#define ACCELERATOR_INPUT (ACCELERATOR_POINT + 32u + 64u)

struct accelerator_figures {
    uint32_t fitted;        /* 0 or 1 */
    uint32_t block_cycles;  /* time for a SHA-256 block of 64 bytes */
    uint32_t verify_cycles; /* time for a verification */
};

enum accelerator_fault {
    ACCELERATOR_SOUND = 0,
    ACCELERATOR_WRONG,
    ACCELERATOR_STUCK,
    ACCELERATOR_DEAD
};

struct accelerator {
    struct accelerator_figures figures;
    mbedtls_sha256_context hash; /* while hashing; otherwise zeros */
    uint64_t fed;                /* bytes of the hash so far */
    uint64_t end_ns;             /* busy until then */
    uint32_t cycles;             /* of the operation */
    uint32_t hashing;            /* 0 or 1 */
    uint32_t failed;             /* 0 or 1: the last operation's inputs */
    uint32_t stuck;              /* 0 or 1: the operation never ends */
    uint32_t fault;              /* enum accelerator_fault of results to come */
    uint32_t times;              /* number of results with the fault */
    uint32_t after;              /* number of good results before them */
    uint32_t bad;                /* number of those with the fault so far */
    uint8_t result[ACCELERATOR_RESULT];
};

/* Idle and healthy. 0, or -1 if a time is 0. */
int accelerator_init(struct accelerator *unit,
                     const struct accelerator_figures *figures);
/* Idle again, as after power-on; planted faults stay. */
void accelerator_reset(struct accelerator *unit);

bool accelerator_busy(const struct accelerator *unit, uint64_t now);
/* When a busy unit is due to finish; for a stuck one, never. */
uint64_t accelerator_until(const struct accelerator *unit, uint64_t now);

/* The next four: only while the unit is not busy. */
void accelerator_begin(struct accelerator *unit);
/* False if no hash was begun. */
bool accelerator_feed(struct accelerator *unit, uint64_t now,
                      const uint8_t *bytes, size_t length);
bool accelerator_end(struct accelerator *unit, uint64_t now);
void accelerator_verify(struct accelerator *unit, uint64_t now,
                        const uint8_t input[ACCELERATOR_INPUT]);

/* After `after` more results, of hashes or verifications, `times` results (at
 * least 1) have this fault. 0, or -1 if earlier faults are still to come. */
int accelerator_plant(struct accelerator *unit, enum accelerator_fault fault,
                      uint32_t after, uint32_t times);

#endif
