/* SPDX-License-Identifier: MIT */
/*
 * mbedTLS as the device programs use it: SHA-256 and nothing else. The
 * signature is checked by p256-m through its own API (p256-m.h), which takes
 * a fifth of the code that the general elliptic curve module takes. No heap,
 * no platform layer. Read by mbedtls/build_info.h.
 */
#ifndef OTALAB_BOARD_MBEDTLS_BOOT_CONFIG_H
#define OTALAB_BOARD_MBEDTLS_BOOT_CONFIG_H

#if !defined(MBEDTLS_VERSION_NUMBER) || MBEDTLS_VERSION_NUMBER < 0x03060000
#error "mbedTLS 3.6 or newer is needed: put its include folder first"
#endif

#define MBEDTLS_SHA256_C
#define MBEDTLS_PLATFORM_ZEROIZE_ALT /* board/zeroize.c */

#endif
