/* SPDX-License-Identifier: MIT */
#include "inspect/anatomy.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "image/bytes.h"
#include "image/image_read.h"
#include "oracle/decode.h"
#include "oracle/layout.h"
#include "record/event.h"

/* How a field's value is told. */
enum kind {
    KIND_BYTES, /* not at all */
    KIND_NUMBER,
    KIND_HEX,
    KIND_MAGIC, /* right or wrong: the structure's */
    KIND_CRC,   /* right or wrong: of all bytes of the structure before */
    KIND_END,   /* the end mark */
    KIND_SLOT,
    KIND_STATE,
    KIND_REASON,
    KIND_REQUEST,
    KIND_UPDATE, /* state of an update */
    KIND_RESULT,
    KIND_WHY,
    KIND_VERSION, /* major << 24 | minor << 16 | revision */
    KIND_REVISION /* u8 major, u8 minor, u16 revision, u32 build */
};

struct field {
    uint16_t offset;
    uint16_t length;
    uint8_t kind;
    const char *name;
};

/* A structure of fixed size, in slots of a partition. */
struct form {
    const char *partition;
    const char *name;
    uint32_t magic;
    uint32_t size;
    const struct field *field; /* the last has a length of 0 */
};

#define ENDS(size)                                         \
    {(size)-8u, 4, KIND_CRC, "crc32 of all bytes before"}, \
        {(size)-4u, 4, KIND_END, "end mark"},              \
    {                                                      \
        0                                                  \
    }

static const struct field header_fields[] = {
    {0, 4, KIND_MAGIC, "magic"},
    {4, 4, KIND_NUMBER, "sequence of the first record"},
    {8, 112, KIND_BYTES, "unused"},
    ENDS(128),
};

static const struct field record_fields[] = {
    {0, 4, KIND_MAGIC, "magic"},
    {4, 4, KIND_NUMBER, "sequence"},
    {8, 1, KIND_SLOT, "slot"},
    {9, 1, KIND_STATE, "state"},
    {10, 1, KIND_NUMBER, "attempts left"},
    {11, 1, KIND_REASON, "reason of the last rollback or rejection"},
    {12, 2, KIND_NUMBER, "committed security counter"},
    {14, 1, KIND_NUMBER, "rounds of the last resort"},
    {15, 1, KIND_NUMBER, "attempts given back after power losses"},
    {16, 32, KIND_BYTES, "SHA-256 of the image"},
    {48, 32, KIND_BYTES, "digest rejected last"},
    {80, 32, KIND_BYTES, "digest rejected before that"},
    {112, 1, KIND_REASON, "reason of the rejection"},
    {113, 1, KIND_HEX, "flags"},
    {114, 2, KIND_NUMBER, "last request dealt with"},
    {116, 4, KIND_NUMBER, "highest release that had a trial"},
    ENDS(128),
};

static const struct field request_fields[] = {
    {0, 4, KIND_MAGIC, "magic"},
    {4, 4, KIND_NUMBER, "sequence"},
    {8, 1, KIND_REQUEST, "kind"},
    {9, 1, KIND_SLOT, "slot"},
    {10, 2, KIND_BYTES, "unused"},
    {12, 4, KIND_NUMBER, "security counter or release"},
    {16, 32, KIND_BYTES, "SHA-256 of the image"},
    {48, 8, KIND_BYTES, "unused"},
    ENDS(64),
};

static const struct field progress_fields[] = {
    {0, 4, KIND_MAGIC, "magic"},
    {4, 4, KIND_NUMBER, "sequence"},
    {8, 1, KIND_UPDATE, "state of the update"},
    {9, 1, KIND_RESULT, "result"},
    {10, 1, KIND_WHY, "reason"},
    {11, 1, KIND_SLOT, "slot that is written"},
    {12, 1, KIND_NUMBER, "failed tries"},
    {13, 1, KIND_NUMBER, "the server knows"},
    {14, 1, KIND_NUMBER, "the image is not at fault"},
    {15, 1, KIND_NUMBER, "not to be tried again"},
    {16, 4, KIND_NUMBER, "release"},
    {20, 4, KIND_VERSION, "version"},
    {24, 4, KIND_NUMBER, "size of the image"},
    {28, 4, KIND_NUMBER, "bytes that are in the slot"},
    {32, 4, KIND_NUMBER, "no attempt before, seconds"},
    {36, 1, KIND_NUMBER, "ETag's length, + 16 a start in vain"},
    {37, 8, KIND_BYTES, "ETag"},
    {45, 1, KIND_NUMBER, "brown-outs"},
    {46, 1, KIND_NUMBER, "failures in a row"},
    {47, 1, KIND_BYTES, "unused"},
    {48, 32, KIND_BYTES, "digest of the image"},
    {80, 32, KIND_BYTES, "SHA-256 of all bytes"},
    {112, 4, KIND_NUMBER, "bytes of the download used"},
    {116, 4, KIND_HEX, "state of the decoder"},
    ENDS(128),
};

static const struct field failed_fields[] = {
    {0, 4, KIND_MAGIC, "magic"},
    {4, 4, KIND_NUMBER, "sequence"},
    {8, 32, KIND_BYTES, "digest of the image"},
    {40, 1, KIND_REASON, "reason"},
    {41, 15, KIND_BYTES, "unused"},
    ENDS(64),
};

static const struct field offer_fields[] = {
    {0, 4, KIND_MAGIC, "magic"},
    {4, 4, KIND_NUMBER, "sequence"},
    {8, 4, KIND_BYTES, "descriptor: magic"},
    {12, 2, KIND_NUMBER, "descriptor: format"},
    {14, 2, KIND_NUMBER, "descriptor: length"},
    {OFFER_AT_RELEASE, 4, KIND_NUMBER, "descriptor: release"},
    {20, 4, KIND_HEX, "descriptor: flags"},
    {OFFER_AT_VERSION, 8, KIND_REVISION, "descriptor: version"},
    {OFFER_AT_COUNTER, 4, KIND_NUMBER, "descriptor: security counter"},
    {36, 4, KIND_NUMBER, "descriptor: size of the image"},
    {40, 32, KIND_BYTES, "descriptor: SHA-256 of all bytes"},
    {OFFER_AT_DIGEST, 32, KIND_BYTES, "descriptor: digest of the image"},
    {104, 32, KIND_BYTES, "descriptor: hash of the key"},
    {136, 64, KIND_BYTES, "descriptor: signature"},
    {200, 48, KIND_BYTES, "unused"},
    ENDS(256),
};

static const struct field image_fields[] = {
    {0, 4, KIND_MAGIC, "magic"},
    {4, 4, KIND_HEX, "load address"},
    {8, 2, KIND_NUMBER, "header size"},
    {10, 2, KIND_NUMBER, "size of the protected TLVs"},
    {12, 4, KIND_NUMBER, "payload size"},
    {16, 4, KIND_HEX, "flags"},
    {20, 8, KIND_REVISION, "version"},
    {28, 4, KIND_BYTES, "unused"},
    {0},
};

static const struct form forms[] = {
    {"journal", "journal header", LAYOUT_HEADER_MAGIC, LAYOUT_RECORD_SIZE,
     header_fields},
    {"journal", "journal record", LAYOUT_RECORD_MAGIC, LAYOUT_RECORD_SIZE,
     record_fields},
    {"requests", "request", LAYOUT_REQUEST_MAGIC, LAYOUT_REQUEST_SIZE,
     request_fields},
    {"progress", "progress record", LAYOUT_PROGRESS_MAGIC, 128,
     progress_fields},
    {"failed", "failed image", LAYOUT_FAILED_MAGIC, 64, failed_fields},
    {"offers", "highest release", LAYOUT_OFFER_MAGIC, 256, offer_fields},
};
static const struct form image_form = {NULL, "image header", MCUBOOT_MAGIC,
                                       MCUBOOT_HEADER, image_fields};

/* ---- values ------------------------------------------------------------------ */

static uint32_t number_at(const uint8_t *bytes, uint32_t length)
{
    uint32_t number = 0;

    for (uint32_t i = length < 4 ? length : 4; i > 0; i--) {
        number = number << 8 | bytes[i - 1];
    }
    return number;
}

/* An event's field with that kind of value says it in words. */
static void say_update(uint32_t field, uint32_t number, char *out, size_t size)
{
    struct event event = {.code = EVENT_AGENT_STATE};

    event.number[field] = number;
    event_value(&event, field, out, size);
}

static void say_version(const uint8_t *at, char *out, size_t size)
{
    snprintf(out, size, "%u.%u.%u+%" PRIu32, at[0], at[1], get_le16(at + 2),
             get_le32(at + 4));
}

static void say_crc(const struct form *form, const uint8_t *bytes, char *out,
                    size_t size)
{
    uint32_t at = LAYOUT_CRC_AT(form->size);

    snprintf(out, size, "%s",
             get_le32(bytes + at) == layout_crc32(bytes, at) ? "right"
                                                             : "WRONG");
}

/* `bytes` is the whole structure. */
static void say_value(const struct form *form, const struct field *field,
                      const uint8_t *bytes, char *out, size_t size)
{
    const uint8_t *at = bytes + field->offset;
    uint32_t number = number_at(at, field->length);

    out[0] = '\0';
    switch ((enum kind)field->kind) {
    case KIND_BYTES:
        break;
    case KIND_NUMBER:
        snprintf(out, size, "%" PRIu32, number);
        break;
    case KIND_HEX:
        snprintf(out, size, "0x%0*" PRIx32, 2 * field->length, number);
        break;
    case KIND_MAGIC:
        snprintf(out, size, "%s", number == form->magic ? "right" : "WRONG");
        break;
    case KIND_CRC:
        say_crc(form, bytes, out, size);
        break;
    case KIND_END:
        snprintf(out, size, "%s",
                 number == LAYOUT_END_MARK ? "right" : "WRONG");
        break;
    case KIND_SLOT:
        snprintf(out, size, "%s", decode_slot_name(number));
        break;
    case KIND_STATE:
        snprintf(out, size, "%s", decode_state_name(number));
        break;
    case KIND_REASON:
        snprintf(out, size, "%s", reason_name(number));
        break;
    case KIND_REQUEST:
        snprintf(out, size, "%s", decode_request_name(number));
        break;
    case KIND_UPDATE:
        say_update(0, number, out, size);
        break;
    case KIND_RESULT:
        say_update(1, number, out, size);
        break;
    case KIND_WHY:
        say_update(2, number, out, size);
        break;
    case KIND_VERSION:
        snprintf(out, size, "%u.%u.%u", at[3], at[2], get_le16(at));
        break;
    case KIND_REVISION:
        say_version(at, out, size);
        break;
    }
}

/* The field of the structure that byte `offset` of it belongs to. */
static void say_field(const struct form *form, const uint8_t *bytes,
                      uint32_t offset, struct anatomy *out)
{
    for (const struct field *field = form->field; field->length != 0; field++) {
        if (offset - field->offset < field->length) {
            snprintf(out->field, sizeof out->field, "%s", field->name);
            say_value(form, field, bytes, out->value, sizeof out->value);
            out->start += field->offset;
            out->length = field->length;
            return;
        }
    }
}

/* ---- slots of a log or journal ------------------------------------------------- */

static bool is_blank(const uint8_t *bytes, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++) {
        if (bytes[i] != 0xFF) {
            return false;
        }
    }
    return true;
}

/* The form of the slot at `offset` of a partition; NULL if it has none. */
static const struct form *form_of(const struct board_part *part,
                                  uint32_t sector, uint32_t offset)
{
    bool header = offset % sector < LAYOUT_RECORD_SIZE;

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (strcmp(forms[i].partition, part->name) == 0) {
            return &forms[i].field[0] == header_fields && !header
                       ? &forms[i + 1]
                       : &forms[i];
        }
    }
    return NULL;
}

static void at_slot(const uint8_t *flash, const struct form *form,
                    const struct board_part *part, uint32_t sector,
                    uint32_t offset, struct anatomy *out)
{
    uint32_t start = offset - offset % form->size;
    const uint8_t *bytes = flash + part->start + start;

    out->start = part->start + start;
    out->length = form->size;
    snprintf(out->structure, sizeof out->structure, "%s %u.%02u", form->name,
             start / sector, start % sector / form->size);
    if (is_blank(bytes, form->size)) {
        snprintf(out->value, sizeof out->value, "blank");
        return;
    }
    say_field(form, bytes, offset - start, out);
}

/* ---- images ---------------------------------------------------------------------- */

static const char *tlv_name(uint16_t type)
{
    static const struct {
        uint16_t type;
        const char *name;
    } names[] = {
        {MCUBOOT_KEYHASH, "hash of the key"},
        {MCUBOOT_PUBKEY, "public key"},
        {MCUBOOT_SHA256, "SHA-256"},
        {MCUBOOT_ECDSA, "ECDSA signature"},
        {MCUBOOT_RSA2048, "RSA signature"},
        {MCUBOOT_ED25519, "Ed25519 signature"},
        {MCUBOOT_DEPENDENCY, "dependency"},
        {MCUBOOT_SEC_CNT, "security counter"},
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (names[i].type == type) {
            return names[i].name;
        }
    }
    return "of a type that is not known here";
}

static void say_tlv(const struct image_entry *entry, const uint8_t *image,
                    uint32_t offset, struct anatomy *out)
{
    uint32_t head = entry->offset - MCUBOOT_TLV_HEAD;

    snprintf(out->structure, sizeof out->structure, "%sTLV",
             entry->is_protected ? "protected " : "");
    snprintf(out->field, sizeof out->field, "%s%s", tlv_name(entry->type),
             offset < entry->offset ? ", type and length" : "");
    out->start += offset < entry->offset ? head : entry->offset;
    out->length = offset < entry->offset ? MCUBOOT_TLV_HEAD : entry->length;
    if (entry->type == MCUBOOT_SEC_CNT && entry->length == 4) {
        snprintf(out->value, sizeof out->value, "%" PRIu32,
                 get_le32(image + entry->offset));
    }
}

static bool at_tlv(const struct image_facts *facts, const uint8_t *image,
                   uint32_t offset, struct anatomy *out)
{
    for (unsigned i = 0; i < facts->entries; i++) {
        const struct image_entry *entry = &facts->entry[i];
        uint32_t head = entry->offset - MCUBOOT_TLV_HEAD;

        if (offset >= head &&
            offset - head < (uint32_t)entry->length + MCUBOOT_TLV_HEAD) {
            say_tlv(entry, image, offset, out);
            return true;
        }
    }
    return false;
}

static void at_image(const uint8_t *flash, const struct board_part *part,
                     uint32_t offset, struct anatomy *out)
{
    const uint8_t *image = flash + part->start;
    struct image_facts facts;

    (void)image_read(image, part->length, &facts);
    out->start = part->start;
    if (!facts.has_header) {
        out->start += offset;
        return;
    }
    if (offset < MCUBOOT_HEADER) {
        snprintf(out->structure, sizeof out->structure, "image header");
        say_field(&image_form, image, offset, out);
    } else if (facts.result > IMAGE_READ_BAD_SIZES ||
               facts.result == IMAGE_READ_FINE) {
        uint32_t end = facts.header_size + facts.payload_size;

        if (at_tlv(&facts, image, offset, out)) {
            return;
        }
        out->start += offset;
        snprintf(out->structure, sizeof out->structure, "%s",
                 offset < facts.header_size  ? "image header"
                 : offset < end              ? "program"
                 : offset < facts.total_size ? "TLV area"
                                             : "after the image");
    }
}

/* ---- all of flash ------------------------------------------------------------------ */

static bool holds_image(const struct board_part *part)
{
    static const char *const names[] = {"boot-a", "boot-b", "slot-a", "slot-b",
                                        "recovery"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(part->name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

void anatomy_at(const uint8_t *flash, size_t size, const struct board_map *map,
                uint32_t address, struct anatomy *out)
{
    const struct board_part *part = board_map_at(map, address);

    *out = (struct anatomy){.start = address, .length = 1};
    if (address >= size || part == NULL || part->start > size ||
        part->length > size - part->start) {
        return;
    }
    snprintf(out->partition, sizeof out->partition, "%s", part->name);
    uint32_t sector = board_map_sector(map);
    const struct form *form = form_of(part, sector, address - part->start);

    if (form != NULL) {
        at_slot(flash, form, part, sector, address - part->start, out);
    } else if (holds_image(part)) {
        at_image(flash, part, address - part->start, out);
    }
    if (out->length == 0) {
        out->length = 1;
    }
}
