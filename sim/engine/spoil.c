/* SPDX-License-Identifier: MIT */
/* Actions that spoil a device's flash, or the next operation on it. */
#include "engine/spoil.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device/damage.h"
#include "engine/device.h"
#include "engine/emit.h"
#include "engine/verdict.h"
#include "image/hostile.h"
#include "oracle/target.h"

#define FILL_RANDOM 0x100u
#define MIB (1024u * 1024u)

/* The flash range that an action names; an error if it lies outside. */
static int action_range(const struct run *run, const struct action *action,
                        uint32_t length, uint32_t *address, struct diag *diag)
{
    const struct board_part *part =
        board_map_find(&run->given->map, action->partition);

    if (part == NULL || action->offset > part->length ||
        part->length - action->offset < length) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "%s:%u:%u: offset 0x%x, %u bytes: outside partition "
                         "%s",
                         run->given->scenario->path, action->place.line,
                         action->place.column, action->offset, length,
                         action->partition);
    }
    *address = part->start + action->offset;
    return 0;
}

static void emit_fault(struct device *device, enum event_code code,
                       uint32_t address, uint32_t third)
{
    struct event event = {.code = code, .number = {0, address, third}};

    snprintf(event.label, sizeof event.label, "%s",
             emit_partition(device->run, address));
    emit_event(device->run, device, &event);
}

static void tell_damage(struct device *device, uint32_t address,
                        uint32_t length, uint32_t runs)
{
    struct oracle_view view = device_view(device);

    oracle_damaged(&device->world->oracle, &view, address, length, runs);
}

static void flip(struct device *device, uint32_t address, uint32_t bit)
{
    damage_flip(&device->world->board, machine_window(device->machine), address,
                bit & 7u);
    tell_damage(device, address, 1, 1);
    emit_fault(device, EVENT_FLASH_FLIP, address, bit);
}

/* A target that is not there is a fault that does not strike. */
static int flip_target(struct device *device, const struct action *action,
                       struct diag *diag)
{
    const struct flash *flash = &device->world->board.flash;
    const struct run_case *given = device->run->given;
    uint32_t start = 0;
    uint32_t length = 0;
    char expected[80];

    if (!target_find(flash->array, flash->figures.size, &given->map,
                     action->partition, action->target, &start, &length)) {
        snprintf(expected, sizeof expected, "%s holds a %s to flip a bit in",
                 action->partition, target_name(action->target));
        verdict_fail(device->run, action->place, 0, expected, "it does not");
        return 0;
    }
    if (action->offset >= length) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "%s:%u:%u: offset 0x%x: the %s of %s has only %u "
                         "bytes",
                         given->scenario->path, action->place.line,
                         action->place.column, action->offset,
                         target_name(action->target), action->partition,
                         length);
    }
    flip(device, start + action->offset, action->bit);
    return 0;
}

static int do_flip(struct device *device, const struct action *action,
                   struct diag *diag)
{
    uint32_t address = 0;

    if (action->target != TARGET_NONE) {
        return flip_target(device, action, diag);
    }
    int err = action_range(device->run, action, 1, &address, diag);

    if (err == 0) {
        flip(device, address, action->bit);
    }
    return err;
}

/* One bit in each of as many equal parts: none twice, or it would be whole
 * again. */
static int do_rot(struct device *device, const struct action *action,
                  struct diag *diag)
{
    const struct board_part *part =
        board_map_find(&device->run->given->map, action->partition);
    struct rng *rng = &device->world->board.flash.rng;
    uint32_t address = 0;
    int err = action_range(device->run, action, 1, &address, diag);

    if (err) {
        return err;
    }
    uint64_t bits = (uint64_t)part->length * 8u;
    uint64_t count = ((uint64_t)action->rate * part->length + MIB - 1u) / MIB;

    for (uint64_t i = 0; i < count; i++) {
        uint64_t bit = i * bits / count;
        bit += rng_below(rng, (i + 1u) * bits / count - bit);
        flip(device, part->start + (uint32_t)(bit / 8u), (uint32_t)bit % 8u);
    }
    return 0;
}

static int do_damage(struct device *device, const struct action *action,
                     struct diag *diag)
{
    struct board *board = &device->world->board;
    uint8_t *window = machine_window(device->machine);
    uint32_t address = 0;
    bool changed = false;
    int err = action_range(device->run, action, action->length, &address, diag);

    if (err) {
        return err;
    }
    for (uint32_t i = 0; i < action->length; i++) {
        changed |= action->fill == FILL_RANDOM
                       ? damage_noise(board, window, address + i)
                       : damage_byte(board, window, address + i,
                                     (uint8_t)action->fill);
    }
    if (!changed) {
        verdict_fail(device->run, action->place, 0,
                     "the damage changes the flash",
                     "the flash already has these bytes");
    }
    tell_damage(device, address, action->length,
                device->run->given->judged.policy.attempts);
    emit_fault(device, EVENT_FLASH_DAMAGE, address, action->length);
    return 0;
}

static int do_flash_fail(struct device *device, const struct action *action,
                         struct diag *diag)
{
    if (damage_next(&device->world->board, action->flash_fault) != 0) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "%s:%u:%u: a flash_fail already waits for its "
                         "operation; place them one after the other",
                         device->run->given->scenario->path, action->place.line,
                         action->place.column);
    }
    return 0;
}

/* ---- hostile contents --------------------------------------------------- */

/* Every image of the scenario, and the bootloader. */
static unsigned take_stock(const struct oracle_case *judged,
                           struct hostile_image *image)
{
    unsigned count = 0;

    for (unsigned i = 0; i < judged->images; i++) {
        const struct oracle_image *known = &judged->image[i];

        image[count].bytes = known->bytes;
        image[count].size = known->size;
        image[count].load_base = known->load_base;
        memcpy(image[count].digest, known->hash, sizeof known->hash);
        memcpy(image[count++].whole, known->digest, sizeof known->digest);
    }
    return count;
}

static bool put_bytes(struct device *device, uint32_t start,
                      const uint8_t *bytes, uint32_t length)
{
    struct board *board = &device->world->board;
    uint8_t *window = machine_window(device->machine);
    bool changed = false;

    for (uint32_t i = 0; i < length; i++) {
        changed |= board->flash.array[start + i] != bytes[i] &&
                   damage_byte(board, window, start + i, bytes[i]);
    }
    return changed;
}

static int do_hostile(struct device *device, const struct action *action,
                      struct diag *diag)
{
    const struct run_case *given = device->run->given;
    struct hostile_image image[ORACLE_IMAGES];
    struct hostile_stock stock = {image, take_stock(&given->judged, image),
                                  board_map_sector(&given->map)};
    uint64_t seed =
        action->seed != UINT64_MAX ? action->seed : given->scenario->seed;
    uint32_t start = 0;
    int err = action_range(device->run, action, 1, &start, diag);
    uint8_t *bytes = malloc(FLASH_MAX_SIZE);

    if (err == 0 && bytes == NULL) {
        err = diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    if (err == 0) {
        uint32_t length =
            board_map_find(&given->map, action->partition)->length;

        hostile_fill(action->partition, &stock, seed, bytes, length);
        if (put_bytes(device, start, bytes, length)) {
            tell_damage(device, start, length, given->judged.policy.attempts);
        }
        emit_fault(device, EVENT_FLASH_DAMAGE, start, length);
    }
    free(bytes);
    return err;
}

int spoil(struct device *device, const struct action *action, struct diag *diag)
{
    switch (action->kind) {
    case ACTION_FLIP:
        return do_flip(device, action, diag);
    case ACTION_DAMAGE:
        return do_damage(device, action, diag);
    case ACTION_ROT:
        return do_rot(device, action, diag);
    case ACTION_HOSTILE:
        return do_hostile(device, action, diag);
    default:
        return do_flash_fail(device, action, diag);
    }
}
