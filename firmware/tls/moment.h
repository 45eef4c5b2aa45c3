/* SPDX-License-Identifier: MIT */
/* A certificate's date as seconds since 1970, UTC (RFC 5280, 4.1.2.5). */
#ifndef OTALAB_TLS_MOMENT_H
#define OTALAB_TLS_MOMENT_H

#include <mbedtls/x509.h>
#include <stdint.h>

/* Dates before 1970 count as 0. Any fields are accepted. */
uint64_t moment_of(const mbedtls_x509_time *date);

#endif
