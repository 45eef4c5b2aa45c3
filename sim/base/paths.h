/* SPDX-License-Identifier: MIT */
/*
 * Where things are: firmware, plugin and scenarios by the place of the running
 * program, either in a build folder or installed below a prefix that may be
 * moved; a user's scenarios by file, folder or name. The caller frees lists
 * with paths_free().
 *
 *     build/otalab                   PREFIX/bin/otalab
 *     build/libotalab-shim.so        PREFIX/lib/otalab/libotalab-shim.so
 *     build/firmware/                PREFIX/share/otalab/firmware/
 *     scenarios/                     PREFIX/share/otalab/scenarios/
 */
#ifndef OTALAB_BASE_PATHS_H
#define OTALAB_BASE_PATHS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"

#define PATHS_MAX 1024u

struct paths {
    size_t count;
    char *path[PATHS_MAX];
};

struct locations {
    char firmware[512];      /* folder with device programs */
    char firmware_else[512]; /* the default one, for programs missing there */
    char plugin[512];
    char scenarios[512];      /* the user's, here, if there are any */
    char scenarios_else[512]; /* the program's own, for other names */
    bool installed;           /* not in a build folder */
};

/* Locate everything by the place of the running program, or by
 * $OTALAB_FIRMWARE; `firmware` (may be NULL) takes precedence. 0, or an error
 * that names the missing file and the remedy; all of `where` is filled in even
 * then. */
int paths_locate(const char *firmware, struct locations *where,
                 struct diag *diag);

/* Add the scenario files for an argument: a .yaml file, a folder (its .yaml
 * files, sorted, and those of its subfolders), or a scenario's name. */
int paths_add(struct paths *paths, const char *argument,
              const struct locations *where, struct diag *diag);
/* Add the scenarios of that name in scenarios/ and its subfolders, or
 * everything in a folder of that name there; failing that, among the program's
 * own. At least one, or an error that suggests another name. */
int paths_add_named(struct paths *paths, const char *name,
                    const struct locations *where, struct diag *diag);
/* Whether paths_add_named() would give this same file. */
bool paths_is_named(const char *name, const char *path,
                    const struct locations *where);
void paths_free(struct paths *paths);

#endif
