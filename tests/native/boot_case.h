/* SPDX-License-Identifier: MIT */
/*
 * One case of the native campaign as plain choices: what flash and fuses hold
 * at first, and what happens then, boot by boot. Every choice is a small
 * number, an index into a table of boot_contents.c or boot_play.c, and takes a
 * byte or two of the case's input. So any input is a case, and changing one
 * byte changes one choice. A case is a value.
 */
#ifndef OTALAB_TESTS_NATIVE_BOOT_CASE_H
#define OTALAB_TESTS_NATIVE_BOOT_CASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CASE_RECORDS 6u
#define CASE_REQUESTS 4u
#define CASE_SESSIONS 20u
#define CASE_SECTORS 4u
#define CASE_SLOTS 3u
#define CASE_INPUT_MAX 1024u

/* What the device was before. Honest contents come only from factory and field;
 * the others may be the work of someone with a flash programmer. */
enum case_origin {
    CASE_HONEST,  /* provisioned, a record in the journal */
    CASE_NEW,     /* provisioned, without a record */
    CASE_FLIPPED, /* as HONEST, then one bit flipped */
    CASE_FORGED,  /* anything */
    CASE_ORIGINS
};

struct case_slot {
    uint8_t image;  /* 0 empty, 1.. native_image(), then noise */
    uint8_t damage; /* enum case_damage */
    uint16_t where; /* of the damage, in 65536ths of the image */
};
enum case_damage {
    CASE_WHOLE = 0,
    CASE_FLIP,    /* one bit */
    CASE_CUT_OFF, /* 0xFF from there on */
    CASE_MIXED,   /* another image from there on */
    CASE_DAMAGES
};

struct case_record {
    uint8_t form;     /* enum case_form */
    uint8_t sequence; /* 0: by its place; otherwise an absurd one */
    uint8_t slot, state, attempts, reason;
    uint8_t counter, rounds, losses, release;
    uint8_t digest; /* 0 none, 1 of the slot's image, 2.. native_image() */
    uint8_t rejected[2], rejected_reason;
    uint8_t request, flags;
};
enum case_form {
    CASE_VALID = 0,
    CASE_VALID_TOO,
    CASE_VALID_AGAIN, /* as most are */
    CASE_BAD_CRC,
    CASE_NO_END,
    CASE_TORN,
    CASE_NOISE,
    CASE_BLANK,
    CASE_FORMS
};

/* A sector of the journal. */
struct case_sector {
    uint8_t form;  /* enum case_form, of its header; NOISE: of all of it */
    uint8_t first; /* first sequence: 0 that of the bank, otherwise absurd */
};

struct case_journal {
    uint8_t style; /* enum case_style */
    uint8_t first; /* first sequence */
    struct case_sector sector[CASE_SECTORS];
    uint8_t records;
    struct case_record record[CASE_RECORDS];
    uint8_t holes; /* bit mask: this record is missing in copy 1 */
};
enum case_style {
    CASE_NO_JOURNAL = 0,
    CASE_BANK_0, /* both copies in bank 0 */
    CASE_BANK_1,
    CASE_SPLIT,       /* half of the records in each bank */
    CASE_SECTORS_ALL, /* in all four sectors */
    CASE_STYLES
};

struct case_request {
    uint8_t form, sequence, kind, slot, value, digest;
};
struct case_requests {
    uint8_t style; /* 0 blank, 1 sector 0, 2 sector 1, 3 split */
    uint8_t used;
    uint8_t first; /* as of a record: 0 follows on */
    struct case_request request[CASE_REQUESTS];
};

struct case_fuses {
    uint8_t counter;  /* one of a table of levels */
    uint8_t gap;      /* 0 none; otherwise its distance below the highest bit */
    uint8_t epoch;    /* 0..3 */
    uint8_t recovery; /* level of the recovery image's own counter */
};

struct case_session {
    uint8_t cut;      /* 0 none; otherwise the operation */
    uint8_t cut_form; /* of its kind; see boot_play.c */
    uint8_t cut_done; /* of 256 */
    uint8_t fault;    /* 0 none; otherwise the operation that fails */
    uint8_t fault_how;
    uint8_t habit;  /* what the application does */
    uint8_t a, b;   /* with what */
    uint8_t ending; /* 0 by the habit, otherwise a cause */
};

struct boot_case {
    uint8_t origin;
    uint8_t seed;
    uint8_t flip_when; /* FLIPPED: before this session, */
    uint8_t flip_in;   /* in that region, */
    uint16_t flip_at;  /* there */
    struct case_fuses fuses;
    struct case_slot slot[CASE_SLOTS];
    struct case_journal journal;
    struct case_requests requests;
    uint8_t worn;     /* below 16: sectors of the journal, as bits */
    uint8_t progress; /* 0 blank, 1 noise: not the boot chain's business */
    uint8_t sessions;
    struct case_session session[CASE_SESSIONS];
};

/* Every input is a case; missing bytes count as zeros. */
void boot_case_read(const uint8_t *input, size_t size, struct boot_case *made);
/* Write the input that reads as this case; returns its size, at most
 * CASE_INPUT_MAX. */
size_t boot_case_write(const struct boot_case *made,
                       uint8_t input[CASE_INPUT_MAX]);

#endif
