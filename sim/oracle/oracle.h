/* SPDX-License-Identifier: MIT */
/*
 * The judge of every run. It watches what the CPU translates, what is in SRAM
 * at a hand-over, the true flash and fuses and their locks, and what the world
 * does to the device. It shares no code with the device and does not rely on
 * its traces. The monitor is a flat value; the case (which images are
 * authentic, where partitions are, the bounds) is constant and owned by the
 * caller.
 *
 * Rules, as numbered in docs/architecture.md:
 *   1 in the end the device runs an authentic image, and it does not give up
 *     while it has one
 *   2 every translated instruction belongs to an authentic image, at its
 *     place, in the slot that the journal has chosen, or to the ROM; nothing
 *     stores into the ROM
 *   3 fuses: never cleared, burned in order, only those of the security
 *     counter, not beyond what a confirmed image carries and has asked for;
 *     no image runs whose counter is below them
 *   4 an unconfirmed image runs at most N times, not past its deadline, is
 *     confirmed only after it asked, is not older than its fallback, and does
 *     not cost the device that fallback
 *   5 boots, bytes and erases are bounded in any stretch of time, and much
 *     more tightly once faults have ended
 *   6 flash rules, locks, raw writes, unreliable words
 *
 * docs/security.md says what each rule does not see.
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

/* An image known to the case, as it was signed. */
struct oracle_image {
    char name[64];
    const uint8_t *bytes;
    uint32_t size;
    uint32_t load_base; /* BOARD_APP_BASE, .._RECOVERY_.. or .._BOOT_.. */
    uint32_t counter;
    uint32_t version;   /* major << 24, minor << 16, revision */
    uint8_t digest[32]; /* of all its bytes */
    uint8_t hash[32];   /* its SHA256 TLV, by which requests name it; or 0 */
    bool authentic;     /* declared authentic and allowed */
};

/* A quantity that must not be used up faster than this: each unit costs
 * `cost_ns`, and the debt may reach `most_ns`. 0: not bounded. */
struct oracle_bound {
    uint64_t cost_ns;
    uint64_t most_ns;
};

enum oracle_use { USE_BOOTS, USE_BYTES, USE_ERASES, ORACLE_USES };

struct oracle_case {
    const struct board_map *map;
    struct policy_figures policy;
    struct oracle_bound bound[ORACLE_USES]; /* see oracle_bounds() */
    uint32_t calm_boots; /* the most after the last fault; 0: not bounded */
    struct oracle_bound calm_bytes;
    const uint8_t *rom; /* as the CPU must find it */
    uint32_t rom_size;
    unsigned images;
    struct oracle_image image[ORACLE_IMAGES];
};

/* What is known about one image's trial, and about what it asked for. */
struct oracle_trial {
    uint32_t runs;   /* unconfirmed runs since it was last confirmed or tried
                      * with nothing against it */
    uint32_t losses; /* power losses since then */
    uint32_t commit; /* the counter it asked to burn */
    bool asked;      /* to be confirmed, in the trial in force */
    bool gave_back;  /* its trial ended through no fault of its own */
    bool gave_way;   /* it asked that recovery rewrite its slot */
};

struct oracle {
    bool cpu_reset;        /* since the last boot */
    uint32_t boot;         /* bootloader image entered since reset, or NONE */
    uint32_t running;      /* image entered since reset, or NONE */
    uint32_t journal_slot; /* in force; NONE = no valid record */
    uint32_t journal_state;
    uint32_t sequence;
    uint32_t attempts;    /* attempts left in the record in force */
    uint32_t reason;      /* its reason */
    uint32_t rollbacks;   /* how often a slot was left for a reason */
    uint64_t entered_ns;  /* world time; 0: nothing was entered */
    uint64_t executed_ns; /* of the CPU, when it was */
    uint32_t foreign;     /* pieces of unknown code since the reset */
    uint32_t spoilt;      /* slots that were damaged since then, a bit each */
    bool deadline_reported;
    uint32_t violations;

    uint32_t good[2]; /* the image that is confirmed in slot a, b, or NONE */
    struct oracle_trial trial[ORACLE_IMAGES];
    uint32_t release;    /* the highest for which a trial was granted */
    uint32_t claimed;    /* committed, as the world wrote in the journal */
    uint32_t forgiven;   /* additional runs allowed, for damage by faults */
    uint32_t request_at; /* flash address of the request being programmed */
    uint32_t request_by; /* and the image that does; NONE: there is none */

    uint32_t fuses[OTP_WORDS]; /* reliably burned */
    uint32_t seen[OTP_WORDS];  /* as last read, including weak bits */
    uint32_t level;            /* highest security counter so far */
    uint32_t burning;          /* the bit whose burn began last */
    bool burn_reported;        /* since the reset */

    uint8_t locked[FLASH_MAX_BLOCKS]; /* since the reset */
    bool otp_locked;
    bool fall_reported;
    bool handed_over;        /* to an image, since the reset */
    uint64_t locked_content; /* hash of what was locked then */

    uint64_t used_ns[ORACLE_USES]; /* world time at which the debt is paid */
    uint64_t erased_ns[FLASH_MAX_BLOCKS]; /* the same for each sector */
    bool excused;                         /* the world causes the next boot */
    bool use_reported[ORACLE_USES];
    uint32_t calm_boots;    /* since the last fault */
    uint64_t calm_until_ns; /* time at which its bytes since then are paid */
    bool calm_reported;
};

struct oracle_sink {
    void *context;
    void (*violation)(void *context, unsigned rule, const char *what);
};

/* What the oracle looks at; all pointers are owned by the caller. */
struct oracle_view {
    const struct oracle_case *judged;
    const struct flash *flash;
    const struct otp *otp;
    const uint8_t *window;
    uint64_t now_ns;
    uint64_t executed_ns; /* since the boot, as the shim counts */
    bool in_reset;        /* reset is asserted: no command is carried out */
    const struct oracle_sink *sink;
};

/* Derive the bounds of rule 5 from figures and images, which the caller has
 * filled in. */
void oracle_bounds(struct oracle_case *judged);

void oracle_start(struct oracle *oracle, const struct oracle_view *view);
/* The machine has reset the CPU: reported by QEMU, not by the board. */
void oracle_cpu_reset(struct oracle *oracle);
/* The board has accepted a boot after a reset of the CPU, before the ROM
 * continues. The locks fall. */
void oracle_reset(struct oracle *oracle, const struct oracle_view *view);
/* Blocks that the CPU translated. */
void oracle_code(struct oracle *oracle, const struct oracle_view *view,
                 const struct channel_code *code, uint32_t count);
/* The CPU stored into the ROM, which silicon would have refused: from now on
 * this machine does not behave like the board. */
void oracle_rom_written(struct oracle *oracle, const struct oracle_view *view,
                        uint32_t address);
/* A block translated before the last reset was entered. */
void oracle_stale(struct oracle *oracle, const struct oracle_view *view,
                  uint32_t address);
/* After each command: check fuses, locks and time, and the journal if an
 * operation in its partition has ended. */
void oracle_step(struct oracle *oracle, const struct oracle_view *view,
                 bool journal_changed);
/* A flash operation begins, or one has ended. What a cut leaves of an operation
 * is examined at the next reset. */
void oracle_flash_begin(struct oracle *oracle, const struct oracle_view *view,
                        const struct flash_op *op);
void oracle_flash_end(struct oracle *oracle, const struct oracle_view *view,
                      const struct flash_op *op);
/* A burn begins. */
void oracle_burn(struct oracle *oracle, const struct oracle_view *view,
                 uint32_t bit);
/* The device reports that nothing can boot. */
void oracle_halt(struct oracle *oracle, const struct oracle_view *view);
/* This many bytes were sent or received over the air. */
void oracle_bytes(struct oracle *oracle, const struct oracle_view *view,
                  uint32_t bytes);
void oracle_flash_rule(struct oracle *oracle, const struct oracle_view *view,
                       enum flash_rule rule, uint32_t address);
void oracle_raw_write(struct oracle *oracle, const struct oracle_view *view,
                      uint32_t address);

/* What the world does, which is not the device's fault. */

/* The world cut the power or reset the device: because the scenario says so
 * (`meant`), or because the device had drained its battery. */
void oracle_struck(struct oracle *oracle, const struct oracle_view *view,
                   enum ctl_reset_cause cause, bool meant);
/* The world has changed these bytes of the flash, which may cost an image
 * `runs` runs of its trial. The device has to work with the new bytes. */
void oracle_damaged(struct oracle *oracle, const struct oracle_view *view,
                    uint32_t address, uint32_t length, uint32_t runs);
/* Something from outside has given an update a new start, or kept it from
 * going on: an offer, a lost datagram, a misbehaving server, a failing part. */
void oracle_disturbed(struct oracle *oracle);
/* Someone gave the device something to do. */
void oracle_prompted(struct oracle *oracle, const struct oracle_view *view);

/* The run is over: check what would be checked at the next reset. */
void oracle_close(struct oracle *oracle, const struct oracle_view *view);
/* Also check the rules about the end of a run; `alive` = the device was doing
 * its work. */
void oracle_finish(struct oracle *oracle, const struct oracle_view *view,
                   bool alive);

/* The known image of that name, or NONE. */
uint32_t oracle_image_named(const struct oracle_case *judged, const char *name);
/* The known image in a partition of the true flash, or NONE. */
uint32_t oracle_image_in(const struct oracle_case *judged,
                         const struct flash *flash, const char *partition);

#endif
