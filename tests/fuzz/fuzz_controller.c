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
#define MAX_STEPS 64u
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

struct input {
    const uint8_t *bytes;
    size_t left;
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

    while (bytes-- > 0 && input->left > 0) {
        value = value << 8 | *input->bytes++;
        input->left--;
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

static void check_flash(void)
{
    for (uint32_t at = 0; at < SIZE; at++) {
        uint32_t sector = at / FLASH_SECTOR;
        bool rose = (board.flash.array[at] & ~past.array[at]) != 0;
        must(!rose ||
             board.flash.erase_count[sector] > past.erase_count[sector]);
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

static void ring(struct input *input)
{
    static const uint32_t commands[] = {
        CTL_SYS_RESET,     CTL_SYS_SLEEP,   CTL_SYS_DEADLINE, CTL_SYS_HALT,
        CTL_FLASH_PROGRAM, CTL_FLASH_ERASE, CTL_FLASH_STATUS, CTL_FLASH_LOCK,
        CTL_OTP_READ,      CTL_OTP_BURN,    CTL_OTP_STATUS,   CTL_OTP_LOCK,
        CTL_CONSOLE_READ,  CTL_TRACE,       CTL_RNG_READ,     CTL_PMU_READ,
        CTL_SYS_BOOT,
    };
    uint32_t choice = take(input, 1);
    uint64_t cycles = (board.now_ns - board.epoch_ns) / BOARD_NS_PER_CYCLE;

    cycles += choice & 0x80 ? (uint64_t)take(input, 4) << (choice >> 5 & 3) * 8
                            : (choice >> 5 & 3) * 600000u;
    page->time_lo = (uint32_t)cycles;
    page->time_hi = (uint32_t)(cycles >> 32);
    for (unsigned i = 0; i < 6; i++) {
        page->arg[i] = i < 2 ? take(input, 1 + (choice >> 6)) : choice;
    }
    memset(page->data, (int)take(input, 1), CTL_DATA_SIZE);
    choice &= 31;
    page->command = choice < 17 ? commands[choice] : take(input, 2);
    page->id = take(input, 1);
    if (page->command == CTL_SYS_BOOT && board.boots >= MAX_BOOTS) {
        return;
    }
    board_command(&board, page, window, take(input, 2) * 100000u,
                  board.now_ns + take(input, 3) * 1000u, NULL);
    must(page->id == CTL_ID_VALUE && page->revision == 1);
    must(page->status <= CTL_E_EMPTY || page->status == CTL_RESET_ASSERTED);
}

static void cut(struct input *input)
{
    /* No weak fuses: those do go back, on purpose. */
    struct board_cut power = {
        .now_ns = board.now_ns + take(input, 2) * 1000u,
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
    uint64_t soon = board.now_ns + take(input, 2) * 1000u;
    char line[9] = "line";

    switch (take(input, 1) % 32) {
    case 0:
        cut(input);
        break;
    case 1:
        board_warm_reset(&board, soon, CTL_CAUSE_WATCHDOG);
        break;
    case 2:
        board_advance(&board, window, soon, NULL);
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
    struct input input = {data, size};

    if (booted.boots == 0) {
        boot_once();
    }
    board = booted;
    board_show_flash(&board, window);
    remember();
    for (unsigned i = 0; i < MAX_STEPS && input.left > 0; i++) {
        step(&input);
        check();
    }
    return 0;
}
