/* SPDX-License-Identifier: MIT */
/* The agent over a channel that first has to be set up. */
#include <criterion/criterion.h>

#include "unit/agent_world.h"

#define SIZE 12000u /* of an update */

static struct aw world;
static struct aw *const w = &world;
static uint32_t update; /* the image */

/* The channel: how long it takes to be set up, and what comes of it. */
static bool is_up;
static uint64_t up_ms; /* 0: nobody has begun */
static uint64_t takes_ms;
static enum agent_why fails; /* NONE: it does not */
static unsigned set_ups;
static int (*send_plain)(void *context, const void *bytes, uint32_t length);

static int send_over(void *context, const void *bytes, uint32_t length)
{
    return is_up ? send_plain(context, bytes, length) : OTA_ERR_BUSY;
}

static enum agent_channel set_up(void *context, uint64_t *next_ms,
                                 enum agent_why *why)
{
    uint64_t now = w->port.now_ms(context);

    if (up_ms == 0) {
        set_ups++;
        up_ms = now + takes_ms;
    }
    if (now < up_ms) {
        *next_ms = up_ms;
        return AGENT_CHANNEL_BUSY;
    }
    up_ms = 0;
    is_up = fails == AGENT_WHY_NONE;
    *why = fails;
    return is_up ? AGENT_CHANNEL_READY : AGENT_CHANNEL_FAILED;
}

static void setup(void)
{
    aw_init(w, 7);
    update = aw_make(w, "1.1.0", 1, SIZE, AW_GOOD);
    aw_link(w, 40, 0, 0, 0);
    send_plain = w->port.send;
    w->port.send = send_over;
    w->port.channel = set_up;
    is_up = false;
    up_ms = 0;
    takes_ms = 0;
    fails = AGENT_WHY_NONE;
    set_ups = 0;
}

TestSuite(agent_channel, .init = setup);

static bool updated(const struct aw *at)
{
    return aw_runs(at, update);
}

static bool deferred(const struct aw *at)
{
    return at->events[AGENT_EVENT_DEFER] > 0;
}

Test(agent_channel, a_long_set_up_is_no_datagram_lost)
{
    takes_ms = 15000; /* longer than several retransmissions would take */
    aw_publish(w, update, 1);
    aw_boot(w);
    cr_assert(aw_run(w, 120, updated));
    cr_assert_eq(set_ups, 1);
    cr_assert_eq(w->agent.losses, 0);
    cr_assert_eq(w->server.counts.duplicates, 0);
}

Test(agent_channel, a_failure_is_told_and_followed_by_growing_waits)
{
    fails = AGENT_WHY_EXPIRED;
    aw_publish(w, update, 1);
    aw_boot(w);
    cr_assert(aw_run(w, 60, deferred));
    cr_assert_eq(w->why_last[AGENT_EVENT_DEFER], AGENT_WHY_EXPIRED);
    (void)aw_run(w, 3600, NULL);
    cr_assert_lt(set_ups, 12, "%u", set_ups);
    cr_assert_gt(set_ups, 5, "%u", set_ups);
}

Test(agent_channel, it_works_once_the_reason_is_gone)
{
    fails = AGENT_WHY_NO_ENTROPY;
    aw_publish(w, update, 1);
    aw_boot(w);
    cr_assert(aw_run(w, 60, deferred));
    fails = AGENT_WHY_NONE;
    cr_assert(aw_run(w, 600, updated));
}
