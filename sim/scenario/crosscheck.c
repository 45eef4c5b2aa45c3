/* SPDX-License-Identifier: MIT */
#include "scenario/read.h"

#include <stdio.h>
#include <string.h>

#include "base/suggest.h"

/* ---- names of images --------------------------------------------------- */

static bool is_image(const struct scenario *scenario, const char *name)
{
    for (unsigned i = 0; i < scenario->images; i++) {
        if (strcmp(scenario->image[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* The name of an image, or one of the words that may stand there. */
static int check_image(struct reader *reader, const struct schema_map *map,
                       const char *key, const char *name, struct place place)
{
    const struct scenario *scenario = reader->scenario;
    const struct schema_choice *words = schema_find(map, key)->choices;
    struct suggest suggest;
    char known[160];

    if (is_image(scenario, name) || schema_choice_find(words, name) != NULL) {
        return 0;
    }
    suggest_start(&suggest, name);
    for (unsigned i = 0; i < scenario->images; i++) {
        suggest_offer(&suggest, scenario->image[i].name);
    }
    for (const struct schema_choice *row = words; row->name != NULL; row++) {
        suggest_offer(&suggest, row->name);
    }
    if (suggest_best(&suggest) != NULL) {
        return read_fail(reader, place,
                         "no image is called '%s'; did you mean '%s'?", name,
                         suggest_best(&suggest));
    }
    read_names(words, known, sizeof known);
    return read_fail(reader, place,
                     "no image is called '%s'; add it to 'images', or use %s",
                     name, known);
}

static int check_placements(struct reader *reader)
{
    const struct scenario *scenario = reader->scenario;
    int err = 0;

    for (unsigned i = 0; err == 0 && i < scenario->places; i++) {
        const struct placement *placement = &scenario->flash[i];

        err = check_image(reader, &schema_flash, placement->partition,
                          placement->image, placement->place);
    }
    return err;
}

static int check_used(struct reader *reader)
{
    const struct scenario *scenario = reader->scenario;

    for (unsigned i = 0; i < scenario->images; i++) {
        bool used = false;

        for (unsigned j = 0; j < scenario->places; j++) {
            used = used || strcmp(scenario->flash[j].image,
                                  scenario->image[i].name) == 0;
        }
        if (!used) {
            return read_fail(reader, scenario->image[i].place,
                             "image '%s' lies nowhere; add it to 'flash', or "
                             "remove it",
                             scenario->image[i].name);
        }
    }
    return 0;
}

/* ---- steps and expectations -------------------------------------------- */

int read_possible(struct reader *reader, const struct step *step)
{
    if (step->timed && step->at_ns >= reader->scenario->limit_ns) {
        return read_fail(reader, step->place,
                         "this step cannot happen: its time is not before "
                         "the end of the run; raise limits.virtual_time");
    }
    if (!step->timed && step->on.code == (uint32_t)EVENT_END) {
        return read_fail(reader, step->place,
                         "this step cannot happen: nothing comes after "
                         "run.end; choose another event");
    }
    return 0;
}

static int check_steps(struct reader *reader)
{
    int err = 0;

    for (unsigned i = 0; err == 0 && i < reader->scenario->steps; i++) {
        err = read_possible(reader, &reader->scenario->step[i]);
    }
    return err;
}

/* Which keys of at_end hold the name of an image. */
static const char *end_image_key(enum end_key key)
{
    const struct schema_key *row = &schema_end.keys[key];

    return row->kind == SCHEMA_IMAGE ? row->key : NULL;
}

static int check_expect(struct reader *reader, struct expect *expect)
{
    const struct scenario *scenario = reader->scenario;
    const struct schema_map *eventually =
        schema_find(&schema_expect, "eventually")->map;

    if (expect->kind == EXPECT_AT_END && end_image_key(expect->key) != NULL) {
        return check_image(reader, &schema_end, end_image_key(expect->key),
                           expect->text, expect->place);
    }
    if (expect->kind != EXPECT_EVENTUALLY) {
        return 0;
    }
    if (expect->within_ns == SCENARIO_RANGE_OPEN) {
        expect->within_ns = scenario->limit_ns;
    }
    if (expect->within_ns > scenario->limit_ns) {
        return read_fail(reader, expect->place,
                         "'within' lies beyond the end of the run; raise "
                         "limits.virtual_time");
    }
    return expect->running[0] == '\0'
               ? 0
               : check_image(reader, eventually, "running", expect->running,
                             expect->place);
}

/* ---- the file's name --------------------------------------------------- */

static int check_file_name(struct reader *reader, const struct node *root)
{
    static const char *const ends[] = {".yaml", ".yml"};
    const char *base = strrchr(reader->path, '/');
    const char *name = reader->scenario->name;

    base = base != NULL ? base + 1 : reader->path;
    for (size_t i = 0; i < READ_SIZE(ends); i++) {
        size_t length = strlen(base);
        size_t end = strlen(ends[i]);

        if (length <= end || strcmp(base + length - end, ends[i]) != 0) {
            continue;
        }
        if (strlen(name) != length - end ||
            strncmp(base, name, length - end) != 0) {
            return read_fail(reader, node_find(root, "scenario")->place,
                             "the scenario is called '%s' and its file '%s'; "
                             "give both the same name",
                             name, base);
        }
    }
    return 0;
}

int read_crosscheck(struct reader *reader, const struct node *root)
{
    struct scenario *scenario = reader->scenario;
    int err = check_file_name(reader, root);

    if (err == 0) {
        err = check_placements(reader);
    }
    if (err == 0) {
        err = check_used(reader);
    }
    if (err == 0) {
        err = check_steps(reader);
    }
    for (unsigned i = 0; err == 0 && i < scenario->expects; i++) {
        err = check_expect(reader, &scenario->expect[i]);
    }
    return err;
}
