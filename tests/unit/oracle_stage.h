/* SPDX-License-Identifier: MIT */
/*
 * A stage for the oracle: a small flash, fuses, a window and some images, as
 * plain values that a test changes as a device would, and reports to the
 * oracle. Criterion runs each test in its own process, so all of this is fresh.
 */
#ifndef OTALAB_TESTS_ORACLE_STAGE_H
#define OTALAB_TESTS_ORACLE_STAGE_H

#include "oracle/oracle.h"

#include "board/registers.h"

#include <criterion/criterion.h>
#include <string.h>

#define SECTOR 4096u
#define SIZE (32u * SECTOR)
#define IMAGE_SIZE 1000u
#define SECOND UINT64_C(1000000000)
#define DEADLINE (30u * SECOND)
#define RULES 8u

/* Sectors at which partitions start. */
enum {
    AT_BOOT_A = 0,
    AT_BOOT_B = 1,
    AT_JOURNAL = 2,
    AT_REQUESTS = 6,
    AT_SLOT_A = 8,
    AT_SLOT_B = 12,
    AT_RECOVERY = 16,
    AT_END = 20
};

enum { BOOT, OLD, NEW, LATER, FORGED, RESCUE, FORGED_BOOT, IMAGES };

struct stage {
    uint32_t release; /* of the journal records that are written */
    uint32_t counter; /* of the same records */
    uint8_t reason;   /* likewise */
    uint8_t bytes[IMAGES][IMAGE_SIZE];
    struct oracle_case judged;
    struct flash *flash;
    struct otp otp;
    uint8_t *window;
    struct oracle oracle;
    struct oracle_view view;
    unsigned said[RULES]; /* how often each rule reported */
    char last[200];
    bool booting; /* reset, and no image entered since */
};

extern struct stage stage;
extern const struct board_map stage_map;

/* The old image in slot A, confirmed, locked; the new one in slot B; power has
 * just come on. */
void stage_set(void);
void stage_strike(void);

/* Put an image's bytes at the start of a partition. */
void put(const char *partition, unsigned index);
/* The device resets: locks fall, and the bootloader is entered. */
void power_up(void);
/* Put the image's bytes in SRAM and enter it. */
void enter(unsigned index);
/* The bootloader locks what it must, and enters the image. */
void boot(unsigned index);
void lock(unsigned sector, unsigned sectors, bool locked);
/* A block of `length` bytes as the CPU translated it. */
void translate(uint32_t address, const uint8_t *code, uint16_t length);
/* The journal's only record; journal() tells the oracle, of a change that the
 * bootloader makes. */
void write_journal(uint8_t slot, uint8_t state, uint8_t attempts);
void journal(uint8_t slot, uint8_t state, uint8_t attempts);
void erase_journal(void);
/* The running image writes a request about itself and the current slot. */
void ask(uint8_t kind);
void ask_of(const struct request_record *request);
void erase(uint32_t address);
void program(uint32_t address);
void pass(uint64_t ns);

/* Only this rule has reported, once, and with these words. */
void expect_only(unsigned rule, const char *words);
void expect_silence(void);

#endif
