/* SPDX-License-Identifier: MIT */
/*
 * The plain way: the whole patch is in memory, is decompressed into memory, and
 * then read from front to end. Neither heatshrink's decoder nor anything of the
 * device's is used, so that the two check each other.
 */
#include "delta/patch.h"

#include "delta/growing.h"
#include "image/bytes.h"

#include <mbedtls/sha256.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW (1u << PATCH_WINDOW_BITS)

/* ---- decompression -------------------------------------------------------- */

/* Bits, the highest of a byte first. */
struct bits {
    struct bytes bytes;
    uint64_t at; /* bits */
};

static uint64_t bits_left(const struct bits *bits)
{
    return (uint64_t)bits->bytes.size * 8 - bits->at;
}

static uint32_t bits_take(struct bits *bits, unsigned count)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < count; i++, bits->at++) {
        value = value << 1 |
                (bits->bytes.at[bits->at / 8] >> (7 - bits->at % 8) & 1u);
    }
    return value;
}

/* Before the start there are zeros. */
static void repeat(struct growing *out, uint32_t back, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        growing_put(out, back > out->size ? 0 : out->at[out->size - back]);
    }
}

/* A bit 1 and a byte, or a bit 0, a distance and a count, each less 1. The last
 * byte is padded; false if there is more left than that. */
static bool decompress(struct bytes patch, size_t limit, struct growing *out)
{
    const unsigned item = 1 + PATCH_WINDOW_BITS + PATCH_LOOKAHEAD_BITS;
    struct bits bits = {{patch.at + PATCH_HEADER, patch.size - PATCH_HEADER},
                        0};

    while (bits_left(&bits) >= 9 && out->size <= limit && !out->failed) {
        uint64_t left = bits_left(&bits);
        if (bits_take(&bits, 1) == 1) {
            growing_put(out, (uint8_t)bits_take(&bits, 8));
        } else if (left >= item) {
            uint32_t back = bits_take(&bits, PATCH_WINDOW_BITS) + 1;
            repeat(out, back, bits_take(&bits, PATCH_LOOKAHEAD_BITS) + 1);
        } else {
            return false;
        }
    }
    return bits_left(&bits) < 8;
}

/* ---- the stream ----------------------------------------------------------- */

/* A walk through the stream. Without a base and a result it only counts. */
struct walk {
    struct bytes stream;
    const struct patch_facts *facts;
    struct bytes base;
    uint8_t *target; /* facts->target_size bytes, or NULL */
    size_t at;
    uint32_t written;
    uint32_t base_at;
    const char *flaw; /* the first one found */
    struct patch_parts parts;
};

static uint32_t flawed(struct walk *walk, const char *flaw)
{
    if (walk->flaw == NULL) {
        walk->flaw = flaw;
    }
    return 0;
}

static uint32_t byte_in(struct walk *walk)
{
    return walk->at < walk->stream.size ? walk->stream.at[walk->at++]
                                        : flawed(walk, "it ends early");
}

static uint32_t number_in(struct walk *walk)
{
    uint32_t number = 0;

    for (unsigned shift = 0; shift < 28; shift += 7) {
        uint32_t byte = byte_in(walk);
        number |= (byte & 0x7f) << shift;
        if (byte < 0x80) {
            return number;
        }
    }
    return flawed(walk, "a number has more than four bytes");
}

static uint32_t number_upto(struct walk *walk, uint32_t most)
{
    uint32_t number = number_in(walk);

    return number <= most ? number
                          : flawed(walk, "it has more than its image's size");
}

static void move_base(struct walk *walk, uint32_t length)
{
    uint32_t move = number_in(walk);
    int64_t to = walk->base_at;

    to = (move & 1) != 0 ? to - (int64_t)(move >> 1) - 1 : to + (move >> 1);
    if (to < 0 || to + length > walk->facts->base_size) {
        flawed(walk, "it reads outside the base");
        return;
    }
    walk->base_at = (uint32_t)to;
}

static void put(struct walk *walk, uint32_t byte)
{
    if (walk->target != NULL) {
        walk->target[walk->written] = (uint8_t)byte;
    }
    walk->written++;
}

static void copy(struct walk *walk, bool changed)
{
    uint32_t base = walk->target != NULL ? walk->base.at[walk->base_at] : 0;
    uint32_t difference = changed ? byte_in(walk) : 0;

    put(walk, base + difference);
    walk->base_at++;
}

/* A run of at most `most` bytes; returns its length. */
static uint32_t run(struct walk *walk, uint32_t most)
{
    uint32_t head = number_in(walk);
    uint32_t same = head >> 2;
    uint32_t changed = head & PATCH_FEW;

    if (same > most || changed > most - same) {
        return flawed(walk, "a run is longer than its cover");
    }
    if (changed == 0 && same != most) {
        changed = number_upto(walk, most - same);
        if (changed == 0) {
            return flawed(walk, "a run of nothing");
        }
    }
    for (uint32_t i = 0; i < same; i++) {
        copy(walk, false);
    }
    for (uint32_t i = 0; i < changed && walk->flaw == NULL; i++) {
        copy(walk, true);
    }
    walk->parts.same += same;
    walk->parts.changed += changed;
    return same + changed;
}

static void cover(struct walk *walk)
{
    uint32_t length =
        number_upto(walk, walk->facts->target_size - walk->written);
    move_base(walk, length);
    uint32_t fresh =
        number_upto(walk, walk->facts->target_size - walk->written - length);

    if (length == 0 && fresh == 0) {
        flawed(walk, "a cover of nothing");
    }
    while (length != 0 && walk->flaw == NULL) {
        length -= run(walk, length);
    }
    for (uint32_t i = 0; i < fresh && walk->flaw == NULL; i++) {
        put(walk, byte_in(walk));
    }
    walk->parts.fresh += fresh;
    walk->parts.covers++;
}

static int walk_stream(struct walk *walk, struct diag *diag)
{
    while (walk->written < walk->facts->target_size && walk->flaw == NULL) {
        cover(walk);
    }
    if (walk->flaw == NULL && walk->at != walk->stream.size) {
        flawed(walk, "it goes on after the image's end");
    }
    walk->parts.stream = walk->stream.size;
    return walk->flaw == NULL
               ? 0
               : diag_fail(diag, OTALAB_ERR_FAILED, "the patch is damaged: %s",
                           walk->flaw);
}

static int decompress_and_walk(struct bytes patch, struct walk *walk,
                               struct diag *diag)
{
    struct growing stream = {0};
    /* A byte of the image takes at most three numbers and itself. */
    size_t limit = (size_t)walk->facts->target_size * 16;

    if (!decompress(patch, limit, &stream)) {
        flawed(walk, "it goes on after the image's end");
    }
    walk->stream = (struct bytes){stream.at, (uint32_t)stream.size};
    int err = stream.failed
                  ? diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory")
                  : walk_stream(walk, diag);
    free(stream.at);
    return err;
}

/* ---- the header ----------------------------------------------------------- */

static struct mcuboot_version version_at(const uint8_t *at)
{
    return (struct mcuboot_version){at[0], at[1], get_le16(at + 2),
                                    get_le32(at + 4)};
}

static bool has_form(struct bytes patch)
{
    return patch.size >= PATCH_HEADER &&
           get_le32(patch.at + PATCH_AT_MAGIC) == PATCH_MAGIC;
}

static bool is_known(const uint8_t *header)
{
    return header[PATCH_AT_FORMAT] == PATCH_FORMAT &&
           header[PATCH_AT_WINDOW] == PATCH_WINDOW_BITS &&
           header[PATCH_AT_LOOKAHEAD] == PATCH_LOOKAHEAD_BITS &&
           header[PATCH_AT_ZERO] == 0;
}

static int check_sizes(struct bytes patch, const struct patch_facts *facts,
                       struct diag *diag)
{
    if (facts->patch_size != patch.size) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "the patch has %u bytes, but its header says %u",
                         patch.size, facts->patch_size);
    }
    if (facts->base_size > PATCH_IMAGE_MAX || facts->target_size == 0 ||
        facts->target_size > PATCH_IMAGE_MAX || patch.size > PATCH_IMAGE_MAX ||
        patch.size == PATCH_HEADER) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "the patch's header has invalid sizes");
    }
    return 0;
}

int patch_read(struct bytes patch, struct patch_facts *facts, struct diag *diag)
{
    if (!has_form(patch)) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "this is not a patch; 'otalab delta create' makes "
                         "one");
    }
    if (!is_known(patch.at)) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "a patch of format %u with window %u/%u; this "
                         "version reads format %u with window %u/%u",
                         patch.at[PATCH_AT_FORMAT], patch.at[PATCH_AT_WINDOW],
                         patch.at[PATCH_AT_LOOKAHEAD], PATCH_FORMAT,
                         PATCH_WINDOW_BITS, PATCH_LOOKAHEAD_BITS);
    }
    facts->patch_size = get_le32(patch.at + PATCH_AT_SIZE);
    facts->base_size = get_le32(patch.at + PATCH_AT_BASE_SIZE);
    facts->target_size = get_le32(patch.at + PATCH_AT_TARGET_SIZE);
    facts->base_version = version_at(patch.at + PATCH_AT_BASE_VERSION);
    facts->target_version = version_at(patch.at + PATCH_AT_TARGET_VERSION);
    memcpy(facts->base_digest, patch.at + PATCH_AT_BASE_DIGEST, 32);
    memcpy(facts->target_digest, patch.at + PATCH_AT_TARGET_DIGEST, 32);
    return check_sizes(patch, facts, diag);
}

/* ---- looking and applying ------------------------------------------------- */

int patch_look(struct bytes patch, const struct patch_facts *facts,
               struct patch_parts *parts, struct diag *diag)
{
    struct walk walk = {.facts = facts};
    int err = decompress_and_walk(patch, &walk, diag);

    *parts = walk.parts;
    return err;
}

static bool has_digest(struct bytes bytes, const uint8_t digest[32])
{
    uint8_t computed[32];

    return mbedtls_sha256(bytes.at, bytes.size, computed, 0) == 0 &&
           memcmp(computed, digest, sizeof computed) == 0;
}

static int check_base(struct bytes base, const struct patch_facts *facts,
                      struct diag *diag)
{
    return base.size == facts->base_size && has_digest(base, facts->base_digest)
               ? 0
               : diag_fail(diag, OTALAB_ERR_FAILED,
                           "the patch is for another base: %u.%u.%u+%u, %u "
                           "bytes, SHA-256 %02x%02x%02x%02x..",
                           facts->base_version.major, facts->base_version.minor,
                           facts->base_version.revision,
                           facts->base_version.build, facts->base_size,
                           facts->base_digest[0], facts->base_digest[1],
                           facts->base_digest[2], facts->base_digest[3]);
}

/* `target` has room for the whole image. */
static int apply_to(struct bytes patch, struct bytes base,
                    const struct patch_facts *facts, uint8_t *target,
                    struct diag *diag)
{
    struct walk walk = {.facts = facts, .base = base, .target = target};
    int err = decompress_and_walk(patch, &walk, diag);

    if (err == 0 && !has_digest((struct bytes){target, facts->target_size},
                                facts->target_digest)) {
        err = diag_fail(diag, OTALAB_ERR_FAILED,
                        "the patch is damaged: the result has another digest");
    }
    return err;
}

int patch_apply(struct bytes patch, struct bytes base,
                struct patch_facts *facts, uint8_t **out, struct diag *diag)
{
    int err = patch_read(patch, facts, diag);

    err = err != 0 ? err : check_base(base, facts, diag);
    if (err != 0) {
        return err;
    }
    uint8_t *target = malloc(facts->target_size);
    err = target != NULL
              ? apply_to(patch, base, facts, target, diag)
              : diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    if (err != 0) {
        free(target);
        return err;
    }
    *out = target;
    return 0;
}
