/* SPDX-License-Identifier: MIT */
/*
 * The judge on constructed cases: each rule is seen to speak where it must,
 * and to be silent in the good case next to it.
 */
#include "oracle/oracle.h"

#include "board/controller.h"
#include "image/provision.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define SECTOR 4096u
#define SIZE (32u * SECTOR)
#define IMAGE_SIZE 1000u
#define SECOND UINT64_C(1000000000)
#define DEADLINE (30u * SECOND)
#define RULES 8u

enum { BOOT, OLD, NEW, FORGED, RESCUE, FORGED_BOOT, IMAGES };

static const struct board_map map = {
    .count = 7,
    .part = {{"boot-a", 0, SECTOR},
             {"boot-b", SECTOR, SECTOR},
             {"journal", 2 * SECTOR, 4 * SECTOR},
             {"requests", 6 * SECTOR, 2 * SECTOR},
             {"slot-a", 8 * SECTOR, 4 * SECTOR},
             {"slot-b", 12 * SECTOR, 4 * SECTOR},
             {"recovery", 16 * SECTOR, 4 * SECTOR}},
};

static uint8_t bytes[IMAGES][IMAGE_SIZE];
static struct oracle_case judged;
static struct flash *flash;
static struct otp otp;
static uint8_t *window;
static struct oracle oracle;
static struct oracle_view view;
static unsigned said[RULES]; /* how often each rule spoke */
static char last[200];

/* ---- the stage ---------------------------------------------------------- */

static void on_violation(void *context, unsigned rule, const char *what)
{
    (void)context;
    cr_assert_lt(rule, RULES);
    said[rule]++;
    strncpy(last, what, sizeof last - 1);
}

static const struct oracle_sink sink = {NULL, on_violation};

static void know(unsigned index, const char *name, uint32_t load_base,
                 uint32_t counter, bool authentic)
{
    struct oracle_image *image = &judged.image[index];

    for (unsigned i = 0; i < IMAGE_SIZE; i++) {
        bytes[index][i] = (uint8_t)(i * 7u + i / 251u + index * 41u + 1u);
    }
    strcpy(image->name, name);
    image->bytes = bytes[index];
    image->size = IMAGE_SIZE;
    image->load_base = load_base;
    image->counter = counter;
    image->authentic = authentic;
}

static void put(const char *partition, unsigned index)
{
    struct diag diag = {{0}};
    struct provision_image image = {partition, bytes[index], IMAGE_SIZE};

    cr_assert_eq(provision_place(&map, &image, flash->array, SIZE, &diag), 0,
                 "%s", diag.text);
}

/* The journal's only record; told to the oracle by journal(). */
static void write_reason(uint8_t slot, uint8_t state, uint8_t attempts,
                         uint8_t reason)
{
    static uint32_t sequence;
    struct diag diag = {{0}};
    struct journal_record record = {.sequence = ++sequence,
                                    .slot = slot,
                                    .state = state,
                                    .attempts = attempts,
                                    .reason = reason};

    cr_assert_eq(provision_journal(&map, &record, flash->array, SIZE, &diag), 0,
                 "%s", diag.text);
}

static void write_journal(uint8_t slot, uint8_t state, uint8_t attempts)
{
    write_reason(slot, state, attempts, 0);
}

static void journal(uint8_t slot, uint8_t state, uint8_t attempts)
{
    write_journal(slot, state, attempts);
    oracle_step(&oracle, &view, "journal");
}

static void erase_journal(void)
{
    const struct board_part *part = board_map_find(&map, "journal");

    memset(flash->array + part->start, 0xff, part->length);
    oracle_step(&oracle, &view, "journal");
}

/* Old in slot A, confirmed; new in slot B; the power has just come on. */
static void stage(void)
{
    static const struct flash_figures figures = {.size = SIZE,
                                                 .sector = FLASH_SECTOR,
                                                 .page = FLASH_PAGE,
                                                 .program_ns = 700000u,
                                                 .erase_ns = 45000000u,
                                                 .erase_worn_ns = 45000000u,
                                                 .endurance = 100000u};

    flash = calloc(1, sizeof *flash);
    window = calloc(1, BOARD_WINDOW_SIZE);
    cr_assert(flash != NULL && window != NULL);
    cr_assert_eq(flash_init(flash, &figures, 1), 0);
    otp_init(&otp, 50000u, 1);
    judged.map = &map;
    judged.attempts = 3;
    judged.deadline_ns = DEADLINE;
    judged.images = IMAGES;
    know(BOOT, "bootloader", BOARD_BOOT_BASE, 0, true);
    know(OLD, "old", BOARD_APP_BASE, 1, true);
    know(NEW, "new", BOARD_APP_BASE, 2, true);
    know(FORGED, "forged", BOARD_APP_BASE, 2, false);
    know(RESCUE, "rescue", BOARD_APP_BASE, 0, true);
    know(FORGED_BOOT, "forged-boot", BOARD_BOOT_BASE, 0, false);
    put("boot-a", BOOT);
    put("slot-a", OLD);
    put("slot-b", NEW);
    put("recovery", RESCUE);
    write_journal(JOURNAL_SLOT_A, JOURNAL_CONFIRMED, 0);
    view = (struct oracle_view){.judged = &judged,
                                .flash = flash,
                                .otp = &otp,
                                .window = window,
                                .now_ns = 1,
                                .sink = &sink};
    oracle_start(&oracle, &view);
}

static void strike(void)
{
    free(flash);
    free(window);
}

TestSuite(oracle, .init = stage, .fini = strike);

/* A block of `length` bytes as the CPU translated it. */
static void translate(uint32_t address, const uint8_t *code, uint16_t length)
{
    struct channel_code block = {.address = address, .length = length};
    size_t given = length < sizeof block.bytes ? length : sizeof block.bytes;

    memcpy(block.bytes, code, given);
    oracle_code(&oracle, &view, &block, 1);
}

/* Its bytes stand in SRAM, and it is entered. */
static void enter(unsigned index)
{
    uint32_t base = judged.image[index].load_base;

    memcpy(window + (base - BOARD_WINDOW_BASE), bytes[index], IMAGE_SIZE);
    translate(base + 512, bytes[index] + 512, 20);
}

static void boot(unsigned index)
{
    view.now_ns += SECOND;
    oracle_reset(&oracle, &view);
    enter(BOOT);
    enter(index);
}

static void ask(void)
{
    oracle_step(&oracle, &view, "requests");
}

static void pass(uint64_t ns)
{
    view.now_ns += ns;
    oracle_step(&oracle, &view, NULL);
}

/* Only this rule has spoken, once, and so. */
static void expect_only(unsigned rule, const char *words)
{
    for (unsigned i = 0; i < RULES; i++) {
        cr_expect_eq(said[i], i == rule ? 1 : 0, "rule %u spoke %u times: %s",
                     i, said[i], last);
    }
    cr_expect_not_null(strstr(last, words), "it said: %s", last);
    cr_expect_eq(oracle.violations, 1);
}

static void expect_silence(void)
{
    for (unsigned i = 0; i < RULES; i++) {
        cr_expect_eq(said[i], 0, "rule %u: %s", i, last);
    }
    cr_expect_eq(oracle.violations, 0);
}

/* ---- a good story ------------------------------------------------------- */

Test(oracle, good_update_is_silent)
{
    boot(OLD);
    ask();
    journal(JOURNAL_SLOT_B, JOURNAL_TRIAL, 3);
    journal(JOURNAL_SLOT_B, JOURNAL_TRIAL, 2);
    boot(NEW);
    pass(DEADLINE);
    ask();
    journal(JOURNAL_SLOT_B, JOURNAL_CONFIRMED, 0);
    boot(NEW);
    pass(10 * DEADLINE);
    oracle_finish(&oracle, &view, true);
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
    oracle_finish(&oracle, &view, true);
    expect_silence();
}

Test(oracle, value_of_the_monitor_follows_the_journal)
{
    cr_expect_eq(oracle.journal_slot, JOURNAL_SLOT_A);
    cr_expect_eq(oracle.journal_state, JOURNAL_CONFIRMED);
    journal(JOURNAL_SLOT_B, JOURNAL_TRIAL, 2);
    cr_expect_eq(oracle.journal_slot, JOURNAL_SLOT_B);
    cr_expect_eq(oracle.journal_state, JOURNAL_TRIAL);
    cr_expect_eq(oracle.attempts, 2);
    erase_journal();
    cr_expect_eq(oracle.journal_slot, ORACLE_NONE);
}

Test(oracle, image_is_known_by_every_byte)
{
    cr_expect_eq(oracle_image_in(&judged, flash, "slot-a"), OLD);
    cr_expect_eq(oracle_image_in(&judged, flash, "boot-a"), BOOT);
    cr_expect_eq(oracle_image_in(&judged, flash, "boot-b"), ORACLE_NONE);
    cr_expect_eq(oracle_image_in(&judged, flash, "nowhere"), ORACLE_NONE);
    flash->array[8 * SECTOR + IMAGE_SIZE - 1] ^= 1;
    cr_expect_eq(oracle_image_in(&judged, flash, "slot-a"), ORACLE_NONE);
}

/* ---- rule 1 ------------------------------------------------------------- */

Test(oracle, rule_1_dead_at_the_end)
{
    boot(OLD);
    oracle_finish(&oracle, &view, false);
    expect_only(1, "no authentic image runs");
}

Test(oracle, rule_1_nothing_entered_at_the_end)
{
    boot(OLD);
    oracle_reset(&oracle, &view);
    oracle_finish(&oracle, &view, true);
    expect_only(1, "no authentic image runs");
}

Test(oracle, rule_1_silent_while_it_works)
{
    boot(OLD);
    oracle_finish(&oracle, &view, true);
    expect_silence();
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
    oracle_reset(&oracle, &view);
    enter(BOOT);
    bytes[OLD][3] ^= 1; /* as it comes to stand in SRAM ... */
    memcpy(window + (BOARD_APP_BASE - BOARD_WINDOW_BASE), bytes[OLD],
           IMAGE_SIZE);
    bytes[OLD][3] ^= 1; /* ... and as it was signed */
    translate(BOARD_APP_BASE + 512, bytes[OLD] + 512, 20);
    expect_only(2, "no known image");
    cr_expect_eq(oracle.running, ORACLE_NONE);
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
    journal(JOURNAL_SLOT_RECOVERY, JOURNAL_CONFIRMED, 0);
    boot(RESCUE);
    pass(10 * DEADLINE); /* it is not on trial */
    expect_silence();
}

Test(oracle, rule_2_unknown_bootloader)
{
    oracle_reset(&oracle, &view);
    memset(window + (BOARD_BOOT_BASE - BOARD_WINDOW_BASE), 0xA5, IMAGE_SIZE);
    translate(BOARD_BOOT_BASE + 512, bytes[BOOT] + 512, 20);
    expect_only(2, "the bootloader in SRAM is not authentic");
}

Test(oracle, rule_2_forged_bootloader)
{
    oracle_reset(&oracle, &view);
    enter(FORGED_BOOT);
    expect_only(2, "the bootloader in SRAM is not authentic");
}

Test(oracle, rule_2_application_in_the_place_of_the_bootloader)
{
    oracle_reset(&oracle, &view);
    memcpy(window + (BOARD_BOOT_BASE - BOARD_WINDOW_BASE), bytes[OLD],
           IMAGE_SIZE);
    translate(BOARD_BOOT_BASE + 512, bytes[OLD] + 512, 20);
    expect_only(2, "the bootloader in SRAM is not authentic");
}

Test(oracle, rule_2_code_outside_every_image)
{
    static const uint32_t outside[] = {
        BOARD_ROM_RAM_BASE + 0x100u, BOARD_WINDOW_BASE + 8u * SECTOR,
        BOARD_APP_BASE - 2u, BOARD_BOOT_BASE + BOARD_BOOT_SIZE, 0xFFFFFFF0u};

    boot(OLD);
    for (unsigned i = 0; i < sizeof outside / sizeof outside[0]; i++) {
        translate(outside[i], bytes[OLD], 8);
        cr_expect_eq(said[2], i + 1, "0x%08x", outside[i]);
    }
    cr_expect_not_null(strstr(last, "outside every image"));
}

Test(oracle, rule_2_block_at_another_place)
{
    boot(OLD);
    translate(BOARD_APP_BASE + 516, bytes[OLD] + 512, 20);
    expect_only(2, "is not that of old");
}

Test(oracle, rule_2_block_of_another_image)
{
    boot(OLD);
    translate(BOARD_APP_BASE + 512, bytes[NEW] + 512, 20);
    expect_only(2, "is not that of old");
}

Test(oracle, rule_2_block_across_the_end)
{
    boot(OLD);
    translate(BOARD_APP_BASE + IMAGE_SIZE - 8, bytes[OLD] + IMAGE_SIZE - 8, 8);
    expect_silence();
    translate(BOARD_APP_BASE + IMAGE_SIZE - 8, bytes[OLD] + IMAGE_SIZE - 8, 9);
    expect_only(2, "is not that of old");
}

Test(oracle, rule_2_block_far_behind_the_end)
{
    boot(OLD);
    /* there the test has the bytes of the next image */
    translate(BOARD_APP_BASE + IMAGE_SIZE + 8, bytes[OLD + 1] + 8, 8);
    expect_only(2, "is not that of old");
}

Test(oracle, rule_2_block_longer_than_its_bytes)
{
    boot(OLD);
    translate(BOARD_APP_BASE + 512, bytes[OLD] + 512, 25);
    expect_only(2, "is not that of old");
}

Test(oracle, rule_2_changed_block_of_the_bootloader)
{
    boot(OLD);
    translate(BOARD_BOOT_BASE + 100, bytes[BOOT] + 101, 12);
    expect_only(2, "is not that of bootloader");
}

Test(oracle, rule_2_every_block_at_its_place_is_silent)
{
    boot(OLD);
    for (unsigned i = 0; i + 24 <= IMAGE_SIZE; i += 24) {
        translate(BOARD_BOOT_BASE + i, bytes[BOOT] + i, 24);
        translate(BOARD_APP_BASE + i, bytes[OLD] + i, 24);
    }
    expect_silence();
}

Test(oracle, rule_2_block_from_before_the_reset)
{
    oracle_stale(&oracle, &view, BOARD_APP_BASE + 64);
    expect_only(2, "left from before the reset");
}

/* ---- rule 3: fuses ------------------------------------------------------- */

static void burn_counter(uint32_t value)
{
    for (uint32_t i = 0; i < value; i++) {
        otp_set(&otp, OTP_COUNTER_BIT + i);
    }
    oracle_step(&oracle, &view, NULL);
}

Test(oracle, rule_3_a_fuse_goes_back)
{
    burn_counter(1);
    expect_silence();
    otp.words[OTP_COUNTER_BIT / 32] &= ~1u;
    oracle_step(&oracle, &view, NULL);
    expect_only(3, "went back");
}

Test(oracle, rule_3_a_weak_fuse_may_drop)
{
    otp_set(&otp, OTP_COUNTER_BIT);
    otp.weak[OTP_COUNTER_BIT / 32] = 1;
    oracle_step(&oracle, &view, NULL);
    otp.words[OTP_COUNTER_BIT / 32] &= ~1u;
    otp.weak[OTP_COUNTER_BIT / 32] = 0;
    oracle_step(&oracle, &view, NULL);
    expect_silence();
}

Test(oracle, rule_3_counter_of_the_confirmed_image)
{
    burn_counter(1);
    expect_silence();
    burn_counter(2);
    expect_only(3, "slot-a with 1 must still boot");
}

Test(oracle, rule_3_counter_of_the_fallback_while_on_trial)
{
    journal(JOURNAL_SLOT_B, JOURNAL_TRIAL, 2);
    burn_counter(1);
    expect_silence();
    burn_counter(2); /* the new image could, the old one not */
    expect_only(3, "slot-a with 1 must still boot");
}

Test(oracle, rule_3_counter_of_the_new_image_once_confirmed)
{
    journal(JOURNAL_SLOT_B, JOURNAL_TRIAL, 2);
    boot(NEW);
    ask();
    journal(JOURNAL_SLOT_B, JOURNAL_CONFIRMED, 0);
    burn_counter(2); /* a commit: the way back ends */
    expect_silence();
    burn_counter(3);
    expect_only(3, "slot-b with 2 must still boot");
}

/* ---- rule 4: attempts, deadline, confirmation ---------------------------- */

Test(oracle, rule_4_one_attempt_too_many)
{
    journal(JOURNAL_SLOT_B, JOURNAL_TRIAL, 2);
    boot(NEW);
    boot(NEW);
    boot(NEW);
    expect_silence();
    boot(NEW);
    expect_only(4, "new runs unconfirmed for the 4th time of 3");
}

Test(oracle, rule_4_a_later_trial_counts_from_the_start)
{
    journal(JOURNAL_SLOT_B, JOURNAL_TRIAL, 2);
    boot(NEW);
    boot(NEW);
    ask();
    journal(JOURNAL_SLOT_B, JOURNAL_CONFIRMED, 0);
    journal(JOURNAL_SLOT_B, JOURNAL_TRIAL, 2);
    boot(NEW);
    boot(NEW);
    boot(NEW);
    expect_silence();
}

static void give_back(void)
{
    write_reason(JOURNAL_SLOT_A, JOURNAL_CONFIRMED, 0, JOURNAL_SURROUNDINGS);
    oracle_step(&oracle, &view, "journal");
}

Test(oracle, rule_4_a_trial_given_back_may_be_had_again)
{
    for (unsigned i = 0; i < 3; i++) {
        journal(JOURNAL_SLOT_B, JOURNAL_TRIAL, 1);
        boot(NEW);
        boot(NEW);
        ask();
        give_back();
    }
    expect_silence();
}

Test(oracle, rule_4_who_gives_no_trial_back_has_no_other)
{
    journal(JOURNAL_SLOT_B, JOURNAL_TRIAL, 1);
    boot(NEW);
    boot(NEW);
    give_back();
    journal(JOURNAL_SLOT_B, JOURNAL_TRIAL, 1);
    boot(NEW);
    expect_silence();
    boot(NEW);
    expect_only(4, "new runs unconfirmed for the 4th time of 3");
}

Test(oracle, rule_4_a_flip_forgives_one_attempt)
{
    oracle_forgive(&oracle, 1);
    journal(JOURNAL_SLOT_B, JOURNAL_TRIAL, 2);
    for (unsigned i = 0; i < 4; i++) {
        boot(NEW);
    }
    expect_silence();
    boot(NEW);
    expect_only(4, "for the 5th time of 4");
}

Test(oracle, rule_4_confirmed_images_run_for_ever)
{
    for (unsigned i = 0; i < 10; i++) {
        boot(OLD);
    }
    expect_silence();
}

Test(oracle, rule_4_past_its_deadline_is_said_once)
{
    journal(JOURNAL_SLOT_B, JOURNAL_TRIAL, 2);
    boot(NEW);
    pass(DEADLINE + 2 * SECOND); /* it was set a little before the entry */
    expect_silence();
    pass(1);
    pass(SECOND);
    expect_only(4, "new is on trial past its deadline");
}

Test(oracle, rule_4_each_attempt_has_its_own_deadline)
{
    journal(JOURNAL_SLOT_B, JOURNAL_TRIAL, 2);
    boot(NEW);
    pass(DEADLINE);
    boot(NEW);
    pass(DEADLINE);
    expect_silence();
}

Test(oracle, rule_4_confirmed_without_asking)
{
    journal(JOURNAL_SLOT_B, JOURNAL_TRIAL, 2);
    boot(NEW);
    journal(JOURNAL_SLOT_B, JOURNAL_CONFIRMED, 0);
    expect_only(4, "new is confirmed but never asked for it");
}

Test(oracle, rule_4_another_image_cannot_ask_for_it)
{
    boot(OLD);
    ask();
    journal(JOURNAL_SLOT_B, JOURNAL_TRIAL, 2);
    boot(NEW);
    journal(JOURNAL_SLOT_B, JOURNAL_CONFIRMED, 0);
    expect_only(4, "new is confirmed but never asked for it");
}

/* Old was confirmed and made a request then; tried again, both are gone. */
Test(oracle, rule_4_a_second_trial_has_to_ask_again)
{
    boot(OLD);
    ask();
    journal(JOURNAL_SLOT_A, JOURNAL_TRIAL, 2);
    boot(OLD);
    journal(JOURNAL_SLOT_A, JOURNAL_CONFIRMED, 0);
    expect_only(4, "old is confirmed but never asked for it");
}

Test(oracle, rule_4_a_second_trial_has_a_deadline_too)
{
    journal(JOURNAL_SLOT_A, JOURNAL_TRIAL, 2);
    boot(OLD);
    pass(DEADLINE + 2 * SECOND + 1);
    expect_only(4, "old is on trial past its deadline");
}

/* ---- rule 6 -------------------------------------------------------------- */

/* The last page of the new image is programmed anew, as a download does. */
static void program_end(void)
{
    uint32_t at = 12 * SECTOR + 768;
    uint32_t length = IMAGE_SIZE - 768;

    memset(flash->array + at, 0xff, length);
    cr_assert_eq(flash_program(flash, view.now_ns, at, bytes[NEW] + 768,
                               length),
                 FLASH_RULE_NONE);
}

static void confirm_new(void)
{
    journal(JOURNAL_SLOT_B, JOURNAL_TRIAL, 2);
    boot(NEW);
    ask();
    journal(JOURNAL_SLOT_B, JOURNAL_CONFIRMED, 0);
}

Test(oracle, rule_6_torn_word_at_confirmation)
{
    program_end();
    flash_power_cut(flash, view.now_ns + 1, FLASH_FORM_WEAK); /* reads right */
    confirm_new();
    expect_only(6, "slot-b is confirmed with untrustworthy words");
}

Test(oracle, rule_6_completed_program_at_confirmation)
{
    program_end();
    cr_assert(flash_advance(flash, view.now_ns + 700000u, NULL));
    confirm_new();
    expect_silence();
}

Test(oracle, rule_6_torn_word_behind_the_image_does_not_matter)
{
    static const uint8_t data[4] = {0};

    cr_assert_eq(flash_program(flash, view.now_ns, 13 * SECTOR, data, 4),
                 FLASH_RULE_NONE);
    flash_power_cut(flash, view.now_ns + 1, FLASH_FORM_WEAK);
    confirm_new();
    expect_silence();
}

Test(oracle, rule_6_flash_rules)
{
    oracle_flash_rule(&oracle, &view, FLASH_RULE_TORN_ERASE, 0x12340);
    expect_only(6, "flash rule torn-erase broken at 0x012340");
}

Test(oracle, rule_6_raw_write)
{
    oracle_raw_write(&oracle, &view, 0x8000);
    expect_only(6, "flash.raw-write at 0x008000");
}
