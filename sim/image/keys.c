/* SPDX-License-Identifier: MIT */
#include "image/keys.h"

#include "base/file.h"
#include "base/rng.h"
#include "base/suggest.h"

#include <mbedtls/build_info.h>
#include <mbedtls/ecdsa.h>
#include <mbedtls/ecp.h>
#include <mbedtls/md.h>
#include <mbedtls/pem.h>
#include <mbedtls/pk.h>
#include <mbedtls/platform_util.h>
#include <mbedtls/sha256.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Static_assert(MBEDTLS_VERSION_NUMBER >= 0x03060000,
               "mbedTLS 3.6 is needed: another version's headers come first");
#if !defined(MBEDTLS_ECDSA_DETERMINISTIC)
#error "signatures must be deterministic: MBEDTLS_ECDSA_DETERMINISTIC"
#endif

/* Public on purpose: anyone can sign for every simulated device. */
static const char dev_seed[] = "otalab: development keys, not for products";
static const char dev_salt[] = "otalab-dev-key-1";
static const char *const dev_names[] = {"root", "root1", "root2", "wrong"};
#define DEV_NAMES (sizeof dev_names / sizeof dev_names[0])

/* SEQUENCE { SEQUENCE { ecPublicKey, prime256v1 }, BIT STRING { point } } */
static const uint8_t spki_head[KEY_SPKI_SIZE - KEY_POINT_SIZE] = {
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
    0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
    0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
};

/*
 * PKCS#8: SEQUENCE { 0, algorithm, OCTET STRING { ECPrivateKey } } with
 * ECPrivateKey: SEQUENCE { 1, OCTET STRING scalar, [1] BIT STRING point }
 *   | head 36 | scalar 32 | middle 5 | point 65 |
 */
static const uint8_t pkcs8_head[] = {
    0x30, 0x81, 0x87, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86,
    0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d,
    0x03, 0x01, 0x07, 0x04, 0x6d, 0x30, 0x6b, 0x02, 0x01, 0x01, 0x04, 0x20,
};
static const uint8_t pkcs8_middle[] = {0xa1, 0x44, 0x03, 0x42, 0x00};
#define PKCS8_SIZE \
    (sizeof pkcs8_head + KEY_SCALAR_SIZE + sizeof pkcs8_middle + KEY_POINT_SIZE)

/*
 * Blinds the curve arithmetic. No result depends on it, so it may come from a
 * stream that is always the same: anyone who can measure this process can also
 * read the key file.
 */
static int blinding(void *context, unsigned char *out, size_t length)
{
    struct rng rng;

    (void)context;
    rng_init(&rng, length, "image.blinding");
    rng_fill(&rng, out, length);
    return 0;
}

/* ---- to and from mbedTLS --------------------------------------------- */

static int load_private(const struct key *key, mbedtls_ecp_keypair *pair)
{
    int err = mbedtls_ecp_read_key(MBEDTLS_ECP_DP_SECP256R1, pair, key->scalar,
                                   KEY_SCALAR_SIZE);

    return err != 0 ? err
                    : mbedtls_ecp_keypair_calc_public(pair, blinding, NULL);
}

static int store_point(const mbedtls_ecp_keypair *pair, struct key *key)
{
    size_t length = 0;

    if (mbedtls_ecp_keypair_get_group_id(pair) != MBEDTLS_ECP_DP_SECP256R1) {
        return MBEDTLS_ERR_ECP_BAD_INPUT_DATA;
    }
    int err = mbedtls_ecp_write_public_key(pair, MBEDTLS_ECP_PF_UNCOMPRESSED,
                                           &length, key->point, KEY_POINT_SIZE);
    return err != 0 || length != KEY_POINT_SIZE ? MBEDTLS_ERR_ECP_BAD_INPUT_DATA
                                                : 0;
}

/* The scalar is set: compute the point. */
static int complete_private(struct key *key)
{
    mbedtls_ecp_keypair pair;

    mbedtls_ecp_keypair_init(&pair);
    int err = load_private(key, &pair);
    err = err != 0 ? err : store_point(&pair, key);
    mbedtls_ecp_keypair_free(&pair);
    key->is_private = err == 0;
    return err;
}

/* ---- development keys ------------------------------------------------- */

const char *key_dev_name(unsigned index)
{
    return index < DEV_NAMES ? dev_names[index] : NULL;
}

static int unknown_dev(const char *name, struct diag *diag)
{
    struct suggest near;

    suggest_start(&near, name);
    for (unsigned i = 0; i < DEV_NAMES; i++) {
        suggest_offer(&near, dev_names[i]);
    }
    const char *best = suggest_best(&near);
    return diag_fail(diag, OTALAB_ERR_USAGE,
                     "no development key '%.40s'%s%s%s; there are root, "
                     "root1, root2 and wrong",
                     name, best != NULL ? "; did you mean '" : "",
                     best != NULL ? best : "", best != NULL ? "'?" : "");
}

/* HKDF-SHA-256 (RFC 5869), one block: extract, then expand with `info`. */
static int hkdf(const char *info, size_t length, uint8_t out[KEY_SCALAR_SIZE])
{
    const mbedtls_md_info_t *md = mbedtls_md_info_from_type(MBEDTLS_MD_SHA256);
    uint8_t prk[32], input[64];

    if (length >= sizeof input) {
        return -1;
    }
    memcpy(input, info, length);
    input[length] = 1;
    int err =
        mbedtls_md_hmac(md, (const uint8_t *)dev_salt, sizeof dev_salt - 1,
                        (const uint8_t *)dev_seed, sizeof dev_seed - 1, prk);
    return err != 0
               ? err
               : mbedtls_md_hmac(md, prk, sizeof prk, input, length + 1, out);
}

/* "name/try" is the info; if the scalar is out of range (probability 2^-32),
 * the next try is used. */
static int derive(const char *name, struct key *key)
{
    for (unsigned attempt = 0; attempt < 8; attempt++) {
        char info[64];
        int length = snprintf(info, sizeof info, "%s/%u", name, attempt);

        memset(key, 0, sizeof *key);
        if (hkdf(info, (size_t)length, key->scalar) == 0 &&
            complete_private(key) == 0) {
            return 0;
        }
    }
    return -1;
}

int key_dev(const char *name, struct key *key, struct diag *diag)
{
    for (unsigned i = 0; i < DEV_NAMES; i++) {
        if (strcmp(dev_names[i], name) == 0) {
            return derive(name, key) == 0
                       ? 0
                       : diag_fail(diag, OTALAB_ERR_SIMULATOR,
                                   "development key '%s' cannot be derived",
                                   name);
        }
    }
    return unknown_dev(name, diag);
}

/* ---- reading ----------------------------------------------------------- */

enum pem_kind { PEM_REFUSED, PEM_PRIVATE, PEM_PUBLIC };

static const struct pem_form {
    const char *marker; /* the first one found in the text decides */
    enum pem_kind kind;
    const char *refusal;
} pem_forms[] = {
    {"ENCRYPTED", PEM_REFUSED,
     "the key is encrypted; decrypt a copy with 'openssl pkey -in KEY -out "
     "PLAIN'"},
    {"-----BEGIN PRIVATE KEY-----", PEM_PRIVATE, NULL},
    {"-----BEGIN EC PRIVATE KEY-----", PEM_PRIVATE, NULL},
    {"-----BEGIN PUBLIC KEY-----", PEM_PUBLIC, NULL},
    {"-----BEGIN RSA ", PEM_REFUSED,
     "an RSA key; images are signed with ECDSA P-256"},
    {"-----BEGIN CERTIFICATE-----", PEM_REFUSED,
     "a certificate, not a key; 'openssl x509 -pubkey -noout' extracts the "
     "key"},
    {"-----BEGIN ", PEM_REFUSED, "a PEM file, but not of a key"},
};

static const struct pem_form *find_form(const char *text)
{
    for (size_t i = 0; i < sizeof pem_forms / sizeof pem_forms[0]; i++) {
        if (strstr(text, pem_forms[i].marker) != NULL) {
            return &pem_forms[i];
        }
    }
    return NULL;
}

static int take_private(const mbedtls_ecp_keypair *pair, struct key *key)
{
    struct key said = {0};
    size_t length = 0;
    int err = store_point(pair, &said);

    err = err != 0 ? err
                   : mbedtls_ecp_write_key_ext(pair, &length, key->scalar,
                                               KEY_SCALAR_SIZE);
    err = err != 0 ? err : complete_private(key);
    if (err == 0 && memcmp(said.point, key->point, KEY_POINT_SIZE) != 0) {
        err = MBEDTLS_ERR_ECP_INVALID_KEY;
    }
    return err;
}

/* Says what exactly went wrong. */
static int refuse(int err, const char *origin, struct diag *diag)
{
    static const struct {
        int err;
        const char *text;
    } known[] = {
        {MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE,
         "the key is on another curve; images are signed with ECDSA P-256"},
        {MBEDTLS_ERR_ECP_BAD_INPUT_DATA,
         "the key is on another curve; images are signed with ECDSA P-256"},
        {MBEDTLS_ERR_PK_UNKNOWN_PK_ALG,
         "not a key for ECDSA; images are signed with ECDSA P-256"},
        {MBEDTLS_ERR_PK_TYPE_MISMATCH,
         "not a key for ECDSA; images are signed with ECDSA P-256"},
        {MBEDTLS_ERR_ECP_INVALID_KEY,
         "the key is damaged: its public point is wrong"},
    };

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (known[i].err == err) {
            return diag_fail(diag, OTALAB_ERR_USAGE, "%s: %s", origin,
                             known[i].text);
        }
    }
    return diag_fail(diag, OTALAB_ERR_USAGE,
                     "%s: the key is damaged (mbedTLS says -0x%04x)", origin,
                     (unsigned)-err);
}

int key_parse(const uint8_t *text, size_t size, const char *origin,
              struct key *key, struct diag *diag)
{
    const struct pem_form *form = find_form((const char *)text);
    mbedtls_pk_context pk;

    memset(key, 0, sizeof *key);
    if (form == NULL || form->kind == PEM_REFUSED) {
        return diag_fail(diag, OTALAB_ERR_USAGE, "%s: %s", origin,
                         form != NULL ? form->refusal
                                      : "no PEM key in this file");
    }
    mbedtls_pk_init(&pk);
    int err = form->kind == PEM_PUBLIC
                  ? mbedtls_pk_parse_public_key(&pk, text, size + 1)
                  : mbedtls_pk_parse_key(&pk, text, size + 1, NULL, 0, blinding,
                                         NULL);
    if (err == 0 && !mbedtls_pk_can_do(&pk, MBEDTLS_PK_ECDSA)) {
        err = MBEDTLS_ERR_PK_TYPE_MISMATCH;
    }
    if (err == 0) {
        const mbedtls_ecp_keypair *pair = mbedtls_pk_ec(pk);
        err = form->kind == PEM_PUBLIC ? store_point(pair, key)
                                       : take_private(pair, key);
    }
    mbedtls_pk_free(&pk);
    return err != 0 ? refuse(err, origin, diag) : 0;
}

int key_read(const char *path, struct key *key, struct diag *diag)
{
    uint8_t *text;
    size_t size;
    int err = file_read(path, KEY_FILE_MAX, &text, &size, diag);

    if (err != 0) {
        return err;
    }
    err = key_parse(text, size, path, key, diag);
    mbedtls_platform_zeroize(text, size);
    free(text);
    return err;
}

int key_open(const char *name, struct key *key, struct diag *diag)
{
    for (unsigned i = 0; i < DEV_NAMES; i++) {
        if (strcmp(dev_names[i], name) == 0 && access(name, F_OK) != 0) {
            return key_dev(name, key, diag);
        }
    }
    return key_read(name, key, diag);
}

/* ---- writing ----------------------------------------------------------- */

static int write_pem(const char *begin, const char *end, const uint8_t *der,
                     size_t size, char pem[KEY_PEM_MAX])
{
    size_t used = 0;

    return mbedtls_pem_write_buffer(begin, end, der, size, (uint8_t *)pem,
                                    KEY_PEM_MAX, &used) != 0
               ? OTALAB_ERR_SIMULATOR
               : 0;
}

int key_private_pem(const struct key *key, char pem[KEY_PEM_MAX])
{
    uint8_t der[PKCS8_SIZE];
    uint8_t *at = der;

    if (!key->is_private) {
        return OTALAB_ERR_USAGE;
    }
    memcpy(at, pkcs8_head, sizeof pkcs8_head);
    at += sizeof pkcs8_head;
    memcpy(at, key->scalar, KEY_SCALAR_SIZE);
    at += KEY_SCALAR_SIZE;
    memcpy(at, pkcs8_middle, sizeof pkcs8_middle);
    at += sizeof pkcs8_middle;
    memcpy(at, key->point, KEY_POINT_SIZE);
    return write_pem("-----BEGIN PRIVATE KEY-----\n",
                     "-----END PRIVATE KEY-----\n", der, sizeof der, pem);
}

int key_public_pem(const struct key *key, char pem[KEY_PEM_MAX])
{
    uint8_t der[KEY_SPKI_SIZE];

    key_spki(key, der);
    return write_pem("-----BEGIN PUBLIC KEY-----\n",
                     "-----END PUBLIC KEY-----\n", der, sizeof der, pem);
}

void key_spki(const struct key *key, uint8_t der[KEY_SPKI_SIZE])
{
    memcpy(der, spki_head, sizeof spki_head);
    memcpy(der + sizeof spki_head, key->point, KEY_POINT_SIZE);
}

int key_digest(const struct key *key, uint8_t digest[KEY_DIGEST_SIZE])
{
    uint8_t der[KEY_SPKI_SIZE];

    key_spki(key, der);
    return mbedtls_sha256(der, sizeof der, digest, 0) != 0
               ? OTALAB_ERR_SIMULATOR
               : 0;
}

/* ---- signatures -------------------------------------------------------- */

int key_sign(const struct key *key, const uint8_t digest[32],
             uint8_t signature[KEY_SIGNATURE_MAX], size_t *length)
{
    mbedtls_ecp_keypair pair;

    if (!key->is_private) {
        return OTALAB_ERR_USAGE;
    }
    mbedtls_ecp_keypair_init(&pair);
    int err = load_private(key, &pair);
    err = err != 0
              ? err
              : mbedtls_ecdsa_write_signature(&pair, MBEDTLS_MD_SHA256, digest,
                                              32, signature, KEY_SIGNATURE_MAX,
                                              length, blinding, NULL);
    mbedtls_ecp_keypair_free(&pair);
    return err != 0 ? OTALAB_ERR_SIMULATOR : 0;
}

static int load_public(const struct key *key, mbedtls_ecp_keypair *pair)
{
    mbedtls_ecp_group group;
    mbedtls_ecp_point point;

    mbedtls_ecp_group_init(&group);
    mbedtls_ecp_point_init(&point);
    int err = mbedtls_ecp_group_load(&group, MBEDTLS_ECP_DP_SECP256R1);
    err = err != 0 ? err
                   : mbedtls_ecp_point_read_binary(&group, &point, key->point,
                                                   KEY_POINT_SIZE);
    err = err != 0 ? err
                   : mbedtls_ecp_set_public_key(MBEDTLS_ECP_DP_SECP256R1, pair,
                                                &point);
    mbedtls_ecp_point_free(&point);
    mbedtls_ecp_group_free(&group);
    return err;
}

bool key_verify(const struct key *key, const uint8_t digest[32],
                const uint8_t *signature, size_t length)
{
    mbedtls_ecp_keypair pair;

    mbedtls_ecp_keypair_init(&pair);
    int err = load_public(key, &pair);
    err = err != 0 ? err
                   : mbedtls_ecdsa_read_signature(&pair, digest, 32, signature,
                                                  length);
    mbedtls_ecp_keypair_free(&pair);
    return err == 0;
}

/* ---- r || s ----------------------------------------------------------------- */

struct raw {
    mbedtls_ecp_keypair pair;
    mbedtls_mpi r;
    mbedtls_mpi s;
};

static void raw_init(struct raw *raw)
{
    mbedtls_ecp_keypair_init(&raw->pair);
    mbedtls_mpi_init(&raw->r);
    mbedtls_mpi_init(&raw->s);
}

static void raw_free(struct raw *raw)
{
    mbedtls_ecp_keypair_free(&raw->pair);
    mbedtls_mpi_free(&raw->r);
    mbedtls_mpi_free(&raw->s);
}

int key_sign_raw(const struct key *key, const uint8_t digest[32],
                 uint8_t raw[KEY_RAW_SIZE])
{
    struct raw parts;
    mbedtls_ecp_keypair *pair = &parts.pair;

    if (!key->is_private) {
        return OTALAB_ERR_USAGE;
    }
    raw_init(&parts);
    int err = load_private(key, pair);
    err = err != 0 ? err
                   : mbedtls_ecdsa_sign_det_ext(&pair->MBEDTLS_PRIVATE(grp),
                                                &parts.r, &parts.s,
                                                &pair->MBEDTLS_PRIVATE(d),
                                                digest, 32, MBEDTLS_MD_SHA256,
                                                blinding, NULL);
    err = err != 0 ? err : mbedtls_mpi_write_binary(&parts.r, raw, 32);
    err = err != 0 ? err : mbedtls_mpi_write_binary(&parts.s, raw + 32, 32);
    raw_free(&parts);
    return err != 0 ? OTALAB_ERR_SIMULATOR : 0;
}

bool key_verify_raw(const struct key *key, const uint8_t digest[32],
                    const uint8_t raw[KEY_RAW_SIZE])
{
    struct raw parts;
    mbedtls_ecp_keypair *pair = &parts.pair;

    raw_init(&parts);
    int err = load_public(key, pair);
    err = err != 0 ? err : mbedtls_mpi_read_binary(&parts.r, raw, 32);
    err = err != 0 ? err : mbedtls_mpi_read_binary(&parts.s, raw + 32, 32);
    err = err != 0 ? err
                   : mbedtls_ecdsa_verify(&pair->MBEDTLS_PRIVATE(grp), digest,
                                          32, &pair->MBEDTLS_PRIVATE(Q),
                                          &parts.r, &parts.s);
    raw_free(&parts);
    return err == 0;
}
