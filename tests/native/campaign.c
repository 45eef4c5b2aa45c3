/* SPDX-License-Identifier: MIT */
/*
 * The native campaign: the known cases, then random ones, for so many seconds
 * or so many of them. Case n of a seed is the same on every machine. What breaks a promise is made
 * as small as it gets and written to a file, which the program takes as an
 * argument and tests/fuzz/fuzz_boot.c as an input.
 *
 *   campaign [--seconds N | --cases N] [--seed N] [--jobs N] [--out FOLDER]
 *            [--until PROMISE]    stop when this one is broken
 *   campaign FILE...        play these, and tell all that happens
 *   campaign --corpus FOLDER    write the known cases of recipes.c
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/rng.h"
#include "native/boot_play.h"
#include "native/recipes.h"
#include "native/wires.h"

#define INPUT_SIZE 420u
#define JOBS_MAX 16u
#define KEEP 3u            /* files of one promise and job */
#define SAMPLE 64u         /* one case of so many, without the memory, too */
#define SHRINK_TRIES 3000u /* plays to make one finding smaller */

struct orders {
    uint64_t seconds; /* 0: by cases */
    uint64_t cases;
    uint64_t seed;
    uint64_t jobs;
    const char *out;
    const char *until; /* NULL: to the end */
};

/* What a job has done; shared with the parent. */
struct tally {
    uint64_t cases, boots, cuts, runs, updates, samples, differ;
    uint64_t asked, computed; /* signatures */
    uint64_t findings[JUDGE_PROMISE_COUNT];
    uint64_t stop; /* what was to be found has been found */
    struct play_worst worst;
};

static struct native_device device;

/* ---- one case ---------------------------------------------------------------- */

static void play(const uint8_t *input, size_t size, FILE *log,
                 struct play_result *result)
{
    struct boot_case made;

    boot_case_read(input, size, &made);
    boot_play(&made, &device, log, result);
    if (result->finding.found) {
        native_blank(&device, 1); /* it may have written anywhere */
    }
}

/* Case `number` of a seed; its size. */
static size_t make_input(uint64_t seed, uint64_t number,
                         uint8_t input[CASE_INPUT_MAX])
{
    struct boot_case known;
    struct rng rng;

    if (number < recipe_count()) {
        recipe((unsigned)number, &known);
        return boot_case_write(&known, input);
    }
    rng_init(&rng, seed << 40 ^ number, "campaign");
    rng_fill(&rng, input, INPUT_SIZE);
    return INPUT_SIZE;
}

/* The same promise broken by that input? */
static bool still(const uint8_t *input, size_t size, enum judge_promise promise,
                  uint32_t *tries)
{
    struct play_result result;

    (*tries)++;
    play(input, size, NULL, &result);
    return result.finding.found && result.finding.promise == promise;
}

/* Cut off what is not needed, then make zeros of what need not be anything
 * else. */
static size_t shrink(uint8_t *input, size_t size, enum judge_promise promise)
{
    uint32_t tries = 0;

    for (size_t step = size / 2; step > 0 && tries < SHRINK_TRIES; step /= 2) {
        while (size > step && still(input, size - step, promise, &tries)) {
            size -= step;
        }
    }
    for (size_t i = 0; i < size && tries < SHRINK_TRIES; i++) {
        uint8_t byte = input[i];
        input[i] = 0;
        if (byte != 0 && !still(input, size, promise, &tries)) {
            input[i] = byte;
        }
    }
    return size;
}

/* ---- a job ---------------------------------------------------------------------- */

static void keep_finding(const struct orders *orders, uint64_t number,
                         uint8_t *input, size_t size,
                         const struct judge_finding *finding)
{
    struct play_result result;
    struct diag diag = {{0}};
    char path[600];

    size = shrink(input, size, finding->promise);
    play(input, size, NULL, &result);
    snprintf(path, sizeof path, "%s/%s-%llu", orders->out,
             judge_promise_name(finding->promise), (unsigned long long)number);
    if (file_make_dirs(orders->out, &diag) ||
        file_write(path, input, size, &diag)) {
        fprintf(stderr, "%s\n", diag.text);
    }
    printf("case %llu, boot %u: %s: %s\n    %s\n", (unsigned long long)number,
           result.finding.session, judge_promise_name(finding->promise),
           result.finding.text, path);
    fflush(stdout);
}

/* Signatures verified anew must make no difference. */
static void sample(const uint8_t *input, size_t size,
                   const struct play_result *first, struct tally *tally)
{
    struct play_result second;

    verify_remember(false);
    play(input, size, NULL, &second);
    verify_remember(true);
    tally->samples++;
    tally->differ += memcmp(first, &second, sizeof second) != 0;
}

static void keep_worst(struct play_worst *kept, const struct play_worst *seen)
{
    kept->erases = seen->erases > kept->erases ? seen->erases : kept->erases;
    kept->programs =
        seen->programs > kept->programs ? seen->programs : kept->programs;
    kept->settling =
        seen->settling > kept->settling ? seen->settling : kept->settling;
}

static void one_case(const struct orders *orders, uint64_t number,
                     struct tally *tally)
{
    uint8_t input[CASE_INPUT_MAX];
    size_t size = make_input(orders->seed, number, input);
    struct play_result result;

    play(input, size, NULL, &result);
    tally->cases++;
    tally->boots += result.boots;
    tally->cuts += result.cuts;
    tally->runs += result.runs;
    tally->updates += result.updates;
    keep_worst(&tally->worst, &result.worst);
    if (number % SAMPLE == 0) {
        sample(input, size, &result, tally);
    }
    if (result.finding.found &&
        tally->findings[result.finding.promise]++ < KEEP) {
        keep_finding(orders, number, input, size, &result.finding);
    }
    tally->stop =
        result.finding.found && orders->until != NULL &&
        strcmp(judge_promise_name(result.finding.promise), orders->until) == 0;
}

static void job(const struct orders *orders, uint64_t first,
                struct tally *tally)
{
    time_t end = time(NULL) + (time_t)orders->seconds;

    for (uint64_t number = first;
         !tally->stop &&
         (orders->seconds ? time(NULL) < end : number < orders->cases);
         number += orders->jobs) {
        one_case(orders, number, tally);
    }
    verify_counts(&tally->asked, &tally->computed);
}

/* ---- all jobs ------------------------------------------------------------------------ */

static struct tally sum_up(const struct tally *tallies, uint64_t jobs)
{
    struct tally sum = {0};

    for (uint64_t i = 0; i < jobs; i++) {
        const uint64_t *from = (const uint64_t *)&tallies[i];
        uint64_t *to = (uint64_t *)&sum;
        for (size_t j = 0; j < offsetof(struct tally, worst) / sizeof *to;
             j++) {
            to[j] += from[j];
        }
        keep_worst(&sum.worst, &tallies[i].worst);
    }
    return sum;
}

static uint64_t per_second(uint64_t count, const struct timespec *from)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    uint64_t ms = (uint64_t)(now.tv_sec - from->tv_sec) * 1000u +
                  (uint64_t)(now.tv_nsec / 1000000 + 1000) -
                  (uint64_t)(from->tv_nsec / 1000000 + 1000);

    return ms > 0 ? count * 1000u / ms : 0;
}

static int report(const struct tally *sum, const struct timespec *from)
{
    uint64_t findings = 0;

    printf("%llu cases (%llu a second), %llu boots (%llu a second)\n",
           (unsigned long long)sum->cases,
           (unsigned long long)per_second(sum->cases, from),
           (unsigned long long)sum->boots,
           (unsigned long long)per_second(sum->boots, from));
    printf("%llu cuts, %llu images entered, %llu last updates, "
           "%llu signatures asked for, %llu computed\n",
           (unsigned long long)sum->cuts, (unsigned long long)sum->runs,
           (unsigned long long)sum->updates, (unsigned long long)sum->asked,
           (unsigned long long)sum->computed);
    printf("at most %u erases and %u programs in one boot, %u boots to a "
           "confirmed image\n",
           sum->worst.erases, sum->worst.programs, sum->worst.settling + 1u);
    printf("%llu samples without remembered signatures, %llu differ\n",
           (unsigned long long)sum->samples, (unsigned long long)sum->differ);
    for (unsigned i = 0; i < JUDGE_PROMISE_COUNT; i++) {
        if (sum->findings[i] > 0) {
            printf("%8llu %-14s %s\n", (unsigned long long)sum->findings[i],
                   judge_promise_name((enum judge_promise)i),
                   judge_promise_text((enum judge_promise)i));
        }
        findings += sum->findings[i];
    }
    printf("%llu findings\n", (unsigned long long)findings);
    return findings > 0 || sum->differ > 0;
}

static int campaign(const struct orders *orders)
{
    size_t size = sizeof(struct tally) * orders->jobs;
    struct tally *tallies = mmap(NULL, size, PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct timespec from;
    int lost = 0;
    int status;

    if (tallies == MAP_FAILED) {
        return 3;
    }
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (uint64_t i = 0; i < orders->jobs; i++) {
        if (fork() == 0) {
            job(orders, i, &tallies[i]);
            _exit(0);
        }
    }
    while (wait(&status) > 0) {
        lost += status != 0;
    }
    if (lost > 0) {
        printf("%d jobs died\n", lost);
    }
    struct tally sum = sum_up(tallies, orders->jobs);
    return report(&sum, &from) || lost > 0;
}

static int play_files(char **files)
{
    int found = 0;

    for (; *files; files++) {
        struct diag diag = {{0}};
        struct play_result result;
        uint8_t *input;
        size_t size;

        if (file_read(*files, CASE_INPUT_MAX, &input, &size, &diag)) {
            fprintf(stderr, "%s\n", diag.text);
            return 2;
        }
        play(input, size, stdout, &result);
        found |= result.finding.found;
        free(input);
    }
    return found;
}

static int write_corpus(const char *folder)
{
    for (unsigned i = 0; i < recipe_count(); i++) {
        uint8_t input[CASE_INPUT_MAX];
        struct boot_case made;
        struct diag diag = {{0}};
        char path[600];

        recipe(i, &made);
        snprintf(path, sizeof path, "%s/%s", folder, recipe_name(i));
        if (file_make_dirs(folder, &diag) ||
            file_write(path, input, boot_case_write(&made, input), &diag)) {
            fprintf(stderr, "%s\n", diag.text);
            return 2;
        }
    }
    return 0;
}

static bool read_order(struct orders *orders, const char *name,
                       const char *value)
{
    const struct {
        const char *name;
        uint64_t *value;
    } numbers[] = {{"--seconds", &orders->seconds},
                   {"--cases", &orders->cases},
                   {"--seed", &orders->seed},
                   {"--jobs", &orders->jobs}};

    if (strcmp(name, "--out") == 0) {
        orders->out = value;
        return true;
    }
    if (strcmp(name, "--until") == 0) {
        orders->until = value;
        return true;
    }
    for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        char *end;
        if (strcmp(name, numbers[i].name) == 0) {
            *numbers[i].value = strtoull(value, &end, 10);
            return *end == '\0';
        }
    }
    return false;
}

int main(int argc, char **argv)
{
    struct orders orders = {
        .cases = 10000, .seed = 1, .jobs = 1, .out = "campaign"};
    struct diag diag = {{0}};
    int i = 1;

    if (boot_play_open(&diag)) {
        fprintf(stderr, "%s\n", diag.text);
        return 3;
    }
    native_blank(&device, 1);
    if (argc == 3 && strcmp(argv[1], "--corpus") == 0) {
        return write_corpus(argv[2]);
    }
    if (argc > 1 && argv[1][0] != '-') {
        return play_files(argv + 1);
    }
    while (i + 1 < argc && read_order(&orders, argv[i], argv[i + 1])) {
        i += 2;
    }
    if (i < argc || orders.jobs < 1 || orders.jobs > JOBS_MAX) {
        fprintf(stderr, "campaign: see the head of tests/native/campaign.c\n");
        return 2;
    }
    return campaign(&orders);
}
