/* SPDX-License-Identifier: MIT */
/*
 * Seeds from the board's generator, which may be broken: every byte drawn goes
 * through the tests of health.h first. A seed is the SHA-256 of a whole window
 * of samples.
 */
#ifndef OTALAB_TLS_ENTROPY_H
#define OTALAB_TLS_ENTROPY_H

#include <stddef.h>

/* For mbedTLS: `length` seed bytes, at most 32 from each window. 0, or an error
 * if the generator is not healthy. */
int entropy_seed(void *context, unsigned char *out, size_t length);

#endif
