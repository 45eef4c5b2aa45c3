/* SPDX-License-Identifier: MIT */
#include "manifest/make.h"

#include <cbor.h>
#include <string.h>

#include <mbedtls/build_info.h>
#include <mbedtls/sha1.h>
#include <mbedtls/sha256.h>

#include "image/format.h"
#include "image/image_read.h"
#include "manifest/numbers.h"
#include "manifest/walk.h"

#define DIGEST 32u
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- writing ---------------------------------------------------------------- */

/* Room for any part; larger than a whole envelope may be. */
struct part {
    uint8_t bytes[MANIFEST_FILE_MAX + 64u];
    size_t used;
    bool full;
};

static void put(struct part *part, const void *bytes, size_t size)
{
    if (size > sizeof part->bytes - part->used) {
        part->full = true;
        return;
    }
    if (size != 0) {
        memcpy(part->bytes + part->used, bytes, size);
    }
    part->used += size;
}

/* A head, by one of libcbor's encoders. */
#define PUT_HEAD(part, encoder, value)                               \
    do {                                                             \
        uint8_t head[9];                                             \
        put((part), head, cbor_encode_##encoder((value), head, 9u)); \
    } while (0)

static void put_uint(struct part *part, uint64_t value)
{
    PUT_HEAD(part, uint, value);
}

static void put_int(struct part *part, int64_t value)
{
    if (value >= 0) {
        put_uint(part, (uint64_t)value);
    } else {
        PUT_HEAD(part, negint, (uint64_t)(-1 - value));
    }
}

static void put_array(struct part *part, size_t items)
{
    PUT_HEAD(part, array_start, items);
}

static void put_map(struct part *part, size_t pairs)
{
    PUT_HEAD(part, map_start, pairs);
}

static void put_bytes(struct part *part, const void *bytes, size_t size)
{
    PUT_HEAD(part, bytestring_start, size);
    put(part, bytes, size);
}

static void put_text(struct part *part, const char *text)
{
    PUT_HEAD(part, string_start, strlen(text));
    put(part, text, strlen(text));
}

static void put_part(struct part *part, const struct part *inner)
{
    part->full = part->full || inner->full;
    put_bytes(part, inner->bytes, inner->used);
}

/* [-16, digest of those bytes] */
static int put_digest_of(struct part *part, const void *bytes, size_t size)
{
    uint8_t digest[DIGEST];

    if (mbedtls_sha256(bytes, size, digest, 0) != 0) {
        return -1;
    }
    put_array(part, 2);
    put_int(part, SUIT_SHA256);
    put_bytes(part, digest, sizeof digest);
    return 0;
}

/* ---- identities --------------------------------------------------------------- */

static int uuid5(const uint8_t space[MANIFEST_UUID_SIZE], const char *name,
                 uint8_t out[MANIFEST_UUID_SIZE])
{
    mbedtls_sha1_context sha;
    uint8_t digest[20];

    mbedtls_sha1_init(&sha);
    int err = mbedtls_sha1_starts(&sha);
    err = err ? err : mbedtls_sha1_update(&sha, space, MANIFEST_UUID_SIZE);
    err = err ? err
              : mbedtls_sha1_update(&sha, (const uint8_t *)name, strlen(name));
    err = err ? err : mbedtls_sha1_finish(&sha, digest);
    mbedtls_sha1_free(&sha);
    memcpy(out, digest, MANIFEST_UUID_SIZE);
    out[6] = (uint8_t)((out[6] & 0x0F) | 0x50);
    out[8] = (uint8_t)((out[8] & 0x3F) | 0x80);
    return err ? -1 : 0;
}

int manifest_vendor_id(const char *domain, uint8_t out[MANIFEST_UUID_SIZE])
{
    static const uint8_t dns[MANIFEST_UUID_SIZE] = {0x6b, 0xa7, 0xb8, 0x10,
                                                    0x9d, 0xad, 0x11, 0xd1,
                                                    0x80, 0xb4, 0x00, 0xc0,
                                                    0x4f, 0xd4, 0x30, 0xc8};

    return uuid5(dns, domain, out);
}

int manifest_class_id(const uint8_t vendor[MANIFEST_UUID_SIZE],
                      const char *model, uint8_t out[MANIFEST_UUID_SIZE])
{
    return uuid5(vendor, model, out);
}

/* ---- the parts, from the inside ------------------------------------------------- */

/* Sequences count their items afterwards. */
struct sequence {
    struct part part;
    size_t items;
};

static void command(struct sequence *sequence, int64_t code)
{
    put_int(&sequence->part, code);
    sequence->items += 2;
}

static void condition(struct sequence *sequence, int64_t code, uint64_t policy)
{
    command(sequence, code);
    put_uint(&sequence->part, policy);
}

static void put_sequence(struct part *part, const struct sequence *sequence)
{
    struct part whole = {.full = sequence->part.full};

    put_array(&whole, sequence->items);
    put(&whole, sequence->part.bytes, sequence->part.used);
    put_part(part, &whole);
}

static void select_component(struct sequence *sequence, uint64_t index)
{
    command(sequence, SUIT_SET_COMPONENT);
    put_uint(&sequence->part, index);
}

static void set_uri(struct sequence *sequence, const char *uri, bool patch)
{
    command(sequence, SUIT_OVERRIDE);
    put_map(&sequence->part, patch ? 3 : 1);
    put_uint(&sequence->part, SUIT_PARAMETER_URI);
    put_text(&sequence->part, uri);
    if (patch) {
        put_uint(&sequence->part, SUIT_PARAMETER_SOURCE);
        put_uint(&sequence->part, 1);
        put_int(&sequence->part, SUIT_PARAMETER_PATCH);
        put_uint(&sequence->part, SUIT_PATCH_HEATSHRINK);
    }
}

static void fetch_and_match(struct sequence *sequence)
{
    condition(sequence, SUIT_FETCH, SUIT_REPORT_FAILURE);
    condition(sequence, SUIT_IMAGE_MATCH, SUIT_REPORT_ALL);
}

static const char *uri_of(const struct manifest_spec *spec)
{
    if (spec->flaw == MANIFEST_FLAW_ELSEWHERE) {
        return "coap://attacker.example/image";
    }
    return spec->uri != NULL ? spec->uri : "image";
}

static void spoil_sequence(const struct manifest_spec *spec,
                           struct sequence *sequence)
{
    switch (spec->flaw) {
    case MANIFEST_FLAW_COMMAND:
        condition(sequence, 77, 0);
        break;
    case MANIFEST_FLAW_PARAMETER:
        command(sequence, SUIT_OVERRIDE);
        put_map(&sequence->part, 1);
        put_uint(&sequence->part, 99);
        put_uint(&sequence->part, 1);
        break;
    case MANIFEST_FLAW_COMPONENT:
        select_component(sequence, 7);
        break;
    case MANIFEST_FLAW_CONDITION:
        condition(sequence, SUIT_ABORT, SUIT_REPORT_ALL);
        break;
    case MANIFEST_FLAW_ENDLESS:
        for (unsigned i = 0; i < 300; i++) {
            select_component(sequence, 0);
        }
        break;
    default:
        break;
    }
}

/* A sequence within a sequence, six times. */
static void bury(struct sequence *sequence)
{
    for (unsigned i = 0; i < 6; i++) {
        struct sequence outer = {0};

        command(&outer, SUIT_RUN_SEQUENCE);
        put_sequence(&outer.part, sequence);
        *sequence = outer;
    }
}

static void make_install(const struct manifest_spec *spec,
                         struct sequence *install)
{
    struct sequence whole = {0};
    struct sequence patch = {0};

    spoil_sequence(spec, install);
    set_uri(&whole, uri_of(spec), false);
    fetch_and_match(&whole);
    if (!spec->deltas) {
        put(&install->part, whole.part.bytes, whole.part.used);
        install->items += whole.items;
    } else {
        select_component(&patch, 0);
        condition(&patch, SUIT_DELTA_ATTEMPTS, SUIT_REPORT_ALL);
        set_uri(&patch, "delta", true);
        fetch_and_match(&patch);
        command(install, SUIT_TRY_EACH);
        put_array(&install->part, 2);
        put_sequence(&install->part, &patch);
        put_sequence(&install->part, &whole);
    }
    if (spec->flaw == MANIFEST_FLAW_DEEP) {
        bury(install);
    }
}

/* What is said of the image. */
struct said {
    struct image_facts facts;
    struct mcuboot_version version;
    uint8_t digest[DIGEST]; /* of the file */
    uint8_t vendor[MANIFEST_UUID_SIZE];
    uint8_t class_id[MANIFEST_UUID_SIZE];
    uint32_t counter;
    uint32_t size;
};

static void make_shared(const struct manifest_spec *spec,
                        const struct said *said, struct sequence *shared)
{
    static const uint8_t unknown[DIGEST];
    struct part digest = {0};
    struct part *part = &shared->part;

    put_array(&digest, 2);
    put_int(&digest, SUIT_SHA256);
    put_bytes(&digest, said->digest, DIGEST);
    select_component(shared, 0);
    command(shared, SUIT_OVERRIDE);
    put_map(part, spec->battery_mwh != 0 ? 7 : 6);
    put_uint(part, SUIT_PARAMETER_VENDOR);
    put_bytes(part, said->vendor, MANIFEST_UUID_SIZE);
    put_uint(part, SUIT_PARAMETER_CLASS);
    put_bytes(part, said->class_id, MANIFEST_UUID_SIZE);
    put_uint(part, SUIT_PARAMETER_DIGEST);
    put_part(part, &digest);
    put_uint(part, SUIT_PARAMETER_SIZE);
    put_uint(part, said->size);
    if (spec->battery_mwh != 0) {
        put_uint(part, SUIT_PARAMETER_BATTERY);
        put_uint(part, spec->battery_mwh);
    }
    put_int(part, SUIT_PARAMETER_COUNTER);
    put_uint(part, said->counter);
    put_int(part, SUIT_PARAMETER_IMAGE);
    put_bytes(part, said->facts.has_digest ? said->facts.said : unknown,
              DIGEST);
    condition(shared, SUIT_VENDOR, SUIT_REPORT_ALL);
    condition(shared, SUIT_CLASS, SUIT_REPORT_ALL);
    if (spec->battery_mwh != 0) {
        condition(shared, SUIT_BATTERY, SUIT_REPORT_ALL);
    }
}

static void put_component(struct part *part, const char *name)
{
    put_array(part, 1);
    put_bytes(part, name, strlen(name));
}

static void make_common(const struct manifest_spec *spec,
                        const struct said *said, struct part *common)
{
    struct sequence shared = {0};

    make_shared(spec, said, &shared);
    put_map(common, 2);
    put_uint(common, SUIT_COMPONENTS);
    put_array(common, spec->deltas ? 2 : 1);
    put_component(common, "app");
    if (spec->deltas) {
        put_component(common, "run");
    }
    put_uint(common, SUIT_SHARED);
    put_sequence(common, &shared);
}

/* A member of the manifest, or its digest and the member of the envelope. */
struct severable {
    struct part member; /* with its byte-string head */
    bool severed;
};

static int put_severable(struct part *part, const struct severable *severable)
{
    if (!severable->severed) {
        put(part, severable->member.bytes, severable->member.used);
        return 0;
    }
    return put_digest_of(part, severable->member.bytes, severable->member.used);
}

static void put_simple(struct part *part, int64_t key, int64_t code)
{
    struct sequence sequence = {0};

    select_component(&sequence, 0);
    condition(&sequence, code,
              code == SUIT_INVOKE ? SUIT_REPORT_FAILURE : SUIT_REPORT_ALL);
    put_int(part, key);
    put_sequence(part, &sequence);
}

static void put_version(struct part *part,
                        const struct mcuboot_version *version)
{
    put_array(part, 4);
    put_uint(part, version->major);
    put_uint(part, version->minor);
    put_uint(part, version->revision);
    put_uint(part, version->build);
}

static int make_manifest(const struct manifest_spec *spec,
                         const struct said *said,
                         const struct severable *install,
                         const struct severable *text, struct part *out)
{
    bool old = spec->flaw == MANIFEST_FLAW_OLD_INSTALL;
    bool again = spec->flaw == MANIFEST_FLAW_DOUBLE_KEY;
    struct part common = {0};
    int err = 0;

    make_common(spec, said, &common);
    put_map(out, 7u + (spec->text != NULL) + again);
    put_uint(out, SUIT_MANIFEST_VERSION);
    put_uint(out, 1);
    if (again) {
        put_uint(out, SUIT_MANIFEST_VERSION);
        put_uint(out, 1);
    }
    put_uint(out, SUIT_SEQUENCE);
    put_uint(out, spec->sequence);
    put_uint(out, SUIT_COMMON);
    put_part(out, &common);
    put_uint(out, SUIT_SET_VERSION);
    put_version(out, &said->version);
    put_simple(out, SUIT_VALIDATE, SUIT_IMAGE_MATCH);
    put_simple(out, SUIT_INVOKE_MEMBER, SUIT_INVOKE);
    put_uint(out, old ? SUIT_OLD_INSTALL : SUIT_INSTALL);
    err = put_severable(out, install);
    if (spec->text != NULL) {
        put_uint(out, SUIT_TEXT);
        err = err ? err : put_severable(out, text);
    }
    return err;
}

/* ---- signature ------------------------------------------------------------------- */

static void put_protected(struct part *part)
{
    struct part header = {0};

    put_map(&header, 1);
    put_uint(&header, COSE_ALGORITHM);
    put_int(&header, COSE_ES256);
    put_part(part, &header);
}

static int sign_digest(const struct part *digest, const struct key *key,
                       uint8_t raw[KEY_RAW_SIZE])
{
    struct part signed_bytes = {0};
    uint8_t hash[DIGEST];

    put_array(&signed_bytes, 4);
    put_text(&signed_bytes, "Signature1");
    put_protected(&signed_bytes);
    put_bytes(&signed_bytes, NULL, 0);
    put_part(&signed_bytes, digest);
    return mbedtls_sha256(signed_bytes.bytes, signed_bytes.used, hash, 0) !=
                       0 ||
                   key_sign_raw(key, hash, raw) != 0
               ? -1
               : 0;
}

static int put_sign1(struct part *part, const struct part *digest,
                     const struct key *key)
{
    uint8_t raw[KEY_RAW_SIZE];
    uint8_t id[KEY_DIGEST_SIZE];
    struct part sign1 = {0};

    if (sign_digest(digest, key, raw) != 0 || key_digest(key, id) != 0) {
        return -1;
    }
    PUT_HEAD(&sign1, tag, COSE_SIGN1);
    put_array(&sign1, 4);
    put_protected(&sign1);
    put_map(&sign1, 1);
    put_uint(&sign1, COSE_KEY_ID);
    put_bytes(&sign1, id, sizeof id);
    put_uint(&sign1, 0); /* replaced by nil */
    sign1.used--;
    PUT_HEAD(&sign1, ctrl, 22);
    put_bytes(&sign1, raw, sizeof raw);
    put_part(part, &sign1);
    return 0;
}

/* Of `manifest` with its byte-string head; without a key, the digest alone. */
static int put_authentication(struct part *part, const struct part *manifest,
                              const struct key *key)
{
    struct part digest = {0};
    struct part wrapper = {0};
    int err = put_digest_of(&digest, manifest->bytes, manifest->used);

    put_array(&wrapper, key != NULL ? 2 : 1);
    put_part(&wrapper, &digest);
    if (err == 0 && key != NULL) {
        err = put_sign1(&wrapper, &digest, key);
    }
    put_part(part, &wrapper);
    return err;
}

/* ---- the envelope ------------------------------------------------------------------- */

static int check_spec(const struct manifest_spec *spec, struct diag *diag)
{
    if (spec->image == NULL || spec->image_size == 0 ||
        spec->image_size > IMAGE_SIZE_MAX) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "a manifest needs an image of 1..%u bytes",
                         IMAGE_SIZE_MAX);
    }
    if (spec->sequence == 0) {
        return diag_fail(diag, OTALAB_ERR_USAGE, "sequence numbers begin at 1");
    }
    if (spec->key != NULL && !spec->key->is_private) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "signing a manifest needs a private key");
    }
    return 0;
}

static int gather(const struct manifest_spec *spec, struct said *said)
{
    const char *domain = spec->domain ? spec->domain : MANIFEST_DOMAIN;
    const char *model = spec->model ? spec->model : MANIFEST_CLASS;

    (void)image_read(spec->image, spec->image_size, &said->facts);
    said->version =
        spec->version != NULL ? *spec->version : said->facts.version;
    said->counter = said->facts.has_counter ? said->facts.counter : 0;
    said->counter = spec->has_counter ? spec->counter : said->counter;
    said->size = spec->has_size ? spec->size : (uint32_t)spec->image_size;
    if (mbedtls_sha256(spec->image, spec->image_size, said->digest, 0) != 0 ||
        manifest_vendor_id(domain, said->vendor) != 0 ||
        manifest_class_id(said->vendor, model, said->class_id) != 0) {
        return -1;
    }
    said->digest[0] ^= spec->bad_digest ? 1u : 0;
    return 0;
}

static void make_text(const struct manifest_spec *spec, struct part *member)
{
    struct part text = {0};

    put_map(&text, 1);
    put_text(&text, "en");
    put_map(&text, 1);
    put_uint(&text, SUIT_TEXT_UPDATE);
    put_text(&text, spec->text);
    put_part(member, &text);
}

static void put_member(struct part *envelope, int64_t key,
                       const struct severable *severable)
{
    if (severable->severed) {
        put_int(envelope, key);
        put(envelope, severable->member.bytes, severable->member.used);
    }
}

/* Flaws of the encoding, after everything else is made. */
static void spoil_bytes(enum manifest_flaw flaw, struct part *envelope)
{
    if (flaw == MANIFEST_FLAW_TRAILING) {
        put_uint(envelope, 0);
    }
    if (flaw == MANIFEST_FLAW_SHORT) {
        envelope->used--;
    }
}

/* Of the manifest, before it is signed: its first pair is 1: 1, in a map of
 * less than 24. */
static void spoil_manifest(enum manifest_flaw flaw, struct part *manifest)
{
    struct part was = *manifest;

    if (flaw == MANIFEST_FLAW_LONG_HEAD) {
        manifest->used = 0;
        put(manifest, was.bytes, 2);
        put(manifest, "\x18\x01", 2);
        put(manifest, was.bytes + 3, was.used - 3);
    }
    if (flaw == MANIFEST_FLAW_INDEFINITE) {
        manifest->bytes[0] = 0xBF;
        put(manifest, "\xFF", 1);
    }
}

static int put_envelope(const struct manifest_spec *spec,
                        const struct said *said, struct part *envelope)
{
    struct severable install = {.severed = spec->sever};
    struct severable text = {.severed = spec->text != NULL};
    struct sequence sequence = {0};
    struct part manifest = {0};
    struct part member = {0};

    make_install(spec, &sequence);
    put_sequence(&install.member, &sequence);
    if (spec->text != NULL) {
        make_text(spec, &text.member);
    }
    if (spec->flaw == MANIFEST_FLAW_SEVERED) {
        install.severed = true;
    }
    int err = make_manifest(spec, said, &install, &text, &manifest);
    spoil_manifest(spec->flaw, &manifest);
    put_part(&member, &manifest);
    PUT_HEAD(envelope, tag, SUIT_ENVELOPE);
    put_map(envelope, 2u + install.severed + text.severed);
    put_uint(envelope, SUIT_AUTHENTICATION);
    err = err ? err : put_authentication(envelope, &member, spec->key);
    put_uint(envelope, SUIT_MANIFEST);
    put(envelope, member.bytes, member.used);
    if (spec->flaw == MANIFEST_FLAW_SEVERED) { /* its last byte, a policy */
        install.member.bytes[install.member.used - 1] ^= 1u;
    }
    put_member(envelope, SUIT_INSTALL, &install);
    put_member(envelope, SUIT_TEXT, &text);
    spoil_bytes(spec->flaw, envelope);
    envelope->full = envelope->full || manifest.full || member.full;
    return err;
}

static int finish(const struct part *envelope, uint8_t *out, uint32_t *length,
                  struct diag *diag)
{
    if (envelope->full || envelope->used > MANIFEST_FILE_MAX) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "the manifest is longer than the %u bytes that a "
                         "device takes; shorten its text or URI",
                         MANIFEST_FILE_MAX);
    }
    memcpy(out, envelope->bytes, envelope->used);
    *length = (uint32_t)envelope->used;
    return 0;
}

int manifest_make(const struct manifest_spec *spec,
                  uint8_t out[MANIFEST_FILE_MAX], uint32_t *length,
                  struct diag *diag)
{
    struct part envelope = {0};
    struct said said;
    int err = check_spec(spec, diag);

    if (err != 0) {
        return err;
    }
    if (gather(spec, &said) != 0 || put_envelope(spec, &said, &envelope) != 0) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR,
                         "the manifest cannot be signed");
    }
    return finish(&envelope, out, length, diag);
}

/* Copy the envelope's members, except for the wrapper, which is made anew. */
static int copy_members(struct walk *walk, uint64_t members,
                        const struct key *key, struct part *envelope,
                        struct diag *diag)
{
    int err = 0;

    for (uint64_t i = 0; i < members && err == 0; i++) {
        size_t from = walk->at;
        struct part value = {0};

        err = walk_skip(walk, diag);
        size_t at = walk->at;
        err = err ? err : walk_skip(walk, diag);
        if (err == 0 && walk->bytes[from] != SUIT_AUTHENTICATION) {
            put(&value, walk->bytes + at, walk->at - at);
            if (walk->bytes[from] == SUIT_MANIFEST) {
                put_uint(envelope, SUIT_AUTHENTICATION);
                err = put_authentication(envelope, &value, key);
            }
            put(envelope, walk->bytes + from, walk->at - from);
        }
    }
    return err;
}

int manifest_sign(const uint8_t *bytes, size_t length, const struct key *key,
                  uint8_t out[MANIFEST_FILE_MAX], uint32_t *signed_length,
                  struct diag *diag)
{
    struct walk walk = {bytes, 0, length};
    struct part envelope = {0};
    struct walk_item item;

    if (!key->is_private) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "signing a manifest needs a private key");
    }
    int err = walk_expect(&walk, WALK_TAG, "an envelope", &item, diag);
    err = err ? err : walk_expect(&walk, WALK_MAP, "its contents", &item, diag);
    if (err != 0) {
        return err;
    }
    PUT_HEAD(&envelope, tag, SUIT_ENVELOPE);
    put_map(&envelope, item.value);
    err = copy_members(&walk, item.value, key, &envelope, diag);
    return err ? err : finish(&envelope, out, signed_length, diag);
}
