/* SPDX-License-Identifier: MIT */
/*
 * The result of a sweep, or of a part of one, with what was asked for: all that
 * the reports show, and what a file of `otalab sweep --json` holds. The file is
 * one JSON object, a line for each failure and each position. result_free()
 * frees what a result owns, also after an error.
 */
#ifndef OTALAB_SWEEP_RESULT_H
#define OTALAB_SWEEP_RESULT_H

#include <stddef.h>
#include <stdio.h>

#include "base/diag.h"
#include "sweep/sweep.h"

#define RESULT_VERSION 3u
#define RESULT_BYTES (256u << 20) /* of a file, at most */
#define RESULT_POSITIONS (1u << 20)
#define RESULT_FAILURES (1u << 20)
#define RESULT_KINDS (SWEEP_POWER | SWEEP_DIP | SWEEP_RESET)
#define RESULT_SHARDS (1u << 24)

struct sweep_result {
    char name[64]; /* of the scenario */
    char title[160];
    char path[512];
    uint32_t kinds;   /* as in struct sweep_options */
    char family[256]; /* the same; "": all */
    uint32_t sample;
    uint32_t depth;
    uint32_t first;
    uint32_t last;
    uint32_t shard;
    uint32_t shards;
    uint64_t seed;
    struct sweep sweep; /* effects: `node` is 0, or SWEEP_NONE if open */
};

void result_write(FILE *out, const struct sweep_result *result);
/* Read what result_write() has written; anything else is refused, byte for
 * byte. `name` is used in messages. 0, or OTALAB_ERR_USAGE. */
int result_read(const char *text, size_t size, const char *name,
                struct sweep_result *result, struct diag *diag);
/* The same of a file. */
int result_load(const char *path, struct sweep_result *result,
                struct diag *diag);
void result_free(struct sweep_result *result);
/* Make texts that came from a device fit for a file: valid UTF-8. */
void result_tidy(struct sweep_result *result);

/* "same", "other", "failed", "open" */
const char *result_end_name(enum sweep_end end);
/* What that means, for people. */
const char *result_end_text(enum sweep_end end);
/* The kind of that name ("power", "dip", "reset"), or 0. */
unsigned result_kind(const char *name, size_t length);
/* The names of several, with commas between. Returns `out`. */
const char *result_kinds(uint32_t kinds, char *out, size_t size);
/* "no record", "trial", "confirmed" */
const char *result_journal_name(uint32_t journal);
/* "program", "erase", "burn", "send", "receive" */
const char *result_operation(uint32_t code);

/* What the effects of the clean run came to. */
struct result_tally {
    uint64_t cuts; /* all below */
    uint64_t of[SWEEP_FAILED + 1];
    uint64_t delivered;
    uint32_t boots; /* of the longest recovery that ends well */
    uint64_t time_ns;
    double mean_boots;
};
void result_tally(const struct sweep_result *result,
                  struct result_tally *tally);
/* Add one effect. */
void result_count(struct result_tally *tally,
                  const struct sweep_effect *effect);

/* The command that does what was asked for, in shell syntax. */
void result_command(const struct sweep_result *result, char *out, size_t size);

#endif
