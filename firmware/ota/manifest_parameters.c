/* SPDX-License-Identifier: MIT */
#include "ota/manifest_parameters.h"

#include "ota/manifest_digest.h"

typedef enum agent_why reads(struct cbor *reader,
                             struct ota_manifest_value *value);

static enum agent_why malformed(bool right)
{
    return right ? AGENT_WHY_NONE : AGENT_WHY_BAD_MANIFEST;
}

static bool read_bytes(struct cbor *reader, struct ota_manifest_value *value,
                       uint32_t length)
{
    struct cbor_span bytes;

    if (!cbor_bytes(reader, &bytes)) {
        return false;
    }
    *value = (struct ota_manifest_value){bytes.bytes, bytes.length};
    return bytes.length == length;
}

static enum agent_why read_uuid(struct cbor *reader,
                                struct ota_manifest_value *value)
{
    return malformed(read_bytes(reader, value, OTA_MANIFEST_UUID));
}

static enum agent_why read_plain_digest(struct cbor *reader,
                                        struct ota_manifest_value *value)
{
    return malformed(read_bytes(reader, value, OTA_DIGEST_SIZE));
}

static enum agent_why read_digest(struct cbor *reader,
                                  struct ota_manifest_value *value)
{
    struct cbor_span bytes;
    enum agent_why why;

    if (!cbor_bytes(reader, &bytes)) {
        return AGENT_WHY_BAD_MANIFEST;
    }
    struct cbor inner = cbor_open(bytes);
    *value = (struct ota_manifest_value){ota_manifest_digest(&inner, &why),
                                         OTA_DIGEST_SIZE};
    return why ? why : malformed(cbor_is_over(&inner));
}

static enum agent_why read_number(struct cbor *reader,
                                  struct ota_manifest_value *value)
{
    return cbor_next(reader) == CBOR_UINT
               ? malformed(cbor_uint(reader, &value->number))
               : AGENT_WHY_BAD_MANIFEST;
}

static enum agent_why read_flag(struct cbor *reader,
                                struct ota_manifest_value *value)
{
    bool flag;

    bool right = cbor_bool(reader, &flag);
    value->number = flag;
    return malformed(right);
}

static enum agent_why read_patch(struct cbor *reader,
                                 struct ota_manifest_value *value)
{
    enum agent_why why = read_number(reader, value);

    return why                                   ? why
           : value->number == OTA_MANIFEST_PATCH ? AGENT_WHY_NONE
                                                 : AGENT_WHY_BAD_PARAMETER;
}

/* Printable, and without blanks. */
static enum agent_why read_uri(struct cbor *reader,
                               struct ota_manifest_value *value)
{
    struct cbor_span text;

    if (!cbor_text(reader, &text)) {
        return AGENT_WHY_BAD_MANIFEST;
    }
    for (uint32_t i = 0; i < text.length; i++) {
        if (text.bytes[i] <= ' ' || text.bytes[i] > '~') {
            return AGENT_WHY_BAD_PARAMETER;
        }
    }
    *value = (struct ota_manifest_value){text.bytes, text.length};
    return text.length != 0 ? AGENT_WHY_NONE : AGENT_WHY_BAD_PARAMETER;
}

/* [comparison, [numbers]] in a byte string; a version has 1 to 4 numbers. */
static enum agent_why read_version(struct cbor *reader,
                                   struct ota_manifest_value *value)
{
    struct cbor_span bytes;
    uint32_t count;
    uint32_t number;

    if (!cbor_bytes(reader, &bytes)) {
        return AGENT_WHY_BAD_MANIFEST;
    }
    struct cbor inner = cbor_open(bytes);
    if (!cbor_array(&inner, &count) || count != 2 ||
        !cbor_uint(&inner, &value->number)) {
        return AGENT_WHY_BAD_MANIFEST;
    }
    value->bytes = inner.at;
    if (!cbor_array(&inner, &count)) {
        return AGENT_WHY_BAD_MANIFEST;
    }
    if (count == 0 || count > 4 || value->number < 1 || value->number > 5) {
        return AGENT_WHY_BAD_PARAMETER;
    }
    while (count-- > 0) {
        (void)cbor_uint(&inner, &number);
    }
    return malformed(cbor_is_over(&inner));
}

static const struct {
    int32_t key;
    reads *read;
} table[PARAMETERS] = {
    [PARAMETER_VENDOR] = {1, read_uuid},
    [PARAMETER_CLASS] = {2, read_uuid},
    [PARAMETER_FILE_DIGEST] = {3, read_digest},
    [PARAMETER_SLOT] = {5, read_number},
    [PARAMETER_STRICT] = {12, read_flag},
    [PARAMETER_SOFT] = {13, read_flag},
    [PARAMETER_SIZE] = {14, read_number},
    [PARAMETER_URI] = {21, read_uri},
    [PARAMETER_SOURCE] = {22, read_number},
    [PARAMETER_DEVICE] = {24, read_uuid},
    [PARAMETER_BATTERY] = {26, read_number},
    [PARAMETER_VERSION] = {28, read_version},
    [PARAMETER_COUNTER] = {-257, read_number},
    [PARAMETER_IMAGE_DIGEST] = {-258, read_plain_digest},
    [PARAMETER_PATCH] = {-259, read_patch},
};

static enum agent_why set(struct cbor *reader, int32_t key,
                          struct ota_manifest_parameters *parameters)
{
    for (unsigned i = 0; i < PARAMETERS; i++) {
        if (table[i].key == key) {
            parameters->set |= 1u << i;
            return table[i].read(reader, &parameters->values[i]);
        }
    }
    return AGENT_WHY_BAD_PARAMETER;
}

enum agent_why ota_manifest_override(struct cbor *reader,
                                     struct ota_manifest_parameters *parameters)
{
    struct cbor_keys keys;
    struct cbor_span name;
    int32_t key;

    (void)cbor_map(reader, &keys);
    while (cbor_key(reader, &keys, &key, &name)) {
        enum agent_why why =
            name.bytes ? AGENT_WHY_BAD_PARAMETER : set(reader, key, parameters);

        if (why) {
            return why;
        }
    }
    return malformed(!reader->bad);
}

/* Numbers that are not given are 0. */
static int compare(const uint8_t *encoded, const uint32_t version[4])
{
    struct cbor reader =
        cbor_open((struct cbor_span){encoded, 1u + 4u * 5u}); /* was read */
    uint32_t count;

    (void)cbor_array(&reader, &count);
    for (uint32_t i = 0; i < 4; i++) {
        uint32_t number = 0;

        if (i < count) {
            (void)cbor_uint(&reader, &number);
        }
        if (version[i] != number) {
            return version[i] < number ? -1 : 1;
        }
    }
    return 0;
}

bool ota_manifest_version_is(const struct ota_manifest_value *value,
                             const uint32_t version[4])
{
    int order = compare(value->bytes, version);

    switch (value->number) {
    case 1:
        return order > 0;
    case 2:
        return order >= 0;
    case 3:
        return order == 0;
    case 4:
        return order <= 0;
    default:
        return order < 0;
    }
}
