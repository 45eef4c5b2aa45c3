/* SPDX-License-Identifier: MIT */
/*
 * Plays a case from its contents to its end: boot after boot with its resets,
 * cuts and applications; then, left alone, the way back to a confirmed image,
 * and one more update. Judged throughout.
 */
#ifndef OTALAB_TESTS_NATIVE_BOOT_PLAY_H
#define OTALAB_TESTS_NATIVE_BOOT_PLAY_H

#include <stdio.h>

#include "native/boot_case.h"
#include "native/boot_judge.h"
#include "native/native_board.h"

/* X(CODE, "what the application does") */
#define PLAY_HABIT_LIST(X)                                                 \
    X(GOOD, "is alive, confirms")                                          \
    X(COMMITS, "is alive, confirms, commits when confirmed")               \
    X(UPDATES, "writes an image to the other slot and asks for its trial") \
    X(ASKS, "asks for a trial of what is in the other slot")               \
    X(CRASHES, "crashes at once")                                          \
    X(CRASHES_LATE, "is alive, then crashes")                              \
    X(GIVES_BACK, "is alive, gives its trial back")                        \
    X(UNPLUGGED, "is alive, then power is lost")                           \
    X(UNPLUGGED_EARLY, "loses power before it is alive")                   \
    X(BROWNS_OUT, "is alive, then browns out")                             \
    X(HANGS, "is alive, then hangs")                                       \
    X(WILD, "asks for anything")

enum play_habit {
#define PLAY_ENUM(code, text) PLAY_##code,
    PLAY_HABIT_LIST(PLAY_ENUM)
#undef PLAY_ENUM
        PLAY_HABITS
};
#define PLAY_ENDINGS 12u /* 1..6: enum ctl_reset_cause; others: the habit's */

/* The most that one boot did, and that reaching a confirmed image took. */
struct play_worst {
    uint32_t erases;
    uint32_t programs;
    uint32_t settling; /* boots */
};

struct play_result {
    struct judge_finding finding;
    struct play_worst worst;
    uint32_t boots;
    uint32_t cuts;    /* that were due */
    uint32_t runs;    /* boots that ended in an image */
    uint32_t updates; /* 1: the last update went well */
    uint64_t hash;    /* of flash and fuses at the end */
};

/* Call once per process. */
int boot_play_open(struct diag *diag);
/* Play the case; `log` may be NULL. The device may have served other cases. */
void boot_play(const struct boot_case *made, struct native_device *device,
               FILE *log, struct play_result *result);

#endif
