/* SPDX-License-Identifier: MIT */
#include "image/image_read.h"

#include "image/bytes.h"

#include <mbedtls/build_info.h>
#include <mbedtls/sha256.h>

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    const char *text;
} results[IMAGE_READ_COUNT] = {
#define IMAGE_READ_ROW(code, name, text) [IMAGE_READ_##code] = {name, text},
    IMAGE_READ_RESULTS(IMAGE_READ_ROW)
#undef IMAGE_READ_ROW
};

const char *image_read_name(enum image_read_result result)
{
    return results[result].name;
}

const char *image_read_text(enum image_read_result result)
{
    return results[result].text;
}

static const struct {
    uint16_t type;
    const char *text;
} signatures[] = {
    /* the kind this product accepts comes first */
    {MCUBOOT_ECDSA, "ECDSA"},
    {MCUBOOT_RSA2048, "RSA-2048"},
    {MCUBOOT_RSA3072, "RSA-3072"},
    {MCUBOOT_ED25519, "Ed25519"},
};

#define SIGNATURES (sizeof signatures / sizeof signatures[0])

const char *image_signature_text(uint16_t type)
{
    for (size_t i = 0; i < SIGNATURES; i++) {
        if (signatures[i].type == type) {
            return signatures[i].text;
        }
    }
    return NULL;
}

const char *image_version_text(const struct mcuboot_version *version, char *out,
                               size_t size)
{
    int n = snprintf(out, size, "%u.%u.%u", version->major, version->minor,
                     version->revision);

    if (version->build != 0 && n > 0 && (size_t)n < size) {
        snprintf(out + n, size - (size_t)n, "+%u", version->build);
    }
    return out;
}

static struct mcuboot_version read_version(const uint8_t *at)
{
    return (struct mcuboot_version){at[0], at[1], get_le16(at + 2),
                                    get_le32(at + 4)};
}

static enum image_read_result read_header(const uint8_t *bytes, size_t size,
                                          struct image_facts *facts)
{
    uint32_t magic;

    if (all_bytes(bytes, size < MCUBOOT_HEADER ? size : MCUBOOT_HEADER, 0xff)) {
        return IMAGE_READ_EMPTY;
    }
    if (size < MCUBOOT_HEADER) {
        return IMAGE_READ_SHORT;
    }
    magic = get_le32(bytes + MCUBOOT_AT_MAGIC);
    if (magic != MCUBOOT_MAGIC) {
        return magic == MCUBOOT_MAGIC_OLD ? IMAGE_READ_OLD_MAGIC
                                          : IMAGE_READ_NO_MAGIC;
    }
    facts->has_header = true;
    facts->load_address = get_le32(bytes + MCUBOOT_AT_LOAD);
    facts->header_size = get_le16(bytes + MCUBOOT_AT_HEADER_SIZE);
    facts->protected_size = get_le16(bytes + MCUBOOT_AT_PROTECTED_SIZE);
    facts->payload_size = get_le32(bytes + MCUBOOT_AT_PAYLOAD_SIZE);
    facts->flags = get_le32(bytes + MCUBOOT_AT_FLAGS);
    facts->version = read_version(bytes + MCUBOOT_AT_MAJOR);
    uint64_t end = (uint64_t)facts->header_size + facts->payload_size +
                   facts->protected_size;
    if (facts->header_size < MCUBOOT_HEADER || end > UINT32_MAX || end > size) {
        return IMAGE_READ_BAD_SIZES;
    }
    facts->signed_size = (uint32_t)end;
    return IMAGE_READ_FINE;
}

static void note_entry(struct image_facts *facts, const uint8_t *value,
                       const struct image_entry *entry)
{
    if (facts->entries < IMAGE_READ_TLVS) {
        facts->entry[facts->entries++] = *entry;
    } else {
        facts->dropped++;
    }
    if (entry->type == MCUBOOT_SEC_CNT && entry->length == 4 &&
        entry->is_protected) {
        facts->has_counter = true;
        facts->counter = get_le32(value);
    }
    if (entry->type == MCUBOOT_DEPENDENCY && entry->is_protected &&
        entry->length == MCUBOOT_DEPENDENCY_SIZE &&
        facts->dependencies < IMAGE_READ_DEPENDENCIES) {
        facts->dependency[facts->dependencies++] = (struct image_dependency){
            value[0], read_version(value + MCUBOOT_DEPENDENCY_AT_VERSION)};
    }
    if (entry->type == MCUBOOT_SHA256 && entry->length == 32) {
        facts->has_digest = true;
        memcpy(facts->said, value, 32);
    }
}

/* The entries of one area, [at, end) after its head. */
static bool read_entries(const uint8_t *bytes, uint32_t at, uint32_t end,
                         bool is_protected, struct image_facts *facts)
{
    while (at < end) {
        struct image_entry entry = {.is_protected = is_protected};

        if (end - at < MCUBOOT_TLV_HEAD) {
            return false;
        }
        entry.type = get_le16(bytes + at);
        entry.length = get_le16(bytes + at + 2);
        entry.offset = at + MCUBOOT_TLV_HEAD;
        if (entry.length > end - entry.offset) {
            return false;
        }
        note_entry(facts, bytes + entry.offset, &entry);
        at = entry.offset + entry.length;
    }
    return true;
}

static bool read_protected(const uint8_t *bytes, struct image_facts *facts)
{
    uint32_t start = facts->header_size + facts->payload_size;

    if (facts->protected_size == 0) {
        return true;
    }
    return facts->protected_size >= MCUBOOT_TLV_HEAD &&
           get_le16(bytes + start) == MCUBOOT_PROTECTED_MAGIC &&
           get_le16(bytes + start + 2) == facts->protected_size &&
           read_entries(bytes, start + MCUBOOT_TLV_HEAD, facts->signed_size,
                        true, facts);
}

static enum image_read_result read_tlvs(const uint8_t *bytes, size_t size,
                                        struct image_facts *facts)
{
    uint32_t start = facts->signed_size;

    if (size - start < MCUBOOT_TLV_HEAD ||
        all_bytes(bytes + start, MCUBOOT_TLV_HEAD, 0xff)) {
        return IMAGE_READ_PARTIAL;
    }
    uint32_t area = get_le16(bytes + start + 2);
    if (get_le16(bytes + start) != MCUBOOT_TLV_MAGIC ||
        area < MCUBOOT_TLV_HEAD || !read_protected(bytes, facts)) {
        return IMAGE_READ_BAD_TLV;
    }
    if (area > size - start) {
        return IMAGE_READ_PARTIAL;
    }
    facts->total_size = start + area;
    return read_entries(bytes, start + MCUBOOT_TLV_HEAD, facts->total_size,
                        false, facts)
               ? IMAGE_READ_FINE
               : IMAGE_READ_BAD_TLV;
}

static bool has_entry(const struct image_facts *facts, uint16_t type)
{
    for (unsigned i = 0; i < facts->entries; i++) {
        if (facts->entry[i].type == type) {
            return true;
        }
    }
    return false;
}

static void find_signature(struct image_facts *facts)
{
    for (size_t i = 0; i < SIGNATURES && facts->signature == 0; i++) {
        if (has_entry(facts, signatures[i].type)) {
            facts->signature = signatures[i].type;
        }
    }
    facts->is_signed =
        facts->signature == MCUBOOT_ECDSA && has_entry(facts, MCUBOOT_KEYHASH);
}

/* The digest of an encrypted image is that of the plain one. */
static bool is_encrypted(const struct image_facts *facts)
{
    return (facts->flags & (MCUBOOT_ENCRYPTED_128 | MCUBOOT_ENCRYPTED_256)) !=
           0;
}

static enum image_read_result check_digest(const uint8_t *bytes,
                                           struct image_facts *facts)
{
    if (mbedtls_sha256(bytes, facts->signed_size, facts->computed, 0) != 0) {
        return IMAGE_READ_BAD_HASH;
    }
    if (is_encrypted(facts)) {
        return IMAGE_READ_ENCRYPTED;
    }
    if (!facts->has_digest) {
        return IMAGE_READ_NO_HASH;
    }
    return memcmp(facts->said, facts->computed, 32) == 0 ? IMAGE_READ_FINE
                                                         : IMAGE_READ_BAD_HASH;
}

enum image_read_result image_read(const uint8_t *bytes, size_t size,
                                  struct image_facts *facts)
{
    memset(facts, 0, sizeof *facts);
    facts->result = read_header(bytes, size, facts);
    if (facts->result == IMAGE_READ_FINE) {
        facts->result = read_tlvs(bytes, size, facts);
    }
    find_signature(facts);
    if (facts->result == IMAGE_READ_FINE) {
        facts->result = check_digest(bytes, facts);
    }
    return facts->result;
}
