/* SPDX-License-Identifier: MIT */
/*
 * Things in flash that a fault can be aimed at, found in the bytes as they are
 * when it strikes.
 */
#ifndef OTALAB_ORACLE_TARGET_H
#define OTALAB_ORACLE_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "device/figures.h"

/* X(CODE, "name", "explanation") */
#define TARGETS(X)                                                          \
    X(HEADER, "header", "the header of the image in the partition")         \
    X(CODE, "code", "the program in it")                                    \
    X(TLV, "tlv", "what follows the program: digest, signature, counter")   \
    X(RECORD, "record",                                                     \
      "the journal record in force (its first copy that is whole), or the " \
      "newest request")

enum fault_target {
    TARGET_NONE = 0,
#define TARGET_ENUM(code, name, text) TARGET_##code,
    TARGETS(TARGET_ENUM)
#undef TARGET_ENUM
};

/* Where it is, as flash addresses. False if the partition holds no such
 * thing. */
bool target_find(const uint8_t *flash, size_t size, const struct board_map *map,
                 const char *partition, enum fault_target target,
                 uint32_t *start, uint32_t *length);
const char *target_name(enum fault_target target); /* "header" */

#endif
