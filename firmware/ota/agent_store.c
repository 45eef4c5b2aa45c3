/* SPDX-License-Identifier: MIT */
/*
 * Stores the image's bytes in the slot that does not run.
 *
 *   slot:  | sector | sector | sector      | not touched yet ...
 *          | written, with a record | fill |
 *
 * A sector is erased just before its first byte is written, with no reset in
 * between. A piece of AGENT_UNIT bytes is programmed when it is complete, and
 * then recorded; of a patch, whose decoder cannot go back, only at the start of
 * a sector. After a reset nobody knows what was in progress past
 * `written`: a torn program may read as a blank page. So the sector is
 * rewritten: its good part to RAM, the record back to the sector's start,
 * erase, program, and the record forward again. A sector that is larger than
 * that buffer is fetched again instead.
 */
#include <string.h>

#include "ota/agent_parts.h"
#include "ota/bytes.h"

static uint32_t slot_start(const struct agent *agent)
{
    return agent->port->slots[agent->log.now.slot & 1u].start;
}

/* Erase and check: an erase that did only half its work may not report it. */
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

/* Is a download continued from here after a reset? */
static bool is_resting_point(const struct agent *agent)
{
    return agent->decoder->go_back != NULL ||
           agent->stored % agent->port->flash->sector_size == 0 ||
           agent->stored == agent->log.now.size;
}

static bool keep_decoder(struct agent *agent, struct progress *record)
{
    uint8_t dump[DECODE_DUMP];

    if (agent->decoder->dump_size == 0) {
        return true;
    }
    agent->decoder->dump(&agent->decoding, dump);
    return delta_states_keep(&agent->states, dump, &record->decoding) == OTA_OK;
}

/* Record how far the download has got: first the decoder's state, then what
 * refers to it. */
static bool keep_position(struct agent *agent)
{
    struct progress record = agent->log.now;

    record.written = agent->stored;
    record.fetched = agent->fetched;
    record.etag = agent->image_etag;
    record.sags = 0;
    record.not_before_s = record.starts > 1 ? 0 : record.not_before_s;
    record.starts = 0;
    return keep_decoder(agent, &record) && agent_keep(agent, &record);
}

bool agent_store(struct agent *agent)
{
    const struct ota_flash *flash = agent->port->flash;
    uint32_t from = agent->stored;

    agent->sector_clean =
        erase_if_first(agent, from, agent->fill) &&
        flash->program(flash->context, slot_start(agent) + from, agent->block,
                       agent->fill) == OTA_OK;
    agent->stored += agent->fill;
    agent->fill = 0;
    if (!agent->sector_clean ||
        (is_resting_point(agent) && !keep_position(agent))) {
        return false;
    }
    agent->stalls = 0;
    return true;
}

/* ---- the sector that a reset interrupted
 * ----------------------------------------------- */

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

/* Set the record to where the download would resume if only that much of the
 * image were there. */
static void go_back(const struct agent *agent, struct progress *record,
                    uint32_t written)
{
    uint32_t fetched = 0;

    if (agent->decoder->go_back == NULL ||
        !agent->decoder->go_back(written, &fetched)) {
        progress_restart(record);
        return;
    }
    record->written = written;
    record->fetched = fetched;
}

/* Its good part is in RAM: erase it, write that, and go on after it. */
static enum agent_phase mend_here(struct agent *agent, uint32_t address,
                                  uint32_t good, const struct progress *whole)
{
    agent->sector_clean =
        rewrite(agent, address, good) && agent_keep(agent, whole);
    return agent->sector_clean ? agent_fetch_phase(agent)
                               : agent_fail(agent, AGENT_WHY_FLASH_ERROR);
}

/* The record is back at the sector's start: fetch from there. */
static enum agent_phase fetch_again(struct agent *agent)
{
    const struct progress *record = &agent->log.now;
    static const uint8_t nothing[DECODE_DUMP];

    agent->fetched = record->fetched;
    agent->stored = record->written;
    return agent->decoder->restore(&agent->decoding, record->fetched,
                                   record->written, nothing)
               ? agent_fetch_phase(agent)
               : agent_fail(agent, AGENT_WHY_FLASH_ERROR);
}

enum agent_phase agent_mend(struct agent *agent)
{
    const struct ota_flash *flash = agent->port->flash;
    const struct progress whole = agent->log.now;
    struct progress record = whole;
    uint32_t good = whole.written % flash->sector_size;
    uint32_t address = slot_start(agent) + whole.written - good;
    bool fits = good <= sizeof(agent->block);

    go_back(agent, &record, whole.written - good);
    if ((fits && flash->read(flash->context, address, agent->block, good)) ||
        !agent_keep(agent, &record)) {
        return agent_fail(agent, AGENT_WHY_FLASH_ERROR);
    }
    return fits ? mend_here(agent, address, good, &whole) : fetch_again(agent);
}
