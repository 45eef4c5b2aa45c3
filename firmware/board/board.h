/* SPDX-License-Identifier: MIT */
/*
 * Board support: what ROM, bootloader, application and recovery call. The board
 * code owns the controller page, TIMER0 (the clock), the watchdog and the MPU;
 * programs use them through this header. Nothing allocates, nothing recurses.
 * When the controller answers that reset is asserted, the call resets the core
 * at once and never returns, so callers need not check for it.
 *
 * How to link a program: every program gets all of firmware/board/ and libfdt
 * (as objects or as an archive), compiled for -mcpu=cortex-m4 -mthumb
 * -mfloat-abi=soft with -ffunction-sections -fdata-sections, and linked with
 * -nostartfiles --specs=nano.specs -Wl,--gc-sections. The linker script picks
 * the start-up code:
 *   rom.ld   ROM stage     rom_vectors, rom_reset   start_rom.c
 *   boot.ld  bootloader    vectors, reset_handler   start_image.c
 *   app.ld   application, recovery, variants: the same
 * Each start-up ends in `int main(void)`; returning from it is a panic. boot.ld
 * and app.ld link the payload at 0x200 after the load base, which is where it
 * is when the image's header is 0x200 bytes long.
 *
 * Each stage hands over in registers: r0:r1 cycles since reset minus what
 * TIMER0 has counted, r2 the reset cause. TIMER0 keeps running and the watchdog
 * stays armed.
 */
#ifndef OTALAB_BOARD_BOARD_H
#define OTALAB_BOARD_BOARD_H

#include <stdbool.h>
#include <stdint.h>

#include "board/registers.h"
#include "board/trace.h"
#include "ota/flash.h"
#include "ota/slot.h"

/* ---- the controller (ctl.c) ------------------------------------------ */
#define CTL_PAGE ((volatile struct ctl_page *)CTL_BASE)

/*
 * Ring the doorbell with interrupts masked, TIME from the clock and `count`
 * (0..6) words of arguments. Returns STATUS (enum ctl_status, never
 * CTL_RESET_ASSERTED). RESULT, FLAGS and DATA keep the answer until the next
 * command.
 */
uint32_t ctl_command(uint32_t command, const uint32_t *args, unsigned count);
uint32_t ctl_result(unsigned index);   /* RESULT[index], index 0..5 */
uint64_t ctl_result64(unsigned index); /* RESULT[index], RESULT[index + 1] */
uint64_t ctl_time(void);               /* TIME of the last command */
uint32_t ctl_flags(void);              /* enum ctl_flag, as last answered */
/* Copy to and from DATA; at most CTL_DATA_SIZE bytes, the rest is cut off. */
void ctl_put(const void *data, uint32_t length);
void ctl_get(void *data, uint32_t length);

/* ---- clock and sleep (clock.c) --------------------------------------- */
#define BOARD_CYCLES_PER_MS (BOARD_CPU_HZ / 1000u)
#define BOARD_FOREVER_CYCLES UINT64_MAX

/* Cycles of 40 ns since reset; never goes back. Safe in any context. */
uint64_t board_cycles(void);
/*
 * Sleep until the clock reads `until`, or until the world has something to say:
 * a console line or a datagram is waiting (ctl_flags()), or the battery gets
 * low. The caller then checks the clock and sleeps again. In a sleep, however
 * long, the core's clock and the watchdog stand still.
 */
void board_sleep_until(uint64_t until);
/* The same, whatever the world has to say: never shorter. */
void board_wait_until(uint64_t until);

/* ---- resets and the end (reset.c) ------------------------------------ */
/* Why the last reset happened. */
enum ctl_reset_cause board_reset_cause(void);
/* Announce and request a reset. */
_Noreturn void board_reset(enum ctl_reset_reason reason);
/* SYSRESETREQ without an announcement. */
_Noreturn void board_reset_now(void);
/* Nothing can run: low power until an external reset. */
_Noreturn void board_halt(void);
/* An internal check failed: trace CPU_PANIC and reset. `module` is any number
 * that tells files apart. */
_Noreturn void board_panic(uint32_t line, uint32_t module);
/* Set the trial deadline, once per reset. Returns STATUS. */
uint32_t trial_deadline(uint32_t ms);

/* ---- watchdog (watchdog.c) ------------------------------------------- */
/* Barks (NMI: trace and reset) if not fed for `ms`, bites (reset) after twice
 * that. At most 171 s. */
void watchdog_start(uint32_t ms);
void watchdog_feed(void);
void watchdog_stop(void);

/* ---- flash (nor.c) --------------------------------------------------- */
/*
 * The port of the portable core, with sector size and array size from the
 * devicetree. Errors: OTA_ERR_RANGE, OTA_ERR_IO (refused, locked or failed).
 */
const struct ota_flash *board_flash(void);
/* Wait until flash and fuses are idle: a warm reset does not stop them. */
void flash_wait_idle(void);
/* Lock whole sectors until reset. 0 or OTA_ERR_RANGE. */
int flash_lock(uint32_t start, uint32_t length);

/* ---- fuses (fuses.c) ------------------------------------------------- */
/* OTP word 0..63; a failed read is a panic. */
uint32_t otp_word(uint32_t index);
bool otp_bit(uint32_t bit);
/* A unary field of at most OTP_UNARY_MAX bits that starts at a multiple of 32:
 * its value, and its lowest unburned bit (ota/fuse.h). */
#define OTP_UNARY_MAX 256u
uint32_t otp_level(uint32_t first, uint32_t bits);
uint32_t otp_gap(uint32_t first, uint32_t bits);
/* Burn one bit and wait; one that is already burned is fine. 0, OTA_ERR_RANGE
 * or OTA_ERR_IO (locked, or it does not read back as burned). */
int otp_burn(uint32_t bit);
void otp_wait_idle(void);
/* Copy `length` bytes of a field that starts at bit `first`, a multiple of 32:
 * byte 0 first, bit 0 of a byte first. */
void otp_bytes(uint32_t first, void *data, uint32_t length);
void otp_lock(void);

/* ---- console, trace, RNG, power (port.c) ----------------------------- */
void trace_event(enum trace_code code, uint32_t a0, uint32_t a1, uint32_t a2,
                 uint32_t a3);
void trace_digest(enum trace_code code, uint32_t a0, uint32_t a1, uint32_t a2,
                  uint32_t a3, const uint8_t digest[OTA_DIGEST_SIZE]);
/* Write a NUL-terminated text of any length. */
void console_write(const char *text);
/* Read one waiting line, NUL-terminated, cut off at size - 1. Its length, or -1
 * if there is none. */
int console_read(char *line, uint32_t size);
void rng_read(void *data, uint32_t length);
struct pmu_reading {
    uint32_t battery_mv;
    bool power_good;
    bool warning;
    uint32_t left_mj; /* UINT32_MAX: external supply */
    uint32_t drained_mj;
};
void pmu_read(struct pmu_reading *reading);
/* The real-time clock in ms; power cuts do not stop it. */
uint64_t rtc_ms(void);

/* ---- radio (radio.c) --------------------------------------------------- */
struct radio_status {
    bool fitted;     /* there is a modem */
    bool registered; /* with a network */
    uint32_t waiting;
};
void radio_status(struct radio_status *status);
/* Open a socket for datagrams to one peer. -1: none left, or no modem. */
int radio_open(uint32_t node, uint32_t port);
/* Open a byte stream to one peer. -1: likewise, or nobody is there. */
int radio_connect(uint32_t node, uint32_t port);
void radio_close(int socket);
/* Pass one datagram, or bytes of a stream, 1..CTL_RADIO_SIZE, to the modem.
 * OTA_ERR_RANGE, OTA_ERR_IO (not registered, or the stream has failed),
 * OTA_ERR_FULL (its queue is full). A datagram may get lost all the same. */
int radio_send(int socket, const void *data, uint32_t length);
/* Take the oldest waiting datagram, or bytes of a stream: its length, or -1 if
 * there is none or it is longer than `size` (it is dropped). 0: that stream has
 * ended. */
int32_t radio_receive(int *socket, void *data, uint32_t size);

/* ---- devicetree (devicetree.c, uses libfdt; ota/map.h reads the rest) -- */
/* The blob in ROM. Panics if its header is not valid. */
const void *board_dtb(void);

/* ---- memory protection and hand-over (mpu.c) ----------------- */
enum board_stage { BOARD_STAGE_ROM, BOARD_STAGE_BOOT, BOARD_STAGE_APP };

struct mpu_region {
    uint32_t base; /* RBAR without region number */
    uint32_t attr; /* RASR */
};
#define MPU_REGIONS 8u

/* The stage's table (8 regions). */
const struct mpu_region *mpu_table(enum board_stage stage);
/* Load a table and switch the MPU on, without a background map. Called by the
 * start-up code. */
void mpu_setup(const struct mpu_region *table);
/*
 * Enter the next stage, BOOT (from the ROM) or APP (from the bootloader), whose
 * vector table is at `vectors`: its MPU table, VTOR, stack pointer, hand-over
 * registers, branch. The code that jumps stays executable until the next
 * start-up sets its own table.
 */
_Noreturn void board_jump(uint32_t vectors, enum board_stage stage);

#endif
