/* SPDX-License-Identifier: MIT */
/* Mistakes, and how reading continues after one. */
#include <stdarg.h>
#include <stdio.h>

#include "scenario/read.h"

int read_fail(struct reader *reader, struct place place, const char *format,
              ...)
{
    char text[sizeof((struct diag *)0)->text];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    mistakes_add(reader->mistakes, reader->path, place, text);
    return OTALAB_ERR_USAGE;
}

bool read_on(int *err, int now)
{
    *err = now != 0 ? now : *err;
    return now == 0 || now == OTALAB_ERR_USAGE;
}

int read_each(struct reader *reader, const struct node *node, read_item item,
              void *target)
{
    int err = 0;

    for (const struct node *child = node->first; child != NULL;
         child = child->next) {
        if (!read_on(&err, item(reader, child, target))) {
            break;
        }
    }
    return err;
}
