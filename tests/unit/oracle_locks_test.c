/* SPDX-License-Identifier: MIT */
/* The judge's rule 6 about locks: set, kept, and nothing changes below. */
#include "oracle_stage.h"

TestSuite(oracle_locks, .init = stage_set, .fini = stage_strike);

Test(oracle_locks, fall_without_a_reset)
{
    boot(OLD);
    pass(1);
    lock(AT_SLOT_A, 4, false);
    pass(1);
    pass(1);
    expect_only(6, "locks were lost without a reset");
}

Test(oracle_locks, of_the_fuses_fall_without_a_reset)
{
    boot(OLD);
    stage.otp.locked = false;
    pass(1);
    expect_only(6, "locks were lost without a reset");
}

Test(oracle_locks, may_fall_once_reset_is_asserted)
{
    boot(OLD);
    stage.view.in_reset = true;
    lock(0, FLASH_MAX_SIZE / FLASH_SECTOR, false);
    stage.otp.locked = false;
    pass(1);
    stage.view.in_reset = false;
    power_up();
    boot(OLD);
    expect_silence();
}

/* The controller says that it was in reset, and no reset came of it. */
Test(oracle_locks, have_to_be_back_when_no_reset_came)
{
    boot(OLD);
    stage.view.in_reset = true;
    lock(0, FLASH_MAX_SIZE / FLASH_SECTOR, false);
    pass(1);
    stage.view.in_reset = false;
    pass(1);
    expect_only(6, "locks were lost without a reset");
}

Test(oracle_locks, do_not_fall_for_a_boot_that_was_no_reset)
{
    boot(OLD);
    oracle_reset(&stage.oracle, &stage.view);
    expect_only(6, "a boot was taken without a reset");
}

Test(oracle_locks, more_of_them_are_welcome)
{
    boot(OLD);
    lock(AT_REQUESTS, 2, true);
    pass(1);
    power_up();
    expect_silence();
}

Test(oracle_locks, that_fell_are_not_forgotten)
{
    boot(OLD);
    lock(AT_BOOT_A, 1, false);
    pass(1);
    stage.said[6] = 0;
    stage.oracle.violations = 0;
    erase(AT_BOOT_A * SECTOR);
    expect_only(6, "boot-a is erased at 0x000000, which is locked");
}

Test(oracle_locks, do_not_keep_an_operation_away)
{
    boot(OLD);
    program(AT_JOURNAL * SECTOR + 128);
    expect_only(6, "journal is programmed at 0x002080, which is locked");
}

Test(oracle_locks, do_not_keep_the_bytes_as_they_are)
{
    boot(OLD);
    cr_assert_eq(flash_flip(stage.flash, AT_RECOVERY * SECTOR + 5, 0), 0);
    expect_silence(); /* it is found at the next reset */
    power_up();
    expect_only(6, "a range that was locked at hand-over has changed");
}

Test(oracle_locks, do_not_keep_the_bytes_to_the_end)
{
    boot(OLD);
    cr_assert_eq(flash_flip(stage.flash, AT_BOOT_B * SECTOR + 5, 0), 0);
    oracle_close(&stage.oracle, &stage.view);
    expect_only(6, "a range that was locked at hand-over has changed");
}

Test(oracle_locks, are_not_the_worlds)
{
    boot(OLD);
    cr_assert_eq(flash_flip(stage.flash, AT_BOOT_B * SECTOR + 5, 0), 0);
    oracle_damaged(&stage.oracle, &stage.view, AT_BOOT_B * SECTOR + 5, 1, 1);
    power_up();
    expect_silence();
}

Test(oracle_locks, what_is_not_locked_may_change)
{
    boot(OLD);
    cr_assert_eq(flash_flip(stage.flash, AT_END * SECTOR, 0), 0);
    cr_assert_eq(flash_flip(stage.flash, AT_REQUESTS * SECTOR, 0), 0);
    power_up();
    expect_silence();
}

/* ---- hand-over ------------------------------------------------------------ */

static const struct {
    unsigned sector;
    const char *words;
} needed[] = {{AT_BOOT_A, "boot-a is not"},
              {AT_BOOT_B, "boot-b is not"},
              {AT_JOURNAL + 3, "journal is"},
              {AT_SLOT_A + 1, "slot-a is not"},
              {AT_RECOVERY + 2, "recovery is"}};

/* As the bootloader does, but one sector. */
static void boot_but(unsigned index, unsigned sector)
{
    lock(AT_BOOT_A, 6, true);
    lock(AT_SLOT_A, 12, true);
    lock(sector, 1, false);
    stage.otp.locked = true;
    stage.booting = false;
    enter(index);
}

Test(oracle_locks, have_to_be_set_at_hand_over)
{
    for (unsigned i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        power_up();
        boot_but(OLD, needed[i].sector);
        cr_expect_eq(stage.said[6], i + 1);
        cr_expect_not_null(strstr(stage.last, needed[i].words), "%s",
                           stage.last);
    }
}

Test(oracle_locks, the_other_slot_is_open)
{
    power_up();
    boot_but(OLD, AT_SLOT_B);
    expect_silence();
}

Test(oracle_locks, the_fallback_is_not_open)
{
    journal(JOURNAL_SLOT_B, JOURNAL_TRIAL, 2);
    boot_but(NEW, AT_SLOT_A + 3);
    expect_only(6, "slot-a is not locked at hand-over");
}

Test(oracle_locks, what_is_tried_is_not_open)
{
    journal(JOURNAL_SLOT_B, JOURNAL_TRIAL, 2);
    boot_but(NEW, AT_SLOT_B);
    expect_only(6, "slot-b is not locked at hand-over");
}

Test(oracle_locks, the_fuses_are_not_open)
{
    power_up();
    lock(AT_BOOT_A, 6, true);
    lock(AT_SLOT_A, 12, true);
    enter(OLD);
    expect_only(6, "fuses are not locked at hand-over");
}
