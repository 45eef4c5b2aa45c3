/* SPDX-License-Identifier: MIT */
/* Patterns: which events fit, what differs, and how both are said. */
#include "scenario/pattern.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct pattern rollback(const char *reason)
{
    struct pattern pattern = {.code = EVENT_BOOT_ROLLBACK, .nth = 1};

    pattern.fields = 1;
    pattern.want[0].field = 2;
    snprintf(pattern.want[0].text, sizeof pattern.want[0].text, "%s", reason);
    return pattern;
}

/* Slot B to slot A, trial failed. */
static const struct event failed = {.code = EVENT_BOOT_ROLLBACK,
                                    .device = 1,
                                    .number = {1, 0, 14}};

Test(pattern, what_differs_is_counted_and_said)
{
    struct pattern pattern = rollback("bad-hash");
    char text[80];

    cr_expect_eq(pattern_differs(&pattern, &failed), 1);
    cr_expect_not(pattern_fits(&pattern, &failed));
    cr_expect_str_eq(pattern_difference(&pattern, &failed, text, sizeof text),
                     "reason is trial-failed, not bad-hash");
    pattern.device = 2;
    cr_expect_eq(pattern_differs(&pattern, &failed), 2);
    cr_expect_str_eq(pattern_difference(&pattern, &failed, text, sizeof text),
                     "device is 1, not 2, "
                     "reason is trial-failed, not bad-hash");
    pattern = rollback("trial-failed");
    cr_expect(pattern_fits(&pattern, &failed));
    cr_expect_str_eq(pattern_difference(&pattern, &failed, text, sizeof text),
                     "");
}

Test(pattern, another_event_is_far)
{
    struct pattern pattern = {.code = EVENT_APP_READY};

    cr_expect_eq(pattern_differs(&pattern, &failed), PATTERN_FAR);
    cr_expect_not(pattern_fits(&pattern, &failed));
}

Test(pattern, is_written_whole)
{
    struct pattern pattern = rollback("bad-hash");
    char text[80];

    cr_expect_str_eq(pattern_text(&pattern, text, sizeof text),
                     "boot.rollback reason=bad-hash");
    pattern.nth = 2;
    pattern.device = 3;
    cr_expect_str_eq(pattern_text(&pattern, text, sizeof text),
                     "boot.rollback reason=bad-hash nth=2 device=3");
    cr_expect_str_eq(pattern_text(&pattern, text, 20), "boot.rollback reaso");
}

/* In a pattern a duration is a number of ns. */
Test(pattern, durations_have_their_unit)
{
    struct pattern pattern = {.code = EVENT_POWER_CUT, .fields = 1};
    char text[80];

    pattern.want[0].field = 2;
    snprintf(pattern.want[0].text, sizeof pattern.want[0].text, "500000000");
    cr_expect_str_eq(pattern_text(&pattern, text, sizeof text),
                     "power.cut off_for=500.000 ms");
}

Test(pattern, a_step_is_what_it_does_and_when)
{
    struct step step = {.on = {.code = EVENT_APP_READY, .nth = 2},
                        .actions = 2,
                        .action = {{.kind = ACTION_POWER_CUT},
                                   {.kind = ACTION_NOTE}}};
    char text[80];

    cr_expect_str_eq(step_text(&step, text, sizeof text),
                     "power_cut, note on app.ready nth=2");
    step.timed = true;
    step.at_ns = 5000000000u;
    cr_expect_str_eq(step_text(&step, text, sizeof text),
                     "power_cut, note at 5.000 s");
}
