/* SPDX-License-Identifier: MIT */
#include "cli/moment.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "history/history.h"

#define ALL_CHANGES 64u /* of all devices, that are looked at */

static int check_range(const struct history *history, const char *folder,
                       uint64_t device, uint64_t number, struct diag *diag)
{
    uint32_t devices = history_shape(history)->devices;

    if (device < 1 || device > devices) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "%.200s: --device %" PRIu64 ": the run has %" PRIu32,
                         folder, device, devices);
    }
    if (number > history_events(history)) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "%.200s: --at %" PRIu64 ": the run has %" PRIu64
                         " events",
                         folder, number, history_events(history));
    }
    return 0;
}

static bool is_memory(const struct change *change)
{
    return change->kind != CHANGE_STATE && change->kind != CHANGE_LINK &&
           change->kind != CHANGE_OFFER && change->kind != CHANGE_PACKET;
}

static void take_changes(struct moment *moment, const struct history *history,
                         uint64_t device, uint64_t number)
{
    struct change all[ALL_CHANGES];
    unsigned count = history_changes(history, number, all, ALL_CHANGES);

    for (unsigned i = 0; i < count && i < ALL_CHANGES; i++) {
        if (all[i].device != device || !is_memory(&all[i])) {
            continue;
        }
        if (moment->changes < MOMENT_CHANGES) {
            all[i].bytes = NULL; /* they are the history's */
            all[i].fuses.words = NULL;
            moment->change[moment->changes] = all[i];
        }
        moment->changes++;
    }
}

void moment_change_text(const struct change *change, char *out, size_t size)
{
    static const char *const taints[] = {"sound again", "a torn program",
                                         "a torn erase"};

    switch (change->kind) {
    case CHANGE_TAINT:
        snprintf(out, size, "%" PRIu32 " bytes at 0x%06" PRIx32 ": %s",
                 change->length, change->address, taints[change->value]);
        break;
    case CHANGE_WEAR:
        snprintf(out, size, "erases of the sector at 0x%06" PRIx32 ": %" PRIu32,
                 change->address, change->erases);
        break;
    case CHANGE_LOCKS:
        snprintf(out, size, "which sectors are locked");
        break;
    case CHANGE_FUSES:
        snprintf(out, size, "fuses%s", change->fuses.locked ? ", locked" : "");
        break;
    default:
        snprintf(out, size, "%" PRIu32 " bytes at 0x%06" PRIx32 " (%s)",
                 change->length, change->address,
                 change_cause_name(change->cause));
    }
}

static int take(struct moment *moment, const struct history *history,
                const struct picture_device *device, uint64_t number,
                struct diag *diag)
{
    moment->size = device->flash.size;
    moment->events = history_events(history);
    moment->flash = malloc(moment->size);
    if (moment->flash == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    if (number > 0) {
        history_event(history, number, &moment->event);
    }
    picture_flash(device, 0, moment->flash, moment->size);
    memcpy(moment->fuses, device->fuses.words, sizeof moment->fuses);
    return 0;
}

int moment_read(struct moment *moment, const char *folder, uint64_t device,
                uint64_t number, struct diag *diag)
{
    struct picture *picture = calloc(1, sizeof *picture);
    struct history *history = NULL;
    int err = picture != NULL ? history_open(&history, folder, diag) : -1;

    *moment = (struct moment){.flash = NULL};
    err = err ? err : check_range(history, folder, device, number, diag);
    if (err == 0 && history_at(history, number, picture) == 0) {
        err = take(moment, history, &picture->device[device - 1], number, diag);
        if (number > 0) { /* what there was at power-on is not listed */
            take_changes(moment, history, device, number);
        }
        picture_free(picture);
    } else if (err == 0 || picture == NULL) {
        err = diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    history_close(history);
    free(picture);
    return err;
}

int moment_map(const char *folder, struct board_map *map, struct diag *diag)
{
    struct history *history = NULL;
    int err = history_open(&history, folder, diag);

    if (err == 0) {
        *map = history_shape(history)->map;
        history_close(history);
    }
    return err;
}
