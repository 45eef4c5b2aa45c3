/* SPDX-License-Identifier: MIT */
/*
 * From a slot to RAM: the only place where image bytes are read from flash.
 * image_load() checks each length before use and then copies; what it reports
 * is only good for calling image_verify() on the copy. image_peek() looks at an
 * image in place; nothing it says is authenticated.
 */
#ifndef OTALAB_OTA_LOAD_H
#define OTALAB_OTA_LOAD_H

#include <stdint.h>

#include "ota/flash.h"
#include "ota/image.h"
#include "ota/reason.h"

/* Copy header, payload and TLVs to `ram` (limits->load_size bytes of room);
 * *size gets the number of bytes copied. */
enum ota_reason image_load(const struct ota_flash *flash, struct ota_area slot,
                           const struct image_limits *limits, uint8_t *ram,
                           uint32_t *size);

/* Header, security counter and digest as the slot claims them. */
enum ota_reason image_peek(const struct ota_flash *flash, struct ota_area slot,
                           const struct image_limits *limits,
                           struct image_info *info);

#endif
