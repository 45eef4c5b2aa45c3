/* SPDX-License-Identifier: MIT */
/* otalab delta: create, apply and read patches. */
#include "cli/cmd_image.h"

#include "base/file.h"
#include "base/json.h"
#include "delta/patch.h"
#include "image/image_read.h"
#include "image/image_sign.h"
#include "shell/options.h"

#include <stdio.h>
#include <stdlib.h>

static const struct command command_create;
static const struct command command_apply;
static const struct command command_info;

/* Room for any file that can be a patch or an image. */
#define FILE_MAX PATCH_IMAGE_MAX

enum { OUTPUT, QUIET };

static const struct option_spec create_options[] = {
    [OUTPUT] = {.name = "output",
                .short_name = 'o',
                .kind = OPTION_FILE,
                .required = true,
                .help = "the patch to write"},
    [QUIET] = {.name = "quiet",
               .short_name = 'q',
               .help = "do not print what was written"},
    {0},
};

static const struct option_spec apply_options[] = {
    [OUTPUT] = {.name = "output",
                .short_name = 'o',
                .kind = OPTION_FILE,
                .required = true,
                .help = "the image to write"},
    [QUIET] = {.name = "quiet",
               .short_name = 'q',
               .help = "do not print what was written"},
    {0},
};

/* The two files that a command reads. */
struct pair {
    uint8_t *first;
    uint8_t *second;
    struct bytes one;
    struct bytes other;
};

static int read_file(const char *path, uint8_t **bytes, struct bytes *view,
                     struct diag *diag)
{
    size_t size = 0;
    int err = file_read(path, FILE_MAX, bytes, &size, diag);

    *view = (struct bytes){*bytes, (uint32_t)size};
    return err == 0 && size == 0 ? diag_fail(diag, OTALAB_ERR_USAGE,
                                             "%.200s: the file is empty", path)
                                 : err;
}

static int read_pair(const struct options *o, struct pair *pair,
                     struct diag *diag)
{
    const char *output = o->value[OUTPUT].text;
    int err = output_apart(output, o->arguments[0], diag);

    err = err != 0 ? err : output_apart(output, o->arguments[1], diag);
    err = err != 0 ? err
                   : read_file(o->arguments[0], &pair->first, &pair->one, diag);
    return err != 0
               ? err
               : read_file(o->arguments[1], &pair->second, &pair->other, diag);
}

static void free_pair(struct pair *pair)
{
    free(pair->first);
    free(pair->second);
}

static double percent(uint32_t part, uint32_t whole)
{
    return whole != 0 ? 100.0 * part / whole : 0.0;
}

/* ---- delta create --------------------------------------------------------- */

static int run_create(int argc, char **argv)
{
    struct options o;
    struct diag diag = {""};
    struct pair pair = {0};
    uint8_t *patch = NULL;
    uint32_t size = 0;
    int code = options_parse(&o, &command_create, argc, argv);

    if (code != OPTIONS_GO) {
        return code;
    }
    int err = read_pair(&o, &pair, &diag);
    err = err != 0 ? err
                   : patch_create(pair.one, pair.other, &patch, &size, &diag);
    err = err != 0 ? err : file_write(o.value[OUTPUT].text, patch, size, &diag);
    if (err == 0 && !o.value[QUIET].given) {
        printf("%s: %u bytes, %.1f %% of %u\n", o.value[OUTPUT].text, size,
               percent(size, pair.other.size), pair.other.size);
    }
    free(patch);
    free_pair(&pair);
    return err != 0 ? command_fail(&command_create, err, &diag) : 0;
}

static const struct command command_create = {
    .name = "delta create",
    .summary = "make a patch from one image to another",
    .run = run_create,
    .options = create_options,
    .arguments = "BASE TARGET",
    .arguments_min = 2,
    .arguments_max = 2,
    .examples =
        (const struct command_example[]){
            {"otalab delta create app-1.2.0.img app-1.2.1.img -o app.patch",
             "what a device needs that runs 1.2.0"},
            {0}},
    .description =
        "Both images are whole and signed, as they lie in a slot. "
        "The same images give the same patch. It is applied and compared "
        "before it is written.",
};

/* ---- delta apply ---------------------------------------------------------- */

static int run_apply(int argc, char **argv)
{
    struct options o;
    struct diag diag = {""};
    struct pair pair = {0};
    struct patch_facts facts = {0};
    uint8_t *target = NULL;
    int code = options_parse(&o, &command_apply, argc, argv);

    if (code != OPTIONS_GO) {
        return code;
    }
    int err = read_pair(&o, &pair, &diag);
    err = err != 0 ? err
                   : patch_apply(pair.other, pair.one, &facts, &target, &diag);
    err = err != 0 ? err
                   : file_write(o.value[OUTPUT].text, target, facts.target_size,
                                &diag);
    if (err == 0 && !o.value[QUIET].given) {
        char version[40];
        printf("%s: %u bytes, version %s\n", o.value[OUTPUT].text,
               facts.target_size,
               image_version_text(&facts.target_version, version,
                                  sizeof version));
    }
    free(target);
    free_pair(&pair);
    return err != 0 ? command_fail(&command_apply, err, &diag) : 0;
}

static const struct command command_apply = {
    .name = "delta apply",
    .summary = "make an image from its base and a patch",
    .run = run_apply,
    .options = apply_options,
    .arguments = "BASE PATCH",
    .arguments_min = 2,
    .arguments_max = 2,
    .examples =
        (const struct command_example[]){
            {"otalab delta apply app-1.2.0.img app.patch -o app-1.2.1.img",
             "the same bytes as the image that the patch was made for"},
            {0}},
    .description =
        "Checks the digests of base and result, and writes nothing if either "
        "is wrong; exit code 1 then. Shares no code with the device.",
};

/* ---- delta info ----------------------------------------------------------- */

enum { INFO_JSON };

static const struct option_spec info_options[] = {
    [INFO_JSON] = {.name = "json",
                   .short_name = 'j',
                   .help = "print one line of JSON"},
    {0},
};

static void print_image(const char *which,
                        const struct mcuboot_version *version, uint32_t size,
                        const uint8_t digest[32])
{
    char text[40];

    printf("  %-8s %s, %u bytes, sha256 ", which,
           image_version_text(version, text, sizeof text), size);
    for (unsigned i = 0; i < 32; i++) {
        printf("%02x", digest[i]);
    }
    putchar('\n');
}

static void info_text(const char *path, const struct patch_facts *facts,
                      const struct patch_parts *parts)
{
    printf("%s: a patch of %u bytes, %.1f %% of its image\n", path,
           facts->patch_size, percent(facts->patch_size, facts->target_size));
    print_image("base", &facts->base_version, facts->base_size,
                facts->base_digest);
    print_image("image", &facts->target_version, facts->target_size,
                facts->target_digest);
    printf("  covers   %u: %u bytes unchanged, %u changed\n", parts->covers,
           parts->same, parts->changed);
    printf("  fresh    %u bytes\n", parts->fresh);
    printf("  stream   %u bytes, compressed to %u\n", parts->stream,
           facts->patch_size - PATCH_HEADER);
}

static void json_image(struct json *json, const char *which,
                       const struct mcuboot_version *version, uint32_t size,
                       const uint8_t digest[32])
{
    char text[40];

    json_open(json, which, '{');
    json_text(json, "version", image_version_text(version, text, sizeof text));
    json_number(json, "size", size);
    json_hex(json, "sha256", digest, 32);
    json_close(json, '}');
}

static void info_json(const char *path, const struct patch_facts *facts,
                      const struct patch_parts *parts)
{
    struct json json = json_stream(stdout);

    json_open(&json, NULL, '{');
    json_number(&json, "v", 1);
    json_text(&json, "type", "delta");
    json_text(&json, "file", path);
    json_number(&json, "size", facts->patch_size);
    json_image(&json, "base", &facts->base_version, facts->base_size,
               facts->base_digest);
    json_image(&json, "image", &facts->target_version, facts->target_size,
               facts->target_digest);
    json_number(&json, "covers", parts->covers);
    json_number(&json, "same", parts->same);
    json_number(&json, "changed", parts->changed);
    json_number(&json, "fresh", parts->fresh);
    json_number(&json, "stream", parts->stream);
    json_close(&json, '}');
    json_end(&json);
}

static int run_info(int argc, char **argv)
{
    struct options o;
    struct diag diag = {""};
    struct patch_facts facts;
    struct patch_parts parts;
    struct bytes patch;
    uint8_t *bytes = NULL;
    int code = options_parse(&o, &command_info, argc, argv);

    if (code != OPTIONS_GO) {
        return code;
    }
    int err = read_file(o.arguments[0], &bytes, &patch, &diag);
    err = err != 0 ? err : patch_read(patch, &facts, &diag);
    err = err != 0 ? err : patch_look(patch, &facts, &parts, &diag);
    if (err == 0 && o.value[INFO_JSON].given) {
        info_json(o.arguments[0], &facts, &parts);
    } else if (err == 0) {
        info_text(o.arguments[0], &facts, &parts);
    }
    free(bytes);
    return err != 0 ? command_fail(&command_info, err, &diag) : 0;
}

static const struct command command_info = {
    .name = "delta info",
    .summary = "print what a patch contains",
    .run = run_info,
    .options = info_options,
    .arguments = "PATCH",
    .arguments_min = 1,
    .arguments_max = 1,
    .examples =
        (const struct command_example[]){
            {"otalab delta info app.patch",
             "print sizes, versions, digests and what the patch consists of"},
            {0}},
    .description = "Needs no base. Exit code 1 if the patch is damaged.",
};

/* ---- delta ---------------------------------------------------------------- */

static const struct command *const delta_commands[] = {&command_create,
                                                       &command_apply,
                                                       &command_info, NULL};

const struct command command_delta = {
    .name = "delta",
    .summary = "make, apply and read patches between images",
    .examples =
        (const struct command_example[]){
            {"otalab delta create app-1.2.0.img app-1.2.1.img -o app.patch",
             "make a patch"},
            {"otalab delta info app.patch", "print what it contains"},
            {0}},
    .subcommands = delta_commands,
};
