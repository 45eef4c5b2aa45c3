/* SPDX-License-Identifier: MIT */
/*
 * The signed descriptor: what the host writes, the device reads, byte for byte
 * as documented; and whatever is changed in it is refused for its reason. The
 * digest in pieces, which the agent holds against it, is here as well.
 */
#include "ota/descriptor.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "image/descriptor.h"
#include "image/image_sign.h"
#include "image/keys.h"
#include "ota/bytes.h"
#include "ota/crypto.h"

static struct diag diag;

struct fixture {
    struct key key;
    uint8_t *image;
    size_t size;
    struct descriptor_spec spec;
    uint8_t bytes[DESCRIPTOR_SIZE];
    uint8_t digests[3][OTA_DIGEST_SIZE]; /* the key is the second */
    uint8_t spki[IMAGE_SPKI_SIZE];
    const uint8_t *list[1];
    struct image_keys keys;
};

static void fixture_init(struct fixture *f)
{
    static const uint8_t payload[700] = {1, 2, 3};

    memset(f, 0, sizeof(*f));
    cr_assert_eq(key_dev("root", &f->key, &diag), 0);
    struct image_spec spec = {.payload = payload,
                              .payload_size = sizeof(payload),
                              .version = {1, 2, 0x0304, 0x05060708},
                              .has_counter = true,
                              .counter = 9,
                              .key = &f->key};
    cr_assert_eq(image_build(&spec, &f->image, &f->size, &diag), 0);
    f->spec = (struct descriptor_spec){.image = f->image,
                                       .image_size = f->size,
                                       .key = &f->key,
                                       .release = 0x11223344};
    cr_assert_eq(key_digest(&f->key, f->digests[1]), 0);
    key_spki(&f->key, f->spki);
    f->list[0] = f->spki;
    f->keys.digests = (const uint8_t(*)[OTA_DIGEST_SIZE])f->digests;
    f->keys.count = 3;
    f->keys.spki = f->list;
    f->keys.spki_count = 1;
    cr_assert_eq(descriptor_build(&f->spec, f->bytes, &diag), 0);
}

static enum agent_why read_it(const struct fixture *f, struct descriptor *out)
{
    memset(out, 0x55, sizeof(*out));
    return descriptor_read(f->bytes, sizeof(f->bytes), &f->keys, out);
}

/* Why it is refused; then nothing is said about it. */
static enum agent_why refusal(const struct fixture *f)
{
    struct descriptor out;
    enum agent_why why = read_it(f, &out);

    cr_assert_neq(why, AGENT_WHY_NONE);
    cr_assert(bytes_are((const uint8_t *)&out, sizeof(out), 0));
    return why;
}

Test(descriptor, the_device_reads_what_the_host_writes)
{
    struct fixture f;
    struct descriptor out;
    uint8_t file[OTA_DIGEST_SIZE];

    fixture_init(&f);
    cr_assert_eq(read_it(&f, &out), AGENT_WHY_NONE);
    cr_assert_eq(out.release, 0x11223344);
    cr_assert_eq(out.version.major, 1);
    cr_assert_eq(out.version.minor, 2);
    cr_assert_eq(out.version.revision, 0x0304);
    cr_assert_eq(out.version.build, 0x05060708);
    cr_assert_eq(out.counter, 9);
    cr_assert_eq(out.size, f.size);
    cr_assert(crypto_sha256(f.image, f.size, file));
    cr_assert_arr_eq(out.file_digest, file, OTA_DIGEST_SIZE);
    /* the signed part has no TLVs after the counter */
    cr_assert(crypto_sha256(f.image, 0x200 + 700 + 12, file));
    cr_assert_arr_eq(out.image_digest, file, OTA_DIGEST_SIZE);
    free(f.image);
}

Test(descriptor, layout_is_the_documented_one)
{
    static const uint8_t head[32] = {'O',  'T',  'D',  '1',  1, 0, 192, 0,
                                     0x44, 0x33, 0x22, 0x11, 0, 0, 0,   0,
                                     1,    2,    0x04, 3,    8, 7, 6,   5,
                                     9,    0,    0,    0,    0, 0, 0,   0};
    struct fixture f;
    uint8_t want[32];

    fixture_init(&f);
    cr_assert_eq(descriptor_build(&f.spec, f.bytes, &diag), 0);
    memcpy(want, head, sizeof(want));
    bytes_put32(want + 28, (uint32_t)f.size);
    cr_assert_arr_eq(f.bytes, want, 32);
    cr_assert(crypto_sha256(f.image, f.size, want));
    cr_assert_arr_eq(f.bytes + 32, want, 32);
    cr_assert_arr_eq(f.bytes + 96, f.digests[1], 32);
    cr_assert(crypto_sha256(f.bytes, 128, want));
    cr_assert(crypto_verify(f.bytes + 128, f.spki + 27, want));
    free(f.image);
}

Test(descriptor, equal_input_gives_equal_bytes)
{
    struct fixture one;
    struct fixture two;

    fixture_init(&one);
    fixture_init(&two);
    cr_assert_arr_eq(one.bytes, two.bytes, DESCRIPTOR_SIZE);
    free(one.image);
    free(two.image);
}

/* r and s may have leading zeros: 400 signatures have some. */
Test(descriptor, every_signature_is_written_in_64_bytes)
{
    struct fixture f;
    struct descriptor out;
    unsigned short_ones = 0;

    fixture_init(&f);
    for (uint32_t release = 1; release <= 400; release++) {
        f.spec.release = release;
        cr_assert_eq(descriptor_build(&f.spec, f.bytes, &diag), 0);
        cr_assert_eq(read_it(&f, &out), AGENT_WHY_NONE, "%u", release);
        short_ones += f.bytes[128] == 0 || f.bytes[160] == 0;
    }
    cr_assert_gt(short_ones, 0);
    free(f.image);
}

#define DELTAS_BIT 96u /* the only flag */

Test(descriptor, every_changed_bit_is_refused)
{
    struct fixture f;

    fixture_init(&f);
    for (uint32_t bit = 0; bit < 8 * DESCRIPTOR_SIZE; bit++) {
        uint32_t at = bit / 8;
        bool form = at < 8 || (at >= 12 && at < 16 && bit != DELTAS_BIT);
        f.bytes[at] ^= (uint8_t)(1u << bit % 8);
        cr_assert_eq(refusal(&f),
                     form ? AGENT_WHY_BAD_MANIFEST : AGENT_WHY_BAD_SIGNATURE,
                     "bit %u", bit);
        f.bytes[at] ^= (uint8_t)(1u << bit % 8);
    }
    free(f.image);
}

Test(descriptor, another_length_is_refused)
{
    struct fixture f;
    struct descriptor out;
    uint8_t longer[DESCRIPTOR_SIZE + 1] = {0};

    fixture_init(&f);
    memcpy(longer, f.bytes, DESCRIPTOR_SIZE);
    for (uint32_t length = 0; length <= sizeof(longer); length++) {
        /* a block of its own, so that a byte after it would be seen */
        uint8_t *bytes = malloc(length + 1);
        cr_assert_not_null(bytes);
        memcpy(bytes, longer, length);
        cr_assert_eq(descriptor_read(bytes, length, &f.keys, &out),
                     length == DESCRIPTOR_SIZE ? AGENT_WHY_NONE
                                               : AGENT_WHY_BAD_MANIFEST);
        free(bytes);
    }
    free(f.image);
}

Test(descriptor, size_0_is_refused)
{
    struct fixture f;

    fixture_init(&f);
    f.spec.has_size = true;
    cr_assert_eq(descriptor_build(&f.spec, f.bytes, &diag), 0);
    cr_assert_eq(refusal(&f), AGENT_WHY_BAD_MANIFEST);
    free(f.image);
}

Test(descriptor, release_0_is_refused)
{
    struct fixture f;

    fixture_init(&f);
    f.spec.release = 0;
    cr_assert_eq(descriptor_build(&f.spec, f.bytes, &diag), 0);
    cr_assert_eq(refusal(&f), AGENT_WHY_BAD_MANIFEST);
    free(f.image);
}

Test(descriptor, only_a_known_key_may_sign)
{
    struct fixture f;
    struct key wrong;

    fixture_init(&f);
    f.keys.first_valid = 2;
    cr_assert_eq(refusal(&f), AGENT_WHY_KEY_REVOKED);
    f.keys.first_valid = 0;
    f.keys.spki_count = 0;
    cr_assert_eq(refusal(&f), AGENT_WHY_BAD_SIGNATURE);
    f.keys.spki_count = 1;
    cr_assert_eq(key_dev("wrong", &wrong, &diag), 0);
    f.spec.key = &wrong;
    cr_assert_eq(descriptor_build(&f.spec, f.bytes, &diag), 0);
    cr_assert_eq(refusal(&f), AGENT_WHY_BAD_SIGNATURE);
    /* nor in the name of the right one */
    memcpy(f.bytes + 96, f.digests[1], OTA_DIGEST_SIZE);
    cr_assert_eq(refusal(&f), AGENT_WHY_BAD_SIGNATURE);
    free(f.image);
}

Test(descriptor, what_is_said_in_the_place_of_the_image)
{
    static const struct mcuboot_version version = {9, 8, 7, 6};
    struct fixture f;
    struct descriptor out;
    struct descriptor plain;

    fixture_init(&f);
    cr_assert_eq(read_it(&f, &plain), AGENT_WHY_NONE);
    f.spec.version = &version;
    f.spec.has_counter = true;
    f.spec.counter = 77;
    f.spec.has_size = true;
    f.spec.size = 5;
    f.spec.bad_digest = true;
    cr_assert_eq(descriptor_build(&f.spec, f.bytes, &diag), 0);
    cr_assert_eq(read_it(&f, &out), AGENT_WHY_NONE);
    cr_assert_eq(out.version.major, 9);
    cr_assert_eq(out.version.build, 6);
    cr_assert_eq(out.counter, 77);
    cr_assert_eq(out.size, 5);
    cr_assert_neq(memcmp(out.file_digest, plain.file_digest, 32), 0);
    cr_assert_arr_eq(out.image_digest, plain.image_digest, 32);
    free(f.image);
}

Test(descriptor, bytes_that_are_no_image_are_described_all_the_same)
{
    static const uint8_t noise[100] = {7};
    struct fixture f;
    struct descriptor out;

    fixture_init(&f);
    f.spec.image = noise;
    f.spec.image_size = sizeof(noise);
    cr_assert_eq(descriptor_build(&f.spec, f.bytes, &diag), 0);
    cr_assert_eq(read_it(&f, &out), AGENT_WHY_NONE);
    cr_assert_eq(out.size, sizeof(noise));
    cr_assert_eq(out.counter, 0);
    cr_assert_eq(image_version_pack(&out.version), 0);
    cr_assert(bytes_are(out.image_digest, OTA_DIGEST_SIZE, 0));
    free(f.image);
}

Test(descriptor, without_image_or_private_key_there_is_none)
{
    struct fixture f;

    fixture_init(&f);
    struct descriptor_spec spec = f.spec;
    spec.image_size = 0;
    cr_assert_eq(descriptor_build(&spec, f.bytes, &diag), OTALAB_ERR_USAGE);
    spec = f.spec;
    spec.image_size = IMAGE_SIZE_MAX + 1u;
    cr_assert_eq(descriptor_build(&spec, f.bytes, &diag), OTALAB_ERR_USAGE);
    spec = f.spec;
    f.key.is_private = false;
    cr_assert_eq(descriptor_build(&spec, f.bytes, &diag), OTALAB_ERR_USAGE);
    cr_assert(bytes_are(f.bytes, sizeof(f.bytes), 0));
    free(f.image);
}

/* ---- digests in pieces -------------------------------------------------- */

Test(crypto_hash, pieces_of_any_length_give_the_whole_ones_digest)
{
    uint8_t data[1000];
    uint8_t whole[OTA_DIGEST_SIZE];
    uint8_t pieces[OTA_DIGEST_SIZE];

    for (uint32_t i = 0; i < sizeof(data); i++) {
        data[i] = (uint8_t)(i * 7);
    }
    cr_assert(crypto_sha256(data, sizeof(data), whole));
    for (uint32_t step = 1; step < 200; step++) {
        struct crypto_hash hash;
        struct crypto_hash copy;
        cr_assert(crypto_hash_begin(&hash));
        for (uint32_t at = 0; at < sizeof(data); at += step) {
            uint32_t left = (uint32_t)sizeof(data) - at;
            copy = hash;
            cr_assert(
                crypto_hash_add(&copy, data + at, left < step ? left : step));
            hash = copy;
        }
        cr_assert(crypto_hash_end(&hash, pieces));
        cr_assert_arr_eq(pieces, whole, OTA_DIGEST_SIZE, "step %u", step);
        cr_assert(bytes_are(hash.opaque, sizeof(hash.opaque), 0));
    }
}

Test(crypto_hash, nothing_has_the_empty_digest)
{
    struct crypto_hash hash;
    uint8_t digest[OTA_DIGEST_SIZE];

    cr_assert(crypto_hash_begin(&hash));
    cr_assert(crypto_hash_add(&hash, "", 0));
    cr_assert(crypto_hash_end(&hash, digest));
    cr_assert_eq(digest[0], 0xe3);
    cr_assert_eq(digest[31], 0x55);
}
