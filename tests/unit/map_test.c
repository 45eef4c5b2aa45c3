/* SPDX-License-Identifier: MIT */
/* The devicetree reader: the real blob's contents, and spoiled ones. Blobs
 * are made with libfdt's sequential writer. */
#include "ota/map.h"

#include <criterion/criterion.h>
#include <libfdt.h>
#include <string.h>

#include "ota/image.h"
#include "ota/mechanism.h"

#define BLOB_SIZE 4096

struct part {
    const char *label;
    uint32_t start, length;
};

static const struct part sound_parts[] = {
    {"boot-a", 0x0, 0x8000},        {"boot-b", 0x8000, 0x8000},
    {"journal", 0x10000, 0x4000},   {"requests", 0x14000, 0x2000},
    {"progress", 0x16000, 0xa000},  {"slot-a", 0x20000, 0x60000},
    {"slot-b", 0x80000, 0x60000},   {"recovery", 0xe0000, 0x20000},
    {"staging", 0x100000, 0xda000}, {"failed", 0x1da000, 0x4000},
    {"offers", 0x1de000, 0x2000},   {"log", 0x1e0000, 0x20000},
};
#define PARTS (sizeof(sound_parts) / sizeof(sound_parts[0]))

struct tree {
    struct part parts[PARTS];
    uint32_t flash_size, sector_size, attempts;
    bool no_watchdog;
    const char *mechanism; /* NULL: the property is missing */
    unsigned disabled;     /* a bit for each of `parts` */
    unsigned keys;
    uint32_t key_size;
    _Alignas(8) uint8_t blob[BLOB_SIZE];
};

static struct tree sound_tree(void)
{
    struct tree tree = {.flash_size = 0x200000,
                        .sector_size = 4096,
                        .attempts = 3,
                        .key_size = IMAGE_SPKI_SIZE};

    memcpy(tree.parts, sound_parts, sizeof(sound_parts));
    return tree;
}

static void ok(int err)
{
    cr_assert_eq(err, 0, "libfdt: %d", err);
}

static void text(void *blob, const char *name, const char *value)
{
    ok(fdt_property(blob, name, value, (int)strlen(value) + 1));
}

static void node(void *blob, const char *name, const char *compatible)
{
    ok(fdt_begin_node(blob, name));
    if (compatible) {
        text(blob, "compatible", compatible);
    }
}

static void reg(void *blob, uint32_t start, uint32_t length)
{
    fdt32_t cells[2] = {cpu_to_fdt32(start), cpu_to_fdt32(length)};

    ok(fdt_property(blob, "reg", cells, sizeof(cells)));
}

static void write_flash(const struct tree *tree, void *blob)
{
    node(blob, "flash@0", "jedec,spi-nor");
    reg(blob, 0, tree->flash_size);
    ok(fdt_property_u32(blob, "erase-block-size", tree->sector_size));
    node(blob, "partitions", "fixed-partitions");
    for (unsigned i = 0; i < PARTS; i++) {
        char name[16] = "partition@a";
        name[10] = (char)('a' + i);
        if (tree->parts[i].label) {
            node(blob, name, NULL);
            text(blob, "label", tree->parts[i].label);
            reg(blob, tree->parts[i].start, tree->parts[i].length);
            if (tree->disabled >> i & 1u) {
                text(blob, "status", "disabled");
            }
            ok(fdt_end_node(blob));
        }
    }
    ok(fdt_end_node(blob));
    ok(fdt_end_node(blob));
}

static void write_keys(const struct tree *tree, void *blob)
{
    uint8_t key[128];

    node(blob, "keys", NULL);
    for (unsigned i = 0; i < tree->keys; i++) {
        char name[] = "key-a";
        name[4] = (char)('a' + i);
        memset(key, (int)(0x10 + i), sizeof(key));
        node(blob, name, NULL);
        ok(fdt_property(blob, "otalab,public-key", key, (int)tree->key_size));
        ok(fdt_end_node(blob));
    }
    ok(fdt_end_node(blob));
}

static void write_tree(struct tree *tree)
{
    void *blob = tree->blob;

    ok(fdt_create(blob, BLOB_SIZE));
    ok(fdt_finish_reservemap(blob));
    node(blob, "", "otalab,board-1");
    write_flash(tree, blob);
    if (!tree->no_watchdog) {
        node(blob, "watchdog", "arm,cmsdk-apb-watchdog");
        ok(fdt_property_u32(blob, "timeout-ms", 5000));
        ok(fdt_end_node(blob));
    }
    node(blob, "boot", "otalab,boot");
    if (tree->mechanism) {
        text(blob, "otalab,mechanism", tree->mechanism);
    }
    ok(fdt_property_u32(blob, "trial-attempts", tree->attempts));
    ok(fdt_property_u32(blob, "trial-power-losses", 8));
    ok(fdt_property_u32(blob, "trial-deadline-ms", 120000));
    ok(fdt_property_u32(blob, "commit-after-ms", 0));
    ok(fdt_end_node(blob));
    write_keys(tree, blob);
    ok(fdt_end_node(blob));
    ok(fdt_finish(blob));
}

static int read_tree(struct tree *tree, struct ota_map *map)
{
    write_tree(tree);
    return map_read(tree->blob, BLOB_SIZE, map);
}

Test(map, a_sound_tree_is_read)
{
    struct tree tree = sound_tree();
    struct ota_map map;

    cr_assert_eq(read_tree(&tree, &map), OTA_OK);
    cr_assert_eq(map.flash_size, 0x200000);
    cr_assert_eq(map.sector_size, 4096);
    cr_assert_eq(map.watchdog_ms, 5000);
    cr_assert_eq(map.trial_deadline_ms, 120000);
    cr_assert_eq(map.commit_after_ms, 0);
    cr_assert_eq(map.trial_attempts, 3);
    cr_assert_eq(map.trial_power_losses, 8);
    for (unsigned i = 0; i < PARTS; i++) {
        cr_assert_eq(map.parts[i].start, sound_parts[i].start);
        cr_assert_eq(map.parts[i].length, sound_parts[i].length);
    }
    cr_assert_eq(MAP_SLOT_A + OTA_SLOT_B, MAP_SLOT_B);
    cr_assert_eq(MAP_SLOT_A + OTA_SLOT_RECOVERY, MAP_RECOVERY);
}

#define SLOT_B (1u << 6) /* in sound_parts */
#define RECOVERY (1u << 7)

/* A slot that the mechanism lacks must not be there, and one that it has must
 * be. */
Test(map, the_mechanism_says_which_slots_there_are)
{
    static const struct {
        const char *mechanism;
        unsigned disabled;
        uint8_t found;
        int err;
    } cases[] = {
        {NULL, 0, MECHANISM_AB, OTA_OK},
        {"ab", 0, MECHANISM_AB, OTA_OK},
        {"ab", SLOT_B, MECHANISM_AB, OTA_ERR_NONE},
        {"recovery", SLOT_B, MECHANISM_RECOVERY, OTA_OK},
        {"recovery", 0, MECHANISM_RECOVERY, OTA_ERR_RANGE},
        {"recovery", SLOT_B | RECOVERY, MECHANISM_RECOVERY, OTA_ERR_NONE},
        {"unsafe", SLOT_B | RECOVERY, MECHANISM_UNSAFE, OTA_OK},
        {"unsafe", SLOT_B, MECHANISM_UNSAFE, OTA_ERR_RANGE},
        {"unsafe", 1u | SLOT_B | RECOVERY, MECHANISM_UNSAFE, OTA_ERR_NONE},
        {"abc", 0, MECHANISM_COUNT, OTA_ERR_RANGE},
        {"", 0, MECHANISM_COUNT, OTA_ERR_RANGE},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct tree tree = sound_tree();
        struct ota_map map;

        tree.mechanism = cases[i].mechanism;
        tree.disabled = cases[i].disabled;
        cr_expect_eq(read_tree(&tree, &map), cases[i].err, "case %zu", i);
        cr_expect_eq(map.mechanism, cases[i].found, "case %zu", i);
    }
}

Test(map, partitions_are_found_by_label_in_any_order)
{
    struct tree tree = sound_tree();
    struct ota_map map;
    struct part first = tree.parts[0];

    tree.parts[0] = tree.parts[5];
    tree.parts[5] = first;
    cr_assert_eq(read_tree(&tree, &map), OTA_OK);
    cr_assert_eq(map.parts[MAP_SLOT_A].start, 0x20000);
}

Test(map, spoiled_partitions_are_refused)
{
    static const struct {
        const char *what;
        unsigned part;
        struct part instead;
        int err;
    } cases[] = {
        {"missing", 2, {NULL, 0, 0}, OTA_ERR_NONE},
        {"misspelt", 2, {"Journal", 0x10000, 0x4000}, OTA_ERR_NONE},
        {"twice", 2, {"boot-a", 0x10000, 0x4000}, OTA_ERR_RANGE},
        {"empty", 2, {"journal", 0x10000, 0}, OTA_ERR_NONE},
        {"half a sector", 2, {"journal", 0x10000, 0x3800}, OTA_ERR_RANGE},
        {"askew", 2, {"journal", 0x10800, 0x3000}, OTA_ERR_RANGE},
        {"overlaps", 2, {"journal", 0xF000, 0x4000}, OTA_ERR_RANGE},
        {"leaves the flash",
         PARTS - 1,
         {"log", 0x1e0000, 0x21000},
         OTA_ERR_RANGE},
        {"past the flash", PARTS - 1, {"log", 0x300000, 0x1000}, OTA_ERR_RANGE},
        {"wraps", PARTS - 1, {"log", 0x1e0000, 0xFFFFF000}, OTA_ERR_RANGE},
    };

    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct tree tree = sound_tree();
        struct ota_map map;
        tree.parts[cases[i].part] = cases[i].instead;
        cr_assert_eq(read_tree(&tree, &map), cases[i].err, "%s", cases[i].what);
    }
}

Test(map, spoiled_figures_are_refused)
{
    struct tree tree = sound_tree();
    struct ota_map map;

    tree.sector_size = 0;
    cr_assert_eq(read_tree(&tree, &map), OTA_ERR_RANGE);
    tree = sound_tree();
    tree.flash_size = 0x200001;
    cr_assert_eq(read_tree(&tree, &map), OTA_ERR_RANGE);
    tree = sound_tree();
    tree.attempts = 0;
    cr_assert_eq(read_tree(&tree, &map), OTA_ERR_RANGE);
    tree.attempts = 256;
    cr_assert_eq(read_tree(&tree, &map), OTA_ERR_RANGE);
    tree = sound_tree();
    tree.no_watchdog = true;
    cr_assert_eq(read_tree(&tree, &map), OTA_ERR_NONE);
}

Test(map, a_blob_that_is_none_is_refused)
{
    struct tree tree = sound_tree();
    struct ota_map map;
    const uint8_t *keys[MAP_KEYS_MAX];

    write_tree(&tree);
    cr_assert_eq(map_read(tree.blob, 8, &map), OTA_ERR_RANGE);
    cr_assert_eq(map_read(tree.blob, fdt_totalsize(tree.blob) - 1, &map),
                 OTA_ERR_RANGE);
    tree.blob[0] ^= 1;
    cr_assert_eq(map_read(tree.blob, BLOB_SIZE, &map), OTA_ERR_RANGE);
    cr_assert_eq(map_read_keys(tree.blob, BLOB_SIZE, keys), 0);
}

Test(map, keys_are_optional_and_bounded)
{
    const uint8_t *keys[MAP_KEYS_MAX];

    for (unsigned count = 0; count <= MAP_KEYS_MAX + 1; count++) {
        struct tree tree = sound_tree();
        tree.keys = count;
        write_tree(&tree);
        uint32_t found = map_read_keys(tree.blob, BLOB_SIZE, keys);
        cr_assert_eq(found, count < MAP_KEYS_MAX ? count : MAP_KEYS_MAX);
        for (uint32_t i = 0; i < found; i++) {
            cr_assert_eq(keys[i][IMAGE_SPKI_SIZE - 1], 0x10 + i);
        }
    }
    struct tree tree = sound_tree();
    tree.keys = 2;
    tree.key_size = IMAGE_SPKI_SIZE - 1;
    write_tree(&tree);
    cr_assert_eq(map_read_keys(tree.blob, BLOB_SIZE, keys), 0);
}
