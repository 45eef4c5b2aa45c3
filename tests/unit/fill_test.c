/* SPDX-License-Identifier: MIT */
/* A student's figures: drawn from a seed, filled into texts. */
#include "lesson/fill.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static struct fill fill;
static struct diag diag;

static void begin(void)
{
    fill = (struct fill){.count = 0};
    diag = (struct diag){.text = ""};
    cr_assert_eq(fill_set(&fill, "kib", "20"), 0);
    cr_assert_eq(fill_set(&fill, "slot", "slot-b"), 0);
}

static void expect_text(const char *text, const char *wanted)
{
    char *filled = fill_text(&fill, text, "x.yaml", &diag);

    cr_assert_not_null(filled, "%s: %s", text, diag.text);
    cr_expect_str_eq(filled, wanted);
    free(filled);
}

static void expect_refused(const char *text, const char *wanted)
{
    diag = (struct diag){.text = ""};
    cr_expect_null(fill_text(&fill, text, "x.yaml", &diag), "%s", text);
    cr_expect_str_eq(diag.text, wanted);
}

Test(fill, names_sums_and_products, .init = begin)
{
    expect_text("", "");
    expect_text("nothing $ here (kib)", "nothing $ here (kib)");
    expect_text("{partition: $(slot), nth: $(kib*4+2)}",
                "{partition: slot-b, nth: 82}");
    expect_text("$(kib)$(kib+1)", "2021");
    expect_text("$(2+3*4-1*14)", "0");
    expect_text("$(100-kib)", "80");
}

Test(fill, what_is_no_figure_is_refused_with_its_line, .init = begin)
{
    expect_refused("a\nb $(kb)",
                   "x.yaml:2: '$(kb)' names no figure of this lesson");
    expect_refused("$(slot+1)",
                   "x.yaml:1: '$(slot+1)' names no figure of this lesson");
    expect_refused("$(kib-21)",
                   "x.yaml:1: '$(kib-21)' names no figure of this lesson");
    expect_refused("$(kib+)",
                   "x.yaml:1: '$(kib+)' names no figure of this lesson");
    expect_refused("$(kib", "x.yaml:1: '$(kib' names no figure of this lesson");
    expect_refused("$()", "x.yaml:1: '$()' names no figure of this lesson");
    expect_refused("$(2147483647*2147483647*9)",
                   "x.yaml:1: '$(2147483647*2147483647*9)' names no figure of "
                   "this lesson");
}

Test(fill, a_name_is_replaced_and_bounds_are_kept, .init = begin)
{
    char wide[FILL_VALUE + 1];
    char name[] = "a";

    memset(wide, 'x', sizeof wide);
    wide[FILL_VALUE] = '\0';
    cr_expect_eq(fill_set(&fill, "kib", "21"), 0);
    cr_expect_eq(fill.count, 2);
    cr_expect_str_eq(fill_find(&fill, "kib"), "21");
    cr_expect_eq(fill_set(&fill, "wide", wide), OTALAB_ERR_USAGE);
    cr_expect_eq(fill_set(&fill, wide, "1"), OTALAB_ERR_USAGE);
    while (fill.count < FILL_FIGURES) {
        name[0]++;
        cr_assert_eq(fill_set(&fill, name, "1"), 0);
    }
    cr_expect_eq(fill_set(&fill, "more", "1"), OTALAB_ERR_USAGE);
    cr_expect_null(fill_find(&fill, "more"));
}

Test(fill, a_draw_depends_on_seed_and_name_alone)
{
    bool seen[5] = {false};
    unsigned differ = 0;

    for (uint64_t seed = 0; seed < 100; seed++) {
        uint64_t drawn = fill_draw(seed, "lesson/a/cuts", 3, 7);

        cr_assert(drawn >= 3 && drawn <= 7);
        cr_expect_eq(drawn, fill_draw(seed, "lesson/a/cuts", 3, 7));
        differ += drawn != fill_draw(seed, "lesson/b/cuts", 3, 7) ? 1 : 0;
        seen[drawn - 3] = true;
    }
    for (unsigned i = 0; i < 5; i++) {
        cr_expect(seen[i], "%u is never drawn", i + 3);
    }
    cr_expect_gt(differ, 50);
}
