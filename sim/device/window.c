/* SPDX-License-Identifier: MIT */
/* What the guest sees of the flash, and the SRAM after a reset. */
#include "device/board_parts.h"

#include <stddef.h>
#include <string.h>

#define WINDOW_SRAM (BOARD_SRAM_BASE - BOARD_WINDOW_BASE)
#define WINDOW_ROM (BOARD_ROM_BASE - BOARD_WINDOW_BASE)
#define WINDOW_PAGE (CTL_BASE - BOARD_WINDOW_BASE)
#define SRAM_LINE 64u

static uint32_t block_count(const struct board *board)
{
    return board->flash.figures.size / FLASH_BLOCK;
}

/* A part that is busy within a sector cannot read that sector. */
static bool reads_garbage(const struct board *board, uint32_t block)
{
    const struct flash *flash = &board->flash;
    uint32_t sector = flash_sector_start(flash, block * FLASH_BLOCK);

    return flash_busy(flash) &&
           (board->view == BOARD_VIEW_GARBAGE ||
            sector == flash_sector_start(flash, flash->op.address));
}

/* The bytes that a block must show: the array's own, or `garbage`, filled
 * here. A busy part may answer a read with anything; the inverse is certain to
 * be wrong and always the same. */
static const uint8_t *expected(const struct board *board, uint32_t block,
                               uint8_t garbage[FLASH_BLOCK])
{
    const uint8_t *array = &board->flash.array[block * FLASH_BLOCK];

    if (!reads_garbage(board, block)) {
        return array;
    }
    for (uint32_t i = 0; i < FLASH_BLOCK; i += sizeof(uint64_t)) {
        uint64_t word;

        memcpy(&word, &array[i], sizeof(word));
        word = ~word;
        memcpy(&garbage[i], &word, sizeof(word));
    }
    return garbage;
}

static void show_block(const struct board *board, uint8_t *window,
                       uint32_t block)
{
    uint8_t garbage[FLASH_BLOCK];
    const uint8_t *bytes = expected(board, block, garbage);
    uint8_t *shown = &window[block * FLASH_BLOCK];

    if (memcmp(shown, bytes, FLASH_BLOCK) != 0) {
        memcpy(shown, bytes, FLASH_BLOCK);
    }
}

void board_show_sector(const struct board *board, uint8_t *window,
                       uint32_t address)
{
    uint32_t sector = board->flash.figures.sector;
    uint32_t block = address / sector * (sector / FLASH_BLOCK);

    for (uint32_t i = 0; i < sector / FLASH_BLOCK; i++) {
        show_block(board, window, block + i);
    }
}

void board_show_flash(const struct board *board, uint8_t *window)
{
    for (uint32_t block = 0; block < block_count(board); block++) {
        show_block(board, window, block);
    }
}

/* First address in the block whose byte the board did not put there. */
static int64_t raw_in_block(const struct board *board, const uint8_t *window,
                            uint32_t block)
{
    uint8_t garbage[FLASH_BLOCK];
    const uint8_t *bytes = expected(board, block, garbage);
    const uint8_t *shown = &window[block * FLASH_BLOCK];

    if (memcmp(shown, bytes, FLASH_BLOCK) == 0) {
        return -1;
    }
    uint32_t i = 0;
    while (shown[i] == bytes[i]) {
        i++;
    }
    return (int64_t)block * FLASH_BLOCK + i;
}

int64_t board_raw_write(const struct board *board, const uint8_t *window)
{
    int64_t address = -1;

    if (board->view == BOARD_VIEW_STALE) {
        return -1;
    }
    for (uint32_t block = 0; block < block_count(board) && address < 0;
         block++) {
        address = raw_in_block(board, window, block);
    }
    return address;
}

void board_catch_raw_write(const struct board *board, const uint8_t *window,
                           uint32_t address, const struct board_sink *sink)
{
    uint32_t sector = board->flash.figures.sector;
    uint32_t block = address / sector * (sector / FLASH_BLOCK);
    int64_t found = -1;

    for (uint32_t i = 0; i < sector / FLASH_BLOCK && found < 0; i++) {
        found = raw_in_block(board, window, block + i);
    }
    if (found >= 0) {
        TELL(sink, raw_write, (uint32_t)found);
    }
}

/* Writes only what is not zero. Reading 13.5 MiB takes 0.6 ms, and ten times as
 * long if nobody has touched them before. */
static void zero_range(uint8_t *window, uint32_t from, uint32_t to)
{
    static const uint8_t zeros[4096];

    for (uint32_t at = from; at < to; at += (uint32_t)sizeof(zeros)) {
        if (memcmp(&window[at], zeros, sizeof(zeros)) != 0) {
            memset(&window[at], 0, sizeof(zeros));
        }
    }
}

static void scramble_line(struct rng *rng, uint8_t *line)
{
    for (uint32_t i = 0; i < SRAM_LINE; i += 8) {
        uint64_t draw = rng_next(rng);
        memcpy(&line[i], &draw, sizeof(draw));
    }
}

/* Works on a copy of the stream: filling twice gives the same bytes. Which
 * lines are kept does not depend on their contents. */
static void scramble_sram(const struct board *board, uint8_t *sram)
{
    struct rng rng = board->scramble;
    bool partly = board->sram == BOARD_SRAM_PARTLY;
    uint64_t keep = 0;

    for (uint32_t line = 0; line < BOARD_SRAM_SIZE / SRAM_LINE; line++) {
        if (partly && line % 64u == 0) {
            keep = rng_next(&rng);
        }
        if (!(keep >> line % 64u & 1u)) {
            scramble_line(&rng, &sram[line * SRAM_LINE]);
        }
    }
}

void board_fill_window(const struct board *board, uint8_t *window)
{
    board_show_flash(board, window);
    if (board->sram != BOARD_SRAM_KEPT) {
        scramble_sram(board, &window[WINDOW_SRAM]);
    }
}

void board_clear_rest(const struct board *board, uint8_t *window)
{
    zero_range(window, board->flash.figures.size, WINDOW_SRAM);
    zero_range(window, WINDOW_SRAM + BOARD_SRAM_SIZE, WINDOW_ROM);
    zero_range(window, WINDOW_ROM + BOARD_ROM_SIZE, WINDOW_PAGE);
}
