/* SPDX-License-Identifier: MIT */
/* Histories that meet have one key; what matters makes another one. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "engine/key.h"

#define SECOND UINT64_C(1000000000)

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

/* A step after a minute, and one that waits for its event. */
static const struct scenario scenario = {
    .steps = 2,
    .step = {{.timed = true, .at_ns = 60 * SECOND}},
    .expects = 1,
};

/* The same with a network, and with every count asked for at the end. */
static const struct scenario asks = {
    .steps = 2,
    .step = {{.timed = true, .at_ns = 60 * SECOND}},
    .network = {.given = true},
    .expects = 11,
    .expect = {{.kind = EXPECT_AT_END, .key = END_BOOTS},
               {.kind = EXPECT_AT_END, .key = END_ROLLBACKS},
               {.kind = EXPECT_AT_END, .key = END_ERASES},
               {.kind = EXPECT_AT_END, .key = END_WORST_SECTOR},
               {.kind = EXPECT_AT_END, .key = END_CUTS},
               {.kind = EXPECT_AT_END, .key = END_BYTES_DOWN},
               {.kind = EXPECT_AT_END, .key = END_BYTES_UP},
               {.kind = EXPECT_AT_END, .key = END_ENERGY},
               {.kind = EXPECT_AT_END, .key = END_BILLED},
               {.kind = EXPECT_AT_END, .key = END_STATE},
               {.kind = EXPECT_AT_END, .key = END_RESULT, .device = 1}},
};

static struct world *make(uint64_t now_ns)
{
    static const struct link_figures way = {.rate = 60000, .latency = 40000000};
    struct world *world = calloc(1, sizeof *world);
    struct world_device *device = &world->device[0];

    cr_assert_not_null(world);
    world->devices = 1;
    world->now_ns = now_ns;
    world->phase = PHASE_RUN;
    server_init(&world->server, 7);
    cr_assert_eq(board_init(&device->board, &figures, 7), 0);
    cr_assert_eq(link_init(&device->link, &way, &way, 7, "link"), 0);
    cr_assert_eq(
        battery_init(&device->battery, &battery_defaults, BATTERY_FULL, 0), 0);
    bill_init(&device->bill, 0, 0);
    device->board.now_ns = now_ns + SECOND / 2;
    world->step[0].fired = true;
    return world;
}

static bool same_in(const struct scenario *in, const struct world *a,
                    const struct world *b)
{
    uint8_t first[32];
    uint8_t second[32];

    world_key(a, in, first);
    world_key(b, in, second);
    return memcmp(first, second, sizeof first) == 0;
}

static bool same_key(const struct world *a, const struct world *b)
{
    return same_in(&scenario, a, b);
}

static bool same_hash(const struct world *a, const struct world *b)
{
    uint8_t first[32];
    uint8_t second[32];

    world_hash(a, first);
    world_hash(b, second);
    return memcmp(first, second, sizeof first) == 0;
}

static void program(struct world *world, uint64_t now, uint32_t address,
                    uint8_t byte)
{
    struct flash *flash = &world->device[0].board.flash;

    flash_program(flash, now, address, &byte, 1);
    cr_assert(flash_advance(flash, now + SECOND, NULL));
}

/* One erases first, and is three seconds later: power is off for as long. */
Test(key, two_histories_meet)
{
    struct world *one = make(10 * SECOND);
    struct world *other = make(13 * SECOND);
    struct flash *flash = &other->device[0].board.flash;

    one->device[0].reset_ns = 11 * SECOND;
    other->device[0].reset_ns = 14 * SECOND;
    program(one, SECOND, 0x4000, 0x5a);
    program(other, SECOND, 0x4010, 0x00);
    flash_erase(flash, 2 * SECOND, 0x4000);
    cr_assert(flash_advance(flash, 4 * SECOND, NULL));
    cr_expect_not(same_key(one, other));
    program(other, 5 * SECOND, 0x4000, 0x5a);
    other->sequence = 77;
    other->device[0].boots = 3; /* nobody asks for them at the end */
    rng_next(&other->device[0].board.noise);
    cr_expect(same_key(one, other));
    cr_expect_not(same_in(&asks, one, other));
    cr_expect_not(same_hash(one, other));
    free(other);
    free(one);
}

static void taint(struct world *world)
{
    world->device[0].board.flash.taint[5] = FLASH_TORN_PROGRAM;
    world->device[0].board.flash.summed[0] = 0;
}

static void content(struct world *world)
{
    flash_flip(&world->device[0].board.flash, 0x1000, 2);
}

static void fuses(struct world *world)
{
    world->device[0].board.otp.words[3] ^= 1;
}

static void weak(struct world *world)
{
    world->device[0].board.otp.weak[3] ^= 1;
}

static void operation(struct world *world)
{
    static const uint8_t byte = 1;

    flash_program(&world->device[0].board.flash, world->now_ns, 0, &byte, 1);
}

static void fault(struct world *world)
{
    world->device[0].board.flash.fail_next = FLASH_FAULT_REPORTED;
}

static void unit_fault(struct world *world)
{
    cr_assert_eq(accelerator_plant(&world->device[0].board.accelerator,
                                   ACCELERATOR_DEAD, 0, 1),
                 0);
}

static void unit_fault_later(struct world *world)
{
    cr_assert_eq(accelerator_plant(&world->device[0].board.accelerator,
                                   ACCELERATOR_SOUND, 2, 1),
                 0);
}

static void unit_fault_had(struct world *world)
{
    unit_fault(world);
    world->device[0].board.accelerator.bad = 1;
}

static void cause(struct world *world)
{
    world->device[0].board.cause ^= 1;
}

static void sram(struct world *world)
{
    world->device[0].board.sram = BOARD_SRAM_KEPT;
}

static void power_back(struct world *world)
{
    world->device[0].board.now_ns += 1;
}

static void drained(struct world *world)
{
    battery_charge(&world->device[0].battery, world->now_ns, BATTERY_FULL / 2);
}

static void oracle(struct world *world)
{
    world->device[0].oracle.trial[1].runs++;
}

static void packet(struct world *world)
{
    link_send(&world->device[0].link, world->now_ns, LINK_UP,
              (struct endpoint){10, 1}, (struct endpoint){1, 1}, "x", 1);
}

static void link_down(struct world *world)
{
    link_set_up(&world->device[0].link, false);
}

static void offer(struct world *world)
{
    server_publish(&world->server, (const uint8_t *)"d", 1, 2, 3);
}

static void spoilt(struct world *world)
{
    world->server.fault[SERVER_SILENT].on = 1;
}

static void step(struct world *world)
{
    world->step[1].matched++;
}

static void timed(struct world *world)
{
    world->step[0].fired = false;
}

static void due(struct world *world)
{
    world->dues++;
}

static void expectation(struct world *world)
{
    world->expect[0].count++;
}

static void failed(struct world *world)
{
    world->failures++;
}

static void strike(struct world *world)
{
    world->device[0].strike.armed = true;
}

static void release(struct world *world)
{
    world->release++;
}

static void quiet(struct world *world)
{
    world->device[0].quiet_sequence = 9;
}

static void line(struct world *world)
{
    world->device[0].link.way[LINK_UP].free_ns = world->now_ns + SECOND;
}

static void order(struct world *world)
{
    world->device[0].link.way[LINK_DOWN].latest_ns = world->now_ns + SECOND;
}

static void burst(struct world *world)
{
    world->device[0].link.way[LINK_UP].in_burst = 1;
}

static void upload(struct world *world)
{
    world->server.upload.length = 9;
}

static void offers(struct world *world)
{
    world->server.offers += SERVER_OFFERS; /* those kept are the same */
}

static void told(struct world *world)
{
    world->device[0].oracle.use_reported[USE_BYTES] = true;
}

static void calm(struct world *world)
{
    world->device[0].oracle.calm_boots = 2;
}

static void paid(struct world *world)
{
    world->device[0].oracle.calm_until_ns = world->now_ns + SECOND;
}

static void judged(struct world *world)
{
    world->expect[0].judged[0] = 5;
}

static void phase(struct world *world)
{
    world->phase = PHASE_BEGIN;
}

static void face(struct world *world)
{
    world->dtls.face = DTLS_EXPIRED;
}

static void channel(struct world *world)
{
    world->dtls.peer[0].association = 1;
}

static void set_back(struct world *world)
{
    world->skew_s = -1;
}

static void stuck(struct world *world)
{
    world->device[0].board.noise_stuck = true;
}

Test(key, what_matters_makes_another_key)
{
    static const struct {
        const char *name;
        void (*change)(struct world *world);
    } parts[] = {
        {"taint", taint},
        {"content", content},
        {"fuses", fuses},
        {"weak fuses", weak},
        {"in flight", operation},
        {"fault", fault},
        {"accelerator's fault", unit_fault},
        {"the same, later", unit_fault_later},
        {"the same, with a bad result", unit_fault_had},
        {"cause", cause},
        {"sram", sram},
        {"power back", power_back},
        {"battery", drained},
        {"oracle", oracle},
        {"packet", packet},
        {"link down", link_down},
        {"offer", offer},
        {"server fault", spoilt},
        {"step", step},
        {"timed step", timed},
        {"due", due},
        {"expectation", expectation},
        {"failed", failed},
        {"strike", strike},
        {"release", release},
        {"journal of the quiet boots", quiet},
        {"line taken", line},
        {"order kept", order},
        {"burst", burst},
        {"part of a report", upload},
        {"offers so far", offers},
        {"told", told},
        {"boots since a fault", calm},
        {"bytes since a fault", paid},
        {"judged", judged},
        {"phase", phase},
        {"face", face},
        {"protected channel", channel},
        {"server's clock", set_back},
        {"generator", stuck},
    };

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        struct world *one = make(10 * SECOND);
        struct world *other = make(10 * SECOND);

        cr_assert(same_key(one, other), "%s", parts[i].name);
        parts[i].change(other);
        cr_expect_not(same_key(one, other), "%s", parts[i].name);
        free(other);
        free(one);
    }
}

/* A step that is timed comes sooner, the later it is now. */
Test(key, time_until_a_step_counts)
{
    struct world *one = make(10 * SECOND);
    struct world *other = make(13 * SECOND);

    cr_expect(same_key(one, other));
    one->step[0].fired = false;
    other->step[0].fired = false;
    cr_expect_not(same_key(one, other));
    free(other);
    free(one);
}

static void boots(struct world *world)
{
    world->device[0].boots++;
}

static void rollbacks(struct world *world)
{
    world->device[0].oracle.rollbacks++;
}

static void erases(struct world *world)
{
    world->device[0].board.flash.erases++;
}

static void wear(struct world *world)
{
    world->device[0].board.flash.erase_count[3]++;
}

static void cuts(struct world *world)
{
    world->device[0].cuts++;
}

static void bytes_down(struct world *world)
{
    world->device[0].link.way[LINK_DOWN].counts.offered_bytes++;
}

static void bytes_up(struct world *world)
{
    world->device[0].link.way[LINK_UP].counts.offered_bytes++;
}

static void session(struct world *world)
{
    bill_up(&world->device[0].bill, 1);
}

static void energy(struct world *world)
{
    world->device[0].battery.drained_uj++;
}

static void state(struct world *world)
{
    world->device[0].state = 2;
}

static void result(struct world *world)
{
    world->device[0].result = 1;
}

/* What only the end of the run asks for. */
Test(key, what_the_end_asks_for_counts_if_it_asks)
{
    static const struct {
        const char *name;
        void (*change)(struct world *world);
    } parts[] = {
        {"boots", boots},       {"rollbacks", rollbacks},
        {"erases", erases},     {"wear", wear},
        {"cuts", cuts},         {"bytes down", bytes_down},
        {"bytes up", bytes_up}, {"state", state},
        {"result", result},     {"sessions", session},
        {"energy", energy},
    };

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        struct world *one = make(10 * SECOND);
        struct world *other = make(10 * SECOND);

        cr_assert(same_in(&asks, one, other));
        parts[i].change(other);
        cr_expect_not(same_in(&asks, one, other), "%s", parts[i].name);
        cr_expect(same_key(one, other), "%s", parts[i].name);
        free(other);
        free(one);
    }
}

/* With a network, an agent may have kept a time of the clock in flash. */
Test(key, time_of_day_counts_with_a_network)
{
    struct world *one = make(10 * SECOND);
    struct world *other = make(13 * SECOND);

    cr_expect(same_key(one, other));
    cr_expect_not(same_in(&asks, one, other));
    other->device[0].board.rtc_ms = 7000;
    one->device[0].board.rtc_ms = 10000;
    cr_expect(same_in(&asks, one, other));
    free(other);
    free(one);
}
