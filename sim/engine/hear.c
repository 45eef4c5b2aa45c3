/* SPDX-License-Identifier: MIT */
/* A list of listeners. */
#include "engine/hear.h"

#include <assert.h>

void hear_join(struct hear *hear, hear_event *heard, void *context)
{
    assert(hear->listeners < HEAR_LISTENERS);
    hear->listener[hear->listeners].heard = heard;
    hear->listener[hear->listeners].context = context;
    hear->listeners++;
}

void hear_tell(const struct hear *hear, const struct event *event)
{
    for (unsigned i = 0; i < hear->listeners; i++) {
        hear->listener[i].heard(hear->listener[i].context, event);
    }
}
