/* SPDX-License-Identifier: MIT */
#include "tui/lookup.h"

#include <stdio.h>

#include "scenario/explain.h"

int lookup_word(const char *word, char *out, size_t size)
{
    struct diag diag = {""};
    FILE *stream = fmemopen(out, size, "w");

    out[0] = '\0';
    if (stream == NULL) {
        return OTALAB_ERR_SIMULATOR;
    }
    int err = explain_topic(stream, word, &diag);

    (void)fclose(stream); /* what does not fit is left out */
    out[size - 1] = '\0';
    if (err != 0) {
        snprintf(out, size, "%s", diag.text);
    }
    return err;
}
