/* SPDX-License-Identifier: MIT */
#include "image/edits.h"

#include "base/suggest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct edit_info infos[EDIT_COUNT] = {
#define EDIT_INFO(code, name, value, text) [EDIT_##code] = {name, value, text},
    IMAGE_EDITS(EDIT_INFO)
#undef EDIT_INFO
};

const struct edit_info *edit_info(enum edit_kind kind)
{
    return &infos[kind];
}

int edit_find(const char *name)
{
    for (int i = 0; i < (int)EDIT_COUNT; i++) {
        if (strcmp(infos[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

static int unknown(const char *name, struct diag *diag)
{
    struct suggest near;

    suggest_start(&near, name);
    for (unsigned i = 0; i < EDIT_COUNT; i++) {
        suggest_offer(&near, infos[i].name);
    }
    const char *best = suggest_best(&near);
    return diag_fail(diag, OTALAB_ERR_USAGE, "no edit '%.40s'%s%s%s", name,
                     best != NULL ? "; did you mean '" : "",
                     best != NULL ? best : "", best != NULL ? "'?" : "");
}

int edit_parse(const char *text, struct edit *edit, struct diag *diag)
{
    char name[32];
    size_t length = strcspn(text, "=");
    char *end = NULL;

    if (length >= sizeof name) {
        return unknown(text, diag);
    }
    memcpy(name, text, length);
    name[length] = '\0';
    int kind = edit_find(name);
    if (kind < 0) {
        return unknown(name, diag);
    }
    *edit = (struct edit){.kind = (enum edit_kind)kind};
    if (text[length] == '\0') {
        return 0;
    }
    const char *digits = text + length + 1;
    errno = 0;
    unsigned long long value = strtoull(digits, &end, 0);
    if (infos[kind].value == NULL || digits[0] < '0' || digits[0] > '9' ||
        errno != 0 || *end != '\0' || value > UINT32_MAX) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "edit %s: '%.40s' is not a valid value for it (%s)",
                         name, digits,
                         infos[kind].value != NULL ? infos[kind].value
                                                   : "it takes none");
    }
    edit->value = (uint32_t)value;
    return 0;
}
