/* SPDX-License-Identifier: MIT */
/*
 * The application's side of an update: what it may request from the bootloader.
 * It only appends requests; the bootloader judges them again. A refusal is
 * traced with its reason and changes nothing.
 */
#include "app/behaviour.h"

#include <string.h>

#include "ota/load.h"
#include "ota/request.h"

/* Long enough to read a console line, but shorter than the trial deadline. */
#define RESTART_PAUSE_MS 500u
/* How often to look for the server's answer. */
#define TRIAL_TURN_MS 200u

static enum ota_reason refuse(enum ota_request_kind kind,
                              enum ota_reason reason)
{
    trace_event(TRACE_APP_REFUSED, kind, reason, 0, 0);
    return reason;
}

const struct ota_area *app_slot(const struct app *app, uint8_t slot)
{
    unsigned known = slot < OTA_SLOT_COUNT ? slot : OTA_SLOT_RECOVERY;

    return &app->map.parts[MAP_SLOT_A + known];
}

enum ota_reason app_peek(const struct app *app, uint8_t slot,
                         struct image_info *image)
{
    const struct ota_area *area = app_slot(app, slot);
    struct image_limits limits = {.slot_size = area->length,
                                  .load_base = BOARD_APP_BASE,
                                  .load_size = BOARD_APP_SIZE};

    return image_peek(app->flash, *area, &limits, image);
}

static int append(const struct app *app, enum ota_request_kind kind,
                  uint8_t slot, uint32_t number,
                  const uint8_t digest[OTA_DIGEST_SIZE])
{
    struct request request = {.kind = (uint8_t)kind,
                              .slot = slot,
                              .number = number};

    memcpy(request.digest, digest, OTA_DIGEST_SIZE);
    return request_append(app->flash, app->map.parts[MAP_REQUESTS],
                          app->info.next_request, &request);
}

enum ota_reason app_request(const struct app *app, enum ota_request_kind kind,
                            uint8_t slot, uint32_t number,
                            const uint8_t digest[OTA_DIGEST_SIZE])
{
    if (append(app, kind, slot, number, digest) != OTA_OK) {
        return refuse(kind, OTA_REASON_FLASH_ERROR);
    }
    trace_event(TRACE_APP_REQUEST, kind, slot, 0, 0);
    return OTA_REASON_NONE;
}

/* If this is not kept, a power loss uses up an attempt. */
void app_say_alive(const struct app *app)
{
    (void)append(app, OTA_REQUEST_ALIVE, app->info.slot, 0, app->info.digest);
}

enum ota_reason app_confirm(const struct app *app)
{
    return app_request(app, OTA_REQUEST_CONFIRM, app->info.slot, 0,
                       app->info.digest);
}

/* May the image in `slot` be requested? `image` gets what the slot claims. */
static enum ota_reason judge_trial(const struct app *app, uint8_t slot,
                                   struct image_info *image)
{
    enum ota_reason reason;

    if (app_on_trial(app)) {
        return OTA_REASON_NO_FALLBACK;
    }
    if (slot == app->info.slot) {
        return OTA_REASON_BAD_REQUEST;
    }
    reason = app_peek(app, slot, image);
    if (reason != OTA_REASON_NONE) {
        return reason;
    }
    return image->counter > OTP_COUNTER_BITS ? OTA_REASON_COUNTER_HIGH
                                             : OTA_REASON_NONE;
}

enum ota_reason app_ask_trial(const struct app *app, uint8_t slot)
{
    struct image_info image;
    enum ota_reason reason = judge_trial(app, slot, &image);

    if (reason != OTA_REASON_NONE) {
        return refuse(OTA_REQUEST_TRIAL, reason);
    }
    return app_request(app, OTA_REQUEST_TRIAL, slot, 0, image.digest);
}

enum ota_reason app_ask_commit(const struct app *app)
{
    if (app_on_trial(app)) {
        return refuse(OTA_REQUEST_COMMIT, OTA_REASON_BAD_REQUEST);
    }
    if (app->info.counter > OTP_COUNTER_BITS) {
        return refuse(OTA_REQUEST_COMMIT, OTA_REASON_COUNTER_HIGH);
    }
    return app_request(app, OTA_REQUEST_COMMIT, app->info.slot,
                       app->info.counter, app->info.digest);
}

/* ---- commit --------------------------------------------------------------- */

/* A commit that the bootloader accepted but could not carry out would only be
 * requested again at each start. */
static bool asked_before(const struct app *app)
{
    struct request latest;

    return request_latest(app->flash, app->map.parts[MAP_REQUESTS], &latest) ==
               OTA_OK &&
           latest.kind == OTA_REQUEST_COMMIT &&
           latest.number == app->info.counter &&
           memcmp(latest.digest, app->info.digest, OTA_DIGEST_SIZE) == 0;
}

void app_commit_in_time(struct app *app)
{
    uint64_t when = (uint64_t)app->map.commit_after_ms * BOARD_CYCLES_PER_MS;

    if (when == 0 || board_cycles() < when || app->commit_tried ||
        app->info.counter <= app->info.fuse_counter ||
        !updater_is_idle(&app->updater)) {
        return;
    }
    app->commit_tried = true;
    if (!asked_before(app) && app_ask_commit(app) == OTA_REASON_NONE) {
        console_write("commit asked for, restarting\n");
        board_reset(CTL_REASON_REQUEST);
    }
}

/* ---- on trial --------------------------------------------------------------- */

/* Is the server there? False: it could not be reached in time, although this
 * image seems to be in order. */
static bool server_reached(struct app *app)
{
    enum agent_answer answer = updater_trial(&app->updater);

    while (answer == AGENT_WAIT) {
        app_pause(app, TRIAL_TURN_MS);
        answer = updater_trial(&app->updater);
    }
    return answer == AGENT_YES;
}

static enum ota_reason app_abandon(const struct app *app)
{
    return app_request(app, OTA_REQUEST_ABANDON, app->info.slot, 0,
                       app->info.digest);
}

__attribute__((weak)) void app_on_trial_passed(struct app *app)
{
    if (!server_reached(app)) {
        if (app_abandon(app) == OTA_REASON_NONE) {
            console_write("server not reached on trial, giving it back\n");
        }
    } else if (app_confirm(app) == OTA_REASON_NONE) {
        console_write("confirmation asked for, restarting\n");
    }
    app_pause(app, RESTART_PAUSE_MS);
    board_reset(CTL_REASON_REQUEST);
}

__attribute__((weak)) void app_on_trial_failed(struct app *app)
{
    (void)app;
    console_write("self-test failed on trial, restarting\n");
    board_reset(CTL_REASON_REQUEST);
}
