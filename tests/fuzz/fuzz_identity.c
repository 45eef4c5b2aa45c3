/* SPDX-License-Identifier: MIT */
/* An identity partition of arbitrary bytes: with any content a record is
 * refused, or all of its parts lie within it. The CRC is made right, because
 * whoever writes flash can do that. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ota/bytes.h"
#include "ota/crc32.h"
#include "tls/identity.h"

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void make_right(uint8_t *record, size_t size)
{
    if (size < 12) {
        return;
    }
    uint32_t length = bytes_get32(record + 4);
    if (length >= 12 && length <= size) {
        bytes_put32(record, IDENTITY_MAGIC);
        bytes_put32(record + length - 4, ota_crc32(record, length - 4));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct identity identity;
    uint8_t *record = malloc(size + 1); /* its end is watched */

    require(record != NULL);
    memcpy(record, data, size);
    make_right(record, size);
    if (identity_read(record, (uint32_t)size, &identity) == 0) {
        for (unsigned i = 0; i < IDENTITY_PARTS; i++) {
            const struct identity_bytes *part = &identity.part[i];

            require(part->bytes >= record &&
                    part->bytes + part->length <= record + size);
        }
    }
    free(record);
    return 0;
}
