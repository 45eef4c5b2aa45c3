/* SPDX-License-Identifier: MIT */
/* A comparison as JSON: plain numbers in bytes, ns, uJ, cents and ppm. */
#include "base/json.h"
#include "report/compare_text.h"
#include "report/spread_json.h"

static void put_token(struct json *json, const char *key,
                      const struct token *token)
{
    char text[TOKEN_MAX];

    (void)token_print(token, text, sizeof text);
    json_text(json, key, text);
}

static void put_span(struct json *json, const struct measure_span *span)
{
    json_number(json, "from_ns", span->from_ns);
    json_number(json, "to_ns", span->to_ns);
}

static void put_parts(struct json *json, const struct compare_row *row)
{
    json_open(json, "flash", '[');
    for (unsigned i = 0; i < row->parts; i++) {
        json_open(json, NULL, '{');
        json_text(json, "partition", row->part[i].name);
        json_number(json, "start", row->part[i].start);
        json_number(json, "length", row->part[i].length);
        json_number(json, "used", row->part[i].used);
        json_close(json, '}');
    }
    json_close(json, ']');
    json_number(json, "flash_used", row->flash_used);
    json_number(json, "image_most", row->image_most);
}

static void put_run(struct json *json, const struct compare_row *row)
{
    const struct measure *measure = &row->measure;

    json_open(json, "update", '{');
    put_token(json, "token", &row->run);
    put_parts(json, row);
    json_number(json, "bytes_down", measure->bytes_down);
    json_number(json, "bytes_up", measure->bytes_up);
    json_number(json, "published_ns", measure->published_ns);
    json_number(json, "works_ns", measure->works_ns);
    json_number(json, "confirmed_ns", measure->confirmed_ns);
    json_number(json, "without_service_ns", measure->down_ns);
    json_open(json, "without_service", '[');
    for (unsigned i = 0; i < measure->downs; i++) {
        json_open(json, NULL, '{');
        put_span(json, &measure->down[i]);
        json_close(json, '}');
    }
    json_close(json, ']');
    json_number(json, "end_ns", measure->end_ns);
    json_number(json, "energy_uj", row->energy_uj);
    json_close(json, '}');
}

static void put_wear(struct json *json, const struct compare_row *row)
{
    json_open(json, "wear", '{');
    put_token(json, "token", &row->wear);
    json_number(json, "updates", row->updates);
    json_number(json, "worst_erases", row->erases);
    json_text(json, "worst_partition", row->worn);
    json_number(json, "endurance", row->endurance);
    json_close(json, '}');
}

static void put_sweep(struct json *json, const struct compare_row *row)
{
    json_open(json, "sweep", '{');
    put_token(json, "token", &row->sweep);
    json_number(json, "positions", row->positions);
    json_number(json, "fatal_positions", row->fatal_positions);
    json_number(json, "cuts", row->cuts);
    json_number(json, "fatal_cuts", row->fatal_cuts);
    json_number(json, "fatal_ns", row->fatal_ns);
    json_number(json, "fatal_ppm", compare_share(row));
    json_open(json, "fatal", '[');
    for (size_t i = 0; i < row->windows; i++) {
        json_open(json, NULL, '{');
        json_number(json, "first_position", row->window[i].first);
        json_number(json, "last_position", row->window[i].last);
        put_span(json, &row->window[i].time);
        json_close(json, '}');
    }
    json_close(json, ']');
    json_number(json, "longest_recovery_ns", row->worst_ns);
    json_number(json, "most_boots", row->worst_boots);
    json_close(json, '}');
}

static void put_crash(struct json *json, const struct compare_row *row)
{
    static const char *const names[] = {[AFTER_OLD] = "old",
                                        [AFTER_NEW] = "new",
                                        [AFTER_RECOVERY] = "recovery",
                                        [AFTER_NOTHING] = "nothing"};

    json_open(json, "failed_trial", '{');
    put_token(json, "token", &row->crash);
    json_text(json, "runs", names[row->after]);
    json_number(json, "resets", row->after_resets);
    json_close(json, '}');
}

static void put_fleet(struct json *json, const struct compare_row *row)
{
    json_open(json, "fleet", '{');
    json_number(json, "brick_chance_e12", row->fleet.brick);
    json_number(json, "first_day_thousandths", row->fleet.first_milli);
    json_number(json, "week_thousandths", row->fleet.all_milli);
    json_number(json, "week_cents", row->fleet.all_cents);
    spread_json(json, "first_day_bricks", &row->first_day);
    spread_json(json, "week_bricks", &row->week);
    json_close(json, '}');
}

static void put_row(struct json *json, const struct compare_row *row,
                    bool fleet)
{
    json_line(json);
    json_open(json, NULL, '{');
    json_text(json, "way", row->way->name);
    put_run(json, row);
    put_wear(json, row);
    put_sweep(json, row);
    put_crash(json, row);
    if (fleet) {
        put_fleet(json, row);
    }
    json_close(json, '}');
}

void compare_json(FILE *out, const struct compare *compare)
{
    struct json json = json_stream(out);

    json_open(&json, NULL, '{');
    json_number(&json, "v", 1);
    json_text(&json, "type", "compare");
    json_text(&json, "scenario", compare->scenario);
    json_text(&json, "title", compare->title);
    json_text(&json, "family", compare->family != NULL ? compare->family : "");
    if (compare->fleet.devices > 0) {
        json_number(&json, "devices", compare->fleet.devices);
        json_number(&json, "cut_rate_ppm", compare->fleet.cut_ppm);
        json_number(&json, "within_ns", compare->fleet.window_ns);
        json_number(&json, "passes", compare->fleet.passes);
        json_number(&json, "service_call_cents", compare->fleet.service_cents);
        json_number(&json, "rollouts", compare->runs);
        json_number(&json, "seed", compare->seed);
    }
    json_open(&json, "ways", '[');
    for (unsigned i = 0; i < COMPARE_WAYS; i++) {
        put_row(&json, &compare->row[i], compare->fleet.devices > 0);
    }
    json_line(&json);
    json_close(&json, ']');
    json_close(&json, '}');
    json_end(&json);
}
