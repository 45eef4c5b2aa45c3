/* SPDX-License-Identifier: MIT */
#include "outside/battery.h"

#include <string.h>

#define UNITS_PER_UJ UINT64_C(1000000000000) /* nW x ns */
#define STEP_PPM (BATTERY_FULL / (BATTERY_POINTS - 1u))

/* The highest energy that can still be converted to a time. */
typedef unsigned __int128 wide;

/*
 * Radio: figures of NB-IoT modules at 3.6 V: transmitting 167 mA, receiving 54
 * mA, connected and idle (DRX) 0.4 mA, sleep 3 uA. The tail, during which the
 * receiver opens often, is illustrative (between idle and receiving), as are
 * CPU (about 0.1 mA/MHz), flash (15 mA at work, of W25Q's class) and the cell's
 * curve and resistance: flat over most of its charge, as lithium primary cells
 * are, and weak under pulses when nearly empty.
 */
const struct battery_figures battery_defaults = {
    .capacity_uj = UINT64_C(10000000000),
    .nominal_mv = 3600,
    .warn_mv = 3000,
    .brown_out_mv = 2700,
    .full_mohm = 800,
    .empty_mohm = 6000,
    .open_mv = {2500, 3300, 3450, 3520, 3550, 3570, 3585, 3600, 3610, 3630,
                3660},
    .base_ua = 2,
    .cpu_ua = {0, 2500, 10},
    .flash_ua = {1, 15000, 15000},
    .radio_ua = {0, 3, 400, 54000, 167000, 6000},
};

const char *battery_radio_name(enum battery_radio state)
{
    static const char *const names[BATTERY_RADIO_STATES] = {"off",  "sleep",
                                                            "idle", "rx",
                                                            "tx",   "tail"};

    return (unsigned)state < BATTERY_RADIO_STATES ? names[state] : "?";
}

/* ---- set-up ----------------------------------------------------------- */

static bool all_below(const uint32_t *value, unsigned count, uint32_t limit)
{
    for (unsigned i = 0; i < count; i++) {
        if (value[i] > limit) {
            return false;
        }
    }
    return true;
}

static bool never_falls(const uint32_t *value, unsigned count)
{
    for (unsigned i = 1; i < count; i++) {
        if (value[i] < value[i - 1]) {
            return false;
        }
    }
    return true;
}

static bool figures_supported(const struct battery_figures *figures)
{
    return figures->capacity_uj <= BATTERY_UJ_LIMIT &&
           figures->nominal_mv <= BATTERY_MV_LIMIT &&
           figures->full_mohm <= figures->empty_mohm &&
           figures->empty_mohm <= BATTERY_MOHM_LIMIT &&
           figures->base_ua <= BATTERY_UA_LIMIT &&
           all_below(figures->open_mv, BATTERY_POINTS, BATTERY_MV_LIMIT) &&
           never_falls(figures->open_mv, BATTERY_POINTS) &&
           all_below(figures->cpu_ua, BATTERY_CPU_STATES, BATTERY_UA_LIMIT) &&
           all_below(figures->flash_ua, BATTERY_FLASH_STATES,
                     BATTERY_UA_LIMIT) &&
           all_below(figures->radio_ua, BATTERY_RADIO_STATES, BATTERY_UA_LIMIT);
}

/* Rounded up, so that reading back a charge gives the value that was set. */
static uint64_t uj_of_charge(const struct battery *battery, uint32_t charge)
{
    wide product = (wide)battery->figures.capacity_uj * charge;
    return (uint64_t)((product + BATTERY_FULL - 1) / BATTERY_FULL);
}

static void set_charge(struct battery *battery, uint32_t charge)
{
    if (charge > BATTERY_FULL) {
        charge = BATTERY_FULL;
    }
    battery->used_uj =
        battery->figures.capacity_uj - uj_of_charge(battery, charge);
    battery->used_rest = 0;
}

int battery_init(struct battery *battery, const struct battery_figures *figures,
                 uint32_t charge, uint64_t now)
{
    if (!figures_supported(figures)) {
        return -1;
    }
    memset(battery, 0, sizeof(*battery));
    battery->figures = *figures;
    battery->now_ns = now;
    battery->cpu = BATTERY_CPU_RUN;
    set_charge(battery, charge);
    return 0;
}

void battery_charge(struct battery *battery, uint64_t now, uint32_t charge)
{
    battery_advance(battery, now);
    set_charge(battery, charge);
}

/* ---- energy ----------------------------------------------------------- */

uint32_t battery_ua(const struct battery *battery)
{
    const struct battery_figures *figures = &battery->figures;

    return figures->base_ua + figures->cpu_ua[battery->cpu] +
           figures->flash_ua[battery->flash] +
           figures->radio_ua[battery->radio];
}

/* uA x mV */
static uint64_t load_nw(const struct battery *battery)
{
    return (uint64_t)battery_ua(battery) * battery->figures.nominal_mv;
}

static void add_units(uint64_t *uj, uint64_t *rest, wide units, uint64_t limit)
{
    wide sum = units + *rest;
    wide whole = sum / UNITS_PER_UJ;

    if (whole >= limit - *uj) {
        *uj = limit;
        *rest = 0;
        return;
    }
    *uj += (uint64_t)whole;
    *rest = (uint64_t)(sum % UNITS_PER_UJ);
}

void battery_advance(struct battery *battery, uint64_t now)
{
    if (now <= battery->now_ns) {
        return;
    }
    uint64_t span = now - battery->now_ns;
    wide units = (wide)load_nw(battery) * span;
    battery->now_ns = now;
    battery->cpu_ns[battery->cpu] += span;
    battery->flash_ns[battery->flash] += span;
    battery->radio_ns[battery->radio] += span;
    add_units(&battery->used_uj, &battery->used_rest, units,
              battery->figures.capacity_uj);
    add_units(&battery->drained_uj, &battery->drained_rest, units, UINT64_MAX);
}

void battery_cpu(struct battery *battery, uint64_t now, enum battery_cpu state)
{
    battery_advance(battery, now);
    battery->cpu = state;
}

void battery_flash(struct battery *battery, uint64_t now,
                   enum battery_flash state)
{
    battery_advance(battery, now);
    battery->flash = state;
}

void battery_radio(struct battery *battery, uint64_t now,
                   enum battery_radio state)
{
    battery_advance(battery, now);
    battery->radio = state;
}

void battery_loads_off(struct battery *battery, uint64_t now)
{
    battery_advance(battery, now);
    battery->cpu = BATTERY_CPU_OFF;
    battery->flash = BATTERY_FLASH_IDLE;
    battery->radio = BATTERY_RADIO_OFF;
}

uint64_t battery_left_uj(const struct battery *battery)
{
    return battery->figures.capacity_uj - battery->used_uj;
}

/* ---- voltage ---------------------------------------------------------- */

static uint32_t charge_at(const struct battery *battery, uint64_t used)
{
    uint64_t capacity = battery->figures.capacity_uj;

    if (capacity == 0) {
        return BATTERY_FULL;
    }
    return (uint32_t)((wide)(capacity - used) * BATTERY_FULL / capacity);
}

static uint32_t open_at(const struct battery *battery, uint32_t charge)
{
    const uint32_t *point = &battery->figures.open_mv[charge / STEP_PPM];

    if (charge >= BATTERY_FULL) {
        return battery->figures.open_mv[BATTERY_POINTS - 1];
    }
    return point[0] + (point[1] - point[0]) * (charge % STEP_PPM) / STEP_PPM;
}

/* uA x mOhm is nV; rounded up, to the device's disadvantage. */
static uint32_t sag_at(const struct battery *battery, uint32_t charge)
{
    const struct battery_figures *figures = &battery->figures;
    uint64_t rise = (uint64_t)(figures->empty_mohm - figures->full_mohm) *
                    (BATTERY_FULL - charge) / BATTERY_FULL;
    uint64_t nv = battery_ua(battery) * (figures->full_mohm + rise);

    return (uint32_t)((nv + 999999u) / 1000000u);
}

/* Terminal voltage under the present loads after this much energy was used:
 * never rises with `used`. */
static uint32_t mv_at(const struct battery *battery, uint64_t used)
{
    uint32_t charge = charge_at(battery, used);
    uint32_t open = open_at(battery, charge);
    uint32_t sag = sag_at(battery, charge);

    return sag < open ? open - sag : 0;
}

uint32_t battery_charge_ppm(const struct battery *battery)
{
    return charge_at(battery, battery->used_uj);
}

uint32_t battery_open_mv(const struct battery *battery)
{
    return open_at(battery, battery_charge_ppm(battery));
}

uint32_t battery_mv(const struct battery *battery)
{
    return mv_at(battery, battery->used_uj);
}

/* The least energy, from `used_uj` on, at which the voltage is at or below
 * `mv`, given that it is so when the battery is empty. */
static uint64_t energy_until(const struct battery *battery, uint32_t mv)
{
    uint64_t low = battery->used_uj;
    uint64_t high = battery->figures.capacity_uj;

    while (low < high) {
        uint64_t middle = low + (high - low) / 2u;
        if (mv_at(battery, middle) <= mv) {
            high = middle;
        } else {
            low = middle + 1u;
        }
    }
    return high;
}

uint64_t battery_next(const struct battery *battery, enum battery_level level)
{
    const struct battery_figures *figures = &battery->figures;
    uint32_t mv =
        level == BATTERY_WARN ? figures->warn_mv : figures->brown_out_mv;
    uint64_t load = load_nw(battery);

    if (battery_mv(battery) <= mv) {
        return battery->now_ns;
    }
    if (load == 0 || mv_at(battery, figures->capacity_uj) > mv ||
        figures->capacity_uj == 0) {
        return BATTERY_NEVER;
    }
    wide units =
        (wide)(energy_until(battery, mv) - battery->used_uj) * UNITS_PER_UJ -
        battery->used_rest;
    wide span = (units + load - 1u) / load;
    return span < BATTERY_NEVER - battery->now_ns
               ? battery->now_ns + (uint64_t)span
               : BATTERY_NEVER;
}
