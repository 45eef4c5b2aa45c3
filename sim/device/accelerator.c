/* SPDX-License-Identifier: MIT */
#include "device/accelerator.h"

#include <string.h>

#include "board/registers.h"
#include "device/ecdsa_x.h"

#define BLOCK 64u
/* Padding: a byte of 0x80 and a length of eight (FIPS 180-4, 5.1.1). */
#define PADDING 9u

int accelerator_init(struct accelerator *unit,
                     const struct accelerator_figures *figures)
{
    memset(unit, 0, sizeof(*unit));
    unit->figures = *figures;
    return figures->fitted &&
                   (figures->block_cycles == 0 || figures->verify_cycles == 0)
               ? -1
               : 0;
}

/* Equal states have equal members: nothing of an old hash remains. */
static void forget_hash(struct accelerator *unit)
{
    memset(&unit->hash, 0, sizeof(unit->hash));
    unit->fed = 0;
    unit->hashing = 0;
}

void accelerator_reset(struct accelerator *unit)
{
    forget_hash(unit);
    unit->end_ns = 0;
    unit->cycles = 0;
    unit->failed = 0;
    unit->stuck = 0;
    memset(unit->result, 0, sizeof(unit->result));
}

bool accelerator_busy(const struct accelerator *unit, uint64_t now)
{
    return unit->stuck != 0 || unit->end_ns > now;
}

uint64_t accelerator_until(const struct accelerator *unit, uint64_t now)
{
    return unit->stuck != 0 ? now + (uint64_t)unit->cycles * BOARD_NS_PER_CYCLE
                            : unit->end_ns;
}

static void start(struct accelerator *unit, uint64_t now, uint64_t cycles)
{
    unit->cycles = (uint32_t)cycles;
    unit->end_ns = now + cycles * BOARD_NS_PER_CYCLE;
    unit->failed = 0;
    memset(unit->result, 0, sizeof(unit->result));
}

/* The fault of the next result. */
static enum accelerator_fault next_fault(struct accelerator *unit)
{
    enum accelerator_fault fault = (enum accelerator_fault)unit->fault;

    if (unit->times == 0 || unit->after > 0) {
        unit->after -= unit->after > 0;
        return ACCELERATOR_SOUND;
    }
    unit->bad++;
    if (--unit->times == 0) {
        unit->fault = ACCELERATOR_SOUND;
    }
    return fault;
}

/* The result is available, if the unit is healthy. */
static void finish(struct accelerator *unit,
                   const uint8_t result[ACCELERATOR_RESULT])
{
    enum accelerator_fault fault = next_fault(unit);

    if (fault == ACCELERATOR_DEAD) {
        unit->failed = 0;
    } else {
        memcpy(unit->result, result, sizeof(unit->result));
    }
    unit->result[0] ^= fault == ACCELERATOR_WRONG;
    unit->stuck = fault == ACCELERATOR_STUCK;
}

void accelerator_begin(struct accelerator *unit)
{
    start(unit, 0, 0);
    forget_hash(unit);
    (void)mbedtls_sha256_starts(&unit->hash, 0);
    unit->hashing = 1;
}

/* Blocks that are complete now and were not before. */
static uint64_t blocks(uint64_t before, uint64_t after)
{
    return after / BLOCK - before / BLOCK;
}

bool accelerator_feed(struct accelerator *unit, uint64_t now,
                      const uint8_t *bytes, size_t length)
{
    if (unit->hashing == 0) {
        return false;
    }
    start(unit, now,
          blocks(unit->fed, unit->fed + length) * unit->figures.block_cycles);
    (void)mbedtls_sha256_update(&unit->hash, bytes, length);
    unit->fed += length;
    return true;
}

bool accelerator_end(struct accelerator *unit, uint64_t now)
{
    uint64_t whole = (unit->fed + PADDING + BLOCK - 1u) / BLOCK * BLOCK;
    uint8_t digest[ACCELERATOR_RESULT];

    if (unit->hashing == 0) {
        return false;
    }
    start(unit, now, blocks(unit->fed, whole) * unit->figures.block_cycles);
    (void)mbedtls_sha256_finish(&unit->hash, digest);
    forget_hash(unit);
    finish(unit, digest);
    return true;
}

void accelerator_verify(struct accelerator *unit, uint64_t now,
                        const uint8_t input[ACCELERATOR_INPUT])
{
    const uint8_t *digest = input + ACCELERATOR_POINT;
    uint8_t x[ACCELERATOR_RESULT];

    forget_hash(unit);
    start(unit, now, unit->figures.verify_cycles);
    unit->failed = !ecdsa_x(input, digest, digest + ACCELERATOR_RESULT, x);
    finish(unit, x);
}

int accelerator_plant(struct accelerator *unit, enum accelerator_fault fault,
                      uint32_t after, uint32_t times)
{
    if (unit->times > 0) {
        return -1;
    }
    unit->fault = fault;
    unit->after = after;
    unit->times = times;
    unit->bad = 0;
    return 0;
}
