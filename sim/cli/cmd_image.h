/* SPDX-License-Identifier: MIT */
/* The commands around keys, images and flash dumps. */
#ifndef OTALAB_CLI_CMD_IMAGE_H
#define OTALAB_CLI_CMD_IMAGE_H

#include "base/diag.h"
#include "shell/commands.h"
#include "device/figures.h"

extern const struct command command_image;
extern const struct command command_keys;
extern const struct command command_provision;
extern const struct command command_inspect;

/* The blob `dtb`, or that of our own board when NULL; *bytes is malloc'ed. */
int blob_open(const char *dtb, uint8_t **bytes, size_t *size,
              struct diag *diag);
/* The flash map of the blob `dtb`, or of our own board when NULL. */
int map_open(const char *dtb, struct board_map *map, struct diag *diag);

#endif
