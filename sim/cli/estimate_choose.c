/* SPDX-License-Identifier: MIT */
/* `otalab estimate choose`: full images or deltas, by the decision rule. */
#include "cli/cmd_estimate.h"

#include <string.h>

#include "cli/estimate_say.h"
#include "estimate/choose.h"
#include "estimate/cost.h"

enum { SIZE, CHANGED, UPDATES, DEVICES, LINK, PRICE, ENGINEERING, JSON };

static const struct option_spec table[] = {
    [SIZE] = {.name = "size",
              .kind = OPTION_DATA,
              .not_zero = true,
              .help = "size of the image; default 500kB"},
    [CHANGED] = {.name = "changed",
                 .kind = OPTION_CHANCE,
                 .help = "size of a typical delta, as a part of the image; "
                         "default 4%"},
    [UPDATES] = {.name = "updates",
                 .kind = OPTION_NUMBER,
                 .help = "updates of each device in a year; default 12"},
    [DEVICES] = {.name = "devices",
                 .kind = OPTION_NUMBER,
                 .not_zero = true,
                 .help = "devices of the fleet; default 10000"},
    [LINK] = {.name = "link",
              .kind = OPTION_CHOICE,
              .argument = "cellular|wifi|wired",
              .help = "how updates come; default cellular"},
    [PRICE] = {.name = "price-per-mb",
               .kind = OPTION_MONEY,
               .help = "cellular: price of 1,000,000 bytes; default 0.50"},
    [ENGINEERING] = {.name = "engineering",
                     .kind = OPTION_MONEY,
                     .help = "development of deltas, once; default 15000"},
    [JSON] = {.name = "json",
              .short_name = 'j',
              .help = "print one line of JSON"},
    {0},
};

#define CHANGED_PPM 40000u /* the default */

static int read_figures(const struct options *options,
                        struct choose_figures *figures, struct diag *diag)
{
    *figures = (struct choose_figures){
        .size = figure(options, SIZE, cost_defaults.image),
        .changed_ppm = figure(options, CHANGED, CHANGED_PPM),
        .updates = figure(options, UPDATES, cost_defaults.updates),
        .devices = figure(options, DEVICES, cost_defaults.devices),
        .link = figure(options, LINK, CHOOSE_CELLULAR),
        .price = figure(options, PRICE, cost_defaults.price)};
    int err = figure_cents(options, ENGINEERING, payback_engineering_cents,
                           &figures->engineering_cents, diag);

    if (err == 0 && choose(figures) == NULL) {
        err = diag_fail(diag, OTALAB_ERR_USAGE, "%s",
                        estimate_strerror(ESTIMATE_TOO_BIG));
    }
    return err;
}

static const char *advice_name(enum choose_advice advice)
{
    return advice == CHOOSE_DELTA ? "deltas" : "full images";
}

/* ---- text ------------------------------------------------------------------ */

static void say_figures(const struct options *options,
                        const struct choose_figures *figures)
{
    const struct command *command = &command_estimate_choose;

    say_figure(command, options, SIZE, "image", SAY(data, figures->size));
    say_figure(command, options, CHANGED, "of it, a delta's size",
               SAY(share, figures->changed_ppm));
    say_figure(command, options, UPDATES, "updates a year",
               SAY(count, figures->updates));
    say_figure(command, options, DEVICES, "devices",
               SAY(count, figures->devices));
    say_figure(command, options, LINK, "link",
               choose_link_name((enum choose_link)figures->link));
    say_figure(command, options, PRICE, "price of a MB",
               SAY(price, figures->price));
    say_figure(command, options, ENGINEERING, "development of deltas",
               SAY(money, (int64_t)figures->engineering_cents));
}

/* All lines, with a mark at the one that decides. */
static void say_rule(const struct choose_line *decides)
{
    const struct choose_line *line;
    bool decided = false;

    printf("The rule: the first line that applies decides\n");
    for (unsigned i = 0; (line = choose_line_at(i)) != NULL; i++) {
        bool here = line == decides;

        printf("  %s %u %-8s %s: %s\n", here ? "->" : "  ", i + 1, line->name,
               line->condition,
               here      ? advice_name(line->advice)
               : decided ? "not asked"
                         : "no");
        decided = decided || here;
    }
}

static const char *value_text(enum choose_figure by, uint64_t value, char *out)
{
    switch (by) {
    case CHOOSE_BY_CHANGED:
        return say_share(value, out);
    case CHOOSE_BY_SIZE:
        say_count(value, out);
        return strcat(out, " B");
    case CHOOSE_BY_PRICE:
        return say_price(value, out);
    case CHOOSE_BY_ENGINEERING:
        return say_money((int64_t)value, out);
    default:
        return say_count(value, out);
    }
}

static const char *const turn_names[CHOOSE_FIGURES] = {
    [CHOOSE_BY_CHANGED] = "changed",    [CHOOSE_BY_SIZE] = "size",
    [CHOOSE_BY_UPDATES] = "updates",    [CHOOSE_BY_DEVICES] = "devices",
    [CHOOSE_BY_PRICE] = "price-per-mb", [CHOOSE_BY_ENGINEERING] = "engineering",
};

static void say_links(const struct choose_figures *figures,
                      enum choose_advice now)
{
    for (unsigned i = 0; i < CHOOSE_LINKS; i++) {
        struct choose_figures other = *figures;

        other.link = i;
        const struct choose_line *line = choose(&other);

        if (line->advice != now) {
            printf("  --%-13s %s  (line '%s')\n", "link",
                   choose_link_name((enum choose_link)i), line->name);
        }
    }
}

static void say_turns(const struct choose_figures *figures,
                      enum choose_advice now)
{
    printf("\nWhat alone would turn it to %s\n",
           advice_name(now == CHOOSE_DELTA ? CHOOSE_FULL : CHOOSE_DELTA));
    for (unsigned by = 0; by < CHOOSE_FIGURES; by++) {
        struct choose_turn turn = choose_turn(figures, (enum choose_figure)by);
        char text[SAY_MAX];

        if (turn.possible) {
            printf("  --%-13s %s or %s  (line '%s')\n", turn_names[by],
                   value_text((enum choose_figure)by, turn.value, text),
                   turn.above ? "more" : "less", turn.line->name);
        }
    }
    say_links(figures, now);
}

static void say(const struct options *options,
                const struct choose_figures *figures,
                const struct choose_line *line)
{
    char text[400];

    printf("Full images or deltas\n\n");
    say_figures(options, figures);
    say_assumed();
    say_rule(line);
    snprintf(text, sizeof text, "%s %s, because %s.",
             line->advice == CHOOSE_DELTA ? "Use" : "Send",
             advice_name(line->advice), line->reason);
    putchar('\n');
    say_paragraph(text);
    say_turns(figures, line->advice);
}

/* ---- JSON ------------------------------------------------------------------ */

static void json_turns(struct json *json, const struct choose_figures *figures)
{
    json_open(json, "turns", '[');
    for (unsigned by = 0; by < CHOOSE_FIGURES; by++) {
        struct choose_turn turn = choose_turn(figures, (enum choose_figure)by);

        if (turn.possible) {
            json_open(json, NULL, '{');
            json_text(json, "figure", turn_names[by]);
            json_text(json, "from", turn.above ? "up" : "down");
            json_number(json, "value", turn.value);
            json_text(json, "line", turn.line->name);
            json_close(json, '}');
        }
    }
    json_close(json, ']');
}

static void print_json(const struct options *options,
                       const struct choose_figures *figures,
                       const struct choose_line *line)
{
    struct json json = json_stream(stdout);

    json_open(&json, NULL, '{');
    json_number(&json, "v", 1);
    json_text(&json, "type", "estimate.choose");
    json_number(&json, "size_bytes", figures->size);
    json_number(&json, "changed_ppm", figures->changed_ppm);
    json_number(&json, "updates_per_year", figures->updates);
    json_number(&json, "devices", figures->devices);
    json_text(&json, "link", choose_link_name((enum choose_link)figures->link));
    json_number(&json, "price_per_mb_microdollars", figures->price);
    json_number(&json, "engineering_cents", figures->engineering_cents);
    json_text(&json, "advice", line->advice == CHOOSE_DELTA ? "delta" : "full");
    json_text(&json, "line", line->name);
    json_text(&json, "condition", line->condition);
    json_text(&json, "reason", line->reason);
    json_turns(&json, figures);
    json_assumed(&json, &command_estimate_choose, options);
    json_close(&json, '}');
    json_end(&json);
}

static int run(int argc, char **argv)
{
    const struct command *command = &command_estimate_choose;
    struct options options;
    struct choose_figures figures;
    struct diag diag = {""};
    int code = options_parse(&options, command, argc, argv);

    if (code != OPTIONS_GO) {
        return code;
    }
    int err = read_figures(&options, &figures, &diag);

    if (err != 0) {
        return command_fail(command, err, &diag);
    }
    const struct choose_line *line = choose(&figures);

    if (options.value[JSON].given) {
        print_json(&options, &figures, line);
    } else {
        say(&options, &figures, line);
    }
    return 0;
}

static const struct command_example examples[] = {
    {"otalab estimate choose --size 500KiB --changed 4% --updates 4",
     "a fleet on a cellular network"},
    {"otalab estimate choose --link wifi", "the same at home"},
    {0},
};

const struct command command_estimate_choose = {
    .name = "estimate choose",
    .summary = "full images or deltas, and what would change the answer",
    .run = run,
    .options = table,
    .examples = examples,
};
