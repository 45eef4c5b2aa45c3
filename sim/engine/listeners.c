/* SPDX-License-Identifier: MIT */
/* Recording and story, causes, steps and expectations are told about every
 * event. */
#include "engine/listeners.h"

#include "engine/cause.h"
#include "engine/expects.h"
#include "engine/steps.h"
#include "engine/verdict.h"
#include "scenario/pattern.h"

/* A guest may print as much as it likes, but the recording is bounded. What is
 * not recorded cannot be judged, so the run ends when it is full. */
static void recording_full(struct run *run)
{
    if (run->world->verdict != RUN_LIMIT) {
        run->world->verdict = RUN_LIMIT;
        verdict_fail(run, (struct place){0, 0}, run->world->sequence,
                     "the recording has room for every event", "it is full");
    }
    run->world->over = true;
}

static void record(void *context, const struct event *event)
{
    struct run *run = context;

    if (!run->options->unrecorded &&
        recording_add(&run->result->recording, event) != 0) {
        recording_full(run);
    }
}

/* After the event itself, but before anything that it causes. */
static void track(void *context, const struct event *event)
{
    struct run *run = context;

    if (track_event(&run->result->track, run->world, event) != 0) {
        recording_full(run);
    }
}

static void tell(void *context, const struct event *event)
{
    struct run *run = context;

    if (run->story.out != NULL && !run->again) {
        story_event(&run->story, event);
    }
}

static void watch(void *context, const struct event *event)
{
    struct run *run = context;

    run->seen =
        run->seen || (run->wanted != NULL && pattern_fits(run->wanted, event));
}

/* What downloads cost, against what they need. */
static void count_fetched(struct run *run, const struct event *event)
{
    struct world_fetch *fetch;

    if (event->device == 0) {
        return;
    }
    fetch = &run->world->device[event->device - 1].fetch;
    if (event->code == EVENT_AGENT_DOWNLOAD) {
        fetch->on = 1;
        fetch->size = event->number[2];
    } else if (event->code == EVENT_RADIO_RECEIVE && fetch->on) {
        fetch->received += event->number[0];
    } else if (event->code == EVENT_AGENT_VERIFIED && fetch->on) {
        fetch->on = 0;
        fetch->needed += fetch->size;
    }
}

/* What a power cut may strike, or come between. */
static void count(void *context, const struct event *event)
{
    struct run *run = context;

    count_fetched(run, event);
    switch (event->code) {
    case EVENT_RADIO_RECEIVE:
        run->world->device[event->device - 1].received++;
        run->world->changes++;
        break;
    case EVENT_FLASH_PROGRAM:
    case EVENT_FLASH_ERASE:
    case EVENT_OTP_BURN:
    case EVENT_RADIO_SEND:
        run->world->changes++;
        break;
    default:
        break;
    }
}

static void explain(void *context, const struct event *event)
{
    cause_event(context, event);
}

static void trigger(void *context, const struct event *event)
{
    steps_event(context, event);
}

static void expect(void *context, const struct event *event)
{
    expects_event(context, event);
}

void listeners_join(struct run *run)
{
    static hear_event *const all[] = {record, track,   tell,    watch,
                                      count,  explain, trigger, expect};

    run->story = (struct story){.out = run->options->story,
                                .verbose = run->options->verbose,
                                .several = run->given->scenario->devices > 1,
                                .color = run->options->color};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        hear_join(&run->hear, all[i], run);
    }
}
