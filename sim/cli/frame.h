/* SPDX-License-Identifier: MIT */
/*
 * What a worker process sends through its pipe: pieces of text as they are
 * written, then one result, each in a frame:
 *
 *     0        2      3        4                8
 *     +--------+------+--------+----------------+-----------------+
 *     | 'o''t' | kind | 0      | length, LE     | body            |
 *     +--------+------+--------+----------------+-----------------+
 *
 * Nothing is owned. A worker may die at any byte, so the reader checks
 * everything.
 */
#ifndef OTALAB_CLI_FRAME_H
#define OTALAB_CLI_FRAME_H

#include <stddef.h>
#include <stdint.h>

#define FRAME_HEAD 8u
#define FRAME_BODY_MAX (1u << 22)

enum frame_kind {
    FRAME_TEXT = 'T',
    FRAME_RESULT = 'R' /* the last one; see outcome_encode() */
};

struct frame {
    enum frame_kind kind;
    const uint8_t *body; /* inside what was read */
    uint32_t length;
};

/* 0, or -1 if `length` bytes do not fit in one frame. */
int frame_head(uint8_t head[FRAME_HEAD], enum frame_kind kind, size_t length);
/* Find the first frame in `size` bytes. Returns its length including the head;
 * 0 if more bytes are needed; -1 if the bytes do not begin a frame. */
long frame_next(const uint8_t *bytes, size_t size, struct frame *frame);

#endif
