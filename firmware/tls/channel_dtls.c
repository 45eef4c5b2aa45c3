/* SPDX-License-Identifier: MIT */
/*
 * The channel in DTLS. When it is set up, and when a new handshake is needed:
 *
 *   closed --send--> (time -->) handshake --> open --idle too long, closed by the
 *     ^                  |                |     server, or so many datagrams
 *     |                  | fails          |     without an answer that it may
 *     '------------------'----------------'     have forgotten us
 */
#include <libfdt.h>
#include <string.h>

#include "app/channel.h"
#include "board/board.h"
#include "board/text.h"
#include "tls/arena.h"
#include "tls/ask_time.h"
#include "tls/clock.h"
#include "tls/identity.h"
#include "tls/session.h"

/* Datagrams sent since the last one received: after so many, the next one waits
 * for a new handshake. */
#define UNANSWERED_MOST 2u
/* All of a handshake, in first waits for an answer. */
#define HANDSHAKE_MOST 20u

/* Datagrams that the modem can keep. */
#define QUEUE_MOST 16u

/* The time is asked for again after so long. */
#define TIME_MOST_MS UINT64_C(86400000)

enum phase { PHASE_CLOSED, PHASE_TIME, PHASE_HANDSHAKE, PHASE_OPEN };

/* From /channel of the devicetree, described in docs/secure.md. */
struct keeping {
    uint32_t connection_ms; /* idle for longer: a new handshake */
    uint32_t session_ms;    /* older: not resumed */
    uint32_t connection_id;
    uint32_t time_port;
};

static struct {
    struct channel_figures figures;
    struct keeping keeping;
    struct identity identity;
    enum agent_why unfit; /* of the identity */
    struct clock clock;
    uint8_t record[IDENTITY_MAX];
    int socket; /* -1: not open */
    enum phase phase;
    uint32_t unanswered;
    uint64_t begun_ms;  /* the handshake */
    uint64_t opened_ms; /* the last full one */
    uint64_t used_ms;   /* the last datagram either way */
    uint32_t handshakes;
    uint32_t datagrams; /* of the last handshake, both ways */
    uint32_t bytes;
} channel;

/* ---- the board -------------------------------------------------------------- */

static uint64_t now_ms(void)
{
    return board_cycles() / BOARD_CYCLES_PER_MS;
}

static void count(uint32_t length)
{
    channel.datagrams++;
    channel.bytes += length;
}

static void give(const uint8_t *bytes, uint32_t length)
{
    if (channel.socket < 0) {
        channel.socket = radio_open(channel.figures.node, channel.figures.port);
    }
    if (channel.socket >= 0) {
        (void)radio_send(channel.socket, bytes, length);
    }
    count(length);
}

static int32_t take(uint8_t *bytes, uint32_t size)
{
    int socket;
    int32_t length = radio_receive(&socket, bytes, size);

    if (length > 0) {
        count((uint32_t)length);
    }
    return length;
}

static uint64_t unix_s(void)
{
    return clock_unix_s(&channel.clock, now_ms());
}

static const struct session_port port = {.now_ms = now_ms,
                                         .send = give,
                                         .receive = take,
                                         .alive = watchdog_feed,
                                         .unix_s = unix_s};

/* ---- what it is made of ------------------------------------------------------ */

static uint32_t number_of(int node, const char *property, uint32_t usual)
{
    int length = 0;
    const fdt32_t *cell =
        node < 0 ? NULL : fdt_getprop(board_dtb(), node, property, &length);

    return cell && length == (int)sizeof(*cell) ? fdt32_ld(cell) : usual;
}

static void read_keeping(void)
{
    int node = fdt_node_offset_by_compatible(board_dtb(), -1, "otalab,channel");

    channel.keeping = (struct keeping){
        .connection_ms = number_of(node, "connection-ms", UINT32_MAX),
        .session_ms = number_of(node, "session-ms", UINT32_MAX),
        .connection_id = number_of(node, "connection-id", 1),
        .time_port = number_of(node, "time-port", 0)};
}

/* Where the partition is: the boot chain does not know it. Length 0: nowhere. */
static struct ota_area find_part(const char *label)
{
    const void *blob = board_dtb();
    int parent = fdt_node_offset_by_compatible(blob, -1, "fixed-partitions");
    int node;

    if (parent < 0) {
        return (struct ota_area){0, 0};
    }
    fdt_for_each_subnode(node, blob, parent)
    {
        int length = 0;
        const char *text = fdt_getprop(blob, node, "label", &length);
        const fdt32_t *reg;

        if (text && fdt_stringlist_contains(text, length, label)) {
            reg = fdt_getprop(blob, node, "reg", &length);
            return reg && length == 2 * (int)sizeof(*reg)
                       ? (struct ota_area){fdt32_ld(reg), fdt32_ld(reg + 1)}
                       : (struct ota_area){0, 0};
        }
    }
    return (struct ota_area){0, 0};
}

static enum agent_why read_identity(void)
{
    const struct ota_flash *flash = board_flash();
    struct ota_area area = find_part("identity");
    uint32_t size =
        area.length < IDENTITY_MAX ? area.length : (uint32_t)IDENTITY_MAX;

    return flash->read(flash->context, area.start, channel.record, size) ==
                       OTA_OK &&
                   identity_read(channel.record, size, &channel.identity) ==
                       OTA_OK
               ? AGENT_WHY_NONE
               : AGENT_WHY_NO_IDENTITY;
}

void channel_open(const struct channel_figures *figures)
{
    channel.figures = *figures;
    channel.socket = -1;
    arena_open();
    read_keeping();
    channel.unfit = read_identity();
    clock_open(&channel.clock, board_flash(), find_part("clock"));
}

/* ---- setting up --------------------------------------------------------------- */

static enum agent_why prepare(void)
{
    struct session_figures figures = {.ack_timeout_ms =
                                          channel.figures.ack_timeout_ms,
                                      .connection_id =
                                          channel.keeping.connection_id != 0};

    return channel.unfit != AGENT_WHY_NONE
               ? channel.unfit
               : session_prepare(&port, &figures, &channel.identity);
}

static enum agent_why begin_handshake(void)
{
    uint64_t now = now_ms();
    bool fresh = now - channel.opened_ms <= channel.keeping.session_ms;
    enum agent_why why = session_begin(fresh);

    if (why == AGENT_WHY_NONE) {
        channel.phase = PHASE_HANDSHAKE;
        channel.begun_ms = now;
        channel.datagrams = 0;
        channel.bytes = 0;
    }
    return why;
}

/* Certificates can only be judged by somebody who knows the time. */
static bool needs_time(void)
{
    return channel.identity.mode == IDENTITY_X509 &&
           !clock_is_right(&channel.clock, now_ms(), TIME_MOST_MS);
}

static enum agent_why begin_time(void)
{
    struct ask_time_figures figures = {.node = channel.figures.node,
                                       .port = channel.keeping.time_port,
                                       .ack_timeout_ms =
                                           channel.figures.ack_timeout_ms};
    enum agent_why why = ask_time_begin(&figures, now_ms());

    if (why == AGENT_WHY_NONE) {
        channel.phase = PHASE_TIME;
    }
    return why;
}

static enum agent_why begin(void)
{
    enum agent_why why = prepare();

    if (why != AGENT_WHY_NONE) {
        return why;
    }
    return needs_time() ? begin_time() : begin_handshake();
}

static enum agent_channel failed(enum agent_why why)
{
    channel.phase = PHASE_CLOSED;
    trace_event(TRACE_CHANNEL_FAIL, why, (uint32_t)-session_error(), 0, 0);
    return AGENT_CHANNEL_FAILED;
}

static void opened(void)
{
    uint64_t now = now_ms();

    channel.phase = PHASE_OPEN;
    channel.unanswered = 0;
    channel.used_ms = now;
    channel.handshakes++;
    if (!session_resumed()) {
        channel.opened_ms = now;
    }
    trace_event(TRACE_CHANNEL_OPEN, session_resumed(),
                (uint32_t)(now - channel.begun_ms), channel.datagrams,
                channel.bytes);
    trace_event(TRACE_CHANNEL_MEMORY, arena_peak(), arena_stack_peak(), 0, 0);
}

static enum agent_channel shake_hands(uint64_t *next_ms, enum agent_why *why)
{
    uint64_t limit = channel.begun_ms +
                     (uint64_t)HANDSHAKE_MOST * channel.figures.ack_timeout_ms;

    switch (session_step(why)) {
    case SESSION_OPEN:
        opened();
        return AGENT_CHANNEL_READY;
    case SESSION_FAILED:
        return failed(*why);
    default:
        *next_ms = session_next_ms() < limit ? session_next_ms() : limit;
    }
    if (now_ms() < limit) {
        return AGENT_CHANNEL_BUSY;
    }
    *why = AGENT_WHY_UNREACHABLE;
    return failed(*why);
}

/* READY: the handshake has begun. */
static enum agent_channel ask_for_time(uint64_t *next_ms, enum agent_why *why)
{
    switch (ask_time_step(&channel.clock, channel.figures.keys, now_ms(),
                          next_ms, why)) {
    case ASK_WAITS:
        return AGENT_CHANNEL_BUSY;
    case ASK_FAILED:
        return failed(*why);
    default:
        *why = begin_handshake();
        return *why == AGENT_WHY_NONE ? AGENT_CHANNEL_READY : failed(*why);
    }
}

enum agent_channel channel_step(uint64_t *next_ms, enum agent_why *why)
{
    if (channel.phase == PHASE_CLOSED) {
        *why = begin();
        if (*why != AGENT_WHY_NONE) {
            return failed(*why);
        }
    }
    if (channel.phase == PHASE_TIME) {
        enum agent_channel asked = ask_for_time(next_ms, why);

        if (asked != AGENT_CHANNEL_READY) {
            return asked;
        }
    }
    return channel.phase == PHASE_OPEN ? AGENT_CHANNEL_READY
                                       : shake_hands(next_ms, why);
}

/* ---- datagrams ---------------------------------------------------------------- */

/* Too old, or perhaps forgotten by the server. */
static bool is_stale(void)
{
    return channel.unanswered >= UNANSWERED_MOST ||
           now_ms() - channel.used_ms > channel.keeping.connection_ms;
}

int channel_send(const void *bytes, uint32_t length)
{
    if (channel.phase == PHASE_OPEN && is_stale()) {
        channel.phase = PHASE_CLOSED;
    }
    if (channel.phase != PHASE_OPEN) {
        return OTA_ERR_BUSY;
    }
    channel.unanswered++;
    channel.used_ms = now_ms();
    return session_send(bytes, length) ? OTA_OK : OTA_ERR_RANGE;
}

/* Whoever sends to a closed channel is not heard. */
static void drop_datagrams(void)
{
    uint8_t byte;
    int socket;

    for (unsigned i = 0; i < QUEUE_MOST && (ctl_flags() & CTL_F_RADIO) != 0;
         i++) {
        (void)radio_receive(&socket, &byte, sizeof(byte));
    }
}

int32_t channel_receive(void *bytes, uint32_t size)
{
    bool closed = false;
    int32_t length;

    if (channel.phase != PHASE_OPEN) {
        drop_datagrams();
        return -1;
    }
    length = session_receive(bytes, size, &closed);
    if (closed) {
        channel.phase = PHASE_CLOSED;
    }
    if (length > 0) {
        channel.unanswered = 0;
        channel.used_ms = now_ms();
    }
    return length;
}

/* The time; the first hello, the one with the cookie, and what follows it. */
uint32_t channel_flights(void)
{
    return 4;
}

/* ---- for the console ----------------------------------------------------------- */

static void put_number(struct text *line, const char *before, uint32_t value)
{
    text_put(line, before);
    text_number(line, value);
}

void channel_tell(void)
{
    static const char *const phases[] = {"closed", "time", "handshake", "open"};
    struct text line = {.used = 0};

    text_put(&line, "channel ");
    text_put(&line, phases[channel.phase]);
    put_number(&line, " handshakes ", channel.handshakes);
    put_number(&line, " arena ", arena_peak());
    put_number(&line, "/", ARENA_SIZE);
    put_number(&line, " stack ", arena_stack_peak());
    put_number(&line, "/", ARENA_STACK);
    text_say(&line);
}
