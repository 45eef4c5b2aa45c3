/* SPDX-License-Identifier: MIT */
/* Datagrams in the dashboard: which one is opened, what its CoAP says, and
 * where a hostile one stops. */
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "tui/packets.h"
#include "unit/tui_stage.h"

static struct screen drawn;

static void draw(const struct event *event, const void *bytes, uint32_t length,
                 uint8_t marks, unsigned scroll)
{
    const struct change packet = {.kind = CHANGE_PACKET,
                                  .length = length,
                                  .value = marks,
                                  .bytes = bytes};

    cr_assert_eq(screen_init(&drawn, 80, 24), 0);
    struct area area = screen_area(&drawn);

    view_datagram(&area, event, &packet, scroll);
}

static const struct event received = {.code = EVENT_RADIO_RECEIVE};

/* Draw bytes that the device received: the lines show these texts. */
static void shows(const void *bytes, uint32_t length, const char *const texts[])
{
    draw(&received, bytes, length, 0, 0);
    for (unsigned i = 0; texts[i] != NULL; i++) {
        cr_expect_geq(tui_stage_row(&drawn, texts[i]), 0, "'%s'", texts[i]);
    }
    screen_free(&drawn);
}

#define SHOWS(bytes, ...) \
    shows((bytes), sizeof(bytes) - 1u, (const char *const[]){__VA_ARGS__, NULL})

Test(tui_packet, a_block_by_the_names_of_its_options)
{
    /* Block2 18/more/1024 bytes, Size2 4660 */
    SHOWS("\x62\x45\x12\x34\xab\xcd"
          "\x42\x01\x02\xd2\x06\x01\x2e\x52\x12\x34\xffhello",
          "acknowledgement, 2.05 Content, id 4660", "token          ab cd",
          "ETag           01 02",
          "Block2         block 18 of 1024 bytes, more follow",
          "Size2          4660", "payload        5 bytes", "68 65 6c 6c 6f",
          "hello");
}

Test(tui_packet, a_path)
{
    SHOWS("\x40\x01\x00\x07\xb5image", "confirmable, 0.01 GET, id 7",
          "Uri-Path       image", "token          none",
          "payload        0 bytes");
}

Test(tui_packet, options_that_cannot_be_used)
{
    SHOWS("\x40\x01\x00\x07\x11x\xd1\xf0y\x10", "If-Match       78",
          "option 254     79 (unknown)", "option 255      (unknown), critical");
    SHOWS("\x40\x01\x00\x07\x64\x01\x02\x03\x04",
          "Observe        01 02 03 04 (of invalid length)");
}

Test(tui_packet, where_a_hostile_one_stops)
{
    SHOWS("\x40\x01", "STOPS HERE     at byte 0: too short", "40 01");
    SHOWS("", "STOPS HERE     at byte 0: too short");
    SHOWS("\xc0\x01\x00\x07", "at byte 0: not version 1");
    SHOWS("\x49\x01\x00\x07", "0.01 GET", "at byte 0: the token's length");
    SHOWS("\x40\x20\x00\x07", "1.00 unknown", "at byte 1: a reserved class");
    SHOWS("\x40\x00\x00\x07zz", "0.00 empty", "at byte 4: something follows");
    SHOWS("\x40\x01\x00\x07\xb5image\xff", "Uri-Path       image",
          "at byte 10: a marker without");
    SHOWS("\x41\x01\x00\x07T\xb5image\x09tooshort", "token          54",
          "Uri-Path       image", "at byte 11: an option is invalid",
          "tooshort");
    SHOWS("\x41\x01\x00\x07T\xf0", "at byte 5: an option is invalid");
}

Test(tui_packet, more_options_than_are_supported)
{
    char many[4 + 40 * 2];

    memcpy(many, "\x40\x01\x00\x07\xb1p", 6);
    for (size_t i = 6; i < sizeof many; i += 2) {
        many[i] = 0x01;
        many[i + 1] = 'q';
    }
    draw(&received, many, sizeof many, 0, 30);
    cr_expect_geq(tui_stage_row(&drawn, "at byte 68: more options"), 0);
    screen_free(&drawn);
}

/* Control characters reach no terminal. */
Test(tui_packet, control_characters_are_dots)
{
    SHOWS("\x40\x01\x00\x07\xb4\x1b[2J", "Uri-Path       .[2J");
}

Test(tui_packet, what_befell_it)
{
    static const struct {
        struct event event;
        uint8_t marks;
        const char *mark;
        const char *text;
    } cases[] = {
        {{.code = EVENT_RADIO_SEND, .number = {4, LINK_LOST_BURST}},
         0,
         "LOST",
         "LOST           the link lost it: burst"},
        {{.code = EVENT_RADIO_SEND, .number = {4, LINK_SENT}},
         CHANGES_PACKET_TWICE,
         "TWICE",
         "TWICE          the network makes a copy"},
        {{.code = EVENT_RADIO_RECEIVE},
         CHANGES_PACKET_COPY,
         "COPY",
         "COPY           made by the network"},
        {{.code = EVENT_SERVER_ANSWER, .number = {0x45, 4}},
         CHANGES_PACKET_SPOILT,
         "CORRUPT",
         "CORRUPT        the server misbehaves"},
        {{.code = EVENT_RADIO_DROP}, 0, "", "DROPPED        no socket"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct change packet = {.value = cases[i].marks};

        cr_expect_str_eq(packets_mark(&cases[i].event, &packet), cases[i].mark);
        draw(&cases[i].event, "\x60\x45\x00\x01", 4, cases[i].marks, 0);
        cr_expect_geq(tui_stage_row(&drawn, cases[i].text), 0, "'%s'",
                      cases[i].text);
        screen_free(&drawn);
    }
    draw(&received, "\x60\x45\x00\x01", 4, 0, 0);
    cr_expect_lt(tui_stage_row(&drawn, "LOST"), 0);
    cr_expect_lt(tui_stage_row(&drawn, "COPY"), 0);
    screen_free(&drawn);
}

/* The longest datagram, and every place in it at the top. */
Test(tui_packet, a_long_one_scrolls)
{
    uint8_t bytes[CHANGES_PACKET] = {0x40, 0x45, 0, 0, 0xff};

    bytes[sizeof bytes - 1] = 'Z';
    draw(&received, bytes, sizeof bytes, 0, 0);
    cr_expect_geq(tui_stage_row(&drawn, "more: j, k"), 0);
    cr_expect_lt(tui_stage_row(&drawn, "Z"), 0);
    screen_free(&drawn);
    draw(&received, bytes, sizeof bytes, 0, 70);
    cr_expect_geq(tui_stage_row(&drawn, "the end"), 0);
    cr_expect_geq(tui_stage_row(&drawn, "Z"), 0);
    screen_free(&drawn);
    draw(&received, bytes, sizeof bytes, 0, 1000);
    screen_free(&drawn);
}

/* ---- the list --------------------------------------------------------------------- */

static void key(struct model *model, const char *name)
{
    struct diag diag = {""};

    cr_assert_eq(acts_key(model, key_named(name), &diag), 0, "%s", diag.text);
}

Test(tui_packet, the_cursor_chooses_what_is_opened)
{
    struct model *model = tui_stage("ota-crash");
    struct diag diag = {""};
    uint64_t numbers[8];

    cr_assert_eq(acts_command(model, "goto server.answer", &diag), 0);
    cr_assert_eq(acts_command(model, "pane packets", &diag), 0);
    unsigned count = packets_back(model, 8, numbers);

    cr_assert_geq(count, 3);
    cr_expect_eq(numbers[0], model->at);
    key(model, "Up");
    key(model, "Enter");
    cr_expect_eq(model->packet, numbers[1]);
    struct screen screen = tui_stage_screen(model, 80, 24);

    cr_expect_geq(tui_stage_row(&screen, "Uri-Path       descriptor"), 0);
    screen_free(&screen);
    key(model, "j"); /* scrolls, and does not leave */
    cr_expect_eq(model->packet_scroll, 1);
    key(model, "x");
    cr_expect_eq(model->packet, 0);
    for (unsigned i = 0; i < 50; i++) {
        key(model, "Up");
    }
    cr_expect_eq(packets_cursor(model), numbers[count - 1]); /* the oldest */
    key(model, "Down");
    key(model, "n");
    cr_expect_eq(model->scroll[PANE_PACKETS], 0);
    tui_stage_end(model);
}

Test(tui_packet, nothing_to_open)
{
    struct model *model = tui_stage("ota-crash");
    struct diag diag = {""};

    cr_assert_eq(acts_command(model, "pane packets", &diag), 0);
    cr_assert_eq(acts_command(model, "goto 1", &diag), 0);
    key(model, "Enter");
    cr_expect_eq(model->packet, 0);
    cr_expect_not_null(strstr(model->message, "no datagram"));
    tui_stage_end(model);
}
