/* SPDX-License-Identifier: MIT */
/* Offers, signed before the run in which they are made. */
#include "engine/publish.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/signer.h"
#include "image/image_sign.h"

static int describe(const struct run_case *given,
                    const struct case_offer *offer, uint32_t release,
                    uint8_t out[IMAGE_DESCRIPTOR_SIZE], struct diag *diag)
{
    const struct scenario_publish *publish = &offer->action->publish;
    struct mcuboot_version version;
    struct descriptor_spec spec = {.image = given->image[offer->image].bytes,
                                   .image_size =
                                       given->image[offer->image].size,
                                   .key = &offer->key,
                                   .release = release,
                                   .has_counter = publish->has_counter,
                                   .counter = publish->counter,
                                   .has_size = publish->has_size,
                                   .size = publish->size,
                                   .bad_digest = publish->bad_digest,
                                   .deltas = given->scenario->deltas > 0};
    int err = 0;

    if (publish->version[0] != '\0') {
        err = image_version_read(publish->version, &version, diag);
        spec.version = &version;
    }
    return err ? err : descriptor_build(&spec, out, diag);
}

static const char *given_text(const char *text)
{
    return text[0] != '\0' ? text : NULL;
}

static int make(const struct run_case *given, const struct case_offer *offer,
                uint32_t release, uint8_t out[MANIFEST_FILE_MAX],
                uint32_t *length, struct diag *diag)
{
    const struct scenario_publish *publish = &offer->action->publish;
    struct mcuboot_version version;
    struct manifest_spec spec = {.image = given->image[offer->image].bytes,
                                 .image_size = given->image[offer->image].size,
                                 .key = &offer->key,
                                 .sequence = release,
                                 .domain = given_text(publish->vendor),
                                 .model = given_text(publish->model),
                                 .uri = given_text(publish->uri),
                                 .text = given_text(publish->text),
                                 .deltas = given->scenario->deltas > 0,
                                 .sever = publish->sever,
                                 .battery_mwh = publish->battery_mwh,
                                 .has_counter = publish->has_counter,
                                 .counter = publish->counter,
                                 .has_size = publish->has_size,
                                 .size = publish->size,
                                 .bad_digest = publish->bad_digest,
                                 .flaw = (enum manifest_flaw)publish->flaw};
    int err = 0;

    if (publish->version[0] != '\0') {
        err = image_version_read(publish->version, &version, diag);
        spec.version = &version;
    }
    return err ? err : manifest_make(&spec, out, length, diag);
}

/* `release`: the last one so far, in the file's order. */
static int prepare(struct run_case *given, const struct action *action,
                   uint32_t *release, struct diag *diag)
{
    const struct scenario_publish *publish = &action->publish;
    struct case_offer *offer = &given->offer[given->offers];

    *release = publish->release != 0 ? publish->release : *release + 1;
    *offer = (struct case_offer){.action = action,
                                 .image = oracle_image_named(&given->judged,
                                                             publish->image),
                                 .release = *release};
    if (offer->image == ORACLE_NONE) {
        return diag_fail(diag, OTALAB_ERR_USAGE, "%s:%u:%u: no image '%s'",
                         given->scenario->path, action->place.line,
                         action->place.column, publish->image);
    }
    int err = signer_key(given, publish->key, &offer->key, diag);

    err = err ? err : describe(given, offer, *release, offer->descriptor, diag);
    err = err ? err
              : make(given, offer, *release, offer->manifest,
                     &offer->manifest_length, diag);
    given->offers++;
    return err;
}

static unsigned count_offers(const struct scenario *scenario)
{
    unsigned count = 0;

    for (unsigned i = 0; i < scenario->steps; i++) {
        for (unsigned k = 0; k < scenario->step[i].actions; k++) {
            count += scenario->step[i].action[k].kind == ACTION_PUBLISH;
        }
    }
    return count;
}

int publish_prepare(struct run_case *given, struct diag *diag)
{
    const struct scenario *scenario = given->scenario;
    uint32_t release = 0;
    int err = 0;

    given->offer = calloc(count_offers(scenario) + 1u, sizeof *given->offer);
    if (given->offer == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    for (unsigned i = 0; i < scenario->steps; i++) {
        const struct step *step = &scenario->step[i];

        for (unsigned k = 0; k < step->actions && err == 0; k++) {
            if (step->action[k].kind == ACTION_PUBLISH) {
                err = prepare(given, &step->action[k], &release, diag);
            }
        }
    }
    return err;
}

const struct case_offer *publish_find(const struct run_case *given,
                                      const struct action *action)
{
    for (unsigned i = 0; i < given->offers; i++) {
        if (given->offer[i].action == action) {
            return &given->offer[i];
        }
    }
    assert(false && "an action of the scenario");
    return NULL;
}

int publish_describe(const struct run_case *given,
                     const struct case_offer *offer, uint32_t release,
                     uint8_t out[IMAGE_DESCRIPTOR_SIZE], struct diag *diag)
{
    if (release != offer->release) {
        return describe(given, offer, release, out, diag);
    }
    memcpy(out, offer->descriptor, IMAGE_DESCRIPTOR_SIZE);
    return 0;
}

int publish_manifest(const struct run_case *given,
                     const struct case_offer *offer, uint32_t release,
                     uint8_t out[MANIFEST_FILE_MAX], uint32_t *length,
                     struct diag *diag)
{
    if (release != offer->release) {
        return make(given, offer, release, out, length, diag);
    }
    memcpy(out, offer->manifest, offer->manifest_length);
    *length = offer->manifest_length;
    return 0;
}
