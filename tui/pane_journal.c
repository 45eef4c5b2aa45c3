/* SPDX-License-Identifier: MIT */
/* The boot journal record by record, and why the one in force is in force. */
#include <inttypes.h>
#include <stdio.h>

#include "base/hex.h"
#include "tui/view.h"

/* In one sentence. */
static void say_why(const struct boot_view *view, const struct area *area)
{
    if (view->sectors == 0) {
        area_text(area, 0, 0, SCREEN_BAD, "the map has no journal");
    } else if (view->in_force < 0) {
        area_text(area, 0, 0, SCREEN_BAD,
                  "no record is valid: the newest good image is booted as a "
                  "trial");
    } else if (view->disputed) {
        area_print(area, 0, 0, SCREEN_WARN,
                   "record #%" PRIu32 " is in force, though its copies differ",
                   view->record[view->in_force].sequence);
    } else {
        area_print(area, 0, 0, SCREEN_GOOD,
                   "record #%" PRIu32 " is in force: valid, and the highest "
                   "number; %u cop%s",
                   view->record[view->in_force].sequence, view->copies,
                   view->copies == 1 ? "y" : "ies");
    }
}

static void put_record(const struct journal_record *record,
                       const struct area *area, unsigned row)
{
    char digest[9];
    enum screen_role role = record->in_force                 ? SCREEN_GOOD
                            : record->status == DECODE_VALID ? SCREEN_TEXT
                                                             : SCREEN_BAD;
    unsigned x = area_print(area, 0, row, SCREEN_DIM, "%s %u.%02u 0x%06x ",
                            record->in_force ? "\u25B8" : " ", record->sector,
                            record->index, record->address);

    if (record->status != DECODE_VALID) {
        area_print(area, x, row, role, "%s",
                   decode_status_text(record->status));
        return;
    }
    hex_short(record->digest, digest);
    x = area_print(area, x, row, role, "#%-4" PRIu32 " %-8s %-9s",
                   record->sequence, decode_slot_name(record->slot),
                   decode_state_name(record->state));
    x = area_print(area, x, row, role, " left %u  cnt %" PRIu32 "  %s",
                   record->attempts, record->counter, digest);
    if (record->reason != 0) {
        area_print(area, x, row, SCREEN_BAD, "  %s",
                   reason_name(record->reason));
    }
}

static void put_request(const struct request_record *request, bool pending,
                        const struct area *area, unsigned row)
{
    unsigned x = area_print(area, 0, row, SCREEN_DIM, "%s r%u.%02u 0x%06x ",
                            request->newest ? "\u25B8" : " ", request->sector,
                            request->index, request->address);

    if (request->status != DECODE_VALID) {
        area_text(area, x, row, SCREEN_BAD,
                  decode_status_text(request->status));
        return;
    }
    area_print(area, x, row,
               request->newest && pending ? SCREEN_WARN : SCREEN_DIM,
               "#%-4" PRIu32 " request: %s %s%s", request->sequence,
               decode_request_name(request->kind),
               decode_slot_name(request->slot),
               request->newest && pending ? "  (not dealt with yet)" : "");
}

/* A line of the pane: a request, or a record, that is not blank. */
struct line {
    const struct request_record *request; /* else the record */
    const struct journal_record *record;
};

#define LINES (DECODE_RECORDS + DECODE_REQUESTS)

/* Requests first, so that the journal, newest last, is at the end. */
static unsigned collect(const struct boot_view *view, struct line lines[LINES])
{
    unsigned count = 0;

    for (unsigned i = 0; i < view->requests; i++) {
        if (view->request[i].status != DECODE_BLANK) {
            lines[count++].request = &view->request[i];
        }
    }
    for (unsigned i = 0; i < view->records; i++) {
        if (view->record[i].status != DECODE_BLANK) {
            lines[count++] = (struct line){NULL, &view->record[i]};
        }
    }
    return count;
}

void pane_journal(const struct model *model, const struct area *area)
{
    const struct assessment *seen = model_seen(model);
    struct line lines[LINES];

    if (seen == NULL || area->height == 0) {
        area_text(area, 0, 0, SCREEN_DIM, "the journal is not known yet");
        return;
    }
    unsigned count = collect(&seen->flash, lines);
    unsigned room = area->height - 1;
    unsigned scroll = model->scroll[PANE_JOURNAL];
    unsigned first = count > room + scroll ? count - room - scroll : 0;

    say_why(&seen->flash, area);
    for (unsigned i = 0; i < room && first + i < count; i++) {
        const struct line *line = &lines[first + i];

        if (line->request != NULL) {
            put_request(line->request, seen->flash.pending, area, 1 + i);
        } else {
            put_record(line->record, area, 1 + i);
        }
    }
}
