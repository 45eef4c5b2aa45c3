/* SPDX-License-Identifier: MIT */
/* `otalab estimate cost` and `break-even`: full images against deltas. */
#include "cli/cmd_estimate.h"

#include "cli/estimate_run.h"
#include "cli/estimate_say.h"
#include "estimate/cost.h"

#define BAR 30u
#define YEARS 5u
#define MONTHS_SHOWN 1200u

enum {
    DEVICES,
    UPDATES,
    IMAGE,
    DELTA,
    FALLBACK,
    PRICE,
    IMAGE_RUN,
    DELTA_RUN,
    JSON,
    ENGINEERING /* of break-even only */
};

#define COST_ROWS                                                             \
    [DEVICES] = {.name = "devices",                                           \
                 .kind = OPTION_NUMBER,                                       \
                 .not_zero = true,                                            \
                 .help = "devices of the fleet; default 10000"},              \
    [UPDATES] = {.name = "updates-per-year",                                  \
                 .kind = OPTION_NUMBER,                                       \
                 .help = "updates of each device in a year; default 12"},     \
    [IMAGE] = {.name = "image",                                               \
               .kind = OPTION_DATA,                                           \
               .not_zero = true,                                              \
               .help = "size of a full image; default 500kB"},                \
    [DELTA] = {.name = "delta",                                               \
               .kind = OPTION_DATA,                                           \
               .help = "size of a delta; default 20kB"},                      \
    [FALLBACK] = {.name = "fallback",                                         \
                  .kind = OPTION_CHANCE,                                      \
                  .help =                                                     \
                      "updates that send the full image after all, because "  \
                      "the base is too old or a delta failed; default "       \
                      "6.25%"},                                               \
    [PRICE] = {.name = "price-per-mb",                                        \
               .kind = OPTION_MONEY,                                          \
               .help = "price of 1,000,000 bytes; default 0.50"},             \
    [IMAGE_RUN] = {.name = "image-run",                                       \
                   .kind = OPTION_FILE,                                       \
                   .argument = "DIR",                                         \
                   .help = "take the bytes of a full image from a record of " \
                           "'otalab run': all that was on the air"},          \
    [DELTA_RUN] = {.name = "delta-run",                                       \
                   .kind = OPTION_FILE,                                       \
                   .argument = "DIR",                                         \
                   .help = "the same for a delta"},                           \
    [JSON] = {.name = "json",                                                 \
              .short_name = 'j',                                              \
              .help = "print one line of JSON"}

/* From options, and from the runs that they name. */
static int read_figures(const struct command *command, struct options *options,
                        struct cost_figures *figures, struct diag *diag)
{
    const struct cost_figures *usual = &cost_defaults;
    int err = figure_from_run(command, options, IMAGE, IMAGE_RUN, diag);

    err = err ? err : figure_from_run(command, options, DELTA, DELTA_RUN, diag);
    *figures = (struct cost_figures){
        .devices = figure(options, DEVICES, usual->devices),
        .updates = figure(options, UPDATES, usual->updates),
        .image = figure(options, IMAGE, usual->image),
        .delta = figure(options, DELTA, usual->delta),
        .fallback_ppm = figure(options, FALLBACK, usual->fallback_ppm),
        .price = figure(options, PRICE, usual->price)};
    return err;
}

static void say_figures(const struct command *command,
                        const struct options *options,
                        const struct cost_figures *figures)
{
    say_figure(command, options, DEVICES, "devices",
               SAY(count, figures->devices));
    say_figure(command, options, UPDATES, "updates a year",
               SAY(count, figures->updates));
    say_measured(command, options, IMAGE, IMAGE_RUN, "full image",
                 SAY(data, figures->image));
    say_measured(command, options, DELTA, DELTA_RUN, "delta",
                 SAY(data, figures->delta));
    say_figure(command, options, FALLBACK, "updates sent in full",
               SAY(share, figures->fallback_ppm));
    say_figure(command, options, PRICE, "price of a MB",
               SAY(price, figures->price));
}

/* "  10,000 devices x 12 updates x 500 kB = 60 GB" */
static void say_way(const char *name, const struct cost_figures *figures,
                    uint64_t each, uint64_t bytes, uint64_t cents)
{
    printf("  %-13s %s devices x %s updates x %s = %s\n", name,
           SAY(count, figures->devices), SAY(count, figures->updates),
           SAY(data, each), SAY(data, bytes));
    printf("  %-13s %s x %s a MB = %s a year\n", "", SAY(data, bytes),
           SAY(price, figures->price), SAY(money, (int64_t)cents));
}

static void say_cost(const struct cost_figures *figures,
                     const struct cost *cost)
{
    uint64_t most = cost->full_cents > cost->delta_cents ? cost->full_cents
                                                         : cost->delta_cents;

    if (cost->smaller_ppm >= 0) {
        printf("  %-13s %s instead of %s: %s smaller\n", "one delta",
               SAY(data, figures->delta), SAY(data, figures->image),
               SAY(percent, (uint64_t)cost->smaller_ppm));
    } else {
        printf("  %-13s %s instead of %s: %s larger\n", "one delta",
               SAY(data, figures->delta), SAY(data, figures->image),
               SAY(percent, (uint64_t)-cost->smaller_ppm));
    }
    printf("  %-13s %s an update, with those sent in full\n", "on average",
           SAY(data, cost->mean));
    say_way("full images", figures, figures->image, cost->full_bytes,
            cost->full_cents);
    say_way("deltas", figures, cost->mean, cost->delta_bytes,
            cost->delta_cents);
    printf("  %-13s %s a year\n\n", "saved", SAY(money, cost->saved_cents));
    printf("  full images   %-*s  %s\n", (int)BAR,
           say_bar(cost->full_cents, most, BAR, (char[SAY_MAX]){0}),
           SAY(money, (int64_t)cost->full_cents));
    printf("  deltas        %-*s  %s\n", (int)BAR,
           say_bar(cost->delta_cents, most, BAR, (char[SAY_MAX]){0}),
           SAY(money, (int64_t)cost->delta_cents));
}

static void json_cost(struct json *json, const struct cost_figures *figures,
                      const struct cost *cost)
{
    json_number(json, "devices", figures->devices);
    json_number(json, "updates_per_year", figures->updates);
    json_number(json, "image_bytes", figures->image);
    json_number(json, "delta_bytes", figures->delta);
    json_number(json, "fallback_ppm", figures->fallback_ppm);
    json_number(json, "price_per_mb_microdollars", figures->price);
    json_signed(json, "smaller_ppm", cost->smaller_ppm);
    json_number(json, "mean_bytes", cost->mean);
    json_number(json, "full_bytes", cost->full_bytes);
    json_number(json, "delta_year_bytes", cost->delta_bytes);
    json_number(json, "full_cents", cost->full_cents);
    json_number(json, "delta_cents", cost->delta_cents);
    json_signed(json, "saved_cents", cost->saved_cents);
}

static struct json begin_json(const char *type)
{
    struct json json = json_stream(stdout);

    json_open(&json, NULL, '{');
    json_number(&json, "v", 1);
    json_text(&json, "type", type);
    return json;
}

static void end_json(struct json *json, const struct command *command,
                     const struct options *options)
{
    json_assumed(json, command, options);
    json_close(json, '}');
    json_end(json);
}

/* ---- cost ------------------------------------------------------------------ */

static const struct option_spec cost_table[] = {COST_ROWS, {0}};

static int run_cost(int argc, char **argv)
{
    const struct command *command = &command_estimate_cost;
    struct options options;
    struct cost_figures figures;
    struct diag diag = {""};
    struct cost cost;
    int code = options_parse(&options, command, argc, argv);

    if (code != OPTIONS_GO) {
        return code;
    }
    int err = read_figures(command, &options, &figures, &diag);

    if (err != 0) {
        return command_fail(command, err, &diag);
    }
    err = cost_of(&figures, &cost);
    if (err != 0) {
        return estimate_fail(command, err);
    }
    if (options.value[JSON].given) {
        struct json json = begin_json("estimate.cost");

        json_cost(&json, &figures, &cost);
        end_json(&json, command, &options);
        return 0;
    }
    printf("Data of updates over the air, in a year\n\n");
    say_figures(command, &options, &figures);
    say_assumed();
    say_cost(&figures, &cost);
    return 0;
}

static const struct command_example cost_examples[] = {
    {"otalab estimate cost", "what full images and deltas cost in a year"},
    {"otalab estimate cost --devices 200000 --price-per-mb 0.10",
     "a larger fleet with a better contract"},
    {"otalab estimate cost --image-run out/ota-good",
     "with what was on the air in a run of 'otalab run --record out'"},
    {"otalab estimate cost --json", "the same as one line of JSON"},
    {0},
};

const struct command command_estimate_cost = {
    .name = "estimate cost",
    .summary = "data of full images and of deltas, in a year",
    .run = run_cost,
    .options = cost_table,
    .examples = cost_examples,
};

/* ---- break-even -------------------------------------------------------------- */

static const struct option_spec break_even_table[] = {
    COST_ROWS,
    [ENGINEERING] = {.name = "engineering",
                     .kind = OPTION_MONEY,
                     .help = "development of deltas, once; default 15000"},
    {0},
};

static void say_years(const struct payback_figures *figures)
{
    uint64_t full = 0;
    uint64_t delta = 0;
    uint64_t most = 0;

    if (payback_until(figures, YEARS, &full, &delta) == 0) {
        most = full > delta ? full : delta;
    }
    printf("\nSpent by the end of\n");
    for (unsigned year = 1; year <= YEARS; year++) {
        if (payback_until(figures, year, &full, &delta) != 0) {
            return;
        }
        printf("  year %u  full images  %-*s  %s\n", year, (int)BAR,
               say_bar(full, most, BAR, (char[SAY_MAX]){0}),
               SAY(money, (int64_t)full));
        printf("          deltas       %-*s  %s\n", (int)BAR,
               say_bar(delta, most, BAR, (char[SAY_MAX]){0}),
               SAY(money, (int64_t)delta));
    }
}

/* A date that nobody plans for is not worth its digits. */
static void say_break_even(int64_t engineering, const struct payback *payback)
{
    printf("  break-even               %s / %s a year = ",
           SAY(money, engineering), SAY(money, payback->later_saved));
    if (payback->months > MONTHS_SHOWN) {
        printf("over %u years\n", MONTHS_SHOWN / 12u);
    } else {
        printf("%s.%02u years: %s month%s\n",
               SAY(count, payback->centiyears / 100u),
               (unsigned)(payback->centiyears % 100u),
               SAY(count, payback->months), payback->months == 1 ? "" : "s");
    }
}

static void say_payback(const struct payback_figures *figures,
                        const struct payback *payback)
{
    int64_t engineering = (int64_t)figures->engineering_cents;

    printf("  full images, each year   %s\n",
           SAY(money, (int64_t)figures->full_cents));
    printf("  deltas, first year       %s + %s for the development = %s\n",
           SAY(money, (int64_t)figures->delta_cents), SAY(money, engineering),
           SAY(money, (int64_t)payback->first_cents));
    printf("  deltas, later years      %s\n",
           SAY(money, (int64_t)figures->delta_cents));
    printf("  saved in the first year  %s\n", SAY(money, payback->first_saved));
    printf("  saved in each later one  %s\n", SAY(money, payback->later_saved));
    if (payback->never) {
        printf("  break-even               never: deltas save nothing\n");
    } else {
        say_break_even(engineering, payback);
    }
    say_years(figures);
}

static void json_payback(struct json *json,
                         const struct payback_figures *figures,
                         const struct payback *payback)
{
    json_number(json, "engineering_cents", figures->engineering_cents);
    json_number(json, "first_year_cents", payback->first_cents);
    json_signed(json, "first_year_saved_cents", payback->first_saved);
    json_signed(json, "later_years_saved_cents", payback->later_saved);
    if (payback->never) {
        json_null(json, "break_even_years_hundredths");
        json_null(json, "break_even_months");
    } else {
        json_number(json, "break_even_years_hundredths", payback->centiyears);
        json_number(json, "break_even_months", payback->months);
    }
}

/* The calculation, and the cost that it rests on. */
static int reckon(const struct cost_figures *figures, struct cost *cost,
                  struct payback_figures *years, struct payback *payback)
{
    int err = cost_of(figures, cost);

    years->full_cents = cost->full_cents;
    years->delta_cents = cost->delta_cents;
    return err ? err : payback_of(years, payback);
}

static int run_break_even(int argc, char **argv)
{
    const struct command *command = &command_estimate_break_even;
    struct options options;
    struct cost_figures figures;
    struct diag diag = {""};
    struct cost cost = {0};
    struct payback_figures years = {0};
    struct payback payback;
    int code = options_parse(&options, command, argc, argv);

    if (code != OPTIONS_GO) {
        return code;
    }
    int err = read_figures(command, &options, &figures, &diag);

    err = err ? err
              : figure_cents(&options, ENGINEERING, payback_engineering_cents,
                             &years.engineering_cents, &diag);
    if (err != 0) {
        return command_fail(command, err, &diag);
    }
    err = reckon(&figures, &cost, &years, &payback);

    if (err != 0) {
        return estimate_fail(command, err);
    }
    if (options.value[JSON].given) {
        struct json json = begin_json("estimate.break-even");

        json_cost(&json, &figures, &cost);
        json_payback(&json, &years, &payback);
        end_json(&json, command, &options);
        return 0;
    }
    printf("When deltas have paid for their development\n\n");
    say_figures(command, &options, &figures);
    say_figure(command, &options, ENGINEERING, "development of deltas",
               SAY(money, (int64_t)years.engineering_cents));
    say_assumed();
    say_payback(&years, &payback);
    return 0;
}

static const struct command_example break_even_examples[] = {
    {"otalab estimate break-even", "when deltas have paid for themselves"},
    {"otalab estimate break-even --devices 1000 --engineering 40000",
     "a small fleet and an expensive development"},
    {0},
};

const struct command command_estimate_break_even = {
    .name = "estimate break-even",
    .summary = "when deltas have paid for their development",
    .run = run_break_even,
    .options = break_even_table,
    .examples = break_even_examples,
};
