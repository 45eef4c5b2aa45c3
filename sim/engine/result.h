/* SPDX-License-Identifier: MIT */
/*
 * The input of a run and its result. The caller owns both; run_result_free()
 * frees what the result holds.
 */
#ifndef OTALAB_ENGINE_RESULT_H
#define OTALAB_ENGINE_RESULT_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "engine/token.h"
#include "engine/track.h"
#include "engine/world.h"
#include "outside/account.h"
#include "record/arrivals.h"
#include "record/recording.h"

/* What a device holds that was taken off a desk: the bytes of its flash and,
 * unless NULL, the words of its fuses. Taken as reliable; owned by the
 * caller. */
struct run_dump {
    const char *path; /* for messages */
    const uint8_t *flash;
    size_t size; /* must be that of the board's flash */
    const uint32_t *fuses;
};

struct run_options {
    const char *firmware; /* folder of rom.elf, boot.bin, app.bin, the blob */
    const char *firmware_else; /* where to look for missing files */
    const char *plugin;        /* the shim's shared object */
    const char *qemu;          /* NULL: the one on PATH */
    FILE *story;               /* NULL: silent */
    bool apart;                /* print an empty line before the story */
    bool verbose;
    bool color;
    bool hard_cuts;  /* every power cut ends the process */
    bool forks;      /* run_save() is possible anywhere */
    bool track;      /* what memory holds is recorded, too */
    bool unrecorded; /* no recording is kept */
    unsigned faults; /* added to the scenario; for the token */
    const char *const *fault;
    /* The run begins with it instead of what the scenario provisions, ends when
     * the device settles, and passes only if an image then works; NULL: none */
    const struct run_dump *dump;
    /* What a real network brought when this was recorded; NULL: ask it. */
    const struct arrivals *arrivals;
    bool live_anywhere; /* it may be on another host */
    int gdb_port;
    unsigned probe; /* device that probe.h can stop, from 1; 0: none */
    /* Called now and then with the virtual time, in ns; decides nothing. Or
     * NULL. */
    void (*progress)(void *context, uint64_t now_ns);
    void *progress_context;
    /* not 0: stop after the current turn; NULL: never interrupted */
    const volatile sig_atomic_t *interrupted;
};

/* What a device ran in the end. */
struct run_last {
    bool works;       /* an authentic image does its work */
    bool halted;      /* the device has given up */
    bool confirmed;   /* as its journal says */
    uint32_t slot;    /* enum journal_slot; valid if it works */
    uint32_t version; /* major << 24, minor << 16, revision */
};

/* What is left of a device. */
struct run_device {
    struct run_last last;
    struct flash *flash; /* the true contents, malloc'ed */
    struct otp otp;
    struct link_counts link[LINK_DIRECTIONS];
    struct account account; /* of its energy */
    struct bill bill;
    uint64_t received; /* bytes, for downloads that were verified .. */
    uint64_t needed;   /* .. and what these needed */
};

struct run_result {
    enum run_verdict verdict;
    struct world_counts counts;
    uint32_t rollbacks; /* of all devices */
    uint64_t time_ns;
    uint64_t events;
    unsigned failures;
    struct run_failure failure[RUN_FAILURES];
    unsigned more_failures; /* beyond those kept */
    /* The last event when an `eventually` of a state was met; 0: it was not */
    uint64_t met_at[SCENARIO_EXPECTS];
    struct token token;
    uint8_t world[32]; /* hash of the world at the end */
    char *stderr_text; /* QEMU's, malloc'ed */
    struct recording recording;
    struct track track;       /* the recording's other half */
    struct arrivals arrivals; /* what a real network has brought */
    uint64_t live_sent;       /* to it: datagrams */
    uint64_t live_refused;    /* where nobody listened */
    unsigned devices;
    struct run_device device[SCENARIO_DEVICES];
};

/* All but what grew during the run: the recording, its other half, and what
 * was met. */
void run_result_forget(struct run_result *result);
void run_result_free(struct run_result *result);
const char *run_verdict_name(enum run_verdict verdict);

#endif
