/* SPDX-License-Identifier: MIT */
/*
 * Memory that the CPU must not store to is plain RAM in QEMU's machine: the
 * ROM, and the flash as the window shows it. Here both are closed to stores.
 * The first store that the CPU makes to one of them is told to the host, in
 * the channel's `written`; it opens that memory again, for QEMU has no way to
 * refuse it. QEMU's own stores, which make the ROM anew at each reset, open it
 * as well. What is open is closed again at the next ring. The host's own
 * mapping of the window is not affected.
 *
 * One guard a process; its state is reached from a signal handler.
 */
#ifndef OTALAB_SHIM_GUARD_H
#define OTALAB_SHIM_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#include "shim/channel.h"

/* Begin, in the vCPU's thread: the byte at `address` of the ROM lies at `host`
 * in this process. False: something cannot be guarded. */
bool guard_begin(struct channel *channel, uint32_t address, void *host);
/* At a ring. */
void guard_close(void);

#endif
