/* SPDX-License-Identifier: MIT */
#include "image/pki.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <mbedtls/ecp.h>
#include <mbedtls/md.h>
#include <mbedtls/pk.h>
#include <mbedtls/sha256.h>
#include <mbedtls/x509_crt.h>

#include "base/rng.h"
#include "image/bytes.h"
#include "oracle/layout.h"

/* Public on purpose: anyone can be any of these. */
#define SEED "otalab: development certificates, not for products: "
#define DATE_SIZE 15u /* YYYYMMDDhhmmss */

/* Blinds the arithmetic; no result depends on it. */
static int blinding(void *context, unsigned char *out, size_t length)
{
    struct rng rng;

    (void)context;
    rng_init(&rng, length, "pki.blinding");
    rng_fill(&rng, out, length);
    return 0;
}

static void digest_of(const char *what, const char *name, uint8_t digest[32])
{
    char text[256];
    int length = snprintf(text, sizeof text, SEED "%s %s", what, name);

    mbedtls_sha256((const uint8_t *)text, (size_t)length, digest, 0);
}

/* ---- keys --------------------------------------------------------------- */

/* A digest is below the group's order but for one in 2^32 names, which would
 * be refused. */
static int make_key(const char *name, mbedtls_pk_context *key)
{
    uint8_t scalar[32];
    int err =
        mbedtls_pk_setup(key, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY));

    digest_of("key", name, scalar);
    err =
        err ? err
            : mbedtls_ecp_read_key(MBEDTLS_ECP_DP_SECP256R1,
                                   mbedtls_pk_ec(*key), scalar, sizeof scalar);
    return err ? err
               : mbedtls_ecp_keypair_calc_public(mbedtls_pk_ec(*key), blinding,
                                                 NULL);
}

static int failed(const char *what, const char *name, int err,
                  struct diag *diag)
{
    return diag_fail(diag, OTALAB_ERR_SIMULATOR, "the %s of '%s': mbedTLS -%x",
                     what, name, (unsigned)-err);
}

/* The library writes to the end of the buffer. */
static void to_front(struct pki_bytes *out, int length)
{
    out->length = (uint32_t)length;
    memmove(out->bytes, out->bytes + sizeof out->bytes - out->length,
            out->length);
    memset(out->bytes + out->length, 0, sizeof out->bytes - out->length);
}

int pki_private_key(const char *key, struct pki_bytes *out, struct diag *diag)
{
    mbedtls_pk_context pk;

    mbedtls_pk_init(&pk);
    int err = make_key(key, &pk);
    err = err ? err
              : mbedtls_pk_write_key_der(&pk, out->bytes, sizeof out->bytes);
    mbedtls_pk_free(&pk);
    if (err <= 0) {
        return failed("private key", key, err, diag);
    }
    to_front(out, err);
    return 0;
}

void pki_psk(const char *name, uint8_t key[PKI_PSK])
{
    uint8_t digest[32];

    digest_of("shared key", name, digest);
    memcpy(key, digest, PKI_PSK);
}

void pki_device_name(uint32_t number, char name[PKI_NAME])
{
    snprintf(name, PKI_NAME, "device-%u", number);
}

/* ---- certificates --------------------------------------------------------- */

static void date_text(uint64_t seconds, char text[DATE_SIZE])
{
    time_t time = (time_t)seconds;
    struct tm parts;

    gmtime_r(&time, &parts);
    strftime(text, DATE_SIZE, "%Y%m%d%H%M%S", &parts);
}

static int set_names(mbedtls_x509write_cert *crt,
                     const struct pki_subject *subject)
{
    const char *issuer =
        subject->issuer != NULL ? subject->issuer : subject->name;
    char name[2u * PKI_NAME];

    snprintf(name, sizeof name, "CN=%s", subject->name);
    int err = mbedtls_x509write_crt_set_subject_name(crt, name);
    snprintf(name, sizeof name, "CN=%s", issuer);
    return err ? err : mbedtls_x509write_crt_set_issuer_name(crt, name);
}

static int set_dates(mbedtls_x509write_cert *crt,
                     const struct pki_subject *subject)
{
    uint8_t serial[4];
    char from[DATE_SIZE];
    char until[DATE_SIZE];

    for (unsigned i = 0; i < sizeof serial; i++) {
        serial[i] = (uint8_t)(subject->serial >> (24u - 8u * i));
    }
    date_text(subject->from_s, from);
    date_text(subject->until_s, until);
    int err = mbedtls_x509write_crt_set_serial_raw(crt, serial, sizeof serial);
    return err ? err : mbedtls_x509write_crt_set_validity(crt, from, until);
}

static int set_extensions(mbedtls_x509write_cert *crt,
                          const struct pki_subject *subject)
{
    mbedtls_x509_san_list name = {
        .node = {.type = MBEDTLS_X509_SAN_DNS_NAME,
                 .san.unstructured_name = {
                     .tag = 0,
                     .len = strlen(subject->name),
                     .p = (unsigned char *)(uintptr_t)subject->name}}};
    bool authority = subject->issuer == NULL;
    int err = mbedtls_x509write_crt_set_basic_constraints(crt, authority,
                                                          authority ? 0 : -1);

    return err || authority
               ? err
               : mbedtls_x509write_crt_set_subject_alternative_name(crt, &name);
}

static int write_certificate(const struct pki_subject *subject,
                             mbedtls_pk_context *own, mbedtls_pk_context *by,
                             struct pki_bytes *out)
{
    mbedtls_x509write_cert crt;

    mbedtls_x509write_crt_init(&crt);
    mbedtls_x509write_crt_set_version(&crt, MBEDTLS_X509_CRT_VERSION_3);
    mbedtls_x509write_crt_set_md_alg(&crt, MBEDTLS_MD_SHA256);
    mbedtls_x509write_crt_set_subject_key(&crt, own);
    mbedtls_x509write_crt_set_issuer_key(&crt, by);
    int err = set_names(&crt, subject);
    err = err ? err : set_dates(&crt, subject);
    err = err ? err : set_extensions(&crt, subject);
    err = err ? err
              : mbedtls_x509write_crt_der(&crt, out->bytes, sizeof out->bytes,
                                          blinding, NULL);
    mbedtls_x509write_crt_free(&crt);
    return err;
}

int pki_certificate(const struct pki_subject *subject, struct pki_bytes *out,
                    struct diag *diag)
{
    mbedtls_pk_context own;
    mbedtls_pk_context by;

    mbedtls_pk_init(&own);
    mbedtls_pk_init(&by);
    int err = make_key(subject->key, &own);
    err =
        err ? err
            : make_key(subject->issuer != NULL ? subject->issuer : subject->key,
                       &by);
    err = err ? err : write_certificate(subject, &own, &by, out);
    mbedtls_pk_free(&own);
    mbedtls_pk_free(&by);
    if (err <= 0) {
        return failed("certificate", subject->name, err, diag);
    }
    to_front(out, err);
    return 0;
}

/* ---- a device's identity ---------------------------------------------------- */

#define IDENTITY_AT_LENGTHS 12u
#define IDENTITY_AT_CONTENT 24u
#define IDENTITY_PARTS 6u

struct part {
    const void *bytes;
    uint32_t length;
};

static uint32_t write_record(enum pki_mode mode,
                             const struct part part[IDENTITY_PARTS],
                             uint8_t record[PKI_IDENTITY])
{
    uint32_t at = IDENTITY_AT_CONTENT;

    memcpy(record, "OTI1", 4);
    put_le32(record + 8, mode);
    for (unsigned i = 0; i < IDENTITY_PARTS; i++) {
        put_le16(record + IDENTITY_AT_LENGTHS + 2 * i,
                 (uint16_t)part[i].length);
        memcpy(record + at, part[i].bytes, part[i].length);
        at += part[i].length;
    }
    put_le32(record + 4, at + 4);
    put_le32(record + at, layout_crc32(record, at));
    return at + 4;
}

int pki_identity(enum pki_mode mode, uint32_t number, uint64_t from_s,
                 uint64_t until_s, uint8_t record[PKI_IDENTITY],
                 uint32_t *length, struct diag *diag)
{
    char name[PKI_NAME];
    uint8_t psk[PKI_PSK];
    struct pki_bytes authority = {0};
    struct pki_bytes certificate = {0};
    struct pki_bytes key = {0};
    int err = 0;

    pki_device_name(number, name);
    pki_psk(name, psk);
    if (mode == PKI_X509_MODE) {
        err = pki_certificate(&(struct pki_subject){.name = "authority",
                                                    .key = "authority",
                                                    .from_s = from_s,
                                                    .until_s = until_s,
                                                    .serial = 1},
                              &authority, diag);
        err =
            err ? err
                : pki_certificate(&(struct pki_subject){.name = name,
                                                        .key = name,
                                                        .issuer = "authority",
                                                        .from_s = from_s,
                                                        .until_s = until_s,
                                                        .serial = 100 + number},
                                  &certificate, diag);
        err = err ? err : pki_private_key(name, &key, diag);
    }
    if (err == 0) {
        *length = write_record(mode,
                               (struct part[IDENTITY_PARTS]){
                                   {name, (uint32_t)strlen(name)},
                                   {psk, sizeof psk},
                                   {PKI_SERVER_NAME,
                                    (uint32_t)strlen(PKI_SERVER_NAME)},
                                   {authority.bytes, authority.length},
                                   {certificate.bytes, certificate.length},
                                   {key.bytes, key.length}},
                               record);
    }
    return err;
}
