/* SPDX-License-Identifier: MIT */
/*
 * The board as a value: every device model behind the controller page, and
 * the one function that carries out a command. It knows neither QEMU nor a
 * scenario: it is given the register page, the window's bytes and the time,
 * and reports what happened through a sink. The caller owns everything.
 */
#ifndef OTALAB_DEVICE_CONTROLLER_H
#define OTALAB_DEVICE_CONTROLLER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rng.h"
#include "board/controller.h"
#include "device/flash.h"
#include "device/otp.h"

#define BOARD_CONSOLE_LINES 8u
#define BOARD_CONSOLE_LENGTH 256u
#define BOARD_FOREVER UINT64_MAX

/* Figures from the devicetree that the models need. */
struct board_figures {
    struct flash_figures flash;
    uint64_t otp_burn_ns;
    uint32_t watchdog_ms;
    uint32_t battery_mv;
    uint32_t warn_mv;
    uint32_t brown_out_mv;
};

/* What the SRAM holds after power comes back. */
enum board_sram { BOARD_SRAM_SCRAMBLED = 0, BOARD_SRAM_PARTLY, BOARD_SRAM_KEPT };

struct board {
    struct board_figures figures;
    struct flash flash;
    struct otp otp;
    struct rng noise;    /* guest-visible random numbers */
    struct rng scramble; /* SRAM after power-on */

    uint64_t epoch_ns;   /* world time of the last reset */
    uint64_t now_ns;     /* world time of the last command */
    uint64_t horizon_ns; /* how far a sleep or busy wait may have gone */
    uint64_t deadline_ns; /* trial deadline, BOARD_FOREVER if not set */
    bool deadline_set;
    bool reset_asserted; /* answers CTL_RESET_ASSERTED until SYS_BOOT */
    bool reset_announced; /* SYS_RESET was given */
    bool halted;
    uint8_t cause;        /* enum ctl_reset_cause of the coming boot */
    uint8_t sram;         /* enum board_sram for the coming boot */
    uint32_t boots;
    uint32_t battery_mv;

    uint32_t console_count; /* lines waiting for the guest */
    uint16_t console_length[BOARD_CONSOLE_LINES];
    char console[BOARD_CONSOLE_LINES][BOARD_CONSOLE_LENGTH];
};

/*
 * What the controller tells the world about. Each call is one thing that
 * happened at board->now_ns. Unused members may be NULL.
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
    void (*console)(void *context, const uint8_t *text, uint32_t length);
    void (*trace)(void *context, uint32_t code, const uint32_t args[4],
                  const uint8_t *data);
    void (*deadline)(void *context, uint32_t ms);
    void (*sleep)(void *context, uint64_t until_ns);
    void (*refused)(void *context, uint32_t command, enum ctl_status status);
};

int board_init(struct board *board, const struct board_figures *figures,
               uint64_t seed);

/*
 * Carry out the command in `page`. `window` is the shared window's first
 * byte; the flash part of it is updated when an operation ends. `executed_ns`
 * is the shim's own count of executed time since the reset: the guest's time
 * may not exceed it plus announced sleeps and busy waits. `wake_ns` is the
 * earliest world event that may end a sleep.
 */
void board_command(struct board *board, struct ctl_page *page, uint8_t *window,
                   uint64_t executed_ns, uint64_t wake_ns,
                   const struct board_sink *sink);

/* Time goes on to `now` without the guest: operations end, window follows. */
void board_advance(struct board *board, uint8_t *window, uint64_t now,
                   const struct board_sink *sink);

/* Power fails at `now`; it is back at `now + off_ns`. All later commands are
 * answered CTL_RESET_ASSERTED until SYS_BOOT. */
struct board_cut {
    uint64_t now_ns;
    uint64_t off_ns;
    enum flash_form flash_form;
    enum otp_form otp_form;
    enum ctl_reset_cause cause; /* POWER_ON or BROWN_OUT */
    enum board_sram sram;
};
void board_power_cut(struct board *board, const struct board_cut *cut,
                     const struct board_sink *sink);

/* A reset that does not cut power, at `now`: watchdog, lock-up, deadline or
 * software. Flash goes on with what it does. */
void board_warm_reset(struct board *board, uint64_t now,
                      enum ctl_reset_cause cause);

/* Prepare the window for a boot: true flash array (garbage while it is still
 * busy), SRAM as board->sram says, everything outside zero. Called by
 * SYS_BOOT; the machine also calls it before a new process. */
void board_fill_window(struct board *board, uint8_t *window);

/* Queue a console line for the guest. -1 when the queue is full or the line
 * is longer than BOARD_CONSOLE_LENGTH. */
int board_console_line(struct board *board, const char *line);

/* First flash byte in which window and true array differ, or -1. */
int64_t board_raw_write(const struct board *board, const uint8_t *window);

#endif
