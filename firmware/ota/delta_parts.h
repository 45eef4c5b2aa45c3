/* SPDX-License-Identifier: MIT */
/* What the decoder's files share. */
#ifndef OTALAB_OTA_DELTA_PARTS_H
#define OTALAB_OTA_DELTA_PARTS_H

#include "ota/delta.h"

/* What the decoder waits for. The order is that of the format. */
enum delta_state {
    DELTA_IN_HEADER,
    DELTA_IN_LENGTH,
    DELTA_IN_MOVE,
    DELTA_IN_FRESH_COUNT,
    DELTA_IN_RUN,
    DELTA_IN_CHANGED_COUNT,
    DELTA_IN_SAME,
    DELTA_IN_CHANGED,
    DELTA_IN_FRESH,
    DELTA_IN_END,
    DELTA_STATES
};

/* A number has at most four bytes. */
#define DELTA_NUMBER_SHIFT 21u

/* The windows of heatshrink's decoder, after its input buffer. */
#define DELTA_WINDOW (1u << HEATSHRINK_STATIC_WINDOW_BITS)

/* The result for a header that differs at that offset. */
enum delta_why delta_header_flaw(uint32_t offset);

#endif
