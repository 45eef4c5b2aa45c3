/* SPDX-License-Identifier: MIT */
/* Tokens: what is printed is read back, and nothing else is accepted. */
#include "engine/token.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define GOOD                                                                 \
    "ol1:ab-good@d37a7325:seed=7:rom=200efa19:boot=69616c8b:images=136f43bb" \
    ":dtb=ccd82dad:qemu=7.2.22:rec=ddacebac"

static struct diag diag;
static struct token token;
static char printed[TOKEN_MAX];

static int parse(const char *text)
{
    diag.text[0] = '\0';
    return token_parse(text, &token, &diag);
}

static void expect_round_trip(const char *text)
{
    cr_assert_eq(parse(text), 0, "%s", diag.text);
    cr_expect_eq(token_print(&token, printed, sizeof printed), strlen(text));
    cr_expect_str_eq(printed, text);
}

static void expect_refused(const char *text, const char *words)
{
    cr_expect_eq(parse(text), OTALAB_ERR_USAGE, "accepted: %s", text);
    cr_expect_not_null(strstr(diag.text, words), "%s: %s", text, diag.text);
    cr_expect_null(strchr(diag.text, '\n'));
}

Test(token, every_part_is_read)
{
    cr_assert_eq(parse(GOOD), 0, "%s", diag.text);
    cr_expect_str_eq(token.name, "ab-good");
    cr_expect_str_eq(token.hash, "d37a7325");
    cr_expect_eq(token.seed, 7);
    cr_expect_str_eq(token.rom, "200efa19");
    cr_expect_str_eq(token.boot, "69616c8b");
    cr_expect_str_eq(token.images, "136f43bb");
    cr_expect_str_eq(token.dtb, "ccd82dad");
    cr_expect_str_eq(token.qemu, "7.2.22");
    cr_expect_str_eq(token.recording, "ddacebac");
    cr_expect_eq(token.faults, 0);
}

Test(token, printed_is_read_back)
{
    expect_round_trip(GOOD);
    expect_round_trip(GOOD ":faults=power_cut@12.5ms");
    expect_round_trip(GOOD ":as=ab-delta");
    cr_expect_str_eq(token.way, "ab-delta");
    expect_round_trip(GOOD ":flash=0123abcd:faults=power_cut@12.5ms");
    cr_expect_str_eq(token.flash, "0123abcd");
    expect_round_trip(GOOD ":faults=power_cut@flash.program,partition=journal,"
                           "nth=2,done=40%+reset@otp.burn,nth=1");
    cr_expect_eq(token.faults, 2);
    cr_expect_str_eq(token.fault[1], "reset@otp.burn,nth=1");
}

Test(token, run_without_an_end_has_no_recording)
{
    static const char without[] =
        "ol1:x@00000000:seed=18446744073709551615:rom=00000000:boot=00000000"
        ":images=00000000:dtb=00000000:qemu=10.0.8";

    expect_round_trip(without);
    cr_expect_eq(token.seed, UINT64_MAX);
    cr_expect_str_eq(token.recording, "");
}

/* Whatever a fault says, the token is one word without quotes, and gives it
 * back. */
Test(token, faults_of_any_text_survive)
{
    static const char *const faults[] = {
        "note@app.ready,text=it's 12:30 + \"x\" ~ \\",
        "console@app.ready,text=\x01\x7f\xff\xc3\xa4",
        "a+b:c",
        "~",
        "+",
        ":"};
    const unsigned count = sizeof faults / sizeof faults[0];

    cr_assert_eq(parse(GOOD), 0);
    for (unsigned i = 0; i < count; i++) {
        cr_assert_eq(token_add_fault(&token, faults[i], &diag), 0);
    }
    cr_assert_gt(token_print(&token, printed, sizeof printed), 0);
    cr_expect_null(strpbrk(printed, " '\"\\$`!*?[]{}()<>|&;#\n\t"));
    cr_assert_eq(parse(printed), 0, "%s", diag.text);
    cr_assert_eq(token.faults, count);
    for (unsigned i = 0; i < count; i++) {
        cr_expect_str_eq(token.fault[i], faults[i]);
    }
}

Test(token, fullest_token_fits)
{
    char fault[TOKEN_FAULT_SIZE];

    memset(fault, '~', sizeof fault - 1);
    fault[sizeof fault - 1] = '\0';
    cr_assert_eq(parse(GOOD), 0);
    for (unsigned i = 0; i < TOKEN_FAULTS; i++) {
        cr_assert_eq(token_add_fault(&token, fault, &diag), 0);
    }
    memset(token.name, 'n', sizeof token.name - 1);
    memset(token.qemu, '9', sizeof token.qemu - 1);
    cr_assert_gt(token_print(&token, printed, sizeof printed), 0);
    cr_assert_eq(parse(printed), 0, "%s", diag.text);
    cr_expect_str_eq(token.fault[TOKEN_FAULTS - 1], fault);
    cr_expect_eq(token_add_fault(&token, "x", &diag), OTALAB_ERR_USAGE);
    cr_expect_not_null(strstr(diag.text, "16 faults"), "%s", diag.text);
}

Test(token, too_long_a_fault_is_not_cut)
{
    char fault[TOKEN_FAULT_SIZE + 1];

    memset(fault, 'x', sizeof fault - 1);
    fault[sizeof fault - 1] = '\0';
    memset(&token, 0, sizeof token);
    diag.text[0] = '\0';
    cr_expect_eq(token_add_fault(&token, fault, &diag), OTALAB_ERR_USAGE);
    cr_expect_eq(token_add_fault(&token, "", &diag), OTALAB_ERR_USAGE);
    cr_expect_eq(token.faults, 0);
    cr_expect_not_null(strstr(diag.text, "191 characters"), "%s", diag.text);
}

Test(token, small_buffer_gives_nothing)
{
    size_t length = strlen(GOOD);

    cr_assert_eq(parse(GOOD), 0);
    cr_expect_eq(token_print(&token, printed, length), 0);
    cr_expect_eq(token_print(&token, printed, length + 1), length);
}

Test(token, other_texts_are_refused)
{
    expect_refused("", "ol1:");
    expect_refused("ab-good", "ol1:");
    expect_refused("ol2:ab-good@d37a7325", "ol1:");
    expect_refused("ol1:", "SCENARIO@HASH");
    expect_refused("ol1:@d37a7325", "SCENARIO@HASH");
    expect_refused("ol1:ab-good", "SCENARIO@HASH");
    expect_refused("ol1:ab-good@", "SCENARIO@HASH");
    expect_refused("ol1:ab-good@d37a732", "SCENARIO@HASH");
    expect_refused("ol1:ab-good@d37a732g", "SCENARIO@HASH");
    expect_refused("ol1:ab-good@d37a73255", "SCENARIO@HASH");
    expect_refused("ol1:ab\ngood@d37a7325", "SCENARIO@HASH");
    expect_refused("ol1:../../etc/passwd@d37a7325", "SCENARIO@HASH");
}

Test(token, name_has_an_end)
{
    char text[200] = "ol1:";

    memset(text + 4, 'n', 64);
    strcpy(text + 68, "@d37a7325:seed=1");
    expect_refused(text, "SCENARIO@HASH");
}

Test(token, parts_are_checked)
{
    expect_refused(GOOD ":", "KEY=VALUE") /* nothing after the mark */;
    expect_refused(GOOD ":x", "KEY=VALUE");
    expect_refused(GOOD "::", "KEY=VALUE");
    expect_refused(GOOD ":new=1", "unknown part");
    expect_refused(GOOD ":=1", "unknown part");
    expect_refused(GOOD ":rom=200efa19", "not a valid value"); /* twice */
    expect_refused("ol1:a@00000000:qemu=7.2\n", "not a valid value");
    expect_refused(GOOD "0", "not a valid value");
    expect_refused(GOOD ":seed=", "not a number");
    expect_refused(GOOD ":seed=-1", "not a number");
    expect_refused(GOOD ":seed=7x", "not a number");
    expect_refused(GOOD ":seed=18446744073709551616", "not a number");
    expect_refused(GOOD ":seed=100000000000000000000000", "not a number");
}

/* What a person loses when copying. */
Test(token, cut_lines_are_refused)
{
    char text[] = GOOD;
    size_t whole = strlen(GOOD) - strlen(":rec=ddacebac");

    for (size_t length = 0; length < sizeof text - 1; length++) {
        memcpy(text, GOOD, sizeof text);
        text[length] = '\0';
        bool complete = length == whole || length == strlen(GOOD);
        /* a version of QEMU may be shorter: 7.2.2, 7.2 */
        bool version = length > whole - strlen("7.2.22") && length < whole;
        cr_expect(version || (parse(text) == 0) == complete, "%s", text);
    }
}

Test(token, faults_are_checked)
{
    expect_refused(GOOD ":faults=a++b", "unreadable fault");
    expect_refused(GOOD ":faults=+a", "unreadable fault");
    expect_refused(GOOD ":faults=a~", "unreadable fault");
    expect_refused(GOOD ":faults=a~4", "unreadable fault");
    expect_refused(GOOD ":faults=a~00", "unreadable fault");
    expect_refused(GOOD ":faults=a~G0", "unreadable fault");
    expect_refused(GOOD ":faults=a~4x", "unreadable fault");
    expect_refused(GOOD ":faults=a b", "unreadable fault");
    expect_refused(GOOD ":faults=a\nb", "unreadable fault");
    expect_refused(GOOD ":faults=1+2+3+4+5+6+7+8+9+10+11+12+13+14+15+16+17",
                   "too many faults");
}

/* A message shows the beginning of a monster, not all of it. */
Test(token, monsters_are_refused_shortly)
{
    static char text[100000];

    memset(text, 'a', sizeof text - 1);
    memcpy(text, "ol1:", 4);
    expect_refused(text, "SCENARIO@HASH");
    strcpy(text, GOOD ":faults=");
    memset(text + strlen(text), 'a', 50000);
    expect_refused(text, "unreadable fault");
}
