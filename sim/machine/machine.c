/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "machine/machine.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#include "machine/find.h"
#include "machine/hold.h"
#include "machine/process.h"
#include "machine/still.h"
#include "shim/turn.h"

#define ARGS_MAX 40u
#define ARGS_TEXT (4u * PATH_MAX)
#define STDERR_MAX 4096u

/* The child's descriptors, as named on its command line. */
#define CHILD_STDERR 2
#define CHILD_WINDOW 3
#define CHILD_CHANNEL 4
#define CHILD_DEBUGGER 5
#define CHILD_MONITOR 6

/* Where QEMU puts the secret at each reset: the page's last, reserved bytes. */
#define SECRET_OFFSET (sizeof(struct ctl_page) - sizeof(uint64_t))
_Static_assert(SECRET_OFFSET >= offsetof(struct ctl_page, reserved3),
               "the secret lies in reserved bytes");

struct machine {
    struct qemu qemu;
    struct process process;
    struct still still;
    bool gdb; /* a debugger may stop the CPU: stillness means nothing */
    bool holds;
    bool port; /* a debugger can come */
    struct hold hold;
    bool held;     /* stopped, and not at a turn */
    bool stepping; /* a step has given the turn away */
    bool single;
    const volatile sig_atomic_t *interrupted;
    void (*waits)(void *context);
    void *waits_context;

    int window_fd;
    int channel_fd;
    int stderr_fd;
    uint8_t *window;
    struct channel *channel;
    char stderr_text[STDERR_MAX];
    uint64_t secret; /* of this machine; never 0 */
    uint8_t *rom;

    char *argv[ARGS_MAX + 1];
    size_t argc;
    char text[ARGS_TEXT]; /* what argv points to */
    size_t text_used;
};

/* ---- command line ---------------------------------------------------- */

/* Append to the text of the argument under construction. Within an option of
 * the form a=b,c=d, commas in a file name are doubled. */
static void arg_text(struct machine *machine, const char *text, bool option)
{
    for (; *text != '\0'; text++) {
        unsigned times = option && *text == ',' ? 2 : 1;

        while (times-- > 0 && machine->text_used < ARGS_TEXT) {
            machine->text[machine->text_used++] = *text;
        }
    }
}

static void arg_begin(struct machine *machine)
{
    if (machine->argc < ARGS_MAX) {
        machine->argv[machine->argc++] = machine->text + machine->text_used;
    }
}

static void arg_end(struct machine *machine)
{
    if (machine->text_used < ARGS_TEXT) {
        machine->text[machine->text_used++] = '\0';
    }
}

static void arg_add(struct machine *machine, const char *text)
{
    arg_begin(machine);
    arg_text(machine, text, false);
    arg_end(machine);
}

/* "before", the name of a file, "after" as one argument. */
static void arg_file(struct machine *machine, const char *before,
                     const char *file, const char *after)
{
    arg_begin(machine);
    arg_text(machine, before, false);
    arg_text(machine, file, true);
    arg_text(machine, after, false);
    arg_end(machine);
}

/* A device of QEMU that writes a number to memory at each reset. */
static void arg_secret(struct machine *machine)
{
    char text[96];

    (void)snprintf(text, sizeof(text),
                   "loader,addr=0x%zx,data=0x%" PRIx64 ",data-len=8",
                   CTL_BASE + SECRET_OFFSET, machine->secret);
    arg_add(machine, "-device");
    arg_add(machine, text);
}

/* Where the vector table is at reset: VTOR's initial value. */
static void arg_vectors(struct machine *machine)
{
    char text[48];

    (void)snprintf(text, sizeof(text), "armv7m.init-nsvtor=0x%x",
                   BOARD_ROM_BASE);
    arg_add(machine, "-global");
    arg_add(machine, text);
}

static void arg_files(struct machine *machine,
                      const struct machine_options *options)
{
    char after[80];

    (void)snprintf(after, sizeof(after), ",channel=%d%s", CHILD_CHANNEL,
                   machine->gdb ? ",early=on" : "");
    arg_add(machine, "-plugin");
    arg_file(machine, "file=", options->plugin, after);
}

/* A debugger at a port, for which the CPU waits or not; or we are one. */
static void arg_debugger(struct machine *machine,
                         const struct machine_options *options)
{
    char text[80];

    (void)snprintf(text, sizeof(text), "tcp:127.0.0.1:%d", options->gdb_port);
    if (machine->gdb) {
        arg_add(machine, "-S");
    }
    if (machine->holds && !machine->port) {
        (void)snprintf(text, sizeof(text), "socket,id=debugger,fd=%d",
                       CHILD_DEBUGGER);
        arg_add(machine, "-chardev");
        arg_add(machine, text);
        (void)snprintf(text, sizeof(text), "chardev:debugger");
    }
    if (machine->holds || machine->port) {
        arg_add(machine, "-gdb");
        arg_add(machine, text);
    }
}

static void arg_monitor(struct machine *machine)
{
    char text[80];

    if (machine->holds) {
        (void)snprintf(text, sizeof(text), "socket,id=monitor,fd=%d",
                       CHILD_MONITOR);
        arg_add(machine, "-chardev");
        arg_add(machine, text);
    }
    arg_add(machine, "-monitor");
    arg_add(machine, machine->holds ? "chardev:monitor" : "none");
}

static int build_args(struct machine *machine,
                      const struct machine_options *options, struct diag *diag)
{
    static const char *const fixed[] = {
        "-M",          "mps2-an386,memory-backend=win",
        "-display",    "none",
        "-nodefaults", "-no-user-config",
        "-net",        "none",
        "-serial",     "none",
        "-icount",     "shift=5,sleep=off",
        "-accel",      "tcg,tb-size=64",
    };
    char backend[120];

    arg_add(machine, machine->qemu.path);
    for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
        arg_add(machine, fixed[i]);
    }
    if (machine->qemu.data[0] != '\0') {
        arg_add(machine, "-L");
        arg_add(machine, machine->qemu.data);
    }
    (void)snprintf(backend, sizeof(backend),
                   "memory-backend-file,id=win,size=%u,"
                   "mem-path=/proc/self/fd/%d,share=on",
                   BOARD_WINDOW_SIZE, CHILD_WINDOW);
    arg_add(machine, "-object");
    arg_add(machine, backend);
    arg_vectors(machine);
    arg_secret(machine);
    arg_files(machine, options);
    arg_debugger(machine, options);
    arg_monitor(machine);
    if (machine->text_used >= ARGS_TEXT || machine->argc >= ARGS_MAX) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "the paths given to QEMU are too long");
    }
    machine->argv[machine->argc] = NULL;
    return 0;
}

/* ---- shared memory ---------------------------------------------------- */

static int share(const char *name, size_t size, int *fd, void **memory)
{
    *fd = memfd_create(name, MFD_CLOEXEC);
    if (*fd < 0 || ftruncate(*fd, (off_t)size) != 0) {
        return -1;
    }
    *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0);
    if (*memory == MAP_FAILED) {
        *memory = NULL;
        return -1;
    }
    return 0;
}

static int share_all(struct machine *machine, bool checking, struct diag *diag)
{
    void *window = NULL;
    void *channel = NULL;
    int failed = share(CHANNEL_WINDOW, BOARD_WINDOW_SIZE, &machine->window_fd,
                       &window) != 0 ||
                 share("otalab-channel", sizeof(struct channel),
                       &machine->channel_fd, &channel) != 0;

    machine->window = window;
    machine->channel = channel;
    machine->stderr_fd = memfd_create("otalab-stderr", MFD_CLOEXEC);
    if (failed || machine->stderr_fd < 0) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR,
                         "no shared memory for the machine: %s",
                         strerror(errno));
    }
    machine->channel->magic = CHANNEL_MAGIC;
    machine->channel->version = CHANNEL_VERSION;
    machine->channel->insn_limit = UINT64_MAX;
    machine->channel->checking = checking;
    return 0;
}

/* ---- running ---------------------------------------------------------- */

const char *machine_stderr(struct machine *machine)
{
    ssize_t got = pread(machine->stderr_fd, machine->stderr_text,
                        sizeof(machine->stderr_text) - 1, 0);

    machine->stderr_text[got > 0 ? got : 0] = '\0';
    return machine->stderr_text;
}

/* The last line that is not empty and is informative: QEMU always warns that
 * the board's network chip is not connected. */
static const char *last_words(struct machine *machine)
{
    static const char usual[] = " has no peer";
    char *text = machine->stderr_text;
    char *line;

    (void)machine_stderr(machine);
    do {
        char *newline = strrchr(text, '\n');

        line = newline != NULL ? newline + 1 : text;
        if (*line != '\0' && strstr(line, usual) == NULL) {
            return line;
        }
        if (newline != NULL) {
            *newline = '\0';
        }
    } while (line != text);
    return "nothing";
}

static int fail_dead(struct machine *machine, struct diag *diag)
{
    char how[80];

    process_describe(&machine->process, how, sizeof(how));
    return diag_fail(diag, OTALAB_ERR_SIMULATOR,
                     "QEMU %s %s; its last words: %.300s",
                     machine->qemu.version, how, last_words(machine));
}

static int fail_hangs(struct machine *machine, struct diag *diag)
{
    struct channel *channel = machine->channel;

    process_kill(&machine->process);
    return diag_fail(diag, OTALAB_ERR_SIMULATOR,
                     "QEMU %s stands still after %llu blocks and was ended; "
                     "its last words: %.300s",
                     machine->qemu.version,
                     (unsigned long long)atomic_load(&channel->blocks),
                     last_words(machine));
}

/* What the guest's silence means, after one more sample without an event. True
 * if the wait is over. */
static bool judge_silence(struct machine *machine, enum machine_event *event)
{
    struct channel *channel = machine->channel;
    uint64_t blocks = atomic_load(&channel->blocks);
    enum still_verdict verdict;

    if (machine->gdb) {
        return false;
    }
    verdict =
        still_sample(&machine->still, blocks, process_cpu_ns(&machine->process),
                     process_sleeps(&machine->process));
    if (verdict == STILL_MOVES) {
        return false;
    }
    *event =
        verdict == STILL_ASLEEP && blocks == atomic_load(&channel->wfi_block)
            ? MACHINE_ASLEEP
            : MACHINE_DEAD;
    return true;
}

/* Whether it makes sense to wait on. Reports progress to the caller. */
static bool is_stopped(struct machine *machine, enum machine_event *event)
{
    if (machine->waits != NULL) {
        machine->waits(machine->waits_context);
    }
    *event = MACHINE_STOPPED;
    return machine->interrupted != NULL && *machine->interrupted != 0;
}

/* Whether it was the debugger that ended it, as `kill` and `quit` do. */
static bool debugger_ended(struct machine *machine)
{
    return machine->gdb &&
           strstr(machine_stderr(machine), "Terminated via GDBstub") != NULL;
}

/* Wait for the turn. 0 with *event = MACHINE_RING: we have it. */
static int await_turn(struct machine *machine, enum machine_event *event,
                      struct diag *diag)
{
    static const struct timespec sample = {.tv_nsec =
                                               STILL_SAMPLE_MS * 1000000L};
    struct channel *channel = machine->channel;
    bool ended = false;

    *event = MACHINE_RING;
    still_reset(&machine->still);
    while (!turn_sleep(channel, CHANNEL_HOST, &sample)) {
        /* One of our signals interrupts the sleep: no sample. */
        bool whole = errno == ETIMEDOUT;

        /* It may have given the turn away before it ended: check once more. */
        if (ended) {
            bool meant = debugger_ended(machine);

            *event = meant ? MACHINE_STOPPED : MACHINE_DEAD;
            return meant ? 0 : fail_dead(machine, diag);
        }
        ended = process_ended(&machine->process);
        if (!ended && whole && is_stopped(machine, event)) {
            return 0;
        }
        if (!ended && whole && judge_silence(machine, event)) {
            return *event == MACHINE_DEAD ? fail_hangs(machine, diag) : 0;
        }
        *event = MACHINE_RING;
    }
    return 0;
}

/* An abort is a lock-up only if QEMU says so. */
static int take_lockup(struct machine *machine, enum machine_event *event,
                       struct diag *diag)
{
    process_reap(&machine->process);
    if (strstr(machine_stderr(machine), "Lockup") != NULL) {
        *event = MACHINE_LOCKUP;
        return 0;
    }
    *event = MACHINE_DEAD;
    return fail_dead(machine, diag);
}

static int take_turn(struct machine *machine, enum machine_event *event,
                     struct diag *diag)
{
    static const enum machine_event events[] = {
        [CHANNEL_RING] = MACHINE_RING,     [CHANNEL_LIMIT] = MACHINE_LIMIT,
        [CHANNEL_CODE] = MACHINE_CODE,     [CHANNEL_STALE] = MACHINE_STALE,
        [CHANNEL_LOCKUP] = MACHINE_LOCKUP,
    };
    uint32_t what = machine->channel->event;

    if (what == CHANNEL_LOCKUP) {
        return take_lockup(machine, event, diag);
    }
    if (what == CHANNEL_NONE || what == CHANNEL_STARTED ||
        what > CHANNEL_LOCKUP) {
        *event = MACHINE_DEAD;
        return diag_fail(diag, OTALAB_ERR_SIMULATOR,
                         "the plugin reported the unknown event %u", what);
    }
    *event = events[what];
    return 0;
}

/* It has the turn from here on. */
static int let_go(struct machine *machine, struct diag *diag)
{
    if (turn_is(machine->channel, CHANNEL_HOST)) {
        turn_give(machine->channel, CHANNEL_GUEST);
    }
    if (machine->held) {
        machine->held = false;
        return hold_resume(&machine->hold, &machine->process, diag);
    }
    return 0;
}

int machine_wait(struct machine *machine, enum machine_event *event,
                 struct diag *diag)
{
    int err;

    if (machine->process.pid == 0) {
        *event = MACHINE_DEAD;
        return diag_fail(diag, OTALAB_ERR_SIMULATOR,
                         "QEMU has ended and was not started again");
    }
    err = let_go(machine, diag);
    if (err) {
        *event = MACHINE_DEAD;
        return err;
    }
    err = await_turn(machine, event, diag);
    if (err || *event == MACHINE_ASLEEP || *event == MACHINE_STOPPED) {
        return err;
    }
    if (machine->channel->event == CHANNEL_STARTED) {
        *event = MACHINE_STOPPED; /* so nobody waited for its start */
        return 0;
    }
    return take_turn(machine, event, diag);
}

/* ---- held ---------------------------------------------------------------- */

int machine_single(struct machine *machine, bool single, struct diag *diag)
{
    machine->single = single;
    return hold_single(&machine->hold, single, &machine->process, diag);
}

int machine_hold(struct machine *machine, struct diag *diag)
{
    int err = 0;

    if (machine->process.pid == 0) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR,
                         "the CPU is in reset: there is nothing to look at");
    }
    if (!machine->held && !machine->stepping) {
        err = hold_stop(&machine->hold, &machine->process, machine->channel,
                        diag);
        machine->held = err == 0;
    }
    return err;
}

void machine_leave(struct machine *machine)
{
    machine->gdb = true;
    machine->held = false;
}

int machine_step(struct machine *machine, bool *stepped,
                 enum machine_event *event, struct diag *diag)
{
    enum hold_step how = HOLD_STEPPED;
    int err = machine->stepping ? hold_finish(&machine->hold, &machine->process,
                                              machine->channel, &how, diag)
                                : hold_step(&machine->hold, &machine->process,
                                            machine->channel, &how, diag);

    *stepped = err == 0 && how == HOLD_STEPPED;
    machine->held = *stepped;
    machine->stepping = err == 0 && how == HOLD_TURN;
    return machine->stepping ? take_turn(machine, event, diag) : err;
}

int machine_registers(struct machine *machine, struct rsp_registers *out,
                      struct diag *diag)
{
    *out = (struct rsp_registers){0};
    return hold_registers(&machine->hold, &machine->process, out, diag);
}

bool machine_held(const struct machine *machine)
{
    return machine->held;
}

/* ---- start and end ----------------------------------------------------- */

static int await_start(struct machine *machine, struct diag *diag)
{
    enum machine_event event;
    int err = await_turn(machine, &event, diag);

    if (err || event == MACHINE_STOPPED ||
        machine->channel->event == CHANNEL_STARTED) {
        return err; /* stopped: the next wait reports it again */
    }
    process_reap(&machine->process);
    return fail_dead(machine, diag);
}

static int copy_rom(struct machine *machine,
                    const struct machine_options *options, struct diag *diag)
{
    machine->rom = calloc(1, BOARD_ROM_SIZE);
    if (machine->rom == NULL || options->rom_size > BOARD_ROM_SIZE) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "no room for the ROM");
    }
    if (options->rom_size > 0) {
        memcpy(machine->rom, options->rom, options->rom_size);
    }
    return 0;
}

/* Copy all of it: a program may have stored anywhere in it. From now on nobody
 * stores there: QEMU's translations of it stay valid across resets. */
static void make_rom(struct machine *machine)
{
    uint8_t *rom = machine->window + (BOARD_ROM_BASE - BOARD_WINDOW_BASE);

    memcpy(rom, machine->rom, BOARD_ROM_SIZE);
}

/* For each process anew. */
static int open_hold(struct machine *machine, struct diag *diag)
{
    hold_close(&machine->hold);
    machine->held = false;
    machine->stepping = false;
    return machine->holds ? hold_open(&machine->hold, !machine->port, diag) : 0;
}

/* Start the process and wait for its first hand-over. The counters of the
 * channel continue. */
static int launch(struct machine *machine, struct diag *diag)
{
    struct channel *channel = machine->channel;
    int err = open_hold(machine, diag);

    if (err) {
        return err;
    }
    const int fds[PROCESS_FDS] = {
        -1,
        -1,
        [CHILD_STDERR] = machine->stderr_fd,
        [CHILD_WINDOW] = machine->window_fd,
        [CHILD_CHANNEL] = machine->channel_fd,
        [CHILD_DEBUGGER] = machine->holds ? machine->hold.child_debugger : -1,
        [CHILD_MONITOR] = machine->holds ? machine->hold.child_monitor : -1,
    };

    atomic_store(&channel->turn, CHANNEL_GUEST);
    atomic_store(&channel->asleep[CHANNEL_GUEST], 0);
    atomic_store(&channel->wfi_block, UINT64_MAX);
    channel->event = CHANNEL_NONE;
    channel->code_count = 0;
    make_rom(machine);
    if (ftruncate(machine->stderr_fd, 0) != 0 ||
        lseek(machine->stderr_fd, 0, SEEK_SET) != 0 ||
        process_start(&machine->process, machine->argv, fds) != 0) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "cannot start %s: %s",
                         machine->qemu.path, strerror(errno));
    }
    hold_given(&machine->hold);
    err = await_start(machine, diag);
    return err || !machine->single ? err : machine_single(machine, true, diag);
}

/* Real randomness from the host: it decides nothing and is never recorded. */
static int make_secret(struct machine *machine, struct diag *diag)
{
    while (machine->secret == 0) {
        if (getrandom(&machine->secret, sizeof(machine->secret), 0) !=
            (ssize_t)sizeof(machine->secret)) {
            return diag_fail(diag, OTALAB_ERR_SIMULATOR,
                             "no random numbers from the system: %s",
                             strerror(errno));
        }
    }
    return 0;
}

static int check_options(const struct machine_options *options,
                         struct diag *diag)
{
    const char *plugin = options->plugin;

    if (options->gdb_port < 0 || options->gdb_port > UINT16_MAX) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "%d is not a TCP port: 1 to 65535", options->gdb_port);
    }
    if (plugin != NULL && access(plugin, R_OK) != 0) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR,
                         "%s: %s: build it with `make`", plugin,
                         strerror(errno));
    }
    return 0;
}

int machine_start(struct machine **out, const struct machine_options *options,
                  struct diag *diag)
{
    struct machine *machine = calloc(1, sizeof(*machine));
    int err;

    *out = NULL;
    if (machine == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    machine->window_fd = -1;
    machine->channel_fd = -1;
    machine->stderr_fd = -1;
    machine->port = options->gdb_port != 0;
    machine->holds = options->holds;
    machine->gdb = machine->port && !machine->holds;
    machine->interrupted = options->interrupted;
    err = make_secret(machine, diag);
    err = err ? err : check_options(options, diag);
    err = err ? err : find_qemu(&machine->qemu, options->qemu, diag);
    err = err ? err : build_args(machine, options, diag);
    err = err ? err : copy_rom(machine, options, diag);
    err = err ? err : share_all(machine, options->checking, diag);
    err = err ? err : launch(machine, diag);
    if (err) {
        machine_stop(machine);
        return err;
    }
    machine->waits = options->waits; /* of who knows the machine by now */
    machine->waits_context = options->waits_context;
    *out = machine;
    return 0;
}

int machine_restart(struct machine *machine, struct diag *diag)
{
    process_kill(&machine->process);
    return launch(machine, diag);
}

static void unshare_one(int fd, void *memory, size_t size)
{
    if (memory != NULL) {
        (void)munmap(memory, size);
    }
    if (fd >= 0) {
        (void)close(fd);
    }
}

void machine_stop(struct machine *machine)
{
    if (machine == NULL) {
        return;
    }
    process_kill(&machine->process);
    hold_close(&machine->hold);
    unshare_one(machine->window_fd, machine->window, BOARD_WINDOW_SIZE);
    unshare_one(machine->channel_fd, machine->channel, sizeof(struct channel));
    unshare_one(machine->stderr_fd, NULL, 0);
    free(machine->rom);
    free(machine);
}

bool machine_take_reset(struct machine *machine)
{
    uint8_t *at = (uint8_t *)machine_page(machine) + SECRET_OFFSET;
    bool reset = memcmp(at, &machine->secret, sizeof(machine->secret)) == 0;

    if (reset) {
        memset(at, 0, sizeof(machine->secret));
    }
    return reset;
}

bool machine_take_write(struct machine *machine, enum channel_guarded where,
                        uint32_t *offset)
{
    uint32_t written = machine->channel->written[where];

    machine->channel->written[where] = 0;
    *offset = written - 1;
    return written != 0;
}

/* ---- looking in --------------------------------------------------------- */

struct ctl_page *machine_page(struct machine *machine)
{
    return (struct ctl_page *)(void *)(machine->window +
                                       (CTL_BASE - BOARD_WINDOW_BASE));
}

uint8_t *machine_window(struct machine *machine)
{
    return machine->window;
}

struct channel *machine_channel(struct machine *machine)
{
    return machine->channel;
}

const char *machine_qemu_version(const struct machine *machine)
{
    return machine->qemu.version;
}

bool machine_is_native(void)
{
    return false;
}
