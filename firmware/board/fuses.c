/* SPDX-License-Identifier: MIT */
/* One-time fuses. Every value is read from the controller when it is needed;
 * nothing is remembered, so nothing can be stale. */
#include "board/board.h"

#include <stddef.h>

#include "ota/fuse.h"

uint32_t otp_word(uint32_t index)
{
    uint32_t args[2] = {index, 1};
    uint32_t word;

    if (ctl_command(CTL_OTP_READ, args, 2) != CTL_OK) {
        board_panic(__LINE__, CTL_OTP_READ);
    }
    ctl_get(&word, sizeof(word));
    return word;
}

bool otp_bit(uint32_t bit)
{
    return bit < OTP_BITS && (otp_word(bit / 32u) >> bit % 32u & 1u) != 0;
}

void otp_wait_idle(void)
{
    for (;;) {
        if (ctl_command(CTL_OTP_STATUS, NULL, 0) != CTL_OK) {
            board_panic(__LINE__, CTL_OTP_STATUS);
        }
        if (ctl_result(0) == 0) {
            return;
        }
        board_wait_until(ctl_result64(1));
    }
}

int otp_burn(uint32_t bit)
{
    if (bit >= OTP_BITS) {
        return OTA_ERR_RANGE;
    }
    if (otp_bit(bit)) {
        return OTA_OK;
    }
    otp_wait_idle();
    if (ctl_command(CTL_OTP_BURN, &bit, 1) != CTL_OK) {
        return OTA_ERR_IO;
    }
    board_wait_until(ctl_result64(0));
    otp_wait_idle();
    return otp_bit(bit) ? OTA_OK : OTA_ERR_IO;
}

void otp_bytes(uint32_t first, void *data, uint32_t length)
{
    uint32_t args[2] = {first / 32u, (length + 3u) / 4u};

    if (first % 32u != 0 || length > CTL_DATA_SIZE ||
        ctl_command(CTL_OTP_READ, args, 2) != CTL_OK) {
        board_panic(__LINE__, CTL_OTP_READ);
    }
    ctl_get(data, length);
}

uint32_t otp_level(uint32_t first, uint32_t bits)
{
    uint8_t field[OTP_UNARY_MAX / 8u];

    otp_bytes(first, field, bits / 8u);
    return fuse_level(field, bits);
}

uint32_t otp_gap(uint32_t first, uint32_t bits)
{
    uint8_t field[OTP_UNARY_MAX / 8u];

    otp_bytes(first, field, bits / 8u);
    return fuse_gap(field, bits);
}

void otp_lock(void)
{
    if (ctl_command(CTL_OTP_LOCK, NULL, 0) != CTL_OK) {
        board_panic(__LINE__, CTL_OTP_LOCK);
    }
}
