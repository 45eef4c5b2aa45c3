/* SPDX-License-Identifier: MIT */
/*
 * The serial NOR flash part as a value: array, taint, wear, locks, the
 * operation in flight. No pointers inside; clone by assignment, compare with
 * flash_hash(). Times are world time in ns, given by the caller; the model has
 * no clock.
 *
 * An operation is accepted at its start and changes the array only at its end:
 * flash_advance() completes what is due. A power cut tears the operation in
 * flight by one of a fixed, numbered family of effects. A warm reset does not:
 * the operation continues, and only the locks are cleared.
 *
 * Sources of rules and effects: docs/board.md, section on flash; each effect is
 * labelled documented, literature or illustrative in flash.c.
 */
#ifndef OTALAB_DEVICE_FLASH_H
#define OTALAB_DEVICE_FLASH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rng.h"

#define FLASH_MAX_SIZE (2u * 1024u * 1024u)
/* Bookkeeping goes by blocks, whatever the sectors: wear and locks of a sector
 * are those of each of its blocks. */
#define FLASH_BLOCK 1024u
#define FLASH_MAX_BLOCKS (FLASH_MAX_SIZE / FLASH_BLOCK)
#define FLASH_SECTOR 4096u      /* of the board as shipped */
#define FLASH_SECTOR_MAX 65536u /* of any part */
#define FLASH_PAGE 256u         /* the largest page */
#define FLASH_UNIT_MAX 64u      /* the largest unit */
#define FLASH_WORDS (FLASH_MAX_SIZE / 4u)

#define FLASH_TIME_LIMIT_NS \
    1000000000000u /* no operation takes more than 1000
                                            * s */

/* From the devicetree. Times in ns. */
struct flash_figures {
    uint32_t size;
    uint32_t sector; /* a power of two, FLASH_BLOCK .. FLASH_SECTOR_MAX */
    uint32_t page;   /* most that one program takes; a power of two */
    uint32_t unit;   /* programs are whole units; a power of two */
    uint32_t once;   /* 1: a unit is programmed at most once after an erase */
    uint64_t program_ns; /* of a page, however many bytes */
    uint64_t unit_ns;    /* of each unit, on top */
    uint64_t erase_ns;
    uint64_t erase_worn_ns; /* at the end of endurance */
    uint32_t endurance;
};

enum flash_op_kind { FLASH_IDLE = 0, FLASH_PROGRAM, FLASH_ERASE };

/* Taint of a 32-bit word since its last completed erase. */
enum flash_taint {
    FLASH_CLEAN = 0,
    FLASH_TORN_PROGRAM = 1, /* a program on it did not complete */
    FLASH_TORN_ERASE = 2    /* its last erase did not complete */
};

/* Rules of the part that a driver can break; a violation is reported, and the
 * part does what real ones do. */
enum flash_rule {
    FLASH_RULE_NONE = 0,
    FLASH_RULE_RANGE,      /* outside the array, or length 0 or > page */
    FLASH_RULE_PAGE_END,   /* a program crosses its page's end: refused */
    FLASH_RULE_BUSY,       /* a command while busy: refused */
    FLASH_RULE_LOCKED,     /* a locked range: refused */
    FLASH_RULE_BIT_RISE,   /* a program wants a 0 bit to become 1: it stays */
    FLASH_RULE_TORN_ERASE, /* a program onto a word whose erase was torn */
    FLASH_RULE_UNIT,       /* not whole units: refused */
    FLASH_RULE_TWICE       /* a unit that is not erased, on a part that takes
                            * only one program of it: refused */
};

/* Torn forms. FORM_AUTO chooses one by `done` (the operation's progress in
 * 1/1000) and the random stream. Numbers are part of tokens: only append. */
enum flash_form {
    FLASH_FORM_AUTO = 0,
    FLASH_FORM_BEFORE,         /* the operation has changed nothing */
    FLASH_FORM_AFTER,          /* complete, but not reported */
    FLASH_FORM_PREFIX,         /* program: the first done/1000 of the bytes */
    FLASH_FORM_BITS,           /* program: a random subset of falling bits */
    FLASH_FORM_WORD_SPLIT,     /* program: prefix, then bits in one word */
    FLASH_FORM_WEAK,           /* program: reads correctly, tainted */
    FLASH_FORM_DISTURB,        /* program: complete, but neighbours lost bits */
    FLASH_FORM_ERASE_ZEROS,    /* erase phase 1: part 0x00, from the end */
    FLASH_FORM_ERASE_ALL_ZERO, /* erase, end of phase 1: all 0x00 */
    FLASH_FORM_ERASE_MIX,      /* erase phase 2: old bits, zeros, ones */
    FLASH_FORM_ERASE_WEAK,     /* erase phase 3: reads 0xFF, unreliable */
    FLASH_FORM_ERASE_WORDS,    /* erase phase 2: words old, risen or between */
    FLASH_FORM_COUNT
};

/* A planted fault for the next operation (flash.fail_next). */
enum flash_fault {
    FLASH_FAULT_NONE = 0,
    FLASH_FAULT_REPORTED = 1, /* fails half done, and the status says so */
    FLASH_FAULT_IGNORED = 2,  /* does nothing and reports success */
    FLASH_FAULT_WRONG = 3     /* half done, reports success: a brown-out that
                               * did not reset the CPU */
};

/* The cause of a change in the array. */
enum flash_cause {
    FLASH_BY_PROGRAM = 1, /* an operation that ended, well or badly */
    FLASH_BY_ERASE,
    FLASH_BY_CUT,   /* a power cut: an operation was torn */
    FLASH_BY_DAMAGE /* from outside, without an operation */
};

/* Bytes of a block, from .. to-1; both 0: none. */
struct flash_range {
    uint16_t from;
    uint16_t to;
};

/* What may have changed in a block since flash_noted(). */
struct flash_note {
    struct flash_range array;
    struct flash_range taint; /* whole words */
    uint32_t cause;           /* enum flash_cause, of the last change */
};

struct flash_op {
    uint8_t kind;  /* enum flash_op_kind */
    uint8_t fault; /* enum flash_fault, from fail_next at its start */
    uint32_t address;
    uint32_t length;
    uint64_t start_ns;
    uint64_t end_ns;
    uint8_t data[FLASH_PAGE];
};

/* The operation that was left half done last, for as long as what it has left
 * counts: until one that covers a byte of it completes. */
struct flash_torn {
    uint8_t kind; /* enum flash_op_kind; FLASH_IDLE: there is none */
    uint8_t turn; /* enum reading of the next boot, OLD or NEW; 0: it stays */
    uint32_t address;
    uint32_t length;
    uint8_t data[FLASH_PAGE];         /* of a program */
    uint8_t before[FLASH_SECTOR_MAX]; /* `length` bytes: what was there */
};

struct flash {
    struct flash_figures figures;
    struct flash_op op;     /* in flight, or FLASH_IDLE */
    struct flash_torn torn; /* see device/readings.h */
    bool last_failed;       /* the last operation to end reported a failure */
    uint8_t fail_next;      /* enum flash_fault; taken by the next operation */
    struct rng rng;
    uint64_t programs;
    uint64_t erases;
    uint32_t erase_count[FLASH_MAX_BLOCKS];
    uint8_t locked[FLASH_MAX_BLOCKS]; /* 1 = until reset */
    /* 1 = array or taint may have changed since sectors_save() or
     * sectors_restore(); a note for these, not part of the value */
    uint8_t touched[FLASH_MAX_BLOCKS];
    /* hash of each block's array and taint, while `summed`; the same holds */
    uint8_t summed[FLASH_MAX_BLOCKS];
    uint64_t sum[FLASH_MAX_BLOCKS];
    /* for whoever records it; not part of the value either */
    struct flash_note note[FLASH_MAX_BLOCKS];
    uint32_t notes_from; /* blocks that may have a note, from .. to-1 */
    uint32_t notes_to;
    uint8_t array[FLASH_MAX_SIZE];
    uint8_t taint[FLASH_WORDS]; /* enum flash_taint; the last member */
};

/* What the model does not support about the figures, by the name of the
 * devicetree's property (flash_figures.c); NULL: nothing. */
const char *flash_figures_flaw(const struct flash_figures *figures);

/* Blank, unworn flash. Returns 0, or -1 if a value is not supported. */
int flash_init(struct flash *flash, const struct flash_figures *figures,
               uint64_t seed);

/* The random stream begins anew. */
void flash_stream(struct flash *flash, uint64_t seed);

/*
 * Begin an operation at `now`, to which the caller has already advanced the
 * model. Returns the rule broken, FLASH_RULE_NONE if none; if several, the
 * first in this order: RANGE, PAGE_END, UNIT, BUSY, LOCKED, TWICE (nothing was
 * begun),
 * TORN_ERASE, BIT_RISE (begun all the same). `data` holds `length` bytes. An
 * erase needs a sector's first address, a lock whole sectors; otherwise RANGE.
 */
enum flash_rule flash_program(struct flash *flash, uint64_t now,
                              uint32_t address, const void *data,
                              uint32_t length);
enum flash_rule flash_erase(struct flash *flash, uint64_t now,
                            uint32_t address);
enum flash_rule flash_lock(struct flash *flash, uint32_t start,
                           uint32_t length);

/* Complete the operation in flight if its end is <= now. True if one ended;
 * *ended (may be NULL) gets it. */
bool flash_advance(struct flash *flash, uint64_t now, struct flash_op *ended);

bool flash_busy(const struct flash *flash);
/* Progress of the operation in flight at `now`, 0..1000; 0 if idle. */
uint32_t flash_done(const struct flash *flash, uint64_t now);

/* Power fails at `now`: complete what was due, tear what is in flight, clear
 * locks. A form that does not match the operation counts as AUTO. Returns the
 * form that was used, FLASH_FORM_BEFORE if idle. */
enum flash_form flash_power_cut(struct flash *flash, uint64_t now,
                                enum flash_form form);
/* The same, but the form has got `reach`/1000 far, whatever the time; 0: as far
 * as the operation. */
enum flash_form flash_tear(struct flash *flash, uint64_t now,
                           enum flash_form form, uint32_t reach);
/* The same, but what is random about it follows from `draw` alone, and the
 * flash's own stream goes on as if nothing had been drawn. */
enum flash_form flash_tear_drawn(struct flash *flash, uint64_t now,
                                 enum flash_form form, uint32_t reach,
                                 uint32_t draw);
/* Warm reset: locks are cleared, the operation continues. */
void flash_warm_reset(struct flash *flash);

/* Forms that make sense for an operation kind, for sweeps: fills `forms`,
 * returns their number (<= FLASH_FORM_COUNT). */
unsigned flash_forms(enum flash_op_kind kind, enum flash_form *forms);

/* Faults. A flip changes one bit without an operation and leaves no taint; 0,
 * or -1 if there is no such bit. */
int flash_flip(struct flash *flash, uint32_t address, unsigned bit);
/* The same for a whole byte; does nothing outside the array. */
void flash_put(struct flash *flash, uint32_t address, uint8_t value);

/* Clear the notes of changes: all were taken. */
void flash_noted(struct flash *flash);

/* Hash of array and taint, on which the next boot can depend. Not of wear,
 * counts or the operation in flight. */
uint64_t flash_hash(const struct flash *flash);
/* The number of erases of the sector erased most often. */
uint32_t flash_worst_sector(const struct flash *flash);

/* Worst taint within a range; for the part of it inside the array. */
enum flash_taint flash_range_taint(const struct flash *flash, uint32_t address,
                                   uint32_t length);

/* The same of one block; computed again only after a change. */
uint64_t flash_block_sum(const struct flash *flash, uint32_t block);

/* The first address of the sector that contains this one. */
uint32_t flash_sector_start(const struct flash *flash, uint32_t address);

const char *flash_rule_name(enum flash_rule rule); /* "bit-rise", ... */
const char *flash_form_name(enum flash_form form); /* "erase-mix", ... */
/* The form of that name, or -1. */
int flash_form_find(const char *name);

#endif
