/* SPDX-License-Identifier: MIT */
/*
 * mbedTLS as the device programs use it: SHA-256 and nothing else. p256-m
 * checks signatures through its own API (p256-m.h), with a fifth of the code of
 * the general elliptic curve module. No heap, no platform layer. Included by
 * mbedtls/build_info.h.
 */
#ifndef OTALAB_BOARD_MBEDTLS_BOOT_CONFIG_H
#define OTALAB_BOARD_MBEDTLS_BOOT_CONFIG_H

#if !defined(MBEDTLS_VERSION_NUMBER) || MBEDTLS_VERSION_NUMBER < 0x03060000
#error "mbedTLS 3.6 or newer is needed: put its include folder first"
#endif

#define MBEDTLS_SHA256_C
#define MBEDTLS_PLATFORM_ZEROIZE_ALT /* board/zeroize.c */

#endif
