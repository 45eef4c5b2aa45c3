/* SPDX-License-Identifier: MIT */
/* The update agent among real models of flash, link and server. */
#include <criterion/criterion.h>
#include <string.h>

#include "unit/agent_world.h"

#define SIZE 12000u /* of an update */
#define HOUR UINT64_C(3600)

static struct aw world;
static struct aw *const w = &world;
static uint32_t update; /* the image */

static void setup(void)
{
    aw_init(w, 7);
    update = aw_make(w, "1.1.0", 1, SIZE, AW_GOOD);
    aw_link(w, 40, 0, 0, 0);
}

TestSuite(agent, .init = setup);

static bool updated(const struct aw *at)
{
    return aw_runs(at, update);
}

static bool reported(const struct aw *at)
{
    return aw_record(at)->sequence != 0 && aw_record(at)->reported;
}

static bool success_reported(const struct aw *at)
{
    return updated(at) && reported(at) &&
           aw_record(at)->result == AGENT_RESULT_SUCCESS;
}

static void expect_record(enum agent_state state, enum agent_result result,
                          enum agent_why why)
{
    const struct progress *record = aw_record(w);

    cr_assert_eq(record->state, state, "state %u", record->state);
    cr_assert_eq(record->result, result, "result %u", record->result);
    cr_assert_eq(record->why, why, "%s", agent_why_name(record->why));
}

/* ---- the plain story --------------------------------------------------------- */

Test(agent, an_update_is_fetched_tried_confirmed_and_reported)
{
    aw_publish(w, update, 1);
    aw_boot(w);
    cr_assert(aw_run(w, 120, success_reported));
    cr_assert_eq(w->trials, 1);
    cr_assert_eq(aw_fetched(w), w->image[update].size);
    expect_record(AGENT_STATE_IDLE, AGENT_RESULT_SUCCESS, AGENT_WHY_NONE);
    cr_assert_geq(w->server.counts.reports, 3); /* down, updating, success */
    cr_assert_eq(w->events[AGENT_EVENT_OFFER], 1);
    cr_assert_eq(w->events[AGENT_EVENT_VERIFIED], 1);
}

static void flash_now(uint64_t *operations)
{
    *operations = w->flash.programs + w->flash.erases;
}

Test(agent, a_poll_without_news_writes_nothing_and_costs_little)
{
    uint64_t before, after;

    aw_publish(w, 0, 1); /* what runs already */
    aw_boot(w);
    aw_run(w, 10, NULL);
    flash_now(&before);
    uint64_t content = w->server.counts.content[SERVER_DESCRIPTION];
    aw_run(w, 24 * HOUR, NULL);
    flash_now(&after);
    cr_assert_eq(before, after);
    cr_assert_eq(w->server.counts.content[SERVER_DESCRIPTION], content);
    /* a poll each 60 to 75 s */
    cr_assert_geq(w->agent.polls, 24 * HOUR / 75);
    cr_assert_leq(w->agent.polls, 24 * HOUR / 60 + 2);
    cr_assert_eq(aw_fetched(w), 0);
}

Test(agent, nothing_published_is_no_failure)
{
    aw_boot(w);
    aw_run(w, HOUR, NULL);
    cr_assert_geq(w->agent.polls, HOUR / 75);
    cr_assert_eq(w->flash.programs, 0);
    aw_publish(w, update, 1);
    cr_assert(aw_run(w, 200, success_reported));
}
