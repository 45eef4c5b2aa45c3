/* SPDX-License-Identifier: MIT */
#include "cli/evidence.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

struct item {
    char name[24];
    const void *data; /* NULL: there is none */
    size_t size;
};

static int path_of(char *out, size_t size, const char *folder, const char *name,
                   struct diag *diag)
{
    int n = snprintf(out, size, "%s/%s", folder, name);

    return n > 0 && (size_t)n < size
               ? 0
               : diag_fail(diag, OTALAB_ERR_USAGE, "%.200s: path too long",
                           folder);
}

static void remove_all(const char *folder, const struct item *items,
                       size_t count)
{
    char path[1024];

    for (size_t i = 0; i < count; i++) {
        if (path_of(path, sizeof path, folder, items[i].name, NULL) == 0) {
            (void)unlink(path);
        }
    }
}

static int write_all(const char *folder, const struct item *items, size_t count,
                     struct diag *diag)
{
    char path[1024];
    int err = 0;

    for (size_t i = 0; i < count && err == 0; i++) {
        if (items[i].data != NULL) {
            err = path_of(path, sizeof path, folder, items[i].name, diag);
            err = err ? err
                      : file_write(path, items[i].data, items[i].size, diag);
        }
    }
    return err;
}

/* One device's memory; further ones have a number: flash-2.bin. */
static size_t device_items(struct item *items, const struct run_device *device,
                           unsigned number)
{
    char suffix[12] = "";

    if (number > 1) {
        snprintf(suffix, sizeof suffix, "-%u", number);
    }
    items[0] =
        (struct item){"", device->flash != NULL ? device->flash->array : NULL,
                      device->flash != NULL ? device->flash->figures.size : 0};
    items[1] = (struct item){"", device->otp.words, sizeof device->otp.words};
    snprintf(items[0].name, sizeof items[0].name, "flash%s.bin", suffix);
    snprintf(items[1].name, sizeof items[1].name, "fuses%s.bin", suffix);
    if (number > 1 && device->flash == NULL) {
        items[1].data = NULL; /* there is no such device */
    }
    return 2;
}

int evidence_keep(const char *folder, const struct run_result *result,
                  const char *json, struct diag *diag)
{
    char token[TOKEN_MAX] = "";
    const char *log = result->stderr_text != NULL ? result->stderr_text : "";
    struct item items[4 + 2 * SCENARIO_DEVICES] = {
        {"recording.ndjson", result->recording.bytes, result->recording.length},
        {"qemu.log", log, strlen(log)},
        {"token", token, token_print(&result->token, token, sizeof token)},
        {"result.json", json, strlen(json)},
    };
    size_t count = 4;
    int err = file_make_dirs(folder, diag);

    if (err) {
        return err;
    }
    /* all that there may be: an earlier run may have had more */
    for (unsigned i = 0; i < SCENARIO_DEVICES; i++) {
        count += device_items(items + count, &result->device[i], i + 1);
    }
    remove_all(folder, items, count);
    err = write_all(folder, items, count, diag);
    if (err) {
        remove_all(folder, items, count);
    }
    return err;
}
