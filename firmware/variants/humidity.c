/* SPDX-License-Identifier: MIT */
/* The product with a small new feature: it also measures humidity. */
#include "app/behaviour.h"
#include "board/text.h"

#define HUMIDITY 400u       /* 1/10 % */
#define HUMIDITY_NOISE 128u /* a power of two */

static uint32_t humidity_read(void)
{
    uint8_t noise;

    rng_read(&noise, sizeof(noise));
    return HUMIDITY + noise % HUMIDITY_NOISE;
}

static void say_humidity(void)
{
    struct text line = {.used = 0};
    uint32_t value = humidity_read();

    text_put(&line, "humidity ");
    text_number(&line, value / 10u);
    text_put(&line, ".");
    text_number(&line, value % 10u);
    text_put(&line, " %");
    text_say(&line);
}

void app_on_ready(struct app *app)
{
    say_humidity();
    app->next_sample = board_cycles();
}
