/* SPDX-License-Identifier: MIT */
#include "estimate/energy.h"

#define NS_PER_S UINT64_C(1000000000)
#define NS_PER_UJ UINT64_C(1000000000000) /* nW x ns */

/* As the device's agent sends them, see docs/protocol.md: a request for a block,
 * and what an answer holds besides it. */
#define REQUEST 16u
#define ANSWER 22u
/* Three times descriptor and report, on average. */
#define OTHERS 6u
#define OTHER_REQUEST 48u
#define OTHER_ANSWER 110u

int energy_uj(uint64_t ua, uint64_t mv, uint64_t ns, uint64_t *uj)
{
    uint64_t nw = 0;
    int err = estimate_times(ua, mv, &nw);

    return err ? err : estimate_scale(nw, ns, NS_PER_UJ, uj);
}

/* Time on the air of `packets` with `bytes` in all. */
static int air(const struct link_figures *way, uint64_t packets, uint64_t bytes,
               uint64_t *ns)
{
    uint64_t headers = 0;
    int err = estimate_times(packets, way->overhead, &headers);

    err = err ? err : estimate_plus(bytes, headers, &bytes);
    err = err ? err : estimate_times(bytes, 8, &bytes);
    if (err == 0 && way->rate == 0) {
        *ns = 0;
        return 0;
    }
    return err ? err : estimate_scale(bytes, NS_PER_S, way->rate, ns);
}

/* All that is on the way up or down. */
struct traffic {
    uint64_t exchanges;
    uint64_t bytes[LINK_DIRECTIONS];
};

static int traffic_of(const struct energy_figures *figures,
                      struct traffic *traffic)
{
    uint64_t blocks = 0;
    uint64_t answers = 0;
    uint64_t requests = 0;
    int err = estimate_scale_up(figures->bytes, 1, figures->block, &blocks);

    err = err ? err : estimate_plus(blocks, OTHERS, &traffic->exchanges);
    err = err ? err : estimate_times(blocks, REQUEST, &requests);
    err = err ? err : estimate_times(blocks, ANSWER, &answers);
    err = err ? err : estimate_plus(answers, figures->bytes, &answers);
    err = err ? err
              : estimate_plus(requests, OTHERS * OTHER_REQUEST,
                              &traffic->bytes[LINK_UP]);
    return err ? err
               : estimate_plus(answers, OTHERS * OTHER_ANSWER,
                               &traffic->bytes[LINK_DOWN]);
}

/* The part of every exchange during which nothing is on the air. */
static int waits(const struct energy_figures *figures, uint64_t exchanges,
                 uint64_t *ns)
{
    uint64_t once = 0;
    int err = 0;

    for (unsigned i = 0; i < LINK_DIRECTIONS && err == 0; i++) {
        err = estimate_plus(once, figures->way[i].latency, &once);
        err =
            err ? err : estimate_plus(once, figures->way[i].jitter / 2u, &once);
    }
    return err ? err : estimate_times(exchanges, once, ns);
}

static int times_of(const struct energy_figures *figures, struct energy *energy)
{
    struct traffic traffic = {0};
    uint64_t waiting = 0;
    uint64_t down = 0;
    int err = traffic_of(figures, &traffic);

    energy->exchanges = traffic.exchanges;
    err = err ? err
              : air(&figures->way[LINK_UP], traffic.exchanges,
                    traffic.bytes[LINK_UP], &energy->ns[BATTERY_RADIO_TX]);
    err = err ? err
              : air(&figures->way[LINK_DOWN], traffic.exchanges,
                    traffic.bytes[LINK_DOWN], &down);
    err = err ? err : waits(figures, traffic.exchanges, &waiting);
    err = err ? err : estimate_plus(down, waiting, &waiting);
    err = err ? err
              : estimate_plus(waiting, figures->receive_ns,
                              &energy->ns[BATTERY_RADIO_RX]);
    energy->ns[BATTERY_RADIO_TAIL] = figures->tail_ns;
    return err;
}

int energy_of(const struct energy_figures *figures, struct energy *energy)
{
    struct energy sum = {0};
    int err = times_of(figures, &sum);

    for (unsigned i = 0; i < BATTERY_RADIO_STATES && err == 0; i++) {
        err = energy_uj(figures->ua[i], figures->mv, sum.ns[i], &sum.uj[i]);
        err = err ? err : estimate_plus(sum.total_ns, sum.ns[i], &sum.total_ns);
        err = err ? err : estimate_plus(sum.total_uj, sum.uj[i], &sum.total_uj);
    }
    if (err == 0) {
        *energy = sum;
    }
    return err;
}
