/* SPDX-License-Identifier: MIT */
/*
 * The controller against a hostile guest: arbitrary register pages in
 * sequence, with resets and power cuts between them. Nothing may crash, and
 * after each of them: time has not gone back, fuses have not gone back, flash
 * bits have risen only where an erase was at work, and the window shows what
 * the board put there.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "device/controller.h"

#define SIZE (4u * FLASH_SECTOR)
#define MAX_STEPS 48u
#define MAX_BOOTS 2u /* a boot looks at 16 MiB */

static const struct board_figures figures = {
    .flash = {.size = SIZE,
              .sector = FLASH_SECTOR,
              .page = FLASH_PAGE,
              .program_ns = 700000,
              .erase_ns = 45000000,
              .erase_worn_ns = 400000000,
              .endurance = 3},
    .otp_burn_ns = 50000,
    .watchdog_ms = 5000,
    .battery_mv = 3600,
    .warn_mv = 3000,
    .brown_out_mv = 2700,
};

/* Where the input ends a random stream takes over, so that a short one still
 * makes a whole history. */
struct input {
    const uint8_t *bytes;
    size_t left;
    struct rng more;
};

/* What must not go back. */
struct past {
    uint64_t now_ns;
    uint32_t words[OTP_WORDS];
    uint32_t erase_count[SIZE / FLASH_SECTOR];
    uint8_t array[SIZE];
};

static struct board booted; /* every input starts from here */
static struct board board;
static struct past past;
static uint8_t window[BOARD_WINDOW_SIZE];
static struct ctl_page *const page =
    (struct ctl_page *)(void *)&window[CTL_BASE - BOARD_WINDOW_BASE];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t take(struct input *input, unsigned bytes)
{
    uint32_t value = 0;

    while (bytes-- > 0) {
        uint32_t byte = (uint8_t)rng_next(&input->more);
        if (input->left > 0) {
            byte = *input->bytes++;
            input->left--;
        }
        value = value << 8 | byte;
    }
    return value;
}

static void must(bool held)
{
    if (!held) {
        abort();
    }
}

static void remember(void)
{
    past.now_ns = board.now_ns;
    memcpy(past.words, board.otp.words, sizeof(past.words));
    memcpy(past.erase_count, board.flash.erase_count, sizeof(past.erase_count));
    memcpy(past.array, board.flash.array, SIZE);
}

static bool bits_rose(uint32_t sector)
{
    uint32_t start = sector * FLASH_SECTOR;
    uint8_t rose = 0;

    if (memcmp(&board.flash.array[start], &past.array[start], FLASH_SECTOR) ==
        0) {
        return false;
    }
    for (uint32_t at = start; at < start + FLASH_SECTOR; at++) {
        rose |= board.flash.array[at] & (uint8_t)~past.array[at];
    }
    return rose != 0;
}

static void check_flash(void)
{
    for (uint32_t sector = 0; sector < SIZE / FLASH_SECTOR; sector++) {
        bool erased =
            board.flash.erase_count[sector] > past.erase_count[sector];
        must(erased || !bits_rose(sector));
    }
}

static void check(void)
{
    must(board.now_ns >= past.now_ns);
    must(board.epoch_ns <= board.now_ns);
    for (uint32_t i = 0; i < OTP_WORDS; i++) {
        must((past.words[i] & ~board.otp.words[i]) == 0);
    }
    check_flash();
    must(board_raw_write(&board, window) == -1);
    must(board.console_count <= BOARD_CONSOLE_LINES);
    remember();
}

/* With a mask that makes the first argument often a sensible one. */
static const struct {
    uint32_t command;
    uint32_t mask;
} commands[] = {
    {CTL_FLASH_PROGRAM, 0x1FFF}, {CTL_FLASH_ERASE, 0x3000},
    {CTL_OTP_BURN, 0x1F},        {CTL_FLASH_LOCK, 0x3000},
    {CTL_FLASH_STATUS, 0},       {CTL_SYS_SLEEP, 0x3FFFFF},
    {CTL_SYS_RESET, 3},          {CTL_SYS_DEADLINE, 0xFF},
    {CTL_OTP_READ, 0x3F},        {CTL_OTP_STATUS, 0},
    {CTL_OTP_LOCK, 0},           {CTL_CONSOLE_READ, 0},
    {CTL_CONSOLE_WRITE, 0x1FF},  {CTL_RNG_READ, 0x1FF},
    {CTL_TRACE, 0xFF},           {CTL_PMU_READ, 0},
    {CTL_SYS_HALT, 0},           {CTL_SYS_BOOT, 0},
};

static void fill_time(struct input *input)
{
    static const uint32_t deltas[] = {0, 1300, 20000, 2000000};
    uint32_t choice = take(input, 1);
    uint64_t cycles = (board.now_ns - board.epoch_ns) / BOARD_NS_PER_CYCLE + 1u;

    cycles += deltas[choice & 3];
    if (choice >= 240) {
        cycles = (uint64_t)take(input, 4) << (choice & 3) * 8;
    }
    page->time_lo = (uint32_t)cycles;
    page->time_hi = (uint32_t)(cycles >> 32);
}

static void fill_arguments(struct input *input)
{
    size_t choice = take(input, 1);
    size_t count = sizeof(commands) / sizeof(commands[0]);
    bool wild = choice >= 128;

    choice %= 32;
    page->command = choice < count ? commands[choice].command : take(input, 2);
    page->arg[0] = take(input, wild ? 4 : 2);
    if (choice < count && !wild) {
        page->arg[0] &= commands[choice].mask;
    }
    page->arg[1] = take(input, wild ? 4 : 1);
    if (page->command == CTL_FLASH_LOCK) {
        page->arg[1] *= FLASH_SECTOR;
    }
    for (unsigned i = 2; i < 6; i++) {
        page->arg[i] = (uint32_t)choice;
    }
    memset(page->data, (int)take(input, 1), CTL_DATA_SIZE);
    page->id = 0;
}

static void ring(struct input *input)
{
    fill_time(input);
    fill_arguments(input);
    if (page->command == CTL_SYS_BOOT && board.boots >= MAX_BOOTS) {
        return;
    }
    uint32_t mode = take(input, 1);
    uint64_t executed = mode < 224 ? UINT64_MAX : take(input, 2) * 1000u;
    board_command(&board, page, window, executed,
                  board.now_ns + take(input, 3) * 1000u, NULL);
    must(page->id == CTL_ID_VALUE && page->revision == 1);
    must(page->status <= CTL_E_EMPTY || page->status == CTL_RESET_ASSERTED);
}

static uint64_t soon(struct input *input)
{
    return board.now_ns + take(input, 2) * 1000u;
}

static void cut(struct input *input)
{
    /* No weak fuses: those do go back, on purpose. */
    struct board_cut power = {
        .now_ns = soon(input),
        .off_ns = take(input, 2),
        .flash_form = (enum flash_form)(take(input, 1) % 16),
        .otp_form = take(input, 1) & 1 ? OTP_FORM_AFTER : OTP_FORM_BEFORE,
        .cause = CTL_CAUSE_BROWN_OUT,
        .sram = (enum board_sram)(take(input, 1) % 3),
    };
    struct board_cut_report report;

    board_power_cut(&board, &power, &report);
}

static void step(struct input *input)
{
    char line[9] = "line";

    switch (take(input, 1) % 32) {
    case 0:
        cut(input);
        break;
    case 1:
        board_warm_reset(&board, soon(input), CTL_CAUSE_WATCHDOG);
        break;
    case 2:
        board_advance(&board, window, soon(input), NULL);
        break;
    case 3:
        line[take(input, 1) % 8] = '\0';
        (void)board_console_line(&board, line);
        break;
    case 4:
        board.flash.fail_next = (uint8_t)(take(input, 1) % 4);
        break;
    default:
        ring(input);
        break;
    }
}

static void boot_once(void)
{
    must(board_init(&board, &figures, 1) == 0);
    page->command = CTL_SYS_BOOT;
    board_command(&board, page, window, 0, 0, NULL);
    booted = board;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size, {size}};

    if (booted.boots == 0) {
        boot_once();
    }
    board = booted;
    board_show_flash(&board, window);
    remember();
    for (size_t i = 0; i < size; i++) {
        input.more.state = input.more.state * 31u + data[i];
    }
    for (unsigned i = 0; i < MAX_STEPS; i++) {
        step(&input);
        check();
    }
    return 0;
}
