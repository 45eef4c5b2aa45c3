/* SPDX-License-Identifier: MIT */
/* The flash model against a second one: random histories, cuts included. What
 * it notes of its changes is enough to follow them. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/rng.h"
#include "device/flash.h"
#include "naive_flash.h"

#define SEEDS 24u
#define STEPS 400u

/* Sectors wear out within a history. */
#define FIGURES(sector_, page_, unit_, once_, unit_ns_)              \
    {                                                                \
        .size = 4 * (sector_), .sector = (sector_), .page = (page_), \
        .unit = (unit_), .once = (once_), .program_ns = 700000,      \
        .unit_ns = (unit_ns_), .erase_ns = 45000000,                 \
        .erase_worn_ns = 400000000, .endurance = 12,                 \
    }

/* The board's part first; the others are a small one, one with ECC, and one
 * with large sectors. */
static const struct flash_figures parts[] = {
    FIGURES(FLASH_SECTOR, FLASH_PAGE, 1, 0, 0),
    FIGURES(FLASH_BLOCK, 64, 1, 0, 1000),
    FIGURES(2048, 256, 8, 1, 82000),
    FIGURES(16384, 128, 4, 0, 16000),
};

struct history {
    struct rng rng;
    struct flash real;
    struct naive_flash naive;
    uint8_t bytes[NAIVE_SIZE]; /* array and taint, by the notes alone */
    uint8_t taint[NAIVE_SIZE / 4];
    const struct flash_figures *part;
    uint64_t now;
    unsigned used[FLASH_FORM_COUNT];
    unsigned rules[FLASH_RULE_TWICE + 1];
    const char *wrong;
};

static struct history history;

static uint32_t draw(uint32_t bound)
{
    return (uint32_t)rng_below(&history.rng, bound);
}

static void note(const char *wrong)
{
    if (history.wrong == NULL) {
        history.wrong = wrong;
    }
}

static void same_rule(enum flash_rule real, enum flash_rule naive)
{
    history.rules[real]++;
    if (real != naive) {
        note("another rule");
    }
}

/* Mostly sensible, sometimes at or over an edge. */
static void step_program(void)
{
    static const uint8_t fills[] = {0x00, 0xFF, 0xF0, 0x7F};
    uint8_t data[FLASH_PAGE];
    uint32_t size = history.part->size;
    uint32_t unit = draw(20) == 0 ? 1 : history.part->unit;
    uint32_t length = draw(20) == 0 ? draw(300) : 1 + draw(64);
    uint32_t address = draw(30) == 0 ? size - draw(64) : draw(size);

    length = (length + unit - 1) / unit * unit;
    address = address / unit * unit;

    rng_fill(&history.rng, data, sizeof(data));
    if (draw(3) == 0) {
        memset(data, fills[draw(4)], sizeof(data));
    }
    if (draw(3) == 0 && length <= FLASH_PAGE) {
        /* Only lets bits fall. */
        for (uint32_t i = 0; i < length; i++) {
            uint32_t at = (address + i) % size;
            data[i] &= history.naive.byte[at].value;
        }
    }
    same_rule(flash_program(&history.real, history.now, address, data, length),
              naive_program(&history.naive, history.now, address, data,
                            length));
}

static void step_erase(void)
{
    uint32_t address = draw(5) * history.part->sector + (draw(20) == 0);

    same_rule(flash_erase(&history.real, history.now, address),
              naive_erase(&history.naive, history.now, address));
}

static void step_lock(void)
{
    uint32_t first = draw(5) * history.part->sector + (draw(8) == 0);
    uint32_t length = draw(3) * history.part->sector;

    if (draw(4) == 0) {
        same_rule(flash_lock(&history.real, first, length),
                  naive_lock(&history.naive, first, length));
    }
}

static void step_time(void)
{
    static const uint64_t spans[] = {1, 350000, 700000, 45000000, 800000000};

    history.now += rng_below(&history.rng, spans[draw(5)]);
    (void)flash_advance(&history.real, history.now, NULL);
    note(naive_advance(&history.naive, history.now, &history.real));
}

static void step_cut(void)
{
    uint64_t end = history.real.op.end_ns;
    uint64_t start = history.real.op.start_ns;
    enum flash_form asked = (enum flash_form)draw(FLASH_FORM_COUNT + 1);

    if (draw(2) == 0) {
        return;
    }
    if (flash_busy(&history.real)) {
        uint64_t at = start + rng_below(&history.rng, end - start + 10);
        history.now = at > history.now ? at : history.now;
    }
    enum flash_form used = flash_power_cut(&history.real, history.now, asked);
    history.used[used]++;
    note(naive_cut(&history.naive, history.now, asked, used, &history.real));
}

static void step_other(void)
{
    uint32_t address = draw(history.part->size);
    unsigned bit = draw(8);

    switch (draw(4)) {
    case 0:
        flash_warm_reset(&history.real);
        naive_warm_reset(&history.naive);
        break;
    case 1:
        cr_assert_eq(flash_flip(&history.real, address, bit), 0);
        naive_flip(&history.naive, address, bit);
        break;
    case 2:
        history.naive.next_fault = (int)draw(4);
        history.real.fail_next = (uint8_t)history.naive.next_fault;
        break;
    default:
        break;
    }
}

/* Only what was noted is looked at. */
static void follow_notes(void)
{
    struct flash *flash = &history.real;

    for (uint32_t i = flash->notes_from; i < flash->notes_to; i++) {
        const struct flash_note *note = &flash->note[i];
        uint32_t base = i * FLASH_BLOCK;

        memcpy(&history.bytes[base + note->array.from],
               &flash->array[base + note->array.from],
               (size_t)note->array.to - note->array.from);
        for (uint32_t at = note->taint.from; at < note->taint.to; at += 4) {
            history.taint[(base + at) / 4] = flash->taint[(base + at) / 4];
        }
    }
    flash_noted(flash);
    if (memcmp(history.bytes, flash->array, history.part->size) != 0 ||
        memcmp(history.taint, flash->taint, history.part->size / 4) != 0) {
        note("a change that no note tells of");
    }
}

static void run_history(const struct flash_figures *part, uint64_t seed)
{
    static void (*const steps[])(void) = {
        step_program, step_program, step_program, step_erase, step_lock,
        step_time,    step_time,    step_time,    step_cut,   step_other,
    };

    rng_init(&history.rng, seed, "history");
    history.now = 0;
    history.part = part;
    cr_assert_eq(flash_init(&history.real, part, seed), 0);
    naive_init(&history.naive, part);
    memset(history.bytes, 0xFF, sizeof(history.bytes));
    memset(history.taint, FLASH_CLEAN, sizeof(history.taint));
    for (unsigned step = 0; step < STEPS; step++) {
        steps[draw(10)]();
        note(naive_compare(&history.naive, &history.real));
        follow_notes();
        cr_assert_null(history.wrong, "sectors of %u, seed %u, step %u: %s",
                       part->sector, (unsigned)seed, step, history.wrong);
    }
}

/* A history that never comes to a form or rule proves nothing about it. */
Test(flash_model, agrees_with_the_naive_one)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        run_history(&parts[0], seed);
    }
    for (int form = FLASH_FORM_BEFORE; form < FLASH_FORM_COUNT; form++) {
        cr_expect_gt(history.used[form], 0, "%s never happened",
                     flash_form_name((enum flash_form)form));
    }
    for (int rule = 0; rule <= FLASH_RULE_TORN_ERASE; rule++) {
        cr_expect_gt(history.rules[rule], 0, "%s never happened",
                     flash_rule_name((enum flash_rule)rule));
    }
}

Test(flash_model, agrees_for_every_geometry)
{
    for (unsigned i = 1; i < sizeof parts / sizeof parts[0]; i++) {
        for (uint64_t seed = 1; seed <= SEEDS / 4; seed++) {
            run_history(&parts[i], seed);
        }
    }
    cr_expect_gt(history.rules[FLASH_RULE_UNIT], 0);
    cr_expect_gt(history.rules[FLASH_RULE_TWICE], 0);
}

Test(flash_model, same_seed_same_bytes_and_a_clone_goes_on_the_same)
{
    static struct history middle;
    static struct flash end;

    run_history(&parts[0], 3);
    end = history.real;
    run_history(&parts[0], 3);
    cr_assert_eq(flash_hash(&end), flash_hash(&history.real));
    cr_assert_eq(memcmp(end.array, history.real.array, parts[0].size), 0);

    middle = history; /* a fork: both go on from here */
    for (unsigned step = 0; step < 100; step++) {
        step_program();
        step_cut();
        step_time();
    }
    end = history.real;
    history = middle;
    for (unsigned step = 0; step < 100; step++) {
        step_program();
        step_cut();
        step_time();
    }
    cr_assert_null(history.wrong, "%s", history.wrong);
    cr_assert_eq(flash_hash(&end), flash_hash(&history.real));
    cr_assert_eq(end.rng.state, history.real.rng.state);
}
