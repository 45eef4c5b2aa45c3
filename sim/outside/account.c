/* SPDX-License-Identifier: MIT */
#include "outside/account.h"

#include <string.h>

#define UNITS_PER_UJ UINT64_C(1000000000000) /* nW x ns */

typedef unsigned __int128 wide;

static const struct {
    const char *load;
    const char *state;
} names[ACCOUNT_ROWS] = {
    {"base", "on"},     {"cpu", "off"},    {"cpu", "run"},
    {"cpu", "sleep"},   {"flash", "idle"}, {"flash", "program"},
    {"flash", "erase"}, {"radio", "off"},  {"radio", "sleep"},
    {"radio", "idle"},  {"radio", "rx"},   {"radio", "tx"},
    {"radio", "tail"},
};
_Static_assert(BATTERY_CPU_STATES == 3 && BATTERY_FLASH_STATES == 3 &&
                   BATTERY_RADIO_STATES == 6,
               "a name for each row");

const char *account_load(unsigned row)
{
    return row < ACCOUNT_ROWS ? names[row].load : NULL;
}

const char *account_state(unsigned row)
{
    return row < ACCOUNT_ROWS ? names[row].state : NULL;
}

struct writer {
    struct account *account;
    unsigned rows;
    uint32_t mv;
    wide units; /* of all rows so far */
};

static uint64_t whole_uj(wide units)
{
    wide uj = units / UNITS_PER_UJ;

    return uj > UINT64_MAX ? UINT64_MAX : (uint64_t)uj;
}

static void add_rows(struct writer *writer, unsigned states, const uint64_t *ns,
                     const uint32_t *ua)
{
    for (unsigned i = 0; i < states; i++) {
        uint64_t before = whole_uj(writer->units);

        writer->units += (wide)((uint64_t)ua[i] * writer->mv) * ns[i];
        writer->account->ns[writer->rows] = ns[i];
        writer->account->uj[writer->rows] = whole_uj(writer->units) - before;
        writer->rows++;
    }
}

void account_of(const struct battery *battery, struct account *account)
{
    const struct battery_figures *figures = &battery->figures;
    struct writer writer = {.account = account, .mv = figures->nominal_mv};
    uint64_t total = 0;

    for (unsigned i = 0; i < BATTERY_CPU_STATES; i++) {
        total += battery->cpu_ns[i];
    }
    add_rows(&writer, 1, &total, &figures->base_ua);
    add_rows(&writer, BATTERY_CPU_STATES, battery->cpu_ns, figures->cpu_ua);
    add_rows(&writer, BATTERY_FLASH_STATES, battery->flash_ns,
             figures->flash_ua);
    add_rows(&writer, BATTERY_RADIO_STATES, battery->radio_ns,
             figures->radio_ua);
    account->total_ns = total;
    account->total_uj = whole_uj(writer.units);
}

uint64_t account_load_uj(const struct account *account, const char *load)
{
    uint64_t uj = 0;

    for (unsigned i = 0; i < ACCOUNT_ROWS; i++) {
        if (strcmp(names[i].load, load) == 0) {
            uj += account->uj[i];
        }
    }
    return uj;
}
