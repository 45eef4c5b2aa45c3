/* SPDX-License-Identifier: MIT */
/*
 * The variants of firmware/variants that can run natively; mk/native.mk reads
 * the list. The others look at their own code, the ROM's or the MPU, or play
 * with the timer.
 */
#ifndef OTALAB_NATIVE_VARIANTS_H
#define OTALAB_NATIVE_VARIANTS_H

#define NATIVE_VARIANTS(X)  \
    X(bad_health)           \
    X(bare)                 \
    X(confirm_early)        \
    X(crash_start)          \
    X(erase_fallback)       \
    X(fault_in_fault)       \
    X(forge_evidence)       \
    X(halt)                 \
    X(hang)                 \
    X(hang_wfi)             \
    X(humidity)             \
    X(never_confirm)        \
    X(never_confirm_silent) \
    X(no_network)           \
    X(no_watchdog)          \
    X(write_boot)           \
    X(write_fallback)       \
    X(write_journal)

#endif
