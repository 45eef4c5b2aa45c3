/* SPDX-License-Identifier: MIT */
#include "device/radio.h"

#include <string.h>

#define NS_PER_S 1000000000u

/* How long a network keeps an NB-IoT modem connected after traffic, listening
 * now and then. */
const struct radio_figures radio_defaults = {
    .receive_ns = 10ull * NS_PER_S,
    .tail_ns = 10ull * NS_PER_S,
    .queue = 4,
};

static uint64_t max_u64(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static uint64_t add_time(uint64_t a, uint64_t b)
{
    return a > RADIO_NEVER - b ? RADIO_NEVER : a + b;
}

int radio_init(struct radio *radio, const struct radio_figures *figures)
{
    memset(radio, 0, sizeof(*radio));
    if (figures->queue > RADIO_QUEUE) {
        return -1;
    }
    radio->figures = *figures;
    return 0;
}

/* Keep the first `count` datagrams. The others are wiped: equal states have
 * equal bytes. */
static void keep_first(struct radio *radio, uint32_t count)
{
    memset(&radio->queue[count], 0,
           (RADIO_QUEUE - count) * sizeof(radio->queue[0]));
    radio->waiting = count;
}

static void fall_asleep(struct radio *radio)
{
    radio->awake = 0;
    radio->air_until_ns = 0;
    radio->active_ns = 0;
}

void radio_reset(struct radio *radio, bool power)
{
    memset(radio->socket, 0, sizeof(radio->socket));
    keep_first(radio, 0);
    if (power) {
        radio->powered = 0;
        fall_asleep(radio);
    }
}

void radio_power_on(struct radio *radio)
{
    radio->powered = 1;
}

void radio_fit(struct radio *radio, bool fitted)
{
    radio_reset(radio, false);
    fall_asleep(radio);
    radio->fitted = fitted;
}

/* ---- sockets ------------------------------------------------------------ */

static bool usable(const struct radio *radio)
{
    return radio->fitted && radio->powered;
}

static void packet_until(struct radio *radio, uint64_t until)
{
    radio->awake = 1;
    radio->active_ns = max_u64(radio->active_ns, until);
}

static int open_socket(struct radio *radio, uint64_t now,
                       const struct radio_socket *socket)
{
    uint32_t free = 0;

    while (free < CTL_RADIO_SOCKETS && radio->socket[free].open) {
        free++;
    }
    if (!usable(radio) || free == CTL_RADIO_SOCKETS) {
        return -1;
    }
    radio->socket[free] = *socket;
    packet_until(radio, now);
    return (int)free;
}

int radio_socket_open(struct radio *radio, uint64_t now, uint32_t node,
                      uint32_t port)
{
    return open_socket(
        radio, now,
        &(struct radio_socket){.open = 1, .node = node, .port = port});
}

int radio_stream_open(struct radio *radio, uint64_t now, uint32_t node,
                      uint32_t port)
{
    return open_socket(radio, now,
                       &(struct radio_socket){
                           .open = 1, .node = node, .port = port, .stream = 1});
}

bool radio_socket_is_open(const struct radio *radio, uint32_t socket)
{
    return socket < CTL_RADIO_SOCKETS && radio->socket[socket].open;
}

int radio_socket_close(struct radio *radio, uint32_t socket)
{
    uint32_t kept = 0;

    if (!radio_socket_is_open(radio, socket)) {
        return -1;
    }
    memset(&radio->socket[socket], 0, sizeof(radio->socket[socket]));
    for (uint32_t i = 0; i < radio->waiting; i++) {
        if (radio->queue[i].socket != socket) {
            radio->queue[kept++] = radio->queue[i];
        }
    }
    keep_first(radio, kept);
    return 0;
}

/* The lowest socket for datagrams to that peer, or CTL_RADIO_SOCKETS. */
static uint32_t find_socket(const struct radio *radio, uint32_t node,
                            uint32_t port)
{
    uint32_t socket = 0;

    while (socket < CTL_RADIO_SOCKETS &&
           !(radio->socket[socket].open && !radio->socket[socket].stream &&
             radio->socket[socket].node == node &&
             radio->socket[socket].port == port)) {
        socket++;
    }
    return socket;
}

/* ---- datagrams ---------------------------------------------------------- */

void radio_sent(struct radio *radio, uint64_t now, uint64_t until)
{
    uint64_t end = max_u64(now, until);

    radio->air_until_ns = max_u64(radio->air_until_ns, end);
    packet_until(radio, end);
}

static void enqueue(struct radio *radio, uint32_t socket, enum radio_end end,
                    const uint8_t *bytes, uint32_t length)
{
    struct radio_datagram *item = &radio->queue[radio->waiting++];

    item->socket = socket;
    item->length = length;
    item->end = end;
    if (length != 0) {
        memcpy(item->bytes, bytes, length);
    }
}

uint64_t radio_reachable(const struct radio *radio, uint64_t now)
{
    uint64_t page = radio->figures.page_ns;

    switch (radio_state_at(radio, now)) {
    case RADIO_OFF:
        return RADIO_NEVER;
    case RADIO_SLEEP:
        return page == 0 ? RADIO_NEVER : (now + page - 1) / page * page;
    default:
        return now;
    }
}

void radio_page(struct radio *radio, uint64_t now)
{
    if (radio_state_at(radio, now) == RADIO_SLEEP) {
        packet_until(radio, now);
    }
}

bool radio_deliver(struct radio *radio, uint64_t now, uint32_t node,
                   uint32_t port, const uint8_t *bytes, uint32_t length)
{
    uint32_t socket = find_socket(radio, node, port);
    enum radio_state state = radio_state_at(radio, now);

    if (state == RADIO_OFF || state == RADIO_SLEEP) {
        return false; /* not listening */
    }
    packet_until(radio, now);
    if (socket == CTL_RADIO_SOCKETS || length == 0 || length > CTL_RADIO_SIZE ||
        radio->waiting >= radio->figures.queue) {
        return false;
    }
    enqueue(radio, socket, RADIO_DATA, bytes, length);
    return true;
}

bool radio_deliver_stream(struct radio *radio, uint64_t now, uint32_t socket,
                          enum radio_end end, const uint8_t *bytes,
                          uint32_t length)
{
    if (!radio_socket_is_open(radio, socket) || !radio->socket[socket].stream ||
        !usable(radio) || length > CTL_RADIO_SIZE ||
        (length == 0) != (end != RADIO_DATA) ||
        radio->waiting >= radio->figures.queue) {
        return false;
    }
    packet_until(radio, now);
    enqueue(radio, socket, end, bytes, length);
    return true;
}

bool radio_take(struct radio *radio, struct radio_datagram *out)
{
    if (radio->waiting == 0) {
        return false;
    }
    *out = radio->queue[0];
    memmove(&radio->queue[0], &radio->queue[1],
            (RADIO_QUEUE - 1) * sizeof(radio->queue[0]));
    keep_first(radio, radio->waiting - 1);
    return true;
}

/* ---- state over time ---------------------------------------------------- */

/* When transmitting, receiving and the tail end. */
#define ENDS 3u

static void state_ends(const struct radio *radio, uint64_t ends[ENDS])
{
    ends[0] = radio->air_until_ns;
    ends[1] = add_time(radio->active_ns, radio->figures.receive_ns);
    ends[2] = add_time(ends[1], radio->figures.tail_ns);
}

enum radio_state radio_state_at(const struct radio *radio, uint64_t now)
{
    static const enum radio_state states[ENDS] = {RADIO_TRANSMIT, RADIO_RECEIVE,
                                                  RADIO_TAIL};
    uint64_t ends[ENDS];

    if (!usable(radio)) {
        return RADIO_OFF;
    }
    state_ends(radio, ends);
    for (unsigned i = 0; radio->awake && i < ENDS; i++) {
        if (now < ends[i]) {
            return states[i];
        }
    }
    return RADIO_SLEEP;
}

uint64_t radio_next(const struct radio *radio, uint64_t now)
{
    uint64_t ends[ENDS];

    state_ends(radio, ends);
    for (unsigned i = 0; usable(radio) && radio->awake && i < ENDS; i++) {
        if (now < ends[i]) {
            return ends[i];
        }
    }
    return RADIO_NEVER;
}
