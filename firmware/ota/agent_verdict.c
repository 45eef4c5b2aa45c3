/* SPDX-License-Identifier: MIT */
/*
 * After a reset: how did the requested trial end? The request is appended
 * before the record says "updating", so "downloaded" means that it may not have
 * been requested yet, and a second request does no harm.
 *
 * The journal's reason is that of the last rollback, which may concern another
 * image: granting a trial clears it, refusing a request does not.
 */
#include <string.h>

#include "ota/agent_parts.h"
#include "ota/bytes.h"

static bool digest_is(const uint8_t a[OTA_DIGEST_SIZE],
                      const uint8_t b[OTA_DIGEST_SIZE])
{
    return memcmp(a, b, OTA_DIGEST_SIZE) == 0;
}

static bool runs(const struct agent *agent)
{
    return digest_is(agent->log.now.image_digest, agent->info.digest);
}

static bool rejected(const struct agent *agent)
{
    return digest_is(agent->log.now.image_digest, agent->info.rejected[0]);
}

static bool excused(const struct agent *agent)
{
    return agent->log.now.excused != 0;
}

/* This program gave way to recovery, which has not touched it. */
static bool came_back(const struct agent *agent)
{
    return agent_gives_way(agent) &&
           agent->log.now.state == AGENT_STATE_DOWNLOADING;
}

static bool not_asked_yet(const struct agent *agent)
{
    return agent->log.now.state == AGENT_STATE_DOWNLOADED;
}

static bool always(const struct agent *agent)
{
    (void)agent;
    return true;
}

/* What ended it, if neither digest says so. */
static const struct {
    uint8_t reason; /* enum ota_reason */
    uint8_t why;
} reasons[] = {
    {OTA_REASON_SURROUNDINGS, AGENT_WHY_SURROUNDINGS},
    {OTA_REASON_POWER_LOST, AGENT_WHY_SURROUNDINGS},
    {OTA_REASON_STALE, AGENT_WHY_STALE},
    {OTA_REASON_DOWNGRADE, AGENT_WHY_DOWNGRADE},
    {OTA_REASON_COUNTER_LOW, AGENT_WHY_COUNTER_LOW},
    {OTA_REASON_COUNTER_HIGH, AGENT_WHY_COUNTER_HIGH},
    {OTA_REASON_UNSIGNED, AGENT_WHY_BAD_SIGNATURE},
    {OTA_REASON_BAD_SIGNATURE, AGENT_WHY_BAD_SIGNATURE},
    {OTA_REASON_KEY_REVOKED, AGENT_WHY_KEY_REVOKED},
    {OTA_REASON_BAD_ENTRY, AGENT_WHY_REJECTED_BEFORE},
    {OTA_REASON_TRIAL_FAILED, AGENT_WHY_REJECTED_BEFORE},
};

/* Anything else is damage between read-back and boot, or a request that the
 * bootloader could not record. */
static enum agent_why why_of_reason(const struct agent *agent)
{
    for (unsigned i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        if (reasons[i].reason == agent->info.reason) {
            return (enum agent_why)reasons[i].why;
        }
    }
    return AGENT_WHY_FLASH_ERROR;
}

static void succeeded(struct agent *agent)
{
    struct progress record = agent->log.now;

    agent_say(&record, AGENT_STATE_IDLE, AGENT_WHY_NONE);
    record.result = AGENT_RESULT_SUCCESS;
    record.excused = 0;
    record.tries = 0;
    record.failures = 0;
    record.not_before_s = 0;
    (void)agent_keep(agent, &record); /* otherwise at the next start */
}

/* The bootloader remembers two such images. */
static void remember_failed(struct agent *agent)
{
    const struct boot_info *info = &agent->info;

    for (unsigned i = 0; i < 2; i++) {
        enum ota_reason reason =
            i == 0 ? (enum ota_reason)info->reason : OTA_REASON_REJECTED_BEFORE;
        if (!bytes_are(info->rejected[i], OTA_DIGEST_SIZE, 0)) {
            (void)failed_add(&agent->failed, info->rejected[i], reason);
        }
    }
}

/* The reset that led to the rollback is the one that this program started
 * after. If another came between, the image has failed and nobody knows how. */
static void trial_failed(struct agent *agent)
{
    enum agent_why why = AGENT_WHY_TRIAL_FAILED;

    if (agent->info.cause == BOOT_CAUSE_WATCHDOG) {
        why = AGENT_WHY_TRIAL_WATCHDOG;
    } else if (agent->info.cause == BOOT_CAUSE_DEADLINE) {
        why = AGENT_WHY_TRIAL_DEADLINE;
    }
    (void)agent_fail(agent, why);
}

static void by_surroundings(struct agent *agent)
{
    (void)agent_fail(agent, AGENT_WHY_SURROUNDINGS);
}

static void leave_it(struct agent *agent)
{
    (void)agent;
}

static void by_reason(struct agent *agent)
{
    (void)agent_fail(agent, why_of_reason(agent));
}

/* In order; the first that holds decides. */
static const struct {
    bool (*when)(const struct agent *agent);
    void (*then)(struct agent *agent);
} verdicts[] = {
    {runs, succeeded},          {rejected, trial_failed},
    {excused, by_surroundings}, {came_back, by_surroundings},
    {not_asked_yet, leave_it},  {always, by_reason},
};

void agent_verdict(struct agent *agent)
{
    const struct progress *record = &agent->log.now;
    unsigned i = 0;

    remember_failed(agent);
    if (record->sequence == 0 ||
        (record->state < AGENT_STATE_DOWNLOADED && !came_back(agent))) {
        return;
    }
    while (!verdicts[i].when(agent)) {
        i++;
    }
    verdicts[i].then(agent);
}
