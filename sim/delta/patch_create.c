/* SPDX-License-Identifier: MIT */
#include "delta/patch.h"

#include "delta/cover.h"
#include "delta/growing.h"
#include "image/bytes.h"
#include "image/image_read.h"

#include <heatshrink_encoder.h>
#include <mbedtls/sha256.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(PATCH_WINDOW_BITS == HEATSHRINK_STATIC_WINDOW_BITS &&
                   PATCH_LOOKAHEAD_BITS == HEATSHRINK_STATIC_LOOKAHEAD_BITS,
               "heatshrink is compiled for another format");

#define MORE 0x80u
#define CHUNK 256u

/* The two images, and where the stream stands in them. */
struct writer {
    struct bytes base;
    struct bytes target;
    uint32_t base_at; /* the end of the previous copy */
    struct growing stream;
};

/* ---- the stream ----------------------------------------------------------- */

static void put_number(struct growing *stream, uint32_t number)
{
    for (; number >= MORE; number >>= 7) {
        growing_put(stream, (uint8_t)(number | MORE));
    }
    growing_put(stream, (uint8_t)number);
}

/* How far the base moves; backward, 0 is one byte. */
static void put_move(struct writer *writer, uint32_t base)
{
    bool back = base < writer->base_at;
    uint32_t far = back ? writer->base_at - base - 1 : base - writer->base_at;

    put_number(&writer->stream, far << 1 | back);
}

/* Bytes from `from` on that are equal, or that differ. */
static uint32_t stretch(const struct writer *writer, const struct cover *cover,
                        uint32_t from, bool equal)
{
    const uint8_t *base = writer->base.at + cover->base;
    const uint8_t *target = writer->target.at + cover->target;
    uint32_t at = from;

    while (at < cover->length && (base[at] == target[at]) == equal) {
        at++;
    }
    return at - from;
}

/* One run; returns where the next one starts in the cover. */
static uint32_t put_run(struct writer *writer, const struct cover *cover,
                        uint32_t from)
{
    uint32_t same = stretch(writer, cover, from, true);
    uint32_t at = from + same;
    uint32_t changed = stretch(writer, cover, at, false);
    uint32_t few = changed <= PATCH_FEW ? changed : 0;

    put_number(&writer->stream, same << 2 | few);
    if (changed != 0 && few == 0) {
        put_number(&writer->stream, changed);
    }
    for (uint32_t end = at + changed; at < end; at++) {
        growing_put(&writer->stream,
                    (uint8_t)(writer->target.at[cover->target + at] -
                              writer->base.at[cover->base + at]));
    }
    return at;
}

static void put_cover(struct writer *writer, const struct cover *cover,
                      uint32_t fresh)
{
    put_number(&writer->stream, cover->length);
    put_move(writer, cover->base);
    put_number(&writer->stream, fresh);
    for (uint32_t at = 0; at < cover->length;) {
        at = put_run(writer, cover, at);
    }
    growing_add(&writer->stream,
                writer->target.at + cover->target + cover->length, fresh);
    writer->base_at = cover->base + cover->length;
}

/* Every cover, with the fresh bytes up to the next one; if the first one is not
 * at the start, an empty one comes before it. */
static void put_covers(struct writer *writer, const struct covers *covers)
{
    uint32_t first =
        covers->count != 0 ? covers->cover[0].target : writer->target.size;

    if (first != 0) {
        put_cover(writer, &(struct cover){0, 0, 0}, first);
    }
    for (size_t i = 0; i < covers->count; i++) {
        const struct cover *cover = &covers->cover[i];
        uint32_t end = cover->target + cover->length;
        uint32_t next = i + 1 < covers->count ? covers->cover[i + 1].target
                                              : writer->target.size;
        put_cover(writer, cover, next - end);
    }
}

/* ---- compression ---------------------------------------------------------- */

static void drain(heatshrink_encoder *encoder, struct growing *out)
{
    uint8_t bytes[CHUNK];
    HSE_poll_res result = HSER_POLL_MORE;

    while (result == HSER_POLL_MORE) {
        size_t count = 0;
        result = heatshrink_encoder_poll(encoder, bytes, sizeof bytes, &count);
        growing_add(out, bytes, count);
    }
}

static void compress(const struct growing *stream, struct growing *out)
{
    heatshrink_encoder encoder;

    heatshrink_encoder_reset(&encoder);
    for (size_t at = 0; at < stream->size;) {
        size_t count = 0;
        (void)heatshrink_encoder_sink(&encoder, stream->at + at,
                                      stream->size - at, &count);
        at += count;
        drain(&encoder, out);
    }
    while (heatshrink_encoder_finish(&encoder) == HSER_FINISH_MORE) {
        drain(&encoder, out);
    }
}

/* ---- the header ----------------------------------------------------------- */

static void put_version(uint8_t *at, const struct mcuboot_version *version)
{
    at[0] = version->major;
    at[1] = version->minor;
    put_le16(at + 2, version->revision);
    put_le32(at + 4, version->build);
}

static void put_header(const struct patch_facts *facts, uint8_t *header)
{
    memset(header, 0, PATCH_HEADER);
    put_le32(header + PATCH_AT_MAGIC, PATCH_MAGIC);
    header[PATCH_AT_FORMAT] = PATCH_FORMAT;
    header[PATCH_AT_WINDOW] = PATCH_WINDOW_BITS;
    header[PATCH_AT_LOOKAHEAD] = PATCH_LOOKAHEAD_BITS;
    put_le32(header + PATCH_AT_SIZE, facts->patch_size);
    put_le32(header + PATCH_AT_BASE_SIZE, facts->base_size);
    put_le32(header + PATCH_AT_TARGET_SIZE, facts->target_size);
    put_version(header + PATCH_AT_BASE_VERSION, &facts->base_version);
    put_version(header + PATCH_AT_TARGET_VERSION, &facts->target_version);
    memcpy(header + PATCH_AT_BASE_DIGEST, facts->base_digest, 32);
    memcpy(header + PATCH_AT_TARGET_DIGEST, facts->target_digest, 32);
}

/* ---- patch_create --------------------------------------------------------- */

/* A complete image and nothing else. */
static int read_image(struct bytes image, const char *which,
                      struct mcuboot_version *version, uint8_t digest[32],
                      struct diag *diag)
{
    struct image_facts facts;

    if (image.size > PATCH_IMAGE_MAX) {
        return diag_fail(diag, OTALAB_ERR_USAGE, "%s is larger than 8 MiB",
                         which);
    }
    if (image_read(image.at, image.size, &facts) != IMAGE_READ_FINE) {
        return diag_fail(diag, OTALAB_ERR_USAGE, "%s is not an image: %s",
                         which, image_read_text(facts.result));
    }
    if (facts.total_size != image.size) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "%s has %u bytes after its image; cut it to %u bytes",
                         which, image.size - facts.total_size,
                         facts.total_size);
    }
    *version = facts.version;
    return mbedtls_sha256(image.at, image.size, digest, 0) == 0
               ? 0
               : diag_fail(diag, OTALAB_ERR_SIMULATOR, "SHA-256 failed");
}

/* Stream to patch: header and what is left after compression. */
static int close_patch(struct writer *writer, struct patch_facts *facts,
                       struct growing *patch, struct diag *diag)
{
    uint8_t header[PATCH_HEADER] = {0};

    growing_add(patch, header, sizeof header);
    compress(&writer->stream, patch);
    if (writer->stream.failed || patch->failed) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    if (patch->size > PATCH_IMAGE_MAX) {
        return diag_fail(diag, OTALAB_ERR_FAILED,
                         "the patch is larger than 8 MiB");
    }
    facts->patch_size = (uint32_t)patch->size;
    put_header(facts, patch->at);
    return 0;
}

/* No patch leaves here that does not give the target. */
static int prove(struct bytes base, struct bytes target,
                 const struct growing *patch, struct diag *diag)
{
    struct patch_facts facts;
    uint8_t *result = NULL;
    int err = patch_apply((struct bytes){patch->at, (uint32_t)patch->size},
                          base, &facts, &result, diag);

    if (err == 0 && (facts.target_size != target.size ||
                     memcmp(result, target.at, target.size) != 0)) {
        err = OTALAB_ERR_FAILED;
    }
    free(result);
    return err == 0 ? 0
                    : diag_fail(diag, OTALAB_ERR_SIMULATOR,
                                "the patch does not give the target");
}

int patch_create(struct bytes base, struct bytes target, uint8_t **out,
                 uint32_t *size, struct diag *diag)
{
    struct patch_facts facts = {.base_size = base.size,
                                .target_size = target.size};
    struct writer writer = {.base = base, .target = target};
    struct covers covers = {0};
    struct growing patch = {0};

    int err = read_image(base, "the base", &facts.base_version,
                         facts.base_digest, diag);
    err = err != 0 ? err
                   : read_image(target, "the target", &facts.target_version,
                                facts.target_digest, diag);
    err = err != 0 ? err : covers_find(base, target, &covers, diag);
    if (err == 0) {
        put_covers(&writer, &covers);
        err = close_patch(&writer, &facts, &patch, diag);
    }
    err = err != 0 ? err : prove(base, target, &patch, diag);
    free(covers.cover);
    free(writer.stream.at);
    if (err != 0) {
        free(patch.at);
        return err;
    }
    *out = patch.at;
    *size = facts.patch_size;
    return 0;
}
