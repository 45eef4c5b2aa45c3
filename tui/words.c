/* SPDX-License-Identifier: MIT */
#include "tui/words.h"

#include <inttypes.h>
#include <stdio.h>

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
