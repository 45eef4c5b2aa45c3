/* SPDX-License-Identifier: MIT */
/*
 * A device's battery: what drains it, and what it does to the device when it
 * gets weak. Without a battery in the scenario, the supply is external and
 * nothing here happens.
 */
#include "engine/power.h"

#include <string.h>

#include "engine/emit.h"
#include "outside/modem.h"

/* The cell must recover by this much before the CPU starts again. */
#define RECOVERY_MV 50u

static bool has_battery(const struct device *device)
{
    return device->run->given->scenario->battery.given;
}

/* The modem's currents are those of its network. */
static void fit_modem(const struct scenario *scenario,
                      struct battery_figures *figures)
{
    const struct link_kind *kind = link_kind_at(scenario->network.kind);
    const struct modem *modem = kind != NULL ? modem_find(kind->name) : NULL;

    if (modem != NULL) {
        memcpy(figures->radio_ua, modem->ua, sizeof figures->radio_ua);
    }
}

int power_init(struct device *device, struct diag *diag)
{
    const struct scenario *scenario = device->run->given->scenario;
    const struct scenario_battery *battery = &scenario->battery;
    struct battery_figures figures =
        battery->given ? battery->figures : battery_defaults;

    if (!battery->given) {
        figures.capacity_uj = 0; /* a supply that never fails */
    }
    fit_modem(scenario, &figures);
    bill_init(&device->world->bill, scenario->billing.quantum,
              scenario->billing.price);
    figures.warn_mv = device->run->given->figures.warn_mv;
    figures.brown_out_mv = device->run->given->figures.brown_out_mv;
    if (battery_init(&device->world->battery, &figures, battery->charge, 0)) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "%s: battery: a value is out of range",
                         device->run->given->scenario->path);
    }
    power_update(device, 0);
    return 0;
}

/* ---- loads ---------------------------------------------------------------- */

static enum battery_cpu cpu_load(const struct device *device)
{
    if (device->world->dead || device->world->board.reset_asserted) {
        return BATTERY_CPU_OFF;
    }
    return device->world->wait == WAIT_ASLEEP ||
                   device->world->wait == WAIT_LOST
               ? BATTERY_CPU_SLEEP
               : BATTERY_CPU_RUN;
}

static enum battery_flash flash_load(const struct board *board)
{
    if (!flash_busy(&board->flash)) {
        return BATTERY_FLASH_IDLE;
    }
    return board->flash.op.kind == FLASH_ERASE ? BATTERY_FLASH_ERASE
                                               : BATTERY_FLASH_PROGRAM;
}

static enum battery_radio radio_load(const struct board *board, uint64_t now)
{
    static const enum battery_radio loads[] = {
        [RADIO_OFF] = BATTERY_RADIO_OFF,    [RADIO_SLEEP] = BATTERY_RADIO_SLEEP,
        [RADIO_RECEIVE] = BATTERY_RADIO_RX, [RADIO_TRANSMIT] = BATTERY_RADIO_TX,
        [RADIO_TAIL] = BATTERY_RADIO_TAIL,
    };

    return loads[radio_state_at(&board->radio, now)];
}

/* What the device's gauge shows. */
static void show(struct device *device)
{
    const struct battery *battery = &device->world->battery;
    struct board *board = &device->world->board;

    board->battery_mv = battery_mv(battery);
    board->left_mj = (uint32_t)(battery_left_uj(battery) / 1000u);
    board->drained_mj = (uint32_t)(battery->drained_uj / 1000u);
}

/* The radio enters a state at `now`. */
static void enter_radio(struct device *device, uint64_t now)
{
    enum battery_radio state = radio_load(&device->world->board, now);

    battery_radio(&device->world->battery, now, state);
    bill_radio(&device->world->bill,
               state != BATTERY_RADIO_OFF && state != BATTERY_RADIO_SLEEP);
}

/* Up to `now`, through the states that the radio went through by itself. */
static void advance(struct device *device, uint64_t now)
{
    struct battery *battery = &device->world->battery;
    const struct radio *radio = &device->world->board.radio;
    uint64_t next = radio_next(radio, battery->now_ns);

    while (next < now) {
        enter_radio(device, next);
        next = radio_next(radio, next);
    }
    battery_advance(battery, now);
}

void power_update(struct device *device, uint64_t now)
{
    struct battery *battery = &device->world->battery;
    struct board *board = &device->world->board;

    advance(device, now);
    battery_cpu(battery, now, cpu_load(device));
    battery_flash(battery, now, flash_load(board));
    enter_radio(device, battery->now_ns);
    if (has_battery(device)) {
        show(device);
    }
}

void power_account(const struct device *device, uint64_t now,
                   struct account *account)
{
    struct battery battery = device->world->battery;
    const struct radio *radio = &device->world->board.radio;
    uint64_t next = radio_next(radio, battery.now_ns);

    while (next < now) {
        battery_radio(&battery, next, radio_load(&device->world->board, next));
        next = radio_next(radio, next);
    }
    battery_advance(&battery, now);
    account_of(&battery, account);
}

/* ---- a weak battery ------------------------------------------------------- */

static bool cpu_is_off(const struct device *device)
{
    return device->world->dead || device->world->board.reset_asserted;
}

uint64_t power_next(const struct device *device)
{
    const struct battery *battery = &device->world->battery;

    if (!has_battery(device) || cpu_is_off(device)) {
        return BOARD_FOREVER;
    }
    uint64_t low = battery_next(battery, BATTERY_BROWN_OUT);
    uint64_t warn = device->world->warned ? BATTERY_NEVER
                                          : battery_next(battery, BATTERY_WARN);
    return low < warn ? low : warn;
}

bool power_too_weak(const struct battery *battery)
{
    return battery_open_mv(battery) <
           battery->figures.brown_out_mv + RECOVERY_MV;
}

void power_charge(struct device *device, uint64_t now, uint32_t ppm)
{
    struct battery *battery = &device->world->battery;

    battery_charge(battery, now, ppm);
    device->world->warned = false;
    emit_numbers(device, EVENT_BATTERY_CHARGE, ppm / 10000u, 0, 0);
    if (device->world->dead && !power_too_weak(battery)) {
        device->world->dead = false;
        board_advance(&device->world->board, NULL, now, NULL);
    }
    power_update(device, now);
}
