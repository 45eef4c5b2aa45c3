/* SPDX-License-Identifier: MIT */
/*
 * What is tracked of devices is enough to know them: read back, it ends with
 * what they hold. A writer that leaves a change of memory out, or tells it to
 * the wrong device or place, is seen.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "cli/readback.h"
#include "engine/track.h"

#define SECTORS 8u
#define STEPS 300u

static const struct board_figures figures = {
    .flash = {.size = SECTORS * FLASH_SECTOR,
              .sector = FLASH_SECTOR,
              .page = FLASH_PAGE,
              .unit = 1,
              .program_ns = 700000,
              .erase_ns = 45000000,
              .erase_worn_ns = 400000000,
              .endurance = 12},
    .otp_burn_ns = 50000,
    .watchdog_ms = 5000,
    .battery_mv = 3600,
};
static const struct board_map map = {
    .count = 1, .part = {{"all", 0, SECTORS *FLASH_SECTOR}}};

static struct world *world;
static struct run_result *result;
static struct rng rng;
static struct diag diag;

static void begin(void)
{
    world = calloc(1, sizeof *world);
    result = calloc(1, sizeof *result);
    cr_assert(world != NULL && result != NULL);
    rng_init(&rng, 3, "track");
    world->devices = 2;
    for (unsigned i = 0; i < 2; i++) {
        struct flash *flash = &world->device[i].board.flash;

        cr_assert_eq(board_init(&world->device[i].board, &figures, i), 0);
        for (uint32_t at = 0; at < FLASH_SECTOR; at++) { /* as in the other */
            flash->array[at] = (uint8_t)(0x11u + at / FLASH_BLOCK);
        }
        flash->array[3 * FLASH_SECTOR + 5] = (uint8_t)i;
    }
    otp_set(&world->device[0].board.otp, 9);
    cr_assert_eq(recording_begin(&result->recording,
                                 &(struct recording_header){.scenario = "t",
                                                            .digests = "",
                                                            .tools = ""}),
                 0);
    cr_assert_eq(track_begin(&result->track, world, &map), 0);
}

static void end(void)
{
    for (unsigned i = 0; i < result->devices; i++) {
        result->device[i].flash = NULL; /* the world's */
    }
    run_result_free(result);
    free(result);
    free(world);
}

TestSuite(track, .init = begin, .fini = end);

static uint32_t draw(uint32_t bound)
{
    return (uint32_t)rng_below(&rng, bound);
}

static void tell(void)
{
    struct event event = {.code = EVENT_NOTE,
                          .time_ns = world->now_ns,
                          .sequence = ++world->sequence};

    cr_assert_eq(recording_add(&result->recording, &event), 0);
    cr_assert_eq(track_event(&result->track, world, &event), 0);
}

/* Something happens to one of the boards. */
static void step(struct board *board)
{
    struct flash *flash = &board->flash;
    uint8_t data[FLASH_PAGE];
    struct board_cut_report report;
    uint32_t address = draw(SECTORS * FLASH_SECTOR);

    world->now_ns += draw(30000000);
    board_advance(board, NULL, world->now_ns, NULL);
    switch (draw(8)) {
    case 0:
        flash_erase(flash, world->now_ns,
                    address / FLASH_SECTOR * FLASH_SECTOR);
        break;
    case 1:
        board_power_cut(board,
                        &(struct board_cut){.now_ns = world->now_ns,
                                            .cause = CTL_CAUSE_POWER_ON},
                        &report);
        break;
    case 2:
        flash_lock(flash, address / FLASH_SECTOR * FLASH_SECTOR, FLASH_SECTOR);
        break;
    case 3:
        otp_burn(&board->otp, world->now_ns, draw(OTP_BITS));
        board->otp.locked = board->otp.locked || draw(20) == 0;
        break;
    case 4:
        flash_flip(flash, address, draw(8));
        break;
    default:
        rng_fill(&rng, data, sizeof data);
        flash_program(flash, world->now_ns, address, data,
                      1 + draw(FLASH_PAGE - address % FLASH_PAGE));
        break;
    }
}

static void run_ends(void)
{
    tell();
    result->devices = 2;
    for (unsigned i = 0; i < 2; i++) {
        result->device[i].flash = &world->device[i].board.flash;
        result->device[i].otp = world->device[i].board.otp;
    }
}

static void run_at_random(void)
{
    for (unsigned i = 0; i < STEPS; i++) {
        step(&world->device[draw(2)].board);
        if (draw(3) > 0) { /* several things may happen between two events */
            tell();
        }
    }
    run_ends();
}

Test(track, read_back_it_ends_with_what_the_devices_hold)
{
    run_at_random();
    cr_expect_eq(readback(result, &diag), 0, "%s", diag.text);
}

/* ---- defects of the writer ------------------------------------------------------- */

static void go_on(struct board *board, uint64_t ns)
{
    world->now_ns += ns;
    board_advance(board, NULL, world->now_ns, NULL);
}

/* Each thing once, and nothing hides another one. */
static void run_short(void)
{
    struct board *first = &world->device[0].board;
    struct board *second = &world->device[1].board;
    struct board_cut_report report;
    static const uint8_t page[FLASH_PAGE] = {0};

    flash_erase(&first->flash, 0, 0);
    go_on(first, 45000000);
    tell();
    flash_program(&first->flash, world->now_ns, 0x2010, page, 77);
    go_on(first, 700000);
    tell();
    flash_program(&second->flash, world->now_ns, 0x4000, page, 100);
    world->now_ns += 350000;
    board_power_cut(second,
                    &(struct board_cut){.now_ns = world->now_ns,
                                        .flash_form = FLASH_FORM_PREFIX,
                                        .cause = CTL_CAUSE_POWER_ON},
                    &report);
    tell();
    cr_assert_eq(flash_lock(&second->flash, 0x5000, FLASH_SECTOR), 0);
    cr_assert_eq(flash_flip(&second->flash, 0x6fff, 7), 0);
    otp_burn(&second->otp, world->now_ns, 40);
    go_on(second, 50000);
    run_ends();
}

/* False: there is nothing to be done wrong. */
typedef bool spoil_fn(struct change *change);

static bool is_memory(const struct change *change)
{
    return change->kind != CHANGE_STATE && change->kind != CHANGE_LINK &&
           change->kind != CHANGE_OFFER;
}

static bool leave_out(struct change *change)
{
    bool memory = is_memory(change);

    change->kind = (enum change_kind)0;
    return memory;
}

static bool wrong_device(struct change *change)
{
    bool memory = is_memory(change);

    change->device = 3 - change->device;
    return memory;
}

static bool wrong_sector(struct change *change)
{
    change->address ^= FLASH_BLOCK;
    return is_memory(change) && change->kind != CHANGE_LOCKS &&
           change->kind != CHANGE_FUSES;
}

static const char *what; /* the kind of change that was spoilt */

/* The file of the run with its change of that number spoilt, in the result. 1;
 * 0 when there is nothing to spoil, -1 when there is no such change. */
static int spoil(const struct changes *whole, uint64_t number,
                 spoil_fn *spoiler)
{
    uint8_t digest[32] = {0};
    uint8_t *file = NULL;
    size_t size = 0;
    struct changes_reader reader;
    struct change change;
    int spoilt = -1;

    what = "";
    cr_assert_eq(changes_finish(whole, digest, &file, &size), 0);
    cr_assert_eq(changes_open(&reader, file, size, &diag), 0);
    result->track.changes = (struct changes){.bytes = NULL};
    cr_assert_eq(changes_begin(&result->track.changes, &reader.shape), 0);
    while (changes_next(&reader, &change, &diag) == 1) {
        if (reader.seen == number) {
            what = change_kind_name(change.kind);
            spoilt = spoiler(&change);
        }
        if (change.kind != (enum change_kind)0) {
            cr_assert_eq(changes_add(&result->track.changes, &change), 0);
        }
    }
    free(file);
    return spoilt;
}

/* However a change of memory is told wrongly, it is seen. */
static void expect_seen(const char *how, spoil_fn *spoiler, unsigned least)
{
    struct changes whole = result->track.changes;
    unsigned tried = 0;
    int spoilt = 0;

    for (uint64_t i = 1; spoilt >= 0; i++) {
        spoilt = spoil(&whole, i, spoiler);
        if (spoilt > 0) {
            tried++;
            cr_expect_eq(readback(result, &diag), OTALAB_ERR_SIMULATOR,
                         "%s: change %u, %s", how, (unsigned)i, what);
        }
        changes_free(&result->track.changes);
    }
    result->track.changes = whole;
    cr_expect_geq(tried, least, "%s: %u changes", how, tried);
}

Test(track, a_change_told_wrongly_is_seen)
{
    run_short();
    cr_assert_eq(readback(result, &diag), 0, "%s", diag.text);
    expect_seen("left out", leave_out, 12);
    expect_seen("of another device", wrong_device, 12);
    expect_seen("of another sector", wrong_sector, 9);
}
