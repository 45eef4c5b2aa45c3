/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "machine/find.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "machine/machine.h"
#include "machine/process.h"

#define QEMU_NAME "qemu-system-arm"
#define QEMU_MAJOR 7u
#define QEMU_MINOR 2u
#define VERSION_WAIT_MS 30000
#define INSTALL "install it with `apt-get install " QEMU_NAME "`"

static bool is_program(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISREG(status.st_mode) &&
           access(path, X_OK) == 0;
}

/* Search $PATH as execvp() would. */
static bool search_path(const char *name, char out[PATH_MAX])
{
    const char *list = getenv("PATH");

    if (list == NULL) {
        list = "/usr/bin:/bin";
    }
    while (*list != '\0') {
        size_t length = strcspn(list, ":");
        int put = snprintf(out, PATH_MAX, "%.*s/%s", (int)length, list, name);

        if (length > 0 && put > 0 && put < PATH_MAX && is_program(out)) {
            return true;
        }
        list += length + (list[length] == ':');
    }
    return false;
}

static int find_path(struct qemu *qemu, const char *wanted, struct diag *diag)
{
    bool named = true;

    if (wanted == NULL) {
        wanted = getenv("OTALAB_QEMU");
    }
    if (wanted == NULL || *wanted == '\0') {
        wanted = QEMU_NAME;
        named = false;
    }
    if (strchr(wanted, '/') == NULL) {
        if (search_path(wanted, qemu->path)) {
            return 0;
        }
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "%s is not in $PATH: %s",
                         wanted, INSTALL);
    }
    if (strlen(wanted) < sizeof(qemu->path) && is_program(wanted)) {
        (void)strcpy(qemu->path, wanted);
        return 0;
    }
    return diag_fail(diag, OTALAB_ERR_SIMULATOR,
                     "%s%s is not a program: correct the path, or leave it "
                     "out and " INSTALL,
                     named ? "QEMU " : "", wanted);
}

/* A QEMU unpacked elsewhere finds its data files only if told where they
 * are. */
static void find_data(struct qemu *qemu)
{
    struct stat status;
    const char *slash = strrchr(qemu->path, '/');
    int put = snprintf(qemu->data, sizeof(qemu->data), "%.*s/../share/qemu",
                       (int)(slash - qemu->path), qemu->path);

    if (put < 0 || (size_t)put >= sizeof(qemu->data) ||
        stat(qemu->data, &status) != 0 || !S_ISDIR(status.st_mode)) {
        qemu->data[0] = '\0';
    }
}

/* Run `qemu --version`; its output goes to `text`. */
static int ask_version(const struct qemu *qemu, char *text, size_t size)
{
    char option[] = "--version";
    char *argv[] = {(char *)qemu->path, option, NULL};
    int out = memfd_create("otalab-version", MFD_CLOEXEC);
    const int fds[PROCESS_FDS] = {-1, out, out, -1, -1};
    struct process process;
    ssize_t got = -1;

    if (out < 0) {
        return -1;
    }
    if (process_start(&process, argv, fds) == 0) {
        if (process_wait(&process, VERSION_WAIT_MS)) {
            got = pread(out, text, size - 1, 0);
        }
        process_kill(&process);
    }
    (void)close(out);
    text[got > 0 ? got : 0] = '\0';
    return got > 0 ? 0 : -1;
}

static int find_version(struct qemu *qemu, struct diag *diag)
{
    static const char mark[] = "version ";
    char text[512];
    const char *start;
    unsigned major;
    unsigned minor;

    if (ask_version(qemu, text, sizeof(text)) != 0) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR,
                         "%s --version gives no answer: " INSTALL, qemu->path);
    }
    start = strstr(text, mark);
    if (start == NULL ||
        sscanf(start + sizeof(mark) - 1, "%u.%u", &major, &minor) != 2) {
        text[strcspn(text, "\n")] = '\0';
        return diag_fail(
            diag, OTALAB_ERR_SIMULATOR,
            "%s does not look like QEMU (it says \"%.80s\"): " INSTALL,
            qemu->path, text);
    }
    start += sizeof(mark) - 1;
    (void)snprintf(qemu->version, sizeof(qemu->version), "%.*s",
                   (int)strspn(start, "0123456789."), start);
    if (major < QEMU_MAJOR || (major == QEMU_MAJOR && minor < QEMU_MINOR)) {
        return diag_fail(
            diag, OTALAB_ERR_SIMULATOR,
            "%s is QEMU %s, too old: %u.%u or newer is needed; " INSTALL
            " from a newer distribution, or name another one in OTALAB_QEMU",
            qemu->path, qemu->version, QEMU_MAJOR, QEMU_MINOR);
    }
    return 0;
}

/* Asking takes half as long as starting the machine, so a program found to be
 * good is not asked again. */
int find_qemu(struct qemu *qemu, const char *wanted, struct diag *diag)
{
    static struct qemu good;
    int err = find_path(qemu, wanted, diag);

    if (err) {
        return err;
    }
    if (strcmp(good.path, qemu->path) == 0) {
        *qemu = good;
        return 0;
    }
    find_data(qemu);
    err = find_version(qemu, diag);
    if (!err) {
        good = *qemu;
    }
    return err;
}

int machine_find_qemu(const char *qemu, char version[32], struct diag *diag)
{
    struct qemu found;
    int err = find_qemu(&found, qemu, diag);

    if (err) {
        return err;
    }
    (void)memcpy(version, found.version, sizeof(found.version));
    return 0;
}
