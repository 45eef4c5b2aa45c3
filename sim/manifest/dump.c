/* SPDX-License-Identifier: MIT */
#include "manifest/dump.h"

#include <stdbool.h>

#include "manifest/names.h"
#include "manifest/numbers.h"
#include "manifest/walk.h"

/* What an item means, which decides the names of its keys and whether a byte
 * string is opened. */
enum meaning {
    PLAIN = 0,
    ENVELOPE,
    WRAPPER,
    DIGEST,
    SIGNATURE,
    HEADERS,
    MANIFEST,
    COMMON,
    SEQUENCE,
    PARAMETERS,
    BRANCHES,
    TEXT
};

static const enum suit_space spaces[] = {
    [ENVELOPE] = SUIT_SPACE_ENVELOPE,    [MANIFEST] = SUIT_SPACE_MANIFEST,
    [COMMON] = SUIT_SPACE_COMMON,        [SEQUENCE] = SUIT_SPACE_COMMAND,
    [PARAMETERS] = SUIT_SPACE_PARAMETER, [TEXT] = SUIT_SPACE_TEXT,
    [HEADERS] = SUIT_SPACE_COSE,
};

/* What is behind a key, or a command; the byte string there is opened. */
static const struct {
    enum meaning in;
    int64_t key;
    enum meaning is;
} members[] = {
    {ENVELOPE, SUIT_AUTHENTICATION, WRAPPER},
    {ENVELOPE, SUIT_MANIFEST, MANIFEST},
    {ENVELOPE, SUIT_PAYLOAD_FETCH, SEQUENCE},
    {ENVELOPE, SUIT_INSTALL, SEQUENCE},
    {ENVELOPE, SUIT_TEXT, TEXT},
    {MANIFEST, SUIT_COMMON, COMMON},
    {MANIFEST, SUIT_VALIDATE, SEQUENCE},
    {MANIFEST, SUIT_LOAD, SEQUENCE},
    {MANIFEST, SUIT_INVOKE_MEMBER, SEQUENCE},
    {MANIFEST, SUIT_PAYLOAD_FETCH, SEQUENCE},
    {MANIFEST, SUIT_INSTALL, SEQUENCE},
    {MANIFEST, SUIT_TEXT, TEXT},
    {COMMON, SUIT_SHARED, SEQUENCE},
    {SEQUENCE, SUIT_OVERRIDE, PARAMETERS},
    {SEQUENCE, SUIT_TRY_EACH, BRANCHES},
    {SEQUENCE, SUIT_RUN_SEQUENCE, SEQUENCE},
    {PARAMETERS, SUIT_PARAMETER_DIGEST, DIGEST},
};

static enum meaning meaning_of(enum meaning in, int64_t key)
{
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        if (members[i].in == in && members[i].key == key) {
            return members[i].is;
        }
    }
    return PLAIN;
}

struct dump {
    FILE *out;
    struct walk walk;
    struct diag *diag;
    unsigned depth;
};

static int put_item(struct dump *dump, enum meaning meaning);

static void new_line(const struct dump *dump)
{
    fprintf(dump->out, "\n%*s", (int)(dump->depth * 2), "");
}

static void put_name(const struct dump *dump, enum meaning in, int64_t number)
{
    enum suit_space space = (size_t)in < sizeof spaces / sizeof spaces[0]
                                ? spaces[in]
                                : SUIT_SPACE_NONE;
    const char *name = suit_name(space, number);

    if (name != NULL) {
        fprintf(dump->out, "/ %s / ", name);
    }
}

static void put_string(FILE *out, const struct walk_item *item)
{
    fputc('"', out);
    for (uint64_t i = 0; i < item->value; i++) {
        uint8_t c = item->data[i];

        if (c < 0x20 || c == 0x7F) { /* never to a terminal */
            fprintf(out, "\\u%04x", c);
        } else {
            fprintf(out, c == '"' || c == '\\' ? "\\%c" : "%c", c);
        }
    }
    fputc('"', out);
}

static void put_hex(FILE *out, const struct walk_item *item)
{
    fputs("h'", out);
    for (uint64_t i = 0; i < item->value; i++) {
        fprintf(out, "%02x", item->data[i]);
    }
    fputc('\'', out);
}

/* A byte string that holds an item with that meaning. */
static int put_embedded(struct dump *dump, const struct walk_item *item,
                        enum meaning meaning)
{
    struct walk outer = dump->walk;

    fputs("<< ", dump->out);
    dump->walk = walk_into(&outer, item);
    int err = walk_check(dump->walk, dump->diag);
    err = err ? err : put_item(dump, meaning);
    dump->walk = outer;
    fputs(" >>", dump->out);
    return err;
}

/* The parts of COSE_Sign1 and of the wrapper are told apart by their places. */
static enum meaning meaning_at(enum meaning in, uint64_t place)
{
    switch (in) {
    case WRAPPER:
        return place == 0 ? DIGEST : SIGNATURE;
    case SIGNATURE:
        return place < 2 ? HEADERS : PLAIN;
    case BRANCHES:
        return SEQUENCE;
    default:
        return PLAIN;
    }
}

static int put_commands(struct dump *dump, uint64_t items)
{
    int64_t number = 0;
    int err = 0;

    for (uint64_t i = 0; i < items && err == 0; i += 2) {
        new_line(dump);
        err = walk_number(&dump->walk, "a command", &number, dump->diag);
        put_name(dump, SEQUENCE, number);
        fprintf(dump->out, "%lld, ", (long long)number);
        err = err || i + 1 == items
                  ? err
                  : put_item(dump, meaning_of(SEQUENCE, number));
        fputs(i + 2 < items ? "," : "", dump->out);
    }
    return err;
}

static int put_items(struct dump *dump, uint64_t items, enum meaning meaning)
{
    bool flat = meaning == PLAIN || meaning == DIGEST;
    int err = 0;

    for (uint64_t i = 0; i < items && err == 0; i++) {
        if (!flat) {
            new_line(dump);
        }
        err = put_item(dump, meaning_at(meaning, i));
        fputs(i + 1 == items ? "" : flat ? ", " : ",", dump->out);
    }
    return err;
}

static int put_array(struct dump *dump, uint64_t items, enum meaning meaning)
{
    bool flat = meaning == PLAIN || meaning == DIGEST || items == 0;

    fputc('[', dump->out);
    dump->depth++;
    int err = meaning == SEQUENCE ? put_commands(dump, items)
                                  : put_items(dump, items, meaning);
    dump->depth--;
    if (!flat) {
        new_line(dump);
    }
    fputc(']', dump->out);
    return err;
}

/* Where a sequence or text was severed, its digest stands. */
static int put_value(struct dump *dump, enum meaning meaning)
{
    struct walk peek = dump->walk;
    struct walk_item item;
    int err = walk_next(&peek, &item, dump->diag);
    bool severed =
        item.type == WALK_ARRAY && (meaning == SEQUENCE || meaning == TEXT);

    return err ? err : put_item(dump, severed ? DIGEST : meaning);
}

static int put_pair(struct dump *dump, enum meaning meaning)
{
    struct walk peek = dump->walk;
    struct walk_item key;
    int64_t number = 0;
    int err = walk_next(&peek, &key, dump->diag);

    if (err == 0 && (key.type == WALK_TEXT || key.type == WALK_ARRAY)) {
        err = put_item(dump, PLAIN);
    } else if (err == 0) {
        err = walk_number(&dump->walk, "a key", &number, dump->diag);
        put_name(dump, meaning, number);
        fprintf(dump->out, "%lld", (long long)number);
    }
    fputs(": ", dump->out);
    return err ? err : put_value(dump, meaning_of(meaning, number));
}

static int put_map(struct dump *dump, uint64_t pairs, enum meaning meaning)
{
    bool flat = pairs == 0 || meaning == HEADERS;
    int err = 0;

    fputc('{', dump->out);
    dump->depth++;
    for (uint64_t i = 0; i < pairs && err == 0; i++) {
        if (!flat) {
            new_line(dump);
        }
        err = put_pair(dump, meaning);
        fputs(i + 1 < pairs ? "," : "", dump->out);
    }
    dump->depth--;
    if (!flat) {
        new_line(dump);
    }
    fputc('}', dump->out);
    return err;
}

static void put_simple(FILE *out, uint64_t value)
{
    fputs(value == 20 ? "false" : value == 21 ? "true" : "null", out);
}

static int put_item(struct dump *dump, enum meaning meaning)
{
    struct walk_item item;
    int err = walk_next(&dump->walk, &item, dump->diag);

    if (err != 0) {
        return err;
    }
    switch (item.type) {
    case WALK_UINT:
        fprintf(dump->out, "%llu", (unsigned long long)item.value);
        break;
    case WALK_NEGATIVE:
        fprintf(dump->out, "-%llu", (unsigned long long)item.value + 1);
        break;
    case WALK_TEXT:
        put_string(dump->out, &item);
        break;
    case WALK_ARRAY:
        return put_array(dump, item.value, meaning);
    case WALK_MAP:
        return put_map(dump, item.value, meaning);
    case WALK_TAG:
        fprintf(dump->out, "%llu(", (unsigned long long)item.value);
        err = put_item(dump, meaning);
        fputc(')', dump->out);
        return err;
    case WALK_SIMPLE:
        put_simple(dump->out, item.value);
        break;
    case WALK_BYTES:
        if (meaning != PLAIN) {
            return put_embedded(dump, &item, meaning);
        }
        put_hex(dump->out, &item);
        break;
    }
    return 0;
}

int manifest_dump(FILE *out, const uint8_t *bytes, size_t size,
                  struct diag *diag)
{
    struct dump dump = {out, {bytes, 0, size}, diag, 0};
    int err = walk_check(dump.walk, diag);

    err = err ? err : put_item(&dump, ENVELOPE);
    if (err == 0) {
        fputc('\n', out);
    }
    return err;
}
