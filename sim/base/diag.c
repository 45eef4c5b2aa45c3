/* SPDX-License-Identifier: MIT */
#include "base/diag.h"

#include <stdarg.h>
#include <stdio.h>

int diag_fail(struct diag *diag, int err, const char *format, ...)
{
    if (diag == NULL || diag->text[0] != '\0') {
        return err;
    }
    va_list args;
    va_start(args, format);
    vsnprintf(diag->text, sizeof diag->text, format, args);
    va_end(args);
    return err;
}
