/* SPDX-License-Identifier: MIT */
#include "manifest/names.h"

#include <stddef.h>

#include "manifest/numbers.h"

static const struct {
    enum suit_space space;
    int64_t number;
    const char *name;
} names[] = {
    {SUIT_SPACE_ENVELOPE, SUIT_AUTHENTICATION, "authentication-wrapper"},
    {SUIT_SPACE_ENVELOPE, SUIT_MANIFEST, "manifest"},
    {SUIT_SPACE_ENVELOPE, SUIT_PAYLOAD_FETCH, "payload-fetch"},
    {SUIT_SPACE_ENVELOPE, SUIT_INSTALL, "install"},
    {SUIT_SPACE_ENVELOPE, SUIT_TEXT, "text"},
    {SUIT_SPACE_MANIFEST, SUIT_MANIFEST_VERSION, "manifest-version"},
    {SUIT_SPACE_MANIFEST, SUIT_SEQUENCE, "manifest-sequence-number"},
    {SUIT_SPACE_MANIFEST, SUIT_COMMON, "common"},
    {SUIT_SPACE_MANIFEST, SUIT_REFERENCE, "reference-uri"},
    {SUIT_SPACE_MANIFEST, SUIT_SET_VERSION, "set-version"},
    {SUIT_SPACE_MANIFEST, SUIT_VALIDATE, "validate"},
    {SUIT_SPACE_MANIFEST, SUIT_LOAD, "load"},
    {SUIT_SPACE_MANIFEST, SUIT_INVOKE_MEMBER, "invoke"},
    {SUIT_SPACE_MANIFEST, SUIT_PAYLOAD_FETCH, "payload-fetch"},
    {SUIT_SPACE_MANIFEST, SUIT_INSTALL, "install"},
    {SUIT_SPACE_MANIFEST, SUIT_TEXT, "text"},
    {SUIT_SPACE_COMMON, SUIT_COMPONENTS, "components"},
    {SUIT_SPACE_COMMON, SUIT_SHARED, "shared-sequence"},
    {SUIT_SPACE_COMMAND, SUIT_VENDOR, "condition-vendor-identifier"},
    {SUIT_SPACE_COMMAND, SUIT_CLASS, "condition-class-identifier"},
    {SUIT_SPACE_COMMAND, SUIT_IMAGE_MATCH, "condition-image-match"},
    {SUIT_SPACE_COMMAND, SUIT_SLOT, "condition-component-slot"},
    {SUIT_SPACE_COMMAND, SUIT_CONTENT, "condition-check-content"},
    {SUIT_SPACE_COMMAND, SUIT_SET_COMPONENT, "directive-set-component-index"},
    {SUIT_SPACE_COMMAND, SUIT_ABORT, "condition-abort"},
    {SUIT_SPACE_COMMAND, SUIT_TRY_EACH, "directive-try-each"},
    {SUIT_SPACE_COMMAND, SUIT_WRITE, "directive-write"},
    {SUIT_SPACE_COMMAND, SUIT_OVERRIDE, "directive-override-parameters"},
    {SUIT_SPACE_COMMAND, SUIT_FETCH, "directive-fetch"},
    {SUIT_SPACE_COMMAND, SUIT_COPY, "directive-copy"},
    {SUIT_SPACE_COMMAND, SUIT_INVOKE, "directive-invoke"},
    {SUIT_SPACE_COMMAND, SUIT_DEVICE, "condition-device-identifier"},
    {SUIT_SPACE_COMMAND, SUIT_NOT_MATCH, "condition-image-not-match"},
    {SUIT_SPACE_COMMAND, SUIT_BATTERY, "condition-minimum-battery"},
    {SUIT_SPACE_COMMAND, SUIT_VERSION, "condition-version"},
    {SUIT_SPACE_COMMAND, SUIT_RUN_SEQUENCE, "directive-run-sequence"},
    {SUIT_SPACE_COMMAND, SUIT_DELTA_ATTEMPTS, "condition-delta-attempts"},
    {SUIT_SPACE_PARAMETER, SUIT_PARAMETER_VENDOR, "vendor-identifier"},
    {SUIT_SPACE_PARAMETER, SUIT_PARAMETER_CLASS, "class-identifier"},
    {SUIT_SPACE_PARAMETER, SUIT_PARAMETER_DIGEST, "image-digest"},
    {SUIT_SPACE_PARAMETER, SUIT_PARAMETER_SLOT, "component-slot"},
    {SUIT_SPACE_PARAMETER, SUIT_PARAMETER_STRICT, "strict-order"},
    {SUIT_SPACE_PARAMETER, SUIT_PARAMETER_SOFT, "soft-failure"},
    {SUIT_SPACE_PARAMETER, SUIT_PARAMETER_SIZE, "image-size"},
    {SUIT_SPACE_PARAMETER, SUIT_PARAMETER_CONTENT, "content"},
    {SUIT_SPACE_PARAMETER, SUIT_PARAMETER_URI, "uri"},
    {SUIT_SPACE_PARAMETER, SUIT_PARAMETER_SOURCE, "source-component"},
    {SUIT_SPACE_PARAMETER, SUIT_PARAMETER_DEVICE, "device-identifier"},
    {SUIT_SPACE_PARAMETER, SUIT_PARAMETER_BATTERY, "minimum-battery"},
    {SUIT_SPACE_PARAMETER, SUIT_PARAMETER_VERSION, "version"},
    {SUIT_SPACE_PARAMETER, SUIT_PARAMETER_COUNTER, "security-counter"},
    {SUIT_SPACE_PARAMETER, SUIT_PARAMETER_IMAGE, "image-own-digest"},
    {SUIT_SPACE_PARAMETER, SUIT_PARAMETER_PATCH, "patch-format"},
    {SUIT_SPACE_TEXT, 1, "manifest-description"},
    {SUIT_SPACE_TEXT, SUIT_TEXT_UPDATE, "update-description"},
    {SUIT_SPACE_COSE, COSE_ALGORITHM, "alg"},
    {SUIT_SPACE_COSE, COSE_KEY_ID, "kid"},
};

const char *suit_name(enum suit_space space, int64_t number)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (names[i].space == space && names[i].number == number) {
            return names[i].name;
        }
    }
    return NULL;
}
