/* SPDX-License-Identifier: MIT */
/*
 * What travels between devices and the rest of the world: each device's own
 * link, the update server at its other end, and other devices.
 */
#include "engine/net.h"

#include <stdio.h>
#include <string.h>

#include "engine/device.h"
#include "engine/emit.h"
#include "engine/join.h"
#include "engine/power.h"
#include "engine/publish.h"
#include "engine/secure.h"
#include "outside/coap.h"
#include "outside/report.h"

#define SERVER_NODE 1u
#define SERVER_PORT 5683u
#define DEVICE_NODE 10u /* the first device's */
/* Each boot uses its own port: datagrams meant for an earlier boot reach
 * nobody. */
#define DEVICE_PORT 40000u
#define DEVICE_PORTS 4096u

static struct endpoint device_endpoint(const struct device *device)
{
    return (struct endpoint){DEVICE_NODE + device->number - 1,
                             DEVICE_PORT + (device->world->boots +
                                            device->world->rebound) %
                                               DEVICE_PORTS};
}

static struct device *device_of_node(struct run *run, uint32_t node)
{
    return node >= DEVICE_NODE && node - DEVICE_NODE < run->devices
               ? &run->device[node - DEVICE_NODE]
               : NULL;
}

/* The name of a device's streams. */
static const char *stream(const struct device *device, char name[32])
{
    snprintf(name, 32, "link-%u", device->number);
    return name;
}

void net_streams(struct device *device)
{
    char name[32];

    link_streams(&device->world->link, device->run->given->scenario->seed,
                 stream(device, name));
}

void net_init(struct device *device)
{
    const struct scenario *scenario = device->run->given->scenario;
    const struct link_figures *way = scenario->network.way;
    char name[32];

    link_init(&device->world->link, &way[LINK_UP], &way[LINK_DOWN],
              scenario->seed, stream(device, name));
    radio_fit(&device->world->board.radio, scenario->network.given);
    device->world->down = !scenario->network.given;
    device->world->board.radio.registered = scenario->network.given;
}

/* ---- from the device ------------------------------------------------------ */

static uint64_t arrives_in(const struct link_sent *sent, uint64_t now)
{
    return sent->fate == LINK_SENT ? sent->due_ns - now : 0;
}

static void count_bytes(struct device *device, uint32_t bytes)
{
    struct oracle_view view = device_view(device);

    oracle_bytes(&device->world->oracle, &view, bytes);
}

/* A datagram of the device, or for it, was offered to its link. */
static void note_fate(struct device *device, enum link_fate fate)
{
    if (fate != LINK_SENT) {
        oracle_disturbed(&device->world->oracle);
    }
}

static uint32_t marks_of(const struct link_sent *sent)
{
    return sent->copy_ns != 0 ? CHANGES_PACKET_TWICE : 0;
}

enum board_air net_send(void *context, uint32_t node, uint32_t port,
                        const uint8_t *bytes, uint32_t length,
                        uint64_t *until_ns)
{
    struct device *device = context;
    uint64_t now = device->world->board.now_ns;
    struct link *link = &device->world->link;

    if (!link_up_at(link, now)) {
        note_fate(device, LINK_LOST_OUTAGE);
        return BOARD_AIR_DOWN;
    }
    struct link_sent sent =
        link_send(link, now, LINK_UP, device_endpoint(device),
                  (struct endpoint){node, port}, bytes, length);
    *until_ns = sent.on_air ? sent.end_ns : now;
    emit_packet(device,
                &(struct event){.code = EVENT_RADIO_SEND,
                                .number = {length, sent.fate,
                                           arrives_in(&sent, now)}},
                &(struct track_packet){bytes, length, marks_of(&sent)});
    note_fate(device, sent.fate);
    if (sent.on_air) {
        bill_up(&device->world->bill,
                (uint64_t)length + link->way[LINK_UP].figures.overhead);
    }
    count_bytes(device, length);
    return sent.fate == LINK_LOST_FULL ? BOARD_AIR_FULL : BOARD_AIR_TAKEN;
}

/* ---- the server ----------------------------------------------------------- */

/* Which resource and block a request is about; false: it is not a request. */
static bool request_of(const struct link_packet *packet, uint32_t *resource,
                       uint32_t *block)
{
    struct wcoap_message message;

    if (wcoap_decode(packet->bytes, packet->length, &message) != WCOAP_OK ||
        message.code == WCOAP_EMPTY || message.code >= WCOAP_CODE(1, 0)) {
        return false;
    }
    const struct wcoap_option *option = wcoap_find(&message, WCOAP_BLOCK2, 0);
    *block = option != NULL ? wcoap_uint(packet->bytes, option) >> 4 : 0;
    for (*resource = 0; *resource < SERVER_RESOURCES; ++*resource) {
        if (wcoap_path_is(packet->bytes, &message,
                          server_path((enum server_resource) * resource))) {
            return true;
        }
    }
    return false;
}

static void tell_report(struct device *device,
                        const struct server_report *report)
{
    struct device_report read;

    if (report == NULL ||
        report_read(report->bytes, report->length, &read) != 0) {
        return;
    }
    struct event event = {.code = EVENT_SERVER_STATUS,
                          .number = {read.state, read.result, read.why,
                                     read.version}};
    device->world->state = read.state;
    device->world->result = read.result;
    emit_event(device->run, device, &event);
}

/* From that port of the server. */
static struct link_sent send_down(struct device *device, uint64_t now,
                                  uint32_t port, struct endpoint to,
                                  const uint8_t *bytes, uint32_t length)
{
    struct link_sent sent =
        link_send(&device->world->link, now, LINK_DOWN,
                  (struct endpoint){SERVER_NODE, port}, to, bytes, length);

    if (sent.on_air) {
        bill_down(&device->world->bill,
                  (uint64_t)length +
                      device->world->link.way[LINK_DOWN].figures.overhead);
    }
    note_fate(device, sent.fate);
    return sent;
}

static void send_flight(struct device *device, uint64_t now, struct endpoint to,
                        const uint8_t *bytes, uint32_t length)
{
    struct link_sent sent =
        send_down(device, now, SECURE_PORT, to, bytes, length);

    emit_packet(device,
                &(struct event){.code = EVENT_SERVER_FLIGHT,
                                .number = {length, sent.fate,
                                           arrives_in(&sent, now)}},
                &(struct track_packet){bytes, length, marks_of(&sent)});
}

/* What the recording shows is the answer as the server made it; what travels may
 * be a protected form of it. */
static void answer(struct device *device, uint64_t now,
                   const struct link_packet *request,
                   const struct track_packet *made)
{
    bool secure = request->to.port == SECURE_PORT;
    uint8_t record[LINK_BYTES];
    struct track_packet packet = *made;
    const uint8_t *bytes = made->bytes;
    uint32_t length = made->length;

    if (secure) {
        length = secure_answer(device, bytes, length, record);
    }
    struct link_sent sent =
        send_down(device, now, request->to.port, request->from,
                  secure ? record : bytes, length);
    struct event event = {.code = EVENT_SERVER_ANSWER,
                          .number = {made->bytes[1], made->length, sent.fate,
                                     arrives_in(&sent, now)}};

    packet.marks |= marks_of(&sent);
    emit_packet(device, &event, &packet);
}

static bool misbehaves(const struct server *server)
{
    for (unsigned kind = 0; kind < SERVER_FAULTS; kind++) {
        if (server->fault[kind].on) {
            return true;
        }
    }
    return false;
}

static uint32_t copy_mark(const struct link_packet *packet)
{
    return packet->copy ? CHANGES_PACKET_COPY : 0;
}

static void tell_request(struct device *device,
                         const struct link_packet *packet)
{
    uint32_t resource = 0;
    uint32_t block = 0;

    if (request_of(packet, &resource, &block)) {
        emit_packet(device,
                    &(struct event){.code = EVENT_SERVER_REQUEST,
                                    .number = {resource, block}},
                    &(struct track_packet){packet->bytes, packet->length,
                                           copy_mark(packet)});
    }
}

static void at_server(struct device *device, uint64_t now,
                      const struct link_packet *packet)
{
    struct run *run = device->run;
    struct server *server = &run->world->server;
    uint64_t reports = server->counts.reports;
    uint64_t spoilt = server->counts.spoilt;
    uint8_t bytes[SERVER_ANSWER];

    if (misbehaves(server)) {
        oracle_disturbed(&device->world->oracle);
    }
    tell_request(device, packet);
    uint32_t length =
        server_receive(server, now, packet->from, packet->bytes, packet->length,
                       run->given->served, run->given->judged.images, bytes);
    if (server->counts.reports > reports) {
        tell_report(device, server_report(server, 0));
    }
    if (length > 0) {
        answer(device, now, packet,
               &(struct track_packet){bytes, length,
                                      server->counts.spoilt != spoilt
                                          ? CHANGES_PACKET_SPOILT
                                          : 0});
    }
}

static void at_plain_port(struct device *device, uint64_t now,
                          const struct link_packet *packet)
{
    uint8_t bytes[SERVER_ANSWER];
    uint32_t length = secure_time(device, now, packet, bytes);

    if (length > 0) {
        answer(device, now, packet, &(struct track_packet){bytes, length, 0});
    } else {
        at_server(device, now, packet);
    }
}

static void at_secure_port(struct device *device, uint64_t now,
                           const struct link_packet *packet)
{
    struct link_packet plain = *packet;
    struct dtls_result result;

    secure_arrived(device, packet, &result);
    for (uint32_t i = 0; i < result.datagrams; i++) {
        send_flight(device, now, packet->from, result.datagram[i].bytes,
                    result.datagram[i].length);
    }
    if (result.length > 0) {
        plain.length = (uint16_t)result.length;
        memcpy(plain.bytes, result.bytes, result.length);
        at_server(device, now, &plain);
    }
}

/* ---- arrivals ------------------------------------------------------------- */

/* The network keeps what is for an asleep modem until that listens. */
static bool is_held(struct device *device, uint64_t now,
                    const struct link_packet *packet)
{
    struct radio *radio = &device->world->board.radio;
    uint64_t when = radio_reachable(radio, now);

    if (when == now) {
        radio_page(radio, now);
    }
    if (when == now || when == RADIO_NEVER) {
        return false;
    }
    link_hold(&device->world->link, now, when, packet);
    return true;
}

static void at_device(struct device *device, uint64_t now,
                      const struct link_packet *packet)
{
    struct board *board = &device->world->board;
    bool mine = endpoint_equal(packet->to, device_endpoint(device));

    device_advance(device, now);
    if (mine && is_held(device, now, packet)) {
        return;
    }
    mine = mine && !board->reset_asserted &&
           radio_deliver(&board->radio, now, packet->from.node,
                         packet->from.port, packet->bytes, packet->length);
    emit_packet(device,
                &(struct event){.code = mine ? EVENT_RADIO_RECEIVE
                                             : EVENT_RADIO_DROP,
                                .number = {packet->length}},
                &(struct track_packet){packet->bytes, packet->length,
                                       copy_mark(packet)});
    count_bytes(device, mine ? packet->length : 0);
    power_update(device, now);
}

/* Whatever its port: there is one real server. */
static void at_real_server(struct device *device,
                           const struct link_packet *packet)
{
    tell_request(device, packet);
    join_send(device, packet->from.port, packet->bytes, packet->length);
}

static void arrived(struct device *device, uint64_t now,
                    const struct link_packet *packet)
{
    struct device *other = device_of_node(device->run, packet->to.node);

    if (packet->direction == LINK_DOWN) {
        at_device(device, now, packet);
    } else if (packet->to.node == SERVER_NODE && join_is_live(device->run)) {
        at_real_server(device, packet);
    } else if (packet->to.node == SERVER_NODE &&
               packet->to.port == SERVER_PORT) {
        at_plain_port(device, now, packet);
    } else if (packet->to.node == SERVER_NODE &&
               packet->to.port == SECURE_PORT) {
        at_secure_port(device, now, packet);
    } else if (other != NULL) { /* over its own link */
        link_send(&other->world->link, now, LINK_DOWN, packet->from, packet->to,
                  packet->bytes, packet->length);
    }
}

uint64_t net_next(const struct device *device)
{
    return link_next(&device->world->link);
}

int net_happen(struct device *device, uint64_t now, struct diag *diag)
{
    struct link_packet packet;

    (void)diag;
    if (link_take(&device->world->link, now, &packet)) {
        arrived(device, now, &packet);
    }
    return 0;
}

/* ---- from a real server ---------------------------------------------------- */

#define COAP_HEADER 4u /* bytes */

/* It passes the link like an answer of the modelled one. What is protected, or
 * too short for CoAP, is shown as it is. */
int net_arrive(struct device *device, uint64_t now, struct diag *diag)
{
    const struct arrival *arrival = join_take(device);
    const struct link_packet request = {
        .from = {device_endpoint(device).node, arrival->port},
        .to = {SERVER_NODE, SERVER_PORT},
    };

    (void)diag;
    if (device->run->given->scenario->security != SECURITY_PLAIN ||
        arrival->length < COAP_HEADER) {
        send_flight(device, now, request.from, arrival->bytes, arrival->length);
    } else {
        answer(device, now, &request,
               &(struct track_packet){arrival->bytes, arrival->length, 0});
    }
    return 0;
}

/* ---- up and down ---------------------------------------------------------- */

uint64_t net_next_edge(const struct device *device)
{
    const struct link *link = &device->world->link;
    uint64_t now = device->run->world->now_ns;

    if (!device->run->given->scenario->network.given) {
        return BOARD_FOREVER;
    }
    return link_up_at(link, now) == device->world->down
               ? now
               : link_next_edge(link, now);
}

int net_edge(struct device *device, uint64_t now, struct diag *diag)
{
    bool up = link_up_at(&device->world->link, now);

    (void)diag;
    if (up == device->world->down) {
        device->world->down = !up;
        device->world->board.radio.registered = up;
        emit_numbers(device, up ? EVENT_LINK_UP : EVENT_LINK_DOWN, 0, 0, 0);
    }
    return 0;
}

int net_change(struct device *device, const struct action *action,
               struct diag *diag)
{
    struct link *link = &device->world->link;
    uint64_t now = device->run->world->now_ns;
    int err = 0;

    switch (action->kind) {
    case ACTION_LINK:
        link_set_up(link, action->text[0] == 'u');
        break;
    case ACTION_OUTAGE:
        err = link_outage(link, now, now, now + action->off_ns);
        break;
    default:
        for (int i = 0; i < LINK_DIRECTIONS && err == 0; i++) {
            err = link_change(link, (enum link_direction)i,
                              &action->network.way[i]);
        }
        emit_numbers(device, EVENT_LINK_CHANGE, 0, 0, 0);
    }
    if (err) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "%s:%u:%u: the link does not accept this: too many "
                         "outages at once, or a value out of range",
                         device->run->given->scenario->path, action->place.line,
                         action->place.column);
    }
    return net_edge(device, now, diag);
}

void net_rebind(struct device *device)
{
    device->world->rebound++;
    oracle_disturbed(&device->world->oracle);
    emit_numbers(device, EVENT_LINK_REBIND, device_endpoint(device).port, 0, 0);
}

/* ---- publishing ----------------------------------------------------------- */

/* Every device is offered something else from now on. */
void net_disturbed(struct run *run)
{
    for (unsigned i = 0; i < run->devices; i++) {
        oracle_disturbed(&run->world->device[i].oracle);
    }
}

static void tell_observer(struct device *device, uint64_t now,
                          struct endpoint to, const struct track_packet *made)
{
    bool secure = device->run->given->scenario->security != SECURITY_PLAIN;
    struct link_packet heard = {
        .from = to, .to = {SERVER_NODE, secure ? SECURE_PORT : SERVER_PORT}};

    answer(device, now, &heard, made);
}

/* Whoever observes what is offered hears of it. */
static void notify(struct run *run)
{
    struct server *server = &run->world->server;
    uint64_t now = run->world->now_ns;
    uint8_t bytes[SERVER_ANSWER];
    struct endpoint to;

    server_changed(server);
    for (unsigned i = 0; i < SERVER_OBSERVERS; i++) {
        uint32_t length = server_notify(server, i, run->given->served,
                                        run->given->judged.images, &to, bytes);
        struct device *device = device_of_node(run, to.node);
        if (length > 0 && device != NULL) {
            tell_observer(device, now, to,
                          &(struct track_packet){bytes, length, 0});
        }
    }
}

int net_publish(struct run *run, const struct action *action, struct diag *diag)
{
    const struct scenario_publish *publish = &action->publish;
    const struct case_offer *offer = publish_find(run->given, action);
    uint8_t descriptor[IMAGE_DESCRIPTOR_SIZE];
    uint8_t manifest[MANIFEST_FILE_MAX];
    uint32_t length = 0;
    struct event event = {.code = EVENT_SERVER_PUBLISH};

    run->world->release =
        publish->release != 0 ? publish->release : run->world->release + 1;
    int err = publish_describe(run->given, offer, run->world->release,
                               descriptor, diag);
    err = err ? err
              : publish_manifest(run->given, offer, run->world->release,
                                 manifest, &length, diag);
    if (err) {
        return err;
    }
    (publish->known_good ? server_publish_known_good
                         : server_publish)(&run->world->server, descriptor,
                                           sizeof descriptor, offer->image,
                                           run->world->release);
    server_attach(&run->world->server, publish->known_good, manifest, length,
                  run->world->release);
    net_disturbed(run);
    event.number[0] = run->world->release;
    snprintf(event.text, sizeof event.text, "%s", publish->image);
    emit_event(run, NULL, &event);
    notify(run);
    return 0;
}

void net_withdraw(struct run *run)
{
    struct event event = {.code = EVENT_SERVER_WITHDRAW};

    server_withdraw(&run->world->server);
    net_disturbed(run);
    emit_event(run, NULL, &event);
    notify(run);
}

static void tell_behaviour(struct run *run, bool on, int kind)
{
    struct event event = {.code = EVENT_SERVER_MISBEHAVE, .number = {on}};

    snprintf(event.text, sizeof event.text, "%s",
             kind < 0 ? "all"
                      : server_fault_name((enum server_fault_kind)kind));
    emit_event(run, NULL, &event);
}

void net_misbehave(struct run *run, const struct action *action)
{
    struct server_fault fault = action->fault;

    if (action->fault_kind == (int)SERVER_OTHER_IMAGE) {
        fault.value = oracle_image_named(&run->given->judged, action->text);
    }
    server_misbehave(&run->world->server,
                     (enum server_fault_kind)action->fault_kind, &fault);
    tell_behaviour(run, true, action->fault_kind);
}

void net_behave(struct run *run, const struct action *action)
{
    for (int kind = 0; kind < (int)SERVER_FAULTS; kind++) {
        if (action->fault_kind < 0 || action->fault_kind == kind) {
            server_behave(&run->world->server, (enum server_fault_kind)kind);
        }
    }
    tell_behaviour(run, false, action->fault_kind);
}
