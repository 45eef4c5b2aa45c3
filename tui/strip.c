/* SPDX-License-Identifier: MIT */
#include "tui/strip.h"

#include <stdio.h>
#include <string.h>

#include "record/event.h"
#include "sweep/family.h"

#define LABEL 8u /* columns before the cells of a row */

unsigned strip_columns(unsigned width)
{
    unsigned columns = width > LABEL ? (width - LABEL) / 10u * 10u : 0;

    return columns < 10u ? 10u : columns;
}

const struct sweep_position *strip_position(const struct strip *strip)
{
    return strip->cursor < strip->result->sweep.positions
               ? &strip->result->sweep.position[strip->cursor]
               : NULL;
}

const struct sweep_effect *strip_effect(const struct strip *strip)
{
    const struct sweep_position *position = strip_position(strip);

    return position != NULL && strip->effect < position->effects
               ? &position->effect[strip->effect]
               : NULL;
}

/* ---- moving ---------------------------------------------------------------- */

void strip_go(struct strip *strip, size_t position)
{
    size_t positions = strip->result->sweep.positions;

    strip->cursor = position < positions ? position
                    : positions > 0      ? positions - 1
                                         : 0;
    strip->effect = 0;
    const struct sweep_position *at = strip_position(strip);

    for (unsigned i = 0; at != NULL && i < at->effects; i++) {
        if (at->effect[i].end > at->effect[strip->effect].end) {
            strip->effect = i;
        }
    }
}

bool strip_failing(const struct strip *strip, int step, size_t *position)
{
    const struct sweep *sweep = &strip->result->sweep;
    size_t at = strip->cursor;

    while (step > 0 ? at + 1 < sweep->positions : at > 0) {
        at = step > 0 ? at + 1 : at - 1;
        if (sweep_worst(&sweep->position[at]) == SWEEP_FAILED) {
            *position = at;
            return true;
        }
    }
    return false;
}

void strip_open(struct strip *strip, const struct sweep_result *result)
{
    size_t failing = 0;

    *strip = (struct strip){.result = result, .shown = true};
    if (result->sweep.positions > 0 &&
        sweep_worst(&result->sweep.position[0]) != SWEEP_FAILED) {
        (void)strip_failing(strip, 1, &failing);
    }
    strip_go(strip, failing);
}

/* ---- the case under the cursor ----------------------------------------------- */

static bool put_fault(const struct strip *strip, char fault[TOKEN_FAULT_SIZE])
{
    const struct sweep_position *position = strip_position(strip);
    const struct sweep_effect *effect = strip_effect(strip);

    if (effect == NULL) {
        return false;
    }
    family_fault(&position->place, effect->form, effect->draw, fault,
                 TOKEN_FAULT_SIZE);
    return true;
}

/* Those that the sweep itself began with come first in each token. */
static bool begins_with(const struct sweep_failure *failure, unsigned before,
                        const char *fault, struct token *token)
{
    struct diag unused = {""};

    return token_parse(failure->token, token, &unused) == 0 &&
           token->faults > before && strcmp(token->fault[before], fault) == 0;
}

static const struct sweep_failure *find_failure(const struct strip *strip,
                                                struct token *token)
{
    const struct sweep *sweep = &strip->result->sweep;
    char fault[TOKEN_FAULT_SIZE];

    if (!put_fault(strip, fault)) {
        return NULL;
    }
    for (size_t i = 0; i < sweep->failures; i++) {
        if (sweep->failure[i].position == strip->cursor &&
            begins_with(&sweep->failure[i], sweep->token.faults, fault,
                        token)) {
            return &sweep->failure[i];
        }
    }
    return NULL;
}

const struct sweep_failure *strip_failure(const struct strip *strip)
{
    struct token token;

    return find_failure(strip, &token);
}

void strip_faults(struct strip *strip)
{
    struct token token;

    if (find_failure(strip, &token) == NULL) {
        char fault[TOKEN_FAULT_SIZE];
        struct diag unused = {""};

        token = strip->result->sweep.token;
        if (put_fault(strip, fault)) {
            (void)token_add_fault(&token, fault, &unused);
        }
    }
    strip->faults = token.faults;
    for (unsigned i = 0; i < token.faults; i++) {
        memcpy(strip->fault[i], token.fault[i], sizeof strip->fault[i]);
        strip->list[i] = strip->fault[i];
    }
}

/* ---- where its cut is ------------------------------------------------------------ */

static bool is_cut(uint32_t code)
{
    return code == (uint32_t)EVENT_POWER_CUT ||
           code == (uint32_t)EVENT_RESET_FORCED;
}

uint64_t strip_cut(const struct strip *strip, const struct history *history)
{
    const struct sweep_place *place =
        &strip->result->sweep.position[strip->of].place;
    uint64_t events = history != NULL ? history_events(history) : 0;
    uint32_t count = 0;

    for (uint64_t n = 1; n <= events; n++) {
        struct event event;

        history_event(history, n, &event);
        if (count >= place->nth && is_cut(event.code)) {
            return n;
        }
        if (event.code == place->code &&
            (place->partition[0] == '\0' ||
             strcmp(event.label, place->partition) == 0)) {
            count++;
        }
    }
    return 0;
}
