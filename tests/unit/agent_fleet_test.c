/* SPDX-License-Identifier: MIT */
/*
 * Does a fleet fall into step? A thousand devices that are switched on together
 * poll one server, with the agent's own arithmetic (agent_jitter() and
 * agent_backoff()) and a random stream each. How many polls does the busiest
 * second see, long after the start and after an outage that all of them met?
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "base/rng.h"
#include "ota/agent_parts.h"

#define DEVICES 1000u
#define SECOND UINT64_C(1000)
#define MINUTE (60 * SECOND)
#define OUTAGE_FROM (30 * MINUTE)
#define OUTAGE_UNTIL (60 * MINUTE)
#define END (120 * MINUTE)
#define GIVES_UP (20 * SECOND) /* a request without an answer */
#define SECONDS (END / SECOND)

static unsigned load[SECONDS]; /* polls in each second */

static uint32_t random_word(void *context)
{
    return (uint32_t)rng_next(context);
}

static bool is_down(uint64_t now)
{
    return now >= OUTAGE_FROM && now < OUTAGE_UNTIL;
}

/* As the agent does it: agent_start(), agent_wait_for_poll(),
 * agent_offer_lost(). */
static void live(unsigned number, uint32_t jitter_percent)
{
    static struct agent agent;
    struct rng rng;
    struct agent_port port = {.context = &rng, .random = random_word};
    char name[32];

    snprintf(name, sizeof name, "device-%u", number);
    rng_init(&rng, 7, name);
    memset(&agent, 0, sizeof agent);
    agent.port = &port;
    agent.figures =
        (struct agent_figures){.first_poll_ms = 2000,
                               .poll_ms = 60000,
                               .poll_jitter_percent = jitter_percent,
                               .backoff_ms = 10000,
                               .backoff_max_ms = 3600000};
    uint64_t now = agent_random_upto(&agent, agent.figures.first_poll_ms);
    uint32_t misses = 0;
    while (now < END) {
        load[now / SECOND]++;
        if (is_down(now)) {
            now += GIVES_UP +
                   agent_jitter(&agent, agent_backoff(&agent, misses++));
        } else {
            misses = 0;
            now += agent_jitter(&agent, agent.figures.poll_ms);
        }
    }
}

static void run_fleet(uint32_t jitter_percent)
{
    memset(load, 0, sizeof load);
    for (unsigned i = 0; i < DEVICES; i++) {
        live(i, jitter_percent);
    }
}

static unsigned peak(uint64_t from, uint64_t until)
{
    unsigned most = 0;

    for (uint64_t at = from / SECOND; at < until / SECOND; at++) {
        most = load[at] > most ? load[at] : most;
    }
    return most;
}

/* A thousand devices that poll every 60 to 75 s make 15 polls a second. */
Test(agent_fleet, jitter_takes_a_fleet_out_of_step)
{
    run_fleet(0);
    unsigned in_step = peak(20 * MINUTE, OUTAGE_FROM);
    unsigned in_step_after = peak(OUTAGE_UNTIL, END);
    run_fleet(25);
    unsigned spread = peak(20 * MINUTE, OUTAGE_FROM);
    unsigned spread_after = peak(OUTAGE_UNTIL, END);

    printf("busiest second of 1000 devices: %u, after an outage %u; without "
           "jitter %u and %u\n",
           spread, spread_after, in_step, in_step_after);
    cr_assert_geq(in_step, DEVICES / 3);
    cr_assert_geq(in_step_after, DEVICES / 3);
    cr_assert_leq(spread, 50);
    cr_assert_leq(spread_after, 50);
}

Test(agent_fleet, three_devices_poll_at_different_times)
{
    static const uint32_t jitters[] = {25, 10};

    for (unsigned j = 0; j < 2; j++) {
        memset(load, 0, sizeof load);
        for (unsigned i = 0; i < 3; i++) {
            live(i, jitters[j]);
        }
        unsigned together = 0;
        for (uint64_t at = 0; at < SECONDS; at++) {
            together += load[at] > 1;
        }
        cr_assert_leq(together, 20, "%u seconds with two polls", together);
    }
}
