/* SPDX-License-Identifier: MIT */
/* The graph of a sweep, and its family of effects. */
#include <criterion/criterion.h>
#include <string.h>

#include "scenario/scenario.h"
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
