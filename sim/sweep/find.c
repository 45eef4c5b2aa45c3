/* SPDX-License-Identifier: MIT */
#include "sweep/find.h"

#include <stdio.h>
#include <string.h>

#include "sweep/family.h"

/* A comparison with one crash image. */
struct difference {
    struct find_case found;
    struct find_sector sector[FIND_SECTORS];
};

static uint32_t bytes_that_differ(const uint8_t *a, const uint8_t *b,
                                  size_t size)
{
    uint32_t count = 0;

    for (size_t i = 0; i < size; i++) {
        count += a[i] != b[i];
    }
    return count;
}

static void add_sector(struct difference *difference, uint32_t address,
                       uint32_t bytes, const struct board_map *map)
{
    uint32_t number = difference->found.sectors++;

    difference->found.bytes += bytes;
    if (number < FIND_SECTORS) {
        const struct board_part *part = board_map_at(map, address);
        struct find_sector *sector = &difference->sector[number];

        sector->address = address;
        sector->bytes = bytes;
        snprintf(sector->partition, sizeof sector->partition, "%s",
                 part != NULL ? part->name : "");
    }
}

static void measure(const struct sweep_find *find, const struct flash *flash,
                    const struct board_map *map, struct difference *difference)
{
    size_t sector = flash->figures.sector;

    for (size_t at = 0; at < find->size; at += sector) {
        const uint8_t *now = flash->array + at;

        if (memcmp(now, find->dump + at, sector) != 0) {
            add_sector(difference, (uint32_t)at,
                       bytes_that_differ(now, find->dump + at, sector), map);
        }
    }
}

static bool is_nearer(const struct find_case *a, const struct find_case *b)
{
    return a->sectors != b->sectors ? a->sectors < b->sectors
                                    : a->bytes < b->bytes;
}

void find_compare(struct sweep_find *find, const struct world *world,
                  const struct board_map *map, const struct sweep_place *place,
                  const struct sweep_form *form, uint32_t draw)
{
    struct difference difference = {
        .found = {.place = *place, .form = form, .draw = draw}};

    measure(find, &world->device[0].board.flash, map, &difference);
    if (difference.found.sectors == 0) {
        if (find->equal < FIND_CASES) {
            find->match[find->equal] = difference.found;
        }
        find->equal++;
    } else if (find->compared == find->equal ||
               is_nearer(&difference.found, &find->nearest)) {
        find->nearest = difference.found;
        memcpy(find->differs, difference.sector, sizeof find->differs);
    }
    find->compared++;
}

int find_token(const struct sweep *sweep, const struct find_case *found,
               char *out, size_t size, struct diag *diag)
{
    struct token token = sweep->token;
    char fault[TOKEN_FAULT_SIZE];

    token.recording[0] = '\0';
    family_fault(&found->place, found->form, found->draw, fault, sizeof fault);
    int err = token_add_fault(&token, fault, diag);

    if (err == 0) {
        (void)token_print(&token, out, size);
    }
    return err;
}
