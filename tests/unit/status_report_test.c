/* SPDX-License-Identifier: MIT */
/* Status reports: what the device writes the world reads, and nothing that is
 * not a report. */
#include "ota/report.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "ota/agent_why.h"
#include "outside/report.h"

static int32_t write_it(const struct progress *progress, uint32_t version,
                        uint8_t slot, char out[REPORT_MAX + 1])
{
    memset(out, 0, REPORT_MAX + 1);
    return report_write(progress, version, slot, out, REPORT_MAX);
}

Test(status_report, the_documented_line)
{
    struct progress progress = {.state = AGENT_STATE_UPDATING,
                                .result = AGENT_RESULT_UPDATE_FAILED,
                                .why = AGENT_WHY_TRIAL_FAILED,
                                .release = 2};
    char line[REPORT_MAX + 1];

    (void)write_it(&progress, 0x0102FFFFu, OTA_SLOT_B, line);
    cr_assert_str_eq(line, "state=3 result=8 why=23 suit=11 release=2 "
                           "version=1.2.65535 slot=b");
}

/* One table: whatever keeps an update from success has a result of LwM2M's
 * object 5, a reason of a SUIT report, and a number and a name of its own. */
Test(status_report, every_reason_has_a_result)
{
    static const struct {
        unsigned number;
        const char *text;
        unsigned result;
        unsigned suit;
    } rows[] = {
#define ROW(name, number, text, result, suit) \
    {number, text, AGENT_RESULT_##result, suit},
        AGENT_WHYS(ROW)
#undef ROW
    };

    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        bool nothing = rows[i].number == AGENT_WHY_NONE ||
                       rows[i].number == AGENT_WHY_NOT_NEWER;

        cr_expect_eq(rows[i].number, i, "%s: no gaps", rows[i].text);
        cr_expect_neq(rows[i].result, AGENT_RESULT_SUCCESS, "%s", rows[i].text);
        cr_expect_eq(rows[i].result == AGENT_RESULT_INITIAL, nothing, "%s",
                     rows[i].text);
        cr_expect(nothing || (rows[i].suit >= 1 && rows[i].suit <= 12), "%s",
                  rows[i].text);
        for (unsigned k = 0; k < i; k++) {
            cr_expect_str_neq(rows[i].text, rows[k].text);
        }
    }
}

Test(status_report, every_reason_has_its_suit_code)
{
    static const uint8_t suit[] = {
#define SUIT(name, number, text, result, code) code,
        AGENT_WHYS(SUIT)
#undef SUIT
    };
    struct progress progress = {.state = 1};
    struct device_report report;
    char line[REPORT_MAX + 1];

    for (unsigned why = 0; why < 256; why++) {
        progress.why = (uint8_t)why;
        int32_t length = write_it(&progress, 0, OTA_SLOT_A, line);
        cr_assert_eq(report_read((uint8_t *)line, (uint32_t)length, &report),
                     0);
        cr_assert_eq(report.why, why);
        cr_assert_eq(report.suit, why < sizeof(suit) ? suit[why] : 0);
    }
}

Test(status_report, the_longest_one_comes_back)
{
    struct progress progress = {
        .state = 255, .result = 255, .why = 255, .release = UINT32_MAX};
    struct device_report report;
    char line[REPORT_MAX + 1];
    int32_t length = write_it(&progress, UINT32_MAX, OTA_SLOT_RECOVERY, line);

    cr_assert(length > 80 && length <= (int32_t)REPORT_MAX);
    cr_assert_eq(report_read((uint8_t *)line, (uint32_t)length, &report), 0);
    cr_assert_eq(report.state, 255);
    cr_assert_eq(report.result, 255);
    cr_assert_eq(report.why, 255);
    cr_assert_eq(report.release, UINT32_MAX);
    cr_assert_eq(report.version, UINT32_MAX);
    cr_assert_eq(report.slot, OTA_SLOT_RECOVERY);
}

Test(status_report, too_little_room_is_never_overrun)
{
    struct progress progress = {.release = 17};
    char line[REPORT_MAX + 1];
    int32_t length = write_it(&progress, 0x01000000u, OTA_SLOT_A, line);

    for (int32_t size = 0; size < length; size++) {
        char *small = malloc((size_t)size + 1);
        cr_assert_not_null(small);
        small[size] = '~';
        cr_assert_eq(report_write(&progress, 0x01000000u, OTA_SLOT_A, small,
                                  (uint32_t)size),
                     -1);
        cr_assert_eq(small[size], '~');
        free(small);
    }
    cr_assert_eq(write_it(&progress, 0, OTA_SLOT_COUNT, line), -1);
}

static int read_text(const char *text, struct device_report *report)
{
    return report_read((const uint8_t *)text, (uint32_t)strlen(text), report);
}

Test(status_report, any_order_and_foreign_words)
{
    struct device_report report;

    cr_assert_eq(
        read_text("slot=b  x=  result=07 = not yet=1=2 state=3 ", &report), -1);
    cr_assert_eq(
        read_text(" slot=b  x=  result=07 y=1=2 state=3 version=1.2.3 ",
                  &report),
        0);
    cr_assert_eq(report.state, 3);
    cr_assert_eq(report.result, 7);
    cr_assert_eq(report.slot, OTA_SLOT_B);
    cr_assert_eq(report.version, 0x01020003);
    cr_assert_eq(report.release, 0);
}

Test(status_report, what_is_none)
{
    static const char *const texts[] = {
        "",
        " ",
        "state=3",
        "result=3",
        "state=3 result",
        "state=3 result=",
        "state=3 result=-1",
        "state=3 result=+1",
        "state=3 result=1x",
        "state=3 result=4294967296",
        "state=3 result=99999999999999999999999999999999999999",
        "state=3 result=1 state=3",
        "state=3 result=1 =1",
        "state=3 result=1\n",
        "state=3\tresult=1",
        "state=3 result=1 \x80=1",
        "state=3 result=1 slot=c",
        "state=3 result=1 slot=",
        "state=3 result=1 slot=recover",
        "state=3 result=1 version=1.2",
        "state=3 result=1 version=1.2.3.4",
        "state=3 result=1 version=1.2.",
        "state=3 result=1 version=256.2.3",
        "state=3 result=1 version=1.256.3",
        "state=3 result=1 version=1.2.65536",
    };
    static const struct device_report zero;

    for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct device_report report;
        memset(&report, 0x55, sizeof(report));
        cr_assert_eq(read_text(texts[i], &report), -1, "'%s'", texts[i]);
        cr_assert_eq(memcmp(&report, &zero, sizeof(zero)), 0);
    }
}

Test(status_report, a_line_may_have_120_bytes)
{
    struct device_report report;
    char line[122];

    memset(line, ' ', sizeof(line));
    memcpy(line, "state=3 result=1", 16);
    cr_assert_eq(report_read((uint8_t *)line, 120, &report), 0);
    cr_assert_eq(report_read((uint8_t *)line, 121, &report), -1);
    line[30] = '\0';
    cr_assert_eq(report_read((uint8_t *)line, 120, &report), -1);
}

/* The tables of docs/protocol.md, row by row. */
Test(status_report, the_page_says_what_the_tables_say)
{
    static const struct {
        unsigned number;
        const char *name;
        unsigned result; /* of a reason */
        unsigned suit;
    } rows[] = {
#define NAME_ROW(name, number, text) {number, text, UINT32_MAX, 0},
#define WHY_ROW(name, number, text, result, suit) \
    {number, text, AGENT_RESULT_##result, suit},
        AGENT_STATES(NAME_ROW) AGENT_RESULTS(NAME_ROW) AGENT_WHYS(WHY_ROW)
#undef NAME_ROW
#undef WHY_ROW
    };
    struct diag diag = {{0}};
    uint8_t *page;
    size_t size;

    cr_assert_eq(file_read("docs/protocol.md", 1u << 20, &page, &size, &diag),
                 0, "%s", diag.text);
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char row[100];
        if (rows[i].result == UINT32_MAX) {
            (void)snprintf(row, sizeof(row), "\n| %u | `%s` |\n",
                           rows[i].number, rows[i].name);
        } else {
            (void)snprintf(row, sizeof(row), "\n| %u | `%s` | %u | %u | ",
                           rows[i].number, rows[i].name, rows[i].result,
                           rows[i].suit);
        }
        cr_expect_not_null(strstr((const char *)page, row), "lacks:%s", row);
    }
    free(page);
}
