/* SPDX-License-Identifier: MIT */
/* The graph of a sweep, and its family of effects. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/scenario.h"
#include "sweep/check.h"
#include "sweep/family.h"
#include "sweep/graph.h"

static void key_of(uint32_t number, uint8_t key[32])
{
    memset(key, 0, 32);
    memcpy(key, &number, sizeof number);
}

Test(sweep_graph, finds_what_was_added)
{
    struct graph graph = {0};
    uint8_t key[32];

    key_of(7, key);
    cr_expect_eq(graph_find(&graph, key), SWEEP_NONE);
    for (uint32_t i = 0; i < 20000; i++) {
        key_of(i * 4096, key); /* many in one slot */
        cr_assert_eq(graph_find(&graph, key), SWEEP_NONE);
        cr_assert_eq(graph_add(&graph, key), i);
    }
    for (uint32_t i = 0; i < 20000; i++) {
        key_of(i * 4096, key);
        cr_assert_eq(graph_find(&graph, key), i);
    }
    graph_free(&graph);
}

Test(sweep_graph, joins_in_a_list)
{
    struct graph graph = {0};
    uint8_t key[32];

    for (uint32_t i = 0; i < 3; i++) {
        key_of(i, key);
        cr_assert_eq(graph_add(&graph, key), i);
    }
    cr_assert_eq(graph_join(&graph, 0, 1), 0);
    cr_assert_eq(graph_join(&graph, 0, 2), 0);
    uint32_t first = graph.node[0].first_child;

    cr_expect_eq(graph.edge[first].to, 2);
    cr_expect_eq(graph.edge[graph.edge[first].more].to, 1);
    cr_expect_eq(graph.edge[graph.edge[first].more].more, SWEEP_NONE);
    cr_expect_eq(graph.node[1].first_child, SWEEP_NONE);
    graph_free(&graph);
}

/* Node 1, after a cut, resets itself into 3, which waits after two cuts. */
Test(sweep_graph, a_shorter_way_counts)
{
    static const struct sweep_form form = {.name = "before"};
    struct graph graph = {0};
    uint8_t key[32];

    for (uint32_t i = 0; i < 4; i++) {
        key_of(i, key);
        cr_assert_eq(graph_add(&graph, key), i);
        graph.node[i].depth = i;
        graph.node[i].position = 10 + i;
    }
    graph.node[3].parent = 2;
    graph.node[3].form = &form;
    graph.node[3].place.nth = 5;
    cr_expect(graph_nearer(&graph, 3, 1));
    cr_expect_eq(graph.node[3].depth, 1);
    cr_expect_eq(graph.node[3].parent, 1);
    cr_expect_eq(graph.node[3].position, 11);
    cr_expect_null(graph.node[3].form);
    cr_expect_eq(graph.node[3].place.nth, 0);
    cr_expect_not(graph_nearer(&graph, 3, 1), "as far as before");
    cr_expect_not(graph_nearer(&graph, 1, 3), "as far");
    cr_expect_not(graph_nearer(&graph, 1, 2), "farther");
    graph.node[2].state = NODE_GOES;
    cr_expect_not(graph_nearer(&graph, 2, 1), "run already");
    cr_expect_eq(graph.node[2].depth, 2);
    graph_free(&graph);
}

static const uint32_t codes[] = {EVENT_FLASH_PROGRAM, EVENT_FLASH_ERASE,
                                 EVENT_OTP_BURN, EVENT_RADIO_SEND,
                                 EVENT_RADIO_RECEIVE};

static const char text[] =
    "scenario: test\ntitle: t\n"
    "images: {factory: {build: app, version: 1.2.0}}\n"
    "flash: {slot-a: factory}\nnetwork: {rate: 60kbit/s}\n"
    "expect: [{at_end: {resets: 0..}}]\n";

/* As --fault and a token have it. */
static void readable(uint32_t code, const struct sweep_form *form,
                     uint32_t draw)
{
    struct sweep_place place = {.code = code, .nth = 3};
    struct scenario *scenario;
    struct diag diag;
    char fault[TOKEN_FAULT_SIZE];

    if (code == EVENT_FLASH_PROGRAM || code == EVENT_FLASH_ERASE) {
        strcpy(place.partition, "journal");
    }
    cr_assert_eq(scenario_parse(text, strlen(text), "test.yaml", &scenario,
                                &diag),
                 0, "%s", diag.text);
    family_fault(&place, form, draw, fault, sizeof fault);
    cr_expect_eq(scenario_add_fault(scenario, fault, &diag), 0, "%s: %s", fault,
                 diag.text);
    const struct action *action = &scenario->step[0].action[0];

    cr_expect_eq(scenario->step[0].on.code, code);
    cr_expect_eq(scenario->step[0].on.nth, 3);
    cr_expect_eq(action->form, form->flash_form, "%s", fault);
    cr_expect_eq(action->fuse_form, form->otp_form, "%s", fault);
    cr_expect_eq(action->reach, form->reach, "%s", fault);
    cr_expect_eq(action->draw, draw, "%s", fault);
    cr_expect_eq(action->reading, form->reading, "%s", fault);
    scenario_free(scenario);
}

Test(sweep_family, every_effect_is_a_fault)
{
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        const struct sweep_form *form;
        unsigned forms = family_forms(codes[i], &form);

        cr_expect(forms > 0 && forms <= SWEEP_FORMS);
        for (unsigned k = 0; k < forms; k++) {
            readable(codes[i], &form[k], 0);
        }
        forms = family_flips(codes[i], &form);
        for (unsigned k = 0; k < forms; k++) {
            readable(codes[i], &form[k], 0);
        }
    }
}

Test(sweep_family, random_forms_are_faults)
{
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        const struct sweep_form *form = family_random(codes[i]);
        bool torn =
            codes[i] == EVENT_FLASH_PROGRAM || codes[i] == EVENT_FLASH_ERASE;

        cr_expect_eq(form != NULL, torn);
        if (form != NULL) {
            readable(codes[i], form, UINT32_MAX);
            cr_expect_eq(family_find(codes[i], "random"), form);
        }
    }
    cr_expect_null(family_find(EVENT_OTP_BURN, "random"));
    cr_expect_null(family_find(EVENT_FLASH_ERASE, "prefix-50"));
}

Test(sweep_family, names_choose)
{
    const struct sweep_form *form;
    size_t length;

    (void)family_forms(EVENT_FLASH_PROGRAM, &form);
    cr_expect_str_eq(form[0].name, "before");
    cr_expect(family_has(NULL, &form[0]));
    cr_expect(family_has("after,before", &form[0]));
    cr_expect_not(family_has("after,bits", &form[0]));
    cr_expect_not(family_has("befor,beforee", &form[0]));
    cr_expect_null(family_unknown("after,bits,reads-old,cut", &length));
    const char *wrong = family_unknown("after,bit,cut", &length);

    cr_assert_not_null(wrong);
    cr_expect_eq(length, 3);
    cr_expect_eq(strncmp(wrong, "bit,", 4), 0);
}

static struct flash flash;

static uint64_t left_after(uint32_t address, const struct otp *otp,
                           const struct board_map *map)
{
    static const struct flash_figures figures = {
        .size = 8 * 4096,
        .sector = 4096,
        .page = 256,
        .unit = 1,
        .endurance = 100,
        .program_ns = 1000,
        .erase_ns = 1000,
        .erase_worn_ns = 2000,
    };

    cr_assert_eq(flash_init(&flash, &figures, 1), 0);
    flash_put(&flash, address, 0x5A);
    return check_left(&flash, otp, map);
}

Test(sweep_check, times_are_not_among_what_is_left)
{
    static struct otp otp;
    struct board_map map = {
        .part = {{"slot-a", 0, 8192}, {"progress", 8192, 8192}}, .count = 2};
    uint64_t first = left_after(8192, &otp, &map);

    cr_expect_leq(first, INT64_MAX);
    cr_expect_eq(left_after(16383, &otp, &map), first);
    cr_expect_neq(left_after(8191, &otp, &map), first);
    cr_expect_neq(left_after(16384, &otp, &map), first);
    otp.words[0] = 1;
    cr_expect_neq(left_after(8192, &otp, &map), first);
}

Test(sweep_check, the_first_that_differs_is_kept)
{
    static const char clean[] =
        "ol1:small@01234567:seed=7:rom=11111111:boot=22222222:images=33333333"
        ":dtb=44444444:qemu=7.2.22";
    struct sweep sweep = {.positions = 0};
    struct sweep_check sum = {.cases = 2};
    struct diag diag = {0};

    cr_assert_eq(token_parse(clean, &sweep.token, &diag), 0);
    cr_assert_eq(
        check_count(&sweep, CHECK_BETWEEN, true, "", NULL, NULL, &diag), 0);
    cr_expect_eq(check_differed(&sweep), 0);
    cr_assert_eq(check_count(&sweep, CHECK_BETWEEN, false, "pauses@1s",
                             &sweep.token, "pauses@2s", &diag),
                 0);
    cr_assert_eq(check_count(&sweep, CHECK_BETWEEN, false, "pauses@3s", NULL,
                             NULL, &diag),
                 0);
    cr_expect_eq(check_differed(&sweep), 2);
    cr_assert_eq(check_add(&sum, &sweep.check[CHECK_BETWEEN]), 0);
    cr_expect_eq(sum.cases, 5);
    cr_expect_eq(sum.differed, 2);
    cr_expect_not_null(strstr(sum.token, "pauses@1s"));
    cr_expect_not_null(strstr(sum.other, "pauses@2s"));
    free(sum.token);
    free(sum.other);
    sweep_free(&sweep);
}
