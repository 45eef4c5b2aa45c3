/* SPDX-License-Identifier: MIT */
/*
 * What a case's device holds at first: the choices of boot_case.h, turned into
 * bytes in flash and bits in fuses by the host's own layout code. Writes only
 * where images, journal, requests and progress can be, and clears only that, so
 * that one device serves case after case.
 */
#ifndef OTALAB_TESTS_NATIVE_BOOT_CONTENTS_H
#define OTALAB_TESTS_NATIVE_BOOT_CONTENTS_H

#include "native/boot_case.h"
#include "native/native_board.h"

#define CONTENTS_SMALL 12u
#define CONTENTS_DIGESTS 32u
#define CONTENTS_REGIONS 8u
#define CONTENTS_SLOT_USED (4u * FLASH_SECTOR) /* the largest image fits */

/* Digest `choice` of something about `slot`. */
void contents_digest(const struct native_device *device, uint8_t choice,
                     uint32_t slot, uint8_t digest[32]);

/* Which sectors of the journal are past their endurance, as bits. */
uint32_t contents_worn(const struct boot_case *made);

/* Write all of it. The device must be blank or filled by this function
 * before. */
void boot_contents_make(const struct boot_case *made,
                        struct native_device *device);
/* Flip the case's bit; returns where it was. */
uint32_t boot_contents_flip(const struct boot_case *made,
                            struct native_device *device);

/* Where slot 0, 1 or 2 (recovery) is. */
const struct board_part *contents_slot(uint32_t slot);

#endif
