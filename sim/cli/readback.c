/* SPDX-License-Identifier: MIT */
#include "cli/readback.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static int differs(struct diag *diag, unsigned device, const char *what,
                   uint32_t at)
{
    return diag_fail(diag, OTALAB_ERR_SIMULATOR,
                     "the recording ends otherwise than the run: device %u, "
                     "%s at 0x%06" PRIx32,
                     device, what, at);
}

static int compare_sector(const struct picture_device *shown,
                          const struct flash *flash, uint32_t at,
                          unsigned device, struct diag *diag)
{
    uint8_t bytes[FLASH_BLOCK];
    uint32_t sector = at / FLASH_BLOCK;

    picture_flash(shown, at, bytes, sizeof bytes);
    if (memcmp(bytes, &flash->array[at], sizeof bytes) != 0) {
        return differs(diag, device, "flash", at);
    }
    if (shown->flash.erases[sector] != flash->erase_count[sector]) {
        return differs(diag, device, "erases of the sector", at);
    }
    if (shown->flash.locked[sector] != flash->locked[sector]) {
        return differs(diag, device, "lock of the sector", at);
    }
    for (uint32_t i = 0; i < FLASH_BLOCK; i += 4) {
        if (picture_taint(shown, at + i, 4) != flash->taint[(at + i) / 4]) {
            return differs(diag, device, "taint", at + i);
        }
    }
    return 0;
}

static int compare_device(const struct picture_device *shown,
                          const struct run_device *held, unsigned device,
                          struct diag *diag)
{
    const struct flash *flash = held->flash;
    int err = 0;

    if (flash == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    for (uint32_t at = 0; at < flash->figures.size && err == 0;
         at += FLASH_BLOCK) {
        err = compare_sector(shown, flash, at, device, diag);
    }
    for (uint32_t i = 0; i < OTP_WORDS && err == 0; i++) {
        if (shown->fuses.words[i] != held->otp.words[i] ||
            shown->fuses.weak[i] != held->otp.weak[i]) {
            err = differs(diag, device, "fuses", 4 * i);
        }
    }
    if (err == 0 && shown->fuses.locked != held->otp.locked) {
        err = differs(diag, device, "lock of the fuses", 0);
    }
    return err;
}

static int compare(const struct history *history,
                   const struct run_result *result, struct picture *picture,
                   struct diag *diag)
{
    int err = history_at(history, history_events(history), picture);

    if (err) {
        return diag_fail(diag, err, "out of memory");
    }
    for (unsigned i = 0; i < result->devices && err == 0; i++) {
        err = compare_device(&picture->device[i], &result->device[i], i + 1,
                             diag);
    }
    return err;
}

/* As it would lie in a folder. */
int readback_open(const struct run_result *result, uint8_t **changes,
                  struct history **history, struct diag *diag)
{
    const struct recording *recording = &result->recording;
    struct diag why = {.text = ""};
    uint8_t digest[32];
    size_t size = 0;

    recording_digest(recording, digest);
    int err = changes_finish(&result->track.changes, digest, changes, &size);

    err = err ? err
              : history_read(history, recording->bytes, recording->length,
                             *changes, size, &why);
    return err ? diag_fail(diag, OTALAB_ERR_SIMULATOR,
                           "the recording cannot be read back: %.400s",
                           why.text)
               : 0;
}

int readback(const struct run_result *result, struct diag *diag)
{
    struct picture *picture = calloc(1, sizeof *picture);
    struct history *history = NULL;
    uint8_t *changes = NULL;
    int err = picture == NULL
                  ? diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory")
                  : readback_open(result, &changes, &history, diag);

    if (err == 0) {
        err = compare(history, result, picture, diag);
        picture_free(picture);
    }
    history_close(history);
    free(changes);
    free(picture);
    return err;
}
