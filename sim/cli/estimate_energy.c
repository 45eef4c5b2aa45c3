/* SPDX-License-Identifier: MIT */
/* `otalab estimate energy`: the radio's energy for a full image and a delta. */
#include "cli/cmd_estimate.h"

#include "cli/estimate_say.h"
#include "device/radio.h"
#include "estimate/cost.h"
#include "estimate/energy.h"

#define NS_PER_YEAR (UINT64_C(365) * 86400u * 1000000000u)
#define BLOCK 1024u /* of the agent, otalab.dts */

enum {
    IMAGE,
    DELTA,
    LINK,
    BLOCK_SIZE,
    RECEIVE,
    TAIL,
    TX_UA,
    RX_UA,
    TAIL_UA,
    SLEEP_UA,
    SUPPLY_MV,
    BATTERY,
    UPDATES,
    JSON
};

static const struct option_spec table[] = {
    [IMAGE] = {.name = "image",
               .kind = OPTION_DATA,
               .help = "size of a full image; default 500kB"},
    [DELTA] = {.name = "delta",
               .kind = OPTION_DATA,
               .help = "size of a delta; default 20kB"},
    [LINK] = {.name = "link",
              .kind = OPTION_CHOICE,
              .argument = "nb-iot|nb-iot-good|lte-m",
              .help = "rates and round trips, as in a scenario's network; "
                      "default nb-iot"},
    [BLOCK_SIZE] = {.name = "block",
                    .kind = OPTION_DATA,
                    .not_zero = true,
                    .help = "bytes in an answer; default 1024"},
    [RECEIVE] = {.name = "receive",
                 .kind = OPTION_TIME,
                 .help = "receiver open after the last packet; default 10s"},
    [TAIL] = {.name = "tail",
              .kind = OPTION_TIME,
              .help = "then connected, listening now and then; default 10s"},
    [TX_UA] = {.name = "tx-ua",
               .kind = OPTION_NUMBER,
               .help = "current in uA while transmitting; default 167000"},
    [RX_UA] = {.name = "rx-ua",
               .kind = OPTION_NUMBER,
               .help = "while the receiver is open; default 54000"},
    [TAIL_UA] = {.name = "tail-ua",
                 .kind = OPTION_NUMBER,
                 .help = "in the tail; default 6000"},
    [SLEEP_UA] = {.name = "sleep-ua",
                  .kind = OPTION_NUMBER,
                  .help = "asleep; default 3"},
    [SUPPLY_MV] = {.name = "mv",
                   .kind = OPTION_NUMBER,
                   .help = "voltage of these currents; default 3600"},
    [BATTERY] = {.name = "battery",
                 .kind = OPTION_ENERGY,
                 .not_zero = true,
                 .help = "capacity of the cell; default 10kJ"},
    [UPDATES] = {.name = "updates-per-year",
                 .kind = OPTION_NUMBER,
                 .help = "updates of each device in a year; default 12"},
    [JSON] = {.name = "json",
              .short_name = 'j',
              .help = "print one line of JSON"},
    {0},
};

/* Everything that is printed. */
struct plan {
    struct energy_figures figures; /* without bytes */
    const char *link;
    uint64_t image;
    uint64_t delta;
    uint64_t battery_uj;
    uint64_t updates;
    struct energy full;
    struct energy patch;
    uint64_t sleep_uj; /* in a year */
    uint64_t year_uj[2];
};

static void read_figures(const struct options *options, struct plan *plan)
{
    const struct battery_figures *cell = &battery_defaults;
    struct energy_figures *figures = &plan->figures;
    uint64_t *ua = figures->ua;

    plan->link =
        options->value[LINK].given ? options->value[LINK].text : "nb-iot";
    const struct link_kind *kind = link_kind_find(plan->link);

    for (unsigned i = 0; kind != NULL && i < LINK_DIRECTIONS; i++) {
        figures->way[i] = kind->way[i];
    }
    plan->image = figure(options, IMAGE, cost_defaults.image);
    plan->delta = figure(options, DELTA, cost_defaults.delta);
    plan->updates = figure(options, UPDATES, cost_defaults.updates);
    plan->battery_uj = figure(options, BATTERY, cell->capacity_uj);
    figures->block = figure(options, BLOCK_SIZE, BLOCK);
    figures->receive_ns = figure(options, RECEIVE, radio_defaults.receive_ns);
    figures->tail_ns = figure(options, TAIL, radio_defaults.tail_ns);
    figures->mv = figure(options, SUPPLY_MV, cell->nominal_mv);
    ua[BATTERY_RADIO_TX] =
        figure(options, TX_UA, cell->radio_ua[BATTERY_RADIO_TX]);
    ua[BATTERY_RADIO_RX] =
        figure(options, RX_UA, cell->radio_ua[BATTERY_RADIO_RX]);
    ua[BATTERY_RADIO_TAIL] =
        figure(options, TAIL_UA, cell->radio_ua[BATTERY_RADIO_TAIL]);
    ua[BATTERY_RADIO_SLEEP] =
        figure(options, SLEEP_UA, cell->radio_ua[BATTERY_RADIO_SLEEP]);
}

static int of_bytes(const struct plan *plan, uint64_t bytes,
                    struct energy *energy)
{
    struct energy_figures figures = plan->figures;

    figures.bytes = bytes;
    return energy_of(&figures, energy);
}

static int reckon(struct plan *plan)
{
    const struct energy_figures *figures = &plan->figures;
    int err = plan->battery_uj == 0 ? ESTIMATE_ZERO : 0;

    err = err ? err : of_bytes(plan, plan->image, &plan->full);
    err = err ? err : of_bytes(plan, plan->delta, &plan->patch);
    err = err ? err
              : energy_uj(figures->ua[BATTERY_RADIO_SLEEP], figures->mv,
                          NS_PER_YEAR, &plan->sleep_uj);
    err = err ? err
              : estimate_times(plan->full.total_uj, plan->updates,
                               &plan->year_uj[0]);
    return err ? err
               : estimate_times(plan->patch.total_uj, plan->updates,
                                &plan->year_uj[1]);
}

/* ---- text ------------------------------------------------------------------ */

static void say_figures(const struct options *options, const struct plan *plan)
{
    const struct command *command = &command_estimate_energy;
    const struct energy_figures *figures = &plan->figures;
    const uint64_t *ua = figures->ua;

    say_figure(command, options, IMAGE, "full image", SAY(data, plan->image));
    say_figure(command, options, DELTA, "delta", SAY(data, plan->delta));
    say_figure(command, options, LINK, "link", plan->link);
    say_figure(command, options, BLOCK_SIZE, "bytes in an answer",
               SAY(count, figures->block));
    say_figure(command, options, RECEIVE, "receiver open afterwards",
               SAY(time, figures->receive_ns));
    say_figure(command, options, TAIL, "then the tail",
               SAY(time, figures->tail_ns));
    say_figure(command, options, TX_UA, "transmit, uA",
               SAY(count, ua[BATTERY_RADIO_TX]));
    say_figure(command, options, RX_UA, "receive, uA",
               SAY(count, ua[BATTERY_RADIO_RX]));
    say_figure(command, options, TAIL_UA, "tail, uA",
               SAY(count, ua[BATTERY_RADIO_TAIL]));
    say_figure(command, options, SLEEP_UA, "sleep, uA",
               SAY(count, ua[BATTERY_RADIO_SLEEP]));
    say_figure(command, options, SUPPLY_MV, "at mV", SAY(count, figures->mv));
    say_figure(command, options, BATTERY, "battery",
               SAY(energy, plan->battery_uj));
    say_figure(command, options, UPDATES, "updates a year",
               SAY(count, plan->updates));
}

static void say_state(const struct plan *plan, const char *name,
                      enum battery_radio state)
{
    printf("  %-10s %10s %12s %11s %12s %11s\n", name,
           SAY(power, plan->figures.ua[state] * plan->figures.mv),
           SAY(time, plan->full.ns[state]), SAY(energy, plan->full.uj[state]),
           SAY(time, plan->patch.ns[state]),
           SAY(energy, plan->patch.uj[state]));
}

/* What of the battery that is, as ppm; more than 100 % is possible. */
static uint64_t share_of(uint64_t uj, uint64_t whole)
{
    uint64_t ppm = UINT64_MAX;

    (void)estimate_scale(uj, ESTIMATE_PPM, whole, &ppm);
    return ppm;
}

static void say_shares(const struct plan *plan)
{
    uint64_t bytes = share_of(plan->delta, plan->image);
    uint64_t energy = share_of(plan->patch.total_uj, plan->full.total_uj);

    printf("  %-21s %24s %24s\n", "of the battery",
           SAY(percent, share_of(plan->full.total_uj, plan->battery_uj)),
           SAY(percent, share_of(plan->patch.total_uj, plan->battery_uj)));
    printf("  %-21s %24s %24s\n\n", "the same in a year",
           SAY(percent, share_of(plan->year_uj[0], plan->battery_uj)),
           SAY(percent, share_of(plan->year_uj[1], plan->battery_uj)));
    printf("  A year of sleep needs %s, %s of the battery.\n",
           SAY(energy, plan->sleep_uj),
           SAY(percent, share_of(plan->sleep_uj, plan->battery_uj)));
    if (plan->image != 0 && plan->full.total_uj != 0) {
        printf("  The delta has %s of the bytes and needs %s of the energy.\n",
               SAY(percent, bytes), SAY(percent, energy));
    }
}

static void say_plan(const struct plan *plan)
{
    printf("  %-10s %10s %24s %24s\n", "", "", "full image", "delta");
    say_state(plan, "transmit", BATTERY_RADIO_TX);
    say_state(plan, "receive", BATTERY_RADIO_RX);
    say_state(plan, "tail", BATTERY_RADIO_TAIL);
    printf("  %-10s %10s %12s %11s %12s %11s\n", "in all", "",
           SAY(time, plan->full.total_ns), SAY(energy, plan->full.total_uj),
           SAY(time, plan->patch.total_ns), SAY(energy, plan->patch.total_uj));
    say_shares(plan);
}

/* ---- JSON ------------------------------------------------------------------ */

static void json_energy(struct json *json, const char *key, uint64_t bytes,
                        const struct energy *energy)
{
    static const enum battery_radio states[] = {BATTERY_RADIO_TX,
                                                BATTERY_RADIO_RX,
                                                BATTERY_RADIO_TAIL};

    json_open(json, key, '{');
    json_number(json, "bytes", bytes);
    json_number(json, "exchanges", energy->exchanges);
    for (unsigned i = 0; i < sizeof states / sizeof states[0]; i++) {
        char name[24];

        snprintf(name, sizeof name, "%s_ns", battery_radio_name(states[i]));
        json_number(json, name, energy->ns[states[i]]);
        snprintf(name, sizeof name, "%s_uj", battery_radio_name(states[i]));
        json_number(json, name, energy->uj[states[i]]);
    }
    json_number(json, "total_ns", energy->total_ns);
    json_number(json, "total_uj", energy->total_uj);
    json_close(json, '}');
}

static void json_plan(const struct options *options, const struct plan *plan)
{
    struct json json = json_stream(stdout);

    json_open(&json, NULL, '{');
    json_number(&json, "v", 1);
    json_text(&json, "type", "estimate.energy");
    json_text(&json, "link", plan->link);
    json_number(&json, "block_bytes", plan->figures.block);
    json_number(&json, "receive_ns", plan->figures.receive_ns);
    json_number(&json, "tail_ns", plan->figures.tail_ns);
    json_number(&json, "mv", plan->figures.mv);
    json_number(&json, "battery_uj", plan->battery_uj);
    json_number(&json, "updates_per_year", plan->updates);
    json_energy(&json, "full", plan->image, &plan->full);
    json_energy(&json, "delta", plan->delta, &plan->patch);
    json_number(&json, "sleep_year_uj", plan->sleep_uj);
    json_assumed(&json, &command_estimate_energy, options);
    json_close(&json, '}');
    json_end(&json);
}

static int run(int argc, char **argv)
{
    struct options options;
    struct plan plan = {0};
    int code = options_parse(&options, &command_estimate_energy, argc, argv);

    if (code != OPTIONS_GO) {
        return code;
    }
    read_figures(&options, &plan);
    int err = reckon(&plan);

    if (err != 0) {
        return estimate_fail(&command_estimate_energy, err);
    }
    if (options.value[JSON].given) {
        json_plan(&options, &plan);
        return 0;
    }
    printf("Energy of the radio for an update\n\n");
    say_figures(&options, &plan);
    say_assumed();
    say_plan(&plan);
    return 0;
}

static const struct command_example examples[] = {
    {"otalab estimate energy", "a full image and a delta over NB-IoT"},
    {"otalab estimate energy --link lte-m --battery 3kJ",
     "a faster network and a smaller cell"},
    {0},
};

const struct command command_estimate_energy = {
    .name = "estimate energy",
    .summary = "energy of the radio, from the time in each of its states",
    .run = run,
    .options = table,
    .examples = examples,
    .description = "Loss is not counted; CPU and flash are left out, because "
                   "both ways write the same image.",
};
