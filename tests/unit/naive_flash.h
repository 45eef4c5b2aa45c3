/* SPDX-License-Identifier: MIT */
/*
 * A second flash model, written only from the rules and one byte at a time, to
 * compare the real one with. Where the rules leave a choice (which bits fell
 * when power failed), it checks that the real model's choice is allowed and
 * then adopts it. Functions return NULL, or what is wrong.
 */
#ifndef OTALAB_TESTS_NAIVE_FLASH_H
#define OTALAB_TESTS_NAIVE_FLASH_H

#include <stdbool.h>
#include <stdint.h>

#include "device/flash.h"

#define NAIVE_SIZE 65536u /* the largest array; figures.size says how much */

/* One byte and everything known about it. */
struct naive_byte {
    uint8_t value;
    uint8_t taint;
    bool locked;
    uint32_t erased; /* how often */
};

struct naive_flash {
    struct flash_figures figures;
    struct naive_byte byte[NAIVE_SIZE];
    uint64_t programs;
    uint64_t erases;
    bool failed;
    int next_fault;

    int kind; /* in flight */
    int fault;
    uint32_t address;
    uint32_t length;
    uint64_t start;
    uint64_t end;
    uint8_t data[FLASH_PAGE];
};

void naive_init(struct naive_flash *naive, const struct flash_figures *figures);
enum flash_rule naive_program(struct naive_flash *naive, uint64_t now,
                              uint32_t address, const uint8_t *data,
                              uint32_t length);
enum flash_rule naive_erase(struct naive_flash *naive, uint64_t now,
                            uint32_t address);
enum flash_rule naive_lock(struct naive_flash *naive, uint32_t start,
                           uint32_t length);
void naive_warm_reset(struct naive_flash *naive);
void naive_flip(struct naive_flash *naive, uint32_t address, unsigned bit);

/* Call after the real model has done the same. */
const char *naive_advance(struct naive_flash *naive, uint64_t now,
                          const struct flash *real);
const char *naive_cut(struct naive_flash *naive, uint64_t now,
                      enum flash_form asked, enum flash_form used,
                      const struct flash *real);
const char *naive_compare(const struct naive_flash *naive,
                          const struct flash *real);

#endif
