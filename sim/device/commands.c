/* SPDX-License-Identifier: MIT */
/* One function for each command: the table is in doorbell.c. */
#include "device/board_parts.h"

#include <stddef.h>
#include <string.h>

/* ---- commands: system --------------------------------------------------- */

void board_put_u64(struct ctl_page *page, unsigned first, uint64_t value)
{
    page->result[first] = (uint32_t)value;
    page->result[first + 1] = (uint32_t)(value >> 32);
}

static void answer_busy(struct request *req, unsigned first, uint64_t end)
{
    board_put_u64(req->page, first, board_cycles_of_ns(req->board, end));
    board_grant(req->board, end);
}

enum ctl_status board_boot(struct request *req)
{
    struct board *board = req->board;

    board->cpu_reset = false;
    board_advance(board, NULL, board->now_ns, req->sink);
    board_start_epoch(board, board->now_ns);
    board->reset_asserted = false;
    board->boots++;
    if (readings_boot(&board->flash)) {
        TELL(req->sink, reread, board->flash.torn.address,
             board->flash.torn.length);
    }
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

    fall_asleep(board, board_ns_of_cycles(board, asked),
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
    board->deadline_ns =
        board_add_time(board->now_ns, (uint64_t)ms * NS_PER_MS);
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
    case FLASH_RULE_UNIT:
    case FLASH_RULE_TWICE:
        return CTL_E_ARGUMENT;
    case FLASH_RULE_BUSY:
        return CTL_E_BUSY;
    case FLASH_RULE_LOCKED:
        return CTL_E_LOCKED;
    default:
        return CTL_OK;
    }
}

/* Report a broken rule and turn it into the answer. An operation that was
 * begun, or refused because busy, says until when. */
static enum ctl_status flash_answer(struct request *req, enum flash_rule rule,
                                    uint32_t length)
{
    enum ctl_status status = status_of_flash_rule(rule);

    if (rule != FLASH_RULE_NONE) {
        TELL(req->sink, flash_rule, rule, req->arg[0], length);
        req->told = true;
    }
    if (status == CTL_OK) {
        board_flash_began(req);
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

    return flash_answer(req, rule, board->flash.figures.sector);
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
    if (req->board->noise_stuck) {
        memset(req->page->data, 0x55, req->arg[0]);
    }
    return CTL_OK;
}

bool board_power_low(const struct board *board)
{
    return board->battery_mv <= board->figures.warn_mv;
}

static enum ctl_status pmu_read(struct request *req)
{
    const struct board *board = req->board;
    uint32_t good = board->battery_mv > board->figures.brown_out_mv;

    req->page->result[0] = board->battery_mv;
    req->page->result[1] = good | (board_power_low(board) ? 2u : 0u);
    req->page->result[2] = board->left_mj;
    req->page->result[3] = board->drained_mj;
    return CTL_OK;
}

static enum ctl_status rtc_read(struct request *req)
{
    const struct board *board = req->board;

    board_put_u64(req->page, 0,
                  board_add_time(board->rtc_ms, board->now_ns / NS_PER_MS));
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

/* Tell the world; if nobody is there, the stream fails. */
static enum board_air tell_stream(struct request *req, enum board_stream act,
                                  uint32_t socket, uint32_t length,
                                  uint64_t *until)
{
    const struct board_sink *sink = req->sink;

    if (sink == NULL || sink->radio_stream == NULL) {
        return BOARD_AIR_DOWN;
    }
    return sink->radio_stream(sink->context, act, socket, req->page->radio_tx,
                              length, until);
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

static enum ctl_status radio_cmd_connect(struct request *req)
{
    struct board *board = req->board;
    uint64_t until = board->now_ns;

    if (req->arg[1] == 0 || req->arg[1] > PORT_MAX) {
        return CTL_E_ARGUMENT;
    }
    int socket = radio_stream_open(&board->radio, board->now_ns, req->arg[0],
                                   req->arg[1]);
    if (socket < 0) {
        return CTL_E_FAILED;
    }
    if (tell_stream(req, BOARD_STREAM_OPEN, (uint32_t)socket, 0, &until) !=
        BOARD_AIR_TAKEN) {
        (void)radio_socket_close(&board->radio, (uint32_t)socket);
        return CTL_E_FAILED;
    }
    req->page->result[0] = (uint32_t)socket;
    return CTL_OK;
}

static enum ctl_status radio_cmd_close(struct request *req)
{
    struct radio *radio = &req->board->radio;
    uint64_t until = req->board->now_ns;

    if (!radio_socket_is_open(radio, req->arg[0])) {
        return CTL_E_ARGUMENT;
    }
    if (radio->socket[req->arg[0]].stream) {
        (void)tell_stream(req, BOARD_STREAM_CLOSE, req->arg[0], 0, &until);
    }
    (void)radio_socket_close(radio, req->arg[0]);
    return CTL_OK;
}

/* Ask the link; if nobody is there, the network is down. */
static enum board_air put_on_air(struct request *req, uint64_t *until)
{
    const struct board_sink *sink = req->sink;
    const struct radio *radio = &req->board->radio;
    const struct radio_socket *socket = &radio->socket[req->arg[0]];

    if (!radio->registered || sink == NULL) {
        return BOARD_AIR_DOWN;
    }
    if (socket->stream) {
        return tell_stream(req, BOARD_STREAM_SEND, req->arg[0], req->arg[1],
                           until);
    }
    if (sink->radio_send == NULL) {
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
    req->page->result[2] = datagram.end;
    return CTL_OK;
}

/* ---- the table ----------------------------------------------------------- */

#define GROUPS 9u
#define GROUP_SIZE 7u

/* By the command's two bytes: group, and number in it. SYS_BOOT is not among
 * them: it begins what all others belong to. */
static board_handler *const handlers[GROUPS][GROUP_SIZE] = {
    [1] = {NULL, NULL, sys_reset, sys_sleep, sys_deadline, sys_halt},
    [2] = {NULL, flash_cmd_program, flash_cmd_erase, flash_cmd_status,
           flash_cmd_lock},
    [3] = {NULL, otp_cmd_read, otp_cmd_burn, otp_cmd_status, otp_cmd_lock},
    [4] = {NULL, console_write, console_read},
    [5] = {NULL, trace},
    [6] = {NULL, rng_read},
    [7] = {NULL, pmu_read, rtc_read},
    [8] = {NULL, radio_cmd_status, radio_cmd_open, radio_cmd_close,
           radio_cmd_send, radio_cmd_receive, radio_cmd_connect},
};

board_handler *board_find_handler(uint32_t command)
{
    uint32_t group = command >> 8;
    uint32_t number = command & 0xFFu;

    return group < GROUPS && number < GROUP_SIZE ? handlers[group][number]
                                                 : NULL;
}
