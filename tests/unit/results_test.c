/* SPDX-License-Identifier: MIT */
/* Reports for machines: what they say, and that hostile texts break none. */
#include "report/github.h"
#include "report/junit.h"
#include "report/outputs.h"
#include "report/report.h"
#include "report/tap.h"
#include "base/utf8.h"
#include "report/xml.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* What is written to a stream, as a text; every test frees it. */
struct sink {
    FILE *out;
    char *text;
    size_t size;
};

static void sink_open(struct sink *sink)
{
    sink->out = open_memstream(&sink->text, &sink->size);
    cr_assert_not_null(sink->out);
}

static const char *sink_close(struct sink *sink)
{
    cr_assert_eq(fclose(sink->out), 0);
    cr_assert_eq(strlen(sink->text), sink->size);
    return sink->text;
}

#define EXPECT_TEXT(wanted, ...)                                      \
    do {                                                              \
        struct sink sink;                                             \
                                                                      \
        sink_open(&sink);                                             \
        __VA_ARGS__;                                                  \
        cr_expect_str_eq(sink_close(&sink), wanted, "%s", sink.text); \
        free(sink.text);                                              \
    } while (0)

/* ---- UTF-8 -------------------------------------------------------------- */

static void assert_codes(const char *text, const uint32_t *codes)
{
    const char *at = text;

    for (; *codes != 0; codes++) {
        uint32_t code = utf8_next(&at);
        cr_expect_eq(code, *codes, "%s: %x, not %x", text, code, *codes);
    }
    cr_expect_eq(utf8_next(&at), 0);
    cr_expect_eq(utf8_next(&at), 0);
    cr_expect_eq(at, text + strlen(text));
}

#define CODES(...) ((const uint32_t[]){__VA_ARGS__, 0})

Test(utf8, good_forms_are_read)
{
    assert_codes("a\x7f", CODES('a', 0x7f));
    assert_codes("\xc2\x80\xdf\xbf", CODES(0x80, 0x7ff));
    assert_codes("\xe0\xa0\x80\xed\x9f\xbf", CODES(0x800, 0xd7ff));
    assert_codes("\xee\x80\x80\xef\xbf\xbf", CODES(0xe000, 0xffff));
    assert_codes("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", CODES(0x10000, 0x10ffff));
}

Test(utf8, bad_forms_become_replacements_one_a_byte)
{
    const uint32_t r = UTF8_REPLACEMENT;

    assert_codes("\x80z", CODES(r, 'z'));         /* no first byte */
    assert_codes("\xc3", CODES(r));               /* cut off */
    assert_codes("\xc3z", CODES(r, 'z'));         /* cut off */
    assert_codes("\xf0\x9f\x98", CODES(r, r, r)); /* cut off */
    assert_codes("\xc0\x80", CODES(r, r));        /* overlong NUL */
    assert_codes("\xc1\xbf", CODES(r, r));        /* overlong */
    assert_codes("\xe0\x9f\xbf", CODES(r, r, r)); /* overlong */
    assert_codes("\xf0\x8f\xbf\xbf", CODES(r, r, r, r));
    assert_codes("\xed\xa0\x80", CODES(r, r, r));        /* surrogate */
    assert_codes("\xf4\x90\x80\x80", CODES(r, r, r, r)); /* beyond the end */
    assert_codes("\xff\xfe", CODES(r, r));
}

/* ---- escaping ----------------------------------------------------------- */

Test(xml, markup_and_control_characters)
{
    EXPECT_TEXT("a&amp;&lt;b&gt;]]&gt; &quot;'",
                xml_text(sink.out, "a&<b>]]> \"'"));
    EXPECT_TEXT("\t\n&#13;", xml_text(sink.out, "\t\n\r"));
    EXPECT_TEXT("\xef\xbf\xbd\xef\xbf\xbd[31m",
                xml_text(sink.out, "\x01\x1b[31m"));
    EXPECT_TEXT("\xc3\xa4\xf0\x9f\x98\x80",
                xml_text(sink.out, "\xc3\xa4\xf0\x9f\x98\x80"));
    EXPECT_TEXT("\xef\xbf\xbd", xml_text(sink.out, "\xc3"));
    /* U+FFFE is well-formed UTF-8, but nothing for XML */
    EXPECT_TEXT("\xef\xbf\xbd", xml_text(sink.out, "\xef\xbf\xbe"));
    EXPECT_TEXT(" x=\"a&#10;&#9;&quot;&lt;\"",
                xml_attribute(sink.out, "x", "a\n\t\"<"));
}

/* ---- cases -------------------------------------------------------------- */

static struct plan_item item_of(const char *path, const char *name)
{
    return (struct plan_item){.path = (char *)(uintptr_t)path,
                              .name = (char *)(uintptr_t)name,
                              .title = (char *)(uintptr_t) "A title",
                              .outcome = {.begun = true}};
}

static struct plan_item failed_item(void)
{
    struct plan_item item = item_of("scenarios/bad.yaml", "bad");

    item.outcome.verdict = RUN_FAILED;
    item.outcome.time_ns = 4218113000;
    item.outcome.events = 12;
    item.outcome.boots = 4;
    item.outcome.failures = 2;
    item.outcome.failure[0] =
        (struct run_failure){.place = {19, 5},
                             .expected = "slot-b = update",
                             .seen = "slot-b = empty",
                             .sequence = 40117};
    item.outcome.failure[1] = (struct run_failure){.expected = "no raw writes",
                                                   .seen = "one",
                                                   .near = "#6: a",
                                                   .because = "#7: b"};
    item.outcome.more_failures = 3;
    item.outcome.token = (char *)(uintptr_t) "ol1:bad@1";
    item.outcome.replay = (char *)(uintptr_t) "otalab replay 'ol1:bad@1'";
    item.outcome.watch = (char *)(uintptr_t) "otalab run bad -v";
    item.outcome.debug = (char *)(uintptr_t) "otalab run bad --gdb 3333";
    item.outcome.evidence = (char *)(uintptr_t) "runs/bad";
    return item;
}

static struct plan_item error_item(void)
{
    struct plan_item item = item_of("x/y z/broken.yaml", "broken");

    item.outcome.verdict = RUN_ERROR;
    item.outcome.err = OTALAB_ERR_USAGE;
    snprintf(item.outcome.error.text, sizeof item.outcome.error.text, "%s",
             "x/y z/broken.yaml:3:1: unknown key");
    return item;
}

static struct plan_item verdict_item(const char *name, enum run_verdict verdict)
{
    struct plan_item item = item_of("scenarios/x.yaml", name);

    item.outcome.verdict = verdict;
    item.outcome.time_ns = 1500000;
    return item;
}

static bool has(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}

/* ---- JUnit -------------------------------------------------------------- */

Test(junit, failures_errors_and_limits_are_told_apart)
{
    struct plan_item items[] = {
        verdict_item("good", RUN_PASSED),
        failed_item(),
        verdict_item("late", RUN_LIMIT),
        error_item(),
        verdict_item("stopped", RUN_INTERRUPTED),
        verdict_item("unrun", RUN_ERROR),
        verdict_item("unrun-too", RUN_ERROR),
    };
    struct plan plan = {7, items};
    struct sink sink;

    for (unsigned i = 5; i < 7; i++) {
        items[i].outcome.begun = false;
        items[i].outcome.time_ns = 0;
    }
    sink_open(&sink);
    junit_write(sink.out, &plan);
    const char *text = sink_close(&sink);

    cr_expect(has(text, "<testsuite name=\"otalab\" tests=\"7\" "
                        "failures=\"2\" errors=\"2\" skipped=\"2\" "
                        "time=\"4.222613\">"),
              "%s", text);
    cr_expect(has(text, "<property name=\"time\" value=\"virtual seconds\"/>"));
    cr_expect(has(text, "<testcase classname=\"scenarios\" name=\"good\" "
                        "time=\"0.001500\">\n    </testcase>"));
    cr_expect(has(text,
                  "<testcase classname=\"scenarios\" name=\"bad\" "
                  "time=\"4.218113\">\n      <failure message=\"expected "
                  "slot-b = update, seen slot-b = empty\" "
                  "type=\"expectation\">\nscenarios/bad.yaml:19:5\n"
                  "  expected  slot-b = update\n  seen      slot-b = empty\n"
                  "  first wrong event  #40117\noracle\n"
                  "  expected  no raw writes\n  seen      one\n"
                  "  nearest   #6: a\n  because   #7: b\n"
                  "and 3 more\n</failure>\n"));
    cr_expect(has(text, "token     ol1:bad@1\n"
                        "replay    otalab replay 'ol1:bad@1'\n"
                        "watch     otalab run bad -v\n"
                        "debug     otalab run bad --gdb 3333\n"
                        "evidence  runs/bad\n</system-out>"));
    cr_expect(has(text, "type=\"time limit\""));
    cr_expect(has(text, "<testcase classname=\"x.y z\" name=\"broken\""));
    cr_expect(has(text, "<error message=\"x/y z/broken.yaml:3:1: unknown "
                        "key\" type=\"scenario\"/>"));
    cr_expect(has(text, "type=\"interrupted\""));
    cr_expect(has(text, "<skipped message=\"not run: interrupted\"/>"));
    free(sink.text);
}

Test(junit, folders_are_packages)
{
    static const char *const paths[][2] = {
        {"x.yaml", "otalab"},
        {"./x.yaml", "otalab"},
        {"../a/b.c/x.yaml", "a.b_c"},
        {"/srv/x.yaml", "srv"},
        {"", "otalab"},
    };

    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct plan_item item = item_of(paths[i][0], "x");
        struct plan plan = {1, &item};
        char wanted[64];
        struct sink sink;

        snprintf(wanted, sizeof wanted, "classname=\"%s\"", paths[i][1]);
        sink_open(&sink);
        junit_write(sink.out, &plan);
        cr_expect(has(sink_close(&sink), wanted), "%s: %s", paths[i][0],
                  sink.text);
        free(sink.text);
    }
}

/* A strict little reader: one element in another, every attribute quoted,
 * no bare markup, no character that XML forbids. 0 or where it stops. */
struct reader {
    const char *at;
    char open[16][32];
    unsigned depth;
};

static bool take(struct reader *reader, const char *text)
{
    size_t length = strlen(text);
    bool same = strncmp(reader->at, text, length) == 0;

    reader->at += same ? length : 0;
    return same;
}

static bool read_name(struct reader *reader, char name[32])
{
    size_t length = strspn(reader->at, "abcdefghijklmnopqrstuvwxyz-");

    if (length == 0 || length >= 32) {
        return false;
    }
    memcpy(name, reader->at, length);
    name[length] = '\0';
    reader->at += length;
    return true;
}

static bool read_entity(struct reader *reader)
{
    static const char *const known[] = {"&amp;", "&lt;",  "&gt;", "&quot;",
                                        "&#9;",  "&#10;", "&#13;"};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (take(reader, known[i])) {
            return true;
        }
    }
    return false;
}

/* Up to `end`; a line end or tab only where `lines`. */
static bool read_text(struct reader *reader, char end, bool lines)
{
    while (*reader->at != end && *reader->at != '\0') {
        const char *at = reader->at;
        uint32_t code = utf8_next(&at);
        /* a replacement must have been written as one */
        bool good = code != UTF8_REPLACEMENT || at - reader->at == 3;

        good = good && code != 0xFFFEu && code != 0xFFFFu && code != '<' &&
               code != '>' && code != '"';
        good = good &&
               (code >= 0x20u || (lines && (code == '\n' || code == '\t')));
        if (code == '&') {
            good = read_entity(reader);
        } else {
            reader->at = at;
        }
        if (!good) {
            return false;
        }
    }
    return *reader->at == end;
}

static bool read_attributes(struct reader *reader)
{
    char name[32];

    while (take(reader, " ")) {
        if (!read_name(reader, name) || !take(reader, "=\"") ||
            !read_text(reader, '"', false) || !take(reader, "\"")) {
            return false;
        }
    }
    return true;
}

static bool read_tag(struct reader *reader)
{
    char name[32];

    if (take(reader, "</")) {
        return reader->depth > 0 && read_name(reader, name) &&
               take(reader, ">") &&
               strcmp(name, reader->open[--reader->depth]) == 0;
    }
    if (!take(reader, "<") || reader->depth == 16 ||
        !read_name(reader, reader->open[reader->depth]) ||
        !read_attributes(reader)) {
        return false;
    }
    if (take(reader, "/>")) {
        return true;
    }
    reader->depth++;
    return take(reader, ">");
}

static const char *read_document(const char *text)
{
    struct reader reader = {.at = text};

    if (!take(&reader, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                       "<!-- times are virtual: what passed for the device "
                       "-->\n")) {
        return text;
    }
    do {
        if (!read_tag(&reader) ||
            (reader.depth > 0 && !read_text(&reader, '<', true))) {
            return reader.at;
        }
    } while (reader.depth > 0);
    return strcmp(reader.at, "\n") == 0 ? NULL : reader.at;
}

static const char hostile[] =
    "]]></failure>&amp;\x01\x1b[2J\"' \r\n\xff\xfe\xed\xa0\x80\xef\xbf\xbf"
    "<!-- --> ::error::%0A,`|\\ #\xc3\xa4";

static struct plan_item hostile_item(void)
{
    struct plan_item item = failed_item();
    struct outcome *outcome = &item.outcome;
    char *text = (char *)(uintptr_t)hostile;

    item.name = text;
    item.path = text;
    item.title = text;
    outcome->token = text;
    outcome->replay = text;
    outcome->watch = text;
    outcome->debug = text;
    outcome->evidence = text;
    for (unsigned i = 0; i < outcome->failures; i++) {
        snprintf(outcome->failure[i].expected,
                 sizeof outcome->failure[i].expected, "%s", hostile);
        snprintf(outcome->failure[i].seen, sizeof outcome->failure[i].seen,
                 "%s", hostile);
    }
    return item;
}

Test(junit, hostile_texts_leave_it_well_formed)
{
    struct plan_item items[] = {hostile_item(), hostile_item()};
    struct plan plan = {2, items};
    struct sink sink;

    items[1].outcome.err = OTALAB_ERR_SIMULATOR;
    snprintf(items[1].outcome.error.text, sizeof items[1].outcome.error.text,
             "%s", hostile);
    sink_open(&sink);
    junit_write(sink.out, &plan);
    const char *stop = read_document(sink_close(&sink));

    cr_expect(stop == NULL, "stops at: %.60s", stop != NULL ? stop : "");
    free(sink.text);
}

Test(junit, the_reader_of_these_tests_is_strict)
{
    static const char head[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                               "<!-- times are virtual: what passed for the "
                               "device -->\n";
    static const char *const wrong[] = {"<a><b></a></b>\n",
                                        "<a>&x;</a>\n",
                                        "<a b=c/>\n",
                                        "<a>\x01</a>\n",
                                        "<a>\xff</a>\n",
                                        "<a>]]></a>\n",
                                        "<a b=\"\n\"/>\n",
                                        "<a>",
                                        "<a/>x\n",
                                        "<a b=\"<\"/>\n",
                                        "<a>\xef\xbf\xbe</a>\n"};
    char text[300];

    snprintf(text, sizeof text, "%s<a b=\"c&lt;\">d<e/>\n</a>\n", head);
    cr_assert_null(read_document(text));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        snprintf(text, sizeof text, "%s%s", head, wrong[i]);
        cr_expect_not_null(read_document(text), "%s", wrong[i]);
    }
}

/* ---- TAP ---------------------------------------------------------------- */

Test(tap, a_case_is_a_line_and_a_failed_one_has_yaml)
{
    struct plan_item good = verdict_item("good", RUN_PASSED);
    struct plan_item bad = failed_item();
    struct plan_item broken = error_item();

    EXPECT_TEXT("TAP version 13\n1..3\n", tap_begin(sink.out, 3));
    EXPECT_TEXT("ok 1 - good\n", tap_case(sink.out, 1, &good));
    EXPECT_TEXT("not ok 2 - bad\n"
                "  ---\n"
                "  verdict: \"failed\"\n"
                "  title: \"A title\"\n"
                "  file: \"scenarios/bad.yaml\"\n"
                "  virtual_time_ns: 4218113000\n"
                "  failures:\n"
                "    - file: \"scenarios/bad.yaml\"\n"
                "      line: 19\n"
                "      expected: \"slot-b = update\"\n"
                "      seen: \"slot-b = empty\"\n"
                "      first_wrong_event: 40117\n"
                "    - expected: \"no raw writes\"\n"
                "      seen: \"one\"\n"
                "      nearest: \"#6: a\"\n"
                "      because: \"#7: b\"\n"
                "  more_failures: 3\n"
                "  token: \"ol1:bad@1\"\n"
                "  replay: \"otalab replay 'ol1:bad@1'\"\n"
                "  watch: \"otalab run bad -v\"\n"
                "  debug: \"otalab run bad --gdb 3333\"\n"
                "  evidence: \"runs/bad\"\n"
                "  ...\n",
                tap_case(sink.out, 2, &bad));
    EXPECT_TEXT("not ok 3 - broken\n"
                "  ---\n"
                "  verdict: \"error\"\n"
                "  message: \"x/y z/broken.yaml:3:1: unknown key\"\n"
                "  title: \"A title\"\n"
                "  file: \"x/y z/broken.yaml\"\n"
                "  virtual_time_ns: 0\n"
                "  failures: []\n"
                "  ...\n",
                tap_case(sink.out, 3, &broken));
}

Test(tap, hostile_texts_stay_in_their_line)
{
    struct plan_item item = hostile_item();
    struct sink sink;

    sink_open(&sink);
    tap_case(sink.out, 1, &item);
    sink_close(&sink);
    cr_expect(strncmp(sink.text, "not ok 1 - ", 11) == 0);
    /* the name's '#' would begin a directive such as TODO */
    cr_expect(has(sink.text, " \\#\xc3\xa4\n  ---\n"));
    for (const char *line = strchr(sink.text, '\n') + 1; *line != '\0';
         line = strchr(line, '\n') + 1) {
        cr_expect(strncmp(line, "  ", 2) == 0, "%.60s", line);
    }
    cr_expect_null(strpbrk(sink.text, "\r\x1b\x01"));
    free(sink.text);
}

/* ---- GitHub ------------------------------------------------------------- */

Test(github, annotations_are_at_the_line)
{
    struct plan_item bad = failed_item();
    struct plan_item broken = error_item();

    EXPECT_TEXT("::error file=scenarios/bad.yaml,line=19,col=5,title=bad::"
                "expected slot-b = update, seen slot-b = empty"
                "%0Areplay: otalab replay 'ol1:bad@1'\n"
                "::error file=scenarios/bad.yaml,title=bad::"
                "expected no raw writes, seen one"
                "%0Anearest: #6: a%0Abecause: #7: b"
                "%0Areplay: otalab replay 'ol1:bad@1'\n",
                github_annotate(sink.out, &bad, bad.path));
    EXPECT_TEXT("::error file=broken.yaml,line=3,col=1,title=broken::"
                "x/y z/broken.yaml:3:1: unknown key\n",
                github_annotate(sink.out, &broken, "broken.yaml"));
}

Test(github, annotations_are_escaped)
{
    struct plan_item item = failed_item();

    item.name = (char *)(uintptr_t) "a:b,c%d\r\n";
    item.outcome.failures = 1;
    item.outcome.replay = NULL;
    snprintf(item.outcome.failure[0].expected, 100, "100%%: a,b\r\n::stop");
    EXPECT_TEXT("::error file=x%2Cy%3Az,line=19,col=5,"
                "title=a%3Ab%2Cc%25d%0D%0A::expected 100%25: a,b%0D%0A::stop, "
                "seen slot-b = empty\n",
                github_annotate(sink.out, &item, "x,y:z"));
}

Test(github, the_summary_has_totals_and_the_failures)
{
    struct plan_item items[] = {verdict_item("good", RUN_PASSED), failed_item(),
                                error_item()};
    struct plan plan = {3, items};

    EXPECT_TEXT(
        "## Otalab\n\n"
        "| scenarios | passed | failed | time limit | error | interrupted | "
        "not run |\n"
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
        "| 3 | 1 | 1 | 0 | 1 | 0 | 0 |\n"
        "\n### bad: failed\n\n"
        "| where | expected | seen |\n| --- | --- | --- |\n"
        "| scenarios/bad.yaml&#58;19 | slot-b = update | slot-b = empty |\n"
        "| scenarios/bad.yaml | no raw writes | one; "
        "&#35;7&#58; b |\n"
        "\n```sh\notalab replay 'ol1:bad@1'\n```\n"
        "\n### broken: error\n\n"
        "| where | expected | seen |\n| --- | --- | --- |\n"
        "| x/y z/broken.yaml&#58;3 | a result | "
        "x/y z/broken.yaml&#58;3&#58;1&#58; unknown key |\n",
        github_summary(sink.out, &plan));
}

Test(github, the_summary_cannot_be_broken_out_of)
{
    struct plan_item item = failed_item();
    struct plan plan = {1, &item};
    struct sink sink;

    item.name = (char *)(uintptr_t) "<b>|`\n# x";
    item.outcome.replay = (char *)(uintptr_t) "a ```` b";
    sink_open(&sink);
    github_summary(sink.out, &plan);
    sink_close(&sink);
    cr_expect(has(sink.text, "### &#60;b&#62;&#124;&#96; &#35; x: failed\n"),
              "%s", sink.text);
    cr_expect(has(sink.text, "\n`````sh\na ```` b\n`````\n"), "%s", sink.text);
    free(sink.text);
}

Test(github, many_failures_are_counted_but_not_all_shown)
{
    static struct plan_item items[60];
    struct plan plan = {60, items};
    struct sink sink;

    for (unsigned i = 0; i < 60; i++) {
        items[i] = failed_item();
    }
    sink_open(&sink);
    github_summary(sink.out, &plan);
    cr_expect(has(sink_close(&sink), "\nand 10 more\n"));
    free(sink.text);
}

/* ---- JSON --------------------------------------------------------------- */

Test(result_json, has_verdict_failures_and_commands)
{
    struct plan_item bad = failed_item();
    struct plan_item broken = error_item();

    EXPECT_TEXT(
        "{\"result\":1,\"scenario\":\"bad\",\"verdict\":\"failed\","
        "\"time_ns\":4218113000,\"events\":12,\"boots\":4,\"rollbacks\":0,"
        "\"cuts_asked\":0,\"cuts_done\":0,\"token\":\"ol1:bad@1\","
        "\"failures\":[{\"file\":\"scenarios/bad.yaml\",\"line\":19,"
        "\"expected\":\"slot-b = update\",\"seen\":\"slot-b = empty\","
        "\"column\":5,\"sequence\":40117},"
        "{\"file\":\"scenarios/bad.yaml\",\"line\":0,"
        "\"expected\":\"no raw writes\",\"seen\":\"one\","
        "\"nearest\":\"#6: a\",\"because\":\"#7: b\","
        "\"column\":0,\"sequence\":0}],\"more_failures\":3,"
        "\"title\":\"A title\",\"file\":\"scenarios/bad.yaml\","
        "\"evidence\":\"runs/bad\","
        "\"commands\":{\"replay\":\"otalab replay 'ol1:bad@1'\","
        "\"watch\":\"otalab run bad -v\","
        "\"debug\":\"otalab run bad --gdb 3333\"}}\n",
        report_json(sink.out, &bad, &bad.outcome));
    EXPECT_TEXT(
        "{\"result\":1,\"scenario\":\"broken\",\"verdict\":\"error\","
        "\"time_ns\":0,\"events\":0,\"boots\":0,\"rollbacks\":0,"
        "\"cuts_asked\":0,\"cuts_done\":0,\"token\":\"\",\"failures\":[],"
        "\"more_failures\":0,\"title\":\"A title\","
        "\"file\":\"x/y z/broken.yaml\","
        "\"error\":\"x/y z/broken.yaml:3:1: unknown key\"}\n",
        report_json(sink.out, &broken, &broken.outcome));
}
