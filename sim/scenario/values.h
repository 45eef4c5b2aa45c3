/* SPDX-License-Identifier: MIT */
/*
 * Single values of a scenario beyond base/quantity.h: ranges, versions, codes.
 * Every function sets *out only if it returns QUANTITY_OK, and owns nothing.
 */
#ifndef OTALAB_SCENARIO_VALUES_H
#define OTALAB_SCENARIO_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/quantity.h"
#include "scenario/scenario.h"

/* "5.03": class and detail of a CoAP code as its one byte */
enum quantity_result value_code(const char *text, uint64_t *code);
/* "3", "0..3", "2.."; also hexadecimal */
enum quantity_result value_range(const char *text, struct range *range);
/* "0mWh..40mWh", "5J..", "1.5J": uJ */
enum quantity_result value_energies(const char *text, struct range *range);
/* "1.2.0", "1.2.0+4": parts up to 255, 255, 65535 and the build number */
enum quantity_result value_version(const char *text);

/*
 * Whether the text is a comparison as programming languages write it (">= 3",
 * "<5", "!= 2"). If so, `remedy` says how a scenario writes it. Reads only to
 * the end of the number.
 */
bool values_comparison(const char *text, char *remedy, size_t size);

#endif
