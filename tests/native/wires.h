/* SPDX-License-Identifier: MIT */
/*
 * Between the device side of the native board (port.c, app.c, verify.c and the
 * boot chain itself, which know board/board.h and firmware/ota) and its host
 * side (native_board.c, which knows the models). Plain types only, so that
 * neither side sees the headers of the other. Calls that need a running session
 * end it, and do not return, when the session's cut is due.
 */
#ifndef OTALAB_TESTS_NATIVE_WIRES_H
#define OTALAB_TESTS_NATIVE_WIRES_H

#include <stdbool.h>
#include <stdint.h>

/* ---- what the device side calls ----------------------------------------- */

/* How a stage ends on its own. */
enum wire_end {
    WIRE_JUMP, /* a: vector table, b: stage */
    WIRE_HALT,
    WIRE_RESET, /* a: reason */
    WIRE_PANIC  /* a: line, b: module */
};
_Noreturn void wire_end(enum wire_end end, uint32_t a, uint32_t b);

uint32_t wire_sector_size(void);
/* False: out of range, refused or failed. */
bool wire_read(uint32_t address, void *data, uint32_t length);
bool wire_program(uint32_t address, const void *data, uint32_t length);
bool wire_erase(uint32_t address);
bool wire_lock(uint32_t start, uint32_t length);

uint32_t wire_fuse_word(uint32_t index);
bool wire_fuse_burn(uint32_t bit);
void wire_fuse_lock(void);

uint32_t wire_cause(void); /* enum ctl_reset_cause */
const void *wire_devicetree(void);
/* False: it was already set, or `ms` is 0. */
bool wire_deadline(uint32_t ms);
uint64_t wire_cycles(void);
void wire_sleep(uint64_t until_cycles);
void wire_trace(uint32_t code, const uint32_t args[4]);

/* ---- what the host side calls ---------------------------------------------- */

int native_main(void); /* bootloader/boot/main.c */

/* The memory of signature verifications, see verify.c. */
void verify_remember(bool on);
void verify_counts(uint64_t *asked, uint64_t *computed);

/* The application: append a request as it does, with boot-info's sequence.
 * False: it could not be written. */
bool app_append(uint8_t kind, uint8_t slot, uint32_t value,
                const uint8_t digest[32]);

#endif
