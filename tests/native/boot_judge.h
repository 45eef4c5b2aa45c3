/* SPDX-License-Identifier: MIT */
/*
 * What every boot and every case has to keep, judged from outside: from the
 * true flash and fuses, SRAM at the hand-over and what the application has
 * done. Nothing that the boot chain says of itself is believed, its trace not
 * looked at. The first promise that is broken is kept, with its name from the
 * table.
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
    X(KNOWN, "known", "what is entered is a whole, known image")               \
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
    X(FUSE_GAP, "fuse-gap", "a completed boot leaves no gap")                  \
    X(LOCKS, "locks", "what must be locked at hand-over is")                   \
    X(DEADLINE, "deadline", "a trial has its deadline, nothing else has one")  \
    X(FLASH_RULE, "flash-rule", "the flash's rules are kept")                  \
    X(FOREIGN_WRITE, "foreign-write", "it writes to the journal alone")        \
    X(FOREIGN_READ, "foreign-read", "it reads nothing of the application's")   \
    X(WEAR, "wear", "a boot erases and writes no more than so much")           \
    X(RESTLESS, "restless", "a boot with nothing to do writes nothing")        \
    X(STATE_LOST, "state-lost", "a state that was acted upon stays")           \
    X(STATE_BACK, "state-back", "no older state comes back")                   \
    X(RUNS, "runs", "an unconfirmed image runs so often at most")              \
    X(INNOCENT, "innocent",                                                    \
      "a loss of power does not end the trial of an image that was alive")     \
    X(AGAIN, "again", "an image that failed is not tried again")               \
    X(STALE, "stale", "no release is tried that is lower than one before")     \
    X(PAUSES, "pauses", "without a way back it tries on, with longer pauses")  \
    X(UNASKED, "unasked", "an image is confirmed only after it asked")         \
    X(FALLBACK, "fallback", "what is confirmed and sound runs again")          \
    X(SETTLES, "settles", "left alone, it comes to a confirmed image")         \
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

/* Bounds of the promises; docs/security.md has the reasons. */
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
    uint32_t forgiven; /* ended by a power loss, after a sign of life */
    bool by_image;     /* one of its runs ended otherwise than by power loss */
    bool asked;        /* to be confirmed */
    uint32_t failed;   /* 0, or the how-many-eth to fail */
};

/* What an application does between the hand-over and the reset. */
struct judge_run {
    uint32_t image; /* NATIVE_NO_IMAGE: nothing runs */
    uint32_t slot;
    uint32_t session;
    bool on_trial;
    bool was_cut;   /* by the case's cut, or flipped */
    bool alive;     /* has given its sign of life */
    bool confirms;  /* asks to be confirmed */
    bool gives_up;  /* gives its trial back */
    bool asks_more; /* anything but a sign of life */
};

struct judge {
    const struct native_device *device;
    enum case_origin origin;
    bool worn; /* the journal can be written to no longer, or not for long */
    struct judge_finding finding;
    struct boot_oracle oracle;
    struct oracle_sink oracle_sink;

    uint32_t session;
    enum ctl_reset_cause cause;
    bool in_boot;    /* the bootloader runs, not the application */
    uint32_t level;  /* of the counter, when this boot began */
    uint32_t erases; /* of the journal, in this boot */
    uint32_t programs;
    uint32_t calm; /* completed boots of a confirmed image since something was
                      asked for, cut or flipped */

    bool has_now;
    struct journal_record now; /* in force */
    /* Those that were in force since one was acted upon; that one first. */
    struct journal_record since[JUDGE_STATES];
    uint32_t since_count; /* 0: none was acted upon yet */

    struct judge_run run;
    struct judge_run last; /* of a trial, until the next boot is complete */
    struct judge_trial trial[NATIVE_IMAGE_COUNT];
    uint32_t failures;
    uint32_t confirmed[2]; /* image that is confirmed in slot a, b */
    bool careless;         /* a trial was asked for of torn words */
    uint32_t committed;    /* counter that confirmed images have asked for */
    uint32_t wanted;       /* image whose trial was asked for last, of */
    uint32_t release;      /* that release */
    uint32_t highest;      /* release that was tried */
    uint32_t unpaused;     /* runs without a way back since the last pause */
    uint64_t pause_ns;     /* its length */
};

void judge_start(struct judge *judge, const struct boot_case *made,
                 const struct native_device *device);
/* What the board has to call. */
void judge_watch(struct judge *judge, struct native_watch *watch);
/* Before a boot; `cause` of the reset. */
void judge_reset(struct judge *judge, enum ctl_reset_cause cause);
/* The boot came to its end. */
void judge_booted(struct judge *judge, const struct native_outcome *outcome);
/* The application that runs is about to append a request. */
void judge_asks(struct judge *judge, uint8_t kind, uint8_t slot, uint32_t value,
                const uint8_t digest[32]);
/* It is about to write another image to that slot. */
void judge_writes(struct judge *judge, uint8_t slot);
/* Somebody has flipped a bit in flash. */
void judge_flipped(struct judge *judge, uint32_t address);
void judge_find(struct judge *judge, enum judge_promise promise,
                const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Is there an authentic, allowed image in slot 0, 1, 2? */
bool judge_slot_allowed(const struct judge *judge, uint32_t slot);
uint32_t judge_slot_image(const struct judge *judge, uint32_t slot);

#endif
