/* SPDX-License-Identifier: MIT */
/*
 * The update agent: from "what is published?" to "please try this slot", and
 * what becomes of it. A state machine without hardware, heap or clock of its
 * own: the owner calls agent_step() when it said so or when a datagram waits;
 * each call does a bounded piece of work (some datagrams, a block, a sector, a
 * digest over some KiB) and says when the next one is due. Whatever it has to
 * remember lies in the progress log.
 *
 *   idle --poll--> descriptor verified, its release kept as the highest,
 *     newer, allowed --gates--> download
 *     block-wise into the other slot, a progress record for each KiB (or each
 *     block when they are larger); then the slot is read back and the digests
 *     compared --> request of a trial, restart. On trial nothing is fetched.
 *
 * Gates before a download and before each block: the owner's deferral, the
 * update window, millivolts, energy left against energy_percent of what the
 * rest needs, retransmissions. A gate that is closed defers and is looked at
 * again with the next poll; it costs no try.
 *
 * Releases never go back: agent_release.c. What was refused or has failed stays
 * so: the image by failed.h, the release by its record.
 *
 * What ends a release: failures of the image (digest of what was announced,
 * trial) at once; failures of the surroundings (wrong answers, damaged
 * downloads, flash, a trial that could not reach its server) when there were
 * `tries` of them. Then it is refused until another release is published.
 * After each a back-off, which survives resets and doubles until an update
 * succeeds, whatever release comes next. A server that cannot be
 * reached or has nothing to give ends nothing: it is asked again after a
 * back-off, and what was fetched stays.
 *
 * After a brown-out the radio stays off for a back-off that doubles with each
 * of them until it has done its work once: a weak cell that sags under the
 * transmitter would else go from reset to reset until it is empty. A trial is
 * given back then.
 */
#ifndef OTALAB_OTA_AGENT_H
#define OTALAB_OTA_AGENT_H

#include <stdbool.h>
#include <stdint.h>

#include "ota/agent_why.h"
#include "ota/boot_info.h"
#include "ota/coap.h"
#include "ota/crypto.h"
#include "ota/decode.h"
#include "ota/descriptor.h"
#include "ota/failed.h"
#include "ota/flash.h"
#include "ota/image.h"
#include "ota/offers.h"
#include "ota/progress.h"

#define AGENT_NEVER UINT64_MAX

/* From /agent of the devicetree; see there. */
struct agent_figures {
    uint32_t server_node;
    uint32_t server_port;
    uint32_t first_poll_ms;
    uint32_t poll_ms;
    uint32_t poll_jitter_percent;
    uint32_t ack_timeout_ms;
    uint32_t retransmits;
    uint32_t block_size;
    uint32_t battery_mv;
    uint32_t energy_percent;
    uint32_t energy_uj_per_byte;
    uint32_t link_losses;
    uint32_t backoff_ms;
    uint32_t backoff_max_ms;
    uint32_t tries;
    uint32_t trial_server_ms;
    uint32_t window_start_s;
    uint32_t window_length_s;
};

/* 0, OTA_ERR_NONE when something is missing, OTA_ERR_RANGE when a figure is
 * none that works (block size not 16 << n with 2 <= n <= 6, a percentage over
 * 1000, a time of 0 where something would turn without a pause). */
int agent_figures_read(const void *blob, uint32_t size,
                       struct agent_figures *figures);

struct agent_supply {
    uint32_t battery_mv;
    uint32_t left_mj; /* UINT32_MAX: external supply */
};

/* What it tells for people, in the order of the trace port's agent events;
 * the numbers are what board/trace.h says of them. */
enum agent_event {
    AGENT_EVENT_POLL,
    AGENT_EVENT_OFFER,
    AGENT_EVENT_REFUSE,
    AGENT_EVENT_DEFER,
    AGENT_EVENT_DOWNLOAD,
    AGENT_EVENT_FAIL,
    AGENT_EVENT_VERIFIED,
    AGENT_EVENT_STATE,
    AGENT_EVENT_REPORT
};

/* What the agent needs of its owner. `context` is given to each. */
struct agent_port {
    void *context;
    uint64_t (*now_ms)(void *context); /* since start; never goes back */
    uint64_t (*rtc_ms)(void *context);
    uint32_t (*random)(void *context);
    /* 0, OTA_ERR_IO not registered, OTA_ERR_FULL */
    int (*send)(void *context, const void *bytes, uint32_t length);
    /* length of the oldest datagram, or -1 */
    int32_t (*receive)(void *context, void *bytes, uint32_t size);
    void (*supply)(void *context, struct agent_supply *supply);
    /* called at least every few KiB of work: feed the watchdog */
    void (*alive)(void *context);
    /* ask the bootloader for a trial of that release (0: it has no number): a
     * reason, NONE when it was taken; the owner restarts when
     * agent_wants_restart() */
    enum ota_reason (*ask_trial)(void *context, uint8_t slot, uint32_t release,
                                 const uint8_t digest[OTA_DIGEST_SIZE]);
    void (*trace)(void *context, enum agent_event event, uint32_t a, uint32_t b,
                  uint32_t c);
    const struct ota_flash *flash;
    struct ota_area slots[2];
    struct ota_area progress;
    struct ota_area failed;
    struct ota_area offers;
    struct image_keys keys;
    uint32_t load_base; /* for image_peek() */
    uint32_t load_size;
    uint32_t counter_capacity; /* of the fuses */
    bool browned_out;          /* by this reset's cause */
};

enum agent_phase {
    AGENT_PHASE_WAIT,       /* for the next poll */
    AGENT_PHASE_DESCRIPTOR, /* exchange under way */
    AGENT_PHASE_MEND,       /* the sector in which a reset came is rewritten */
    AGENT_PHASE_IMAGE,      /* a block under way */
    AGENT_PHASE_VERIFY,     /* what lies in the slot is read back */
    AGENT_PHASE_REPORT,     /* status report under way */
    AGENT_PHASE_RESTART,    /* a trial was asked for */
    AGENT_PHASE_STAY        /* as an answer: the phase goes on */
};

/* Flash is written in pieces of so many bytes at least, with a record each. */
#define AGENT_UNIT 1024u
#define AGENT_SECTOR_MAX 4096u

/* Blocks are never smaller, but for the last one: a server that gives 16 bytes
 * at a time would have the radio send sixty times as many datagrams. */
#define AGENT_BLOCK_MIN 64u

/* The owner provides the memory and looks at nothing but what the functions
 * below tell. */
struct agent {
    const struct agent_port *port;
    struct agent_figures figures;
    struct boot_info info; /* of the running program */
    struct progress_log log;
    struct ring failed;
    struct ring offers;
    struct coap_exchange exchange;
    struct descriptor kept;  /* the highest release; size 0: none is known */
    struct descriptor offer; /* size 0: none verified since start */
    uint8_t offer_bytes[DESCRIPTOR_SIZE]; /* as they were verified */
    struct coap_etag offer_etag;          /* of the descriptor, saves polls */
    struct coap_etag image_etag;          /* of what is being fetched */
    const struct decoder *decoder;        /* of what is being fetched */
    struct decode_state decoding;
    uint32_t to_fetch;       /* bytes of the whole download */
    uint32_t fetched;        /* of these, what the decoder has taken */
    struct crypto_hash hash; /* while reading back */
    uint64_t started_ms;
    uint64_t due_ms;      /* phase WAIT: the next poll */
    uint64_t report_ms;   /* no report before */
    uint64_t deferred_ms; /* by the owner: no download before */
    enum agent_phase phase;
    enum agent_phase after_report; /* what goes on then */
    uint32_t polls;
    uint32_t misses; /* polls in vain since the server stayed with its word */
    uint32_t stalls; /* downloads that stopped since a piece was kept */
    uint32_t report_misses;
    uint32_t losses;        /* retransmissions of the last poll */
    uint32_t at;            /* bytes read back */
    uint32_t signed_size;   /* of what is read back, as its header claims */
    uint32_t shown_release; /* offer or refusal, traced already */
    uint32_t fill;          /* bytes in block[] that are not in flash yet */
    uint32_t aside_release; /* to be told the server of an offer that left no
                               record, and why; NONE: nothing */
    uint8_t aside_why;
    bool kept_read; /* what is kept was looked at since start */
    bool shown;
    uint8_t shown_why;
    uint8_t target;    /* slot */
    uint8_t szx;       /* of the blocks asked for */
    bool recovery;     /* the owner is the recovery image: fetch whatever is
                       offered and allowed, newer or not */
    bool server_seen;  /* an answer of the server since start */
    bool skip_backoff; /* asked by the owner */
    bool sector_clean; /* the rest of the sector at `written` was erased since
                          start and nothing was torn there */
    uint8_t digest[OTA_DIGEST_SIZE]; /* of the signed part, read back */
    uint8_t block[AGENT_SECTOR_MAX]; /* being gathered, or read back */
    uint8_t datagram[COAP_ANSWER_MAX];
};

/* Start after a reset. `info` as the bootloader told it; an owner on trial
 * asks agent_trial(), and its steps fetch nothing. Reads the log; judges what
 * a trial that ended meanwhile has come to, and keeps the result. `port` must
 * outlive the agent, the others are copied. */
void agent_start(struct agent *agent, const struct agent_port *port,
                 const struct agent_figures *figures,
                 const struct boot_info *info, bool recovery);

/* Do what is due; the time of the next call, AGENT_NEVER for none. A datagram
 * that waits is a reason to call earlier. */
uint64_t agent_step(struct agent *agent);

/* The trial was asked for, and reported if that was possible: restart when it
 * suits. */
bool agent_wants_restart(const struct agent *agent);

/* Console: look for an update now (ends a deferral and a back-off; does
 * nothing while a download is under way); no download before so many ms from
 * now. */
void agent_poll_now(struct agent *agent);
void agent_defer(struct agent *agent, uint64_t ms);

/* Somebody else is about to write to the slot that does not run: a download
 * begins anew with the next poll. False: that could not be kept. */
bool agent_forget(struct agent *agent);

/*
 * On trial, the image is healthy: can it reach its server? Call agent_step()
 * as always; it only asks for the descriptor. YES: confirm. NO: the time for
 * it (trial_server_ms) is over; that it was not the image's fault is noted in
 * the progress log before NO is returned: give the trial back
 * (OTA_REQUEST_ABANDON). An image without a confirmed one to go back to is not
 * asked to reach anybody.
 */
enum agent_answer { AGENT_WAIT, AGENT_YES, AGENT_NO };
enum agent_answer agent_trial(struct agent *agent);

/* No exchange, flash work or restart is under way: a time to restart for
 * other reasons. */
bool agent_is_waiting(const struct agent *agent);

/* For the console. */
const struct progress *agent_progress(const struct agent *agent);
const char *agent_why_name(uint32_t why);

#endif
