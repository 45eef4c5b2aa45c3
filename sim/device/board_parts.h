/* SPDX-License-Identifier: MIT */
/*
 * What the board's files use of each other:
 *   doorbell.c    from the ring to the answer
 *   commands.c    one function for each command
 *   commands_crypto.c  those of the accelerator
 *   board.c       operations that begin and end, power cuts, resets
 *   board_time.c  the time that the board counts, and what the guest may claim
 *   window.c      what the guest sees of the flash
 */
#ifndef OTALAB_DEVICE_BOARD_PARTS_H
#define OTALAB_DEVICE_BOARD_PARTS_H

#include "device/board.h"

#define NS_PER_MS 1000000u
#define CYCLES_FOREVER UINT64_MAX

/* Call the sink's function, if it has one. */
#define TELL(sink, member, ...)                           \
    do {                                                  \
        if ((sink) != NULL && (sink)->member != NULL) {   \
            (sink)->member((sink)->context, __VA_ARGS__); \
        }                                                 \
    } while (0)
#define TELL_BARE(sink, member)                         \
    do {                                                \
        if ((sink) != NULL && (sink)->member != NULL) { \
            (sink)->member((sink)->context);            \
        }                                               \
    } while (0)

/* A command being carried out. The registers are read only once, because the
 * guest can change them. */
struct request {
    struct board *board;
    struct ctl_page *page;
    uint8_t *window;
    const struct board_sink *sink;
    uint32_t command;
    uint32_t arg[6];
    bool told; /* the sink already knows why this is refused */
};

static inline uint64_t min_u64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static inline uint64_t max_u64(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static inline uint64_t board_add_time(uint64_t a, uint64_t b)
{
    return a > BOARD_FOREVER - b ? BOARD_FOREVER : a + b;
}

/* ---- board_time.c ---- */
uint64_t board_ns_of_cycles(const struct board *board, uint64_t cycles);
/* Rounded up: when the guest's clock shows the time, it has come. */
uint64_t board_cycles_of_ns(const struct board *board, uint64_t ns);
/* From the last feeding to the bite. */
uint64_t board_watchdog_ns(const struct board *board);
/* The guest may wait from now to `until`. */
void board_grant(struct board *board, uint64_t until);
/* At `now` the board knows the time without the guest. */
void board_drop_anchor(struct board *board, uint64_t now);
void board_start_epoch(struct board *board, uint64_t epoch);
/* CPU time since the board last knew the time, in ns. */
uint64_t board_spent_since(const struct board *board);

/* ---- window.c ---- */
void board_show_sector(const struct board *board, uint8_t *window,
                       uint32_t address);
/* Report a store into the sector before an operation hides it. */
void board_catch_raw_write(const struct board *board, const uint8_t *window,
                           uint32_t address, const struct board_sink *sink);

/* ---- board.c ---- */
void board_flash_began(struct request *req);
void board_end_sleep(struct board *board);
void board_assert_reset(struct board *board, enum ctl_reset_cause cause,
                        enum board_sram sram);

/* If the machine has made a reset, it begins now. */
void board_follow_reset(struct request *req);

/* ---- commands.c ---- */
typedef enum ctl_status board_handler(struct request *req);
/* NULL: no such command. SYS_BOOT is not among them: it is board_boot(). */
board_handler *board_find_handler(uint32_t command);
enum ctl_status board_boot(struct request *req);

/* Set RESULT registers `first` and the next, low word first. */
void board_put_u64(struct ctl_page *page, unsigned first, uint64_t value);
bool board_power_low(const struct board *board);

/* ---- commands_crypto.c ---- */
/* NULL: not a command of the accelerator, or none is fitted. */
board_handler *board_find_crypto(const struct board *board, uint32_t command);

#endif
