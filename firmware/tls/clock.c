/* SPDX-License-Identifier: MIT */
/*
 * An entry of the ring (ring.h), 256 bytes:
 *
 *      8 seconds since 1970, 8 bytes, little-endian   16 zeros
 */
#include "tls/clock.h"

#include <string.h>

#include "ota/bytes.h"

#define TIME_SIZE 8u

static const struct ring_form form = {.magic = 0x3143544Fu, /* "OTC1" */
                                      .slot = CLOCK_SLOT};

static uint64_t time_in(const uint8_t *slot)
{
    return bytes_get32(slot + RING_BODY) |
           (uint64_t)bytes_get32(slot + RING_BODY + 4u) << 32;
}

/* The latest of all entries: a damaged newest one must not turn it back. */
void clock_open(struct clock *clock, const struct ota_flash *flash,
                struct ota_area area)
{
    uint8_t slot[CLOCK_SLOT];

    memset(clock, 0, sizeof(*clock));
    clock->open = ring_open(&clock->ring, &form, flash, area) == OTA_OK;
    for (uint32_t i = 0; clock->open && i < ring_slots(&clock->ring); i++) {
        if (ring_read(&clock->ring, i, slot) && time_in(slot) > clock->kept_s) {
            clock->kept_s = time_in(slot);
        }
    }
}

/* Twice: a power cut may leave one that reads right but does not last. */
static bool keep(struct clock *clock, uint64_t unix_s)
{
    uint8_t slot[CLOCK_SLOT] = {0};

    bytes_put32(slot + RING_BODY, (uint32_t)unix_s);
    bytes_put32(slot + RING_BODY + 4u, (uint32_t)(unix_s >> 32));
    return clock->open && ring_append(&clock->ring, slot) == OTA_OK &&
           ring_keep(&clock->ring, slot, TIME_SIZE) == OTA_OK;
}

bool clock_state(struct clock *clock, uint64_t unix_s, uint64_t now_ms)
{
    if (unix_s < clock->kept_s) {
        return false;
    }
    if (unix_s - clock->kept_s >= CLOCK_STEP_S) {
        if (!keep(clock, unix_s)) {
            return false;
        }
        clock->kept_s = unix_s;
    }
    clock->base_s = unix_s;
    clock->base_ms = now_ms;
    return true;
}

uint64_t clock_unix_s(const struct clock *clock, uint64_t now_ms)
{
    uint64_t now = clock->base_s + (now_ms - clock->base_ms) / 1000u;

    return clock->base_s != 0 && now > clock->kept_s ? now : clock->kept_s;
}

bool clock_is_right(const struct clock *clock, uint64_t now_ms,
                    uint64_t most_ms)
{
    return clock->base_s != 0 && now_ms - clock->base_ms <= most_ms;
}
