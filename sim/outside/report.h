/* SPDX-License-Identifier: MIT */
/*
 * A device's status report as the server receives it: one line of words
 * `key=value` (docs/protocol.md), from outside and therefore with any content.
 * Read without the device's code.
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
    uint32_t release; /* the version that the report is about */
    uint32_t slot;    /* enum ota_slot, running */
};

/*
 * 0, or -1 with all fields zero: the report is empty or longer than
 * WORLD_REPORT_MAX, contains a byte that is not printable ASCII or a word that
 * is not `key=value`, has a known word twice or with an invalid value, or lacks
 * state or result. Unknown words and extra spaces are skipped; other missing
 * words are 0. Numbers are not checked against the tables: devices may know
 * more than we do.
 */
int report_read(const uint8_t *bytes, uint32_t length,
                struct device_report *report);

#endif
