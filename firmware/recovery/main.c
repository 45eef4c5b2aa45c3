/* SPDX-License-Identifier: MIT */
/*
 * The recovery image: started when neither slot can run. It keeps the device
 * reachable on its console and nothing more.
 */
#include <string.h>

#include "board/board.h"
#include "board/text.h"
#include "ota/boot_info.h"
#include "ota/map.h"

#define LINE_SIZE 80u

struct recovery {
    struct boot_info info; /* zero when not valid */
    uint32_t watchdog_ms;
};

static void recovery_open(struct recovery *recovery)
{
    struct ota_map map;

    if (map_read(board_dtb(), BOARD_DTB_SIZE, &map) != OTA_OK) {
        board_panic(__LINE__, BOARD_DTB_BASE);
    }
    recovery->watchdog_ms = map.watchdog_ms;
    memcpy(&recovery->info, (const void *)BOARD_INFO_BASE,
           sizeof(recovery->info));
    if (!boot_info_valid(&recovery->info)) {
        memset(&recovery->info, 0, sizeof(recovery->info));
    }
}

static void say_status(const struct recovery *recovery)
{
    struct text line = {.used = 0};

    text_put(&line, "recovery ");
    text_version(&line, recovery->info.version);
    text_put(&line, ": no application can run, last reason ");
    text_number(&line, recovery->info.reason);
    text_say(&line);
}

static void serve(const struct recovery *recovery, const char *line)
{
    if (strcmp(line, "status") == 0) {
        say_status(recovery);
    } else if (strcmp(line, "reboot") == 0) {
        board_reset(CTL_REASON_REQUEST);
    } else {
        console_write("status reboot\n");
    }
}

int main(void)
{
    static struct recovery recovery;
    char line[LINE_SIZE];

    recovery_open(&recovery);
    watchdog_start(recovery.watchdog_ms);
    trace_event(TRACE_RECOVERY_START, recovery.info.version, 0, 0, 0);
    say_status(&recovery);
    for (;;) {
        uint64_t feed = (uint64_t)recovery.watchdog_ms * 2u / 5u;

        while ((ctl_flags() & CTL_F_CONSOLE_IN) != 0 &&
               console_read(line, sizeof(line)) >= 0) {
            serve(&recovery, line);
        }
        board_sleep_until(board_cycles() + feed * BOARD_CYCLES_PER_MS);
        watchdog_feed();
    }
}
