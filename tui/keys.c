/* SPDX-License-Identifier: MIT */
#include "tui/keys.h"

#include <stdio.h>
#include <string.h>

const struct key_binding key_bindings[] = {
    {'n', ACT_NEXT, NULL},
    {' ', ACT_NEXT, NULL},
    {KEY_RIGHT_ARROW, ACT_RIGHT, NULL},
    {'p', ACT_BACK, NULL},
    {'N', ACT_NEXT_PHASE, NULL},
    {'P', ACT_BACK_PHASE, NULL},
    {'o', ACT_NEXT_OPERATION, NULL},
    {'O', ACT_BACK_OPERATION, NULL},
    {'<', ACT_FIRST, NULL},
    {'>', ACT_LAST, NULL},
    {'c', ACT_RUN, NULL},
    {KEY_CTRL('c'), ACT_PAUSE, NULL},
    {'+', ACT_FASTER, NULL},
    {'-', ACT_SLOWER, NULL},
    {'g', ACT_GOTO, NULL},
    {'b', ACT_BREAK, NULL},
    {'f', ACT_INJECT, NULL},
    {'[', ACT_SIBLING_BACK, NULL},
    {']', ACT_SIBLING_NEXT, NULL},
    {'(', ACT_OLDER, NULL},
    {')', ACT_YOUNGER, NULL},
    {'d', ACT_DIFF, NULL},
    {'s', ACT_SAVE, NULL},
    {'t', ACT_TOKEN, NULL},
    {KEY_TABULATOR, ACT_NEXT_PANE, NULL},
    {KEY_BACK_TAB, ACT_BACK_PANE, NULL},
    {'1', ACT_PANE, "1"},
    {'2', ACT_PANE, "2"},
    {'3', ACT_PANE, "3"},
    {'4', ACT_PANE, "4"},
    {'5', ACT_PANE, "5"},
    {'6', ACT_PANE, "6"},
    {'7', ACT_PANE, "7"},
    {'8', ACT_PANE, "8"},
    {'9', ACT_PANE, "9"},
    {'z', ACT_ZOOM, NULL},
    {'}', ACT_DEVICE_NEXT, NULL},
    {'{', ACT_DEVICE_BACK, NULL},
    {'w', ACT_WEAR, NULL},
    {'/', ACT_FILTER, NULL},
    {'v', ACT_VERBOSE, NULL},
    {KEY_UP_ARROW, ACT_UP, NULL},
    {KEY_DOWN_ARROW, ACT_DOWN, NULL},
    {'k', ACT_UP, NULL},
    {'j', ACT_DOWN, NULL},
    {'h', ACT_LEFT, NULL},
    {'l', ACT_RIGHT, NULL},
    {KEY_LEFT_ARROW, ACT_LEFT, NULL},
    {KEY_PAGE_UP, ACT_PAGE_UP, NULL},
    {KEY_PAGE_DOWN, ACT_PAGE_DOWN, NULL},
    {KEY_FIRST, ACT_FIRST, NULL},
    {KEY_LAST, ACT_LAST, NULL},
    {KEY_RETURN, ACT_FOLLOW, NULL},
    {'x', ACT_HEX, NULL},
    {'e', ACT_EXPLAIN, NULL},
    {'m', ACT_MACHINE, NULL},
    {'i', ACT_STEP, NULL},
    {'I', ACT_STEP_MORE, NULL},
    {'L', ACT_STEP_LINE, NULL},
    {'T', ACT_THEME, NULL},
    {':', ACT_COMMAND, NULL},
    {'?', ACT_HELP, NULL},
    {KEY_HELP, ACT_HELP, NULL},
    {KEY_CTRL('l'), ACT_REDRAW, NULL},
    {KEY_CTRL('z'), ACT_SUSPEND, NULL},
    {'q', ACT_LEAVE, NULL},
    {KEY_ESCAPE, ACT_CLOSE, NULL},
    {'Q', ACT_QUIT, NULL},
    {0, ACT_NONE, NULL},
};

static const struct act_facts facts[ACT_COUNT] = {
#define KEYS_ROW(code, name, argument, bar, text) \
    [ACT_##code] = {name, argument, bar, text},
    ACTS(KEYS_ROW)
#undef KEYS_ROW
};

static const struct {
    int key;
    const char *name;
} names[] = {
    {' ', "Space"},
    {KEY_TABULATOR, "Tab"},
    {KEY_RETURN, "Enter"},
    {KEY_ESCAPE, "Esc"},
    {KEY_UP_ARROW, "Up"},
    {KEY_DOWN_ARROW, "Down"},
    {KEY_LEFT_ARROW, "Left"},
    {KEY_RIGHT_ARROW, "Right"},
    {KEY_PAGE_UP, "PgUp"},
    {KEY_PAGE_DOWN, "PgDn"},
    {KEY_FIRST, "Home"},
    {KEY_LAST, "End"},
    {KEY_HELP, "F1"},
    {KEY_DELETE_BACK, "Backspace"},
    {KEY_BACK_TAB, "Shift-Tab"},
};

const struct act_facts *act_facts(enum act act)
{
    return (unsigned)act < ACT_COUNT ? &facts[act] : &facts[ACT_NONE];
}

enum act act_find(const char *name)
{
    for (unsigned act = 1; act < ACT_COUNT; act++) {
        if (strcmp(facts[act].name, name) == 0) {
            return (enum act)act;
        }
    }
    return ACT_NONE;
}

const struct key_binding *key_binding_of(int key)
{
    for (const struct key_binding *row = key_bindings; row->key != 0; row++) {
        if (row->key == key) {
            return row;
        }
    }
    return NULL;
}

void key_text(int key, char *out, size_t size)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (names[i].key == key) {
            (void)snprintf(out, size, "%s", names[i].name);
            return;
        }
    }
    if (key > 0 && key < ' ') {
        (void)snprintf(out, size, "Ctrl-%c", key + '@');
    } else {
        (void)snprintf(out, size, "%c", key > ' ' && key < 0x7F ? key : '?');
    }
}

int key_named(const char *name)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i].name, name) == 0) {
            return names[i].key;
        }
    }
    if (strncmp(name, "Ctrl-", 5) == 0 && name[5] >= 'A' && name[5] <= 'Z' &&
        name[6] == '\0') {
        return KEY_CTRL(name[5]);
    }
    return name[0] > ' ' && name[0] < 0x7F && name[1] == '\0' ? name[0] : 0;
}

unsigned act_keys(enum act act, char *out, size_t size)
{
    unsigned count = 0;
    size_t used = 0;

    out[0] = '\0';
    for (const struct key_binding *row = key_bindings; row->key != 0; row++) {
        char name[16];

        if (row->act != act || row->argument != NULL) {
            continue;
        }
        key_text(row->key, name, sizeof name);
        int more = snprintf(out + used, size - used, "%s%s",
                            count > 0 ? " " : "", name);
        if (more < 0 || (size_t)more >= size - used) {
            out[used] = '\0';
            break;
        }
        used += (size_t)more;
        count++;
    }
    return count;
}
