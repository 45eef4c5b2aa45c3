/* SPDX-License-Identifier: MIT */
#include "scenario/mistakes.h"

#include <stdbool.h>
#include <string.h>

static bool is_before(struct place a, struct place b)
{
    return a.line != b.line ? a.line < b.line : a.column < b.column;
}

/* An excess of items is one mistake, not one for each item. */
static bool is_said(const struct mistakes *mistakes, const char *text)
{
    size_t length = strlen(text);

    for (unsigned i = 0; i < mistakes->count; i++) {
        const char *said = mistakes->item[i].diag.text;
        size_t whole = strlen(said);

        if (whole > length && strcmp(said + whole - length, text) == 0 &&
            strncmp(text, "too many", 8) == 0) {
            return true;
        }
    }
    return false;
}

void mistakes_add(struct mistakes *mistakes, const char *path,
                  struct place place, const char *text)
{
    struct mistake mistake = {.place = place};
    unsigned at = mistakes->count;

    if (is_said(mistakes, text)) {
        return;
    }
    if (mistakes->count == MISTAKES_MAX) {
        mistakes->more++;
        return;
    }
    (void)diag_fail(&mistake.diag, OTALAB_ERR_USAGE, "%s:%u:%u: %s", path,
                    (unsigned)place.line, (unsigned)place.column, text);
    while (at > 0 && is_before(place, mistakes->item[at - 1].place)) {
        mistakes->item[at] = mistakes->item[at - 1];
        at--;
    }
    mistakes->item[at] = mistake;
    mistakes->count++;
}

void mistakes_first(const struct mistakes *mistakes, struct diag *diag)
{
    unsigned whole = mistakes->count + mistakes->more;

    if (whole == 1) {
        (void)diag_fail(diag, OTALAB_ERR_USAGE, "%s",
                        mistakes->item[0].diag.text);
    } else if (whole > 1) {
        (void)diag_fail(diag, OTALAB_ERR_USAGE,
                        "%.540s (%u more: 'otalab check' lists them)",
                        mistakes->item[0].diag.text, whole - 1);
    }
}
