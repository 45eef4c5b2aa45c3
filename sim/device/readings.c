/* SPDX-License-Identifier: MIT */
/* What words may read as that nobody can trust. */
#include "device/readings.h"

#include <assert.h>
#include <stdio.h>

static const char *const names[READING_COUNT + 1] = {
    [READING_LEFT] = "left",   [READING_OLD] = "old",
    [READING_NEW] = "new",     [READING_PREFIX] = "prefix",
    [READING_WORDS] = "words", [READING_BITS] = "bits",
    [READING_TURN] = "turn",
};

const char *readings_word(enum reading reading)
{
    return (unsigned)reading <= READING_TURN ? names[reading] : "?";
}

static unsigned flash_readings(const struct flash *flash)
{
    return flash->torn.kind != FLASH_IDLE ? READING_COUNT : 1;
}

unsigned readings_count(const struct flash *flash, const struct otp *otp)
{
    return flash_readings(flash) * (otp_is_weak(otp) ? 2u : 1u);
}

/* Byte i as if the operation had completed. */
static uint8_t new_byte(const struct flash_torn *torn, uint32_t i)
{
    return torn->kind == FLASH_ERASE
               ? 0xFF
               : (uint8_t)(torn->before[i] & torn->data[i]);
}

/* The bits of byte i that are new, the others being old. `word` is drawn once
 * for each word. */
static uint8_t new_bits(struct rng *rng, enum reading reading, uint32_t i,
                        uint32_t split, uint64_t word)
{
    switch (reading) {
    case READING_NEW:
        return 0xFF;
    case READING_PREFIX:
        return i < split ? 0xFF : 0;
    case READING_WORDS:
        return word & 1u ? 0xFF : 0;
    case READING_BITS:
        return (uint8_t)rng_next(rng);
    default:
        return 0;
    }
}

/* True if a byte has changed. */
static bool show(struct flash *flash, enum reading reading)
{
    const struct flash_torn *torn = &flash->torn;
    struct rng rng;
    uint64_t word = 0;
    bool changed = false;

    rng_init(&rng, flash->rng.state, names[reading]);
    uint32_t split = (uint32_t)rng_below(&rng, torn->length);
    for (uint32_t i = 0; i < torn->length; i++) {
        uint32_t address = torn->address + i;

        word = i == 0 || address % 4u == 0 ? rng_next(&rng) : word;
        uint8_t mask = new_bits(&rng, reading, i, split, word);
        uint8_t value =
            (uint8_t)((new_byte(torn, i) & mask) | (torn->before[i] & ~mask));
        if (flash->array[address] != value) {
            flash_put(flash, address, value);
            changed = true;
        }
    }
    return changed;
}

void readings_flash(struct flash *flash, enum reading reading)
{
    struct flash_torn *torn = &flash->torn;

    if (torn->kind == FLASH_IDLE || reading == READING_LEFT) {
        return;
    }
    torn->turn = reading == READING_TURN ? READING_OLD : READING_LEFT;
    if (reading != READING_TURN) {
        (void)show(flash, reading);
    }
}

bool readings_boot(struct flash *flash)
{
    struct flash_torn *torn = &flash->torn;
    enum reading reading = (enum reading)torn->turn;

    if (torn->kind == FLASH_IDLE || reading == READING_LEFT) {
        return false;
    }
    torn->turn = reading == READING_OLD ? READING_NEW : READING_OLD;
    return show(flash, reading);
}

void readings_apply(struct flash *flash, struct otp *otp, unsigned number)
{
    unsigned of_flash = flash_readings(flash);

    assert(number < readings_count(flash, otp));
    readings_flash(flash, (enum reading)(number % of_flash));
    if (number >= of_flash) {
        otp_lose_weak(otp);
    }
}

void readings_name(const struct flash *flash, const struct otp *otp,
                   unsigned number, char name[READINGS_NAME])
{
    unsigned of_flash = flash_readings(flash);

    assert(number < readings_count(flash, otp));
    snprintf(name, READINGS_NAME, "%s%s", names[number % of_flash],
             number >= of_flash ? " fuse-lost" : "");
}
