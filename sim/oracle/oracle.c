/* SPDX-License-Identifier: MIT */
#include "oracle/oracle.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "board/controller.h"

/* Hand-over may lie this long after the deadline was set. */
#define DEADLINE_SLACK_NS 2000000000u

static const char *const slot_partitions[] = {"slot-a", "slot-b", "recovery"};

__attribute__((format(printf, 4, 5))) static void violate(
    struct oracle *oracle, const struct oracle_view *view, unsigned rule,
    const char *format, ...)
{
    char what[200];
    va_list args;

    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    oracle->violations++;
    view->sink->violation(view->sink->context, rule, what);
}

/* ---- which image is it? ------------------------------------------------ */

static uint32_t image_at(const struct oracle_case *judged, uint32_t load_base,
                         const uint8_t *bytes, uint32_t room)
{
    for (uint32_t i = 0; i < judged->images; i++) {
        const struct oracle_image *image = &judged->image[i];

        if (image->load_base == load_base && image->size <= room &&
            memcmp(image->bytes, bytes, image->size) == 0) {
            return i;
        }
    }
    return ORACLE_NONE;
}

uint32_t oracle_image_in(const struct oracle_case *judged,
                         const struct flash *flash, const char *partition)
{
    const struct board_part *part = board_map_find(judged->map, partition);
    bool boot = strncmp(partition, "boot-", 5) == 0;

    if (part == NULL) {
        return ORACLE_NONE;
    }
    return image_at(judged, boot ? BOARD_BOOT_BASE : BOARD_APP_BASE,
                    flash->array + part->start, part->length);
}

/* ---- journal ----------------------------------------------------------- */

static void journal_read(struct oracle *oracle, const struct oracle_view *view,
                         struct journal_record *now)
{
    memset(now, 0, sizeof *now);
    if (!decode_in_force(view->flash->array, view->flash->figures.size,
                         view->judged->map, now)) {
        oracle->journal_slot = ORACLE_NONE;
        oracle->journal_state = 0;
        return;
    }
    oracle->journal_slot = now->slot;
    oracle->journal_state = now->state;
    oracle->sequence = now->sequence;
    oracle->attempts = now->attempts;
    oracle->reason = now->reason;
}

static uint32_t image_of_slot(const struct oracle_view *view, uint32_t slot)
{
    return slot < 3 ? oracle_image_in(view->judged, view->flash,
                                      slot_partitions[slot])
                    : ORACLE_NONE;
}

static void check_taint(struct oracle *oracle, const struct oracle_view *view,
                        uint32_t slot, uint32_t image)
{
    const struct board_part *part =
        board_map_find(view->judged->map, slot_partitions[slot]);

    if (part != NULL &&
        flash_range_taint(view->flash, part->start,
                          view->judged->image[image].size) != FLASH_CLEAN) {
        violate(oracle, view, 6, "%s is confirmed with untrustworthy words",
                slot_partitions[slot]);
    }
}

/* A record that says "confirmed" came into force. The recovery image needs
 * no trial: it is what is left when the others are gone. */
static void journal_confirmed(struct oracle *oracle,
                              const struct oracle_view *view)
{
    uint32_t image = image_of_slot(view, oracle->journal_slot);

    if (image == ORACLE_NONE || oracle->confirmed[image] ||
        oracle->journal_slot == JOURNAL_SLOT_RECOVERY) {
        return;
    }
    if (!oracle->asked[image]) {
        violate(oracle, view, 4, "%s is confirmed but never asked for it",
                view->judged->image[image].name);
    }
    check_taint(oracle, view, oracle->journal_slot, image);
    oracle->confirmed[image] = true;
    oracle->runs[image] = 0;
}

/* What was confirmed once and is tried again has to ask again; but what lies
 * in the other slot too was confirmed there, and is what a rollback goes to. */
static void journal_trial(struct oracle *oracle, const struct oracle_view *view)
{
    uint32_t image = image_of_slot(view, oracle->journal_slot);

    uint32_t other = oracle->journal_slot == JOURNAL_SLOT_A ? JOURNAL_SLOT_B
                                                            : JOURNAL_SLOT_A;

    if (image != ORACLE_NONE && oracle->confirmed[image] &&
        image_of_slot(view, other) != image) {
        oracle->confirmed[image] = false;
        oracle->asked[image] = false;
    }
}

static bool confirmed_in_force(const struct oracle *oracle)
{
    return oracle->journal_slot != ORACLE_NONE &&
           oracle->journal_state == JOURNAL_CONFIRMED;
}

/* An image that itself gave its trial back, the surroundings being at fault,
 * has nothing against it and may have another whole trial. */
static void trial_left(struct oracle *oracle, const struct oracle_view *view,
                       uint32_t slot)
{
    uint32_t image = image_of_slot(view, slot);

    if (image != ORACLE_NONE && oracle->asked[image] &&
        oracle->journal_slot != slot &&
        oracle->reason == JOURNAL_SURROUNDINGS) {
        oracle->runs[image] = 0;
    }
}

static void journal_changed(struct oracle *oracle,
                            const struct oracle_view *view)
{
    struct journal_record now;
    uint32_t left = oracle->journal_slot;
    bool trial = left != ORACLE_NONE && !confirmed_in_force(oracle);

    journal_read(oracle, view, &now);
    if (trial) {
        trial_left(oracle, view, left);
    }
    if (left != ORACLE_NONE && oracle->journal_slot != ORACLE_NONE &&
        left != oracle->journal_slot && left != JOURNAL_SLOT_RECOVERY &&
        oracle->reason != 0) {
        oracle->rollbacks++;
    }
    if (confirmed_in_force(oracle)) {
        journal_confirmed(oracle, view);
    } else if (oracle->journal_slot != ORACLE_NONE) {
        journal_trial(oracle, view);
    }
}

/* ---- start and reset --------------------------------------------------- */

void oracle_start(struct oracle *oracle, const struct oracle_view *view)
{
    struct journal_record now;

    memset(oracle, 0, sizeof *oracle);
    oracle->boot = ORACLE_NONE;
    oracle->running = ORACLE_NONE;
    memcpy(oracle->fuses, view->otp->words, sizeof oracle->fuses);
    journal_read(oracle, view, &now);
    uint32_t image = image_of_slot(view, oracle->journal_slot);
    if (image != ORACLE_NONE && oracle->journal_state == JOURNAL_CONFIRMED) {
        oracle->confirmed[image] = true;
    }
}

void oracle_reset(struct oracle *oracle, const struct oracle_view *view)
{
    oracle->boot = ORACLE_NONE;
    oracle->running = ORACLE_NONE;
    oracle->entered_ns = 0;
    oracle->deadline_reported = false;
    journal_changed(oracle, view);
}

void oracle_forgive(struct oracle *oracle, uint32_t runs)
{
    oracle->forgiven += runs;
}

/* ---- rule 2: what is executed ------------------------------------------ */

static void count_run(struct oracle *oracle, const struct oracle_view *view,
                      uint32_t image)
{
    uint32_t most = view->judged->attempts + oracle->forgiven;

    if (confirmed_in_force(oracle)) {
        return;
    }
    if (++oracle->runs[image] > most) {
        violate(oracle, view, 4, "%s runs unconfirmed for the %uth time of %u",
                view->judged->image[image].name, oracle->runs[image], most);
    }
}

static void check_chosen(struct oracle *oracle, const struct oracle_view *view,
                         uint32_t image)
{
    uint32_t chosen = oracle->journal_slot;

    if (chosen == ORACLE_NONE) {
        violate(oracle, view, 2, "%s runs and no journal record says so",
                view->judged->image[image].name);
    } else if (image_of_slot(view, chosen) != image) {
        violate(oracle, view, 2, "%s runs, but the journal has chosen %s",
                view->judged->image[image].name, slot_partitions[chosen]);
    }
}

static void application_entered(struct oracle *oracle,
                                const struct oracle_view *view)
{
    const uint8_t *sram = view->window + (BOARD_APP_BASE - BOARD_WINDOW_BASE);
    struct journal_record now;

    oracle->entered_ns = view->now_ns;
    oracle->running =
        image_at(view->judged, BOARD_APP_BASE, sram, BOARD_APP_SIZE);
    if (oracle->running == ORACLE_NONE) {
        violate(oracle, view, 2, "what is entered in SRAM is no known image");
        return;
    }
    if (!view->judged->image[oracle->running].authentic) {
        violate(oracle, view, 2, "%s runs, which is not authentic",
                view->judged->image[oracle->running].name);
    }
    journal_read(oracle, view, &now);
    check_chosen(oracle, view, oracle->running);
    count_run(oracle, view, oracle->running);
}

static void bootloader_entered(struct oracle *oracle,
                               const struct oracle_view *view)
{
    const uint8_t *sram = view->window + (BOARD_BOOT_BASE - BOARD_WINDOW_BASE);

    oracle->boot =
        image_at(view->judged, BOARD_BOOT_BASE, sram, BOARD_BOOT_SIZE);
    if (oracle->boot == ORACLE_NONE ||
        !view->judged->image[oracle->boot].authentic) {
        violate(oracle, view, 2, "the bootloader in SRAM is not authentic");
    }
}

static bool in_range(uint32_t address, uint32_t base, uint32_t size)
{
    return address >= base && address - base < size;
}

/* Does the block stand at its place in the image entered? */
static void check_block(struct oracle *oracle, const struct oracle_view *view,
                        const struct channel_code *code, uint32_t image)
{
    if (image == ORACLE_NONE) {
        return; /* reported when it was entered */
    }
    const struct oracle_image *known = &view->judged->image[image];
    uint32_t offset = code->address - known->load_base;

    if (code->length > sizeof code->bytes || offset > known->size ||
        known->size - offset < code->length ||
        memcmp(known->bytes + offset, code->bytes, code->length) != 0) {
        violate(oracle, view, 2, "code at 0x%08x is not that of %s",
                code->address, known->name);
    }
}

void oracle_code(struct oracle *oracle, const struct oracle_view *view,
                 const struct channel_code *code, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t address = code[i].address;

        if (in_range(address, BOARD_BOOT_BASE, BOARD_BOOT_SIZE)) {
            if (oracle->boot == ORACLE_NONE) {
                bootloader_entered(oracle, view);
            }
            check_block(oracle, view, &code[i], oracle->boot);
        } else if (in_range(address, BOARD_APP_BASE, BOARD_APP_SIZE)) {
            if (oracle->entered_ns == 0) {
                application_entered(oracle, view);
            }
            check_block(oracle, view, &code[i], oracle->running);
        } else {
            violate(oracle, view, 2, "code at 0x%08x, outside every image",
                    address);
        }
    }
}

void oracle_stale(struct oracle *oracle, const struct oracle_view *view,
                  uint32_t address)
{
    violate(oracle, view, 2, "code at 0x%08x is left from before the reset",
            address);
}

/* ---- rule 3: fuses ----------------------------------------------------- */

static void fuses_check_back(struct oracle *oracle,
                             const struct oracle_view *view)
{
    for (uint32_t i = 0; i < OTP_WORDS; i++) {
        uint32_t gone = oracle->fuses[i] & ~view->otp->words[i];

        oracle->fuses[i] = view->otp->words[i] & ~view->otp->weak[i];
        if (gone != 0) {
            violate(oracle, view, 3, "fuse word %u went back", i);
        }
    }
}

static void fuses_check_counter(struct oracle *oracle,
                                const struct oracle_view *view,
                                uint32_t counter)
{
    for (uint32_t slot = 0; slot < 2; slot++) {
        uint32_t image = image_of_slot(view, slot);
        bool needed = slot == oracle->journal_slot ||
                      oracle->journal_state != JOURNAL_CONFIRMED;

        /* an image on trial has been promised nothing yet */
        if (needed && image != ORACLE_NONE && oracle->confirmed[image] &&
            view->judged->image[image].counter < counter) {
            violate(oracle, view, 3,
                    "the counter in the fuses is %u, and %s with %u must "
                    "still boot",
                    counter, slot_partitions[slot],
                    view->judged->image[image].counter);
        }
    }
}

static void fuses_changed(struct oracle *oracle, const struct oracle_view *view)
{
    uint32_t counter = otp_unary(view->otp, OTP_COUNTER_BIT, OTP_COUNTER_BITS);

    fuses_check_back(oracle, view);
    fuses_check_counter(oracle, view, counter);
}

/* ---- every step -------------------------------------------------------- */

static void check_deadline(struct oracle *oracle,
                           const struct oracle_view *view)
{
    uint32_t image = oracle->running;

    if (image == ORACLE_NONE || confirmed_in_force(oracle) ||
        oracle->deadline_reported || view->judged->deadline_ns == 0) {
        return;
    }
    if (view->now_ns - oracle->entered_ns >
        view->judged->deadline_ns + DEADLINE_SLACK_NS) {
        oracle->deadline_reported = true;
        violate(oracle, view, 4, "%s is on trial past its deadline",
                view->judged->image[image].name);
    }
}

void oracle_request(struct oracle *oracle)
{
    if (oracle->running != ORACLE_NONE) {
        oracle->asked[oracle->running] = true;
    }
}

void oracle_step(struct oracle *oracle, const struct oracle_view *view,
                 const char *changed)
{
    if (changed != NULL && strcmp(changed, "journal") == 0) {
        journal_changed(oracle, view);
    }
    if (changed != NULL && strcmp(changed, "requests") == 0) {
        oracle_request(oracle);
    }
    if (memcmp(oracle->fuses, view->otp->words, sizeof oracle->fuses) != 0) {
        fuses_changed(oracle, view);
    }
    check_deadline(oracle, view);
}

void oracle_flash_rule(struct oracle *oracle, const struct oracle_view *view,
                       enum flash_rule rule, uint32_t address)
{
    violate(oracle, view, 6, "flash rule %s broken at 0x%06x",
            flash_rule_name(rule), address);
}

void oracle_raw_write(struct oracle *oracle, const struct oracle_view *view,
                      uint32_t address)
{
    violate(oracle, view, 6, "flash.raw-write at 0x%06x", address);
}

void oracle_finish(struct oracle *oracle, const struct oracle_view *view,
                   bool alive)
{
    if (!alive || oracle->running == ORACLE_NONE) {
        violate(oracle, view, 1, "in the end no authentic image runs");
    }
}
