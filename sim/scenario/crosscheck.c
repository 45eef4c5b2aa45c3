/* SPDX-License-Identifier: MIT */
#include "scenario/read.h"

#include <stdio.h>
#include <string.h>

#include "base/suggest.h"
#include "scenario/schema_rows.h"
#include "scenario/values.h"

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

/* The name of an image, or one of the words allowed there. */
static int check_image(struct reader *reader, const struct schema_map *map,
                       const char *key, const char *name, struct place place)
{
    const struct scenario *scenario = reader->scenario;
    const struct schema_choice *words = schema_find(map, key)->choices;
    struct suggest suggest;
    char known[160];

    if (reader->unsure_images || is_image(scenario, name) ||
        schema_choice_find(words, name) != NULL) {
        return 0;
    }
    suggest_start(&suggest, name);
    for (unsigned i = 0; i < scenario->images; i++) {
        suggest_offer(&suggest, scenario->image[i].name);
    }
    for (const struct schema_choice *row = words;
         row != NULL && row->name != NULL; row++) {
        suggest_offer(&suggest, row->name);
    }
    if (suggest_best(&suggest) != NULL) {
        return read_fail(reader, place,
                         "no image is called '%s'; did you mean '%s'?", name,
                         suggest_best(&suggest));
    }
    read_names(words, known, sizeof known);
    return read_fail(reader, place,
                     "no image is called '%s'; add it to 'images'%s%s", name,
                     words != NULL ? ", or use " : "", known);
}

static int check_placements(struct reader *reader)
{
    const struct scenario *scenario = reader->scenario;
    int err = 0;

    for (unsigned i = 0; i < scenario->places; i++) {
        const struct placement *placement = &scenario->flash[i];

        (void)read_on(&err,
                      check_image(reader, &schema_flash, placement->partition,
                                  placement->image, placement->place));
    }
    return err;
}

/* Whether an action gives the image to the server. */
static bool is_served(const struct action *action, const char *image)
{
    return (action->kind == ACTION_PUBLISH &&
            strcmp(action->publish.image, image) == 0) ||
           (action->kind == ACTION_MISBEHAVE &&
            strcmp(action->text, image) == 0);
}

static bool is_used(const struct scenario *scenario, const char *image)
{
    for (unsigned i = 0; i < scenario->places; i++) {
        if (strcmp(scenario->flash[i].image, image) == 0) {
            return true;
        }
    }
    for (unsigned i = 0; i < scenario->steps; i++) {
        const struct step *step = &scenario->step[i];

        for (unsigned k = 0; k < step->actions; k++) {
            if (step->action[k].kind == ACTION_HOSTILE || /* any image */
                is_served(&step->action[k], image)) {
                return true;
            }
        }
    }
    /* it may be the base of a patch, or a real server's */
    return scenario->deltas > 0 || scenario->network.live[0] != '\0';
}

/* Reported only if nothing else is wrong with the scenario: the image may be
 * used in a part that was not understood. */
static int check_used(struct reader *reader)
{
    const struct scenario *scenario = reader->scenario;
    int err = 0;

    for (unsigned i = 0; reader->mistakes->count == 0 && i < scenario->images;
         i++) {
        if (!is_used(scenario, scenario->image[i].name)) {
            err = read_fail(reader, scenario->image[i].place,
                            "image '%s' is not used; add it to 'flash', "
                            "publish it, or remove it",
                            scenario->image[i].name);
        }
    }
    return err;
}

/* ---- steps and expectations -------------------------------------------- */

static int check_device(struct reader *reader, uint32_t device,
                        struct place place)
{
    uint32_t devices = reader->scenario->devices;

    if (device <= devices) {
        return 0;
    }
    return read_fail(reader, place,
                     "there is no device %u, only %u; to have more, write "
                     "'devices: %u' at the top",
                     (unsigned)device, (unsigned)devices, (unsigned)device);
}

static int need_network(struct reader *reader, const char *what,
                        struct place place)
{
    if (reader->scenario->network.given) {
        return 0;
    }
    return read_fail(reader, place,
                     "'%s' needs a network, and this device has none; add "
                     "'network: {kind: nb-iot}' at the top",
                     what);
}

static int need_battery(struct reader *reader, struct place place)
{
    if (reader->scenario->battery.given) {
        return 0;
    }
    return read_fail(reader, place,
                     "'charge' needs a battery, and this device has an "
                     "external supply; add 'battery: {charge: 100%%}' at the "
                     "top");
}

static int need_accelerator(struct reader *reader, struct place place)
{
    return reader->scenario->accelerator != 0
               ? 0
               : read_fail(
                     reader, place,
                     "'accelerator' needs an accelerator, and this device has "
                     "none; add 'crypto: accelerator' at the top");
}

static int need_one_device(struct reader *reader, struct place place)
{
    return reader->scenario->devices == 1
               ? 0
               : read_fail(reader, place,
                           "'pauses' needs a scenario with one device: the "
                           "others would have to live through the day");
}

/* The number of the image sent instead of another one. */
static int number_image(struct reader *reader, struct action *action)
{
    const struct scenario *scenario = reader->scenario;
    int err = check_image(reader, &schema_misbehave, "image", action->text,
                          action->place);

    for (unsigned i = 0; err == 0 && i < scenario->images; i++) {
        if (strcmp(scenario->image[i].name, action->text) == 0) {
            action->fault.value = i;
        }
    }
    return err;
}

static int check_action(struct reader *reader, struct action *action)
{
    static const char *const on_network[] = {[ACTION_PUBLISH] = "publish",
                                             [ACTION_WITHDRAW] = "withdraw",
                                             [ACTION_MISBEHAVE] = "misbehave",
                                             [ACTION_BEHAVE] = "behave",
                                             [ACTION_NETWORK] = "network",
                                             [ACTION_LINK] = "link",
                                             [ACTION_OUTAGE] = "outage",
                                             [ACTION_CHARGE] = NULL,
                                             [ACTION_ACCELERATOR] = NULL,
                                             [ACTION_PAUSES] = NULL,
                                             [ACTION_SHOWS] = "server_shows",
                                             [ACTION_RESTART] =
                                                 "server_restart",
                                             [ACTION_REBIND] = "rebind",
                                             [ACTION_CLOCK_BACK] =
                                                 "server_clock_back",
                                             [ACTION_RNG] = NULL};
    const char *word = on_network[action->kind];
    int err = word == NULL ? 0 : need_network(reader, word, action->place);

    if (err == 0 && action->kind == ACTION_CHARGE) {
        err = need_battery(reader, action->place);
    }
    if (err == 0 && action->kind == ACTION_ACCELERATOR) {
        err = need_accelerator(reader, action->place);
    }
    if (err == 0 && action->kind == ACTION_PAUSES) {
        err = need_one_device(reader, action->place);
    }
    if (err == 0 && action->kind == ACTION_PUBLISH) {
        err = check_image(reader, &schema_publish, "image",
                          action->publish.image, action->place);
    }
    if (err == 0 && action->kind == ACTION_MISBEHAVE &&
        action->fault_kind == (int)SERVER_OTHER_IMAGE) {
        err = number_image(reader, action);
    }
    return err;
}

static int check_actions(struct reader *reader, struct step *step)
{
    int err = check_device(reader, step->device, step->place);

    if (err == 0) {
        err = check_device(reader, step->on.device, step->on.place);
    }
    for (unsigned i = 0; i < step->actions; i++) {
        (void)read_on(&err, check_action(reader, &step->action[i]));
    }
    return err;
}

int read_possible(struct reader *reader, struct step *step)
{
    if (step->timed && step->at_ns >= reader->scenario->limit_ns) {
        char most[32];

        quantity_text(QUANTITY_TIME, reader->scenario->limit_ns, most,
                      sizeof most);
        return read_fail(reader, step->place,
                         "this step cannot happen: its time is not before the "
                         "end of the run at %s; raise limits.virtual_time",
                         most);
    }
    if (!step->timed && step->on.code == (uint32_t)EVENT_END) {
        return read_fail(reader, step->place,
                         "this step cannot happen: nothing comes after "
                         "run.end; choose another event");
    }
    return check_actions(reader, step);
}

static int check_steps(struct reader *reader)
{
    int err = 0;

    for (unsigned i = 0; i < reader->scenario->steps; i++) {
        (void)read_on(&err, read_possible(reader, &reader->scenario->step[i]));
    }
    return err;
}

static int check_tells(struct reader *reader)
{
    int err = 0;

    for (unsigned i = 0; i < reader->scenario->tells; i++) {
        const struct tell *tell = &reader->scenario->tell[i];

        (void)read_on(&err, check_device(reader, tell->on.device, tell->place));
    }
    return err;
}

/* The keys of at_end that hold the name of an image. */
static const char *end_image_key(enum end_key key)
{
    const struct schema_key *row = &schema_end.keys[key];

    return row->kind == SCHEMA_IMAGE ? row->key : NULL;
}

static int check_end(struct reader *reader, const struct expect *expect)
{
    const char *image = end_image_key(expect->key);

    if (expect->key >= END_BYTES_DOWN) {
        return need_network(reader, schema_end.keys[expect->key].key,
                            expect->place);
    }
    return image == NULL ? 0
                         : check_image(reader, &schema_end, image, expect->text,
                                       expect->place);
}

static int check_within(struct reader *reader, struct expect *expect)
{
    uint64_t limit = reader->scenario->limit_ns;
    char most[32];

    if (expect->within_ns == SCENARIO_RANGE_OPEN) {
        expect->within_ns = limit;
    }
    if (expect->within_ns <= limit) {
        return 0;
    }
    return read_fail(reader, expect->within_place,
                     "'within' exceeds the length of the run; use at most %s, "
                     "or raise limits.virtual_time",
                     quantity_text(QUANTITY_TIME, limit, most, sizeof most));
}

static int check_eventually(struct reader *reader, struct expect *expect)
{
    const struct schema_map *eventually =
        schema_find(&schema_expect, "eventually")->map;
    int err = check_within(reader, expect);

    if (expect->running[0] != '\0') {
        (void)read_on(&err, check_image(reader, eventually, "running",
                                        expect->running, expect->place));
    }
    return err;
}

static int check_expect(struct reader *reader, struct expect *expect)
{
    int err = check_device(reader, expect->device, expect->place);

    if (err == 0 && expect->kind == EXPECT_AT_END) {
        err = check_end(reader, expect);
    }
    if (err == 0 && expect->kind == EXPECT_EVENTUALLY) {
        err = check_eventually(reader, expect);
    }
    return err;
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
        if (name[0] != '\0' && (strlen(name) != length - end ||
                                strncmp(base, name, length - end) != 0)) {
            return read_fail(reader, node_find(root, "scenario")->place,
                             "the scenario is called '%s' and its file '%s'; "
                             "give both the same name",
                             name, base);
        }
    }
    return 0;
}

static int check_expects(struct reader *reader)
{
    struct scenario *scenario = reader->scenario;
    int err = 0;

    for (unsigned i = 0; i < scenario->expects; i++) {
        (void)read_on(&err, check_expect(reader, &scenario->expect[i]));
    }
    return err;
}

int read_crosscheck(struct reader *reader, const struct node *root)
{
    int err = 0;

    (void)read_on(&err, check_file_name(reader, root));
    (void)read_on(&err, check_placements(reader));
    (void)read_on(&err, check_steps(reader));
    (void)read_on(&err, check_tells(reader));
    (void)read_on(&err, check_expects(reader));
    (void)read_on(&err, check_used(reader));
    return err;
}
