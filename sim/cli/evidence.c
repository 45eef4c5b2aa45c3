/* SPDX-License-Identifier: MIT */
#include "cli/evidence.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

#define FILE_MAX (8u * 1024u * 1024u)
#define NAME_MAX_BYTES (SCENARIO_NAME + 12u)
/* recording, changes, arrivals, log, token, result, scenario; for each device; each
 * program. */
#define ITEMS (7u + 2u * SCENARIO_DEVICES + SCENARIO_IMAGES + 2u)

struct item {
    char name[NAME_MAX_BYTES];
    const void *data; /* NULL: there is none */
    size_t size;
    uint8_t *owned; /* owned; freed with the list */
};

struct items {
    size_t count;
    struct item item[ITEMS];
};

static struct item *add(struct items *items, const char *name, const void *data,
                        size_t size)
{
    struct item *item = &items->item[items->count++];

    *item = (struct item){.data = data, .size = size};
    snprintf(item->name, sizeof item->name, "%s", name);
    return item;
}

static int path_of(char *out, size_t size, const char *folder, const char *name,
                   struct diag *diag)
{
    int n = snprintf(out, size, "%s/%s", folder, name);

    return n > 0 && (size_t)n < size
               ? 0
               : diag_fail(diag, OTALAB_ERR_USAGE, "%.200s: path too long",
                           folder);
}

static void remove_all(const char *folder, const struct items *items)
{
    char path[1024];

    for (size_t i = 0; i < items->count; i++) {
        if (path_of(path, sizeof path, folder, items->item[i].name, NULL) ==
            0) {
            (void)unlink(path);
        }
    }
}

static int write_all(const char *folder, const struct items *items,
                     struct diag *diag)
{
    char path[1024];
    int err = 0;

    for (size_t i = 0; i < items->count && err == 0; i++) {
        const struct item *item = &items->item[i];

        if (item->data != NULL) {
            err = path_of(path, sizeof path, folder, item->name, diag);
            err = err ? err : file_write(path, item->data, item->size, diag);
        }
    }
    return err;
}

/* One device's memory; further ones have a number: flash-2.bin. */
static void add_device(struct items *items, const struct run_device *device,
                       unsigned number)
{
    bool is_there = device != NULL && device->flash != NULL;
    char suffix[12] = "";
    char name[NAME_MAX_BYTES];

    if (number > 1) {
        snprintf(suffix, sizeof suffix, "-%u", number);
    }
    snprintf(name, sizeof name, "flash%s.bin", suffix);
    add(items, name, is_there ? device->flash->array : NULL,
        is_there ? device->flash->figures.size : 0);
    snprintf(name, sizeof name, "fuses%s.bin", suffix);
    add(items, name, is_there ? device->otp.words : NULL,
        is_there ? sizeof device->otp.words : 0);
}

/* ---- what a replay needs -------------------------------------------------- */

/* A file to be copied; one that cannot be read is left out. */
static void add_copy(struct items *items, const char *name, const char *path)
{
    struct item *item = add(items, name, NULL, 0);

    if (file_read(path, FILE_MAX, &item->owned, &item->size, NULL) == 0) {
        item->data = item->owned;
    }
}

static bool is_in(const char *folder, const char *name)
{
    char path[1024];

    return path_of(path, sizeof path, folder, name, NULL) == 0 &&
           access(path, R_OK) == 0;
}

/* A program that was found beside the scenario. */
static void add_program(struct items *items, const struct evidence *evidence,
                        const char *build)
{
    const char *slash = strrchr(evidence->scenario->path, '/');
    char name[NAME_MAX_BYTES];
    char path[1024];

    snprintf(name, sizeof name, "%s%s", build,
             strchr(build, '.') != NULL ? "" : ".bin");
    int n =
        snprintf(path, sizeof path, "%.*s/%s",
                 slash != NULL ? (int)(slash - evidence->scenario->path) : 1,
                 slash != NULL ? evidence->scenario->path : ".", name);
    if (build[0] == '\0' || strchr(name, '/') != NULL || n < 0 ||
        (size_t)n >= sizeof path || access(path, R_OK) != 0 ||
        is_in(evidence->where->firmware, name) ||
        is_in(evidence->where->firmware_else, name)) {
        return;
    }
    add_copy(items, name, path);
}

static void add_scenario(struct items *items, const struct evidence *evidence)
{
    const struct scenario *scenario = evidence->scenario;
    char name[NAME_MAX_BYTES];

    snprintf(name, sizeof name, "%s.yaml", scenario->name);
    add_copy(items, name, scenario->path);
    add_program(items, evidence, scenario->rom);
    add_program(items, evidence, scenario->bootloader);
    for (unsigned i = 0; i < scenario->images; i++) {
        add_program(items, evidence, scenario->image[i].build);
    }
}

/* The recording's other half, made for it. */
static int add_changes(struct items *items, const struct run_result *result,
                       struct diag *diag)
{
    struct item *item = add(items, "changes.bin", NULL, 0);
    uint8_t digest[32];

    if (!result->track.on) {
        return 0;
    }
    recording_digest(&result->recording, digest);
    int err = changes_finish(&result->track.changes, digest, &item->owned,
                             &item->size);

    item->data = item->owned;
    return err ? diag_fail(diag, err, "out of memory") : 0;
}

/* What a real network has brought, of a run that had one. */
static int add_arrivals(struct items *items, const struct evidence *evidence,
                        const struct run_result *result, struct diag *diag)
{
    struct item *item = add(items, "arrivals.bin", NULL, 0);

    if (evidence->scenario->network.live[0] == '\0') {
        return 0;
    }
    int err =
        arrivals_write(&result->arrivals, &item->owned, &item->size, diag);

    item->data = item->owned;
    return err;
}

/* ---- keeping and removing -------------------------------------------------- */

/* Every file that can exist: an earlier run may have had more of them. */
static void list(struct items *items, const struct evidence *evidence,
                 const struct run_result *result)
{
    for (unsigned i = 0; i < SCENARIO_DEVICES; i++) {
        add_device(items, result != NULL ? &result->device[i] : NULL, i + 1);
    }
    add_scenario(items, evidence);
}

static void free_items(struct items *items)
{
    for (size_t i = 0; i < items->count; i++) {
        free(items->item[i].owned);
    }
}

static void remove_folder(const char *folder)
{
    const char *slash = strrchr(folder, '/');
    char parent[1024];

    if (rmdir(folder) == 0 && slash != NULL && slash != folder) {
        snprintf(parent, sizeof parent, "%.*s", (int)(slash - folder), folder);
        (void)rmdir(parent); /* fails if others are in it, as it should */
    }
}

/* The default folder is below the current one; a user who cannot write there
 * can name another. */
static int make_folder(const char *folder, struct diag *diag)
{
    struct diag why = {.text = ""};
    int err = file_make_dirs(folder, &why);

    return err == 0 ? 0
                    : diag_fail(diag, err,
                                "the evidence cannot be kept: %.400s; name "
                                "another folder with --record DIR",
                                why.text);
}

int evidence_keep(const struct evidence *evidence,
                  const struct run_result *result, const char *json,
                  struct diag *diag)
{
    char token[TOKEN_MAX] = "";
    const char *log = result->stderr_text != NULL ? result->stderr_text : "";
    struct items items = {.count = 0};
    int err = make_folder(evidence->folder, diag);

    if (err) {
        return err;
    }
    add(&items, "recording.ndjson", result->recording.bytes,
        result->recording.length);
    add(&items, "qemu.log", log, strlen(log));
    add(&items, "token", token,
        token_print(&result->token, token, sizeof token));
    add(&items, "result.json", json, strlen(json));
    err = add_changes(&items, result, diag);
    err = err ? err : add_arrivals(&items, evidence, result, diag);
    list(&items, evidence, result);
    remove_all(evidence->folder, &items);
    err = err ? err : write_all(evidence->folder, &items, diag);
    if (err) {
        remove_all(evidence->folder, &items);
        remove_folder(evidence->folder);
    }
    free_items(&items);
    return err;
}

void evidence_remove(const struct evidence *evidence)
{
    static const char *const names[] = {"recording.ndjson", "changes.bin",
                                        "qemu.log",         "token",
                                        "result.json",      "arrivals.bin"};
    struct items items = {.count = 0};

    if (!evidence_is(evidence->folder)) {
        return;
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        add(&items, names[i], NULL, 0);
    }
    list(&items, evidence, NULL);
    remove_all(evidence->folder, &items);
    remove_folder(evidence->folder);
    free_items(&items);
}

/* ---- reading ---------------------------------------------------------------- */

bool evidence_is(const char *folder)
{
    return is_in(folder, "token") && is_in(folder, "recording.ndjson");
}

int evidence_read(const char *folder, struct token *token, char *scenario,
                  size_t size, struct diag *diag)
{
    char path[1024];
    char name[NAME_MAX_BYTES];
    uint8_t *text = NULL;
    size_t length = 0;

    if (!evidence_is(folder)) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "%s: not an evidence folder: 'token' or "
                         "'recording.ndjson' is missing",
                         folder);
    }
    int err = path_of(path, sizeof path, folder, "token", diag);

    err = err ? err : file_read(path, TOKEN_MAX, &text, &length, diag);
    if (err == 0) {
        text[strcspn((const char *)text, "\r\n")] = '\0';
    }
    err = err ? err : token_parse((const char *)text, token, diag);
    free(text);
    if (err) {
        return err;
    }
    snprintf(name, sizeof name, "%s.yaml", token->name);
    return path_of(scenario, size, folder, name, diag);
}
