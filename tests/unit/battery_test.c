/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <string.h>

#include "base/rng.h"
#include "outside/battery.h"

#define MS UINT64_C(1000000)
#define SECOND UINT64_C(1000000000)
#define HOUR (3600u * SECOND)

static struct battery battery_under_test;
static struct battery *const b = &battery_under_test;
static struct battery_figures figures;

static void setup(void)
{
    figures = battery_defaults;
    cr_assert_eq(battery_init(b, &figures, BATTERY_FULL, 0), 0);
    battery_loads_off(b, 0);
}

TestSuite(battery, .init = setup);

static void start(uint32_t charge)
{
    cr_assert_eq(battery_init(b, &figures, charge, 0), 0);
    battery_loads_off(b, 0);
}

/* Nothing but the radio's 1 mA: 3.6 mW. */
static void only_one_ma(void)
{
    figures.base_ua = 0;
    figures.flash_ua[BATTERY_FLASH_IDLE] = 0;
    figures.radio_ua[BATTERY_RADIO_IDLE] = 1000;
}

Test(battery, energy_of_each_load)
{
    figures.base_ua = 0;
    figures.flash_ua[BATTERY_FLASH_IDLE] = 0;
    start(BATTERY_FULL);
    battery_advance(b, SECOND);
    cr_assert_eq(b->used_uj, 0);
    battery_radio(b, SECOND, BATTERY_RADIO_TX);
    battery_radio(b, 2 * SECOND, BATTERY_RADIO_OFF);
    cr_assert_eq(b->used_uj, 601200); /* 167 mA x 3.6 V x 1 s */
    battery_flash(b, 2 * SECOND, BATTERY_FLASH_ERASE);
    battery_flash(b, 2 * SECOND + 45 * MS, BATTERY_FLASH_IDLE);
    cr_assert_eq(b->used_uj, 601200 + 2430); /* 15 mA x 3.6 V x 45 ms */
    battery_cpu(b, 3 * SECOND, BATTERY_CPU_RUN);
    battery_cpu(b, 4 * SECOND, BATTERY_CPU_SLEEP);
    cr_assert_eq(b->used_uj, 603630 + 9000); /* 2.5 mA x 3.6 V x 1 s */
    battery_cpu(b, 14 * SECOND, BATTERY_CPU_OFF);
    cr_assert_eq(b->used_uj, 612630 + 360); /* 10 uA x 3.6 V x 10 s */
    cr_assert_eq(b->drained_uj, b->used_uj);
    cr_assert_eq(battery_left_uj(b), figures.capacity_uj - 612990);
    cr_assert_eq(b->radio_ns[BATTERY_RADIO_TX], SECOND);
    cr_assert_eq(b->radio_ns[BATTERY_RADIO_OFF], 13 * SECOND);
}

Test(battery, currents_add_up)
{
    battery_cpu(b, 0, BATTERY_CPU_RUN);
    battery_flash(b, 0, BATTERY_FLASH_PROGRAM);
    battery_radio(b, 0, BATTERY_RADIO_RX);
    cr_assert_eq(battery_ua(b), 2 + 2500 + 15000 + 54000);
    battery_loads_off(b, 0);
    cr_assert_eq(battery_ua(b), 3);
}

/* A year in steps of random length is the same as a year in one. */
Test(battery, no_drift)
{
    struct battery whole = *b;
    struct rng rng;
    uint64_t year = 365 * 24 * HOUR;
    uint64_t now = 0;

    battery_advance(&whole, year);
    rng_init(&rng, 1, "steps");
    while (now < year) {
        now += rng_below(&rng, 2 * HOUR);
        battery_advance(b, now < year ? now : year);
    }
    cr_assert_arr_eq(b, &whole, sizeof(whole));
    cr_assert_eq(b->used_uj, 340588800); /* 3 uA x 3.6 V x 31,536,000 s */
    cr_assert_eq(b->used_rest, 0);
}

/* 1 uA at 1 mV: 1 nW takes 1000 s for a microjoule. */
Test(battery, the_rest_below_a_microjoule_is_kept)
{
    only_one_ma();
    figures.nominal_mv = 1;
    figures.radio_ua[BATTERY_RADIO_SLEEP] = 1;
    start(BATTERY_FULL);
    battery_radio(b, 0, BATTERY_RADIO_SLEEP);
    for (uint64_t second = 1; second < 1000; second++) {
        battery_advance(b, second * SECOND);
        cr_assert_eq(b->used_uj, 0);
    }
    battery_advance(b, 1000 * SECOND - 1);
    cr_assert_eq(b->used_uj, 0);
    battery_advance(b, 1000 * SECOND);
    cr_assert_eq(b->used_uj, 1);
    cr_assert_eq(b->used_rest, 0);
}

Test(battery, time_does_not_go_back)
{
    battery_radio(b, SECOND, BATTERY_RADIO_TX);
    struct battery before = *b;
    battery_advance(b, SECOND - 1);
    battery_advance(b, SECOND);
    cr_assert_arr_eq(b, &before, sizeof(before));
}

Test(battery, open_voltage_is_straight_between_points)
{
    static const struct {
        uint32_t charge;
        uint32_t mv;
    } cases[] = {
        {1000000, 3660}, {950000, 3645}, {900000, 3630}, {100000, 3300},
        {50000, 2900},   {25000, 2700},  {0, 2500},      {2000000, 3660},
    };

    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        battery_charge(b, 0, cases[i].charge);
        cr_expect_eq(battery_open_mv(b), cases[i].mv, "at %u", cases[i].charge);
        cr_expect_eq(battery_charge_ppm(b), cases[i].charge > BATTERY_FULL
                                                ? BATTERY_FULL
                                                : cases[i].charge);
    }
}

Test(battery, a_charge_reads_back_as_it_was_set)
{
    figures.capacity_uj = 7000003;
    start(BATTERY_FULL);
    for (uint32_t charge = 0; charge <= BATTERY_FULL; charge += 33333) {
        battery_charge(b, 0, charge);
        cr_assert_eq(battery_charge_ppm(b), charge);
    }
}

/* 167,003 uA through 800 mOhm are 133.6 mV, through 3400 mOhm 567.8 mV. */
Test(battery, voltage_sags_under_load)
{
    battery_radio(b, 0, BATTERY_RADIO_TX);
    cr_assert_eq(battery_mv(b), 3660 - 134);
    battery_charge(b, 0, BATTERY_FULL / 2);
    cr_assert_eq(battery_mv(b), 3570 - 568);
    figures.empty_mohm = 100000;
    start(0);
    battery_radio(b, 0, BATTERY_RADIO_TX);
    cr_assert_eq(battery_mv(b), 0);
    cr_assert_eq(battery_open_mv(b), 2500);
}

/* At `next` the level is met, one nanosecond earlier it is not. */
static void check_next(enum battery_level level, uint32_t mv)
{
    uint64_t next = battery_next(b, level);
    struct battery at = *b;

    cr_assert_neq(next, BATTERY_NEVER);
    cr_assert_gt(next, b->now_ns);
    battery_advance(&at, next - 1);
    cr_assert_gt(battery_mv(&at), mv);
    cr_assert_eq(battery_next(&at, level), next, "it does not wander");
    battery_advance(&at, next);
    cr_assert_leq(battery_mv(&at), mv);
    cr_assert_eq(battery_next(&at, level), next, "reached");
}

Test(battery, the_time_of_a_threshold_is_exact)
{
    for (unsigned radio = 0; radio < BATTERY_RADIO_STATES; radio++) {
        start(900000);
        battery_advance(b, 12345678);
        battery_radio(b, 23456789, (enum battery_radio)radio);
        check_next(BATTERY_WARN, figures.warn_mv);
        check_next(BATTERY_BROWN_OUT, figures.brown_out_mv);
        cr_assert_lt(battery_next(b, BATTERY_WARN),
                     battery_next(b, BATTERY_BROWN_OUT));
    }
}

/* Straight from 3.6 V to 2.6 V over 1 J without resistance. Read in whole
 * millivolts, 3.000999 V is 3000: met when 599,001 uJ are used, which at
 * 3.6 mW takes 166.389166666.. s. */
Test(battery, a_threshold_by_hand)
{
    only_one_ma();
    figures.capacity_uj = 1000000;
    figures.full_mohm = 0;
    figures.empty_mohm = 0;
    for (unsigned i = 0; i < BATTERY_POINTS; i++) {
        figures.open_mv[i] = 2600 + 100 * i;
    }
    start(BATTERY_FULL);
    battery_radio(b, 7, BATTERY_RADIO_IDLE);
    cr_assert_eq(battery_next(b, BATTERY_WARN), UINT64_C(166389166667) + 7);
}

Test(battery, thresholds_that_never_come)
{
    figures.base_ua = 0;
    figures.flash_ua[BATTERY_FLASH_IDLE] = 0;
    start(BATTERY_FULL);
    cr_assert_eq(battery_next(b, BATTERY_WARN), BATTERY_NEVER, "no load");
    battery_radio(b, 0, BATTERY_RADIO_IDLE);
    cr_assert_neq(battery_next(b, BATTERY_WARN), BATTERY_NEVER);
    figures.open_mv[0] = 3300;
    start(BATTERY_FULL);
    battery_radio(b, 0, BATTERY_RADIO_IDLE);
    cr_assert_eq(battery_next(b, BATTERY_WARN), BATTERY_NEVER, "never so low");
    battery_radio(b, 0, BATTERY_RADIO_TX);
    cr_assert_neq(battery_next(b, BATTERY_WARN), BATTERY_NEVER);
    figures = battery_defaults;
    figures.capacity_uj = BATTERY_UJ_LIMIT;
    start(BATTERY_FULL);
    cr_assert_eq(battery_next(b, BATTERY_WARN), BATTERY_NEVER,
                 "beyond all times");
    battery_advance(b, BATTERY_NEVER - SECOND);
    cr_assert_eq(battery_left_uj(b), BATTERY_UJ_LIMIT - 199224835985);
}

Test(battery, an_empty_cell_stays_empty)
{
    figures.capacity_uj = 1000;
    start(BATTERY_FULL);
    battery_radio(b, 0, BATTERY_RADIO_TX);
    battery_advance(b, HOUR);
    cr_assert_eq(b->used_uj, 1000);
    cr_assert_eq(b->used_rest, 0);
    cr_assert_eq(battery_left_uj(b), 0);
    cr_assert_eq(battery_open_mv(b), 2500);
    cr_assert_eq(battery_next(b, BATTERY_BROWN_OUT), HOUR);
    cr_assert_eq(b->drained_uj, UINT64_C(601210800) * 36 / 10,
                 "the sum goes on");
    battery_charge(b, HOUR, BATTERY_FULL);
    cr_assert_eq(battery_left_uj(b), 1000);
}

Test(battery, a_supply_never_tires)
{
    figures.capacity_uj = 0;
    start(0);
    battery_radio(b, 0, BATTERY_RADIO_TX);
    battery_advance(b, BATTERY_NEVER - 1);
    cr_assert_eq(battery_charge_ppm(b), BATTERY_FULL);
    cr_assert_eq(battery_mv(b), 3660 - 134);
    cr_assert_eq(battery_next(b, BATTERY_WARN), BATTERY_NEVER);
    cr_assert_gt(b->drained_uj, 0);
}

/*
 * A weak cell: fine while it listens, below the brown-out level as soon as it
 * sends; the reset takes the load away, the voltage is back, and it sends
 * again. Each burst takes a little, until the cell cannot even listen.
 */
Test(battery, a_weak_cell_browns_out_at_each_burst)
{
    uint64_t now = 0;
    unsigned resets = 0;

    start(250000);
    while (battery_mv(b) > figures.brown_out_mv && resets < 1000) {
        battery_cpu(b, now, BATTERY_CPU_RUN);
        battery_radio(b, now, BATTERY_RADIO_RX);
        cr_assert_gt(battery_mv(b), figures.brown_out_mv);
        now += 2 * SECOND;
        battery_radio(b, now, BATTERY_RADIO_TX);
        cr_assert_eq(battery_next(b, BATTERY_BROWN_OUT), now);
        now += MS;
        battery_loads_off(b, now);
        cr_assert_gt(battery_mv(b), figures.warn_mv, "recovered");
        now += SECOND;
        battery_advance(b, now);
        resets++;
    }
    cr_assert_eq(resets, 1000, "resting, it looks healthy");
    start(BATTERY_FULL);
    battery_radio(b, 0, BATTERY_RADIO_TX);
    cr_assert_gt(battery_mv(b), figures.warn_mv, "a good one does not");
}

/* Published for NB-IoT: 333.7 kB in blocks of 512 bytes, one at a time with
 * 1 s of round trip, take about 157 J and 13 minutes. */
Test(battery, energy_of_a_download_over_nb_iot)
{
    uint64_t now = 0;

    for (unsigned block = 0; block < 652; block++) {
        battery_radio(b, now, BATTERY_RADIO_TX);
        now += 60 * 8 * SECOND / 62500;
        battery_radio(b, now, BATTERY_RADIO_RX);
        now += SECOND + (512 + 48) * 8 * SECOND / 26000;
    }
    battery_radio(b, now, BATTERY_RADIO_OFF);
    cr_assert(now > 12 * 60 * SECOND && now < 13 * 60 * SECOND);
    cr_assert(b->used_uj > 150000000 && b->used_uj < 157000000, "%lu",
              (unsigned long)b->used_uj);
}

Test(battery, a_clone_goes_the_same_way)
{
    battery_radio(b, 17, BATTERY_RADIO_RX);
    struct battery clone = *b;

    for (unsigned i = 0; i < 2; i++) {
        struct battery *one = i ? b : &clone;
        battery_flash(one, 1234567, BATTERY_FLASH_PROGRAM);
        battery_cpu(one, 99999999, BATTERY_CPU_SLEEP);
        battery_charge(one, SECOND + 1, 333333);
        battery_advance(one, 3 * SECOND + 7);
    }
    cr_assert_arr_eq(b, &clone, sizeof(clone));
}

Test(battery, figures_out_of_range)
{
    struct battery_figures bad[9];

    for (unsigned i = 0; i < 9; i++) {
        bad[i] = battery_defaults;
    }
    bad[0].capacity_uj = BATTERY_UJ_LIMIT + 1;
    bad[1].nominal_mv = BATTERY_MV_LIMIT + 1;
    bad[2].empty_mohm = BATTERY_MOHM_LIMIT + 1;
    bad[3].full_mohm = bad[3].empty_mohm + 1;
    bad[4].base_ua = BATTERY_UA_LIMIT + 1;
    bad[5].open_mv[4] = bad[5].open_mv[5] + 1;
    bad[6].open_mv[BATTERY_POINTS - 1] = BATTERY_MV_LIMIT + 1;
    bad[7].cpu_ua[2] = BATTERY_UA_LIMIT + 1;
    bad[8].radio_ua[5] = BATTERY_UA_LIMIT + 1;
    for (unsigned i = 0; i < 9; i++) {
        cr_expect_eq(battery_init(b, &bad[i], 0, 0), -1, "%u", i);
    }
}

Test(battery, names)
{
    cr_expect_str_eq(battery_radio_name(BATTERY_RADIO_TX), "tx");
    cr_expect_str_eq(battery_radio_name((enum battery_radio)6), "?");
}
