/* SPDX-License-Identifier: MIT */
/*
 * What can be broken at the event that is looked at, as faults that a scenario
 * and a token can hold: each names its event by kind, device and number, so
 * that the fork is the same run up to there. Pure.
 */
#ifndef OTALAB_TUI_INJECT_H
#define OTALAB_TUI_INJECT_H

#include "tui/model.h"

/* Fill the menu with what fits this moment. */
void inject_menu(struct model *model);
/* `action` ("outage,for=20s", or complete with its own "@") at the event that
 * is looked at. False when there is no such event yet. */
bool inject_here(const struct model *model, const char *action, char *out,
                 size_t size);

#endif
