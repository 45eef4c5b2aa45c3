/* SPDX-License-Identifier: MIT */
/* The standard's own names of its numbers, and ours; NULL if there is none. */
#ifndef OTALAB_MANIFEST_NAMES_H
#define OTALAB_MANIFEST_NAMES_H

#include <stdint.h>

enum suit_space {
    SUIT_SPACE_NONE = 0,
    SUIT_SPACE_ENVELOPE,
    SUIT_SPACE_MANIFEST,
    SUIT_SPACE_COMMON,
    SUIT_SPACE_COMMAND,
    SUIT_SPACE_PARAMETER,
    SUIT_SPACE_TEXT,
    SUIT_SPACE_COSE
};

const char *suit_name(enum suit_space space, int64_t number);

#endif
