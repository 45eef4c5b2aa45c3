/* SPDX-License-Identifier: MIT */
#include "sweep/result.h"

#include "base/json.h"
#include "record/event.h"
#include "sweep/check.h"

static void put_counts(struct json *json, const struct sweep_counts *counts)
{
    json_open(json, "counts", '{');
    json_number(json, "positions", counts->positions);
    json_number(json, "asked", counts->asked);
    json_number(json, "delivered", counts->delivered);
    json_number(json, "elsewhere", counts->elsewhere);
    json_number(json, "nodes", counts->nodes);
    json_number(json, "merged", counts->merged);
    json_number(json, "boots", counts->boots);
    json_number(json, "open", counts->open);
    json_number(json, "host_ms", counts->host_ms);
    json_close(json, '}');
}

static void put_head(struct json *json, const struct sweep_result *result)
{
    static char token[TOKEN_MAX];

    (void)token_print(&result->sweep.token, token, sizeof token);
    json_number(json, "otalab_sweep", RESULT_VERSION);
    json_text(json, "scenario", result->name);
    json_text(json, "title", result->title);
    json_text(json, "file", result->path);
    json_text(json, "token", token);
    json_number(json, "image_size", result->sweep.image_size);
    json_number(json, "kinds", result->kinds);
    json_text(json, "family", result->family);
    json_number(json, "sample", result->sample);
    json_number(json, "depth", result->depth);
    json_number(json, "first", result->first);
    json_number(json, "last", result->last);
    json_number(json, "shard", result->shard + 1);
    json_number(json, "shards", result->shards);
    json_number(json, "seed", result->seed);
}

static void put_check(struct json *json, enum sweep_check_kind kind,
                      const struct sweep_check *check)
{
    json_open(json, NULL, '{');
    json_text(json, "check", check_name(kind));
    json_number(json, "cases", check->cases);
    json_number(json, "skipped", check->skipped);
    json_number(json, "differed", check->differed);
    json_text(json, "token", check->token != NULL ? check->token : "");
    json_text(json, "other", check->other != NULL ? check->other : "");
    json_close(json, '}');
}

static void put_sweep(struct json *json, const struct sweep *sweep)
{
    json_bool(json, "interrupted", sweep->interrupted);
    json_number(json, "reached", sweep->depth);
    json_number(json, "left_out", sweep->left_out);
    json_number(json, "worst_boots", sweep->worst_boots);
    json_number(json, "worst_ns", sweep->worst_ns);
    json_open(json, "checks", '[');
    for (unsigned i = 0; i < SWEEP_CHECKS; i++) {
        put_check(json, (enum sweep_check_kind)i, &sweep->check[i]);
    }
    json_close(json, ']');
    put_counts(json, &sweep->counts);
}

static void put_failure(struct json *json, const struct sweep_failure *failure)
{
    json_line(json);
    json_open(json, NULL, '{');
    json_number(json, "position",
                failure->position == SWEEP_NONE ? 0 : failure->position + 1);
    json_number(json, "cuts", failure->cuts);
    json_hex(json, "key", failure->key, sizeof failure->key);
    json_text(json, "token", failure->token);
    json_text(json, "text", failure->text);
    json_close(json, '}');
}

static void put_effect(struct json *json, const struct sweep_effect *effect)
{
    json_open(json, NULL, '{');
    json_text(json, "form", effect->form->name);
    if (effect->form->random) {
        json_number(json, "draw", effect->draw);
    }
    json_text(json, "end", result_end_name((enum sweep_end)effect->end));
    json_bool(json, "merged", effect->merged);
    json_bool(json, "delivered", effect->delivered);
    json_number(json, "boots", effect->boots);
    json_number(json, "time_ns", effect->time_ns);
    json_number(json, "left", effect->left);
    json_close(json, '}');
}

static void put_position(struct json *json,
                         const struct sweep_position *position)
{
    json_line(json);
    json_open(json, NULL, '{');
    json_text(json, "event", event_kind(position->place.code)->name);
    json_number(json, "nth", position->place.nth);
    json_text(json, "partition", position->place.partition);
    json_number(json, "address", position->place.address);
    json_number(json, "time_ns", position->time_ns);
    json_number(json, "boot", position->boot);
    json_number(json, "journal", position->journal);
    json_text(json, "program", position->program);
    json_open(json, "effects", '[');
    for (unsigned i = 0; i < position->effects; i++) {
        put_effect(json, &position->effect[i]);
    }
    json_close(json, ']');
    json_close(json, '}');
}

void result_write(FILE *out, const struct sweep_result *result)
{
    struct json json = json_stream(out);
    const struct sweep *sweep = &result->sweep;

    json_open(&json, NULL, '{');
    put_head(&json, result);
    put_sweep(&json, sweep);
    json_open(&json, "failures", '[');
    for (size_t i = 0; i < sweep->failures; i++) {
        put_failure(&json, &sweep->failure[i]);
    }
    json_close(&json, ']');
    json_open(&json, "positions", '[');
    for (size_t i = 0; i < sweep->positions; i++) {
        put_position(&json, &sweep->position[i]);
    }
    json_close(&json, ']');
    json_close(&json, '}');
    json_end(&json);
}
