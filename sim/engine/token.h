/* SPDX-License-Identifier: MIT */
/*
 * The one line that replays a run:
 *   ol1:NAME@HASH:seed=7:rom=..:boot=..:images=..:dtb=..:qemu=7.2.22:rec=..
 *      [:as=WAY][:flash=..][:faults=FAULT+FAULT]
 * HASH is that of the scenario file; the others are short digests of what took
 * part. rec is that of the recording, which an exact replay must reproduce; it
 * is missing if a run did not finish. as is the way in which the scenario was
 * run, if it was not as it is written. flash is that of the dump with which the
 * run began; a token cannot hold the dump, so no replay takes such a token. In
 * a FAULT every byte except letters,
 * digits and .,_=@%/- is written ~XX, so that a token is one word in every
 * shell. A token comes from outside: token_parse() checks every part.
 */
#ifndef OTALAB_ENGINE_TOKEN_H
#define OTALAB_ENGINE_TOKEN_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

#define TOKEN_FAULTS 16u
#define TOKEN_FAULT_SIZE 192u /* including its NUL */
#define TOKEN_MAX (512u + TOKEN_FAULTS * 3u * TOKEN_FAULT_SIZE)

struct token {
    char name[64];
    char hash[9];
    uint64_t seed;
    char rom[9];
    char boot[9];
    char images[9];
    char dtb[9];
    char qemu[32];
    char recording[9];
    char way[24];  /* as in scenario/way.h; "": as the scenario is written */
    char flash[9]; /* of flash and, if given, fuses; "": no dump */
    unsigned faults;
    char fault[TOKEN_FAULTS][TOKEN_FAULT_SIZE];
};

/* 0, or OTALAB_ERR_USAGE with a line that says what is wrong and where. */
int token_parse(const char *text, struct token *token, struct diag *diag);
/* Add a fault. 0, or OTALAB_ERR_USAGE if there is no room for it. */
int token_add_fault(struct token *token, const char *text, struct diag *diag);
/* Returns the length written, 0 if it did not fit (TOKEN_MAX is always
 * enough). */
size_t token_print(const struct token *token, char *out, size_t size);

#endif
