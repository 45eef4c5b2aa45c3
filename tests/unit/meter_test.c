/* SPDX-License-Identifier: MIT */
/* The progress line: what it says, and that it never wraps. */
#include "report/meter.h"

#include <criterion/criterion.h>
#include <string.h>

Test(meter, says_how_far_how_fast_how_long_and_what)
{
    struct meter_state state = {.total = 58,
                                .done = 29,
                                .bad = 2,
                                .elapsed_ms = 10000,
                                .running = "ab-good",
                                .more = 1};
    char line[200];

    struct meter_state alone = {.total = 1,
                                .running = "ota-nbiot",
                                .virtual_s = 812};
    cr_expect_str_eq(
        meter_line(&alone, 60, line, sizeof line),
        "[....................] 0/1  ota-nbiot at 812 s of its time");
    cr_assert_str_eq(meter_line(&state, 100, line, sizeof line),
                     "[##########..........] 29/58, 2 not passed, 2.9/s, "
                     "10 s left  ab-good +1");
}

Test(meter, begins_without_a_rate_and_ends_full)
{
    struct meter_state state = {.total = 4, .running = "x"};
    char line[200];

    cr_assert_str_eq(meter_line(&state, 80, line, sizeof line),
                     "[....................] 0/4  x");
    state = (struct meter_state){.total = 4, .done = 4, .elapsed_ms = 2000};
    cr_assert_str_eq(meter_line(&state, 80, line, sizeof line),
                     "[####################] 4/4, 2.0/s, 0 s left");
}

Test(meter, long_times_are_minutes)
{
    struct meter_state state = {.total = 100, .done = 1, .elapsed_ms = 60000};
    char line[200];

    meter_line(&state, 80, line, sizeof line);
    cr_assert(strstr(line, ", 0.0/s, 99 min left") != NULL, "%s", line);
}

Test(meter, fits_into_every_width)
{
    struct meter_state state = {.total = 1000,
                                .done = 999,
                                .bad = 77,
                                .elapsed_ms = 123456,
                                .running = "a-name-that-is-rather-long",
                                .more = 15};
    char line[200];

    for (unsigned width = 0; width < 250; width++) {
        meter_line(&state, width, line, sizeof line);
        cr_assert(strlen(line) <= (width > 0 ? width - 1 : 0), "%u", width);
        meter_line(&state, width, line, 30);
        cr_assert(strlen(line) < 30, "%u", width);
    }
    cr_assert_str_eq(meter_line(&state, 20, line, sizeof line),
                     "999/1000, 77 not pa");
}

/* ---- pace -------------------------------------------------------------------- */

#define SECOND 1000000000ull

Test(pace, is_slow_when_ten_seconds_bring_less_than_two)
{
    struct pace pace = {.host_ms = 0};

    cr_assert_not(pace_is_slow(&pace, 500, 3 * SECOND));
    cr_assert_not(pace_is_slow(&pace, 10499, 4 * SECOND));
    cr_assert(pace_is_slow(&pace, 10500, 4 * SECOND));
    cr_assert_not(pace_is_slow(&pace, 99999, 4 * SECOND), "said once");
}

Test(pace, begins_anew_with_each_run)
{
    struct pace pace = {.host_ms = 0};

    for (uint64_t i = 0; i < 20; i++) {
        cr_assert_not(pace_is_slow(&pace, 1 + i * 2000, SECOND / 2));
        cr_assert_not(pace_is_slow(&pace, 1000 + i * 2000, SECOND));
    }
}

Test(pace, is_not_slow_as_long_as_it_goes_on)
{
    struct pace pace = {.host_ms = 0};

    for (uint64_t i = 0; i < 1000; i++) {
        cr_assert_not(pace_is_slow(&pace, 1 + i * 9000, i * 2 * SECOND));
    }
}
