/* SPDX-License-Identifier: MIT */
/*
 * The number that ECDSA on P-256 compares with r: x of u1 G + u2 Q, modulo n
 * (SEC 1, 4.1.4; FIPS 186-4, 6.4). A pure function; uses mbedTLS.
 */
#ifndef OTALAB_DEVICE_ECDSA_X_H
#define OTALAB_DEVICE_ECDSA_X_H

#include <stdbool.h>
#include <stdint.h>

/* All numbers big-endian: point x || y, a digest of 32 bytes, signature r || s.
 * False, with zeros, if r or s is not in 1..n-1, the point is not on the curve,
 * or the sum is the point at infinity. */
bool ecdsa_x(const uint8_t point[64], const uint8_t digest[32],
             const uint8_t signature[64], uint8_t x[32]);

/* Whether results are remembered by their whole input; they are at first. For
 * measurements. */
void ecdsa_x_remember(bool on);

#endif
