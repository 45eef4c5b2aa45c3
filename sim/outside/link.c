/* SPDX-License-Identifier: MIT */
#include "outside/link.h"

#include <stddef.h>
#include <string.h>

#define NS_PER_SECOND 1000000000u
#define OVERHEAD_LIMIT 1000u

/* Numbers drawn for each packet offered, in this order. */
enum draw {
    DRAW_BURST_STEP = 0,
    DRAW_BURST_LOSS,
    DRAW_LOSS,
    DRAW_JITTER,
    DRAW_REORDER,
    DRAW_DUPLICATE,
    DRAW_COPY_TIME,
    DRAWS
};
_Static_assert(DRAWS == LINK_DRAWS, "the header says how many");

/* ---- kinds ------------------------------------------------------------ */

#define KBIT(n) ((n)*UINT64_C(1000))
#define MS(n) ((n)*UINT64_C(1000000))
/* IPv4 and UDP headers */
#define UDP_OVERHEAD 28u
#define PLAIN(bits, delay, spread)                              \
    {                                                           \
        .rate = (bits), .latency = (delay), .jitter = (spread), \
        .overhead = UDP_OVERHEAD                                \
    }

/* Rates and round trips as published for the networks: NB-IoT (3GPP Cat NB1) 21
 * to 26 kbit/s down, 15.6 up on a single tone and 62.5 on several, round trip
 * 1.6 to 10 s; LTE-M 1 Mbit/s, 50 to 150 ms. Each direction has half of the
 * round trip. */
static const struct link_kind kinds[] = {
    {.name = "ideal", .way = {PLAIN(0, 0, 0), PLAIN(0, 0, 0)}},
    {.name = "nb-iot",
     .way = {PLAIN(15600, MS(800), MS(4200)),
             PLAIN(KBIT(21), MS(800), MS(4200))}},
    {.name = "nb-iot-good",
     .way = {PLAIN(62500, MS(800), 0), PLAIN(KBIT(26), MS(800), 0)}},
    {.name = "lte-m",
     .way = {PLAIN(KBIT(1000), MS(25), MS(50)),
             PLAIN(KBIT(1000), MS(25), MS(50))}},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

const struct link_kind *link_kind_at(unsigned index)
{
    return index < KINDS ? &kinds[index] : NULL;
}

const struct link_kind *link_kind_find(const char *name)
{
    for (unsigned i = 0; i < KINDS; i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            return &kinds[i];
        }
    }
    return NULL;
}

const char *link_fate_name(enum link_fate fate)
{
    static const char *const names[LINK_FATES] = {"sent",   "random", "burst",
                                                  "outage", "mtu",    "full"};

    return (unsigned)fate < LINK_FATES ? names[fate] : "?";
}

/* ---- set-up ----------------------------------------------------------- */

static bool chances_supported(const struct link_figures *figures)
{
    return figures->loss <= LINK_PPM && figures->burst_begin <= LINK_PPM &&
           figures->burst_end <= LINK_PPM && figures->burst_loss <= LINK_PPM &&
           figures->reorder <= LINK_PPM && figures->duplicate <= LINK_PPM;
}

static bool figures_supported(const struct link_figures *figures)
{
    return figures->rate <= LINK_RATE_LIMIT &&
           figures->latency <= LINK_TIME_LIMIT &&
           figures->jitter <= LINK_TIME_LIMIT &&
           figures->reorder_time <= LINK_TIME_LIMIT &&
           figures->duplicate_time <= LINK_TIME_LIMIT &&
           figures->overhead <= OVERHEAD_LIMIT &&
           figures->mtu <= LINK_BYTES + OVERHEAD_LIMIT &&
           chances_supported(figures);
}

void link_streams(struct link *link, uint64_t seed, const char *name)
{
    struct rng own;

    rng_init(&own, seed, name);
    rng_init(&link->way[LINK_UP].rng, own.state, "link.up");
    rng_init(&link->way[LINK_DOWN].rng, own.state, "link.down");
    link->way[LINK_UP].in_burst = 0;
    link->way[LINK_DOWN].in_burst = 0;
}

int link_init(struct link *link, const struct link_figures *up,
              const struct link_figures *down, uint64_t seed, const char *name)
{
    if (!figures_supported(up) || !figures_supported(down)) {
        return -1;
    }
    memset(link, 0, sizeof(*link));
    link->is_up = 1;
    link->way[LINK_UP].figures = *up;
    link->way[LINK_DOWN].figures = *down;
    link_streams(link, seed, name);
    return 0;
}

int link_change(struct link *link, enum link_direction direction,
                const struct link_figures *figures)
{
    struct link_way *way = &link->way[direction];

    if (!figures_supported(figures)) {
        return -1;
    }
    if (figures->rate != way->figures.rate) {
        way->free_ns += way->free_rest != 0; /* in units of the old rate */
        way->free_rest = 0;
    }
    way->figures = *figures;
    return 0;
}

/* ---- up and down ------------------------------------------------------ */

static void count_lost(struct link *link, unsigned direction,
                       enum link_fate fate)
{
    link->way[direction].counts.lost[fate]++;
}

static void remove_packet(struct link *link, uint32_t at)
{
    struct link_packet *packet = &link->packet[at];

    link->packets--;
    memmove(packet, packet + 1, (link->packets - at) * sizeof(*packet));
    /* clear old packets: equal futures must have equal bytes */
    memset(&link->packet[link->packets], 0, sizeof(*packet));
}

/* Lose everything due at `from` or later. */
static void lose_from(struct link *link, uint64_t from)
{
    while (link->packets > 0 &&
           link->packet[link->packets - 1].due_ns >= from) {
        uint32_t last = link->packets - 1;
        count_lost(link, link->packet[last].direction, LINK_LOST_OUTAGE);
        remove_packet(link, last);
    }
}

void link_set_up(struct link *link, bool up)
{
    link->is_up = up ? 1 : 0;
    if (!up) {
        lose_from(link, 0);
    }
}

static void forget_outages(struct link *link, uint64_t now)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < link->outages; i++) {
        if (link->outage[i].until_ns > now) {
            link->outage[kept++] = link->outage[i];
        }
    }
    for (uint32_t i = kept; i < link->outages; i++) {
        link->outage[i] = (struct link_outage){0, 0};
    }
    link->outages = kept;
}

int link_outage(struct link *link, uint64_t now, uint64_t from, uint64_t until)
{
    forget_outages(link, now);
    if (from < now || from >= until || link->outages == LINK_OUTAGES) {
        return -1;
    }
    link->outage[link->outages++] = (struct link_outage){from, until};
    lose_from(link, from);
    return 0;
}

/* Whether the link is up all the time from `from` to `to`, both included. */
static bool up_between(const struct link *link, uint64_t from, uint64_t to)
{
    for (uint32_t i = 0; i < link->outages; i++) {
        const struct link_outage *outage = &link->outage[i];
        if (outage->from_ns <= to && outage->until_ns > from) {
            return false;
        }
    }
    return link->is_up != 0;
}

bool link_up_at(const struct link *link, uint64_t now)
{
    return up_between(link, now, now);
}

uint64_t link_next_edge(const struct link *link, uint64_t now)
{
    uint64_t next = LINK_NEVER;

    for (uint32_t i = 0; i < link->outages; i++) {
        uint64_t edge = link->outage[i].from_ns > now
                            ? link->outage[i].from_ns
                            : link->outage[i].until_ns;
        if (edge > now && edge < next) {
            next = edge;
        }
    }
    return next;
}

/* ---- sending ---------------------------------------------------------- */

/* A number of 0 .. bound-1 from one draw: never a second draw, whatever the
 * bound (the bias is below 2^-24 for the bounds used here). */
static uint64_t scaled(uint64_t draw, uint64_t bound)
{
    return (uint64_t)(((unsigned __int128)draw * bound) >> 64);
}

static bool happens(uint64_t draw, uint32_t ppm)
{
    return scaled(draw, LINK_PPM) < ppm;
}

/* Whether chance loses this packet. The burst's state advances with each
 * one. */
static enum link_fate chance(struct link_way *way, const uint64_t draw[DRAWS])
{
    const struct link_figures *figures = &way->figures;
    uint32_t turn = way->in_burst ? figures->burst_end : figures->burst_begin;

    if (happens(draw[DRAW_BURST_STEP], turn)) {
        way->in_burst = !way->in_burst;
    }
    if (way->in_burst && happens(draw[DRAW_BURST_LOSS], figures->burst_loss)) {
        return LINK_LOST_BURST;
    }
    return happens(draw[DRAW_LOSS], figures->loss) ? LINK_LOST_RANDOM
                                                   : LINK_SENT;
}

static bool too_long(const struct link_figures *figures, uint32_t length)
{
    uint32_t limit =
        figures->mtu != 0 ? figures->mtu : LINK_BYTES + figures->overhead;

    return length == 0 || length > LINK_BYTES ||
           length + figures->overhead > limit;
}

/* The packet takes the line. Exact over any number of packets, because the
 * remainder of the division is carried. */
static void take_line(struct link_way *way, uint64_t now, uint32_t length,
                      struct link_sent *sent)
{
    uint64_t rate = way->figures.rate;
    uint64_t bytes = length + way->figures.overhead;
    uint64_t work = bytes * 8u * NS_PER_SECOND;

    if (now > way->free_ns) {
        way->free_ns = now;
        way->free_rest = 0;
    }
    sent->on_air = true;
    sent->begin_ns = way->free_ns;
    if (rate != 0) {
        work += way->free_rest;
        way->free_ns += work / rate;
        way->free_rest = work % rate;
    }
    sent->end_ns = way->free_ns;
    way->counts.air_bytes += bytes;
}

/* When the packet arrives, and its copy if the network makes one. */
static void plan(struct link_way *way, const uint64_t draw[DRAWS],
                 struct link_sent *sent)
{
    const struct link_figures *figures = &way->figures;
    uint64_t due = sent->end_ns + figures->latency +
                   scaled(draw[DRAW_JITTER], figures->jitter);

    if (due < way->latest_ns) {
        due = way->latest_ns;
    }
    if (happens(draw[DRAW_REORDER], figures->reorder)) {
        due += figures->reorder_time;
    } else {
        way->latest_ns = due;
    }
    sent->due_ns = due;
    if (happens(draw[DRAW_DUPLICATE], figures->duplicate)) {
        sent->copy_ns =
            due + scaled(draw[DRAW_COPY_TIME], figures->duplicate_time);
    }
}

/* What keeps the packet off the air. */
static enum link_fate refusal(const struct link *link,
                              const struct link_way *way, uint64_t now,
                              uint32_t length)
{
    if (too_long(&way->figures, length)) {
        return LINK_LOST_MTU;
    }
    if (!link_up_at(link, now)) {
        return LINK_LOST_OUTAGE;
    }
    if (way->free_ns > now && way->free_ns - now > LINK_QUEUE_LIMIT) {
        return LINK_LOST_FULL;
    }
    return LINK_SENT;
}

/* Insert a packet in order. Sequences only grow, so it comes after all others
 * due at the same time. */
static enum link_fate insert(struct link *link, uint64_t now, uint64_t due,
                             const struct link_packet *packet,
                             const void *bytes)
{
    uint32_t at = link->packets;

    if (!up_between(link, now, due)) {
        return LINK_LOST_OUTAGE;
    }
    if (link->packets == LINK_PACKETS) {
        return LINK_LOST_FULL;
    }
    while (at > 0 && link->packet[at - 1].due_ns > due) {
        link->packet[at] = link->packet[at - 1];
        at--;
    }
    link->packets++;
    link->packet[at] = *packet;
    link->packet[at].due_ns = due;
    link->packet[at].sequence = link->sequence++;
    memset(link->packet[at].bytes, 0, LINK_BYTES);
    memcpy(link->packet[at].bytes, bytes, packet->length);
    return LINK_SENT;
}

/* The copy is a packet of its own, with its own fate. */
static void insert_copy(struct link *link, uint64_t now, struct link_sent *sent,
                        struct link_packet *packet, const void *bytes)
{
    packet->copy = 1;
    link->way[packet->direction].counts.duplicated++;
    enum link_fate fate = insert(link, now, sent->copy_ns, packet, bytes);
    if (fate != LINK_SENT) {
        count_lost(link, packet->direction, fate);
        sent->copy_ns = 0;
    }
}

static void carry(struct link *link, uint64_t now, const uint64_t draw[DRAWS],
                  struct link_packet *packet, const void *bytes,
                  struct link_sent *sent)
{
    struct link_way *way = &link->way[packet->direction];
    struct link_sent planned = *sent;

    plan(way, draw, &planned);
    sent->fate = insert(link, now, planned.due_ns, packet, bytes);
    if (sent->fate != LINK_SENT) {
        return;
    }
    *sent = planned;
    if (sent->copy_ns != 0) {
        insert_copy(link, now, sent, packet, bytes);
    }
}

struct link_sent link_send(struct link *link, uint64_t now,
                           enum link_direction direction, struct endpoint from,
                           struct endpoint to, const void *bytes,
                           uint32_t length)
{
    struct link_way *way = &link->way[direction];
    struct link_packet packet = {.number = way->counts.offered,
                                 .from = from,
                                 .to = to,
                                 .direction = (uint8_t)direction,
                                 .length = (uint16_t)length};
    struct link_sent sent = {0};
    uint64_t draw[DRAWS];

    for (unsigned i = 0; i < DRAWS; i++) {
        draw[i] = rng_next(&way->rng);
    }
    way->counts.offered++;
    way->counts.offered_bytes += length;
    enum link_fate luck = chance(way, draw);
    sent.fate = refusal(link, way, now, length);
    if (sent.fate == LINK_SENT) {
        take_line(way, now, length, &sent);
        sent.fate = luck;
    }
    if (sent.fate == LINK_SENT) {
        carry(link, now, draw, &packet, bytes, &sent);
    }
    if (sent.fate != LINK_SENT) {
        count_lost(link, direction, sent.fate);
    }
    return sent;
}

/* ---- delivery --------------------------------------------------------- */

uint64_t link_next(const struct link *link)
{
    return link->packets > 0 ? link->packet[0].due_ns : LINK_NEVER;
}

static void count_delivered(struct link_way *way,
                            const struct link_packet *packet)
{
    way->counts.delivered++;
    way->counts.delivered_bytes += packet->length;
    if (packet->number + 1 < way->highest && !packet->copy) {
        way->counts.reordered++;
    }
    if (packet->number + 1 > way->highest) {
        way->highest = packet->number + 1;
    }
}

void link_hold(struct link *link, uint64_t now, uint64_t due,
               const struct link_packet *packet)
{
    struct link_counts *counts = &link->way[packet->direction].counts;
    enum link_fate fate = insert(link, now, due, packet, packet->bytes);

    counts->delivered--;
    counts->delivered_bytes -= packet->length;
    if (fate != LINK_SENT) {
        count_lost(link, packet->direction, fate);
    }
}

bool link_take(struct link *link, uint64_t now, struct link_packet *packet)
{
    if (link_next(link) > now || link->packets == 0) {
        return false;
    }
    *packet = link->packet[0];
    remove_packet(link, 0);
    count_delivered(&link->way[packet->direction], packet);
    return true;
}
