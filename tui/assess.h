/* SPDX-License-Identifier: MIT */
/*
 * What lies in a device's flash at one moment, and what would boot from it:
 * the journal record by record, the images with their verdicts. Found anew
 * only when flash or fuses have changed since. The caller owns it.
 */
#ifndef OTALAB_TUI_ASSESS_H
#define OTALAB_TUI_ASSESS_H

#include <stdbool.h>
#include <stdint.h>

#include "history/history.h"
#include "inspect/foresee.h"
#include "oracle/agent_logs.h"
#include "oracle/decode.h"

struct assessment {
    bool known;     /* the rest has a meaning */
    bool foreseen;  /* `next` too: there is a devicetree */
    uint64_t key;   /* of flash and fuses that it was found from */
    uint8_t *bytes; /* the whole flash, malloc'ed */
    size_t size;
    struct boot_view flash;
    struct agent_logs agent;
    struct fuse_view fuses;
    struct foresight next;
};

/* The board's devicetree, for keys and limits; no bytes: not known. */
struct assess_board {
    bool tried; /* to read it, for this mechanism */
    enum board_mechanism mechanism;
    uint8_t *dtb;
    size_t size;
};

/* 0, or OTALAB_ERR_SIMULATOR without memory. */
int assess(struct assessment *assessment, const struct assess_board *board,
           const struct board_map *map, const struct picture_device *device);
void assess_free(struct assessment *assessment);

#endif
