/* SPDX-License-Identifier: MIT */
/*
 * The ROM's services under their usual names, in place of ota/image.c, load.c,
 * map.c, libfdt and others. Those are in archives, and the linker takes nothing
 * from there that is defined here.
 */
#include "services.h"

#include "boot.h"

bool boot_has_services(void)
{
    return rom_services.magic == ROM_SERVICES_MAGIC &&
           rom_services.version == ROM_SERVICES_VERSION;
}

int fdt_check_header(const void *blob)
{
    return rom_services.fdt_check_header(blob);
}

const void *fdt_getprop(const void *blob, int node, const char *name,
                        int *length)
{
    return rom_services.fdt_getprop(blob, node, name, length);
}

int fdt_node_offset_by_compatible(const void *blob, int start,
                                  const char *compatible)
{
    return rom_services.fdt_node_offset_by_compatible(blob, start, compatible);
}

void *memcpy(void *to, const void *from, size_t length)
{
    return rom_services.memcpy(to, from, length);
}

void *memset(void *at, int value, size_t length)
{
    return rom_services.memset(at, value, length);
}

int memcmp(const void *a, const void *b, size_t length)
{
    return rom_services.memcmp(a, b, length);
}

bool bytes_are(const uint8_t *at, size_t length, uint8_t value)
{
    return rom_services.bytes_are(at, length, value);
}

uint32_t ota_crc32(const void *data, size_t length)
{
    return rom_services.ota_crc32(data, length);
}

int map_read(const void *blob, uint32_t size, struct ota_map *map)
{
    return rom_services.map_read(blob, size, map);
}

uint32_t map_read_keys(const void *blob, uint32_t size,
                       const uint8_t *keys[MAP_KEYS_MAX])
{
    return rom_services.map_read_keys(blob, size, keys);
}

enum ota_reason image_load(const struct ota_flash *flash, struct ota_area slot,
                           const struct image_limits *limits, uint8_t *ram,
                           uint32_t *size)
{
    return rom_services.image_load(flash, slot, limits, ram, size);
}

enum ota_reason image_peek(const struct ota_flash *flash, struct ota_area slot,
                           const struct image_limits *limits,
                           struct image_info *info)
{
    return rom_services.image_peek(flash, slot, limits, info);
}

enum ota_reason image_verify(const uint8_t *image, uint32_t size,
                             const struct image_limits *limits,
                             const struct image_keys *keys,
                             struct image_info *info)
{
    return rom_services.image_verify(image, size, limits, keys, info);
}

enum ota_reason image_check_entry(const uint8_t *image,
                                  const struct image_info *info,
                                  const struct image_limits *limits)
{
    return rom_services.image_check_entry(image, info, limits);
}

int image_version_compare(const struct image_version *a,
                          const struct image_version *b)
{
    return rom_services.image_version_compare(a, b);
}

uint32_t image_version_pack(const struct image_version *version)
{
    return rom_services.image_version_pack(version);
}
