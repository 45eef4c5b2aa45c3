/* SPDX-License-Identifier: MIT */
/* Start-up of everything that runs from SRAM. The machine has given the
 * program its variables as they are at first. */
#include "board/state.h"
#include "native/native.h"

void native_start(uint64_t offset, uint32_t cause, uint32_t vectors)
{
    board_start(offset, cause, (const void *)(uintptr_t)vectors);
}
