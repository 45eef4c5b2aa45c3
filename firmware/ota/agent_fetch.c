/* SPDX-License-Identifier: MIT */
/*
 * Fetches what is published as "image", or as "delta" to the running image,
 * block by block, and checks the answers.
 *
 *   download:  | fetched, and given to the decoder |   not fetched yet ...
 *                                     ^ requested: the block with this byte
 */
#include <string.h>

#include "ota/agent_parts.h"

#define NOT_FOUND COAP_CODE(4, 4)

static uint32_t block_size(const struct agent *agent)
{
    return 16u << agent->szx;
}

/* Where the block with the next byte starts. */
static uint32_t position(const struct agent *agent)
{
    return agent->fetched - agent->fetched % block_size(agent);
}

enum agent_phase agent_fetch(struct agent *agent)
{
    struct progress record = agent->log.now;
    char query[AGENT_QUERY];
    struct coap_request request = {.code = COAP_GET,
                                   .has_block = true,
                                   .block = position(agent) / block_size(agent),
                                   .szx = agent->szx};
    uint32_t left = agent->to_fetch - agent->fetched;
    enum agent_why why = agent_gate(agent, left, true);

    if (why != AGENT_WHY_NONE) {
        return agent_put_off(agent, &record, why);
    }
    agent_name_source(agent, query, &request);
    return agent_ask(agent, &request, agent->figures.retransmits)
               ? AGENT_PHASE_STAY
               : agent_fail(agent, AGENT_WHY_SERVER_REFUSED);
}

static bool same_etag(const struct coap_etag *a, const struct coap_etag *b)
{
    return a->length == b->length && memcmp(a->bytes, b->bytes, a->length) == 0;
}

struct piece {
    const struct agent *agent;
    const struct coap_answer *answer;
    uint32_t length; /* which the payload must have */
};

static bool no_content(const struct piece *piece)
{
    return piece->answer->code != COAP_CONTENT;
}

static bool too_small(const struct piece *piece)
{
    return 16u << piece->answer->szx < AGENT_BLOCK_MIN;
}

static bool not_the_block(const struct piece *piece)
{
    const struct coap_answer *answer = piece->answer;

    return !answer->has_block || answer->szx > piece->agent->szx ||
           (uint64_t)answer->block << (answer->szx + 4u) !=
               position(piece->agent);
}

/* An answer without an ETag proves nothing: libcoap omits it if a request comes
 * twice. The digest at the end decides. */
static bool changed(const struct piece *piece)
{
    const struct coap_etag *now = &piece->answer->etag;
    const struct coap_etag *held = &piece->agent->image_etag;

    return position(piece->agent) != 0 && now->length != 0 &&
           held->length != 0 && !same_etag(now, held);
}

/* A patch may be shorter than the most that it may have. */
static bool wrong_length(const struct piece *piece)
{
    const struct coap_answer *answer = piece->answer;
    uint32_t size = piece->agent->to_fetch;
    uint32_t left = size - position(piece->agent);

    if (!piece->agent->size_known) {
        return answer->length == 0 || answer->length > piece->length ||
               (answer->more && answer->length != 16u << answer->szx);
    }
    return answer->length != piece->length ||
           answer->more != (left > piece->length) ||
           (answer->has_size && answer->size != size);
}

/* In order; the first that holds ends this attempt. */
static const struct {
    bool (*when)(const struct piece *piece);
    enum agent_why why;
} flaws[] = {
    {no_content, AGENT_WHY_SERVER_REFUSED},
    {not_the_block, AGENT_WHY_BAD_ANSWER},
    {too_small, AGENT_WHY_BAD_ANSWER},
    {changed, AGENT_WHY_CHANGED},
    {wrong_length, AGENT_WHY_BAD_ANSWER},
};

static enum agent_why check_block(const struct agent *agent,
                                  const struct coap_answer *answer)
{
    uint32_t left = agent->to_fetch - position(agent);
    uint32_t size = 16u << answer->szx;
    struct piece piece = {agent, answer, left < size ? left : size};

    for (unsigned i = 0; i < sizeof(flaws) / sizeof(flaws[0]); i++) {
        if (flaws[i].when(&piece)) {
            return flaws[i].why;
        }
    }
    return AGENT_WHY_NONE;
}

/* How much of the block was taken before; maybe all of it. */
static uint32_t already_taken(const struct agent *agent,
                              const struct coap_answer *answer)
{
    uint32_t taken = agent->fetched - position(agent);

    return taken < answer->length ? taken : answer->length;
}

/* How large the download is, if the answer says so. */
static void learn_size(struct agent *agent, const struct coap_answer *answer)
{
    uint32_t end = position(agent) + answer->length;
    uint32_t size = answer->has_size ? answer->size : answer->more ? 0 : end;

    if (!agent->size_known && answer->code == COAP_CONTENT && size != 0 &&
        size >= agent->fetched && size <= agent->to_fetch) {
        agent->to_fetch = size;
        agent->size_known = true;
    }
}

/* A server that acknowledges the request may be stalled, but the link carries
 * what it sends. */
enum agent_phase agent_image_lost(struct agent *agent, enum agent_why why)
{
    if (why == AGENT_WHY_UNREACHABLE && !agent->exchange.acknowledged) {
        agent->blocks_lost++;
    }
    return agent_fail(agent, why);
}

enum agent_phase agent_image_answered(struct agent *agent,
                                      const struct coap_answer *answer)
{
    learn_size(agent, answer);
    enum agent_why why = check_block(agent, answer);

    agent->server_seen = true;
    agent->blocks_lost = 0;
    if (agent->log.now.delta && answer->code == NOT_FOUND) {
        return agent_take_whole(agent);
    }
    if (why != AGENT_WHY_NONE) {
        return agent_fail(agent, why);
    }
    uint32_t skip = already_taken(agent, answer);
    agent->szx = answer->szx;
    if (answer->etag.length != 0) {
        agent->image_etag = answer->etag;
    }
    why = agent_take(agent, answer->payload + skip, answer->length - skip);
    if (why != AGENT_WHY_NONE) {
        return agent_fail(agent, why);
    }
    return agent->stored == agent->log.now.size ? AGENT_PHASE_VERIFY
                                                : AGENT_PHASE_IMAGE;
}
