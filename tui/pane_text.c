/* SPDX-License-Identifier: MIT */
/* Panes that are lines of text: console, packets, explanation, expectations. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tui/expect_state.h"
#include "tui/lookup.h"
#include "tui/view.h"

/* ---- console ----------------------------------------------------------------- */

void pane_console(const struct model *model, const struct area *area)
{
    const struct picture_device *device = model_device(model);

    if (device == NULL) {
        return;
    }
    const struct picture_console *console = &device->console;
    uint64_t kept =
        console->lines < PICTURE_LINES ? console->lines : PICTURE_LINES;
    uint64_t shown = kept < area->height ? kept : area->height;

    if (kept == 0) {
        area_text(area, 0, 0, SCREEN_DIM, "the device has printed nothing yet");
    }
    for (uint64_t i = 0; i < shown; i++) {
        uint64_t number = console->lines - shown + i;
        const struct picture_line *line =
            &console->line[number % PICTURE_LINES];
        char time[32];

        words_time(line->time_ns, time);
        unsigned x = area_print(area, 0, (unsigned)i, SCREEN_DIM, "%12s %c ",
                                time, line->typed ? '>' : ' ');

        area_text(area, x, (unsigned)i,
                  line->typed ? SCREEN_FAULT : SCREEN_TEXT, line->text);
    }
}

/* ---- packets ------------------------------------------------------------------ */

#define PACKET_SEARCH 20000u

static bool is_packet(const struct event *event, uint32_t device)
{
    switch (event->code) {
    case EVENT_RADIO_SEND:
    case EVENT_RADIO_RECEIVE:
    case EVENT_RADIO_DROP:
    case EVENT_SERVER_REQUEST:
    case EVENT_SERVER_ANSWER:
    case EVENT_SERVER_STATUS:
    case EVENT_LINK_DOWN:
    case EVENT_LINK_UP:
    case EVENT_LINK_CHANGE:
        return event->device == device || event->device == 0;
    default:
        return false;
    }
}

static unsigned collect_packets(const struct model *model, unsigned wanted,
                                uint64_t *out)
{
    unsigned count = 0;
    unsigned looked = 0;

    for (uint64_t at = model->at;
         at > 0 && count < wanted && looked < PACKET_SEARCH; at--, looked++) {
        struct event event;

        history_event(model_history(model), at, &event);
        if (is_packet(&event, model->device + 1)) {
            out[count++] = at;
        }
    }
    return count;
}

/* An arrow for the way that a datagram goes. */
static const char *direction(const struct event *event)
{
    switch (event->code) {
    case EVENT_RADIO_SEND:
    case EVENT_SERVER_REQUEST:
    case EVENT_SERVER_STATUS:
        return "\u2192";
    case EVENT_RADIO_RECEIVE:
    case EVENT_RADIO_DROP:
    case EVENT_SERVER_ANSWER:
        return "\u2190";
    default:
        return " ";
    }
}

static enum screen_role packet_role(const struct event *event)
{
    int fate = event_field_find(event->code, "fate");

    if (fate >= 0 && !event_matches(event, (unsigned)fate, "arrives")) {
        return SCREEN_BAD;
    }
    return event->code == (uint32_t)EVENT_RADIO_DROP ? SCREEN_BAD : SCREEN_TEXT;
}

static void put_packet(const struct model *model, const struct area *area,
                       unsigned row, uint64_t number)
{
    struct event event;
    char text[640] = "";
    char time[32];
    size_t used = 0;
    const struct event_kind *kind;

    history_event(model_history(model), number, &event);
    kind = event_kind(event.code);
    words_time(event.time_ns, time);
    for (unsigned i = 0; i < kind->fields && used < sizeof text; i++) {
        char value[EVENT_TEXT];

        event_value(&event, i, value, sizeof value);
        int more = snprintf(text + used, sizeof text - used, " %s %s",
                            kind->field[i].key, value);

        used += more > 0 ? (size_t)more : 0;
    }
    unsigned x = area_print(area, 0, row, SCREEN_DIM, "%12s %s ", time,
                            direction(&event));

    x = area_print(area, x, row, SCREEN_HEADING, "%-15s", kind->name);
    area_text(area, x, row, packet_role(&event), text);
}

void pane_packets(const struct model *model, const struct area *area)
{
    uint64_t numbers[SCREEN_MAX_HEIGHT];
    const struct picture_device *device = model_device(model);

    if (device == NULL || area->height == 0) {
        return;
    }
    const struct picture_traffic *traffic = &device->traffic;
    unsigned count = collect_packets(model, area->height - 1, numbers);

    area_print(area, 0, 0, SCREEN_HEADING,
               "sent %" PRIu64 " (%" PRIu64 " B), lost %" PRIu64
               "; received %" PRIu64 " (%" PRIu64 " B), dropped %" PRIu64,
               traffic->sent, traffic->sent_bytes, traffic->lost,
               traffic->received, traffic->received_bytes, traffic->dropped);
    for (unsigned i = 0; i < count; i++) {
        put_packet(model, area, 1 + i, numbers[count - 1 - i]);
    }
}

/* ---- explanation ----------------------------------------------------------------- */

/* The scenario's own words, if they are newer than the phase. */
static const char *told(const struct model *model, uint64_t phase_since)
{
    const struct scenario *scenario = model_scenario(model);
    uint64_t since;

    if (scenario == NULL) {
        return NULL;
    }
    int index = timeline_tell(&model_branch(model)->timeline, scenario,
                              model->at, &since);

    return index >= 0 && since >= phase_since ? scenario->tell[index].text
                                              : NULL;
}

void pane_explain(const struct model *model, const struct area *area)
{
    char text[4096];
    struct event begins = {0};
    const struct phase *phase =
        model_phase(model, &begins) ? phase_of(&begins) : NULL;
    const char *own = told(model, begins.sequence);

    if (model->note[0] != '\0') {
        (void)area_wrap(area, 0, SCREEN_TEXT, model->note);
        return;
    }
    if (model->word[0] != '\0') {
        (void)lookup_word(model->word, text, sizeof text);
        (void)area_wrap(area, 0, SCREEN_TEXT, text);
        return;
    }
    if (phase == NULL) {
        (void)area_wrap(area, 0, SCREEN_TEXT,
                        "Nothing has happened yet. n goes to the next event, N "
                        "to the next phase, c runs. Each phase is explained "
                        "here; e explains a word.");
        return;
    }
    area_text(area, 0, 0, SCREEN_HEADING, phase->name);
    unsigned row = area_wrap(area, 1, own != NULL ? SCREEN_GOOD : SCREEN_TEXT,
                             own != NULL ? own : phase->text);
    struct area rest = area_part(area, 0, row, area->width, area->height);

    words_event(&model->event, text, sizeof text);
    (void)area_wrap(&rest, 0, words_role(&model->event), text);
}

/* ---- expectations ------------------------------------------------------------------ */

static void put_expectation(const struct model *model, const struct area *area,
                            unsigned row, unsigned index)
{
    static const struct {
        const char *word;
        enum screen_role role;
    } words[EXPECT_STATES] = {
        [EXPECT_OPEN] = {"open  ", SCREEN_DIM},
        [EXPECT_HOLDS] = {"held  ", SCREEN_GOOD},
        [EXPECT_BROKEN] = {"BROKEN", SCREEN_BAD},
    };
    char why[240];
    char line[160];
    enum expect_standing state = expect_state(model, index, why, sizeof why);

    expect_line(model, index, line, sizeof line);
    unsigned x = area_text(area, 0, row, words[state].role, words[state].word);

    x = area_print(area, x, row, SCREEN_TEXT, " %s", line);
    area_print(area, x, row, SCREEN_DIM, "  %s", why);
}

/* Those that are broken come first. */
static unsigned sort_expectations(const struct model *model,
                                  unsigned order[SCENARIO_EXPECTS])
{
    const struct scenario *scenario = model_scenario(model);
    unsigned count = 0;

    for (unsigned pass = 0; pass < 2; pass++) {
        for (unsigned i = 0; i < scenario->expects; i++) {
            bool broken = expect_state(model, i, NULL, 0) == EXPECT_BROKEN;

            if (broken == (pass == 0)) {
                order[count++] = i;
            }
        }
    }
    return count;
}

void pane_expect(const struct model *model, const struct area *area)
{
    unsigned order[SCENARIO_EXPECTS];
    unsigned first = model->scroll[PANE_EXPECT];

    if (model_scenario(model) == NULL) {
        area_text(area, 0, 0, SCREEN_DIM,
                  "the scenario's file is not known; open the scenario itself");
        return;
    }
    unsigned count = sort_expectations(model, order);

    for (unsigned row = 0; row < area->height && first + row < count; row++) {
        put_expectation(model, area, row, order[first + row]);
    }
}
