/* SPDX-License-Identifier: MIT */
#include "native/judge_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "image/bytes.h"
#include "native/boot_contents.h"

/* Boot-info, as docs/flash-layout.md draws it. */
#define INFO_AT_SLOT 4u
#define INFO_AT_STATE 5u
#define INFO_AT_DIGEST 88u

#define CALM_ENOUGH 2u

static const struct {
    const char *name;
    const char *text;
} promises[JUDGE_PROMISE_COUNT] = {
#define JUDGE_ROW(code, name, text) {name, text},
    JUDGE_PROMISES(JUDGE_ROW)
#undef JUDGE_ROW
};

const char *judge_promise_name(enum judge_promise promise)
{
    return promises[promise].name;
}

const char *judge_promise_text(enum judge_promise promise)
{
    return promises[promise].text;
}

/* What rests on a journal that takes what is written to it. */
static bool needs_journal(enum judge_promise promise)
{
    static const uint8_t those[] = {
        JUDGE_CHOSEN,     JUDGE_WEAR,       JUDGE_RESTLESS, JUDGE_FUSE_GAP,
        JUDGE_STATE_LOST, JUDGE_STATE_BACK, JUDGE_INNOCENT, JUDGE_PAUSES,
        JUDGE_SETTLES,    JUDGE_RETRIED,    JUDGE_GOES_ON,  JUDGE_FLASH_RULE};

    return memchr(those, (int)promise, sizeof those) != NULL;
}

void judge_find(struct judge *judge, enum judge_promise promise,
                const char *format, ...)
{
    struct judge_finding *finding = &judge->finding;
    va_list args;

    if (finding->found || (judge->worn && needs_journal(promise))) {
        return;
    }
    finding->found = true;
    finding->promise = promise;
    finding->session = judge->session;
    va_start(args, format);
    vsnprintf(finding->text, sizeof finding->text, format, args);
    va_end(args);
}

const char *judge_image_name(uint32_t number)
{
    return number == NATIVE_NO_IMAGE ? "no image" : native_image(number)->name;
}

/* ---- looking at the device -------------------------------------------------- */

static const struct board_part *part_at(uint32_t address)
{
    return board_map_at(native_map(), address);
}

static bool in_part(uint32_t address, const char *name)
{
    const struct board_part *part = part_at(address);

    return part != NULL && strcmp(part->name, name) == 0;
}

uint32_t judge_slot_image(const struct judge *judge, uint32_t slot)
{
    const struct board_part *part = contents_slot(slot);

    return native_image_at(judge->device->flash.array + part->start,
                           part->length);
}

static uint32_t level_of(const struct judge *judge, uint32_t first,
                         uint32_t bits)
{
    while (bits > 0 && !otp_get(&judge->device->otp, first + bits - 1u)) {
        bits--;
    }
    return bits;
}

static bool image_allowed(const struct judge *judge, uint32_t image,
                          bool recovery, uint32_t level)
{
    return native_image_allowed(
        image, recovery, level_of(judge, OTP_EPOCH_BIT, OTP_EPOCH_BITS), level,
        level_of(judge, OTP_RECOVERY_COUNTER_BIT, OTP_RECOVERY_COUNTER_BITS));
}

bool judge_slot_allowed(const struct judge *judge, uint32_t slot)
{
    return image_allowed(judge, judge_slot_image(judge, slot),
                         slot == JOURNAL_SLOT_RECOVERY,
                         level_of(judge, OTP_COUNTER_BIT, OTP_COUNTER_BITS));
}

/* ---- states -------------------------------------------------------------------- */

/* What counts of a record: neither number nor place. */
static struct journal_record bare(const struct journal_record *record)
{
    struct journal_record copy = *record;

    copy.sequence = 0;
    copy.address = 0;
    copy.sector = 0;
    copy.index = 0;
    return copy;
}

static bool same_state(const struct journal_record *a,
                       const struct journal_record *b)
{
    struct journal_record first = bare(a);
    struct journal_record second = bare(b);

    return memcmp(&first, &second, sizeof first) == 0;
}

static bool known_since(const struct judge *judge)
{
    for (uint32_t i = 0; i < judge->since_count; i++) {
        if (same_state(&judge->since[i], &judge->now)) {
            return true;
        }
    }
    return false;
}

/* Was the record in force put there by this operation? */
static bool appended(const struct judge *judge,
                     const struct native_operation *operation)
{
    return operation != NULL && operation->kind == NATIVE_PROGRAM &&
           judge->now.address >= operation->address &&
           judge->now.address - operation->address < operation->length;
}

static void look_at_journal(struct judge *judge,
                            const struct native_operation *operation)
{
    const struct flash *flash = &judge->device->flash;

    judge->has_now = decode_in_force(flash->array, flash->figures.size,
                                     native_map(), &judge->now);
    if (judge->since_count == 0) {
        return;
    }
    if (!judge->has_now) {
        judge_find(judge, JUDGE_STATE_LOST, "no record is in force any more");
        return;
    }
    if (known_since(judge)) {
        return;
    }
    if (!appended(judge, operation)) {
        judge_find(judge, JUDGE_STATE_BACK,
                   "record %u is in force, which was not since one was acted "
                   "upon",
                   judge->now.sequence);
    } else if (judge->since_count < JUDGE_STATES) {
        judge->since[judge->since_count++] = judge->now;
    }
}

static void act_upon(struct judge *judge)
{
    if (judge->has_now) {
        judge->since[0] = judge->now;
        judge->since_count = 1;
    }
}

/* ---- fuses ---------------------------------------------------------------------- */

static bool burned_now(const struct judge *judge, uint32_t bit)
{
    return otp_get(&judge->device->otp, bit);
}

static void judge_burn(struct judge *judge, uint32_t bit)
{
    uint32_t counter = bit - OTP_COUNTER_BIT;

    if (bit < OTP_COUNTER_BIT || counter >= OTP_COUNTER_BITS) {
        judge_find(judge, JUDGE_FUSE_FOREIGN, "fuse %u is burned", bit);
        return;
    }
    for (uint32_t lower = OTP_COUNTER_BIT; lower < bit; lower++) {
        if (!burned_now(judge, lower)) {
            judge_find(judge, JUDGE_FUSE_ORDER, "fuse %u is burned before %u",
                       bit, lower);
            return;
        }
    }
    if (counter < judge->level) {
        return; /* a gap is filled */
    }
    uint32_t image = native_image_at(native_sram(), BOARD_APP_SIZE);
    bool confirmed = judge->has_now && judge->now.state == JOURNAL_CONFIRMED &&
                     judge->now.slot != JOURNAL_SLOT_RECOVERY;
    if (!confirmed || image == NATIVE_NO_IMAGE ||
        native_image(image)->counter <= counter) {
        judge_find(judge, JUDGE_FUSE_ABOVE, "counter %u is burned for %s%s",
                   counter + 1u, judge_image_name(image),
                   confirmed ? "" : ", not confirmed in a slot");
    }
    if (judge->origin != CASE_FORGED && counter >= judge->committed) {
        judge_find(judge, JUDGE_FUSE_ASKED,
                   "counter %u is burned, nobody has asked", counter + 1u);
    }
    act_upon(judge);
}

/* What reads right and will drop has to be burned again. */
static void look_at_fuses(struct judge *judge)
{
    for (uint32_t i = 0; i < OTP_WORDS; i++) {
        if (judge->device->otp.weak[i] != 0) {
            judge->calm = 0;
        }
    }
}

static void judge_gap(struct judge *judge)
{
    uint32_t level = level_of(judge, OTP_COUNTER_BIT, OTP_COUNTER_BITS);

    for (uint32_t i = 0; i < level; i++) {
        if (!burned_now(judge, OTP_COUNTER_BIT + i)) {
            judge_find(judge, JUDGE_FUSE_GAP,
                       "counter bit %u is not burned, the level is %u", i,
                       level);
            return;
        }
    }
}

/* ---- operations ------------------------------------------------------------------- */

static void judge_flash(struct judge *judge,
                        const struct native_operation *operation)
{
    bool journal = in_part(operation->address, "journal");

    if (judge->in_boot && !journal) {
        judge_find(judge, JUDGE_FOREIGN_WRITE,
                   "the bootloader writes to 0x%06x", operation->address);
    }
    if (operation->rule != FLASH_RULE_NONE &&
        (judge->in_boot || in_part(operation->address, "requests"))) {
        judge_find(judge, JUDGE_FLASH_RULE, "%s at 0x%06x",
                   flash_rule_name(operation->rule), operation->address);
    }
    judge->erases += operation->kind == NATIVE_ERASE;
    judge->programs += operation->kind == NATIVE_PROGRAM;
}

static void before(void *context, const struct native_operation *operation)
{
    struct judge *judge = context;

    boot_oracle_before(&judge->oracle, operation);
    if (operation->kind == NATIVE_BURN) {
        judge_burn(judge, operation->address);
    } else {
        judge_flash(judge, operation);
    }
}

static void after(void *context, const struct native_operation *operation)
{
    struct judge *judge = context;

    if (operation->cut) {
        judge->calm = 0;
        judge->run.was_cut = true;
    }
    if (operation->kind == NATIVE_BURN) {
        look_at_fuses(judge);
    } else if (in_part(operation->address, "journal")) {
        look_at_journal(judge, operation);
    }
    boot_oracle_after(&judge->oracle, operation);
}

static void on_read(void *context, uint32_t address, uint32_t length)
{
    static const char *const known[] = {"journal", "requests", "slot-a",
                                        "slot-b", "recovery"};
    struct judge *judge = context;

    for (unsigned i = 0; i < sizeof known / sizeof known[0]; i++) {
        const struct board_part *part = board_map_find(native_map(), known[i]);
        if (address >= part->start && length <= part->length &&
            address - part->start <= part->length - length) {
            return;
        }
    }
    if (judge->in_boot) {
        judge_find(judge, JUDGE_FOREIGN_READ,
                   "the bootloader reads %u bytes at 0x%06x", length, address);
    }
}

void judge_watch(struct judge *judge, struct native_watch *watch)
{
    watch->context = judge;
    watch->before = before;
    watch->after = after;
    watch->read = on_read;
}

/* ---- the hand-over ------------------------------------------------------------------ */

static void judge_lock(struct judge *judge, const char *name)
{
    const struct board_part *part = board_map_find(native_map(), name);

    for (uint32_t at = 0; at < part->length; at += FLASH_SECTOR) {
        if (!judge->device->flash.locked[(part->start + at) / FLASH_BLOCK]) {
            judge_find(judge, JUDGE_LOCKS, "%s is not locked", name);
            return;
        }
    }
}

static void judge_locks(struct judge *judge)
{
    static const char *const always[] = {"boot-a", "boot-b", "journal",
                                         "recovery"};

    if (!judge->device->otp.locked) {
        judge_find(judge, JUDGE_LOCKS, "the fuses are not locked");
    }
    for (unsigned i = 0; i < sizeof always / sizeof always[0]; i++) {
        judge_lock(judge, always[i]);
    }
    for (uint32_t slot = 0; slot < 2; slot++) {
        if (judge->run.on_trial || slot == judge->run.slot) {
            judge_lock(judge, contents_slot(slot)->name);
        }
    }
}

static void judge_deadline(struct judge *judge,
                           const struct native_outcome *outcome)
{
    uint64_t ns = outcome->deadline_ms * UINT64_C(1000000);
    uint64_t due = judge->run.on_trial ? native_policy()->deadline_ns : 0;

    if (ns != due) {
        judge_find(judge, JUDGE_DEADLINE, "%s has a deadline of %u ms",
                   judge->run.on_trial ? "a trial" : "a confirmed image",
                   outcome->deadline_ms);
    }
}

/* Which image, where, and may it? */
static void judge_image(struct judge *judge,
                        const struct native_outcome *outcome)
{
    bool recovery = judge->run.slot == JOURNAL_SLOT_RECOVERY;
    uint32_t base = recovery ? BOARD_RECOVERY_BASE : BOARD_APP_BASE;
    uint32_t room = BOARD_APP_BASE + BOARD_APP_SIZE - base;
    const uint8_t *sram = native_sram() + (base - BOARD_SRAM_BASE);
    uint32_t image = native_image_at(sram, room);

    judge->run.image = image;
    if (image == NATIVE_NO_IMAGE) {
        judge_find(judge, JUDGE_KNOWN, "no known image is entered at 0x%08x",
                   outcome->vectors);
        return;
    }
    if (!image_allowed(judge, image, recovery, judge->level)) {
        judge_find(judge, JUDGE_ALLOWED,
                   "%s is entered from slot %u, at counter level %u",
                   judge_image_name(image), judge->run.slot, judge->level);
    }
    if (outcome->vectors != base + native_image(image)->header_size) {
        judge_find(judge, JUDGE_PLACE, "%s is entered at 0x%08x",
                   judge_image_name(image), outcome->vectors);
    }
    if (judge_slot_image(judge, judge->run.slot) != image) {
        judge_find(judge, JUDGE_CHOSEN, "%s is entered, slot %u holds %s",
                   judge_image_name(image), judge->run.slot,
                   judge_image_name(judge_slot_image(judge, judge->run.slot)));
    }
}

static void judge_chosen(struct judge *judge)
{
    const uint8_t *info = native_sram() + (BOARD_INFO_BASE - BOARD_SRAM_BASE);

    if (!judge->has_now) {
        judge_find(judge, JUDGE_CHOSEN, "no record is in force");
    } else if (judge->now.slot != info[INFO_AT_SLOT] ||
               judge->now.state != info[INFO_AT_STATE]) {
        judge_find(judge, JUDGE_CHOSEN,
                   "boot-info says slot %u state %u, the journal %u and %u",
                   info[INFO_AT_SLOT], info[INFO_AT_STATE], judge->now.slot,
                   judge->now.state);
    }
    if (judge->run.image != NATIVE_NO_IMAGE &&
        memcmp(info + INFO_AT_DIGEST, native_image(judge->run.image)->digest,
               32) != 0) {
        judge_find(judge, JUDGE_CHOSEN, "boot-info has another digest");
    }
}

/* What the oracle says of forged contents is judged here by what they allow:
 * they may say that something was confirmed or asked for. */
static void on_violation(void *context, unsigned rule, const char *what)
{
    struct judge *judge = context;

    if (rule == 6 && judge->careless) {
        return; /* words that nobody should trust may have been confirmed */
    }
    if (judge->origin != CASE_FORGED || rule == 2 || rule == 6) {
        judge_find(judge, JUDGE_ORACLE, "rule %u: %s", rule, what);
    }
}

/* ---- boots ------------------------------------------------------------------------------- */

void judge_start(struct judge *judge, const struct boot_case *made,
                 const struct native_device *device)
{
    memset(judge, 0, sizeof *judge);
    judge->device = device;
    judge->origin = (enum case_origin)made->origin;
    judge->worn = contents_worn(made) != 0;
    judge_trials_start(judge, made);
    look_at_journal(judge, NULL);
    judge->oracle_sink =
        (struct oracle_sink){.context = judge, .violation = on_violation};
    boot_oracle_start(&judge->oracle, made, device, &judge->oracle_sink);
}

void judge_flipped(struct judge *judge, uint32_t address)
{
    judge->calm = 0;
    judge->run.was_cut = true; /* what it asked for may be gone */
    look_at_journal(judge, NULL);
    boot_oracle_flipped(&judge->oracle, address);
}

void judge_reset(struct judge *judge, enum ctl_reset_cause cause)
{
    look_at_fuses(judge);
    judge_trials_reset(judge, cause);
    judge->session++;
    judge->in_boot = true;
    judge->erases = 0;
    judge->programs = 0;
    judge->level = level_of(judge, OTP_COUNTER_BIT, OTP_COUNTER_BITS);
    look_at_journal(judge, NULL);
    boot_oracle_reset(&judge->oracle, cause);
}

static void judge_halted(struct judge *judge)
{
    judge->calm = 0;
    for (uint32_t slot = 0; slot < CASE_SLOTS; slot++) {
        if (judge_slot_allowed(judge, slot)) {
            judge_find(judge, JUDGE_NOTHING,
                       "it halts, though slot %u holds %s", slot,
                       judge_image_name(judge_slot_image(judge, slot)));
        }
    }
}

static void judge_entered(struct judge *judge,
                          const struct native_outcome *outcome)
{
    const uint8_t *info = native_sram() + (BOARD_INFO_BASE - BOARD_SRAM_BASE);

    judge->run.slot = info[INFO_AT_SLOT] % CASE_SLOTS;
    judge->run.on_trial = info[INFO_AT_STATE] != JOURNAL_CONFIRMED;
    judge_image(judge, outcome);
    judge_chosen(judge);
    judge_locks(judge);
    judge_deadline(judge, outcome);
    judge_gap(judge);
    act_upon(judge);
    judge_trials_entered(judge, outcome);
}

static void judge_work(struct judge *judge)
{
    if (judge->erases > JUDGE_ERASES_MAX ||
        judge->programs > JUDGE_PROGRAMS_MAX) {
        judge_find(judge, JUDGE_WEAR, "%u erases and %u programs in one boot",
                   judge->erases, judge->programs);
    }
}

/* Calm boots change nothing. */
static void judge_rest(struct judge *judge,
                       const struct native_outcome *outcome)
{
    if (outcome->end != NATIVE_RUNS || judge->run.on_trial) {
        judge->calm = 0;
        return;
    }
    if (judge->calm >= CALM_ENOUGH && outcome->operations > 0) {
        judge_find(judge, JUDGE_RESTLESS,
                   "%u operations in a boot with nothing to do",
                   outcome->operations);
    }
    judge->calm++;
}

void judge_booted(struct judge *judge, const struct native_outcome *outcome)
{
    judge->in_boot = false;
    look_at_fuses(judge);
    judge_work(judge);
    switch (outcome->end) {
    case NATIVE_RUNS:
        judge_entered(judge, outcome);
        break;
    case NATIVE_HALTED:
        judge_halted(judge);
        break;
    case NATIVE_CUT:
        judge->calm = 0;
        judge->unpaused = 0; /* it may have fallen into the pause */
        break;
    default:
        judge_find(judge, JUDGE_ENDS, "the boot ends with %d, line %u of 0x%x",
                   (int)outcome->end, outcome->line, outcome->module);
        break;
    }
    judge_rest(judge, outcome);
    boot_oracle_booted(&judge->oracle, outcome);
}
