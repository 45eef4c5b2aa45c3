/* SPDX-License-Identifier: MIT */
#include "report/outputs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "report/github.h"
#include "report/junit.h"
#include "report/report.h"
#include "report/tap.h"

/* Writing is atomic, so a device would be replaced by the file. */
static int junit_prepare(const char *path, struct diag *diag)
{
    struct stat info;
    const char *slash = strrchr(path, '/');
    int err = 0;

    if (slash != NULL && slash != path) {
        char *folder = strndup(path, (size_t)(slash - path));

        err = folder != NULL
                  ? file_make_dirs(folder, diag)
                  : diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
        free(folder);
    }
    if (err || lstat(path, &info) != 0) {
        return err;
    }
    if (!S_ISREG(info.st_mode)) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "--junit %s: not a regular file; name a different one",
                         path);
    }
    return unlink(path) == 0 ? 0
                             : diag_fail(diag, OTALAB_ERR_USAGE, "%s: %s", path,
                                         strerror(errno));
}

int outputs_begin(const struct outputs *outputs, const struct plan *plan,
                  struct diag *diag)
{
    int err = outputs->junit != NULL ? junit_prepare(outputs->junit, diag) : 0;

    if (err == 0 && outputs->tap) {
        tap_begin(stdout, plan->count);
    }
    return err;
}

void outputs_case(const struct outputs *outputs, const struct plan *plan,
                  size_t index)
{
    const struct plan_item *item = &plan->item[index];

    if (outputs->json) {
        report_json(stdout, item, &item->outcome);
    }
    if (outputs->tap) {
        tap_case(stdout, index + 1, item);
    }
    (void)fflush(stdout); /* main() checks it for errors */
    if (outputs->github) {
        char path[1024];

        github_path(item->path, getenv("GITHUB_WORKSPACE"), path, sizeof path);
        github_annotate(stderr, item, path);
    }
}

static int junit_file(const char *path, const struct plan *plan,
                      struct diag *diag)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    if (out == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    junit_write(out, plan);
    int err = fclose(out) != 0
                  ? diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory")
                  : file_write(path, text, size, diag);
    free(text);
    return err;
}

/* The file named by GitHub, to which several steps append. */
static int step_summary(const struct plan *plan, struct diag *diag)
{
    const char *path = getenv("GITHUB_STEP_SUMMARY");
    FILE *out = path != NULL && path[0] != '\0' ? fopen(path, "ae") : NULL;

    if (path == NULL || path[0] == '\0') {
        return 0;
    }
    if (out != NULL) {
        github_summary(out, plan);
    }
    if (out == NULL || (ferror(out) | fclose(out)) != 0) {
        return diag_fail(diag, OTALAB_ERR_USAGE, "$GITHUB_STEP_SUMMARY: %s: %s",
                         path, strerror(errno));
    }
    return 0;
}

int outputs_end(const struct outputs *outputs, const struct plan *plan,
                bool stopped, struct diag *diag)
{
    int err = 0;

    if (outputs->tap && stopped) {
        tap_bail_out(stdout);
    }
    if (outputs->junit != NULL) {
        err = junit_file(outputs->junit, plan, diag);
    }
    if (outputs->github) {
        int wrong = step_summary(plan, diag);
        err = err ? err : wrong;
    }
    return err;
}
