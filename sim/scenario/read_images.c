/* SPDX-License-Identifier: MIT */
/* Images, their edits, where they are in flash, and what is allowed. */
#include <stdio.h>
#include <string.h>

#include "scenario/read.h"

/* Words with another meaning where an image's name is expected. */
static const char *const reserved_names[] = {"bootloader", "empty", "damaged",
                                             "nothing"};

/* An edit whose value is optional says so in its example: "bytes, 0: 16". */
static bool edit_stands_alone(const struct schema_key *key)
{
    return key->example == NULL || strstr(key->example, "0:") != NULL;
}

static int read_edit_word(struct reader *reader, const struct node *node)
{
    const struct schema_key *key = schema_find(&schema_edit, node->text);

    if (key == NULL) {
        return read_unknown(reader, &schema_edit, -1, node->text, node->place);
    }
    if (!edit_stands_alone(key)) {
        return read_fail(reader, node->place,
                         "'%s' needs a value (%s); write '%s: 5'", key->key,
                         key->example, key->key);
    }
    return 0;
}

int read_edit_value(struct reader *reader, const struct schema_key *key,
                    const struct node *node, void *target)
{
    struct schema_key number = *key;

    if (key->example == NULL) {
        return read_fail(reader, node->place,
                         "'%s' takes no value; write the bare word", key->key);
    }
    number.kind = SCHEMA_NUMBER;
    number.high = UINT32_MAX;
    number.example = "5";
    return read_scalar(reader, &number, node, target);
}

static int read_edit(struct reader *reader, const struct node *node,
                     void *target)
{
    struct scenario_image *image = target;
    bool bare = node->kind == NODE_SCALAR;

    if (image->edits >= SCENARIO_EDITS) {
        return read_fail(reader, node->place,
                         "too many edits of one image; at most %u",
                         SCENARIO_EDITS);
    }
    struct image_edit *edit = &image->edit[image->edits];
    int err = bare ? read_edit_word(reader, node)
                   : read_map(reader, &schema_edit, node, edit, NULL, NULL);

    if (err == 0) {
        edit->place = node->place;
        snprintf(edit->kind, sizeof edit->kind, "%s",
                 bare ? node->text : node->first->key);
        image->edits++;
    }
    return err;
}

int read_edits(struct reader *reader, const struct schema_key *key,
               const struct node *node, void *target)
{
    int err = read_want(reader, key, node, NODE_LIST);

    return err != 0 ? err : read_each(reader, node, read_edit, target);
}

/* A name that images may have: not a word with a meaning of its own. */
static int read_image_name(struct reader *reader, const struct node *node,
                           struct scenario_image *image)
{
    static const struct schema_key name = {
        .key = "images",
        .kind = SCHEMA_NAME,
        .offset = offsetof(struct scenario_image, name),
        .size = SCENARIO_NAME,
        .example = "{factory: {build: app, version: 1.2.0}}"};
    const struct node label = {.kind = NODE_SCALAR,
                               .style = NODE_QUOTED,
                               .place = node->key_place,
                               .text = node->key};

    for (size_t i = 0; i < READ_SIZE(reserved_names); i++) {
        if (strcmp(node->key, reserved_names[i]) == 0) {
            return read_fail(reader, node->key_place,
                             "an image cannot be called '%s', because the word "
                             "has a meaning of its own; choose another name",
                             node->key);
        }
    }
    return read_scalar(reader, &name, &label, image);
}

/* The place of a key's value, or that of the mapping if the key is missing. */
static struct place value_place(const struct node *map, const char *key)
{
    const struct node *value = node_find(map, key);

    return value != NULL ? value->place : map->place;
}

/* Whatever is wrong with the image, its name is known. */
static int read_image(struct reader *reader, const struct node *node,
                      void *target)
{
    struct scenario *scenario = reader->scenario;
    uint32_t seen = 0;

    (void)target;
    if (scenario->images >= SCENARIO_IMAGES) {
        reader->unsure_images = true;
        return read_fail(reader, node->key_place, "too many images; at most %u",
                         SCENARIO_IMAGES);
    }
    struct scenario_image *image = &scenario->image[scenario->images];

    snprintf(image->key, sizeof image->key, "root");
    image->place = node->key_place;
    int err = read_image_name(reader, node, image);

    if (err != 0) {
        reader->unsure_images = true;
        return err;
    }
    scenario->images++;
    err = read_map(reader, &schema_image, node, image, NULL, &seen);
    image->build_place = value_place(node, "build");
    image->size_place = value_place(node, "size");
    image->has_counter = read_has(&schema_image, seen, "counter");
    if (!read_has(&schema_image, seen, "authentic")) {
        image->authentic =
            image->edits == 0 && (strcmp(image->key, "root") == 0 ||
                                  strchr(image->key, '.') != NULL);
    }
    return err;
}

int read_images(struct reader *reader, const struct schema_key *key,
                const struct node *node, void *target)
{
    int err = read_want(reader, key, node, NODE_MAP);

    reader->unsure_images |= err != 0;
    return err != 0 ? err : read_each(reader, node, read_image, target);
}

static int read_place(struct reader *reader, const struct node *node,
                      void *target)
{
    struct scenario *scenario = target;
    const struct schema_key *row = schema_find(&schema_flash, node->key);

    if (row == NULL) {
        return read_unknown(reader, &schema_flash, -1, node->key,
                            node->key_place);
    }
    struct placement *placement = &scenario->flash[scenario->places];

    placement->place = node->place;
    snprintf(placement->partition, sizeof placement->partition, "%s", row->key);
    int err = read_scalar(reader, row, node, placement);

    scenario->places += err == 0 ? 1 : 0;
    return err;
}

int read_flash(struct reader *reader, const struct schema_key *key,
               const struct node *node, void *target)
{
    int err = read_want(reader, key, node, NODE_MAP);

    return err != 0 ? err : read_each(reader, node, read_place, target);
}

static int read_allowed(struct reader *reader, const struct node *node,
                        void *target)
{
    struct scenario *scenario = target;
    struct schema_key word = *schema_find(&schema_scenario, "allow");
    uint32_t bit = 0;

    word.kind = SCHEMA_CHOICE;
    word.offset = 0;
    int err = read_scalar(reader, &word, node, &bit);

    scenario->allow |= bit;
    return err;
}

int read_allow(struct reader *reader, const struct schema_key *key,
               const struct node *node, void *target)
{
    int err = read_want(reader, key, node, NODE_LIST);

    return err != 0 ? err : read_each(reader, node, read_allowed, target);
}
