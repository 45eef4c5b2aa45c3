/* SPDX-License-Identifier: MIT */
/*
 * The loop around the machine. The CPU stands still whenever this code runs;
 * each turn serves what it wants, lets due faults happen, has the oracle look
 * and hands back.
 */
#include "engine/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "engine/state.h"

#include <mbedtls/version.h>

/* Executed time without a command after which a program counts as wedged. */
#define WEDGED_NS 60000000000u
/* Executed time that a guest in asserted reset has until it is ended. */
#define RESET_GRACE_NS 320000u

static uint64_t executed_ns(const struct run *run)
{
    uint64_t insns = machine_channel(run->machine)->insns;

    return insns > run->boot_insns
               ? (insns - run->boot_insns) * BOARD_NS_PER_INSN
               : 0;
}

/* The guest may run this long before it has to ring again. */
static void grant_time(struct run *run)
{
    const struct board *board = &run->world->board;
    struct channel *channel = machine_channel(run->machine);
    uint64_t ns = WEDGED_NS;

    if (board->reset_asserted) {
        ns = RESET_GRACE_NS;
    } else if (board->deadline_set && board->deadline_ns > board->now_ns) {
        /* twice over: what counts is the guest's own time, if it rings */
        uint64_t left = 2 * (board->deadline_ns - board->now_ns);
        ns = left < ns ? left : ns;
    }
    channel->insn_limit = channel->insns + ns / BOARD_NS_PER_INSN;
    channel->generation = run->world->counts.boots;
    channel->checking = 1;
}

static void read_code(struct run *run)
{
    struct channel *channel = machine_channel(run->machine);
    struct oracle_view view = run_view(run);
    uint32_t count = channel->code_count;

    if (count > CHANNEL_CODE_SLOTS) {
        count = CHANNEL_CODE_SLOTS;
    }
    channel->code_count = 0;
    if (!run->world->board.reset_asserted) { /* what runs then is no more */
        oracle_code(&run->world->oracle, &view, channel->code, count);
    }
}

/* The window must follow the true array; what does not is put right. */
static void check_window(struct run *run)
{
    struct board *board = &run->world->board;
    uint8_t *window = machine_window(run->machine);
    int64_t at = board_raw_write(board, window);

    if (at < 0) {
        return;
    }
    run->board_sink.raw_write(run, (uint32_t)at);
    board_show_flash(board, window);
}

static void look(struct run *run)
{
    struct oracle_view view = run_view(run);

    if (run->scenario->checking) {
        check_window(run);
    }
    oracle_step(&run->world->oracle, &view,
                run->changed[0] != '\0' ? run->changed : NULL);
    run->changed[0] = '\0';
    expects_state(run);
}

/* ---- a command --------------------------------------------------------- */

static uint64_t command_time(const struct run *run)
{
    const struct ctl_page *page = machine_page(run->machine);
    const struct board *board = &run->world->board;

    return page->command == CTL_SYS_BOOT ? board->now_ns
                                         : board_guest_ns(board, page);
}

static void answer_reset(struct run *run)
{
    machine_page(run->machine)->status = CTL_RESET_ASSERTED;
}

/* Things due before the command's own time; true when a strike hit. */
static int happen_before(struct run *run, bool *struck, struct diag *diag)
{
    uint64_t now = command_time(run);

    *struck = false;
    if (run->world->board.reset_asserted || now > run->scenario->limit_ns ||
        !board_time_possible(&run->world->board, now, executed_ns(run))) {
        return 0; /* a guest that lies about time moves nothing */
    }
    return steps_until(run, now, struck, diag);
}

/* A boot is announced by the ROM alone, from where it did so at power-on, when
 * nothing else had run: from elsewhere, another function of the ROM that an
 * application calls too, it would only be a way to lose the locks. */
static void refuse_forged_boot(struct run *run)
{
    uint32_t from = machine_channel(run->machine)->ring_address;

    if (run->boot_address == 0 && from < BOARD_ROM_SIZE) {
        run->boot_address = from;
    }
    if (from >= BOARD_ROM_SIZE || from != run->boot_address) {
        machine_page(run->machine)->command = 0;
    }
}

static void serve_board(struct run *run)
{
    struct ctl_page *page = machine_page(run->machine);
    bool boot = page->command == CTL_SYS_BOOT;

    run->slept = false;
    run->booted = false;
    if (boot) {
        refuse_forged_boot(run);
        check_window(run);
    }
    board_command(&run->world->board, page, machine_window(run->machine),
                  executed_ns(run), steps_next(run), &run->board_sink);
    if (run->booted) {
        run->boot_insns = machine_channel(run->machine)->insns;
    }
}

static int serve_command(struct run *run, struct diag *diag)
{
    bool struck = false;

    /* what the guest did up to here counts, whatever happens next */
    read_code(run);
    if (run->scenario->checking) {
        check_window(run);
    }
    int err = happen_before(run, &struck, diag);
    if (err) {
        return err;
    }
    if (struck) {
        answer_reset(run);
        return 0;
    }
    serve_board(run);
    err = steps_carry_out(run, diag);
    if (err) {
        return err;
    }
    err = steps_until(run, run->world->board.now_ns, &struck, diag);
    if (struck) {
        answer_reset(run);
    }
    look(run);
    return err;
}

/* ---- the CPU does not come back ---------------------------------------- */

static int restart(struct run *run, struct diag *diag)
{
    int err = machine_restart(run->machine, diag);

    if (err) {
        return err;
    }
    run->boot_insns = machine_channel(run->machine)->insns;
    machine_channel(run->machine)->code_count = 0;
    board_fill_window(&run->world->board, machine_window(run->machine));
    return 0;
}

/* Only something from outside can go on: the next step, or the end. */
static int wait_for_world(struct run *run, struct diag *diag)
{
    bool struck = false;

    run->world->alive = false;
    look(run);
    while (!struck) {
        uint64_t next = steps_next(run);

        if (next > run->scenario->limit_ns) {
            run->world->over = true;
            return 0;
        }
        int err = steps_until(run, next, &struck, diag);
        if (err) {
            return err;
        }
    }
    return restart(run, diag);
}

static int reset_by_world(struct run *run, uint64_t at,
                          enum ctl_reset_cause cause, struct diag *diag)
{
    bool struck = false;
    int err = steps_until(run, at, &struck, diag);

    if (err) {
        return err;
    }
    if (!struck) {
        struct board *board = &run->world->board;

        board_advance(board, machine_window(run->machine), at,
                      &run->board_sink);
        board_warm_reset(board, at, cause);
    }
    return restart(run, diag);
}

/* It runs or sleeps and will never ring again. */
static int lost(struct run *run, enum event_code code, struct diag *diag)
{
    struct board *board = &run->world->board;

    read_code(run);
    if (board->reset_asserted) {
        return restart(run, diag);
    }
    if (!board->halted) {
        emit_numbers(run, code, 0, 0, 0);
    }
    if (board->deadline_set) { /* halting does not stop it */
        return reset_by_world(run, board->deadline_ns, CTL_CAUSE_DEADLINE,
                              diag);
    }
    return wait_for_world(run, diag);
}

static int locked_up(struct run *run, struct diag *diag)
{
    struct board *board = &run->world->board;
    uint64_t bite =
        board->now_ns + 2u * (uint64_t)run->figures.watchdog_ms * 1000000u;

    read_code(run);
    if (board->reset_asserted) {
        return restart(run, diag);
    }
    emit_numbers(run, EVENT_CPU_LOCKUP, 0, 0, 0);
    if (board->deadline_set && board->deadline_ns < bite) {
        return reset_by_world(run, board->deadline_ns, CTL_CAUSE_DEADLINE,
                              diag);
    }
    return reset_by_world(run, bite, CTL_CAUSE_WATCHDOG, diag);
}

static int stale(struct run *run)
{
    struct oracle_view view = run_view(run);

    oracle_stale(&run->world->oracle, &view,
                 (uint32_t)machine_channel(run->machine)->stale_address);
    return 0;
}

static int turn(struct run *run, enum machine_event event, struct diag *diag)
{
    switch (event) {
    case MACHINE_RING:
        return serve_command(run, diag);
    case MACHINE_CODE:
        read_code(run);
        return 0;
    case MACHINE_STALE:
        return stale(run);
    case MACHINE_LIMIT:
        return lost(run, EVENT_CPU_WEDGED, diag);
    case MACHINE_ASLEEP:
        return lost(run, EVENT_CPU_ASLEEP, diag);
    case MACHINE_LOCKUP:
        return locked_up(run, diag);
    case MACHINE_DEAD:
        break;
    }
    return diag_fail(diag, OTALAB_ERR_SIMULATOR, "QEMU ended unexpectedly: %s",
                     machine_stderr(run->machine));
}

/* ---- the whole --------------------------------------------------------- */

/* Nothing is left to wait for: the device is idle and all is as it should. */
static bool settled(const struct run *run)
{
    if (run->stop || expects_broken(run)) {
        return true;
    }
    return (run->slept || run->world->board.halted) &&
           run->world->board.console_count == 0 && steps_all_fired(run) &&
           expects_met(run);
}

static void check_limits(struct run *run)
{
    const struct scenario *scenario = run->scenario;
    struct world *world = run->world;

    if (world->over || settled(run)) {
        world->over = true;
        return;
    }
    if (run->options->interrupted != NULL && *run->options->interrupted) {
        run->result->verdict = RUN_INTERRUPTED;
        world->over = true;
        return;
    }
    if (world->counts.boots > scenario->limit_resets + 1) {
        run->result->verdict = RUN_LIMIT;
        run_fail(run, (struct place){0, 0}, world->sequence,
                 "no more resets than limits: allow", "one more");
        world->over = true;
    } else if (world->board.now_ns >= scenario->limit_ns) {
        world->over = true;
    }
}

static int loop(struct run *run, struct diag *diag)
{
    while (!run->world->over) {
        enum machine_event event = MACHINE_DEAD;

        if (run->options->hard_cuts && run->world->board.reset_asserted) {
            int err = restart(run, diag);
            if (err) {
                return err;
            }
        }
        grant_time(run);
        int err = machine_wait(run->machine, &event, diag);
        if (err == 0) {
            err = turn(run, event, diag);
        }
        if (err) {
            return err;
        }
        check_limits(run);
    }
    return 0;
}

static void judge(struct run *run)
{
    struct oracle_view view = run_view(run);
    struct run_result *result = run->result;

    check_window(run);
    /* a run that was ended early says nothing about its end */
    if ((run->scenario->allow & ALLOW_BRICK) == 0 && !run->stop &&
        !expects_forbidden(run)) {
        oracle_finish(&run->world->oracle, &view, run->world->alive);
    }
    expects_finish(run);
    if (result->verdict != RUN_LIMIT) {
        result->verdict = result->failures > 0 ? RUN_FAILED : RUN_PASSED;
    }
}

static void finish(struct run *run)
{
    struct run_result *result = run->result;

    if (result->verdict != RUN_INTERRUPTED) {
        judge(run);
    }
    emit_text(run, EVENT_END, run_verdict_name(result->verdict));
}

static void keep_evidence(struct run *run)
{
    struct run_result *result = run->result;

    result->counts = run->world->counts;
    world_hash(run->world, result->world);
    result->rollbacks = run->world->oracle.rollbacks;
    result->time_ns = run->world->board.now_ns;
    result->events = run->world->sequence;
    result->otp = run->world->board.otp;
    result->flash = malloc(sizeof *result->flash);
    if (result->flash != NULL) {
        *result->flash = run->world->board.flash;
    }
    if (run->machine != NULL) {
        result->stderr_text = strdup(machine_stderr(run->machine));
        snprintf(run->token.qemu, sizeof run->token.qemu, "%s",
                 machine_qemu_version(run->machine));
    }
    if (result->verdict < RUN_ERROR) { /* else it was not recorded to its end */
        uint8_t digest[32];

        recording_digest(&result->recording, digest);
        hex_short(digest, run->token.recording);
    }
    result->token = run->token;
}

static int start(struct run *run, struct diag *diag)
{
    struct machine_options machine = {
        .qemu = run->options->qemu,
        .plugin = run->options->plugin,
        .rom = run->rom_path,
        .dtb = run->dtb_path,
        .checking = true,
        .gdb_port = run->options->gdb_port,
    };
    struct recording_header header = {
        .scenario = run->scenario->name,
        .seed = run->scenario->seed,
        .digests = run->digests,
        .tools = MBEDTLS_VERSION_STRING_FULL,
    };
    int err = machine_start(&run->machine, &machine, diag);

    if (err) {
        return err;
    }
    board_fill_window(&run->world->board, machine_window(run->machine));
    struct oracle_view view = run_view(run);
    oracle_start(&run->world->oracle, &view);
    err = recording_begin(&run->result->recording, &header);
    emit_numbers(run, EVENT_POWER_ON, 0, 0, 0);
    return err;
}

int run_scenario(const struct scenario *scenario,
                 const struct run_options *options, struct run_result *result,
                 struct diag *diag)
{
    struct run run = {.scenario = scenario,
                      .options = options,
                      .result = result};

    memset(result, 0, sizeof *result);
    recording_init(&result->recording);
    run.world = calloc(1, sizeof *run.world);
    if (run.world == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    emit_init(&run);
    int err = setup_run(&run, diag);
    if (err == 0) {
        err = start(&run, diag);
    }
    if (err == 0) {
        err = loop(&run, diag);
        if (err == 0) {
            finish(&run);
        } else {
            result->verdict = RUN_ERROR;
        }
        keep_evidence(&run);
    }
    result->verdict = err ? RUN_ERROR : result->verdict;
    machine_stop(run.machine);
    setup_free(&run);
    free(run.world);
    return err;
}

void run_result_free(struct run_result *result)
{
    recording_free(&result->recording);
    free(result->stderr_text);
    free(result->flash);
    memset(result, 0, sizeof *result);
}

const char *run_verdict_name(enum run_verdict verdict)
{
    static const char *const names[] = {[RUN_PASSED] = "passed",
                                        [RUN_FAILED] = "failed",
                                        [RUN_LIMIT] = "time limit",
                                        [RUN_ERROR] = "error",
                                        [RUN_INTERRUPTED] = "interrupted"};

    return names[verdict];
}
