/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "oracle/oracle_parts.h"

static bool read_record(struct oracle *oracle, const struct oracle_view *view,
                        struct journal_record *now)
{
    if (!decode_in_force(view->flash->array, view->flash->figures.size,
                         view->judged->map, now)) {
        oracle->journal_slot = ORACLE_NONE;
        oracle->journal_state = 0;
        return false;
    }
    oracle->journal_slot = now->slot;
    oracle->journal_state = now->state;
    oracle->sequence = now->sequence;
    oracle->attempts = now->attempts;
    oracle->reason = now->reason;
    return true;
}

static void check_taint(struct oracle *oracle, const struct oracle_view *view,
                        uint32_t slot, uint32_t image)
{
    const char *partition = oracle_slot_partition(slot);
    const struct board_part *part =
        board_map_find(view->judged->map, partition);

    if (part != NULL &&
        flash_range_taint(view->flash, part->start,
                          view->judged->image[image].size) != FLASH_CLEAN) {
        oracle_violate(
            oracle, view, 6,
            "%s is confirmed although some of its words are unreliable",
            partition);
    }
}

/* A record that says "confirmed" came into force, after a trial of that slot or
 * not. The recovery image needs no trial: it is what is left if the others are
 * gone. */
static void confirmed(struct oracle *oracle, const struct oracle_view *view,
                      uint32_t image, bool tried)
{
    struct oracle_trial *trial = &oracle->trial[image];

    if (oracle->journal_slot == JOURNAL_SLOT_RECOVERY ||
        (!tried && oracle->good[oracle->journal_slot] == image)) {
        return;
    }
    if (!trial->asked && oracle_mechanism(view)->has_trials) {
        oracle_violate(oracle, view, 4,
                       "%s is confirmed but never asked for it",
                       view->judged->image[image].name);
    }
    check_taint(oracle, view, oracle->journal_slot, image);
    *trial = (struct oracle_trial){.runs = 0};
    oracle->good[oracle->journal_slot] = image;
    oracle_life_credit(oracle, view);
}

static bool left_for_a_reason(const struct oracle *oracle, uint32_t left)
{
    return left != ORACLE_NONE && oracle->journal_slot != ORACLE_NONE &&
           left != oracle->journal_slot && left != JOURNAL_SLOT_RECOVERY &&
           oracle->reason != 0;
}

void oracle_journal_changed(struct oracle *oracle,
                            const struct oracle_view *view)
{
    uint32_t left = oracle->journal_slot;
    uint32_t sequence = oracle->sequence;
    bool tried = oracle_says(oracle, JOURNAL_TRIAL);
    struct journal_record now;

    if (!read_record(oracle, view, &now) ||
        (left != ORACLE_NONE && now.sequence == sequence)) {
        return; /* the same record, whatever is in the slot by now */
    }
    oracle->rollbacks += left_for_a_reason(oracle, left);
    tried = tried && left == oracle->journal_slot;
    uint32_t image = oracle_image_of_slot(view, oracle->journal_slot);
    if (image == ORACLE_NONE) {
        return;
    }
    if (oracle_says(oracle, JOURNAL_CONFIRMED)) {
        confirmed(oracle, view, image, tried);
    } else if (!tried) {
        oracle_trial_begins(oracle, view, image);
    }
}

/* Earlier commitments and grants are also stored in the record. */
static void take_for_granted(struct oracle *oracle,
                             const struct oracle_view *view,
                             const struct journal_record *now)
{
    uint32_t image = oracle_image_of_slot(view, oracle->journal_slot);

    oracle->release = now->release;
    if (image != ORACLE_NONE && oracle_says(oracle, JOURNAL_CONFIRMED) &&
        oracle->journal_slot != JOURNAL_SLOT_RECOVERY) {
        oracle->good[oracle->journal_slot] = image;
        oracle->trial[image].commit = now->counter;
    }
}

void oracle_journal_start(struct oracle *oracle, const struct oracle_view *view)
{
    struct journal_record now;

    if (read_record(oracle, view, &now)) {
        take_for_granted(oracle, view, &now);
    }
}

void oracle_journal_given(struct oracle *oracle, const struct oracle_view *view)
{
    uint32_t left = oracle->journal_slot;
    bool trial = oracle_says(oracle, JOURNAL_TRIAL);
    struct journal_record now;

    if (!read_record(oracle, view, &now)) {
        return;
    }
    take_for_granted(oracle, view, &now);
    /* whichever image is confirmed next: the device has only the journal's word
     * for what was committed */
    oracle->claimed =
        now.counter > oracle->claimed ? now.counter : oracle->claimed;
    uint32_t image = oracle_image_of_slot(view, oracle->journal_slot);
    if (image != ORACLE_NONE && oracle_says(oracle, JOURNAL_TRIAL) &&
        !(trial && left == oracle->journal_slot)) {
        oracle_trial_begins(oracle, view, image);
    }
}
