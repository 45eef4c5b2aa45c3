/* SPDX-License-Identifier: MIT */
/*
 * A device continues: its command is carried out, or its sleep or silence ends.
 */
#include "engine/serve.h"

#include "engine/agenda.h"
#include "engine/device.h"
#include "engine/power.h"
#include "engine/steps.h"

/* The expected reset comes. */
static void reset_comes(struct device *device, uint64_t now)
{
    device_advance(device, now);
    board_warm_reset(&device->world->board, now,
                     (enum ctl_reset_cause)device->world->reset_cause);
    power_update(device, now);
    device->world->reset_ns = 0;
}

static int serve_reset(struct device *device, uint64_t now, struct diag *diag)
{
    reset_comes(device, now);
    return device_restart(device, diag);
}

/* A guest in reset is answered at once; one that lies about the time, at the
 * board's own time. */
static uint64_t command_time(const struct device *device)
{
    const struct ctl_page *page = machine_page(device->machine);
    const struct board *board = &device->world->board;

    if (device->world->reset_ns != 0) {
        return device->world->reset_ns;
    }
    if (board->cpu_reset || board->reset_asserted) {
        return board->now_ns;
    }
    return board_command_ns(board, page);
}

uint64_t serve_next(const struct device *device)
{
    const struct world_device *world = device->world;
    uint64_t now = device->run->world->now_ns;

    if (world->dead) {
        return BOARD_FOREVER;
    }
    switch (device->world->wait) {
    case WAIT_COMMAND:
        return command_time(device);
    case WAIT_ASLEEP:
        if (world->board.deaf ||
            (!board_has_news(&world->board) && !world->nudged)) {
            return world->board.sleep_ns;
        }
        return now > world->board.now_ns ? now : world->board.now_ns;
    case WAIT_RESET:
        return device->world->reset_ns;
    default:
        return BOARD_FOREVER;
    }
}

static void serve_board(struct device *device)
{
    struct ctl_page *page = machine_page(device->machine);

    uint32_t boots = device->world->boots;

    if (device->world->reset_ns != 0) {
        reset_comes(device, device->world->reset_ns);
        /* it is the reset that was seen */
        board_see_cpu(&device->world->board,
                      &(struct board_cpu){.reset = true});
    }
    if (device->world->board.cpu_reset) {
        device_check_window(device);
    }
    board_command(&device->world->board, page, machine_window(device->machine),
                  &device->board_sink);
    if (device->world->boots != boots) {
        device_take_counts(device);
    }
    device->world->wait =
        device->world->board.asleep ? WAIT_ASLEEP : WAIT_SERVED;
}

/* Everything due by the command's own time happens before the answer is seen: a
 * step that it triggered, a cut in the operation that it began. */
static int serve_command(struct device *device, uint64_t now, struct diag *diag)
{
    struct run *run = device->run;

    power_update(device, now);
    serve_board(device);
    power_update(device, device->world->board.now_ns);
    int err = steps_carry_out(run, diag);

    while (err == 0 && device->world->wait != WAIT_RUNS &&
           agenda_next(run) <= device->world->board.now_ns) {
        err = agenda_happen(run, agenda_next(run), diag);
    }
    device->world->wait =
        device->world->wait == WAIT_SERVED ? WAIT_RUNS : device->world->wait;
    device_look(device);
    return err;
}

static void wake(struct device *device, uint64_t now)
{
    device->world->nudged = false;
    device_advance(device, now);
    board_wake(&device->world->board, machine_page(device->machine), now);
    device->world->wait = WAIT_RUNS;
    power_update(device, now);
}

int serve_device(struct device *device, uint64_t now, struct diag *diag)
{
    switch (device->world->wait) {
    case WAIT_COMMAND:
        return serve_command(device, now, diag);
    case WAIT_ASLEEP:
        wake(device, now);
        return 0;
    case WAIT_RESET:
        return serve_reset(device, now, diag);
    default:
        return 0;
    }
}
