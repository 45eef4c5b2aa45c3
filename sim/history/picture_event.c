/* SPDX-License-Identifier: MIT */
/*
 * What events say beyond memory: a handler for each kind that says anything.
 * Events come from a file: numbers may have any value, but devices were
 * checked.
 */
#include "history/picture.h"

#include <stdio.h>
#include <string.h>

#include "board/trace.h"

#define NS_PER_MS 1000000u
#define NS_PER_S 1000000000u

typedef void tell_fn(struct picture_device *device, const struct event *event);

static uint32_t number_of(const struct event *event, unsigned field)
{
    return (uint32_t)event->number[field];
}

/* A time this many units after another one; a sum that does not fit is
 * clamped. */
static uint64_t later(const struct event *event, uint64_t count, uint64_t unit)
{
    uint64_t most = (UINT64_MAX - event->time_ns) / unit;

    return event->time_ns + (count < most ? count : most) * unit;
}

/* ---- power and boots ---------------------------------------------------------- */

static void stop_program(struct picture_device *device)
{
    device->boot.program = PICTURE_NOTHING;
    device->boot.deadline_ns = 0;
    device->agent.downloading = false;
}

static void on_power_cut(struct picture_device *device,
                         const struct event *event)
{
    stop_program(device);
    device->work = (struct picture_work){.what = PICTURE_IDLE};
    device->cuts++;
    device->power_ns = later(event, event->number[2], 1);
}

static void on_reset(struct picture_device *device, const struct event *event)
{
    stop_program(device);
    device->boot.program = PICTURE_ROM;
    device->boot.boots++;
    device->boot.cause = number_of(event, 0);
    device->boot.since_ns = event->time_ns;
    device->boot.version = 0;
    device->power_ns = 0;
}

static void on_reset_forced(struct picture_device *device,
                            const struct event *event)
{
    (void)event;
    stop_program(device);
}

static void on_halt(struct picture_device *device, const struct event *event)
{
    (void)event;
    device->boot.program = PICTURE_HALTED;
}

static void on_deadline(struct picture_device *device,
                        const struct event *event)
{
    device->boot.deadline_ns = later(event, event->number[0], NS_PER_MS);
}

static void on_rom_select(struct picture_device *device,
                          const struct event *event)
{
    device->boot.program = PICTURE_BOOTLOADER;
    device->boot.copy = number_of(event, 0);
    device->boot.boot_version = event->number[1];
}

static void on_boot_start(struct picture_device *device,
                          const struct event *event)
{
    device->boot.program = PICTURE_BOOTLOADER;
    device->boot.sequence = number_of(event, 0);
}

static void on_boot_state(struct picture_device *device,
                          const struct event *event)
{
    device->boot.known = true;
    device->boot.slot = number_of(event, 0);
    device->boot.state = number_of(event, 1);
    device->boot.attempts = number_of(event, 2);
    device->boot.counter = number_of(event, 3);
}

static void on_boot_attempt(struct picture_device *device,
                            const struct event *event)
{
    device->boot.attempts = number_of(event, 1);
}

static void on_boot_reject(struct picture_device *device,
                           const struct event *event)
{
    device->boot.reason = number_of(event, 1);
}

static void on_rollback(struct picture_device *device,
                        const struct event *event)
{
    device->boot.rollbacks++;
    device->boot.slot = number_of(event, 1);
    device->boot.reason = number_of(event, 2);
}

static void on_boot_jump(struct picture_device *device,
                         const struct event *event)
{
    device->boot.program = PICTURE_APPLICATION;
    device->boot.known = true;
    device->boot.slot = number_of(event, 0);
    device->boot.state = number_of(event, 1);
    device->boot.version = event->number[2];
}

static void on_boot_journal(struct picture_device *device,
                            const struct event *event)
{
    device->boot.sequence = number_of(event, 0);
}

static void on_recovery(struct picture_device *device,
                        const struct event *event)
{
    device->boot.program = PICTURE_RECOVERY;
    device->boot.version = event->number[0];
}

/* ---- flash and fuses ------------------------------------------------------------ */

static void begin_work(struct picture_device *device, const struct event *event,
                       unsigned what, uint64_t address, uint64_t length)
{
    device->work.what = what;
    device->work.address = (uint32_t)address;
    device->work.length = (uint32_t)length;
    device->work.begun_ns = event->time_ns;
}

static void on_program(struct picture_device *device, const struct event *event)
{
    begin_work(device, event, PICTURE_PROGRAM, event->number[1],
               event->number[2]);
}

static void on_erase(struct picture_device *device, const struct event *event)
{
    begin_work(device, event, PICTURE_ERASE, event->number[1],
               device->flash.sector_size);
}

static void on_burn(struct picture_device *device, const struct event *event)
{
    begin_work(device, event, PICTURE_BURN, event->number[0], 1);
}

static void on_burned(struct picture_device *device, const struct event *event)
{
    (void)event;
    device->work.what = PICTURE_IDLE;
}

static void on_flash_done(struct picture_device *device,
                          const struct event *event)
{
    struct picture_agent *agent = &device->agent;
    uint64_t end = event->number[1] + event->number[2];

    device->work.what = PICTURE_IDLE;
    if (agent->downloading && event->number[2] > 0 && end >= agent->start &&
        strcmp(event->label, agent->slot) == 0) {
        agent->written = end - agent->start;
    }
}

static void on_flash_rule(struct picture_device *device,
                          const struct event *event)
{
    (void)event;
    device->flash_rules++;
}

/* ---- console and radio ------------------------------------------------------------ */

static void add_line(struct picture_device *device, const struct event *event,
                     bool typed)
{
    struct picture_console *console = &device->console;
    struct picture_line *line =
        &console->line[console->lines++ % PICTURE_LINES];

    line->sequence = event->sequence;
    line->time_ns = event->time_ns;
    line->typed = typed;
    memcpy(line->text, event->text, sizeof line->text);
}

static void on_console(struct picture_device *device, const struct event *event)
{
    add_line(device, event, false);
}

static void on_console_in(struct picture_device *device,
                          const struct event *event)
{
    add_line(device, event, true);
}

static void on_send(struct picture_device *device, const struct event *event)
{
    device->traffic.sent++;
    device->traffic.sent_bytes += event->number[0];
    device->traffic.lost += !event_matches(event, 1, "sent");
}

static void on_receive(struct picture_device *device, const struct event *event)
{
    device->traffic.received++;
    device->traffic.received_bytes += event->number[0];
}

static void on_drop(struct picture_device *device, const struct event *event)
{
    (void)event;
    device->traffic.dropped++;
}

static void on_answer(struct picture_device *device, const struct event *event)
{
    device->traffic.answers_lost += !event_matches(event, 2, "sent");
}

static void on_flight(struct picture_device *device, const struct event *event)
{
    device->traffic.answers_lost += !event_matches(event, 1, "sent");
}

static void on_link_down(struct picture_device *device,
                         const struct event *event)
{
    (void)event;
    device->cut_off = true;
}

static void on_link_up(struct picture_device *device, const struct event *event)
{
    (void)event;
    device->cut_off = false;
}

/* ---- the update agent -------------------------------------------------------------- */

static void on_poll(struct picture_device *device, const struct event *event)
{
    device->agent.polls++;
    device->agent.poll_ns = event->time_ns;
    device->agent.wait_ns = 0;
}

static void on_offer(struct picture_device *device, const struct event *event)
{
    device->agent.offered = event->number[0];
}

static void on_refuse(struct picture_device *device, const struct event *event)
{
    device->agent.why = number_of(event, 0);
    device->agent.offered = event->number[1];
}

static void on_defer(struct picture_device *device, const struct event *event)
{
    device->agent.why = number_of(event, 0);
    device->agent.wait_ns = later(event, event->number[1], NS_PER_S);
}

static void on_fail(struct picture_device *device, const struct event *event)
{
    device->agent.why = number_of(event, 0);
    device->agent.tries = number_of(event, 1);
    device->agent.downloading = false;
}

static void on_verified(struct picture_device *device,
                        const struct event *event)
{
    (void)event;
    device->agent.downloading = false;
}

static void on_state(struct picture_device *device, const struct event *event)
{
    device->agent.state = number_of(event, 0);
    device->agent.result = number_of(event, 1);
    device->agent.why = number_of(event, 2);
}

static void on_violation(struct picture_device *device,
                         const struct event *event)
{
    (void)event;
    device->violations++;
}

static tell_fn *const tells[EVENT_COUNT] = {
    [EVENT_POWER_CUT] = on_power_cut,
    [EVENT_RESET] = on_reset,
    [EVENT_RESET_FORCED] = on_reset_forced,
    [EVENT_CPU_STORM] = on_reset_forced,
    [EVENT_BOARD_HALT] = on_halt,
    [EVENT_TRIAL_DEADLINE] = on_deadline,
    [EVENT_ROM_SELECT] = on_rom_select,
    [EVENT_BOOT_START] = on_boot_start,
    [EVENT_BOOT_STATE] = on_boot_state,
    [EVENT_BOOT_ATTEMPT] = on_boot_attempt,
    [EVENT_BOOT_REJECT] = on_boot_reject,
    [EVENT_BOOT_ROLLBACK] = on_rollback,
    [EVENT_BOOT_JUMP] = on_boot_jump,
    [EVENT_BOOT_JOURNAL] = on_boot_journal,
    [EVENT_RECOVERY_START] = on_recovery,
    [EVENT_FLASH_PROGRAM] = on_program,
    [EVENT_FLASH_ERASE] = on_erase,
    [EVENT_FLASH_DONE] = on_flash_done,
    [EVENT_FLASH_RULE] = on_flash_rule,
    [EVENT_OTP_BURN] = on_burn,
    [EVENT_OTP_DONE] = on_burned,
    [EVENT_CONSOLE] = on_console,
    [EVENT_CONSOLE_IN] = on_console_in,
    [EVENT_RADIO_SEND] = on_send,
    [EVENT_RADIO_RECEIVE] = on_receive,
    [EVENT_RADIO_DROP] = on_drop,
    [EVENT_SERVER_ANSWER] = on_answer,
    [EVENT_SERVER_FLIGHT] = on_flight,
    [EVENT_LINK_DOWN] = on_link_down,
    [EVENT_LINK_UP] = on_link_up,
    [EVENT_AGENT_POLL] = on_poll,
    [EVENT_AGENT_OFFER] = on_offer,
    [EVENT_AGENT_REFUSE] = on_refuse,
    [EVENT_AGENT_DEFER] = on_defer,
    [EVENT_AGENT_FAIL] = on_fail,
    [EVENT_AGENT_VERIFIED] = on_verified,
    [EVENT_AGENT_STATE] = on_state,
    [EVENT_VIOLATION] = on_violation,
};

/* A download names its slot; the map says where that is. */
static void on_download(const struct picture *picture,
                        struct picture_device *device,
                        const struct event *event)
{
    struct picture_agent *agent = &device->agent;

    event_value(event, 0, agent->slot, sizeof agent->slot);
    const struct board_part *part =
        board_map_find(&picture->shape->map, agent->slot);

    agent->downloading = true;
    agent->start = part != NULL ? part->start : 0;
    agent->written = event->number[1];
    agent->size = event->number[2];
    agent->begun_ns = event->time_ns;
    agent->wait_ns = 0;
}

/* ---- the server, the run --------------------------------------------------------------- */

static void set_fault(struct picture_server *server, const char *how, bool on)
{
    unsigned at = 0;

    while (at < server->faults && strcmp(server->fault[at], how) != 0) {
        at++;
    }
    if (on && at == server->faults && at < PICTURE_FAULTS) {
        snprintf(server->fault[at], sizeof server->fault[at], "%s", how);
        server->faults++;
    } else if (!on && at < server->faults) {
        server->faults--;
        memmove(server->fault[at], server->fault[at + 1],
                (server->faults - at) * sizeof server->fault[at]);
        memset(server->fault[server->faults], 0, sizeof server->fault[0]);
    }
}

static void tell_server(struct picture_server *server,
                        const struct event *event)
{
    char how[sizeof server->fault[0]];

    switch (event->code) {
    case EVENT_SERVER_PUBLISH:
        server->offers = true;
        server->release = number_of(event, 0);
        memcpy(server->image, event->text, sizeof server->image);
        break;
    case EVENT_SERVER_WITHDRAW:
        server->offers = false;
        break;
    case EVENT_SERVER_MISBEHAVE:
        snprintf(how, sizeof how, "%.47s", event->text);
        set_fault(server, how, event->number[0] != 0);
        break;
    case EVENT_SERVER_REQUEST:
        server->requests++;
        break;
    case EVENT_SERVER_STATUS:
        server->reports++;
        server->reported = true;
        server->state = number_of(event, 0);
        server->result = number_of(event, 1);
        server->why = number_of(event, 2);
        server->version = event->number[3];
        break;
    default:
        break;
    }
}

void picture_event(struct picture *picture, const struct event *event)
{
    picture->sequence = event->sequence;
    picture->time_ns = event->time_ns;
    tell_server(&picture->server, event);
    if (event->code == EVENT_END) {
        snprintf(picture->verdict, sizeof picture->verdict, "%.47s",
                 event->text);
    }
    if (event->device < 1 || event->device > picture->devices) {
        return;
    }
    struct picture_device *device = &picture->device[event->device - 1];

    if (event->code == EVENT_AGENT_DOWNLOAD) {
        on_download(picture, device, event);
    } else if (tells[event->code] != NULL) {
        tells[event->code](device, event);
    }
}
