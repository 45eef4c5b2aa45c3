/* SPDX-License-Identifier: MIT */
/*
 * How far an update has got, kept through every reset: a ring (ring.h) of
 * records, each with the complete state; the newest is current. It does not
 * decide what may run: a lost record costs a download, a forged one at worst
 * keeps one image away. Layout in progress.c and docs/flash-layout.md. A torn
 * record leaves the one before it current. With 32 records a sector and one
 * record per KiB, an update of 256 KiB takes nine erases, less than one for
 * each of ten sectors.
 */
#ifndef OTALAB_OTA_PROGRESS_H
#define OTALAB_OTA_PROGRESS_H

#include <stdint.h>

#include "ota/coap.h"
#include "ota/decode.h"
#include "ota/ring.h"
#include "ota/slot.h"

#define PROGRESS_RECORD 128u
#define PROGRESS_DELTAS 2u
#define PROGRESS_STARTS 15u

struct progress {
    uint32_t sequence; /* 0: nothing found */
    uint8_t state;     /* enum agent_state */
    uint8_t result;    /* enum agent_result */
    uint8_t why;       /* enum agent_why */
    uint8_t slot;      /* enum ota_slot being written */
    uint8_t tries;     /* external failures with this release */
    uint8_t reported;  /* 1: the server knows state and result */
    uint8_t excused;   /* 1: the trial failed without the image's fault */
    uint8_t final;     /* 1: this release must not be tried again */
    uint8_t sags;      /* brown-outs since the radio last worked */
    uint8_t starts;    /* times a download has begun since a piece was last
                          stored; at most PROGRESS_STARTS */
    uint8_t failures;  /* in a row, of any release */
    uint8_t delta;     /* 1: the download is a patch */
    uint8_t deltas;    /* patches that failed, of this release; at most
                          PROGRESS_DELTAS: no more of them */
    uint8_t szx;       /* of the largest blocks that the link carries; 0: not
                          known to be limited */
    uint32_t release;
    uint32_t version; /* packed */
    uint32_t size;
    uint32_t written;      /* bytes of the image in flash, whole KiB, or all */
    uint32_t fetched;      /* bytes of the download they were decoded from */
    uint32_t not_before_s; /* RTC: no attempt before this */
    struct coap_etag etag; /* of the image being fetched */
    uint8_t image_digest[OTA_DIGEST_SIZE]; /* the release's */
    uint8_t file_digest[OTA_DIGEST_SIZE];
    uint32_t decoding; /* where its decoder's state is kept; 0: it has none */
};

struct progress_log {
    struct ring ring;
    struct progress now; /* the current one; sequence 0: none */
};

/* Forget what is stored of the image. */
void progress_restart(struct progress *record);

/* Like ring_open(); if nothing is valid, now.sequence is 0. */
int progress_open(struct progress_log *log, const struct ota_flash *flash,
                  struct ota_area area);
/* Append `next` (its sequence is set here) and read it back; a slot that fails
 * is skipped. OTA_ERR_IO: the old state stays current. OTA_ERR_RANGE: a value
 * that no valid record has (see progress.c). Writes nothing if it equals the
 * current state. */
int progress_append(struct progress_log *log, const struct progress *next);

#endif
