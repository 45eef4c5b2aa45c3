/* SPDX-License-Identifier: MIT */
/*
 * Prepares boards to be switched on: provisions flash and fuses, attaches links
 * and batteries.
 */
#include "engine/setup.h"

#include <string.h>

#include "engine/net.h"
#include "engine/power.h"
#include "engine/secure.h"
#include "image/provision.h"
#include "scenario/schema.h"

/* The first device has the scenario's seed, each further one its own. */
static uint64_t device_seed(const struct device *device)
{
    return device->run->given->scenario->seed ^
           (device->number - 1) * UINT64_C(0x9E3779B97F4A7C15);
}

static int init_device(struct device *device, struct diag *diag)
{
    struct board *board = &device->world->board;

    if (board_init(board, &device->run->given->figures, device_seed(device)) !=
        0) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "%s: the flash's values are not supported",
                         device->run->given->dtb_path);
    }
    board->rtc_ms = device->run->given->scenario->clock_ms;
    net_init(device);
    return power_init(device, diag);
}

/* ---- flash and fuses --------------------------------------------------- */

static bool placed(const struct scenario *scenario, const char *partition)
{
    for (unsigned i = 0; i < scenario->places; i++) {
        if (strcmp(scenario->flash[i].partition, partition) == 0) {
            return true;
        }
    }
    return false;
}

static unsigned place(const struct run_case *given, const char *partition,
                      const char *name, struct provision_image *out)
{
    uint32_t image = oracle_image_named(&given->judged, name);

    if (image == ORACLE_NONE) { /* "empty" */
        return 0;
    }
    *out = (struct provision_image){.partition = partition,
                                    .bytes = given->image[image].bytes,
                                    .size = given->image[image].size};
    return 1;
}

static int provision(struct device *device, struct diag *diag)
{
    static const char *const copies[] = {"boot-a", "boot-b"};
    const struct run_case *given = device->run->given;
    const struct scenario *scenario = given->scenario;
    struct provision_image images[SCENARIO_PLACES + 2];
    struct flash *flash = &device->world->board.flash;
    struct provision_spec spec = {.map = &given->map,
                                  .images = images,
                                  .journal = scenario->journal,
                                  .epoch = scenario->fuse_epoch,
                                  .boot_counter = scenario->fuse_boot_counter,
                                  .lifecycle = 1,
                                  .counter = scenario->fuse_counter,
                                  .seed = device_seed(device)};

    for (unsigned i = 0; i < scenario->places; i++) {
        spec.image_count +=
            place(given, scenario->flash[i].partition, scenario->flash[i].image,
                  &images[spec.image_count]);
    }
    for (unsigned i = 0; i < 2; i++) {
        if (!placed(scenario, copies[i])) {
            spec.image_count += place(given, copies[i], CASE_BOOT_IMAGE,
                                      &images[spec.image_count]);
        }
    }
    memcpy(spec.root, given->root, sizeof spec.root);
    return provision_flash(&spec, flash->array, flash->figures.size,
                           device->world->board.otp.words, diag);
}

static void wear_out(struct device *device)
{
    const struct run_case *given = device->run->given;
    struct flash *flash = &device->world->board.flash;

    for (unsigned i = 0; i < SCENARIO_PARTITIONS; i++) {
        const struct board_part *part =
            board_map_find(&given->map, schema_partitions[i].name);

        for (uint32_t at = 0; part != NULL && at < part->length;
             at += FLASH_BLOCK) {
            flash->erase_count[(part->start + at) / FLASH_BLOCK] =
                given->scenario->wear[i];
        }
    }
}

/* A device from a desk: nothing is known about the quality of its words. */
static int take_dump(struct device *device, struct diag *diag)
{
    const struct run_dump *dump = device->run->options->dump;
    struct board *board = &device->world->board;

    if (dump == NULL) {
        return 0;
    }
    if (dump->size != board->flash.figures.size) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "%s: %zu bytes; the board's flash has %u", dump->path,
                         dump->size, board->flash.figures.size);
    }
    memcpy(board->flash.array, dump->flash, dump->size);
    if (dump->fuses != NULL) {
        memcpy(board->otp.words, dump->fuses, sizeof board->otp.words);
    }
    return 0;
}

int setup_world(struct run *run, struct diag *diag)
{
    const struct scenario *scenario = run->given->scenario;
    int err = 0;

    run->devices = scenario->devices > 0 ? scenario->devices : 1;
    run->world->devices = run->devices;
    server_init(&run->world->server, scenario->seed);
    for (unsigned i = 0; i < run->devices && err == 0; i++) {
        struct device *device = &run->device[i];

        device->run = run;
        device->number = i + 1;
        device->world = &run->world->device[i];
        err = init_device(device, diag);
        err = err ? err : provision(device, diag);
        err = err ? err : secure_provision(device, diag);
        err = err ? err : take_dump(device, diag);
        wear_out(device);
    }
    return err;
}
