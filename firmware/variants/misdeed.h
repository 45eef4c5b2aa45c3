/* SPDX-License-Identifier: MIT */
/*
 * For variants that damage flash through the driver: do it to a whole partition
 * and report how it went. The rest of the image works as it should.
 */
#ifndef OTALAB_VARIANTS_MISDEED_H
#define OTALAB_VARIANTS_MISDEED_H

#include "app/behaviour.h"

static inline void misdeed_said(int err)
{
    console_write(err == OTA_OK ? "misdeed done\n" : "misdeed refused\n");
}

static inline void misdeed_erase(const struct app *app,
                                 const struct ota_area *area)
{
    int err = OTA_OK;

    for (uint32_t at = 0; at < area->length && err == OTA_OK;
         at += app->flash->sector_size) {
        watchdog_feed();
        err = app->flash->erase(app->flash->context, area->start + at);
    }
    misdeed_said(err);
}

/* Zeros over the first page. */
static inline void misdeed_write(const struct app *app,
                                 const struct ota_area *area)
{
    static const uint8_t zeros[256];

    misdeed_said(app->flash->program(app->flash->context, area->start, zeros,
                                     sizeof(zeros)));
}

static inline const struct ota_area *misdeed_fallback(const struct app *app)
{
    return app_slot(app,
                    app->info.slot == OTA_SLOT_A ? OTA_SLOT_B : OTA_SLOT_A);
}

/* The first word of the other slot, as the CPU sees it. */
static inline volatile uint32_t *misdeed_window(const struct app *app)
{
    return (volatile uint32_t *)(BOARD_FLASH_BASE +
                                 misdeed_fallback(app)->start);
}

#endif
