/* SPDX-License-Identifier: MIT */
/*
 * The ROM is RAM in QEMU's machine: here its memory is closed to stores. The
 * first one that the CPU makes there is told to the host, in the channel's
 * rom_written; it opens the memory again, for QEMU has no way to refuse it.
 * QEMU's own stores, which make the ROM anew at each reset, open it as well.
 * It is closed again at the next ring: until then only the ROM has run.
 *
 * One guard a process; its state is reached from a signal handler.
 */
#ifndef OTALAB_SHIM_GUARD_H
#define OTALAB_SHIM_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#include "shim/channel.h"

/* Begin, in the vCPU's thread: the byte at `address` of the ROM lies at `host`
 * in this process. False: it cannot be guarded. */
bool guard_begin(struct channel *channel, uint32_t address, void *host);
/* At a ring. */
void guard_close(void);

#endif
