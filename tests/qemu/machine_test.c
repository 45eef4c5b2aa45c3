/* SPDX-License-Identifier: MIT */
/*
 * The machine with a guest that does as it is told (guests/guest.h), on
 * whatever QEMU is installed or named by OTALAB_QEMU.
 */
#include <criterion/criterion.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "image/rom.h"
#include "machine/machine.h"
#include "machine/still.h"
#include "qemu/guests/guest.h"

#define PATH_SIZE 4096
#define GONE_MS 30000

static struct machine *machine;
static struct channel *channel;
static struct ctl_page *page;
static struct diag diag;

static void build_path(char out[PATH_SIZE], const char *name)
{
    const char *build = getenv("OTALAB_BUILD");

    (void)snprintf(out, PATH_SIZE, "%s/%s", build != NULL ? build : "build",
                   name);
}

static const struct rom *guest(void)
{
    static struct rom rom;
    char path[PATH_SIZE];

    build_path(path, "tests/guest.elf");
    if (rom.bytes == NULL) {
        cr_assert_eq(rom_read(&rom, path, NULL, &diag), 0, "%s", diag.text);
    }
    return &rom;
}

static int open_machine(bool checking)
{
    static char plugin[PATH_SIZE];
    struct machine_options options = {.plugin = plugin,
                                      .rom = guest()->bytes,
                                      .rom_size = guest()->size,
                                      .checking = checking};
    int err;

    build_path(plugin, "libotalab-shim.so");
    diag.text[0] = '\0';
    err = machine_start(&machine, &options, &diag);
    if (err == 0) {
        channel = machine_channel(machine);
        page = machine_page(machine);
    }
    return err;
}

static void start(void)
{
    cr_assert_eq(open_machine(false), 0, "%s", diag.text);
}

static void start_checking(void)
{
    cr_assert_eq(open_machine(true), 0, "%s", diag.text);
}

static void stop(void)
{
    machine_stop(machine);
    machine = NULL;
}

static void expect(enum machine_event wanted)
{
    enum machine_event event = MACHINE_DEAD;
    int err = machine_wait(machine, &event, &diag);

    cr_assert_eq(err, 0, "%s", diag.text);
    cr_assert_eq((int)event, (int)wanted, "event %d, wanted %d", (int)event,
                 (int)wanted);
}

static void expect_command(uint32_t command)
{
    expect(MACHINE_RING);
    cr_assert_eq(page->command, command, "command 0x%x", page->command);
}

/* The guest boots and is told what to do. */
static void boot(enum guest_work work, uint32_t argument)
{
    expect_command(CTL_SYS_BOOT);
    page->result[0] = (uint32_t)work;
    page->result[1] = argument;
}

TestSuite(machine, .init = start, .fini = stop);
TestSuite(checked, .init = start_checking, .fini = stop);

/* ---- hand-over ---------------------------------------------------------- */

Test(machine, an_answer_is_there_at_the_next_instruction)
{
    uint32_t answer = 0;

    boot(GUEST_RING, 2000);
    for (uint32_t left = 2000; left-- > 0;) {
        expect_command(GUEST_REPORT);
        cr_assert_eq(page->arg[0], left);
        cr_assert_eq(page->arg[1], answer);
        answer = left * 2654435761u;
        page->result[0] = answer;
    }
    boot(GUEST_RESET, 0);
}

/* Where the secret of the reset lies: in the reserved end of the page. */
static uint64_t *secret_place(void)
{
    return (uint64_t *)(void *)(page + 1) - 1;
}

Test(machine, a_reset_is_seen_at_the_first_ring_after_it_and_only_there)
{
    for (unsigned i = 0; i < 3; i++) {
        boot(GUEST_RING, 2);
        cr_assert(machine_take_reset(machine));
        cr_assert_not(machine_take_reset(machine), "taken");
        for (unsigned k = 0; k < 2; k++) {
            expect_command(GUEST_REPORT);
            cr_assert_not(machine_take_reset(machine));
        }
    }
    cr_assert_eq(machine_restart(machine, &diag), 0, "%s", diag.text);
    boot(GUEST_RESET, 0);
    cr_assert(machine_take_reset(machine), "a new process resets it, too");
}

Test(machine, the_secret_of_a_reset_is_gone_before_a_program_runs)
{
    uint64_t secret;

    boot(GUEST_RING, 1);
    secret = *secret_place();
    cr_assert_neq(secret, 0);
    cr_assert(machine_take_reset(machine));
    cr_assert_eq(*secret_place(), 0);
    expect_command(GUEST_REPORT);
    *secret_place() = secret ^ 1u; /* a guess */
    cr_assert_not(machine_take_reset(machine));
    stop();
    start();
    boot(GUEST_RESET, 0);
    cr_assert_neq(*secret_place(), secret, "each machine has its own");
}

/* ---- resets and code ---------------------------------------------------- */

/* MOVW r0, #value; BX lr */
static void put_routine(uint32_t address, uint32_t value)
{
    uint8_t *at = machine_window(machine) + (address - BOARD_WINDOW_BASE);
    uint32_t first = 0xF240u | (value >> 12 & 0xFu) | (value >> 1 & 0x400u);
    uint32_t second = (value << 4 & 0x7000u) | (value & 0xFFu);
    const uint32_t halfwords[] = {first, second, 0x4770u, 0xBF00u};

    for (unsigned i = 0; i < 4; i++) {
        at[2 * i] = (uint8_t)halfwords[i];
        at[2 * i + 1] = (uint8_t)(halfwords[i] >> 8);
    }
}

#define ROUTINE_WORDS 2u
#define ROUTINE_BYTES 6u

Test(machine, a_reset_in_place_never_runs_the_code_before)
{
    for (uint32_t i = 1; i <= 2000; i++) {
        put_routine(BOARD_FLASH_BASE, i);
        boot(GUEST_COPY, ROUTINE_WORDS);
        expect_command(GUEST_REPORT);
        cr_assert_eq(page->arg[0], i);
    }
}

Test(checked, code_is_shown_before_it_runs)
{
    for (uint32_t i = 1; i <= 200; i++) {
        const struct channel_code *last;

        put_routine(BOARD_FLASH_BASE, i);
        boot(GUEST_COPY, ROUTINE_WORDS);
        channel->generation = i;
        channel->code_count = 0;
        expect(MACHINE_CODE);
        cr_assert_gt(channel->code_count, 0);
        last = &channel->code[channel->code_count - 1];
        cr_assert_eq(last->address, BOARD_SRAM_BASE);
        cr_assert_eq(last->length, ROUTINE_BYTES);
        cr_assert_arr_eq(last->bytes,
                         machine_window(machine) +
                             (BOARD_FLASH_BASE - BOARD_WINDOW_BASE),
                         ROUTINE_BYTES);
        expect_command(GUEST_REPORT);
        cr_assert_eq(page->arg[0], i);
    }
}

Test(checked, code_from_before_the_reset_is_noticed)
{
    put_routine(BOARD_FLASH_BASE, 1);
    boot(GUEST_COPY, ROUTINE_WORDS);
    expect(MACHINE_CODE);
    expect_command(GUEST_REPORT);
    boot(GUEST_RUN, 0);
    channel->generation++;
    put_routine(BOARD_SRAM_BASE, 2); /* behind QEMU's back */
    expect(MACHINE_STALE);
    cr_assert_eq(channel->stale_address, BOARD_SRAM_BASE);
    expect_command(GUEST_REPORT);
}

/* ---- ROM and flash are closed to stores ----------------------------------- */

#define ROM_DTB (BOARD_DTB_BASE - BOARD_ROM_BASE)
#define ROM_LAST (BOARD_ROM_SIZE - 4u)

/* The guest stores at `offset` of the ROM; the shim must tell of it at the
 * ring after it, and of nothing later. */
static void must_tell(uint32_t offset)
{
    uint32_t told = 1;

    boot(GUEST_POKE, BOARD_ROM_BASE + offset);
    cr_assert_not(machine_take_write(machine, CHANNEL_ROM, &told), "by a boot");
    expect_command(GUEST_REPORT);
    cr_assert(machine_take_write(machine, CHANNEL_ROM, &told), "0x%x", offset);
    cr_assert_eq(told, offset, "0x%x for 0x%x", told, offset);
    expect_command(GUEST_REPORT);
    cr_assert_not(machine_take_write(machine, CHANNEL_ROM, &told));
}

Test(machine, a_store_into_the_rom_is_told_with_its_address)
{
    for (unsigned i = 0; i < 3; i++) {
        must_tell(ROM_DTB);
        must_tell(ROM_LAST);
    }
    cr_assert_eq(machine_restart(machine, &diag), 0, "%s", diag.text);
    must_tell(ROM_LAST);
}

static uint8_t *rom_in_window(void)
{
    return machine_window(machine) + (BOARD_ROM_BASE - BOARD_WINDOW_BASE);
}

Test(machine, the_rom_is_made_anew_with_the_process)
{
    must_tell(4); /* where the guest starts */
    cr_assert_neq(memcmp(rom_in_window(), guest()->bytes, guest()->size), 0);
    cr_assert_eq(machine_restart(machine, &diag), 0, "%s", diag.text);
    cr_assert_eq(memcmp(rom_in_window(), guest()->bytes, guest()->size), 0);
    must_tell(ROM_LAST);
}

Test(machine, a_store_beside_the_rom_is_none)
{
    uint32_t told;

    boot(GUEST_POKE, BOARD_ROM_RAM_BASE);
    expect_command(GUEST_REPORT);
    cr_assert_not(machine_take_write(machine, CHANNEL_ROM, &told));
    expect_command(GUEST_REPORT);
    boot(GUEST_POKE, BOARD_SRAM_BASE);
    expect_command(GUEST_REPORT);
    cr_assert_not(machine_take_write(machine, CHANNEL_ROM, &told));
}

Test(machine, a_store_into_the_flash_of_the_window_is_told)
{
    static const uint32_t offsets[] = {0, 0x20004u, BOARD_FLASH_MAX - 4u};
    uint32_t told;

    for (unsigned i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
        machine_window(machine)[offsets[i]] = 0x5A; /* the host's own is not */
        boot(GUEST_POKE, BOARD_FLASH_BASE + offsets[i]);
        expect_command(GUEST_REPORT);
        cr_assert_not(machine_take_write(machine, CHANNEL_ROM, &told));
        cr_assert(machine_take_write(machine, CHANNEL_FLASH, &told));
        cr_assert_eq(told, offsets[i]);
        expect_command(GUEST_REPORT);
        cr_assert_not(machine_take_write(machine, CHANNEL_FLASH, &told));
    }
    boot(GUEST_POKE, BOARD_FLASH_BASE + BOARD_FLASH_MAX);
    expect_command(GUEST_REPORT);
    cr_assert_not(machine_take_write(machine, CHANNEL_FLASH, &told));
}

static void must_tell_gap(enum channel_guarded gap, uint32_t start, uint32_t at)
{
    uint32_t told;

    boot(GUEST_POKE, at);
    expect_command(GUEST_REPORT);
    cr_assert(machine_take_write(machine, gap, &told), "0x%x", at);
    cr_assert_eq(told, at - start);
    expect_command(GUEST_REPORT);
    cr_assert_not(machine_take_write(machine, gap, &told));
}

Test(machine, a_store_where_the_board_has_nothing_is_told)
{
    uint32_t low = BOARD_SRAM_BASE + BOARD_SRAM_SIZE;
    uint32_t high = BOARD_ROM_BASE + BOARD_ROM_SIZE;

    for (unsigned i = 0; i < 2; i++) {
        must_tell_gap(CHANNEL_GAP_LOW, low, low);
        must_tell_gap(CHANNEL_GAP_LOW, low, BOARD_ROM_BASE - 4u);
        must_tell_gap(CHANNEL_GAP_HIGH, high, high);
        must_tell_gap(CHANNEL_GAP_HIGH, high, CTL_BASE - 4u);
    }
}

Test(checked, code_of_the_rom_is_shown_too)
{
    bool shown = false;

    boot(GUEST_RESET, 0);
    cr_assert_gt(channel->code_count, 0);
    for (uint32_t i = 0; i < channel->code_count; i++) {
        cr_assert_lt(channel->code[i].address - BOARD_ROM_BASE, BOARD_ROM_SIZE);
        shown = shown || channel->code[i].length >= 4;
    }
    cr_assert(shown);
}

/* ---- counting ----------------------------------------------------------- */

static uint64_t limit_reached_at(uint64_t limit)
{
    uint64_t insns;

    boot(GUEST_SPIN, 0);
    channel->insn_limit = limit;
    expect(MACHINE_LIMIT);
    insns = atomic_load(&channel->insns);
    stop();
    return insns;
}

Test(machine, a_spinning_guest_meets_its_limit_at_the_same_instruction)
{
    uint64_t first = limit_reached_at(1000003);

    cr_assert_geq(first, 1000003);
    cr_assert_lt(first, 1000003 + 16);
    start();
    cr_assert_eq(limit_reached_at(1000003), first);
}

/* Against a timer of the guest's own, with interrupts and with device
 * accesses in the middle of blocks. */
Test(machine, instructions_are_counted_exactly)
{
    uint64_t insns;
    uint64_t cycles;
    uint64_t executed_ns;
    uint64_t elapsed_ns;

    boot(GUEST_TIME, 300);
    expect_command(GUEST_REPORT);
    insns = atomic_load(&channel->insns);
    cycles = page->arg[2];
    expect_command(GUEST_REPORT);
    cycles = page->arg[2] - cycles;
    executed_ns = (atomic_load(&channel->insns) - insns) * BOARD_NS_PER_INSN;
    elapsed_ns = cycles * BOARD_NS_PER_CYCLE;
    /* The clock is read some instructions before it is reported. */
    cr_assert_geq(executed_ns + 10 * BOARD_NS_PER_INSN, elapsed_ns);
    cr_assert_leq(executed_ns, elapsed_ns + 10 * BOARD_NS_PER_INSN);
    cr_assert_gt(page->arg[1], 300);
    boot(GUEST_RESET, 0);
}

Test(machine, counters_go_on_in_a_new_process)
{
    uint64_t insns;

    boot(GUEST_RING, 3);
    expect_command(GUEST_REPORT);
    insns = atomic_load(&channel->insns);
    cr_assert_gt(insns, 0);
    cr_assert_eq(machine_restart(machine, &diag), 0, "%s", diag.text);
    cr_assert_eq(atomic_load(&channel->insns), insns);
    boot(GUEST_RESET, 0);
    cr_assert_gt(atomic_load(&channel->insns), insns);
}

/* ---- time --------------------------------------------------------------- */

Test(machine, a_sleep_ends_with_its_timer)
{
    const uint32_t cycles = 30u * BOARD_CPU_HZ;

    boot(GUEST_NAP, cycles);
    for (unsigned i = 0; i < 5; i++) {
        expect_command(GUEST_REPORT);
        cr_assert_eq(page->arg[0], 1);
        cr_assert_geq(page->arg[1], cycles);
        cr_assert_lt(page->arg[1], cycles + 100);
    }
    boot(GUEST_RESET, 0);
}

Test(machine, the_watchdog_barks_and_bites)
{
    for (unsigned i = 0; i < 3; i++) {
        boot(GUEST_WATCHDOG, 100000);
        expect_command(GUEST_REPORT);
        cr_assert_eq(page->arg[0], GUEST_BARK);
        cr_assert_geq(page->arg[2], 100000);
        cr_assert_lt(page->arg[2], 100100);
    }
    boot(GUEST_RESET, 0);
}

Test(machine, a_guest_that_sleeps_for_ever_is_told_from_one_that_hangs)
{
    boot(GUEST_SLEEP, 0);
    expect(MACHINE_ASLEEP);
    expect(MACHINE_ASLEEP);
    cr_assert_eq(machine_restart(machine, &diag), 0, "%s", diag.text);
    boot(GUEST_RESET, 0);
}

/* ---- ends --------------------------------------------------------------- */

Test(machine, a_lock_up_is_an_event_and_a_new_process_follows)
{
    enum machine_event event;

    for (unsigned i = 0; i < 2; i++) {
        boot(GUEST_LOCKUP, 0);
        expect(MACHINE_LOCKUP);
        cr_assert(strstr(machine_stderr(machine), "Lockup") != NULL);
        cr_assert_eq(machine_wait(machine, &event, &diag),
                     OTALAB_ERR_SIMULATOR);
        cr_assert_eq(machine_restart(machine, &diag), 0, "%s", diag.text);
        cr_assert(strstr(machine_stderr(machine), "Lockup") == NULL);
    }
    boot(GUEST_RESET, 0);
}

Test(machine, ended_in_the_middle_it_starts_anew_on_the_same_window)
{
    for (uint32_t i = 0; i < 3; i++) {
        boot(GUEST_RING, 10);
        for (uint32_t left = 10; left-- > 5 + i;) {
            expect_command(GUEST_REPORT);
            cr_assert_eq(page->arg[0], left);
        }
        machine_window(machine)[i] = 0x5A;
        cr_assert_eq(machine_restart(machine, &diag), 0, "%s", diag.text);
        cr_assert_eq(machine_window(machine)[i], 0x5A);
    }
    boot(GUEST_RESET, 0);
}

/* The only child of this process. */
static pid_t child_pid(void)
{
    char path[64];
    int pid = 0;
    FILE *file;

    (void)snprintf(path, sizeof(path), "/proc/self/task/%d/children",
                   (int)getpid());
    file = fopen(path, "r");
    if (file != NULL) {
        if (fscanf(file, "%d", &pid) != 1) {
            pid = 0;
        }
        (void)fclose(file);
    }
    return pid;
}

static void kill_with(int signal, const char *evidence)
{
    enum machine_event event = MACHINE_RING;
    pid_t pid = child_pid();

    cr_assert_gt(pid, 0);
    boot(GUEST_SPIN, 0);
    cr_assert_eq(kill(pid, signal), 0);
    cr_assert_eq(machine_wait(machine, &event, &diag), OTALAB_ERR_SIMULATOR);
    cr_assert_eq((int)event, (int)MACHINE_DEAD);
    cr_assert(strstr(diag.text, evidence) != NULL, "%s", diag.text);
    cr_assert(strstr(diag.text, machine_qemu_version(machine)) != NULL);
    cr_assert(strstr(diag.text, "last words: nothing") != NULL);
    diag.text[0] = '\0';
    cr_assert_eq(machine_restart(machine, &diag), 0, "%s", diag.text);
    boot(GUEST_RESET, 0);
}

Test(machine, a_killed_qemu_is_dead_and_says_how)
{
    kill_with(SIGKILL, "signal 9");
}

/* An abort that is not a lock-up must not pass for one. */
Test(machine, an_abort_is_not_a_lock_up)
{
    kill_with(SIGABRT, "status 134");
}

/* In the child: start a machine, tell its process, wait to be killed. */
static void live_until_killed(int out)
{
    pid_t pid = 0;

    if (open_machine(false) == 0) {
        pid = child_pid();
    }
    if (write(out, &pid, sizeof(pid)) != (ssize_t)sizeof(pid)) {
        _exit(1);
    }
    for (;;) {
        (void)pause();
    }
}

Test(parent, killed_leaves_nothing_running)
{
    struct pollfd gone = {.events = POLLIN};
    pid_t qemu = 0;
    pid_t parent;
    int ends[2];

    cr_assert_eq(pipe(ends), 0);
    parent = fork();
    if (parent == 0) {
        live_until_killed(ends[1]);
    }
    cr_assert_eq(read(ends[0], &qemu, sizeof(qemu)), (ssize_t)sizeof(qemu));
    cr_assert_gt(qemu, 0);
    gone.fd = (int)syscall(SYS_pidfd_open, qemu, 0);
    cr_assert_geq(gone.fd, 0);
    cr_assert_eq(poll(&gone, 1, 0), 0, "it has ended too early");
    cr_assert_eq(kill(parent, SIGKILL), 0);
    cr_assert_eq(waitpid(parent, NULL, 0), parent);
    cr_assert_eq(poll(&gone, 1, GONE_MS), 1, "it is still there");
}

Test(machine, the_child_has_a_process_group_of_its_own)
{
    pid_t pid = child_pid();

    cr_assert_eq(getpgid(pid), pid);
    cr_assert_neq(getpgrp(), pid);
}

/* ---- what cannot start -------------------------------------------------- */

Test(find, a_missing_qemu_is_named_with_its_remedy)
{
    struct diag said = {.text = ""};
    char version[32];

    cr_assert_eq(machine_find_qemu("/nowhere/qemu", version, &said),
                 OTALAB_ERR_SIMULATOR);
    cr_assert(strstr(said.text, "/nowhere/qemu") != NULL);
    cr_assert(strstr(said.text, "apt-get install qemu-system-arm") != NULL);
    said.text[0] = '\0';
    cr_assert_eq(machine_find_qemu("no-such-qemu", version, &said),
                 OTALAB_ERR_SIMULATOR);
    cr_assert(strstr(said.text, "apt-get install qemu-system-arm") != NULL);
}

Test(find, the_installed_qemu_is_found)
{
    struct diag said = {.text = ""};
    char version[32] = "";
    unsigned major = 0;

    cr_assert_eq(machine_find_qemu(NULL, version, &said), 0, "%s", said.text);
    cr_assert_eq(sscanf(version, "%u.", &major), 1);
    cr_assert_geq(major, 7);
}

static void make_program(char path[PATH_SIZE], const char *says)
{
    FILE *file;
    int fd;

    build_path(path, "tests/qemu-XXXXXX");
    fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    file = fdopen(fd, "w");
    cr_assert(file != NULL);
    cr_assert_gt(fprintf(file, "#!/bin/sh\necho '%s'\n", says), 0);
    cr_assert_eq(fchmod(fd, 0700), 0);
    cr_assert_eq(fclose(file), 0);
}

static void refuse_program(const char *says, const char *because)
{
    struct diag said = {.text = ""};
    char path[PATH_SIZE];
    char version[32];

    make_program(path, says);
    cr_expect_eq(machine_find_qemu(path, version, &said), OTALAB_ERR_SIMULATOR);
    cr_expect(strstr(said.text, because) != NULL, "%s", said.text);
    cr_expect(strstr(said.text, "apt-get install qemu-system-arm") != NULL);
    cr_expect_eq(unlink(path), 0);
}

Test(find, a_qemu_that_is_too_old_is_refused)
{
    refuse_program("QEMU emulator version 7.1.0", "QEMU 7.1.0, too old");
    refuse_program("QEMU emulator version 5.2.0 (Debian)", "7.2 or newer");
}

Test(find, another_program_is_refused)
{
    refuse_program("frobnicator 3", "does not look like QEMU");
}

static void refuse_start(const struct machine_options *options,
                         const char *because)
{
    struct diag said = {.text = ""};
    struct machine *none = NULL;

    cr_assert_eq(machine_start(&none, options, &said), OTALAB_ERR_SIMULATOR);
    cr_assert(none == NULL);
    cr_assert(strstr(said.text, because) != NULL, "%s", said.text);
    cr_assert_eq(child_pid(), 0);
}

Test(find, a_missing_file_is_named)
{
    struct machine_options options = {.plugin = "/nowhere/shim.so"};

    refuse_start(&options, "/nowhere/shim.so");
}

Test(find, a_qemu_that_ends_at_once_says_its_last_words)
{
    char path[PATH_SIZE];
    struct machine_options options = {.plugin = path};

    build_path(path, "tests/guest.elf"); /* not a plugin */
    refuse_start(&options, "its last words");
}

/* ---- stillness, without a machine --------------------------------------- */

static unsigned samples_until(enum still_verdict wanted, uint64_t cpu_step,
                              bool sleeps)
{
    struct still still;
    uint64_t cpu = 0;

    still_reset(&still);
    for (unsigned i = 1; i <= 2 * STILL_HANGS_SAMPLES; i++) {
        enum still_verdict verdict = still_sample(&still, 7, cpu, sleeps);

        if (verdict != STILL_MOVES) {
            return verdict == wanted ? i : 0;
        }
        cpu += cpu_step;
    }
    return 0;
}

Test(still, asleep_needs_every_sample_in_a_row)
{
    struct still still;

    cr_assert_eq(samples_until(STILL_ASLEEP, 0, true),
                 STILL_ASLEEP_SAMPLES + 1);
    still_reset(&still);
    for (unsigned i = 0; i < STILL_HANGS_SAMPLES; i++) {
        bool sleeps = i % STILL_ASLEEP_SAMPLES != 0;

        cr_assert_eq(still_sample(&still, 7, 0, sleeps), STILL_MOVES);
    }
}

Test(still, who_uses_the_processor_or_waits_for_it_hangs_in_the_end)
{
    cr_assert_eq(samples_until(STILL_HANGS, STILL_CPU_NS, true),
                 STILL_HANGS_SAMPLES + 1);
    cr_assert_eq(samples_until(STILL_HANGS, 0, false), STILL_HANGS_SAMPLES + 1);
}

Test(still, a_block_begins_the_count_again)
{
    struct still still;

    still_reset(&still);
    for (uint64_t i = 0; i < UINT64_C(4) * STILL_HANGS_SAMPLES; i++) {
        cr_assert_eq(still_sample(&still, i / STILL_ASLEEP_SAMPLES, 0, true),
                     STILL_MOVES);
    }
}
