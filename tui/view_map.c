/* SPDX-License-Identifier: MIT */
/*
 * The flash map: each partition of the devicetree in cells of one or more
 * sectors. Small partitions share a row, large ones have rows of their own.
 *
 *     boot-a   ######..       boot-b   ######..
 *     journal  =-..           requests -.
 *     slot-a   ##########################.....
 */
#include <stdio.h>
#include <string.h>

#include "device/flash.h"
#include "tui/view.h"

#define NAME_WIDTH 9u

/* What a cell of the map says, the more urgent the later. */
enum mood {
    MOOD_ERASED,
    MOOD_PART, /* some pages are programmed */
    MOOD_FULL, /* all are */
    MOOD_TORN,
    MOOD_BUSY,
    MOOD_COUNT
};

static const struct {
    uint16_t glyph;
    uint16_t locked; /* the glyph while it is locked */
    enum screen_role role;
} moods[MOOD_COUNT] = {
    [MOOD_ERASED] = {0x00B7, 0x00B7, SCREEN_ERASED},
    [MOOD_PART] = {0x2592, 0x2592, SCREEN_PROGRAMMED},
    [MOOD_FULL] = {0x2588, 0x25AA, SCREEN_PROGRAMMED},
    [MOOD_TORN] = {0x2573, 0x2573, SCREEN_TORN},
    [MOOD_BUSY] = {0x25B6, 0x25B6, SCREEN_BUSY},
};

struct map {
    const struct model *model;
    const struct picture_device *device;
    const struct area *area;
    unsigned cells; /* in a row, for a large partition */
    unsigned lines; /* rows that a large partition has at most */
    unsigned row;
    bool half; /* the left half of the row is taken */
};

/* ---- one cell ------------------------------------------------------------ */

static bool is_busy(const struct picture_device *device, uint32_t address,
                    uint32_t length)
{
    const struct picture_work *work = &device->work;

    return (work->what == PICTURE_PROGRAM || work->what == PICTURE_ERASE) &&
           work->address >= address && work->address - address < length;
}

static enum mood mood_of(const struct picture_device *device, uint32_t address,
                         uint32_t length)
{
    unsigned blank = 0;
    unsigned pages = length / FLASH_PAGE;

    if (is_busy(device, address, length)) {
        return MOOD_BUSY;
    }
    if (picture_taint(device, address, length) != 0) {
        return MOOD_TORN;
    }
    if (picture_blank(device, address, length)) {
        return MOOD_ERASED;
    }
    for (unsigned page = 0; page < pages; page++) {
        blank += picture_blank(device, address + page * FLASH_PAGE, FLASH_PAGE);
    }
    return blank * 2 > pages ? MOOD_PART : MOOD_FULL;
}

/* Did the event shown change these bytes? */
static bool is_changed(const struct model *model, uint32_t address,
                       uint32_t length)
{
    const struct event *event = &model->event;
    int field = event_field_find(event->code, "address");
    bool flash = event->code == (uint32_t)EVENT_FLASH_DONE ||
                 event->code == (uint32_t)EVENT_POWER_CUT ||
                 event->code == (uint32_t)EVENT_FLASH_FLIP ||
                 event->code == (uint32_t)EVENT_FLASH_DAMAGE;

    return model->at > 0 && flash && field >= 0 && event->label[0] != '\0' &&
           event->device == model->device + 1 &&
           event->number[field] >= address &&
           event->number[field] - address < length;
}

static void put_wear(const struct map *map, unsigned x, uint32_t first,
                     unsigned sectors)
{
    uint32_t most = 0;

    for (unsigned i = 0; i < sectors; i++) {
        uint32_t erases = map->device->flash.erases[first + i];

        most = erases > most ? erases : most;
    }
    unsigned digit = most > 9 ? 9 : most;

    area_put(map->area, x, map->row,
             (uint16_t)(most == 0 ? 0x00B7 : '0' + digit),
             most == 0    ? SCREEN_ERASED
             : digit == 9 ? SCREEN_WARN
                          : SCREEN_PROGRAMMED);
}

static void put_cell(const struct map *map, unsigned x, uint32_t address,
                     uint32_t length)
{
    uint32_t first = address / FLASH_BLOCK;

    if (map->model->wear) {
        put_wear(map, x, first, length / FLASH_BLOCK);
        return;
    }
    enum mood mood = mood_of(map->device, address, length);
    bool changed = is_changed(map->model, address, length);

    area_put(map->area, x, map->row,
             map->device->flash.locked[first] ? moods[mood].locked
                                              : moods[mood].glyph,
             changed && mood < MOOD_TORN ? SCREEN_CHANGED : moods[mood].role);
}

/* ---- partitions ------------------------------------------------------------ */

static enum screen_role name_role(const struct map *map,
                                  const struct board_part *part)
{
    const struct picture_boot *boot = &map->device->boot;
    bool runs = boot->known && boot->version != 0 &&
                strcmp(part->name, decode_slot_name(boot->slot)) == 0;

    return runs ? SCREEN_HEADING : SCREEN_TEXT;
}

static void put_small(struct map *map, const struct board_part *part)
{
    unsigned x = map->half ? map->area->width / 2 : 0;
    uint32_t sector = map->device->flash.sector_size;

    area_print(map->area, x, map->row, name_role(map, part), "%.8s",
               part->name);
    for (uint32_t at = 0; at < part->length; at += sector) {
        put_cell(map, x + NAME_WIDTH + at / sector, part->start + at, sector);
    }
    map->row += map->half;
    map->half = !map->half;
}

/* Sectors to a cell of a large partition. */
static unsigned group_of(const struct map *map, const struct board_part *part)
{
    uint32_t sectors = part->length / map->device->flash.sector_size;
    unsigned room = map->cells * map->lines;

    return (sectors + room - 1) / room;
}

static void put_large(struct map *map, const struct board_part *part)
{
    uint32_t step = map->device->flash.sector_size * group_of(map, part);
    unsigned cell = 0;

    map->row += map->half;
    map->half = false;
    area_print(map->area, 0, map->row, name_role(map, part), "%.8s",
               part->name);
    for (uint32_t at = 0; at < part->length; at += step, cell++) {
        uint32_t left = part->length - at;

        if (cell == map->cells) {
            cell = 0;
            map->row++;
        }
        put_cell(map, NAME_WIDTH + cell, part->start + at,
                 left < step ? left : step);
    }
    map->row++;
}

static bool is_small(const struct map *map, const struct board_part *part)
{
    return part->length / map->device->flash.sector_size + NAME_WIDTH <
           map->area->width / 2;
}

static unsigned rows_needed(const struct map *map,
                            const struct board_map *parts)
{
    unsigned rows = 0;
    unsigned small = 0;

    for (uint32_t i = 0; i < parts->count; i++) {
        const struct board_part *part = &parts->part[i];

        if (is_small(map, part)) {
            small++;
            continue;
        }
        unsigned cells =
            part->length / map->device->flash.sector_size / group_of(map, part);

        rows += (small + 1) / 2 + (cells + map->cells - 1) / map->cells;
        small = 0;
    }
    return rows + (small + 1) / 2;
}

void view_map(const struct model *model, const struct area *area)
{
    const struct board_map *parts = model_map(model);
    struct map map = {.model = model,
                      .device = model_device(model),
                      .area = area,
                      .lines = 8};

    if (parts == NULL || map.device == NULL || area->width <= NAME_WIDTH + 8) {
        return;
    }
    map.cells = area->width - NAME_WIDTH;
    while (rows_needed(&map, parts) > area->height && map.lines > 1) {
        map.lines--;
    }
    for (uint32_t i = 0; i < parts->count; i++) {
        if (is_small(&map, &parts->part[i])) {
            put_small(&map, &parts->part[i]);
        } else {
            put_large(&map, &parts->part[i]);
        }
    }
}
