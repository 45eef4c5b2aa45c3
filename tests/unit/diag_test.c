/* SPDX-License-Identifier: MIT */
#include "base/diag.h"

#include <criterion/criterion.h>

Test(diag, returns_the_error_and_keeps_the_first_line)
{
    struct diag diag = {{0}};

    cr_expect_eq(diag_fail(&diag, OTALAB_ERR_USAGE, "%s: %d", "a", 1),
                 OTALAB_ERR_USAGE);
    cr_expect_eq(diag_fail(&diag, OTALAB_ERR_FAILED, "b"), OTALAB_ERR_FAILED);
    cr_expect_str_eq(diag.text, "a: 1");
    cr_expect_eq(diag_fail(NULL, OTALAB_ERR_LIMIT, "c"), OTALAB_ERR_LIMIT);
}

Test(diag, stays_one_line_whatever_a_name_holds)
{
    struct diag diag = {{0}};

    diag_fail(&diag, OTALAB_ERR_USAGE, "%s: not there",
              "a\033[31m\nb\r\x7f"
              "\xc3\xa4");
    cr_expect_str_eq(diag.text, "a?[31m?b??\xc3\xa4: not there");
}
