/* SPDX-License-Identifier: MIT */
/*
 * The device's side of manifests: the draft's examples verify, what the host
 * makes is understood, whatever is changed is refused for its reason, and
 * command sequences do what docs/manifest.md says.
 */
#include "ota/manifest.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/file.h"
#include "image/image_sign.h"
#include "image/keys.h"
#include "manifest/make.h"
#include "ota/bytes.h"
#include "ota/crypto.h"

static struct diag diag;

struct fixture {
    struct key key;
    uint8_t digests[3][OTA_DIGEST_SIZE]; /* the key is the second */
    uint8_t spki[IMAGE_SPKI_SIZE];
    const uint8_t *list[1];
    struct image_keys keys;
    uint8_t *image;
    size_t size;
    uint8_t file_digest[OTA_DIGEST_SIZE];
    uint8_t bytes[OTA_MANIFEST_MAX + 64];
    uint32_t length;
    struct ota_manifest manifest;
    /* the device */
    uint8_t vendor[OTA_MANIFEST_UUID];
    uint8_t class_id[OTA_MANIFEST_UUID];
    struct ota_manifest_device device;
    bool stored; /* the image is in its component */
    struct ota_manifest_plan plan;
};

static void trust(struct fixture *f, const struct key *key)
{
    f->key = *key;
    cr_assert_eq(key_digest(key, f->digests[1]), 0);
    key_spki(key, f->spki);
    f->list[0] = f->spki;
    f->keys.digests = (const uint8_t(*)[OTA_DIGEST_SIZE])f->digests;
    f->keys.count = 3;
    f->keys.spki = f->list;
    f->keys.spki_count = 1;
}

static bool matches(void *context, uint32_t component, uint32_t size,
                    const uint8_t digest[OTA_DIGEST_SIZE])
{
    const struct fixture *f = context;

    return component == 0 && f->stored && size == f->size &&
           memcmp(digest, f->file_digest, OTA_DIGEST_SIZE) == 0;
}

static void fixture_init(struct fixture *f)
{
    static const uint8_t payload[700] = {1, 2, 3};
    struct image_spec spec = {.payload = payload,
                              .payload_size = sizeof payload,
                              .version = {1, 2, 3, 4},
                              .has_counter = true,
                              .counter = 9,
                              .key = &f->key};
    struct key key;

    memset(f, 0, sizeof *f);
    cr_assert_eq(key_dev("root", &key, &diag), 0);
    trust(f, &key);
    cr_assert_eq(image_build(&spec, &f->image, &f->size, &diag), 0);
    cr_assert(crypto_sha256(f->image, f->size, f->file_digest));
    cr_assert_eq(manifest_vendor_id(MANIFEST_DOMAIN, f->vendor), 0);
    cr_assert_eq(manifest_class_id(f->vendor, MANIFEST_CLASS, f->class_id), 0);
    f->device = (struct ota_manifest_device){.vendor = f->vendor,
                                             .class_id = f->class_id,
                                             .target = 1,
                                             .battery_mwh = 100,
                                             .version = {1, 2, 3, 4},
                                             .takes_patch = true,
                                             .context = f,
                                             .matches = matches};
}

static struct manifest_spec usual(const struct fixture *f)
{
    return (struct manifest_spec){.image = f->image,
                                  .image_size = f->size,
                                  .key = &f->key,
                                  .sequence = 5};
}

static void make(struct fixture *f, const struct manifest_spec *spec)
{
    cr_assert_eq(manifest_make(spec, f->bytes, &f->length, &diag), 0, "%s",
                 diag.text);
}

static enum agent_why read_it(struct fixture *f)
{
    static const struct ota_manifest zero;
    struct cbor_span span = {f->bytes, f->length};
    enum agent_why why = ota_manifest_read(span, &f->keys, &f->manifest);

    cr_assert_eq(why != AGENT_WHY_NONE,
                 memcmp(&f->manifest, &zero, sizeof zero) == 0);
    return why;
}

static enum ota_manifest_work run_it(struct fixture *f,
                                     enum ota_manifest_sequence sequence)
{
    ota_manifest_run(&f->manifest, sequence, &f->device, &f->plan);
    return f->plan.work;
}

/* ---- the draft's examples ---- */

static const char *const examples[] = {"example0-signed", "example1-signed",
                                       "example2-signed",
                                       "example2-signed-severed"};
enum { EXAMPLES = 4 };

static void read_example(struct fixture *f, unsigned index)
{
    char path[100];
    uint8_t *bytes = NULL;
    size_t size = 0;
    struct key key;

    snprintf(path, sizeof path, "tests/data/suit/%s.cbor", examples[index]);
    cr_assert_eq(file_read(path, sizeof f->bytes, &bytes, &size, &diag), 0);
    memcpy(f->bytes, bytes, size);
    f->length = (uint32_t)size;
    free(bytes);
    cr_assert_eq(key_read("tests/data/suit/public_key.pem", &key, &diag), 0);
    trust(f, &key);
}

Test(manifest, the_drafts_examples_verify)
{
    struct fixture f;

    for (unsigned i = 0; i < EXAMPLES; i++) {
        fixture_init(&f);
        read_example(&f, i);
        cr_assert_eq(read_it(&f), AGENT_WHY_NONE, "%s: %d", examples[i],
                     read_it(&f));
        cr_assert_eq(f.manifest.release, i < 3 ? i : 2);
        cr_assert_eq(f.manifest.components, 1);
        cr_assert_eq(f.manifest.severed[OTA_MANIFEST_INSTALL], i == 3);
        free(f.image);
    }
}

/* There are no bytes that nobody vouches for: the unprotected header has to be
 * empty, or to hold the name of a known key. */
static void turn_every_bit(struct fixture *f)
{
    for (uint32_t bit = 0; bit < 8 * f->length; bit++) {
        f->bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        cr_assert_neq(read_it(f), AGENT_WHY_NONE, "bit %u", bit);
        f->bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    cr_assert_eq(read_it(f), AGENT_WHY_NONE);
}

Test(manifest, every_changed_bit_of_an_example_is_refused)
{
    struct fixture f;

    fixture_init(&f);
    read_example(&f, 1);
    turn_every_bit(&f);
    free(f.image);
}

Test(manifest, every_changed_bit_of_a_severed_member_is_refused)
{
    struct fixture f;

    fixture_init(&f);
    read_example(&f, 2);
    for (uint32_t bit = 8u * 0x14d; bit < 8u * f.length; bit += 7) {
        f.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        enum agent_why why = read_it(&f);
        cr_assert(why == AGENT_WHY_BAD_SEVERING ||
                      why == AGENT_WHY_BAD_MANIFEST,
                  "bit %u: %d", bit, why);
        f.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    free(f.image);
}

Test(manifest, every_changed_bit_of_ours_is_refused)
{
    struct fixture f;
    struct manifest_spec spec;

    fixture_init(&f);
    spec = usual(&f);
    spec.deltas = true;
    spec.sever = true;
    make(&f, &spec);
    turn_every_bit(&f);
    free(f.image);
}

Test(manifest, no_part_is_enough)
{
    struct fixture f;

    fixture_init(&f);
    read_example(&f, 2);
    uint32_t whole = f.length;
    for (f.length = 0; f.length < whole; f.length++) {
        cr_assert_neq(read_it(&f), AGENT_WHY_NONE, "%u bytes", f.length);
    }
    f.bytes[whole] = 0;
    f.length = whole + 1u;
    cr_assert_eq(read_it(&f), AGENT_WHY_BAD_MANIFEST);
    free(f.image);
}

/* ---- what the host makes ---- */

Test(manifest, the_device_reads_what_the_host_makes)
{
    struct fixture f;
    struct manifest_spec spec;

    fixture_init(&f);
    spec = usual(&f);
    make(&f, &spec);
    cr_assert_eq(read_it(&f), AGENT_WHY_NONE, "%d", read_it(&f));
    cr_assert_eq(f.manifest.release, 5);
    cr_assert_eq(f.manifest.version[0], 1);
    cr_assert_eq(f.manifest.version[3], 4);
    cr_assert_eq(run_it(&f, OTA_MANIFEST_SHARED), OTA_MANIFEST_DONE);
    cr_assert_eq(f.plan.size, f.size);
    cr_assert_eq(f.plan.counter, 9);
    cr_assert_arr_eq(f.plan.file_digest, f.file_digest, OTA_DIGEST_SIZE);
    cr_assert_not_null(f.plan.image_digest);
    free(f.image);
}

Test(manifest, fetch_then_invoke)
{
    struct fixture f;
    struct manifest_spec spec;

    fixture_init(&f);
    spec = usual(&f);
    make(&f, &spec);
    cr_assert_eq(read_it(&f), AGENT_WHY_NONE);
    cr_assert_eq(run_it(&f, OTA_MANIFEST_INSTALL), OTA_MANIFEST_TO_FETCH);
    cr_assert_eq(f.plan.component, 0);
    cr_assert_eq(f.plan.patch, 0);
    cr_assert_eq(f.plan.uri.length, 5);
    cr_assert_arr_eq(f.plan.uri.bytes, "image", 5);
    cr_assert_eq(run_it(&f, OTA_MANIFEST_VALIDATE), OTA_MANIFEST_REFUSED);
    cr_assert_eq(f.plan.why, AGENT_WHY_CONDITION_FAILED);
    f.stored = true;
    cr_assert_eq(run_it(&f, OTA_MANIFEST_INSTALL), OTA_MANIFEST_DONE);
    cr_assert_eq(run_it(&f, OTA_MANIFEST_VALIDATE), OTA_MANIFEST_DONE);
    cr_assert_eq(run_it(&f, OTA_MANIFEST_INVOKE), OTA_MANIFEST_TO_INVOKE);
    cr_assert_eq(f.plan.component, 0);
    free(f.image);
}

Test(manifest, a_patch_is_tried_while_attempts_are_left)
{
    struct fixture f;
    struct manifest_spec spec;

    fixture_init(&f);
    spec = usual(&f);
    spec.deltas = true;
    make(&f, &spec);
    cr_assert_eq(read_it(&f), AGENT_WHY_NONE);
    cr_assert_eq(run_it(&f, OTA_MANIFEST_INSTALL), OTA_MANIFEST_TO_FETCH);
    cr_assert_eq(f.plan.patch, OTA_MANIFEST_PATCH);
    cr_assert_eq(f.plan.source, 1);
    cr_assert_arr_eq(f.plan.uri.bytes, "delta", 5);
    f.device.takes_patch = false;
    cr_assert_eq(run_it(&f, OTA_MANIFEST_INSTALL), OTA_MANIFEST_TO_FETCH);
    cr_assert_eq(f.plan.patch, 0);
    cr_assert_arr_eq(f.plan.uri.bytes, "image", 5);
    f.stored = true;
    cr_assert_eq(run_it(&f, OTA_MANIFEST_INSTALL), OTA_MANIFEST_DONE);
    free(f.image);
}

Test(manifest, the_kept_part_proves_itself)
{
    struct fixture f;
    struct manifest_spec spec;
    uint8_t kept[OTA_MANIFEST_KEPT];

    fixture_init(&f);
    spec = usual(&f);
    spec.sever = true;
    spec.text = "For people";
    make(&f, &spec);
    cr_assert_eq(read_it(&f), AGENT_WHY_NONE);
    uint32_t length = f.manifest.kept_length;
    cr_assert_lt(length, f.length);
    ota_manifest_keep(&f.manifest, (struct cbor_span){f.bytes, f.length}, kept);
    memcpy(f.bytes, kept, length);
    f.length = length;
    turn_every_bit(&f);
    cr_assert_eq(run_it(&f, OTA_MANIFEST_SHARED), OTA_MANIFEST_DONE);
    cr_assert_eq(f.plan.size, f.size);
    cr_assert_eq(run_it(&f, OTA_MANIFEST_INSTALL), OTA_MANIFEST_REFUSED);
    cr_assert_eq(f.plan.why, AGENT_WHY_BAD_SEVERING);
    free(f.image);
}

Test(manifest, only_a_known_key_may_sign)
{
    struct fixture f;
    struct key wrong;
    struct manifest_spec spec;

    fixture_init(&f);
    spec = usual(&f);
    make(&f, &spec);
    f.keys.first_valid = 2;
    cr_assert_eq(read_it(&f), AGENT_WHY_KEY_REVOKED);
    f.keys.first_valid = 0;
    f.keys.spki_count = 0;
    cr_assert_eq(read_it(&f), AGENT_WHY_BAD_SIGNATURE);
    f.keys.spki_count = 1;
    cr_assert_eq(key_dev("wrong", &wrong, &diag), 0);
    spec.key = &wrong;
    make(&f, &spec);
    cr_assert_eq(read_it(&f), AGENT_WHY_BAD_SIGNATURE);
    free(f.image);
}

Test(manifest, another_vendor_or_class_is_refused)
{
    struct fixture f;
    struct manifest_spec spec;

    fixture_init(&f);
    spec = usual(&f);
    spec.model = "board-2";
    make(&f, &spec);
    cr_assert_eq(read_it(&f), AGENT_WHY_NONE);
    cr_assert_eq(run_it(&f, OTA_MANIFEST_SHARED), OTA_MANIFEST_REFUSED);
    cr_assert_eq(f.plan.why, AGENT_WHY_WRONG_DEVICE);
    spec = usual(&f);
    make(&f, &spec);
    cr_assert_eq(read_it(&f), AGENT_WHY_NONE);
    f.vendor[0] ^= 1;
    cr_assert_eq(run_it(&f, OTA_MANIFEST_INSTALL), OTA_MANIFEST_REFUSED);
    cr_assert_eq(f.plan.why, AGENT_WHY_WRONG_DEVICE);
    f.device.vendor = NULL;
    cr_assert_eq(run_it(&f, OTA_MANIFEST_INVOKE), OTA_MANIFEST_REFUSED);
    free(f.image);
}

Test(manifest, too_little_battery_is_a_condition)
{
    struct fixture f;
    struct manifest_spec spec;

    fixture_init(&f);
    spec = usual(&f);
    spec.battery_mwh = 100;
    make(&f, &spec);
    cr_assert_eq(read_it(&f), AGENT_WHY_NONE);
    cr_assert_eq(run_it(&f, OTA_MANIFEST_INSTALL), OTA_MANIFEST_TO_FETCH);
    f.device.battery_mwh = 99;
    cr_assert_eq(run_it(&f, OTA_MANIFEST_INSTALL), OTA_MANIFEST_REFUSED);
    cr_assert_eq(f.plan.why, AGENT_WHY_CONDITION_FAILED);
    free(f.image);
}

/* ---- correctly signed, but wrong ---- */

Test(manifest, each_flaw_has_its_reason)
{
    static const struct {
        enum manifest_flaw flaw;
        enum agent_why why;
    } flaws[] = {
        {MANIFEST_FLAW_OLD_INSTALL, AGENT_WHY_BAD_MANIFEST},
        {MANIFEST_FLAW_COMMAND, AGENT_WHY_BAD_COMMAND},
        {MANIFEST_FLAW_PARAMETER, AGENT_WHY_BAD_PARAMETER},
        {MANIFEST_FLAW_COMPONENT, AGENT_WHY_BAD_COMPONENT},
        {MANIFEST_FLAW_SEVERED, AGENT_WHY_BAD_SEVERING},
        {MANIFEST_FLAW_INDEFINITE, AGENT_WHY_BAD_MANIFEST},
        {MANIFEST_FLAW_LONG_HEAD, AGENT_WHY_BAD_MANIFEST},
        {MANIFEST_FLAW_DOUBLE_KEY, AGENT_WHY_BAD_MANIFEST},
        {MANIFEST_FLAW_DEEP, AGENT_WHY_BAD_COMMAND},
        {MANIFEST_FLAW_ENDLESS, AGENT_WHY_BAD_COMMAND},
        {MANIFEST_FLAW_TRAILING, AGENT_WHY_BAD_MANIFEST},
        {MANIFEST_FLAW_SHORT, AGENT_WHY_BAD_MANIFEST},
    };
    struct fixture f;

    fixture_init(&f);
    for (unsigned i = 0; i < sizeof flaws / sizeof flaws[0]; i++) {
        struct manifest_spec spec = usual(&f);

        spec.flaw = flaws[i].flaw;
        spec.sever = true; /* what is kept would be too long */
        make(&f, &spec);
        cr_assert_eq(read_it(&f), flaws[i].why, "flaw %d: %d", flaws[i].flaw,
                     read_it(&f));
    }
    free(f.image);
}

Test(manifest, a_condition_that_never_holds)
{
    struct fixture f;
    struct manifest_spec spec;

    fixture_init(&f);
    spec = usual(&f);
    spec.flaw = MANIFEST_FLAW_CONDITION;
    make(&f, &spec);
    cr_assert_eq(read_it(&f), AGENT_WHY_NONE);
    cr_assert_eq(run_it(&f, OTA_MANIFEST_INSTALL), OTA_MANIFEST_REFUSED);
    cr_assert_eq(f.plan.why, AGENT_WHY_CONDITION_FAILED);
    free(f.image);
}

/* ---- sequences by hand ---- */

#define SEQUENCE(...) \
    (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})

/* A manifest with two components and that install sequence, as if read. */
static enum agent_why give(struct fixture *f, const uint8_t *bytes,
                           size_t length)
{
    static const uint8_t empty[] = {0x80};

    memset(&f->manifest, 0, sizeof f->manifest);
    f->manifest.components = 2;
    f->manifest.sequences[OTA_MANIFEST_SHARED] = (struct cbor_span){empty, 1};
    memcpy(f->bytes, bytes, length);
    f->manifest.sequences[OTA_MANIFEST_INSTALL] =
        (struct cbor_span){f->bytes, (uint32_t)length};
    return ota_manifest_check(&f->manifest, OTA_MANIFEST_INSTALL);
}

static enum agent_why outcome(struct fixture *f)
{
    enum ota_manifest_work work = run_it(f, OTA_MANIFEST_INSTALL);

    cr_assert_eq(f->plan.why != AGENT_WHY_NONE, work == OTA_MANIFEST_REFUSED);
    return f->plan.why;
}

/* What a sequence is refused for when it is read. */
Test(manifest, sequences_that_are_not_understood)
{
    static const struct {
        uint8_t bytes[24];
        uint8_t length;
        enum agent_why why;
    } cases[] = {
        {{0x80}, 1, AGENT_WHY_NONE},
        {{0x81, 0x0C}, 2, AGENT_WHY_BAD_MANIFEST}, /* no argument */
        {{0x82, 0x0C, 0x01}, 3, AGENT_WHY_NONE},
        {{0x82, 0x0C, 0x02}, 3, AGENT_WHY_BAD_COMPONENT},
        {{0x82, 0x0C, 0xF5}, 3, AGENT_WHY_BAD_COMMAND}, /* all components */
        {{0x82, 0x0C, 0x01, 0x00}, 4, AGENT_WHY_BAD_MANIFEST}, /* trailing */
        {{0x82, 0x0C, 0x18, 0x01}, 4, AGENT_WHY_BAD_MANIFEST}, /* long head */
        {{0x9F, 0x0C, 0x01, 0xFF}, 4, AGENT_WHY_BAD_MANIFEST}, /* indefinite */
        {{0x82, 0x0E, 0x10}, 3, AGENT_WHY_BAD_MANIFEST},       /* policy 16 */
        {{0x82, 0x0E, 0xF6}, 3, AGENT_WHY_BAD_MANIFEST},
        {{0x82, 0x18, 0x1F, 0x0F}, 4, AGENT_WHY_BAD_COMMAND}, /* swap */
        {{0x82, 0x41, 0x00, 0x0F}, 4, AGENT_WHY_BAD_MANIFEST},
        {{0x82, 0x0F, 0x80}, 3, AGENT_WHY_BAD_MANIFEST}, /* no branch */
        {{0x82, 0x0F, 0x81, 0xF6}, 4, AGENT_WHY_NONE},
        {{0x82, 0x0F, 0x82, 0xF6, 0xF6}, 5, AGENT_WHY_BAD_MANIFEST},
        {{0x82, 0x0F, 0x82, 0x41, 0x80, 0xF6}, 6, AGENT_WHY_NONE},
        {{0x82, 0x0F, 0x82, 0x41, 0x80, 0x41, 0x81}, 7, AGENT_WHY_BAD_MANIFEST},
        {{0x82, 0x14, 0xA1, 0x0E, 0x07}, 5, AGENT_WHY_NONE},
        {{0x82, 0x14, 0xA1, 0x0E, 0x20}, 5, AGENT_WHY_BAD_MANIFEST},
        {{0x82, 0x14, 0xA2, 0x0E, 0x07, 0x05, 0x01}, 7, AGENT_WHY_BAD_MANIFEST},
        {{0x82, 0x14, 0xA2, 0x0E, 0x07, 0x0E, 0x07}, 7, AGENT_WHY_BAD_MANIFEST},
        {{0x82, 0x14, 0xA1, 0x13, 0x40}, 5, AGENT_WHY_BAD_PARAMETER},
        {{0x82, 0x14, 0xA1, 0x15, 0x60}, 5, AGENT_WHY_BAD_PARAMETER},
        {{0x82, 0x14, 0xA1, 0x15, 0x61, ' '}, 6, AGENT_WHY_BAD_PARAMETER},
        {{0x82, 0x14, 0xA1, 0x39, 0x01, 0x02, 0x02},
         7,
         AGENT_WHY_BAD_PARAMETER},
        {{0x82, 0x14, 0xA1, 0x18, 0x1C, 0x44, 0x82, 0x01, 0x81, 0x05},
         10,
         AGENT_WHY_NONE},
        {{0x82, 0x14, 0xA1, 0x18, 0x1C, 0x44, 0x82, 0x06, 0x81, 0x05},
         10,
         AGENT_WHY_BAD_PARAMETER},
        {{0x82, 0x14, 0xA1, 0x18, 0x1C, 0x43, 0x82, 0x01, 0x80},
         9,
         AGENT_WHY_BAD_PARAMETER},
        {{0x82, 0x18, 0x20, 0x41, 0x80}, 5, AGENT_WHY_NONE},
        {{0x82, 0x18, 0x20, 0x80}, 4, AGENT_WHY_BAD_MANIFEST},
    };
    struct fixture f;

    fixture_init(&f);
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        enum agent_why why = give(&f, cases[i].bytes, cases[i].length);
        cr_assert_eq(why, cases[i].why, "case %u: %d", i, why);
    }
    free(f.image);
}

/* abort in the first branch, then nothing or abort in the second */
Test(manifest, a_failed_condition_goes_to_the_next_branch)
{
    struct fixture f;

    fixture_init(&f);
    give(&f, SEQUENCE(0x82, 0x0F, 0x82, 0x43, 0x82, 0x0E, 0x00, 0xF6));
    cr_assert_eq(outcome(&f), AGENT_WHY_NONE);
    give(&f, SEQUENCE(0x82, 0x0F, 0x82, 0x43, 0x82, 0x0E, 0x00, 0x41, 0x80));
    cr_assert_eq(outcome(&f), AGENT_WHY_NONE);
    give(&f, SEQUENCE(0x82, 0x0F, 0x82, 0x43, 0x82, 0x0E, 0x00, 0x43, 0x82,
                      0x0E, 0x00));
    cr_assert_eq(outcome(&f), AGENT_WHY_CONDITION_FAILED);
    free(f.image);
}

/* Only the first branch that succeeds is carried out, and then what follows. */
Test(manifest, a_branch_that_succeeds_is_the_last)
{
    struct fixture f;

    fixture_init(&f);
    give(&f, SEQUENCE(0x82, 0x0F, 0x82, 0x41, 0x80, 0x43, 0x82, 0x0E, 0x00));
    cr_assert_eq(outcome(&f), AGENT_WHY_NONE);
    give(&f, SEQUENCE(0x84, 0x0F, 0x82, 0x41, 0x80, 0x41, 0x80, 0x0E, 0x00));
    cr_assert_eq(outcome(&f), AGENT_WHY_CONDITION_FAILED);
    free(f.image);
}

/* A branch fails softly unless it says otherwise, a run-sequence the other way
 * round; soft-failure is parameter 13. */
Test(manifest, soft_failure)
{
    struct fixture f;

    fixture_init(&f);
    give(&f, SEQUENCE(0x82, 0x0F, 0x82, 0x47, 0x84, 0x14, 0xA1, 0x0D, 0xF4,
                      0x0E, 0x00, 0xF6));
    cr_assert_eq(outcome(&f), AGENT_WHY_CONDITION_FAILED);
    give(&f, SEQUENCE(0x82, 0x18, 0x20, 0x43, 0x82, 0x0E, 0x00));
    cr_assert_eq(outcome(&f), AGENT_WHY_CONDITION_FAILED);
    give(&f, SEQUENCE(0x82, 0x18, 0x20, 0x47, 0x84, 0x14, 0xA1, 0x0D, 0xF5,
                      0x0E, 0x00));
    cr_assert_eq(outcome(&f), AGENT_WHY_NONE);
    free(f.image);
}

/* A condition about what was not set, and one about another component. */
Test(manifest, a_missing_parameter_is_no_failed_condition)
{
    struct fixture f;

    fixture_init(&f);
    give(&f, SEQUENCE(0x82, 0x0F, 0x82, 0x43, 0x82, 0x01, 0x00, 0xF6));
    cr_assert_eq(outcome(&f), AGENT_WHY_BAD_PARAMETER);
    give(&f, SEQUENCE(0x86, 0x14, 0xA1, 0x05, 0x01, 0x0C, 0x01, 0x05, 0x00));
    cr_assert_eq(outcome(&f), AGENT_WHY_BAD_PARAMETER);
    free(f.image);
}

static enum agent_why slot_is(struct fixture *f, uint8_t slot)
{
    const uint8_t bytes[] = {0x84, 0x14, 0xA1, 0x05, slot, 0x05, 0x00};

    give(f, bytes, sizeof bytes);
    return outcome(f);
}

static enum agent_why version_is(struct fixture *f, uint8_t comparison,
                                 uint8_t minor)
{
    const uint8_t bytes[] = {0x84, 0x14, 0xA1, 0x18,  0x1C, 0x45, 0x82,
                             0,    0x82, 1,    minor, 0x18, 0x1C, 0x00};
    uint8_t copy[sizeof bytes];

    memcpy(copy, bytes, sizeof bytes);
    copy[7] = comparison;
    cr_assert_eq(give(f, copy, sizeof copy), AGENT_WHY_NONE);
    return outcome(f);
}

/* 1.2.3.4 runs. */
Test(manifest, slot_and_version)
{
    static const bool holds[3][5] = {
        /* >, >=, =, <=, < */
        {true, true, false, false, false}, /* than 1.1 */
        {true, true, false, false, false}, /* than 1.2.0.0 */
        {false, false, false, true, true}, /* than 1.3 */
    };
    struct fixture f;

    fixture_init(&f);
    cr_assert_eq(slot_is(&f, 1), AGENT_WHY_NONE);
    cr_assert_eq(slot_is(&f, 0), AGENT_WHY_CONDITION_FAILED);
    for (uint8_t minor = 1; minor <= 3; minor++) {
        for (uint8_t comparison = 1; comparison <= 5; comparison++) {
            cr_assert_eq(version_is(&f, comparison, minor),
                         holds[minor - 1][comparison - 1]
                             ? AGENT_WHY_NONE
                             : AGENT_WHY_CONDITION_FAILED,
                         "%u %u", minor, comparison);
        }
    }
    memset(f.device.version + 2, 0, 8);
    cr_assert_eq(version_is(&f, 3, 2), AGENT_WHY_NONE);
    free(f.image);
}
