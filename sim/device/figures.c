/* SPDX-License-Identifier: MIT */
#include "device/figures.h"

#include <libfdt.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#define NS_PER_US 1000u
#define NS_PER_MS 1000000u

/* A blob being read. The first fault is kept in diag; `failed` ends the
 * reading. */
struct reader {
    const void *dtb;
    struct diag *diag;
    bool failed;
};

static int result_of(const struct reader *reader)
{
    return reader->failed ? OTALAB_ERR_USAGE : OTALAB_OK;
}

static void fail(struct reader *reader, const char *node, const char *what)
{
    reader->failed = true;
    (void)diag_fail(reader->diag, OTALAB_ERR_USAGE, "devicetree: %s: %s", node,
                    what);
}

static int open_blob(struct reader *reader, const void *dtb, size_t size,
                     struct diag *diag)
{
    *reader = (struct reader){.dtb = dtb, .diag = diag};
    int err =
        size > INT_MAX ? -FDT_ERR_BADSTRUCTURE : fdt_check_full(dtb, size);

    if (err != 0) {
        reader->failed = true;
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "devicetree: not a usable blob: %s; make one with "
                         "dtc -I dts -O dtb",
                         fdt_strerror(err));
    }
    return 0;
}

/* The node's offset, or -1 with a message. */
static int find_node(struct reader *reader, const char *compatible)
{
    int node = fdt_node_offset_by_compatible(reader->dtb, -1, compatible);

    if (node < 0) {
        fail(reader, compatible, "there is no compatible node");
        return -1;
    }
    return node;
}

static const char *name_of(const struct reader *reader, int node)
{
    const char *name = fdt_get_name(reader->dtb, node, NULL);

    return name != NULL ? name : "?";
}

/* Cell `index` of a property with exactly `count` cells; 0 with a message on
 * error. */
static uint32_t read_cell(struct reader *reader, int node, const char *property,
                          int count, int index)
{
    int length = 0;

    if (node < 0) {
        return 0;
    }
    const uint8_t *bytes = fdt_getprop(reader->dtb, node, property, &length);
    if (bytes == NULL || length != count * 4) {
        reader->failed = true;
        (void)diag_fail(reader->diag, OTALAB_ERR_USAGE,
                        "devicetree: %s: property %s %s, want %d cell(s)",
                        name_of(reader, node), property,
                        bytes == NULL ? "is missing" : "has the wrong size",
                        count);
        return 0;
    }
    bytes += index * 4;
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
           (uint32_t)bytes[2] << 8 | bytes[3];
}

static uint32_t read_u32(struct reader *reader, int node, const char *property)
{
    return read_cell(reader, node, property, 1, 0);
}

static uint64_t read_us(struct reader *reader, int node, const char *property)
{
    return (uint64_t)read_u32(reader, node, property) * NS_PER_US;
}

static bool has(const struct reader *reader, int node, const char *property)
{
    return node >= 0 && fdt_getprop(reader->dtb, node, property, NULL) != NULL;
}

/* ---- figures ----------------------------------------------------------- */

/* An optional property. */
static uint32_t read_or(struct reader *reader, int node, const char *property,
                        uint32_t usual)
{
    return has(reader, node, property) ? read_u32(reader, node, property)
                                       : usual;
}

static void read_flash(struct reader *reader, struct flash_figures *flash)
{
    int node = find_node(reader, "jedec,spi-nor");

    flash->size = read_cell(reader, node, "reg", 2, 1);
    flash->sector = read_u32(reader, node, "erase-block-size");
    flash->page = read_u32(reader, node, "write-block-size");
    flash->unit = read_or(reader, node, "otalab,program-unit", 1);
    flash->once = read_or(reader, node, "otalab,program-once", 0);
    flash->unit_ns =
        (uint64_t)read_or(reader, node, "otalab,program-unit-us", 0) *
        NS_PER_US;
    flash->program_ns = read_us(reader, node, "otalab,program-us");
    flash->erase_ns = read_us(reader, node, "otalab,erase-us");
    flash->erase_worn_ns = read_us(reader, node, "otalab,erase-worn-us");
    flash->endurance = read_u32(reader, node, "otalab,endurance");
}

static void read_pmu(struct reader *reader, struct board_figures *figures)
{
    int node = find_node(reader, "otalab,pmu");

    figures->battery_mv = read_u32(reader, node, "battery-mv");
    figures->warn_mv = read_u32(reader, node, "warn-mv");
    figures->brown_out_mv = read_u32(reader, node, "brown-out-mv");
}

static uint64_t read_ms(struct reader *reader, int node, const char *property)
{
    return (uint64_t)read_u32(reader, node, property) * NS_PER_MS;
}

/* The modem's node may be missing: typical values are used then. */
static void read_radio(struct reader *reader, struct radio_figures *radio)
{
    int node = fdt_node_offset_by_compatible(reader->dtb, -1, "otalab,modem");

    *radio = radio_defaults;
    if (node >= 0) {
        radio->receive_ns = read_ms(reader, node, "otalab,receive-ms");
        radio->tail_ns = read_ms(reader, node, "otalab,tail-ms");
        radio->page_ns = read_ms(reader, node, "otalab,page-ms");
        radio->queue = read_u32(reader, node, "otalab,queue");
    }
}

/* Without a node, or with one whose status is not "okay", no unit is fitted. */
static void read_accelerator(struct reader *reader,
                             struct accelerator_figures *unit)
{
    int node = fdt_node_offset_by_compatible(reader->dtb, -1, "otalab,crypto");
    const char *status =
        node < 0 ? NULL : fdt_getprop(reader->dtb, node, "status", NULL);

    if (status != NULL && strcmp(status, "okay") == 0) {
        unit->fitted = 1;
        unit->block_cycles = read_u32(reader, node, "otalab,hash-block-cycles");
        unit->verify_cycles = read_u32(reader, node, "otalab,verify-cycles");
    }
}

/* Reports values that the models do not support, by the property's name. */
static void check_figures(struct reader *reader,
                          const struct board_figures *figures)
{
    const char *flaw = flash_figures_flaw(&figures->flash);
    const struct {
        bool good;
        const char *node;
        const char *what;
    } checks[] = {
        {flaw == NULL, "flash", flaw},
        {figures->otp_burn_ns > 0, "otp", "otalab,burn-us must not be 0"},
        {figures->watchdog_ms > 0, "watchdog", "timeout-ms must not be 0"},
        {figures->brown_out_mv <= figures->warn_mv, "pmu",
         "warn-mv must not be below brown-out-mv"},
        {figures->radio.receive_ns > 0, "modem",
         "otalab,receive-ms must not be 0: no answer would be heard"},
        {figures->radio.queue > 0 && figures->radio.queue <= RADIO_QUEUE,
         "modem", "otalab,queue must be 1 to 8"},
        {!figures->accelerator.fitted ||
             (figures->accelerator.block_cycles > 0 &&
              figures->accelerator.verify_cycles > 0),
         "crypto", "no operation may take 0 cycles"},
    };

    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
        if (!reader->failed && !checks[i].good) {
            fail(reader, checks[i].node, checks[i].what);
        }
    }
}

int board_figures_read(const void *dtb, size_t size,
                       struct board_figures *figures, struct diag *diag)
{
    struct reader reader;

    memset(figures, 0, sizeof(*figures));
    if (open_blob(&reader, dtb, size, diag) != 0) {
        return OTALAB_ERR_USAGE;
    }
    read_flash(&reader, &figures->flash);
    figures->otp_burn_ns =
        read_us(&reader, find_node(&reader, "otalab,otp"), "otalab,burn-us");
    figures->watchdog_ms =
        read_u32(&reader, find_node(&reader, "arm,cmsdk-apb-watchdog"),
                 "timeout-ms");
    read_pmu(&reader, figures);
    read_radio(&reader, &figures->radio);
    read_accelerator(&reader, &figures->accelerator);
    check_figures(&reader, figures);
    return result_of(&reader);
}

/* ---- policy --------------------------------------------------------------- */

#define POWER_LOSSES_USUAL 8u
#define DELTA_SAVING_USUAL 50u

static const struct policy_figures policy_defaults = {
    .power_losses = POWER_LOSSES_USUAL,
    .tries = 3,
    .backoff_ns = 10u * UINT64_C(1000000000),
    .backoff_max_ns = 3600u * UINT64_C(1000000000),
    .poll_ns = 60u * UINT64_C(1000000000),
    .delta_saving = DELTA_SAVING_USUAL,
};

static const char *const flashes[BOARD_FLASHES] = {"w25q", "stm32l4", "stm32f4",
                                                   "nrf52840", "w25q-flat"};

const char *board_flash_name(enum board_flash part)
{
    return flashes[part];
}

static const char *const mechanisms[BOARD_MECHANISMS] = {"ab", "recovery",
                                                         "unsafe"};

const char *board_mechanism_name(enum board_mechanism mechanism)
{
    return mechanisms[mechanism];
}

static enum board_mechanism read_mechanism(struct reader *reader, int node)
{
    int length = 0;
    const char *name =
        node < 0 ? NULL
                 : fdt_getprop(reader->dtb, node, "otalab,mechanism", &length);
    unsigned found = 0;

    while (name != NULL && found < BOARD_MECHANISMS &&
           !fdt_stringlist_contains(name, length, mechanisms[found])) {
        found++;
    }
    if (found == BOARD_MECHANISMS) {
        fail(reader, name_of(reader, node),
             "otalab,mechanism must be ab, recovery or unsafe");
        return BOARD_AB;
    }
    return (enum board_mechanism)found;
}

static void read_boot(struct reader *reader, struct policy_figures *policy)
{
    int node = find_node(reader, "otalab,boot");

    policy->attempts = read_u32(reader, node, "trial-attempts");
    policy->deadline_ns = read_ms(reader, node, "trial-deadline-ms");
    policy->mechanism = read_mechanism(reader, node);
    if (has(reader, node, "trial-power-losses")) {
        policy->power_losses = read_u32(reader, node, "trial-power-losses");
    }
}

static void read_agent(struct reader *reader, struct policy_figures *policy)
{
    int node = fdt_node_offset_by_compatible(reader->dtb, -1, "otalab,agent");

    if (node >= 0) {
        policy->tries = read_u32(reader, node, "tries");
        policy->backoff_ns = read_ms(reader, node, "backoff-ms");
        policy->backoff_max_ns = read_ms(reader, node, "backoff-max-ms");
        policy->poll_ns = read_ms(reader, node, "poll-ms");
        policy->delta_saving =
            read_or(reader, node, "delta-saving-percent", DELTA_SAVING_USUAL);
    }
}

int policy_figures_read(const void *dtb, size_t size,
                        struct policy_figures *policy, struct diag *diag)
{
    struct reader reader;

    *policy = policy_defaults;
    if (open_blob(&reader, dtb, size, diag) != 0) {
        return OTALAB_ERR_USAGE;
    }
    read_boot(&reader, policy);
    read_agent(&reader, policy);
    return result_of(&reader);
}

/* ---- partitions --------------------------------------------------------- */

static bool overlaps(const struct board_part *a, const struct board_part *b)
{
    return a->start < b->start + b->length && b->start < a->start + a->length;
}

/* A label of 1 to 31 characters that ends where its property does. */
static bool read_label(struct reader *reader, int node,
                       char name[BOARD_PART_NAME])
{
    int length = 0;
    const char *label = fdt_getprop(reader->dtb, node, "label", &length);

    if (label == NULL || length < 2 || length > (int)BOARD_PART_NAME ||
        memchr(label, '\0', (size_t)length) != label + length - 1) {
        fail(reader, name_of(reader, node),
             "label must be a text of 1 to 31 characters");
        return false;
    }
    memcpy(name, label, (size_t)length);
    return true;
}

static const char *fault_of(const struct board_map *map,
                            const struct board_part *part, uint32_t size)
{
    if (part->length == 0 || part->start >= size ||
        part->length > size - part->start) {
        return "reg lies outside the flash";
    }
    uint32_t sector = board_map_sector(map);

    if (part->start % sector || part->length % sector) {
        return "reg must be whole sectors";
    }
    for (uint32_t i = 0; i < map->count; i++) {
        if (overlaps(&map->part[i], part)) {
            return "reg overlaps an earlier partition";
        }
        if (strcmp(map->part[i].name, part->name) == 0) {
            return "label is already used by an earlier partition";
        }
    }
    return map->count >= BOARD_PARTS ? "more than 16 partitions" : NULL;
}

static void read_part(struct reader *reader, int node, uint32_t size,
                      struct board_map *map)
{
    struct board_part part = {.start = 0};

    part.start = read_cell(reader, node, "reg", 2, 0);
    part.length = read_cell(reader, node, "reg", 2, 1);
    if (!read_label(reader, node, part.name) || reader->failed) {
        return;
    }
    const char *fault = fault_of(map, &part, size);
    if (fault != NULL) {
        fail(reader, name_of(reader, node), fault);
        return;
    }
    map->part[map->count++] = part;
}

static bool is_disabled(const struct reader *reader, int node)
{
    int length = 0;
    const char *status = fdt_getprop(reader->dtb, node, "status", &length);

    return status != NULL &&
           fdt_stringlist_contains(status, length, "disabled");
}

int board_map_read(const void *dtb, size_t size, struct board_map *map,
                   struct diag *diag)
{
    struct reader reader;

    memset(map, 0, sizeof(*map));
    if (open_blob(&reader, dtb, size, diag) != 0) {
        return OTALAB_ERR_USAGE;
    }
    int node = find_node(&reader, "jedec,spi-nor");
    uint32_t flash = read_cell(&reader, node, "reg", 2, 1);

    map->sector = read_u32(&reader, node, "erase-block-size");
    int parts = find_node(&reader, "fixed-partitions");
    if (!reader.failed && flash > FLASH_MAX_SIZE) {
        fail(&reader, "flash", "reg: the size must be 4 KiB to 2 MiB");
    }
    if (reader.failed) {
        return OTALAB_ERR_USAGE;
    }
    fdt_for_each_subnode(node, dtb, parts)
    {
        if (!reader.failed && !is_disabled(&reader, node)) {
            read_part(&reader, node, flash, map);
        }
    }
    if (!reader.failed && map->count == 0) {
        fail(&reader, "partitions", "there is no partition");
    }
    return result_of(&reader);
}

uint32_t board_map_sector(const struct board_map *map)
{
    return map->sector != 0 ? map->sector : FLASH_SECTOR;
}

const struct board_part *board_map_find(const struct board_map *map,
                                        const char *name)
{
    for (uint32_t i = 0; i < map->count; i++) {
        if (strcmp(map->part[i].name, name) == 0) {
            return &map->part[i];
        }
    }
    return NULL;
}

const struct board_part *board_map_at(const struct board_map *map,
                                      uint32_t address)
{
    for (uint32_t i = 0; i < map->count; i++) {
        const struct board_part *part = &map->part[i];
        if (address >= part->start && address - part->start < part->length) {
            return part;
        }
    }
    return NULL;
}

enum board_mechanism board_map_mechanism(const struct board_map *map)
{
    if (board_map_find(map, "slot-b") != NULL) {
        return BOARD_AB;
    }
    return board_map_find(map, "recovery") != NULL ? BOARD_RECOVERY
                                                   : BOARD_UNSAFE;
}
