/* SPDX-License-Identifier: MIT */
/* What the agent keeps through resets: one record, complete each time. */
#include <string.h>

#include "ota/agent_parts.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const uint8_t results[] = {
#define WHY_RESULT(name, number, text, result, suit) \
    [number] = AGENT_RESULT_##result,
    AGENT_WHYS(WHY_RESULT)
#undef WHY_RESULT
};

static const char *const names[] = {
#define WHY_NAME(name, number, text, result, suit) [number] = (text),
    AGENT_WHYS(WHY_NAME)
#undef WHY_NAME
};

const char *agent_why_name(uint32_t why)
{
    return why < COUNT(names) ? names[why] : "?";
}

void agent_say(struct progress *record, enum agent_state state,
               enum agent_why why)
{
    record->state = (uint8_t)state;
    record->why = (uint8_t)why;
    record->result = results[why];
}

/* Does the server need to know? */
static bool is_news(const struct progress *now, const struct progress *next)
{
    return now->state != next->state || now->result != next->result ||
           now->why != next->why || now->release != next->release;
}

bool agent_keep(struct agent *agent, const struct progress *next)
{
    struct progress record = *next;
    bool news = is_news(&agent->log.now, next);

    if (agent->log.ring.flash == NULL) {
        return false; /* the log could not even be opened */
    }
    if (news) {
        record.reported = 0;
    }
    int err = progress_append(&agent->log, &record);
    agent->port->alive(agent->port->context);
    if (err != OTA_OK) {
        return false;
    }
    if (news) {
        agent_trace(agent, AGENT_EVENT_STATE, record.state, record.result,
                    record.why);
    }
    return true;
}

/* ---- the record of an offer ---------------------------------------------- */

/* An image that once succeeded and is wanted again is gone: start afresh. */
static bool is_about(const struct progress *record, const struct agent *agent)
{
    const struct descriptor *offer = &agent->offer;

    return record->sequence != 0 && record->result != AGENT_RESULT_SUCCESS &&
           record->release == offer->release && record->size == offer->size &&
           record->slot == agent->target &&
           memcmp(record->image_digest, offer->image_digest, OTA_DIGEST_SIZE) ==
               0 &&
           memcmp(record->file_digest, offer->file_digest, OTA_DIGEST_SIZE) ==
               0;
}

void agent_record(const struct agent *agent, struct progress *record)
{
    const struct descriptor *offer = &agent->offer;

    *record = agent->log.now;
    if (is_about(record, agent)) {
        return;
    }
    memset(record, 0, sizeof(*record));
    record->sags = agent->log.now.sags;
    record->starts = agent->log.now.starts;
    record->failures = agent->log.now.failures;
    record->not_before_s = agent->log.now.not_before_s;
    record->slot = agent->target;
    record->release = offer->release;
    record->version = image_version_pack(&offer->version);
    record->size = offer->size;
    memcpy(record->image_digest, offer->image_digest, OTA_DIGEST_SIZE);
    memcpy(record->file_digest, offer->file_digest, OTA_DIGEST_SIZE);
}

/* ---- failures -------------------------------------------------------------- */

enum {
    COUNTS = 1,    /* one of `tries` */
    FROM_ZERO = 2, /* the fetched bytes are useless */
    ENDS = 4,      /* ends the release: it is the image's fault */
    AT_ONCE = 8,   /* the first time: look at once at what is published */
    OF_PATCH = 16  /* fetched as a patch: another one, or the image, may do */
};

static const struct {
    enum agent_why why;
    uint8_t what;
} failures[] = {
    {AGENT_WHY_UNREACHABLE, 0},
    {AGENT_WHY_SERVER_REFUSED, 0},
    {AGENT_WHY_CHANGED, COUNTS | FROM_ZERO | AT_ONCE},
    {AGENT_WHY_BAD_ANSWER, COUNTS},
    {AGENT_WHY_BAD_DIGEST, COUNTS | FROM_ZERO},
    {AGENT_WHY_FLASH_ERROR, COUNTS},
    {AGENT_WHY_SURROUNDINGS, COUNTS},
};

/* What a patch can be at fault for. */
static bool spoils_patch(enum agent_why why)
{
    return why == AGENT_WHY_BAD_ANSWER || why == AGENT_WHY_BAD_DIGEST ||
           why == AGENT_WHY_BAD_IMAGE;
}

/* Anything not in the table is the image's fault. */
static unsigned failure_of(const struct progress *record, enum agent_why why)
{
    if (record->delta && spoils_patch(why)) {
        return FROM_ZERO | OF_PATCH;
    }
    for (unsigned i = 0; i < COUNT(failures); i++) {
        if (failures[i].why == why) {
            return failures[i].what;
        }
    }
    return ENDS;
}

uint64_t agent_not_before(const struct agent *agent, struct progress *record,
                          uint64_t ms)
{
    uint64_t now = agent_rtc(agent);
    uint64_t then = (now + ms + 999u) / 1000u;

    record->not_before_s = then < UINT32_MAX ? (uint32_t)then : UINT32_MAX;
    return then * 1000u - now + 1u;
}

/* Count one more failure; returns how many there were before. The tries belong
 * to the release, but the back-off to the device: otherwise releases that take
 * turns, replayed or offered by servers that disagree, would reset it each
 * time. */
static uint32_t one_more(struct agent *agent, struct progress *record,
                         unsigned what)
{
    uint32_t before = record->failures;

    if ((what & (COUNTS | ENDS)) == 0) {
        before = agent->stalls;
        agent->stalls += agent->stalls < UINT32_MAX;
        return before;
    }
    record->failures = (uint8_t)(before + (before < UINT8_MAX));
    if ((what & COUNTS) != 0) {
        record->tries = (uint8_t)(record->tries + (record->tries < UINT8_MAX));
    }
    return before;
}

/* Update the record for the failure; returns how long to wait, in ms. */
static uint64_t count_failure(struct agent *agent, struct progress *record,
                              enum agent_why why)
{
    unsigned what = failure_of(record, why);
    uint32_t before = one_more(agent, record, what);
    bool at_once = (what & AT_ONCE) != 0 && before == 0;
    uint64_t wait =
        agent_not_before(agent, record,
                         agent_jitter(agent, agent_backoff(agent, before)));
    bool over = (what & COUNTS) != 0 && record->tries >= agent->figures.tries;
    record->final = over || (what & ENDS) != 0;
    if ((what & OF_PATCH) != 0 && record->deltas < PROGRESS_DELTAS) {
        record->deltas++;
    }
    agent_say(record, AGENT_STATE_IDLE, why);
    if (over) { /* the result stays that of the last failure */
        record->why = AGENT_WHY_TRIES_USED_UP;
    }
    if ((what & FROM_ZERO) != 0 || record->final) {
        progress_restart(record);
        memset(&record->etag, 0, sizeof(record->etag));
    }
    record->not_before_s = at_once ? 0 : record->not_before_s;
    return at_once ? 0 : wait;
}

enum agent_phase agent_fail(struct agent *agent, enum agent_why why)
{
    struct progress record = agent->log.now;
    uint64_t wait = count_failure(agent, &record, why);

    record.excused = 0;
    record.starts = 0;
    agent->fill = 0;
    agent->sector_clean = agent->sector_clean && why != AGENT_WHY_FLASH_ERROR;
    agent_trace(agent, AGENT_EVENT_FAIL, why, record.tries, 0);
    if (!agent_keep(agent, &record)) {
        wait = agent_backoff(agent, agent->stalls++); /* no hot loop */
    }
    return agent_wait(agent, wait);
}
