/* SPDX-License-Identifier: MIT */
/*
 * All that decides what the dashboard shows, as one value: the histories, the
 * moment that is looked at, panes, prompts and menus. Acts change it (acts.h),
 * views draw it (view.h). It knows no terminal. The caller owns it.
 */
#ifndef OTALAB_TUI_MODEL_H
#define OTALAB_TUI_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/paths.h"
#include "history/history.h"
#include "scenario/scenario.h"
#include "tui/assess.h"
#include "tui/branch.h"
#include "tui/cpu.h"
#include "tui/keys.h"
#include "tui/screen.h"
#include "tui/strip.h"
#include "tui/theme.h"

/* X(CODE, "name", "in the tab bar", "what it shows") */
#define MODEL_PANES(X)                                                       \
    X(CONSOLE, "console", "what the device prints, and what is typed to it") \
    X(PACKETS, "packets", "datagrams, and the CoAP in them")                 \
    X(JOURNAL, "journal", "the boot journal record by record")               \
    X(HEX, "hex", "bytes of flash, and what each of them means")             \
    X(EXPECT, "expect", "what the scenario expects, and how that stands")    \
    X(EXPLAIN, "explain", "what happens in this phase")                      \
    X(FORKS, "forks", "the histories, and what was broken in each")          \
    X(DEVICES, "devices", "all devices, a line each")                        \
    X(LIVE, "live", "the CPU on a machine made again: registers, source")

enum model_pane {
#define MODEL_ENUM(code, name, text) PANE_##code,
    MODEL_PANES(MODEL_ENUM)
#undef MODEL_ENUM
        PANE_COUNT
};

#define MODEL_WIDTH 80u /* of the smallest screen */
#define MODEL_HEIGHT 24u
#define MODEL_TEXT 160u
#define MODEL_ITEMS 24u

/* A line that is being typed. */
struct model_prompt {
    bool open;
    enum act act;
    char text[MODEL_TEXT];
};

/* A choice among lines: what to break, which torn form. */
struct model_item {
    char label[64];
    char fault[MODEL_TEXT]; /* as scenario_add_fault() takes it; an '='
                               at its end: something has to be typed */
    char text[MODEL_TEXT];  /* what it does */
};
struct model_menu {
    bool open;
    unsigned items;
    unsigned cursor;
    char title[64];
    char before[MODEL_TEXT]; /* bytes that the chosen item changes; "": they */
    char after[MODEL_TEXT];  /* were not asked for */
    struct model_item item[MODEL_ITEMS];
};

struct model {
    const struct locations *where;
    const char *path; /* of the scenario; NULL: not known */
    bool has_seed;
    uint64_t seed;   /* in place of the scenario's */
    unsigned faults; /* of the first history already; the caller's */
    const char *const *fault;
    struct branches branches;
    uint64_t seek; /* a fork runs until this event is known; 0: none does */
    char *source;  /* the scenario's file, malloc'ed; NULL: not known */
    struct assess_board board;
    uint64_t at;        /* event; 0: before the first */
    struct picture now; /* after it */
    struct event event; /* itself; meaningless at 0 */
    struct assessment seen[CHANGES_DEVICES];
    unsigned device; /* from 0 */

    struct strip strip;

    struct cpu *cpu;      /* a live machine at the event shown; or NULL */
    unsigned cpu_branch;  /* its history */
    unsigned cpu_device;  /* and device, from 0 */
    uint32_t cpu_address; /* of the memory that is shown */

    enum model_pane pane;
    bool zoom;
    bool wear;
    bool verbose;
    bool help;
    bool diff;
    char filter[MODEL_TEXT];
    char word[MODEL_TEXT]; /* to explain; "": the phase */
    char note[2048];       /* shown in its place; "": nothing */
    uint32_t address;      /* under the cursor of the hex pane */
    bool fuses;            /* the hex pane shows the fuses instead */
    unsigned scroll[PANE_COUNT];
    unsigned help_scroll;
    uint64_t packet; /* event whose datagram is open; 0: none is */
    unsigned packet_scroll;
    struct model_prompt prompt;
    struct model_menu menu;

    char overwrite[MODEL_TEXT]; /* file that has to be answered for; "": none */

    bool running;
    unsigned speed;           /* index into model_speeds */
    char stop_at[MODEL_TEXT]; /* name of the event; "": none */
    const struct theme *theme;
    bool ascii;
    bool quit;
    bool suspend;
    bool redraw;
    char message[MODEL_TEXT * 2];
    enum screen_role message_role;
    bool progress;  /* the message only says how far a run is */
    unsigned width; /* of the screen */
    unsigned height;
};

/* Events a second, or 0: as fast as it goes. */
extern const unsigned model_speeds[];
#define MODEL_SPEEDS 6u

void model_init(struct model *model);
void model_free(struct model *model);
/* Look at event `at` of the current history; beyond its end, at its last. 0,
 * or OTALAB_ERR_SIMULATOR without memory. */
int model_go(struct model *model, uint64_t at);
__attribute__((format(printf, 3, 4))) void model_say(struct model *model,
                                                     enum screen_role role,
                                                     const char *format, ...);

/* A live machine that is still being made. */
bool model_rebuilds(const struct model *model);

struct branch *model_branch(const struct model *model);
const struct scenario *model_scenario(const struct model *model); /* or NULL */
const struct history *model_history(const struct model *model);   /* or NULL */
const struct picture_device *model_device(const struct model *model);
const struct assessment *model_seen(const struct model *model);
const struct board_map *model_map(const struct model *model); /* or NULL */
/* The last event up to `at` that begins a phase of the device shown; false if
 * none does. */
bool model_phase(const struct model *model, struct event *event);
/* Is this event shown in the log? */
bool model_shows(const struct model *model, uint64_t number);

const char *model_pane_name(enum model_pane pane);
const char *model_pane_text(enum model_pane pane);

#endif
