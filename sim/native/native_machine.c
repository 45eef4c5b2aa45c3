/* SPDX-License-Identifier: MIT */
/*
 * sim/machine/machine.h without QEMU: the device programs, compiled for the
 * host, run in this process (cpu.h). Linked in place of sim/machine, it lets
 * the whole simulator run as it is, some hundred times as fast. The window is
 * mapped at its address on the board, so that the programs' pointers are
 * right; hence a process has one machine.
 *
 * What it cannot show: anything that depends on the code that the board
 * executes, its timing, the MPU, or a program that is not linked in. It refuses
 * to enter the latter.
 */
#define _GNU_SOURCE
#include "machine/machine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "native/cpu.h"

#define ENTRY_WORD 1u /* of a vector table */

struct machine {
    uint8_t *window;
    struct channel channel;
    uint8_t rom[BOARD_ROM_SIZE];
    bool reset; /* since the last ring */
};

/* The one of this process. */
static struct machine *only;

/* ---- start and end ------------------------------------------------------- */

static int check_options(const struct machine_options *options,
                         struct diag *diag)
{
    if (only != NULL) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "native programs have fixed addresses: only one "
                         "device can run; use QEMU");
    }
    if (options->gdb_port != 0) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "there is no CPU to debug in a native run; use QEMU");
    }
    if (options->rom_size > BOARD_ROM_SIZE) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "no room for the ROM");
    }
    return 0;
}

static int map_window(struct machine *machine, struct diag *diag)
{
    void *wanted = (void *)(uintptr_t)BOARD_WINDOW_BASE;
    void *got = mmap(wanted, BOARD_WINDOW_SIZE, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

    if (got != wanted) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR,
                         "the board's addresses are in use: %s",
                         got == MAP_FAILED ? strerror(errno) : "moved");
    }
    machine->window = got;
    return 0;
}

static void begin(struct machine *machine)
{
    uint32_t rom = BOARD_ROM_BASE - BOARD_WINDOW_BASE;

    memcpy(machine->window + rom, machine->rom, BOARD_ROM_SIZE);
    machine->channel.code_count = 0;
    machine->reset = true;
    cpu_reset();
}

static int check_rom(const struct machine *machine, struct diag *diag)
{
    if (program_at(machine->window, BOARD_ROM_BASE) == program_rom()) {
        return 0;
    }
    return diag_fail(diag, OTALAB_ERR_USAGE,
                     "the ROM is not of this build: only its own programs can "
                     "run natively; use QEMU");
}

int machine_start(struct machine **out, const struct machine_options *options,
                  struct diag *diag)
{
    struct machine *machine = NULL;
    int err = check_options(options, diag);

    *out = NULL;
    if (err) {
        return err;
    }
    machine = calloc(1, sizeof(*machine));
    if (machine == NULL || !program_keep()) {
        free(machine);
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    only = machine;
    memcpy(machine->rom, options->rom, options->rom_size);
    err = map_window(machine, diag);
    if (err == 0) {
        begin(machine);
        err = check_rom(machine, diag);
    }
    if (err) {
        machine_stop(machine);
        return err;
    }
    *out = machine;
    return 0;
}

int machine_restart(struct machine *machine, struct diag *diag)
{
    (void)diag;
    begin(machine);
    return 0;
}

void machine_stop(struct machine *machine)
{
    if (machine == NULL) {
        return;
    }
    if (machine->window != NULL) {
        (void)munmap(machine->window, BOARD_WINDOW_SIZE);
    }
    only = NULL;
    free(machine);
}

/* ---- running -------------------------------------------------------------- */

static uint32_t word_at(const struct machine *machine, uint32_t address)
{
    uint32_t word;

    memcpy(&word, machine->window + (address - BOARD_WINDOW_BASE),
           sizeof(word));
    return word;
}

/* As the shim shows the first block of a program before it runs. */
static void show_entry(struct machine *machine, uint32_t entry)
{
    struct channel_code *code = &machine->channel.code[0];

    *code =
        (struct channel_code){.address = entry, .length = sizeof(code->bytes)};
    memcpy(code->bytes, machine->window + (entry - BOARD_WINDOW_BASE),
           sizeof(code->bytes));
    machine->channel.code_count = 1;
}

/* The bootloader and the ROM have checked where the entry is; a program that
 * jumps elsewhere is none that runs here. */
static int enter(struct machine *machine, enum machine_event *event,
                 struct diag *diag)
{
    uint32_t vectors = cpu_vectors();
    const struct program *program = NULL;
    uint32_t entry = 0;

    if (vectors - BOARD_SRAM_BASE < BOARD_SRAM_SIZE - BOARD_INFO_SIZE) {
        program = program_at(machine->window, vectors);
        entry = word_at(machine, vectors + ENTRY_WORD * 4u) & ~1u;
    }
    if (program == NULL || entry - program->base >= program->room) {
        *event = MACHINE_DEAD;
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "the program entered at 0x%08x is none of those "
                         "that this build can run natively; use QEMU",
                         vectors);
    }
    show_entry(machine, entry);
    cpu_enter(program);
    *event = MACHINE_CODE;
    return 0;
}

int machine_wait(struct machine *machine, enum machine_event *event,
                 struct diag *diag)
{
    static const enum machine_event events[] = {[CPU_RINGS] = MACHINE_RING,
                                                [CPU_LIMIT] = MACHINE_LIMIT,
                                                [CPU_SLEEPS] = MACHINE_ASLEEP,
                                                [CPU_LOCKS] = MACHINE_LOCKUP};
    enum cpu_stop stop;

    while ((stop = cpu_run(machine->channel.insn_limit)) == CPU_RESETS) {
        machine->reset = true;
        cpu_reset();
    }
    machine->channel.blocks++;
    machine->channel.insns = cpu_insns();
    if (stop == CPU_JUMPS) {
        return enter(machine, event, diag);
    }
    *event = events[stop];
    return 0;
}

bool machine_take_reset(struct machine *machine)
{
    bool reset = machine->reset;

    machine->reset = false;
    return reset;
}

/* Nothing is write-protected: a stray store to flash is found by comparison
 * with the array, as it is after every operation and at the end. */
bool machine_take_write(struct machine *machine, enum channel_guarded where,
                        uint32_t *offset)
{
    (void)machine;
    (void)where;
    *offset = 0;
    return false;
}

/* ---- looking in ------------------------------------------------------------- */

/* Its programs are the host's own: a debugger of the host shows them. */
static int fail_native(struct diag *diag)
{
    return diag_fail(diag, OTALAB_ERR_USAGE,
                     "a native program has no Cortex-M to look into");
}

int machine_single(struct machine *machine, bool single, struct diag *diag)
{
    (void)machine;
    (void)single;
    return fail_native(diag);
}

int machine_hold(struct machine *machine, struct diag *diag)
{
    (void)machine;
    return fail_native(diag);
}

void machine_leave(struct machine *machine)
{
    (void)machine;
}

int machine_step(struct machine *machine, bool *stepped,
                 enum machine_event *event, struct diag *diag)
{
    (void)machine;
    *stepped = false;
    *event = MACHINE_DEAD;
    return fail_native(diag);
}

int machine_registers(struct machine *machine, struct rsp_registers *out,
                      struct diag *diag)
{
    (void)machine;
    *out = (struct rsp_registers){0};
    return fail_native(diag);
}

bool machine_held(const struct machine *machine)
{
    (void)machine;
    return false;
}

struct ctl_page *machine_page(struct machine *machine)
{
    return (struct ctl_page *)(void *)(machine->window +
                                       (CTL_BASE - BOARD_WINDOW_BASE));
}

uint8_t *machine_window(struct machine *machine)
{
    return machine->window;
}

struct channel *machine_channel(struct machine *machine)
{
    return &machine->channel;
}

const char *machine_qemu_version(const struct machine *machine)
{
    (void)machine;
    return MACHINE_NATIVE;
}

bool machine_is_native(void)
{
    return true;
}

const char *machine_stderr(struct machine *machine)
{
    (void)machine;
    return "";
}

int machine_find_qemu(const char *qemu, char version[32], struct diag *diag)
{
    (void)qemu;
    (void)diag;
    (void)snprintf(version, 32, "%s", MACHINE_NATIVE);
    return 0;
}
