/* SPDX-License-Identifier: MIT */
/*
 * What goes between devices and the rest of the world: each device's own
 * link, the update server at the other end of them, and other devices.
 */
#include <stdio.h>
#include <string.h>

#include "engine/state.h"
#include "image/descriptor.h"
#include "image/image_sign.h"
#include "outside/coap.h"
#include "outside/report.h"

#define SERVER_NODE 1u
#define SERVER_PORT 5683u
#define DEVICE_NODE 10u /* the first device's */
/* Each boot has a port of its own: what was meant for an earlier one finds
 * nobody. */
#define DEVICE_PORT 40000u
#define DEVICE_PORTS 4096u

static struct endpoint device_endpoint(const struct unit *unit)
{
    return (struct endpoint){DEVICE_NODE + unit->number - 1,
                             DEVICE_PORT + unit->world->boots % DEVICE_PORTS};
}

static struct unit *unit_of_node(struct run *run, uint32_t node)
{
    return node >= DEVICE_NODE && node - DEVICE_NODE < run->units
               ? &run->unit[node - DEVICE_NODE]
               : NULL;
}

void net_init(struct unit *unit)
{
    const struct scenario *scenario = unit->run->scenario;
    const struct link_figures *way = scenario->network.way;
    char name[32];

    snprintf(name, sizeof name, "link-%u", unit->number);
    link_init(&unit->world->link, &way[LINK_UP], &way[LINK_DOWN],
              scenario->seed, name);
    radio_fit(&unit->world->board.radio, scenario->network.given);
    unit->world->down = !scenario->network.given;
    unit->world->board.radio.registered = scenario->network.given;
}

/* ---- from the device ------------------------------------------------------ */

static uint64_t arrives_in(const struct link_sent *sent, uint64_t now)
{
    return sent->fate == LINK_SENT ? sent->due_ns - now : 0;
}

static void count_bytes(struct unit *unit, uint32_t bytes)
{
    struct oracle_view view = run_view(unit);

    oracle_bytes(&unit->world->oracle, &view, bytes);
}

enum board_air net_send(void *context, uint32_t node, uint32_t port,
                        const uint8_t *bytes, uint32_t length,
                        uint64_t *until_ns)
{
    struct unit *unit = context;
    uint64_t now = unit->world->board.now_ns;
    struct link *link = &unit->world->link;

    if (!link_up_at(link, now)) {
        return BOARD_AIR_DOWN;
    }
    struct link_sent sent =
        link_send(link, now, LINK_UP, device_endpoint(unit),
                  (struct endpoint){node, port}, bytes, length);
    *until_ns = sent.on_air ? sent.end_ns : now;
    emit_numbers(unit, EVENT_RADIO_SEND, length, sent.fate,
                 arrives_in(&sent, now));
    count_bytes(unit, length);
    return sent.fate == LINK_LOST_FULL ? BOARD_AIR_FULL : BOARD_AIR_TAKEN;
}

/* ---- the server ----------------------------------------------------------- */

/* Which resource and block a request is about; false: it is none. */
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

static void tell_report(struct unit *unit, const struct server_report *report)
{
    struct device_report read;

    if (report == NULL ||
        report_read(report->bytes, report->length, &read) != 0) {
        return;
    }
    struct event event = {.code = EVENT_SERVER_STATUS,
                          .number = {read.state, read.result, read.why,
                                     read.version}};
    unit->world->state = read.state;
    unit->world->result = read.result;
    emit_event(unit->run, unit, &event);
}

static void answer(struct unit *unit, uint64_t now, struct endpoint to,
                   const uint8_t *bytes, uint32_t length)
{
    struct link_sent sent =
        link_send(&unit->world->link, now, LINK_DOWN,
                  (struct endpoint){SERVER_NODE, SERVER_PORT}, to, bytes,
                  length);
    struct event event = {.code = EVENT_SERVER_ANSWER,
                          .number = {bytes[1], length, sent.fate,
                                     arrives_in(&sent, now)}};

    emit_event(unit->run, unit, &event);
}

static void at_server(struct unit *unit, uint64_t now,
                      const struct link_packet *packet)
{
    struct run *run = unit->run;
    struct server *server = &run->world->server;
    uint64_t reports = server->counts.reports;
    uint8_t bytes[SERVER_ANSWER];
    uint32_t resource = 0;
    uint32_t block = 0;

    if (request_of(packet, &resource, &block)) {
        emit_numbers(unit, EVENT_SERVER_REQUEST, resource, block, 0);
    }
    uint32_t length =
        server_receive(server, now, packet->from, packet->bytes, packet->length,
                       run->served, run->judged.images, bytes);
    if (server->counts.reports > reports) {
        tell_report(unit, server_report(server, 0));
    }
    if (length > 0) {
        answer(unit, now, packet->from, bytes, length);
    }
}

/* ---- arrivals ------------------------------------------------------------- */

static void at_device(struct unit *unit, uint64_t now,
                      const struct link_packet *packet)
{
    struct board *board = &unit->world->board;
    bool mine = endpoint_equal(packet->to, device_endpoint(unit));

    unit_advance(unit, now);
    mine = mine && !board->reset_asserted &&
           radio_deliver(&board->radio, now, packet->from.node,
                         packet->from.port, packet->bytes, packet->length);
    emit_numbers(unit, mine ? EVENT_RADIO_RECEIVE : EVENT_RADIO_DROP,
                 packet->length, 0, 0);
    count_bytes(unit, mine ? packet->length : 0);
    power_update(unit, now);
}

static void arrived(struct unit *unit, uint64_t now,
                    const struct link_packet *packet)
{
    struct unit *other = unit_of_node(unit->run, packet->to.node);

    if (packet->direction == LINK_DOWN) {
        at_device(unit, now, packet);
    } else if (packet->to.node == SERVER_NODE &&
               packet->to.port == SERVER_PORT) {
        at_server(unit, now, packet);
    } else if (other != NULL) { /* over its own link */
        link_send(&other->world->link, now, LINK_DOWN, packet->from, packet->to,
                  packet->bytes, packet->length);
    }
}

uint64_t net_next(const struct unit *unit)
{
    return link_next(&unit->world->link);
}

int net_happen(struct unit *unit, uint64_t now, struct diag *diag)
{
    struct link_packet packet;

    (void)diag;
    if (link_take(&unit->world->link, now, &packet)) {
        arrived(unit, now, &packet);
    }
    return 0;
}

/* ---- up and down ---------------------------------------------------------- */

uint64_t net_next_edge(const struct unit *unit)
{
    const struct link *link = &unit->world->link;
    uint64_t now = unit->run->world->now_ns;

    if (!unit->run->scenario->network.given) {
        return BOARD_FOREVER;
    }
    return link_up_at(link, now) == unit->world->down
               ? now
               : link_next_edge(link, now);
}

int net_edge(struct unit *unit, uint64_t now, struct diag *diag)
{
    bool up = link_up_at(&unit->world->link, now);

    (void)diag;
    if (up == unit->world->down) {
        unit->world->down = !up;
        unit->world->board.radio.registered = up;
        emit_numbers(unit, up ? EVENT_LINK_UP : EVENT_LINK_DOWN, 0, 0, 0);
    }
    return 0;
}

int net_change(struct unit *unit, const struct action *action,
               struct diag *diag)
{
    struct link *link = &unit->world->link;
    uint64_t now = unit->run->world->now_ns;
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
        emit_numbers(unit, EVENT_LINK_CHANGE, 0, 0, 0);
    }
    if (err) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "%s:%u:%u: the link does not take this: too many "
                         "outages at once, or a figure out of range",
                         unit->run->scenario->path, action->place.line,
                         action->place.column);
    }
    return net_edge(unit, now, diag);
}

/* ---- publishing ----------------------------------------------------------- */

static int describe(struct run *run, const struct scenario_publish *publish,
                    uint32_t image, uint8_t out[IMAGE_DESCRIPTOR_SIZE],
                    struct diag *diag)
{
    struct key key;
    struct mcuboot_version version;
    struct descriptor_spec spec = {.image = run->image[image].bytes,
                                   .image_size = run->image[image].size,
                                   .key = &key,
                                   .release = run->world->release,
                                   .has_counter = publish->has_counter,
                                   .counter = publish->counter,
                                   .has_size = publish->has_size,
                                   .size = publish->size,
                                   .bad_digest = publish->bad_digest};
    int err = setup_key(run, publish->key, &key, diag);

    if (err == 0 && publish->version[0] != '\0') {
        err = image_version_read(publish->version, &version, diag);
        spec.version = &version;
    }
    return err ? err : descriptor_build(&spec, out, diag);
}

int net_publish(struct run *run, const struct action *action, struct diag *diag)
{
    const struct scenario_publish *publish = &action->publish;
    uint32_t image = setup_image(run, publish->image);
    uint8_t descriptor[IMAGE_DESCRIPTOR_SIZE];
    struct event event = {.code = EVENT_SERVER_PUBLISH};

    if (image == ORACLE_NONE) {
        return diag_fail(diag, OTALAB_ERR_USAGE, "%s:%u:%u: no image '%s'",
                         run->scenario->path, action->place.line,
                         action->place.column, publish->image);
    }
    run->world->release =
        publish->release != 0 ? publish->release : run->world->release + 1;
    int err = describe(run, publish, image, descriptor, diag);
    if (err) {
        return err;
    }
    server_publish(&run->world->server, descriptor, sizeof descriptor, image,
                   run->world->release);
    event.number[0] = run->world->release;
    snprintf(event.text, sizeof event.text, "%s", publish->image);
    emit_event(run, NULL, &event);
    return 0;
}

void net_withdraw(struct run *run)
{
    struct event event = {.code = EVENT_SERVER_WITHDRAW};

    server_withdraw(&run->world->server);
    emit_event(run, NULL, &event);
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
        fault.value = setup_image(run, action->text);
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
