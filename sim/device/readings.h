/* SPDX-License-Identifier: MIT */
/*
 * What words may read as that nobody can trust. After a torn operation the
 * array shows one plausible state of its cells; a part may show another one at
 * the next power-on (KBA218817: stable or unstable). A sweep therefore repeats
 * the boot after a cut with each reading. Readings are numbered from 0, which
 * is what the cut has left; they cover the operation that was torn last, and
 * fuse bits that are burned weakly. The taint stays as it is.
 *
 * Apply a reading while the device is in reset: the window shows it from the
 * next boot on. Readings are drawn from a copy of the flash's random stream,
 * so the same world with the same number always gives the same bytes.
 */
#ifndef OTALAB_DEVICE_READINGS_H
#define OTALAB_DEVICE_READINGS_H

#include "device/flash.h"
#include "device/otp.h"

#define READINGS_NAME 32u

/* Readings of the torn operation's bytes. */
enum reading {
    READING_LEFT = 0, /* as the cut has left them */
    READING_OLD,      /* as before the operation */
    READING_NEW,      /* as if it had completed */
    READING_PREFIX,   /* new up to a random byte, old from there on */
    READING_WORDS,    /* each word is old or new */
    READING_BITS,     /* each bit is */
    READING_COUNT,
    READING_TURN = READING_COUNT /* old at the next boot, new at the one after
                                    it, and so on in turn */
};

/* How many readings there are, at least 1. Twice as many if a fuse bit is weak:
 * in the second half such bits read as not burned. */
unsigned readings_count(const struct flash *flash, const struct otp *otp);
/* Let flash and fuses read like that. `number` is below readings_count(). */
void readings_apply(struct flash *flash, struct otp *otp, unsigned number);
/* "old", "bits fuse-lost"; `number` as above. */
void readings_name(const struct flash *flash, const struct otp *otp,
                   unsigned number, char name[READINGS_NAME]);

/* "old", .. */
const char *readings_word(enum reading reading);
/* Only the flash's part of it. Does nothing if no operation was torn. With
 * READING_TURN the bytes change at the next boot; READING_LEFT changes nothing,
 * not even that; any other ends it. */
void readings_flash(struct flash *flash, enum reading reading);
/* The device boots: what reads otherwise at each boot does so now, until an
 * operation on it completes. True if a byte has changed. */
bool readings_boot(struct flash *flash);

#endif
