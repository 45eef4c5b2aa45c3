/* SPDX-License-Identifier: MIT */
#include "base/suggest.h"

#include <criterion/criterion.h>

static const char *best(const char *word)
{
    static const char *const names[] = {
        "images",      "limits", "virtual_time", "app.ready", "app.start",
        "flash.erase", "at",     "on",           NULL};
    struct suggest suggest;

    suggest_start(&suggest, word);
    for (size_t i = 0; names[i] != NULL; i++) {
        suggest_offer(&suggest, names[i]);
    }
    suggest_offer(&suggest, NULL);
    return suggest_best(&suggest);
}

Test(suggest, distance_counts_single_edits)
{
    cr_expect_eq(suggest_distance("", ""), 0);
    cr_expect_eq(suggest_distance("erase", "erase"), 0);
    cr_expect_eq(suggest_distance("erse", "erase"), 1);
    cr_expect_eq(suggest_distance("erasee", "erase"), 1);
    cr_expect_eq(suggest_distance("erose", "erase"), 1);
    cr_expect_eq(suggest_distance("earse", "erase"), 1, "a swap is one edit");
    cr_expect_eq(suggest_distance("rasee", "erase"), 2);
    cr_expect_eq(suggest_distance("abc", ""), 3);
    cr_expect_eq(suggest_distance("kitten", "sitting"), 3);
}

Test(suggest, case_and_dashes_are_no_distance)
{
    cr_expect_eq(suggest_distance("Slot_A", "slot-a"), 0);
}

Test(suggest, finds_what_was_meant)
{
    cr_expect_str_eq(best("imagse"), "images");
    cr_expect_str_eq(best("limit"), "limits");
    cr_expect_str_eq(best("virtualtime"), "virtual_time");
    cr_expect_str_eq(best("Images"), "images");
    cr_expect_str_eq(best("app.redy"), "app.ready");
}

Test(suggest, knows_parts_of_names)
{
    cr_expect_str_eq(best("ready"), "app.ready");
    cr_expect_str_eq(best("virtual"), "virtual_time");
}

Test(suggest, says_nothing_rather_than_nonsense)
{
    cr_expect_null(best("colour"));
    cr_expect_null(best("x"));
    cr_expect_null(best(""));
    cr_expect_null(best("zz"));
}

Test(suggest, long_words_are_cut_not_overrun)
{
    char word[500];

    for (size_t i = 0; i < sizeof word - 1u; i++) {
        word[i] = 'a';
    }
    word[sizeof word - 1u] = '\0';
    cr_expect_eq(suggest_distance(word, word), 0);
    cr_expect_eq(suggest_distance(word, ""), 64);
    cr_expect_null(best(word));
}
