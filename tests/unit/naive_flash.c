/* SPDX-License-Identifier: MIT */
#include "naive_flash.h"

#include <string.h>

/* What each byte of the array may be afterwards: the bits of `ones` must be
 * 1, those outside `open` must be as in `ones`. */
struct choice {
    uint8_t ones;
    uint8_t open;
};

static struct choice choices[NAIVE_SIZE];

void naive_init(struct naive_flash *naive, const struct flash_figures *figures)
{
    memset(naive, 0, sizeof(*naive));
    naive->figures = *figures;
    for (uint32_t i = 0; i < NAIVE_SIZE; i++) {
        naive->byte[i].value = 0xFF;
    }
}

/* ---- the rules of the interface ---- */

static bool outside(const struct naive_flash *naive, uint32_t address,
                    uint32_t length)
{
    return (uint64_t)address + length > naive->figures.size;
}

static uint32_t sector_of(const struct naive_flash *naive)
{
    return naive->figures.sector;
}

static void start(struct naive_flash *naive, int kind, uint64_t now,
                  uint64_t duration, uint32_t address, uint32_t length)
{
    naive->kind = kind;
    naive->fault = naive->next_fault;
    naive->next_fault = 0;
    naive->failed = false;
    naive->start = now;
    naive->end = now + duration;
    naive->address = address;
    naive->length = length;
}

enum flash_rule naive_program(struct naive_flash *naive, uint64_t now,
                              uint32_t address, const uint8_t *data,
                              uint32_t length)
{
    bool rise = false;
    bool torn = false;

    uint32_t page = naive->figures.page;
    uint32_t unit = naive->figures.unit;
    bool used = false;

    if (length == 0 || length > page || outside(naive, address, length)) {
        return FLASH_RULE_RANGE;
    }
    if (address / page != (address + length - 1) / page) {
        return FLASH_RULE_PAGE_END;
    }
    if (address % unit != 0 || (address + length) % unit != 0) {
        return FLASH_RULE_UNIT;
    }
    if (naive->kind != FLASH_IDLE) {
        return FLASH_RULE_BUSY;
    }
    for (uint32_t i = 0; i < length; i++) {
        const struct naive_byte *byte = &naive->byte[address + i];
        if (byte->locked) {
            return FLASH_RULE_LOCKED;
        }
        for (int bit = 0; bit < 8; bit++) {
            bool want = data[i] >> bit & 1;
            bool have = byte->value >> bit & 1;
            rise = rise || (want && !have);
        }
        torn = torn || byte->taint == FLASH_TORN_ERASE;
        used = used || byte->value != 0xFF;
    }
    if (naive->figures.once && used) {
        return FLASH_RULE_TWICE;
    }
    memcpy(naive->data, data, length);
    start(naive, FLASH_PROGRAM, now,
          naive->figures.program_ns + length / unit * naive->figures.unit_ns,
          address, length);
    naive->programs++;
    if (torn) {
        return FLASH_RULE_TORN_ERASE;
    }
    return rise ? FLASH_RULE_BIT_RISE : FLASH_RULE_NONE;
}

enum flash_rule naive_erase(struct naive_flash *naive, uint64_t now,
                            uint32_t address)
{
    const struct flash_figures *figures = &naive->figures;

    uint32_t sector = sector_of(naive);

    if (address % sector != 0 || outside(naive, address, sector)) {
        return FLASH_RULE_RANGE;
    }
    if (naive->kind != FLASH_IDLE) {
        return FLASH_RULE_BUSY;
    }
    if (naive->byte[address].locked) {
        return FLASH_RULE_LOCKED;
    }
    uint64_t count = naive->byte[address].erased;
    if (count > figures->endurance) {
        count = figures->endurance;
    }
    uint64_t more = (figures->erase_worn_ns - figures->erase_ns) * count /
                    figures->endurance;
    start(naive, FLASH_ERASE, now, figures->erase_ns + more, address, sector);
    naive->erases++;
    return FLASH_RULE_NONE;
}

enum flash_rule naive_lock(struct naive_flash *naive, uint32_t first,
                           uint32_t length)
{
    uint32_t sector = sector_of(naive);

    if (length == 0 || first % sector || length % sector ||
        outside(naive, first, length)) {
        return FLASH_RULE_RANGE;
    }
    for (uint32_t i = 0; i < length; i++) {
        naive->byte[first + i].locked = true;
    }
    return FLASH_RULE_NONE;
}

void naive_warm_reset(struct naive_flash *naive)
{
    for (uint32_t i = 0; i < NAIVE_SIZE; i++) {
        naive->byte[i].locked = false;
    }
}

void naive_flip(struct naive_flash *naive, uint32_t address, unsigned bit)
{
    naive->byte[address].value ^= (uint8_t)(1u << bit);
}

/* ---- what may come out ---- */

static uint8_t target(const struct naive_flash *naive, uint32_t i)
{
    return naive->byte[naive->address + i].value & naive->data[i];
}

static void fix(uint32_t at, uint8_t value)
{
    choices[at] = (struct choice){value, 0};
}

static void keep_all(const struct naive_flash *naive)
{
    for (uint32_t at = 0; at < naive->figures.size; at++) {
        fix(at, naive->byte[at].value);
    }
}

static void fix_program(const struct naive_flash *naive, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        fix(naive->address + i, target(naive, i));
    }
}

static void fix_sector(const struct naive_flash *naive, uint32_t from,
                       uint8_t value)
{
    for (uint32_t i = from; i < sector_of(naive); i++) {
        fix(naive->address + i, value);
    }
}

static void open_program(const struct naive_flash *naive)
{
    for (uint32_t i = 0; i < naive->length; i++) {
        uint8_t low = target(naive, i);
        uint8_t high = naive->byte[naive->address + i].value;
        choices[naive->address + i] = (struct choice){low, low ^ high};
    }
}

static const char *within_choices(const struct naive_flash *naive,
                                  const struct flash *real)
{
    for (uint32_t at = 0; at < naive->figures.size; at++) {
        uint8_t fixed = (uint8_t)~choices[at].open;
        if ((real->array[at] & fixed) != (choices[at].ones & fixed)) {
            return "a byte is not one of those it may be";
        }
    }
    return NULL;
}

static unsigned bits_of(uint8_t byte)
{
    unsigned count = 0;

    for (; byte != 0; byte >>= 1) {
        count += byte & 1u;
    }
    return count;
}

/* Bits that are 1 in the old array and 0 in the new one, over a range. */
static unsigned lost(const struct naive_flash *naive, const struct flash *real,
                     uint32_t from, uint32_t to)
{
    unsigned count = 0;

    for (uint32_t at = from; at < to; at++) {
        count += bits_of(naive->byte[at].value & (uint8_t)~real->array[at]);
    }
    return count;
}

static unsigned falling(const struct naive_flash *naive, uint32_t from,
                        uint32_t to)
{
    unsigned count = 0;

    for (uint32_t i = from; i < to; i++) {
        uint8_t old = naive->byte[naive->address + i].value;
        count += bits_of(old & (uint8_t)~naive->data[i]);
    }
    return count;
}

static const char *may_be_bits(const struct naive_flash *naive,
                               const struct flash *real)
{
    unsigned all = falling(naive, 0, naive->length);
    unsigned fell =
        lost(naive, real, naive->address, naive->address + naive->length);

    open_program(naive);
    if (all >= 2 && (fell == 0 || fell == all)) {
        return "bits: all or nothing fell";
    }
    return within_choices(naive, real);
}

/* Some word is in the middle of it: all before it done, all after it not. */
static const char *may_be_split(const struct naive_flash *naive,
                                const struct flash *real, uint32_t done)
{
    const char *wrong = "word-split: no word in which it can have split";

    for (uint32_t i = 0; i < naive->length; i++) {
        uint32_t to = i + 1;
        while (to < naive->length && (naive->address + to) % 4 != 0) {
            to++;
        }
        bool starts = i == 0 || (naive->address + i) % 4 == 0;
        unsigned all = falling(naive, i, to);
        unsigned fell =
            lost(naive, real, naive->address + i, naive->address + to);
        if (!starts || all < 2 || fell == 0 || fell == all) {
            continue;
        }
        open_program(naive);
        fix_program(naive, i);
        for (uint32_t rest = to; rest < naive->length; rest++) {
            fix(naive->address + rest,
                naive->byte[naive->address + rest].value);
        }
        if (within_choices(naive, real) == NULL) {
            return NULL;
        }
    }
    keep_all(naive);
    fix_program(naive, naive->length * done / 1000);
    return within_choices(naive, real) == NULL ? NULL : wrong;
}

static const char *may_be_disturbed(const struct naive_flash *naive,
                                    const struct flash *real)
{
    uint32_t end = naive->address + naive->length;
    uint32_t from = naive->address > 64 ? naive->address - 64 : 0;
    uint32_t to = end + 64;
    uint32_t sector = sector_of(naive);
    uint32_t base = naive->address / sector * sector;
    unsigned possible = 0;

    from = from < base ? base : from;
    to = to > base + sector ? base + sector : to;
    for (uint32_t at = from; at < to; at++) {
        if (at < naive->address || at >= end) {
            choices[at] = (struct choice){0, naive->byte[at].value};
            possible += bits_of(naive->byte[at].value);
        }
    }
    fix_program(naive, naive->length);
    unsigned hit =
        lost(naive, real, from, naive->address) + lost(naive, real, end, to);
    if (hit > 4 || (possible > 0 && hit == 0)) {
        return "disturb: not one to four neighbouring bits";
    }
    return within_choices(naive, real);
}

static bool word_is(const struct flash *real, uint32_t at, uint8_t value)
{
    return real->array[at] == value && real->array[at + 1] == value &&
           real->array[at + 2] == value && real->array[at + 3] == value;
}

static const char *may_be_mix(const struct naive_flash *naive,
                              const struct flash *real)
{
    bool found = false;

    for (uint32_t i = 0; i < sector_of(naive); i += 4) {
        uint32_t next = (i + 4) % sector_of(naive);
        found = found || (word_is(real, naive->address + i, 0x00) &&
                          word_is(real, naive->address + next, 0xFF));
    }
    for (uint32_t i = 0; i < sector_of(naive); i++) {
        choices[naive->address + i] = (struct choice){0, 0xFF};
    }
    return found ? within_choices(naive, real)
                 : "erase-mix: looks like one state";
}

/* A completed program; words of a torn erase may lose one bit more each. */
static const char *may_be_programmed(const struct naive_flash *naive,
                                     const struct flash *real)
{
    uint32_t first = naive->address / 4 * 4;
    uint32_t last = naive->address + naive->length;

    fix_program(naive, naive->length);
    for (uint32_t word = first; word < last; word += 4) {
        unsigned more = 0;
        if (naive->byte[word].taint != FLASH_TORN_ERASE) {
            continue;
        }
        for (uint32_t at = word; at < word + 4; at++) {
            uint8_t want = choices[at].ones;
            more += bits_of(want & (uint8_t)~real->array[at]);
            choices[at] = (struct choice){0, want};
        }
        if (more > 1) {
            return "program on a torn erase: more than one wrong bit a word";
        }
    }
    return within_choices(naive, real);
}

static const char *may_be_worn(const struct naive_flash *naive,
                               const struct flash *real)
{
    unsigned zeros = 0;

    for (uint32_t i = 0; i < sector_of(naive); i++) {
        choices[naive->address + i] = (struct choice){0, 0xFF};
        zeros += 8 - bits_of(real->array[naive->address + i]);
    }
    if (zeros < 1 || zeros > 8) {
        return "worn erase: not one to eight stuck bits";
    }
    return within_choices(naive, real);
}

/* ---- taking over the outcome ---- */

static void taint_op(struct naive_flash *naive, uint8_t taint)
{
    uint32_t first = naive->address / 4 * 4;
    uint32_t last = (naive->address + naive->length + 3) / 4 * 4;

    for (uint32_t at = first; at < last; at++) {
        if (naive->byte[at].taint < taint) {
            naive->byte[at].taint = taint;
        }
    }
}

static void wear_op(struct naive_flash *naive)
{
    for (uint32_t i = 0; i < sector_of(naive); i++) {
        naive->byte[naive->address + i].erased++;
    }
}

static void take_over(struct naive_flash *naive, const struct flash *real)
{
    for (uint32_t at = 0; at < naive->figures.size; at++) {
        naive->byte[at].value = real->array[at];
    }
}

static const char *end_erase(struct naive_flash *naive,
                             const struct flash *real)
{
    bool worn = naive->byte[naive->address].erased >= naive->figures.endurance;
    const char *wrong;

    if (worn) {
        wrong = may_be_worn(naive, real);
        taint_op(naive, FLASH_TORN_ERASE);
        naive->failed = true;
    } else {
        fix_sector(naive, 0, 0xFF);
        wrong = within_choices(naive, real);
        for (uint32_t i = 0; i < sector_of(naive); i++) {
            naive->byte[naive->address + i].taint = FLASH_CLEAN;
        }
    }
    wear_op(naive);
    return wrong;
}

static const char *end_op(struct naive_flash *naive, const struct flash *real)
{
    const char *wrong = NULL;
    bool program = naive->kind == FLASH_PROGRAM;

    if (naive->fault == FLASH_FAULT_IGNORED) {
        wrong = within_choices(naive, real);
    } else if (naive->fault != FLASH_FAULT_NONE) {
        wrong = program ? may_be_bits(naive, real) : may_be_mix(naive, real);
        taint_op(naive, program ? FLASH_TORN_PROGRAM : FLASH_TORN_ERASE);
        naive->failed = naive->fault == FLASH_FAULT_REPORTED;
        if (!program) {
            wear_op(naive);
        }
    } else {
        wrong =
            program ? may_be_programmed(naive, real) : end_erase(naive, real);
    }
    return wrong;
}

const char *naive_advance(struct naive_flash *naive, uint64_t now,
                          const struct flash *real)
{
    const char *wrong = NULL;

    if (naive->kind != FLASH_IDLE && now >= naive->end) {
        keep_all(naive);
        wrong = end_op(naive, real);
        take_over(naive, real);
        naive->kind = FLASH_IDLE;
    }
    return wrong;
}

/* ---- power cuts ---- */

static bool fits(int kind, enum flash_form form)
{
    switch (form) {
    case FLASH_FORM_BEFORE:
    case FLASH_FORM_AFTER:
        return true;
    case FLASH_FORM_PREFIX:
    case FLASH_FORM_BITS:
    case FLASH_FORM_WORD_SPLIT:
    case FLASH_FORM_WEAK:
    case FLASH_FORM_DISTURB:
        return kind == FLASH_PROGRAM;
    case FLASH_FORM_ERASE_ZEROS:
    case FLASH_FORM_ERASE_ALL_ZERO:
    case FLASH_FORM_ERASE_MIX:
    case FLASH_FORM_ERASE_WEAK:
    case FLASH_FORM_ERASE_WORDS:
        return kind == FLASH_ERASE;
    default:
        return false;
    }
}

static const char *may_be_zeros(const struct naive_flash *naive,
                                const struct flash *real, uint32_t done)
{
    uint32_t sector = sector_of(naive);
    uint32_t page = naive->figures.page;
    uint32_t zeros = sector * done / 1000;

    zeros = zeros < page ? page : zeros;
    zeros = zeros > sector - page ? sector - page : zeros;
    fix_sector(naive, sector - zeros, 0x00);
    return within_choices(naive, real);
}

/* Each bit is as it was, or has risen. */
static void may_have_risen(const struct naive_flash *naive)
{
    for (uint32_t at = naive->address; at < naive->address + sector_of(naive);
         at++) {
        uint8_t old = naive->byte[at].value;

        choices[at] = (struct choice){old, (uint8_t)~old};
    }
}

static const char *may_be_torn(const struct naive_flash *naive,
                               const struct flash *real, enum flash_form form,
                               uint32_t done)
{
    switch (form) {
    case FLASH_FORM_PREFIX:
        fix_program(naive, naive->length * done / 1000);
        return within_choices(naive, real);
    case FLASH_FORM_BITS:
        return may_be_bits(naive, real);
    case FLASH_FORM_WORD_SPLIT:
        return may_be_split(naive, real, done);
    case FLASH_FORM_WEAK:
        fix_program(naive, naive->length);
        return within_choices(naive, real);
    case FLASH_FORM_DISTURB:
        return may_be_disturbed(naive, real);
    case FLASH_FORM_ERASE_ZEROS:
        return may_be_zeros(naive, real, done);
    case FLASH_FORM_ERASE_ALL_ZERO:
        fix_sector(naive, 0, 0x00);
        return within_choices(naive, real);
    case FLASH_FORM_ERASE_MIX:
        return may_be_mix(naive, real);
    case FLASH_FORM_ERASE_WEAK:
        fix_sector(naive, 0, 0xFF);
        return within_choices(naive, real);
    case FLASH_FORM_ERASE_WORDS:
        may_have_risen(naive);
        return within_choices(naive, real);
    default:
        return "no torn form";
    }
}

static const char *tear(struct naive_flash *naive, uint64_t now,
                        enum flash_form used, const struct flash *real)
{
    uint32_t done =
        (uint32_t)((now - naive->start) * 1000 / (naive->end - naive->start));

    if (used == FLASH_FORM_BEFORE) {
        return within_choices(naive, real);
    }
    if (used == FLASH_FORM_AFTER) {
        return end_op(naive, real);
    }
    const char *wrong = may_be_torn(naive, real, used, done);
    if (naive->kind == FLASH_ERASE) {
        taint_op(naive, FLASH_TORN_ERASE);
        wear_op(naive);
    } else {
        taint_op(naive, FLASH_TORN_PROGRAM);
    }
    return wrong;
}

const char *naive_cut(struct naive_flash *naive, uint64_t now,
                      enum flash_form asked, enum flash_form used,
                      const struct flash *real)
{
    const char *wrong = naive_advance(naive, now, real);
    bool tears =
        naive->kind != FLASH_IDLE && naive->fault != FLASH_FAULT_IGNORED;

    keep_all(naive);
    if (!tears) {
        wrong = used == FLASH_FORM_BEFORE ? wrong : "a form without an op";
    } else if (!fits(naive->kind, used)) {
        wrong = "a form that does not fit the operation";
    } else if (fits(naive->kind, asked) && used != asked) {
        wrong = "not the form that was asked for";
    } else {
        wrong = tear(naive, now, used, real);
    }
    take_over(naive, real);
    naive->kind = FLASH_IDLE;
    naive->failed = false;
    naive_warm_reset(naive);
    return wrong;
}

/* ---- comparing ---- */

static const char *compare_bytes(const struct naive_flash *naive,
                                 const struct flash *real)
{
    for (uint32_t at = 0; at < naive->figures.size; at++) {
        const struct naive_byte *byte = &naive->byte[at];
        if (byte->value != real->array[at]) {
            return "array";
        }
        if (byte->taint != real->taint[at / 4]) {
            return "taint";
        }
        if (byte->locked != (real->locked[at / FLASH_BLOCK] != 0)) {
            return "locks";
        }
        if (byte->erased != real->erase_count[at / FLASH_BLOCK]) {
            return "wear";
        }
    }
    return NULL;
}

const char *naive_compare(const struct naive_flash *naive,
                          const struct flash *real)
{
    if ((naive->kind != FLASH_IDLE) != flash_busy(real)) {
        return "busy";
    }
    if (flash_busy(real) && naive->end != real->op.end_ns) {
        return "end of the operation";
    }
    if (naive->failed != real->last_failed) {
        return "failed flag";
    }
    if (naive->programs != real->programs || naive->erases != real->erases) {
        return "operation counts";
    }
    return compare_bytes(naive, real);
}
