/* SPDX-License-Identifier: MIT */
#include "record/story.h"

#include <inttypes.h>
#include <string.h>

#include "base/utf8.h"

/* A download says how far it is when it was silent for so long. */
#define PROGRESS_NS 5000000000u

enum story_role { ROLE_PLAIN, ROLE_GOOD, ROLE_BAD, ROLE_FAULT, ROLE_DIM };

/* What an event is in a sentence; {key} stands for a field's value, and a part
 * in square brackets is said only when its first field is not 0 or empty. */
struct sentence {
    enum event_code code;
    enum story_role role;
    const char *who;
    const char *text;
};

static const struct sentence sentences[] = {
    {EVENT_POWER_ON, ROLE_PLAIN, "power", "on"},
    {EVENT_POWER_CUT, ROLE_FAULT, "power",
     "CUT, for {off_for}[; in {partition}, what was in flight is left: "
     "{form}]"},
    {EVENT_RESET_FORCED, ROLE_FAULT, "power", "reset from outside: {cause}"},
    {EVENT_CPU_LOCKUP, ROLE_BAD, "cpu",
     "locked up by a fault in its fault handler; the watchdog ends it"},
    {EVENT_CPU_ASLEEP, ROLE_BAD, "cpu", "asleep, and nothing can wake it"},
    {EVENT_CPU_WEDGED, ROLE_BAD, "cpu", "runs, but never comes back"},
    {EVENT_CPU_STORM, ROLE_BAD, "cpu", "rings too fast, and is reset"},
    {EVENT_CPU_FAULT, ROLE_BAD, "cpu",
     "fault {exception} at {pc}, called from {lr}, cfsr {cfsr}"},
    {EVENT_CPU_BARK, ROLE_BAD, "cpu", "watchdog barks at {pc}"},
    {EVENT_CPU_PANIC, ROLE_BAD, "cpu", "panic, line {line}"},
    {EVENT_BOARD_HALT, ROLE_BAD, "board",
     "nothing can boot: low power until power is cycled"},
    {EVENT_FLASH_RULE, ROLE_BAD, "flash",
     "rule broken: {rule} at {partition} {address}, {length} bytes"},
    {EVENT_FLASH_RAW, ROLE_BAD, "flash",
     "written past the controller at {partition} {address}"},
    {EVENT_FLASH_FLIP, ROLE_FAULT, "flash",
     "bit {bit} of {address} ({partition}) flips"},
    {EVENT_FLASH_DAMAGE, ROLE_FAULT, "flash",
     "{length} bytes from {address} ({partition}) are overwritten"},
    {EVENT_OTP_RULE, ROLE_BAD, "fuses", "rule broken: {rule} at bit {bit}"},
    {EVENT_CONSOLE, ROLE_DIM, "device", "{line}"},
    {EVENT_CONSOLE_IN, ROLE_PLAIN, "you", "type: {line}"},
    {EVENT_NOTE, ROLE_PLAIN, "note", "{text}"},
    {EVENT_VIOLATION, ROLE_BAD, "oracle", "RULE {rule}: {what}"},
    {EVENT_END, ROLE_PLAIN, "end", "{verdict}"},
    {EVENT_ROM_START, ROLE_PLAIN, "rom", "starts after {cause}"},
    {EVENT_ROM_REJECT, ROLE_BAD, "rom",
     "bootloader copy {copy} is not usable: {reason}"},
    {EVENT_ROM_SELECT, ROLE_PLAIN, "rom",
     "verified bootloader {version}, copy {copy}"},
    {EVENT_ROM_NOTHING, ROLE_BAD, "rom",
     "no bootloader can run: a is {a}, b is {b}"},
    {EVENT_BOOT_STATE, ROLE_PLAIN, "boot",
     "journal: {slot} {state}, {attempts} attempts left, counter {counter}"},
    {EVENT_BOOT_REQUEST, ROLE_PLAIN, "boot",
     "is asked to {kind} {slot}[, and will not: {verdict}]"},
    {EVENT_BOOT_ATTEMPT, ROLE_PLAIN, "boot",
     "counts a trial boot of {slot}; {left} left"},
    {EVENT_BOOT_FORGIVE, ROLE_PLAIN, "boot",
     "gives an attempt of {slot} back: the power failed; {left} left"},
    {EVENT_BOOT_RESORT, ROLE_FAULT, "boot",
     "has nothing better than {slot}: tries it again, round {round}, after "
     "{seconds} s"},
    {EVENT_BOOT_REJECT, ROLE_BAD, "boot", "refuses {slot}: {reason}"},
    {EVENT_BOOT_ROLLBACK, ROLE_FAULT, "boot",
     "ROLLBACK from {from} to {to}: {reason}"},
    {EVENT_BOOT_CONFIRM, ROLE_GOOD, "boot", "{slot} ({version}) is CONFIRMED"},
    {EVENT_BOOT_BURN, ROLE_PLAIN, "boot",
     "raises the security counter from {from} to {to}"},
    {EVENT_BOOT_JUMP, ROLE_PLAIN, "boot",
     "starts {slot}, version {version}, {state}"},
    {EVENT_BOOT_NOTHING, ROLE_BAD, "boot",
     "no image can run: a is {a}, b is {b}, recovery is {recovery}"},
    {EVENT_APP_START, ROLE_PLAIN, "app",
     "version {version} runs from {slot}, {state}"},
    {EVENT_APP_HEALTH, ROLE_PLAIN, "app",
     "health check: passed {passed}[, detail {detail}]"},
    {EVENT_APP_REQUEST, ROLE_PLAIN, "app",
     "asks the bootloader: {kind} {slot}"},
    {EVENT_APP_READY, ROLE_GOOD, "app", "version {version} does its work"},
    {EVENT_APP_REFUSED, ROLE_BAD, "app", "will not ask for {kind}: {reason}"},
    {EVENT_RECOVERY_START, ROLE_FAULT, "recovery",
     "recovery image {version} runs"},
    {EVENT_AGENT_POLL, ROLE_DIM, "agent", "asks the server what there is"},
    {EVENT_AGENT_OFFER, ROLE_PLAIN, "agent",
     "version {version} is offered: {size} bytes, counter {counter}"},
    {EVENT_AGENT_REFUSE, ROLE_BAD, "agent",
     "will not have version {version}: {why}"},
    {EVENT_AGENT_DEFER, ROLE_FAULT, "agent", "waits for {seconds} s: {why}"},
    {EVENT_AGENT_DOWNLOAD, ROLE_PLAIN, "agent",
     "downloads into {slot}, from byte {from} of {size}"},
    {EVENT_AGENT_FAIL, ROLE_BAD, "agent",
     "the update fails: {why}[, {tries} tries used]"},
    {EVENT_AGENT_VERIFIED, ROLE_GOOD, "agent",
     "version {version} is in flash, all of its {size} bytes verified"},
    {EVENT_AGENT_STATE, ROLE_PLAIN, "agent",
     "is {state}[; result {result}][, reason {why}]"},
    {EVENT_AGENT_REPORT, ROLE_DIM, "agent",
     "server has the report: {state}[, result {result}]"},
    {EVENT_LINK_DOWN, ROLE_FAULT, "link", "DOWN"},
    {EVENT_LINK_UP, ROLE_PLAIN, "link", "up again"},
    {EVENT_LINK_CHANGE, ROLE_FAULT, "link", "has other figures now"},
    {EVENT_SERVER_PUBLISH, ROLE_PLAIN, "server",
     "publishes '{image}', release {release}"},
    {EVENT_SERVER_WITHDRAW, ROLE_PLAIN, "server", "offers nothing any more"},
    {EVENT_SERVER_MISBEHAVE, ROLE_FAULT, "server", "misbehaves, {how}: {on}"},
    {EVENT_SERVER_STATUS, ROLE_PLAIN, "server",
     "is told: version {version}, {state}[, result {result}]"
     "[, reason {why}]"},
    {EVENT_BATTERY_WARN, ROLE_FAULT, "battery", "low, {mv} mV"},
    {EVENT_BATTERY_LOW, ROLE_BAD, "battery", "BROWN-OUT at {mv} mV"},
    {EVENT_BATTERY_CHARGE, ROLE_PLAIN, "battery", "now at {percent} %"},
};

static const char *const role_colors[] = {
    [ROLE_PLAIN] = "",       [ROLE_GOOD] = "\033[32m",
    [ROLE_BAD] = "\033[31m", [ROLE_FAULT] = "\033[33m",
    [ROLE_DIM] = "\033[2m",
};

static const struct sentence *sentence_find(uint32_t code)
{
    for (size_t i = 0; i < sizeof sentences / sizeof sentences[0]; i++) {
        if ((uint32_t)sentences[i].code == code) {
            return &sentences[i];
        }
    }
    return NULL;
}

const char *story_sentence(enum event_code code)
{
    const struct sentence *sentence = sentence_find(code);

    return sentence != NULL ? sentence->text : NULL;
}

/* The value with control characters made visible: ESC is ^[. Those of C1, and
 * bytes that are no UTF-8, are U+FFFD. */
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

static bool is_nothing(const struct event *event, unsigned field)
{
    bool label = event_kind(event->code)->field[field].kind == 'p';

    return label ? event->label[0] == '\0' : event->number[field] == 0;
}

/* Where to go on behind a '[': the part itself, or what follows it. */
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

static void sentence_fill(const struct event *event, const char *text,
                          char *out, size_t size)
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

static void generic_fill(const struct event *event, char *out, size_t size)
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

bool story_line(const struct event *event, char *out, size_t size)
{
    const struct sentence *sentence = sentence_find(event->code);

    if (sentence == NULL) {
        generic_fill(event, out, size);
        return false;
    }
    char text[512];

    sentence_fill(event, sentence->text, text, sizeof text);
    snprintf(out, size, "%-8s %s", sentence->who, text);
    return true;
}

void story_says(const struct event *event, char *out, size_t size)
{
    const struct sentence *sentence = sentence_find(event->code);

    if (sentence != NULL) {
        sentence_fill(event, sentence->text, out, size);
    } else {
        generic_fill(event, out, size);
    }
}

/* "[2] " when there are several devices; the world's events are of none. */
static void device_mark(const struct story *story, const struct event *event,
                        char *out, size_t size)
{
    out[0] = '\0';
    if (story->several && event->device == 0) {
        snprintf(out, size, "    ");
    } else if (story->several) {
        snprintf(out, size, "[%u] ", (unsigned)event->device);
    }
}

static void put_line(const struct story *story, const struct event *event,
                     enum story_role role, const char *line)
{
    char mark[16];

    device_mark(story, event, mark, sizeof mark);
    fprintf(story->out, "%7" PRIu64 ".%06u s  %s%s%s%s\n",
            event->time_ns / 1000000000u,
            (unsigned)(event->time_ns / 1000u % 1000000u), mark,
            story->color ? role_colors[role] : "", line,
            story->color && role != ROLE_PLAIN ? "\033[0m" : "");
}

/* ---- how far a download is ---------------------------------------------- */

static void download_begins(struct story_download *download,
                            const struct event *event)
{
    char slot[EVENT_LABEL];

    event_value(event, 0, slot, sizeof slot);
    if (event->number[1] == 0 || strcmp(slot, download->slot) != 0) {
        download->based = false; /* the first byte comes, and says where */
    }
    download->active = event->number[1] == 0 || download->based;
    download->size = event->number[2] > 0 ? event->number[2] : 1;
    download->quarter = event->number[1] * 4 / download->size;
    download->told_ns = event->time_ns;
    snprintf(download->slot, sizeof download->slot, "%s", slot);
}

/* `length` bytes at `address` of the slot are written; those of an erase: 0. */
static void download_goes_on(struct story *story,
                             struct story_download *download,
                             const struct event *event)
{
    uint64_t address = event->number[1];

    if (!download->based) {
        download->base = address;
        download->based = true;
    }
    uint64_t done = address - download->base + event->number[2];
    uint64_t quarter = done * 4 / download->size;
    char line[96];

    if (quarter <= download->quarter || quarter > 3) {
        return;
    }
    download->quarter = quarter;
    if (event->time_ns - download->told_ns < PROGRESS_NS || story->verbose) {
        return;
    }
    download->told_ns = event->time_ns;
    snprintf(line, sizeof line, "%-8s has %" PRIu64 " of %" PRIu64 " bytes",
             "agent", done, download->size);
    put_line(story, event, ROLE_PLAIN, line);
}

static void follow_download(struct story *story, const struct event *event)
{
    struct story_download *download = &story->download[event->device - 1];

    switch (event->code) {
    case EVENT_AGENT_DOWNLOAD:
        download_begins(download, event);
        break;
    case EVENT_FLASH_DONE:
        if (download->active && strcmp(event->label, download->slot) == 0) {
            download_goes_on(story, download, event);
        }
        break;
    case EVENT_AGENT_VERIFIED:
    case EVENT_AGENT_FAIL:
        download->active = false;
        break;
    default:
        break;
    }
}

/* ---- an event ------------------------------------------------------------ */

void story_event(struct story *story, const struct event *event)
{
    const struct sentence *sentence = sentence_find(event->code);
    enum story_role role = sentence != NULL ? sentence->role : ROLE_DIM;
    bool poll = event->code == (uint32_t)EVENT_AGENT_POLL;
    char line[640] = "         "; /* who says it, if somebody does */
    size_t indent = sentence != NULL ? 0 : strlen(line);

    if (event->device >= 1 && event->device <= STORY_DEVICES) {
        follow_download(story, event);
    }
    if (!story_line(event, line + indent, sizeof line - indent) &&
        !story->verbose) {
        return;
    }
    if (poll && story->polled && !story->verbose) {
        return;
    }
    story->polled = poll;
    put_line(story, event, role, line);
}
