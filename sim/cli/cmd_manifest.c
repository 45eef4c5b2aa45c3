/* SPDX-License-Identifier: MIT */
/* otalab manifest: create, sign, verify, print and explain SUIT manifests. */
#include "cli/cmd_manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cli/cmd_image.h"
#include "image/image_read.h"
#include "image/image_sign.h"
#include "image/keys.h"
#include "manifest/dump.h"
#include "manifest/explain.h"
#include "manifest/make.h"
#include "manifest/read.h"
#include "shell/options.h"

#define FILE_LIMIT (64u * 1024u)

static const struct command command_create;
static const struct command command_sign;
static const struct command command_verify;
static const struct command command_dump;
static const struct command command_explain_manifest;

/* ---- files ------------------------------------------------------------------- */

struct input {
    uint8_t *bytes;
    size_t size;
    struct manifest_facts facts;
};

/* The first line of a diag stays; here the file's name goes before it. */
static int named(const char *path, int err, struct diag *diag)
{
    struct diag was = *diag;

    if (err == OTALAB_ERR_FAILED) {
        diag->text[0] = '\0';
        (void)diag_fail(diag, err, "%s: %s", path, was.text);
    }
    return err;
}

static int read_bytes(const char *path, struct input *input, struct diag *diag)
{
    return file_read(path, FILE_LIMIT, &input->bytes, &input->size, diag);
}

static int read_manifest(const char *path, struct input *input,
                         struct diag *diag)
{
    int err = read_bytes(path, input, diag);

    return err ? err
               : named(path,
                       manifest_read(input->bytes, input->size, &input->facts,
                                     diag),
                       diag);
}

/* ---- manifest create -------------------------------------------------------- */

enum {
    CREATE_OUTPUT,
    CREATE_KEY,
    CREATE_SEQUENCE,
    CREATE_VENDOR,
    CREATE_CLASS,
    CREATE_URI,
    CREATE_TEXT,
    CREATE_BATTERY,
    CREATE_DELTAS,
    CREATE_SEVER,
    CREATE_QUIET
};

static const struct option_spec create_options[] = {
    [CREATE_OUTPUT] = {.name = "output",
                       .short_name = 'o',
                       .kind = OPTION_FILE,
                       .required = true,
                       .help = "the manifest to write"},
    [CREATE_KEY] = {.name = "key",
                    .short_name = 'k',
                    .kind = OPTION_FILE,
                    .help = "sign it with this private key, a PEM file or a "
                            "development key (otalab keys); otherwise it is "
                            "not signed yet"},
    [CREATE_SEQUENCE] = {.name = "sequence",
                         .short_name = 's',
                         .kind = OPTION_NUMBER,
                         .required = true,
                         .not_zero = true,
                         .help = "number of the release, higher than all "
                                 "before"},
    [CREATE_VENDOR] = {.name = "vendor",
                       .kind = OPTION_TEXT,
                       .argument = "DOMAIN",
                       .help = "the maker's domain, of which the vendor's UUID "
                               "is made (default: " MANIFEST_DOMAIN ")"},
    [CREATE_CLASS] = {.name = "class",
                      .kind = OPTION_TEXT,
                      .argument = "MODEL",
                      .help = "the model, of which the class's UUID is made "
                              "(default: " MANIFEST_CLASS ")"},
    [CREATE_URI] = {.name = "uri",
                    .kind = OPTION_TEXT,
                    .argument = "URI",
                    .help = "where the image will be: a path on the update "
                            "server, or https://.. (default: image)"},
    [CREATE_TEXT] = {.name = "text",
                     .kind = OPTION_TEXT,
                     .argument = "TEXT",
                     .help = "what the update is about; devices do not need "
                             "it"},
    [CREATE_BATTERY] = {.name = "battery",
                        .kind = OPTION_NUMBER,
                        .argument = "MWH",
                        .not_zero = true,
                        .help = "energy that must be left, in mWh"},
    [CREATE_DELTAS] = {.name = "deltas",
                       .help = "let devices try a patch first"},
    [CREATE_SEVER] = {.name = "sever",
                      .help = "put the install sequence beside the manifest, "
                              "which holds only its digest"},
    [CREATE_QUIET] = {.name = "quiet",
                      .short_name = 'q',
                      .help = "do not print what was written"},
    {0},
};

static int narrow(const struct options *o, unsigned option, uint32_t *out,
                  struct diag *diag)
{
    uint64_t value = o->value[option].number;

    if (value > UINT32_MAX) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "--%s %s: does not fit in 32 bits",
                         create_options[option].name, o->value[option].text);
    }
    *out = (uint32_t)value;
    return 0;
}

/* A manifest repeats what the image says of itself, so it must be whole. */
static int check_image(const char *path, const struct input *image,
                       struct diag *diag)
{
    struct image_facts facts;
    bool whole =
        image_read(image->bytes, image->size, &facts) == IMAGE_READ_FINE;

    if (whole && facts.is_signed) {
        return 0;
    }
    return diag_fail(diag, OTALAB_ERR_USAGE,
                     "%s is not a signed image: %s; 'otalab image sign' makes "
                     "one",
                     path,
                     whole ? "there is no signature"
                           : image_read_text(facts.result));
}

static int create(const struct options *o, const struct input *image,
                  struct diag *diag)
{
    uint8_t out[MANIFEST_FILE_MAX];
    struct key key;
    uint32_t length = 0;
    struct manifest_spec spec = {.image = image->bytes,
                                 .image_size = image->size,
                                 .domain = o->value[CREATE_VENDOR].text,
                                 .model = o->value[CREATE_CLASS].text,
                                 .uri = o->value[CREATE_URI].text,
                                 .text = o->value[CREATE_TEXT].text,
                                 .deltas = o->value[CREATE_DELTAS].given,
                                 .sever = o->value[CREATE_SEVER].given};
    int err = narrow(o, CREATE_SEQUENCE, &spec.sequence, diag);

    err = err ? err : narrow(o, CREATE_BATTERY, &spec.battery_mwh, diag);
    if (err == 0 && o->value[CREATE_KEY].given) {
        err = key_open(o->value[CREATE_KEY].text, &key, diag);
        spec.key = &key;
    }
    err = err ? err : manifest_make(&spec, out, &length, diag);
    err =
        err ? err : file_write(o->value[CREATE_OUTPUT].text, out, length, diag);
    if (err == 0 && !o->value[CREATE_QUIET].given) {
        printf("%s: %u bytes, sequence %u%s\n", o->value[CREATE_OUTPUT].text,
               length, spec.sequence, spec.key != NULL ? "" : ", not signed");
    }
    return err;
}

static int run_create(int argc, char **argv)
{
    struct options o;
    struct diag diag = {""};
    struct input image = {0};
    int code = options_parse(&o, &command_create, argc, argv);

    if (code != OPTIONS_GO) {
        return code;
    }
    int err = output_apart(o.value[CREATE_OUTPUT].text, o.arguments[0], &diag);
    err = err ? err
              : file_read(o.arguments[0], IMAGE_SIZE_MAX, &image.bytes,
                          &image.size, &diag);
    err = err ? err : check_image(o.arguments[0], &image, &diag);
    err = err ? err : create(&o, &image, &diag);
    free(image.bytes);
    return err != 0 ? command_fail(&command_create, err, &diag) : 0;
}

static const struct command command_create = {
    .name = "manifest create",
    .summary = "make a manifest for an image",
    .run = run_create,
    .options = create_options,
    .arguments = "IMAGE",
    .arguments_min = 1,
    .arguments_max = 1,
    .examples =
        (const struct command_example[]){
            {"otalab manifest create app.img -s 7 -k root -o app.suit",
             "release 7, signed with the development key"},
            {"otalab manifest create app.img -s 8 --uri "
             "https://edge.example/app.img -o app.suit",
             "not signed yet; the image is on a web server"},
            {0}},
    .description = "Version, security counter, size and digests are those of "
                   "the signed image. The same input gives the same bytes.",
};

/* ---- manifest sign -------------------------------------------------------------- */

enum { SIGN_KEY, SIGN_OUTPUT, SIGN_QUIET };

static const struct option_spec sign_options[] = {
    [SIGN_KEY] = {.name = "key",
                  .short_name = 'k',
                  .kind = OPTION_FILE,
                  .required = true,
                  .help = "private key, a PEM file or a development key"},
    [SIGN_OUTPUT] = {.name = "output",
                     .short_name = 'o',
                     .kind = OPTION_FILE,
                     .required = true,
                     .help = "the signed manifest to write"},
    [SIGN_QUIET] = {.name = "quiet",
                    .short_name = 'q',
                    .help = "do not print what was written"},
    {0},
};

static int run_sign(int argc, char **argv)
{
    struct options o;
    struct diag diag = {""};
    struct input input = {0};
    struct key key;
    uint8_t out[MANIFEST_FILE_MAX];
    uint32_t length = 0;
    int code = options_parse(&o, &command_sign, argc, argv);

    if (code != OPTIONS_GO) {
        return code;
    }
    const char *output = o.value[SIGN_OUTPUT].text;
    int err = output_apart(output, o.arguments[0], &diag);
    err = err ? err : key_open(o.value[SIGN_KEY].text, &key, &diag);
    err = err ? err : read_manifest(o.arguments[0], &input, &diag);
    err =
        err ? err
            : manifest_sign(input.bytes, input.size, &key, out, &length, &diag);
    err = err ? err : file_write(output, out, length, &diag);
    if (err == 0 && !o.value[SIGN_QUIET].given) {
        printf("%s: %u bytes, signed\n", output, length);
    }
    free(input.bytes);
    return err != 0 ? command_fail(&command_sign, err, &diag) : 0;
}

static const struct command command_sign = {
    .name = "manifest sign",
    .summary = "sign a manifest, in place of any signature it has",
    .run = run_sign,
    .options = sign_options,
    .arguments = "FILE",
    .arguments_min = 1,
    .arguments_max = 1,
    .examples =
        (const struct command_example[]){
            {"otalab manifest sign app.suit -k root.pem -o app.signed.suit",
             "COSE_Sign1 with ES256"},
            {0}},
};

/* ---- manifest verify ---------------------------------------------------------------- */

enum { VERIFY_KEY, VERIFY_QUIET };

static const struct option_spec verify_options[] = {
    [VERIFY_KEY] = {.name = "key",
                    .short_name = 'k',
                    .kind = OPTION_FILE,
                    .required = true,
                    .repeat = true,
                    .help = "public or private key, a PEM file or a "
                            "development key"},
    [VERIFY_QUIET] = {.name = "quiet",
                      .short_name = 'q',
                      .help = "print nothing, only exit"},
    {0},
};

static int verify(const struct options *o, const struct input *input,
                  struct diag *diag)
{
    const struct option_value *names = &o->value[VERIFY_KEY];
    struct key keys[OPTIONS_REPEAT_MAX];
    int err = 0;

    for (unsigned i = 0; err == 0 && i < names->count; i++) {
        err = key_open(names->texts[i], &keys[i], diag);
    }
    int signer =
        err ? err : manifest_signer(&input->facts, keys, names->count, diag);
    if (signer < 0) {
        return named(o->arguments[0], signer, diag);
    }
    if (!o->value[VERIFY_QUIET].given) {
        printf("%s: authentic, sequence %llu, signed by %s\n", o->arguments[0],
               (unsigned long long)input->facts.sequence, names->texts[signer]);
    }
    return 0;
}

static int run_verify(int argc, char **argv)
{
    struct options o;
    struct diag diag = {""};
    struct input input = {0};
    int code = options_parse(&o, &command_verify, argc, argv);

    if (code != OPTIONS_GO) {
        return code;
    }
    int err = read_manifest(o.arguments[0], &input, &diag);
    err = err ? err : verify(&o, &input, &diag);
    free(input.bytes);
    if (err == OTALAB_ERR_FAILED) {
        if (!o.value[VERIFY_QUIET].given) {
            fprintf(stderr, "%s\n", diag.text);
        }
        return -err;
    }
    return err != 0 ? command_fail(&command_verify, err, &diag) : 0;
}

static const struct command command_verify = {
    .name = "manifest verify",
    .summary = "check a manifest's form, digests and signature",
    .run = run_verify,
    .options = verify_options,
    .arguments = "FILE",
    .arguments_min = 1,
    .arguments_max = 1,
    .examples =
        (const struct command_example[]){
            {"otalab manifest verify app.suit -k root.pub.pem",
             "exit code 0 if it is authentic, 1 if not"},
            {0}},
    .description = "Severed parts that came along are compared with their "
                   "digests. Shares no code with the device.",
};

/* ---- manifest dump, manifest explain ------------------------------------------------ */

static int run_dump(int argc, char **argv)
{
    struct options o;
    struct diag diag = {""};
    struct input input = {0};
    int code = options_parse(&o, &command_dump, argc, argv);

    if (code != OPTIONS_GO) {
        return code;
    }
    int err = read_bytes(o.arguments[0], &input, &diag);
    err = err ? err
              : named(o.arguments[0],
                      manifest_dump(stdout, input.bytes, input.size, &diag),
                      &diag);
    free(input.bytes);
    return err != 0 ? command_fail(&command_dump, err, &diag) : 0;
}

static const struct command command_dump = {
    .name = "manifest dump",
    .summary = "print a manifest in CBOR's diagnostic notation",
    .run = run_dump,
    .arguments = "FILE",
    .arguments_min = 1,
    .arguments_max = 1,
    .examples =
        (const struct command_example[]){
            {"otalab manifest dump app.suit",
             "numbers with their names, embedded CBOR opened"},
            {0}},
    .description = "Nothing is verified; the CBOR must be deterministic.",
};

static int run_explain(int argc, char **argv)
{
    struct options o;
    struct diag diag = {""};
    struct input input = {0};
    int code = options_parse(&o, &command_explain_manifest, argc, argv);

    if (code != OPTIONS_GO) {
        return code;
    }
    int err = read_manifest(o.arguments[0], &input, &diag);
    if (err == 0) {
        manifest_explain(stdout, &input.facts);
    }
    free(input.bytes);
    return err != 0 ? command_fail(&command_explain_manifest, err, &diag) : 0;
}

static const struct command command_explain_manifest = {
    .name = "manifest explain",
    .summary = "say what a manifest makes a device do",
    .run = run_explain,
    .arguments = "FILE",
    .arguments_min = 1,
    .arguments_max = 1,
    .examples =
        (const struct command_example[]){
            {"otalab manifest explain app.suit",
             "for whom it is, and what happens in which order"},
            {0}},
    .description = "Form and digests are checked, the signature is not.",
};

/* ---- manifest ------------------------------------------------------------------------ */

static const struct command *const manifest_commands[] = {
    &command_create,           &command_sign, &command_verify, &command_dump,
    &command_explain_manifest, NULL};

const struct command command_manifest = {
    .name = "manifest",
    .summary = "make, sign, verify and read SUIT manifests",
    .examples =
        (const struct command_example[]){
            {"otalab manifest create app.img -s 7 -k root -o app.suit",
             "make one"},
            {"otalab manifest explain app.suit", "say what it does"},
            {0}},
    .subcommands = manifest_commands,
};
