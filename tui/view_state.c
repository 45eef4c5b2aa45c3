/* SPDX-License-Identifier: MIT */
/* The state panel: slots, boots, update, supply, expectations. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tui/expect_state.h"
#include "tui/view.h"

struct panel {
    const struct model *model;
    const struct picture_device *device;
    const struct assessment *seen;
    const struct area *area;
    unsigned row;
};

static unsigned put_name(const struct panel *panel, const char *name)
{
    area_text(panel->area, 0, panel->row, SCREEN_HEADING, name);
    return 9;
}

/* ---- slots ----------------------------------------------------------------- */

/* What the device would say of the image there, and how to paint it. */
static const char *verdict_of(const struct panel *panel, unsigned place,
                              enum screen_role *role)
{
    const struct assessment *seen = panel->seen;
    const struct image_facts *facts = &seen->flash.place[place].image;
    const struct picture_agent *agent = &panel->device->agent;

    *role = SCREEN_BAD;
    if (seen->flash.place[place].blank) {
        *role = SCREEN_DIM;
        return "empty";
    }
    if (agent->downloading &&
        strcmp(agent->slot, decode_place_name(place)) == 0) {
        *role = SCREEN_WARN;
        return "arriving";
    }
    if (!seen->foreseen) {
        *role = facts->result == IMAGE_READ_FINE ? SCREEN_GOOD : SCREEN_BAD;
        return facts->result == IMAGE_READ_FINE ? "digest ok" : "damaged";
    }
    enum ota_reason reason = seen->next.place[place].reason;

    if (reason == OTA_REASON_NONE) {
        *role = SCREEN_GOOD;
        return "signed";
    }
    return reason_name(reason);
}

static const struct journal_record *record_in_force(const struct panel *panel)
{
    int at = panel->seen->flash.in_force;

    return at >= 0 ? &panel->seen->flash.record[at] : NULL;
}

/* "trial, 2 left", "confirmed", "rejected": what the journal says of a slot. */
static void put_journal_word(const struct panel *panel, unsigned slot,
                             const uint8_t *digest, unsigned x)
{
    const struct journal_record *record = record_in_force(panel);

    if (record == NULL) {
        return;
    }
    if (record->slot == slot && record->state == JOURNAL_TRIAL) {
        area_print(panel->area, x, panel->row, SCREEN_WARN, "trial, %u left",
                   record->attempts);
    } else if (record->slot == slot) {
        area_text(panel->area, x, panel->row, SCREEN_GOOD, "confirmed");
    } else if (digest != NULL &&
               (memcmp(digest, record->rejected[0], 32) == 0 ||
                memcmp(digest, record->rejected[1], 32) == 0)) {
        area_text(panel->area, x, panel->row, SCREEN_BAD, "rejected");
    }
}

static bool runs_from(const struct picture_device *device, unsigned slot)
{
    enum picture_program program =
        slot == JOURNAL_SLOT_RECOVERY ? PICTURE_RECOVERY : PICTURE_APPLICATION;

    return device->boot.program == program &&
           (slot == JOURNAL_SLOT_RECOVERY || device->boot.slot == slot);
}

static void put_slot(struct panel *panel, unsigned slot, unsigned place)
{
    const struct place_view *view = &panel->seen->flash.place[place];
    const struct image_facts *facts = &view->image;
    enum screen_role role = SCREEN_DIM;

    if (panel->seen->known && !view->present) {
        return; /* this product has no such slot */
    }
    unsigned x = put_name(panel, decode_slot_name(slot));

    if (panel->seen->known && view->present) {
        const char *verdict = verdict_of(panel, place, &role);

        if (facts->has_header && !view->blank) {
            area_print(panel->area, x, panel->row, SCREEN_TEXT, "%u.%u.%u",
                       facts->version.major, facts->version.minor,
                       facts->version.revision);
        }
        x = area_print(panel->area, x + 7, panel->row, role, "%.14s", verdict);
        put_journal_word(panel, slot, facts->has_digest ? facts->said : NULL,
                         x + 1);
    }
    if (runs_from(panel->device, slot)) {
        area_put(panel->area, 8, panel->row, 0x25B8, SCREEN_GOOD);
        area_role(panel->area, 0, panel->row, 8, SCREEN_GOOD);
    }
    panel->row++;
}

static void put_next(struct panel *panel)
{
    unsigned x = put_name(panel, "boots");
    char cause[EVENT_LABEL];
    struct event event = {.code = EVENT_RESET,
                          .number = {panel->device->boot.cause}};

    event_value(&event, 0, cause, sizeof cause);
    x = area_print(panel->area, x, panel->row, SCREEN_TEXT, "%u",
                   panel->device->boot.boots);
    if (panel->device->boot.boots > 0) {
        x = area_print(panel->area, x, panel->row, SCREEN_TEXT, ", %s", cause);
    }
    if (panel->device->boot.rollbacks > 0) {
        area_print(panel->area, x, panel->row, SCREEN_BAD, ", %u rollback%s",
                   panel->device->boot.rollbacks,
                   panel->device->boot.rollbacks == 1 ? "" : "s");
    } else {
        area_text(panel->area, x, panel->row, SCREEN_DIM, ", no rollback");
    }
    panel->row++;
}

static void put_counter(struct panel *panel)
{
    const struct journal_record *record = record_in_force(panel);
    unsigned x = put_name(panel, "counter");

    x = area_print(panel->area, x, panel->row, SCREEN_TEXT, "%u in fuses",
                   panel->seen->fuses.counter.value);
    if (record != NULL) {
        x = area_print(panel->area, x, panel->row, SCREEN_TEXT, ", journal #%u",
                       record->sequence);
        if (record->reason != 0) {
            area_print(panel->area, x, panel->row, SCREEN_BAD, " %s",
                       reason_name(record->reason));
        }
    }
    panel->row++;
}

/* ---- update ---------------------------------------------------------------- */

static void put_bar(struct panel *panel, uint64_t done, uint64_t size)
{
    unsigned width = panel->area->width > 10 ? panel->area->width - 10 : 0;
    unsigned full = size == 0 ? 0 : (unsigned)(done * width / size);

    for (unsigned i = 0; i < width; i++) {
        area_put(panel->area, 9 + i, panel->row, i < full ? 0x2588 : 0x2591,
                 i < full ? SCREEN_BAR : SCREEN_DIM);
    }
}

static void put_rate(struct panel *panel)
{
    const struct picture_agent *agent = &panel->device->agent;
    uint64_t spent = panel->model->now.time_ns - agent->begun_ns;
    uint64_t done = agent->written;
    char rate[32];
    unsigned x = put_name(panel, "");

    words_rate(done, spent, rate);
    x = area_print(panel->area, x, panel->row, SCREEN_TEXT,
                   "%" PRIu64 "/%" PRIu64 " KiB", done / 1024,
                   agent->size / 1024);
    if (agent->downloading && done > 0) {
        uint64_t left = spent / done * (agent->size - done) / 1000000000u;

        area_print(panel->area, x, panel->row, SCREEN_TEXT,
                   " %s %" PRIu64 ":%02" PRIu64 " left", rate, left / 60,
                   left % 60);
    }
}

static void put_update(struct panel *panel)
{
    const struct picture_agent *agent = &panel->device->agent;
    struct event event = {.code = EVENT_AGENT_STATE,
                          .number = {agent->state, agent->result, agent->why}};
    char state[EVENT_LABEL];
    char why[EVENT_LABEL];
    unsigned x = put_name(panel, "update");

    event_value(&event, 0, state, sizeof state);
    event_value(&event, 2, why, sizeof why);
    x = area_print(panel->area, x, panel->row, SCREEN_TEXT, "%s",
                   agent->polls == 0 && agent->state == 0 ? "-" : state);
    if (agent->why != 0) {
        x = area_print(panel->area, x, panel->row, SCREEN_WARN, ", %s", why);
    }
    if (agent->wait_ns > panel->model->now.time_ns) {
        uint64_t wait = agent->wait_ns - panel->model->now.time_ns;

        area_print(panel->area, x, panel->row, SCREEN_DIM,
                   ", waits %" PRIu64 " s", wait / UINT64_C(1000000000));
    }
    panel->row++;
    if (agent->size > 0) {
        put_bar(panel, agent->written, agent->size);
        panel->row++;
        put_rate(panel);
        panel->row++;
    }
}

/* ---- supply, link, expectations --------------------------------------------- */

static void put_power(struct panel *panel)
{
    const struct changes_state *state = &panel->device->state;
    unsigned x = put_name(panel, "power");

    if (panel->device->power_ns != 0 || state->cpu == CHANGES_CPU_OFF) {
        x = area_text(panel->area, x, panel->row,
                      panel->device->power_ns != 0 ? SCREEN_BAD : SCREEN_WARN,
                      panel->device->power_ns != 0 ? "OFF" : "in reset");
    } else {
        x = area_text(panel->area, x, panel->row, SCREEN_GOOD, "good");
    }
    x = area_print(panel->area, x, panel->row, SCREEN_TEXT, ", %u.%02u V",
                   state->millivolts / 1000, state->millivolts % 1000 / 10);
    if (state->capacity_mj > 0) {
        x = area_print(panel->area, x, panel->row, SCREEN_TEXT, " %u %%",
                       (unsigned)((uint64_t)state->left_mj * 100 /
                                  state->capacity_mj));
    }
    if (panel->device->traffic.sent > 0 || state->registered) {
        area_text(panel->area, x, panel->row,
                  state->registered ? SCREEN_TEXT : SCREEN_BAD,
                  state->registered ? ", link up" : ", link DOWN");
    }
    panel->row++;
}

static void put_expectations(struct panel *panel)
{
    const struct scenario *scenario = model_scenario(panel->model);
    unsigned count[EXPECT_STATES] = {0};
    unsigned x = put_name(panel, "expected");

    if (scenario == NULL) {
        return;
    }
    for (unsigned i = 0; i < scenario->expects; i++) {
        count[expect_state(panel->model, i, NULL, 0)]++;
    }
    x = area_print(panel->area, x, panel->row, SCREEN_GOOD, "%u held",
                   count[EXPECT_HOLDS]);
    x = area_print(panel->area, x, panel->row, SCREEN_TEXT, ", %u open",
                   count[EXPECT_OPEN]);
    if (count[EXPECT_BROKEN] > 0) {
        area_print(panel->area, x, panel->row, SCREEN_BAD, ", %u broken",
                   count[EXPECT_BROKEN]);
    }
    panel->row++;
}

void view_state(const struct model *model, const struct area *area)
{
    struct panel panel = {model, model_device(model), model_seen(model), area,
                          0};

    if (panel.device == NULL || panel.seen == NULL) {
        area_text(area, 0, 0, SCREEN_DIM, "the device is not started yet");
        return;
    }
    put_slot(&panel, JOURNAL_SLOT_A, PLACE_SLOT_A);
    put_slot(&panel, JOURNAL_SLOT_B, PLACE_SLOT_B);
    put_slot(&panel, JOURNAL_SLOT_RECOVERY, PLACE_RECOVERY);
    put_next(&panel);
    put_counter(&panel);
    put_power(&panel);
    put_expectations(&panel);
    put_update(&panel);
}
