/* SPDX-License-Identifier: MIT */
#include "cli/inspect.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "image/image_check.h"
#include "ota/agent_why.h"
#include "record/event.h"
#include "record/glossary.h"
#include "record/story.h"

/* Roles, not colours: what a line means. */
enum role { ROLE_PLAIN, ROLE_HEADING, ROLE_GOOD, ROLE_BAD, ROLE_DIM };

static const char *const role_codes[] = {
    [ROLE_PLAIN] = "",        [ROLE_HEADING] = "\033[1m",
    [ROLE_GOOD] = "\033[32m", [ROLE_BAD] = "\033[31m",
    [ROLE_DIM] = "\033[2m",
};

__attribute__((format(printf, 3, 4))) static void line(
    const struct inspection *in, enum role role, const char *format, ...)
{
    bool painted = in->color && role != ROLE_PLAIN;
    va_list args;

    fputs(painted ? role_codes[role] : "", stdout);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    fputs(painted ? "\033[0m\n" : "\n", stdout);
}

static void heading(const struct inspection *in, const char *text)
{
    putchar('\n');
    line(in, ROLE_HEADING, "%s", text);
}

/* ---- a recording --------------------------------------------------------------- */

static void text_changes(const struct inspection *in,
                         const struct moment *moment)
{
    char text[96];

    for (unsigned i = 0; i < moment->changes && i < MOMENT_CHANGES; i++) {
        moment_change_text(&moment->change[i], text, sizeof text);
        line(in, ROLE_PLAIN, "  changed: %s", text);
    }
    if (moment->changes > MOMENT_CHANGES) {
        line(in, ROLE_PLAIN, "  changed: %u more",
             moment->changes - MOMENT_CHANGES);
    }
}

static void text_after(const struct inspection *in, const struct moment *moment)
{
    const struct event *after = &moment->event;
    char text[512];
    char time[32];

    if (after->sequence == 0) {
        line(in, ROLE_HEADING, "Before power-on, of %" PRIu64 " events",
             moment->events);
        return;
    }
    story_says(after, text, sizeof text);
    event_time(after->time_ns, time, sizeof time);
    line(in, ROLE_HEADING, "After event %" PRIu64 " of %" PRIu64 ", at %s: %s",
         after->sequence, moment->events, time, text);
    text_changes(in, moment);
}

/* ---- images ------------------------------------------------------------------ */

/* If another tool made the image, its kind says more than the reason. */
static bool special(const struct image_facts *image, char *out, size_t size)
{
    if (image->result == IMAGE_READ_ENCRYPTED) {
        snprintf(out, size, "%s", image_read_text(image->result));
        return true;
    }
    if (image->signature != 0 && image->signature != MCUBOOT_ECDSA) {
        snprintf(out, size, "signed by %s, which this product does not accept",
                 image_signature_text(image->signature));
        return true;
    }
    return false;
}

void inspect_why(const struct inspection *in, unsigned place, char *out,
                 size_t size)
{
    const struct image_facts *image = &in->flash.place[place].image;
    enum ota_reason reason = in->next.place[place].reason;
    const struct glossary_reason *row = glossary_reason(reason_name(reason));

    out[0] = '\0';
    if (!in->flash.place[place].present || reason == OTA_REASON_EMPTY ||
        special(image, out, size)) {
        return;
    }
    if (reason != OTA_REASON_NONE && row != NULL && row->boot != NULL) {
        snprintf(out, size, "%s", row->boot);
    } else {
        (void)image_unmet(image, out, size);
    }
}

static void text_image(const struct inspection *in, unsigned index)
{
    const struct place_view *place = &in->flash.place[index];
    const struct image_facts *image = &place->image;
    enum ota_reason reason = in->next.place[index].reason;
    char version[40];
    char counter[16] = "-";
    char digest[9] = "";

    if (image->has_counter) {
        snprintf(counter, sizeof counter, "%u", image->counter);
    }
    if (image->has_digest) {
        hex_short(image->said, digest);
    }
    line(in, reason == OTA_REASON_NONE ? ROLE_PLAIN : ROLE_BAD,
         "  %-8s  0x%06x  %-11s  %7u  %3s  %-8s  %s",
         decode_place_name((enum decode_place)index), place->start,
         image_version_text(&image->version, version, sizeof version),
         image->total_size, counter, digest,
         reason == OTA_REASON_NONE ? "good" : reason_name(reason));
}

static void text_place(const struct inspection *in, unsigned index)
{
    const struct place_view *place = &in->flash.place[index];
    const struct image_facts *image = &place->image;
    const char *name = decode_place_name((enum decode_place)index);

    if (image->has_header) {
        text_image(in, index);
    } else if (image->result == IMAGE_READ_EMPTY) {
        line(in, place->blank ? ROLE_DIM : ROLE_BAD, "  %-8s  0x%06x  %s", name,
             place->start,
             place->blank ? "empty" : "erased at its start, but not entirely");
    } else {
        line(in, ROLE_BAD, "  %-8s  0x%06x  %s", name, place->start,
             image_read_text(image->result));
    }
}

static void text_places(const struct inspection *in)
{
    char why[200];

    line(in, ROLE_HEADING, "Images");
    line(in, ROLE_DIM, "  %-8s  %-8s  %-11s  %7s  %3s  %-8s  %s", "place",
         "start", "version", "bytes", "cnt", "sha256", "the device says");
    for (unsigned i = 0; i < PLACE_COUNT; i++) {
        if (in->flash.place[i].present) {
            text_place(in, i);
        }
    }
    for (unsigned i = 0; i < PLACE_COUNT; i++) {
        inspect_why(in, i, why, sizeof why);
        if (why[0] != '\0') {
            line(in, ROLE_DIM, "  %s: %s", decode_place_name(i), why);
        }
    }
}

/* ---- journal ------------------------------------------------------------------- */

static bool is_zero(const uint8_t digest[32])
{
    for (unsigned i = 0; i < 32; i++) {
        if (digest[i] != 0) {
            return false;
        }
    }
    return true;
}

static const char *digest_text(const uint8_t digest[32], char out[9])
{
    if (is_zero(digest)) {
        return "-";
    }
    hex_short(digest, out);
    return out;
}

static void text_rejected(const struct inspection *in,
                          const struct journal_record *record)
{
    for (unsigned i = 0; i < 2; i++) {
        if (!is_zero(record->rejected[i])) {
            char digest[9];
            line(in, ROLE_PLAIN, "  %24s rejected %s: %s", "",
                 digest_text(record->rejected[i], digest),
                 i == 0 ? reason_name(record->rejected_reason) : "earlier");
        }
    }
}

/* Values that are 0 while a device has had no trouble. */
static void text_more(const struct inspection *in,
                      const struct journal_record *record)
{
    const struct {
        const char *name;
        uint32_t value;
    } more[] = {{"highest release granted a trial", record->release},
                {"attempts given back after power losses", record->losses},
                {"rounds of the last resort", record->rounds}};

    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++) {
        if (more[i].value != 0) {
            line(in, ROLE_PLAIN, "  %24s %s: %u", "", more[i].name,
                 more[i].value);
        }
    }
}

static void text_record(const struct inspection *in,
                        const struct journal_record *record)
{
    char digest[9], attempts[8] = "-";

    if (record->status != DECODE_VALID) {
        line(in, ROLE_BAD, "   0x%06x  record %u, %s", record->address,
             record->index,
             decode_status_text((enum decode_status)record->status));
        return;
    }
    if (record->state == JOURNAL_TRIAL) {
        snprintf(attempts, sizeof attempts, "%u", record->attempts);
    }
    line(in, record->in_force ? ROLE_GOOD : ROLE_PLAIN,
         "%s 0x%06x  %5u  %-8s  %-9s  %4s  %3u  %-8s  %5u  %s",
         record->in_force ? "->" : "  ", record->address, record->sequence,
         decode_slot_name(record->slot), decode_state_name(record->state),
         attempts, record->counter, digest_text(record->digest, digest),
         record->request, reason_name(record->reason));
    if (record->in_force) {
        text_rejected(in, record);
        text_more(in, record);
    }
}

static void text_sector(const struct inspection *in, unsigned number)
{
    const struct journal_sector *sector = &in->flash.sector[number];

    if (sector->header == DECODE_BLANK && sector->used == 0) {
        line(in, ROLE_DIM, "  bank %u copy %u, 0x%06x: erased", number / 2,
             number % 2, sector->address);
        return;
    }
    line(in, sector->header == DECODE_VALID ? ROLE_PLAIN : ROLE_BAD,
         "  bank %u copy %u, 0x%06x: %u of %u records used; header: %s",
         number / 2, number % 2, sector->address, sector->used, in->flash.slots,
         decode_status_text((enum decode_status)sector->header));
    for (unsigned i = 0; i < in->flash.records; i++) {
        const struct journal_record *record = &in->flash.record[i];
        if (record->sector == number && record->status != DECODE_BLANK) {
            text_record(in, record);
        }
    }
}

static void text_in_force(const struct inspection *in)
{
    const struct boot_view *flash = &in->flash;

    if (flash->in_force < 0) {
        line(in, ROLE_BAD,
             "  no valid record: the bootloader looks for the highest "
             "authentic image");
        return;
    }
    const struct journal_record *record = &flash->record[flash->in_force];
    bool trial = record->state == JOURNAL_TRIAL;
    char left[40] = "";
    if (trial) {
        snprintf(left, sizeof left, ", %u attempt%s left", record->attempts,
                 record->attempts == 1 ? "" : "s");
    }
    line(in, ROLE_GOOD, "  in force: %s, %s%s (sequence %u, %u cop%s)",
         decode_slot_name(record->slot), decode_state_name(record->state), left,
         record->sequence, flash->copies, flash->copies == 1 ? "y" : "ies");
    if (flash->disputed) {
        line(in, ROLE_BAD,
             "  valid records with that sequence number differ: something else "
             "wrote here");
    }
}

static void text_journal(const struct inspection *in)
{
    heading(in, "Boot journal");
    if (in->flash.sectors == 0) {
        line(in, ROLE_BAD, "  the flash map has no journal");
        return;
    }
    line(in, ROLE_DIM, "   %-8s  %5s  %-8s  %-9s  %4s  %3s  %-8s  %5s  %s",
         "address", "seq", "slot", "state", "left", "cnt", "image", "asked",
         "reason");
    for (unsigned i = 0; i < in->flash.sectors; i++) {
        text_sector(in, i);
    }
    text_in_force(in);
}

/* ---- requests and fuses --------------------------------------------------------- */

static void text_request(const struct inspection *in,
                         const struct request_record *request)
{
    char digest[9];

    if (request->status != DECODE_VALID) {
        line(in, ROLE_BAD, "   0x%06x  %s", request->address,
             decode_status_text((enum decode_status)request->status));
        return;
    }
    line(in, request->newest ? ROLE_GOOD : ROLE_PLAIN,
         "%s 0x%06x  %5u  %-8s  %-8s number %u, %s%s",
         request->newest ? "->" : "  ", request->address, request->sequence,
         decode_slot_name(request->slot), decode_request_name(request->kind),
         request->number, digest_text(request->digest, digest),
         !request->newest    ? ""
         : in->flash.pending ? ", waits for the bootloader"
                             : ", dealt with");
}

static void text_requests(const struct inspection *in)
{
    bool any = false;

    heading(in, "Requests of the application");
    for (unsigned i = 0; i < in->flash.requests; i++) {
        if (in->flash.request[i].status != DECODE_BLANK) {
            text_request(in, &in->flash.request[i]);
            any = true;
        }
    }
    if (!any) {
        line(in, ROLE_DIM, "  none");
    }
}

static void text_unary(const struct inspection *in, const char *name,
                       const struct fuse_unary *field, const char *says)
{
    line(in, field->torn ? ROLE_BAD : ROLE_PLAIN, "  %-20s %u%s%s", name,
         field->value, says,
         field->torn ? "  with a gap below: a burn was torn" : "");
}

static const char *lifecycle_text(uint32_t value)
{
    static const char *const names[] = {" (blank)", " (development)",
                                        " (secured)"};

    return value < 3 ? names[value] : " (?)";
}

static void text_fuses(const struct inspection *in)
{
    const struct fuse_view *fuses = &in->fuses;
    char hex[65];

    heading(in, "Fuses");
    for (unsigned i = 0; i < OTP_ROOT_KEYS; i++) {
        hex_text(fuses->root[i], 32, hex);
        line(in, fuses->root_set[i] ? ROLE_PLAIN : ROLE_DIM,
             "  root key %u  %s%s", i, fuses->root_set[i] ? hex : "not set",
             fuses->root_set[i] && i < fuses->epoch.value ? ", revoked" : "");
    }
    text_unary(in, "key epoch", &fuses->epoch, "");
    text_unary(in, "security counter", &fuses->counter, "");
    text_unary(in, "bootloader counter", &fuses->boot_counter, "");
    text_unary(in, "recovery counter", &fuses->recovery_counter, "");
    text_unary(in, "life-cycle", &fuses->lifecycle,
               lifecycle_text(fuses->lifecycle.value));
    hex_text(fuses->identity, 16, hex);
    line(in, ROLE_PLAIN, "  identity             %s", hex);
}

/* ---- the update agent ---------------------------------------------------------- */

static const char *const states[] = {
#define STATE_NAME(name, number, text) [number] = (text),
    AGENT_STATES(STATE_NAME)
#undef STATE_NAME
};

static const char *const whys[] = {
#define WHY_NAME(name, number, text, result, suit) [number] = (text),
    AGENT_WHYS(WHY_NAME)
#undef WHY_NAME
};

static const char *name_in(const char *const *names, size_t count,
                           uint32_t number)
{
    return number < count ? names[number] : "?";
}

#define NAME_IN(names, number) \
    name_in(names, sizeof(names) / sizeof *(names), number)

static void text_progress(const struct inspection *in)
{
    const struct agent_progress *progress = &in->agent.progress;

    if (progress->sequence == 0) {
        line(in, ROLE_DIM, "  no update begun");
        return;
    }
    line(in, ROLE_PLAIN, "  release %u is %s%s%s; %u of %u bytes in %s%s",
         progress->release, NAME_IN(states, progress->state),
         progress->why != 0 ? ", " : "",
         progress->why != 0 ? NAME_IN(whys, progress->why) : "",
         progress->written, progress->size, decode_slot_name(progress->slot),
         progress->final ? "; it is not tried again" : "");
    if (progress->failures != 0) {
        line(in, ROLE_PLAIN,
             "  %u failures in a row; not before %u s of its clock",
             progress->failures, progress->not_before_s);
    }
}

static void text_agent(const struct inspection *in)
{
    const struct agent_offer *offer = &in->agent.offer;
    char digest[9];

    if (in->agent.progress.sequence == 0 && offer->sequence == 0 &&
        in->agent.failed == 0) {
        return; /* a device that was never offered anything */
    }
    heading(in, "Update agent");
    text_progress(in);
    if (offer->sequence != 0) {
        line(in, ROLE_PLAIN,
             "  highest release %u: version %u.%u.%u, image %s (signature not "
             "checked)",
             offer->release, offer->major, offer->minor, offer->revision,
             digest_text(offer->digest, digest));
    }
    for (unsigned i = 0; i < in->agent.failed; i++) {
        line(in, ROLE_PLAIN, "  failed before: image %s, %s",
             digest_text(in->agent.image[i].digest, digest),
             reason_name(in->agent.image[i].reason));
    }
}

/* ---- the whole ------------------------------------------------------------------- */

static void text_verdict(const struct inspection *in)
{
    char text[600];

    putchar('\n');
    if (!in->has_fuses) {
        line(in, ROLE_DIM,
             "no fuses given: assuming those of a new device, with the "
             "devicetree's keys");
    }
    foresee_text(&in->next, text, sizeof text);
    line(in, in->next.boots ? ROLE_GOOD : ROLE_BAD, "%s", text);
}

void inspect_text(const struct inspection *in)
{
    if (in->moment != NULL) {
        text_after(in, in->moment);
    }
    text_places(in);
    text_journal(in);
    text_requests(in);
    text_agent(in);
    if (in->has_fuses) {
        text_fuses(in);
    }
    text_verdict(in);
}
