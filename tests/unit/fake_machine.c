/* SPDX-License-Identifier: MIT */
#include "fake_machine.h"

#include <stdlib.h>

#define STEP 100u /* instructions and a little more time */
#define CYCLES_PER_MS 25000u
#define CYCLE_NS 40u

struct machine {
    uint8_t *window;
    struct channel channel;
    unsigned next;   /* command; 0: SYS_BOOT */
    uint64_t cycles; /* since SYS_BOOT */
    bool reset;      /* since the last ring */
    bool sleeps;     /* a SYS_SLEEP waits for its answer */
};

static const struct fake_op *guest;
static unsigned rings;

void fake_guest(const struct fake_op *ops)
{
    guest = ops;
}

unsigned fake_rings(void)
{
    return rings;
}

static void begin(struct machine *machine)
{
    machine->next = 0;
    machine->cycles = 0;
    machine->reset = true;
    machine->sleeps = false;
}

static void boot(struct ctl_page *page)
{
    page->command = CTL_SYS_BOOT;
    page->status = CTL_OK;
}

static void command(struct machine *machine, const struct fake_op *op)
{
    struct ctl_page *page = machine_page(machine);
    uint64_t until = machine->cycles + (uint64_t)op->arg[0] * CYCLES_PER_MS;

    page->command = op->command;
    for (unsigned i = 0; i < 3; i++) {
        page->arg[i] = op->arg[i];
    }
    machine->sleeps = op->command == CTL_SYS_SLEEP;
    if (machine->sleeps) {
        page->arg[0] = (uint32_t)until;
        page->arg[1] = (uint32_t)(until >> 32);
    }
    page->time_lo = (uint32_t)machine->cycles;
    page->time_hi = (uint32_t)(machine->cycles >> 32);
}

/* The answer to a sleep says how late it is. */
static void run(struct machine *machine)
{
    const struct ctl_page *page = machine_page(machine);

    machine->channel.insns += STEP;
    machine->cycles += STEP * BOARD_NS_PER_INSN / CYCLE_NS;
    if (machine->sleeps) {
        machine->cycles = (uint64_t)page->result[1] << 32 | page->result[0];
        machine->sleeps = false;
    }
}

int machine_start(struct machine **out, const struct machine_options *options,
                  struct diag *diag)
{
    struct machine *machine = calloc(1, sizeof *machine);

    (void)options;
    (void)diag;
    machine->window = calloc(1, BOARD_WINDOW_SIZE);
    begin(machine);
    *out = machine;
    return 0;
}

int machine_wait(struct machine *machine, enum machine_event *event,
                 struct diag *diag)
{
    struct ctl_page *page = machine_page(machine);

    (void)diag;
    *event = MACHINE_RING;
    if (page->status == (uint32_t)CTL_RESET_ASSERTED) {
        begin(machine);
    }
    if (machine->next == 0) {
        boot(page);
    } else if (guest[machine->next - 1].command == 0) {
        *event = MACHINE_ASLEEP;
        return 0;
    } else {
        run(machine);
        command(machine, &guest[machine->next - 1]);
    }
    machine->next++;
    rings++;
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
    if (machine != NULL) {
        free(machine->window);
        free(machine);
    }
}

bool machine_take_reset(struct machine *machine)
{
    bool reset = machine->reset;

    machine->reset = false;
    return reset;
}

bool machine_take_write(struct machine *machine, enum channel_guarded where,
                        uint32_t *offset)
{
    (void)machine;
    (void)where;
    *offset = 0;
    return false;
}

/* No debugger: its CPU has neither registers nor instructions. */

static int fail_none(struct diag *diag)
{
    return diag_fail(diag, OTALAB_ERR_SIMULATOR, "there is no CPU");
}

int machine_single(struct machine *machine, bool single, struct diag *diag)
{
    (void)machine;
    (void)single;
    return fail_none(diag);
}

int machine_hold(struct machine *machine, struct diag *diag)
{
    (void)machine;
    return fail_none(diag);
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
    return fail_none(diag);
}

int machine_registers(struct machine *machine, struct rsp_registers *out,
                      struct diag *diag)
{
    (void)machine;
    *out = (struct rsp_registers){0};
    return fail_none(diag);
}

bool machine_held(const struct machine *machine)
{
    (void)machine;
    return false;
}

struct ctl_page *machine_page(struct machine *machine)
{
    return (struct ctl_page *)(void *)(machine->window + CTL_BASE -
                                       BOARD_WINDOW_BASE);
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
    return "none";
}

const char *machine_stderr(struct machine *machine)
{
    (void)machine;
    return "";
}

bool machine_is_native(void)
{
    return false;
}

int machine_find_qemu(const char *qemu, char version[32], struct diag *diag)
{
    (void)qemu;
    (void)version;
    return diag_fail(diag, OTALAB_ERR_SIMULATOR, "there is none");
}
