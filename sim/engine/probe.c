/* SPDX-License-Identifier: MIT */
#include "engine/probe.h"

#include <string.h>

#include "engine/device.h"

/* As it is stored. */
#define WFI 0xBF30u

static struct device *probed(struct run *run)
{
    return &run->device[run->options->probe - 1];
}

const uint8_t *probe_memory(const struct run *run, uint32_t address,
                            uint32_t size)
{
    const struct device *device = &run->device[run->options->probe - 1];
    uint32_t at = address - BOARD_WINDOW_BASE;

    if (at >= BOARD_WINDOW_SIZE || size > BOARD_WINDOW_SIZE - at) {
        return NULL;
    }
    return machine_window(device->machine) + at;
}

static uint32_t halfword(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8;
}

/* It stands at its first instruction or after a command's. A CPU that does not
 * come back may be anywhere. */
static bool is_exact(struct device *device)
{
    uint32_t wait = device->world->wait;

    return wait == WAIT_RESET || wait == WAIT_LOST || device->ring_single ||
           machine_channel(device->machine)->event != CHANNEL_RING;
}

/* Unless the run is there. */
static int go(struct run *run, const struct run_until *until, struct diag *diag)
{
    const struct world *world = run->world;
    bool there =
        (until->what == UNTIL_EVENT && world->sequence >= until->sequence) ||
        (until->what == UNTIL_TURN && world->turns == until->turns &&
         world->phase == until->phase);

    return there ? 0 : run_to(run, until, diag);
}

int probe_single(struct run *run, struct diag *diag)
{
    return machine_single(probed(run)->machine, true, diag);
}

int probe_go(struct run *run, uint64_t from, const struct run_until *until,
             bool *exact, struct diag *diag)
{
    struct run_until before = {.what = UNTIL_EVENT, .sequence = from};
    int err = go(run, &before, diag);

    err = err ? err : probe_single(run, diag);
    err = err ? err : go(run, until, diag);
    *exact = is_exact(probed(run));
    return err || !*exact ? err : machine_hold(probed(run)->machine, diag);
}

int probe_leave(struct run *run, struct diag *diag)
{
    struct machine *machine = probed(run)->machine;
    int err = machine_single(machine, false, diag);

    machine_leave(machine);
    return err;
}

int probe_registers(struct run *run, struct probe_cpu *out, struct diag *diag)
{
    struct rsp_registers registers;
    int err = machine_registers(probed(run)->machine, &registers, diag);

    *out = (struct probe_cpu){.xpsr = registers.xpsr};
    memcpy(out->r, registers.r, sizeof out->r);
    return err;
}

bool probe_stands(const struct run *run)
{
    return machine_held(run->device[run->options->probe - 1].machine);
}

/* The world goes on until the CPU has its answer and may run. */
static int serve(struct run *run, struct diag *diag)
{
    static const struct run_until once = {.what = UNTIL_EVENT, .sequence = 0};
    const struct world_device *world = probed(run)->world;
    int err = 0;

    while (err == 0 && world->wait != WAIT_RUNS && !run_over(run)) {
        err = run_to(run, &once, diag);
    }
    return err;
}

/* A WFI sleeps until something outside happens, which is no step. */
static int check_step(struct run *run, struct diag *diag)
{
    struct probe_cpu registers;
    int err = probe_registers(run, &registers, diag);
    const uint8_t *at = probe_memory(run, registers.r[15], 2);

    if (err == 0 && at != NULL && halfword(at) == WFI) {
        err = diag_fail(diag, OTALAB_ERR_SIMULATOR,
                        "the CPU is about to sleep (WFI)");
    }
    return err;
}

/* The turn came back within the step: what that means, and what follows. */
static int go_on(struct run *run, enum machine_event event, struct diag *diag)
{
    int err = device_stand(probed(run), event, diag);

    return err ? err : serve(run, diag);
}

int probe_step(struct run *run, struct diag *diag)
{
    struct device *device = probed(run);
    enum machine_event event = MACHINE_DEAD;
    bool stepped = false;
    int err = check_step(run, diag);

    err = err ? err : serve(run, diag);
    while (err == 0 && !stepped && !run_over(run)) {
        device_grant_time(device);
        err = machine_hold(device->machine, diag);
        err = err ? err : machine_step(device->machine, &stepped, &event, diag);
        if (err == 0 && !stepped) {
            err = go_on(run, event, diag);
        }
    }
    return err;
}
