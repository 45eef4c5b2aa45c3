/* SPDX-License-Identifier: MIT */
/*
 * Seeds from the board's generator, which may be broken: every byte drawn goes
 * through the two health tests of NIST SP 800-90B, 4.4, first. A seed is the
 * SHA-256 of a whole window of samples.
 */
#ifndef OTALAB_TLS_ENTROPY_H
#define OTALAB_TLS_ENTROPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A window of the adaptive proportion test: bytes for one seed. */
#define ENTROPY_WINDOW 512u

/* Does a window of samples pass both tests? Cut-offs for at least 4 bits of
 * entropy in a byte and a false alarm in 2^20 windows. */
bool entropy_healthy(const uint8_t window[ENTROPY_WINDOW]);

/* For mbedTLS: `length` seed bytes, at most 32 from each window. 0, or
 * an error if the generator is not healthy. */
int entropy_seed(void *context, unsigned char *out, size_t length);

#endif
