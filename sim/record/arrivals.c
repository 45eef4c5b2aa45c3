/* SPDX-License-Identifier: MIT */
/*
 *  header  | OTALARR\n | count 4 |
 *  arrival | time 8 | device 4 | port 4 | length 4 | bytes |
 *  ..
 *  end     | SHA-256 of everything before |
 */
#include "record/arrivals.h"

#include <stdlib.h>
#include <string.h>

#include <mbedtls/sha256.h>

#define MAGIC "OTALARR\n"
#define MAGIC_SIZE 8u
#define HEAD_SIZE (MAGIC_SIZE + 4u)
#define ITEM_SIZE 20u
#define DIGEST_SIZE 32u

/* ---- the list ------------------------------------------------------------ */

static int grow(struct arrivals *arrivals)
{
    uint32_t capacity = 2 * arrivals->capacity + 64;
    struct arrival *item =
        realloc(arrivals->item, capacity * sizeof *arrivals->item);

    if (item == NULL) {
        return -1;
    }
    arrivals->item = item;
    arrivals->capacity = capacity;
    return 0;
}

int arrivals_add(struct arrivals *arrivals, const struct arrival *arrival)
{
    uint8_t *bytes = malloc(arrival->length);

    if (bytes == NULL ||
        (arrivals->count == arrivals->capacity && grow(arrivals) != 0)) {
        free(bytes);
        return -1;
    }
    memcpy(bytes, arrival->bytes, arrival->length);
    arrivals->item[arrivals->count] = *arrival;
    arrivals->item[arrivals->count++].bytes = bytes;
    return 0;
}

int arrivals_copy(struct arrivals *to, const struct arrivals *from)
{
    int err = 0;

    for (uint32_t i = 0; i < from->count && err == 0; i++) {
        err = arrivals_add(to, &from->item[i]);
    }
    return err;
}

void arrivals_free(struct arrivals *arrivals)
{
    for (uint32_t i = 0; i < arrivals->count; i++) {
        free(arrivals->item[i].bytes);
    }
    free(arrivals->item);
    *arrivals = (struct arrivals){.count = 0};
}

/* ---- the file ------------------------------------------------------------ */

static uint8_t *put(uint8_t *at, uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++) {
        at[i] = (uint8_t)(value >> 8 * i);
    }
    return at + size;
}

static uint64_t get(const uint8_t *at, unsigned size)
{
    uint64_t value = 0;

    for (unsigned i = size; i > 0; i--) {
        value = value << 8 | at[i - 1];
    }
    return value;
}

int arrivals_write(const struct arrivals *arrivals, uint8_t **out, size_t *size,
                   struct diag *diag)
{
    *size = HEAD_SIZE + DIGEST_SIZE;
    for (uint32_t i = 0; i < arrivals->count; i++) {
        *size += ITEM_SIZE + arrivals->item[i].length;
    }
    *out = *size <= ARRIVALS_MAX ? malloc(*size) : NULL;
    if (*out == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR,
                         "too much has arrived from the network to keep it");
    }
    memcpy(*out, MAGIC, MAGIC_SIZE);
    uint8_t *at = put(*out + MAGIC_SIZE, arrivals->count, 4);

    for (uint32_t i = 0; i < arrivals->count; i++) {
        const struct arrival *arrival = &arrivals->item[i];

        at = put(at, arrival->time_ns, 8);
        at = put(at, arrival->device, 4);
        at = put(at, arrival->port, 4);
        at = put(at, arrival->length, 4);
        memcpy(at, arrival->bytes, arrival->length);
        at += arrival->length;
    }
    return mbedtls_sha256(*out, *size - DIGEST_SIZE, at, 0) == 0
               ? 0
               : diag_fail(diag, OTALAB_ERR_SIMULATOR, "SHA-256 failed");
}

static int wrong(struct diag *diag, const char *what)
{
    return diag_fail(diag, OTALAB_ERR_USAGE, "arrivals.bin: %s", what);
}

static int check_frame(const uint8_t *bytes, size_t size, struct diag *diag)
{
    uint8_t digest[DIGEST_SIZE];

    if (size < HEAD_SIZE + DIGEST_SIZE || size > ARRIVALS_MAX ||
        memcmp(bytes, MAGIC, MAGIC_SIZE) != 0) {
        return wrong(diag, "not a record of arrivals");
    }
    if (mbedtls_sha256(bytes, size - DIGEST_SIZE, digest, 0) != 0 ||
        memcmp(digest, bytes + size - DIGEST_SIZE, DIGEST_SIZE) != 0) {
        return wrong(diag, "it was changed: the checksum differs");
    }
    return 0;
}

/* The arrival at *at, which is moved past it; `end`: of all arrivals. */
static int read_one(struct arrivals *arrivals, const uint8_t *bytes, size_t *at,
                    size_t end, uint32_t devices, struct diag *diag)
{
    const struct arrival *last =
        arrivals->count > 0 ? &arrivals->item[arrivals->count - 1] : NULL;

    if (end - *at < ITEM_SIZE) {
        return wrong(diag, "it ends within an arrival");
    }
    struct arrival arrival = {
        .time_ns = get(bytes + *at, 8),
        .device = (uint32_t)get(bytes + *at + 8, 4),
        .port = (uint32_t)get(bytes + *at + 12, 4),
        .length = (uint32_t)get(bytes + *at + 16, 4),
        .bytes = (uint8_t *)(uintptr_t)(bytes + *at + ITEM_SIZE),
    };
    *at += ITEM_SIZE;
    if (arrival.device == 0 || arrival.device > devices ||
        arrival.port > UINT16_MAX || arrival.length == 0 ||
        arrival.length > ARRIVALS_BYTES || arrival.length > end - *at ||
        (last != NULL && arrival.time_ns <= last->time_ns)) {
        return wrong(diag, "an arrival has an invalid value");
    }
    *at += arrival.length;
    return arrivals_add(arrivals, &arrival) == 0
               ? 0
               : diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
}

int arrivals_read(struct arrivals *arrivals, const uint8_t *bytes, size_t size,
                  uint32_t devices, struct diag *diag)
{
    struct arrivals read = {.count = 0};
    size_t at = HEAD_SIZE;
    int err = check_frame(bytes, size, diag);
    uint64_t count = err == 0 ? get(bytes + MAGIC_SIZE, 4) : 0;

    while (err == 0 && at < size - DIGEST_SIZE) {
        err = read_one(&read, bytes, &at, size - DIGEST_SIZE, devices, diag);
    }
    if (err == 0 && read.count != count) {
        err = wrong(diag, "it has another number of arrivals than it says");
    }
    if (err) {
        arrivals_free(&read);
        return err;
    }
    *arrivals = read;
    return 0;
}
