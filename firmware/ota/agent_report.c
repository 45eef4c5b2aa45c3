/* SPDX-License-Identifier: MIT */
/* Reports to the server, repeated until it acknowledges them. */
#include "ota/agent_parts.h"
#include "ota/report.h"

/* A report must not hold up anything for long. */
#define REPORT_RETRANSMITS 1u

/* Does the server know what the record says? */
static bool is_record_told(const struct agent *agent)
{
    return agent->log.now.sequence == 0 || agent->log.now.reported;
}

static bool is_reported(const struct agent *agent)
{
    return agent_on_trial(agent) ||
           (is_record_told(agent) && agent->aside_why == AGENT_WHY_NONE);
}

/* The record; once that is reported, what to say about another offer. */
static struct progress to_tell(const struct agent *agent)
{
    struct progress tell = agent->log.now;

    if (is_record_told(agent)) {
        agent_say(&tell, (enum agent_state)tell.state,
                  (enum agent_why)agent->aside_why);
        tell.release = agent->aside_release;
    }
    return tell;
}

/* False: that could not be kept. */
static bool keep_told(struct agent *agent)
{
    struct progress record = agent->log.now;

    if (is_record_told(agent)) {
        agent->aside_why = AGENT_WHY_NONE;
        return true;
    }
    record.reported = 1;
    return agent_keep(agent, &record);
}

uint64_t agent_report_time(const struct agent *agent)
{
    return is_reported(agent) ? AGENT_NEVER : agent->report_ms;
}

bool agent_report_due(const struct agent *agent)
{
    return agent_report_time(agent) <= agent_now(agent);
}

enum agent_phase agent_report_first(struct agent *agent, enum agent_phase then)
{
    agent->after_report = then;
    return AGENT_PHASE_REPORT;
}

enum agent_phase agent_report(struct agent *agent)
{
    struct progress tell = to_tell(agent);
    char text[REPORT_MAX];
    int32_t length = report_write(&tell, agent->info.version, agent->info.slot,
                                  text, sizeof(text));
    struct coap_request request = {.code = COAP_POST,
                                   .path = "status",
                                   .payload = text,
                                   .length = (uint32_t)length};

    if (length < 0 || !agent_ask(agent, &request, REPORT_RETRANSMITS)) {
        return agent_report_lost(agent, AGENT_WHY_BAD_ANSWER);
    }
    return AGENT_PHASE_STAY;
}

enum agent_phase agent_report_lost(struct agent *agent, enum agent_why why)
{
    uint64_t wait = agent_backoff(agent, agent->report_misses);

    (void)why;
    agent->report_misses += agent->report_misses < UINT32_MAX;
    agent->report_ms = agent_now(agent) + agent_jitter(agent, wait);
    return agent->after_report;
}

enum agent_phase agent_report_answered(struct agent *agent,
                                       const struct coap_answer *answer)
{
    struct progress told = to_tell(agent);

    agent->server_seen = true;
    if (answer->code >> 5 != 2u || !keep_told(agent)) {
        return agent_report_lost(agent, AGENT_WHY_SERVER_REFUSED);
    }
    agent->report_misses = 0;
    agent_trace(agent, AGENT_EVENT_REPORT, told.state, told.result, 0);
    return agent->after_report;
}
