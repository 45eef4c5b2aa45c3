/* SPDX-License-Identifier: MIT */
/*
 * A recording tells at any turn of a run what the world held then: flash, taint
 * and fuses, of all devices. Looked at in another order than it came.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "engine/case.h"
#include "engine/run.h"
#include "history/history.h"

#define STOPS 8192u
#define LOOKS 250u
#define LEAP 7919u /* a prime: all stops have their turn */

/* What there was after an event. */
struct stop {
    uint64_t sequence;
    uint64_t flash[SCENARIO_DEVICES];
    uint32_t fuses[SCENARIO_DEVICES][OTP_WORDS];
};

struct trial {
    struct scenario *scenario;
    struct run_case given;
    struct run_options options;
    struct run_result result;
    struct run *run;
    struct history *history;
    uint8_t *file;
    unsigned stops;
    struct stop stop[STOPS];
    struct flash flash; /* for its hash */
    struct picture picture;
    struct diag diag;
    char firmware[512];
    char plugin[512];
};

static void begin(struct trial *trial, const char *file)
{
    const char *build = getenv("OTALAB_BUILD");

    build = build != NULL ? build : "build";
    snprintf(trial->firmware, sizeof trial->firmware, "%s/firmware", build);
    snprintf(trial->plugin, sizeof trial->plugin, "%s/libotalab-shim.so",
             build);
    trial->options = (struct run_options){.firmware = trial->firmware,
                                          .plugin = trial->plugin,
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

static void take_stop(struct trial *trial)
{
    const struct world *world = run_world(trial->run);
    struct stop *stop = &trial->stop[trial->stops];

    cr_assert_lt(trial->stops, STOPS);
    trial->stops++;
    stop->sequence = world->sequence;
    for (uint32_t i = 0; i < world->devices; i++) {
        const struct board *board = &world->device[i].board;

        stop->flash[i] = flash_hash(&board->flash);
        memcpy(stop->fuses[i], board->otp.words, sizeof stop->fuses[i]);
    }
}

static void run_whole(struct trial *trial)
{
    struct run_until next = {.what = UNTIL_EVENT};

    while (!run_over(trial->run)) {
        next.sequence = run_world(trial->run)->sequence + 1;
        cr_assert_eq(run_to(trial->run, &next, &trial->diag), 0, "%s",
                     trial->diag.text);
        take_stop(trial);
    }
    run_judge(trial->run);
}

static void open_history(struct trial *trial)
{
    uint8_t digest[32];
    size_t size = 0;

    recording_digest(&trial->result.recording, digest);
    int err = changes_finish(&trial->result.track.changes, digest, &trial->file,
                             &size);

    err = err ? err
              : history_read(&trial->history, trial->result.recording.bytes,
                             trial->result.recording.length, trial->file, size,
                             &trial->diag);
    cr_assert_eq(err, 0, "%s", trial->diag.text);
}

static void compare(struct trial *trial, const struct stop *stop)
{
    cr_assert_eq(history_at(trial->history, stop->sequence, &trial->picture),
                 0);
    for (unsigned i = 0; i < trial->picture.devices; i++) {
        const struct picture_device *device = &trial->picture.device[i];

        picture_flash(device, 0, trial->flash.array, trial->flash.figures.size);
        for (uint32_t at = 0; at < trial->flash.figures.size; at += 4) {
            trial->flash.taint[at / 4] = picture_taint(device, at, 4);
        }
        memset(trial->flash.summed, 0, sizeof trial->flash.summed);
        cr_assert_eq(flash_hash(&trial->flash), stop->flash[i],
                     "event %u, device %u", (unsigned)stop->sequence, i + 1);
        cr_assert_arr_eq(device->fuses.words, stop->fuses[i],
                         sizeof stop->fuses[i]);
    }
}

/* Many of the stops, each far from the one before. */
static void compare_some(struct trial *trial)
{
    unsigned count = trial->stops < LOOKS ? trial->stops : LOOKS;

    trial->flash.figures = trial->given.figures.flash;
    for (unsigned i = 0; i < count; i++) {
        compare(trial, &trial->stop[i * LEAP % trial->stops]);
    }
    compare(trial, &trial->stop[trial->stops - 1]);
}

static void check(const char *file)
{
    struct trial *trial = calloc(1, sizeof *trial);

    cr_assert_not_null(trial);
    begin(trial, file);
    run_whole(trial);
    open_history(trial);
    compare_some(trial);
    picture_free(&trial->picture);
    history_close(trial->history);
    free(trial->file);
    run_end(trial->run);
    case_free(&trial->given);
    scenario_free(trial->scenario);
    run_result_free(&trial->result);
    free(trial);
}

Test(history, of_torn_flash)
{
    check("scenarios/power/ota-cut-erase.yaml");
}

Test(history, of_torn_fuses)
{
    check("scenarios/power/power-cut-fuse.yaml");
}

Test(history, of_damage)
{
    check("scenarios/damage/flipped-code-bit.yaml");
}

Test(history, of_several_devices)
{
    check("scenarios/fleet/ota-two-devices.yaml");
}
