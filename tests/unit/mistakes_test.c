/* SPDX-License-Identifier: MIT */
/* All that is wrong with a scenario is found at once, and nothing besides. */
#include "scenario/mistakes.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct mistakes mistakes;
static struct diag diag;

/* Check a scenario of this text; its file is called x.yaml. */
static int check(const char *text)
{
    char folder[] = "/tmp/otalab-mistakes-XXXXXX";
    char path[64];
    struct scenario *scenario = NULL;

    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/x.yaml", folder);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
    mistakes = (struct mistakes){.count = 0};
    diag = (struct diag){.text = ""};
    int err = scenario_check(path, &scenario, &mistakes, &diag);
    scenario_free(scenario);
    unlink(path);
    rmdir(folder);
    return err;
}

/* Mistake `index` says so, after the file's name. */
static void expect_said(unsigned index, const char *wanted)
{
    const char *said = strstr(mistakes.item[index].diag.text, "x.yaml:");

    cr_assert_not_null(said);
    cr_expect_str_eq(said + strlen("x.yaml:"), wanted);
}

#define HEAD "scenario: x\ntitle: t\n"

Test(mistakes, each_is_found_in_the_order_of_the_file)
{
    cr_expect_eq(check(HEAD "images:\n"
                            "  old: {build: app, version: 1.0}\n"
                            "  new: {build: app, version: 1.1.0, sise: 3}\n"
                            "flash: {slot-a: olld, slot-c: old}\n"
                            "steps:\n"
                            "  - {on: {event: app.redy}, do: {stop: {}}}\n"
                            "  - {at: 5, do: {publish: new}}\n"
                            "expect:\n"
                            "  - eventually: {running: nw, within: 9h}\n"
                            "  - at_end: {resets: 0-3, boots: x}\n"),
                 OTALAB_ERR_USAGE);
    cr_assert_eq(mistakes.count, 10);
    expect_said(0, "4:30: 'version' wants a version, not '1.0'; write "
                   "'version: 1.2.0'");
    expect_said(1, "5:37: unknown key 'sise' in image; did you mean 'size'?");
    expect_said(2, "6:17: no image is called 'olld'; did you mean 'old'?");
    expect_said(3, "6:23: unknown key 'slot-c' in flash; did you mean "
                   "'slot-a'?");
    expect_said(4, "8:18: no event is called 'app.redy'; did you mean "
                   "'app.ready'?");
    expect_said(5, "9:10: '5' has no unit; write 'at: 5ms'");
    expect_said(6, "11:5: no image is called 'nw'; did you mean 'new'?");
    expect_said(7, "11:39: 'within' exceeds the length of the run; use at most "
                   "2min, or raise limits.virtual_time");
    expect_said(8,
                "12:22: '0-3' is not a number or range; write 3, 0..3 or 2..");
    expect_said(9, "12:34: 'x' is not a number or range; write 3, 0..3 or 2..");
}

Test(mistakes, the_first_line_says_how_many_there_are)
{
    check(HEAD "seed: x\nlimits: {resets: 0}\n"
               "expect: [never: {event: cpu.fault}]\n");
    cr_expect_eq(mistakes.count, 2);
    cr_expect_not_null(strstr(diag.text, "x.yaml:3:7: "));
    cr_expect_not_null(
        strstr(diag.text, " (1 more: 'otalab check' lists them)"));
}

/* What a mistake hides is not a mistake of its own. */
Test(mistakes, none_follows_from_another)
{
    static const char *const texts[] = {
        /* images with another name */
        HEAD "imagse: {a: {build: app, version: 1.0.0}}\nflash: {slot-a: a}\n"
             "expect: [at_end: {running: a}]\n",
        /* a key that is like none may be any */
        HEAD "zzzzzzzz: {}\nsteps: [{at: 1000s, do: {charge: 5%}}, "
             "{at: 1s, do: {withdraw: {}}}]\n"
             "expect: [at_end: {running: a, device: 3}]\n",
        HEAD "network: {rate: 0bit/s}\nsteps: [{at: 1s, do: {withdraw: {}}}]\n"
             "expect: [at_end: {state: idle}]\n",
        HEAD "limits: {virtual_time: 60}\nsteps: [{at: 900s, do: {stop: {}}}]\n"
             "expect: [eventually: {event: run.end, within: 800s}]\n",
        HEAD "devices: many\nexpect: [at_end: {resets: 0, device: 4}]\n",
        HEAD "images: {A: {build: app, version: 1.0.0}}\nflash: {slot-a: A}\n"
             "expect: [at_end: {running: b}]\n",
        /* the image is used where something was not understood */
        HEAD "network: {}\nimages: {a: {build: app, version: 1.0.0}}\n"
             "steps: [{at: 1s, do: [{publish: a}, {publihs: a}]}]\n"
             "expect: [never: {event: cpu.fault}]\n",
        HEAD "expect: [eventually: {event: no.such, slot: a}]\n",
        "scenario: X\ntitle: t\nexpect: [never: {event: cpu.fault}]\n",
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        cr_expect_eq(check(texts[i]), OTALAB_ERR_USAGE);
        cr_expect_eq(mistakes.count, i == 5 ? 2 : 1, "%s%s", texts[i],
                     mistakes.item[0].diag.text);
    }
}

Test(mistakes, too_many_are_counted)
{
    char text[4096] = HEAD "expect:\n";

    for (unsigned i = 0; i < MISTAKES_MAX + 5; i++) {
        strcat(text, "  - at_end: {resets: x}\n");
    }
    cr_expect_eq(check(text), OTALAB_ERR_USAGE);
    cr_expect_eq(mistakes.count, MISTAKES_MAX);
    cr_expect_eq(mistakes.more, 5);
    cr_expect_not_null(strstr(diag.text, "(24 more: "));
}

Test(mistakes, too_many_items_are_one)
{
    char text[8192] = HEAD "expect:\n";

    for (unsigned i = 0; i < SCENARIO_EXPECTS + 9; i++) {
        strcat(text, "  - never: {event: cpu.fault}\n");
    }
    cr_expect_eq(check(text), OTALAB_ERR_USAGE);
    cr_expect_eq(mistakes.count, 1);
}

Test(mistakes, what_is_no_scenario_is_in_the_line_alone)
{
    cr_expect_eq(check("a: [\n"), OTALAB_ERR_USAGE);
    cr_expect_eq(mistakes.count, 0);
    cr_expect_neq(diag.text[0], '\0');
}
