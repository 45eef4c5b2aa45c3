/* SPDX-License-Identifier: MIT */
/*
 * Manifests of arbitrary bytes. The first byte says what they are: a whole
 * envelope, which no key has signed, or command sequences, which are given to
 * the interpreter as if they were. Whatever happens is bounded, every address
 * lies within the input, and a second run says the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ota/manifest.h"

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void within(struct cbor_span span, const uint8_t *bytes, size_t size)
{
    require(span.bytes == NULL || (span.bytes >= bytes && span.length <= size &&
                                   span.bytes + span.length <= bytes + size));
}

static bool matches(void *context, uint32_t component, uint32_t size,
                    const uint8_t digest[OTA_DIGEST_SIZE])
{
    const uint8_t *answers = context;

    require(component < 2);
    return (answers[digest[0] % 2u] >> (size % 8u) & 1u) != 0;
}

static void run(const struct ota_manifest *manifest, uint8_t answer,
                const uint8_t *bytes, size_t size)
{
    static const uint8_t uuid[OTA_MANIFEST_UUID] = {1};
    uint8_t answers[2] = {answer, (uint8_t)~answer};
    struct ota_manifest_device device = {.vendor = uuid,
                                         .class_id = answer & 1u ? uuid : NULL,
                                         .target = 1,
                                         .battery_mwh = 10,
                                         .version = {1, 2, 3, 4},
                                         .takes_patch = (answer & 2u) != 0,
                                         .context = answers,
                                         .matches = matches};
    struct ota_manifest_plan plan;
    struct ota_manifest_plan again;

    ota_manifest_run(manifest, OTA_MANIFEST_INSTALL, &device, &plan);
    ota_manifest_run(manifest, OTA_MANIFEST_INSTALL, &device, &again);
    require(memcmp(&plan, &again, sizeof plan) == 0);
    require((plan.work == OTA_MANIFEST_REFUSED) == (plan.why != 0));
    within(plan.uri, bytes, size);
    if (plan.work == OTA_MANIFEST_TO_FETCH) {
        require(plan.uri.length != 0 && plan.file_digest != NULL);
        require(plan.component < 2);
        within((struct cbor_span){plan.file_digest, OTA_DIGEST_SIZE}, bytes,
               size);
    }
}

/* What passes the check can only fail for what the device is or lacks. */
static void interpret(const uint8_t *bytes, size_t size)
{
    struct ota_manifest manifest = {.components = 2};

    if (size < 1) {
        return;
    }
    uint32_t shared = bytes[0] % (uint32_t)size;
    bytes++;
    size--;
    manifest.sequences[OTA_MANIFEST_SHARED] = (struct cbor_span){bytes, shared};
    manifest.sequences[OTA_MANIFEST_INSTALL] =
        (struct cbor_span){bytes + shared, (uint32_t)size - shared};
    for (uint8_t answer = 0; answer < 4; answer++) {
        run(&manifest, answer, bytes, size);
    }
    (void)ota_manifest_check(&manifest, OTA_MANIFEST_INSTALL);
}

static void read_whole(const uint8_t *bytes, size_t size)
{
    static const struct ota_manifest zero;
    struct ota_manifest manifest;
    struct image_keys none = {NULL, 0, 0, NULL, 0, NULL};
    struct cbor_span span = {bytes, (uint32_t)size};

    require(ota_manifest_read(span, &none, &manifest) != AGENT_WHY_NONE);
    require(memcmp(&manifest, &zero, sizeof zero) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1) {
        return 0;
    }
    uint8_t *bytes = malloc(size); /* a block of its own: an overrun is seen */

    require(bytes != NULL);
    memcpy(bytes, data + 1, size - 1);
    if ((data[0] & 1u) != 0) {
        read_whole(bytes, size - 1);
    } else {
        interpret(bytes, size - 1);
    }
    free(bytes);
    return 0;
}
