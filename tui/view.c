/* SPDX-License-Identifier: MIT */
/*
 *  80 x 24                              from 132 columns on
 *  +------------------------------+    +---------------------+-----------+
 *  | title                        |    | title                           |
 *  | flash map     | state        |    | map      | state    | tabs      |
 *  | event log                    |    | event log           | pane      |
 *  | tabs, pane                   |    |                     |           |
 *  | message                      |    | message                         |
 *  | keys                         |    | keys                            |
 *  +------------------------------+    +---------------------+-----------+
 */
#include "tui/view.h"

#include <stdio.h>
#include <string.h>

#define MAP_WIDTH 42u
#define MAP_HEIGHT 10u
#define STATE_WIDTH 38u

/* Where everything is. */
struct layout {
    struct area title;
    struct area map;
    struct area state;
    struct area log; /* no rows: it is not shown */
    struct area tabs;
    struct area pane;
    struct area message;
    struct area keys;
};

static unsigned at_least(unsigned value, unsigned least)
{
    return value < least ? least : value;
}

/* Log and pane below map and state. */
static void lay_below(struct layout *layout, const struct area *all, bool zoom)
{
    unsigned top = 1 + layout->map.height;
    unsigned rows = all->height - top - 2;
    unsigned log = zoom ? 0 : (rows - 1) / 2;

    if (zoom && rows < 16) {
        top = 1;
        rows = all->height - 3;
    }
    layout->log = area_part(all, 0, top, all->width, log);
    layout->tabs = area_part(all, 0, top + log, all->width, 1);
    layout->pane = area_part(all, 0, top + log + 1, all->width, rows - log - 1);
}

/* The pane at the right, everything else at the left. */
static void lay_beside(struct layout *layout, const struct area *all, bool zoom)
{
    unsigned left = zoom ? 0 : MAP_WIDTH + STATE_WIDTH + 1;
    unsigned top = 1 + layout->map.height;
    unsigned rows = all->height - 3;

    layout->log =
        area_part(all, 0, top, zoom ? 0 : left - 1, all->height - top - 2);
    layout->tabs = area_part(all, left, 1, all->width, 1);
    layout->pane = area_part(all, left, 2, all->width, rows - 1);
}

static struct layout lay_out(const struct model *model, struct screen *screen)
{
    struct area all = screen_area(screen);
    bool wide = all.width >= VIEW_WIDE;
    unsigned height =
        all.height < 34 ? MAP_HEIGHT : MAP_HEIGHT + (all.height - 30) / 4;
    unsigned map = wide ? MAP_WIDTH : all.width - STATE_WIDTH;
    struct layout layout = {
        .title = area_part(&all, 0, 0, all.width, 1),
        .map = area_part(&all, 0, 1, map - 1, height),
        .state = area_part(&all, map, 1, STATE_WIDTH, height),
        .message = area_part(&all, 0, all.height - 2, all.width, 1),
        .keys = area_part(&all, 0, all.height - 1, all.width, 1)};

    if (wide) {
        lay_beside(&layout, &all, model->zoom);
    } else {
        lay_below(&layout, &all, model->zoom);
    }
    return layout;
}

/* ---- tabs, message and keys ---------------------------------------------- */

typedef bool bar_item(void *context, unsigned x, unsigned width, enum act act,
                      const char *argument);

/* Columns of all tabs with their names. */
static unsigned tabs_width(void)
{
    unsigned width = 0;

    for (unsigned pane = 0; pane < PANE_COUNT; pane++) {
        width += (unsigned)strlen(model_pane_name(pane)) + 3;
    }
    return width;
}

/* Each tab in its place; stops when `item` returns true. Where there is not
 * room for all names, only the pane shown has its own. */
static void each_tab(const struct model *model, const struct area *area,
                     bar_item *item, void *context)
{
    bool all = area->width >= tabs_width();
    unsigned x = 0;

    for (unsigned pane = 0; pane < PANE_COUNT && x < area->width; pane++) {
        bool named = all || pane == model->pane;
        unsigned width =
            named ? (unsigned)strlen(model_pane_name(pane)) + 3 : 2;
        char number[4];

        snprintf(number, sizeof number, "%u", pane + 1);
        if (item(context, x, width, ACT_PANE, number)) {
            return;
        }
        x += width;
    }
}

struct drawing {
    const struct model *model;
    const struct area *area;
};

static bool draw_tab(void *context, unsigned x, unsigned width, enum act act,
                     const char *argument)
{
    const struct drawing *drawing = context;
    unsigned pane = (unsigned)(argument[0] - '1');
    bool on = pane == drawing->model->pane;

    (void)act;
    area_print(drawing->area, x, 0, on ? SCREEN_SELECTED : SCREEN_KEY, "%s",
               argument);
    if (width > 2) {
        area_print(drawing->area, x + 1, 0, on ? SCREEN_SELECTED : SCREEN_DIM,
                   on ? " %s " : " %s", model_pane_name(pane));
    }
    return false;
}

/* The acts of the key bar with the first key of each. */
static void each_key(const struct area *area, bar_item *item, void *context)
{
    unsigned x = 0;

    for (unsigned act = 1; act < ACT_COUNT && x < area->width; act++) {
        const char *bar = act_facts(act)->bar;
        char keys[32];

        if (bar == NULL || act_keys(act, keys, sizeof keys) == 0) {
            continue;
        }
        keys[strcspn(keys, " ")] = '\0';
        unsigned width = (unsigned)(strlen(keys) + strlen(bar)) + 3;

        if (x + width > area->width + 1 || item(context, x, width, act, keys)) {
            return;
        }
        x += width;
    }
}

static bool draw_key(void *context, unsigned x, unsigned width, enum act act,
                     const char *keys)
{
    const struct drawing *drawing = context;
    unsigned next = area_text(drawing->area, x, 0, SCREEN_KEY, keys);

    (void)width;
    area_print(drawing->area, next, 0, SCREEN_KEY_TEXT, " %s",
               act_facts(act)->bar);
    return false;
}

static void draw_tabs(const struct model *model, const struct area *area)
{
    struct drawing drawing = {model, area};

    each_tab(model, area, draw_tab, &drawing);
}

static void draw_keys(const struct model *model, const struct area *area)
{
    struct drawing drawing = {model, area};

    each_key(area, draw_key, &drawing);
}

static void draw_message(const struct model *model, const struct area *area)
{
    if (model->prompt.open) {
        const struct act_facts *facts = act_facts(model->prompt.act);
        unsigned x =
            model->prompt.act == ACT_COMMAND
                ? area_text(area, 0, 0, SCREEN_HEADING, ":")
                : area_print(area, 0, 0, SCREEN_HEADING, "%s %s: ", facts->name,
                             facts->argument != NULL ? facts->argument : "");

        x = area_text(area, x, 0, SCREEN_TEXT, model->prompt.text);
        area_put(area, x, 0, ' ', SCREEN_SELECTED);
        return;
    }
    area_text(area, 0, 0, model->message_role, model->message);
}

/* ---- all of it ------------------------------------------------------------- */

static void draw_pane(const struct model *model, const struct area *area)
{
    static void (*const panes[PANE_COUNT])(const struct model *,
                                           const struct area *) = {
        [PANE_CONSOLE] = pane_console, [PANE_PACKETS] = pane_packets,
        [PANE_JOURNAL] = pane_journal, [PANE_HEX] = pane_hex,
        [PANE_EXPECT] = pane_expect,   [PANE_EXPLAIN] = pane_explain,
        [PANE_FORKS] = pane_forks,     [PANE_DEVICES] = pane_devices,
        [PANE_LIVE] = pane_live,
    };

    panes[model->pane](model, area);
}

static void draw_body(const struct model *model, const struct layout *layout)
{
    bool covered = layout->pane.y <= layout->map.y + 1 && layout->pane.x == 0;

    if (!covered) {
        view_map(model, &layout->map);
        view_state(model, &layout->state);
        view_log(model, &layout->log);
    }
    draw_tabs(model, &layout->tabs);
    draw_pane(model, &layout->pane);
}

static void draw_too_small(const struct model *model, const struct area *all)
{
    char time[32];

    words_time(model->now.time_ns, time);
    area_print(all, 0, 0, SCREEN_WARN, "%ux%u: needs %ux%u  %s", all->width,
               all->height, VIEW_MIN_WIDTH, VIEW_MIN_HEIGHT, time);
}

void view_render(const struct model *model, struct screen *screen)
{
    struct area all = screen_area(screen);

    screen_clear(screen);
    if (all.width < VIEW_MIN_WIDTH || all.height < VIEW_MIN_HEIGHT) {
        draw_too_small(model, &all);
        return;
    }
    struct layout layout = lay_out(model, screen);

    if (!model->strip.shown) {
        view_title(model, &layout.title);
        draw_keys(model, &layout.keys);
    } else {
        view_strip_keys(&layout.keys);
    }
    draw_message(model, &layout.message);
    struct area rest = area_part(&all, 0, 1, all.width, all.height - 3);

    if (model->help) {
        view_help(model, &rest);
    } else if (model->strip.shown) {
        struct area strip = area_part(&all, 0, 0, all.width, all.height - 2);

        view_strip(model, &strip);
    } else if (model->packet > 0) {
        view_packet(model, &rest);
    } else {
        draw_body(model, &layout);
        view_menu(model, &all);
    }
    if (model->ascii) {
        screen_to_ascii(screen);
    }
}

unsigned view_pane_height(const struct model *model)
{
    struct screen screen = {at_least(model->width, VIEW_MIN_WIDTH),
                            at_least(model->height, VIEW_MIN_HEIGHT), NULL};

    return lay_out(model, &screen).pane.height;
}

struct search {
    unsigned x;
    enum act act;
    char *argument;
};

static bool find_item(void *context, unsigned x, unsigned width, enum act act,
                      const char *argument)
{
    struct search *search = context;

    if (search->x < x || search->x >= x + width) {
        return false;
    }
    search->act = act;
    if (act == ACT_PANE) {
        snprintf(search->argument, MODEL_TEXT, "%s", argument);
    }
    return true;
}

enum act view_hit(const struct model *model, unsigned x, unsigned y,
                  char argument[MODEL_TEXT])
{
    struct screen screen = {at_least(model->width, VIEW_MIN_WIDTH),
                            at_least(model->height, VIEW_MIN_HEIGHT), NULL};
    struct layout layout = lay_out(model, &screen);
    struct search search = {x, ACT_NONE, argument};

    argument[0] = '\0';
    if (model->strip.shown) {
        return ACT_NONE;
    }
    if (y == layout.keys.y) {
        each_key(&layout.keys, find_item, &search);
    } else if (y == layout.tabs.y && x >= layout.tabs.x) {
        search.x = x - layout.tabs.x;
        each_tab(model, &layout.tabs, find_item, &search);
    }
    return search.act;
}
