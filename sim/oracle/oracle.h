/* SPDX-License-Identifier: MIT */
/*
 * The judge. It watches what the CPU translates, what stands in SRAM at a
 * hand-over, and the true flash and fuses; it shares no code with the device
 * and believes no trace. The monitor is a value; the case (which images are
 * authentic, where partitions lie) is constant and owned by the caller.
 *
 * Rules, as numbered in docs/architecture.md:
 *   1 in the end the device runs an authentic image
 *   2 every translated instruction belongs to an authentic image, at its
 *     place, of the slot that the journal has chosen
 *   3 fuses never go back, nor beyond what the images that must stay
 *     bootable carry
 *   4 an unconfirmed image runs at most N times, not past its deadline, and
 *     is confirmed only after it asked
 *   6 flash rules, raw writes, taint
 */
#ifndef OTALAB_ORACLE_ORACLE_H
#define OTALAB_ORACLE_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "device/figures.h"
#include "device/flash.h"
#include "device/otp.h"
#include "oracle/decode.h"
#include "shim/channel.h"

#define ORACLE_IMAGES 20u
#define ORACLE_NONE UINT32_MAX

/* An image that the case knows, as it was signed. */
struct oracle_image {
    char name[64];
    const uint8_t *bytes;
    uint32_t size;
    uint32_t load_base; /* BOARD_APP_BASE or BOARD_BOOT_BASE */
    uint32_t counter;
    uint8_t digest[32];
    bool authentic; /* declared authentic and allowed */
};

struct oracle_case {
    const struct board_map *map;
    uint32_t attempts;    /* N, from the devicetree */
    uint64_t deadline_ns; /* trial deadline, from the devicetree */
    unsigned images;
    struct oracle_image image[ORACLE_IMAGES];
};

struct oracle {
    uint32_t boot;         /* bootloader image entered since reset, or NONE */
    uint32_t running;      /* image entered since reset, or NONE */
    uint32_t journal_slot; /* in force; NONE = no valid record */
    uint32_t journal_state;
    uint32_t sequence;
    uint32_t attempts;  /* left, of the record in force */
    uint32_t reason;    /* its reason */
    uint32_t rollbacks; /* how often a slot was left for a reason */
    uint64_t entered_ns;
    uint32_t runs[ORACLE_IMAGES]; /* unconfirmed runs since last confirmed, or
                                     since it gave a trial back */
    bool confirmed[ORACLE_IMAGES];
    bool asked[ORACLE_IMAGES]; /* wrote to `requests` while on trial */
    uint32_t forgiven;         /* runs allowed more, for damage by faults */
    bool deadline_reported;
    uint32_t fuses[OTP_WORDS];
    uint32_t violations;
};

struct oracle_sink {
    void *context;
    void (*violation)(void *context, unsigned rule, const char *what);
};

/* What the oracle looks at; all pointers belong to the caller. */
struct oracle_view {
    const struct oracle_case *judged;
    const struct flash *flash;
    const struct otp *otp;
    const uint8_t *window;
    uint64_t now_ns;
    const struct oracle_sink *sink;
};

void oracle_start(struct oracle *oracle, const struct oracle_view *view);
/* After any reset, before the ROM runs on. */
void oracle_reset(struct oracle *oracle, const struct oracle_view *view);
/* Blocks that the CPU translated outside the ROM. */
void oracle_code(struct oracle *oracle, const struct oracle_view *view,
                 const struct channel_code *code, uint32_t count);
/* A block translated before the last reset was entered. */
void oracle_stale(struct oracle *oracle, const struct oracle_view *view,
                  uint32_t address);
/* A program of `requests` begins: whoever runs asks for something. Its end
 * may come in the next boot, or never and the request stands all the same. */
void oracle_request(struct oracle *oracle);
/* After each command: journal, fuses, time. `changed` is the partition whose
 * flash has changed, or NULL. */
void oracle_step(struct oracle *oracle, const struct oracle_view *view,
                 const char *changed);
void oracle_flash_rule(struct oracle *oracle, const struct oracle_view *view,
                       enum flash_rule rule, uint32_t address);
void oracle_raw_write(struct oracle *oracle, const struct oracle_view *view,
                      uint32_t address);
/* A fault damaged flash: bounds that count runs are relaxed by it. */
void oracle_forgive(struct oracle *oracle, uint32_t runs);
/* The run is over; `alive` = the device was doing its work. */
void oracle_finish(struct oracle *oracle, const struct oracle_view *view,
                   bool alive);

/* The known image that lies in a partition of the true flash, or NONE. */
uint32_t oracle_image_in(const struct oracle_case *judged,
                         const struct flash *flash, const char *partition);

#endif
