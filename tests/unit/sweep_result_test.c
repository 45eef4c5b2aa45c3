/* SPDX-License-Identifier: MIT */
/* A sweep's result as a file, and the merging of parts. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "oracle/decode.h"
#include "record/event.h"
#include "sweep/family.h"
#include "sweep/merge.h"
#include "sweep/summary.h"

#define TOKEN                                                              \
    "ol1:small@01234567:seed=7:rom=11111111:boot=22222222:images=33333333" \
    ":dtb=44444444:qemu=7.2.22"
#define POSITIONS 4u

/* Four positions, each cut in all ways of power; all cuts are open. */
static void make(struct sweep_result *result, uint32_t shard, uint32_t shards)
{
    struct sweep *sweep = &result->sweep;
    struct diag diag = {0};

    *result = (struct sweep_result){.name = "small",
                                    .title = "A \"small\" <one>",
                                    .path = "small.yaml",
                                    .kinds = SWEEP_POWER,
                                    .depth = 1,
                                    .first = 1,
                                    .last = UINT32_MAX,
                                    .shard = shard,
                                    .shards = shards,
                                    .seed = 1};
    cr_assert_eq(token_parse(TOKEN, &sweep->token, &diag), 0, "%s", diag.text);
    sweep->position = calloc(POSITIONS, sizeof *sweep->position);
    cr_assert_not_null(sweep->position);
    sweep->positions = POSITIONS;
    for (unsigned i = 0; i < POSITIONS; i++) {
        struct sweep_position *position = &sweep->position[i];
        const struct sweep_form *form;

        *position = (struct sweep_position){
            .place = {.code = EVENT_FLASH_ERASE, .nth = i + 1, .address = 4096},
            .time_ns = 1000 * i,
            .boot = 1 + i / 2,
            .journal = JOURNAL_TRIAL,
            .program = "factory"};
        strcpy(position->place.partition, "slot-b");
        position->effects = family_forms(EVENT_FLASH_ERASE, &form);
        position->effect =
            calloc(position->effects + 1, sizeof *position->effect);
        cr_assert_not_null(position->effect);
        for (unsigned k = 0; k < position->effects; k++) {
            position->effect[k] = (struct sweep_effect){.form = &form[k],
                                                        .node = SWEEP_NONE,
                                                        .delivered = true};
            sweep->counts.asked++;
            sweep->counts.delivered++;
        }
    }
}

/* Every cut whose number falls to this part has ended. */
static void judge(struct sweep_result *result)
{
    for (unsigned i = 0; i < POSITIONS; i++) {
        struct sweep_position *position = &result->sweep.position[i];

        for (unsigned k = 0; k < position->effects; k++) {
            if ((i + k) % result->shards == result->shard) {
                position->effect[k].node = 0;
                position->effect[k].end = i == 1 ? SWEEP_OTHER : SWEEP_SAME;
                position->effect[k].boots = i + 1;
                position->effect[k].time_ns = 5000u + k;
                position->effect[k].left = 7u + k;
            }
        }
    }
}

static void add_failure(struct sweep_result *result, uint8_t key, uint32_t cuts)
{
    struct sweep *sweep = &result->sweep;
    struct sweep_failure *grown =
        realloc(sweep->failure, (sweep->failures + 1) * sizeof *grown);

    cr_assert_not_null(grown);
    sweep->failure = grown;
    grown[sweep->failures++] =
        (struct sweep_failure){.position = 2,
                               .cuts = cuts,
                               .key = {key},
                               .token = strdup(TOKEN),
                               .text = "expected a; seen b"};
}

/* One random form at the third position. */
static void add_random(struct sweep_result *result, uint32_t draw)
{
    struct sweep_position *position = &result->sweep.position[2];

    result->sample = 1;
    position->effect[position->effects++] =
        (struct sweep_effect){.form = family_random(EVENT_FLASH_ERASE),
                              .draw = draw,
                              .node = SWEEP_NONE,
                              .delivered = true};
    result->sweep.counts.asked++;
    result->sweep.counts.delivered++;
}

static void add_check(struct sweep_result *result, uint64_t cases,
                      uint64_t differed)
{
    struct sweep_check *check = &result->sweep.check[CHECK_MACHINE];

    check->cases = cases;
    check->differed = differed;
    check->token = differed > 0 ? strdup(TOKEN) : NULL;
    check->other = differed > 0 ? strdup(TOKEN) : NULL;
}

static char *text_of(const struct sweep_result *result, size_t *size)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, size);

    cr_assert_not_null(out);
    result_write(out, result);
    cr_assert_eq(fclose(out), 0);
    return text;
}

static void expect_same_text(const struct sweep_result *a,
                             const struct sweep_result *b)
{
    size_t size;
    char *left = text_of(a, &size);
    char *right = text_of(b, &size);

    cr_expect_str_eq(left, right);
    free(left);
    free(right);
}

Test(sweep_result, is_read_as_it_was_written)
{
    struct sweep_result result;
    struct sweep_result again;
    struct diag diag = {0};
    size_t size;

    make(&result, 0, 1);
    add_random(&result, 77);
    add_check(&result, 5, 2);
    judge(&result);
    add_failure(&result, 9, 1);
    char *text = text_of(&result, &size);

    cr_assert_eq(result_read(text, size, "f", &again, &diag), 0, "%s",
                 diag.text);
    expect_same_text(&result, &again);
    cr_expect_eq(again.last, UINT32_MAX);
    cr_expect_eq(again.sweep.check[CHECK_MACHINE].differed, 2);
    cr_expect_str_eq(again.sweep.check[CHECK_MACHINE].other, TOKEN);
    cr_expect_eq(again.sweep.position[2]
                     .effect[again.sweep.position[2].effects - 1]
                     .draw,
                 77);
    cr_expect_eq(again.sweep.failure[0].key[0], 9);
    free(text);
    result_free(&result);
    result_free(&again);
}

/* In the text of a good result, `from` becomes `to`. */
static void expect_refused(const char *from, const char *to, const char *says)
{
    struct sweep_result result;
    struct sweep_result again;
    struct diag diag = {0};
    size_t size;

    make(&result, 0, 1);
    add_random(&result, 77);
    judge(&result);
    add_failure(&result, 9, 1);
    char *text = text_of(&result, &size);
    char *at = strstr(text, from);

    cr_assert_not_null(at, "%s", from);
    char *changed = NULL;
    int length = asprintf(&changed, "%.*s%s%s", (int)(at - text), text, to,
                          at + strlen(from));

    cr_assert_gt(length, 0);
    cr_expect_eq(result_read(changed, (size_t)length, "f", &again, &diag),
                 OTALAB_ERR_USAGE, "%s -> %s", from, to);
    cr_expect_not_null(strstr(diag.text, says), "%s", diag.text);
    result_free(&again);
    result_free(&result);
    free(changed);
    free(text);
}

Test(sweep_result, anything_else_is_refused)
{
    expect_refused("\"otalab_sweep\":3", "\"otalab_sweep\":2", "version");
    expect_refused("\"otalab_sweep\":3", "\"otalab\":1", "is missing");
    expect_refused("\"depth\":1", "\"depth\":17", "'depth' is out of range");
    expect_refused("\"depth\":1", "\"depth\":0", "'depth' is out of range");
    expect_refused("\"depth\":1", "\"depth\":-1", "'depth' is out of range");
    expect_refused("\"depth\":1", "\"depth\":\"1\"", "wrong type");
    expect_refused("\"shard\":1", "\"shard\":2", "'shard' is out of range");
    expect_refused("\"depth\":1", "\"depth\":1,\"depth\":1", "was changed");
    expect_refused("\"depth\":1", "\"depth\": 1", "was changed");
    expect_refused("\"depth\":1", "\"depth\":1.0", "wrong type");
    expect_refused("ol1:", "ol2:", "'token' is invalid");
    expect_refused("\"form\":\"before\"", "\"form\":\"sideways\"", "unknown");
    expect_refused("\"draw\":77", "\"draw\":0", "'draw' is out of range");
    expect_refused("\"check\":\"replay\"", "\"check\":\"again\"",
                   "was changed");
    expect_refused(
        "{\"check\":\"replay\",\"cases\":0,\"skipped\":0,\"differed\":0,"
        "\"token\":\"\",\"other\":\"\"},",
        "", "'checks' has a wrong length");
    expect_refused("\"left\":7", "\"left\":-7", "'left' is out of range");
    expect_refused("\"draw\":77,", "", "'draw' is missing");
    expect_refused("\"sample\":1", "\"sample\":1001", "'sample' is out of");
    expect_refused("\"event\":\"flash.erase\"", "\"event\":\"cpu.bark\"",
                   "unknown");
    expect_refused("\"end\":\"same\"", "\"end\":\"good\"", "'end'");
    expect_refused("\"key\":\"09", "\"key\":\"9", "'key'");
    expect_refused("\"key\":\"09", "\"key\":\"0G", "was changed");
    expect_refused("\"journal\":2", "\"journal\":3", "'journal'");
    expect_refused("]}", "]", "not a JSON object");
    expect_refused("\"program\":\"factory\"", "\"program\":\"\xff\"",
                   "not a JSON object");
}

Test(sweep_result, shards_make_the_whole)
{
    struct merge_part part[3] = {{.name = "a"}, {.name = "b"}, {.name = "c"}};
    struct sweep_result whole;
    struct sweep_result merged;
    struct diag diag = {0};

    make(&whole, 0, 1);
    add_random(&whole, 5);
    judge(&whole);
    for (uint32_t i = 0; i < 3; i++) {
        make(&part[i].result, 2 - i, 3); /* in any order */
        add_random(&part[i].result, 5);
        judge(&part[i].result);
    }
    whole.sweep.counts.positions = POSITIONS;
    add_check(&whole, 9, 2);
    add_check(&part[0].result, 4, 0);
    add_check(&part[1].result, 5, 2);
    add_failure(&whole, 1, 1);
    add_failure(&whole, 2, 2);
    add_failure(&part[0].result, 2, 3); /* found on a longer way, too */
    add_failure(&part[1].result, 2, 2);
    add_failure(&part[2].result, 1, 1);
    cr_assert_eq(merge_all(part, 3, &merged, &diag), 0, "%s", diag.text);
    expect_same_text(&whole, &merged);
    for (unsigned i = 0; i < 3; i++) {
        result_free(&part[i].result);
    }
    result_free(&whole);
    result_free(&merged);
}

static void expect_apart(void (*change)(struct sweep_result *result),
                         const char *says)
{
    struct merge_part part[2] = {{.name = "a.json"}, {.name = "b.json"}};
    struct sweep_result merged = {0};
    struct diag diag = {0};

    make(&part[0].result, 0, 2);
    make(&part[1].result, 1, 2);
    change(&part[1].result);
    cr_expect_eq(merge_all(part, 2, &merged, &diag), OTALAB_ERR_USAGE, "%s",
                 says);
    cr_expect_not_null(strstr(diag.text, says), "%s", diag.text);
    result_free(&merged);
    result_free(&part[0].result);
    result_free(&part[1].result);
}

static void other_depth(struct sweep_result *result)
{
    result->depth = 2;
}

static void other_kinds(struct sweep_result *result)
{
    result->kinds = SWEEP_DIP;
}

static void other_family(struct sweep_result *result)
{
    strcpy(result->family, "before");
}

static void other_sample(struct sweep_result *result)
{
    result->sample = 3;
}

static void other_draw(struct sweep_result *result)
{
    result->sweep.position[3].effect[0].draw++;
}

static void other_range(struct sweep_result *result)
{
    result->last = 9;
}

static void other_text(struct sweep_result *result)
{
    result->sweep.token.hash[0] = '9';
}

static void other_boot(struct sweep_result *result)
{
    result->sweep.token.boot[0] = '9';
}

static void other_count(struct sweep_result *result)
{
    result->shards = 3;
}

static void same_shard(struct sweep_result *result)
{
    result->shard = 0;
}

static void other_place(struct sweep_result *result)
{
    result->sweep.position[3].place.address++;
}

static void fewer(struct sweep_result *result)
{
    free(result->sweep.position[--result->sweep.positions].effect);
}

Test(sweep_result, what_does_not_belong_together_is_named)
{
    expect_apart(other_depth, "a.json and b.json are parts of different "
                              "sweeps: --depth differs");
    expect_apart(other_kinds, "--kinds differs");
    expect_apart(other_family, "--family differs");
    expect_apart(other_sample, "--sample differs");
    expect_apart(other_draw, "the run without a cut differs");
    expect_apart(other_range, "--ops differs");
    expect_apart(other_text, "the scenario's text differs");
    expect_apart(other_boot, "the bootloader differs");
    expect_apart(other_count, "the number of shards differs");
    expect_apart(same_shard, "a.json and b.json are both shard 1/2");
    expect_apart(other_place, "the run without a cut differs");
    expect_apart(fewer, "the length of the run without a cut differs");
}

Test(sweep_result, bands_and_rows)
{
    char text[160];
    struct sweep_result result;
    struct summary summary;

    make(&result, 0, 1);
    judge(&result);
    strcpy(result.sweep.position[3].program, "bootloader");
    cr_assert_eq(summary_make(&result, false, &summary), 0);
    cr_expect_eq(summary.bands, 3); /* boot 1; boot 2 with two programs */
    cr_expect_eq(summary.rows, 1);
    cr_expect_eq(summary.row[0].positions, POSITIONS);
    cr_expect_eq(summary.row[0].tally.boots, 4);
    summary_free(&summary);
    cr_assert_eq(summary_make(&result, true, &summary), 0);
    cr_expect_eq(summary.rows, 2);
    summary_covered(&result, text, sizeof text);
    cr_expect_str_eq(text, "complete over positions x family");
    add_random(&result, 5);
    summary_covered(&result, text, sizeof text);
    cr_expect_str_eq(text, "a part of the cuts over positions x family, and 1 "
                           "random form at each, seed 1");
    summary_free(&summary);
    result_free(&result);
}

Test(sweep_result, the_window_goes_from_the_first_fatal_position_to_the_last)
{
    char text[160];
    struct sweep_result result;

    make(&result, 0, 1);
    judge(&result);
    cr_expect_eq(summary_window(&result).fatal, 0);
    for (unsigned i = 0; i < POSITIONS; i++) {
        result.sweep.position[i].time_ns = 2000000u * (i + 5u);
    }
    result.sweep.position[1].effect[0].end = SWEEP_FAILED;
    result.sweep.position[POSITIONS - 1].effect[1].end = SWEEP_FAILED;
    struct summary_window window = summary_window(&result);
    cr_expect_eq(window.fatal, 2);
    cr_expect_eq(window.first, 2);
    cr_expect_eq(window.last, POSITIONS);
    cr_expect_eq(window.length_ns, 2000000u * (POSITIONS - 2));
    cr_expect_eq(window.permille, 1000 * (POSITIONS - 2) / (POSITIONS - 1));
    window = (struct summary_window){280, 13, 292, 9612345678u, 734};
    summary_window_text(&window, text, sizeof text);
    cr_expect_str_eq(text, "280 positions, 13 to 292: 9612 ms, 73.4 % of the "
                           "time from the first to the last");
    result_free(&result);
}

Test(sweep_result, the_command_says_what_was_asked_for)
{
    struct sweep_result result;
    char command[256];

    make(&result, 1, 3);
    result_command(&result, command, sizeof command);
    cr_expect_str_eq(command, "otalab sweep small --shard 2/3");
    result.shards = 1;
    result.kinds = SWEEP_POWER | SWEEP_DIP;
    result.depth = 2;
    result.first = 3;
    result.last = 4;
    strcpy(result.family, "before,after");
    strcpy(result.sweep.token.qemu, "native");
    result_command(&result, command, sizeof command);
    cr_expect_str_eq(command, "otalab sweep small --native --kinds power,dip "
                              "--family before,after --depth 2 --ops 3..4");
    result.last = UINT32_MAX;
    result_command(&result, command, sizeof command);
    cr_expect_str_eq(command + strlen(command) - 3, "3..");
    result_free(&result);
}

/* Erases in one state, and a program of another program: neither does what the
 * other does, and one erase was not cut in one way. */
Test(sweep_summary, lists_what_never_occurred)
{
    struct sweep_result result;
    struct summary summary;
    struct summary_hole *hole = NULL;
    const struct sweep_form *form;

    make(&result, 0, 1);
    (void)family_forms(EVENT_FLASH_ERASE, &form);
    result.sweep.position[3].place.code = EVENT_FLASH_PROGRAM;
    strcpy(result.sweep.position[3].program, "update");
    result.sweep.position[3].effects = 0;
    for (unsigned i = 0; i < 3; i++) {
        result.sweep.position[i].effects = 1; /* "before" alone */
    }
    strcpy(result.family, "before,mix");
    cr_assert_eq(summary_make(&result, true, &summary), 0);
    cr_assert_eq(summary_holes(&result, &summary, &hole), 4);
    cr_expect_eq(hole[0].operation->code, EVENT_FLASH_PROGRAM);
    cr_expect_str_eq(hole[0].state->program, "update");
    cr_expect_null(hole[0].form, "its only one was not cut");
    cr_expect_str_eq(hole[1].state->program, "factory");
    cr_expect_null(hole[1].form);
    cr_expect_eq(hole[2].operation->code, EVENT_FLASH_ERASE);
    cr_expect_str_eq(hole[2].state->program, "update");
    cr_expect_null(hole[2].form);
    cr_expect_str_eq(hole[3].state->program, "factory");
    cr_expect_str_eq(hole[3].form->name, "mix");
    free(hole);
    result.family[0] = '\0';
    (void)summary_holes(&result, &summary, &hole);
    cr_expect_str_eq(hole[3].form->name, form[1].name, "all were asked for");
    free(hole);
    summary_free(&summary);
    result_free(&result);
}
