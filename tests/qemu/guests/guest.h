/* SPDX-License-Identifier: MIT */
/*
 * What the machine tests' guest can be told to do, and what it reports.
 */
#ifndef OTALAB_TESTS_GUEST_H
#define OTALAB_TESTS_GUEST_H

/* RESULT0 of CTL_SYS_BOOT; RESULT1 is the argument. Each ends in a reset
 * unless it says otherwise. */
enum guest_work {
    GUEST_RESET = 0,
    GUEST_RING,     /* argument: how often */
    GUEST_COPY,     /* argument: words copied from flash to SRAM and run */
    GUEST_RUN,      /* run what lies in SRAM */
    GUEST_SPIN,     /* for ever */
    GUEST_LOCKUP,   /* fault inside the fault handler */
    GUEST_SLEEP,    /* WFI with nothing armed */
    GUEST_TIME,     /* argument: timer interrupts to see, awake */
    GUEST_NAP,      /* argument: cycles to sleep, five times */
    GUEST_HASH,     /* argument: rounds of 20 instructions or so */
    GUEST_WATCHDOG, /* argument: cycles until it barks; spins */
    GUEST_POKE      /* argument: address to store to, then it reports twice */
};

#define GUEST_REPORT 0x7001u /* the command of a report, A0..A2 */
#define GUEST_BARK 0xBA4Bu   /* A0 of reports from handlers */
#define GUEST_SURPRISE 0x5u

#endif
