/* SPDX-License-Identifier: MIT */
/*
 * The flash part's figures from the devicetree, for the flash driver only.
 * Panics if the devicetree lacks them: the board is wrong.
 */
#ifndef OTALAB_BOARD_FIGURES_H
#define OTALAB_BOARD_FIGURES_H

#include <stdint.h>

struct nor_figures {
    uint32_t size;   /* bytes, at most BOARD_FLASH_MAX */
    uint32_t sector; /* erased together; divides size */
    uint32_t page;   /* most that one command programs; <= CTL_DATA_SIZE */
    uint32_t unit;   /* programs are whole units; divides a page */
};

void board_nor_figures(struct nor_figures *figures);

#endif
