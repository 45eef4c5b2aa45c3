/* SPDX-License-Identifier: MIT */
/* The agent's frame: which phase does what, and the functions that its owner
 * calls. */
#include "ota/agent.h"

#include <string.h>

#include "ota/agent_parts.h"
#include "ota/load.h"

#define DATAGRAMS_A_STEP 8u

/* ---- phases ----------------------------------------------------------------- */

static enum agent_phase wait_work(struct agent *agent)
{
    if (agent_now(agent) >= agent->due_ms) {
        return AGENT_PHASE_DESCRIPTOR;
    }
    return agent_report_due(agent) ? agent_report_first(agent, AGENT_PHASE_WAIT)
                                   : AGENT_PHASE_STAY;
}

/* A report does not hold up a poll. */
static enum agent_phase report_work(struct agent *agent)
{
    if (agent->after_report == AGENT_PHASE_WAIT &&
        agent_now(agent) >= agent->due_ms) {
        coap_stop(&agent->exchange);
        return agent_report_lost(agent, AGENT_WHY_UNREACHABLE);
    }
    return AGENT_PHASE_STAY;
}

static enum agent_phase web_begin(struct agent *agent)
{
    return agent->port->web != NULL
               ? agent->port->web->begin(agent)
               : agent_fail(agent, AGENT_WHY_SERVER_REFUSED);
}

static enum agent_phase web_work(struct agent *agent)
{
    return agent->port->web->work(agent);
}

/* For each phase: what starts it, what it does in each step, with an answer,
 * and without one. Each returns the next phase. */
static const struct {
    agent_act *begin;
    agent_act *work;
    agent_answered *answered;
    agent_lost *lost;
} phases[] = {
    [AGENT_PHASE_WAIT] = {.work = wait_work},
    [AGENT_PHASE_DESCRIPTOR] = {.begin = agent_poll,
                                .answered = agent_offer_answered,
                                .lost = agent_offer_lost},
    [AGENT_PHASE_MEND] = {.work = agent_mend},
    [AGENT_PHASE_IMAGE] = {.begin = agent_fetch,
                           .answered = agent_image_answered,
                           .lost = agent_image_lost},
    [AGENT_PHASE_WEB] = {.begin = web_begin, .work = web_work},
    [AGENT_PHASE_VERIFY] = {.begin = agent_verify_begin, .work = agent_verify},
    [AGENT_PHASE_REPORT] = {.begin = agent_report,
                            .work = report_work,
                            .answered = agent_report_answered,
                            .lost = agent_report_lost},
    [AGENT_PHASE_RESTART] = {NULL, NULL, NULL, NULL},
};

static void leave(struct agent *agent)
{
    if (agent->phase == AGENT_PHASE_WEB && agent->port->web != NULL) {
        agent->port->web->end(agent);
    }
}

static void enter(struct agent *agent, enum agent_phase next)
{
    while (next != AGENT_PHASE_STAY) {
        leave(agent);
        agent->phase = next;
        next =
            phases[next].begin ? phases[next].begin(agent) : AGENT_PHASE_STAY;
    }
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t next_time(const struct agent *agent)
{
    if (agent->connecting && agent->exchange.busy) {
        return agent->channel_ms;
    }
    switch (agent->phase) {
    case AGENT_PHASE_WAIT:
        return earlier(agent->due_ms, agent_report_time(agent));
    case AGENT_PHASE_REPORT:
        return agent->after_report == AGENT_PHASE_WAIT
                   ? earlier(agent->due_ms, agent->exchange.next_ms)
                   : agent->exchange.next_ms;
    case AGENT_PHASE_DESCRIPTOR:
    case AGENT_PHASE_IMAGE:
        return agent->exchange.next_ms;
    case AGENT_PHASE_WEB:
        return agent->port->web->time(agent);
    case AGENT_PHASE_RESTART:
        return AGENT_NEVER;
    default:
        return agent_now(agent);
    }
}

/* ---- exchanges ----------------------------------------------------------------- */

static void obey(struct agent *agent, enum coap_step step,
                 const struct coap_answer *answer)
{
    switch (step) {
    case COAP_STEP_SEND:
        agent_transmit(agent, agent->exchange.bytes, agent->exchange.length);
        break;
    case COAP_STEP_REPLY:
        agent_transmit(agent, agent->exchange.reply,
                       sizeof(agent->exchange.reply));
        break;
    case COAP_STEP_ANSWER_REPLY:
        agent_transmit(agent, agent->exchange.reply,
                       sizeof(agent->exchange.reply));
        enter(agent, phases[agent->phase].answered(agent, answer));
        break;
    case COAP_STEP_ANSWER:
        enter(agent, phases[agent->phase].answered(agent, answer));
        break;
    case COAP_STEP_RESET:
        enter(agent,
              phases[agent->phase].lost(agent, AGENT_WHY_SERVER_REFUSED));
        break;
    case COAP_STEP_TIMEOUT:
        enter(agent, phases[agent->phase].lost(agent, AGENT_WHY_UNREACHABLE));
        break;
    case COAP_STEP_NONE:
        break;
    }
}

/* False: there may be more datagrams. */
static bool take_datagrams(struct agent *agent)
{
    for (unsigned i = 0; i < DATAGRAMS_A_STEP; i++) {
        int32_t length =
            agent->port->receive(agent->port->context, agent->datagram,
                                 sizeof(agent->datagram));
        struct coap_answer answer;

        if (length < 0) {
            return true;
        }
        if (agent_observe_take(agent, agent->datagram, (uint32_t)length)) {
            continue;
        }
        enum coap_step step =
            coap_take(&agent->exchange, agent->datagram, (uint32_t)length,
                      agent_now(agent), &answer);
        obey(agent, step, &answer);
    }
    return false;
}

/* The request waits for the channel, which is no datagram lost: its time begins
 * when it can be sent. False: it still waits. */
static bool set_up(struct agent *agent)
{
    enum agent_why why = AGENT_WHY_UNREACHABLE;

    switch (
        agent->port->channel(agent->port->context, &agent->channel_ms, &why)) {
    case AGENT_CHANNEL_BUSY:
        return false;
    case AGENT_CHANNEL_READY:
        coap_again(&agent->exchange, agent_now(agent));
        agent_transmit(agent, agent->exchange.bytes, agent->exchange.length);
        return !agent->connecting;
    default:
        agent->connecting = false;
        coap_stop(&agent->exchange);
        enter(agent, phases[agent->phase].lost(agent, why));
        return true;
    }
}

/* ---- for the owner ----------------------------------------------------------- */

static bool is_damaged(const struct agent *agent, uint8_t slot)
{
    const struct agent_port *port = agent->port;
    struct image_limits limits = {.slot_size = port->slots[slot].length,
                                  .load_base = port->load_base,
                                  .load_size = port->load_size};
    struct image_info info;

    return image_peek(port->flash, port->slots[slot], &limits, &info) !=
           OTA_REASON_NONE;
}

/* The recovery image may use every slot there is: the one in which a download
 * has started, else a damaged one, a before b. */
static uint8_t recovery_target(const struct agent *agent)
{
    const struct mechanism *mechanism = mechanism_of(agent->port->mechanism);
    const struct progress *record = &agent->log.now;

    if (record->written && record->result != AGENT_RESULT_SUCCESS &&
        mechanism_has(mechanism, record->slot)) {
        return record->slot;
    }
    for (uint8_t slot = OTA_SLOT_A; slot <= OTA_SLOT_B; slot++) {
        if (mechanism_has(mechanism, slot) && is_damaged(agent, slot)) {
            return slot;
        }
    }
    return OTA_SLOT_A;
}

static uint8_t target_of(const struct agent *agent)
{
    uint8_t slot = agent->info.slot;

    if (agent->recovery && slot == OTA_SLOT_RECOVERY) {
        return recovery_target(agent);
    }
    return mechanism_of(agent->port->mechanism)
        ->target[slot < OTA_SLOT_COUNT ? slot : OTA_SLOT_RECOVERY];
}

void agent_start(struct agent *agent, const struct agent_port *port,
                 const struct agent_figures *figures,
                 const struct boot_info *info, bool recovery)
{
    memset(agent, 0, sizeof(*agent));
    agent->port = port;
    agent->figures = *figures;
    agent->info = *info;
    agent->recovery = recovery;
    /* A log that cannot be opened keeps nothing, and then nothing is
     * fetched. */
    (void)progress_open(&agent->log, port->flash, port->progress);
    (void)failed_open(&agent->failed, port->flash, port->failed);
    (void)offers_open(&agent->offers, port->flash, port->offers);
    agent->target = target_of(agent);
    agent->started_ms = agent_now(agent);
    uint64_t wait = 0;
    if (!agent_on_trial(agent)) {
        agent_verdict(agent);
        wait = agent_random_upto(agent, figures->first_poll_ms);
    }
    agent->phase =
        agent_wait(agent, port->browned_out ? agent_sagged(agent) : wait);
    agent->report_ms = agent->due_ms + 1u;
}

uint64_t agent_step(struct agent *agent)
{
    agent->connecting = agent->connecting && agent->exchange.busy;
    if (agent->connecting && !set_up(agent)) {
        return agent->channel_ms;
    }
    /* a byte stream has the radio to itself */
    bool drained = agent->phase == AGENT_PHASE_WEB || take_datagrams(agent);

    if (agent->exchange.busy && agent_now(agent) >= agent->exchange.next_ms) {
        obey(agent, coap_tick(&agent->exchange, agent_now(agent)), NULL);
    }
    if (phases[agent->phase].work) {
        enter(agent, phases[agent->phase].work(agent));
    }
    return drained ? next_time(agent) : agent_now(agent);
}

bool agent_wants_restart(const struct agent *agent)
{
    return agent->phase == AGENT_PHASE_RESTART;
}

bool agent_is_waiting(const struct agent *agent)
{
    return agent->phase == AGENT_PHASE_WAIT;
}

void agent_poll_now(struct agent *agent)
{
    if (agent->phase == AGENT_PHASE_REPORT &&
        agent->after_report == AGENT_PHASE_WAIT) {
        agent->due_ms = agent_now(agent);
    }
    if (agent->phase == AGENT_PHASE_WAIT) {
        (void)agent_wait(agent, 0);
    }
    agent->skip_backoff = true;
    agent->deferred_ms = 0;
}

void agent_defer(struct agent *agent, uint64_t ms)
{
    uint64_t now = agent_now(agent);

    agent->skip_backoff = false;
    agent->deferred_ms = ms < AGENT_NEVER - now ? now + ms : AGENT_NEVER;
}

bool agent_forget(struct agent *agent)
{
    struct progress record = agent->log.now;

    if (agent->phase != AGENT_PHASE_WAIT) {
        coap_stop(&agent->exchange);
        leave(agent);
        agent->phase = agent_wait_for_poll(agent);
    }
    if (record.result == AGENT_RESULT_SUCCESS ||
        (record.written == 0 && record.state == AGENT_STATE_IDLE)) {
        return true; /* it does not rely on anything there */
    }
    if (record.state != AGENT_STATE_IDLE) {
        agent_say(&record, AGENT_STATE_IDLE, AGENT_WHY_NONE);
        record.result = AGENT_RESULT_CANCELLED;
    }
    progress_restart(&record);
    memset(&record.etag, 0, sizeof(record.etag));
    return agent_keep(agent, &record);
}

const struct progress *agent_progress(const struct agent *agent)
{
    return &agent->log.now;
}

/* ---- on trial ------------------------------------------------------------------ */

/* Record whose fault it was, for the image that will run next. */
static void note_surroundings(struct agent *agent)
{
    struct progress record = agent->log.now;

    if (record.sequence &&
        memcmp(record.image_digest, agent->info.digest, OTA_DIGEST_SIZE) == 0) {
        record.excused = 1;
        /* If this is not kept, the journal's reason says the same. */
        (void)agent_keep(agent, &record);
    }
}

enum agent_answer agent_trial(struct agent *agent)
{
    uint64_t waited = agent_now(agent) - agent->started_ms;
    bool way_back = agent->info.reason == OTA_REASON_NONE;

    if (!agent_on_trial(agent) || !way_back || agent->server_seen) {
        return AGENT_YES;
    }
    if (waited < agent->figures.trial_server_ms && !agent->port->browned_out) {
        return AGENT_WAIT;
    }
    note_surroundings(agent);
    return AGENT_NO;
}
