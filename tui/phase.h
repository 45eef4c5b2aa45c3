/* SPDX-License-Identifier: MIT */
/*
 * The phases of an update, for people: which event begins one, what it is
 * called, and what a student should know about it. Constant.
 */
#ifndef OTALAB_TUI_PHASE_H
#define OTALAB_TUI_PHASE_H

#include "record/event.h"

struct phase {
    enum event_code code;
    const char *field; /* NULL: any; else the field that has .. */
    const char *value; /* .. this value, as event_value() gives it */
    const char *name;  /* "trial boot", at most 14 characters */
    const char *text;  /* what happens, and what to look at */
};

/* The phase that begins with this event, or NULL. */
const struct phase *phase_of(const struct event *event);

#endif
