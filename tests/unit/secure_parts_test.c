/* SPDX-License-Identifier: MIT */
/* What the protected channel is made of, without a board. */
#include <criterion/criterion.h>

#include <string.h>

#include "base/rng.h"
#include "image/pki.h"
#include "tls/clock.h"
#include "tls/health.h"
#include "tls/identity.h"
#include "tls/moment.h"
#include "unit/ram_flash.h"

#define YEAR_S UINT64_C(31536000)
#define SECTOR 4096u

/* ---- identity ---------------------------------------------------------------- */

static uint8_t record[PKI_IDENTITY];
static struct diag diag;

static uint32_t make_identity(enum pki_mode mode)
{
    uint32_t length = 0;

    memset(record, 0xff, sizeof record);
    cr_assert_eq(pki_identity(mode, 3, 0, YEAR_S, record, &length, &diag), 0);
    return length;
}

Test(identity, the_factory_and_the_device_agree)
{
    static const enum pki_mode modes[] = {PKI_PSK_MODE, PKI_X509_MODE};

    for (unsigned i = 0; i < 2; i++) {
        struct identity identity;

        make_identity(modes[i]);
        cr_assert_eq(identity_read(record, sizeof record, &identity), OTA_OK);
        cr_expect_eq((unsigned)identity.mode, (unsigned)modes[i]);
        cr_expect_eq(identity.part[IDENTITY_PSK_NAME].length, 8);
        cr_expect_eq(
            memcmp(identity.part[IDENTITY_PSK_NAME].bytes, "device-3", 8), 0);
        cr_expect_eq(identity.part[IDENTITY_KEY].length != 0,
                     modes[i] == PKI_X509_MODE);
    }
}

Test(identity, any_change_is_noticed)
{
    uint32_t length = make_identity(PKI_X509_MODE);
    struct identity identity;

    for (uint32_t i = 0; i < length; i++) {
        record[i] ^= 0x10;
        cr_expect_lt(identity_read(record, sizeof record, &identity), 0, "%u",
                     i);
        record[i] ^= 0x10;
    }
    for (uint32_t size = 0; size < length; size++) {
        cr_expect_lt(identity_read(record, size, &identity), 0, "%u", size);
    }
}

/* ---- dates ------------------------------------------------------------------- */

Test(moment, dates_are_seconds)
{
    static const struct {
        mbedtls_x509_time date;
        uint64_t seconds;
    } known[] = {
        {{1970, 1, 1, 0, 0, 0}, 0},
        {{1969, 12, 31, 23, 59, 59}, 0},
        {{2000, 2, 29, 12, 0, 0}, 951825600},
        {{2000, 3, 1, 0, 0, 0}, 951868800},
        {{2026, 1, 1, 0, 0, 0}, 1767225600},
        {{2100, 3, 1, 0, 0, 0}, 4107542400},
        {{9999, 12, 31, 23, 59, 59}, 253402300799},
    };

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        cr_expect_eq(moment_of(&known[i].date), known[i].seconds, "%d",
                     known[i].date.year);
    }
}

/* ---- the generator ------------------------------------------------------------- */

Test(health, good_bytes_pass_and_bad_ones_do_not)
{
    uint8_t window[HEALTH_WINDOW];
    struct rng rng;

    rng_init(&rng, 1, "health");
    for (unsigned i = 0; i < 20000; i++) {
        rng_fill(&rng, window, sizeof window);
        cr_assert(health_passes(window), "window %u", i);
    }
    memset(window + 100, 7, 5);
    window[99] = window[105] = 8;
    cr_expect(health_passes(window), "five in a row");
    window[105] = 7;
    cr_expect_not(health_passes(window), "six in a row");
    for (unsigned i = 0; i < sizeof window; i++) {
        window[i] = (uint8_t)(i % 8);
    }
    cr_expect_not(health_passes(window), "eight values only");
    memset(window, 0x55, sizeof window);
    cr_expect_not(health_passes(window), "stuck");
}

/* ---- the clock ------------------------------------------------------------------- */

static struct ram_flash ram;
static struct clock clock;
static const struct ota_area area = {0, 2 * SECTOR};

static void open_clock(void)
{
    clock_open(&clock, &ram.port, area);
}

static void new_flash(void)
{
    ram_flash_init(&ram, 2 * SECTOR, SECTOR);
    open_clock();
}

Test(clock, it_goes_on_from_what_was_stated)
{
    new_flash();
    cr_expect_eq(clock_unix_s(&clock, 5000), 0);
    cr_expect_not(clock_is_right(&clock, 5000, UINT64_MAX));
    cr_assert(clock_state(&clock, YEAR_S, 5000));
    cr_expect_eq(clock_unix_s(&clock, 65000), YEAR_S + 60);
    cr_expect(clock_is_right(&clock, 65000, 60000));
    cr_expect_not(clock_is_right(&clock, 65001, 60000));
}

Test(clock, a_reset_only_makes_it_late)
{
    new_flash();
    cr_assert(clock_state(&clock, YEAR_S, 0));
    open_clock();
    cr_expect_eq(clock_unix_s(&clock, 99000), YEAR_S);
    cr_expect_not(clock_state(&clock, YEAR_S - 1, 99000));
    cr_expect_eq(clock_unix_s(&clock, 99000), YEAR_S);
    cr_expect(clock_state(&clock, YEAR_S + 1, 99000));
}

Test(clock, an_hour_costs_two_entries_and_less_costs_none)
{
    new_flash();
    cr_assert(clock_state(&clock, YEAR_S, 0));
    uint32_t sequence = clock.ring.sequence;

    for (uint32_t i = 1; i < CLOCK_STEP_S; i++) {
        cr_assert(clock_state(&clock, YEAR_S + i, 0));
    }
    cr_expect_eq(clock.ring.sequence, sequence);
    cr_assert(clock_state(&clock, YEAR_S + CLOCK_STEP_S, 0));
    cr_expect_eq(clock.ring.sequence, sequence + 2);
}

/* Power fails in each operation of many statements, in each form: the time that
 * was believed before is the least that is believed after. */
Test(clock, no_cut_turns_it_back)
{
    for (unsigned form = 0; form < RAM_FORMS; form++) {
        for (uint32_t cut = 0; cut < 120; cut++) {
            uint64_t believed = 0;

            new_flash();
            ram.at = cut;
            ram.form = (enum ram_form)form;
            ram.seed = cut + 1;
            for (uint64_t hour = 0; hour < 40; hour++) {
                uint64_t stated = YEAR_S + hour * CLOCK_STEP_S;

                if (!clock_state(&clock, stated, 0)) {
                    break;
                }
                believed = stated;
            }
            ram_flash_power_on(&ram);
            open_clock();
            cr_expect_geq(clock_unix_s(&clock, 0), believed, "form %u cut %u",
                          form, cut);
        }
    }
}
