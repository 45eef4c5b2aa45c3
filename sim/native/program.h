/* SPDX-License-Identifier: MIT */
/*
 * The device programs that are linked in: ROM, bootloader, application,
 * recovery, and some variants of the application. Each is known by the bytes of its build for the board, because what
 * runs here must be the same source as what the device has loaded and verified.
 */
#ifndef OTALAB_NATIVE_PROGRAM_H
#define OTALAB_NATIVE_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct program {
    const char *name;
    uint32_t base; /* where its image is loaded */
    uint32_t room; /* bytes from there on */
    /* The build for the board: what follows the image's header. */
    const uint8_t *bytes;
    const uint8_t *bytes_end;
    void (*start)(uint64_t offset, uint32_t cause, uint32_t vectors);
    /* Its variables on the host. */
    uint8_t *data;
    uint8_t *data_end;
    uint8_t *bss;
    uint8_t *bss_end;
};

/* The program at that address of the window, whose byte 0 is at `window`: its
 * place and bytes must both match. NULL: none is linked in. */
const struct program *program_at(const uint8_t *window, uint32_t address);
const struct program *program_rom(void);

/* Keep the initial values of all variables; before any program runs. False: out
 * of memory. May be called again. */
bool program_keep(void);
/* Its variables are as they are at first. */
void program_reset(const struct program *program);

#endif
