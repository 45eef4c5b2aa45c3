/* SPDX-License-Identifier: MIT */
/*
 * One device's machine. Its CPU stands still whenever this code runs: it waits
 * at a command, in a sleep that is answered only when the world has advanced
 * that far, or because only something from outside can help it.
 */
#include "engine/device.h"

#include <stdatomic.h>

#include <string.h>

#include "engine/emit.h"
#include "engine/power.h"

/* Executed time without a command after which a program counts as wedged. */
#define WEDGED_NS 60000000000u
/* Time beyond the deadline that the board's count may be missing. */
#define DEADLINE_SLACK_NS 20000000u
/* Executed time that a guest in asserted reset has before it is ended. */
#define RESET_GRACE_NS 320000u

uint64_t device_executed_ns(const struct device *device)
{
    uint64_t insns = machine_channel(device->machine)->insns;

    return insns > device->boot_insns
               ? (insns - device->boot_insns) * BOARD_NS_PER_INSN
               : 0;
}

void device_take_counts(struct device *device)
{
    device->generation++;
    device->boot_insns = machine_channel(device->machine)->insns;
    device->boot_waits = machine_channel(device->machine)->waits;
}

/* How long it may run without a command: until its deadline by the board's
 * count, but not for ever. */
static uint64_t silence_ns(const struct board *board)
{
    uint64_t least = board_least_ns(board);
    uint64_t left = board->deadline_ns > least ? board->deadline_ns - least : 0;

    left = left < WEDGED_NS ? left + DEADLINE_SLACK_NS : WEDGED_NS;
    return left < WEDGED_NS ? left : WEDGED_NS;
}

/* Counted from its last command, whatever the shim reports in between. */
void device_grant_time(struct device *device)
{
    const struct board *board = &device->world->board;
    struct channel *channel = machine_channel(device->machine);

    if (board->reset_asserted && !device->resetting) {
        device->resetting = true;
        device->grace_insns =
            channel->insns + RESET_GRACE_NS / BOARD_NS_PER_INSN;
    }
    device->resetting = board->reset_asserted;
    channel->insn_limit =
        device->resetting
            ? device->grace_insns
            : device->ring_insns + silence_ns(board) / BOARD_NS_PER_INSN;
    channel->generation = device->generation;
    channel->checking = 1;
}

static void read_code(struct device *device)
{
    struct channel *channel = machine_channel(device->machine);
    struct oracle_view view = device_view(device);
    uint32_t count = channel->code_count;

    if (count > CHANNEL_CODE_SLOTS) {
        count = CHANNEL_CODE_SLOTS;
    }
    channel->code_count = 0;
    if (!device->world->board.reset_asserted) { /* what runs then no longer
                                                 * exists */
        oracle_code(&device->world->oracle, &view, channel->code, count);
    }
}

/* The window must match the true array; differences are corrected. */
static void put_right(struct device *device, int64_t at)
{
    if (at >= 0) {
        device->board_sink.raw_write(device, (uint32_t)at);
        board_show_flash(&device->world->board,
                         machine_window(device->machine));
    }
}

void device_check_window(struct device *device)
{
    put_right(device, board_raw_write(&device->world->board,
                                      machine_window(device->machine)));
}

struct oracle_view device_view(struct device *device)
{
    struct oracle_view view = {
        .judged = &device->run->given->judged,
        .flash = &device->world->board.flash,
        .otp = &device->world->board.otp,
        .window = machine_window(device->machine),
        .now_ns = device->world->board.now_ns,
        .executed_ns = device_executed_ns(device),
        .in_reset = device->world->board.reset_asserted,
        .sink = &device->oracle_sink,
    };
    return view;
}

void device_look(struct device *device)
{
    struct oracle_view view = device_view(device);

    oracle_step(&device->world->oracle, &view, device->world->journal_changed);
    device->world->flash_changed = false;
    device->world->journal_changed = false;
}

void device_advance(struct device *device, uint64_t now)
{
    board_advance(&device->world->board, machine_window(device->machine), now,
                  &device->board_sink);
    if (device->world->flash_changed) {
        device_look(device);
    }
    power_update(device, now);
}

/* ---- processes ----------------------------------------------------------- */

int device_restart(struct device *device, struct diag *diag)
{
    int err = machine_restart(device->machine, diag);

    if (err) {
        return err;
    }
    device->world->wait = WAIT_RUNS;
    device_take_counts(device);
    device->ring_insns = device->boot_insns;
    device->resetting = false;
    device->rom_changed = false;
    machine_channel(device->machine)->code_count = 0;
    board_fill_window(&device->world->board, machine_window(device->machine));
    return 0;
}

/* The guest computes: its time advances without a turn. */
static void say_waiting(void *context)
{
    const struct device *device = context;
    const struct run *run = device->run;
    uint64_t insns =
        machine_channel(device->machine)->insns - device->ring_insns;

    run->options->progress(run->options->progress_context,
                           run->world->now_ns + insns * BOARD_NS_PER_INSN);
}

/* The device that is probed, otherwise the first. */
static bool debugged(const struct device *device)
{
    unsigned probe = device->run->options->probe;

    return device->number == (probe != 0 ? probe : 1);
}

int device_start(struct device *device, struct diag *diag)
{
    const struct run *run = device->run;
    struct machine_options machine = {
        .qemu = run->options->qemu,
        .plugin = run->options->plugin,
        .rom = run->given->rom.bytes,
        .rom_size = run->given->rom.size,
        .checking = true,
        .gdb_port = debugged(device) ? run->options->gdb_port : 0,
        .holds = device->number == run->options->probe,
        .interrupted = run->options->interrupted,
        .waits = run->options->progress != NULL ? say_waiting : NULL,
        .waits_context = device,
    };
    int err = machine_start(&device->machine, &machine, diag);

    if (err) {
        return err;
    }
    board_fill_window(&device->world->board, machine_window(device->machine));
    struct oracle_view view = device_view(device);
    oracle_start(&device->world->oracle, &view);
    return 0;
}

int device_struck(struct device *device, struct diag *diag)
{
    device->world->struck = true;
    device->world->reset_ns = 0;
    switch (device->world->wait) {
    case WAIT_RUNS:
        return 0;
    case WAIT_COMMAND:
    case WAIT_SERVED:
    case WAIT_ASLEEP:
        machine_page(device->machine)->status = CTL_RESET_ASSERTED;
        device->world->wait = WAIT_RUNS;
        return 0;
    case WAIT_RESET:
    case WAIT_LOST:
        break;
    }
    return device_restart(device, diag);
}

/* ---- the CPU does not come back ------------------------------------------ */

static void reset_at(struct device *device, uint64_t at,
                     enum ctl_reset_cause cause)
{
    device->world->reset_ns = at;
    device->world->reset_cause = cause;
}

/* What the board must know about the CPU, which cannot be asked. */
static void count_cpu(struct device *device, bool reset)
{
    struct board_cpu cpu = {.reset = reset,
                            .executed_ns = device_executed_ns(device),
                            .waits = machine_channel(device->machine)->waits -
                                     device->boot_waits};

    board_see_cpu(&device->world->board, &cpu);
}

/* From now on only the watchdog or the deadline ends its silence. */
static void reset_by_watchdog(struct device *device)
{
    const struct board *board = &device->world->board;
    uint64_t bite =
        board_least_ns(board) +
        2u * (uint64_t)device->run->given->figures.watchdog_ms * 1000000u;

    if (board->deadline_ns < bite) {
        reset_at(device, board->deadline_ns, CTL_CAUSE_DEADLINE);
    } else {
        reset_at(device, bite, CTL_CAUSE_WATCHDOG);
    }
}

/* It runs or sleeps and will never ring again. */
static int lost(struct device *device, enum event_code code, struct diag *diag)
{
    struct board *board = &device->world->board;

    read_code(device);
    if (board->reset_asserted) {
        return device_restart(device, diag);
    }
    emit_numbers(device, code, 0, 0, 0);
    if (board->deadline_set) {
        reset_at(device, board->deadline_ns, CTL_CAUSE_DEADLINE);
        device->world->wait = WAIT_RESET;
        return 0;
    }
    device->world->alive = false;
    device->world->wait = WAIT_LOST;
    device_look(device);
    return 0;
}

static int locked_up(struct device *device, struct diag *diag)
{
    read_code(device);
    count_cpu(device, false);
    if (device->world->board.reset_asserted) {
        return device_restart(device, diag);
    }
    emit_numbers(device, EVENT_CPU_LOCKUP, 0, 0, 0);
    reset_by_watchdog(device);
    device->world->wait = WAIT_RESET;
    return 0;
}

/* ---- it stands still ----------------------------------------------------- */

static void count_ring(struct device *device)
{
    const struct channel *channel = machine_channel(device->machine);
    uint64_t blocks = atomic_load(&channel->blocks);

    device->ring_single =
        channel->insns - device->ring_insns == blocks - device->ring_blocks;
    device->ring_insns = channel->insns;
    device->ring_blocks = blocks;
}

/* If it was reset and no reset is known, the world must advance to the time of
 * that reset before the ROM runs. */
static void see_cpu(struct device *device)
{
    bool reset = machine_take_reset(device->machine);
    enum ctl_reset_cause cause;
    uint64_t at;

    count_cpu(device, reset);
    if (reset) {
        oracle_cpu_reset(&device->world->oracle);
    }
    count_ring(device);
    device->resetting = device->resetting && !reset; /* it has obeyed */
    if (board_reset_seen(&device->world->board, &at, &cause)) {
        reset_at(device, at, cause);
    }
}

/* QEMU cannot refuse a store into the ROM, so it ends the run. A store into the
 * flash part of the window does not reach the true array and is undone, as is
 * one into an empty part. */
static void look_at_stores(struct device *device)
{
    struct oracle_view view = device_view(device);
    bool stray = false;
    uint32_t at;

    if (machine_take_write(device->machine, CHANNEL_ROM, &at)) {
        device->rom_changed = true;
        oracle_rom_written(&device->world->oracle, &view, BOARD_ROM_BASE + at);
        device->run->world->stop = true;
    }
    if (machine_take_write(device->machine, CHANNEL_FLASH, &at)) {
        device_check_window(device);
        stray = true;
    }
    stray |= machine_take_write(device->machine, CHANNEL_GAP_LOW, &at);
    stray |= machine_take_write(device->machine, CHANNEL_GAP_HIGH, &at);
    if (stray) {
        board_clear_rest(&device->world->board,
                         machine_window(device->machine));
    }
}

int device_stand(struct device *device, enum machine_event event,
                 struct diag *diag)
{
    struct oracle_view view = device_view(device);

    look_at_stores(device);
    switch (event) {
    case MACHINE_RING:
        /* what the guest did up to here counts, whatever happens next */
        read_code(device);
        see_cpu(device);
        device->world->wait = WAIT_COMMAND;
        return 0;
    case MACHINE_CODE:
        read_code(device);
        return 0;
    case MACHINE_STALE:
        oracle_stale(&device->world->oracle, &view,
                     (uint32_t)machine_channel(device->machine)->stale_address);
        return 0;
    case MACHINE_LIMIT:
        return lost(device, EVENT_CPU_WEDGED, diag);
    case MACHINE_ASLEEP:
        return lost(device, EVENT_CPU_ASLEEP, diag);
    case MACHINE_LOCKUP:
        return locked_up(device, diag);
    case MACHINE_STOPPED:
        device->run->world->verdict = RUN_INTERRUPTED;
        device->run->world->over = true;
        device->world->wait = WAIT_LOST; /* its turn continues */
        return 0;
    case MACHINE_DEAD:
        break;
    }
    return diag_fail(diag, OTALAB_ERR_SIMULATOR, "QEMU ended unexpectedly: %s",
                     machine_stderr(device->machine));
}

int device_run(struct device *device, struct diag *diag)
{
    int err = 0;

    while (device->world->wait == WAIT_RUNS && err == 0) {
        enum machine_event event = MACHINE_DEAD;

        if (device->world->struck && device->run->options->hard_cuts) {
            err = device_restart(device, diag);
        }
        device->world->struck = false;
        device_grant_time(device);
        err = err ? err : machine_wait(device->machine, &event, diag);
        err = err ? err : device_stand(device, event, diag);
    }
    return err;
}

bool device_settled(const struct device *device)
{
    const struct board *board = &device->world->board;
    bool idle = device->world->wait == WAIT_ASLEEP &&
                board->sleep_ns - board->slept_ns >= DEVICE_IDLE_NS;

    return (idle || board->halted || device->world->dead) &&
           board->console_count == 0 && device->world->link.packets == 0;
}

bool device_in_reset(const struct device *device)
{
    return device->world->struck && device->world->wait == WAIT_RUNS;
}

int device_return(struct device *device, bool stands, const uint8_t *sram,
                  struct diag *diag)
{
    uint32_t at;

    device->resetting = false;
    device->ring_insns = machine_channel(device->machine)->insns;
    device->rom_changed |=
        machine_take_write(device->machine, CHANNEL_ROM, &at);
    machine_take_write(device->machine, CHANNEL_FLASH, &at);
    if (stands && sram == NULL && !device->rom_changed) {
        machine_page(device->machine)->status = CTL_RESET_ASSERTED;
        return 0;
    }
    if (sram != NULL) {
        memcpy(machine_window(device->machine) + DEVICE_SRAM, sram,
               BOARD_SRAM_SIZE);
    }
    return device_restart(device, diag);
}
