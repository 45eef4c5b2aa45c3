/* SPDX-License-Identifier: MIT */
/* The devicetree blob in ROM, and what the flash driver needs of it. Cells are
 * big-endian and perhaps not aligned. */
#include "board/board.h"

#include <libfdt.h>

#include "board/figures.h"

const void *board_dtb(void)
{
    const void *blob = (const void *)BOARD_DTB_BASE;

    if (fdt_check_header(blob) != 0 || fdt_totalsize(blob) > BOARD_DTB_SIZE) {
        board_panic(__LINE__, BOARD_DTB_BASE);
    }
    return blob;
}

/* The index-th cell of a property of `cells` cells. */
static int dt_cell(int node, const char *name, int cells, int index,
                   uint32_t *value)
{
    int size;
    const fdt32_t *data = fdt_getprop(board_dtb(), node, name, &size);

    if (data == NULL || size != cells * (int)sizeof(*data)) {
        return OTA_ERR_NONE;
    }
    *value = fdt32_ld(data + index);
    return OTA_OK;
}

void board_nor_figures(struct nor_figures *figures)
{
    int node = fdt_node_offset_by_compatible(board_dtb(), -1, "jedec,spi-nor");

    if (node < 0 || dt_cell(node, "reg", 2, 1, &figures->size) != OTA_OK ||
        dt_cell(node, "erase-block-size", 1, 0, &figures->sector) != OTA_OK ||
        dt_cell(node, "write-block-size", 1, 0, &figures->page) != OTA_OK) {
        board_panic(__LINE__, BOARD_FLASH_BASE);
    }
    if (dt_cell(node, "otalab,program-unit", 1, 0, &figures->unit) != OTA_OK) {
        figures->unit = 1;
    }
    if (figures->page == 0 || figures->page > CTL_DATA_SIZE ||
        figures->unit == 0 || figures->page % figures->unit != 0 ||
        figures->sector == 0 || figures->sector % figures->page != 0 ||
        figures->size == 0 || figures->size > BOARD_FLASH_MAX ||
        figures->size % figures->sector != 0) {
        board_panic(__LINE__, BOARD_FLASH_BASE);
    }
}
