/* SPDX-License-Identifier: MIT */
#include "shell/options.h"

#include "base/suggest.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WORD_MAX 64

/* ---- numbers --------------------------------------------------------- */

struct unit {
    const char *name;
    uint64_t factor;
};

static const struct unit size_units[] = {
    {"", 1}, {"B", 1}, {"KiB", 1024}, {"MiB", 1024 * 1024}, {NULL, 0},
};

static const struct unit time_units[] = {
    {"ns", 1},         {"us", 1000},         {"ms", 1000000},
    {"s", 1000000000}, {"min", 60000000000}, {"h", 3600000000000},
    {NULL, 0},
};

static int digit_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return 99;
}

/* Digits at *text, which is moved behind them. */
static int take_number(const char **text, uint64_t *number)
{
    const char *at = *text;
    unsigned base = 10;
    uint64_t sum = 0;

    if (at[0] == '0' && (at[1] == 'x' || at[1] == 'X')) {
        base = 16;
        at += 2;
    }
    const char *first = at;
    while (digit_value(*at) < (int)base) {
        uint64_t digit = (uint64_t)digit_value(*at);
        if (sum > (UINT64_MAX - digit) / base) {
            return -1;
        }
        sum = sum * base + digit;
        at++;
    }
    if (at == first) {
        return -1;
    }
    *text = at;
    *number = sum;
    return 0;
}

static int with_unit(const char *text, const struct unit *units,
                     uint64_t *value)
{
    uint64_t number;

    if (take_number(&text, &number) != 0) {
        return -1;
    }
    for (; units->name != NULL; units++) {
        if (strcmp(text, units->name) == 0) {
            if (number > UINT64_MAX / units->factor) {
                return -1;
            }
            *value = number * units->factor;
            return 0;
        }
    }
    return -1;
}

int options_size(const char *text, uint64_t *bytes)
{
    return with_unit(text, size_units, bytes);
}

int options_time(const char *text, uint64_t *ns)
{
    return with_unit(text, time_units, ns);
}

int options_number(const char *text, uint64_t *number)
{
    return take_number(&text, number) != 0 || *text != '\0' ? -1 : 0;
}

/* ---- errors ---------------------------------------------------------- */

const char *command_path(const struct command *command, char *out, size_t size)
{
    bool root = strcmp(command->name, "otalab") == 0;

    snprintf(out, size, "otalab%s%s", root ? "" : " ",
             root ? "" : command->name);
    return out;
}

int command_fail(const struct command *command, int err,
                 const struct diag *diag)
{
    char path[WORD_MAX];

    fprintf(stderr, "%s: %s\n", command_path(command, path, sizeof path),
            diag->text[0] != '\0' ? diag->text : "failed");
    return -err;
}

static int usage(const struct command *command, const char *what,
                 const char *name, const char *remedy)
{
    char path[WORD_MAX];

    command_path(command, path, sizeof path);
    fprintf(stderr, "%s: %s%s%s (see '%s --help')\n", path, what, name, remedy,
            path);
    return -OTALAB_ERR_USAGE;
}

static int unknown_option(const struct command *command, const char *typed)
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
        return options_number(text, number);
    case OPTION_SIZE:
        return options_size(text, number);
    case OPTION_TIME:
        return options_time(text, number);
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
        return usage(command, "given twice: --", spec->name, "");
    }
    if (value->count >= OPTIONS_REPEAT_MAX) {
        return usage(command, "given too often: --", spec->name, "");
    }
    value->given = true;
    if (text != NULL && read_value(spec, text, &value->number) != 0) {
        return bad_value(command, spec, text);
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
    return spec->kind != OPTION_FLAG && spec->kind != OPTION_MAYBE;
}

/* The option found; `attached` is what stood behind '=' (or the letter). */
static int take_option(struct walk *walk, const struct option_spec *spec,
                       const char *attached)
{
    const char *text = attached;

    if (spec->kind == OPTION_FLAG && attached != NULL) {
        return usage(walk->command, "takes no argument: --", spec->name, "");
    }
    if (option_takes_word(spec) && attached == NULL) {
        if (walk->at + 1 >= walk->argc) {
            return usage(walk->command, "an argument is missing behind --",
                         spec->name, "");
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
    return unknown_option(walk->command, word);
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
            return unknown_option(walk->command, word);
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

/* ---- groups of commands ---------------------------------------------- */

const char *command_word(const struct command *command)
{
    const char *space = strrchr(command->name, ' ');

    return space != NULL ? space + 1 : command->name;
}

static const struct command *find_command(const struct command *group,
                                          const char *word)
{
    for (unsigned i = 0; group->subcommands[i] != NULL; i++) {
        if (strcmp(command_word(group->subcommands[i]), word) == 0) {
            return group->subcommands[i];
        }
    }
    return NULL;
}

static int unknown_command(const struct command *group, const char *word)
{
    char path[WORD_MAX];
    struct suggest suggest;

    suggest_start(&suggest, word);
    for (unsigned i = 0; group->subcommands[i] != NULL; i++) {
        suggest_offer(&suggest, command_word(group->subcommands[i]));
    }
    const char *near = suggest_best(&suggest);
    command_path(group, path, sizeof path);
    fprintf(stderr, "%s: no command '%.60s'%s%s%s (see '%s --help')\n", path,
            word, near != NULL ? "; did you mean '" : "",
            near != NULL ? near : "", near != NULL ? "'?" : "", path);
    return -OTALAB_ERR_USAGE;
}

void command_walk(const struct command *command,
                  void (*visit)(const struct command *command, void *context),
                  void *context)
{
    visit(command, context);
    for (unsigned i = 0;
         command->subcommands != NULL && command->subcommands[i] != NULL; i++) {
        command_walk(command->subcommands[i], visit, context);
    }
}

static bool wants_help(const char *word)
{
    return strcmp(word, "help") == 0 || strcmp(word, "--help") == 0 ||
           strcmp(word, "-h") == 0;
}

static int run_command(const struct command *command, int argc, char **argv)
{
    return command->run != NULL ? command->run(argc, argv)
                                : command_dispatch(command, argc, argv);
}

/* "help image sign" */
static int help_on(const struct command *group, int argc, char **argv)
{
    const struct command *command = group;

    for (int i = 0; i < argc && command->subcommands != NULL; i++) {
        const struct command *next = find_command(command, argv[i]);
        if (next == NULL) {
            return unknown_command(command, argv[i]);
        }
        command = next;
    }
    command_help(command, stdout);
    return 0;
}

int command_dispatch(const struct command *command, int argc, char **argv)
{
    if (argc < 2) {
        command_help(command, stdout);
        return 0;
    }
    if (wants_help(argv[1])) {
        return help_on(command, argc - 2, argv + 2);
    }
    if (argv[1][0] == '-') {
        return unknown_option(command, argv[1]);
    }
    const struct command *next = find_command(command, argv[1]);
    if (next == NULL) {
        return unknown_command(command, argv[1]);
    }
    return run_command(next, argc - 1, argv + 1);
}

int options_port(const struct option_value *value, struct diag *diag)
{
    if (!value->given || (value->number >= 1 && value->number <= UINT16_MAX)) {
        return 0;
    }
    return diag_fail(diag, OTALAB_ERR_USAGE,
                     "--gdb %s: is no TCP port; one from 1 to %u", value->text,
                     UINT16_MAX);
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
