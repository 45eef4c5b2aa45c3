/* SPDX-License-Identifier: MIT */
/*
 * The images of the native campaign: really signed, made once, by the host's
 * own signer. One table says what each of them is, and the judge believes that
 * table instead of the device.
 */
#ifndef OTALAB_TESTS_NATIVE_IMAGES_H
#define OTALAB_TESTS_NATIVE_IMAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "image/provision.h"

/* X(CODE, "version", counter, key, RECOVERY, EDIT + 1, fill): key is the number
 * of its digest in the fuses, 3 = not in them; fill 0 = a small image. */
#define NATIVE_IMAGES(X)                                     \
    X(FACTORY, "1.0.0", 1, 0, false, 0, 0)                   \
    X(NEXT, "1.1.0", 1, 0, false, 0, 0)                      \
    X(SECURE, "2.0.0", 3, 0, false, 0, 0)                    \
    X(OLD_SECURE, "0.9.0", 5, 0, false, 0, 0)                \
    X(LARGE, "2.1.0", 3, 0, false, 0, 9000)                  \
    X(HIGHEST, "9.0.0", 256, 1, false, 0, 0)                 \
    X(BEYOND, "9.9.0", 300, 0, false, 0, 0)                  \
    X(NO_COUNTER, "0.5.0", 0, 0, false, 0, 0)                \
    X(FOREIGN, "3.0.0", 4, 3, false, 0, 0)                   \
    X(FORGED, "3.1.0", 4, 0, false, EDIT_FORGED + 1, 0)      \
    X(DAMAGED, "3.2.0", 4, 0, false, EDIT_BAD_HASH + 1, 0)   \
    X(NO_ENTRY, "3.3.0", 4, 0, false, EDIT_BAD_ENTRY + 1, 0) \
    X(RESCUE, "1.0.0", 1, 0, true, 0, 0)                     \
    X(RESCUE_2, "1.1.0", 3, 2, true, 0, 0)                   \
    X(RESCUE_FOREIGN, "1.2.0", 256, 3, true, 0, 0)           \
    X(GOOD_1, "200.0.0", 256, 2, false, 0, 0)                \
    X(GOOD_2, "200.0.0", 256, 2, false, 0, 0)                \
    X(GOOD_3, "200.0.0", 256, 2, false, 0, 0)                \
    X(GOOD_4, "200.0.0", 256, 2, false, 0, 0)

/* From NATIVE_GOOD_1 on, the device may always be updated to them. */
enum native_image_number {
#define NATIVE_IMAGE_ENUM(code, version, counter, key, rescue, edit, fill) \
    NATIVE_##code,
    NATIVE_IMAGES(NATIVE_IMAGE_ENUM)
#undef NATIVE_IMAGE_ENUM
        NATIVE_IMAGE_COUNT
};

#define NATIVE_KEYS 3u
#define NATIVE_NO_IMAGE UINT32_MAX

struct native_image {
    const char *name;
    uint8_t *bytes;
    uint32_t size;
    uint32_t load_base;
    uint32_t header_size;
    uint32_t counter;
    uint32_t key;  /* its number in the fuses; NATIVE_KEYS: none */
    bool recovery; /* made for the recovery partition */
    bool sound;    /* signature and entry are right */
    uint8_t digest[32];
};

/* Make all images; call once. */
int native_images_make(struct diag *diag);
const struct native_image *native_image(uint32_t number);
/* SHA-256 of each key's SPKI, for the fuses. */
const uint8_t *native_key_digest(uint32_t key);

/* The whole image at the start of these bytes; or NO_IMAGE. */
uint32_t native_image_at(const uint8_t *bytes, uint32_t room);
/* May it run from that kind of place, with that epoch and these levels of the
 * fuses? */
bool native_image_allowed(uint32_t number, bool recovery, uint32_t epoch,
                          uint32_t counter_level, uint32_t recovery_level);

#endif
