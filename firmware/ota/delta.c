/* SPDX-License-Identifier: MIT */
/*
 * After the header, what heatshrink has compressed:
 *
 *   cover: | length | move | fresh count | runs of `length` bytes | fresh bytes |
 *   run:   | same << 2 | n | [count, if n is 0] | differences |
 *
 * and again until the image is complete. Numbers have seven bits a byte, the
 * low ones first. A cover copies `length` bytes of the base, from `move` bytes
 * after the end of the previous copy on. A run copies `same` bytes unchanged,
 * then adds a difference to each of n (1 to 3) or `count` bytes; a run that only
 * has equal bytes up to the cover's end has no count.
 *
 * Each state has one function, which does one thing: take one number, or one
 * byte, or one piece of the base.
 */
#include "ota/delta_parts.h"

#include <stddef.h>

#define MORE 0x80u
#define FEW 3u /* the low bits of a run's head */

/* The result of one act. */
enum act {
    ACT_DONE,
    ACT_WAIT, /* for input, or room for output */
    ACT_FAIL
};

struct turn {
    struct delta *delta;
    const struct delta_base *base;
    struct decode_io *io;
    enum delta_why why;
};

static enum act fail(struct turn *turn, enum delta_why why)
{
    turn->why = why;
    return ACT_FAIL;
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* ---- input ---------------------------------------------------------------- */

/* The next byte of the patch; false if it has to come first. */
static bool take(struct turn *turn, uint8_t *byte)
{
    if (turn->io->in_left == 0 ||
        turn->delta->taken == turn->delta->patch_size) {
        return false;
    }
    *byte = *turn->io->in++;
    turn->io->in_left--;
    turn->delta->taken++;
    return true;
}

/* The next decompressed byte; false if the patch has to go on first. The
 * decompressor takes in one byte when it cannot proceed without it. */
static bool inflate(struct turn *turn, uint8_t *byte)
{
    heatshrink_decoder *shrink = &turn->delta->shrink;
    size_t count = 0;
    uint8_t next;

    while (heatshrink_decoder_poll(shrink, byte, 1, &count) >= 0 &&
           count == 0) {
        if (!take(turn, &next)) {
            return false;
        }
        (void)heatshrink_decoder_sink(shrink, &next, 1, &count);
    }
    return count == 1;
}

/* Bytes of a number, until it is complete. */
static enum act take_number(struct turn *turn, uint32_t *number)
{
    struct delta *delta = turn->delta;
    uint8_t byte = MORE;

    while ((byte & MORE) != 0) {
        if (delta->shift > DELTA_NUMBER_SHIFT) {
            return fail(turn, DELTA_BAD_NUMBER);
        }
        if (!inflate(turn, &byte)) {
            return ACT_WAIT;
        }
        delta->number |= (uint32_t)(byte & (MORE - 1u)) << delta->shift;
        delta->shift = (uint8_t)(delta->shift + 7u);
    }
    *number = delta->number;
    delta->number = 0;
    delta->shift = 0;
    return ACT_DONE;
}

/* ---- what is next --------------------------------------------------------- */

/* After a part of a cover: what has something left. */
static enum act go_on(struct turn *turn)
{
    struct delta *delta = turn->delta;

    if (delta->same_left != 0) {
        delta->state = DELTA_IN_SAME;
    } else if (delta->changed_left != 0) {
        delta->state = DELTA_IN_CHANGED;
    } else if (delta->copy_left != 0) {
        delta->state = DELTA_IN_RUN;
    } else if (delta->fresh_left != 0) {
        delta->state = DELTA_IN_FRESH;
    } else if (delta->written != delta->target_size) {
        delta->state = DELTA_IN_LENGTH;
    } else {
        delta->state = DELTA_IN_END;
    }
    return ACT_DONE;
}

/* `length` bytes of a cover have been produced. */
static void produced(struct turn *turn, uint32_t *left, uint32_t length)
{
    *left -= length;
    turn->delta->written += length;
    turn->io->out += length;
    turn->io->out_left -= length;
}

/* ---- numbers -------------------------------------------------------------- */

static enum act accept_length(struct turn *turn, uint32_t length)
{
    struct delta *delta = turn->delta;

    if (length > delta->target_size - delta->written) {
        return fail(turn, DELTA_TOO_MUCH);
    }
    delta->copy_left = length;
    delta->state = DELTA_IN_MOVE;
    return ACT_DONE;
}

/* The lowest bit says backward; then 0 is one byte. */
static enum act accept_move(struct turn *turn, uint32_t move)
{
    struct delta *delta = turn->delta;
    uint32_t far = move >> 1;
    bool back = (move & 1u) != 0;

    if (back ? far >= delta->base_at
             : far > delta->base_size - delta->base_at) {
        return fail(turn, DELTA_OUTSIDE_BASE);
    }
    delta->base_at = back ? delta->base_at - far - 1u : delta->base_at + far;
    if (delta->copy_left > delta->base_size - delta->base_at) {
        return fail(turn, DELTA_OUTSIDE_BASE);
    }
    delta->state = DELTA_IN_FRESH_COUNT;
    return ACT_DONE;
}

/* A cover of nothing is invalid: it would let a patch go on for ever. */
static enum act accept_fresh(struct turn *turn, uint32_t count)
{
    struct delta *delta = turn->delta;

    if (count > delta->target_size - delta->written - delta->copy_left) {
        return fail(turn, DELTA_TOO_MUCH);
    }
    if (count == 0 && delta->copy_left == 0) {
        return fail(turn, DELTA_BAD_NUMBER);
    }
    delta->fresh_left = count;
    return go_on(turn);
}

static enum act accept_run(struct turn *turn, uint32_t head)
{
    struct delta *delta = turn->delta;
    uint32_t same = head >> 2;
    uint32_t changed = head & FEW;

    if (same > delta->copy_left || changed > delta->copy_left - same) {
        return fail(turn, DELTA_TOO_MUCH);
    }
    delta->same_left = same;
    delta->changed_left = changed;
    if (changed == 0 && same != delta->copy_left) {
        delta->state = DELTA_IN_CHANGED_COUNT;
        return ACT_DONE;
    }
    return go_on(turn);
}

static enum act accept_changed(struct turn *turn, uint32_t count)
{
    struct delta *delta = turn->delta;

    if (count > delta->copy_left - delta->same_left) {
        return fail(turn, DELTA_TOO_MUCH);
    }
    if (count == 0) {
        return fail(turn, DELTA_BAD_NUMBER);
    }
    delta->changed_left = count;
    return go_on(turn);
}

/* ---- bytes ---------------------------------------------------------------- */

static enum act check_header(struct turn *turn)
{
    struct delta *delta = turn->delta;
    uint32_t at = delta->taken;
    uint8_t byte;

    if (!take(turn, &byte)) {
        return ACT_WAIT;
    }
    if (byte != delta->header[at]) {
        return fail(turn, delta_header_flaw(at));
    }
    if (delta->taken == DELTA_HEADER) {
        delta->state = DELTA_IN_LENGTH;
    }
    return ACT_DONE;
}

static enum act read_base(struct turn *turn, uint32_t length)
{
    struct delta *delta = turn->delta;

    if (turn->base->read(turn->base->context, delta->base_at, turn->io->out,
                         length) != 0) {
        return fail(turn, DELTA_BASE_ERROR);
    }
    delta->base_at += length;
    delta->copy_left -= length;
    return ACT_DONE;
}

static enum act copy_same(struct turn *turn)
{
    struct delta *delta = turn->delta;
    uint32_t part = smaller(delta->same_left, turn->io->out_left);

    if (part == 0) {
        return ACT_WAIT;
    }
    if (read_base(turn, part) == ACT_FAIL) {
        return ACT_FAIL;
    }
    produced(turn, &delta->same_left, part);
    return go_on(turn);
}

static enum act add_changed(struct turn *turn)
{
    struct delta *delta = turn->delta;
    uint8_t difference;

    if (turn->io->out_left == 0 || !inflate(turn, &difference)) {
        return ACT_WAIT;
    }
    if (read_base(turn, 1) == ACT_FAIL) {
        return ACT_FAIL;
    }
    *turn->io->out = (uint8_t)(*turn->io->out + difference);
    produced(turn, &delta->changed_left, 1);
    return go_on(turn);
}

static enum act put_fresh(struct turn *turn)
{
    struct delta *delta = turn->delta;
    uint8_t byte;

    if (turn->io->out_left == 0 || !inflate(turn, &byte)) {
        return ACT_WAIT;
    }
    *turn->io->out = byte;
    produced(turn, &delta->fresh_left, 1);
    return go_on(turn);
}

static enum act end(struct turn *turn)
{
    return turn->io->in_left != 0 ? fail(turn, DELTA_GOES_ON) : ACT_WAIT;
}

/* ---- the loop ------------------------------------------------------------- */

/* What each state does: accept a number, or act. */
static const struct {
    enum act (*accept)(struct turn *turn, uint32_t number);
    enum act (*act)(struct turn *turn);
} states[DELTA_STATES] = {
    [DELTA_IN_HEADER] = {NULL, check_header},
    [DELTA_IN_LENGTH] = {accept_length, NULL},
    [DELTA_IN_MOVE] = {accept_move, NULL},
    [DELTA_IN_FRESH_COUNT] = {accept_fresh, NULL},
    [DELTA_IN_RUN] = {accept_run, NULL},
    [DELTA_IN_CHANGED_COUNT] = {accept_changed, NULL},
    [DELTA_IN_SAME] = {NULL, copy_same},
    [DELTA_IN_CHANGED] = {NULL, add_changed},
    [DELTA_IN_FRESH] = {NULL, put_fresh},
    [DELTA_IN_END] = {NULL, end},
};

static enum act act_once(struct turn *turn)
{
    uint8_t state = turn->delta->state;
    uint32_t number;

    if (states[state].act != NULL) {
        return states[state].act(turn);
    }
    enum act act = take_number(turn, &number);

    return act == ACT_DONE ? states[state].accept(turn, number) : act;
}

/* It waits for input although there is no more. */
static bool is_starved(const struct turn *turn)
{
    const struct delta *delta = turn->delta;

    return delta->taken == delta->patch_size && delta->state != DELTA_IN_END &&
           turn->io->out_left != 0;
}

enum delta_why delta_step(struct delta *delta, const struct delta_base *base,
                          struct decode_io *io)
{
    struct turn turn = {delta, base, io, DELTA_NONE};
    enum act act = ACT_DONE;

    if (!delta->base_checked) {
        return DELTA_UNCHECKED;
    }
    while (act == ACT_DONE) {
        act = act_once(&turn);
    }
    return act == ACT_WAIT && is_starved(&turn) ? DELTA_ENDS_EARLY : turn.why;
}

enum delta_why delta_finish(const struct delta *delta)
{
    heatshrink_decoder shrink = delta->shrink;

    return delta->state == DELTA_IN_END && delta->taken == delta->patch_size &&
                   heatshrink_decoder_finish(&shrink) == HSDR_FINISH_DONE
               ? DELTA_NONE
               : DELTA_ENDS_EARLY;
}
