/* SPDX-License-Identifier: MIT */
/*
 * Who is told about events. Listeners are told in the order in which they
 * joined. A listener may cause further events, which are told in between.
 */
#ifndef OTALAB_ENGINE_HEAR_H
#define OTALAB_ENGINE_HEAR_H

#include "record/event.h"

#define HEAR_LISTENERS 8u

typedef void hear_event(void *context, const struct event *event);

struct hear {
    unsigned listeners;
    struct {
        hear_event *heard;
        void *context;
    } listener[HEAR_LISTENERS];
};

/* At most HEAR_LISTENERS. */
void hear_join(struct hear *hear, hear_event *heard, void *context);
void hear_tell(const struct hear *hear, const struct event *event);

#endif
