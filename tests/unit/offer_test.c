/* SPDX-License-Identifier: MIT */
/* What a manifest offers to this board, and whether it can be carried out. */
#include "ota/offer.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "image/image_sign.h"
#include "image/keys.h"
#include "manifest/make.h"
#include "ota/bytes.h"

static struct diag diag;
static struct key root;
static uint8_t digests[1][OTA_DIGEST_SIZE];
static uint8_t spki[IMAGE_SPKI_SIZE];
static const uint8_t *const list[] = {spki};
static const struct image_keys keys = {
    (const uint8_t (*)[OTA_DIGEST_SIZE])digests, 1, 0, list, 1, NULL};
static uint8_t *image;
static size_t image_size;
static struct ota_manifest_device device;
static uint8_t vendor[OTA_MANIFEST_UUID];
static uint8_t class_id[OTA_MANIFEST_UUID];
static bool there; /* the image is stored */
static uint8_t bytes[MANIFEST_FILE_MAX];
static uint32_t length;
static struct ota_manifest manifest;
static struct offer offer;
static struct ota_manifest_plan plan;
static struct uri uri;

static bool matches(void *context, uint32_t component, uint32_t size,
                    const uint8_t digest[OTA_DIGEST_SIZE])
{
    (void)context;
    return there && component == OFFER_APP && size == image_size &&
           memcmp(digest, offer.file_digest, OTA_DIGEST_SIZE) == 0;
}

static void prepare(void)
{
    static const uint8_t payload[300] = {1};
    struct image_spec spec = {.payload = payload,
                              .payload_size = sizeof payload,
                              .version = {1, 2, 0x0304, 0x05060708},
                              .has_counter = true,
                              .counter = 7,
                              .key = &root};

    cr_assert_eq(key_dev("root", &root, &diag), 0);
    cr_assert_eq(key_digest(&root, digests[0]), 0);
    key_spki(&root, spki);
    cr_assert_eq(image_build(&spec, &image, &image_size, &diag), 0);
    cr_assert_eq(manifest_vendor_id(MANIFEST_DOMAIN, vendor), 0);
    cr_assert_eq(manifest_class_id(vendor, MANIFEST_CLASS, class_id), 0);
    device = (struct ota_manifest_device){.vendor = vendor,
                                          .class_id = class_id,
                                          .battery_mwh = 10,
                                          .takes_patch = true,
                                          .matches = matches};
}

TestSuite(offer, .init = prepare);

static struct manifest_spec usual(void)
{
    return (struct manifest_spec){
        .image = image, .image_size = image_size, .key = &root, .sequence = 5};
}

static enum agent_why read_made(const struct manifest_spec *spec)
{
    static const struct offer none;

    cr_assert_eq(manifest_make(spec, bytes, &length, &diag), 0, "%s",
                 diag.text);
    enum agent_why why = offer_read((struct cbor_span){bytes, length}, &keys,
                                    &device, &manifest, &offer);
    cr_assert_eq(why != AGENT_WHY_NONE,
                 memcmp(&offer, &none, sizeof none) == 0);
    return why;
}

static enum agent_why plan_it(void)
{
    return offer_plan(&manifest, &device, &plan, &uri);
}

Test(offer, its_facts_are_those_of_the_image)
{
    struct manifest_spec spec = usual();

    cr_assert_eq(read_made(&spec), AGENT_WHY_NONE);
    cr_assert_eq(offer.release, 5);
    cr_assert_eq(offer.version.minor, 2);
    cr_assert_eq(offer.version.revision, 0x0304);
    cr_assert_eq(offer.version.build, 0x05060708);
    cr_assert_eq(offer.counter, 7);
    cr_assert_eq(offer.size, image_size);
    cr_assert(!bytes_are(offer.image_digest, OTA_DIGEST_SIZE, 0));
    cr_assert_eq(offer_check(&manifest, &device), AGENT_WHY_NONE);
    free(image);
}

Test(offer, what_to_fetch_until_it_is_there)
{
    struct manifest_spec spec = usual();

    spec.deltas = true;
    cr_assert_eq(read_made(&spec), AGENT_WHY_NONE);
    cr_assert_eq(plan_it(), AGENT_WHY_NONE);
    cr_assert_eq(plan.work, OTA_MANIFEST_TO_FETCH);
    cr_assert_eq(plan.patch, OTA_MANIFEST_PATCH);
    cr_assert_str_eq(uri.path, "delta");
    device.takes_patch = false;
    cr_assert_eq(plan_it(), AGENT_WHY_NONE);
    cr_assert_eq(plan.patch, 0);
    cr_assert_str_eq(uri.path, "image");
    there = true;
    cr_assert_eq(plan_it(), AGENT_WHY_NONE);
    cr_assert_eq(plan.work, OTA_MANIFEST_DONE);
    free(image);
}

Test(offer, for_another_class_nothing_is_offered)
{
    struct manifest_spec spec = usual();

    spec.model = "board-2";
    cr_assert_eq(read_made(&spec), AGENT_WHY_WRONG_DEVICE);
    spec.model = NULL;
    spec.domain = "elsewhere.example";
    cr_assert_eq(read_made(&spec), AGENT_WHY_WRONG_DEVICE);
    free(image);
}

Test(offer, an_image_elsewhere_is_not_fetched)
{
    static const char *const places[] = {"https://edge.example/image",
                                         "coap://ota.example/image", "#image",
                                         "../image"};
    struct manifest_spec spec = usual();

    for (unsigned i = 0; i < sizeof places / sizeof places[0]; i++) {
        spec.uri = places[i];
        cr_assert_eq(read_made(&spec), AGENT_WHY_NONE);
        cr_assert_eq(plan_it(), AGENT_WHY_BAD_PARAMETER, "%s", places[i]);
    }
    free(image);
}

Test(offer, what_could_not_be_carried_out_is_known_before)
{
    struct manifest_spec spec = usual();

    spec.flaw = MANIFEST_FLAW_CONDITION;
    cr_assert_eq(read_made(&spec), AGENT_WHY_NONE);
    cr_assert_eq(offer_check(&manifest, &device), AGENT_WHY_CONDITION_FAILED);
    spec = usual();
    spec.battery_mwh = 10;
    cr_assert_eq(read_made(&spec), AGENT_WHY_NONE);
    device.battery_mwh = 9;
    cr_assert_eq(offer_check(&manifest, &device), AGENT_WHY_CONDITION_FAILED);
    cr_assert_eq(plan_it(), AGENT_WHY_CONDITION_FAILED);
    cr_assert_eq(read_made(&spec), AGENT_WHY_CONDITION_FAILED);
    free(image);
}

/* Signed by the draft's key, and for the draft's vendor and class. */
static enum agent_why read_example(const char *path)
{
    static const uint8_t head[] = {0x01, 0x50, 0xfa, 0x6b};
    uint8_t *example = NULL;
    size_t size = 0;
    struct key key;

    cr_assert_eq(file_read(path, sizeof bytes, &example, &size, &diag), 0);
    cr_assert_eq(key_read("tests/data/suit/public_key.pem", &key, &diag), 0);
    cr_assert_eq(key_digest(&key, digests[0]), 0);
    key_spki(&key, spki);
    const uint8_t *at = memmem(example, size, head, sizeof head);
    cr_assert_not_null(at);
    memcpy(vendor, at + 2, OTA_MANIFEST_UUID);
    memcpy(class_id, at + 2 + OTA_MANIFEST_UUID + 2, OTA_MANIFEST_UUID);
    enum agent_why why = offer_read((struct cbor_span){example, (uint32_t)size},
                                    &keys, &device, &manifest, &offer);
    cr_assert_eq(manifest.components, 0);
    free(example);
    return why;
}

/* The draft's examples are valid manifests, but the first one's release is 0,
 * and nobody's component is called h'00' here. */
Test(offer, the_drafts_examples_offer_nothing)
{
    cr_assert_eq(read_example("tests/data/suit/example0-signed.cbor"),
                 AGENT_WHY_BAD_MANIFEST);
    cr_assert_eq(read_example("tests/data/suit/example1-signed.cbor"),
                 AGENT_WHY_BAD_COMPONENT);
    free(image);
}

Test(offer, a_size_of_0_is_refused)
{
    struct manifest_spec spec = usual();

    spec.has_size = true;
    spec.size = 0;
    cr_assert_eq(read_made(&spec), AGENT_WHY_BAD_PARAMETER);
    free(image);
}
