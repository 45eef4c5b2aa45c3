/* SPDX-License-Identifier: MIT */
/* How many scenarios had each kind of outcome: the totals with which reports
 * begin or end. A plain value. */
#ifndef OTALAB_REPORT_TALLY_H
#define OTALAB_REPORT_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "report/plan.h"

struct tally {
    size_t total;
    size_t of[OUTCOME_CLASSES];
    uint64_t time_ns; /* virtual */
};

void tally_count(struct tally *tally, const struct plan *plan);

#endif
