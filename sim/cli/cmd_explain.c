/* SPDX-License-Identifier: MIT */
/* `otalab explain`: the catalogue of events, keys and words. */
#include <stdio.h>

#include "cli/cmd_check.h"
#include "cli/options.h"
#include "scenario/explain.h"

enum { MARKDOWN, JSON_SCHEMA };

static const struct option_spec explain_options[] = {
    [MARKDOWN] = {.name = "markdown",
                  .help = "the whole reference of scenarios as a page"},
    [JSON_SCHEMA] = {.name = "json-schema",
                     .help = "JSON Schema of scenario files, for editors"},
    {0},
};

static const struct command_example explain_examples[] = {
    {"otalab explain", "names of all events and keys"},
    {"otalab explain flash.erase", "an event and its fields"},
    {"otalab explain power_cut", "a key of scenarios"},
    {"otalab explain erase-mix", "a word that a key may have as its value"},
    {0},
};

static int explain_run(int argc, char **argv)
{
    struct options options;
    struct diag diag = {.text = ""};
    int code = options_parse(&options, &command_explain, argc, argv);
    int err = 0;

    if (code != OPTIONS_GO) {
        return code;
    }
    bool markdown = options.value[MARKDOWN].given;
    bool json = options.value[JSON_SCHEMA].given;

    if (options.count + markdown + json > 1) {
        err = diag_fail(&diag, OTALAB_ERR_USAGE,
                        "one thing at a time: NAME, --markdown or "
                        "--json-schema");
    } else if (markdown) {
        explain_markdown(stdout);
    } else if (json) {
        explain_json_schema(stdout);
    } else if (options.count == 0) {
        explain_list(stdout);
    } else {
        err = explain_topic(stdout, options.arguments[0], &diag);
    }
    if (err == 0 && (fflush(stdout) != 0 || ferror(stdout) != 0)) {
        err = diag_fail(&diag, OTALAB_ERR_SIMULATOR, "cannot write to stdout");
    }
    return err != 0 ? command_fail(&command_explain, err, &diag) : 0;
}

const struct command command_explain = {
    .name = "explain",
    .summary = "what an event, a scenario's key or a word means",
    .run = explain_run,
    .options = explain_options,
    .arguments = "[NAME]",
    .completes = COMPLETES_TOPICS,
    .arguments_max = 1,
    .examples = explain_examples,
    .description = "Everything here is made from the tables by which "
                   "scenarios are read, so it is complete and true.",
};
