/* SPDX-License-Identifier: MIT */
#include "ota/boot_info.h"

#include <stddef.h>

#include "ota/crc32.h"

void boot_info_seal(struct boot_info *info)
{
    info->magic = BOOT_INFO_MAGIC;
    info->crc = ota_crc32(info, offsetof(struct boot_info, crc));
}

bool boot_info_valid(const struct boot_info *info)
{
    return info->magic == BOOT_INFO_MAGIC &&
           info->crc == ota_crc32(info, offsetof(struct boot_info, crc));
}
