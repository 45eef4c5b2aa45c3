/* SPDX-License-Identifier: MIT */
#include "cli/frame.h"

int frame_head(uint8_t head[FRAME_HEAD], enum frame_kind kind, size_t length)
{
    if (length > FRAME_BODY_MAX) {
        return -1;
    }
    head[0] = 'o';
    head[1] = 't';
    head[2] = (uint8_t)kind;
    head[3] = 0;
    for (unsigned i = 0; i < 4; i++) {
        head[4 + i] = (uint8_t)(length >> (8 * i));
    }
    return 0;
}

long frame_next(const uint8_t *bytes, size_t size, struct frame *frame)
{
    uint32_t length = 0;

    if (size < FRAME_HEAD) {
        return 0;
    }
    for (unsigned i = 0; i < 4; i++) {
        length |= (uint32_t)bytes[4 + i] << (8 * i);
    }
    if (bytes[0] != 'o' || bytes[1] != 't' || bytes[3] != 0 ||
        (bytes[2] != FRAME_TEXT && bytes[2] != FRAME_RESULT) ||
        length > FRAME_BODY_MAX) {
        return -1;
    }
    if (size - FRAME_HEAD < length) {
        return 0;
    }
    *frame = (struct frame){.kind = (enum frame_kind)bytes[2],
                            .body = bytes + FRAME_HEAD,
                            .length = length};
    return (long)(FRAME_HEAD + length);
}
