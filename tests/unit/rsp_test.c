/* SPDX-License-Identifier: MIT */
/* The debugger's packets: what QEMU sends, and what it never should. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "machine/rsp.h"

static enum rsp_state take(struct rsp_reader *reader, const char *text)
{
    enum rsp_state state = reader->state;

    for (; *text != '\0'; text++) {
        state = rsp_take(reader, *text);
    }
    return state;
}

static enum rsp_state state_after(const char *text)
{
    struct rsp_reader reader = {0};

    return take(&reader, text);
}

Test(rsp, a_packet_is_framed_and_read_back)
{
    struct rsp_reader reader = {0};
    char text[16];

    cr_assert_eq(rsp_frame("g", text, sizeof text), 5);
    cr_assert_str_eq(text, "$g#67");
    cr_assert_eq(take(&reader, text), RSP_WHOLE);
    cr_assert_str_eq(reader.text, "g");
    cr_assert_eq(take(&reader, "+$T05thread:01;#07"), RSP_WHOLE);
    cr_assert_str_eq(reader.text, "T05thread:01;");
    cr_assert_eq(take(&reader, "$#00"), RSP_WHOLE);
    cr_assert_str_eq(reader.text, "");
}

Test(rsp, a_frame_that_does_not_fit_is_none)
{
    char text[6];

    cr_assert_eq(rsp_frame("g", text, 5), 0);
    cr_assert_eq(rsp_frame("gg", text, sizeof text), 0);
}

Test(rsp, what_is_no_packet_is_refused)
{
    static const char *const bad[] = {
        "x",     "$g#68",   "$g#6g",   "$g#G7", "$a$b#00", "-",
        "$0* #", "$a}\x03", "$g\n#71", "##",    "\x7f",    "$\x80",
    };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cr_assert_eq(state_after(bad[i]), RSP_BROKEN, "%zu", i);
    }
}

Test(rsp, a_broken_reader_remains_so)
{
    struct rsp_reader reader = {0};

    cr_assert_eq(take(&reader, "x"), RSP_BROKEN);
    cr_assert_eq(take(&reader, "$g#67"), RSP_BROKEN);
}

Test(rsp, a_packet_has_a_largest_size)
{
    struct rsp_reader reader = {0};

    take(&reader, "$");
    for (unsigned i = 0; i + 1 < RSP_MAX; i++) {
        cr_assert_eq(rsp_take(&reader, 'a'), RSP_INSIDE);
    }
    cr_assert_eq(rsp_take(&reader, 'a'), RSP_BROKEN);
    cr_assert_eq(strlen(reader.text), RSP_MAX - 1);
}

/* Core registers 0 to 15, 25 words that no Cortex-M has, the status. */
static void answer(char text[42 * 8 + 1])
{
    for (unsigned i = 0; i < 42; i++) {
        snprintf(text + (size_t)8 * i, 9, "%02x000021", i);
    }
}

Test(rsp, registers_have_the_lowest_byte_first)
{
    struct rsp_registers registers;
    char text[42 * 8 + 1];

    answer(text);
    cr_assert_eq(rsp_read_registers(text, &registers), 0);
    cr_assert_eq(registers.r[0], 0x21000000u);
    cr_assert_eq(registers.r[15], 0x2100000Fu);
    cr_assert_eq(registers.xpsr, 0x21000029u);
}

Test(rsp, registers_that_are_short_or_unknown_are_refused)
{
    struct rsp_registers registers;
    char text[42 * 8 + 1];

    answer(text);
    text[sizeof text - 2] = '\0';
    cr_assert_eq(rsp_read_registers(text, &registers), -1);
    answer(text);
    text[9] = 'x'; /* so a debugger says that it does not know */
    cr_assert_eq(rsp_read_registers(text, &registers), -1);
    cr_assert_eq(rsp_read_registers("E01", &registers), -1);
    cr_assert_eq(rsp_read_registers("", &registers), -1);
}
