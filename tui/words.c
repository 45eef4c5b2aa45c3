/* SPDX-License-Identifier: MIT */
#include "tui/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "record/sentence.h"
#include "record/story.h"

void words_time(uint64_t ns, char out[32])
{
    uint64_t ms = ns / 1000000u;
    uint64_t s = ms / 1000u;

    if (s >= 86400u) {
        snprintf(out, 32, "%" PRIu64 "d %02u:%02u:%02u", s / 86400u,
                 (unsigned)(s / 3600u % 24u), (unsigned)(s / 60u % 60u),
                 (unsigned)(s % 60u));
    } else {
        snprintf(out, 32, "%u:%02u:%02u.%03u", (unsigned)(s / 3600u),
                 (unsigned)(s / 60u % 60u), (unsigned)(s % 60u),
                 (unsigned)(ms % 1000u));
    }
}

/* Milliseconds of a text in either form, the last one that it may stand for;
 * UINT64_MAX if it has neither. */
static uint64_t read_ms(const char *text)
{
    unsigned d = 0;
    unsigned h;
    unsigned m;
    unsigned s;
    unsigned ms = 999;

    if (sscanf(text, "%5ud %2u:%2u:%2u", &d, &h, &m, &s) != 4) {
        d = 0;
        if (sscanf(text, "%2u:%2u:%2u.%3u", &h, &m, &s, &ms) != 4) {
            return UINT64_MAX;
        }
    }
    return (((d * UINT64_C(24) + h) * 60 + m) * 60 + s) * 1000 + ms;
}

/* What is shown is cut off, not rounded: a time that shows the same text may be
 * nearly one unit later. Showing the result again finds what is not a time. */
bool words_read_time(const char *text, uint64_t *ns)
{
    uint64_t ms = read_ms(text);
    char shown[32];

    if (ms == UINT64_MAX) {
        return false;
    }
    words_time(ms * 1000000 + 999999, shown);
    if (strcmp(shown, text) != 0) {
        return false;
    }
    *ns = ms * 1000000 + 999999;
    return true;
}

void words_rate(uint64_t bytes, uint64_t ns, char out[32])
{
    uint64_t rate = ns == 0 ? 0 : bytes * UINT64_C(1000000000) / ns;

    if (rate >= 1000) {
        snprintf(out, 32, "%" PRIu64 ".%u kB/s", rate / 1000,
                 (unsigned)(rate % 1000 / 100));
    } else {
        snprintf(out, 32, "%" PRIu64 " B/s", rate);
    }
}

enum screen_role words_role(const struct event *event)
{
    static const enum screen_role roles[] = {
        [ROLE_PLAIN] = SCREEN_TEXT, [ROLE_GOOD] = SCREEN_GOOD,
        [ROLE_BAD] = SCREEN_BAD,    [ROLE_FAULT] = SCREEN_FAULT,
        [ROLE_DIM] = SCREEN_DIM,
    };
    const struct sentence *sentence = sentence_of(event);

    return sentence != NULL ? roles[sentence->role] : SCREEN_DIM;
}

void words_event(const struct event *event, char *out, size_t size)
{
    if (!story_line(event, out, size)) {
        sentence_plain(event, out, size);
    }
}
