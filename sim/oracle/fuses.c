/* SPDX-License-Identifier: MIT */
/*
 * Rule 3. In the field, the boot chain burns only the application's security
 * counter, in order, and only for what a confirmed image in a slot carries and
 * has asked to commit. All other fuses are burned by the factory.
 */
#include <string.h>

#include "oracle/oracle_parts.h"

static uint32_t level_of(const struct oracle_view *view)
{
    return otp_unary(view->otp, OTP_COUNTER_BIT, OTP_COUNTER_BITS);
}

void oracle_fuses_start(struct oracle *oracle, const struct oracle_view *view)
{
    memcpy(oracle->fuses, view->otp->words, sizeof oracle->fuses);
    memcpy(oracle->seen, view->otp->words, sizeof oracle->seen);
    oracle->level = level_of(view);
    oracle->burning = ORACLE_NONE;
}

void oracle_fuses_reset(struct oracle *oracle)
{
    oracle->burn_reported = false;
}

/* ---- what may run ------------------------------------------------------- */

bool oracle_fuses_allow(const struct oracle_view *view, uint32_t image)
{
    const struct oracle_image *known = &view->judged->image[image];

    if (known->load_base == BOARD_BOOT_BASE) {
        return known->counter >= otp_unary(view->otp, OTP_BOOT_COUNTER_BIT,
                                           OTP_BOOT_COUNTER_BITS);
    }
    if (known->load_base == BOARD_RECOVERY_BASE) {
        return known->counter >= otp_unary(view->otp, OTP_RECOVERY_COUNTER_BIT,
                                           OTP_RECOVERY_COUNTER_BITS);
    }
    return known->counter >= level_of(view) &&
           known->counter <= OTP_COUNTER_BITS;
}

void oracle_fuses_entered(struct oracle *oracle, const struct oracle_view *view,
                          uint32_t image)
{
    const struct oracle_image *known = &view->judged->image[image];

    if (!oracle_fuses_allow(view, image)) {
        oracle_violate(oracle, view, 3,
                       "%s runs, but the fuses do not allow its counter %u",
                       known->name, known->counter);
    }
}

/* ---- burns -------------------------------------------------------------- */

static uint32_t lowest_unburned(const struct oracle_view *view)
{
    uint32_t bit = OTP_COUNTER_BIT;

    while (otp_get(view->otp, bit)) {
        bit++;
    }
    return bit;
}

/* The counter may be raised to this by the journal in force, and always to its
 * highest value so far, which completes a torn burn. */
static uint32_t granted(const struct oracle *oracle,
                        const struct oracle_view *view)
{
    uint32_t image = oracle_image_of_slot(view, oracle->journal_slot);

    if (!oracle_says(oracle, JOURNAL_CONFIRMED) ||
        oracle->journal_slot == JOURNAL_SLOT_RECOVERY || image == ORACLE_NONE ||
        oracle->good[oracle->journal_slot] != image) {
        return oracle->level;
    }
    uint32_t carried = view->judged->image[image].counter;
    uint32_t asked = oracle->trial[image].commit > oracle->claimed
                         ? oracle->trial[image].commit
                         : oracle->claimed;
    uint32_t most = carried < asked ? carried : asked;

    return most > oracle->level ? most : oracle->level;
}

/* One finding per boot: once wrong, further burns are wrong as well. */
static void wrong_burn(struct oracle *oracle, const struct oracle_view *view,
                       uint32_t bit, const char *why)
{
    if (!oracle->burn_reported) {
        oracle_violate(oracle, view, 3, "fuse %u is burned, %s", bit, why);
    }
    oracle->burn_reported = true;
}

void oracle_burn(struct oracle *oracle, const struct oracle_view *view,
                 uint32_t bit)
{
    oracle->burning = bit;
    if (oracle->otp_locked) {
        wrong_burn(oracle, view, bit, "though the fuses are locked");
    }
    if (bit < OTP_COUNTER_BIT || bit - OTP_COUNTER_BIT >= OTP_COUNTER_BITS) {
        wrong_burn(oracle, view, bit,
                   "which does not belong to the security counter");
    } else if (bit != lowest_unburned(view)) {
        wrong_burn(oracle, view, bit, "and leaves a gap below it");
    } else if (bit - OTP_COUNTER_BIT >= granted(oracle, view)) {
        wrong_burn(oracle, view, bit,
                   "beyond what a confirmed image carries and has committed");
    }
}

/* ---- every step --------------------------------------------------------- */

static void check_back(struct oracle *oracle, const struct oracle_view *view)
{
    for (uint32_t i = 0; i < OTP_WORDS; i++) {
        uint32_t gone = oracle->fuses[i] & ~view->otp->words[i];

        oracle->fuses[i] = view->otp->words[i] & ~view->otp->weak[i];
        if (gone != 0) {
            oracle_violate(oracle, view, 3, "fuse word %u went back", i);
        }
    }
}

/* A bit changes only by a burn. */
static void check_risen(struct oracle *oracle, const struct oracle_view *view)
{
    for (uint32_t i = 0; i < OTP_WORDS; i++) {
        uint32_t risen = view->otp->words[i] & ~oracle->seen[i];

        if (oracle->burning / 32 == i) {
            risen &= ~(1u << oracle->burning % 32);
        }
        oracle->seen[i] = view->otp->words[i];
        if (risen != 0) {
            oracle_violate(oracle, view, 3,
                           "fuse word %u has changed without a burn", i);
        }
    }
}

static void check_counter(struct oracle *oracle, const struct oracle_view *view)
{
    uint32_t level = level_of(view);

    oracle->level = level > oracle->level ? level : oracle->level;
    for (uint32_t slot = JOURNAL_SLOT_A; slot <= JOURNAL_SLOT_B; slot++) {
        uint32_t image = oracle_image_of_slot(view, slot);
        bool needed = slot == oracle->journal_slot ||
                      !oracle_says(oracle, JOURNAL_CONFIRMED);

        /* nothing has been promised to an image on trial */
        if (needed && image != ORACLE_NONE && oracle->good[slot] == image &&
            view->judged->image[image].counter < level) {
            oracle_violate(oracle, view, 3,
                           "the counter in the fuses is %u, and %s with %u "
                           "must still boot",
                           level, oracle_slot_partition(slot),
                           view->judged->image[image].counter);
        }
    }
}

void oracle_fuses_step(struct oracle *oracle, const struct oracle_view *view)
{
    if (memcmp(oracle->seen, view->otp->words, sizeof oracle->seen) == 0 &&
        memcmp(oracle->fuses, view->otp->words, sizeof oracle->fuses) == 0) {
        return;
    }
    check_back(oracle, view);
    check_risen(oracle, view);
    check_counter(oracle, view);
}
