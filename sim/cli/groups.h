/* SPDX-License-Identifier: MIT */
/*
 * Folders of scenarios, and a line about each. The lines are in the README.md
 * of the folder above, as a Markdown list: - [`boot/`](boot/): what it holds.
 */
#ifndef OTALAB_CLI_GROUPS_H
#define OTALAB_CLI_GROUPS_H

#include <stddef.h>

/* The folder of a file: "scenarios/boot" for "scenarios/boot/ab-good.yaml", "."
 * for a file without a folder. Truncated if `size` is too small. */
void group_folder(const char *path, char *folder, size_t size);
/* What that README.md says about the folder; "" if nothing. */
void group_about(const char *folder, char *about, size_t size);

#endif
