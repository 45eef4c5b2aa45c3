/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "board/registers.h"
#include "oracle/oracle_parts.h"

/* How many pieces of foreign code are reported in one boot. */
#define FOREIGN_MOST 16u

/* ---- start and reset --------------------------------------------------- */

void oracle_start(struct oracle *oracle, const struct oracle_view *view)
{
    memset(oracle, 0, sizeof *oracle);
    oracle->boot = ORACLE_NONE;
    oracle->running = ORACLE_NONE;
    oracle->request_by = ORACLE_NONE;
    oracle->good[JOURNAL_SLOT_A] = ORACLE_NONE;
    oracle->good[JOURNAL_SLOT_B] = ORACLE_NONE;
    oracle_fuses_start(oracle, view);
    oracle_journal_start(oracle, view);
}

void oracle_cpu_reset(struct oracle *oracle)
{
    oracle->cpu_reset = true;
}

void oracle_reset(struct oracle *oracle, const struct oracle_view *view)
{
    if (!oracle->cpu_reset) {
        oracle_violate(oracle, view, 6, "a boot was taken without a reset");
    }
    oracle->cpu_reset = false;
    oracle_life_boot(oracle, view);
    oracle_locks_reset(oracle, view);
    oracle_fuses_reset(oracle);
    oracle_request_stands(oracle, view);
    oracle->boot = ORACLE_NONE;
    oracle->running = ORACLE_NONE;
    oracle->entered_ns = 0;
    oracle->executed_ns = 0;
    oracle->foreign = 0;
    oracle->spoilt = 0;
    oracle->deadline_reported = false;
    oracle_journal_changed(oracle, view);
}

/* ---- what the world does ------------------------------------------------ */

void oracle_struck(struct oracle *oracle, const struct oracle_view *view,
                   enum ctl_reset_cause cause, bool meant)
{
    oracle_disturbed(oracle);
    if (meant) {
        oracle->excused = true;
        oracle_life_credit(oracle, view);
    }
    if (cause == CTL_CAUSE_POWER_ON) {
        oracle_trial_struck(oracle, view);
    }
}

/* The bootloader may have read a slot before it was damaged. */
static void note_spoilt(struct oracle *oracle, const struct oracle_view *view,
                        uint32_t address, uint32_t length)
{
    for (uint32_t slot = 0; slot <= JOURNAL_SLOT_RECOVERY; slot++) {
        if (oracle_touches(view, oracle_slot_partition(slot), address,
                           length)) {
            oracle->spoilt |= 1u << slot;
        }
    }
}

void oracle_damaged(struct oracle *oracle, const struct oracle_view *view,
                    uint32_t address, uint32_t length, uint32_t runs)
{
    oracle->forgiven += runs;
    oracle_life_credit(oracle, view);
    oracle_locks_damaged(oracle, view);
    note_spoilt(oracle, view, address, length);
    if (oracle_touches(view, "journal", address, length) ||
        oracle_touches(view, "requests", address, length)) {
        oracle_journal_given(oracle, view);
        oracle_request_given(oracle, view);
    }
}

void oracle_prompted(struct oracle *oracle, const struct oracle_view *view)
{
    oracle_life_credit(oracle, view);
}

/* ---- rule 2: what is executed ------------------------------------------ */

static void check_chosen(struct oracle *oracle, const struct oracle_view *view,
                         uint32_t image)
{
    uint32_t chosen = oracle->journal_slot;
    uint32_t held = chosen == ORACLE_NONE ? ORACLE_NONE
                                          : oracle_image_of_slot(view, chosen);
    bool spoilt = chosen != ORACLE_NONE && (oracle->spoilt >> chosen & 1u);

    if (chosen == ORACLE_NONE) {
        oracle_violate(oracle, view, 2,
                       "%s runs, but no journal record says so",
                       view->judged->image[image].name);
    } else if (held != image && (held != ORACLE_NONE || !spoilt)) {
        oracle_violate(oracle, view, 2,
                       "%s runs, but the journal has chosen %s",
                       view->judged->image[image].name,
                       oracle_slot_partition(chosen));
    }
}

/* The known image in SRAM at that address. */
static uint32_t image_loaded(const struct oracle_view *view, uint32_t base)
{
    return oracle_image_at(view->judged, base,
                           view->window + (base - BOARD_WINDOW_BASE),
                           BOARD_APP_BASE + BOARD_APP_SIZE - base);
}

static void application_entered(struct oracle *oracle,
                                const struct oracle_view *view)
{
    oracle->entered_ns = view->now_ns;
    oracle->executed_ns = view->executed_ns;
    oracle->running = image_loaded(view, BOARD_APP_BASE);
    if (oracle->running == ORACLE_NONE) {
        oracle->running = image_loaded(view, BOARD_RECOVERY_BASE);
    }
    if (oracle->running == ORACLE_NONE) {
        oracle_violate(oracle, view, 2,
                       "what is entered in SRAM is not a known image");
        return;
    }
    if (!view->judged->image[oracle->running].authentic) {
        oracle_violate(oracle, view, 2, "%s runs, which is not authentic",
                       view->judged->image[oracle->running].name);
    }
    oracle_journal_changed(oracle, view);
    check_chosen(oracle, view, oracle->running);
    oracle_fuses_entered(oracle, view, oracle->running);
    oracle_trial_entered(oracle, view);
    oracle_locks_handed_over(oracle, view);
}

static void bootloader_entered(struct oracle *oracle,
                               const struct oracle_view *view)
{
    const uint8_t *sram = view->window + (BOARD_BOOT_BASE - BOARD_WINDOW_BASE);

    oracle->boot =
        oracle_image_at(view->judged, BOARD_BOOT_BASE, sram, BOARD_BOOT_SIZE);
    if (oracle->boot == ORACLE_NONE ||
        !view->judged->image[oracle->boot].authentic) {
        oracle_violate(oracle, view, 2,
                       "the bootloader in SRAM is not authentic");
    } else {
        oracle_fuses_entered(oracle, view, oracle->boot);
    }
}

static bool in_range(uint32_t address, uint32_t base, uint32_t size)
{
    return address >= base && address - base < size;
}

/* Otherwise a program that generates code would be reported endlessly. */
static bool to_be_told(struct oracle *oracle)
{
    if (oracle->foreign == FOREIGN_MOST) {
        return false;
    }
    oracle->foreign++;
    return true;
}

/* Whether the block is at its place in the image entered. */
static void check_block(struct oracle *oracle, const struct oracle_view *view,
                        const struct channel_code *code, uint32_t image)
{
    if (image == ORACLE_NONE) {
        return; /* already reported when the image was entered */
    }
    const struct oracle_image *known = &view->judged->image[image];
    uint32_t offset = code->address - known->load_base;

    if ((code->length > sizeof code->bytes || offset > known->size ||
         known->size - offset < code->length ||
         memcmp(known->bytes + offset, code->bytes, code->length) != 0) &&
        to_be_told(oracle)) {
        oracle_violate(oracle, view, 2, "code at 0x%08x does not belong to %s",
                       code->address, known->name);
    }
}

static void check_rom(struct oracle *oracle, const struct oracle_view *view,
                      const struct channel_code *code)
{
    const struct oracle_case *judged = view->judged;
    uint32_t offset = code->address - BOARD_ROM_BASE;

    if ((code->length > sizeof code->bytes || offset > judged->rom_size ||
         judged->rom_size - offset < code->length ||
         memcmp(judged->rom + offset, code->bytes, code->length) != 0) &&
        to_be_told(oracle)) {
        oracle_violate(oracle, view, 2,
                       "code at 0x%08x does not belong to the ROM",
                       code->address);
    }
}

void oracle_rom_written(struct oracle *oracle, const struct oracle_view *view,
                        uint32_t address)
{
    oracle_violate(oracle, view, 2, "the ROM was changed at 0x%08x", address);
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
        } else if (in_range(address, BOARD_ROM_BASE, BOARD_ROM_SIZE)) {
            check_rom(oracle, view, &code[i]);
        } else if (to_be_told(oracle)) {
            oracle_violate(oracle, view, 2,
                           "code at 0x%08x, outside every image", address);
        }
    }
}

void oracle_stale(struct oracle *oracle, const struct oracle_view *view,
                  uint32_t address)
{
    oracle_violate(oracle, view, 2,
                   "code at 0x%08x is left over from before the reset",
                   address);
}

/* ---- every step -------------------------------------------------------- */

void oracle_step(struct oracle *oracle, const struct oracle_view *view,
                 bool journal_changed)
{
    if (journal_changed) {
        oracle_journal_changed(oracle, view);
    }
    oracle_fuses_step(oracle, view);
    oracle_locks_step(oracle, view);
    oracle_trial_time(oracle, view);
}

void oracle_flash_begin(struct oracle *oracle, const struct oracle_view *view,
                        const struct flash_op *op)
{
    oracle_locks_written(oracle, view, op);
    oracle_kept_written(oracle, view, op);
    oracle_good_written(oracle, view, op);
    if (op->kind == FLASH_ERASE) {
        oracle_life_erase(oracle, view, op->address);
    } else if (oracle_touches(view, "requests", op->address, op->length)) {
        oracle_request_begins(oracle, op);
    }
}

void oracle_flash_end(struct oracle *oracle, const struct oracle_view *view,
                      const struct flash_op *op)
{
    if (op->kind == FLASH_PROGRAM &&
        oracle_touches(view, "requests", op->address, op->length)) {
        oracle_request_stands(oracle, view);
    }
}

void oracle_flash_rule(struct oracle *oracle, const struct oracle_view *view,
                       enum flash_rule rule, uint32_t address)
{
    oracle_violate(oracle, view, 6, "flash rule %s broken at 0x%06x",
                   flash_rule_name(rule), address);
}

void oracle_raw_write(struct oracle *oracle, const struct oracle_view *view,
                      uint32_t address)
{
    oracle_violate(oracle, view, 6, "flash.raw-write at 0x%06x", address);
}

/* ---- rule 1: the end ----------------------------------------------------- */

/* The places that a program must check before it gives up. */
static const char *const boot_places[] = {"boot-a", "boot-b", NULL};
static const char *const app_places[] = {"slot-a", "slot-b", "recovery", NULL};

void oracle_halt(struct oracle *oracle, const struct oracle_view *view)
{
    const char *const *place =
        oracle->boot == ORACLE_NONE ? boot_places : app_places;

    if (oracle->entered_ns != 0) {
        return; /* an image may stop of its own accord */
    }
    for (; *place != NULL; place++) {
        uint32_t image = oracle_image_in(view->judged, view->flash, *place);

        if (image != ORACLE_NONE && view->judged->image[image].authentic &&
            oracle_fuses_allow(view, image)) {
            oracle_violate(oracle, view, 1,
                           "it gives up, although %s holds %s, which is "
                           "authentic and allowed",
                           *place, view->judged->image[image].name);
        }
    }
}

void oracle_close(struct oracle *oracle, const struct oracle_view *view)
{
    oracle_locks_check(oracle, view);
}

void oracle_finish(struct oracle *oracle, const struct oracle_view *view,
                   bool alive)
{
    if (!alive || oracle->running == ORACLE_NONE) {
        oracle_violate(oracle, view, 1, "no authentic image runs at the end");
    }
}
