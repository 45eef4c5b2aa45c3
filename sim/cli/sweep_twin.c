/* SPDX-License-Identifier: MIT */
#include "cli/sweep_twin.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/rng.h"
#include "cli/native.h"
#include "machine/process.h"
#include "sweep/check.h"
#include "sweep/family.h"

#define RESULT_FILE "sweep.json"
#define WAIT_MS 200
#define ARGUMENTS 24
#define EXIT_REFUSED 2 /* docs/ci.md */

/* What became of a case on the other machine. */
enum outcome { OTHER_REFUSES, OTHER_STOPPED, OTHER_FAILED, OTHER_ENDED };

/* One effect of the clean run. */
struct sample {
    size_t position;
    const struct sweep_effect *effect;
};

static size_t collect(const struct sweep *sweep, struct sample *list)
{
    size_t count = 0;

    for (size_t i = 0; i < sweep->positions; i++) {
        for (unsigned k = 0; k < sweep->position[i].effects; k++) {
            const struct sweep_effect *effect = &sweep->position[i].effect[k];

            if (effect->end == SWEEP_OPEN || effect->form->random) {
                continue;
            }
            if (list != NULL) {
                list[count] = (struct sample){i, effect};
            }
            count++;
        }
    }
    return count;
}

/* ---- the child --------------------------------------------------------------- */

/* Its exit code; -1 if it has none. */
static int run_child(const struct sweep_twin *twin, char *const arguments[])
{
    const int none[PROCESS_FDS] = {-1, -1, -1, -1, -1, -1, -1};
    struct process process;

    if (process_start(&process, arguments, none) != 0) {
        return -1;
    }
    while (!process_wait(&process, WAIT_MS)) {
        if (twin->stop != NULL && *twin->stop) {
            process_kill(&process);
            return -1;
        }
    }
    return WIFEXITED(process.status) ? WEXITSTATUS(process.status) : -1;
}

/* The arguments that all calls share. */
static int run_with(const struct sweep_twin *twin, char *arguments[],
                    unsigned count)
{
    char program[512];

    if (native_other(program, sizeof program) != 0) {
        return -1;
    }
    arguments[0] = program;
    if (twin->firmware != NULL) {
        arguments[count++] = "--firmware";
        arguments[count++] = (char *)(uintptr_t)twin->firmware;
    }
    if (twin->qemu != NULL) {
        arguments[count++] = "--qemu";
        arguments[count] = (char *)(uintptr_t)twin->qemu;
    }
    return run_child(twin, arguments);
}

/* Only the wanted form at the wanted position. */
static int ask(const struct sweep_twin *twin, const struct sweep_result *result,
               const struct sample *sample, char *file)
{
    char path[sizeof result->path];
    char ops[32];
    char kind[16];
    char form[32];
    char *arguments[ARGUMENTS] = {NULL, "sweep",    path,     "--ops",
                                  ops,  "--family", form,     "--kinds",
                                  kind, "--jobs",   "1",      "--check",
                                  "0",  "--quiet",  "--json", file};

    snprintf(path, sizeof path, "%s", result->path);
    snprintf(ops, sizeof ops, "%zu", sample->position + 1);
    snprintf(form, sizeof form, "%s", sample->effect->form->name);
    (void)result_kinds(sample->effect->form->kind, kind, sizeof kind);
    return run_with(twin, arguments, 16);
}

/* Whether it exists, and does not refuse the scenario. */
static bool can_run(const struct sweep_twin *twin,
                    const struct sweep_result *result)
{
    char program[512];
    char path[sizeof result->path];
    char *arguments[ARGUMENTS] = {NULL, "run", path, "--quiet"};

    snprintf(path, sizeof path, "%s", result->path);
    return native_other(program, sizeof program) == 0 &&
           access(program, X_OK) == 0 &&
           run_with(twin, arguments, 4) != EXIT_REFUSED;
}

static enum outcome read_other(const struct sweep_twin *twin,
                               const struct sweep_result *result,
                               const struct sample *sample, char *file,
                               struct sweep_result *other)
{
    int code = ask(twin, result, sample, file);
    struct diag diag = {.text = ""};

    if (twin->stop != NULL && *twin->stop) {
        return OTHER_STOPPED;
    }
    if (code != 0 && code != 1) {
        return can_run(twin, result) ? OTHER_FAILED : OTHER_REFUSES;
    }
    return result_load(file, other, &diag) == 0 ? OTHER_ENDED : OTHER_FAILED;
}

/* The same, with a file that is removed again. */
static int other_result(const struct sweep_twin *twin,
                        const struct sweep_result *result,
                        const struct sample *sample, struct sweep_result *other,
                        enum outcome *outcome, struct diag *diag)
{
    char folder[] = "/tmp/otalab-sweep-XXXXXX";
    char file[sizeof folder + sizeof RESULT_FILE];

    if (mkdtemp(folder) == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "%s: %s", folder,
                         strerror(errno));
    }
    snprintf(file, sizeof file, "%s/%s", folder, RESULT_FILE);
    *outcome = read_other(twin, result, sample, file, other);
    (void)unlink(file);
    (void)rmdir(folder);
    return 0;
}

/* ---- the comparison ------------------------------------------------------------ */

static bool same_place(const struct sweep_place *a, const struct sweep_place *b)
{
    return a->code == b->code && a->nth == b->nth && a->address == b->address &&
           strcmp(a->partition, b->partition) == 0;
}

/* Of the recovery without further cuts: those are not asked for there. */
static bool same_effect(const struct sweep_effect *a,
                        const struct sweep_effect *b)
{
    return a->delivered == b->delivered && a->left == b->left;
}

static bool agrees_with(const struct sweep_result *result,
                        const struct sample *sample,
                        const struct sweep_result *other)
{
    const struct sweep *theirs = &other->sweep;
    const struct sweep_place *place =
        &result->sweep.position[sample->position].place;
    const struct sweep_position *there =
        sample->position < theirs->positions
            ? &theirs->position[sample->position]
            : NULL;

    return there != NULL && there->effects == 1 &&
           same_place(place, &there->place) &&
           same_effect(sample->effect, &there->effect[0]);
}

static int count(struct sweep_result *result, const struct sample *sample,
                 const struct sweep_result *other, enum outcome outcome,
                 struct diag *diag)
{
    const struct sweep_position *position =
        &result->sweep.position[sample->position];
    bool ended = outcome == OTHER_ENDED;
    char fault[TOKEN_FAULT_SIZE];

    if (outcome == OTHER_STOPPED) {
        return 0;
    }
    if (outcome == OTHER_REFUSES) {
        result->sweep.check[CHECK_MACHINE].skipped++;
        return 0;
    }
    family_fault(&position->place, sample->effect->form, 0, fault,
                 sizeof fault);
    return check_count(&result->sweep, CHECK_MACHINE,
                       ended && agrees_with(result, sample, other), fault,
                       &other->sweep.token, ended ? fault : NULL, diag);
}

static int check_one(const struct sweep_twin *twin, struct sweep_result *result,
                     const struct sample *sample, struct diag *diag)
{
    struct sweep_result other = {0};
    enum outcome outcome = OTHER_FAILED;
    int err = other_result(twin, result, sample, &other, &outcome, diag);

    err = err ? err : count(result, sample, &other, outcome, diag);
    result_free(&other);
    return err;
}

int sweep_twin(const struct sweep_twin *twin, struct sweep_result *result,
               struct diag *diag)
{
    size_t all = collect(&result->sweep, NULL);
    struct sample *list = malloc((all + 1) * sizeof *list);
    struct rng rng;
    int err = 0;

    if (list == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    (void)collect(&result->sweep, list);
    rng_init(&rng, result->seed, "machine");
    for (uint32_t i = 0; i < twin->cases && all > 0 && err == 0; i++) {
        if (twin->stop == NULL || !*twin->stop) {
            err = check_one(twin, result, &list[rng_below(&rng, all)], diag);
        }
    }
    free(list);
    return err;
}
