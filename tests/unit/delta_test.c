/* SPDX-License-Identifier: MIT */
/*
 * The decoder of delta updates on patches as the host makes them, and on
 * patches typed by hand that it must refuse. Each of those is also given to the
 * host's own decoder, which shares no code with it.
 */
#include "delta/rig.h"

#include "base/rng.h"
#include "image/bytes.h"
#include "image/image_sign.h"
#include "ota/crc32.h"

#include <criterion/criterion.h>
#include <mbedtls/sha256.h>

#define PAYLOAD 1500u
#define ROOM 8192u

static struct diag diag;

/* ---- images that resemble each other -------------------------------------- */

/* Words from a small alphabet, so that there are matches in many places. */
static void write_code(uint8_t *payload, uint32_t size, struct rng *rng)
{
    for (uint32_t i = 0; i < size; i += 4) {
        put_le32(payload + i, (uint32_t)rng_below(rng, 97) * 0x01000193u);
    }
}

/* A few words are inserted in the middle, and what lies after them moves:
 * every 8th word is an address. */
static void change_code(uint8_t *payload, uint32_t size, uint32_t insert,
                        struct rng *rng)
{
    uint32_t at = size / 2 & ~3u;

    memmove(payload + at + insert, payload + at, size - at - insert);
    rng_fill(rng, payload + at, insert);
    for (uint32_t i = 0; i + 4 <= size; i += 32) {
        put_le32(payload + i, get_le32(payload + i) + insert);
    }
}

static struct bytes sign(const uint8_t *payload, uint8_t revision)
{
    struct image_spec spec = {.payload = payload,
                              .payload_size = PAYLOAD,
                              .version = {1, 2, revision, 0},
                              .header_size = 32};
    struct key key;
    uint8_t *bytes = NULL;
    size_t size = 0;

    cr_assert_eq(key_dev("root", &key, &diag), 0);
    spec.key = &key;
    cr_assert_eq(image_build(&spec, &bytes, &size, &diag), 0, "%s", diag.text);
    return (struct bytes){bytes, (uint32_t)size};
}

struct pair {
    struct bytes base;
    struct bytes target;
    uint8_t *patch;
    struct rig rig;
};

static void make_pair(struct pair *pair, uint64_t seed, uint32_t insert)
{
    static uint8_t payload[PAYLOAD];
    struct rng rng;
    uint32_t size = 0;

    rng_init(&rng, seed, "delta");
    write_code(payload, PAYLOAD, &rng);
    pair->base = sign(payload, 0);
    change_code(payload, PAYLOAD, insert, &rng);
    pair->target = sign(payload, 1);
    cr_assert_eq(patch_create(pair->base, pair->target, &pair->patch, &size,
                              &diag),
                 0, "%s", diag.text);
    cr_assert_eq(rig_init(&pair->rig, pair->base,
                          (struct bytes){pair->patch, size}),
                 DELTA_NONE);
}

static void free_pair(struct pair *pair)
{
    free((void *)(uintptr_t)pair->base.at);
    free((void *)(uintptr_t)pair->target.at);
    free(pair->patch);
}

static void must_give(const struct pair *pair, const struct pace *pace)
{
    static uint8_t out[ROOM];
    uint32_t made = 0;
    enum delta_why why = rig_run(&pair->rig, pace, out, &made);

    cr_assert_eq(why, DELTA_NONE, "%u, in %u, out %u", why, pace->in,
                 pace->out);
    cr_assert_eq(made, pair->target.size);
    cr_assert_eq(memcmp(out, pair->target.at, made), 0);
}

Test(delta, gives_the_image_whatever_the_pieces)
{
    struct pair pair;

    for (uint32_t seed = 0; seed < 3; seed++) {
        make_pair(&pair, seed, 4 * seed);
        for (uint32_t size = 1; size <= 70; size++) {
            must_give(&pair, &(struct pace){size, 1024, false});
            must_give(&pair, &(struct pace){512, size, false});
            must_give(&pair, &(struct pace){size, 71 - size, false});
        }
        free_pair(&pair);
    }
}

Test(delta, resumes_at_every_byte)
{
    struct pair pair;

    for (uint32_t seed = 0; seed < 3; seed++) {
        make_pair(&pair, seed, 12);
        must_give(&pair, &(struct pace){1, 2048, true});
        must_give(&pair, &(struct pace){512, 1, true});
        must_give(&pair, &(struct pace){1, 1, true});
        must_give(&pair, &(struct pace){7, 5, true});
        free_pair(&pair);
    }
}

/* A state saved anywhere, and the patch given from there on: no byte is asked
 * for twice, none is left out. */
Test(delta, a_state_says_where_the_patch_goes_on)
{
    static uint8_t out[ROOM];
    struct pair pair;
    struct delta delta;
    uint32_t taken = 0;
    uint32_t made = 0;
    const struct pace pace = {3, 5, true};

    make_pair(&pair, 7, 20);
    cr_assert_eq(delta_start(&delta, &pair.rig.job), DELTA_NONE);
    cr_assert_eq(delta_check_base(&delta, &pair.rig.port), DELTA_NONE);
    while (delta_finish(&delta) != DELTA_NONE) {
        cr_assert_eq(rig_step(&pair.rig, &delta, &pace, &taken, out, &made),
                     DELTA_NONE);
        cr_assert_eq(delta.taken, taken);
        cr_assert_eq(delta.written, made);
    }
    cr_assert_eq(taken, pair.rig.patch.size);
    free_pair(&pair);
}

Test(delta, the_same_images_give_the_same_patch)
{
    struct pair one;
    struct pair other;

    make_pair(&one, 1, 8);
    make_pair(&other, 1, 8);
    cr_assert_eq(one.rig.patch.size, other.rig.patch.size);
    cr_assert_eq(memcmp(one.patch, other.patch, one.rig.patch.size), 0);
    cr_assert_lt(one.rig.patch.size, one.target.size / 2);
    free_pair(&one);
    free_pair(&other);
}

/* ---- headers and bases ---------------------------------------------------- */

/* The offsets of docs/delta-format.md. */
static enum delta_why flaw_at(uint32_t offset)
{
    if (offset < 8) {
        return DELTA_BAD_FORMAT;
    }
    bool base = (offset >= 12 && offset < 16) ||
                (offset >= 20 && offset < 28) || (offset >= 36 && offset < 68);
    return base ? DELTA_WRONG_BASE : DELTA_WRONG_PATCH;
}

Test(delta, every_byte_of_the_header_must_be_right)
{
    static uint8_t out[ROOM];
    struct pair pair;
    uint32_t made = 0;

    make_pair(&pair, 3, 8);
    for (uint32_t i = 0; i < DELTA_HEADER; i++) {
        pair.patch[i] ^= 0x10;
        cr_expect_eq(rig_run(&pair.rig, &(struct pace){64, 64, false}, out,
                             &made),
                     flaw_at(i), "offset %u", i);
        cr_expect_eq(made, 0);
        pair.patch[i] ^= 0x10;
    }
    free_pair(&pair);
}

Test(delta, nothing_comes_out_before_the_base_is_checked)
{
    static uint8_t out[ROOM];
    struct pair pair;
    struct delta delta;
    uint8_t saved[DELTA_SAVED];

    make_pair(&pair, 4, 8);
    struct decode_io io = {pair.patch, pair.rig.patch.size, out, ROOM};
    cr_assert_eq(delta_start(&delta, &pair.rig.job), DELTA_NONE);
    cr_expect_eq(delta_step(&delta, &pair.rig.port, &io), DELTA_UNCHECKED);
    cr_assert_eq(delta_check_base(&delta, &pair.rig.port), DELTA_NONE);
    io = (struct decode_io){pair.patch, 300, out, 500};
    cr_assert_eq(delta_step(&delta, &pair.rig.port, &io), DELTA_NONE);
    delta_save(&delta, saved);
    cr_assert_eq(delta_load(&delta, &pair.rig.job, saved), DELTA_NONE);
    io = (struct decode_io){pair.patch + delta.taken, 1, out, ROOM};
    cr_expect_eq(delta_step(&delta, &pair.rig.port, &io), DELTA_UNCHECKED);
    free_pair(&pair);
}

Test(delta, another_base_is_refused)
{
    struct pair pair;
    struct delta delta;
    uint8_t *base;

    make_pair(&pair, 5, 8);
    base = (uint8_t *)(uintptr_t)pair.base.at;
    cr_assert_eq(delta_start(&delta, &pair.rig.job), DELTA_NONE);
    for (uint32_t at = 0; at < pair.base.size; at += 97) {
        base[at] ^= 1;
        cr_expect_eq(delta_check_base(&delta, &pair.rig.port),
                     DELTA_WRONG_BASE);
        base[at] ^= 1;
    }
    base[pair.base.size - 1] ^= 0x80;
    cr_expect_eq(delta_check_base(&delta, &pair.rig.port), DELTA_WRONG_BASE);
    base[pair.base.size - 1] ^= 0x80;
    cr_expect_eq(delta_check_base(&delta, &pair.rig.port), DELTA_NONE);
    pair.rig.reads_fail_from = 700;
    cr_expect_eq(delta_check_base(&delta, &pair.rig.port), DELTA_BASE_ERROR);
    free_pair(&pair);
}

Test(delta, a_base_that_cannot_be_read_later_ends_it)
{
    static uint8_t out[ROOM];
    struct pair pair;
    struct delta delta;

    make_pair(&pair, 5, 8);
    struct decode_io io = {pair.patch, pair.rig.patch.size, out, ROOM};
    cr_assert_eq(delta_start(&delta, &pair.rig.job), DELTA_NONE);
    cr_assert_eq(delta_check_base(&delta, &pair.rig.port), DELTA_NONE);
    pair.rig.reads_fail_from = 700;
    cr_expect_eq(delta_step(&delta, &pair.rig.port, &io), DELTA_BASE_ERROR);
    free_pair(&pair);
}

/* ---- patches typed by hand ------------------------------------------------ */

static const uint8_t small_base[10] = "abcdefghij";

/* A stream as literals only: a bit 1 before each byte. */
static uint32_t literals(const uint8_t *stream, uint32_t size, uint8_t *out)
{
    uint32_t bit = 0;

    memset(out, 0, size * 9 / 8 + 1);
    for (uint32_t i = 0; i < size; i++) {
        uint32_t item = 0x100u | stream[i];
        for (unsigned n = 9; n-- > 0; bit++) {
            out[bit / 8] |= (uint8_t)((item >> n & 1u) << (7 - bit % 8));
        }
    }
    return (bit + 7) / 8;
}

/* A patch for small_base with a header that fits; `compressed` follows it. */
static void seal(uint8_t *patch, uint32_t compressed, const char *target,
                 uint32_t target_size)
{
    memset(patch, 0, PATCH_HEADER);
    put_le32(patch + PATCH_AT_MAGIC, PATCH_MAGIC);
    patch[PATCH_AT_FORMAT] = PATCH_FORMAT;
    patch[PATCH_AT_WINDOW] = PATCH_WINDOW_BITS;
    patch[PATCH_AT_LOOKAHEAD] = PATCH_LOOKAHEAD_BITS;
    put_le32(patch + PATCH_AT_SIZE, PATCH_HEADER + compressed);
    put_le32(patch + PATCH_AT_BASE_SIZE, sizeof small_base);
    put_le32(patch + PATCH_AT_TARGET_SIZE, target_size);
    mbedtls_sha256(small_base, sizeof small_base, patch + PATCH_AT_BASE_DIGEST,
                   0);
    mbedtls_sha256((const uint8_t *)target, target_size,
                   patch + PATCH_AT_TARGET_DIGEST, 0);
}

/* Both decoders on one patch. */
static enum delta_why decode_small(const uint8_t *patch, uint32_t size,
                                   uint8_t *out, uint32_t *made, int *host)
{
    struct bytes base = {small_base, sizeof small_base};
    struct patch_facts facts;
    uint8_t *theirs = NULL;
    struct rig rig;

    diag.text[0] = '\0';
    *host =
        patch_apply((struct bytes){patch, size}, base, &facts, &theirs, &diag);
    free(theirs);
    enum delta_why why = rig_init(&rig, base, (struct bytes){patch, size});
    return why != DELTA_NONE
               ? why
               : rig_run(&rig, &(struct pace){8, 64, true}, out, made);
}

struct typed {
    const char *what;
    const char *target;
    const char *stream;
    uint32_t size; /* of the stream */
    enum delta_why why;
};
#define STREAM(text) text, sizeof(text) - 1

/* A stream: length, move, fresh count, runs, fresh bytes. */
static const struct typed typed[] = {
    {"all of the base", "abcdefghij", STREAM("\x0a\x00\x00\x28"), DELTA_NONE},
    {"one byte changed", "abcdefghiz", STREAM("\x0a\x00\x00\x25\x10"),
     DELTA_NONE},
    {"five changed, with a count", "bcdef",
     STREAM("\x05\x00\x00\x00\x05\x01\x01\x01\x01\x01"), DELTA_NONE},
    {"fresh only", "xyz", STREAM("\x00\x00\x03xyz"), DELTA_NONE},
    {"backward", "ijab", STREAM("\x02\x10\x00\x08\x02\x13\x00\x08"),
     DELTA_NONE},
    {"copy, then fresh", "abX", STREAM("\x02\x00\x01\x08X"), DELTA_NONE},
    {"a number in two bytes", "abc", STREAM("\x83\x00\x00\x00\x0c"),
     DELTA_NONE},
    {"five bytes in a number", "abc", STREAM("\x83\x80\x80\x80\x00\x00\x0c"),
     DELTA_BAD_NUMBER},
    {"a cover of nothing", "abc", STREAM("\x00\x00\x00\x03\x00\x00\x0c"),
     DELTA_BAD_NUMBER},
    {"a cover beyond the image", "abc", STREAM("\x04\x00\x00\x10"),
     DELTA_TOO_MUCH},
    {"a cover of 2^28 - 1", "abc", STREAM("\xff\xff\xff\x7f\x00\x00\x0c"),
     DELTA_TOO_MUCH},
    {"fresh beyond the image", "abc", STREAM("\x02\x00\x02\x08xy"),
     DELTA_TOO_MUCH},
    {"beyond the base", "abcdefghijk", STREAM("\x0b\x00\x00\x2c"),
     DELTA_OUTSIDE_BASE},
    {"moved beyond the base", "abc", STREAM("\x03\x10\x00\x0c"),
     DELTA_OUTSIDE_BASE},
    {"moved far beyond the base", "abc", STREAM("\x03\xfe\xff\xff\x7f\x00\x0c"),
     DELTA_OUTSIDE_BASE},
    {"moved before the base", "abc", STREAM("\x03\x01\x00\x0c"),
     DELTA_OUTSIDE_BASE},
    {"moved far before the base", "abc", STREAM("\x03\xff\xff\xff\x7f\x00\x0c"),
     DELTA_OUTSIDE_BASE},
    {"a run beyond its cover", "abc", STREAM("\x03\x00\x00\x10"),
     DELTA_TOO_MUCH},
    {"changed bytes beyond the cover", "abc",
     STREAM("\x03\x00\x00\x0a\x01\x01"), DELTA_TOO_MUCH},
    {"a count beyond the cover", "abc",
     STREAM("\x03\x00\x00\x04\x03\x01\x01\x01"), DELTA_TOO_MUCH},
    {"a count of 0", "abc", STREAM("\x03\x00\x00\x04\x00\x08"),
     DELTA_BAD_NUMBER},
    {"too short", "abcd", STREAM("\x03\x00\x00\x0c"), DELTA_ENDS_EARLY},
    {"ends in a cover", "abcd", STREAM("\x04\x00\x00\x05"), DELTA_ENDS_EARLY},
    {"ends in fresh bytes", "abcd",
     STREAM("\x00\x00\x04"
            "ab"),
     DELTA_ENDS_EARLY},
    {"more after the image", "abc", STREAM("\x03\x00\x00\x0c\x00\x00"),
     DELTA_GOES_ON},
    {"much more after the image", "abc",
     STREAM("\x03\x00\x00\x0c"
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
     DELTA_GOES_ON},
};

Test(delta, patches_typed_by_hand)
{
    for (unsigned i = 0; i < sizeof typed / sizeof typed[0]; i++) {
        const struct typed *row = &typed[i];
        uint32_t size = (uint32_t)strlen(row->target);
        uint8_t patch[256];
        uint8_t out[256];
        uint32_t made = 0;
        int host = 0;

        uint32_t compressed = literals((const uint8_t *)row->stream, row->size,
                                       patch + PATCH_HEADER);
        seal(patch, compressed, row->target, size);
        enum delta_why why =
            decode_small(patch, PATCH_HEADER + compressed, out, &made, &host);
        cr_expect_eq(why, row->why, "%s: %u", row->what, why);
        cr_expect_eq(host == 0, row->why == DELTA_NONE, "%s: the host says %s",
                     row->what, diag.text);
        cr_expect(made <= size, "%s", row->what);
        cr_expect(why != DELTA_NONE ||
                      (made == size && memcmp(out, row->target, size) == 0),
                  "%s", row->what);
    }
}

/* A repetition that goes on beyond the image: the stream is complete, but the
 * decompressor holds more. */
Test(delta, a_repetition_beyond_the_image_is_refused)
{
    /* literals 00 00 04 x, then: 1 back, 16 times */
    static const uint8_t stream[] = {0, 0, 4, 'x'};
    uint8_t patch[256];
    uint8_t out[256];
    uint32_t made = 0;
    int host = 0;

    uint32_t compressed = literals(stream, sizeof stream, patch + PATCH_HEADER);
    cr_assert_eq(compressed, 5); /* 36 bits; 0 0000000 1111 follows */
    patch[PATCH_HEADER + 4] &= 0xF0;
    patch[PATCH_HEADER + 5] = 0x0F;
    seal(patch, compressed + 1, "xxxx", 4);
    cr_expect_eq(decode_small(patch, PATCH_HEADER + compressed + 1, out, &made,
                              &host),
                 DELTA_ENDS_EARLY);
    cr_expect_neq(host, 0);
    patch[PATCH_HEADER + 5] = 0x02; /* three times is right */
    cr_expect_eq(decode_small(patch, PATCH_HEADER + compressed + 1, out, &made,
                              &host),
                 DELTA_NONE);
    cr_expect_eq(host, 0, "%s", diag.text);
}

Test(delta, sizes_that_no_patch_has_are_refused)
{
    struct delta_job job = {101, 10, 10, {0}, {0}, {0}, {0}};
    const struct delta_job good = job;
    struct delta delta;

    cr_expect_eq(delta_start(&delta, &job), DELTA_NONE);
    job.patch_size = DELTA_HEADER;
    cr_expect_eq(delta_start(&delta, &job), DELTA_BAD_SIZE);
    job = good;
    job.patch_size = DELTA_SIZE_MAX + 1;
    cr_expect_eq(delta_start(&delta, &job), DELTA_BAD_SIZE);
    job = good;
    job.base_size = DELTA_SIZE_MAX + 1;
    cr_expect_eq(delta_start(&delta, &job), DELTA_BAD_SIZE);
    job = good;
    job.target_size = DELTA_SIZE_MAX + 1;
    cr_expect_eq(delta_start(&delta, &job), DELTA_BAD_SIZE);
    job.target_size = 0;
    cr_expect_eq(delta_start(&delta, &job), DELTA_BAD_SIZE);
}

/* ---- a patch that is cut, or never ends ----------------------------------- */

Test(delta, a_patch_that_says_less_than_it_needs_ends_early)
{
    static uint8_t out[ROOM];
    struct pair pair;
    uint32_t whole;
    uint32_t made = 0;

    make_pair(&pair, 6, 16);
    whole = pair.rig.patch.size;
    for (uint32_t size = DELTA_HEADER + 1; size < whole; size++) {
        put_le32(pair.patch + PATCH_AT_SIZE, size);
        cr_assert_eq(rig_init(&pair.rig, pair.base,
                              (struct bytes){pair.patch, whole}),
                     DELTA_NONE);
        cr_expect_eq(rig_run(&pair.rig, &(struct pace){50, 100, false}, out,
                             &made),
                     DELTA_ENDS_EARLY, "%u of %u", size, whole);
    }
    free_pair(&pair);
}

Test(delta, an_endless_patch_stops)
{
    static uint8_t patch[4096];
    static uint8_t out[ROOM];
    static const uint8_t values[] = {0x00, 0x55, 0x80, 0xAA, 0xFF};
    uint32_t made = 0;
    int host = 0;

    for (unsigned i = 0; i < sizeof values; i++) {
        memset(patch, values[i], sizeof patch);
        seal(patch, sizeof patch - PATCH_HEADER, "abc", 3);
        cr_expect_neq(decode_small(patch, sizeof patch, out, &made, &host),
                      DELTA_NONE, "%02x", values[i]);
        cr_expect_neq(host, 0);
        cr_expect_leq(made, 3);
    }
}

/* ---- saved states --------------------------------------------------------- */

/* In the middle of a patch. */
static void half_way(struct pair *pair, struct delta *delta, uint32_t taken)
{
    static uint8_t out[ROOM];
    struct decode_io io = {pair->patch, taken, out, ROOM};

    cr_assert_eq(delta_start(delta, &pair->rig.job), DELTA_NONE);
    cr_assert_eq(delta_check_base(delta, &pair->rig.port), DELTA_NONE);
    cr_assert_eq(delta_step(delta, &pair->rig.port, &io), DELTA_NONE);
}

Test(delta, a_flipped_bit_in_a_state_is_found)
{
    struct pair pair;
    struct delta delta;
    uint8_t saved[DELTA_SAVED];

    make_pair(&pair, 8, 16);
    half_way(&pair, &delta, 250);
    delta_save(&delta, saved);
    for (uint32_t bit = 0; bit < 8 * DELTA_SAVED; bit++) {
        saved[bit / 8] ^= (uint8_t)(1u << bit % 8);
        cr_expect_eq(delta_load(&delta, &pair.rig.job, saved), DELTA_BAD_STATE,
                     "bit %u", bit);
        saved[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    cr_expect_eq(delta_load(&delta, &pair.rig.job, saved), DELTA_NONE);
    free_pair(&pair);
}

Test(delta, a_state_of_another_patch_is_refused)
{
    struct pair pair;
    struct pair other;
    struct delta delta;
    uint8_t saved[DELTA_SAVED];

    make_pair(&pair, 9, 16);
    make_pair(&other, 10, 16);
    half_way(&pair, &delta, 250);
    delta_save(&delta, saved);
    cr_expect_eq(delta_load(&delta, &other.rig.job, saved), DELTA_OTHER_STATE);
    pair.rig.job.target_digest[31] ^= 1;
    cr_expect_eq(delta_load(&delta, &pair.rig.job, saved), DELTA_OTHER_STATE);
    free_pair(&pair);
    free_pair(&other);
}

/* Offsets as drawn in delta_save.c; the checksum is right. */
static const struct {
    const char *what;
    uint8_t offset;
    uint8_t size;
    uint32_t value;
} wrong_states[] = {
    {"another magic", 0, 4, 0x3253544f},
    {"taken beyond the patch", 8, 4, 100000},
    {"taken within the header", 8, 4, 99},
    {"written beyond the image", 12, 4, 100000},
    {"written all", 12, 4, 0xffffffff},
    {"base beyond its end", 16, 4, 100000},
    {"more to copy than the image has", 20, 4, 100000},
    {"copy that overflows", 20, 4, 0xffffffff},
    {"more fresh bytes than the image has", 24, 4, 100000},
    {"fresh bytes that overflow", 24, 4, 0xfffffff0},
    {"more equal bytes than the cover has", 28, 4, 100000},
    {"more changed bytes than the cover has", 32, 4, 100000},
    {"a number without digits", 36, 4, 1},
    {"digits of half a number", 40, 1, 3},
    {"too many digits", 40, 1, 28},
    {"no such state", 41, 1, 10},
    {"the header's state", 41, 1, 0},
    {"the end's state", 41, 1, 9},
    {"no such state of the decompressor", 42, 1, 7},
    {"one that does not occur", 42, 1, 2},
    {"two bits at once", 44, 1, 3},
    {"a count beyond the lookahead", 45, 1, 17},
    {"an index beyond the window", 46, 1, 129},
    {"a head beyond the window", 47, 1, 128},
    {"reserved", 48, 4, 1},
};

Test(delta, states_that_cannot_be_are_refused)
{
    struct pair pair;
    struct delta delta;
    uint8_t saved[DELTA_SAVED];

    make_pair(&pair, 11, 16);
    half_way(&pair, &delta, 250);
    for (unsigned i = 0; i < sizeof wrong_states / sizeof wrong_states[0];
         i++) {
        delta_save(&delta, saved);
        if (wrong_states[i].size == 4) {
            put_le32(saved + wrong_states[i].offset, wrong_states[i].value);
        } else {
            saved[wrong_states[i].offset] = (uint8_t)wrong_states[i].value;
        }
        put_le32(saved + DELTA_SAVED - 4, ota_crc32(saved, DELTA_SAVED - 4));
        struct delta copy;
        cr_expect_eq(delta_load(&copy, &pair.rig.job, saved), DELTA_BAD_STATE,
                     "%s", wrong_states[i].what);
    }
    free_pair(&pair);
}

/* ---- the host's side ------------------------------------------------------ */

Test(delta, the_host_applies_what_it_made)
{
    struct pair pair;
    struct patch_facts facts;
    struct patch_parts parts;
    uint8_t *target = NULL;

    make_pair(&pair, 12, 40);
    cr_assert_eq(patch_apply(pair.rig.patch, pair.base, &facts, &target, &diag),
                 0, "%s", diag.text);
    cr_assert_eq(facts.target_size, pair.target.size);
    cr_expect_eq(memcmp(target, pair.target.at, facts.target_size), 0);
    cr_expect_eq(facts.target_version.revision, 1);
    cr_assert_eq(patch_look(pair.rig.patch, &facts, &parts, &diag), 0);
    cr_expect_eq(parts.same + parts.changed + parts.fresh, facts.target_size);
    free(target);
    free_pair(&pair);
}

/* Versions are for people, and one stream can be compressed in several ways. A
 * wrong image never comes out. */
Test(delta, the_host_refuses_what_is_damaged)
{
    struct pair pair;
    struct patch_facts facts;
    uint32_t refused = 0;

    make_pair(&pair, 13, 40);
    for (uint32_t at = 0; at < pair.rig.patch.size; at++) {
        uint8_t *target = NULL;
        pair.patch[at] ^= 0x20;
        int err =
            patch_apply(pair.rig.patch, pair.base, &facts, &target, &diag);
        refused += err != 0;
        cr_expect(err != 0 ||
                      (facts.target_size == pair.target.size &&
                       memcmp(target, pair.target.at, pair.target.size) == 0),
                  "byte %u", at);
        free(target);
        pair.patch[at] ^= 0x20;
    }
    cr_expect_gt(refused, pair.rig.patch.size * 9 / 10);
    free_pair(&pair);
}

Test(delta, what_is_no_image_gets_no_patch)
{
    struct pair pair;
    uint8_t *patch = NULL;
    uint32_t size = 0;

    make_pair(&pair, 14, 4);
    struct bytes cut = {pair.base.at, pair.base.size - 1};
    diag.text[0] = '\0';
    cr_expect_eq(patch_create(cut, pair.target, &patch, &size, &diag),
                 OTALAB_ERR_USAGE);
    cr_expect_neq(strstr(diag.text, "the base"), NULL, "%s", diag.text);
    free_pair(&pair);
}
