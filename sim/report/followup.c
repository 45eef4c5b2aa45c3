/* SPDX-License-Identifier: MIT */
#include "report/followup.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Quoted as a shell reads it back. */
static void put_word(FILE *out, const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789_./,:@%+-";

    if (*text != '\0' && text[strspn(text, plain)] == '\0') {
        fprintf(out, " %s", text);
        return;
    }
    fputs(" '", out);
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            fputs("'\\''", out);
        } else {
            fputc(*text, out);
        }
    }
    fputc('\'', out);
}

static void put_option(FILE *out, const char *option, const char *value)
{
    if (value != NULL) {
        fprintf(out, " %s", option);
        put_word(out, value);
    }
}

static void put_dump(FILE *out, const struct report_how *how)
{
    put_option(out, "--flash", how->flash);
    put_option(out, "--fuses", how->fuses);
}

static void put_programs(FILE *out, const struct report_how *how)
{
    put_option(out, "--firmware", how->firmware);
    put_option(out, "--qemu", how->qemu);
}

/* What the three commands are built from. */
struct source {
    const struct scenario *scenario;
    const struct token *token;
    const struct report_how *how;
    const char *text; /* the token's */
};

static void put_faults(FILE *out, const struct source *source)
{
    put_option(out, "--as",
               source->token->way[0] != '\0' ? source->token->way : NULL);
    fprintf(out, " --seed %" PRIu64, source->scenario->seed);
    for (unsigned i = 0; i < source->token->faults; i++) {
        put_option(out, "--fault", source->token->fault[i]);
    }
}

static void put_run(FILE *out, const struct source *source)
{
    fprintf(out, "%s run", program_invocation_name);
    put_word(out, source->scenario->path);
    put_dump(out, source->how);
    put_faults(out, source);
    put_programs(out, source->how);
}

static void put_replay(FILE *out, const struct source *source)
{
    const struct report_how *how = source->how;

    fprintf(out, "%s replay", program_invocation_name);
    if (how->by_file && how->folder != NULL) {
        put_word(out, how->folder);
    } else {
        fprintf(out, " '%s'", source->text);
        put_option(out, "--scenario",
                   how->by_file ? source->scenario->path : NULL);
    }
    put_programs(out, how);
}

static void put_watch(FILE *out, const struct source *source)
{
    const struct report_how *how = source->how;

    fprintf(out, "%s tui", program_invocation_name);
    put_word(out, how->folder != NULL ? how->folder : source->scenario->path);
    if (how->folder == NULL) {
        put_faults(out, source);
    }
    put_option(out, "--firmware", how->firmware);
    if (how->at != 0) {
        fprintf(out, " --at %" PRIu64, how->at);
    } else {
        fputs(" --at run.end", out);
    }
}

static void put_debug(FILE *out, const struct source *source)
{
    fprintf(out, "%s run", program_invocation_name);
    put_word(out, source->scenario->path);
    fputs(" --gdb 3333", out);
    put_dump(out, source->how);
    put_faults(out, source);
    put_programs(out, source->how);
}

static char *make(const struct source *source,
                  void (*put)(FILE *, const struct source *))
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    if (out == NULL) {
        return NULL;
    }
    put(out, source);
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

int followup_make(struct followup *followup, const struct scenario *scenario,
                  const struct token *token, const struct report_how *how)
{
    bool dumped = how->flash != NULL;
    char text[TOKEN_MAX] = "";
    struct source source = {scenario, token, how, text};

    token_print(token, text, sizeof text);
    *followup = (struct followup){
        .token = strdup(text),
        .replay = make(&source, dumped ? put_run : put_replay),
        .watch = dumped ? NULL : make(&source, put_watch),
        .debug = make(&source, put_debug),
    };
    if (followup->token == NULL || followup->replay == NULL ||
        (followup->watch == NULL && !dumped) || followup->debug == NULL) {
        followup_free(followup);
        return -1;
    }
    return 0;
}

void followup_free(struct followup *followup)
{
    free(followup->token);
    free(followup->replay);
    free(followup->watch);
    free(followup->debug);
    *followup = (struct followup){0};
}
