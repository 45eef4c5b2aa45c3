/* SPDX-License-Identifier: MIT */
/*
 * The board's drivers and start-up code on the real CPU: a guest of three
 * stages (guests/board_guest.c) is told what to do through console lines, the
 * board's models answer it, its reports come back through the trace port.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "board/trace.h"
#include "device/board.h"
#include "device/figures.h"
#include "image/rom.h"
#include "machine/machine.h"
#include "ota/flash.h"

#define REPORT 200u
#define SEED 11u
#define SEEN_MAX 64u
#define SENT_MAX 4u
#define COMING_MAX 4u
#define SERVER 1u
#define AIR_NS 250000000u /* a packet is on the air */
#define PATH_SIZE 512u
#define INSNS_MAX 2000000000u
#define STAGE_BOOT_AT 0x10000u /* where the test puts the next stages */
#define STAGE_APP_AT 0x20000u
#define STAGE_SIZE 0x6000u
#define NS_PER_S 1000000000u
#define SRAM_AT (BOARD_SRAM_BASE - BOARD_WINDOW_BASE)

/* One trace event, with the time it came at. */
struct seen {
    uint32_t code;
    uint32_t args[4];
    uint64_t ns; /* since the boot it belongs to */
    uint32_t boot;
};

/* A datagram that the device gave to the link. */
struct sent {
    uint64_t ns; /* of the world */
    uint32_t node;
    uint32_t port;
    uint32_t length;
    uint8_t bytes[CTL_RADIO_SIZE];
};

/* One that will come to it; length 0: none. */
struct coming {
    uint64_t ns;
    uint32_t port;
    uint32_t length;
    uint8_t bytes[CTL_RADIO_SIZE];
};

struct bench {
    struct machine *machine;
    struct board *board;
    uint64_t insns_at_boot;
    uint64_t waits_at_boot;
    enum machine_event last;
    uint32_t refused;
    uint32_t rules;
    bool sram_dirty; /* a byte was not 0 at the first ring after SYS_BOOT */
    bool look_at_sram;
    enum ctl_reset_cause causes[SEEN_MAX];
    uint32_t boots;
    struct seen seen[SEEN_MAX];
    uint32_t count;
    struct sent sent[SENT_MAX];
    uint32_t sends;
    struct coming coming[COMING_MAX];
    uint32_t arrived;
};

/* ---- what the board tells ------------------------------------------------ */

static void on_boot(void *context, enum ctl_reset_cause cause)
{
    struct bench *bench = context;

    cr_assert_lt(bench->boots, SEEN_MAX);
    bench->causes[bench->boots++] = cause;
}

static void on_trace(void *context, uint32_t code, const uint32_t args[4],
                     const uint8_t *data)
{
    struct bench *bench = context;
    struct seen *seen = &bench->seen[bench->count];

    (void)data;
    cr_assert_lt(bench->count, SEEN_MAX);
    bench->count++;
    seen->code = code;
    memcpy(seen->args, args, sizeof(seen->args));
    seen->ns = bench->board->now_ns - bench->board->epoch_ns;
    seen->boot = bench->boots;
}

static void on_refused(void *context, uint32_t command, enum ctl_status status)
{
    struct bench *bench = context;

    (void)command;
    (void)status;
    bench->refused++;
}

static void on_flash_rule(void *context, enum flash_rule rule, uint32_t address,
                          uint32_t length)
{
    struct bench *bench = context;

    (void)rule;
    (void)address;
    (void)length;
    bench->rules++;
}

static void on_otp_rule(void *context, enum otp_rule rule, uint32_t bit)
{
    on_flash_rule(context, FLASH_RULE_NONE, (uint32_t)rule, bit);
}

/* A byte alone finds the queue full, two find the network gone. */
static enum board_air on_radio_send(void *context, uint32_t node, uint32_t port,
                                    const uint8_t *bytes, uint32_t length,
                                    uint64_t *until_ns)
{
    struct bench *bench = context;
    struct sent *sent = &bench->sent[bench->sends];

    *until_ns = bench->board->now_ns + AIR_NS;
    if (length <= 2) {
        return length == 1 ? BOARD_AIR_FULL : BOARD_AIR_DOWN;
    }
    cr_assert_lt(bench->sends, SENT_MAX);
    bench->sends++;
    sent->ns = bench->board->now_ns;
    sent->node = node;
    sent->port = port;
    sent->length = length;
    memcpy(sent->bytes, bytes, length);
    return BOARD_AIR_TAKEN;
}

/* ---- setting up ---------------------------------------------------------- */

struct path {
    char text[PATH_SIZE];
};

static struct path in_build(const char *file)
{
    const char *build = getenv("OTALAB_BUILD");
    struct path path;
    int length = snprintf(path.text, PATH_SIZE, "%s/%s",
                          build != NULL ? build : "build", file);

    cr_assert(length > 0 && (size_t)length < PATH_SIZE);
    return path;
}

static size_t load(const char *file, void *bytes, size_t room)
{
    struct path path = in_build(file);
    FILE *stream = fopen(path.text, "rb");
    size_t size;

    cr_assert_not_null(stream, "cannot open %s", path.text);
    size = fread(bytes, 1, room, stream);
    cr_assert(feof(stream) || size == room);
    (void)fclose(stream);
    return size;
}

static void power_up_board(struct bench *bench)
{
    static uint8_t dtb[BOARD_DTB_SIZE];
    struct board_figures figures;
    struct diag diag = {{0}};
    size_t size = load("firmware/otalab.dtb", dtb, sizeof(dtb));

    cr_assert_eq(board_figures_read(dtb, size, &figures, &diag), 0, "%s",
                 diag.text);
    bench->board = malloc(sizeof(*bench->board));
    cr_assert_not_null(bench->board);
    cr_assert_eq(board_init(bench->board, &figures, SEED), 0);
    (void)load("tests/guests/board_boot.bin",
               &bench->board->flash.array[STAGE_BOOT_AT], STAGE_SIZE);
    (void)load("tests/guests/board_app.bin",
               &bench->board->flash.array[STAGE_APP_AT], STAGE_SIZE);
}

static struct bench *bench_new(void)
{
    struct bench *bench = calloc(1, sizeof(*bench));
    struct diag diag = {{0}};
    struct path plugin = in_build("libotalab-shim.so");
    struct path program = in_build("tests/guests/board_rom.elf");
    struct path dtb = in_build("firmware/otalab.dtb");
    struct machine_options options = {.plugin = plugin.text};
    struct rom rom;

    cr_assert_not_null(bench);
    power_up_board(bench);
    cr_assert_eq(rom_read(&rom, program.text, dtb.text, &diag), 0, "%s",
                 diag.text);
    options.rom = rom.bytes;
    options.rom_size = rom.size;
    cr_assert_eq(machine_start(&bench->machine, &options, &diag), 0, "%s",
                 diag.text);
    rom_free(&rom);
    machine_channel(bench->machine)->insn_limit = INSNS_MAX;
    return bench;
}

static void bench_free(struct bench *bench)
{
    machine_stop(bench->machine);
    free(bench->board);
    free(bench);
}

/* ---- running ------------------------------------------------------------- */

static void say(struct bench *bench, const char *line)
{
    cr_assert_eq(board_console_line(bench->board, line), 0);
}

static bool all_zero(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != 0) {
            return false;
        }
    }
    return true;
}

/* Deliver what is due by `now`. */
static void deliver(struct bench *bench, uint64_t now)
{
    while (bench->arrived < COMING_MAX) {
        struct coming *coming = &bench->coming[bench->arrived];

        if (coming->length == 0 || coming->ns > now) {
            return;
        }
        cr_assert(radio_deliver(&bench->board->radio, coming->ns, SERVER,
                                coming->port, coming->bytes, coming->length));
        bench->arrived++;
    }
}

/* The guest sleeps: it is woken by a datagram, or when it wanted to be. The
 * lines of the console are all there from the beginning. */
static void let_sleep(struct bench *bench)
{
    struct board *board = bench->board;
    uint64_t until = board->sleep_ns;

    if (bench->arrived < COMING_MAX &&
        bench->coming[bench->arrived].length > 0 &&
        bench->coming[bench->arrived].ns < until) {
        until = bench->coming[bench->arrived].ns;
    }
    if (board->radio.waiting > 0) {
        until = board->now_ns;
    }
    board_advance(board, machine_window(bench->machine), until, NULL);
    deliver(bench, until);
    board_wake(board, machine_page(bench->machine), until);
}

static void see_cpu(struct bench *bench)
{
    const struct channel *channel = machine_channel(bench->machine);
    struct board_cpu cpu = {.reset = machine_take_reset(bench->machine),
                            .executed_ns =
                                (channel->insns - bench->insns_at_boot) *
                                BOARD_NS_PER_INSN,
                            .waits = channel->waits - bench->waits_at_boot};

    board_see_cpu(bench->board, &cpu);
}

static void serve_ring(struct bench *bench)
{
    static const struct board_sink callbacks = {
        .boot = on_boot,
        .trace = on_trace,
        .refused = on_refused,
        .flash_rule = on_flash_rule,
        .otp_rule = on_otp_rule,
        .radio_send = on_radio_send,
    };
    struct board_sink sink = callbacks;
    struct ctl_page *page = machine_page(bench->machine);
    uint8_t *window = machine_window(bench->machine);

    sink.context = bench;
    see_cpu(bench);
    if (page->command == CTL_SYS_BOOT) {
        bench->insns_at_boot = machine_channel(bench->machine)->insns;
        bench->waits_at_boot = machine_channel(bench->machine)->waits;
    } else if (bench->look_at_sram) {
        bench->sram_dirty |= !all_zero(&window[SRAM_AT], BOARD_SRAM_SIZE);
    }
    bench->look_at_sram = page->command == CTL_SYS_BOOT;
    board_command(bench->board, page, window, &sink);
    if (bench->board->asleep && !bench->board->halted) {
        let_sleep(bench);
    }
}

/* Until the guest halts or ends the machine. */
static void run(struct bench *bench)
{
    struct diag diag = {{0}};

    for (;;) {
        cr_assert_eq(machine_wait(bench->machine, &bench->last, &diag), 0, "%s",
                     diag.text);
        if (bench->last != MACHINE_RING) {
            return;
        }
        serve_ring(bench);
        if (bench->board->halted) {
            return;
        }
    }
}

/* A machine that has done these lines (space for five) and halted. */
static struct bench *did(const char *const lines[])
{
    struct bench *bench = bench_new();

    for (unsigned i = 0; lines[i] != NULL; i++) {
        say(bench, lines[i]);
    }
    run(bench);
    return bench;
}
#define DID(...) did((const char *const[]){__VA_ARGS__, NULL})

/* The report of that letter, the first of boot `boot` (from 1). It must be
 * there. */
static const struct seen *report(const struct bench *bench, char letter,
                                 uint32_t boot)
{
    for (uint32_t i = 0; i < bench->count; i++) {
        const struct seen *seen = &bench->seen[i];

        if (seen->code == REPORT && seen->args[0] == (uint32_t)letter &&
            seen->boot == boot) {
            return seen;
        }
    }
    cr_assert_fail("no report %c in boot %u", letter, boot);
    return NULL;
}

static const struct seen *traced(const struct bench *bench,
                                 enum trace_code code)
{
    for (uint32_t i = 0; i < bench->count; i++) {
        if (bench->seen[i].code == (uint32_t)code) {
            return &bench->seen[i];
        }
    }
    return NULL;
}

static uint64_t time_of(const struct seen *seen)
{
    return (uint64_t)seen->args[2] << 32 | seen->args[1];
}

static bool in_rom(uint32_t address)
{
    return address >= BOARD_ROM_BASE && address < BOARD_DTB_BASE;
}

/* ---- start-up ------------------------------------------------------------ */

Test(board, starts_and_wipes_all_sram)
{
    struct bench *bench = DID("reset 1");

    cr_assert(bench->board->halted);
    cr_assert_eq(bench->boots, 2);
    cr_assert_eq(bench->causes[0], CTL_CAUSE_POWER_ON);
    cr_assert_eq(bench->causes[1], CTL_CAUSE_SOFTWARE);
    cr_assert_eq(report(bench, '0', 1)->args[3], CTL_CAUSE_POWER_ON);
    cr_assert_eq(report(bench, '0', 2)->args[3], CTL_CAUSE_SOFTWARE);
    cr_assert_not(bench->sram_dirty);
    cr_assert_eq(bench->refused, 0);
    bench_free(bench);
}

Test(board, wipes_the_rams_of_the_rom_stage)
{
    struct bench *bench =
        DID("dirt ffffffff", "dirt 0", "dirt a5a5a5a5", "reset 1", "dirt 0");

    cr_assert_eq(report(bench, 'd', 1)->args[1], 0);
    cr_assert_gt(bench->seen[2].args[1], 8000, "the dirt must be seen");
    cr_assert_eq(report(bench, 'd', 2)->args[1], 0);
    bench_free(bench);
}

Test(board, hands_over_from_stage_to_stage)
{
    struct bench *bench = DID("jump 10000", "jump 20000");
    uint32_t at[3];

    cr_assert_eq(bench->count, 3);
    for (unsigned i = 0; i < 3; i++) {
        at[i] = bench->seen[i].args[1];
        cr_assert_eq(bench->seen[i].args[3], CTL_CAUSE_POWER_ON);
    }
    cr_assert(in_rom(at[0]));
    cr_assert(at[1] >= BOARD_BOOT_BASE && at[1] < BOARD_INFO_BASE);
    cr_assert(at[2] >= BOARD_APP_BASE && at[2] < BOARD_BOOT_BASE);
    /* one clock, going on */
    cr_assert_lt(bench->seen[0].args[2], bench->seen[1].args[2]);
    cr_assert_lt(bench->seen[1].args[2], bench->seen[2].args[2]);
    cr_assert_eq(bench->refused, 0);
    bench_free(bench);
}

/* ---- clock and sleep ----------------------------------------------------- */

Test(board, sleeps_ten_minutes_by_a_true_clock)
{
    struct bench *bench = DID("sleep 258"); /* 600 s, three wraps */
    const struct seen *slept = report(bench, 's', 1);

    cr_assert_geq(time_of(slept), 600u * (uint64_t)BOARD_CPU_HZ);
    cr_assert_lt(time_of(slept), 600u * (uint64_t)BOARD_CPU_HZ + 100000u);
    cr_assert_eq(slept->args[3], 0, "the clock went back");
    cr_assert_geq(slept->ns, 600u * (uint64_t)NS_PER_S);
    cr_assert_eq(bench->refused, 0);
    bench_free(bench);
}

Test(board, keeps_the_wraps_nobody_asked_about)
{
    struct bench *bench = DID("wraps 3");
    uint64_t time = time_of(report(bench, 'w', 1));

    cr_assert_eq(time >> 32, 3);
    cr_assert_lt(time & UINT32_MAX, 1000);
    cr_assert_eq(bench->refused, 0);
    bench_free(bench);
}

Test(board, hands_the_wraps_over)
{
    struct bench *bench =
        DID("sleep c8", "jump 10000", "sleep 258", "jump 20000", "sleep 384");
    const struct seen *slept = &bench->seen[bench->count - 1];

    cr_assert_eq(slept->args[0], 's');
    cr_assert_geq(time_of(slept), 1700u * (uint64_t)BOARD_CPU_HZ);
    cr_assert_lt(time_of(slept), 1701u * (uint64_t)BOARD_CPU_HZ);
    cr_assert_eq(bench->refused, 0);
    bench_free(bench);
}

/* ---- memory protection --------------------------------------------------- */

enum { MEM_MANAGE = 4, USAGE_FAULT = 6 };
#define CFSR_IACCVIOL 0x01u
#define CFSR_DACCVIOL 0x02u
#define CFSR_UNDEFINED 0x10000u

/* `line` in the stage that `jumps` lead to must fault in that way. */
static void must_fault(unsigned jumps, const char *line, uint32_t cfsr)
{
    static const char *const ways[] = {"jump 10000", "jump 20000"};
    struct bench *bench = bench_new();
    const struct seen *fault;

    for (unsigned i = 0; i < jumps; i++) {
        say(bench, ways[i]);
    }
    say(bench, line);
    run(bench);
    fault = traced(bench, TRACE_CPU_FAULT);
    cr_assert_not_null(fault, "stage %u, %s: no fault", jumps, line);
    cr_assert_eq(fault->args[0], MEM_MANAGE, "stage %u, %s: exception %u",
                 jumps, line, fault->args[0]);
    cr_assert_eq(fault->args[3] & 0xFFu & ~0x80u, cfsr, "stage %u, %s: CFSR %x",
                 jumps, line, fault->args[3]);
    cr_assert_eq(bench->causes[1], CTL_CAUSE_SOFTWARE);
    cr_assert_eq(bench->refused, 0);
    bench_free(bench);
}

/* `line` works there, and is reported with `letter`. */
static void must_work(unsigned jumps, const char *line, char letter)
{
    static const char *const ways[] = {"jump 10000", "jump 20000"};
    struct bench *bench = bench_new();

    for (unsigned i = 0; i < jumps; i++) {
        say(bench, ways[i]);
    }
    say(bench, line);
    run(bench);
    (void)report(bench, letter, 1);
    cr_assert_null(traced(bench, TRACE_CPU_FAULT));
    bench_free(bench);
}

Test(board, protects_memory_in_the_rom_stage)
{
    must_fault(0, "store 21000000", CFSR_DACCVIOL); /* flash window */
    must_fault(0, "call 21000000", CFSR_IACCVIOL);
    must_fault(0, "store 21900100", CFSR_DACCVIOL); /* ROM */
    must_fault(0, "call 21800000", CFSR_IACCVIOL);  /* SRAM */
    must_fault(0, "load 60000000", CFSR_DACCVIOL);  /* nothing there */
    must_fault(0, "load 0", CFSR_DACCVIOL);         /* or there */
    must_work(0, "store 2187fffc", 't');
    must_work(0, "load 21910000", 'l');
}

Test(board, protects_memory_from_the_bootloader)
{
    must_fault(1, "store 21000000", CFSR_DACCVIOL);
    must_fault(1, "call 21000000", CFSR_IACCVIOL);
    must_fault(1, "load 20000000", CFSR_DACCVIOL); /* RAM of the ROM stage */
    must_fault(1, "store 2000fffc", CFSR_DACCVIOL);
    must_fault(1, "store 21900100",
               CFSR_DACCVIOL); /* ROM, whose code serves it */
    must_work(1, "load 21910000", 'l');
    must_work(1, "store 2187f000", 't'); /* boot-info */
}

Test(board, protects_memory_from_the_application)
{
    must_fault(2, "store 21000000", CFSR_DACCVIOL);
    must_fault(2, "load 20000000", CFSR_DACCVIOL);
    must_fault(2, "load 0", CFSR_DACCVIOL);
    must_fault(2, "call 21900200", CFSR_IACCVIOL);
    must_fault(2, "call 21870400", CFSR_IACCVIOL); /* the bootloader */
    must_fault(2, "store 2187f000", CFSR_DACCVIOL);
    must_work(2, "load 2187f000", 'l');
    must_work(2, "load 21910000", 'l');
}

Test(board, reports_a_fault_without_a_stack)
{
    struct bench *bench = DID("lost 60000000");
    const struct seen *fault = traced(bench, TRACE_CPU_FAULT);

    cr_assert_not_null(fault);
    cr_assert_eq(fault->args[1], 0, "no frame, no pc");
    cr_assert_eq(bench->boots, 2);
    bench_free(bench);
}

Test(board, reports_where_a_fault_was)
{
    struct bench *bench = DID("lost 20008000");
    const struct seen *fault = traced(bench, TRACE_CPU_FAULT);

    cr_assert_not_null(fault);
    cr_assert_eq(fault->args[0], USAGE_FAULT);
    cr_assert_eq(fault->args[3], CFSR_UNDEFINED);
    cr_assert(in_rom(fault->args[1]));
    bench_free(bench);
}

/* ---- watchdog ------------------------------------------------------------ */

Test(board, watchdog_barks_and_the_handler_resets)
{
    struct bench *bench = DID("bark 3e8");
    const struct seen *bark = traced(bench, TRACE_CPU_BARK);

    cr_assert_not_null(bark);
    cr_assert(bark->ns >= NS_PER_S && bark->ns < NS_PER_S + 10000000u);
    cr_assert(in_rom(bark->args[0]));
    cr_assert_eq(bench->causes[1], CTL_CAUSE_WATCHDOG);
    bench_free(bench);
}

Test(board, watchdog_bites_who_ignores_it)
{
    struct bench *bench = DID("bite 3e8");
    uint64_t insns = machine_channel(bench->machine)->insns;

    cr_assert_null(traced(bench, TRACE_CPU_BARK));
    cr_assert_eq(bench->boots, 2);
    cr_assert_eq(bench->causes[1], CTL_CAUSE_WATCHDOG);
    /* two periods, all of it spent spinning */
    cr_assert(insns > 2u * NS_PER_S / BOARD_NS_PER_INSN &&
              insns < 21u * (NS_PER_S / 10u) / BOARD_NS_PER_INSN);
    bench_free(bench);
}

Test(board, watchdog_is_fed_and_stopped)
{
    struct bench *bench = DID("feed 5");

    (void)report(bench, 'f', 1);
    cr_assert_null(traced(bench, TRACE_CPU_BARK));
    cr_assert_eq(bench->boots, 1);
    bench_free(bench);
}

Test(board, watchdog_stands_still_in_a_sleep_and_goes_on_after_it)
{
    struct bench *bench = DID("hungry 64");
    const struct seen *bark = traced(bench, TRACE_CPU_BARK);

    cr_assert_not_null(bark);
    cr_assert(bark->ns >= 10100000000u && bark->ns < 10110000000u);
    bench_free(bench);
}

/* ---- flash and fuses ----------------------------------------------------- */

Test(board, drives_the_flash)
{
    struct bench *bench = DID("nor 40000");
    const uint8_t *array = bench->board->flash.array;

    cr_assert_eq(report(bench, 'n', 1)->args[1], 0, "mask of errors %x",
                 report(bench, 'n', 1)->args[1]);
    cr_assert_eq(report(bench, 'n', 1)->args[2], FLASH_SECTOR);
    cr_assert_eq(bench->rules, 1, "only the write to the locked sector");
    cr_assert_eq(bench->board->flash.programs, 3, "split at page ends");
    for (uint32_t i = 0; i < 600; i++) {
        cr_assert_eq(array[0x40000 + 100 + i], (uint8_t)(i * 7u));
    }
    cr_assert_eq(array[0x40000 + 99], 0xFF);
    cr_assert_eq(bench->refused, 0);
    bench_free(bench);
}

Test(board, waits_for_an_erase_that_a_reset_left_running)
{
    struct bench *bench = DID("erase 40000", "idle 0");
    const struct seen *idle = report(bench, 'i', 2);

    /* 45 ms less what the reset took */
    cr_assert_gt(idle->args[1], 44u * (BOARD_CPU_HZ / 1000u));
    cr_assert_leq(idle->args[1], 45u * (BOARD_CPU_HZ / 1000u) + 1000u);
    cr_assert_eq(idle->args[2], CTL_CAUSE_SOFTWARE);
    cr_assert_eq(bench->board->flash.erases, 1);
    cr_assert_eq(bench->refused, 0);
    bench_free(bench);
}

Test(board, burns_fuses)
{
    struct bench *bench = DID("fuse 22"); /* past a word's end */

    cr_assert_eq(report(bench, 'u', 1)->args[1], 0);
    cr_assert_eq(report(bench, 'u', 1)->args[2], 34);
    cr_assert_eq(
        otp_unary(&bench->board->otp, OTP_COUNTER_BIT, OTP_COUNTER_BITS), 34);
    cr_assert_eq(bench->rules, 1, "only the burn after the lock");
    bench_free(bench);
}

/* ---- radio ---------------------------------------------------------------- */

static void fill(struct coming *coming, uint64_t ns, uint32_t length)
{
    coming->ns = ns;
    coming->port = 5683;
    coming->length = length;
    for (uint32_t i = 0; i < length; i++) {
        coming->bytes[i] = (uint8_t)(i * 29u + 3u);
    }
}

static struct bench *bench_with_modem(void)
{
    struct bench *bench = bench_new();

    radio_fit(&bench->board->radio, true);
    bench->board->radio.registered = 1;
    return bench;
}

/* What the program does between the alarm and its look at the clock. */
#define WAKE_UP_NS 20000u

static void must_echo(uint32_t out, uint64_t at, uint32_t in)
{
    struct bench *bench = bench_with_modem();
    const struct seen *woken;
    char line[16];

    (void)snprintf(line, sizeof(line), "echo %x", out);
    say(bench, line);
    fill(&bench->coming[0], at, in);
    run(bench);
    woken = report(bench, 'w', 1);
    cr_assert_eq(report(bench, 'e', 1)->args[1], 0, "the first socket");
    cr_assert_eq(report(bench, 'e', 1)->args[2], 0);
    cr_assert_eq(bench->sends, 2);
    cr_assert_eq(bench->sent[0].node, SERVER);
    cr_assert_eq(bench->sent[0].port, 5683);
    cr_assert_eq(bench->sent[0].length, out);
    for (uint32_t i = 0; i < out; i++) {
        cr_assert_eq(bench->sent[0].bytes[i], (uint8_t)(i * 13u + out));
    }
    cr_assert_eq(woken->args[3], in);
    uint64_t ns = time_of(woken) * BOARD_NS_PER_CYCLE;
    cr_assert(ns >= at && ns < at + WAKE_UP_NS, "woken at %llu",
              (unsigned long long)ns);
    cr_assert_eq(report(bench, 'a', 1)->args[1], 0, "from socket 0");
    cr_assert_eq(report(bench, 'a', 1)->args[2], 0xEE, "nothing before");
    cr_assert_eq(report(bench, 'a', 1)->args[3], 0xEEEE, "nothing after");
    cr_assert_eq(bench->sent[1].length, in);
    cr_assert_eq(memcmp(bench->sent[1].bytes, bench->coming[0].bytes, in), 0);
    cr_assert(bench->sent[1].ns > ns && bench->sent[1].ns < ns + 1000000u);
    cr_assert_eq(bench->refused, 0);
    bench_free(bench);
}

Test(board, is_woken_by_a_datagram_and_echoes_it)
{
    must_echo(37, 7654321007u, 1277);
    must_echo(CTL_RADIO_SIZE, 1500000000u, 4);
    must_echo(3, 3000000000u, CTL_RADIO_SIZE);
}

Test(board, sleeps_on_when_no_datagram_comes)
{
    struct bench *bench = bench_with_modem();

    say(bench, "echo 5");
    run(bench);
    cr_assert_eq(report(bench, 'w', 1)->args[3], UINT32_MAX);
    cr_assert_geq(time_of(report(bench, 'w', 1)), 60u * (uint64_t)BOARD_CPU_HZ);
    cr_assert_eq(bench->sends, 1);
    cr_assert_eq(radio_state_at(&bench->board->radio, bench->board->now_ns),
                 RADIO_SLEEP);
    bench_free(bench);
}

Test(board, is_told_by_the_radio_what_it_does_wrong)
{
    struct bench *bench = bench_with_modem();

    say(bench, "air 0");
    fill(&bench->coming[0], 1000000000u, 5);
    fill(&bench->coming[1], 1000000000u, 4);
    bench->coming[0].port = 5683 + 1;
    bench->coming[1].port = 5683 + 2;
    run(bench);
    cr_assert_eq(report(bench, 'q', 1)->args[1], 1);
    cr_assert_eq(report(bench, 'q', 1)->args[2], 1);
    cr_assert_eq(report(bench, 'q', 1)->args[3], 2);
    cr_assert_eq(report(bench, 'o', 1)->args[1], 17);
    cr_assert_eq(report(bench, 'o', 1)->args[2], 2, "the socket it came to");
    cr_assert_eq(bench->sends, 1);
    cr_assert_eq(bench->sent[0].port, 5683 + 3);
    bench_free(bench);
}

Test(board, has_no_radio_without_a_modem)
{
    struct bench *bench = DID("echo 5");

    cr_assert_eq(report(bench, 'e', 1)->args[1], UINT32_MAX);
    cr_assert_eq(report(bench, 'e', 1)->args[2], (uint32_t)OTA_ERR_RANGE);
    cr_assert_eq(bench->sends, 0);
    bench_free(bench);
}

/* ---- power --------------------------------------------------------------- */

Test(board, reads_the_energy_gauge_and_the_time_of_day)
{
    struct bench *bench = bench_new();

    bench->board->battery_mv = 3456;
    bench->board->left_mj = 700;
    bench->board->drained_mj = 299;
    bench->board->rtc_ms = 0x123456789u;
    say(bench, "sleep a");
    say(bench, "pmu 0");
    run(bench);
    cr_assert_eq(report(bench, 'p', 1)->args[1], 3456);
    cr_assert_eq(report(bench, 'p', 1)->args[2], 700);
    cr_assert_eq(report(bench, 'p', 1)->args[3], 299);
    cr_assert_eq(time_of(report(bench, 'c', 1)),
                 0x123456789u + report(bench, 'c', 1)->args[3]);
    bench_free(bench);
}

Test(board, resets_at_once_when_power_has_failed)
{
    struct bench *bench = bench_new();
    struct board_cut cut = {.off_ns = NS_PER_S, .cause = CTL_CAUSE_POWER_ON};
    struct board_cut_report report_of_cut;
    struct diag diag = {{0}};

    /* boot, report, then the console read is answered "power failed" */
    for (unsigned i = 0; i < 3; i++) {
        cr_assert_eq(machine_wait(bench->machine, &bench->last, &diag), 0);
        cr_assert_eq(bench->last, MACHINE_RING);
        if (i == 2) {
            cut.now_ns = bench->board->now_ns;
            board_power_cut(bench->board, &cut, &report_of_cut);
        }
        serve_ring(bench);
    }
    cr_assert_eq(machine_wait(bench->machine, &bench->last, &diag), 0);
    cr_assert_eq(bench->last, MACHINE_RING);
    cr_assert_eq(machine_page(bench->machine)->command, CTL_SYS_BOOT);
    serve_ring(bench);
    run(bench);
    cr_assert_eq(bench->boots, 2);
    cr_assert_eq(report(bench, '0', 2)->args[3], CTL_CAUSE_POWER_ON);
    cr_assert_not(bench->sram_dirty);
    bench_free(bench);
}

Test(board, is_halted_until_a_reset_from_outside)
{
    struct bench *bench = DID("halt 0");
    struct board *board = bench->board;

    cr_assert(board->asleep && board->deaf);
    cr_assert_eq(board->sleep_ns, BOARD_FOREVER);
    board_warm_reset(board, board->now_ns + NS_PER_S, CTL_CAUSE_PIN);
    machine_page(bench->machine)->status = CTL_RESET_ASSERTED;
    run(bench);
    cr_assert_eq(bench->boots, 2);
    cr_assert_eq(bench->causes[1], CTL_CAUSE_PIN);
    bench_free(bench);
}
