/* SPDX-License-Identifier: MIT */
/*
 * The slot is read back as it will be booted: all bytes against the announced
 * digest, and the image's own claims against what the bootloader will require.
 * One pass computes both digests: the image's own covers the file up to the end
 * of the signed part.
 */
#include <string.h>

#include "ota/agent_parts.h"
#include "ota/load.h"

#define A_STEP (16u * 1024u)

/* What the slot claims; false if it holds no image, or another one. */
static bool peek(const struct agent *agent, struct image_info *info)
{
    const struct agent_port *port = agent->port;
    const struct progress *record = &agent->log.now;
    const struct ota_area *slot = &port->slots[record->slot & 1u];
    struct image_limits limits = {.slot_size = slot->length,
                                  .load_base = port->load_base,
                                  .load_size = port->load_size,
                                  .need_ram_load = true};

    return image_peek(port->flash, *slot, &limits, info) == OTA_REASON_NONE &&
           info->total_size <= record->size &&
           memcmp(info->digest, record->image_digest, OTA_DIGEST_SIZE) == 0;
}

enum agent_phase agent_verify_begin(struct agent *agent)
{
    struct image_info info;

    agent->at = 0;
    agent->signed_size = peek(agent, &info) ? image_signed_size(&info) : 0;
    return crypto_hash_begin(&agent->hash)
               ? AGENT_PHASE_STAY
               : agent_fail(agent, AGENT_WHY_FLASH_ERROR);
}

/* Up to a sector, but not past the end of the signed part. */
static uint32_t next_part(const struct agent *agent)
{
    uint32_t left = agent->log.now.size - agent->at;
    uint32_t part =
        left < sizeof(agent->block) ? left : (uint32_t)sizeof(agent->block);
    uint32_t to_end = agent->signed_size - agent->at;

    return agent->at < agent->signed_size && to_end < part ? to_end : part;
}

static bool add_part(struct agent *agent)
{
    const struct agent_port *port = agent->port;
    uint32_t start = port->slots[agent->log.now.slot & 1u].start;
    uint32_t part = next_part(agent);

    if (port->flash->read(port->flash->context, start + agent->at, agent->block,
                          part) ||
        !crypto_hash_add(&agent->hash, agent->block, part)) {
        return false;
    }
    agent->at += part;
    port->alive(port->context);
    if (agent->at == agent->signed_size) {
        struct crypto_hash so_far = agent->hash;
        return crypto_hash_end(&so_far, agent->digest);
    }
    return true;
}

static enum agent_why judge(struct agent *agent)
{
    const struct progress *record = &agent->log.now;
    uint8_t digest[OTA_DIGEST_SIZE];

    if (!crypto_hash_end(&agent->hash, digest) ||
        memcmp(digest, record->file_digest, OTA_DIGEST_SIZE) != 0) {
        return AGENT_WHY_BAD_DIGEST;
    }
    return agent->signed_size != 0 &&
                   memcmp(agent->digest, record->image_digest,
                          OTA_DIGEST_SIZE) == 0
               ? AGENT_WHY_NONE
               : AGENT_WHY_BAD_IMAGE;
}

static enum agent_phase finish(struct agent *agent)
{
    enum agent_why why = judge(agent);
    struct progress record = agent->log.now;

    if (why != AGENT_WHY_NONE) {
        return agent_fail(agent, why);
    }
    agent_trace(agent, AGENT_EVENT_VERIFIED, record.version, record.size, 0);
    agent_say(&record, AGENT_STATE_DOWNLOADED, AGENT_WHY_NONE);
    return agent_keep(agent, &record)
               ? agent_ask_to_start(agent)
               : agent_fail(agent, AGENT_WHY_FLASH_ERROR);
}

enum agent_phase agent_verify(struct agent *agent)
{
    uint32_t end = agent->log.now.size - agent->at > A_STEP
                       ? agent->at + A_STEP
                       : agent->log.now.size;

    while (agent->at < end) {
        if (!add_part(agent)) {
            return agent_fail(agent, AGENT_WHY_FLASH_ERROR);
        }
    }
    return agent->at == agent->log.now.size ? finish(agent) : AGENT_PHASE_STAY;
}
