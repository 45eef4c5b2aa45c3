/* SPDX-License-Identifier: MIT */
/*
 * Descriptors of arbitrary bytes. The first byte says what is put right: the
 * head, the key's name, and now and then the signature. Only what bears a
 * true signature is accepted, and then says what its bytes say.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "image/keys.h"
#include "ota/bytes.h"
#include "ota/crypto.h"
#include "ota/descriptor.h"

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

struct ring {
    struct key key;
    uint8_t digests[2][OTA_DIGEST_SIZE];
    uint8_t spki[IMAGE_SPKI_SIZE];
    const uint8_t *list[1];
};

static const struct ring *ring(void)
{
    static struct ring made;

    if (!made.list[0]) {
        struct diag diag = {{0}};
        require(key_dev("root", &made.key, &diag) == 0);
        require(key_digest(&made.key, made.digests[1]) == 0);
        key_spki(&made.key, made.spki);
        made.list[0] = made.spki;
    }
    return &made;
}

/* DER to r || s, for what key_sign() wrote. */
static void put_raw(const uint8_t *der, uint8_t *out)
{
    const uint8_t *at = der + 2;

    memset(out, 0, CRYPTO_SIGNATURE_SIZE);
    for (unsigned i = 0; i < 2; i++) {
        uint32_t skip = at[1] > 32 ? 1 : 0;
        uint32_t length = at[1] - skip;
        memcpy(out + 32 * i + 32 - length, at + 2 + skip, length);
        at += 2 + at[1];
    }
}

static void sign(uint8_t bytes[DESCRIPTOR_SIZE])
{
    uint8_t digest[OTA_DIGEST_SIZE];
    uint8_t der[KEY_SIGNATURE_MAX];
    size_t length = 0;

    require(crypto_sha256(bytes, DESCRIPTOR_SIGNED, digest));
    require(key_sign(&ring()->key, digest, der, &length) == 0);
    put_raw(der, bytes + DESCRIPTOR_SIGNED);
}

static void put_head(uint8_t bytes[DESCRIPTOR_SIZE])
{
    bytes_put32(bytes, DESCRIPTOR_MAGIC);
    bytes_put16(bytes + 4, DESCRIPTOR_FORMAT);
    bytes_put16(bytes + 6, DESCRIPTOR_SIZE);
    bytes_put32(bytes + 12, 0);
}

static void check(const struct descriptor *out, const uint8_t *bytes)
{
    require(out->size != 0 && out->size == bytes_get32(bytes + 28));
    require(out->release == bytes_get32(bytes + 8));
    require(bytes_get32(bytes + 12) == 0);
    require(out->counter == bytes_get32(bytes + 24));
    require(memcmp(out->file_digest, bytes + 32, OTA_DIGEST_SIZE) == 0);
    require(memcmp(out->image_digest, bytes + 64, OTA_DIGEST_SIZE) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct descriptor zero;
    struct descriptor out;

    if (size < 1) {
        return 0;
    }
    uint32_t length = (uint32_t)size - 1;
    uint8_t *bytes = malloc(length + 1u);
    bool whole = length == DESCRIPTOR_SIZE;
    bool is_signed = whole && data[0] >> 3 == 31;
    struct image_keys keys = {
        (const uint8_t(*)[OTA_DIGEST_SIZE])ring()->digests,
        2,
        data[0] & 4u ? 2 : 0,
        ring()->list,
        1,
        NULL};

    require(bytes != NULL);
    memcpy(bytes, data + 1, length);
    if (whole && data[0] & 1u) {
        put_head(bytes);
    }
    if (whole && data[0] & 2u) {
        memcpy(bytes + 96, ring()->digests[1], OTA_DIGEST_SIZE);
    }
    if (is_signed) {
        sign(bytes);
    }
    enum agent_why why = descriptor_read(bytes, length, &keys, &out);
    if (why) {
        require(memcmp(&out, &zero, sizeof(zero)) == 0);
        require(!is_signed || (data[0] & 7u) != 3 ||
                bytes_get32(bytes + 28) == 0 || bytes_get32(bytes + 8) == 0);
    } else {
        require(is_signed && keys.first_valid == 0);
        check(&out, bytes);
    }
    free(bytes);
    return 0;
}
