/* SPDX-License-Identifier: MIT */
/* Our signer against images that the field's usual tool has made. */
#include "base/file.h"
#include "image/bytes.h"
#include "image/image_check.h"
#include "image/image_sign.h"

#include <criterion/criterion.h>
#include <mbedtls/sha256.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VECTORS "tests/data/mcuboot/"
#define VECTOR_PAYLOAD 4096u
/* Unprotected area: its head and the entries before the signature. */
#define BEFORE_SIGNATURE (4u + 36u + 36u)

static struct diag diag;

static void load_key(struct key *key)
{
    diag.text[0] = '\0';
    cr_assert_eq(key_read(VECTORS "test-key.pem", key, &diag), 0, "%s",
                 diag.text);
}

static void load(const char *path, uint8_t **bytes, size_t *size)
{
    diag.text[0] = '\0';
    cr_assert_eq(file_read(path, IMAGE_SIZE_MAX, bytes, size, &diag), 0, "%s",
                 diag.text);
}

static void vector_payload(uint8_t payload[VECTOR_PAYLOAD])
{
    for (unsigned i = 0; i < VECTOR_PAYLOAD; i++) {
        payload[i] = (uint8_t)(7 * i + 3);
    }
}

/* Same bytes up to the signature's value; there, one that verifies. */
static void compare_with(const char *path, const struct image_spec *spec,
                         uint32_t signed_size)
{
    uint8_t *ours, *theirs, digest[32];
    size_t our_size, their_size;
    uint32_t at = signed_size + BEFORE_SIGNATURE;

    load(path, &theirs, &their_size);
    cr_assert_eq(image_build(spec, &ours, &our_size, &diag), 0, "%s",
                 diag.text);
    cr_assert_gt(our_size, at + 4);
    cr_assert_gt(their_size, at + 4);
    /* The total may differ by the signature's length only. */
    size_t our_total = get_le16(ours + signed_size + 2);
    cr_assert_eq(our_size, signed_size + our_total);
    cr_assert_eq((long)get_le16(theirs + signed_size + 2) - (long)our_total,
                 (long)their_size - (long)our_size);
    put_le16(ours + signed_size + 2, get_le16(theirs + signed_size + 2));
    for (uint32_t i = 0; i < at + 2; i++) {
        cr_assert_eq(ours[i], theirs[i], "byte 0x%x", i);
    }
    mbedtls_sha256(ours, signed_size, digest, 0);
    cr_expect(
        key_verify(spec->key, digest, ours + at + 4, get_le16(ours + at + 2)));
    cr_expect(key_verify(spec->key, digest, theirs + at + 4,
                         get_le16(theirs + at + 2)));
    free(ours);
    free(theirs);
}

Test(sign, as_imgtool_with_counter)
{
    uint8_t payload[VECTOR_PAYLOAD];
    struct key key;

    load_key(&key);
    vector_payload(payload);
    struct image_spec spec = {.payload = payload,
                              .payload_size = sizeof payload,
                              .version = {1, 2, 3, 4},
                              .has_counter = true,
                              .counter = 7,
                              .key = &key};
    compare_with(VECTORS "signed.bin", &spec, 0x200 + 4096 + 12);
}

Test(sign, as_imgtool_for_ram_load)
{
    uint8_t payload[VECTOR_PAYLOAD];
    struct key key;

    load_key(&key);
    vector_payload(payload);
    struct image_spec spec = {.payload = payload,
                              .payload_size = sizeof payload,
                              .version = {1, 2, 3, 4},
                              .has_counter = true,
                              .counter = 7,
                              .ram_load = true,
                              .load_address = 0x21800000,
                              .key = &key};
    compare_with(VECTORS "signed-ramload.bin", &spec, 0x200 + 4096 + 12);
}

Test(sign, as_imgtool_without_counter)
{
    uint8_t payload[VECTOR_PAYLOAD];
    struct key key;

    load_key(&key);
    vector_payload(payload);
    struct image_spec spec = {.payload = payload,
                              .payload_size = sizeof payload,
                              .version = {1, 2, 3, 0},
                              .key = &key};
    compare_with(VECTORS "signed-nocnt.bin", &spec, 0x200 + 4096);
}

/* ---- our own images ----------------------------------------------------- */

static const uint8_t small[64] = {0, 0, 0x81, 0x21, 1, 2, 0x80, 0x21, 9};

static struct image_spec small_spec(const struct key *key)
{
    return (struct image_spec){.payload = small,
                               .payload_size = sizeof small,
                               .version = {1, 0, 0, 0},
                               .has_counter = true,
                               .counter = 3,
                               .key = key};
}

static void build(const struct image_spec *spec, uint8_t **bytes, size_t *size)
{
    diag.text[0] = '\0';
    cr_assert_eq(image_build(spec, bytes, size, &diag), 0, "%s", diag.text);
}

Test(sign, equal_input_gives_equal_bytes)
{
    struct key key;
    uint8_t *one, *two;
    size_t one_size, two_size;

    cr_assert_eq(key_dev("root", &key, &diag), 0);
    struct image_spec spec = small_spec(&key);
    build(&spec, &one, &one_size);
    build(&spec, &two, &two_size);
    cr_assert_eq(one_size, two_size);
    cr_expect_arr_eq(one, two, one_size);
    free(one);
    free(two);
}

Test(sign, fill_reaches_the_size_asked_for)
{
    struct key key;
    uint8_t *bytes;
    size_t size;

    cr_assert_eq(key_dev("root", &key, &diag), 0);
    struct image_spec spec = small_spec(&key);
    spec.fill_size = 256 * 1024;
    build(&spec, &bytes, &size);
    cr_expect_eq(get_le32(bytes + MCUBOOT_AT_PAYLOAD_SIZE), 256 * 1024 - 0x200);
    cr_expect_eq(get_le16(bytes + 256 * 1024), MCUBOOT_PROTECTED_MAGIC);
    cr_expect_arr_eq(bytes + 0x200, small, sizeof small);
    cr_expect_not(all_bytes(bytes + 0x240, 256, bytes[0x240]));
    free(bytes);
    spec.fill_size = 0x200 + sizeof small - 1;
    cr_expect_eq(image_build(&spec, &bytes, &size, &diag), OTALAB_ERR_USAGE);
    cr_expect_null(bytes);
}

Test(sign, refuses_what_cannot_be_an_image)
{
    struct key key, public;
    uint8_t *bytes;
    size_t size;

    cr_assert_eq(key_dev("root", &key, &diag), 0);
    public = key;
    public.is_private = false;
    struct image_spec cases[5];
    for (unsigned i = 0; i < 5; i++) {
        cases[i] = small_spec(&key);
    }
    cases[0].payload_size = 0;
    cases[1].header_size = 31;
    cases[2].header_size = 65536;
    cases[3].key = &public;
    cases[4].fill_size = IMAGE_SIZE_MAX + 1;
    for (unsigned i = 0; i < 5; i++) {
        diag.text[0] = '\0';
        cr_expect_eq(image_build(&cases[i], &bytes, &size, &diag),
                     OTALAB_ERR_USAGE, "case %u", i);
        cr_expect_null(bytes);
        cr_expect_neq(diag.text[0], '\0');
    }
}

/* ---- hostile edits ------------------------------------------------------ */

/* What the edited image differs in from the faultless one. */
static void build_edited(struct edit edit, uint8_t **good, size_t *good_size,
                         uint8_t **bad, size_t *bad_size)
{
    struct key key;

    cr_assert_eq(key_dev("root", &key, &diag), 0);
    struct image_spec spec = small_spec(&key);
    build(&spec, good, good_size);
    spec.edits = &edit;
    spec.edit_count = 1;
    build(&spec, bad, bad_size);
}

Test(edits, every_one_changes_the_image)
{
    for (int kind = 0; kind < (int)EDIT_COUNT; kind++) {
        uint8_t *good, *bad;
        size_t good_size, bad_size;
        struct edit edit = {(enum edit_kind)kind, 1};

        build_edited(edit, &good, &good_size, &bad, &bad_size);
        cr_expect(good_size != bad_size || memcmp(good, bad, good_size) != 0,
                  "%s", edit_info(edit.kind)->name);
        free(good);
        free(bad);
    }
}

Test(edits, flip_changes_exactly_that_bit)
{
    static const struct {
        enum edit_kind kind;
        uint32_t start;
    } cases[] = {
        {EDIT_FLIP_HEADER, 0},
        {EDIT_FLIP_CODE, 0x200},
        {EDIT_FLIP_TLV, 0x240},
    };

    for (unsigned i = 0; i < 3; i++) {
        uint8_t *good, *bad;
        size_t good_size, bad_size;
        struct edit edit = {cases[i].kind, 13};

        build_edited(edit, &good, &good_size, &bad, &bad_size);
        cr_assert_eq(good_size, bad_size);
        bad[cases[i].start + 1] ^= 0x20;
        cr_expect_arr_eq(good, bad, good_size);
        free(good);
        free(bad);
    }
}

Test(edits, truncate_and_unsigned_shorten)
{
    uint8_t *good, *bad;
    size_t good_size, bad_size;

    build_edited((struct edit){EDIT_TRUNCATE, 100}, &good, &good_size, &bad,
                 &bad_size);
    cr_expect_eq(bad_size, 100);
    free(good);
    free(bad);
    build_edited((struct edit){EDIT_UNSIGNED, 0}, &good, &good_size, &bad,
                 &bad_size);
    cr_expect_eq(bad_size, 0x240 + 12 + 4 + 36);
    free(good);
    free(bad);
}

/* A header edit that is "signed" leaves hash and signature right. */
Test(edits, header_edits_are_signed)
{
    struct key key;
    uint8_t *good, *bad, digest[32];
    size_t good_size, bad_size;
    uint32_t end = 0x240 + 12;

    cr_assert_eq(key_dev("root", &key, &diag), 0);
    build_edited((struct edit){EDIT_TOO_LARGE, 0}, &good, &good_size, &bad,
                 &bad_size);
    cr_expect_eq(get_le32(bad + MCUBOOT_AT_PAYLOAD_SIZE), 0x00f00000);
    mbedtls_sha256(bad, end, digest, 0);
    cr_expect_arr_eq(bad + end + 8, digest, 32);
    cr_expect(key_verify(&key, digest, bad + end + BEFORE_SIGNATURE + 4,
                         get_le16(bad + end + BEFORE_SIGNATURE + 2)));
    free(good);
    free(bad);
}

/* Names the right key, yet its signature does not verify. */
Test(edits, forged_and_wrong_key)
{
    struct key key;
    uint8_t *good, *bad, digest[32];
    size_t good_size, bad_size;
    uint32_t end = 0x240 + 12;

    cr_assert_eq(key_dev("root", &key, &diag), 0);
    build_edited((struct edit){EDIT_FORGED, 0}, &good, &good_size, &bad,
                 &bad_size);
    mbedtls_sha256(bad, end, digest, 0);
    cr_expect_arr_eq(bad + end, good + end, 2);
    cr_expect_arr_eq(bad + end + 4, good + end + 4, 72);
    cr_expect_not(key_verify(&key, digest, bad + end + BEFORE_SIGNATURE + 4,
                             get_le16(bad + end + BEFORE_SIGNATURE + 2)));
    free(good);
    free(bad);
    build_edited((struct edit){EDIT_WRONG_KEY, 0}, &good, &good_size, &bad,
                 &bad_size);
    cr_expect_arr_eq(bad + end + 4, good + end + 4, 36);
    cr_expect_neq(memcmp(bad + end + 44, good + end + 44, 32), 0);
    free(good);
    free(bad);
}

Test(edits, beyond_the_image_is_refused)
{
    static const struct edit cases[] = {
        {EDIT_FLIP_HEADER, 0x200 * 8}, {EDIT_FLIP_CODE, 64 * 8},
        {EDIT_FLIP_TLV, 8000},         {EDIT_TRUNCATE, 0},
        {EDIT_TRUNCATE, 4096},
    };
    struct key key;
    uint8_t *bytes;
    size_t size;

    cr_assert_eq(key_dev("root", &key, &diag), 0);
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct image_spec spec = small_spec(&key);
        spec.edits = &cases[i];
        spec.edit_count = 1;
        cr_expect_eq(image_build(&spec, &bytes, &size, &diag), OTALAB_ERR_USAGE,
                     "case %u", i);
    }
}

/* The host's own check: what each edit is refused for, without the device's
 * code. NULL: authentic, it is for the device to refuse it. */
Test(edits, the_check_says_why)
{
    static const struct {
        struct edit edit;
        const char *why;
    } cases[] = {
        {{EDIT_UNSIGNED, 0}, "not signed"},
        {{EDIT_WRONG_KEY, 0}, "another key"},
        {{EDIT_FORGED, 0}, "does not verify"},
        {{EDIT_FLIP_HEADER, 8 * 0x20}, "SHA-256 differs"},
        {{EDIT_FLIP_CODE, 0}, "SHA-256 differs"},
        {{EDIT_FLIP_TLV, 8 * 8}, "SHA-256 differs"},
        {{EDIT_TRUNCATE, 0x250}, "stops before"},
        {{EDIT_TOO_LARGE, 0}, "sizes do not match"},
        {{EDIT_WRAP_SIZE, 0}, "sizes do not match"},
        {{EDIT_BAD_MAGIC, 0}, "not start with"},
        {{EDIT_OLD_MAGIC, 0}, "before MCUboot"},
        {{EDIT_SMALL_HEADER, 0}, "sizes do not match"},
        {{EDIT_BAD_HASH, 0}, "SHA-256 differs"},
        {{EDIT_NO_HASH, 0}, "no SHA-256"},
        {{EDIT_TWO_HASHES, 0}, "exactly one"},
        {{EDIT_TWO_SIGNATURES, 0}, "exactly one"},
        {{EDIT_TLV_MAGIC, 0}, "malformed"},
        {{EDIT_TLV_OVERRUN, 0}, "malformed"},
        {{EDIT_NON_BOOTABLE, 0}, NULL},
        {{EDIT_BAD_STACK, 0}, NULL},
    };
    struct key key;

    cr_assert_eq(key_dev("root", &key, &diag), 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t *good, *bad;
        size_t good_size, bad_size;
        struct image_facts facts;

        build_edited(cases[i].edit, &good, &good_size, &bad, &bad_size);
        diag.text[0] = '\0';
        cr_expect_eq(image_check(good, good_size, &key, 1, &facts, &diag), 0);
        int result = image_check(bad, bad_size, &key, 1, &facts, &diag);
        cr_expect_eq(result, cases[i].why != NULL ? OTALAB_ERR_FAILED : 0, "%s",
                     edit_info(cases[i].edit.kind)->name);
        cr_expect(cases[i].why == NULL || strstr(diag.text, cases[i].why),
                  "%s: %s", edit_info(cases[i].edit.kind)->name, diag.text);
        free(good);
        free(bad);
    }
}

Test(edits, are_parsed_from_text)
{
    struct edit edit;

    diag.text[0] = '\0';
    cr_assert_eq(edit_parse("flip-code=0x10", &edit, &diag), 0);
    cr_expect_eq(edit.kind, EDIT_FLIP_CODE);
    cr_expect_eq(edit.value, 16);
    cr_expect_eq(edit_parse("unsigned", &edit, &diag), 0);
    cr_expect_eq(edit_parse("unsigned=1", &edit, &diag), OTALAB_ERR_USAGE);
    cr_expect_eq(edit_parse("flip-code=", &edit, &diag), OTALAB_ERR_USAGE);
    cr_expect_eq(edit_parse("flip-code=-1", &edit, &diag), OTALAB_ERR_USAGE);
    cr_expect_eq(edit_parse("flip-code=4294967296", &edit, &diag),
                 OTALAB_ERR_USAGE);
    diag.text[0] = '\0';
    cr_expect_eq(edit_parse("unsinged", &edit, &diag), OTALAB_ERR_USAGE);
    cr_expect_not_null(strstr(diag.text, "did you mean 'unsigned'"));
}

Test(version, is_read)
{
    struct mcuboot_version v;

    cr_assert_eq(image_version_read("1.2.3+4", &v, &diag), 0);
    cr_expect(v.major == 1 && v.minor == 2 && v.revision == 3 && v.build == 4);
    cr_assert_eq(image_version_read("255.255.65535+4294967295", &v, &diag), 0);
    cr_expect(v.revision == 65535 && v.build == UINT32_MAX);
    cr_assert_eq(image_version_read("2.1", &v, &diag), 0);
    cr_expect(v.major == 2 && v.minor == 1 && v.revision == 0);
    static const char *const bad[] = {
        "",       "v1",        "1.",     "1.2.3.4",         "256.0.0",
        "1.2.3+", "1.2.65536", "1.2.3 ", "1.2.3+4294967296"};
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cr_expect_eq(image_version_read(bad[i], &v, &diag), OTALAB_ERR_USAGE,
                     "'%s'", bad[i]);
    }
}

/* ---- what another tool's images say ---------------------------------------- */

static uint8_t *read_case(const char *name, size_t *size)
{
    char path[200];
    uint8_t *bytes = NULL;

    snprintf(path, sizeof path, "tests/data/cases/%s", name);
    cr_assert_eq(file_read(path, 1u << 20, &bytes, size, NULL), 0, "%s", path);
    return bytes;
}

Test(image_read, kinds_of_signature_and_dependencies_are_told)
{
    static const struct {
        const char *name;
        enum image_read_result result;
        const char *signature;
        unsigned dependencies;
    } rows[] = {
        {"imgtool-rsa.img", IMAGE_READ_FINE, "RSA-2048", 0},
        {"imgtool-encrypted.img", IMAGE_READ_ENCRYPTED, "ECDSA", 0},
        {"imgtool-dependency-unmet.img", IMAGE_READ_FINE, "ECDSA", 1},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct image_facts facts;
        size_t size = 0;
        uint8_t *bytes = read_case(rows[i].name, &size);
        char unmet[160];

        cr_expect_eq(image_read(bytes, size, &facts), rows[i].result, "%s",
                     rows[i].name);
        cr_expect_str_eq(image_signature_text(facts.signature),
                         rows[i].signature);
        cr_expect_eq(facts.dependencies, rows[i].dependencies);
        cr_expect_eq(image_unmet(&facts, unmet, sizeof unmet),
                     rows[i].dependencies > 0);
        free(bytes);
    }
}

/* Of the product's own image any version may be asked for. */
Test(image_read, a_dependency_on_itself_can_be_met)
{
    struct image_facts facts = {.dependencies = 1};
    char unmet[160];

    cr_expect_not(image_unmet(&facts, unmet, sizeof unmet));
    facts.dependency[0].image = 3;
    cr_expect(image_unmet(&facts, unmet, sizeof unmet));
    cr_expect_null(image_signature_text(0));
}
