/* SPDX-License-Identifier: MIT */
#include "ota/offer.h"

#include <string.h>

/* ---- facts --------------------------------------------------------------- */

/* [h'617070'] and [h'72756E'] */
static const uint8_t names[][5] = {{0x81, 0x43, 'a', 'p', 'p'},
                                   {0x81, 0x43, 'r', 'u', 'n'}};
enum { NAMES = sizeof(names) / sizeof(names[0]) };

static bool names_known(const struct ota_manifest *manifest)
{
    for (uint32_t i = 0; i < manifest->components; i++) {
        if (i >= NAMES || manifest->names[i].length != sizeof(names[i]) ||
            memcmp(manifest->names[i].bytes, names[i], sizeof(names[i])) != 0) {
            return false;
        }
    }
    return true;
}

static bool version_fits(const struct ota_manifest *manifest)
{
    return manifest->version[0] <= UINT8_MAX &&
           manifest->version[1] <= UINT8_MAX &&
           manifest->version[2] <= UINT16_MAX;
}

static void fill(const struct ota_manifest *manifest,
                 const struct ota_manifest_plan *plan, struct offer *out)
{
    const uint32_t *version = manifest->version;

    out->release = manifest->release;
    out->version.major = (uint8_t)version[0];
    out->version.minor = (uint8_t)version[1];
    out->version.revision = (uint16_t)version[2];
    out->version.build = version[3];
    out->counter = plan->counter;
    out->size = plan->size;
    memcpy(out->file_digest, plan->file_digest, OTA_DIGEST_SIZE);
    memcpy(out->image_digest, plan->image_digest, OTA_DIGEST_SIZE);
}

static enum agent_why read_facts(const struct ota_manifest *manifest,
                                 const struct ota_manifest_device *device,
                                 struct offer *out)
{
    struct ota_manifest_plan plan;

    if (manifest->release == 0 || !version_fits(manifest)) {
        return AGENT_WHY_BAD_MANIFEST;
    }
    if (!names_known(manifest)) {
        return AGENT_WHY_BAD_COMPONENT;
    }
    ota_manifest_run(manifest, OTA_MANIFEST_SHARED, device, &plan);
    if (plan.work != OTA_MANIFEST_DONE) {
        return plan.why ? plan.why : AGENT_WHY_BAD_COMMAND;
    }
    if (plan.size == 0 || plan.file_digest == NULL ||
        plan.image_digest == NULL) {
        return AGENT_WHY_BAD_PARAMETER;
    }
    fill(manifest, &plan, out);
    return AGENT_WHY_NONE;
}

enum agent_why offer_read(struct cbor_span envelope,
                          const struct image_keys *keys,
                          const struct ota_manifest_device *device,
                          struct ota_manifest *manifest, struct offer *out)
{
    enum agent_why why = ota_manifest_read(envelope, keys, manifest);

    memset(out, 0, sizeof(*out));
    why = why ? why : read_facts(manifest, device, out);
    if (why) {
        memset(manifest, 0, sizeof(*manifest));
    }
    return why;
}

/* ---- what to do ----------------------------------------------------------- */

static bool stored(void *context, uint32_t component, uint32_t size,
                   const uint8_t digest[OTA_DIGEST_SIZE])
{
    (void)context;
    (void)size;
    (void)digest;
    return component == OFFER_APP;
}

/* NONE if the sequence ends with that work on component 0. */
static enum agent_why ends_with(const struct ota_manifest *manifest,
                                enum ota_manifest_sequence sequence,
                                const struct ota_manifest_device *device,
                                enum ota_manifest_work work)
{
    struct ota_manifest_plan plan;

    ota_manifest_run(manifest, sequence, device, &plan);
    if (plan.why) {
        return plan.why;
    }
    if (plan.work != work) {
        return AGENT_WHY_BAD_COMMAND;
    }
    return plan.component == OFFER_APP ? AGENT_WHY_NONE
                                       : AGENT_WHY_BAD_COMPONENT;
}

enum agent_why offer_check(const struct ota_manifest *manifest,
                           const struct ota_manifest_device *device)
{
    static const struct {
        enum ota_manifest_sequence sequence;
        enum ota_manifest_work work;
    } steps[] = {
        {OTA_MANIFEST_FETCH, OTA_MANIFEST_DONE},
        {OTA_MANIFEST_INSTALL, OTA_MANIFEST_DONE},
        {OTA_MANIFEST_VALIDATE, OTA_MANIFEST_DONE},
        {OTA_MANIFEST_INVOKE, OTA_MANIFEST_TO_INVOKE},
    };
    struct ota_manifest_device then = *device;
    enum agent_why why = AGENT_WHY_NONE;

    then.matches = stored;
    for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]) && !why; i++) {
        why = ends_with(manifest, steps[i].sequence, &then, steps[i].work);
    }
    return why;
}

static enum agent_why check_fetch(const struct ota_manifest_plan *plan,
                                  struct uri *uri)
{
    if (plan->work != OTA_MANIFEST_TO_FETCH) {
        return AGENT_WHY_BAD_COMMAND;
    }
    if (plan->component != OFFER_APP ||
        (plan->patch != 0 && plan->source != OFFER_RUN)) {
        return AGENT_WHY_BAD_COMPONENT;
    }
    return uri_read((const char *)plan->uri.bytes, plan->uri.length, uri) &&
                   uri->scheme == URI_RELATIVE
               ? AGENT_WHY_NONE
               : AGENT_WHY_BAD_PARAMETER;
}

enum agent_why offer_plan(const struct ota_manifest *manifest,
                          const struct ota_manifest_device *device,
                          struct ota_manifest_plan *plan, struct uri *uri)
{
    static const enum ota_manifest_sequence order[] = {OTA_MANIFEST_FETCH,
                                                       OTA_MANIFEST_INSTALL};

    memset(uri, 0, sizeof(*uri));
    for (unsigned i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
        ota_manifest_run(manifest, order[i], device, plan);
        if (plan->why) {
            return plan->why;
        }
        if (plan->work != OTA_MANIFEST_DONE) {
            return check_fetch(plan, uri);
        }
    }
    return AGENT_WHY_NONE;
}
