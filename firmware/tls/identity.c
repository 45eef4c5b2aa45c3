/* SPDX-License-Identifier: MIT */
#include "tls/identity.h"

#include <stdbool.h>
#include <string.h>

#include "ota/bytes.h"
#include "ota/crc32.h"
#include "ota/flash.h"

#define AT_LENGTH 4u
#define AT_MODE 8u
#define AT_LENGTHS 12u
#define AT_CONTENT (AT_LENGTHS + 2u * IDENTITY_PARTS)
#define CRC_SIZE 4u

static bool has(const struct identity *identity, enum identity_part part,
                uint32_t most)
{
    uint32_t length = identity->part[part].length;

    return length != 0 && length <= most;
}

static bool is_complete(const struct identity *identity)
{
    switch (identity->mode) {
    case IDENTITY_PSK:
        return has(identity, IDENTITY_PSK_NAME, IDENTITY_NAME_MAX) &&
               has(identity, IDENTITY_PSK_KEY, IDENTITY_PSK_MAX);
    case IDENTITY_X509:
        return has(identity, IDENTITY_SERVER, IDENTITY_NAME_MAX) &&
               has(identity, IDENTITY_AUTHORITY, IDENTITY_MAX) &&
               has(identity, IDENTITY_CERTIFICATE, IDENTITY_MAX) &&
               has(identity, IDENTITY_KEY, IDENTITY_MAX);
    default:
        return false;
    }
}

/* The contents fill the record exactly. */
static bool divide(const uint8_t *record, uint32_t length,
                   struct identity *identity)
{
    uint32_t at = AT_CONTENT;

    for (uint32_t i = 0; i < IDENTITY_PARTS; i++) {
        identity->part[i].bytes = record + at;
        identity->part[i].length = bytes_get16(record + AT_LENGTHS + 2u * i);
        at += identity->part[i].length;
        if (at > length - CRC_SIZE) {
            return false;
        }
    }
    return at == length - CRC_SIZE;
}

int identity_read(const uint8_t *record, uint32_t size,
                  struct identity *identity)
{
    memset(identity, 0, sizeof(*identity));
    if (size < AT_CONTENT + CRC_SIZE || bytes_get32(record) != IDENTITY_MAGIC) {
        return OTA_ERR_NONE;
    }
    uint32_t length = bytes_get32(record + AT_LENGTH);
    if (length < AT_CONTENT + CRC_SIZE || length > size ||
        length > IDENTITY_MAX ||
        ota_crc32(record, length - CRC_SIZE) !=
            bytes_get32(record + length - CRC_SIZE)) {
        return OTA_ERR_RANGE;
    }
    identity->mode = (enum identity_mode)bytes_get32(record + AT_MODE);
    return divide(record, length, identity) && is_complete(identity)
               ? OTA_OK
               : OTA_ERR_RANGE;
}
