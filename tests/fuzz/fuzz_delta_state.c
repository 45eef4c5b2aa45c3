/* SPDX-License-Identifier: MIT */
/*
 * A decoder that continues from an arbitrary saved state with an arbitrary
 * patch: it must not read outside the base, nor make more than the image, and
 * it must end. What it accepts, it must save as the same bytes. The first byte
 * says whether the checksum is put right, and whether all values are brought
 * within their own bounds first, so that more states are accepted.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "delta/rig.h"
#include "image/bytes.h"
#include "ota/crc32.h"

#include <mbedtls/sha256.h>

#define BASE 300u
#define TARGET 400u
#define PATCH_SIZE 512u
#define SEAL_AT 4u /* of the header's crc32 */

static uint8_t base[BASE];
static uint8_t out[TARGET + 64];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool true_here)
{
    if (!true_here) {
        abort();
    }
}

/* The members of four bytes, as drawn in delta_save.c, and their bounds. */
static const uint16_t bounds[] = {
    PATCH_SIZE + 1, TARGET + 1, BASE + 1, 200, 100, 150, 50, 128};

static void bring_within(uint8_t saved[DELTA_SAVED])
{
    for (unsigned i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        uint8_t *at = saved + 8 + 4 * i;
        uint32_t value = get_le32(at) % bounds[i];
        /* Most members are 0 in most states. */
        put_le32(at, at[3] % 2 == 0 || i < 3 ? value : 0);
    }
    saved[40] = (uint8_t)(saved[40] % 4 * 7);
    saved[41] %= 10;
    saved[42] %= 7;
    saved[44] = (uint8_t)(1u << saved[44] % 9);
    saved[45] %= 17;
    saved[46] %= 129;
    saved[47] %= 128;
    memset(saved + 48, 0, 4);
}

static void put_right(uint8_t saved[DELTA_SAVED], const struct delta_job *job)
{
    struct delta delta;
    uint8_t fresh[DELTA_SAVED];

    require(delta_start(&delta, job) == DELTA_NONE);
    delta_save(&delta, fresh);
    memcpy(saved, fresh, SEAL_AT + 4);
    put_le32(saved + DELTA_SAVED - 4, ota_crc32(saved, DELTA_SAVED - 4));
}

/* Bytes until it stops; the sum of both counters rises with each step. */
static void go_on(const struct rig *rig, struct delta *delta)
{
    uint32_t taken = 0;
    uint32_t made = 0;
    const struct pace pace = {16, 64, false};
    enum delta_why why = delta_check_base(delta, &rig->port);
    bool moves = true;

    require(why == DELTA_NONE);
    while (why == DELTA_NONE && moves) {
        uint32_t before = taken + made;
        why = rig_step(rig, delta, &pace, &taken, out, &made);
        moves = taken + made != before;
        require(delta->written <= TARGET && delta->taken <= PATCH_SIZE &&
                made <= TARGET);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rig rig = {.base = {base, BASE},
                      .job = {.patch_size = PATCH_SIZE,
                              .base_size = BASE,
                              .target_size = TARGET}};
    uint8_t saved[DELTA_SAVED];
    uint8_t again[DELTA_SAVED];
    struct delta delta;

    if (size < 1 + DELTA_SAVED) {
        return 0;
    }
    rig.port = (struct delta_base){&rig, rig_read};
    mbedtls_sha256(base, BASE, rig.job.base_digest, 0);
    memcpy(saved, data + 1, DELTA_SAVED);
    if ((data[0] & 2u) != 0) {
        bring_within(saved);
    }
    if ((data[0] & 3u) != 0) {
        put_right(saved, &rig.job);
    }
    if (delta_load(&delta, &rig.job, saved) != DELTA_NONE) {
        return 0;
    }
    delta_save(&delta, again);
    require(memcmp(saved, again, DELTA_SAVED) == 0);
    rig.patch = (struct bytes){data + 1 + DELTA_SAVED,
                               (uint32_t)size - 1 - DELTA_SAVED};
    go_on(&rig, &delta);
    return 0;
}
