/* SPDX-License-Identifier: MIT */
/*
 * What the ROM does for the bootloader, as the ROMs of real chips do: the code
 * that verified the bootloader also serves it, so that the bootloader need not
 * carry a second copy. It is a table of functions at a fixed address, right
 * after the ROM's vectors (rom.ld and boot.ld give the address).
 *
 * Every function is pure: it works only on the caller's memory and stack,
 * because the RAM of the ROM stage is closed by then; it gives no command to
 * the controller and keeps nothing. Where keys come with a struct crypto_ops,
 * those functions are the caller's, and so is what they do. Each function's
 * behaviour and errors are described where it is declared.
 *
 * ROM and bootloader are built at different times. A table that lacks or
 * changes anything, including a structure that is passed, has another version.
 * A bootloader that does not find its own version must not call anything.
 */
#ifndef OTALAB_BOOTLOADER_SERVICES_H
#define OTALAB_BOOTLOADER_SERVICES_H

#include <libfdt.h>
#include <stdint.h>
#include <string.h>

#include "ota/bytes.h"
#include "ota/crc32.h"
#include "ota/image.h"
#include "ota/load.h"
#include "ota/map.h"

#define ROM_SERVICES_MAGIC 0x53564D52u
#define ROM_SERVICES_VERSION 4u

#define ROM_SERVICE(name) __typeof__(name) *name

struct rom_services {
    uint32_t magic;
    uint32_t version;
    /* libfdt */
    ROM_SERVICE(fdt_check_header);
    ROM_SERVICE(fdt_getprop);
    ROM_SERVICE(fdt_node_offset_by_compatible);
    /* string.h */
    ROM_SERVICE(memcpy);
    ROM_SERVICE(memset);
    ROM_SERVICE(memcmp);
    /* ota/bytes.h, ota/crc32.h */
    ROM_SERVICE(bytes_are);
    ROM_SERVICE(ota_crc32);
    /* ota/map.h */
    ROM_SERVICE(map_read);
    ROM_SERVICE(map_read_keys);
    /* ota/load.h */
    ROM_SERVICE(image_load);
    ROM_SERVICE(image_peek);
    /* ota/image.h */
    ROM_SERVICE(image_verify);
    ROM_SERVICE(image_check_entry);
    ROM_SERVICE(image_version_compare);
    ROM_SERVICE(image_version_pack);
};

/* In the ROM. */
extern const struct rom_services rom_services;

#endif
