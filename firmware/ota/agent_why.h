/* SPDX-License-Identifier: MIT */
/*
 * The state of an update, how it ended and why: LwM2M's Firmware Update object
 * (states and results, OMA LwM2M 1.1, object 5), and a reason of our own beside
 * the reason code of a SUIT report. Progress records, trace port and status
 * reports share this list; numbers are only ever appended.
 */
#ifndef OTALAB_OTA_AGENT_WHY_H
#define OTALAB_OTA_AGENT_WHY_H

/* X(NAME, number, "text") */
#define AGENT_STATES(X)              \
    X(IDLE, 0, "idle")               \
    X(DOWNLOADING, 1, "downloading") \
    X(DOWNLOADED, 2, "downloaded")   \
    X(UPDATING, 3, "updating")

#define AGENT_RESULTS(X)                               \
    X(INITIAL, 0, "initial")                           \
    X(SUCCESS, 1, "success")                           \
    X(NO_FLASH, 2, "no-flash")                         \
    X(NO_RAM, 3, "no-ram")                             \
    X(CONNECTION_LOST, 4, "connection-lost")           \
    X(INTEGRITY, 5, "integrity")                       \
    X(UNSUPPORTED_PACKAGE, 6, "unsupported-package")   \
    X(INVALID_URI, 7, "invalid-uri")                   \
    X(UPDATE_FAILED, 8, "update-failed")               \
    X(UNSUPPORTED_PROTOCOL, 9, "unsupported-protocol") \
    X(CANCELLED, 10, "cancelled")                      \
    X(DEFERRED, 11, "deferred")

/* X(NAME, number, "text", LwM2M result, SUIT reason) */
#define AGENT_WHYS(X)                                                    \
    X(NONE, 0, "none", INITIAL, 0)                                       \
    X(NOT_NEWER, 1, "not-newer", INITIAL, 0)                             \
    X(DOWNGRADE, 2, "downgrade", UNSUPPORTED_PACKAGE, 10)                \
    X(COUNTER_LOW, 3, "counter-low", UNSUPPORTED_PACKAGE, 10)            \
    X(COUNTER_HIGH, 4, "counter-high", UNSUPPORTED_PACKAGE, 10)          \
    X(BAD_MANIFEST, 5, "bad-manifest", UNSUPPORTED_PACKAGE, 1)           \
    X(BAD_SIGNATURE, 6, "bad-signature", UNSUPPORTED_PACKAGE, 4)         \
    X(KEY_REVOKED, 7, "key-revoked", UNSUPPORTED_PACKAGE, 4)             \
    X(TOO_LARGE, 8, "too-large", NO_FLASH, 10)                           \
    X(REJECTED_BEFORE, 9, "rejected-before", UPDATE_FAILED, 10)          \
    X(ON_TRIAL, 10, "on-trial", DEFERRED, 10)                            \
    X(BATTERY_LOW, 11, "battery-low", DEFERRED, 10)                      \
    X(ENERGY_LOW, 12, "energy-low", DEFERRED, 10)                        \
    X(LINK_POOR, 13, "link-poor", DEFERRED, 10)                          \
    X(OUTSIDE_WINDOW, 14, "outside-window", DEFERRED, 10)                \
    X(DEFERRED, 15, "deferred", DEFERRED, 10)                            \
    X(UNREACHABLE, 16, "unreachable", CONNECTION_LOST, 11)               \
    X(SERVER_REFUSED, 17, "server-refused", CONNECTION_LOST, 11)         \
    X(CHANGED, 18, "changed", CONNECTION_LOST, 11)                       \
    X(BAD_ANSWER, 19, "bad-answer", CONNECTION_LOST, 11)                 \
    X(BAD_DIGEST, 20, "bad-digest", INTEGRITY, 10)                       \
    X(BAD_IMAGE, 21, "bad-image", UNSUPPORTED_PACKAGE, 10)               \
    X(FLASH_ERROR, 22, "flash-error", NO_FLASH, 11)                      \
    X(TRIAL_FAILED, 23, "trial-failed", UPDATE_FAILED, 11)               \
    X(SURROUNDINGS, 24, "surroundings", UPDATE_FAILED, 11)               \
    X(TRIES_USED_UP, 25, "tries-used-up", UPDATE_FAILED, 11)             \
    X(STALE, 26, "stale", UNSUPPORTED_PACKAGE, 10)                       \
    X(TOO_FAR, 27, "too-far", UNSUPPORTED_PACKAGE, 10)                   \
    X(NO_ENTROPY, 28, "no-entropy", CONNECTION_LOST, 11)                 \
    X(NO_TIME, 29, "no-time", CONNECTION_LOST, 11)                       \
    X(BAD_CERTIFICATE, 30, "bad-certificate", CONNECTION_LOST, 4)        \
    X(EXPIRED, 31, "expired", CONNECTION_LOST, 4)                        \
    X(NOT_YET_VALID, 32, "not-yet-valid", CONNECTION_LOST, 4)            \
    X(BAD_PSK, 33, "bad-psk", CONNECTION_LOST, 4)                        \
    X(HANDSHAKE, 34, "handshake", CONNECTION_LOST, 11)                   \
    X(NO_IDENTITY, 35, "no-identity", CONNECTION_LOST, 11)               \
    X(INTERRUPTED, 36, "interrupted", DEFERRED, 11)                      \
    X(BAD_COSE, 37, "bad-cose", UNSUPPORTED_PACKAGE, 2)                  \
    X(BAD_ALGORITHM, 38, "bad-algorithm", UNSUPPORTED_PACKAGE, 3)        \
    X(BAD_COMMAND, 39, "bad-command", UNSUPPORTED_PACKAGE, 5)            \
    X(BAD_COMPONENT, 40, "bad-component", UNSUPPORTED_PACKAGE, 6)        \
    X(BAD_PARAMETER, 41, "bad-parameter", UNSUPPORTED_PACKAGE, 8)        \
    X(BAD_SEVERING, 42, "bad-severing", UNSUPPORTED_PACKAGE, 9)          \
    X(WRONG_DEVICE, 43, "wrong-device", UNSUPPORTED_PACKAGE, 10)         \
    X(CONDITION_FAILED, 44, "condition-failed", UNSUPPORTED_PACKAGE, 10) \
    X(TRIAL_WATCHDOG, 45, "trial-watchdog", UPDATE_FAILED, 11)           \
    X(TRIAL_DEADLINE, 46, "trial-deadline", UPDATE_FAILED, 11)

enum agent_state {
#define AGENT_STATE_ENUM(name, number, text) AGENT_STATE_##name = (number),
    AGENT_STATES(AGENT_STATE_ENUM)
#undef AGENT_STATE_ENUM
};

enum agent_result {
#define AGENT_RESULT_ENUM(name, number, text) AGENT_RESULT_##name = (number),
    AGENT_RESULTS(AGENT_RESULT_ENUM)
#undef AGENT_RESULT_ENUM
};

enum agent_why {
#define AGENT_WHY_ENUM(name, number, text, result, suit) \
    AGENT_WHY_##name = (number),
    AGENT_WHYS(AGENT_WHY_ENUM)
#undef AGENT_WHY_ENUM
};

#endif
