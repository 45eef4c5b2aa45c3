/* SPDX-License-Identifier: MIT */
/* The grammar of what goes wrong in the flash part while power is on. */
#include "scenario/schema.h"

#include "device/flash.h"
#include "oracle/target.h"
#include "scenario/scenario.h"
#include "scenario/schema_rows.h"

const struct schema_choice schema_partitions[] = {
    {"boot-a", 0, "first copy of the bootloader"},
    {"boot-b", 1, "second copy of the bootloader"},
    {"journal", 2, "the boot journal, with every record stored twice"},
    {"requests", 3, "the application's requests to the bootloader"},
    {"progress", 4, "how far a download has got"},
    {"slot-a", 5, "first image slot"},
    {"slot-b", 6, "second image slot"},
    {"recovery", 7, "the image that runs if both slots are unusable"},
    {"staging", 8, "storage for downloads"},
    {"failed", 9, "digests of images that failed their trial"},
    {"offers", 10, "the highest release offered so far"},
    {"log", 11, "the device's own log"},
    {NULL, 0, NULL}};

const struct schema_choice schema_flash_failures[] = {
    {"fail", FLASH_FAULT_REPORTED,
     "half of it is done, and the part reports a failure"},
    {"ignore", FLASH_FAULT_IGNORED,
     "the part reports success but does nothing"},
    {"wrong", FLASH_FAULT_WRONG,
     "half of it is done, and the part reports success: a brown-out that does "
     "not reset the CPU"},
    {NULL, 0, NULL}};

static const struct schema_choice fill_words[] = {
    {"random", 0x100u, "random bytes from the seed"}, {NULL, 0, NULL}};

static const struct schema_choice targets[] = {
#define TARGET_CHOICE(code, name, text) {name, TARGET_##code, text},
    TARGETS(TARGET_CHOICE)
#undef TARGET_CHOICE
        {NULL, 0, NULL}};

#define PARTITION(type)                                      \
    {                                                        \
        .key = "partition", .kind = SCHEMA_CHOICE, REQUIRED, \
        IN(type, partition), .choices = schema_partitions,   \
        .help = "The partition", .example = "journal"        \
    }

static const struct schema_key flip_keys[] = {
    PARTITION(action),
    {.key = "offset",
     .kind = SCHEMA_SIZE,
     IN(action, offset),
     BOUNDS(0, FLASH_MAX_SIZE - 1u),
     .help = "Byte offset in the partition, or in the target if one is named",
     .usual = "(0B in a target)",
     .example = "0x80"},
    {.key = "target",
     .kind = SCHEMA_CHOICE,
     IN(action, target),
     .choices = targets,
     .help = "What the byte belongs to; the partition must hold such a thing",
     .usual = "(any byte)",
     .example = "header"},
    {.key = "bit",
     .kind = SCHEMA_NUMBER,
     IN(action, bit),
     BOUNDS(0, 7u),
     .help = "The bit within that byte",
     .usual = "0",
     .example = "3"},
    {.key = NULL}};

const struct schema_map schema_flip = {
    .name = "bit_flip",
    .path = "steps[].do.bit_flip",
    .keys = flip_keys,
    .help = "One bit of the flash flips spontaneously: the byte at 'offset', "
            "or one "
            "of the thing that 'target' names."};

static const struct schema_key damage_keys[] = {
    PARTITION(action),
    {.key = "offset",
     .kind = SCHEMA_SIZE,
     IN(action, offset),
     BOUNDS(0, FLASH_MAX_SIZE - 1u),
     .help = "Offset of the first byte in the partition",
     .usual = "0B",
     .example = "0x200"},
    {.key = "length",
     .kind = SCHEMA_SIZE,
     REQUIRED,
     IN(action, length),
     BOUNDS(1u, FLASH_MAX_SIZE),
     .help = "Number of bytes",
     .example = "4KiB"},
    {.key = "fill",
     .kind = SCHEMA_NUMBER,
     IN(action, fill),
     BOUNDS(0, 0xFFu),
     .choices = fill_words,
     .help = "The new bytes; 0xff means erased",
     .usual = "0xff",
     .example = "0x00"},
    {.key = NULL}};

const struct schema_map schema_damage = {
    .name = "damage",
    .path = "steps[].do.damage",
    .keys = damage_keys,
    .help = "A range of the flash is overwritten without the device's "
            "knowledge. At least one byte must change."};

static const struct schema_key rot_keys[] = {
    PARTITION(action),
    {.key = "per_mib",
     .kind = SCHEMA_NUMBER,
     REQUIRED,
     IN(action, rate),
     BOUNDS(1u, 4096u),
     .help = "How many bits flip in a MiB; in a partition at least one",
     .example = "64"},
    {.key = NULL}};

const struct schema_map schema_rot = {
    .name = "bit_rot",
    .path = "steps[].do.bit_rot",
    .keys = rot_keys,
    .help = "Bits flip spontaneously all over a partition, at places that the "
            "seed chooses. The number is per_mib times the partition's size, "
            "rounded up."};

static const struct schema_key hostile_keys[] = {PARTITION(action),
                                                 {.key = "seed",
                                                  .kind = SCHEMA_NUMBER,
                                                  IN(action, seed),
                                                  BOUNDS(0, UINT64_MAX - 1u),
                                                  .help =
                                                      "Chooses the contents",
                                                  .usual = "(the run's seed)",
                                                  .example = "7"},
                                                 {.key = NULL}};

const struct schema_map schema_hostile = {
    .name = "hostile",
    .path = "steps[].do.hostile",
    .keys = hostile_keys,
    .help = "A partition is filled with bytes that an attacker might choose: "
            "records with valid checksums and absurd fields, the scenario's "
            "images spoiled in one place, torn and blank pieces, noise. "
            "Signatures are not forged."};

#define WORN(label, number)                                                \
    {                                                                      \
        .key = (label), .kind = SCHEMA_NUMBER, IN(scenario, wear[number]), \
        BOUNDS(0, UINT32_MAX - 1u),                                        \
        .help = "Erases of each of its sectors so far", .usual = "0",      \
        .example = "100000"                                                \
    }

/* By the numbers of schema_partitions. */
static const struct schema_key wear_keys[] = {
    WORN("boot-a", 0),   WORN("boot-b", 1),   WORN("journal", 2),
    WORN("requests", 3), WORN("progress", 4), WORN("slot-a", 5),
    WORN("slot-b", 6),   WORN("recovery", 7), WORN("staging", 8),
    WORN("failed", 9),   WORN("offers", 10),  WORN("log", 11),
    {.key = NULL}};

const struct schema_map schema_wear = {
    .name = "wear",
    .path = "wear",
    .keys = wear_keys,
    .help =
        "How worn the flash is at power-on. From the devicetree's endurance "
        "on (100000), an erase fails: it is reported, and leaves bits at "
        "0. Before that it only takes longer."};
