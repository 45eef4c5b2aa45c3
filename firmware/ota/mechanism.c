/* SPDX-License-Identifier: MIT */
#include "ota/mechanism.h"

#include <string.h>

#define A OTA_SLOT_A
#define B OTA_SLOT_B
#define RECOVERY OTA_SLOT_RECOVERY
#define BIT(slot) (1u << (slot))

static const struct mechanism mechanisms[MECHANISM_COUNT] = {
    [MECHANISM_AB] = {.slots = BIT(A) | BIT(B) | BIT(RECOVERY),
                      .way_out = {[A] = B, [B] = A, [RECOVERY] = A},
                      .target = {[A] = B, [B] = A, [RECOVERY] = A},
                      .trials = true,
                      .locks_own = true},
    [MECHANISM_RECOVERY] = {.slots = BIT(A) | BIT(RECOVERY),
                            .way_out = {[A] = RECOVERY, [RECOVERY] = A},
                            .target = {[A] = A, [RECOVERY] = A},
                            .trials = true,
                            .recovery_fetches = true,
                            .locks_own = true},
    [MECHANISM_UNSAFE] = {.slots = BIT(A),
                          .way_out = {[A] = A},
                          .target = {[A] = A}},
};

static const char *const names[MECHANISM_COUNT] = {"ab", "recovery", "unsafe"};

const struct mechanism *mechanism_of(uint8_t mechanism)
{
    return &mechanisms[mechanism < MECHANISM_COUNT ? mechanism : MECHANISM_AB];
}

uint8_t mechanism_find(const char *name, int length)
{
    uint8_t found = 0;

    while (found < MECHANISM_COUNT &&
           ((size_t)length != strlen(names[found]) + 1 ||
            memcmp(name, names[found], (size_t)length) != 0)) {
        found++;
    }
    return found;
}
