/* SPDX-License-Identifier: MIT */
/* The service console: one table of commands, one word of argument. */
#include <stddef.h>
#include <string.h>

#include "app/behaviour.h"
#include "board/cpu.h"
#include "board/spin.h"
#include "board/text.h"

#define LINE_SIZE 80u

static void say_refused(enum ota_reason reason)
{
    static const char *const names[] = {
#define REASON_NAME(name, value, text) [value] = (text),
        OTA_REASONS(REASON_NAME)
#undef REASON_NAME
    };
    struct text line = {.used = 0};

    text_put(&line, "refused: ");
    text_put(&line, names[reason]);
    text_say(&line);
}

/* An accepted request takes effect at the next boot. */
static void restart_if(enum ota_reason reason)
{
    if (reason != OTA_REASON_NONE) {
        say_refused(reason);
        return;
    }
    console_write("asked for, restarting\n");
    board_reset(CTL_REASON_REQUEST);
}

/* "a" or "b", otherwise OTA_SLOT_COUNT. */
static uint8_t slot_of(const char *word)
{
    bool known = (word[0] == 'a' || word[0] == 'b') && word[1] == '\0';

    return known ? (uint8_t)(word[0] - 'a') : (uint8_t)OTA_SLOT_COUNT;
}

static void do_trial(struct app *app, const char *word)
{
    uint8_t slot = slot_of(word);

    if (slot == OTA_SLOT_COUNT) {
        console_write("trial a|b\n");
        return;
    }
    restart_if(app_ask_trial(app, slot));
}

static void do_commit(struct app *app, const char *word)
{
    (void)word;
    restart_if(app_ask_commit(app));
}

static void do_status(struct app *app, const char *word)
{
    struct text line = {.used = 0};
    struct pmu_reading power;

    (void)word;
    pmu_read(&power);
    text_version(&line, app->info.version);
    text_put(&line, app->info.slot == OTA_SLOT_A ? " slot a" : " slot b");
    text_put(&line, app_on_trial(app) ? " trial" : " confirmed");
    text_put(&line, " counter ");
    text_number(&line, app->info.counter);
    text_put(&line, " fuses ");
    text_number(&line, app->info.fuse_counter);
    text_put(&line, " reason ");
    text_number(&line, app->info.reason);
    text_put(&line, " battery ");
    text_number(&line, power.battery_mv);
    text_put(&line, " mV");
    text_say(&line);
    updater_tell(&app->updater);
}

static void do_update(struct app *app, const char *word)
{
    (void)word;
    updater_poll_now(&app->updater);
    console_write(app->updater.fitted ? "looking\n" : "no modem\n");
}

/* A number of at most six digits, otherwise 0. */
static uint32_t number_of(const char *word)
{
    uint32_t value = 0;

    for (unsigned i = 0; word[i] != '\0'; i++) {
        if (i == 6 || word[i] < '0' || word[i] > '9') {
            return 0;
        }
        value = value * 10u + (uint32_t)(word[i] - '0');
    }
    return value;
}

static void do_defer(struct app *app, const char *word)
{
    uint32_t minutes = number_of(word);

    if (minutes == 0) {
        console_write("defer MINUTES\n");
        return;
    }
    updater_defer(&app->updater, minutes);
    console_write("deferred\n");
}

static void do_reboot(struct app *app, const char *word)
{
    (void)app;
    (void)word;
    board_reset(CTL_REASON_REQUEST);
}

static int erase_area(const struct app *app, const struct ota_area *area)
{
    int err = OTA_OK;

    for (uint32_t at = 0; at < area->length && err == OTA_OK;
         at += app->flash->sector_size) {
        watchdog_feed();
        err = app->flash->erase(app->flash->context, area->start + at);
    }
    return err;
}

/* During a trial the other slot is the fallback. */
static void do_erase(struct app *app, const char *word)
{
    uint8_t slot = slot_of(word);

    if (slot == OTA_SLOT_COUNT) {
        console_write("erase a|b\n");
    } else if (slot == app->info.slot || app_on_trial(app)) {
        console_write("refused: in use\n");
    } else if (!updater_forget(&app->updater) ||
               erase_area(app, app_slot(app, slot)) != OTA_OK) {
        console_write("flash error\n");
    } else {
        console_write("erased\n");
    }
}

static void do_crash(struct app *app, const char *word)
{
    (void)app;
    (void)word;
    cpu_undefined(0);
}

static void do_hang(struct app *app, const char *word)
{
    (void)app;
    (void)word;
    (void)cpu_mask();
    spin_for_ever();
}

static const struct {
    const char *name;
    void (*run)(struct app *app, const char *word);
} commands[] = {
    {"trial", do_trial}, {"commit", do_commit}, {"update", do_update},
    {"defer", do_defer}, {"status", do_status}, {"reboot", do_reboot},
    {"erase", do_erase}, {"crash", do_crash},   {"hang", do_hang},
};

static void serve(struct app *app, char *line)
{
    char *space = strchr(line, ' ');
    const char *word = "";

    if (space != NULL) {
        *space = '\0';
        word = space + 1;
    }
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (strcmp(line, commands[i].name) == 0) {
            commands[i].run(app, word);
            return;
        }
    }
    console_write("trial commit update defer status reboot erase crash hang\n");
}

void app_console(struct app *app)
{
    char line[LINE_SIZE];

    while ((ctl_flags() & CTL_F_CONSOLE_IN) != 0 &&
           console_read(line, sizeof(line)) >= 0) {
        serve(app, line);
    }
}
