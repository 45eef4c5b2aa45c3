/* SPDX-License-Identifier: MIT */
/*
 * What the scenario publishes: keys are read and descriptors signed before the
 * run begins, so no file can change it later.
 */
#ifndef OTALAB_ENGINE_PUBLISH_H
#define OTALAB_ENGINE_PUBLISH_H

#include "engine/given.h"

/* Fill given->offer. 0, or a negative enum otalab_err with a line in `diag`. */
int publish_prepare(struct run_case *given, struct diag *diag);
/* The offer of that action, which is one of the scenario's. */
const struct case_offer *publish_find(const struct run_case *given,
                                      const struct action *action);
/* The offer's descriptor for that release. It is ready if the steps happen in
 * the file's order; otherwise it is signed here, with the key read before: the
 * same bytes. */
int publish_describe(const struct run_case *given,
                     const struct case_offer *offer, uint32_t release,
                     uint8_t out[IMAGE_DESCRIPTOR_SIZE], struct diag *diag);
/* The same for its manifest. */
int publish_manifest(const struct run_case *given,
                     const struct case_offer *offer, uint32_t release,
                     uint8_t out[MANIFEST_FILE_MAX], uint32_t *length,
                     struct diag *diag);

#endif
