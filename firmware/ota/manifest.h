/* SPDX-License-Identifier: MIT */
/*
 * SUIT manifests (draft-ietf-suit-manifest-37): what a server offers and how to
 * install it. docs/manifest.md has the format, with the part of the standard
 * that is understood here; anything else is refused.
 *
 *   envelope, tag 107   { 2: [ digest of member 3, COSE_Sign1 over it ],
 *                         3: manifest { 2: release, 3: common, 7: validate,
 *                                       9: invoke, 16, 20: sequences or their
 *                                       digests },
 *                         16, 20, 23: members whose digest is in the manifest }
 *
 * ota_manifest_read() verifies before it reads: nothing after a wrong signature or
 * digest is looked at. ota_manifest_run() then carries out a command sequence as a
 * pure function of manifest and device. It does not do the work itself: it
 * stops at the first piece of work that is not done yet, and says what that is.
 * After the work it is run again from the start, as after a reset, so there is
 * no state to keep. Nothing is copied, so the envelope's bytes must outlive the
 * manifest. Memory is bounded: no heap, no recursion.
 */
#ifndef OTALAB_OTA_MANIFEST_H
#define OTALAB_OTA_MANIFEST_H

#include <stdbool.h>
#include <stdint.h>

#include "ota/agent_why.h"
#include "ota/cbor.h"
#include "ota/image.h"

#define OTA_MANIFEST_MAX 2048u /* bytes of an envelope */
#define OTA_MANIFEST_KEPT \
    480u /* bytes of its members 2 and 3, as an envelope */
#define OTA_MANIFEST_COMPONENTS 4u
#define OTA_MANIFEST_DEPTH 4u     /* sequences within each other */
#define OTA_MANIFEST_COMMANDS 64u /* carried out in one run */
#define OTA_MANIFEST_UUID 16u
#define OTA_MANIFEST_PATCH \
    1u /* patch format heatshrink-1, docs/delta-format.md */

enum ota_manifest_sequence {
    OTA_MANIFEST_SHARED, /* alone; it is also carried out before each other one */
    OTA_MANIFEST_FETCH,
    OTA_MANIFEST_INSTALL,
    OTA_MANIFEST_VALIDATE,
    OTA_MANIFEST_INVOKE,
    OTA_MANIFEST_SEQUENCES
};

struct ota_manifest {
    uint32_t release;    /* the sequence number */
    uint32_t version[4]; /* major, minor, revision, build; zeros if not given */
    uint32_t kept_length; /* what ota_manifest_keep() writes */
    uint32_t components;
    struct cbor_span names[OTA_MANIFEST_COMPONENTS]; /* as encoded */
    struct cbor_span sequences[OTA_MANIFEST_SEQUENCES];
    bool severed
        [OTA_MANIFEST_SEQUENCES]; /* a digest stands for it, and the member
                                         is not there */
};

/*
 * Verify and read an envelope. NONE, or: BAD_MANIFEST (malformed),
 * BAD_COSE, BAD_ALGORITHM, BAD_SIGNATURE (no known key signed
 * it, or a digest differs), KEY_REVOKED, BAD_SEVERING (a severed member differs
 * from its digest, or has none), BAD_COMMAND, BAD_COMPONENT or BAD_PARAMETER
 * (in any sequence, whether it would be carried out or not). `out` is all zero
 * unless it is NONE. Severed members may be absent.
 */
enum agent_why ota_manifest_read(struct cbor_span envelope,
                                 const struct image_keys *keys,
                                 struct ota_manifest *out);

/* The envelope without severed members, which still proves itself, to `out` of
 * manifest->kept_length bytes. */
void ota_manifest_keep(const struct ota_manifest *manifest,
                       struct cbor_span envelope, uint8_t *out);

/* What a manifest's conditions ask about. NULL and 0: unknown, and so a
 * condition about it fails. */
struct ota_manifest_device {
    const uint8_t *vendor; /* OTA_MANIFEST_UUID bytes each */
    const uint8_t *class_id;
    const uint8_t *device;
    uint32_t target;      /* slot of component 0 */
    uint32_t battery_mwh; /* left */
    uint32_t version[4];  /* that runs */
    bool takes_patch;     /* not too many have failed, and there is a base */
    void *context;
    /* Are the first `size` bytes of that component those with that SHA-256? */
    bool (*matches)(void *context, uint32_t component, uint32_t size,
                    const uint8_t digest[OTA_DIGEST_SIZE]);
};

enum ota_manifest_work {
    OTA_MANIFEST_DONE,      /* nothing is left to do */
    OTA_MANIFEST_TO_FETCH,  /* fetch `uri` to the component */
    OTA_MANIFEST_TO_INVOKE, /* start the component */
    OTA_MANIFEST_REFUSED    /* see `why` */
};

/* What is to be done, and the parameters of its component (for DONE: of
 * component 0). */
struct ota_manifest_plan {
    enum ota_manifest_work work;
    enum agent_why why;
    uint32_t component;
    uint32_t size;               /* of the file; 0: not given */
    uint32_t counter;            /* security counter */
    uint32_t patch;              /* format; 0: `uri` is the file itself */
    uint32_t source;             /* component that the patch is for */
    const uint8_t *file_digest;  /* OTA_DIGEST_SIZE bytes; NULL: not given */
    const uint8_t *image_digest; /* the same */
    struct cbor_span uri;
};

/* Carry out the shared sequence and then that one, as far as it goes. REFUSED
 * with CONDITION_FAILED or WRONG_DEVICE, with BAD_SEVERING if the sequence was
 * severed and is not there, with BAD_PARAMETER if one is missing, or
 * with what ota_manifest_read() may say. A sequence that the manifest does not have
 * is DONE. */
void ota_manifest_run(const struct ota_manifest *manifest,
                      enum ota_manifest_sequence sequence,
                      const struct ota_manifest_device *device,
                      struct ota_manifest_plan *plan);

/* Is every command of that sequence understood, in all branches? */
enum agent_why ota_manifest_check(const struct ota_manifest *manifest,
                                  enum ota_manifest_sequence sequence);

#endif
