/* SPDX-License-Identifier: MIT */
/*
 * The device's decoder and the host's on the same patch for the same base:
 * neither may crash, and they must agree whether the patch is good and what it
 * gives. The first byte says how to read the input: as what follows the header,
 * or as a stream before compression, with a header that fits; or as a whole
 * file. The second byte is the size of the pieces, the next two those of base
 * and image.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "delta/rig.h"
#include "image/bytes.h"

#include <mbedtls/sha256.h>

#define HEAD 4u
#define PATCH_MAX 4096u
#define IMAGE_MAX 256u

enum how { WHOLE, COMPRESSED, STREAM, HOWS };

static uint8_t patch[PATCH_MAX];
static uint8_t base[IMAGE_MAX];
static uint8_t out[2 * IMAGE_MAX];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool true_here)
{
    if (!true_here) {
        abort();
    }
}

/* As literals only: a bit 1 before each byte. */
static uint32_t literals(const uint8_t *stream, uint32_t size, uint8_t *to)
{
    uint32_t bit = 0;

    memset(to, 0, size * 9 / 8 + 1);
    for (uint32_t i = 0; i < size; i++) {
        uint32_t item = 0x100u | stream[i];
        for (unsigned n = 9; n-- > 0; bit++) {
            to[bit / 8] |= (uint8_t)((item >> n & 1u) << (7 - bit % 8));
        }
    }
    return (bit + 7) / 8;
}

static void put_header(uint32_t size, uint32_t base_size, uint32_t target_size)
{
    memset(patch, 0, PATCH_HEADER);
    put_le32(patch + PATCH_AT_MAGIC, PATCH_MAGIC);
    patch[PATCH_AT_FORMAT] = PATCH_FORMAT;
    patch[PATCH_AT_WINDOW] = PATCH_WINDOW_BITS;
    patch[PATCH_AT_LOOKAHEAD] = PATCH_LOOKAHEAD_BITS;
    put_le32(patch + PATCH_AT_SIZE, size);
    put_le32(patch + PATCH_AT_BASE_SIZE, base_size);
    put_le32(patch + PATCH_AT_TARGET_SIZE, target_size);
    mbedtls_sha256(base, base_size, patch + PATCH_AT_BASE_DIGEST, 0);
}

/* Returns the patch's size. */
static uint32_t write_patch(const uint8_t *data, uint32_t size)
{
    const uint8_t *rest = data + HEAD;
    uint32_t left = size - HEAD;
    uint32_t most = (PATCH_MAX - PATCH_HEADER) / 2;
    uint32_t part = left < most ? left : most;

    if (data[0] % HOWS == WHOLE) {
        memcpy(patch, rest, part);
        return part;
    }
    if (data[0] % HOWS == COMPRESSED) {
        memcpy(patch + PATCH_HEADER, rest, part);
    } else {
        part = literals(rest, part, patch + PATCH_HEADER);
    }
    put_header(PATCH_HEADER + part, data[2], data[3]);
    return PATCH_HEADER + part;
}

/* What the device makes of it; the digest is the caller's affair there. */
static enum delta_why device(const struct rig *rig, uint8_t pieces,
                             uint32_t *made)
{
    struct pace pace = {1u + pieces % 16, 1u + pieces / 16u, pieces % 5 == 0};

    if (rig->job.target_size > IMAGE_MAX) {
        return DELTA_BAD_SIZE;
    }
    return rig_run(rig, &pace, out, made);
}

/* With the digest of what the device made, the host must accept it, too. */
static void compare(const struct rig *rig, enum delta_why why, uint32_t made)
{
    struct patch_facts facts;
    struct diag diag = {""};
    uint8_t *theirs = NULL;

    if (why == DELTA_NONE) {
        mbedtls_sha256(out, made, patch + PATCH_AT_TARGET_DIGEST, 0);
    }
    int err = patch_apply(rig->patch, rig->base, &facts, &theirs, &diag);
    require((err == 0) == (why == DELTA_NONE));
    if (err == 0) {
        require(facts.target_size == made && memcmp(theirs, out, made) == 0);
        struct patch_parts parts;
        require(patch_look(rig->patch, &facts, &parts, &diag) == 0);
    }
    free(theirs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rig rig;
    uint32_t made = 0;

    if (size < HEAD || size > PATCH_MAX) {
        return 0;
    }
    for (unsigned i = 0; i < IMAGE_MAX; i++) {
        base[i] = (uint8_t)(7 * i);
    }
    uint32_t length = write_patch(data, (uint32_t)size);
    enum delta_why why = rig_init(&rig, (struct bytes){base, data[2]},
                                  (struct bytes){patch, length});
    why = why != DELTA_NONE ? why : device(&rig, data[1], &made);
    compare(&rig, why, made);
    return 0;
}
