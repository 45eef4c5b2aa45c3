/* SPDX-License-Identifier: MIT */
#include "image/image_sign.h"

#include "base/rng.h"
#include "image/bytes.h"

#include <mbedtls/build_info.h>
#include <mbedtls/sha256.h>

#include <stdlib.h>
#include <string.h>

#define TLV_ROOM 1024u
#define CLAIM_LARGE 0x00f00000u

/* The image while it is being built. */
struct draft {
    const struct image_spec *spec;
    uint8_t *bytes; /* all the memory needed was allocated at the start */
    uint32_t size;
    uint32_t payload_end;
    uint32_t area; /* start of the TLV area being written */
    uint32_t hash; /* where the SHA-256's value is, 0: nowhere */
    uint32_t last; /* start of the last TLV written */
    uint8_t digest[32];
};

static const struct edit *find_edit(const struct image_spec *spec,
                                    enum edit_kind kind)
{
    for (unsigned i = 0; i < spec->edit_count; i++) {
        if (spec->edits[i].kind == kind) {
            return &spec->edits[i];
        }
    }
    return NULL;
}

static bool has_edit(const struct draft *draft, enum edit_kind kind)
{
    return find_edit(draft->spec, kind) != NULL;
}

static uint32_t header_size(const struct image_spec *spec)
{
    return spec->header_size != 0 ? spec->header_size : MCUBOOT_HEADER_USUAL;
}

/* ---- input ------------------------------------------------------------- */

static int check_spec(const struct image_spec *spec, struct diag *diag)
{
    uint32_t head = header_size(spec);

    if (spec->payload == NULL || spec->payload_size == 0) {
        return diag_fail(diag, OTALAB_ERR_USAGE, "the payload is empty");
    }
    if (head < MCUBOOT_HEADER || head > UINT16_MAX) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "header size %u: must be 32..65535", head);
    }
    if (spec->payload_size > IMAGE_SIZE_MAX ||
        spec->fill_size > IMAGE_SIZE_MAX) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "the image is larger than %u bytes", IMAGE_SIZE_MAX);
    }
    if (spec->fill_size != 0 && spec->fill_size < head + spec->payload_size) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "header and payload already have %zu bytes, more than "
                         "the %u to fill up to; at least %zuKiB",
                         head + spec->payload_size, spec->fill_size,
                         (head + spec->payload_size + 1023u) / 1024u);
    }
    if (spec->key == NULL || !spec->key->is_private) {
        return diag_fail(diag, OTALAB_ERR_USAGE, "signing needs a private key");
    }
    return 0;
}

static uint32_t payload_size(const struct image_spec *spec)
{
    return spec->fill_size != 0 ? spec->fill_size - header_size(spec)
                                : (uint32_t)spec->payload_size;
}

/* ---- header and payload ------------------------------------------------- */

/* Size of the protected TLVs including their head, in bytes; 0 if there are
 * none. */
static uint16_t protected_size(const struct draft *draft)
{
    uint32_t size = MCUBOOT_TLV_HEAD;

    if (draft->spec->has_counter) {
        size += MCUBOOT_TLV_HEAD + sizeof(uint32_t);
    }
    if (has_edit(draft, EDIT_DEPENDENCY)) {
        size += MCUBOOT_TLV_HEAD + MCUBOOT_DEPENDENCY_SIZE;
    }
    return (uint16_t)(size > MCUBOOT_TLV_HEAD ? size : 0);
}

static void write_header(struct draft *draft)
{
    const struct image_spec *spec = draft->spec;
    uint8_t *at = draft->bytes;

    memset(at, 0, MCUBOOT_HEADER);
    memset(at + MCUBOOT_HEADER, 0xff, header_size(spec) - MCUBOOT_HEADER);
    put_le32(at + MCUBOOT_AT_MAGIC, MCUBOOT_MAGIC);
    put_le32(at + MCUBOOT_AT_LOAD, spec->ram_load ? spec->load_address : 0);
    put_le16(at + MCUBOOT_AT_HEADER_SIZE, (uint16_t)header_size(spec));
    put_le16(at + MCUBOOT_AT_PROTECTED_SIZE, protected_size(draft));
    put_le32(at + MCUBOOT_AT_PAYLOAD_SIZE, payload_size(spec));
    put_le32(at + MCUBOOT_AT_FLAGS, spec->ram_load ? MCUBOOT_RAM_LOAD : 0);
    at[MCUBOOT_AT_MAJOR] = spec->version.major;
    at[MCUBOOT_AT_MINOR] = spec->version.minor;
    put_le16(at + MCUBOOT_AT_REVISION, spec->version.revision);
    put_le32(at + MCUBOOT_AT_BUILD, spec->version.build);
}

static void write_payload(struct draft *draft)
{
    const struct image_spec *spec = draft->spec;
    uint8_t *at = draft->bytes + header_size(spec);
    struct rng rng;

    memcpy(at, spec->payload, spec->payload_size);
    rng_init(&rng, 0, "image.fill");
    rng_fill(&rng, at + spec->payload_size,
             payload_size(spec) - spec->payload_size);
    draft->size = header_size(spec) + payload_size(spec);
    draft->payload_end = draft->size;
}

/* ---- edits that are signed ---------------------------------------------- */

/* A 32-bit field, relative to header or payload, and its new value. */
static const struct field_edit {
    enum edit_kind kind;
    bool in_payload;
    uint8_t offset;
    uint8_t width;  /* bytes */
    bool set_bits;  /* otherwise replace */
    uint32_t value; /* if the edit's own value is 0 */
} field_edits[] = {
    {EDIT_TOO_LARGE, false, MCUBOOT_AT_PAYLOAD_SIZE, 4, false, CLAIM_LARGE},
    {EDIT_WRAP_SIZE, false, MCUBOOT_AT_PAYLOAD_SIZE, 4, false, 0xfffffff0u},
    {EDIT_BAD_MAGIC, false, MCUBOOT_AT_MAGIC, 4, false, 0x12345678u},
    {EDIT_OLD_MAGIC, false, MCUBOOT_AT_MAGIC, 4, false, MCUBOOT_MAGIC_OLD},
    {EDIT_SMALL_HEADER, false, MCUBOOT_AT_HEADER_SIZE, 2, false, 16},
    {EDIT_LOAD_ADDRESS, false, MCUBOOT_AT_LOAD, 4, false, 0},
    {EDIT_NON_BOOTABLE, false, MCUBOOT_AT_FLAGS, 4, true, MCUBOOT_NON_BOOTABLE},
    {EDIT_ENCRYPTED, false, MCUBOOT_AT_FLAGS, 4, true, MCUBOOT_ENCRYPTED_128},
    {EDIT_BAD_STACK, true, 0, 4, false, 0},
    {EDIT_BAD_ENTRY, true, 4, 4, false, 0},
};

static void edit_field(struct draft *draft, const struct field_edit *field,
                       uint32_t value)
{
    uint8_t *at = draft->bytes + field->offset +
                  (field->in_payload ? header_size(draft->spec) : 0);

    value = value != 0 ? value : field->value;
    if (field->width == 2) {
        put_le16(at, (uint16_t)value);
    } else {
        put_le32(at, field->set_bits ? get_le32(at) | value : value);
    }
}

static int apply_signed_edits(struct draft *draft, struct diag *diag)
{
    for (size_t i = 0; i < sizeof field_edits / sizeof field_edits[0]; i++) {
        const struct field_edit *field = &field_edits[i];
        const struct edit *edit = find_edit(draft->spec, field->kind);
        if (edit == NULL) {
            continue;
        }
        if (field->in_payload && payload_size(draft->spec) < 8) {
            return diag_fail(diag, OTALAB_ERR_USAGE,
                             "edit %s: the payload has no vector table",
                             edit_info(field->kind)->name);
        }
        edit_field(draft, field, edit->value);
    }
    return 0;
}

/* ---- TLVs ---------------------------------------------------------------- */

static void begin_area(struct draft *draft, uint16_t magic)
{
    draft->area = draft->size;
    put_le16(draft->bytes + draft->size, magic);
    draft->size += MCUBOOT_TLV_HEAD;
}

static void end_area(struct draft *draft)
{
    put_le16(draft->bytes + draft->area + 2,
             (uint16_t)(draft->size - draft->area));
}

static void add_tlv(struct draft *draft, uint16_t type, const uint8_t *value,
                    size_t length)
{
    uint8_t *at = draft->bytes + draft->size;

    draft->last = draft->size;
    put_le16(at, type);
    put_le16(at + 2, (uint16_t)length);
    memcpy(at + MCUBOOT_TLV_HEAD, value, length);
    draft->size += MCUBOOT_TLV_HEAD + (uint32_t)length;
}

static void add_counter(struct draft *draft, uint32_t counter)
{
    uint8_t value[4];

    put_le32(value, counter);
    add_tlv(draft, MCUBOOT_SEC_CNT, value, sizeof value);
}

/* A dependency on version 9.9.9 of an image. */
static void add_dependency(struct draft *draft, uint32_t image)
{
    uint8_t value[MCUBOOT_DEPENDENCY_SIZE] = {0};

    value[0] = (uint8_t)(image ? image : 1);
    value[MCUBOOT_DEPENDENCY_AT_VERSION] = 9;
    value[MCUBOOT_DEPENDENCY_AT_VERSION + 1] = 9;
    put_le16(value + MCUBOOT_DEPENDENCY_AT_VERSION + 2, 9);
    add_tlv(draft, MCUBOOT_DEPENDENCY, value, sizeof value);
}

static void add_protected(struct draft *draft)
{
    const struct edit *dependency = find_edit(draft->spec, EDIT_DEPENDENCY);

    if (protected_size(draft) == 0) {
        return;
    }
    begin_area(draft, MCUBOOT_PROTECTED_MAGIC);
    if (draft->spec->has_counter) {
        add_counter(draft, draft->spec->counter);
    }
    if (dependency != NULL) {
        add_dependency(draft, dependency->value);
    }
    end_area(draft);
}

static void add_hash(struct draft *draft)
{
    if (has_edit(draft, EDIT_NO_HASH)) {
        return;
    }
    add_tlv(draft, MCUBOOT_SHA256, draft->digest, 32);
    draft->hash = draft->last + MCUBOOT_TLV_HEAD;
    if (has_edit(draft, EDIT_TWO_HASHES)) {
        add_tlv(draft, MCUBOOT_SHA256, draft->digest, 32);
    }
}

static void add_public_key(struct draft *draft, const struct key *key)
{
    uint8_t der[KEY_SPKI_SIZE];

    if (draft->spec->with_public_key) {
        key_spki(key, der);
        add_tlv(draft, MCUBOOT_PUBKEY, der, sizeof der);
    }
}

/* KEYHASH of `named`, but signed by `signer`. */
static int add_signature(struct draft *draft, const struct key *named,
                         const struct key *signer)
{
    uint8_t hash[KEY_DIGEST_SIZE];
    uint8_t signature[KEY_SIGNATURE_MAX];
    size_t length = 0;
    int err = key_digest(named, hash);

    err = err != 0 ? err : key_sign(signer, draft->digest, signature, &length);
    if (err == 0) {
        add_tlv(draft, MCUBOOT_KEYHASH, hash, sizeof hash);
        add_public_key(draft, named);
        add_tlv(draft, MCUBOOT_ECDSA, signature, length);
    }
    return err;
}

static int add_signatures(struct draft *draft, struct diag *diag)
{
    struct key wrong;
    const struct key *named = draft->spec->key;
    const struct key *signer = draft->spec->key;
    int err = key_dev("wrong", &wrong, diag);

    if (has_edit(draft, EDIT_WRONG_KEY)) {
        named = &wrong;
    }
    if (has_edit(draft, EDIT_WRONG_KEY) || has_edit(draft, EDIT_FORGED)) {
        signer = &wrong;
    }
    if (err == 0 && has_edit(draft, EDIT_TWO_SIGNATURES)) {
        err = add_signature(draft, &wrong, &wrong);
    }
    return err != 0 ? err : add_signature(draft, named, signer);
}

static int add_unprotected(struct draft *draft, struct diag *diag)
{
    const struct edit *open = find_edit(draft->spec, EDIT_OPEN_COUNTER);
    int err = mbedtls_sha256(draft->bytes, draft->size, draft->digest, 0);

    begin_area(draft, MCUBOOT_TLV_MAGIC);
    add_hash(draft);
    if (err == 0 && !has_edit(draft, EDIT_UNSIGNED)) {
        err = add_signatures(draft, diag);
    }
    if (open != NULL) {
        add_counter(draft, open->value);
    }
    end_area(draft);
    return err != 0 ? diag_fail(diag, OTALAB_ERR_SIMULATOR,
                                "the image cannot be signed")
                    : 0;
}

/* ---- edits after the signature ------------------------------------------ */

static int flip(struct draft *draft, const struct edit *edit, uint32_t start,
                uint32_t end, struct diag *diag)
{
    if (edit->value / 8 >= end - start) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "edit %s: bit %u is beyond the %u bytes there",
                         edit_info(edit->kind)->name, edit->value, end - start);
    }
    draft->bytes[start + edit->value / 8] ^= (uint8_t)(1u << edit->value % 8);
    return 0;
}

static int truncate_to(struct draft *draft, uint32_t size, struct diag *diag)
{
    if (size == 0 || size > draft->size) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "edit truncate: must keep 1..%u bytes", draft->size);
    }
    draft->size = size;
    return 0;
}

static int apply_late_edit(struct draft *draft, const struct edit *edit,
                           struct diag *diag)
{
    uint32_t head = header_size(draft->spec);

    switch (edit->kind) {
    case EDIT_FLIP_HEADER:
        return flip(draft, edit, 0, head, diag);
    case EDIT_FLIP_CODE:
        return flip(draft, edit, head, draft->payload_end, diag);
    case EDIT_FLIP_TLV:
        return flip(draft, edit, draft->payload_end, draft->size, diag);
    case EDIT_BAD_HASH:
        if (draft->hash != 0) {
            draft->bytes[draft->hash] ^= 1;
        }
        return 0;
    case EDIT_TLV_MAGIC:
        put_le16(draft->bytes + draft->area, 0x6906);
        return 0;
    case EDIT_TLV_OVERRUN:
        put_le16(draft->bytes + draft->last + 2, 0x0400);
        return 0;
    case EDIT_TRUNCATE:
        return truncate_to(draft, edit->value, diag);
    default:
        return 0;
    }
}

/* Truncation comes last: the others rely on the whole image. */
static int apply_late_edits(struct draft *draft, struct diag *diag)
{
    const struct edit *cut = find_edit(draft->spec, EDIT_TRUNCATE);

    for (unsigned i = 0; i < draft->spec->edit_count; i++) {
        const struct edit *edit = &draft->spec->edits[i];
        int err = edit == cut ? 0 : apply_late_edit(draft, edit, diag);
        if (err != 0) {
            return err;
        }
    }
    return cut != NULL ? apply_late_edit(draft, cut, diag) : 0;
}

/* ---- all of it ----------------------------------------------------------- */

static int fill_draft(struct draft *draft, struct diag *diag)
{
    write_header(draft);
    write_payload(draft);
    add_protected(draft);
    int err = apply_signed_edits(draft, diag);
    err = err != 0 ? err : add_unprotected(draft, diag);
    return err != 0 ? err : apply_late_edits(draft, diag);
}

int image_build(const struct image_spec *spec, uint8_t **out, size_t *size,
                struct diag *diag)
{
    struct draft draft = {.spec = spec};
    int err = check_spec(spec, diag);

    *out = NULL;
    *size = 0;
    if (err != 0) {
        return err;
    }
    draft.bytes =
        malloc((size_t)header_size(spec) + payload_size(spec) + TLV_ROOM);
    if (draft.bytes == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    err = fill_draft(&draft, diag);
    if (err != 0) {
        free(draft.bytes);
        return err;
    }
    *out = draft.bytes;
    *size = draft.size;
    return 0;
}

/* Read a decimal number up to `limit` at *at, which is moved past it. */
static bool take_part(const char **at, uint32_t limit, uint32_t *value)
{
    uint64_t sum = 0;

    if (**at < '0' || **at > '9') {
        return false;
    }
    while (**at >= '0' && **at <= '9' && sum <= limit) {
        sum = sum * 10 + (uint64_t)(*(*at)++ - '0');
    }
    *value = (uint32_t)sum;
    return sum <= limit;
}

int image_version_read(const char *text, struct mcuboot_version *version,
                       struct diag *diag)
{
    static const uint32_t limits[4] = {UINT8_MAX, UINT8_MAX, UINT16_MAX,
                                       UINT32_MAX};
    uint32_t part[4] = {0};
    const char *at = text;
    bool good = take_part(&at, limits[0], &part[0]);

    for (unsigned i = 1; good && i < 3 && *at == '.'; i++) {
        at++;
        good = take_part(&at, limits[i], &part[i]);
    }
    if (good && *at == '+') {
        at++;
        good = take_part(&at, limits[3], &part[3]);
    }
    if (!good || *at != '\0') {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "'%.40s' is not a version: write 1.2.3 or 1.2.3+4, at "
                         "most 255.255.65535+4294967295",
                         text);
    }
    *version = (struct mcuboot_version){(uint8_t)part[0], (uint8_t)part[1],
                                        (uint16_t)part[2], part[3]};
    return 0;
}
