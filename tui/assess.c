/* SPDX-License-Identifier: MIT */
#include "tui/assess.h"

#include <stdlib.h>
#include <string.h>

/* FNV-1a over words of 64 bits: only to notice a change. */
static uint64_t mix(uint64_t key, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;

    for (; size >= 8; at += 8, size -= 8) {
        uint64_t word;

        memcpy(&word, at, sizeof word);
        key = (key ^ word) * UINT64_C(0x100000001B3);
        key ^= key >> 29;
    }
    return key;
}

static int take_bytes(struct assessment *assessment,
                      const struct picture_device *device)
{
    if (assessment->size != device->flash.size) {
        free(assessment->bytes);
        *assessment = (struct assessment){0};
        assessment->bytes = malloc(device->flash.size + 1);
        if (assessment->bytes == NULL) {
            return OTALAB_ERR_SIMULATOR;
        }
        assessment->size = device->flash.size;
    }
    picture_flash(device, 0, assessment->bytes, assessment->size);
    return 0;
}

static void look(struct assessment *assessment,
                 const struct assess_board *board, const struct board_map *map,
                 const struct picture_device *device)
{
    struct diag diag = {""};

    assessment->known = decode_flash(assessment->bytes, assessment->size, map,
                                     &assessment->flash) == 0;
    agent_logs_read(assessment->bytes, assessment->size, map,
                    &assessment->agent);
    decode_fuses(device->fuses.words, &assessment->fuses);
    assessment->foreseen =
        board->dtb != NULL &&
        foresee(assessment->bytes, assessment->size, board->dtb, board->size,
                &assessment->fuses, &assessment->next, &diag) == 0;
}

int assess(struct assessment *assessment, const struct assess_board *board,
           const struct board_map *map, const struct picture_device *device)
{
    int err = take_bytes(assessment, device);

    if (err != 0) {
        return err;
    }
    uint64_t key =
        mix(UINT64_C(0xCBF29CE484222325), assessment->bytes, assessment->size);

    key = mix(key, device->fuses.words, sizeof device->fuses.words);
    if (!assessment->known || key != assessment->key) {
        assessment->key = key;
        look(assessment, board, map, device);
    }
    return 0;
}

void assess_free(struct assessment *assessment)
{
    free(assessment->bytes);
    *assessment = (struct assessment){0};
}
