/* SPDX-License-Identifier: MIT */
/* Patches, made before the run in which they are served. */
#include "engine/deltas.h"

#include <stdlib.h>
#include <string.h>

#include "delta/patch.h"

#define PERCENT 100u

/* A program of another place cannot be the base of one that runs in a slot. */
static bool is_base(const struct run_case *given, uint32_t base,
                    uint32_t target)
{
    const struct oracle_image *from = &given->judged.image[base];
    const struct oracle_image *to = &given->judged.image[target];

    return from->authentic && from->load_base == to->load_base;
}

static struct bytes file_of(const struct run_case *given, uint32_t image)
{
    return (struct bytes){given->image[image].bytes,
                          (uint32_t)given->image[image].size};
}

static bool saves_enough(const struct run_case *given, uint32_t patch,
                         uint32_t image)
{
    uint32_t least = given->judged.policy.delta_saving;

    return (uint64_t)patch * PERCENT <=
           (uint64_t)image * (PERCENT - (least < PERCENT ? least : PERCENT));
}

/* Apply it, with code that shares nothing with the device's, and compare. */
static int prove(struct bytes patch, struct bytes base, struct bytes target,
                 struct diag *diag)
{
    struct patch_facts facts;
    uint8_t *made = NULL;
    int err = patch_apply(patch, base, &facts, &made, diag);

    if (err == 0 && (facts.target_size != target.size ||
                     memcmp(made, target.at, target.size) != 0)) {
        err = diag_fail(diag, OTALAB_ERR_SIMULATOR,
                        "a patch does not make the image that it is for");
    }
    free(made);
    return err;
}

static int add_patch(struct run_case *given, uint32_t base, uint32_t target,
                     struct server_image *served, struct diag *diag)
{
    struct bytes from = file_of(given, base);
    struct bytes to = file_of(given, target);
    struct server_patch *patch = &given->patch[target][served->patches];
    uint8_t *bytes = NULL;
    uint32_t size = 0;
    int err = patch_create(from, to, &bytes, &size, diag);

    err = err ? err : prove((struct bytes){bytes, size}, from, to, diag);
    if (err || !saves_enough(given, size, to.size)) {
        free(bytes);
        return err;
    }
    memcpy(patch->base, given->judged.image[base].hash, SERVER_BASE);
    patch->bytes = bytes;
    patch->size = size;
    served->patch = given->patch[target];
    served->patches++;
    return 0;
}

/* The nearest images before it, as many as the scenario says. */
static int add_patches(struct run_case *given, uint32_t target,
                       struct diag *diag)
{
    struct server_image *served = &given->served[target];
    unsigned seen = 0;
    int err = 0;

    for (uint32_t base = target;
         base-- > 0 && seen < given->scenario->deltas && err == 0;) {
        if (is_base(given, base, target)) {
            seen++;
            err = add_patch(given, base, target, served, diag);
        }
    }
    return err;
}

int deltas_prepare(struct run_case *given, struct diag *diag)
{
    int err = 0;

    for (unsigned i = 0; i < given->offers && err == 0; i++) {
        uint32_t target = given->offer[i].image;

        if (given->served[target].patches == 0) {
            err = add_patches(given, target, diag);
        }
    }
    return err;
}

void deltas_free(struct run_case *given)
{
    for (unsigned i = 0; i < ORACLE_IMAGES; i++) {
        for (unsigned k = 0; k < CASE_DELTAS; k++) {
            free((void *)(uintptr_t)given->patch[i][k].bytes);
        }
    }
}
