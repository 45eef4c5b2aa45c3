/* SPDX-License-Identifier: MIT */
/*
 * Stage 0. The start-up code has wiped all RAM. Take the newest bootloader copy
 * that is authentic and not below its counter in the fuses: copy it to SRAM,
 * verify the copy, enter it. If it is not usable, take the other one; if
 * neither is, say why and stop.
 */
#include "board/board.h"
#include "board/trust.h"
#include "ota/image.h"
#include "ota/load.h"
#include "ota/map.h"
#include "ota/policy.h"

#define COPIES 2u

struct rom {
    struct ota_map map;
    struct trust trust;
    struct policy_limits limits;
    struct image_info claims[COPIES]; /* not authenticated */
    enum ota_reason reasons[COPIES];  /* why a copy is not usable */
};

static void rom_prepare(struct rom *rom)
{
    trace_event(TRACE_ROM_START, board_reset_cause(), 0, 0, 0);
    flash_wait_idle();
    if (map_read(board_dtb(), BOARD_DTB_SIZE, &rom->map)) {
        board_panic(__LINE__, BOARD_DTB_BASE);
    }
    watchdog_start(rom->map.watchdog_ms);
    trust_read(&rom->trust);
    rom->limits.fuse_counter =
        otp_level(OTP_BOOT_COUNTER_BIT, OTP_BOOT_COUNTER_BITS);
    rom->limits.fuse_capacity = OTP_BOOT_COUNTER_BITS;
}

static struct image_limits limits_of(const struct ota_area *area)
{
    struct image_limits limits = {area->length, BOARD_BOOT_BASE,
                                  BOARD_BOOT_SIZE, true};

    return limits;
}

static void rom_peek(struct rom *rom)
{
    for (unsigned copy = 0; copy < COPIES; copy++) {
        const struct ota_area *area = &rom->map.parts[MAP_BOOT_A + copy];
        struct image_limits limits = limits_of(area);

        rom->reasons[copy] =
            image_peek(board_flash(), *area, &limits, &rom->claims[copy]);
        if (rom->reasons[copy]) {
            trace_event(TRACE_ROM_REJECT, copy, rom->reasons[copy], 0, 0);
        }
    }
}

/* The copy to try first: the one that claims to be newer, or a if equal. */
static unsigned rom_newest(const struct rom *rom)
{
    if (rom->reasons[0] || rom->reasons[1]) {
        return rom->reasons[0] ? 1 : 0;
    }
    return image_version_compare(&rom->claims[1].version,
                                 &rom->claims[0].version) > 0;
}

static enum ota_reason rom_load(const struct rom *rom, unsigned copy,
                                struct image_info *info)
{
    const struct ota_area *area = &rom->map.parts[MAP_BOOT_A + copy];
    struct image_limits limits = limits_of(area);
    uint8_t *ram = (uint8_t *)BOARD_BOOT_BASE;
    uint32_t size = 0;
    enum ota_reason reason =
        image_load(board_flash(), *area, &limits, ram, &size);

    if (!reason) {
        reason = image_verify(ram, size, &limits, &rom->trust.keys, info);
    }
    if (!reason) {
        reason = policy_allow(info, &rom->limits);
    }
    if (!reason) {
        reason = image_check_entry(ram, info, &limits);
    }
    return reason;
}

/* Returns only if the copy is not usable. */
static void rom_try(struct rom *rom, unsigned copy)
{
    struct image_info info;

    if (rom->reasons[copy]) {
        return;
    }
    watchdog_feed();
    rom->reasons[copy] = rom_load(rom, copy, &info);
    if (rom->reasons[copy]) {
        trace_event(TRACE_ROM_REJECT, copy, rom->reasons[copy], 0, 0);
        return;
    }
    trace_event(TRACE_ROM_SELECT, copy, image_version_pack(&info.version),
                info.counter, 0);
    board_jump(BOARD_BOOT_BASE + info.header_size, BOARD_STAGE_BOOT);
}

int main(void)
{
    static struct rom rom;

    rom_prepare(&rom);
    rom_peek(&rom);
    unsigned first = rom_newest(&rom);
    rom_try(&rom, first);
    rom_try(&rom, first ^ 1u);
    trace_event(TRACE_ROM_NOTHING, rom.reasons[0], rom.reasons[1], 0, 0);
    board_halt();
}
