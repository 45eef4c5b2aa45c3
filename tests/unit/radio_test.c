/* SPDX-License-Identifier: MIT */
/* The modem: its states over time, to the nanosecond, its sockets, its queue,
 * and what resets leave of them. */
#include <criterion/criterion.h>
#include <string.h>

#include "device/radio.h"

#define MS 1000000ull
#define RECEIVE (10000 * MS)
#define TAIL (7000 * MS)
#define NODE 1u
#define PORT 5683u

static const struct radio_figures figures = {.receive_ns = RECEIVE,
                                             .tail_ns = TAIL,
                                             .queue = 3};

static struct radio radio;
static struct radio_datagram got;

static void power_on(void)
{
    cr_assert_eq(radio_init(&radio, &figures), 0);
    radio_fit(&radio, true);
    radio_power_on(&radio);
}

TestSuite(radio, .init = power_on);

static int open_at(uint64_t now, uint32_t port)
{
    return radio_socket_open(&radio, now, NODE, port);
}

static bool deliver(uint64_t now, uint32_t port, const char *text)
{
    return radio_deliver(&radio, now, NODE, port, (const uint8_t *)text,
                         (uint32_t)strlen(text));
}

/* The state holds until `end`, not longer, and the radio says so. */
static void expect_until(uint64_t now, enum radio_state state, uint64_t end)
{
    cr_assert_eq(radio_state_at(&radio, now), state, "%llu: %d",
                 (unsigned long long)now, radio_state_at(&radio, now));
    cr_assert_eq(radio_next(&radio, now), end, "%llu: until %llu",
                 (unsigned long long)now,
                 (unsigned long long)radio_next(&radio, now));
    if (end != RADIO_NEVER) {
        cr_assert_eq(radio_state_at(&radio, end - 1), state);
        cr_assert_neq(radio_state_at(&radio, end), state);
    }
}

/* The text waits, for that socket. */
static void expect_waits(uint32_t socket, const char *text)
{
    cr_assert(radio_take(&radio, &got), "%s", text);
    cr_assert_eq(got.socket, socket);
    cr_assert_eq(got.length, strlen(text));
    cr_assert_eq(memcmp(got.bytes, text, got.length), 0);
}

/* ---- states ---- */

Test(radio, refuses_a_queue_it_does_not_have)
{
    struct radio_figures bad = figures;
    struct radio other;

    bad.queue = RADIO_QUEUE + 1;
    cr_assert_eq(radio_init(&other, &bad), -1);
    bad.queue = RADIO_QUEUE;
    cr_assert_eq(radio_init(&other, &bad), 0);
    cr_assert_eq(radio_init(&other, &radio_defaults), 0);
}

Test(radio, is_off_without_modem_or_power)
{
    cr_assert_eq(radio_init(&radio, &figures), 0);
    expect_until(5, RADIO_OFF, RADIO_NEVER);
    radio_power_on(&radio);
    expect_until(5, RADIO_OFF, RADIO_NEVER);
    cr_assert_eq(open_at(5, PORT), -1);
    radio_fit(&radio, true);
    expect_until(5, RADIO_SLEEP, RADIO_NEVER);
    cr_assert_eq(open_at(5, PORT), 0);
    radio_reset(&radio, true);
    expect_until(5, RADIO_OFF, RADIO_NEVER);
    cr_assert_eq(open_at(5, PORT), -1);
}

Test(radio, sleeps_until_there_is_traffic)
{
    expect_until(0, RADIO_SLEEP, RADIO_NEVER);
    expect_until(1000000 * MS, RADIO_SLEEP, RADIO_NEVER);
}

Test(radio, receives_after_an_open_then_tails_then_sleeps)
{
    cr_assert_eq(open_at(3 * MS, PORT), 0);
    expect_until(3 * MS, RADIO_RECEIVE, 3 * MS + RECEIVE);
    expect_until(3 * MS + RECEIVE, RADIO_TAIL, 3 * MS + RECEIVE + TAIL);
    expect_until(3 * MS + RECEIVE + TAIL, RADIO_SLEEP, RADIO_NEVER);
}

Test(radio, transmits_while_a_packet_is_on_the_air)
{
    uint64_t end = 500 * MS + 7;

    cr_assert_eq(open_at(0, PORT), 0);
    radio_sent(&radio, 100 * MS, end);
    expect_until(100 * MS, RADIO_TRANSMIT, end);
    expect_until(end, RADIO_RECEIVE, end + RECEIVE);
    expect_until(end + RECEIVE, RADIO_TAIL, end + RECEIVE + TAIL);
    expect_until(end + RECEIVE + TAIL, RADIO_SLEEP, RADIO_NEVER);
}

Test(radio, transmits_packet_after_packet)
{
    radio_sent(&radio, 0, 50 * MS);
    radio_sent(&radio, 10 * MS, 120 * MS);
    expect_until(10 * MS, RADIO_TRANSMIT, 120 * MS);
    radio_sent(&radio, 20 * MS, 90 * MS); /* an end that is no later */
    expect_until(20 * MS, RADIO_TRANSMIT, 120 * MS);
    expect_until(120 * MS, RADIO_RECEIVE, 120 * MS + RECEIVE);
}

Test(radio, a_packet_of_no_length_is_traffic)
{
    radio_sent(&radio, 40 * MS, 0);
    expect_until(40 * MS, RADIO_RECEIVE, 40 * MS + RECEIVE);
}

Test(radio, what_arrives_keeps_the_receiver_open)
{
    uint64_t late = RECEIVE + 2 * MS;

    cr_assert_eq(open_at(0, PORT), 0);
    expect_until(late, RADIO_TAIL, RECEIVE + TAIL);
    cr_assert(deliver(late, PORT, "x"));
    expect_until(late, RADIO_RECEIVE, late + RECEIVE);
    cr_assert_not(deliver(late + MS, PORT + 1, "not ours"));
    expect_until(late + MS, RADIO_RECEIVE, late + MS + RECEIVE);
}

Test(radio, is_deaf_asleep)
{
    cr_assert_eq(open_at(0, PORT), 0);
    cr_assert_not(deliver(RECEIVE + TAIL, PORT, "x"));
    expect_until(RECEIVE + TAIL, RADIO_SLEEP, RADIO_NEVER);
    cr_assert(deliver(RECEIVE + TAIL - 1, PORT, "x"));
    cr_assert(deliver(RECEIVE + TAIL, PORT, "x"), "awake again");
}

Test(radio, can_do_without_a_tail)
{
    struct radio_figures no_tail = figures;

    no_tail.tail_ns = 0;
    cr_assert_eq(radio_init(&radio, &no_tail), 0);
    radio_fit(&radio, true);
    radio_power_on(&radio);
    radio_sent(&radio, 0, MS);
    expect_until(MS, RADIO_RECEIVE, MS + RECEIVE);
    expect_until(MS + RECEIVE, RADIO_SLEEP, RADIO_NEVER);
}

Test(radio, times_do_not_wrap)
{
    radio_sent(&radio, RADIO_NEVER - 5, RADIO_NEVER - 3);
    cr_assert_eq(radio_state_at(&radio, RADIO_NEVER - 3), RADIO_RECEIVE);
    cr_assert_eq(radio_next(&radio, RADIO_NEVER - 3), RADIO_NEVER);
}

/* ---- sockets and datagrams ---- */

Test(radio, opens_the_lowest_free_socket)
{
    for (int i = 0; i < (int)CTL_RADIO_SOCKETS; i++) {
        cr_assert_eq(open_at(0, PORT + (uint32_t)i), i);
    }
    cr_assert_eq(open_at(0, PORT), -1);
    cr_assert_eq(radio_socket_close(&radio, 2), 0);
    cr_assert_eq(radio_socket_close(&radio, 2), -1);
    cr_assert_eq(radio_socket_close(&radio, CTL_RADIO_SOCKETS), -1);
    cr_assert_eq(radio_socket_close(&radio, UINT32_MAX), -1);
    cr_assert_not(radio_socket_is_open(&radio, 2));
    cr_assert_not(radio_socket_is_open(&radio, CTL_RADIO_SOCKETS));
    cr_assert(radio_socket_is_open(&radio, 1));
    cr_assert_eq(open_at(0, PORT), 2);
}

Test(radio, delivers_to_the_peers_socket_in_order)
{
    cr_assert_eq(open_at(0, PORT), 0);
    cr_assert_eq(open_at(0, PORT + 1), 1);
    cr_assert(deliver(1, PORT + 1, "first"));
    cr_assert(deliver(2, PORT, "second"));
    cr_assert_not(deliver(3, PORT + 2, "no such port"));
    cr_assert_not(
        radio_deliver(&radio, 3, NODE + 1, PORT, (const uint8_t *)"x", 1));
    cr_assert(deliver(4, PORT + 1, "third"));
    expect_waits(1, "first");
    expect_waits(0, "second");
    expect_waits(1, "third");
    cr_assert_not(radio_take(&radio, &got));
}

Test(radio, two_sockets_to_one_peer_are_one)
{
    cr_assert_eq(open_at(0, PORT), 0);
    cr_assert_eq(open_at(0, PORT), 1);
    cr_assert(deliver(0, PORT, "a"));
    expect_waits(0, "a");
    cr_assert_eq(radio_socket_close(&radio, 0), 0);
    cr_assert(deliver(0, PORT, "b"));
    expect_waits(1, "b");
}

Test(radio, drops_what_finds_no_room)
{
    cr_assert_eq(open_at(0, PORT), 0);
    cr_assert(deliver(0, PORT, "a"));
    cr_assert(deliver(0, PORT, "b"));
    cr_assert(deliver(0, PORT, "c"));
    cr_assert_not(deliver(0, PORT, "d"), "three find room");
    expect_waits(0, "a");
    cr_assert(deliver(0, PORT, "e"));
    expect_waits(0, "b");
    expect_waits(0, "c");
    expect_waits(0, "e");
    cr_assert_not(radio_take(&radio, &got));
}

Test(radio, takes_datagrams_up_to_its_size)
{
    static uint8_t bytes[CTL_RADIO_SIZE + 1];

    memset(bytes, 0x5A, sizeof(bytes));
    cr_assert_eq(open_at(0, PORT), 0);
    cr_assert_not(radio_deliver(&radio, 0, NODE, PORT, bytes, 0));
    cr_assert_not(
        radio_deliver(&radio, 0, NODE, PORT, bytes, CTL_RADIO_SIZE + 1));
    cr_assert_not(radio_deliver(&radio, 0, NODE, PORT, bytes, UINT32_MAX));
    cr_assert(radio_deliver(&radio, 0, NODE, PORT, bytes, CTL_RADIO_SIZE));
    cr_assert(radio_take(&radio, &got));
    cr_assert_eq(got.length, CTL_RADIO_SIZE);
    cr_assert_eq(memcmp(got.bytes, bytes, CTL_RADIO_SIZE), 0);
}

Test(radio, a_close_drops_what_waits_for_that_socket)
{
    cr_assert_eq(open_at(0, PORT), 0);
    cr_assert_eq(open_at(0, PORT + 1), 1);
    cr_assert(deliver(0, PORT, "a"));
    cr_assert(deliver(0, PORT + 1, "b"));
    cr_assert(deliver(0, PORT, "c"));
    cr_assert_eq(radio_socket_close(&radio, 0), 0);
    cr_assert_eq(radio.waiting, 1);
    expect_waits(1, "b");
    cr_assert_not(deliver(0, PORT, "d"));
}

/* ---- resets ---- */

Test(radio, a_warm_reset_takes_sockets_and_queue_not_the_air)
{
    radio.registered = 1;
    cr_assert_eq(open_at(0, PORT), 0);
    cr_assert(deliver(0, PORT, "a"));
    radio_sent(&radio, 0, 30 * MS);
    radio_reset(&radio, false);
    cr_assert_not(radio_socket_is_open(&radio, 0));
    cr_assert_not(radio_take(&radio, &got));
    cr_assert_eq(radio.registered, 1);
    expect_until(0, RADIO_TRANSMIT, 30 * MS);
    cr_assert_not(deliver(31 * MS, PORT, "b"), "nobody listens for it");
    expect_until(31 * MS, RADIO_RECEIVE, 31 * MS + RECEIVE);
}

Test(radio, a_power_cut_ends_all)
{
    cr_assert_eq(open_at(0, PORT), 0);
    radio_sent(&radio, 0, 30 * MS);
    radio_reset(&radio, true);
    expect_until(1, RADIO_OFF, RADIO_NEVER);
    radio_power_on(&radio);
    expect_until(1, RADIO_SLEEP, RADIO_NEVER);
    cr_assert(radio.fitted);
}

/* Worlds are compared by their bytes: nothing of the past may stay. */
static bool streams(uint32_t socket, enum radio_end end, const char *text)
{
    return radio_deliver_stream(&radio, 5 * MS, socket, end,
                                (const uint8_t *)text, (uint32_t)strlen(text));
}

Test(radio, a_stream_has_bytes_and_an_end)
{
    cr_assert_eq(radio_stream_open(&radio, MS, NODE, 443), 0);
    cr_assert_eq(open_at(MS, 443), 1);
    cr_assert(streams(0, RADIO_DATA, "ab"));
    cr_assert(deliver(5 * MS, 443, "datagram"));
    cr_assert(streams(0, RADIO_FAILED, ""));
    cr_assert_not(streams(0, RADIO_DATA, "full: these have to wait"));
    expect_waits(0, "ab");
    cr_assert_eq(got.end, RADIO_DATA);
    expect_waits(1, "datagram");
    expect_waits(0, "");
    cr_assert_eq(got.end, RADIO_FAILED);
}

Test(radio, a_stream_takes_nothing_odd)
{
    static uint8_t large[CTL_RADIO_SIZE + 1];

    cr_assert_eq(radio_stream_open(&radio, MS, NODE, 443), 0);
    cr_assert_eq(open_at(MS, 443), 1);
    cr_assert_not(streams(0, RADIO_DATA, ""));
    cr_assert_not(streams(0, RADIO_ENDED, "x"));
    cr_assert_not(streams(1, RADIO_DATA, "x"), "not a stream");
    cr_assert_not(streams(2, RADIO_DATA, "x"), "not open");
    cr_assert_not(streams(UINT32_MAX, RADIO_DATA, "x"));
    cr_assert_not(radio_deliver_stream(&radio, 5 * MS, 0, RADIO_DATA, large,
                                       sizeof(large)));
    cr_assert(radio_deliver_stream(&radio, 5 * MS, 0, RADIO_DATA, large,
                                   CTL_RADIO_SIZE));
}

Test(radio, equal_states_have_equal_bytes)
{
    struct radio fresh = radio;

    cr_assert_eq(open_at(5, PORT), 0);
    cr_assert(deliver(6, PORT, "a secret"));
    cr_assert(deliver(6, PORT, "another"));
    cr_assert(radio_take(&radio, &got));
    radio_sent(&radio, 7, 8);
    radio_reset(&radio, true);
    radio_power_on(&radio);
    cr_assert_eq(memcmp(&fresh, &radio, sizeof(radio)), 0);
}
