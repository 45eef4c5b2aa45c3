/* SPDX-License-Identifier: MIT */
#include "device/overlay.h"

#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"

#define OVERLAY_MOST (64u * 1024u)

/* The blob in a larger buffer, with the overlay applied, and packed. NULL on
 * failure, with libfdt's number in *why; 0: out of memory. */
static uint8_t *merge(const uint8_t *blob, size_t size, uint8_t *overlay,
                      size_t more, int *why)
{
    size_t room = size + more;
    uint8_t *merged = malloc(room);

    *why = 0;
    if (merged == NULL) {
        return NULL;
    }
    *why = fdt_open_into(blob, merged, (int)room);
    *why = *why ? *why : fdt_overlay_apply(merged, overlay);
    *why = *why ? *why : fdt_pack(merged);
    if (*why != 0) {
        free(merged);
        return NULL;
    }
    return merged;
}

int overlay_apply(uint8_t **blob, size_t *size, const char *path,
                  struct diag *diag)
{
    uint8_t *overlay = NULL;
    size_t more = 0;
    int err = file_read(path, OVERLAY_MOST, &overlay, &more, diag);
    int why = -FDT_ERR_BADSTRUCTURE;
    uint8_t *merged = NULL;

    if (err) {
        return err;
    }
    if (fdt_check_full(overlay, more) == 0) {
        merged = merge(*blob, *size, overlay, more, &why);
    }
    free(overlay);
    if (merged == NULL) {
        return why == 0 ? diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory")
                        : diag_fail(diag, OTALAB_ERR_USAGE,
                                    "%s: this overlay does not fit the board's "
                                    "devicetree: %s",
                                    path, fdt_strerror(why));
    }
    free(*blob);
    *blob = merged;
    *size = fdt_totalsize(merged);
    return 0;
}

/* The file in the folder, or, if it is not there, in the other one. */
static void find(const char *folder, const char *other, const char *name,
                 const char *kind, char *out, size_t size)
{
    snprintf(out, size, "%s/%s.%s", folder, name, kind);
    if (access(out, R_OK) != 0) {
        snprintf(out, size, "%s/%s.%s", other, name, kind);
    }
}

int overlay_board(const char *folder, const char *other,
                  enum board_mechanism mechanism, uint8_t **blob, size_t *size,
                  struct diag *diag)
{
    char path[600];

    *blob = NULL;
    find(folder, other, "otalab", "dtb", path, sizeof path);
    int err = file_read(path, OVERLAY_MOST, blob, size, diag);
    if (err == 0 && mechanism != BOARD_AB) {
        find(folder, other, board_mechanism_name(mechanism), "dtbo", path,
             sizeof path);
        err = overlay_apply(blob, size, path, diag);
    }
    if (err) {
        free(*blob);
        *blob = NULL;
    }
    return err;
}
