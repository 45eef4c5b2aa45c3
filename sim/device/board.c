/* SPDX-License-Identifier: MIT */
#include "device/board.h"

#include <stddef.h>
#include <string.h>

#define NS_PER_MS 1000000u
#define WINDOW_SRAM (BOARD_SRAM_BASE - BOARD_WINDOW_BASE)
#define WINDOW_PAGE (CTL_BASE - BOARD_WINDOW_BASE)
#define SRAM_LINE 64u
#define CYCLES_FOREVER UINT64_MAX

/* Tell the sink, if it wants to know. */
#define TELL(sink, member, ...)                           \
    do {                                                  \
        if ((sink) != NULL && (sink)->member != NULL) {   \
            (sink)->member((sink)->context, __VA_ARGS__); \
        }                                                 \
    } while (0)
#define TELL_BARE(sink, member)                         \
    do {                                                \
        if ((sink) != NULL && (sink)->member != NULL) { \
            (sink)->member((sink)->context);            \
        }                                               \
    } while (0)

/* A command being carried out. The registers are read once: they belong to
 * the guest. */
struct request {
    struct board *board;
    struct ctl_page *page;
    uint8_t *window;
    const struct board_sink *sink;
    uint32_t command;
    uint32_t arg[6];
    bool told; /* the sink knows already why this is refused */
};

/* ---- arithmetic of time ------------------------------------------------ */

static uint64_t min_u64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t max_u64(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static uint64_t add_time(uint64_t a, uint64_t b)
{
    return a > BOARD_FOREVER - b ? BOARD_FOREVER : a + b;
}

static uint64_t ns_of_cycles(const struct board *board, uint64_t cycles)
{
    if (cycles > (BOARD_FOREVER - board->epoch_ns) / BOARD_NS_PER_CYCLE) {
        return BOARD_FOREVER;
    }
    return board->epoch_ns + cycles * BOARD_NS_PER_CYCLE;
}

/* Rounded up: when the guest's clock shows it, the time has come. */
static uint64_t cycles_of_ns(const struct board *board, uint64_t ns)
{
    if (ns == BOARD_FOREVER) {
        return CYCLES_FOREVER;
    }
    uint64_t since = ns - board->epoch_ns;
    return since / BOARD_NS_PER_CYCLE + (since % BOARD_NS_PER_CYCLE != 0);
}

static uint64_t watchdog_ns(const struct board *board)
{
    return 2u * (uint64_t)board->figures.watchdog_ms * NS_PER_MS;
}

/* The guest may wait from now to `until`. Times that overlap count once. */
static void grant(struct board *board, uint64_t until)
{
    uint64_t from = max_u64(board->now_ns, board->granted_ns);

    if (until > from) {
        board->horizon_ns = add_time(board->horizon_ns, until - from);
        board->granted_ns = until;
    }
}

/* Now the board knows the time by itself. What it has told to be busy beyond
 * that may still be waited out. */
static void drop_anchor(struct board *board, uint64_t now)
{
    board->anchor_ns = now;
    board->anchor_spent_ns = board->spent_ns;
    board->horizon_ns = max_u64(now, board->granted_ns);
}

static void start_epoch(struct board *board, uint64_t epoch)
{
    board->epoch_ns = epoch;
    board->now_ns = epoch;
    board->granted_ns = epoch;
    board->spent_ns = 0;
    board->commands_ns = epoch;
    drop_anchor(board, epoch);
}

static uint64_t less(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

static uint64_t waited_ns(uint64_t waits)
{
    return waits > BOARD_FOREVER / BOARD_WAIT_NS ? BOARD_FOREVER
                                                 : waits * BOARD_WAIT_NS;
}

void board_see_cpu(struct board *board, const struct board_cpu *cpu)
{
    board->cpu_reset |= cpu->reset;
    board->spent_ns = max_u64(board->spent_ns, add_time(cpu->executed_ns,
                                                        waited_ns(cpu->waits)));
}

/* By the CPU since the board last knew the time. */
static uint64_t spent_since(const struct board *board)
{
    return less(board->spent_ns, board->anchor_spent_ns);
}

uint64_t board_least_ns(const struct board *board)
{
    uint64_t own = add_time(board->anchor_ns,
                            less(spent_since(board), BOARD_TIME_SLACK_NS));

    return max_u64(board->now_ns, own);
}

/* ---- the window -------------------------------------------------------- */

static uint32_t sector_count(const struct board *board)
{
    return board->flash.figures.size / FLASH_SECTOR;
}

static bool reads_garbage(const struct board *board, uint32_t sector)
{
    const struct flash *flash = &board->flash;

    return flash_busy(flash) && (board->view == BOARD_VIEW_GARBAGE ||
                                 sector == flash->op.address / FLASH_SECTOR);
}

/* The bytes that a sector has to show: the array's own, or `garbage`, filled
 * here. A busy part answers a read with anything; the inverse is certain to be
 * wrong and the same each time. */
static const uint8_t *expected(const struct board *board, uint32_t sector,
                               uint8_t garbage[FLASH_SECTOR])
{
    const uint8_t *array = &board->flash.array[sector * FLASH_SECTOR];

    if (!reads_garbage(board, sector)) {
        return array;
    }
    for (uint32_t i = 0; i < FLASH_SECTOR; i++) {
        garbage[i] = (uint8_t)~array[i];
    }
    return garbage;
}

static void show_sector(const struct board *board, uint8_t *window,
                        uint32_t sector)
{
    uint8_t garbage[FLASH_SECTOR];
    const uint8_t *bytes = expected(board, sector, garbage);
    uint8_t *shown = &window[sector * FLASH_SECTOR];

    if (memcmp(shown, bytes, FLASH_SECTOR) != 0) {
        memcpy(shown, bytes, FLASH_SECTOR);
    }
}

void board_show_flash(const struct board *board, uint8_t *window)
{
    for (uint32_t sector = 0; sector < sector_count(board); sector++) {
        show_sector(board, window, sector);
    }
}

/* First address in the sector that shows what the board did not put there. */
static int64_t raw_in_sector(const struct board *board, const uint8_t *window,
                             uint32_t sector)
{
    uint8_t garbage[FLASH_SECTOR];
    const uint8_t *bytes = expected(board, sector, garbage);
    const uint8_t *shown = &window[sector * FLASH_SECTOR];

    if (memcmp(shown, bytes, FLASH_SECTOR) == 0) {
        return -1;
    }
    uint32_t i = 0;
    while (shown[i] == bytes[i]) {
        i++;
    }
    return (int64_t)sector * FLASH_SECTOR + i;
}

int64_t board_raw_write(const struct board *board, const uint8_t *window)
{
    int64_t address = -1;

    if (board->view == BOARD_VIEW_STALE) {
        return -1;
    }
    for (uint32_t sector = 0; sector < sector_count(board) && address < 0;
         sector++) {
        address = raw_in_sector(board, window, sector);
    }
    return address;
}

static void catch_raw_write(const struct board *board, const uint8_t *window,
                            uint32_t sector, const struct board_sink *sink)
{
    int64_t address = raw_in_sector(board, window, sector);

    if (address >= 0) {
        TELL(sink, raw_write, (uint32_t)address);
    }
}

/* Only what is not zero is written: a page of the window that nobody has
 * touched costs no memory bandwidth. 13.5 MiB take 0.6 ms. */
static void zero_range(uint8_t *window, uint32_t from, uint32_t to)
{
    static const uint8_t zeros[4096];

    for (uint32_t at = from; at < to; at += (uint32_t)sizeof(zeros)) {
        if (memcmp(&window[at], zeros, sizeof(zeros)) != 0) {
            memset(&window[at], 0, sizeof(zeros));
        }
    }
}

static void scramble_line(struct rng *rng, uint8_t *line)
{
    for (uint32_t i = 0; i < SRAM_LINE; i += 8) {
        uint64_t draw = rng_next(rng);
        memcpy(&line[i], &draw, sizeof(draw));
    }
}

/* Works on a copy of the stream: filling twice gives the same bytes. Which
 * lines are kept does not depend on what they hold. */
static void scramble_sram(const struct board *board, uint8_t *sram)
{
    struct rng rng = board->scramble;
    bool partly = board->sram == BOARD_SRAM_PARTLY;
    uint64_t keep = 0;

    for (uint32_t line = 0; line < BOARD_SRAM_SIZE / SRAM_LINE; line++) {
        if (partly && line % 64u == 0) {
            keep = rng_next(&rng);
        }
        if (!(keep >> line % 64u & 1u)) {
            scramble_line(&rng, &sram[line * SRAM_LINE]);
        }
    }
}

void board_fill_window(const struct board *board, uint8_t *window)
{
    board_show_flash(board, window);
    zero_range(window, board->flash.figures.size, WINDOW_SRAM);
    if (board->sram != BOARD_SRAM_KEPT) {
        scramble_sram(board, &window[WINDOW_SRAM]);
    }
    zero_range(window, WINDOW_SRAM + BOARD_SRAM_SIZE, WINDOW_PAGE);
}

/* ---- operations that begin and end ------------------------------------- */

static void flash_began(struct request *req)
{
    struct board *board = req->board;
    struct flash_op op = board->flash.op;
    uint32_t sector = op.address / FLASH_SECTOR;

    /* Looked at as it was shown a moment ago, before the operation. */
    board->flash.op.kind = FLASH_IDLE;
    catch_raw_write(board, req->window, sector, req->sink);
    board->flash.op.kind = op.kind;
    show_sector(board, req->window, sector);
    TELL(req->sink, flash_begin, &op);
}

static void flash_ended(struct board *board, uint8_t *window,
                        const struct flash_op *op)
{
    if (window == NULL || board->view == BOARD_VIEW_STALE) {
        return;
    }
    if (board->view == BOARD_VIEW_GARBAGE) {
        board->view = BOARD_VIEW_TRUE;
        board_show_flash(board, window);
    } else {
        show_sector(board, window, op->address / FLASH_SECTOR);
    }
}

static void end_flash(struct board *board, uint8_t *window,
                      const struct board_sink *sink)
{
    uint64_t end = board->flash.op.end_ns;
    uint32_t sector = board->flash.op.address / FLASH_SECTOR;
    struct flash_op op;

    if (window != NULL && board->view != BOARD_VIEW_STALE) {
        catch_raw_write(board, window, sector, sink);
    }
    board->now_ns = max_u64(board->now_ns, end);
    if (flash_advance(&board->flash, end, &op)) {
        flash_ended(board, window, &op);
        TELL(sink, flash_end, &op);
    }
}

static void end_otp(struct board *board, const struct board_sink *sink)
{
    uint64_t end = board->otp.end_ns;
    uint32_t bit = board->otp.bit;

    board->now_ns = max_u64(board->now_ns, end);
    if (otp_advance(&board->otp, end)) {
        TELL(sink, otp_end, bit);
    }
}

/* In order of time; of two that end together flash comes first. */
void board_advance(struct board *board, uint8_t *window, uint64_t now,
                   const struct board_sink *sink)
{
    for (;;) {
        uint64_t flash =
            flash_busy(&board->flash) ? board->flash.op.end_ns : BOARD_FOREVER;
        uint64_t otp = board->otp.busy ? board->otp.end_ns : BOARD_FOREVER;
        uint64_t next = min_u64(flash, otp);
        if (next > now || next == BOARD_FOREVER) {
            break;
        }
        if (flash <= otp) {
            end_flash(board, window, sink);
        } else {
            end_otp(board, sink);
        }
    }
    board->now_ns = max_u64(board->now_ns, now);
}

/* ---- resets ------------------------------------------------------------ */

/* Equal states have equal members: nothing of a sleep stays. */
static void end_sleep(struct board *board)
{
    board->asleep = false;
    board->deaf = false;
    board->sleep_ns = 0;
    board->slept_ns = 0;
}

static void forget_session(struct board *board)
{
    board->deadline_ns = BOARD_FOREVER;
    board->deadline_set = false;
    board->reset_announced = false;
    board->halted = false;
    end_sleep(board);
}

static void assert_reset(struct board *board, enum ctl_reset_cause cause,
                         enum board_sram sram)
{
    forget_session(board);
    board->reset_asserted = true;
    board->cpu_reset = false;
    board->cause = (uint8_t)cause;
    board->sram = (uint8_t)sram;
}

int board_init(struct board *board, const struct board_figures *figures,
               uint64_t seed)
{
    if (figures->watchdog_ms == 0 || figures->otp_burn_ns == 0) {
        return -1;
    }
    memset(board, 0, sizeof(*board));
    if (flash_init(&board->flash, &figures->flash, seed) != 0 ||
        radio_init(&board->radio, &figures->radio) != 0) {
        return -1;
    }
    board->figures = *figures;
    otp_init(&board->otp, figures->otp_burn_ns, seed);
    rng_init(&board->noise, seed, "noise");
    rng_init(&board->scramble, seed, "scramble");
    board->battery_mv = figures->battery_mv;
    board->left_mj = UINT32_MAX;
    board->view = BOARD_VIEW_STALE;
    assert_reset(board, CTL_CAUSE_POWER_ON, BOARD_SRAM_SCRAMBLED);
    return 0;
}

static void tear_flash(struct board *board, enum flash_form form,
                       struct board_cut_report *report)
{
    struct flash *flash = &board->flash;

    report->flash_busy = flash_busy(flash);
    report->flash_kind = (enum flash_op_kind)flash->op.kind;
    report->address = flash->op.address;
    report->length = flash->op.length;
    report->done = flash_done(flash, board->now_ns);
    report->flash_form = flash_power_cut(flash, board->now_ns, form);
}

static void tear_otp(struct board *board, enum otp_form form,
                     struct board_cut_report *report)
{
    report->otp_busy = board->otp.busy;
    report->bit = board->otp.bit;
    report->otp_form = otp_power_cut(&board->otp, board->now_ns, form);
}

void board_power_cut(struct board *board, const struct board_cut *cut,
                     struct board_cut_report *report)
{
    memset(report, 0, sizeof(*report));
    board_advance(board, NULL, cut->now_ns, NULL);
    tear_flash(board, cut->flash_form, report);
    tear_otp(board, cut->otp_form, report);
    radio_reset(&board->radio, true);
    board->view = BOARD_VIEW_STALE;
    assert_reset(board, cut->cause, cut->sram);
    start_epoch(board, add_time(board->now_ns, cut->off_ns));
    otp_power_on(&board->otp);
}

void board_warm_reset(struct board *board, uint64_t now,
                      enum ctl_reset_cause cause)
{
    flash_warm_reset(&board->flash);
    otp_warm_reset(&board->otp);
    radio_reset(&board->radio, false);
    /* A second reset before the boot must not make a power-on less of one. */
    if (!board->reset_asserted) {
        assert_reset(board, cause, BOARD_SRAM_KEPT);
    }
    board->now_ns = max_u64(board->now_ns, now);
}

/* ---- commands: system --------------------------------------------------- */

static void put_u64(struct ctl_page *page, unsigned first, uint64_t value)
{
    page->result[first] = (uint32_t)value;
    page->result[first + 1] = (uint32_t)(value >> 32);
}

static void answer_busy(struct request *req, unsigned first, uint64_t end)
{
    put_u64(req->page, first, cycles_of_ns(req->board, end));
    grant(req->board, end);
}

bool board_reset_seen(const struct board *board, uint64_t *at_ns,
                      enum ctl_reset_cause *cause)
{
    uint64_t at = board->now_ns;

    *cause = board->reset_announced ? (enum ctl_reset_cause)board->cause
                                    : CTL_CAUSE_WATCHDOG;
    if (!board->reset_announced) {
        at = add_time(at, watchdog_ns(board));
    }
    *at_ns = max_u64(at, board_least_ns(board));
    if (*at_ns >= board->deadline_ns) {
        *at_ns = board->deadline_ns;
        *cause = CTL_CAUSE_DEADLINE;
    }
    return board->cpu_reset && !board->reset_asserted;
}

/* The board performs the reset that it had no part in. */
static void follow_reset(struct request *req)
{
    struct board *board = req->board;
    enum ctl_reset_cause cause;
    uint64_t at;

    if (board_reset_seen(board, &at, &cause)) {
        board_advance(board, req->window, at, req->sink);
        board_warm_reset(board, at, cause);
        board->cpu_reset = true;
    }
}

static enum ctl_status sys_boot(struct request *req)
{
    struct board *board = req->board;

    board->cpu_reset = false;
    board_advance(board, NULL, board->now_ns, req->sink);
    start_epoch(board, board->now_ns);
    board->reset_asserted = false;
    board->boots++;
    board->view =
        flash_busy(&board->flash) ? BOARD_VIEW_GARBAGE : BOARD_VIEW_TRUE;
    board_fill_window(board, req->window);
    board->sram = BOARD_SRAM_KEPT;
    (void)rng_next(&board->scramble);
    radio_power_on(&board->radio);
    memset(req->page->data, 0, sizeof(req->page->data));
    memset(req->page->radio_tx, 0, sizeof(req->page->radio_tx));
    memset(req->page->radio_rx, 0, sizeof(req->page->radio_rx));
    req->page->result[0] = board->cause;
    TELL(req->sink, boot, (enum ctl_reset_cause)board->cause);
    return CTL_OK;
}

static enum ctl_status sys_reset(struct request *req)
{
    uint32_t reason = req->arg[0];

    if (reason < CTL_REASON_REQUEST || reason > CTL_REASON_PANIC) {
        return CTL_E_ARGUMENT;
    }
    req->board->reset_announced = true;
    req->board->cause =
        reason == CTL_REASON_WATCHDOG ? CTL_CAUSE_WATCHDOG : CTL_CAUSE_SOFTWARE;
    TELL(req->sink, reset, reason);
    return CTL_OK;
}

/* Not answered here, but by board_wake(). */
static void fall_asleep(struct board *board, uint64_t until, bool deaf)
{
    board->asleep = true;
    board->deaf = deaf;
    board->slept_ns = board->now_ns;
    board->sleep_ns =
        max_u64(min_u64(until, board->deadline_ns), board->now_ns);
}

static enum ctl_status sys_sleep(struct request *req)
{
    struct board *board = req->board;
    uint64_t asked = (uint64_t)req->arg[1] << 32 | req->arg[0];

    fall_asleep(board, ns_of_cycles(board, asked),
                req->arg[2] == CTL_SLEEP_DEAF);
    TELL(req->sink, sleep, board->sleep_ns);
    return CTL_OK;
}

static enum ctl_status sys_deadline(struct request *req)
{
    struct board *board = req->board;
    uint32_t ms = req->arg[0];

    if (ms == 0) {
        return CTL_E_ARGUMENT;
    }
    if (board->deadline_set) {
        return CTL_E_LOCKED;
    }
    board->deadline_set = true;
    board->deadline_ns = add_time(board->now_ns, (uint64_t)ms * NS_PER_MS);
    TELL(req->sink, deadline, ms);
    return CTL_OK;
}

static enum ctl_status sys_halt(struct request *req)
{
    req->board->halted = true;
    fall_asleep(req->board, BOARD_FOREVER, true);
    TELL_BARE(req->sink, halt);
    return CTL_OK;
}

/* ---- commands: flash ---------------------------------------------------- */

static enum ctl_status status_of_flash_rule(enum flash_rule rule)
{
    switch (rule) {
    case FLASH_RULE_RANGE:
    case FLASH_RULE_PAGE_END:
        return CTL_E_ARGUMENT;
    case FLASH_RULE_BUSY:
        return CTL_E_BUSY;
    case FLASH_RULE_LOCKED:
        return CTL_E_LOCKED;
    default:
        return CTL_OK;
    }
}

/* Report a broken rule and turn it into the answer. A begun or refused-busy
 * operation tells until when. */
static enum ctl_status flash_answer(struct request *req, enum flash_rule rule,
                                    uint32_t length)
{
    enum ctl_status status = status_of_flash_rule(rule);

    if (rule != FLASH_RULE_NONE) {
        TELL(req->sink, flash_rule, rule, req->arg[0], length);
        req->told = true;
    }
    if (status == CTL_OK) {
        flash_began(req);
    }
    if (status == CTL_OK || status == CTL_E_BUSY) {
        answer_busy(req, 0, req->board->flash.op.end_ns);
    }
    return status;
}

static enum ctl_status flash_cmd_program(struct request *req)
{
    struct board *board = req->board;
    enum flash_rule rule =
        flash_program(&board->flash, board->now_ns, req->arg[0],
                      req->page->data, req->arg[1]);

    return flash_answer(req, rule, req->arg[1]);
}

static enum ctl_status flash_cmd_erase(struct request *req)
{
    struct board *board = req->board;
    enum flash_rule rule =
        flash_erase(&board->flash, board->now_ns, req->arg[0]);

    return flash_answer(req, rule, FLASH_SECTOR);
}

static enum ctl_status flash_cmd_status(struct request *req)
{
    const struct flash *flash = &req->board->flash;

    if (flash_busy(flash)) {
        req->page->result[0] = 1;
        answer_busy(req, 1, flash->op.end_ns);
    }
    req->page->result[3] = flash->last_failed;
    return CTL_OK;
}

static enum ctl_status flash_cmd_lock(struct request *req)
{
    enum flash_rule rule =
        flash_lock(&req->board->flash, req->arg[0], req->arg[1]);

    if (rule != FLASH_RULE_NONE) {
        TELL(req->sink, flash_rule, rule, req->arg[0], req->arg[1]);
        req->told = true;
        return CTL_E_ARGUMENT;
    }
    TELL(req->sink, flash_lock, req->arg[0], req->arg[1]);
    return CTL_OK;
}

/* ---- commands: fuses ---------------------------------------------------- */

static enum ctl_status otp_cmd_read(struct request *req)
{
    uint32_t first = req->arg[0];
    uint32_t count = req->arg[1];

    if (count == 0 || count > OTP_WORDS || first > OTP_WORDS - count) {
        return CTL_E_ARGUMENT;
    }
    memcpy(req->page->data, &req->board->otp.words[first], count * 4u);
    return CTL_OK;
}

static enum ctl_status otp_cmd_burn(struct request *req)
{
    static const enum ctl_status statuses[] = {
        [OTP_RULE_NONE] = CTL_OK,         [OTP_RULE_RANGE] = CTL_E_ARGUMENT,
        [OTP_RULE_BUSY] = CTL_E_BUSY,     [OTP_RULE_LOCKED] = CTL_E_LOCKED,
        [OTP_RULE_BURNED] = CTL_E_FAILED,
    };
    struct board *board = req->board;
    enum otp_rule rule = otp_burn(&board->otp, board->now_ns, req->arg[0]);

    if (rule != OTP_RULE_NONE) {
        TELL(req->sink, otp_rule, rule, req->arg[0]);
        req->told = true;
    } else {
        TELL(req->sink, otp_begin, req->arg[0]);
    }
    if (board->otp.busy && (rule == OTP_RULE_NONE || rule == OTP_RULE_BUSY)) {
        answer_busy(req, 0, board->otp.end_ns);
    }
    return statuses[rule];
}

static enum ctl_status otp_cmd_status(struct request *req)
{
    const struct otp *otp = &req->board->otp;

    if (otp->busy) {
        req->page->result[0] = 1;
        answer_busy(req, 1, otp->end_ns);
    }
    return CTL_OK;
}

static enum ctl_status otp_cmd_lock(struct request *req)
{
    req->board->otp.locked = true;
    TELL_BARE(req->sink, otp_lock);
    return CTL_OK;
}

/* ---- commands: the rest ------------------------------------------------- */

static bool data_length(uint32_t length)
{
    return length > 0 && length <= CTL_DATA_SIZE;
}

static enum ctl_status console_write(struct request *req)
{
    if (!data_length(req->arg[0])) {
        return CTL_E_ARGUMENT;
    }
    TELL(req->sink, console, req->page->data, req->arg[0]);
    return CTL_OK;
}

static enum ctl_status console_read(struct request *req)
{
    struct board *board = req->board;

    if (board->console_count == 0) {
        return CTL_E_EMPTY;
    }
    uint16_t length = board->console_length[0];
    memcpy(req->page->data, board->console[0], length);
    req->page->result[0] = length;
    board->console_count--;
    memmove(&board->console_length[0], &board->console_length[1],
            sizeof(board->console_length) - sizeof(board->console_length[0]));
    memmove(&board->console[0], &board->console[1],
            sizeof(board->console) - sizeof(board->console[0]));
    return CTL_OK;
}

int board_console_line(struct board *board, const char *line)
{
    size_t length = strlen(line);
    uint32_t last = board->console_count;

    if (length == 0 || length > BOARD_CONSOLE_LENGTH ||
        last >= BOARD_CONSOLE_LINES) {
        return -1;
    }
    memset(board->console[last], 0, BOARD_CONSOLE_LENGTH);
    memcpy(board->console[last], line, length);
    board->console_length[last] = (uint16_t)length;
    board->console_count++;
    return 0;
}

static enum ctl_status trace(struct request *req)
{
    TELL(req->sink, trace, req->arg[0], &req->arg[1], req->page->data);
    return CTL_OK;
}

static enum ctl_status rng_read(struct request *req)
{
    if (!data_length(req->arg[0])) {
        return CTL_E_ARGUMENT;
    }
    rng_fill(&req->board->noise, req->page->data, req->arg[0]);
    return CTL_OK;
}

static bool power_low(const struct board *board)
{
    return board->battery_mv <= board->figures.warn_mv;
}

static enum ctl_status pmu_read(struct request *req)
{
    const struct board *board = req->board;
    uint32_t good = board->battery_mv > board->figures.brown_out_mv;

    req->page->result[0] = board->battery_mv;
    req->page->result[1] = good | (power_low(board) ? 2u : 0u);
    req->page->result[2] = board->left_mj;
    req->page->result[3] = board->drained_mj;
    return CTL_OK;
}

static enum ctl_status rtc_read(struct request *req)
{
    const struct board *board = req->board;

    put_u64(req->page, 0, add_time(board->rtc_ms, board->now_ns / NS_PER_MS));
    return CTL_OK;
}

/* ---- commands: radio ---------------------------------------------------- */

#define PORT_MAX 0xFFFFu

static enum ctl_status radio_cmd_status(struct request *req)
{
    const struct radio *radio = &req->board->radio;

    req->page->result[0] = radio->fitted;
    req->page->result[1] = radio->fitted & radio->registered;
    req->page->result[2] = radio->waiting;
    return CTL_OK;
}

static enum ctl_status radio_cmd_open(struct request *req)
{
    struct board *board = req->board;

    if (req->arg[1] == 0 || req->arg[1] > PORT_MAX) {
        return CTL_E_ARGUMENT;
    }
    int socket = radio_socket_open(&board->radio, board->now_ns, req->arg[0],
                                   req->arg[1]);
    if (socket < 0) {
        return CTL_E_FAILED;
    }
    req->page->result[0] = (uint32_t)socket;
    return CTL_OK;
}

static enum ctl_status radio_cmd_close(struct request *req)
{
    return radio_socket_close(&req->board->radio, req->arg[0]) == 0
               ? CTL_OK
               : CTL_E_ARGUMENT;
}

/* Ask the link; nobody there is a network that is down. */
static enum board_air put_on_air(struct request *req, uint64_t *until)
{
    const struct board_sink *sink = req->sink;
    const struct radio *radio = &req->board->radio;
    const struct radio_socket *socket = &radio->socket[req->arg[0]];

    if (!radio->registered || sink == NULL || sink->radio_send == NULL) {
        return BOARD_AIR_DOWN;
    }
    return sink->radio_send(sink->context, socket->node, socket->port,
                            req->page->radio_tx, req->arg[1], until);
}

static enum ctl_status radio_cmd_send(struct request *req)
{
    struct board *board = req->board;
    uint64_t until = board->now_ns;

    if (!radio_socket_is_open(&board->radio, req->arg[0]) || req->arg[1] == 0 ||
        req->arg[1] > CTL_RADIO_SIZE) {
        return CTL_E_ARGUMENT;
    }
    enum board_air air = put_on_air(req, &until);
    until = max_u64(until, board->now_ns);
    if (air == BOARD_AIR_DOWN) {
        return CTL_E_FAILED;
    }
    answer_busy(req, 0, until);
    if (air == BOARD_AIR_FULL) {
        return CTL_E_BUSY;
    }
    radio_sent(&board->radio, board->now_ns, until);
    return CTL_OK;
}

static enum ctl_status radio_cmd_receive(struct request *req)
{
    struct radio_datagram datagram;

    if (!radio_take(&req->board->radio, &datagram)) {
        return CTL_E_EMPTY;
    }
    memcpy(req->page->radio_rx, datagram.bytes, datagram.length);
    req->page->result[0] = datagram.length;
    req->page->result[1] = datagram.socket;
    return CTL_OK;
}

uint64_t board_guest_ns(const struct board *board, const struct ctl_page *page)
{
    return ns_of_cycles(board, (uint64_t)page->time_hi << 32 | page->time_lo);
}

/* ---- the doorbell ------------------------------------------------------- */

typedef enum ctl_status handler_fn(struct request *req);

#define GROUPS 9u
#define GROUP_SIZE 6u

/* By the command's two bytes: group, number in it. SYS_BOOT is none of them:
 * it begins what all others belong to. */
static handler_fn *const handlers[GROUPS][GROUP_SIZE] = {
    [1] = {NULL, NULL, sys_reset, sys_sleep, sys_deadline, sys_halt},
    [2] = {NULL, flash_cmd_program, flash_cmd_erase, flash_cmd_status,
           flash_cmd_lock},
    [3] = {NULL, otp_cmd_read, otp_cmd_burn, otp_cmd_status, otp_cmd_lock},
    [4] = {NULL, console_write, console_read},
    [5] = {NULL, trace},
    [6] = {NULL, rng_read},
    [7] = {NULL, pmu_read, rtc_read},
    [8] = {NULL, radio_cmd_status, radio_cmd_open, radio_cmd_close,
           radio_cmd_send, radio_cmd_receive},
};

static handler_fn *find_handler(uint32_t command)
{
    uint32_t group = command >> 8;
    uint32_t number = command & 0xFFu;

    return group < GROUPS && number < GROUP_SIZE ? handlers[group][number]
                                                 : NULL;
}

static bool time_possible(const struct board *board, uint64_t guest_ns)
{
    uint64_t most = add_time(add_time(board->horizon_ns, spent_since(board)),
                             BOARD_TIME_SLACK_NS);

    return guest_ns >= board_least_ns(board) && guest_ns <= most &&
           guest_ns != BOARD_FOREVER;
}

uint64_t board_command_ns(const struct board *board,
                          const struct ctl_page *page)
{
    uint64_t guest_ns = board_guest_ns(board, page);

    return min_u64(time_possible(board, guest_ns) ? guest_ns
                                                  : board_least_ns(board),
                   board->deadline_ns);
}

static enum ctl_status assert_now(struct request *req,
                                  enum ctl_reset_cause cause)
{
    board_warm_reset(req->board, req->board->now_ns, cause);
    return CTL_RESET_ASSERTED;
}

/* Have commands come too fast? Each takes a share of the time that passes. */
static bool storms(struct board *board)
{
    board->commands_ns =
        add_time(max_u64(board->commands_ns, board->now_ns), BOARD_COMMAND_NS);
    return board->commands_ns - board->now_ns > BOARD_BURST_NS;
}

static enum ctl_status serve(struct request *req, bool possible)
{
    struct board *board = req->board;
    handler_fn *handler = find_handler(req->command);

    if (req->command == CTL_SYS_BOOT) {
        board->reset_announced = false;
        return CTL_E_COMMAND;
    }
    if (!possible) {
        return CTL_E_TIME;
    }
    board->reset_announced = false;
    return handler != NULL ? handler(req) : CTL_E_COMMAND;
}

static enum ctl_status carry_out(struct request *req)
{
    struct board *board = req->board;
    bool possible;

    follow_reset(req);
    if (board->cpu_reset && req->command == CTL_SYS_BOOT) {
        return sys_boot(req);
    }
    if (board->reset_asserted) {
        return CTL_RESET_ASSERTED;
    }
    possible = time_possible(board, board_guest_ns(board, req->page));
    board_advance(board, req->window, board_command_ns(board, req->page),
                  req->sink);
    if (board->now_ns >= board->deadline_ns) {
        return assert_now(req, CTL_CAUSE_DEADLINE);
    }
    if (storms(board)) {
        TELL_BARE(req->sink, storm);
        return assert_now(req, CTL_CAUSE_WATCHDOG);
    }
    return serve(req, possible);
}

static uint32_t flags_of(const struct board *board)
{
    uint32_t flags = 0;

    flags |= board->console_count > 0 ? CTL_F_CONSOLE_IN : 0u;
    flags |= power_low(board) ? CTL_F_POWER_WARN : 0u;
    flags |= flash_busy(&board->flash) ? CTL_F_FLASH_BUSY : 0u;
    flags |= board->radio.waiting > 0 ? CTL_F_RADIO : 0u;
    return flags;
}

static bool is_refusal(enum ctl_status status)
{
    return status != CTL_OK && status != CTL_E_EMPTY &&
           status != CTL_RESET_ASSERTED;
}

void board_command(struct board *board, struct ctl_page *page, uint8_t *window,
                   const struct board_sink *sink)
{
    struct request req = {
        .board = board,
        .page = page,
        .window = window,
        .sink = sink,
        .command = page->command,
    };

    memcpy(req.arg, page->arg, sizeof(req.arg));
    memset(page->result, 0, sizeof(page->result));
    end_sleep(board); /* whoever rings is awake */
    enum ctl_status status = carry_out(&req);
    if (is_refusal(status) && !req.told) {
        TELL(sink, refused, req.command, status);
    }
    page->id = CTL_ID_VALUE;
    page->revision = 1;
    page->status = (uint32_t)status;
    page->flags = flags_of(board);
}

void board_wake(struct board *board, struct ctl_page *page, uint64_t now)
{
    uint64_t until = max_u64(min_u64(now, board->sleep_ns), board->now_ns);

    if (!board->asleep || until == BOARD_FOREVER) {
        return;
    }
    end_sleep(board);
    page->status = CTL_OK;
    page->flags = flags_of(board);
    put_u64(page, 0, cycles_of_ns(board, until));
    drop_anchor(board, until);
    if (until >= board->deadline_ns) {
        board_warm_reset(board, until, CTL_CAUSE_DEADLINE);
        page->status = CTL_RESET_ASSERTED;
    }
}

bool board_has_news(const struct board *board)
{
    return board->console_count > 0 || board->radio.waiting > 0;
}
