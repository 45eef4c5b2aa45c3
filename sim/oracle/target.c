/* SPDX-License-Identifier: MIT */
/* Things in flash that a fault can be aimed at. */
#include "oracle/target.h"

#include <stdlib.h>
#include <string.h>

#include "oracle/decode.h"

static bool in_image(const uint8_t *flash, const struct board_part *part,
                     enum fault_target target, uint32_t *start,
                     uint32_t *length)
{
    struct image_facts facts;

    (void)image_read(flash + part->start, part->length, &facts);
    if (!facts.has_header || facts.total_size == 0) {
        return false;
    }
    uint32_t end = facts.header_size + facts.payload_size;
    uint32_t from = target == TARGET_HEADER ? 0
                    : target == TARGET_CODE ? facts.header_size
                                            : end;
    uint32_t to = target == TARGET_HEADER ? facts.header_size
                  : target == TARGET_CODE ? end
                                          : facts.total_size;
    *start = part->start + from;
    *length = to - from;
    return to > from && to <= part->length;
}

static bool in_journal(const struct boot_view *view, uint32_t *start,
                       uint32_t *length)
{
    if (view->in_force < 0) {
        return false;
    }
    *start = view->record[view->in_force].address;
    *length = LAYOUT_RECORD_SIZE;
    return true;
}

static bool in_requests(const struct boot_view *view, uint32_t *start,
                        uint32_t *length)
{
    if (view->newest < 0) {
        return false;
    }
    *start = view->request[view->newest].address;
    *length = LAYOUT_REQUEST_SIZE;
    return true;
}

static bool in_records(const uint8_t *flash, size_t size,
                       const struct board_map *map, const char *partition,
                       uint32_t *start, uint32_t *length)
{
    struct boot_view *view = calloc(1, sizeof *view);
    bool found = false;

    if (view != NULL && decode_flash(flash, size, map, view) == 0) {
        if (strcmp(partition, "journal") == 0) {
            found = in_journal(view, start, length);
        } else if (strcmp(partition, "requests") == 0) {
            found = in_requests(view, start, length);
        }
    }
    free(view);
    return found;
}

bool target_find(const uint8_t *flash, size_t size, const struct board_map *map,
                 const char *partition, enum fault_target target,
                 uint32_t *start, uint32_t *length)
{
    const struct board_part *part = board_map_find(map, partition);

    if (part == NULL || part->start > size ||
        part->length > size - part->start) {
        return false;
    }
    switch (target) {
    case TARGET_HEADER:
    case TARGET_CODE:
    case TARGET_TLV:
        return in_image(flash, part, target, start, length);
    case TARGET_RECORD:
        return in_records(flash, size, map, partition, start, length);
    default:
        *start = part->start;
        *length = part->length;
        return true;
    }
}

const char *target_name(enum fault_target target)
{
    switch (target) {
#define TARGET_NAME(code, name, text) \
    case TARGET_##code:               \
        return name;
        TARGETS(TARGET_NAME)
#undef TARGET_NAME
    default:
        return "?";
    }
}
