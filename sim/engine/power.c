/* SPDX-License-Identifier: MIT */
/*
 * A device's battery: what drains it, and what it does to the device when it
 * gets weak. Without a battery in the scenario the supply is external and
 * nothing here happens.
 */
#include "engine/state.h"

/* How long a brown-out detector holds the reset. */
#define BROWN_OUT_NS 100000000u
/* The cell must recover by so much to start the CPU again. */
#define RECOVERY_MV 50u

static bool has_battery(const struct unit *unit)
{
    return unit->run->scenario->battery.given;
}

int power_init(struct unit *unit, struct diag *diag)
{
    const struct scenario_battery *battery = &unit->run->scenario->battery;
    struct battery_figures figures = battery->figures;

    if (!battery->given) {
        return 0;
    }
    figures.warn_mv = unit->run->figures.warn_mv;
    figures.brown_out_mv = unit->run->figures.brown_out_mv;
    if (battery_init(&unit->world->battery, &figures, battery->charge, 0)) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "%s: battery: a figure is out of range",
                         unit->run->scenario->path);
    }
    power_update(unit, 0);
    return 0;
}

/* ---- loads ---------------------------------------------------------------- */

static enum battery_cpu cpu_load(const struct unit *unit)
{
    if (unit->world->dead || unit->world->board.reset_asserted) {
        return BATTERY_CPU_OFF;
    }
    return unit->world->wait == WAIT_ASLEEP || unit->world->wait == WAIT_LOST
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
static void show(struct unit *unit)
{
    const struct battery *battery = &unit->world->battery;
    struct board *board = &unit->world->board;

    board->battery_mv = battery_mv(battery);
    board->left_mj = (uint32_t)(battery_left_uj(battery) / 1000u);
    board->drained_mj = (uint32_t)(battery->drained_uj / 1000u);
}

void power_update(struct unit *unit, uint64_t now)
{
    struct battery *battery = &unit->world->battery;
    struct board *board = &unit->world->board;

    if (!has_battery(unit)) {
        return;
    }
    battery_advance(battery, now);
    battery_cpu(battery, now, cpu_load(unit));
    battery_flash(battery, now, flash_load(board));
    battery_radio(battery, now, radio_load(board, battery->now_ns));
    show(unit);
}

/* ---- a weak battery ------------------------------------------------------- */

static bool cpu_is_off(const struct unit *unit)
{
    return unit->world->dead || unit->world->board.reset_asserted;
}

uint64_t power_next(const struct unit *unit)
{
    const struct battery *battery = &unit->world->battery;

    if (!has_battery(unit) || cpu_is_off(unit)) {
        return BOARD_FOREVER;
    }
    uint64_t low = battery_next(battery, BATTERY_BROWN_OUT);
    uint64_t warn = unit->world->warned ? BATTERY_NEVER
                                        : battery_next(battery, BATTERY_WARN);
    return low < warn ? low : warn;
}

static int brown_out(struct unit *unit, uint64_t now, struct diag *diag)
{
    struct battery *battery = &unit->world->battery;
    struct board_cut_report torn;
    struct board_cut cut = {.off_ns = BROWN_OUT_NS,
                            .cause = CTL_CAUSE_BROWN_OUT,
                            .sram = BOARD_SRAM_PARTLY};

    emit_numbers(unit, EVENT_BATTERY_LOW, battery_mv(battery), 0, 0);
    int err = strike_power(unit, now, &cut, false, &torn, diag);
    battery_loads_off(battery, now);
    unit->world->dead =
        battery_open_mv(battery) < battery->figures.brown_out_mv + RECOVERY_MV;
    return err;
}

int power_happen(struct unit *unit, uint64_t now, struct diag *diag)
{
    struct battery *battery = &unit->world->battery;

    unit_advance(unit, now);
    if (battery_mv(battery) <= battery->figures.brown_out_mv) {
        return brown_out(unit, now, diag);
    }
    if (!unit->world->warned &&
        battery_mv(battery) <= battery->figures.warn_mv) {
        unit->world->warned = true;
        unit->world->nudged = true;
        emit_numbers(unit, EVENT_BATTERY_WARN, battery_mv(battery), 0, 0);
    }
    return 0;
}

void power_charge(struct unit *unit, uint64_t now, uint32_t ppm)
{
    struct battery *battery = &unit->world->battery;

    battery_charge(battery, now, ppm);
    unit->world->warned = false;
    emit_numbers(unit, EVENT_BATTERY_CHARGE, ppm / 10000u, 0, 0);
    if (unit->world->dead && battery_open_mv(battery) >=
                                 battery->figures.brown_out_mv + RECOVERY_MV) {
        unit->world->dead = false;
        board_advance(&unit->world->board, NULL, now, NULL);
    }
    power_update(unit, now);
}
