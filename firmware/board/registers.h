/* SPDX-License-Identifier: MIT */
/*
 * The board controller: one 4 KiB page of registers through which the CPU
 * reaches flash, fuses, power, console, trace port, reset logic and RNG.
 * This header is the contract between device drivers and the simulator; the
 * prose is in docs/board.md. It holds numbers and layouts only, no code.
 *
 * A command: with interrupts masked, write the cycle count to TIME, the
 * arguments to ARG and DATA, then store the command's number to COMMAND with
 * `STR.W Rt, [Rn, #0xFC]`, Rn = CTL_BASE. When the next instruction runs, the
 * answer is in STATUS, RESULT and DATA.
 */
#ifndef OTALAB_BOARD_REGISTERS_H
#define OTALAB_BOARD_REGISTERS_H

#include <stdint.h>

/* ---- memory map of the board (QEMU mps2-an386) ---------------------- */
#define BOARD_ROM_BASE 0x21900000u /* also VTOR at reset */
#define BOARD_ROM_SIZE 0x00100000u
#define BOARD_DTB_BASE 0x21910000u /* devicetree blob, in ROM */
#define BOARD_DTB_SIZE 0x00004000u
#define BOARD_ROM_RAM_BASE 0x20000000u
#define BOARD_ROM_RAM_SIZE 0x00010000u /* the part that the ROM opens */
#define BOARD_WINDOW_BASE 0x21000000u
#define BOARD_WINDOW_SIZE 0x01000000u
#define BOARD_FLASH_BASE 0x21000000u
#define BOARD_FLASH_MAX 0x00800000u
#define BOARD_SRAM_BASE 0x21800000u
#define BOARD_SRAM_SIZE 0x00080000u

/*
 * SRAM at hand-over:
 *   0x21800000 +-----------------------------+
 *              | application                 |  image from its header on,
 *              |                     448 KiB |  then its data and stack
 *   0x21840000 |- - - - - - - - - - - - - - -|
 *              | or recovery         192 KiB |  the same; each kind of image
 *              |                             |  has its own place, so none
 *              |                             |  can be taken for another
 *   0x21870000 +-----------------------------+
 *              | bootloader           60 KiB |  image, then data and stack
 *   0x2187F000 +-----------------------------+
 *              | boot-info             4 KiB |  written by the bootloader,
 *   0x21880000 +-----------------------------+  read by the application
 */
#define BOARD_APP_BASE 0x21800000u
#define BOARD_APP_SIZE 0x00070000u
#define BOARD_RECOVERY_BASE 0x21840000u
#define BOARD_BOOT_BASE 0x21870000u
#define BOARD_BOOT_SIZE 0x0000F000u
#define BOARD_INFO_BASE 0x2187F000u
#define BOARD_INFO_SIZE 0x00001000u

#define BOARD_CPU_HZ 25000000u
#define BOARD_NS_PER_CYCLE 40u
#define BOARD_NS_PER_INSN 32u /* -icount shift=5 */

/* ---- the register page ---------------------------------------------- */
#define CTL_BASE 0x21FFF000u
#define CTL_SIZE 0x1000u
#define CTL_ID_VALUE 0x314C544Fu /* "OTL1" */
#define CTL_DATA_SIZE 256u
#define CTL_RADIO_SIZE 1280u /* longest datagram, without UDP and below */
#define CTL_RADIO_SOCKETS 4u

struct ctl_page {
    uint32_t id;       /* 0x000 RO CTL_ID_VALUE */
    uint32_t revision; /* 0x004 RO 1 */
    uint32_t time_lo;  /* 0x008 WO cycles since reset, 40 ns each */
    uint32_t time_hi;  /* 0x00C */
    uint32_t arg[6];   /* 0x010 WO */
    uint32_t reserved0[6];
    uint32_t status;    /* 0x040 RO enum ctl_status */
    uint32_t result[6]; /* 0x044 RO */
    uint32_t flags;     /* 0x05C RO enum ctl_flag, refreshed by commands */
    uint32_t reserved1[39];
    uint32_t command;            /* 0x0FC WO enum ctl_command; the doorbell */
    uint8_t data[CTL_DATA_SIZE]; /* 0x100 RW */
    uint8_t reserved2[0x200];
    uint8_t radio_tx[CTL_RADIO_SIZE]; /* 0x400 WO the datagram to send */
    uint8_t radio_rx[CTL_RADIO_SIZE]; /* 0x900 RO the datagram received */
    uint8_t reserved3[0x200];
};
_Static_assert(sizeof(struct ctl_page) == CTL_SIZE, "controller page");

/* Answers. Everything but CTL_OK is an error. */
enum ctl_status {
    CTL_OK = 0,
    CTL_E_COMMAND = 1,  /* no such command, or no reset for a SYS_BOOT */
    CTL_E_ARGUMENT = 2, /* address, length or index out of range */
    CTL_E_BUSY = 3,     /* flash or fuses are busy; RESULT0/1 say until when */
    CTL_E_LOCKED = 4,   /* the range is locked until reset */
    CTL_E_FAILED = 5,   /* the operation was carried out but failed */
    CTL_E_TIME = 6,     /* TIME went back, fell behind or ran ahead */
    CTL_E_EMPTY = 7,    /* nothing to read */
    /* Reset is being asserted (power lost, trial deadline). The driver must
     * request SYSRESETREQ at once and do nothing else. */
    CTL_RESET_ASSERTED = 0xB0
};

/* Conditions that FLAGS show after every command. */
enum ctl_flag {
    CTL_F_CONSOLE_IN = 1u << 0, /* a console line is waiting */
    CTL_F_POWER_WARN = 1u << 1, /* supply is near the brown-out level */
    CTL_F_FLASH_BUSY = 1u << 2,
    CTL_F_RADIO = 1u << 3 /* a datagram is waiting */
};

/* Why the last reset happened: RESULT0 of CTL_SYS_BOOT. */
enum ctl_reset_cause {
    CTL_CAUSE_POWER_ON = 1,
    CTL_CAUSE_BROWN_OUT = 2,
    CTL_CAUSE_WATCHDOG = 3, /* also a core lock-up: the watchdog ends it */
    CTL_CAUSE_SOFTWARE = 4, /* CTL_SYS_RESET, then SYSRESETREQ */
    CTL_CAUSE_DEADLINE = 5, /* the trial deadline */
    CTL_CAUSE_PIN = 6       /* the reset pin, from outside */
};

/* What ends a sleep early: A2 of CTL_SYS_SLEEP. */
enum ctl_sleep {
    CTL_SLEEP_NEWS = 0, /* a console line, a datagram, a power warning */
    CTL_SLEEP_DEAF = 1  /* nothing but a reset */
};

/* Reason given to CTL_SYS_RESET in ARG0. */
enum ctl_reset_reason {
    CTL_REASON_REQUEST = 1,  /* the program wanted a restart */
    CTL_REASON_FAULT = 2,    /* a fault handler */
    CTL_REASON_WATCHDOG = 3, /* the watchdog's NMI */
    CTL_REASON_PANIC = 4     /* an internal check failed */
};

/*
 * Commands. A = ARG, R = RESULT, D = DATA.
 *
 * SYS_BOOT      first act of the ROM after any reset, refused without one.
 *               R0 cause
 * SYS_RESET     announce SYSRESETREQ.  A0 reason
 * SYS_SLEEP     stop the core's clock.  A0,A1 wake time in cycles (64 bit; all
 *               ones = for ever), A2 enum ctl_sleep.  Answered at that time
 *               or, unless A2 forbids it, when something happens that
 *               concerns the CPU; R0,R1 the time at the end of the sleep
 * SYS_DEADLINE  set the trial deadline, once per reset.  A0 ms from now
 * SYS_HALT      nothing can boot: the core's clock is stopped until a reset,
 *               which is the only answer
 * FLASH_PROGRAM A0 address (from 0), A1 length 1..256 within a page, D bytes.
 *               R0,R1 busy until, in cycles
 * FLASH_ERASE   A0 sector address.  R0,R1 busy until
 * FLASH_STATUS  completes what is due.  R0 1 = busy, R1,R2 until; R3 1 = the
 *               last operation failed
 * FLASH_LOCK    A0 start, A1 length, whole sectors; sticky until reset
 * OTP_READ      A0 first word, A1 words 1..64.  D words
 * OTP_BURN      A0 bit index.  R0,R1 busy until
 * OTP_STATUS    R0 1 = busy, R1,R2 until
 * OTP_LOCK      no burn until reset
 * CONSOLE_WRITE A0 length 1..256, D bytes
 * CONSOLE_READ  R0 length 1..256, D one line without its end; E_EMPTY
 * TRACE         A0 code (trace.h), A1..A4 its arguments, D digest if the
 *               code has one
 * RNG_READ      A0 length 1..256, D bytes
 * PMU_READ      R0 battery mV, R1 flags (1 power good, 2 warning), R2 energy
 *               left in mJ (all ones: external supply), R3 energy drained in
 *               mJ since the gauge was fitted
 * RTC_READ      R0,R1 ms of the real-time clock, which power cuts do not stop
 * RADIO_STATUS  R0 1 = a modem is fitted, R1 1 = registered with a network,
 *               R2 datagrams waiting
 * RADIO_OPEN    a socket for datagrams to one peer.  A0 peer's node (1 = the
 *               update server), A1 its port.  R0 socket; E_FAILED when all
 *               are open or no modem is fitted
 * RADIO_CLOSE   A0 socket; what waits for it is dropped
 * RADIO_SEND    A0 socket, A1 length 1..1280, radio_tx bytes.  R0,R1 time at
 *               which it has left; more may be sent before.  E_FAILED when
 *               not registered, E_BUSY when the modem's queue is full: R0,R1
 *               time at which there is room.  On a byte stream, the bytes
 *               may be sent before it is connected
 * RADIO_RECEIVE R0 length, R1 socket, radio_rx bytes: the oldest datagram, or
 *               the next bytes of a stream; E_EMPTY.  Length 0: the end of a
 *               stream, R2 1 = the peer has ended it, 2 = it has failed
 * RADIO_CONNECT a byte stream to one peer.  A0 peer's node, A1 its port.  R0
 *               socket; otherwise as RADIO_OPEN
 *
 * Only if an accelerator is fitted; otherwise these commands do not exist:
 * HASH_BEGIN    a new SHA-256
 * HASH_FEED     A0 the CPU's address, A1 length, all within flash window or
 *               SRAM.  R0,R1 busy until; E_FAILED without a HASH_BEGIN
 * HASH_END      R0,R1 busy until; E_FAILED without a HASH_BEGIN
 * PK_VERIFY     D x || y of the key, digest, r || s: 64, 32, 64 bytes,
 *               big-endian.  R0,R1 busy until.  Ends a hash
 * CRYPTO_STATUS R0 1 = busy, R1,R2 until; R3 1 = inputs were out of range. Not
 *               busy: D the result, 32 bytes: the digest, or the number that r
 *               must equal
 */
enum ctl_command {
    CTL_SYS_BOOT = 0x101,
    CTL_SYS_RESET = 0x102,
    CTL_SYS_SLEEP = 0x103,
    CTL_SYS_DEADLINE = 0x104,
    CTL_SYS_HALT = 0x105,
    CTL_FLASH_PROGRAM = 0x201,
    CTL_FLASH_ERASE = 0x202,
    CTL_FLASH_STATUS = 0x203,
    CTL_FLASH_LOCK = 0x204,
    CTL_OTP_READ = 0x301,
    CTL_OTP_BURN = 0x302,
    CTL_OTP_STATUS = 0x303,
    CTL_OTP_LOCK = 0x304,
    CTL_CONSOLE_WRITE = 0x401,
    CTL_CONSOLE_READ = 0x402,
    CTL_TRACE = 0x501,
    CTL_RNG_READ = 0x601,
    CTL_PMU_READ = 0x701,
    CTL_RTC_READ = 0x702,
    CTL_RADIO_STATUS = 0x801,
    CTL_RADIO_OPEN = 0x802,
    CTL_RADIO_CLOSE = 0x803,
    CTL_RADIO_SEND = 0x804,
    CTL_RADIO_RECEIVE = 0x805,
    CTL_RADIO_CONNECT = 0x806,
    CTL_HASH_BEGIN = 0x901,
    CTL_HASH_FEED = 0x902,
    CTL_HASH_END = 0x903,
    CTL_PK_VERIFY = 0x904,
    CTL_CRYPTO_STATUS = 0x905
};

/* ---- fuses ----------------------------------------------------------- */
/*
 * 2048 one-time bits, 0 = unburned, 1 = burned, read as 64 little-endian
 * words. A unary field's value is its highest burned bit, counted from 1; an
 * unburned bit below it is a torn burn that must be completed.
 *
 *   bit     0 ..  255   root key digest 0: SHA-256 of the SPKI DER, byte 0
 *                       first, bit 0 of a byte first
 *   bit   256 ..  511   root key digest 1
 *   bit   512 ..  767   root key digest 2
 *   bit   768 ..  799   key epoch, unary: digests below it are revoked
 *   bit   800 ..  831   bootloader security counter, unary
 *   bit   832 ..  863   life-cycle, unary: 0 blank, 1 development, 2 secured
 *   bit   864 ..  895   recovery image's security counter, unary
 *   bit   896 .. 1023   device identity, 128 bit
 *   bit  1024 .. 1279   application security counter, unary
 */
#define OTP_BITS 2048u
#define OTP_WORDS 64u
#define OTP_ROOT_KEYS 3u
#define OTP_ROOT_KEY_BIT(n) ((n)*256u)
#define OTP_EPOCH_BIT 768u
#define OTP_EPOCH_BITS 32u
#define OTP_BOOT_COUNTER_BIT 800u
#define OTP_BOOT_COUNTER_BITS 32u
#define OTP_LIFECYCLE_BIT 832u
#define OTP_LIFECYCLE_BITS 32u
#define OTP_RECOVERY_COUNTER_BIT 864u
#define OTP_RECOVERY_COUNTER_BITS 32u
#define OTP_IDENTITY_BIT 896u
#define OTP_COUNTER_BIT 1024u
#define OTP_COUNTER_BITS 256u

#endif
