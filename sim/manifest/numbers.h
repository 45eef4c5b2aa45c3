/* SPDX-License-Identifier: MIT */
/*
 * The numbers of SUIT manifests (draft-ietf-suit-manifest-37), of COSE (RFC
 * 9052), and our own, which are below -256.
 */
#ifndef OTALAB_MANIFEST_NUMBERS_H
#define OTALAB_MANIFEST_NUMBERS_H

enum suit_number {
    SUIT_ENVELOPE = 107, /* tag */
    SUIT_SHA256 = -16,

    /* members of the envelope, or of the manifest */
    SUIT_AUTHENTICATION = 2,
    SUIT_MANIFEST = 3,
    SUIT_MANIFEST_VERSION = 1,
    SUIT_SEQUENCE = 2,
    SUIT_COMMON = 3,
    SUIT_REFERENCE = 4,
    SUIT_SET_VERSION = 6,
    SUIT_VALIDATE = 7,
    SUIT_LOAD = 8,
    SUIT_INVOKE_MEMBER = 9,
    SUIT_PAYLOAD_FETCH = 16,
    SUIT_OLD_INSTALL = 17,
    SUIT_INSTALL = 20,
    SUIT_TEXT = 23,
    SUIT_TEXT_UPDATE = 2, /* description of the update, in the text */

    /* members of common */
    SUIT_COMPONENTS = 2,
    SUIT_SHARED = 4,

    /* commands */
    SUIT_VENDOR = 1,
    SUIT_CLASS = 2,
    SUIT_IMAGE_MATCH = 3,
    SUIT_SLOT = 5,
    SUIT_CONTENT = 6,
    SUIT_SET_COMPONENT = 12,
    SUIT_ABORT = 14,
    SUIT_TRY_EACH = 15,
    SUIT_WRITE = 18,
    SUIT_OVERRIDE = 20,
    SUIT_FETCH = 21,
    SUIT_COPY = 22,
    SUIT_INVOKE = 23,
    SUIT_DEVICE = 24,
    SUIT_NOT_MATCH = 25,
    SUIT_BATTERY = 26,
    SUIT_VERSION = 28,
    SUIT_RUN_SEQUENCE = 32,
    SUIT_DELTA_ATTEMPTS = -260, /* ours: patches may still be tried */

    /* parameters */
    SUIT_PARAMETER_VENDOR = 1,
    SUIT_PARAMETER_CLASS = 2,
    SUIT_PARAMETER_DIGEST = 3,
    SUIT_PARAMETER_SLOT = 5,
    SUIT_PARAMETER_STRICT = 12,
    SUIT_PARAMETER_SOFT = 13,
    SUIT_PARAMETER_SIZE = 14,
    SUIT_PARAMETER_CONTENT = 18,
    SUIT_PARAMETER_URI = 21,
    SUIT_PARAMETER_SOURCE = 22,
    SUIT_PARAMETER_DEVICE = 24,
    SUIT_PARAMETER_BATTERY = 26,
    SUIT_PARAMETER_VERSION = 28,
    SUIT_PARAMETER_COUNTER = -257, /* ours: security counter */
    SUIT_PARAMETER_IMAGE = -258,   /* ours: the image's own digest */
    SUIT_PARAMETER_PATCH = -259,   /* ours: the format of a patch */
    SUIT_PATCH_HEATSHRINK = 1,

    /* reporting policies */
    SUIT_REPORT_FAILURE = 2,
    SUIT_REPORT_ALL = 15,

    /* COSE */
    COSE_SIGN1 = 18, /* tag */
    COSE_ALGORITHM = 1,
    COSE_KEY_ID = 4,
    COSE_ES256 = -7,
    COSE_ESP256 = -9
};

#endif
