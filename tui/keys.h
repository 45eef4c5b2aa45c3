/* SPDX-License-Identifier: MIT */
/*
 * What the dashboard can be told to do, and the key for it: one table, from
 * which come the key bar, the help, mouse clicks, and the names of commands
 * typed after `:` or written in a script. Constant.
 */
#ifndef OTALAB_TUI_KEYS_H
#define OTALAB_TUI_KEYS_H

#include <stdbool.h>
#include <stddef.h>

/* Keys that are no character. */
enum special_key {
    KEY_NAMED = 0x10000,
    KEY_UP_ARROW = KEY_NAMED,
    KEY_DOWN_ARROW,
    KEY_LEFT_ARROW,
    KEY_RIGHT_ARROW,
    KEY_PAGE_UP,
    KEY_PAGE_DOWN,
    KEY_FIRST,
    KEY_LAST,
    KEY_HELP,
    KEY_DELETE_BACK,
    KEY_BACK_TAB,
    KEY_NAMED_END
};

#define KEY_ESCAPE 27
#define KEY_RETURN 10
#define KEY_TABULATOR 9
#define KEY_CTRL(letter) ((letter)&0x1F)

/* X(CODE, "name", argument or NULL, "in the bar" or NULL, "what it does") */
#define ACTS(X)                                                                \
    X(NEXT, "next", "[N]", "next", "go to the next event")                     \
    X(BACK, "back", "[N]", "back", "go to the event before")                   \
    X(NEXT_PHASE, "next-phase", NULL, "phase",                                 \
      "go to the next phase: a boot, a download, a trial, a rollback ..")      \
    X(BACK_PHASE, "back-phase", NULL, NULL, "go back to the phase before")     \
    X(NEXT_OPERATION, "next-operation", NULL, "flash op",                      \
      "go to the next flash operation or fuse burn")                           \
    X(BACK_OPERATION, "back-operation", NULL, NULL,                            \
      "go back to the flash operation before")                                 \
    X(FIRST, "first", NULL, NULL, "go to the first event")                     \
    X(LAST, "last", NULL, NULL, "go to the last event that is known")          \
    X(RUN, "run", NULL, "run", "run, or stop running")                         \
    X(PAUSE, "pause", NULL, NULL, "stop running; when nothing runs, quit")     \
    X(FASTER, "faster", NULL, NULL, "run faster")                              \
    X(SLOWER, "slower", NULL, NULL, "run slower")                              \
    X(GOTO, "goto", "EVENT|TIME", "go to",                                     \
      "go to an event by number or name, or to a time: 120, boot.rollback, "   \
      "4.2s")                                                                  \
    X(BREAK, "break", "EVENT", "break",                                        \
      "stop running at events of that name; without one, at none")             \
    X(INJECT, "inject", "[FAULT]", "break it",                                 \
      "break something here; history forks")                                   \
    X(OLDER, "older", NULL, NULL, "go to the history this one forked from")    \
    X(YOUNGER, "younger", NULL, NULL, "go to the fork of this history")        \
    X(SIBLING_BACK, "sibling-back", NULL, NULL, "go to the fork before")       \
    X(SIBLING_NEXT, "sibling-next", NULL, NULL, "go to the next fork")         \
    X(DIFF, "diff", NULL, NULL,                                                \
      "show where this history and the one it forked from differ")             \
    X(SAVE, "save", "FILE", "save", "save this history as a scenario file")    \
    X(TOKEN, "token", NULL, NULL,                                              \
      "show the commands that replay and debug this history")                  \
    X(NEXT_PANE, "next-pane", NULL, "pane", "show the next pane")              \
    X(BACK_PANE, "back-pane", NULL, NULL, "show the pane before")              \
    X(PANE, "pane", "NAME", NULL, "show a pane by its name or number")         \
    X(ZOOM, "zoom", NULL, "zoom", "give the pane more room, or less")          \
    X(DEVICE_NEXT, "device-next", NULL, NULL, "show the next device")          \
    X(DEVICE_BACK, "device-back", NULL, NULL, "show the device before")        \
    X(WEAR, "wear", NULL, NULL, "show the wear of flash, or its content")      \
    X(FILTER, "filter", "[TEXT]", "filter",                                    \
      "show only events with TEXT in them; without TEXT, all")                 \
    X(VERBOSE, "verbose", NULL, NULL,                                          \
      "show every event, or only those that tell the story")                   \
    X(UP, "up", NULL, NULL, "move up in the pane")                             \
    X(DOWN, "down", NULL, NULL, "move down in the pane")                       \
    X(LEFT, "left", NULL, NULL, "move left in the hex pane")                   \
    X(RIGHT, "right", NULL, NULL, "move right in the hex pane")                \
    X(PAGE_UP, "page-up", NULL, NULL, "move up by a page")                     \
    X(PAGE_DOWN, "page-down", NULL, NULL, "move down by a page")               \
    X(FOLLOW, "follow", NULL, NULL,                                            \
      "open what is under the cursor: a datagram, the bytes of a flash "       \
      "operation or journal record")                                           \
    X(HEX, "hex", "ADDRESS|PARTITION|fuses|sram", NULL,                        \
      "show the bytes at that place")                                          \
    X(EXPLAIN, "explain", "[WORD]", "explain",                                 \
      "explain this phase, or a word")                                         \
    X(MACHINE, "machine", "[ADDRESS]", NULL,                                   \
      "make the machine live at this event: registers, source, callers; with " \
      "ADDRESS, its memory from there")                                        \
    X(STEP, "step", "[N]", NULL, "step the live CPU by instructions")          \
    X(STEP_MORE, "step-more", NULL, NULL, "step the live CPU by ten")          \
    X(STEP_LINE, "step-line", NULL, NULL,                                      \
      "step the live CPU to another line of the source")                       \
    X(THEME, "theme", "[NAME]", NULL, "use another theme")                     \
    X(SAVE_SCREEN, "save-screen", "FILE", NULL,                                \
      "write this screen to FILE as text, and FILE.svg as a picture")          \
    X(COMMAND, "command", NULL, NULL, "type a command")                        \
    X(HELP, "help", NULL, "help", "show or leave this help")                   \
    X(REDRAW, "redraw", NULL, NULL, "draw the screen anew")                    \
    X(SUSPEND, "suspend", NULL, NULL, "put Otalab into the background")        \
    X(CLOSE, "close", NULL, NULL, "close help, a menu or a zoomed pane")       \
    X(LEAVE, "leave", NULL, NULL,                                              \
      "leave help, a menu or a zoomed pane; then the dashboard")               \
    X(QUIT, "quit", NULL, "quit", "leave the dashboard")

enum act {
    ACT_NONE = 0,
#define KEYS_ENUM(code, name, argument, bar, text) ACT_##code,
    ACTS(KEYS_ENUM)
#undef KEYS_ENUM
        ACT_COUNT
};

struct act_facts {
    const char *name;
    const char *argument; /* NULL: it takes none */
    const char *bar;      /* NULL: not in the key bar */
    const char *text;
};

struct key_binding {
    int key;
    enum act act;
    const char *argument; /* for the act; NULL: none */
};

/* Ends with a key of 0. The first of several keys for an act is the one that
 * bar and help show first. */
extern const struct key_binding key_bindings[];

const struct act_facts *act_facts(enum act act);
/* The act of that name, ACT_NONE if there is none. */
enum act act_find(const char *name);
/* The binding of a key, or NULL. */
const struct key_binding *key_binding_of(int key);
/* The key's name: "n", "Space", "PgDn", "Ctrl-C". */
void key_text(int key, char *out, size_t size);
/* The key of that name, or 0. */
int key_named(const char *name);
/* "Space n": the keys of an act. Returns how many there are. */
unsigned act_keys(enum act act, char *out, size_t size);

#endif
