/* SPDX-License-Identifier: MIT */
/*
 * The offer of the highest release verified here, as it was signed: a ring
 * (ring.h) of whole descriptors, of which the newest counts. It proves itself:
 * an entry that someone else wrote has no signature and is ignored, so no flash
 * contents can keep releases away. This file judges nothing; agent_release.c
 * does.
 */
#ifndef OTALAB_OTA_OFFERS_H
#define OTALAB_OTA_OFFERS_H

#include <stdbool.h>
#include <stdint.h>

#include "ota/descriptor.h"
#include "ota/ring.h"

#define OFFERS_SLOT 256u

/* Like ring_open(). */
int offers_open(struct ring *log, const struct ota_flash *flash,
                struct ota_area area);

/* The newest, as its bytes were stored; false: there is none. */
bool offers_newest(const struct ring *log, uint8_t bytes[DESCRIPTOR_SIZE]);

/* Make it the newest, twice, so that a power cut cannot undo it; writes nothing
 * if it already is. OTA_ERR_IO: it may be lost. */
int offers_keep(struct ring *log, const uint8_t bytes[DESCRIPTOR_SIZE]);

#endif
