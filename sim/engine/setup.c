/* SPDX-License-Identifier: MIT */
/*
 * From a scenario to a board that can be switched on: read the devicetree,
 * build and sign the images, provision flash and fuses, and write down for
 * the oracle which images there are.
 */
#include "engine/setup.h"

#include <errno.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <mbedtls/sha256.h>

#include "base/file.h"
#include "base/hex.h"
#include "engine/fit.h"
#include "engine/net.h"
#include "engine/power.h"
#include "engine/signer.h"
#include "image/image_read.h"
#include "image/image_sign.h"
#include "image/provision.h"

#define FILE_LIMIT (4u * 1024u * 1024u)
#define BOOT_IMAGE "bootloader"
#define BOOT_VERSION "1.0.0"

/* A file of the firmware folder, or of the usual one when it lacks it, or
 * beside the scenario. */
static int program_path(const struct run *run, const char *file, char *out,
                        size_t size, struct diag *diag)
{
    char own[400];
    const char *folders[FIT_FOLDERS];

    fit_folders(run, own, folders);
    for (unsigned i = 0; folders[i] != NULL; i++) {
        int n = snprintf(out, size, "%s/%s", folders[i], file);

        if (n > 0 && (size_t)n < size && access(out, R_OK) == 0) {
            return 0;
        }
    }
    return diag_fail(diag, OTALAB_ERR_USAGE,
                     "%s: %s is neither in %s nor beside it; 'make' builds "
                     "the device programs of firmware/",
                     run->scenario->path, file, run->options->firmware);
}

static int short_digest(const char *path, char out[9], struct diag *diag)
{
    uint8_t *bytes = NULL;
    uint8_t digest[32];
    size_t size = 0;
    int err = file_read(path, FILE_LIMIT, &bytes, &size, diag);

    if (err) {
        return err;
    }
    mbedtls_sha256(bytes, size, digest, 0);
    hex_short(digest, out);
    free(bytes);
    return 0;
}

/* ---- the board --------------------------------------------------------- */

/* One number of the devicetree; node and property must be there. */
static int set_property(struct run *run,
                        const struct scenario_property *property,
                        struct diag *diag)
{
    const char *slash = strrchr(property->path, '/');
    size_t length = (size_t)(slash - property->path);
    int node = fdt_path_offset_namelen(run->dtb, property->path,
                                       length > 0 ? (int)length : 1);

    if (node < 0 || fdt_setprop_inplace_u32(run->dtb, node, slash + 1,
                                            property->value) != 0) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "%s:%u:%u: the devicetree has no number '%s'; "
                         "firmware/board/otalab.dts has them all",
                         run->scenario->path, property->place.line,
                         property->place.column, property->path);
    }
    return 0;
}

/* A file that has no name in any folder: whatever ends this process, Ctrl-C or
 * worse, nothing is left behind. QEMU opens it through ours. */
static int own_blob(struct run *run, struct diag *diag)
{
    run->own_dtb = memfd_create("otalab-dtb", MFD_CLOEXEC);
    if (run->own_dtb < 0 || write(run->own_dtb, run->dtb, run->dtb_size) !=
                                (ssize_t)run->dtb_size) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR,
                         "no memory for the devicetree: %s", strerror(errno));
    }
    snprintf(run->loaded_dtb, sizeof run->loaded_dtb, "/proc/%d/fd/%d",
             (int)getpid(), run->own_dtb);
    return 0;
}

/* The scenario's own numbers make another blob. */
static int set_properties(struct run *run, struct diag *diag)
{
    const struct scenario *scenario = run->scenario;
    int err = 0;

    for (unsigned i = 0; i < scenario->properties && err == 0; i++) {
        err = set_property(run, &scenario->property[i], diag);
    }
    if (err) {
        return err;
    }
    if (scenario->properties > 0) {
        return own_blob(run, diag);
    }
    snprintf(run->loaded_dtb, sizeof run->loaded_dtb, "%s", run->dtb_path);
    return 0;
}

static int read_board(struct run *run, struct diag *diag)
{
    int err = program_path(run, "otalab.dtb", run->dtb_path,
                           sizeof run->dtb_path, diag);

    err = err ? err
              : file_read(run->dtb_path, BOARD_DTB_SIZE, &run->dtb,
                          &run->dtb_size, diag);
    err = err ? err : set_properties(run, diag);
    err =
        err ? err
            : board_figures_read(run->dtb, run->dtb_size, &run->figures, diag);
    err = err ? err : board_map_read(run->dtb, run->dtb_size, &run->map, diag);
    err = err ? err
              : policy_figures_read(run->dtb, run->dtb_size,
                                    &run->judged.policy, diag);
    run->judged.map = &run->map;
    return err;
}

/* The first device has the scenario's seed, each other one its own. */
static uint64_t device_seed(const struct device *device)
{
    return device->run->scenario->seed ^
           (device->number - 1) * UINT64_C(0x9E3779B97F4A7C15);
}

static int init_device(struct device *device, struct diag *diag)
{
    struct board *board = &device->world->board;

    if (board_init(board, &device->run->figures, device_seed(device)) != 0) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "%s: the flash's figures are not supported",
                         device->run->dtb_path);
    }
    board->rtc_ms = device->run->scenario->clock_ms;
    net_init(device);
    return power_init(device, diag);
}

static void make_devices(struct run *run)
{
    run->devices = run->scenario->devices > 0 ? run->scenario->devices : 1;
    run->world->devices = run->devices;
    for (unsigned i = 0; i < run->devices; i++) {
        run->device[i].run = run;
        run->device[i].number = i + 1;
        run->device[i].world = &run->world->device[i];
    }
    server_init(&run->world->server, run->scenario->seed);
}

/* The ROM, for the oracle; the machine loads the same two files. */
static int lay_out_rom(struct run *run, struct diag *diag)
{
    uint8_t *program = NULL;
    size_t size = 0;
    int err = file_read(run->rom_path, FILE_LIMIT, &program, &size, diag);

    err =
        err ? err : rom_lay_out(&run->rom, program, size, run->rom_path, diag);
    err =
        err ? err
            : rom_put(&run->rom, BOARD_DTB_BASE, run->dtb, run->dtb_size, diag);
    free(program);
    run->judged.rom = run->rom.bytes;
    run->judged.rom_size = run->rom.size;
    return err;
}

/* ---- images ------------------------------------------------------------ */

static int image_edits(const struct run *run,
                       const struct scenario_image *source,
                       struct edit edits[SCENARIO_EDITS], struct diag *diag)
{
    for (unsigned i = 0; i < source->edits; i++) {
        int kind = edit_find(source->edit[i].kind);

        if (kind < 0) {
            return diag_fail(diag, OTALAB_ERR_USAGE, "%s:%u:%u: no edit '%s'",
                             run->scenario->path, source->edit[i].place.line,
                             source->edit[i].place.column,
                             source->edit[i].kind);
        }
        edits[i] = (struct edit){.kind = (enum edit_kind)kind,
                                 .value = source->edit[i].value};
    }
    return 0;
}

static void judge_image(struct run *run, const char *name,
                        const struct run_image *image, uint32_t load_base,
                        uint32_t counter, bool authentic)
{
    struct oracle_image *judged = &run->judged.image[run->judged.images++];
    struct image_facts facts;

    snprintf(judged->name, sizeof judged->name, "%s", name);
    judged->bytes = image->bytes;
    judged->size = (uint32_t)image->size;
    judged->load_base = load_base;
    judged->counter = counter;
    judged->authentic = authentic;
    mbedtls_sha256(image->bytes, image->size, judged->digest, 0);
    image_read(image->bytes, image->size, &facts);
    if (facts.has_digest) {
        memcpy(judged->hash, facts.said, sizeof judged->hash);
    }
    judged->version = (uint32_t)facts.version.major << 24 |
                      (uint32_t)facts.version.minor << 16 |
                      facts.version.revision;
    run->served[run->judged.images - 1] =
        (struct server_image){.bytes = image->bytes,
                              .size = (uint32_t)image->size};
}

/* The program's file: "app" means app.bin. */
static void build_file(const char *build, char *out, size_t size)
{
    snprintf(out, size, "%s%s", build, strchr(build, '.') ? "" : ".bin");
}

/* What an image is made of. */
struct signing {
    struct image_spec spec;
    struct key key;
    struct edit edits[SCENARIO_EDITS];
};

static int sign_prepare(const struct run *run,
                        const struct scenario_image *source,
                        struct signing *signing, struct diag *diag)
{
    struct image_spec *spec = &signing->spec;
    int err = signer_key(run, source->key, &signing->key, diag);

    spec->key = &signing->key;
    spec->with_public_key = signer_is_file(source->key);
    spec->edits = signing->edits;
    spec->edit_count = source->edits;
    err = err ? err : image_version_read(source->version, &spec->version, diag);
    return err ? err : image_edits(run, source, signing->edits, diag);
}

static int sign_image(struct run *run, const struct scenario_image *source,
                      const char *path, uint32_t load_base, struct diag *diag)
{
    uint8_t *payload = NULL;
    struct run_image *image = &run->image[run->judged.images];
    struct signing signing = {.spec = {.ram_load = true,
                                       .load_address = load_base,
                                       .has_counter = source->has_counter,
                                       .counter = source->counter,
                                       .fill_size = source->size}};
    struct image_spec *spec = &signing.spec;
    int err = file_read(path, FILE_LIMIT, &payload, &spec->payload_size, diag);

    spec->payload = payload;
    err = err ? err : sign_prepare(run, source, &signing, diag);
    err = err ? err : image_build(spec, &image->bytes, &image->size, diag);
    free(payload);
    if (err == 0) {
        judge_image(run, source->name, image, load_base,
                    source->has_counter ? source->counter : 0,
                    source->authentic);
    }
    return err;
}

/* Where a program of that name runs. */
static uint32_t base_of(const char *build)
{
    static const struct {
        const char *build;
        uint32_t base;
    } places[] = {{"boot", BOARD_BOOT_BASE}, {"recovery", BOARD_RECOVERY_BASE}};

    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        if (strcmp(build, places[i].build) == 0) {
            return places[i].base;
        }
    }
    return BOARD_APP_BASE;
}

/* An image of the scenario: what is wrong with it is a mistake at its place,
 * and the others are looked at, too. */
static int make_image(struct run *run, const struct scenario_image *source,
                      struct diag *diag)
{
    char path[600];
    char file[SCENARIO_NAME + 8];
    struct diag wrong = {.text = ""};

    build_file(source->build, file, sizeof file);
    if (program_path(run, file, path, sizeof path, NULL) != 0) {
        fit_no_program(run, source);
        return 0;
    }
    int err = sign_image(run, source, path, base_of(source->build), &wrong);

    if (err == OTALAB_ERR_USAGE) {
        mistakes_add(&run->mistakes, run->scenario->path, source->size_place,
                     wrong.text);
        return 0;
    }
    return err == 0 ? 0 : diag_fail(diag, err, "%s", wrong.text);
}

static int sign_images(struct run *run, struct diag *diag)
{
    const struct scenario *scenario = run->scenario;
    struct scenario_image boot = {.name = BOOT_IMAGE,
                                  .build = "boot",
                                  .version = BOOT_VERSION,
                                  .authentic = true};
    char path[600];
    char file[SCENARIO_NAME + 8];

    if (scenario->bootloader[0] != '\0') {
        snprintf(boot.build, sizeof boot.build, "%s", scenario->bootloader);
    }
    build_file(boot.build, file, sizeof file);
    int err = program_path(run, file, path, sizeof path, diag);

    err = err ? err : sign_image(run, &boot, path, BOARD_BOOT_BASE, diag);
    for (unsigned i = 0; i < scenario->images && err == 0; i++) {
        err = make_image(run, &scenario->image[i], diag);
    }
    if (err == 0 && run->mistakes.count == 0) {
        fit_places(run);
    }
    if (err == 0 && run->mistakes.count > 0) {
        mistakes_first(&run->mistakes, diag);
        err = OTALAB_ERR_USAGE;
    }
    oracle_bounds(&run->judged);
    return err;
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

static unsigned place(const struct run *run, const char *partition,
                      const char *name, struct provision_image *out)
{
    uint32_t image = oracle_image_named(&run->judged, name);

    if (image == ORACLE_NONE) { /* "empty" */
        return 0;
    }
    *out = (struct provision_image){.partition = partition,
                                    .bytes = run->image[image].bytes,
                                    .size = run->image[image].size};
    return 1;
}

static int root_key(uint8_t digest[32], const char *name, struct diag *diag)
{
    struct key key;
    int err = key_dev(name, &key, diag);

    return err ? err : key_digest(&key, digest);
}

/* The product's three keys; a scenario's own one takes the third place. */
static int root_keys(const struct run *run, struct provision_spec *spec,
                     struct diag *diag)
{
    struct key key;
    int err = root_key(spec->root[0], "root", diag);

    err = err ? err : root_key(spec->root[1], "root1", diag);
    err = err ? err : root_key(spec->root[2], "root2", diag);
    for (unsigned i = 0; i < run->scenario->images && err == 0; i++) {
        if (signer_is_file(run->scenario->image[i].key)) {
            err = signer_key(run, run->scenario->image[i].key, &key, diag);
            err = err ? err : key_digest(&key, spec->root[2]);
        }
    }
    return err;
}

static int provision(struct device *device, struct diag *diag)
{
    static const char *const copies[] = {"boot-a", "boot-b"};
    const struct run *run = device->run;
    const struct scenario *scenario = run->scenario;
    struct provision_image images[SCENARIO_PLACES + 2];
    struct flash *flash = &device->world->board.flash;
    struct provision_spec spec = {.map = &run->map,
                                  .images = images,
                                  .journal = scenario->journal,
                                  .epoch = scenario->fuse_epoch,
                                  .boot_counter = scenario->fuse_boot_counter,
                                  .lifecycle = 1,
                                  .counter = scenario->fuse_counter,
                                  .seed = device_seed(device)};

    for (unsigned i = 0; i < scenario->places; i++) {
        spec.image_count +=
            place(run, scenario->flash[i].partition, scenario->flash[i].image,
                  &images[spec.image_count]);
    }
    for (unsigned i = 0; i < 2; i++) {
        if (!placed(scenario, copies[i])) {
            spec.image_count +=
                place(run, copies[i], BOOT_IMAGE, &images[spec.image_count]);
        }
    }
    int err = root_keys(run, &spec, diag);
    return err ? err
               : provision_flash(&spec, flash->array, flash->figures.size,
                                 device->world->board.otp.words, diag);
}

/* ---- digests ----------------------------------------------------------- */

static void digest_images(struct run *run)
{
    mbedtls_sha256_context context;
    uint8_t digest[32];

    mbedtls_sha256_init(&context);
    mbedtls_sha256_starts(&context, 0);
    for (uint32_t i = 1; i < run->judged.images; i++) {
        mbedtls_sha256_update(&context, run->judged.image[i].digest, 32);
    }
    mbedtls_sha256_finish(&context, digest);
    mbedtls_sha256_free(&context);
    hex_short(digest, run->token.images);
    hex_short(run->judged.image[0].digest, run->token.boot);
}

static int digests(struct run *run, struct diag *diag)
{
    struct token *token = &run->token;
    uint8_t dtb[32];
    int err = 0;

    snprintf(token->name, sizeof token->name, "%s", run->scenario->name);
    hex_short(run->scenario->digest, token->hash);
    token->seed = run->scenario->seed;
    for (unsigned i = 0; i < run->options->faults && err == 0; i++) {
        err = token_add_fault(token, run->options->fault[i], diag);
    }
    mbedtls_sha256(run->dtb, run->dtb_size, dtb, 0);
    hex_short(dtb, token->dtb);
    digest_images(run);
    err = err ? err : short_digest(run->rom_path, token->rom, diag);
    snprintf(run->digests, sizeof run->digests,
             "rom=%s boot=%s images=%s dtb=%s", token->rom, token->boot,
             token->images, token->dtb);
    return err;
}

int setup_run(struct run *run, struct diag *diag)
{
    const char *rom = run->scenario->rom;
    int err = program_path(run, rom[0] != '\0' ? rom : "rom.elf", run->rom_path,
                           sizeof run->rom_path, diag);

    make_devices(run);
    err = err ? err : read_board(run, diag);
    err = err ? err : lay_out_rom(run, diag);
    err = err ? err : sign_images(run, diag);
    for (unsigned i = 0; i < run->devices && err == 0; i++) {
        err = init_device(&run->device[i], diag);
        err = err ? err : provision(&run->device[i], diag);
    }
    return err ? err : digests(run, diag);
}

void setup_free(struct run *run)
{
    for (unsigned i = 0; i < ORACLE_IMAGES; i++) {
        free(run->image[i].bytes);
    }
    rom_free(&run->rom);
    free(run->dtb);
    if (run->own_dtb >= 0) {
        close(run->own_dtb);
    }
}
