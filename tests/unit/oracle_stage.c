/* SPDX-License-Identifier: MIT */
#include "oracle_stage.h"

#include "image/provision.h"

#include <stdlib.h>

struct stage stage;

const struct board_map stage_map = {
    .count = 7,
    .part = {{"boot-a", AT_BOOT_A *SECTOR, SECTOR},
             {"boot-b", AT_BOOT_B *SECTOR, SECTOR},
             {"journal", AT_JOURNAL *SECTOR, 4 * SECTOR},
             {"requests", AT_REQUESTS *SECTOR, 2 * SECTOR},
             {"slot-a", AT_SLOT_A *SECTOR, 4 * SECTOR},
             {"slot-b", AT_SLOT_B *SECTOR, 4 * SECTOR},
             {"recovery", AT_RECOVERY *SECTOR, 4 * SECTOR}},
};

static void on_violation(void *context, unsigned rule, const char *what)
{
    (void)context;
    cr_assert_lt(rule, RULES);
    stage.said[rule]++;
    strncpy(stage.last, what, sizeof stage.last - 1);
}

static const struct oracle_sink sink = {NULL, on_violation};

static void know(unsigned index, const char *name, uint32_t load_base,
                 uint32_t counter, bool authentic)
{
    struct oracle_image *image = &stage.judged.image[index];

    for (unsigned i = 0; i < IMAGE_SIZE; i++) {
        stage.bytes[index][i] = (uint8_t)(i * 7u + i / 251u + index * 41u + 1u);
    }
    strcpy(image->name, name);
    memset(image->hash, (int)index + 1, sizeof image->hash);
    image->bytes = stage.bytes[index];
    image->size = IMAGE_SIZE;
    image->load_base = load_base;
    image->counter = counter;
    image->version = index << 24;
    image->authentic = authentic;
}

void put(const char *partition, unsigned index)
{
    struct diag diag = {{0}};
    struct provision_image image = {partition, stage.bytes[index], IMAGE_SIZE};

    cr_assert_eq(provision_place(&stage_map, &image, stage.flash->array, SIZE,
                                 &diag),
                 0, "%s", diag.text);
}

void write_journal(uint8_t slot, uint8_t state, uint8_t attempts)
{
    static uint32_t sequence;
    struct diag diag = {{0}};
    struct journal_record record = {.sequence = ++sequence,
                                    .slot = slot,
                                    .state = state,
                                    .attempts = attempts,
                                    .reason = stage.reason,
                                    .counter = stage.counter,
                                    .release = stage.release};

    cr_assert_eq(provision_journal(&stage_map, &record, stage.flash->array,
                                   SIZE, &diag),
                 0, "%s", diag.text);
}

void journal(uint8_t slot, uint8_t state, uint8_t attempts)
{
    if (!stage.booting) {
        power_up();
    }
    write_journal(slot, state, attempts);
    oracle_step(&stage.oracle, &stage.view, true);
}

void erase_journal(void)
{
    if (!stage.booting) {
        power_up();
    }
    memset(stage.flash->array + AT_JOURNAL * SECTOR, 0xff, 4 * SECTOR);
    oracle_step(&stage.oracle, &stage.view, true);
}

static void know_all(void)
{
    know(BOOT, "bootloader", BOARD_BOOT_BASE, 0, true);
    know(OLD, "old", BOARD_APP_BASE, 1, true);
    know(NEW, "new", BOARD_APP_BASE, 2, true);
    know(LATER, "later", BOARD_APP_BASE, 2, true);
    know(FORGED, "forged", BOARD_APP_BASE, 2, false);
    know(RESCUE, "rescue", BOARD_RECOVERY_BASE, 2, true);
    know(FORGED_BOOT, "forged-boot", BOARD_BOOT_BASE, 0, false);
    stage.judged.images = IMAGES;
    put("boot-a", BOOT);
    put("slot-a", OLD);
    put("slot-b", NEW);
    put("recovery", RESCUE);
}

void stage_set(void)
{
    static const struct flash_figures figures = {.size = SIZE,
                                                 .sector = FLASH_SECTOR,
                                                 .page = FLASH_PAGE,
                                                 .unit = 1,
                                                 .program_ns = 700000u,
                                                 .erase_ns = 45000000u,
                                                 .erase_worn_ns = 45000000u,
                                                 .endurance = 100000u};

    stage.flash = calloc(1, sizeof *stage.flash);
    stage.window = calloc(1, BOARD_WINDOW_SIZE);
    cr_assert(stage.flash != NULL && stage.window != NULL);
    cr_assert_eq(flash_init(stage.flash, &figures, 1), 0);
    otp_init(&stage.otp, 50000u, 1);
    stage.judged.map = &stage_map;
    stage.judged.policy =
        (struct policy_figures){.attempts = 3,
                                .power_losses = 2,
                                .deadline_ns = DEADLINE,
                                .tries = 3,
                                .backoff_ns = 10u * SECOND,
                                .backoff_max_ns = 3600u * SECOND,
                                .poll_ns = 60u * SECOND};
    know_all();
    oracle_bounds(&stage.judged);
    write_journal(JOURNAL_SLOT_A, JOURNAL_CONFIRMED, 0);
    stage.view = (struct oracle_view){.judged = &stage.judged,
                                      .flash = stage.flash,
                                      .otp = &stage.otp,
                                      .window = stage.window,
                                      .now_ns = 1,
                                      .sink = &sink};
    oracle_start(&stage.oracle, &stage.view);
}

void stage_strike(void)
{
    free(stage.flash);
    free(stage.window);
}

void translate(uint32_t address, const uint8_t *code, uint16_t length)
{
    struct channel_code block = {.address = address, .length = length};
    size_t given = length < sizeof block.bytes ? length : sizeof block.bytes;

    memcpy(block.bytes, code, given);
    oracle_code(&stage.oracle, &stage.view, &block, 1);
}

void enter(unsigned index)
{
    uint32_t base = stage.judged.image[index].load_base;

    memcpy(stage.window + (base - BOARD_WINDOW_BASE), stage.bytes[index],
           IMAGE_SIZE);
    translate(base + 512, stage.bytes[index] + 512, 20);
}

void lock(unsigned sector, unsigned sectors, bool locked)
{
    uint32_t blocks = FLASH_SECTOR / FLASH_BLOCK;

    memset(&stage.flash->locked[sector * blocks], locked, sectors * blocks);
}

void power_up(void)
{
    stage.view.now_ns += SECOND;
    lock(0, FLASH_MAX_SIZE / FLASH_SECTOR, false);
    stage.otp.locked = false;
    oracle_cpu_reset(&stage.oracle);
    oracle_reset(&stage.oracle, &stage.view);
    stage.booting = true;
    memset(stage.window + (BOARD_APP_BASE - BOARD_WINDOW_BASE), 0,
           BOARD_APP_SIZE); /* the ROM wipes it */
    enter(BOOT);
}

static void lock_as(bool trial, uint32_t slot)
{
    lock(AT_BOOT_A, 6, true);
    lock(AT_SLOT_A, 4, trial || slot == JOURNAL_SLOT_A);
    lock(AT_SLOT_B, 4, trial || slot == JOURNAL_SLOT_B);
    lock(AT_RECOVERY, 4, true);
    stage.otp.locked = true;
}

void boot(unsigned index)
{
    if (!stage.booting) {
        power_up();
    }
    lock_as(stage.oracle.journal_state == JOURNAL_TRIAL,
            stage.oracle.journal_slot);
    stage.booting = false;
    enter(index);
}

/* As a driver does: the operation begins, the array changes, it has ended. */
void ask_of(const struct request_record *request)
{
    struct diag diag = {{0}};
    struct request_record newest;
    struct flash_op op = {.kind = FLASH_PROGRAM, .length = 64};

    cr_assert_eq(provision_request(&stage_map, request, stage.flash->array,
                                   SIZE, &diag),
                 0, "%s", diag.text);
    cr_assert(
        decode_request_newest(stage.flash->array, SIZE, &stage_map, &newest));
    op.address = newest.address;
    oracle_flash_begin(&stage.oracle, &stage.view, &op);
    oracle_flash_end(&stage.oracle, &stage.view, &op);
}

void ask(uint8_t kind)
{
    struct request_record request = {.kind = kind,
                                     .slot = (uint8_t)stage.oracle.journal_slot,
                                     .number = 2};

    memcpy(request.digest, stage.judged.image[stage.oracle.running].hash, 32);
    ask_of(&request);
}

static void operate(uint8_t kind, uint32_t address, uint32_t length)
{
    struct flash_op op = {.kind = kind, .address = address, .length = length};

    oracle_flash_begin(&stage.oracle, &stage.view, &op);
    oracle_flash_end(&stage.oracle, &stage.view, &op);
}

void erase(uint32_t address)
{
    operate(FLASH_ERASE, address, FLASH_SECTOR);
}

void program(uint32_t address)
{
    operate(FLASH_PROGRAM, address, 16);
}

void pass(uint64_t ns)
{
    stage.view.now_ns += ns;
    oracle_step(&stage.oracle, &stage.view, false);
}

void expect_only(unsigned rule, const char *words)
{
    for (unsigned i = 0; i < RULES; i++) {
        cr_expect_eq(stage.said[i], i == rule ? 1 : 0,
                     "rule %u spoke %u times: %s", i, stage.said[i],
                     stage.last);
    }
    cr_expect_not_null(strstr(stage.last, words), "it said: %s", stage.last);
    cr_expect_eq(stage.oracle.violations, 1);
}

void expect_silence(void)
{
    for (unsigned i = 0; i < RULES; i++) {
        cr_expect_eq(stage.said[i], 0, "rule %u: %s", i, stage.last);
    }
    cr_expect_eq(stage.oracle.violations, 0);
}
