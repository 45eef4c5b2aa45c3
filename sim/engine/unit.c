/* SPDX-License-Identifier: MIT */
/*
 * One device's machine. Its CPU stands still whenever this code runs: for a
 * command, in a sleep that is not answered before the world has come so far,
 * or because only something from outside can help it.
 */
#include "engine/state.h"

/* Executed time without a command after which a program counts as wedged. */
#define WEDGED_NS 60000000000u
/* Beyond the deadline: what the board's count may lack. */
#define DEADLINE_SLACK_NS 20000000u
/* Executed time that a guest in asserted reset has until it is ended. */
#define RESET_GRACE_NS 320000u

uint64_t unit_executed_ns(const struct unit *unit)
{
    uint64_t insns = machine_channel(unit->machine)->insns;

    return insns > unit->boot_insns
               ? (insns - unit->boot_insns) * BOARD_NS_PER_INSN
               : 0;
}

static void take_counts(struct unit *unit)
{
    unit->boot_insns = machine_channel(unit->machine)->insns;
    unit->boot_waits = machine_channel(unit->machine)->waits;
}

/* So long may it run without a command: to its deadline, as the board counts,
 * and not for ever. */
static uint64_t silence_ns(const struct board *board)
{
    uint64_t least = board_least_ns(board);
    uint64_t left = board->deadline_ns > least ? board->deadline_ns - least : 0;

    left = left < WEDGED_NS ? left + DEADLINE_SLACK_NS : WEDGED_NS;
    return left < WEDGED_NS ? left : WEDGED_NS;
}

/* Counted from its last command, whatever the shim has to show in between. */
static void grant_time(struct unit *unit)
{
    const struct board *board = &unit->world->board;
    struct channel *channel = machine_channel(unit->machine);

    if (board->reset_asserted && !unit->resetting) {
        unit->resetting = true;
        unit->grace_insns = channel->insns + RESET_GRACE_NS / BOARD_NS_PER_INSN;
    }
    unit->resetting = board->reset_asserted;
    channel->insn_limit =
        unit->resetting
            ? unit->grace_insns
            : unit->ring_insns + silence_ns(board) / BOARD_NS_PER_INSN;
    channel->generation = unit->world->boots;
    channel->checking = 1;
}

static void read_code(struct unit *unit)
{
    struct channel *channel = machine_channel(unit->machine);
    struct oracle_view view = run_view(unit);
    uint32_t count = channel->code_count;

    if (count > CHANNEL_CODE_SLOTS) {
        count = CHANNEL_CODE_SLOTS;
    }
    channel->code_count = 0;
    if (!unit->world->board.reset_asserted) { /* what runs then is no more */
        oracle_code(&unit->world->oracle, &view, channel->code, count);
    }
}

/* The window must follow the true array; what does not is put right. */
static void put_right(struct unit *unit, int64_t at)
{
    if (at >= 0) {
        unit->board_sink.raw_write(unit, (uint32_t)at);
        board_show_flash(&unit->world->board, machine_window(unit->machine));
    }
}

void unit_check_window(struct unit *unit)
{
    put_right(unit, board_raw_write(&unit->world->board,
                                    machine_window(unit->machine)));
}

void unit_look(struct unit *unit)
{
    struct oracle_view view = run_view(unit);

    oracle_step(&unit->world->oracle, &view,
                unit->changed[0] != '\0' ? unit->changed : NULL);
    unit->changed[0] = '\0';
}

void unit_advance(struct unit *unit, uint64_t now)
{
    board_advance(&unit->world->board, machine_window(unit->machine), now,
                  &unit->board_sink);
    if (unit->changed[0] != '\0') {
        unit_look(unit);
    }
    power_update(unit, now);
}

/* ---- processes ----------------------------------------------------------- */

static int restart(struct unit *unit, struct diag *diag)
{
    int err = machine_restart(unit->machine, diag);

    if (err) {
        return err;
    }
    unit->world->wait = WAIT_RUNS;
    take_counts(unit);
    unit->ring_insns = unit->boot_insns;
    unit->resetting = false;
    machine_channel(unit->machine)->code_count = 0;
    board_fill_window(&unit->world->board, machine_window(unit->machine));
    return 0;
}

/* The guest computes: its time goes on without a turn. */
static void say_waiting(void *context)
{
    const struct unit *unit = context;
    const struct run *run = unit->run;
    uint64_t insns = machine_channel(unit->machine)->insns - unit->ring_insns;

    run->options->progress(run->options->progress_context,
                           run->world->now_ns + insns * BOARD_NS_PER_INSN);
}

int unit_start(struct unit *unit, struct diag *diag)
{
    const struct run *run = unit->run;
    struct machine_options machine = {
        .qemu = run->options->qemu,
        .plugin = run->options->plugin,
        .rom = run->rom_path,
        .dtb = run->loaded_dtb,
        .checking = true,
        .gdb_port = unit->number == 1 ? run->options->gdb_port : 0,
        .interrupted = run->options->interrupted,
        .waits = run->options->progress != NULL ? say_waiting : NULL,
        .waits_context = unit,
    };
    int err = machine_start(&unit->machine, &machine, diag);

    if (err) {
        return err;
    }
    board_fill_window(&unit->world->board, machine_window(unit->machine));
    struct oracle_view view = run_view(unit);
    oracle_start(&unit->world->oracle, &view);
    return 0;
}

int unit_struck(struct unit *unit, struct diag *diag)
{
    unit->struck = true;
    unit->world->reset_ns = 0;
    switch (unit->world->wait) {
    case WAIT_RUNS:
        return 0;
    case WAIT_COMMAND:
    case WAIT_SERVED:
    case WAIT_ASLEEP:
        machine_page(unit->machine)->status = CTL_RESET_ASSERTED;
        unit->world->wait = WAIT_RUNS;
        return 0;
    case WAIT_RESET:
    case WAIT_LOST:
        break;
    }
    return restart(unit, diag);
}

/* ---- the CPU does not come back ------------------------------------------ */

static void reset_at(struct unit *unit, uint64_t at, enum ctl_reset_cause cause)
{
    unit->world->reset_ns = at;
    unit->world->reset_cause = cause;
}

/* What the board has to know of the CPU, which cannot be asked. */
static void count_cpu(struct unit *unit, bool reset)
{
    struct board_cpu cpu = {.reset = reset,
                            .executed_ns = unit_executed_ns(unit),
                            .waits = machine_channel(unit->machine)->waits -
                                     unit->boot_waits};

    board_see_cpu(&unit->world->board, &cpu);
}

/* From now on nothing but the watchdog ends its silence, or the deadline. */
static void reset_by_watchdog(struct unit *unit)
{
    const struct board *board = &unit->world->board;
    uint64_t bite = board_least_ns(board) +
                    2u * (uint64_t)unit->run->figures.watchdog_ms * 1000000u;

    if (board->deadline_ns < bite) {
        reset_at(unit, board->deadline_ns, CTL_CAUSE_DEADLINE);
    } else {
        reset_at(unit, bite, CTL_CAUSE_WATCHDOG);
    }
}

/* It runs or sleeps and will never ring again. */
static int lost(struct unit *unit, enum event_code code, struct diag *diag)
{
    struct board *board = &unit->world->board;

    read_code(unit);
    if (board->reset_asserted) {
        return restart(unit, diag);
    }
    emit_numbers(unit, code, 0, 0, 0);
    if (board->deadline_set) {
        reset_at(unit, board->deadline_ns, CTL_CAUSE_DEADLINE);
        unit->world->wait = WAIT_RESET;
        return 0;
    }
    unit->world->alive = false;
    unit->world->wait = WAIT_LOST;
    unit_look(unit);
    return 0;
}

static int locked_up(struct unit *unit, struct diag *diag)
{
    read_code(unit);
    count_cpu(unit, false);
    if (unit->world->board.reset_asserted) {
        return restart(unit, diag);
    }
    emit_numbers(unit, EVENT_CPU_LOCKUP, 0, 0, 0);
    reset_by_watchdog(unit);
    unit->world->wait = WAIT_RESET;
    return 0;
}

/* The reset that was to come does. */
static void reset_comes(struct unit *unit, uint64_t now)
{
    unit_advance(unit, now);
    board_warm_reset(&unit->world->board, now,
                     (enum ctl_reset_cause)unit->world->reset_cause);
    power_update(unit, now);
    unit->world->reset_ns = 0;
}

static int serve_reset(struct unit *unit, uint64_t now, struct diag *diag)
{
    reset_comes(unit, now);
    return restart(unit, diag);
}

/* ---- it stands still ----------------------------------------------------- */

/* If it was reset and nobody knows of a reset, the world has to come as far as
 * that before the ROM runs. */
static void see_cpu(struct unit *unit)
{
    bool reset = machine_take_reset(unit->machine);
    enum ctl_reset_cause cause;
    uint64_t at;

    count_cpu(unit, reset);
    if (reset) {
        oracle_cpu_reset(&unit->world->oracle);
    }
    unit->ring_insns = machine_channel(unit->machine)->insns;
    unit->resetting = unit->resetting && !reset; /* it has obeyed */
    if (board_reset_seen(&unit->world->board, &at, &cause)) {
        reset_at(unit, at, cause);
    }
}

/* QEMU cannot refuse a store into the ROM, so the run ends with it. One into
 * the flash of the window does not reach the true array and is undone. */
static void look_at_stores(struct unit *unit)
{
    struct oracle_view view = run_view(unit);
    uint32_t at;

    if (machine_take_write(unit->machine, CHANNEL_ROM, &at)) {
        oracle_rom_written(&unit->world->oracle, &view, at);
        unit->run->world->stop = true;
    }
    if (machine_take_write(unit->machine, CHANNEL_FLASH, &at)) {
        unit_check_window(unit);
    }
}

static int stand(struct unit *unit, enum machine_event event, struct diag *diag)
{
    struct oracle_view view = run_view(unit);

    look_at_stores(unit);
    switch (event) {
    case MACHINE_RING:
        /* what the guest did up to here counts, whatever happens next */
        read_code(unit);
        see_cpu(unit);
        unit->world->wait = WAIT_COMMAND;
        return 0;
    case MACHINE_CODE:
        read_code(unit);
        return 0;
    case MACHINE_STALE:
        oracle_stale(&unit->world->oracle, &view,
                     (uint32_t)machine_channel(unit->machine)->stale_address);
        return 0;
    case MACHINE_LIMIT:
        return lost(unit, EVENT_CPU_WEDGED, diag);
    case MACHINE_ASLEEP:
        return lost(unit, EVENT_CPU_ASLEEP, diag);
    case MACHINE_LOCKUP:
        return locked_up(unit, diag);
    case MACHINE_STOPPED:
        unit->run->result->verdict = RUN_INTERRUPTED;
        unit->run->world->over = true;
        unit->world->wait = WAIT_LOST; /* its turn does not end */
        return 0;
    case MACHINE_DEAD:
        break;
    }
    return diag_fail(diag, OTALAB_ERR_SIMULATOR, "QEMU ended unexpectedly: %s",
                     machine_stderr(unit->machine));
}

int unit_run(struct unit *unit, struct diag *diag)
{
    int err = 0;

    while (unit->world->wait == WAIT_RUNS && err == 0) {
        enum machine_event event = MACHINE_DEAD;

        if (unit->struck && unit->run->options->hard_cuts) {
            err = restart(unit, diag);
        }
        unit->struck = false;
        grant_time(unit);
        err = err ? err : machine_wait(unit->machine, &event, diag);
        err = err ? err : stand(unit, event, diag);
    }
    return err;
}

/* ---- commands ------------------------------------------------------------ */

/* A guest in reset is answered at once, one that lies about the time when the
 * board itself says that it is. */
static uint64_t command_time(const struct unit *unit)
{
    const struct ctl_page *page = machine_page(unit->machine);
    const struct board *board = &unit->world->board;

    if (unit->world->reset_ns != 0) {
        return unit->world->reset_ns;
    }
    if (board->cpu_reset || board->reset_asserted) {
        return board->now_ns;
    }
    return board_command_ns(board, page);
}

uint64_t unit_next(const struct unit *unit)
{
    const struct world_device *world = unit->world;
    uint64_t now = unit->run->world->now_ns;

    if (world->dead) {
        return BOARD_FOREVER;
    }
    switch (unit->world->wait) {
    case WAIT_COMMAND:
        return command_time(unit);
    case WAIT_ASLEEP:
        if (world->board.deaf ||
            (!board_has_news(&world->board) && !world->nudged)) {
            return world->board.sleep_ns;
        }
        return now > world->board.now_ns ? now : world->board.now_ns;
    case WAIT_RESET:
        return unit->world->reset_ns;
    default:
        return BOARD_FOREVER;
    }
}

static void serve_board(struct unit *unit)
{
    struct ctl_page *page = machine_page(unit->machine);

    unit->booted = false;
    if (unit->world->reset_ns != 0) {
        reset_comes(unit, unit->world->reset_ns);
        /* it is the one that was seen */
        board_see_cpu(&unit->world->board, &(struct board_cpu){.reset = true});
    }
    if (unit->world->board.cpu_reset) {
        unit_check_window(unit);
    }
    board_command(&unit->world->board, page, machine_window(unit->machine),
                  &unit->board_sink);
    if (unit->booted) {
        take_counts(unit);
    }
    unit->world->wait = unit->world->board.asleep ? WAIT_ASLEEP : WAIT_SERVED;
}

/* Whatever is due by the command's own time happens before the answer is
 * seen: a step that it triggered, a cut in the operation it began. */
static int serve_command(struct unit *unit, uint64_t now, struct diag *diag)
{
    struct run *run = unit->run;

    power_update(unit, now);
    serve_board(unit);
    power_update(unit, unit->world->board.now_ns);
    int err = steps_carry_out(run, diag);

    while (err == 0 && unit->world->wait != WAIT_RUNS &&
           agenda_next(run) <= unit->world->board.now_ns) {
        err = agenda_happen(run, agenda_next(run), diag);
    }
    unit->world->wait =
        unit->world->wait == WAIT_SERVED ? WAIT_RUNS : unit->world->wait;
    unit_look(unit);
    return err;
}

static void wake(struct unit *unit, uint64_t now)
{
    unit->world->nudged = false;
    unit_advance(unit, now);
    board_wake(&unit->world->board, machine_page(unit->machine), now);
    unit->world->wait = WAIT_RUNS;
    power_update(unit, now);
}

int unit_serve(struct unit *unit, uint64_t now, struct diag *diag)
{
    switch (unit->world->wait) {
    case WAIT_COMMAND:
        return serve_command(unit, now, diag);
    case WAIT_ASLEEP:
        wake(unit, now);
        return 0;
    case WAIT_RESET:
        return serve_reset(unit, now, diag);
    default:
        return 0;
    }
}
