/* SPDX-License-Identifier: MIT */
#include "tui/timeline.h"

#include <stdlib.h>
#include <string.h>

#include "record/story.h"
#include "scenario/pattern.h"

/* Marks by event alone. */
static unsigned marks_of_code(uint32_t code)
{
    switch (code) {
    case EVENT_FLASH_PROGRAM:
    case EVENT_FLASH_ERASE:
    case EVENT_FLASH_DONE:
    case EVENT_FLASH_FLIP:
    case EVENT_FLASH_DAMAGE:
    case EVENT_OTP_BURN:
    case EVENT_OTP_DONE:
        return MARK_OPERATION;
    default:
        return 0;
    }
}

static unsigned marks_of(const struct event *event)
{
    char line[640];
    unsigned marks = marks_of_code(event->code);

    if (story_line(event, line, sizeof line)) {
        marks |= MARK_STORY;
    }
    if (phase_of(event) != NULL) {
        marks |= MARK_PHASE;
    }
    return marks;
}

static int reserve(struct timeline *timeline, uint64_t events)
{
    if (events < timeline->capacity) {
        return 0;
    }
    uint64_t capacity = events + events / 2 + 64;
    uint8_t *mark = realloc(timeline->mark, capacity);

    if (mark == NULL) {
        return OTALAB_ERR_SIMULATOR;
    }
    timeline->mark = mark;
    timeline->capacity = capacity;
    return 0;
}

static int add_hit(struct timeline_hits *hits, uint64_t number)
{
    if (hits->count == hits->capacity) {
        unsigned capacity = hits->capacity * 2 + 16;
        uint64_t *more = realloc(hits->number, capacity * sizeof *more);

        if (more == NULL) {
            return OTALAB_ERR_SIMULATOR;
        }
        hits->number = more;
        hits->capacity = capacity;
    }
    hits->number[hits->count++] = number;
    return 0;
}

static int note_tells(struct timeline *timeline,
                      const struct scenario *scenario,
                      const struct event *event)
{
    for (unsigned i = 0; i < scenario->tells; i++) {
        const struct pattern *on = &scenario->tell[i].on;
        struct timeline_hits *told = &timeline->told[i];

        if (pattern_fits(on, event) && told->count < on->nth &&
            add_hit(told, event->sequence) != 0) {
            return OTALAB_ERR_SIMULATOR;
        }
    }
    return 0;
}

static int count_hits(struct timeline *timeline,
                      const struct scenario *scenario,
                      const struct event *event)
{
    for (unsigned i = 0; i < scenario->expects; i++) {
        const struct expect *expect = &scenario->expect[i];

        if (expect->has_event && pattern_fits(&expect->pattern, event) &&
            add_hit(&timeline->hits[i], event->sequence) != 0) {
            return OTALAB_ERR_SIMULATOR;
        }
    }
    return 0;
}

int timeline_update(struct timeline *timeline, const struct history *history,
                    const struct scenario *scenario)
{
    uint64_t events = history_events(history);
    int err = reserve(timeline, events);

    for (uint64_t n = timeline->events + 1; err == 0 && n <= events; n++) {
        struct event event;

        history_event(history, n, &event);
        timeline->mark[n] = (uint8_t)marks_of(&event);
        if (scenario != NULL) {
            err = count_hits(timeline, scenario, &event);
            err = err ? err : note_tells(timeline, scenario, &event);
        }
        timeline->events = n;
    }
    return err;
}

void timeline_free(struct timeline *timeline)
{
    for (unsigned i = 0; i < SCENARIO_EXPECTS; i++) {
        free(timeline->hits[i].number);
    }
    for (unsigned i = 0; i < SCENARIO_TELLS; i++) {
        free(timeline->told[i].number);
    }
    free(timeline->mark);
    *timeline = (struct timeline){0};
}

uint64_t timeline_next(const struct timeline *timeline, uint64_t from,
                       unsigned marks)
{
    for (uint64_t n = from + 1; n <= timeline->events; n++) {
        if (timeline->mark[n] & marks) {
            return n;
        }
    }
    return 0;
}

uint64_t timeline_back(const struct timeline *timeline, uint64_t from,
                       unsigned marks)
{
    for (uint64_t n = from; n > 1; n--) {
        if (timeline->mark[n - 1] & marks) {
            return n - 1;
        }
    }
    return 0;
}

unsigned timeline_count(const struct timeline *timeline, unsigned index,
                        uint64_t at)
{
    const struct timeline_hits *hits = &timeline->hits[index];
    unsigned low = 0;
    unsigned high = hits->count;

    while (low < high) {
        unsigned middle = (low + high) / 2;

        if (hits->number[middle] <= at) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

int timeline_tell(const struct timeline *timeline,
                  const struct scenario *scenario, uint64_t at, uint64_t *since)
{
    int found = -1;

    *since = 0;
    for (unsigned i = 0; i < scenario->tells; i++) {
        const struct timeline_hits *told = &timeline->told[i];
        unsigned nth = scenario->tell[i].on.nth;

        if (told->count == nth && told->number[nth - 1] <= at &&
            told->number[nth - 1] >= *since) {
            *since = told->number[nth - 1];
            found = (int)i;
        }
    }
    return found;
}
