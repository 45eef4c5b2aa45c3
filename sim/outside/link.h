/* SPDX-License-Identifier: MIT */
/*
 * The link between one device and the world, as a value: two directions with
 * rate, latency, jitter, loss, duplication, reordering and MTU, outages, and
 * the packets under way. No pointers inside; clone by assignment. It has no
 * clock and does not interpret packets: the caller gives the time, which never
 * goes back, and takes packets out when they are due. Nothing fails except on a
 * value that is out of range; the fate of a packet is returned.
 *
 * The way of a packet:
 *
 *   send ->| waits for the line | on the air | latency + jitter |-> due
 *          now               begin          end                due
 *
 * The line carries one packet at a time. Jitter alone keeps the order; only a
 * packet that is held back (`reorder`) is overtaken. A packet lost by chance
 * has been on the air. If the link is down at any time from `now` to `due`, the
 * packet is lost; if it is down at `now`, the air is not used.
 *
 * Chance: each packet offered draws LINK_DRAWS numbers from its direction's own
 * stream, whatever becomes of it, so that no value affects the draws of
 * another, and no direction those of the other.
 */
#ifndef OTALAB_OUTSIDE_LINK_H
#define OTALAB_OUTSIDE_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rng.h"
#include "outside/endpoint.h"

#define LINK_NEVER UINT64_MAX
#define LINK_PACKETS 32u /* under way, both directions together */
#define LINK_OUTAGES 16u
#define LINK_BYTES 1280u /* of a packet, without `overhead` */
#define LINK_DRAWS 7u
#define LINK_PPM 1000000u
/* Limits of values, and of the queue: a packet that would wait longer for the
 * line finds it full. */
#define LINK_RATE_LIMIT 1000000000000u  /* 1 Tbit/s */
#define LINK_TIME_LIMIT 1000000000000u  /* 1000 s */
#define LINK_QUEUE_LIMIT 1000000000000u /* 1000 s */

enum link_direction { LINK_UP = 0, LINK_DOWN, LINK_DIRECTIONS };

/* One direction. Times in ns, probabilities in ppm. */
struct link_figures {
    uint64_t rate; /* bit/s; 0: no time on the air */
    uint64_t latency;
    uint64_t jitter;         /* added to it: 0 .. jitter-1, uniform */
    uint64_t reorder_time;   /* how long a packet is held back */
    uint64_t duplicate_time; /* a copy comes 0 .. that-1 later, uniform */
    uint32_t loss;
    /* Bursts (Gilbert, Elliott): before each packet a burst begins or ends with
     * these probabilities; during one, packets are lost with `burst_loss` in
     * addition to `loss`. */
    uint32_t burst_begin;
    uint32_t burst_end;
    uint32_t burst_loss;
    uint32_t reorder;
    uint32_t duplicate;
    uint32_t mtu;      /* bytes, overhead included; 0: LINK_BYTES */
    uint32_t overhead; /* headers below: bytes added to each packet's time */
};

enum link_fate {
    LINK_SENT = 0,    /* under way */
    LINK_LOST_RANDOM, /* by `loss` */
    LINK_LOST_BURST,  /* by `burst_loss` */
    LINK_LOST_OUTAGE, /* the link was down or went down */
    LINK_LOST_MTU,    /* empty or too long */
    LINK_LOST_FULL,   /* no room for it, or the queue is too long */
    LINK_FATES
};

/* The fate of a packet offered. */
struct link_sent {
    enum link_fate fate;
    bool on_air; /* otherwise the next two are 0 */
    uint64_t begin_ns;
    uint64_t end_ns;
    uint64_t due_ns;  /* LINK_SENT only */
    uint64_t copy_ns; /* of its copy; 0: there is none */
};

struct link_packet {
    uint64_t due_ns;
    uint64_t sequence; /* order at equal times */
    uint64_t number;   /* in its direction; a copy has its original's */
    struct endpoint from;
    struct endpoint to;
    uint8_t direction; /* enum link_direction */
    uint8_t copy;      /* 1: the network's, not the sender's */
    uint16_t length;
    uint32_t reserved;
    uint8_t bytes[LINK_BYTES];
};

/* Always: offered + duplicated = delivered + lost + under way. */
struct link_counts {
    uint64_t offered; /* packets given to link_send() */
    uint64_t offered_bytes;
    uint64_t air_bytes; /* of those that were on the air, with overhead */
    uint64_t delivered; /* copies included */
    uint64_t delivered_bytes;
    uint64_t duplicated; /* copies made */
    uint64_t reordered;  /* delivered after a later one; without copies */
    uint64_t lost[LINK_FATES];
};

struct link_way {
    struct link_figures figures;
    struct link_counts counts;
    struct rng rng;
    uint64_t free_ns;   /* the line is taken until then .. */
    uint64_t free_rest; /* .. plus this many times 1/rate ns */
    uint64_t latest_ns; /* due time of the latest packet that keeps the order */
    uint64_t highest;   /* number of the newest delivered, + 1 */
    uint64_t in_burst;  /* 0 or 1 */
};

struct link_outage {
    uint64_t from_ns;
    uint64_t until_ns; /* up again */
};

struct link {
    struct link_way way[LINK_DIRECTIONS];
    uint64_t sequence;
    uint32_t is_up; /* the switch: 0 or 1 */
    uint32_t outages;
    struct link_outage outage[LINK_OUTAGES];
    uint32_t packets; /* under way, sorted by (due, sequence) */
    uint32_t reserved;
    struct link_packet packet[LINK_PACKETS];
};

/* Values for the known kinds of link; their sources are in link.c. */
struct link_kind {
    const char *name;
    struct link_figures way[LINK_DIRECTIONS];
};
/* NULL if there is no such kind; to list all, by index from 0. */
const struct link_kind *link_kind_find(const char *name);
const struct link_kind *link_kind_at(unsigned index);

/* An idle link that is up. `name` distinguishes the random streams of several
 * links. 0, or -1 if a value is out of range. */
int link_init(struct link *link, const struct link_figures *up,
              const struct link_figures *down, uint64_t seed, const char *name);
/* The random streams begin anew, outside of a burst. */
void link_streams(struct link *link, uint64_t seed, const char *name);
/* New values for packets sent from now on; streams and packets under way
 * stay. */
int link_change(struct link *link, enum link_direction direction,
                const struct link_figures *figures);

/* Offer a packet at `now` (ns). */
struct link_sent link_send(struct link *link, uint64_t now,
                           enum link_direction direction, struct endpoint from,
                           struct endpoint to, const void *bytes,
                           uint32_t length);

/* Time of the earliest delivery, or LINK_NEVER if nothing is under way. */
uint64_t link_next(const struct link *link);
/* Take out the earliest packet that is due by `now`; false if there is none. */
bool link_take(struct link *link, uint64_t now, struct link_packet *packet);

/* The switch. Switching the link down loses everything under way. */
void link_set_up(struct link *link, bool up);
/*
 * The link will be down from `from` (>= now) until `until`. Packets under way
 * at `from` are counted as lost at once. Windows may overlap; those that are
 * over at `now` make room. 0, or -1 if the window is empty or there is no room.
 */
int link_outage(struct link *link, uint64_t now, uint64_t from, uint64_t until);
bool link_up_at(const struct link *link, uint64_t now);
/* A packet just taken cannot be delivered before `due`: it comes again then,
 * unless the link is down in between or full. */
void link_hold(struct link *link, uint64_t now, uint64_t due,
               const struct link_packet *packet);
/* The next time after `now` at which a window begins or ends, or LINK_NEVER. */
uint64_t link_next_edge(const struct link *link, uint64_t now);

const char *link_fate_name(enum link_fate fate); /* "sent", "burst", ... */

#endif
