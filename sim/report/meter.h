/* SPDX-License-Identifier: MIT */
/*
 * One line on a terminal that says how far the scenarios are: drawn over and
 * over, at most ten times a second, and gone before anything else is printed.
 * Host time gets in here and nowhere else: it decides nothing.
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
    size_t bad;          /* of them, whatever is not passed */
    uint64_t elapsed_ms; /* host time */
    const char *running; /* the first that runs, or NULL */
    size_t more;         /* others that run */
    uint64_t virtual_s;  /* time in the one that runs, or 0 */
};

/* The line in at most `width` - 1 columns, without a line end. `out` is of
 * `size` bytes; returns `out`. */
char *meter_line(const struct meter_state *state, unsigned width, char *out,
                 size_t size);

/* Whether a run is slower than a healthy program can make it: looked at as it
 * goes on, said once. */
struct pace {
    uint64_t host_ms; /* when it was last well on its way; 0: not begun */
    uint64_t device_ns;
    bool told;
};
/* The device's time is `device_ns` now. True the first time that it is slow. */
bool pace_is_slow(struct pace *pace, uint64_t host_ms, uint64_t device_ns);

struct meter {
    FILE *out; /* NULL: no terminal, nothing is shown */
    bool shown;
    uint64_t begun_ms;
    uint64_t drawn_ms;
};

/* On `out`, if it is a terminal that can go back to a line's begin. */
void meter_open(struct meter *meter, FILE *out);
/* Draw, unless that was a moment ago. */
void meter_draw(struct meter *meter, struct meter_state *state);
/* Milliseconds of the host's clock. */
uint64_t meter_now_ms(void);
/* Take the line away, so that something else can be printed. */
void meter_hide(struct meter *meter);

#endif
