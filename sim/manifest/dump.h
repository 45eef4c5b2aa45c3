/* SPDX-License-Identifier: MIT */
/*
 * An envelope in CBOR's diagnostic notation (RFC 8949, 8), indented, with the
 * standard's names as comments and embedded CBOR opened: << .. >>.
 */
#ifndef OTALAB_MANIFEST_DUMP_H
#define OTALAB_MANIFEST_DUMP_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/diag.h"

/* 0, or OTALAB_ERR_FAILED; what could be read until then was printed. */
int manifest_dump(FILE *out, const uint8_t *bytes, size_t size,
                  struct diag *diag);

#endif
