/* SPDX-License-Identifier: MIT */
/*
 * What a manifest offers to this board: an image for the slot that does not
 * run. The standard allows much more than this product can do, so these
 * functions say, before a byte of the image is fetched, whether a manifest can
 * be carried out here to its end. Pure; docs/manifest.md has the rules.
 */
#ifndef OTALAB_OTA_OFFER_H
#define OTALAB_OTA_OFFER_H

#include "ota/manifest.h"
#include "ota/uri.h"

/* Components, by their index. */
enum { OFFER_APP, OFFER_RUN };

struct offer {
    uint32_t release;
    struct image_version version;
    uint32_t counter;
    uint32_t size;                         /* of the file */
    uint8_t file_digest[OTA_DIGEST_SIZE];  /* of all its bytes */
    uint8_t image_digest[OTA_DIGEST_SIZE]; /* as journal and requests use it */
};

/*
 * Read and verify an envelope, or the part of it that was kept. NONE, what
 * ota_manifest_read() and ota_manifest_run() say, or: BAD_MANIFEST (release 0,
 * or a version that no image has), BAD_COMPONENT (not `app` and `run`),
 * BAD_COMMAND (the shared sequence does work), BAD_PARAMETER (size or a digest
 * is missing). Both are all zero unless it is NONE. For what was kept, give a
 * device with all the battery there may be: otherwise a low one would make the
 * highest release unknown.
 */
enum agent_why offer_read(struct cbor_span envelope,
                          const struct image_keys *keys,
                          const struct ota_manifest_device *device,
                          struct ota_manifest *manifest, struct offer *out);

/* Would the image be started, once it is there? NONE, or why not. */
enum agent_why offer_check(const struct ota_manifest *manifest,
                           const struct ota_manifest_device *device);

/* What is to be fetched next, and where it lies. NONE (plan->work is TO_FETCH or
 * DONE), or why not: BAD_PARAMETER also if it does not lie on the update
 * server. */
enum agent_why offer_plan(const struct ota_manifest *manifest,
                          const struct ota_manifest_device *device,
                          struct ota_manifest_plan *plan, struct uri *uri);

#endif
