/* SPDX-License-Identifier: MIT */
/*
 * What must hold for every boot and every case, judged from outside: by the
 * true flash and fuses, SRAM at the hand-over and the application's actions.
 * Nothing that the boot chain says about itself is believed, and its trace is
 * ignored. The first broken promise is kept, with its name from the table.
 */
#ifndef OTALAB_TESTS_NATIVE_BOOT_JUDGE_H
#define OTALAB_TESTS_NATIVE_BOOT_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "native/boot_case.h"
#include "native/boot_oracle.h"
#include "native/images.h"
#include "native/native_board.h"
#include "oracle/decode.h"

/* X(CODE, "name", "what holds") */
#define JUDGE_PROMISES(X)                                                      \
    X(KNOWN, "known", "it enters only a whole, known image")                   \
    X(ALLOWED, "allowed", "it is authentic, and the fuses allow it")           \
    X(PLACE, "place", "it runs from its kind's place, at its entry")           \
    X(CHOSEN, "chosen", "the journal and boot-info name that slot and image")  \
    X(NOTHING, "nothing",                                                      \
      "it halts only when no place holds an allowed image")                    \
    X(ENDS, "ends", "every boot ends in an image, or halts")                   \
    X(FUSE_FOREIGN, "fuse-foreign", "it burns nothing but the counter")        \
    X(FUSE_ORDER, "fuse-order", "it burns the lowest bit that is not burned")  \
    X(FUSE_ABOVE, "fuse-above",                                                \
      "it burns at most what the confirmed image of a slot carries")           \
    X(FUSE_ASKED, "fuse-asked", "it raises the counter only when asked to")    \
    X(FUSE_GAP, "fuse-gap", "a completed boot leaves no gap in the fuses")     \
    X(LOCKS, "locks", "what must be locked at hand-over is")                   \
    X(DEADLINE, "deadline", "a trial has its deadline, nothing else has one")  \
    X(FLASH_RULE, "flash-rule", "the flash's rules are kept")                  \
    X(FOREIGN_WRITE, "foreign-write", "it writes only to the journal")         \
    X(FOREIGN_READ, "foreign-read", "it reads nothing of the application's")   \
    X(WEAR, "wear", "a boot erases and writes only so often")                  \
    X(RESTLESS, "restless", "a boot with nothing to do writes nothing")        \
    X(STATE_LOST, "state-lost", "a state that was acted on stays")             \
    X(STATE_BACK, "state-back", "no older state comes back")                   \
    X(RUNS, "runs", "an unconfirmed image runs only so often")                 \
    X(INNOCENT, "innocent",                                                    \
      "a loss of power does not end the trial of an image that was alive")     \
    X(AGAIN, "again", "an image that failed is not tried again")               \
    X(STALE, "stale", "no release is tried that is lower than one before")     \
    X(PAUSES, "pauses", "without a way back it keeps trying, less often")      \
    X(UNASKED, "unasked", "an image is confirmed only after it asked")         \
    X(FALLBACK, "fallback", "what is confirmed and sound runs again")          \
    X(SETTLES, "settles", "left alone, it reaches a confirmed image")          \
    X(RETRIED, "retried", "recovery gets another trial of an allowed image")   \
    X(GOES_ON, "goes-on", "the next update is tried, confirmed and committed") \
    X(ORACLE, "oracle", "the simulator's oracle agrees")

enum judge_promise {
#define JUDGE_ENUM(code, name, text) JUDGE_##code,
    JUDGE_PROMISES(JUDGE_ENUM)
#undef JUDGE_ENUM
        JUDGE_PROMISE_COUNT
};

const char *judge_promise_name(enum judge_promise promise);
const char *judge_promise_text(enum judge_promise promise);

/* Limits of the promises; docs/security.md has the reasons. */
#define JUDGE_ERASES_MAX 8u    /* of journal sectors, in one boot */
#define JUDGE_PROGRAMS_MAX 40u /* of journal slots, in one boot */
#define JUDGE_STATES 64u

struct judge_finding {
    bool found;
    enum judge_promise promise;
    uint32_t session;
    char text[160];
};

/* What the judge knows of an image on trial. */
struct judge_trial {
    uint32_t runs;
    uint32_t forgiven; /* ended by a power loss after a sign of life */
    bool by_image;     /* one of its runs ended other than by a power loss */
    bool asked;        /* for confirmation */
    uint32_t failed;   /* 0, or its position among the failed images */
};

/* What an application does between the hand-over and the reset. */
struct judge_run {
    uint32_t image; /* NATIVE_NO_IMAGE: nothing runs */
    uint32_t slot;
    uint32_t session;
    bool on_trial;
    bool was_cut;   /* by the case's cut or flip */
    bool alive;     /* has given its sign of life */
    bool confirms;  /* asks to be confirmed */
    bool gives_up;  /* gives its trial back */
    bool asks_more; /* anything but a sign of life */
};

struct judge {
    const struct native_device *device;
    enum case_origin origin;
    bool worn; /* the journal can no longer be written to, or not for long */
    struct judge_finding finding;
    struct boot_oracle oracle;
    struct oracle_sink oracle_sink;

    uint32_t session;
    enum ctl_reset_cause cause;
    bool in_boot;    /* the bootloader runs, not the application */
    uint32_t level;  /* of the counter, when this boot began */
    uint32_t erases; /* of the journal, in this boot */
    uint32_t programs;
    uint32_t calm; /* completed boots of a confirmed image since the last
                      request, cut or flip */

    bool has_now;
    struct journal_record now; /* the current one */
    /* The current ones since one was acted on, starting with that one. */
    struct journal_record since[JUDGE_STATES];
    uint32_t since_count; /* 0: none was acted on yet */

    struct judge_run run;
    struct judge_run last; /* of a trial, until the next boot completes */
    struct judge_trial trial[NATIVE_IMAGE_COUNT];
    uint32_t failures;
    uint32_t confirmed[2]; /* image that is confirmed in slot a, b */
    bool careless;         /* a trial of torn words was requested */
    uint32_t committed;    /* counter whose commit confirmed images have
                              requested */
    uint32_t wanted;       /* image whose trial was requested last, with .. */
    uint32_t release;      /* .. this release */
    uint32_t highest;      /* release that was tried */
    uint32_t unpaused;     /* runs without a way back since the last pause */
    uint64_t pause_ns;     /* its length */
};

void judge_start(struct judge *judge, const struct boot_case *made,
                 const struct native_device *device);
/* The callbacks for the board. */
void judge_watch(struct judge *judge, struct native_watch *watch);
/* Before a boot; `cause` of the reset. */
void judge_reset(struct judge *judge, enum ctl_reset_cause cause);
/* The boot ended. */
void judge_booted(struct judge *judge, const struct native_outcome *outcome);
/* The application that runs is about to append a request. */
void judge_asks(struct judge *judge, uint8_t kind, uint8_t slot, uint32_t value,
                const uint8_t digest[32]);
/* It is about to write another image to that slot. */
void judge_writes(struct judge *judge, uint8_t slot);
/* Someone has flipped a bit in flash. */
void judge_flipped(struct judge *judge, uint32_t address);
void judge_find(struct judge *judge, enum judge_promise promise,
                const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Is there an authentic, allowed image in slot 0, 1, 2? */
bool judge_slot_allowed(const struct judge *judge, uint32_t slot);
uint32_t judge_slot_image(const struct judge *judge, uint32_t slot);

#endif
