/* SPDX-License-Identifier: MIT */
/* What the network charges for. */
#include "outside/bill.h"

#include <criterion/criterion.h>

Test(bill, a_session_is_rounded_up)
{
    struct bill bill;

    bill_init(&bill, 0, 50);
    cr_expect_eq(bill_quanta(&bill), 0);
    bill_radio(&bill, true);
    bill_up(&bill, 600);
    bill_down(&bill, 400);
    cr_expect_eq(bill_quanta(&bill), 1);
    bill_down(&bill, 1);
    cr_expect_eq(bill_quanta(&bill), 2);
    bill_radio(&bill, false);
    cr_expect_eq(bill_quanta(&bill), 2);
    cr_expect_eq(bill_bytes(&bill), 2 * BILL_QUANTUM);
    cr_expect_eq(bill_cost(&bill), 100);
    cr_expect_eq(bill.carried, 1001);
    cr_expect_eq(bill.sessions, 1);
}

/* Ten sessions with ten bytes each cost ten quanta; one with a hundred, one. */
Test(bill, many_short_sessions_cost_more)
{
    struct bill many;
    struct bill one;

    bill_init(&many, 10000, 1);
    bill_init(&one, 10000, 1);
    for (unsigned i = 0; i < 10; i++) {
        bill_up(&many, 10);
        bill_radio(&many, false);
        bill_up(&one, 10);
    }
    cr_expect_eq(many.sessions, 10);
    cr_expect_eq(bill_quanta(&many), 10);
    cr_expect_eq(one.sessions, 1);
    cr_expect_eq(bill_quanta(&one), 1);
    cr_expect_eq(many.carried, one.carried);
}

/* A session without a byte is one, and costs nothing; what is sent to a modem
 * that sleeps is not carried. */
Test(bill, edges)
{
    struct bill bill;

    bill_init(&bill, 1000, 1);
    bill_radio(&bill, true);
    bill_radio(&bill, true);
    bill_radio(&bill, false);
    bill_radio(&bill, false);
    bill_down(&bill, 500);
    cr_expect_eq(bill.sessions, 1);
    cr_expect_eq(bill.carried, 0);
    cr_expect_eq(bill_quanta(&bill), 0);
}
