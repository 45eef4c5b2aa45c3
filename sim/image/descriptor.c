/* SPDX-License-Identifier: MIT */
#include "image/descriptor.h"

#include "image/bytes.h"
#include "image/format.h"
#include "image/image_read.h"

#include <mbedtls/build_info.h>
#include <mbedtls/sha256.h>

#include <string.h>

#define MAGIC "OTD1"
#define FORMAT 1u
#define DIGEST 32u
#define SIGNED 128u
#define FLAG_DELTAS 1u

enum descriptor_offset {
    AT_FORMAT = 4,
    AT_LENGTH = 6,
    AT_RELEASE = 8,
    AT_FLAGS = 12,
    AT_MAJOR = 16,
    AT_MINOR = 17,
    AT_REVISION = 18,
    AT_BUILD = 20,
    AT_COUNTER = 24,
    AT_SIZE = 28,
    AT_FILE_DIGEST = 32,
    AT_IMAGE_DIGEST = 64,
    AT_KEY = 96
};

static int check_spec(const struct descriptor_spec *spec, struct diag *diag)
{
    if (spec->image == NULL || spec->image_size == 0 ||
        spec->image_size > IMAGE_SIZE_MAX) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "a descriptor needs an image of 1..%u bytes",
                         IMAGE_SIZE_MAX);
    }
    if (spec->key == NULL || !spec->key->is_private) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "signing a descriptor needs a private key");
    }
    return 0;
}

static void put_version(uint8_t *out, const struct mcuboot_version *version)
{
    out[AT_MAJOR] = version->major;
    out[AT_MINOR] = version->minor;
    put_le16(out + AT_REVISION, version->revision);
    put_le32(out + AT_BUILD, version->build);
}

/* What the image says, and what to say instead. */
static void put_facts(uint8_t *out, const struct descriptor_spec *spec)
{
    struct image_facts facts;
    uint32_t counter;

    (void)image_read(spec->image, spec->image_size, &facts);
    counter = facts.has_counter ? facts.counter : 0;
    memcpy(out, MAGIC, 4);
    put_le16(out + AT_FORMAT, FORMAT);
    put_le16(out + AT_LENGTH, IMAGE_DESCRIPTOR_SIZE);
    put_le32(out + AT_RELEASE, spec->release);
    put_version(out, spec->version != NULL ? spec->version : &facts.version);
    put_le32(out + AT_FLAGS, spec->deltas ? FLAG_DELTAS : 0);
    put_le32(out + AT_COUNTER, spec->has_counter ? spec->counter : counter);
    put_le32(out + AT_SIZE,
             spec->has_size ? spec->size : (uint32_t)spec->image_size);
    if (facts.has_digest) {
        memcpy(out + AT_IMAGE_DIGEST, facts.said, DIGEST);
    }
}

static int sign(uint8_t *out, const struct key *key)
{
    uint8_t digest[DIGEST];

    if (key_digest(key, out + AT_KEY) != 0 ||
        mbedtls_sha256(out, SIGNED, digest, 0) != 0 ||
        key_sign_raw(key, digest, out + SIGNED) != 0) {
        return -1;
    }
    return 0;
}

int descriptor_build(const struct descriptor_spec *spec,
                     uint8_t out[IMAGE_DESCRIPTOR_SIZE], struct diag *diag)
{
    int err = check_spec(spec, diag);

    memset(out, 0, IMAGE_DESCRIPTOR_SIZE);
    if (err != 0) {
        return err;
    }
    put_facts(out, spec);
    if (mbedtls_sha256(spec->image, spec->image_size, out + AT_FILE_DIGEST,
                       0) != 0) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "no SHA-256");
    }
    if (spec->bad_digest) {
        out[AT_FILE_DIGEST] ^= 1u;
    }
    if (sign(out, spec->key) != 0) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR,
                         "the descriptor cannot be signed");
    }
    return 0;
}
