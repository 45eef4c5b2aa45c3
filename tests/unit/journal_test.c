/* SPDX-License-Identifier: MIT */
/*
 * The boot journal under every power cut of a long sequence of appends, every
 * torn form, cuts during the recovery, failing operations and flipped bits.
 */
#include "ota/journal.h"

#include <criterion/criterion.h>
#include <string.h>

#include "ota/bytes.h"
#include "ota/crc32.h"
#include "ram_flash.h"

#define SMALL 1024u /* sector with 7 records: banks change often */
#define LARGE 4096u
#define NONE 0u

static struct ota_area whole(uint32_t sector_size)
{
    struct ota_area area = {0, 4 * sector_size};

    return area;
}

/* The number-th state of the sequence: told apart by its counter. */
static struct boot_state make_state(uint32_t number)
{
    struct boot_state state;

    memset(&state, 0, sizeof(state));
    state.slot = number % 2;
    state.state = number % 3 ? OTA_TRIAL : OTA_CONFIRMED;
    state.attempts = (uint8_t)number;
    state.counter = number;
    state.reason = OTA_REASON_TRIAL_FAILED;
    memset(state.digest, (int)number, OTA_DIGEST_SIZE);
    memset(state.rejected[0], (int)(number + 1), OTA_DIGEST_SIZE);
    memset(state.rejected[1], (int)(number + 2), OTA_DIGEST_SIZE);
    state.rejected_reason = OTA_REASON_BAD_ENTRY;
    state.rounds = 5;
    state.losses = 6;
    state.flags = BOOT_ASKED | BOOT_AT_FAULT;
    state.release = 0x01020304;
    state.request = (uint16_t)number;
    return state;
}

/* Open; the number of the state in force, NONE when there is none. Every
 * field must be that state's. */
static uint32_t open_number(struct journal *journal, struct ram_flash *ram)
{
    cr_assert_eq(journal_open(journal, &ram->port,
                              whole(ram->port.sector_size)),
                 OTA_OK);
    if (journal->now.sequence == 0) {
        return NONE;
    }
    struct boot_state want = make_state(journal->now.counter);
    want.sequence = journal->now.sequence;
    want.flags |= journal->now.flags & BOOT_THIN; /* the journal's own */
    cr_assert_eq(memcmp(&want, &journal->now, sizeof(want)), 0);
    return journal->now.counter;
}

/* Append states from..to until one fails. Returns the last that did not. */
static uint32_t append_range(struct journal *journal, uint32_t from,
                             uint32_t to)
{
    for (uint32_t number = from; number <= to; number++) {
        struct boot_state state = make_state(number);
        if (journal_append(journal, &state) != OTA_OK) {
            return number - 1;
        }
    }
    return to;
}

/* What the bootloader does first: close the gap when a copy is missing. */
static void heal(struct journal *journal)
{
    if (journal_is_thin(journal)) {
        (void)journal_refresh(journal);
    }
}

/* After any trouble the journal must take records again, both copies. */
static void expect_usable(struct ram_flash *ram, const char *what, uint32_t at,
                          unsigned form)
{
    struct journal journal;

    (void)open_number(&journal, ram);
    cr_assert_eq(append_range(&journal, 200, 220), 220,
                 "%s %u form %u: appends fail", what, at, form);
    cr_assert_eq(journal.copies, 2, "%s %u form %u", what, at, form);
    cr_assert_eq(open_number(&journal, ram), 220, "%s %u form %u", what, at,
                 form);
    cr_assert_eq(ram->violations, 0, "%s %u form %u: flash rules", what, at,
                 form);
}

Test(journal, blank_flash_has_no_state)
{
    struct ram_flash ram;
    struct journal journal;

    ram_flash_init(&ram, 4 * LARGE, LARGE);
    cr_assert_eq(open_number(&journal, &ram), NONE);
    cr_assert_not(journal_is_thin(&journal));
    cr_assert_eq(journal_refresh(&journal), OTA_ERR_NONE);
    cr_assert_eq(ram.operations, 0);
}

Test(journal, a_partition_that_is_too_small_is_refused)
{
    struct ram_flash ram;
    struct journal journal;
    struct ota_area area = {0, 3 * LARGE};

    ram_flash_init(&ram, 4 * LARGE, LARGE);
    cr_assert_eq(journal_open(&journal, &ram.port, area), OTA_ERR_RANGE);
    ram.port.sector_size = 100;
    cr_assert_eq(journal_open(&journal, &ram.port, whole(LARGE)),
                 OTA_ERR_RANGE);
}

Test(journal, layout_is_the_documented_one)
{
    struct ram_flash ram;
    struct journal journal;

    ram_flash_init(&ram, 4 * LARGE, LARGE);
    (void)open_number(&journal, &ram);
    (void)append_range(&journal, 5, 6);
    for (uint32_t sector = 0; sector < 2; sector++) {
        const uint8_t *header = &ram.array[sector * LARGE];
        const uint8_t *record = header + 2 * 128;
        cr_assert_eq(memcmp(header, "OTJ1", 4), 0);
        cr_assert_eq(bytes_get32(header + 4), 1);
        cr_assert_eq(bytes_get32(header + 120), ota_crc32(header, 120));
        cr_assert_eq(bytes_get32(header + 124), 0);
        cr_assert_eq(memcmp(record, "OTR2", 4), 0);
        cr_assert_eq(bytes_get32(record + 4), 2);
        cr_assert_eq(record[8], 0);
        cr_assert_eq(record[9], OTA_CONFIRMED);
        cr_assert_eq(record[10], 6);
        cr_assert_eq(record[11], OTA_REASON_TRIAL_FAILED);
        cr_assert_eq(bytes_get16(record + 12), 6);
        cr_assert_eq(record[14], 5);
        cr_assert_eq(record[15], 6);
        cr_assert_eq(record[16], 6);
        cr_assert_eq(record[48], 7);
        cr_assert_eq(record[80], 8);
        cr_assert_eq(record[112], OTA_REASON_BAD_ENTRY);
        cr_assert_eq(record[113], BOOT_ASKED | BOOT_AT_FAULT);
        cr_assert_eq(bytes_get16(record + 114), 6);
        cr_assert_eq(bytes_get32(record + 116), 0x01020304u);
        cr_assert_eq(bytes_get32(record + 120), ota_crc32(record, 120));
        cr_assert_eq(bytes_get32(record + 124), 0);
    }
    cr_assert_eq(ota_crc32("123456789", 9), 0xCBF43926u);
}

Test(journal, sequences_count_up_by_one_over_bank_changes)
{
    struct ram_flash ram;
    struct journal journal;

    ram_flash_init(&ram, 4 * LARGE, LARGE);
    (void)open_number(&journal, &ram);
    for (uint32_t number = 1; number <= 130; number++) {
        cr_assert_eq(append_range(&journal, number, number), number);
        cr_assert_eq(journal.now.sequence, number);
        cr_assert_eq(journal.bank, (number - 1) / 31 % 2);
    }
    cr_assert_eq(open_number(&journal, &ram), 130);
    cr_assert_eq(journal.copies, 2);
    cr_assert_eq(ram.violations, 0);
}

Test(journal, the_bank_left_behind_is_erased)
{
    struct ram_flash ram;
    struct journal journal;

    ram_flash_init(&ram, 4 * LARGE, LARGE);
    (void)open_number(&journal, &ram);
    (void)append_range(&journal, 1, 32);
    cr_assert(bytes_are(ram.array, 2 * LARGE, 0xFF));
}

Test(journal, refresh_writes_once_a_session)
{
    struct ram_flash ram;
    struct journal journal;

    ram_flash_init(&ram, 4 * LARGE, LARGE);
    (void)open_number(&journal, &ram);
    (void)append_range(&journal, 1, 4);
    uint32_t before = ram.operations;
    cr_assert_eq(journal_refresh(&journal), OTA_OK);
    cr_assert_eq(ram.operations, before, "fresh already");
    cr_assert_eq(open_number(&journal, &ram), 4);
    cr_assert_eq(ram.operations, before, "opening writes nothing");
    cr_assert_eq(journal_refresh(&journal), OTA_OK);
    cr_assert_eq(ram.operations, before + 2);
    cr_assert_eq(journal.now.sequence, 5);
    cr_assert_eq(journal.now.counter, 4);
    cr_assert_eq(journal_refresh(&journal), OTA_OK);
    cr_assert_eq(ram.operations, before + 2);
}

Test(journal, a_sector_without_header_holds_no_records)
{
    struct ram_flash ram;
    struct journal journal;

    ram_flash_init(&ram, 4 * LARGE, LARGE);
    (void)open_number(&journal, &ram);
    (void)append_range(&journal, 1, 4);
    ram.array[0] = 0;
    cr_assert_eq(open_number(&journal, &ram), 4);
    cr_assert(journal_is_thin(&journal));
    ram.array[LARGE] = 0;
    cr_assert_eq(open_number(&journal, &ram), NONE);
}

static void reseal(uint8_t *slot, uint32_t sequence)
{
    bytes_put32(slot + 4, sequence);
    bytes_put32(slot + 120, ota_crc32(slot, 120));
}

/* Bank 0 holds state 1, its numbers begin at `first`. */
static void plant(struct ram_flash *ram, uint32_t sector, uint32_t first)
{
    struct journal journal;

    ram_flash_init(ram, 4 * sector, sector);
    (void)open_number(&journal, ram);
    (void)append_range(&journal, 1, 1);
    for (uint32_t copy = 0; copy < 2; copy++) {
        reseal(&ram->array[copy * sector], first);
        reseal(&ram->array[copy * sector + 128], first);
    }
    ram->operations = 0;
}

#define FIRST_MAX 0xFFFFFF00u

Test(journal, a_record_away_from_its_place_is_not_valid)
{
    static const uint32_t sequences[] = {1, 2, 4, 5, 0xFFFF0000u, UINT32_MAX};
    struct ram_flash ram;
    struct journal journal;

    plant(&ram, LARGE, 1);
    memcpy(&ram.array[3 * 128], &ram.array[1 * 128], 128);
    for (unsigned i = 0; i < sizeof(sequences) / sizeof(sequences[0]); i++) {
        reseal(&ram.array[3 * 128], sequences[i]);
        (void)open_number(&journal, &ram);
        cr_assert_eq(journal.now.sequence, 1, "0x%x", sequences[i]);
    }
    reseal(&ram.array[3 * 128], 3);
    (void)open_number(&journal, &ram);
    cr_assert_eq(journal.now.sequence, 3);
}

/* The last bank that numbers allow; then they begin anew, and go on. */
Test(journal, numbers_go_round)
{
    struct ram_flash ram;
    struct journal journal;

    plant(&ram, LARGE, FIRST_MAX);
    for (uint32_t number = 2; number < 100; number++) {
        (void)open_number(&journal, &ram);
        cr_assert_eq(append_range(&journal, number, number), number);
        cr_assert_eq(open_number(&journal, &ram), number);
    }
    cr_assert_lt(journal.now.sequence, 100);
    cr_assert_eq(ram.violations, 0);
    plant(&ram, LARGE, FIRST_MAX + 1);
    cr_assert_eq(open_number(&journal, &ram), NONE, "too high to go on from");
    expect_usable(&ram, "too high", 0, 0);
}

/* Whatever somebody has left there, in headers alone or with records: the
 * journal goes on. */
Test(journal, absurd_numbers_do_not_end_it)
{
    static const uint32_t numbers[] = {
        1, 2, 0x7FFFFFFFu, 0x80000000u, 0x80000001u, FIRST_MAX, FIRST_MAX + 1};
    const unsigned count = sizeof(numbers) / sizeof(numbers[0]);

    for (unsigned pick = 0; pick < count * count * count * 2; pick++) {
        struct ram_flash ram;
        struct journal journal;

        plant(&ram, LARGE, numbers[pick % count]);
        memcpy(&ram.array[2 * LARGE], ram.array, 2 * LARGE);
        for (uint32_t copy = 2; copy < 4; copy++) {
            unsigned index = copy == 2 ? pick / count : pick / count / count;
            uint8_t *sector = &ram.array[copy * LARGE];
            reseal(sector, numbers[index % count]);
            reseal(sector + 128, numbers[index % count]);
            if (pick >= count * count * count) {
                memset(sector + 128, 0xFF, 128);
            }
        }
        for (uint32_t number = 200; number < 203; number++) {
            (void)open_number(&journal, &ram);
            cr_assert_eq(append_range(&journal, number, number), number);
            cr_assert_eq(open_number(&journal, &ram), number, "case %u", pick);
        }
        cr_assert_eq(journal.copies, 2, "case %u", pick);
        cr_assert_eq(ram.violations, 0, "case %u", pick);
    }
}

/* A record must be later than the one before even while the old bank stays. */
Test(journal, a_header_far_off_is_not_followed)
{
    struct ram_flash ram;
    struct journal journal;
    uint32_t first = 0;

    plant(&ram, LARGE, 1);
    memcpy(&ram.array[LARGE], ram.array, 128);
    reseal(&ram.array[LARGE], 0x7FFFFFFFu);
    (void)open_number(&journal, &ram);
    first = journal.now.sequence;
    cr_assert_eq(append_range(&journal, 7, 7), 7);
    cr_assert_gt(journal.now.sequence, first);
    cr_assert_lt(journal.now.sequence, first + 100);
    cr_assert_eq(open_number(&journal, &ram), 7);
}

/* Its header may be torn and read right today alone. */
Test(journal, a_header_without_a_record_is_not_built_on)
{
    struct ram_flash ram;
    struct journal journal;

    plant(&ram, LARGE, 1);
    memset(&ram.array[LARGE + 128], 0xFF, LARGE - 128);
    cr_assert_eq(open_number(&journal, &ram), 1);
    cr_assert(journal_is_thin(&journal));
    cr_assert_eq(append_range(&journal, 2, 2), 2);
    cr_assert_eq(journal.copies, 2);
    cr_assert_eq(ram.array[LARGE + 2 * 128], 0xFF, "not after that header");
    cr_assert_eq(open_number(&journal, &ram), 2);
}

static uint32_t begin_at; /* first number of a planted bank; 0: blank flash */

static void begin(struct ram_flash *ram, uint32_t sector)
{
    if (begin_at != 0) {
        plant(ram, sector, begin_at);
    } else {
        ram_flash_init(ram, 4 * sector, sector);
    }
}

/* Run appends 1..count with one operation disturbed, then power on. Returns
 * the last number whose append was reported. */
static uint32_t run_disturbed(struct ram_flash *ram, uint32_t sector,
                              uint32_t count, uint32_t at, enum ram_form form)
{
    struct journal journal;

    begin(ram, sector);
    ram->at = at;
    ram->form = form;
    ram->seed = at * 31u + form;
    (void)open_number(&journal, ram);
    uint32_t last = append_range(&journal, 1, count);
    /* An append that was written, but not reported whole, may succeed. */
    last = ram->dead && journal.now.counter < last ? journal.now.counter : last;
    ram_flash_power_on(ram);
    return last;
}

static uint32_t count_operations(uint32_t sector, uint32_t count)
{
    struct ram_flash ram;
    struct journal journal;

    begin(&ram, sector);
    (void)open_number(&journal, &ram);
    cr_assert_eq(append_range(&journal, 1, count), count);
    return ram.operations;
}

/* One cut anywhere: old or new; it stays so, whatever weak cells do. */
static void cut_everywhere(uint32_t sector, uint32_t count)
{
    uint32_t operations = count_operations(sector, count);
    struct ram_flash ram;
    struct journal journal;

    for (uint32_t at = 0; at < operations; at++) {
        for (unsigned form = 0; form < RAM_FORMS; form++) {
            uint32_t last =
                run_disturbed(&ram, sector, count, at, (enum ram_form)form);
            uint32_t seen = open_number(&journal, &ram);
            cr_assert(seen == last || seen == last + 1,
                      "cut %u form %u: %u after %u", at, form, seen, last);
            heal(&journal);
            if (form == RAM_LATE) {
                cr_assert_eq(append_range(&journal, 150, 150), 150);
                seen = 150;
            }
            ram_flash_weak_turns(&ram);
            cr_assert_eq(open_number(&journal, &ram), seen,
                         "cut %u form %u: lost after a boot", at, form);
            expect_usable(&ram, "cut", at, form);
        }
    }
}

Test(journal, a_cut_anywhere_leaves_the_old_or_the_new_state)
{
    cut_everywhere(LARGE, 70);
}

Test(journal, a_cut_anywhere_while_numbers_go_round)
{
    begin_at = FIRST_MAX;
    cut_everywhere(SMALL, 20);
}

Test(journal, a_cut_anywhere_in_small_sectors)
{
    cut_everywhere(SMALL, 24);
}

/* The recovery: heal, then one more append, as a boot does. */
static uint32_t recover(struct ram_flash *ram)
{
    struct journal journal;
    uint32_t seen = open_number(&journal, ram);

    heal(&journal);
    (void)append_range(&journal, 100, 100);
    return seen;
}

static void cut_recovery(const struct ram_flash *torn, uint32_t last,
                         uint32_t at, unsigned form)
{
    struct ram_flash ram = *torn;
    struct journal journal;

    ram_flash_moved(&ram);
    (void)recover(&ram);
    uint32_t operations = ram.operations;
    for (uint32_t second = 0; second < operations; second++) {
        for (unsigned again = 0; again < RAM_FORMS; again++) {
            ram = *torn;
            ram_flash_moved(&ram);
            ram.at = second;
            ram.form = (enum ram_form)again;
            (void)recover(&ram);
            ram_flash_power_on(&ram);
            ram_flash_weak_turns(&ram);
            uint32_t seen = open_number(&journal, &ram);
            cr_assert(seen == last || seen == last + 1 || seen == 100,
                      "cut %u/%u, then %u/%u: %u after %u", at, form, second,
                      again, seen, last);
            expect_usable(&ram, "second cut after", at, form);
        }
    }
}

Test(journal, a_cut_in_the_recovery_from_a_cut)
{
    uint32_t operations = count_operations(SMALL, 17);

    for (uint32_t at = 0; at < operations; at++) {
        for (unsigned form = 0; form < RAM_FORMS; form++) {
            struct ram_flash ram;
            uint32_t last =
                run_disturbed(&ram, SMALL, 17, at, (enum ram_form)form);
            cut_recovery(&ram, last, at, form);
        }
    }
}

Test(journal, one_flipped_bit_anywhere_changes_nothing)
{
    static const uint32_t counts[] = {1, 3, 7, 8, 14, 18};

    for (unsigned i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        struct ram_flash sound;
        struct journal journal;
        (void)run_disturbed(&sound, SMALL, counts[i], RAM_FLASH_NEVER,
                            RAM_BEFORE);
        for (uint32_t bit = 0; bit < 4 * SMALL * 8; bit++) {
            struct ram_flash ram = sound;
            ram_flash_moved(&ram);
            ram.array[bit / 8] ^= (uint8_t)(1u << bit % 8);
            cr_assert_eq(open_number(&journal, &ram), counts[i],
                         "%u records, bit %u", counts[i], bit);
            if (bit % 61 == 0) {
                heal(&journal);
                cr_assert_not(journal_is_thin(&journal));
                expect_usable(&ram, "bit", bit, 0);
            }
        }
    }
}

/* An operation that fails or is silently ignored: no state is lost, and both
 * copies are there, at the latest with the next record. */
Test(journal, failing_operations_are_made_up_for)
{
    uint32_t operations = count_operations(SMALL, 24);

    for (uint32_t at = 0; at < operations; at++) {
        for (unsigned fault = RAM_FAIL; fault <= RAM_IGNORE; fault++) {
            struct ram_flash ram;
            struct journal journal;
            unsigned thin = 0;
            ram_flash_init(&ram, 4 * SMALL, SMALL);
            ram.at = at;
            ram.fault = (enum ram_fault)fault;
            (void)open_number(&journal, &ram);
            for (uint32_t number = 1; number <= 24; number++) {
                struct journal again;
                cr_assert_eq(append_range(&journal, number, number), number);
                cr_assert_eq(open_number(&again, &ram), number);
                thin += again.copies < 2;
            }
            cr_assert_leq(thin, 1, "fault %u at %u", fault, at);
            cr_assert_eq(ram.violations, 0, "fault %u at %u", fault, at);
            expect_usable(&ram, "fault", at, fault);
        }
    }
}

Test(journal, a_program_that_failed_is_repeated_in_the_next_slot)
{
    struct ram_flash ram;
    struct journal journal;

    (void)run_disturbed(&ram, LARGE, 5, RAM_FLASH_NEVER, RAM_BEFORE);
    (void)open_number(&journal, &ram);
    ram.at = 1;
    ram.fault = RAM_FAIL;
    cr_assert_eq(append_range(&journal, 6, 6), 6);
    cr_assert_eq(journal.bank, 0);
    cr_assert_eq(journal.now.sequence, 7);
    cr_assert_eq(ram.operations, 4);
}

Test(journal, a_slot_used_in_one_sector_is_left_out_in_both)
{
    struct ram_flash ram;
    struct journal journal;

    (void)run_disturbed(&ram, LARGE, 5, RAM_FLASH_NEVER, RAM_BEFORE);
    ram.array[LARGE + 9 * 128 + 77] = 0xFE;
    (void)open_number(&journal, &ram);
    cr_assert_eq(append_range(&journal, 6, 6), 6);
    cr_assert_eq(journal.now.sequence, 10);
    cr_assert_eq(ram.operations, 2);
}

/* A sector of the bank to be taken has a header from long ago, and the cut
 * comes when only the first sector of it was begun. */
Test(journal, a_stale_sector_is_never_written_to)
{
    for (uint32_t stale = 1; stale <= 9; stale++) {
        struct ram_flash ram;
        struct journal journal;
        uint8_t header[128] = "OTJ1";
        (void)run_disturbed(&ram, SMALL, 7, RAM_FLASH_NEVER, RAM_BEFORE);
        bytes_put32(header + 4, stale);
        bytes_put32(header + 120, ota_crc32(header, 120));
        memcpy(&ram.array[3 * SMALL], header, sizeof(header));
        (void)open_number(&journal, &ram);
        ram.at = 3; /* erase, header, record; then the stale sector */
        (void)append_range(&journal, 8, 8);
        ram.torn_erase[3] = true;
        ram_flash_power_on(&ram);
        cr_assert_eq(open_number(&journal, &ram), 8);
        expect_usable(&ram, "stale first", stale, 0);
    }
}

Test(journal, the_old_bank_stays_while_the_new_one_has_one_copy)
{
    struct ram_flash ram;
    struct journal journal;

    (void)run_disturbed(&ram, SMALL, 7, RAM_FLASH_NEVER, RAM_BEFORE);
    (void)open_number(&journal, &ram);
    ram.at = 3; /* the erase of the new bank's second sector */
    ram.fault = RAM_FAIL;
    cr_assert_eq(append_range(&journal, 8, 8), 8);
    cr_assert_eq(journal.copies, 1);
    cr_assert_eq(memcmp(ram.array, "OTJ1", 4), 0);
    cr_assert_eq(append_range(&journal, 9, 9), 9);
    cr_assert_eq(journal.copies, 2);
}

Test(journal, a_record_without_end_mark_is_not_valid)
{
    struct ram_flash ram;
    struct journal journal;

    (void)run_disturbed(&ram, LARGE, 5, RAM_FLASH_NEVER, RAM_BEFORE);
    memset(&ram.array[5 * 128 + 124], 0xFF, 4);
    memset(&ram.array[LARGE + 5 * 128 + 124], 0xFF, 4);
    cr_assert_eq(open_number(&journal, &ram), 4);
}

/* There is nothing that it could go back to. */
Test(journal, recovery_is_never_on_trial)
{
    struct ram_flash ram;
    struct journal journal;
    struct boot_state state = make_state(9);

    (void)run_disturbed(&ram, LARGE, 5, RAM_FLASH_NEVER, RAM_BEFORE);
    cr_assert_eq(open_number(&journal, &ram), 5);
    state.slot = OTA_SLOT_RECOVERY;
    state.state = OTA_TRIAL;
    cr_assert_eq(journal_append(&journal, &state), OTA_OK);
    cr_assert_eq(open_number(&journal, &ram), 5);
    state.state = OTA_CONFIRMED;
    cr_assert_eq(journal_append(&journal, &state), OTA_OK);
    cr_assert_eq(journal_open(&journal, &ram.port, whole(LARGE)), OTA_OK);
    cr_assert_eq(journal.now.slot, OTA_SLOT_RECOVERY);
}

static int erase_nothing(void *context, uint32_t address)
{
    (void)context;
    (void)address;
    return OTA_OK;
}

Test(journal, an_erase_that_does_nothing_breaks_no_rule)
{
    struct ram_flash ram;
    struct journal journal;

    (void)run_disturbed(&ram, SMALL, 12, RAM_FLASH_NEVER, RAM_BEFORE);
    ram.port.erase = erase_nothing;
    (void)open_number(&journal, &ram);
    uint32_t last = append_range(&journal, 13, 40);
    cr_assert_lt(last, 40);
    cr_assert_eq(open_number(&journal, &ram), last);
    cr_assert_eq(ram.violations, 0);
}

static int dead_program(void *context, uint32_t address, const void *data,
                        uint32_t length)
{
    (void)context;
    (void)address;
    (void)data;
    (void)length;
    return OTA_ERR_IO;
}

Test(journal, a_dead_flash_keeps_the_old_state)
{
    struct ram_flash ram;
    struct journal journal;

    (void)run_disturbed(&ram, LARGE, 5, RAM_FLASH_NEVER, RAM_BEFORE);
    ram.port.program = dead_program;
    (void)open_number(&journal, &ram);
    struct boot_state state = make_state(6);
    cr_assert_eq(journal_append(&journal, &state), OTA_ERR_IO);
    cr_assert_eq(journal.now.counter, 5);
    cr_assert_eq(open_number(&journal, &ram), 5);
}

/* One sector that takes nothing: the other copy carries on for ever. */
static uint32_t dead_sector;

static int program_but_not_there(void *context, uint32_t address,
                                 const void *data, uint32_t length)
{
    struct ram_flash *ram = context;

    if (address / ram->port.sector_size == dead_sector) {
        return OTA_ERR_IO;
    }
    return ram_program(context, address, data, length);
}

static int program_in_two_alone(void *context, uint32_t address,
                                const void *data, uint32_t length)
{
    struct ram_flash *ram = context;
    uint32_t sector = address / ram->port.sector_size;

    return sector == 1 || sector == 2
               ? OTA_ERR_IO
               : ram_program(context, address, data, length);
}

/* A second copy cannot be made anywhere: that is tried once, not at each
 * boot. */
Test(journal, a_dead_sector_in_each_bank_costs_no_writes_at_each_boot)
{
    struct ram_flash ram;
    struct journal journal;
    uint32_t settled = 0;

    ram_flash_init(&ram, 4 * SMALL, SMALL);
    ram.port.program = program_in_two_alone;
    (void)open_number(&journal, &ram);
    cr_assert_eq(append_range(&journal, 1, 1), 1);
    for (unsigned boot = 0; boot < 6; boot++) {
        cr_assert_eq(open_number(&journal, &ram), 1);
        heal(&journal);
        settled = boot == 1 ? ram.operations : settled;
    }
    cr_assert_eq(ram.operations, settled);
    for (uint32_t number = 2; number < 40; number++) {
        (void)open_number(&journal, &ram);
        cr_assert_eq(append_range(&journal, number, number), number);
    }
    cr_assert_eq(open_number(&journal, &ram), 39);
    cr_assert_eq(ram.violations, 0);
}

Test(journal, one_dead_sector_is_survived)
{
    for (dead_sector = 0; dead_sector < 4; dead_sector++) {
        struct ram_flash ram;
        struct journal journal;
        ram_flash_init(&ram, 4 * SMALL, SMALL);
        ram.port.program = program_but_not_there;
        for (uint32_t number = 1; number < 60; number++) {
            (void)open_number(&journal, &ram);
            cr_assert_eq(append_range(&journal, number, number), number);
            cr_assert_eq(open_number(&journal, &ram), number);
        }
        cr_assert_eq(ram.violations, 0);
    }
}
