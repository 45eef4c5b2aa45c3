/* SPDX-License-Identifier: MIT */
/*
 * Bytes of flash, 16 a row, and what the one under the cursor means. The first
 * line says it in words:
 *
 *     0x010087 journal record 0.01, state: trial
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/hex.h"
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

/* ---- fuses ---------------------------------------------------------------------- */

static unsigned put_unary(const struct area *area, unsigned row,
                          const char *name, const struct fuse_unary *unary)
{
    unsigned x = area_print(area, 0, row, SCREEN_TEXT, "%-28s %" PRIu32, name,
                            unary->value);

    if (unary->torn) {
        area_text(area, x, row, SCREEN_TORN, "  a burn below it was torn");
    }
    return row + 1;
}

static unsigned put_words(const struct area *area, unsigned row,
                          const uint32_t words[OTP_WORDS])
{
    for (unsigned i = 0; i < OTP_WORDS && row < area->height; i += 8, row++) {
        unsigned x = area_print(area, 0, row, SCREEN_DIM, "word %2u", i);

        for (unsigned n = i; n < i + 8 && n < OTP_WORDS; n++) {
            x = area_print(area, x, row,
                           words[n] != 0 ? SCREEN_TEXT : SCREEN_ERASED,
                           " %08" PRIx32, words[n]);
        }
    }
    return row;
}

/* A burned bit reads 1, and never 0 again. */
static void put_fuses(const struct model *model, const struct area *area)
{
    const struct picture_device *device = model_device(model);
    const struct fuse_view *view = &model_seen(model)->fuses;
    unsigned row = 1;

    area_print(area, 0, 0, SCREEN_HEADING, "fuses%s",
               device->fuses.locked ? ", locked until the next reset" : "");
    row = put_unary(area, row, "security counter", &view->counter);
    row =
        put_unary(area, row, "counter of the bootloader", &view->boot_counter);
    row = put_unary(area, row, "counter of recovery", &view->recovery_counter);
    row = put_unary(area, row, "key epoch", &view->epoch);
    row = put_unary(area, row, "life cycle", &view->lifecycle);
    for (unsigned i = 0; i < OTP_ROOT_KEYS; i++) {
        char digest[9];

        hex_short(view->root[i], digest);
        area_print(area, 0, row++, SCREEN_TEXT,
                   "digest of root key %u         %s", i,
                   view->root_set[i] ? digest : "-");
    }
    (void)put_words(area, row, device->fuses.words);
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
    if (model->fuses) {
        put_fuses(model, area);
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
