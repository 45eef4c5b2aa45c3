/* SPDX-License-Identifier: MIT */
/* Envelope, signature, digests, and the manifest's map. */
#include "ota/manifest.h"

#include <string.h>

#include "ota/crypto.h"
#include "ota/keys.h"
#include "ota/manifest_digest.h"

enum {
    TAG_ENVELOPE = 107,
    TAG_SIGN1 = 18,
    ALG_ES256 = -7,
    ALG_ESP256 = -9,
    HEADER_ALG = 1,
    HEADER_KID = 4
};

/* Keys of envelope and manifest. */
enum {
    KEY_VERSION = 1,
    KEY_SEQUENCE = 2,
    KEY_COMMON = 3,
    KEY_REFERENCE = 4,
    KEY_SET_VERSION = 6,
    KEY_VALIDATE = 7,
    KEY_INVOKE = 9,
    KEY_FETCH = 16,
    KEY_INSTALL = 20,
    KEY_TEXT = 23,
    ENVELOPE_AUTH = 2,
    ENVELOPE_MANIFEST = 3,
    COMMON_COMPONENTS = 2,
    COMMON_SHARED = 4
};

enum { SEVERABLE = 3, MEMBERS_MAX = 23 /* the map's head is one byte */ };
static const int32_t severable[SEVERABLE] = {KEY_FETCH, KEY_INSTALL, KEY_TEXT};

struct member {
    struct cbor_span whole; /* with its head: what digests cover */
    struct cbor_span value;
};

struct envelope {
    struct cbor_span auth;
    struct member manifest;
    struct member severed[SEVERABLE];
    uint32_t kept_length;
};

static struct cbor_span span_of(const uint8_t *bytes, uint32_t length)
{
    return (struct cbor_span){bytes, length};
}

static int severable_at(int32_t key)
{
    for (int i = 0; i < SEVERABLE; i++) {
        if (severable[i] == key) {
            return i;
        }
    }
    return -1;
}

/* ---- envelope ------------------------------------------------------------------- */

/* Payloads that are part of the envelope have a name. */
static bool read_payload(struct cbor *reader, struct cbor_span name)
{
    struct cbor_span payload;

    return name.length > 1 && name.bytes[0] == '#' &&
           cbor_bytes(reader, &payload);
}

static bool read_member(struct cbor *reader, int32_t key, struct cbor_span name,
                        struct envelope *out)
{
    int at = severable_at(key);

    if (name.bytes != NULL) {
        return read_payload(reader, name);
    }
    if (key == ENVELOPE_AUTH) {
        return cbor_bytes(reader, &out->auth);
    }
    if (key == ENVELOPE_MANIFEST) {
        return cbor_whole(reader, &out->manifest.whole, &out->manifest.value);
    }
    return at >= 0 &&
           cbor_whole(reader, &out->severed[at].whole, &out->severed[at].value);
}

static enum agent_why read_envelope(struct cbor_span bytes,
                                    struct envelope *out)
{
    struct cbor reader = cbor_open(bytes);
    struct cbor_keys keys;
    struct cbor_span name;
    int32_t key;

    memset(out, 0, sizeof(*out));
    if (bytes.length > OTA_MANIFEST_MAX || !cbor_tag(&reader, TAG_ENVELOPE) ||
        !cbor_map(&reader, &keys) || keys.left > MEMBERS_MAX) {
        return AGENT_WHY_BAD_MANIFEST;
    }
    while (cbor_key(&reader, &keys, &key, &name)) {
        if (!read_member(&reader, key, name, out)) {
            return AGENT_WHY_BAD_MANIFEST;
        }
        if (key == ENVELOPE_MANIFEST) {
            out->kept_length = (uint32_t)(reader.at - bytes.bytes);
        }
    }
    return cbor_is_over(&reader) && out->auth.bytes != NULL &&
                   out->manifest.value.bytes != NULL &&
                   out->kept_length <= OTA_MANIFEST_KEPT
               ? AGENT_WHY_NONE
               : AGENT_WHY_BAD_MANIFEST;
}

/* Tag and map head take three bytes, and members 2 and 3 come first. */
void ota_manifest_keep(const struct ota_manifest *manifest,
                       struct cbor_span envelope, uint8_t *out)
{
    memcpy(out, envelope.bytes, manifest->kept_length);
    out[2] = 0xA2;
}

/* ---- digests ------------------------------------------------------------------------ */

static bool has_digest(const struct image_keys *keys, struct cbor_span bytes,
                       const uint8_t *digest)
{
    uint8_t computed[OTA_DIGEST_SIZE];

    return keys_sha256(keys, bytes.bytes, bytes.length, computed) &&
           memcmp(computed, digest, OTA_DIGEST_SIZE) == 0;
}

/* ---- signature ------------------------------------------------------------------------ */

struct signature {
    struct cbor_span digest;  /* SUIT_Digest as encoded */
    const uint8_t *value;     /* of that */
    struct cbor_span headers; /* protected, as encoded */
    const uint8_t *kid;       /* NULL: not given */
    const uint8_t *rs;        /* CRYPTO_SIGNATURE_SIZE bytes */
};

/* Exactly the algorithm. */
static enum agent_why read_protected(struct cbor_span headers)
{
    struct cbor reader = cbor_open(headers);
    struct cbor_keys keys;
    struct cbor_span name;
    int32_t key;
    int32_t algorithm;

    if (!cbor_map(&reader, &keys) || keys.left != 1 ||
        !cbor_key(&reader, &keys, &key, &name) || key != HEADER_ALG ||
        !cbor_int(&reader, &algorithm) || !cbor_is_over(&reader)) {
        return AGENT_WHY_BAD_COSE;
    }
    return algorithm == ALG_ES256 || algorithm == ALG_ESP256
               ? AGENT_WHY_NONE
               : AGENT_WHY_BAD_ALGORITHM;
}

/* Nothing, or the key's name. */
static bool read_unprotected(struct cbor *reader, const uint8_t **kid)
{
    struct cbor_keys keys;
    struct cbor_span name;
    struct cbor_span value;
    int32_t key;

    *kid = NULL;
    if (!cbor_map(reader, &keys)) {
        return false;
    }
    while (cbor_key(reader, &keys, &key, &name)) {
        if (key != HEADER_KID || !cbor_bytes(reader, &value) ||
            value.length != OTA_DIGEST_SIZE) {
            return false;
        }
        *kid = value.bytes;
    }
    return !reader->bad;
}

static enum agent_why read_sign1(struct cbor_span bytes, struct signature *out)
{
    struct cbor reader = cbor_open(bytes);
    struct cbor_span rs;
    uint32_t count;

    if (!cbor_tag(&reader, TAG_SIGN1) || !cbor_array(&reader, &count) ||
        count != 4 || !cbor_bytes(&reader, &out->headers)) {
        return AGENT_WHY_BAD_COSE;
    }
    enum agent_why why = read_protected(out->headers);
    if (why) {
        return why;
    }
    return read_unprotected(&reader, &out->kid) && cbor_null(&reader) &&
                   cbor_bytes(&reader, &rs) && cbor_is_over(&reader) &&
                   rs.length == CRYPTO_SIGNATURE_SIZE &&
                   (out->rs = rs.bytes) != NULL
               ? AGENT_WHY_NONE
               : AGENT_WHY_BAD_COSE;
}

static enum agent_why read_auth(struct cbor_span bytes, struct signature *out)
{
    struct cbor reader = cbor_open(bytes);
    struct cbor_span block;
    uint32_t count;
    enum agent_why why;

    if (!cbor_array(&reader, &count) || count != 2 ||
        !cbor_bytes(&reader, &out->digest) || !cbor_bytes(&reader, &block) ||
        !cbor_is_over(&reader)) {
        return AGENT_WHY_BAD_MANIFEST;
    }
    reader = cbor_open(out->digest);
    out->value = ota_manifest_digest(&reader, &why);
    if (why || !cbor_is_over(&reader)) {
        return why ? why : AGENT_WHY_BAD_MANIFEST;
    }
    return read_sign1(block, out);
}

static uint8_t *put(uint8_t *at, const void *bytes, uint32_t length)
{
    memcpy(at, bytes, length);
    return at + length;
}

/* Of Sig_structure (RFC 9052, section 4.4), with no external data. The lengths
 * of both strings are fixed by what was accepted of them. */
static bool digest_signed(const struct image_keys *keys,
                          const struct signature *signature,
                          uint8_t digest[OTA_DIGEST_SIZE])
{
    static const uint8_t head[] = {0x84, 0x6A, 'S', 'i', 'g', 'n', 'a',
                                   't',  'u',  'r', 'e', '1', 0x43};
    static const uint8_t middle[] = {0x40, 0x58, 36};
    uint8_t bytes[sizeof(head) + 3 + sizeof(middle) + 36];
    uint8_t *at = bytes;

    if (signature->headers.length != 3 || signature->digest.length != 36) {
        return false;
    }
    at = put(at, head, sizeof(head));
    at = put(at, signature->headers.bytes, 3);
    at = put(at, middle, sizeof(middle));
    (void)put(at, signature->digest.bytes, 36);
    return keys_sha256(keys, bytes, sizeof(bytes), digest);
}

static enum agent_why check_kid(const struct image_keys *keys,
                                const struct signature *signature,
                                const uint8_t *kid,
                                const uint8_t digest[OTA_DIGEST_SIZE])
{
    const uint8_t *point;
    enum ota_reason reason = keys_find(keys, kid, NULL, &point);

    if (reason) {
        return reason == OTA_REASON_KEY_REVOKED ? AGENT_WHY_KEY_REVOKED
                                                : AGENT_WHY_BAD_SIGNATURE;
    }
    return keys_verify(keys, signature->rs, point, digest)
               ? AGENT_WHY_NONE
               : AGENT_WHY_BAD_SIGNATURE;
}

/* The key has no name: each that is known may be meant. */
static enum agent_why check_any(const struct image_keys *keys,
                                const struct signature *signature,
                                const uint8_t digest[OTA_DIGEST_SIZE])
{
    enum agent_why why = AGENT_WHY_BAD_SIGNATURE;
    uint8_t kid[OTA_DIGEST_SIZE];

    for (uint32_t i = 0; i < keys->spki_count && why; i++) {
        if (crypto_sha256(keys->spki[i], IMAGE_SPKI_SIZE, kid)) {
            why = check_kid(keys, signature, kid, digest);
        }
    }
    return why;
}

static enum agent_why check_signature(const struct image_keys *keys,
                                      const struct envelope *envelope)
{
    struct signature signature;
    uint8_t digest[OTA_DIGEST_SIZE];
    enum agent_why why = read_auth(envelope->auth, &signature);

    if (why) {
        return why;
    }
    if (!digest_signed(keys, &signature, digest)) {
        return AGENT_WHY_BAD_SIGNATURE;
    }
    why = signature.kid ? check_kid(keys, &signature, signature.kid, digest)
                        : check_any(keys, &signature, digest);
    if (why) {
        return why;
    }
    return has_digest(keys, envelope->manifest.whole, signature.value)
               ? AGENT_WHY_NONE
               : AGENT_WHY_BAD_SIGNATURE;
}

/* ---- the manifest ------------------------------------------------------------------------ */

struct reading {
    struct cbor reader;
    const struct envelope *envelope;
    const struct image_keys *keys;
    struct ota_manifest *out;
    unsigned seen;    /* a bit for each key below 32 */
    unsigned claimed; /* severed members whose digest is there */
    enum agent_why why;
};

static bool refuse(struct reading *reading, enum agent_why why)
{
    reading->why = why;
    return false;
}

static bool read_version(struct reading *reading)
{
    uint32_t version;

    return cbor_uint(&reading->reader, &version) && version == 1;
}

static bool read_release(struct reading *reading)
{
    return cbor_uint(&reading->reader, &reading->out->release);
}

static bool read_reference(struct reading *reading)
{
    struct cbor_span uri;

    return cbor_text(&reading->reader, &uri);
}

static bool read_set_version(struct reading *reading)
{
    uint32_t count;

    if (!cbor_array(&reading->reader, &count) || count == 0 || count > 4) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (!cbor_uint(&reading->reader, &reading->out->version[i])) {
            return false;
        }
    }
    return true;
}

static bool read_name(struct reading *reading, struct cbor *reader,
                      struct cbor_span *name)
{
    const uint8_t *from = reader->at;
    struct cbor_span part;
    uint32_t parts;

    if (!cbor_array(reader, &parts) || parts == 0) {
        return false;
    }
    for (uint32_t i = 0; i < parts; i++) {
        if (!cbor_bytes(reader, &part)) {
            return refuse(reading, AGENT_WHY_BAD_MANIFEST);
        }
    }
    *name = span_of(from, (uint32_t)(reader->at - from));
    return true;
}

static bool read_components(struct reading *reading, struct cbor *reader)
{
    struct ota_manifest *out = reading->out;

    if (!cbor_array(reader, &out->components) || out->components == 0) {
        return false;
    }
    if (out->components > OTA_MANIFEST_COMPONENTS) {
        return refuse(reading, AGENT_WHY_BAD_COMPONENT);
    }
    for (uint32_t i = 0; i < out->components; i++) {
        if (!read_name(reading, reader, &out->names[i])) {
            return false;
        }
    }
    return true;
}

static bool read_common(struct reading *reading)
{
    struct cbor_span *shared = &reading->out->sequences[OTA_MANIFEST_SHARED];
    struct cbor_span bytes;
    struct cbor_span name;
    struct cbor_keys keys;
    int32_t key;

    (void)cbor_bytes(&reading->reader, &bytes);
    struct cbor reader = cbor_open(bytes);
    (void)cbor_map(&reader, &keys);
    while (cbor_key(&reader, &keys, &key, &name)) {
        if (key == COMMON_COMPONENTS ? !read_components(reading, &reader)
            : key == COMMON_SHARED   ? !cbor_bytes(&reader, shared)
                                     : true) {
            return false;
        }
    }
    return cbor_is_over(&reader) && reading->out->components != 0 &&
           shared->bytes != NULL;
}

/* The digest of a severed member, and the member, if it is there. */
static bool read_severed(struct reading *reading, int at,
                         struct cbor_span *value)
{
    const struct member *member = &reading->envelope->severed[at];
    enum agent_why why;
    const uint8_t *digest = ota_manifest_digest(&reading->reader, &why);

    if (digest == NULL) {
        return refuse(reading, why);
    }
    reading->claimed |= 1u << at;
    if (member->whole.bytes != NULL &&
        !has_digest(reading->keys, member->whole, digest)) {
        return refuse(reading, AGENT_WHY_BAD_SEVERING);
    }
    *value = member->value;
    return true;
}

static bool read_member_of(struct reading *reading, int32_t key,
                           struct cbor_span *value)
{
    int at = severable_at(key);

    return cbor_next(&reading->reader) == CBOR_ARRAY && at >= 0
               ? read_severed(reading, at, value)
               : cbor_bytes(&reading->reader, value);
}

static bool read_text(struct reading *reading)
{
    struct cbor_span text;

    return read_member_of(reading, KEY_TEXT, &text);
}

static bool read_sequence(struct reading *reading, int32_t key,
                          enum ota_manifest_sequence sequence)
{
    struct cbor_span *value = &reading->out->sequences[sequence];
    bool done = read_member_of(reading, key, value);

    reading->out->severed[sequence] = value->bytes == NULL;
    return done;
}

/* What is not here is not understood, load (8) and the install (17) of older
 * drafts included. */
static const struct {
    int32_t key;
    bool (*read)(struct reading *reading); /* NULL: a sequence */
    enum ota_manifest_sequence sequence;
} parts[] = {
    {KEY_VERSION, read_version, 0},
    {KEY_SEQUENCE, read_release, 0},
    {KEY_COMMON, read_common, 0},
    {KEY_REFERENCE, read_reference, 0},
    {KEY_SET_VERSION, read_set_version, 0},
    {KEY_VALIDATE, NULL, OTA_MANIFEST_VALIDATE},
    {KEY_INVOKE, NULL, OTA_MANIFEST_INVOKE},
    {KEY_FETCH, NULL, OTA_MANIFEST_FETCH},
    {KEY_INSTALL, NULL, OTA_MANIFEST_INSTALL},
    {KEY_TEXT, read_text, 0},
};

static bool read_part(struct reading *reading, int32_t key)
{
    for (unsigned i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (parts[i].key == key) {
            reading->seen |= 1u << key;
            return parts[i].read
                       ? parts[i].read(reading)
                       : read_sequence(reading, key, parts[i].sequence);
        }
    }
    return false;
}

/* Each member that is there must have its digest. */
static bool all_claimed(const struct reading *reading)
{
    for (unsigned i = 0; i < SEVERABLE; i++) {
        if (reading->envelope->severed[i].whole.bytes != NULL &&
            (reading->claimed & 1u << i) == 0) {
            return false;
        }
    }
    return true;
}

static enum agent_why read_manifest(struct reading *reading)
{
    const unsigned must =
        1u << KEY_VERSION | 1u << KEY_SEQUENCE | 1u << KEY_COMMON;
    struct cbor_keys keys;
    struct cbor_span name;
    int32_t key;

    (void)cbor_map(&reading->reader, &keys);
    while (cbor_key(&reading->reader, &keys, &key, &name)) {
        if (name.bytes != NULL || !read_part(reading, key)) {
            return reading->why ? reading->why : AGENT_WHY_BAD_MANIFEST;
        }
    }
    if (!cbor_is_over(&reading->reader) || (reading->seen & must) != must) {
        return AGENT_WHY_BAD_MANIFEST;
    }
    return all_claimed(reading) ? AGENT_WHY_NONE : AGENT_WHY_BAD_SEVERING;
}

static enum agent_why check_sequences(const struct ota_manifest *manifest)
{
    enum agent_why why = AGENT_WHY_NONE;

    for (unsigned i = 0; i < OTA_MANIFEST_SEQUENCES && !why; i++) {
        why = ota_manifest_check(manifest, (enum ota_manifest_sequence)i);
    }
    return why;
}

static enum agent_why read_verified(const struct envelope *envelope,
                                    const struct image_keys *keys,
                                    struct ota_manifest *out)
{
    struct reading reading = {.reader = cbor_open(envelope->manifest.value),
                              .envelope = envelope,
                              .keys = keys,
                              .out = out};
    enum agent_why why = read_manifest(&reading);

    return why ? why : check_sequences(out);
}

static enum agent_why read_all(struct cbor_span bytes,
                               const struct image_keys *keys,
                               struct ota_manifest *out)
{
    struct envelope envelope;
    enum agent_why why = read_envelope(bytes, &envelope);

    memset(out, 0, sizeof(*out));
    why = why ? why : check_signature(keys, &envelope);
    why = why ? why : read_verified(&envelope, keys, out);
    if (why) {
        memset(out, 0, sizeof(*out));
        return why;
    }
    out->kept_length = envelope.kept_length;
    return AGENT_WHY_NONE;
}

enum agent_why ota_manifest_read(struct cbor_span envelope,
                                 const struct image_keys *keys,
                                 struct ota_manifest *out)
{
    enum agent_why why = read_all(envelope, keys, out);

    if (why && keys->crypto) { /* only software may refuse */
        struct image_keys software = *keys;

        software.crypto = NULL;
        why = read_all(envelope, &software, out);
    }
    return why;
}
