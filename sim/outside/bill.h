/* SPDX-License-Identifier: MIT */
/*
 * What the network charges one device for, as a value: bytes on the air, both
 * ways, rounded up to a quantum in every session. A session lasts from the
 * modem's waking to its falling asleep, or to the loss of its power. Bytes that
 * were lost on the way are charged, too: the network has carried them. No
 * pointers inside; decides nothing; nothing fails.
 */
#ifndef OTALAB_OUTSIDE_BILL_H
#define OTALAB_OUTSIDE_BILL_H

#include <stdbool.h>
#include <stdint.h>

#define BILL_QUANTUM 1000u /* bytes, if a scenario gives none */

/* No padding: it is hashed as a whole. */
struct bill {
    uint64_t quantum;  /* bytes, not 0 */
    uint64_t price;    /* of one quantum, in millionths of the currency */
    uint64_t sessions; /* begun */
    uint64_t carried;  /* bytes in all */
    uint64_t closed;   /* quanta of the sessions that are over */
    uint64_t bytes;    /* of the session that goes on */
    uint64_t open;     /* 0 or 1: one goes on */
};

/* Quantum 0: BILL_QUANTUM. */
void bill_init(struct bill *bill, uint64_t quantum, uint64_t price);
/* The modem is awake, or is not. */
void bill_radio(struct bill *bill, bool awake);
/* `bytes`, headers included, were on the air. Those of the device begin a
 * session if none goes on; those for it are not carried to a sleeping modem. */
void bill_up(struct bill *bill, uint64_t bytes);
void bill_down(struct bill *bill, uint64_t bytes);
/* With the session that goes on. */
uint64_t bill_quanta(const struct bill *bill);
uint64_t bill_bytes(const struct bill *bill);
/* In millionths of the currency. */
uint64_t bill_cost(const struct bill *bill);

#endif
