/* SPDX-License-Identifier: MIT */
#include "sweep/result.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "oracle/decode.h"
#include "record/event.h"
#include "sweep/family.h"

#define DEPTH 6 /* of nested values */

/* Reading goes on after the first mistake, which is kept; values read then are
 * zero. Whatever is not looked at here (unknown keys, their order, spaces) is
 * found when the result is written again. */
struct reader {
    const char *name;
    struct diag *diag;
    int err;
};

static void wrong(struct reader *reader, const char *key, const char *what)
{
    if (reader->err == 0) {
        reader->err = diag_fail(reader->diag, OTALAB_ERR_USAGE,
                                "%s: no result of otalab sweep: '%s' %s",
                                reader->name, key, what);
    }
}

static json_object *member(struct reader *reader, json_object *object,
                           const char *key, enum json_type type)
{
    json_object *value = NULL;

    if (!json_object_is_type(object, json_type_object) ||
        !json_object_object_get_ex(object, key, &value)) {
        wrong(reader, key, "is missing");
        return NULL;
    }
    if (!json_object_is_type(value, type)) {
        wrong(reader, key, "has a wrong type");
        return NULL;
    }
    return value;
}

static uint64_t number(struct reader *reader, json_object *object,
                       const char *key, uint64_t most)
{
    json_object *value = member(reader, object, key, json_type_int);
    uint64_t got = value != NULL ? json_object_get_uint64(value) : 0;

    if (value != NULL && (json_object_get_int64(value) < 0 || got > most)) {
        wrong(reader, key, "is out of range");
        return 0;
    }
    return got;
}

static uint32_t number32(struct reader *reader, json_object *object,
                         const char *key)
{
    return (uint32_t)number(reader, object, key, UINT32_MAX);
}

static bool boolean(struct reader *reader, json_object *object, const char *key)
{
    json_object *value = member(reader, object, key, json_type_boolean);

    return value != NULL && json_object_get_boolean(value);
}

/* "" if it is missing or too long. */
static const char *text(struct reader *reader, json_object *object,
                        const char *key, size_t size)
{
    json_object *value = member(reader, object, key, json_type_string);
    const char *got = value != NULL ? json_object_get_string(value) : "";

    if (strlen(got) >= size) {
        wrong(reader, key, "is too long");
        return "";
    }
    return got;
}

static void copy(struct reader *reader, json_object *object, const char *key,
                 char *out, size_t size)
{
    memccpy(out, text(reader, object, key, size), '\0', size);
}

/* ---- parts ------------------------------------------------------------------ */

static void read_counts(struct reader *reader, json_object *object,
                        struct sweep_counts *counts)
{
    const struct {
        const char *key;
        uint64_t *value;
    } rows[] = {
        {"positions", &counts->positions}, {"asked", &counts->asked},
        {"delivered", &counts->delivered}, {"elsewhere", &counts->elsewhere},
        {"nodes", &counts->nodes},         {"merged", &counts->merged},
        {"boots", &counts->boots},         {"open", &counts->open},
        {"host_ms", &counts->host_ms},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        *rows[i].value = number(reader, object, rows[i].key, INT64_MAX);
    }
}

static void read_token(struct reader *reader, const char *given,
                       struct token *token)
{
    struct diag why = {{0}};

    if (token_parse(given, token, &why) != 0) {
        wrong(reader, "token", "is invalid");
    }
}

static void read_head(struct reader *reader, json_object *root,
                      struct sweep_result *result)
{
    if (number(reader, root, "otalab_sweep", UINT32_MAX) != RESULT_VERSION) {
        wrong(reader, "otalab_sweep", "has an unknown version");
    }
    copy(reader, root, "scenario", result->name, sizeof result->name);
    copy(reader, root, "title", result->title, sizeof result->title);
    copy(reader, root, "file", result->path, sizeof result->path);
    read_token(reader, text(reader, root, "token", TOKEN_MAX),
               &result->sweep.token);
    result->sweep.image_size = number32(reader, root, "image_size");
    result->kinds = (uint32_t)number(reader, root, "kinds", RESULT_KINDS);
    copy(reader, root, "family", result->family, sizeof result->family);
    result->sample = (uint32_t)number(reader, root, "sample", SWEEP_SAMPLE_MAX);
    result->depth = (uint32_t)number(reader, root, "depth", SWEEP_DEPTH_MAX);
    result->first = number32(reader, root, "first");
    result->last = number32(reader, root, "last");
    result->shards = (uint32_t)number(reader, root, "shards", RESULT_SHARDS);
    uint64_t shard = number(reader, root, "shard", result->shards);

    if (shard == 0 || result->depth == 0) {
        wrong(reader, shard == 0 ? "shard" : "depth", "is out of range");
    }
    result->shard = (uint32_t)shard - 1;
    result->seed = number(reader, root, "seed", INT64_MAX);
}

/* NULL if it is empty. */
static char *read_text(struct reader *reader, json_object *object,
                       const char *key)
{
    const char *given = text(reader, object, key, TOKEN_MAX);
    char *copied = given[0] != '\0' ? strdup(given) : NULL;

    if (given[0] != '\0' && copied == NULL) {
        wrong(reader, key, "does not fit into memory");
    }
    return copied;
}

/* Their names are compared when the result is written again. */
static void read_checks(struct reader *reader, json_object *root,
                        struct sweep_check check[SWEEP_CHECKS])
{
    json_object *array = member(reader, root, "checks", json_type_array);

    if (array != NULL && json_object_array_length(array) != SWEEP_CHECKS) {
        wrong(reader, "checks", "has a wrong length");
    }
    for (unsigned i = 0; i < SWEEP_CHECKS && reader->err == 0; i++) {
        json_object *object = json_object_array_get_idx(array, i);

        check[i].cases = number(reader, object, "cases", INT64_MAX);
        check[i].skipped = number(reader, object, "skipped", INT64_MAX);
        check[i].differed = number(reader, object, "differed", INT64_MAX);
        check[i].token = read_text(reader, object, "token");
        check[i].other = read_text(reader, object, "other");
    }
}

static void read_sweep(struct reader *reader, json_object *root,
                       struct sweep *sweep)
{
    sweep->interrupted = boolean(reader, root, "interrupted");
    sweep->depth = (uint32_t)number(reader, root, "reached", SWEEP_DEPTH_MAX);
    sweep->left_out = number32(reader, root, "left_out");
    sweep->worst_boots = number32(reader, root, "worst_boots");
    sweep->worst_ns = number(reader, root, "worst_ns", INT64_MAX);
    read_checks(reader, root, sweep->check);
    read_counts(reader, member(reader, root, "counts", json_type_object),
                &sweep->counts);
}

/* ---- lists ------------------------------------------------------------------- */

/* Its length, and room for it in *out. */
static size_t list(struct reader *reader, json_object *root, const char *key,
                   size_t most, size_t size, void **out, json_object **array)
{
    *array = member(reader, root, key, json_type_array);
    size_t count = *array != NULL ? json_object_array_length(*array) : 0;

    if (count > most) {
        wrong(reader, key, "has too many entries");
        return 0;
    }
    *out = calloc(count + 1, size);
    if (*out == NULL) {
        wrong(reader, key, "does not fit into memory");
        return 0;
    }
    return count;
}

/* Letters that are no digits are found when the result is written again. */
static uint8_t nibble(char digit)
{
    return (uint8_t)(digit <= '9' ? digit - '0' : digit - 'a' + 10) & 15u;
}

static void read_key(struct reader *reader, json_object *object,
                     uint8_t key[32])
{
    const char *digits = text(reader, object, "key", 65);

    if (strlen(digits) != 64) {
        wrong(reader, "key", "is invalid");
        return;
    }
    for (unsigned i = 0; i < 32; i++) {
        key[i] =
            (uint8_t)(nibble(digits[2 * i]) << 4 | nibble(digits[2 * i + 1]));
    }
}

static void read_failure(struct reader *reader, json_object *object,
                         struct sweep_failure *failure)
{
    struct token token;

    failure->position =
        number32(reader, object, "position") - 1; /* 0: SWEEP_NONE */
    failure->cuts = (uint32_t)number(reader, object, "cuts", SWEEP_DEPTH_MAX);
    copy(reader, object, "text", failure->text, sizeof failure->text);
    read_key(reader, object, failure->key);
    read_token(reader, text(reader, object, "token", TOKEN_MAX), &token);
    if (reader->err == 0) {
        failure->token = strdup(text(reader, object, "token", TOKEN_MAX));
    }
    if (reader->err == 0 && failure->token == NULL) {
        wrong(reader, "token", "does not fit into memory");
    }
}

static void read_failures(struct reader *reader, json_object *root,
                          struct sweep *sweep)
{
    json_object *array;
    void *room = NULL;
    size_t count = list(reader, root, "failures", RESULT_FAILURES,
                        sizeof *sweep->failure, &room, &array);

    sweep->failure = room;
    for (size_t i = 0; i < count && reader->err == 0; i++) {
        sweep->failures++;
        read_failure(reader, json_object_array_get_idx(array, i),
                     &sweep->failure[i]);
    }
}

static enum sweep_end end_of(struct reader *reader, const char *name)
{
    for (unsigned i = SWEEP_OPEN; i <= SWEEP_FAILED; i++) {
        if (strcmp(result_end_name((enum sweep_end)i), name) == 0) {
            return (enum sweep_end)i;
        }
    }
    wrong(reader, "end", "is invalid");
    return SWEEP_OPEN;
}

/* One of those that are tried at such an event. */
static const struct sweep_form *read_form(struct reader *reader,
                                          json_object *object, uint32_t code)
{
    const struct sweep_form *form =
        family_find(code, text(reader, object, "form", 32));

    if (form == NULL) {
        wrong(reader, "form", "is unknown");
        (void)family_forms(code, &form);
    }
    return form;
}

static void read_effect(struct reader *reader, json_object *object,
                        uint32_t code, struct sweep_effect *effect)
{
    effect->form = read_form(reader, object, code);
    if (effect->form->random) {
        effect->draw = number32(reader, object, "draw");
        if (effect->draw == 0) {
            wrong(reader, "draw", "is out of range");
        }
    }
    effect->end = end_of(reader, text(reader, object, "end", 16));
    effect->node = effect->end == SWEEP_OPEN ? SWEEP_NONE : 0;
    effect->merged = boolean(reader, object, "merged");
    effect->delivered = boolean(reader, object, "delivered");
    effect->boots = number32(reader, object, "boots");
    effect->time_ns = number(reader, object, "time_ns", INT64_MAX);
    effect->left = number(reader, object, "left", INT64_MAX);
}

/* Only an event at which a sweep can cut. */
static uint32_t read_event(struct reader *reader, json_object *object)
{
    const char *name = text(reader, object, "event", 32);
    const struct sweep_form *forms;

    for (uint32_t code = 0; code < EVENT_COUNT; code++) {
        if (strcmp(event_kind(code)->name, name) == 0 &&
            family_forms(code, &forms) > 0) {
            return code;
        }
    }
    wrong(reader, "event", "is unknown");
    return 0;
}

static void read_position(struct reader *reader, json_object *object,
                          struct sweep_position *position)
{
    json_object *array;
    size_t count;

    position->place.code = read_event(reader, object);
    position->place.nth = number32(reader, object, "nth");
    position->place.address = number32(reader, object, "address");
    copy(reader, object, "partition", position->place.partition,
         sizeof position->place.partition);
    position->time_ns = number(reader, object, "time_ns", INT64_MAX);
    position->boot = number32(reader, object, "boot");
    position->journal =
        (uint32_t)number(reader, object, "journal", JOURNAL_TRIAL);
    copy(reader, object, "program", position->program,
         sizeof position->program);
    void *room = NULL;

    count = list(reader, object, "effects", SWEEP_EFFECTS,
                 sizeof *position->effect, &room, &array);
    position->effect = room;
    position->effects = (unsigned)count;
    for (size_t i = 0; i < count && reader->err == 0; i++) {
        read_effect(reader, json_object_array_get_idx(array, i),
                    position->place.code, &position->effect[i]);
    }
}

static void read_positions(struct reader *reader, json_object *root,
                           struct sweep *sweep)
{
    json_object *array;
    void *room = NULL;
    size_t count = list(reader, root, "positions", RESULT_POSITIONS,
                        sizeof *sweep->position, &room, &array);

    sweep->position = room;
    for (size_t i = 0; i < count && reader->err == 0; i++) {
        sweep->positions++;
        read_position(reader, json_object_array_get_idx(array, i),
                      &sweep->position[i]);
    }
}

/* ---- the whole ----------------------------------------------------------------- */

/* What was given and is not yet found again. */
struct rest {
    const char *at;
    size_t left;
    bool same;
};

static ssize_t compare(void *cookie, const char *bytes, size_t size)
{
    struct rest *rest = cookie;

    rest->same =
        rest->same && size <= rest->left && memcmp(rest->at, bytes, size) == 0;
    rest->at += rest->same ? size : 0;
    rest->left -= rest->same ? size : 0;
    return (ssize_t)size;
}

static void require_same(struct reader *reader, const char *given, size_t size,
                         const struct sweep_result *result)
{
    struct rest rest = {.at = given, .left = size, .same = true};
    cookie_io_functions_t functions = {.write = compare};
    FILE *out = fopencookie(&rest, "w", functions);

    if (out != NULL) {
        result_write(out, result);
    }
    if (out == NULL || fclose(out) != 0) {
        wrong(reader, "otalab_sweep", "does not fit into memory");
    } else if (!rest.same || rest.left != 0) {
        reader->err = diag_fail(reader->diag, OTALAB_ERR_USAGE,
                                "%s: was changed after otalab sweep wrote it",
                                reader->name);
    }
}

static json_object *parse(struct reader *reader, const char *given, size_t size)
{
    struct json_tokener *tokener = json_tokener_new_ex(DEPTH);
    json_object *root = NULL;

    if (tokener == NULL || size > RESULT_BYTES) {
        wrong(reader, "otalab_sweep", "does not fit into memory");
    } else {
        json_tokener_set_flags(tokener, JSON_TOKENER_STRICT |
                                            JSON_TOKENER_VALIDATE_UTF8);
        root = json_tokener_parse_ex(tokener, given, (int)size);
    }
    if (reader->err == 0 && !json_object_is_type(root, json_type_object)) {
        reader->err =
            diag_fail(reader->diag, OTALAB_ERR_USAGE,
                      "%s: not a JSON object: %s", reader->name,
                      json_tokener_error_desc(json_tokener_get_error(tokener)));
    }
    if (tokener != NULL) {
        json_tokener_free(tokener);
    }
    return root;
}

int result_read(const char *given, size_t size, const char *name,
                struct sweep_result *result, struct diag *diag)
{
    struct reader reader = {.name = name, .diag = diag};
    json_object *root = parse(&reader, given, size);

    *result = (struct sweep_result){0};
    if (reader.err == 0) {
        read_head(&reader, root, result);
        read_sweep(&reader, root, &result->sweep);
        read_failures(&reader, root, &result->sweep);
        read_positions(&reader, root, &result->sweep);
    }
    if (reader.err == 0) {
        require_same(&reader, given, size, result);
    }
    json_object_put(root);
    return reader.err;
}

int result_load(const char *path, struct sweep_result *result,
                struct diag *diag)
{
    uint8_t *given = NULL;
    size_t size = 0;
    int err = file_read(path, RESULT_BYTES, &given, &size, diag);

    *result = (struct sweep_result){0};
    err =
        err ? err : result_read((const char *)given, size, path, result, diag);
    free(given);
    return err;
}
