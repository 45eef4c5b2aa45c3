/* SPDX-License-Identifier: MIT */
#include "base/diag.h"

#include <stdarg.h>
#include <stdio.h>

/* Names and texts in a message come from outside: characters that would move
 * the cursor or begin another line are replaced by '?'. */
static void make_one_line(char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7f) {
            *text = '?';
        }
    }
}

int diag_fail(struct diag *diag, int err, const char *format, ...)
{
    if (diag == NULL || diag->text[0] != '\0') {
        return err;
    }
    va_list args;
    va_start(args, format);
    vsnprintf(diag->text, sizeof diag->text, format, args);
    va_end(args);
    make_one_line(diag->text);
    return err;
}
