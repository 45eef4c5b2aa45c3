/* SPDX-License-Identifier: MIT */
#include "engine/join.h"

#include "outside/live.h"

_Static_assert(LIVE_BYTES == ARRIVALS_BYTES && LIVE_BYTES == LINK_BYTES,
               "whatever arrives fits everywhere");
_Static_assert(LIVE_SOCKETS >= SCENARIO_DEVICES, "a socket for each device");

bool join_is_live(const struct run *run)
{
    return run->given->scenario->network.live[0] != '\0';
}

int join_open(struct run *run, struct diag *diag)
{
    const struct run_options *options = run->options;

    if (!join_is_live(run)) {
        return 0;
    }
    if (options->arrivals != NULL) {
        return arrivals_copy(&run->result->arrivals, options->arrivals) == 0
                   ? 0
                   : diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    if (options->forks) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "network.live: a run with a real server cannot go "
                         "back to an earlier event; use 'otalab run'");
    }
    return live_open(&run->live, run->given->scenario->network.live,
                     options->live_anywhere, diag);
}

void join_close(struct run *run)
{
    if (run->live != NULL) {
        run->result->live_sent = live_counts(run->live)->sent;
        run->result->live_refused = live_counts(run->live)->refused;
    }
    live_close(run->live);
    run->live = NULL;
}

void join_send(struct device *device, uint32_t port, const uint8_t *bytes,
               uint32_t length)
{
    if (device->run->live != NULL) {
        live_send(device->run->live, device->number, port, bytes, length);
    }
}

/* ---- arrivals -------------------------------------------------------------- */

/* Nothing that has happened is later. */
static uint64_t latest(const struct run *run)
{
    uint64_t now = run->world->now_ns;

    for (unsigned i = 0; i < run->devices; i++) {
        uint64_t own = run->world->device[i].board.now_ns;

        now = own > now ? own : now;
    }
    return now;
}

static int add(struct run *run, uint64_t now, struct live_datagram *datagram,
               struct diag *diag)
{
    struct arrivals *arrivals = &run->result->arrivals;
    uint64_t last =
        arrivals->count > 0 ? arrivals->item[arrivals->count - 1].time_ns : 0;
    struct arrival arrival = {
        .time_ns = now > last ? now : last + 1,
        .device = datagram->device,
        .port = datagram->port,
        .length = datagram->length,
        .bytes = datagram->bytes,
    };

    return arrivals_add(arrivals, &arrival) == 0
               ? 0
               : diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
}

int join_wait(struct run *run, uint64_t next, struct diag *diag)
{
    struct live_datagram datagram;
    uint64_t waited = 0;

    if (run->live == NULL) {
        return 0;
    }
    uint64_t now = latest(run);
    uint64_t span = next > now ? next - now : 0;

    return live_wait(run->live, span, &waited, &datagram)
               ? add(run, now + (waited < span ? waited : span) + 1, &datagram,
                     diag)
               : 0;
}

/* The index is part of the world: a run that goes back takes them again. */
static const struct arrival *first(const struct run *run)
{
    const struct arrivals *arrivals = &run->result->arrivals;

    return run->world->arrivals < arrivals->count
               ? &arrivals->item[run->world->arrivals]
               : NULL;
}

uint64_t join_next(const struct device *device)
{
    const struct arrival *arrival = first(device->run);

    return arrival != NULL && arrival->device == device->number
               ? arrival->time_ns
               : BOARD_FOREVER;
}

const struct arrival *join_take(struct device *device)
{
    const struct arrival *arrival = first(device->run);

    device->run->world->arrivals++;
    return arrival;
}
