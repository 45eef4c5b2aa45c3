/* SPDX-License-Identifier: MIT */
#include "native/images.h"

#include <stdlib.h>
#include <string.h>

#include "board/registers.h"
#include "image/bytes.h"
#include "image/image_sign.h"

#define PAYLOAD 1536u
#define ENTRY 0x200u /* of the payload */

struct row {
    const char *name;
    const char *version;
    uint32_t counter;
    uint32_t key;
    bool recovery;
    unsigned edit; /* enum edit_kind + 1, 0: none */
    uint32_t fill;
};

static const struct row rows[NATIVE_IMAGE_COUNT] = {
#define NATIVE_IMAGE_ROW(code, version, counter, key, recovery, edit, fill) \
    {#code, version, counter, key, recovery, edit, fill},
    NATIVE_IMAGES(NATIVE_IMAGE_ROW)
#undef NATIVE_IMAGE_ROW
};

static const char *const key_names[NATIVE_KEYS + 1] = {"root", "root1", "root2",
                                                       "wrong"};

static struct native_image images[NATIVE_IMAGE_COUNT];
static uint8_t key_digests[NATIVE_KEYS][32];

/* A vector table, and bytes that differ from image to image. */
static void make_payload(uint32_t number, uint32_t base, uint8_t *payload)
{
    for (uint32_t i = 0; i < PAYLOAD; i++) {
        payload[i] = (uint8_t)(i * 13u + i / 253u + number * 59u);
    }
    put_le32(payload, base + 0x8000u);
    put_le32(payload + 4, (base + MCUBOOT_HEADER_USUAL + ENTRY) | 1u);
}

static uint32_t load_base(const struct row *row)
{
    return row->recovery ? BOARD_RECOVERY_BASE : BOARD_APP_BASE;
}

static int sign(const struct row *row, const uint8_t *payload,
                struct native_image *image, struct diag *diag)
{
    struct edit edit = {0};
    struct key key;
    struct image_spec spec = {.payload = payload,
                              .payload_size = PAYLOAD,
                              .ram_load = true,
                              .load_address = load_base(row),
                              .has_counter = row->counter > 0,
                              .counter = row->counter,
                              .fill_size = row->fill,
                              .key = &key,
                              .with_public_key = true};
    size_t size = 0;

    if (row->edit > 0) {
        edit.kind = (enum edit_kind)(row->edit - 1);
        spec.edits = &edit;
        spec.edit_count = 1;
    }
    int err = image_version_read(row->version, &spec.version, diag);
    err = err ? err : key_dev(key_names[row->key], &key, diag);
    err = err ? err : image_build(&spec, &image->bytes, &size, diag);
    image->size = (uint32_t)size;
    return err;
}

static int make_image(uint32_t number, struct diag *diag)
{
    const struct row *row = &rows[number];
    struct native_image *image = &images[number];
    uint8_t payload[PAYLOAD];
    struct image_facts facts;

    make_payload(number, load_base(row), payload);
    int err = sign(row, payload, image, diag);
    if (err) {
        return err;
    }
    (void)image_read(image->bytes, image->size, &facts);
    memcpy(image->digest, facts.said, sizeof image->digest);
    image->name = row->name;
    image->load_base = load_base(row);
    image->header_size = MCUBOOT_HEADER_USUAL;
    image->counter = row->counter;
    image->key = row->key;
    image->recovery = row->recovery;
    image->sound = row->edit == 0;
    return 0;
}

static int make_key_digest(uint32_t number, struct diag *diag)
{
    struct key key;
    int err = key_dev(key_names[number], &key, diag);

    return err ? err : key_digest(&key, key_digests[number]);
}

int native_images_make(struct diag *diag)
{
    int err = 0;

    for (uint32_t i = 0; i < NATIVE_KEYS && !err; i++) {
        err = make_key_digest(i, diag);
    }
    for (uint32_t i = 0; i < NATIVE_IMAGE_COUNT && !err; i++) {
        err = make_image(i, diag);
    }
    return err;
}

const struct native_image *native_image(uint32_t number)
{
    return &images[number];
}

const uint8_t *native_key_digest(uint32_t key)
{
    return key_digests[key];
}

uint32_t native_image_at(const uint8_t *bytes, uint32_t room)
{
    for (uint32_t i = 0; i < NATIVE_IMAGE_COUNT; i++) {
        if (images[i].size <= room &&
            memcmp(images[i].bytes, bytes, images[i].size) == 0) {
            return i;
        }
    }
    return NATIVE_NO_IMAGE;
}

bool native_image_allowed(uint32_t number, bool recovery, uint32_t epoch,
                          uint32_t counter_level, uint32_t recovery_level)
{
    if (number == NATIVE_NO_IMAGE) {
        return false;
    }
    const struct native_image *image = &images[number];
    uint32_t level = recovery ? recovery_level : counter_level;
    uint32_t most = recovery ? OTP_RECOVERY_COUNTER_BITS : OTP_COUNTER_BITS;

    return image->sound && image->key < NATIVE_KEYS && image->key >= epoch &&
           image->recovery == recovery && image->counter >= level &&
           image->counter <= most;
}
