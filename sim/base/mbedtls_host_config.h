/* SPDX-License-Identifier: MIT */
/*
 * mbedTLS as the host tool uses it: SHA-256, deterministic ECDSA on P-256, keys
 * read from and written to PEM and DER, certificates. No network, no clock, no
 * entropy source of the platform: everything that the simulator does must be a
 * function of its inputs. Included by mbedtls/build_info.h.
 */
#ifndef OTALAB_BASE_MBEDTLS_HOST_CONFIG_H
#define OTALAB_BASE_MBEDTLS_HOST_CONFIG_H

/* Debian 12 has 2.28 headers in /usr/include: never compile against them. */
#if !defined(MBEDTLS_VERSION_NUMBER) || MBEDTLS_VERSION_NUMBER < 0x03060000
#error "mbedTLS 3.6 or newer is needed: put its include folder first"
#endif

/* digest and signature */
#define MBEDTLS_SHA1_C /* for UUIDs alone */
#define MBEDTLS_SHA224_C
#define MBEDTLS_SHA256_C
#define MBEDTLS_MD_C
#define MBEDTLS_BIGNUM_C
#define MBEDTLS_ECP_C
#define MBEDTLS_ECP_DP_SECP256R1_ENABLED
#define MBEDTLS_ECP_NIST_OPTIM
#define MBEDTLS_ECDSA_C
#define MBEDTLS_ECDSA_DETERMINISTIC
#define MBEDTLS_HMAC_DRBG_C

/* keys and certificates */
#define MBEDTLS_ASN1_PARSE_C
#define MBEDTLS_ASN1_WRITE_C
#define MBEDTLS_OID_C
#define MBEDTLS_BASE64_C
#define MBEDTLS_PEM_PARSE_C
#define MBEDTLS_PEM_WRITE_C
#define MBEDTLS_PK_C
#define MBEDTLS_PK_PARSE_C
#define MBEDTLS_PK_WRITE_C

#define MBEDTLS_PLATFORM_C
#define MBEDTLS_ERROR_C

#endif
