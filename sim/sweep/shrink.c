/* SPDX-License-Identifier: MIT */
#include "sweep/shrink.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- the same failure ---------------------------------------------------- */

/* Equal but for digits: addresses, counts and times may differ. */
static bool same_words(const char *a, const char *b)
{
    while (*a != '\0' || *b != '\0') {
        if (isdigit((unsigned char)*a)) {
            a++;
        } else if (isdigit((unsigned char)*b)) {
            b++;
        } else if (*a++ != *b++) {
            return false;
        }
    }
    return true;
}

/* An expectation is known by its place, a rule of the oracle by its words. */
static bool same_failure(const struct run_failure *a,
                         const struct run_failure *b)
{
    return a->place.line == b->place.line &&
           strcmp(a->expected, b->expected) == 0 &&
           (a->place.line != 0 || same_words(a->seen, b->seen));
}

static bool fails_so(const struct run_result *result,
                     const struct run_failure *wanted)
{
    for (unsigned i = 0; i < result->failures; i++) {
        if (same_failure(&result->failure[i], wanted)) {
            return true;
        }
    }
    return false;
}

/* ---- one run --------------------------------------------------------------- */

static int play_copy(struct shrink *shrink, struct scenario *scenario,
                     const struct token *token, struct run_result *result,
                     struct diag *diag)
{
    const char *texts[TOKEN_FAULTS];
    struct run_options how = *shrink->run;
    int err = 0;

    scenario->seed = token->seed;
    for (unsigned i = 0; i < token->faults && err == 0; i++) {
        texts[i] = token->fault[i];
        err = scenario_add_fault(scenario, token->fault[i], diag);
    }
    how.faults = token->faults;
    how.fault = texts;
    shrink->runs++;
    return err ? err : run_scenario(scenario, &how, result, diag);
}

static int play(struct shrink *shrink, const struct token *token,
                struct run_result *result, struct diag *diag)
{
    struct scenario *copy = malloc(sizeof *copy);

    *result = (struct run_result){.verdict = RUN_ERROR};
    if (copy == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    *copy = *shrink->scenario;
    int err = play_copy(shrink, copy, token, result, diag);

    free(copy);
    return err;
}

/* Take the token over if it fails, too. */
static int attempt(struct shrink *shrink, const struct token *token,
                   bool *fails, struct diag *diag)
{
    struct run_result result;
    int err = play(shrink, token, &result, diag);

    *fails = err == 0 && fails_so(&result, &shrink->failure);
    shrink->interrupted |= result.verdict == RUN_INTERRUPTED;
    if (*fails) {
        shrink->token = result.token;
    }
    if (err == 0 && shrink->tried != NULL) {
        shrink->tried(shrink->context, token, *fails);
    }
    run_result_free(&result);
    return err;
}

static int first(struct shrink *shrink, struct diag *diag)
{
    struct run_result result;
    struct token token = shrink->token;
    int err = play(shrink, &token, &result, diag);

    if (err == 0 && result.verdict == RUN_INTERRUPTED) {
        shrink->interrupted = true;
    } else if (err == 0 && result.failures == 0) {
        err = diag_fail(diag, OTALAB_ERR_USAGE,
                        "%s: does not fail with these faults and programs",
                        token.name);
    } else if (err == 0) {
        shrink->failure = result.failure[0];
        shrink->token = result.token;
    }
    run_result_free(&result);
    return err;
}

/* ---- simpler faults -------------------------------------------------------- */

static void drop(struct token *token, unsigned index)
{
    token->faults--;
    memmove(token->fault[index], token->fault[index + 1],
            (token->faults - index) * sizeof token->fault[0]);
}

/* Take ",key=value" away. False if it is not there. */
static bool strip(char *fault, const char *key)
{
    char *at = strstr(fault, key);

    if (at == NULL) {
        return false;
    }
    char *end = at + 1 + strcspn(at + 1, ",");

    memmove(at, end, strlen(end) + 1);
    return true;
}

static bool without_reach(char *fault)
{
    return strip(fault, ",reach=");
}

static bool without_reads(char *fault)
{
    return strip(fault, ",reads=");
}

/* An operation that has not begun is the simplest that can be torn. */
static bool as_before(char *fault)
{
    static const char before[] = ",form=before";

    if (strstr(fault, before) != NULL || !strip(fault, ",form=") ||
        strlen(fault) + sizeof before > TOKEN_FAULT_SIZE) {
        return false;
    }
    (void)without_reach(fault);
    (void)without_reads(fault);
    strcat(fault, before);
    return true;
}

static bool (*const simpler[])(char *fault) = {as_before, without_reads,
                                               without_reach};

static int drop_some(struct shrink *shrink, struct diag *diag)
{
    unsigned index = shrink->token.faults;
    int err = 0;

    while (index-- > 0 && err == 0 && !shrink->interrupted) {
        struct token token = shrink->token;
        bool fails;

        drop(&token, index);
        err = attempt(shrink, &token, &fails, diag);
    }
    return err;
}

static int simplify(struct shrink *shrink, unsigned index, struct diag *diag)
{
    int err = 0;

    for (size_t i = 0; i < sizeof simpler / sizeof simpler[0] && err == 0 &&
                       !shrink->interrupted;
         i++) {
        struct token token = shrink->token;
        bool fails;

        if (simpler[i](token.fault[index])) {
            err = attempt(shrink, &token, &fails, diag);
        }
    }
    return err;
}

int shrink(struct shrink *shrink, struct diag *diag)
{
    unsigned before = 0;
    int err = first(shrink, diag);

    while (err == 0 && !shrink->interrupted && shrink->token.faults != before) {
        before = shrink->token.faults;
        err = drop_some(shrink, diag);
    }
    for (unsigned i = 0; i < shrink->token.faults && err == 0; i++) {
        err = simplify(shrink, i, diag);
    }
    return err;
}
