/* SPDX-License-Identifier: MIT */
/*
 * The packets pane's list: the events about datagrams and the link, backwards
 * from the event that is looked at, and which of them its cursor is on. Pure.
 */
#ifndef OTALAB_TUI_PACKETS_H
#define OTALAB_TUI_PACKETS_H

#include "tui/model.h"

/* Numbers of these events, the latest first; at most `wanted`, and none that
 * is further back than some thousand events. Returns how many there are. */
unsigned packets_back(const struct model *model, unsigned wanted,
                      uint64_t *out);
/* The event under the cursor, or 0 if the list is empty. */
uint64_t packets_cursor(const struct model *model);
/* Move the cursor to older events (more than 0) or later ones. */
void packets_move(struct model *model, int older);
/* The datagram of an event; false: it has none. Bytes are the history's. */
bool packets_bytes(const struct model *model, uint64_t number,
                   struct change *packet);
/* What befell it, in a word or two; "" if it arrives as it was sent. */
const char *packets_mark(const struct event *event,
                         const struct change *packet);

#endif
