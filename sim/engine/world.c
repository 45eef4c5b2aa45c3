/* SPDX-License-Identifier: MIT */
/*
 * The hash covers members, never whole structures: padding between them has no
 * value. Omissions are noted beside their structure.
 */
#include "engine/world.h"

#include <string.h>

#include <mbedtls/sha256.h>

#define ADD(context, member) add((context), &(member), sizeof(member))

static void add(mbedtls_sha256_context *context, const void *data, size_t size)
{
    mbedtls_sha256_update(context, data, size);
}

static void add_flash(mbedtls_sha256_context *context,
                      const struct flash *flash)
{
    ADD(context, flash->op.kind);
    ADD(context, flash->op.address);
    ADD(context, flash->op.length);
    ADD(context, flash->op.start_ns);
    ADD(context, flash->op.end_ns);
    ADD(context, flash->op.fault);
    ADD(context, flash->op.data);
    ADD(context, flash->torn.kind);
    ADD(context, flash->torn.turn);
    ADD(context, flash->torn.address);
    ADD(context, flash->torn.length);
    ADD(context, flash->torn.data);
    add(context, flash->torn.before, flash->torn.length);
    ADD(context, flash->last_failed);
    ADD(context, flash->fail_next);
    ADD(context, flash->rng.state);
    ADD(context, flash->programs);
    ADD(context, flash->erases);
    ADD(context, flash->erase_count);
    ADD(context, flash->locked);
    ADD(context, flash->array);
    ADD(context, flash->taint);
}

static void add_otp(mbedtls_sha256_context *context, const struct otp *otp)
{
    ADD(context, otp->locked);
    ADD(context, otp->busy);
    ADD(context, otp->bit);
    ADD(context, otp->start_ns);
    ADD(context, otp->end_ns);
    ADD(context, otp->burns);
    ADD(context, otp->rng.state);
    ADD(context, otp->words);
    ADD(context, otp->weak);
    ADD(context, otp->weak_boots);
}

static void add_radio(mbedtls_sha256_context *context,
                      const struct radio *radio)
{
    ADD(context, radio->air_until_ns);
    ADD(context, radio->active_ns);
    ADD(context, radio->fitted);
    ADD(context, radio->registered);
    ADD(context, radio->awake);
    ADD(context, radio->powered);
    ADD(context, radio->waiting);
    ADD(context, radio->socket);
    for (uint32_t i = 0; i < radio->waiting && i < RADIO_QUEUE; i++) {
        ADD(context, radio->queue[i]);
    }
}

static void add_accelerator(mbedtls_sha256_context *context,
                            const struct accelerator *unit)
{
    ADD(context, unit->hash);
    ADD(context, unit->fed);
    ADD(context, unit->end_ns);
    ADD(context, unit->cycles);
    ADD(context, unit->hashing);
    ADD(context, unit->failed);
    ADD(context, unit->stuck);
    ADD(context, unit->fault);
    ADD(context, unit->times);
    ADD(context, unit->after);
    ADD(context, unit->bad);
    ADD(context, unit->result);
}

/* The values belong to the case, not to the world. */
static void add_board(mbedtls_sha256_context *context,
                      const struct board *board)
{
    add_flash(context, &board->flash);
    add_otp(context, &board->otp);
    ADD(context, board->noise.state);
    ADD(context, board->noise_stuck);
    ADD(context, board->scramble.state);
    ADD(context, board->epoch_ns);
    ADD(context, board->now_ns);
    ADD(context, board->horizon_ns);
    ADD(context, board->granted_ns);
    ADD(context, board->anchor_ns);
    ADD(context, board->anchor_spent_ns);
    ADD(context, board->spent_ns);
    ADD(context, board->commands_ns);
    ADD(context, board->deadline_ns);
    ADD(context, board->deadline_set);
    ADD(context, board->reset_asserted);
    ADD(context, board->reset_announced);
    ADD(context, board->cpu_reset);
    ADD(context, board->halted);
    ADD(context, board->cause);
    ADD(context, board->sram);
    ADD(context, board->view);
    ADD(context, board->boots);
    ADD(context, board->battery_mv);
    ADD(context, board->left_mj);
    ADD(context, board->drained_mj);
    ADD(context, board->sleep_ns);
    ADD(context, board->slept_ns);
    ADD(context, board->asleep);
    ADD(context, board->deaf);
    add_radio(context, &board->radio);
    add_accelerator(context, &board->accelerator);
    ADD(context, board->console_count);
    for (uint32_t i = 0; i < board->console_count && i < BOARD_CONSOLE_LINES;
         i++) {
        ADD(context, board->console_length[i]);
        ADD(context, board->console[i]);
    }
}

static void add_oracle(mbedtls_sha256_context *context,
                       const struct oracle *oracle)
{
    ADD(context, oracle->cpu_reset);
    ADD(context, oracle->boot);
    ADD(context, oracle->running);
    ADD(context, oracle->journal_slot);
    ADD(context, oracle->journal_state);
    ADD(context, oracle->sequence);
    ADD(context, oracle->attempts);
    ADD(context, oracle->reason);
    ADD(context, oracle->rollbacks);
    ADD(context, oracle->entered_ns);
    ADD(context, oracle->executed_ns);
    ADD(context, oracle->foreign);
    ADD(context, oracle->deadline_reported);
    ADD(context, oracle->violations);
    ADD(context, oracle->good);
    for (unsigned i = 0; i < ORACLE_IMAGES; i++) {
        ADD(context, oracle->trial[i].runs);
        ADD(context, oracle->trial[i].losses);
        ADD(context, oracle->trial[i].commit);
        ADD(context, oracle->trial[i].asked);
        ADD(context, oracle->trial[i].gave_back);
        ADD(context, oracle->trial[i].gave_way);
    }
    ADD(context, oracle->release);
    ADD(context, oracle->claimed);
    ADD(context, oracle->forgiven);
    ADD(context, oracle->request_at);
    ADD(context, oracle->request_by);
    ADD(context, oracle->fuses);
    ADD(context, oracle->seen);
    ADD(context, oracle->level);
    ADD(context, oracle->burning);
    ADD(context, oracle->burn_reported);
    ADD(context, oracle->locked);
    ADD(context, oracle->otp_locked);
    ADD(context, oracle->fall_reported);
    ADD(context, oracle->handed_over);
    ADD(context, oracle->locked_content);
    ADD(context, oracle->used_ns);
    ADD(context, oracle->erased_ns);
    ADD(context, oracle->excused);
    ADD(context, oracle->use_reported);
    ADD(context, oracle->calm_boots);
    ADD(context, oracle->calm_until_ns);
    ADD(context, oracle->calm_reported);
}

static void add_strike(mbedtls_sha256_context *context,
                       const struct world_strike *strike)
{
    ADD(context, strike->armed);
    ADD(context, strike->power);
    ADD(context, strike->at_ns);
    ADD(context, strike->step);
    ADD(context, strike->cut.now_ns);
    ADD(context, strike->cut.off_ns);
    ADD(context, strike->cut.flash_form);
    ADD(context, strike->cut.flash_reach);
    ADD(context, strike->cut.flash_draw);
    ADD(context, strike->cut.reading);
    ADD(context, strike->cut.otp_form);
    ADD(context, strike->cut.cause);
    ADD(context, strike->cut.sram);
}

/* Link, battery and server are hashed as whole structures: they have no
 * padding, or this does not compile. Entries of the link's arrays beyond their
 * counts have no value. */
_Static_assert(sizeof(struct link_figures) == 5 * 8 + 8 * 4, "padding");
_Static_assert(sizeof(struct link_counts) == (7 + LINK_FATES) * 8, "padding");
_Static_assert(sizeof(struct link_way) == sizeof(struct link_figures) +
                                              sizeof(struct link_counts) +
                                              sizeof(struct rng) + 5 * 8,
               "padding");
_Static_assert(sizeof(struct link_outage) == 2 * 8, "padding");
_Static_assert(sizeof(struct link_packet) == 3 * 8 + 2 * 8 + 8 + LINK_BYTES,
               "padding");
_Static_assert(sizeof(struct battery_figures) ==
                   8 + (7 + BATTERY_POINTS + BATTERY_CPU_STATES +
                        BATTERY_FLASH_STATES + BATTERY_RADIO_STATES) *
                           4,
               "padding");
_Static_assert(sizeof(struct battery) ==
                   sizeof(struct battery_figures) +
                       (5 + BATTERY_CPU_STATES + BATTERY_FLASH_STATES +
                        BATTERY_RADIO_STATES) *
                           8 +
                       4 * 4,
               "padding");
_Static_assert(sizeof(struct bill) == 7 * 8, "padding");
_Static_assert(sizeof(struct server_report) ==
                   8 + sizeof(struct endpoint) + 8 + SERVER_REPORT,
               "padding");
_Static_assert(sizeof(struct server_exchange) ==
                   8 + sizeof(struct endpoint) + 8 + SERVER_ANSWER,
               "padding");
_Static_assert(sizeof(struct server_observer) ==
                   sizeof(struct endpoint) + 4 * 4 + SERVER_TOKEN,
               "padding");
_Static_assert(sizeof(struct server_offer) ==
                   4 * 4 + 3 * SERVER_ETAG + 2 * SERVER_DESCRIPTOR,
               "padding");
_Static_assert(sizeof(struct server) ==
                   (9 + 3 * SERVER_RESOURCES) * 8 + (10 + SERVER_LOST) * 4 +
                       2 * 4 +
                       SERVER_OBSERVERS * sizeof(struct server_observer) +
                       SERVER_FAULTS * 5 * 4 + sizeof(struct endpoint) + 4 +
                       SERVER_REPORT +
                       SERVER_REPORTS * sizeof(struct server_report) +
                       2 * SERVER_EXCHANGES * sizeof(struct server_exchange) +
                       (SERVER_OFFERS + 1) * sizeof(struct server_offer),
               "padding");

_Static_assert(sizeof(struct dtls_peer) == 2 * sizeof(struct endpoint) + 6 * 4 +
                                               DTLS_TRANSCRIPT +
                                               DTLS_ASSOCIATION + DTLS_SESSION,
               "padding");

/* Peers beyond the devices are zero. */
static void add_dtls(mbedtls_sha256_context *context, const struct dtls *dtls,
                     uint32_t devices)
{
    ADD(context, dtls->face);
    for (uint32_t i = 0; i < devices && i < DTLS_PEERS; i++) {
        ADD(context, dtls->peer[i]);
    }
}

static void add_link(mbedtls_sha256_context *context, const struct link *link)
{
    ADD(context, link->way);
    ADD(context, link->sequence);
    ADD(context, link->is_up);
    for (uint32_t i = 0; i < link->outages && i < LINK_OUTAGES; i++) {
        ADD(context, link->outage[i]);
    }
    for (uint32_t i = 0; i < link->packets && i < LINK_PACKETS; i++) {
        ADD(context, link->packet[i]);
    }
}

static void add_device(mbedtls_sha256_context *context,
                       const struct world_device *device)
{
    add_board(context, &device->board);
    add_oracle(context, &device->oracle);
    add_strike(context, &device->strike);
    add_link(context, &device->link);
    ADD(context, device->battery);
    ADD(context, device->bill);
    ADD(context, device->fetch); /* numbers of one size: no padding */
    ADD(context, device->wait);
    ADD(context, device->reset_cause);
    ADD(context, device->reset_ns);
    ADD(context, device->boots);
    ADD(context, device->boots_cut);
    ADD(context, device->received);
    ADD(context, device->rebound);
    ADD(context, device->cuts);
    ADD(context, device->state);
    ADD(context, device->result);
    ADD(context, device->quiet_boots);
    ADD(context, device->quiet_sequence);
    ADD(context, device->boot_ns);
    ADD(context, device->flash_changed);
    ADD(context, device->journal_changed);
    ADD(context, device->struck);
    ADD(context, device->alive);
    ADD(context, device->warned);
    ADD(context, device->time_told);
    ADD(context, device->nudged);
    ADD(context, device->dead);
    ADD(context, device->down);
}

static void add_progress(mbedtls_sha256_context *context,
                         const struct world *world)
{
    for (unsigned i = 0; i < SCENARIO_STEPS; i++) {
        ADD(context, world->step[i].matched);
        ADD(context, world->step[i].fired);
    }
    for (unsigned i = 0; i < SCENARIO_EXPECTS; i++) {
        ADD(context, world->expect[i].count);
        ADD(context, world->expect[i].held);
        ADD(context, world->expect[i].met);
        ADD(context, world->expect[i].broken);
    }
    ADD(context, world->counts); /* numbers of one size: no padding */
    ADD(context, world->phase);
    ADD(context, world->now_ns);
    ADD(context, world->sequence);
    ADD(context, world->paused_ns);
    ADD(context, world->lasted_ns);
    ADD(context, world->pauses);
    ADD(context, world->paused);
    ADD(context, world->release);
    ADD(context, world->arrivals);
    for (uint32_t i = 0; i < world->dues && i < SCENARIO_STEPS; i++) {
        ADD(context, world->due[i]); /* two numbers: no padding */
    }
    ADD(context, world->verdict);
    ADD(context, world->failures);
    ADD(context, world->more_failures);
    for (uint32_t i = 0; i < world->failures && i < RUN_FAILURES; i++) {
        ADD(context, world->failure[i].place);
        ADD(context, world->failure[i].sequence);
    }
    ADD(context, world->stop);
    ADD(context, world->stuck);
    ADD(context, world->over);
}

void world_hash(const struct world *world, uint8_t digest[32])
{
    mbedtls_sha256_context context;

    mbedtls_sha256_init(&context);
    mbedtls_sha256_starts(&context, 0);
    for (uint32_t i = 0; i < world->devices; i++) {
        add_device(&context, &world->device[i]);
    }
    ADD(&context, world->server);
    add_dtls(&context, &world->dtls, world->devices);
    ADD(&context, world->skew_s);
    add_progress(&context, world);
    mbedtls_sha256_finish(&context, digest);
    mbedtls_sha256_free(&context);
}
