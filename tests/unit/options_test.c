/* SPDX-License-Identifier: MIT */
/* Command lines: the tables, what they refuse, what they print. */
#include "shell/options.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <criterion/redirect.h>
#include <stdlib.h>
#include <string.h>

enum { KEY, COUNT, SIZE, TIME, WHEN, LOUD, DATA, CHANCE, MONEY, ENERGY };

static const struct option_spec table[] = {
    [KEY] = {.name = "key",
             .short_name = 'k',
             .kind = OPTION_FILE,
             .repeat = true,
             .help = "a key"},
    [COUNT] = {.name = "count",
               .short_name = 'n',
               .kind = OPTION_NUMBER,
               .help = "how many of them there are to be, in a text that is "
                       "so long that it must be wrapped"},
    [SIZE] = {.name = "size", .kind = OPTION_SIZE, .help = "a size"},
    [TIME] = {.name = "time", .kind = OPTION_TIME, .help = "a time"},
    [WHEN] = {.name = "when",
              .kind = OPTION_CHOICE,
              .argument = "now|later",
              .help = "when"},
    [LOUD] = {.name = "loud", .short_name = 'l', .help = "be loud"},
    [DATA] = {.name = "data", .kind = OPTION_DATA, .help = "bytes"},
    [CHANCE] = {.name = "chance", .kind = OPTION_CHANCE, .help = "a chance"},
    [MONEY] = {.name = "money", .kind = OPTION_MONEY, .help = "dollars"},
    [ENERGY] = {.name = "energy", .kind = OPTION_ENERGY, .help = "energy"},
    {0},
};

static int ran;

static int run(int argc, char **argv)
{
    (void)argv;
    ran = argc;
    return 7;
}

static const struct command command = {
    .name = "thing do",
    .summary = "do it",
    .run = run,
    .options = table,
    .arguments = "IN [OUT]",
    .arguments_min = 1,
    .arguments_max = 2,
    .examples =
        (const struct command_example[]){{"otalab thing do x", "does x"}, {0}},
};

static struct options parsed;

/* Words separated by one blank. */
static int parse(const char *words)
{
    static char text[500];
    static char *argv[40];
    int argc = 0;

    snprintf(text, sizeof text, "do %s", words);
    for (char *word = strtok(text, " "); word != NULL && argc < 39;
         word = strtok(NULL, " ")) {
        argv[argc++] = word;
    }
    argv[argc] = NULL;
    return options_parse(&parsed, &command, argc, argv);
}

static void captured(void)
{
    cr_redirect_stderr();
    cr_redirect_stdout();
}

Test(options, all_forms)
{
    cr_assert_eq(parse("in --key a -k b -kc --key=d out --loud"), OPTIONS_GO);
    cr_expect_eq(parsed.count, 2);
    cr_expect_str_eq(parsed.arguments[0], "in");
    cr_expect_str_eq(parsed.arguments[1], "out");
    cr_assert_eq(parsed.value[KEY].count, 4);
    cr_expect_str_eq(parsed.value[KEY].texts[0], "a");
    cr_expect_str_eq(parsed.value[KEY].texts[2], "c");
    cr_expect_str_eq(parsed.value[KEY].text, "d");
    cr_expect(parsed.value[LOUD].given);
    cr_expect_not(parsed.value[COUNT].given);
    cr_assert_eq(parse("-ln5 - -- --key"), OPTIONS_GO);
    cr_expect(parsed.value[LOUD].given);
    cr_expect_eq(parsed.value[COUNT].number, 5);
    cr_expect_str_eq(parsed.arguments[0], "-");
    cr_expect_str_eq(parsed.arguments[1], "--key");
}

Test(options, values)
{
    cr_assert_eq(parse("in --size 256KiB --time=45ms --when later -n 0x10"),
                 OPTIONS_GO);
    cr_expect_eq(parsed.value[SIZE].number, 256 * 1024);
    cr_expect_eq(parsed.value[TIME].number, 45000000);
    cr_expect_eq(parsed.value[WHEN].number, 1);
    cr_expect_eq(parsed.value[COUNT].number, 16);
    cr_assert_eq(parse(
                     "in --data 1.5MB --chance=0.1% --money $0.5 --energy 2J"),
                 OPTIONS_GO);
    cr_expect_eq(parsed.value[DATA].number, 1500000);
    cr_expect_eq(parsed.value[CHANCE].number, 1000);
    cr_expect_eq(parsed.value[MONEY].number, 500000);
    cr_expect_eq(parsed.value[ENERGY].number, 2000000);
}

Test(options, wrong_usage_is_exit_2, .init = captured)
{
    static const char *const cases[] = {
        "",
        "in out more",
        "in --kye x",
        "in --key",
        "in -k",
        "in --loud=1",
        "in -n",
        "in -n twelve",
        "in -n 12x",
        "in -n -1",
        "in -n 1 -n 2",
        "in --size 12kb",
        "in --size 99999999999999999999",
        "in --size 18014398509481985KiB",
        "in --time 45",
        "in --when never",
        "in --when=no",
        "in --when=",
        "in -z",
        "in -lz",
        "in --size=0x",
        "in --time ms",
        "in --data 5kb",
        "in --chance 0.1",
        "in --chance 101%",
        "in --money 5EUR",
        "in --energy 5",
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_expect_eq(parse(cases[i]), 2, "'%s'", cases[i]);
    }
}

Test(options, repeats_are_bounded, .init = captured)
{
    char words[400] = "in";

    for (unsigned i = 0; i < OPTIONS_REPEAT_MAX; i++) {
        strcat(words, " -kx");
    }
    cr_expect_eq(parse(words), OPTIONS_GO);
    strcat(words, " -kx");
    cr_expect_eq(parse(words), 2);
}

Test(options, an_error_is_one_line_with_a_remedy, .init = captured)
{
    cr_assert_eq(parse("in --tiem 3s"), 2);
    fflush(stderr);
    cr_assert_stderr_eq_str("otalab thing do: unknown option --tiem; did you "
                            "mean --time? (see 'otalab thing do --help')\n");
}

Test(options, a_wrong_value_shows_the_right_form, .init = captured)
{
    cr_assert_eq(parse("in --time 45"), 2);
    fflush(stderr);
    cr_assert_stderr_eq_str("otalab thing do: --time 45: must be a time with "
                            "its unit, such as 45ms or 120s (see 'otalab "
                            "thing do --help')\n");
}

Test(options, help_comes_from_the_table, .init = captured)
{
    cr_assert_eq(parse("--help"), 0);
    fflush(stdout);
    cr_assert_stdout_eq_str(
        "otalab thing do: do it\n"
        "\n"
        "Examples:\n"
        "  otalab thing do x\n"
        "      does x\n"
        "\n"
        "Usage: otalab thing do [OPTION...] IN [OUT]\n"
        "\n"
        "Options:\n"
        "  -k, --key FILE          a key\n"
        "  -n, --count N           how many of them there are to be, in a "
        "text that is\n"
        "                          so long that it must be wrapped\n"
        "      --size SIZE         a size\n"
        "      --time TIME         a time\n"
        "      --when now|later    when\n"
        "  -l, --loud              be loud\n"
        "      --data SIZE         bytes\n"
        "      --chance PERCENT    a chance\n"
        "      --money DOLLARS     dollars\n"
        "      --energy ENERGY     energy\n"
        "  -h, --help              print this help\n");
}

/* ---- groups ---------------------------------------------------------------- */

static const struct command *const things[] = {&command, NULL};
static const struct command group = {.name = "thing",
                                     .summary = "things",
                                     .subcommands = things};
static const struct command *const groups[] = {&group, NULL};
static const struct command root = {.name = "otalab",
                                    .summary = "all of it",
                                    .subcommands = groups};

static int dispatch(const char *a, const char *b, const char *c)
{
    char words[4][20] = {"otalab"};
    char *argv[5] = {words[0], NULL, NULL, NULL, NULL};
    const char *given[3] = {a, b, c};
    int argc = 1;

    for (unsigned i = 0; i < 3 && given[i] != NULL; i++) {
        snprintf(words[argc], sizeof words[argc], "%s", given[i]);
        argv[argc] = words[argc];
        argc++;
    }
    return command_dispatch(&root, argc, argv);
}

Test(dispatch, finds_the_command, .init = captured)
{
    cr_expect_eq(dispatch("thing", "do", "x"), 7);
    cr_expect_eq(ran, 2);
    cr_expect_eq(dispatch(NULL, NULL, NULL), 0);
    cr_expect_eq(dispatch("help", "thing", "do"), 0);
    cr_expect_eq(dispatch("thing", NULL, NULL), 0);
}

Test(dispatch, suggests, .init = captured)
{
    cr_expect_eq(dispatch("thnig", NULL, NULL), 2);
    fflush(stderr);
    cr_assert_stderr_eq_str("otalab: no command 'thnig'; did you mean "
                            "'thing'? (see 'otalab --help')\n");
}

Test(dispatch, suggests_in_a_group, .init = captured)
{
    cr_expect_eq(dispatch("thing", "od", NULL), 2);
    fflush(stderr);
    cr_assert_stderr_eq_str("otalab thing: no command 'od'; did you mean "
                            "'do'? (see 'otalab thing --help')\n");
}

Test(dispatch, an_option_of_a_group_is_no_command, .init = captured)
{
    cr_expect_eq(dispatch("thing", "--hlep", NULL), 2);
    fflush(stderr);
    cr_assert_stderr_eq_str("otalab thing: unknown option --hlep; did you mean "
                            "--help? (see 'otalab thing --help')\n");
}

Test(options, color_follows_wish_and_environment)
{
    cr_expect(options_color("always", stdout));
    cr_expect_not(options_color("never", stdout));
    setenv("NO_COLOR", "1", 1);
    cr_expect(options_color("always", stdout));
    cr_expect_not(options_color("auto", stdout));
    cr_expect_not(options_color(NULL, stdout));
}
