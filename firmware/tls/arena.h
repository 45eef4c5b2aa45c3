/* SPDX-License-Identifier: MIT */
/*
 * The memory of the TLS library: a static arena, and how much of it and of the
 * stack were ever used. Both are painted at the start and looked at later.
 */
#ifndef OTALAB_TLS_ARENA_H
#define OTALAB_TLS_ARENA_H

#include <stdint.h>

#define ARENA_SIZE (32u * 1024u)
#define ARENA_STACK 8192u /* what a program's stack may use */

/* Give the arena to the library, and paint the stack below the caller. Once. */
void arena_open(void);
/* Bytes from the start of the arena to the highest ever used. */
uint32_t arena_peak(void);
/* Bytes of stack ever used since arena_open(). */
uint32_t arena_stack_peak(void);

#endif
