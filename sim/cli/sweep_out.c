/* SPDX-License-Identifier: MIT */
#include "cli/sweep_out.h"

#include <inttypes.h>
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/interrupt.h"
#include "report/github.h"
#include "report/sweep_html.h"
#include "report/sweep_junit.h"
#include "report/sweep_text.h"
#include "sweep/check.h"

static int write_file(const char *path,
                      int (*write)(FILE *out,
                                   const struct sweep_result *result),
                      const struct sweep_result *result, struct diag *diag)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = path != NULL ? open_memstream(&text, &size) : NULL;

    if (path == NULL) {
        return 0;
    }
    int bad = out == NULL || write(out, result) != 0;

    bad |= out != NULL && fclose(out) != 0;
    int err = bad ? diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory")
                  : file_write(path, text, size, diag);

    free(text);
    return err;
}

static int write_json(FILE *out, const struct sweep_result *result)
{
    result_write(out, result);
    return 0;
}

static bool is_ascii(void)
{
    (void)setlocale(LC_CTYPE, "");
    bool ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;

    (void)setlocale(LC_CTYPE, "C");
    return ascii;
}

int sweep_out(const struct sweep_out *out, const struct sweep_result *result,
              struct diag *diag)
{
    struct sweep_show show = {.color = out->color,
                              .ascii = is_ascii(),
                              .quiet = out->quiet,
                              .json = out->json,
                              .firmware = out->firmware};
    int err = 0;

    if (sweep_text(stdout, result, &show) != 0) {
        err = diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    (void)fflush(stdout); /* main() checks it for errors */
    if (github_here()) {
        sweep_annotate(stderr, result);
    }
    err = err ? err : write_file(out->json, write_json, result, diag);
    err = err ? err : write_file(out->html, sweep_html, result, diag);
    return err ? err : write_file(out->junit, sweep_junit, result, diag);
}

int sweep_exit_code(const struct sweep_result *result)
{
    const struct sweep *sweep = &result->sweep;

    if (check_differed(sweep) > 0) {
        return -OTALAB_ERR_SIMULATOR;
    }
    if (sweep->interrupted) {
        return interrupt_exit();
    }
    return sweep->failures > 0 || sweep->counts.asked != sweep->counts.delivered
               ? -OTALAB_ERR_FAILED
               : 0;
}
