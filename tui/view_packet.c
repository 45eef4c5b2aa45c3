/* SPDX-License-Identifier: MIT */
/* One datagram, opened: its CoAP as far as it can be read, then the rest. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "outside/coap.h"
#include "tui/packets.h"
#include "tui/view.h"

#define HEADER 4u /* bytes before the token */
#define HEX_ROW 16u
#define NAME_WIDTH 16u

/* Lines of which only those that fit are drawn. */
struct page {
    const struct area *area;
    unsigned first; /* line at the top */
    unsigned line;  /* the next */
};

__attribute__((format(printf, 4, 5))) static void put_line(
    struct page *page, enum screen_role role, const char *name,
    const char *format, ...)
{
    char text[400];
    va_list args;
    unsigned row = page->line++ - page->first;

    if (page->line <= page->first || row >= page->area->height) {
        return;
    }
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    area_text(page->area, 1, row, SCREEN_HEADING, name);
    area_text(page->area, NAME_WIDTH, row, role, text);
}

/* ---- bytes ------------------------------------------------------------------- */

static void hex_text(const uint8_t *bytes, uint32_t length, char *out,
                     size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (uint32_t i = 0; i < length && used + 3 < size; i++) {
        used += (size_t)snprintf(out + used, size - used, "%s%02x",
                                 i > 0 ? " " : "", bytes[i]);
    }
}

static void plain_text(const uint8_t *bytes, uint32_t length, char *out,
                       size_t size)
{
    uint32_t i = 0;

    for (; i < length && i + 1 < size; i++) {
        out[i] = bytes[i] >= ' ' && bytes[i] <= '~' ? (char)bytes[i] : '.';
    }
    out[i] = '\0';
}

static void put_bytes(struct page *page, enum screen_role role,
                      const uint8_t *bytes, uint32_t from, uint32_t to)
{
    for (uint32_t at = from; at < to; at += HEX_ROW) {
        uint32_t length = to - at < HEX_ROW ? to - at : HEX_ROW;
        char offset[16];
        char hex[HEX_ROW * 3 + 1];
        char text[HEX_ROW + 1];

        snprintf(offset, sizeof offset, "%10" PRIu32, at);
        hex_text(&bytes[at], length, hex, sizeof hex);
        plain_text(&bytes[at], length, text, sizeof text);
        put_line(page, role, offset, "%-47s %s", hex, text);
    }
}

/* ---- CoAP ---------------------------------------------------------------------- */

static const char *code_name(unsigned code)
{
    static const struct {
        unsigned code;
        const char *name;
    } names[] = {
        {WCOAP_EMPTY, "empty"},
        {WCOAP_GET, "GET"},
        {WCOAP_POST, "POST"},
        {WCOAP_PUT, "PUT"},
        {WCOAP_DELETE, "DELETE"},
        {WCOAP_VALID, "Valid"},
        {WCOAP_CHANGED, "Changed"},
        {WCOAP_CONTENT, "Content"},
        {WCOAP_CONTINUE, "Continue"},
        {WCOAP_BAD_REQUEST, "Bad Request"},
        {WCOAP_BAD_OPTION, "Bad Option"},
        {WCOAP_NOT_FOUND, "Not Found"},
        {WCOAP_NOT_ALLOWED, "Method Not Allowed"},
        {WCOAP_NOT_ACCEPTABLE, "Not Acceptable"},
        {WCOAP_INCOMPLETE, "Request Entity Incomplete"},
        {WCOAP_TOO_LARGE, "Request Entity Too Large"},
        {WCOAP_UNAVAILABLE, "Service Unavailable"},
        {WCOAP_NO_PROXY, "Proxying Not Supported"},
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (names[i].code == code) {
            return names[i].name;
        }
    }
    return "unknown";
}

static void put_header(struct page *page, const struct wcoap_message *message)
{
    static const char *const types[] = {"confirmable", "non-confirmable",
                                        "acknowledgement", "reset"};
    char token[WCOAP_TOKEN * 3 + 1];

    put_line(page, SCREEN_TEXT, "CoAP", "version 1, %s, %u.%02u %s, id %u",
             types[message->type & 3u], message->code >> 5, message->code & 31u,
             code_name(message->code), message->id);
    hex_text(message->token, message->token_length, token, sizeof token);
    put_line(page, message->token_length > 0 ? SCREEN_TEXT : SCREEN_DIM,
             "token", "%s", message->token_length > 0 ? token : "none");
}

static void block_text(uint32_t value, char *out, size_t size)
{
    struct wcoap_block block;

    if (wcoap_block_read(value, &block) != 0) {
        snprintf(out, size, "%" PRIu32 ": an invalid block", value);
        return;
    }
    snprintf(out, size, "block %" PRIu32 " of %" PRIu32 " bytes, %s",
             block.number, wcoap_block_size(block.szx),
             block.more ? "more follow" : "the last");
}

static void option_text(const uint8_t *bytes, const struct wcoap_option *option,
                        char *out, size_t size)
{
    const struct wcoap_rule *rule = wcoap_rule(option->number);
    const uint8_t *value = &bytes[option->offset];
    uint32_t number = wcoap_uint(bytes, option);

    if (rule == NULL || option->use == WCOAP_BAD_LENGTH ||
        rule->format == WCOAP_IS_OPAQUE) {
        hex_text(value, option->length, out, size);
    } else if (rule->format == WCOAP_IS_STRING) {
        plain_text(value, option->length, out, size);
    } else if (option->number == WCOAP_BLOCK1 ||
               option->number == WCOAP_BLOCK2) {
        block_text(number, out, size);
    } else if (rule->format == WCOAP_IS_UINT) {
        snprintf(out, size, "%" PRIu32, number);
    } else {
        out[0] = '\0';
    }
}

static void put_option(struct page *page, const uint8_t *bytes,
                       const struct wcoap_option *option)
{
    static const char *const uses[] = {
        [WCOAP_USABLE] = "",
        [WCOAP_UNKNOWN] = " (unknown)",
        [WCOAP_BAD_LENGTH] = " (of invalid length)",
        [WCOAP_REPEATED] = " (repeated)",
    };
    const struct wcoap_rule *rule = wcoap_rule(option->number);
    bool usable = option->use == WCOAP_USABLE;
    char value[320];
    char name[24];

    option_text(bytes, option, value, sizeof value);
    if (rule != NULL) {
        snprintf(name, sizeof name, "%s", rule->name);
    } else {
        snprintf(name, sizeof name, "option %u", option->number);
    }
    put_line(page, usable ? SCREEN_TEXT : SCREEN_BAD, name, "%s%s%s", value,
             uses[option->use],
             !usable && wcoap_critical(option->number) ? ", critical" : "");
}

/* The first byte that could not be read. */
static uint32_t stops_at(int err, const struct wcoap_message *message,
                         uint32_t length)
{
    const struct wcoap_option *last =
        message->options > 0 ? &message->option[message->options - 1] : NULL;

    switch (err) {
    case WCOAP_E_SHORT:
    case WCOAP_E_VERSION:
    case WCOAP_E_TOKEN:
        return 0;
    case WCOAP_E_CLASS:
        return 1;
    case WCOAP_E_EMPTY:
        return length > HEADER ? HEADER : 0;
    case WCOAP_E_MARKER:
        return length - 1;
    default:
        return last != NULL ? (uint32_t)last->offset + last->length
                            : HEADER + message->token_length;
    }
}

static const char *stop_text(int err)
{
    static const char *const texts[] = {
        [-WCOAP_E_SHORT] = "too short for a header",
        [-WCOAP_E_VERSION] = "not version 1 of CoAP",
        [-WCOAP_E_TOKEN] = "the token's length is invalid",
        [-WCOAP_E_OPTION] = "an option is invalid or goes past the end",
        [-WCOAP_E_MARKER] = "a marker without a payload",
        [-WCOAP_E_EMPTY] = "something follows an empty message",
        [-WCOAP_E_CLASS] = "a reserved class of codes",
        [-WCOAP_E_MANY] = "more options than are supported",
    };

    return -err < (int)(sizeof texts / sizeof texts[0]) ? texts[-err] : "?";
}

static void put_coap(struct page *page, const uint8_t *bytes, uint32_t length)
{
    struct wcoap_message message;
    int err = wcoap_decode(bytes, length, &message);

    if (err != WCOAP_E_SHORT && err != WCOAP_E_VERSION) {
        put_header(page, &message);
    }
    for (uint32_t i = 0; i < message.options; i++) {
        put_option(page, bytes, &message.option[i]);
    }
    if (err != WCOAP_OK) {
        uint32_t stop = stops_at(err, &message, length);

        put_line(page, SCREEN_BAD, "STOPS HERE", "at byte %" PRIu32 ": %s",
                 stop, stop_text(err));
        put_bytes(page, SCREEN_BAD, bytes, stop, length);
        return;
    }
    put_line(page, message.payload > 0 ? SCREEN_TEXT : SCREEN_DIM, "payload",
             "%u bytes", message.payload_length);
    if (message.payload > 0) {
        put_bytes(page, SCREEN_TEXT, bytes, message.payload, length);
    }
}

/* ---- the whole ------------------------------------------------------------------- */

static void put_fate(struct page *page, const struct event *event,
                     const struct change *packet)
{
    int fate = event_field_find(event->code, "fate");
    char why[EVENT_LABEL];

    if (fate >= 0 && !event_matches(event, (unsigned)fate, "sent")) {
        event_value(event, (unsigned)fate, why, sizeof why);
        put_line(page, SCREEN_BAD, "LOST", "the link lost it: %s", why);
    }
    if (event->code == (uint32_t)EVENT_RADIO_DROP) {
        put_line(page, SCREEN_BAD, "DROPPED",
                 "no socket or no room for it in the device");
    }
    if ((packet->value & CHANGES_PACKET_SPOILT) != 0) {
        put_line(page, SCREEN_BAD, "CORRUPT",
                 "the server misbehaves and has changed this answer");
    }
    if ((packet->value & CHANGES_PACKET_TWICE) != 0) {
        put_line(page, SCREEN_BAD, "TWICE", "the network makes a copy of it");
    }
    if ((packet->value & CHANGES_PACKET_COPY) != 0) {
        put_line(page, SCREEN_BAD, "COPY", "made by the network");
    }
}

void view_datagram(const struct area *area, const struct event *event,
                   const struct change *packet, unsigned scroll)
{
    struct area list = area_part(area, 0, 0, area->width, area->height - 1);
    struct area foot = area_part(area, 0, list.height, area->width, 1);
    struct page page = {&list, scroll, 0};
    char time[32];

    words_time(event->time_ns, time);
    put_line(&page, SCREEN_TEXT, event_kind(event->code)->name,
             "event %" PRIu64 " at %s, device %" PRIu32 ", %" PRIu32 " bytes",
             event->sequence, time, event->device, packet->length);
    put_fate(&page, event, packet);
    put_coap(&page, packet->bytes, packet->length);
    area_print(&foot, 1, 0, SCREEN_WARN, "%sany other key leaves the datagram",
               page.line > page.first + list.height
                   ? "\u2193 more: j, k, PgDn and PgUp move;  "
                   : "the end: k and PgUp move;  ");
}

void view_packet(const struct model *model, const struct area *area)
{
    struct change packet;
    struct event event;

    if (packets_bytes(model, model->packet, &packet)) {
        history_event(model_history(model), model->packet, &event);
        view_datagram(area, &event, &packet, model->packet_scroll);
    }
}
