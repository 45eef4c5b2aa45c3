/* SPDX-License-Identifier: MIT */
#include "manifest/read.h"

#include <string.h>

#include <mbedtls/build_info.h>
#include <mbedtls/sha256.h>

#include "manifest/numbers.h"

#define DIGEST 32u
#define UUID 16u
#define VERSION_PARTS 4u
#define NEST 4u

static const struct {
    int64_t key;
    const char *name;
    bool severable;
} sequences[MANIFEST_SEQUENCES] = {
    {SUIT_PAYLOAD_FETCH, "payload-fetch", true},
    {SUIT_INSTALL, "install", true},
    {SUIT_VALIDATE, "validate", false},
    {SUIT_LOAD, "load", false},
    {SUIT_INVOKE_MEMBER, "invoke", false},
};

int64_t manifest_sequence_key(unsigned index)
{
    return sequences[index].key;
}

const char *manifest_sequence_name(unsigned index)
{
    return sequences[index].name;
}

static int failed(size_t at, struct diag *diag, const char *what)
{
    return diag_fail(diag, OTALAB_ERR_FAILED, "byte %zu: %s", at, what);
}

/* ---- digests ------------------------------------------------------------------ */

/* [-16, 32 bytes] */
static int read_digest(struct walk *walk, const uint8_t **digest,
                       struct diag *diag)
{
    struct walk_item item;
    int64_t algorithm;
    size_t at = walk->at;
    int err = walk_expect(walk, WALK_ARRAY, "a digest", &item, diag);

    if (err == 0 && item.value != 2) {
        return failed(at, diag, "a digest has an algorithm and its bytes");
    }
    err =
        err ? err : walk_number(walk, "a digest's algorithm", &algorithm, diag);
    if (err == 0 && algorithm != SUIT_SHA256) {
        return failed(at, diag, "the digest's algorithm is not SHA-256 (-16)");
    }
    err = err ? err
              : walk_expect(walk, WALK_BYTES, "a digest's value", &item, diag);
    if (err == 0 && item.value != DIGEST) {
        return failed(item.at, diag, "a SHA-256 has 32 bytes");
    }
    *digest = item.data;
    return err;
}

static bool digest_is(const struct walk *part, const uint8_t *digest)
{
    uint8_t own[DIGEST];

    return mbedtls_sha256(part->bytes + part->at, part->end - part->at, own,
                          0) == 0 &&
           memcmp(own, digest, DIGEST) == 0;
}

/* ---- parameters and commands ---------------------------------------------------- */

enum form {
    FORM_POLICY, /* a number of 0 to 15 */
    FORM_UINT,
    FORM_UUID,
    FORM_DIGEST, /* in a byte string */
    FORM_SHA256, /* 32 bytes */
    FORM_BYTES,
    FORM_TEXT,
    FORM_BOOL,
    FORM_VERSION, /* [comparison, [numbers]] */
    FORM_MAP,     /* of parameters */
    FORM_SEQUENCE,
    FORM_TRY /* an array of sequences, or null at the end */
};

struct entry {
    int64_t number;
    enum form form;
};

static const struct entry commands[] = {
    {SUIT_VENDOR, FORM_POLICY},         {SUIT_CLASS, FORM_POLICY},
    {SUIT_IMAGE_MATCH, FORM_POLICY},    {SUIT_SLOT, FORM_POLICY},
    {SUIT_CONTENT, FORM_POLICY},        {SUIT_ABORT, FORM_POLICY},
    {SUIT_WRITE, FORM_POLICY},          {SUIT_FETCH, FORM_POLICY},
    {SUIT_COPY, FORM_POLICY},           {SUIT_INVOKE, FORM_POLICY},
    {SUIT_DEVICE, FORM_POLICY},         {SUIT_NOT_MATCH, FORM_POLICY},
    {SUIT_BATTERY, FORM_POLICY},        {SUIT_VERSION, FORM_POLICY},
    {SUIT_DELTA_ATTEMPTS, FORM_POLICY}, {SUIT_SET_COMPONENT, FORM_UINT},
    {SUIT_OVERRIDE, FORM_MAP},          {SUIT_TRY_EACH, FORM_TRY},
    {SUIT_RUN_SEQUENCE, FORM_SEQUENCE},
};

static const struct entry parameters[] = {
    {SUIT_PARAMETER_VENDOR, FORM_UUID},
    {SUIT_PARAMETER_CLASS, FORM_UUID},
    {SUIT_PARAMETER_DEVICE, FORM_UUID},
    {SUIT_PARAMETER_DIGEST, FORM_DIGEST},
    {SUIT_PARAMETER_SLOT, FORM_UINT},
    {SUIT_PARAMETER_STRICT, FORM_BOOL},
    {SUIT_PARAMETER_SOFT, FORM_BOOL},
    {SUIT_PARAMETER_SIZE, FORM_UINT},
    {SUIT_PARAMETER_CONTENT, FORM_BYTES},
    {SUIT_PARAMETER_URI, FORM_TEXT},
    {SUIT_PARAMETER_SOURCE, FORM_UINT},
    {SUIT_PARAMETER_BATTERY, FORM_UINT},
    {SUIT_PARAMETER_VERSION, FORM_VERSION},
    {SUIT_PARAMETER_COUNTER, FORM_UINT},
    {SUIT_PARAMETER_IMAGE, FORM_SHA256},
    {SUIT_PARAMETER_PATCH, FORM_UINT},
};

static const struct entry *find(const struct entry *table, size_t count,
                                int64_t number)
{
    for (size_t i = 0; i < count; i++) {
        if (table[i].number == number) {
            return &table[i];
        }
    }
    return NULL;
}

#define FIND(table, number) find(table, sizeof table / sizeof table[0], number)

static int read_bytes(struct walk *walk, enum form form, struct walk_item *item,
                      struct diag *diag)
{
    int err = walk_expect(walk, WALK_BYTES, "this parameter", item, diag);

    if (err == 0 && form == FORM_UUID && item->value != UUID) {
        return failed(item->at, diag, "a UUID has 16 bytes");
    }
    if (err == 0 && form == FORM_SHA256 && item->value != DIGEST) {
        return failed(item->at, diag, "a SHA-256 has 32 bytes");
    }
    return err;
}

static int read_comparison(struct walk *walk, struct diag *diag)
{
    struct walk_item item;
    int64_t number;
    size_t at = walk->at;
    int err = walk_expect(walk, WALK_ARRAY, "a version", &item, diag);

    if (err == 0 && item.value != 2) {
        return failed(at, diag, "a version has a comparison and its numbers");
    }
    err = err ? err : walk_number(walk, "a comparison", &number, diag);
    if (err == 0 && (number < 1 || number > 5)) {
        return failed(at, diag, "comparisons are 1 (>) to 5 (<)");
    }
    err = err ? err : walk_expect(walk, WALK_ARRAY, "a version", &item, diag);
    for (uint64_t i = 0; err == 0 && i < item.value; i++) {
        err = walk_number(walk, "a version's part", &number, diag);
    }
    return err;
}

/* What the walk has met before: the first of each counts as a fact. */
struct reading {
    struct manifest_facts *facts;
    unsigned nest;
    uint64_t component;
    struct diag *diag;
};

static void note_bytes(const uint8_t **fact, const uint8_t *data)
{
    if (*fact == NULL) {
        *fact = data;
    }
}

static void note(struct reading *reading, int64_t parameter,
                 const struct walk_item *item, const uint8_t *digest)
{
    struct manifest_facts *facts = reading->facts;

    if (parameter == SUIT_PARAMETER_PATCH) {
        facts->patches = true;
    }
    if (reading->component != 0) {
        return;
    }
    switch (parameter) {
    case SUIT_PARAMETER_VENDOR:
        note_bytes(&facts->vendor, item->data);
        break;
    case SUIT_PARAMETER_CLASS:
        note_bytes(&facts->class_id, item->data);
        break;
    case SUIT_PARAMETER_DIGEST:
        note_bytes(&facts->file_digest, digest);
        break;
    case SUIT_PARAMETER_IMAGE:
        note_bytes(&facts->image_digest, item->data);
        break;
    case SUIT_PARAMETER_SIZE:
        facts->size = facts->size != 0 ? facts->size : item->value;
        break;
    case SUIT_PARAMETER_COUNTER:
        facts->counter = facts->counter != 0 ? facts->counter : item->value;
        break;
    default:
        break;
    }
}

static int read_parameter(struct reading *reading, struct walk *walk)
{
    struct diag *diag = reading->diag;
    const uint8_t *digest = NULL;
    struct walk_item item = {0};
    size_t at = walk->at;
    int64_t number;
    int err = walk_number(walk, "a parameter", &number, diag);
    const struct entry *entry = FIND(parameters, number);

    if (err != 0) {
        return err;
    }
    if (entry == NULL) {
        return diag_fail(diag, OTALAB_ERR_FAILED,
                         "byte %zu: unknown parameter %lld", at,
                         (long long)number);
    }
    switch (entry->form) {
    case FORM_UINT:
        err = walk_expect(walk, WALK_UINT, "this parameter", &item, diag);
        break;
    case FORM_TEXT:
        err = walk_expect(walk, WALK_TEXT, "this parameter", &item, diag);
        break;
    case FORM_BOOL:
        err = walk_expect(walk, WALK_SIMPLE, "this parameter", &item, diag);
        break;
    case FORM_VERSION:
        err = read_comparison(walk, diag);
        break;
    default:
        err = read_bytes(walk, entry->form, &item, diag);
    }
    if (err == 0 && entry->form == FORM_DIGEST) {
        struct walk inner = walk_into(walk, &item);
        err = walk_check(inner, diag);
        err = err ? err : read_digest(&inner, &digest, diag);
    }
    if (err == 0) {
        note(reading, number, &item, digest);
    }
    return err;
}

static int read_sequence(struct reading *reading, struct walk walk);

static int read_nested(struct reading *reading, struct walk *walk,
                       const struct walk_item *item)
{
    if (reading->nest == NEST) {
        return failed(item->at, reading->diag,
                      "more than four sequences within each other");
    }
    reading->nest++;
    int err = read_sequence(reading, walk_into(walk, item));
    reading->nest--;
    return err;
}

static int read_branches(struct reading *reading, struct walk *walk)
{
    struct walk_item array;
    struct walk_item item;
    int err = walk_expect(walk, WALK_ARRAY, "try-each", &array, reading->diag);

    for (uint64_t i = 0; err == 0 && i < array.value; i++) {
        err = walk_next(walk, &item, reading->diag);
        bool last = i + 1 == array.value;

        if (err == 0 && last && item.type == WALK_SIMPLE && item.value == 22) {
            break; /* nothing need succeed */
        }
        if (err == 0 && item.type != WALK_BYTES) {
            return failed(item.at, reading->diag,
                          "a branch of try-each must be a byte string");
        }
        err = err ? err : read_nested(reading, walk, &item);
    }
    return err;
}

static int read_map(struct reading *reading, struct walk *walk)
{
    struct walk_item map;
    int err =
        walk_expect(walk, WALK_MAP, "override-parameters", &map, reading->diag);

    for (uint64_t i = 0; err == 0 && i < map.value; i++) {
        err = read_parameter(reading, walk);
    }
    return err;
}

static int read_plain(struct reading *reading, struct walk *walk,
                      const struct entry *entry)
{
    struct walk_item item;
    int err =
        walk_expect(walk, WALK_UINT, "this argument", &item, reading->diag);

    if (err != 0) {
        return err;
    }
    if (entry->form == FORM_POLICY && item.value > SUIT_REPORT_ALL) {
        return failed(item.at, reading->diag,
                      "a reporting policy is at most 15");
    }
    if (entry->number == SUIT_SET_COMPONENT) {
        reading->component = item.value;
        if (item.value >= reading->facts->components) {
            return failed(item.at, reading->diag,
                          "no component has this index");
        }
    }
    return 0;
}

static int read_command(struct reading *reading, struct walk *walk)
{
    struct diag *diag = reading->diag;
    struct walk_item item;
    size_t at = walk->at;
    int64_t number;
    int err = walk_number(walk, "a command", &number, diag);
    const struct entry *entry = FIND(commands, number);

    if (err != 0) {
        return err;
    }
    if (entry == NULL) {
        return diag_fail(diag, OTALAB_ERR_FAILED,
                         "byte %zu: unknown command %lld", at,
                         (long long)number);
    }
    switch (entry->form) {
    case FORM_MAP:
        return read_map(reading, walk);
    case FORM_TRY:
        return read_branches(reading, walk);
    case FORM_SEQUENCE:
        err = walk_expect(walk, WALK_BYTES, "run-sequence", &item, diag);
        return err ? err : read_nested(reading, walk, &item);
    default:
        return read_plain(reading, walk, entry);
    }
}

static int read_sequence(struct reading *reading, struct walk walk)
{
    struct walk_item array;
    size_t at = walk.at;
    int err = walk_check(walk, reading->diag);

    err = err ? err
              : walk_expect(&walk, WALK_ARRAY, "a sequence", &array,
                            reading->diag);
    if (err == 0 && (array.value == 0 || array.value % 2 != 0)) {
        return failed(at, reading->diag,
                      "a sequence is commands, each with its argument");
    }
    while (err == 0 && walk.at < walk.end) {
        err = read_command(reading, &walk);
    }
    return err;
}

/* ---- common ------------------------------------------------------------------------ */

static int read_components(struct walk *walk, struct manifest_facts *facts,
                           struct diag *diag)
{
    struct walk_item array;
    struct walk_item item;
    int err = walk_expect(walk, WALK_ARRAY, "the components", &array, diag);

    for (uint64_t i = 0; err == 0 && i < array.value; i++) {
        struct walk_item name;
        err = walk_expect(walk, WALK_ARRAY, "a component", &name, diag);
        for (uint64_t k = 0; err == 0 && k < name.value; k++) {
            err = walk_expect(walk, WALK_BYTES, "a component's part", &item,
                              diag);
        }
    }
    facts->components = array.value;
    return err;
}

static int read_common(struct manifest_facts *facts, struct diag *diag)
{
    struct walk walk = facts->common;
    struct walk_item map;
    struct walk_item item;
    int64_t key;
    int err = walk_check(walk, diag);

    err = err ? err : walk_expect(&walk, WALK_MAP, "common", &map, diag);
    for (uint64_t i = 0; err == 0 && i < map.value; i++) {
        size_t at = walk.at;
        err = walk_number(&walk, "a key of common", &key, diag);
        if (err == 0 && key == SUIT_COMPONENTS) {
            err = read_components(&walk, facts, diag);
        } else if (err == 0 && key == SUIT_SHARED) {
            err = walk_expect(&walk, WALK_BYTES, "the shared sequence", &item,
                              diag);
            facts->shared = walk_into(&walk, &item);
        } else if (err == 0) {
            return failed(at, diag, "unknown key of common");
        }
    }
    return err;
}

/* ---- the manifest ------------------------------------------------------------------- */

struct severed {
    const uint8_t *digest; /* NULL: not severed */
    bool there;
};

struct members {
    struct severed sequence[MANIFEST_SEQUENCES];
    struct severed text;
};

static int read_set_version(struct walk *walk, struct manifest_facts *facts,
                            struct diag *diag)
{
    struct walk_item array;
    size_t at = walk->at;
    int64_t part;
    int err = walk_expect(walk, WALK_ARRAY, "set-version", &array, diag);

    if (err == 0 && array.value > VERSION_PARTS) {
        return failed(at, diag, "versions have at most four parts");
    }
    for (uint64_t i = 0; err == 0 && i < array.value; i++) {
        err = walk_number(walk, "a version's part", &part, diag);
        facts->version[i] = part < 0 ? 0 : (uint64_t)part;
    }
    facts->has_version = err == 0;
    return err;
}

/* In the manifest: the member itself, or its digest. */
static int read_severable(struct walk *walk, struct walk *inner,
                          struct severed *severed, bool may, struct diag *diag)
{
    struct walk peek = *walk;
    struct walk_item item;
    int err = walk_next(&peek, &item, diag);

    if (err == 0 && may && item.type == WALK_ARRAY) {
        return read_digest(walk, &severed->digest, diag);
    }
    err = err ? err : walk_expect(walk, WALK_BYTES, "this member", &item, diag);
    if (err == 0 && inner != NULL) {
        *inner = walk_into(walk, &item);
    }
    return err;
}

static int index_of(int64_t key)
{
    for (unsigned i = 0; i < MANIFEST_SEQUENCES; i++) {
        if (sequences[i].key == key) {
            return (int)i;
        }
    }
    return -1;
}

static int read_member(struct walk *walk, int64_t key,
                       struct manifest_facts *facts, struct members *members,
                       struct diag *diag)
{
    struct walk_item item = {0};
    int index = index_of(key);
    size_t at = walk->at;
    int err = 0;

    if (index >= 0) {
        return read_severable(walk, &facts->sequence_of[index],
                              &members->sequence[index],
                              sequences[index].severable, diag);
    }
    switch (key) {
    case SUIT_MANIFEST_VERSION:
        err = walk_expect(walk, WALK_UINT, "the version", &item, diag);
        return err == 0 && item.value != 1
                   ? failed(at, diag, "the manifest's version is not 1")
                   : err;
    case SUIT_SEQUENCE:
        err = walk_expect(walk, WALK_UINT, "the sequence number", &item, diag);
        facts->sequence = item.value;
        facts->has_sequence = true;
        return err;
    case SUIT_COMMON:
        err = walk_expect(walk, WALK_BYTES, "common", &item, diag);
        facts->common = walk_into(walk, &item);
        return err;
    case SUIT_REFERENCE:
        return walk_expect(walk, WALK_TEXT, "the reference URI", &item, diag);
    case SUIT_SET_VERSION:
        return read_set_version(walk, facts, diag);
    case SUIT_TEXT:
        return read_severable(walk, NULL, &members->text, true, diag);
    case SUIT_OLD_INSTALL:
        return failed(at, diag,
                      "install has key 20; key 17 is that of older "
                      "drafts");
    default:
        return failed(at, diag, "unknown key of a manifest");
    }
}

static int read_members(struct manifest_facts *facts, struct members *members,
                        struct diag *diag)
{
    struct walk walk = facts->manifest;
    struct walk_item item;
    int64_t key;
    int err = walk_expect(&walk, WALK_BYTES, "the manifest", &item, diag);

    walk = walk_into(&walk, &item);
    err = err ? err : walk_check(walk, diag);
    err = err ? err : walk_expect(&walk, WALK_MAP, "the manifest", &item, diag);
    for (uint64_t i = 0; err == 0 && i < item.value; i++) {
        err = walk_number(&walk, "a key of the manifest", &key, diag);
        err = err ? err : read_member(&walk, key, facts, members, diag);
    }
    if (err == 0 && !facts->has_sequence) {
        return failed(facts->manifest.at, diag, "no sequence number");
    }
    return err == 0 && facts->common.bytes == NULL
               ? failed(facts->manifest.at, diag, "no common part")
               : err;
}

static int read_sequences(struct manifest_facts *facts, struct diag *diag)
{
    struct reading reading = {.facts = facts, .diag = diag};
    int err = 0;

    if (facts->shared.bytes != NULL) {
        err = read_sequence(&reading, facts->shared);
    }
    for (unsigned i = 0; err == 0 && i < MANIFEST_SEQUENCES; i++) {
        reading.component = 0;
        if (facts->sequence_of[i].bytes != NULL) {
            err = read_sequence(&reading, facts->sequence_of[i]);
        }
    }
    return err;
}

/* ---- signatures ----------------------------------------------------------------------- */

static int read_headers(struct walk walk, struct manifest_signature *signature,
                        struct diag *diag)
{
    struct walk_item map;
    int64_t key;
    int err = walk_expect(&walk, WALK_MAP, "COSE headers", &map, diag);

    for (uint64_t i = 0; err == 0 && i < map.value; i++) {
        err = walk_number(&walk, "a COSE header", &key, diag);
        if (err == 0 && key == COSE_ALGORITHM) {
            err = walk_number(&walk, "the algorithm", &signature->algorithm,
                              diag);
        } else if (err == 0 && key == COSE_KEY_ID) {
            struct walk_item id;
            err = walk_expect(&walk, WALK_BYTES, "the key's name", &id, diag);
            signature->key_id = err == 0 && id.value == DIGEST ? id.data : NULL;
        } else if (err == 0) {
            err = walk_skip(&walk, diag);
        }
    }
    return err;
}

static int read_sign1(struct walk walk, struct manifest_signature *signature,
                      struct diag *diag)
{
    struct walk_item item;
    size_t at = walk.at;
    int err = walk_check(walk, diag);

    err = err ? err : walk_expect(&walk, WALK_TAG, "a signature", &item, diag);
    if (err == 0 && item.value != COSE_SIGN1) {
        return failed(at, diag, "only COSE_Sign1 (tag 18) is understood");
    }
    err = err ? err : walk_expect(&walk, WALK_ARRAY, "COSE_Sign1", &item, diag);
    if (err == 0 && item.value != 4) {
        return failed(at, diag, "COSE_Sign1 has four parts");
    }
    err = err ? err
              : walk_expect(&walk, WALK_BYTES, "the protected headers", &item,
                            diag);
    if (err == 0) {
        signature->protected = walk_into(&walk, &item);
        err = walk_check(signature->protected, diag);
        err = err ? err : read_headers(signature->protected, signature, diag);
    }
    err = err ? err : read_headers(walk, signature, diag);
    err = err ? err : walk_skip(&walk, diag);
    err =
        err ? err : walk_expect(&walk, WALK_SIMPLE, "the payload", &item, diag);
    if (err == 0 && item.value != 22) {
        return failed(item.at, diag,
                      "the payload of the signature must be nil");
    }
    err = err ? err
              : walk_expect(&walk, WALK_BYTES, "the signature", &item, diag);
    if (err == 0 && item.value != 64) {
        return failed(item.at, diag, "a signature on P-256 has 64 bytes");
    }
    signature->raw = item.data;
    return err;
}

static int read_wrapper(struct walk walk, struct manifest_facts *facts,
                        struct diag *diag)
{
    const uint8_t *digest;
    struct walk_item array;
    struct walk_item item;
    int err = walk_check(walk, diag);

    err = err ? err
              : walk_expect(&walk, WALK_ARRAY, "the authentication wrapper",
                            &array, diag);
    for (uint64_t i = 0; err == 0 && i < array.value; i++) {
        err = walk_expect(&walk, WALK_BYTES, "a part of the wrapper", &item,
                          diag);
        struct walk inner = walk_into(&walk, &item);

        if (err == 0 && i == 0) {
            facts->digest = inner;
            err = walk_check(inner, diag);
            err = err ? err : read_digest(&inner, &digest, diag);
        } else if (err == 0 && facts->signatures < MANIFEST_SIGNERS) {
            err =
                read_sign1(inner, &facts->signature[facts->signatures++], diag);
        }
    }
    return err == 0 && facts->digest.bytes == NULL
               ? failed(walk.at, diag, "the wrapper has no digest")
               : err;
}

/* ---- the envelope --------------------------------------------------------------------- */

/* Members of the envelope, before anything in them is believed. */
struct envelope {
    struct walk wrapper;
    struct walk severed[MANIFEST_SEQUENCES]; /* with their heads */
    struct walk text;
};

static int read_envelope_member(struct walk *walk, struct envelope *envelope,
                                struct manifest_facts *facts, struct diag *diag)
{
    struct walk peek = *walk;
    struct walk_item item;
    int64_t key;
    int err = walk_next(&peek, &item, diag);

    if (err == 0 && item.type == WALK_TEXT) { /* an integrated payload */
        err = walk_skip(walk, diag);
        return err ? err : walk_skip(walk, diag);
    }
    size_t at = walk->at;
    err = err ? err : walk_number(walk, "a key of the envelope", &key, diag);
    if (err != 0) {
        return err;
    }
    struct walk value = *walk;
    err = walk_expect(walk, WALK_BYTES, "a member", &item, diag);
    value.end = walk->at;
    int index = index_of(key);
    if (key == SUIT_AUTHENTICATION) {
        envelope->wrapper = walk_into(walk, &item);
    } else if (key == SUIT_MANIFEST) {
        facts->manifest = value;
    } else if (index >= 0 && sequences[index].severable) {
        envelope->severed[index] = value;
    } else if (key == SUIT_TEXT) {
        envelope->text = value;
    } else {
        return failed(at, diag, "unknown key of an envelope");
    }
    return err;
}

static int read_envelope(struct walk walk, struct envelope *envelope,
                         struct manifest_facts *facts, struct diag *diag)
{
    struct walk_item item;
    int err = walk_check(walk, diag);

    err = err ? err : walk_expect(&walk, WALK_TAG, "an envelope", &item, diag);
    if (err == 0 && item.value != SUIT_ENVELOPE) {
        return failed(0, diag, "not a SUIT envelope: its tag is not 107");
    }
    err = err ? err : walk_expect(&walk, WALK_MAP, "an envelope", &item, diag);
    for (uint64_t i = 0; err == 0 && i < item.value; i++) {
        err = read_envelope_member(&walk, envelope, facts, diag);
    }
    if (err == 0 &&
        (envelope->wrapper.bytes == NULL || facts->manifest.bytes == NULL)) {
        return failed(0, diag,
                      "an envelope needs an authentication wrapper (2) and a "
                      "manifest (3)");
    }
    return err;
}

/* A severed member that came along is the one that the manifest means. */
static int join(const struct walk *member, struct severed *severed,
                struct walk *inner, struct diag *diag)
{
    struct walk walk = *member;
    struct walk_item item;

    if (member->bytes == NULL) {
        return 0;
    }
    if (severed->digest == NULL || !digest_is(member, severed->digest)) {
        return failed(member->at, diag,
                      "a severed member is not the one whose digest is in the "
                      "manifest");
    }
    severed->there = true;
    int err = walk_expect(&walk, WALK_BYTES, "a member", &item, diag);
    if (err == 0 && inner != NULL) {
        *inner = walk_into(&walk, &item);
    }
    return err;
}

static int join_all(const struct envelope *envelope, struct members *members,
                    struct manifest_facts *facts, struct diag *diag)
{
    int err = join(&envelope->text, &members->text, NULL, diag);

    for (unsigned i = 0; err == 0 && i < MANIFEST_SEQUENCES; i++) {
        struct severed *severed = &members->sequence[i];

        err =
            join(&envelope->severed[i], severed, &facts->sequence_of[i], diag);
        facts->severed[i] = severed->digest != NULL && !severed->there;
    }
    return err;
}

int manifest_read(const uint8_t *bytes, size_t size,
                  struct manifest_facts *facts, struct diag *diag)
{
    struct envelope envelope = {0};
    struct members members = {0};
    const uint8_t *digest = NULL;

    memset(facts, 0, sizeof *facts);
    int err =
        read_envelope((struct walk){bytes, 0, size}, &envelope, facts, diag);
    err = err ? err : read_wrapper(envelope.wrapper, facts, diag);
    if (err == 0) {
        struct walk walk = facts->digest;
        err = read_digest(&walk, &digest, diag);
    }
    if (err == 0 && !digest_is(&facts->manifest, digest)) {
        return failed(facts->manifest.at, diag,
                      "the manifest does not have the digest of its wrapper");
    }
    err = err ? err : read_members(facts, &members, diag);
    err = err ? err : join_all(&envelope, &members, facts, diag);
    err = err ? err : read_common(facts, diag);
    return err ? err : read_sequences(facts, diag);
}

/* ---- who signed it ---------------------------------------------------------------------- */

/* ["Signature1", protected, h'', the encoded digest] */
static int signed_hash(const struct manifest_facts *facts,
                       const struct manifest_signature *signature,
                       uint8_t hash[DIGEST])
{
    static const uint8_t head[] = "\x84\x6aSignature1";
    size_t protected = signature->protected.end - signature->protected.at;
    size_t digest = facts->digest.end - facts->digest.at;
    uint8_t text[160];
    size_t used = sizeof head - 1;

    if (protected > 23 || digest > 64) { /* one byte, and two, of length */
        return -1;
    }
    memcpy(text, head, used);
    text[used++] = (uint8_t)(0x40 | protected);
    memcpy(text + used, signature->protected.bytes + signature->protected.at,
           protected);
    used += protected;
    text[used++] = 0x40;
    text[used++] = 0x58;
    text[used++] = (uint8_t)digest;
    memcpy(text + used, facts->digest.bytes + facts->digest.at, digest);
    return mbedtls_sha256(text, used + digest, hash, 0);
}

static bool signed_by(const struct manifest_facts *facts,
                      const struct manifest_signature *signature,
                      const struct key *key)
{
    uint8_t hash[DIGEST];
    bool known = signature->algorithm == COSE_ES256 ||
                 signature->algorithm == COSE_ESP256;

    return known && signed_hash(facts, signature, hash) == 0 &&
           key_verify_raw(key, hash, signature->raw);
}

int manifest_signer(const struct manifest_facts *facts, const struct key *keys,
                    unsigned count, struct diag *diag)
{
    if (facts->signatures == 0) {
        return diag_fail(diag, OTALAB_ERR_FAILED,
                         "not signed; otalab manifest sign does that");
    }
    for (unsigned i = 0; i < facts->signatures; i++) {
        for (unsigned k = 0; k < count; k++) {
            if (signed_by(facts, &facts->signature[i], &keys[k])) {
                return (int)k;
            }
        }
    }
    return diag_fail(diag, OTALAB_ERR_FAILED, "not signed by %s",
                     count == 1 ? "that key" : "any of those keys");
}
