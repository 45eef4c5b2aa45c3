/* SPDX-License-Identifier: MIT */
#include "engine/pause.h"

#include "engine/agenda.h"
#include "engine/day.h"
#include "engine/device.h"
#include "engine/net.h"
#include "engine/power.h"
#include "engine/secure.h"

/* A CPU that has announced its reset and waits for the answer is reset there;
 * it would do the same itself. The wipe in the ROM makes what is in SRAM
 * irrelevant, and a scrambled SRAM shows it if that is not so. */
static int obey(struct device *device, struct diag *diag)
{
    struct board *board = &device->world->board;

    if (!board->reset_announced || board->reset_asserted ||
        device->world->wait != WAIT_RUNS) {
        return 0;
    }
    board_warm_reset(board, board->now_ns, (enum ctl_reset_cause)board->cause);
    board->sram = BOARD_SRAM_SCRAMBLED;
    power_update(device, board->now_ns);
    device->world->wait = WAIT_SERVED; /* so that it is told */
    return device_struck(device, diag);
}

/* Whatever is due until then happens: a packet arrives at nobody, a step at a
 * time is carried out, an outage ends. */
static int pass(struct run *run, uint64_t until, struct diag *diag)
{
    int err = 0;

    while (err == 0 && agenda_next(run) <= until) {
        uint64_t next = agenda_next(run);

        run->world->now_ns =
            next > run->world->now_ns ? next : run->world->now_ns;
        err = agenda_happen(run, next, diag);
    }
    run->world->now_ns =
        until > run->world->now_ns ? until : run->world->now_ns;
    return err;
}

static void begin_anew(struct device *device)
{
    const struct scenario *scenario = device->run->given->scenario;
    uint64_t now = device->run->world->now_ns;

    device_advance(device, now);
    board_hold(&device->world->board, now);
    board_streams(&device->world->board, scenario->seed);
    net_streams(device);
    secure_forget(device->run);
    if (scenario->battery.given) {
        power_charge(device, now, scenario->battery.charge);
    }
}

/* After a reset from outside, the device boots at once: an operation of the
 * flash may still be in flight. */
static bool is_warm(const struct board *board)
{
    return board->sram == BOARD_SRAM_KEPT &&
           board->cause != CTL_CAUSE_POWER_ON &&
           board->cause != CTL_CAUSE_BROWN_OUT;
}

int pause_take(struct run *run, struct diag *diag)
{
    struct device *device = &run->device[0];

    if (!run->world->pauses || run->world->over) {
        return 0;
    }
    int err = obey(device, diag);

    if (err || !device_in_reset(device) || run->world->paused) {
        return err;
    }
    run->world->paused = true;
    if (is_warm(&device->world->board)) {
        return 0;
    }
    run->world->lasted_ns = run->world->now_ns - run->world->paused_ns;
    err = pass(run, (run->world->now_ns / DAY_NS + 1u) * DAY_NS, diag);
    begin_anew(device);
    run->world->paused_ns = run->world->now_ns;
    return err;
}
