/* SPDX-License-Identifier: MIT */
/*
 * What the application does, cut where an image may differ. Each app_*
 * function below is weak in the product's sources; firmware/variants/ puts
 * one strong definition beside them and is a bad image for it. `struct app`
 * is made by main() and lives as long as the program.
 *
 *   main: app_on_start, app_on_network, app_health_check
 *     on trial, passed:  app_on_trial_passed, restart
 *     on trial, failed:  app_on_trial_failed, restart
 *     confirmed:         app_on_ready, then app_idle for ever
 */
#ifndef OTALAB_APP_BEHAVIOUR_H
#define OTALAB_APP_BEHAVIOUR_H

#include <stdbool.h>
#include <stdint.h>

#include "app/updater.h"
#include "board/board.h"
#include "ota/boot_info.h"
#include "ota/image.h"
#include "ota/map.h"
#include "ota/reason.h"

struct app {
    struct boot_info info; /* all zero when what was there is not valid */
    bool info_valid;
    struct ota_map map;
    const struct ota_flash *flash;
    struct updater updater;
    uint32_t sample_ms;
    uint64_t next_sample; /* cycles */
    uint32_t samples;
    bool commit_tried; /* in this boot */
};

/* Right after app.start; returns or not. */
void app_on_start(struct app *app);
/* The radio's driver is known to the update agent, which has not begun yet. */
void app_on_network(struct app *app);
/* The self-test. *detail says which check failed first (enum health). */
bool app_health_check(const struct app *app, uint32_t *detail);
/* On trial and healthy: see whether the server can be reached, ask for
 * confirmation or give the trial back, restart when it suits. */
void app_on_trial_passed(struct app *app);
/* On trial and not healthy: give the attempt back. */
void app_on_trial_failed(struct app *app);
/* Confirmed: the product's work begins. */
void app_on_ready(struct app *app);
/* One turn of the work: sleep, feed, console, update, sample. */
void app_idle(struct app *app);

/* ---- parts that hooks are made of ------------------------------------ */

bool app_on_trial(const struct app *app);
/* Sleep for so long, with watchdog, console and update served. */
void app_pause(struct app *app, uint32_t ms);

/* Append a request about `slot`, trace it. A reason when it was not taken. */
enum ota_reason app_request(const struct app *app, enum ota_request_kind kind,
                            uint8_t slot, uint32_t number,
                            const uint8_t digest[OTA_DIGEST_SIZE]);
/* On trial: the first sign of life. An attempt that a power loss ends after it
 * is given back. */
void app_say_alive(const struct app *app);
/* Ask to confirm the running image. */
enum ota_reason app_confirm(const struct app *app);
/* Ask to try the image in `slot`, to commit the running one's counter. */
enum ota_reason app_ask_trial(const struct app *app, uint8_t slot);
enum ota_reason app_ask_commit(const struct app *app);
/* Running long enough, and the devicetree wants it: commit, restart. */
void app_commit_in_time(struct app *app);

/* Time between two samples, from the devicetree. */
uint32_t app_sample_ms(void);
/* Flash area of a slot. */
const struct ota_area *app_slot(const struct app *app, uint8_t slot);
/* What the image in a slot claims to be; not authenticated. */
enum ota_reason app_peek(const struct app *app, uint8_t slot,
                         struct image_info *image);
/* Serve all console lines that wait. */
void app_console(struct app *app);
/* A reading in 1/100 degree. */
uint32_t sensor_read(void);

/* What a failed check is called in app.health. */
enum health {
    HEALTH_GOOD = 0,
    HEALTH_INFO = 1,   /* boot-info missing or nonsense */
    HEALTH_RAM = 2,    /* a pattern did not come back */
    HEALTH_CLOCK = 3,  /* time stands still */
    HEALTH_SENSOR = 4, /* out of range or stuck */
    HEALTH_FLASH = 5,  /* the own slot cannot be read */
    HEALTH_FUSES = 6,  /* the running counter is below the fuses */
    HEALTH_VARIANT = 99
};

#endif
