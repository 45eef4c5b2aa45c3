/* SPDX-License-Identifier: MIT */
/*
 * The recovery image: started when no slot can run, or when the application has
 * given way to it (mechanism.h). It keeps the device reachable on its console
 * and, with a modem, fetches a whole image into a slot, a damaged one if there
 * is a choice: whatever the server offers and the fuses allow. As long as
 * nothing comes, it has the images in the slots tried again, at growing
 * intervals, because they may have failed for reasons that are past.
 */
#include <string.h>

#include "app/updater.h"
#include "board/board.h"
#include "board/text.h"
#include "ota/boot_info.h"
#include "ota/load.h"
#include "ota/map.h"
#include "ota/request.h"

#define LINE_SIZE 80u
/* From one trial of these images to the next; doubled each time. */
#define RETRY_FIRST_S 600u
#define RETRY_MOST_S 86400u

struct recovery {
    struct boot_info info; /* zero if not valid */
    bool info_valid;
    struct ota_map map;
    struct updater updater;
    uint64_t retry; /* cycles */
};

static void recovery_open(struct recovery *recovery)
{
    if (map_read(board_dtb(), BOARD_DTB_SIZE, &recovery->map) != OTA_OK) {
        board_panic(__LINE__, BOARD_DTB_BASE);
    }
    memcpy(&recovery->info, (const void *)BOARD_INFO_BASE,
           sizeof(recovery->info));
    recovery->info_valid = boot_info_valid(&recovery->info);
    if (!recovery->info_valid) {
        memset(&recovery->info, 0, sizeof(recovery->info));
    }
}

/* Without a valid boot-info nobody knows what the fuses allow. */
static void recovery_network(struct recovery *recovery)
{
    struct updater *updater = &recovery->updater;

    updater_open(updater, &recovery->map, &recovery->info);
    updater->fitted = updater->fitted && recovery->info_valid;
    updater_start(updater, true);
}

static void do_status(struct recovery *recovery)
{
    struct text line = {.used = 0};

    text_put(&line, "recovery ");
    text_version(&line, recovery->info.version);
    if (recovery->info.reason == OTA_REASON_NONE) {
        text_put(&line, ": the application has given way");
    } else {
        text_put(&line, ": no application can run, last reason ");
        text_number(&line, recovery->info.reason);
    }
    text_say(&line);
    updater_tell(&recovery->updater);
}

static void do_update(struct recovery *recovery)
{
    updater_poll_now(&recovery->updater);
    console_write(recovery->updater.fitted ? "looking\n" : "no modem\n");
}

static void do_reboot(struct recovery *recovery)
{
    (void)recovery;
    board_reset(CTL_REASON_REQUEST);
}

static const struct {
    const char *name;
    void (*run)(struct recovery *recovery);
} commands[] = {
    {"status", do_status},
    {"update", do_update},
    {"reboot", do_reboot},
};

static void serve(struct recovery *recovery, const char *line)
{
    for (unsigned i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (strcmp(line, commands[i].name) == 0) {
            commands[i].run(recovery);
            return;
        }
    }
    console_write("status update reboot\n");
}

static void serve_console(struct recovery *recovery)
{
    char line[LINE_SIZE];

    while ((ctl_flags() & CTL_F_CONSOLE_IN) != 0 &&
           console_read(line, sizeof(line)) >= 0) {
        serve(recovery, line);
    }
}

/* ---- the images in the slots
 * ----------------------------------------------- */

static void plan_retry(struct recovery *recovery)
{
    uint32_t wait = RETRY_FIRST_S;

    for (unsigned i = 0; i < recovery->info.rounds && wait < RETRY_MOST_S;
         i++) {
        wait *= 2u;
    }
    wait = wait < RETRY_MOST_S ? wait : RETRY_MOST_S;
    recovery->retry = board_cycles() + (uint64_t)wait * BOARD_CPU_HZ;
}

static bool ask_for(const struct recovery *recovery, uint8_t slot)
{
    const struct ota_area *parts = recovery->map.parts;
    struct image_limits limits = {.slot_size = parts[MAP_SLOT_A + slot].length,
                                  .load_base = BOARD_APP_BASE,
                                  .load_size = BOARD_APP_SIZE};
    struct request request = {.kind = OTA_REQUEST_TRIAL, .slot = slot};
    struct image_info image;

    if (updater_writes_to(&recovery->updater, slot) ||
        image_peek(board_flash(), parts[MAP_SLOT_A + slot], &limits, &image) !=
            OTA_REASON_NONE) {
        return false;
    }
    memcpy(request.digest, image.digest, OTA_DIGEST_SIZE);
    if (request_append(board_flash(), parts[MAP_REQUESTS],
                       recovery->info.next_request, &request) != OTA_OK) {
        return false;
    }
    trace_event(TRACE_APP_REQUEST, request.kind, slot, 0, 0);
    return true;
}

/* The slots take turns. The bootloader verifies what it finds. */
static void retry_slots(struct recovery *recovery)
{
    uint8_t first = recovery->info.rounds % 2u ? OTA_SLOT_B : OTA_SLOT_A;

    if (!recovery->info_valid || board_cycles() < recovery->retry ||
        !updater_is_idle(&recovery->updater)) {
        return;
    }
    if (ask_for(recovery, first) || ask_for(recovery, first ^ 1u)) {
        console_write("trying again what is there, restarting\n");
        board_reset(CTL_REASON_REQUEST);
    }
    plan_retry(recovery);
}

/* A retry that is due waits for the agent, which says when it goes on. */
static uint64_t retry_time(const struct recovery *recovery)
{
    return board_cycles() < recovery->retry ? recovery->retry
                                            : BOARD_FOREVER_CYCLES;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

int main(void)
{
    static struct recovery recovery;

    recovery_open(&recovery);
    watchdog_start(recovery.map.watchdog_ms);
    trace_event(TRACE_RECOVERY_START, recovery.info.version, 0, 0, 0);
    recovery_network(&recovery);
    plan_retry(&recovery);
    do_status(&recovery);
    for (;;) {
        uint64_t due;

        serve_console(&recovery);
        retry_slots(&recovery);
        due = earlier(updater_serve(&recovery.updater), retry_time(&recovery));
        watchdog_feed();
        board_sleep_until(due);
    }
}
