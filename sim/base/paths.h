/* SPDX-License-Identifier: MIT */
/*
 * Where things lie: firmware, plugin and scenarios by the place of the running
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
    char firmware_else[512]; /* the usual one, for what that one lacks */
    char plugin[512];
    char scenarios[512];      /* the user's, here, if there are any */
    char scenarios_else[512]; /* the program's own, for other names */
    bool installed;           /* not in a build folder */
};

/* By the place of the running program, or from $OTALAB_FIRMWARE; `firmware`
 * (may be NULL) comes first. Missing files are named with the remedy; all of
 * `where` is filled in nevertheless. */
int paths_locate(const char *firmware, struct locations *where,
                 struct diag *diag);

/* Scenario files for an argument: a .yaml file, a folder (its .yaml files,
 * sorted, and those of its folders), or a scenario's name. */
int paths_add(struct paths *paths, const char *argument,
              const struct locations *where, struct diag *diag);
/* Scenarios of that name in scenarios/ and its folders, or all of a folder of
 * that name there, or else among the program's own: at least one, or an error
 * that suggests another name. */
int paths_add_named(struct paths *paths, const char *name,
                    const struct locations *where, struct diag *diag);
/* Would paths_add_named() give this very file? */
bool paths_is_named(const char *name, const char *path,
                    const struct locations *where);
void paths_free(struct paths *paths);

#endif
