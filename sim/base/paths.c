/* SPDX-License-Identifier: MIT */
#include "base/paths.h"

#include "base/suggest.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MAX 4

static int exists(const char *path)
{
    return access(path, R_OK) == 0;
}

static int is_folder(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static int ends_with(const char *text, const char *end)
{
    size_t length = strlen(text);
    size_t tail = strlen(end);

    return length > tail && strcmp(text + length - tail, end) == 0;
}

/* ---- the program's own files ------------------------------------------- */

static int own_folder(char *out, size_t size)
{
    ssize_t n = readlink("/proc/self/exe", out, size - 1);

    if (n <= 0) {
        return -1;
    }
    out[n] = '\0';
    char *slash = strrchr(out, '/');
    if (slash == NULL) {
        return -1;
    }
    *slash = '\0';
    return 0;
}

/* "scenarios/" and "scenarios" give the same result: a file has one path, by
 * which it can be found in other programs' output. */
static int join(char *out, size_t size, const char *folder, const char *name)
{
    size_t length = strlen(folder);

    while (length > 1 && folder[length - 1] == '/') {
        length--;
    }
    int n = snprintf(out, size, "%.*s/%s", (int)length, folder, name);

    return n > 0 && (size_t)n < size ? 0 : -1;
}

/* The layout relative to the program's folder, or to the prefix if it is
 * installed. */
struct layout {
    const char *plugin;
    const char *firmware;
    const char *scenarios;
    const char *remedy;
};

static const struct layout built = {
    "libotalab-shim.so",
    "firmware",
    "../scenarios",
    "build it with 'make'",
};

static const struct layout installed = {
    "lib/otalab/libotalab-shim.so",
    "share/otalab/firmware",
    "share/otalab/scenarios",
    "install Otalab again with 'make install'",
};

#define BIN "/bin"

/* A program in bin/ is an installed one, unless things are built there. `own`
 * becomes the folder to which the layout's names are relative. */
static const struct layout *find_layout(char *own)
{
    char plugin[512];

    if (!ends_with(own, BIN) ||
        (join(plugin, sizeof plugin, own, built.plugin) == 0 &&
         exists(plugin))) {
        return &built;
    }
    own[strlen(own) - strlen(BIN)] = '\0';
    return &installed;
}

static int is_program(const struct dirent *entry)
{
    return ends_with(entry->d_name, ".bin") || ends_with(entry->d_name, ".elf");
}

/* A user's own folder may contain as little as one image. */
static int need_programs(const char *folder, const char *remedy,
                         struct diag *diag)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_program, NULL);

    for (int i = 0; i < count; i++) {
        free(entries[i]);
    }
    free(entries);
    if (count > 0) {
        return 0;
    }
    return diag_fail(diag, OTALAB_ERR_SIMULATOR,
                     count < 0 ? "%s: no such folder of device programs; %s"
                               : "%s: contains no device program; %s",
                     folder, remedy);
}

static int need(const char *path, const char *what, const char *remedy,
                struct diag *diag)
{
    if (exists(path)) {
        return 0;
    }
    return diag_fail(diag, OTALAB_ERR_SIMULATOR, "%s: %s is missing; %s", path,
                     what, remedy);
}

/* Removes "..", for readable messages. */
static void clean(char *path, size_t size)
{
    char *whole = realpath(path, NULL);

    if (whole != NULL && strlen(whole) < size) {
        snprintf(path, size, "%s", whole);
    }
    free(whole);
}

int paths_locate(const char *firmware, struct locations *where,
                 struct diag *diag)
{
    char own[400];
    char rom[600];
    const char *given = firmware != NULL ? firmware : getenv("OTALAB_FIRMWARE");

    if (own_folder(own, sizeof own) != 0) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR,
                         "cannot find the program's own folder");
    }
    const struct layout *layout = find_layout(own);

    where->installed = layout == &installed;
    if (join(where->firmware_else, sizeof where->firmware_else, own,
             layout->firmware) != 0 ||
        join(where->plugin, sizeof where->plugin, own, layout->plugin) != 0 ||
        join(where->scenarios_else, sizeof where->scenarios_else, own,
             layout->scenarios) != 0) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "%s: the path is too long",
                         own);
    }
    clean(where->scenarios_else, sizeof where->scenarios_else);
    snprintf(where->scenarios, sizeof where->scenarios, "%s",
             is_folder("scenarios") ? "scenarios" : where->scenarios_else);
    snprintf(where->firmware, sizeof where->firmware, "%s",
             given != NULL ? given : where->firmware_else);
    snprintf(rom, sizeof rom, "%s/rom.elf", where->firmware_else);
    int err = given != NULL ? need_programs(where->firmware, built.remedy, diag)
                            : need(rom, "the ROM", layout->remedy, diag);
    return err ? err
               : need(where->plugin, "the QEMU plugin", layout->remedy, diag);
}

/* ---- scenarios --------------------------------------------------------- */

static int add_file(struct paths *paths, const char *path, struct diag *diag)
{
    if (paths->count == PATHS_MAX) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "more than %u scenarios; name fewer", PATHS_MAX);
    }
    paths->path[paths->count] = strdup(path);
    if (paths->path[paths->count] == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    paths->count++;
    return 0;
}

/* A lesson's scenarios have blanks in them for a student's figures: they are
 * `otalab lesson`'s, not everyone's. */
static int is_lesson(const char *folder)
{
    char file[1024];

    return join(file, sizeof file, folder, "lesson.yaml") != 0 || exists(file);
}

static int wanted(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int add_folder(struct paths *paths, const char *folder, int depth,
                      const char *name, struct diag *diag)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, wanted, alphasort);
    int err = 0;

    if (count < 0) {
        return diag_fail(diag, OTALAB_ERR_USAGE, "%s: cannot be read", folder);
    }
    for (int i = 0; i < count; i++) {
        char path[1024];
        const char *file = entries[i]->d_name;

        if (err != 0 || join(path, sizeof path, folder, file) != 0) {
            continue;
        }
        if (is_folder(path) && depth < DEPTH_MAX) {
            err = is_lesson(path)
                      ? 0
                      : add_folder(paths, path, depth + 1, name, diag);
        } else if (ends_with(file, ".yaml") &&
                   (name == NULL || (strlen(file) == strlen(name) + 5 &&
                                     strncmp(file, name, strlen(name)) == 0))) {
            err = add_file(paths, path, diag);
        }
    }
    for (int i = 0; i < count; i++) {
        free(entries[i]);
    }
    free(entries);
    return err;
}

/* The known name closest to a mistyped one, as a suggestion. */
static int no_such_name(const char *name, const struct locations *where,
                        struct diag *diag)
{
    struct paths all = {0};
    struct suggest suggest;
    int err = 0;

    suggest_start(&suggest, name);
    if (is_folder(where->scenarios)) {
        err = add_folder(&all, where->scenarios, 0, NULL, NULL);
    }
    if (err == 0 && is_folder(where->scenarios_else)) {
        err = add_folder(&all, where->scenarios_else, 0, NULL, NULL);
    }
    for (size_t i = 0; i < all.count && err == 0; i++) {
        char *slash = strrchr(all.path[i], '/');
        char *file = slash != NULL ? slash + 1 : all.path[i];

        file[strlen(file) - strlen(".yaml")] = '\0';
        suggest_offer(&suggest, file);
    }
    const char *best = suggest_best(&suggest);

    err = diag_fail(diag, OTALAB_ERR_USAGE,
                    "%s: no such file, folder or scenario; %s%s'%s", name,
                    best != NULL ? "did you mean '" : "'",
                    best != NULL ? best : "otalab run --list",
                    best != NULL ? "?" : " shows all names");
    paths_free(&all);
    return err;
}

/* Everything in a folder inside `folder`, or the scenarios of that name
 * there. */
static int find_in(struct paths *paths, const char *folder, const char *name,
                   struct diag *diag)
{
    char group[1024];

    if (strchr(name, '/') == NULL && name[0] != '.' &&
        join(group, sizeof group, folder, name) == 0 && is_folder(group)) {
        return add_folder(paths, group, 1, NULL, diag);
    }
    return is_folder(folder) ? add_folder(paths, folder, 0, name, diag) : 0;
}

/* The scenarios of that name: the user's or, failing that, the program's
 * own. */
static int find_named(struct paths *paths, const char *name,
                      const struct locations *where, struct diag *diag)
{
    const char *const folders[] = {where->scenarios, where->scenarios_else};
    size_t before = paths->count;
    int err = 0;

    for (unsigned i = 0; i < 2 && err == 0 && paths->count == before; i++) {
        err = find_in(paths, folders[i], name, diag);
    }
    return err;
}

int paths_add_named(struct paths *paths, const char *name,
                    const struct locations *where, struct diag *diag)
{
    size_t before = paths->count;
    int err = find_named(paths, name, where, diag);

    return err || paths->count > before ? err : no_such_name(name, where, diag);
}

bool paths_is_named(const char *name, const char *path,
                    const struct locations *where)
{
    struct paths paths = {0};
    struct stat wanted;
    struct stat info;
    bool found = false;

    if (stat(path, &wanted) == 0 &&
        find_named(&paths, name, where, NULL) == 0) {
        for (size_t i = 0; i < paths.count; i++) {
            found = found || (stat(paths.path[i], &info) == 0 &&
                              info.st_ino == wanted.st_ino &&
                              info.st_dev == wanted.st_dev);
        }
    }
    paths_free(&paths);
    return found;
}

int paths_add(struct paths *paths, const char *argument,
              const struct locations *where, struct diag *diag)
{
    if (is_folder(argument)) {
        return add_folder(paths, argument, 0, NULL, diag);
    }
    if (exists(argument) || ends_with(argument, ".yaml")) {
        return add_file(paths, argument, diag);
    }
    return paths_add_named(paths, argument, where, diag);
}

void paths_free(struct paths *paths)
{
    for (size_t i = 0; i < paths->count; i++) {
        free(paths->path[i]);
    }
    paths->count = 0;
}
