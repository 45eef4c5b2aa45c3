/* SPDX-License-Identifier: MIT */
#include "tui/live.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "engine/case.h"
#include "engine/run.h"

/* Events between two looks at the clock. */
#define LIVE_SLICE 32u

struct live {
    struct run_options options;
    struct run_case given;
    struct run_result result;
    struct run *run; /* NULL: it has not begun, or is over */
    bool over;
    bool begun;
    const struct scenario *scenario;
    const char *fault[TOKEN_FAULTS];
};

int live_begin(struct live **out, const struct scenario *scenario,
               const struct locations *where, unsigned faults,
               const char *const *fault, struct diag *diag)
{
    struct live *live = calloc(1, sizeof *live);

    *out = live;
    if (live == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    if (faults > TOKEN_FAULTS) {
        faults = TOKEN_FAULTS;
    }
    for (unsigned i = 0; i < faults; i++) {
        live->fault[i] = fault[i];
    }
    live->options = (struct run_options){.firmware = where->firmware,
                                         .firmware_else = where->firmware_else,
                                         .plugin = where->plugin,
                                         .track = true,
                                         .faults = faults,
                                         .fault = live->fault};
    live->scenario = scenario;
    recording_init(&live->result.recording);
    return 0;
}

/* The verdict is part of the recording. */
static void close_it(struct live *live)
{
    run_judge(live->run);
    run_end(live->run);
    live->run = NULL;
    live->over = true;
}

static int begin(struct live *live, struct diag *diag)
{
    if (live->begun) {
        return 0;
    }
    live->begun = true;
    int err = case_make(&live->given, live->scenario, &live->options, diag);

    return err ? err : run_begin(&live->run, &live->given, &live->result, diag);
}

static int run_slice(struct live *live, uint64_t number, struct diag *diag)
{
    struct run_until until = {.what = UNTIL_EVENT, .sequence = number};

    return run_to(live->run, &until, diag);
}

/* Still something to come? */
static bool goes_on(const struct live *live)
{
    return live->run != NULL && !run_over(live->run);
}

static int end_slice(struct live *live, int err, bool *over)
{
    if (err == 0 && live->run != NULL && run_over(live->run)) {
        close_it(live);
    }
    *over = live->over;
    return err;
}

int live_go(struct live *live, uint64_t least, unsigned budget_ms, bool *over,
            struct diag *diag)
{
    uint64_t end = clock_ms() + budget_ms;
    int err = begin(live, diag);

    while (err == 0 && goes_on(live) &&
           (live_events(live) < least || clock_ms() < end)) {
        err = run_slice(live, live_events(live) + LIVE_SLICE, diag);
    }
    return end_slice(live, err, over);
}

int live_go_to(struct live *live, uint64_t number, bool *over,
               struct diag *diag)
{
    int err = begin(live, diag);

    if (err == 0 && goes_on(live)) {
        err = run_slice(live, number, diag);
    }
    return end_slice(live, err, over);
}

uint64_t live_events(const struct live *live)
{
    return live->result.recording.events;
}

uint64_t live_time_ns(const struct live *live)
{
    return live->run != NULL ? run_world(live->run)->now_ns
                             : live->result.time_ns;
}

int live_known(const struct live *live, struct known *out, struct diag *diag)
{
    const struct recording *recording = &live->result.recording;
    uint8_t digest[32];
    size_t size = 0;

    *out = (struct known){.recording = malloc(recording->length + 1)};
    recording_digest(recording, digest);
    int err = changes_finish(&live->result.track.changes, digest, &out->changes,
                             &size);

    if (err != 0 || out->recording == NULL) {
        known_free(out);
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    memcpy(out->recording, recording->bytes, recording->length);
    err = history_read(&out->history, out->recording, recording->length,
                       out->changes, size, diag);
    if (err != 0) {
        known_free(out);
    }
    return err;
}

void known_free(struct known *known)
{
    history_close(known->history);
    free(known->recording);
    free(known->changes);
    *known = (struct known){0};
}

void live_token(const struct live *live, char *out, size_t size)
{
    if (token_print(&live->result.token, out, size) == 0) {
        out[0] = '\0';
    }
}

const uint64_t *live_met(const struct live *live)
{
    return live->result.met_at;
}

unsigned live_failures(const struct live *live,
                       struct run_failure failure[RUN_FAILURES])
{
    memcpy(failure, live->result.failure, sizeof live->result.failure);
    return live->result.failures;
}

void live_end(struct live *live)
{
    if (live == NULL) {
        return;
    }
    run_end(live->run);
    run_result_free(&live->result);
    case_free(&live->given);
    free(live);
}
