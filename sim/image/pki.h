/* SPDX-License-Identifier: MIT */
/*
 * A public key infrastructure for simulated devices and servers: keys from the
 * public development seed, certificates that depend on nothing but what is
 * asked for. The same question gives the same bytes everywhere, and no product
 * may trust any of it. Also the identity that the factory gives a device
 * (docs/secure.md draws it). The caller owns all memory.
 */
#ifndef OTALAB_IMAGE_PKI_H
#define OTALAB_IMAGE_PKI_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

#define PKI_CERTIFICATE 768u /* longest certificate in bytes, DER */
#define PKI_KEY 160u         /* longest private key, DER */
#define PKI_PSK 16u
#define PKI_NAME 64u
#define PKI_IDENTITY 2560u /* longest identity record */
#define PKI_SERVER_NAME "update.example"

struct pki_bytes {
    uint32_t length;
    uint8_t bytes[PKI_CERTIFICATE];
};

/* Whose certificate: its name, key and issuer; seconds since 1970. */
struct pki_subject {
    const char *name;   /* common name and, for a server, its DNS name */
    const char *key;    /* names the key: equal names, equal keys */
    const char *issuer; /* "authority", "other"; NULL: an authority itself */
    uint64_t from_s;
    uint64_t until_s;
    uint32_t serial;
};

/* 0, or OTALAB_ERR_SIMULATOR. */
int pki_certificate(const struct pki_subject *subject, struct pki_bytes *out,
                    struct diag *diag);
int pki_private_key(const char *key, struct pki_bytes *out, struct diag *diag);
/* The key that a device shares with its server. */
void pki_psk(const char *name, uint8_t key[PKI_PSK]);
/* What a device is called: "device-1". */
void pki_device_name(uint32_t number, char name[PKI_NAME]);

enum pki_mode { PKI_PSK_MODE = 1, PKI_X509_MODE = 2 };

/* The identity of device `number`, as its flash partition holds it; the
 * certificates are valid from `from_s` to `until_s`. Returns its length in
 * *length. */
int pki_identity(enum pki_mode mode, uint32_t number, uint64_t from_s,
                 uint64_t until_s, uint8_t record[PKI_IDENTITY],
                 uint32_t *length, struct diag *diag);

#endif
