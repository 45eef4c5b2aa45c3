/* SPDX-License-Identifier: MIT */
#include "cli/session.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/debugger.h"
#include "cli/evidence.h"
#include "cli/pcap_file.h"
#include "cli/readback.h"
#include "report/followup.h"
#include "report/report.h"
#include "scenario/way.h"

static int read_scenario(const struct session *session, const char *path,
                         struct scenario **scenario, struct diag *diag)
{
    int err = scenario_read(path, scenario, diag);

    if (err) {
        return err;
    }
    if (session->way != NULL) {
        err = scenario_as(*scenario, session->way, diag);
    }
    if (session->has_seed) {
        (*scenario)->seed = session->seed;
    }
    if (session->dump != NULL) {
        dump_prepare(*scenario);
    }
    for (unsigned i = 0; i < session->faults && err == 0; i++) {
        err = scenario_add_fault(*scenario, session->fault[i], diag);
    }
    if (err) {
        scenario_free(*scenario);
        *scenario = NULL;
    }
    return err;
}

static int run_once(const struct session *session,
                    const struct scenario *scenario, FILE *story,
                    const struct arrivals *arrivals, struct run_result *result,
                    struct diag *diag)
{
    struct run_options options = {
        .firmware = session->where.firmware,
        .firmware_else = session->where.firmware_else,
        .plugin = session->where.plugin,
        .qemu = session->qemu,
        .story = story,
        .apart = story != NULL && session->apart,
        .verbose = session->verbose,
        .color = session->color,
        .hard_cuts = session->hard_cuts,
        .track = true,
        .faults = session->faults,
        .fault = session->fault,
        .dump = session->dump != NULL ? &session->dump->run : NULL,
        .arrivals = arrivals,
        .live_anywhere = session->live_anywhere,
        .gdb_port = session->gdb_port,
        .progress = session->progress,
        .progress_context = session->progress_context,
        .interrupted = session->interrupted,
    };

    return run_scenario(scenario, &options, result, diag);
}

static bool same_changes(const struct run_result *a, const struct run_result *b)
{
    const struct changes *left = &a->track.changes;
    const struct changes *right = &b->track.changes;

    return left->length == right->length &&
           memcmp(left->bytes, right->bytes, left->length) == 0;
}

/* Further runs must give exactly the same recording. */
static void run_again(const struct session *session,
                      const struct scenario *scenario,
                      const struct run_result *first, FILE *out,
                      struct outcome *outcome)
{
    for (uint64_t i = 1; i < session->repeat && outcome->err == 0 &&
                         outcome->verdict != RUN_INTERRUPTED;
         i++) {
        struct run_result again;

        outcome->err = run_once(session, scenario, NULL, &first->arrivals,
                                &again, &outcome->error);
        if (again.verdict == RUN_INTERRUPTED) {
            outcome->verdict = RUN_INTERRUPTED;
        } else if (outcome->err == 0 && (strcmp(again.token.recording,
                                                first->token.recording) != 0 ||
                                         memcmp(again.world, first->world,
                                                sizeof again.world) != 0 ||
                                         !same_changes(&again, first))) {
            outcome->err =
                diag_fail(&outcome->error, OTALAB_ERR_REPLAY,
                          "%s: run %" PRIu64 " differs in recording or world: "
                          "recording %s, the first gave %s",
                          scenario->name, i + 1, again.token.recording,
                          first->token.recording);
        }
        run_result_free(&again);
    }
    if (session->result && session->repeat > 1 && outcome->err == 0 &&
        outcome->verdict != RUN_INTERRUPTED) {
        fprintf(out, "  repeat   %" PRIu64 " runs, identical to the bit\n",
                session->repeat);
    }
}

/* ---- telling and keeping ------------------------------------------------ */

static void tell(const struct session *session, const struct scenario *scenario,
                 const struct run_result *result, const struct report_how *how,
                 FILE *out)
{
    if (session->result) {
        report_result(out, scenario, result, how, session->color);
    }
    if (session->result && session->story) {
        report_cost(out, result);
    }
}

/* The commands to continue with, now owned by the outcome. */
static void take_followup(struct outcome *outcome,
                          const struct scenario *scenario,
                          const struct run_result *result,
                          const struct report_how *how)
{
    struct followup followup;

    if (followup_make(&followup, scenario, &result->token, how) == 0) {
        outcome->token = followup.token;
        outcome->replay = followup.replay;
        outcome->watch = followup.watch;
        outcome->debug = followup.debug;
    }
}

static int write_evidence(const struct evidence *evidence,
                          const struct plan_item *item,
                          const struct run_result *result,
                          const struct outcome *outcome, struct diag *diag)
{
    char *json = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&json, &size);

    if (out == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    report_json(out, item, outcome);
    int err = fclose(out) != 0
                  ? diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory")
                  : evidence_keep(evidence, result, json, diag);
    free(json);
    return err;
}

/* A run that passes leaves nothing behind and removes what an earlier run
 * left. */
static void keep(const struct session *session, const struct plan_item *item,
                 const struct scenario *scenario,
                 const struct run_result *result, FILE *out,
                 struct outcome *outcome)
{
    const struct evidence evidence = {item->folder, scenario, &session->where};

    if (result->events == 0 || (session->dump != NULL && !session->keep_all)) {
        return; /* runs/ may be where the dump is */
    }
    if (!session->keep_all && result->verdict == RUN_PASSED) {
        evidence_remove(&evidence);
        return;
    }
    outcome->evidence = strdup(item->folder);
    outcome->kept_err =
        write_evidence(&evidence, item, result, outcome, &outcome->kept_error);
    if (outcome->kept_err) {
        free(outcome->evidence);
        outcome->evidence = NULL;
    } else if (session->result) {
        fprintf(out, "  evidence %s/\n", item->folder);
    }
}

/* The first event that was not as expected; 0: none is known. */
static uint64_t first_wrong(const struct run_result *result)
{
    for (unsigned i = 0; i < result->failures && i < RUN_FAILURES; i++) {
        if (result->failure[i].sequence != 0) {
            return result->failure[i].sequence;
        }
    }
    return 0;
}

static void add_dump(struct report_how *how, const struct dump *dump)
{
    if (dump != NULL) {
        how->flash = dump->run.path;
        how->fuses = dump->fuses_path;
    }
}

/* A run without its server is judged like any other; say what it lacked. */
static void warn_refused(const struct scenario *scenario,
                         const struct run_result *result)
{
    if (result->live_refused > 0) {
        fprintf(stderr,
                "otalab run: nobody listens at %s (%" PRIu64 " of %" PRIu64
                " datagrams were refused); start the server, or change "
                "network.live\n",
                scenario->network.live, result->live_refused,
                result->live_sent);
    }
}

static void run_read(const struct session *session,
                     const struct plan_item *item,
                     const struct scenario *scenario, FILE *out,
                     struct outcome *outcome)
{
    struct run_result result;
    struct report_how how = {
        .by_file =
            !paths_is_named(scenario->name, scenario->path, &session->where),
        .folder = item->folder,
        .firmware = session->firmware,
        .qemu = session->qemu,
    };

    bool says = session->dump != NULL && session->result;

    add_dump(&how, session->dump);
    if (says) {
        dump_say_begin(out, session->dump, scenario);
    }
    if (session->gdb_port != 0) {
        debugger_say(stderr, scenario, &session->where, session->gdb_port);
    }
    outcome->err = run_once(session, scenario, session->story ? out : NULL,
                            NULL, &result, &outcome->error);
    warn_refused(scenario, &result);
    if (outcome->err == 0 && session->verify) {
        outcome->err = readback(&result, &outcome->error);
    }
    if (outcome->err == 0 && session->pcap != NULL) {
        outcome->err =
            pcap_file_of_run(&result, session->pcap, &outcome->error);
    }
    how.at = first_wrong(&result);
    outcome_take(outcome, &result);
    if (result.events > 0) { /* otherwise there was no run */
        take_followup(outcome, scenario, &result, &how);
    }
    if (outcome->err == 0) {
        tell(session, scenario, &result, &how, out);
    }
    keep(session, item, scenario, &result, out, outcome);
    if (outcome->err == 0 && outcome->kept_err == 0) {
        run_again(session, scenario, &result, out, outcome);
    }
    if (says && outcome->err == 0) {
        dump_say_end(out, &result);
    }
    run_result_free(&result);
}

void session_run(const struct session *session, const struct plan_item *item,
                 FILE *out, struct outcome *outcome)
{
    struct scenario *scenario = NULL;

    if (session->dump != NULL && session->keep_all) {
        outcome->err =
            dump_check_folder(session->dump, item->folder, &outcome->error);
    }
    if (outcome->err) {
        return;
    }
    outcome->err =
        read_scenario(session, item->path, &scenario, &outcome->error);
    if (outcome->err) {
        return;
    }
    run_read(session, item, scenario, out, outcome);
    scenario_free(scenario);
}
