/* SPDX-License-Identifier: MIT */
/* `otalab explain`: the reference of events, keys and words. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cli/cmd_check.h"
#include "shell/options.h"
#include "base/paths.h"
#include "scenario/explain.h"

#define PROGRAMS_MAX (64u * 1024u)

enum { MARKDOWN, JSON_SCHEMA };

static const struct option_spec explain_options[] = {
    [MARKDOWN] = {.name = "markdown",
                  .help =
                      "print the whole scenario reference as a Markdown page"},
    [JSON_SCHEMA] =
        {.name = "json-schema",
         .help = "print the JSON Schema of scenario files, for editors"},
    {0},
};

static const struct command_example explain_examples[] = {
    {"otalab explain rollback", "explain a word of the story"},
    {"otalab explain bad-hash", "explain why something was refused"},
    {"otalab explain", "list all words, events and keys"},
    {"otalab explain flash.erase", "explain an event and its fields"},
    {"otalab explain power_cut", "explain a key of scenarios"},
    {"otalab explain erase-mix",
     "explain a word that a key accepts as its value"},
    {0},
};

/* For the key whose values are programs: list the programs available here. */
static void list_programs(const char *topic)
{
    const char *dot = strrchr(topic, '.');
    struct locations where;
    struct diag diag = {.text = ""};
    char path[600];
    uint8_t *text = NULL;
    size_t size = 0;

    if (strcmp(dot != NULL ? dot + 1 : topic, "build") != 0 ||
        paths_locate(NULL, &where, &diag) != 0) {
        return;
    }
    snprintf(path, sizeof path, "%s/programs.txt", where.firmware_else);
    if (file_read(path, PROGRAMS_MAX, &text, &size, &diag) != 0) {
        return; /* 'make firmware' creates it */
    }
    printf("  Programs:\n");
    for (const char *line = (const char *)text; *line != '\0';) {
        size_t length = strcspn(line, "\n");

        printf("    %.*s\n", (int)length, line);
        line += length + (line[length] == '\n' ? 1 : 0);
    }
    free(text);
}

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
        err = diag_fail(
            &diag, OTALAB_ERR_USAGE,
            "too many requests; give one of NAME, --markdown or --json-schema");
    } else if (markdown) {
        explain_markdown(stdout);
    } else if (json) {
        explain_json_schema(stdout);
    } else if (options.count == 0) {
        explain_list(stdout);
    } else {
        err = explain_topic(stdout, options.arguments[0], &diag);
        if (err == 0) {
            list_programs(options.arguments[0]);
        }
    }
    return err != 0 ? command_fail(&command_explain, err, &diag) : 0;
}

const struct command command_explain = {
    .name = "explain",
    .summary = "explain a word, an event or a scenario key",
    .run = explain_run,
    .options = explain_options,
    .arguments = "[NAME]",
    .completes = COMPLETES_TOPICS,
    .arguments_max = 1,
    .examples = explain_examples,
    .description = "These texts come from the tables with which scenarios are "
                   "read, so they are complete and up to date.",
};
