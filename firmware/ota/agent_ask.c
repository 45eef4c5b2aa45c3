/* SPDX-License-Identifier: MIT */
/*
 * What the bootloader is to do at the next restart: try what was stored, or let
 * recovery fetch. The request comes first and the record after it: a record that
 * says so means that the request was made, and a second request does no harm.
 */
#include "ota/agent_parts.h"

static enum agent_phase refused(struct agent *agent, enum ota_reason reason)
{
    return agent_fail(agent, reason == OTA_REASON_FLASH_ERROR
                                 ? AGENT_WHY_FLASH_ERROR
                                 : AGENT_WHY_BAD_IMAGE);
}

/* The server is told first, once; a record that cannot be kept only leads to
 * another request. */
static enum agent_phase restart(struct agent *agent,
                                const struct progress *record)
{
    (void)agent_keep(agent, record);
    return agent_report_due(agent)
               ? agent_report_first(agent, AGENT_PHASE_RESTART)
               : AGENT_PHASE_RESTART;
}

/* ---- recovery fetches ----------------------------------------------------- */

bool agent_gives_way(const struct agent *agent)
{
    return mechanism_of(agent->port->mechanism)->recovery_fetches &&
           !agent->recovery;
}

enum agent_phase agent_ask_to_fetch(struct agent *agent,
                                    struct progress *record)
{
    const struct agent_port *port = agent->port;
    enum ota_reason reason =
        port->ask_fetch(port->context, record->slot, record->release,
                        record->image_digest);

    if (reason != OTA_REASON_NONE) {
        (void)agent_keep(agent, record); /* the failure is that release's */
        return refused(agent, reason);
    }
    progress_restart(record); /* this program is still in the slot */
    record->excused = 0;
    agent_say(record, AGENT_STATE_DOWNLOADING, AGENT_WHY_NONE);
    return restart(agent, record);
}

/* ---- the slot holds the release ------------------------------------------- */

static enum ota_reason ask_for_trial(const struct agent *agent)
{
    const struct agent_port *port = agent->port;
    const struct progress *record = &agent->log.now;

    return mechanism_of(port->mechanism)->trials
               ? port->ask_trial(port->context, record->slot,
                                 agent_release_to_ask(agent),
                                 record->image_digest)
               : OTA_REASON_NONE; /* it will run without being asked for */
}

enum agent_phase agent_ask_to_start(struct agent *agent)
{
    struct progress record = agent->log.now;
    enum ota_reason reason = ask_for_trial(agent);

    if (reason != OTA_REASON_NONE) {
        return refused(agent, reason);
    }
    record.starts = 0;
    agent_say(&record, AGENT_STATE_UPDATING, AGENT_WHY_NONE);
    return restart(agent, &record);
}
