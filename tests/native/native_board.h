/* SPDX-License-Identifier: MIT */
/*
 * The boot chain's decisions on the host: bootloader/boot and firmware/ota,
 * compiled unchanged, on the models of flash and fuses, thousands of boots per
 * second. A device is a value: copy it, keep it, boot it again. It holds what
 * the bootloader and an application write; everything else about a boot is in
 * the outcome.
 *
 * A session is the time between two resets: native_reset() starts it,
 * native_boot() runs the bootloader, native_append() is the application at
 * work. Its cut, if it has one, strikes one operation of flash or fuses and
 * tears it, as the models do; then the session is over. Not modelled: the ROM,
 * so nothing is read from the bootloader's partitions; reads of a busy flash;
 * the radio; the CPU's own time.
 *
 * The board has fixed addresses and the boot chain no context, so a process has
 * one session at a time.
 */
#ifndef OTALAB_TESTS_NATIVE_BOARD_H
#define OTALAB_TESTS_NATIVE_BOARD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "board/registers.h"
#include "device/figures.h"
#include "device/flash.h"
#include "device/otp.h"

struct native_device {
    struct flash flash;
    struct otp otp;
    uint64_t now_ns;
};

/* One operation of the session, counted from 1, is cut. */
struct native_cut {
    uint32_t operation; /* 0: none */
    bool warm;          /* only the CPU is reset: the operation completes */
    uint8_t form;       /* enum flash_form or otp_form, depending on what is
                           cut */
    uint16_t done;      /* of 1000 */
};

/* One operation fails by itself: the CPU continues. */
struct native_fault {
    uint32_t operation; /* 0: none */
    uint8_t how;        /* enum flash_fault */
};

enum native_kind { NATIVE_PROGRAM, NATIVE_ERASE, NATIVE_BURN };

struct native_operation {
    enum native_kind kind;
    uint32_t address; /* flash address, or fuse bit */
    uint32_t length;
    const uint8_t *data;  /* of a program */
    enum flash_rule rule; /* that it broke */
    bool refused;         /* nothing was started */
    bool cut;             /* torn by a power cut */
};

/* Callbacks; each may be NULL. `before` is called ahead of a change of the true
 * flash or fuses, `after` when it is done or torn. */
struct native_watch {
    void *context;
    void (*before)(void *context, const struct native_operation *operation);
    void (*after)(void *context, const struct native_operation *operation);
    void (*read)(void *context, uint32_t address, uint32_t length);
    void (*trace)(void *context, uint32_t code, const uint32_t args[4]);
};

enum native_end {
    NATIVE_RUNS,   /* an image was entered: works until the next reset */
    NATIVE_HALTED, /* board_halt(): low power, nothing can run */
    NATIVE_RESET,  /* it reset itself */
    NATIVE_PANIC,
    NATIVE_CUT,
    NATIVE_STUCK /* no end in sight */
};

struct native_outcome {
    enum native_end end;
    uint32_t vectors;     /* RUNS: address of the vector table */
    uint32_t line;        /* PANIC */
    uint32_t module;      /* PANIC */
    uint32_t deadline_ms; /* 0: not set */
    uint32_t operations;  /* of flash and fuses */
    uint64_t slept_ns;
};

/* Map the board's memory; call once. OTALAB_ERR_SIMULATOR if it is taken. */
int native_open(struct diag *diag);

/* From the board's devicetree. */
const struct board_map *native_map(void);
const struct board_figures *native_figures(void);
const struct policy_figures *native_policy(void);

/* SRAM and the rest of the window as the CPU sees it; the flash window is not
 * kept current. Valid until the next session. */
const uint8_t *native_window(void);
const uint8_t *native_sram(void);

/* A blank device with empty fuses. */
void native_blank(struct native_device *device, uint64_t seed);

/*
 * A reset: any session before it is over. POWER_ON and BROWN_OUT end whatever
 * lasts only while there is power; the others do not. Copies of cut, fault and
 * watch are kept until the next reset; each may be NULL.
 */
void native_reset(struct native_device *device, enum ctl_reset_cause cause,
                  const struct native_cut *cut,
                  const struct native_fault *fault,
                  const struct native_watch *watch);
/* Run the bootloader, from its first to its last instruction. */
void native_boot(struct native_outcome *outcome);
/* After NATIVE_RUNS: the application appends a request. NATIVE_RUNS, or
 * NATIVE_CUT; *written may be NULL. */
enum native_end native_append(uint8_t kind, uint8_t slot, uint32_t value,
                              const uint8_t digest[32], bool *written);
/* After NATIVE_RUNS: the application erases what it needs and writes there, as
 * an update agent does; it reads back, so no fault is planted there. Locked
 * ranges refuse: *written is false. */
enum native_end native_write(uint32_t address, const uint8_t *bytes,
                             uint32_t length, bool *written);

/* World time of the session's reset. */
uint64_t native_session_ns(void);

#endif
