/* SPDX-License-Identifier: MIT */
/*
 * How heatshrink is compiled, for device and host alike. The window is part of
 * the patch format (docs/delta-format.md has the measurements it was chosen
 * by). An input buffer of one byte is empty whenever the decoder waits for
 * input, so that it need not be saved.
 */
#ifndef OTALAB_HEATSHRINK_CONFIG_H
#define OTALAB_HEATSHRINK_CONFIG_H

#define HEATSHRINK_DYNAMIC_ALLOC 0
#define HEATSHRINK_STATIC_INPUT_BUFFER_SIZE 1
#define HEATSHRINK_STATIC_WINDOW_BITS 7
#define HEATSHRINK_STATIC_LOOKAHEAD_BITS 4
#define HEATSHRINK_DEBUGGING_LOGS 0
#define HEATSHRINK_USE_INDEX 1

#endif
