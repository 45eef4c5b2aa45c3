/* SPDX-License-Identifier: MIT */
/*
 * Draws the model into a screen: a pure function. view.c divides the screen;
 * each part has a file. Parts draw into the area they are given and never
 * outside it, whatever its size.
 */
#ifndef OTALAB_TUI_VIEW_H
#define OTALAB_TUI_VIEW_H

#include "tui/model.h"
#include "tui/words.h"

#define VIEW_MIN_WIDTH MODEL_WIDTH
#define VIEW_MIN_HEIGHT MODEL_HEIGHT
#define VIEW_WIDE 132u /* columns from which on the pane is at the right */

void view_render(const struct model *model, struct screen *screen);
/* What is there on the screen that render made: the act of the key bar or tab
 * at that place, with its argument; ACT_NONE if there is nothing. */
enum act view_hit(const struct model *model, unsigned x, unsigned y,
                  char argument[MODEL_TEXT]);

/* Lines that the pane shows at this size, for paging. */
unsigned view_pane_height(const struct model *model);

void view_title(const struct model *model, const struct area *area);
void view_map(const struct model *model, const struct area *area);
void view_state(const struct model *model, const struct area *area);
void view_log(const struct model *model, const struct area *area);
void view_help(const struct model *model, const struct area *area);
/* A datagram, opened: its CoAP as far as it can be read, then the rest as
 * bytes; `scroll`: the line at the top. */
void view_datagram(const struct area *area, const struct event *event,
                   const struct change *packet, unsigned scroll);
/* That of the model. */
void view_packet(const struct model *model, const struct area *area);
/* The strip of a sweep, and its key bar. */
void view_strip(const struct model *model, const struct area *area);
void view_strip_keys(const struct area *area);
void view_menu(const struct model *model, const struct area *area);
/* One for each pane. */
void pane_console(const struct model *model, const struct area *area);
void pane_packets(const struct model *model, const struct area *area);
void pane_journal(const struct model *model, const struct area *area);
void pane_hex(const struct model *model, const struct area *area);
void pane_expect(const struct model *model, const struct area *area);
void pane_explain(const struct model *model, const struct area *area);
void pane_forks(const struct model *model, const struct area *area);
void pane_devices(const struct model *model, const struct area *area);
void pane_live(const struct model *model, const struct area *area);

#endif
