/* SPDX-License-Identifier: MIT */
#include "base/file.h"
#include "cli/cmd_image.h"
#include "base/json.h"
#include "shell/options.h"
#include "image/keys.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct command command_new;
static const struct command command_show;

/* ---- keys new ------------------------------------------------------------ */

enum { NEW_NAME, NEW_PUBLIC, NEW_FORCE };

static const struct option_spec new_options[] = {
    [NEW_NAME] = {.name = "name",
                  .short_name = 'n',
                  .kind = OPTION_CHOICE,
                  .argument = "root|root1|root2|wrong",
                  .help = "which development key; default root"},
    [NEW_PUBLIC] = {.name = "public",
                    .short_name = 'p',
                    .kind = OPTION_FILE,
                    .help = "also write the public half to FILE"},
    [NEW_FORCE] = {.name = "force",
                   .short_name = 'f',
                   .help = "overwrite existing files"},
    {0},
};

static int write_text(const char *path, const char *pem, bool force,
                      struct diag *diag)
{
    if (!force && access(path, F_OK) == 0) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "%s: already exists; use --force to overwrite it",
                         path);
    }
    return file_write(path, pem, strlen(pem), diag);
}

static int new_files(const struct options *o, struct diag *diag)
{
    const char *name =
        o->value[NEW_NAME].given ? o->value[NEW_NAME].text : "root";
    bool force = o->value[NEW_FORCE].given;
    char private_pem[KEY_PEM_MAX], public_pem[KEY_PEM_MAX];
    struct key key;
    int err = key_dev(name, &key, diag);

    err = err != 0 ? err : key_private_pem(&key, private_pem);
    err = err != 0 ? err : key_public_pem(&key, public_pem);
    err =
        err != 0 ? err : write_text(o->arguments[0], private_pem, force, diag);
    if (err == 0 && o->value[NEW_PUBLIC].given) {
        err = write_text(o->value[NEW_PUBLIC].text, public_pem, force, diag);
    }
    return err;
}

static int run_new(int argc, char **argv)
{
    struct options o;
    struct diag diag = {""};
    int code = options_parse(&o, &command_new, argc, argv);

    if (code != OPTIONS_GO) {
        return code;
    }
    int err = new_files(&o, &diag);
    return err != 0 ? command_fail(&command_new, err, &diag) : 0;
}

static const struct command command_new = {
    .name = "keys new",
    .summary = "write a development key as PEM",
    .run = run_new,
    .options = new_options,
    .arguments = "FILE",
    .arguments_min = 1,
    .arguments_max = 1,
    .examples =
        (const struct command_example[]){
            {"otalab keys new root.pem --public root.pub.pem",
             "write both halves of the key that simulated devices trust"},
            {"otalab keys new --name wrong wrong.pem",
             "write a key that no device trusts"},
            {0}},
    .description =
        "Development keys are derived from a seed in the source code: "
        "everybody has them, and they give the same signatures everywhere. "
        "Never use one in a product; create your own keys with 'openssl "
        "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256'.",
};

/* ---- keys show ----------------------------------------------------------- */

enum { SHOW_JSON, SHOW_PUBLIC, SHOW_DTS };

static const struct option_spec show_options[] = {
    [SHOW_JSON] = {.name = "json",
                   .short_name = 'j',
                   .help = "print one line of JSON"},
    [SHOW_PUBLIC] = {.name = "public",
                     .short_name = 'p',
                     .help = "print only the public half, as PEM"},
    [SHOW_DTS] = {.name = "dts",
                  .short_name = 'd',
                  .help =
                      "print only the public half, as a devicetree property"},
    {0},
};

/* The development key equal to this one, or NULL. */
static const char *dev_name(const struct key *key)
{
    for (unsigned i = 0; key_dev_name(i) != NULL; i++) {
        struct key known;
        if (key_dev(key_dev_name(i), &known, NULL) == 0 &&
            memcmp(known.point, key->point, sizeof known.point) == 0) {
            return key_dev_name(i);
        }
    }
    return NULL;
}

static void print_hex(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        printf("%02x", bytes[i]);
    }
    putchar('\n');
}

static void show_text(const char *name, const struct key *key,
                      const uint8_t digest[32])
{
    const char *dev = dev_name(key);

    printf("%s: %s key, ECDSA P-256%s%s%s\n", name,
           key->is_private ? "private" : "public",
           dev != NULL ? ", development key '" : "", dev != NULL ? dev : "",
           dev != NULL ? "': never for a product" : "");
    printf("  digest  ");
    print_hex(digest, KEY_DIGEST_SIZE);
    printf("  x       ");
    print_hex(key->point + 1, 32);
    printf("  y       ");
    print_hex(key->point + 33, 32);
}

static void show_json(const char *name, const struct key *key,
                      const uint8_t digest[32])
{
    const char *dev = dev_name(key);
    struct json json = json_stream(stdout);

    json_open(&json, NULL, '{');
    json_number(&json, "v", 1);
    json_text(&json, "type", "key");
    json_text(&json, "file", name);
    json_bool(&json, "private", key->is_private);
    json_text(&json, "curve", "P-256");
    json_hex(&json, "digest", digest, KEY_DIGEST_SIZE);
    json_hex(&json, "point", key->point, KEY_POINT_SIZE);
    if (dev != NULL) {
        json_text(&json, "development", dev);
    } else {
        json_null(&json, "development");
    }
    json_close(&json, '}');
    json_end(&json);
}

/* Printed as in the devicetree's node of a signer. */
static void show_dts(const struct key *key)
{
    uint8_t der[KEY_SPKI_SIZE];

    key_spki(key, der);
    printf("otalab,public-key = [");
    for (unsigned i = 0; i < KEY_SPKI_SIZE; i++) {
        printf("%s%02x", i % 16 == 0 ? "\n    " : " ", der[i]);
    }
    printf("];\n");
}

static int show(const struct options *o, struct diag *diag)
{
    const char *name = o->arguments[0];
    char pem[KEY_PEM_MAX];
    uint8_t digest[KEY_DIGEST_SIZE];
    struct key key;
    int err = key_open(name, &key, diag);

    err = err != 0 ? err : key_digest(&key, digest);
    err = err != 0 ? err : key_public_pem(&key, pem);
    if (err != 0) {
        return err;
    }
    if (o->value[SHOW_PUBLIC].given) {
        fputs(pem, stdout);
    } else if (o->value[SHOW_DTS].given) {
        show_dts(&key);
    } else if (o->value[SHOW_JSON].given) {
        show_json(name, &key, digest);
    } else {
        show_text(name, &key, digest);
    }
    return 0;
}

static int run_show(int argc, char **argv)
{
    struct options o;
    struct diag diag = {""};
    int code = options_parse(&o, &command_show, argc, argv);

    if (code != OPTIONS_GO) {
        return code;
    }
    int err = show(&o, &diag);
    return err != 0 ? command_fail(&command_show, err, &diag) : 0;
}

static const struct command command_show = {
    .name = "keys show",
    .summary = "print what a key is, and its digest",
    .run = run_show,
    .options = show_options,
    .arguments = "FILE",
    .arguments_min = 1,
    .arguments_max = 1,
    .examples =
        (const struct command_example[]){
            {"otalab keys show root.pem",
             "print the digest that images and fuses carry"},
            {"otalab keys show --public root.pem > root.pub.pem",
             "extract the public half"},
            {"otalab keys show root",
             "name a development key instead of a file"},
            {0}},
};

/* ---- keys ----------------------------------------------------------------- */

static const struct command *const keys_commands[] = {&command_new,
                                                      &command_show, NULL};

const struct command command_keys = {
    .name = "keys",
    .summary = "make and read signing keys",
    .examples =
        (const struct command_example[]){
            {"otalab keys new root.pem", "write the development root key"},
            {"otalab keys show root.pem", "print what a key file contains"},
            {0}},
    .subcommands = keys_commands,
};
