/* SPDX-License-Identifier: MIT */
/* Comparisons: what is folded from events, and from the result of a sweep. */
#include "compare/compare.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "oracle/decode.h"
#include "report/compare_text.h"

#define MS UINT64_C(1000000)
#define OLD 0x01020000u
#define NEW 0x01030000u

static struct measure measure;

static void at(uint64_t ms, uint32_t code, uint64_t first, uint64_t second,
               uint64_t third)
{
    struct event event = {.time_ns = ms * MS,
                          .code = code,
                          .number = {first, second, third}};

    measure_event(&measure, &event);
}

/* Power-on, offer, two datagrams, a restart, a trial, a confirmation. */
static void update(void)
{
    at(0, EVENT_RESET, 0, 0, 0);
    at(800, EVENT_BOOT_JUMP, 0, JOURNAL_CONFIRMED, OLD);
    at(900, EVENT_APP_READY, OLD, 0, 0);
    at(1000, EVENT_SERVER_PUBLISH, 1, 0, 0);
    at(2000, EVENT_RADIO_SEND, 20, 0, 0);
    at(2100, EVENT_RADIO_RECEIVE, 1000, 0, 0);
    at(5000, EVENT_RESET_REQUEST, 1, 0, 0);
    at(5500, EVENT_RESET, 0, 0, 0);
    at(6000, EVENT_BOOT_JUMP, 0, JOURNAL_TRIAL, NEW);
    at(6500, EVENT_APP_READY, NEW, 0, 0);
    at(7000, EVENT_RESET, 0, 0, 0);
    at(7400, EVENT_BOOT_JUMP, 0, JOURNAL_CONFIRMED, NEW);
    at(7500, EVENT_APP_READY, NEW, 0, 0);
    at(9000, EVENT_END, 0, 0, 0);
}

Test(measure, times_count_from_the_offer_to_the_first_work)
{
    update();
    cr_expect_eq(measure.works_ns, 5500 * MS);
    cr_expect_eq(measure.confirmed_ns, 6400 * MS);
    cr_expect_eq(measure.end_ns, 9000 * MS);
    cr_expect_eq(measure.old_version, OLD);
    cr_expect_eq(measure.new_version, NEW);
    cr_expect_eq(measure.resets, 2);
    cr_expect_eq(measure.updates, 1);
}

/* From the announcement of a restart, not from the reset; power-on is none. */
Test(measure, service_is_down_between_works)
{
    update();
    cr_assert_eq(measure.downs, 2);
    cr_expect_eq(measure.down[0].from_ns, 5000 * MS);
    cr_expect_eq(measure.down[0].to_ns, 6500 * MS);
    cr_expect_eq(measure.down[1].from_ns, 7000 * MS);
    cr_expect_eq(measure.down_ns, 2000 * MS);
    cr_expect(measure.works);
}

Test(measure, bytes_have_their_headers)
{
    update();
    cr_expect_eq(measure.bytes_up, 48);
    cr_expect_eq(measure.bytes_down, 1028);
}

Test(measure, more_outages_than_are_kept_still_count)
{
    for (unsigned i = 0; i < MEASURE_DOWNS + 4u; i++) {
        at(10u * i + 1u, EVENT_APP_READY, OLD, 0, 0);
        at(10u * i + 4u, EVENT_RESET, 0, 0, 0);
    }
    cr_expect_eq(measure.downs, MEASURE_DOWNS);
    cr_expect_eq(measure.down_ns, (MEASURE_DOWNS + 3u) * 7u * MS);
}

Test(measure, recovery_is_no_service)
{
    at(1, EVENT_APP_READY, OLD, 0, 0);
    at(2, EVENT_SERVER_PUBLISH, 1, 0, 0);
    at(3, EVENT_RESET, 0, 0, 0);
    at(4, EVENT_RECOVERY_START, NEW, 0, 0);
    cr_expect(measure.in_recovery);
    cr_expect_not(measure.works);
    at(5, EVENT_RESET, 0, 0, 0);
    cr_expect_not(measure.in_recovery);
}

/* ---- sweeps ----------------------------------------------------------------- */

#define POSITIONS 6u
static struct sweep_effect effect[POSITIONS][2];
static struct sweep_position position[POSITIONS];
static struct sweep_result swept;
static struct compare_row row;
static struct diag diag;

/* `ends`: the worse effect of each position; position i is at 100 * i ms. */
static int sweep(const char *ends)
{
    swept.sweep.positions = POSITIONS;
    swept.sweep.position = position;
    for (unsigned i = 0; i < POSITIONS; i++) {
        effect[i][0].end = SWEEP_SAME;
        effect[i][1].end = ends[i] == 'X'   ? SWEEP_FAILED
                           : ends[i] == '?' ? SWEEP_OPEN
                                            : SWEEP_SAME;
        effect[i][0].boots = i;
        effect[i][0].time_ns = i * MS;
        position[i] = (struct sweep_position){.time_ns = 100u * i * MS,
                                              .effects = 2,
                                              .effect = effect[i]};
    }
    row = (struct compare_row){.way = way_find("unsafe")};
    return compare_sweep(&row, &swept, &diag);
}

Test(compare, neighbours_make_one_window)
{
    cr_assert_eq(sweep(".XX.X."), 0, "%s", diag.text);
    cr_expect_eq(row.fatal_positions, 3);
    cr_expect_eq(row.cuts, 12);
    cr_expect_eq(row.fatal_cuts, 3);
    cr_expect_eq(row.fatal_ns, 300 * MS);
    cr_assert_eq(row.windows, 2);
    cr_expect_eq(row.window[0].first, 2);
    cr_expect_eq(row.window[0].last, 3);
    cr_expect_eq(row.window[0].time.from_ns, 100 * MS);
    cr_expect_eq(row.window[0].time.to_ns, 300 * MS);
    cr_expect_eq(row.window[1].first, 5);
    cr_expect_eq(row.worst_boots, 5);
    cr_expect_eq(row.worst_ns, 5 * MS);
    free(row.window);
}

Test(compare, the_share_is_of_the_time_until_it_works)
{
    cr_assert_eq(sweep(".XX.X."), 0);
    row.measure.works_ns = 1200 * MS;
    cr_expect_eq(compare_share(&row), 250000);
    row.measure.works_ns = 0;
    cr_expect_eq(compare_share(&row), 0);
    free(row.window);
}

Test(compare, nothing_lasts_after_the_last_position)
{
    cr_assert_eq(sweep(".....X"), 0);
    cr_expect_eq(row.fatal_positions, 1);
    cr_expect_eq(row.fatal_ns, 0);
    free(row.window);
}

Test(compare, a_part_of_a_sweep_is_refused)
{
    cr_expect_eq(sweep("..?..."), OTALAB_ERR_USAGE);
    cr_expect_not_null(strstr(diag.text, "unsafe is not complete"));
    swept.sweep.interrupted = true;
    cr_expect_eq(sweep("......"), OTALAB_ERR_USAGE);
}

/* The chapter's disaster: 60 s of 4 min, 0.1 % of cuts within 60 s. */
Test(compare, a_fleet_has_the_bricks_of_its_window)
{
    struct compare compare = {.fleet = fleet_defaults, .seed = 1, .runs = 100};
    struct compare_row *unsafe = &compare.row[COMPARE_WAYS - 1];

    for (unsigned i = 0; i < COMPARE_WAYS; i++) {
        compare.row[i].measure.works_ns = 240000 * MS;
    }
    unsafe->fatal_ns = 60000 * MS;
    cr_assert_eq(compare_fleet(&compare), 0);
    cr_expect_eq(unsafe->fleet.first_milli, 50000);
    cr_expect_eq(unsafe->fleet.all_milli, 200000);
    cr_expect_eq(unsafe->fleet.all_cents, 4000000);
    cr_expect_lt(unsafe->week.low, 200);
    cr_expect_gt(unsafe->week.high, 200);
    cr_expect_eq(compare.row[0].fleet.all_milli, 0);
    cr_expect_eq(compare.row[0].week.most, 0);
}

/* ---- the table -------------------------------------------------------------- */

Test(compare, the_table_has_at_most_100_columns)
{
    struct compare compare = {.fleet = fleet_defaults,
                              .scenario = "s",
                              .title = "t"};
    char *text = NULL;
    size_t size = 0;

    for (unsigned i = 0; i < COMPARE_WAYS; i++) {
        struct compare_row *one = &compare.row[i];

        one->way = way_at(i);
        one->flash_used = one->image_most = UINT32_MAX;
        one->measure.bytes_down = one->measure.bytes_up = 999999999u;
        one->measure.works_ns = one->worst_ns = 99999999u * MS;
        one->fatal_ns = 99999999u * MS;
        one->energy_uj = 999999999000u;
        one->erases = one->worst_boots = one->updates = 1;
        one->endurance = UINT32_MAX;
        one->cuts = one->fatal_cuts = 99999999u;
        one->positions = one->fatal_positions = 99999u;
        one->after = i % 4u;
        one->fleet.all_milli = 99999999999u;
        one->fleet.all_cents = 99999999999u;
    }
    FILE *out = open_memstream(&text, &size);

    compare_text(out, &compare, true);
    fclose(out);
    for (char *line = text; *line != '\0';) {
        size_t length = strcspn(line, "\n");

        cr_expect(length <= 100 || strstr(line, "ol1:") == line + 14, "%.*s",
                  (int)length, line);
        line += length + 1;
    }
    free(text);
}
