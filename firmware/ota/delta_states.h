/* SPDX-License-Identifier: MIT */
/*
 * Where a download's decoder had got to, for those whose state is larger than a
 * progress record: a ring (ring.h) of dumps in the first sectors of the
 * partition `staging`. A progress record names a dump by its sequence, so it
 * counts only together with the record that was written after it. The log is
 * opened when a patch is downloaded, not at each start.
 */
#ifndef OTALAB_OTA_DELTA_STATES_H
#define OTALAB_OTA_DELTA_STATES_H

#include <stdbool.h>
#include <stdint.h>

#include "ota/decode.h"
#include "ota/ring.h"

#define DELTA_STATES_SLOT 512u

/* Like ring_open(). */
int delta_states_open(struct ring *log, const struct ota_flash *flash,
                      struct ota_area area);
/* Keep a dump; *name is what a record needs to find it again. OTA_ERR_IO: it
 * was not written. */
int delta_states_keep(struct ring *log, const uint8_t dump[DECODE_DUMP],
                      uint32_t *name);
/* False: there is no such dump. */
bool delta_states_find(const struct ring *log, uint32_t name,
                       uint8_t dump[DECODE_DUMP]);

#endif
