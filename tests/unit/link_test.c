/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <string.h>

#include "outside/link.h"

#define SEED 7u
#define MS UINT64_C(1000000)
#define SECOND UINT64_C(1000000000)
#define MANY 100000u

static const struct endpoint device = {1, 5683};
static const struct endpoint server = {0, 5683};
static const struct link_figures plain; /* no delay, no chance */

static struct link link_under_test;
static struct link *const l = &link_under_test;
static struct link_packet got;

static void start(const struct link_figures *figures)
{
    cr_assert_eq(link_init(l, figures, figures, SEED, "link.1"), 0);
}

static struct link_sent up(uint64_t now, uint32_t length)
{
    static uint8_t bytes[LINK_BYTES + 1];

    for (uint32_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)(i + l->way[LINK_UP].counts.offered);
    }
    return link_send(l, now, LINK_UP, device, server, bytes, length);
}

static uint64_t lost(const struct link_counts *counts)
{
    uint64_t sum = 0;

    for (unsigned fate = 0; fate < LINK_FATES; fate++) {
        sum += counts->lost[fate];
    }
    return sum;
}

/* offered + duplicated = delivered + lost + under way */
static void check_books(void)
{
    uint64_t open = 0;

    for (unsigned d = 0; d < LINK_DIRECTIONS; d++) {
        const struct link_counts *counts = &l->way[d].counts;
        cr_assert_eq(counts->lost[LINK_SENT], 0);
        open += counts->offered + counts->duplicated - counts->delivered -
                lost(counts);
    }
    cr_assert_eq(open, l->packets);
}

/* A second apart from each other, taken when due. */
static void send_many(uint32_t packets)
{
    for (uint32_t i = 0; i < packets; i++) {
        up(i * SECOND, 20);
        while (link_take(l, i * SECOND, &got)) {
        }
    }
    while (link_take(l, link_next(l), &got)) {
    }
    check_books();
}

static const struct link_counts *up_counts(void)
{
    return &l->way[LINK_UP].counts;
}

Test(link, a_packet_arrives_as_it_was_sent)
{
    struct link_figures figures = {.rate = 8000, .latency = 40 * MS};
    uint8_t bytes[LINK_BYTES];

    memset(bytes, 0x5A, sizeof(bytes));
    start(&figures);
    cr_assert_eq(link_next(l), LINK_NEVER);
    cr_assert_not(link_take(l, LINK_NEVER, &got));
    struct link_sent sent =
        link_send(l, 5, LINK_DOWN, server, device, bytes, sizeof(bytes));
    /* 1280 bytes at 1000 bytes/s */
    cr_assert_eq(sent.fate, LINK_SENT);
    cr_assert(sent.on_air);
    cr_assert_eq(sent.begin_ns, 5);
    cr_assert_eq(sent.end_ns, 5 + 1280 * MS);
    cr_assert_eq(sent.due_ns, 5 + 1320 * MS);
    cr_assert_eq(sent.copy_ns, 0);
    cr_assert_eq(link_next(l), sent.due_ns);
    cr_assert_not(link_take(l, sent.due_ns - 1, &got));
    cr_assert(link_take(l, sent.due_ns, &got));
    cr_assert_eq(got.due_ns, sent.due_ns);
    cr_assert_eq(got.direction, LINK_DOWN);
    cr_assert(endpoint_equal(got.from, server));
    cr_assert(endpoint_equal(got.to, device));
    cr_assert_eq(got.length, sizeof(bytes));
    cr_assert_arr_eq(got.bytes, bytes, sizeof(bytes));
    cr_assert_eq(l->way[LINK_DOWN].counts.delivered_bytes, LINK_BYTES);
    cr_assert_eq(l->way[LINK_UP].counts.offered, 0);
    check_books();
}

/* 100 + 28 bytes are 1024 bits: 17 066 666.67 ns at 60 kbit/s. */
Test(link, rate_is_exact_over_packets_back_to_back)
{
    struct link_figures figures = {.rate = 60000, .overhead = 28};

    start(&figures);
    cr_assert_eq(up(0, 100).end_ns, 17066666);
    struct link_sent second = up(0, 100);
    cr_assert_eq(second.begin_ns, 17066666);
    cr_assert_eq(second.end_ns, 34133333);
    cr_assert_eq(up(0, 100).end_ns, 51200000);
    for (unsigned i = 0; i < 3 * 10000 - 3; i++) {
        while (link_take(l, LINK_NEVER, &got)) {
        }
        second = up(51200000, 100);
    }
    cr_assert_eq(second.end_ns, 512 * SECOND);
    cr_assert_eq(up_counts()->air_bytes, 30000u * 128u);
    cr_assert_eq(up_counts()->offered_bytes, 30000u * 100u);
}

Test(link, an_idle_line_starts_anew)
{
    struct link_figures figures = {.rate = 60000, .overhead = 28};

    start(&figures);
    up(0, 100);
    struct link twin = *l;
    cr_assert_eq(up(17066666, 100).end_ns, 34133333, "the rest is carried");
    *l = twin;
    /* one nanosecond later than the whole part: the rest is forgotten */
    cr_assert_eq(up(17066667, 100).end_ns, 17066667 + 17066666);
    cr_assert_eq(up(SECOND, 100).begin_ns, SECOND);
}

Test(link, directions_do_not_share_the_line)
{
    struct link_figures slow = {.rate = 15600};
    struct link_figures fast = {.rate = 21000};

    cr_assert_eq(link_init(l, &slow, &fast, SEED, "x"), 0);
    cr_assert_eq(up(0, 39).end_ns, 20 * MS);
    cr_assert_eq(
        link_send(l, 0, LINK_DOWN, server, device, "0123456", 7).end_ns,
        2666666);
}

Test(link, jitter_keeps_the_order)
{
    struct link_figures figures = {.latency = 10 * MS, .jitter = 100 * MS};
    uint64_t before = 0;
    uint64_t least = LINK_NEVER;
    uint64_t most = 0;

    start(&figures);
    for (uint64_t i = 0; i < 2000; i++) {
        uint64_t now = i * 30 * MS;
        struct link_sent sent = up(now, 9);
        cr_assert(sent.due_ns >= before);
        before = sent.due_ns;
        least = sent.due_ns - now < least ? sent.due_ns - now : least;
        most = sent.due_ns - now > most ? sent.due_ns - now : most;
        while (link_take(l, now, &got)) {
        }
    }
    cr_assert(least >= 10 * MS && least < 11 * MS);
    cr_assert(most > 109 * MS && most < 110 * MS);
    cr_assert_eq(up_counts()->reordered, 0);
}

/* The counts are this seed's; each lies within two standard deviations of what
 * its chance promises: 25,000 here. */
Test(link, loss_by_chance)
{
    struct link_figures figures = {.rate = 60000, .loss = 250000};

    start(&figures);
    send_many(MANY);
    cr_assert_eq(up_counts()->lost[LINK_LOST_RANDOM], 24988);
    cr_assert_eq(lost(up_counts()), 24988);
    cr_assert_eq(up_counts()->delivered, MANY - 24988);
    /* what is lost was on the air all the same */
    cr_assert_eq(up_counts()->air_bytes, 20u * MANY);
}

Test(link, chances_of_none_and_all)
{
    struct link_figures figures = plain;

    start(&figures);
    send_many(1000);
    cr_assert_eq(up_counts()->delivered, 1000);
    figures.loss = LINK_PPM;
    start(&figures);
    send_many(1000);
    cr_assert_eq(up_counts()->delivered, 0);
}

/* A burst begins with 1 % and ends with 25 %: of 26 packets one is in a burst
 * (3,846), which is 4 packets long (961 of them); four of five in it are lost
 * (3,077). */
Test(link, loss_in_bursts)
{
    struct link_figures figures = {.burst_begin = 10000,
                                   .burst_end = 250000,
                                   .burst_loss = 800000};
    uint32_t bursts = 0;
    uint32_t inside = 0;
    uint64_t was = 0;

    start(&figures);
    for (uint32_t i = 0; i < MANY; i++) {
        up(i * SECOND, 20);
        link_take(l, i * SECOND, &got);
        bursts += l->way[LINK_UP].in_burst && !was;
        was = l->way[LINK_UP].in_burst;
        inside += (uint32_t)was;
    }
    check_books();
    cr_assert_eq(bursts, 1006);
    cr_assert_eq(inside, 3881);
    cr_assert_eq(up_counts()->lost[LINK_LOST_BURST], 3112);
    cr_assert_eq(lost(up_counts()), 3112);
}

Test(link, copies)
{
    struct link_figures figures = {.latency = MS,
                                   .duplicate = 100000,
                                   .duplicate_time = 3 * SECOND};

    start(&figures);
    send_many(MANY);
    cr_assert_eq(up_counts()->duplicated, 9955);
    cr_assert_eq(up_counts()->delivered, MANY + 9955);
    cr_assert_eq(up_counts()->reordered, 0);

    figures.duplicate = LINK_PPM;
    start(&figures);
    struct link_sent sent = up(0, 30);
    cr_assert_eq(sent.due_ns, MS);
    cr_assert(sent.copy_ns >= MS && sent.copy_ns < 3 * SECOND + MS);
    struct link_packet first;
    cr_assert(link_take(l, LINK_NEVER, &first));
    cr_assert(link_take(l, LINK_NEVER, &got));
    cr_assert_eq(got.due_ns, sent.copy_ns);
    cr_assert(got.copy && !first.copy);
    cr_assert_eq(got.number, first.number);
    cr_assert_arr_eq(got.bytes, first.bytes, LINK_BYTES);
}

Test(link, a_packet_held_back_is_overtaken)
{
    struct link_figures figures = {.latency = MS,
                                   .reorder = 50000,
                                   .reorder_time = 1500 * MS};

    start(&figures);
    send_many(MANY);
    /* 5 %, of which the next one overtakes but where it is held back too:
     * 4,750 */
    cr_assert_eq(up_counts()->reordered, 4845);
    cr_assert_eq(up_counts()->delivered, MANY);
}

Test(link, order_is_by_time_then_by_sequence)
{
    start(&plain);
    for (uint32_t i = 0; i < LINK_PACKETS; i++) {
        enum link_direction direction = i % 3 ? LINK_UP : LINK_DOWN;
        cr_assert_eq(
            link_send(l, 4, direction, device, server, &i, sizeof(i)).fate,
            LINK_SENT);
    }
    for (uint32_t i = 0; i < LINK_PACKETS; i++) {
        uint32_t value;
        cr_assert(link_take(l, 4, &got));
        memcpy(&value, got.bytes, sizeof(value));
        cr_assert_eq(value, i);
    }
}

Test(link, full)
{
    struct link_figures figures = {.latency = SECOND, .duplicate = LINK_PPM};

    start(&figures);
    for (uint32_t i = 0; i < LINK_PACKETS / 2; i++) {
        cr_assert_eq(up(0, 1).fate, LINK_SENT);
    }
    cr_assert_eq(up(0, 1).fate, LINK_LOST_FULL);
    cr_assert(link_take(l, LINK_NEVER, &got));
    struct link_sent sent = up(0, 1); /* room for the packet alone */
    cr_assert_eq(sent.fate, LINK_SENT);
    cr_assert_eq(sent.copy_ns, 0);
    cr_assert_eq(up_counts()->lost[LINK_LOST_FULL], 2);
    cr_assert_eq(up_counts()->duplicated, LINK_PACKETS / 2 + 1);
    check_books();
}

Test(link, an_endless_queue_is_full)
{
    struct link_figures figures = {.rate = 1, .loss = LINK_PPM};

    start(&figures);
    cr_assert_eq(up(0, 125).end_ns, LINK_QUEUE_LIMIT);
    cr_assert_eq(up(0, 125).fate, LINK_LOST_RANDOM);
    struct link_sent sent = up(0, 125);
    cr_assert_eq(sent.fate, LINK_LOST_FULL);
    cr_assert_not(sent.on_air);
    check_books();
}

Test(link, mtu)
{
    struct link_figures figures = {.mtu = 128, .overhead = 28};

    start(&figures);
    cr_expect_eq(up(0, 100).fate, LINK_SENT);
    struct link_sent sent = up(0, 101);
    cr_expect_eq(sent.fate, LINK_LOST_MTU);
    cr_expect(!sent.on_air && sent.end_ns == 0 && sent.due_ns == 0);
    cr_expect_eq(up(0, 0).fate, LINK_LOST_MTU);
    figures.mtu = 0;
    start(&figures);
    cr_expect_eq(up(0, LINK_BYTES).fate, LINK_SENT);
    cr_expect_eq(up(0, LINK_BYTES + 1).fate, LINK_LOST_MTU);
    cr_expect_eq(up(0, UINT32_MAX).fate, LINK_LOST_MTU);
    check_books();
}

Test(link, the_switch_loses_what_is_under_way)
{
    struct link_figures figures = {.latency = SECOND};

    start(&figures);
    up(0, 10);
    link_send(l, 0, LINK_DOWN, server, device, "x", 1);
    link_set_up(l, false);
    cr_assert_eq(link_next(l), LINK_NEVER);
    cr_assert_not(link_up_at(l, 0));
    struct link_sent sent = up(1, 10);
    cr_assert_eq(sent.fate, LINK_LOST_OUTAGE);
    cr_assert_not(sent.on_air);
    cr_assert_eq(up_counts()->lost[LINK_LOST_OUTAGE], 2);
    cr_assert_eq(l->way[LINK_DOWN].counts.lost[LINK_LOST_OUTAGE], 1);
    link_set_up(l, true);
    cr_assert_eq(up(2, 10).fate, LINK_SENT);
    check_books();
}

/* Down from 10 s (included) to 20 s (not): a packet takes one second. */
Test(link, outages)
{
    struct link_figures figures = {.latency = SECOND};

    start(&figures);
    up(9 * SECOND - 1, 1); /* due just before it begins */
    up(9 * SECOND, 2);
    cr_assert_eq(link_outage(l, 9 * SECOND, 10 * SECOND, 20 * SECOND), 0);
    cr_assert_eq(l->packets, 1);
    cr_assert_eq(l->packet[0].length, 1);
    struct link_sent sent = up(9 * SECOND, 4);
    cr_assert_eq(sent.fate, LINK_LOST_OUTAGE);
    cr_assert(sent.on_air && sent.due_ns == 0);
    cr_assert(link_up_at(l, 10 * SECOND - 1));
    cr_assert_not(link_up_at(l, 10 * SECOND));
    cr_assert_not(up(20 * SECOND - 1, 5).on_air);
    cr_assert(link_up_at(l, 20 * SECOND));
    cr_assert_eq(up(20 * SECOND, 6).fate, LINK_SENT);
    cr_assert_eq(up_counts()->lost[LINK_LOST_OUTAGE], 3);
    check_books();
}

Test(link, edges_and_room_of_outages)
{
    start(&plain);
    cr_assert_eq(link_next_edge(l, 0), LINK_NEVER);
    cr_assert_eq(link_outage(l, 0, 30, 40), 0);
    cr_assert_eq(link_outage(l, 0, 10, 35), 0);
    cr_assert_eq(link_next_edge(l, 0), 10);
    cr_assert_eq(link_next_edge(l, 10), 30);
    cr_assert_eq(link_next_edge(l, 30), 35);
    cr_assert_eq(link_next_edge(l, 35), 40);
    cr_assert_eq(link_next_edge(l, 40), LINK_NEVER);
    cr_assert_eq(link_outage(l, 5, 4, 9), -1);
    cr_assert_eq(link_outage(l, 5, 9, 9), -1);
    for (unsigned i = 2; i < LINK_OUTAGES; i++) {
        cr_assert_eq(link_outage(l, 0, 100, 200), 0);
    }
    cr_assert_eq(link_outage(l, 34, 100, 200), -1);
    cr_assert_eq(link_outage(l, 35, 100, 200), 0);
    cr_assert_eq(l->outages, LINK_OUTAGES);
}

/* One figure changed: the same packets meet the other fates as before. */
Test(link, a_figure_does_not_move_the_draws_of_others)
{
    struct link_figures figures = {.loss = 100000, .duplicate = 100000};
    static uint8_t fate[5000];
    uint64_t copies;

    start(&figures);
    for (uint32_t i = 0; i < sizeof(fate); i++) {
        fate[i] = (uint8_t)up(i, 5).fate;
        link_set_up(l, false); /* empties it */
        link_set_up(l, true);
    }
    copies = up_counts()->duplicated;
    cr_assert(copies > 400);
    figures.jitter = 77;
    figures.reorder = 500000;
    figures.reorder_time = 3;
    figures.burst_begin = 1;
    figures.duplicate_time = 1000;
    figures.rate = 123456789;
    start(&figures);
    for (uint32_t i = 0; i < sizeof(fate); i++) {
        link_send(l, i, LINK_DOWN, server, device, "x", 1);
        cr_assert_eq(up(i, i % 50 == 49 ? 0 : 5).fate,
                     i % 50 == 49 ? LINK_LOST_MTU : fate[i]);
        link_set_up(l, false);
        link_set_up(l, true);
    }
    cr_assert(up_counts()->duplicated <= copies);
    cr_assert(up_counts()->duplicated > copies - copies / 25);
}

Test(link, seeds_names_and_directions_differ)
{
    struct link other;

    start(&plain);
    cr_assert_neq(l->way[LINK_UP].rng.state, l->way[LINK_DOWN].rng.state);
    cr_assert_eq(link_init(&other, &plain, &plain, SEED, "link.2"), 0);
    cr_assert_neq(l->way[LINK_UP].rng.state, other.way[LINK_UP].rng.state);
    cr_assert_eq(link_init(&other, &plain, &plain, SEED + 1, "link.1"), 0);
    cr_assert_neq(l->way[LINK_UP].rng.state, other.way[LINK_UP].rng.state);
    cr_assert_eq(link_init(&other, &plain, &plain, SEED, "link.1"), 0);
    cr_assert_arr_eq(&other, l, sizeof(other));
}

static struct link clone;

Test(link, a_clone_goes_the_same_way_to_the_byte)
{
    struct link_figures figures = {.rate = 60000,
                                   .latency = 40 * MS,
                                   .jitter = 30 * MS,
                                   .reorder_time = 100 * MS,
                                   .duplicate_time = 100 * MS,
                                   .loss = 50000,
                                   .burst_begin = 10000,
                                   .burst_end = 300000,
                                   .burst_loss = 900000,
                                   .reorder = 100000,
                                   .duplicate = 100000,
                                   .overhead = 28};

    start(&figures);
    for (uint64_t i = 0; i < 500; i++) {
        up(i * 20 * MS, 100);
        if (i == 250) {
            clone = *l;
        }
        link_take(l, i * 20 * MS, &got);
    }
    struct link whole = *l;
    *l = clone;
    link_take(l, 250 * 20 * MS, &got);
    for (uint64_t i = 251; i < 500; i++) {
        up(i * 20 * MS, 100);
        link_take(l, i * 20 * MS, &got);
    }
    cr_assert_arr_eq(&whole, l, sizeof(whole));
    check_books();
}

/* Nothing of what was is left in the packets' room. */
Test(link, an_emptied_link_has_no_traces_of_packets)
{
    static const struct link_packet none;

    start(&plain);
    for (unsigned i = 0; i < 5; i++) {
        up(i, 400);
    }
    while (link_take(l, LINK_NEVER, &got)) {
    }
    for (unsigned i = 0; i < LINK_PACKETS; i++) {
        cr_assert_arr_eq(&l->packet[i], &none, sizeof(none));
    }
}

Test(link, figures_out_of_range)
{
    struct link_figures bad[11] = {{0}};

    bad[0].rate = LINK_RATE_LIMIT + 1;
    bad[1].latency = LINK_TIME_LIMIT + 1;
    bad[2].jitter = LINK_TIME_LIMIT + 1;
    bad[3].reorder_time = LINK_TIME_LIMIT + 1;
    bad[4].duplicate_time = LINK_TIME_LIMIT + 1;
    bad[5].loss = LINK_PPM + 1;
    bad[6].burst_begin = LINK_PPM + 1;
    bad[7].reorder = LINK_PPM + 1;
    bad[8].duplicate = LINK_PPM + 1;
    bad[9].overhead = 1001;
    bad[10].mtu = 2281;
    start(&plain);
    for (unsigned i = 0; i < 11; i++) {
        cr_expect_eq(link_init(l, &bad[i], &plain, 1, "x"), -1, "%u", i);
        cr_expect_eq(link_init(l, &plain, &bad[i], 1, "x"), -1, "%u", i);
        cr_expect_eq(link_change(l, LINK_UP, &bad[i]), -1, "%u", i);
    }
}

Test(link, figures_change_under_way)
{
    struct link_figures figures = {.rate = 60000, .overhead = 28};

    start(&figures);
    cr_assert_eq(up(0, 100).end_ns, 17066666);
    figures.rate = 1024000;
    cr_assert_eq(link_change(l, LINK_UP, &figures), 0);
    /* the line is free when the old packet has left it */
    cr_assert_eq(up(0, 100).end_ns, 17066667 + MS);
    cr_assert_eq(l->packets, 2);
}

Test(link, kinds)
{
    for (unsigned i = 0; link_kind_at(i) != NULL; i++) {
        const struct link_kind *kind = link_kind_at(i);
        cr_expect_eq(link_kind_find(kind->name), kind);
        cr_expect_eq(link_init(l, &kind->way[LINK_UP], &kind->way[LINK_DOWN], 1,
                               "x"),
                     0);
    }
    cr_assert_null(link_kind_find("nb"));
    const struct link_kind *kind = link_kind_find("nb-iot");
    cr_assert_eq(kind->way[LINK_UP].rate, 15600);
    cr_assert_eq(kind->way[LINK_DOWN].rate, 21000);
    cr_expect_str_eq(link_fate_name(LINK_LOST_OUTAGE), "outage");
    cr_expect_str_eq(link_fate_name((enum link_fate)77), "?");
}
