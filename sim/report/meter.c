/* SPDX-License-Identifier: MIT */
#include "report/meter.h"

#include "base/clock.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define BAR_MAX 20u
#define BAR_LEAST 5u
#define WIDTH_ELSE 80u
#define LINE_MAX_BYTES 512u

static void put_rate(const struct meter_state *state, char *out, size_t size)
{
    uint64_t done = state->done;
    uint64_t ms = state->elapsed_ms;

    out[0] = '\0';
    if (done == 0 || ms == 0) {
        return;
    }
    uint64_t tenths = done * 10000u / ms;
    uint64_t left = ms * (state->total - state->done) / done / 1000u;

    if (left < 100) {
        snprintf(out, size, ", %" PRIu64 ".%u/s, %" PRIu64 " s left",
                 tenths / 10, (unsigned)(tenths % 10), left);
    } else {
        snprintf(out, size, ", %" PRIu64 ".%u/s, %" PRIu64 " min left",
                 tenths / 10, (unsigned)(tenths % 10), (left + 30) / 60);
    }
}

static void put_running(const struct meter_state *state, char *out, size_t size)
{
    out[0] = '\0';
    if (state->running != NULL && state->more > 0) {
        snprintf(out, size, "  %.64s +%zu", state->running, state->more);
    } else if (state->running != NULL && state->virtual_s > 0) {
        snprintf(out, size, "  %.48s at %" PRIu64 " s of its time",
                 state->running, state->virtual_s);
    } else if (state->running != NULL) {
        snprintf(out, size, "  %.64s", state->running);
    }
}

static size_t put_bar(const struct meter_state *state, size_t length, char *out)
{
    size_t full = state->total > 0 ? length * state->done / state->total : 0;

    out[0] = '[';
    memset(out + 1, '#', full);
    memset(out + 1 + full, '.', length - full);
    out[1 + length] = ']';
    out[2 + length] = ' ';
    return length + 3;
}

char *meter_line(const struct meter_state *state, unsigned width, char *out,
                 size_t size)
{
    char rate[96];
    char running[96];
    char bad[40] = "";
    char text[320];
    size_t columns = width > 0 ? width - 1 : 0;
    size_t bar = 0;

    put_rate(state, rate, sizeof rate);
    put_running(state, running, sizeof running);
    if (state->bad > 0) {
        snprintf(bad, sizeof bad, ", %zu not passed", state->bad);
    }
    snprintf(text, sizeof text, "%zu/%zu%s%s%s%s", state->done, state->total,
             state->unit != NULL ? state->unit : "", bad, rate, running);
    columns = columns < size - 1 ? columns : size - 1;
    size_t spare = columns > strlen(text) ? columns - strlen(text) : 0;
    if (spare >= BAR_LEAST + 3) {
        bar = put_bar(state, spare - 3 < BAR_MAX ? spare - 3 : BAR_MAX, out);
    }
    snprintf(out + bar, columns - bar + 1, "%s", text);
    return out;
}

#define PACE_MS 10000u      /* host time .. */
#define PACE_NS 2000000000u /* .. for this little device time */

bool pace_is_slow(struct pace *pace, uint64_t host_ms, uint64_t device_ns)
{
    bool anew = device_ns < pace->seen_ns; /* another run */

    pace->seen_ns = device_ns;
    if (pace->host_ms == 0 || anew || device_ns - pace->device_ns >= PACE_NS) {
        pace->host_ms = host_ms;
        pace->device_ns = device_ns;
    }
    if (pace->told || host_ms - pace->host_ms < PACE_MS) {
        return false;
    }
    pace->told = true;
    return true;
}

/* ---- on a terminal ------------------------------------------------------ */

void meter_open(struct meter *meter, FILE *out)
{
    const char *term = getenv("TERM");

    *meter = (struct meter){.begun_ms = clock_ms()};
    if (term != NULL && strcmp(term, "dumb") != 0 && isatty(fileno(out)) == 1) {
        meter->out = out;
    }
}

void meter_draw(struct meter *meter, struct meter_state *state)
{
    char line[LINE_MAX_BYTES];
    struct winsize window;
    unsigned width = WIDTH_ELSE;
    uint64_t now = clock_ms();

    if (meter->out == NULL ||
        (meter->drawn_ms != 0 && now - meter->drawn_ms < METER_TICK_MS)) {
        return;
    }
    if (ioctl(fileno(meter->out), TIOCGWINSZ, &window) == 0 &&
        window.ws_col > 0) {
        width = window.ws_col;
    }
    state->elapsed_ms = now - meter->begun_ms;
    fprintf(meter->out, "\r%s\033[K",
            meter_line(state, width, line, sizeof line));
    (void)fflush(meter->out);
    meter->drawn_ms = now;
    meter->shown = true;
}

void meter_hide(struct meter *meter)
{
    if (meter->shown) {
        fputs("\r\033[K", meter->out);
        (void)fflush(meter->out);
        meter->shown = false;
    }
}
