/* SPDX-License-Identifier: MIT */
/*
 * A decoder for delta updates: it makes a new image from an old one, the base,
 * and a patch (docs/delta-format.md). The patch comes in pieces of any size,
 * the image leaves in order, in pieces of any size; the base is read through a
 * callback. The caller owns all memory: `struct delta` is a plain value without
 * pointers.
 *
 *     patch --any pieces--> delta_step --in order--> image
 *                             |    ^
 *                   delta_save v    | base: reads at any place
 *                         184 bytes -> delta_load, after a reset
 *
 * The caller knows from a verified offer which patch it is about, and from the
 * running image which base it has (struct delta_job). The patch's header must
 * say exactly the same. Nothing is produced until delta_check_base() has found
 * the base's digest right, after each start and each load. The decoder does not
 * compute the image's digest: whoever stores it compares what is stored.
 *
 * Every number of the patch is checked before use: it reads nothing outside the
 * base, produces no more than the image's size, and takes no more than the
 * patch's size. After an error only a new start or load is valid.
 */
#ifndef OTALAB_OTA_DELTA_H
#define OTALAB_OTA_DELTA_H

#include <stdbool.h>
#include <stdint.h>

#include <heatshrink_decoder.h>

#include "ota/decode.h"
#include "ota/image.h"

#define DELTA_HEADER 100u /* bytes */
#define DELTA_SAVED 184u  /* bytes of a saved state */
/* No patch, base or image is larger. */
#define DELTA_SIZE_MAX (8u * 1024u * 1024u)

/* X(NAME, number, "text"); NONE is success. */
#define DELTA_WHYS(X)                  \
    X(NONE, 0, "none")                 \
    X(BAD_SIZE, 1, "bad-size")         \
    X(BAD_FORMAT, 2, "bad-format")     \
    X(WRONG_PATCH, 3, "wrong-patch")   \
    X(WRONG_BASE, 4, "wrong-base")     \
    X(BASE_ERROR, 5, "base-error")     \
    X(UNCHECKED, 6, "unchecked-base")  \
    X(BAD_NUMBER, 7, "bad-number")     \
    X(OUTSIDE_BASE, 8, "outside-base") \
    X(TOO_MUCH, 9, "too-much")         \
    X(ENDS_EARLY, 10, "ends-early")    \
    X(GOES_ON, 11, "goes-on")          \
    X(BAD_STATE, 12, "bad-state")      \
    X(OTHER_STATE, 13, "state-of-other")

enum delta_why {
#define DELTA_WHY_ENUM(name, value, text) DELTA_##name = (value),
    DELTA_WHYS(DELTA_WHY_ENUM)
#undef DELTA_WHY_ENUM
};

/* Which patch, from which base to which image. Sizes in bytes, of whole files:
 * a patch with its header, images with header and TLVs. */
struct delta_job {
    uint32_t patch_size;
    uint32_t base_size;
    uint32_t target_size;
    struct image_version base_version;
    struct image_version target_version;
    uint8_t base_digest[OTA_DIGEST_SIZE]; /* SHA-256 of the whole file */
    uint8_t target_digest[OTA_DIGEST_SIZE];
};

/* Reads `length` bytes of the base at `offset` to `data`; both were checked
 * against the base's size. 0, or a negative enum ota_err. */
struct delta_base {
    void *context;
    int (*read)(void *context, uint32_t offset, void *data, uint32_t length);
};

/* Private to delta*.c. */
struct delta {
    uint8_t header[DELTA_HEADER]; /* what the patch must start with */
    uint32_t patch_size;
    uint32_t base_size;
    uint32_t target_size;
    bool base_checked;

    /* From here on it is saved. */
    uint32_t taken;   /* bytes of the patch */
    uint32_t written; /* bytes of the image */
    uint32_t base_at;
    uint32_t copy_left;    /* of this cover, with the two below */
    uint32_t same_left;    /* of this run */
    uint32_t changed_left; /* of this run */
    uint32_t fresh_left;   /* after this cover */
    uint32_t number;       /* so far */
    uint8_t shift;         /* its bits so far */
    uint8_t state;
    heatshrink_decoder shrink;
};

/* What a patch claims to be. BAD_FORMAT or BAD_SIZE if it is not a patch. */
enum delta_why delta_read_header(const uint8_t header[DELTA_HEADER],
                                 struct delta_job *job);

/* Start at the patch's first byte. BAD_SIZE: no patch has these sizes. */
enum delta_why delta_start(struct delta *delta, const struct delta_job *job);

/* Hash the base: WRONG_BASE if it is not the job's, BASE_ERROR if it cannot be
 * read. Takes as long as a hash of base_size bytes. */
enum delta_why delta_check_base(struct delta *delta,
                                const struct delta_base *base);

/* Proceed as far as input and output allow. When it returns NONE, then either
 * io->in_left or io->out_left is 0. */
enum delta_why delta_step(struct delta *delta, const struct delta_base *base,
                          struct decode_io *io);

/* The whole patch was taken and the whole image produced: NONE. Otherwise
 * ENDS_EARLY. */
enum delta_why delta_finish(const struct delta *delta);

/* The state between two calls as bytes, the same on every machine. */
void delta_save(const struct delta *delta, uint8_t saved[DELTA_SAVED]);
/* Continue from a saved state, at byte delta->taken of the patch and byte
 * delta->written of the image. OTHER_STATE: it belongs to another job;
 * BAD_STATE: damaged, or no decoder can be in it. Then start over. */
enum delta_why delta_load(struct delta *delta, const struct delta_job *job,
                          const uint8_t saved[DELTA_SAVED]);

#endif
