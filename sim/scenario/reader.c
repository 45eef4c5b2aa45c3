/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/sha256.h>

#include "base/file.h"
#include "base/suggest.h"
#include "scenario/read.h"

/* ---- lines ------------------------------------------------------------- */

int read_fail(struct reader *reader, struct place place, const char *format,
              ...)
{
    char text[sizeof((struct diag *)0)->text];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    mistakes_add(reader->mistakes, reader->path, place, text);
    return OTALAB_ERR_USAGE;
}

bool read_on(int *err, int now)
{
    *err = now != 0 ? now : *err;
    return now == 0 || now == OTALAB_ERR_USAGE;
}

int read_each(struct reader *reader, const struct node *node, read_item item,
              void *target)
{
    int err = 0;

    for (const struct node *child = node->first; child != NULL;
         child = child->next) {
        if (!read_on(&err, item(reader, child, target))) {
            break;
        }
    }
    return err;
}

static void key_names(const struct schema_map *map, char *out, size_t size)
{
    size_t used = 0;

    for (const struct schema_key *key = map->keys; key->key != NULL; key++) {
        int wrote = snprintf(out + used, size - used, "%s%s",
                             used > 0 ? ", " : "", key->key);

        if (wrote < 0 || (size_t)wrote >= size - used) {
            return;
        }
        used += (size_t)wrote;
    }
}

/* A key of the root that was not understood may have been any of those that
 * others depend on: then these are not found wrong. `meant` may be NULL. */
static void take_for_given(struct reader *reader, const char *meant)
{
    struct scenario *scenario = reader->scenario;
    bool any = meant == NULL;

    reader->unsure_images |= any || strcmp(meant, "images") == 0;
    scenario->network.given |= any || strcmp(meant, "network") == 0;
    scenario->battery.given |= any || strcmp(meant, "battery") == 0;
    if (any || strcmp(meant, "devices") == 0) {
        scenario->devices = SCENARIO_DEVICES;
    }
    if (any || strcmp(meant, "limits") == 0) {
        scenario->limit_ns = SCENARIO_RANGE_OPEN;
    }
}

int read_unknown(struct reader *reader, const struct schema_map *map, int event,
                 const char *word, struct place place)
{
    struct suggest suggest;
    char known[340] = "";

    suggest_start(&suggest, word);
    for (const struct schema_key *key = map->keys; key->key != NULL; key++) {
        suggest_offer(&suggest, key->key);
    }
    if (event >= 0) {
        const struct event_kind *kind = event_kind((enum event_code)event);

        for (unsigned i = 0; i < kind->fields; i++) {
            suggest_offer(&suggest, kind->field[i].key);
        }
        snprintf(known, sizeof known, "; see 'otalab explain %s'", kind->name);
    } else {
        char names[300] = "";

        key_names(map, names, sizeof names);
        snprintf(known, sizeof known, "; one of %s", names);
    }
    if (suggest_best(&suggest) != NULL) {
        snprintf(known, sizeof known, "; did you mean '%s'?",
                 suggest_best(&suggest));
    }
    if (map == &schema_scenario) {
        take_for_given(reader, suggest_best(&suggest));
    }
    return read_fail(reader, place, "unknown key '%.60s' in %s%s", word,
                     event >= 0 ? event_kind((enum event_code)event)->name
                                : map->name,
                     known);
}

/* ---- mappings ---------------------------------------------------------- */

bool read_has(const struct schema_map *map, uint32_t seen, const char *key)
{
    const struct schema_key *row = schema_find(map, key);

    return row != NULL && (seen >> (row - map->keys) & 1u) != 0;
}

/* The event that a mapping with fields is about, or -1. */
static int event_of(const struct node *node)
{
    const struct node *event = node_find(node, "event");

    return event != NULL && event->kind == NODE_SCALAR ? event_find(event->text)
                                                       : -1;
}

/* Fields need their event, wherever it stands: keys of the table first. */
static int read_keys(struct reader *reader, const struct schema_map *map,
                     const struct node *node, void *target, uint32_t *seen)
{
    int err = 0;

    for (const struct node *child = node->first; child != NULL;
         child = child->next) {
        const struct schema_key *key = schema_find(map, child->key);

        if (key == NULL) {
            continue;
        }
        *seen |= 1u << (key - map->keys);
        if (!read_on(&err, read_value(reader, key, child, target))) {
            break;
        }
    }
    return err;
}

static int read_other(struct reader *reader, const struct schema_map *map,
                      int event, const struct node *node,
                      struct pattern *pattern)
{
    if (event < 0 || pattern == NULL ||
        event_field_find((enum event_code)event, node->key) < 0) {
        return read_unknown(reader, map, event, node->key, node->key_place);
    }
    return read_field(reader, pattern, node);
}

static int read_others(struct reader *reader, const struct schema_map *map,
                       const struct node *node, struct pattern *pattern)
{
    bool fields = (map->flags & SCHEMA_FIELDS) != 0;
    int event = fields ? event_of(node) : -1;
    int err = 0;

    if (fields && event < 0 && node_find(node, "event") != NULL) {
        return 0; /* that was said; whose fields they are is not known */
    }
    for (const struct node *child = node->first; child != NULL;
         child = child->next) {
        if (schema_find(map, child->key) == NULL &&
            !read_on(&err, read_other(reader, map, event, child, pattern))) {
            break;
        }
    }
    return err;
}

static int check_required(struct reader *reader, const struct schema_map *map,
                          const struct node *node, uint32_t seen)
{
    int err = 0;

    for (const struct schema_key *key = map->keys; key->key != NULL; key++) {
        if ((key->flags & SCHEMA_REQUIRED) != 0 &&
            !read_has(map, seen, key->key)) {
            err = read_fail(reader, node->place,
                            "%s needs the key '%s'; add '%s: %s'", map->name,
                            key->key, key->key, key->example);
        }
    }
    return err;
}

static int check_one_key(struct reader *reader, const struct schema_map *map,
                         const struct node *node)
{
    char names[300] = "";

    if ((map->flags & SCHEMA_ONE_KEY) == 0 ||
        (node->first != NULL && node->first == node->last)) {
        return 0;
    }
    if (node->first != NULL) {
        return read_fail(reader, node->first->next->key_place,
                         "a second key '%.60s' in one %s; start a new list "
                         "item with '- '",
                         node->first->next->key, map->name);
    }
    key_names(map, names, sizeof names);
    return read_fail(reader, node->place, "%s is empty; one of %s", map->name,
                     names);
}

int read_map(struct reader *reader, const struct schema_map *map,
             const struct node *node, void *target, struct pattern *pattern,
             uint32_t *seen)
{
    uint32_t keys = 0;
    int err = 0;

    if (node->kind != NODE_MAP) {
        char found[64];

        node_describe(node, found, sizeof found);
        return read_fail(reader, node->place,
                         "%s is a mapping, not %s; write '%s: %s'", map->name,
                         found, map->keys[0].key,
                         map->keys[0].example != NULL ? map->keys[0].example
                                                      : "..");
    }
    if (pattern != NULL) {
        pattern->place = node->place;
    }
    err = check_one_key(reader, map, node);
    if (err == 0 &&
        read_on(&err, read_keys(reader, map, node, target, &keys))) {
        int other = read_others(reader, map, node, pattern);

        /* a key that was not understood may be the one that is missing */
        if (read_on(&err, other) && other == 0) {
            (void)read_on(&err, check_required(reader, map, node, keys));
        }
    }
    if (seen != NULL) {
        *seen = keys;
    }
    return err;
}

/* ---- images ------------------------------------------------------------ */

/* Names that mean something else where an image's name is wanted. */
static const char *const reserved_names[] = {"bootloader", "empty", "damaged",
                                             "nothing"};

/* An edit whose value may be left out says so: "bytes, 0: 16". */
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

static int read_edit_value(struct reader *reader, const struct schema_key *key,
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

static int read_edits(struct reader *reader, const struct schema_key *key,
                      const struct node *node, void *target)
{
    int err = read_want(reader, key, node, NODE_LIST);

    return err != 0 ? err : read_each(reader, node, read_edit, target);
}

/* A name that images may have: not one with a meaning of its own. */
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
                             "an image cannot be called '%s', the word has a "
                             "meaning of its own; choose another name",
                             node->key);
        }
    }
    return read_scalar(reader, &name, &label, image);
}

/* The place of a key's value, or that of the mapping without it. */
static struct place value_place(const struct node *map, const char *key)
{
    const struct node *value = node_find(map, key);

    return value != NULL ? value->place : map->place;
}

/* Whatever is wrong with it, it is known by its name. */
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

static int read_images(struct reader *reader, const struct schema_key *key,
                       const struct node *node, void *target)
{
    int err = read_want(reader, key, node, NODE_MAP);

    reader->unsure_images |= err != 0;
    return err != 0 ? err : read_each(reader, node, read_image, target);
}

/* ---- what lies in flash ------------------------------------------------ */

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

static int read_flash(struct reader *reader, const struct schema_key *key,
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

static int read_allow(struct reader *reader, const struct schema_key *key,
                      const struct node *node, void *target)
{
    int err = read_want(reader, key, node, NODE_LIST);

    return err != 0 ? err : read_each(reader, node, read_allowed, target);
}

/* ---- values of any kind ------------------------------------------------ */

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

typedef int (*value_reader)(struct reader *reader, const struct schema_key *key,
                            const struct node *node, void *target);

int read_value(struct reader *reader, const struct schema_key *key,
               const struct node *node, void *target)
{
    static const value_reader readers[SCHEMA_KINDS] = {
        [SCHEMA_FLAG] = read_flag,
        [SCHEMA_EDIT] = read_edit_value,
        [SCHEMA_MAP] = read_nested,
        [SCHEMA_IMAGES] = read_images,
        [SCHEMA_FLASH] = read_flash,
        [SCHEMA_EDITS] = read_edits,
        [SCHEMA_STEPS] = read_steps,
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
    value_reader read = readers[key->kind];

    return read != NULL ? read(reader, key, node, target)
                        : read_scalar(reader, key, node, target);
}

/* ---- the whole --------------------------------------------------------- */

static const struct {
    const char *partition;
    const char *image;
} usual_places[] = {{"boot-a", "bootloader"}, {"boot-b", "bootloader"}};

/* Both bootloader copies are there unless the scenario says otherwise. */
static void add_usual_places(struct scenario *scenario)
{
    for (size_t i = 0; i < READ_SIZE(usual_places); i++) {
        bool placed = false;

        for (unsigned j = 0; j < scenario->places; j++) {
            placed = placed || strcmp(scenario->flash[j].partition,
                                      usual_places[i].partition) == 0;
        }
        if (!placed) {
            struct placement *placement = &scenario->flash[scenario->places++];

            snprintf(placement->partition, sizeof placement->partition, "%s",
                     usual_places[i].partition);
            snprintf(placement->image, sizeof placement->image, "%s",
                     usual_places[i].image);
        }
    }
}

static struct scenario *scenario_new(const char *path)
{
    struct scenario *scenario = calloc(1, sizeof *scenario);
    size_t size = strlen(path) + 1u;

    if (scenario == NULL) {
        return NULL;
    }
    scenario->path = malloc(size);
    if (scenario->path == NULL) {
        free(scenario);
        return NULL;
    }
    memcpy(scenario->path, path, size);
    scenario->seed = 1;
    scenario->limit_ns = UINT64_C(120000000000);
    scenario->limit_resets = 32;
    scenario->devices = 1;
    scenario->journal = true;
    return scenario;
}

void scenario_free(struct scenario *scenario)
{
    if (scenario != NULL) {
        free(scenario->path);
        free(scenario);
    }
}

static int read_document(struct reader *reader, const struct node *root)
{
    int err = 0;

    if (root->kind != NODE_MAP) {
        return read_fail(reader, root->place,
                         "a scenario is a mapping; start with 'scenario: "
                         "NAME'");
    }
    if (!read_on(&err, read_map(reader, &schema_scenario, root,
                                reader->scenario, NULL, NULL))) {
        return err;
    }
    add_usual_places(reader->scenario);
    (void)read_on(&err, read_crosscheck(reader, root));
    return err;
}

static int read_tree(struct reader *reader, const struct node *root,
                     const char *text, size_t length)
{
    int err = read_document(reader, root);

    if (err == 0 && mbedtls_sha256((const unsigned char *)text, length,
                                   reader->scenario->digest, 0) != 0) {
        err = diag_fail(reader->diag, OTALAB_ERR_SIMULATOR, "SHA-256 failed");
    }
    return err;
}

static int parse(const char *text, size_t length, const char *path,
                 struct scenario **out, struct mistakes *mistakes,
                 struct diag *diag)
{
    struct node_tree tree;

    *out = NULL;
    int err = node_read(text, length, path, &tree, diag);

    if (err != 0) {
        return err;
    }
    struct reader reader = {.path = path,
                            .scenario = scenario_new(path),
                            .mistakes = mistakes,
                            .diag = diag};

    err = reader.scenario != NULL
              ? read_tree(&reader, tree.root, text, length)
              : diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    node_free(&tree);
    if (err != 0) {
        scenario_free(reader.scenario);
        mistakes_first(mistakes, diag);
        return err;
    }
    *out = reader.scenario;
    return 0;
}

int scenario_parse(const char *text, size_t length, const char *path,
                   struct scenario **out, struct diag *diag)
{
    struct mistakes mistakes = {.count = 0};

    return parse(text, length, path, out, &mistakes, diag);
}

int scenario_check(const char *path, struct scenario **out,
                   struct mistakes *mistakes, struct diag *diag)
{
    uint8_t *text = NULL;
    size_t length = 0;

    *out = NULL;
    int err = file_read(path, NODE_FILE_MAX, &text, &length, diag);

    if (err == 0) {
        err = parse((const char *)text, length, path, out, mistakes, diag);
    }
    free(text);
    return err;
}

int scenario_read(const char *path, struct scenario **out, struct diag *diag)
{
    struct mistakes mistakes = {.count = 0};

    return scenario_check(path, out, &mistakes, diag);
}
