/* SPDX-License-Identifier: MIT */
#include "sweep/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMES "progress" /* the partition in which times are kept */
#define FNV_START UINT64_C(0xCBF29CE484222325)
#define FNV_PRIME UINT64_C(0x100000001B3)

static const struct {
    const char *name;
    const char *text;
} kinds[SWEEP_CHECKS] = {
    [CHECK_REPLAY] = {"replay", "replayed from power-on"},
    [CHECK_SOFTWARE] = {"software", "run without the accelerator"},
    [CHECK_BETWEEN] = {"between", "cut between two changes"},
    [CHECK_MACHINE] = {"machine", "run on the other machine"},
};

const char *check_text(enum sweep_check_kind kind)
{
    return kinds[kind].text;
}

const char *check_name(enum sweep_check_kind kind)
{
    return kinds[kind].name;
}

/* The token of a case, malloc'ed; NULL after an error. */
static char *token_with(const struct token *clean, const char *fault,
                        struct diag *diag)
{
    struct token token = *clean;
    char *text = malloc(TOKEN_MAX);

    token.recording[0] = '\0';
    if (text == NULL) {
        (void)diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
        return NULL;
    }
    if (token_add_fault(&token, fault, diag) != 0) {
        free(text);
        return NULL;
    }
    (void)token_print(&token, text, TOKEN_MAX);
    return text;
}

int check_count(struct sweep *sweep, enum sweep_check_kind kind, bool agrees,
                const char *fault, const struct token *other_token,
                const char *other, struct diag *diag)
{
    struct sweep_check *check = &sweep->check[kind];

    check->cases++;
    check->differed += !agrees;
    if (agrees || check->token != NULL) {
        return 0;
    }
    check->token = token_with(&sweep->token, fault, diag);
    if (other != NULL) {
        check->other = token_with(other_token, other, diag);
    }
    return check->token != NULL && (other == NULL || check->other != NULL)
               ? 0
               : OTALAB_ERR_SIMULATOR;
}

/* Keep the first one. */
static int take_over(char **mine, const char *given)
{
    if (*mine == NULL && given != NULL) {
        *mine = strdup(given);
        return *mine != NULL ? 0 : -1;
    }
    return 0;
}

int check_add(struct sweep_check *sum, const struct sweep_check *one)
{
    bool first = sum->differed == 0;

    sum->cases += one->cases;
    sum->skipped += one->skipped;
    sum->differed += one->differed;
    return first && (take_over(&sum->token, one->token) != 0 ||
                     take_over(&sum->other, one->other) != 0)
               ? -1
               : 0;
}

bool check_was_asked(const struct sweep *sweep)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < SWEEP_CHECKS; i++) {
        sum += sweep->check[i].cases + sweep->check[i].skipped;
    }
    return sum > 0;
}

const char *check_summary(const struct sweep_check *check, char *out,
                          size_t size)
{
    int used = snprintf(out, size, "%" PRIu64 " differed", check->differed);

    if (check->skipped > 0) {
        snprintf(out + used, size - (size_t)used,
                 "; %" PRIu64 " cannot be run there", check->skipped);
    }
    return out;
}

uint64_t check_differed(const struct sweep *sweep)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < SWEEP_CHECKS; i++) {
        sum += sweep->check[i].differed;
    }
    return sum;
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
    for (unsigned i = 0; i < 8; i++) {
        hash = (hash ^ (value >> 8 * i & 0xFFu)) * FNV_PRIME;
    }
    return hash;
}

uint64_t check_left(const struct flash *flash, const struct otp *otp,
                    const struct board_map *map)
{
    const struct board_part *times = board_map_find(map, TIMES);
    uint64_t hash = FNV_START;

    for (uint32_t at = 0; at < flash->figures.size; at += FLASH_BLOCK) {
        if (times == NULL || at < times->start ||
            at - times->start >= times->length) {
            hash = mix(hash, flash_block_sum(flash, at / FLASH_BLOCK));
        }
    }
    for (unsigned i = 0; i < OTP_WORDS; i++) {
        hash = mix(hash, otp->words[i]);
    }
    return hash & INT64_MAX;
}
