/* SPDX-License-Identifier: MIT */
#include "cli/moment.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "history/history.h"

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
    picture_flash(device, 0, moment->flash, moment->size);
    memcpy(moment->fuses, device->fuses.words, sizeof moment->fuses);
    if (number > 0) {
        history_event(history, number, &moment->event);
    }
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
        picture_free(picture);
    } else if (err == 0 || picture == NULL) {
        err = diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    history_close(history);
    free(picture);
    return err;
}
