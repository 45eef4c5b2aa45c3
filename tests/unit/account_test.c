/* SPDX-License-Identifier: MIT */
/* What a device's energy was used for, against sums done by hand. */
#include "outside/account.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/rng.h"
#include "outside/link.h"
#include "outside/modem.h"

#define MS UINT64_C(1000000)
#define SECOND UINT64_C(1000000000)

static struct battery fresh(void)
{
    struct battery battery;

    cr_assert_eq(battery_init(&battery, &battery_defaults, BATTERY_FULL, 0), 0);
    return battery;
}

static uint64_t row_uj(const struct account *account, const char *load,
                       const char *state)
{
    for (unsigned i = 0; i < ACCOUNT_ROWS; i++) {
        if (strcmp(account_load(i), load) == 0 &&
            strcmp(account_state(i), state) == 0) {
            return account->uj[i];
        }
    }
    cr_assert_fail("%s %s", load, state);
    return 0;
}

/* 3.6 V: 2.5 mA x 10 s = 90 mJ; 15 mA x 0.5 s = 27 mJ; 167 mA x 20 ms = 12.024
 * mJ; 54 mA x 1.5 s = 291.6 mJ; 0.4 mA x 2 s = 2.88 mJ; 6 mA x 3 s = 64.8 mJ. */
Test(account, by_hand)
{
    struct battery battery = fresh();
    struct account account;

    battery_flash(&battery, 0, BATTERY_FLASH_ERASE);
    battery_radio(&battery, 0, BATTERY_RADIO_TX);
    battery_radio(&battery, 20 * MS, BATTERY_RADIO_RX);
    battery_flash(&battery, 500 * MS, BATTERY_FLASH_IDLE);
    battery_radio(&battery, 1520 * MS, BATTERY_RADIO_IDLE);
    battery_radio(&battery, 3520 * MS, BATTERY_RADIO_TAIL);
    battery_radio(&battery, 6520 * MS, BATTERY_RADIO_SLEEP);
    battery_cpu(&battery, 10 * SECOND, BATTERY_CPU_SLEEP);
    battery_advance(&battery, 20 * SECOND);
    account_of(&battery, &account);
    cr_expect_eq(row_uj(&account, "cpu", "run"), 90000);
    cr_expect_eq(row_uj(&account, "cpu", "sleep"), 360);
    cr_expect_eq(row_uj(&account, "flash", "erase"), 27000);
    cr_expect_leq(row_uj(&account, "radio", "tx") - 12024, 1u);
    cr_expect_leq(row_uj(&account, "radio", "rx") - 291600, 1u);
    cr_expect_leq(row_uj(&account, "radio", "idle") - 2880, 1u);
    cr_expect_leq(row_uj(&account, "radio", "tail") - 64800, 1u);
    cr_expect_eq(row_uj(&account, "base", "on"), 144); /* 2 uA x 20 s */
    cr_expect_eq(account.total_ns, 20 * SECOND);
    cr_expect_eq(account.total_uj, battery.drained_uj);
}

/* Whatever happened: the parts are the whole, and each load was always in one
 * of its states. */
Test(account, parts_are_the_whole)
{
    struct rng rng;
    struct battery battery = fresh();
    uint64_t now = 0;

    rng_init(&rng, 7, "account");
    for (unsigned i = 0; i < 2000; i++) {
        struct account account;
        uint64_t sum = 0;
        uint64_t ns = 0;

        now += rng_below(&rng, 3 * SECOND);
        battery_radio(&battery, now,
                      (enum battery_radio)rng_below(&rng,
                                                    BATTERY_RADIO_STATES));
        battery_cpu(&battery, now,
                    (enum battery_cpu)rng_below(&rng, BATTERY_CPU_STATES));
        battery_flash(&battery, now,
                      (enum battery_flash)rng_below(&rng,
                                                    BATTERY_FLASH_STATES));
        account_of(&battery, &account);
        for (unsigned row = 0; row < ACCOUNT_ROWS; row++) {
            sum += account.uj[row];
            ns += account.ns[row];
        }
        cr_assert_eq(sum, battery.drained_uj);
        cr_assert_eq(account.total_uj, battery.drained_uj);
        cr_assert_eq(ns, 4 * now);
        cr_assert_eq(account_load_uj(&account, "base") +
                         account_load_uj(&account, "cpu") +
                         account_load_uj(&account, "flash") +
                         account_load_uj(&account, "radio"),
                     sum);
    }
}

Test(account, names_end)
{
    cr_expect_str_eq(account_load(0), "base");
    cr_expect_str_eq(account_state(ACCOUNT_ROWS - 1), "tail");
    cr_expect_null(account_load(ACCOUNT_ROWS));
    cr_expect_null(account_state(ACCOUNT_ROWS));
}

Test(account, every_kind_of_link_has_its_modem)
{
    for (unsigned i = 0; link_kind_at(i) != NULL; i++) {
        cr_expect_not_null(modem_find(link_kind_at(i)->name), "%s",
                           link_kind_at(i)->name);
    }
    cr_expect_eq(modem_find("nb-iot")->ua[BATTERY_RADIO_TX], 167000);
    cr_expect_null(modem_find("smoke"));
    for (unsigned i = 0; modem_at(i) != NULL; i++) {
        const uint32_t *ua = modem_at(i)->ua;

        cr_expect_eq(ua[BATTERY_RADIO_OFF], 0);
        cr_expect_lt(ua[BATTERY_RADIO_SLEEP], ua[BATTERY_RADIO_IDLE]);
        cr_expect_leq(ua[BATTERY_RADIO_IDLE], ua[BATTERY_RADIO_TAIL]);
        cr_expect_lt(ua[BATTERY_RADIO_TAIL], ua[BATTERY_RADIO_RX]);
    }
}
