/* SPDX-License-Identifier: MIT */
/*
 * How the agent's files call each other; nobody else includes this. A function
 * that ends a piece of work returns the next phase, AGENT_PHASE_STAY for the
 * same one: only agent.c changes the phase. Each phase has something due: an
 * exchange, flash work, or a time.
 */
#ifndef OTALAB_OTA_AGENT_PARTS_H
#define OTALAB_OTA_AGENT_PARTS_H

#include "ota/agent.h"

/* What a phase does when it starts and in each step, with an answer, and
 * without one. */
typedef enum agent_phase agent_act(struct agent *agent);
typedef enum agent_phase agent_answered(struct agent *agent,
                                        const struct coap_answer *answer);
typedef enum agent_phase agent_lost(struct agent *agent, enum agent_why why);

/* ---- agent_base.c: time, randomness, requests ------------------------ */
uint64_t agent_now(const struct agent *agent);
/* The clock that survives resets, in ms, limited to whole seconds that a record
 * can hold, whatever it was set to. */
uint64_t agent_rtc(const struct agent *agent);
bool agent_on_trial(const struct agent *agent);
void agent_trace(const struct agent *agent, enum agent_event event, uint32_t a,
                 uint32_t b, uint32_t c);
/* Random, 0 to `most`. */
uint64_t agent_random_upto(const struct agent *agent, uint64_t most);
/* `ms` plus up to poll_jitter_percent of it. */
uint64_t agent_jitter(const struct agent *agent, uint64_t ms);
/* backoff_ms, doubled `times` times, at most backoff_max_ms. */
uint64_t agent_backoff(const struct agent *agent, uint32_t times);
void agent_transmit(struct agent *agent, const void *bytes, uint32_t length);
/* Start an exchange of the phase. False: the request cannot be built. */
bool agent_ask(struct agent *agent, const struct coap_request *request,
               uint32_t retransmits);
/* Wait `ms` for the next poll. */
enum agent_phase agent_wait(struct agent *agent, uint64_t ms);
enum agent_phase agent_wait_for_poll(struct agent *agent);

/* ---- agent_record.c: what is kept ------------------------------------ */
/* Make it the current state; trace and report it if state, result or why has
 * changed. False: flash failed, and the old one remains. */
bool agent_keep(struct agent *agent, const struct progress *next);
/* Set state and why, and the result that belongs to that why. */
void agent_say(struct progress *record, enum agent_state state,
               enum agent_why why);
/* The record of the verified offer: the current one if it is about that offer,
 * else a fresh one. What belongs to the device and not to the release is kept:
 * the waiting time, failures in a row, brown-outs, downloads begun in vain. */
void agent_record(const struct agent *agent, struct progress *record);
/* No attempt before `ms` from now, in whole seconds of the clock that survives
 * resets. Returns how long that is, plus a little for the other clock's
 * rounding, because a poll just before it would be useless. */
uint64_t agent_not_before(const struct agent *agent, struct progress *record,
                          uint64_t ms);
/* A download, or the trial after it, has failed: count, keep, back off. */
agent_lost agent_fail;

/* ---- agent_ask.c: what the bootloader is to do ------------------------- */
/* Does recovery fetch for this program, which only asks for it? */
bool agent_gives_way(const struct agent *agent);
/* Give way to recovery for the release in `record`. */
enum agent_phase agent_ask_to_fetch(struct agent *agent,
                                    struct progress *record);
/* The release in the log is stored whole and read back: have it started. */
agent_act agent_ask_to_start;

/* ---- agent_sag.c ------------------------------------------------------- */
/* The supply collapsed: count it. Returns how long the radio must stay off, in
 * ms. */
uint64_t agent_sagged(struct agent *agent);
/* The radio has worked: reset that count. */
void agent_sag_over(struct agent *agent);

/* ---- agent_verdict.c -------------------------------------------------- */
/* After a reset: how did the trial end? */
void agent_verdict(struct agent *agent);

/* ---- agent_offer.c ----------------------------------------------------- */
agent_act agent_poll;
agent_answered agent_offer_answered;
agent_lost agent_offer_lost;

/* ---- agent_observe.c ----------------------------------------------------- */
/* Make a poll observe what it asks for, if that is wanted; after the request has
 * begun, the rest. */
void agent_observe_ask(struct agent *agent, struct coap_request *request);
void agent_observe_asked(struct agent *agent);
/* The answer to that poll. */
void agent_observe_answered(struct agent *agent,
                            const struct coap_answer *answer);
/* Is the datagram a notification? Then it was dealt with. */
bool agent_observe_take(struct agent *agent, const uint8_t *bytes,
                        uint32_t length);

/* ---- agent_release.c ---------------------------------------------------- */
/* Read the kept highest release, before an offer is judged. */
void agent_release_look(struct agent *agent);
/* Is the offer's number below the highest, or does it belong to another
 * image? */
bool agent_release_stale(const struct agent *agent);
/* Is it further above than one offer may go? For an offer that is not stale. */
bool agent_release_too_far(const struct agent *agent);
/* Keep it as the highest; writes nothing if it already is. False: flash
 * failed. */
bool agent_release_keep(struct agent *agent);
/* The number for a request of a trial. 0: none, because the number that the
 * bootloader would compare it with is not credible. */
uint32_t agent_release_to_ask(const struct agent *agent);

/* ---- agent_gates.c ----------------------------------------------------- */
/* NONE, or the first gate that is closed; `left` bytes remain to fetch.
 * `begun`: a little less battery is enough. */
enum agent_why agent_gate(const struct agent *agent, uint32_t left, bool begun);

/* ---- agent_download.c -------------------------------------------------- */
/* The offer is verified and wanted: continue with it, or wait until
 * possible. */
agent_act agent_begin;
/* Put it off, because a gate is closed. */
enum agent_phase agent_put_off(struct agent *agent, struct progress *record,
                               enum agent_why why);
/* There is no patch: fetch the whole image. */
agent_act agent_take_whole;
/* Something that must be kept cannot be: wait, longer each time. */
agent_act agent_cannot_keep;
/* The next bytes of the download: decode them, and store whole pieces. NONE, or
 * what was wrong. */
enum agent_why agent_take(struct agent *agent, const uint8_t *bytes,
                          uint32_t length);

/* ---- agent_source.c ------------------------------------------------------ */
#define AGENT_QUERY 24u
/* The decoder for the download of that record, and what the download may
 * take. */
void agent_choose_source(struct agent *agent, const struct progress *record);
/* Path and query of the download; `query` must outlive the request. */
void agent_name_source(const struct agent *agent, char query[AGENT_QUERY],
                       struct coap_request *request);

/* Where it lies decides how it is fetched: IMAGE or WEB. */
enum agent_phase agent_fetch_phase(const struct agent *agent);

/* ---- agent_fetch.c ------------------------------------------------------ */
agent_act agent_fetch;
agent_answered agent_image_answered;
agent_lost agent_image_lost;

/* ---- agent_store.c ------------------------------------------------------ */
/* Write what was gathered, and record it. False: flash failed. */
bool agent_store(struct agent *agent);
agent_act agent_mend;

/* ---- agent_verify.c ---------------------------------------------------- */
agent_act agent_verify_begin;
agent_act agent_verify;

/* ---- agent_report.c ---------------------------------------------------- */
/* Is there something to report, and is it time for it? */
bool agent_report_due(const struct agent *agent);
/* When the next report is due, or AGENT_NEVER. */
uint64_t agent_report_time(const struct agent *agent);
/* The phase that sends the report and then continues with `then`. */
enum agent_phase agent_report_first(struct agent *agent, enum agent_phase then);
agent_act agent_report;
agent_answered agent_report_answered;
agent_lost agent_report_lost;

#endif
