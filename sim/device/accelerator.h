/* SPDX-License-Identifier: MIT */
/*
 * The hash and public-key accelerator as a value: SHA-256 over memory in
 * pieces, and the x coordinate that an ECDSA signature on P-256 has to match.
 * It does one thing at a time and is busy for so long; a reset of any kind
 * ends that and clears it. It compares nothing: that is the driver's, so that
 * a unit that is broken refuses and does not accept.
 *
 * An operation clears the result when it begins, and has it when it ends.
 * Faults, each of which stands for a real one:
 *   wrong-result  one bit of the result is turned: a glitch, a worn cell
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
/* What a verification is given: x || y, digest, r || s; big-endian. */
#define ACCELERATOR_POINT 64u
#define ACCELERATOR_INPUT (ACCELERATOR_POINT + 32u + 64u)

struct accelerator_figures {
    uint32_t fitted;        /* 0 or 1 */
    uint32_t block_cycles;  /* of a SHA-256 block of 64 bytes */
    uint32_t verify_cycles; /* of a verification */
};

enum accelerator_fault {
    ACCELERATOR_SOUND = 0,
    ACCELERATOR_WRONG,
    ACCELERATOR_STUCK,
    ACCELERATOR_DEAD
};

struct accelerator {
    struct accelerator_figures figures;
    mbedtls_sha256_context hash; /* while hashing; else zeros */
    uint64_t fed;                /* bytes of the hash so far */
    uint64_t end_ns;             /* busy until then */
    uint32_t cycles;             /* of the operation */
    uint32_t hashing;            /* 0 or 1 */
    uint32_t failed;             /* 0 or 1: the last operation's inputs */
    uint32_t stuck;              /* 0 or 1: the operation never ends */
    uint32_t fault;              /* enum accelerator_fault of results to come */
    uint32_t times;              /* so many of them */
    uint32_t after;              /* so many sound ones come first */
    uint8_t result[ACCELERATOR_RESULT];
};

/* Idle, sound. -1 when a figure is 0. */
int accelerator_init(struct accelerator *unit,
                     const struct accelerator_figures *figures);
/* Idle again, as after power-on; faults to come stay. */
void accelerator_reset(struct accelerator *unit);

bool accelerator_busy(const struct accelerator *unit, uint64_t now);
/* When a busy unit ought to be done: one that is stuck says so for ever. */
uint64_t accelerator_until(const struct accelerator *unit, uint64_t now);

/* The next four: only while it is not busy. */
void accelerator_begin(struct accelerator *unit);
/* False when no hash was begun. */
bool accelerator_feed(struct accelerator *unit, uint64_t now,
                      const uint8_t *bytes, size_t length);
bool accelerator_end(struct accelerator *unit, uint64_t now);
void accelerator_verify(struct accelerator *unit, uint64_t now,
                        const uint8_t input[ACCELERATOR_INPUT]);

/* After `after` more results, of hash or verification, `times` have this
 * fault. */
void accelerator_plant(struct accelerator *unit, enum accelerator_fault fault,
                       uint32_t after, uint32_t times);

#endif
