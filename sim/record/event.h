/* SPDX-License-Identifier: MIT */
/*
 * What can happen, and what did. The catalogue is one table: the board's
 * trace events (board/trace.h) and the simulator's own (HOST_EVENTS below).
 * From it come the recording, the story, the validator of scenarios and
 * `otalab explain`. An event is a value without pointers.
 */
#ifndef OTALAB_RECORD_EVENT_H
#define OTALAB_RECORD_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "board/trace.h"

#define EVENT_FIELDS 6u
#define EVENT_LABEL 32u
#define EVENT_TEXT 264u

/*
 * X(CODE, "name", "fields", "meaning"). Field letters as in trace.h, and: p
 * partition (label), m text, d duration in ns, f flash form, F fuse form, k
 * flash rule, K fuse rule, y SRAM after power-on, a address, b yes or no, l
 * fate of a packet (outside/link.h), e the server's resource, o CoAP code as
 * 2.05, j fault of the accelerator. At most one p and one m in an event.
 */
#define HOST_EVENTS(X)                                                        \
    X(POWER_ON, "power.on", "", "power is applied for the first time")        \
    X(POWER_CUT, "power.cut",                                                 \
      "f:form F:fuse_form d:off_for y:sram p:partition a:address",            \
      "power fails; an operation in flight is torn in the given form")        \
    X(RESET, "reset", "c:cause", "the CPU starts again at the ROM")           \
    X(RESET_REQUEST, "reset.request", "u:reason",                             \
      "the program asks for a restart: 1 request, 2 fault, 3 watchdog, "      \
      "4 panic")                                                              \
    X(RESET_FORCED, "reset.forced", "c:cause",                                \
      "a reset from outside, power stays")                                    \
    X(CPU_LOCKUP, "cpu.lockup", "",                                           \
      "a fault inside the fault handler locked up the core; the watchdog "    \
      "resets it")                                                            \
    X(CPU_ASLEEP, "cpu.asleep", "", "the CPU sleeps and nothing can wake it") \
    X(CPU_WEDGED, "cpu.wedged", "",                                           \
      "the program runs, but never reaches the controller again")             \
    X(CPU_STORM, "cpu.storm", "",                                             \
      "commands come faster than the board can take them; it resets the CPU") \
    X(BOARD_HALT, "board.halt", "", "low power: nothing can boot")            \
    X(TRIAL_DEADLINE, "trial.deadline", "u:ms", "the trial deadline is set")  \
    X(FLASH_PROGRAM, "flash.program", "p:partition a:address u:length",       \
      "a page program begins")                                                \
    X(FLASH_ERASE, "flash.erase", "p:partition a:address",                    \
      "a sector erase begins")                                                \
    X(FLASH_DONE, "flash.done", "p:partition a:address u:length",             \
      "a program (length) or erase (0) ended")                                \
    X(FLASH_LOCK, "flash.lock", "p:partition a:address u:length",             \
      "a range is locked until reset")                                        \
    X(FLASH_RULE, "flash.violation", "k:rule p:partition a:address u:length", \
      "a rule of the flash part was broken")                                  \
    X(FLASH_RAW, "flash.raw-write", "p:partition a:address",                  \
      "the flash window was written without the controller")                  \
    X(FLASH_FLIP, "flash.flip", "p:partition a:address u:bit",                \
      "a fault flipped a bit")                                                \
    X(FLASH_DAMAGE, "flash.damage", "p:partition a:address u:length",         \
      "a fault overwrote a range")                                            \
    X(ACCELERATOR_FAULT, "accelerator.fault", "j:fault u:results u:after",    \
      "the accelerator's next results are bad, those after some good ones")   \
    X(ACCELERATOR_BAD, "accelerator.bad", "j:fault",                          \
      "a result of the accelerator is bad")                                   \
    X(OTP_BURN, "otp.burn", "u:bit", "a fuse burn begins")                    \
    X(OTP_DONE, "otp.done", "u:bit", "a fuse burn ended")                     \
    X(OTP_RULE, "otp.violation", "K:rule u:bit",                              \
      "a rule of the fuses was broken")                                       \
    X(OTP_LOCK, "otp.lock", "", "fuses are locked until reset")               \
    X(CONSOLE, "console", "m:line", "a line the device printed")              \
    X(CONSOLE_IN, "console.in", "m:line", "a line typed to the device")       \
    X(REFUSED, "controller.refused", "x:command u:status",                    \
      "the controller refused a command")                                     \
    X(RADIO_SEND, "radio.send", "u:length l:fate d:arrives_in",               \
      "the device gives a datagram to the link")                              \
    X(RADIO_RECEIVE, "radio.receive", "u:length",                             \
      "a datagram reaches the device")                                        \
    X(RADIO_DROP, "radio.drop", "u:length",                                   \
      "a datagram reaches the device, which has no room or no socket for it") \
    X(LINK_DOWN, "link.down", "", "the device has lost its network")          \
    X(LINK_UP, "link.up", "", "the device has registered again")              \
    X(LINK_CHANGE, "link.change", "", "the link has new properties")          \
    X(SERVER_PUBLISH, "server.publish", "u:release m:image",                  \
      "the server offers an image")                                           \
    X(SERVER_WITHDRAW, "server.withdraw", "",                                 \
      "the server withdraws its offer")                                       \
    X(SERVER_MISBEHAVE, "server.misbehave", "b:on m:how",                     \
      "the server starts or stops misbehaving")                               \
    X(SERVER_REQUEST, "server.request", "e:resource u:block",                 \
      "a request reaches the server")                                         \
    X(SERVER_ANSWER, "server.answer", "o:code u:length l:fate d:arrives_in",  \
      "the server answers")                                                   \
    X(SERVER_STATUS, "server.status", "U:state R:result w:why v:version",     \
      "a device's status report reaches the server")                          \
    X(SERVER_FLIGHT, "server.flight", "u:length l:fate d:arrives_in",         \
      "the server sends a part of a handshake")                               \
    X(SERVER_HANDSHAKE, "server.handshake", "u:resumed",                      \
      "a device and the server have set up a protected channel")              \
    X(SERVER_NO_HANDSHAKE, "server.no-handshake", "x:code",                   \
      "a handshake has failed at the server; code: the library's")            \
    X(SERVER_SHOWS, "server.shows", "m:what",                                 \
      "what the server shows in new handshakes, from now on")                 \
    X(SERVER_RESTART, "server.restart", "",                                   \
      "the server has forgotten all protected channels")                      \
    X(SERVER_CLOCK, "server.clock", "u:back_s",                               \
      "the server's clock is set back")                                       \
    X(RNG, "rng", "b:stuck", "the board's random generator fails or works")   \
    X(LINK_REBIND, "link.rebind", "u:port",                                   \
      "the network gives the device another address")                         \
    X(BATTERY_WARN, "battery.warning", "u:mv",                                \
      "the supply is close to the brown-out level")                           \
    X(BATTERY_LOW, "battery.brown-out", "u:mv",                               \
      "the supply is too low for the CPU")                                    \
    X(BATTERY_CHARGE, "battery.charge", "u:percent",                          \
      "the battery was charged or replaced")                                  \
    X(NOTE, "note", "m:text", "a remark in the scenario")                     \
    X(VIOLATION, "oracle.violation", "u:rule m:what",                         \
      "a rule of the oracle was broken")                                      \
    X(END, "run.end", "m:verdict", "the run ended")

enum event_code {
#define EVENT_TRACE(code, number, name, args, text) EVENT_##code,
    TRACE_EVENTS(EVENT_TRACE)
#undef EVENT_TRACE
#define EVENT_HOST(code, name, fields, text) EVENT_##code,
        HOST_EVENTS(EVENT_HOST)
#undef EVENT_HOST
            EVENT_COUNT
};

struct event {
    uint64_t time_ns;
    uint64_t sequence; /* counted from 1, over the whole run */
    uint32_t device;   /* counted from 1; 0: an event of the world */
    uint32_t code;     /* enum event_code */
    uint64_t number[EVENT_FIELDS];
    char label[EVENT_LABEL]; /* the p field */
    char text[EVENT_TEXT];   /* the m field */
};

struct event_field {
    char kind; /* letter */
    char key[16];
};

struct event_kind {
    const char *name;
    const char *text;
    unsigned fields;
    struct event_field field[EVENT_FIELDS];
};

const struct event_kind *event_kind(enum event_code code);
/* The code of the event called `name`, or -1. */
int event_find(const char *name);
/* The event of a trace code, or -1. */
int event_of_trace(uint32_t trace_code);
/* The index of the field called `key`, or -1. */
int event_field_find(enum event_code code, const char *key);
/* Write the value as people read it: "slot-b", "trial", "1.2.0",
 * "0x00080200". */
void event_value(const struct event *event, unsigned field, char *out,
                 size_t size);
/* The reverse: set the field to the value that event_value() writes as `text`.
 * False if there is none. */
bool event_set(struct event *event, unsigned field, const char *text);
/* Whether a pattern's text matches the field. Text is as event_value() gives
 * it; numbers match in any base, or as a range "2..5", "3..". */
bool event_matches(const struct event *event, unsigned field, const char *text);
/* 0.004218 -> "4.218 ms"; the fixed-width form of the story is in story.c */
void event_time(uint64_t ns, char *out, size_t size);

const char *reason_name(uint32_t reason); /* "bad-hash"; "?": unknown */

#endif
