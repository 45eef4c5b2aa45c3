/* SPDX-License-Identifier: MIT */
/* A guest that prints without end must not fill the host's memory. */
#include "record/recording.h"

#include <criterion/criterion.h>

Test(recording_full, an_event_beyond_the_end_is_refused)
{
    static char byte;
    /* As if it were full: nothing is read or written after `bytes`. */
    struct recording recording = {.bytes = &byte,
                                  .length = RECORDING_MAX - 8u,
                                  .capacity = RECORDING_MAX};
    struct event event = {.code = EVENT_NOTE, .text = "one more"};

    cr_expect_eq(recording_add(&recording, &event), OTALAB_ERR_SIMULATOR);
    cr_expect_eq(recording.length, RECORDING_MAX - 8u);
}
