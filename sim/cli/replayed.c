/* SPDX-License-Identifier: MIT */
#include "cli/replayed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hex.h"
#include "cli/evidence.h"
#include "scenario/way.h"

/* Of the scenarios of that name, find the one with which the token was made. */
static int pick_scenario(const struct token *token, const struct paths *paths,
                         struct scenario **scenario, struct diag *diag)
{
    char hash[9] = "";

    for (size_t i = 0; i < paths->count; i++) {
        int err = scenario_read(paths->path[i], scenario, diag);

        if (err) {
            return err;
        }
        hex_short((*scenario)->digest, hash);
        if (strcmp(hash, token->hash) == 0) {
            return 0;
        }
        scenario_free(*scenario);
        *scenario = NULL;
    }
    return diag_fail(diag, OTALAB_ERR_USAGE,
                     "%s has changed: the token is for %s, the file is %s; "
                     "check out the version with which the token was made",
                     paths->path[paths->count - 1], token->hash, hash);
}

int replayed_scenario(const struct replayed *replayed,
                      const struct locations *where, struct scenario **scenario,
                      struct diag *diag)
{
    const struct token *token = &replayed->token;
    const char *file = replayed->file;
    struct paths paths = {0};
    int err = file != NULL ? paths_add(&paths, file, where, diag)
                           : paths_add_named(&paths, token->name, where, diag);

    if (err == 0 && paths.count == 0) {
        err =
            diag_fail(diag, OTALAB_ERR_USAGE, "%s: contains no scenario", file);
    }
    err = err ? err : pick_scenario(token, &paths, scenario, diag);
    paths_free(&paths);
    if (err == 0 && token->way[0] != '\0') {
        err = scenario_as(*scenario, token->way, diag);
    }
    return err;
}

int replayed_arrivals(const struct replayed *replayed,
                      const struct scenario *scenario,
                      struct arrivals *arrivals, struct diag *diag)
{
    char path[1024];
    uint8_t *bytes = NULL;
    size_t size = 0;

    *arrivals = (struct arrivals){.count = 0};
    if (scenario->network.live[0] == '\0') {
        return 0;
    }
    if (replayed->folder == NULL) {
        return diag_fail(
            diag, OTALAB_ERR_USAGE,
            "the run had a real server at %s, and a token does "
            "not hold what that sent; give the folder that 'otalab "
            "run --record' left",
            scenario->network.live);
    }
    int n = snprintf(path, sizeof path, "%s/arrivals.bin", replayed->folder);
    int err = n > 0 && (size_t)n < sizeof path
                  ? file_read(path, ARRIVALS_MAX, &bytes, &size, diag)
                  : diag_fail(diag, OTALAB_ERR_USAGE, "path too long");

    err = err ? err
              : arrivals_read(arrivals, bytes, size, scenario->devices, diag);
    free(bytes);
    return err;
}

/* A token has the digest of a dump, but not the dump. */
static int refuse_dump(const struct token *token, struct diag *diag)
{
    return token->flash[0] == '\0'
               ? 0
               : diag_fail(diag, OTALAB_ERR_USAGE,
                           "the run began with a dump (%s), which a token "
                           "cannot hold; repeat it with 'otalab run %s --flash "
                           "DUMP'",
                           token->flash, token->name);
}

int replayed_read(const char *argument, const char *file,
                  struct replayed *replayed, struct diag *diag)
{
    struct stat info;

    replayed->file = file;
    replayed->folder = NULL;
    if (stat(argument, &info) != 0 || !S_ISDIR(info.st_mode)) {
        int err = token_parse(argument, &replayed->token, diag);

        return err ? err : refuse_dump(&replayed->token, diag);
    }
    replayed->folder = argument;
    int err = evidence_read(argument, &replayed->token, replayed->own,
                            sizeof replayed->own, diag);

    err = err ? err : refuse_dump(&replayed->token, diag);
    if (err == 0 && replayed->file == NULL &&
        access(replayed->own, R_OK) == 0) {
        replayed->file = replayed->own;
    }
    return err;
}
