/* SPDX-License-Identifier: MIT */
/*
 * What the dashboard does when it is told to: each act changes the model. The
 * same acts come from keys, the mouse, the command line and scripts. An act
 * that can do nothing now says why.
 */
#ifndef OTALAB_TUI_ACTS_H
#define OTALAB_TUI_ACTS_H

#include "tui/model.h"

/* `argument` NULL or "" if there is none. 0, or OTALAB_ERR_SIMULATOR when the
 * dashboard cannot go on: a line is in `diag`. What is only refused is said in
 * the model's message. */
int acts_do(struct model *model, enum act act, const char *argument,
            struct diag *diag);
/* A key of the keyboard, wherever it goes: prompt, menu or act. */
int acts_key(struct model *model, int key, struct diag *diag);
/* "goto 4.2s": a command line. */
int acts_command(struct model *model, const char *line, struct diag *diag);
/* Let the run of the current history go on for about `budget_ms` of host time;
 * when a fork comes to where it forked, look at it there. */
int acts_live(struct model *model, unsigned budget_ms, struct diag *diag);
/* While running: go on by `events`, to the next stop. */
int acts_advance(struct model *model, uint64_t events, struct diag *diag);

/* The first history: the model's scenario, run with its faults. */
int acts_open_scenario(struct model *model, struct diag *diag);
/* Or what a folder holds; forks need the model's scenario. */
int acts_open_folder(struct model *model, const char *folder, const char *token,
                     struct diag *diag);

#endif
