/* SPDX-License-Identifier: MIT */
/* Where the result of `otalab sweep` and `otalab merge` goes: text on stdout,
 * files, GitHub's annotations. */
#ifndef OTALAB_CLI_SWEEP_OUT_H
#define OTALAB_CLI_SWEEP_OUT_H

#include "shell/options.h"
#include "sweep/result.h"

struct sweep_out {
    const char *json; /* files, or NULL */
    const char *html;
    const char *junit;
    bool quiet;
    bool color;
    const char *firmware; /* as given, or NULL */
};

/* What both commands offer. */
#define OPTION_ROW_SWEEP_JSON                                           \
    {                                                                   \
        .name = "json", .kind = OPTION_FILE, .argument = "FILE",        \
        .help = "write the result as JSON, for otalab merge and other " \
                "programs"                                              \
    }
#define OPTION_ROW_SWEEP_HTML                                             \
    {                                                                     \
        .name = "html", .kind = OPTION_FILE, .argument = "FILE",          \
        .help = "write the result as one HTML page that needs no network" \
    }
#define OPTION_ROW_SWEEP_JUNIT                                            \
    {                                                                     \
        .name = "junit", .kind = OPTION_FILE, .argument = "FILE",         \
        .help = "write the result as JUnit XML, a case for each kind of " \
                "operation"                                               \
    }
#define OPTION_ROW_SWEEP_QUIET                          \
    {                                                   \
        .name = "quiet", .short_name = 'q',             \
        .help = "print only failures and the last line" \
    }

/* Write all of it. 0, or a negative enum otalab_err if a file cannot be
 * written. */
int sweep_out(const struct sweep_out *out, const struct sweep_result *result,
              struct diag *diag);
/* The exit code for a result; 0 to 3, or that of an interruption. */
int sweep_exit_code(const struct sweep_result *result);

#endif
