/* SPDX-License-Identifier: MIT */
#include "image/image_check.h"

#include <stdio.h>
#include <string.h>

/* The only unprotected entry of that type; NULL if there is none or more than
 * one. */
static const struct image_entry *only_entry(const struct image_facts *facts,
                                            uint16_t type)
{
    const struct image_entry *found = NULL;

    for (unsigned i = 0; i < facts->entries; i++) {
        const struct image_entry *entry = &facts->entry[i];
        if (entry->type != type || entry->is_protected) {
            continue;
        }
        if (found != NULL) {
            return NULL;
        }
        found = entry;
    }
    return found;
}

static int find_key(const uint8_t *hash, const struct key *keys, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        uint8_t digest[KEY_DIGEST_SIZE];
        if (key_digest(&keys[i], digest) == 0 &&
            memcmp(digest, hash, sizeof digest) == 0) {
            return (int)i;
        }
    }
    return -1;
}

static int fail(struct diag *diag, const char *why)
{
    return diag_fail(diag, OTALAB_ERR_FAILED, "not authentic: %s", why);
}

int image_check(const uint8_t *bytes, size_t size, const struct key *keys,
                unsigned count, struct image_facts *facts, struct diag *diag)
{
    if (image_read(bytes, size, facts) != IMAGE_READ_FINE) {
        return fail(diag, image_read_text(facts->result));
    }
    const struct image_entry *hash = only_entry(facts, MCUBOOT_KEYHASH);
    const struct image_entry *signature = only_entry(facts, MCUBOOT_ECDSA);

    if (facts->signature != 0 && facts->signature != MCUBOOT_ECDSA) {
        return diag_fail(diag, OTALAB_ERR_FAILED,
                         "not authentic: signed by %s, which this product does "
                         "not accept",
                         image_signature_text(facts->signature));
    }
    if (!facts->is_signed) {
        return fail(diag, "it is not signed");
    }
    if (hash == NULL || signature == NULL || facts->dropped != 0 ||
        only_entry(facts, MCUBOOT_SHA256) == NULL ||
        hash->length != KEY_DIGEST_SIZE) {
        return fail(diag, "it must have exactly one SHA-256, one key hash "
                          "and one ECDSA signature");
    }
    int index = find_key(bytes + hash->offset, keys, count);
    if (index < 0) {
        return fail(diag, "signed by another key");
    }
    if (!key_verify(&keys[index], facts->computed, bytes + signature->offset,
                    signature->length)) {
        return fail(diag, "the signature does not verify");
    }
    return index;
}

/* The product has one image; its number is 0, as in MCUboot. */
#define OWN_IMAGE 0u

bool image_unmet(const struct image_facts *facts, char *out, size_t size)
{
    for (unsigned i = 0; i < facts->dependencies; i++) {
        const struct image_dependency *dependency = &facts->dependency[i];
        char version[40];

        if (dependency->image == OWN_IMAGE) {
            continue;
        }
        snprintf(out, size,
                 "it depends on image %u, version %s or newer, and this "
                 "product has no such image",
                 dependency->image,
                 image_version_text(&dependency->least, version,
                                    sizeof version));
        return true;
    }
    return false;
}
