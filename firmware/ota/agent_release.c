/* SPDX-License-Identifier: MIT */
/*
 * Releases never go back: which number an offer may have.
 *
 * The highest verified release is kept as the signed offer itself (offers.h),
 * before anything else is done with it. Lower ones are stale, whoever signed
 * them; the same number is valid only for the same image. The step is limited,
 * so that an offer signed by mistake, or with a stolen key, does not push the
 * number to its end.
 *
 * The bootloader's highest number comes from its journal and has no signature.
 * It is believed if it is less than a step above the offer's. So whatever an
 * attacker writes there, the device accepts either the next release or one that
 * is a step above the last.
 */
#include <string.h>

#include "ota/agent_parts.h"

#define STEP_MAX 65536u

/* Would the bootloader refuse it, and is its number credible? */
static bool is_below_granted(const struct agent *agent)
{
    uint32_t granted = agent->info.release;
    uint32_t release = agent->offer.release;

    return granted > release && granted - release < STEP_MAX;
}

static bool same_image(const struct descriptor *a, const struct descriptor *b)
{
    return a->size == b->size &&
           memcmp(a->image_digest, b->image_digest, OTA_DIGEST_SIZE) == 0 &&
           memcmp(a->file_digest, b->file_digest, OTA_DIGEST_SIZE) == 0;
}

/* Verified once since start, unless it was just verified, because checking a
 * signature is expensive. An invalid one counts as absent. */
void agent_release_look(struct agent *agent)
{
    const struct agent_port *port = agent->port;
    uint8_t bytes[DESCRIPTOR_SIZE];

    if (agent->kept_read) {
        return;
    }
    agent->kept_read = true;
    if (!offers_newest(&agent->offers, bytes)) {
        return;
    }
    if (memcmp(bytes, agent->offer_bytes, sizeof(bytes)) == 0) {
        agent->kept = agent->offer;
        return;
    }
    (void)descriptor_read(bytes, sizeof(bytes), &port->keys, &agent->kept);
    port->alive(port->context);
}

bool agent_release_stale(const struct agent *agent)
{
    const struct descriptor *offer = &agent->offer;
    const struct descriptor *kept = &agent->kept;

    return offer->release < kept->release || is_below_granted(agent) ||
           (offer->release == kept->release && !same_image(offer, kept));
}

bool agent_release_too_far(const struct agent *agent)
{
    uint32_t release = agent->offer.release;
    uint32_t granted = agent->info.release < release ? agent->info.release : 0;
    uint32_t from = agent->kept.size != 0 ? agent->kept.release : granted;

    return release - from > STEP_MAX;
}

bool agent_release_keep(struct agent *agent)
{
    uint8_t bytes[DESCRIPTOR_SIZE];
    bool known = agent->offer.release == agent->kept.release &&
                 offers_newest(&agent->offers, bytes);
    uint32_t before = agent->offers.sequence;
    int err = offers_keep(&agent->offers, known ? bytes : agent->offer_bytes);

    if (agent->offers.sequence != before) {
        agent->port->alive(agent->port->context);
    }
    if (!err && !known) {
        agent->kept = agent->offer;
    }
    return !err;
}

uint32_t agent_release_to_ask(const struct agent *agent)
{
    uint32_t release = agent->log.now.release;

    return agent->info.release > release ? 0 : release;
}
