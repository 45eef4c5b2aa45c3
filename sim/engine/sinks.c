/* SPDX-License-Identifier: MIT */
/* Turns what boards and oracles report into events and facts of the world. */
#include "engine/sinks.h"

#include <stdio.h>
#include <string.h>

#include "engine/device.h"
#include "engine/emit.h"
#include "engine/expects.h"
#include "engine/net.h"
#include "engine/verdict.h"

/* ---- the oracle's sink --------------------------------------------------- */

static void on_violation(void *context, unsigned rule, const char *what)
{
    struct device *device = context;
    struct event event = {.code = EVENT_VIOLATION, .number = {rule}};

    snprintf(event.text, sizeof event.text, "%s", what);
    device->run->world->counts.violations++;
    emit_event(device->run, device, &event);
    if (!expects_asked_for(device->run, &event)) {
        verdict_fail(device->run, (struct place){0, 0}, event.sequence,
                     "no rule is broken", what);
    }
}

/* ---- the board's sink -------------------------------------------------- */

/* Another boot that has not led to anything yet. */
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
    struct device *device = context;
    struct oracle_view view = device_view(device);

    device->run->world->counts.boots++;
    device->run->world->paused = false;
    device->world->boots++;
    device->world->alive = false;
    device->world->time_told = false;
    device->world->boot_ns = device->world->board.now_ns;
    oracle_reset(&device->world->oracle, &view);
    count_quiet(device->world);
    emit_numbers(device, EVENT_RESET, cause, 0, 0);
}

static void on_reset(void *context, uint32_t reason)
{
    emit_numbers(context, EVENT_RESET_REQUEST, reason, 0, 0);
}

static void on_halt(void *context)
{
    struct device *device = context;

    device->world->alive = false;
    emit_numbers(device, EVENT_BOARD_HALT, 0, 0, 0);
    if ((device->run->given->scenario->allow & ALLOW_BRICK) == 0) {
        struct oracle_view view = device_view(device);

        oracle_halt(&device->world->oracle, &view);
    }
}

/* An operation of flash or fuses was reported: it is in flight. */
static void work_begins(struct device *device, enum event_code code,
                        const struct board_part *part)
{
    struct world_work *work = &device->world->work;
    size_t row = part != NULL ? (size_t)(part - device->run->given->map.part)
                              : BOARD_PARTS;
    unsigned kind = code == EVENT_FLASH_ERASE;

    *work = (struct world_work){
        .code = code,
        .nth = ++device->world->begun[row][kind],
        .sequence = device->run->world->sequence,
        .end_ns = BOARD_FOREVER,
    };
    snprintf(work->partition, sizeof work->partition, "%s",
             part != NULL ? part->name : "");
}

static void work_ends(struct device *device)
{
    device->world->work.end_ns = device->world->board.now_ns;
}

static void on_flash_begin(void *context, const struct flash_op *op)
{
    struct device *device = context;
    struct oracle_view view = device_view(device);
    enum event_code code =
        op->kind == FLASH_ERASE ? EVENT_FLASH_ERASE : EVENT_FLASH_PROGRAM;

    emit_flash(device, code, op->address, op->length);
    work_begins(device, code,
                board_map_at(&device->run->given->map, op->address));
    oracle_flash_begin(&device->world->oracle, &view, op);
}

static void on_flash_end(void *context, const struct flash_op *op)
{
    struct device *device = context;
    struct oracle_view view = device_view(device);

    device->world->flash_changed = true;
    device->world->journal_changed |=
        strcmp(emit_partition(device->run, op->address), "journal") == 0;
    emit_flash(device, EVENT_FLASH_DONE, op->address,
               op->kind == FLASH_ERASE ? 0 : op->length);
    work_ends(device);
    if (op->fault != FLASH_FAULT_NONE) {
        oracle_disturbed(&device->world->oracle);
    }
    oracle_flash_end(&device->world->oracle, &view, op);
}

static void on_flash_rule(void *context, enum flash_rule rule, uint32_t address,
                          uint32_t length)
{
    struct device *device = context;
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
             emit_partition(device->run, address));
    emit_event(device->run, device, &event);
    if ((device->run->given->scenario->allow & allow) == 0) {
        struct oracle_view view = device_view(device);

        oracle_flash_rule(&device->world->oracle, &view, rule, address);
    }
}

static void on_flash_lock(void *context, uint32_t start, uint32_t length)
{
    emit_flash(context, EVENT_FLASH_LOCK, start, length);
}

static void on_reread(void *context, uint32_t address, uint32_t length)
{
    struct device *device = context;
    struct oracle_view view = device_view(device);

    oracle_damaged(&device->world->oracle, &view, address, length, 1);
}

static void on_raw_write(void *context, uint32_t address)
{
    struct device *device = context;

    emit_flash(device, EVENT_FLASH_RAW, address, 0);
    if ((device->run->given->scenario->allow & ALLOW_FLASH_RAW) == 0) {
        struct oracle_view view = device_view(device);

        oracle_raw_write(&device->world->oracle, &view, address);
    }
}

static void on_otp_begin(void *context, uint32_t bit)
{
    struct device *device = context;
    struct oracle_view view = device_view(device);

    emit_numbers(device, EVENT_OTP_BURN, bit, 0, 0);
    work_begins(device, EVENT_OTP_BURN, NULL);
    oracle_burn(&device->world->oracle, &view, bit);
}

static void on_otp_end(void *context, uint32_t bit)
{
    emit_numbers(context, EVENT_OTP_DONE, bit, 0, 0);
    work_ends(context);
}

static void on_otp_rule(void *context, enum otp_rule rule, uint32_t bit)
{
    struct device *device = context;

    emit_numbers(device, EVENT_OTP_RULE, rule, bit, 0);
    if (rule != OTP_RULE_LOCKED ||
        (device->run->given->scenario->allow & ALLOW_OTP_LOCKED) == 0) {
        on_violation(device, 6, "a rule of the fuses was broken");
    }
}

static void on_otp_lock(void *context)
{
    emit_numbers(context, EVENT_OTP_LOCK, 0, 0, 0);
}

static void on_console(void *context, const uint8_t *text, uint32_t length)
{
    struct device *device = context;
    struct event event = {.code = EVENT_CONSOLE};

    if (length >= sizeof event.text) {
        length = sizeof event.text - 1;
    }
    memcpy(event.text, text, length);
    for (uint32_t i = 0; i < length; i++) { /* must not hide later events */
        event.text[i] = event.text[i] != '\0' ? event.text[i] : '?';
    }
    while (length > 0 &&
           (event.text[length - 1] == '\n' || event.text[length - 1] == '\r')) {
        event.text[--length] = '\0';
    }
    emit_event(device->run, device, &event);
}

static void on_trace(void *context, uint32_t code, const uint32_t args[4],
                     const uint8_t *data)
{
    struct device *device = context;
    int known = event_of_trace(code);
    struct event event = {0};

    (void)data;
    if (known < 0) {
        emit_numbers(device, EVENT_REFUSED, CTL_TRACE, CTL_E_ARGUMENT, 0);
        return;
    }
    event.code = (uint32_t)known;
    for (unsigned i = 0; i < 4; i++) {
        event.number[i] = args[i];
    }
    emit_event(device->run, device, &event);
}

static void on_deadline(void *context, uint32_t ms)
{
    emit_numbers(context, EVENT_TRIAL_DEADLINE, ms, 0, 0);
}

static void on_sleep(void *context, uint64_t until_ns)
{
    struct device *device = context;

    if (until_ns - device->world->board.now_ns < DEVICE_IDLE_NS) {
        return; /* a pause in its work */
    }
    device->world->alive = device->world->oracle.running != ORACLE_NONE;
    device->world->quiet_boots =
        device->world->alive ? 0 : device->world->quiet_boots;
}

static void on_refused(void *context, uint32_t command, enum ctl_status status)
{
    struct device *device = context;

    emit_numbers(device, EVENT_REFUSED, command, status, 0);
    if (status == CTL_E_TIME && !device->world->time_told &&
        (device->run->given->scenario->allow & ALLOW_TIME) == 0) {
        device->world->time_told = true; /* a false clock remains false */
        on_violation(device, 7, "the guest's time is impossible");
    }
}

static void on_storm(void *context)
{
    emit_numbers(context, EVENT_CPU_STORM, 0, 0, 0);
}

static void on_accelerator_bad(void *context, enum accelerator_fault fault)
{
    struct device *device = context;

    emit_numbers(device, EVENT_ACCELERATOR_BAD, fault, 0, 0);
    oracle_disturbed(&device->world->oracle);
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
    .reread = on_reread,
    .otp_begin = on_otp_begin,
    .otp_end = on_otp_end,
    .otp_rule = on_otp_rule,
    .otp_lock = on_otp_lock,
    .accelerator_bad = on_accelerator_bad,
    .console = on_console,
    .trace = on_trace,
    .deadline = on_deadline,
    .sleep = on_sleep,
    .refused = on_refused,
    .storm = on_storm,
    .radio_send = net_send,
};

void sinks_init(struct run *run)
{
    for (unsigned i = 0; i < SCENARIO_DEVICES; i++) {
        struct device *device = &run->device[i];

        device->board_sink = board_sink;
        device->board_sink.context = device;
        device->oracle_sink =
            (struct oracle_sink){.context = device, .violation = on_violation};
    }
}
