/* SPDX-License-Identifier: MIT */
#include "sweep/between.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/rng.h"
#include "engine/result.h"
#include "sweep/check.h"
#include "sweep/family.h"

/* Flash and fuses after a cut. */
struct image {
    uint64_t flash;
    uint32_t words[OTP_WORDS];
    uint32_t weak[OTP_WORDS];
};

/* A cut that was made between two changes. */
struct moment {
    uint64_t time_ns;
    struct image image;
};

struct walk {
    struct explorer *explorer;
    struct run *run;
    struct rng rng;
    uint32_t wanted;    /* positions that are still to be chosen */
    size_t at;          /* positions met so far */
    struct image image; /* of the newest crash */
    /* Of the chosen position that was met last, if there is one. */
    const struct sweep_position *chosen;
    struct image after;
    struct moment moment[BETWEEN_CUTS];
    unsigned moments;
};

static bool take_image(void *context, const uint8_t key[32])
{
    struct walk *walk = context;
    const struct board *board = &run_world(walk->run)->device[0].board;

    (void)key;
    walk->image = (struct image){.flash = flash_hash(&board->flash)};
    memcpy(walk->image.words, board->otp.words, sizeof walk->image.words);
    memcpy(walk->image.weak, board->otp.weak, sizeof walk->image.weak);
    return false;
}

static bool same_image(const struct image *a, const struct image *b)
{
    return a->flash == b->flash &&
           memcmp(a->words, b->words, sizeof a->words) == 0 &&
           memcmp(a->weak, b->weak, sizeof a->weak) == 0;
}

/* What a cut leaves now of an operation in flight in that form. */
static int crash(struct walk *walk, enum flash_form flash_form,
                 enum otp_form otp_form, struct image *image, struct diag *diag)
{
    const struct board *board = &run_world(walk->run)->device[0].board;
    struct checkpoint *unused = NULL;
    struct crash crash = {
        .cut = {.off_ns = 1,
                .cause = CTL_CAUSE_POWER_ON,
                .sram = BOARD_SRAM_SCRAMBLED,
                .flash_form = flash_busy(&board->flash) ? flash_form : 0,
                .otp_form = board->otp.busy ? otp_form : 0},
        .wanted = take_image,
        .context = walk};
    int err = run_crash(walk->run, &crash, &unused, diag);

    *image = walk->image;
    return err;
}

/* ---- what was found --------------------------------------------------------- */

static int say_difference(struct walk *walk, const struct moment *moment,
                          struct diag *diag)
{
    struct sweep *sweep = walk->explorer->sweep;
    const struct sweep_place *place = &walk->chosen->place;
    const struct sweep_form *form = family_find(place->code, "after");
    char fault[TOKEN_FAULT_SIZE];
    char other[TOKEN_FAULT_SIZE];

    form = form != NULL ? form : family_find(place->code, "cut");
    snprintf(fault, sizeof fault, "power_cut@%" PRIu64 ".%06ums",
             moment->time_ns / 1000000u,
             (unsigned)(moment->time_ns % 1000000u));
    family_fault(place, form, 0, other, sizeof other);
    return check_count(sweep, CHECK_BETWEEN, false, fault, &sweep->token, other,
                       diag);
}

/* The next change has begun, and nothing of it is done; or it never comes. */
static int compare(struct walk *walk, const struct image *before,
                   struct diag *diag)
{
    int err = 0;

    for (unsigned i = 0; i < walk->moments && err == 0; i++) {
        const struct moment *moment = &walk->moment[i];

        if (same_image(&moment->image, &walk->after) ||
            same_image(&moment->image, before)) {
            err = check_count(walk->explorer->sweep, CHECK_BETWEEN, true, "",
                              NULL, NULL, diag);
        } else {
            err = say_difference(walk, moment, diag);
        }
    }
    walk->chosen = NULL;
    walk->moments = 0;
    return err;
}

/* ---- on the way --------------------------------------------------------------- */

static bool is_chosen(struct walk *walk)
{
    const struct sweep_options *options = walk->explorer->options;
    size_t last = walk->explorer->sweep->positions;

    last = options->last < last ? options->last : last;
    if (walk->wanted == 0 || walk->at + 1 < options->first ||
        walk->at >= last ||
        rng_below(&walk->rng, last - walk->at) >= walk->wanted) {
        return false;
    }
    walk->wanted--;
    return true;
}

static bool is_idle(const struct world *world)
{
    return !flash_busy(&world->device[0].board.flash) &&
           !world->device[0].board.otp.busy;
}

/* Turn by turn to the next change, with a cut at each that the device takes
 * while nothing is in flight. */
static int cut_between(struct walk *walk, struct diag *diag)
{
    const struct world *world = run_world(walk->run);
    uint64_t changes = world->changes;
    int err = crash(walk, FLASH_FORM_AFTER, OTP_FORM_AFTER, &walk->after, diag);

    while (err == 0 && walk->moments < BETWEEN_CUTS) {
        struct run_until until = {.what = UNTIL_TURN,
                                  .turns = world->turns + 1,
                                  .phase = PHASE_RUN};

        err = run_to(walk->run, &until, diag);
        if (err || run_over(walk->run) || world->paused ||
            world->changes != changes) {
            break;
        }
        if (is_idle(world)) {
            struct moment *moment = &walk->moment[walk->moments++];

            moment->time_ns = world->now_ns;
            err = crash(walk, 0, 0, &moment->image, diag);
        }
    }
    return err;
}

/* The run has stopped at a change, or where a boot or the run ends. *there: it
 * may already be at the next such point. */
static int stop(struct walk *walk, bool *there, struct diag *diag)
{
    const struct world *world = run_world(walk->run);
    bool change = !run_over(walk->run) && !world->paused;
    uint64_t changes = world->changes;
    struct image before;
    int err = 0;

    *there = false;
    if (walk->chosen != NULL) {
        (void)take_image(walk, NULL);
        before = walk->image;
        err = change ? crash(walk, FLASH_FORM_BEFORE, OTP_FORM_BEFORE, &before,
                             diag)
                     : 0;
        err = err ? err : compare(walk, &before, diag);
    }
    if (change && err == 0) {
        walk->chosen =
            is_chosen(walk) ? &walk->explorer->sweep->position[walk->at] : NULL;
        walk->at++;
    }
    if (err == 0 && walk->chosen != NULL) {
        err = cut_between(walk, diag);
        *there =
            run_over(walk->run) || world->paused || world->changes != changes;
    }
    return err;
}

static int go(struct walk *walk, struct diag *diag)
{
    const struct world *world = run_world(walk->run);
    const volatile sig_atomic_t *flag =
        walk->explorer->options->run->interrupted;
    bool there = false;
    int err = 0;

    while (err == 0 && (walk->wanted > 0 || walk->chosen != NULL) &&
           !run_over(walk->run) && (flag == NULL || !*flag)) {
        struct run_until until = {.what = UNTIL_CHANGE,
                                  .changes = world->changes};

        err = there ? 0 : run_to(walk->run, &until, diag);
        err = err ? err : stop(walk, &there, diag);
    }
    return err;
}

int between_sample(struct explorer *explorer, struct diag *diag)
{
    struct run_result result = {.verdict = RUN_ERROR};
    struct walk walk = {.explorer = explorer,
                        .wanted = explorer->options->check};

    if (walk.wanted == 0 || explorer->sweep->interrupted) {
        return 0;
    }
    rng_init(&walk.rng, explorer->options->seed, "between");
    int err = run_begin(&walk.run, explorer->given, &result, diag);

    err = err ? err : go(&walk, diag);
    run_end(walk.run);
    run_result_free(&result);
    return err;
}
