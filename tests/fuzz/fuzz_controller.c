/* SPDX-License-Identifier: MIT */
/*
 * The controller against a hostile guest: arbitrary register pages in
 * sequence, with resets, power cuts, sleeps and datagrams between them, and a
 * link that answers what it likes. Nothing may crash, and after each of them:
 * time has not gone back, fuses have not gone back, flash bits have risen only
 * where an erase was at work, the window shows what the board put there, and
 * what waits in the modem belongs to an open socket.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "device/board.h"

#define SIZE (4u * FLASH_SECTOR)
#define MAX_STEPS 48u
#define MAX_BOOTS 2u                    /* a boot looks at 16 MiB */
#define CYCLES_MOST (UINT64_C(1) << 40) /* that a CPU executes: half a day */

static const struct board_figures figures = {
    .flash = {.size = SIZE,
              .sector = FLASH_SECTOR,
              .page = FLASH_PAGE,
              .unit = 1,
              .program_ns = 700000,
              .erase_ns = 45000000,
              .erase_worn_ns = 400000000,
              .endurance = 3},
    .otp_burn_ns = 50000,
    .watchdog_ms = 5000,
    .battery_mv = 3600,
    .warn_mv = 3000,
    .brown_out_mv = 2700,
    .radio = {.receive_ns = 1000000000, .tail_ns = 500000000, .queue = 3},
    .accelerator = {.fitted = 1, .block_cycles = 66, .verify_cycles = 9000},
};

/* Where the input ends a random stream takes over, so that a short one still
 * makes a whole history. */
struct input {
    const uint8_t *bytes;
    size_t left;
    struct rng more;
};

/* The input, for the link that is asked in the middle of a command. */
static struct input *rest;

/* What must not go back. */
struct past {
    uint64_t now_ns;
    uint32_t words[OTP_WORDS];
    uint32_t erase_count[SIZE / FLASH_BLOCK];
    uint8_t array[SIZE];
};

static struct board booted; /* every input starts from here */
static struct board board;
static uint64_t waits; /* WFIs of the CPU so far */
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

static uint64_t min(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
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

static bool bits_rose(uint32_t block)
{
    uint32_t start = block * FLASH_BLOCK;
    uint8_t rose = 0;

    if (memcmp(&board.flash.array[start], &past.array[start], FLASH_BLOCK) ==
        0) {
        return false;
    }
    for (uint32_t at = start; at < start + FLASH_BLOCK; at++) {
        rose |= board.flash.array[at] & (uint8_t)~past.array[at];
    }
    return rose != 0;
}

static void check_flash(void)
{
    for (uint32_t block = 0; block < SIZE / FLASH_BLOCK; block++) {
        bool erased = board.flash.erase_count[block] > past.erase_count[block];
        must(erased || !bits_rose(block));
    }
}

static void check_radio(void)
{
    const struct radio *radio = &board.radio;
    enum radio_state state = radio_state_at(radio, board.now_ns);
    uint64_t next = radio_next(radio, board.now_ns);

    must(radio->waiting <= figures.radio.queue);
    for (uint32_t i = 0; i < radio->waiting; i++) {
        must(radio->queue[i].length > 0 &&
             radio->queue[i].length <= CTL_RADIO_SIZE);
        must(radio_socket_is_open(radio, radio->queue[i].socket));
    }
    must(next > board.now_ns);
    /* what is awake falls asleep, but at the end of time */
    must(state == RADIO_OFF || state == RADIO_SLEEP || next != RADIO_NEVER ||
         radio->active_ns > UINT64_MAX / 2);
    must(!board.reset_asserted || !board.asleep);
}

/* Who is reset is idle; a busy unit says when, and has an end unless stuck. */
static void check_accelerator(void)
{
    const struct accelerator *unit = &board.accelerator;
    bool busy = accelerator_busy(unit, board.now_ns);

    must(!board.reset_asserted || (!busy && unit->hashing == 0));
    must(!busy || accelerator_until(unit, board.now_ns) > board.now_ns ||
         unit->cycles == 0);
    must(unit->times > 0 || unit->fault == ACCELERATOR_SOUND);
    must(unit->hashing != 0 || unit->fed == 0);
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
    check_radio();
    check_accelerator();
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
    {CTL_RTC_READ, 0},           {CTL_RADIO_STATUS, 0},
    {CTL_RADIO_OPEN, 3},         {CTL_RADIO_CLOSE, 3},
    {CTL_RADIO_SEND, 3},         {CTL_RADIO_RECEIVE, 0},
    {CTL_RADIO_CONNECT, 3},      {CTL_HASH_BEGIN, 0},
    {CTL_HASH_FEED, 0xFFFF},     {CTL_HASH_END, 0},
    {CTL_PK_VERIFY, 0},          {CTL_CRYPTO_STATUS, 0},
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

/* Around both ends of flash window and SRAM. */
static uint32_t choice_of_memory(struct input *input)
{
    static const uint32_t bases[] = {
        BOARD_FLASH_BASE, BOARD_FLASH_BASE + SIZE - 0x8000u, BOARD_SRAM_BASE,
        BOARD_SRAM_BASE + BOARD_SRAM_SIZE - 0x8000u};

    return bases[take(input, 1) % 4u];
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
    if (page->command == CTL_HASH_FEED && !wild) {
        page->arg[0] += choice_of_memory(input);
    }
    if (page->command == CTL_FLASH_LOCK) {
        page->arg[1] *= FLASH_SECTOR;
    }
    for (unsigned i = 2; i < 6; i++) {
        page->arg[i] = (uint32_t)choice;
    }
    memset(page->data, (int)take(input, 1), CTL_DATA_SIZE);
    memset(page->radio_tx, (int)choice, sizeof(page->radio_tx));
    page->id = 0;
}

/* The link answers what it likes, with any time. */
static enum board_air on_radio_send(void *context, uint32_t node, uint32_t port,
                                    const uint8_t *bytes, uint32_t length,
                                    uint64_t *until_ns)
{
    uint32_t answer = take(rest, 1);
    uint32_t sum = node + port;

    (void)context;
    must(length > 0 && length <= CTL_RADIO_SIZE);
    for (uint32_t i = 0; i < length; i++) {
        sum += bytes[i];
    }
    *until_ns = answer < 8 ? UINT64_MAX - (sum & 3u)
                           : board.now_ns + take(rest, 2) * 1000u;
    *until_ns -= answer == 8 ? 5u : 0u;
    return (enum board_air)(answer % 3);
}

static enum board_air on_radio_stream(void *context, enum board_stream act,
                                      uint32_t socket, const uint8_t *bytes,
                                      uint32_t length, uint64_t *until_ns)
{
    must(socket < CTL_RADIO_SOCKETS && board.radio.socket[socket].stream);
    must((act == BOARD_STREAM_SEND) == (length != 0));
    return act == BOARD_STREAM_SEND
               ? on_radio_send(context, 0, 0, bytes, length, until_ns)
               : (enum board_air)(take(rest, 1) % 3);
}

static const struct board_sink sink = {.radio_send = on_radio_send,
                                       .radio_stream = on_radio_stream};

static uint64_t soon(struct input *input)
{
    return board.now_ns + take(input, 2) * 1000u;
}

static void deliver(struct input *input)
{
    static const uint32_t edges[] = {0, CTL_RADIO_SIZE, CTL_RADIO_SIZE + 1u};
    static uint8_t bytes[CTL_RADIO_SIZE + 1];
    uint32_t choice = take(input, 1);
    uint32_t length = choice < 48 ? edges[choice % 3] : choice;
    /* of a socket's peer, mostly */
    uint32_t from = take(input, 1);
    const struct radio_socket *socket =
        &board.radio.socket[from % CTL_RADIO_SOCKETS];

    memset(bytes, (int)length, sizeof(bytes));
    (void)radio_deliver(&board.radio, board.now_ns, socket->node,
                        from < 224 ? socket->port : from, bytes, length);
}

/* Anything may happen in a sleep; then it ends, at a time good or bad. */
static void wake(struct input *input)
{
    uint32_t choice = take(input, 1);
    uint64_t now = choice < 32 ? take(input, 4) : soon(input);

    if (choice & 1) {
        board_advance(&board, window, min(now, board.sleep_ns), NULL);
    }
    if (choice & 2) {
        deliver(input);
    }
    bool ends = board.sleep_ns != BOARD_FOREVER || !(choice & 4);

    board_wake(&board, page, choice & 4 ? BOARD_FOREVER : now);
    must(board.asleep == !ends);
    must(page->status == CTL_OK || board.reset_asserted);
    must(!(page->flags & CTL_F_RADIO) == !board.radio.waiting);
}

/* Mostly the CPU has executed all the time that it tells of. */
static void see_cpu(struct input *input, uint32_t mode)
{
    struct board_cpu cpu = {.waits = waits += mode >> 2 & 7u};

    cpu.executed_ns = (uint64_t)page->time_hi << 32 | page->time_lo;
    cpu.executed_ns = mode < 224 && cpu.executed_ns < CYCLES_MOST
                          ? cpu.executed_ns * BOARD_NS_PER_CYCLE
                          : take(input, 2) * 1000u;
    board_see_cpu(&board, &cpu);
}

static void ring(struct input *input)
{
    fill_time(input);
    fill_arguments(input);
    if (page->command == CTL_SYS_BOOT && board.boots >= MAX_BOOTS) {
        return;
    }
    uint32_t mode = take(input, 1);
    see_cpu(input, mode);
    board_command(&board, page, window, mode & 1 ? &sink : NULL);
    must(page->id == CTL_ID_VALUE && page->revision == 1);
    must(page->status <= CTL_E_EMPTY || page->status == CTL_RESET_ASSERTED);
    if (board.asleep && mode % 8 != 7) {
        wake(input);
    }
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
    case 5:
    case 6:
        deliver(input);
        break;
    case 7:
        board.radio.registered = take(input, 1) & 1u;
        board.battery_mv = take(input, 2);
        break;
    case 10:
        (void)accelerator_plant(&board.accelerator,
                                (enum accelerator_fault)(take(input, 1) % 4),
                                take(input, 1) % 2, 1 + take(input, 1) % 3);
        break;
    case 8:
    case 9:
        board_see_cpu(&board, &(struct board_cpu){.reset = true});
        break;
    default:
        ring(input);
        break;
    }
}

static void boot_once(void)
{
    waits = 0;
    must(board_init(&board, &figures, 1) == 0);
    page->command = CTL_SYS_BOOT;
    board_see_cpu(&board, &(struct board_cpu){.reset = true});
    board_command(&board, page, window, NULL);
    radio_fit(&board.radio, true);
    board.radio.registered = 1;
    booted = board;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size, {size}};

    if (booted.boots == 0) {
        boot_once();
    }
    board = booted;
    rest = &input;
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
