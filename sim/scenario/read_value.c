/* SPDX-License-Identifier: MIT */
/* A value of any kind: which function reads it. */
#include "scenario/read.h"

static int read_nested(struct reader *reader, const struct schema_key *key,
                       const struct node *node, void *target)
{
    int err = read_want(reader, key, node, NODE_MAP);

    return err != 0 ? err
                    : read_map(reader, key->map, node, target, NULL, NULL);
}

static int read_flag(struct reader *reader, const struct schema_key *key,
                     const struct node *node, void *target)
{
    (void)target;
    if ((node->kind == NODE_MAP && node->first == NULL) ||
        (node->kind == NODE_SCALAR && node->text[0] == '\0')) {
        return 0;
    }
    return read_fail(reader, node->place,
                     "'%s' takes no value; write '%s: "
                     "{}'",
                     key->key, key->key);
}

static int read_pattern(struct reader *reader, const struct schema_key *key,
                        const struct node *node, void *target)
{
    struct pattern *pattern = (void *)((char *)target + key->offset);
    int err = read_want(reader, key, node, NODE_MAP);

    pattern->nth = 1;
    return err != 0 ? err
                    : read_map(reader, key->map, node, pattern, pattern, NULL);
}

int read_value(struct reader *reader, const struct schema_key *key,
               const struct node *node, void *target)
{
    static value_reader *const readers[SCHEMA_KINDS] = {
        [SCHEMA_FLAG] = read_flag,
        [SCHEMA_EDIT] = read_edit_value,
        [SCHEMA_MAP] = read_nested,
        [SCHEMA_IMAGES] = read_images,
        [SCHEMA_FLASH] = read_flash,
        [SCHEMA_EDITS] = read_edits,
        [SCHEMA_STEPS] = read_steps,
        [SCHEMA_TELLS] = read_tells,
        [SCHEMA_PATTERN] = read_pattern,
        [SCHEMA_EXPECTS] = read_expects,
        [SCHEMA_ALLOW] = read_allow,
        [SCHEMA_ACTIONS] = read_actions,
        [SCHEMA_NETWORK] = read_network,
        [SCHEMA_BATTERY] = read_battery,
        [SCHEMA_PUBLISH] = read_publish,
        [SCHEMA_PROPERTIES] = read_properties,
        [SCHEMA_MISBEHAVE] = read_misbehave,
    };
    value_reader *read = readers[key->kind];

    return read != NULL ? read(reader, key, node, target)
                        : read_scalar(reader, key, node, target);
}
