/* SPDX-License-Identifier: MIT */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int read_all(FILE *file, size_t limit, uint8_t **out, size_t *size)
{
    size_t capacity = 4096;
    uint8_t *bytes = NULL;

    *size = 0;
    for (;;) {
        uint8_t *grown = realloc(bytes, capacity + 1);

        if (grown == NULL) {
            free(bytes);
            return ENOMEM;
        }
        bytes = grown;
        errno = 0;
        *size += fread(bytes + *size, 1, capacity - *size, file);
        if (*size < capacity) {
            break;
        }
        if (capacity > limit) {
            free(bytes);
            return EFBIG;
        }
        capacity *= 2;
    }
    if (ferror(file) || *size > limit) {
        int err = errno != 0 ? errno : EIO;

        free(bytes);
        return ferror(file) ? err : EFBIG;
    }
    bytes[*size] = '\0';
    *out = bytes;
    return 0;
}

int file_read(const char *path, size_t limit, uint8_t **out, size_t *size,
              struct diag *diag)
{
    FILE *file = fopen(path, "rbe");

    *out = NULL;
    if (file == NULL) {
        return diag_fail(diag, OTALAB_ERR_USAGE, "%s: %s", path,
                         strerror(errno));
    }
    int err = read_all(file, limit, out, size);

    fclose(file);
    if (err == EFBIG) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "%s: larger than the %zu bytes allowed here", path,
                         limit);
    }
    return err == 0 ? 0
                    : diag_fail(diag, OTALAB_ERR_USAGE, "%s: %s", path,
                                strerror(err));
}

static int write_all(int fd, const void *data, size_t size)
{
    const uint8_t *at = data;

    while (size > 0) {
        ssize_t n = write(fd, at, size);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return n < 0 ? errno : EIO;
        }
        at += n;
        size -= (size_t)n;
    }
    return 0;
}

static int not_written(const char *path, const char *why, struct diag *diag)
{
    return diag_fail(diag, OTALAB_ERR_USAGE, "%s: not written: %s", path, why);
}

/* Where a file of that name is put: links are followed. What is no file stays
 * as it is; a folder is refused by rename(). */
static int find_place(const char *path, char place[FILE_PATH],
                      struct diag *diag)
{
    struct stat status;

    if (strlen(path) >= FILE_PATH) {
        return diag_fail(diag, OTALAB_ERR_USAGE, "%.200s: path too long", path);
    }
    if (stat(path, &status) == 0) {
        if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) {
            return not_written(path, "it is no regular file", diag);
        }
        return realpath(path, place) != NULL
                   ? 0
                   : not_written(path, strerror(errno), diag);
    }
    if (lstat(path, &status) == 0 && S_ISLNK(status.st_mode)) {
        return not_written(path, "a link to a file that does not exist", diag);
    }
    memcpy(place, path, strlen(path) + 1);
    return 0;
}

int file_draft(struct file_draft *draft, const char *path, const void *data,
               size_t size, struct diag *diag)
{
    int err = find_place(path, draft->place, diag);
    int n = snprintf(draft->temp, sizeof draft->temp, "%s.XXXXXX",
                     err == 0 ? draft->place : "");

    draft->path = path;
    if (err == 0 && (n < 0 || (size_t)n >= sizeof draft->temp)) {
        err = diag_fail(diag, OTALAB_ERR_USAGE, "%.200s: path too long", path);
    }
    int fd = err == 0 ? mkostemp(draft->temp, O_CLOEXEC) : -1;

    if (fd < 0) {
        draft->temp[0] = '\0';
        return err != 0 ? err : not_written(path, strerror(errno), diag);
    }
    int failed = write_all(fd, data, size);

    failed = (failed == 0 && fchmod(fd, 0644) != 0) ? errno : failed;
    failed = (close(fd) != 0 && failed == 0) ? errno : failed;
    if (failed != 0) {
        file_drop(draft);
        return not_written(path, strerror(failed), diag);
    }
    return 0;
}

int file_keep(struct file_draft *draft, struct diag *diag)
{
    if (rename(draft->temp, draft->place) != 0) {
        int failed = errno;

        file_drop(draft);
        return not_written(draft->path, strerror(failed), diag);
    }
    draft->temp[0] = '\0';
    return 0;
}

void file_drop(struct file_draft *draft)
{
    if (draft->temp[0] != '\0') {
        unlink(draft->temp);
        draft->temp[0] = '\0';
    }
}

int file_write(const char *path, const void *data, size_t size,
               struct diag *diag)
{
    struct file_draft draft = {.temp = ""};
    int err = file_draft(&draft, path, data, size, diag);

    return err != 0 ? err : file_keep(&draft, diag);
}

/* The folder of a path that has been found, and the name in it. */
static bool split(const char *place, struct stat *folder, const char **name)
{
    char path[FILE_PATH];
    const char *slash = strrchr(place, '/');

    *name = slash != NULL ? slash + 1 : place;
    snprintf(path, sizeof path, "%.*s", (int)(*name - place), place);
    return stat(slash != NULL ? path : ".", folder) == 0;
}

bool file_same(const char *one, const char *other)
{
    char place[2][FILE_PATH];
    const char *name[2];
    struct stat folder[2];
    struct diag unused = {""};

    return find_place(one, place[0], &unused) == 0 &&
           find_place(other, place[1], &unused) == 0 &&
           split(place[0], &folder[0], &name[0]) &&
           split(place[1], &folder[1], &name[1]) &&
           folder[0].st_dev == folder[1].st_dev &&
           folder[0].st_ino == folder[1].st_ino &&
           strcmp(name[0], name[1]) == 0;
}

/* Called after mkdir() failed: whether the directory already exists. errno is
 * kept. */
static bool is_folder(const char *path)
{
    struct stat status;
    int was = errno;
    bool folder =
        was == EEXIST && stat(path, &status) == 0 && S_ISDIR(status.st_mode);

    errno = was;
    return folder;
}

int file_make_dirs(const char *path, struct diag *diag)
{
    char part[FILE_PATH];
    size_t length = strlen(path);

    if (length >= sizeof part) {
        return diag_fail(diag, OTALAB_ERR_USAGE, "%.200s: path too long", path);
    }
    for (size_t i = 1; i <= length; i++) {
        if (path[i] != '/' && path[i] != '\0') {
            continue;
        }
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, 0777) != 0 && !is_folder(part)) {
            return diag_fail(diag, OTALAB_ERR_USAGE, "%s: %s", part,
                             strerror(errno == EEXIST ? ENOTDIR : errno));
        }
    }
    return 0;
}
