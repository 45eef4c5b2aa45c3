/* SPDX-License-Identifier: MIT */
/* The table that the bootloader calls, in a section of its own: rom.ld puts it
 * after the vectors. */
#include "services.h"

__attribute__((used, section(".rom_services")))
const struct rom_services rom_services = {
    .magic = ROM_SERVICES_MAGIC,
    .version = ROM_SERVICES_VERSION,
    .fdt_check_header = fdt_check_header,
    .fdt_getprop = fdt_getprop,
    .fdt_node_offset_by_compatible = fdt_node_offset_by_compatible,
    .memcpy = memcpy,
    .memset = memset,
    .memcmp = memcmp,
    .bytes_are = bytes_are,
    .ota_crc32 = ota_crc32,
    .map_read = map_read,
    .map_read_keys = map_read_keys,
    .image_load = image_load,
    .image_peek = image_peek,
    .image_verify = image_verify,
    .image_check_entry = image_check_entry,
    .image_version_compare = image_version_compare,
    .image_version_pack = image_version_pack,
};
