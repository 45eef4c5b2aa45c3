/* SPDX-License-Identifier: MIT */
/*
 * The offer of the highest release that was verified here, as it was signed: a
 * ring (ring.h) of whole descriptors, the newest of which counts. It is its own
 * proof: what somebody else wrote there bears no signature and counts for
 * nothing, so that no contents of the flash keep releases away. This file
 * judges nothing; agent_release.c does.
 */
#ifndef OTALAB_OTA_OFFERS_H
#define OTALAB_OTA_OFFERS_H

#include <stdbool.h>
#include <stdint.h>

#include "ota/descriptor.h"
#include "ota/ring.h"

#define OFFERS_SLOT 256u

/* As ring_open(). */
int offers_open(struct ring *log, const struct ota_flash *flash,
                struct ota_area area);

/* The newest, as its bytes were kept; false: there is none. */
bool offers_newest(const struct ring *log, uint8_t bytes[DESCRIPTOR_SIZE]);

/* Make it the newest, twice, so that a power cut does not take it back; writes
 * nothing when it is. OTA_ERR_IO: it may be lost. */
int offers_keep(struct ring *log, const uint8_t bytes[DESCRIPTOR_SIZE]);

#endif
