/* SPDX-License-Identifier: MIT */
/*
 * The board as a value: every device model behind the controller page, and the
 * one function that carries out a command. It knows neither QEMU nor scenarios:
 * it is given the register page, the window's bytes and the time, and reports
 * what happens through a sink. The caller owns everything.
 */
#ifndef OTALAB_DEVICE_BOARD_H
#define OTALAB_DEVICE_BOARD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rng.h"
#include "board/registers.h"
#include "device/accelerator.h"
#include "device/flash.h"
#include "device/otp.h"
#include "device/readings.h"
#include "device/radio.h"

#define BOARD_CONSOLE_LINES 8u
#define BOARD_CONSOLE_LENGTH 256u
#define BOARD_FOREVER UINT64_MAX
/* The guest's time may differ by this much from the board's own count, in
 * either direction: the ROM's first command comes some instructions after the
 * reset. */
#define BOARD_TIME_SLACK_NS 1000000u
/* Each WFI counts as this much executed time, whatever the guest says. */
#define BOARD_WAIT_NS 100000u
/* The rate of commands: one per BOARD_COMMAND_NS, with bursts worth
 * BOARD_BURST_NS. */
#define BOARD_COMMAND_NS 50000u
#define BOARD_BURST_NS 5000000000u

/* Values from the devicetree that the models need. */
struct board_figures {
    struct flash_figures flash;
    uint64_t otp_burn_ns;
    uint32_t watchdog_ms;
    uint32_t battery_mv;
    uint32_t warn_mv;
    uint32_t brown_out_mv;
    struct radio_figures radio;
    struct accelerator_figures accelerator;
};

/* What the SRAM contains after power comes back. */
enum board_sram {
    BOARD_SRAM_SCRAMBLED = 0,
    BOARD_SRAM_PARTLY,
    BOARD_SRAM_KEPT
};

/* What the flash part of the window shows. A busy sector reads as garbage (the
 * inverse of the array) in every view. */
enum board_view {
    BOARD_VIEW_STALE = 0, /* undefined: power failed, no boot since */
    BOARD_VIEW_TRUE,      /* the array */
    BOARD_VIEW_GARBAGE    /* all garbage: reset while busy, until the operation
                           * ends */
};

struct board {
    struct board_figures figures;
    struct flash flash;
    struct otp otp;
    struct rng noise;    /* guest-visible random numbers */
    bool noise_stuck;    /* it gives one byte for ever */
    struct rng scramble; /* SRAM after power-on */

    uint64_t epoch_ns;  /* world time of the last reset */
    uint64_t now_ns;    /* world time of the last command */
    uint64_t anchor_ns; /* world time that the board last knew by itself: of
                            the reset, or of the end of a sleep */
    uint64_t anchor_spent_ns; /* spent_ns at that time */
    uint64_t spent_ns;        /* CPU time since the reset, at the last ring */
    uint64_t horizon_ns;  /* anchor + all busy times that may be waited out */
    uint64_t granted_ns;  /* end of the latest of them */
    uint64_t commands_ns; /* when all commands so far are paid for */
    uint64_t deadline_ns; /* trial deadline, BOARD_FOREVER if not set */
    bool deadline_set;
    bool reset_asserted;  /* answers CTL_RESET_ASSERTED until SYS_BOOT */
    bool reset_announced; /* SYS_RESET was the last command */
    bool cpu_reset;       /* the CPU was seen to be reset: SYS_BOOT may come */
    bool halted;
    uint8_t cause; /* enum ctl_reset_cause for the next boot */
    uint8_t sram;  /* enum board_sram for the next boot */
    uint8_t view;  /* enum board_view */
    uint32_t boots;
    uint32_t battery_mv; /* set by the world, like the next three */
    uint32_t left_mj;    /* UINT32_MAX: external supply */
    uint32_t drained_mj;
    uint64_t rtc_ms; /* of the clock at world time 0 */
    struct radio radio;
    struct accelerator accelerator;

    uint64_t sleep_ns; /* a SYS_SLEEP's end: as asked, or the deadline; or 0 */
    uint64_t slept_ns; /* its beginning; otherwise 0 */
    bool deaf;         /* only its end can end it */
    bool asleep;       /* the core's clock is stopped: board_wake() answers */

    uint32_t console_count; /* lines waiting for the guest */
    uint16_t console_length[BOARD_CONSOLE_LINES];
    char console[BOARD_CONSOLE_LINES][BOARD_CONSOLE_LENGTH];
};

/* The fate of a datagram on the air. */
enum board_air { BOARD_AIR_TAKEN = 0, BOARD_AIR_FULL, BOARD_AIR_DOWN };

enum board_stream {
    BOARD_STREAM_OPEN = 0,
    BOARD_STREAM_SEND,
    BOARD_STREAM_CLOSE
};

/*
 * What the controller reports to the world. Each call is one thing that
 * happened at board->now_ns. Unused members, or the sink itself, may be NULL.
 * Broken rules of flash and fuses are reported only through flash_rule and
 * otp_rule; `refused` is called for every other answer that is an error, except
 * CTL_E_EMPTY. A trace code comes from the guest and may be any number.
 */
struct board_sink {
    void *context;
    void (*boot)(void *context, enum ctl_reset_cause cause);
    void (*reset)(void *context, uint32_t reason); /* announced */
    void (*halt)(void *context);
    void (*flash_begin)(void *context, const struct flash_op *op);
    void (*flash_end)(void *context, const struct flash_op *op);
    void (*flash_rule)(void *context, enum flash_rule rule, uint32_t address,
                       uint32_t length);
    void (*flash_lock)(void *context, uint32_t start, uint32_t length);
    void (*otp_begin)(void *context, uint32_t bit);
    void (*otp_end)(void *context, uint32_t bit);
    void (*otp_rule)(void *context, enum otp_rule rule, uint32_t bit);
    void (*otp_lock)(void *context);
    /* A result of the accelerator has this fault: it is what the program will
     * read, or never comes. */
    void (*accelerator_bad)(void *context, enum accelerator_fault fault);
    void (*console)(void *context, const uint8_t *text, uint32_t length);
    void (*trace)(void *context, uint32_t code, const uint32_t args[4],
                  const uint8_t *data);
    void (*deadline)(void *context, uint32_t ms);
    void (*sleep)(void *context, uint64_t until_ns);
    /* A datagram for the link; the callee sets when it will have left the air
     * (or, for FULL, when there is room). Without this member, no network is
     * registered. */
    enum board_air (*radio_send)(void *context, uint32_t node, uint32_t port,
                                 const uint8_t *bytes, uint32_t length,
                                 uint64_t *until_ns);
    /* A byte stream is opened (no bytes), gets bytes to send, or is closed (no
     * bytes). FULL: the bytes were not taken, ask again at *until_ns. DOWN: it
     * fails. Without this member, nobody can be connected to. */
    enum board_air (*radio_stream)(void *context, enum board_stream act,
                                   uint32_t socket, const uint8_t *bytes,
                                   uint32_t length, uint64_t *until_ns);
    void (*refused)(void *context, uint32_t command, enum ctl_status status);
    void (*storm)(void *context); /* commands come too fast: the CPU is reset */
    /* The guest has stored into the window at this flash address: reported
     * where an operation is about to overwrite the traces. All other stores are
     * found by board_raw_write(). */
    void (*raw_write)(void *context, uint32_t address);
    /* What an earlier cut has torn there reads otherwise from this boot on. */
    void (*reread)(void *context, uint32_t address, uint32_t length);
};

/* Blank flash and fuses, power just on: the first boot's cause is POWER_ON. 0,
 * or -1 if a value is not supported. */
int board_init(struct board *board, const struct board_figures *figures,
               uint64_t seed);

/*
 * Carry out the command in `page`, after board_see_cpu() has told the board
 * what is known of the CPU. `window` is the shared window's first byte; its
 * flash part is updated when an operation begins or ends.
 *
 * SYS_SLEEP and SYS_HALT stop the core's clock and are not answered:
 * board->asleep is set, and board->sleep_ns is the latest time at which the
 * sleep ends. The guest must be kept waiting until board_wake().
 *
 * Time: the guest's is epoch + cycles * 40 ns. The board keeps its own count:
 * the CPU's executed time, with BOARD_WAIT_NS for each WFI, since the last time
 * that it knew by itself (the epoch, or the end of a sleep). The guest's time
 * is refused (CTL_E_TIME) if it is below that count less BOARD_TIME_SLACK_NS,
 * below now_ns, or above the count plus BOARD_TIME_SLACK_NS plus all busy times
 * that answers have announced since. After a refused time, the board's time
 * advances by its own count (board_least_ns()). When either time reaches the
 * deadline, reset is asserted.
 *
 * Rate: one command is allowed per BOARD_COMMAND_NS; a guest that is
 * BOARD_BURST_NS of commands ahead is reset, as by the watchdog.
 *
 * SYS_BOOT starts a new epoch: at now_ns as left by a cut, a deadline or
 * board_warm_reset(), or at the time of a reset that was seen
 * (board_reset_seen()). TIME given with SYS_BOOT is ignored: that is cycle 0.
 * SYS_BOOT clears the locks, so it counts only after the CPU was seen to be
 * reset since the last one; otherwise it is not a command. Until SYS_BOOT,
 * every other command is answered CTL_RESET_ASSERTED.
 */
void board_command(struct board *board, struct ctl_page *page, uint8_t *window,
                   const struct board_sink *sink);

/* What the machine knows about the CPU at a ring, and no program can forge. */
struct board_cpu {
    bool reset;           /* it was reset since the last ring */
    uint64_t executed_ns; /* since SYS_BOOT */
    uint64_t waits;       /* WFIs since SYS_BOOT */
};

/* Called at each ring, before its command is carried out. */
void board_see_cpu(struct board *board, const struct board_cpu *cpu);

/* The earliest time that it can be now, whatever the guest says. */
uint64_t board_least_ns(const struct board *board);

/* Whether a reset was seen that the board did not cause, and when. If it was
 * announced, at the time of the announcement; otherwise the watchdog has
 * bitten, two periods after the last command, its worst case. Not before
 * board_least_ns(), not after the deadline. False if there is none. */
bool board_reset_seen(const struct board *board, uint64_t *at_ns,
                      enum ctl_reset_cause *cause);

/*
 * Answer the sleep at `now` (not before the last time and not after sleep_ns; a
 * time outside is clamped): R0,R1 are set to that time, FLAGS are fresh, and
 * the board knows the time. Call board_advance() first for what is due by then.
 * At the deadline the answer is CTL_RESET_ASSERTED. Nothing happens if there is
 * no sleep to answer (a reset ended it), or if it would last for ever.
 */
void board_wake(struct board *board, struct ctl_page *page, uint64_t now);
/* Whether something waits for which the CPU should wake: console line,
 * datagram. */
bool board_has_news(const struct board *board);

/* Advance to `now` without the guest: operations end, the window follows. */
void board_advance(struct board *board, uint8_t *window, uint64_t now,
                   const struct board_sink *sink);

/* The world time for which TIME in the page stands; BOARD_FOREVER if it exceeds
 * the range of times. Not for SYS_BOOT. */
uint64_t board_guest_ns(const struct board *board, const struct ctl_page *page);

/* The time at which board_command() would carry out the page's command: the
 * guest's if it is possible, otherwise the board's own. */
uint64_t board_command_ns(const struct board *board,
                          const struct ctl_page *page);

/*
 * Power fails at `now` and is back at `now + off_ns`. What was due by then is
 * completed (call board_advance() first to have it reported); the operation in
 * flight is torn. All later commands are answered CTL_RESET_ASSERTED until
 * SYS_BOOT. The window is not touched and is meaningless from here on: look for
 * raw writes before.
 */
struct board_cut {
    uint64_t now_ns;
    uint64_t off_ns;
    enum flash_form flash_form;
    uint32_t flash_reach; /* see flash_tear() */
    uint32_t flash_draw;  /* see flash_tear_drawn(); 0: the flash's stream */
    enum reading reading; /* how what is torn reads from then on */
    enum otp_form otp_form;
    enum ctl_reset_cause cause; /* POWER_ON or BROWN_OUT */
    enum board_sram sram;
};
/* What the cut hit: the forms used, BEFORE if nothing was in flight. */
struct board_cut_report {
    bool flash_busy;
    bool otp_busy;
    enum flash_op_kind flash_kind;
    enum flash_form flash_form;
    enum otp_form otp_form;
    uint32_t address; /* of the flash operation */
    uint32_t length;
    uint32_t done; /* its progress, in 1/1000 */
    uint32_t bit;  /* of the burn */
};
void board_power_cut(struct board *board, const struct board_cut *cut,
                     struct board_cut_report *report);

/* A reset without loss of power, at `now`: watchdog, lock-up, deadline or
 * software. The flash continues its operation; call board_advance() first, so
 * that what ended by `now` is reported at its time. */
void board_warm_reset(struct board *board, uint64_t now,
                      enum ctl_reset_cause cause);

/* Reset stays asserted until `until` (not before the board's time). */
void board_hold(struct board *board, uint64_t until);

/* Every random stream begins anew. */
void board_streams(struct board *board, uint64_t seed);

/* Prepare the window for a boot: flash as it reads now, SRAM according to
 * board->sram. Called by SYS_BOOT; the machine also calls it before a new
 * process. A second call gives the same bytes. */
void board_fill_window(const struct board *board, uint8_t *window);

/* Clear the parts of the window that show no memory of the board, which undoes
 * stores there. */
void board_clear_rest(const struct board *board, uint8_t *window);

/* Write only the flash part, as it must read now, which undoes a raw write. */
void board_show_flash(const struct board *board, uint8_t *window);

/* Queue a console line for the guest. 0, or -1 if the queue is full or the line
 * is empty or longer than BOARD_CONSOLE_LENGTH. */
int board_console_line(struct board *board, const char *line);

/* Offset of the first flash byte in the window that the board did not put
 * there, or -1. Nothing is found between a power cut and SYS_BOOT. */
int64_t board_raw_write(const struct board *board, const uint8_t *window);

#endif
