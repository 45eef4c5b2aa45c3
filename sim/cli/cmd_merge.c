/* SPDX-License-Identifier: MIT */
/* `otalab merge`: the parts of a sweep are put together. */
#include "cli/cmd_run.h"

#include <stdlib.h>

#include "cli/sweep_out.h"
#include "sweep/merge.h"

enum { JSON, HTML, JUNIT, QUIET, COLOR };

static const struct option_spec merge_table[] = {
    [JSON] = OPTION_ROW_SWEEP_JSON,   [HTML] = OPTION_ROW_SWEEP_HTML,
    [JUNIT] = OPTION_ROW_SWEEP_JUNIT, [QUIET] = OPTION_ROW_SWEEP_QUIET,
    [COLOR] = OPTION_ROW_COLOR,       {0},
};

static int read_part(const char *path, struct merge_part *part,
                     struct diag *diag)
{
    part->name = path;
    return result_load(path, &part->result, diag);
}

/* Returns an exit code, or a negative enum otalab_err with a line in diag. */
static int merge_files(const struct options *options, struct merge_part *part,
                       struct sweep_result *whole, struct diag *diag)
{
    const struct option_value *value = options->value;
    struct sweep_out out = {.json = value[JSON].text,
                            .html = value[HTML].text,
                            .junit = value[JUNIT].text,
                            .quiet = value[QUIET].given,
                            .color = options_color(value[COLOR].text, stdout)};
    int err = 0;

    for (int i = 0; i < options->count && err == 0; i++) {
        err = read_part(options->arguments[i], &part[i], diag);
    }
    err = err ? err : merge_all(part, (size_t)options->count, whole, diag);
    err = err ? err : sweep_out(&out, whole, diag);
    return err ? err : sweep_exit_code(whole);
}

static int run(int argc, char **argv)
{
    struct options options;
    struct diag diag = {.text = ""};
    struct sweep_result whole = {0};
    int code = options_parse(&options, &command_merge, argc, argv);

    if (code != OPTIONS_GO) {
        return code;
    }
    struct merge_part *part = calloc((size_t)options.count, sizeof *part);

    code = part != NULL
               ? merge_files(&options, part, &whole, &diag)
               : diag_fail(&diag, OTALAB_ERR_SIMULATOR, "out of memory");
    for (int i = 0; part != NULL && i < options.count; i++) {
        result_free(&part[i].result);
    }
    free(part);
    result_free(&whole);
    return code < 0 ? command_fail(&command_merge, code, &diag) : code;
}

static const struct command_example examples[] = {
    {"otalab merge 1.json 2.json 3.json 4.json", "put four shards together"},
    {"otalab merge sweep.json", "print a result again"},
    {0},
};

const struct command command_merge = {
    .name = "merge",
    .summary = "put the shards of a sweep together",
    .run = run,
    .options = merge_table,
    .arguments = "FILE...",
    .arguments_min = 1,
    .arguments_max = -1,
    .completes = COMPLETES_FILES,
    .examples = examples,
    .description = "All shards must be there, each once, of the same scenario, "
                   "programs and options. Exit code: as of the whole sweep, or "
                   "2 if the files do not belong together.",
};
