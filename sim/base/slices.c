/* SPDX-License-Identifier: MIT */
#include "base/slices.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SLICE 1024u

struct slice {
    uint32_t users;
    uint8_t bytes[SLICE];
};

static size_t count_of(size_t size)
{
    return (size + SLICE - 1) / SLICE;
}

static size_t length_of(size_t size, size_t i)
{
    return size - i * SLICE < SLICE ? size - i * SLICE : SLICE;
}

static void leave(struct slice *slice)
{
    if (slice != NULL && --slice->users == 0) {
        free(slice);
    }
}

void slices_free(struct slices *slices)
{
    for (size_t i = 0; slices->at != NULL && i < count_of(slices->size); i++) {
        leave(slices->at[i]);
    }
    free(slices->at);
    *slices = (struct slices){0, NULL};
}

/* What is held at that place, if it is the same. */
static struct slice *same(const struct slices *held, size_t size, size_t i,
                          const uint8_t *bytes)
{
    bool there = held->size == size && held->at != NULL;

    return there && memcmp(held->at[i]->bytes, bytes, length_of(size, i)) == 0
               ? held->at[i]
               : NULL;
}

static struct slice *make(const uint8_t *bytes, size_t length)
{
    struct slice *made = malloc(sizeof *made);

    if (made != NULL) {
        made->users = 0;
        memcpy(made->bytes, bytes, length);
    }
    return made;
}

/* Another list of the same slices. */
static int share(struct slices *to, const struct slices *from)
{
    struct slice **at = malloc(count_of(from->size) * sizeof(struct slice *));

    if (at == NULL) {
        return -1;
    }
    for (size_t i = 0; i < count_of(from->size); i++) {
        at[i] = from->at[i];
        at[i]->users++;
    }
    slices_free(to);
    *to = (struct slices){from->size, at};
    return 0;
}

int slices_save(const uint8_t *bytes, size_t size, struct slices *held,
                struct slices *saved)
{
    *saved = (struct slices){size, calloc(count_of(size), sizeof *saved->at)};
    for (size_t i = 0; saved->at != NULL && i < count_of(size); i++) {
        struct slice *slice = same(held, size, i, &bytes[i * SLICE]);

        slice =
            slice != NULL ? slice : make(&bytes[i * SLICE], length_of(size, i));
        if (slice == NULL) {
            slices_free(saved);
            return -1;
        }
        slice->users++;
        saved->at[i] = slice;
    }
    if (saved->at == NULL || share(held, saved) != 0) {
        slices_free(saved);
        return -1;
    }
    return 0;
}

int slices_restore(uint8_t *bytes, struct slices *held,
                   const struct slices *saved)
{
    for (size_t i = 0; i < count_of(saved->size); i++) {
        memcpy(&bytes[i * SLICE], saved->at[i]->bytes,
               length_of(saved->size, i));
    }
    return share(held, saved);
}
