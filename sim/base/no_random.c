/* SPDX-License-Identifier: MIT */
/*
 * p256-m takes randomness for key generation and signing from here. Only its
 * verification is used, which needs none. This function always fails, so random
 * numbers can come only from the seeded streams.
 */
#include <stddef.h>
#include <stdint.h>

#define NO_ENTROPY (-148) /* PSA_ERROR_INSUFFICIENT_ENTROPY */

int32_t otalab_no_random_source(uint8_t *output, size_t size);

int32_t otalab_no_random_source(uint8_t *output, size_t size)
{
    (void)output;
    (void)size;
    return NO_ENTROPY;
}
