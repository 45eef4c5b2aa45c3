/* SPDX-License-Identifier: MIT */
/* The accelerator's commands; they do not exist if no unit is fitted. */
#include "device/board_parts.h"

#include <stddef.h>
#include <string.h>

/* Memory that the unit reaches by itself: the flash as it reads now, and the
 * SRAM. NULL if the range is in neither. */
static const uint8_t *reach(const struct request *req, uint32_t address,
                            uint32_t length)
{
    const struct {
        uint32_t base;
        uint32_t size;
    } ranges[] = {
        {BOARD_FLASH_BASE, req->board->flash.figures.size},
        {BOARD_SRAM_BASE, BOARD_SRAM_SIZE},
    };

    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        uint32_t offset = address - ranges[i].base;

        if (address >= ranges[i].base && offset < ranges[i].size &&
            length > 0 && length <= ranges[i].size - offset) {
            return &req->window[address - BOARD_WINDOW_BASE];
        }
    }
    return NULL;
}

static bool is_busy(const struct request *req)
{
    return accelerator_busy(&req->board->accelerator, req->board->now_ns);
}

static void tell_until(struct request *req, unsigned first)
{
    struct board *board = req->board;
    uint64_t until = accelerator_until(&board->accelerator, board->now_ns);

    board_put_u64(req->page, first, board_cycles_of_ns(board, until));
    board_grant(board, until);
}

static enum ctl_status refuse_busy(struct request *req)
{
    tell_until(req, 0);
    return CTL_E_BUSY;
}

static enum ctl_status begun(struct request *req, bool done)
{
    if (!done) {
        return CTL_E_FAILED;
    }
    tell_until(req, 0);
    return CTL_OK;
}

static enum ctl_status hash_begin(struct request *req)
{
    if (is_busy(req)) {
        return refuse_busy(req);
    }
    accelerator_begin(&req->board->accelerator);
    return CTL_OK;
}

static enum ctl_status hash_feed(struct request *req)
{
    struct board *board = req->board;
    const uint8_t *bytes = reach(req, req->arg[0], req->arg[1]);

    if (bytes == NULL) {
        return CTL_E_ARGUMENT;
    }
    if (is_busy(req)) {
        return refuse_busy(req);
    }
    return begun(req, accelerator_feed(&board->accelerator, board->now_ns,
                                       bytes, req->arg[1]));
}

/* An operation with a result was begun on a unit that was as in `before`. */
static void tell_fault(const struct request *req,
                       const struct accelerator *before)
{
    if (req->board->accelerator.bad != before->bad) {
        TELL(req->sink, accelerator_bad, (enum accelerator_fault)before->fault);
    }
}

static enum ctl_status hash_end(struct request *req)
{
    struct board *board = req->board;
    struct accelerator before = board->accelerator;

    if (is_busy(req)) {
        return refuse_busy(req);
    }
    bool done = accelerator_end(&board->accelerator, board->now_ns);

    tell_fault(req, &before);
    return begun(req, done);
}

static enum ctl_status pk_verify(struct request *req)
{
    struct board *board = req->board;
    struct accelerator before = board->accelerator;

    if (is_busy(req)) {
        return refuse_busy(req);
    }
    accelerator_verify(&board->accelerator, board->now_ns, req->page->data);
    tell_fault(req, &before);
    return begun(req, true);
}

static enum ctl_status crypto_status(struct request *req)
{
    const struct accelerator *unit = &req->board->accelerator;

    if (is_busy(req)) {
        req->page->result[0] = 1;
        tell_until(req, 1);
        return CTL_OK;
    }
    req->page->result[3] = unit->failed;
    memcpy(req->page->data, unit->result, sizeof(unit->result));
    return CTL_OK;
}

board_handler *board_find_crypto(const struct board *board, uint32_t command)
{
    static const struct {
        uint32_t command;
        board_handler *handler;
    } handlers[] = {
        {CTL_HASH_BEGIN, hash_begin},       {CTL_HASH_FEED, hash_feed},
        {CTL_HASH_END, hash_end},           {CTL_PK_VERIFY, pk_verify},
        {CTL_CRYPTO_STATUS, crypto_status},
    };

    for (size_t i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++) {
        if (handlers[i].command == command &&
            board->accelerator.figures.fitted != 0) {
            return handlers[i].handler;
        }
    }
    return NULL;
}
