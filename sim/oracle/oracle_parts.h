/* SPDX-License-Identifier: MIT */
/*
 * What the oracle's parts use of each other, one noun a file:
 *   look.c      which image it is, what the journal in force says; objecting
 *   oracle.c    start, reset, end; rule 2, what is executed
 *   journal.c   what the journal says, and what follows from a change of it
 *   trial.c     rule 4: runs, deadline, requests, fallback
 *   fuses.c     rule 3
 *   liveness.c  rule 5: boots, bytes, erases
 *   mechanism.c what the rules require of each way to update
 *   locks.c     rule 6: what was locked stays locked and unchanged
 * Every function takes the monitor and what it looks at; none keeps a pointer.
 */
#ifndef OTALAB_ORACLE_PARTS_H
#define OTALAB_ORACLE_PARTS_H

#include "oracle/oracle.h"

/* ---- look.c ---- */
__attribute__((format(printf, 4, 5))) void oracle_violate(
    struct oracle *oracle, const struct oracle_view *view, unsigned rule,
    const char *format, ...);
/* The image with that load address whose bytes are there, or NONE. `room` is
 * the number of bytes that may be examined. */
uint32_t oracle_image_at(const struct oracle_case *judged, uint32_t load_base,
                         const uint8_t *bytes, uint32_t room);
/* The image in the slot with that number, or NONE. */
uint32_t oracle_image_of_slot(const struct oracle_view *view, uint32_t slot);
/* "slot-a" */
const char *oracle_slot_partition(uint32_t slot);
static inline uint32_t oracle_other_slot(uint32_t slot)
{
    return slot == JOURNAL_SLOT_A ? JOURNAL_SLOT_B : JOURNAL_SLOT_A;
}
/* Whether the flash range overlaps that partition. */
bool oracle_touches(const struct oracle_view *view, const char *partition,
                    uint32_t address, uint32_t length);

/* Whether the record in force has that state. */
bool oracle_says(const struct oracle *oracle, enum journal_state state);

/* ---- mechanism.c ---- */
struct oracle_mechanism {
    bool has_trials; /* an image has to prove itself before it is confirmed */
    bool keeps_running; /* the image in force is locked and not written */
    /* an application may give way to recovery, and a trial goes back there */
    bool falls_to_recovery;
};
const struct oracle_mechanism *oracle_mechanism(const struct oracle_view *view);

/* ---- journal.c ---- */
void oracle_journal_start(struct oracle *oracle,
                          const struct oracle_view *view);
void oracle_journal_changed(struct oracle *oracle,
                            const struct oracle_view *view);
/* The world has written the record: what it says is taken as a fact. */
void oracle_journal_given(struct oracle *oracle,
                          const struct oracle_view *view);

/* ---- trial.c ---- */
/* The image in a slot whose trial came into force. */
void oracle_trial_begins(struct oracle *oracle, const struct oracle_view *view,
                         uint32_t image);
void oracle_trial_entered(struct oracle *oracle,
                          const struct oracle_view *view);
void oracle_trial_time(struct oracle *oracle, const struct oracle_view *view);
void oracle_trial_struck(struct oracle *oracle, const struct oracle_view *view);
/* A request is being written by whichever image runs, or, if the world has
 * written it, by the image that it names. */
void oracle_request_begins(struct oracle *oracle, const struct flash_op *op);
void oracle_request_stands(struct oracle *oracle,
                           const struct oracle_view *view);
void oracle_request_given(struct oracle *oracle,
                          const struct oracle_view *view);
/* Whether a slot holds an image that was confirmed there and may run. */
bool oracle_has_good(const struct oracle *oracle,
                     const struct oracle_view *view);
/* The slot that must not be lost now: the one in force, or the one to which a
 * trial would go back. NONE: nothing is known to be good. */
uint32_t oracle_kept_slot(const struct oracle *oracle,
                          const struct oracle_view *view);
void oracle_kept_written(struct oracle *oracle, const struct oracle_view *view,
                         const struct flash_op *op);
void oracle_good_written(struct oracle *oracle, const struct oracle_view *view,
                         const struct flash_op *op);

/* ---- fuses.c ---- */
void oracle_fuses_start(struct oracle *oracle, const struct oracle_view *view);
void oracle_fuses_reset(struct oracle *oracle);
void oracle_fuses_step(struct oracle *oracle, const struct oracle_view *view);
/* This image is entered: check that the fuses are not above its counter. */
void oracle_fuses_entered(struct oracle *oracle, const struct oracle_view *view,
                          uint32_t image);
/* Whether an image with that counter may run. */
bool oracle_fuses_allow(const struct oracle_view *view, uint32_t image);

/* ---- liveness.c ---- */
void oracle_life_boot(struct oracle *oracle, const struct oracle_view *view);
void oracle_life_erase(struct oracle *oracle, const struct oracle_view *view,
                       uint32_t address);
/* Something came from outside, or an update has succeeded. */
void oracle_life_credit(struct oracle *oracle, const struct oracle_view *view);

/* ---- locks.c ---- */
void oracle_locks_reset(struct oracle *oracle, const struct oracle_view *view);
void oracle_locks_step(struct oracle *oracle, const struct oracle_view *view);
void oracle_locks_handed_over(struct oracle *oracle,
                              const struct oracle_view *view);
void oracle_locks_written(struct oracle *oracle, const struct oracle_view *view,
                          const struct flash_op *op);
/* Check that what was locked at hand-over is unchanged. */
void oracle_locks_check(struct oracle *oracle, const struct oracle_view *view);
void oracle_locks_damaged(struct oracle *oracle,
                          const struct oracle_view *view);

#endif
