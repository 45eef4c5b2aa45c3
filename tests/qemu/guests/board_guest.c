/* SPDX-License-Identifier: MIT */
/*
 * The guest of the board tests, one source for three stages: linked with
 * rom.ld it is the ROM, with boot.ld the second stage, with app.ld the third.
 * It serves console lines "work argument", in hexadecimal, and reports what
 * it saw through the trace port with code REPORT and the line's first letter.
 */
#include <string.h>

#include "board/board.h"
#include "board/cpu.h"
#include "board/spin.h"
#include "board/vectors.h"

#define REPORT 200u
#define LINE_SIZE 80u
#define SECOND ((uint64_t)BOARD_CPU_HZ)
#define NEAR_WRAP 1000u /* cycles */

extern const uint32_t bss_end[];

static uint32_t number(const char *text)
{
    uint32_t value = 0;

    for (; *text != '\0'; text++) {
        uint32_t digit =
            (uint32_t)(*text <= '9' ? *text - '0' : *text - 'a' + 10);

        value = value << 4 | (digit & 15u);
    }
    return value;
}

static void report(char work, uint32_t a, uint32_t b, uint32_t c)
{
    trace_event((enum trace_code)REPORT, (uint32_t)work, a, b, c);
}

/* Sleep for so many seconds; how often the clock went back on the way. */
static void do_sleep(uint32_t seconds)
{
    uint64_t last = board_cycles();
    uint64_t until = last + seconds * SECOND;
    uint32_t back = 0;

    while (last < until) {
        uint64_t now;

        board_sleep_until(until);
        now = board_cycles();
        back += now < last;
        last = now;
    }
    report('s', (uint32_t)last, (uint32_t)(last >> 32), back);
}

/* Let TIMER0 wrap so many times without looking at the clock: the wraps are
 * left to the interrupt. It is brought near to each, and the clock put right
 * again before the board is told. */
static void do_wraps(uint32_t times)
{
    uint64_t before = board_cycles();
    uint64_t now;

    for (uint32_t i = 0; i < times; i++) {
        TIMER0->value = NEAR_WRAP;
        cpu_wait();
    }
    now = board_cycles();
    clock_resume(before + times * NEAR_WRAP - (uint32_t)now);
    report('w', (uint32_t)now, (uint32_t)(now >> 32), 0);
}

static void do_load(uint32_t address)
{
    report('l', REG32(address), 0, 0);
}

static void do_store(uint32_t address)
{
    REG32(address) = 0;
    report('t', address, 0, 0);
}

static void do_call(uint32_t address)
{
    ((void (*)(void))(uintptr_t)(address | 1u))();
}

/* Fault with the stack pointer gone. */
static void do_lost(uint32_t address)
{
    __asm__ volatile("msr msp, %0\n\tudf #0" : : "r"(address));
}

/* Hang until the watchdog barks. */
static void do_bark(uint32_t ms)
{
    watchdog_start(ms);
    (void)cpu_mask();
    spin_for_ever();
}

static void deaf(void)
{
    spin_for_ever();
}

/* Hang with a handler that ignores the bark. */
static void do_bite(uint32_t ms)
{
    static union vector table[VECTOR_COUNT] __attribute__((aligned(512)));

    table[2].code = deaf;
    SCB_VTOR = (uint32_t)(uintptr_t)table;
    cpu_barrier();
    do_bark(ms);
}

static void compute(uint32_t ms)
{
    spin(ms * (1000000u / BOARD_NS_PER_INSN) / SPIN_INSNS);
}

/* Set a trial deadline, compute half as long again, report too late. */
static void do_late(uint32_t ms)
{
    (void)ctl_command(CTL_SYS_DEADLINE, &ms, 1);
    compute(ms + ms / 2u);
    report('z', ms, 0, 0);
}

/* Compute and feed for so many tenths of a second, stop feeding and sleep,
 * then stop the watchdog and compute; report. */
static void do_feed(uint32_t times)
{
    watchdog_start(100);
    for (uint32_t i = 0; i < times; i++) {
        compute(90);
        watchdog_feed();
    }
    board_sleep_until(board_cycles() + 10u * SECOND);
    compute(90);
    watchdog_stop();
    compute(300);
    report('f', times, 0, 0);
}

/* The same time as do_feed() ends with, and a little more: half of it before a
 * sleep, half after it. It barks. */
static void do_hungry(uint32_t ms)
{
    watchdog_start(ms);
    compute(ms / 2u);
    board_sleep_until(board_cycles() + 10u * SECOND);
    compute(ms);
    report('h', ms, 0, 0);
}

/* Words of the ROM's RAM that are not 0 between bss and stack. */
static void do_dirt(uint32_t fill)
{
    volatile uint32_t *end = (volatile uint32_t *)__builtin_frame_address(0);
    uint32_t dirty = 0;

    for (volatile uint32_t *at = (volatile uint32_t *)bss_end; at < end - 256;
         at++) {
        dirty += *at != 0;
        *at = fill;
    }
    report('d', dirty, 0, 0);
}

/* Erase a sector, program across pages, read back, break some rules. */
static void do_nor(uint32_t address)
{
    static uint8_t out[600];
    static uint8_t in[600];
    const struct ota_flash *flash = board_flash();
    uint32_t errors = 0;

    for (uint32_t i = 0; i < sizeof(out); i++) {
        out[i] = (uint8_t)(i * 7u);
    }
    errors |= flash->erase(NULL, address) != OTA_OK ? 1u : 0u;
    errors |= flash->program(NULL, address + 100u, out, sizeof(out)) ? 2u : 0u;
    errors |= flash->read(NULL, address + 100u, in, sizeof(in)) ? 4u : 0u;
    errors |= memcmp(in, out, sizeof(in)) != 0 ? 8u : 0u;
    errors |= flash->erase(NULL, address + 1u) != OTA_ERR_RANGE ? 16u : 0u;
    errors |= flash->read(NULL, UINT32_MAX, in, 2) != OTA_ERR_RANGE ? 32u : 0u;
    errors |= flash_lock(address, flash->sector_size) != OTA_OK ? 64u : 0u;
    errors |= flash->program(NULL, address, out, 1) != OTA_ERR_IO ? 128u : 0u;
    report('n', errors, flash->sector_size, 0);
}

static void do_fuse(uint32_t count)
{
    uint32_t errors = 0;

    for (uint32_t i = 0; i < count; i++) {
        errors |= otp_burn(OTP_COUNTER_BIT + i) != OTA_OK ? 1u : 0u;
    }
    errors |= otp_burn(OTP_COUNTER_BIT) != OTA_OK ? 2u : 0u;
    otp_lock();
    errors |= otp_burn(OTP_COUNTER_BIT + count) != OTA_ERR_IO ? 4u : 0u;
    errors |= otp_burn(OTP_BITS) != OTA_ERR_RANGE ? 8u : 0u;
    report('u', errors, otp_level(OTP_COUNTER_BIT, OTP_COUNTER_BITS), 0);
}

#define PEER 1u
#define PORT 5683u

/* Off a word's start, so that the driver has to care. */
static uint8_t packet[CTL_RADIO_SIZE + 8u];
static uint8_t *const bytes = &packet[1];

static void fill(uint32_t length)
{
    for (uint32_t i = 0; i < length; i++) {
        bytes[i] = (uint8_t)(i * 13u + length);
    }
}

/* Sleep until a datagram waits, at most a minute. */
static void await(void)
{
    uint64_t until = board_cycles() + 60u * SECOND;

    do {
        board_sleep_until(until);
    } while ((ctl_flags() & CTL_F_RADIO) == 0 && board_cycles() < until);
}

/* Send so many bytes, sleep until an answer comes, send it back. */
static void do_echo(uint32_t length)
{
    int socket = radio_open(PEER, PORT);
    int from = -1;
    uint64_t woken;
    int32_t got;

    fill(length);
    report('e', (uint32_t)socket, (uint32_t)radio_send(socket, bytes, length),
           0);
    await();
    woken = board_cycles();
    memset(packet, 0xEE, sizeof(packet));
    got = radio_receive(&from, bytes, CTL_RADIO_SIZE);
    report('w', (uint32_t)woken, (uint32_t)(woken >> 32), (uint32_t)got);
    if (got > 0) {
        report('a', (uint32_t)from, packet[0],
               (uint32_t)bytes[got] << 8 | bytes[got + 1]);
        report('b', (uint32_t)radio_send(from, bytes, (uint32_t)got), 0, 0);
    }
    radio_close(socket);
}

/* Break the radio's rules; how often it is told right. */
static void do_air(uint32_t ignored)
{
    struct radio_status status;
    uint32_t right = 0;
    int from = -1;
    int socket = -1;

    (void)ignored;
    right += radio_receive(&from, bytes, CTL_RADIO_SIZE) == -1;
    right += radio_send(0, bytes, 1) == OTA_ERR_RANGE;
    for (int i = 0; i < (int)CTL_RADIO_SOCKETS; i++) {
        socket = radio_open(PEER, PORT + (uint32_t)i);
        right += socket == i;
    }
    right += radio_open(PEER, PORT) == -1;
    right += radio_send(socket, bytes, 0) == OTA_ERR_RANGE;
    right += radio_send(socket, bytes, CTL_RADIO_SIZE + 1u) == OTA_ERR_RANGE;
    right += radio_send(-1, bytes, 1) == OTA_ERR_RANGE;
    right += radio_send(socket, bytes, CTL_RADIO_SIZE) == OTA_OK;
    right += radio_send(socket, bytes, 1) == OTA_ERR_FULL;
    right += radio_send(socket, bytes, 2) == OTA_ERR_IO;
    radio_close(socket);
    radio_close(-1);
    right += radio_send(socket, bytes, 1) == OTA_ERR_RANGE;
    right += radio_open(PEER, PORT) == socket;
    await();
    radio_status(&status);
    report('q', status.fitted, status.registered, status.waiting);
    right += radio_receive(&from, bytes, 4) == -1; /* longer: dropped */
    right += radio_receive(&from, bytes, 4) == 4;
    report('o', right, (uint32_t)from, 0);
}

static void do_pmu(uint32_t ignored)
{
    struct pmu_reading reading;
    uint64_t rtc = rtc_ms();

    (void)ignored;
    pmu_read(&reading);
    report('p', reading.battery_mv, reading.left_mj, reading.drained_mj);
    report('c', (uint32_t)rtc, (uint32_t)(rtc >> 32),
           (uint32_t)(board_cycles() / BOARD_CYCLES_PER_MS));
}

/* Begin an erase and reset at once: the next boot finds the flash busy. */
static void do_erase(uint32_t address)
{
    (void)ctl_command(CTL_FLASH_ERASE, &address, 1);
    board_reset(CTL_REASON_REQUEST);
}

static void do_idle(uint32_t ignored)
{
    uint64_t start = board_cycles();

    (void)ignored;
    flash_wait_idle();
    report('i', (uint32_t)(board_cycles() - start), board_reset_cause(), 0);
}

/* Copy the next stage, 24 KiB of flash, and enter it. */
static void enter(uint32_t base, uint32_t from, enum board_stage stage)
{
    const struct ota_flash *flash = board_flash();

    if (flash->read(NULL, from, (void *)(base + 0x200u), 0x6000u) == OTA_OK) {
        board_jump(base + 0x200u, stage);
    }
}

static void do_jump(uint32_t from)
{
    if ((uintptr_t)do_jump - BOARD_ROM_BASE < BOARD_ROM_SIZE) {
        enter(BOARD_BOOT_BASE, from, BOARD_STAGE_BOOT);
    } else {
        enter(BOARD_APP_BASE, from, BOARD_STAGE_APP);
    }
}

static void do_reset(uint32_t reason)
{
    board_reset((enum ctl_reset_reason)reason);
}

static void do_halt(uint32_t ignored)
{
    (void)ignored;
    board_halt();
}

static const struct {
    const char *name;
    void (*run)(uint32_t argument);
} works[] = {
    {"sleep ", do_sleep},   {"wraps ", do_wraps}, {"load ", do_load},
    {"store ", do_store},   {"call ", do_call},   {"lost ", do_lost},
    {"bark ", do_bark},     {"bite ", do_bite},   {"feed ", do_feed},
    {"dirt ", do_dirt},     {"nor ", do_nor},     {"fuse ", do_fuse},
    {"erase ", do_erase},   {"idle ", do_idle},   {"jump ", do_jump},
    {"reset ", do_reset},   {"halt ", do_halt},   {"echo ", do_echo},
    {"air ", do_air},       {"pmu ", do_pmu},     {"late ", do_late},
    {"hungry ", do_hungry},
};

static void serve(const char *line)
{
    for (uint32_t i = 0; i < sizeof(works) / sizeof(works[0]); i++) {
        size_t length = strlen(works[i].name);

        if (strncmp(line, works[i].name, length) == 0) {
            works[i].run(number(line + length));
            return;
        }
    }
    board_panic(__LINE__, 0);
}

int main(void)
{
    char line[LINE_SIZE];

    /* Where it runs, since when, why. */
    report('0', (uint32_t)(uintptr_t)main, (uint32_t)board_cycles(),
           board_reset_cause());
    while (console_read(line, sizeof(line)) >= 0) {
        serve(line);
    }
    board_halt();
}
