/* SPDX-License-Identifier: MIT */
/* The doorbell. */
#include "board/board.h"

#include "board/cpu.h"
#include "board/state.h"

#define CTL_ARGS 6u
#define CTL_RESULTS 6u

uint32_t ctl_command(uint32_t command, const uint32_t *args, unsigned count)
{
    volatile struct ctl_page *page = CTL_PAGE;
    uint32_t before = cpu_mask();
    uint64_t now = board_cycles();
    uint32_t status;

    page->time_lo = (uint32_t)now;
    page->time_hi = (uint32_t)(now >> 32);
    for (unsigned i = 0; i < count && i < CTL_ARGS; i++) {
        page->arg[i] = args[i];
    }
    cpu_ring(command);
    status = page->status;
    cpu_unmask(before);
    if (status == CTL_RESET_ASSERTED) {
        board_reset_now();
    }
    return status;
}

uint32_t ctl_result(unsigned index)
{
    return index < CTL_RESULTS ? CTL_PAGE->result[index] : 0;
}

uint64_t ctl_result64(unsigned index)
{
    return (uint64_t)ctl_result(index + 1) << 32 | ctl_result(index);
}

uint64_t ctl_time(void)
{
    return (uint64_t)CTL_PAGE->time_hi << 32 | CTL_PAGE->time_lo;
}

uint32_t ctl_flags(void)
{
    return CTL_PAGE->flags;
}

/* Byte by byte: the page is device memory, where an unaligned wide access
 * faults. */
void ctl_put(const void *data, uint32_t length)
{
    const uint8_t *bytes = data;

    for (uint32_t i = 0; i < length && i < CTL_DATA_SIZE; i++) {
        CTL_PAGE->data[i] = bytes[i];
    }
}

void ctl_get(void *data, uint32_t length)
{
    uint8_t *bytes = data;

    for (uint32_t i = 0; i < length && i < CTL_DATA_SIZE; i++) {
        bytes[i] = CTL_PAGE->data[i];
    }
}
