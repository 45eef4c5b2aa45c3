/* SPDX-License-Identifier: MIT */
#include "app/updater.h"

#include <string.h>

#include "app/channel.h"
#include "board/registers.h"
#include "ota/request.h"

_Static_assert(BOOT_CAUSE_WATCHDOG == CTL_CAUSE_WATCHDOG &&
                   BOOT_CAUSE_DEADLINE == CTL_CAUSE_DEADLINE,
               "one meaning of the causes");

/* ---- the port --------------------------------------------------------------- */

static uint64_t port_now_ms(void *context)
{
    (void)context;
    return board_cycles() / BOARD_CYCLES_PER_MS;
}

static uint64_t port_rtc_ms(void *context)
{
    (void)context;
    return rtc_ms();
}

static uint32_t port_random(void *context)
{
    uint32_t value;

    (void)context;
    rng_read(&value, sizeof(value));
    return value;
}

static int port_send(void *context, const void *bytes, uint32_t length)
{
    (void)context;
    return channel_send(bytes, length);
}

static int32_t port_receive(void *context, void *bytes, uint32_t size)
{
    (void)context;
    return channel_receive(bytes, size);
}

static enum agent_channel port_channel(void *context, uint64_t *next_ms,
                                       enum agent_why *why)
{
    (void)context;
    return channel_step(next_ms, why);
}

static void port_supply(void *context, struct agent_supply *supply)
{
    struct pmu_reading reading;

    (void)context;
    pmu_read(&reading);
    supply->battery_mv = reading.battery_mv;
    supply->left_mj = reading.left_mj;
}

static void port_alive(void *context)
{
    (void)context;
    watchdog_feed();
}

/* The bootloader judges it again. */
static enum ota_reason ask(const struct updater *updater,
                           struct request *request,
                           const uint8_t digest[OTA_DIGEST_SIZE])
{
    memcpy(request->digest, digest, OTA_DIGEST_SIZE);
    if (request_append(board_flash(), updater->map->parts[MAP_REQUESTS],
                       updater->info->next_request, request) != OTA_OK) {
        trace_event(TRACE_APP_REFUSED, request->kind, OTA_REASON_FLASH_ERROR, 0,
                    0);
        return OTA_REASON_FLASH_ERROR;
    }
    trace_event(TRACE_APP_REQUEST, request->kind, request->slot, 0, 0);
    return OTA_REASON_NONE;
}

static enum ota_reason port_ask_trial(void *context, uint8_t slot,
                                      uint32_t release,
                                      const uint8_t digest[OTA_DIGEST_SIZE])
{
    struct request request = {.kind = OTA_REQUEST_TRIAL,
                              .slot = slot,
                              .number = release};

    return ask(context, &request, digest);
}

static enum ota_reason port_ask_fetch(void *context, uint8_t slot,
                                      uint32_t release,
                                      const uint8_t digest[OTA_DIGEST_SIZE])
{
    struct request request = {.kind = OTA_REQUEST_FETCH,
                              .slot = slot,
                              .number = release};

    return ask(context, &request, digest);
}

_Static_assert(
    TRACE_AGENT_POLL + AGENT_EVENT_OFFER == TRACE_AGENT_OFFER &&
        TRACE_AGENT_POLL + AGENT_EVENT_REFUSE == TRACE_AGENT_REFUSE &&
        TRACE_AGENT_POLL + AGENT_EVENT_DEFER == TRACE_AGENT_DEFER &&
        TRACE_AGENT_POLL + AGENT_EVENT_DOWNLOAD == TRACE_AGENT_DOWNLOAD &&
        TRACE_AGENT_POLL + AGENT_EVENT_FAIL == TRACE_AGENT_FAIL &&
        TRACE_AGENT_POLL + AGENT_EVENT_VERIFIED == TRACE_AGENT_VERIFIED &&
        TRACE_AGENT_POLL + AGENT_EVENT_STATE == TRACE_AGENT_STATE &&
        TRACE_AGENT_POLL + AGENT_EVENT_REPORT == TRACE_AGENT_REPORT,
    "the agent's events are the trace port's, in order");

static void port_trace(void *context, enum agent_event event, uint32_t a,
                       uint32_t b, uint32_t c)
{
    (void)context;
    trace_event((enum trace_code)(TRACE_AGENT_POLL + event), a, b, c, 0);
}

static const struct agent_port board_port = {
    .now_ms = port_now_ms,
    .rtc_ms = port_rtc_ms,
    .random = port_random,
    .send = port_send,
    .receive = port_receive,
    .channel = port_channel,
    .supply = port_supply,
    .alive = port_alive,
    .ask_trial = port_ask_trial,
    .ask_fetch = port_ask_fetch,
    .trace = port_trace,
    .load_base = BOARD_APP_BASE,
    .load_size = BOARD_APP_SIZE,
    .counter_capacity = OTP_COUNTER_BITS,
};

/* ---- for the owner ------------------------------------------------------------ */

static void say_too_short(uint32_t deadline_ms, uint32_t needed_ms)
{
    struct text line = {.used = 0};

    text_put(&line, "trial deadline too short: ");
    text_number(&line, deadline_ms);
    text_put(&line, " of ");
    text_number(&line, needed_ms);
    text_put(&line, " ms");
    text_say(&line);
}

/* The deadline must not come first: it would blame the image. The agent gets
 * three quarters of it; the rest is for start and health check. */
static void limit_trial(struct updater *updater)
{
    uint32_t deadline = updater->map->trial_deadline_ms;
    uint32_t most = deadline / 4u * 3u;
    uint32_t needed = updater->figures.trial_server_ms;

    if (!updater->fitted || needed <= most) {
        return;
    }
    updater->figures.trial_server_ms = most;
    if (mechanism_of(updater->map->mechanism)->trials) {
        say_too_short(deadline, needed / 3u * 4u);
    }
}

void updater_open(struct updater *updater, const struct ota_map *map,
                  const struct boot_info *info)
{
    struct radio_status radio;

    radio_status(&radio);
    updater->modem = radio.fitted;
    updater->map = map;
    updater->info = info;
    updater->due = BOARD_FOREVER_CYCLES;
    updater->fitted =
        radio.fitted && agent_figures_read(board_dtb(), BOARD_DTB_SIZE,
                                           &updater->figures) == OTA_OK;
    updater->figures.trial_server_ms =
        agent_trial_ms(&updater->figures, channel_flights());
    limit_trial(updater);
    updater->port = board_port;
    updater->port.context = updater;
    updater->port.browned_out = board_reset_cause() == CTL_CAUSE_BROWN_OUT;
    updater->port.flash = board_flash();
    updater->port.mechanism = map->mechanism;
    updater->port.slots[OTA_SLOT_A] = map->parts[MAP_SLOT_A];
    updater->port.slots[OTA_SLOT_B] = map->parts[MAP_SLOT_B];
    updater->port.progress = map->parts[MAP_PROGRESS];
    updater->port.failed = map->parts[MAP_FAILED];
    updater->port.offers = map->parts[MAP_OFFERS];
    updater->port.staging = map->parts[MAP_STAGING];
}

void updater_start(struct updater *updater, bool recovery)
{
    if (!updater->fitted) {
        return;
    }
    trust_read(&updater->trust);
    updater->port.keys = updater->trust.keys;
    channel_open(&(struct channel_figures){.node = updater->figures.server_node,
                                           .port = updater->figures.server_port,
                                           .ack_timeout_ms =
                                               updater->figures.ack_timeout_ms,
                                           .keys = &updater->trust.keys});
    agent_start(&updater->agent, &updater->port, &updater->figures,
                updater->info, recovery);
    updater->due = 0;
}

static uint64_t cycles_of(uint64_t ms)
{
    return ms < BOARD_FOREVER_CYCLES / BOARD_CYCLES_PER_MS
               ? ms * BOARD_CYCLES_PER_MS
               : BOARD_FOREVER_CYCLES;
}

uint64_t updater_serve(struct updater *updater)
{
    if (!updater->fitted) {
        return BOARD_FOREVER_CYCLES;
    }
    if (board_cycles() >= updater->due || (ctl_flags() & CTL_F_RADIO) != 0) {
        updater->due = cycles_of(agent_step(&updater->agent));
    }
    if (agent_wants_restart(&updater->agent)) {
        console_write("update asked for, restarting\n");
        board_reset(CTL_REASON_REQUEST);
    }
    return updater->due;
}

enum agent_answer updater_trial(struct updater *updater)
{
    bool way_back = updater->info->reason == OTA_REASON_NONE;

    if (updater->fitted) {
        return agent_trial(&updater->agent);
    }
    return updater->modem && way_back ? AGENT_NO : AGENT_YES;
}

bool updater_is_idle(const struct updater *updater)
{
    return !updater->fitted || agent_is_waiting(&updater->agent);
}

bool updater_writes_to(const struct updater *updater, uint8_t slot)
{
    const struct progress *now = &updater->agent.log.now;

    return updater->fitted && now->slot == slot && now->written != 0 &&
           now->written < now->size && now->result != AGENT_RESULT_SUCCESS;
}

void updater_poll_now(struct updater *updater)
{
    if (updater->fitted) {
        agent_poll_now(&updater->agent);
        updater->due = 0;
    }
}

void updater_defer(struct updater *updater, uint32_t minutes)
{
    if (updater->fitted) {
        agent_defer(&updater->agent, (uint64_t)minutes * 60000u);
    }
}

bool updater_forget(struct updater *updater)
{
    return !updater->fitted || agent_forget(&updater->agent);
}

/* ---- for the console
 * ---------------------------------------------------------- */

static const char *const states[] = {
#define STATE_NAME(name, number, text) [number] = (text),
    AGENT_STATES(STATE_NAME)
#undef STATE_NAME
};

static const char *const results[] = {
#define RESULT_NAME(name, number, text) [number] = (text),
    AGENT_RESULTS(RESULT_NAME)
#undef RESULT_NAME
};

static const char *name_in(const char *const *names, uint32_t count,
                           uint32_t number)
{
    return number < count ? names[number] : "?";
}

#define NAME_IN(names, number) \
    name_in(names, sizeof(names) / sizeof(names[0]), number)

static void put_number(struct text *line, const char *before, uint32_t value)
{
    text_put(line, before);
    text_number(line, value);
}

void updater_tell(const struct updater *updater)
{
    const struct progress *now = agent_progress(&updater->agent);
    struct text line = {.used = 0};

    if (!updater->fitted) {
        return;
    }
    text_put(&line, "update ");
    text_put(&line, NAME_IN(states, now->state));
    text_put(&line, " ");
    text_put(&line, NAME_IN(results, now->result));
    text_put(&line, " ");
    text_put(&line, agent_why_name(now->why));
    put_number(&line, " release ", now->release);
    put_number(&line, " ", now->written);
    put_number(&line, "/", now->size);
    put_number(&line, " tries ", now->tries);
    text_say(&line);
    channel_tell();
}
