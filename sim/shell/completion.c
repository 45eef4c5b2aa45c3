/* SPDX-License-Identifier: MIT */
#include "shell/completion.h"

#include <stdbool.h>
#include <string.h>

#include "shell/options.h"

/* Where the words typed so far have led. */
struct place {
    const struct command *command;
    const struct option_spec *option; /* whose value comes next, or NULL */
    bool only_arguments;              /* after -- */
};

void completion_word(const char *typed, const char *word, const char *summary,
                     FILE *out)
{
    if (strncmp(word, typed, strlen(typed)) == 0) {
        fprintf(out, "%s%s%s\n", word, summary != NULL ? "\t" : "",
                summary != NULL ? summary : "");
    }
}

/* "-s", "--seed" or "--seed=.."; NULL if the command has no such option. */
static const struct option_spec *find_option(const struct command *command,
                                             const char *word)
{
    size_t length = strcspn(word, "=");

    for (const struct option_spec *spec = command->options;
         spec != NULL && spec->name != NULL; spec++) {
        bool is_long = word[1] == '-' && strlen(spec->name) + 2 == length &&
                       strncmp(spec->name, word + 2, length - 2) == 0;
        bool is_short = length == 2 && word[1] == spec->short_name;

        if (is_long || is_short) {
            return spec;
        }
    }
    return NULL;
}

static void take_word(struct place *place, const char *word)
{
    const struct command *next =
        command_find(place->command, place->only_arguments ? "" : word);

    if (place->option != NULL) {
        /* bash treats "=" as a word of its own */
        place->option = strcmp(word, "=") == 0 ? place->option : NULL;
    } else if (next != NULL) {
        place->command = next;
    } else if (strcmp(word, "--") == 0) {
        place->only_arguments = true;
    } else if (!place->only_arguments && word[0] == '-') {
        place->option = find_option(place->command, word);
        if (place->option != NULL &&
            (!option_takes_word(place->option) || strchr(word, '=') != NULL)) {
            place->option = NULL;
        }
    }
}

/* "auto|always|never" */
static void offer_choice(const char *choice, const char *typed, FILE *out)
{
    char word[64];

    while (*choice != '\0') {
        size_t length = strcspn(choice, "|");

        snprintf(word, sizeof word, "%.*s", (int)length, choice);
        completion_word(typed, word, NULL, out);
        choice += length + (choice[length] == '|');
    }
}

static void offer_options(const struct command *command, const char *typed,
                          FILE *out)
{
    char word[64];

    for (const struct option_spec *spec = command->options;
         spec != NULL && spec->name != NULL; spec++) {
        snprintf(word, sizeof word, "--%s", spec->name);
        completion_word(typed, word, spec->help, out);
    }
    completion_word(typed, "--help", "print this help", out);
}

static void offer_commands(const struct command *command, const char *typed,
                           FILE *out)
{
    for (unsigned i = 0; command->subcommands[i] != NULL; i++) {
        completion_word(typed, command_word(command->subcommands[i]),
                        command->subcommands[i]->summary, out);
    }
    completion_word(typed, "help", "print this help", out);
}

static enum completion_adds adds_for(const struct place *place, bool options)
{
    static const enum completion_adds arguments[] = {
        [COMPLETES_FILES] = ADDS_FILES,
        [COMPLETES_SCENARIOS] = ADDS_SCENARIOS,
        [COMPLETES_TOPICS] = ADDS_TOPICS,
        [COMPLETES_LESSONS] = ADDS_LESSONS,
        [COMPLETES_WORDS] = ADDS_NOTHING,
        [COMPLETES_NOTHING] = ADDS_NOTHING,
    };

    if (place->option != NULL) {
        bool folder = strcmp(option_argument(place->option), "DIR") == 0;

        return place->option->kind != OPTION_FILE ? ADDS_NOTHING
               : folder                           ? ADDS_FOLDERS
                                                  : ADDS_FILES;
    }
    return options || place->command->subcommands != NULL ||
                   place->command->arguments == NULL
               ? ADDS_NOTHING
               : arguments[place->command->completes];
}

static void offer_words(const struct place *place, bool options,
                        const char *typed, FILE *out)
{
    const struct command *command = place->command;

    if (place->option != NULL) {
        if (place->option->kind == OPTION_CHOICE) {
            offer_choice(place->option->argument, typed, out);
        }
    } else if (options) {
        offer_options(command, typed, out);
    } else if (command->subcommands != NULL) {
        offer_commands(command, typed, out);
    } else if (command->completes == COMPLETES_WORDS &&
               command->arguments != NULL) {
        offer_choice(command->arguments, typed, out);
    }
}

struct completion completion_offer(const struct command *root,
                                   char *const *words, int count, FILE *out)
{
    static const char *const adds[] = {
        [ADDS_NOTHING] = "words",   [ADDS_FILES] = "files",
        [ADDS_FOLDERS] = "folders", [ADDS_SCENARIOS] = "scenarios",
        [ADDS_TOPICS] = "words",    [ADDS_LESSONS] = "folders",
    };
    struct place place = {.command = root};
    const char *typed = words[count - 1];

    for (int i = 0; i < count - 1; i++) {
        take_word(&place, words[i]);
    }
    bool options =
        !place.only_arguments && place.option == NULL && typed[0] == '-';
    if (options && strchr(typed, '=') != NULL) {
        place.option = find_option(place.command, typed);
        typed = strchr(typed, '=') + 1;
    } else if (place.option != NULL && strcmp(typed, "=") == 0) {
        typed = "";
    }

    struct completion answer = {adds_for(&place, options), typed};

    fprintf(out, "%s\n", adds[answer.adds]);
    offer_words(&place, options, typed, out);
    return answer;
}
