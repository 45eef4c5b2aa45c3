/* SPDX-License-Identifier: MIT */
/* The dashboard's small parts: screens, keys, themes, faults as YAML. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "scenario/scenario.h"
#include "tui/fault_yaml.h"
#include "tui/keys.h"
#include "tui/screen.h"
#include "tui/theme.h"
#include "tui/words.h"

/* ---- screens --------------------------------------------------------------- */

Test(screen, clips_and_replaces)
{
    struct screen screen;

    cr_assert_eq(screen_init(&screen, 10, 2), 0);
    struct area all = screen_area(&screen);
    struct area part = area_part(&all, 4, 0, 3, 1);

    cr_expect_eq(area_text(&part, 0, 0, SCREEN_GOOD, "abcdef"), 3);
    cr_expect_eq(screen.cell[6].glyph, 'c');
    cr_expect_eq(screen.cell[7].glyph, ' ');
    cr_expect_eq(area_text(&part, 0, 5, SCREEN_GOOD, "x"), 1);
    area_text(&all, 0, 1, SCREEN_TEXT, "\x1b\xff\u2588\u4e16");
    cr_expect_eq(screen.cell[10].glyph, '^');
    cr_expect_eq(screen.cell[11].glyph, '[');
    cr_expect_eq(screen.cell[12].glyph, '?');
    cr_expect_eq(screen.cell[13].glyph, 0x2588);
    cr_expect_eq(screen.cell[14].glyph, '?', "a wide one");
    screen_to_ascii(&screen);
    cr_expect_eq(screen.cell[13].glyph, '#');
    screen_free(&screen);
    cr_expect_neq(screen_init(&screen, 0, 1), 0);
    cr_expect_neq(screen_init(&screen, SCREEN_MAX_WIDTH + 1, 1), 0);
}

Test(screen, wraps_words)
{
    struct screen screen;

    cr_assert_eq(screen_init(&screen, 8, 4), 0);
    struct area all = screen_area(&screen);

    cr_expect_eq(area_wrap(&all, 0, SCREEN_TEXT, "one two three\nfour"), 3);
    cr_expect_eq(screen.cell[8].glyph, 't');
    cr_expect_eq(screen.cell[16].glyph, 'f');
    cr_expect_eq(area_wrap(&all, 0, SCREEN_TEXT, "abcdefghijkl"), 2);
    screen_free(&screen);
}

/* ---- keys and themes ---------------------------------------------------------- */

Test(keys, names_are_read_back)
{
    for (const struct key_binding *row = key_bindings; row->key != 0; row++) {
        char name[16];

        key_text(row->key, name, sizeof name);
        cr_expect_eq(key_named(name), row->key, "%s", name);
        cr_expect_eq(key_binding_of(row->key), row, "%s is bound twice", name);
    }
    cr_expect_eq(key_named("NoKey"), 0);
    cr_expect_eq(key_named(""), 0);
}

Test(keys, every_act_has_a_name_and_a_text)
{
    for (unsigned act = 1; act < ACT_COUNT; act++) {
        const struct act_facts *facts = act_facts(act);

        cr_expect_eq(act_find(facts->name), act, "%s", facts->name);
        cr_expect_gt(strlen(facts->text), 5);
    }
    cr_expect_eq(act_find("nonsense"), ACT_NONE);
}

Test(theme, no_colour_in_mono)
{
    const struct theme *mono = theme_find("mono");

    cr_assert_not_null(mono);
    for (unsigned role = 0; role < SCREEN_ROLE_COUNT; role++) {
        cr_expect_eq(mono->look[role].ink, -1);
        cr_expect_eq(mono->look[role].paper, -1);
    }
    cr_expect_null(theme_find("pink"));
}

/* ---- times ------------------------------------------------------------------------- */

Test(words, a_time_that_is_shown_can_be_typed)
{
    static const uint64_t times[] = {0,
                                     476345678,
                                     695178000000,
                                     86399999999999,
                                     86400000000000,
                                     176424123456789,
                                     604800000000000};
    static const char *const wrong[] = {
        "",           "1:02",         "0:00:60.000",
        "0:00:01.00", "25:00:00.000", "0d 00:00:01",
        "2d 1:00:24", "0:00:01.000x", "-1:00:00.000",
        "2d"};

    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        uint64_t unit = times[i] < 86400000000000 ? 1000000 : 1000000000;
        uint64_t read = 0;
        char shown[32];

        words_time(times[i], shown);
        cr_assert(words_read_time(shown, &read), "%s", shown);
        cr_expect_eq(read, times[i] / unit * unit + unit - 1, "%s", shown);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        uint64_t read = 7;

        cr_expect_not(words_read_time(wrong[i], &read), "%s", wrong[i]);
        cr_expect_eq(read, 7);
    }
}

/* ---- faults as YAML --------------------------------------------------------------- */

static const char source[] =
    "scenario: x\ntitle: t\ndevices: 2\nnetwork: {kind: nb-iot}\nbattery: {}\n"
    "images: {a: {build: app, version: 1.0.0}}\nflash: {slot-a: a}\n"
    "expect:\n  - never: {event: cpu.fault}\n";

static const char *const faults[] = {
    "power_cut@flash.erase,partition=slot-b,nth=3,done=40%,off_for=500ms",
    "power_cut@flash.program,device=1,nth=2,done=50%,form=word-split",
    "power_cut@12.5ms",
    "reset@app.ready,device=2,nth=1,cause=watchdog",
    "outage@agent.download,for=20s",
    "link=down@12s",
    "bit_flip@boot.start,nth=2,do.partition=journal,offset=128B,bit=3",
    "damage@app.ready,do.partition=slot-b,do.length=4KiB,fill=random",
    "misbehave@agent.download,kind=corrupt,do.resource=image,do.from=2000B",
    "network@app.ready,device=1,nth=1,rate=1kbit/s,loss=10%",
    "charge=4%@app.ready",
    "console=trial b@app.ready,nth=1",
    "console=\"a,b@c\"@app.ready,nth=2",
    "console@app.ready,text=\"say \\\"a,text=b\\\" \\\\\",nth=1",
    "note=\"a,for=b\"@app.ready",
    "publish=a@app.ready",
};

static struct scenario *read_text(const char *text, size_t length)
{
    struct scenario *scenario = NULL;
    struct diag diag = {""};

    cr_assert_eq(scenario_parse(text, length, "x.yaml", &scenario, &diag), 0,
                 "%s\n%s", diag.text, text);
    return scenario;
}

/* Places in the file differ; everything else must not. */
static void forget_places(struct step *step)
{
    step->place = (struct place){0};
    step->on.place = (struct place){0};
    for (unsigned i = 0; i < SCENARIO_ACTIONS; i++) {
        step->action[i].place = (struct place){0};
    }
}

Test(fault_yaml, says_what_the_line_says)
{
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        struct scenario *line = read_text(source, strlen(source));
        struct diag diag = {""};
        char *text = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);

        cr_assert_not_null(out);
        fault_yaml_scenario(out, source,
                            &(struct fault_yaml){"x", NULL, 1, &faults[i]});
        fclose(out);
        struct scenario *file = read_text(text, size);

        cr_assert_eq(scenario_add_fault(line, faults[i], &diag), 0, "%s",
                     diag.text);
        forget_places(&line->step[0]);
        forget_places(&file->step[0]);
        cr_expect_eq(file->steps, 1);
        cr_expect_eq(memcmp(&line->step[0], &file->step[0],
                            sizeof line->step[0]),
                     0, "%s\n%s", faults[i], text);
        free(text);
        scenario_free(line);
        scenario_free(file);
    }
}

Test(fault_yaml, keeps_the_steps_that_are_there)
{
    static const char with_steps[] =
        "scenario: x\ntitle: t\nseed: 3\nimages: {a: {build: app, version: "
        "1.0.0}}\nflash: {slot-a: a}\nsteps:\n# first\n    - at: 1s\n      do: "
        "{note: "
        "hello}\nexpect:\n  - never: {event: cpu.fault}\n";
    const char *fault = "power_cut@app.ready,nth=1";
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    cr_assert_not_null(out);
    uint64_t seed = 77;

    fault_yaml_scenario(out, with_steps,
                        &(struct fault_yaml){"mine", &seed, 1, &fault});
    fclose(out);
    cr_expect_not_null(strstr(text, "scenario: mine\n"));
    cr_expect_not_null(strstr(text, "# first"));
    struct scenario *scenario = NULL;
    struct diag diag = {""};

    cr_assert_eq(scenario_parse(text, size, "mine.yaml", &scenario, &diag), 0,
                 "%s\n%s", diag.text, text);
    cr_expect_eq(scenario->steps, 2);
    cr_expect_eq(scenario->seed, 77);
    scenario_free(scenario);
    free(text);
}
