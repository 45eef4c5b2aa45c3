/* SPDX-License-Identifier: MIT */
/*
 * Signing keys: ECDSA on P-256, as plain values. A key is read from PEM (PKCS#8
 * or SEC1 private, SPKI public) or is one of the development keys, which
 * everybody can derive from the seed in keys.c: the same commit signs the same
 * images everywhere, and no product may trust them. Nothing is kept between
 * calls; a `struct key` needs no freeing. Functions that fail on outside input
 * leave one line in the diag.
 */
#ifndef OTALAB_IMAGE_KEYS_H
#define OTALAB_IMAGE_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

#define KEY_SCALAR_SIZE 32u
#define KEY_POINT_SIZE 65u    /* 0x04, x, y */
#define KEY_SPKI_SIZE 91u     /* SubjectPublicKeyInfo, DER */
#define KEY_DIGEST_SIZE 32u   /* its SHA-256: KEYHASH, and in the fuses */
#define KEY_SIGNATURE_MAX 72u /* DER {r, s} */
#define KEY_PEM_MAX 512u      /* text with its NUL */
#define KEY_FILE_MAX 16384u   /* no key file is larger than this */

struct key {
    bool is_private;
    uint8_t scalar[KEY_SCALAR_SIZE]; /* zeros if public */
    uint8_t point[KEY_POINT_SIZE];
};

/* The development key of that name: root (fuse key 0), root1, root2, wrong. 0,
 * or OTALAB_ERR_USAGE for any other name, with a suggestion. */
int key_dev(const char *name, struct key *key, struct diag *diag);
/* The names of the development keys; NULL ends the list. */
const char *key_dev_name(unsigned index);

/* Read PEM text; `origin` names it in messages. `text[size]` must be NUL, as
 * file_read() leaves it. */
int key_parse(const uint8_t *text, size_t size, const char *origin,
              struct key *key, struct diag *diag);
int key_read(const char *path, struct key *key, struct diag *diag);
/* Read a file or, if there is none of that name, take a development key. */
int key_open(const char *name, struct key *key, struct diag *diag);

/* Write PKCS#8 or SPKI as PEM text. 0, or OTALAB_ERR_USAGE if the private half
 * of a public key is requested. */
int key_private_pem(const struct key *key, char pem[KEY_PEM_MAX]);
int key_public_pem(const struct key *key, char pem[KEY_PEM_MAX]);

void key_spki(const struct key *key, uint8_t der[KEY_SPKI_SIZE]);
int key_digest(const struct key *key, uint8_t digest[KEY_DIGEST_SIZE]);

/* Sign a SHA-256 digest with deterministic ECDSA (RFC 6979). *length <= 72
 * bytes. */
int key_sign(const struct key *key, const uint8_t digest[32],
             uint8_t signature[KEY_SIGNATURE_MAX], size_t *length);
/* The same as r || s, each 32 bytes big-endian. */
#define KEY_RAW_SIZE 64u
int key_sign_raw(const struct key *key, const uint8_t digest[32],
                 uint8_t raw[KEY_RAW_SIZE]);
bool key_verify_raw(const struct key *key, const uint8_t digest[32],
                    const uint8_t raw[KEY_RAW_SIZE]);
bool key_verify(const struct key *key, const uint8_t digest[32],
                const uint8_t *signature, size_t length);

#endif
