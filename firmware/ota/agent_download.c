/* SPDX-License-Identifier: MIT */
/*
 * A download: when it starts, where it resumes, and the chain from the fetched
 * bytes (agent_fetch.c) through a decoder (decode.h) to the stored ones
 * (agent_store.c).
 */
#include <string.h>

#include "ota/agent_parts.h"

#define LOST_TWICE 2u

/* ---- may it start?
 * ------------------------------------------------------------- */

/* The decoder as it was when the record was written. */
static bool restore(struct agent *agent, const struct progress *record)
{
    uint8_t dump[DECODE_DUMP] = {0};

    return (agent->decoder->dump_size == 0 ||
            delta_states_find(&agent->states, record->decoding, dump)) &&
           agent->decoder->restore(&agent->decoding, record->fetched,
                                   record->written, dump);
}

/* A record from flash is checked like any other input. */
static bool can_go_on(struct agent *agent, const struct progress *record)
{
    bool patch = agent->decoder == &decode_patch;

    if (record->written > record->size ||
        (record->written < record->size && record->written % AGENT_UNIT != 0)) {
        return false;
    }
    return (record->delta != 0) == patch &&
           record->fetched <= agent->to_fetch && restore(agent, record);
}

/* What the input says of its own size, once it does. False: it contradicts what
 * was known. */
static bool learn_size(struct agent *agent)
{
    uint32_t size = agent->decoder->input_size
                        ? agent->decoder->input_size(&agent->decoding)
                        : 0;

    if (size == 0) {
        return true;
    }
    if (agent->size_known) {
        return size == agent->to_fetch;
    }
    agent->to_fetch = size;
    agent->size_known = true;
    return agent->fetched <= size;
}

static void find_position(struct agent *agent, struct progress *record)
{
    agent_choose_source(agent, record);
    if (!can_go_on(agent, record)) {
        progress_restart(record);
        agent->decoder->start(&agent->decoding);
    }
    record->delta = agent->decoder == &decode_patch;
    agent->fetched = record->fetched;
    agent->stored = record->written;
    (void)learn_size(agent);
}

static enum agent_phase put_off(struct agent *agent, enum agent_why why,
                                uint64_t ms)
{
    agent_trace(agent, AGENT_EVENT_DEFER, why, (uint32_t)(ms / 1000u), 0);
    return agent_wait(agent, ms);
}

enum agent_phase agent_cannot_keep(struct agent *agent)
{
    return put_off(agent, AGENT_WHY_FLASH_ERROR,
                   agent_backoff(agent, agent->stalls++));
}

static enum agent_phase say_why(struct agent *agent, struct progress *record,
                                enum agent_why why, uint64_t wait)
{
    agent->fill = 0;
    agent_say(record,
              record->written ? AGENT_STATE_DOWNLOADING : AGENT_STATE_IDLE,
              why);
    (void)agent_keep(agent, record); /* otherwise next time */
    return put_off(agent, why, wait);
}

enum agent_phase agent_put_off(struct agent *agent, struct progress *record,
                               enum agent_why why)
{
    return say_why(agent, record, why,
                   agent_jitter(agent, agent->figures.poll_ms));
}

/* How long the back-off still lasts, in ms. More than the longest possible
 * means that the clock was set, or the record was forged. */
static uint64_t backoff_left(const struct agent *agent,
                             const struct progress *record)
{
    uint64_t now = agent_rtc(agent);
    uint64_t then = (uint64_t)record->not_before_s * 1000u;
    uint64_t most = (uint64_t)agent->figures.backoff_max_ms *
                        (100u + agent->figures.poll_jitter_percent) / 100u +
                    1000u;

    return !agent->skip_backoff && then > now && then - now <= most ? then - now
                                                                    : 0;
}

static enum agent_phase first_phase(const struct agent *agent,
                                    const struct progress *record)
{
    uint32_t sector = agent->port->flash->sector_size;

    if (record->written == record->size) {
        return AGENT_PHASE_VERIFY;
    }
    return record->written % sector != 0 && !agent->sector_clean
               ? AGENT_PHASE_MEND
               : agent_fetch_phase(agent);
}

static bool flash_fits(const struct agent *agent)
{
    uint32_t sector = agent->port->flash->sector_size;

    return sector != 0 &&
           (sector % AGENT_UNIT == 0 || AGENT_UNIT % sector == 0);
}

/* A device may be reset in each download, by its watchdog or a loose plug, and
 * each time it would erase a sector and fetch a piece again. So the record says
 * beforehand when the next attempt may be made, in case this one is the second
 * or later that stores nothing. The first piece stored clears both. */
static void count_start(const struct agent *agent, struct progress *record)
{
    if (record->starts > 0) {
        (void)agent_not_before(
            agent, record,
            agent_jitter(agent, agent_backoff(agent, record->starts - 1u)));
    }
    record->starts =
        (uint8_t)(record->starts + (record->starts < PROGRESS_STARTS));
}

/* Polls come through, but blocks do not, twice in a row: they may be too long
 * for the link. Smaller ones are kept for this release. */
static void choose_block_size(struct agent *agent, struct progress *record)
{
    agent->szx = 0;
    while (16u << agent->szx < agent->figures.block_size) {
        agent->szx++;
    }
    if (16u << record->szx >= AGENT_BLOCK_MIN && record->szx < agent->szx) {
        agent->szx = record->szx;
    }
    if (agent->blocks_lost >= LOST_TWICE &&
        16u << agent->szx > AGENT_BLOCK_MIN) {
        agent->blocks_lost = 1; /* one more loss is enough */
        agent->szx--;
        record->szx = agent->szx;
    }
}

static enum agent_phase set_out(struct agent *agent, struct progress *record)
{
    enum agent_phase phase = first_phase(agent, record);

    agent->skip_backoff = false;
    agent->fill = 0;
    agent->image_etag = record->etag;
    choose_block_size(agent, record);
    record->excused = 0;
    count_start(agent, record);
    agent_say(record, AGENT_STATE_DOWNLOADING, AGENT_WHY_NONE);
    if (!flash_fits(agent) || !agent_keep(agent, record)) {
        return agent_cannot_keep(agent);
    }
    agent_trace(agent, AGENT_EVENT_DOWNLOAD, record->slot, record->fetched,
                agent->to_fetch);
    return agent_report_due(agent) ? agent_report_first(agent, phase) : phase;
}

enum agent_phase agent_begin(struct agent *agent)
{
    struct progress record;

    agent_record(agent, &record);
    find_position(agent, &record);
    uint64_t wait = backoff_left(agent, &record);
    enum agent_why why =
        agent_gate(agent, agent->to_fetch - record.fetched, false);
    if (wait != 0 && record.starts > 1) {
        return say_why(agent, &record, AGENT_WHY_INTERRUPTED, wait);
    }
    if (wait != 0) {
        return put_off(agent, (enum agent_why)agent->log.now.why, wait);
    }
    if (why != AGENT_WHY_NONE) {
        return agent_put_off(agent, &record, why);
    }
    return agent_gives_way(agent) ? agent_ask_to_fetch(agent, &record)
                                  : set_out(agent, &record);
}

/* The server has none from this base: that is no failure. */
enum agent_phase agent_take_whole(struct agent *agent)
{
    struct progress record = agent->log.now;

    record.deltas = PROGRESS_DELTAS;
    record.starts = 0;
    progress_restart(&record);
    memset(&record.etag, 0, sizeof(record.etag));
    return agent_keep(agent, &record) ? agent_begin(agent)
                                      : agent_cannot_keep(agent);
}

/* ---- the chain ------------------------------------------------------------------- */

/* Is the output a whole piece, or at the end of the image? */
static bool piece_is_whole(const struct agent *agent)
{
    return agent->fill == AGENT_UNIT ||
           (agent->fill != 0 &&
            agent->stored + agent->fill == agent->log.now.size);
}

static uint32_t room(const struct agent *agent)
{
    uint32_t left = agent->log.now.size - agent->stored - agent->fill;
    uint32_t unit = AGENT_UNIT - agent->fill;

    return left < unit ? left : unit;
}

/* One step of the decoder; *moved says whether it did anything. */
static bool decode_some(struct agent *agent, const uint8_t **bytes,
                        uint32_t *length, bool *moved)
{
    struct decode_io io = {*bytes, *length, agent->block + agent->fill,
                           room(agent)};
    uint32_t out = io.out_left;

    if (!agent->decoder->step(&agent->decoding, &io) || io.in_left > *length ||
        io.out_left > out) {
        return false;
    }
    *moved = io.in_left != *length || io.out_left != out;
    agent->fetched += *length - io.in_left;
    agent->fill += out - io.out_left;
    *bytes += *length - io.in_left;
    *length = io.in_left;
    return true;
}

/* The decoder's verdict after everything has been fetched. */
static bool is_complete(const struct agent *agent)
{
    return agent->stored == agent->log.now.size &&
           agent->decoder->finish(&agent->decoding);
}

enum agent_why agent_take(struct agent *agent, const uint8_t *bytes,
                          uint32_t length)
{
    bool moved = true;

    while (moved) {
        if (!decode_some(agent, &bytes, &length, &moved) ||
            !learn_size(agent)) {
            return AGENT_WHY_BAD_DIGEST;
        }
        if (piece_is_whole(agent) && !agent_store(agent)) {
            return AGENT_WHY_FLASH_ERROR;
        }
    }
    bool last = agent->size_known && agent->fetched == agent->to_fetch;
    return length != 0 || (last && !is_complete(agent)) ? AGENT_WHY_BAD_DIGEST
                                                        : AGENT_WHY_NONE;
}
