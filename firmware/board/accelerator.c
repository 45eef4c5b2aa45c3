/* SPDX-License-Identifier: MIT */
#include "board/accelerator.h"

#include <libfdt.h>
#include <string.h>

#include "board/board.h"
#include "ota/bytes.h"

#define RESULT_SIZE 32u
/* A working unit is done at the time it gave; after three queries it is
 * stuck. */
#define ASKED_MOST 3u

/* ---- one operation --------------------------------------------------------- */

/* The place for the result is cleared first, so it then holds the unit's result
 * or zeros. */
static bool take_result(uint8_t result[RESULT_SIZE])
{
    memset(result, 0, RESULT_SIZE);
    for (unsigned i = 0; i < ASKED_MOST; i++) {
        ctl_put(result, RESULT_SIZE);
        if (ctl_command(CTL_CRYPTO_STATUS, NULL, 0) != CTL_OK) {
            return false;
        }
        if (ctl_result(0) == 0) {
            ctl_get(result, RESULT_SIZE);
            return ctl_result(3) == 0 && !bytes_are(result, RESULT_SIZE, 0);
        }
        board_wait_until(ctl_result64(1));
    }
    return false;
}

/* Start an operation and let its time pass. */
static bool carry_out(uint32_t command, const uint32_t *args, unsigned count)
{
    if (ctl_command(command, args, count) != CTL_OK) {
        return false;
    }
    board_wait_until(ctl_result64(0));
    return true;
}

/* ---- the two primitives ----------------------------------------------------- */

static bool unit_sha256(const void *data, size_t length,
                        uint8_t digest[OTA_DIGEST_SIZE])
{
    const uint32_t args[2] = {(uint32_t)(uintptr_t)data, (uint32_t)length};

    return ctl_command(CTL_HASH_BEGIN, NULL, 0) == CTL_OK &&
           carry_out(CTL_HASH_FEED, args, 2) &&
           carry_out(CTL_HASH_END, NULL, 0) && take_result(digest);
}

static bool equal(const uint8_t *a, const uint8_t *b, unsigned length)
{
    volatile uint8_t turned = 0;

    for (unsigned i = 0; i < length; i++) {
        turned = (uint8_t)(turned | (a[i] ^ b[i]));
    }
    return turned == 0;
}

static void put_input(const uint8_t *signature, const uint8_t *point,
                      const uint8_t *digest)
{
    uint8_t input[CRYPTO_POINT_SIZE + OTA_DIGEST_SIZE + CRYPTO_SIGNATURE_SIZE];

    memcpy(input, point, CRYPTO_POINT_SIZE);
    memcpy(input + CRYPTO_POINT_SIZE, digest, OTA_DIGEST_SIZE);
    memcpy(input + CRYPTO_POINT_SIZE + OTA_DIGEST_SIZE, signature,
           CRYPTO_SIGNATURE_SIZE);
    ctl_put(input, sizeof(input));
}

/* Anyone can forge a signature for a digest of zeros, so it is no digest. */
static bool unit_verify(const uint8_t signature[CRYPTO_SIGNATURE_SIZE],
                        const uint8_t point[CRYPTO_POINT_SIZE],
                        const uint8_t digest[OTA_DIGEST_SIZE])
{
    uint8_t number[RESULT_SIZE];

    if (bytes_are(digest, OTA_DIGEST_SIZE, 0)) {
        return false;
    }
    put_input(signature, point, digest);
    return carry_out(CTL_PK_VERIFY, NULL, 0) && take_result(number) &&
           equal(number, signature, RESULT_SIZE);
}

/* ---- is there one? ------------------------------------------------------------ */

static const struct crypto_ops ops = {unit_sha256, unit_verify};

const struct crypto_ops *accelerator_ops(void)
{
    int node = fdt_node_offset_by_compatible(board_dtb(), -1, "otalab,crypto");
    int length = 0;
    const char *status =
        node < 0 ? NULL : fdt_getprop(board_dtb(), node, "status", &length);
    bool okay = status != NULL && length == (int)sizeof("okay") &&
                memcmp(status, "okay", sizeof("okay")) == 0;

    return okay ? &ops : NULL;
}
