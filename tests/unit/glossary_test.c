/* SPDX-License-Identifier: MIT */
/* The glossary: every reason has its meaning, every word is found. */
#include "record/glossary.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "ota/agent_why.h"
#include "ota/delta.h"
#include "ota/reason.h"
#include "record/event.h"

static const char *const boot_reasons[] = {
#define REASON(name, value, text) text,
    OTA_REASONS(REASON)
#undef REASON
};

static const char *const agent_reasons[] = {
#define WHY(name, value, text, result, suit) text,
    AGENT_WHYS(WHY)
#undef WHY
};

static const char *const patch_errors[] = {
#define WHY(name, value, text) text,
    DELTA_WHYS(WHY)
#undef WHY
};

Test(glossary, every_error_of_a_patch_has_its_meaning)
{
    size_t count = sizeof patch_errors / sizeof patch_errors[0];

    for (size_t i = 0; i < count; i++) {
        cr_expect_not_null(glossary_patch(patch_errors[i]), "%s",
                           patch_errors[i]);
    }
    cr_expect_null(glossary_patches[count].name);
    cr_expect_null(glossary_patch("rollback"));
    for (size_t i = 2; i < count; i++) {
        cr_expect_lt(strcmp(glossary_patches[i - 1].name,
                            glossary_patches[i].name),
                     0, "%s", glossary_patches[i].name);
    }
}

Test(glossary, every_reason_has_its_meaning)
{
    for (size_t i = 0; i < sizeof boot_reasons / sizeof boot_reasons[0]; i++) {
        const struct glossary_reason *row = glossary_reason(boot_reasons[i]);

        cr_assert_not_null(row, "%s", boot_reasons[i]);
        cr_expect_not_null(row->boot, "%s", boot_reasons[i]);
    }
    for (size_t i = 0; i < sizeof agent_reasons / sizeof agent_reasons[0];
         i++) {
        const struct glossary_reason *row = glossary_reason(agent_reasons[i]);

        cr_assert_not_null(row, "%s", agent_reasons[i]);
        cr_expect_not_null(row->agent, "%s", agent_reasons[i]);
    }
}

Test(glossary, tables_are_sorted)
{
    for (size_t i = 1; glossary_terms[i].name != NULL; i++) {
        cr_expect_lt(strcmp(glossary_terms[i - 1].name, glossary_terms[i].name),
                     0, "%s", glossary_terms[i].name);
    }
    for (size_t i = 2; glossary_reasons[i].name != NULL; i++) {
        cr_expect_lt(strcmp(glossary_reasons[i - 1].name,
                            glossary_reasons[i].name),
                     0, "%s", glossary_reasons[i].name);
    }
}

Test(glossary, other_words_lead_to_the_term)
{
    cr_expect_str_eq(glossary_find("confirmed")->name, "confirm");
    cr_expect_str_eq(glossary_find("slot-b")->name, "slot");
    cr_expect_str_eq(glossary_find("roll-back")->name, "rollback");
    cr_expect_null(glossary_find("roll"));
    cr_expect_null(glossary_find(""));
    cr_expect_null(glossary_reason("rollback"));
}

/* Is it an event, a word, a reason, or a path of keys? */
static void expect_known(const char *name)
{
    cr_expect(event_find(name) >= 0 || glossary_find(name) != NULL ||
                  glossary_reason(name) != NULL || strchr(name, '.') != NULL,
              "%s", name);
}

Test(glossary, what_it_refers_to_is_there)
{
    for (size_t i = 0; glossary_terms[i].name != NULL; i++) {
        char see[200];

        snprintf(see, sizeof see, "%s",
                 glossary_terms[i].see != NULL ? glossary_terms[i].see : "");
        for (char *word = strtok(see, ", "); word != NULL;
             word = strtok(NULL, ", ")) {
            expect_known(word);
        }
    }
}
