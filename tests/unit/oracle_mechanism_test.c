/* SPDX-License-Identifier: MIT */
/* What the judge requires of a device with one slot. */
#include "oracle_stage.h"

static void one_slot(void)
{
    stage_set();
    stage.judged.policy.mechanism = BOARD_RECOVERY;
}

TestSuite(oracle_mechanism, .init = one_slot, .fini = stage_strike);

/* The running application asks that recovery rewrite its slot. */
static void give_way(void)
{
    struct request_record request = {.kind = REQUEST_FETCH,
                                     .slot = JOURNAL_SLOT_A,
                                     .number = 1};

    memcpy(request.digest, stage.judged.image[NEW].hash, 32);
    ask_of(&request);
}

static void run_recovery(void)
{
    journal(JOURNAL_SLOT_RECOVERY, JOURNAL_CONFIRMED, 0);
    boot(RESCUE);
}

static void try_in_slot_a(void)
{
    journal(JOURNAL_SLOT_A, JOURNAL_TRIAL, 2);
}

Test(oracle_mechanism, recovery_may_run_if_the_application_gave_way)
{
    boot(OLD);
    give_way();
    run_recovery();
    run_recovery();
    expect_silence();
}

Test(oracle_mechanism, and_only_then)
{
    boot(OLD);
    run_recovery();
    expect_only(1, "recovery runs, although slot-a holds old");
}

Test(oracle_mechanism, a_confirmation_ends_that)
{
    boot(OLD);
    give_way();
    run_recovery();
    try_in_slot_a();
    boot(OLD);
    ask(REQUEST_CONFIRM);
    journal(JOURNAL_SLOT_A, JOURNAL_CONFIRMED, 0);
    boot(OLD);
    expect_silence();
    run_recovery();
    expect_only(1, "recovery runs, although slot-a holds old");
}

Test(oracle_mechanism, with_two_slots_nobody_may_give_way)
{
    stage.judged.policy.mechanism = BOARD_AB;
    boot(OLD);
    give_way();
    run_recovery();
    expect_only(1, "recovery runs, although slot-a holds old");
}

Test(oracle_mechanism, each_trial_that_recovery_requests_counts_its_runs)
{
    boot(OLD);
    give_way();
    run_recovery();
    put("slot-a", NEW);
    for (unsigned i = 0; i < 2; i++) {
        try_in_slot_a();
        boot(NEW);
        boot(NEW);
        boot(NEW);
        run_recovery();
    }
    expect_silence();
    try_in_slot_a();
    for (unsigned i = 0; i < 4; i++) {
        boot(NEW);
    }
    expect_only(4, "new runs unconfirmed for the 4th time of 3");
}

/* Everything but slot A is locked. */
static void boot_unlocked(unsigned index)
{
    power_up();
    lock(AT_BOOT_A, 6, true);
    lock(AT_RECOVERY, 4, true);
    stage.otp.locked = true;
    stage.booting = false;
    enter(index);
}

Test(oracle_mechanism, the_only_slot_is_locked)
{
    boot_unlocked(OLD);
    expect_only(6, "slot-a is not locked at hand-over");
}

Test(oracle_mechanism, but_not_where_it_is_built_to_brick)
{
    stage.judged.policy.mechanism = BOARD_UNSAFE;
    boot_unlocked(OLD);
    erase(AT_SLOT_A * SECTOR);
    program(AT_SLOT_A * SECTOR);
    pass(2 * DEADLINE);
    put("slot-a", NEW);
    boot_unlocked(NEW);
    journal(JOURNAL_SLOT_A, JOURNAL_CONFIRMED, 0);
    expect_silence();
}
