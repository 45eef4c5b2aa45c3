/* SPDX-License-Identifier: MIT */
/*
 * The parameters of a component, as a manifest's commands set them: a table of
 * keys and types. Only the interpreter (manifest_run.c) includes this.
 */
#ifndef OTALAB_OTA_MANIFEST_PARAMETERS_H
#define OTALAB_OTA_MANIFEST_PARAMETERS_H

#include "ota/manifest.h"

enum ota_manifest_parameter {
    PARAMETER_VENDOR,
    PARAMETER_CLASS,
    PARAMETER_FILE_DIGEST,
    PARAMETER_SLOT,
    PARAMETER_STRICT,
    PARAMETER_SOFT,
    PARAMETER_SIZE,
    PARAMETER_URI,
    PARAMETER_SOURCE,
    PARAMETER_DEVICE,
    PARAMETER_BATTERY,
    PARAMETER_VERSION,
    PARAMETER_COUNTER,
    PARAMETER_IMAGE_DIGEST,
    PARAMETER_PATCH,
    PARAMETERS
};

/* bytes and length, or a number; a version: the comparison in `number`, and the
 * encoded array of numbers in `bytes`. */
struct ota_manifest_value {
    const uint8_t *bytes;
    uint32_t number;
};

struct ota_manifest_parameters {
    uint32_t set; /* a bit for each */
    struct ota_manifest_value values[PARAMETERS];
};

static inline bool ota_manifest_has(
    const struct ota_manifest_parameters *parameters,
    enum ota_manifest_parameter parameter)
{
    return (parameters->set & 1u << parameter) != 0;
}

/* Read the map of an override and set what it says. NONE, BAD_MANIFEST, or
 * BAD_PARAMETER: a key, a patch format or a URI that is not understood,
 * a number that does not fit. */
enum agent_why ota_manifest_override(
    struct cbor *reader, struct ota_manifest_parameters *parameters);

/* Compare that version with a parameter's; false if it has no such order. */
bool ota_manifest_version_is(const struct ota_manifest_value *value,
                             const uint32_t version[4]);

#endif
