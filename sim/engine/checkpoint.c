/* SPDX-License-Identifier: MIT */
/* Saves the state of a run and returns to it. */
#include "engine/checkpoint.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "engine/device.h"

/* ---- the world without what the flash holds ------------------------------ */

#define CONTENT_AT                                                          \
    (offsetof(struct world_device, board) + offsetof(struct board, flash) + \
     offsetof(struct flash, array))
#define CONTENT_SIZE                         \
    (sizeof(((struct flash *)NULL)->array) + \
     sizeof(((struct flash *)NULL)->taint))
_Static_assert(offsetof(struct flash, array) + CONTENT_SIZE <=
                       sizeof(struct flash) &&
                   offsetof(struct flash, taint) ==
                       offsetof(struct flash, array) + FLASH_MAX_SIZE,
               "array and taint are adjacent");

struct piece {
    size_t at;
    size_t size;
};

/* Parts of the world: what comes before the devices, two parts of each device
 * there is, and what follows. */
#define PIECES (2u + 2u * SCENARIO_DEVICES)

static unsigned pieces_of(const struct world *world, struct piece piece[PIECES])
{
    size_t first = offsetof(struct world, device);
    size_t behind = first + sizeof world->device;
    unsigned count = 0;

    piece[count++] = (struct piece){0, first};
    for (uint32_t i = 0; i < world->devices; i++) {
        size_t device = first + i * sizeof world->device[0];
        size_t after = device + CONTENT_AT + CONTENT_SIZE;

        piece[count++] = (struct piece){device, CONTENT_AT};
        piece[count++] =
            (struct piece){after, device + sizeof world->device[0] - after};
    }
    piece[count++] = (struct piece){behind, sizeof *world - behind};
    return count;
}

static size_t size_of(const struct piece *piece, unsigned count)
{
    size_t size = 0;

    for (unsigned i = 0; i < count; i++) {
        size += piece[i].size;
    }
    return size;
}

/* 0, or -1 if out of memory. */
static int take_rest(struct run *run, struct slices *rest)
{
    struct piece piece[PIECES];
    unsigned count = pieces_of(run->world, piece);
    size_t size = size_of(piece, count);
    uint8_t *bytes = malloc(size);
    uint8_t *to = bytes;

    for (unsigned i = 0; bytes != NULL && i < count; i++) {
        memcpy(to, (const uint8_t *)run->world + piece[i].at, piece[i].size);
        to += piece[i].size;
    }
    int err =
        bytes == NULL ? -1 : slices_save(bytes, size, &run->held_rest, rest);

    free(bytes);
    return err;
}

static int put_rest(struct run *run, const struct slices *rest)
{
    struct piece piece[PIECES];
    unsigned count = pieces_of(run->world, piece);
    uint8_t *bytes = malloc(rest->size);
    const uint8_t *from = bytes;

    if (bytes == NULL || slices_restore(bytes, &run->held_rest, rest) != 0) {
        free(bytes);
        return -1;
    }
    for (unsigned i = 0; i < count; i++) {
        memcpy((uint8_t *)run->world + piece[i].at, from, piece[i].size);
        from += piece[i].size;
    }
    free(bytes);
    return 0;
}

/* ---- taking -------------------------------------------------------------- */

bool checkpoint_possible(const struct run *run)
{
    if (run->world->phase != PHASE_RUN) {
        return run->world->phase == PHASE_BEGIN;
    }
    for (unsigned i = 0; i < run->devices; i++) {
        if (!device_in_reset(&run->device[i])) {
            return false;
        }
    }
    return true;
}

static int take_device(struct run *run, unsigned i, struct checkpoint *to)
{
    struct device *device = &run->device[i];

    if (device->world->board.sram != BOARD_SRAM_SCRAMBLED) {
        to->sram[i] = malloc(BOARD_SRAM_SIZE);
        if (to->sram[i] == NULL) {
            return -1;
        }
        memcpy(to->sram[i], machine_window(device->machine) + DEVICE_SRAM,
               BOARD_SRAM_SIZE);
    }
    return sectors_save(&device->world->board.flash, &run->held[i],
                        &to->flash[i]);
}

static int take_all(struct run *run, struct checkpoint *to)
{
    int err = recording_copy(&to->recording, &run->result->recording);

    err = err ? err : track_copy(&to->track, &run->result->track);
    to->flash = calloc(run->devices, sizeof *to->flash);
    to->devices = run->devices;
    err = to->flash == NULL ? -1 : err;
    for (unsigned i = 0; i < run->devices && err == 0; i++) {
        err = take_device(run, i, to);
    }
    to->story = run->story;
    return err ? err : take_rest(run, &to->rest);
}

int checkpoint_copy(struct run *run, struct checkpoint **out, struct diag *diag)
{
    struct checkpoint *made = calloc(1, sizeof *made);

    *out = NULL;
    if (made != NULL) {
        made->users = 1;
        made->turns = run->world->turns;
        made->phase = run->world->phase;
        if (take_all(run, made) == 0) {
            *out = made;
            return 0;
        }
        checkpoint_leave(made);
    }
    return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
}

int checkpoint_take(struct run *run, struct checkpoint **out, struct diag *diag)
{
    assert(checkpoint_possible(run));
    return checkpoint_copy(run, out, diag);
}

int checkpoint_note(struct run *run, struct diag *diag)
{
    struct checkpoint *now;

    if (!run->options->forks || !checkpoint_possible(run)) {
        return 0;
    }
    int err = checkpoint_take(run, &now, diag);

    if (err == 0) {
        checkpoint_leave(run->last);
        run->last = now;
    }
    return err;
}

struct checkpoint *checkpoint_use(struct checkpoint *checkpoint)
{
    checkpoint->users++;
    return checkpoint;
}

void checkpoint_leave(struct checkpoint *checkpoint)
{
    if (checkpoint == NULL || --checkpoint->users > 0) {
        return;
    }
    for (unsigned i = 0; i < checkpoint->devices; i++) {
        free(checkpoint->sram[i]);
        if (checkpoint->flash != NULL) {
            sectors_free(&checkpoint->flash[i]);
        }
    }
    free(checkpoint->flash);
    slices_free(&checkpoint->rest);
    recording_free(&checkpoint->recording);
    track_free(&checkpoint->track);
    checkpoint_leave(checkpoint->base);
    free(checkpoint);
}

/* ---- going back ---------------------------------------------------------- */

/* A CPU that waits at a command can be told to reset itself. */
static bool stands(const struct world_device *device)
{
    return device->wait != WAIT_RESET && device->wait != WAIT_LOST;
}

int checkpoint_put(struct run *run, const struct checkpoint *checkpoint)
{
    for (unsigned i = 0; i < run->devices; i++) {
        sectors_restore(&run->world->device[i].board.flash, &run->held[i],
                        &checkpoint->flash[i]); /* notices what was touched */
    }
    return put_rest(run, &checkpoint->rest);
}

int checkpoint_go(struct run *run, const struct checkpoint *checkpoint,
                  struct diag *diag)
{
    bool in_place[SCENARIO_DEVICES];
    int err = recording_copy(&run->result->recording, &checkpoint->recording);

    err = err ? err : track_copy(&run->result->track, &checkpoint->track);
    assert(checkpoint->base == NULL);
    if (err) {
        return diag_fail(diag, err, "out of memory");
    }
    for (unsigned i = 0; i < run->devices; i++) {
        in_place[i] = stands(&run->world->device[i]);
    }
    if (checkpoint_put(run, checkpoint) != 0) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    run->story = checkpoint->story;
    for (unsigned i = 0; i < run->devices && err == 0; i++) {
        err = device_return(&run->device[i], in_place[i], checkpoint->sram[i],
                            diag);
    }
    assert(err || checkpoint_possible(run));
    return err;
}
