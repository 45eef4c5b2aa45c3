/* SPDX-License-Identifier: MIT */
/* The devicetree reader, on blobs made here: a good one, and the same with
 * one thing wrong. */
#include <criterion/criterion.h>
#include <libfdt.h>
#include <stdio.h>
#include <string.h>

#include "device/figures.h"

#define BLOB_SIZE 4096

static _Alignas(8) uint8_t blob[BLOB_SIZE];
static struct board_figures figures;
static struct board_map map;
static struct diag diag;

static void must(int err)
{
    cr_assert_geq(err, 0, "%s", fdt_strerror(err));
}

static void set_text(int node, const char *property, const char *text)
{
    must(fdt_setprop(blob, node, property, text, (int)strlen(text) + 1));
}

static int add_node(int parent, const char *name, const char *compatible)
{
    int node = fdt_add_subnode(blob, parent, name);

    must(node);
    if (compatible != NULL) {
        set_text(node, "compatible", compatible);
    }
    return node;
}

static void set_reg(int node, uint32_t start, uint32_t length)
{
    const fdt32_t reg[2] = {cpu_to_fdt32(start), cpu_to_fdt32(length)};

    must(fdt_setprop(blob, node, "reg", reg, sizeof(reg)));
}

/* Nodes go in front of their siblings, so paths are looked up each time. */
static int at(const char *path)
{
    int node = fdt_path_offset(blob, path);

    must(node);
    return node;
}

static void set(const char *path, const char *property, uint32_t value)
{
    must(fdt_setprop_u32(blob, at(path), property, value));
}

static void add_part(const char *name, const char *label, uint32_t start,
                     uint32_t length)
{
    int node = add_node(at("/flash@0/partitions"), name, NULL);

    set_text(node, "label", label);
    set_reg(node, start, length);
}

static void make_blob(void)
{
    diag.text[0] = '\0';
    must(fdt_create_empty_tree(blob, BLOB_SIZE));
    add_node(0, "pmu", "otalab,pmu");
    set("/pmu", "battery-mv", 3600);
    set("/pmu", "warn-mv", 3000);
    set("/pmu", "brown-out-mv", 2700);
    add_node(0, "modem", "otalab,modem");
    set("/modem", "otalab,receive-ms", 8000);
    set("/modem", "otalab,tail-ms", 9000);
    set("/modem", "otalab,page-ms", 2560);
    set("/modem", "otalab,queue", 5);
    add_node(0, "watchdog", "arm,cmsdk-apb-watchdog");
    set("/watchdog", "timeout-ms", 5000);
    add_node(0, "otp", "otalab,otp");
    set("/otp", "otalab,burn-us", 50);
    set_reg(add_node(0, "flash@0", "jedec,spi-nor"), 0, 0x10000);
    set("/flash@0", "erase-block-size", 4096);
    set("/flash@0", "write-block-size", 256);
    set("/flash@0", "otalab,program-us", 700);
    set("/flash@0", "otalab,erase-us", 45000);
    set("/flash@0", "otalab,erase-worn-us", 400000);
    set("/flash@0", "otalab,endurance", 100000);
    add_node(at("/flash@0"), "partitions", "fixed-partitions");
    add_node(0, "boot", "otalab,boot");
    set("/boot", "trial-attempts", 4);
    set("/boot", "trial-deadline-ms", 20000);
    set("/boot", "trial-power-losses", 5);
    add_node(0, "agent", "otalab,agent");
    set("/agent", "tries", 2);
    set("/agent", "backoff-ms", 3000);
    set("/agent", "backoff-max-ms", 70000);
    set("/agent", "poll-ms", 9000);
    add_part("partition@2000", "slot-a", 0x2000, 0x4000);
    add_part("partition@0", "journal", 0x0, 0x2000);
}

TestSuite(figures, .init = make_blob);

static int read_figures(void)
{
    return board_figures_read(blob, BLOB_SIZE, &figures, &diag);
}

static int read_map(void)
{
    return board_map_read(blob, BLOB_SIZE, &map, &diag);
}

Test(figures, are_read)
{
    cr_assert_eq(read_figures(), 0, "%s", diag.text);
    cr_assert_eq(figures.flash.size, 0x10000);
    cr_assert_eq(figures.flash.sector, 4096);
    cr_assert_eq(figures.flash.page, 256);
    cr_assert_eq(figures.flash.program_ns, 700000);
    cr_assert_eq(figures.flash.erase_ns, 45000000);
    cr_assert_eq(figures.flash.erase_worn_ns, 400000000);
    cr_assert_eq(figures.flash.endurance, 100000);
    cr_assert_eq(figures.otp_burn_ns, 50000);
    cr_assert_eq(figures.watchdog_ms, 5000);
    cr_assert_eq(figures.battery_mv, 3600);
    cr_assert_eq(figures.warn_mv, 3000);
    cr_assert_eq(figures.brown_out_mv, 2700);
    cr_assert_eq(figures.radio.receive_ns, 8000000000u);
    cr_assert_eq(figures.radio.tail_ns, 9000000000u);
    cr_assert_eq(figures.radio.page_ns, 2560000000u);
    cr_assert_eq(figures.radio.queue, 5);
}

Test(figures, of_policy_are_read)
{
    struct policy_figures policy;

    cr_assert_eq(policy_figures_read(blob, BLOB_SIZE, &policy, &diag), 0, "%s",
                 diag.text);
    cr_expect_eq(policy.attempts, 4);
    cr_expect_eq(policy.deadline_ns, 20000000000u);
    cr_expect_eq(policy.power_losses, 5);
    cr_expect_eq(policy.tries, 2);
    cr_expect_eq(policy.backoff_ns, 3000000000u);
    cr_expect_eq(policy.backoff_max_ns, 70000000000u);
    cr_expect_eq(policy.poll_ns, 9000000000u);
}

Test(figures, of_policy_have_defaults)
{
    struct policy_figures policy;

    must(fdt_del_node(blob, at("/agent")));
    must(fdt_delprop(blob, at("/boot"), "trial-power-losses"));
    cr_assert_eq(policy_figures_read(blob, BLOB_SIZE, &policy, &diag), 0, "%s",
                 diag.text);
    cr_expect_eq(policy.power_losses, 8);
    cr_expect_eq(policy.backoff_max_ns, 3600000000000u);
    cr_expect_neq(policy.tries, 0);
}

Test(figures, of_policy_that_are_missing_are_named)
{
    struct policy_figures policy;

    must(fdt_delprop(blob, at("/boot"), "trial-attempts"));
    cr_expect_neq(policy_figures_read(blob, BLOB_SIZE, &policy, &diag), 0);
    cr_expect_not_null(strstr(diag.text, "trial-attempts"), "%s", diag.text);
    make_blob();
    must(fdt_delprop(blob, at("/agent"), "poll-ms"));
    cr_expect_neq(policy_figures_read(blob, BLOB_SIZE, &policy, &diag), 0);
    cr_expect_not_null(strstr(diag.text, "poll-ms"), "%s", diag.text);
    make_blob();
    must(fdt_del_node(blob, at("/boot")));
    cr_expect_neq(policy_figures_read(blob, BLOB_SIZE, &policy, &diag), 0);
    cr_expect_not_null(strstr(diag.text, "otalab,boot"), "%s", diag.text);
}

Test(figures, of_the_modem_have_defaults)
{
    must(fdt_del_node(blob, at("/modem")));
    cr_assert_eq(read_figures(), 0, "%s", diag.text);
    cr_assert_eq(
        memcmp(&figures.radio, &radio_defaults, sizeof(radio_defaults)), 0);
}

/* Each figure, made wrong, is refused by name; the model would agree. */
Test(figures, out_of_range_are_refused_by_name)
{
    static const struct {
        const char *path, *property;
        uint32_t value;
    } cases[] = {
        {"/flash@0", "erase-block-size", 131072},
        {"/flash@0", "write-block-size", 512},
        {"/flash@0", "otalab,program-us", 0},
        {"/flash@0", "otalab,erase-us", 0},
        {"/flash@0", "otalab,erase-worn-us", 44999},
        {"/flash@0", "otalab,endurance", 0},
        {"/otp", "otalab,burn-us", 0},
        {"/watchdog", "timeout-ms", 0},
        {"/pmu", "warn-mv", 2000},
        {"/modem", "otalab,receive-ms", 0},
        {"/modem", "otalab,queue", 0},
        {"/modem", "otalab,queue", RADIO_QUEUE + 1},
    };

    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        make_blob();
        set(cases[i].path, cases[i].property, cases[i].value);
        cr_expect_eq(read_figures(), OTALAB_ERR_USAGE);
        cr_expect_not_null(strstr(diag.text, cases[i].property), "%s",
                           diag.text);
    }
    make_blob();
    set("/flash@0", "otalab,erase-worn-us", UINT32_MAX);
    cr_expect_eq(read_figures(), OTALAB_ERR_USAGE);
}

Test(figures, missing_or_misshapen_properties_are_named)
{
    static const char *const properties[][2] = {
        {"/flash@0", "reg"},
        {"/flash@0", "erase-block-size"},
        {"/flash@0", "otalab,endurance"},
        {"/otp", "otalab,burn-us"},
        {"/watchdog", "timeout-ms"},
        {"/pmu", "battery-mv"},
        {"/modem", "otalab,tail-ms"},
    };

    for (unsigned i = 0; i < 14; i++) {
        const char *path = properties[i / 2][0];
        const char *property = properties[i / 2][1];
        make_blob();
        must(i % 2 ? fdt_setprop(blob, at(path), property, "abcde", 5)
                   : fdt_delprop(blob, at(path), property));
        cr_expect_eq(read_figures(), OTALAB_ERR_USAGE);
        cr_expect_not_null(strstr(diag.text, property), "%s", diag.text);
    }
}

Test(figures, missing_nodes_are_named)
{
    static const char *const nodes[][2] = {
        {"/flash@0", "jedec,spi-nor"},
        {"/otp", "otalab,otp"},
        {"/watchdog", "arm,cmsdk-apb-watchdog"},
        {"/pmu", "otalab,pmu"},
    };

    for (unsigned i = 0; i < 4; i++) {
        make_blob();
        must(fdt_del_node(blob, at(nodes[i][0])));
        cr_expect_eq(read_figures(), OTALAB_ERR_USAGE);
        cr_expect_not_null(strstr(diag.text, nodes[i][1]), "%s", diag.text);
    }
}

Test(figures, a_size_the_model_cannot_hold)
{
    const uint32_t sizes[] = {0, 100, FLASH_MAX_SIZE + 4096, UINT32_MAX};

    for (unsigned i = 0; i < 4; i++) {
        make_blob();
        set_reg(at("/flash@0"), 0, sizes[i]);
        cr_expect_eq(read_figures(), OTALAB_ERR_USAGE, "%u", sizes[i]);
        cr_expect_eq(read_map(), OTALAB_ERR_USAGE, "%u", sizes[i]);
    }
}

Test(figures, damaged_blobs_are_refused)
{
    for (size_t size = 0; size < 64; size++) {
        diag.text[0] = '\0';
        cr_expect_eq(board_figures_read(blob, size, &figures, &diag),
                     OTALAB_ERR_USAGE);
        cr_expect_eq(board_map_read(blob, size, &map, NULL), OTALAB_ERR_USAGE);
        cr_expect_neq(diag.text[0], '\0');
    }
    blob[0] ^= 1;
    cr_expect_eq(read_figures(), OTALAB_ERR_USAGE);
}

/* A flipped bit may still give a good blob, but never reads beyond it (which
 * the sanitizers would see) nor a figure the model refuses. */
Test(figures, flipped_bits_never_pass_for_what_they_are_not)
{
    static struct board board;

    for (uint32_t bit = 0; bit < 1600 * 8; bit += 5) {
        make_blob();
        blob[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (read_figures() == 0) {
            cr_assert_eq(board_init(&board, &figures, 1), 0, "bit %u", bit);
        }
        if (read_map() == 0) {
            cr_assert_leq(map.count, BOARD_PARTS);
        }
    }
}

/* ---- partitions ---- */

Test(figures, partitions_are_read_in_order)
{
    cr_assert_eq(read_map(), 0, "%s", diag.text);
    cr_assert_eq(map.count, 2);
    cr_assert_str_eq(map.part[0].name, "journal");
    cr_assert_eq(map.part[0].start, 0);
    cr_assert_eq(map.part[0].length, 0x2000);
    cr_assert_str_eq(map.part[1].name, "slot-a");
    cr_assert_eq(map.part[1].start, 0x2000);
    cr_assert_eq(map.part[1].length, 0x4000);
}

Test(figures, partitions_are_found_by_name_and_address)
{
    cr_assert_eq(read_map(), 0);
    cr_expect_eq(board_map_find(&map, "slot-a"), &map.part[1]);
    cr_expect_null(board_map_find(&map, "slot"));
    cr_expect_eq(board_map_at(&map, 0), &map.part[0]);
    cr_expect_eq(board_map_at(&map, 0x1FFF), &map.part[0]);
    cr_expect_eq(board_map_at(&map, 0x2000), &map.part[1]);
    cr_expect_eq(board_map_at(&map, 0x5FFF), &map.part[1]);
    cr_expect_null(board_map_at(&map, 0x6000));
    cr_expect_null(board_map_at(&map, UINT32_MAX));
}

Test(figures, bad_partitions_are_refused)
{
    static const struct {
        const char *label;
        uint32_t start, length;
        const char *says;
    } cases[] = {
        {"x", 0x10000, 0x1000, "outside"},
        {"x", 0xF000, 0x2000, "outside"},
        {"x", 0xFFFFF000, 0x2000, "outside"},
        {"x", 0x7000, 0, "outside"},
        {"x", 0x7000, UINT32_MAX, "outside"},
        {"x", 0x7001, 0x1000, "whole sectors"},
        {"x", 0x7000, 0x1001, "whole sectors"},
        {"x", 0x1000, 0x1000, "overlaps"},
        {"x", 0x5000, 0x2000, "overlaps"},
        {"x", 0x0, 0x10000, "overlaps"},
        {"slot-a", 0x7000, 0x1000, "already used"},
        {"", 0x7000, 0x1000, "label"},
        {"a-name-of-thirty-two-characters!", 0x7000, 0x1000, "label"},
    };

    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        make_blob();
        add_part("partition@x", cases[i].label, cases[i].start,
                 cases[i].length);
        cr_expect_eq(read_map(), OTALAB_ERR_USAGE, "case %u", i);
        cr_expect_not_null(strstr(diag.text, cases[i].says), "case %u: %s", i,
                           diag.text);
    }
}

Test(figures, labels_end_where_the_property_does)
{
    const char *path = "/flash@0/partitions/partition@0";

    must(fdt_setprop(blob, at(path), "label", "open", 4));
    cr_expect_eq(read_map(), OTALAB_ERR_USAGE);
    make_blob();
    must(fdt_setprop(blob, at(path), "label", "two\0parts", 10));
    cr_expect_eq(read_map(), OTALAB_ERR_USAGE);
    make_blob();
    must(fdt_delprop(blob, at(path), "label"));
    cr_expect_eq(read_map(), OTALAB_ERR_USAGE);
}

Test(figures, at_most_sixteen_partitions)
{
    char name[16];

    must(fdt_del_node(blob, at("/flash@0/partitions/partition@0")));
    must(fdt_del_node(blob, at("/flash@0/partitions/partition@2000")));
    cr_expect_eq(read_map(), OTALAB_ERR_USAGE, "none at all");
    diag.text[0] = '\0';
    for (uint32_t i = 0; i < BOARD_PARTS; i++) {
        snprintf(name, sizeof(name), "p%u", i);
        /* Half a flash larger, so that a seventeenth has a place. */
        add_part(name, name, i * 0x1000, 0x1000);
    }
    set_reg(at("/flash@0"), 0, 0x20000);
    cr_expect_eq(read_map(), 0, "%s", diag.text);
    cr_expect_eq(map.count, BOARD_PARTS);
    add_part("one-more", "one-more", 0x10000, 0x1000);
    cr_expect_eq(read_map(), OTALAB_ERR_USAGE);
}
