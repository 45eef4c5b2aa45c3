/* SPDX-License-Identifier: MIT */
/*
 * The progress log under every power cut of a sequence of appends that goes
 * round the partition, every torn form, cuts during the recovery, failing
 * operations, foreign contents; and how it spreads its wear.
 */
#include "ota/progress.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "ota/agent_why.h"
#include "ota/bytes.h"
#include "ota/crc32.h"
#include "ram_flash.h"

#define SMALL 512u /* a sector of 4 records: the log comes round often */
#define SECTORS 3u
#define ROUND (SECTORS * SMALL / PROGRESS_RECORD)
#define APPENDS (2u * ROUND + 3u)
#define NONE 0u
#define SEQUENCE_MAX 0xFFFF0000u

static struct ota_area whole(const struct ram_flash *ram)
{
    struct ota_area area = {0, ram->size};

    return area;
}

/* The number-th state of the sequence: told apart by its `written`. */
static struct progress make_state(uint32_t number)
{
    struct progress state;

    memset(&state, 0, sizeof(state));
    state.state = (uint8_t)(number % 4);
    state.result = (uint8_t)(number % 11);
    state.why = (uint8_t)(number % 26);
    state.slot = (uint8_t)(number % 2);
    state.tries = (uint8_t)(number * 3);
    state.reported = number % 3 == 0;
    state.excused = number % 5 == 0;
    state.final = number % 7 == 0;
    state.sags = (uint8_t)(number * 5);
    state.failures = (uint8_t)(number * 11);
    state.starts = (uint8_t)(number % 16);
    state.szx = (uint8_t)(number % 7);
    state.release = number * 1000003u;
    state.version = number << 16;
    state.size = ~number;
    state.written = number;
    state.not_before_s = number * 77;
    state.etag.length = (uint8_t)(number % 9);
    memset(state.etag.bytes, 0x5A, state.etag.length);
    memset(state.image_digest, (int)number, OTA_DIGEST_SIZE);
    memset(state.file_digest, (int)(number + 1), OTA_DIGEST_SIZE);
    return state;
}

/* Open; the number of the state in force, NONE when there is none. Every
 * field must be that state's. */
static uint32_t open_number(struct progress_log *log, struct ram_flash *ram)
{
    cr_assert_eq(progress_open(log, &ram->port, whole(ram)), OTA_OK);
    if (log->now.sequence == 0) {
        return NONE;
    }
    struct progress want = make_state(log->now.written);
    want.sequence = log->now.sequence;
    cr_assert_eq(memcmp(&want, &log->now, sizeof(want)), 0);
    return log->now.written;
}

/* Append states from..to until one fails. Returns the last that did not. */
static uint32_t append_range(struct progress_log *log, uint32_t from,
                             uint32_t to)
{
    for (uint32_t number = from; number <= to; number++) {
        struct progress state = make_state(number);
        if (progress_append(log, &state) != OTA_OK) {
            return number - 1;
        }
        cr_assert_eq(log->now.written, number);
    }
    return to;
}

/* After any trouble the log must take records again. */
static void expect_usable(struct ram_flash *ram, const char *what, uint32_t at,
                          unsigned form)
{
    struct progress_log log;

    (void)open_number(&log, ram);
    cr_assert_eq(append_range(&log, 200, 220), 220,
                 "%s %u form %u: appends fail", what, at, form);
    cr_assert_eq(open_number(&log, ram), 220, "%s %u form %u", what, at, form);
    cr_assert_eq(ram->violations, 0, "%s %u form %u: flash rules", what, at,
                 form);
}

static void small_flash(struct ram_flash *ram)
{
    ram_flash_init(ram, SECTORS * SMALL, SMALL);
}

Test(progress, blank_flash_has_no_state)
{
    struct ram_flash ram;
    struct progress_log log;

    small_flash(&ram);
    cr_assert_eq(open_number(&log, &ram), NONE);
    cr_assert_eq(ram.operations, 0);
}

Test(progress, a_partition_that_is_too_small_is_refused)
{
    struct ram_flash ram;
    struct progress_log log;
    struct ota_area area = {0, 2 * SMALL - 1};

    small_flash(&ram);
    cr_assert_eq(progress_open(&log, &ram.port, area), OTA_ERR_RANGE);
    area.length = 2 * SMALL;
    cr_assert_eq(progress_open(&log, &ram.port, area), OTA_OK);
    ram.port.sector_size = 200;
    cr_assert_eq(progress_open(&log, &ram.port, area), OTA_ERR_RANGE);
    ram.port.sector_size = SMALL;
    area.start = ram.size;
    cr_assert_eq(progress_open(&log, &ram.port, area), OTA_ERR_IO);
}

Test(progress, layout_is_the_documented_one)
{
    struct ram_flash ram;
    struct progress_log log;
    struct progress state = make_state(8);

    ram_flash_init(&ram, 16384, 4096);
    (void)open_number(&log, &ram);
    (void)append_range(&log, 7, 7);
    state.state = 3;
    state.result = 8;
    state.why = 23;
    state.reported = 1;
    cr_assert_eq(progress_append(&log, &state), OTA_OK);
    const uint8_t *record = &ram.array[128];
    const uint8_t bytes[8] = {3, 8, 23, 0, 24, 1, 0, 0};
    cr_assert_eq(memcmp(record, "OTP1", 4), 0);
    cr_assert_eq(bytes_get32(record + 4), 2);
    cr_assert_arr_eq(record + 8, bytes, 8);
    cr_assert_eq(bytes_get32(record + 16), state.release);
    cr_assert_eq(bytes_get32(record + 20), state.version);
    cr_assert_eq(bytes_get32(record + 24), state.size);
    cr_assert_eq(bytes_get32(record + 28), state.written);
    cr_assert_eq(bytes_get32(record + 32), state.not_before_s);
    cr_assert_eq(record[36], 8 + 16 * state.starts);
    cr_assert_arr_eq(record + 37, state.etag.bytes, 8);
    cr_assert_eq(record[45], state.sags);
    cr_assert_eq(record[46], state.failures);
    cr_assert_eq(record[47], 4 * state.szx);
    cr_assert_arr_eq(record + 48, state.image_digest, 32);
    cr_assert_arr_eq(record + 80, state.file_digest, 32);
    cr_assert(bytes_are(record + 112, 8, 0));
    cr_assert_eq(bytes_get32(record + 120), ota_crc32(record, 120));
    cr_assert_eq(bytes_get32(record + 124), 0);
    cr_assert(bytes_are(record + 128, 4096 - 256, 0xFF));
}

Test(progress, the_same_state_is_not_written_again)
{
    struct ram_flash ram;
    struct progress_log log;
    struct progress state = make_state(5);

    small_flash(&ram);
    (void)open_number(&log, &ram);
    cr_assert_eq(progress_append(&log, &state), OTA_OK);
    uint32_t operations = ram.operations;
    cr_assert_eq(progress_append(&log, &state), OTA_OK);
    cr_assert_eq(ram.operations, operations);
    state.tries++;
    cr_assert_eq(progress_append(&log, &state), OTA_OK);
    cr_assert_eq(ram.operations, operations + 1);
}

Test(progress, values_that_no_record_has_are_refused)
{
    struct ram_flash ram;
    struct progress_log log;

    small_flash(&ram);
    (void)open_number(&log, &ram);
    static const uint8_t values[] = {4, 2, 2, 2, 2, COAP_ETAG + 1, 16, 16};
    for (unsigned i = 0; i < sizeof(values); i++) {
        struct progress state = make_state(5);
        uint8_t *const fields[] = {&state.state,       &state.slot,
                                   &state.reported,    &state.excused,
                                   &state.final,       &state.etag.length,
                                   &state.etag.length, &state.starts};
        *fields[i] = values[i];
        cr_assert_eq(progress_append(&log, &state), OTA_ERR_RANGE, "%u", i);
    }
    cr_assert_eq(ram.operations, 0);
}

Test(progress, many_appends_wrap_round_all_sectors)
{
    struct ram_flash ram;
    struct progress_log log;

    small_flash(&ram);
    for (uint32_t number = 1; number < 5 * ROUND; number++) {
        uint32_t before = open_number(&log, &ram);
        cr_assert_eq(before, number - 1);
        cr_assert_eq(append_range(&log, number, number), number);
        cr_assert_eq(log.now.sequence, number);
    }
    cr_assert_eq(ram.violations, 0);
}

static void put_record(struct ram_flash *ram, uint32_t index, uint32_t number,
                       uint32_t sequence)
{
    static struct ram_flash other;
    struct progress_log log;
    uint8_t *slot = &ram->array[index * PROGRESS_RECORD];

    small_flash(&other);
    (void)open_number(&log, &other);
    (void)append_range(&log, number, number);
    memcpy(slot, other.array, PROGRESS_RECORD);
    bytes_put32(slot + 4, sequence);
    bytes_put32(slot + 120, ota_crc32(slot, 120));
}

/* The states that the flash holds before the appends: none, or a round of them
 * so high that the numbers are used up in the middle of the appends. */
static uint32_t before;

static void begin(struct ram_flash *ram)
{
    small_flash(ram);
    for (uint32_t i = 0; i < before; i++) {
        put_record(ram, i, i + 1, SEQUENCE_MAX - 2 * ROUND - 5 + i);
    }
}

/* Runs all appends with one operation cut. The state in force must be the
 * last one appended, or the one whose append was under way. */
static void cut_once(uint32_t at, enum ram_form form, struct ram_flash *ram)
{
    struct progress_log log;
    uint32_t last = before + APPENDS;

    begin(ram);
    ram->seed = at * 31 + form;
    cr_assert_eq(open_number(&log, ram), before);
    ram->at = at;
    ram->form = form;
    uint32_t done = append_range(&log, before + 1, last);
    cr_assert(ram->dead || done == last);
    ram_flash_power_on(ram);
    uint32_t found = open_number(&log, ram);
    cr_assert(found == done || (found == done + 1 && done < last),
              "cut %u form %u: state %u after %u", at, form, found, done);
}

/* How many operations do all appends take? */
static uint32_t operations_of_all(void)
{
    struct ram_flash ram;
    struct progress_log log;

    begin(&ram);
    (void)open_number(&log, &ram);
    cr_assert_eq(append_range(&log, before + 1, before + APPENDS),
                 before + APPENDS);
    cr_assert(before == 0 || log.now.sequence < APPENDS);
    return ram.operations;
}

static void cut_everywhere(void)
{
    static struct ram_flash ram;
    uint32_t operations = operations_of_all();

    cr_assert_gt(operations, APPENDS);
    for (uint32_t at = 0; at < operations; at++) {
        for (unsigned form = 0; form < RAM_FORMS; form++) {
            cut_once(at, (enum ram_form)form, &ram);
            expect_usable(&ram, "cut", at, form);
        }
    }
}

Test(progress, every_cut_leaves_the_last_state_or_the_one_before)
{
    cut_everywhere();
}

Test(progress, every_cut_while_the_numbers_start_again)
{
    before = ROUND;
    cut_everywhere();
}

/* Append after the first cut, and cut again; then the torn record may read
 * otherwise. */
static void cut_twice(uint32_t at, unsigned first, uint32_t again,
                      unsigned second)
{
    static struct ram_flash ram;
    struct progress_log log;

    cut_once(at, (enum ram_form)first, &ram);
    uint32_t first_found = open_number(&log, &ram);
    ram.at = again;
    ram.form = (enum ram_form)second;
    uint32_t done = append_range(&log, 101, 103);
    cr_assert(ram.dead || done == 103);
    done = done == 100 ? first_found : done;
    ram_flash_power_on(&ram);
    uint32_t found = open_number(&log, &ram);
    cr_assert(found == done || found == (done == first_found ? 101 : done + 1),
              "cuts %u/%u %u/%u: state %u after %u", at, first, again, second,
              found, done);
    if (done != first_found && ram.weak_length) {
        ram_flash_weak_turns(&ram);
        uint32_t later = open_number(&log, &ram);
        cr_assert(later == found || later + 1 == found || later == found + 1 ||
                      (found == 101 && later == first_found),
                  "cuts %u/%u %u/%u: %u became %u", at, first, again, second,
                  found, later);
    }
    expect_usable(&ram, "cut twice", at * 100 + again, first * 10 + second);
}

static void cut_twice_everywhere(void)
{
    uint32_t operations = operations_of_all();

    for (uint32_t at = 0; at < operations; at++) {
        for (unsigned form = 0; form < RAM_FORMS * RAM_FORMS; form++) {
            for (uint32_t again = 0; again < 4; again++) {
                cut_twice(at, form / RAM_FORMS, again, form % RAM_FORMS);
            }
        }
    }
}

Test(progress, every_cut_during_the_append_after_a_cut)
{
    cut_twice_everywhere();
}

Test(progress, every_two_cuts_while_the_numbers_start_again)
{
    before = ROUND;
    cut_twice_everywhere();
}

/* A torn record that reads valid after newer ones were written never comes
 * back into force. */
static void turn_valid_everywhere(void)
{
    static struct ram_flash ram;
    struct progress_log log;
    uint32_t operations = operations_of_all();
    unsigned turned = 0;

    for (uint32_t at = 0; at < operations; at++) {
        cut_once(at, RAM_LATE, &ram);
        (void)open_number(&log, &ram);
        cr_assert_eq(append_range(&log, 101, 101), 101);
        if (ram.weak_length) {
            ram_flash_weak_turns(&ram);
            turned++;
        }
        cr_assert_eq(open_number(&log, &ram), 101, "cut %u", at);
    }
    cr_assert_gt(turned, ROUND);
}

Test(progress, a_torn_record_that_turns_valid_stays_behind)
{
    turn_valid_everywhere();
    before = ROUND;
    turn_valid_everywhere();
}

Test(progress, an_operation_that_fails_costs_a_slot_or_a_sector)
{
    static struct ram_flash ram;
    struct progress_log log;
    uint32_t operations = operations_of_all();

    for (uint32_t at = 0; at < operations; at++) {
        for (unsigned fault = RAM_FAIL; fault <= RAM_IGNORE; fault++) {
            small_flash(&ram);
            (void)open_number(&log, &ram);
            ram.at = at;
            ram.fault = (enum ram_fault)fault;
            cr_assert_eq(append_range(&log, 1, APPENDS), APPENDS,
                         "operation %u fault %u", at, fault);
            cr_assert_eq(open_number(&log, &ram), APPENDS);
            expect_usable(&ram, "fault", at, fault);
        }
    }
}

/* ---- foreign contents --------------------------------------------------- */

Test(progress, gaps_and_repeats_do_no_harm)
{
    struct ram_flash ram;
    struct progress_log log;

    small_flash(&ram);
    put_record(&ram, 0, 1, 10);
    put_record(&ram, 1, 2, 500);
    put_record(&ram, 2, 2, 500);
    put_record(&ram, 6, 2, 500);
    put_record(&ram, 9, 3, 499);
    cr_assert_eq(open_number(&log, &ram), 2);
    cr_assert_eq(log.ring.at, 1);
    cr_assert_eq(log.ring.next, 3);
    expect_usable(&ram, "gaps", 0, 0);
}

Test(progress, records_out_of_range_are_none)
{
    struct ram_flash ram;
    struct progress_log log;
    static const struct {
        uint8_t at;
        uint8_t value;
    } wrong[] = {{0, 'X'}, {8, 4},  {11, 2}, {13, 2},
                 {14, 2},  {15, 2}, {36, 9}, {7, 0xFF}};

    for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        small_flash(&ram);
        put_record(&ram, 0, 1, 10);
        put_record(&ram, 1, 2, 0x00FFFF11);
        uint8_t *slot = &ram.array[PROGRESS_RECORD];
        slot[wrong[i].at] = wrong[i].value;
        bytes_put32(slot + 120, ota_crc32(slot, 120));
        cr_assert_eq(open_number(&log, &ram), 1, "%u", i);
    }
}

Test(progress, a_changed_byte_makes_a_record_invalid)
{
    struct ram_flash ram;
    struct progress_log log;

    for (uint32_t at = 0; at < PROGRESS_RECORD; at++) {
        small_flash(&ram);
        (void)open_number(&log, &ram);
        (void)append_range(&log, 1, 2);
        ram.array[PROGRESS_RECORD + at] ^= 0x10;
        cr_assert_eq(open_number(&log, &ram), 1, "byte %u", at);
    }
}

Test(progress, sequences_that_are_used_up_start_again)
{
    struct ram_flash ram;
    struct progress_log log;

    small_flash(&ram);
    put_record(&ram, 5, 1, 0xFFFF0000u);
    put_record(&ram, 9, 2, 0xFFFEFFFFu);
    cr_assert_eq(open_number(&log, &ram), 1);
    cr_assert_eq(append_range(&log, 3, 3), 3);
    cr_assert_leq(log.now.sequence, ROUND);
    cr_assert_eq(open_number(&log, &ram), 3);
    expect_usable(&ram, "used up", 0, 0);
}

Test(progress, a_slot_that_is_not_blank_is_not_programmed)
{
    struct ram_flash ram;
    struct progress_log log;

    small_flash(&ram);
    (void)open_number(&log, &ram);
    (void)append_range(&log, 1, 1);
    ram.array[2 * PROGRESS_RECORD - 1] = 0xFE; /* behind the log's back */
    cr_assert_eq(append_range(&log, 2, 2), 2);
    cr_assert_eq(log.ring.at, 2);
    cr_assert_eq(ram.violations, 0);
    cr_assert_eq(ram.array[PROGRESS_RECORD], 0xFF);
}

/* ---- wear --------------------------------------------------------------- */

#define WEAR_SECTORS 10u
#define WEAR_SECTOR 4096u

/* A flash of its own: it counts erases, and knows what is in force. */
struct worn {
    struct ota_flash port;
    uint8_t array[WEAR_SECTORS * WEAR_SECTOR];
    unsigned erases[WEAR_SECTORS];
    unsigned bad; /* bit n: sector n cannot be erased */
    const struct progress_log *log;
};

static int worn_read(void *context, uint32_t address, void *data,
                     uint32_t length)
{
    struct worn *worn = context;

    memcpy(data, &worn->array[address], length);
    return OTA_OK;
}

static int worn_program(void *context, uint32_t address, const void *data,
                        uint32_t length)
{
    struct worn *worn = context;

    for (uint32_t i = 0; i < length; i++) {
        cr_assert_eq(worn->array[address + i], 0xFF);
    }
    memcpy(&worn->array[address], data, length);
    return OTA_OK;
}

static int worn_erase(void *context, uint32_t address)
{
    struct worn *worn = context;
    uint32_t sector = address / WEAR_SECTOR;

    cr_assert(worn->log->now.sequence == 0 ||
                  worn->log->ring.at * PROGRESS_RECORD / WEAR_SECTOR != sector,
              "the sector of the record in force is erased");
    if (worn->bad >> sector & 1u) {
        return OTA_ERR_IO;
    }
    memset(&worn->array[address], 0xFF, WEAR_SECTOR);
    worn->erases[sector]++;
    return OTA_OK;
}

static void worn_init(struct worn *worn, const struct progress_log *log)
{
    memset(worn, 0, sizeof(*worn));
    worn->port = (struct ota_flash){worn, WEAR_SECTOR, worn_read, worn_program,
                                    worn_erase};
    worn->log = log;
    memset(worn->array, 0xFF, sizeof(worn->array));
}

/* One update as the agent keeps it: a record a sector, and ten beside. */
static unsigned update(struct progress_log *log, uint32_t number)
{
    const unsigned records = 64 + 10;

    for (unsigned i = 0; i < records; i++) {
        struct progress state = make_state(number * records + i);
        cr_assert_eq(progress_append(log, &state), OTA_OK);
    }
    return records;
}

/* The bound of the header: a sector's erase every 32 records, spread evenly. */
Test(progress, wear_is_spread_over_all_sectors)
{
    static struct worn worn;
    static struct progress_log log;
    struct ota_area area = {0, sizeof(worn.array)};
    unsigned records = 0;
    unsigned most = 0;
    unsigned total = 0;

    worn_init(&worn, &log);
    for (uint32_t i = 0; i < 10; i++) {
        cr_assert_eq(progress_open(&log, &worn.port, area), OTA_OK);
        records += update(&log, i);
    }
    for (unsigned i = 0; i < WEAR_SECTORS; i++) {
        most = worn.erases[i] > most ? worn.erases[i] : most;
        total += worn.erases[i];
    }
    printf("10 updates of 64 sectors: %u records, %u erases, at most %u of a "
           "sector\n",
           records, total, most);
    cr_assert_leq(total, (records + 31) / 32);
    cr_assert_leq(most, (total + WEAR_SECTORS - 1) / WEAR_SECTORS);
}

/* Four sectors are tried in an append; the next one goes on after them. */
Test(progress, sectors_that_cannot_be_erased_are_passed_by)
{
    static struct worn worn;
    static struct progress_log log;
    struct ota_area area = {0, sizeof(worn.array)};

    worn_init(&worn, &log);
    cr_assert_eq(progress_open(&log, &worn.port, area), OTA_OK);
    worn.bad = 0x0FE; /* 1 to 7 */
    cr_assert_eq(append_range(&log, 1, 40), 32);
    cr_assert_eq(append_range(&log, 33, 40), 40);
    cr_assert_eq(log.ring.at * PROGRESS_RECORD / WEAR_SECTOR, 8);
}

Test(progress, the_sector_in_force_is_kept_when_all_others_fail)
{
    static struct worn worn;
    static struct progress_log log;
    struct ota_area area = {0, sizeof(worn.array)};

    worn_init(&worn, &log);
    cr_assert_eq(progress_open(&log, &worn.port, area), OTA_OK);
    worn.bad = 0x3FE;
    cr_assert_eq(append_range(&log, 1, 40), 32);
    for (unsigned i = 0; i < 12; i++) {
        cr_assert_eq(append_range(&log, 33, 40), 32);
        cr_assert_eq(log.now.written, 32);
    }
    worn.bad = 0;
    cr_assert_eq(append_range(&log, 1, 40), 40);
    cr_assert_eq(progress_open(&log, &worn.port, area), OTA_OK);
    cr_assert_eq(log.now.written, 40);
}
