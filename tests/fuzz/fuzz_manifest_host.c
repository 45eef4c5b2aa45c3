/* SPDX-License-Identifier: MIT */
/* Envelopes of arbitrary bytes: what is read can be explained, printed and
 * signed, and is then signed. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image/keys.h"
#include "manifest/dump.h"
#include "manifest/explain.h"
#include "manifest/make.h"
#include "manifest/read.h"

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void sign(const uint8_t *bytes, size_t size)
{
    static struct key root;
    struct manifest_facts facts;
    uint8_t out[MANIFEST_FILE_MAX];
    uint32_t length;
    struct diag diag;

    if (!root.is_private) {
        require(key_dev("root", &root, &diag) == 0);
    }
    if (manifest_sign(bytes, size, &root, out, &length, &diag) == 0) {
        require(manifest_read(out, length, &facts, &diag) == 0);
        require(manifest_signer(&facts, &root, 1, &diag) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static FILE *nowhere;
    struct manifest_facts facts;
    struct diag diag = {""};
    uint8_t *bytes = malloc(size + 1); /* its end is watched */

    nowhere = nowhere != NULL ? nowhere : fopen("/dev/null", "w");
    require(bytes != NULL && nowhere != NULL);
    memcpy(bytes, data, size);
    (void)manifest_dump(nowhere, bytes, size, &diag);
    if (manifest_read(bytes, size, &facts, &diag) == 0) {
        manifest_explain(nowhere, &facts);
        sign(bytes, size);
    } else {
        require(diag.text[0] != '\0');
    }
    free(bytes);
    return 0;
}
