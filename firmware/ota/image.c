/* SPDX-License-Identifier: MIT */
#include "ota/image.h"

#include <string.h>

#include "ota/bytes.h"
#include "ota/crypto.h"
#include "ota/keys.h"

/* ECDSA values of P-256 in DER: at least 30 06 02 01 r 02 01 s. */
#define SIGNATURE_MIN 8u
#define SIGNATURE_MAX 72u
#define TLV_INFO_SIZE 4u
#define TLV_ENTRY_SIZE 4u
/* 16 exceptions and 32 interrupts: 192 bytes, and VTOR wants a power of two. */
#define VECTOR_ALIGN 256u
#define VECTOR_MIN 8u

/* ---- header --------------------------------------------------------- */

static void parse_header(const uint8_t *header, struct image_info *info)
{
    memset(info, 0, sizeof(*info));
    info->load_address = bytes_get32(header + 4);
    info->header_size = bytes_get16(header + 8);
    info->protected_size = bytes_get16(header + 10);
    info->payload_size = bytes_get32(header + 12);
    info->version.major = header[20];
    info->version.minor = header[21];
    info->version.revision = bytes_get16(header + 22);
    info->version.build = bytes_get32(header + 24);
}

static bool flags_acceptable(uint32_t flags, const struct image_limits *limits)
{
    if (flags & ~IMAGE_FLAG_RAM_LOAD) {
        return false;
    }
    return flags || !limits->need_ram_load;
}

static uint32_t room(const struct image_limits *limits)
{
    return limits->slot_size < limits->load_size ? limits->slot_size
                                                 : limits->load_size;
}

/* Each part is compared with what is left, so no sum can overflow. */
static bool parts_fit(const struct image_info *info, uint32_t left)
{
    const uint32_t parts[] = {info->header_size, info->payload_size,
                              info->protected_size, TLV_INFO_SIZE};

    for (unsigned i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (parts[i] > left) {
            return false;
        }
        left -= parts[i];
    }
    return true;
}

enum ota_reason image_check_header(const uint8_t header[IMAGE_HEADER_SIZE],
                                   const struct image_limits *limits,
                                   struct image_info *info)
{
    uint32_t flags = bytes_get32(header + 16);

    parse_header(header, info);
    if (bytes_are(header, 4, 0xFF)) {
        return OTA_REASON_EMPTY;
    }
    if (bytes_get32(header) != IMAGE_MAGIC ||
        info->header_size < IMAGE_HEADER_SIZE || info->payload_size == 0 ||
        !flags_acceptable(flags, limits)) {
        return OTA_REASON_BAD_HEADER;
    }
    if (flags && info->load_address != limits->load_base) {
        return OTA_REASON_BAD_HEADER;
    }
    if (info->protected_size &&
        (info->protected_size < TLV_INFO_SIZE ||
         info->protected_size > IMAGE_TLV_MAX - TLV_INFO_SIZE)) {
        return OTA_REASON_BAD_TLV;
    }
    if (!parts_fit(info, room(limits))) {
        return OTA_REASON_TOO_LARGE;
    }
    return OTA_REASON_NONE;
}

uint32_t image_signed_size(const struct image_info *info)
{
    return info->header_size + info->payload_size + info->protected_size;
}

enum ota_reason image_tlv_end(const uint8_t record[4],
                              const struct image_limits *limits,
                              struct image_info *info)
{
    uint32_t start = image_signed_size(info);
    uint32_t length = bytes_get16(record + 2);

    if (bytes_get16(record) != IMAGE_TLV_MAGIC || length < TLV_INFO_SIZE ||
        length > IMAGE_TLV_MAX - info->protected_size) {
        return OTA_REASON_BAD_TLV;
    }
    if (length > room(limits) - start) {
        return OTA_REASON_TOO_LARGE;
    }
    info->total_size = start + length;
    return OTA_REASON_NONE;
}

/* ---- TLVs ----------------------------------------------------------- */

enum tlv_field {
    FIELD_SHA256,
    FIELD_KEYHASH,
    FIELD_PUBKEY,
    FIELD_SIGNATURE,
    FIELD_COUNTER,
    FIELD_COUNT,
    FIELD_IGNORED,    /* form is checked, value means nothing here */
    FIELD_DEPENDENCY, /* on a version of an image, by its number */
    FIELD_FOREIGN     /* a signature that this device cannot check */
};

struct tlv_value {
    const uint8_t *bytes; /* NULL: not there */
    uint32_t length;
};

struct tlv_area {
    const uint8_t *bytes;
    uint32_t size; /* with the info record */
    bool is_protected;
};

struct tlv_rule {
    uint16_t type;
    bool is_protected;
    uint16_t min;
    uint16_t max;
    uint8_t field; /* enum tlv_field */
};

/* The number of the only image; it satisfies any dependency on itself. */
#define OWN_IMAGE 0u

static const struct tlv_rule tlv_rules[] = {
    {IMAGE_TLV_KEYHASH, false, OTA_DIGEST_SIZE, OTA_DIGEST_SIZE, FIELD_KEYHASH},
    {IMAGE_TLV_PUBKEY, false, IMAGE_SPKI_SIZE, IMAGE_SPKI_SIZE, FIELD_PUBKEY},
    {IMAGE_TLV_SHA256, false, OTA_DIGEST_SIZE, OTA_DIGEST_SIZE, FIELD_SHA256},
    {IMAGE_TLV_ECDSA, false, SIGNATURE_MIN, SIGNATURE_MAX, FIELD_SIGNATURE},
    {IMAGE_TLV_RSA2048, false, 0, UINT16_MAX, FIELD_FOREIGN},
    {IMAGE_TLV_RSA3072, false, 0, UINT16_MAX, FIELD_FOREIGN},
    {IMAGE_TLV_ED25519, false, 0, UINT16_MAX, FIELD_FOREIGN},
    {IMAGE_TLV_SEC_CNT, true, 4, 4, FIELD_COUNTER},
    {IMAGE_TLV_DEPENDENCY, true, 12, 12, FIELD_DEPENDENCY},
    {IMAGE_TLV_BOOT_RECORD, true, 0, UINT16_MAX, FIELD_IGNORED},
};

static const struct tlv_rule *find_rule(uint32_t type)
{
    for (unsigned i = 0; i < sizeof(tlv_rules) / sizeof(tlv_rules[0]); i++) {
        if (tlv_rules[i].type == type) {
            return &tlv_rules[i];
        }
    }
    return NULL;
}

static enum ota_reason take_entry(uint32_t type, struct tlv_value value,
                                  bool is_protected,
                                  struct tlv_value found[FIELD_COUNT])
{
    const struct tlv_rule *rule = find_rule(type);

    if (!rule) {
        /* A protected entry may be of any type. */
        return is_protected ? OTA_REASON_NONE : OTA_REASON_BAD_TLV;
    }
    if (rule->is_protected != is_protected || value.length < rule->min ||
        value.length > rule->max) {
        return OTA_REASON_BAD_TLV;
    }
    if (rule->field == FIELD_DEPENDENCY && value.bytes[0] != OWN_IMAGE) {
        return OTA_REASON_DEPENDENCY;
    }
    if (rule->field >= FIELD_COUNT) {
        return rule->field == FIELD_FOREIGN ? OTA_REASON_UNSIGNED
                                            : OTA_REASON_NONE;
    }
    if (found[rule->field].bytes) {
        return OTA_REASON_BAD_TLV;
    }
    found[rule->field] = value;
    return OTA_REASON_NONE;
}

static enum ota_reason walk_area(const struct tlv_area *area,
                                 struct tlv_value found[FIELD_COUNT])
{
    uint32_t at = TLV_INFO_SIZE;

    while (at < area->size) {
        if (area->size - at < TLV_ENTRY_SIZE) {
            return OTA_REASON_BAD_TLV;
        }
        const uint8_t *entry = area->bytes + at;
        struct tlv_value value = {entry + TLV_ENTRY_SIZE,
                                  bytes_get16(entry + 2)};
        at += TLV_ENTRY_SIZE;
        if (value.length > area->size - at) {
            return OTA_REASON_BAD_TLV;
        }
        at += value.length;
        enum ota_reason reason =
            take_entry(bytes_get16(entry), value, area->is_protected, found);
        if (reason) {
            return reason;
        }
    }
    return OTA_REASON_NONE;
}

static bool record_is(const uint8_t *record, uint32_t magic, uint32_t size)
{
    return bytes_get16(record) == magic && bytes_get16(record + 2) == size;
}

/* Both areas, `size` bytes from `areas` on; the first `first` bytes are
 * protected. */
static enum ota_reason walk_areas(const uint8_t *areas, uint32_t size,
                                  uint32_t first,
                                  struct tlv_value found[FIELD_COUNT])
{
    memset(found, 0, FIELD_COUNT * sizeof(found[0]));
    if (first > size || size - first < TLV_INFO_SIZE ||
        !record_is(areas + first, IMAGE_TLV_MAGIC, size - first)) {
        return OTA_REASON_BAD_TLV;
    }
    if (first) {
        struct tlv_area area = {areas, first, true};
        if (first < TLV_INFO_SIZE ||
            !record_is(areas, IMAGE_TLV_PROTECTED_MAGIC, first)) {
            return OTA_REASON_BAD_TLV;
        }
        enum ota_reason reason = walk_area(&area, found);
        if (reason) {
            return reason;
        }
    }
    struct tlv_area area = {areas + first, size - first, false};
    return walk_area(&area, found);
}

static enum ota_reason fill_info(const struct tlv_value found[FIELD_COUNT],
                                 struct image_info *info)
{
    if (!found[FIELD_SHA256].bytes) {
        return OTA_REASON_BAD_TLV;
    }
    memcpy(info->digest, found[FIELD_SHA256].bytes, OTA_DIGEST_SIZE);
    info->counter = 0;
    if (found[FIELD_COUNTER].bytes) {
        info->counter = bytes_get32(found[FIELD_COUNTER].bytes);
    }
    return OTA_REASON_NONE;
}

enum ota_reason image_read_tlvs(const uint8_t *areas, uint32_t size,
                                struct image_info *info)
{
    struct tlv_value found[FIELD_COUNT];
    enum ota_reason reason =
        walk_areas(areas, size, info->protected_size, found);

    return reason ? reason : fill_info(found, info);
}

/* ---- key and signature ---------------------------------------------- */

/*
 * Decode one DER INTEGER at *at, positive, minimal, at most 256 bits, to 32
 * bytes big-endian. *at moves past it.
 */
static bool take_integer(const uint8_t **at, const uint8_t *end,
                         uint8_t out[32])
{
    if (end - *at < 3 || (*at)[0] != 0x02) {
        return false;
    }
    size_t length = (*at)[1];
    const uint8_t *value = *at + 2;
    if (length == 0 || length > 33 || length > (size_t)(end - value)) {
        return false;
    }
    *at = value + length;
    if (value[0] & 0x80) {
        return false; /* negative */
    }
    if (value[0] == 0 && length > 1) {
        if (!(value[1] & 0x80)) {
            return false; /* not minimal */
        }
        value++;
        length--;
    }
    if (length > 32) {
        return false;
    }
    memset(out, 0, 32 - length);
    memcpy(out + 32 - length, value, length);
    return true;
}

/* SEQUENCE { INTEGER r, INTEGER s } and nothing after it. */
static bool parse_signature(const struct tlv_value *der,
                            uint8_t signature[CRYPTO_SIGNATURE_SIZE])
{
    const uint8_t *at = der->bytes;
    const uint8_t *end = at + der->length;

    if (der->length < SIGNATURE_MIN || at[0] != 0x30 ||
        at[1] != der->length - 2) {
        return false;
    }
    at += 2;
    return take_integer(&at, end, signature) &&
           take_integer(&at, end, signature + 32) && at == end;
}

static enum ota_reason check_signature(
    const struct tlv_value found[FIELD_COUNT], const struct image_keys *keys,
    const uint8_t digest[OTA_DIGEST_SIZE])
{
    const uint8_t *keyhash = found[FIELD_KEYHASH].bytes;
    const uint8_t *point;
    uint8_t signature[CRYPTO_SIGNATURE_SIZE];

    if (!keyhash || !found[FIELD_SIGNATURE].bytes) {
        return OTA_REASON_UNSIGNED;
    }
    enum ota_reason reason =
        keys_find(keys, keyhash, found[FIELD_PUBKEY].bytes, &point);
    if (reason) {
        return reason;
    }
    if (!parse_signature(&found[FIELD_SIGNATURE], signature) ||
        !keys_verify(keys, signature, point, digest)) {
        return OTA_REASON_BAD_SIGNATURE;
    }
    return OTA_REASON_NONE;
}

/* ---- the whole image ------------------------------------------------ */

/* Header and end of the image in RAM; total_size is within `size`. */
static enum ota_reason measure(const uint8_t *image, uint32_t size,
                               const struct image_limits *limits,
                               struct image_info *info)
{
    if (size < IMAGE_HEADER_SIZE) {
        return OTA_REASON_BAD_HEADER;
    }
    enum ota_reason reason = image_check_header(image, limits, info);
    if (reason) {
        return reason;
    }
    uint32_t start = image_signed_size(info);
    if (size < start || size - start < TLV_INFO_SIZE) {
        return OTA_REASON_TOO_LARGE;
    }
    reason = image_tlv_end(image + start, limits, info);
    if (!reason && info->total_size > size) {
        return OTA_REASON_TOO_LARGE;
    }
    return reason;
}

static enum ota_reason verify_by(const uint8_t *image, uint32_t size,
                                 const struct image_limits *limits,
                                 const struct image_keys *keys,
                                 struct image_info *info)
{
    struct tlv_value found[FIELD_COUNT];
    uint8_t digest[OTA_DIGEST_SIZE];
    enum ota_reason reason = measure(image, size, limits, info);

    if (reason) {
        return reason;
    }
    uint32_t start = info->header_size + info->payload_size;
    reason = walk_areas(image + start, info->total_size - start,
                        info->protected_size, found);
    if (!reason) {
        reason = fill_info(found, info);
    }
    if (reason) {
        return reason;
    }
    if (!keys_sha256(keys, image, image_signed_size(info), digest) ||
        memcmp(digest, info->digest, OTA_DIGEST_SIZE) != 0) {
        return OTA_REASON_BAD_HASH;
    }
    return check_signature(found, keys, digest);
}

/* An accelerator may accept, but software verifies again what it refuses: a
 * broken unit costs time, but no image. */
enum ota_reason image_verify(const uint8_t *image, uint32_t size,
                             const struct image_limits *limits,
                             const struct image_keys *keys,
                             struct image_info *info)
{
    enum ota_reason reason = verify_by(image, size, limits, keys, info);

    if (reason && keys->crypto) {
        struct image_keys software = *keys;

        software.crypto = NULL;
        reason = verify_by(image, size, limits, &software, info);
    }
    return reason;
}

enum ota_reason image_check_entry(const uint8_t *image,
                                  const struct image_info *info,
                                  const struct image_limits *limits)
{
    uint32_t code = limits->load_base + info->header_size;

    if (code % VECTOR_ALIGN != 0 || info->payload_size < VECTOR_MIN) {
        return OTA_REASON_BAD_ENTRY;
    }
    uint32_t stack = bytes_get32(image + info->header_size);
    uint32_t reset = bytes_get32(image + info->header_size + 4);
    uint32_t stack_room = stack - limits->load_base; /* may wrap: refused */
    uint32_t offset = (reset & ~1u) - code;          /* may wrap: refused */

    if (stack % 8 != 0 || stack_room == 0 || stack_room > limits->load_size ||
        !(reset & 1u) || offset < VECTOR_MIN ||
        offset > info->payload_size - 2u) {
        return OTA_REASON_BAD_ENTRY;
    }
    return OTA_REASON_NONE;
}

/* ---- versions ------------------------------------------------------- */

uint32_t image_version_pack(const struct image_version *version)
{
    return (uint32_t)version->major << 24 | (uint32_t)version->minor << 16 |
           version->revision;
}

int image_version_compare(const struct image_version *a,
                          const struct image_version *b)
{
    uint32_t first = image_version_pack(a);
    uint32_t second = image_version_pack(b);

    if (first == second) {
        first = a->build;
        second = b->build;
    }
    return (first > second) - (first < second);
}
