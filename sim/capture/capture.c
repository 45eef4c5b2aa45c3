/* SPDX-License-Identifier: MIT */
#include "capture/capture.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/datagram.h"

#define DEVICE_ADDRESS 0x0A000000u /* 10.0.0.x */
#define SERVER_ADDRESS 0x0A000101u /* 10.0.1.1 */
#define SERVER_PORT 5683u
#define SECURE_PORT 5684u
/* Content types of DTLS records; a CoAP message begins with 0x40 or more. */
#define DTLS_FIRST 20u
#define DTLS_LAST 25u
/* Each boot has its own port, as in the engine. */
#define DEVICE_PORT 40000u
#define DEVICE_PORTS 4096u
#define SPOILT_MAX 32u /* answers under way */
#define COMMENT_MAX 96u

/* A spoilt answer under way. */
struct spoilt {
    uint32_t device; /* 0: none */
    uint64_t due_ns;
    const uint8_t *bytes;
    uint32_t length;
};

struct capture {
    struct pcapng *file;
    const struct history *history;
    uint64_t packets;
    uint32_t boots[CHANGES_DEVICES];
    bool secure[CHANGES_DEVICES]; /* its last packet was a DTLS record */
    struct spoilt spoilt[SPOILT_MAX];
    unsigned next_spoilt;
};

/* The value of a field; 0: the event has none of that name. */
static uint64_t field_of(const struct event *event, const char *key)
{
    int field = event_field_find((enum event_code)event->code, key);

    return field >= 0 ? event->number[field] : 0;
}

static bool is_lost(const struct event *event)
{
    return field_of(event, "fate") != 0;
}

static void add_word(char comment[COMMENT_MAX], const char *text)
{
    size_t used = strlen(comment);

    snprintf(comment + used, COMMENT_MAX - used, "%s%s", used > 0 ? "; " : "",
             text);
}

static void add_fate(char comment[COMMENT_MAX], const struct event *event)
{
    int field = event_field_find((enum event_code)event->code, "fate");
    char fate[32];
    char text[48];

    if (field >= 0 && is_lost(event)) {
        event_value(event, (unsigned)field, fate, sizeof fate);
        snprintf(text, sizeof text, "lost: %s", fate);
        add_word(comment, text);
    }
}

/* ---- answers that a fault of the server has changed ------------------------- */

static void note_spoilt(struct capture *capture, const struct event *event,
                        const struct change *packet)
{
    if ((packet->value & CHANGES_PACKET_SPOILT) != 0 && !is_lost(event)) {
        capture->spoilt[capture->next_spoilt++ % SPOILT_MAX] = (struct spoilt){
            .device = event->device,
            .due_ns = event->time_ns + field_of(event, "arrives_in"),
            .bytes = packet->bytes,
            .length = packet->length,
        };
    }
}

static bool was_spoilt(const struct capture *capture, const struct event *event,
                       const struct change *packet)
{
    for (unsigned i = 0; i < SPOILT_MAX; i++) {
        const struct spoilt *spoilt = &capture->spoilt[i];

        if (spoilt->device == event->device &&
            spoilt->length == packet->length &&
            (spoilt->due_ns == event->time_ns ||
             (packet->value & CHANGES_PACKET_COPY) != 0) &&
            memcmp(spoilt->bytes, packet->bytes, packet->length) == 0) {
            return true;
        }
    }
    return false;
}

/* ---- packets ---------------------------------------------------------------- */

static void comment_on(const struct capture *capture, const struct event *event,
                       const struct change *packet, char comment[COMMENT_MAX])
{
    comment[0] = '\0';
    add_fate(comment, event);
    if ((packet->value & CHANGES_PACKET_TWICE) != 0) {
        add_word(comment, "the network makes a copy");
    }
    if ((packet->value & CHANGES_PACKET_COPY) != 0) {
        add_word(comment, "a copy that the network made");
    }
    if ((packet->value & CHANGES_PACKET_SPOILT) != 0 ||
        (event->code != EVENT_RADIO_SEND &&
         was_spoilt(capture, event, packet))) {
        add_word(comment, "changed by a fault of the server");
    }
    if (event->code == EVENT_RADIO_DROP) {
        add_word(comment, "dropped by the modem: no room, or no socket for it");
    }
}

static bool is_record(const struct change *packet)
{
    return packet->length > 0 && packet->bytes[0] >= DTLS_FIRST &&
           packet->bytes[0] <= DTLS_LAST;
}

static void add_packet(struct capture *capture, const struct event *event,
                       const struct change *packet)
{
    bool sends = event->code == EVENT_RADIO_SEND;
    uint32_t boots = capture->boots[event->device - 1] % DEVICE_PORTS;
    struct datagram_end device = {DEVICE_ADDRESS + event->device,
                                  (uint16_t)(DEVICE_PORT + boots)};
    struct datagram_end server = {SERVER_ADDRESS, is_record(packet)
                                                      ? SECURE_PORT
                                                      : SERVER_PORT};
    struct datagram datagram = {
        .from = sends ? device : server,
        .to = sends ? server : device,
        .number = (uint16_t)event->sequence,
        .payload = packet->bytes,
        .length = packet->length,
    };
    uint8_t bytes[DATAGRAM_HEADERS + DATAGRAM_PAYLOAD];
    char comment[COMMENT_MAX];

    comment_on(capture, event, packet, comment);
    pcapng_packet(capture->file,
                  &(struct pcapng_packet){
                      .interface = event->device - 1,
                      .time_ns = event->time_ns,
                      .direction = sends ? PCAPNG_OUT : PCAPNG_IN,
                      .comment = comment,
                      .bytes = bytes,
                      .length = datagram_write(&datagram, bytes),
                  });
    capture->packets++;
}

/* What was on the air, once: at the device, or from the server if it was lost.
 * The record holds an answer as the server made it, so a protected one that was
 * lost cannot be shown. */
static bool travels(const struct capture *capture, const struct event *event)
{
    switch (event->code) {
    case EVENT_RADIO_SEND:
    case EVENT_RADIO_RECEIVE:
    case EVENT_RADIO_DROP:
        return true;
    case EVENT_SERVER_FLIGHT:
        return is_lost(event);
    case EVENT_SERVER_ANSWER:
        return is_lost(event) && !capture->secure[event->device - 1];
    default:
        return false;
    }
}

static void take_event(struct capture *capture, uint64_t number)
{
    struct event event;
    struct change packet;

    history_event(capture->history, number, &event);
    if (event.device == 0 || event.device > CHANGES_DEVICES) {
        return;
    }
    if (event.code == EVENT_RESET) {
        capture->boots[event.device - 1]++;
    }
    if (!history_packet(capture->history, number, &packet)) {
        return;
    }
    if (event.code == EVENT_SERVER_ANSWER) {
        note_spoilt(capture, &event, &packet);
    }
    if (event.code == EVENT_RADIO_SEND) {
        capture->secure[event.device - 1] = is_record(&packet);
    }
    if (travels(capture, &event)) {
        add_packet(capture, &event, &packet);
    }
}

/* ---- the whole ---------------------------------------------------------------- */

static void add_head(struct capture *capture, const struct capture_about *about)
{
    const struct history *history = capture->history;
    char text[160];

    snprintf(text, sizeof text,
             "scenario %s, seed %" PRIu64 "; times are virtual, from power-on",
             history_scenario(history), history_seed(history));
    pcapng_section(capture->file, "otalab", text, about->token);
    for (uint32_t i = 1; i <= history_shape(history)->devices; i++) {
        snprintf(text, sizeof text, "device-%" PRIu32, i);
        pcapng_interface(capture->file, text, "the device's modem");
    }
    if (about->secrets != NULL) {
        pcapng_secrets(capture->file, about->secrets, about->secrets_size);
    }
}

uint64_t capture_make(const struct history *history,
                      const struct capture_about *about, struct pcapng *file)
{
    struct capture capture = {.file = file, .history = history};

    add_head(&capture, about);
    for (uint64_t n = 1; n <= history_events(history); n++) {
        take_event(&capture, n);
    }
    return capture.packets;
}
