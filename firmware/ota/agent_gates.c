/* SPDX-License-Identifier: MIT */
/* When a download may start or continue: an ordered table. */
#include "ota/agent_parts.h"

#define DAY_S 86400u
#define BEGUN_MV 100u /* this much less battery is enough to continue */

struct gate {
    const struct agent *agent;
    const struct agent_figures *figures;
    struct agent_supply supply;
    uint32_t left; /* bytes left to fetch */
    bool begun;
};

static bool put_off_by_owner(const struct gate *gate)
{
    return agent_now(gate->agent) < gate->agent->deferred_ms;
}

static bool outside_window(const struct gate *gate)
{
    const struct agent_port *port = gate->agent->port;
    uint32_t now = (uint32_t)(port->rtc_ms(port->context) / 1000u % DAY_S);
    uint32_t since = (now + DAY_S - gate->figures->window_start_s % DAY_S);

    return since % DAY_S >= gate->figures->window_length_s;
}

static bool battery_low(const struct gate *gate)
{
    uint32_t need = gate->figures->battery_mv;
    uint32_t less = gate->begun ? BEGUN_MV : 0;

    return gate->supply.battery_mv < (need > less ? need - less : 0);
}

static bool energy_low(const struct gate *gate)
{
    uint64_t need = agent_energy_mj(gate->agent, gate->left) *
                    gate->figures->energy_percent / 100u;

    return gate->supply.left_mj != UINT32_MAX && gate->supply.left_mj < need;
}

static bool link_poor(const struct gate *gate)
{
    return gate->agent->losses > gate->figures->link_losses;
}

/* In order; the first that holds keeps the gate closed. */
static const struct {
    bool (*closed)(const struct gate *gate);
    enum agent_why why;
} gates[] = {
    {put_off_by_owner, AGENT_WHY_DEFERRED},
    {outside_window, AGENT_WHY_OUTSIDE_WINDOW},
    {battery_low, AGENT_WHY_BATTERY_LOW},
    {energy_low, AGENT_WHY_ENERGY_LOW},
    {link_poor, AGENT_WHY_LINK_POOR},
};

enum agent_why agent_gate(const struct agent *agent, uint32_t left, bool begun)
{
    struct gate gate = {.agent = agent,
                        .figures = &agent->figures,
                        .left = left,
                        .begun = begun};

    agent->port->supply(agent->port->context, &gate.supply);
    for (unsigned i = 0; i < sizeof(gates) / sizeof(gates[0]); i++) {
        if (gates[i].closed(&gate)) {
            return gates[i].why;
        }
    }
    return AGENT_WHY_NONE;
}
