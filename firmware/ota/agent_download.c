/* SPDX-License-Identifier: MIT */
/*
 * The image, block by block, into the slot that does not run.
 *
 *   slot:  | sector | sector | sector      | not touched yet ...
 *          | written, with a record | fill |
 *                                          ^ block asked for
 *
 * A sector is erased when its first byte is to be written, in the session
 * that writes it. A piece of AGENT_UNIT bytes is programmed when it is
 * complete, then the record says so. After a reset nobody knows what was
 * under way behind `written`: a torn program may read like a blank page. So
 * the sector is rewritten: its good part to RAM, the record back to the
 * sector's start, erase, program, and the record forward again.
 */
#include <string.h>

#include "ota/agent_parts.h"
#include "ota/bytes.h"

/* ---- may it begin? ------------------------------------------------------------- */

/* What a record from flash says is checked like anything else. */
static void check_written(struct progress *record)
{
    if (record->written > record->size ||
        (record->written < record->size && record->written % AGENT_UNIT != 0)) {
        record->written = 0;
    }
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

enum agent_phase agent_put_off(struct agent *agent, struct progress *record,
                               enum agent_why why)
{
    uint64_t wait = agent_jitter(agent, agent->figures.poll_ms);

    agent->fill = 0;
    agent_say(record,
              record->written ? AGENT_STATE_DOWNLOADING : AGENT_STATE_IDLE,
              why);
    (void)agent_keep(agent, record); /* else at the next look */
    return put_off(agent, why, wait);
}

/* How long the back-off lasts, in ms. More than there can be is a clock that
 * was set, or a record that somebody made up. */
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
               : AGENT_PHASE_IMAGE;
}

static bool flash_fits(const struct agent *agent)
{
    uint32_t sector = agent->port->flash->sector_size;

    return sector != 0 && sector <= AGENT_SECTOR_MAX &&
           (sector % AGENT_UNIT == 0 || AGENT_UNIT % sector == 0);
}

static enum agent_phase set_out(struct agent *agent, struct progress *record)
{
    enum agent_phase phase = first_phase(agent, record);

    agent->skip_backoff = false;
    agent->fill = 0;
    agent->image_etag = record->etag;
    agent->szx = 0;
    while (16u << agent->szx < agent->figures.block_size) {
        agent->szx++;
    }
    record->excused = 0;
    agent_say(record, AGENT_STATE_DOWNLOADING, AGENT_WHY_NONE);
    if (!flash_fits(agent) || !agent_keep(agent, record)) {
        return agent_cannot_keep(agent);
    }
    agent_trace(agent, AGENT_EVENT_DOWNLOAD, record->slot, record->written,
                record->size);
    return agent_report_due(agent) ? agent_report_first(agent, phase) : phase;
}

enum agent_phase agent_begin(struct agent *agent)
{
    struct progress record;

    agent_record(agent, &record);
    check_written(&record);
    uint64_t wait = backoff_left(agent, &record);
    enum agent_why why = agent_gate(agent, record.size - record.written, false);
    if (wait != 0) {
        return put_off(agent, (enum agent_why)agent->log.now.why, wait);
    }
    return why != AGENT_WHY_NONE ? agent_put_off(agent, &record, why)
                                 : set_out(agent, &record);
}

/* ---- blocks ------------------------------------------------------------------------ */

static uint32_t block_size(const struct agent *agent)
{
    return 16u << agent->szx;
}

/* Where the next block belongs. */
static uint32_t position(const struct agent *agent)
{
    return agent->log.now.written + agent->fill;
}

enum agent_phase agent_fetch(struct agent *agent)
{
    struct progress record = agent->log.now;
    struct coap_request request = {.code = COAP_GET,
                                   .path = "image",
                                   .has_block = true,
                                   .block = position(agent) / block_size(agent),
                                   .szx = agent->szx};
    enum agent_why why = agent_gate(agent, record.size - position(agent), true);

    if (why != AGENT_WHY_NONE) {
        return agent_put_off(agent, &record, why);
    }
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
    uint32_t length; /* that the payload must have */
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

/* An answer without an ETag tells nothing: libcoap leaves it out where a
 * request comes twice. The digest at the end is what counts. */
static bool changed(const struct piece *piece)
{
    const struct coap_etag *now = &piece->answer->etag;
    const struct coap_etag *held = &piece->agent->image_etag;

    return position(piece->agent) != 0 && now->length != 0 &&
           held->length != 0 && !same_etag(now, held);
}

static bool wrong_length(const struct piece *piece)
{
    const struct coap_answer *answer = piece->answer;
    uint32_t left = piece->agent->log.now.size - position(piece->agent);

    return answer->length != piece->length ||
           answer->more != (left > piece->length) ||
           (answer->has_size && answer->size != piece->agent->log.now.size);
}

/* From the top; the first that holds ends this attempt. */
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
    uint32_t left = agent->log.now.size - position(agent);
    uint32_t size = 16u << answer->szx;
    struct piece piece = {agent, answer, left < size ? left : size};

    for (unsigned i = 0; i < sizeof(flaws) / sizeof(flaws[0]); i++) {
        if (flaws[i].when(&piece)) {
            return flaws[i].why;
        }
    }
    return AGENT_WHY_NONE;
}

/* ---- flash --------------------------------------------------------------------------- */

static uint32_t slot_start(const struct agent *agent)
{
    return agent->port->slots[agent->log.now.slot & 1u].start;
}

/* Erase and look: an erase that did only half of it may say nothing. */
static bool erase_sector(struct agent *agent, uint32_t address)
{
    const struct ota_flash *flash = agent->port->flash;
    uint8_t bytes[64];
    bool blank = flash->erase(flash->context, address) == OTA_OK;

    for (uint32_t at = 0; at < flash->sector_size && blank;
         at += sizeof(bytes)) {
        blank = flash->read(flash->context, address + at, bytes,
                            sizeof(bytes)) == OTA_OK &&
                bytes_are(bytes, sizeof(bytes), 0xFF);
    }
    agent->port->alive(agent->port->context);
    return blank;
}

static bool erase_if_first(struct agent *agent, uint32_t from, uint32_t length)
{
    uint32_t sector = agent->port->flash->sector_size;
    uint32_t at = from + (sector - from % sector) % sector;

    for (; at < from + length; at += sector) {
        if (!erase_sector(agent, slot_start(agent) + at)) {
            return false;
        }
    }
    return true;
}

/* Write what was gathered, and say so. */
static bool store(struct agent *agent)
{
    const struct ota_flash *flash = agent->port->flash;
    struct progress record = agent->log.now;
    uint32_t from = record.written;

    agent->sector_clean =
        erase_if_first(agent, from, agent->fill) &&
        flash->program(flash->context, slot_start(agent) + from, agent->block,
                       agent->fill) == OTA_OK;
    record.written += agent->fill;
    record.etag = agent->image_etag;
    record.sags = 0;
    agent->fill = 0;
    if (!agent->sector_clean || !agent_keep(agent, &record)) {
        return false;
    }
    agent->stalls = 0;
    return true;
}

enum agent_phase agent_image_answered(struct agent *agent,
                                      const struct coap_answer *answer)
{
    enum agent_why why = check_block(agent, answer);

    agent->server_seen = true;
    if (why != AGENT_WHY_NONE) {
        return agent_fail(agent, why);
    }
    agent->szx = answer->szx;
    if (answer->etag.length != 0) {
        agent->image_etag = answer->etag;
    }
    memcpy(agent->block + agent->fill, answer->payload, answer->length);
    agent->fill += answer->length;
    if ((agent->fill >= AGENT_UNIT || !answer->more) && !store(agent)) {
        return agent_fail(agent, AGENT_WHY_FLASH_ERROR);
    }
    return agent->log.now.written == agent->log.now.size ? AGENT_PHASE_VERIFY
                                                         : AGENT_PHASE_IMAGE;
}

/* ---- the sector that a reset caught ---------------------------------------------------- */

static bool reads_back(struct agent *agent, uint32_t address, uint32_t length)
{
    const struct ota_flash *flash = agent->port->flash;
    uint8_t back[64];

    for (uint32_t at = 0; at < length; at += sizeof(back)) {
        uint32_t part =
            length - at < sizeof(back) ? length - at : (uint32_t)sizeof(back);
        if (flash->read(flash->context, address + at, back, part) ||
            memcmp(back, agent->block + at, part) != 0) {
            return false;
        }
    }
    return true;
}

static bool rewrite(struct agent *agent, uint32_t address, uint32_t good)
{
    const struct ota_flash *flash = agent->port->flash;

    return erase_sector(agent, address) &&
           flash->program(flash->context, address, agent->block, good) ==
               OTA_OK &&
           reads_back(agent, address, good);
}

enum agent_phase agent_mend(struct agent *agent)
{
    const struct ota_flash *flash = agent->port->flash;
    struct progress record = agent->log.now;
    uint32_t good = record.written % flash->sector_size;
    uint32_t address;

    record.written -= good;
    address = slot_start(agent) + record.written;
    if (flash->read(flash->context, address, agent->block, good) ||
        !agent_keep(agent, &record) || !rewrite(agent, address, good)) {
        return agent_fail(agent, AGENT_WHY_FLASH_ERROR);
    }
    record.written += good;
    agent->sector_clean = agent_keep(agent, &record);
    return agent->sector_clean ? AGENT_PHASE_IMAGE
                               : agent_fail(agent, AGENT_WHY_FLASH_ERROR);
}
