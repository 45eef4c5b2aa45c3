/* SPDX-License-Identifier: MIT */
/* The controller's commands as a guest rings them: answers, times, locks,
 * resets, the window, and what is reported. */
#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "device/board.h"

#define MS 1000000ull
#define PROGRAM_NS 700000u
#define ERASE_NS 45000000u
#define BURN_NS 50000u
#define WATCHDOG_MS 5000u
#define SIZE (16u * FLASH_SECTOR)
#define SRAM (BOARD_SRAM_BASE - BOARD_WINDOW_BASE)
#define FOLLOWS UINT64_MAX /* the CPU has executed all the time it tells of */

static const struct board_figures figures = {
    .flash = {.size = SIZE,
              .sector = FLASH_SECTOR,
              .page = FLASH_PAGE,
              .unit = 1,
              .program_ns = PROGRAM_NS,
              .erase_ns = ERASE_NS,
              .erase_worn_ns = 400000000,
              .endurance = 100000},
    .otp_burn_ns = BURN_NS,
    .watchdog_ms = WATCHDOG_MS,
    .battery_mv = 3600,
    .warn_mv = 3000,
    .brown_out_mv = 2700,
    .radio = {.receive_ns = 10000 * MS, .tail_ns = 10000 * MS, .queue = 4},
    .accelerator = {.fitted = 1, .block_cycles = 66, .verify_cycles = 9000},
};

static struct board board;
static struct board other;
static uint8_t window[BOARD_WINDOW_SIZE];
static struct ctl_page *page;
static uint64_t executed; /* since SYS_BOOT, or FOLLOWS */
static uint64_t waits;    /* WFIs since then */

/* ---- a sink that writes one line per call ---- */

static char told[4096];
static size_t told_length;

__attribute__((format(printf, 1, 2))) static void tell(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int length =
        vsnprintf(told + told_length, sizeof(told) - told_length, format, args);
    va_end(args);
    cr_assert_geq(length, 0);
    told_length += (size_t)length;
    cr_assert_lt(told_length, sizeof(told));
}

#define TOLD_AT(format, ...) \
    tell("%u " format "\n", (unsigned)(board.now_ns / 1000), __VA_ARGS__)

static void on_boot(void *context, enum ctl_reset_cause cause)
{
    (void)context;
    TOLD_AT("boot %d", cause);
}

static void on_reset(void *context, uint32_t reason)
{
    (void)context;
    TOLD_AT("reset %u", reason);
}

static void on_halt(void *context)
{
    (void)context;
    TOLD_AT("%s", "halt");
}

static void on_begin(void *context, const struct flash_op *op)
{
    (void)context;
    TOLD_AT("begin %u %x+%u", op->kind, op->address, op->length);
}

static void on_end(void *context, const struct flash_op *op)
{
    (void)context;
    TOLD_AT("end %u %x+%u", op->kind, op->address, op->length);
}

static void on_rule(void *context, enum flash_rule rule, uint32_t address,
                    uint32_t length)
{
    (void)context;
    TOLD_AT("rule %s %x+%u", flash_rule_name(rule), address, length);
}

static void on_lock(void *context, uint32_t start, uint32_t length)
{
    (void)context;
    TOLD_AT("lock %x+%u", start, length);
}

static void on_otp_begin(void *context, uint32_t bit)
{
    (void)context;
    TOLD_AT("burn %u", bit);
}

static void on_otp_end(void *context, uint32_t bit)
{
    (void)context;
    TOLD_AT("burned %u", bit);
}

static void on_otp_rule(void *context, enum otp_rule rule, uint32_t bit)
{
    (void)context;
    TOLD_AT("otp-rule %s %u", otp_rule_name(rule), bit);
}

static void on_otp_lock(void *context)
{
    (void)context;
    TOLD_AT("%s", "otp-lock");
}

static void on_console(void *context, const uint8_t *text, uint32_t length)
{
    (void)context;
    TOLD_AT("console %.*s", (int)length, (const char *)text);
}

static void on_trace(void *context, uint32_t code, const uint32_t args[4],
                     const uint8_t *data)
{
    (void)context;
    TOLD_AT("trace %u %u %u %u %u %02x", code, args[0], args[1], args[2],
            args[3], data[31]);
}

static void on_deadline(void *context, uint32_t ms)
{
    (void)context;
    TOLD_AT("deadline %u", ms);
}

static void on_sleep(void *context, uint64_t until)
{
    (void)context;
    TOLD_AT("sleep %llu", (unsigned long long)until);
}

static void on_refused(void *context, uint32_t command, enum ctl_status status)
{
    (void)context;
    TOLD_AT("refused %x %d", command, status);
}

static void on_raw_write(void *context, uint32_t address)
{
    (void)context;
    TOLD_AT("raw %x", address);
}

/* What the link will answer. */
static enum board_air air;
static uint64_t air_until;

static enum board_air on_radio_send(void *context, uint32_t node, uint32_t port,
                                    const uint8_t *bytes, uint32_t length,
                                    uint64_t *until_ns)
{
    (void)context;
    TOLD_AT("send %u:%u %u %02x..%02x", node, port, length, bytes[0],
            bytes[length - 1]);
    *until_ns = air_until;
    return air;
}

static enum board_air on_radio_stream(void *context, enum board_stream act,
                                      uint32_t socket, const uint8_t *bytes,
                                      uint32_t length, uint64_t *until_ns)
{
    (void)context;
    TOLD_AT("stream %d %u %u %02x", act, socket, length,
            length != 0 ? bytes[0] : 0);
    *until_ns = air_until;
    return air;
}

static const struct board_sink sink = {
    .boot = on_boot,
    .reset = on_reset,
    .halt = on_halt,
    .flash_begin = on_begin,
    .flash_end = on_end,
    .flash_rule = on_rule,
    .flash_lock = on_lock,
    .otp_begin = on_otp_begin,
    .otp_end = on_otp_end,
    .otp_rule = on_otp_rule,
    .otp_lock = on_otp_lock,
    .console = on_console,
    .trace = on_trace,
    .deadline = on_deadline,
    .sleep = on_sleep,
    .radio_send = on_radio_send,
    .radio_stream = on_radio_stream,
    .refused = on_refused,
    .raw_write = on_raw_write,
};

/* What was reported since the last look. */
static const char *heard(void)
{
    told[told_length] = '\0';
    told_length = 0;
    return told;
}

/* ---- a guest ---- */

/* What a CPU has executed that has been awake since the last sleep ended. */
static uint64_t awake(uint64_t ns)
{
    uint64_t now = board.epoch_ns + ns;
    uint64_t since = now > board.anchor_ns ? now - board.anchor_ns : 0;

    return board.anchor_spent_ns + since;
}

static void see_cpu(bool reset, uint64_t ns)
{
    struct board_cpu cpu = {.reset = reset,
                            .executed_ns =
                                executed == FOLLOWS ? awake(ns) : executed,
                            .waits = waits};

    board_see_cpu(&board, &cpu);
}

/* Ring at `ns` of the guest's own clock. */
static uint32_t ring_at(uint64_t ns, uint32_t command, uint32_t a0, uint32_t a1)
{
    uint64_t cycles = ns / BOARD_NS_PER_CYCLE;

    page->time_lo = (uint32_t)cycles;
    page->time_hi = (uint32_t)(cycles >> 32);
    page->arg[0] = a0;
    page->arg[1] = a1;
    page->command = command;
    see_cpu(false, ns);
    board_command(&board, page, window, &sink);
    return page->status;
}

/* Ring at the present, which is not before the end of the last sleep. */
static uint32_t ring(uint32_t command, uint32_t a0, uint32_t a1)
{
    uint64_t now = board_least_ns(&board) - board.epoch_ns;

    return ring_at(now + BOARD_NS_PER_CYCLE - 1, command, a0, a1);
}

static uint64_t result_time(unsigned first)
{
    uint64_t cycles =
        (uint64_t)page->result[first + 1] << 32 | page->result[first];
    return cycles == UINT64_MAX ? BOARD_FOREVER : cycles * BOARD_NS_PER_CYCLE;
}

static uint32_t program(uint32_t address, uint8_t byte, uint32_t length)
{
    memset(page->data, byte, CTL_DATA_SIZE);
    return ring(CTL_FLASH_PROGRAM, address, length);
}

static void pass(uint64_t ns)
{
    uint64_t at = board_least_ns(&board) - board.epoch_ns + ns;

    cr_assert_eq(ring_at(at, CTL_PMU_READ, 0, 0), CTL_OK);
}

/* The CPU is reset, and its first command is SYS_BOOT with this TIME. */
static uint32_t reset_and_ring(uint64_t ns)
{
    see_cpu(true, 0);
    return ring_at(ns, CTL_SYS_BOOT, 0, 0);
}

static void boot(void)
{
    cr_assert_eq(reset_and_ring(0), CTL_OK);
    heard();
}

static void power_on(void)
{
    told_length = 0;
    page = (struct ctl_page *)(void *)&window[CTL_BASE - BOARD_WINDOW_BASE];
    executed = FOLLOWS;
    waits = 0;
    cr_assert_eq(board_init(&board, &figures, 7), 0);
    boot();
}

TestSuite(controller, .init = power_on);

static bool window_is_true(void)
{
    return memcmp(window, board.flash.array, SIZE) == 0;
}

static bool is_garbage(uint32_t address, uint32_t length)
{
    for (uint32_t at = address; at < address + length; at++) {
        if (window[at] == board.flash.array[at]) {
            return false;
        }
    }
    return true;
}

static bool is_zero(uint32_t from, uint32_t to)
{
    for (uint32_t at = from; at < to; at++) {
        if (window[at] != 0) {
            return false;
        }
    }
    return true;
}

/* ---- set-up and the doorbell ---- */

Test(controller, refuses_figures_it_cannot_model)
{
    struct board_figures bad = figures;

    bad.watchdog_ms = 0;
    cr_expect_eq(board_init(&other, &bad, 1), -1);
    bad = figures;
    bad.otp_burn_ns = 0;
    cr_expect_eq(board_init(&other, &bad, 1), -1);
    bad = figures;
    bad.flash.size = 5;
    cr_expect_eq(board_init(&other, &bad, 1), -1);
    bad = figures;
    bad.radio.queue = RADIO_QUEUE + 1;
    cr_expect_eq(board_init(&other, &bad, 1), -1);
}

Test(controller, the_first_boot_is_a_power_on)
{
    cr_assert_eq(board_init(&board, &figures, 7), 0);
    cr_assert_eq(ring(CTL_PMU_READ, 0, 0), CTL_RESET_ASSERTED);
    cr_assert_eq(reset_and_ring(0), CTL_OK);
    cr_assert_eq(page->result[0], CTL_CAUSE_POWER_ON);
    cr_assert_eq(board.boots, 1);
    cr_assert_str_eq(heard(), "0 boot 1\n");
}

Test(controller, id_and_revision_are_put_right_by_each_command)
{
    page->id = 0;
    page->revision = 0;
    cr_assert_eq(ring(CTL_PMU_READ, 0, 0), CTL_OK);
    cr_assert_eq(page->id, CTL_ID_VALUE);
    cr_assert_eq(page->revision, 1);
}

Test(controller, unknown_commands_are_refused)
{
    const uint32_t commands[] = {0,          1,          0x100,      0x106,
                                 0x205,      0x807,      0x906,      0xFFFF,
                                 0xFFFFFFFF, 0x00010101, 0x80000101, 0x1FF};

    for (unsigned i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        cr_expect_eq(ring(commands[i], 1, 1), CTL_E_COMMAND, "%x", commands[i]);
    }
    heard();
    cr_expect_eq(ring(0x106, 0, 0), CTL_E_COMMAND);
    cr_expect_str_eq(heard(), "0 refused 106 1\n");
}

Test(controller, works_without_a_sink)
{
    page->command = CTL_FLASH_ERASE;
    page->arg[0] = 3;
    board_command(&board, page, window, NULL);
    cr_assert_eq(page->status, CTL_E_ARGUMENT);
}

/* ---- time ---- */

Test(controller, time_may_not_go_back)
{
    pass(10 * MS);
    cr_assert_eq(ring_at(10 * MS - 40, CTL_PMU_READ, 0, 0), CTL_E_TIME);
    cr_assert_str_eq(heard(), "10000 refused 701 6\n");
    cr_assert_eq(board.now_ns, 10 * MS);
    cr_assert_eq(page->result[0], 0, "refused, so not carried out");
    cr_assert_eq(ring_at(10 * MS, CTL_PMU_READ, 0, 0), CTL_OK);
}

Test(controller, time_may_not_run_ahead_of_what_was_executed)
{
    executed = 5 * MS;
    uint64_t limit = executed + BOARD_TIME_SLACK_NS;
    cr_assert_eq(ring_at(limit + 40, CTL_PMU_READ, 0, 0), CTL_E_TIME);
    cr_assert_eq(ring_at(limit, CTL_PMU_READ, 0, 0), CTL_OK);
    executed += 40;
    cr_assert_eq(ring_at(limit + 80, CTL_PMU_READ, 0, 0), CTL_E_TIME);
    cr_assert_eq(ring_at(limit + 40, CTL_PMU_READ, 0, 0), CTL_OK);
}

Test(controller, an_absurd_time_is_refused)
{
    executed = 0;
    board.horizon_ns = BOARD_FOREVER;
    page->time_lo = UINT32_MAX;
    page->time_hi = UINT32_MAX;
    page->command = CTL_PMU_READ;
    board_command(&board, page, window, &sink);
    cr_assert_eq(page->status, CTL_E_TIME);
    cr_assert_eq(board_guest_ns(&board, page), BOARD_FOREVER);
}

/* Ask to sleep until `ns` of the guest's own clock; it is not answered. */
static void fall_asleep(uint64_t ns)
{
    uint64_t cycles = ns / BOARD_NS_PER_CYCLE;

    if (ns == BOARD_FOREVER) {
        cycles = UINT64_MAX;
    }
    cr_assert_eq(ring(CTL_SYS_SLEEP, (uint32_t)cycles,
                      (uint32_t)(cycles >> 32)),
                 CTL_OK);
    cr_assert(board.asleep);
    cr_assert_eq(page->result[0] | page->result[1], 0, "not answered yet");
}

/* The answer to a sleep until `ns`, when the board is woken at `now`. */
static uint64_t woken_at(uint64_t ns, uint64_t now)
{
    fall_asleep(ns);
    board_wake(&board, page, now);
    cr_assert_not(board.asleep);
    cr_assert_eq(board.sleep_ns | board.slept_ns, 0, "nothing stays");
    cr_assert_eq(page->status, CTL_OK);
    return result_time(0);
}

/* The latest time that is believed, but for execution and slack. */
static void expect_limit(uint64_t limit)
{
    uint64_t slack = BOARD_TIME_SLACK_NS;

    cr_assert_eq(ring_at(limit + slack + 40, CTL_PMU_READ, 0, 0), CTL_E_TIME);
    cr_assert_eq(ring_at(limit + slack, CTL_PMU_READ, 0, 0), CTL_OK);
}

Test(controller, a_sleep_moves_the_bounds_to_its_end)
{
    executed = 2 * MS;
    pass(2 * MS);
    cr_assert_eq(woken_at(100 * MS, 100 * MS), 100 * MS);
    cr_assert_str_eq(heard(), "2000 sleep 100000000\n");
    /* Two more milliseconds of execution after the sleep. */
    executed = 4 * MS;
    expect_limit(102 * MS);
}

Test(controller, time_that_passes_in_a_sleep_is_granted_all_the_same)
{
    executed = 2 * MS;
    pass(2 * MS);
    fall_asleep(100 * MS);
    board_advance(&board, window, 60 * MS, &sink);
    board_wake(&board, page, 60 * MS);
    cr_assert_eq(result_time(0), 60 * MS);
    cr_assert_eq(ring_at(60 * MS - 40, CTL_PMU_READ, 0, 0), CTL_E_TIME);
    expect_limit(60 * MS);
}

Test(controller, a_sleep_that_is_asked_for_twice_counts_once)
{
    executed = 0;
    cr_assert_eq(woken_at(100 * MS, 100 * MS), 100 * MS);
    cr_assert_eq(woken_at(100 * MS, 100 * MS), 100 * MS);
    expect_limit(100 * MS);
}

Test(controller, a_sleep_cut_short_grants_no_more_than_that)
{
    executed = 0;
    cr_assert_eq(woken_at(100 * MS, 30 * MS + 1), 30 * MS + 40);
    expect_limit(30 * MS);
}

Test(controller, a_sleep_ends_at_the_earliest_of_three)
{
    cr_assert_eq(woken_at(100 * MS, 60 * MS + 1), 60 * MS + 40, "rounded up");
    cr_assert_eq(woken_at(70 * MS, 80 * MS), 70 * MS, "as asked");
    cr_assert_eq(ring(CTL_SYS_DEADLINE, 50, 0), CTL_OK);
    cr_assert_eq(woken_at(150 * MS, 75 * MS), 75 * MS);
    cr_assert_eq(woken_at(150 * MS, 5 * MS), 75 * MS, "not before now");
    cr_assert_eq(woken_at(0, BOARD_FOREVER), 75 * MS, "asked in the past");
}

static void expect_deadline_ends_it(void)
{
    cr_assert_eq(board.sleep_ns, 120 * MS);
    board_wake(&board, page, 120 * MS);
    cr_assert_not(board.asleep);
    cr_assert_eq(page->status, CTL_RESET_ASSERTED);
    cr_assert_eq(board.cause, CTL_CAUSE_DEADLINE);
    cr_assert_eq(board.now_ns, 120 * MS);
}

Test(controller, who_sleeps_into_the_deadline_is_reset_there)
{
    cr_assert_eq(ring(CTL_SYS_DEADLINE, 120, 0), CTL_OK);
    fall_asleep(BOARD_FOREVER);
    expect_deadline_ends_it();
    power_on();
    cr_assert_eq(ring(CTL_SYS_DEADLINE, 120, 0), CTL_OK);
    cr_assert_eq(ring(CTL_SYS_HALT, 0, 0), CTL_OK);
    expect_deadline_ends_it();
    cr_assert_not(board.halted);
}

Test(controller, a_sleep_for_ever_is_not_answered)
{
    fall_asleep(BOARD_FOREVER);
    page->status = 77;
    board_wake(&board, page, BOARD_FOREVER);
    cr_assert(board.asleep);
    cr_assert_eq(page->status, 77);
}

Test(controller, who_halts_sleeps_for_ever)
{
    cr_assert_eq(ring(CTL_SYS_HALT, 0, 0), CTL_OK);
    cr_assert(board.halted && board.asleep && board.deaf);
    cr_assert_eq(board.sleep_ns, BOARD_FOREVER);
    board_warm_reset(&board, 6 * MS, CTL_CAUSE_PIN);
    cr_assert_not(board.halted || board.asleep);
}

Test(controller, a_busy_time_may_be_waited_out_after_a_sleep)
{
    executed = 0;
    cr_assert_eq(ring(CTL_FLASH_ERASE, 0, 0), CTL_OK);
    cr_assert_eq(woken_at(20 * MS, 20 * MS), 20 * MS);
    expect_limit(ERASE_NS);
    cr_assert_eq(woken_at(60 * MS, 60 * MS), 60 * MS);
    expect_limit(60 * MS);
}

Test(controller, a_sleep_for_ever_is_ended_by_the_world)
{
    executed = 0;
    cr_assert_eq(woken_at(BOARD_FOREVER, 3600 * 1000 * MS), 3600 * 1000 * MS);
    expect_limit(3600 * 1000 * MS);
}

Test(controller, the_answer_to_a_sleep_shows_what_came_meanwhile)
{
    fall_asleep(100 * MS);
    cr_assert_eq(page->flags, 0);
    cr_assert_not(board_has_news(&board));
    cr_assert_eq(board_console_line(&board, "wake"), 0);
    cr_assert(board_has_news(&board));
    board.battery_mv = 2900;
    board_wake(&board, page, MS);
    cr_assert_eq(page->flags, CTL_F_CONSOLE_IN | CTL_F_POWER_WARN);
}

Test(controller, a_sleep_is_answered_once_and_not_after_a_reset)
{
    struct board_cut power = {.now_ns = 7 * MS, .off_ns = MS};
    struct board_cut_report report;

    cr_assert_eq(woken_at(9 * MS, 4 * MS), 4 * MS);
    board_wake(&board, page, 8 * MS);
    cr_assert_eq(result_time(0), 4 * MS);

    fall_asleep(9 * MS);
    board_power_cut(&board, &power, &report);
    cr_assert_not(board.asleep);
    board_wake(&board, page, 9 * MS);
    cr_assert_eq(page->result[0], 0);

    boot();
    fall_asleep(9 * MS);
    board_warm_reset(&board, 6 * MS, CTL_CAUSE_PIN);
    cr_assert_not(board.asleep);
    boot();
    fall_asleep(9 * MS);
    pass(MS);
    cr_assert_not(board.asleep, "whoever rings is awake");
}

Test(controller, a_busy_answer_permits_the_wait)
{
    executed = 0;
    cr_assert_eq(ring(CTL_FLASH_ERASE, 0, 0), CTL_OK);
    cr_assert_eq(result_time(0), ERASE_NS);
    cr_assert_eq(ring_at(ERASE_NS + BOARD_TIME_SLACK_NS + 40, CTL_FLASH_STATUS,
                         0, 0),
                 CTL_E_TIME);
    cr_assert_eq(ring_at(ERASE_NS, CTL_FLASH_STATUS, 0, 0), CTL_OK);
    cr_assert_eq(page->result[0], 0);
    cr_assert_eq(ring(CTL_OTP_BURN, 3, 0), CTL_OK);
    cr_assert_eq(result_time(0), ERASE_NS + BURN_NS);
    cr_assert_eq(ring_at(ERASE_NS + BURN_NS + BOARD_TIME_SLACK_NS + 40,
                         CTL_OTP_STATUS, 0, 0),
                 CTL_E_TIME);
    cr_assert_eq(ring_at(ERASE_NS + BURN_NS, CTL_OTP_STATUS, 0, 0), CTL_OK);
}

/* ---- flash ---- */

Test(controller, a_program_shows_garbage_then_the_new_bytes)
{
    cr_assert(window_is_true());
    cr_assert_eq(program(0x1010, 0x3C, 16), CTL_OK);
    cr_assert_eq(result_time(0), PROGRAM_NS);
    cr_assert_eq(page->flags, CTL_F_FLASH_BUSY);
    cr_assert(is_garbage(FLASH_SECTOR, FLASH_SECTOR));
    cr_assert_eq(memcmp(window, board.flash.array, FLASH_SECTOR), 0);
    pass(PROGRAM_NS - 40);
    cr_assert(is_garbage(FLASH_SECTOR, FLASH_SECTOR), "not before its end");
    pass(40);
    cr_assert(window_is_true());
    cr_assert_eq(window[0x1010], 0x3C);
    cr_assert_eq(page->flags, 0);
    cr_assert_str_eq(heard(), "0 begin 1 1010+16\n700 end 1 1010+16\n");
}

Test(controller, an_operation_ends_at_its_time_not_at_the_command)
{
    cr_assert_eq(program(0, 0, 1), CTL_OK);
    pass(80 * MS);
    cr_assert_eq(ring(CTL_CONSOLE_WRITE, 1, 0), CTL_OK);
    cr_assert_str_eq(heard(), "0 begin 1 0+1\n700 end 1 0+1\n"
                              "80000 console \n");
}

Test(controller, flash_and_fuses_end_in_order_of_time)
{
    cr_assert_eq(ring(CTL_FLASH_ERASE, 0x2000, 0), CTL_OK);
    cr_assert_eq(ring(CTL_OTP_BURN, 5, 0), CTL_OK);
    board_advance(&board, window, 100 * MS, &sink);
    cr_assert_str_eq(heard(), "0 begin 2 2000+4096\n0 burn 5\n50 burned 5\n"
                              "45000 end 2 2000+4096\n");
    cr_assert_eq(board.now_ns, 100 * MS);
    board_advance(&board, window, 50 * MS, &sink);
    cr_assert_eq(board.now_ns, 100 * MS, "time does not go back");
}

Test(controller, flash_rules_become_answers)
{
    cr_expect_eq(program(SIZE, 0, 1), CTL_E_ARGUMENT);
    cr_expect_eq(program(0, 0, 0), CTL_E_ARGUMENT);
    cr_expect_eq(program(0, 0, UINT32_MAX), CTL_E_ARGUMENT);
    cr_expect_eq(program(0xFF, 0, 2), CTL_E_ARGUMENT);
    cr_expect_eq(ring(CTL_FLASH_ERASE, 12, 0), CTL_E_ARGUMENT);
    cr_expect_str_eq(heard(), "0 rule range 10000+1\n0 rule range 0+0\n"
                              "0 rule range 0+4294967295\n"
                              "0 rule page-end ff+2\n0 rule range c+4096\n");
    cr_expect(window_is_true());

    cr_expect_eq(ring(CTL_FLASH_LOCK, 0x1000, 0x1000), CTL_OK);
    cr_expect_eq(ring(CTL_FLASH_LOCK, 0x1000, 1), CTL_E_ARGUMENT);
    cr_expect_eq(program(0x1000, 0, 1), CTL_E_LOCKED);
    cr_expect_eq(ring(CTL_FLASH_ERASE, 0x1000, 0), CTL_E_LOCKED);
    cr_expect_str_eq(heard(), "0 lock 1000+4096\n0 rule range 1000+1\n"
                              "0 rule locked 1000+1\n"
                              "0 rule locked 1000+4096\n");

    cr_expect_eq(program(0x2000, 0x0F, 1), CTL_OK);
    cr_expect_eq(program(0x3000, 0, 1), CTL_E_BUSY);
    cr_expect_eq(result_time(0), PROGRAM_NS, "until when");
    pass(PROGRAM_NS);
    cr_expect_eq(program(0x2000, 0xFF, 1), CTL_OK);
    cr_expect_str_eq(heard(), "0 begin 1 2000+1\n0 rule busy 3000+1\n"
                              "700 end 1 2000+1\n"
                              "700 rule bit-rise 2000+1\n"
                              "700 begin 1 2000+1\n");
}

Test(controller, flash_status_tells_busy_until_and_failed)
{
    cr_assert_eq(ring(CTL_FLASH_STATUS, 0, 0), CTL_OK);
    cr_assert_eq(page->result[0], 0);
    board.flash.fail_next = FLASH_FAULT_REPORTED;
    cr_assert_eq(ring(CTL_FLASH_ERASE, 0, 0), CTL_OK);
    pass(MS);
    cr_assert_eq(ring(CTL_FLASH_STATUS, 0, 0), CTL_OK);
    cr_assert_eq(page->result[0], 1);
    cr_assert_eq(result_time(1), ERASE_NS);
    cr_assert_eq(page->result[3], 0);
    pass(ERASE_NS);
    cr_assert_eq(ring(CTL_FLASH_STATUS, 0, 0), CTL_OK);
    cr_assert_eq(page->result[0], 0);
    cr_assert_eq(page->result[3], 1);
}

/* ---- fuses ---- */

Test(controller, fuses_are_burned_and_read)
{
    cr_assert_eq(ring(CTL_OTP_BURN, 33, 0), CTL_OK);
    cr_assert_eq(ring(CTL_OTP_BURN, 34, 0), CTL_E_BUSY);
    cr_assert_eq(result_time(0), BURN_NS);
    cr_assert_eq(ring(CTL_OTP_STATUS, 0, 0), CTL_OK);
    cr_assert_eq(page->result[0], 1);
    cr_assert_eq(result_time(1), BURN_NS);
    pass(BURN_NS);
    cr_assert_eq(ring(CTL_OTP_READ, 1, 1), CTL_OK);
    cr_assert_eq(page->data[0], 2);
    cr_assert_eq(ring(CTL_OTP_BURN, 33, 0), CTL_E_FAILED);
    cr_assert_eq(ring(CTL_OTP_BURN, OTP_BITS, 0), CTL_E_ARGUMENT);
    cr_assert_eq(ring(CTL_OTP_LOCK, 0, 0), CTL_OK);
    cr_assert_eq(ring(CTL_OTP_BURN, 34, 0), CTL_E_LOCKED);
    cr_assert_str_eq(heard(), "0 burn 33\n0 otp-rule busy 34\n50 burned 33\n"
                              "50 otp-rule burned 33\n50 otp-rule range 2048\n"
                              "50 otp-lock\n50 otp-rule locked 34\n");
}

Test(controller, fuse_reads_are_checked)
{
    cr_expect_eq(ring(CTL_OTP_READ, 0, 64), CTL_OK);
    cr_expect_eq(ring(CTL_OTP_READ, 63, 1), CTL_OK);
    cr_expect_eq(ring(CTL_OTP_READ, 0, 0), CTL_E_ARGUMENT);
    cr_expect_eq(ring(CTL_OTP_READ, 0, 65), CTL_E_ARGUMENT);
    cr_expect_eq(ring(CTL_OTP_READ, 63, 2), CTL_E_ARGUMENT);
    cr_expect_eq(ring(CTL_OTP_READ, 64, 1), CTL_E_ARGUMENT);
    cr_expect_eq(ring(CTL_OTP_READ, UINT32_MAX, 2), CTL_E_ARGUMENT);
    cr_expect_eq(ring(CTL_OTP_READ, 2, UINT32_MAX), CTL_E_ARGUMENT);
}

/* ---- console, trace, RNG, PMU ---- */

Test(controller, console_both_ways)
{
    memcpy(page->data, "hello", 5);
    cr_assert_eq(ring(CTL_CONSOLE_WRITE, 5, 0), CTL_OK);
    cr_assert_str_eq(heard(), "0 console hello\n");
    cr_assert_eq(ring(CTL_CONSOLE_WRITE, 0, 0), CTL_E_ARGUMENT);
    cr_assert_eq(ring(CTL_CONSOLE_WRITE, 257, 0), CTL_E_ARGUMENT);
    cr_assert_str_eq(heard(), "0 refused 401 2\n0 refused 401 2\n");
    cr_assert_eq(ring(CTL_CONSOLE_READ, 0, 0), CTL_E_EMPTY);
    cr_assert_str_eq(heard(), "", "empty is no refusal");

    cr_assert_eq(board_console_line(&board, "one"), 0);
    cr_assert_eq(board_console_line(&board, "second"), 0);
    cr_assert_eq(ring(CTL_PMU_READ, 0, 0), CTL_OK);
    cr_assert_eq(page->flags, CTL_F_CONSOLE_IN);
    cr_assert_eq(ring(CTL_CONSOLE_READ, 0, 0), CTL_OK);
    cr_assert_eq(page->result[0], 3);
    cr_assert_eq(memcmp(page->data, "one", 3), 0);
    cr_assert_eq(page->flags, CTL_F_CONSOLE_IN);
    cr_assert_eq(ring(CTL_CONSOLE_READ, 0, 0), CTL_OK);
    cr_assert_eq(page->result[0], 6);
    cr_assert_eq(memcmp(page->data, "second", 6), 0);
    cr_assert_eq(page->flags, 0);
    cr_assert_eq(ring(CTL_CONSOLE_READ, 0, 0), CTL_E_EMPTY);
}

Test(controller, console_lines_are_bounded)
{
    char line[BOARD_CONSOLE_LENGTH + 2];

    memset(line, 'x', sizeof(line));
    line[BOARD_CONSOLE_LENGTH + 1] = '\0';
    cr_expect_eq(board_console_line(&board, line), -1);
    cr_expect_eq(board_console_line(&board, ""), -1);
    line[BOARD_CONSOLE_LENGTH] = '\0';
    for (unsigned i = 0; i < BOARD_CONSOLE_LINES; i++) {
        cr_expect_eq(board_console_line(&board, line), 0);
    }
    cr_expect_eq(board_console_line(&board, "more"), -1);
    cr_expect_eq(ring(CTL_CONSOLE_READ, 0, 0), CTL_OK);
    cr_expect_eq(page->result[0], BOARD_CONSOLE_LENGTH);
    cr_expect_eq(page->data[255], 'x');
    cr_expect_eq(board_console_line(&board, "more"), 0);
}

Test(controller, trace_passes_code_arguments_and_digest)
{
    page->data[31] = 0xAB;
    page->arg[2] = 2;
    page->arg[3] = 3;
    page->arg[4] = 4;
    cr_assert_eq(ring(CTL_TRACE, 24, 1), CTL_OK);
    cr_assert_str_eq(heard(), "0 trace 24 1 2 3 4 ab\n");
}

Test(controller, random_numbers_are_the_seeds)
{
    uint8_t first[32];

    cr_assert_eq(ring(CTL_RNG_READ, 32, 0), CTL_OK);
    memcpy(first, page->data, 32);
    cr_assert_eq(ring(CTL_RNG_READ, 32, 0), CTL_OK);
    cr_assert_neq(memcmp(first, page->data, 32), 0);
    power_on();
    cr_assert_eq(ring(CTL_RNG_READ, 32, 0), CTL_OK);
    cr_assert_eq(memcmp(first, page->data, 32), 0);
    cr_assert_eq(ring(CTL_RNG_READ, 0, 0), CTL_E_ARGUMENT);
    cr_assert_eq(ring(CTL_RNG_READ, 257, 0), CTL_E_ARGUMENT);
}

Test(controller, pmu_shows_the_battery)
{
    const struct {
        uint32_t mv, good, warn;
    } cases[] = {{3600, 1, 0}, {3001, 1, 0}, {3000, 1, 2},
                 {2701, 1, 2}, {2700, 0, 2}, {0, 0, 2}};

    for (unsigned i = 0; i < 6; i++) {
        board.battery_mv = cases[i].mv;
        cr_expect_eq(ring(CTL_PMU_READ, 0, 0), CTL_OK);
        cr_expect_eq(page->result[0], cases[i].mv);
        cr_expect_eq(page->result[1], cases[i].good | cases[i].warn);
        cr_expect_eq(page->flags, cases[i].warn ? CTL_F_POWER_WARN : 0);
    }
}

Test(controller, the_supply_is_external_unless_the_world_says_so)
{
    cr_assert_eq(ring(CTL_PMU_READ, 0, 0), CTL_OK);
    cr_assert_eq(page->result[2], UINT32_MAX);
    cr_assert_eq(page->result[3], 0);
    board.left_mj = 12345;
    board.drained_mj = 678;
    cr_assert_eq(ring(CTL_PMU_READ, 0, 0), CTL_OK);
    cr_assert_eq(page->result[0], 3600);
    cr_assert_eq(page->result[2], 12345);
    cr_assert_eq(page->result[3], 678);
}

static uint64_t clock_read(void)
{
    cr_assert_eq(ring(CTL_RTC_READ, 0, 0), CTL_OK);
    return (uint64_t)page->result[1] << 32 | page->result[0];
}

Test(controller, the_real_time_clock_runs_over_power_cuts)
{
    struct board_cut power = {.off_ns = 3600 * 1000 * MS};
    struct board_cut_report report;

    cr_assert_eq(clock_read(), 0);
    board.rtc_ms = 0x1FFFFFFFFu;
    pass(MS - 40);
    cr_assert_eq(clock_read(), 0x1FFFFFFFFu, "whole ms");
    pass(40);
    cr_assert_eq(clock_read(), 0x200000000u);
    board_power_cut(&board, &power, &report);
    boot();
    cr_assert_eq(clock_read(), 0x200000000u + 3600u * 1000u);
}

/* ---- radio ---- */

static void fit_modem(void)
{
    radio_fit(&board.radio, true);
    board.radio.registered = 1;
    air = BOARD_AIR_TAKEN;
    air_until = 0;
}

static void expect_radio_status(uint32_t fitted, uint32_t registered,
                                uint32_t waiting)
{
    cr_assert_eq(ring(CTL_RADIO_STATUS, 0, 0), CTL_OK);
    cr_assert_eq(page->result[0], fitted);
    cr_assert_eq(page->result[1], registered);
    cr_assert_eq(page->result[2], waiting);
    cr_assert_eq(page->flags, waiting > 0 ? CTL_F_RADIO : 0);
}

static bool arrives(uint32_t port, const char *text)
{
    return radio_deliver(&board.radio, board.now_ns, 1, port,
                         (const uint8_t *)text, (uint32_t)strlen(text));
}

Test(controller, without_a_modem_there_is_no_radio)
{
    expect_radio_status(0, 0, 0);
    board.radio.registered = 1;
    expect_radio_status(0, 0, 0);
    cr_expect_eq(ring(CTL_RADIO_OPEN, 1, 5683), CTL_E_FAILED);
    cr_expect_eq(ring(CTL_RADIO_SEND, 0, 1), CTL_E_ARGUMENT);
    cr_expect_eq(ring(CTL_RADIO_CLOSE, 0, 0), CTL_E_ARGUMENT);
    cr_expect_eq(ring(CTL_RADIO_RECEIVE, 0, 0), CTL_E_EMPTY);
    cr_expect_str_eq(heard(), "0 refused 802 5\n0 refused 804 2\n"
                              "0 refused 803 2\n");
    fit_modem();
    expect_radio_status(1, 1, 0);
    board.radio.registered = 0;
    expect_radio_status(1, 0, 0);
}

Test(controller, sockets_are_opened_and_closed)
{
    fit_modem();
    cr_expect_eq(ring(CTL_RADIO_OPEN, 1, 0), CTL_E_ARGUMENT);
    cr_expect_eq(ring(CTL_RADIO_OPEN, 1, 0x10000), CTL_E_ARGUMENT);
    for (uint32_t i = 0; i < CTL_RADIO_SOCKETS; i++) {
        cr_assert_eq(ring(CTL_RADIO_OPEN, 1, 0xFFFF - i), CTL_OK);
        cr_assert_eq(page->result[0], i);
    }
    cr_assert_eq(ring(CTL_RADIO_OPEN, 1, 5683), CTL_E_FAILED);
    cr_assert_eq(ring(CTL_RADIO_CLOSE, 1, 0), CTL_OK);
    cr_assert_eq(ring(CTL_RADIO_CLOSE, 1, 0), CTL_E_ARGUMENT);
    cr_assert_eq(ring(CTL_RADIO_CLOSE, CTL_RADIO_SOCKETS, 0), CTL_E_ARGUMENT);
    cr_assert_eq(ring(CTL_RADIO_CLOSE, UINT32_MAX, 0), CTL_E_ARGUMENT);
    cr_assert_eq(ring(CTL_RADIO_OPEN, 1, 5683), CTL_OK);
    cr_assert_eq(page->result[0], 1);
}

Test(controller, a_datagram_goes_to_the_link)
{
    fit_modem();
    cr_assert_eq(ring(CTL_RADIO_OPEN, 7, 5683), CTL_OK);
    memset(page->radio_tx, 0, CTL_RADIO_SIZE);
    page->radio_tx[0] = 0xA1;
    page->radio_tx[CTL_RADIO_SIZE - 1] = 0xE9;
    executed = 0;
    air_until = 250 * MS + 1;
    cr_assert_eq(ring(CTL_RADIO_SEND, 0, CTL_RADIO_SIZE), CTL_OK);
    cr_assert_eq(result_time(0), 250 * MS + 40, "rounded up");
    cr_assert_str_eq(heard(), "0 send 7:5683 1280 a1..e9\n");
    cr_assert_eq(radio_state_at(&board.radio, 250 * MS), RADIO_TRANSMIT);
    cr_assert_eq(radio_state_at(&board.radio, 250 * MS + 1), RADIO_RECEIVE);
    /* who waits for it, like for a busy time, may */
    air_until = 5 * MS;
    cr_assert_eq(ring_at(250 * MS + 40, CTL_RADIO_SEND, 0, 1), CTL_OK);
    cr_assert_eq(result_time(0), 250 * MS + 40, "never before now");
}

Test(controller, lengths_and_sockets_are_checked_before_the_link_is_asked)
{
    fit_modem();
    cr_assert_eq(ring(CTL_RADIO_OPEN, 1, 5683), CTL_OK);
    cr_expect_eq(ring(CTL_RADIO_SEND, 0, 0), CTL_E_ARGUMENT);
    cr_expect_eq(ring(CTL_RADIO_SEND, 0, CTL_RADIO_SIZE + 1), CTL_E_ARGUMENT);
    cr_expect_eq(ring(CTL_RADIO_SEND, 0, UINT32_MAX), CTL_E_ARGUMENT);
    cr_expect_eq(ring(CTL_RADIO_SEND, 1, 1), CTL_E_ARGUMENT);
    cr_expect_eq(ring(CTL_RADIO_SEND, CTL_RADIO_SOCKETS, 1), CTL_E_ARGUMENT);
    cr_expect_eq(ring(CTL_RADIO_SEND, UINT32_MAX, 1), CTL_E_ARGUMENT);
    cr_expect_null(strstr(heard(), "send"));
}

Test(controller, a_full_queue_says_when_there_is_room)
{
    fit_modem();
    cr_assert_eq(ring(CTL_RADIO_OPEN, 1, 5683), CTL_OK);
    uint64_t quiet = radio_next(&board.radio, 0);
    air = BOARD_AIR_FULL;
    air_until = 90 * MS;
    executed = 0;
    cr_assert_eq(ring(CTL_RADIO_SEND, 0, 1), CTL_E_BUSY);
    cr_assert_eq(result_time(0), 90 * MS);
    cr_assert_eq(radio_next(&board.radio, 0), quiet, "nothing is on the air");
    expect_limit(90 * MS);
}

Test(controller, nothing_is_sent_without_a_network)
{
    fit_modem();
    cr_assert_eq(ring(CTL_RADIO_OPEN, 1, 5683), CTL_OK);
    uint64_t quiet = radio_next(&board.radio, 0);
    air = BOARD_AIR_DOWN;
    cr_assert_eq(ring(CTL_RADIO_SEND, 0, 1), CTL_E_FAILED);
    board.radio.registered = 0;
    air = BOARD_AIR_TAKEN;
    cr_assert_eq(ring(CTL_RADIO_SEND, 0, 1), CTL_E_FAILED);
    cr_assert_str_eq(heard(), "0 send 1:5683 1 00..00\n0 refused 804 5\n"
                              "0 refused 804 5\n");
    board.radio.registered = 1;
    page->command = CTL_RADIO_SEND;
    board_command(&board, page, window, NULL);
    cr_assert_eq(page->status, CTL_E_FAILED, "nobody to ask");
    cr_assert_eq(radio_next(&board.radio, 0), quiet);
}

Test(controller, a_datagram_wakes_and_is_received)
{
    fit_modem();
    cr_assert_eq(ring(CTL_RADIO_OPEN, 1, 5683), CTL_OK);
    cr_assert_eq(ring(CTL_RADIO_OPEN, 1, 5684), CTL_OK);
    fall_asleep(100 * MS);
    cr_assert(arrives(5684, "first"));
    cr_assert(board_has_news(&board));
    board_wake(&board, page, 20 * MS);
    cr_assert_eq(page->flags, CTL_F_RADIO);
    cr_assert(arrives(5683, "x"));
    expect_radio_status(1, 1, 2);
    cr_assert_eq(ring(CTL_RADIO_RECEIVE, 0, 0), CTL_OK);
    cr_assert_eq(page->result[0], 5);
    cr_assert_eq(page->result[1], 1);
    cr_assert_eq(memcmp(page->radio_rx, "first", 5), 0);
    cr_assert_eq(page->flags, CTL_F_RADIO);
    cr_assert_eq(ring(CTL_RADIO_RECEIVE, 0, 0), CTL_OK);
    cr_assert_eq(page->result[0], 1);
    cr_assert_eq(page->result[1], 0);
    cr_assert_eq(page->radio_rx[0], 'x');
    cr_assert_eq(page->flags, 0);
    cr_assert_not(board_has_news(&board));
    cr_assert_eq(ring(CTL_RADIO_RECEIVE, 0, 0), CTL_E_EMPTY);
}

Test(controller, a_stream_is_connected_used_and_closed)
{
    fit_modem();
    cr_assert_eq(ring(CTL_RADIO_CONNECT, 2, 0), CTL_E_ARGUMENT);
    cr_assert_eq(ring(CTL_RADIO_CONNECT, 2, 443), CTL_OK);
    cr_assert_eq(page->result[0], 0);
    page->radio_tx[0] = 0xA1;
    cr_assert_eq(ring(CTL_RADIO_SEND, 0, 9), CTL_OK);
    air = BOARD_AIR_FULL;
    cr_assert_eq(ring(CTL_RADIO_SEND, 0, 9), CTL_E_BUSY);
    air = BOARD_AIR_TAKEN;
    cr_assert_not(radio_deliver(&board.radio, board.now_ns, 2, 443,
                                (const uint8_t *)"x", 1),
                  "a stream takes no datagram");
    cr_assert(radio_deliver_stream(&board.radio, board.now_ns, 0, RADIO_DATA,
                                   (const uint8_t *)"abc", 3));
    cr_assert(radio_deliver_stream(&board.radio, board.now_ns, 0, RADIO_ENDED,
                                   NULL, 0));
    cr_assert_eq(ring(CTL_RADIO_RECEIVE, 0, 0), CTL_OK);
    cr_assert_eq(page->result[0], 3);
    cr_assert_eq(page->result[2], RADIO_DATA);
    cr_assert_eq(ring(CTL_RADIO_RECEIVE, 0, 0), CTL_OK);
    cr_assert_eq(page->result[0], 0);
    cr_assert_eq(page->result[1], 0);
    cr_assert_eq(page->result[2], RADIO_ENDED);
    cr_assert_eq(ring(CTL_RADIO_CLOSE, 0, 0), CTL_OK);
    cr_assert_str_eq(heard(), "0 refused 806 2\n0 stream 0 0 0 00\n"
                              "0 stream 1 0 9 a1\n0 stream 1 0 9 a1\n"
                              "0 refused 804 3\n0 stream 2 0 0 00\n");
}

Test(controller, nobody_is_there_to_connect_to)
{
    fit_modem();
    air = BOARD_AIR_DOWN;
    cr_assert_eq(ring(CTL_RADIO_CONNECT, 2, 443), CTL_E_FAILED);
    cr_assert_not(radio_socket_is_open(&board.radio, 0));
    page->command = CTL_RADIO_CONNECT;
    board_command(&board, page, window, NULL);
    cr_assert_eq(page->status, CTL_E_FAILED, "nobody to ask");
    cr_assert_not(radio_socket_is_open(&board.radio, 0));
}

static void use_radio(void)
{
    cr_assert_eq(ring(CTL_RADIO_OPEN, 1, 5683), CTL_OK);
    air_until = board.now_ns + 50 * MS;
    cr_assert_eq(ring(CTL_RADIO_SEND, 0, 9), CTL_OK);
    cr_assert(arrives(5683, "x"));
    memset(page->radio_rx, 0xEE, CTL_RADIO_SIZE);
    memset(page->radio_tx, 0xEE, CTL_RADIO_SIZE);
}

/* Nothing is left but the network. */
static void expect_radio_is_new(void)
{
    expect_radio_status(1, 1, 0);
    cr_assert_eq(ring(CTL_RADIO_SEND, 0, 1), CTL_E_ARGUMENT);
    for (uint32_t i = 0; i < CTL_RADIO_SIZE; i++) {
        cr_assert_eq(page->radio_rx[i] | page->radio_tx[i], 0);
    }
}

Test(controller, resets_close_the_sockets)
{
    struct board_cut power = {.now_ns = 3 * MS, .off_ns = MS};
    struct board_cut_report report;

    fit_modem();
    use_radio();
    board_warm_reset(&board, 2 * MS, CTL_CAUSE_PIN);
    cr_assert_not(board_has_news(&board));
    boot();
    expect_radio_is_new();
    cr_assert_eq(radio_state_at(&board.radio, 49 * MS), RADIO_TRANSMIT,
                 "the air is not the CPU's");

    use_radio();
    board_power_cut(&board, &power, &report);
    cr_assert_eq(radio_state_at(&board.radio, 3 * MS), RADIO_OFF);
    cr_assert_not(arrives(5683, "x"));
    boot();
    cr_assert_eq(radio_state_at(&board.radio, board.now_ns), RADIO_SLEEP);
    expect_radio_is_new();
}

Test(controller, an_unannounced_reset_closes_the_sockets_too)
{
    fit_modem();
    use_radio();
    boot();
    expect_radio_is_new();
}

/* ---- time by the board's own count ---- */

#define SLACK BOARD_TIME_SLACK_NS

Test(controller, time_may_not_lag_behind_what_was_executed)
{
    executed = 5 * MS;
    cr_assert_eq(ring_at(5 * MS - SLACK, CTL_PMU_READ, 0, 0), CTL_OK);
    executed += 40;
    cr_assert_eq(ring_at(5 * MS - SLACK, CTL_PMU_READ, 0, 0), CTL_E_TIME);
    cr_assert_eq(ring_at(5 * MS - SLACK + 40, CTL_PMU_READ, 0, 0), CTL_OK);
}

Test(controller, with_a_stopped_clock_time_goes_on_by_the_boards_count)
{
    pass(MS);
    cr_assert_eq(ring(CTL_FLASH_ERASE, 0x2000, 0), CTL_OK);
    heard();
    executed = 20 * MS;
    cr_assert_eq(ring_at(MS, CTL_PMU_READ, 0, 0), CTL_E_TIME);
    cr_assert_eq(board.now_ns, 20 * MS - SLACK);
    executed = 47 * MS;
    cr_assert_eq(ring_at(MS, CTL_PMU_READ, 0, 0), CTL_E_TIME);
    cr_assert_eq(board.now_ns, 47 * MS - SLACK);
    cr_assert_str_eq(heard(), "19000 refused 701 6\n"
                              "46000 end 2 2000+4096\n46000 refused 701 6\n");
    cr_assert_eq(ring_at(47 * MS, CTL_PMU_READ, 0, 0), CTL_OK, "honest again");
}

static void expect_deadline_at(uint64_t guest_ns, uint64_t executed_ns)
{
    power_on();
    cr_assert_eq(ring(CTL_SYS_DEADLINE, 20, 0), CTL_OK);
    executed = executed_ns;
    cr_expect_eq(ring_at(guest_ns, CTL_PMU_READ, 0, 0), CTL_RESET_ASSERTED);
    cr_expect_eq(board.now_ns, 20 * MS);
    cr_expect_eq(board.cause, CTL_CAUSE_DEADLINE);
}

Test(controller, the_deadline_comes_by_the_boards_count)
{
    expect_deadline_at(0, 20 * MS + SLACK);
    expect_deadline_at(9 * MS, 500 * MS);
    expect_deadline_at(3600 * 1000 * MS, 21 * MS); /* a clock that jumps */
}

Test(controller, a_clock_that_jumps_ahead_moves_nothing)
{
    executed = 3 * MS;
    cr_assert_eq(ring_at(3600 * 1000 * MS, CTL_PMU_READ, 0, 0), CTL_E_TIME);
    cr_assert_eq(board.now_ns, 3 * MS - SLACK);
    cr_assert_eq(ring_at(3 * MS, CTL_PMU_READ, 0, 0), CTL_OK);
}

Test(controller, the_end_of_a_sleep_is_known_without_the_guest)
{
    executed = MS;
    pass(MS);
    cr_assert_eq(woken_at(500 * MS, 500 * MS), 500 * MS);
    executed = 4 * MS;
    cr_assert_eq(ring_at(503 * MS - SLACK - 40, CTL_PMU_READ, 0, 0),
                 CTL_E_TIME);
    cr_assert_eq(board.now_ns, 503 * MS - SLACK);
    cr_assert_eq(ring_at(503 * MS - SLACK, CTL_PMU_READ, 0, 0), CTL_OK);
}

Test(controller, a_wfi_takes_time)
{
    executed = 0;
    waits = SLACK / BOARD_WAIT_NS;
    cr_assert_eq(ring_at(0, CTL_PMU_READ, 0, 0), CTL_OK);
    waits++;
    cr_assert_eq(ring_at(0, CTL_PMU_READ, 0, 0), CTL_E_TIME);
    cr_assert_eq(board.now_ns, BOARD_WAIT_NS);
    waits += 1000;
    cr_assert_eq(ring_at(0, CTL_PMU_READ, 0, 0), CTL_E_TIME);
    cr_assert_eq(board.now_ns, 1001 * (uint64_t)BOARD_WAIT_NS);
    boot();
    waits = 0;
    cr_assert_eq(ring_at(0, CTL_PMU_READ, 0, 0), CTL_OK, "forgotten");
}

Test(controller, a_wfi_permits_no_more_than_it_takes)
{
    executed = 0;
    waits = 30;
    expect_limit(30 * (uint64_t)BOARD_WAIT_NS);
    executed = MS;
    expect_limit(MS + 30 * (uint64_t)BOARD_WAIT_NS);
}

/* ---- the rate of commands ---- */

static void on_storm(void *context)
{
    (void)context;
    TOLD_AT("%s", "storm");
}

Test(controller, who_commands_too_fast_is_reset)
{
    struct board_sink with_storm = sink;

    with_storm.storm = on_storm;
    for (uint32_t i = 0; i < BOARD_BURST_NS / BOARD_COMMAND_NS; i++) {
        cr_assert_eq(ring(CTL_PMU_READ, 0, 0), CTL_OK);
    }
    board_command(&board, page, window, &with_storm);
    cr_assert_eq(page->status, CTL_RESET_ASSERTED);
    cr_assert_str_eq(heard(), "0 storm\n");
    boot();
    cr_assert_eq(page->result[0], CTL_CAUSE_WATCHDOG);
    cr_assert_eq(ring(CTL_PMU_READ, 0, 0), CTL_OK, "a boot begins anew");
}

Test(controller, commands_may_come_for_ever_at_their_rate)
{
    for (uint32_t i = 0; i < 2 * BOARD_BURST_NS / BOARD_COMMAND_NS; i++) {
        pass(BOARD_COMMAND_NS);
    }
    cr_assert_eq(board.commands_ns, board.now_ns + BOARD_COMMAND_NS);
}

/* ---- resets ---- */

static void expect_reset_to(uint32_t reason, enum ctl_reset_cause cause)
{
    power_on();
    pass(3 * MS);
    cr_expect_eq(ring(CTL_SYS_RESET, reason, 0), CTL_OK);
    cr_expect_eq(reset_and_ring(0), CTL_OK);
    cr_expect_eq(page->result[0], cause);
    cr_expect_eq(board.epoch_ns, 3 * MS, "time goes on where it was");
    cr_expect_eq(board.boots, 2);
}

Test(controller, an_announced_reset_has_the_cause_it_gave)
{
    expect_reset_to(CTL_REASON_REQUEST, CTL_CAUSE_SOFTWARE);
    expect_reset_to(CTL_REASON_FAULT, CTL_CAUSE_SOFTWARE);
    expect_reset_to(CTL_REASON_WATCHDOG, CTL_CAUSE_WATCHDOG);
    expect_reset_to(CTL_REASON_PANIC, CTL_CAUSE_SOFTWARE);
    cr_expect_str_eq(heard(), "3000 reset 4\n3000 boot 4\n");
    cr_expect_eq(ring(CTL_SYS_RESET, 0, 0), CTL_E_ARGUMENT);
    cr_expect_eq(ring(CTL_SYS_RESET, 5, 0), CTL_E_ARGUMENT);
}

Test(controller, an_unannounced_reset_is_the_watchdogs)
{
    pass(3 * MS);
    cr_assert_eq(reset_and_ring(77 * MS), CTL_OK);
    cr_assert_eq(page->result[0], CTL_CAUSE_WATCHDOG);
    cr_assert_eq(board.epoch_ns, (3 + 2 * WATCHDOG_MS) * MS);
    cr_assert_eq(board.now_ns, board.epoch_ns, "its TIME is cycle 0");
}

Test(controller, a_reset_does_not_come_before_what_was_executed)
{
    executed = 30000 * MS; /* fed its watchdog without a word */
    cr_assert_eq(reset_and_ring(0), CTL_OK);
    cr_assert_eq(page->result[0], CTL_CAUSE_WATCHDOG);
    cr_assert_eq(board.epoch_ns, 30000 * MS - SLACK);
    power_on();
    cr_assert_eq(ring(CTL_SYS_RESET, CTL_REASON_REQUEST, 0), CTL_OK);
    executed = 9 * MS; /* worked on after the announcement */
    cr_assert_eq(reset_and_ring(0), CTL_OK);
    cr_assert_eq(page->result[0], CTL_CAUSE_SOFTWARE);
    cr_assert_eq(board.epoch_ns, 9 * MS - SLACK);
}

Test(controller, a_reset_after_the_deadline_is_the_deadlines)
{
    cr_assert_eq(ring(CTL_SYS_DEADLINE, 20, 0), CTL_OK);
    cr_assert_eq(reset_and_ring(0), CTL_OK);
    cr_assert_eq(page->result[0], CTL_CAUSE_DEADLINE);
    cr_assert_eq(board.epoch_ns, 20 * MS);
}

Test(controller, an_announcement_is_void_when_the_guest_goes_on)
{
    cr_assert_eq(ring(CTL_SYS_RESET, CTL_REASON_REQUEST, 0), CTL_OK);
    cr_assert_eq(ring(CTL_PMU_READ, 0, 0), CTL_OK);
    cr_assert_eq(reset_and_ring(0), CTL_OK);
    cr_assert_eq(page->result[0], CTL_CAUSE_WATCHDOG);
}

Test(controller, a_reset_clears_locks_deadline_and_data)
{
    cr_assert_eq(ring(CTL_FLASH_LOCK, 0, SIZE), CTL_OK);
    cr_assert_eq(ring(CTL_OTP_LOCK, 0, 0), CTL_OK);
    cr_assert_eq(ring(CTL_SYS_DEADLINE, 1000, 0), CTL_OK);
    cr_assert_eq(ring(CTL_SYS_RESET, CTL_REASON_REQUEST, 0), CTL_OK);
    cr_assert_eq(program(0, 0, 1), CTL_E_LOCKED, "not by announcing it");
    memset(page->data, 0xEE, CTL_DATA_SIZE);
    boot();
    cr_assert_eq(page->data[0] | page->data[255], 0);
    cr_assert_eq(program(0, 0, 1), CTL_OK);
    cr_assert_eq(ring(CTL_OTP_BURN, 1, 0), CTL_OK);
    pass(5000 * MS);
}

Test(controller, a_warm_reset_by_the_engine)
{
    pass(MS);
    cr_assert_eq(ring(CTL_FLASH_LOCK, 0, FLASH_SECTOR), CTL_OK);
    heard();
    board_warm_reset(&board, 9 * MS, CTL_CAUSE_WATCHDOG);
    cr_assert_eq(ring(CTL_CONSOLE_WRITE, 4, 0), CTL_RESET_ASSERTED);
    cr_assert_eq(program(0, 0, 1), CTL_RESET_ASSERTED);
    cr_assert_eq(ring_at(0, 0x999, 0, 0), CTL_RESET_ASSERTED);
    cr_assert_str_eq(heard(), "", "nothing is reported");
    cr_assert_eq(reset_and_ring(0), CTL_OK);
    cr_assert_eq(page->result[0], CTL_CAUSE_WATCHDOG);
    cr_assert_eq(board.epoch_ns, 9 * MS);
    cr_assert_eq(program(0, 0, 1), CTL_OK);
}

Test(controller, flash_goes_on_across_a_warm_reset_and_reads_garbage)
{
    cr_assert_eq(program(0x2000, 0x11, 4), CTL_OK);
    pass(PROGRAM_NS);
    cr_assert_eq(ring(CTL_FLASH_ERASE, 0x2000, 0), CTL_OK);
    uint64_t end = board.flash.op.end_ns;
    pass(5 * MS);
    cr_assert_eq(ring(CTL_SYS_RESET, CTL_REASON_REQUEST, 0), CTL_OK);
    boot();
    cr_assert(flash_busy(&board.flash));
    cr_assert(is_garbage(0, SIZE), "the whole part");
    cr_assert_eq(page->flags, CTL_F_FLASH_BUSY);
    cr_assert_eq(board_raw_write(&board, window), -1);
    cr_assert_eq(ring(CTL_FLASH_STATUS, 0, 0), CTL_OK);
    cr_assert_eq(result_time(1) + board.epoch_ns, end);
    pass(end - board.now_ns);
    cr_assert(window_is_true());
    cr_assert_eq(window[0x2000], 0xFF);
    cr_assert_str_eq(heard(), "45700 end 2 2000+4096\n");
}

Test(controller, what_ended_before_the_watchdog_bit_is_told_at_its_time)
{
    cr_assert_eq(ring(CTL_FLASH_ERASE, 0x2000, 0), CTL_OK);
    cr_assert_eq(reset_and_ring(0), CTL_OK);
    cr_assert_str_eq(heard(), "0 begin 2 2000+4096\n45000 end 2 2000+4096\n"
                              "10000000 boot 3\n");
    cr_assert(window_is_true());
}

/* ---- a reset is seen, never believed ---- */

Test(controller, a_boot_without_a_reset_is_no_command)
{
    pass(3 * MS);
    cr_assert_eq(ring(CTL_FLASH_LOCK, 0, SIZE), CTL_OK);
    cr_assert_eq(ring(CTL_OTP_LOCK, 0, 0), CTL_OK);
    cr_assert_eq(ring(CTL_SYS_DEADLINE, 1000, 0), CTL_OK);
    heard();
    for (unsigned i = 0; i < 3; i++) {
        cr_assert_eq(ring(CTL_SYS_BOOT, 0, 0), CTL_E_COMMAND);
        cr_assert_eq(ring(CTL_SYS_RESET, CTL_REASON_REQUEST, 0), CTL_OK);
    }
    cr_assert_eq(ring_at(0, CTL_SYS_BOOT, 0, 0), CTL_E_COMMAND);
    cr_assert_str_eq(heard(), "3000 refused 101 1\n3000 reset 1\n"
                              "3000 refused 101 1\n3000 reset 1\n"
                              "3000 refused 101 1\n3000 reset 1\n"
                              "3000 refused 101 1\n");
    cr_assert_eq(board.boots, 1);
    cr_assert_eq(board.epoch_ns, 0);
    cr_assert_eq(board.deadline_ns, 1003 * MS);
    cr_assert_eq(program(0, 0, 1), CTL_E_LOCKED);
    cr_assert_eq(ring(CTL_OTP_BURN, 1, 0), CTL_E_LOCKED);
}

Test(controller, a_boot_may_be_announced_once_for_each_reset)
{
    boot();
    cr_assert_eq(ring(CTL_SYS_BOOT, 0, 0), CTL_E_COMMAND);
    cr_assert_eq(board.boots, 2);
}

Test(controller, in_reset_only_a_boot_after_one_is_answered)
{
    board_warm_reset(&board, 9 * MS, CTL_CAUSE_PIN);
    cr_assert_eq(ring(CTL_SYS_BOOT, 0, 0), CTL_RESET_ASSERTED);
    cr_assert_eq(board.boots, 1);
    boot();
    cr_assert_eq(page->result[0], CTL_CAUSE_PIN);
}

Test(controller, in_reset_no_command_does_anything)
{
    board_warm_reset(&board, 9 * MS, CTL_CAUSE_DEADLINE);
    other = board;
    for (uint32_t command = 0; command <= 0x1000; command++) {
        cr_assert_eq(ring_at(0, command, 1, 1), CTL_RESET_ASSERTED, "0x%x",
                     command);
    }
    cr_assert_str_eq(heard(), "");
    cr_assert_eq(memcmp(&board.flash, &other.flash, sizeof(board.flash)), 0);
    cr_assert_eq(memcmp(&board.otp, &other.otp, sizeof(board.otp)), 0);
    cr_assert_eq(board.now_ns, other.now_ns);
    cr_assert_eq(board.epoch_ns, other.epoch_ns);
    cr_assert_eq(board.cause, CTL_CAUSE_DEADLINE);
}

Test(controller, what_rings_first_after_a_reset_must_be_a_boot)
{
    pass(3 * MS);
    cr_assert_eq(ring(CTL_OTP_LOCK, 0, 0), CTL_OK);
    heard();
    see_cpu(true, 0);
    cr_assert_eq(ring(CTL_OTP_BURN, 1, 0), CTL_RESET_ASSERTED);
    cr_assert_str_eq(heard(), "");
    cr_assert(board.reset_asserted);
    cr_assert_eq(ring_at(0, CTL_SYS_BOOT, 0, 0), CTL_OK);
    cr_assert_eq(page->result[0], CTL_CAUSE_WATCHDOG);
    cr_assert_eq(board.epoch_ns, (3 + 2 * WATCHDOG_MS) * MS);
}

Test(controller, what_ends_by_a_reset_that_is_no_boot_is_shown)
{
    cr_assert_eq(ring(CTL_FLASH_ERASE, 0x2000, 0), CTL_OK);
    see_cpu(true, 0);
    cr_assert_eq(ring_at(0, CTL_PMU_READ, 0, 0), CTL_RESET_ASSERTED);
    cr_assert_eq(board_raw_write(&board, window), -1);
    cr_assert(window_is_true());
}

Test(controller, a_reset_that_was_seen_before_a_cut_is_none_after_it)
{
    struct board_cut cut = {.now_ns = MS, .cause = CTL_CAUSE_POWER_ON};
    struct board_cut_report report;

    see_cpu(true, 0);
    board_power_cut(&board, &cut, &report);
    cr_assert_eq(ring_at(0, CTL_SYS_BOOT, 0, 0), CTL_RESET_ASSERTED);
    boot();
}

/* ---- the trial deadline ---- */

Test(controller, the_deadline_is_set_once)
{
    cr_assert_eq(ring(CTL_SYS_DEADLINE, 0, 0), CTL_E_ARGUMENT);
    cr_assert_eq(ring(CTL_SYS_DEADLINE, 20, 0), CTL_OK);
    cr_assert_eq(ring(CTL_SYS_DEADLINE, 50, 0), CTL_E_LOCKED);
    cr_assert_str_eq(heard(), "0 refused 104 2\n0 deadline 20\n"
                              "0 refused 104 4\n");
    cr_assert_eq(board.deadline_ns, 20 * MS);
}

Test(controller, the_deadline_asserts_reset)
{
    cr_assert_eq(program(0, 0x55, 4), CTL_OK);
    cr_assert_eq(ring(CTL_SYS_DEADLINE, 20, 0), CTL_OK);
    cr_assert_eq(ring_at(20 * MS - 40, CTL_PMU_READ, 0, 0), CTL_OK);
    heard();
    cr_assert_eq(ring_at(23 * MS, CTL_CONSOLE_WRITE, 1, 0), CTL_RESET_ASSERTED);
    cr_assert(board.reset_asserted);
    cr_assert_eq(ring(CTL_PMU_READ, 0, 0), CTL_RESET_ASSERTED);
    cr_assert_str_eq(heard(), "");
    cr_assert_eq(reset_and_ring(0), CTL_OK);
    cr_assert_eq(page->result[0], CTL_CAUSE_DEADLINE);
    cr_assert_eq(board.epoch_ns, 20 * MS);
    cr_assert_eq(board.deadline_ns, BOARD_FOREVER);
    cr_assert_eq(ring(CTL_SYS_DEADLINE, 20, 0), CTL_OK, "once per reset");
}

Test(controller, the_deadline_is_met_exactly)
{
    cr_assert_eq(ring(CTL_FLASH_ERASE, 0, 0), CTL_OK);
    cr_assert_eq(ring(CTL_SYS_DEADLINE, 20, 0), CTL_OK);
    cr_assert_eq(ring_at(20 * MS, CTL_PMU_READ, 0, 0), CTL_RESET_ASSERTED);
    cr_assert(flash_busy(&board.flash), "like a warm reset");
}

/* ---- power cuts ---- */

static struct board_cut_report cut_at(uint64_t now, enum flash_form form,
                                      enum board_sram sram)
{
    struct board_cut cut = {.now_ns = now,
                            .off_ns = 500 * MS,
                            .flash_form = form,
                            .otp_form = OTP_FORM_AFTER,
                            .cause = CTL_CAUSE_BROWN_OUT,
                            .sram = sram};
    struct board_cut_report report;

    board_power_cut(&board, &cut, &report);
    return report;
}

Test(controller, a_cut_tears_what_is_in_flight)
{
    cr_assert_eq(ring(CTL_FLASH_LOCK, 0x4000, 0x1000), CTL_OK);
    cr_assert_eq(program(0x3004, 0x00, 8), CTL_OK);
    pass(PROGRAM_NS - 30000);
    cr_assert_eq(ring(CTL_OTP_BURN, 6, 0), CTL_OK);
    cr_assert_eq(ring(CTL_SYS_DEADLINE, 20, 0), CTL_OK);
    heard();

    uint64_t now = PROGRAM_NS / 2;
    struct board_cut_report report =
        cut_at(now, FLASH_FORM_PREFIX, BOARD_SRAM_KEPT);
    cr_assert(report.flash_busy && report.otp_busy);
    cr_assert_eq(report.flash_kind, FLASH_PROGRAM);
    cr_assert_eq(report.flash_form, FLASH_FORM_PREFIX);
    cr_assert_eq(report.otp_form, OTP_FORM_AFTER);
    cr_assert_eq(report.address, 0x3004);
    cr_assert_eq(report.length, 8);
    cr_assert_eq(report.done, 957, "a cut does not go back in time");
    cr_assert_eq(report.bit, 6);
    cr_assert(otp_get(&board.otp, 6));
    cr_assert_eq(ring_at(MS, CTL_CONSOLE_WRITE, 1, 0), CTL_RESET_ASSERTED);
    cr_assert_str_eq(heard(), "");
    cr_assert_eq(board_raw_write(&board, window), -1, "the window is stale");

    cr_assert_eq(reset_and_ring(0), CTL_OK);
    cr_assert_eq(page->result[0], CTL_CAUSE_BROWN_OUT);
    cr_assert_eq(board.epoch_ns, PROGRAM_NS - 30000 + 500 * MS);
    cr_assert(window_is_true());
    cr_assert_eq(window[0x300A], 0x00);
    cr_assert_eq(window[0x300B], 0xFF);
    cr_assert_eq(board.deadline_ns, BOARD_FOREVER);
    cr_assert_eq(program(0x4000, 0, 1), CTL_OK, "unlocked");
}

Test(controller, a_cut_completes_what_was_due)
{
    cr_assert_eq(program(0, 0x00, 1), CTL_OK);
    struct board_cut_report report =
        cut_at(PROGRAM_NS, FLASH_FORM_BITS, BOARD_SRAM_KEPT);
    cr_assert_not(report.flash_busy);
    cr_assert_eq(report.flash_form, FLASH_FORM_BEFORE);
    cr_assert_eq(board.flash.array[0], 0x00);
    boot();
    cr_assert_eq(window[0], 0x00);
}

Test(controller, a_cut_between_reset_and_boot_counts)
{
    board_warm_reset(&board, MS, CTL_CAUSE_WATCHDOG);
    cut_at(2 * MS, FLASH_FORM_AUTO, BOARD_SRAM_KEPT);
    board_warm_reset(&board, 3 * MS, CTL_CAUSE_WATCHDOG);
    cr_assert_eq(reset_and_ring(0), CTL_OK);
    cr_assert_eq(page->result[0], CTL_CAUSE_BROWN_OUT,
                 "a reset on top does not make less of it");
    cr_assert_eq(board.epoch_ns, 502 * MS);
}

Test(controller, a_cut_with_an_endless_off_time_does_not_wrap)
{
    struct board_cut cut = {.now_ns = 5, .off_ns = BOARD_FOREVER};
    struct board_cut_report report;

    board_power_cut(&board, &cut, &report);
    cr_assert_eq(board.now_ns, BOARD_FOREVER);
}

Test(controller, weak_fuses_drop_at_the_second_power_up)
{
    struct board_cut cut = {.otp_form = OTP_FORM_WEAK,
                            .cause = CTL_CAUSE_POWER_ON};
    struct board_cut_report report;

    cr_assert_eq(ring(CTL_OTP_BURN, 9, 0), CTL_OK);
    board_power_cut(&board, &cut, &report);
    boot();
    cr_assert(otp_get(&board.otp, 9));
    cr_assert_eq(ring(CTL_SYS_RESET, CTL_REASON_REQUEST, 0), CTL_OK);
    boot();
    cr_assert(otp_get(&board.otp, 9), "a warm reset is none");
    board_power_cut(&board, &cut, &report);
    boot();
    cr_assert_not(otp_get(&board.otp, 9));
}

/* ---- the window at boot ---- */

#define GAP (SIZE + 5 * 4096 + 17)
#define TAIL (SRAM + BOARD_SRAM_SIZE + 99)

#define ROM (BOARD_ROM_BASE - BOARD_WINDOW_BASE)
#define PAGE (CTL_BASE - BOARD_WINDOW_BASE)

Test(controller, what_is_not_of_the_board_is_cleared)
{
    window[SIZE] = 1;
    window[GAP] = 1;
    window[SRAM - 1] = 1;
    window[SRAM + BOARD_SRAM_SIZE] = 1;
    window[TAIL] = 1;
    window[PAGE - 1] = 1;
    window[SRAM] = window[ROM] = window[PAGE] = 1;
    board_clear_rest(&board, window);
    cr_assert(is_zero(SIZE, SRAM));
    cr_assert(is_zero(SRAM + BOARD_SRAM_SIZE, ROM));
    cr_assert(is_zero(ROM + BOARD_ROM_SIZE, PAGE));
    cr_assert(window[SRAM] == 1 && window[ROM] == 1 && window[PAGE] == 1);
    cr_assert(window_is_true());
}

static unsigned kept_lines(void)
{
    unsigned kept = 0;

    for (uint32_t at = 0; at < BOARD_SRAM_SIZE; at += 64) {
        unsigned same = 0;
        for (uint32_t i = 0; i < 64; i++) {
            same += window[SRAM + at + i] == 0xA5;
        }
        kept += same == 64;
        cr_assert(same == 64 || same < 8, "a line is kept or not");
    }
    return kept;
}

/* Lines that still hold what was there before the cut. */
static unsigned kept_after(enum board_sram sram)
{
    memset(&window[SRAM], 0xA5, BOARD_SRAM_SIZE);
    cut_at(board.now_ns, FLASH_FORM_AUTO, sram);
    boot();
    return kept_lines();
}

Test(controller, sram_after_power_on_has_three_variants)
{
    unsigned lines = BOARD_SRAM_SIZE / 64;

    cr_assert_eq(kept_after(BOARD_SRAM_SCRAMBLED), 0);
    cr_assert_eq(kept_after(BOARD_SRAM_KEPT), lines);
    unsigned kept = kept_after(BOARD_SRAM_PARTLY);
    cr_assert(kept > lines / 4 && kept < lines * 3 / 4, "%u", kept);
    cr_assert_eq(ring(CTL_SYS_RESET, CTL_REASON_REQUEST, 0), CTL_OK);
    memset(&window[SRAM], 0xA5, BOARD_SRAM_SIZE);
    boot();
    cr_assert_eq(kept_lines(), lines, "a warm reset keeps it");

    cut_at(board.now_ns, FLASH_FORM_AUTO, BOARD_SRAM_SCRAMBLED);
    boot();
    memset(&window[SRAM], 0xA5, BOARD_SRAM_SIZE);
    board_fill_window(&board, window);
    cr_assert_eq(kept_lines(), lines, "the variant is for one boot");
}

Test(controller, filling_the_window_again_gives_the_same_bytes)
{
    static uint8_t first[BOARD_SRAM_SIZE];

    memset(&window[SRAM], 0xA5, BOARD_SRAM_SIZE);
    cut_at(0, FLASH_FORM_AUTO, BOARD_SRAM_PARTLY);
    board_fill_window(&board, window);
    memcpy(first, &window[SRAM], BOARD_SRAM_SIZE);
    boot();
    cr_assert_eq(memcmp(first, &window[SRAM], BOARD_SRAM_SIZE), 0);
    cut_at(0, FLASH_FORM_AUTO, BOARD_SRAM_SCRAMBLED);
    boot();
    memcpy(first, &window[SRAM], BOARD_SRAM_SIZE);
    cut_at(0, FLASH_FORM_AUTO, BOARD_SRAM_SCRAMBLED);
    boot();
    cr_assert_neq(memcmp(first, &window[SRAM], BOARD_SRAM_SIZE), 0,
                  "each power-on has bytes of its own");
}

/* ---- raw writes ---- */

Test(controller, raw_writes_are_found_and_undone)
{
    cr_assert_eq(board_raw_write(&board, window), -1);
    window[0x5123] ^= 1;
    window[0x9000] ^= 1;
    cr_assert_eq(board_raw_write(&board, window), 0x5123);
    board_show_flash(&board, window);
    cr_assert_eq(board_raw_write(&board, window), -1);
    cr_assert(window_is_true());
    window[SIZE - 1] ^= 0x80;
    cr_assert_eq(board_raw_write(&board, window), SIZE - 1);
}

Test(controller, raw_writes_are_found_while_busy_too)
{
    cr_assert_eq(ring(CTL_FLASH_ERASE, 0x3000, 0), CTL_OK);
    cr_assert_eq(board_raw_write(&board, window), -1, "garbage is the board's");
    window[0x3001] ^= 1;
    cr_assert_eq(board_raw_write(&board, window), 0x3001);
    board_show_flash(&board, window);
    cr_assert(is_garbage(0x3000, FLASH_SECTOR));
}

Test(controller, an_operation_does_not_hide_a_raw_write)
{
    window[0x3001] ^= 1;
    cr_assert_eq(ring(CTL_FLASH_ERASE, 0x3000, 0), CTL_OK);
    cr_assert_str_eq(heard(), "0 raw 3001\n0 begin 2 3000+4096\n");
    window[0x3FFF] ^= 1;
    pass(ERASE_NS);
    cr_assert_str_eq(heard(), "0 raw 3fff\n45000 end 2 3000+4096\n");
    cr_assert_eq(program(0x3000, 0, 1), CTL_OK);
    pass(PROGRAM_NS);
    cr_assert_str_eq(heard(), "45000 begin 1 3000+1\n45700 end 1 3000+1\n");
    cr_assert(window_is_true(), "the true array wins");
}

/* ---- a world is a value ---- */

static uint64_t go_on(void)
{
    cr_assert_eq(program(0x6000, 0x42, 200), CTL_OK);
    pass(PROGRAM_NS / 3);
    cut_at(board.now_ns, FLASH_FORM_BITS, BOARD_SRAM_SCRAMBLED);
    boot();
    cr_assert_eq(ring(CTL_RNG_READ, 8, 0), CTL_OK);
    uint64_t drawn;
    memcpy(&drawn, page->data, 8);
    return drawn ^ flash_hash(&board.flash) ^ window[SRAM + 5];
}

Test(controller, a_clone_goes_on_the_same)
{
    other = board;
    uint64_t first = go_on();
    board = other;
    board_show_flash(&board, window);
    cr_assert_eq(go_on(), first);
}

/* ---- the accelerator --------------------------------------------------------- */

static uint32_t at_flash(uint32_t offset)
{
    return BOARD_FLASH_BASE + offset;
}

Test(controller, without_an_accelerator_there_are_no_such_commands)
{
    board.accelerator.figures.fitted = 0;
    for (uint32_t number = CTL_HASH_BEGIN; number <= CTL_CRYPTO_STATUS;
         number++) {
        cr_expect_eq(ring(number, at_flash(0), 1), CTL_E_COMMAND);
    }
}

Test(controller, a_hash_reaches_flash_and_sram_alone)
{
    static const struct {
        uint32_t address;
        uint32_t length;
        enum ctl_status status;
    } cases[] = {
        {BOARD_FLASH_BASE, SIZE, CTL_OK},
        {BOARD_FLASH_BASE, SIZE + 1, CTL_E_ARGUMENT},
        {BOARD_FLASH_BASE + SIZE - 1, 1, CTL_OK},
        {BOARD_FLASH_BASE + SIZE, 1, CTL_E_ARGUMENT},
        {BOARD_FLASH_BASE - 1, 2, CTL_E_ARGUMENT},
        {BOARD_FLASH_BASE, 0, CTL_E_ARGUMENT},
        {BOARD_SRAM_BASE, BOARD_SRAM_SIZE, CTL_OK},
        {BOARD_SRAM_BASE, BOARD_SRAM_SIZE + 1, CTL_E_ARGUMENT},
        {BOARD_SRAM_BASE + 1, UINT32_MAX, CTL_E_ARGUMENT},
        {BOARD_SRAM_BASE - 1, 1, CTL_E_ARGUMENT},
        {BOARD_ROM_BASE, 4, CTL_E_ARGUMENT},
        {CTL_BASE, 4, CTL_E_ARGUMENT},
        {0, 4, CTL_E_ARGUMENT},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        accelerator_reset(&board.accelerator);
        cr_assert_eq(ring(CTL_HASH_BEGIN, 0, 0), CTL_OK);
        cr_expect_eq(ring(CTL_HASH_FEED, cases[i].address, cases[i].length),
                     cases[i].status, "case %zu", i);
    }
}

/* "abc" as in FIPS 180-2, B.1. */
Test(controller, a_hash_is_told_when_its_time_has_come)
{
    memcpy(&window[BOARD_SRAM_BASE - BOARD_WINDOW_BASE], "abc", 3);
    cr_expect_eq(ring(CTL_HASH_END, 0, 0), CTL_E_FAILED);
    cr_expect_eq(ring(CTL_HASH_FEED, at_flash(0), 1), CTL_E_FAILED);
    cr_assert_eq(ring(CTL_HASH_BEGIN, 0, 0), CTL_OK);
    cr_assert_eq(ring(CTL_HASH_FEED, BOARD_SRAM_BASE, 3), CTL_OK);
    cr_assert_eq(ring(CTL_HASH_END, 0, 0), CTL_OK);
    uint64_t until = (uint64_t)page->result[1] << 32 | page->result[0];
    page->data[0] = 0x11;
    cr_expect_eq(ring(CTL_CRYPTO_STATUS, 0, 0), CTL_OK);
    cr_expect_eq(page->result[0], 1);
    cr_expect_eq(page->result[1], until);
    cr_expect_eq(page->data[0], 0x11, "nothing yet");
    cr_expect_eq(ring(CTL_HASH_BEGIN, 0, 0), CTL_E_BUSY);
    cr_expect_eq(ring(CTL_HASH_FEED, at_flash(0), 1), CTL_E_BUSY);
    cr_expect_eq(ring(CTL_HASH_END, 0, 0), CTL_E_BUSY);
    cr_expect_eq(ring(CTL_PK_VERIFY, 0, 0), CTL_E_BUSY);
    cr_expect_eq(ring_at(until * BOARD_NS_PER_CYCLE, CTL_CRYPTO_STATUS, 0, 0),
                 CTL_OK);
    cr_expect_eq(page->result[0], 0);
    cr_expect_eq(page->data[0], 0xba);
    cr_expect_eq(page->data[31], 0xad);
}

Test(controller, resets_end_what_the_accelerator_does)
{
    cr_assert_eq(ring(CTL_PK_VERIFY, 0, 0), CTL_OK);
    cr_expect(accelerator_busy(&board.accelerator, board.now_ns));
    board_warm_reset(&board, board.now_ns, CTL_CAUSE_PIN);
    cr_expect_not(accelerator_busy(&board.accelerator, board.now_ns));
}
