/* SPDX-License-Identifier: MIT */
/*
 * The flash port. Reads come from the window. A program or an erase is started
 * at the controller, waited for on the timer and completed with a status query,
 * which also says whether it failed.
 */
#include "board/board.h"

#include <string.h>

#include "board/figures.h"

#define NOR_TRIES 3u /* an operation may still be in its busy time */

static struct nor_figures figures;

/* Is [address, address + length) in the array? No sum here can overflow. */
static bool nor_inside(uint32_t address, uint32_t length)
{
    return address <= figures.size && length <= figures.size - address;
}

/* Wait until idle. RESULT3 of the last status query: 1 = it failed. */
static uint32_t nor_finish(void)
{
    for (;;) {
        if (ctl_command(CTL_FLASH_STATUS, NULL, 0) != CTL_OK) {
            board_panic(__LINE__, CTL_FLASH_STATUS);
        }
        if (ctl_result(0) == 0) {
            return ctl_result(3);
        }
        board_wait_until(ctl_result64(1));
    }
}

static int nor_operate(uint32_t command, const uint32_t *args, unsigned count)
{
    uint32_t status = CTL_E_BUSY;

    for (unsigned i = 0; i < NOR_TRIES && status == CTL_E_BUSY; i++) {
        status = ctl_command(command, args, count);
        if (status == CTL_OK || status == CTL_E_BUSY) {
            board_wait_until(ctl_result64(0));
        }
    }
    if (status != CTL_OK || nor_finish() != 0) {
        return OTA_ERR_IO;
    }
    return OTA_OK;
}

static int nor_read(void *context, uint32_t address, void *data,
                    uint32_t length)
{
    (void)context;
    if (!nor_inside(address, length)) {
        return OTA_ERR_RANGE;
    }
    memcpy(data, (const void *)(BOARD_FLASH_BASE + address), length);
    return OTA_OK;
}

/*
 * Program bytes of one page. A unit that they cover only in part is filled up
 * with ones, which leave what is there as it is; on a part that programs a unit
 * only once, the rest of that unit is lost until the next erase.
 */
static int nor_program_page(uint32_t address, const uint8_t *bytes,
                            uint32_t length)
{
    uint8_t padded[CTL_DATA_SIZE];
    uint32_t before = address % figures.unit;
    uint32_t whole = before + length + figures.unit - 1u;
    uint32_t args[2] = {address - before, whole - whole % figures.unit};

    memset(padded, 0xFF, args[1]);
    memcpy(padded + before, bytes, length);
    ctl_put(padded, args[1]);
    return nor_operate(CTL_FLASH_PROGRAM, args, 2);
}

static int nor_program(void *context, uint32_t address, const void *data,
                       uint32_t length)
{
    const uint8_t *bytes = data;

    (void)context;
    if (!nor_inside(address, length)) {
        return OTA_ERR_RANGE;
    }
    while (length > 0) {
        uint32_t room = figures.page - address % figures.page;
        uint32_t part = length < room ? length : room;
        int err = nor_program_page(address, bytes, part);

        if (err) {
            return err;
        }
        address += part;
        bytes += part;
        length -= part;
    }
    return OTA_OK;
}

static int nor_erase(void *context, uint32_t address)
{
    (void)context;
    if (address % figures.sector != 0 || !nor_inside(address, figures.sector)) {
        return OTA_ERR_RANGE;
    }
    return nor_operate(CTL_FLASH_ERASE, &address, 1);
}

const struct ota_flash *board_flash(void)
{
    static struct ota_flash port;

    if (port.sector_size == 0) {
        board_nor_figures(&figures);
        port.read = nor_read;
        port.program = nor_program;
        port.erase = nor_erase;
        port.sector_size = figures.sector;
    }
    return &port;
}

void flash_wait_idle(void)
{
    (void)nor_finish();
    otp_wait_idle();
}

int flash_lock(uint32_t start, uint32_t length)
{
    uint32_t args[2] = {start, length};

    return ctl_command(CTL_FLASH_LOCK, args, 2) == CTL_OK ? OTA_OK
                                                          : OTA_ERR_RANGE;
}
