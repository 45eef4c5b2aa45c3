/* SPDX-License-Identifier: MIT */
#include "scenario/scenario.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/groups.h"
#include "device/flash.h"
#include "device/otp.h"
#include "image/edits.h"
#include "scenario/fields.h"
#include "scenario/schema.h"

#define FULL "tests/data/scenarios/good/every-key.yaml"
#define WORLD "tests/data/scenarios/good/world.yaml"

static struct scenario *read_file(const char *path)
{
    struct scenario *scenario = NULL;
    struct diag diag = {.text = ""};

    cr_assert_eq(scenario_read(path, &scenario, &diag), 0, "%s", diag.text);
    cr_assert_not_null(scenario);
    return scenario;
}

/* `body` follows a scenario's first keys. */
static struct scenario *read_body(const char *body)
{
    char text[2000];
    struct scenario *scenario = NULL;
    struct diag diag = {.text = ""};
    int length = snprintf(text, sizeof text,
                          "scenario: test\ntitle: t\n"
                          "images: {factory: {build: app, version: 1.2.0}}\n"
                          "flash: {slot-a: factory}\n%s",
                          body);

    cr_assert_eq(scenario_parse(text, (size_t)length, "test", &scenario, &diag),
                 0, "%s", diag.text);
    return scenario;
}

#define EXPECT "expect: [at_end: {running: factory}]\n"

Test(scenario_reader, what_is_not_said_has_its_usual_value)
{
    struct scenario *scenario = read_body(EXPECT);

    cr_expect_str_eq(scenario->path, "test");
    cr_expect_eq(scenario->seed, 1);
    cr_expect_eq(scenario->limit_ns, UINT64_C(120000000000));
    cr_expect_eq(scenario->limit_resets, 32);
    cr_expect(scenario->journal);
    cr_expect_eq(scenario->allow, 0);
    cr_expect_eq(scenario->steps, 0);
    cr_expect_str_eq(scenario->image[0].key, "root");
    cr_expect(scenario->image[0].authentic);
    cr_expect_not(scenario->image[0].has_counter);
    cr_expect_eq(scenario->image[0].size, 0);
    cr_expect_eq(scenario->devices, 1);
    cr_expect_eq(scenario->clock_ms, 0);
    cr_expect_eq(scenario->properties, 0);
    cr_expect_not(scenario->network.given);
    cr_expect_not(scenario->battery.given);
    scenario_free(scenario);
}

Test(scenario_reader, both_bootloader_copies_are_placed)
{
    struct scenario *scenario = read_body(EXPECT);

    cr_assert_eq(scenario->places, 3);
    cr_expect_str_eq(scenario->flash[1].partition, "boot-a");
    cr_expect_str_eq(scenario->flash[1].image, "bootloader");
    cr_expect_str_eq(scenario->flash[2].partition, "boot-b");
    scenario_free(scenario);
}

Test(scenario_reader, limits_images_and_flash_are_stored)
{
    struct scenario *scenario = read_file(FULL);

    cr_expect_str_eq(scenario->name, "every-key");
    cr_expect_str_eq(scenario->title, "Every key once: 'quoted', # and all");
    cr_expect_eq(scenario->seed, 0x1F);
    cr_expect_eq(scenario->limit_ns, UINT64_C(90500000000));
    cr_expect_eq(scenario->limit_resets, 8);
    cr_expect_not(scenario->journal);
    cr_expect_eq(scenario->fuse_counter, 2);
    cr_expect_eq(scenario->fuse_boot_counter, 3);
    cr_expect_eq(scenario->fuse_epoch, 1);
    cr_expect_str_eq(scenario->rom, "rom.elf");
    cr_expect_str_eq(scenario->bootloader, "boot.bin");
    cr_expect_eq(scenario->allow, ALLOW_FLASH_LOCKED | ALLOW_FLASH_RAW |
                                      ALLOW_FLASH_RULES | ALLOW_BRICK |
                                      ALLOW_OTP_LOCKED | ALLOW_TIME);
    cr_assert_eq(scenario->places, 5);
    cr_expect_str_eq(scenario->flash[1].partition, "slot-b");
    cr_expect_str_eq(scenario->flash[1].image, "update");
    cr_expect_str_eq(scenario->flash[3].image, "empty");
    scenario_free(scenario);
}

Test(scenario_reader, images_are_stored)
{
    struct scenario *scenario = read_file(FULL);
    const struct scenario_image *update = &scenario->image[1];

    cr_assert_eq(scenario->images, 3);
    cr_expect_str_eq(update->name, "update");
    cr_expect_str_eq(update->build, "crash_start");
    cr_expect_str_eq(update->version, "1.3.0+4");
    cr_expect(update->has_counter);
    cr_expect_eq(update->counter, 7);
    cr_expect_eq(update->size, 256 * 1024);
    cr_expect_str_eq(update->key, "wrong");
    cr_expect_not(update->authentic);
    cr_assert_eq(update->edits, 3);
    cr_expect_str_eq(update->edit[0].kind, "flip-code");
    cr_expect_eq(update->edit[0].value, 5);
    cr_expect_str_eq(update->edit[1].kind, "bad-magic");
    cr_expect_str_eq(update->edit[2].kind, "too-large");
    cr_expect_eq(update->place.line, 12);
    cr_expect_eq(update->place.column, 3);
    cr_expect(scenario->image[2].authentic, "said to be, against its edit");
    scenario_free(scenario);
}

Test(scenario_reader, triggers_are_stored)
{
    struct scenario *scenario = read_file(FULL);
    const struct pattern *on = &scenario->step[0].on;

    cr_assert_eq(scenario->steps, 3);
    cr_expect_not(scenario->step[0].timed);
    cr_expect_eq(on->code, (uint32_t)EVENT_FLASH_PROGRAM);
    cr_expect_eq(on->nth, 3);
    cr_assert_eq(on->fields, 3);
    cr_expect_str_eq(on->want[0].text, "2..");
    cr_expect_str_eq(on->want[1].text, "slot-b");
    cr_expect_str_eq(on->want[2].text, "524288..528383", "hexadecimal or not");
    cr_expect_eq(on->want[1].field,
                 (unsigned)event_field_find(EVENT_FLASH_PROGRAM, "partition"));
    cr_expect_eq(scenario->step[1].on.nth, 1, "the first if not said");
    cr_expect_str_eq(scenario->step[1].on.want[0].text, "slot-a",
                     "short for slot-a");
    cr_expect(scenario->step[2].timed);
    cr_expect_eq(scenario->step[2].at_ns, 12500000);
    scenario_free(scenario);
}

Test(scenario_reader, power_actions_are_stored)
{
    struct scenario *scenario = read_file(FULL);
    const struct action *action = scenario->step[0].action;

    cr_assert_eq(scenario->step[0].actions, 3);
    cr_expect_eq(action[0].kind, ACTION_POWER_CUT);
    cr_expect_eq(action[0].done, 400);
    cr_expect_eq(action[0].form, FLASH_FORM_WORD_SPLIT);
    cr_expect_eq(action[0].fuse_form, OTP_FORM_WEAK);
    cr_expect_eq(action[0].off_ns, 2000000000);
    cr_expect_eq(action[0].sram, BOARD_SRAM_KEPT);
    cr_expect_eq(action[0].cause, CTL_CAUSE_BROWN_OUT);
    cr_expect_eq(action[1].done, 500);
    cr_expect_eq(action[1].form, FLASH_FORM_AUTO);
    cr_expect_eq(action[1].off_ns, 500000000);
    cr_expect_eq(action[1].sram, BOARD_SRAM_SCRAMBLED);
    cr_expect_eq(action[1].cause, CTL_CAUSE_POWER_ON);
    cr_expect_eq(action[2].kind, ACTION_RESET);
    cr_expect_eq(action[2].cause, CTL_CAUSE_DEADLINE);
    scenario_free(scenario);
}

Test(scenario_reader, other_actions_are_stored)
{
    struct scenario *scenario = read_file(FULL);
    const struct action *action = scenario->step[1].action;

    cr_assert_eq(scenario->step[1].actions, 6);
    cr_expect_eq(action[0].kind, ACTION_CONSOLE);
    cr_expect_str_eq(action[0].text, "trial b");
    cr_expect_eq(action[1].kind, ACTION_FLIP);
    cr_expect_str_eq(action[1].partition, "journal");
    cr_expect_eq(action[1].offset, 0x88);
    cr_expect_eq(action[1].bit, 3);
    cr_expect_eq(action[2].kind, ACTION_DAMAGE);
    cr_expect_eq(action[2].length, 4096);
    cr_expect_eq(action[2].fill, 0x100);
    cr_expect_eq(action[3].fill, 0xFF);
    cr_expect_eq(action[4].kind, ACTION_FLASH_FAIL);
    cr_expect_eq(action[4].flash_fault, FLASH_FAULT_IGNORED);
    cr_expect_eq(action[5].kind, ACTION_NOTE);
    cr_expect_eq(scenario->step[2].action[0].kind, ACTION_STOP);
    scenario_free(scenario);
}

Test(scenario_reader, expectations_of_events_are_stored)
{
    struct scenario *scenario = read_file(FULL);
    const struct expect *expect = scenario->expect;

    cr_expect_eq(expect[0].kind, EXPECT_ALWAYS_AUTHENTIC);
    cr_expect_not(expect[0].has_event);
    cr_expect_eq(expect[1].kind, EXPECT_NEVER);
    cr_expect_eq(expect[1].pattern.nth, 0);
    cr_expect_eq(expect[1].pattern.code, (uint32_t)EVENT_CPU_FAULT);
    cr_expect_eq(expect[2].pattern.nth, 2);
    cr_expect_eq(expect[3].kind, EXPECT_COUNT);
    cr_expect_eq(expect[3].times.low, 1);
    cr_expect_eq(expect[3].times.high, 3);
    cr_expect_str_eq(expect[3].pattern.want[0].text, "500000000",
                     "durations are ns");
    cr_expect_eq(expect[4].kind, EXPECT_EVENTUALLY);
    cr_expect(expect[4].has_event);
    cr_expect_eq(expect[4].pattern.nth, 1);
    cr_expect_eq(expect[4].within_ns, scenario->limit_ns);
    scenario_free(scenario);
}

Test(scenario_reader, expectations_of_states_are_stored)
{
    struct scenario *scenario = read_file(FULL);
    const struct expect *expect = &scenario->expect[5];

    cr_expect_not(expect->has_event);
    cr_expect_str_eq(expect->running, "update");
    cr_expect_eq(expect->confirmed, 0);
    cr_expect_eq(expect->halted, -1);
    cr_expect_eq(expect->within_ns, 60000000000);
    cr_expect_eq(scenario->expect[6].halted, 1);
    cr_expect_eq(scenario->expect[6].confirmed, -1);
    scenario_free(scenario);
}

/* at_end in the file lists all of its keys in the order of enum end_key. */
Test(scenario_reader, each_key_of_at_end_is_an_expectation)
{
    struct scenario *scenario = read_file(FULL);
    const struct expect *end = &scenario->expect[7];

    cr_assert_eq(scenario->expects, 7 + END_ENERGY + 1);
    for (unsigned i = 0; i <= END_ENERGY; i++) {
        cr_expect_eq(end[i].kind, EXPECT_AT_END);
        cr_expect_eq(end[i].key, (enum end_key)i);
        cr_expect_eq(end[i].place.line, end[0].place.line + i);
    }
    cr_expect_str_eq(end[END_SLOT_A].text, "damaged");
    cr_expect_str_eq(end[END_RUNNING].text, "nothing");
    cr_expect_eq(end[END_CONFIRMED].range.low, 1);
    cr_expect_eq(end[END_CONFIRMED].range.high, 1);
    cr_expect_eq(end[END_HALTED].range.high, 0);
    cr_expect_eq(end[END_RESETS].range.high, SCENARIO_RANGE_OPEN);
    cr_expect_str_eq(end[END_REASON].text, "trial-failed");
    cr_expect_eq(end[END_ENERGY].range.low, 5000);
    cr_expect_eq(end[END_ENERGY].range.high, 144000000);
    scenario_free(scenario);
}

/* ---- the world around the device ----------------------------------------- */

Test(scenario_reader, clock_devices_and_properties_are_stored)
{
    struct scenario *scenario = read_file(WORLD);

    cr_expect_eq(scenario->clock_ms, 23400000);
    cr_expect_eq(scenario->devices, 3);
    cr_assert_eq(scenario->properties, 2);
    cr_expect_str_eq(scenario->property[0].path, "/agent/poll-ms");
    cr_expect_eq(scenario->property[0].value, 5000);
    cr_expect_str_eq(scenario->property[1].path, "/boot/commit-after-ms");
    cr_expect_eq(scenario->property[1].value, 60000);
    cr_expect_eq(scenario->property[1].place.line, 6);
    cr_expect_eq(scenario->property[1].place.column, 36);
    scenario_free(scenario);
}

Test(scenario_reader, a_network_is_stored_for_both_ways)
{
    struct scenario *scenario = read_file(WORLD);
    const struct link_figures *up = &scenario->network.way[LINK_UP];
    struct link_figures down = scenario->network.way[LINK_DOWN];

    cr_expect(scenario->network.given);
    cr_expect_eq(up->rate, 20500);
    cr_expect_eq(down.rate, 60000);
    cr_expect_eq(up->latency, 40000000);
    cr_expect_eq(up->jitter, 10000000);
    cr_expect_eq(up->loss, 20000);
    cr_expect_eq(up->burst_begin, 10000);
    cr_expect_eq(up->burst_end, 200000);
    cr_expect_eq(up->burst_loss, 800000);
    cr_expect_eq(up->duplicate, 5000);
    cr_expect_eq(up->duplicate_time, 100000000);
    cr_expect_eq(up->reorder, 12500);
    cr_expect_eq(up->reorder_time, 300000000);
    cr_expect_eq(up->mtu, 576);
    cr_expect_eq(up->overhead, 48);
    down.rate = up->rate;
    cr_expect_arr_eq(&down, up, sizeof down, "all but the rate is alike");
    scenario_free(scenario);
}

Test(scenario_reader, wear)
{
    struct scenario *scenario =
        read_body("wear: {slot-b: 100000, log: 7}\n" EXPECT);

    for (unsigned i = 0; i < SCENARIO_PARTITIONS; i++) {
        const char *name = schema_partitions[i].name;
        uint32_t expected = strcmp(name, "slot-b") == 0 ? 100000
                            : strcmp(name, "log") == 0  ? 7
                                                        : 0;
        cr_expect_eq(scenario->wear[i], expected, "%s", name);
    }
    cr_expect_null(schema_partitions[SCENARIO_PARTITIONS].name);
    scenario_free(scenario);
}

Test(scenario_reader, flash_faults)
{
    struct scenario *scenario = read_body(
        "steps:\n"
        "  - at: 1s\n"
        "    do:\n"
        "      - bit_flip: {partition: slot-a, target: tlv, bit: 7}\n"
        "      - bit_flip: {partition: journal, target: record, offset: 9B}\n"
        "      - bit_rot: {partition: slot-b, per_mib: 64}\n"
        "      - flash_fail: wrong\n"
        "      - flash_fail: fail\n"
        "      - hostile: {partition: journal, seed: 9}\n"
        "      - hostile: {partition: journal}\n" EXPECT);
    const struct action *action = scenario->step[0].action;

    cr_expect_eq(action[0].target, TARGET_TLV);
    cr_expect_eq(action[0].offset, 0);
    cr_expect_eq(action[0].bit, 7);
    cr_expect_eq(action[1].target, TARGET_RECORD);
    cr_expect_eq(action[1].offset, 9);
    cr_expect_eq(action[2].kind, ACTION_ROT);
    cr_expect_str_eq(action[2].partition, "slot-b");
    cr_expect_eq(action[2].rate, 64);
    cr_expect_eq(action[3].flash_fault, FLASH_FAULT_WRONG);
    cr_expect_eq(action[4].flash_fault, FLASH_FAULT_REPORTED);
    cr_expect_eq(action[5].kind, ACTION_HOSTILE);
    cr_expect_eq(action[5].seed, 9);
    cr_expect_eq(action[6].seed, UINT64_MAX);
    scenario_free(scenario);
}

static struct scenario_network network_of(const char *mapping)
{
    char body[400];

    snprintf(body, sizeof body, "network: %s\n" EXPECT, mapping);
    struct scenario *scenario = read_body(body);
    struct scenario_network network = scenario->network;

    scenario_free(scenario);
    return network;
}

Test(scenario_reader, what_a_network_does_not_say_comes_from_its_kind)
{
    const struct link_kind *nb_iot = link_kind_find("nb-iot");
    struct scenario_network network = network_of("{kind: nb-iot}");

    cr_expect_arr_eq(network.way, nb_iot->way, sizeof network.way);
    network = network_of("{}");
    cr_expect(network.given);
    cr_expect_arr_eq(network.way, link_kind_find("ideal")->way,
                     sizeof network.way);
    network = network_of("{loss: 1%, kind: nb-iot}");
    cr_expect_eq(network.way[LINK_UP].rate, nb_iot->way[LINK_UP].rate);
    cr_expect_eq(network.way[LINK_DOWN].jitter, nb_iot->way[LINK_DOWN].jitter);
    cr_expect_eq(network.way[LINK_DOWN].loss, 10000);
    network = network_of("{latency: 0ms, kind: nb-iot}");
    cr_expect_eq(network.way[LINK_UP].latency, 0, "given, though 0");
}

Test(scenario_reader, a_rate_is_for_both_ways_unless_they_have_their_own)
{
    struct scenario_network network = network_of("{up: 1bit/s, rate: 2Mbit/s}");

    cr_expect_eq(network.way[LINK_UP].rate, 1);
    cr_expect_eq(network.way[LINK_DOWN].rate, 2000000);
}

Test(scenario_reader, bursts_and_reordering_have_usual_figures)
{
    struct scenario_network network =
        network_of("{burst: {begin: 1%, end: 5%}, reorder: 1%}");

    cr_expect_eq(network.way[LINK_UP].burst_loss, 1000000);
    cr_expect_eq(network.way[LINK_DOWN].reorder_time, 500000000);
    network = network_of("{reorder: 1%, reorder_time: 0ms}");
    cr_expect_eq(network.way[LINK_DOWN].reorder_time, 0);
    network = network_of("{loss: 1%}");
    cr_expect_eq(network.way[LINK_UP].burst_begin, 0);
    cr_expect_eq(network.way[LINK_UP].burst_loss, 0);
    cr_expect_eq(network.way[LINK_UP].reorder_time, 0);
}

Test(scenario_reader, every_network_is_one_that_the_link_takes)
{
    static const char *const mappings[] = {
        "{}",
        "{kind: lte-m}",
        "{rate: 1000000Mbit/s, latency: 1000s}",
        "{jitter: 1000s, loss: 100%, mtu: 2280, overhead: 1000}",
        "{burst: {begin: 100%, end: 100%}, duplicate: 100%, down: 1bit/s}",
        "{reorder: 100%, reorder_time: 1000s, duplicate_time: 1000s}"};
    static struct link link;

    for (size_t i = 0; i < sizeof mappings / sizeof mappings[0]; i++) {
        struct scenario_network network = network_of(mappings[i]);

        cr_expect_eq(link_init(&link, &network.way[LINK_UP],
                               &network.way[LINK_DOWN], 1, "link"),
                     0, "%s", mappings[i]);
    }
}

Test(scenario_reader, a_battery_is_stored)
{
    struct scenario *scenario = read_file(WORLD);
    const struct scenario_battery *battery = &scenario->battery;

    cr_expect(battery->given);
    cr_expect_eq(battery->figures.capacity_uj, UINT64_C(2500000000));
    cr_expect_eq(battery->charge, 405000);
    cr_expect_eq(battery->figures.full_mohm, 2000);
    cr_expect_eq(battery->figures.empty_mohm, 9500);
    cr_expect_eq(battery->figures.warn_mv, battery_defaults.warn_mv);
    scenario_free(scenario);
}

static struct scenario_battery battery_of(const char *mapping)
{
    char body[400];

    snprintf(body, sizeof body, "battery: %s\n" EXPECT, mapping);
    struct scenario *scenario = read_body(body);
    struct scenario_battery battery = scenario->battery;

    scenario_free(scenario);
    return battery;
}

Test(scenario_reader, what_a_battery_does_not_say_is_as_usual)
{
    struct scenario_battery battery = battery_of("{}");
    static struct battery model;

    cr_expect_arr_eq(&battery.figures, &battery_defaults,
                     sizeof battery.figures);
    cr_expect_eq(battery.charge, BATTERY_FULL);
    battery = battery_of("{resistance: 900mohm}");
    cr_expect_eq(battery.figures.full_mohm, 900);
    cr_expect_eq(battery.figures.empty_mohm, 900, "alike");
    battery = battery_of("{resistance_empty: 7ohm}");
    cr_expect_eq(battery.figures.full_mohm, battery_defaults.full_mohm);
    cr_expect_eq(battery.figures.empty_mohm, 7000);
    battery = battery_of("{capacity: 1000kJ, charge: 0%, resistance: 0ohm, "
                         "resistance_empty: 1000ohm}");
    cr_expect_eq(battery_init(&model, &battery.figures, battery.charge, 0), 0);
}

Test(scenario_reader, what_is_published_is_stored)
{
    struct scenario *scenario = read_file(WORLD);
    const struct action *action = scenario->step[0].action;

    cr_assert_eq(scenario->step[0].actions, 8);
    cr_expect_eq(action[0].kind, ACTION_PUBLISH);
    cr_expect_str_eq(action[0].publish.image, "update");
    cr_expect_str_eq(action[0].publish.version, "");
    cr_expect_str_eq(action[0].publish.key, "");
    cr_expect_not(action[0].publish.has_counter);
    cr_expect_not(action[0].publish.has_size);
    cr_expect_not(action[0].publish.bad_digest);
    cr_expect_eq(action[0].publish.release, 0);
    cr_expect_str_eq(action[1].publish.image, "told");
    cr_expect_str_eq(action[1].publish.version, "9.8.7");
    cr_expect(action[1].publish.has_counter && action[1].publish.has_size);
    cr_expect_eq(action[1].publish.counter, 6);
    cr_expect_eq(action[1].publish.size, 1048576);
    cr_expect_eq(action[1].publish.release, 77);
    cr_expect_str_eq(action[1].publish.key, "wrong");
    cr_expect(action[1].publish.bad_digest);
    cr_expect_eq(action[2].kind, ACTION_WITHDRAW);
    scenario_free(scenario);
}

/* 0 is a claim, nothing is not. */
Test(scenario_reader, claims_of_nothing_are_told_from_no_claims)
{
    struct scenario *scenario =
        read_body("network: {}\nsteps:\n"
                  "  - at: 1s\n"
                  "    do:\n"
                  "      - publish: {image: factory, counter: 0}\n"
                  "      - publish: {image: factory, size: 0B}\n" EXPECT);
    const struct action *action = scenario->step[0].action;

    cr_expect(action[0].publish.has_counter && !action[0].publish.has_size);
    cr_expect(action[1].publish.has_size && !action[1].publish.has_counter);
    scenario_free(scenario);
}

Test(scenario_reader, how_a_server_misbehaves_is_stored)
{
    struct scenario *scenario = read_file(WORLD);
    const struct action *action = scenario->step[0].action;

    cr_expect_eq(action[3].kind, ACTION_MISBEHAVE);
    cr_expect_eq(action[3].fault_kind, SERVER_CORRUPT);
    cr_expect_eq(action[3].fault.resource, SERVER_DESCRIPTION);
    cr_expect_eq(action[3].fault.from, 1000);
    cr_expect_eq(action[3].fault.value, 255);
    cr_expect_eq(action[3].fault.times, 3);
    cr_expect_eq(action[4].fault_kind, SERVER_REFUSE);
    cr_expect_eq(action[4].fault.resource, SERVER_IMAGE, "if not said");
    cr_expect_eq(action[4].fault.value, 4 << 5 | 4);
    cr_expect_eq(action[4].fault.times, 0);
    cr_expect_eq(action[5].fault_kind, SERVER_OTHER_IMAGE);
    cr_expect_eq(action[5].fault.value, 2, "its number among the images");
    cr_expect_eq(action[5].fault.from, 4096);
    cr_expect_eq(action[6].kind, ACTION_BEHAVE);
    cr_expect_eq(action[6].fault_kind, SERVER_WRONG_TOKEN);
    cr_expect_eq(action[7].fault_kind, -1);
    scenario_free(scenario);
}

Test(scenario_reader, actions_on_link_and_battery_are_stored)
{
    struct scenario *scenario = read_file(WORLD);
    const struct action *action = scenario->step[1].action;
    const struct link_kind *lte = link_kind_find("lte-m");

    cr_assert_eq(scenario->step[1].actions, 6);
    cr_expect_eq(action[0].kind, ACTION_NETWORK);
    cr_expect_eq(action[0].network.way[LINK_UP].rate, 9600);
    cr_expect_eq(action[0].network.way[LINK_DOWN].reorder, 30000);
    cr_expect_eq(action[0].network.way[LINK_DOWN].latency, 0,
                 "of the kind, not of before");
    cr_expect_eq(action[1].network.way[LINK_UP].rate, lte->way[LINK_UP].rate);
    cr_expect_eq(action[1].network.way[LINK_UP].burst_end, 40000);
    cr_expect_eq(action[2].kind, ACTION_LINK);
    cr_expect_str_eq(action[2].text, "down");
    cr_expect_str_eq(action[3].text, "up");
    cr_expect_eq(action[4].kind, ACTION_OUTAGE);
    cr_expect_eq(action[4].off_ns, UINT64_C(20000000000));
    cr_expect_eq(action[5].kind, ACTION_CHARGE);
    cr_expect_eq(action[5].done, 125);
    scenario_free(scenario);
}

Test(scenario_reader, devices_are_chosen)
{
    struct scenario *scenario = read_file(WORLD);
    const struct expect *expect = scenario->expect;

    cr_expect_eq(scenario->step[0].device, 3);
    cr_expect_eq(scenario->step[0].on.device, 2);
    cr_expect_eq(scenario->step[1].device, 0);
    cr_expect_eq(expect[0].pattern.device, 1);
    cr_expect_eq(expect[0].device, 1);
    cr_expect_eq(expect[1].pattern.device, 2);
    cr_expect_eq(expect[2].pattern.device, 3);
    cr_expect_eq(expect[3].device, 2);
    cr_expect_eq(expect[4].device, 0);
    cr_assert_eq(scenario->expects, 12);
    for (unsigned i = 6; i < 12; i++) {
        cr_expect_eq(expect[i].device, 3, "wherever it stands in at_end");
    }
    scenario_free(scenario);
}

Test(scenario_reader, expectations_of_the_world_are_stored)
{
    struct scenario *scenario = read_file(WORLD);
    const struct expect *expect = scenario->expect;

    cr_expect_str_eq(expect[0].pattern.want[0].text, "outage");
    cr_expect_str_eq(expect[1].pattern.want[0].text, "2.05");
    cr_expect_str_eq(expect[2].pattern.want[0].text, "status");
    cr_expect_str_eq(expect[4].pattern.want[0].text, "bad-digest");
    cr_expect_str_eq(expect[5].pattern.want[0].text, "downloaded");
    cr_expect_str_eq(expect[5].pattern.want[1].text, "no-flash");
    cr_expect_eq(expect[6].key, END_BYTES_DOWN);
    cr_expect_eq(expect[6].range.low, 262144);
    cr_expect_eq(expect[6].range.high, 300000);
    cr_expect_eq(expect[7].key, END_BYTES_UP);
    cr_expect_eq(expect[8].key, END_SESSIONS);
    cr_expect_eq(expect[8].range.high, 7);
    cr_expect_eq(expect[9].key, END_BILLED);
    cr_expect_eq(expect[10].key, END_STATE);
    cr_expect_str_eq(expect[10].text, "updating");
    cr_expect_eq(expect[11].key, END_RESULT);
    cr_expect_str_eq(expect[11].text, "connection-lost");
    cr_expect_eq(scenario->billing.quantum, 10000);
    cr_expect_eq(scenario->billing.price, 50);
    scenario_free(scenario);
}

/* What is read for a field must be what an event's field is shown as. */
Test(scenario_reader, patterns_of_the_world_fit_their_events)
{
    struct scenario *scenario = read_file(WORLD);
    const struct pattern *pattern = &scenario->expect[1].pattern;
    struct event event = {.code = EVENT_SERVER_ANSWER, .number = {2u << 5 | 5}};

    cr_expect(
        event_matches(&event, pattern->want[0].field, pattern->want[0].text));
    event.number[0]++;
    cr_expect_not(
        event_matches(&event, pattern->want[0].field, pattern->want[0].text));
    scenario_free(scenario);
}

Test(scenario_reader, the_digest_is_of_the_file)
{
    struct scenario *a = read_body(EXPECT);
    struct scenario *b = read_body(EXPECT);
    struct scenario *c = read_body(EXPECT "# remark\n");

    cr_expect_arr_eq(a->digest, b->digest, sizeof a->digest);
    cr_expect_arr_neq(a->digest, c->digest, sizeof a->digest);
    scenario_free(a);
    scenario_free(b);
    scenario_free(c);
}

Test(scenario_reader, byte_order_marks_and_cr_lf_are_fine)
{
    static const char text[] = "\xEF\xBB\xBFscenario: x\r\ntitle: t\r\n"
                               "expect: [never: {event: cpu.fault}]\r\n";
    struct scenario *scenario = NULL;
    struct diag diag = {.text = ""};

    cr_assert_eq(scenario_parse(text, sizeof text - 1u, "x", &scenario, &diag),
                 0, "%s", diag.text);
    cr_expect_str_eq(scenario->title, "t");
    scenario_free(scenario);
}

static int is_scenario(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');

    return dot != NULL && strcmp(dot, ".yaml") == 0;
}

static int read_folder(const char *folder)
{
    struct dirent **entries = NULL;
    char path[1024];
    int count = 0;

    snprintf(path, sizeof path, "scenarios/%s", folder);
    count = scandir(path, &entries, is_scenario, alphasort);
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "scenarios/%s/%s", folder,
                 entries[i]->d_name);
        scenario_free(read_file(path));
        free(entries[i]);
    }
    free(entries);
    return count;
}

/* Each lies in a folder, and README.md says what the folder is for. */
Test(scenario_reader, all_our_scenarios_are_right)
{
    struct dirent **entries = NULL;
    int folders = scandir("scenarios", &entries, NULL, alphasort);
    int count = 0;

    for (int i = 0; i < folders; i++) {
        const char *name = entries[i]->d_name;
        char path[512];
        char about[160];

        /* what is in lessons/ has open figures: lesson_test.c */
        if (name[0] != '.' && strcmp(name, "README.md") != 0 &&
            strcmp(name, "lessons") != 0) {
            snprintf(path, sizeof path, "scenarios/%s", name);
            group_about(path, about, sizeof about);
            cr_expect_str_not_empty(about, "%s: not in README.md", path);
            int files = read_folder(name);
            cr_expect_gt(files, 0, "%s: no scenario", path);
            count += files;
        }
        free(entries[i]);
    }
    free(entries);
    cr_assert_geq(count, 150);
}

/* ---- tables that repeat what others say ---------------------------------- */

static const struct schema_choice *choices_of(const char *map, const char *key)
{
    for (size_t i = 0; schema_maps[i] != NULL; i++) {
        const struct schema_key *row = schema_find(schema_maps[i], key);

        if (row != NULL && strcmp(schema_maps[i]->name, map) == 0) {
            return row->choices;
        }
    }
    return NULL;
}

Test(scenario_reader, forms_are_called_as_the_models_call_them)
{
    const struct schema_choice *flash = choices_of("power_cut", "form");
    const struct schema_choice *fuse = choices_of("power_cut", "fuse_form");

    for (unsigned i = 0; i < FLASH_FORM_COUNT; i++) {
        cr_assert_not_null(flash[i].name);
        cr_expect_eq(flash_form_find(flash[i].name), (int)flash[i].value);
    }
    cr_expect_null(flash[FLASH_FORM_COUNT].name);
    for (unsigned i = 0; i < OTP_FORM_COUNT; i++) {
        cr_assert_not_null(fuse[i].name);
        cr_expect_eq(otp_form_find(fuse[i].name), (int)fuse[i].value);
    }
    cr_expect_null(fuse[OTP_FORM_COUNT].name);
}

static void expect_names(enum event_code code, const char *field,
                         const struct schema_choice *choices)
{
    int index = event_field_find(code, field);
    char name[FIELDS_NAME];

    cr_assert_geq(index, 0);
    for (; choices->name != NULL; choices++) {
        cr_assert(fields_name(code, (unsigned)index, choices->value, name,
                              sizeof name));
        cr_expect_str_eq(choices->name, name);
    }
}

Test(scenario_reader, words_are_those_of_the_events)
{
    expect_names(EVENT_POWER_CUT, "sram", choices_of("power_cut", "sram"));
    expect_names(EVENT_RESET, "cause", choices_of("power_cut", "cause"));
    expect_names(EVENT_RESET, "cause", choices_of("reset", "cause"));
    expect_names(EVENT_BOOT_REJECT, "reason", choices_of("at_end", "reason"));
}

Test(scenario_reader, words_of_the_world_are_those_of_its_models)
{
    const struct schema_choice *kinds = choices_of("network", "kind");
    const struct schema_choice *faults = choices_of("misbehave", "kind");
    const struct schema_choice *all = choices_of("do", "behave");
    unsigned count = 0;

    for (; link_kind_at(count) != NULL; count++) {
        cr_assert_not_null(kinds[count].name);
        cr_expect_str_eq(kinds[count].name, link_kind_at(count)->name);
        cr_expect_eq(kinds[count].value, count);
    }
    cr_expect_null(kinds[count].name);
    for (unsigned i = 0; i < SERVER_FAULTS; i++) {
        cr_expect_str_eq(faults[i].name, server_fault_name(i));
        cr_expect_str_eq(faults[i].help, server_fault_text(i));
        cr_expect_eq(faults[i].value, i);
        cr_expect_str_eq(all[i + 1].name, faults[i].name);
        cr_expect_eq(all[i + 1].value, i);
    }
    cr_expect_null(faults[SERVER_FAULTS].name);
    cr_expect_null(all[SERVER_FAULTS + 1].name);
    expect_names(EVENT_SERVER_REQUEST, "resource",
                 choices_of("misbehave", "resource"));
    expect_names(EVENT_AGENT_STATE, "state", choices_of("at_end", "state"));
    expect_names(EVENT_AGENT_STATE, "result", choices_of("at_end", "result"));
}

/* A key of the grammar would hide a field of the same name. */
Test(scenario_reader, no_field_of_an_event_is_called_like_a_key)
{
    for (size_t i = 0; schema_maps[i] != NULL; i++) {
        if ((schema_maps[i]->flags & SCHEMA_FIELDS) == 0) {
            continue;
        }
        for (int code = 0; code < EVENT_COUNT; code++) {
            const struct event_kind *kind = event_kind((enum event_code)code);

            for (unsigned k = 0; k < kind->fields; k++) {
                cr_expect_null(schema_find(schema_maps[i], kind->field[k].key),
                               "%s.%s", kind->name, kind->field[k].key);
            }
        }
    }
}

/* ---- what the reference says to be usual ---------------------------------- */

/* A scenario with a place for one more key of that mapping. */
static const struct {
    const char *map;
    const char *text;
} usual_places[] = {
    {"scenario", "%s\n"},
    {"limits", "limits: {%s}\n"},
    {"fuses", "fuses: {%s}\n"},
    {"wear", "wear: {%s}\n"},
    {"image", "images: {a: {build: app, version: 1.0.0, %s}}\n"
              "flash: {slot-a: a}\n"},
    {"network", "network: {%s}\n"},
    {"burst", "network: {burst: {begin: 1%%, end: 2%%, %s}}\n"},
    {"battery", "battery: {%s}\n"},
    {"step", "steps: [{on: {event: app.ready}, do: {stop: {}}, %s}]\n"},
    {"on", "steps: [{do: {stop: {}}, on: {event: app.ready, %s}}]\n"},
    {"power_cut", "steps: [{at: 1s, do: {power_cut: {%s}}}]\n"},
    {"reset", "steps: [{at: 1s, do: {reset: {%s}}}]\n"},
    {"bit_flip", "steps: [{at: 1s, do: {bit_flip: {partition: log, "
                 "offset: 0x0, %s}}}]\n"},
    {"damage", "steps: [{at: 1s, do: {damage: {partition: log, length: 1B, "
               "%s}}}]\n"},
    {"misbehave", "network: {}\nsteps: [{at: 1s, do: {misbehave: "
                  "{kind: wrong-etag, %s}}}]\n"},
};

static struct scenario *read_usual(const char *format, const char *pair)
{
    char text[600];
    struct scenario *scenario = NULL;
    struct diag diag = {.text = ""};
    int length = snprintf(text, sizeof text,
                          "scenario: x\ntitle: t\n"
                          "expect: [never: {event: cpu.fault}]\n");

    /* The formats are above. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    length +=
        snprintf(text + length, sizeof text - (size_t)length, format, pair);
#pragma GCC diagnostic pop
    cr_assert_eq(scenario_parse(text, (size_t)length, "x", &scenario, &diag), 0,
                 "%s\n%s", diag.text, text);
    return scenario;
}

/* With and without the key the scenario is the same. */
static void expect_usual(const char *format, const struct schema_key *key)
{
    char pair[160];

    snprintf(pair, sizeof pair, "%s: %s", key->key, key->usual);
    struct scenario *said = read_usual(format, pair);
    struct scenario *unsaid = read_usual(format, "");

    free(said->path);
    said->path = unsaid->path;
    memcpy(said->digest, unsaid->digest, sizeof said->digest);
    cr_expect(memcmp(said, unsaid, sizeof *said) == 0, "%s is not usual", pair);
    said->path = NULL;
    scenario_free(said);
    scenario_free(unsaid);
}

/* Values that the model, not the reader, puts in the place of nothing. */
static bool is_of_the_model(const struct schema_key *key)
{
    return strcmp(key->key, "value") == 0 || strcmp(key->key, "code") == 0;
}

Test(scenario_reader, what_the_reference_says_to_be_usual_is)
{
    unsigned count = 0;

    for (size_t i = 0; i < sizeof usual_places / sizeof usual_places[0]; i++) {
        for (size_t k = 0; schema_maps[k] != NULL; k++) {
            const struct schema_key *key = schema_maps[k]->keys;

            if (strcmp(schema_maps[k]->name, usual_places[i].map) != 0) {
                continue;
            }
            for (; key->key != NULL; key++) {
                if (key->usual != NULL && key->usual[0] != '(' &&
                    !is_of_the_model(key)) {
                    expect_usual(usual_places[i].text, key);
                    count++;
                }
            }
        }
    }
    cr_expect_geq(count, 27, "%u", count);
}

Test(scenario_reader, names_of_edits_fit)
{
    for (unsigned i = 0; i < EDIT_COUNT; i++) {
        cr_expect_lt(strlen(edit_info((enum edit_kind)i)->name),
                     sizeof((struct image_edit *)NULL)->kind);
    }
}

Test(scenario_reader, rows_of_tables_stand_in_the_order_of_their_enums)
{
    cr_expect_str_eq(schema_expect.keys[EXPECT_NEVER].key, "never");
    cr_expect_str_eq(schema_expect.keys[EXPECT_AT_END].key, "at_end");
    cr_expect_str_eq(schema_end.keys[END_SLOT_A].key, "slot-a");
    cr_expect_str_eq(schema_end.keys[END_ATTEMPTS].key, "attempts");
    cr_expect_str_eq(schema_end.keys[END_CUTS].key, "cuts");
    cr_expect_str_eq(schema_end.keys[END_RESULT].key, "result");
    cr_expect_str_eq(schema_end.keys[END_RESULT + 1].key, "device");
    cr_expect_null(schema_end.keys[END_RESULT + 2].key);
}

Test(scenario_reader, every_mapping_fits_a_set_of_32_keys)
{
    for (size_t i = 0; schema_maps[i] != NULL; i++) {
        size_t keys = 0;

        while (schema_maps[i]->keys[keys].key != NULL) {
            cr_expect_not_null(schema_maps[i]->keys[keys].help);
            keys++;
        }
        cr_expect_leq(keys, 32, "%s has %zu keys", schema_maps[i]->name, keys);
    }
}
