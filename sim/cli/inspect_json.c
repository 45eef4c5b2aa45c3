/* SPDX-License-Identifier: MIT */
#include "cli/inspect.h"

#include <stdio.h>

#include "base/json.h"
#include "record/event.h"
#include "record/story.h"

static struct json begin(const char *type)
{
    struct json json = json_stream(stdout);

    json_open(&json, NULL, '{');
    json_number(&json, "v", 1);
    json_text(&json, "type", type);
    return json;
}

static void end(struct json *json)
{
    json_close(json, '}');
    json_end(json);
}

/* ---- a recording --------------------------------------------------------------- */

static void json_change(const struct change *change)
{
    struct json json = begin("change");
    char text[96];

    moment_change_text(change, text, sizeof text);
    json_text(&json, "kind", change_kind_name(change->kind));
    json_text(&json, "cause", change_cause_name(change->cause));
    json_number(&json, "address", change->address);
    json_number(&json, "length", change->length);
    json_text(&json, "text", text);
    end(&json);
}

static void json_after(const struct moment *moment)
{
    struct json json = begin("after");
    char text[512] = "before power-on";

    if (moment->event.sequence > 0) {
        story_says(&moment->event, text, sizeof text);
    }
    json_number(&json, "event", moment->event.sequence);
    json_number(&json, "events", moment->events);
    json_number(&json, "t", moment->event.time_ns);
    json_text(&json, "text", text);
    json_number(&json, "changes", moment->changes);
    end(&json);
    for (unsigned i = 0; i < moment->changes && i < MOMENT_CHANGES; i++) {
        json_change(&moment->change[i]);
    }
}

/* ---- images ------------------------------------------------------------------ */

static void json_place(const struct inspection *in, unsigned index)
{
    const struct place_view *place = &in->flash.place[index];
    const struct image_facts *image = &place->image;
    struct json json = begin("image");
    char text[200];

    json_text(&json, "place", decode_place_name((enum decode_place)index));
    json_number(&json, "start", place->start);
    json_number(&json, "length", place->length);
    json_bool(&json, "blank", place->blank);
    json_text(&json, "result", image_read_name(image->result));
    if (image->has_header) {
        json_text(&json, "version",
                  image_version_text(&image->version, text, sizeof text));
        json_number(&json, "size", image->total_size);
        json_bool(&json, "signed", image->is_signed);
    }
    if (image->has_counter) {
        json_number(&json, "counter", image->counter);
    }
    if (image->has_digest) {
        json_hex(&json, "sha256", image->said, 32);
    }
    json_text(&json, "reason", reason_name(in->next.place[index].reason));
    inspect_why(in, index, text, sizeof text);
    if (text[0] != '\0') {
        json_text(&json, "why", text);
    }
    end(&json);
}

/* ---- journal and requests ------------------------------------------------------ */

static void json_sector(const struct journal_sector *sector, unsigned number)
{
    struct json json = begin("journal-sector");

    json_number(&json, "sector", number);
    json_number(&json, "address", sector->address);
    json_text(&json, "header",
              decode_status_name((enum decode_status)sector->header));
    json_number(&json, "first", sector->first);
    json_number(&json, "used", sector->used);
    end(&json);
}

static void json_state(struct json *json, const struct journal_record *record)
{
    json_number(json, "sequence", record->sequence);
    json_text(json, "slot", decode_slot_name(record->slot));
    json_text(json, "state", decode_state_name(record->state));
    json_number(json, "attempts", record->attempts);
    json_text(json, "reason", reason_name(record->reason));
    json_number(json, "counter", record->counter);
    json_number(json, "request", record->request);
    json_number(json, "release", record->release);
    json_number(json, "rounds", record->rounds);
    json_number(json, "losses", record->losses);
    json_number(json, "flags", record->flags);
    json_hex(json, "sha256", record->digest, 32);
    json_hex(json, "rejected", record->rejected[0], 32);
    json_hex(json, "rejected_before", record->rejected[1], 32);
}

static void json_record(const struct journal_record *record)
{
    struct json json = begin("journal-record");

    json_number(&json, "address", record->address);
    json_number(&json, "sector", record->sector);
    json_number(&json, "index", record->index);
    json_text(&json, "status",
              decode_status_name((enum decode_status)record->status));
    json_bool(&json, "in_force", record->in_force);
    if (record->status == DECODE_VALID) {
        json_state(&json, record);
    }
    end(&json);
}

static void json_request(const struct request_record *request, bool pending)
{
    struct json json = begin("request");

    json_number(&json, "address", request->address);
    json_text(&json, "status",
              decode_status_name((enum decode_status)request->status));
    json_bool(&json, "newest", request->newest);
    if (request->status == DECODE_VALID) {
        json_number(&json, "sequence", request->sequence);
        json_text(&json, "kind", decode_request_name(request->kind));
        json_text(&json, "slot", decode_slot_name(request->slot));
        json_number(&json, "number", request->number);
        json_bool(&json, "pending", request->newest && pending);
        json_hex(&json, "sha256", request->digest, 32);
    }
    end(&json);
}

/* ---- fuses ---------------------------------------------------------------------- */

static void json_unary(struct json *json, const char *key,
                       const struct fuse_unary *field)
{
    json_open(json, key, '{');
    json_number(json, "value", field->value);
    json_bool(json, "torn", field->torn);
    json_close(json, '}');
}

static void json_fuses(const struct fuse_view *fuses)
{
    struct json json = begin("fuses");

    json_open(&json, "root", '[');
    for (unsigned i = 0; i < OTP_ROOT_KEYS; i++) {
        json_hex(&json, NULL, fuses->root[i], 32);
    }
    json_close(&json, ']');
    json_unary(&json, "epoch", &fuses->epoch);
    json_unary(&json, "counter", &fuses->counter);
    json_unary(&json, "boot_counter", &fuses->boot_counter);
    json_unary(&json, "recovery_counter", &fuses->recovery_counter);
    json_unary(&json, "life_cycle", &fuses->lifecycle);
    json_hex(&json, "identity", fuses->identity, 16);
    end(&json);
}

/* ---- the update agent ----------------------------------------------------------- */

static void json_progress(const struct agent_progress *progress)
{
    struct json json = begin("agent-progress");

    json_number(&json, "sequence", progress->sequence);
    json_number(&json, "state", progress->state);
    json_number(&json, "result", progress->result);
    json_number(&json, "why", progress->why);
    json_text(&json, "slot", decode_slot_name(progress->slot));
    json_number(&json, "release", progress->release);
    json_number(&json, "size", progress->size);
    json_number(&json, "written", progress->written);
    json_number(&json, "tries", progress->tries);
    json_number(&json, "failures", progress->failures);
    json_number(&json, "not_before_s", progress->not_before_s);
    json_bool(&json, "reported", progress->reported);
    json_bool(&json, "final", progress->final);
    json_hex(&json, "sha256", progress->digest, 32);
    end(&json);
}

static void json_offer(const struct agent_offer *offer)
{
    struct json json = begin("agent-offer");
    char version[40];

    snprintf(version, sizeof version, "%u.%u.%u", offer->major, offer->minor,
             offer->revision);
    json_number(&json, "sequence", offer->sequence);
    json_number(&json, "release", offer->release);
    json_text(&json, "version", version);
    json_number(&json, "counter", offer->counter);
    json_hex(&json, "sha256", offer->digest, 32);
    end(&json);
}

static void json_failed(const struct agent_failed *image)
{
    struct json json = begin("failed-image");

    json_text(&json, "reason", reason_name(image->reason));
    json_hex(&json, "sha256", image->digest, 32);
    end(&json);
}

static void json_agent(const struct agent_logs *agent)
{
    if (agent->progress.sequence != 0) {
        json_progress(&agent->progress);
    }
    if (agent->offer.sequence != 0) {
        json_offer(&agent->offer);
    }
    for (unsigned i = 0; i < agent->failed; i++) {
        json_failed(&agent->image[i]);
    }
}

/* ---- the verdict ------------------------------------------------------------------ */

static void json_boots(struct json *json, const struct foresight *next)
{
    const struct image_version *version =
        &next->place[PLACE_SLOT_A + next->state.slot].info.version;
    char text[40];

    snprintf(text, sizeof text, "%u.%u.%u", version->major, version->minor,
             version->revision);
    json_text(json, "boots", decode_slot_name(next->state.slot));
    json_text(json, "version", text);
    json_text(json, "state", decode_state_name(next->state.state));
    json_number(json, "attempts", next->state.attempts);
    json_number(json, "wait_s", next->wait_s);
}

static void json_verdict(const struct inspection *in)
{
    const struct foresight *next = &in->next;
    struct json json = begin("verdict");
    char text[600];

    foresee_text(next, text, sizeof text);
    if (next->boots) {
        json_boots(&json, next);
    } else {
        json_null(&json, "boots");
    }
    if (next->rom_boots) {
        json_text(&json, "bootloader",
                  decode_place_name(PLACE_BOOT_A + next->copy));
    } else {
        json_null(&json, "bootloader");
    }
    json_bool(&json, "fuses", in->has_fuses);
    json_text(&json, "text", text);
    end(&json);
}

void inspect_json(const struct inspection *in)
{
    const struct boot_view *flash = &in->flash;

    if (in->moment != NULL) {
        json_after(in->moment);
    }
    for (unsigned i = 0; i < PLACE_COUNT; i++) {
        if (flash->place[i].present) {
            json_place(in, i);
        }
    }
    for (unsigned i = 0; i < flash->sectors; i++) {
        json_sector(&flash->sector[i], i);
    }
    for (unsigned i = 0; i < flash->records; i++) {
        if (flash->record[i].status != DECODE_BLANK) {
            json_record(&flash->record[i]);
        }
    }
    for (unsigned i = 0; i < flash->requests; i++) {
        if (flash->request[i].status != DECODE_BLANK) {
            json_request(&flash->request[i], flash->pending);
        }
    }
    json_agent(&in->agent);
    if (in->has_fuses) {
        json_fuses(&in->fuses);
    }
    json_verdict(in);
}
