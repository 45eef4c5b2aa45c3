/* SPDX-License-Identifier: MIT */
/*
 * A device's status report as the server gets it: one line of words
 * `key=value` (docs/protocol.md), from outside and so of any content. Read
 * without the device's code.
 */
#ifndef OTALAB_OUTSIDE_REPORT_H
#define OTALAB_OUTSIDE_REPORT_H

#include <stdint.h>

#define WORLD_REPORT_MAX 120u /* bytes */

struct device_report {
    uint32_t state;   /* enum agent_state */
    uint32_t result;  /* enum agent_result */
    uint32_t why;     /* enum agent_why */
    uint32_t suit;    /* reason of a SUIT report */
    uint32_t version; /* running: major << 24 | minor << 16 | revision */
    uint32_t release; /* the one that it is about */
    uint32_t slot;    /* enum ota_slot, running */
};

/*
 * 0, or -1 and all zero: empty or longer than WORLD_REPORT_MAX, a byte that is
 * not printable ASCII, a word that is not `key=value`, a known one twice or
 * with a value that is none, state or result missing. Words that are not known
 * are passed over, so are further spaces; others that are missing are 0, and
 * numbers are not held against the tables: devices may know more than we.
 */
int report_read(const uint8_t *bytes, uint32_t length,
                struct device_report *report);

#endif
