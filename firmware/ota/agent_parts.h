/* SPDX-License-Identifier: MIT */
/*
 * How the agent's files call each other; nobody else includes this. What ends a
 * piece of work returns the phase that is next, AGENT_PHASE_STAY when it is the
 * same one: only agent.c goes from phase to phase. Each phase has something due:
 * an exchange, flash work, or a time.
 */
#ifndef OTALAB_OTA_AGENT_PARTS_H
#define OTALAB_OTA_AGENT_PARTS_H

#include "ota/agent.h"

/* What a phase does when it begins and in each step, with an answer, and
 * without one. */
typedef enum agent_phase agent_act(struct agent *agent);
typedef enum agent_phase agent_answered(struct agent *agent,
                                        const struct coap_answer *answer);
typedef enum agent_phase agent_lost(struct agent *agent, enum agent_why why);

/* ---- agent_base.c: time, chance, asking ------------------------------ */
uint64_t agent_now(const struct agent *agent);
/* The clock that outlives a reset, in ms: within what a record can hold, in
 * whole seconds, whatever it was set to. */
uint64_t agent_rtc(const struct agent *agent);
bool agent_on_trial(const struct agent *agent);
void agent_trace(const struct agent *agent, enum agent_event event, uint32_t a,
                 uint32_t b, uint32_t c);
/* 0 to `most`. */
uint64_t agent_random_upto(const struct agent *agent, uint64_t most);
/* `ms` and up to poll_jitter_percent of it. */
uint64_t agent_jitter(const struct agent *agent, uint64_t ms);
/* backoff_ms, doubled `times` times, at most backoff_max_ms. */
uint64_t agent_backoff(const struct agent *agent, uint32_t times);
void agent_transmit(struct agent *agent, const void *bytes, uint32_t length);
/* Begin an exchange of the phase. False: the request cannot be made. */
bool agent_ask(struct agent *agent, const struct coap_request *request,
               uint32_t retransmits);
/* Wait `ms` for the next poll. */
enum agent_phase agent_wait(struct agent *agent, uint64_t ms);
enum agent_phase agent_wait_for_poll(struct agent *agent);

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
agent_lost agent_fail;

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
agent_act agent_poll;
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
agent_act agent_begin;
/* Put it off: a gate is closed. */
enum agent_phase agent_put_off(struct agent *agent, struct progress *record,
                               enum agent_why why);
/* What has to be remembered cannot be: wait, longer each time. */
agent_act agent_cannot_keep;
/* The next bytes of the download: decode them, and store what is whole. NONE,
 * or what was wrong. */
enum agent_why agent_take(struct agent *agent, const uint8_t *bytes,
                          uint32_t length);

/* ---- agent_fetch.c ------------------------------------------------------ */
agent_act agent_fetch;
agent_answered agent_image_answered;

/* ---- agent_store.c ------------------------------------------------------ */
/* Write what was gathered, and say so. False: flash failed. */
bool agent_store(struct agent *agent);
agent_act agent_mend;

/* ---- agent_verify.c ---------------------------------------------------- */
agent_act agent_verify_begin;
agent_act agent_verify;

/* ---- agent_report.c ---------------------------------------------------- */
/* Is there something to be reported, and is it time for it? */
bool agent_report_due(const struct agent *agent);
/* When, or AGENT_NEVER. */
uint64_t agent_report_time(const struct agent *agent);
/* The phase that sends the report and then goes on with `then`. */
enum agent_phase agent_report_first(struct agent *agent, enum agent_phase then);
agent_act agent_report;
agent_answered agent_report_answered;
agent_lost agent_report_lost;

#endif
