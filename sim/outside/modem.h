/* SPDX-License-Identifier: MIT */
/*
 * The currents of modems by the kind of their network, for the battery. Which
 * state a modem is in at what time is the matter of device/radio.h. Constant.
 */
#ifndef OTALAB_OUTSIDE_MODEM_H
#define OTALAB_OUTSIDE_MODEM_H

#include "outside/battery.h"

struct modem {
    const char *link; /* the kind of link, as in link_kind_find() */
    uint32_t ua[BATTERY_RADIO_STATES];
};

/* NULL if there is none for that kind; to list all, by index from 0. */
const struct modem *modem_find(const char *link);
const struct modem *modem_at(unsigned index);

#endif
