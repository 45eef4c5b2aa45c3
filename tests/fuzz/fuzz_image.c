/* SPDX-License-Identifier: MIT */
/*
 * The image parser on arbitrary bytes, as they may lie in a slot. A wrong
 * hash ends most inputs early, so a second pass puts the right one in and
 * goes on to key and signature. What is accepted must be within bounds.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ota/crypto.h"
#include "ota/image.h"
#include "ota/load.h"

#define SLOT_SIZE 0x4000u
#define BASE 0x21800000u

static const uint8_t *slot_bytes;
static size_t slot_length;

static int slot_read(void *context, uint32_t address, void *data,
                     uint32_t length)
{
    (void)context;
    if (address > SLOT_SIZE || length > SLOT_SIZE - address) {
        abort(); /* the parser asked for bytes outside the slot */
    }
    memset(data, 0xFF, length);
    if (address < slot_length) {
        size_t there = slot_length - address;
        memcpy(data, slot_bytes + address, there < length ? there : length);
    }
    return OTA_OK;
}

/* The key that the image names is in the fuses, and its own is known. */
static enum ota_reason verify(const uint8_t *image, uint32_t size,
                              const struct image_limits *limits,
                              const uint8_t keyhash[OTA_DIGEST_SIZE],
                              const uint8_t *spki, struct image_info *info)
{
    uint8_t digests[2][OTA_DIGEST_SIZE] = {{1}, {0}};
    struct image_keys keys = {
        (const uint8_t(*)[OTA_DIGEST_SIZE])digests, 2, 0, &spki, 1, NULL};

    memcpy(digests[1], keyhash, OTA_DIGEST_SIZE);
    return image_verify(image, size, limits, &keys, info);
}

static void replace(uint8_t *image, size_t size, const uint8_t *from,
                    const uint8_t *to)
{
    for (size_t i = 0; i + OTA_DIGEST_SIZE <= size; i++) {
        if (memcmp(image + i, from, OTA_DIGEST_SIZE) == 0) {
            memcpy(image + i, to, OTA_DIGEST_SIZE);
        }
    }
}

static void check_copy(uint8_t *image, uint32_t size,
                       const struct image_limits *limits)
{
    uint8_t spki[IMAGE_SPKI_SIZE] = {0};
    uint8_t keyhash[OTA_DIGEST_SIZE];
    uint8_t digest[OTA_DIGEST_SIZE];
    struct image_info info;

    memcpy(spki, image, size < sizeof(spki) ? size : sizeof(spki));
    (void)crypto_sha256(spki, sizeof(spki), keyhash);
    enum ota_reason reason = verify(image, size, limits, keyhash, spki, &info);
    if (reason == OTA_REASON_BAD_HASH) {
        (void)crypto_sha256(image, image_signed_size(&info), digest);
        replace(image + image_signed_size(&info),
                size - image_signed_size(&info), info.digest, digest);
        reason = verify(image, size, limits, keyhash, spki, &info);
    }
    if (reason == OTA_REASON_NONE) {
        if (info.total_size > size || image_signed_size(&info) > size) {
            abort();
        }
        (void)image_check_entry(image, &info, limits);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ota_flash flash = {NULL, 4096, slot_read, NULL, NULL};
    struct ota_area slot = {0, SLOT_SIZE};
    struct image_limits limits = {SLOT_SIZE, BASE, SLOT_SIZE, false};
    struct image_info info;
    uint32_t loaded = 0;

    if (size > SLOT_SIZE) {
        return 0;
    }
    slot_bytes = data;
    slot_length = size;
    (void)image_peek(&flash, slot, &limits, &info);
    uint8_t *ram = malloc(SLOT_SIZE);
    if (ram &&
        image_load(&flash, slot, &limits, ram, &loaded) == OTA_REASON_NONE) {
        uint8_t *exact = malloc(loaded);
        if (exact) {
            memcpy(exact, ram, loaded);
            check_copy(exact, loaded, &limits);
        }
        free(exact);
    }
    free(ram);
    return 0;
}
