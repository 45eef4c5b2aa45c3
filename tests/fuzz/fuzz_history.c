/* SPDX-License-Identifier: MIT */
/*
 * Recordings of arbitrary bytes: refused with one line, or a history in which
 * every event can be looked at, forward and back, with the same result. The
 * input is both files, the first two bytes say how long the events are. To get
 * past the sums, they are made right: that of the changes over themselves, and
 * the one over the events.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "history/history.h"
#include "record/changes_parts.h"

#include <mbedtls/sha256.h>

#define HEAD                                                                  \
    "{\"otalab\":1,\"scenario\":\"f\",\"seed\":1,\"digests\":\"\",\"tools\":" \
    "\"\"}\n"

static struct picture picture;
static struct picture other;

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* The sums, as somebody would make them who forges a recording. */
static void sum_up(const uint8_t *events, size_t events_size, uint8_t *changes,
                   size_t size)
{
    if (size < END_SIZE) {
        return;
    }
    uint8_t *end = changes + size - END_SIZE;

    mbedtls_sha256(events, events_size, end + END_AT_RECORDING, 0);
    mbedtls_sha256(changes, size - CHANGES_DIGEST, end + END_AT_SUM, 0);
}

static bool same_place(const struct picture *a, const struct picture *b)
{
    uint8_t left[FLASH_BLOCK];
    uint8_t right[FLASH_BLOCK];
    uint32_t size = a->device[0].flash.size;

    for (uint32_t at = 0; at < size; at += FLASH_BLOCK) {
        picture_flash(&a->device[0], at, left, sizeof left);
        picture_flash(&b->device[0], at, right, sizeof right);
        if (memcmp(left, right, sizeof left) != 0 ||
            picture_taint(&a->device[0], at, FLASH_BLOCK) !=
                picture_taint(&b->device[0], at, FLASH_BLOCK)) {
            return false;
        }
    }
    return a->sequence == b->sequence && a->time_ns == b->time_ns;
}

static void look(const struct history *history)
{
    uint64_t events = history_events(history);
    struct event event;
    struct change change;

    for (uint64_t i = 0; i <= events; i++) {
        require(history_at(history, i, &picture) == 0);
    }
    for (uint64_t i = events; i > 0; i /= 2) {
        history_event(history, i, &event);
        require(event.sequence == i && event.code < EVENT_COUNT);
        require(history_find(history, event.time_ns) >= i);
        require(history_changes(history, i, &change, 1) == 0 ||
                change.event == i);
        require(!history_packet(history, i, &change) ||
                (change.event == i && change.length <= CHANGES_PACKET));
        require(history_at(history, i, &other) == 0);
        require(history_at(history, events, &other) == 0);
        require(same_place(&picture, &other));
    }
    picture_free(&picture);
    picture_free(&other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct diag diag = {""};
    struct history *history = NULL;

    if (size < 2) {
        return 0;
    }
    size_t told = (size_t)data[0] | (size_t)data[1] << 8;

    data += 2;
    size -= 2;
    told = told < size ? told : size;
    size_t head = strlen(HEAD);
    uint8_t *events = malloc(head + told);
    uint8_t *changes = malloc(size - told + 1);

    require(events != NULL && changes != NULL);
    memcpy(events, HEAD, head);
    memcpy(events + head, data, told);
    memcpy(changes, data + told, size - told);
    sum_up(events, head + told, changes, size - told);
    int err = history_read(&history, events, head + told, changes, size - told,
                           &diag);

    if (err) {
        require(history == NULL && diag.text[0] != '\0');
        require(strchr(diag.text, '\n') == NULL);
    } else {
        look(history);
    }
    history_close(history);
    free(events);
    free(changes);
    return 0;
}
