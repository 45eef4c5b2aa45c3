/* SPDX-License-Identifier: MIT */
#include "scenario/read.h"

#include <string.h>

/* ---- actions ----------------------------------------------------------- */

/* The values of an action that its mapping does not give. */
static const struct action usual_action = {
    .done = 500,
    .form = FLASH_FORM_AUTO,
    .fuse_form = OTP_FORM_AUTO,
    .off_ns = UINT64_C(500000000),
    .sram = BOARD_SRAM_SCRAMBLED,
    .fill = 0xFF,
    .seed = UINT64_MAX,
    .times = 1,
};

static const struct {
    const char *name;
    enum action_kind kind;
    enum ctl_reset_cause cause;
} action_kinds[] = {
    {"console", ACTION_CONSOLE, 0},
    {"power_cut", ACTION_POWER_CUT, CTL_CAUSE_POWER_ON},
    {"reset", ACTION_RESET, CTL_CAUSE_PIN},
    {"bit_flip", ACTION_FLIP, 0},
    {"damage", ACTION_DAMAGE, 0},
    {"bit_rot", ACTION_ROT, 0},
    {"hostile", ACTION_HOSTILE, 0},
    {"flash_fail", ACTION_FLASH_FAIL, 0},
    {"note", ACTION_NOTE, 0},
    {"stop", ACTION_STOP, 0},
    {"publish", ACTION_PUBLISH, 0},
    {"withdraw", ACTION_WITHDRAW, 0},
    {"misbehave", ACTION_MISBEHAVE, 0},
    {"behave", ACTION_BEHAVE, 0},
    {"network", ACTION_NETWORK, 0},
    {"link", ACTION_LINK, 0},
    {"outage", ACTION_OUTAGE, 0},
    {"charge", ACTION_CHARGE, 0},
    {"accelerator", ACTION_ACCELERATOR, 0},
    {"pauses", ACTION_PAUSES, 0},
    {"server_shows", ACTION_SHOWS, 0},
    {"server_restart", ACTION_RESTART, 0},
    {"rebind", ACTION_REBIND, 0},
    {"server_clock_back", ACTION_CLOCK_BACK, 0},
    {"rng", ACTION_RNG, 0},
};

/* Within a target, offset 0 is usual; elsewhere it would be a guess. */
static int check_flip(struct reader *reader, const struct node *node,
                      const struct action *action)
{
    if (action->kind != ACTION_FLIP || action->target != TARGET_NONE ||
        node_find(node, "offset") != NULL) {
        return 0;
    }
    return read_fail(reader, node->place,
                     "bit_flip needs the key 'offset' or 'target'; add "
                     "'offset: 0x80' or 'target: header'");
}

static int read_action(struct reader *reader, const struct node *node,
                       void *target)
{
    struct step *step = target;

    if (step->actions >= SCENARIO_ACTIONS) {
        return read_fail(reader, node->place,
                         "too many actions in one step; at most %u",
                         SCENARIO_ACTIONS);
    }
    struct action *action = &step->action[step->actions];

    *action = usual_action;
    action->place = node->place;
    for (size_t i = 0; node->first != NULL && i < READ_SIZE(action_kinds);
         i++) {
        if (strcmp(action_kinds[i].name, node->first->key) == 0) {
            action->kind = action_kinds[i].kind;
            action->cause = action_kinds[i].cause;
            action->place = node->first->key_place;
        }
    }
    int err = read_map(reader, &schema_action, node, action, NULL, NULL);

    if (err == 0) {
        action->done_given = node_find(node->first, "done") != NULL;
        err = check_flip(reader, node->first, action);
        step->actions += err == 0;
    }
    return err;
}

/* An item of a list: the wrong kind is reported. */
static int read_listed(struct reader *reader, const struct node *node,
                       void *target)
{
    return node->kind == NODE_MAP
               ? read_action(reader, node, target)
               : read_map(reader, &schema_action, node, NULL, NULL, NULL);
}

int read_actions(struct reader *reader, const struct schema_key *key,
                 const struct node *node, void *target)
{
    int err = 0;

    if (node->kind == NODE_MAP) {
        return read_action(reader, node, target);
    }
    err = read_want(reader, key, node, NODE_LIST);
    if (err == 0 && node->first == NULL) {
        err = read_fail(reader, node->place,
                        "'do' is an empty list; write 'do: %s'", key->example);
    }
    return err != 0 ? err : read_each(reader, node, read_listed, target);
}

/* ---- steps ------------------------------------------------------------- */

int read_step(struct reader *reader, const struct node *node, void *target)
{
    struct scenario *scenario = reader->scenario;
    uint32_t seen = 0;

    (void)target;
    if (scenario->steps >= SCENARIO_STEPS) {
        return read_fail(reader, node->place, "too many steps; at most %u",
                         SCENARIO_STEPS);
    }
    struct step *step = &scenario->step[scenario->steps];

    memset(step, 0, sizeof *step);
    step->place = node->place;
    step->times = 1;
    step->every = 1;
    int err = read_map(reader, &schema_step, node, step, NULL, &seen);

    if (err != 0) {
        return err;
    }
    step->timed = read_has(&schema_step, seen, "at");
    if (step->timed == read_has(&schema_step, seen, "on")) {
        return read_fail(reader, node->place,
                         step->timed
                             ? "a step has either 'on' or 'at', not both; "
                               "remove one"
                             : "a step needs 'on' or 'at'; add 'on: {event: "
                               "app.ready}' or 'at: 5s'");
    }
    if (step->timed && (read_has(&schema_step, seen, "times") ||
                        read_has(&schema_step, seen, "every"))) {
        return read_fail(reader, node->place,
                         "a step at a time happens once; remove 'times' and "
                         "'every', or write 'on' in place of 'at'");
    }
    scenario->steps++;
    return 0;
}

int read_steps(struct reader *reader, const struct schema_key *key,
               const struct node *node, void *target)
{
    int err = read_want(reader, key, node, NODE_LIST);

    return err != 0 ? err : read_each(reader, node, read_step, target);
}

/* ---- explanations ------------------------------------------------------ */

static int read_tell(struct reader *reader, const struct node *node,
                     void *target)
{
    struct scenario *scenario = reader->scenario;

    (void)target;
    if (scenario->tells >= SCENARIO_TELLS) {
        return read_fail(reader, node->place,
                         "too many explanations; at most %u", SCENARIO_TELLS);
    }
    struct tell *tell = &scenario->tell[scenario->tells];

    memset(tell, 0, sizeof *tell);
    tell->place = node->place;
    int err = read_map(reader, &schema_tell, node, tell, NULL, NULL);

    scenario->tells += err == 0;
    return err;
}

int read_tells(struct reader *reader, const struct schema_key *key,
               const struct node *node, void *target)
{
    int err = read_want(reader, key, node, NODE_LIST);

    return err != 0 ? err : read_each(reader, node, read_tell, target);
}
