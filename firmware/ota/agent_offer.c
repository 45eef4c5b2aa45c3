/* SPDX-License-Identifier: MIT */
/* What is published, and whether this device wants it. */
#include <string.h>

#include "ota/agent_parts.h"
#include "ota/load.h"

#define NOT_FOUND COAP_CODE(4, 4)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- asking ------------------------------------------------------------------ */

/* No useful answer: nothing is kept, because nothing has changed. */
enum agent_phase agent_offer_lost(struct agent *agent, enum agent_why why)
{
    uint64_t wait = agent_jitter(agent, agent_backoff(agent, agent->misses));

    agent->misses += agent->misses < UINT32_MAX;
    agent_trace(agent, AGENT_EVENT_DEFER, why, (uint32_t)(wait / 1000u), 0);
    (void)agent_wait(agent, wait);
    if (agent->report_ms <= agent->due_ms) {
        agent->report_ms = agent->due_ms + 1u;
    }
    return AGENT_PHASE_WAIT;
}

static enum agent_phase ask(struct agent *agent,
                            const struct coap_request *request)
{
    return agent_ask(agent, request, agent->figures.retransmits)
               ? AGENT_PHASE_STAY
               : agent_offer_lost(agent, AGENT_WHY_SERVER_REFUSED);
}

enum agent_phase agent_poll(struct agent *agent)
{
    struct coap_request request = {.code = COAP_GET, .path = "descriptor"};

    if (agent->offer.size != 0) {
        request.etag = agent->offer_etag;
    }
    agent->fill = 0;
    agent->polls++;
    agent_trace(agent, AGENT_EVENT_POLL, agent->polls, 0, 0);
    agent_observe_ask(agent, &request);
    enum agent_phase next = ask(agent, &request);
    agent_observe_asked(agent);
    return next;
}

/* ---- judging ------------------------------------------------------------------ */

static bool digest_is(const uint8_t a[OTA_DIGEST_SIZE],
                      const uint8_t b[OTA_DIGEST_SIZE])
{
    return memcmp(a, b, OTA_DIGEST_SIZE) == 0;
}

static bool runs_already(const struct agent *agent)
{
    return digest_is(agent->offer.image_digest, agent->info.digest);
}

/* The bootloader compares it with fuses and fallback, but the recovery image is
 * nobody's fallback. */
static bool counter_low(const struct agent *agent)
{
    return agent->offer.counter < agent->info.fuse_counter ||
           (!agent->recovery && agent->offer.counter < agent->info.counter);
}

static bool counter_high(const struct agent *agent)
{
    return agent->offer.counter > agent->port->counter_capacity;
}

/* Boot-info does not give the build number, but the slot does. */
static bool is_older(const struct agent *agent)
{
    const struct agent_port *port = agent->port;
    const struct ota_area *own = &port->slots[agent->info.slot & 1u];
    struct image_limits limits = {.slot_size = own->length,
                                  .load_base = port->load_base,
                                  .load_size = port->load_size};
    const struct image_version *version = &agent->offer.version;
    struct image_info info;

    if (image_peek(port->flash, *own, &limits, &info) == OTA_REASON_NONE &&
        digest_is(info.digest, agent->info.digest)) {
        return image_version_compare(version, &info.version) < 0;
    }
    return image_version_pack(version) < agent->info.version;
}

static bool goes_back(const struct agent *agent)
{
    return !agent->recovery && agent->offer.counter == agent->info.counter &&
           is_older(agent);
}

static bool too_large(const struct agent *agent)
{
    return agent->offer.size > agent->port->slots[agent->target].length ||
           agent->offer.size > agent->port->load_size;
}

static bool failed_before(const struct agent *agent)
{
    return failed_contains(&agent->failed, agent->offer.image_digest);
}

/* For when that could not be written to the log. */
static bool rejected(const struct agent *agent)
{
    return digest_is(agent->offer.image_digest, agent->info.rejected[0]) ||
           digest_is(agent->offer.image_digest, agent->info.rejected[1]);
}

static bool ended_before(const struct agent *agent)
{
    const struct progress *record = &agent->log.now;

    return record->final && agent->offer.release == record->release &&
           digest_is(agent->offer.image_digest, record->image_digest);
}

/* In order; the first that holds refuses. The signature was checked before all
 * of these, in descriptor_read(). */
static const struct {
    bool (*when)(const struct agent *agent);
    enum agent_why why;
} rules[] = {
    {agent_release_stale, AGENT_WHY_STALE},
    {agent_release_too_far, AGENT_WHY_TOO_FAR},
    {runs_already, AGENT_WHY_NOT_NEWER},
    {agent_on_trial, AGENT_WHY_ON_TRIAL},
    {counter_low, AGENT_WHY_COUNTER_LOW},
    {counter_high, AGENT_WHY_COUNTER_HIGH},
    {goes_back, AGENT_WHY_DOWNGRADE},
    {too_large, AGENT_WHY_TOO_LARGE},
    {failed_before, AGENT_WHY_REJECTED_BEFORE},
    {rejected, AGENT_WHY_REJECTED_BEFORE},
    {ended_before, AGENT_WHY_REJECTED_BEFORE},
};

static enum agent_why judge(const struct agent *agent)
{
    for (unsigned i = 0; i < COUNT(rules); i++) {
        if (rules[i].when(agent)) {
            return rules[i].why;
        }
    }
    return AGENT_WHY_NONE;
}

/* ---- saying no ----------------------------------------------------------------- */

/* Is it the first time since the start? */
static bool to_be_shown(struct agent *agent, enum agent_why why)
{
    bool shown = agent->shown && agent->shown_why == why &&
                 agent->shown_release == agent->offer.release;

    agent->shown = true;
    agent->shown_why = (uint8_t)why;
    agent->shown_release = agent->offer.release;
    return !shown;
}

/* True: it was the first time. */
static bool trace_refusal(struct agent *agent, enum agent_why why)
{
    bool first = to_be_shown(agent, why);

    if (first) {
        agent_trace(agent, AGENT_EVENT_REFUSE, why,
                    image_version_pack(&agent->offer.version), 0);
    }
    return first;
}

/* Nothing wanted is offered: whatever was started is over. */
static enum agent_phase unneeded(struct agent *agent)
{
    struct progress record = agent->log.now;

    if (record.state != AGENT_STATE_IDLE) {
        agent_say(&record, AGENT_STATE_IDLE, AGENT_WHY_NOT_NEWER);
        record.result = AGENT_RESULT_CANCELLED;
        (void)agent_keep(agent, &record); /* otherwise at the next poll */
    }
    return agent_wait_for_poll(agent);
}

/* Has it ended, well or badly? */
static bool is_over(const struct progress *record)
{
    return record->final || record->result == AGENT_RESULT_SUCCESS;
}

/* Checking a signature is expensive: a useless offer is not checked with every
 * poll. */
static enum agent_phase wait_longer(struct agent *agent)
{
    uint64_t wait = agent_backoff(agent, agent->misses);
    uint64_t poll = agent->figures.poll_ms;

    agent->misses += agent->misses < UINT32_MAX;
    return agent_wait(agent, agent_jitter(agent, wait > poll ? wait : poll));
}

/* The author is unknown: a download continues when the genuine offer comes
 * again, and an ended one keeps its result. */
static enum agent_phase refuse_unread(struct agent *agent, enum agent_why why)
{
    struct progress record = agent->log.now;

    memset(&agent->offer, 0, sizeof(agent->offer));
    (void)trace_refusal(agent, why);
    if (!is_over(&record)) {
        agent_say(&record, (enum agent_state)record.state, why);
        (void)agent_keep(agent, &record);
    }
    return wait_longer(agent);
}

/* The server is told, but nothing is written: an attacker who replays old
 * offers has many of them, and none says anything about a newer release. */
static enum agent_phase refuse_number(struct agent *agent, enum agent_why why)
{
    if (trace_refusal(agent, why)) {
        agent->aside_why = (uint8_t)why;
        agent->aside_release = agent->offer.release;
    }
    return wait_longer(agent);
}

static enum agent_phase refuse(struct agent *agent, enum agent_why why)
{
    struct progress record;

    (void)trace_refusal(agent, why);
    agent_record(agent, &record);
    if (!record.final) {
        agent_say(&record, AGENT_STATE_IDLE, why);
        record.final = why == AGENT_WHY_REJECTED_BEFORE;
        (void)agent_keep(agent, &record);
    }
    return agent_wait_for_poll(agent);
}

/* ---- the answer ------------------------------------------------------------------ */

/* An offer with an acceptable number is kept as the highest before anything
 * else is done with it. */
static enum agent_phase consider(struct agent *agent)
{
    agent_release_look(agent);
    enum agent_why why = judge(agent);
    if (why == AGENT_WHY_STALE || why == AGENT_WHY_TOO_FAR) {
        return refuse_number(agent, why);
    }
    if (!agent_release_keep(agent)) {
        return agent_cannot_keep(agent);
    }
    if (why != AGENT_WHY_NONE) {
        return why == AGENT_WHY_NOT_NEWER ? unneeded(agent)
                                          : refuse(agent, why);
    }
    if (to_be_shown(agent, why)) {
        agent_trace(agent, AGENT_EVENT_OFFER,
                    image_version_pack(&agent->offer.version),
                    agent->offer.counter, agent->offer.size);
    }
    agent->misses = 0;
    return agent_begin(agent);
}

/* A server or proxy may give it in blocks without being asked. False: not the
 * next block, too small a block, or more than a descriptor. */
static bool gather(struct agent *agent, const struct coap_answer *answer)
{
    uint64_t from =
        answer->has_block ? (uint64_t)answer->block << (answer->szx + 4u) : 0;

    if (from != agent->fill || answer->length > DESCRIPTOR_SIZE - agent->fill ||
        (answer->has_block && answer->more &&
         (answer->length != 16u << answer->szx ||
          answer->length < AGENT_BLOCK_MIN))) {
        return false;
    }
    if (answer->length != 0) { /* otherwise there is no payload */
        memcpy(agent->block + agent->fill, answer->payload, answer->length);
    }
    agent->fill += answer->length;
    return true;
}

/* The same bytes need no second signature check: not every server has a stable
 * ETag. Only a server that repeats its answer is polled as often as before. */
static enum agent_why verify(struct agent *agent)
{
    enum agent_why why;

    if (agent->offer.size != 0 && agent->fill == DESCRIPTOR_SIZE &&
        memcmp(agent->block, agent->offer_bytes, DESCRIPTOR_SIZE) == 0) {
        agent->misses = 0;
        return AGENT_WHY_NONE;
    }
    why = descriptor_read(agent->block, agent->fill, &agent->port->keys,
                          &agent->offer);
    memcpy(agent->offer_bytes, agent->block, DESCRIPTOR_SIZE);
    return why;
}

static enum agent_phase ask_for_more(struct agent *agent,
                                     const struct coap_answer *answer)
{
    struct coap_request request = {.code = COAP_GET,
                                   .path = "descriptor",
                                   .has_block = true,
                                   .block = answer->block + 1u,
                                   .szx = answer->szx};

    return ask(agent, &request);
}

static enum agent_phase read_offer(struct agent *agent,
                                   const struct coap_answer *answer)
{
    enum agent_why why = AGENT_WHY_BAD_MANIFEST;
    bool gathered = gather(agent, answer);

    if (gathered && answer->has_block && answer->more) {
        return ask_for_more(agent, answer);
    }
    if (gathered) {
        why = verify(agent);
    }
    agent->fill = 0;
    if (why != AGENT_WHY_NONE) {
        return refuse_unread(agent, why);
    }
    agent->offer_etag = answer->etag;
    return consider(agent);
}

static enum agent_phase nothing_published(struct agent *agent)
{
    memset(&agent->offer, 0, sizeof(agent->offer));
    agent->misses = 0;
    return unneeded(agent);
}

static enum agent_phase take_answer(struct agent *agent,
                                    const struct coap_answer *answer)
{
    if (agent_on_trial(agent)) {
        agent->due_ms = AGENT_NEVER; /* nothing is fetched */
        return AGENT_PHASE_WAIT;
    }
    if (answer->code == COAP_CONTENT) {
        return read_offer(agent, answer);
    }
    if (answer->code == COAP_VALID && agent->offer.size != 0) {
        agent->misses = 0;
        return consider(agent);
    }
    return answer->code == NOT_FOUND
               ? nothing_published(agent)
               : agent_offer_lost(agent, AGENT_WHY_SERVER_REFUSED);
}

enum agent_phase agent_offer_answered(struct agent *agent,
                                      const struct coap_answer *answer)
{
    agent->server_seen = true;
    agent->losses = agent->exchange.tries;
    if (agent->fill == 0) {
        agent_observe_answered(agent, answer);
    }
    enum agent_phase next = take_answer(agent, answer);
    if (next == AGENT_PHASE_WAIT) { /* otherwise it is being processed */
        agent_sag_over(agent);
    }
    return next;
}
