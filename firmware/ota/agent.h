/* SPDX-License-Identifier: MIT */
/*
 * The update agent: from "what is published?" to "please try this slot", and
 * what becomes of that. It is a state machine without hardware, heap or clock
 * of its own. The owner calls agent_step() when it said so or when a datagram
 * is waiting; each call does a limited piece of work (some datagrams, a block,
 * a sector, a digest over some KiB) and says when the next one is due.
 * Everything it has to remember is in the progress log.
 *
 *   idle --poll--> descriptor verified, its release kept as the highest,
 *     newer, allowed --gates--> download
 *     block-wise into the other slot, with a progress record for each KiB (or
 *     each block, if larger); then the slot is read back and the digests
 *     compared --> request of a trial, restart. On trial nothing is fetched.
 *
 * That is the mechanism ab. Where recovery fetches (mechanism.h), an application
 * goes as far as the gates and then gives way: it requests that, and restarts.
 * The agent of the recovery image polls again and goes on from there. Where
 * there are no trials, the agent fetches over the slot that it runs from, and
 * then just restarts.
 *
 * Gates are checked before a download and before each block: the owner's
 * deferral, the update window, millivolts, the energy left against
 * energy_percent of what the rest needs, retransmissions. A closed gate defers
 * the download and is checked again at the next poll; it costs no try.
 *
 * Releases never go back: agent_release.c. What was refused or has failed stays
 * so: failed.h remembers the image, and the progress record the release.
 *
 * Failures of the image (digest of what was announced, trial) end a release at
 * once. External failures (wrong answers, damaged downloads, flash, a trial
 * that could not reach its server) end it after `tries` of them. Then it is
 * refused until another release is published. Each failure is followed by a
 * back-off, which survives resets and doubles until an update succeeds,
 * whatever release comes next. A server that cannot be reached or has nothing
 * to give ends nothing: it is polled again after a back-off, and the fetched
 * bytes stay.
 *
 * Resets in downloads back off as well, whatever caused them: from the second
 * one on that was reset before it had stored a piece.
 *
 * After a brown-out the radio stays off for a back-off, which doubles with each
 * brown-out until the radio has worked once. Otherwise a weak cell that
 * collapses under the transmitter would reset again and again until it is
 * empty. A trial is given back in that case.
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
#include "ota/delta_states.h"
#include "ota/failed.h"
#include "ota/flash.h"
#include "ota/http.h"
#include "ota/image.h"
#include "ota/mechanism.h"
#include "ota/offers.h"
#include "ota/progress.h"
#include "ota/uri.h"

#define AGENT_NEVER UINT64_MAX

/* From /agent of the devicetree, described in docs/board.md; trial_server_ms
 * follows from the others. */
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
    uint32_t radio_rx_mw;    /* receiver open */
    uint32_t radio_tx_mw;    /* sending */
    uint32_t request_ms;     /* a request is on the air for so long */
    uint32_t radio_after_mj; /* from the last packet to sleep */
    uint32_t flash_uj_per_kib;
    uint32_t link_losses;
    uint32_t backoff_ms;
    uint32_t backoff_max_ms;
    uint32_t tries;
    uint32_t observe;
    uint32_t trial_server_ms;
    uint32_t delta_saving_percent;
    uint32_t window_start_s;
    uint32_t window_length_s;
};

/* 0, OTA_ERR_NONE if something is missing, OTA_ERR_RANGE if a figure cannot
 * work (block size not 16 << n with 2 <= n <= 6, a percentage over 1000, a time
 * of 0 that would make something spin). */
int agent_figures_read(const void *blob, uint32_t size,
                       struct agent_figures *figures);

/* The longest time that an image on trial needs to reach its server, in ms: a
 * request with all its retransmissions, and before it each of the `flights`
 * round trips of a handshake (0: no secure channel), sent at most twice. */
#define AGENT_FLIGHTS_MAX 16u
uint32_t agent_trial_ms(const struct agent_figures *figures, uint32_t flights);

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

/* How far the channel to the server is. */
enum agent_channel {
    AGENT_CHANNEL_READY,
    AGENT_CHANNEL_BUSY,  /* being set up */
    AGENT_CHANNEL_FAILED /* and is not retried by itself */
};

/*
 * Byte streams to web servers, one at a time. Nothing blocks. `context` is the
 * port's.
 */
struct agent_stream {
    /* Connect, with TLS for https. 0, OTA_ERR_IO no such server, no network */
    int (*open)(void *context, const struct uri *place);
    /* Bytes taken, 0: none now, also while it connects; negative: failed */
    int32_t (*send)(void *context, const void *bytes, uint32_t length);
    /* Bytes received, 0: none now; negative: it has ended or failed */
    int32_t (*receive)(void *context, void *bytes, uint32_t size);
    /* Why it ended: UNREACHABLE, or what TLS refused */
    enum agent_why (*why)(void *context);
    /* When to call again though nothing has come; NULL: never */
    uint64_t (*next_ms)(void *context);
    void (*close)(void *context);
};

enum agent_phase {
    AGENT_PHASE_WAIT,       /* until the next poll */
    AGENT_PHASE_DESCRIPTOR, /* exchange in progress */
    AGENT_PHASE_MEND,       /* rewriting the sector that a reset interrupted */
    AGENT_PHASE_IMAGE,      /* a block requested */
    AGENT_PHASE_WEB,        /* the same over a byte stream */
    AGENT_PHASE_VERIFY,     /* reading back the slot */
    AGENT_PHASE_REPORT,     /* status report in progress */
    AGENT_PHASE_RESTART,    /* the bootloader has something new to do */
    AGENT_PHASE_STAY        /* as a return value: the phase continues */
};

/* Another way to fetch than by blocks. */
struct agent;
struct agent_fetcher {
    enum agent_phase (*begin)(struct agent *agent);
    enum agent_phase (*work)(struct agent *agent);
    /* When the next call is due. */
    uint64_t (*time)(const struct agent *agent);
    /* The phase is over: close the stream, open or not. */
    void (*end)(struct agent *agent);
};
extern const struct agent_fetcher agent_web;

/* What the agent needs of its owner. `context` is given to each. */
struct agent_port {
    void *context;
    uint64_t (*now_ms)(void *context); /* since start; never goes back */
    uint64_t (*rtc_ms)(void *context);
    uint32_t (*random)(void *context);
    /* 0, OTA_ERR_IO not registered, OTA_ERR_FULL; OTA_ERR_BUSY: the channel
     * has to be set up first, by `channel` */
    int (*send)(void *context, const void *bytes, uint32_t length);
    /* length of the oldest datagram, or -1 */
    int32_t (*receive)(void *context, void *bytes, uint32_t size);
    /* After OTA_ERR_BUSY: bring the channel on. BUSY: call again at *next_ms or
     * when a datagram is waiting; FAILED: for the reason *why. NULL where no
     * send is ever busy */
    enum agent_channel (*channel)(void *context, uint64_t *next_ms,
                                  enum agent_why *why);
    void (*supply)(void *context, struct agent_supply *supply);
    /* called at least every few KiB of work, to feed the watchdog */
    void (*alive)(void *context);
    /* request a trial of that release from the bootloader (0: it has no
     * number). Returns a reason, NONE if the request was written; the owner
     * restarts when agent_wants_restart() */
    enum ota_reason (*ask_trial)(void *context, uint8_t slot, uint32_t release,
                                 const uint8_t digest[OTA_DIGEST_SIZE]);
    /* the same for a request that recovery fetch that release; needed only
     * where that is the mechanism */
    enum ota_reason (*ask_fetch)(void *context, uint8_t slot, uint32_t release,
                                 const uint8_t digest[OTA_DIGEST_SIZE]);
    void (*trace)(void *context, enum agent_event event, uint32_t a, uint32_t b,
                  uint32_t c);
    /* Fetches from web servers over `stream`: &agent_web. NULL: nothing does,
     * and a program that leaves it out is smaller. */
    const struct agent_fetcher *web;
    const struct agent_stream *stream;
    const struct ota_flash *flash;
    uint8_t mechanism; /* enum ota_mechanism */
    struct ota_area slots[2];
    struct ota_area progress;
    struct ota_area failed;
    struct ota_area offers;
    struct ota_area staging; /* for the states of a delta's decoder */
    struct image_keys keys;
    uint32_t load_base; /* for image_peek() */
    uint32_t load_size;
    uint32_t counter_capacity; /* of the fuses */
    bool browned_out;          /* by this reset's cause */
};

/* Flash is written in pieces of at least this many bytes, each with a
 * record. */
#define AGENT_UNIT 1024u
#define AGENT_BUFFER 4096u

/* Blocks are never smaller, except for the last: a server that gives 16 bytes
 * at a time would make the radio send sixty times as many datagrams. */
#define AGENT_BLOCK_MIN 64u

/* A download over a byte stream (agent_web.c). */
struct agent_web {
    struct http_reader reader;
    struct http_etag etag; /* of what is being fetched */
    uint64_t due_ms;       /* the latest time of more bytes */
    uint32_t came;         /* bytes since that time was set */
    uint16_t at;           /* in the request: sent .. */
    uint16_t left;         /* .. and not yet */
    bool more;             /* there may be more to receive */
    char request[HTTP_REQUEST_MAX];
};

/* An observation of what is offered (agent_observe.c). */
struct agent_watch {
    bool active; /* the server has registered it, under this token */
    uint8_t token[COAP_TOKEN];
    uint32_t number;        /* of the newest notification .. */
    uint64_t seen_ms;       /* .. and when it came */
    uint64_t not_before_ms; /* no further poll for a notification before */
    uint32_t pushes;        /* polls for notifications since the last other */
    bool pushed;            /* the next poll is one of these */
};

/* The owner provides the memory and uses only the functions below. */
struct agent {
    const struct agent_port *port;
    struct agent_figures figures;
    struct boot_info info; /* of the running program */
    struct progress_log log;
    struct ring failed;
    struct ring offers;
    struct ring states; /* of a patch's decoder; open while one is fetched */
    struct coap_exchange exchange;
    struct agent_watch watch;
    struct descriptor kept;  /* the highest release; size 0: none is known */
    struct descriptor offer; /* size 0: none verified since start */
    uint8_t offer_bytes[DESCRIPTOR_SIZE]; /* as they were verified */
    struct coap_etag offer_etag;          /* of the descriptor; saves polls */
    struct coap_etag image_etag;          /* of what is being fetched */
    struct uri place;                     /* of what is being fetched */
    struct agent_web web;
    const struct decoder *decoder; /* of what is being fetched */
    struct decode_state decoding;
    struct decode_context context; /* of the decoder */
    uint32_t to_fetch;       /* bytes of the whole download, or the most that it
                                may have */
    bool size_known;         /* which of these */
    uint32_t fetched;        /* of these, how many the decoder has taken */
    uint32_t stored;         /* bytes of the image in the slot; the record may
                                say less */
    struct crypto_hash hash; /* while reading back */
    uint64_t started_ms;
    uint64_t due_ms;      /* phase WAIT: the next poll */
    uint64_t report_ms;   /* no report before this */
    uint64_t deferred_ms; /* by the owner: no download before this */
    enum agent_phase phase;
    enum agent_phase after_report; /* the phase that follows */
    uint32_t polls;
    uint32_t misses; /* fruitless polls since the server last repeated its
                        answer */
    uint32_t stalls; /* downloads that stopped since a piece was last stored */
    uint32_t report_misses;
    uint32_t losses;        /* retransmissions of the last poll */
    uint32_t blocks_lost;   /* downloads in a row that ended because nothing
                               came back for a block */
    uint32_t at;            /* bytes read back */
    uint32_t signed_size;   /* size that the header of the image read back
                               claims */
    uint32_t shown_release; /* offer or refusal already traced */
    uint32_t fill;          /* bytes in block[] that are not in flash yet */
    uint32_t aside_release; /* to be reported: an offer that left no record, and
                               why; NONE: nothing */
    uint8_t aside_why;
    uint64_t channel_ms; /* when the channel is to be called again */
    bool connecting;     /* the request waits for the channel */
    bool kept_read;      /* the kept offer was checked since start */
    bool shown;
    uint8_t shown_why;
    uint8_t target;    /* slot */
    uint8_t szx;       /* of the blocks requested */
    bool recovery;     /* the owner is the recovery image: fetch anything
                          offered and allowed, newer or not */
    bool server_seen;  /* the server has answered since start */
    bool skip_backoff; /* requested by the owner */
    bool sector_clean; /* the rest of the sector at `written` was erased since
                          start and nothing in it was torn */
    uint8_t digest[OTA_DIGEST_SIZE]; /* of the signed part, read back */
    uint8_t block[AGENT_BUFFER];     /* being filled, or read back */
    uint8_t datagram[COAP_ANSWER_MAX];
};

/* Start after a reset. `info` comes from the bootloader. An owner on trial
 * calls agent_trial(), and its steps fetch nothing. Reads the log; judges how a
 * trial that has ended came out, and keeps the result. `port` must outlive the
 * agent; the rest is copied. */
void agent_start(struct agent *agent, const struct agent_port *port,
                 const struct agent_figures *figures,
                 const struct boot_info *info, bool recovery);

/* Do what is due. Returns the time of the next call, AGENT_NEVER for none. Call
 * earlier if a datagram is waiting. */
uint64_t agent_step(struct agent *agent);

/* The bootloader has something new to do, which was reported if possible:
 * restart when convenient. */
bool agent_wants_restart(const struct agent *agent);

/* For the console: look for an update now (ends a deferral and a back-off; has
 * no effect during a download); no download for `ms` from now. */
void agent_poll_now(struct agent *agent);
void agent_defer(struct agent *agent, uint64_t ms);

/* Something else is about to write to the slot that does not run: a download
 * starts over at the next poll. False: that could not be kept. */
bool agent_forget(struct agent *agent);

/*
 * For an image on trial that is healthy: can it reach its server? Call
 * agent_step() as always; it only requests the descriptor. YES: confirm. NO:
 * the time for it (trial_server_ms) is over. The progress log already holds
 * that it was not the image's fault, so give the trial back
 * (OTA_REQUEST_ABANDON). An image without a confirmed one to go back to need
 * not reach anybody.
 */
enum agent_answer { AGENT_WAIT, AGENT_YES, AGENT_NO };
enum agent_answer agent_trial(struct agent *agent);

/* No exchange, flash work or restart is in progress: a good time to restart for
 * other reasons. */
bool agent_is_waiting(const struct agent *agent);

/* For the console. */
const struct progress *agent_progress(const struct agent *agent);
const char *agent_why_name(uint32_t why);

/* Energy in mJ that `left` more bytes of a download need, from the round trip as
 * it was measured. */
uint64_t agent_energy_mj(const struct agent *agent, uint32_t left);
/* Energy left in the battery in whole mWh; UINT32_MAX: external supply. */
uint32_t agent_energy_left_mwh(const struct agent *agent);

#endif
