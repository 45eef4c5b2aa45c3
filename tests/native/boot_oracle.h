/* SPDX-License-Identifier: MIT */
/*
 * The simulator's oracle on a native boot, for one case in eight, because it
 * hashes everything locked at every hand-over, which takes longer than the
 * boot. It is told what the engine would tell it, except for the limits of rule
 * 5: here everything is requested from outside.
 */
#ifndef OTALAB_TESTS_NATIVE_BOOT_ORACLE_H
#define OTALAB_TESTS_NATIVE_BOOT_ORACLE_H

#include "native/boot_case.h"
#include "native/native_board.h"
#include "oracle/oracle.h"

struct boot_oracle {
    bool watches; /* this case */
    const struct native_device *device;
    const struct oracle_sink *sink;
    struct oracle oracle;
    struct flash_op op; /* in flight */
};

/* What is authentic and allowed; once a process. */
void boot_oracle_open(void);
void boot_oracle_start(struct boot_oracle *watch, const struct boot_case *made,
                       const struct native_device *device,
                       const struct oracle_sink *sink);
void boot_oracle_reset(struct boot_oracle *watch, enum ctl_reset_cause cause);
void boot_oracle_booted(struct boot_oracle *watch,
                        const struct native_outcome *outcome);
void boot_oracle_before(struct boot_oracle *watch,
                        const struct native_operation *operation);
void boot_oracle_after(struct boot_oracle *watch,
                       const struct native_operation *operation);
void boot_oracle_flipped(struct boot_oracle *watch, uint32_t address);

#endif
