/* SPDX-License-Identifier: MIT */
#include "native/native_board.h"

#include <setjmp.h>
#include <string.h>
#include <sys/mman.h>

#include "native/wires.h"

/* A boot reads each journal and request slot a few times and copies at most
 * a handful of images: far fewer calls than that. */
#define CALLS_MAX 100000u

/* The devicetree, linked in as it is built. */
extern const uint8_t devicetree_start[];
extern const uint8_t devicetree_end[];

/* The boot chain's variables are one section, see module.mk: start-up code
 * clears it. */
extern uint8_t native_bss_start[] __asm__("__start_native_bss");
extern uint8_t native_bss_end[] __asm__("__stop_native_bss");

static struct board_map map;
static struct board_figures figures;
static struct policy_figures policy;
static _Alignas(8) uint8_t blob[BOARD_DTB_SIZE];

/* ---- the session ---------------------------------------------------------- */

static struct {
    struct native_device *device;
    enum ctl_reset_cause cause;
    struct native_cut cut;
    struct native_fault fault;
    struct native_watch watch;
    struct native_outcome *outcome; /* of what runs now */
    jmp_buf way_out;
    uint64_t start_ns;
    uint32_t operations;
    uint32_t calls;
} session;

#define TELL(what, ...)                                             \
    do {                                                            \
        if (session.watch.what) {                                   \
            session.watch.what(session.watch.context, __VA_ARGS__); \
        }                                                           \
    } while (0)

_Noreturn static void leave(enum native_end end)
{
    session.outcome->end = end;
    longjmp(session.way_out, 1);
}

static void count_call(void)
{
    if (++session.calls > CALLS_MAX) {
        leave(NATIVE_STUCK);
    }
}

_Noreturn void wire_end(enum wire_end end, uint32_t a, uint32_t b)
{
    static const enum native_end ends[] = {[WIRE_JUMP] = NATIVE_RUNS,
                                           [WIRE_HALT] = NATIVE_HALTED,
                                           [WIRE_RESET] = NATIVE_RESET,
                                           [WIRE_PANIC] = NATIVE_PANIC};

    session.outcome->vectors = end == WIRE_JUMP ? a : 0;
    session.outcome->line = end == WIRE_PANIC ? a : 0;
    session.outcome->module = end == WIRE_PANIC ? b : 0;
    leave(ends[end]);
}

/* ---- operations ------------------------------------------------------------ */

/* Is this the one? Operations that are refused do not count. */
static bool cut_is_due(void)
{
    session.outcome->operations++;
    return ++session.operations == session.cut.operation;
}

/* The model takes it with the next operation that begins. */
static void plant_fault(void)
{
    bool due = session.operations + 1u == session.fault.operation;

    session.device->flash.fail_next =
        due ? session.fault.how : (uint8_t)FLASH_FAULT_NONE;
}

/* `done` of 1000 of the time to go. */
static uint64_t part_of(uint64_t ns, uint16_t done)
{
    return ns / 1000u * (done < 1000u ? done : 999u);
}

/* What has been begun comes to its end, or to the cut. */
static bool finish_flash(struct native_operation *operation)
{
    struct native_device *device = session.device;
    struct flash *flash = &device->flash;
    uint64_t whole = flash->op.end_ns - flash->op.start_ns;
    bool due = cut_is_due();

    if (due && !session.cut.warm) {
        device->now_ns += part_of(whole, session.cut.done);
        operation->cut = true;
        (void)flash_power_cut(flash, device->now_ns,
                              (enum flash_form)session.cut.form);
    } else {
        device->now_ns = flash->op.end_ns;
        (void)flash_advance(flash, device->now_ns, NULL);
    }
    TELL(after, operation);
    if (due) {
        leave(NATIVE_CUT);
    }
    return !flash->last_failed;
}

/* Told before the array changes; what is refused changes nothing. */
static bool begun(enum flash_rule rule)
{
    return rule == FLASH_RULE_NONE || rule == FLASH_RULE_BIT_RISE ||
           rule == FLASH_RULE_TORN_ERASE;
}

static bool operate(struct native_operation *operation)
{
    operation->refused = !begun(operation->rule);
    TELL(before, operation);
    if (operation->refused) {
        TELL(after, operation);
        return false;
    }
    return finish_flash(operation);
}

static bool program_page(uint32_t address, const uint8_t *data, uint32_t length)
{
    struct native_device *device = session.device;
    struct native_operation operation = {.kind = NATIVE_PROGRAM,
                                         .address = address,
                                         .length = length,
                                         .data = data};

    count_call();
    plant_fault();
    operation.rule =
        flash_program(&device->flash, device->now_ns, address, data, length);
    return operate(&operation);
}

bool wire_program(uint32_t address, const void *data, uint32_t length)
{
    const uint8_t *bytes = data;

    while (length > 0) {
        uint32_t room = FLASH_PAGE - address % FLASH_PAGE;
        uint32_t part = length < room ? length : room;
        if (!program_page(address, bytes, part)) {
            return false;
        }
        address += part;
        bytes += part;
        length -= part;
    }
    return true;
}

bool wire_erase(uint32_t address)
{
    struct native_device *device = session.device;
    struct native_operation operation = {.kind = NATIVE_ERASE,
                                         .address = address,
                                         .length = FLASH_SECTOR};

    count_call();
    /* Nobody can know of two faults in one sector: it reads as if erased. */
    if (flash_range_taint(&device->flash, address, FLASH_SECTOR) ==
        FLASH_CLEAN) {
        plant_fault();
    }
    operation.rule = flash_erase(&device->flash, device->now_ns, address);
    return operate(&operation);
}

bool wire_read(uint32_t address, void *data, uint32_t length)
{
    const struct flash *flash = &session.device->flash;

    count_call();
    if (address > flash->figures.size ||
        length > flash->figures.size - address) {
        return false;
    }
    TELL(read, address, length);
    memcpy(data, flash->array + address, length);
    return true;
}

bool wire_lock(uint32_t start, uint32_t length)
{
    count_call();
    return flash_lock(&session.device->flash, start, length) == FLASH_RULE_NONE;
}

uint32_t wire_sector_size(void)
{
    return figures.flash.sector;
}

/* ---- fuses ------------------------------------------------------------------- */

uint32_t wire_fuse_word(uint32_t index)
{
    return index < OTP_WORDS ? session.device->otp.words[index] : 0;
}

bool wire_fuse_burn(uint32_t bit)
{
    struct native_device *device = session.device;
    struct native_operation operation = {.kind = NATIVE_BURN,
                                         .address = bit,
                                         .length = 1};
    enum otp_rule rule = otp_burn(&device->otp, device->now_ns, bit);

    count_call();
    operation.refused = rule != OTP_RULE_NONE;
    TELL(before, &operation);
    bool due = !operation.refused && cut_is_due();
    if (due && !session.cut.warm) {
        operation.cut = true;
        device->now_ns += part_of(device->otp.burn_ns, session.cut.done);
        (void)otp_power_cut(&device->otp, device->now_ns,
                            (enum otp_form)session.cut.form);
    } else if (!operation.refused) {
        device->now_ns = device->otp.end_ns;
        (void)otp_advance(&device->otp, device->now_ns);
    }
    TELL(after, &operation);
    if (due) {
        leave(NATIVE_CUT);
    }
    return !operation.refused;
}

void wire_fuse_lock(void)
{
    session.device->otp.locked = true;
}

/* ---- the rest of the board ---------------------------------------------------- */

uint32_t wire_cause(void)
{
    return session.cause;
}

const void *wire_devicetree(void)
{
    return blob;
}

bool wire_deadline(uint32_t ms)
{
    if (ms == 0 || session.outcome->deadline_ms != 0) {
        return false;
    }
    session.outcome->deadline_ms = ms;
    return true;
}

uint64_t wire_cycles(void)
{
    count_call();
    return (session.device->now_ns - session.start_ns) / BOARD_NS_PER_CYCLE;
}

void wire_sleep(uint64_t until_cycles)
{
    struct native_device *device = session.device;
    uint64_t until = session.start_ns + until_cycles * BOARD_NS_PER_CYCLE;

    count_call();
    if (until > device->now_ns) {
        session.outcome->slept_ns += until - device->now_ns;
        device->now_ns = until;
    }
}

void wire_trace(uint32_t code, const uint32_t args[4])
{
    count_call();
    TELL(trace, code, args);
}

/* ---- for the host -------------------------------------------------------------- */

static int read_devicetree(struct diag *diag)
{
    size_t size = (size_t)(devicetree_end - devicetree_start);

    if (size > sizeof(blob)) {
        return diag_fail(diag, OTALAB_ERR_USAGE, "the devicetree is too large");
    }
    memcpy(blob, devicetree_start, size);
    int err = board_figures_read(blob, size, &figures, diag);
    err = err ? err : board_map_read(blob, size, &map, diag);
    return err ? err : policy_figures_read(blob, size, &policy, diag);
}

int native_open(struct diag *diag)
{
    void *place = (void *)(uintptr_t)BOARD_WINDOW_BASE;
    void *got =
        mmap(place, BOARD_WINDOW_SIZE, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE,
             -1, 0);

    if (got != place) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR,
                         "the board's addresses are in use in this process");
    }
    return read_devicetree(diag);
}

const struct board_map *native_map(void)
{
    return &map;
}

const struct board_figures *native_figures(void)
{
    return &figures;
}

const struct policy_figures *native_policy(void)
{
    return &policy;
}

const uint8_t *native_window(void)
{
    return (const uint8_t *)(uintptr_t)BOARD_WINDOW_BASE;
}

const uint8_t *native_sram(void)
{
    return (const uint8_t *)(uintptr_t)BOARD_SRAM_BASE;
}

void native_blank(struct native_device *device, uint64_t seed)
{
    (void)flash_init(&device->flash, &figures.flash, seed);
    otp_init(&device->otp, figures.otp_burn_ns, seed);
    device->now_ns = 0;
}

/* ---- sessions ------------------------------------------------------------------- */

/* As start-up code does; a sanitizer's red zones lie in between. */
__attribute__((no_sanitize("address"))) static void clear_variables(void)
{
    for (volatile uint8_t *byte = native_bss_start; byte != native_bss_end;
         byte++) {
        *byte = 0;
    }
}

/* The ROM's first act, and the bootloader's. */
static void wipe(void)
{
    memset((void *)(uintptr_t)BOARD_SRAM_BASE, 0, BOARD_SRAM_SIZE);
    clear_variables();
}

void native_reset(struct native_device *device, enum ctl_reset_cause cause,
                  const struct native_cut *cut,
                  const struct native_fault *fault,
                  const struct native_watch *watch)
{
    static const struct native_cut no_cut;
    static const struct native_fault no_fault;
    static const struct native_watch nobody;

    if (cause == CTL_CAUSE_POWER_ON || cause == CTL_CAUSE_BROWN_OUT) {
        (void)flash_power_cut(&device->flash, device->now_ns, FLASH_FORM_AUTO);
        (void)otp_power_cut(&device->otp, device->now_ns, OTP_FORM_AUTO);
        otp_power_on(&device->otp);
    } else {
        flash_warm_reset(&device->flash);
        otp_warm_reset(&device->otp);
    }
    session.device = device;
    session.cause = cause;
    session.cut = cut ? *cut : no_cut;
    session.fault = fault ? *fault : no_fault;
    session.watch = watch ? *watch : nobody;
    session.start_ns = device->now_ns;
    session.operations = 0;
    wipe();
}

static void begin(struct native_outcome *outcome)
{
    memset(outcome, 0, sizeof(*outcome));
    outcome->end = NATIVE_RUNS;
    session.outcome = outcome;
    session.calls = 0;
}

void native_boot(struct native_outcome *outcome)
{
    begin(outcome);
    if (setjmp(session.way_out) == 0) {
        (void)native_main();
        outcome->end = NATIVE_PANIC; /* it must not return */
    }
}

enum native_end native_append(uint8_t kind, uint8_t slot, uint32_t value,
                              const uint8_t digest[32], bool *written)
{
    struct native_outcome outcome;
    volatile bool done = false;

    begin(&outcome);
    if (setjmp(session.way_out) == 0) {
        done = app_append(kind, slot, value, digest);
    }
    if (written) {
        *written = done;
    }
    return outcome.end;
}

/* Sector by sector: erase, then write. */
static bool rewrite(uint32_t address, const uint8_t *bytes, uint32_t length)
{
    for (uint32_t at = 0; at < length; at += FLASH_SECTOR) {
        uint32_t left = length - at;
        uint32_t part = left < FLASH_SECTOR ? left : FLASH_SECTOR;
        if (!wire_erase(address + at) ||
            !wire_program(address + at, bytes + at, part)) {
            return false;
        }
    }
    return true;
}

enum native_end native_write(uint32_t address, const uint8_t *bytes,
                             uint32_t length, bool *written)
{
    struct native_outcome outcome;
    volatile bool done = false;

    begin(&outcome);
    session.fault.operation = 0;
    if (setjmp(session.way_out) == 0) {
        done = rewrite(address, bytes, length);
    }
    if (written) {
        *written = done;
    }
    return outcome.end;
}

uint64_t native_session_ns(void)
{
    return session.start_ns;
}
