/* SPDX-License-Identifier: MIT */
#include "outside/modem.h"

#include <stddef.h>
#include <string.h>

/*
 * In uA: off, sleep, idle, rx, tx, tail.
 *
 * nb-iot  at 3.6 V and 23 dBm, as NB-IoT modules have it: 167 mA sending, 54 mA
 *         receiving or waiting with the receiver open, 0.4 mA connected and
 *         idle (DRX), 3 uA in power saving mode. The tail is the mean of a
 *         connection that listens in short intervals; illustrative.
 * lte-m   the class of a Cat-M1 module at 3.8 V: 190 mA sending at full power,
 *         8 uA asleep; receiving, idle and tail are illustrative.
 * lora    the class of an SX1261 with its DC-DC converter: 25.5 mA at +14 dBm,
 *         4.6 mA receiving, 0.6 mA in standby, 1.2 uA asleep. It has no tail:
 *         nobody keeps a connection.
 * ble     the class of an nRF52840 at 3 V and 0 dBm with its DC-DC converter:
 *         4.8 mA sending, 4.6 mA receiving, 1.5 uA asleep with its clock; a
 *         connection without traffic 20 uA, illustrative.
 */
static const struct modem modems[] = {
    {"ideal", {0, 3, 400, 54000, 167000, 6000}},
    {"nb-iot", {0, 3, 400, 54000, 167000, 6000}},
    {"nb-iot-good", {0, 3, 400, 54000, 167000, 6000}},
    {"lte-m", {0, 8, 1000, 60000, 190000, 9000}},
    {"lora", {0, 1, 600, 4600, 25500, 600}},
    {"ble", {0, 2, 20, 4600, 4800, 20}},
};
#define MODEMS (sizeof(modems) / sizeof(modems[0]))

const struct modem *modem_at(unsigned index)
{
    return index < MODEMS ? &modems[index] : NULL;
}

const struct modem *modem_find(const char *link)
{
    for (unsigned i = 0; i < MODEMS; i++) {
        if (strcmp(modems[i].link, link) == 0) {
            return &modems[i];
        }
    }
    return NULL;
}
