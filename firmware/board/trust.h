/* SPDX-License-Identifier: MIT */
/*
 * The root of trust as every program sees it: key digests and epoch from the
 * fuses, public keys from the devicetree. Filled once per boot; `keys` points
 * into the structure, which must therefore stay in place. Where an accelerator
 * is fitted it does the work, through the caller's own driver, even when the
 * ROM verifies on the bootloader's behalf.
 */
#ifndef OTALAB_BOARD_TRUST_H
#define OTALAB_BOARD_TRUST_H

#include "board/accelerator.h"
#include "board/board.h"
#include "ota/image.h"
#include "ota/map.h"

struct trust {
    uint8_t digests[OTP_ROOT_KEYS][OTA_DIGEST_SIZE];
    const uint8_t *spki[MAP_KEYS_MAX];
    struct image_keys keys;
};

static inline void trust_read(struct trust *trust)
{
    for (uint32_t i = 0; i < OTP_ROOT_KEYS; i++) {
        otp_bytes(OTP_ROOT_KEY_BIT(i), trust->digests[i], OTA_DIGEST_SIZE);
    }
    trust->keys.digests = (const uint8_t(*)[OTA_DIGEST_SIZE])trust->digests;
    trust->keys.count = OTP_ROOT_KEYS;
    trust->keys.first_valid = otp_level(OTP_EPOCH_BIT, OTP_EPOCH_BITS);
    trust->keys.spki_count =
        map_read_keys(board_dtb(), BOARD_DTB_SIZE, trust->spki);
    trust->keys.spki = trust->spki;
    trust->keys.crypto = accelerator_ops();
}

#endif
