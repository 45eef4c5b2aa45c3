/* SPDX-License-Identifier: MIT */
#include "scenario/read.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/suggest.h"
#include "scenario/fields.h"
#include "scenario/values.h"

/* ---- lines for wrong values ------------------------------------------- */

void read_names(const struct schema_choice *choices, char *out, size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (; choices != NULL && choices->name != NULL; choices++) {
        int wrote = snprintf(out + used, size - used, "%s%s",
                             used > 0 ? ", " : "", choices->name);

        if (wrote < 0 || (size_t)wrote >= size - used) {
            snprintf(out + size - 3u, 3u, "..");
            return;
        }
        used += (size_t)wrote;
    }
}

/* "write 'seed: 7'", or nothing if there is no example. */
static const char *remedy(const struct schema_key *key, char *out, size_t size)
{
    if (key->example == NULL) {
        out[0] = '\0';
    } else {
        snprintf(out, size, "; write '%s: %s'", key->key, key->example);
    }
    return out;
}

static int fail_form(struct reader *reader, const struct schema_key *key,
                     const struct node *node)
{
    char seen[64];
    char write[160];

    node_describe(node, seen, sizeof seen);
    return read_fail(reader, node->place, "'%s' wants %s, not %s%s", key->key,
                     schema_words(key->kind)->says, seen,
                     remedy(key, write, sizeof write));
}

static bool is_nothing(const struct node *node)
{
    return node->kind == NODE_SCALAR && node->style == NODE_PLAIN &&
           node->text[0] == '\0';
}

static int fail_nothing(struct reader *reader, const struct schema_key *key,
                        const struct node *node)
{
    char write[160];

    return read_fail(reader, node->key != NULL ? node->key_place : node->place,
                     "'%s' has no value%s", key->key,
                     remedy(key, write, sizeof write));
}

int read_want(struct reader *reader, const struct schema_key *key,
              const struct node *node, enum node_kind kind)
{
    if (is_nothing(node)) {
        return fail_nothing(reader, key, node);
    }
    return node->kind == kind ? 0 : fail_form(reader, key, node);
}

/* The letters at the end of "120s". */
static const char *unit_of(const char *example)
{
    const char *at = example + strlen(example);

    while (at > example && (at[-1] < '0' || at[-1] > '9')) {
        at--;
    }
    return at;
}

static const char *units_of(enum schema_kind kind)
{
    switch (kind) {
    case SCHEMA_TIME:
        return quantity_time_units;
    case SCHEMA_SIZE:
        return quantity_size_units;
    case SCHEMA_RATE:
        return quantity_rate_units;
    case SCHEMA_ENERGY:
        return quantity_energy_units;
    case SCHEMA_OHMS:
        return quantity_ohms_units;
    default:
        return "%";
    }
}

static int fail_unit(struct reader *reader, const struct schema_key *key,
                     const struct node *node, enum quantity_result result)
{
    if (result == QUANTITY_NO_UNIT) {
        const char *unit =
            key->kind == SCHEMA_SIZE ? "B" : unit_of(key->example);

        return read_fail(reader, node->place,
                         "'%.40s' has no unit; write '%s: %.40s%s'", node->text,
                         key->key, node->text, unit);
    }
    if (strchr(node->text, ' ') != NULL) {
        return read_fail(reader, node->place,
                         "'%.40s' contains a space; write number and unit "
                         "together, like '%s: %s'",
                         node->text, key->key, key->example);
    }
    return read_fail(reader, node->place,
                     "'%.40s' has an unknown unit; units are %s", node->text,
                     units_of(key->kind));
}

/* Write a bound of the key as a scenario would. */
static const char *bound_text(const struct schema_key *key, uint64_t bound,
                              char *out, size_t size)
{
    static const struct {
        enum schema_kind kind;
        enum quantity_unit unit;
    } units[] = {
        {SCHEMA_TIME, QUANTITY_TIME},   {SCHEMA_SIZE, QUANTITY_SIZE},
        {SCHEMA_SHARE, QUANTITY_SHARE}, {SCHEMA_CHANCE, QUANTITY_CHANCE},
        {SCHEMA_RATE, QUANTITY_RATE},   {SCHEMA_ENERGY, QUANTITY_ENERGY},
        {SCHEMA_OHMS, QUANTITY_OHMS},
    };

    for (size_t i = 0; i < READ_SIZE(units); i++) {
        if (units[i].kind == key->kind) {
            return quantity_text(units[i].unit,
                                 bound * (key->unit > 1u ? key->unit : 1u), out,
                                 size);
        }
    }
    if (key->kind == SCHEMA_CODE) {
        snprintf(out, size, "%" PRIu64 ".%02u", bound >> 5,
                 (unsigned)(bound & 31u));
    } else {
        snprintf(out, size, "%" PRIu64, bound);
    }
    return out;
}

/* Percentages always have bounds. */
static uint64_t highest(const struct schema_key *key)
{
    return key->high > 0                ? key->high
           : key->kind == SCHEMA_SHARE  ? 1000u
           : key->kind == SCHEMA_CHANCE ? 1000000u
           : key->kind == SCHEMA_CODE   ? 255u
                                        : 0;
}

static int fail_range(struct reader *reader, const struct schema_key *key,
                      const struct node *node)
{
    uint64_t high = highest(key);
    char low[64];
    char most[48];

    if (key->kind == SCHEMA_VERSION) {
        return read_fail(reader, node->place,
                         "'%.40s' is too large for '%s'; at most "
                         "255.255.65535+4294967295",
                         node->text, key->key);
    }
    if (high == 0) {
        return read_fail(reader, node->place, "'%.40s' is too large for '%s'",
                         node->text, key->key);
    }
    bound_text(key, high, most, sizeof most);
    if (key->low == 0 && key->kind != SCHEMA_CODE) {
        snprintf(low, sizeof low, "0%s", unit_of(most));
    } else {
        bound_text(key, key->low, low, sizeof low);
    }
    return read_fail(
        reader, node->place,
        "'%.40s' is out of range for '%s'; give a value from %s to %s",
        node->text, key->key, low, most);
}

static int fail_value(struct reader *reader, const struct schema_key *key,
                      const struct node *node, enum quantity_result result)
{
    char text[160];

    if (values_comparison(node->text, text, sizeof text)) {
        return read_fail(reader, node->place, "%s", text);
    }
    switch (result) {
    case QUANTITY_NO_UNIT:
    case QUANTITY_UNIT:
        return fail_unit(reader, key, node, result);
    case QUANTITY_TOO_BIG:
        return fail_range(reader, key, node);
    case QUANTITY_FRACTION:
        return read_fail(reader, node->place, "'%.40s' is too fine for '%s'%s",
                         node->text, key->key, remedy(key, text, sizeof text));
    case QUANTITY_BACKWARDS:
        return read_fail(reader, node->place,
                         "the range '%.40s' ends before it starts; write the "
                         "smaller number first",
                         node->text);
    default:
        return fail_form(reader, key, node);
    }
}

static int fail_choice(struct reader *reader, const struct schema_key *key,
                       const struct node *node)
{
    struct suggest suggest;
    char known[160];

    suggest_start(&suggest, node->text);
    for (const struct schema_choice *row = key->choices; row->name != NULL;
         row++) {
        suggest_offer(&suggest, row->name);
    }
    if (suggest_best(&suggest) != NULL) {
        return read_fail(reader, node->place,
                         "'%.40s' is not a value of '%s'; did you mean '%s'?",
                         node->text, key->key, suggest_best(&suggest));
    }
    read_names(key->choices, known, sizeof known);
    return read_fail(reader, node->place,
                     "'%.40s' is not a value of '%s'; one of %s", node->text,
                     key->key, known);
}

/* ---- storing ---------------------------------------------------------- */

static void *member(const struct schema_key *key, void *target)
{
    return (char *)target + key->offset;
}

static void store_number(const struct schema_key *key, void *target,
                         uint64_t value)
{
    if (key->size == sizeof(uint64_t)) {
        memcpy(member(key, target), &value, sizeof value);
    } else {
        uint32_t narrow = (uint32_t)value;

        memcpy(member(key, target), &narrow, sizeof narrow);
    }
}

static int store_text(struct reader *reader, const struct schema_key *key,
                      const struct node *node, void *target)
{
    size_t length = strlen(node->text);

    if (length >= key->size) {
        return read_fail(reader, node->place,
                         "'%s' is too long, %zu bytes; at most %zu", key->key,
                         length, key->size - 1u);
    }
    memcpy(member(key, target), node->text, length + 1u);
    return 0;
}

static int read_text(struct reader *reader, const struct schema_key *key,
                     const struct node *node, void *target)
{
    for (const char *at = node->text; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x20u &&
            !(*at == '\n' && at[1] == '\0' && node->style == NODE_BLOCK)) {
            return read_fail(reader, node->place,
                             "'%s' takes one line of text; leave out line "
                             "ends, tabs and control characters",
                             key->key);
        }
    }
    return store_text(reader, key, node, target);
}

static bool is_name(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";

    if (text[0] == '\0' || strchr(letters, text[0]) == NULL) {
        return false;
    }
    for (; *text != '\0'; text++) {
        if (strchr(letters, *text) == NULL && strchr("._-", *text) == NULL) {
            return false;
        }
    }
    return true;
}

static int read_name(struct reader *reader, const struct schema_key *key,
                     const struct node *node, void *target)
{
    if (!is_name(node->text)) {
        return fail_form(reader, key, node);
    }
    return store_text(reader, key, node, target);
}

static int read_version(struct reader *reader, const struct schema_key *key,
                        const struct node *node, void *target)
{
    enum quantity_result result = value_version(node->text);

    if (result != QUANTITY_OK) {
        return fail_value(reader, key, node, result);
    }
    return store_text(reader, key, node, target);
}

static int read_bool(struct reader *reader, const struct schema_key *key,
                     const struct node *node, void *target)
{
    bool value = strcmp(node->text, "true") == 0;

    if (!value && strcmp(node->text, "false") != 0) {
        return fail_form(reader, key, node);
    }
    if (key->size == sizeof(struct range)) {
        struct range range = {.set = true, .low = value, .high = value};

        memcpy(member(key, target), &range, sizeof range);
    } else if (key->size == sizeof(int)) {
        int number = value;

        memcpy(member(key, target), &number, sizeof number);
    } else {
        memcpy(member(key, target), &value, sizeof value);
    }
    return 0;
}

/* Store the number in units of the key. */
static enum quantity_result number_value(const struct schema_key *key,
                                         const char *text, uint64_t *value)
{
    static enum quantity_result (*const readers[SCHEMA_KINDS])(
        const char *text, uint64_t *out) = {
        [SCHEMA_NUMBER] = quantity_number, [SCHEMA_SIZE] = quantity_size,
        [SCHEMA_TIME] = quantity_time,     [SCHEMA_SHARE] = quantity_share,
        [SCHEMA_CHANCE] = quantity_chance, [SCHEMA_RATE] = quantity_rate,
        [SCHEMA_ENERGY] = quantity_energy, [SCHEMA_OHMS] = quantity_ohms,
        [SCHEMA_CODE] = value_code,
    };
    enum quantity_result result = readers[key->kind](text, value);

    if (result == QUANTITY_OK && key->unit > 1u) {
        result = *value % key->unit != 0 ? QUANTITY_FRACTION : QUANTITY_OK;
        *value /= key->unit;
    }
    return result;
}

/* The number, or the largest one instead of one that cannot be read, so that it
 * causes no further mistakes. */
static int take_number(struct reader *reader, const struct schema_key *key,
                       const struct node *node, uint64_t *value)
{
    enum quantity_result result = number_value(key, node->text, value);
    int err = 0;

    if (result != QUANTITY_OK) {
        err = fail_value(reader, key, node, result);
    } else if (key->high > 0 && (*value > key->high || *value < key->low)) {
        err = fail_range(reader, key, node);
    }
    *value = err != 0 ? highest(key) : *value;
    return err;
}

static int read_number(struct reader *reader, const struct schema_key *key,
                       const struct node *node, void *target)
{
    const struct schema_choice *word =
        schema_choice_find(key->choices, node->text);
    uint64_t value = word != NULL ? word->value : 0;
    int err = word != NULL ? 0 : take_number(reader, key, node, &value);

    store_number(key, target, value);
    return err;
}

static int read_range(struct reader *reader, const struct schema_key *key,
                      const struct node *node, void *target)
{
    struct range range;
    enum quantity_result result = value_range(node->text, &range);

    if (result == QUANTITY_OK) {
        memcpy(member(key, target), &range, sizeof range);
        return 0;
    }
    char text[120];

    if (result == QUANTITY_BAD &&
        !values_comparison(node->text, text, sizeof text)) {
        return read_fail(
            reader, node->place,
            "'%.40s' is not a number or range; write 3, 0..3 or 2..",
            node->text);
    }
    return fail_value(reader, key, node, result);
}

static int read_energies(struct reader *reader, const struct schema_key *key,
                         const struct node *node, void *target)
{
    struct range range;

    if (value_energies(node->text, &range) == QUANTITY_OK) {
        memcpy(member(key, target), &range, sizeof range);
        return 0;
    }
    return read_fail(reader, node->place,
                     "'%.40s' is not a range of energies; write 0mWh..40mWh, "
                     "5J.. or 1.5J",
                     node->text);
}

static int read_choice(struct reader *reader, const struct schema_key *key,
                       const struct node *node, void *target)
{
    const struct schema_choice *word =
        schema_choice_find(key->choices, node->text);

    if (word == NULL) {
        return fail_choice(reader, key, node);
    }
    if (key->size == sizeof(uint32_t)) {
        store_number(key, target, word->value);
        return 0;
    }
    return store_text(reader, key, node, target);
}

/* A key by its name, or by the path of a PEM file. */
static int read_signer(struct reader *reader, const struct schema_key *key,
                       const struct node *node, void *target)
{
    static const char ending[] = ".pem";
    size_t length = strlen(node->text);

    if (length >= sizeof ending &&
        strcmp(node->text + length - (sizeof ending - 1u), ending) == 0) {
        return store_text(reader, key, node, target);
    }
    return read_choice(reader, key, node, target);
}

/* ---- events ----------------------------------------------------------- */

static int read_event(struct reader *reader, const struct schema_key *key,
                      const struct node *node, void *target)
{
    struct suggest suggest;
    int code = event_find(node->text);

    if (code >= 0) {
        store_number(key, target, (uint64_t)code);
        return 0;
    }
    suggest_start(&suggest, node->text);
    for (int i = 0; i < EVENT_COUNT; i++) {
        suggest_offer(&suggest, event_kind((enum event_code)i)->name);
    }
    if (suggest_best(&suggest) != NULL) {
        return read_fail(reader, node->place,
                         "no event is called '%.40s'; did you mean '%s'?",
                         node->text, suggest_best(&suggest));
    }
    return read_fail(reader, node->place,
                     "no event is called '%.40s'; 'otalab explain' lists them",
                     node->text);
}

typedef int (*scalar_reader)(struct reader *reader,
                             const struct schema_key *key,
                             const struct node *node, void *target);

int read_scalar(struct reader *reader, const struct schema_key *key,
                const struct node *node, void *target)
{
    static const scalar_reader readers[SCHEMA_KINDS] = {
        [SCHEMA_TEXT] = read_text,         [SCHEMA_NAME] = read_name,
        [SCHEMA_VERSION] = read_version,   [SCHEMA_BOOL] = read_bool,
        [SCHEMA_NUMBER] = read_number,     [SCHEMA_SIZE] = read_number,
        [SCHEMA_TIME] = read_number,       [SCHEMA_SHARE] = read_number,
        [SCHEMA_CHANCE] = read_number,     [SCHEMA_RATE] = read_number,
        [SCHEMA_ENERGY] = read_number,     [SCHEMA_OHMS] = read_number,
        [SCHEMA_CODE] = read_number,       [SCHEMA_RANGE] = read_range,
        [SCHEMA_ENERGIES] = read_energies, [SCHEMA_CHOICE] = read_choice,
        [SCHEMA_SIGNER] = read_signer,     [SCHEMA_IMAGE] = read_name,
        [SCHEMA_EVENT] = read_event,
    };
    int err = read_want(reader, key, node, NODE_SCALAR);

    if (err != 0) {
        return err;
    }
    if (node->style == NODE_BLOCK && key->kind != SCHEMA_TEXT) {
        return read_fail(reader, node->place,
                         "'|' and '>' start a text of several lines, which "
                         "'%s' does not take; quote the value, and write "
                         "comparisons as ranges: 3.. or 0..3",
                         key->key);
    }
    return readers[key->kind](reader, key, node, target);
}

/* ---- fields of events -------------------------------------------------- */

static int read_field_name(struct reader *reader, struct pattern *pattern,
                           unsigned field, const struct node *node, char *out,
                           size_t size)
{
    static const char slot[] = "slot-"; /* "a" is enough */
    struct suggest suggest;
    char names[FIELDS_VALUES][FIELDS_NAME];
    char kind = event_kind((enum event_code)pattern->code)->field[field].kind;

    suggest_start(&suggest, node->text);
    for (unsigned value = 0; value < FIELDS_VALUES; value++) {
        char *name = names[value];

        if (!fields_name(pattern->code, field, value, name, sizeof names[0])) {
            continue;
        }
        if (strcmp(name, node->text) == 0 ||
            (kind == 's' && strncmp(name, slot, sizeof slot - 1u) == 0 &&
             strcmp(name + sizeof slot - 1u, node->text) == 0)) {
            snprintf(out, size, "%.*s", (int)(sizeof names[0] - 1u), name);
            return 0;
        }
        suggest_offer(&suggest, name);
    }
    if (suggest_best(&suggest) != NULL) {
        return read_fail(reader, node->place,
                         "'%.40s' is an unknown %s; did you mean '%s'?",
                         node->text, fields_word(kind), suggest_best(&suggest));
    }
    return read_fail(reader, node->place,
                     "'%.40s' is an unknown %s; see 'otalab explain %s'",
                     node->text, fields_word(kind),
                     event_kind((enum event_code)pattern->code)->name);
}

static void range_text(const struct range *range, char *out, size_t size)
{
    if (range->high == SCENARIO_RANGE_OPEN) {
        snprintf(out, size, "%" PRIu64 "..", range->low);
    } else if (range->high == range->low) {
        snprintf(out, size, "%" PRIu64, range->low);
    } else {
        snprintf(out, size, "%" PRIu64 "..%" PRIu64, range->low, range->high);
    }
}

/* A field's value is read into this before it is written as text again. */
struct field_value {
    char text[SCENARIO_NAME];
    struct range range;
    uint64_t number; /* ns, or a code */
};

#define FIELD_IN(member)                            \
    .offset = offsetof(struct field_value, member), \
    .size = sizeof(((struct field_value *)0)->member)

/* Fields that are read like keys of a scenario; the last row applies to all
 * other letters. */
static const struct {
    char letter;
    struct schema_key key;
} field_keys[] = {
    {'p',
     {.kind = SCHEMA_CHOICE, FIELD_IN(text), .choices = schema_partitions}},
    {'m', {.kind = SCHEMA_TEXT, FIELD_IN(text)}},
    {'v', {.kind = SCHEMA_VERSION, FIELD_IN(text)}},
    {'d', {.kind = SCHEMA_TIME, FIELD_IN(number)}},
    {'o', {.kind = SCHEMA_CODE, FIELD_IN(number)}},
    {0, {.kind = SCHEMA_RANGE, FIELD_IN(range)}},
};

static int read_field_scalar(struct reader *reader, char letter,
                             const struct node *node, char *out, size_t size)
{
    struct field_value value = {.text = ""};
    size_t row = 0;

    while (field_keys[row].letter != 0 && field_keys[row].letter != letter) {
        row++;
    }
    struct schema_key key = field_keys[row].key;

    key.key = node->key;
    key.example = fields_example(letter);
    int err = read_scalar(reader, &key, node, &value);

    if (err != 0) {
        return err;
    }
    if (key.kind == SCHEMA_RANGE) {
        range_text(&value.range, out, size);
    } else if (key.kind == SCHEMA_TIME) {
        snprintf(out, size, "%" PRIu64, value.number);
    } else if (key.kind == SCHEMA_CODE) {
        snprintf(out, size, "%" PRIu64 ".%02u", value.number >> 5,
                 (unsigned)(value.number & 31u));
    } else {
        snprintf(out, size, "%s", value.text);
    }
    return 0;
}

int read_field(struct reader *reader, struct pattern *pattern,
               const struct node *node)
{
    const struct event_kind *kind = event_kind((enum event_code)pattern->code);
    int field = event_field_find((enum event_code)pattern->code, node->key);

    if (field < 0 || pattern->fields >= EVENT_FIELDS) {
        return OTALAB_ERR_USAGE;
    }
    char letter = kind->field[field].kind;
    char *out = pattern->want[pattern->fields].text;
    size_t size = sizeof pattern->want[0].text;
    struct schema_key key = {.key = node->key, .kind = SCHEMA_TEXT};
    int err = read_want(reader, &key, node, NODE_SCALAR);

    if (err == 0 && fields_word(letter) != NULL) {
        err =
            read_field_name(reader, pattern, (unsigned)field, node, out, size);
    } else if (err == 0) {
        err = read_field_scalar(reader, letter, node, out, size);
    }
    if (err == 0) {
        pattern->want[pattern->fields++].field = (unsigned)field;
    }
    return err;
}
