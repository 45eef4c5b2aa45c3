/* SPDX-License-Identifier: MIT */
/* The key of a situation. Members are added one by one, so padding is not
 * included. */
#include "engine/key.h"

#include <mbedtls/sha256.h>

#define NS_PER_MS 1000000u

struct maker {
    mbedtls_sha256_context context;
    uint64_t now_ns;
    const struct scenario *scenario;
};

#define ADD(maker, member) add((maker), &(member), sizeof(member))

static void add(struct maker *maker, const void *data, size_t size)
{
    mbedtls_sha256_update(&maker->context, data, size);
}

/* How far away a time is; all past times are the same, and so are those that
 * never come. */
static void add_time(struct maker *maker, uint64_t time_ns)
{
    uint64_t left = time_ns > maker->now_ns ? time_ns - maker->now_ns : 0;

    left = time_ns == BOARD_FOREVER ? BOARD_FOREVER : left;
    ADD(maker, left);
}

/* What a later cut may make it read as. */
static void add_torn(struct maker *maker, const struct flash_torn *torn)
{
    ADD(maker, torn->kind);
    if (torn->kind != FLASH_IDLE) {
        ADD(maker, torn->turn);
        ADD(maker, torn->address);
        ADD(maker, torn->length);
        add(maker, torn->data, torn->kind == FLASH_PROGRAM ? torn->length : 0);
        add(maker, torn->before, torn->length);
    }
}

static void add_flash(struct maker *maker, const struct flash *flash)
{
    uint64_t content = flash_hash(flash);

    ADD(maker, content);
    add_torn(maker, &flash->torn);
    ADD(maker, flash->fail_next);
    ADD(maker, flash->last_failed);
    ADD(maker, flash->locked);
    ADD(maker, flash->op.kind);
    if (flash_busy(flash)) {
        ADD(maker, flash->op.fault);
        ADD(maker, flash->op.address);
        ADD(maker, flash->op.length);
        add(maker, flash->op.data, sizeof flash->op.data);
        add_time(maker, flash->op.end_ns);
    }
}

static void add_otp(struct maker *maker, const struct otp *otp)
{
    ADD(maker, otp->words);
    ADD(maker, otp->weak);
    ADD(maker, otp->weak_boots);
    ADD(maker, otp->locked);
    ADD(maker, otp->busy);
    if (otp->busy) {
        ADD(maker, otp->bit);
        add_time(maker, otp->end_ns);
    }
}

/* The agent keeps times of the clock in flash. Nobody else reads it. */
static void add_clock(struct maker *maker, const struct board *board)
{
    uint64_t clock_ms = board->rtc_ms + maker->now_ns / NS_PER_MS;

    if (maker->scenario->network.given) {
        ADD(maker, clock_ms);
    }
}

static void add_board(struct maker *maker, const struct board *board)
{
    const struct accelerator *unit = &board->accelerator;
    bool fault_in_vain = unit->times > 0 && unit->bad == 0; /* so far */

    add_flash(maker, &board->flash);
    add_otp(maker, &board->otp);
    ADD(maker, unit->fault); /* a reset ends the rest */
    ADD(maker, unit->after);
    ADD(maker, unit->times);
    ADD(maker, fault_in_vain);
    add_clock(maker, board);
    ADD(maker, board->noise_stuck);
    ADD(maker, board->reset_asserted);
    ADD(maker, board->halted);
    ADD(maker, board->cause);
    ADD(maker, board->sram);
    ADD(maker, board->deadline_set);
    add_time(maker, board->deadline_ns);
    add_time(maker, board->now_ns); /* until power returns */
    ADD(maker, board->console_count);
    for (uint32_t i = 0; i < board->console_count; i++) {
        ADD(maker, board->console_length[i]);
        add(maker, board->console[i], board->console_length[i]);
    }
}

static void add_trials(struct maker *maker, const struct oracle *oracle)
{
    for (unsigned i = 0; i < ORACLE_IMAGES; i++) {
        ADD(maker, oracle->trial[i].runs);
        ADD(maker, oracle->trial[i].losses);
        ADD(maker, oracle->trial[i].commit);
        ADD(maker, oracle->trial[i].asked);
        ADD(maker, oracle->trial[i].gave_back);
        ADD(maker, oracle->trial[i].gave_way);
    }
}

static void add_oracle(struct maker *maker, const struct oracle *oracle)
{
    ADD(maker, oracle->boot);
    ADD(maker, oracle->running);
    ADD(maker, oracle->journal_slot);
    ADD(maker, oracle->journal_state);
    ADD(maker, oracle->sequence);
    ADD(maker, oracle->attempts);
    ADD(maker, oracle->reason);
    ADD(maker, oracle->good);
    add_trials(maker, oracle);
    ADD(maker, oracle->release);
    ADD(maker, oracle->claimed);
    ADD(maker, oracle->forgiven);
    ADD(maker, oracle->request_at);
    ADD(maker, oracle->request_by);
    ADD(maker, oracle->fuses);
    ADD(maker, oracle->seen);
    ADD(maker, oracle->level);
    ADD(maker, oracle->excused);
    ADD(maker, oracle->use_reported);
    ADD(maker, oracle->calm_boots);
    ADD(maker, oracle->calm_reported);
    add_time(maker, oracle->calm_until_ns);
    for (unsigned i = 0; i < ORACLE_USES; i++) {
        add_time(maker, oracle->used_ns[i]);
    }
    for (unsigned i = 0; i < FLASH_MAX_BLOCKS; i++) {
        add_time(maker, oracle->erased_ns[i]);
    }
}

static void add_packet(struct maker *maker, const struct link_packet *packet)
{
    add_time(maker, packet->due_ns);
    ADD(maker, packet->from);
    ADD(maker, packet->to);
    ADD(maker, packet->direction);
    add(maker, packet->bytes, packet->length);
}

static void add_link(struct maker *maker, const struct link *link)
{
    for (unsigned i = 0; i < LINK_DIRECTIONS; i++) {
        const struct link_way *way = &link->way[i];
        uint64_t rest = way->free_ns > maker->now_ns ? way->free_rest : 0;

        ADD(maker, way->figures);
        add_time(maker, way->free_ns);
        ADD(maker, rest);
        add_time(maker, way->latest_ns);
        ADD(maker, way->in_burst);
    }
    ADD(maker, link->is_up);
    for (uint32_t i = 0; i < link->outages && i < LINK_OUTAGES; i++) {
        add_time(maker, link->outage[i].from_ns);
        add_time(maker, link->outage[i].until_ns);
    }
    ADD(maker, link->packets);
    for (uint32_t i = 0; i < link->packets && i < LINK_PACKETS; i++) {
        add_packet(maker, &link->packet[i]);
    }
}

static void add_strike(struct maker *maker, const struct world_strike *strike)
{
    ADD(maker, strike->armed);
    if (strike->armed) {
        add_time(maker, strike->at_ns);
        ADD(maker, strike->power);
        ADD(maker, strike->step);
        ADD(maker, strike->cut.off_ns);
        ADD(maker, strike->cut.flash_form);
        ADD(maker, strike->cut.flash_reach);
        ADD(maker, strike->cut.flash_draw);
        ADD(maker, strike->cut.reading);
        ADD(maker, strike->cut.otp_form);
        ADD(maker, strike->cut.cause);
        ADD(maker, strike->cut.sram);
    }
}

#define PPM_PER_PERCENT 10000u

static void add_device(struct maker *maker, const struct world_device *device)
{
    uint32_t charge = battery_charge_ppm(&device->battery) / PPM_PER_PERCENT;

    add_board(maker, &device->board);
    add_oracle(maker, &device->oracle);
    add_link(maker, &device->link);
    add_strike(maker, &device->strike);
    ADD(maker, charge);
    ADD(maker, device->warned);
    ADD(maker, device->dead);
    ADD(maker, device->down);
    ADD(maker, device->wait);
    ADD(maker, device->reset_cause);
    add_time(maker, device->reset_ns);
    ADD(maker, device->quiet_boots);
    ADD(maker, device->quiet_sequence);
}

static void add_offer(struct maker *maker, const struct server_offer *offer)
{
    ADD(maker, offer->image);
    add(maker, offer->descriptor, offer->length);
}

static void add_server(struct maker *maker, const struct server *server)
{
    ADD(maker, server->published);
    ADD(maker, server->shown);
    ADD(maker, server->szx);
    ADD(maker, server->fault); /* numbers of one size: no padding */
    ADD(maker, server->changes);
    ADD(maker, server->observer); /* the same, and bytes */
    ADD(maker, server->upload.from);
    ADD(maker, server->upload.length);
    add(maker, server->upload.bytes, server->upload.length);
    ADD(maker, server->offers);
    for (uint32_t i = 0; i < server->offers && i < SERVER_OFFERS; i++) {
        add_offer(maker, &server->offer[i]);
    }
    ADD(maker, server->knows_good);
    ADD(maker, server->losses);
    ADD(maker, server->lost);
    add_offer(maker, &server->known_good);
}

static void add_steps(struct maker *maker, const struct world *world,
                      const struct scenario *scenario)
{
    for (unsigned i = 0; i < scenario->steps; i++) {
        const struct world_step *state = &world->step[i];

        ADD(maker, state->fired);
        if (!state->fired) {
            ADD(maker, state->matched);
            add_time(maker, scenario->step[i].timed ? scenario->step[i].at_ns
                                                    : BOARD_FOREVER);
        }
    }
    ADD(maker, world->dues);
    for (uint32_t i = 0; i < world->dues && i < SCENARIO_STEPS; i++) {
        ADD(maker, world->due[i]); /* two numbers: no padding */
    }
}

/* What has been counted so far for an expectation about the end of the run. The
 * other ends follow from flash, fuses and oracle. */
static void add_end(struct maker *maker, const struct world_device *device,
                    enum end_key key)
{
    const struct flash *flash = &device->board.flash;

    switch (key) {
    case END_RESETS:
    case END_BOOTS:
        ADD(maker, device->boots);
        break;
    case END_ROLLBACKS:
        ADD(maker, device->oracle.rollbacks);
        break;
    case END_PROGRAMS:
        ADD(maker, flash->programs);
        break;
    case END_ERASES:
        ADD(maker, flash->erases);
        break;
    case END_WORST_SECTOR:
        ADD(maker, flash->erase_count);
        break;
    case END_CUTS:
        ADD(maker, device->cuts);
        break;
    case END_BYTES_DOWN:
        ADD(maker, device->link.way[LINK_DOWN].counts.offered_bytes);
        break;
    case END_BYTES_UP:
        ADD(maker, device->link.way[LINK_UP].counts.offered_bytes);
        break;
    case END_ENERGY:
        ADD(maker, device->battery.drained_uj);
        break;
    case END_SESSIONS:
    case END_BILLED:
        ADD(maker, device->bill);
        break;
    case END_STATE:
        ADD(maker, device->state);
        break;
    case END_RESULT:
        ADD(maker, device->result);
        break;
    default:
        break;
    }
}

static void add_ends(struct maker *maker, const struct world *world,
                     const struct expect *expect)
{
    for (uint32_t i = 0; i < world->devices; i++) {
        if (expect->device == 0 || expect->device == i + 1) {
            add_end(maker, &world->device[i], expect->key);
        }
    }
}

static void add_expects(struct maker *maker, const struct world *world,
                        const struct scenario *scenario)
{
    for (unsigned i = 0; i < scenario->expects; i++) {
        if (scenario->expect[i].kind == EXPECT_AT_END) {
            add_ends(maker, world, &scenario->expect[i]);
        }
        ADD(maker, world->expect[i].judged);
        ADD(maker, world->expect[i].count);
        ADD(maker, world->expect[i].held);
        ADD(maker, world->expect[i].met);
        ADD(maker, world->expect[i].broken);
    }
    ADD(maker, world->failures);
    ADD(maker, world->verdict);
}

/* Without padding: see world.c. */
static void add_dtls(struct maker *maker, const struct dtls *dtls,
                     uint32_t devices)
{
    ADD(maker, dtls->face);
    for (uint32_t i = 0; i < devices && i < DTLS_PEERS; i++) {
        ADD(maker, dtls->peer[i]);
    }
}

void world_key(const struct world *world, const struct scenario *scenario,
               uint8_t key[32])
{
    struct maker maker = {.now_ns = world->now_ns, .scenario = scenario};

    mbedtls_sha256_init(&maker.context);
    mbedtls_sha256_starts(&maker.context, 0);
    for (uint32_t i = 0; i < world->devices; i++) {
        add_device(&maker, &world->device[i]);
    }
    add_server(&maker, &world->server);
    add_dtls(&maker, &world->dtls, world->devices);
    ADD(&maker, world->skew_s);
    add_steps(&maker, world, scenario);
    add_expects(&maker, world, scenario);
    ADD(&maker, world->phase);
    ADD(&maker, world->pauses);
    ADD(&maker, world->release);
    ADD(&maker, world->arrivals);
    ADD(&maker, world->stop);
    ADD(&maker, world->over);
    mbedtls_sha256_finish(&maker.context, key);
    mbedtls_sha256_free(&maker.context);
}
