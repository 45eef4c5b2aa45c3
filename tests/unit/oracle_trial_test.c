/* SPDX-License-Identifier: MIT */
/* The judge's rule 4: how often, how long, and with whose word. */
#include "oracle_stage.h"

#include "image/provision.h"

TestSuite(oracle_trial, .init = stage_set, .fini = stage_strike);

static void try_new(void)
{
    journal(JOURNAL_SLOT_B, JOURNAL_TRIAL, 2);
}

static void back_to_old(void)
{
    journal(JOURNAL_SLOT_A, JOURNAL_CONFIRMED, 0);
}

static void lose_power(void)
{
    oracle_struck(&stage.oracle, &stage.view, CTL_CAUSE_POWER_ON, true);
}

/* ---- how often ----------------------------------------------------------- */

Test(oracle_trial, one_attempt_too_many)
{
    try_new();
    boot(NEW);
    boot(NEW);
    boot(NEW);
    expect_silence();
    boot(NEW);
    expect_only(4, "new runs unconfirmed for the 4th time of 3");
}

Test(oracle_trial, counts_from_the_start_after_a_confirmation)
{
    try_new();
    boot(NEW);
    boot(NEW);
    ask(REQUEST_CONFIRM);
    journal(JOURNAL_SLOT_B, JOURNAL_CONFIRMED, 0);
    try_new();
    boot(NEW);
    boot(NEW);
    boot(NEW);
    expect_silence();
}

Test(oracle_trial, given_back_may_be_had_again)
{
    for (unsigned i = 0; i < 3; i++) {
        try_new();
        boot(NEW);
        boot(NEW);
        ask(REQUEST_ABANDON);
        back_to_old();
    }
    expect_silence();
}

Test(oracle_trial, not_given_back_is_not_had_again)
{
    try_new();
    boot(NEW);
    boot(NEW);
    back_to_old();
    try_new();
    boot(NEW);
    expect_silence();
    boot(NEW);
    expect_only(4, "new runs unconfirmed for the 4th time of 3");
}

Test(oracle_trial, given_back_and_run_again_counts)
{
    try_new();
    boot(NEW);
    ask(REQUEST_ABANDON); /* refused: the device starts it once more */
    boot(NEW);
    boot(NEW);
    back_to_old();
    try_new();
    boot(NEW);
    expect_only(4, "new runs unconfirmed for the 4th time of 3");
}

Test(oracle_trial, other_failed_images_in_between_change_nothing)
{
    try_new();
    boot(NEW);
    boot(NEW);
    boot(NEW);
    back_to_old();
    boot(OLD);
    put("slot-b", LATER);
    try_new();
    boot(LATER);
    boot(LATER);
    boot(LATER);
    back_to_old();
    boot(OLD);
    put("slot-b", NEW);
    try_new();
    boot(NEW);
    expect_only(4, "new runs unconfirmed for the 4th time of 3");
}

Test(oracle_trial, a_flip_forgives_one_attempt)
{
    oracle_damaged(&stage.oracle, &stage.view, AT_SLOT_A * SECTOR, 1, 1);
    try_new();
    for (unsigned i = 0; i < 4; i++) {
        boot(NEW);
    }
    expect_silence();
    boot(NEW);
    expect_only(4, "for the 5th time of 4");
}

Test(oracle_trial, lost_power_is_forgiven_so_often)
{
    try_new();
    for (unsigned i = 0; i < 3; i++) { /* two of them are */
        boot(NEW);
        lose_power();
    }
    boot(NEW);
    boot(NEW);
    expect_silence();
    boot(NEW);
    expect_only(4, "new runs unconfirmed for the 6th time of 5");
}

Test(oracle_trial, that_lost_power_in_every_run_may_be_had_again)
{
    for (unsigned trial = 0; trial < 2; trial++) {
        try_new();
        for (unsigned i = 0; i < 5; i++) {
            boot(NEW);
            lose_power();
        }
        back_to_old();
    }
    expect_silence();
}

Test(oracle_trial, that_failed_once_by_itself_may_not)
{
    try_new();
    for (unsigned i = 0; i < 4; i++) {
        boot(NEW);
        lose_power();
    }
    boot(NEW);
    back_to_old();
    try_new();
    expect_silence();
    boot(NEW);
    expect_only(4, "new runs unconfirmed for the 6th time of 5");
}

Test(oracle_trial, brown_outs_count)
{
    try_new();
    for (unsigned i = 0; i < 3; i++) {
        boot(NEW);
        oracle_struck(&stage.oracle, &stage.view, CTL_CAUSE_BROWN_OUT, false);
    }
    expect_silence();
    boot(NEW);
    expect_only(4, "new runs unconfirmed for the 4th time of 3");
}

Test(oracle_trial, is_not_counted_while_there_is_nothing_better)
{
    put("slot-a", FORGED);
    try_new();
    for (unsigned i = 0; i < 8; i++) {
        boot(NEW);
    }
    expect_silence();
}

Test(oracle_trial, fallback_below_the_fuses_is_nothing_better)
{
    for (uint32_t i = 0; i < 2; i++) {
        otp_set(&stage.otp, OTP_COUNTER_BIT + i);
    }
    oracle_start(&stage.oracle, &stage.view);
    try_new();
    for (unsigned i = 0; i < 8; i++) {
        boot(NEW);
    }
    expect_silence();
}

Test(oracle_trial, confirmed_images_run_for_ever)
{
    for (unsigned i = 0; i < 10; i++) {
        boot(OLD);
    }
    expect_silence();
}

/* A record says that the slot is confirmed, and another image lies there. */
Test(oracle_trial, confirmed_is_the_image_and_not_the_slot)
{
    power_up();
    put("slot-b", OLD);
    put("slot-a", NEW);
    boot(NEW);
    pass(DEADLINE + 2 * SECOND + 1);
    expect_only(4, "new is on trial past its deadline");
}

/* ---- forward only --------------------------------------------------------- */

static void try_release(uint32_t release)
{
    struct request_record request = {.kind = REQUEST_TRIAL,
                                     .slot = JOURNAL_SLOT_B,
                                     .number = release};

    memcpy(request.digest, stage.judged.image[NEW].hash, 32);
    boot(OLD);
    ask_of(&request);
    stage.release = release != 0 ? release : stage.release;
    try_new();
    back_to_old();
}

static void ask_for_release(uint32_t release)
{
    struct request_record request = {.kind = REQUEST_TRIAL,
                                     .slot = JOURNAL_SLOT_B,
                                     .number = release};

    memcpy(request.digest, stage.judged.image[NEW].hash, 32);
    boot(OLD);
    ask_of(&request);
}

/* The bootloader refused to try it as that release, and goes to that image for
 * another reason. */
Test(oracle_trial, of_a_release_that_was_refused)
{
    try_release(9);
    ask_for_release(8);
    stage.reason = 14;
    try_new();
    expect_silence();
}

/* It was granted, and the record hides it. */
Test(oracle_trial, of_a_release_that_the_journal_does_not_tell)
{
    try_release(9);
    ask_for_release(8);
    try_new();
    expect_only(4, "new is tried as release 8, but 9 was tried before");
}

Test(oracle_trial, of_a_release_that_was_left_behind)
{
    try_release(7);
    try_release(7); /* goes on */
    try_release(0); /* by hand */
    try_release(9);
    expect_silence();
    try_release(8);
    expect_only(4, "new is tried as release 8, but 9 was tried before");
}

Test(oracle_trial, of_an_image_with_a_lower_version)
{
    stage.judged.image[NEW].counter = 1;
    stage.judged.image[NEW].version = stage.judged.image[OLD].version;
    try_new();
    boot(NEW);
    expect_silence();
    stage.judged.image[NEW].version--;
    boot(NEW);
    expect_only(4, "new runs on trial, which is older than old");
}

Test(oracle_trial, of_an_image_with_a_lower_counter)
{
    stage.judged.image[NEW].counter = 0;
    try_new();
    boot(NEW);
    expect_only(4, "new runs on trial, which is older than old");
}

Test(oracle_trial, of_an_older_image_when_there_is_nothing_better)
{
    stage.judged.image[NEW].counter = 0;
    put("slot-a", FORGED);
    try_new();
    boot(NEW);
    expect_silence();
}

/* It was confirmed in slot a, which is damaged; in slot b it has failed. */
Test(oracle_trial, confirmed_in_one_slot_is_not_confirmed_in_the_other)
{
    put("slot-b", OLD);
    try_new();
    boot(OLD);
    boot(OLD);
    boot(OLD);
    put("slot-a", FORGED);
    oracle_damaged(&stage.oracle, &stage.view, AT_SLOT_A * SECTOR, 1, 1);
    journal(JOURNAL_SLOT_RECOVERY, JOURNAL_CONFIRMED, 0);
    boot(RESCUE);
    expect_silence();
}

/* Recovery fetches the very image that was confirmed here once. */
Test(oracle_trial, written_anew_is_not_confirmed)
{
    put("slot-a", FORGED);
    journal(JOURNAL_SLOT_RECOVERY, JOURNAL_CONFIRMED, 0);
    boot(RESCUE);
    erase(AT_SLOT_A * SECTOR);
    put("slot-a", OLD);
    boot(RESCUE);
    expect_silence();
}

/* ---- how long ------------------------------------------------------------ */

Test(oracle_trial, past_its_deadline_is_said_once)
{
    try_new();
    boot(NEW);
    pass(DEADLINE + 2 * SECOND); /* it was set a little before the entry */
    expect_silence();
    pass(1);
    pass(SECOND);
    expect_only(4, "new is on trial past its deadline");
}

Test(oracle_trial, past_its_deadline_though_the_clock_stands)
{
    try_new();
    stage.view.executed_ns = 5 * SECOND;
    boot(NEW);
    stage.view.executed_ns += DEADLINE + 2 * SECOND;
    pass(0);
    expect_silence();
    stage.view.executed_ns += 1;
    pass(0);
    expect_only(4, "new is on trial past its deadline");
}

Test(oracle_trial, each_attempt_has_its_own_deadline)
{
    try_new();
    boot(NEW);
    pass(DEADLINE);
    boot(NEW);
    pass(DEADLINE);
    expect_silence();
}

Test(oracle_trial, a_second_trial_has_a_deadline_too)
{
    journal(JOURNAL_SLOT_A, JOURNAL_TRIAL, 2);
    boot(OLD);
    pass(DEADLINE + 2 * SECOND + 1);
    expect_only(4, "old is on trial past its deadline");
}

/* ---- with whose word ----------------------------------------------------- */

static void expect_unasked(void)
{
    journal(JOURNAL_SLOT_B, JOURNAL_CONFIRMED, 0);
    expect_only(4, "new is confirmed but never asked for it");
}

Test(oracle_trial, confirmed_without_asking)
{
    try_new();
    boot(NEW);
    expect_unasked();
}

Test(oracle_trial, other_requests_do_not_ask_for_it)
{
    try_new();
    boot(NEW);
    ask(REQUEST_TRIAL);
    ask(REQUEST_ABANDON);
    ask(REQUEST_COMMIT);
    ask(5);
    expect_unasked();
}

static struct request_record confirmation(unsigned image, uint8_t slot)
{
    struct request_record request = {.kind = REQUEST_CONFIRM, .slot = slot};

    memcpy(request.digest, stage.judged.image[image].hash, 32);
    return request;
}

Test(oracle_trial, confirmation_of_another_slot)
{
    struct request_record request = confirmation(NEW, JOURNAL_SLOT_A);

    try_new();
    boot(NEW);
    ask_of(&request);
    expect_unasked();
}

Test(oracle_trial, confirmation_of_another_image)
{
    struct request_record request = confirmation(OLD, JOURNAL_SLOT_B);

    try_new();
    boot(NEW);
    ask_of(&request);
    expect_unasked();
}

Test(oracle_trial, confirmation_of_no_image)
{
    struct request_record request = {.kind = REQUEST_CONFIRM,
                                     .slot = JOURNAL_SLOT_B};

    memset(stage.judged.image[NEW].hash, 0, 32);
    try_new();
    boot(NEW);
    ask_of(&request);
    expect_unasked();
}

Test(oracle_trial, another_image_cannot_ask_for_it)
{
    struct request_record request = confirmation(NEW, JOURNAL_SLOT_B);

    boot(OLD);
    ask_of(&request);
    try_new();
    boot(NEW);
    expect_unasked();
}

Test(oracle_trial, nobody_asks_from_the_bootloader)
{
    struct request_record request = confirmation(NEW, JOURNAL_SLOT_B);

    try_new();
    ask_of(&request);
    boot(NEW);
    expect_unasked();
}

/* Old was confirmed and made a request then; tried again, both are gone. */
Test(oracle_trial, a_second_trial_has_to_ask_again)
{
    boot(OLD);
    ask(REQUEST_CONFIRM);
    journal(JOURNAL_SLOT_A, JOURNAL_TRIAL, 2);
    boot(OLD);
    journal(JOURNAL_SLOT_A, JOURNAL_CONFIRMED, 0);
    expect_only(4, "old is confirmed but never asked for it");
}

Test(oracle_trial, of_the_image_that_is_in_both_slots_has_to_ask_too)
{
    put("slot-b", OLD);
    try_new();
    boot(OLD);
    journal(JOURNAL_SLOT_B, JOURNAL_CONFIRMED, 0);
    expect_only(4, "old is confirmed but never asked for it");
}

/* The operation begins; what a cut or a reset leaves of it stands. */
static void begin_confirmation(void)
{
    struct flash_op op = {.kind = FLASH_PROGRAM,
                          .address = AT_REQUESTS * SECTOR,
                          .length = 64};

    try_new();
    boot(NEW);
    oracle_flash_begin(&stage.oracle, &stage.view, &op);
}

static void write_confirmation(void)
{
    struct request_record request = confirmation(NEW, JOURNAL_SLOT_B);
    struct diag diag = {{0}};

    cr_assert_eq(provision_request(&stage_map, &request, stage.flash->array,
                                   SIZE, &diag),
                 0);
}

Test(oracle_trial, a_request_that_a_cut_left_whole_stands)
{
    begin_confirmation();
    write_confirmation();
    lose_power();
    journal(JOURNAL_SLOT_B, JOURNAL_CONFIRMED, 0);
    expect_silence();
}

Test(oracle_trial, a_request_that_a_cut_tore_does_not)
{
    begin_confirmation();
    write_confirmation();
    stage.flash->array[AT_REQUESTS * SECTOR + 63] = 0xff;
    lose_power();
    expect_unasked();
}

Test(oracle_trial, a_request_may_be_written_to_its_end_in_the_next_boot)
{
    struct flash_op op = {.kind = FLASH_PROGRAM,
                          .address = AT_REQUESTS * SECTOR,
                          .length = 64};

    begin_confirmation();
    stage.flash->op = op;
    power_up();
    stage.flash->op.kind = FLASH_IDLE;
    write_confirmation();
    oracle_flash_end(&stage.oracle, &stage.view, &op);
    journal(JOURNAL_SLOT_B, JOURNAL_CONFIRMED, 0);
    expect_silence();
}

/* ---- what the world writes ------------------------------------------------ */

Test(oracle_trial, a_journal_that_the_world_forged_is_a_fact)
{
    write_journal(JOURNAL_SLOT_B, JOURNAL_CONFIRMED, 0);
    oracle_damaged(&stage.oracle, &stage.view, AT_JOURNAL * SECTOR, SECTOR, 3);
    boot(NEW);
    pass(10 * DEADLINE);
    expect_silence();
}

Test(oracle_trial, a_request_that_the_world_forged_is_a_fact)
{
    try_new();
    boot(NEW);
    write_confirmation();
    oracle_damaged(&stage.oracle, &stage.view, AT_REQUESTS * SECTOR, 64, 3);
    journal(JOURNAL_SLOT_B, JOURNAL_CONFIRMED, 0);
    expect_silence();
}

Test(oracle_trial, damage_elsewhere_confirms_nothing)
{
    try_new();
    boot(NEW);
    write_confirmation();
    oracle_damaged(&stage.oracle, &stage.view, AT_SLOT_A * SECTOR, 64, 3);
    expect_unasked();
}

/* ---- the fallback --------------------------------------------------------- */

static void unlock_slots(void)
{
    power_up();
}

Test(oracle_trial, the_fallback_is_erased_before_the_confirmation)
{
    try_new();
    unlock_slots();
    erase(AT_SLOT_A * SECTOR);
    expect_only(4, "slot-a, the fallback of a trial, is erased at 0x008000");
}

Test(oracle_trial, the_fallback_is_programmed)
{
    try_new();
    unlock_slots();
    program(AT_SLOT_A * SECTOR + IMAGE_SIZE - 1);
    expect_only(4, "slot-a, the fallback of a trial, is programmed");
}

Test(oracle_trial, behind_the_fallback_there_is_nothing_to_lose)
{
    try_new();
    unlock_slots();
    program(AT_SLOT_A * SECTOR + IMAGE_SIZE);
    erase((AT_SLOT_A + 1) * SECTOR);
    expect_silence();
}

Test(oracle_trial, the_slot_that_is_tried_may_be_lost)
{
    try_new();
    unlock_slots();
    erase(AT_SLOT_B * SECTOR);
    expect_silence();
}

Test(oracle_trial, a_fallback_that_is_damaged_already_may_be_lost)
{
    put("slot-a", FORGED);
    try_new();
    unlock_slots();
    erase(AT_SLOT_A * SECTOR);
    expect_silence();
}

Test(oracle_trial, the_other_slot_is_free_once_confirmed)
{
    power_up();
    erase(AT_SLOT_B * SECTOR);
    expect_silence();
}

Test(oracle_trial, what_is_confirmed_and_in_force_is_erased)
{
    power_up();
    erase(AT_SLOT_A * SECTOR);
    expect_only(1, "slot-a, which is confirmed and in force, is erased");
}

Test(oracle_trial, recovery_erases_itself)
{
    journal(JOURNAL_SLOT_RECOVERY, JOURNAL_CONFIRMED, 0);
    erase(AT_SLOT_A * SECTOR);
    expect_silence();
    erase(AT_RECOVERY * SECTOR);
    expect_only(1, "recovery, which is confirmed and in force, is erased");
}
