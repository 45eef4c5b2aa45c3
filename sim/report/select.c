/* SPDX-License-Identifier: MIT */
#include "report/select.h"

#include <fnmatch.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static bool fits(const char *filter, const char *text)
{
    return strpbrk(filter, "*?[") != NULL
               ? fnmatch(filter, text, FNM_CASEFOLD) == 0
               : strcasestr(text, filter) != NULL;
}

bool select_matches(const struct select *select, const char *name,
                    const char *title)
{
    for (unsigned i = 0; i < select->filters; i++) {
        if (fits(select->filter[i], name) || fits(select->filter[i], title)) {
            return true;
        }
    }
    return select->filters == 0;
}

/* FNV-1a, 32 bits; the high half is folded in, as few bits are used. */
static uint32_t hash(const char *name)
{
    uint32_t value = 2166136261u;

    for (; *name != '\0'; name++) {
        value = (value ^ (unsigned char)*name) * 16777619u;
    }
    return value ^ value >> 16;
}

bool select_in_shard(const struct select *select, const char *name)
{
    return select->shards <= 1 ||
           hash(name) % select->shards == select->shard - 1;
}

/* Digits only, up to SELECT_SHARDS_MAX; -1 otherwise. */
static int number(const char *text, size_t length)
{
    unsigned value = 0;

    if (length == 0) {
        return -1;
    }
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return -1;
        }
        value = value * 10 + (unsigned)(text[i] - '0');
        if (value > SELECT_SHARDS_MAX) {
            return -1;
        }
    }
    return (int)value;
}

static int set_shard(struct select *select, int shard, int shards)
{
    if (shard < 1 || shards < shard) {
        return -1;
    }
    select->shard = (unsigned)shard;
    select->shards = (unsigned)shards;
    return 0;
}

/* How CI systems number the parallel jobs of a step. */
static const struct {
    const char *index;
    const char *total;
    int first;
} systems[] = {
    {"CI_NODE_INDEX", "CI_NODE_TOTAL", 1},         /* GitLab */
    {"CIRCLE_NODE_INDEX", "CIRCLE_NODE_TOTAL", 0}, /* CircleCI */
    {"BUILDKITE_PARALLEL_JOB", "BUILDKITE_PARALLEL_JOB_COUNT", 0},
};

static int shard_of_system(struct select *select, struct diag *diag)
{
    for (size_t i = 0; i < sizeof systems / sizeof systems[0]; i++) {
        const char *index = getenv(systems[i].index);
        const char *total = getenv(systems[i].total);

        if (index == NULL || total == NULL) {
            continue;
        }
        int at = number(index, strlen(index));

        if (at < 0 || set_shard(select, at + 1 - systems[i].first,
                                number(total, strlen(total))) != 0) {
            return diag_fail(
                diag, OTALAB_ERR_USAGE,
                "--shard auto: %s=%.40s and %s=%.40s do not name a shard",
                systems[i].index, index, systems[i].total, total);
        }
        return 0;
    }
    return 0;
}

int select_shard(struct select *select, const char *text, struct diag *diag)
{
    const char *slash = strchr(text, '/');

    if (strcmp(text, "auto") == 0) {
        return shard_of_system(select, diag);
    }
    if (slash == NULL || set_shard(select, number(text, (size_t)(slash - text)),
                                   number(slash + 1, strlen(slash + 1))) != 0) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "--shard %.80s: must be one of several, such as 1/4 "
                         "up to 4/4, or auto",
                         text);
    }
    return 0;
}
