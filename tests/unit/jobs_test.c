/* SPDX-License-Identifier: MIT */
/* Workers: the order of what is told, what a dying one does, what they send. */
#include "cli/jobs.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/frame.h"

/* ---- outcomes as bytes -------------------------------------------------- */

static struct outcome sample(void)
{
    struct outcome outcome = {
        .begun = true,
        .err = OTALAB_ERR_REPLAY,
        .error = {"it differs"},
        .kept_err = OTALAB_ERR_USAGE,
        .kept_error = {"disk full"},
        .verdict = RUN_LIMIT,
        .time_ns = UINT64_C(0x1122334455667788),
        .events = 40117,
        .boots = 4,
        .rollbacks = 1,
        .cuts_asked = 3,
        .cuts_done = 2,
        .failures = 2,
        .failure = {{.place = {19, 5},
                     .expected = "slot-b = update",
                     .seen = "slot-b = empty",
                     .near = "#6: another slot",
                     .because = "ROLLBACK",
                     .sequence = 7},
                    {.seen = "\xff\x01", .sequence = UINT64_MAX}},
        .more_failures = 9,
        .token = strdup("ol1:x"),
        .replay = strdup(""),
        .debug = strdup("otalab run 'it'\\''s'"),
    };

    return outcome;
}

static void assert_same(const struct outcome *a, const struct outcome *b)
{
    cr_assert_eq(a->begun, b->begun);
    cr_assert_eq(a->err, b->err);
    cr_assert_str_eq(a->error.text, b->error.text);
    cr_assert_eq(a->kept_err, b->kept_err);
    cr_assert_str_eq(a->kept_error.text, b->kept_error.text);
    cr_assert_eq(a->verdict, b->verdict);
    cr_assert_eq(a->time_ns, b->time_ns);
    cr_assert_eq(a->events, b->events);
    cr_assert_eq(a->boots, b->boots);
    cr_assert_eq(a->rollbacks, b->rollbacks);
    cr_assert_eq(a->cuts_asked, b->cuts_asked);
    cr_assert_eq(a->cuts_done, b->cuts_done);
    cr_assert_eq(a->failures, b->failures);
    for (unsigned i = 0; i < a->failures; i++) {
        cr_assert_eq(a->failure[i].place.line, b->failure[i].place.line);
        cr_assert_eq(a->failure[i].place.column, b->failure[i].place.column);
        cr_assert_str_eq(a->failure[i].near, b->failure[i].near);
        cr_assert_str_eq(a->failure[i].because, b->failure[i].because);
        cr_assert_str_eq(a->failure[i].expected, b->failure[i].expected);
        cr_assert_str_eq(a->failure[i].seen, b->failure[i].seen);
        cr_assert_eq(a->failure[i].sequence, b->failure[i].sequence);
    }
    cr_assert_eq(a->more_failures, b->more_failures);
    cr_assert_null(b->evidence);
    cr_assert_null(b->watch);
    cr_assert_str_eq(a->token, b->token);
    cr_assert_str_eq(a->replay, b->replay);
    cr_assert_str_eq(a->debug, b->debug);
}

Test(outcome, comes_back_as_it_was)
{
    struct outcome outcome = sample();
    struct outcome back;
    uint8_t *bytes = NULL;
    size_t size = 0;

    outcome.devices = 2;
    memset(&outcome.cost[0], 0x5a, sizeof outcome.cost[0]);
    outcome.cost[1].account.total_uj = UINT64_MAX;
    outcome.cost[1].air[LINK_UP] = 7;
    cr_assert_eq(outcome_encode(&outcome, &bytes, &size), 0);
    cr_assert_eq(outcome_decode(&back, bytes, size), 0);
    assert_same(&outcome, &back);
    cr_assert_eq(back.devices, 2);
    cr_assert_eq(memcmp(back.cost, outcome.cost, sizeof back.cost), 0);
    outcome_free(&outcome);
    outcome_free(&back);
    free(bytes);
}

Test(outcome, what_is_cut_off_or_too_long_is_refused)
{
    struct outcome outcome = sample();
    struct outcome back;
    uint8_t *bytes = NULL;
    size_t size = 0;

    cr_assert_eq(outcome_encode(&outcome, &bytes, &size), 0);
    for (size_t i = 0; i < size; i++) {
        uint8_t *part = malloc(i > 0 ? i : 1); /* ends where it ends */

        memcpy(part, bytes, i);
        cr_assert_eq(outcome_decode(&back, part, i), -1, "%zu of %zu", i, size);
        free(part);
    }
    bytes = realloc(bytes, size + 1);
    bytes[size] = 0;
    cr_assert_eq(outcome_decode(&back, bytes, size + 1), -1);
    outcome_free(&outcome);
    free(bytes);
}

/* Set each number of 8 bytes to something no field may be, one at a time: it
 * is refused or it was a plain figure; in any case nothing is read beyond. */
Test(outcome, numbers_out_of_range_are_refused)
{
    struct outcome outcome = sample();
    struct outcome back;
    uint8_t *bytes = NULL;
    size_t size = 0;
    unsigned refused = 0;

    cr_assert_eq(outcome_encode(&outcome, &bytes, &size), 0);
    for (size_t i = 0; i + 8 <= size; i++) {
        uint8_t old[8];

        memcpy(old, bytes + i, 8);
        memset(bytes + i, 0xfe, 8);
        if (outcome_decode(&back, bytes, size) != 0) {
            refused++;
        } else {
            cr_assert_leq(back.failures, RUN_FAILURES);
            cr_assert_leq(back.verdict, RUN_INTERRUPTED);
            outcome_free(&back);
        }
        memcpy(bytes + i, old, 8);
    }
    cr_assert_gt(refused, 100);
    cr_assert_eq(outcome_decode(&back, bytes, size), 0);
    outcome_free(&back);
    outcome_free(&outcome);
    free(bytes);
}

Test(outcome, a_text_that_ends_early_is_refused)
{
    struct outcome outcome = sample();
    struct outcome back;
    uint8_t *bytes = NULL;
    size_t size = 0;

    cr_assert_eq(outcome_encode(&outcome, &bytes, &size), 0);
    cr_assert_eq(bytes[size - 1], '\'');
    bytes[size - 1] = '\0';
    cr_assert_eq(outcome_decode(&back, bytes, size), -1);
    outcome_free(&outcome);
    free(bytes);
}

Test(outcome, classes_are_kept_apart)
{
    struct outcome outcome = {.verdict = RUN_PASSED};

    cr_assert_eq(outcome_class(&outcome), OUTCOME_NOT_RUN);
    outcome.begun = true;
    cr_assert_eq(outcome_class(&outcome), OUTCOME_PASSED);
    outcome.kept_err = OTALAB_ERR_USAGE;
    cr_assert_eq(outcome_class(&outcome), OUTCOME_ERROR);
    outcome = (struct outcome){.begun = true, .verdict = RUN_FAILED};
    cr_assert_eq(outcome_class(&outcome), OUTCOME_FAILED);
    outcome.verdict = RUN_LIMIT;
    cr_assert_eq(outcome_class(&outcome), OUTCOME_LIMIT);
    outcome.verdict = RUN_INTERRUPTED;
    cr_assert_eq(outcome_class(&outcome), OUTCOME_STOPPED);
    outcome.err = OTALAB_ERR_SIMULATOR;
    cr_assert_eq(outcome_class(&outcome), OUTCOME_ERROR);
}

/* ---- frames ------------------------------------------------------------- */

Test(frame, is_found_whole_or_waited_for)
{
    uint8_t bytes[FRAME_HEAD + 5];
    struct frame frame;

    cr_assert_eq(frame_head(bytes, FRAME_TEXT, 5), 0);
    memcpy(bytes + FRAME_HEAD, "hello", 5);
    for (size_t i = 0; i < sizeof bytes; i++) {
        cr_assert_eq(frame_next(bytes, i, &frame), 0);
    }
    cr_assert_eq(frame_next(bytes, sizeof bytes, &frame), (long)sizeof bytes);
    cr_assert_eq(frame.kind, FRAME_TEXT);
    cr_assert_eq(frame.length, 5);
    cr_assert_eq(frame.body, bytes + FRAME_HEAD);
}

Test(frame, nonsense_is_refused)
{
    struct frame frame;
    uint8_t good[FRAME_HEAD];

    cr_assert_eq(frame_head(good, FRAME_RESULT, FRAME_BODY_MAX), 0);
    cr_assert_eq(frame_next(good, sizeof good, &frame), 0);
    cr_assert_eq(frame_head(good, FRAME_RESULT, FRAME_BODY_MAX + 1), -1);
    for (unsigned i = 0; i < 4; i++) {
        uint8_t bad[FRAME_HEAD];

        memcpy(bad, good, sizeof bad);
        bad[i] ^= 0x40;
        cr_assert_eq(frame_next(bad, sizeof bad, &frame), -1, "byte %u", i);
    }
    good[7] = 0x80;
    cr_assert_eq(frame_next(good, sizeof good, &frame), -1);
}

/* ---- workers ------------------------------------------------------------ */

#define CASES 12

/* What became of the cases, as one text: "<0:text>{0 passed}..." */
struct told {
    char text[20000];
    size_t length;
    unsigned finished;
};

static volatile sig_atomic_t stop;

static void add(struct told *told, const char *text, size_t length)
{
    cr_assert(told->length + length < sizeof told->text);
    memcpy(told->text + told->length, text, length);
    told->length += length;
    told->text[told->length] = '\0';
}

static void on_text(void *context, size_t index, const char *bytes,
                    size_t length)
{
    (void)index;
    add(context, bytes, length);
}

static void on_done(void *context, size_t index, struct outcome *outcome)
{
    char line[800];
    int n = snprintf(line, sizeof line, "{%zu %s %s}\n", index,
                     outcome_word(outcome_class(outcome)), outcome->error.text);

    add(context, line, (size_t)n);
    outcome_free(outcome);
}

static void on_begun(void *context, size_t index)
{
    (void)context;
    (void)index;
}

static void on_finished(void *context, size_t index,
                        const struct outcome *outcome)
{
    struct told *told = context;

    (void)index;
    (void)outcome;
    told->finished++;
}

static void on_tick(void *context)
{
    (void)context;
}

static const char *on_name(void *context, size_t index)
{
    (void)context;
    return index == 3 ? "three" : "other";
}

static struct jobs jobs_of(struct told *told, unsigned at_once,
                           void (*work)(void *, size_t, FILE *,
                                        struct outcome *))
{
    memset(told, 0, sizeof *told);
    stop = 0;
    return (struct jobs){.count = CASES,
                         .at_once = at_once,
                         .stop = &stop,
                         .stop_fd = -1,
                         .tick_ms = -1,
                         .context = told,
                         .name = on_name,
                         .work = work,
                         .begun = on_begun,
                         .finished = on_finished,
                         .tick = on_tick,
                         .text = on_text,
                         .done = on_done};
}

/* Later cases have less to say, so they tend to be ready first. */
static void talk(void *context, size_t index, FILE *out,
                 struct outcome *outcome)
{
    (void)context;
    for (size_t i = 0; i < 20 * (CASES - index); i++) {
        fprintf(out, "%zu\n", index);
    }
    outcome->verdict = RUN_PASSED;
}

Test(jobs, what_is_told_does_not_depend_on_how_many_work)
{
    static struct told one;
    static struct told many;
    struct diag diag = {0};
    struct jobs jobs = jobs_of(&one, 1, talk);

    cr_assert_eq(jobs_run(&jobs, &diag), 0);
    cr_assert_eq(one.finished, CASES);
    jobs = jobs_of(&many, 5, talk);
    cr_assert_eq(jobs_run(&jobs, &diag), 0);
    cr_assert_str_eq(one.text, many.text);
    cr_assert(strstr(one.text, "10\n{10 passed }\n11\n") != NULL);
}

static void die(void *context, size_t index, FILE *out, struct outcome *outcome)
{
    (void)context;
    fprintf(out, "%zu\n", index);
    outcome->verdict = RUN_PASSED;
    if (index == 3) {
        (void)raise(SIGKILL);
    } else if (index == 5) {
        _exit(9);
    }
}

Test(jobs, one_that_dies_fails_alone)
{
    static struct told told;
    struct diag diag = {0};
    struct jobs jobs = jobs_of(&told, 4, die);

    cr_assert_eq(jobs_run(&jobs, &diag), 0);
    cr_assert(strstr(told.text, "2\n{2 passed }\n3\n"
                                "{3 error three: its worker process was ended "
                                "by signal 9 (Killed)}\n4\n{4 passed }\n5\n"
                                "{5 error other: its worker process ended with "
                                "status 9 and without a result}\n") != NULL,
              "%s", told.text);
    cr_assert(strstr(told.text, "{11 passed }") != NULL);
}

/* Descriptors that were open before the workers began. */
static bool open_before[64];

static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) != -1;
}

/* Text goes through a stream that frames it; these bytes do not. */
static void babble(void *context, size_t index, FILE *out,
                   struct outcome *outcome)
{
    (void)context;
    (void)out;
    outcome->verdict = RUN_PASSED;
    for (int fd = 3; index == 3 && fd < 64; fd++) {
        if (is_open(fd) && !open_before[fd]) {
            (void)!write(fd, "neither text nor result", 23);
        }
    }
}

Test(jobs, nonsense_is_an_error)
{
    static struct told told;
    struct diag diag = {0};
    struct jobs jobs = jobs_of(&told, 1, babble);

    for (int fd = 0; fd < 64; fd++) {
        open_before[fd] = is_open(fd);
    }
    cr_assert_eq(jobs_run(&jobs, &diag), 0);
    cr_assert(strstr(told.text, "{3 error three: its worker process sent "
                                "invalid data}\n{4 passed }\n") != NULL,
              "%s", told.text);
}

static void on_finished_stop(void *context, size_t index,
                             const struct outcome *outcome)
{
    on_finished(context, index, outcome);
    stop = index >= 2;
}

Test(jobs, nothing_is_begun_when_stopped)
{
    static struct told told;
    struct diag diag = {0};
    struct jobs jobs = jobs_of(&told, 1, talk);

    jobs.finished = on_finished_stop;
    cr_assert_eq(jobs_run(&jobs, &diag), 0);
    cr_assert(strstr(told.text, "{2 passed }") != NULL);
    cr_assert_null(strstr(told.text, "{3 "));
    cr_assert_eq(told.finished, 3);
}
