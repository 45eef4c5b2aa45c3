/* SPDX-License-Identifier: MIT */
#include "native/program.h"

#include <stdlib.h>
#include <string.h>

#include "board/registers.h"
#include "native/variants.h"

/* Names that mk/native.mk makes. A program without variables of a kind has no
 * section for them. */
#define PROGRAM_SYMBOLS(name)                                                \
    extern const uint8_t native_##name##_bytes[];                            \
    extern const uint8_t native_##name##_bytes_end[];                        \
    extern void native_##name##_start(uint64_t offset, uint32_t cause,       \
                                      uint32_t vectors);                     \
    extern uint8_t name##_data[] __asm__("__start_native_" #name "_data")    \
        __attribute__((weak));                                               \
    extern uint8_t name##_data_end[] __asm__("__stop_native_" #name "_data") \
        __attribute__((weak));                                               \
    extern uint8_t name##_bss[] __asm__("__start_native_" #name "_bss")      \
        __attribute__((weak));                                               \
    extern uint8_t name##_bss_end[] __asm__("__stop_native_" #name "_bss")   \
        __attribute__((weak));

PROGRAM_SYMBOLS(rom)
PROGRAM_SYMBOLS(boot)
PROGRAM_SYMBOLS(app)
PROGRAM_SYMBOLS(recovery)
NATIVE_VARIANTS(PROGRAM_SYMBOLS)

#define PROGRAM_ROW(name, base, room)                                        \
    {                                                                        \
#name, base, room, native_##name##_bytes, native_##name##_bytes_end, \
            native_##name##_start, name##_data, name##_data_end, name##_bss, \
            name##_bss_end                                                   \
    }

#define VARIANT_ROW(name) \
    PROGRAM_ROW(name, BOARD_APP_BASE, BOARD_RECOVERY_BASE - BOARD_APP_BASE),

static const struct program programs[] = {
    PROGRAM_ROW(rom, BOARD_ROM_BASE, BOARD_ROM_SIZE),
    PROGRAM_ROW(boot, BOARD_BOOT_BASE, BOARD_BOOT_SIZE),
    PROGRAM_ROW(app, BOARD_APP_BASE, BOARD_RECOVERY_BASE - BOARD_APP_BASE),
    PROGRAM_ROW(recovery, BOARD_RECOVERY_BASE,
                BOARD_BOOT_BASE - BOARD_RECOVERY_BASE),
    NATIVE_VARIANTS(VARIANT_ROW)};
#define PROGRAMS (sizeof(programs) / sizeof(programs[0]))

static uint8_t *kept[PROGRAMS];

static size_t data_size(const struct program *program)
{
    return (size_t)(program->data_end - program->data);
}

bool program_keep(void)
{
    for (size_t i = 0; i < PROGRAMS; i++) {
        size_t size = data_size(&programs[i]);

        if (kept[i] == NULL && size > 0) {
            kept[i] = malloc(size);
            if (kept[i] == NULL) {
                return false;
            }
            memcpy(kept[i], programs[i].data, size);
        }
    }
    return true;
}

void program_reset(const struct program *program)
{
    size_t size = data_size(program);

    if (size > 0) {
        memcpy(program->data, kept[program - programs], size);
    }
    if (program->bss_end > program->bss) {
        memset(program->bss, 0, (size_t)(program->bss_end - program->bss));
    }
}

const struct program *program_rom(void)
{
    return &programs[0];
}

const struct program *program_at(const uint8_t *window, uint32_t address)
{
    for (size_t i = 0; i < PROGRAMS; i++) {
        const struct program *program = &programs[i];
        size_t size = (size_t)(program->bytes_end - program->bytes);

        if (address - program->base < program->room &&
            size <= BOARD_WINDOW_BASE + BOARD_WINDOW_SIZE - address &&
            memcmp(window + (address - BOARD_WINDOW_BASE), program->bytes,
                   size) == 0) {
            return program;
        }
    }
    return NULL;
}
