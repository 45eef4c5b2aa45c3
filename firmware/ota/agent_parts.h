/* SPDX-License-Identifier: MIT */
/*
 * How the agent's files call each other; nobody else includes this. Every
 * function that ends a piece of work leaves the agent in a phase that has
 * something due: an exchange, flash work, or a time.
 */
#ifndef OTALAB_OTA_AGENT_PARTS_H
#define OTALAB_OTA_AGENT_PARTS_H

#include "ota/agent.h"

/* ---- agent.c: time, chance, exchanges -------------------------------- */
uint64_t agent_now(const struct agent *agent);
/* The clock that outlives a reset, in ms: within what a record can hold, in
 * whole seconds, whatever it was set to. */
uint64_t agent_rtc(const struct agent *agent);
bool agent_on_trial(const struct agent *agent);
void agent_trace(const struct agent *agent, enum agent_event event, uint32_t a,
                 uint32_t b, uint32_t c);
/* `ms` and up to poll_jitter_percent of it. */
uint64_t agent_jitter(const struct agent *agent, uint64_t ms);
/* backoff_ms, doubled `times` times, at most backoff_max_ms. */
uint64_t agent_backoff(const struct agent *agent, uint32_t times);
/* Begin an exchange that belongs to `phase`. */
void agent_ask(struct agent *agent, enum agent_phase phase,
               const struct coap_request *request, uint32_t retransmits);
/* Wait `ms` for the next poll. */
void agent_wait(struct agent *agent, uint64_t ms);
void agent_wait_for_poll(struct agent *agent);

/* What a phase does with an answer, and without one. */
typedef void agent_answered(struct agent *agent,
                            const struct coap_answer *answer);
typedef void agent_lost(struct agent *agent, enum agent_why why);

/* ---- agent_record.c: what is kept ------------------------------------ */
/* Make it the state in force; traced and to be reported when state, result
 * or why is another one. False: flash failed, the old one stays. */
bool agent_keep(struct agent *agent, const struct progress *next);
/* State and why; the result is the why's. */
void agent_say(struct progress *record, enum agent_state state,
               enum agent_why why);
/* The record of the verified offer: the one in force when that is about it,
 * else a fresh one. What is the device's and not the release's stays: the
 * waiting time, failures in a row, brown-outs. */
void agent_record(const struct agent *agent, struct progress *record);
/* A download, or what came of it, has failed: count, keep, back off. */
void agent_fail(struct agent *agent, enum agent_why why);

/* ---- agent_sag.c ------------------------------------------------------- */
/* The supply broke down: count it; how long the radio has to stay off, in
 * ms. */
uint64_t agent_sagged(struct agent *agent);
/* The radio has done its work: no longer count what was. */
void agent_sag_over(struct agent *agent);

/* ---- agent_verdict.c -------------------------------------------------- */
/* After a reset: what has become of the trial? */
void agent_verdict(struct agent *agent);

/* ---- agent_offer.c ----------------------------------------------------- */
void agent_poll(struct agent *agent);
agent_answered agent_offer_answered;
agent_lost agent_offer_lost;

/* ---- agent_release.c ---------------------------------------------------- */
/* What is kept of the highest release, before an offer is judged. */
void agent_release_look(struct agent *agent);
/* Is the offer's number below the highest, or that of another image? */
bool agent_release_stale(const struct agent *agent);
/* Is it further above than one offer may go? Of one that is not stale. */
bool agent_release_too_far(const struct agent *agent);
/* Keep it as the highest; writes nothing when it is. False: flash failed. */
bool agent_release_keep(struct agent *agent);
/* The number that a request of a trial is to bear; 0: none, for the one that
 * the bootloader would hold it against is not to be believed. */
uint32_t agent_release_to_ask(const struct agent *agent);

/* ---- agent_gates.c ----------------------------------------------------- */
/* NONE, or the first gate that is closed; `left` bytes are to be fetched.
 * `begun`: a little less battery will do. */
enum agent_why agent_gate(const struct agent *agent, uint32_t left, bool begun);

/* ---- agent_download.c -------------------------------------------------- */
/* The offer is verified and wanted: go on with it, or wait until one may. */
void agent_begin(struct agent *agent);
/* Put it off: a gate is closed. */
void agent_put_off(struct agent *agent, struct progress *record,
                   enum agent_why why);
/* What has to be remembered cannot be: wait, longer each time. */
void agent_cannot_keep(struct agent *agent);
void agent_fetch(struct agent *agent);
agent_answered agent_image_answered;
void agent_mend(struct agent *agent);

/* ---- agent_verify.c ---------------------------------------------------- */
void agent_verify_start(struct agent *agent);
void agent_verify(struct agent *agent);

/* ---- agent_report.c ---------------------------------------------------- */
/* Is there something to be reported, and is it time for it? */
bool agent_report_due(const struct agent *agent);
/* When, or AGENT_NEVER. */
uint64_t agent_report_time(const struct agent *agent);
/* Send the report, then go on with that phase. */
void agent_report(struct agent *agent, enum agent_phase behind);
agent_answered agent_report_answered;
agent_lost agent_report_lost;

/* Go on with a phase: its first act. */
void agent_enter(struct agent *agent, enum agent_phase phase);

#endif
