/* SPDX-License-Identifier: MIT */
/* A world is a value: a clone is the same, and stays the same. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "engine/world.h"

static const struct board_figures figures = {
    .flash = {.size = FLASH_MAX_SIZE,
              .sector = FLASH_SECTOR,
              .page = FLASH_PAGE,
              .unit = 1,
              .program_ns = 700000,
              .erase_ns = 45000000,
              .erase_worn_ns = 400000000,
              .endurance = 100000},
    .otp_burn_ns = 50000,
    .watchdog_ms = 5000,
    .battery_mv = 3600,
    .warn_mv = 3000,
    .brown_out_mv = 2700,
};

static void make_device(struct world_device *device)
{
    static const struct link_figures way = {.rate = 60000, .latency = 40000000};

    memset(&device->oracle, 0, sizeof device->oracle);
    memset(&device->strike, 0, sizeof device->strike);
    device->wait = WAIT_COMMAND;
    device->reset_cause = 0;
    device->reset_ns = 0;
    device->boots = 0;
    device->boots_cut = 0;
    device->received = 0;
    device->rebound = 0;
    device->cuts = 0;
    device->state = 0;
    device->result = 0;
    device->quiet_boots = 0;
    device->quiet_sequence = 0;
    device->boot_ns = 0;
    device->flash_changed = false;
    device->journal_changed = false;
    device->struck = false;
    device->alive = false;
    device->warned = false;
    device->time_told = false;
    device->nudged = false;
    device->dead = false;
    device->down = false;
    cr_assert_eq(board_init(&device->board, &figures, 7), 0);
    cr_assert_eq(link_init(&device->link, &way, &way, 7, "link"), 0);
    cr_assert_eq(
        battery_init(&device->battery, &battery_defaults, BATTERY_FULL, 0), 0);
    bill_init(&device->bill, 0, 0);
    device->fetch = (struct world_fetch){0};
}

/* On memory that holds `fill` before: what a member does not cover must not
 * count. */
static struct world *make(int fill)
{
    struct world *world = malloc(sizeof *world);

    cr_assert_not_null(world);
    memset(world, fill, sizeof *world);
    memset(&world->counts, 0, sizeof world->counts);
    memset(world->step, 0, sizeof world->step);
    memset(world->expect, 0, sizeof world->expect);
    world->phase = PHASE_TURN;
    world->now_ns = 0;
    world->sequence = 0;
    world->paused_ns = 0;
    world->lasted_ns = 0;
    world->pauses = false;
    world->paused = false;
    world->release = 0;
    world->arrivals = 0;
    world->dues = 0;
    world->verdict = RUN_PASSED;
    world->failures = 0;
    world->more_failures = 0;
    world->stop = false;
    world->stuck = false;
    world->over = false;
    server_init(&world->server, 7);
    memset(&world->dtls, 0, sizeof world->dtls);
    world->skew_s = 0;
    world->devices = 1;
    make_device(&world->device[0]);
    return world;
}

static bool same(const struct world *a, const struct world *b)
{
    uint8_t first[32];
    uint8_t second[32];

    world_hash(a, first);
    world_hash(b, second);
    return memcmp(first, second, sizeof first) == 0;
}

Test(world, a_clone_goes_on_as_the_original)
{
    static const uint8_t page[4] = {1, 2, 3, 4};
    struct world *world = make(0);
    struct world *clone = malloc(sizeof *clone);

    cr_assert_not_null(clone);
    flash_program(&world->device[0].board.flash, 0, 0x1000, page, sizeof page);
    *clone = *world;
    cr_expect(same(world, clone));
    flash_power_cut(&world->device[0].board.flash, 350000, FLASH_FORM_AUTO);
    cr_expect_not(same(world, clone));
    flash_power_cut(&clone->device[0].board.flash, 350000, FLASH_FORM_AUTO);
    cr_expect(same(world, clone));
    free(clone);
    free(world);
}

Test(world, what_lay_in_memory_before_does_not_count)
{
    struct world *zeros = make(0);
    struct world *ones = make(0xff);

    cr_expect(same(zeros, ones));
    free(ones);
    free(zeros);
}

/* ---- a copy made member by member ---------------------------------------- */

#define COPY(member) memcpy(&to->member, &from->member, sizeof to->member)

static void copy_flash(struct flash *to, const struct flash *from)
{
    COPY(op.kind);
    COPY(op.fault);
    COPY(op.address);
    COPY(op.length);
    COPY(op.start_ns);
    COPY(op.end_ns);
    COPY(op.data);
    COPY(torn.kind);
    COPY(torn.turn);
    COPY(torn.address);
    COPY(torn.length);
    COPY(torn.data);
    COPY(torn.before);
    COPY(last_failed);
    COPY(fail_next);
    COPY(rng);
    COPY(programs);
    COPY(erases);
    COPY(erase_count);
    COPY(locked);
    COPY(array);
    COPY(taint);
}

static void copy_otp(struct otp *to, const struct otp *from)
{
    COPY(locked);
    COPY(busy);
    COPY(bit);
    COPY(start_ns);
    COPY(end_ns);
    COPY(burns);
    COPY(rng);
    COPY(words);
    COPY(weak);
    COPY(weak_boots);
}

static void copy_accelerator(struct accelerator *to,
                             const struct accelerator *from)
{
    COPY(hash);
    COPY(fed);
    COPY(end_ns);
    COPY(cycles);
    COPY(hashing);
    COPY(failed);
    COPY(stuck);
    COPY(fault);
    COPY(times);
    COPY(after);
    COPY(bad);
    COPY(result);
}

/* Of radio and console only what is in use. */
static void copy_board_io(struct board *to, const struct board *from)
{
    COPY(radio.air_until_ns);
    COPY(radio.active_ns);
    COPY(radio.fitted);
    COPY(radio.powered);
    COPY(radio.registered);
    COPY(radio.awake);
    COPY(radio.waiting);
    COPY(radio.socket);
    for (uint32_t i = 0; i < from->radio.waiting; i++) {
        COPY(radio.queue[i]);
    }
    COPY(console_count);
    for (uint32_t i = 0; i < from->console_count; i++) {
        COPY(console_length[i]);
        COPY(console[i]);
    }
}

static void copy_board(struct board *to, const struct board *from)
{
    copy_flash(&to->flash, &from->flash);
    copy_otp(&to->otp, &from->otp);
    copy_accelerator(&to->accelerator, &from->accelerator);
    copy_board_io(to, from);
    COPY(noise);
    COPY(noise_stuck);
    COPY(scramble);
    COPY(epoch_ns);
    COPY(now_ns);
    COPY(horizon_ns);
    COPY(granted_ns);
    COPY(deadline_ns);
    COPY(deadline_set);
    COPY(reset_asserted);
    COPY(reset_announced);
    COPY(cpu_reset);
    COPY(anchor_ns);
    COPY(anchor_spent_ns);
    COPY(spent_ns);
    COPY(commands_ns);
    COPY(halted);
    COPY(cause);
    COPY(sram);
    COPY(view);
    COPY(boots);
    COPY(battery_mv);
    COPY(left_mj);
    COPY(drained_mj);
    COPY(sleep_ns);
    COPY(slept_ns);
    COPY(asleep);
    COPY(deaf);
}

static void copy_oracle(struct oracle *to, const struct oracle *from)
{
    COPY(cpu_reset);
    COPY(boot);
    COPY(running);
    COPY(journal_slot);
    COPY(journal_state);
    COPY(sequence);
    COPY(attempts);
    COPY(reason);
    COPY(rollbacks);
    COPY(entered_ns);
    COPY(executed_ns);
    COPY(foreign);
    COPY(deadline_reported);
    COPY(violations);
    COPY(good);
    for (unsigned i = 0; i < ORACLE_IMAGES; i++) {
        COPY(trial[i].runs);
        COPY(trial[i].losses);
        COPY(trial[i].commit);
        COPY(trial[i].asked);
        COPY(trial[i].gave_back);
        COPY(trial[i].gave_way);
    }
    COPY(release);
    COPY(claimed);
    COPY(forgiven);
    COPY(request_at);
    COPY(request_by);
    COPY(fuses);
    COPY(seen);
    COPY(level);
    COPY(burning);
    COPY(burn_reported);
    COPY(locked);
    COPY(otp_locked);
    COPY(fall_reported);
    COPY(handed_over);
    COPY(locked_content);
    COPY(used_ns);
    COPY(erased_ns);
    COPY(excused);
    COPY(calm_boots);
    COPY(calm_until_ns);
    COPY(calm_reported);
    COPY(use_reported);
}

static void copy_strike(struct world_strike *to,
                        const struct world_strike *from)
{
    COPY(armed);
    COPY(power);
    COPY(at_ns);
    COPY(step);
    COPY(cut.now_ns);
    COPY(cut.off_ns);
    COPY(cut.flash_form);
    COPY(cut.flash_reach);
    COPY(cut.flash_draw);
    COPY(cut.reading);
    COPY(cut.otp_form);
    COPY(cut.cause);
    COPY(cut.sram);
}

static void copy_link(struct link *to, const struct link *from)
{
    COPY(way);
    COPY(sequence);
    COPY(is_up);
    COPY(outages);
    COPY(packets);
    for (uint32_t i = 0; i < from->outages; i++) {
        COPY(outage[i]);
    }
    for (uint32_t i = 0; i < from->packets; i++) {
        COPY(packet[i]);
    }
}

static void copy_device(struct world_device *to,
                        const struct world_device *from)
{
    copy_board(&to->board, &from->board);
    copy_oracle(&to->oracle, &from->oracle);
    copy_strike(&to->strike, &from->strike);
    copy_link(&to->link, &from->link);
    COPY(battery);
    COPY(bill);
    COPY(fetch);
    COPY(wait);
    COPY(reset_cause);
    COPY(reset_ns);
    COPY(boots);
    COPY(boots_cut);
    COPY(received);
    COPY(rebound);
    COPY(cuts);
    COPY(state);
    COPY(result);
    COPY(quiet_boots);
    COPY(quiet_sequence);
    COPY(boot_ns);
    COPY(flash_changed);
    COPY(journal_changed);
    COPY(struck);
    COPY(alive);
    COPY(warned);
    COPY(time_told);
    COPY(nudged);
    COPY(dead);
    COPY(down);
}

static void copy_world(struct world *to, const struct world *from)
{
    for (uint32_t i = 0; i < from->devices; i++) {
        copy_device(&to->device[i], &from->device[i]);
    }
    COPY(phase);
    COPY(now_ns);
    COPY(sequence);
    COPY(devices);
    COPY(release);
    COPY(arrivals);
    COPY(server);
    COPY(dtls);
    COPY(skew_s);
    COPY(counts);
    for (uint32_t i = 0; i < SCENARIO_STEPS; i++) {
        COPY(step[i].matched);
        COPY(step[i].fired);
    }
    for (uint32_t i = 0; i < SCENARIO_EXPECTS; i++) {
        COPY(expect[i].count);
        COPY(expect[i].held);
        COPY(expect[i].met);
        COPY(expect[i].broken);
    }
    COPY(dues);
    for (uint32_t i = 0; i < from->dues; i++) {
        COPY(due[i]);
    }
    COPY(verdict);
    COPY(failures);
    COPY(more_failures);
    for (uint32_t i = 0; i < from->failures; i++) {
        COPY(failure[i].place);
        COPY(failure[i].sequence);
    }
    COPY(paused_ns);
    COPY(lasted_ns);
    COPY(pauses);
    COPY(paused);
    COPY(stop);
    COPY(stuck);
    COPY(over);
}

/* Something of everything: an operation in flight, lines, packets, a strike. */
static void stir(struct world *world)
{
    static const uint8_t page[3] = {1, 2, 3};
    struct world_device *device = &world->device[0];
    struct endpoint here = {10, 40000};
    struct endpoint there = {1, 5683};

    flash_program(&device->board.flash, 0, 0x1000, page, sizeof page);
    flash_power_cut(&device->board.flash, 1, FLASH_FORM_BITS);
    flash_program(&device->board.flash, 1, 0x2000, page, sizeof page);
    otp_burn(&device->board.otp, 0, 300);
    cr_assert_eq(board_console_line(&device->board, "trial b"), 0);
    cr_assert_eq(link_outage(&device->link, 0, 900, 1000), 0);
    link_send(&device->link, 2000, LINK_UP, here, there, page, sizeof page);
    device->board.radio.figures = radio_defaults;
    radio_fit(&device->board.radio, true);
    radio_power_on(&device->board.radio);
    cr_assert_eq(radio_socket_open(&device->board.radio, 0, 1, 5683), 0);
    cr_assert(radio_deliver(&device->board.radio, 1, 1, 5683, page, 2));
    accelerator_begin(&device->board.accelerator);
    cr_assert(
        accelerator_feed(&device->board.accelerator, 5, page, sizeof page));
    cr_assert_eq(accelerator_plant(&device->board.accelerator, ACCELERATOR_DEAD,
                                   1, 3),
                 0);
    device->strike.armed = true;
    device->strike.at_ns = 77;
    world->step[2].fired = true;
    world->due[world->dues++] = (struct world_due){2, 1};
    world->failure[world->failures++].sequence = 5;
    device->struck = true;
    world->expect[3].met = true;
}

/* Padding, and what lies past the end of a queue, have no value: neither can
 * be seen to change what comes. */
Test(world, a_copy_of_all_members_is_the_same)
{
    struct world *world = make(0);
    struct world *copy = malloc(sizeof *copy);

    cr_assert_not_null(copy);
    stir(world);
    memset(copy, 0xA5, sizeof *copy);
    copy_world(copy, world);
    cr_expect(same(world, copy));
    free(copy);
    free(world);
}

static void read_line(struct board *board)
{
    struct ctl_page page = {.command = CTL_CONSOLE_READ};
    uint8_t *window = calloc(1, BOARD_WINDOW_SIZE);

    cr_assert_not_null(window);
    board->reset_asserted = false;
    board_command(board, &page, window, NULL);
    cr_assert_eq(page.status, CTL_OK);
    free(window);
}

Test(world, a_line_that_was_read_is_forgotten)
{
    struct world *world = make(0);
    struct world *other = make(0);
    struct board *boards[] = {&world->device[0].board, &other->device[0].board};

    for (unsigned i = 0; i < BOARD_CONSOLE_LINES; i++) {
        cr_assert_eq(board_console_line(boards[0], i == 7 ? "one" : "two"), 0);
        cr_assert_eq(board_console_line(boards[1], "six"), 0);
    }
    for (unsigned i = 0; i < BOARD_CONSOLE_LINES; i++) {
        read_line(boards[0]);
        read_line(boards[1]);
    }
    cr_expect(same(world, other));
    free(other);
    free(world);
}

Test(world, every_part_counts)
{
    struct world *world = make(0);
    struct world *other = make(0);

    other->device[0].board.otp.weak[3] = 1;
    cr_expect_not(same(world, other), "fuses");
    *other = *world;
    other->device[0].oracle.trial[2].asked = true;
    cr_expect_not(same(world, other), "oracle");
    *other = *world;
    other->device[0].struck = true;
    cr_expect_not(same(world, other), "struck");
    *other = *world;
    other->device[0].flash_changed = true;
    cr_expect_not(same(world, other), "flash_changed");
    *other = *world;
    other->device[0].journal_changed = true;
    cr_expect_not(same(world, other), "journal_changed");
    *other = *world;
    other->dues = 1;
    cr_expect_not(same(world, other), "due");
    *other = *world;
    other->verdict = RUN_LIMIT;
    cr_expect_not(same(world, other), "verdict");
    *other = *world;
    other->failures = 1;
    cr_expect_not(same(world, other), "failures");
    *other = *world;
    other->device[0].strike.cut.off_ns = 1;
    cr_expect_not(same(world, other), "strike");
    *other = *world;
    other->device[0].battery.used_uj = 1;
    cr_expect_not(same(world, other), "battery");
    *other = *world;
    other->device[0].bill.carried = 1;
    cr_expect_not(same(world, other), "bill");
    *other = *world;
    other->device[0].fetch.needed = 1;
    cr_expect_not(same(world, other), "fetch");
    *other = *world;
    link_send(&other->device[0].link, 0, LINK_UP, (struct endpoint){10, 1},
              (struct endpoint){1, 5683}, "x", 1);
    cr_expect_not(same(world, other), "link");
    *other = *world;
    other->server.next_id++;
    cr_expect_not(same(world, other), "server");
    *other = *world;
    other->dtls.face = DTLS_EXPIRED;
    cr_expect_not(same(world, other), "face");
    *other = *world;
    other->dtls.peer[0].saved[7] = 1;
    cr_expect_not(same(world, other), "protected channel");
    *other = *world;
    other->skew_s = -1;
    cr_expect_not(same(world, other), "server's clock");
    *other = *world;
    other->device[0].rebound = 1;
    cr_expect_not(same(world, other), "address");
    *other = *world;
    other->device[0].board.noise_stuck = true;
    cr_expect_not(same(world, other), "generator");
    *other = *world;
    other->devices = 2;
    cr_expect_not(same(world, other), "devices");
    *other = *world;
    other->expect[SCENARIO_EXPECTS - 1].count = 1;
    cr_expect_not(same(world, other), "expectations");
    *other = *world;
    other->device[0].board.flash.taint[FLASH_WORDS - 1] = FLASH_TORN_ERASE;
    cr_expect_not(same(world, other), "taint");
    *other = *world;
    other->device[0].wait = WAIT_LOST;
    cr_expect_not(same(world, other), "what the CPU waits for");
    *other = *world;
    other->device[0].reset_ns = 1;
    cr_expect_not(same(world, other), "a reset that is to come");
    *other = *world;
    other->stop = true;
    cr_expect_not(same(world, other), "stop");
    free(other);
    free(world);
}
