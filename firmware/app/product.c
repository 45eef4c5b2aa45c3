/* SPDX-License-Identifier: MIT */
/* The product's own work: a temperature now and then. */
#include "app/behaviour.h"

#include <libfdt.h>

#include "board/text.h"

#define SAMPLE_MS 10000u /* if the devicetree does not say */
#define REPORT_EVERY 6u  /* samples */
#define TEMPERATURE 2130u
#define TEMPERATURE_NOISE 64u /* a power of two */

bool app_on_trial(const struct app *app)
{
    return app->info.state == OTA_TRIAL;
}

uint32_t app_sample_ms(void)
{
    const void *blob = board_dtb();
    int node = fdt_node_offset_by_compatible(blob, -1, "otalab,product");
    int length = 0;
    const fdt32_t *cell =
        node < 0 ? NULL : fdt_getprop(blob, node, "sample-ms", &length);
    uint32_t ms =
        cell && length == (int)sizeof(*cell) ? fdt32_ld(cell) : SAMPLE_MS;

    return ms != 0 ? ms : SAMPLE_MS;
}

uint32_t sensor_read(void)
{
    uint8_t noise;

    rng_read(&noise, sizeof(noise));
    return TEMPERATURE + noise % TEMPERATURE_NOISE;
}

/* Serve console and update, then sleep until `until` or until there is
 * something to serve. */
static void turn(struct app *app, uint64_t until)
{
    uint64_t due;

    app_console(app);
    due = updater_serve(&app->updater);
    watchdog_feed();
    board_sleep_until(due < until ? due : until);
}

void app_pause(struct app *app, uint32_t ms)
{
    uint64_t end = board_cycles() + (uint64_t)ms * BOARD_CYCLES_PER_MS;

    while (board_cycles() < end) {
        turn(app, end);
    }
}

static void sample(struct app *app)
{
    struct text line = {.used = 0};
    uint32_t value = sensor_read();

    app->samples++;
    app->next_sample += (uint64_t)app->sample_ms * BOARD_CYCLES_PER_MS;
    if (app->samples % REPORT_EVERY != 1u) {
        return;
    }
    text_put(&line, "temperature ");
    text_number(&line, value / 100u);
    text_put(&line, ".");
    text_number(&line, value / 10u % 10u);
    text_say(&line);
}

__attribute__((weak)) void app_on_start(struct app *app)
{
    (void)app;
}

__attribute__((weak)) void app_on_network(struct app *app)
{
    (void)app;
}

__attribute__((weak)) void app_on_ready(struct app *app)
{
    app->next_sample = board_cycles();
}

__attribute__((weak)) void app_idle(struct app *app)
{
    if (board_cycles() >= app->next_sample) {
        sample(app);
    }
    app_commit_in_time(app);
    turn(app, app->next_sample);
}
