/* SPDX-License-Identifier: MIT */
/* The way to the next stage: takes the place of firmware/board/jump.h. */
#ifndef OTALAB_NATIVE_JUMP_H
#define OTALAB_NATIVE_JUMP_H

#include "board/board.h"
#include "native/native.h"

struct jump {
    uint32_t vectors;
    const struct mpu_region *table;
    uint32_t gangway_base;
    uint32_t gangway_attr;
};

_Noreturn static void jump(uint64_t offset, uint32_t cause,
                           const struct jump *to)
{
    native_jump(to->vectors, offset, cause);
}

#endif
