/* SPDX-License-Identifier: MIT */
/* What an application does to the boot chain: it appends requests, numbered
 * as boot-info says. Recovery does the same. */
#include <string.h>

#include "board/board.h"
#include "ota/boot_info.h"
#include "ota/map.h"
#include "ota/request.h"
#include "wires.h"

bool app_append(uint8_t kind, uint8_t slot, uint32_t value,
                const uint8_t digest[32])
{
    const struct boot_info *info = (const struct boot_info *)BOARD_INFO_BASE;
    struct request request = {.kind = kind, .slot = slot, .number = value};
    static struct ota_map map; /* the same for ever */

    memcpy(request.digest, digest, sizeof(request.digest));
    return boot_info_valid(info) &&
           (map.flash_size > 0 ||
            map_read(board_dtb(), BOARD_DTB_SIZE, &map) == OTA_OK) &&
           request_append(board_flash(), map.parts[MAP_REQUESTS],
                          info->next_request, &request) == OTA_OK;
}
