/* SPDX-License-Identifier: MIT */
/*
 * How an expectation of the scenario stands at the event that is looked at.
 * Found from the recording, except that the run itself says when an
 * `eventually` of a state was met. What at_end asks for is known only at the
 * end of the run, by its verdict. Pure.
 */
#ifndef OTALAB_TUI_EXPECT_STATE_H
#define OTALAB_TUI_EXPECT_STATE_H

#include <stddef.h>

#include "tui/model.h"

enum expect_standing {
    EXPECT_OPEN, /* may still come true, or be broken */
    EXPECT_HOLDS,
    EXPECT_BROKEN,
    EXPECT_STATES
};

/* `why`: what is seen so far, in a few words; NULL when nobody asks. */
enum expect_standing expect_state(const struct model *model, unsigned index,
                                  char *why, size_t size);
/* The line of the scenario's file that holds it, without indentation; of
 * at_end, which may ask for several things, "at_end: " and this one. */
void expect_line(const struct model *model, unsigned index, char *out,
                 size_t size);

#endif
