/* SPDX-License-Identifier: MIT */
#include "sweep/merge.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sweep/check.h"

/* ---- do they belong together? ---------------------------------------------- */

static int differ(const struct merge_part *a, const struct merge_part *b,
                  const char *what, struct diag *diag)
{
    return diag_fail(diag, OTALAB_ERR_USAGE,
                     "%s and %s are parts of different sweeps: %s differs",
                     a->name, b->name, what);
}

static int same_token(const struct merge_part *a, const struct merge_part *b,
                      struct diag *diag)
{
    const struct token *left = &a->result.sweep.token;
    const struct token *right = &b->result.sweep.token;
    const struct {
        const char *left;
        const char *right;
        const char *what;
    } rows[] = {
        {left->name, right->name, "the scenario"},
        {left->hash, right->hash, "the scenario's text"},
        {left->way, right->way, "the way to update"},
        {left->rom, right->rom, "the ROM"},
        {left->boot, right->boot, "the bootloader"},
        {left->images, right->images, "an image"},
        {left->dtb, right->dtb, "the devicetree"},
        {left->qemu, right->qemu, "the version of QEMU"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i].left, rows[i].right) != 0) {
            return differ(a, b, rows[i].what, diag);
        }
    }
    return left->seed == right->seed
               ? 0
               : differ(a, b, "the scenario's seed", diag);
}

static int same_sweep(const struct merge_part *a, const struct merge_part *b,
                      struct diag *diag)
{
    const struct sweep_result *left = &a->result;
    const struct sweep_result *right = &b->result;

    if (left->depth != right->depth) {
        return differ(a, b, "--depth", diag);
    }
    if (left->kinds != right->kinds) {
        return differ(a, b, "--kinds", diag);
    }
    if (strcmp(left->family, right->family) != 0) {
        return differ(a, b, "--family", diag);
    }
    if (left->sample != right->sample) {
        return differ(a, b, "--sample", diag);
    }
    if (left->sample > 0 && left->seed != right->seed) {
        return differ(a, b, "--seed", diag);
    }
    if (left->first != right->first || left->last != right->last) {
        return differ(a, b, "--ops", diag);
    }
    if (left->shards != right->shards) {
        return differ(a, b, "the number of shards", diag);
    }
    return same_token(a, b, diag);
}

static bool same_place(const struct sweep_position *a,
                       const struct sweep_position *b)
{
    bool same = a->place.code == b->place.code &&
                a->place.nth == b->place.nth &&
                a->place.address == b->place.address &&
                strcmp(a->place.partition, b->place.partition) == 0 &&
                a->time_ns == b->time_ns && a->boot == b->boot;

    /* an interrupted part may end within a position */
    for (unsigned i = 0; same && i < a->effects && i < b->effects; i++) {
        same = a->effect[i].form == b->effect[i].form &&
               a->effect[i].draw == b->effect[i].draw;
    }
    return same;
}

static int same_clean_run(const struct merge_part *a,
                          const struct merge_part *b, struct diag *diag)
{
    const struct sweep *left = &a->result.sweep;
    const struct sweep *right = &b->result.sweep;
    bool whole = !left->interrupted && !right->interrupted;

    for (size_t i = 0; i < left->positions && i < right->positions; i++) {
        if (!same_place(&left->position[i], &right->position[i])) {
            return differ(a, b, "the run without a cut", diag);
        }
    }
    return whole && left->positions != right->positions
               ? differ(a, b, "the length of the run without a cut", diag)
               : 0;
}

/* ---- putting together --------------------------------------------------------- */

static void add_counts(struct sweep_counts *sum, const struct sweep_counts *one)
{
    sum->nodes += one->nodes;
    sum->merged += one->merged;
    sum->boots += one->boots;
    sum->open += one->open;
    sum->host_ms += one->host_ms;
}

/* Each part makes all cuts of the clean run, and keeps its own. */
static uint64_t first_cuts(const struct sweep *sweep, bool delivered)
{
    uint64_t count = 0;

    for (size_t i = 0; i < sweep->positions; i++) {
        for (unsigned k = 0; k < sweep->position[i].effects; k++) {
            count += !delivered || sweep->position[i].effect[k].delivered;
        }
    }
    return count;
}

static uint64_t first_open(const struct sweep *sweep)
{
    uint64_t count = 0;

    for (size_t i = 0; i < sweep->positions; i++) {
        for (unsigned k = 0; k < sweep->position[i].effects; k++) {
            count += sweep->position[i].effect[k].node == SWEEP_NONE;
        }
    }
    return count;
}

static uint64_t beyond(uint64_t all, uint64_t first)
{
    return all > first ? all - first : 0;
}

static void add_effect(struct sweep_effect *sum, const struct sweep_effect *one)
{
    sum->merged |= one->merged;
    sum->delivered &= one->delivered;
    if (sum->end == SWEEP_OPEN) {
        sum->end = one->end;
        sum->node = one->node;
        sum->boots = one->boots;
        sum->time_ns = one->time_ns;
        sum->left = one->left;
    } else if (one->end > sum->end) {
        sum->end = one->end;
    }
}

static int add_position(struct sweep_position *sum,
                        const struct sweep_position *one)
{
    if (one->effects > sum->effects) {
        struct sweep_effect *grown =
            realloc(sum->effect, one->effects * sizeof *grown);

        if (grown == NULL) {
            return -1;
        }
        sum->effect = grown;
    }
    for (unsigned i = 0; i < one->effects; i++) {
        if (i < sum->effects) {
            add_effect(&sum->effect[i], &one->effect[i]);
        } else {
            sum->effect[i] = one->effect[i];
        }
    }
    sum->effects = one->effects > sum->effects ? one->effects : sum->effects;
    return 0;
}

/* Room for all positions of the part; those that are new have no effects yet. */
static int make_room(struct sweep *sum, const struct sweep *one)
{
    if (one->positions <= sum->positions) {
        return 0;
    }
    struct sweep_position *grown =
        realloc(sum->position, one->positions * sizeof *grown);

    if (grown == NULL) {
        return -1;
    }
    sum->position = grown;
    while (sum->positions < one->positions) {
        size_t at = sum->positions++;

        grown[at] = one->position[at];
        grown[at].effects = 0;
        grown[at].effect = NULL;
    }
    return 0;
}

static int add_positions(struct sweep *sum, const struct sweep *one,
                         struct diag *diag)
{
    int err = make_room(sum, one);

    for (size_t i = 0; i < one->positions && err == 0; i++) {
        err = add_position(&sum->position[i], &one->position[i]);
    }
    return err == 0 ? 0
                    : diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
}

static int add_failures(struct sweep *sum, const struct sweep *one,
                        struct diag *diag)
{
    struct sweep_failure *grown =
        realloc(sum->failure,
                (sum->failures + one->failures + 1) * sizeof *grown);

    if (grown == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    sum->failure = grown;
    for (size_t i = 0; i < one->failures; i++) {
        struct sweep_failure *failure = &grown[sum->failures];

        *failure = one->failure[i];
        failure->token = strdup(one->failure[i].token);
        if (failure->token == NULL) {
            return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
        }
        sum->failures++;
    }
    return 0;
}

/* By boot, the one with the fewest cuts first. */
static int by_key(const void *a, const void *b)
{
    const struct sweep_failure *left = a;
    const struct sweep_failure *right = b;
    int order = memcmp(left->key, right->key, sizeof left->key);

    return order != 0 ? order : sweep_failure_order(a, b);
}

static void drop_doubled(struct sweep *sweep)
{
    size_t kept = 0;

    if (sweep->failures == 0) {
        return;
    }
    qsort(sweep->failure, sweep->failures, sizeof *sweep->failure, by_key);
    for (size_t i = 0; i < sweep->failures; i++) {
        struct sweep_failure *failure = &sweep->failure[i];

        if (kept > 0 && memcmp(sweep->failure[kept - 1].key, failure->key,
                               sizeof failure->key) == 0) {
            free(failure->token);
        } else {
            sweep->failure[kept++] = *failure;
        }
    }
    sweep->failures = kept;
    qsort(sweep->failure, sweep->failures, sizeof *sweep->failure,
          sweep_failure_order);
}

static int add_part(struct sweep *sum, const struct sweep *one,
                    struct diag *diag)
{
    int err = add_positions(sum, one, diag);

    err = err ? err : add_failures(sum, one, diag);
    add_counts(&sum->counts, &one->counts);
    sum->counts.asked += beyond(one->counts.asked, first_cuts(one, false));
    sum->counts.delivered +=
        beyond(one->counts.delivered, first_cuts(one, true));
    sum->depth = one->depth > sum->depth ? one->depth : sum->depth;
    sum->interrupted |= one->interrupted;
    for (unsigned i = 0; i < SWEEP_CHECKS && err == 0; i++) {
        err = check_add(&sum->check[i], &one->check[i]) == 0
                  ? 0
                  : diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    sum->left_out = one->left_out;
    if (one->worst_boots > sum->worst_boots) {
        sum->worst_boots = one->worst_boots;
    }
    sum->worst_ns =
        one->worst_ns > sum->worst_ns ? one->worst_ns : sum->worst_ns;
    return err;
}

int merge(const struct merge_part *part, size_t parts, uint32_t shard,
          uint32_t shards, struct sweep_result *whole, struct diag *diag)
{
    struct sweep *sum = &whole->sweep;
    int err = 0;

    *whole = part[0].result;
    whole->shard = shard;
    whole->shards = shards;
    *sum = (struct sweep){.token = part[0].result.sweep.token,
                          .image_size = part[0].result.sweep.image_size};
    for (size_t i = 0; i < parts && err == 0; i++) {
        err = same_sweep(&part[0], &part[i], diag);
        err = err ? err : same_clean_run(&part[0], &part[i], diag);
        err = err ? err : add_part(sum, &part[i].result.sweep, diag);
    }
    if (err) {
        return err;
    }
    sum->counts.asked += first_cuts(sum, false);
    sum->counts.delivered += first_cuts(sum, true);
    for (size_t i = 0; i < sum->positions; i++) {
        sum->counts.positions += sum->position[i].effects > 0;
    }
    sum->counts.elsewhere = shards > 1 ? first_open(sum) : 0;
    drop_doubled(sum);
    return 0;
}

static int check_shard(const struct merge_part *part, size_t parts,
                       uint32_t shard, struct diag *diag)
{
    const struct merge_part *found = NULL;

    for (size_t i = 0; i < parts; i++) {
        if (part[i].result.shard != shard) {
            continue;
        }
        if (found != NULL) {
            return diag_fail(diag, OTALAB_ERR_USAGE,
                             "%s and %s are both shard %" PRIu32 "/%" PRIu32,
                             found->name, part[i].name, shard + 1,
                             part[i].result.shards);
        }
        found = &part[i];
    }
    return found != NULL ? 0
                         : diag_fail(diag, OTALAB_ERR_USAGE,
                                     "shard %" PRIu32 "/%" PRIu32 " is missing",
                                     shard + 1, part[0].result.shards);
}

int merge_all(const struct merge_part *part, size_t parts,
              struct sweep_result *whole, struct diag *diag)
{
    int err = 0;

    *whole = (struct sweep_result){0};
    for (size_t i = 1; i < parts && err == 0; i++) {
        err = same_sweep(&part[0], &part[i], diag);
    }
    for (uint32_t i = 0; i < part[0].result.shards && err == 0; i++) {
        err = check_shard(part, parts, i, diag);
    }
    return err ? err : merge(part, parts, 0, 1, whole, diag);
}
