/* SPDX-License-Identifier: MIT */
/* Console, trace port, random numbers, power and clock readings. */
#include "board/board.h"

#include <stddef.h>
#include <string.h>

void trace_event(enum trace_code code, uint32_t a0, uint32_t a1, uint32_t a2,
                 uint32_t a3)
{
    uint32_t args[5] = {code, a0, a1, a2, a3};

    /* Evidence for people: a refused trace changes nothing. */
    (void)ctl_command(CTL_TRACE, args, 5);
}

void trace_digest(enum trace_code code, uint32_t a0, uint32_t a1, uint32_t a2,
                  uint32_t a3, const uint8_t digest[OTA_DIGEST_SIZE])
{
    ctl_put(digest, OTA_DIGEST_SIZE);
    trace_event(code, a0, a1, a2, a3);
}

void console_write(const char *text)
{
    size_t left = strlen(text);

    while (left > 0) {
        uint32_t part = left < CTL_DATA_SIZE ? (uint32_t)left : CTL_DATA_SIZE;

        ctl_put(text, part);
        (void)ctl_command(CTL_CONSOLE_WRITE, &part, 1);
        text += part;
        left -= part;
    }
}

int console_read(char *line, uint32_t size)
{
    uint32_t length;

    if (size == 0 || ctl_command(CTL_CONSOLE_READ, NULL, 0) != CTL_OK) {
        return -1;
    }
    length = ctl_result(0);
    length = length < CTL_DATA_SIZE ? length : CTL_DATA_SIZE;
    length = length < size ? length : size - 1;
    ctl_get(line, length);
    line[length] = '\0';
    return (int)length;
}

void rng_read(void *data, uint32_t length)
{
    uint8_t *bytes = data;

    while (length > 0) {
        uint32_t part = length < CTL_DATA_SIZE ? length : CTL_DATA_SIZE;

        if (ctl_command(CTL_RNG_READ, &part, 1) != CTL_OK) {
            board_panic(__LINE__, CTL_RNG_READ);
        }
        ctl_get(bytes, part);
        bytes += part;
        length -= part;
    }
}

void pmu_read(struct pmu_reading *reading)
{
    if (ctl_command(CTL_PMU_READ, NULL, 0) != CTL_OK) {
        board_panic(__LINE__, CTL_PMU_READ);
    }
    reading->battery_mv = ctl_result(0);
    reading->power_good = (ctl_result(1) & 1u) != 0;
    reading->warning = (ctl_result(1) & 2u) != 0;
    reading->left_mj = ctl_result(2);
    reading->drained_mj = ctl_result(3);
}

uint64_t rtc_ms(void)
{
    if (ctl_command(CTL_RTC_READ, NULL, 0) != CTL_OK) {
        board_panic(__LINE__, CTL_RTC_READ);
    }
    return ctl_result64(0);
}
