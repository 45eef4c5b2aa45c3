/* SPDX-License-Identifier: MIT */
#include "report/sweep_time.h"

#include <inttypes.h>
#include <string.h>

#include "report/sweep_text.h"
#include "report/xml.h"

#define TICKS 6u /* at most */

uint64_t sweep_time_step(uint64_t length_ns)
{
    static const uint64_t digits[] = {1, 2, 5};
    uint64_t power = 1;

    for (;;) {
        for (unsigned i = 0; i < sizeof digits / sizeof digits[0]; i++) {
            if (length_ns / (digits[i] * power) < TICKS) {
                return digits[i] * power;
            }
        }
        power *= 10;
    }
}

static double percent(uint64_t time_ns, uint64_t length_ns)
{
    return length_ns > 0 ? 100.0 * (double)time_ns / (double)length_ns : 0.0;
}

/* Seconds with no more digits than needed. */
static void put_tick(FILE *out, uint64_t time_ns, uint64_t length_ns)
{
    char text[32];
    int size = snprintf(text, sizeof text, "%" PRIu64 ".%09" PRIu64,
                        time_ns / 1000000000u, time_ns % 1000000000u);

    while (text[size - 1] == '0') {
        size--;
    }
    text[text[size - 1] == '.' ? size - 1 : size] = '\0';
    fprintf(out, "<span style=\"left:%.3f%%\">%s</span>\n",
            percent(time_ns, length_ns), text);
}

static bool is_shown(const struct sweep_result *result, size_t index)
{
    return index + 1 >= result->first && index + 1 <= result->last;
}

/* The worst are drawn last, over those at nearly the same time. */
static void put_marks(FILE *out, const struct sweep_result *result,
                      const char *program, unsigned end)
{
    static const unsigned height[] = {[SWEEP_OPEN] = 25,
                                      [SWEEP_SAME] = 50,
                                      [SWEEP_OTHER] = 75,
                                      [SWEEP_FAILED] = 100};
    uint64_t length = summary_length(result);

    for (size_t i = 0; i < result->sweep.positions; i++) {
        const struct sweep_position *position = &result->sweep.position[i];

        if (is_shown(result, i) && sweep_worst(position) == end &&
            strcmp(position->program, program) == 0) {
            fprintf(out,
                    "<rect class=\"%s\" x=\"%.3f%%\" y=\"%u%%\" width=\"2\" "
                    "height=\"%u%%\"/>\n",
                    result_end_name(end), percent(position->time_ns, length),
                    100 - height[end], height[end]);
        }
    }
}

static void put_lane(FILE *out, const struct sweep_result *result,
                     const char *program)
{
    fputs("<div class=\"lane\"><span>", out);
    xml_text(out, program);
    fputs("</span><svg>\n", out);
    for (unsigned end = SWEEP_OPEN; end <= SWEEP_FAILED; end++) {
        put_marks(out, result, program, end);
    }
    fputs("</svg></div>\n", out);
}

static bool is_new(const struct summary *summary, size_t band)
{
    for (size_t i = 0; i < band; i++) {
        if (strcmp(summary->band[i].program, summary->band[band].program) ==
            0) {
            return false;
        }
    }
    return true;
}

static void put_axis(FILE *out, uint64_t length)
{
    uint64_t step = sweep_time_step(length);

    fputs("<div class=\"lane axis\"><span>seconds</span><div>\n", out);
    for (uint64_t n = 0; n <= length / step; n++) {
        put_tick(out, n * step, length);
    }
    fputs("</div></div>\n", out);
}

void sweep_time(FILE *out, const struct sweep_result *result,
                const struct summary *summary)
{
    uint64_t length = summary_length(result);
    char text[32];

    if (result->sweep.counts.positions == 0) {
        return;
    }
    fprintf(out,
            "<figure><figcaption>The same over virtual time; the taller a mark "
            "is, the worse.</figcaption>\n<div id=\"time\" role=\"img\" "
            "data-seconds=\"%.9f\" aria-label=\"%" PRIu64
            " positions in %s after power-on, by program\">\n",
            (double)length / 1e9, result->sweep.counts.positions,
            sweep_seconds(length, text, sizeof text));
    for (size_t i = 0; i < summary->bands; i++) {
        if (is_new(summary, i)) {
            put_lane(out, result, summary->band[i].program);
        }
    }
    put_axis(out, length);
    fputs("</div></figure>\n", out);
}
