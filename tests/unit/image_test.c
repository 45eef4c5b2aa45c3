/* SPDX-License-Identifier: MIT */
/*
 * The device's image parser: images of the field's usual tool, and forged
 * ones, each refused for its reason. The forger writes bytes by itself; only
 * keys and signatures come from the host's key module.
 */
#include "ota/image.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "image/keys.h"
#include "ota/bytes.h"
#include "ota/crypto.h"
#include "ota/load.h"
#include "ram_flash.h"

#define VECTORS "tests/data/mcuboot/"
#define BASE 0x21800000u
#define HEADER 0x200u

static struct diag diag;

static const struct image_limits loose = {0x10000, BASE, 0x70000, false};
static const struct image_limits strict = {0x10000, BASE, 0x70000, true};

/* What the fuses and the devicetree of a test device hold. */
struct ring {
    uint8_t digests[3][OTA_DIGEST_SIZE];
    uint8_t spki[2][IMAGE_SPKI_SIZE];
    const uint8_t *list[2];
    struct image_keys keys;
};

static void ring_init(struct ring *ring, const struct key *key)
{
    memset(ring, 0, sizeof(*ring));
    cr_assert_eq(key_digest(key, ring->digests[1]), 0);
    memset(ring->spki[0], 0x5A, IMAGE_SPKI_SIZE);
    key_spki(key, ring->spki[1]);
    ring->list[0] = ring->spki[0];
    ring->list[1] = ring->spki[1];
    ring->keys.digests = (const uint8_t(*)[OTA_DIGEST_SIZE])ring->digests;
    ring->keys.count = 3;
    ring->keys.spki = ring->list;
    ring->keys.spki_count = 2;
}

/* ---- images of the usual tool ---------------------------------------- */

struct vector {
    uint8_t *bytes;
    uint32_t size;
    struct ring ring;
};

static void vector_load(struct vector *vector, const char *path)
{
    struct key key;
    size_t size;

    cr_assert_eq(key_read(VECTORS "pub.pem", &key, &diag), 0);
    ring_init(&vector->ring, &key);
    cr_assert_eq(file_read(path, 1u << 20, &vector->bytes, &size, &diag), 0);
    vector->size = (uint32_t)size;
}

static enum ota_reason vector_verify(const struct vector *vector,
                                     const struct image_limits *limits,
                                     struct image_info *info)
{
    return image_verify(vector->bytes, vector->size, limits, &vector->ring.keys,
                        info);
}

Test(image, the_usual_tools_images_verify)
{
    static const struct {
        const char *path;
        const struct image_limits *limits;
        uint32_t counter;
        uint32_t build;
    } cases[] = {
        {VECTORS "signed.bin", &loose, 7, 4},
        {VECTORS "signed-ramload.bin", &loose, 7, 4},
        {VECTORS "signed-ramload.bin", &strict, 7, 4},
        {VECTORS "signed-nocnt.bin", &loose, 0, 0},
    };

    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct vector vector;
        struct image_info info;
        vector_load(&vector, cases[i].path);
        cr_assert_eq(vector_verify(&vector, cases[i].limits, &info),
                     OTA_REASON_NONE, "%s", cases[i].path);
        cr_assert_eq(info.header_size, HEADER);
        cr_assert_eq(info.payload_size, 4096);
        cr_assert_eq(info.total_size, vector.size);
        cr_assert_eq(info.counter, cases[i].counter);
        cr_assert_eq(image_version_pack(&info.version), 0x01020003u);
        cr_assert_eq(info.version.build, cases[i].build);
        /* Its payload is no program. */
        cr_assert_eq(image_check_entry(vector.bytes, &info, &strict),
                     OTA_REASON_BAD_ENTRY);
        free(vector.bytes);
    }
}

Test(image, an_image_that_is_not_to_be_loaded_is_refused_where_it_must)
{
    struct vector vector;
    struct image_info info;

    vector_load(&vector, VECTORS "signed.bin");
    cr_assert_eq(vector_verify(&vector, &strict, &info), OTA_REASON_BAD_HEADER);
    free(vector.bytes);
}

/* Header padding is signed, too; nothing may be changed anywhere. */
Test(image, one_flipped_bit_anywhere_is_refused)
{
    struct vector vector;
    struct image_info info;

    vector_load(&vector, VECTORS "signed-ramload.bin");
    for (uint32_t i = 0; i < vector.size; i++) {
        uint8_t bit = (uint8_t)(1u << i % 8);
        vector.bytes[i] ^= bit;
        cr_assert_neq(vector_verify(&vector, &strict, &info), OTA_REASON_NONE,
                      "byte %u", i);
        vector.bytes[i] ^= bit;
    }
    cr_assert_eq(vector_verify(&vector, &strict, &info), OTA_REASON_NONE);
    free(vector.bytes);
}

/* The exact buffer is on the heap, so that a read past it is seen. */
Test(image, a_truncated_image_is_refused)
{
    struct vector vector;
    struct image_info info;

    vector_load(&vector, VECTORS "signed-ramload.bin");
    for (uint32_t size = 0; size < vector.size; size += size < 600 ? 1 : 7) {
        uint8_t *part = malloc(size + !size);
        cr_assert_not_null(part);
        memcpy(part, vector.bytes, size);
        cr_assert_neq(image_verify(part, size, &strict, &vector.ring.keys,
                                   &info),
                      OTA_REASON_NONE, "%u bytes", size);
        free(part);
    }
    free(vector.bytes);
}

/* ---- keys ------------------------------------------------------------- */

Test(image, only_keys_in_the_fuses_count)
{
    struct vector vector;
    struct image_info info;

    vector_load(&vector, VECTORS "signed-ramload.bin");
    vector.ring.digests[1][0] ^= 1;
    cr_assert_eq(vector_verify(&vector, &strict, &info), OTA_REASON_UNSIGNED);
    vector.ring.digests[1][0] ^= 1;
    vector.ring.keys.count = 1;
    cr_assert_eq(vector_verify(&vector, &strict, &info), OTA_REASON_UNSIGNED);
    vector.ring.keys.count = 3;
    vector.ring.keys.first_valid = 1;
    cr_assert_eq(vector_verify(&vector, &strict, &info), OTA_REASON_NONE);
    vector.ring.keys.first_valid = 2;
    cr_assert_eq(vector_verify(&vector, &strict, &info),
                 OTA_REASON_KEY_REVOKED);
    memcpy(vector.ring.digests[2], vector.ring.digests[1], OTA_DIGEST_SIZE);
    cr_assert_eq(vector_verify(&vector, &strict, &info), OTA_REASON_NONE);
    free(vector.bytes);
}

Test(image, a_key_without_its_public_half_at_hand_is_unknown)
{
    struct vector vector;
    struct image_info info;

    vector_load(&vector, VECTORS "signed-ramload.bin");
    vector.ring.keys.spki_count = 1;
    cr_assert_eq(vector_verify(&vector, &strict, &info), OTA_REASON_UNSIGNED);
    free(vector.bytes);
}

/* ---- forged images ----------------------------------------------------- */

struct entry {
    uint16_t type;
    uint16_t length;
    const uint8_t *value;
};

/* What a forged image looks like. Zero claims mean: the truth. */
struct plan {
    uint32_t magic;
    uint32_t load;
    uint16_t header_size;
    uint32_t payload_size;
    uint32_t flags;
    uint32_t payload_claim;
    uint16_t protected_claim;
    uint16_t protected_total_claim;
    uint16_t open_total_claim;
    uint16_t protected_magic;
    uint16_t open_magic;
    struct entry guarded[4]; /* protected area; type 0: none */
    struct entry open[4];    /* besides those below */
    bool no_hash, no_keyhash, no_signature;
    bool with_key;
    int signature_edit;
    const struct key *signer;
    const struct key *named; /* whose hash is in KEYHASH */
};

struct forged {
    uint8_t bytes[8192];
    uint32_t size;
    uint8_t digest[OTA_DIGEST_SIZE];
};

static void put(struct forged *image, const void *data, uint32_t length)
{
    cr_assert_leq(image->size + length, sizeof(image->bytes));
    memcpy(image->bytes + image->size, data, length);
    image->size += length;
}

static void put_entry(struct forged *image, uint16_t type, const void *value,
                      uint16_t length)
{
    uint8_t head[4];

    bytes_put16(head, type);
    bytes_put16(head + 2, length);
    put(image, head, 4);
    put(image, value, length);
}

static void put_entries(struct forged *image, const struct entry *entries)
{
    for (unsigned i = 0; i < 4; i++) {
        if (entries[i].type) {
            put_entry(image, entries[i].type, entries[i].value,
                      entries[i].length);
        }
    }
}

static uint32_t area_begin(struct forged *image, uint16_t magic)
{
    uint8_t head[4] = {0};

    bytes_put16(head, magic);
    put(image, head, 4);
    return image->size - 4;
}

static void area_end(struct forged *image, uint32_t start, uint16_t claim)
{
    uint16_t total = (uint16_t)(image->size - start);

    bytes_put16(image->bytes + start + 2, claim ? claim : total);
}

static void put_signature(struct forged *image, const struct plan *plan)
{
    uint8_t der[KEY_SIGNATURE_MAX + 8] = {0};
    size_t length;

    cr_assert_eq(key_sign(plan->signer, image->digest, der, &length), 0);
    switch (plan->signature_edit) {
    case 1: /* a byte after the sequence */
        length++;
        break;
    case 2: /* not a sequence */
        der[0] = 0x31;
        break;
    case 3: /* length of r runs over */
        der[3] = 0x7F;
        break;
    case 4: /* r is empty */
        der[3] = 0;
        break;
    case 5: /* cut off */
        length--;
        der[1]--;
        break;
    case 6: /* r = s = 0 */
        memcpy(der, "\x30\x06\x02\x01\x00\x02\x01\x00", 8);
        length = 8;
        break;
    case 7: /* a byte in the sequence, after s */
        der[1]++;
        length++;
        break;
    case 8: /* r with a needless zero in front */
        memmove(der + 5, der + 4, length - 4);
        der[4] = 0;
        der[3]++;
        der[1]++;
        length++;
        break;
    default:
        break;
    }
    put_entry(image, IMAGE_TLV_ECDSA, der, (uint16_t)length);
}

static void put_open_area(struct forged *image, const struct plan *plan)
{
    uint8_t keyhash[KEY_DIGEST_SIZE];
    uint8_t spki[KEY_SPKI_SIZE];
    uint32_t start = area_begin(image, plan->open_magic ? plan->open_magic
                                                        : IMAGE_TLV_MAGIC);

    if (!plan->no_hash) {
        put_entry(image, IMAGE_TLV_SHA256, image->digest, OTA_DIGEST_SIZE);
    }
    if (!plan->no_keyhash) {
        cr_assert_eq(key_digest(plan->named, keyhash), 0);
        put_entry(image, IMAGE_TLV_KEYHASH, keyhash, sizeof(keyhash));
    }
    if (plan->with_key) {
        key_spki(plan->signer, spki);
        put_entry(image, IMAGE_TLV_PUBKEY, spki, sizeof(spki));
    }
    put_entries(image, plan->open);
    if (!plan->no_signature) {
        put_signature(image, plan);
    }
    area_end(image, start, plan->open_total_claim);
}

static void put_protected_area(struct forged *image, const struct plan *plan)
{
    if (!plan->guarded[0].type && !plan->protected_magic) {
        return;
    }
    uint32_t start =
        area_begin(image, plan->protected_magic ? plan->protected_magic
                                                : IMAGE_TLV_PROTECTED_MAGIC);
    put_entries(image, plan->guarded);
    area_end(image, start, plan->protected_total_claim);
    uint16_t actual = (uint16_t)(image->size - start);
    bytes_put16(image->bytes + 10,
                plan->protected_claim ? plan->protected_claim : actual);
}

static void forge(struct forged *image, const struct plan *plan)
{
    uint8_t *header = image->bytes;

    memset(image, 0, sizeof(*image));
    bytes_put32(header, plan->magic);
    bytes_put32(header + 4, plan->load);
    bytes_put16(header + 8, plan->header_size);
    bytes_put16(header + 10, plan->protected_claim);
    bytes_put32(header + 12,
                plan->payload_claim ? plan->payload_claim : plan->payload_size);
    bytes_put32(header + 16, plan->flags);
    header[20] = 1;
    image->size = HEADER + plan->payload_size;
    bytes_put32(header + HEADER, BASE + 0x70000);
    bytes_put32(header + HEADER + 4, BASE + HEADER + 0x41);
    put_protected_area(image, plan);
    cr_assert(crypto_sha256(image->bytes, image->size, image->digest));
    put_open_area(image, plan);
}

static struct key good_key, wrong_key;

static struct plan sound_plan(void)
{
    static const uint8_t counter[4] = {9, 0, 0, 0};
    struct plan plan = {
        .magic = IMAGE_MAGIC,
        .load = BASE,
        .header_size = HEADER,
        .payload_size = 256,
        .flags = IMAGE_FLAG_RAM_LOAD,
        .guarded = {{IMAGE_TLV_SEC_CNT, 4, counter}},
        .signer = &good_key,
        .named = &good_key,
    };

    cr_assert_eq(key_dev("root", &good_key, &diag), 0);
    cr_assert_eq(key_dev("wrong", &wrong_key, &diag), 0);
    return plan;
}

static enum ota_reason verify_forged(const struct forged *image,
                                     struct image_info *info)
{
    struct ring ring;

    ring_init(&ring, &good_key);
    return image_verify(image->bytes, image->size, &strict, &ring.keys, info);
}

static enum ota_reason verify_plan(const struct plan *plan)
{
    struct forged image;
    struct image_info info;

    forge(&image, plan);
    return verify_forged(&image, &info);
}

Test(image, the_forgers_sound_image_verifies)
{
    struct plan plan = sound_plan();
    struct forged image;
    struct image_info info;

    forge(&image, &plan);
    cr_assert_eq(verify_forged(&image, &info), OTA_REASON_NONE);
    cr_assert_eq(info.counter, 9);
    cr_assert_eq(info.total_size, image.size);
    cr_assert_eq(image_check_entry(image.bytes, &info, &strict),
                 OTA_REASON_NONE);
    plan.with_key = true;
    cr_assert_eq(verify_plan(&plan), OTA_REASON_NONE);
}

/* The key comes with the image: the fuses alone decide. */
Test(image, a_key_in_the_image_needs_no_store)
{
    struct plan plan = sound_plan();
    struct forged image;
    struct image_info info;
    struct ring ring;

    plan.with_key = true;
    forge(&image, &plan);
    ring_init(&ring, &good_key);
    ring.keys.spki_count = 0;
    cr_assert_eq(image_verify(image.bytes, image.size, &strict, &ring.keys,
                              &info),
                 OTA_REASON_NONE);
    plan.signer = &wrong_key;
    cr_assert_eq(verify_plan(&plan), OTA_REASON_UNSIGNED);
    plan.named = &wrong_key;
    cr_assert_eq(verify_plan(&plan), OTA_REASON_UNSIGNED);
}

Test(image, headers_are_checked)
{
    static const struct {
        const char *what;
        uint32_t offset, value, size;
        enum ota_reason reason;
    } cases[] = {
        {"old magic", 0, 0x96f3b83c, 4, OTA_REASON_BAD_HEADER},
        {"blank", 0, 0xFFFFFFFF, 4, OTA_REASON_EMPTY},
        {"another load address", 4, BASE + 4, 4, OTA_REASON_BAD_HEADER},
        {"over the bootloader", 4, 0x21870000, 4, OTA_REASON_BAD_HEADER},
        {"small header", 8, 31, 2, OTA_REASON_BAD_HEADER},
        {"no header", 8, 0, 2, OTA_REASON_BAD_HEADER},
        {"protected area of 3", 10, 3, 2, OTA_REASON_BAD_TLV},
        {"huge protected area", 10, 0xFFFF, 2, OTA_REASON_BAD_TLV},
        {"no payload", 12, 0, 4, OTA_REASON_BAD_HEADER},
        {"sum wraps", 12, 0xFFFFFFF0, 4, OTA_REASON_TOO_LARGE},
        {"sum wraps to 0", 12, 0u - HEADER, 4, OTA_REASON_TOO_LARGE},
        {"fills the slot", 12, 0x10000 - HEADER, 4, OTA_REASON_TOO_LARGE},
        {"no flag", 16, 0, 4, OTA_REASON_BAD_HEADER},
        {"not bootable", 16, 0x30, 4, OTA_REASON_BAD_HEADER},
        {"encrypted", 16, 0x24, 4, OTA_REASON_BAD_HEADER},
        {"encrypted 256", 16, 0x28, 4, OTA_REASON_BAD_HEADER},
        {"rom fixed", 16, 0x120, 4, OTA_REASON_BAD_HEADER},
        {"compressed", 16, 0x220, 4, OTA_REASON_BAD_HEADER},
        {"unknown flag", 16, 0x80000020, 4, OTA_REASON_BAD_HEADER},
    };
    struct plan plan = sound_plan();
    struct forged sound;

    forge(&sound, &plan);
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct image_info info;
        uint8_t header[IMAGE_HEADER_SIZE];
        memcpy(header, sound.bytes, sizeof(header));
        uint8_t value[4];
        bytes_put32(value, cases[i].value);
        memcpy(header + cases[i].offset, value, cases[i].size);
        cr_assert_eq(image_check_header(header, &strict, &info),
                     cases[i].reason, "%s", cases[i].what);
    }
}

Test(image, the_smaller_of_slot_and_sram_counts)
{
    struct plan plan = sound_plan();
    struct forged image;
    struct image_info info;
    struct image_limits limits = strict;

    forge(&image, &plan);
    limits.load_size = image.size - 1;
    cr_assert_eq(image_check_header(image.bytes, &limits, &info),
                 OTA_REASON_NONE);
    cr_assert_eq(image_tlv_end(image.bytes + image_signed_size(&info), &limits,
                               &info),
                 OTA_REASON_TOO_LARGE);
    limits.load_size++;
    cr_assert_eq(image_tlv_end(image.bytes + image_signed_size(&info), &limits,
                               &info),
                 OTA_REASON_NONE);
    limits.slot_size = HEADER + 256;
    cr_assert_eq(image_check_header(image.bytes, &limits, &info),
                 OTA_REASON_TOO_LARGE);
}

static const uint8_t some_bytes[128] = {1, 2, 3};
static const uint8_t of_image_0[12] = {0, 0, 0, 0, 9};

Test(image, protected_area_is_checked)
{
    static const struct {
        const char *what;
        struct entry first, second;
        enum ota_reason reason;
    } cases[] = {
        {"counter twice",
         {0x50, 4, some_bytes},
         {0x50, 4, some_bytes},
         OTA_REASON_BAD_TLV},
        {"short counter", {0x50, 3, some_bytes}, {0}, OTA_REASON_BAD_TLV},
        {"long counter", {0x50, 8, some_bytes}, {0}, OTA_REASON_BAD_TLV},
        {"hash inside", {0x10, 32, some_bytes}, {0}, OTA_REASON_BAD_TLV},
        {"key hash inside", {0x01, 32, some_bytes}, {0}, OTA_REASON_BAD_TLV},
        {"signature inside", {0x22, 70, some_bytes}, {0}, OTA_REASON_BAD_TLV},
        {"short dependency", {0x40, 11, some_bytes}, {0}, OTA_REASON_BAD_TLV},
        {"dependencies on itself",
         {0x40, 12, of_image_0},
         {0x40, 12, of_image_0},
         OTA_REASON_NONE},
        {"dependency on another image",
         {0x40, 12, of_image_0},
         {0x40, 12, some_bytes},
         OTA_REASON_DEPENDENCY},
        {"boot record",
         {0x60, 90, some_bytes},
         {0xA0, 0, some_bytes},
         OTA_REASON_NONE},
        {"vendor and class",
         {0x74, 16, some_bytes},
         {0x75, 16, some_bytes},
         OTA_REASON_NONE},
    };

    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct plan plan = sound_plan();
        plan.guarded[0] = cases[i].first;
        plan.guarded[1] = cases[i].second;
        cr_assert_eq(verify_plan(&plan), cases[i].reason, "%s", cases[i].what);
    }
}

Test(image, unprotected_area_is_checked)
{
    static const struct {
        const char *what;
        struct entry entry;
        enum ota_reason reason;
    } cases[] = {
        {"counter outside", {0x50, 4, some_bytes}, OTA_REASON_BAD_TLV},
        {"dependency outside", {0x40, 12, some_bytes}, OTA_REASON_BAD_TLV},
        {"boot record outside", {0x60, 9, some_bytes}, OTA_REASON_BAD_TLV},
        {"second hash", {0x10, 32, some_bytes}, OTA_REASON_BAD_TLV},
        {"second key hash", {0x01, 32, some_bytes}, OTA_REASON_BAD_TLV},
        {"second signature", {0x22, 70, some_bytes}, OTA_REASON_BAD_TLV},
        {"short signature", {0x22, 7, some_bytes}, OTA_REASON_BAD_TLV},
        {"long signature", {0x22, 73, some_bytes}, OTA_REASON_BAD_TLV},
        {"odd public key", {0x02, 90, some_bytes}, OTA_REASON_BAD_TLV},
        {"another public key", {0x02, 91, some_bytes}, OTA_REASON_UNSIGNED},
        {"unknown type", {0xA1, 4, some_bytes}, OTA_REASON_BAD_TLV},
        {"wrapped key", {0x32, 113, some_bytes}, OTA_REASON_BAD_TLV},
        {"RSA signature", {0x20, 100, some_bytes}, OTA_REASON_UNSIGNED},
        {"Ed25519 signature", {0x24, 64, some_bytes}, OTA_REASON_UNSIGNED},
    };

    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct plan plan = sound_plan();
        plan.open[0] = cases[i].entry;
        cr_assert_eq(verify_plan(&plan), cases[i].reason, "%s", cases[i].what);
    }
}

Test(image, areas_must_be_framed_rightly)
{
    struct plan plan = sound_plan();

    plan.open_magic = 0x6906;
    cr_assert_eq(verify_plan(&plan), OTA_REASON_BAD_TLV);
    plan = sound_plan();
    plan.protected_magic = IMAGE_TLV_MAGIC;
    cr_assert_eq(verify_plan(&plan), OTA_REASON_BAD_TLV);
    plan = sound_plan();
    plan.protected_total_claim = 11;
    cr_assert_eq(verify_plan(&plan), OTA_REASON_BAD_TLV);
    plan = sound_plan();
    plan.open_total_claim = 3;
    cr_assert_eq(verify_plan(&plan), OTA_REASON_BAD_TLV);
    plan = sound_plan();
    plan.open_total_claim = 0xFFFF;
    cr_assert_eq(verify_plan(&plan), OTA_REASON_BAD_TLV);
    plan = sound_plan();
    plan.open_total_claim = 100;
    cr_assert_eq(verify_plan(&plan), OTA_REASON_BAD_TLV);
    plan = sound_plan(); /* an area with nothing in it, not announced */
    plan.guarded[0].type = 0;
    plan.protected_magic = IMAGE_TLV_PROTECTED_MAGIC;
    cr_assert_eq(verify_plan(&plan), OTA_REASON_NONE);
}

/* An entry's length reaches behind its area, by 1 and by a lot, or leaves
 * less than the head of another entry. */
Test(image, entries_must_lie_in_their_area)
{
    static const uint16_t lengths[] = {1,     2,      3,      5,     6,
                                       0x100, 0x7FFF, 0xFFFC, 0xFFFF};

    for (unsigned i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        struct plan plan = sound_plan();
        struct forged image;
        struct image_info info;
        plan.guarded[0].type = 0xA0;
        forge(&image, &plan);
        bytes_put16(image.bytes + HEADER + 256 + 6, lengths[i]);
        cr_assert_eq(verify_forged(&image, &info), OTA_REASON_BAD_TLV, "%u",
                     lengths[i]);
    }
}

Test(image, hash_key_and_signature_must_be_there_and_right)
{
    struct plan plan = sound_plan();

    plan.no_hash = true;
    cr_assert_eq(verify_plan(&plan), OTA_REASON_BAD_TLV);
    plan = sound_plan();
    plan.no_keyhash = true;
    cr_assert_eq(verify_plan(&plan), OTA_REASON_UNSIGNED);
    plan = sound_plan();
    plan.no_signature = true;
    cr_assert_eq(verify_plan(&plan), OTA_REASON_UNSIGNED);
    plan = sound_plan();
    plan.signer = &wrong_key;
    cr_assert_eq(verify_plan(&plan), OTA_REASON_BAD_SIGNATURE);
    plan.named = &wrong_key;
    cr_assert_eq(verify_plan(&plan), OTA_REASON_UNSIGNED);
}

Test(image, a_flipped_payload_bit_is_a_bad_hash)
{
    struct plan plan = sound_plan();
    struct forged image;
    struct image_info info;

    forge(&image, &plan);
    image.bytes[HEADER + 100] ^= 0x10;
    cr_assert_eq(verify_forged(&image, &info), OTA_REASON_BAD_HASH);
}

Test(image, signatures_are_strict_der)
{
    for (int edit = 1; edit <= 8; edit++) {
        /* Several signatures, with r and s of all lengths. */
        for (uint32_t size = 256; size < 266; size++) {
            struct plan plan = sound_plan();
            plan.payload_size = size;
            cr_assert_eq(verify_plan(&plan), OTA_REASON_NONE);
            plan.signature_edit = edit;
            cr_assert_eq(verify_plan(&plan), OTA_REASON_BAD_SIGNATURE,
                         "edit %d, %u bytes", edit, size);
        }
    }
}

Test(image, a_blank_fuse_digest_is_no_key)
{
    struct plan plan = sound_plan();
    struct forged image;
    struct image_info info;
    struct ring ring;

    plan.no_keyhash = true;
    plan.open[0].type = IMAGE_TLV_KEYHASH;
    plan.open[0].length = OTA_DIGEST_SIZE;
    plan.open[0].value = some_bytes + 64; /* zeros */
    forge(&image, &plan);
    ring_init(&ring, &good_key);
    ring.keys.first_valid = 3; /* and is not a revoked one */
    cr_assert_eq(image_verify(image.bytes, image.size, &strict, &ring.keys,
                              &info),
                 OTA_REASON_UNSIGNED);
}

/* The digest of a key for another curve is in the fuses: the same bytes must
 * not be taken for a point on P-256. */
Test(image, a_key_of_another_kind_is_not_used)
{
    struct plan plan = sound_plan();
    struct forged image;
    struct image_info info;
    struct ring ring;

    for (unsigned other = 0; other < 2; other++) {
        ring_init(&ring, &good_key);
        ring.spki[1][22] ^= (uint8_t)other;
        cr_assert(
            crypto_sha256(ring.spki[1], IMAGE_SPKI_SIZE, ring.digests[1]));
        plan.no_keyhash = true;
        plan.open[0].type = IMAGE_TLV_KEYHASH;
        plan.open[0].length = OTA_DIGEST_SIZE;
        plan.open[0].value = ring.digests[1];
        forge(&image, &plan);
        cr_assert_eq(image_verify(image.bytes, image.size, &strict, &ring.keys,
                                  &info),
                     other ? OTA_REASON_UNSIGNED : OTA_REASON_NONE);
    }
}

/* ---- entry and versions ------------------------------------------------ */

Test(image, the_entry_must_lie_in_the_image)
{
    static const struct {
        uint32_t stack, reset;
        enum ota_reason reason;
    } cases[] = {
        {BASE + 0x70000, BASE + HEADER + 0x41, OTA_REASON_NONE},
        {BASE + 8, BASE + HEADER + 9, OTA_REASON_NONE},
        {BASE + 8, BASE + HEADER + 0xFF, OTA_REASON_NONE},
        {BASE, BASE + HEADER + 0x41, OTA_REASON_BAD_ENTRY},
        {BASE + 0x70008, BASE + HEADER + 0x41, OTA_REASON_BAD_ENTRY},
        {0, BASE + HEADER + 0x41, OTA_REASON_BAD_ENTRY},
        {0x20010000, BASE + HEADER + 0x41, OTA_REASON_BAD_ENTRY},
        {BASE + 0x6FFFC, BASE + HEADER + 0x41, OTA_REASON_BAD_ENTRY},
        {BASE + 8, BASE + HEADER + 0x40, OTA_REASON_BAD_ENTRY},
        {BASE + 8, BASE + HEADER + 7, OTA_REASON_BAD_ENTRY},
        {BASE + 8, BASE + HEADER + 0x101, OTA_REASON_BAD_ENTRY},
        {BASE + 8, BASE + 0x101, OTA_REASON_BAD_ENTRY},
        {BASE + 8, 1, OTA_REASON_BAD_ENTRY},
        {BASE + 8, 0xFFFFFFFF, OTA_REASON_BAD_ENTRY},
    };
    struct plan plan = sound_plan();
    struct forged image;
    struct image_info info;

    forge(&image, &plan);
    cr_assert_eq(verify_forged(&image, &info), OTA_REASON_NONE);
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bytes_put32(image.bytes + HEADER, cases[i].stack);
        bytes_put32(image.bytes + HEADER + 4, cases[i].reset);
        cr_assert_eq(image_check_entry(image.bytes, &info, &strict),
                     cases[i].reason, "case %u", i);
    }
    info.header_size = 0x180; /* VTOR cannot take it */
    bytes_put32(image.bytes + 0x180, BASE + 8);
    bytes_put32(image.bytes + 0x184, BASE + 0x180 + 0x41);
    cr_assert_eq(image_check_entry(image.bytes, &info, &strict),
                 OTA_REASON_BAD_ENTRY);
    info.header_size = HEADER;
    info.payload_size = 7;
    cr_assert_eq(image_check_entry(image.bytes, &info, &strict),
                 OTA_REASON_BAD_ENTRY);
}

Test(image, versions_are_ordered_as_numbers)
{
    static const struct image_version rising[] = {
        {0, 0, 0, 0},   {0, 0, 0, 1},          {0, 0, 1, 0}, {0, 0, 300, 0},
        {0, 1, 0, 0},   {1, 0, 0, 0x80000000}, {1, 0, 1, 0}, {127, 255, 9, 9},
        {128, 0, 0, 0}, {255, 0, 0, 0}};
    unsigned count = sizeof(rising) / sizeof(rising[0]);

    for (unsigned i = 0; i < count; i++) {
        for (unsigned j = 0; j < count; j++) {
            int order = image_version_compare(&rising[i], &rising[j]);
            cr_assert_eq(order, (i > j) - (i < j), "%u and %u", i, j);
        }
    }
}

/* ---- from a slot --------------------------------------------------------- */

static void slot_with(struct ram_flash *ram, const struct forged *image)
{
    ram_flash_init(ram, 8192, 4096);
    memcpy(ram->array, image->bytes, image->size);
}

Test(image, load_copies_what_the_image_needs_and_no_more)
{
    struct plan plan = sound_plan();
    struct forged image;
    struct ram_flash ram;
    struct ota_area slot = {0, 8192};
    struct image_limits limits = strict;
    uint32_t size = 0;

    limits.slot_size = 8192;
    forge(&image, &plan);
    slot_with(&ram, &image);
    uint8_t *copy = malloc(image.size);
    cr_assert_not_null(copy);
    cr_assert_eq(image_load(&ram.port, slot, &limits, copy, &size),
                 OTA_REASON_NONE);
    cr_assert_eq(size, image.size);
    cr_assert_eq(memcmp(copy, image.bytes, size), 0);
    limits.load_size = image.size - 1;
    cr_assert_eq(image_load(&ram.port, slot, &limits, copy, &size),
                 OTA_REASON_TOO_LARGE);
    free(copy);
}

Test(image, peek_tells_version_counter_and_digest)
{
    struct plan plan = sound_plan();
    struct forged image;
    struct ram_flash ram;
    struct ota_area slot = {0, 8192};
    struct image_limits limits = strict;
    struct image_info info;

    limits.slot_size = 8192;
    forge(&image, &plan);
    slot_with(&ram, &image);
    cr_assert_eq(image_peek(&ram.port, slot, &limits, &info), OTA_REASON_NONE);
    cr_assert_eq(info.counter, 9);
    cr_assert_eq(info.version.major, 1);
    cr_assert_eq(memcmp(info.digest, image.digest, OTA_DIGEST_SIZE), 0);
    limits.slot_size = 8193; /* limits of another slot */
    cr_assert_eq(image_peek(&ram.port, slot, &limits, &info),
                 OTA_REASON_FLASH_ERROR);
    limits.slot_size = 8192;
    memset(ram.array, 0xFF, sizeof(ram.array));
    cr_assert_eq(image_peek(&ram.port, slot, &limits, &info), OTA_REASON_EMPTY);
}
