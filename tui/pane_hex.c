/* SPDX-License-Identifier: MIT */
/*
 * Bytes of flash, 16 a row, and what the one under the cursor means. The first
 * line says it in words:
 *
 *     0x010087 journal record 0.01, state: trial
 */
#include <inttypes.h>
#include <stdio.h>

#include "inspect/anatomy.h"
#include "tui/view.h"

#define ROW 16u

static void say_meaning(const struct model *model, const struct area *area,
                        const struct anatomy *found)
{
    uint8_t taint = picture_taint(model_device(model), model->address, 1);
    unsigned x = area_print(area, 0, 0, SCREEN_HEADING, "0x%06" PRIx32 " %s",
                            model->address, found->partition);

    if (found->structure[0] != '\0') {
        x = area_print(area, x, 0, SCREEN_TEXT, ", %s", found->structure);
    }
    if (found->field[0] != '\0') {
        x = area_print(area, x, 0, SCREEN_TEXT, ", %s", found->field);
    }
    if (found->value[0] != '\0') {
        x = area_print(area, x, 0, SCREEN_GOOD, ": %s", found->value);
    }
    if (taint != 0) {
        area_text(area, x, 0, SCREEN_TORN,
                  taint == FLASH_TORN_ERASE ? "  torn erase"
                                            : "  torn program");
    }
}

static enum screen_role byte_role(const struct model *model, uint32_t address,
                                  uint8_t value, const struct anatomy *found)
{
    if (address == model->address) {
        return SCREEN_SELECTED;
    }
    if (picture_taint(model_device(model), address, 1) != 0) {
        return SCREEN_TORN;
    }
    if (address >= found->start && address - found->start < found->length) {
        return SCREEN_WARN;
    }
    return value == 0xFF ? SCREEN_ERASED : SCREEN_TEXT;
}

static void put_row(const struct model *model, const struct area *area,
                    unsigned row, uint32_t address, const struct anatomy *found)
{
    const struct assessment *seen = model_seen(model);

    area_print(area, 0, row, SCREEN_DIM, "%06" PRIx32, address);
    for (unsigned i = 0; i < ROW && address + i < seen->size; i++) {
        uint8_t value = seen->bytes[address + i];
        enum screen_role role = byte_role(model, address + i, value, found);

        area_print(area, 8 + i * 3 + (i >= ROW / 2), row, role, "%02x", value);
        area_put(area, 9 + ROW * 3 + i + 1, row,
                 value >= 0x20 && value < 0x7F ? value : 0x00B7, role);
    }
}

void pane_hex(const struct model *model, const struct area *area)
{
    const struct assessment *seen = model_seen(model);
    const struct board_map *map = model_map(model);
    struct anatomy found;

    if (seen == NULL || !seen->known || map == NULL || area->height < 2 ||
        model->address >= seen->size) {
        area_text(area, 0, 0, SCREEN_DIM, "the flash is not known yet");
        return;
    }
    anatomy_at(seen->bytes, seen->size, map, model->address, &found);
    say_meaning(model, area, &found);

    unsigned rows = area->height - 1;
    uint32_t here = model->address / ROW;
    uint32_t first = here > rows / 2 ? here - rows / 2 : 0;
    uint32_t last = (uint32_t)(seen->size / ROW);

    first = last > rows && first > last - rows ? last - rows : first;
    for (unsigned i = 0; i < rows && first + i < last; i++) {
        put_row(model, area, 1 + i, (first + i) * ROW, &found);
    }
}
