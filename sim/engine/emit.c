/* SPDX-License-Identifier: MIT */
/* Events: from the board's sink to recording, story, steps, expectations. */
#include <stdio.h>
#include <string.h>

#include "engine/state.h"

const char *emit_partition(const struct run *run, uint32_t address)
{
    const struct board_part *part = board_map_at(&run->map, address);

    return part != NULL ? part->name : "";
}

struct oracle_view run_view(struct unit *unit)
{
    struct oracle_view view = {
        .judged = &unit->run->judged,
        .flash = &unit->world->board.flash,
        .otp = &unit->world->board.otp,
        .window = machine_window(unit->machine),
        .now_ns = unit->world->board.now_ns,
        .executed_ns = unit_executed_ns(unit),
        .in_reset = unit->world->board.reset_asserted,
        .sink = &unit->oracle_sink,
    };
    return view;
}

/* A guest may print as long as it likes, the recording has an end. What is
 * not recorded cannot be judged, so the run ends with it. */
static void recording_full(struct run *run)
{
    if (run->result->verdict != RUN_LIMIT) {
        run->result->verdict = RUN_LIMIT;
        run_fail(run, (struct place){0, 0}, run->world->sequence,
                 "the recording has room for every event", "it is full");
    }
    run->world->over = true;
}

/* While power is off a board's time is that of its return already. */
static uint64_t event_time_of(const struct run *run, const struct unit *unit)
{
    uint64_t now = run->world->now_ns;

    if (unit == NULL || unit->world->board.reset_asserted) {
        return now;
    }
    return unit->world->board.now_ns > now ? unit->world->board.now_ns : now;
}

void emit_event(struct run *run, struct unit *unit, struct event *event)
{
    event->time_ns = event_time_of(run, unit);
    event->device = unit != NULL ? unit->number : 0;
    event->sequence = ++run->world->sequence;
    run->world->now_ns = event->time_ns;
    if (recording_add(&run->result->recording, event) != 0) {
        recording_full(run);
    }
    if (run->story.out != NULL) {
        story_event(&run->story, event);
    }
    cause_event(run, event);
    steps_event(run, event);
    expects_event(run, event);
}

void emit_numbers(struct unit *unit, enum event_code code, uint64_t a,
                  uint64_t b, uint64_t c)
{
    struct event event = {.code = code, .number = {a, b, c}};

    emit_event(unit->run, unit, &event);
}

void emit_text(struct run *run, struct unit *unit, enum event_code code,
               const char *text)
{
    struct event event = {.code = code};

    for (unsigned i = 0; i < event_kind(code)->fields; i++) {
        if (event_kind(code)->field[i].kind == 'm') {
            snprintf(event.text, sizeof event.text, "%s", text);
        }
    }
    emit_event(run, unit, &event);
}

/* An event about a flash range; the label always comes from the address. */
void emit_flash(struct unit *unit, enum event_code code, uint32_t address,
                uint32_t length)
{
    struct event event = {.code = code};
    int at = event_field_find(code, "address");
    int many = event_field_find(code, "length");

    snprintf(event.label, sizeof event.label, "%s",
             emit_partition(unit->run, address));
    if (at >= 0) {
        event.number[at] = address;
    }
    if (many >= 0) {
        event.number[many] = length;
    }
    emit_event(unit->run, unit, &event);
}

static void on_violation(void *context, unsigned rule, const char *what)
{
    struct unit *unit = context;
    struct event event = {.code = EVENT_VIOLATION, .number = {rule}};

    snprintf(event.text, sizeof event.text, "%s", what);
    unit->run->world->counts.violations++;
    emit_event(unit->run, unit, &event);
    if (!expects_asked_for(unit->run, &event)) {
        run_fail(unit->run, (struct place){0, 0}, event.sequence,
                 "no rule is broken", what);
    }
}

/* ---- the board's sink -------------------------------------------------- */

/* Another boot of which nothing has come yet. */
static void count_quiet(struct world_device *world)
{
    if (world->quiet_sequence != world->oracle.sequence) {
        world->quiet_boots = 0;
        world->quiet_sequence = world->oracle.sequence;
    }
    world->quiet_boots++;
}

static void on_boot(void *context, enum ctl_reset_cause cause)
{
    struct unit *unit = context;
    struct oracle_view view = run_view(unit);

    unit->run->world->counts.boots++;
    unit->world->boots++;
    unit->world->alive = false;
    unit->world->time_told = false;
    unit->world->boot_ns = unit->world->board.now_ns;
    unit->booted = true;
    oracle_reset(&unit->world->oracle, &view);
    count_quiet(unit->world);
    emit_numbers(unit, EVENT_RESET, cause, 0, 0);
}

static void on_reset(void *context, uint32_t reason)
{
    emit_numbers(context, EVENT_RESET_REQUEST, reason, 0, 0);
}

static void on_halt(void *context)
{
    struct unit *unit = context;

    unit->world->alive = false;
    emit_numbers(unit, EVENT_BOARD_HALT, 0, 0, 0);
    if ((unit->run->scenario->allow & ALLOW_BRICK) == 0) {
        struct oracle_view view = run_view(unit);

        oracle_halt(&unit->world->oracle, &view);
    }
}

/* An operation of flash or fuses was told of: it is in flight. */
static void work_begins(struct unit *unit, enum event_code code,
                        const struct board_part *part)
{
    struct world_work *work = &unit->world->work;
    size_t row =
        part != NULL ? (size_t)(part - unit->run->map.part) : BOARD_PARTS;
    unsigned kind = code == EVENT_FLASH_ERASE;

    *work = (struct world_work){
        .code = code,
        .nth = ++unit->world->begun[row][kind],
        .sequence = unit->run->world->sequence,
        .end_ns = BOARD_FOREVER,
    };
    snprintf(work->partition, sizeof work->partition, "%s",
             part != NULL ? part->name : "");
}

static void work_ends(struct unit *unit)
{
    unit->world->work.end_ns = unit->world->board.now_ns;
}

static void on_flash_begin(void *context, const struct flash_op *op)
{
    struct unit *unit = context;
    struct oracle_view view = run_view(unit);
    enum event_code code =
        op->kind == FLASH_ERASE ? EVENT_FLASH_ERASE : EVENT_FLASH_PROGRAM;

    emit_flash(unit, code, op->address, op->length);
    work_begins(unit, code, board_map_at(&unit->run->map, op->address));
    oracle_flash_begin(&unit->world->oracle, &view, op);
}

static void on_flash_end(void *context, const struct flash_op *op)
{
    struct unit *unit = context;
    struct oracle_view view = run_view(unit);

    snprintf(unit->changed, sizeof unit->changed, "%s",
             emit_partition(unit->run, op->address));
    emit_flash(unit, EVENT_FLASH_DONE, op->address,
               op->kind == FLASH_ERASE ? 0 : op->length);
    work_ends(unit);
    oracle_flash_end(&unit->world->oracle, &view, op);
}

static void on_flash_rule(void *context, enum flash_rule rule, uint32_t address,
                          uint32_t length)
{
    struct unit *unit = context;
    struct event event = {.code = EVENT_FLASH_RULE,
                          .number = {rule, 0, address, length}};
    static const struct {
        enum flash_rule rule;
        uint32_t allow;
    } allowed[] = {{FLASH_RULE_LOCKED, ALLOW_FLASH_LOCKED}};
    uint32_t allow = ALLOW_FLASH_RULES;

    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++) {
        allow |= allowed[i].rule == rule ? allowed[i].allow : 0;
    }
    snprintf(event.label, sizeof event.label, "%s",
             emit_partition(unit->run, address));
    emit_event(unit->run, unit, &event);
    if ((unit->run->scenario->allow & allow) == 0) {
        struct oracle_view view = run_view(unit);

        oracle_flash_rule(&unit->world->oracle, &view, rule, address);
    }
}

static void on_flash_lock(void *context, uint32_t start, uint32_t length)
{
    emit_flash(context, EVENT_FLASH_LOCK, start, length);
}

static void on_raw_write(void *context, uint32_t address)
{
    struct unit *unit = context;

    emit_flash(unit, EVENT_FLASH_RAW, address, 0);
    if ((unit->run->scenario->allow & ALLOW_FLASH_RAW) == 0) {
        struct oracle_view view = run_view(unit);

        oracle_raw_write(&unit->world->oracle, &view, address);
    }
}

static void on_otp_begin(void *context, uint32_t bit)
{
    struct unit *unit = context;
    struct oracle_view view = run_view(unit);

    emit_numbers(unit, EVENT_OTP_BURN, bit, 0, 0);
    work_begins(unit, EVENT_OTP_BURN, NULL);
    oracle_burn(&unit->world->oracle, &view, bit);
}

static void on_otp_end(void *context, uint32_t bit)
{
    emit_numbers(context, EVENT_OTP_DONE, bit, 0, 0);
    work_ends(context);
}

static void on_otp_rule(void *context, enum otp_rule rule, uint32_t bit)
{
    struct unit *unit = context;

    emit_numbers(unit, EVENT_OTP_RULE, rule, bit, 0);
    if (rule != OTP_RULE_LOCKED ||
        (unit->run->scenario->allow & ALLOW_OTP_LOCKED) == 0) {
        on_violation(unit, 6, "a rule of the fuses was broken");
    }
}

static void on_otp_lock(void *context)
{
    emit_numbers(context, EVENT_OTP_LOCK, 0, 0, 0);
}

static void on_console(void *context, const uint8_t *text, uint32_t length)
{
    struct unit *unit = context;
    struct event event = {.code = EVENT_CONSOLE};

    if (length >= sizeof event.text) {
        length = sizeof event.text - 1;
    }
    memcpy(event.text, text, length);
    for (uint32_t i = 0; i < length; i++) { /* must not hide what follows */
        event.text[i] = event.text[i] != '\0' ? event.text[i] : '?';
    }
    while (length > 0 &&
           (event.text[length - 1] == '\n' || event.text[length - 1] == '\r')) {
        event.text[--length] = '\0';
    }
    emit_event(unit->run, unit, &event);
}

static void on_trace(void *context, uint32_t code, const uint32_t args[4],
                     const uint8_t *data)
{
    struct unit *unit = context;
    int known = event_of_trace(code);
    struct event event = {0};

    (void)data;
    if (known < 0) {
        emit_numbers(unit, EVENT_REFUSED, CTL_TRACE, CTL_E_ARGUMENT, 0);
        return;
    }
    event.code = (uint32_t)known;
    for (unsigned i = 0; i < 4; i++) {
        event.number[i] = args[i];
    }
    emit_event(unit->run, unit, &event);
}

static void on_deadline(void *context, uint32_t ms)
{
    emit_numbers(context, EVENT_TRIAL_DEADLINE, ms, 0, 0);
}

static void on_sleep(void *context, uint64_t until_ns)
{
    struct unit *unit = context;

    if (until_ns - unit->world->board.now_ns < RUN_IDLE_NS) {
        return; /* a pause in its work */
    }
    unit->world->alive = unit->world->oracle.running != ORACLE_NONE;
    unit->world->quiet_boots =
        unit->world->alive ? 0 : unit->world->quiet_boots;
}

static void on_refused(void *context, uint32_t command, enum ctl_status status)
{
    struct unit *unit = context;

    emit_numbers(unit, EVENT_REFUSED, command, status, 0);
    if (status == CTL_E_TIME && !unit->world->time_told &&
        (unit->run->scenario->allow & ALLOW_TIME) == 0) {
        unit->world->time_told = true; /* a false clock stays false */
        on_violation(unit, 7, "the guest's time is impossible");
    }
}

static void on_storm(void *context)
{
    emit_numbers(context, EVENT_CPU_STORM, 0, 0, 0);
}

static const struct board_sink board_sink = {
    .boot = on_boot,
    .reset = on_reset,
    .halt = on_halt,
    .flash_begin = on_flash_begin,
    .flash_end = on_flash_end,
    .flash_rule = on_flash_rule,
    .flash_lock = on_flash_lock,
    .raw_write = on_raw_write,
    .otp_begin = on_otp_begin,
    .otp_end = on_otp_end,
    .otp_rule = on_otp_rule,
    .otp_lock = on_otp_lock,
    .console = on_console,
    .trace = on_trace,
    .deadline = on_deadline,
    .sleep = on_sleep,
    .refused = on_refused,
    .storm = on_storm,
    .radio_send = net_send,
};

void emit_init(struct run *run)
{
    for (unsigned i = 0; i < SCENARIO_DEVICES; i++) {
        struct unit *unit = &run->unit[i];

        unit->board_sink = board_sink;
        unit->board_sink.context = unit;
        unit->oracle_sink =
            (struct oracle_sink){.context = unit, .violation = on_violation};
    }
    run->story = (struct story){.out = run->options->story,
                                .verbose = run->options->verbose,
                                .several = run->scenario->devices > 1,
                                .color = run->options->color};
}
