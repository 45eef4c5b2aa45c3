/* SPDX-License-Identifier: MIT */
/* The agent's figures from a devicetree: all there, none, and spoiled ones. */
#include <criterion/criterion.h>
#include <libfdt.h>
#include <string.h>

#include "ota/agent.h"

#define BLOB_SIZE 2048

struct row {
    const char *name;
    uint32_t value;
};

static const struct row sound[] = {
    {"server-node", 1},
    {"server-port", 5683},
    {"first-poll-ms", 2000},
    {"poll-ms", 60000},
    {"poll-jitter-percent", 25},
    {"ack-timeout-ms", 4000},
    {"retransmits", 4},
    {"block-size", 512},
    {"battery-mv", 3300},
    {"energy-percent", 150},
    {"radio-rx-mw", 194},
    {"radio-tx-mw", 601},
    {"request-ms", 30},
    {"radio-after-mj", 2160},
    {"flash-uj-per-kib", 760},
    {"link-losses", 2},
    {"backoff-ms", 10000},
    {"backoff-max-ms", 3600000},
    {"tries", 3},
    {"observe", 0},
    {"delta-saving-percent", 50},
    {"window-start-s", 7200},
    {"window-length-s", 3600},
};
#define ROWS (sizeof(sound) / sizeof(sound[0]))

static uint8_t blob[BLOB_SIZE];
static struct agent_figures figures;

static void ok(int err)
{
    cr_assert_eq(err, 0, "libfdt: %d", err);
}

/* The sound one, but row `at` is `value`, or left out when `drop`. */
static int read_with(size_t at, uint32_t value, bool drop)
{
    static const char compatible[] = "otalab,agent";

    ok(fdt_create(blob, sizeof(blob)));
    ok(fdt_finish_reservemap(blob));
    ok(fdt_begin_node(blob, ""));
    ok(fdt_begin_node(blob, "agent"));
    ok(fdt_property(blob, "compatible", compatible, sizeof(compatible)));
    for (size_t i = 0; i < ROWS; i++) {
        if (i != at || !drop) {
            ok(fdt_property_u32(blob, sound[i].name,
                                i == at ? value : sound[i].value));
        }
    }
    ok(fdt_end_node(blob));
    ok(fdt_end_node(blob));
    ok(fdt_finish(blob));
    return agent_figures_read(blob, sizeof(blob), &figures);
}

static size_t row(const char *name)
{
    size_t i = 0;

    while (i < ROWS && strcmp(sound[i].name, name) != 0) {
        i++;
    }
    cr_assert_lt(i, ROWS);
    return i;
}

Test(agent_figures, each_goes_to_its_place)
{
    cr_assert_eq(read_with(ROWS, 0, false), OTA_OK);
    cr_assert_eq(figures.server_node, 1);
    cr_assert_eq(figures.server_port, 5683);
    cr_assert_eq(figures.block_size, 512);
    cr_assert_eq(figures.radio_rx_mw, 194);
    cr_assert_eq(figures.flash_uj_per_kib, 760);
    cr_assert_eq(figures.backoff_ms, 10000);
    cr_assert_eq(figures.backoff_max_ms, 3600000);
    cr_assert_eq(figures.window_start_s, 7200);
    cr_assert_eq(figures.window_length_s, 3600);
}

Test(agent_figures, a_trial_has_time_for_all_retransmissions)
{
    cr_assert_eq(read_with(ROWS, 0, false), OTA_OK);
    cr_assert_eq(figures.trial_server_ms, 186000);
    cr_assert_eq(agent_trial_ms(&figures, 3), 186000 + 3 * 18000);
    cr_assert_eq(agent_trial_ms(&figures, UINT32_MAX),
                 agent_trial_ms(&figures, AGENT_FLIGHTS_MAX));
    cr_assert_eq(read_with(row("ack-timeout-ms"), 10000, false), OTA_OK);
    cr_assert_eq(figures.trial_server_ms, 465000);
    cr_assert_eq(read_with(row("retransmits"), 0, false), OTA_OK);
    cr_assert_eq(figures.trial_server_ms, 6000);
}

Test(agent_figures, none_may_be_missing)
{
    for (size_t i = 0; i < ROWS; i++) {
        cr_assert_eq(read_with(i, 0, true), OTA_ERR_NONE, "%s", sound[i].name);
    }
}

Test(agent_figures, what_cannot_work_is_refused)
{
    static const struct row wrong[] = {
        {"server-port", 0},
        {"server-port", 65536},
        {"poll-ms", 0},
        {"poll-jitter-percent", 1001},
        {"ack-timeout-ms", 0},
        {"retransmits", 11},
        {"block-size", 32},
        {"block-size", 2048},
        {"block-size", 1000},
        {"energy-percent", 1001},
        {"backoff-ms", 0},
        {"backoff-max-ms", 0},
        {"tries", 0},
        {"tries", 256},
        {"observe", 2},
        {"window-start-s", 86400},
        {"window-length-s", 86401},
        {"radio-rx-mw", 10001},
        {"radio-tx-mw", 10001},
        {"request-ms", 600001},
        {"radio-after-mj", 1000000001},
        {"flash-uj-per-kib", 1000001},
    };

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        cr_assert_eq(read_with(row(wrong[i].name), wrong[i].value, false),
                     OTA_ERR_RANGE, "%s %u", wrong[i].name, wrong[i].value);
    }
}

Test(agent_figures, a_blob_that_is_none_is_refused)
{
    cr_assert_eq(read_with(ROWS, 0, false), OTA_OK);
    cr_assert_eq(agent_figures_read(blob, 8, &figures), OTA_ERR_RANGE);
    cr_assert_eq(agent_figures_read(blob, fdt_totalsize(blob) - 1, &figures),
                 OTA_ERR_RANGE);
    blob[0] ^= 1;
    cr_assert_eq(agent_figures_read(blob, sizeof(blob), &figures),
                 OTA_ERR_RANGE);
}
