/* SPDX-License-Identifier: MIT */
#include "device/flash.h"

#include <string.h>

#define DONE_ALL 1000u
#define KIND_BIT(kind) (1u << (kind))
#define PROGRAMS KIND_BIT(FLASH_PROGRAM)
#define ERASES KIND_BIT(FLASH_ERASE)
#define DISTURB_REACH 64u /* bytes on either side of a programmed range */

/* ---- small helpers ---------------------------------------------------- */

static uint32_t min_u32(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static uint32_t max_u32(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static bool in_array(const struct flash *flash, uint32_t start, uint32_t length)
{
    uint32_t size = flash->figures.size;
    return length > 0 && start < size && length <= size - start;
}

static uint32_t random_below(struct flash *flash, uint32_t bound)
{
    return (uint32_t)rng_below(&flash->rng, bound);
}

static unsigned count_bits(uint8_t byte)
{
    return (unsigned)__builtin_popcount(byte);
}

/* The bits of the operation's byte i that are 1 and must become 0. */
static uint8_t falling(const struct flash *flash, uint32_t i)
{
    const struct flash_op *op = &flash->op;
    return (uint8_t)(flash->array[op->address + i] & ~op->data[i]);
}

uint32_t flash_sector_start(const struct flash *flash, uint32_t address)
{
    return address - address % flash->figures.sector;
}

/* To be in the range as well: [from, to), addresses in one block. */
static void extend(struct flash_range *range, uint32_t from, uint32_t to)
{
    uint32_t base = from / FLASH_BLOCK * FLASH_BLOCK;
    bool none = range->to == 0;

    range->from =
        (uint16_t)(none ? from - base : min_u32(range->from, from - base));
    range->to = (uint16_t)max_u32(range->to, to - base);
}

static uint32_t block_end(uint32_t address)
{
    return (address / FLASH_BLOCK + 1u) * FLASH_BLOCK;
}

/* The taint of whole words [from, to) changes. */
static void touch_taint(struct flash *flash, uint32_t from, uint32_t to)
{
    while (from < to) {
        uint32_t end = min_u32(to, block_end(from));

        extend(&flash->note[from / FLASH_BLOCK].taint, from, end);
        from = end;
    }
}

static void set_taint(struct flash *flash, enum flash_taint taint)
{
    uint32_t first = flash->op.address / 4u;
    uint32_t last = (flash->op.address + flash->op.length - 1u) / 4u;

    touch_taint(flash, first * 4u, last * 4u + 4u);
    for (uint32_t word = first; word <= last; word++) {
        /* The worse taint stays: a torn erase does not improve by programming
         * on top of it. A completed erase does not come here. */
        if (flash->taint[word] < taint) {
            flash->taint[word] = (uint8_t)taint;
        }
    }
}

static void touch_block(struct flash *flash, uint32_t from, uint32_t to,
                        enum flash_cause cause)
{
    uint32_t block = from / FLASH_BLOCK;
    bool none = flash->notes_to == 0;

    flash->touched[block] = 1;
    flash->summed[block] = 0;
    extend(&flash->note[block].array, from, to);
    flash->note[block].cause = cause;
    flash->notes_from = none ? block : min_u32(flash->notes_from, block);
    flash->notes_to = max_u32(flash->notes_to, block + 1);
}

/* Every change of the array is noted here: bytes [from, to). */
static void touch(struct flash *flash, uint32_t from, uint32_t to,
                  enum flash_cause cause)
{
    while (from < to) {
        uint32_t end = min_u32(to, block_end(from));

        touch_block(flash, from, end, cause);
        from = end;
    }
}

/* The operation in flight ends, or is torn: whole words change, and so many
 * bytes on either side. */
static void touch_op(struct flash *flash, enum flash_cause cause,
                     uint32_t reach)
{
    uint32_t base = flash_sector_start(flash, flash->op.address);
    uint32_t from = flash->op.address / 4u * 4u;
    uint32_t end = (flash->op.address + flash->op.length + 3u) / 4u * 4u;

    touch(flash, from - min_u32(reach, from - base),
          end + min_u32(reach, base + flash->figures.sector - end), cause);
}

static void wear(struct flash *flash)
{
    uint32_t block = flash->op.address / FLASH_BLOCK;
    uint32_t end = block + flash->figures.sector / FLASH_BLOCK;

    for (; block < end; block++) {
        if (flash->erase_count[block] < UINT32_MAX) {
            flash->erase_count[block]++;
        }
    }
}

/* The operation in flight is about to be left half done. */
static void note_torn(struct flash *flash)
{
    const struct flash_op *op = &flash->op;
    struct flash_torn *torn = &flash->torn;

    memset(torn, 0, sizeof(*torn));
    torn->kind = op->kind;
    torn->address = op->address;
    torn->length = op->length;
    memcpy(torn->data, op->data, sizeof(torn->data));
    memcpy(torn->before, &flash->array[op->address], op->length);
}

/* The operation in flight is about to complete. */
static void forget_torn(struct flash *flash)
{
    const struct flash_op *op = &flash->op;
    struct flash_torn *torn = &flash->torn;

    if (torn->kind != FLASH_IDLE &&
        op->address < torn->address + torn->length &&
        torn->address < op->address + op->length) {
        memset(torn, 0, sizeof(*torn));
    }
}

/* ---- set-up ----------------------------------------------------------- */

void flash_stream(struct flash *flash, uint64_t seed)
{
    rng_init(&flash->rng, seed, "flash");
}

int flash_init(struct flash *flash, const struct flash_figures *figures,
               uint64_t seed)
{
    if (flash_figures_flaw(figures) != NULL) {
        return -1;
    }
    memset(flash, 0, sizeof(*flash));
    flash->figures = *figures;
    memset(flash->array, 0xFF, sizeof(flash->array));
    memset(flash->touched, 1, sizeof(flash->touched));
    flash_stream(flash, seed);
    return 0;
}

/* ---- starting an operation -------------------------------------------- */

/* Linear from erase_ns for an unworn sector to erase_worn_ns at the end of its
 * endurance; divided first, so that no product overflows. */
static uint64_t erase_time(const struct flash *flash, uint32_t block)
{
    const struct flash_figures *figures = &flash->figures;
    uint64_t span = figures->erase_worn_ns - figures->erase_ns;
    uint64_t limit = figures->endurance;
    uint64_t count = min_u32(flash->erase_count[block], figures->endurance);

    return figures->erase_ns + span / limit * count +
           span % limit * count / limit;
}

/* The part's own set-up (write enable, address, data) is one step here: the
 * enable is consumed by the operation for which it was given (rule 4). */
static void begin(struct flash *flash, uint8_t kind, uint32_t address,
                  uint32_t length, uint64_t now, uint64_t duration)
{
    struct flash_op *op = &flash->op;

    memset(op, 0, sizeof(*op));
    op->kind = kind;
    op->fault = flash->fail_next;
    op->address = address;
    op->length = length;
    op->start_ns = now;
    op->end_ns = now + duration;
    flash->fail_next = FLASH_FAULT_NONE;
    flash->last_failed = false;
}

/* A unit that was programmed with ones counts as erased here; a part with ECC
 * would refuse it as well. */
static bool is_erased(const struct flash *flash, uint32_t address,
                      uint32_t length)
{
    uint32_t i = 0;

    while (i < length && flash->array[address + i] == 0xFF) {
        i++;
    }
    return i == length;
}

static uint64_t program_time(const struct flash *flash, uint32_t length)
{
    const struct flash_figures *figures = &flash->figures;

    return figures->program_ns + length / figures->unit * figures->unit_ns;
}

static enum flash_rule check_program(const struct flash *flash,
                                     uint32_t address, uint32_t length)
{
    uint32_t page = flash->figures.page;
    uint32_t unit = flash->figures.unit;

    if (length > page || !in_array(flash, address, length)) {
        return FLASH_RULE_RANGE;
    }
    if (address % page + length > page) {
        return FLASH_RULE_PAGE_END;
    }
    if (address % unit != 0 || length % unit != 0) {
        return FLASH_RULE_UNIT;
    }
    if (flash_busy(flash)) {
        return FLASH_RULE_BUSY;
    }
    /* A page lies within one sector. */
    if (flash->locked[address / FLASH_BLOCK]) {
        return FLASH_RULE_LOCKED;
    }
    return flash->figures.once && !is_erased(flash, address, length)
               ? FLASH_RULE_TWICE
               : FLASH_RULE_NONE;
}

/* Rules that do not stop the part; if two are broken, the more serious one. */
static enum flash_rule judge_program(const struct flash *flash)
{
    const struct flash_op *op = &flash->op;
    enum flash_rule rule = FLASH_RULE_NONE;

    for (uint32_t i = 0; i < op->length; i++) {
        uint32_t at = op->address + i;
        if (flash->taint[at / 4u] == FLASH_TORN_ERASE) {
            return FLASH_RULE_TORN_ERASE;
        }
        if (op->data[i] & ~flash->array[at]) {
            rule = FLASH_RULE_BIT_RISE;
        }
    }
    return rule;
}

enum flash_rule flash_program(struct flash *flash, uint64_t now,
                              uint32_t address, const void *data,
                              uint32_t length)
{
    enum flash_rule rule = check_program(flash, address, length);

    if (rule != FLASH_RULE_NONE) {
        return rule;
    }
    begin(flash, FLASH_PROGRAM, address, length, now,
          program_time(flash, length));
    memcpy(flash->op.data, data, length);
    flash->programs++;
    return judge_program(flash);
}

enum flash_rule flash_erase(struct flash *flash, uint64_t now, uint32_t address)
{
    uint32_t sector = flash->figures.sector;
    uint32_t block = address / FLASH_BLOCK;

    if (address % sector || !in_array(flash, address, sector)) {
        return FLASH_RULE_RANGE;
    }
    if (flash_busy(flash)) {
        return FLASH_RULE_BUSY;
    }
    if (flash->locked[block]) {
        return FLASH_RULE_LOCKED;
    }
    begin(flash, FLASH_ERASE, address, sector, now, erase_time(flash, block));
    flash->erases++;
    return FLASH_RULE_NONE;
}

enum flash_rule flash_lock(struct flash *flash, uint32_t start, uint32_t length)
{
    uint32_t sector = flash->figures.sector;

    if (start % sector || length % sector || !in_array(flash, start, length)) {
        return FLASH_RULE_RANGE;
    }
    memset(&flash->locked[start / FLASH_BLOCK], 1, length / FLASH_BLOCK);
    return FLASH_RULE_NONE;
}

/* ---- the effects ------------------------------------------------------ */
/*
 * Each stands for something that a real part does when power fails. Labels:
 * documented (by a maker), literature (reports by users and tools),
 * illustrative (a plausible choice of ours where no value is published). `done`
 * is the operation's progress, 0..999 of 1000.
 */

static void program_bytes(struct flash *flash, uint32_t count)
{
    const struct flash_op *op = &flash->op;

    for (uint32_t i = 0; i < count; i++) {
        flash->array[op->address + i] &= op->data[i];
    }
}

/* Clear a random subset of the bits to be cleared in bytes [from, to): if there
 * are two or more, never none and never all. */
static void fall_some(struct flash *flash, uint32_t from, uint32_t to)
{
    uint8_t *first = NULL;
    uint8_t bit = 0;
    unsigned total = 0;
    unsigned fallen = 0;

    for (uint32_t i = from; i < to; i++) {
        uint8_t fall = falling(flash, i);
        if (fall == 0) {
            continue;
        }
        uint8_t *byte = &flash->array[flash->op.address + i];
        uint8_t pick = (uint8_t)(rng_next(&flash->rng) & fall);
        if (first == NULL) {
            first = byte;
            bit = (uint8_t)(fall & -fall);
        }
        *byte = (uint8_t)(*byte & ~pick);
        total += count_bits(fall);
        fallen += count_bits(pick);
    }
    if (total < 2) {
        return;
    }
    if (fallen == 0) {
        *first = (uint8_t)(*first & ~bit);
    } else if (fallen == total) {
        *first = (uint8_t)(*first | bit);
    }
}

/* PREFIX, literature: bytes are written in order and power ends between two of
 * them; what most simulators model, and the mildest form. */
static void tear_prefix(struct flash *flash, uint32_t done)
{
    program_bytes(flash, flash->op.length * done / DONE_ALL);
}

/* BITS, documented (KBA218817: any state of the cells) and seen in the field
 * (littlefs issue 245: 0x95 read for 0x10): the cells of the page change at
 * their own speed, all at the same time. */
static void tear_bits(struct flash *flash, uint32_t done)
{
    (void)done;
    fall_some(flash, 0, flash->op.length);
}

/* Bytes [*from, *to) of the operation that lie in the word of byte i. */
static void word_of(const struct flash_op *op, uint32_t i, uint32_t *from,
                    uint32_t *to)
{
    uint32_t offset = (op->address + i) % 4u;

    *from = i < offset ? 0 : i - offset;
    *to = min_u32(i - offset + 4u, op->length);
}

static unsigned count_falling(const struct flash *flash, uint32_t from,
                              uint32_t to)
{
    unsigned count = 0;

    for (uint32_t i = from; i < to; i++) {
        count += count_bits(falling(flash, i));
    }
    return count;
}

/* WORD_SPLIT, literature: a part that programs word by word loses power during
 * one of them. The word is the one at `done`, or the next (wrapping at the end)
 * in which two bits must be cleared. */
static void tear_word_split(struct flash *flash, uint32_t done)
{
    uint32_t length = flash->op.length;
    uint32_t start = length * done / DONE_ALL;

    for (uint32_t step = 0; step < length; step++) {
        uint32_t from;
        uint32_t to;
        word_of(&flash->op, (start + step) % length, &from, &to);
        if (count_falling(flash, from, to) >= 2) {
            program_bytes(flash, from);
            fall_some(flash, from, to);
            return;
        }
    }
    program_bytes(flash, start);
}

/* WEAK, documented (KBA218817: "including an apparently correct image"): all
 * cells read correctly today, but with too small a margin. The array shows the
 * correct bytes; only the taint tells. */
static void tear_weak(struct flash *flash, uint32_t done)
{
    (void)done;
    program_bytes(flash, flash->op.length);
}

/* DISTURB, documented in kind (SST26 FAQ: other bytes of the sector may
 * change), illustrative in number and distance: one to four bits that are 1,
 * within DISTURB_REACH, are cleared as well. */
static void tear_disturb(struct flash *flash, uint32_t done)
{
    const struct flash_op *op = &flash->op;
    uint32_t base = flash_sector_start(flash, op->address);
    uint32_t from = op->address - min_u32(DISTURB_REACH, op->address - base);
    uint32_t end = op->address + op->length;
    uint32_t to =
        end + min_u32(DISTURB_REACH, base + flash->figures.sector - end);
    uint32_t near[2 * DISTURB_REACH];
    uint32_t count = 0;

    (void)done;
    program_bytes(flash, op->length);
    for (uint32_t at = from; at < to; at++) {
        bool own = at >= op->address && at < end;
        if (!own && flash->array[at] != 0) {
            near[count++] = at;
        }
    }
    uint32_t hits = count > 0 ? 1u + random_below(flash, 4) : 0;
    for (uint32_t hit = 0; hit < hits; hit++) {
        uint8_t *byte = &flash->array[near[random_below(flash, count)]];
        unsigned bit = random_below(flash, 8);
        while (*byte != 0 && !(*byte & (1u << bit))) {
            bit = (bit + 1u) % 8u;
        }
        *byte = (uint8_t)(*byte & ~(1u << bit));
    }
}

/* ERASE_ZEROS, documented (KBA223960; S29GL512N starts at the end, so that a
 * header at the start still looks valid): phase 1, in which all cells are
 * programmed first. At least a page, at most all but the first page. */
static void tear_erase_zeros(struct flash *flash, uint32_t done)
{
    uint32_t sector = flash->op.length;
    uint32_t page = flash->figures.page;
    uint32_t zeros = max_u32(sector * done / DONE_ALL, page);

    zeros = min_u32(zeros, sector - page);
    memset(&flash->array[flash->op.address + sector - zeros], 0, zeros);
}

/* ERASE_ALL_ZERO, documented (KBA223960): phase 1 is over, phase 2 has not
 * changed a cell yet. */
static void tear_erase_all_zero(struct flash *flash, uint32_t done)
{
    (void)done;
    memset(&flash->array[flash->op.address], 0, flash->op.length);
}

/* ERASE_MIX, documented in kind (KBA223960: old data, zeros and ones),
 * illustrative in its distribution: a quarter of the bytes each keep their
 * value, read 0x00, read 0xFF, or are random. One word of zeros and one of ones
 * are guaranteed, so that the sector looks neither programmed nor erased. */
static void tear_erase_mix(struct flash *flash, uint32_t done)
{
    uint8_t *sector = &flash->array[flash->op.address];
    uint32_t words = flash->op.length / 4u;

    (void)done;
    for (uint32_t i = 0; i < flash->op.length; i++) {
        uint64_t draw = rng_next(&flash->rng);
        const uint8_t choice[4] = {sector[i], 0x00, 0xFF, (uint8_t)(draw >> 8)};
        sector[i] = choice[draw & 3u];
    }
    uint32_t word = random_below(flash, words);
    memset(&sector[word * 4u], 0x00, 4);
    memset(&sector[(word + 1u) % words * 4u], 0xFF, 4);
}

/* ERASE_WEAK, documented (TI F20x guide: depleted cells; KBA218817): phase 3,
 * the soft program that evens out the cells, is missing. Everything reads 0xFF,
 * but programs on it give wrong bits: see wrong_bits(). */
static void tear_erase_weak(struct flash *flash, uint32_t done)
{
    (void)done;
    memset(&flash->array[flash->op.address], 0xFF, flash->op.length);
}

/* ERASE_WORDS, documented in kind (KBA223960), illustrative in its distribution:
 * each word still holds its old value, is erased, or is between the two: some of
 * its bits have risen. How many are of each kind is random as well, so that a
 * whole record may be left. */
static void tear_erase_words(struct flash *flash, uint32_t done)
{
    uint8_t *sector = &flash->array[flash->op.address];
    uint32_t erased = random_below(flash, DONE_ALL + 1u);
    uint32_t between = random_below(flash, DONE_ALL + 1u);

    (void)done;
    for (uint32_t at = 0; at < flash->op.length; at += 4) {
        uint32_t risen = (uint32_t)rng_next(&flash->rng);

        if (random_below(flash, DONE_ALL) < erased) {
            risen = UINT32_MAX;
        } else if (random_below(flash, DONE_ALL) >= between) {
            risen = 0;
        }
        for (uint32_t i = 0; i < 4; i++) {
            sector[at + i] = (uint8_t)(sector[at + i] | risen >> 8u * i);
        }
    }
}

/* ---- completing an operation ------------------------------------------ */

/* A program onto cells whose erase was torn leaves wrong bits (documented in
 * kind, TI F20x guide; illustrative in number: in one word of four, one bit is
 * cleared that should not be). */
static void wrong_bits(struct flash *flash)
{
    uint32_t first = flash->op.address / 4u;
    uint32_t last = (flash->op.address + flash->op.length - 1u) / 4u;

    for (uint32_t word = first; word <= last; word++) {
        if (flash->taint[word] != FLASH_TORN_ERASE) {
            continue;
        }
        uint64_t draw = rng_next(&flash->rng);
        if ((draw & 3u) == 0) {
            unsigned bit = (draw >> 2) & 31u;
            uint8_t *byte = &flash->array[word * 4u + bit / 8u];
            *byte = (uint8_t)(*byte & ~(1u << bit % 8u));
        }
    }
}

static void complete_program(struct flash *flash)
{
    forget_torn(flash);
    program_bytes(flash, flash->op.length);
    wrong_bits(flash);
}

/* Past its endurance a sector no longer erases cleanly (documented in kind:
 * erase fails before program does; illustrative in number): one to eight bits
 * stay 0, and the part reports it. */
static void complete_worn_erase(struct flash *flash)
{
    uint8_t *sector = &flash->array[flash->op.address];
    uint32_t stuck = 1u + random_below(flash, 8);

    memset(sector, 0xFF, flash->op.length);
    for (uint32_t i = 0; i < stuck; i++) {
        uint32_t bit = random_below(flash, flash->op.length * 8u);
        sector[bit / 8u] = (uint8_t)(sector[bit / 8u] & ~(1u << bit % 8u));
    }
    set_taint(flash, FLASH_TORN_ERASE);
    flash->last_failed = true;
}

static void complete_erase(struct flash *flash)
{
    uint32_t at = flash->op.address;
    uint32_t length = flash->op.length;
    bool worn =
        flash->erase_count[at / FLASH_BLOCK] >= flash->figures.endurance;

    wear(flash);
    if (worn) {
        note_torn(flash);
        complete_worn_erase(flash);
        return;
    }
    forget_torn(flash);
    memset(&flash->array[at], 0xFF, length);
    if (flash_range_taint(flash, at, length) != FLASH_CLEAN) {
        touch_taint(flash, at, at + length);
    }
    memset(&flash->taint[at / 4u], FLASH_CLEAN, length / 4u);
}

/* The operation goes wrong over its whole length (illustrative): the array is
 * left as after a cut, and so is the taint. */
static void complete_wrong(struct flash *flash)
{
    note_torn(flash);
    if (flash->op.kind == FLASH_PROGRAM) {
        tear_bits(flash, 0);
        set_taint(flash, FLASH_TORN_PROGRAM);
    } else {
        tear_erase_mix(flash, 0);
        set_taint(flash, FLASH_TORN_ERASE);
        wear(flash);
    }
    flash->last_failed = flash->op.fault == FLASH_FAULT_REPORTED;
}

static void complete(struct flash *flash)
{
    touch_op(flash,
             flash->op.kind == FLASH_PROGRAM ? FLASH_BY_PROGRAM
                                             : FLASH_BY_ERASE,
             0);
    switch (flash->op.fault) {
    case FLASH_FAULT_NONE:
        if (flash->op.kind == FLASH_PROGRAM) {
            complete_program(flash);
        } else {
            complete_erase(flash);
        }
        break;
    case FLASH_FAULT_IGNORED:
        break;
    default:
        complete_wrong(flash);
        break;
    }
}

bool flash_advance(struct flash *flash, uint64_t now, struct flash_op *ended)
{
    if (!flash_busy(flash) || flash->op.end_ns > now) {
        return false;
    }
    complete(flash);
    if (ended != NULL) {
        *ended = flash->op;
    }
    memset(&flash->op, 0, sizeof(flash->op));
    return true;
}

bool flash_busy(const struct flash *flash)
{
    return flash->op.kind != FLASH_IDLE;
}

/* ---- power and resets ------------------------------------------------- */

/* BEFORE and AFTER have no function: the first does nothing, the second
 * completes the operation. AUTO takes one of those whose range of `done` [from,
 * below) matches, so never one whose range is empty; the ranges are illustrative: an erase is assumed to spend
 * three tenths of its time in phase 1 and the last tenth in phase 3. */
struct form {
    const char *name;
    uint8_t kinds;
    uint16_t from;
    uint16_t below;
    void (*tear)(struct flash *flash, uint32_t done);
};

static const struct form forms[FLASH_FORM_COUNT] = {
    [FLASH_FORM_AUTO] = {"auto", 0, 0, 0, NULL},
    [FLASH_FORM_BEFORE] = {"before", PROGRAMS | ERASES, 0, 50, NULL},
    [FLASH_FORM_AFTER] = {"after", PROGRAMS | ERASES, 950, 1000, NULL},
    [FLASH_FORM_PREFIX] = {"prefix", PROGRAMS, 0, 1000, tear_prefix},
    [FLASH_FORM_BITS] = {"bits", PROGRAMS, 0, 1000, tear_bits},
    [FLASH_FORM_WORD_SPLIT] = {"word-split", PROGRAMS, 0, 1000,
                               tear_word_split},
    [FLASH_FORM_WEAK] = {"weak", PROGRAMS, 500, 1000, tear_weak},
    [FLASH_FORM_DISTURB] = {"disturb", PROGRAMS, 500, 1000, tear_disturb},
    [FLASH_FORM_ERASE_ZEROS] = {"erase-zeros", ERASES, 0, 300,
                                tear_erase_zeros},
    [FLASH_FORM_ERASE_ALL_ZERO] = {"erase-all-zero", ERASES, 250, 400,
                                   tear_erase_all_zero},
    [FLASH_FORM_ERASE_MIX] = {"erase-mix", ERASES, 300, 900, tear_erase_mix},
    [FLASH_FORM_ERASE_WEAK] = {"erase-weak", ERASES, 800, 1000,
                               tear_erase_weak},
    [FLASH_FORM_ERASE_WORDS] = {"erase-words", ERASES, 0, 0, tear_erase_words},
};

static bool form_fits(int form, unsigned kind)
{
    return form > FLASH_FORM_AUTO && form < FLASH_FORM_COUNT &&
           (forms[form].kinds & KIND_BIT(kind)) != 0;
}

unsigned flash_forms(enum flash_op_kind kind, enum flash_form *list)
{
    unsigned count = 0;

    for (int form = 0; form < FLASH_FORM_COUNT; form++) {
        if (form_fits(form, kind)) {
            list[count++] = (enum flash_form)form;
        }
    }
    return count;
}

static enum flash_form choose_form(struct flash *flash, uint32_t done)
{
    enum flash_form fitting[FLASH_FORM_COUNT] = {FLASH_FORM_AUTO};
    uint32_t count = 0;

    for (int form = 0; form < FLASH_FORM_COUNT; form++) {
        if (form_fits(form, flash->op.kind) && done >= forms[form].from &&
            done < forms[form].below) {
            fitting[count++] = (enum flash_form)form;
        }
    }
    return fitting[random_below(flash, count)];
}

uint32_t flash_done(const struct flash *flash, uint64_t now)
{
    const struct flash_op *op = &flash->op;

    if (!flash_busy(flash) || now <= op->start_ns) {
        return 0;
    }
    if (now >= op->end_ns) {
        return DONE_ALL;
    }
    return (uint32_t)((now - op->start_ns) * DONE_ALL /
                      (op->end_ns - op->start_ns));
}

/*
 * BEFORE and AFTER stand for a cut just before or after the operation: they
 * leave the taint of no operation, or of a completed one. Every other form
 * taints all words that the operation covered, including those that it seems
 * not to have reached: nothing proves that it did not.
 */
static void tear(struct flash *flash, enum flash_form form, uint32_t done)
{
    bool program = flash->op.kind == FLASH_PROGRAM;

    if (form == FLASH_FORM_BEFORE) {
        return;
    }
    if (form == FLASH_FORM_AFTER) {
        complete(flash);
        return;
    }
    touch_op(flash, FLASH_BY_CUT, DISTURB_REACH);
    note_torn(flash);
    forms[form].tear(flash, done);
    set_taint(flash, program ? FLASH_TORN_PROGRAM : FLASH_TORN_ERASE);
    if (!program) {
        wear(flash);
    }
}

enum flash_form flash_tear(struct flash *flash, uint64_t now,
                           enum flash_form form, uint32_t reach)
{
    enum flash_form used = FLASH_FORM_BEFORE;

    (void)flash_advance(flash, now, NULL);
    /* An operation that the part ignores leaves nothing to tear. */
    if (flash_busy(flash) && flash->op.fault != FLASH_FAULT_IGNORED) {
        uint32_t done = reach > 0 ? reach : flash_done(flash, now);

        used = form_fits((int)form, flash->op.kind) ? form
                                                    : choose_form(flash, done);
        tear(flash, used, done);
    }
    memset(&flash->op, 0, sizeof(flash->op));
    memset(flash->locked, 0, sizeof(flash->locked));
    flash->last_failed = false;
    return used;
}

enum flash_form flash_tear_drawn(struct flash *flash, uint64_t now,
                                 enum flash_form form, uint32_t reach,
                                 uint32_t draw)
{
    struct rng own = flash->rng;

    rng_init(&flash->rng, draw, "torn");
    enum flash_form used = flash_tear(flash, now, form, reach);

    flash->rng = own;
    return used;
}

enum flash_form flash_power_cut(struct flash *flash, uint64_t now,
                                enum flash_form form)
{
    return flash_tear(flash, now, form, 0);
}

void flash_warm_reset(struct flash *flash)
{
    memset(flash->locked, 0, sizeof(flash->locked));
}

/* ---- faults and questions --------------------------------------------- */

int flash_flip(struct flash *flash, uint32_t address, unsigned bit)
{
    if (address >= flash->figures.size || bit > 7) {
        return -1;
    }
    touch(flash, address, address + 1, FLASH_BY_DAMAGE);
    flash->array[address] = (uint8_t)(flash->array[address] ^ (1u << bit));
    return 0;
}

void flash_put(struct flash *flash, uint32_t address, uint8_t value)
{
    if (address < flash->figures.size) {
        touch(flash, address, address + 1, FLASH_BY_DAMAGE);
        flash->array[address] = value;
    }
}

enum flash_taint flash_range_taint(const struct flash *flash, uint32_t address,
                                   uint32_t length)
{
    uint32_t size = flash->figures.size;
    uint8_t worst = FLASH_CLEAN;

    if (address >= size || length == 0) {
        return FLASH_CLEAN;
    }
    uint32_t last = (address + min_u32(length, size - address) - 1u) / 4u;
    for (uint32_t word = address / 4u; word <= last; word++) {
        if (flash->taint[word] > worst) {
            worst = flash->taint[word];
        }
    }
    return (enum flash_taint)worst;
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
    return hash ^ hash >> 29;
}

/* A multiply-xorshift of our own, 32 bytes at a time in four lanes that the CPU
 * can process in parallel; not for secrets. `length` is a multiple of 32, as
 * are a block and its taint. */
static uint64_t hash_bytes(uint64_t seed, const uint8_t *bytes, size_t length)
{
    uint64_t a = seed;
    uint64_t b = seed + 1u;
    uint64_t c = seed + 2u;
    uint64_t d = seed + 3u;
    uint64_t words[4];

    for (size_t i = 0; i < length; i += sizeof(words)) {
        memcpy(words, bytes + i, sizeof(words));
        a = mix(a, words[0]);
        b = mix(b, words[1]);
        c = mix(c, words[2]);
        d = mix(d, words[3]);
    }
    return mix(mix(mix(a, b), c), d);
}

uint32_t flash_worst_sector(const struct flash *flash)
{
    uint32_t most = 0;

    for (uint32_t i = 0; i < flash->figures.size / FLASH_BLOCK; i++) {
        most = flash->erase_count[i] > most ? flash->erase_count[i] : most;
    }
    return most;
}

void flash_noted(struct flash *flash)
{
    if (flash->notes_to > 0) {
        memset(&flash->note[flash->notes_from], 0,
               (flash->notes_to - flash->notes_from) * sizeof flash->note[0]);
    }
    flash->notes_from = 0;
    flash->notes_to = 0;
}

uint64_t flash_block_sum(const struct flash *flash, uint32_t block)
{
    /* the sums are a note: keeping one changes no value */
    struct flash *noting = (struct flash *)(uintptr_t)flash;

    if (!flash->summed[block]) {
        uint64_t sum =
            hash_bytes(block, &flash->array[block * FLASH_BLOCK], FLASH_BLOCK);

        noting->sum[block] =
            hash_bytes(sum, &flash->taint[block * (FLASH_BLOCK / 4u)],
                       FLASH_BLOCK / 4u);
        noting->summed[block] = 1;
    }
    return flash->sum[block];
}

uint64_t flash_hash(const struct flash *flash)
{
    uint64_t hash = flash->figures.size;

    for (uint32_t i = 0; i < flash->figures.size / FLASH_BLOCK; i++) {
        hash = mix(hash, flash_block_sum(flash, i));
    }
    return hash;
}

static const char *const rule_names[] = {
    [FLASH_RULE_NONE] = "none",
    [FLASH_RULE_RANGE] = "range",
    [FLASH_RULE_PAGE_END] = "page-end",
    [FLASH_RULE_BUSY] = "busy",
    [FLASH_RULE_LOCKED] = "locked",
    [FLASH_RULE_BIT_RISE] = "bit-rise",
    [FLASH_RULE_TORN_ERASE] = "torn-erase",
    [FLASH_RULE_UNIT] = "unit",
    [FLASH_RULE_TWICE] = "twice",
};

const char *flash_rule_name(enum flash_rule rule)
{
    size_t count = sizeof(rule_names) / sizeof(rule_names[0]);

    return (size_t)rule < count ? rule_names[rule] : "?";
}

const char *flash_form_name(enum flash_form form)
{
    return (size_t)form < FLASH_FORM_COUNT ? forms[form].name : "?";
}

int flash_form_find(const char *name)
{
    for (int form = 0; form < FLASH_FORM_COUNT; form++) {
        if (strcmp(forms[form].name, name) == 0) {
            return form;
        }
    }
    return -1;
}
