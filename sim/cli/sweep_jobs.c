/* SPDX-License-Identifier: MIT */
#include "cli/sweep_jobs.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "cli/jobs.h"
#include "machine/machine.h"
#include "report/meter.h"
#include "sweep/merge.h"

/* What a worker has done so far: written by it and read by the parent at any
 * time, so only for the eye. */
struct progress {
    struct sweep_counts counts;
    uint64_t queued;
};

struct received {
    char *text;
    size_t size;
    FILE *out;
};

struct crew {
    const struct sweep_jobs *asked;
    struct progress *progress; /* of each worker, shared with it */
    struct received *received;
    struct merge_part *part;
    size_t parts;
    struct meter meter;
    struct diag *diag; /* of the first error */
    int err;
};

/* ---- in a worker ---------------------------------------------------------- */

static void note_progress(void *context, const struct sweep_counts *counts,
                          uint64_t queued)
{
    struct progress *progress = context;

    progress->counts = *counts;
    progress->queued = queued;
}

/* Its share: what is left of the key after the division into shards is divided
 * among the workers. */
static struct sweep_options share_of(const struct crew *crew, size_t index)
{
    const struct sweep_jobs *asked = crew->asked;
    struct sweep_options options = asked->options;
    uint32_t check = options.check;
    uint32_t at = (uint32_t)index;

    options.shard = asked->options.shard + asked->options.shards * at;
    options.shards = asked->options.shards * asked->jobs;
    options.check = check / asked->jobs + (at < check % asked->jobs ? 1u : 0u);
    options.progress = note_progress;
    options.progress_context = &crew->progress[index];
    return options;
}

/* Writes nothing if not even the run without a cut was over: there is no token
 * then. */
static void work(void *context, size_t index, FILE *out,
                 struct outcome *outcome)
{
    const struct crew *crew = context;
    const struct scenario *scenario = crew->asked->scenario;
    struct sweep_options options = share_of(crew, index);
    struct sweep_result result = {.kinds = options.kinds,
                                  .sample = options.sample,
                                  .depth = options.depth,
                                  .first = options.first,
                                  .last = options.last,
                                  .shard = options.shard,
                                  .shards = options.shards,
                                  .seed = options.seed};

    snprintf(result.family, sizeof result.family, "%s",
             options.family != NULL ? options.family : "");
    snprintf(result.name, sizeof result.name, "%s", scenario->name);
    snprintf(result.title, sizeof result.title, "%s", scenario->title);
    snprintf(result.path, sizeof result.path, "%s", scenario->path);
    outcome->err =
        sweep_run(scenario, &options, &result.sweep, &outcome->error);
    if (outcome->err == 0 && result.sweep.token.name[0] != '\0') {
        result_tidy(&result);
        result_write(out, &result);
    }
    result_free(&result);
}

/* ---- in this process --------------------------------------------------------- */

static const char *name_of(void *context, size_t index)
{
    const struct crew *crew = context;

    (void)index;
    return crew->asked->scenario->name;
}

static void begun(void *context, size_t index)
{
    (void)context;
    (void)index;
}

static void finished(void *context, size_t index, const struct outcome *outcome)
{
    (void)context;
    (void)index;
    (void)outcome;
}

static void tick(void *context)
{
    struct crew *crew = context;
    struct meter_state state = {.unit = " boots"};
    struct sweep_counts sum = {0};
    char about[64];

    for (unsigned i = 0; i < crew->asked->jobs; i++) {
        const struct sweep_counts *one = &crew->progress[i].counts;
        uint64_t own = one->asked - one->elsewhere;

        state.done += one->boots;
        state.total += one->boots + crew->progress[i].queued;
        sum.asked += own < one->asked ? own : one->asked;
        sum.positions =
            one->positions > sum.positions ? one->positions : sum.positions;
    }
    snprintf(about, sizeof about, "%" PRIu64 " positions, %" PRIu64 " cuts",
             sum.positions, sum.asked);
    state.running = about;
    meter_draw(&crew->meter, &state);
}

static void fail(struct crew *crew, int err, const struct diag *why)
{
    if (crew->err == 0) {
        crew->err = diag_fail(crew->diag, err, "%s", why->text);
    }
}

static void text(void *context, size_t index, const char *bytes, size_t length)
{
    struct crew *crew = context;
    struct received *received = &crew->received[index];

    if (received->out == NULL) {
        received->out = open_memstream(&received->text, &received->size);
    }
    if (received->out != NULL) {
        (void)fwrite(bytes, 1, length, received->out); /* read_part() checks */
        return;
    }
    struct diag why = {.text = "out of memory"};

    fail(crew, OTALAB_ERR_SIMULATOR, &why);
}

static void read_part(struct crew *crew, struct received *received)
{
    struct merge_part *part = &crew->part[crew->parts];
    struct diag why = {{0}};
    int err;

    part->name = "a worker process";
    if (fclose(received->out) != 0) {
        received->out = NULL;
        (void)diag_fail(&why, OTALAB_ERR_SIMULATOR, "out of memory");
        fail(crew, OTALAB_ERR_SIMULATOR, &why);
        return;
    }
    received->out = NULL;
    crew->parts++;
    err = result_read(received->text, received->size, part->name, &part->result,
                      &why);
    if (err) {
        fail(crew, OTALAB_ERR_SIMULATOR, &why);
    }
}

static void done(void *context, size_t index, struct outcome *outcome)
{
    struct crew *crew = context;
    struct received *received = &crew->received[index];

    if (outcome->err != 0) {
        fail(crew, outcome->err, &outcome->error);
    } else if (received->out != NULL) {
        read_part(crew, received);
    }
    outcome_free(outcome);
    free(received->text);
    received->text = NULL;
}

/* ---- the whole ----------------------------------------------------------------- */

static int gather(struct crew *crew, struct sweep_result *whole,
                  uint64_t host_ms, struct diag *diag)
{
    const struct sweep_options *asked = &crew->asked->options;

    if (crew->err != 0) {
        return crew->err;
    }
    if (crew->parts == 0) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR,
                         "interrupted before the run without a cut was over");
    }
    int err = merge(crew->part, crew->parts, asked->shard, asked->shards, whole,
                    diag);

    whole->sweep.interrupted |= crew->parts < crew->asked->jobs;
    whole->sweep.counts.host_ms = host_ms;
    return err;
}

static int crew_run(struct crew *crew, struct diag *diag)
{
    struct jobs jobs = {.count = crew->asked->jobs,
                        .at_once = crew->asked->jobs,
                        .stop = crew->asked->options.run->interrupted,
                        .stop_fd = interrupt_fd(),
                        .context = crew,
                        .name = name_of,
                        .work = work,
                        .begun = begun,
                        .finished = finished,
                        .tick = tick,
                        .text = text,
                        .done = done};

    meter_open(&crew->meter, stderr);
    jobs.tick_ms = crew->meter.out != NULL ? METER_TICK_MS : -1;
    int err = jobs_run(&jobs, diag);

    meter_hide(&crew->meter);
    return err;
}

static void crew_free(struct crew *crew)
{
    for (size_t i = 0; crew->part != NULL && i < crew->parts; i++) {
        result_free(&crew->part[i].result);
    }
    free(crew->part);
    free(crew->received);
    if (crew->progress != MAP_FAILED) {
        (void)munmap(crew->progress,
                     crew->asked->jobs * sizeof *crew->progress);
    }
}

int sweep_jobs_run(const struct sweep_jobs *jobs, struct sweep_result *whole,
                   struct diag *diag)
{
    struct crew crew = {.asked = jobs, .diag = diag};
    uint64_t from_ms = clock_ms();
    int err;

    *whole = (struct sweep_result){0};
    crew.progress =
        mmap(NULL, jobs->jobs * sizeof *crew.progress, PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    crew.part = calloc(jobs->jobs, sizeof *crew.part);
    crew.received = calloc(jobs->jobs, sizeof *crew.received);
    if (crew.progress == MAP_FAILED || crew.part == NULL ||
        crew.received == NULL) {
        err = diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    } else {
        err = crew_run(&crew, diag);
        err = err ? err : gather(&crew, whole, clock_ms() - from_ms, diag);
    }
    crew_free(&crew);
    return err;
}
