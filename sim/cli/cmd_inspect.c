/* SPDX-License-Identifier: MIT */
#include "base/file.h"
#include "base/hex.h"
#include "cli/cmd_image.h"
#include "cli/options.h"
#include "image/provision.h"
#include "oracle/decode.h"
#include "record/event.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DUMP_MAX (64u * 1024u * 1024u)

enum { FUSES, JSON, DTB, COLOR };

static const struct option_spec inspect_options[] = {
    [FUSES] = {.name = "fuses",
               .short_name = 'f',
               .kind = OPTION_FILE,
               .help = "read the device's fuses too"},
    [JSON] = {.name = "json",
              .short_name = 'j',
              .help = "NDJSON, a line for each thing found"},
    [DTB] = {.name = "dtb",
             .kind = OPTION_FILE,
             .help = "devicetree blob with the flash map; our board's by "
                     "default"},
    [COLOR] = {.name = "color",
               .kind = OPTION_CHOICE,
               .argument = "auto|always|never",
               .help = "colour the output; NO_COLOR is respected"},
    {0},
};

struct inspection {
    const char *path;
    bool color;
    struct boot_view flash;
    bool has_fuses;
    struct fuse_view fuses;
};

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

/* ---- images, as text -------------------------------------------------------- */

static void version_text(const struct mcuboot_version *version, char *out,
                         size_t size)
{
    int n = snprintf(out, size, "%u.%u.%u", version->major, version->minor,
                     version->revision);

    if (version->build != 0 && n > 0 && (size_t)n < size) {
        snprintf(out + n, size - (size_t)n, "+%u", version->build);
    }
}

static void text_place(const struct inspection *in, unsigned index)
{
    const struct place_view *place = &in->flash.place[index];
    const struct image_facts *image = &place->image;
    const char *name = decode_place_name((enum decode_place)index);
    char version[40] = "", counter[16] = "-", digest[9] = "";

    if (image->result == IMAGE_READ_EMPTY) {
        line(in, place->blank ? ROLE_DIM : ROLE_BAD, "  %-9s 0x%08x  %s", name,
             place->start,
             place->blank ? "empty" : "erased at its start, but not all of it");
        return;
    }
    if (!image->has_header) {
        line(in, ROLE_BAD, "  %-9s 0x%08x  %s", name, place->start,
             image_read_text(image->result));
        return;
    }
    version_text(&image->version, version, sizeof version);
    if (image->has_counter) {
        snprintf(counter, sizeof counter, "%u", image->counter);
    }
    if (image->has_digest) {
        hex_short(image->said, digest);
    }
    bool fine = image->result == IMAGE_READ_FINE;
    line(in, fine ? ROLE_PLAIN : ROLE_BAD,
         "  %-9s 0x%08x  %-12s %8u  %7s  %-8s  %s%s", name, place->start,
         version, image->total_size, counter, digest,
         fine ? "digest right" : image_read_text(image->result),
         fine && !image->is_signed ? ", not signed" : "");
}

static void text_places(const struct inspection *in)
{
    line(in, ROLE_HEADING, "Images");
    line(in, ROLE_DIM, "  %-9s %-10s  %-12s %8s  %7s  %s", "place", "start",
         "version", "bytes", "counter", "sha256");
    for (unsigned i = 0; i < PLACE_COUNT; i++) {
        if (in->flash.place[i].present) {
            text_place(in, i);
        }
    }
}

/* ---- journal, as text --------------------------------------------------------- */

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
            line(in, ROLE_PLAIN, "  %31s rejected %s: %s", "",
                 digest_text(record->rejected[i], digest),
                 i == 0 ? reason_name(record->rejected_reason) : "earlier");
        }
    }
}

/* What is 0 in the record of a device that has seen no trouble. */
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
            line(in, ROLE_PLAIN, "  %31s %s: %u", "", more[i].name,
                 more[i].value);
        }
    }
}

static void text_record(const struct inspection *in,
                        const struct journal_record *record)
{
    char digest[9], attempts[8] = "-";

    if (record->status != DECODE_VALID) {
        line(in, ROLE_BAD, "    0x%08x  record %-2u  not valid: %s",
             record->address, record->index,
             decode_status_text((enum decode_status)record->status));
        return;
    }
    if (record->state == JOURNAL_TRIAL) {
        snprintf(attempts, sizeof attempts, "%u", record->attempts);
    }
    line(in, record->in_force ? ROLE_GOOD : ROLE_PLAIN,
         "%s 0x%08x  %8u  %-8s  %-9s  %4s  %7u  %-8s  %7u  %s",
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
        line(in, ROLE_DIM, "  bank %u copy %u, 0x%08x: erased", number / 2,
             number % 2, sector->address);
        return;
    }
    line(in, sector->header == DECODE_VALID ? ROLE_PLAIN : ROLE_BAD,
         "  bank %u copy %u, 0x%08x: %u of %u records used; header: %s",
         number / 2, number % 2, sector->address, sector->used, LAYOUT_RECORDS,
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
             "  no valid record: the bootloader looks for the "
             "highest authentic image");
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
             "  valid records of that sequence differ: "
             "somebody else wrote here");
    }
}

static void text_journal(const struct inspection *in)
{
    heading(in, "Boot journal");
    if (in->flash.sectors == 0) {
        line(in, ROLE_BAD, "  the flash map has no journal");
        return;
    }
    line(in, ROLE_DIM, "   %-10s  %8s  %-8s  %-9s  %4s  %7s  %-8s  %7s  %s",
         "address", "sequence", "slot", "state", "left", "counter", "image",
         "request", "reason");
    for (unsigned i = 0; i < in->flash.sectors; i++) {
        text_sector(in, i);
    }
    text_in_force(in);
}

/* ---- requests and fuses, as text ----------------------------------------------- */

static void text_request(const struct inspection *in,
                         const struct request_record *request)
{
    char digest[9];

    if (request->status != DECODE_VALID) {
        line(in, ROLE_BAD, "   0x%08x  not valid: %s", request->address,
             decode_status_text((enum decode_status)request->status));
        return;
    }
    line(in, request->newest ? ROLE_GOOD : ROLE_PLAIN,
         "%s 0x%08x  %8u  %-8s  %-9s  number %u  %s%s",
         request->newest ? "->" : "  ", request->address, request->sequence,
         decode_slot_name(request->slot), decode_request_name(request->kind),
         request->number, digest_text(request->digest, digest),
         !request->newest    ? ""
         : in->flash.pending ? "  waits for the bootloader"
                             : "  dealt with");
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
             "  root key %u           %s%s", i,
             fuses->root_set[i] ? hex : "not set",
             fuses->root_set[i] && i < fuses->epoch.value ? "  revoked" : "");
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

/* ---- as NDJSON ------------------------------------------------------------------ */

static void json_hex(FILE *out, const uint8_t *bytes, size_t size)
{
    fputc('"', out);
    for (size_t i = 0; i < size; i++) {
        fprintf(out, "%02x", bytes[i]);
    }
    fputc('"', out);
}

static const char *json_bool(bool value)
{
    return value ? "true" : "false";
}

static void json_begin(const char *type)
{
    printf("{\"v\":1,\"type\":\"%s\"", type);
}

static void json_digest(const char *key, const uint8_t digest[32])
{
    printf(",\"%s\":", key);
    json_hex(stdout, digest, 32);
}

static void json_place(const struct place_view *place, unsigned index)
{
    const struct image_facts *image = &place->image;
    char version[40];

    json_begin("image");
    printf(",\"place\":\"%s\",\"start\":%u,\"length\":%u,\"blank\":%s,"
           "\"result\":\"%s\"",
           decode_place_name((enum decode_place)index), place->start,
           place->length, json_bool(place->blank),
           image_read_name(image->result));
    if (image->has_header) {
        version_text(&image->version, version, sizeof version);
        printf(",\"version\":\"%s\",\"size\":%u,\"signed\":%s", version,
               image->total_size, json_bool(image->is_signed));
    }
    if (image->has_counter) {
        printf(",\"counter\":%u", image->counter);
    }
    if (image->has_digest) {
        json_digest("sha256", image->said);
    }
    printf("}\n");
}

static void json_sector(const struct journal_sector *sector, unsigned number)
{
    json_begin("journal-sector");
    printf(",\"sector\":%u,\"address\":%u,\"header\":\"%s\",\"first\":%u,"
           "\"used\":%u}\n",
           number, sector->address,
           decode_status_name((enum decode_status)sector->header),
           sector->first, sector->used);
}

static void json_record(const struct journal_record *record)
{
    json_begin("journal-record");
    printf(",\"address\":%u,\"sector\":%u,\"index\":%u,\"status\":\"%s\","
           "\"in_force\":%s",
           record->address, record->sector, record->index,
           decode_status_name((enum decode_status)record->status),
           json_bool(record->in_force));
    if (record->status == DECODE_VALID) {
        printf(",\"sequence\":%u,\"slot\":\"%s\",\"state\":\"%s\","
               "\"attempts\":%u,\"reason\":\"%s\",\"counter\":%u,"
               "\"request\":%u,\"release\":%u,\"rounds\":%u,\"losses\":%u,"
               "\"flags\":%u",
               record->sequence, decode_slot_name(record->slot),
               decode_state_name(record->state), record->attempts,
               reason_name(record->reason), record->counter, record->request,
               record->release, record->rounds, record->losses, record->flags);
        json_digest("sha256", record->digest);
        json_digest("rejected", record->rejected[0]);
        json_digest("rejected_before", record->rejected[1]);
    }
    printf("}\n");
}

static void json_request(const struct request_record *request, bool pending)
{
    json_begin("request");
    printf(",\"address\":%u,\"status\":\"%s\",\"newest\":%s", request->address,
           decode_status_name((enum decode_status)request->status),
           json_bool(request->newest));
    if (request->status == DECODE_VALID) {
        printf(",\"sequence\":%u,\"kind\":\"%s\",\"slot\":\"%s\","
               "\"number\":%u,\"pending\":%s",
               request->sequence, decode_request_name(request->kind),
               decode_slot_name(request->slot), request->number,
               json_bool(request->newest && pending));
        json_digest("sha256", request->digest);
    }
    printf("}\n");
}

static void json_unary(const char *key, const struct fuse_unary *field)
{
    printf(",\"%s\":{\"value\":%u,\"torn\":%s}", key, field->value,
           json_bool(field->torn));
}

static void json_fuses(const struct fuse_view *fuses)
{
    json_begin("fuses");
    printf(",\"root\":[");
    for (unsigned i = 0; i < OTP_ROOT_KEYS; i++) {
        fputs(i != 0 ? "," : "", stdout);
        json_hex(stdout, fuses->root[i], 32);
    }
    printf("]");
    json_unary("epoch", &fuses->epoch);
    json_unary("counter", &fuses->counter);
    json_unary("boot_counter", &fuses->boot_counter);
    json_unary("recovery_counter", &fuses->recovery_counter);
    json_unary("life_cycle", &fuses->lifecycle);
    printf(",\"identity\":");
    json_hex(stdout, fuses->identity, 16);
    printf("}\n");
}

static void print_json(const struct inspection *in)
{
    for (unsigned i = 0; i < PLACE_COUNT; i++) {
        if (in->flash.place[i].present) {
            json_place(&in->flash.place[i], i);
        }
    }
    for (unsigned i = 0; i < in->flash.sectors; i++) {
        json_sector(&in->flash.sector[i], i);
    }
    for (unsigned i = 0; i < in->flash.records; i++) {
        if (in->flash.record[i].status != DECODE_BLANK) {
            json_record(&in->flash.record[i]);
        }
    }
    for (unsigned i = 0; i < in->flash.requests; i++) {
        if (in->flash.request[i].status != DECODE_BLANK) {
            json_request(&in->flash.request[i], in->flash.pending);
        }
    }
    if (in->has_fuses) {
        json_fuses(&in->fuses);
    }
}

static void print_text(const struct inspection *in)
{
    text_places(in);
    text_journal(in);
    text_requests(in);
    if (in->has_fuses) {
        text_fuses(in);
    }
}

/* ---- input ------------------------------------------------------------------------ */

static int read_fuses(const char *path, struct inspection *in,
                      struct diag *diag)
{
    uint8_t *bytes = NULL;
    uint32_t words[OTP_WORDS];
    size_t size = 0;
    int err = file_read(path, FUSE_FILE_SIZE, &bytes, &size, diag);

    if (err == 0 && size != FUSE_FILE_SIZE) {
        err = diag_fail(diag, OTALAB_ERR_USAGE,
                        "%s: %zu bytes; a fuse file has %u", path, size,
                        FUSE_FILE_SIZE);
    }
    if (err == 0) {
        fuses_unpack(bytes, words);
        decode_fuses(words, &in->fuses);
        in->has_fuses = true;
    }
    free(bytes);
    return err;
}

static int read_flash(const char *path, const char *dtb, struct inspection *in,
                      struct diag *diag)
{
    struct board_map map;
    uint8_t *bytes = NULL;
    size_t size = 0;
    int err = map_open(dtb, &map, diag);

    err = err != 0 ? err : file_read(path, DUMP_MAX, &bytes, &size, diag);
    if (err == 0 && decode_flash(bytes, size, &map, &in->flash) != 0) {
        err = diag_fail(diag, OTALAB_ERR_USAGE,
                        "%s: %zu bytes, but the flash map reaches further; "
                        "name the device's own map with --dtb",
                        path, size);
    }
    free(bytes);
    return err;
}

static int run_inspect(int argc, char **argv)
{
    struct options o;
    struct diag diag = {""};
    struct inspection in = {0};
    int code = options_parse(&o, &command_inspect, argc, argv);

    if (code != OPTIONS_GO) {
        return code;
    }
    in.path = o.arguments[0];
    in.color = options_color(o.value[COLOR].text, stdout);
    int err = read_flash(in.path, o.value[DTB].text, &in, &diag);
    if (err == 0 && o.value[FUSES].given) {
        err = read_fuses(o.value[FUSES].text, &in, &diag);
    }
    if (err != 0) {
        return command_fail(&command_inspect, err, &diag);
    }
    if (o.value[JSON].given) {
        print_json(&in);
    } else {
        print_text(&in);
    }
    return 0;
}

const struct command command_inspect = {
    .name = "inspect",
    .summary = "read a flash dump: images, boot journal, requests, fuses",
    .run = run_inspect,
    .options = inspect_options,
    .arguments = "FLASH",
    .arguments_min = 1,
    .arguments_max = 1,
    .examples =
        (const struct command_example[]){
            {"otalab inspect flash.bin", "which slot boots next, and why"},
            {"otalab inspect flash.bin --fuses device.fuses --json",
             "the same for a program to read"},
            {0}},
    .description =
        "Shows what every slot holds and every journal record that is not "
        "blank; '->' marks the records that are in force. FLASH is a dump of "
        "the whole part.",
};
