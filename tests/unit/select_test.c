/* SPDX-License-Identifier: MIT */
/* Which scenarios are meant, where their evidence goes, which names are near. */
#include "report/plan.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static bool matches(const char *filter, const char *name, const char *title)
{
    struct select select = {.filters = 1, .filter = &filter};

    return select_matches(&select, name, title);
}

Test(select, filter_is_part_or_glob_of_name_or_title)
{
    cr_assert(matches("cut", "power-cut-fuse", "x"));
    cr_assert(matches("CUT", "power-cut-fuse", "x"));
    cr_assert(matches("is lost", "x", "Power is lost"));
    cr_assert_not(matches("cut", "ab-good", "A good update"));
    cr_assert(matches("power-*", "power-cut-fuse", "x"));
    cr_assert(matches("*LOST*", "x", "Power is lost"));
    cr_assert(matches("ab-g??d", "ab-good", "x"));
    cr_assert(matches("[ab]b-*", "ab-good", "x"));
    /* a glob is for the whole */
    cr_assert_not(matches("cut-*", "power-cut-fuse", "x"));
    cr_assert_not(matches("ab-g?d", "ab-good", "x"));
}

Test(select, one_filter_of_several_is_enough_and_none_takes_all)
{
    const char *const filters[] = {"fuse", "ab-*"};
    struct select both = {.filters = 2, .filter = filters};
    struct select none = {0};

    cr_assert(select_matches(&both, "power-cut-fuse", ""));
    cr_assert(select_matches(&both, "ab-good", ""));
    cr_assert_not(select_matches(&both, "wrong-key", ""));
    cr_assert(select_matches(&none, "wrong-key", ""));
}

/* ---- shards ------------------------------------------------------------- */

Test(select, each_name_is_in_exactly_one_shard)
{
    unsigned sizes[4] = {0};
    char name[16];

    for (unsigned i = 0; i < 400; i++) {
        unsigned in = 0;

        snprintf(name, sizeof name, "name-%u", i);
        for (unsigned shard = 1; shard <= 4; shard++) {
            struct select select = {.shard = shard, .shards = 4};

            if (select_in_shard(&select, name)) {
                in++;
                sizes[shard - 1]++;
            }
        }
        cr_assert_eq(in, 1, "%s is in %u shards", name, in);
    }
    for (unsigned i = 0; i < 4; i++) {
        cr_assert(sizes[i] > 60 && sizes[i] < 140, "shard %u has %u", i + 1,
                  sizes[i]);
    }
}

Test(select, a_shard_is_a_number_of_a_number)
{
    static const char *const wrong[] = {"",
                                        "1",
                                        "/",
                                        "0/3",
                                        "4/3",
                                        "1/0",
                                        "a/3",
                                        "1/3x",
                                        "1/",
                                        "/3",
                                        "-1/3",
                                        "1/10001",
                                        "1/99999999999999",
                                        " 1/3"};
    struct select select = {0};
    struct diag diag = {0};

    cr_assert_eq(select_shard(&select, "3/10000", &diag), 0);
    cr_assert_eq(select.shard, 3);
    cr_assert_eq(select.shards, 10000);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        diag.text[0] = '\0';
        cr_assert_eq(select_shard(&select, wrong[i], &diag), OTALAB_ERR_USAGE,
                     "%s", wrong[i]);
        cr_assert(strstr(diag.text, "1/4") != NULL, "%s", diag.text);
    }
}

static void no_ci(void)
{
    unsetenv("CI_NODE_INDEX");
    unsetenv("CI_NODE_TOTAL");
    unsetenv("CIRCLE_NODE_INDEX");
    unsetenv("CIRCLE_NODE_TOTAL");
    unsetenv("BUILDKITE_PARALLEL_JOB");
    unsetenv("BUILDKITE_PARALLEL_JOB_COUNT");
}

Test(select, auto_takes_the_ci_systems_numbers, .init = no_ci)
{
    struct select select = {0};
    struct diag diag = {0};

    cr_assert_eq(select_shard(&select, "auto", &diag), 0);
    cr_assert_eq(select.shards, 0);
    setenv("CIRCLE_NODE_INDEX", "0", 1);
    setenv("CIRCLE_NODE_TOTAL", "3", 1);
    cr_assert_eq(select_shard(&select, "auto", &diag), 0);
    cr_assert_eq(select.shard, 1);
    cr_assert_eq(select.shards, 3);
    setenv("CI_NODE_INDEX", "2", 1);
    setenv("CI_NODE_TOTAL", "5", 1);
    cr_assert_eq(select_shard(&select, "auto", &diag), 0);
    cr_assert_eq(select.shard, 2);
    cr_assert_eq(select.shards, 5);
    setenv("CI_NODE_INDEX", "6", 1);
    cr_assert_eq(select_shard(&select, "auto", &diag), OTALAB_ERR_USAGE);
    cr_assert_str_eq(diag.text, "--shard auto: CI_NODE_INDEX=6 and "
                                "CI_NODE_TOTAL=5 do not name a shard");
}

/* ---- plans -------------------------------------------------------------- */

static struct plan plan_of(const char *const *names, size_t count)
{
    struct plan plan = {.count = count,
                        .item = calloc(count, sizeof *plan.item)};

    for (size_t i = 0; i < count; i++) {
        plan.item[i].path = strdup("x.yaml");
        plan.item[i].name = strdup(names[i]);
        plan.item[i].title = strdup("");
    }
    return plan;
}

Test(plan, equal_names_get_folders_of_their_own)
{
    static const char *const names[] = {"a", "b", "a", "a-2", "a", "a-2", "b"};
    static const char *const folders[] = {"r/a",   "r/b",     "r/a-3", "r/a-2",
                                          "r/a-4", "r/a-2-2", "r/b-2"};
    struct plan plan = plan_of(names, 7);
    struct diag diag = {0};

    cr_assert_eq(plan_folders(&plan, "r", &diag), 0);
    for (size_t i = 0; i < 7; i++) {
        cr_assert_str_eq(plan.item[i].folder, folders[i]);
    }
    plan_free(&plan);
}

Test(plan, narrowing_keeps_the_order_and_counts_what_matched)
{
    static const char *const names[] = {"cut-a", "good", "cut-b", "cut-c"};
    const char *filter = "cut";
    struct select select = {.filters = 1, .filter = &filter};
    struct plan plan = plan_of(names, 4);
    size_t matched = 0;

    cr_assert(plan_matches(&plan, &select));
    plan_select(&plan, &select, &matched);
    cr_assert_eq(matched, 3);
    cr_assert_eq(plan.count, 3);
    cr_assert_str_eq(plan.item[0].name, "cut-a");
    cr_assert_str_eq(plan.item[2].name, "cut-c");
    filter = "good";
    cr_assert_not(plan_matches(&plan, &select));
    plan_free(&plan);
}

Test(plan, near_names_are_given_nearest_first)
{
    static const char *const names[] = {"wrong-key", "ab-bad", "ab-good",
                                        "ab-good"};
    struct plan plan = plan_of(names, 4);
    const char *near[3];

    cr_assert_eq(plan_near(&plan, "ab-god", near, 3), 2);
    cr_assert_str_eq(near[0], "ab-good");
    cr_assert_str_eq(near[1], "ab-bad");
    cr_assert_eq(plan_near(&plan, "ab-god", near, 1), 1);
    cr_assert_eq(plan_near(&plan, "xyzzyxyzzy", near, 3), 0);
    plan_free(&plan);
}
