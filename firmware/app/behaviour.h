/* SPDX-License-Identifier: MIT */
/*
 * What the application does, divided where an image may differ. Each app_*
 * function below is weak in the product's sources; a file in firmware/variants/
 * adds one strong definition, which makes it a bad image. main() owns `struct
 * app`, which lives as long as the program.
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
    struct boot_info info; /* all zero if it was not valid */
    bool info_valid;
    struct ota_map map;
    const struct ota_flash *flash;
    struct updater updater;
    uint32_t sample_ms;
    uint64_t next_sample; /* cycles */
    uint32_t samples;
    bool commit_tried; /* during this boot */
};

/* Right after app.start; need not return. */
void app_on_start(struct app *app);
/* The update agent knows the radio's driver, but has not started yet. */
void app_on_network(struct app *app);
/* The self-test. *detail says which check failed first (enum health). */
bool app_health_check(const struct app *app, uint32_t *detail);
/* On trial and healthy: see whether the server can be reached, ask for
 * confirmation or give the trial back, restart when convenient. */
void app_on_trial_passed(struct app *app);
/* On trial and not healthy: give the attempt back. */
void app_on_trial_failed(struct app *app);
/* Confirmed: the product's work starts. */
void app_on_ready(struct app *app);
/* One round of work: sleep, feed, console, update, sample. */
void app_idle(struct app *app);

/* ---- building blocks for these hooks ----------------------------------- */

bool app_on_trial(const struct app *app);
/* Sleep for `ms`, with watchdog, console and update served. */
void app_pause(struct app *app, uint32_t ms);

/* Append a request about `slot` and trace it. A reason if it was refused. */
enum ota_reason app_request(const struct app *app, enum ota_request_kind kind,
                            uint8_t slot, uint32_t number,
                            const uint8_t digest[OTA_DIGEST_SIZE]);
/* On trial: the first sign of life. If a power loss ends an attempt after it,
 * the attempt is given back. */
void app_say_alive(const struct app *app);
/* Request confirmation of the running image. */
enum ota_reason app_confirm(const struct app *app);
/* Request a trial of the image in `slot`; a commit of the running one's
 * counter. */
enum ota_reason app_ask_trial(const struct app *app, uint8_t slot);
enum ota_reason app_ask_commit(const struct app *app);
/* If the devicetree wants it and this has run long enough: commit, restart. */
void app_commit_in_time(struct app *app);

/* Time between two samples, from the devicetree. */
uint32_t app_sample_ms(void);
/* Flash area of a slot. */
const struct ota_area *app_slot(const struct app *app, uint8_t slot);
/* What the image in a slot claims to be; not authenticated. */
enum ota_reason app_peek(const struct app *app, uint8_t slot,
                         struct image_info *image);
/* Serve all waiting console lines. */
void app_console(struct app *app);
/* A reading in 1/100 degree. */
uint32_t sensor_read(void);

/* How app.health names a failed check. */
enum health {
    HEALTH_GOOD = 0,
    HEALTH_INFO = 1,   /* boot-info missing or nonsense */
    HEALTH_RAM = 2,    /* a pattern did not read back */
    HEALTH_CLOCK = 3,  /* time stands still */
    HEALTH_SENSOR = 4, /* out of range or stuck */
    HEALTH_FLASH = 5,  /* its own slot cannot be read */
    HEALTH_FUSES = 6,  /* the running counter is below the fuses */
    HEALTH_VARIANT = 99
};

#endif
