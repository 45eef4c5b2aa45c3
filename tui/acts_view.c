/* SPDX-License-Identifier: MIT */
/* Acts that change what is shown, not the moment: panes, cursors, themes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/acts_parts.h"
#include "tui/packets.h"
#include "tui/picture_file.h"
#include "tui/view.h"

/* ---- panes ---------------------------------------------------------------------------- */

int act_pane(struct model *model, const struct order *order)
{
    for (unsigned pane = 0; pane < PANE_COUNT; pane++) {
        char number[4];

        snprintf(number, sizeof number, "%u", pane + 1);
        if (strcmp(order->argument, number) == 0 ||
            strcmp(order->argument, model_pane_name(pane)) == 0) {
            model->pane = pane;
            model_say(model, SCREEN_DIM, "%s: %s", model_pane_name(pane),
                      model_pane_text(pane));
            return 0;
        }
    }
    model_say(model, SCREEN_BAD, "'%s' is no pane; they are 1 to %u",
              order->argument, PANE_COUNT);
    return 0;
}

static int show_pane(struct model *model, unsigned pane)
{
    model->pane = pane % PANE_COUNT;
    model_say(model, SCREEN_DIM, "%s: %s", model_pane_name(model->pane),
              model_pane_text(model->pane));
    return 0;
}

int act_next_pane(struct model *model, const struct order *order)
{
    (void)order;
    return show_pane(model, model->pane + 1);
}

int act_back_pane(struct model *model, const struct order *order)
{
    (void)order;
    return show_pane(model, model->pane + PANE_COUNT - 1);
}

int act_zoom(struct model *model, const struct order *order)
{
    (void)order;
    model->zoom = !model->zoom;
    return 0;
}

static int show_device(struct model *model, unsigned step)
{
    unsigned devices = model->now.devices;

    if (devices < 2) {
        model_say(model, SCREEN_WARN, "there is only one device");
        return 0;
    }
    model->device = (model->device + step) % devices;
    return model_go(model, model->at);
}

int act_device_next(struct model *model, const struct order *order)
{
    (void)order;
    return show_device(model, 1);
}

int act_device_back(struct model *model, const struct order *order)
{
    (void)order;
    return show_device(model, model->now.devices - 1);
}

int act_wear(struct model *model, const struct order *order)
{
    (void)order;
    model->wear = !model->wear;
    model_say(model, SCREEN_TEXT,
              model->wear ? "the map shows erases of each sector, 9 for nine "
                            "or more"
                          : "the map shows what is programmed");
    return 0;
}

int act_filter(struct model *model, const struct order *order)
{
    snprintf(model->filter, sizeof model->filter, "%s",
             order->argument != NULL ? order->argument : "");
    return 0;
}

int act_verbose(struct model *model, const struct order *order)
{
    (void)order;
    model->verbose = !model->verbose;
    model_say(model, SCREEN_TEXT,
              model->verbose ? "all events; n and p stop at each"
                             : "only events that tell the story");
    return 0;
}

int act_explain(struct model *model, const struct order *order)
{
    model->note[0] = '\0';
    snprintf(model->word, sizeof model->word, "%s",
             order->argument != NULL ? order->argument : "");
    return show_pane(model, PANE_EXPLAIN);
}

/* ---- moving in a pane -------------------------------------------------------------------- */

#define HEX_ROW 16u

static void move_hex(struct model *model, int64_t by)
{
    if (model->fuses) {
        return;
    }
    const struct assessment *seen = model_seen(model);
    int64_t to = (int64_t)model->address + by;

    if (seen == NULL || to < 0 || to >= (int64_t)seen->size) {
        model_say(model, SCREEN_WARN, "the flash ends here");
        return;
    }
    model->address = (uint32_t)to;
}

/* How far down whatever scrolls can be moved: its last row stays in sight where
 * its rows are known. */
static unsigned last_row(const struct model *model)
{
    const struct scenario *scenario = model_scenario(model);

    return !model->help && model->packet == 0 && model->pane == PANE_EXPECT &&
                   scenario != NULL && scenario->expects > 0
               ? scenario->expects - 1
               : 1000;
}

static void move_cursor(struct model *model, int rows, int columns)
{
    unsigned *scroll = &model->scroll[model->pane];

    if (model->menu.open) {
        int to = (int)model->menu.cursor + rows;
        int last = (int)model->menu.items - 1;

        model->menu.cursor = (unsigned)(to < 0 ? 0 : to > last ? last : to);
        return;
    }
    if (model->help) {
        scroll = &model->help_scroll;
    } else if (model->packet > 0) {
        scroll = &model->packet_scroll;
    } else if (model->pane == PANE_PACKETS) {
        packets_move(model, -rows); /* the latest is at the end */
        return;
    } else if (model->pane == PANE_HEX) {
        move_hex(model, rows * (int)HEX_ROW + columns);
        return;
    } else if (model->pane == PANE_LIVE && model->cpu_address != 0) {
        model->cpu_address += (uint32_t)(rows * (int)HEX_ROW);
        return;
    } else if (model->pane == PANE_JOURNAL) {
        rows = -rows; /* the newest is at the end */
    }
    unsigned last = last_row(model);

    *scroll =
        rows < 0 && *scroll < (unsigned)-rows ? 0 : *scroll + (unsigned)rows;
    *scroll = *scroll > last ? last : *scroll;
}

int act_up(struct model *model, const struct order *order)
{
    (void)order;
    move_cursor(model, -1, 0);
    return 0;
}

int act_down(struct model *model, const struct order *order)
{
    (void)order;
    move_cursor(model, 1, 0);
    return 0;
}

int act_left(struct model *model, const struct order *order)
{
    if (model->pane == PANE_HEX) {
        move_cursor(model, 0, -1);
        return 0;
    }
    return act_back(model, order);
}

int act_right(struct model *model, const struct order *order)
{
    if (model->pane == PANE_HEX) {
        move_cursor(model, 0, 1);
        return 0;
    }
    return act_next(model, order);
}

int act_page_up(struct model *model, const struct order *order)
{
    (void)order;
    move_cursor(model, -(int)view_pane_height(model), 0);
    return 0;
}

int act_page_down(struct model *model, const struct order *order)
{
    (void)order;
    move_cursor(model, (int)view_pane_height(model), 0);
    return 0;
}

static void open_packet(struct model *model)
{
    uint64_t number = packets_cursor(model);
    struct change packet;

    if (number == 0 || !packets_bytes(model, number, &packet)) {
        model_say(model, SCREEN_WARN,
                  "there is no datagram here; up and down choose one");
        return;
    }
    model->packet = number;
    model->packet_scroll = 0;
}

/* To the datagram under the cursor, to the bytes of the journal record in force, or of the operation shown. */
int act_follow(struct model *model, const struct order *order)
{
    (void)order;
    const struct assessment *seen = model_seen(model);
    int field =
        model->at > 0 ? event_field_find(model->event.code, "address") : -1;

    if (model->pane == PANE_PACKETS) {
        open_packet(model);
        return 0;
    }
    model->fuses = false;
    if (model->pane == PANE_JOURNAL && seen != NULL &&
        seen->flash.in_force >= 0) {
        model->address = seen->flash.record[seen->flash.in_force].address;
    } else if (field >= 0 && model->event.label[0] != '\0') {
        model->address = (uint32_t)model->event.number[field];
    } else {
        model_say(
            model, SCREEN_WARN,
            "this event is about no place in flash; Enter shows the bytes "
            "of a flash operation, or of the journal record in force");
        return 0;
    }
    return show_pane(model, PANE_HEX);
}

int act_hex(struct model *model, const struct order *order)
{
    const struct board_map *map = model_map(model);
    const struct board_part *part =
        map != NULL ? board_map_find(map, order->argument) : NULL;
    char *end;
    unsigned long address = strtoul(order->argument, &end, 0);
    const struct assessment *seen = model_seen(model);

    if (strcmp(order->argument, "sram") == 0) {
        return machine_show_stack(model);
    }
    model->fuses = strcmp(order->argument, "fuses") == 0;
    if (model->fuses) {
        return show_pane(model, PANE_HEX);
    }
    if (part != NULL) {
        model->address = part->start;
    } else if (*end == '\0' && end != order->argument && seen != NULL &&
               address < seen->size) {
        model->address = (uint32_t)address;
    } else {
        model_say(model, SCREEN_BAD,
                  "'%s' is no address in flash and no partition; try "
                  "0x10080, journal, fuses or sram",
                  order->argument);
        return 0;
    }
    return show_pane(model, PANE_HEX);
}

/* ---- the rest -------------------------------------------------------------------------------- */

int act_theme(struct model *model, const struct order *order)
{
    const struct theme *theme =
        order->argument != NULL && order->argument[0] != '\0'
            ? theme_find(order->argument)
            : model->theme + 1;

    if (theme == NULL) {
        model_say(model, SCREEN_BAD,
                  "'%s' is no theme; they are default, safe and mono",
                  order->argument);
        return 0;
    }
    model->theme = theme->name != NULL ? theme : themes;
    model_say(model, SCREEN_TEXT, "theme %s: %s", model->theme->name,
              model->theme->text);
    return 0;
}

int act_save_screen(struct model *model, const struct order *order)
{
    struct screen screen;
    struct diag line = {""};
    int err = screen_init(&screen, model->width, model->height);

    if (err != 0) {
        return diag_fail(order->diag, err, "out of memory");
    }
    view_render(model, &screen);
    if (picture_file_text(&screen, order->argument, &line) != 0 ||
        picture_file_svg(&screen, model->theme, order->argument, &line) != 0) {
        model_say(model, SCREEN_BAD, "%s", line.text);
    }
    screen_free(&screen);
    return 0;
}

int act_help(struct model *model, const struct order *order)
{
    (void)order;
    model->help = !model->help;
    model->help_scroll = 0;
    return 0;
}

int act_redraw(struct model *model, const struct order *order)
{
    (void)order;
    model->redraw = true;
    return 0;
}

int act_suspend(struct model *model, const struct order *order)
{
    (void)order;
    model->suspend = true;
    return 0;
}

/* Whether something was open, or running; it no longer is. */
static bool close_one(struct model *model)
{
    if (model->help) {
        model->help = false;
    } else if (model->packet > 0) {
        model->packet = 0;
    } else if (model->running) {
        model->running = false;
    } else if (model->word[0] != '\0' || model->note[0] != '\0') {
        model->word[0] = '\0';
        model->note[0] = '\0';
    } else if (model->zoom) {
        model->zoom = false;
    } else {
        return strip_return(model);
    }
    return true;
}

int act_close(struct model *model, const struct order *order)
{
    (void)order;
    if (!close_one(model)) {
        model_say(model, SCREEN_DIM, "nothing is open; q leaves");
    }
    return 0;
}

int act_leave(struct model *model, const struct order *order)
{
    (void)order;
    if (!close_one(model)) {
        model->quit = true;
    }
    return 0;
}

int act_quit(struct model *model, const struct order *order)
{
    (void)order;
    model->quit = true;
    return 0;
}

int act_command(struct model *model, const struct order *order)
{
    (void)order;
    model->prompt = (struct model_prompt){.open = true, .act = ACT_COMMAND};
    return 0;
}
