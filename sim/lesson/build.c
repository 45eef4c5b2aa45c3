/* SPDX-License-Identifier: MIT */
#include "lesson/build.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "machine/process.h"

#define SOURCE_MAX (1024u * 1024u)
#define LOG_MAX (1024u * 1024u)

/* Every path that a build needs. */
struct site {
    char root[512];   /* of the source tree */
    char build[512];  /* its build folder, as seen from the root */
    char folder[640]; /* of this build, below it */
};

static int too_long(struct diag *diag)
{
    return diag_fail(diag, OTALAB_ERR_USAGE,
                     "the path of the build folder is too long");
}

__attribute__((format(printf, 4, 5))) static int path_of(struct diag *diag,
                                                         char *out, size_t size,
                                                         const char *format,
                                                         ...)
{
    va_list args;

    va_start(args, format);
    int n = vsnprintf(out, size, format, args);
    va_end(args);
    return n > 0 && (size_t)n < size ? 0 : too_long(diag);
}

static void parent_of(char *path)
{
    char *slash = strrchr(path, '/');

    if (slash != NULL) {
        *slash = '\0';
    }
}

/* ROOT/build from ROOT/build/firmware. */
static int build_folder(const struct locations *where, char *out, size_t size,
                        struct diag *diag)
{
    char *whole = realpath(where->firmware_else, NULL);
    int err = whole == NULL ? OTALAB_ERR_USAGE
                            : path_of(diag, out, size, "%s", whole);

    free(whole);
    parent_of(out);
    return err;
}

int build_root(const struct locations *where, char *root, size_t size,
               struct diag *diag)
{
    char tool[600];

    root[0] = '\0';
    if (!where->installed && build_folder(where, root, size, diag) == 0) {
        parent_of(root);
        if (path_of(diag, tool, sizeof tool, "%s/tools/mutant.sh", root) == 0 &&
            access(tool, R_OK) == 0) {
            return 0;
        }
    }
    return diag_fail(diag, OTALAB_ERR_USAGE,
                     "this lesson builds a device program, for which Otalab's "
                     "source tree is needed: run 'make' there, and then its "
                     "build/otalab");
}

/* One folder for each student's folder, planted and own beside each other. */
static int find_site(const struct build *build, enum lesson_firmware which,
                     struct site *site, struct diag *diag)
{
    char *whole = realpath(build->student->folder, NULL);
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */

    for (const char *at = whole; at != NULL && *at != '\0'; at++) {
        hash = (hash ^ (uint8_t)*at) * 0x100000001b3u;
    }
    free(whole);
    int err = build_root(build->where, site->root, sizeof site->root, diag);

    err =
        err ? err
            : build_folder(build->where, site->build, sizeof site->build, diag);
    return err ? err
               : path_of(diag, site->folder, sizeof site->folder,
                         "%s/lessons/%08x-%s", site->build,
                         (unsigned)(hash >> 32),
                         which == FIRMWARE_OWN ? "own" : "planted");
}

/* ---- commands ------------------------------------------------------------ */

#define WORDS_MAX 16u

/* Run a command; what it says goes to the file `log`. It may be called in a
 * make, whose variables are not for it. 0 if it succeeds. */
static int run(const char *const *words, const char *log, struct diag *diag)
{
    static const char script[] =
        "unset MAKEFLAGS MFLAGS MAKELEVEL; exec \"$@\"";
    const char *argv[WORDS_MAX + 5u] = {"/bin/sh", "-c", script, "sh"};
    struct process process = {.pid = 0};
    int fd = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

    for (unsigned i = 0; i < WORDS_MAX && words[i] != NULL; i++) {
        argv[4u + i] = words[i];
    }
    const int fds[PROCESS_FDS] = {-1, fd, fd, -1, -1};
    int failed = fd < 0 || process_start(&process, (char *const *)argv, fds);

    if (fd >= 0) {
        close(fd);
    }
    if (failed) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "%s: %s", log,
                         strerror(errno));
    }
    while (!process_wait(&process, 1000)) {
    }
    return WIFEXITED(process.status) && WEXITSTATUS(process.status) == 0
               ? 0
               : OTALAB_ERR_FAILED;
}

/* ---- sources ------------------------------------------------------------- */

/* A copy of the device sources with the defect, in the site's src. */
static int plant(const struct build *build, const struct site *site,
                 struct diag *diag)
{
    char tool[600], rule[LESSON_PATH], source[700], log[700];
    int err =
        path_of(diag, tool, sizeof tool, "%s/tools/mutant.sh", site->root);

    err = err ? err
              : path_of(diag, source, sizeof source, "%s/src", site->folder);
    err = err ? err
              : path_of(diag, log, sizeof log, "%s/plant.log", site->folder);
    err = err ? err : file_make_dirs(site->folder, diag);
    char *folder = realpath(build->lesson->folder, NULL);

    err =
        err ? err
            : path_of(diag, rule, sizeof rule, "%s/%s",
                      folder != NULL ? folder : "", build->lesson->defect.rule);
    free(folder);
    const char *const words[] = {tool, rule, source, NULL};

    err = err ? err : run(words, log, diag);
    return err != OTALAB_ERR_FAILED
               ? err
               : diag_fail(diag, OTALAB_ERR_SIMULATOR,
                           "the defect cannot be planted; %s says why", log);
}

static int read_source(const char *root, const char *name, char **text,
                       size_t *size, struct diag *diag)
{
    char path[1024];
    uint8_t *bytes = NULL;
    int err = path_of(diag, path, sizeof path, "%s/%s", root, name);

    err = err ? err : file_read(path, SOURCE_MAX, &bytes, size, diag);
    *text = (char *)bytes;
    return err;
}

int build_source(const struct build *build, bool planted, char **text,
                 size_t *size, struct diag *diag)
{
    struct site site;
    char planted_in[700];
    int err = find_site(build, FIRMWARE_PLANTED, &site, diag);

    *text = NULL;
    err = err || !planted ? err : plant(build, &site, diag);
    err = err ? err
              : path_of(diag, planted_in, sizeof planted_in, "%s/src",
                        site.folder);
    return err ? err
               : read_source(planted ? planted_in : site.root,
                             build->lesson->defect.source, text, size, diag);
}

/* The student's file takes the place of the planted one. */
static int put_own(const struct build *build, const struct site *site,
                   struct diag *diag)
{
    char path[1024];
    char *text = NULL;
    size_t size = 0;
    int err =
        read_source(build->student->folder, lesson_source_name(build->lesson),
                    &text, &size, diag);

    err = err ? err
              : path_of(diag, path, sizeof path, "%s/src/%s", site->folder,
                        build->lesson->defect.source);
    err = err ? err : file_write(path, text, size, diag);
    free(text);
    return err;
}

/* ---- programs ------------------------------------------------------------ */

/* The compiler's first error, from its file's name on. */
static int first_error(const struct build *build, const char *log,
                       struct diag *diag)
{
    uint8_t *text = NULL;
    size_t size = 0;
    const char *name = lesson_source_name(build->lesson);

    if (file_read(log, LOG_MAX, &text, &size, diag) != 0) {
        return OTALAB_ERR_SIMULATOR;
    }
    const char *error = strstr((const char *)text, "error:");
    const char *from = error;

    while (from != NULL && from > (const char *)text && from[-1] != '\n' &&
           from[-1] != '/') {
        from--;
    }
    int err = from != NULL && strncmp(from, name, strlen(name)) == 0
                  ? diag_fail(diag, OTALAB_ERR_FAILED, "%.*s",
                              (int)strcspn(from, "\n"), from)
                  : diag_fail(diag, OTALAB_ERR_FAILED,
                              "it does not build; %s says why", log);

    free(text);
    return err;
}

/* "boot.bin"; a ROM has no image. */
static void product_of(const struct lesson *lesson, char *out, size_t size)
{
    const char *program = lesson->defect.program;

    snprintf(out, size, "%s.%s", program,
             strcmp(program, "rom") == 0 ? "elf" : "bin");
}

static int make(const struct build *build, const struct site *site,
                struct diag *diag)
{
    char log[700], b[600], source[700], out[700], product[32], target[800];
    int err = path_of(diag, log, sizeof log, "%s/make.log", site->folder);

    product_of(build->lesson, product, sizeof product);
    err = err ? err : path_of(diag, b, sizeof b, "B=%s", site->build);
    err = err ? err
              : path_of(diag, source, sizeof source, "DEVSRC=%s/src",
                        site->folder);
    err = err ? err
              : path_of(diag, out, sizeof out, "DEVOUT=%s/firmware",
                        site->folder);
    err = err ? err
              : path_of(diag, target, sizeof target, "%s/firmware/%s",
                        site->folder, product);
    const char *const words[] = {"make",     "-C",
                                 site->root, "--no-print-directory",
                                 "NODEPS=1", b,
                                 source,     out,
                                 target,     NULL};

    err = err ? err : run(words, log, diag);
    return err == OTALAB_ERR_FAILED ? first_error(build, log, diag) : err;
}

/* A copy for the student, to be run with --firmware. */
static int deliver(const struct build *build, enum lesson_firmware which,
                   const struct site *site, struct diag *diag)
{
    char product[32], from[800], folder[LESSON_PATH], to[LESSON_PATH];
    uint8_t *bytes = NULL;
    size_t size = 0;
    int err;

    product_of(build->lesson, product, sizeof product);
    err = path_of(diag, from, sizeof from, "%s/firmware/%s", site->folder,
                  product);
    err = err ? err
              : path_of(diag, folder, sizeof folder, "%s/%s",
                        build->student->folder,
                        which == FIRMWARE_OWN ? "own" : "defective");
    err = err ? err : path_of(diag, to, sizeof to, "%s/%s", folder, product);
    err = err ? err : file_make_dirs(folder, diag);
    err = err ? err : file_read(from, SOURCE_MAX, &bytes, &size, diag);
    err = err ? err : file_write(to, bytes, size, diag);
    free(bytes);
    return err;
}

int build_programs(const struct build *build, enum lesson_firmware which,
                   char *folder, size_t size, struct diag *diag)
{
    struct site site;
    int err = find_site(build, which, &site, diag);

    err = err ? err : plant(build, &site, diag);
    if (err == 0 && which == FIRMWARE_OWN) {
        err = put_own(build, &site, diag);
    }
    err = err ? err : make(build, &site, diag);
    err = err ? err : deliver(build, which, &site, diag);
    return err ? err : path_of(diag, folder, size, "%s/firmware", site.folder);
}
