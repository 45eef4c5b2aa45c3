/* SPDX-License-Identifier: MIT */
/*
 * A device from a desk: the dump of its flash, and of its fuses if there is
 * one, with which a run begins. The bytes are owned by the dump (dump_free()),
 * the paths by the caller.
 */
#ifndef OTALAB_CLI_DUMP_H
#define OTALAB_CLI_DUMP_H

#include <stdint.h>
#include <stdio.h>

#include "board/registers.h"
#include "engine/run.h"

struct dump {
    struct run_dump run;
    const char *fuses_path; /* NULL: the fuses that the scenario provisions */
    uint8_t *flash;
    uint32_t fuses[OTP_WORDS];
};

/* Read both files; `fuses` may be NULL. 0, or OTALAB_ERR_USAGE. The run checks
 * the size of the flash, which only the scenario's board knows. */
int dump_read(struct dump *dump, const char *flash, const char *fuses,
              struct diag *diag);
void dump_free(struct dump *dump); /* all zeros are allowed */
/* The words of a fuse file. 0, or OTALAB_ERR_USAGE. */
int dump_read_fuses(const char *path, uint32_t words[OTP_WORDS],
                    struct diag *diag);
/* OTALAB_ERR_USAGE if evidence kept in `folder` would replace the dump;
 * otherwise 0. */
int dump_check_folder(const struct dump *dump, const char *folder,
                      struct diag *diag);
/* Of a scenario, leave board, images and keys for one device: no steps, and no
 * expectations but `always`. A brick is never what was wanted. */
void dump_prepare(struct scenario *scenario);
/* One line before the run, and one when everything else is told. */
void dump_say_begin(FILE *out, const struct dump *dump,
                    const struct scenario *scenario);
void dump_say_end(FILE *out, const struct run_result *result);

#endif
