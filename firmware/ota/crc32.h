/* SPDX-License-Identifier: MIT */
/* The reflected CRC-32 of IEEE 802.3 (polynomial 0xEDB88320, initial and final
 * value 0xFFFFFFFF), which every record of the boot chain carries. */
#ifndef OTALAB_OTA_CRC32_H
#define OTALAB_OTA_CRC32_H

#include <stddef.h>
#include <stdint.h>

uint32_t ota_crc32(const void *data, size_t length);

#endif
