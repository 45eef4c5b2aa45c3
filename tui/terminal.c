/* SPDX-License-Identifier: MIT */
#define NCURSES_WIDECHAR 1
#include "tui/terminal.h"

#include <curses.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>
#include <unistd.h>

#define ESCAPE_DELAY_MS 25
#define PAIRS_BASE 1

static struct {
    bool open;
    const struct theme *theme;
    bool mouse;
    SCREEN *screen;
    struct screen shown; /* what is on the terminal; no cells: nothing */
    attr_t attribute[SCREEN_ROLE_COUNT];
    short pair[SCREEN_ROLE_COUNT];
} term;

static volatile sig_atomic_t told_to_end;
static volatile sig_atomic_t was_resized;

/* ---- signals ----------------------------------------------------------- */

static void on_end(int number)
{
    told_to_end = number;
}

static void on_resize(int number)
{
    (void)number;
    was_resized = 1;
}

/* What sets a terminal right again, prepared so that a signal handler needs
 * nothing but write(). */
static char restore_text[256];
static size_t restore_length;
static struct termios cooked;

static void prepare_restore(void)
{
    static const char *const names[] = {"rmcup", "cnorm", "sgr0", "rmkx"};
    static const char no_mouse[] = "\033[?1000l\033[?1006l";

    restore_length = 0;
    memcpy(restore_text, no_mouse, sizeof no_mouse - 1);
    restore_length = sizeof no_mouse - 1;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *text = tigetstr(names[i]);
        size_t length = text != NULL && text != (char *)-1 ? strlen(text) : 0;

        if (restore_length + length <= sizeof restore_text) {
            memcpy(restore_text + restore_length, text, length);
            restore_length += length;
        }
    }
}

/* A crash: the terminal is set right, and the signal strikes again. */
static void on_crash(int number)
{
    ssize_t ignored = write(STDOUT_FILENO, restore_text, restore_length);

    (void)ignored;
    (void)tcsetattr(STDIN_FILENO, TCSANOW, &cooked);
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}

static void catch_signals(void)
{
    static const int ends[] = {SIGTERM, SIGHUP, SIGINT};
    static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    struct sigaction action = {.sa_handler = on_end};

    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        (void)sigaction(ends[i], &action, NULL);
    }
    action.sa_handler = on_crash;
    for (size_t i = 0; i < sizeof crashes / sizeof crashes[0]; i++) {
        (void)sigaction(crashes[i], &action, NULL);
    }
    action.sa_handler = on_resize;
    (void)sigaction(SIGWINCH, &action, NULL);
}

/* ---- colours ----------------------------------------------------------- */

static attr_t attributes_of(const struct theme_look *look)
{
    return (look->attributes & THEME_BOLD ? A_BOLD : 0) |
           (look->attributes & THEME_REVERSE ? A_REVERSE : 0) |
           (look->attributes & THEME_UNDERLINE ? A_UNDERLINE : 0) |
           (look->attributes & THEME_FAINT ? A_DIM : 0);
}

void terminal_set_theme(const struct theme *theme)
{
    bool color = theme->color && has_colors();

    if (theme->color && !color) {
        theme = theme_find("mono");
    }
    term.theme = theme;
    for (unsigned role = 0; role < SCREEN_ROLE_COUNT; role++) {
        const struct theme_look *look = &theme->look[role];
        int ink = look->ink >= COLORS ? look->ink & 7 : look->ink;

        term.attribute[role] = attributes_of(look);
        term.pair[role] = 0;
        if (color && (ink >= 0 || look->paper >= 0) &&
            init_pair((short)(role + PAIRS_BASE), (short)ink,
                      (short)look->paper) == OK) {
            term.pair[role] = (short)(role + PAIRS_BASE);
        }
    }
    terminal_redraw();
}

/* ---- open and close ---------------------------------------------------- */

static void set_up(void)
{
    (void)raw();
    (void)noecho();
    (void)nonl();
    (void)keypad(stdscr, TRUE);
    (void)set_escdelay(ESCAPE_DELAY_MS);
    (void)curs_set(0);
    if (has_colors()) {
        (void)start_color();
        (void)use_default_colors();
    }
    if (term.mouse) {
        (void)mousemask(BUTTON1_PRESSED | BUTTON1_CLICKED | BUTTON4_PRESSED |
                            BUTTON5_PRESSED,
                        NULL);
        (void)mouseinterval(0);
    }
}

int terminal_open(const struct terminal_options *options, struct diag *diag)
{
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "the dashboard needs a terminal, and standard %s is "
                         "not one; use 'otalab run' for the story as text",
                         isatty(STDOUT_FILENO) ? "input" : "output");
    }
    (void)tcgetattr(STDIN_FILENO, &cooked);
    term.screen = newterm(NULL, stdout, stdin);
    if (term.screen == NULL) {
        const char *name = getenv("TERM");

        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "the terminal '%s' is not known here; set TERM to a "
                         "known one, say xterm",
                         name != NULL ? name : "");
    }
    term.open = true;
    term.mouse = options->mouse;
    if (tigetstr("cup") == NULL || tigetstr("clear") == NULL) {
        terminal_close();
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "this terminal cannot place the cursor; use 'otalab "
                         "run' for the story as text, or another TERM");
    }
    told_to_end = 0;
    was_resized = 0;
    prepare_restore();
    set_up();
    terminal_set_theme(options->theme);
    catch_signals();
    (void)atexit(terminal_close);
    return 0;
}

void terminal_close(void)
{
    if (!term.open) {
        return;
    }
    term.open = false;
    (void)endwin();
    delscreen(term.screen);
    screen_free(&term.shown);
}

int terminal_signal(void)
{
    return told_to_end;
}

void terminal_suspend(void)
{
    (void)def_prog_mode();
    (void)endwin();
    (void)raise(SIGSTOP);
    (void)reset_prog_mode();
    terminal_redraw();
    was_resized = 1;
}

/* ---- output ------------------------------------------------------------ */

void terminal_size(unsigned *width, unsigned *height)
{
    *width = (unsigned)COLS;
    *height = (unsigned)LINES;
}

void terminal_redraw(void)
{
    (void)clearok(stdscr, TRUE);
    screen_free(&term.shown);
}

static void put_cell(unsigned x, unsigned y, struct cell cell)
{
    wchar_t text[2] = {(wchar_t)cell.glyph, L'\0'};
    cchar_t out;

    (void)setcchar(&out, text, term.attribute[cell.role], term.pair[cell.role],
                   NULL);
    (void)mvadd_wch((int)y, (int)x, &out);
}

/* Make `shown` as large as the screen; its cells are unlike any. */
static bool begin_shown(const struct screen *screen)
{
    if (term.shown.width == screen->width &&
        term.shown.height == screen->height) {
        return true;
    }
    screen_free(&term.shown);
    if (screen_init(&term.shown, screen->width, screen->height) != 0) {
        return false;
    }
    memset(term.shown.cell, 0xFF,
           (size_t)screen->width * screen->height * sizeof(struct cell));
    (void)erase();
    return true;
}

void terminal_show(const struct screen *screen)
{
    if (!begin_shown(screen)) {
        return;
    }
    for (unsigned y = 0; y < screen->height; y++) {
        for (unsigned x = 0; x < screen->width; x++) {
            size_t at = (size_t)y * screen->width + x;
            struct cell cell = screen->cell[at];

            if (cell.glyph != term.shown.cell[at].glyph ||
                cell.role != term.shown.cell[at].role) {
                put_cell(x, y, cell);
                term.shown.cell[at] = cell;
            }
        }
    }
    (void)wnoutrefresh(stdscr);
    (void)doupdate();
}

/* ---- input ------------------------------------------------------------- */

static const struct {
    int curses;
    int key;
} translated[] = {
    {KEY_UP, KEY_UP_ARROW},     {KEY_DOWN, KEY_DOWN_ARROW},
    {KEY_LEFT, KEY_LEFT_ARROW}, {KEY_RIGHT, KEY_RIGHT_ARROW},
    {KEY_PPAGE, KEY_PAGE_UP},   {KEY_NPAGE, KEY_PAGE_DOWN},
    {KEY_HOME, KEY_FIRST},      {KEY_END, KEY_LAST},
    {KEY_F(1), KEY_HELP},       {KEY_BACKSPACE, KEY_DELETE_BACK},
    {KEY_BTAB, KEY_BACK_TAB},   {KEY_ENTER, KEY_RETURN},
};

static void take_mouse(struct terminal_input *input)
{
    MEVENT event;

    if (getmouse(&event) != OK) {
        return;
    }
    if (event.bstate & (BUTTON4_PRESSED | BUTTON5_PRESSED)) {
        input->kind = INPUT_KEY;
        input->key =
            event.bstate & BUTTON4_PRESSED ? KEY_UP_ARROW : KEY_DOWN_ARROW;
        return;
    }
    input->kind = INPUT_MOUSE;
    input->x = (unsigned)event.x;
    input->y = (unsigned)event.y;
}

static void take_key(int key, struct terminal_input *input)
{
    if (key == KEY_MOUSE) {
        take_mouse(input);
        return;
    }
    if (key == KEY_RESIZE) {
        input->kind = INPUT_RESIZE;
        return;
    }
    input->kind = INPUT_KEY;
    input->key = key == '\r'               ? KEY_RETURN
                 : key == 0x7F || key == 8 ? KEY_DELETE_BACK
                                           : key;
    for (size_t i = 0; i < sizeof translated / sizeof translated[0]; i++) {
        if (translated[i].curses == key) {
            input->key = translated[i].key;
            return;
        }
    }
    if (key > 0xFF) {
        input->kind = INPUT_NONE; /* a key that we have no name for */
    }
}

/* The signal handler is ours, so curses learns of the size here. */
static void take_size(void)
{
    was_resized = 0;
    (void)endwin();
    (void)refresh();
    terminal_redraw();
}

void terminal_input(int timeout_ms, struct terminal_input *input)
{
    *input = (struct terminal_input){.kind = INPUT_NONE};
    if (told_to_end) {
        input->kind = INPUT_HANGUP;
        return;
    }
    timeout(timeout_ms);
    int key = getch();

    if (was_resized) {
        take_size();
        input->kind = INPUT_RESIZE;
        if (key != ERR) {
            (void)ungetch(key);
        }
    } else if (told_to_end) {
        input->kind = INPUT_HANGUP;
    } else if (key != ERR) {
        take_key(key, input);
    } else if (!isatty(STDIN_FILENO)) {
        input->kind = INPUT_HANGUP;
    }
}
