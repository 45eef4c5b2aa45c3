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

#define PATH_LIMIT 4096u

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

int file_write(const char *path, const void *data, size_t size,
               struct diag *diag)
{
    char temp[PATH_LIMIT];
    int n = snprintf(temp, sizeof temp, "%s.XXXXXX", path);

    if (n < 0 || (size_t)n >= sizeof temp) {
        return diag_fail(diag, OTALAB_ERR_USAGE, "%.200s: path too long", path);
    }
    int fd = mkostemp(temp, O_CLOEXEC);
    int err = fd < 0 ? errno : write_all(fd, data, size);

    if (fd >= 0) {
        err = (err == 0 && fchmod(fd, 0644) != 0) ? errno : err;
        err = (close(fd) != 0 && err == 0) ? errno : err;
        err = (err == 0 && rename(temp, path) != 0) ? errno : err;
        if (err != 0) {
            unlink(temp);
        }
    }
    return err == 0 ? 0
                    : diag_fail(diag, OTALAB_ERR_USAGE, "%s: not written: %s",
                                path, strerror(err));
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
    char part[PATH_LIMIT];
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
