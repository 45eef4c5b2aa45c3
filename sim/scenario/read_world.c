/* SPDX-License-Identifier: MIT */
/* Link, battery, devicetree and server of a scenario. */
#include "scenario/read.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/address.h"
#include "scenario/schema_rows.h"

static void *member(const struct schema_key *key, void *target)
{
    return (char *)target + key->offset;
}

/* ---- the link ---------------------------------------------------------- */

#define FIGURES_AT offsetof(struct schema_network_keys, figures)
#define REORDER_NS UINT64_C(500000000)
#define WHOLE 1000000u /* of a probability */

/* Apply the values given to the defaults of the kind. */
static void apply_figures(const struct schema_network_keys *given,
                          uint32_t seen, struct link_figures *way)
{
    const struct schema_map *map = &schema_network;

    for (const struct schema_key *key = map->keys; key->key != NULL; key++) {
        if (key->size > 0 && key->offset >= FIGURES_AT &&
            read_has(map, seen, key->key)) {
            memcpy((char *)way + (key->offset - FIGURES_AT),
                   (const char *)given + key->offset, key->size);
        }
    }
    if (read_has(map, seen, "burst")) {
        way->burst_begin = given->figures.burst_begin;
        way->burst_end = given->figures.burst_end;
        way->burst_loss = given->figures.burst_loss;
    }
    if (way->reorder > 0 && !read_has(map, seen, "reorder_time") &&
        way->reorder_time == 0) {
        way->reorder_time = REORDER_NS;
    }
}

static void apply_rates(const struct schema_network_keys *given, uint32_t seen,
                        struct link_figures way[LINK_DIRECTIONS])
{
    static const char *const names[LINK_DIRECTIONS] = {
        [LINK_UP] = "up", [LINK_DOWN] = "down"};

    for (unsigned i = 0; i < LINK_DIRECTIONS; i++) {
        if (read_has(&schema_network, seen, names[i])) {
            way[i].rate = given->rate_of[i];
        } else if (read_has(&schema_network, seen, "rate")) {
            way[i].rate = given->rate;
        }
    }
}

/* Check for values that make no sense together. */
static int check_network(struct reader *reader, const struct node *node,
                         uint32_t seen, const struct link_figures *way)
{
    const struct node *mtu = node_find(node, "mtu");
    const struct node *reorder = node_find(node, "reorder_time");

    if (read_has(&schema_network, seen, "reorder_time") && way->reorder == 0) {
        return read_fail(reader, reorder->key_place,
                         "'reorder_time' has no effect without 'reorder'; add "
                         "'reorder: 1%%'");
    }
    if (way->mtu != 0 && way->mtu <= way->overhead) {
        return read_fail(reader, mtu != NULL ? mtu->place : node->place,
                         "no datagram fits into an 'mtu' of %u with an "
                         "'overhead' of %u; write 'mtu: 1280'",
                         (unsigned)way->mtu, (unsigned)way->overhead);
    }
    return 0;
}

/* The link can change during a run, the server cannot. */
static int check_live(struct reader *reader, const struct schema_key *key,
                      const struct node *node, const char *live)
{
    const struct node *place = node_find(node, "live");
    struct address address;
    struct diag diag = {.text = ""};

    if (place == NULL) {
        return 0;
    }
    if (key->offset != offsetof(struct scenario, network)) {
        return read_fail(reader, place->key_place,
                         "'live' cannot change during a run; write it in "
                         "'network' at the top");
    }
    return address_read(live, &address, &diag) == 0
               ? 0
               : read_fail(reader, place->place, "%s", diag.text);
}

int read_network(struct reader *reader, const struct schema_key *key,
                 const struct node *node, void *target)
{
    struct scenario_network *network = member(key, target);
    struct schema_network_keys given = {.kind = 0, .figures.burst_loss = WHOLE};
    uint32_t seen = 0;
    int err = read_want(reader, key, node, NODE_MAP);

    network->given = true;
    if (err == 0) {
        err = read_map(reader, key->map, node, &given, NULL, &seen);
    }
    const struct link_kind *kind = link_kind_at(given.kind);

    if (err != 0 || kind == NULL) {
        return err != 0 ? err : OTALAB_ERR_SIMULATOR;
    }
    network->kind = given.kind;
    memcpy(network->way, kind->way, sizeof network->way);
    memcpy(network->live, given.live, sizeof network->live);
    apply_rates(&given, seen, network->way);
    err = check_live(reader, key, node, given.live);
    for (unsigned i = 0; err == 0 && i < LINK_DIRECTIONS; i++) {
        apply_figures(&given, seen, &network->way[i]);
        err = check_network(reader, node, seen, &network->way[i]);
    }
    return err;
}

/* ---- the battery ------------------------------------------------------- */

int read_battery(struct reader *reader, const struct schema_key *key,
                 const struct node *node, void *target)
{
    struct scenario_battery *battery = member(key, target);
    uint32_t seen = 0;
    int err = read_want(reader, key, node, NODE_MAP);

    battery->given = true;
    battery->figures = battery_defaults;
    battery->charge = BATTERY_FULL;
    if (err == 0) {
        err = read_map(reader, key->map, node, battery, NULL, &seen);
    }
    if (err == 0 && read_has(key->map, seen, "resistance") &&
        !read_has(key->map, seen, "resistance_empty")) {
        battery->figures.empty_mohm = battery->figures.full_mohm;
    }
    if (err == 0 && battery->figures.empty_mohm < battery->figures.full_mohm) {
        err = read_fail(reader, node_find(node, "resistance_empty")->place,
                        "'resistance_empty' is below the full battery's %u "
                        "mohm; an empty battery has more",
                        (unsigned)battery->figures.full_mohm);
    }
    return err;
}

/* ---- the devicetree ---------------------------------------------------- */

/* "/agent/poll-ms": a node below the root and one of its properties. */
static bool is_property_path(const char *path)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789,._+?#@-";
    unsigned parts = 0;

    while (*path == '/') {
        size_t length = strspn(++path, letters);

        if (length == 0) {
            return false;
        }
        path += length;
        parts++;
    }
    return *path == '\0' && parts >= 2u;
}

static int read_property(struct reader *reader, const struct node *node,
                         void *target)
{
    struct scenario *scenario = target;
    struct schema_key number = {.key = node->key,
                                .kind = SCHEMA_NUMBER,
                                .offset =
                                    offsetof(struct scenario_property, value),
                                .size = sizeof(uint32_t),
                                .high = UINT32_MAX,
                                .example = "5000"};

    if (!is_property_path(node->key)) {
        return read_fail(reader, node->key_place,
                         "'%.60s' is not the path of a node and its property; "
                         "write '/agent/poll-ms: 5000'",
                         node->key);
    }
    if (strlen(node->key) >= sizeof scenario->property[0].path) {
        return read_fail(reader, node->key_place,
                         "a path of %zu characters is too long; at most %zu",
                         strlen(node->key),
                         sizeof scenario->property[0].path - 1u);
    }
    if (scenario->properties >= SCENARIO_PROPERTIES) {
        return read_fail(reader, node->key_place,
                         "too many properties; at most %u",
                         SCENARIO_PROPERTIES);
    }
    struct scenario_property *property =
        &scenario->property[scenario->properties];
    int err = read_scalar(reader, &number, node, property);

    if (err == 0) {
        snprintf(property->path, sizeof property->path, "%s", node->key);
        property->place = node->key_place;
        scenario->properties++;
    }
    return err;
}

int read_properties(struct reader *reader, const struct schema_key *key,
                    const struct node *node, void *target)
{
    int err = read_want(reader, key, node, NODE_MAP);

    return err != 0 ? err : read_each(reader, node, read_property, target);
}

/* ---- the server -------------------------------------------------------- */

int read_publish(struct reader *reader, const struct schema_key *key,
                 const struct node *node, void *target)
{
    struct scenario_publish *publish = member(key, target);
    uint32_t seen = 0;

    if (node->kind == NODE_SCALAR) {
        struct schema_key name = *schema_find(key->map, "image");

        name.key = key->key;
        return read_scalar(reader, &name, node, publish);
    }
    int err = read_want(reader, key, node, NODE_MAP);

    if (err == 0) {
        err = read_map(reader, key->map, node, publish, NULL, &seen);
    }
    publish->has_counter = read_has(key->map, seen, "counter");
    publish->has_size = read_has(key->map, seen, "size");
    return err;
}

/* Which keys have a meaning for a kind, besides kind and times. */
static const struct {
    const char *keys; /* separated by blanks */
    bool content;     /* it damages content, which a status has not */
} fault_keys[SERVER_FAULTS] = {
    [SERVER_SILENT] = {" ", false},
    [SERVER_REFUSE] = {" resource code ", false},
    [SERVER_CORRUPT] = {" resource from value ", true},
    [SERVER_WRONG_ETAG] = {" resource from ", true},
    [SERVER_TRUNCATE] = {" resource from value ", true},
    [SERVER_WRONG_BLOCK] = {" resource from value ", true},
    [SERVER_WRONG_TOKEN] = {" resource ", false},
    [SERVER_OTHER_IMAGE] = {" resource from image ", true},
    [SERVER_REPLAY] = {" ", false},
    [SERVER_RESTART] = {" resource ", false},
    [SERVER_STALL] = {" resource from ", true},
    [SERVER_WRONG_SIZE] = {" resource value ", true},
    [SERVER_ENDLESS] = {" resource from ", true},
    [SERVER_SMALL_BLOCKS] = {" resource from value ", true},
    [SERVER_HUGE_OPTION] = {" resource value ", true},
};

static bool fault_has_key(unsigned kind, const char *key)
{
    char word[40];

    snprintf(word, sizeof word, " %.30s ", key);
    return strcmp(key, "kind") == 0 || strcmp(key, "times") == 0 ||
           strstr(fault_keys[kind].keys, word) != NULL;
}

static int check_misbehave(struct reader *reader, const struct node *node,
                           const struct action *action)
{
    unsigned kind = (unsigned)action->fault_kind;
    const char *name = server_fault_name((enum server_fault_kind)kind);
    const struct node *value = node_find(node, "value");

    for (const struct node *item = node->first; item != NULL;
         item = item->next) {
        if (!fault_has_key(kind, item->key)) {
            return read_fail(reader, item->key_place,
                             "'%s' has no meaning for '%s'; remove it",
                             item->key, name);
        }
    }
    if (fault_keys[kind].content && action->fault.resource == SERVER_STATUS) {
        return read_fail(reader, node_find(node, "resource")->place,
                         "an answer to a report has no content; write "
                         "'resource: image'");
    }
    if (kind == SERVER_CORRUPT && action->fault.value > 0xFFu) {
        return read_fail(reader, value->place,
                         "'%.40s' does not fit in a byte; at most 255",
                         value->text);
    }
    if (kind == SERVER_OTHER_IMAGE && action->text[0] == '\0') {
        return read_fail(reader, node->place,
                         "other-image needs the key 'image'; add 'image: "
                         "update'");
    }
    return 0;
}

int read_misbehave(struct reader *reader, const struct schema_key *key,
                   const struct node *node, void *target)
{
    struct action *action = target;
    int err = read_want(reader, key, node, NODE_MAP);

    action->fault.resource = SERVER_IMAGE;
    if (err == 0) {
        err = read_map(reader, key->map, node, action, NULL, NULL);
    }
    return err != 0 ? err : check_misbehave(reader, node, action);
}
