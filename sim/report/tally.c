/* SPDX-License-Identifier: MIT */
#include "report/tally.h"

void tally_count(struct tally *tally, const struct plan *plan)
{
    *tally = (struct tally){.total = plan->count};
    for (size_t i = 0; i < plan->count; i++) {
        tally->of[outcome_class(&plan->item[i].outcome)]++;
        tally->time_ns += plan->item[i].outcome.time_ns;
    }
}
