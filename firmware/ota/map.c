/* SPDX-License-Identifier: MIT */
#include "ota/map.h"

#include <libfdt.h>
#include <stddef.h>
#include <string.h>

#include "ota/image.h"
#include "ota/mechanism.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const part_labels[MAP_PART_COUNT] = {
    [MAP_BOOT_A] = "boot-a",     [MAP_BOOT_B] = "boot-b",
    [MAP_JOURNAL] = "journal",   [MAP_REQUESTS] = "requests",
    [MAP_PROGRESS] = "progress", [MAP_SLOT_A] = "slot-a",
    [MAP_SLOT_B] = "slot-b",     [MAP_RECOVERY] = "recovery",
    [MAP_STAGING] = "staging",   [MAP_FAILED] = "failed",
    [MAP_OFFERS] = "offers",     [MAP_LOG] = "log"};

/* A property of `count` cells. NULL if it is missing or has another length. */
static const fdt32_t *get_cells(const void *blob, int node, const char *name,
                                int count)
{
    int length = 0;
    const fdt32_t *cells = fdt_getprop(blob, node, name, &length);

    return cells && length == count * (int)sizeof(*cells) ? cells : NULL;
}

struct figure {
    const char *compatible; /* of the node */
    const char *property;
    size_t offset; /* of a uint32_t in struct ota_map */
};

static const struct figure figures[] = {
    {"jedec,spi-nor", "erase-block-size",
     offsetof(struct ota_map, sector_size)},
    {"arm,cmsdk-apb-watchdog", "timeout-ms",
     offsetof(struct ota_map, watchdog_ms)},
    {"otalab,boot", "trial-power-losses",
     offsetof(struct ota_map, trial_power_losses)},
    {"otalab,boot", "trial-deadline-ms",
     offsetof(struct ota_map, trial_deadline_ms)},
    {"otalab,boot", "commit-after-ms",
     offsetof(struct ota_map, commit_after_ms)},
};

static int read_figure(const void *blob, const struct figure *figure,
                       struct ota_map *map)
{
    int node = fdt_node_offset_by_compatible(blob, -1, figure->compatible);
    const fdt32_t *cell =
        node < 0 ? NULL : get_cells(blob, node, figure->property, 1);

    if (!cell) {
        return OTA_ERR_NONE;
    }
    uint32_t value = fdt32_ld(cell);
    memcpy((char *)map + figure->offset, &value, sizeof(value));
    return OTA_OK;
}

static int read_attempts(const void *blob, struct ota_map *map)
{
    int node = fdt_node_offset_by_compatible(blob, -1, "otalab,boot");
    const fdt32_t *cell =
        node < 0 ? NULL : get_cells(blob, node, "trial-attempts", 1);

    if (!cell) {
        return OTA_ERR_NONE;
    }
    uint32_t value = fdt32_ld(cell);
    map->trial_attempts = (uint8_t)value;
    return value >= 1 && value <= UINT8_MAX ? OTA_OK : OTA_ERR_RANGE;
}

static int read_mechanism(const void *blob, struct ota_map *map)
{
    int node = fdt_node_offset_by_compatible(blob, -1, "otalab,boot");
    int length = 0;
    const char *name =
        node < 0 ? NULL : fdt_getprop(blob, node, "otalab,mechanism", &length);

    map->mechanism = name ? mechanism_find(name, length) : MECHANISM_AB;
    return map->mechanism < MECHANISM_COUNT ? OTA_OK : OTA_ERR_RANGE;
}

static int read_flash_size(const void *blob, struct ota_map *map)
{
    int node = fdt_node_offset_by_compatible(blob, -1, "jedec,spi-nor");
    const fdt32_t *reg = node < 0 ? NULL : get_cells(blob, node, "reg", 2);

    if (!reg) {
        return OTA_ERR_NONE;
    }
    map->flash_size = fdt32_ld(reg + 1);
    return OTA_OK;
}

static bool is_disabled(const void *blob, int node)
{
    int length = 0;
    const char *status = fdt_getprop(blob, node, "status", &length);

    return status && fdt_stringlist_contains(status, length, "disabled");
}

/* The index of a label; MAP_PART_COUNT for an unknown one. */
static size_t find_label(const void *blob, int node)
{
    int length = 0;
    const char *label = fdt_getprop(blob, node, "label", &length);
    size_t i = 0;

    while (i < MAP_PART_COUNT &&
           !(label && fdt_stringlist_contains(label, length, part_labels[i]))) {
        i++;
    }
    return i;
}

static int read_parts(const void *blob, struct ota_map *map)
{
    int parent = fdt_node_offset_by_compatible(blob, -1, "fixed-partitions");
    int node;

    if (parent < 0) {
        return OTA_ERR_NONE;
    }
    fdt_for_each_subnode(node, blob, parent)
    {
        size_t part = find_label(blob, node);
        const fdt32_t *reg = get_cells(blob, node, "reg", 2);
        if (part == MAP_PART_COUNT || is_disabled(blob, node)) {
            continue;
        }
        if (!reg || map->parts[part].length) {
            return OTA_ERR_RANGE;
        }
        map->parts[part].start = fdt32_ld(reg);
        map->parts[part].length = fdt32_ld(reg + 1);
    }
    return OTA_OK;
}

static bool overlap(const struct ota_area *a, const struct ota_area *b)
{
    return a->start < b->start + b->length && b->start < a->start + a->length;
}

/* Whole sectors within the flash, so that no sum of start and length
 * overflows. */
static bool area_sound(const struct ota_map *map, const struct ota_area *area)
{
    return area->length != 0 && area->start % map->sector_size == 0 &&
           area->length % map->sector_size == 0 &&
           area->start <= map->flash_size &&
           area->length <= map->flash_size - area->start;
}

static bool is_expected(const struct ota_map *map, size_t part)
{
    static const uint8_t slot_parts[OTA_SLOT_COUNT] = {MAP_SLOT_A, MAP_SLOT_B,
                                                       MAP_RECOVERY};
    unsigned slot = 0;

    while (slot < OTA_SLOT_COUNT && slot_parts[slot] != part) {
        slot++;
    }
    return slot == OTA_SLOT_COUNT ||
           mechanism_has(mechanism_of(map->mechanism), slot);
}

static int check_part(const struct ota_map *map, size_t part)
{
    const struct ota_area *area = &map->parts[part];

    if (!is_expected(map, part)) {
        return area->length == 0 ? OTA_OK : OTA_ERR_RANGE;
    }
    if (area->length == 0) {
        return OTA_ERR_NONE;
    }
    if (!area_sound(map, area)) {
        return OTA_ERR_RANGE;
    }
    for (size_t i = 0; i < part; i++) {
        if (overlap(area, &map->parts[i])) {
            return OTA_ERR_RANGE;
        }
    }
    return OTA_OK;
}

static int check_parts(const struct ota_map *map)
{
    int err = OTA_OK;

    if (map->sector_size == 0 || map->flash_size % map->sector_size != 0) {
        return OTA_ERR_RANGE;
    }
    for (size_t i = 0; i < MAP_PART_COUNT && !err; i++) {
        err = check_part(map, i);
    }
    return err;
}

static bool blob_sound(const void *blob, uint32_t size)
{
    return size >= sizeof(struct fdt_header) && fdt_check_header(blob) == 0 &&
           fdt_totalsize(blob) <= size;
}

int map_read(const void *blob, uint32_t size, struct ota_map *map)
{
    memset(map, 0, sizeof(*map));
    if (!blob_sound(blob, size)) {
        return OTA_ERR_RANGE;
    }
    int err = read_attempts(blob, map);
    if (!err) {
        err = read_mechanism(blob, map);
    }
    if (!err) {
        err = read_flash_size(blob, map);
    }
    for (size_t i = 0; i < COUNT(figures) && !err; i++) {
        err = read_figure(blob, &figures[i], map);
    }
    if (!err) {
        err = read_parts(blob, map);
    }
    return err ? err : check_parts(map);
}

uint32_t map_read_keys(const void *blob, uint32_t size,
                       const uint8_t *keys[MAP_KEYS_MAX])
{
    int parent =
        blob_sound(blob, size) ? fdt_subnode_offset(blob, 0, "keys") : -1;
    uint32_t count = 0;
    int node;

    if (parent < 0) {
        return 0;
    }
    fdt_for_each_subnode(node, blob, parent)
    {
        int length = 0;
        const void *key = fdt_getprop(blob, node, "otalab,public-key", &length);
        if (key && length == (int)IMAGE_SPKI_SIZE && count < MAP_KEYS_MAX) {
            keys[count++] = key;
        }
    }
    return count;
}
