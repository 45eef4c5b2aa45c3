/* SPDX-License-Identifier: MIT */
/* The self-test: an ordered table of checks, of which the first to fail
 * counts. */
#include <stddef.h>

#include "app/behaviour.h"

#define RAM_WORDS 256u
#define SENSOR_READINGS 8u
#define SENSOR_LEAST 1500u
#define SENSOR_MOST 3500u

static bool check_info(const struct app *app)
{
    const struct boot_info *info = &app->info;

    return app->info_valid && info->slot <= OTA_SLOT_B &&
           (info->state == OTA_CONFIRMED || info->state == OTA_TRIAL);
}

/* Each word gets its own number, then its complement. */
static bool ram_holds(volatile uint32_t *words, uint32_t flip)
{
    bool good = true;

    for (uint32_t i = 0; i < RAM_WORDS; i++) {
        words[i] = (i * 0x9E3779B9u) ^ flip;
    }
    for (uint32_t i = 0; i < RAM_WORDS; i++) {
        good = good && words[i] == ((i * 0x9E3779B9u) ^ flip);
    }
    return good;
}

static bool check_ram(const struct app *app)
{
    static volatile uint32_t words[RAM_WORDS];

    (void)app;
    return ram_holds(words, 0) && ram_holds(words, UINT32_MAX);
}

static bool check_clock(const struct app *app)
{
    uint64_t start = board_cycles();

    (void)app;
    board_sleep_until(start + BOARD_CYCLES_PER_MS);
    return board_cycles() > start;
}

static bool check_sensor(const struct app *app)
{
    uint32_t first = sensor_read();
    bool moves = false;

    (void)app;
    for (uint32_t i = 1; i < SENSOR_READINGS; i++) {
        uint32_t value = sensor_read();

        if (value < SENSOR_LEAST || value > SENSOR_MOST) {
            return false;
        }
        moves = moves || value != first;
    }
    return moves;
}

static bool check_flash(const struct app *app)
{
    struct image_info image;

    return app_peek(app, app->info.slot, &image) == OTA_REASON_NONE;
}

static bool check_fuses(const struct app *app)
{
    uint32_t fuses = otp_level(OTP_COUNTER_BIT, OTP_COUNTER_BITS);

    return app->info.counter >= fuses && app->info.fuse_counter == fuses;
}

static const struct {
    uint32_t name; /* enum health */
    bool (*passes)(const struct app *app);
} checks[] = {
    {HEALTH_INFO, check_info},   {HEALTH_RAM, check_ram},
    {HEALTH_CLOCK, check_clock}, {HEALTH_SENSOR, check_sensor},
    {HEALTH_FLASH, check_flash}, {HEALTH_FUSES, check_fuses},
};

__attribute__((weak)) bool app_health_check(const struct app *app,
                                            uint32_t *detail)
{
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
        if (!checks[i].passes(app)) {
            *detail = checks[i].name;
            return false;
        }
    }
    *detail = HEALTH_GOOD;
    return true;
}
