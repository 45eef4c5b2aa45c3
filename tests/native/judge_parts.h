/* SPDX-License-Identifier: MIT */
/*
 * How the judge's parts call each other: boot_judge.c judges one boot,
 * judge_trials.c the fate of images from boot to boot.
 */
#ifndef OTALAB_TESTS_NATIVE_JUDGE_PARTS_H
#define OTALAB_TESTS_NATIVE_JUDGE_PARTS_H

#include "native/boot_judge.h"

const char *judge_image_name(uint32_t number);

void judge_trials_start(struct judge *judge, const struct boot_case *made);
/* The running image stops. */
void judge_trials_reset(struct judge *judge, enum ctl_reset_cause cause);
/* judge->run has started. */
void judge_trials_entered(struct judge *judge,
                          const struct native_outcome *outcome);

#endif
