/* SPDX-License-Identifier: MIT */
#include "outside/bill.h"

#include <string.h>

void bill_init(struct bill *bill, uint64_t quantum, uint64_t price)
{
    memset(bill, 0, sizeof(*bill));
    bill->quantum = quantum != 0 ? quantum : BILL_QUANTUM;
    bill->price = price;
}

static uint64_t quanta_of(const struct bill *bill, uint64_t bytes)
{
    return bytes / bill->quantum + (bytes % bill->quantum != 0);
}

void bill_radio(struct bill *bill, bool awake)
{
    if (awake && !bill->open) {
        bill->open = 1;
        bill->sessions++;
    } else if (!awake && bill->open) {
        bill->open = 0;
        bill->closed += quanta_of(bill, bill->bytes);
        bill->bytes = 0;
    }
}

static void carry(struct bill *bill, uint64_t bytes)
{
    bill->bytes += bytes;
    bill->carried += bytes;
}

void bill_up(struct bill *bill, uint64_t bytes)
{
    bill_radio(bill, true);
    carry(bill, bytes);
}

void bill_down(struct bill *bill, uint64_t bytes)
{
    if (bill->open) {
        carry(bill, bytes);
    }
}

uint64_t bill_quanta(const struct bill *bill)
{
    return bill->closed + quanta_of(bill, bill->bytes);
}

uint64_t bill_bytes(const struct bill *bill)
{
    return bill_quanta(bill) * bill->quantum;
}

uint64_t bill_cost(const struct bill *bill)
{
    return bill_quanta(bill) * bill->price;
}
