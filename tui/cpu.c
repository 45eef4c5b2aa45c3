/* SPDX-License-Identifier: MIT */
#include "tui/cpu.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "engine/case.h"
#include "engine/run.h"
#include "symbols/programs.h"

#define SLICE 32u /* events between two looks at the clock */
#define NEAR 32u  /* events from which on it goes by instructions */

struct cpu {
    struct cpu_facts facts;
    struct run_options options;
    struct run_case given;
    struct run_result result;
    struct run *run;
    struct programs programs;
    struct symbols *symbols;
    const struct scenario *scenario;
    struct event event;
    bool slow; /* by instructions all the way */
};

/* ---- the run --------------------------------------------------------------- */

int cpu_begin(struct cpu **out, const struct scenario *scenario,
              const struct locations *where, unsigned device,
              const struct event *event, struct diag *diag)
{
    struct cpu *cpu = calloc(1, sizeof *cpu);

    *out = cpu;
    if (cpu == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    cpu->options = (struct run_options){.firmware = where->firmware,
                                        .firmware_else = where->firmware_else,
                                        .plugin = where->plugin,
                                        .probe = device};
    cpu->scenario = scenario;
    cpu->event = *event;
    cpu->facts.at = event->sequence;
    programs_find(scenario, where, &cpu->programs);
    recording_init(&cpu->result.recording);
    return 0;
}

static void drop_run(struct cpu *cpu)
{
    symbols_close(cpu->symbols);
    cpu->symbols = NULL;
    run_end(cpu->run);
    cpu->run = NULL;
    run_result_free(&cpu->result);
    memset(&cpu->result, 0, sizeof cpu->result);
    recording_init(&cpu->result.recording);
    case_free(&cpu->given);
    memset(&cpu->given, 0, sizeof cpu->given);
}

void cpu_end(struct cpu *cpu)
{
    if (cpu != NULL) {
        drop_run(cpu);
        free(cpu);
    }
}

static void go_away(struct cpu *cpu, const char *why)
{
    cpu->facts.state = CPU_GONE;
    snprintf(cpu->facts.why, sizeof cpu->facts.why, "%s", why);
}

static int begin(struct cpu *cpu, struct diag *diag)
{
    int err = case_make(&cpu->given, cpu->scenario, &cpu->options, diag);

    err = err ? err : run_begin(&cpu->run, &cpu->given, &cpu->result, diag);
    return err || !cpu->slow ? err : probe_single(cpu->run, diag);
}

/* ---- what it shows ----------------------------------------------------------- */

static const uint8_t *memory_at(void *context, uint32_t address, uint32_t size)
{
    const struct cpu *cpu = context;

    return probe_memory(cpu->run, address, size);
}

/* Programs come and go. */
static int look_for_programs(struct cpu *cpu, struct diag *diag)
{
    struct symbols_memory memory = {.at = memory_at, .context = cpu};

    symbols_close(cpu->symbols);
    int err = symbols_open(&cpu->symbols, &memory, diag);

    for (unsigned i = 0; i < cpu->programs.count && err == 0; i++) {
        symbols_add(cpu->symbols, cpu->programs.program[i].name,
                    cpu->programs.program[i].path);
    }
    if (err == 0) {
        symbols_ready(cpu->symbols);
    }
    return err;
}

static int look(struct cpu *cpu, struct diag *diag)
{
    struct cpu_facts *facts = &cpu->facts;

    facts->reached = run_world(cpu->run)->sequence;
    if (!probe_stands(cpu->run)) {
        go_away(cpu, run_over(cpu->run) ? "the run is over"
                                        : "the CPU does not run any more");
        return 0;
    }
    int err = probe_registers(cpu->run, &facts->now, diag);

    err = err ? err : look_for_programs(cpu, diag);
    if (err == 0) {
        facts->places = symbols_callers(cpu->symbols, facts->now.r,
                                        facts->place, CPU_CALLERS);
        facts->state = CPU_STANDS;
    }
    return err;
}

/* ---- the way there ------------------------------------------------------------ */

/* Whether the run is the one of the history: its event has the same time. Line
 * 0 of a recording is its header. */
static bool is_same(const struct cpu *cpu)
{
    const char *line = cpu->result.recording.bytes;
    const char *end = line + cpu->result.recording.length;
    char wanted[80];

    for (uint64_t i = 0; i < cpu->event.sequence && line != NULL; i++) {
        line = memchr(line, '\n', (size_t)(end - line));
        line = line != NULL ? line + 1 : NULL;
    }
    int length =
        snprintf(wanted, sizeof wanted, "{\"n\":%" PRIu64 ",\"t\":%" PRIu64 ",",
                 cpu->event.sequence, cpu->event.time_ns);
    return line != NULL && end - line >= length &&
           memcmp(line, wanted, (size_t)length) == 0;
}

static int arrive(struct cpu *cpu, struct diag *diag)
{
    struct run_until until = {.what = UNTIL_EVENT, .sequence = cpu->facts.at};
    bool exact = false;
    int err = probe_go(cpu->run, 0, &until, &exact, diag);

    if (err != 0) {
        return err;
    }
    cpu->facts.reached = run_world(cpu->run)->sequence;
    if (run_over(cpu->run) && cpu->facts.reached < cpu->facts.at) {
        go_away(cpu, "the run is over"); /* the verdict is no turn */
        return 0;
    }
    if (!is_same(cpu)) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "the programs are not those of this history: its "
                         "event comes otherwise");
    }
    if (!exact) {
        cpu->slow = true;
        drop_run(cpu);
        return 0;
    }
    err = look(cpu, diag);
    cpu->facts.before = cpu->facts.now;
    return err;
}

static int approach(struct cpu *cpu, struct diag *diag)
{
    uint64_t near = cpu->facts.at > NEAR ? cpu->facts.at - NEAR : 0;
    uint64_t end = cpu->slow ? cpu->facts.at : near;
    uint64_t next = run_world(cpu->run)->sequence + SLICE;
    struct run_until until = {.what = UNTIL_EVENT,
                              .sequence = next < end ? next : end};

    if (run_world(cpu->run)->sequence >= end || run_over(cpu->run)) {
        return arrive(cpu, diag);
    }
    int err = run_to(cpu->run, &until, diag);

    cpu->facts.reached = run_world(cpu->run)->sequence;
    return err;
}

void cpu_go(struct cpu *cpu, unsigned budget_ms)
{
    uint64_t end = clock_ms() + budget_ms;
    struct diag diag = {""};
    int err = 0;

    do {
        err = cpu->run == NULL ? begin(cpu, &diag) : approach(cpu, &diag);
    } while (err == 0 && cpu->facts.state == CPU_REBUILDING &&
             clock_ms() < end);
    if (err != 0) {
        go_away(cpu, diag.text);
    }
}

/* ---- steps --------------------------------------------------------------------- */

static int one_step(struct cpu *cpu, struct diag *diag)
{
    cpu->facts.steps++;
    return probe_step(cpu->run, diag);
}

static void end_steps(struct cpu *cpu, int err, struct diag *diag)
{
    err = err ? err : look(cpu, diag);
    if (err != 0) {
        go_away(cpu, diag->text);
    }
}

void cpu_step(struct cpu *cpu, unsigned steps)
{
    struct diag diag = {""};
    int err = 0;

    if (cpu->facts.state != CPU_STANDS) {
        return;
    }
    cpu->facts.before = cpu->facts.now;
    for (unsigned i = 0; i < steps && err == 0 && probe_stands(cpu->run); i++) {
        err = one_step(cpu, &diag);
    }
    end_steps(cpu, err, &diag);
}

/* Another line of a known program. */
static bool is_elsewhere(const struct cpu *cpu, const struct probe_cpu *now)
{
    const struct symbols_place *was = &cpu->facts.place[0];
    struct symbols_place is;

    symbols_find(cpu->symbols, now->r[15], &is);
    return is.file[0] != '\0' &&
           (is.line != was->line || strcmp(is.file, was->file) != 0);
}

void cpu_step_line(struct cpu *cpu)
{
    struct diag diag = {""};
    struct probe_cpu now;
    bool there = false;
    int err = 0;

    if (cpu->facts.state != CPU_STANDS) {
        return;
    }
    cpu->facts.before = cpu->facts.now;
    for (unsigned i = 0;
         i < CPU_FAR && err == 0 && !there && probe_stands(cpu->run); i++) {
        err = one_step(cpu, &diag);
        if (err == 0 && probe_stands(cpu->run)) {
            err = probe_registers(cpu->run, &now, &diag);
            there = err == 0 && is_elsewhere(cpu, &now);
        }
    }
    end_steps(cpu, err, &diag);
}

/* ---- looking in ------------------------------------------------------------------ */

const struct cpu_facts *cpu_facts(const struct cpu *cpu)
{
    return &cpu->facts;
}

const uint8_t *cpu_memory(const struct cpu *cpu, uint32_t address,
                          uint32_t size)
{
    return cpu->facts.state == CPU_STANDS
               ? probe_memory(cpu->run, address, size)
               : NULL;
}
