/* SPDX-License-Identifier: MIT */
#include "scenario/read.h"

#include <string.h>

/* A new, empty expectation; NULL if there are too many. */
static struct expect *add_expect(struct reader *reader, enum expect_kind kind,
                                 struct place place)
{
    struct scenario *scenario = reader->scenario;

    if (scenario->expects >= SCENARIO_EXPECTS) {
        read_fail(reader, place, "too many expectations; at most %u",
                  SCENARIO_EXPECTS);
        return NULL;
    }
    struct expect *expect = &scenario->expect[scenario->expects++];

    memset(expect, 0, sizeof *expect);
    expect->kind = kind;
    expect->place = place;
    expect->confirmed = -1;
    expect->swept = -1;
    expect->halted = -1;
    return expect;
}

/* Remove the expectation added last, because it was not understood. */
static int drop_wrong(struct reader *reader, int err)
{
    reader->scenario->expects -= err != 0 ? 1 : 0;
    return err;
}

/* The device to which at_end applies; 0 if none is given. */
static int read_end_device(struct reader *reader, const struct node *node,
                           uint32_t *device)
{
    const struct node *item = node_find(node, "device");
    struct expect none = {.device = 0};

    if (item == NULL) {
        return 0;
    }
    if (node->first == node->last) {
        return read_fail(
            reader, node->place,
            "at_end expects nothing of this device; add 'running: update'");
    }
    int err =
        reader->value(reader, schema_find(&schema_end, "device"), item, &none);

    *device = none.device;
    return err;
}

/* A value that cannot be read expects nothing. */
static int read_end_key(struct reader *reader, const struct node *item,
                        void *target)
{
    const uint32_t *device = target;
    const struct schema_key *key = schema_find(&schema_end, item->key);

    if (key == NULL) {
        return read_unknown(reader, &schema_end, -1, item->key,
                            item->key_place);
    }
    if (key - schema_end.keys > (ptrdiff_t)END_RESULT) {
        return 0; /* "device" */
    }
    struct expect *expect = add_expect(reader, EXPECT_AT_END, item->key_place);

    if (expect == NULL) {
        return OTALAB_ERR_USAGE;
    }
    expect->key = (enum end_key)(key - schema_end.keys);
    expect->device = *device;
    return drop_wrong(reader, reader->value(reader, key, item, expect));
}

/* One expectation for each key, so that each has its own line. */
static int read_end(struct reader *reader, const struct node *node)
{
    const struct schema_key *row = schema_find(&schema_expect, node->key);
    int err = read_want(reader, row, node, NODE_MAP);

    if (err == 0 && node->first == NULL) {
        err = read_fail(reader, node->place,
                        "at_end expects nothing; write 'at_end: %s'",
                        row->example);
    }
    uint32_t device = 0;

    if (err == 0) {
        err = read_end_device(reader, node, &device);
    }
    return err != 0 ? err : read_each(reader, node, read_end_key, &device);
}

static int check_eventually(struct reader *reader, const struct node *node,
                            struct expect *expect, const uint32_t *seen,
                            const struct schema_map *map)
{
    bool state = expect->running[0] != '\0' || expect->confirmed >= 0 ||
                 expect->halted >= 0;

    expect->has_event = read_has(map, *seen, "event");
    if (expect->within_ns == 0) {
        expect->within_ns = SCENARIO_RANGE_OPEN; /* set to the limit later */
    } else {
        expect->within_place = node_find(node, "within")->place;
    }
    if (expect->has_event && state) {
        return read_fail(reader, node->place,
                         "eventually waits for either an event or a state, not "
                         "both; write two expectations");
    }
    if (!expect->has_event && read_has(map, *seen, "nth")) {
        return read_fail(reader, node->place,
                         "'nth' needs an event; add 'event: app.ready'");
    }
    if (!expect->has_event && !state) {
        return read_fail(reader, node->place,
                         "eventually expects nothing; add 'event', 'running', "
                         "'confirmed' or 'halted'");
    }
    return 0;
}

/* All kinds but at_end. */
static int read_one(struct reader *reader, const struct schema_key *row,
                    const struct node *value, struct expect *expect)
{
    uint32_t seen = 0;
    int err = read_want(reader, row, value, NODE_MAP);

    expect->pattern.nth = expect->kind == EXPECT_EVENTUALLY ? 1u : 0u;
    if (err == 0) {
        err =
            read_map(reader, row->map, value, expect, &expect->pattern, &seen);
    }
    expect->pattern.device = expect->device;
    if (err == 0 && expect->kind == EXPECT_EVENTUALLY) {
        return check_eventually(reader, value, expect, &seen, row->map);
    }
    expect->has_event = expect->kind != EXPECT_ALWAYS_AUTHENTIC;
    return err;
}

static int read_expect(struct reader *reader, const struct node *node,
                       void *target)
{
    const struct schema_key *row = NULL;

    (void)target;
    if (node->kind == NODE_MAP && node->first != NULL &&
        node->first == node->last) {
        row = schema_find(&schema_expect, node->first->key);
    }
    if (row == NULL) { /* reports what is wrong with it */
        struct expect none;
        int err = read_map(reader, &schema_expect, node, &none, NULL, NULL);

        return err != 0 ? err : OTALAB_ERR_USAGE;
    }
    const struct node *value = node->first;
    enum expect_kind kind = (enum expect_kind)(row - schema_expect.keys);

    if (kind == EXPECT_AT_END) {
        return read_end(reader, value);
    }
    struct expect *expect = add_expect(reader, kind, value->key_place);

    return expect == NULL
               ? OTALAB_ERR_USAGE
               : drop_wrong(reader, read_one(reader, row, value, expect));
}

int read_expects(struct reader *reader, const struct schema_key *key,
                 const struct node *node, void *target)
{
    int err = read_want(reader, key, node, NODE_LIST);

    if (err == 0 && node->first == NULL) {
        err = read_fail(reader, node->place,
                        "a scenario without expectations proves nothing; "
                        "write 'expect: %s'",
                        key->example);
    }
    return err != 0 ? err : read_each(reader, node, read_expect, target);
}
