/* SPDX-License-Identifier: MIT */
#include "delta/cover.h"

#include <divsufsort.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A match elsewhere must beat the one at hand by more than this many bytes,
 * because another cover costs about as much. */
#define BETTER_BY 8u

/* Where the scan of the target stands. `last` is the match that the next cover
 * will be extended from; `found` the one that ended it. */
struct match {
    uint32_t base;
    uint32_t target;
    uint32_t length;
};

struct scan {
    struct bytes base;
    struct bytes target;
    const saidx_t *suffixes; /* of the base, sorted */
    struct match last;
    struct match found;
};

/* ---- exact matches -------------------------------------------------------- */

static uint32_t common(const struct scan *scan, uint32_t base, uint32_t target)
{
    uint32_t length = 0;

    while (base + length < scan->base.size &&
           target + length < scan->target.size &&
           scan->base.at[base + length] == scan->target.at[target + length]) {
        length++;
    }
    return length;
}

/* Does the base's suffix sort before the target's? */
static bool before(const struct scan *scan, uint32_t base, uint32_t target)
{
    uint32_t same = common(scan, base, target);

    if (target + same == scan->target.size) {
        return false;
    }
    return base + same == scan->base.size ||
           scan->base.at[base + same] < scan->target.at[target + same];
}

/* The longest match for the target from `at` on: it is one of the two suffixes
 * between which that part of the target would be sorted. */
static struct match longest(const struct scan *scan, uint32_t at)
{
    struct match best = {0, at, 0};
    uint32_t low = 0;
    uint32_t high = scan->base.size;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (before(scan, (uint32_t)scan->suffixes[middle], at)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (uint32_t i = low == 0 ? 0 : low - 1; i <= low && i < scan->base.size;
         i++) {
        uint32_t base = (uint32_t)scan->suffixes[i];
        uint32_t length = common(scan, base, at);
        if (length > best.length) {
            best = (struct match){base, at, length};
        }
    }
    return best;
}

/* ---- the next match worth a cover of its own
 * -------------------------------------- */

/* Would the last match, continued, give the right byte here? */
static bool continues(const struct scan *scan, uint32_t at)
{
    uint64_t base = (uint64_t)scan->last.base + at - scan->last.target;

    return base < scan->base.size && scan->base.at[base] == scan->target.at[at];
}

/* Moves `found` from its end to the next match that is better than the last one
 * continued; its length is 0 at the target's end. */
static void find_next(struct scan *scan)
{
    uint32_t at = scan->found.target + scan->found.length;
    uint32_t counted = at;
    uint32_t score = 0; /* bytes that continuing gets right in [at, counted) */

    for (; at < scan->target.size; at++) {
        struct match found = longest(scan, at);

        for (; counted < at + found.length; counted++) {
            score += continues(scan, counted);
        }
        if (found.length != 0 && found.length == score) {
            /* The same match: skip it. */
            at += found.length - 1;
            score = 0;
            continue;
        }
        if (found.length > score + BETTER_BY) {
            scan->found = found;
            return;
        }
        score -= at < counted && continues(scan, at);
    }
    scan->found = (struct match){0, scan->target.size, 0};
}

/* ---- extending ------------------------------------------------------------ */

/* How far forward from the last match more bytes are right than wrong. */
static uint32_t forward(const struct scan *scan)
{
    uint32_t best = 0;
    int64_t score = 0;
    int64_t most = 0;

    for (uint32_t i = 0; scan->last.target + i < scan->found.target &&
                         scan->last.base + i < scan->base.size;
         i++) {
        score += scan->base.at[scan->last.base + i] ==
                         scan->target.at[scan->last.target + i]
                     ? 1
                     : -1;
        if (score > most) {
            most = score;
            best = i + 1;
        }
    }
    return best;
}

/* How far backward from the match found, likewise. */
static uint32_t backward(const struct scan *scan)
{
    uint32_t best = 0;
    int64_t score = 0;
    int64_t most = 0;

    for (uint32_t i = 1; scan->found.length != 0 && i <= scan->found.base &&
                         scan->found.target - i >= scan->last.target;
         i++) {
        score += scan->base.at[scan->found.base - i] ==
                         scan->target.at[scan->found.target - i]
                     ? 1
                     : -1;
        if (score > most) {
            most = score;
            best = i;
        }
        if (scan->found.target == i) {
            break;
        }
    }
    return best;
}

/* Both extensions claim the same `both` bytes: how many are better in the
 * first? */
static uint32_t divide(const struct scan *scan, uint32_t ahead, uint32_t back,
                       uint32_t both)
{
    const uint8_t *first = scan->base.at + scan->last.base + ahead - both;
    const uint8_t *second = scan->base.at + scan->found.base - back;
    const uint8_t *target = scan->target.at + scan->found.target - back;
    int64_t score = 0;
    int64_t most = 0;
    uint32_t best = 0;

    for (uint32_t i = 0; i < both; i++) {
        score += (first[i] == target[i]) - (second[i] == target[i]);
        if (score > most) {
            most = score;
            best = i + 1;
        }
    }
    return best;
}

/* ---- the list ------------------------------------------------------------- */

static int add(struct covers *covers, struct cover cover, struct diag *diag)
{
    if (cover.length == 0) {
        return 0;
    }
    if (covers->count == covers->room) {
        size_t room = covers->room != 0 ? 2 * covers->room : 64;
        void *more = realloc(covers->cover, room * sizeof cover);
        if (more == NULL) {
            return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
        }
        covers->cover = more;
        covers->room = room;
    }
    covers->cover[covers->count++] = cover;
    return 0;
}

/* The cover of the last match ends where that of the match found begins. */
static int close_cover(struct scan *scan, struct covers *covers,
                       struct diag *diag)
{
    uint32_t ahead = forward(scan);
    uint32_t back = backward(scan);
    uint32_t end = scan->last.target + ahead;
    uint32_t start = scan->found.target - back;

    if (end > start) {
        uint32_t both = end - start;
        uint32_t kept = divide(scan, ahead, back, both);
        ahead -= both - kept;
        back -= kept;
    }
    struct cover cover = {scan->last.base, scan->last.target, ahead};
    scan->last =
        (struct match){scan->found.base - back, scan->found.target - back, 0};
    return add(covers, cover, diag);
}

static int scan_target(struct scan *scan, struct covers *covers,
                       struct diag *diag)
{
    int err = 0;

    while (err == 0 && scan->found.target < scan->target.size) {
        find_next(scan);
        err = close_cover(scan, covers, diag);
    }
    return err;
}

int covers_find(struct bytes base, struct bytes target, struct covers *covers,
                struct diag *diag)
{
    saidx_t *suffixes = malloc(((size_t)base.size + 1) * sizeof *suffixes);
    struct scan scan = {.base = base, .target = target, .suffixes = suffixes};

    *covers = (struct covers){0};
    if (suffixes == NULL ||
        (base.size != 0 &&
         divsufsort(base.at, suffixes, (saidx_t)base.size) != 0)) {
        free(suffixes);
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    int err = scan_target(&scan, covers, diag);
    free(suffixes);
    if (err != 0) {
        free(covers->cover);
        *covers = (struct covers){0};
    }
    return err;
}
