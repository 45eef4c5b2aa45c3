/* SPDX-License-Identifier: MIT */
/*
 * One line on a terminal that shows the progress of the scenarios: redrawn at
 * most ten times a second, and removed before anything else is printed. Only
 * here does host time matter; it decides nothing.
 */
#ifndef OTALAB_REPORT_METER_H
#define OTALAB_REPORT_METER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define METER_TICK_MS 100

/* What the line says. */
struct meter_state {
    size_t total;
    size_t done;
    const char *unit; /* of what is counted, with a space before it, or NULL */
    size_t bad;       /* of those done, all that have not passed */
    uint64_t elapsed_ms; /* host time */
    const char *running; /* the first that is running, or NULL */
    size_t more;         /* number of others that are running */
    uint64_t virtual_s;  /* virtual time of the one that is running, or 0 */
};

/* Write the line in at most `width` - 1 columns, without a line end. `out` has
 * `size` bytes; returns `out`. */
char *meter_line(const struct meter_state *state, unsigned width, char *out,
                 size_t size);

/* Whether a run is slower than a healthy program can make it: checked as it
 * goes on, reported once. */
struct pace {
    uint64_t host_ms; /* when it was last fast enough; 0: not begun */
    uint64_t device_ns;
    uint64_t seen_ns; /* the time given last */
    bool told;
};
/* The device's time is `device_ns` now. True the first time that the run is
 * slow. */
bool pace_is_slow(struct pace *pace, uint64_t host_ms, uint64_t device_ns);

struct meter {
    FILE *out; /* NULL: no terminal, nothing is shown */
    bool shown;
    uint64_t begun_ms;
    uint64_t drawn_ms;
};

/* Draw on `out` if it is a terminal that can return to the start of a line. */
void meter_open(struct meter *meter, FILE *out);
/* Draw, unless it was drawn a moment ago. */
void meter_draw(struct meter *meter, struct meter_state *state);
/* Remove the line, so that something else can be printed. */
void meter_hide(struct meter *meter);

#endif
