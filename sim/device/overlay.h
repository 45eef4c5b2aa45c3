/* SPDX-License-Identifier: MIT */
/*
 * Devicetree overlays: a variant of the board, as the few properties that
 * differ. firmware/board/NAME.dtso is compiled to NAME.dtbo and shipped beside
 * the board's own blob.
 */
#ifndef OTALAB_DEVICE_OVERLAY_H
#define OTALAB_DEVICE_OVERLAY_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "device/figures.h"

/*
 * Apply the overlay in the file to the blob, which was allocated by malloc() and
 * is replaced. The result is packed: the same inputs give the same bytes. 0,
 * OTALAB_ERR_USAGE if the file cannot be read or does not fit the blob, or
 * OTALAB_ERR_SIMULATOR if out of memory; then the blob is unchanged.
 */
int overlay_apply(uint8_t **blob, size_t *size, const char *path,
                  struct diag *diag);

/*
 * Our own board with that mechanism: its blob, and the overlay on it, each from
 * the first of two folders that has it. *blob is malloc'ed, NULL after an error.
 * As file_read() and overlay_apply().
 */
int overlay_board(const char *folder, const char *other,
                  enum board_mechanism mechanism, uint8_t **blob, size_t *size,
                  struct diag *diag);

#endif
