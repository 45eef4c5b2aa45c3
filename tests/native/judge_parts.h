/* SPDX-License-Identifier: MIT */
/*
 * The judge's parts among themselves: boot_judge.c looks at one boot,
 * judge_trials.c at what comes of images from boot to boot.
 */
#ifndef OTALAB_TESTS_NATIVE_JUDGE_PARTS_H
#define OTALAB_TESTS_NATIVE_JUDGE_PARTS_H

#include "native/boot_judge.h"

const char *judge_image_name(uint32_t number);

void judge_trials_start(struct judge *judge, const struct boot_case *made);
/* What runs, runs no more. */
void judge_trials_reset(struct judge *judge, enum ctl_reset_cause cause);
/* judge->run has begun. */
void judge_trials_entered(struct judge *judge,
                          const struct native_outcome *outcome);

#endif
