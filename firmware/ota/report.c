/* SPDX-License-Identifier: MIT */
#include "ota/report.h"

#include <stdbool.h>
#include <string.h>

#include "ota/agent_why.h"

/* By number; later ones have none. */
static const uint8_t suit_reasons[] = {
#define REPORT_SUIT(name, number, text, result, suit) [number] = (suit),
    AGENT_WHYS(REPORT_SUIT)
#undef REPORT_SUIT
};

struct line {
    char *out;
    uint32_t size;
    uint32_t length;
    bool full;
};

static void put(struct line *line, const char *text, uint32_t length)
{
    if (line->full || length > line->size - line->length) {
        line->full = true;
        return;
    }
    memcpy(line->out + line->length, text, length);
    line->length += length;
}

static void put_text(struct line *line, const char *text)
{
    put(line, text, (uint32_t)strlen(text));
}

static void put_number(struct line *line, uint32_t number)
{
    char digits[10]; /* of UINT32_MAX */
    uint32_t at = sizeof(digits);

    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    put(line, digits + at, (uint32_t)sizeof(digits) - at);
}

static void put_version(struct line *line, uint32_t version)
{
    put_number(line, version >> 24);
    put_text(line, ".");
    put_number(line, version >> 16 & 0xFFu);
    put_text(line, ".");
    put_number(line, version & 0xFFFFu);
}

static uint32_t suit_reason(uint8_t why)
{
    return why < sizeof(suit_reasons) ? suit_reasons[why] : 0;
}

int32_t report_write(const struct progress *progress, uint32_t running_version,
                     uint8_t slot, char *out, uint32_t size)
{
    static const char *const slots[OTA_SLOT_COUNT] = {"a", "b", "recovery"};
    const struct {
        const char *key;
        uint32_t number;
    } words[] = {{"state=", progress->state},
                 {" result=", progress->result},
                 {" why=", progress->why},
                 {" suit=", suit_reason(progress->why)},
                 {" release=", progress->release}};
    struct line line = {.out = out, .size = size};

    if (slot >= OTA_SLOT_COUNT) {
        return -1;
    }
    for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        put_text(&line, words[i].key);
        put_number(&line, words[i].number);
    }
    put_text(&line, " version=");
    put_version(&line, running_version);
    put_text(&line, " slot=");
    put_text(&line, slots[slot]);
    return line.full ? -1 : (int32_t)line.length;
}
