/* SPDX-License-Identifier: MIT */
/*
 * The page shared by QEMU's plugin and the simulator, apart from the window
 * that the guest sees. Only one side runs at a time: `turn` says which one, and
 * is the futex on which both wait.
 *
 *   guest runs --ring--> turn = HOST, host serves, turn = GUEST --> guest runs
 */
#ifndef OTALAB_SHIM_CHANNEL_H
#define OTALAB_SHIM_CHANNEL_H

#include <stdint.h>

#define CHANNEL_MAGIC 0x4D49484Fu /* "OHIM" */
#define CHANNEL_VERSION 6u
#define CHANNEL_CODE_SLOTS 8192u
#define CHANNEL_WINDOW "otalab-window" /* name of the window's memfd */
/* A WFI costs the host as much as this many instructions or more, and a guest
 * that only sleeps must reach its limit, too. This is 1 ms of them. */
#define CHANNEL_WAIT_INSNS 31250u

enum channel_turn { CHANNEL_GUEST = 0, CHANNEL_HOST = 1 };

/* Why the host has the turn. */
enum channel_event {
    CHANNEL_NONE = 0,
    CHANNEL_STARTED, /* the plugin is loaded; first hand-over */
    CHANNEL_RING,    /* a command was stored to the doorbell */
    CHANNEL_LIMIT,   /* insns has reached insn_limit */
    CHANNEL_CODE,    /* code[] must be read: full, or a program entered */
    CHANNEL_STALE,   /* a block translated before the last reset was entered */
    CHANNEL_LOCKUP   /* the core locked up; the process is about to die */
};

/* Parts of the window to which the CPU must not store: ROM and flash, and the
 * space between SRAM, ROM and controller, where the board has nothing. */
enum channel_guarded {
    CHANNEL_ROM = 0,
    CHANNEL_FLASH,
    CHANNEL_GAP_LOW,
    CHANNEL_GAP_HIGH,
    CHANNEL_GUARDED
};

/* A run of translated bytes, from the ROM or from elsewhere; a block takes
 * several. */
struct channel_code {
    uint32_t address;
    uint16_t length; /* number of bytes used */
    uint16_t reserved;
    uint8_t bytes[24];
};

struct channel {
    uint32_t magic;
    uint32_t version;
    _Atomic uint32_t turn;   /* enum channel_turn; futex */
    uint32_t event;          /* enum channel_event */
    uint32_t generation;     /* host: number of resets, for CHANNEL_STALE */
    uint32_t checking;       /* host: 1 = fill code[], detect stale blocks */
    uint32_t plugin_api;     /* shim: API version it was loaded with */
    _Atomic uint64_t blocks; /* shim: translation blocks entered */
    _Atomic uint64_t insns;  /* shim: instructions in them */
    uint64_t insn_limit;     /* host: hand over when insns, plus those counted
                            for WFIs since the last ring, reach it */
    uint64_t stale_address;  /* shim, with CHANNEL_STALE */
    _Atomic uint64_t wfi_block; /* shim: `blocks` at the last WFI */
    _Atomic uint64_t waits;     /* shim: WFIs that were executed */
    _Atomic uint32_t asleep[2]; /* which side sleeps on it, by enum turn */
    uint32_t code_count;        /* shim: entries used; the host sets 0 */
    /* shim: 1 + the offset of the CPU's first store there; the host sets 0 */
    uint32_t written[CHANNEL_GUARDED];
    struct channel_code code[CHANNEL_CODE_SLOTS];
};

#endif
