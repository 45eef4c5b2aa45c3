/* SPDX-License-Identifier: MIT */
/*
 * What to fetch: the published image, or a patch that makes it from the image
 * that runs. A patch is only a cheaper way to the same bytes: the read-back
 * compares them with the same digest, and whatever is wrong with it costs one
 * of few tries, kept in the progress record, before the image is fetched whole.
 */
#include <string.h>

#include "ota/agent_parts.h"

/* Of the digest that names the base in a request. */
#define NAMED 8u

static int read_base(void *context, uint32_t offset, void *data,
                     uint32_t length)
{
    const struct agent *agent = context;
    const struct agent_port *port = agent->port;
    const struct ota_area *own = &port->slots[agent->info.slot & 1u];

    port->alive(port->context);
    if (offset > own->length || length > own->length - offset) {
        return OTA_ERR_RANGE;
    }
    return port->flash->read(port->flash->context, own->start + offset, data,
                             length);
}

/* The recovery image has no base, and no program is one for its own slot. */
static bool takes_patch(struct agent *agent, const struct progress *record)
{
    return agent->offer.deltas && record->deltas < PROGRESS_DELTAS &&
           !agent->recovery && agent->info.slot <= OTA_SLOT_B &&
           record->slot != agent->info.slot &&
           delta_states_open(&agent->states, agent->port->flash,
                             agent->port->staging) == OTA_OK;
}

static void set_context(struct agent *agent, const struct progress *record)
{
    uint32_t saving = agent->figures.delta_saving_percent;
    struct decode_context *context = &agent->context;

    context->base = (struct delta_base){agent, read_base};
    context->base_room = agent->port->slots[agent->info.slot & 1u].length;
    context->most = record->size / 100u * (100u - saving);
    context->size = record->size;
    memcpy(context->digest, record->file_digest, OTA_DIGEST_SIZE);
    agent->decoding.context = context;
}

void agent_choose_source(struct agent *agent, const struct progress *record)
{
    bool patch = takes_patch(agent, record);

    agent->decoder = patch ? &decode_patch : &decode_identity;
    set_context(agent, record);
    agent->to_fetch = patch ? agent->context.most : record->size;
    agent->size_known = !patch;
}

/* "from=" and the first bytes of the running image's digest. */
static void name_base(const struct agent *agent, char query[AGENT_QUERY])
{
    static const char digits[] = "0123456789abcdef";
    char *at = query + 5;

    memcpy(query, "from=", 5);
    for (uint32_t i = 0; i < NAMED; i++) {
        *at++ = digits[agent->info.digest[i] >> 4];
        *at++ = digits[agent->info.digest[i] & 15u];
    }
    *at = '\0';
}

void agent_name_source(const struct agent *agent, char query[AGENT_QUERY],
                       struct coap_request *request)
{
    request->path = agent->decoder->path;
    if (agent->decoder == &decode_patch) {
        name_base(agent, query);
        request->query = query;
    }
}

enum agent_phase agent_fetch_phase(const struct agent *agent)
{
    bool web =
        agent->place.scheme == URI_HTTP || agent->place.scheme == URI_HTTPS;

    return web ? AGENT_PHASE_WEB : AGENT_PHASE_IMAGE;
}
