/* SPDX-License-Identifier: MIT */
/* The commands for keys, images, patches and flash dumps. */
#ifndef OTALAB_CLI_CMD_IMAGE_H
#define OTALAB_CLI_CMD_IMAGE_H

#include "base/diag.h"
#include "shell/commands.h"
#include "device/figures.h"

extern const struct command command_delta;
extern const struct command command_image;
extern const struct command command_keys;
extern const struct command command_provision;
extern const struct command command_inspect;

/* Read the devicetree blob from file `dtb`, or our own board's with that
 * mechanism if NULL. *bytes is malloc'ed, *size is in bytes. 0, or a negative
 * enum otalab_err with a line in diag. */
int blob_open(const char *dtb, enum board_mechanism mechanism, uint8_t **bytes,
              size_t *size, struct diag *diag);
/* An option that chooses among the mechanisms, in the order of the enum. */
#define OPTION_ROW_MECHANISM                                             \
    {                                                                    \
        .name = "mechanism", .kind = OPTION_CHOICE,                      \
        .argument = "ab|recovery|unsafe",                                \
        .help = "how our own board updates, which decides its flash map" \
    }
/* Refuse to write over what was read: 0, or OTALAB_ERR_USAGE if both paths name
 * one file. `input` may be NULL, or the name of a development key. */
int output_apart(const char *output, const char *input, struct diag *diag);

#endif
