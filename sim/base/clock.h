/* SPDX-License-Identifier: MIT */
/*
 * The host's clock, for pace and progress alone: nothing that a run decides may
 * depend on it.
 */
#ifndef OTALAB_BASE_CLOCK_H
#define OTALAB_BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds since some moment in the past; never goes back. */
uint64_t clock_ms(void);

#endif
