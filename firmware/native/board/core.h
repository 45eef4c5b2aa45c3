/* SPDX-License-Identifier: MIT */
/* The core, for programs that run as a part of the simulator: takes the place
 * of firmware/board/core.h. There are no interrupts to mask. */
#ifndef OTALAB_NATIVE_CORE_H
#define OTALAB_NATIVE_CORE_H

#include <stdint.h>

#include "board/registers.h"
#include "native/native.h"

#define REG32(address) (*native_register((uint32_t)(address)))

static inline uint32_t cpu_mask(void)
{
    return 0;
}

static inline void cpu_unmask(uint32_t before)
{
    (void)before;
}

static inline void cpu_wait(void)
{
    native_wait();
}

static inline void cpu_barrier(void)
{
    native_barrier();
}

#define cpu_undefined(number) native_fault()

static inline void cpu_ring(uint32_t command)
{
    ((volatile struct ctl_page *)CTL_BASE)->command = command;
    native_ring();
}

#endif
