/* SPDX-License-Identifier: MIT */
/*
 * Each script is a fixed part and tables. All three go the same way: find the
 * command by the words typed so far ("image sign"; "" is the root), see
 * whether an option still waits for its value, and offer by kind: none,
 * files, folders, scenarios, topics, or the words of a choice.
 */
#include "shell/completion.h"

#include <stdbool.h>
#include <string.h>

#include "shell/options.h"

/* The key of a command in all tables. */
static const char *key(const struct command *command)
{
    return strcmp(command->name, "otalab") == 0 ? "" : command->name;
}

/* Words and kinds never have a blank: "auto|always|never" is a choice. */
static const char *value_kind(const struct option_spec *spec)
{
    if (spec->kind == OPTION_CHOICE) {
        return spec->argument;
    }
    if (spec->kind != OPTION_FILE) {
        return "none";
    }
    return strcmp(option_argument(spec), "DIR") == 0 ? "folders" : "files";
}

static const char *arguments_kind(const struct command *command)
{
    static const char *const kinds[] = {
        [COMPLETES_FILES] = "files",
        [COMPLETES_SCENARIOS] = "scenarios",
        [COMPLETES_TOPICS] = "topics",
        [COMPLETES_NOTHING] = "none",
    };

    if (command->arguments == NULL) {
        return "none";
    }
    return command->completes == COMPLETES_WORDS ? command->arguments
                                                 : kinds[command->completes];
}

/* In single quotes, with a backslash before each character of `escaped`. */
static void put_quoted(FILE *out, const char *text, const char *escaped)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            fputs("'\\''", out);
        } else {
            fprintf(out, "%s%c", strchr(escaped, *text) != NULL ? "\\" : "",
                    *text);
        }
    }
}

/* A choice as words with blanks between. */
static void put_words(FILE *out, const char *choice)
{
    for (; *choice != '\0'; choice++) {
        fputc(*choice == '|' ? ' ' : *choice, out);
    }
}

static void put_subcommands(FILE *out, const struct command *command)
{
    for (unsigned i = 0; command->subcommands[i] != NULL; i++) {
        fprintf(out, "%s%s", i > 0 ? " " : "",
                command_word(command->subcommands[i]));
    }
}

/* ---- bash ------------------------------------------------------------- */

static void bash_value(FILE *out, const struct command *command,
                       const struct option_spec *spec)
{
    fprintf(out, "    'value:%s --%s'", key(command), spec->name);
    if (spec->short_name != 0) {
        fprintf(out, " | 'value:%s -%c'", key(command), spec->short_name);
    }
    fprintf(out, ") echo '%s' ;;\n", value_kind(spec));
}

static void bash_command(const struct command *command, void *context)
{
    FILE *out = context;
    const struct option_spec *spec;

    if (command->subcommands != NULL) {
        fprintf(out, "    'commands:%s') echo '", key(command));
        put_subcommands(out, command);
        fputs("' ;;\n", out);
    }
    fprintf(out, "    'options:%s') echo '", key(command));
    for (spec = command->options; spec != NULL && spec->name != NULL; spec++) {
        fprintf(out, "--%s%s ", spec->name,
                spec->kind == OPTION_MAYBE ? "=" : "");
    }
    fputs("--help' ;;\n", out);
    fprintf(out, "    'arguments:%s') echo '%s' ;;\n", key(command),
            arguments_kind(command));
    for (spec = command->options; spec != NULL && spec->name != NULL; spec++) {
        if (option_takes_word(spec)) {
            bash_value(out, command, spec);
        }
    }
}

static const char bash_rest[] =
    "    esac\n"
    "}\n"
    "\n"
    "# _otalab_offer KIND CURRENT PROGRAM\n"
    "_otalab_offer() {\n"
    "    case $1 in\n"
    "    none) return ;;\n"
    "    files) compgen -f -- \"$2\" ;;\n"
    "    folders) compgen -d -- \"$2\" ;;\n"
    "    scenarios | topics)\n"
    "        compgen -W \"$(\"$3\" completion --names \"$1\" 2>/dev/null)\" "
    "-- \"$2\"\n"
    "        [ \"$1\" = topics ] && return\n"
    "        compgen -f -X '!*.yaml' -- \"$2\"\n"
    "        compgen -d -- \"$2\"\n"
    "        ;;\n"
    "    *) compgen -W \"${1//|/ }\" -- \"$2\" ;;\n"
    "    esac\n"
    "}\n"
    "\n"
    "_otalab() {\n"
    "    local program=$1 current=${COMP_WORDS[COMP_CWORD]}\n"
    "    local path='' pending='' only='' before='' commands kind word i\n"
    "    COMPREPLY=()\n"
    "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
    "        word=${COMP_WORDS[i]}\n"
    "        commands=\" $(_otalab_table \"commands:$path\") \"\n"
    "        if [ -n \"$pending\" ]; then\n"
    "            [ \"$word\" = = ] || pending=''\n"
    "        elif [[ -n $only || ($word == help && $commands != '  ') ]]; "
    "then\n"
    "            continue\n"
    "        elif [[ $commands == *\" $word \"* ]]; then\n"
    "            path=${path:+$path }$word\n"
    "        elif [ \"$word\" = -- ]; then\n"
    "            only=yes\n"
    "        elif [[ $word == -* ]]; then\n"
    "            pending=$(_otalab_table \"value:$path $word\")\n"
    "        fi\n"
    "    done\n"
    "    [ \"$current\" != = ] || current=''\n"
    "    if [[ -z $pending && -z $only && $current == --*=* ]]; then\n"
    "        before=${current%%=*}=\n"
    "        pending=$(_otalab_table \"value:$path ${before%=}\")\n"
    "        current=${current#*=}\n"
    "    fi\n"
    "    commands=$(_otalab_table \"commands:$path\")\n"
    "    if [ -n \"$pending\" ]; then\n"
    "        kind=$pending\n"
    "    elif [[ -z $only && $current == -* ]]; then\n"
    "        kind=$(_otalab_table \"options:$path\")\n"
    "    elif [ -n \"$commands\" ]; then\n"
    "        kind=\"$commands help\"\n"
    "    else\n"
    "        kind=$(_otalab_table \"arguments:$path\")\n"
    "    fi\n"
    "    mapfile -t COMPREPLY < <(_otalab_offer \"$kind\" \"$current\" "
    "\"$program\" |\n"
    "        sort -u | sed \"s|^|$before|\")\n"
    "    case $kind in\n"
    "    files | folders | scenarios) compopt -o filenames 2>/dev/null ;;\n"
    "    esac\n"
    "    [[ ${#COMPREPLY[@]} != 1 || ${COMPREPLY[0]} != *= ]] ||\n"
    "        compopt -o nospace 2>/dev/null\n"
    "}\n"
    "complete -F _otalab otalab\n";

void completion_bash(const struct command *root, FILE *out)
{
    fputs("# bash completion of otalab; made by `otalab completion bash`\n"
          "# shellcheck shell=bash\n"
          "\n"
          "# _otalab_table WHAT: what the command line knows by heart\n"
          "_otalab_table() {\n"
          "    case $1 in\n",
          out);
    command_walk(root, bash_command, out);
    fputs(bash_rest, out);
}

/* ---- zsh -------------------------------------------------------------- */

static const char zsh_head[] =
    "#compdef otalab\n"
    "# zsh completion of otalab; made by `otalab completion zsh`\n"
    "\n"
    "# _otalab_names [OPTION OF COMPADD...] WHAT\n"
    "_otalab_names() {\n"
    "    local -a names\n"
    "    names=(${(f)\"$($program completion --names $@[-1] "
    "2>/dev/null)\"})\n"
    "    compadd \"${@[1,-2]}\" -a names\n"
    "}\n"
    "\n"
    "_otalab_scenarios() {\n"
    "    _alternative 'names:scenario:_otalab_names scenarios' \\\n"
    "        'files:file:_files -g \"*.yaml\"'\n"
    "}\n"
    "\n"
    "# _otalab_group FUNCTION NAME:SUMMARY...\n"
    "_otalab_group() {\n"
    "    local function=$1 curcontext=$curcontext state line\n"
    "    local -a list\n"
    "    shift\n"
    "    list=(\"$@\" 'help:print help')\n"
    "    _arguments -C '(- *)'{-h,--help}'[print help]' \\\n"
    "        '1:command:->command' '*::argument:->argument' && return\n"
    "    case $state in\n"
    "    (command) _describe -t commands command list ;;\n"
    "    (argument)\n"
    "        if [[ $line[1] = help ]]; then\n"
    "            $function\n"
    "        elif (( $+functions[${function}_$line[1]] )); then\n"
    "            ${function}_$line[1]\n"
    "        fi\n"
    "        ;;\n"
    "    esac\n"
    "}\n"
    "\n";

static const char zsh_tail[] = "\n"
                               "_otalab() {\n"
                               "    local program=$words[1]\n"
                               "    _otalab_run_root\n"
                               "}\n"
                               "\n"
                               "if [ \"$funcstack[1]\" = _otalab ]; then\n"
                               "    _otalab \"$@\"\n"
                               "else\n"
                               "    compdef _otalab otalab\n"
                               "fi\n";

/* "image sign" with underscores. */
static void zsh_name(FILE *out, const struct command *command)
{
    fputs("_otalab_run_root", out);
    for (const char *at = key(command); *at != '\0'; at++) {
        fprintf(out, "%s%c", at == key(command) ? "_" : "",
                *at == ' ' ? '_' : *at);
    }
}

/* What _arguments does for a kind. */
static void zsh_action(FILE *out, const char *kind)
{
    static const struct {
        const char *kind;
        const char *action;
    } actions[] = {
        {"none", " "},
        {"files", "_files"},
        {"folders", "_files -/"},
        {"scenarios", "_otalab_scenarios"},
        {"topics", "_otalab_names topics"},
    };

    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
        if (strcmp(kind, actions[i].kind) == 0) {
            fputs(actions[i].action, out);
            return;
        }
    }
    fputc('(', out);
    put_words(out, kind);
    fputc(')', out);
}

/* '[help]:FILE:_files' */
static void zsh_help(FILE *out, const struct option_spec *spec)
{
    fputs("'[", out);
    put_quoted(out, spec->help, "[]\\");
    fputc(']', out);
    if (spec->kind != OPTION_FLAG) {
        fputs(spec->kind == OPTION_MAYBE ? "::" : ":", out);
        put_quoted(out,
                   spec->kind == OPTION_CHOICE ? spec->name
                                               : option_argument(spec),
                   ":\\");
        fputc(':', out);
        zsh_action(out, value_kind(spec));
    }
    fputc('\'', out);
}

/* '(-k --key)'{-k+,--key=}'[help]:FILE:_files', or '*--edit='... */
static void zsh_option(FILE *out, const struct option_spec *spec)
{
    bool word = option_takes_word(spec);
    const char *join = spec->kind == OPTION_MAYBE ? "=-" : word ? "=" : "";

    fputs(" \\\n        ", out);
    if (spec->repeat) {
        fputs("'*'", out);
    } else if (spec->short_name != 0) {
        fprintf(out, "'(-%c --%s)'", spec->short_name, spec->name);
    }
    if (spec->short_name != 0) {
        fprintf(out, "{-%c%s,--%s%s}", spec->short_name, word ? "+" : "",
                spec->name, join);
    } else {
        fprintf(out, "--%s%s", spec->name, join);
    }
    zsh_help(out, spec);
}

static void zsh_group(FILE *out, const struct command *command)
{
    fputs("    _otalab_group ", out);
    zsh_name(out, command);
    for (unsigned i = 0; command->subcommands[i] != NULL; i++) {
        fprintf(out,
                " \\\n        '%s:", command_word(command->subcommands[i]));
        put_quoted(out, command->subcommands[i]->summary, "");
        fputc('\'', out);
    }
}

static void zsh_command(const struct command *command, void *context)
{
    FILE *out = context;

    zsh_name(out, command);
    fputs("() {\n", out);
    if (command->subcommands != NULL) {
        zsh_group(out, command);
    } else {
        fputs("    _arguments -s -S '(- *)'{-h,--help}'[print help]'", out);
        for (const struct option_spec *spec = command->options;
             spec != NULL && spec->name != NULL; spec++) {
            zsh_option(out, spec);
        }
        if (command->arguments != NULL) {
            fputs(" \\\n        '*:", out);
            put_quoted(out, command->arguments, ":\\");
            fputc(':', out);
            zsh_action(out, arguments_kind(command));
            fputc('\'', out);
        }
    }
    fputs("\n}\n", out);
}

void completion_zsh(const struct command *root, FILE *out)
{
    fputs(zsh_head, out);
    command_walk(root, zsh_command, out);
    fputs(zsh_tail, out);
}

/* ---- fish ------------------------------------------------------------- */

static const char fish_head[] =
    "# fish completion of otalab; made by `otalab completion fish`\n"
    "\n"
    "function __otalab_commands\n"
    "    switch \"$argv\"\n";

static const char fish_mid[] =
    "    end\n"
    "end\n"
    "\n"
    "# The command that was typed: \"image sign\"; nothing for the root.\n"
    "function __otalab_path\n"
    "    set -l path\n"
    "    for word in (commandline -opc)[2..-1]\n"
    "        if contains -- $word (__otalab_commands \"$path\")\n"
    "            set path $path $word\n"
    "        else if test \"$word\" != help\n"
    "            break\n"
    "        end\n"
    "    end\n"
    "    echo \"$path\"\n"
    "end\n"
    "\n"
    "function __otalab_at\n"
    "    test (__otalab_path) = \"$argv\"\n"
    "end\n"
    "\n"
    "function __otalab_names\n"
    "    set -l program (commandline -opc)[1]\n"
    "    $program completion --names $argv 2>/dev/null\n"
    "end\n"
    "\n"
    "complete -c otalab -f\n";

static void fish_commands(const struct command *command, void *context)
{
    FILE *out = context;

    if (command->subcommands != NULL) {
        fprintf(out, "    case '%s'\n        printf '%%s\\n' ", key(command));
        put_subcommands(out, command);
        fputc('\n', out);
    }
}

static void fish_at(FILE *out, const struct command *command)
{
    fprintf(out, "complete -c otalab -n '__otalab_at %s'", key(command));
}

static void fish_says(FILE *out, const char *text)
{
    fputs(" -d '", out);
    for (; *text != '\0'; text++) {
        fprintf(out, "%s%c", *text == '\'' || *text == '\\' ? "\\" : "", *text);
    }
    fputs("'\n", out);
}

/* What is offered for a kind; `alone` when files are not. */
static void fish_kind(FILE *out, const char *kind, const char *alone)
{
    if (strcmp(kind, "files") == 0) {
        fputs(" -F", out);
    } else if (strcmp(kind, "folders") == 0) {
        fprintf(out, "%s -a '(__fish_complete_directories)'", alone);
    } else if (strcmp(kind, "scenarios") == 0) {
        fputs(" -F -a '(__otalab_names scenarios)'", out);
    } else if (strcmp(kind, "topics") == 0) {
        fprintf(out, "%s -a '(__otalab_names topics)'", alone);
    } else if (strcmp(kind, "none") == 0) {
        fputs(alone, out);
    } else {
        fprintf(out, "%s -a '", alone);
        put_words(out, kind);
        fputc('\'', out);
    }
}

static void fish_option(FILE *out, const struct command *command,
                        const struct option_spec *spec)
{
    fish_at(out, command);
    if (spec->short_name != 0) {
        fprintf(out, " -s %c", spec->short_name);
    }
    fprintf(out, " -l %s", spec->name);
    if (option_takes_word(spec)) {
        fputs(" -r", out);
        fish_kind(out, value_kind(spec), " -f");
    }
    fish_says(out, spec->help);
}

static void fish_command(const struct command *command, void *context)
{
    FILE *out = context;

    for (unsigned i = 0;
         command->subcommands != NULL && command->subcommands[i] != NULL; i++) {
        fish_at(out, command);
        fprintf(out, " -a %s", command_word(command->subcommands[i]));
        fish_says(out, command->subcommands[i]->summary);
    }
    if (command->arguments != NULL) {
        fish_at(out, command);
        fish_kind(out, arguments_kind(command), " -f");
        fputc('\n', out);
    }
    for (const struct option_spec *spec = command->options;
         spec != NULL && spec->name != NULL; spec++) {
        fish_option(out, command, spec);
    }
}

void completion_fish(const struct command *root, FILE *out)
{
    fputs(fish_head, out);
    command_walk(root, fish_commands, out);
    fputs(fish_mid, out);
    fputs("complete -c otalab -s h -l help -d 'print help'\n"
          "complete -c otalab -n '__otalab_at' -a help -d 'print help'\n",
          out);
    command_walk(root, fish_command, out);
}
