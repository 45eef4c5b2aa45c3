/* SPDX-License-Identifier: MIT */
/* `otalab estimate fleet`: how many devices an unsafe update bricks. */
#include "cli/cmd_estimate.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/file.h"
#include "cli/estimate_say.h"
#include "estimate/fleet.h"
#include "estimate/window.h"
#include "report/spread_json.h"
#include "sweep/result.h"

#define BAR 40u
#define RUNS 1000u
#define SEED 1u

enum {
    DEVICES,
    CUT_RATE,
    WINDOW,
    UPDATE,
    PASSES,
    SERVICE,
    SWEEP,
    RUNS_N,
    SEED_N,
    JSON
};

static const struct option_spec table[] = {
    [DEVICES] = {.name = "devices",
                 .kind = OPTION_NUMBER,
                 .not_zero = true,
                 .help = "devices of the fleet; default 50000"},
    [CUT_RATE] = {.name = "cut-rate",
                  .kind = OPTION_CHANCE,
                  .help = "devices whose power fails within the window; "
                          "default 0.1%"},
    [WINDOW] = {.name = "window",
                .kind = OPTION_TIME,
                .help = "time in which a power cut is fatal; default 60s"},
    [UPDATE] = {.name = "update",
                .kind = OPTION_TIME,
                .help = "duration of an update; default 4min"},
    [PASSES] = {.name = "passes",
                .kind = OPTION_NUMBER,
                .help = "updates of every device in the week, the first on "
                        "the first day; default 4"},
    [SERVICE] = {.name = "service-call",
                 .kind = OPTION_MONEY,
                 .help = "cost of repairing a bricked device; default 200"},
    [SWEEP] = {.name = "sweep",
               .kind = OPTION_FILE,
               .help = "take the fatal part of an update, and its duration, "
                       "from a result of 'otalab sweep --json FILE'"},
    [RUNS_N] = {.name = "runs",
                .kind = OPTION_NUMBER,
                .help = "rollouts to simulate; default 1000, 0: none"},
    [SEED_N] = {.name = "seed",
                .kind = OPTION_NUMBER,
                .help = "decides the simulation; default 1"},
    [JSON] = {.name = "json",
              .short_name = 'j',
              .help = "print one line of JSON"},
    {0},
};

/* Everything that is printed. */
struct plan {
    struct fleet_figures figures;
    struct window window; /* if there is a sweep */
    bool timed;           /* it has given the update's duration, too */
    uint64_t runs;
    uint64_t seed;
    struct fleet fleet;
    uint64_t *first; /* bricks of each simulated rollout, sorted */
    uint64_t *all;
    struct spread first_spread;
    struct spread all_spread;
};

/* ---- figures --------------------------------------------------------------- */

static int read_sweep(const char *path, struct plan *plan, struct diag *diag)
{
    struct sweep_result result = {0};
    uint8_t *text = NULL;
    size_t size = 0;
    int err = file_read(path, RESULT_BYTES, &text, &size, diag);

    err =
        err ? err : result_read((const char *)text, size, path, &result, diag);
    int why = err ? 0 : window_of(&result.sweep, &plan->window);

    if (why != 0) {
        err = diag_fail(diag, OTALAB_ERR_USAGE, "%s: %s", path,
                        estimate_strerror(why));
    }
    result_free(&result);
    free(text);
    return err;
}

static int read_figures(struct options *options, struct plan *plan,
                        struct diag *diag)
{
    const struct fleet_figures *usual = &fleet_defaults;
    struct fleet_figures *figures = &plan->figures;
    struct option_value *update = &options->value[UPDATE];
    const char *sweep = options->value[SWEEP].text;
    int err = sweep != NULL ? read_sweep(sweep, plan, diag) : 0;

    figures->devices = figure(options, DEVICES, usual->devices);
    figures->cut_ppm = figure(options, CUT_RATE, usual->cut_ppm);
    figures->window_ns = figure(options, WINDOW, usual->window_ns);
    figures->fatal_ns = plan->window.fatal_ns;
    figures->total_ns = plan->window.total_ns;
    plan->timed = sweep != NULL && !update->given;
    if (plan->timed) {
        update->given = true;
        update->number = figures->total_ns;
    }
    figures->update_ns = figure(options, UPDATE, usual->update_ns);
    figures->passes = figure(options, PASSES, usual->passes);
    plan->runs = figure(options, RUNS_N, RUNS);
    plan->seed = figure(options, SEED_N, SEED);
    return err ? err
               : figure_cents(options, SERVICE, usual->service_cents,
                              &figures->service_cents, diag);
}

/* ---- simulation ------------------------------------------------------------ */

static int simulate(struct plan *plan)
{
    size_t runs = (size_t)plan->runs;
    struct fleet_run *run = calloc(runs, sizeof *run);
    int err = ESTIMATE_WORK;

    plan->first = calloc(runs, sizeof *plan->first);
    plan->all = calloc(runs, sizeof *plan->all);
    if (run != NULL && plan->first != NULL && plan->all != NULL) {
        err = fleet_simulate(&plan->figures, plan->seed, plan->runs, run);
    }
    for (size_t i = 0; i < runs && err == 0; i++) {
        plan->first[i] = run[i].first;
        plan->all[i] = run[i].all;
    }
    if (err == 0) {
        spread_of(plan->first, plan->runs, &plan->first_spread);
        spread_of(plan->all, plan->runs, &plan->all_spread);
    }
    free(run);
    return err;
}

static int reckon(struct plan *plan)
{
    int err = fleet_of(&plan->figures, &plan->fleet);

    if (err == 0 && plan->runs > FLEET_RUNS) {
        err = ESTIMATE_WORK;
    }
    return err == 0 && plan->runs > 0 ? simulate(plan) : err;
}

/* ---- text ------------------------------------------------------------------ */

static void say_figures(const struct options *options, const struct plan *plan)
{
    const struct command *command = &command_estimate_fleet;
    const struct fleet_figures *figures = &plan->figures;

    say_figure(command, options, DEVICES, "devices",
               SAY(count, figures->devices));
    say_figure(command, options, CUT_RATE, "power fails in the window",
               SAY(share, figures->cut_ppm));
    say_figure(command, options, WINDOW, "window",
               SAY(time, figures->window_ns));
    if (plan->timed) {
        say_measured(command, options, UPDATE, SWEEP, "update",
                     SAY(time, figures->update_ns));
    } else {
        say_figure(command, options, UPDATE, "update",
                   SAY(time, figures->update_ns));
    }
    say_figure(command, options, PASSES, "passes in a week",
               SAY(count, figures->passes));
    say_figure(command, options, SERVICE, "service call",
               SAY(money, (int64_t)figures->service_cents));
}

static uint64_t ppm_of(uint64_t chance)
{
    return chance / (FLEET_ONE / ESTIMATE_PPM);
}

/* Which part of an update is fatal. */
static void say_part(const struct plan *plan)
{
    const struct fleet_figures *figures = &plan->figures;
    const struct window *window = &plan->window;
    uint64_t fatal = figures->window_ns;
    uint64_t total = figures->update_ns;
    uint64_t ppm = 0;

    if (figures->total_ns != 0) {
        fatal = window->fatal_ns;
        total = window->total_ns;
        printf("  fatal in the sweep    %s of %s positions\n",
               SAY(count, window->fatal), SAY(count, window->positions));
    }
    (void)estimate_scale(fatal, ESTIMATE_PPM, total, &ppm);
    printf("  of these, fatal       %s of %s = %s\n", SAY(time, fatal),
           SAY(time, total), SAY(share, ppm));
}

static void say_expected(const struct plan *plan)
{
    const struct fleet_figures *figures = &plan->figures;
    const struct fleet *fleet = &plan->fleet;

    printf("  power fails           %s in %s = %s during an update of %s: "
           "%s devices\n",
           SAY(share, figures->cut_ppm), SAY(time, figures->window_ns),
           SAY(share, ppm_of(fleet->cut)), SAY(time, figures->update_ns),
           SAY(milli, fleet->cut_milli));
    say_part(plan);
    printf("  bricks on day one     %s x %s = %s   %s\n",
           SAY(count, figures->devices), SAY(share, ppm_of(fleet->brick)),
           SAY(milli, fleet->first_milli),
           SAY(money, (int64_t)fleet->first_cents));
    printf("  bricks after a week   %s x %s passes = %s   %s\n",
           SAY(milli, fleet->first_milli), SAY(count, figures->passes),
           SAY(milli, fleet->all_milli), SAY(money, (int64_t)fleet->all_cents));
    putchar('\n');
    say_paragraph(
        "A pass is one update of every device; the first is on day one. The "
        "default of 4 stands for a release and three corrections in its first "
        "week. A device that was bricked is repaired before the next pass.");
}

static void say_spread(const char *name, const struct spread *spread)
{
    printf("  %-13s %9s %9s %9s %9s %9s\n", name, SAY(count, spread->least),
           SAY(count, spread->low), SAY(count, spread->median),
           SAY(count, spread->high), SAY(count, spread->most));
}

static const char *cost_of_bricks(const struct plan *plan, uint64_t bricks,
                                  char *out)
{
    uint64_t cents = INT64_MAX;

    (void)estimate_times(bricks, plan->figures.service_cents, &cents);
    return say_money(cents > INT64_MAX ? INT64_MAX : (int64_t)cents, out);
}

static void say_bars(const struct plan *plan)
{
    struct spread_bars bars;

    spread_bars(plan->all, plan->runs, &bars);
    printf("\n  bricks after a week, and in how many rollouts\n");
    for (unsigned i = 0; i < bars.count; i++) {
        uint64_t from = bars.from + i * bars.width;
        char range[2 * SAY_MAX];

        if (bars.width == 1) {
            snprintf(range, sizeof range, "%s", SAY(count, from));
        } else {
            snprintf(range, sizeof range, "%s..%s", SAY(count, from),
                     SAY(count, from + bars.width - 1u));
        }
        printf("  %15s  %-*s  %s\n", range, (int)BAR,
               say_bar(bars.bar[i], bars.highest, BAR, (char[SAY_MAX]){0}),
               SAY(count, bars.bar[i]));
    }
}

static void say_simulated(const struct plan *plan)
{
    const struct spread *all = &plan->all_spread;
    char low[SAY_MAX];
    char median[SAY_MAX];
    char high[SAY_MAX];

    printf("\n%s simulated rollout%s, seed %" PRIu64 "\n\n",
           SAY(count, plan->runs), plan->runs == 1 ? "" : "s", plan->seed);
    printf("  %-13s %9s %9s %9s %9s %9s\n", "bricks", "least", "5 %", "median",
           "95 %", "most");
    say_spread("on day one", &plan->first_spread);
    say_spread("after a week", all);
    printf("  %-13s %9s %9s %9s %9s\n", "service calls", "",
           cost_of_bricks(plan, all->low, low),
           cost_of_bricks(plan, all->median, median),
           cost_of_bricks(plan, all->high, high));
    say_bars(plan);
}

static void say_plan(const struct options *options, const struct plan *plan)
{
    printf("Bricks of an update that a power cut can interrupt for good\n\n");
    say_figures(options, plan);
    say_assumed();
    say_expected(plan);
    if (plan->runs > 0) {
        say_simulated(plan);
    }
}

/* ---- JSON ------------------------------------------------------------------ */

static void json_figures(struct json *json, const struct plan *plan)
{
    const struct fleet_figures *figures = &plan->figures;

    json_number(json, "devices", figures->devices);
    json_number(json, "cut_rate_ppm", figures->cut_ppm);
    json_number(json, "window_ns", figures->window_ns);
    json_number(json, "update_ns", figures->update_ns);
    json_number(json, "passes", figures->passes);
    json_number(json, "service_call_cents", figures->service_cents);
    if (figures->total_ns != 0) {
        json_open(json, "sweep", '{');
        json_number(json, "positions", plan->window.positions);
        json_number(json, "fatal", plan->window.fatal);
        json_number(json, "fatal_ns", plan->window.fatal_ns);
        json_number(json, "total_ns", plan->window.total_ns);
        json_close(json, '}');
    }
}

static void json_plan(const struct options *options, const struct plan *plan)
{
    struct json json = json_stream(stdout);
    const struct fleet *fleet = &plan->fleet;

    json_open(&json, NULL, '{');
    json_number(&json, "v", 1);
    json_text(&json, "type", "estimate.fleet");
    json_figures(&json, plan);
    json_number(&json, "cut_chance_e12", fleet->cut);
    json_number(&json, "brick_chance_e12", fleet->brick);
    json_number(&json, "cut_thousandths", fleet->cut_milli);
    json_number(&json, "first_day_thousandths", fleet->first_milli);
    json_number(&json, "week_thousandths", fleet->all_milli);
    json_number(&json, "first_day_cents", fleet->first_cents);
    json_number(&json, "week_cents", fleet->all_cents);
    json_number(&json, "runs", plan->runs);
    json_number(&json, "seed", plan->seed);
    if (plan->runs > 0) {
        spread_json(&json, "first_day_bricks", &plan->first_spread);
        spread_json(&json, "week_bricks", &plan->all_spread);
    }
    json_assumed(&json, &command_estimate_fleet, options);
    json_close(&json, '}');
    json_end(&json);
}

/* ---- the command ----------------------------------------------------------- */

static int run(int argc, char **argv)
{
    const struct command *command = &command_estimate_fleet;
    struct options options;
    struct diag diag = {""};
    struct plan plan = {0};
    int code = options_parse(&options, command, argc, argv);

    if (code != OPTIONS_GO) {
        return code;
    }
    int err = read_figures(&options, &plan, &diag);

    if (err != 0) {
        return command_fail(command, err, &diag);
    }
    err = reckon(&plan);
    if (err != 0) {
        code = estimate_fail(command, err);
    } else {
        options.value[JSON].given ? json_plan(&options, &plan)
                                  : say_plan(&options, &plan);
        code = 0;
    }
    free(plan.first);
    free(plan.all);
    return code;
}

static const struct command_example examples[] = {
    {"otalab estimate fleet", "a fleet of 50,000, and an unsafe window"},
    {"otalab estimate fleet --window 5s --update 1min --seed 7",
     "a shorter window, and other dice"},
    {"otalab estimate fleet --sweep sweep.json",
     "with the window that a sweep has measured"},
    {0},
};

const struct command command_estimate_fleet = {
    .name = "estimate fleet",
    .summary = "how many devices an update bricks, and what that costs",
    .run = run,
    .options = table,
    .examples = examples,
    .description =
        "Power cuts strike at any time of an update alike. With --sweep, the "
        "rate still is the one within --window; which cuts are fatal, and how "
        "long an update takes, comes from the sweep.",
};
