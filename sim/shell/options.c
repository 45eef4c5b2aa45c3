/* SPDX-License-Identifier: MIT */
#include "shell/options.h"

#include "base/quantity.h"
#include "base/suggest.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WORD_MAX 64

/* ---- errors ---------------------------------------------------------- */

static int usage(const struct command *command, const char *what,
                 const char *name, const char *remedy)
{
    char path[WORD_MAX];

    command_path(command, path, sizeof path);
    fprintf(stderr, "%s: %s%s%s (see '%s --help')\n", path, what, name, remedy,
            path);
    return -OTALAB_ERR_USAGE;
}

int options_unknown(const struct command *command, const char *typed)
{
    struct suggest near;
    char remedy[WORD_MAX + 32] = "";
    char word[WORD_MAX] = "";

    snprintf(word, sizeof word, "%.*s", (int)strcspn(typed, "="), typed);
    suggest_start(&near, word + strspn(word, "-"));
    for (const struct option_spec *spec = command->options;
         spec != NULL && spec->name != NULL; spec++) {
        suggest_offer(&near, spec->name);
    }
    suggest_offer(&near, "help");
    if (suggest_best(&near) != NULL) {
        snprintf(remedy, sizeof remedy, "; did you mean --%s?",
                 suggest_best(&near));
    }
    return usage(command, "unknown option ", word, remedy);
}

/* ---- one option ------------------------------------------------------ */

/* Index of `word` among the choices "a|b|c", or -1. */
static int find_choice(const char *choices, const char *word)
{
    size_t length = strlen(word);

    for (int index = 0;; index++) {
        size_t span = strcspn(choices, "|");
        if (span == length && memcmp(choices, word, span) == 0) {
            return index;
        }
        if (choices[span] == '\0') {
            return -1;
        }
        choices += span + 1;
    }
}

static const char *const wanted_form[] = {
    [OPTION_NUMBER] = "a number such as 12 or 0x0c",
    [OPTION_SIZE] = "a size such as 4096, 64KiB or 2MiB",
    [OPTION_TIME] = "a time with its unit, such as 45ms or 120s",
    [OPTION_DATA] = "a size such as 500kB, 1.5MB or 64KiB",
    [OPTION_CHANCE] = "a percentage such as 0.1%, at most 100%",
    [OPTION_ENERGY] = "an energy such as 10kJ or 500J",
    [OPTION_MONEY] = "dollars such as 200 or 0.5",
};

static int bad_value(const struct command *command,
                     const struct option_spec *spec, const char *text)
{
    char what[400];

    snprintf(what, sizeof what, "--%.40s %.80s: must be %s%.200s", spec->name,
             text, spec->kind == OPTION_CHOICE ? "one of " : "",
             spec->kind == OPTION_CHOICE ? spec->argument
                                         : wanted_form[spec->kind]);
    return usage(command, what, "", "");
}

static int read_value(const struct option_spec *spec, const char *text,
                      uint64_t *number)
{
    int choice;

    switch (spec->kind) {
    case OPTION_NUMBER:
        return quantity_number(text, number);
    case OPTION_SIZE:
        return quantity_number(text, number) == QUANTITY_OK
                   ? 0
                   : (int)quantity_size(text, number);
    case OPTION_TIME:
        return quantity_time(text, number);
    case OPTION_DATA:
        return quantity_data(text, number);
    case OPTION_CHANCE:
        return quantity_chance(text, number);
    case OPTION_ENERGY:
        return quantity_energy(text, number);
    case OPTION_MONEY:
        return quantity_money(text, number);
    case OPTION_CHOICE:
        choice = find_choice(spec->argument, text);
        *number = choice < 0 ? 0 : (uint64_t)choice;
        return choice < 0 ? -1 : 0;
    default:
        return 0;
    }
}

static int store(const struct command *command, const struct option_spec *spec,
                 struct option_value *value, const char *text)
{
    if (value->given && !spec->repeat && spec->kind != OPTION_FLAG) {
        return usage(command, "option given twice: --", spec->name, "");
    }
    if (value->count >= OPTIONS_REPEAT_MAX) {
        return usage(command, "option given too often: --", spec->name, "");
    }
    value->given = true;
    if (text != NULL && read_value(spec, text, &value->number) != 0) {
        return bad_value(command, spec, text);
    }
    if (spec->not_zero && text != NULL && value->number == 0) {
        return usage(command, "must not be 0: --", spec->name, "");
    }
    value->text = text;
    value->texts[value->count++] = text;
    return OPTIONS_GO;
}

/* ---- the walk over argv ---------------------------------------------- */

struct walk {
    const struct command *command;
    struct options *options;
    int argc;
    char **argv;
    int at;
};

bool option_takes_word(const struct option_spec *spec)
{
    return spec->kind != OPTION_FLAG;
}

/* Store the option that was found; `attached` is what follows '=' (or the
 * letter). */
static int take_option(struct walk *walk, const struct option_spec *spec,
                       const char *attached)
{
    const char *text = attached;

    if (spec->kind == OPTION_FLAG && attached != NULL) {
        return usage(walk->command, "option takes no argument: --", spec->name,
                     "");
    }
    if (option_takes_word(spec) && attached == NULL) {
        if (walk->at + 1 >= walk->argc) {
            return usage(walk->command, "missing argument after --", spec->name,
                         "");
        }
        text = walk->argv[++walk->at];
    }
    size_t index = (size_t)(spec - walk->command->options);
    return store(walk->command, spec, &walk->options->value[index], text);
}

static int take_long(struct walk *walk, const char *word)
{
    size_t length = strcspn(word + 2, "=");
    const char *attached =
        word[2 + length] == '=' ? word + 2 + length + 1 : NULL;

    for (const struct option_spec *spec = walk->command->options;
         spec != NULL && spec->name != NULL; spec++) {
        if (strlen(spec->name) == length &&
            memcmp(spec->name, word + 2, length) == 0) {
            return take_option(walk, spec, attached);
        }
    }
    return options_unknown(walk->command, word);
}

static const struct option_spec *find_short(const struct command *command,
                                            char letter)
{
    for (const struct option_spec *spec = command->options;
         spec != NULL && spec->name != NULL; spec++) {
        if (spec->short_name == letter) {
            return spec;
        }
    }
    return NULL;
}

/* -k FILE, -kFILE, -vq */
static int take_short(struct walk *walk, const char *word)
{
    for (const char *letter = word + 1; *letter != '\0'; letter++) {
        const struct option_spec *spec = find_short(walk->command, *letter);
        if (spec == NULL) {
            return options_unknown(walk->command, word);
        }
        bool rest = option_takes_word(spec) && letter[1] != '\0';
        int code = take_option(walk, spec, rest ? letter + 1 : NULL);
        if (code != OPTIONS_GO || rest) {
            return code;
        }
    }
    return OPTIONS_GO;
}

static int take_word(struct walk *walk, bool *only_arguments)
{
    char *word = walk->argv[walk->at];

    if (*only_arguments || word[0] != '-' || word[1] == '\0') {
        walk->options->arguments[walk->options->count++] = word;
        return OPTIONS_GO;
    }
    if (strcmp(word, "--") == 0) {
        *only_arguments = true;
        return OPTIONS_GO;
    }
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        command_help(walk->command, stdout);
        return 0;
    }
    return word[1] == '-' ? take_long(walk, word) : take_short(walk, word);
}

static int check_complete(const struct command *command,
                          const struct options *options)
{
    for (int i = 0;
         command->options != NULL && command->options[i].name != NULL; i++) {
        if (command->options[i].required && !options->value[i].given) {
            return usage(command, "needs --", command->options[i].name, "");
        }
    }
    if (options->count < command->arguments_min) {
        return usage(command, "needs ",
                     command->arguments != NULL ? command->arguments : "", "");
    }
    if (command->arguments_max >= 0 &&
        options->count > command->arguments_max) {
        return usage(command, "too many arguments: ",
                     options->arguments[command->arguments_max], "");
    }
    return OPTIONS_GO;
}

int options_parse(struct options *options, const struct command *command,
                  int argc, char **argv)
{
    struct walk walk = {command, options, argc, argv, 1};
    bool only_arguments = false;

    memset(options, 0, sizeof *options);
    options->arguments = argv + (argc > 0);
    for (; walk.at < argc; walk.at++) {
        int code = take_word(&walk, &only_arguments);
        if (code != OPTIONS_GO) {
            return code;
        }
    }
    return check_complete(command, options);
}

int options_port(const struct option_value *value, struct diag *diag)
{
    if (!value->given || (value->number >= 1 && value->number <= UINT16_MAX)) {
        return 0;
    }
    return diag_fail(diag, OTALAB_ERR_USAGE,
                     "--gdb %s: not a TCP port; give a number from 1 to %u",
                     value->text, UINT16_MAX);
}

bool options_color(const char *when, FILE *stream)
{
    if (when != NULL && strcmp(when, "always") == 0) {
        return true;
    }
    if (when != NULL && strcmp(when, "never") == 0) {
        return false;
    }
    const char *none = getenv("NO_COLOR");
    const char *term = getenv("TERM");

    return (none == NULL || none[0] == '\0') && term != NULL &&
           strcmp(term, "dumb") != 0 && isatty(fileno(stream)) == 1;
}
