/* SPDX-License-Identifier: MIT */
/*
 * The judge on constructed cases: each rule is seen to speak where it must,
 * and to be silent in the good case next to it. Here rules 1 and 2, taint, and
 * good stories; the others have files of their own.
 */
#include "oracle_stage.h"

TestSuite(oracle, .init = stage_set, .fini = stage_strike);

/* ---- a good story ------------------------------------------------------- */

Test(oracle, good_update_is_silent)
{
    boot(OLD);
    ask(REQUEST_CONFIRM);
    journal(JOURNAL_SLOT_B, JOURNAL_TRIAL, 3);
    journal(JOURNAL_SLOT_B, JOURNAL_TRIAL, 2);
    boot(NEW);
    pass(DEADLINE);
    ask(REQUEST_CONFIRM);
    journal(JOURNAL_SLOT_B, JOURNAL_CONFIRMED, 0);
    boot(NEW);
    pass(10 * DEADLINE);
    oracle_finish(&stage.oracle, &stage.view, true);
    expect_silence();
}

Test(oracle, rollback_after_three_attempts_is_silent)
{
    journal(JOURNAL_SLOT_B, JOURNAL_TRIAL, 3);
    for (uint8_t left = 3; left > 0; left--) {
        journal(JOURNAL_SLOT_B, JOURNAL_TRIAL, left - 1);
        boot(NEW);
    }
    journal(JOURNAL_SLOT_A, JOURNAL_CONFIRMED, 0);
    boot(OLD);
    pass(10 * DEADLINE);
    oracle_finish(&stage.oracle, &stage.view, true);
    expect_silence();
}

Test(oracle, value_of_the_monitor_follows_the_journal)
{
    cr_expect_eq(stage.oracle.journal_slot, JOURNAL_SLOT_A);
    cr_expect_eq(stage.oracle.journal_state, JOURNAL_CONFIRMED);
    journal(JOURNAL_SLOT_B, JOURNAL_TRIAL, 2);
    cr_expect_eq(stage.oracle.journal_slot, JOURNAL_SLOT_B);
    cr_expect_eq(stage.oracle.journal_state, JOURNAL_TRIAL);
    cr_expect_eq(stage.oracle.attempts, 2);
    erase_journal();
    cr_expect_eq(stage.oracle.journal_slot, ORACLE_NONE);
}

Test(oracle, image_is_known_by_every_byte)
{
    cr_expect_eq(oracle_image_in(&stage.judged, stage.flash, "slot-a"), OLD);
    cr_expect_eq(oracle_image_in(&stage.judged, stage.flash, "boot-a"), BOOT);
    cr_expect_eq(oracle_image_in(&stage.judged, stage.flash, "boot-b"),
                 ORACLE_NONE);
    cr_expect_eq(oracle_image_in(&stage.judged, stage.flash, "nowhere"),
                 ORACLE_NONE);
    stage.flash->array[AT_SLOT_A * SECTOR + IMAGE_SIZE - 1] ^= 1;
    cr_expect_eq(oracle_image_in(&stage.judged, stage.flash, "slot-a"),
                 ORACLE_NONE);
}

/* ---- rule 1 ------------------------------------------------------------- */

Test(oracle, rule_1_dead_at_the_end)
{
    boot(OLD);
    oracle_finish(&stage.oracle, &stage.view, false);
    expect_only(1, "no authentic image runs");
}

Test(oracle, rule_1_nothing_entered_at_the_end)
{
    boot(OLD);
    oracle_cpu_reset(&stage.oracle);
    oracle_reset(&stage.oracle, &stage.view);
    oracle_finish(&stage.oracle, &stage.view, true);
    expect_only(1, "no authentic image runs");
}

Test(oracle, rule_1_silent_while_it_works)
{
    boot(OLD);
    oracle_finish(&stage.oracle, &stage.view, true);
    expect_silence();
}

static void halt(void)
{
    oracle_halt(&stage.oracle, &stage.view);
}

Test(oracle, rule_1_gives_up_though_there_is_an_image)
{
    power_up();
    put("slot-a", FORGED);
    put("recovery", FORGED);
    halt();
    expect_only(1,
                "it gives up, although slot-b holds new, which is authentic");
}

Test(oracle, rule_1_gives_up_though_there_is_a_recovery_image)
{
    put("slot-a", FORGED);
    put("slot-b", FORGED);
    power_up();
    halt();
    expect_only(1, "it gives up, although recovery holds rescue");
}

Test(oracle, rule_1_gives_up_what_the_fuses_do_not_allow)
{
    for (uint32_t i = 0; i < 3; i++) {
        otp_set(&stage.otp, OTP_COUNTER_BIT + i);
        otp_set(&stage.otp, OTP_RECOVERY_COUNTER_BIT + i);
    }
    oracle_start(&stage.oracle, &stage.view);
    power_up();
    halt();
    expect_silence();
}

Test(oracle, rule_1_recovery_has_fuses_of_its_own)
{
    for (uint32_t i = 0; i < 3; i++) {
        otp_set(&stage.otp, OTP_COUNTER_BIT + i);
    }
    oracle_start(&stage.oracle, &stage.view);
    power_up();
    halt();
    expect_only(1, "it gives up, although recovery holds rescue");
}

Test(oracle, rule_1_the_rom_gives_up_though_there_is_a_bootloader)
{
    put("boot-b", FORGED_BOOT);
    oracle_cpu_reset(&stage.oracle);
    oracle_reset(&stage.oracle, &stage.view);
    halt();
    expect_only(1, "it gives up, although boot-a holds bootloader");
}

Test(oracle, rule_1_the_rom_gives_up_forged_bootloaders)
{
    put("boot-a", FORGED_BOOT);
    oracle_cpu_reset(&stage.oracle);
    oracle_reset(&stage.oracle, &stage.view);
    halt();
    expect_silence();
}

Test(oracle, rule_1_an_application_may_halt)
{
    boot(OLD);
    halt();
    expect_silence();
}

Test(oracle, rule_1_recovery_runs_though_there_is_an_image)
{
    journal(JOURNAL_SLOT_RECOVERY, JOURNAL_CONFIRMED, 0);
    boot(RESCUE);
    expect_only(1, "recovery runs, although slot-a holds old");
}

/* ---- rule 2: what is executed -------------------------------------------- */

Test(oracle, rule_2_forged_image)
{
    put("slot-b", FORGED);
    journal(JOURNAL_SLOT_B, JOURNAL_TRIAL, 2);
    boot(FORGED);
    expect_only(2, "forged runs, which is not authentic");
}

Test(oracle, rule_2_image_with_one_other_byte)
{
    power_up();
    stage.bytes[OLD][3] ^= 1; /* as it comes to stand in SRAM ... */
    memcpy(stage.window + (BOARD_APP_BASE - BOARD_WINDOW_BASE),
           stage.bytes[OLD], IMAGE_SIZE);
    stage.bytes[OLD][3] ^= 1; /* ... and as it was signed */
    translate(BOARD_APP_BASE + 512, stage.bytes[OLD] + 512, 20);
    expect_only(2, "is not a known image");
    cr_expect_eq(stage.oracle.running, ORACLE_NONE);
}

Test(oracle, rule_2_the_wrong_slot)
{
    boot(NEW);
    expect_only(2, "new runs, but the journal has chosen slot-a");
}

Test(oracle, rule_2_the_image_of_the_boot_before)
{
    boot(OLD);
    journal(JOURNAL_SLOT_B, JOURNAL_TRIAL, 2);
    boot(OLD); /* it still lies in SRAM */
    expect_only(2, "old runs, but the journal has chosen slot-b");
}

Test(oracle, rule_2_no_journal_record)
{
    erase_journal();
    boot(OLD);
    expect_only(2, "no journal record says so");
}

Test(oracle, rule_2_recovery_when_the_journal_says_so)
{
    put("slot-a", FORGED);
    journal(JOURNAL_SLOT_RECOVERY, JOURNAL_CONFIRMED, 0);
    boot(RESCUE);
    pass(10 * DEADLINE); /* it is not on trial */
    expect_silence();
}

Test(oracle, rule_2_unknown_bootloader)
{
    oracle_cpu_reset(&stage.oracle);
    oracle_reset(&stage.oracle, &stage.view);
    memset(stage.window + (BOARD_BOOT_BASE - BOARD_WINDOW_BASE), 0xA5,
           IMAGE_SIZE);
    translate(BOARD_BOOT_BASE + 512, stage.bytes[BOOT] + 512, 20);
    expect_only(2, "the bootloader in SRAM is not authentic");
}

Test(oracle, rule_2_forged_bootloader)
{
    oracle_cpu_reset(&stage.oracle);
    oracle_reset(&stage.oracle, &stage.view);
    enter(FORGED_BOOT);
    expect_only(2, "the bootloader in SRAM is not authentic");
}

Test(oracle, rule_2_application_in_the_place_of_the_bootloader)
{
    oracle_cpu_reset(&stage.oracle);
    oracle_reset(&stage.oracle, &stage.view);
    memcpy(stage.window + (BOARD_BOOT_BASE - BOARD_WINDOW_BASE),
           stage.bytes[OLD], IMAGE_SIZE);
    translate(BOARD_BOOT_BASE + 512, stage.bytes[OLD] + 512, 20);
    expect_only(2, "the bootloader in SRAM is not authentic");
}

Test(oracle, rule_2_code_outside_every_image)
{
    static const uint32_t outside[] = {
        BOARD_ROM_RAM_BASE + 0x100u, BOARD_WINDOW_BASE + AT_SLOT_A * SECTOR,
        BOARD_APP_BASE - 2u, BOARD_BOOT_BASE + BOARD_BOOT_SIZE, 0xFFFFFFF0u};

    boot(OLD);
    for (unsigned i = 0; i < sizeof outside / sizeof outside[0]; i++) {
        translate(outside[i], stage.bytes[OLD], 8);
        cr_expect_eq(stage.said[2], i + 1, "0x%08x", outside[i]);
    }
    cr_expect_not_null(strstr(stage.last, "outside every image"));
}

Test(oracle, rule_2_block_at_another_place)
{
    boot(OLD);
    translate(BOARD_APP_BASE + 516, stage.bytes[OLD] + 512, 20);
    expect_only(2, "does not belong to old");
}

Test(oracle, rule_2_block_of_another_image)
{
    boot(OLD);
    translate(BOARD_APP_BASE + 512, stage.bytes[NEW] + 512, 20);
    expect_only(2, "does not belong to old");
}

Test(oracle, rule_2_block_across_the_end)
{
    boot(OLD);
    translate(BOARD_APP_BASE + IMAGE_SIZE - 8,
              stage.bytes[OLD] + IMAGE_SIZE - 8, 8);
    expect_silence();
    translate(BOARD_APP_BASE + IMAGE_SIZE - 8,
              stage.bytes[OLD] + IMAGE_SIZE - 8, 9);
    expect_only(2, "does not belong to old");
}

Test(oracle, rule_2_block_far_behind_the_end)
{
    boot(OLD);
    /* there the test has the bytes of the next image */
    translate(BOARD_APP_BASE + IMAGE_SIZE + 8, stage.bytes[OLD + 1] + 8, 8);
    expect_only(2, "does not belong to old");
}

Test(oracle, rule_2_block_longer_than_its_bytes)
{
    boot(OLD);
    translate(BOARD_APP_BASE + 512, stage.bytes[OLD] + 512, 25);
    expect_only(2, "does not belong to old");
}

Test(oracle, rule_2_changed_block_of_the_bootloader)
{
    boot(OLD);
    translate(BOARD_BOOT_BASE + 100, stage.bytes[BOOT] + 101, 12);
    expect_only(2, "does not belong to bootloader");
}

Test(oracle, rule_2_every_block_at_its_place_is_silent)
{
    boot(OLD);
    for (unsigned i = 0; i + 24 <= IMAGE_SIZE; i += 24) {
        translate(BOARD_BOOT_BASE + i, stage.bytes[BOOT] + i, 24);
        translate(BOARD_APP_BASE + i, stage.bytes[OLD] + i, 24);
    }
    expect_silence();
}

Test(oracle, rule_2_block_from_before_the_reset)
{
    oracle_stale(&stage.oracle, &stage.view, BOARD_APP_BASE + 64);
    expect_only(2, "left over from before the reset");
}

/* ---- rule 6 -------------------------------------------------------------- */

/* The last page of the new image is programmed anew, as a download does. */
static void program_end(void)
{
    uint32_t at = AT_SLOT_B * SECTOR + 768;
    uint32_t length = IMAGE_SIZE - 768;

    memset(stage.flash->array + at, 0xff, length);
    cr_assert_eq(flash_program(stage.flash, stage.view.now_ns, at,
                               stage.bytes[NEW] + 768, length),
                 FLASH_RULE_NONE);
}

static void confirm_new(void)
{
    journal(JOURNAL_SLOT_B, JOURNAL_TRIAL, 2);
    boot(NEW);
    ask(REQUEST_CONFIRM);
    journal(JOURNAL_SLOT_B, JOURNAL_CONFIRMED, 0);
}

Test(oracle, rule_6_torn_word_at_confirmation)
{
    program_end();
    flash_power_cut(stage.flash, stage.view.now_ns + 1,
                    FLASH_FORM_WEAK); /* reads right */
    confirm_new();
    expect_only(
        6, "slot-b is confirmed although some of its words are unreliable");
}

Test(oracle, rule_6_completed_program_at_confirmation)
{
    program_end();
    cr_assert(flash_advance(stage.flash, stage.view.now_ns + 700000u, NULL));
    confirm_new();
    expect_silence();
}

Test(oracle, rule_6_torn_word_behind_the_image_does_not_matter)
{
    static const uint8_t data[4] = {0};

    cr_assert_eq(flash_program(stage.flash, stage.view.now_ns,
                               (AT_SLOT_B + 1) * SECTOR, data, 4),
                 FLASH_RULE_NONE);
    flash_power_cut(stage.flash, stage.view.now_ns + 1, FLASH_FORM_WEAK);
    confirm_new();
    expect_silence();
}

Test(oracle, rule_6_flash_rules)
{
    oracle_flash_rule(&stage.oracle, &stage.view, FLASH_RULE_TORN_ERASE,
                      0x12340);
    expect_only(6, "flash rule torn-erase broken at 0x012340");
}

Test(oracle, rule_6_raw_write)
{
    oracle_raw_write(&stage.oracle, &stage.view, 0x8000);
    expect_only(6, "flash.raw-write at 0x008000");
}
