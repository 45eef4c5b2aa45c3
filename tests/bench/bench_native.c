/* SPDX-License-Identifier: MIT */
/*
 * Boots per second on the native machine, for `make bench`:
 *
 *   bench_native BUILD [RUNS]
 *
 * A boot is what one more power cut adds to a scenario: engine, models, oracle
 * and recording are measured with it. CPU time of this process, because other
 * work of the computer says nothing about it.
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/run.h"
#include "native/crypto.h"
#include "scenario/scenario.h"

#define RUNS_DEFAULT 7u
#define RUNS_MAX 99u
#define CUTS 60u /* a scenario has at most 64 steps */
#define TEXT_SIZE 16384u

struct image {
    const char *build;
    const char *size;
};

struct bench {
    char firmware[512];
    unsigned runs;
    struct diag diag;
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

static void write_scenario(char text[TEXT_SIZE], const struct image *image,
                           unsigned cuts)
{
    text[0] = '\0';
    add(text,
        "scenario: boots\n"
        "title: One image is started again and again\n"
        "limits: {virtual_time: 6000s, resets: 100}\n"
        "images:\n"
        "  factory: {build: %s, version: 1.0.0, size: %s}\n"
        "flash: {slot-a: factory}\n"
        "allow: [brick]\n"
        "steps:\n",
        image->build, image->size);
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

static uint64_t cpu_ns(void)
{
    struct timespec used;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (uint64_t)used.tv_sec * 1000000000u + (uint64_t)used.tv_nsec;
}

/* CPU time of the run alone, in ns. */
static int run_cuts(struct bench *bench, const struct image *image,
                    unsigned cuts, uint64_t *ns)
{
    char text[TEXT_SIZE];
    struct run_options options = {.firmware = bench->firmware,
                                  .firmware_else = bench->firmware};
    struct scenario *scenario = NULL;
    struct run_result result;

    write_scenario(text, image, cuts);
    int err = scenario_parse(text, strlen(text), "boots.yaml", &scenario,
                             &bench->diag);
    if (err) {
        return err;
    }
    uint64_t start = cpu_ns();
    err = run_scenario(scenario, &options, &result, &bench->diag);
    *ns = cpu_ns() - start;
    if (err == 0 && result.verdict != RUN_PASSED) {
        err = diag_fail(&bench->diag, OTALAB_ERR_SIMULATOR, "boots: %s",
                        run_verdict_name(result.verdict));
    }
    run_result_free(&result);
    scenario_free(scenario);
    return err;
}

static int compare(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a;
    uint64_t right = *(const uint64_t *)b;

    return (left > right) - (left < right);
}

static int print_boots(struct bench *bench, const struct image *image,
                       bool remembered, const char *target)
{
    uint64_t boot[RUNS_MAX];
    char what[80];

    crypto_remember(remembered);
    for (unsigned run = 0; run < bench->runs; run++) {
        uint64_t one = 0;
        uint64_t more = 0;
        int err = run_cuts(bench, image, 0, &one);

        err = err ? err : run_cuts(bench, image, CUTS, &more);
        if (err) {
            return err;
        }
        boot[run] = more > one ? (more - one) / CUTS : 1;
    }
    qsort(boot, bench->runs, sizeof(boot[0]), compare);
    uint64_t median = boot[bench->runs / 2];
    (void)snprintf(what, sizeof(what), "native boot, %s, cryptography %s",
                   image->size, remembered ? "remembered" : "computed");
    printf("%-46s %7.2f us CPU  %" PRIu64 " boots/s (best %" PRIu64 ")  %s\n",
           what, (double)median / 1000.0, UINT64_C(1000000000) / median,
           UINT64_C(1000000000) / boot[0], target);
    return 0;
}

int main(int argc, char **argv)
{
    static const struct image small = {"bare", "16KiB"};
    static const struct image large = {"app", "256KiB"};
    static struct bench bench;
    unsigned long runs = argc > 2 ? strtoul(argv[2], NULL, 10) : RUNS_DEFAULT;

    if (argc < 2 || argc > 3 || runs < 1 || runs > RUNS_MAX) {
        (void)fprintf(stderr, "usage: bench_native BUILD [RUNS]\n");
        return 2;
    }
    bench.runs = (unsigned)runs;
    (void)snprintf(bench.firmware, sizeof(bench.firmware), "%s/firmware",
                   argv[1]);
    int err = print_boots(&bench, &small, false, ">= 500");
    err = err ? err : print_boots(&bench, &small, true, ">= 2000");
    err = err ? err : print_boots(&bench, &large, true, "");
    if (err) {
        (void)fprintf(stderr, "bench: %s\n", bench.diag.text);
    }
    return err ? 1 : 0;
}
