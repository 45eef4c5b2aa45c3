/* SPDX-License-Identifier: MIT */
/*
 * A patch's header:
 *
 *     0 "OTD1"   4 format  5 window bits  6 lookahead bits  7 zero
 *     8 patch's size  12 base's size  16 image's size
 *    20 base's version  28 image's version
 *    36 base's SHA-256  68 image's SHA-256
 *
 * A version is: major u8, minor u8, revision u16, build u32.
 */
#include "ota/delta_parts.h"

#include <string.h>

#include "ota/bytes.h"
#include "ota/crypto.h"

#define MAGIC 0x3144544Fu /* "OTD1" */
#define FORMAT 1u
#define FORMAT_AT 4u
#define WINDOW_AT 5u
#define LOOKAHEAD_AT 6u
#define PATCH_SIZE_AT 8u
#define BASE_SIZE_AT 12u
#define TARGET_SIZE_AT 16u
#define BASE_VERSION_AT 20u
#define TARGET_VERSION_AT 28u
#define BASE_DIGEST_AT 36u
#define TARGET_DIGEST_AT 68u
#define HASH_PART 256u

_Static_assert(TARGET_DIGEST_AT + OTA_DIGEST_SIZE == DELTA_HEADER, "layout");

static void put_version(uint8_t *at, const struct image_version *version)
{
    at[0] = version->major;
    at[1] = version->minor;
    bytes_put16(at + 2, version->revision);
    bytes_put32(at + 4, version->build);
}

static struct image_version get_version(const uint8_t *at)
{
    return (struct image_version){at[0], at[1], bytes_get16(at + 2),
                                  bytes_get32(at + 4)};
}

/* The first PATCH_SIZE_AT bytes. */
static void put_form(uint8_t *header)
{
    bytes_put32(header, MAGIC);
    header[FORMAT_AT] = FORMAT;
    header[WINDOW_AT] = HEATSHRINK_STATIC_WINDOW_BITS;
    header[LOOKAHEAD_AT] = HEATSHRINK_STATIC_LOOKAHEAD_BITS;
    header[LOOKAHEAD_AT + 1] = 0;
}

static void put_header(uint8_t header[DELTA_HEADER],
                       const struct delta_job *job)
{
    put_form(header);
    bytes_put32(header + PATCH_SIZE_AT, job->patch_size);
    bytes_put32(header + BASE_SIZE_AT, job->base_size);
    bytes_put32(header + TARGET_SIZE_AT, job->target_size);
    put_version(header + BASE_VERSION_AT, &job->base_version);
    put_version(header + TARGET_VERSION_AT, &job->target_version);
    memcpy(header + BASE_DIGEST_AT, job->base_digest, OTA_DIGEST_SIZE);
    memcpy(header + TARGET_DIGEST_AT, job->target_digest, OTA_DIGEST_SIZE);
}

static bool sizes_fit(const struct delta_job *job)
{
    return job->patch_size > DELTA_HEADER &&
           job->patch_size <= DELTA_SIZE_MAX &&
           job->base_size <= DELTA_SIZE_MAX && job->target_size != 0 &&
           job->target_size <= DELTA_SIZE_MAX;
}

enum delta_why delta_read_header(const uint8_t header[DELTA_HEADER],
                                 struct delta_job *job)
{
    uint8_t form[PATCH_SIZE_AT];

    put_form(form);
    if (memcmp(header, form, sizeof(form)) != 0) {
        return DELTA_BAD_FORMAT;
    }
    job->patch_size = bytes_get32(header + PATCH_SIZE_AT);
    job->base_size = bytes_get32(header + BASE_SIZE_AT);
    job->target_size = bytes_get32(header + TARGET_SIZE_AT);
    job->base_version = get_version(header + BASE_VERSION_AT);
    job->target_version = get_version(header + TARGET_VERSION_AT);
    memcpy(job->base_digest, header + BASE_DIGEST_AT, OTA_DIGEST_SIZE);
    memcpy(job->target_digest, header + TARGET_DIGEST_AT, OTA_DIGEST_SIZE);
    return sizes_fit(job) ? DELTA_NONE : DELTA_BAD_SIZE;
}

enum delta_why delta_start(struct delta *delta, const struct delta_job *job)
{
    memset(delta, 0, sizeof(*delta));
    heatshrink_decoder_reset(&delta->shrink);
    put_header(delta->header, job);
    delta->patch_size = job->patch_size;
    delta->base_size = job->base_size;
    delta->target_size = job->target_size;
    delta->state = DELTA_IN_HEADER;
    return sizes_fit(job) ? DELTA_NONE : DELTA_BAD_SIZE;
}

/* A difference before `end` means: */
static const struct {
    uint8_t end;
    uint8_t why; /* enum delta_why */
} flaws[] = {
    {PATCH_SIZE_AT, DELTA_BAD_FORMAT},     {BASE_SIZE_AT, DELTA_WRONG_PATCH},
    {TARGET_SIZE_AT, DELTA_WRONG_BASE},    {BASE_VERSION_AT, DELTA_WRONG_PATCH},
    {TARGET_VERSION_AT, DELTA_WRONG_BASE}, {BASE_DIGEST_AT, DELTA_WRONG_PATCH},
    {TARGET_DIGEST_AT, DELTA_WRONG_BASE},  {DELTA_HEADER, DELTA_WRONG_PATCH},
};

enum delta_why delta_header_flaw(uint32_t offset)
{
    unsigned i = 0;

    while (offset >= flaws[i].end && flaws[i].end != DELTA_HEADER) {
        i++;
    }
    return (enum delta_why)flaws[i].why;
}

/* ---- the base ------------------------------------------------------------- */

static enum delta_why hash_base(const struct delta *delta,
                                const struct delta_base *base,
                                struct crypto_hash *hash)
{
    uint8_t bytes[HASH_PART];

    for (uint32_t at = 0; at < delta->base_size; at += HASH_PART) {
        uint32_t left = delta->base_size - at;
        uint32_t part = left < HASH_PART ? left : HASH_PART;

        if (base->read(base->context, at, bytes, part) != 0 ||
            !crypto_hash_add(hash, bytes, part)) {
            return DELTA_BASE_ERROR;
        }
    }
    return DELTA_NONE;
}

enum delta_why delta_check_base(struct delta *delta,
                                const struct delta_base *base)
{
    struct crypto_hash hash;
    uint8_t digest[OTA_DIGEST_SIZE];

    delta->base_checked = false;
    if (!crypto_hash_begin(&hash)) {
        return DELTA_BASE_ERROR;
    }
    enum delta_why why = hash_base(delta, base, &hash);
    if (!crypto_hash_end(&hash, digest) && why == DELTA_NONE) {
        why = DELTA_BASE_ERROR;
    }
    if (why != DELTA_NONE) {
        return why;
    }
    delta->base_checked =
        memcmp(digest, delta->header + BASE_DIGEST_AT, OTA_DIGEST_SIZE) == 0;
    return delta->base_checked ? DELTA_NONE : DELTA_WRONG_BASE;
}
