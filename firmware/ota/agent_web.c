/* SPDX-License-Identifier: MIT */
/*
 * Fetches an image from a web server: one GET over a byte stream, from the byte
 * that is needed to the end, instead of a request for each block.
 *
 *   download:  | fetched, and given to the decoder |   not fetched yet ...
 *                                                  ^ Range: bytes=fetched-
 *
 * The stream ends with the phase, whatever ends that. What came until then stays
 * fetched. A server that gives the whole object instead of the rest of it makes
 * the download start over; one that has another object by now, the offer.
 */
#include <string.h>

#include "ota/agent_parts.h"

#define PIECES_A_STEP 8u

static const struct agent_stream *stream_of(const struct agent *agent)
{
    return agent->port->stream;
}

static void *context_of(const struct agent *agent)
{
    return agent->port->context;
}

/* As long as all retransmissions of a request would have taken. */
static uint64_t patience(const struct agent *agent)
{
    return (uint64_t)agent->figures.ack_timeout_ms
           << (agent->figures.retransmits & 15u);
}

/* ---- the request ------------------------------------------------------------ */

static void describe(const struct agent *agent, struct http_request *request)
{
    *request = (struct http_request){.host = agent->place.host,
                                     .port = uri_own_port(&agent->place),
                                     .path = agent->place.path,
                                     .from = agent->fetched,
                                     .etag = agent->web.etag};
    if (agent->fetched == 0) {
        request->etag.length = 0; /* any object will do */
    }
}

static enum agent_phase begin(struct agent *agent)
{
    struct progress record = agent->log.now;
    struct agent_web *web = &agent->web;
    struct http_request request;
    uint32_t left = agent->to_fetch - agent->fetched;
    enum agent_why why = agent_gate(agent, left, true);

    if (why != AGENT_WHY_NONE) {
        return agent_put_off(agent, &record, why);
    }
    describe(agent, &request);
    int32_t length = http_write(&request, web->request, sizeof(web->request));
    if (length < 0) {
        return agent_fail(agent, AGENT_WHY_SERVER_REFUSED);
    }
    web->left = (uint16_t)length;
    web->at = 0;
    web->came = 0;
    web->due_ms = agent_now(agent) + patience(agent);
    http_begin(&web->reader);
    return stream_of(agent)->open(context_of(agent), &agent->place) == OTA_OK
               ? AGENT_PHASE_STAY
               : agent_fail(agent, AGENT_WHY_UNREACHABLE);
}

/* False: the stream has failed. */
static bool send_request(struct agent *agent)
{
    struct agent_web *web = &agent->web;
    int32_t taken;

    if (web->left == 0) {
        return true;
    }
    taken = stream_of(agent)->send(context_of(agent), web->request + web->at,
                                   web->left);
    if (taken < 0 || taken > web->left) {
        return false;
    }
    web->at = (uint16_t)(web->at + taken);
    web->left = (uint16_t)(web->left - taken);
    return true;
}

/* ---- the answer --------------------------------------------------------------- */

/* A progress record has room for eight bytes: those of the tag's digest. */
static void name_object(const struct http_etag *tag, struct coap_etag *out)
{
    uint8_t digest[OTA_DIGEST_SIZE];

    memset(out, 0, sizeof(*out));
    if (tag->length != 0 && crypto_sha256(tag->text, tag->length, digest)) {
        memcpy(out->bytes, digest, COAP_ETAG);
        out->length = COAP_ETAG;
    }
}

/* Where nothing is held, any object will do; the digest at the end decides. */
static bool is_another(const struct agent *agent, const struct coap_etag *now)
{
    const struct coap_etag *held = &agent->image_etag;

    return agent->fetched != 0 && held->length != 0 && now->length != 0 &&
           (held->length != now->length ||
            memcmp(held->bytes, now->bytes, now->length) != 0);
}

static enum agent_phase start_over(struct agent *agent)
{
    struct progress record = agent->log.now;

    progress_restart(&record);
    memset(&record.etag, 0, sizeof(record.etag));
    return agent_keep(agent, &record) ? agent_begin(agent)
                                      : agent_cannot_keep(agent);
}

/* The head is complete. */
static enum agent_phase judge(struct agent *agent)
{
    const struct http_reader *reader = &agent->web.reader;
    struct http_request request;
    struct coap_etag now;

    describe(agent, &request);
    name_object(&reader->etag, &now);
    switch (http_judge(reader, &request, agent->to_fetch)) {
    case HTTP_GO_ON:
        if (is_another(agent, &now)) {
            return agent_fail(agent, AGENT_WHY_CHANGED);
        }
        break;
    case HTTP_START_OVER:
        if (agent->fetched != 0) {
            return start_over(agent);
        }
        break;
    case HTTP_CHANGED:
        return agent_fail(agent, AGENT_WHY_CHANGED);
    default:
        return agent_fail(agent, AGENT_WHY_SERVER_REFUSED);
    }
    agent->web.etag = reader->etag;
    agent->image_etag = now;
    return AGENT_PHASE_STAY;
}

static enum agent_phase take_body(struct agent *agent, const uint8_t *bytes,
                                  uint32_t length)
{
    struct progress record = agent->log.now;
    enum agent_why why = agent_take(agent, bytes, length);

    if (why != AGENT_WHY_NONE) {
        return agent_fail(agent, why);
    }
    if (agent->stored == agent->log.now.size) {
        return AGENT_PHASE_VERIFY;
    }
    why = agent_gate(agent, agent->to_fetch - agent->fetched, true);
    record = agent->log.now;
    return why == AGENT_WHY_NONE ? AGENT_PHASE_STAY
                                 : agent_put_off(agent, &record, why);
}

static enum agent_phase take(struct agent *agent, const uint8_t *bytes,
                             uint32_t size)
{
    enum agent_phase next = AGENT_PHASE_STAY;
    enum http_step step = HTTP_HEADED;
    const uint8_t *body;
    uint32_t length;

    while (next == AGENT_PHASE_STAY &&
           (size != 0 || step == HTTP_HEADED || step == HTTP_BODY)) {
        step = http_take(&agent->web.reader, &bytes, &size, &body, &length);
        switch (step) {
        case HTTP_HEADED:
            next = judge(agent);
            break;
        case HTTP_BODY:
            next = take_body(agent, body, length);
            break;
        case HTTP_END: /* less than asked for */
            return AGENT_PHASE_WEB;
        case HTTP_BAD:
            return agent_fail(agent, AGENT_WHY_BAD_ANSWER);
        default:
            break;
        }
    }
    return next;
}

/* ---- the phase ------------------------------------------------------------------ */

/* A server that gives a byte now and then would keep the radio on for as long
 * as it likes. */
static void note_progress(struct agent *agent, uint32_t size)
{
    struct agent_web *web = &agent->web;

    web->came += size;
    if (web->came >= AGENT_BLOCK_MIN) {
        web->came = 0;
        web->due_ms = agent_now(agent) + patience(agent);
    }
}

static enum agent_phase work(struct agent *agent)
{
    enum agent_phase next = AGENT_PHASE_STAY;

    agent->web.more = false;
    if (!send_request(agent)) {
        return agent_fail(agent, AGENT_WHY_UNREACHABLE);
    }
    for (unsigned i = 0; i < PIECES_A_STEP && next == AGENT_PHASE_STAY; i++) {
        int32_t size =
            stream_of(agent)->receive(context_of(agent), agent->datagram,
                                      sizeof(agent->datagram));

        if (size == 0) {
            return agent_now(agent) < agent->web.due_ms
                       ? AGENT_PHASE_STAY
                       : agent_fail(agent, AGENT_WHY_UNREACHABLE);
        }
        if (size < 0 || (uint32_t)size > sizeof(agent->datagram)) {
            return agent_fail(agent, stream_of(agent)->why(context_of(agent)));
        }
        agent->server_seen = true;
        note_progress(agent, (uint32_t)size);
        next = take(agent, agent->datagram, (uint32_t)size);
    }
    agent->web.more = true;
    return next;
}

static uint64_t next_time(const struct agent *agent)
{
    uint64_t now = agent_now(agent);
    uint64_t next = agent->web.due_ms;

    if (agent->web.more) {
        return now;
    }
    if (stream_of(agent)->next_ms != NULL) {
        uint64_t at = stream_of(agent)->next_ms(context_of(agent));

        next = at < next ? at : next;
    }
    return next;
}

static void end(struct agent *agent)
{
    stream_of(agent)->close(context_of(agent));
}

const struct agent_fetcher agent_web = {
    .begin = begin, .work = work, .time = next_time, .end = end};
