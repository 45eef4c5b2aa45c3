/* SPDX-License-Identifier: MIT */
/*
 * Flash and fuses of one device as they were right after one event of a
 * recorded run, for whoever looks at dumps.
 */
#ifndef OTALAB_CLI_MOMENT_H
#define OTALAB_CLI_MOMENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "board/registers.h"
#include "record/changes.h"
#include "record/event.h"

#define MOMENT_CHANGES 16u /* that are listed */

struct moment {
    uint8_t *flash; /* malloc'ed */
    size_t size;
    uint32_t fuses[OTP_WORDS];
    uint64_t events;    /* of the whole run */
    struct event event; /* its sequence is 0 before the first */
    unsigned changes;   /* of that device's memory that the event told of */
    struct change change[MOMENT_CHANGES]; /* the first of them, no bytes */
};

/* Of the run in that folder, of the `device` counted from 1, after the event
 * `number`, 0 to the last. 0, or a negative enum otalab_err with a line in
 * `diag`; then nothing is to be freed. */
int moment_read(struct moment *moment, const char *folder, uint64_t device,
                uint64_t number, struct diag *diag);

/* Only where its partitions are. 0, or a negative enum otalab_err. */
int moment_map(const char *folder, struct board_map *map, struct diag *diag);

/* In words: "128 bytes at 0x011180 (program)". */
void moment_change_text(const struct change *change, char *out, size_t size);

#endif
