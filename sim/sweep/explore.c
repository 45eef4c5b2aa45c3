/* SPDX-License-Identifier: MIT */
#include "sweep/explore.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "sweep/check.h"
#include "sweep/family.h"
#include "sweep/find.h"

/* ---- the queue ----------------------------------------------------------- */

static int push(struct explorer *explorer, uint32_t number)
{
    uint32_t depth = explorer->graph.node[number].depth;
    size_t count = explorer->queue[depth].count;

    if (count == explorer->queue[depth].room) {
        size_t room = count == 0 ? 256 : 2 * count;
        uint32_t *grown =
            realloc(explorer->queue[depth].node, room * sizeof *grown);

        if (grown == NULL) {
            return -1;
        }
        explorer->queue[depth].node = grown;
        explorer->queue[depth].room = room;
    }
    explorer->queue[depth].node[explorer->queue[depth].count++] = number;
    explorer->queued++;
    return 0;
}

/* The next one that waits, with the fewest cuts; SWEEP_NONE if there is none.
 * The latest first: what it shares with others is freed sooner. */
static uint32_t pop(struct explorer *explorer)
{
    for (unsigned depth = 0; depth <= SWEEP_DEPTH_MAX; depth++) {
        while (explorer->queue[depth].count > 0) {
            uint32_t number =
                explorer->queue[depth].node[--explorer->queue[depth].count];

            explorer->queued--;
            if (explorer->graph.node[number].state == NODE_WAITS) {
                return number; /* not run since, see graph_nearer() */
            }
        }
    }
    return SWEEP_NONE;
}

static bool stopped(const struct explorer *explorer)
{
    const volatile sig_atomic_t *flag = explorer->options->run->interrupted;

    return flag != NULL && *flag;
}

static int no_memory(struct diag *diag)
{
    return diag_fail(diag, OTALAB_ERR_SIMULATOR,
                     "out of memory; sweep fewer operations with --ops, or one "
                     "shard at a time");
}

static void say_progress(const struct explorer *explorer)
{
    if (explorer->options->progress != NULL) {
        explorer->options->progress(explorer->options->progress_context,
                                    &explorer->sweep->counts, explorer->queued);
    }
}

/* ---- a cut --------------------------------------------------------------- */

/* What is known about one cut while it is made. */
struct attempt {
    struct explorer *explorer;
    uint32_t from;
    const struct sweep_place *place;
    const struct sweep_form *form;
    uint32_t draw;
    uint32_t position; /* of the clean run */
    bool known;
    bool elsewhere;
};

/* Cuts of the clean run are divided by what they lead to. */
static bool is_elsewhere(const struct attempt *attempt, const uint8_t key[32])
{
    const struct explorer *explorer = attempt->explorer;
    uint32_t number = (uint32_t)key[28] << 24 | (uint32_t)key[29] << 16 |
                      (uint32_t)key[30] << 8 | key[31];

    return explorer->graph.node[attempt->from].depth == 0 &&
           number % explorer->options->shards != explorer->options->shard;
}

static bool wanted(void *context, const uint8_t key[32])
{
    struct attempt *attempt = context;
    const struct explorer *explorer = attempt->explorer;

    if (explorer->options->find != NULL) {
        find_compare(explorer->options->find, run_world(explorer->run),
                     &explorer->given->map, attempt->place, attempt->form,
                     attempt->draw);
        return false; /* what follows the cut does not matter */
    }
    attempt->known = graph_find(&explorer->graph, key) != SWEEP_NONE;
    attempt->elsewhere = !attempt->known && is_elsewhere(attempt, key);
    return !attempt->known && !attempt->elsewhere;
}

static uint32_t new_node(struct explorer *explorer, const uint8_t key[32],
                         uint32_t from, struct checkpoint *at)
{
    uint32_t number = graph_add(&explorer->graph, key);

    if (number == SWEEP_NONE) {
        checkpoint_leave(at);
        return number;
    }
    struct graph_node *node = &explorer->graph.node[number];

    node->at = at;
    node->parent = from;
    if (from != SWEEP_NONE) {
        node->depth = explorer->graph.node[from].depth;
        node->position = explorer->graph.node[from].position;
    }
    explorer->sweep->counts.nodes++;
    return number;
}

static int add_cut(struct explorer *explorer, const struct attempt *attempt,
                   const struct crash *crash, struct checkpoint *at,
                   uint32_t *number)
{
    uint32_t from = attempt->from;
    int err = 0;

    *number = graph_find(&explorer->graph, crash->key);
    if (at != NULL) {
        *number = new_node(explorer, crash->key, from, at);
        if (*number == SWEEP_NONE) {
            return -1;
        }
        struct graph_node *node = &explorer->graph.node[*number];

        node->form = attempt->form;
        node->draw = attempt->draw;
        node->place = *attempt->place;
        node->depth++;
        if (explorer->graph.node[from].depth == 0) {
            node->position = attempt->position;
        }
        err = push(explorer, *number);
    } else if (attempt->known) {
        explorer->sweep->counts.merged++;
    } else {
        explorer->sweep->counts.elsewhere++;
    }
    return err != 0 || *number == SWEEP_NONE
               ? err
               : graph_join(&explorer->graph, from, *number);
}

static int cut(struct attempt *attempt, struct sweep_effect *effect,
               struct diag *diag)
{
    struct explorer *explorer = attempt->explorer;
    const struct sweep_form *form = attempt->form;
    struct crash crash = {
        .cut = {.off_ns = 1,
                .cause = form->kind == SWEEP_DIP ? CTL_CAUSE_BROWN_OUT
                                                 : CTL_CAUSE_POWER_ON,
                .sram = form->kind == SWEEP_DIP ? BOARD_SRAM_PARTLY
                                                : BOARD_SRAM_SCRAMBLED,
                .flash_form = form->flash_form,
                .otp_form = form->otp_form,
                .flash_reach = form->reach,
                .flash_draw = attempt->draw,
                .reading = form->reading},
        .reset = form->kind == SWEEP_RESET,
        .wanted = wanted,
        .context = attempt};
    struct checkpoint *at = NULL;
    uint32_t number = SWEEP_NONE;
    int err = run_crash(explorer->run, &crash, &at, diag);

    if (err != 0) {
        return err;
    }
    explorer->sweep->counts.asked++;
    explorer->sweep->counts.delivered += crash.exact;
    if (add_cut(explorer, attempt, &crash, at, &number) != 0) {
        return no_memory(diag);
    }
    *effect = (struct sweep_effect){.form = form,
                                    .draw = attempt->draw,
                                    .node = number,
                                    .merged = attempt->known,
                                    .delivered = crash.exact};
    return 0;
}

/* ---- positions ----------------------------------------------------------- */

/* What lasting changes there were before. */
struct tally {
    uint64_t work;
    uint64_t sent;
    uint32_t received;
};

static struct tally tally_of(const struct world *world)
{
    const struct world_device *device = &world->device[0];

    return (struct tally){device->work.sequence,
                          device->link.way[LINK_UP].counts.offered,
                          device->received};
}

/* The newest change since then. */
static struct sweep_place place_of(const struct world *world,
                                   const struct tally *before)
{
    const struct world_device *device = &world->device[0];
    const struct world_work *work = &device->work;
    struct tally now = tally_of(world);
    struct sweep_place place = {.code = EVENT_RADIO_RECEIVE,
                                .nth = now.received};

    if (now.work != before->work) {
        place = (struct sweep_place){.code = work->code,
                                     .nth = work->nth,
                                     .address = device->board.flash.op.address};
        memcpy(place.partition, work->partition, sizeof place.partition);
    } else if (now.sent != before->sent) {
        place = (struct sweep_place){.code = EVENT_RADIO_SEND,
                                     .nth = (uint32_t)now.sent};
    }
    return place;
}

/* What the boot chain has come to. */
static void set_state(const struct explorer *explorer,
                      struct sweep_position *position)
{
    const struct oracle *oracle = &run_world(explorer->run)->device[0].oracle;
    uint32_t image =
        oracle->running != ORACLE_NONE ? oracle->running : oracle->boot;

    position->journal =
        oracle->journal_slot != ORACLE_NONE ? oracle->journal_state : 0;
    snprintf(position->program, sizeof position->program, "%s",
             image < explorer->given->judged.images
                 ? explorer->given->judged.image[image].name
                 : "rom");
}

/* A position of the clean run, kept for the report; NULL: out of memory. */
static struct sweep_position *new_position(struct explorer *explorer,
                                           const struct sweep_place *place)
{
    struct sweep *sweep = explorer->sweep;
    const struct world *world = run_world(explorer->run);

    if (sweep->positions % 1024 == 0) {
        struct sweep_position *grown =
            realloc(sweep->position, (sweep->positions + 1024) * sizeof *grown);

        if (grown == NULL) {
            return NULL;
        }
        sweep->position = grown;
    }
    struct sweep_position *position = &sweep->position[sweep->positions++];

    *position = (struct sweep_position){
        .place = *place,
        .time_ns = explorer->clean_ns + world->now_ns - world->paused_ns,
        .boot = explorer->clean_boot,
        .effect = calloc(SWEEP_FORMS + explorer->options->sample,
                         sizeof(struct sweep_effect))};
    set_state(explorer, position);
    return position->effect != NULL ? position : NULL;
}

static bool is_asked_for(const struct explorer *explorer,
                         const struct sweep_form *form)
{
    unsigned kinds = explorer->options->kinds;

    return (form->kind & (kinds != 0 ? kinds : SWEEP_POWER)) != 0 &&
           family_has(explorer->options->family, form);
}

/* One place at which forms are tried. */
struct trial {
    struct explorer *explorer;
    uint32_t from;
    const struct sweep_place *place;
    struct sweep_position *position; /* NULL after a first cut */
};

static int try_form(const struct trial *trial, const struct sweep_form *form,
                    uint32_t draw, struct diag *diag)
{
    struct sweep_position *position = trial->position;
    struct attempt attempt = {
        .explorer = trial->explorer,
        .from = trial->from,
        .place = trial->place,
        .form = form,
        .draw = draw,
        .position = (uint32_t)trial->explorer->sweep->positions - 1u};
    struct sweep_effect effect;
    int err = cut(&attempt, &effect, diag);

    if (err == 0 && position != NULL) {
        position->effect[position->effects++] = effect;
    }
    return err;
}

static int try_forms(const struct trial *trial, const struct sweep_form *form,
                     unsigned forms, struct diag *diag)
{
    int err = 0;

    for (unsigned i = 0; i < forms && err == 0; i++) {
        if (is_asked_for(trial->explorer, &form[i])) {
            err = try_form(trial, &form[i], 0, diag);
        }
    }
    return err;
}

/* Numbers that draw random forms. They follow from the seed, the boot and the
 * place in it: from nothing that depends on what else was run, or by whom. */
static struct rng draws_of(const struct trial *trial)
{
    const struct graph_node *node = &trial->explorer->graph.node[trial->from];
    char name[2 * sizeof node->key + 16];
    size_t used = 0;
    struct rng rng;

    for (size_t i = 0; i < sizeof node->key; i++) {
        used += (size_t)snprintf(name + used, sizeof name - used, "%02x",
                                 node->key[i]);
    }
    snprintf(name + used, sizeof name - used, " %" PRIu32, node->changes);
    rng_init(&rng, trial->explorer->options->seed, name);
    return rng;
}

static int try_sample(const struct trial *trial, struct diag *diag)
{
    const struct sweep_options *options = trial->explorer->options;
    const struct sweep_form *form = family_random(trial->place->code);
    struct rng rng = draws_of(trial);
    bool power = options->kinds == 0 || (options->kinds & SWEEP_POWER) != 0;
    int err = 0;

    for (uint32_t i = 0; i < options->sample && form != NULL && power && !err;
         i++) {
        err = try_form(trial, form, 1u + (uint32_t)rng_below(&rng, UINT32_MAX),
                       diag);
    }
    return err;
}

/* In the recovery from a cut, what that has torn may read otherwise. */
static int try_flips(const struct trial *trial, struct diag *diag)
{
    const struct flash *flash =
        &run_world(trial->explorer->run)->device[0].board.flash;
    const struct sweep_form *form;

    if (trial->position != NULL || flash->torn.kind == FLASH_IDLE) {
        return 0;
    }
    unsigned forms = family_flips(trial->place->code, &form);

    return try_forms(trial, form, forms, diag);
}

static int try_all(const struct trial *trial, struct diag *diag)
{
    const struct sweep_form *form;
    unsigned forms = family_forms(trial->place->code, &form);
    int err = try_forms(trial, form, forms, diag);

    err = err ? err : try_sample(trial, diag);
    trial->explorer->sweep->counts.positions += trial->position != NULL;
    return err ? err : try_flips(trial, diag);
}

static int at_change(struct explorer *explorer, uint32_t from,
                     const struct tally *before, struct diag *diag)
{
    const struct world *world = run_world(explorer->run);
    struct sweep_place place = place_of(world, before);
    bool clean = explorer->graph.node[from].depth == 0;
    struct sweep_position *position = NULL;

    explorer->graph.node[from].changes++;
    if (clean) {
        position = new_position(explorer, &place);
        if (position == NULL) {
            return no_memory(diag);
        }
        size_t count = explorer->sweep->positions;

        if (count < explorer->options->first ||
            count > explorer->options->last) {
            return 0;
        }
    }
    if (explorer->graph.node[from].depth >= explorer->options->depth) {
        explorer->graph.node[from].open = true;
        return 0;
    }
    struct trial trial = {explorer, from, &place, position};

    return try_all(&trial, diag);
}

/* ---- a boot -------------------------------------------------------------- */

static void fails(struct graph_node *node, const char *text)
{
    node->state = NODE_FAILS;
    node->text = strdup(text);
}

static void fails_because(struct graph_node *node, const struct world *world)
{
    const struct run_failure *failure = &world->failure[0];
    char text[512];

    snprintf(text, sizeof text, "expected %s; seen %s", failure->expected,
             failure->seen);
    fails(node, world->failures > 0 ? text : "a limit was reached");
}

static void at_end(struct explorer *explorer, uint32_t number)
{
    struct graph_node *node = &explorer->graph.node[number];
    const struct world *world = run_world(explorer->run);
    const struct oracle *oracle = &world->device[0].oracle;

    if (node->depth == 0) {
        run_judge(explorer->run); /* with the token */
    } else {
        run_close(explorer->run);
    }
    node->time_ns = world->now_ns - world->paused_ns;
    if (world->verdict != RUN_PASSED) {
        fails_because(node, world);
        return;
    }
    node->state = NODE_ENDS;
    node->image = oracle->running;
    node->confirmed = oracle->journal_state == JOURNAL_CONFIRMED;
    node->content = flash_hash(&world->device[0].board.flash);
    node->left = check_left(&world->device[0].board.flash,
                            &world->device[0].board.otp, &explorer->given->map);
}

/* Whether a chain of resets leads back to the node. */
static bool goes_round(const struct graph *graph, uint32_t node)
{
    uint32_t at = graph->node[node].next;

    for (size_t i = 0; i < graph->nodes && at != SWEEP_NONE; i++) {
        if (at == node) {
            return true;
        }
        at = graph->node[at].next;
    }
    return false;
}

/* The device has announced a reset, or a step of the scenario has struck it. On
 * with the next node if it is new, or known only from a chain with more cuts.
 * Otherwise *number is SWEEP_NONE. */
static int at_reset(struct explorer *explorer, uint32_t *number,
                    struct diag *diag)
{
    const struct world *world = run_world(explorer->run);
    uint8_t key[32];

    run_key(explorer->run, key);
    uint32_t next = graph_find(&explorer->graph, key);
    bool goes_on =
        next == SWEEP_NONE || graph_nearer(&explorer->graph, next, *number);

    if (next == SWEEP_NONE) {
        next = new_node(explorer, key, *number, NULL);
        if (next == SWEEP_NONE) {
            return no_memory(diag);
        }
    }
    struct graph_node *node = &explorer->graph.node[*number];

    node->state = NODE_GOES;
    node->next = next;
    node->time_ns = world->lasted_ns;
    if (goes_round(&explorer->graph, *number)) {
        fails(node, "the device resets itself again and again, without end");
    }
    if (node->depth == 0) {
        explorer->clean_ns += world->lasted_ns;
        explorer->clean_boot++;
    }
    *number = goes_on ? next : SWEEP_NONE;
    return 0;
}

/* From one stop of the run to the next. */
static int go_on(struct explorer *explorer, uint32_t *number, struct diag *diag)
{
    const struct world *world = run_world(explorer->run);
    struct tally before = tally_of(world);
    struct run_until until = {.what = UNTIL_CHANGE, .changes = world->changes};
    int err = run_to(explorer->run, &until, diag);

    if (err != 0) {
        return err;
    }
    if (stopped(explorer)) {
        return 0;
    }
    if (world->failures > 0) {
        fails_because(&explorer->graph.node[*number], world);
        *number = SWEEP_NONE;
    } else if (run_over(explorer->run)) {
        at_end(explorer, *number);
        *number = SWEEP_NONE;
    } else if (world->paused) {
        explorer->sweep->counts.boots++;
        return at_reset(explorer, number, diag);
    } else {
        return at_change(explorer, *number, &before, diag);
    }
    explorer->sweep->counts.boots++;
    return 0;
}

static int run_chain(struct explorer *explorer, uint32_t number,
                     struct diag *diag)
{
    int err = 0;

    while (number != SWEEP_NONE && err == 0 && !stopped(explorer)) {
        err = go_on(explorer, &number, diag);
        say_progress(explorer);
    }
    return err;
}

static int run_node(struct explorer *explorer, uint32_t number,
                    struct diag *diag)
{
    struct checkpoint *at = explorer->graph.node[number].at;
    int err = run_restore(explorer->run, at, diag);

    if (explorer->sweep->depth < explorer->graph.node[number].depth) {
        explorer->sweep->depth = explorer->graph.node[number].depth;
    }
    explorer->graph.node[number].at = NULL;
    err = err ? err : run_chain(explorer, number, diag);
    checkpoint_leave(at);
    return err;
}

int explore(struct explorer *explorer, struct diag *diag)
{
    uint8_t key[32];

    run_key(explorer->run, key);
    uint32_t number = new_node(explorer, key, SWEEP_NONE, NULL);
    int err = number == SWEEP_NONE ? no_memory(diag) : 0;

    explorer->clean_boot = 1;
    while (err == 0 && number != SWEEP_NONE && !stopped(explorer)) {
        err = explorer->graph.node[number].at == NULL
                  ? run_chain(explorer, number, diag)
                  : run_node(explorer, number, diag);
        number = explorer->graph.node[0].state == NODE_FAILS ? SWEEP_NONE
                                                             : pop(explorer);
    }
    explorer->sweep->interrupted = stopped(explorer);
    return err;
}

void explore_free(struct explorer *explorer)
{
    for (unsigned i = 0; i <= SWEEP_DEPTH_MAX; i++) {
        free(explorer->queue[i].node);
    }
    graph_free(&explorer->graph);
}
