/* SPDX-License-Identifier: MIT */
/* Arbitrary arrivals with a right checksum: refused, or written as they were
 * read. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "record/arrivals.h"

#include <mbedtls/sha256.h>

#define DIGEST 32u

static void check(const uint8_t *bytes, size_t size)
{
    struct arrivals arrivals = {.count = 0};
    struct diag diag = {.text = ""};
    uint8_t *again = NULL;
    size_t length = 0;

    if (arrivals_read(&arrivals, bytes, size, 4, &diag) != 0) {
        return;
    }
    if (arrivals_write(&arrivals, &again, &length, &diag) != 0 ||
        length != size || memcmp(again, bytes, size) != 0) {
        abort();
    }
    free(again);
    arrivals_free(&arrivals);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *bytes = malloc(size + DIGEST);

    if (bytes == NULL) {
        return 0;
    }
    memcpy(bytes, data, size);
    if (mbedtls_sha256(data, size, bytes + size, 0) == 0) {
        check(bytes, size + DIGEST);
    }
    free(bytes);
    return 0;
}
