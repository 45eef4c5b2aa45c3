/* SPDX-License-Identifier: MIT */
/* Keys: PEM in and out, the development keys, RFC 6979 signatures. */
#include "image/keys.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define KEYS "tests/data/golden/keys/"

static struct diag diag;

static void from_hex(const char *hex, uint8_t *out, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        unsigned byte = 0;
        for (unsigned n = 0; n < 2; n++) {
            char c = hex[2 * i + n];
            byte = byte * 16 + (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
        }
        out[i] = (uint8_t)byte;
    }
}

static void dev(const char *name, struct key *key)
{
    diag.text[0] = '\0';
    cr_assert_eq(key_dev(name, key, &diag), 0, "%s", diag.text);
}

/* Changing the seed or the derivation would change every image: this digest
 * stands in device programs and golden files. */
Test(keys, the_root_key_is_what_it_was)
{
    struct key key;
    uint8_t digest[KEY_DIGEST_SIZE], expected[KEY_DIGEST_SIZE];

    from_hex("7066d8194554b1e8d10311d3de3b7bf2"
             "e91b9bb11fd2ea06108b788bde132138",
             expected, sizeof expected);
    dev("root", &key);
    cr_assert_eq(key_digest(&key, digest), 0);
    cr_expect_arr_eq(digest, expected, sizeof digest);
}

Test(keys, development_keys_differ)
{
    struct key one, two;

    for (unsigned i = 0; key_dev_name(i) != NULL; i++) {
        dev(key_dev_name(i), &one);
        for (unsigned j = 0; j < i; j++) {
            dev(key_dev_name(j), &two);
            cr_expect_neq(memcmp(one.point, two.point, sizeof one.point), 0);
        }
    }
}

Test(keys, an_unknown_name_gets_a_suggestion)
{
    struct key key;

    diag.text[0] = '\0';
    cr_expect_eq(key_dev("wrnog", &key, &diag), OTALAB_ERR_USAGE);
    cr_expect_not_null(strstr(diag.text, "did you mean 'wrong'"), "%s",
                       diag.text);
}

Test(keys, pem_out_and_in_again)
{
    struct key key, back;
    char pem[KEY_PEM_MAX];

    dev("root1", &key);
    cr_assert_eq(key_private_pem(&key, pem), 0);
    cr_assert_eq(key_parse((uint8_t *)pem, strlen(pem), "x", &back, &diag), 0);
    cr_expect(back.is_private);
    cr_expect_arr_eq(&back, &key, sizeof key);
    cr_assert_eq(key_public_pem(&key, pem), 0);
    cr_assert_eq(key_parse((uint8_t *)pem, strlen(pem), "x", &back, &diag), 0);
    cr_expect_not(back.is_private);
    cr_expect_arr_eq(back.point, key.point, sizeof key.point);
    cr_expect_eq(key_private_pem(&back, pem), OTALAB_ERR_USAGE);
}

Test(keys, the_tool_s_key_file_is_written_as_it_was)
{
    static const char *const files[] = {"tests/data/mcuboot/test-key.pem",
                                        "tests/data/mcuboot/pub.pem"};
    struct key key;
    char pem[KEY_PEM_MAX], file[KEY_PEM_MAX] = "";

    for (unsigned i = 0; i < 2; i++) {
        FILE *in = fopen(files[i], "r");
        cr_assert_not_null(in);
        file[fread(file, 1, sizeof file - 1, in)] = '\0';
        fclose(in);
        cr_assert_eq(key_read(files[i], &key, &diag), 0);
        cr_assert_eq(i == 0 ? key_private_pem(&key, pem)
                            : key_public_pem(&key, pem),
                     0);
        cr_expect_str_eq(pem, file);
    }
}

Test(keys, sec1_is_read)
{
    struct key key;

    diag.text[0] = '\0';
    cr_expect_eq(key_read(KEYS "sec1.pem", &key, &diag), 0, "%s", diag.text);
    cr_expect(key.is_private);
}

/* Each gets its own line: what is wrong, not only that something is. */
Test(keys, what_is_no_usable_key_is_named)
{
    static const struct {
        const char *file;
        const char *says;
    } cases[] = {
        {KEYS "p384.pem", "another curve"},
        {KEYS "p384-public.pem", "another curve"},
        {KEYS "rsa.pem", "not a key for ECDSA"},
        {KEYS "ed25519.pem", "not a key for ECDSA"},
        {KEYS "encrypted.pem", "encrypted"},
        {KEYS "certificate.pem", "a certificate"},
        {KEYS "cut.pem", "damaged"},
        {KEYS "mismatch.pem", "public point is wrong"},
        {KEYS "off-curve.pem", "public point is wrong"},
        {"tests/data/mcuboot/signed.bin", "no PEM key"},
        {"tests/data/no-such-file", "No such file"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct key key;
        diag.text[0] = '\0';
        cr_expect_eq(key_read(cases[i].file, &key, &diag), OTALAB_ERR_USAGE,
                     "%s", cases[i].file);
        cr_expect_not_null(strstr(diag.text, cases[i].says), "%s", diag.text);
        cr_expect_not_null(strstr(diag.text, cases[i].file), "%s", diag.text);
        cr_expect_null(strchr(diag.text, '\n'));
    }
}

Test(keys, open_takes_files_and_names)
{
    struct key key, root;

    dev("root", &root);
    cr_assert_eq(key_open("root", &key, &diag), 0);
    cr_expect_arr_eq(&key, &root, sizeof key);
    cr_assert_eq(key_open("tests/data/mcuboot/pub.pem", &key, &diag), 0);
    cr_expect_neq(memcmp(key.point, root.point, sizeof key.point), 0);
    diag.text[0] = '\0';
    cr_expect_eq(key_open("rooot", &key, &diag), OTALAB_ERR_USAGE);
}

/* RFC 6979, A.2.5: P-256, SHA-256 of "test". */
Test(keys, signatures_are_those_of_rfc_6979)
{
    struct key key = {.is_private = true};
    uint8_t digest[32], expected[71], signature[KEY_SIGNATURE_MAX];
    size_t length = 0;

    from_hex("c9afa9d845ba75166b5c215767b1d693"
             "4e50c3db36e89b127b8a622b120f6721",
             key.scalar, sizeof key.scalar);
    from_hex("9f86d081884c7d659a2feaa0c55ad015"
             "a3bf4f1b2b0b822cd15d6c15b0f00a08",
             digest, sizeof digest);
    from_hex("3045022100"
             "f1abb023518351cd71d881567b1ea663"
             "ed3efcf6c5132b354f28d3b0b7d38367"
             "0220"
             "019f4113742a2b14bd25926b49c64915"
             "5f267e60d3814b4c0cc84250e46f0083",
             expected, sizeof expected);
    cr_assert_eq(key_sign(&key, digest, signature, &length), 0);
    cr_assert_eq(length, sizeof expected);
    cr_expect_arr_eq(signature, expected, length);
}

Test(keys, verify_notices_every_change)
{
    struct key key, other;
    uint8_t digest[32] = {1, 2, 3}, signature[KEY_SIGNATURE_MAX];
    size_t length = 0;

    dev("root", &key);
    dev("root1", &other);
    cr_assert_eq(key_sign(&key, digest, signature, &length), 0);
    cr_expect(key_verify(&key, digest, signature, length));
    cr_expect_not(key_verify(&other, digest, signature, length));
    cr_expect_not(key_verify(&key, digest, signature, length - 1));
    cr_expect_not(key_verify(&key, digest, signature, 0));
    digest[31] ^= 1;
    cr_expect_not(key_verify(&key, digest, signature, length));
    digest[31] ^= 1;
    signature[length - 1] ^= 1;
    cr_expect_not(key_verify(&key, digest, signature, length));
    key.is_private = false;
    cr_expect_eq(key_sign(&key, digest, signature, &length), OTALAB_ERR_USAGE);
}
