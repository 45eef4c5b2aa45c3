/* SPDX-License-Identifier: MIT */
/* What all monitors look at, and how they report a violation. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "board/registers.h"
#include "oracle/oracle_parts.h"

static const char *const slot_partitions[] = {"slot-a", "slot-b", "recovery"};

void oracle_violate(struct oracle *oracle, const struct oracle_view *view,
                    unsigned rule, const char *format, ...)
{
    char what[200];
    va_list args;

    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    oracle->violations++;
    view->sink->violation(view->sink->context, rule, what);
}

uint32_t oracle_image_at(const struct oracle_case *judged, uint32_t load_base,
                         const uint8_t *bytes, uint32_t room)
{
    for (uint32_t i = 0; i < judged->images; i++) {
        const struct oracle_image *image = &judged->image[i];

        if (image->load_base == load_base && image->size <= room &&
            memcmp(image->bytes, bytes, image->size) == 0) {
            return i;
        }
    }
    return ORACLE_NONE;
}

uint32_t oracle_image_named(const struct oracle_case *judged, const char *name)
{
    for (uint32_t i = 0; i < judged->images; i++) {
        if (strcmp(judged->image[i].name, name) == 0) {
            return i;
        }
    }
    return ORACLE_NONE;
}

uint32_t oracle_image_in(const struct oracle_case *judged,
                         const struct flash *flash, const char *partition)
{
    const struct board_part *part = board_map_find(judged->map, partition);
    uint32_t base = BOARD_APP_BASE;

    if (part == NULL) {
        return ORACLE_NONE;
    }
    if (strncmp(partition, "boot-", 5) == 0) {
        base = BOARD_BOOT_BASE;
    } else if (strcmp(partition, "recovery") == 0) {
        base = BOARD_RECOVERY_BASE;
    }
    return oracle_image_at(judged, base, flash->array + part->start,
                           part->length);
}

uint32_t oracle_image_of_slot(const struct oracle_view *view, uint32_t slot)
{
    return slot < 3 ? oracle_image_in(view->judged, view->flash,
                                      slot_partitions[slot])
                    : ORACLE_NONE;
}

const char *oracle_slot_partition(uint32_t slot)
{
    return slot_partitions[slot];
}

bool oracle_touches(const struct oracle_view *view, const char *partition,
                    uint32_t address, uint32_t length)
{
    const struct board_part *part =
        board_map_find(view->judged->map, partition);

    return part != NULL && address < part->start + part->length &&
           part->start < address + length;
}

bool oracle_says(const struct oracle *oracle, enum journal_state state)
{
    return oracle->journal_slot != ORACLE_NONE &&
           oracle->journal_state == (uint32_t)state;
}
