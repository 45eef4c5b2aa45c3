/* SPDX-License-Identifier: MIT */
/* Keys by name: the development keys, and PEM files beside the scenario. */
#include "engine/signer.h"

#include <stdio.h>
#include <string.h>

#include "engine/fit.h"

/* A PEM file, not one of the development keys. */
bool signer_is_file(const char *name)
{
    return strchr(name, '.') != NULL;
}

static int file_key(const struct run_case *given, const char *name,
                    struct key *key, struct diag *diag)
{
    char folder[400];
    char path[600];
    const char *folders[FIT_FOLDERS];

    fit_folders(given, folder, folders);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return key_read(path, key, diag);
}

int signer_key(const struct run_case *given, const char *name, struct key *key,
               struct diag *diag)
{
    if (signer_is_file(name)) {
        return file_key(given, name, key, diag);
    }
    return key_dev(name[0] != '\0' ? name : "root", key, diag);
}
