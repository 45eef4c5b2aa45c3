/* SPDX-License-Identifier: MIT */
/*
 * From a program counter to a function, a line of its source and its callers,
 * with the debugging information of whichever programs are in memory: a program
 * counts if its code there is, byte for byte, the code of its ELF file. So an
 * image of another build, or one that is damaged, has no symbols rather than
 * false ones. The caller owns memory and structures.
 */
#ifndef OTALAB_SYMBOLS_SYMBOLS_H
#define OTALAB_SYMBOLS_SYMBOLS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"

#define SYMBOLS_PROGRAMS 8u

struct symbols_memory {
    /* `size` bytes at `address`, or NULL if there is no such memory. */
    const uint8_t *(*at)(void *context, uint32_t address, uint32_t size);
    void *context;
};

struct symbols_place {
    uint32_t address;
    char program[32];  /* "boot"; "": none that is known */
    char function[64]; /* "": not known */
    char file[256];    /* "firmware/board/ctl.c"; "": not known */
    unsigned line;
};

struct symbols;

/* No program yet; `memory` must outlive it. 0, or OTALAB_ERR_SIMULATOR with a
 * line in `diag`. */
int symbols_open(struct symbols **out, const struct symbols_memory *memory,
                 struct diag *diag);
/* Take the program if its ELF file at `path` is readable and its code is in
 * memory. Whether it was. */
bool symbols_add(struct symbols *symbols, const char *program,
                 const char *path);
/* After the last program, before the first question. */
void symbols_ready(struct symbols *symbols);
/* What is there. Bit 0 of the address is ignored. */
void symbols_find(const struct symbols *symbols, uint32_t address,
                  struct symbols_place *out);
/* The call chain of registers r[0..15], innermost first: what r[15] points to,
 * and then where each function will return. Returns how many of at most `most`
 * are in `out`; at least 1. */
unsigned symbols_callers(struct symbols *symbols, const uint32_t r[16],
                         struct symbols_place *out, unsigned most);
void symbols_close(struct symbols *symbols); /* NULL is allowed */

#endif
