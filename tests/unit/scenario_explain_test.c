/* SPDX-License-Identifier: MIT */
#include "scenario/explain.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "record/event.h"
#include "record/glossary.h"
#include "scenario/schema.h"

/* What a function writes, malloc'ed. */
static char *written(void (*write)(FILE *out))
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    cr_assert_not_null(out);
    write(out);
    cr_assert_eq(fclose(out), 0);
    return text;
}

static char *topic(const char *name, int expected, struct diag *diag)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    diag->text[0] = '\0';
    cr_assert_not_null(out);
    cr_expect_eq(explain_topic(out, name, diag), expected, "%s: %s", name,
                 diag->text);
    cr_assert_eq(fclose(out), 0);
    return text;
}

Test(scenario_explain, knows_every_event)
{
    struct diag diag;

    for (int i = 0; i < EVENT_COUNT; i++) {
        const struct event_kind *kind = event_kind((enum event_code)i);
        char *text = topic(kind->name, 0, &diag);

        cr_expect_not_null(strstr(text, kind->text), "%s", kind->name);
        for (unsigned k = 0; k < kind->fields; k++) {
            cr_expect_not_null(strstr(text, kind->field[k].key), "%s",
                               kind->name);
        }
        free(text);
    }
}

Test(scenario_explain, knows_every_key_and_word)
{
    struct diag diag;

    for (size_t i = 0; schema_maps[i] != NULL; i++) {
        for (const struct schema_key *key = schema_maps[i]->keys;
             key->key != NULL; key++) {
            char *text = topic(key->key, 0, &diag);

            cr_expect_not_null(strstr(text, key->help), "%s", key->key);
            free(text);
            for (const struct schema_choice *row = key->choices;
                 row != NULL && row->name != NULL; row++) {
                free(topic(row->name, 0, &diag));
            }
        }
    }
}

Test(scenario_explain, a_path_chooses_among_equal_names)
{
    struct diag diag;
    char *all = topic("resets", 0, &diag);
    char *one = topic("limits.resets", 0, &diag);

    cr_expect_not_null(strstr(all, "expect[].at_end.resets"));
    cr_expect_not_null(strstr(all, "limits.resets"));
    cr_expect_null(strstr(one, "at_end"));
    free(all);
    free(one);
    free(topic("mits.resets", OTALAB_ERR_USAGE, &diag));
}

Test(scenario_explain, suggests)
{
    struct diag diag;

    free(topic("flash.erse", OTALAB_ERR_USAGE, &diag));
    cr_expect_str_eq(diag.text, "nothing is called 'flash.erse'; did you "
                                "mean 'flash.erase'?");
    free(topic("quux", OTALAB_ERR_USAGE, &diag));
    cr_expect_str_eq(diag.text, "nothing is called 'quux'; 'otalab explain' "
                                "lists all words, events and keys");
}

/* A word of the glossary comes first, then what else is called so. */
Test(scenario_explain, words_and_reasons)
{
    struct diag diag;
    char *text = topic("rollback", 0, &diag);

    cr_expect_eq(strncmp(text, "rollback\n  The bootloader returns", 32), 0);
    cr_expect_not_null(strstr(text, "\n  See also: boot.rollback, "));
    free(text);
    text = topic("bad-signature", 0, &diag);
    cr_expect_not_null(strstr(text, "A reason of ROM and bootloader"));
    cr_expect_not_null(strstr(text, "A reason of the update agent"));
    cr_expect_not_null(strstr(text, "A value of expect[].at_end.reason"));
    free(text);
    text = topic("wrong-base", 0, &diag);
    cr_expect_not_null(strstr(text, "An error of the device's decoder of"));
    free(text);
    text = topic("counter", 0, &diag);
    cr_expect_eq(strncmp(text, "security-counter\n", 17), 0);
    cr_expect_not_null(strstr(text, "\nfuses.counter\n"));
    free(text);
}

Test(scenario_explain, a_kind_of_events_lists_them)
{
    struct diag diag;
    char *text = topic("boot", 0, &diag);

    cr_expect_not_null(strstr(text, "boot.*\n  Events:\n"));
    cr_expect_not_null(strstr(text, "\n    boot.rollback "));
    cr_expect_null(strstr(text, "    rom."));
    free(text);
}

Test(scenario_explain, lines_are_not_longer_than_a_terminal)
{
    struct diag diag;

    for (size_t i = 0; glossary_terms[i].name != NULL; i++) {
        char *text = topic(glossary_terms[i].name, 0, &diag);

        for (const char *line = text;
             strncmp(line, "  See", 5) != 0 && *line != '\0';
             line += strcspn(line, "\n") + 1) {
            cr_expect_leq(strcspn(line, "\n"), 78, "%s", line);
            if (strchr(line, '\n') == NULL || line[1] == '\0') {
                break;
            }
        }
        free(text);
    }
}

/* Every name of the tables is in the text. */
static void expect_complete(const char *text, const char *quote)
{
    char name[64];

    for (int i = 0; i < EVENT_COUNT; i++) {
        snprintf(name, sizeof name, "%s%s%s", quote,
                 event_kind((enum event_code)i)->name, quote);
        cr_expect_not_null(strstr(text, name), "%s", name);
    }
    for (size_t i = 0; quote[0] != '"' && glossary_terms[i].name != NULL; i++) {
        cr_expect_not_null(strstr(text, glossary_terms[i].name), "%s",
                           glossary_terms[i].name);
    }
    for (size_t i = 0; schema_maps[i] != NULL; i++) {
        for (const struct schema_key *key = schema_maps[i]->keys;
             key->key != NULL; key++) {
            snprintf(name, sizeof name, "%s%s%s", quote, key->key, quote);
            cr_expect_not_null(strstr(text, name), "%s", name);
        }
    }
}

Test(scenario_explain, lists_and_pages_are_complete)
{
    char *list = written(explain_list);
    char *page = written(explain_markdown);

    expect_complete(list, "");
    expect_complete(page, "`");
    free(list);
    free(page);
}

/* Brackets close in order and texts end: enough to see a broken table. */
static bool is_balanced(const char *json)
{
    char open[64];
    size_t depth = 0;
    bool text = false;

    for (; *json != '\0'; json++) {
        if (text && *json == '\\') {
            json++;
        } else if (*json == '"') {
            text = !text;
        } else if (!text && (*json == '{' || *json == '[')) {
            if (depth == sizeof open) {
                return false;
            }
            open[depth++] = *json == '{' ? '}' : ']';
        } else if (!text && (*json == '}' || *json == ']')) {
            if (depth == 0 || open[--depth] != *json) {
                return false;
            }
        }
    }
    return depth == 0 && !text;
}

Test(scenario_explain, the_json_schema_is_complete_and_refers_to_itself)
{
    char *json = written(explain_json_schema);

    expect_complete(json, "\"");
    cr_expect(is_balanced(json));
    cr_expect_null(strstr(json, "(null)"));
    for (const char *at = json; (at = strstr(at, "\"#/definitions/")) != NULL;
         at++) {
        char name[64];
        char definition[80];

        cr_assert_eq(sscanf(at, "\"#/definitions/%60[^\"]\"", name), 1);
        snprintf(definition, sizeof definition, "\n    \"%s\": {", name);
        cr_expect_not_null(strstr(json, definition), "%s", name);
    }
    free(json);
}
