/* SPDX-License-Identifier: MIT */
/* The product: a sensor that samples, sleeps, and can be updated. */
#include <string.h>

#include "app/behaviour.h"
#include "board/text.h"

static void app_open(struct app *app)
{
    memcpy(&app->info, (const void *)BOARD_INFO_BASE, sizeof(app->info));
    app->info_valid = boot_info_valid(&app->info);
    if (!app->info_valid) {
        memset(&app->info, 0, sizeof(app->info));
    }
    app->flash = board_flash();
    app->sample_ms = app_sample_ms();
    if (map_read(board_dtb(), BOARD_DTB_SIZE, &app->map) != OTA_OK) {
        board_panic(__LINE__, BOARD_DTB_BASE);
    }
}

static void app_greet(const struct app *app)
{
    struct text line = {.used = 0};

    text_put(&line, "sensor ");
    text_version(&line, app->info.version);
    text_put(&line, app->info.slot == OTA_SLOT_A ? ", slot a" : ", slot b");
    text_put(&line, app_on_trial(app) ? ", on trial" : ", confirmed");
    text_say(&line);
}

/* Without a valid boot-info nobody knows which slot is the other one. */
static void app_network(struct app *app)
{
    updater_open(&app->updater, &app->map, &app->info);
    app->updater.fitted = app->updater.fitted && app->info_valid;
    app_on_network(app);
    updater_start(&app->updater, false);
}

static bool app_check(const struct app *app)
{
    uint32_t detail = HEALTH_GOOD;
    bool passed = app_health_check(app, &detail);

    trace_event(TRACE_APP_HEALTH, passed, detail, 0, 0);
    return passed;
}

/* A confirmed image has nothing better to go back to by itself: it reports what
 * is wrong and tries again. */
static void app_work(struct app *app, bool healthy)
{
    while (!healthy) {
        console_write("self-test failed\n");
        app_pause(app, 10000);
        healthy = app_check(app);
    }
    trace_event(TRACE_APP_READY, app->info.version, 0, 0, 0);
    app_on_ready(app);
    for (;;) {
        app_idle(app);
    }
}

int main(void)
{
    static struct app app;
    bool healthy;

    app_open(&app);
    if (app_on_trial(&app)) {
        app_say_alive(&app);
    }
    trace_event(TRACE_APP_START, app.info.version, app.info.slot,
                app.info.state, 0);
    watchdog_start(app.map.watchdog_ms);
    app_on_start(&app);
    app_network(&app);
    app_greet(&app);
    healthy = app_check(&app);
    if (!app_on_trial(&app)) {
        app_work(&app, healthy);
    } else if (healthy) {
        app_on_trial_passed(&app);
    } else {
        app_on_trial_failed(&app);
    }
    board_reset(CTL_REASON_REQUEST);
}
