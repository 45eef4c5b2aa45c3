/* SPDX-License-Identifier: MIT */
#include "cli/cmd_image.h"

#include "base/file.h"
#include "board/registers.h"
#include "base/json.h"
#include "shell/options.h"
#include "image/image_check.h"
#include "image/image_sign.h"
#include "ota/image.h"
#include "record/event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct command command_sign;
static const struct command command_verify;
static const struct command command_info;

static void print_hex(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        printf("%02x", bytes[i]);
    }
}

static void print_version(const struct mcuboot_version *version)
{
    char text[40];

    fputs(image_version_text(version, text, sizeof text), stdout);
}

/* ---- image sign ----------------------------------------------------------- */

enum {
    SIGN_KEY,
    SIGN_VERSION,
    SIGN_COUNTER,
    SIGN_LOAD,
    SIGN_HEADER,
    SIGN_FILL,
    SIGN_PUBLIC,
    SIGN_EDIT,
    SIGN_QUIET
};

static const struct option_spec sign_options[] = {
    [SIGN_KEY] =
        {.name = "key",
         .short_name = 'k',
         .kind = OPTION_FILE,
         .required = true,
         .help = "private key as PEM file, or the name of a development key"},
    [SIGN_VERSION] = {.name = "version",
                      .short_name = 'v',
                      .kind = OPTION_TEXT,
                      .argument = "version, such as 1.2.0 or 1.2.0+45",
                      .required = true,
                      .help = "such as 1.2.0 or 1.2.0+45"},
    [SIGN_COUNTER] = {.name = "counter",
                      .short_name = 's',
                      .kind = OPTION_NUMBER,
                      .help =
                          "security counter; if not given, the image has none"},
    [SIGN_LOAD] =
        {.name = "load",
         .short_name = 'L',
         .kind = OPTION_NUMBER,
         .argument = "ADDRESS",
         .help = "RAM address to which the image is copied and where it runs"},
    [SIGN_HEADER] = {.name = "header-size",
                     .short_name = 'H',
                     .kind = OPTION_SIZE,
                     .help = "size of the padded header; default 0x200"},
    [SIGN_FILL] = {.name = "fill",
                   .kind = OPTION_SIZE,
                   .help = "pad header and payload to this size with fixed "
                           "pseudo-random bytes"},
    [SIGN_PUBLIC] = {.name = "with-public-key",
                     .help = "include the public key itself in the image"},
    [SIGN_EDIT] =
        {.name = "edit",
         .kind = OPTION_TEXT,
         .argument = "EDIT[=N]",
         .repeat = true,
         .help = "damage the image on purpose; '--edit list' lists the ways"},
    [SIGN_QUIET] = {.name = "quiet",
                    .short_name = 'q',
                    .help = "do not print what was written"},
    {0},
};

struct sign_job {
    struct image_spec spec;
    struct key key;
    struct edit edits[OPTIONS_REPEAT_MAX];
    uint8_t *payload;
};

/* Read a number from the command line that must fit in 32 bits. */
static int narrow(const struct option_value *value, const char *name,
                  uint32_t *out, struct diag *diag)
{
    if (value->number > UINT32_MAX) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "--%s %s: does not fit in 32 bits", name, value->text);
    }
    *out = (uint32_t)value->number;
    return 0;
}

static int sign_numbers(const struct options *o, struct image_spec *spec,
                        struct diag *diag)
{
    uint32_t *const targets[] = {
        [SIGN_COUNTER] = &spec->counter,
        [SIGN_LOAD] = &spec->load_address,
        [SIGN_HEADER] = &spec->header_size,
        [SIGN_FILL] = &spec->fill_size,
    };
    int err = 0;

    for (unsigned i = SIGN_COUNTER; err == 0 && i <= SIGN_FILL; i++) {
        err = narrow(&o->value[i], sign_options[i].name, targets[i], diag);
    }
    if (err == 0 && o->value[SIGN_HEADER].given && spec->header_size == 0) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "--header-size 0: must be 32..65535");
    }
    spec->has_counter = o->value[SIGN_COUNTER].given;
    spec->ram_load = o->value[SIGN_LOAD].given;
    spec->with_public_key = o->value[SIGN_PUBLIC].given;
    return err;
}

int output_apart(const char *output, const char *input, struct diag *diag)
{
    return input == NULL || !file_same(output, input)
               ? 0
               : diag_fail(diag, OTALAB_ERR_USAGE,
                           "%s: would be written over an input; give the "
                           "output another name",
                           output);
}

static int sign_read(const struct options *o, struct sign_job *job,
                     struct diag *diag)
{
    const struct option_value *edit = &o->value[SIGN_EDIT];
    int err = sign_numbers(o, &job->spec, diag);

    err = err != 0 ? err
                   : image_version_read(o->value[SIGN_VERSION].text,
                                        &job->spec.version, diag);
    for (unsigned i = 0; err == 0 && i < edit->count; i++) {
        err = edit_parse(edit->texts[i], &job->edits[i], diag);
    }
    err = err != 0 ? err : key_open(o->value[SIGN_KEY].text, &job->key, diag);
    err = err != 0 ? err
                   : file_read(o->arguments[0], IMAGE_SIZE_MAX, &job->payload,
                               &job->spec.payload_size, diag);
    job->spec.payload = job->payload;
    job->spec.key = &job->key;
    job->spec.edits = job->edits;
    job->spec.edit_count = edit->count;
    return err;
}

static void say_signed(const char *path, const uint8_t *bytes, size_t size)
{
    struct image_facts facts;

    image_read(bytes, size, &facts);
    printf("%s: ", path);
    print_version(&facts.version);
    printf(", %zu bytes, sha256 ", size);
    print_hex(facts.computed, 32);
    putchar('\n');
}

static int sign(const struct options *o, struct diag *diag)
{
    struct sign_job job = {0};
    uint8_t *bytes = NULL;
    size_t size = 0;
    int err = sign_read(o, &job, diag);

    err = err != 0 ? err : output_apart(o->arguments[1], o->arguments[0], diag);
    err = err != 0
              ? err
              : output_apart(o->arguments[1], o->value[SIGN_KEY].text, diag);
    err = err != 0 ? err : image_build(&job.spec, &bytes, &size, diag);
    err = err != 0 ? err : file_write(o->arguments[1], bytes, size, diag);
    if (err == 0 && !o->value[SIGN_QUIET].given) {
        say_signed(o->arguments[1], bytes, size);
    }
    free(bytes);
    free(job.payload);
    return err;
}

static void list_edits(void)
{
    for (unsigned i = 0; i < EDIT_COUNT; i++) {
        const struct edit_info *info = edit_info((enum edit_kind)i);
        printf("%-15s %s%s%s\n", info->name, info->text,
               info->value != NULL ? "; =" : "",
               info->value != NULL ? info->value : "");
    }
}

static bool wants_list(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--edit=list") == 0 ||
            (i + 1 < argc && strcmp(argv[i], "--edit") == 0 &&
             strcmp(argv[i + 1], "list") == 0)) {
            return true;
        }
    }
    return false;
}

static int run_sign(int argc, char **argv)
{
    struct options o;
    struct diag diag = {""};

    if (wants_list(argc, argv)) {
        list_edits();
        return 0;
    }
    int code = options_parse(&o, &command_sign, argc, argv);
    if (code != OPTIONS_GO) {
        return code;
    }
    int err = sign(&o, &diag);
    return err != 0 ? command_fail(&command_sign, err, &diag) : 0;
}

static const struct command command_sign = {
    .name = "image sign",
    .summary = "make a signed image from a program",
    .run = run_sign,
    .options = sign_options,
    .arguments = "IN OUT",
    .arguments_min = 2,
    .arguments_max = 2,
    .examples =
        (const struct command_example[]){
            {"otalab image sign -k root -v 1.2.0 -s 3 -L 0x21800000 app.bin "
             "app.img",
             "sign an application for the simulated device"},
            {"otalab image sign -k root -v 1.2.0 --edit flip-code=4000 app.bin "
             "bad.img",
             "the same, with one bit flipped after signing"},
            {0}},
    .description = "Writes MCUboot's image format, byte for byte like 'imgtool "
                   "sign', with a deterministic ECDSA P-256 signature: the "
                   "same input always gives the same file. IN is the raw "
                   "program, which starts with its vector table.",
};

/* ---- image verify ---------------------------------------------------------- */

enum { VERIFY_KEY, VERIFY_FOR, VERIFY_QUIET };

static const struct option_spec verify_options[] = {
    [VERIFY_KEY] = {.name = "key",
                    .short_name = 'k',
                    .kind = OPTION_FILE,
                    .required = true,
                    .repeat = true,
                    .help = "key that may have signed the image, public or "
                            "private; may be repeated"},
    [VERIFY_FOR] = {.name = "for",
                    .kind = OPTION_CHOICE,
                    .argument = "app|boot",
                    .help = "also ask the device's own code whether it would "
                            "run the image as application or bootloader"},
    [VERIFY_QUIET] = {.name = "quiet",
                      .short_name = 'q',
                      .help = "print nothing; only set the exit code"},
    {0},
};

/* The device's opinion: firmware/ota compiled for the host. */
static enum ota_reason ask_device(const uint8_t *bytes, size_t size,
                                  const struct key *key, uint64_t place)
{
    uint8_t digest[1][KEY_DIGEST_SIZE], der[KEY_SPKI_SIZE];
    const uint8_t *spki[1] = {der};
    struct image_keys keys = {
        .digests = digest, .count = 1, .spki = spki, .spki_count = 1};
    struct image_limits limits = {
        .slot_size = (uint32_t)size,
        .load_base = place == 0 ? BOARD_APP_BASE : BOARD_BOOT_BASE,
        .load_size = place == 0 ? BOARD_APP_SIZE : BOARD_BOOT_SIZE,
        .need_ram_load = true,
    };
    struct image_info info;

    if (key_digest(key, digest[0]) != 0) {
        return OTA_REASON_UNSIGNED;
    }
    key_spki(key, der);
    enum ota_reason reason =
        image_verify(bytes, (uint32_t)size, &limits, &keys, &info);
    return reason != OTA_REASON_NONE ? reason
                                     : image_check_entry(bytes, &info, &limits);
}

/* An authentic image may still be refused. */
static int check_refused(const struct options *o, const uint8_t *bytes,
                         size_t size, const struct key *signer,
                         const struct image_facts *facts, struct diag *diag)
{
    char unmet[160];

    if (image_unmet(facts, unmet, sizeof unmet)) {
        return diag_fail(diag, OTALAB_ERR_FAILED, "authentic, but %s", unmet);
    }
    if (!o->value[VERIFY_FOR].given) {
        return 0;
    }
    enum ota_reason reason =
        ask_device(bytes, size, signer, o->value[VERIFY_FOR].number);

    return reason == OTA_REASON_NONE
               ? 0
               : diag_fail(diag, OTALAB_ERR_FAILED,
                           "authentic, but the device refuses it: %s",
                           reason_name(reason));
}

static int verify_bytes(const struct options *o, const uint8_t *bytes,
                        size_t size, struct diag *diag)
{
    const struct option_value *names = &o->value[VERIFY_KEY];
    struct key keys[OPTIONS_REPEAT_MAX];
    struct image_facts facts;
    int err = 0;

    for (unsigned i = 0; err == 0 && i < names->count; i++) {
        err = key_open(names->texts[i], &keys[i], diag);
    }
    if (err != 0) {
        return err;
    }
    int signer = image_check(bytes, size, keys, names->count, &facts, diag);
    if (signer < 0) {
        return signer;
    }
    err = check_refused(o, bytes, size, &keys[signer], &facts, diag);
    if (err != 0) {
        return err;
    }
    if (!o->value[VERIFY_QUIET].given) {
        printf("%s: authentic, ", o->arguments[0]);
        print_version(&facts.version);
        printf(", signed by %s\n", names->texts[signer]);
    }
    return 0;
}

static int run_verify(int argc, char **argv)
{
    struct options o;
    struct diag diag = {""};
    uint8_t *bytes = NULL;
    size_t size = 0;
    int code = options_parse(&o, &command_verify, argc, argv);

    if (code != OPTIONS_GO) {
        return code;
    }
    int err = file_read(o.arguments[0], IMAGE_SIZE_MAX, &bytes, &size, &diag);
    if (err == 0) {
        err = verify_bytes(&o, bytes, size, &diag);
    }
    free(bytes);
    if (err == OTALAB_ERR_FAILED) {
        if (!o.value[VERIFY_QUIET].given) {
            fprintf(stderr, "%s: %s\n", o.arguments[0], diag.text);
        }
        return -err;
    }
    return err != 0 ? command_fail(&command_verify, err, &diag) : 0;
}

static const struct command command_verify = {
    .name = "image verify",
    .summary = "check an image's digest and signature",
    .run = run_verify,
    .options = verify_options,
    .arguments = "FILE",
    .arguments_min = 1,
    .arguments_max = 1,
    .examples =
        (const struct command_example[]){
            {"otalab image verify -k root.pub.pem app.img",
             "exit code 0 if the image is authentic, 1 if not"},
            {"otalab image verify -k root --for app app.img",
             "also check that the simulated device would run it"},
            {0}},
};

/* ---- image info ------------------------------------------------------------- */

enum { INFO_JSON };

static const struct option_spec info_options[] = {
    [INFO_JSON] = {.name = "json",
                   .short_name = 'j',
                   .help = "print one line of JSON"},
    {0},
};

struct name {
    uint32_t number;
    const char *text;
};

static const struct name tlv_names[] = {
    {MCUBOOT_KEYHASH, "key hash"},
    {MCUBOOT_PUBKEY, "public key"},
    {MCUBOOT_SHA256, "sha256"},
    {MCUBOOT_SHA384, "sha384"},
    {MCUBOOT_SHA512, "sha512"},
    {MCUBOOT_RSA2048, "rsa-2048 signature"},
    {MCUBOOT_ECDSA, "ecdsa signature"},
    {MCUBOOT_RSA3072, "rsa-3072 signature"},
    {MCUBOOT_ED25519, "ed25519 signature"},
    {MCUBOOT_KEY_RSA, "encryption key, for rsa"},
    {MCUBOOT_KEY_KW, "encryption key, for aes-kw"},
    {MCUBOOT_KEY_EC256, "encryption key, for p-256"},
    {MCUBOOT_KEY_X25519, "encryption key, for x25519"},
    {MCUBOOT_DEPENDENCY, "dependency"},
    {MCUBOOT_SEC_CNT, "security counter"},
    {MCUBOOT_BOOT_RECORD, "boot record"},
};

static const struct name flag_names[] = {
    {MCUBOOT_ENCRYPTED_128, "encrypted-aes128"},
    {MCUBOOT_ENCRYPTED_256, "encrypted-aes256"},
    {MCUBOOT_NON_BOOTABLE, "non-bootable"},
    {MCUBOOT_RAM_LOAD, "ram-load"},
    {0x100, "rom-fixed"},
};

static const char *tlv_name(uint16_t type)
{
    for (size_t i = 0; i < sizeof tlv_names / sizeof tlv_names[0]; i++) {
        if (tlv_names[i].number == type) {
            return tlv_names[i].text;
        }
    }
    return "unknown";
}

static void print_flags(uint32_t flags)
{
    for (size_t i = 0; i < sizeof flag_names / sizeof flag_names[0]; i++) {
        if ((flags & flag_names[i].number) != 0) {
            printf(" %s", flag_names[i].text);
        }
    }
}

static void info_header(const struct image_facts *facts)
{
    printf("  version       ");
    print_version(&facts->version);
    printf("\n  header        %u bytes\n", facts->header_size);
    printf("  payload       %u bytes\n", facts->payload_size);
    printf("  flags         0x%08x", facts->flags);
    print_flags(facts->flags);
    printf("\n  load address  0x%08x\n", facts->load_address);
    if (facts->has_counter) {
        printf("  counter       %u\n", facts->counter);
    }
}

static void info_tlvs(const struct image_facts *facts, const uint8_t *bytes)
{
    for (unsigned i = 0; i < facts->entries; i++) {
        const struct image_entry *entry = &facts->entry[i];
        unsigned shown = entry->length < 32 ? entry->length : 32;

        printf("  tlv 0x%04x    %s, %u bytes%s: ", entry->type,
               tlv_name(entry->type), entry->length,
               entry->is_protected ? ", protected" : "");
        print_hex(bytes + entry->offset, shown);
        printf("%s\n", shown < entry->length ? ".." : "");
    }
    if (facts->dropped != 0) {
        printf("  %u more TLVs\n", facts->dropped);
    }
}

static void info_text(const char *path, const uint8_t *bytes, size_t size,
                      const struct image_facts *facts)
{
    char unmet[160];

    printf("%s: %s%s\n", path, image_read_text(facts->result),
           facts->result == IMAGE_READ_FINE && facts->signature == 0
               ? ", not signed"
               : "");
    if (facts->signature != 0 && !facts->is_signed) {
        printf("  note          signed by %s, which this product does not "
               "accept\n",
               image_signature_text(facts->signature));
    }
    if (image_unmet(facts, unmet, sizeof unmet)) {
        printf("  note          %s\n", unmet);
    }
    if (facts->has_header) {
        info_header(facts);
    }
    if (facts->total_size != 0) {
        printf("  image         %u of the file's %zu bytes\n",
               facts->total_size, size);
    }
    info_tlvs(facts, bytes);
    if (facts->result == IMAGE_READ_BAD_HASH) {
        printf("  sha256 is     ");
        print_hex(facts->computed, 32);
        putchar('\n');
    }
}

static void json_tlvs(struct json *json, const struct image_facts *facts,
                      const uint8_t *bytes)
{
    json_open(json, "tlvs", '[');
    for (unsigned i = 0; i < facts->entries; i++) {
        const struct image_entry *entry = &facts->entry[i];

        json_open(json, NULL, '{');
        json_number(json, "type", entry->type);
        json_text(json, "name", tlv_name(entry->type));
        json_bool(json, "protected", entry->is_protected);
        json_hex(json, "value", bytes + entry->offset, entry->length);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void json_header(struct json *json, const struct image_facts *facts)
{
    char version[40];

    json_text(json, "version",
              image_version_text(&facts->version, version, sizeof version));
    json_number(json, "header_size", facts->header_size);
    json_number(json, "payload_size", facts->payload_size);
    json_number(json, "flags", facts->flags);
    json_number(json, "load_address", facts->load_address);
    if (facts->has_counter) {
        json_number(json, "counter", facts->counter);
    } else {
        json_null(json, "counter");
    }
}

static void info_json(const char *path, const uint8_t *bytes, size_t size,
                      const struct image_facts *facts)
{
    struct json json = json_stream(stdout);

    json_open(&json, NULL, '{');
    json_number(&json, "v", 1);
    json_text(&json, "type", "image");
    json_text(&json, "file", path);
    json_number(&json, "size", size);
    json_text(&json, "result", image_read_name(facts->result));
    if (facts->has_header) {
        json_header(&json, facts);
        json_tlvs(&json, facts, bytes);
    }
    json_close(&json, '}');
    json_end(&json);
}

static int run_info(int argc, char **argv)
{
    struct options o;
    struct diag diag = {""};
    struct image_facts facts;
    uint8_t *bytes = NULL;
    size_t size = 0;
    int code = options_parse(&o, &command_info, argc, argv);

    if (code != OPTIONS_GO) {
        return code;
    }
    int err = file_read(o.arguments[0], IMAGE_SIZE_MAX, &bytes, &size, &diag);
    if (err != 0) {
        return command_fail(&command_info, err, &diag);
    }
    image_read(bytes, size, &facts);
    if (o.value[INFO_JSON].given) {
        info_json(o.arguments[0], bytes, size, &facts);
    } else {
        info_text(o.arguments[0], bytes, size, &facts);
    }
    free(bytes);
    return facts.result == IMAGE_READ_FINE ? 0 : -OTALAB_ERR_FAILED;
}

static const struct command command_info = {
    .name = "image info",
    .summary = "print what an image contains",
    .run = run_info,
    .options = info_options,
    .arguments = "FILE",
    .arguments_min = 1,
    .arguments_max = 1,
    .examples =
        (const struct command_example[]){{"otalab image info app.img",
                                          "print header, TLVs and digest"},
                                         {0}},
    .description =
        "Reads header and TLVs without checking the signature, and recomputes "
        "the digest; exit code 1 if the image is incomplete or damaged. To "
        "check signatures, use 'otalab image verify'.",
};

/* ---- image -------------------------------------------------------------------- */

static const struct command *const image_commands[] = {&command_sign,
                                                       &command_verify,
                                                       &command_info, NULL};

const struct command command_image = {
    .name = "image",
    .summary = "sign, verify and read firmware images",
    .examples =
        (const struct command_example[]){
            {"otalab image sign -k root -v 1.2.0 -s 3 -L 0x21800000 app.bin "
             "app.img",
             "make a signed image from a program"},
            {"otalab image info app.img", "print what an image contains"},
            {0}},
    .subcommands = image_commands,
};
