/* SPDX-License-Identifier: MIT */
/*
 * From a scenario to its case: reads the devicetree, builds and signs images
 * and descriptors, and tells the oracle which images there are.
 */

#include "engine/case.h"

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
#include "device/overlay.h"
#include "engine/deltas.h"
#include "engine/fit.h"
#include "engine/publish.h"
#include "engine/secure.h"
#include "engine/signer.h"
#include "image/image_read.h"
#include "image/image_sign.h"

#define FILE_LIMIT (4u * 1024u * 1024u)
#define BOOT_VERSION "1.0.0"

/* Read a file from the firmware folder, from the default one if it is missing
 * there, or from beside the scenario. */
static int program_path(const struct run_case *given, const char *file,
                        char *out, size_t size, struct diag *diag)
{
    char own[400];
    const char *folders[FIT_FOLDERS];

    fit_folders(given, own, folders);
    for (unsigned i = 0; folders[i] != NULL; i++) {
        int n = snprintf(out, size, "%s/%s", folders[i], file);

        if (n > 0 && (size_t)n < size && access(out, R_OK) == 0) {
            return 0;
        }
    }
    return diag_fail(diag, OTALAB_ERR_USAGE,
                     "%s: %s is neither in %s nor beside it; 'make' builds "
                     "the device programs of firmware/",
                     given->scenario->path, file, given->options->firmware);
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

/* Set one number in the devicetree; node and property must exist. */
static int set_property(struct run_case *given,
                        const struct scenario_property *property,
                        struct diag *diag)
{
    const char *slash = strrchr(property->path, '/');
    size_t length = (size_t)(slash - property->path);
    int node = fdt_path_offset_namelen(given->dtb, property->path,
                                       length > 0 ? (int)length : 1);

    if (node < 0 || fdt_setprop_inplace_u32(given->dtb, node, slash + 1,
                                            property->value) != 0) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "%s:%u:%u: the devicetree has no number '%s'; "
                         "firmware/board/otalab.dts has them all",
                         given->scenario->path, property->place.line,
                         property->place.column, property->path);
    }
    return 0;
}

/* The scenario's own numbers, written into a copy of the blob. */
static int set_properties(struct run_case *given, struct diag *diag)
{
    const struct scenario *scenario = given->scenario;
    int err = 0;

    for (unsigned i = 0; i < scenario->properties && err == 0; i++) {
        err = set_property(given, &scenario->property[i], diag);
    }
    return err;
}

/* If the scenario wants an accelerator, the devicetree says that it is
 * there. */
static int fit_accelerator(struct run_case *given, struct diag *diag)
{
    int node = fdt_node_offset_by_compatible(given->dtb, -1, "otalab,crypto");

    if (given->scenario->accelerator == 0) {
        return 0;
    }
    if (node < 0 ||
        fdt_setprop_string(given->dtb, node, "status", "okay") != 0) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "%s: the devicetree has no accelerator with a status; "
                         "firmware/board/otalab.dts has one",
                         given->dtb_path);
    }
    return 0;
}

static int overlay(struct run_case *given, const char *prefix, const char *name,
                   struct diag *diag)
{
    char file[64];
    char path[600];

    snprintf(file, sizeof file, "%s%s.dtbo", prefix, name);
    int err = program_path(given, file, path, sizeof path, diag);

    return err ? err : overlay_apply(&given->dtb, &given->dtb_size, path, diag);
}

/* The board's own blob, and on it the overlays of the scenario's mechanism and
 * flash. What the board has anyway needs none. */
static int read_blob(struct run_case *given, struct diag *diag)
{
    const struct scenario *scenario = given->scenario;
    int err = program_path(given, "otalab.dtb", given->dtb_path,
                           sizeof given->dtb_path, diag);

    err = err ? err
              : file_read(given->dtb_path, BOARD_DTB_SIZE, &given->dtb,
                          &given->dtb_size, diag);
    if (err == 0 && scenario->mechanism != BOARD_AB) {
        err = overlay(given, "",
                      board_mechanism_name(
                          (enum board_mechanism)scenario->mechanism),
                      diag);
    }
    if (err == 0 && scenario->part != BOARD_W25Q) {
        err = overlay(given, "flash-",
                      board_flash_name((enum board_flash)scenario->part), diag);
    }
    if (err == 0 && scenario->security != SECURITY_PLAIN) {
        err = overlay(given, "", "secure", diag);
    }
    return err;
}

static int read_board(struct run_case *given, struct diag *diag)
{
    int err = read_blob(given, diag);

    err = err ? err : set_properties(given, diag);
    err = err ? err : fit_accelerator(given, diag);
    err = err ? err
              : board_figures_read(given->dtb, given->dtb_size, &given->figures,
                                   diag);
    err = err ? err
              : board_map_read(given->dtb, given->dtb_size, &given->map, diag);
    err = err ? err
              : policy_figures_read(given->dtb, given->dtb_size,
                                    &given->judged.policy, diag);
    given->judged.map = &given->map;
    return err;
}

/* Set up the image for machine and oracle. */
static int lay_out_rom(struct run_case *given, struct diag *diag)
{
    int err = rom_read(&given->rom, given->rom_path, NULL, diag);

    err = err ? err
              : rom_put(&given->rom, BOARD_DTB_BASE, given->dtb,
                        given->dtb_size, diag);
    given->judged.rom = given->rom.bytes;
    given->judged.rom_size = given->rom.size;
    return err;
}

/* ---- images ------------------------------------------------------------ */

static int image_edits(const struct run_case *given,
                       const struct scenario_image *source,
                       struct edit edits[SCENARIO_EDITS], struct diag *diag)
{
    for (unsigned i = 0; i < source->edits; i++) {
        int kind = edit_find(source->edit[i].kind);

        if (kind < 0) {
            return diag_fail(diag, OTALAB_ERR_USAGE, "%s:%u:%u: no edit '%s'",
                             given->scenario->path, source->edit[i].place.line,
                             source->edit[i].place.column,
                             source->edit[i].kind);
        }
        edits[i] = (struct edit){.kind = (enum edit_kind)kind,
                                 .value = source->edit[i].value};
    }
    return 0;
}

static void judge_image(struct run_case *given, const char *name,
                        const struct case_image *image, uint32_t load_base,
                        uint32_t counter, bool authentic)
{
    struct oracle_image *judged = &given->judged.image[given->judged.images++];
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
    given->served[given->judged.images - 1] =
        (struct server_image){.bytes = image->bytes,
                              .size = (uint32_t)image->size};
}

/* The program's file: "app" means app.bin. */
static void build_file(const char *build, char *out, size_t size)
{
    snprintf(out, size, "%s%s", build, strchr(build, '.') ? "" : ".bin");
}

/* What an image is made from. */
struct signing {
    struct image_spec spec;
    struct key key;
    struct edit edits[SCENARIO_EDITS];
};

static int sign_prepare(const struct run_case *given,
                        const struct scenario_image *source,
                        struct signing *signing, struct diag *diag)
{
    struct image_spec *spec = &signing->spec;
    int err = signer_key(given, source->key, &signing->key, diag);

    spec->key = &signing->key;
    spec->with_public_key = signer_is_file(source->key);
    spec->edits = signing->edits;
    spec->edit_count = source->edits;
    err = err ? err : image_version_read(source->version, &spec->version, diag);
    return err ? err : image_edits(given, source, signing->edits, diag);
}

static int sign_image(struct run_case *given,
                      const struct scenario_image *source, const char *path,
                      uint32_t load_base, struct diag *diag)
{
    uint8_t *payload = NULL;
    struct case_image *image = &given->image[given->judged.images];
    struct signing signing = {.spec = {.ram_load = true,
                                       .load_address = load_base,
                                       .has_counter = source->has_counter,
                                       .counter = source->counter,
                                       .fill_size = source->size}};
    struct image_spec *spec = &signing.spec;
    int err = file_read(path, FILE_LIMIT, &payload, &spec->payload_size, diag);

    spec->payload = payload;
    err = err ? err : sign_prepare(given, source, &signing, diag);
    err = err ? err : image_build(spec, &image->bytes, &image->size, diag);
    free(payload);
    if (err == 0) {
        judge_image(given, source->name, image, load_base,
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
    } places[] = {{"boot", BOARD_BOOT_BASE},
                  {"recovery", BOARD_RECOVERY_BASE},
                  {"recovery-secure", BOARD_RECOVERY_BASE}};

    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        if (strcmp(build, places[i].build) == 0) {
            return places[i].base;
        }
    }
    return BOARD_APP_BASE;
}

/* Make an image of the scenario. Errors are mistakes at their places, so that
 * the other images are checked, too. */
static int make_image(struct run_case *given,
                      const struct scenario_image *source, struct diag *diag)
{
    char path[600];
    char file[SCENARIO_NAME + 8];
    struct diag wrong = {.text = ""};

    build_file(source->build, file, sizeof file);
    if (program_path(given, file, path, sizeof path, NULL) != 0) {
        fit_no_program(given, source);
        return 0;
    }
    int err = sign_image(given, source, path, base_of(source->build), &wrong);

    if (err == OTALAB_ERR_USAGE) {
        mistakes_add(&given->mistakes, given->scenario->path,
                     source->size_place, wrong.text);
        return 0;
    }
    return err == 0 ? 0 : diag_fail(diag, err, "%s", wrong.text);
}

static int sign_images(struct run_case *given, struct diag *diag)
{
    const struct scenario *scenario = given->scenario;
    struct scenario_image boot = {.name = CASE_BOOT_IMAGE,
                                  .build = "boot",
                                  .version = BOOT_VERSION,
                                  .authentic = true};
    char path[600];
    char file[SCENARIO_NAME + 8];

    if (scenario->bootloader[0] != '\0') {
        snprintf(boot.build, sizeof boot.build, "%s", scenario->bootloader);
    }
    build_file(boot.build, file, sizeof file);
    int err = program_path(given, file, path, sizeof path, diag);

    err = err ? err : sign_image(given, &boot, path, BOARD_BOOT_BASE, diag);
    for (unsigned i = 0; i < scenario->images && err == 0; i++) {
        err = make_image(given, &scenario->image[i], diag);
    }
    if (err == 0 && given->mistakes.count == 0) {
        fit_places(given);
    }
    if (err == 0 && given->mistakes.count > 0) {
        mistakes_first(&given->mistakes, diag);
        err = OTALAB_ERR_USAGE;
    }
    oracle_bounds(&given->judged);
    return err;
}

/* ---- keys of the fuses ----------------------------------------------------- */

static int root_key(uint8_t digest[32], const char *name, struct diag *diag)
{
    struct key key;
    int err = key_dev(name, &key, diag);

    return err ? err : key_digest(&key, digest);
}

/* The product's three keys; a scenario's own key takes the third place. */
static int root_keys(struct run_case *given, struct diag *diag)
{
    struct key key;
    int err = root_key(given->root[0], "root", diag);

    err = err ? err : root_key(given->root[1], "root1", diag);
    err = err ? err : root_key(given->root[2], "root2", diag);
    for (unsigned i = 0; i < given->scenario->images && err == 0; i++) {
        if (signer_is_file(given->scenario->image[i].key)) {
            err = signer_key(given, given->scenario->image[i].key, &key, diag);
            err = err ? err : key_digest(&key, given->root[2]);
        }
    }
    return err;
}

/* ---- digests ----------------------------------------------------------- */

static void digest_images(struct run_case *given)
{
    mbedtls_sha256_context context;
    uint8_t digest[32];

    mbedtls_sha256_init(&context);
    mbedtls_sha256_starts(&context, 0);
    for (uint32_t i = 1; i < given->judged.images; i++) {
        mbedtls_sha256_update(&context, given->judged.image[i].digest, 32);
    }
    mbedtls_sha256_finish(&context, digest);
    mbedtls_sha256_free(&context);
    hex_short(digest, given->token.images);
    hex_short(given->judged.image[0].digest, given->token.boot);
}

static void digest_dump(const struct run_dump *dump, char out[9])
{
    mbedtls_sha256_context context;
    uint8_t digest[32];

    mbedtls_sha256_init(&context);
    mbedtls_sha256_starts(&context, 0);
    mbedtls_sha256_update(&context, dump->flash, dump->size);
    if (dump->fuses != NULL) {
        mbedtls_sha256_update(&context, (const uint8_t *)dump->fuses,
                              OTP_WORDS * sizeof *dump->fuses);
    }
    mbedtls_sha256_finish(&context, digest);
    mbedtls_sha256_free(&context);
    hex_short(digest, out);
}

static int digests(struct run_case *given, struct diag *diag)
{
    struct token *token = &given->token;
    uint8_t dtb[32];
    int err = 0;

    snprintf(token->name, sizeof token->name, "%s", given->scenario->name);
    hex_short(given->scenario->digest, token->hash);
    snprintf(token->way, sizeof token->way, "%s", given->scenario->way);
    token->seed = given->scenario->seed;
    for (unsigned i = 0; i < given->options->faults && err == 0; i++) {
        err = token_add_fault(token, given->options->fault[i], diag);
    }
    mbedtls_sha256(given->dtb, given->dtb_size, dtb, 0);
    hex_short(dtb, token->dtb);
    digest_images(given);
    if (given->options->dump != NULL) {
        digest_dump(given->options->dump, token->flash);
    }
    err = err ? err : short_digest(given->rom_path, token->rom, diag);
    snprintf(given->digests, sizeof given->digests,
             "rom=%s boot=%s images=%s dtb=%s", token->rom, token->boot,
             token->images, token->dtb);
    return err;
}

int case_make(struct run_case *given, const struct scenario *scenario,
              const struct run_options *options, struct diag *diag)
{
    const char *rom = scenario->rom[0] != '\0' ? scenario->rom : "rom.elf";

    *given = (struct run_case){.scenario = scenario, .options = options};
    int err =
        program_path(given, rom, given->rom_path, sizeof given->rom_path, diag);

    err = err ? err : read_board(given, diag);
    err = err ? err : lay_out_rom(given, diag);
    err = err ? err : sign_images(given, diag);
    err = err ? err : root_keys(given, diag);
    err = err ? err : publish_prepare(given, diag);
    err = err ? err : secure_prepare(given, diag);
    err = err ? err : deltas_prepare(given, diag);
    return err ? err : digests(given, diag);
}

void case_free(struct run_case *given)
{
    for (unsigned i = 0; i < ORACLE_IMAGES; i++) {
        free(given->image[i].bytes);
    }
    deltas_free(given);
    secure_free(given);
    free(given->offer);
    rom_free(&given->rom);
    free(given->dtb);
}
