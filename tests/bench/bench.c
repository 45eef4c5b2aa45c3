/* SPDX-License-Identifier: MIT */
/*
 * Measures what has to be fast, on the real binaries, and prints a table with
 * the targets beside it; it asserts nothing. Run by `make bench`:
 *
 *   bench BUILD [RUNS]
 *
 * Each figure is the median of RUNS measurements, with the best one and the
 * CPU time beside it. A boot is taken from scenarios with and without more
 * power cuts: what the further boots add is divided by their number, so that
 * it is the engine, the oracle and the recording that are measured and not a
 * bench of its own.
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "device/figures.h"
#include "engine/case.h"
#include "engine/run.h"
#include "history/history.h"
#include "tui/acts.h"
#include "tui/view.h"
#include "image/rom.h"
#include "machine/machine.h"
#include "qemu/guests/guest.h"
#include "scenario/scenario.h"

#define RUNS_DEFAULT 7u
#define RUNS_MAX 99u
#define PATH_SIZE 512u
#define TEXT_SIZE 4096u
#define RINGS 2000u /* per measurement */
#define RESETS 20u  /* per measurement */
#define BOOTS 5u    /* per measurement */
#define PROGRESS_NS UINT64_C(1000000000)

struct bench {
    const char *build;
    unsigned runs;
    uint64_t started_ns;
    char firmware[PATH_SIZE];
    char plugin[PATH_SIZE];
    char guest[PATH_SIZE];
    char rom[PATH_SIZE];
    char dtb[PATH_SIZE];
    struct locations where;
    struct diag diag;
};

/* CPU time is that of this process and of those that have ended; it says more
 * than wall time when the computer has other work. 0: not known. */
struct cost {
    uint64_t wall_ns;
    uint64_t cpu_ns;
};

/* What is measured once, or an error. */
typedef int measure_fn(struct bench *bench, const void *what,
                       struct cost *cost);

struct figure {
    uint64_t median_ns;
    uint64_t best_ns;
    uint64_t cpu_ns; /* the median, too */
};

/* ---- time and table ---------------------------------------------------- */

static uint64_t now_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static uint64_t time_of(struct timeval time)
{
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_usec * 1000u;
}

static uint64_t cpu_ns(void)
{
    struct rusage self;
    struct rusage ended;

    (void)getrusage(RUSAGE_SELF, &self);
    (void)getrusage(RUSAGE_CHILDREN, &ended);
    return time_of(self.ru_utime) + time_of(self.ru_stime) +
           time_of(ended.ru_utime) + time_of(ended.ru_stime);
}

static int compare(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a;
    uint64_t right = *(const uint64_t *)b;

    return (left > right) - (left < right);
}

/* What takes longer than a second says what it does. */
static void progress(const struct bench *bench, const char *what, unsigned run)
{
    if (now_ns() - bench->started_ns < PROGRESS_NS) {
        return;
    }
    if (isatty(STDERR_FILENO)) {
        (void)fprintf(stderr, "\r\033[Kbench: %s, %u of %u\r", what, run + 1,
                      bench->runs);
    } else if (run == 0) {
        (void)fprintf(stderr, "bench: %s\n", what);
    }
}

static void progress_end(void)
{
    if (isatty(STDERR_FILENO)) {
        (void)fprintf(stderr, "\r\033[K");
    }
}

static int measure(struct bench *bench, const char *what, measure_fn *once,
                   const void *argument, struct figure *figure)
{
    uint64_t wall[RUNS_MAX];
    uint64_t cpu[RUNS_MAX];

    for (unsigned run = 0; run < bench->runs; run++) {
        progress(bench, what, run);
        struct cost cost = {0, 0};
        int err = once(bench, argument, &cost);
        if (err) {
            return err;
        }
        wall[run] = cost.wall_ns;
        cpu[run] = cost.cpu_ns;
    }
    progress_end();
    qsort(wall, bench->runs, sizeof(wall[0]), compare);
    qsort(cpu, bench->runs, sizeof(cpu[0]), compare);
    figure->median_ns = wall[bench->runs / 2];
    figure->best_ns = wall[0];
    figure->cpu_ns = cpu[bench->runs / 2];
    return 0;
}

/* A duration in a unit of `unit` ns, with two decimals. */
static void print_time(uint64_t ns, uint64_t unit)
{
    uint64_t hundredths = (ns * 100u + unit / 2) / unit;

    printf(" %7" PRIu64 ".%02u", hundredths / 100,
           (unsigned)(hundredths % 100));
}

static void print_row(const char *what, const struct figure *figure,
                      const char *unit_name, uint64_t unit, const char *target)
{
    printf("%-46s", what);
    print_time(figure->median_ns, unit);
    print_time(figure->best_ns, unit);
    if (figure->cpu_ns != 0) {
        print_time(figure->cpu_ns, unit);
    } else {
        printf(" %10s", "");
    }
    printf(" %-3s %s\n", unit_name, target);
    (void)fflush(stdout);
}

/* ---- the bare machine -------------------------------------------------- */

static int open_machine(struct bench *bench, const char *path,
                        struct machine **machine)
{
    struct rom rom;
    int err = rom_read(&rom, path, bench->dtb, &bench->diag);
    struct machine_options options = {.plugin = bench->plugin,
                                      .rom = rom.bytes,
                                      .rom_size = rom.size};

    err = err ? err : machine_start(machine, &options, &bench->diag);
    rom_free(&rom);
    return err;
}

static int next_ring(struct bench *bench, struct machine *machine)
{
    enum machine_event event;
    int err = machine_wait(machine, &event, &bench->diag);

    if (err || event == MACHINE_RING) {
        return err;
    }
    return diag_fail(&bench->diag, OTALAB_ERR_SIMULATOR,
                     "the guest did not ring");
}

/* Start of a process to the CPU's first hand-over, and its end. */
static int start_process(struct bench *bench, const void *what,
                         struct cost *cost)
{
    struct machine *machine = NULL;
    uint64_t start = now_ns();
    int err = open_machine(bench, bench->rom, &machine);

    (void)what;
    cost->wall_ns = now_ns() - start;
    machine_stop(machine);
    return err;
}

static int ring_doorbell(struct bench *bench, const void *what,
                         struct cost *cost)
{
    struct machine *machine = NULL;
    int err = open_machine(bench, bench->guest, &machine);

    (void)what;
    err = err ? err : next_ring(bench, machine);
    if (err == 0) {
        machine_page(machine)->result[0] = GUEST_RING;
        machine_page(machine)->result[1] = RINGS + 1;
        err = next_ring(bench, machine);
    }
    uint64_t start = now_ns();
    for (unsigned i = 0; i < RINGS && err == 0; i++) {
        err = next_ring(bench, machine);
    }
    cost->wall_ns = (now_ns() - start) / RINGS;
    machine_stop(machine);
    return err;
}

/* The real ROM, told at its first command that power is gone again. */
static int reset_in_place(struct bench *bench, const void *what,
                          struct cost *cost)
{
    struct machine *machine = NULL;
    int err = open_machine(bench, bench->rom, &machine);

    (void)what;
    err = err ? err : next_ring(bench, machine);
    uint64_t start = now_ns();
    for (unsigned i = 0; i < RESETS && err == 0; i++) {
        machine_page(machine)->status = CTL_RESET_ASSERTED;
        err = next_ring(bench, machine);
    }
    cost->wall_ns = (now_ns() - start) / RESETS;
    machine_stop(machine);
    return err;
}

/* ---- boots ------------------------------------------------------------- */

struct boots {
    const char *build;
    const char *size;
    bool new_process;
    const char *target;
    bool accelerator;
};

__attribute__((format(printf, 2, 3))) static void add(char text[TEXT_SIZE],
                                                      const char *format, ...)
{
    size_t length = strlen(text);
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text + length, TEXT_SIZE - length, format, arguments);
    va_end(arguments);
}

/* One image that is started, and `cuts` times again after its power failed.
 * It ends as soon as the image does its work, before the oracle has seen it
 * at rest. */
static void write_scenario(char text[TEXT_SIZE], const struct boots *boots,
                           unsigned cuts)
{
    text[0] = '\0';
    add(text,
        "scenario: boots\n"
        "title: One image is started again and again\n"
        "limits: {virtual_time: 600s, resets: 64}\n"
        "images:\n"
        "  factory: {build: %s, version: 1.0.0, size: %s}\n"
        "flash: {slot-a: factory}\n"
        "allow: [brick]\n"
        "crypto: %s\n"
        "steps:\n",
        boots->build, boots->size,
        boots->accelerator ? "accelerator" : "software");
    for (unsigned cut = 1; cut <= cuts; cut++) {
        add(text,
            "  - on: {event: app.ready, nth: %u}\n"
            "    do: {power_cut: {off_for: 500ms}}\n",
            cut);
    }
    add(text,
        "  - on: {event: app.ready, nth: %u}\n"
        "    do: {stop: {}}\n"
        "expect:\n"
        "  - at_end: {boots: %u}\n",
        cuts + 1, cuts + 1);
}

/* Run it; a scenario that fails would have measured something else. */
static int run_parsed(struct bench *bench, const struct scenario *scenario,
                      bool hard_cuts, struct cost *cost, uint64_t *virtual_ns)
{
    struct run_options options = {.firmware = bench->firmware,
                                  .firmware_else = bench->firmware,
                                  .plugin = bench->plugin,
                                  .hard_cuts = hard_cuts};
    struct run_result result;
    uint64_t start = now_ns();
    uint64_t start_cpu = cpu_ns();
    int err = run_scenario(scenario, &options, &result, &bench->diag);

    cost->wall_ns = now_ns() - start;
    cost->cpu_ns = cpu_ns() - start_cpu;
    *virtual_ns = result.time_ns;
    if (err == 0 && result.verdict != RUN_PASSED) {
        err = diag_fail(&bench->diag, OTALAB_ERR_SIMULATOR,
                        "scenario %s: %s, not passed", scenario->name,
                        run_verdict_name(result.verdict));
    }
    run_result_free(&result);
    return err;
}

static int run_cuts(struct bench *bench, const struct boots *boots,
                    unsigned cuts, struct cost *cost)
{
    char text[TEXT_SIZE];
    struct scenario *scenario = NULL;
    uint64_t virtual_ns;

    write_scenario(text, boots, cuts);
    int err = scenario_parse(text, strlen(text), "boots.yaml", &scenario,
                             &bench->diag);
    err = err ? err
              : run_parsed(bench, scenario, boots->new_process, cost,
                           &virtual_ns);
    scenario_free(scenario);
    return err;
}

static uint64_t per_boot(uint64_t one, uint64_t more)
{
    return more > one ? (more - one) / BOOTS : 0;
}

static int boot(struct bench *bench, const void *what, struct cost *cost)
{
    const struct boots *boots = what;
    struct cost one;
    struct cost more;
    int err = run_cuts(bench, boots, 0, &one);

    err = err ? err : run_cuts(bench, boots, BOOTS, &more);
    if (err) {
        return err;
    }
    cost->wall_ns = per_boot(one.wall_ns, more.wall_ns);
    cost->cpu_ns = per_boot(one.cpu_ns, more.cpu_ns);
    return 0;
}

static int print_boots(struct bench *bench, const struct boots *boots)
{
    struct figure figure;
    char what[80];

    (void)snprintf(what, sizeof(what), "boot, %s, %s%s", boots->size,
                   boots->new_process ? "new process" : "reset in place",
                   boots->accelerator ? ", accelerator" : "");
    int err = measure(bench, what, boot, boots, &figure);
    if (err) {
        return err;
    }
    char remark[80];
    uint64_t median = figure.median_ns != 0 ? figure.median_ns : 1;
    (void)snprintf(remark, sizeof(remark), "%-9s %" PRIu64 " boots/s",
                   boots->target, UINT64_C(1000000000) / median);
    print_row(what, &figure, "ms", 1000000, remark);
    return 0;
}

/* ---- an update --------------------------------------------------------- */

struct update {
    const char *file;
    uint64_t virtual_ns;
};

static int update(struct bench *bench, const void *what, struct cost *cost)
{
    struct update *of = *(struct update *const *)what;
    struct scenario *scenario = NULL;
    int err = scenario_read(of->file, &scenario, &bench->diag);

    err = err ? err : run_parsed(bench, scenario, false, cost, &of->virtual_ns);
    scenario_free(scenario);
    return err;
}

static int print_update(struct bench *bench, const char *what, const char *file,
                        const char *target)
{
    struct update of = {file, 0};
    struct update *argument = &of;
    struct figure figure;
    int err = measure(bench, what, update, &argument, &figure);

    if (err) {
        return err;
    }
    char remark[80];
    uint64_t median = figure.median_ns != 0 ? figure.median_ns : 1;
    (void)snprintf(remark, sizeof(remark),
                   "%-9s %" PRIu64 ".%" PRIu64 " s virtual, %" PRIu64
                   " times faster",
                   target, of.virtual_ns / 1000000000u,
                   of.virtual_ns / 100000000u % 10, of.virtual_ns / median);
    print_row(what, &figure, "ms", 1000000, remark);
    return 0;
}

/* ---- forks --------------------------------------------------------------- */

/* What is saved at the last power cut of a download, and restored when all is
 * over: the world alone, since the CPU stands at a command then. */
static int save_and_restore(struct bench *bench, struct run *run,
                            uint64_t spent[2])
{
    static const struct run_until at_reset = {.what = UNTIL_RESET};
    struct checkpoint *point = NULL;
    int err = run_save(run, &point, &bench->diag); /* the first has it all */

    err = err ? err : run_to(run, &at_reset, &bench->diag);
    while (err == 0 && !run_over(run)) {
        uint64_t start = now_ns();

        checkpoint_leave(point);
        err = run_save(run, &point, &bench->diag);
        spent[0] = now_ns() - start;
        err = err ? err : run_to(run, &at_reset, &bench->diag);
    }
    uint64_t start = now_ns();

    err = err || point == NULL ? err : run_restore(run, point, &bench->diag);
    spent[1] = now_ns() - start;
    checkpoint_leave(point);
    return err;
}

static int fork_run(struct bench *bench, uint64_t spent[2])
{
    struct run_options options = {.firmware = bench->firmware,
                                  .firmware_else = bench->firmware,
                                  .plugin = bench->plugin};
    struct run_result result = {.verdict = RUN_ERROR};
    struct scenario *scenario = NULL;
    struct run_case given;
    struct run *run = NULL;
    int err = scenario_read("scenarios/power/ota-cut-erase.yaml", &scenario,
                            &bench->diag);

    if (err) {
        return err;
    }
    recording_init(&result.recording);
    err = case_make(&given, scenario, &options, &bench->diag);
    err = err ? err : run_begin(&run, &given, &result, &bench->diag);
    err = err ? err : save_and_restore(bench, run, spent);
    run_end(run);
    case_free(&given);
    run_result_free(&result);
    scenario_free(scenario);
    return err;
}

/* `what`: which of the two. */
static int fork_cost(struct bench *bench, const void *what, struct cost *cost)
{
    uint64_t spent[2] = {0, 0};
    int err = fork_run(bench, spent);

    cost->wall_ns = spent[*(const unsigned *)what];
    return err;
}

static int print_forks(struct bench *bench)
{
    static const char *const names[] = {"save a run at a power cut",
                                        "restore it from its end"};
    struct figure figure;
    int err = 0;

    for (unsigned i = 0; i < 2 && err == 0; i++) {
        err = measure(bench, names[i], fork_cost, &i, &figure);
        if (err == 0) {
            print_row(names[i], &figure, "ms", 1000000, "<= 0.3");
        }
    }
    return err;
}

/* ---- a recording read back ------------------------------------------------ */

#define JUMPS 100u

struct recorded {
    struct run_result result; /* of the run, with the recording in it */
    uint8_t *changes;
    size_t changes_size;
    struct history *history;
    struct rng rng;
    struct picture picture;
};

static int read_recorded(struct bench *bench, const void *what,
                         struct cost *cost)
{
    struct recorded *of = *(struct recorded *const *)what;
    uint64_t start = now_ns();

    history_close(of->history);
    int err = history_read(&of->history, of->result.recording.bytes,
                           of->result.recording.length, of->changes,
                           of->changes_size, &bench->diag);

    cost->wall_ns = now_ns() - start;
    return err;
}

/* From anywhere to anywhere, and what the slowest took. */
static int jump(struct bench *bench, const void *what, struct cost *cost)
{
    struct recorded *of = *(struct recorded *const *)what;
    uint64_t events = history_events(of->history);

    for (unsigned i = 0; i < JUMPS; i++) {
        uint64_t to = rng_below(&of->rng, events + 1);
        uint64_t start = now_ns();

        if (history_at(of->history, to, &of->picture) != 0) {
            return diag_fail(&bench->diag, OTALAB_ERR_SIMULATOR,
                             "out of memory");
        }
        uint64_t spent = now_ns() - start;

        cost->wall_ns = spent > cost->wall_ns ? spent : cost->wall_ns;
    }
    return 0;
}

static int record_polls(struct bench *bench, struct recorded *of)
{
    struct run_options options = {.firmware = bench->firmware,
                                  .firmware_else = bench->firmware,
                                  .plugin = bench->plugin,
                                  .track = true};
    struct scenario *scenario = NULL;
    uint8_t digest[32];
    int err = scenario_read("tests/bench/polls.yaml", &scenario, &bench->diag);

    err =
        err ? err : run_scenario(scenario, &options, &of->result, &bench->diag);
    scenario_free(scenario);
    if (err) {
        return err;
    }
    recording_digest(&of->result.recording, digest);
    return changes_finish(&of->result.track.changes, digest, &of->changes,
                          &of->changes_size);
}

static int print_recorded(struct bench *bench)
{
    static struct recorded recorded;
    struct recorded *argument = &recorded;
    struct figure figure;
    char remark[80];
    int err = record_polls(bench, &recorded);

    rng_init(&recorded.rng, 1, "jumps");
    err = err ? err
              : measure(bench, "read a recording", read_recorded, &argument,
                        &figure);
    if (err == 0) {
        (void)snprintf(remark, sizeof(remark), "%-9s %" PRIu64 " events",
                       "<= 2000", history_events(recorded.history));
        print_row("read the recording of that year, and check it", &figure,
                  "ms", 1000000, remark);
        err = measure(bench, "jump in a recording", jump, &argument, &figure);
    }
    if (err == 0) {
        print_row("jump to any event of it, slowest of 100", &figure, "ms",
                  1000000, "<= 50");
    }
    picture_free(&recorded.picture);
    history_close(recorded.history);
    free(recorded.changes);
    run_result_free(&recorded.result);
    return err;
}

/* ---- the dashboard -------------------------------------------------------- */

#define STEPS 50u

struct shown {
    struct model model;
    struct screen screen;
    unsigned width;
    unsigned height;
    struct rng rng;
};

/* The run from power-on to its end, in slices: what a fork costs at most. */
static int rebuild(struct bench *bench, const void *what, struct cost *cost)
{
    struct shown *shown = *(struct shown *const *)what;
    uint64_t start = now_ns();

    model_free(&shown->model);
    model_init(&shown->model);
    shown->model.path = "scenarios/update/ota-good.yaml";
    shown->model.where = &bench->where;
    int err = acts_open_scenario(&shown->model, &bench->diag);

    while (err == 0 && model_branch(&shown->model)->live != NULL) {
        err = acts_live(&shown->model, 25, &bench->diag);
    }
    cost->wall_ns = now_ns() - start;
    return err;
}

/* The slowest of some steps, back and forth, each with its frame. */
static int step(struct bench *bench, const void *what, struct cost *cost)
{
    struct shown *shown = *(struct shown *const *)what;
    uint64_t events = history_events(model_history(&shown->model));
    int err = model_go(&shown->model, 1 + rng_below(&shown->rng, events));

    for (unsigned i = 0; i < STEPS && err == 0; i++) {
        uint64_t start = now_ns();

        err = acts_do(&shown->model, i % 2 == 0 ? ACT_BACK_OPERATION : ACT_NEXT,
                      NULL, &bench->diag);
        view_render(&shown->model, &shown->screen);
        uint64_t spent = now_ns() - start;

        cost->wall_ns = spent > cost->wall_ns ? spent : cost->wall_ns;
    }
    return err;
}

static int frame(struct bench *bench, const void *what, struct cost *cost)
{
    struct shown *shown = *(struct shown *const *)what;
    uint64_t start = now_ns();

    (void)bench;
    for (unsigned i = 0; i < STEPS; i++) {
        view_render(&shown->model, &shown->screen);
    }
    cost->wall_ns = (now_ns() - start) / STEPS;
    return 0;
}

static int print_frames(struct bench *bench, struct shown *shown,
                        unsigned width, unsigned height)
{
    struct figure figure;
    char what[64];
    int err = screen_init(&shown->screen, width, height);

    shown->model.width = width;
    shown->model.height = height;
    err = err ? err : measure(bench, "frame", frame, &shown, &figure);
    if (err == 0) {
        (void)snprintf(what, sizeof(what), "dashboard: a frame of %ux%u", width,
                       height);
        print_row(what, &figure, "ms", 1000000, "<= 5");
        err = measure(bench, "step", step, &shown, &figure);
    }
    if (err == 0) {
        (void)snprintf(what, sizeof(what), "dashboard: slowest of %u steps",
                       STEPS);
        print_row(what, &figure, "ms", 1000000, "<= 50");
    }
    screen_free(&shown->screen);
    return err;
}

static int print_dashboard(struct bench *bench)
{
    static struct shown shown;
    struct shown *argument = &shown;
    struct figure figure;

    model_init(&shown.model);
    rng_init(&shown.rng, 1, "steps");
    int err = measure(bench, "rebuild", rebuild, &argument, &figure);

    if (err == 0) {
        print_row("dashboard: run ota-good anew, to its end", &figure, "ms",
                  1000000, "<= 2000");
        err = print_frames(bench, &shown, 80, 24);
    }
    err = err ? err : print_frames(bench, &shown, 200, 60);
    model_free(&shown.model);
    return err;
}

/* ---- wear ---------------------------------------------------------------- */

#define UPDATES 8u

static void write_updates(char text[TEXT_SIZE])
{
    text[0] = '\0';
    add(text, "scenario: updates\n"
              "title: One update after the other\n"
              "limits: {virtual_time: 2h, resets: 64}\n"
              "images:\n"
              "  u0: {build: app, version: 1.0.0, size: 256KiB}\n");
    for (unsigned i = 1; i <= UPDATES; i++) {
        add(text, "  u%u: {build: app, version: 1.%u.0, size: 256KiB}\n", i, i);
    }
    add(text, "flash: {slot-a: u0}\n"
              "network: {rate: 60kbit/s, latency: 40ms}\n"
              "steps:\n"
              "  - on: {event: app.ready}\n"
              "    do: {publish: u1}\n");
    for (unsigned i = 1; i < UPDATES; i++) {
        add(text,
            "  - on: {event: boot.confirm, nth: %u}\n"
            "    do: {publish: u%u}\n",
            i, i + 1);
    }
    add(text,
        "expect:\n"
        "  - eventually: {running: u%u, confirmed: true}\n",
        UPDATES);
}

/* The flash as a run leaves it. */
static int run_flash(struct bench *bench, struct scenario *scenario,
                     struct flash *flash)
{
    struct run_options options = {.firmware = bench->firmware,
                                  .firmware_else = bench->firmware,
                                  .plugin = bench->plugin};
    struct run_result result;
    int err = run_scenario(scenario, &options, &result, &bench->diag);

    if (err == 0 && result.verdict != RUN_PASSED) {
        err = diag_fail(&bench->diag, OTALAB_ERR_SIMULATOR,
                        "scenario %s: %s, not passed", scenario->name,
                        run_verdict_name(result.verdict));
    }
    if (err == 0) {
        *flash = *result.device[0].flash;
    }
    run_result_free(&result);
    scenario_free(scenario);
    return err;
}

static int wear_of_updates(struct bench *bench, struct flash *flash)
{
    char text[TEXT_SIZE];
    struct scenario *scenario = NULL;

    write_updates(text);
    int err = scenario_parse(text, strlen(text), "updates.yaml", &scenario,
                             &bench->diag);
    return err ? err : run_flash(bench, scenario, flash);
}

static int wear_of_polls(struct bench *bench, struct flash *flash)
{
    struct scenario *scenario = NULL;
    int err = scenario_read("scenarios/update/ota-polls.yaml", &scenario,
                            &bench->diag);

    return err ? err : run_flash(bench, scenario, flash);
}

struct wear {
    uint32_t all;   /* erases of its sectors */
    uint32_t worst; /* of one sector */
};

static struct wear wear_of(const struct flash *flash,
                           const struct board_part *part)
{
    uint32_t sector = flash->figures.sector;
    struct wear wear = {0, 0};

    for (uint32_t at = 0; at < part->length; at += sector) {
        uint32_t count = flash->erase_count[(part->start + at) / sector];

        wear.all += count;
        wear.worst = count > wear.worst ? count : wear.worst;
    }
    return wear;
}

static void print_part_wear(const struct board_part *part,
                            const struct flash *updates,
                            const struct flash *polls)
{
    struct wear update = wear_of(updates, part);
    struct wear poll = wear_of(polls, part);

    if (update.all + poll.all == 0) {
        return;
    }
    printf("  %-10s %8u %8u %8u %8u", part->name,
           part->length / updates->figures.sector, update.all, update.worst,
           poll.all);
    if (update.worst != 0) {
        printf(" %8" PRIu64, (uint64_t)updates->figures.endurance * UPDATES /
                                 update.worst / 365u);
    }
    printf("\n");
}

static int print_wear(struct bench *bench)
{
    static struct flash updates;
    static struct flash polls;
    struct board_map map;
    uint8_t *dtb = NULL;
    size_t size = 0;
    int err = file_read(bench->dtb, BOARD_DTB_SIZE, &dtb, &size, &bench->diag);

    err = err ? err : board_map_read(dtb, size, &map, &bench->diag);
    err = err ? err : wear_of_updates(bench, &updates);
    err = err ? err : wear_of_polls(bench, &polls);
    free(dtb);
    if (err) {
        return err;
    }
    printf("\nWear: sectors erased by %u updates of 256 KiB (downloaded, "
           "tried, confirmed) and by a\nyear of daily polls that find "
           "nothing. A sector endures %u erases: so many years\nlasts the "
           "worst one with an update every day.\n\n"
           "  %-10s %8s %8s %8s %8s %8s\n",
           UPDATES, updates.figures.endurance, "partition", "sectors",
           "updates", "worst", "polls", "years");
    for (uint32_t i = 0; i < map.count; i++) {
        print_part_wear(&map.part[i], &updates, &polls);
    }
    return 0;
}

/* ---- the whole --------------------------------------------------------- */

static int print_bare(struct bench *bench)
{
    struct figure figure;
    int err =
        measure(bench, "doorbell round trip", ring_doorbell, NULL, &figure);

    if (err == 0) {
        print_row("doorbell, there and back", &figure, "us", 1000, "");
        err = measure(bench, "QEMU start", start_process, NULL, &figure);
    }
    if (err == 0) {
        print_row("QEMU start to its first instruction", &figure, "ms", 1000000,
                  "");
        err = measure(bench, "bare reset", reset_in_place, NULL, &figure);
    }
    if (err == 0) {
        print_row("reset in place to the ROM's first command", &figure, "ms",
                  1000000, "");
    }
    return err;
}

static int print_all_boots(struct bench *bench)
{
    static const struct boots boots[] = {
        {"bare", "16KiB", true, "", false},
        {"bare", "16KiB", false, "", false},
        {"app", "256KiB", true, "<= 110", false},
        {"app", "256KiB", false, "<= 60", false},
        {"app", "256KiB", true, "<= 60", true},
        {"app", "256KiB", false, "<= 8", true},
    };
    int err = 0;

    for (size_t i = 0; i < sizeof(boots) / sizeof(boots[0]) && err == 0; i++) {
        err = print_boots(bench, &boots[i]);
    }
    return err;
}

static int print_table(struct bench *bench)
{
    char version[32];
    int err = machine_find_qemu(NULL, version, &bench->diag);

    if (err) {
        return err;
    }
    printf("QEMU %s, built by %s %s, %ld processors, median and best of %u\n\n",
           version,
#ifdef __clang__
           "clang", __clang_version__,
#else
           "gcc", __VERSION__,
#endif
           sysconf(_SC_NPROCESSORS_ONLN), bench->runs);
    printf("%-46s %10s %10s %10s     %-9s\n", "", "median", "best", "CPU",
           "target");
    err = print_bare(bench);
    err = err ? err : print_all_boots(bench);
    err = err ? err
              : print_update(bench, "A/B update, tried and confirmed, as built",
                             "scenarios/boot/ab-good.yaml", "");
    err = err ? err
              : print_update(bench, "A/B update, tried and confirmed, 256KiB",
                             "scenarios/boot/ab-large.yaml", "");
    err = err ? err
              : print_update(bench, "update over 60 kbit/s, 256KiB",
                             "scenarios/update/ota-good.yaml", "<= 1500");
    err = err ? err
              : print_update(bench, "update over NB-IoT, 21 kbit/s, 256KiB",
                             "scenarios/network/ota-nbiot.yaml", "");
    err = err ? err
              : print_update(bench, "a year of polls every ten minutes",
                             "tests/bench/polls.yaml", "<= 10000");
    err = err ? err : print_recorded(bench);
    err = err ? err : print_forks(bench);
    err = err ? err : print_dashboard(bench);
    return err ? err : print_wear(bench);
}

static int set_up(struct bench *bench, int argc, char **argv)
{
    unsigned long runs = argc > 2 ? strtoul(argv[2], NULL, 10) : RUNS_DEFAULT;

    if (argc < 2 || argc > 3 || runs < 1 || runs > RUNS_MAX) {
        return diag_fail(&bench->diag, OTALAB_ERR_USAGE,
                         "usage: bench BUILD [RUNS], 1 to %u runs", RUNS_MAX);
    }
    bench->build = argv[1];
    bench->runs = (unsigned)runs;
    bench->started_ns = now_ns();
    (void)snprintf(bench->firmware, PATH_SIZE, "%s/firmware", bench->build);
    (void)snprintf(bench->plugin, PATH_SIZE, "%s/libotalab-shim.so",
                   bench->build);
    (void)snprintf(bench->guest, PATH_SIZE, "%s/tests/guest.elf", bench->build);
    (void)snprintf(bench->where.firmware, PATH_SIZE, "%s/firmware",
                   bench->build);
    (void)snprintf(bench->where.firmware_else, PATH_SIZE, "%s/firmware",
                   bench->build);
    (void)snprintf(bench->where.plugin, PATH_SIZE, "%s", bench->plugin);
    (void)snprintf(bench->rom, PATH_SIZE, "%s/firmware/rom.elf", bench->build);
    (void)snprintf(bench->dtb, PATH_SIZE, "%s/firmware/otalab.dtb",
                   bench->build);
    return 0;
}

int main(int argc, char **argv)
{
    static struct bench bench;
    int err = set_up(&bench, argc, argv);

    err = err ? err : print_table(&bench);
    if (err) {
        progress_end();
        (void)fprintf(stderr, "bench: %s\n", bench.diag.text);
        return 1;
    }
    return 0;
}
