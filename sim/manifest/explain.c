/* SPDX-License-Identifier: MIT */
#include "manifest/explain.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "manifest/make.h"
#include "manifest/numbers.h"

struct explain {
    FILE *out;
    const struct manifest_facts *facts;
    unsigned depth;
};

static void begin(const struct explain *explain)
{
    fprintf(explain->out, "%*s- ", (int)(2 + explain->depth * 2), "");
}

/* ---- for whom ------------------------------------------------------------- */

static void put_uuid(FILE *out, const uint8_t *uuid)
{
    for (unsigned i = 0; i < MANIFEST_UUID_SIZE; i++) {
        fprintf(out, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
                uuid[i]);
    }
}

static void put_device(const struct explain *explain)
{
    const struct manifest_facts *facts = explain->facts;
    uint8_t vendor[MANIFEST_UUID_SIZE];
    uint8_t class_id[MANIFEST_UUID_SIZE];
    bool ours = manifest_vendor_id(MANIFEST_DOMAIN, vendor) == 0 &&
                manifest_class_id(vendor, MANIFEST_CLASS, class_id) == 0;

    if (facts->vendor != NULL) {
        fputs("for the vendor  ", explain->out);
        put_uuid(explain->out, facts->vendor);
        ours = ours && memcmp(vendor, facts->vendor, sizeof vendor) == 0;
        fprintf(explain->out, "%s\n", ours ? " (" MANIFEST_DOMAIN ")" : "");
    }
    if (facts->class_id != NULL) {
        fputs("for the class   ", explain->out);
        put_uuid(explain->out, facts->class_id);
        ours = ours && memcmp(class_id, facts->class_id, sizeof class_id) == 0;
        fprintf(explain->out, "%s\n", ours ? " (" MANIFEST_CLASS ")" : "");
    }
}

static void put_head(const struct explain *explain)
{
    const struct manifest_facts *facts = explain->facts;
    FILE *out = explain->out;

    fprintf(out, "sequence        %" PRIu64 "\n", facts->sequence);
    if (facts->has_version) {
        fprintf(out,
                "version         %" PRIu64 ".%" PRIu64 ".%" PRIu64 "+%" PRIu64
                "\n",
                facts->version[0], facts->version[1], facts->version[2],
                facts->version[3]);
    }
    put_device(explain);
    if (facts->size != 0) {
        fprintf(out, "image           %" PRIu64 " bytes\n", facts->size);
    }
    if (facts->image_digest != NULL) {
        fprintf(out, "counter         %" PRIu64 "\n", facts->counter);
    }
}

/* ---- what is done ------------------------------------------------------------ */

/* By command: what a device does. */
static const struct {
    int64_t number;
    const char *says;
} commands[] = {
    {SUIT_VENDOR, "go on only if it is this vendor's device"},
    {SUIT_CLASS, "go on only if the device is of this class"},
    {SUIT_DEVICE, "go on only if it is this very device"},
    {SUIT_IMAGE_MATCH, "go on only if the component has this size and digest"},
    {SUIT_NOT_MATCH, "go on only if the component has another digest"},
    {SUIT_SLOT, "go on only if the component is in this slot"},
    {SUIT_CONTENT, "go on only if the component has this content"},
    {SUIT_BATTERY, "go on only if that much energy is left"},
    {SUIT_VERSION, "go on only if the version fits"},
    {SUIT_DELTA_ATTEMPTS, "go on only if patches have not failed too often"},
    {SUIT_ABORT, "give up"},
    {SUIT_FETCH, "fetch it"},
    {SUIT_COPY, "copy the source component"},
    {SUIT_WRITE, "write the content"},
    {SUIT_INVOKE, "start it"},
};

static const char *says(int64_t number)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (commands[i].number == number) {
            return commands[i].says;
        }
    }
    return "?";
}

static void put_text(FILE *out, const struct walk_item *item)
{
    for (uint64_t i = 0; i < item->value; i++) {
        uint8_t c = item->data[i];

        fputc(c < 0x20 || c == 0x7F ? '?' : c, out);
    }
}

/* Only those that a reader would ask about; the digests are in the dump. */
static void put_parameter(const struct explain *explain, int64_t number,
                          const struct walk_item *value)
{
    unsigned long long n = value->value;

    switch (number) {
    case SUIT_PARAMETER_URI:
        begin(explain);
        fputs("it lies at ", explain->out);
        put_text(explain->out, value);
        fputc('\n', explain->out);
        break;
    case SUIT_PARAMETER_SOURCE:
        begin(explain);
        fprintf(explain->out, "its source is component %llu\n", n);
        break;
    case SUIT_PARAMETER_BATTERY:
        begin(explain);
        fprintf(explain->out, "it takes %llu mWh\n", n);
        break;
    case SUIT_PARAMETER_PATCH:
        begin(explain);
        fprintf(explain->out,
                "what lies there is a patch to the source (format %llu)\n", n);
        break;
    default:
        break;
    }
}

static void put_sequence(struct explain *explain, struct walk walk);

/* All of it was read before, so nothing fails here. */
static struct walk_item next(struct walk *walk)
{
    struct walk_item item = {.type = WALK_SIMPLE};
    struct diag diag;

    (void)walk_next(walk, &item, &diag);
    return item;
}

static int64_t number_of(const struct walk_item *item)
{
    return item->type == WALK_NEGATIVE ? -1 - (int64_t)item->value
                                       : (int64_t)item->value;
}

static void put_parameters(struct explain *explain, struct walk *walk)
{
    struct walk_item map = next(walk);
    struct diag diag;

    for (uint64_t i = 0; i < map.value; i++) {
        struct walk_item key = next(walk);
        struct walk peek = *walk;
        struct walk_item value = next(&peek);

        put_parameter(explain, number_of(&key), &value);
        if (walk_skip(walk, &diag) != 0) {
            return;
        }
    }
}

static void put_branches(struct explain *explain, struct walk *walk)
{
    struct walk_item array = next(walk);

    begin(explain);
    fputs("try in turn, until one goes through:\n", explain->out);
    explain->depth++;
    for (uint64_t i = 0; i < array.value; i++) {
        struct walk_item item = next(walk);

        begin(explain);
        fprintf(explain->out,
                item.type == WALK_BYTES ? "way %llu:\n" : "way %llu: nothing\n",
                (unsigned long long)i + 1);
        if (item.type == WALK_BYTES) {
            explain->depth++;
            put_sequence(explain, walk_into(walk, &item));
            explain->depth--;
        }
    }
    explain->depth--;
}

static void put_command(struct explain *explain, struct walk *walk)
{
    struct walk_item item = next(walk);
    int64_t number = number_of(&item);

    switch (number) {
    case SUIT_OVERRIDE:
        put_parameters(explain, walk);
        break;
    case SUIT_TRY_EACH:
        put_branches(explain, walk);
        break;
    case SUIT_RUN_SEQUENCE:
        item = next(walk);
        put_sequence(explain, walk_into(walk, &item));
        break;
    case SUIT_SET_COMPONENT:
        item = next(walk);
        if (explain->facts->components > 1) {
            begin(explain);
            fprintf(explain->out, "about component %llu:\n",
                    (unsigned long long)item.value);
        }
        break;
    default:
        (void)next(walk);
        begin(explain);
        fprintf(explain->out, "%s\n", says(number));
    }
}

static void put_sequence(struct explain *explain, struct walk walk)
{
    (void)next(&walk); /* the array */
    while (walk.at < walk.end) {
        put_command(explain, &walk);
    }
}

static void put_named(struct explain *explain, const char *name,
                      const struct walk *sequence, bool severed)
{
    if (severed) {
        fprintf(explain->out, "%s: severed, and not in this file\n", name);
    } else if (sequence->bytes != NULL) {
        fprintf(explain->out, "%s:\n", name);
        put_sequence(explain, *sequence);
    }
}

void manifest_explain(FILE *out, const struct manifest_facts *facts)
{
    struct explain explain = {out, facts, 0};

    put_head(&explain);
    put_named(&explain, "first of all, and before each of the following",
              &facts->shared, false);
    for (unsigned i = 0; i < MANIFEST_SEQUENCES; i++) {
        put_named(&explain, manifest_sequence_name(i), &facts->sequence_of[i],
                  facts->severed[i]);
    }
}
