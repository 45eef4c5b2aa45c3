/* SPDX-License-Identifier: MIT */
/*
 * A run that goes back to its beginning or to one of its resets goes on from
 * there as it did the first time: same recording in both halves, same world.
 * Tried at the beginning and at a middle and the last reset: of each folder
 * every FORKS_STRIDE-th scenario (environment; 1: all, `make forks`).
 */
#include <criterion/criterion.h>
#include <dirent.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/case.h"
#include "engine/run.h"

#include <mbedtls/sha256.h>

#define POINTS 256u
#define STRIDE 24

static const struct run_until at_reset = {.what = UNTIL_RESET};
static const struct run_until at_end = {.what = UNTIL_END};

struct trial {
    const char *file;
    struct scenario *scenario;
    struct run_case given;
    struct run_options options;
    struct run_result result;
    struct run *run;
    struct checkpoint *point[POINTS];
    unsigned points;
    uint8_t recording[32];
    uint8_t changes[32];
    uint8_t world[32];
    struct diag diag;
    char firmware[512];
    char plugin[512];
};

static void begin(struct trial *trial, const char *file)
{
    const char *build = getenv("OTALAB_BUILD");

    memset(trial, 0, sizeof *trial);
    trial->file = file;
    snprintf(trial->firmware, sizeof trial->firmware, "%s/firmware",
             build != NULL ? build : "build");
    snprintf(trial->plugin, sizeof trial->plugin, "%s/libotalab-shim.so",
             build != NULL ? build : "build");
    trial->options = (struct run_options){.firmware = trial->firmware,
                                          .plugin = trial->plugin,
                                          .forks = true,
                                          .track = true};
    recording_init(&trial->result.recording);
    int err = scenario_read(file, &trial->scenario, &trial->diag);

    err = err ? err
              : case_make(&trial->given, trial->scenario, &trial->options,
                          &trial->diag);
    err = err ? err
              : run_begin(&trial->run, &trial->given, &trial->result,
                          &trial->diag);
    cr_assert_eq(err, 0, "%s: %s", file, trial->diag.text);
}

static void end(struct trial *trial)
{
    for (unsigned i = 0; i < trial->points; i++) {
        checkpoint_leave(trial->point[i]);
    }
    run_end(trial->run);
    case_free(&trial->given);
    scenario_free(trial->scenario);
    run_result_free(&trial->result);
}

static void go(struct trial *trial, const struct run_until *until)
{
    cr_assert_eq(run_to(trial->run, until, &trial->diag), 0, "%s: %s",
                 trial->file, trial->diag.text);
}

static void changes_digest(const struct trial *trial, uint8_t digest[32])
{
    const struct changes *changes = &trial->result.track.changes;

    cr_assert_gt(changes->count, 0);
    mbedtls_sha256(changes->bytes, changes->length, digest, 0);
}

/* To the end, and what came of it. */
static void conclude(struct trial *trial, uint8_t recording[32],
                     uint8_t world[32])
{
    go(trial, &at_end);
    run_judge(trial->run);
    recording_digest(&trial->result.recording, recording);
    memcpy(world, trial->result.world, 32);
}

static void first_time(struct trial *trial)
{
    do {
        cr_assert_eq(run_save(trial->run, &trial->point[trial->points++],
                              &trial->diag),
                     0, "%s: %s", trial->file, trial->diag.text);
        go(trial, &at_reset);
    } while (!run_over(trial->run) && trial->points < POINTS);
    conclude(trial, trial->recording, trial->world);
    changes_digest(trial, trial->changes);
}

static void again(struct trial *trial, unsigned point)
{
    uint8_t recording[32];
    uint8_t changes[32];
    uint8_t world[32];
    int err = run_restore(trial->run, trial->point[point], &trial->diag);

    cr_assert_eq(err, 0, "%s: %s", trial->file, trial->diag.text);
    conclude(trial, recording, world);
    cr_expect_arr_eq(recording, trial->recording, sizeof recording,
                     "%s: point %u of %u: another recording", trial->file,
                     point + 1, trial->points);
    changes_digest(trial, changes);
    cr_expect_arr_eq(changes, trial->changes, sizeof changes,
                     "%s: point %u of %u: other changes", trial->file,
                     point + 1, trial->points);
    cr_expect_arr_eq(world, trial->world, sizeof world,
                     "%s: point %u of %u: another world", trial->file,
                     point + 1, trial->points);
}

static void fork_scenario(const char *file)
{
    struct trial *trial = malloc(sizeof *trial);

    cr_assert_not_null(trial);
    begin(trial, file);
    first_time(trial);
    unsigned last = trial->points - 1;
    unsigned tried = UINT_MAX;

    for (unsigned i = 0; i < 3; i++) { /* the beginning is point 0 */
        unsigned point[] = {0, (last + 1) / 2, last};

        if (point[i] != tried) {
            tried = point[i];
            again(trial, tried);
        }
    }
    end(trial);
    free(trial);
}

static int is_scenario(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');

    return dot != NULL && strcmp(dot, ".yaml") == 0;
}

static void fork_folder(const char *folder)
{
    struct dirent **entries = NULL;
    const char *given = getenv("FORKS_STRIDE");
    int stride = given != NULL ? atoi(given) : STRIDE;
    int count = scandir(folder, &entries, is_scenario, alphasort);

    cr_assert_gt(count, 0, "%s", folder);
    for (int i = 0; i < count; i++) {
        char file[512];

        snprintf(file, sizeof file, "%s/%s", folder, entries[i]->d_name);
        if (i % (stride > 0 ? stride : 1) == 0) {
            fork_scenario(file);
        }
        free(entries[i]);
    }
    free(entries);
}

/* What a program stores into the ROM is gone after the return. */
Test(fork, rom_is_whole_again)
{
    fork_scenario("scenarios/attack/rom-data.yaml");
}

/* ---- what is left out is seen ---------------------------------------------- */

struct part {
    const char *name;
    size_t at;
    size_t size;
};

#define OF_WORLD(member)                           \
    {                                              \
#member, offsetof(struct world, member),   \
            sizeof(((struct world *)NULL)->member) \
    }
#define OF_DEVICE(member)                                    \
    {                                                        \
#member, offsetof(struct world, device[0].member),   \
            sizeof(((struct world *)NULL)->device[0].member) \
    }

static const struct part parts[] = {
    OF_WORLD(counts),          OF_WORLD(server),
    OF_WORLD(sequence),        OF_DEVICE(board.flash.array),
    OF_DEVICE(board.scramble), OF_DEVICE(board.noise),
    OF_DEVICE(oracle),         OF_DEVICE(link),
    OF_DEVICE(boots),
};

/* Go back, but for one part of the world, which stays as it was at the end. */
static void leave_out(struct trial *trial, const struct part *part)
{
    uint8_t *world = (uint8_t *)(uintptr_t)run_world(trial->run);
    uint8_t *kept = malloc(part->size);
    uint8_t recording[32];
    uint8_t hash[32];

    cr_assert_not_null(kept);
    memcpy(kept, world + part->at, part->size);
    cr_assert_eq(run_restore(trial->run, trial->point[1], &trial->diag), 0);
    cr_assert(memcmp(world + part->at, kept, part->size) != 0,
              "%s was restored and is the same", part->name);
    memcpy(world + part->at, kept, part->size);
    memset(((struct world *)world)->device[0].board.flash.touched, 1,
           FLASH_MAX_BLOCKS); /* it was written past the model */
    conclude(trial, recording, hash);
    cr_expect(memcmp(recording, trial->recording, 32) != 0 ||
                  memcmp(hash, trial->world, 32) != 0,
              "%s was left out, and nothing came of it", part->name);
    /* and all is well again, so that the next one begins at the same end */
    again(trial, 1);
}

Test(fork, a_part_left_out_is_seen)
{
    struct trial *trial = malloc(sizeof *trial);

    cr_assert_not_null(trial);
    begin(trial, "scenarios/power/ota-cut-erase.yaml");
    first_time(trial);
    cr_assert_gt(trial->points, 1);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        leave_out(trial, &parts[i]);
    }
    end(trial);
    free(trial);
}

#define FOLDER(name)                     \
    Test(fork, name)                     \
    {                                    \
        fork_folder("scenarios/" #name); \
    }
FOLDER(attack)
FOLDER(battery)
FOLDER(boot)
FOLDER(crypto)
FOLDER(damage)
FOLDER(fleet)
FOLDER(judge)
FOLDER(network)
FOLDER(power)
FOLDER(recovery)
FOLDER(server)
FOLDER(update)
