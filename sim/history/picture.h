/* SPDX-License-Identifier: MIT */
/*
 * The state of everything right after one event of a recorded run: each
 * device's flash, fuses, power, program and update, the link and the server. A
 * picture is a value filled by history_at(); nothing in it needs the simulator.
 * Flash is kept in sectors that pictures share until one of them changes, so a
 * picture costs little; it is read through the functions below.
 *
 *     struct picture picture = {0};
 *     err = history_at(history, 120, &picture);
 *     picture_flash(&picture.device[0], 0, bytes, size);
 *     picture_free(&picture);
 *
 * All zeros is an empty picture. Pictures belong to one history and one thread,
 * and must be freed before the history. Copy them with picture_copy(), not by
 * assignment.
 */
#ifndef OTALAB_HISTORY_PICTURE_H
#define OTALAB_HISTORY_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record/changes.h"
#include "record/event.h"

#define PICTURE_LINES 16u /* console lines that are kept */
#define PICTURE_FAULTS 8u /* of the server */

/* Cells of one sector, with a reference count. */
struct picture_sector;

struct picture_flash {
    uint32_t size;                                 /* bytes */
    uint32_t sector_size;                          /* bytes */
    struct picture_sector *sector[CHANGES_BLOCKS]; /* NULL: erased, clean */
    uint32_t erases[CHANGES_BLOCKS];
    uint8_t locked[CHANGES_BLOCKS]; /* 1: until the next reset */
};

struct picture_fuses {
    uint32_t words[CHANGES_FUSE_WORDS];
    uint32_t weak[CHANGES_FUSE_WORDS]; /* burned, but will read 0 again */
    bool locked;
};

/* The flash operation or burn in flight. */
struct picture_work {
    enum { PICTURE_IDLE, PICTURE_PROGRAM, PICTURE_ERASE, PICTURE_BURN } what;
    uint32_t address; /* in flash; of a burn the bit */
    uint32_t length;  /* bytes; of a burn 1 */
    uint64_t begun_ns;
};

enum picture_program {
    PICTURE_NOTHING = 0, /* no power, or in reset */
    PICTURE_ROM,
    PICTURE_BOOTLOADER,
    PICTURE_APPLICATION, /* or whatever was handed over to */
    PICTURE_RECOVERY,
    PICTURE_HALTED /* nothing can boot: low power */
};

/* What the boot chain is doing. Values are as in the events that reported
 * them. */
struct picture_boot {
    enum picture_program program;
    uint32_t boots;    /* so far */
    uint32_t cause;    /* enum ctl_reset_cause of the last; 0: there was none */
    uint64_t since_ns; /* of it */
    uint32_t copy;     /* of the bootloader: 0 or 1 */
    uint64_t boot_version;
    bool known; /* a bootloader has told the rest: */
    uint32_t sequence;
    uint32_t slot;     /* enum ota_slot: in force, then entered */
    uint32_t state;    /* enum ota_state */
    uint32_t attempts; /* left */
    uint32_t counter;
    uint64_t version;     /* major << 24 | minor << 16 | revision, of what was
                             entered; 0: not yet */
    uint64_t deadline_ns; /* of a trial; 0: none */
    uint32_t reason;      /* enum ota_reason of the last refusal or rollback */
    uint32_t rollbacks;
};

/* What the update agent has reported. */
struct picture_agent {
    uint32_t state;  /* enum agent_state */
    uint32_t result; /* enum agent_result */
    uint32_t why;    /* enum agent_why: of state, refusal, wait or failure */
    uint64_t polls;
    uint64_t poll_ns;  /* time of the last; 0: none */
    uint64_t wait_ns;  /* puts off until then; 0: does not */
    uint64_t offered;  /* version found at the server; 0: none */
    bool downloading;  /* the rest is of a download, this one or the last */
    char slot[16];     /* "slot-b" */
    uint32_t start;    /* flash address of the slot */
    uint64_t size;     /* bytes; 0: there was none */
    uint64_t written;  /* bytes that are in flash */
    uint64_t begun_ns; /* when it began, or went on */
    uint32_t tries;    /* failures of it */
};

struct picture_line {
    uint64_t sequence; /* the event's */
    uint64_t time_ns;
    bool typed; /* to the device */
    char text[EVENT_TEXT];
};

struct picture_console {
    uint64_t lines; /* so far; number n is in line[n % PICTURE_LINES] */
    struct picture_line line[PICTURE_LINES];
};

/* Datagrams, as the device sees its link. */
struct picture_traffic {
    uint64_t sent;
    uint64_t sent_bytes;
    uint64_t lost; /* of those */
    uint64_t received;
    uint64_t received_bytes;
    uint64_t dropped; /* arrived, but found no room */
    uint64_t answers_lost;
};

struct picture_device {
    struct picture_flash flash;
    struct picture_fuses fuses;
    struct changes_state state;  /* supply, CPU, radio */
    struct changes_link link[2]; /* up, down */
    bool cut_off;                /* it has lost its network */
    struct picture_work work;
    struct picture_boot boot;
    struct picture_agent agent;
    struct picture_console console;
    struct picture_traffic traffic;
    uint64_t cuts;        /* of power */
    uint64_t power_ns;    /* when power comes back; 0: it is on */
    uint64_t violations;  /* of the oracle's rules by this device */
    uint64_t flash_rules; /* of the flash part, broken */
};

struct picture_server {
    bool offers;
    uint32_t release;
    char image[EVENT_TEXT];
    uint32_t descriptor_size;
    uint8_t descriptor[CHANGES_DESCRIPTOR];
    unsigned faults; /* how it misbehaves */
    char fault[PICTURE_FAULTS][48];
    uint64_t requests;
    uint64_t reports;
    bool reported; /* there was a report; the last said: */
    uint32_t state;
    uint32_t result;
    uint32_t why;
    uint64_t version;
};

struct picture {
    const struct changes_shape *shape; /* its history's; NULL: empty */
    uint64_t sequence;                 /* of the event; 0: before the first */
    uint64_t time_ns;
    unsigned devices;
    struct picture_device device[CHANGES_DEVICES];
    struct picture_server server;
    char verdict[48];             /* "" while it runs */
    struct changes_reader reader; /* at what comes next: history_at()'s own */
};

/* Copying needs no memory: sectors are shared. `to` is empty, or was filled
 * before. */
void picture_copy(struct picture *to, const struct picture *from);
void picture_free(struct picture *picture);

/* Read `length` bytes of the array from `address` on; bytes past its end read
 * 0xFF. */
void picture_flash(const struct picture_device *device, uint32_t address,
                   void *out, size_t length);
/* Worst taint in a range: enum flash_taint. */
uint8_t picture_taint(const struct picture_device *device, uint32_t address,
                      uint32_t length);
/* Whether these bytes are all 0xFF. */
bool picture_blank(const struct picture_device *device, uint32_t address,
                   uint32_t length);

/* ---- making one ---------------------------------------------------------- */

/* Memory according to the geometry: erased, nothing burned. */
void picture_begin(struct picture *picture, const struct changes_shape *shape);
/* Apply one change, one event. 0, or -1 if out of memory. The change was
 * checked by changes_next(). */
int picture_change(struct picture *picture, const struct change *change);
void picture_event(struct picture *picture, const struct event *event);

#endif
