/* SPDX-License-Identifier: MIT */
/*
 * Rule 5: a device that makes no progress must not try too fast. Whatever wears
 * it out or costs money is bounded in every stretch of time: its boots, its
 * bytes on the air, the erases of each sector.
 *
 * A device may make as many attempts as its back-off has steps, and a few more,
 * directly one after the other; from then on, one in each longest back-off:
 *
 *   attempts at once   A = steps from backoff-ms to backoff-max-ms + tries + 4
 *   one more in every  P = backoff-max-ms
 *   in an attempt      N + 3 boots (N trial-attempts), 4 erases of a sector,
 *                      1.5 times the largest image and 16 KiB on the air
 *   in addition        4 KiB on the air in every poll-ms
 *
 * Once faults have ended, an update gets there much sooner: in the attempt that
 * the last fault has hit, or in the next one. A device that can go back to a
 * confirmed image may therefore need 2 * (N + 3) boots after that fault, and on
 * the air the bytes of two attempts and of polls. What counts as a fault is
 * whatever oracle_disturbed() is told.
 *
 * So each unit costs a time, P / (N + 3) for a boot. A debt of A * P is
 * allowed, and is paid off as time passes. What the world does to the device on
 * purpose pays for one attempt; the boot after a power cut costs nothing.
 */
#include <inttypes.h>

#include "oracle/oracle_parts.h"

#define ATTEMPTS_MORE 4u
#define BOOTS_MORE 3u
#define ERASES_OF_ATTEMPT 4u
#define BYTES_MORE 16384u
#define BYTES_OF_POLL 4096u
#define CALM_ATTEMPTS 2u

/* ---- bounds ------------------------------------------------------------- */

static uint64_t steps(uint64_t from, uint64_t to)
{
    uint64_t count = 0;

    while (from != 0 && from < to) {
        from *= 2;
        count++;
    }
    return count;
}

static uint64_t largest_image(const struct oracle_case *judged)
{
    uint64_t largest = 0;

    for (uint32_t i = 0; i < judged->images; i++) {
        largest =
            judged->image[i].size > largest ? judged->image[i].size : largest;
    }
    return largest;
}

/* Bound for this many units per attempt, in addition to those free in the same
 * time. */
static struct oracle_bound bound(uint64_t pause, uint64_t attempts,
                                 uint64_t units, uint64_t besides)
{
    struct oracle_bound bound = {.cost_ns = pause / (units + besides)};

    bound.most_ns = attempts * units * bound.cost_ns;
    return bound;
}

static uint64_t attempt_bytes(const struct oracle_case *judged)
{
    return largest_image(judged) * 3 / 2 + BYTES_MORE;
}

static uint64_t attempt_boots(const struct oracle_case *judged)
{
    return judged->policy.attempts + BOOTS_MORE;
}

/* After the last fault; without polls there is no bound for bytes. */
static void calm_bounds(struct oracle_case *judged)
{
    uint64_t cost = judged->policy.poll_ns / BYTES_OF_POLL;

    judged->calm_boots = (uint32_t)(CALM_ATTEMPTS * attempt_boots(judged));
    judged->calm_bytes =
        (struct oracle_bound){.cost_ns = cost,
                              .most_ns =
                                  CALM_ATTEMPTS * attempt_bytes(judged) * cost};
}

void oracle_bounds(struct oracle_case *judged)
{
    const struct policy_figures *policy = &judged->policy;
    uint64_t pause = policy->backoff_max_ns;
    uint64_t attempts =
        steps(policy->backoff_ns, pause) + policy->tries + ATTEMPTS_MORE;

    judged->bound[USE_BOOTS] = bound(pause, attempts, attempt_boots(judged), 0);
    judged->bound[USE_ERASES] = bound(pause, attempts, ERASES_OF_ATTEMPT, 0);
    judged->bound[USE_BYTES] =
        bound(pause, attempts, attempt_bytes(judged),
              policy->poll_ns != 0 ? BYTES_OF_POLL * (pause / policy->poll_ns)
                                   : 0);
    calm_bounds(judged);
}

/* ---- use ---------------------------------------------------------------- */

/* False if it was too much. `until` is when the debt is paid. */
static bool use(const struct oracle_view *view,
                const struct oracle_bound *bound, uint64_t *until,
                uint64_t units)
{
    if (*until < view->now_ns) {
        *until = view->now_ns;
    }
    *until += bound->cost_ns * units;
    return bound->most_ns == 0 || *until - view->now_ns <= bound->most_ns;
}

static void too_much(struct oracle *oracle, const struct oracle_view *view,
                     enum oracle_use what, const char *words)
{
    if (!oracle->use_reported[what]) {
        oracle->use_reported[what] = true;
        oracle_violate(oracle, view, 5, "%s", words);
    }
}

static void not_calm(struct oracle *oracle, const struct oracle_view *view,
                     const char *what, uint64_t units)
{
    if (!oracle->calm_reported) {
        oracle->calm_reported = true;
        oracle_violate(oracle, view, 5,
                       "more than %" PRIu64 " %s since the last fault", units,
                       what);
    }
}

/* If no image is left that was confirmed, it may have to try for ever. */
static void calm_boot(struct oracle *oracle, const struct oracle_view *view)
{
    uint32_t most = view->judged->calm_boots;

    if (most != 0 && oracle_has_good(oracle, view) &&
        ++oracle->calm_boots > most) {
        not_calm(oracle, view, "boots", most);
    }
}

static void calm_bytes(struct oracle *oracle, const struct oracle_view *view,
                       uint32_t bytes)
{
    if (!use(view, &view->judged->calm_bytes, &oracle->calm_until_ns, bytes)) {
        not_calm(oracle, view, "bytes",
                 CALM_ATTEMPTS * attempt_bytes(view->judged));
    }
}

void oracle_life_boot(struct oracle *oracle, const struct oracle_view *view)
{
    if (oracle->excused) {
        oracle->excused = false;
        return;
    }
    calm_boot(oracle, view);
    if (!use(view, &view->judged->bound[USE_BOOTS], &oracle->used_ns[USE_BOOTS],
             1)) {
        too_much(oracle, view, USE_BOOTS,
                 "it boots again and again, without growing pauses");
    }
}

void oracle_bytes(struct oracle *oracle, const struct oracle_view *view,
                  uint32_t bytes)
{
    calm_bytes(oracle, view, bytes);
    if (!use(view, &view->judged->bound[USE_BYTES], &oracle->used_ns[USE_BYTES],
             bytes)) {
        too_much(oracle, view, USE_BYTES,
                 "more goes over the air than updates can need");
    }
}

void oracle_life_erase(struct oracle *oracle, const struct oracle_view *view,
                       uint32_t address)
{
    uint32_t sector = address / FLASH_BLOCK;

    if (sector < FLASH_MAX_BLOCKS &&
        !use(view, &view->judged->bound[USE_ERASES], &oracle->erased_ns[sector],
             1)) {
        too_much(oracle, view, USE_ERASES,
                 "a sector is erased more often than updates can need");
    }
}

void oracle_disturbed(struct oracle *oracle)
{
    oracle->calm_boots = 0;
    oracle->calm_until_ns = 0;
}

/* ---- credit ------------------------------------------------------------- */

static void pay(uint64_t *until, uint64_t ns)
{
    *until = *until > ns ? *until - ns : 0;
}

void oracle_life_credit(struct oracle *oracle, const struct oracle_view *view)
{
    const struct oracle_case *judged = view->judged;
    uint64_t pause = judged->policy.backoff_max_ns;

    oracle_disturbed(oracle);
    pay(&oracle->used_ns[USE_BOOTS], pause);
    pay(&oracle->used_ns[USE_BYTES],
        attempt_bytes(judged) * judged->bound[USE_BYTES].cost_ns);
    for (uint32_t i = 0; i < FLASH_MAX_BLOCKS; i++) {
        pay(&oracle->erased_ns[i], pause);
    }
}
