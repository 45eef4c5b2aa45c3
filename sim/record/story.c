/* SPDX-License-Identifier: MIT */
#include "record/story.h"

#include <inttypes.h>
#include <string.h>

#include "record/sentence.h"

/* Report a download's progress after it was silent for this long. */
#define PROGRESS_NS 5000000000u

static const char *const role_colors[] = {
    [ROLE_PLAIN] = "",       [ROLE_GOOD] = "\033[32m",
    [ROLE_BAD] = "\033[31m", [ROLE_FAULT] = "\033[33m",
    [ROLE_DIM] = "\033[2m",
};

void story_says(const struct event *event, char *out, size_t size)
{
    const struct sentence *sentence = sentence_of(event);

    if (sentence != NULL) {
        sentence_fill(event, sentence->text, out, size);
    } else {
        sentence_plain(event, out, size);
    }
}

bool story_line(const struct event *event, char *out, size_t size)
{
    const struct sentence *sentence = sentence_of(event);
    char text[512];

    if (sentence == NULL) {
        sentence_plain(event, out, size);
        return false;
    }
    sentence_fill(event, sentence->text, text, sizeof text);
    snprintf(out, size, "%-8s %s", sentence->who, text);
    return true;
}

/* "[2] " if there are several devices; events of the world have no number. */
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
        download->based = false; /* the first byte tells where */
    }
    download->active = event->number[1] == 0 || download->based;
    download->size = event->number[2] > 0 ? event->number[2] : 1;
    download->quarter = event->number[1] * 4 / download->size;
    download->told_ns = event->time_ns;
    snprintf(download->slot, sizeof download->slot, "%s", slot);
}

/* `length` bytes at `address` of the slot have been written; 0 for an erase. */
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

/* ---- a restart that the program asked for ---------------------------------- */

/* By the reason of reset.request: why the ROM starts afterwards. */
static const char *const restarts[] = {
    [1] = "starts: the program asked for a restart",
    [2] = "starts: the program was ended by a fault",
    [3] = "starts: the program did not feed the watchdog",
    [4] = "starts: the program failed one of its own checks",
};

#define RESTARTS (sizeof restarts / sizeof restarts[0])

/* The reason for this start, or NULL if its own sentence says everything. */
static const char *restart_text(struct story *story, const struct event *event)
{
    uint32_t *asked = &story->asked[event->device - 1];
    uint32_t reason = *asked;

    if (event->code == (uint32_t)EVENT_RESET_REQUEST) {
        *asked = (uint32_t)event->number[0];
    }
    if (event->code != (uint32_t)EVENT_ROM_START) {
        return NULL;
    }
    *asked = 0;
    return event_matches(event, 0, "software") && reason < RESTARTS
               ? restarts[reason]
               : NULL;
}

/* ---- polls ------------------------------------------------------------------ */

/* Leave out a second poll in a row; true if it was left out. */
static bool skip_poll(struct story *story, const struct event *event)
{
    bool poll = event->code == (uint32_t)EVENT_AGENT_POLL;

    if (poll && story->polled && !story->verbose) {
        story->polls++;
        story->poll = *event;
        return true;
    }
    return false;
}

/* Say what was left out before saying anything else. */
static void tell_polls(struct story *story)
{
    char line[96];

    if (story->polls > 0) {
        snprintf(line, sizeof line,
                 "%-8s asked the server %" PRIu64 " more time%s; nothing new",
                 "agent", story->polls, story->polls == 1 ? "" : "s");
        put_line(story, &story->poll, ROLE_DIM, line);
    }
    story->polls = 0;
}

/* ---- an event ------------------------------------------------------------ */

static bool is_of_device(const struct event *event)
{
    return event->device >= 1 && event->device <= STORY_DEVICES;
}

void story_event(struct story *story, const struct event *event)
{
    const struct sentence *sentence = sentence_of(event);
    enum story_role role = sentence != NULL ? sentence->role : ROLE_DIM;
    const char *restart = NULL;
    char line[640] = "         "; /* who says it, if anybody */
    size_t indent = sentence != NULL ? 0 : strlen(line);

    if (is_of_device(event)) {
        follow_download(story, event);
        restart = restart_text(story, event);
    }
    if (!story_line(event, line + indent, sizeof line - indent) &&
        !story->verbose) {
        return;
    }
    if (skip_poll(story, event)) {
        return;
    }
    if (restart != NULL) {
        snprintf(line, sizeof line, "%-8s %s", sentence->who, restart);
    }
    tell_polls(story);
    story->polled = event->code == (uint32_t)EVENT_AGENT_POLL;
    put_line(story, event, role, line);
}
