/* SPDX-License-Identifier: MIT */
/*
 * A scenario as read from its file: plain data, fully validated, every item
 * with its place in the file. Only scenario_read() and its variants make one;
 * the caller frees it with scenario_free(). Grammar: one table per mapping in
 * schema.c, from which validator, JSON Schema and reference page are generated.
 */
#ifndef OTALAB_SCENARIO_SCENARIO_H
#define OTALAB_SCENARIO_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "device/board.h"
#include "device/flash.h"
#include "oracle/target.h"
#include "record/event.h"
#include "outside/battery.h"
#include "outside/link.h"
#include "outside/server.h"

#define SCENARIO_NAME 64u
#define SCENARIO_ADDRESS 64u
#define SCENARIO_IMAGES 16u
#define SCENARIO_PLACES 16u
#define SCENARIO_STEPS 64u
#define SCENARIO_ACTIONS 8u
#define SCENARIO_EXPECTS 64u
#define SCENARIO_TELLS 32u
#define SCENARIO_EDITS 4u
#define SCENARIO_DEVICES 4u
#define SCENARIO_DELTAS 8u
#define SCENARIO_PROPERTIES 24u
#define SCENARIO_PARTITIONS 12u /* that a scenario can name */
#define SCENARIO_WAY 24u
#define SCENARIO_RANGE_OPEN UINT64_MAX

struct place {
    uint32_t line;
    uint32_t column;
};

/* low..high, both included; "2.." has high = SCENARIO_RANGE_OPEN. */
struct range {
    bool set;
    uint64_t low;
    uint64_t high;
};

/* {event: flash.erase, partition: slot-b, nth: 3} */
struct pattern {
    uint32_t code;   /* enum event_code */
    uint32_t device; /* counted from 1; 0 = any */
    uint32_t nth;    /* counted from 1; 0 = every one, for NEVER and COUNT */
    unsigned fields;
    struct {
        unsigned field;           /* of the event */
        char text[SCENARIO_NAME]; /* for event_matches(): durations in ns */
    } want[EVENT_FIELDS];
    struct place place;
};

/* A change of an image after signing; see image/edits.h. */
struct image_edit {
    char kind[16]; /* a name of image/edits.h */
    uint32_t value;
    struct place place;
};

struct scenario_image {
    char name[SCENARIO_NAME];
    char build[SCENARIO_NAME]; /* program: app, recovery, a variant */
    char version[32];          /* "1.2.0", "1.2.0+4" */
    bool has_counter;
    uint32_t counter;
    uint32_t size;           /* bytes of the whole image; 0 = as built */
    char key[SCENARIO_NAME]; /* "root" (default), "root1", "root2", "wrong",
                                or a PEM file's path from the scenario's */
    bool authentic; /* declared: may run. Default: key root and no edits */
    unsigned edits;
    struct image_edit edit[SCENARIO_EDITS];
    struct place place;
    struct place build_place; /* of the values; else the image's */
    struct place size_place;
};

struct placement {
    char partition[EVENT_LABEL];
    char image[SCENARIO_NAME];
    struct place place;
};

/* How devices speak to their server. */
enum scenario_security {
    SECURITY_PLAIN, /* datagrams in the clear */
    SECURITY_PSK,   /* DTLS with a key that both know */
    SECURITY_X509   /* DTLS with certificates on both sides */
};

enum action_kind {
    ACTION_CONSOLE,     /* type a line: text */
    ACTION_POWER_CUT,   /* done, form, off_ns, sram, cause */
    ACTION_RESET,       /* warm reset from outside: done, cause */
    ACTION_FLIP,        /* partition, target, offset, bit */
    ACTION_DAMAGE,      /* partition, offset, length, fill */
    ACTION_ROT,         /* flips everywhere: partition, rate */
    ACTION_HOSTILE,     /* an attacker's bytes: partition, seed */
    ACTION_FLASH_FAIL,  /* the next operation: flash_fault */
    ACTION_NOTE,        /* text */
    ACTION_STOP,        /* end the run here */
    ACTION_PUBLISH,     /* offer an image: publish */
    ACTION_WITHDRAW,    /* offer nothing */
    ACTION_MISBEHAVE,   /* the server: fault_kind, fault */
    ACTION_BEHAVE,      /* end one kind of fault, or (-1) all */
    ACTION_NETWORK,     /* new properties for the link: network */
    ACTION_LINK,        /* text "up" or "down" */
    ACTION_OUTAGE,      /* the link is down for off_ns from now */
    ACTION_CHARGE,      /* the battery is set to a charge of done/1000 */
    ACTION_ACCELERATOR, /* its next results are bad: unit_fault, times */
    ACTION_PAUSES,      /* boots are canonical from now on */
    ACTION_SHOWS,       /* the server, in handshakes: face */
    ACTION_RESTART,     /* the server forgets all protected channels */
    ACTION_REBIND,      /* the device gets another address */
    ACTION_CLOCK_BACK,  /* the server's clock, by off_ns */
    ACTION_RNG          /* the board's generator: face 1 stuck, 0 good */
};

/* {kind: nb-iot, rate: 60kbit/s, latency: 40ms, loss: 2%}: the values of a kind
 * ("ideal" if none is named), overridden by those given. */
struct scenario_network {
    bool given;    /* otherwise no modem is fitted */
    uint32_t kind; /* for link_kind_at() */
    /* Address and port of a real server; "": the modelled one */
    char live[SCENARIO_ADDRESS];
    struct link_figures way[LINK_DIRECTIONS];
};

/* {quantum: 1000B, price: 50} */
struct scenario_billing {
    uint32_t quantum; /* bytes; 0: the usual one */
    uint32_t price;   /* of one, in millionths of the currency */
};

/* {capacity: 500J, charge: 40%, resistance: 2000mohm} */
struct scenario_battery {
    bool given; /* otherwise an external supply */
    struct battery_figures figures;
    uint32_t charge; /* ppm */
};

/* A number in the devicetree: {/agent/poll-ms: 5000} */
struct scenario_property {
    char path[96]; /* node path and property, both of which must exist */
    uint32_t value;
    struct place place;
};

/* What the descriptor says; values not given come from the image. */
struct scenario_publish {
    char image[SCENARIO_NAME];
    char version[32]; /* "" = the image's */
    bool has_counter;
    uint32_t counter;
    bool has_size;
    uint32_t size;
    uint32_t release;        /* 0 = one more than the last */
    char key[SCENARIO_NAME]; /* "" = root; as for images */
    bool bad_digest;         /* the digest is that of other bytes */
    bool known_good;         /* only for devices without an application */
    char vendor[SCENARIO_NAME * 2]; /* domain of the maker; "" = the board's */
    char model[SCENARIO_NAME];      /* "" = the board's */
    char uri[SCENARIO_NAME * 4];    /* of the image; "" = "image" */
    char text[SCENARIO_NAME * 4];   /* "" = none */
    uint32_t battery_mwh;           /* that must be left; 0 = no matter */
    bool sever;                     /* the install sequence comes beside it */
    uint32_t flaw;                  /* enum manifest_flaw */
};

struct action {
    enum action_kind kind;
    struct place place;
    char text[SCENARIO_NAME * 2];
    uint32_t done;        /* 1/1000 of the operation at which it happens */
    bool done_given;      /* then there must be one in flight */
    enum reading reading; /* of torn words, after a cut */
    uint32_t reach; /* 1/1000: how far the torn form has got; 0: as `done` */
    uint32_t draw;  /* of the torn form's random bits; 0: the seed's */
    enum flash_form form;
    enum otp_form fuse_form;
    uint64_t off_ns;
    enum board_sram sram;
    enum ctl_reset_cause cause;
    char partition[EVENT_LABEL];
    uint32_t offset;
    uint32_t length;
    enum fault_target target; /* `offset` is within it */
    uint32_t rate;            /* bit flips per MiB */
    enum flash_fault flash_fault;
    uint64_t seed; /* UINT64_MAX: the run's */
    uint32_t bit;
    uint32_t fill; /* 0x00..0xFF, or 0x100 = random */
    struct scenario_publish publish;
    struct scenario_network network;
    int fault_kind; /* enum server_fault_kind; -1: all, of BEHAVE */
    enum accelerator_fault unit_fault;
    uint32_t face;             /* enum dtls_face; of RNG: stuck or not */
    uint32_t after;            /* good results that come first */
    uint32_t times;            /* of unit_fault */
    struct server_fault fault; /* `value` of OTHER_IMAGE: into image[] */
};

struct step {
    bool timed;      /* at: 5s, else on: {...} */
    bool optional;   /* the run passes even if it never happens */
    uint32_t times;  /* it happens so often; 0: once .. */
    uint32_t every;  /* .. at each so many further matches; 0: 1 */
    uint32_t device; /* acts on it, from 1; 0 = the event's, at a time all */
    uint64_t at_ns;
    struct pattern on;
    unsigned actions;
    struct action action[SCENARIO_ACTIONS];
    struct place place;
};

enum expect_kind {
    EXPECT_ALWAYS_AUTHENTIC, /* always: {executed: authentic} */
    EXPECT_NEVER,            /* never: {event: ..} */
    EXPECT_COUNT,            /* count: {event: .., times: range} */
    EXPECT_EVENTUALLY,       /* eventually: {event | state .., within:} */
    EXPECT_AT_END            /* at_end: {..}: one expect per key */
};

enum end_key {
    END_SLOT_A, /* image name, "empty", "damaged" */
    END_SLOT_B,
    END_RECOVERY,
    END_RUNNING,   /* image name, or "nothing" */
    END_CONFIRMED, /* bool */
    END_ATTEMPTS,  /* range */
    END_RESETS,
    END_BOOTS,
    END_ROLLBACKS,
    END_COUNTER, /* in the fuses */
    END_HALTED,  /* bool */
    END_REASON,  /* reason name in the journal */
    END_PROGRAMS,
    END_ERASES,
    END_WORST_SECTOR, /* erases of the sector erased most often */
    END_CUTS,         /* power cuts and resets delivered from outside */
    END_ENERGY,       /* uJ used by all loads */
    END_BYTES_DOWN,   /* payload bytes of datagrams the server's side sent */
    END_BYTES_UP,     /* and the device's */
    END_SESSIONS,     /* from the modem's waking to its sleep */
    END_BILLED,       /* bytes, rounded up in every session */
    END_STATE,        /* state name in the newest status report */
    END_RESULT        /* result name in the same report */
};

struct expect {
    enum expect_kind kind;
    struct place place;
    struct pattern pattern; /* NEVER, COUNT, EVENTUALLY with event */
    bool has_event;
    struct range times;
    uint32_t device; /* counted from 1; 0 = each of them (COUNT: together) */
    /* state expected by EVENTUALLY: each empty/-1 = not asked */
    char running[SCENARIO_NAME];
    int confirmed; /* -1, 0, 1 */
    int halted;    /* -1, 0, 1 */
    int swept;     /* -1: sweeps judge states and what must never happen */
    uint64_t within_ns;
    struct place within_place;
    /* AT_END */
    enum end_key key;
    char text[SCENARIO_NAME]; /* SLOT_A .. RUNNING, REASON */
    struct range range;       /* the others; bools are 0..0 or 1..1 */
};

/* What the dashboard explains from an event on, in the author's words. */
struct tell {
    struct pattern on;
    char text[480];
    struct place place;
};

struct scenario {
    char *path; /* as given */
    char name[SCENARIO_NAME];
    char title[160];
    uint8_t digest[32]; /* SHA-256 of the file */
    uint64_t seed;
    uint64_t limit_ns;
    uint32_t limit_resets;

    /* machine: the defaults are our own builds */
    char rom[SCENARIO_NAME];
    char bootloader[SCENARIO_NAME];

    uint32_t devices;  /* all alike, 1..SCENARIO_DEVICES; 1 if not given */
    uint64_t clock_ms; /* time of day on the real-time clock at power-on */
    struct scenario_network network;
    struct scenario_billing billing;
    struct scenario_battery battery;
    uint32_t accelerator; /* 1: an accelerator is fitted and used */
    uint32_t mechanism;   /* enum board_mechanism */
    uint32_t part;        /* enum board_flash */
    uint32_t security;    /* enum scenario_security */
    uint32_t deltas; /* the server has patches from that many images before */
    unsigned properties;
    struct scenario_property property[SCENARIO_PROPERTIES];

    unsigned images;
    struct scenario_image image[SCENARIO_IMAGES];
    unsigned places;
    /* boot-a and boot-b always have one ("bootloader" if not given); the
     * image may be "empty" */
    struct placement flash[SCENARIO_PLACES];
    uint32_t wear[SCENARIO_PARTITIONS]; /* erases before power-on, by number of
                                           schema_partitions */
    bool journal; /* provision an initial journal (default) */
    uint32_t fuse_counter;
    uint32_t fuse_boot_counter;
    uint32_t fuse_epoch;

    unsigned steps;
    struct step step[SCENARIO_STEPS];
    unsigned expects;
    struct expect expect[SCENARIO_EXPECTS];
    unsigned tells;
    struct tell tell[SCENARIO_TELLS];
    char way[SCENARIO_WAY]; /* set by scenario_as(); "": as it is written */
    uint32_t allow;         /* one bit per enum oracle_allow below */
};

/* Violations that a scenario expects a bad image to attempt. */
enum oracle_allow {
    ALLOW_FLASH_LOCKED = 1u << 0,
    ALLOW_FLASH_RAW = 1u << 1,
    ALLOW_FLASH_RULES = 1u << 2,
    ALLOW_BRICK = 1u << 3, /* no authentic image is left that could run */
    ALLOW_OTP_LOCKED = 1u << 4,
    ALLOW_TIME = 1u << 5
};

/* Read and validate one file. 0, or a negative enum otalab_err; then *out is
 * NULL and the diag says "file:line:column: what is wrong; remedy". */
int scenario_read(const char *path, struct scenario **out, struct diag *diag);
/* The same from memory; `path` is used only in messages. */
int scenario_parse(const char *text, size_t length, const char *path,
                   struct scenario **out, struct diag *diag);
void scenario_free(struct scenario *scenario); /* NULL is allowed */

/*
 * Read one fault from the command line or a token, in one line of text, and
 * append it as a step:
 *   power_cut@flash.erase,partition=slot-b,nth=3,done=40%,off_for=500ms
 *   power_cut@12.5ms
 *   outage@agent.download,for=20s
 *   link=down@12s,device=2
 *   publish=update@app.ready
 * The part before '@' is an action. Of the keys, nth, device and the event's
 * fields select events; all others belong to the action, as do keys written
 * "do.partition=". An action whose value is a text, a word or a time takes it
 * after '=', or as text=, or, for a time, as for=. A value in double quotes may
 * hold ',' and '@' (scenario/fault_text.h). Errors say "fault:1:COLUMN: ...".
 */
int scenario_add_fault(struct scenario *scenario, const char *text,
                       struct diag *diag);

#endif
