/* SPDX-License-Identifier: MIT */
#include "tls/arena.h"

#include <mbedtls/memory_buffer_alloc.h>
#include <string.h>

#include "board/board.h"

#define PAINT 0xA5u
#define KEEP 256u /* not painted: frames below the caller's, an interrupt */
#define HEAD 64u  /* not painted: how the library begins its heap */

extern uint8_t stack_top[];
extern uint8_t bss_end[];

static _Alignas(8) uint8_t arena[ARENA_SIZE];

/* Twice what a stack may use, if there is room: too deep a call is seen, too. */
static uintptr_t stack_floor(void)
{
    uintptr_t floor = (uintptr_t)stack_top - 2u * ARENA_STACK;

    return floor > (uintptr_t)bss_end ? floor : (uintptr_t)bss_end;
}

void arena_open(void)
{
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);

    mbedtls_memory_buffer_alloc_init(arena, sizeof(arena));
    memset(arena + HEAD, PAINT, sizeof(arena) - HEAD);
    for (uintptr_t at = stack_floor(); at < here - KEEP; at++) {
        *(volatile uint8_t *)at = PAINT;
    }
}

uint32_t arena_peak(void)
{
    uint32_t used = sizeof(arena);

    while (used > 0 && arena[used - 1u] == PAINT) {
        used--;
    }
    return used;
}

uint32_t arena_stack_peak(void)
{
    uintptr_t at = stack_floor();

    while (at < (uintptr_t)stack_top &&
           *(const volatile uint8_t *)at == PAINT) {
        at++;
    }
    return (uint32_t)((uintptr_t)stack_top - at);
}

/* The library calls it when its heap is damaged. */
void channel_exit(int status)
{
    board_panic(__LINE__, (uint32_t)status);
}
