/* SPDX-License-Identifier: MIT */
/*
 * Folders of scenarios, and a line about each. The lines stand in the README.md
 * of the folder above, as a Markdown list: - [`boot/`](boot/): what it holds.
 */
#ifndef OTALAB_CLI_GROUPS_H
#define OTALAB_CLI_GROUPS_H

#include <stddef.h>

/* The folder of a file: "scenarios/boot" of "scenarios/boot/ab-good.yaml", "."
 * of a file without one. Cut off when `size` is too small. */
void group_folder(const char *path, char *folder, size_t size);
/* What that README.md says of the folder; "" when it says nothing. */
void group_about(const char *folder, char *about, size_t size);

#endif
