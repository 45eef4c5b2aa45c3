/* SPDX-License-Identifier: MIT */
/* Files of arbitrary bytes as the result of a sweep: refused with one line, or
 * read; what was read is written as it was, merged, and shown in all forms. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/sweep_html.h"
#include "report/sweep_junit.h"
#include "report/sweep_text.h"
#include "sweep/merge.h"

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void show(const struct sweep_result *result)
{
    struct sweep_show how = {.color = true};
    FILE *out = fopen("/dev/null", "w");

    require(out != NULL);
    require(sweep_text(out, result, &how) == 0);
    require(sweep_html(out, result) == 0);
    require(sweep_junit(out, result) == 0);
    sweep_annotate(out, result);
    require(fclose(out) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct merge_part part = {.name = "f"};
    struct sweep_result whole;
    struct diag diag = {{0}};
    int err = result_read((const char *)data, size, "f", &part.result, &diag);

    if (err) {
        require(diag.text[0] != '\0' && strchr(diag.text, '\n') == NULL);
    } else {
        show(&part.result);
        if (merge_all(&part, 1, &whole, &diag) == 0) {
            show(&whole);
        }
        result_free(&whole);
    }
    result_free(&part.result);
    return 0;
}
