/* SPDX-License-Identifier: MIT */
/* Acts on the tree of histories: runs, forks, and what is saved of them. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/token.h"
#include "tui/acts.h"
#include "tui/acts_parts.h"
#include "tui/failures.h"
#include "tui/fault_yaml.h"
#include "tui/inject.h"

/* ---- runs ----------------------------------------------------------------------------- */

/* Look at what is known by now, from the same event. */
static int take_in(struct model *model, struct diag *diag)
{
    struct branch *branch = model_branch(model);
    struct known known;
    int err = live_known(branch->live, &known, diag);

    if (err != 0) {
        return err;
    }
    picture_free(&model->now);
    known_free(&branch->known);
    branch->known = known;
    memcpy(branch->met_at, live_met(branch->live), sizeof branch->met_at);
    err = timeline_update(&branch->timeline, known.history, branch->scenario);
    err = err ? err : model_go(model, model->at);
    return err ? diag_fail(diag, err, "out of memory") : 0;
}

static void end_run(struct branch *branch)
{
    live_token(branch->live, branch->token, sizeof branch->token);
    branch->failures = live_failures(branch->live, branch->failure);
    live_end(branch->live);
    branch->live = NULL;
}

/* Is it worth while to read the recording again? Only now and then, so that
 * the whole costs no more than twice its last reading. */
static bool is_due(const struct branch *branch, uint64_t wanted)
{
    uint64_t known = branch->known.history != NULL
                         ? history_events(branch->known.history)
                         : 0;
    uint64_t events = live_events(branch->live);

    return events > known && (events >= known + known / 2 + 64 ||
                              (wanted > known && events >= wanted));
}

int branch_run_on(struct model *model, uint64_t least, unsigned budget_ms,
                  struct diag *diag)
{
    struct branch *branch = model_branch(model);
    bool over = false;

    if (branch->live == NULL) {
        return 0;
    }
    int err = live_go(branch->live, least, budget_ms, &over, diag);

    uint64_t wanted = model->seek != 0 ? model->seek + 1 : least;

    if (err == 0 && (over || is_due(branch, wanted))) {
        err = take_in(model, diag);
    }
    if (over) {
        end_run(branch);
    }
    return err;
}

/* The fork has come to where it forked. */
static int arrive(struct model *model, struct diag *diag)
{
    struct branch *branch = model_branch(model);
    const struct branch *parent = &model->branches.branch[branch->parent];
    uint64_t at = branch_difference(branch, parent);

    if (parent->live != NULL && at > history_events(parent->known.history)) {
        at = branch->forked_at + 1; /* the parent is not known that far */
    }
    int err = model_go(model, at != 0 ? at : branch->forked_at);

    int where = event_field_find(EVENT_POWER_CUT, "address");

    model->seek = 0;
    if (model->event.code == (uint32_t)EVENT_POWER_CUT &&
        model->event.label[0] != '\0') {
        model->address = (uint32_t)model->event.number[where];
    }
    if (at == 0 && branch->live == NULL) {
        model_say(model, SCREEN_WARN,
                  "nothing came of it: the run is the same as before");
    } else {
        model_say(model, SCREEN_FAULT,
                  "fork %u: %s   (n goes on, ( goes back to the run before)",
                  model->branches.current, branch->fault);
    }
    return err ? diag_fail(diag, err, "out of memory") : 0;
}

static void say_where(struct model *model)
{
    const struct strip *strip = &model->strip;

    model_say(model, SCREEN_FAULT,
              "position %zu, %s: the cut   (n goes on, Esc: back to the "
              "strip)",
              strip->of + 1,
              strip->result->sweep.position[strip->of]
                  .effect[strip->which]
                  .form->name);
}

/* The case opened from a strip runs: go to its cut when that is known. 0, or -1
 * out of memory. */
static int arrive_at_cut(struct model *model)
{
    struct strip *strip = &model->strip;
    const struct branch *branch = model_branch(model);
    uint64_t cut = strip_cut(strip, branch->known.history);
    int where = event_field_find(EVENT_POWER_CUT, "address");

    if (cut == 0 && branch->live != NULL) {
        model_say(model, SCREEN_WARN, "running to the cut: %" PRIu64 " events",
                  live_events(branch->live));
        model->progress = true;
        return model->at == 0 ? model_go(model, 1) : 0;
    }
    strip->seeks = false;
    int err = model_go(model, cut != 0 ? cut : 1);

    if (cut == 0) {
        model_say(model, SCREEN_BAD,
                  "this run does not come to the cut at position %zu",
                  strip->of + 1);
        return err;
    }
    if (model->event.code == (uint32_t)EVENT_POWER_CUT &&
        model->event.label[0] != '\0') {
        model->address = (uint32_t)model->event.number[where];
    }
    say_where(model);
    return err;
}

static void say_progress(struct model *model)
{
    const struct branch *branch = model_branch(model);

    if (model->strip.shown || (model->message[0] != '\0' && !model->progress)) {
        return;
    }
    if (branch->live == NULL) {
        model_say(model, SCREEN_DIM,
                  "the whole run is known: %" PRIu64
                  " events; n steps, c runs, ? helps",
                  history_events(model_history(model)));
    } else if (model->seek != 0) {
        model_say(model, SCREEN_WARN,
                  "rebuilding: %" PRIu64 " of %" PRIu64 " events",
                  live_events(branch->live), model->seek);
    } else {
        model_say(model, SCREEN_DIM, "running ahead: %" PRIu64 " events",
                  live_events(branch->live));
    }
    model->progress = true;
}

int acts_live(struct model *model, unsigned budget_ms, struct diag *diag)
{
    struct branch *branch = model_branch(model);
    bool first = branch->known.history == NULL;

    if (model_rebuilds(model)) {
        machine_rebuild(model, budget_ms);
        return 0;
    }
    int err = branch_run_on(model, first ? 1 : 0, budget_ms, diag);

    if (err != 0) {
        return err;
    }
    if (model->strip.seeks && !model->strip.shown) {
        return arrive_at_cut(model) == 0
                   ? 0
                   : diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    say_progress(model);
    bool there = branch->known.history != NULL &&
                 history_events(branch->known.history) > model->seek;

    if (first && model->seek == 0) {
        err = model_go(model, 1);
    }
    if (err == 0 && model->seek != 0 && (there || branch->live == NULL)) {
        return arrive(model, diag);
    }
    return err ? diag_fail(diag, err, "out of memory") : 0;
}

/* ---- opening -------------------------------------------------------------------------- */

static int read_scenario(const struct model *model, struct scenario **out,
                         unsigned faults, const char *const *fault,
                         struct diag *diag)
{
    int err = scenario_read(model->path, out, diag);

    if (err == 0 && model->has_seed) {
        (*out)->seed = model->seed;
    }
    for (unsigned i = 0; i < faults && err == 0; i++) {
        err = scenario_add_fault(*out, fault[i], diag);
    }
    if (err != 0) {
        scenario_free(*out);
        *out = NULL;
    }
    return err;
}

int acts_open_scenario(struct model *model, struct diag *diag)
{
    struct branch *branch = &model->branches.branch[0];
    int err = read_scenario(model, &branch->scenario, model->faults,
                            model->fault, diag);

    branch->parent = -1;
    if (err == 0) {
        model->branches.count = 1;
        err = live_begin(&branch->live, branch->scenario, model->where,
                         model->faults, model->fault, diag);
    }
    return err;
}

int acts_open_folder(struct model *model, const char *folder, const char *token,
                     struct diag *diag)
{
    struct branch *branch = &model->branches.branch[0];
    struct diag unused = {""};
    int err = history_open(&branch->known.history, folder, diag);

    branch->parent = -1;
    if (err != 0) {
        return err;
    }
    model->branches.count = 1;
    branch->failures = failures_read(folder, branch->failure);
    snprintf(branch->token, sizeof branch->token, "%s",
             token != NULL ? token : "");
    if (model->path != NULL &&
        read_scenario(model, &branch->scenario, model->faults, model->fault,
                      &unused) != 0) {
        model->path = NULL; /* it can be looked at all the same */
    }
    err = timeline_update(&branch->timeline, branch->known.history,
                          branch->scenario);
    err = err ? err : model_go(model, 1);
    model_say(model, SCREEN_DIM,
              "a recording of %" PRIu64 " events; n steps, c runs, ? helps",
              history_events(branch->known.history));
    return err ? diag_fail(diag, err, "out of memory") : 0;
}

/* ---- forks ------------------------------------------------------------------------------ */

/* All faults that a branch has, the caller's first. */
static unsigned all_faults(const struct model *model, unsigned of,
                           const char *faults[TOKEN_FAULTS + BRANCHES])
{
    unsigned count = 0;

    for (unsigned i = 0; i < model->faults && i < TOKEN_FAULTS; i++) {
        faults[count++] = model->fault[i];
    }
    return count + branch_faults(&model->branches, of, faults + count);
}

static int start_fork(struct model *model, struct branch *branch,
                      struct diag *diag)
{
    const char *faults[TOKEN_FAULTS + BRANCHES];
    unsigned count = all_faults(model, model->branches.count, faults);
    struct diag line = {""};

    if (count > TOKEN_FAULTS) {
        model_say(model, SCREEN_BAD, "a history has at most %u faults",
                  TOKEN_FAULTS);
        return 0;
    }
    if (read_scenario(model, &branch->scenario, count, faults, &line) != 0) {
        model_say(model, SCREEN_BAD, "%s", line.text);
        return 0;
    }
    int err = live_begin(&branch->live, branch->scenario, model->where, count,
                         faults, diag);

    if (err == 0) {
        picture_free(&model->now);
        model->message[0] = '\0';
        model->branches.current = model->branches.count++;
        model->seek = branch->forked_at;
    }
    return err;
}

/* The run forks at the event that is looked at. */
static int fork_here(struct model *model, const char *action, struct diag *diag)
{
    struct branches *branches = &model->branches;

    if (branches->count == BRANCHES) {
        model_say(model, SCREEN_BAD,
                  "there are %u histories, and room for no more; save one "
                  "with s, and open it",
                  BRANCHES);
        return 0;
    }
    if (model->path == NULL) {
        model_say(model, SCREEN_BAD,
                  "the scenario's file is not known, so nothing can be run; "
                  "open the scenario itself");
        return 0;
    }
    struct branch *branch = &branches->branch[branches->count];

    *branch = (struct branch){.parent = (int)branches->current,
                              .forked_at = model->at};
    if (!inject_here(model, action, branch->fault, sizeof branch->fault)) {
        model_say(model, SCREEN_WARN,
                  "nothing has happened yet; go to an event first");
        return 0;
    }
    return start_fork(model, branch, diag);
}

int act_inject(struct model *model, const struct order *order)
{
    if (model->at == 0 || model_device(model) == NULL) {
        model_say(model, SCREEN_WARN,
                  "nothing has happened yet; go to an event first");
        return 0;
    }
    if (order->argument != NULL) {
        return fork_here(model, order->argument, order->diag);
    }
    inject_menu(model);
    return 0;
}

/* ---- bytes, before anything is broken ------------------------------------------------------ */

/* The first byte that differs in two pictures of a device; false: none does. */
static bool first_change(const struct picture_device *a,
                         const struct picture_device *b, uint32_t *address)
{
    uint8_t one[FLASH_PAGE];
    uint8_t other[FLASH_PAGE];

    for (uint32_t at = 0; at < a->flash.size; at += FLASH_PAGE) {
        picture_flash(a, at, one, sizeof one);
        picture_flash(b, at, other, sizeof other);
        for (uint32_t i = 0; i < FLASH_PAGE; i++) {
            if (one[i] != other[i]) {
                *address = at + i;
                return true;
            }
        }
    }
    return false;
}

static void put_bytes(const struct picture_device *device, uint32_t address,
                      const char *name, char out[MODEL_TEXT])
{
    uint8_t bytes[16];
    int used =
        snprintf(out, MODEL_TEXT, "%-7s 0x%06" PRIx32 " ", name, address);

    picture_flash(device, address, bytes, sizeof bytes);
    for (unsigned i = 0; i < sizeof bytes; i++) {
        used +=
            snprintf(out + used, MODEL_TEXT - (size_t)used, " %02x", bytes[i]);
    }
}

/* Compare the device in that history, right after its events end, with what is
 * on the screen. */
static int compare_bytes(struct model *model, const struct history *history)
{
    struct picture then = {0};
    uint32_t address = 0;
    int err = history_at(history, history_events(history), &then);

    if (err == 0) {
        const struct picture_device *now = model_device(model);
        const struct picture_device *cut = &then.device[model->device];

        if (first_change(now, cut, &address)) {
            put_bytes(now, address, "before", model->menu.before);
            put_bytes(cut, address, "after", model->menu.after);
        } else {
            snprintf(model->menu.before, MODEL_TEXT,
                     "no byte of flash changes");
            snprintf(model->menu.after, MODEL_TEXT,
                     "(the cells may still be unreliable)");
        }
    }
    picture_free(&then);
    return err;
}

/* Run that far, and look. */
static int run_and_compare(struct model *model, struct live *live,
                           struct diag *diag)
{
    struct known known;
    bool over;
    int err = live_go_to(live, model->at + 1, &over, diag);

    err = err ? err : live_known(live, &known, diag);
    if (err != 0) {
        return err;
    }
    err = compare_bytes(model, known.history);
    known_free(&known);
    return err ? diag_fail(diag, err, "out of memory") : 0;
}

int branch_show_bytes(struct model *model, struct diag *diag)
{
    const char *faults[TOKEN_FAULTS + BRANCHES];
    unsigned count = all_faults(model, model->branches.current, faults);
    struct scenario *scenario = NULL;
    struct live *live = NULL;
    struct diag line = {""};
    char fault[BRANCH_FAULT];

    if (model->path == NULL || count == TOKEN_FAULTS ||
        !inject_here(model, model->menu.item[model->menu.cursor].fault, fault,
                     sizeof fault)) {
        return 0;
    }
    faults[count++] = fault;
    if (read_scenario(model, &scenario, count, faults, &line) != 0) {
        model_say(model, SCREEN_BAD, "%s", line.text);
        return 0;
    }
    int err = live_begin(&live, scenario, model->where, count, faults, diag);

    err = err ? err : run_and_compare(model, live, diag);
    live_end(live);
    scenario_free(scenario);
    return err;
}

int branch_take_item(struct model *model, struct diag *diag)
{
    struct model_item item = model->menu.item[model->menu.cursor];
    size_t length = strlen(item.fault);

    model->menu.open = false;
    if (length > 0 && item.fault[length - 1] == '=') {
        model->prompt = (struct model_prompt){.open = true, .act = ACT_INJECT};
        snprintf(model->prompt.text, sizeof model->prompt.text, "%s",
                 item.fault);
        return 0;
    }
    return fork_here(model, item.fault, diag);
}

/* ---- from one history to another ---------------------------------------------------------- */

/* To another branch: to the same event up to the fork, else to the event that
 * was looked at there last. */
static int switch_to(struct model *model, int to, const char *missing,
                     struct diag *diag)
{
    struct branches *branches = &model->branches;

    if (to < 0) {
        model_say(model, SCREEN_WARN, "%s", missing);
        return 0;
    }
    picture_free(&model->now);
    model->seek = 0;
    branches->current = (unsigned)to;
    int err = model_go(model, model_branch(model)->at);

    model_say(model, SCREEN_TEXT, "history %d: %s", to,
              to == 0 ? "the scenario as it is" : model_branch(model)->fault);
    return err ? diag_fail(diag, err, "out of memory") : 0;
}

int act_older(struct model *model, const struct order *order)
{
    return switch_to(model, model_branch(model)->parent,
                     "this is the first history", order->diag);
}

int act_younger(struct model *model, const struct order *order)
{
    return switch_to(model,
                     branch_child(&model->branches, model->branches.current, 0),
                     "this history has no fork; f makes one", order->diag);
}

int act_sibling_back(struct model *model, const struct order *order)
{
    return switch_to(
        model, branch_sibling(&model->branches, model->branches.current, -1),
        "there is no fork before this one", order->diag);
}

int act_sibling_next(struct model *model, const struct order *order)
{
    return switch_to(
        model, branch_sibling(&model->branches, model->branches.current, 1),
        "there is no other fork after this one", order->diag);
}

int act_diff(struct model *model, const struct order *order)
{
    (void)order;
    if (model_branch(model)->parent < 0) {
        model_say(model, SCREEN_WARN,
                  "this is the first history; f makes a fork to compare");
        return 0;
    }
    model->diff = !model->diff;
    model->pane = PANE_FORKS;
    return 0;
}

/* ---- saving ---------------------------------------------------------------------------------- */

int act_token(struct model *model, const struct order *order)
{
    const struct branch *branch = model_branch(model);

    (void)order;
    if (branch->token[0] == '\0') {
        model_say(model, SCREEN_WARN,
                  "the token is known when the run is over; > goes there");
    } else {
        snprintf(model->note, sizeof model->note,
                 "Replay this history, or debug it (registers, source, single "
                 "steps) from this event on:\notalab replay '%s'\n"
                 "otalab replay '%s' --gdb-at %" PRIu64,
                 branch->token, branch->token, model->at > 0 ? model->at : 1);
        model->pane = PANE_EXPLAIN;
    }
    return 0;
}

/* "out/my-cut.yaml" -> "my-cut"; false when it is no such path. */
static bool name_of(const char *path, char *out, size_t size)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    size_t length = strlen(name);

    if (length < 6 || strcmp(name + length - 5, ".yaml") != 0 ||
        length - 5 >= size) {
        return false;
    }
    snprintf(out, size, "%.*s", (int)(length - 5), name);
    return true;
}

/* The file is there already: it is written only when the next key says so. */
static void ask_first(struct model *model, const char *path)
{
    snprintf(model->overwrite, sizeof model->overwrite, "%s", path);
    model_say(model, SCREEN_WARN, "%s exists; overwrite it? y or n", path);
}

static int write_scenario(struct model *model, const char *path,
                          const char *name, bool over)
{
    const char *faults[TOKEN_FAULTS + BRANCHES];
    unsigned count = all_faults(model, model->branches.current, faults);
    FILE *out = fopen(path, over ? "w" : "wx");

    if (out == NULL && errno == EEXIST) {
        ask_first(model, path);
        return -1;
    }
    if (out == NULL) {
        model_say(model, SCREEN_BAD, "%s cannot be written: %s", path,
                  strerror(errno));
        return -1;
    }
    fault_yaml_scenario(
        out, model->source,
        &(struct fault_yaml){name, model->has_seed ? &model->seed : NULL, count,
                             faults});
    if (fclose(out) != 0) {
        model_say(model, SCREEN_BAD, "%s: %s", path, strerror(errno));
        return -1;
    }
    return 0;
}

static int save(struct model *model, const char *path, bool over)
{
    struct scenario *again = NULL;
    struct diag line = {""};
    char name[SCENARIO_NAME];

    if (model->source == NULL) {
        model_say(model, SCREEN_BAD, "the scenario's file is not known");
        return 0;
    }
    if (!name_of(path, name, sizeof name)) {
        model_say(model, SCREEN_BAD,
                  "a scenario's file ends with .yaml: save my-cut.yaml");
        return 0;
    }
    if (write_scenario(model, path, name, over) != 0) {
        return 0;
    }
    if (scenario_read(path, &again, &line) != 0) {
        model_say(model, SCREEN_BAD, "written, but: %s", line.text);
    } else {
        model_say(model, SCREEN_GOOD, "written; try: otalab run %s", path);
    }
    scenario_free(again);
    return 0;
}

int act_save(struct model *model, const struct order *order)
{
    return save(model, order->argument, false);
}

int branch_overwrite(struct model *model, bool yes)
{
    char path[MODEL_TEXT];

    snprintf(path, sizeof path, "%s", model->overwrite);
    model->overwrite[0] = '\0';
    if (!yes) {
        model_say(model, SCREEN_TEXT, "%s is left as it was", path);
        return 0;
    }
    return save(model, path, true);
}
