/* SPDX-License-Identifier: MIT */
/*
 * Who this device is to its server, and how it knows the server: keys and
 * certificates in the partition `identity`, written once by the factory. The
 * record is only checked for damage: whoever can write this flash can give the
 * device another server, but no image that is not signed by the product's key.
 *
 *   0 magic "OTI1" | 4 length of the record with its CRC | 8 mode
 *   12 six lengths of 2 bytes | 24 the six contents, without gaps | CRC-32
 *
 * in the order of enum identity_part; little-endian.
 */
#ifndef OTALAB_TLS_IDENTITY_H
#define OTALAB_TLS_IDENTITY_H

#include <stdint.h>

#define IDENTITY_MAGIC 0x3149544Fu
#define IDENTITY_MAX 2560u /* bytes of a record */
#define IDENTITY_NAME_MAX 63u
#define IDENTITY_PSK_MAX 32u

enum identity_mode { IDENTITY_PSK = 1, IDENTITY_X509 = 2 };

enum identity_part {
    IDENTITY_PSK_NAME, /* what the server knows the key by */
    IDENTITY_PSK_KEY,
    IDENTITY_SERVER,      /* the name in its certificate */
    IDENTITY_AUTHORITY,   /* its issuer's certificate, DER */
    IDENTITY_CERTIFICATE, /* the device's own, DER */
    IDENTITY_KEY,         /* and its private key, DER */
    IDENTITY_PARTS
};

struct identity_bytes {
    const uint8_t *bytes;
    uint32_t length;
};

/* Points into the record. */
struct identity {
    enum identity_mode mode;
    struct identity_bytes part[IDENTITY_PARTS];
};

/* 0; OTA_ERR_NONE: there is no record; OTA_ERR_RANGE: it is damaged, or lacks
 * what its mode needs. `size` bytes can be read. */
int identity_read(const uint8_t *record, uint32_t size,
                  struct identity *identity);

#endif
