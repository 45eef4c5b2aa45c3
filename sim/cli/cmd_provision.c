/* SPDX-License-Identifier: MIT */
#include "base/file.h"
#include "cli/cmd_image.h"
#include "device/overlay.h"
#include "shell/options.h"
#include "base/paths.h"
#include "image/image_sign.h"
#include "image/provision.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DTB_MAX (64u * 1024u)

static const char *const places[] = {"boot-a", "boot-b", "slot-a", "slot-b",
                                     "recovery"};
#define PLACES (sizeof places / sizeof places[0])

enum {
    BOOT,
    BOOT_B,
    SLOT_A,
    SLOT_B,
    RECOVERY,
    KEY,
    FLASH,
    FUSES,
    COUNTER,
    BOOT_COUNTER,
    EPOCH,
    LIFECYCLE,
    SEED,
    NO_JOURNAL,
    MECHANISM,
    DTB
};

static const struct option_spec provision_options[] = {
    [BOOT] = {.name = "rom-boot",
              .short_name = 'b',
              .kind = OPTION_FILE,
              .required = true,
              .help = "signed bootloader, for boot-a and boot-b"},
    [BOOT_B] = {.name = "boot-b",
                .kind = OPTION_FILE,
                .help = "a different bootloader for boot-b"},
    [SLOT_A] = {.name = "slot-a",
                .short_name = 'a',
                .kind = OPTION_FILE,
                .required = true,
                .help = "signed application"},
    [SLOT_B] = {.name = "slot-b",
                .kind = OPTION_FILE,
                .help = "signed application for the other slot"},
    [RECOVERY] = {.name = "recovery",
                  .short_name = 'r',
                  .kind = OPTION_FILE,
                  .help = "signed recovery image"},
    [KEY] = {.name = "key",
             .short_name = 'k',
             .kind = OPTION_FILE,
             .required = true,
             .repeat = true,
             .help = "root key whose digest goes into the fuses, as PEM file "
                     "or the name of a development key; up to three"},
    [FLASH] = {.name = "flash",
               .short_name = 'o',
               .kind = OPTION_FILE,
               .required = true,
               .help = "write the flash contents to this file"},
    [FUSES] = {.name = "fuses",
               .kind = OPTION_FILE,
               .required = true,
               .help = "write the fuses to this file"},
    [COUNTER] = {.name = "counter",
                 .kind = OPTION_NUMBER,
                 .help = "security counter in the fuses; default 0"},
    [BOOT_COUNTER] = {.name = "boot-counter",
                      .kind = OPTION_NUMBER,
                      .help = "the bootloader's security counter; default 0"},
    [EPOCH] = {.name = "epoch",
               .kind = OPTION_NUMBER,
               .help = "revoke the root keys below this index; default 0"},
    [LIFECYCLE] = {.name = "life-cycle",
                   .kind = OPTION_CHOICE,
                   .argument = "blank|development|secured",
                   .help = "life-cycle state; default development"},
    [SEED] = {.name = "seed",
              .short_name = 's',
              .kind = OPTION_NUMBER,
              .help = "seed of the device identity; default 0"},
    [NO_JOURNAL] = {.name = "no-journal",
                    .help = "leave the boot journal erased"},
    [MECHANISM] = OPTION_ROW_MECHANISM,
    [DTB] =
        {.name = "dtb",
         .kind = OPTION_FILE,
         .help =
             "devicetree blob with the flash map; default: our own board's"},
    {0},
};

int blob_open(const char *dtb, enum board_mechanism mechanism, uint8_t **bytes,
              size_t *size, struct diag *diag)
{
    struct locations where = {0};
    struct diag unused = {""};

    if (dtb != NULL) {
        return file_read(dtb, DTB_MAX, bytes, size, diag);
    }
    /* Only the folder counts here: a missing ROM does not matter. */
    int missing = paths_locate(NULL, &where, &unused);
    (void)missing;
    return overlay_board(where.firmware, where.firmware_else, mechanism, bytes,
                         size, diag);
}

static int map_open(const struct options *o, struct board_map *map,
                    struct diag *diag)
{
    uint8_t *blob = NULL;
    size_t size = 0;
    int err = blob_open(o->value[DTB].text,
                        (enum board_mechanism)o->value[MECHANISM].number, &blob,
                        &size, diag);

    err = err != 0 ? err : board_map_read(blob, size, map, diag);
    free(blob);
    return err;
}

struct job {
    struct board_map map;
    struct provision_spec spec;
    struct provision_image images[PLACES];
    uint8_t *bytes[PLACES]; /* owned; of the images */
    uint8_t *flash;
    size_t size;
    uint32_t words[OTP_WORDS];
};

static void job_free(struct job *job)
{
    for (unsigned i = 0; i < PLACES; i++) {
        free(job->bytes[i]);
    }
    free(job->flash);
}

/* ---- input ---------------------------------------------------------------- */

/* A damaged image can be intended; a raw program is a mistake. */
static int check_image(const char *path, const uint8_t *bytes, size_t size,
                       struct diag *diag)
{
    struct image_facts facts;

    if (image_read(bytes, size, &facts) == IMAGE_READ_SHORT ||
        facts.result == IMAGE_READ_NO_MAGIC) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "%s: not an image; make one with 'otalab image "
                         "sign'",
                         path);
    }
    return 0;
}

static int read_images(const struct options *o, struct job *job,
                       struct diag *diag)
{
    for (unsigned i = 0; i < PLACES; i++) {
        const char *path = o->value[BOOT + i].text;
        size_t size;

        if (path == NULL && i == BOOT_B) {
            path = o->value[BOOT].text;
        }
        if (path == NULL) {
            continue;
        }
        int err = file_read(path, IMAGE_SIZE_MAX, &job->bytes[i], &size, diag);
        err = err != 0 ? err : check_image(path, job->bytes[i], size, diag);
        if (err != 0) {
            return err;
        }
        job->images[job->spec.image_count++] =
            (struct provision_image){places[i], job->bytes[i], size};
    }
    job->spec.images = job->images;
    return 0;
}

/* Each fuse takes another key: with the same one again, revoking the first
 * would revoke nothing. */
static int check_other(const struct option_value *value,
                       const struct provision_spec *spec, unsigned index,
                       struct diag *diag)
{
    for (unsigned i = 0; i < index; i++) {
        if (memcmp(spec->root[i], spec->root[index], sizeof spec->root[i]) ==
            0) {
            return diag_fail(diag, OTALAB_ERR_USAGE,
                             "%s: the same key as %s; give each key once",
                             value->texts[index], value->texts[i]);
        }
    }
    return 0;
}

static int read_keys(const struct option_value *value,
                     struct provision_spec *spec, struct diag *diag)
{
    if (value->count > OTP_ROOT_KEYS) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "%u keys: the fuses hold only %u digests",
                         value->count, OTP_ROOT_KEYS);
    }
    for (unsigned i = 0; i < value->count; i++) {
        struct key key;
        int err = key_open(value->texts[i], &key, diag);
        err = err != 0 ? err : key_digest(&key, spec->root[i]);
        err = err != 0 ? err : check_other(value, spec, i, diag);
        if (err != 0) {
            return err;
        }
    }
    return 0;
}

/* Values beyond 32 bits do not fit the fuses either, and provisioning says
 * so. */
static uint32_t clamp(uint64_t number)
{
    return number > UINT32_MAX ? UINT32_MAX : (uint32_t)number;
}

static int read_job(const struct options *o, struct job *job, struct diag *diag)
{
    int err = map_open(o, &job->map, diag);

    job->spec.map = &job->map;
    job->spec.journal = !o->value[NO_JOURNAL].given;
    job->spec.counter = clamp(o->value[COUNTER].number);
    job->spec.boot_counter = clamp(o->value[BOOT_COUNTER].number);
    job->spec.epoch = clamp(o->value[EPOCH].number);
    job->spec.lifecycle =
        o->value[LIFECYCLE].given ? clamp(o->value[LIFECYCLE].number) : 1;
    job->spec.seed = o->value[SEED].number;
    err = err != 0 ? err : read_keys(&o->value[KEY], &job->spec, diag);
    return err != 0 ? err : read_images(o, job, diag);
}

/* ---- output --------------------------------------------------------------- */

/* The flash extends to the end of its last partition. */
static size_t flash_size(const struct board_map *map)
{
    size_t end = 0;

    for (unsigned i = 0; i < map->count; i++) {
        size_t stop = (size_t)map->part[i].start + map->part[i].length;
        end = stop > end ? stop : end;
    }
    return end;
}

/* Write both files completely under temporary names, then rename both: a full
 * disk leaves neither. */
static int write_both(const char *flash, const char *fuses,
                      const struct job *job, struct diag *diag)
{
    struct file_draft draft[2] = {{.temp = ""}, {.temp = ""}};
    uint8_t packed[FUSE_FILE_SIZE];

    if (file_same(flash, fuses)) { /* of one name, or by way of a link */
        return diag_fail(
            diag, OTALAB_ERR_USAGE,
            "%s: flash and fuses need two files; give another name for --fuses",
            fuses);
    }
    fuses_pack(job->words, packed);
    int err = file_draft(&draft[0], flash, job->flash, job->size, diag);

    err = err != 0 ? err
                   : file_draft(&draft[1], fuses, packed, sizeof packed, diag);
    err = err != 0 ? err : file_keep(&draft[1], diag);
    err = err != 0 ? err : file_keep(&draft[0], diag);
    file_drop(&draft[0]);
    file_drop(&draft[1]);
    return err;
}

/* Neither output is one of the inputs. */
static int check_outputs(const struct options *o, struct diag *diag)
{
    static const int inputs[] = {BOOT, BOOT_B, SLOT_A, SLOT_B, RECOVERY, DTB};
    const struct option_value *keys = &o->value[KEY];
    int err = 0;

    for (int output = FLASH; output <= FUSES; output++) {
        const char *path = o->value[output].text;

        for (unsigned i = 0; i < sizeof inputs / sizeof inputs[0] && err == 0;
             i++) {
            err = output_apart(path, o->value[inputs[i]].text, diag);
        }
        for (unsigned i = 0; i < keys->count && err == 0; i++) {
            err = output_apart(path, keys->texts[i], diag);
        }
    }
    return err;
}

static int provision(const struct options *o, struct job *job,
                     struct diag *diag)
{
    int err = read_job(o, job, diag);

    err = err != 0 ? err : check_outputs(o, diag);
    if (err != 0) {
        return err;
    }
    job->size = flash_size(&job->map);
    job->flash = malloc(job->size + 1);
    if (job->flash == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    err = provision_flash(&job->spec, job->flash, job->size, job->words, diag);
    return err != 0 ? err
                    : write_both(o->value[FLASH].text, o->value[FUSES].text,
                                 job, diag);
}

static int run_provision(int argc, char **argv)
{
    struct options o;
    struct diag diag = {""};
    struct job job = {0};
    int code = options_parse(&o, &command_provision, argc, argv);

    if (code != OPTIONS_GO) {
        return code;
    }
    int err = provision(&o, &job, &diag);
    job_free(&job);
    return err != 0 ? command_fail(&command_provision, err, &diag) : 0;
}

const struct command command_provision = {
    .name = "provision",
    .summary = "create the flash and fuses of a new device",
    .run = run_provision,
    .options = provision_options,
    .examples =
        (const struct command_example[]){
            {"otalab provision -b boot.img -a app.img -k root -o flash.bin "
             "--fuses device.fuses",
             "the state in which a device leaves the factory: slot A "
             "confirmed, slot B empty"},
            {"otalab inspect flash.bin --fuses device.fuses",
             "show what was written"},
            {0}},
    .description =
        "Writes the contents of the whole flash and the fuses of one device: "
        "two copies of the bootloader, the images, a boot journal that marks "
        "slot A as confirmed, and the digests of the root keys.",
};
