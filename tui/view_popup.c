/* SPDX-License-Identifier: MIT */
/* The help, and the menu of what can be broken. */
#include <stdio.h>
#include <string.h>

#include "tui/view.h"

/* ---- help --------------------------------------------------------------------- */

static const char *const legend[] = {
    "Flash map: \u00B7 erased  \u2592 partly programmed  \u2588 programmed  "
    "\u25AA locked  \u25B6 being written",
    "           \u2573 torn by a power cut, cannot be relied on; green: "
    "changed "
    "by this event",
    "State:     \u25B8 the slot that runs; 'signed': the device would accept "
    "the image",
    "",
};

#define LEGEND (sizeof legend / sizeof legend[0])

static void put_act(const struct area *area, unsigned row, enum act act)
{
    const struct act_facts *facts = act_facts(act);
    char keys[32];
    char name[48];

    (void)act_keys(act, keys, sizeof keys);
    area_print(area, 1, row, SCREEN_KEY_TEXT, "%-14.14s", keys);
    snprintf(name, sizeof name, ":%s%s%s", facts->name,
             facts->argument != NULL ? " " : "",
             facts->argument != NULL ? facts->argument : "");
    area_print(area, 15, row, SCREEN_HEADING, "%-22.22s", name);
    area_text(area, 38, row, SCREEN_TEXT, facts->text);
}

void view_help(const struct model *model, const struct area *area)
{
    unsigned skip = model->help_scroll;
    unsigned row = 0;

    for (unsigned i = 0; i < LEGEND + ACT_COUNT - 1 && row < area->height;
         i++) {
        if (skip > 0) {
            skip--;
        } else if (i < LEGEND) {
            area_text(area, 1, row++, SCREEN_TEXT, legend[i]);
        } else {
            put_act(area, row++, (enum act)(i - LEGEND + 1));
        }
    }
}

/* ---- menu ----------------------------------------------------------------------- */

void view_menu(const struct model *model, const struct area *all)
{
    const struct model_menu *menu = &model->menu;
    unsigned width = all->width < 78 ? all->width : 78;
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
               "%s    Enter does it, Space shows the bytes first, q leaves",
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
               menu->item[menu->cursor].fault);
}
