/* SPDX-License-Identifier: MIT */
/* The help, and the menu of what can be broken. */
#include <stdio.h>
#include <string.h>

#include "tui/view.h"

/* ---- help --------------------------------------------------------------------- */

#define FLASH_LEGEND                                                           \
    "Flash map: \u00B7 erased, \u2592 partly programmed, \u2588 programmed, "  \
    "\u25AA locked, \u25B6 being written, \u2573 torn by a power cut and not " \
    "to be relied on; green: changed by the event shown."
#define STATE_LEGEND                                                           \
    "State: \u25B8 the slot that runs; 'signed': the device would accept the " \
    "image there."

static const char *const legend[] = {FLASH_LEGEND, STATE_LEGEND, " "};

#define LEGEND (sizeof legend / sizeof legend[0])

/* An act in one line or more; returns the row after it. */
static unsigned put_act(const struct area *area, unsigned row, enum act act)
{
    const struct act_facts *facts = act_facts(act);
    struct area text = area_part(area, 34, row, area->width, area->height);
    char keys[32];
    char name[48];

    (void)act_keys(act, keys, sizeof keys);
    area_print(area, 1, row, SCREEN_KEY_TEXT, "%-11.11s", keys);
    snprintf(name, sizeof name, ":%s%s%s", facts->name,
             facts->argument != NULL ? " " : "",
             facts->argument != NULL ? facts->argument : "");
    area_print(area, 12, row, SCREEN_HEADING, "%-21.21s", name);
    return row + area_wrap(&text, 0, SCREEN_TEXT, facts->text);
}

static unsigned put_item(const struct area *area, unsigned row, unsigned item)
{
    if (item >= LEGEND) {
        return put_act(area, row, (enum act)(item - LEGEND + 1));
    }
    struct area text = area_part(area, 1, row, area->width, area->height);

    return row + area_wrap(&text, 0, SCREEN_TEXT, legend[item]);
}

void view_help(const struct model *model, const struct area *area)
{
    unsigned items = LEGEND + ACT_COUNT - 1;
    unsigned first =
        model->help_scroll < items ? model->help_scroll : items - 1;
    struct area list =
        area_part(area, 0, 0, area->width,
                  area->height > 1 ? area->height - 1 : area->height);
    unsigned row = 0;

    for (; first < items && row < list.height; first++) {
        row = put_item(&list, row, first);
    }
    struct area foot = area_part(area, 0, list.height, area->width, 1);

    area_print(&foot, 1, 0, SCREEN_WARN, "%sany other key leaves the help",
               first < items || row > list.height
                   ? "\u2193 more: j, k, PgDn and PgUp move;  "
                   : "the end: k and PgUp move;  ");
}

/* ---- menu ----------------------------------------------------------------------- */

void view_menu(const struct model *model, const struct area *all)
{
    const struct model_menu *menu = &model->menu;
    unsigned width = all->width < 100 ? all->width : 92;
    unsigned room = all->height > 6 ? all->height - 6 : 1;
    unsigned rows = menu->items < room ? menu->items : room;
    unsigned first = menu->cursor >= rows ? menu->cursor - rows + 1 : 0;

    if (!menu->open) {
        return;
    }
    struct area box =
        area_part(all, (all->width - width) / 2, (all->height - rows - 3) / 2,
                  width, rows + (menu->after[0] != '\0' ? 3 : 2));

    area_fill(&box, SCREEN_TEXT);
    area_fill(&(struct area){box.screen, box.x, box.y, box.width, 1},
              SCREEN_TITLE);
    area_print(&box, 1, 0, SCREEN_TITLE,
               "%s   Enter does it, Space shows bytes first, q leaves",
               menu->title);
    for (unsigned i = 0; i < rows; i++) {
        const struct model_item *item = &menu->item[first + i];
        bool here = first + i == menu->cursor;

        area_print(&box, 0, i + 1, here ? SCREEN_SELECTED : SCREEN_TEXT,
                   "%c %-34.34s", here ? '>' : ' ', item->label);
        area_print(&box, 37, i + 1, SCREEN_DIM, "%s", item->text);
    }
    if (menu->after[0] != '\0') {
        area_text(&box, 1, rows + 1, SCREEN_TEXT, menu->before);
        area_text(&box, 1, rows + 2, SCREEN_TORN, menu->after);
        return;
    }
    area_print(&box, 1, rows + 1, SCREEN_DIM, "%s",
               menu->item[menu->cursor].text);
}
