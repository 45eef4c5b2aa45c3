/* SPDX-License-Identifier: MIT */
/*
 * Encoding: numbers as 8 bytes, little-endian; a text as its length and its
 * bytes; a missing text as the length NO_TEXT. One walk over the fields serves
 * both directions.
 */
#include "report/outcome.h"

#include <stdlib.h>
#include <string.h>

#define NUMBER 8u
#define NO_TEXT UINT64_MAX
#define TEXT_MAX (1u << 20)

enum outcome_class outcome_class(const struct outcome *outcome)
{
    static const enum outcome_class classes[] = {
        [RUN_PASSED] = OUTCOME_PASSED,       [RUN_FAILED] = OUTCOME_FAILED,
        [RUN_LIMIT] = OUTCOME_LIMIT,         [RUN_ERROR] = OUTCOME_ERROR,
        [RUN_INTERRUPTED] = OUTCOME_STOPPED,
    };

    if (!outcome->begun) {
        return OUTCOME_NOT_RUN;
    }
    bool unkept = outcome->kept_err != 0 && outcome->verdict == RUN_PASSED;

    return outcome->err != 0 || unkept ? OUTCOME_ERROR
                                       : classes[outcome->verdict];
}

const char *outcome_word(enum outcome_class class)
{
    static const char *const words[OUTCOME_CLASSES] = {
        [OUTCOME_PASSED] = "passed",       [OUTCOME_FAILED] = "failed",
        [OUTCOME_LIMIT] = "time limit",    [OUTCOME_ERROR] = "error",
        [OUTCOME_STOPPED] = "interrupted", [OUTCOME_NOT_RUN] = "not run",
    };

    return words[class];
}

void outcome_cost(struct outcome_cost *cost, const struct run_device *device)
{
    cost->account = device->account;
    cost->bill = device->bill;
    cost->received = device->received;
    cost->needed = device->needed;
    if (device->flash != NULL) {
        cost->programs = device->flash->programs;
        cost->erases = device->flash->erases;
        cost->worst_sector = flash_worst_sector(device->flash);
    }
    for (unsigned i = 0; i < LINK_DIRECTIONS; i++) {
        cost->datagrams[i] = device->link[i].offered;
        cost->payload[i] = device->link[i].offered_bytes;
        cost->air[i] = device->link[i].air_bytes;
    }
}

void outcome_take(struct outcome *outcome, const struct run_result *result)
{
    outcome->verdict = result->verdict;
    outcome->time_ns = result->time_ns;
    outcome->events = result->events;
    outcome->boots = result->counts.boots;
    outcome->rollbacks = result->rollbacks;
    outcome->cuts_asked = result->counts.cuts_asked;
    outcome->cuts_done = result->counts.cuts_done;
    outcome->failures = result->failures;
    memcpy(outcome->failure, result->failure, sizeof outcome->failure);
    outcome->more_failures = result->more_failures;
    outcome->devices = result->devices;
    for (unsigned i = 0; i < result->devices; i++) {
        outcome_cost(&outcome->cost[i], &result->device[i]);
    }
}

void outcome_free(struct outcome *outcome)
{
    free(outcome->evidence);
    free(outcome->token);
    free(outcome->replay);
    free(outcome->watch);
    free(outcome->debug);
    memset(outcome, 0, sizeof *outcome);
}

_Static_assert(sizeof(struct outcome_cost) ==
                   sizeof(struct account) + sizeof(struct bill) +
                       (5 + 3 * LINK_DIRECTIONS) * sizeof(uint64_t),
               "numbers only");

/* ---- the walk ---------------------------------------------------------- */

/* Reading: `bytes` up to `size`. Writing: grows as needed. */
struct wire {
    bool reading;
    bool bad;
    const uint8_t *in;
    uint8_t *out;
    size_t size; /* of `in`, or room in `out` */
    size_t at;
};

static bool wire_room(struct wire *wire, size_t length)
{
    if (wire->bad || length <= wire->size - wire->at) {
        return !wire->bad;
    }
    if (!wire->reading) {
        size_t size = wire->size * 2 + length;
        uint8_t *grown = realloc(wire->out, size);

        if (grown != NULL) {
            wire->out = grown;
            wire->size = size;
            return true;
        }
    }
    wire->bad = true;
    return false;
}

static void wire_number(struct wire *wire, uint64_t *number)
{
    if (!wire_room(wire, NUMBER)) {
        return;
    }
    if (wire->reading) {
        *number = 0;
    }
    for (unsigned i = 0; i < NUMBER; i++) {
        if (wire->reading) {
            *number |= (uint64_t)wire->in[wire->at + i] << (8 * i);
        } else {
            wire->out[wire->at + i] = (uint8_t)(*number >> (8 * i));
        }
    }
    wire->at += NUMBER;
}

static void wire_small(struct wire *wire, uint32_t *number, uint32_t limit)
{
    uint64_t wide = *number;

    wire_number(wire, &wide);
    wire->bad = wire->bad || wide > limit;
    *number = wire->bad ? 0 : (uint32_t)wide;
}

static void wire_bytes(struct wire *wire, char *text, size_t length)
{
    if (!wire_room(wire, length)) {
        return;
    }
    if (wire->reading) {
        memcpy(text, wire->in + wire->at, length);
        text[length] = '\0';
        wire->bad = strlen(text) != length;
    } else {
        memcpy(wire->out + wire->at, text, length);
    }
    wire->at += length;
}

static void wire_fixed(struct wire *wire, char *text, size_t size)
{
    uint64_t length = wire->reading ? 0 : strlen(text);

    wire_number(wire, &length);
    wire->bad = wire->bad || length >= size;
    if (!wire->bad) {
        wire_bytes(wire, text, (size_t)length);
    }
}

static void wire_text(struct wire *wire, char **text)
{
    uint64_t length = wire->reading || *text == NULL ? NO_TEXT : strlen(*text);

    wire_number(wire, &length);
    if (wire->bad || length == NO_TEXT) {
        return;
    }
    if (length > TEXT_MAX || !wire_room(wire, (size_t)length)) {
        wire->bad = true;
        return;
    }
    if (wire->reading) {
        *text = malloc((size_t)length + 1);
        wire->bad = *text == NULL;
    }
    if (!wire->bad) {
        wire_bytes(wire, *text, (size_t)length);
    }
}

static void wire_error(struct wire *wire, int *err, struct diag *diag)
{
    uint32_t code = (uint32_t) - *err;

    wire_small(wire, &code, (uint32_t)-OTALAB_ERR_REPLAY);
    *err = -(int)code;
    wire_fixed(wire, diag->text, sizeof diag->text);
}

static void wire_failure(struct wire *wire, struct run_failure *failure)
{
    wire_small(wire, &failure->place.line, UINT32_MAX);
    wire_small(wire, &failure->place.column, UINT32_MAX);
    wire_fixed(wire, failure->expected, sizeof failure->expected);
    wire_fixed(wire, failure->seen, sizeof failure->seen);
    wire_fixed(wire, failure->near, sizeof failure->near);
    wire_fixed(wire, failure->because, sizeof failure->because);
    wire_number(wire, &failure->sequence);
}

static void wire_cost(struct wire *wire, struct outcome_cost *cost)
{
    uint64_t number[OUTCOME_COST_NUMBERS];

    memcpy(number, cost, sizeof number);
    for (unsigned i = 0; i < OUTCOME_COST_NUMBERS; i++) {
        wire_number(wire, &number[i]);
    }
    memcpy(cost, number, sizeof number);
}

static void wire_outcome(struct wire *wire, struct outcome *outcome)
{
    uint32_t begun = outcome->begun;
    uint32_t verdict = (uint32_t)outcome->verdict;

    wire_small(wire, &begun, 1);
    outcome->begun = begun != 0;
    wire_error(wire, &outcome->err, &outcome->error);
    wire_error(wire, &outcome->kept_err, &outcome->kept_error);
    wire_small(wire, &verdict, RUN_INTERRUPTED);
    outcome->verdict = (enum run_verdict)verdict;
    wire_number(wire, &outcome->time_ns);
    wire_number(wire, &outcome->events);
    wire_small(wire, &outcome->boots, UINT32_MAX);
    wire_small(wire, &outcome->rollbacks, UINT32_MAX);
    wire_small(wire, &outcome->cuts_asked, UINT32_MAX);
    wire_small(wire, &outcome->cuts_done, UINT32_MAX);
    wire_small(wire, &outcome->failures, RUN_FAILURES);
    for (uint32_t i = 0; i < outcome->failures; i++) {
        wire_failure(wire, &outcome->failure[i]);
    }
    wire_small(wire, &outcome->more_failures, UINT32_MAX);
    wire_small(wire, &outcome->devices, SCENARIO_DEVICES);
    for (uint32_t i = 0; i < outcome->devices; i++) {
        wire_cost(wire, &outcome->cost[i]);
    }
    wire_text(wire, &outcome->evidence);
    wire_text(wire, &outcome->token);
    wire_text(wire, &outcome->replay);
    wire_text(wire, &outcome->watch);
    wire_text(wire, &outcome->debug);
}

int outcome_encode(const struct outcome *outcome, uint8_t **out, size_t *size)
{
    struct wire wire = {0};
    struct outcome copy = *outcome; /* shares the texts, which are only read */

    wire_outcome(&wire, &copy);
    if (wire.bad) {
        free(wire.out);
        return -1;
    }
    *out = wire.out;
    *size = wire.at;
    return 0;
}

int outcome_decode(struct outcome *outcome, const uint8_t *bytes, size_t size)
{
    struct wire wire = {.reading = true, .in = bytes, .size = size};

    memset(outcome, 0, sizeof *outcome);
    wire_outcome(&wire, outcome);
    if (wire.bad || wire.at != size) {
        outcome_free(outcome);
        return -1;
    }
    return 0;
}
