/* SPDX-License-Identifier: MIT */
/* The radio's energy for a download, against the models of link, modem and
 * battery that a scenario uses. */
#include <criterion/criterion.h>

#include "device/radio.h"
#include "estimate/energy.h"

#define BLOCK 1024u

/* Each time is its own, so that none can take another's place. */
static const struct radio_figures modem = {.receive_ns = UINT64_C(12000000000),
                                           .tail_ns = UINT64_C(7000000000),
                                           .queue = 4};

static struct link_figures no_jitter(const char *kind, unsigned direction)
{
    struct link_figures figures = link_kind_find(kind)->way[direction];

    figures.jitter = 0;
    return figures;
}

static struct energy_figures usual(const char *kind, uint64_t bytes)
{
    struct energy_figures figures = {
        .bytes = bytes,
        .block = BLOCK,
        .way = {no_jitter(kind, LINK_UP), no_jitter(kind, LINK_DOWN)},
        .receive_ns = modem.receive_ns,
        .tail_ns = modem.tail_ns,
        .mv = battery_defaults.nominal_mv,
    };

    for (unsigned i = 0; i < BATTERY_RADIO_STATES; i++) {
        figures.ua[i] = battery_defaults.radio_ua[i];
    }
    return figures;
}

/* ---- the models ------------------------------------------------------------ */

struct stage {
    struct link link;
    struct radio radio;
    struct battery battery;
    uint64_t now;
};

static enum battery_radio load_of(enum radio_state state)
{
    static const enum battery_radio loads[] = {
        [RADIO_OFF] = BATTERY_RADIO_OFF,    [RADIO_SLEEP] = BATTERY_RADIO_SLEEP,
        [RADIO_RECEIVE] = BATTERY_RADIO_RX, [RADIO_TRANSMIT] = BATTERY_RADIO_TX,
        [RADIO_TAIL] = BATTERY_RADIO_TAIL,
    };

    return loads[state];
}

/* The battery follows the modem's states up to a time. */
static void pass_until(struct stage *stage, uint64_t until)
{
    while (stage->now < until) {
        uint64_t next = radio_next(&stage->radio, stage->now);

        battery_radio(&stage->battery, stage->now,
                      load_of(radio_state_at(&stage->radio, stage->now)));
        stage->now = next < until ? next : until;
        battery_advance(&stage->battery, stage->now);
    }
}

/* A request, and the answer of a server that takes no time. */
static void exchange(struct stage *stage, uint32_t request, uint32_t answer)
{
    static const uint8_t bytes[LINK_BYTES] = {1};
    const struct endpoint device = {.node = 2, .port = 1};
    const struct endpoint server = {.node = 1, .port = 1};
    struct link_packet packet;
    struct link_sent up = link_send(&stage->link, stage->now, LINK_UP, device,
                                    server, bytes, request);

    cr_assert_eq(up.fate, LINK_SENT);
    radio_sent(&stage->radio, stage->now, up.end_ns);
    pass_until(stage, up.due_ns);
    cr_assert(link_take(&stage->link, stage->now, &packet));
    struct link_sent down = link_send(&stage->link, stage->now, LINK_DOWN,
                                      server, device, bytes, answer);

    cr_assert_eq(down.fate, LINK_SENT);
    pass_until(stage, down.due_ns);
    cr_assert(link_take(&stage->link, stage->now, &packet));
    cr_assert(radio_deliver(&stage->radio, stage->now, 1, 1, bytes, answer));
    struct radio_datagram taken;
    cr_assert(radio_take(&stage->radio, &taken));
}

/* As docs/protocol.md: 16 bytes ask for a block, 22 are around it; the others
 * have 48 and 110 on average. */
static void download(struct stage *stage, const struct energy_figures *figures)
{
    const struct battery_figures *cell = &battery_defaults;
    struct battery_figures large = *cell;

    *stage = (struct stage){.now = 0};
    large.capacity_uj = BATTERY_UJ_LIMIT;
    cr_assert_eq(battery_init(&stage->battery, &large, BATTERY_FULL, 0), 0);
    cr_assert_eq(radio_init(&stage->radio, &modem), 0);
    cr_assert_eq(link_init(&stage->link, &figures->way[LINK_UP],
                           &figures->way[LINK_DOWN], 1, "estimate"),
                 0);
    radio_fit(&stage->radio, true);
    radio_power_on(&stage->radio);
    cr_assert_eq(radio_socket_open(&stage->radio, 0, 1, 1), 0);
    for (unsigned i = 0; i < 6; i++) {
        exchange(stage, 48, 110);
    }
    for (uint64_t at = 0; at < figures->bytes; at += BLOCK) {
        uint64_t left = figures->bytes - at;

        exchange(stage, 16, 22 + (uint32_t)(left < BLOCK ? left : BLOCK));
    }
    pass_until(stage, stage->now + modem.receive_ns + modem.tail_ns);
    cr_assert_eq(radio_state_at(&stage->radio, stage->now), RADIO_SLEEP);
}

static void expect_near(uint64_t got, uint64_t wanted, uint64_t by,
                        const char *what)
{
    cr_expect(got + by >= wanted && got <= wanted + by, "%s: %lu, not %lu",
              what, (unsigned long)got, (unsigned long)wanted);
}

/* Times to a few ns per packet, because the line rounds each. */
Test(estimate_energy, is_what_the_models_say)
{
    static const char *const kinds[] = {"nb-iot", "nb-iot-good", "lte-m"};
    static const uint64_t sizes[] = {0, 1, 1024, 1025, 20000, 262294};
    static struct stage stage;

    for (unsigned k = 0; k < 3; k++) {
        for (unsigned s = 0; s < 6; s++) {
            struct energy_figures figures = usual(kinds[k], sizes[s]);
            struct energy energy;

            download(&stage, &figures);
            cr_assert_eq(energy_of(&figures, &energy), 0);
            uint64_t slack = 2 * energy.exchanges;

            for (unsigned i = BATTERY_RADIO_SLEEP; i < BATTERY_RADIO_STATES;
                 i++) {
                expect_near(energy.ns[i], stage.battery.radio_ns[i], slack,
                            battery_radio_name((enum battery_radio)i));
            }
            expect_near(energy.total_ns, stage.now, slack, kinds[k]);
        }
    }
}

/* ---- figures ----------------------------------------------------------------- */

Test(estimate_energy, is_current_times_voltage_times_time)
{
    uint64_t uj = 0;

    cr_assert_eq(energy_uj(54000, 3600, UINT64_C(1000000000), &uj), 0);
    cr_expect_eq(uj, 194400);
    cr_assert_eq(energy_uj(1, 1, UINT64_C(499999999999), &uj), 0);
    cr_expect_eq(uj, 0);
    cr_assert_eq(energy_uj(1, 1, UINT64_C(500000000000), &uj), 0);
    cr_expect_eq(uj, 1);
    cr_expect_eq(energy_uj(UINT64_MAX, 2, 1, &uj), ESTIMATE_TOO_BIG);
}

/* Half of the jitter is waited for, in each direction. */
Test(estimate_energy, counts_jitter_by_its_mean)
{
    struct energy_figures figures = usual("nb-iot", 20000);
    struct energy without;
    struct energy with;

    cr_assert_eq(energy_of(&figures, &without), 0);
    figures.way[LINK_UP].jitter = 4000;
    figures.way[LINK_DOWN].jitter = 2000;
    cr_assert_eq(energy_of(&figures, &with), 0);
    cr_expect_eq(with.exchanges, 26);
    cr_expect_eq(with.ns[BATTERY_RADIO_RX] - without.ns[BATTERY_RADIO_RX],
                 26 * 3000);
    cr_expect_eq(with.ns[BATTERY_RADIO_TX], without.ns[BATTERY_RADIO_TX]);
}

/* A delta of 4 % of the bytes needs more than 4 % of the energy. */
Test(estimate_energy, does_not_follow_the_bytes)
{
    struct energy_figures figures = usual("nb-iot", 500000);
    struct energy full;
    struct energy delta;

    cr_assert_eq(energy_of(&figures, &full), 0);
    figures.bytes = 20000;
    cr_assert_eq(energy_of(&figures, &delta), 0);
    cr_expect_gt(delta.total_uj * 20, full.total_uj);
    cr_expect_eq(full.total_uj, full.uj[BATTERY_RADIO_RX] +
                                    full.uj[BATTERY_RADIO_TX] +
                                    full.uj[BATTERY_RADIO_TAIL]);
}

Test(estimate_energy, wrong_figures_are_refused)
{
    struct energy_figures figures = usual("nb-iot", 500000);
    struct energy energy = {.exchanges = 7};

    figures.block = 0;
    cr_expect_eq(energy_of(&figures, &energy), ESTIMATE_ZERO);
    figures.block = BLOCK;
    figures.bytes = UINT64_MAX;
    cr_expect_eq(energy_of(&figures, &energy), ESTIMATE_TOO_BIG);
    figures = usual("nb-iot", 500000);
    figures.ua[BATTERY_RADIO_SLEEP] = UINT64_MAX;
    cr_expect_eq(energy_of(&figures, &energy), ESTIMATE_TOO_BIG);
    cr_expect_eq(energy.exchanges, 7);
}
