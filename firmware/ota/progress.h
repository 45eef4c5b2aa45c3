/* SPDX-License-Identifier: MIT */
/*
 * How far an update is, kept over every reset: a ring (ring.h) of records, each
 * the complete state, the newest in force. It decides nothing about what may
 * run: a lost record costs a download, a forged one at worst keeps one image
 * away. Layout in progress.c and docs/flash-layout.md. A torn record leaves the
 * one before it in force. With 32 records a sector and one for each KiB an
 * update of 256 KiB takes nine erases, less than one of each of ten sectors.
 */
#ifndef OTALAB_OTA_PROGRESS_H
#define OTALAB_OTA_PROGRESS_H

#include <stdint.h>

#include "ota/coap.h"
#include "ota/decode.h"
#include "ota/ring.h"
#include "ota/slot.h"

#define PROGRESS_RECORD 128u

struct progress {
    uint32_t sequence; /* 0: nothing found */
    uint8_t state;     /* enum agent_state */
    uint8_t result;    /* enum agent_result */
    uint8_t why;       /* enum agent_why */
    uint8_t slot;      /* enum ota_slot that is written */
    uint8_t tries;     /* failures of the surroundings for this release */
    uint8_t reported;  /* 1: the server knows state and result */
    uint8_t excused;   /* 1: the trial went wrong without the image's fault */
    uint8_t final;     /* 1: this release is not to be tried again */
    uint8_t sags;      /* brown-outs since the radio last did its work */
    uint8_t failures;  /* in a row, of whatever release */
    uint32_t release;
    uint32_t version; /* packed */
    uint32_t size;
    uint32_t written;      /* bytes of the image in flash, whole KiB, or all */
    uint32_t fetched;      /* bytes of the download that have become them */
    uint32_t not_before_s; /* RTC: no attempt before */
    struct coap_etag etag; /* of the image being fetched */
    uint8_t image_digest[OTA_DIGEST_SIZE]; /* the release's */
    uint8_t file_digest[OTA_DIGEST_SIZE];
    uint8_t decoding[DECODE_DUMP]; /* the decoder's state there */
};

struct progress_log {
    struct ring ring;
    struct progress now; /* in force; sequence 0: there is none */
};

/* Nothing of the image is there. */
void progress_restart(struct progress *record);

/* As ring_open(); with nothing valid now.sequence is 0. */
int progress_open(struct progress_log *log, const struct ota_flash *flash,
                  struct ota_area area);
/* Append `next` (its sequence is set here), read back; a slot that fails is
 * skipped. OTA_ERR_IO: the old state stays in force. OTA_ERR_RANGE: a value
 * that no valid record has (see progress.c). Nothing is written when it
 * equals the state in force. */
int progress_append(struct progress_log *log, const struct progress *next);

#endif
