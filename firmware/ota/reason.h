/* SPDX-License-Identifier: MIT */
/*
 * Why an image or a request was refused, or a slot left: the list that journal,
 * trace port and status reports share (docs/flash-layout.md).
 */
#ifndef OTALAB_OTA_REASON_H
#define OTALAB_OTA_REASON_H

#define OTA_REASONS(X)                        \
    X(NONE, 0, "none")                        \
    X(EMPTY, 1, "empty")                      \
    X(BAD_HEADER, 2, "bad-header")            \
    X(TOO_LARGE, 3, "too-large")              \
    X(BAD_TLV, 4, "bad-tlv")                  \
    X(BAD_HASH, 5, "bad-hash")                \
    X(UNSIGNED, 6, "unsigned")                \
    X(BAD_SIGNATURE, 7, "bad-signature")      \
    X(KEY_REVOKED, 8, "key-revoked")          \
    X(COUNTER_LOW, 9, "counter-low")          \
    X(COUNTER_HIGH, 10, "counter-high")       \
    X(DOWNGRADE, 11, "downgrade")             \
    X(BAD_ENTRY, 12, "bad-entry")             \
    X(REJECTED_BEFORE, 13, "rejected-before") \
    X(TRIAL_FAILED, 14, "trial-failed")       \
    X(FLASH_ERROR, 15, "flash-error")         \
    X(NO_FALLBACK, 16, "no-fallback")         \
    X(BAD_REQUEST, 17, "bad-request")         \
    X(SURROUNDINGS, 18, "surroundings")       \
    X(POWER_LOST, 19, "power-lost")           \
    X(STALE, 20, "stale")                     \
    X(DEPENDENCY, 21, "dependency")

enum ota_reason {
#define OTA_REASON_ENUM(name, value, text) OTA_REASON_##name = (value),
    OTA_REASONS(OTA_REASON_ENUM)
#undef OTA_REASON_ENUM
};

#endif
