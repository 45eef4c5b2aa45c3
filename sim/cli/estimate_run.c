/* SPDX-License-Identifier: MIT */
#include "cli/estimate_run.h"

#include "history/history.h"
#include "record/changes.h"
#include "record/event.h"

/* Of a datagram: the length field comes first. */
static uint64_t on_air(const struct event *event)
{
    bool radio =
        event->code == EVENT_RADIO_SEND || event->code == EVENT_RADIO_RECEIVE;

    return radio ? event->number[0] + RUN_HEADERS : 0;
}

static int sum_of(const struct history *history, const char *folder,
                  uint64_t *bytes, struct diag *diag)
{
    uint64_t sum = 0;
    struct event event;

    if (history_shape(history)->devices > 1) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "%s: a run of several devices; give one of a single "
                         "device",
                         folder);
    }
    for (uint64_t i = 1; i <= history_events(history); i++) {
        history_event(history, i, &event);
        sum += on_air(&event);
    }
    if (sum == 0) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "%s: no datagram in this run; give one of an update "
                         "over the air",
                         folder);
    }
    *bytes = sum;
    return 0;
}

int run_bytes(const char *folder, uint64_t *bytes, struct diag *diag)
{
    struct history *history = NULL;
    int err = history_open(&history, folder, diag);

    err = err ? err : sum_of(history, folder, bytes, diag);
    history_close(history);
    return err;
}

int figure_from_run(const struct command *command, struct options *options,
                    unsigned figure, unsigned from, struct diag *diag)
{
    struct option_value *value = &options->value[figure];

    if (!options->value[from].given) {
        return 0;
    }
    if (value->given) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "--%s and --%s: give one of them",
                         command->options[figure].name,
                         command->options[from].name);
    }
    value->given = true;
    return run_bytes(options->value[from].text, &value->number, diag);
}
