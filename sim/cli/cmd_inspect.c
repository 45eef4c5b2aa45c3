/* SPDX-License-Identifier: MIT */
/* `otalab inspect`: what a flash dump contains, and what would boot from it. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/cmd_image.h"
#include "cli/cmd_run.h"
#include "cli/dump.h"
#include "cli/inspect.h"
#include "cli/moment.h"
#include "shell/options.h"

#define DUMP_MAX (64u * 1024u * 1024u)

enum { AT, FUSES, DEVICE, DUMP, JSON, DTB, MECHANISM, COLOR };

static const struct option_spec inspect_options[] = {
    [AT] = {.name = "at",
            .kind = OPTION_NUMBER,
            .argument = "N",
            .help = "of a folder of evidence, how all was after event N; 0: "
                    "before power-on"},
    [FUSES] = {.name = "fuses",
               .short_name = 'f',
               .kind = OPTION_FILE,
               .help = "the device's fuses; signatures and counters are "
                       "checked against them"},
    [DEVICE] = {.name = "device",
                .kind = OPTION_NUMBER,
                .argument = "N",
                .help =
                    "show the N-th device of an evidence folder; default 1"},
    [DUMP] = {.name = "dump",
              .kind = OPTION_FILE,
              .argument = "FILE",
              .help = "with --at: also write the flash to this file"},
    [JSON] = {.name = "json",
              .short_name = 'j',
              .help = "print NDJSON, one line for each thing found"},
    [DTB] = {.name = "dtb",
             .kind = OPTION_FILE,
             .help = "devicetree blob with flash map and keys; default: our "
                     "own board's"},
    [MECHANISM] = OPTION_ROW_MECHANISM,
    [COLOR] = OPTION_ROW_COLOR,
    {0},
};

/* ---- input ------------------------------------------------------------------------ */

/* The files to read: those named on the command line, or those in a folder. */
struct input {
    const char *flash;
    const char *fuses; /* NULL: none */
    char own_flash[1024];
    char own_fuses[1024];
};

static bool is_folder(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static int folder_path(char *out, size_t size, const char *folder,
                       const char *name, uint64_t device, struct diag *diag)
{
    char suffix[24] = "";

    if (device > 1) {
        snprintf(suffix, sizeof suffix, "-%llu", (unsigned long long)device);
    }
    int n = snprintf(out, size, "%s/%s%s.bin", folder, name, suffix);

    return n > 0 && (size_t)n < size
               ? 0
               : diag_fail(diag, OTALAB_ERR_USAGE, "%.200s: path too long",
                           folder);
}

static int find_input(const struct options *o, struct input *input,
                      struct diag *diag)
{
    const char *argument = o->arguments[0];
    uint64_t device = o->value[DEVICE].given ? o->value[DEVICE].number : 1;

    input->flash = argument;
    input->fuses = o->value[FUSES].text;
    if (!is_folder(argument)) {
        return 0;
    }
    int err = folder_path(input->own_flash, sizeof input->own_flash, argument,
                          "flash", device, diag);

    err = err ? err
              : folder_path(input->own_fuses, sizeof input->own_fuses, argument,
                            "fuses", device, diag);
    input->flash = input->own_flash;
    if (err == 0 && input->fuses == NULL &&
        access(input->own_fuses, R_OK) == 0) {
        input->fuses = input->own_fuses;
    }
    return err;
}

static int read_fuses(const char *path, struct inspection *in,
                      struct diag *diag)
{
    uint32_t words[OTP_WORDS];
    int err = dump_read_fuses(path, words, diag);

    if (err == 0) {
        decode_fuses(words, &in->fuses);
        in->has_fuses = true;
    }
    return err;
}

/* Exactly the whole part: missing bytes could have any value. */
static int check_size(const char *path, size_t size, uint32_t wanted,
                      struct diag *diag)
{
    if (size == wanted) {
        return 0;
    }
    return diag_fail(diag, OTALAB_ERR_USAGE,
                     "%s: %zu bytes, %zu too %s: a dump of the whole part has "
                     "%u; for another board, give its devicetree with --dtb",
                     path, size, size < wanted ? wanted - size : size - wanted,
                     size < wanted ? "few" : "many", wanted);
}

struct blob {
    uint8_t *bytes;
    size_t size;
    struct board_map map;
    struct board_figures figures;
};

/* That of the run, if there is its recording; otherwise as given. */
static enum board_mechanism mechanism_of_input(const struct options *o)
{
    struct board_map map;
    struct diag unused = {""};
    bool known = !o->value[MECHANISM].given && is_folder(o->arguments[0]) &&
                 moment_map(o->arguments[0], &map, &unused) == 0;

    return known ? board_map_mechanism(&map)
                 : (enum board_mechanism)o->value[MECHANISM].number;
}

static int read_blob(const struct options *o, struct blob *blob,
                     struct diag *diag)
{
    int err = blob_open(o->value[DTB].text, mechanism_of_input(o), &blob->bytes,
                        &blob->size, diag);

    err = err ? err : board_map_read(blob->bytes, blob->size, &blob->map, diag);
    return err ? err
               : board_figures_read(blob->bytes, blob->size, &blob->figures,
                                    diag);
}

/* What the bytes mean; the fuses, if there are any, are known. */
static int look(const uint8_t *bytes, size_t size, const struct blob *blob,
                struct inspection *in, struct diag *diag)
{
    if (decode_flash(bytes, size, &blob->map, &in->flash) != 0) {
        return diag_fail(
            diag, OTALAB_ERR_USAGE,
            "the flash map extends past the end of the part (%zu bytes)", size);
    }
    agent_logs_read(bytes, size, &blob->map, &in->agent);
    return foresee(bytes, size, blob->bytes, blob->size,
                   in->has_fuses ? &in->fuses : NULL, &in->next, diag);
}

static int inspect_files(const struct options *o, const struct blob *blob,
                         struct inspection *in, struct diag *diag)
{
    struct input input;
    uint8_t *bytes = NULL;
    size_t size = 0;
    int err = find_input(o, &input, diag);

    if (err == 0 && input.fuses != NULL) {
        err = read_fuses(input.fuses, in, diag);
    }
    err = err ? err : file_read(input.flash, DUMP_MAX, &bytes, &size, diag);
    err = err ? err
              : check_size(input.flash, size, blob->figures.flash.size, diag);
    err = err ? err : look(bytes, size, blob, in, diag);
    free(bytes);
    return err;
}

static int inspect_recording(const struct options *o, const struct blob *blob,
                             struct moment *moment, struct inspection *in,
                             struct diag *diag)
{
    const char *folder = o->arguments[0];
    uint64_t device = o->value[DEVICE].given ? o->value[DEVICE].number : 1;

    if (!is_folder(folder) || o->value[FUSES].given) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "--at wants the folder of a run, and has its fuses");
    }
    int err = moment_read(moment, folder, device, o->value[AT].number, diag);

    err =
        err ? err
            : check_size(folder, moment->size, blob->figures.flash.size, diag);
    if (err == 0) {
        in->moment = moment;
        in->has_fuses = true;
        decode_fuses(moment->fuses, &in->fuses);
        err = look(moment->flash, moment->size, blob, in, diag);
    }
    if (err == 0 && o->value[DUMP].given) {
        err =
            file_write(o->value[DUMP].text, moment->flash, moment->size, diag);
    }
    free(moment->flash);
    moment->flash = NULL;
    return err;
}

/* `moment` outlives what is found. */
static int inspect(const struct options *o, struct moment *moment,
                   struct inspection *in, struct diag *diag)
{
    struct blob blob = {.bytes = NULL};
    int err = read_blob(o, &blob, diag);

    if (err == 0 && o->value[DUMP].given && !o->value[AT].given) {
        err = diag_fail(diag, OTALAB_ERR_USAGE,
                        "--dump wants --at: without it, the flash is a file "
                        "already");
    }
    if (err == 0) {
        err = o->value[AT].given ? inspect_recording(o, &blob, moment, in, diag)
                                 : inspect_files(o, &blob, in, diag);
    }
    free(blob.bytes);
    return err;
}

static int run_inspect(int argc, char **argv)
{
    struct options o;
    struct diag diag = {""};
    struct moment moment = {.flash = NULL};
    struct inspection in = {.color = false};
    int code = options_parse(&o, &command_inspect, argc, argv);

    if (code != OPTIONS_GO) {
        return code;
    }
    in.color = options_color(o.value[COLOR].text, stdout);
    int err = inspect(&o, &moment, &in, &diag);

    if (err != 0) {
        return command_fail(&command_inspect, err, &diag);
    }
    if (o.value[JSON].given) {
        inspect_json(&in);
    } else {
        inspect_text(&in);
    }
    return 0;
}

const struct command command_inspect = {
    .name = "inspect",
    .summary = "read a flash dump and say what boots from it",
    .run = run_inspect,
    .options = inspect_options,
    .arguments = "FLASH|FOLDER",
    .arguments_min = 1,
    .arguments_max = 1,
    .examples =
        (const struct command_example[]){
            {"otalab inspect runs/ab-good",
             "show the state in which a run left its device"},
            {"otalab inspect --at 120 runs/ab-good",
             "show the state after event 120"},
            {"otalab inspect flash.bin --fuses fuses.bin",
             "show which slot boots next, and why"},
            {"otalab inspect flash.bin --fuses fuses.bin --json",
             "the same as NDJSON, for programs"},
            {0}},
    .description =
        "Shows what each slot contains and what the device makes of it, every "
        "journal record that is not blank ('->' marks those in force), the "
        "requests, the update agent's records, and the fuses. The last line "
        "says what boots next and why, or why nothing does. FLASH is a dump of "
        "the whole part, FOLDER the evidence of a run. Without fuses, those of "
        "a new device are assumed.",
};
