/* SPDX-License-Identifier: MIT */
/*
 * Rule 6, for locks: they stay set until a reset, the boot chain has set all
 * locks that the order of boot promises before it hands over, and what is
 * locked does not change. The oracle remembers the locks itself, so a
 * controller that loses them is found.
 */
#include <string.h>

#include "oracle/oracle_parts.h"

/* ---- what is locked stays as it is -------------------------------------- */

/* A hash of all locked sectors. */
static uint64_t content(const struct oracle *oracle,
                        const struct oracle_view *view)
{
    uint64_t hash = UINT64_C(0x9E3779B97F4A7C15);

    for (uint32_t i = 0; i < view->flash->figures.size / FLASH_BLOCK; i++) {
        if (oracle->locked[i]) {
            hash = (hash ^ flash_block_sum(view->flash, i)) *
                   UINT64_C(0xFF51AFD7ED558CCD);
            hash ^= hash >> 32;
        }
    }
    return hash;
}

void oracle_locks_check(struct oracle *oracle, const struct oracle_view *view)
{
    if (oracle->handed_over &&
        content(oracle, view) != oracle->locked_content) {
        oracle_violate(oracle, view, 6,
                       "a range that was locked at hand-over has changed");
    }
}

void oracle_locks_damaged(struct oracle *oracle, const struct oracle_view *view)
{
    if (oracle->handed_over) {
        oracle->locked_content = content(oracle, view);
    }
}

void oracle_locks_written(struct oracle *oracle, const struct oracle_view *view,
                          const struct flash_op *op)
{
    const struct board_part *part =
        board_map_at(view->judged->map, op->address);
    uint32_t sector = op->address / FLASH_BLOCK;

    if (sector < FLASH_MAX_BLOCKS && oracle->locked[sector]) {
        oracle_violate(oracle, view, 6, "%s is %s at 0x%06x, which is locked",
                       part != NULL ? part->name : "flash",
                       op->kind == FLASH_ERASE ? "erased" : "programmed",
                       op->address);
    }
}

/* ---- locks stay ---------------------------------------------------------- */

void oracle_locks_reset(struct oracle *oracle, const struct oracle_view *view)
{
    oracle_locks_check(oracle, view);
    memset(oracle->locked, 0, sizeof oracle->locked);
    oracle->otp_locked = false;
    oracle->fall_reported = false;
    oracle->handed_over = false;
    oracle->locked_content = 0;
}

/* Note new locks; locks that fell are remembered, for they must not fall. */
static bool follow(struct oracle *oracle, const struct oracle_view *view)
{
    bool fallen = oracle->otp_locked && !view->otp->locked;

    oracle->otp_locked = oracle->otp_locked || view->otp->locked;
    for (uint32_t i = 0; i < FLASH_MAX_BLOCKS; i++) {
        fallen = fallen || oracle->locked[i] > view->flash->locked[i];
        oracle->locked[i] |= view->flash->locked[i];
    }
    return fallen;
}

void oracle_locks_step(struct oracle *oracle, const struct oracle_view *view)
{
    if (view->in_reset || (oracle->otp_locked == view->otp->locked &&
                           memcmp(oracle->locked, view->flash->locked,
                                  sizeof oracle->locked) == 0)) {
        return; /* locks fall in reset, and no command is carried out there */
    }
    oracle_locks_check(oracle, view);
    bool fallen = follow(oracle, view);
    if (oracle->handed_over) {
        oracle->locked_content = content(oracle, view);
    }
    if (fallen && !oracle->fall_reported) {
        oracle->fall_reported = true;
        oracle_violate(oracle, view, 6, "locks were lost without a reset");
    }
}

/* ---- hand-over ----------------------------------------------------------- */

static bool is_locked(const struct oracle *oracle,
                      const struct board_part *part)
{
    uint32_t first = part->start / FLASH_BLOCK;

    return memchr(&oracle->locked[first], 0, part->length / FLASH_BLOCK) ==
           NULL;
}

static void check_locked(struct oracle *oracle, const struct oracle_view *view,
                         const char *partition)
{
    const struct board_part *part =
        board_map_find(view->judged->map, partition);

    if (part != NULL && !is_locked(oracle, part)) {
        oracle_violate(oracle, view, 6, "%s is not locked at hand-over",
                       partition);
    }
}

void oracle_locks_handed_over(struct oracle *oracle,
                              const struct oracle_view *view)
{
    static const char *const always[] = {"boot-a", "boot-b", "journal",
                                         "recovery"};
    uint32_t kept = oracle_kept_slot(oracle, view);

    oracle_locks_step(oracle, view);
    for (unsigned i = 0; i < sizeof always / sizeof always[0]; i++) {
        check_locked(oracle, view, always[i]);
    }
    for (uint32_t slot = JOURNAL_SLOT_A; slot <= JOURNAL_SLOT_B; slot++) {
        bool runs = slot == oracle->journal_slot &&
                    oracle_mechanism(view)->keeps_running;

        if (runs || slot == kept) {
            check_locked(oracle, view, oracle_slot_partition(slot));
        }
    }
    if (!oracle->otp_locked) {
        oracle_violate(oracle, view, 6, "fuses are not locked at hand-over");
    }
    oracle->handed_over = true;
    oracle->locked_content = content(oracle, view);
}
