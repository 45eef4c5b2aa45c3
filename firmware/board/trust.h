/* SPDX-License-Identifier: MIT */
/*
 * The root of trust as every program sees it: key digests and epoch from the
 * fuses, public keys from the devicetree. Filled once a boot; `keys` points
 * into the structure, which therefore must stay where it is.
 */
#ifndef OTALAB_BOARD_TRUST_H
#define OTALAB_BOARD_TRUST_H

#include "board/board.h"
#include "ota/fuse.h"
#include "ota/image.h"
#include "ota/map.h"

struct trust {
    uint8_t digests[OTP_ROOT_KEYS][OTA_DIGEST_SIZE];
    const uint8_t *spki[MAP_KEYS_MAX];
    struct image_keys keys;
};

/* A unary counter in the fuses, see ota/fuse.h. At most 256 bits. */
static inline uint32_t trust_level(uint32_t first, uint32_t bits)
{
    uint8_t field[OTP_COUNTER_BITS / 8u];

    otp_bytes(first, field, bits / 8u);
    return fuse_level(field, bits);
}

static inline void trust_read(struct trust *trust)
{
    for (uint32_t i = 0; i < OTP_ROOT_KEYS; i++) {
        otp_bytes(OTP_ROOT_KEY_BIT(i), trust->digests[i], OTA_DIGEST_SIZE);
    }
    trust->keys.digests = (const uint8_t(*)[OTA_DIGEST_SIZE])trust->digests;
    trust->keys.count = OTP_ROOT_KEYS;
    trust->keys.first_valid = trust_level(OTP_EPOCH_BIT, OTP_EPOCH_BITS);
    trust->keys.spki_count =
        map_read_keys(board_dtb(), BOARD_DTB_SIZE, trust->spki);
    trust->keys.spki = trust->spki;
}

#endif
