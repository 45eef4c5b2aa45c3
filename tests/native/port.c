/* SPDX-License-Identifier: MIT */
/* board/board.h on the host, and the ROM's services as far as they are not
 * firmware/ota itself. */
#include "board/accelerator.h"
#include "board/board.h"

#include <string.h>

#include "boot.h"
#include "wires.h"

/* ---- flash -------------------------------------------------------------- */

static int port_read(void *context, uint32_t address, void *data,
                     uint32_t length)
{
    (void)context;
    return wire_read(address, data, length) ? OTA_OK : OTA_ERR_RANGE;
}

static int port_program(void *context, uint32_t address, const void *data,
                        uint32_t length)
{
    (void)context;
    return wire_program(address, data, length) ? OTA_OK : OTA_ERR_IO;
}

static int port_erase(void *context, uint32_t address)
{
    (void)context;
    return wire_erase(address) ? OTA_OK : OTA_ERR_IO;
}

const struct ota_flash *board_flash(void)
{
    static struct ota_flash port = {.read = port_read,
                                    .program = port_program,
                                    .erase = port_erase};

    port.sector_size = wire_sector_size();
    return &port;
}

int flash_lock(uint32_t start, uint32_t length)
{
    return wire_lock(start, length) ? OTA_OK : OTA_ERR_RANGE;
}

/* ---- cryptography: in software ---------------------------------------- */

const struct crypto_ops *accelerator_ops(void)
{
    return NULL;
}

/* ---- fuses --------------------------------------------------------------- */

uint32_t otp_word(uint32_t index)
{
    return wire_fuse_word(index);
}

bool otp_bit(uint32_t bit)
{
    return bit < OTP_BITS && (otp_word(bit / 32u) >> bit % 32u & 1u) != 0;
}

uint32_t otp_gap(uint32_t first, uint32_t bits)
{
    uint32_t value = 0;

    while (value < bits && otp_bit(first + value)) {
        value++;
    }
    return value;
}

uint32_t otp_level(uint32_t first, uint32_t bits)
{
    while (bits > 0 && !otp_bit(first + bits - 1u)) {
        bits--;
    }
    return bits;
}

int otp_burn(uint32_t bit)
{
    if (bit >= OTP_BITS) {
        return OTA_ERR_RANGE;
    }
    if (otp_bit(bit)) {
        return OTA_OK;
    }
    return wire_fuse_burn(bit) && otp_bit(bit) ? OTA_OK : OTA_ERR_IO;
}

void otp_bytes(uint32_t first, void *data, uint32_t length)
{
    uint8_t *bytes = data;

    for (uint32_t i = 0; i < length; i++) {
        uint32_t bit = first + 8u * i;
        bytes[i] = (uint8_t)(otp_word(bit / 32u) >> bit % 32u);
    }
}

void otp_lock(void)
{
    wire_fuse_lock();
}

/* ---- resets, time, trace ---------------------------------------------------- */

enum ctl_reset_cause board_reset_cause(void)
{
    return (enum ctl_reset_cause)wire_cause();
}

_Noreturn void board_reset(enum ctl_reset_reason reason)
{
    wire_end(WIRE_RESET, reason, 0);
}

_Noreturn void board_halt(void)
{
    wire_end(WIRE_HALT, 0, 0);
}

_Noreturn void board_panic(uint32_t line, uint32_t module)
{
    wire_end(WIRE_PANIC, line, module);
}

_Noreturn void board_jump(uint32_t vectors, enum board_stage stage)
{
    wire_end(WIRE_JUMP, vectors, stage);
}

uint32_t trial_deadline(uint32_t ms)
{
    return wire_deadline(ms) ? CTL_OK : CTL_E_ARGUMENT;
}

uint64_t board_cycles(void)
{
    return wire_cycles();
}

void board_sleep_until(uint64_t until)
{
    wire_sleep(until);
}

void board_wait_until(uint64_t until)
{
    wire_sleep(until);
}

/* It counts only while the CPU computes, which takes no time here. */
void watchdog_feed(void)
{
}

void trace_event(enum trace_code code, uint32_t a0, uint32_t a1, uint32_t a2,
                 uint32_t a3)
{
    uint32_t args[4] = {a0, a1, a2, a3};

    wire_trace(code, args);
}

const void *board_dtb(void)
{
    return wire_devicetree();
}

bool boot_has_services(void)
{
    return true; /* firmware/ota of the host, linked in */
}
