/* SPDX-License-Identifier: MIT */
#include "record/sentence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

static const struct sentence sentences[] = {
    {EVENT_POWER_ON, NULL, ROLE_PLAIN, "power", "on"},
    {EVENT_POWER_CUT, "partition", ROLE_FAULT, "power",
     "CUT for {off_for}; the operation in flight is torn: {partition}, {form}"},
    {EVENT_POWER_CUT, "fuse_form", ROLE_FAULT, "power",
     "CUT for {off_for}; the fuse being burned is torn: {fuse_form}"},
    {EVENT_POWER_CUT, NULL, ROLE_FAULT, "power",
     "CUT for {off_for}; nothing was in flight"},
    {EVENT_RESET_FORCED, NULL, ROLE_FAULT, "power",
     "reset from outside, without loss of power: {cause}"},
    {EVENT_CPU_LOCKUP, NULL, ROLE_BAD, "cpu",
     "locked up by a fault in the fault handler; the watchdog will reset it"},
    {EVENT_CPU_ASLEEP, NULL, ROLE_BAD, "cpu",
     "asleep, and nothing can wake it"},
    {EVENT_CPU_WEDGED, NULL, ROLE_BAD, "cpu",
     "runs, but never reaches the controller again"},
    {EVENT_CPU_STORM, NULL, ROLE_BAD, "cpu",
     "gives commands faster than the board can take them, and is reset"},
    {EVENT_CPU_FAULT, "cfsr&0x10000", ROLE_BAD, "cpu",
     "FAULT at {pc}: an undefined instruction"},
    {EVENT_CPU_FAULT, "cfsr&0x20000", ROLE_BAD, "cpu",
     "FAULT at {pc}: a jump to something that is not code for this CPU"},
    {EVENT_CPU_FAULT, "cfsr&0x40000", ROLE_BAD, "cpu",
     "FAULT at {pc}: an invalid return from an exception"},
    {EVENT_CPU_FAULT, "cfsr&0x80000", ROLE_BAD, "cpu",
     "FAULT at {pc}: an instruction for a unit that is missing or disabled"},
    {EVENT_CPU_FAULT, "cfsr&0x1000000", ROLE_BAD, "cpu",
     "FAULT at {pc}: an unaligned access"},
    {EVENT_CPU_FAULT, "cfsr&0x2000000", ROLE_BAD, "cpu",
     "FAULT at {pc}: a division by zero"},
    {EVENT_CPU_FAULT, "cfsr&0x01", ROLE_BAD, "cpu",
     "FAULT at {pc}: code fetched from non-executable memory; called from "
     "{lr}"},
    {EVENT_CPU_FAULT, "cfsr&0x02", ROLE_BAD, "cpu",
     "FAULT at {pc}: a load from or store to protected memory"},
    {EVENT_CPU_FAULT, "cfsr&0x18", ROLE_BAD, "cpu",
     "FAULT at {pc}: the stack has run into protected memory"},
    {EVENT_CPU_FAULT, "cfsr&0x100", ROLE_BAD, "cpu",
     "FAULT at {pc}: code fetched from an empty address; called from {lr}"},
    {EVENT_CPU_FAULT, "cfsr&0x600", ROLE_BAD, "cpu",
     "FAULT at {pc}: a load from or store to an empty address"},
    {EVENT_CPU_FAULT, NULL, ROLE_BAD, "cpu",
     "FAULT at {pc}, called from {lr}: exception {exception}, cfsr {cfsr}"},
    {EVENT_CPU_BARK, NULL, ROLE_BAD, "cpu",
     "the watchdog was not fed in time; the program was at {pc}"},
    {EVENT_CPU_PANIC, NULL, ROLE_BAD, "cpu",
     "the program failed one of its own checks, in line {line}"},
    {EVENT_BOARD_HALT, NULL, ROLE_BAD, "board",
     "nothing can boot: in low power until power is cycled"},
    {EVENT_FLASH_RULE, NULL, ROLE_BAD, "flash",
     "rule broken: {rule} at {partition} {address}, {length} bytes"},
    {EVENT_FLASH_RAW, NULL, ROLE_BAD, "flash",
     "written without the controller at {partition} {address}"},
    {EVENT_FLASH_FLIP, NULL, ROLE_FAULT, "flash",
     "bit {bit} of {address} ({partition}) flips"},
    {EVENT_FLASH_DAMAGE, NULL, ROLE_FAULT, "flash",
     "{length} bytes from {address} ({partition}) are overwritten"},
    {EVENT_ACCELERATOR_FAULT, "after=0", ROLE_FAULT, "crypto",
     "the accelerator fails ({fault}); bad results: {results}"},
    {EVENT_ACCELERATOR_FAULT, NULL, ROLE_FAULT, "crypto",
     "the accelerator fails ({fault}); good results first: {after}, then bad "
     "ones: {results}"},
    {EVENT_ACCELERATOR_BAD, "fault=stuck", ROLE_FAULT, "crypto",
     "the accelerator hangs: its operation never ends"},
    {EVENT_ACCELERATOR_BAD, NULL, ROLE_FAULT, "crypto",
     "a result of the accelerator is bad: {fault}"},
    {EVENT_OTP_RULE, NULL, ROLE_BAD, "fuses",
     "rule broken: {rule} at bit {bit}"},
    {EVENT_CONSOLE, NULL, ROLE_DIM, "device", "{line}"},
    {EVENT_CONSOLE_IN, NULL, ROLE_PLAIN, "you", "type: {line}"},
    {EVENT_NOTE, NULL, ROLE_PLAIN, "note", "{text}"},
    {EVENT_VIOLATION, NULL, ROLE_BAD, "oracle", "RULE {rule}: {what}"},
    {EVENT_END, NULL, ROLE_PLAIN, "end", "{verdict}"},
    {EVENT_ROM_START, "cause=brown-out", ROLE_PLAIN, "rom",
     "starts after a brown-out"},
    {EVENT_ROM_START, "cause=watchdog", ROLE_PLAIN, "rom",
     "starts: the watchdog reset the CPU"},
    {EVENT_ROM_START, "cause=software", ROLE_PLAIN, "rom",
     "starts: the program restarted the CPU"},
    {EVENT_ROM_START, "cause=deadline", ROLE_PLAIN, "rom",
     "starts: the trial deadline was reached"},
    {EVENT_ROM_START, "cause=pin", ROLE_PLAIN, "rom",
     "starts: the reset pin was pulled"},
    {EVENT_ROM_START, NULL, ROLE_PLAIN, "rom", "starts after {cause}"},
    {EVENT_ROM_REJECT, "copy=0", ROLE_BAD, "rom",
     "the bootloader in boot-a is not usable: {reason}"},
    {EVENT_ROM_REJECT, NULL, ROLE_BAD, "rom",
     "the bootloader in boot-b is not usable: {reason}"},
    {EVENT_ROM_SELECT, "copy=0", ROLE_PLAIN, "rom",
     "has verified bootloader {version} in boot-a"},
    {EVENT_ROM_SELECT, NULL, ROLE_PLAIN, "rom",
     "has verified bootloader {version} in boot-b"},
    {EVENT_ROM_NOTHING, NULL, ROLE_BAD, "rom",
     "no bootloader can run: a is {a}, b is {b}"},
    {EVENT_BOOT_STATE, "state=confirmed", ROLE_PLAIN, "boot",
     "reads the journal: {slot} is confirmed"},
    {EVENT_BOOT_STATE, "attempts=0", ROLE_PLAIN, "boot",
     "reads the journal: {slot} is on trial, no attempts left"},
    {EVENT_BOOT_STATE, "attempts=1", ROLE_PLAIN, "boot",
     "reads the journal: {slot} is on trial, 1 attempt left"},
    {EVENT_BOOT_STATE, NULL, ROLE_PLAIN, "boot",
     "reads the journal: {slot} is on trial, {attempts} attempts left"},
    {EVENT_BOOT_REQUEST, "kind=trial", ROLE_PLAIN, "boot",
     "is asked to try {slot}[, but refuses: {verdict}]"},
    {EVENT_BOOT_REQUEST, "kind=alive", ROLE_PLAIN, "boot",
     "sees that {slot} had begun to run[, but ignores it: {verdict}]"},
    {EVENT_BOOT_REQUEST, "kind=abandon", ROLE_PLAIN, "boot",
     "is asked to leave {slot}[, but refuses: {verdict}]"},
    {EVENT_BOOT_REQUEST, "kind=fetch", ROLE_PLAIN, "boot",
     "is asked to let recovery rewrite {slot}[, but refuses: {verdict}]"},
    {EVENT_BOOT_REQUEST, NULL, ROLE_PLAIN, "boot",
     "is asked to {kind} {slot}[, but refuses: {verdict}]"},
    {EVENT_BOOT_ATTEMPT, "left=0", ROLE_PLAIN, "boot",
     "counts a trial boot of {slot}, the last one"},
    {EVENT_BOOT_ATTEMPT, NULL, ROLE_PLAIN, "boot",
     "counts a trial boot of {slot}; {left} left"},
    {EVENT_BOOT_FORGIVE, "left=1", ROLE_PLAIN, "boot",
     "gives back an attempt to {slot}, because power failed; 1 left"},
    {EVENT_BOOT_FORGIVE, NULL, ROLE_PLAIN, "boot",
     "gives back an attempt to {slot}, because power failed; {left} left"},
    {EVENT_BOOT_RESORT, NULL, ROLE_FAULT, "boot",
     "has nothing better than {slot}: round {round}, after {seconds} s"},
    {EVENT_BOOT_REJECT, NULL, ROLE_BAD, "boot", "refuses {slot}: {reason}"},
    {EVENT_BOOT_ROLLBACK, NULL, ROLE_FAULT, "boot",
     "ROLLBACK from {from} to {to}: {reason}"},
    {EVENT_BOOT_CONFIRM, NULL, ROLE_GOOD, "boot",
     "{slot} ({version}) is CONFIRMED"},
    {EVENT_BOOT_BURN, NULL, ROLE_PLAIN, "boot",
     "raises the security counter from {from} to {to}"},
    {EVENT_BOOT_JUMP, "state=trial", ROLE_PLAIN, "boot",
     "has verified {slot} and starts version {version}, on trial"},
    {EVENT_BOOT_JUMP, NULL, ROLE_PLAIN, "boot",
     "has verified {slot} and starts version {version}, {state}"},
    {EVENT_BOOT_NOTHING, NULL, ROLE_BAD, "boot",
     "no image can run: a is {a}, b is {b}, recovery is {recovery}"},
    {EVENT_APP_START, "state=trial", ROLE_PLAIN, "app",
     "version {version} runs from {slot}, on trial"},
    {EVENT_APP_START, NULL, ROLE_PLAIN, "app",
     "version {version} runs from {slot}, {state}"},
    {EVENT_APP_HEALTH, "passed", ROLE_PLAIN, "app", "self-test passed"},
    {EVENT_APP_HEALTH, NULL, ROLE_BAD, "app",
     "self-test FAILED[, detail {detail}]"},
    {EVENT_APP_REQUEST, "kind=trial", ROLE_PLAIN, "app",
     "asks the bootloader to try {slot}"},
    {EVENT_APP_REQUEST, "kind=alive", ROLE_PLAIN, "app",
     "leaves a sign of life for the bootloader"},
    {EVENT_APP_REQUEST, "kind=abandon", ROLE_PLAIN, "app",
     "asks the bootloader to leave {slot}"},
    {EVENT_APP_REQUEST, "kind=fetch", ROLE_PLAIN, "app",
     "gives way: asks to have recovery rewrite {slot}"},
    {EVENT_APP_REQUEST, NULL, ROLE_PLAIN, "app",
     "asks the bootloader to {kind} {slot}"},
    {EVENT_APP_READY, NULL, ROLE_GOOD, "app", "version {version} is ready"},
    {EVENT_APP_REFUSED, NULL, ROLE_BAD, "app",
     "does not ask for {kind}: {reason}"},
    {EVENT_RECOVERY_START, NULL, ROLE_FAULT, "recovery",
     "recovery image {version} runs"},
    {EVENT_AGENT_POLL, NULL, ROLE_DIM, "agent", "asks the server for updates"},
    {EVENT_AGENT_OFFER, NULL, ROLE_PLAIN, "agent",
     "version {version} is offered: {size} bytes, counter {counter}"},
    {EVENT_AGENT_REFUSE, NULL, ROLE_BAD, "agent",
     "refuses version {version}: {why}"},
    {EVENT_AGENT_DEFER, NULL, ROLE_FAULT, "agent", "waits {seconds} s: {why}"},
    {EVENT_AGENT_DOWNLOAD, NULL, ROLE_PLAIN, "agent",
     "downloads into {slot}, from byte {from} of {size}"},
    {EVENT_AGENT_FAIL, "tries=1", ROLE_BAD, "agent",
     "the update fails: {why}, 1 try used"},
    {EVENT_AGENT_FAIL, NULL, ROLE_BAD, "agent",
     "the update fails: {why}[, {tries} tries used]"},
    {EVENT_AGENT_VERIFIED, NULL, ROLE_GOOD, "agent",
     "version {version} is in flash; all {size} bytes are verified"},
    {EVENT_AGENT_STATE, NULL, ROLE_PLAIN, "agent",
     "is {state}[; result {result}][, reason {why}]"},
    {EVENT_AGENT_REPORT, NULL, ROLE_DIM, "agent",
     "the server has received the report: {state}[, result {result}]"},
    {EVENT_CHANNEL_OPEN, "resumed=0", ROLE_GOOD, "channel",
     "is protected; the handshake took {ms} ms and {datagrams} datagrams, "
     "{bytes} bytes"},
    {EVENT_CHANNEL_OPEN, NULL, ROLE_GOOD, "channel",
     "is protected again; to resume took {ms} ms and {datagrams} datagrams, "
     "{bytes} bytes"},
    {EVENT_CHANNEL_FAIL, NULL, ROLE_BAD, "channel",
     "cannot be protected: {why}"},
    {EVENT_CHANNEL_MEMORY, NULL, ROLE_DIM, "channel",
     "has needed {arena} bytes of its arena, {stack} of the stack"},
    {EVENT_LINK_REBIND, NULL, ROLE_FAULT, "link",
     "the device has another address: port {port}"},
    {EVENT_SERVER_SHOWS, NULL, ROLE_FAULT, "server",
     "shows in handshakes: {what}"},
    {EVENT_SERVER_CLOCK, NULL, ROLE_FAULT, "server",
     "its clock is set back by {back_s} s"},
    {EVENT_RNG, "stuck=yes", ROLE_FAULT, "rng", "gives the same byte for ever"},
    {EVENT_RNG, NULL, ROLE_PLAIN, "rng", "works again"},
    {EVENT_SERVER_RESTART, NULL, ROLE_FAULT, "server",
     "restarts; protected channels are forgotten"},
    {EVENT_SERVER_NO_HANDSHAKE, NULL, ROLE_BAD, "server",
     "a handshake has failed"},
    {EVENT_LINK_DOWN, NULL, ROLE_FAULT, "link", "DOWN"},
    {EVENT_LINK_UP, NULL, ROLE_PLAIN, "link", "up again"},
    {EVENT_LINK_CHANGE, NULL, ROLE_FAULT, "link", "conditions change"},
    {EVENT_SERVER_PUBLISH, NULL, ROLE_PLAIN, "server",
     "publishes '{image}', release {release}"},
    {EVENT_SERVER_WITHDRAW, NULL, ROLE_PLAIN, "server", "withdraws its offer"},
    {EVENT_SERVER_MISBEHAVE, "on=yes", ROLE_FAULT, "server",
     "starts to misbehave: {how}"},
    {EVENT_SERVER_MISBEHAVE, NULL, ROLE_PLAIN, "server",
     "stops misbehaving: {how}"},
    {EVENT_SERVER_STATUS, NULL, ROLE_PLAIN, "server",
     "receives a report: version {version}, {state}[, result {result}][, "
     "reason {why}]"},
    {EVENT_BATTERY_WARN, NULL, ROLE_FAULT, "battery", "low, {mv} mV"},
    {EVENT_BATTERY_LOW, NULL, ROLE_BAD, "battery", "BROWN-OUT at {mv} mV"},
    {EVENT_BATTERY_CHARGE, NULL, ROLE_PLAIN, "battery", "now at {percent} %"},
};

#define SENTENCES (sizeof sentences / sizeof sentences[0])

/* ---- which fits ---------------------------------------------------------- */

static bool is_nothing(const struct event *event, unsigned field)
{
    bool label = event_kind(event->code)->field[field].kind == 'p';

    return label ? event->label[0] == '\0' : event->number[field] == 0;
}

static bool holds(const struct event *event, const char *when)
{
    char key[16];
    size_t length = when != NULL ? strcspn(when, "=&") : 0;

    if (when == NULL) {
        return true;
    }
    snprintf(key, sizeof key, "%.*s", (int)length, when);
    int field = event_field_find(event->code, key);

    if (field < 0) {
        return false;
    }
    switch (when[length]) {
    case '=':
        return event_matches(event, (unsigned)field, when + length + 1);
    case '&':
        return (event->number[field] & strtoull(when + length + 1, NULL, 0)) !=
               0;
    default:
        return !is_nothing(event, (unsigned)field);
    }
}

const struct sentence *sentence_of(const struct event *event)
{
    for (size_t i = 0; i < SENTENCES; i++) {
        if ((uint32_t)sentences[i].code == event->code &&
            holds(event, sentences[i].when)) {
            return &sentences[i];
        }
    }
    return NULL;
}

const struct sentence *sentence_row(enum event_code code, unsigned index)
{
    for (size_t i = 0; i < SENTENCES; i++) {
        if (sentences[i].code == code && index-- == 0) {
            return &sentences[i];
        }
    }
    return NULL;
}

/* ---- as text ------------------------------------------------------------- */

/* Write the value with control characters made visible: ESC becomes ^[. C1
 * control characters and invalid UTF-8 become U+FFFD. */
static size_t put_visible(const char *value, char *out, size_t size)
{
    size_t used = 0;
    uint32_t code;

    while (used + 5 < size && (code = utf8_next(&value)) != 0) {
        if (code < 0x20 || code == 0x7f) {
            out[used++] = '^';
            code ^= 0x40;
        }
        code = code >= 0x80 && code < 0xa0 ? UTF8_REPLACEMENT : code;
        used += utf8_encode(code, out + used);
    }
    out[used] = '\0';
    return used;
}

static size_t put_field(const struct event *event, const char *key,
                        size_t length, char *out, size_t size)
{
    char name[16];
    char value[EVENT_TEXT];

    snprintf(name, sizeof name, "%.*s", (int)length, key);
    int field = event_field_find(event->code, name);
    if (field < 0) {
        return 0;
    }
    event_value(event, (unsigned)field, value, sizeof value);
    return put_visible(value, out, size);
}

/* Where to continue after a '[': at the part itself, or after it. */
static const char *part_of(const struct event *event, const char *text)
{
    const char *open = strchr(text, '{');
    const char *close = strchr(text, ']');
    char name[16];

    if (open == NULL || close == NULL || open > close) {
        return text;
    }
    snprintf(name, sizeof name, "%.*s", (int)strcspn(open + 1, "}"), open + 1);
    int field = event_field_find(event->code, name);

    return field >= 0 && is_nothing(event, (unsigned)field) ? close + 1 : text;
}

void sentence_fill(const struct event *event, const char *text, char *out,
                   size_t size)
{
    size_t used = 0;

    while (*text != '\0' && used + 1 < size) {
        const char *end = (*text == '{') ? strchr(text, '}') : NULL;

        if (*text == '[' || *text == ']') {
            text = *text == '[' ? part_of(event, text + 1) : text + 1;
            continue;
        }
        if (end == NULL) {
            out[used++] = *text++;
            continue;
        }
        used += put_field(event, text + 1, (size_t)(end - text - 1), out + used,
                          size - used);
        text = end + 1;
    }
    out[used < size ? used : size - 1] = '\0';
}

void sentence_plain(const struct event *event, char *out, size_t size)
{
    const struct event_kind *kind = event_kind(event->code);
    size_t used = 0;

    used += (size_t)snprintf(out, size, "%s", kind->name);
    for (unsigned i = 0; i < kind->fields && used < size; i++) {
        char value[EVENT_TEXT];

        event_value(event, i, value, sizeof value);
        used += (size_t)snprintf(out + used, size - used,
                                 " %s=", kind->field[i].key);
        used += used < size ? put_visible(value, out + used, size - used) : 0;
    }
}
