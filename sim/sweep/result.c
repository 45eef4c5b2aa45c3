/* SPDX-License-Identifier: MIT */
#include "sweep/result.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "machine/machine.h"
#include "oracle/decode.h"
#include "record/event.h"

void result_free(struct sweep_result *result)
{
    sweep_free(&result->sweep);
}

static void tidy(char *text, size_t size)
{
    char whole[sizeof((struct sweep_failure *)0)->text] = "";
    const char *at = text;
    size_t length = 0;
    uint32_t code;

    while ((code = utf8_next(&at)) != 0 && length + 5 < size) {
        length += utf8_encode(code, whole + length);
    }
    memcpy(text, whole, length);
    text[length] = '\0';
}

void result_tidy(struct sweep_result *result)
{
    for (size_t i = 0; i < result->sweep.failures; i++) {
        tidy(result->sweep.failure[i].text,
             sizeof result->sweep.failure[i].text);
    }
}

const char *result_end_name(enum sweep_end end)
{
    static const char *const names[] = {
        [SWEEP_OPEN] = "open",
        [SWEEP_SAME] = "same",
        [SWEEP_OTHER] = "other",
        [SWEEP_FAILED] = "failed",
    };

    return names[end];
}

const char *result_end_text(enum sweep_end end)
{
    static const char *const texts[] = {
        [SWEEP_OPEN] = "not run",
        [SWEEP_SAME] = "recovers, and ends as without a cut",
        [SWEEP_OTHER] = "recovers, but ends with another image or unconfirmed",
        [SWEEP_FAILED] = "fails",
    };

    return texts[end];
}

static const struct {
    const char *name;
    unsigned kind;
} kind_names[] = {{"power", SWEEP_POWER},
                  {"dip", SWEEP_DIP},
                  {"reset", SWEEP_RESET}};

unsigned result_kind(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof kind_names / sizeof kind_names[0]; i++) {
        if (strlen(kind_names[i].name) == length &&
            memcmp(kind_names[i].name, name, length) == 0) {
            return kind_names[i].kind;
        }
    }
    return 0;
}

const char *result_kinds(uint32_t kinds, char *out, size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < sizeof kind_names / sizeof kind_names[0]; i++) {
        if ((kinds & kind_names[i].kind) != 0 && used < size) {
            used += (size_t)snprintf(out + used, size - used, "%s%s",
                                     used > 0 ? "," : "", kind_names[i].name);
        }
    }
    return out;
}

const char *result_journal_name(uint32_t journal)
{
    return journal == JOURNAL_TRIAL       ? "trial"
           : journal == JOURNAL_CONFIRMED ? "confirmed"
                                          : "no record";
}

const char *result_operation(uint32_t code)
{
    switch (code) {
    case EVENT_FLASH_PROGRAM:
        return "program";
    case EVENT_FLASH_ERASE:
        return "erase";
    case EVENT_OTP_BURN:
        return "burn";
    case EVENT_RADIO_SEND:
        return "send";
    case EVENT_RADIO_RECEIVE:
        return "receive";
    default:
        return "change";
    }
}

void result_count(struct result_tally *tally, const struct sweep_effect *effect)
{
    tally->cuts++;
    tally->of[effect->end]++;
    tally->delivered += effect->delivered;
    if (effect->end == SWEEP_OPEN || effect->end == SWEEP_FAILED) {
        return;
    }
    tally->mean_boots += effect->boots;
    tally->boots = effect->boots > tally->boots ? effect->boots : tally->boots;
    tally->time_ns =
        effect->time_ns > tally->time_ns ? effect->time_ns : tally->time_ns;
}

void result_tally(const struct sweep_result *result, struct result_tally *tally)
{
    const struct sweep *sweep = &result->sweep;

    *tally = (struct result_tally){0};
    for (size_t i = 0; i < sweep->positions; i++) {
        for (unsigned k = 0; k < sweep->position[i].effects; k++) {
            result_count(tally, &sweep->position[i].effect[k]);
        }
    }
    uint64_t known = tally->of[SWEEP_SAME] + tally->of[SWEEP_OTHER];

    tally->mean_boots = known > 0 ? tally->mean_boots / (double)known : 0;
}

void result_command(const struct sweep_result *result, char *out, size_t size)
{
    bool native = strcmp(result->sweep.token.qemu, MACHINE_NATIVE) == 0;
    char kinds[40] = "";
    char names[32];
    char depth[32] = "";
    char ops[40] = "";
    char shard[40] = "";
    char family[280] = "";
    char sample[48] = "";
    char as[40] = "";

    if (result->sweep.token.way[0] != '\0') {
        snprintf(as, sizeof as, " --as %s", result->sweep.token.way);
    }
    if (result->family[0] != '\0') {
        snprintf(family, sizeof family, " --family %s", result->family);
    }
    if (result->sample > 0) {
        snprintf(sample, sizeof sample, " --sample %" PRIu32 " --seed %" PRIu64,
                 result->sample, result->seed);
    }
    if (result->kinds != SWEEP_POWER) {
        snprintf(kinds, sizeof kinds, " --kinds %s",
                 result_kinds(result->kinds, names, sizeof names));
    }
    if (result->depth >= SWEEP_CLOSURE) {
        snprintf(depth, sizeof depth, " --depth closure");
    } else if (result->depth > 1) {
        snprintf(depth, sizeof depth, " --depth %" PRIu32, result->depth);
    }
    if (result->first > 1 && result->last == UINT32_MAX) {
        snprintf(ops, sizeof ops, " --ops %" PRIu32 "..", result->first);
    } else if (result->last != UINT32_MAX) {
        snprintf(ops, sizeof ops, " --ops %" PRIu32 "..%" PRIu32, result->first,
                 result->last);
    }
    if (result->shards > 1) {
        snprintf(shard, sizeof shard, " --shard %" PRIu32 "/%" PRIu32,
                 result->shard + 1, result->shards);
    }
    snprintf(out, size, "otalab sweep %s%s%s%s%s%s%s%s%s", result->name,
             native ? " --native" : "", as, kinds, family, sample, depth, ops,
             shard);
}
