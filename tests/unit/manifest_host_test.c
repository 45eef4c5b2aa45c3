/* SPDX-License-Identifier: MIT */
/* Manifests as the host makes and reads them; the draft's own examples. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "image/image_sign.h"
#include "image/keys.h"
#include "manifest/make.h"
#include "manifest/read.h"

static struct diag diag;
static struct key root;
static struct key wrong;
static uint8_t *image;
static size_t image_size;
static uint8_t made[MANIFEST_FILE_MAX];
static uint32_t length;
static struct manifest_facts facts;

static void prepare(void)
{
    static const uint8_t payload[256] = {1};
    struct image_spec spec = {.payload = payload,
                              .payload_size = sizeof payload,
                              .version = {1, 2, 3, 4},
                              .has_counter = true,
                              .counter = 7};

    cr_assert_eq(key_dev("root", &root, &diag), 0);
    cr_assert_eq(key_dev("wrong", &wrong, &diag), 0);
    spec.key = &root;
    cr_assert_eq(image_build(&spec, &image, &image_size, &diag), 0, "%s",
                 diag.text);
}

TestSuite(manifest_host, .init = prepare);

static struct manifest_spec usual(void)
{
    return (struct manifest_spec){
        .image = image, .image_size = image_size, .key = &root, .sequence = 5};
}

static void make(const struct manifest_spec *spec)
{
    cr_assert_eq(manifest_make(spec, made, &length, &diag), 0, "%s", diag.text);
}

static int read_made(void)
{
    return manifest_read(made, length, &facts, &diag);
}

static void expect_read(void)
{
    cr_assert_eq(read_made(), 0, "%s", diag.text);
}

/* ---- the draft's examples ---- */

static const struct {
    const char *file;
    uint64_t components;
    bool severed; /* and not there */
} examples[] = {
    {"example0-signed.cbor", 1, false},
    {"example1-signed.cbor", 1, false},
    {"example2-signed.cbor", 1, false},
    {"example2-signed-severed.cbor", 1, true},
};

static uint8_t *example(unsigned index, size_t *size)
{
    uint8_t *bytes = NULL;
    char path[200];

    snprintf(path, sizeof path, "tests/data/suit/%s", examples[index].file);
    cr_assert_eq(file_read(path, 65536, &bytes, size, &diag), 0, "%s",
                 diag.text);
    return bytes;
}

static struct key examples_key(void)
{
    struct key key;

    cr_assert_eq(key_read("tests/data/suit/public_key.pem", &key, &diag), 0,
                 "%s", diag.text);
    return key;
}

Test(manifest_host, reads_the_drafts_examples)
{
    struct key key = examples_key();

    for (unsigned i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        size_t size;
        uint8_t *bytes = example(i, &size);

        cr_assert_eq(manifest_read(bytes, size, &facts, &diag), 0, "%s: %s",
                     examples[i].file, diag.text);
        cr_assert_eq(manifest_signer(&facts, &key, 1, &diag), 0, "%s",
                     examples[i].file);
        cr_assert_lt(manifest_signer(&facts, &root, 1, &diag), 0);
        cr_assert_eq(facts.components, examples[i].components);
        cr_assert_eq(facts.severed[1], examples[i].severed);
        cr_assert_not_null(facts.vendor);
        cr_assert_not_null(facts.class_id);
        free(bytes);
    }
}

/* Whatever bit is turned, the envelope cannot be read, or nobody has signed it;
 * except for what nobody vouches for: headers that are not protected. */
Test(manifest_host, every_bit_of_an_example_counts)
{
    struct key key = examples_key();
    size_t size;
    uint8_t *bytes = example(1, &size);

    for (size_t bit = 0; bit < size * 8; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        cr_assert(manifest_read(bytes, size, &facts, &diag) != 0 ||
                      manifest_signer(&facts, &key, 1, &diag) < 0,
                  "bit %zu", bit);
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    free(bytes);
}

Test(manifest_host, no_part_of_an_example_is_enough)
{
    for (unsigned i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        size_t size;
        uint8_t *bytes = example(i, &size);

        for (size_t part = 0; part < size; part++) {
            cr_assert_lt(manifest_read(bytes, part, &facts, &diag), 0);
        }
        free(bytes);
    }
}

/* ---- ours ---- */

Test(manifest_host, says_what_it_was_made_from)
{
    struct manifest_spec spec = usual();

    for (unsigned form = 0; form < 16; form++) {
        spec.deltas = (form & 1) != 0;
        spec.sever = (form & 2) != 0;
        spec.text = (form & 4) != 0 ? "Mends the pump" : NULL;
        spec.battery_mwh = (form & 8) != 0 ? 25 : 0;
        make(&spec);
        expect_read();
        cr_assert_eq(facts.sequence, 5);
        cr_assert_eq(facts.version[0], 1);
        cr_assert_eq(facts.version[1], 2);
        cr_assert_eq(facts.version[2], 3);
        cr_assert_eq(facts.version[3], 4);
        cr_assert_eq(facts.counter, 7);
        cr_assert_eq(facts.size, image_size);
        cr_assert_eq(facts.patches, spec.deltas);
        cr_assert_eq(facts.components, spec.deltas ? 2 : 1);
        cr_assert_eq(manifest_signer(&facts, &root, 1, &diag), 0);
        cr_assert_lt(manifest_signer(&facts, &wrong, 1, &diag), 0);
        cr_assert_eq(
            manifest_signer(&facts, (struct key[]){wrong, root}, 2, &diag), 1);
    }
}

Test(manifest_host, is_for_the_board_of_the_devicetree)
{
    static const uint8_t vendor[] = {0x66, 0x61, 0x8b, 0xa2, 0xad, 0x9c,
                                     0x53, 0x8d, 0x95, 0x8f, 0x05, 0xc9,
                                     0x50, 0x38, 0x03, 0xbf};
    static const uint8_t class_id[] = {0x68, 0x8a, 0xde, 0x60, 0x77, 0xb9,
                                       0x53, 0xbe, 0x98, 0x15, 0xa9, 0x51,
                                       0x53, 0x5c, 0x0c, 0xb3};
    struct manifest_spec spec = usual();

    make(&spec);
    expect_read();
    cr_assert_arr_eq(facts.vendor, vendor, sizeof vendor);
    cr_assert_arr_eq(facts.class_id, class_id, sizeof class_id);
}

Test(manifest_host, signs_anew)
{
    struct manifest_spec spec = usual();
    uint8_t again[MANIFEST_FILE_MAX];
    uint32_t again_length;

    spec.sever = true;
    spec.text = "x";
    spec.key = NULL;
    make(&spec);
    expect_read();
    cr_assert_lt(manifest_signer(&facts, &root, 1, &diag), 0, "not signed");
    cr_assert_eq(manifest_sign(made, length, &root, again, &again_length,
                               &diag),
                 0, "%s", diag.text);
    spec.key = &root;
    make(&spec);
    cr_assert_eq(length, again_length);
    cr_assert_arr_eq(made, again, length);
}

Test(manifest_host, fits_into_what_a_device_keeps)
{
    struct manifest_spec spec = usual();

    spec.deltas = true;
    spec.battery_mwh = UINT32_MAX;
    spec.sequence = UINT32_MAX;
    make(&spec);
    cr_assert_leq(length, MANIFEST_KEPT_MAX);
}

Test(manifest_host, cannot_be_made_from_nothing)
{
    struct manifest_spec spec = usual();
    char uri[MANIFEST_FILE_MAX];

    spec.sequence = 0;
    cr_assert_lt(manifest_make(&spec, made, &length, &diag), 0);
    spec = usual();
    spec.image_size = 0;
    cr_assert_lt(manifest_make(&spec, made, &length, &diag), 0);
    spec = usual();
    memset(uri, 'x', sizeof uri);
    uri[sizeof uri - 1] = '\0';
    spec.uri = uri;
    cr_assert_lt(manifest_make(&spec, made, &length, &diag), 0);
}

/* Flaws that are no matter of the form: a device has to see them. */
static bool is_well_formed(enum manifest_flaw flaw)
{
    return flaw == MANIFEST_FLAW_NONE || flaw == MANIFEST_FLAW_CONDITION ||
           flaw == MANIFEST_FLAW_ELSEWHERE || flaw == MANIFEST_FLAW_ENDLESS;
}

Test(manifest_host, flaws_are_seen)
{
    for (int flaw = 0; flaw < MANIFEST_FLAWS_COUNT; flaw++) {
        struct manifest_spec spec = usual();

        spec.flaw = (enum manifest_flaw)flaw;
        make(&spec);
        int err = read_made();
        cr_assert_eq(err == 0, is_well_formed(spec.flaw), "flaw %d: %s", flaw,
                     diag.text);
        cr_assert(err == 0 || strncmp(diag.text, "byte ", 5) == 0, "%s",
                  diag.text);
    }
}

Test(manifest_host, every_bit_of_ours_counts)
{
    struct manifest_spec spec = usual();
    uint32_t harmless = 0;

    spec.deltas = true;
    make(&spec);
    for (size_t bit = 0; bit < length * 8u; bit++) {
        made[bit / 8] ^= (uint8_t)(1u << bit % 8);
        bool good =
            read_made() == 0 && manifest_signer(&facts, &root, 1, &diag) == 0;
        harmless += good;
        made[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    /* the name of the key is not protected: 32 bytes, and its label */
    cr_assert_geq(harmless, 32u * 8u);
    cr_assert_leq(harmless, 33u * 8u);
}
