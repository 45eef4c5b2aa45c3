/* SPDX-License-Identifier: MIT */
/*
 * Shell completions. The scripts know nothing about otalab: at each Tab they
 * ask `otalab completion --offer -- WORD...`, which answers from the tables of
 * commands.h. The first line of the answer says what the shell adds itself.
 * Each further line is a word and, after a tab, what it means.
 */
#ifndef OTALAB_SHELL_COMPLETION_H
#define OTALAB_SHELL_COMPLETION_H

#include <stdio.h>

#include "shell/commands.h"

/* What the shell, or the caller, adds to the words offered. */
enum completion_adds {
    ADDS_NOTHING,
    ADDS_FILES,
    ADDS_FOLDERS,
    ADDS_SCENARIOS, /* names from the caller; folders, *.yaml from the shell */
    ADDS_TOPICS,    /* names from the caller */
    ADDS_LESSONS    /* names from the caller; folders from the shell */
};

struct completion {
    enum completion_adds adds;
    const char *typed; /* the part of the last word that is being completed */
};

/* Answer for the words after "otalab", the last of which is being typed and may
 * be empty; `count` is at least 1. Writes the first line, then the words found
 * in the tables. The caller checks the stream for errors. */
struct completion completion_offer(const struct command *root,
                                   char *const *words, int count, FILE *out);

/* Write one line of the answer if `word` begins with what was typed; `summary`
 * may be NULL. */
void completion_word(const char *typed, const char *word, const char *summary,
                     FILE *out);

/* The script for bash, zsh or fish; NULL for any other shell. */
const char *completion_script(const char *shell);

#endif
