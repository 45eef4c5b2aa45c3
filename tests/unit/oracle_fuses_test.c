/* SPDX-License-Identifier: MIT */
/* The judge's rule 3: what is burned, by whom, and what may run then. */
#include "oracle_stage.h"

TestSuite(oracle_fuses, .init = stage_set, .fini = stage_strike);

static void burn(uint32_t bit)
{
    oracle_burn(&stage.oracle, &stage.view, bit);
    otp_set(&stage.otp, bit);
    oracle_step(&stage.oracle, &stage.view, false);
}

static void burn_counter(uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++) {
        burn(OTP_COUNTER_BIT + i);
    }
}

/* The running image of this slot, confirmed, asks for that counter. */
static void commit(unsigned image, uint32_t counter)
{
    struct request_record request = {.kind = REQUEST_COMMIT,
                                     .slot = (uint8_t)stage.oracle.journal_slot,
                                     .number = counter};

    memcpy(request.digest, stage.judged.image[image].hash, 32);
    ask_of(&request);
}

/* New runs in slot b, and has been confirmed. */
static void confirm_new(void)
{
    journal(JOURNAL_SLOT_B, JOURNAL_TRIAL, 2);
    boot(NEW);
    ask(REQUEST_CONFIRM);
    journal(JOURNAL_SLOT_B, JOURNAL_CONFIRMED, 0);
    boot(NEW);
}

Test(oracle_fuses, go_back)
{
    boot(OLD);
    commit(OLD, 1);
    power_up();
    burn_counter(0, 1);
    expect_silence();
    stage.otp.words[OTP_COUNTER_BIT / 32] &= ~1u;
    oracle_step(&stage.oracle, &stage.view, false);
    expect_only(3, "went back");
}

Test(oracle_fuses, a_weak_one_may_drop_and_is_burned_again)
{
    boot(OLD);
    commit(OLD, 1);
    power_up();
    burn_counter(0, 1);
    stage.otp.weak[OTP_COUNTER_BIT / 32] = 1;
    oracle_step(&stage.oracle, &stage.view, false);
    stage.oracle.fuses[OTP_COUNTER_BIT / 32] = 0; /* it was weak at once */
    stage.otp.words[OTP_COUNTER_BIT / 32] &= ~1u;
    stage.otp.weak[OTP_COUNTER_BIT / 32] = 0;
    oracle_step(&stage.oracle, &stage.view, false);
    journal(JOURNAL_SLOT_B, JOURNAL_TRIAL, 2);
    burn_counter(0, 1); /* the level was reached before: that is allowed */
    expect_silence();
}

Test(oracle_fuses, are_burned_for_what_is_confirmed_and_committed)
{
    confirm_new();
    commit(NEW, 2);
    power_up();
    burn_counter(0, 2);
    expect_silence();
}

Test(oracle_fuses, beyond_what_the_image_carries)
{
    confirm_new();
    commit(NEW, 9);
    power_up();
    burn_counter(0, 2);
    expect_silence();
    oracle_burn(&stage.oracle, &stage.view, OTP_COUNTER_BIT + 2);
    expect_only(3, "beyond what a confirmed image carries and has committed");
}

Test(oracle_fuses, without_a_commit)
{
    confirm_new();
    power_up();
    oracle_burn(&stage.oracle, &stage.view, OTP_COUNTER_BIT);
    expect_only(3, "beyond what a confirmed image carries and has committed");
}

Test(oracle_fuses, by_a_commit_of_another_image)
{
    confirm_new();
    commit(OLD, 2);
    power_up();
    oracle_burn(&stage.oracle, &stage.view, OTP_COUNTER_BIT);
    expect_only(3, "beyond");
}

Test(oracle_fuses, by_a_commit_on_trial)
{
    journal(JOURNAL_SLOT_B, JOURNAL_TRIAL, 2);
    boot(NEW);
    commit(NEW, 2);
    ask(REQUEST_CONFIRM);
    journal(JOURNAL_SLOT_B, JOURNAL_CONFIRMED, 0);
    oracle_burn(&stage.oracle, &stage.view, OTP_COUNTER_BIT);
    expect_only(3, "beyond");
}

Test(oracle_fuses, for_the_recovery_image)
{
    journal(JOURNAL_SLOT_RECOVERY, JOURNAL_CONFIRMED, 0);
    oracle_burn(&stage.oracle, &stage.view, OTP_COUNTER_BIT);
    expect_only(3, "beyond");
}

Test(oracle_fuses, one_finding_a_boot)
{
    power_up();
    for (uint32_t i = 0; i < 5; i++) {
        oracle_burn(&stage.oracle, &stage.view, OTP_COUNTER_BIT + i);
    }
    expect_only(3, "beyond");
    power_up();
    oracle_burn(&stage.oracle, &stage.view, OTP_COUNTER_BIT);
    cr_expect_eq(stage.said[3], 2);
}

Test(oracle_fuses, with_a_gap)
{
    confirm_new();
    commit(NEW, 2);
    power_up();
    oracle_burn(&stage.oracle, &stage.view, OTP_COUNTER_BIT + 1);
    expect_only(3, "fuse 1025 is burned, and leaves a gap below it");
}

Test(oracle_fuses, none_but_the_counter)
{
    static const uint32_t others[] = {
        OTP_ROOT_KEY_BIT(0), OTP_ROOT_KEY_BIT(1) + 7,
        OTP_EPOCH_BIT,       OTP_BOOT_COUNTER_BIT,
        OTP_LIFECYCLE_BIT,   OTP_IDENTITY_BIT,
        OTP_COUNTER_BIT - 1, OTP_COUNTER_BIT + OTP_COUNTER_BITS,
        OTP_BITS - 1};

    for (unsigned i = 0; i < sizeof others / sizeof others[0]; i++) {
        power_up();
        oracle_burn(&stage.oracle, &stage.view, others[i]);
        cr_expect_eq(stage.said[3], i + 1, "fuse %u", others[i]);
        cr_expect_not_null(
            strstr(stage.last, "does not belong to the security counter"));
    }
}

Test(oracle_fuses, while_locked)
{
    boot(OLD);
    commit(OLD, 1);
    oracle_burn(&stage.oracle, &stage.view, OTP_COUNTER_BIT);
    expect_only(3, "though the fuses are locked");
}

Test(oracle_fuses, that_change_without_a_burn)
{
    boot(OLD);
    otp_set(&stage.otp, OTP_COUNTER_BIT);
    oracle_step(&stage.oracle, &stage.view, false);
    expect_only(3, "fuse word 32 has changed without a burn");
}

Test(oracle_fuses, above_the_fallback_while_on_trial)
{
    journal(JOURNAL_SLOT_B, JOURNAL_TRIAL, 2);
    burn_counter(0, 2); /* the new image could, the old one not */
    cr_expect_not_null(strstr(stage.last, "slot-a with 1 must still boot"));
    cr_expect_eq(stage.said[3], 2, "and nobody has committed it");
}

Test(oracle_fuses, an_image_below_them_runs)
{
    for (uint32_t i = 0; i < 2; i++) {
        otp_set(&stage.otp, OTP_COUNTER_BIT + i);
    }
    oracle_start(&stage.oracle, &stage.view);
    boot(OLD);
    expect_only(3, "old runs, but the fuses do not allow its counter 1");
}

Test(oracle_fuses, above_a_gap_count_as_well)
{
    otp_set(&stage.otp, OTP_COUNTER_BIT + 1);
    oracle_start(&stage.oracle, &stage.view);
    boot(OLD);
    expect_only(3, "old runs, but the fuses do not allow its counter 1");
}

Test(oracle_fuses, a_counter_beyond_them_runs)
{
    stage.judged.image[OLD].counter = OTP_COUNTER_BITS + 1;
    boot(OLD);
    expect_only(3, "old runs, but the fuses do not allow its counter 257");
}

Test(oracle_fuses, a_bootloader_below_them_runs)
{
    otp_set(&stage.otp, OTP_BOOT_COUNTER_BIT);
    oracle_start(&stage.oracle, &stage.view);
    power_up();
    expect_only(3, "bootloader runs, but the fuses do not allow its counter 0");
}

/* What the world writes in the journal counts, whoever is confirmed then. */
Test(oracle_fuses, a_commit_that_the_world_claims)
{
    journal(JOURNAL_SLOT_B, JOURNAL_TRIAL, 2);
    stage.counter = 9;
    write_journal(JOURNAL_SLOT_B, JOURNAL_TRIAL, 2);
    oracle_damaged(&stage.oracle, &stage.view, AT_JOURNAL * SECTOR, 128, 0);
    boot(NEW);
    ask(REQUEST_CONFIRM);
    journal(JOURNAL_SLOT_B, JOURNAL_CONFIRMED, 0);
    burn_counter(0, 2); /* as much as the new image carries */
    expect_silence();
    oracle_burn(&stage.oracle, &stage.view, OTP_COUNTER_BIT + 2);
    expect_only(3, "beyond what a confirmed image carries");
}
