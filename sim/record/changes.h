/* SPDX-License-Identifier: MIT */
/*
 * changes.bin, the recording's other half: what memory contained when power
 * came on, and each change since, as the resulting bytes. So the state of a run
 * after any event can be shown without the models that made it. The layout is
 * drawn in docs/recording.md; both directions are here. It contains no host
 * path, date or duration: identical runs give identical bytes.
 *
 * Writing: the bytes are kept in memory and copied on request. Reading: every
 * byte is untrusted; changes_open() checks the frame and its checksums, and
 * changes_next() each change, so that the code that applies changes need not.
 */
#ifndef OTALAB_RECORD_CHANGES_H
#define OTALAB_RECORD_CHANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "device/figures.h"

#define CHANGES_VERSION 3u
#define CHANGES_MAX (256u * 1024u * 1024u) /* bytes */
#define CHANGES_DEVICES 4u
#define CHANGES_BLOCKS FLASH_MAX_BLOCKS
#define CHANGES_FUSE_WORDS OTP_WORDS
#define CHANGES_DESCRIPTOR 256u /* bytes */
#define CHANGES_PACKET 1280u    /* bytes of the longest datagram */

/* What the file is about: where each byte is. */
struct changes_shape {
    uint32_t devices; /* 1..CHANGES_DEVICES, alike */
    uint32_t size;    /* bytes of flash: whole sectors */
    uint32_t sector;
    uint32_t page;
    struct board_map map; /* partitions, in order of the devicetree */
};

/* X(CODE, number, "name", "what the change says") */
#define CHANGE_KINDS(X)                                                    \
    X(BYTES, 1, "bytes", "new contents of bytes of flash")                 \
    X(FILL, 2, "fill", "a range of flash has the same value in all bytes") \
    X(COPY, 3, "copy", "a block has the contents of another one")          \
    X(TAINT, 4, "taint",                                                   \
      "words of flash became unreliable, or reliable again")               \
    X(WEAR, 5, "wear", "the number of erases of the sector of a block")    \
    X(LOCKS, 6, "locks", "these blocks are locked until the next reset")   \
    X(FUSES, 7, "fuses", "new contents of the fuses")                      \
    X(STATE, 8, "state", "the state of supply, CPU and radio")             \
    X(LINK, 9, "link", "the link's properties")                            \
    X(OFFER, 10, "offer", "the server offers this descriptor, or nothing") \
    X(PACKET, 11, "packet", "the bytes of the event's datagram")

enum change_kind {
#define CHANGE_ENUM(code, number, name, text) CHANGE_##code = (number),
    CHANGE_KINDS(CHANGE_ENUM)
#undef CHANGE_ENUM
};

/* What made bytes of flash change; if several did between two events, the
 * last. */
enum change_cause {
    CHANGE_BY_START = 0, /* it was so when power came on */
    CHANGE_BY_PROGRAM,   /* ended, well or badly */
    CHANGE_BY_ERASE,
    CHANGE_BY_CUT,   /* torn */
    CHANGE_BY_DAMAGE /* a fault: a flipped bit, an overwritten range */
};

/* What befell a datagram; bits of a packet's value. */
enum changes_packet {
    CHANGES_PACKET_TWICE = 1,  /* sent: the network makes a copy */
    CHANGES_PACKET_COPY = 2,   /* arriving: it is the network's copy */
    CHANGES_PACKET_SPOILT = 4, /* an answer: a fault of the server changed it */
    CHANGES_PACKET_BITS = 7
};

enum changes_cpu {
    CHANGES_CPU_OFF = 0, /* no power, or in reset */
    CHANGES_CPU_RUNS,
    CHANGES_CPU_SLEEPS,
    CHANGES_CPU_DEAD /* the battery can no longer start it */
};

/* Everything has 32 bits: no padding. */
struct changes_state {
    uint32_t millivolts;
    uint32_t left_mj; /* UINT32_MAX: an external supply */
    uint32_t drained_mj;
    uint32_t capacity_mj; /* 0: an external supply */
    uint32_t cpu;         /* enum changes_cpu */
    uint32_t radio;       /* enum radio_state */
    uint32_t registered;  /* 1: the network knows the device */
};

/* One direction. */
struct changes_link {
    uint64_t rate;    /* bit/s; 0: no limit */
    uint64_t latency; /* ns */
    uint64_t jitter;  /* ns, on top */
    uint32_t loss;    /* ppm, as are the next four */
    uint32_t burst_begin;
    uint32_t burst_end;
    uint32_t burst_loss;
    uint32_t duplicate;
    uint32_t mtu; /* bytes */
};

/* One change. Members that its kind does not use are 0. */
struct change {
    enum change_kind kind;
    uint32_t device; /* from 1; 0: the world's, of an offer alone */
    enum change_cause cause;
    uint32_t event;   /* that told next; 0: before the first */
    uint64_t time_ns; /* the event's */
    uint32_t address; /* in flash */
    uint32_t length;  /* bytes of flash; of an offer or packet its own */
    uint8_t value;    /* FILL: the byte; TAINT: enum flash_taint; PACKET: bits
                         of enum changes_packet */
    uint32_t erases;  /* WEAR */
    struct {
        uint32_t device;
        uint32_t address;
    } from;               /* COPY: a block as it was at the start */
    const uint8_t *bytes; /* BYTES, LOCKS (a bit for each block), OFFER,
                             PACKET */
    struct {
        const uint8_t *words; /* FUSES: little endian; OTP_WORDS, then as many
                                 of weak bits */
        bool locked;
    } fuses;
    struct changes_state state;
    struct changes_link link[2]; /* up, down */
};

/* ---- writing -------------------------------------------------------------- */

/* All zeros: nothing is kept. */
struct changes {
    uint8_t *bytes;
    size_t length;
    size_t capacity;
    uint64_t count; /* of changes */
};

/* All but the last return 0, or OTALAB_ERR_SIMULATOR if memory or CHANGES_MAX
 * is used up. */
int changes_begin(struct changes *changes, const struct changes_shape *shape);
int changes_add(struct changes *changes, const struct change *change);
/* The whole file, malloc'ed, for a recording with that SHA-256. Nothing is
 * changed, so writing may continue. */
int changes_finish(const struct changes *changes, const uint8_t recording[32],
                   uint8_t **out, size_t *size);
int changes_copy(struct changes *to, const struct changes *from);
void changes_free(struct changes *changes);

/* ---- reading -------------------------------------------------------------- */

/* The position of a reader. A plain value: a copy continues from the same
 * place. The file's bytes must outlive it. */
struct changes_reader {
    struct changes_shape shape;
    const uint8_t *bytes;
    size_t first; /* offset of the first change */
    size_t end;   /* and of what follows the last */
    size_t at;
    uint8_t recording[32];
    uint64_t count; /* of changes, as the file says */
    uint64_t seen;  /* so far */
    uint32_t event; /* of the change before */
    uint64_t time_ns;
};

/* 0, or OTALAB_ERR_USAGE with a line in `diag` that says what is wrong. */
int changes_open(struct changes_reader *reader, const void *bytes, size_t size,
                 struct diag *diag);
/* Read the next change: 1, 0 at the end, or OTALAB_ERR_USAGE as above. */
int changes_next(struct changes_reader *reader, struct change *change,
                 struct diag *diag);

const char *change_kind_name(enum change_kind kind); /* "bytes" */
const char *change_cause_name(enum change_cause cause);

#endif
