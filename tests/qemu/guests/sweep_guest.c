/* SPDX-License-Identifier: MIT */
/*
 * The guest of the sweep, in the place of ROM, bootloader, application or
 * recovery image: every command of the controller with hostile arguments, in
 * order and out of order. It says on the console what it was answered:
 *
 *   fresh flash FROM TO STATUS    sectors that answer a program alike, before
 *   fresh fuse STATUS             it has done anything
 *   fresh deadline STATUS
 *   fresh boot STATUS
 *   mask COMMAND BITS             which statuses it saw, by 1 << STATUS
 *   false COMMAND STATUS          of a command at a time that is past
 *   swept flash FROM TO STATUS .. the same as at the beginning, afterwards
 *   halted flash FROM TO STATUS . and after a halt
 *
 * All numbers are hexadecimal. It ends in a sleep until the trial deadline.
 */
#include "board/board.h"
#include "board/cpu.h"
#include "board/state.h"
#include "board/text.h"

#define SECTOR 0x1000u
#define FLASH_SIZE 0x200000u
#define FUSE 2040u /* of the free ones */
#define DEADLINE_MS 60000u
#define OWN_LOCK (FLASH_SIZE - SECTOR)
#define MASKS 64u

/* The commands that there are, and some that there are not. */
static const uint16_t commands[] = {
    CTL_SYS_BOOT,
    CTL_SYS_RESET,
    CTL_SYS_SLEEP,
    CTL_SYS_DEADLINE,
    CTL_FLASH_PROGRAM,
    CTL_FLASH_ERASE,
    CTL_FLASH_STATUS,
    CTL_FLASH_LOCK,
    CTL_OTP_READ,
    CTL_OTP_BURN,
    CTL_OTP_STATUS,
    CTL_OTP_LOCK,
    CTL_CONSOLE_WRITE,
    CTL_CONSOLE_READ,
    CTL_TRACE,
    CTL_RNG_READ,
    CTL_PMU_READ,
    CTL_RTC_READ,
    CTL_RADIO_STATUS,
    CTL_RADIO_OPEN,
    CTL_RADIO_CLOSE,
    CTL_RADIO_SEND,
    CTL_RADIO_RECEIVE,
    CTL_HASH_BEGIN,
    CTL_HASH_FEED,
    CTL_HASH_END,
    CTL_PK_VERIFY,
    CTL_CRYPTO_STATUS,
    0x000,
    0x001,
    0x100,
    0x106,
    0x200,
    0x205,
    0x300,
    0x305,
    0x400,
    0x403,
    0x502,
    0x602,
    0x703,
    0x800,
    0x806,
    0x900,
    0x906,
    0xA01,
    0xFFFF,
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static const uint32_t firsts[] = {
    0,           1,           2,           3,           4,         5,
    255,         256,         257,         FUSE,        2047,      2048,
    SECTOR,      0x20000,     0x100000u,   0x1FF000u,   0x200000u, 0x7FFFFFFF,
    0x80000000u, 0xFFFFF000u, 0xFFFFFFFFu, 0x21000000u,
};
static const uint32_t seconds[] = {0,           1,           4,          64,
                                   256,         257,         1280,       SECTOR,
                                   0x7FFFFFFFu, 0xFFFFF000u, 0xFFFFFFFFu};
#define FIRSTS (sizeof(firsts) / sizeof(firsts[0]))
#define SECONDS (sizeof(seconds) / sizeof(seconds[0]))
#define TRIES (COMMANDS * FIRSTS * SECONDS)

static uint32_t masks[MASKS];

/* ---- telling --------------------------------------------------------------- */

static void put_hex(struct text *line, uint32_t value)
{
    char digits[10] = " 00000000";

    for (uint32_t i = 0; i < 8u; i++) {
        digits[8u - i] = "0123456789abcdef"[value >> 4u * i & 15u];
    }
    text_put(line, digits);
}

static void say(const char *when, const char *what, const uint32_t *numbers,
                unsigned count)
{
    struct text line = {.used = 0};

    text_put(&line, when);
    text_put(&line, what);
    for (unsigned i = 0; i < count; i++) {
        put_hex(&line, numbers[i]);
    }
    text_say(&line);
}
#define SAY(when, what, ...)                             \
    say((when), (what), (const uint32_t[]){__VA_ARGS__}, \
        sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

/* ---- one command ------------------------------------------------------------ */

static uint32_t command(uint32_t number, uint32_t a0, uint32_t a1)
{
    const uint32_t args[2] = {a0, a1};

    watchdog_feed();
    return ctl_command(number, args, 2);
}

/* With a TIME of the caller's choice. */
static uint32_t command_at(uint64_t cycles, uint32_t number)
{
    CTL_PAGE->time_lo = (uint32_t)cycles;
    CTL_PAGE->time_hi = (uint32_t)(cycles >> 32);
    __asm__ volatile("str.w %0, [%1, #0xFC]"
                     :
                     : "r"(number), "r"(CTL_BASE)
                     : "memory");
    return CTL_PAGE->status;
}

/* A sleep that ends soon; else this would be one long one. */
static uint32_t short_sleep(uint32_t a0, uint32_t a1)
{
    uint64_t soon = a1 == 0 ? 0 : board_cycles();
    uint32_t status;

    soon += a0 & 0xFFu;
    status = command(CTL_SYS_SLEEP, (uint32_t)soon, (uint32_t)(soon >> 32));
    if (status == CTL_OK) { /* as the driver does */
        clock_resume(clock_hand_over() + ctl_result64(0) - ctl_time());
    }
    return status;
}

static uint32_t hostile(uint32_t number, uint32_t a0, uint32_t a1)
{
    return number == CTL_SYS_SLEEP ? short_sleep(a0, a1)
                                   : command(number, a0, a1);
}

/* Remember what a command was answered. */
static uint32_t note(uint32_t number, uint32_t status)
{
    for (uint32_t i = 0; i < COMMANDS; i++) {
        masks[i] |= commands[i] == number ? 1u << (status & 31u) : 0;
    }
    return status;
}

static void try_one(uint32_t index)
{
    uint32_t which = index % COMMANDS;
    uint32_t first = firsts[index / COMMANDS % FIRSTS];
    uint32_t second = seconds[index / COMMANDS / FIRSTS % SECONDS];

    for (uint32_t i = 0; i < CTL_DATA_SIZE; i += 4u) {
        REG32(CTL_BASE + 0x100u + i) = 0xFFFFFFFFu;
    }
    (void)note(commands[which], hostile(commands[which], first, second));
}

/* ---- what is allowed -------------------------------------------------------- */

/* A byte of ones changes nothing, where it may be programmed. */
static uint32_t try_sector(uint32_t at)
{
    uint32_t status;

    flash_wait_idle();
    CTL_PAGE->data[0] = 0xFF;
    status = command(CTL_FLASH_PROGRAM, at, 1);
    flash_wait_idle();
    return status;
}

static void probe_flash(const char *when)
{
    uint32_t from = 0;
    uint32_t before = try_sector(0);

    for (uint32_t at = SECTOR; at < FLASH_SIZE; at += SECTOR) {
        uint32_t status = try_sector(at);

        if (status != before) {
            SAY(when, " flash", from, at, before);
            from = at;
            before = status;
        }
    }
    SAY(when, " flash", from, FLASH_SIZE, before);
}

static void probe(const char *when)
{
    probe_flash(when);
    SAY(when, " fuse", command(CTL_OTP_BURN, FUSE, 0));
    otp_wait_idle();
    SAY(when, " deadline", command(CTL_SYS_DEADLINE, DEADLINE_MS, 0));
    SAY(when, " boot", command(CTL_SYS_BOOT, 0, 0));
}

/* Twice more: while it is being burned, and when it is. */
static void burn_again(void)
{
    (void)note(CTL_OTP_BURN, command(CTL_OTP_BURN, FUSE + 1u, 0));
    (void)note(CTL_OTP_BURN, command(CTL_OTP_BURN, FUSE, 0));
    otp_wait_idle();
    (void)note(CTL_OTP_BURN, command(CTL_OTP_BURN, FUSE, 0));
}

/* ---- the sweep --------------------------------------------------------------- */

static void sweep(void)
{
    uint32_t index = 1;

    for (uint32_t i = 0; i < TRIES; i++) {
        try_one(i);
    }
    for (uint32_t i = TRIES; i-- > 0;) {
        try_one(i);
    }
    /* in no order */
    for (uint32_t i = 0; i < TRIES; i++) {
        index = index * 1664525u + 1013904223u;
        try_one((index >> 8) % TRIES);
    }
}

static void tell_masks(void)
{
    for (uint32_t i = 0; i < COMMANDS; i++) {
        SAY("mask", "", commands[i], masks[i]);
    }
}

/* Halting comes last, and a boot has no time. */
static void lie_about_time(void)
{
    uint32_t answers[COMMANDS];

    for (uint32_t i = 0; i < COMMANDS; i++) {
        answers[i] = command_at(0, commands[i]);
    }
    answers[0] = command_at(0, CTL_SYS_HALT);
    for (uint32_t i = 0; i < COMMANDS; i++) {
        SAY("false", "", i == 0 ? CTL_SYS_HALT : commands[i], answers[i]);
    }
}

/* What is stored where the board has nothing is gone after a command. */
static void store_astray(void)
{
    static const uint32_t places[] = {BOARD_FLASH_BASE + FLASH_SIZE,
                                      BOARD_SRAM_BASE + BOARD_SRAM_SIZE,
                                      BOARD_ROM_BASE + BOARD_ROM_SIZE};
    uint32_t protection = MPU_CTRL;
    uint32_t left = 0;

    MPU_CTRL = 0;
    cpu_barrier();
    for (uint32_t i = 0; i < 3; i++) {
        REG32(places[i]) = 1;
    }
    (void)command(CTL_PMU_READ, 0, 0);
    for (uint32_t i = 0; i < 3; i++) {
        left |= REG32(places[i]) << i;
    }
    MPU_CTRL = protection;
    cpu_barrier();
    SAY("astray", "", left);
}

int main(void)
{
    watchdog_start(100000);
    console_write("begin\n");
    board_sleep_until(board_cycles() + BOARD_CPU_HZ); /* for a console line */
    probe("fresh");
    (void)command(CTL_FLASH_LOCK, OWN_LOCK, SECTOR);
    burn_again();
    sweep();
    console_write("link\n"); /* goes down */
    sweep();
    tell_masks();
    store_astray();
    probe("swept");
    lie_about_time();
    (void)command(CTL_SYS_HALT, 0, 0);
    console_write("on again\n"); /* never said */
    for (;;) {
    }
}
