/* SPDX-License-Identifier: MIT */
/*
 * A patch from any image to any other gives that image, on the device and on
 * the host. The input is two payloads, divided where its first byte says; each
 * becomes an image with a digest and without a signature, which patches do not
 * look at.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "delta/rig.h"
#include "image/bytes.h"
#include "image/format.h"

#include <mbedtls/sha256.h>

#define PAYLOAD_MAX 2048u
#define IMAGE_MAX (MCUBOOT_HEADER + PAYLOAD_MAX + 64u)
#define TLV_SHA256 (MCUBOOT_TLV_HEAD + MCUBOOT_TLV_HEAD + 32u)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool true_here)
{
    if (!true_here) {
        abort();
    }
}

static struct bytes write_image(const uint8_t *payload, uint32_t size,
                                uint8_t *image)
{
    uint8_t *tlv = image + MCUBOOT_HEADER + size;

    memset(image, 0, MCUBOOT_HEADER);
    put_le32(image + MCUBOOT_AT_MAGIC, MCUBOOT_MAGIC);
    put_le16(image + MCUBOOT_AT_HEADER_SIZE, MCUBOOT_HEADER);
    put_le32(image + MCUBOOT_AT_PAYLOAD_SIZE, size);
    memcpy(image + MCUBOOT_HEADER, payload, size);
    put_le16(tlv, MCUBOOT_TLV_MAGIC);
    put_le16(tlv + 2, TLV_SHA256);
    put_le16(tlv + 4, MCUBOOT_SHA256);
    put_le16(tlv + 6, 32);
    mbedtls_sha256(image, MCUBOOT_HEADER + size, tlv + 8, 0);
    return (struct bytes){image, MCUBOOT_HEADER + size + TLV_SHA256};
}

static void check_device(struct bytes base, struct bytes target,
                         struct bytes patch, uint8_t pieces)
{
    static uint8_t out[IMAGE_MAX + 256u];
    struct pace pace = {1u + pieces % 32, 1u + pieces, pieces % 7 == 0};
    struct rig rig;
    uint32_t made = 0;

    require(rig_init(&rig, base, patch) == DELTA_NONE);
    require(rig_run(&rig, &pace, out, &made) == DELTA_NONE);
    require(made == target.size && memcmp(out, target.at, made) == 0);
}

static void check_host(struct bytes base, struct bytes target,
                       struct bytes patch)
{
    struct patch_facts facts;
    struct diag diag = {""};
    uint8_t *result = NULL;

    require(patch_apply(patch, base, &facts, &result, &diag) == 0);
    require(facts.target_size == target.size &&
            memcmp(result, target.at, target.size) == 0);
    free(result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t one[IMAGE_MAX];
    static uint8_t other[IMAGE_MAX];
    struct diag diag = {""};
    uint8_t *bytes = NULL;
    uint32_t length = 0;

    if (size < 4 || size > PAYLOAD_MAX) {
        return 0;
    }
    uint32_t all = (uint32_t)size - 2;
    uint32_t half = all * data[0] / 255u;
    struct bytes base = write_image(data + 2, half, one);
    struct bytes target = write_image(data + 2 + half, all - half, other);

    int err = patch_create(base, target, &bytes, &length, &diag);
    /* The reader of images wants more than nothing in them. */
    require(err == 0 || half == 0 || half == all);
    if (err == 0) {
        struct bytes patch = {bytes, length};
        check_device(base, target, patch, data[1]);
        check_host(base, target, patch);
    }
    free(bytes);
    return 0;
}
