/* SPDX-License-Identifier: MIT */
#include "engine/token.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN_PREFIX "ol1:"

struct token_part {
    const char *key;
    size_t offset; /* of a char array in struct token */
    size_t size;
};

#define PART(key, member)                                                      \
    {                                                                          \
        key, offsetof(struct token, member), sizeof((struct token *)0)->member \
    }

static const struct token_part parts[] = {
    PART("rom", rom), PART("boot", boot), PART("images", images),
    PART("dtb", dtb), PART("qemu", qemu), PART("rec", recording),
};
#define PARTS (sizeof parts / sizeof parts[0])

static int bad(struct diag *diag, const char *what, const char *at,
               size_t length)
{
    return diag_fail(diag, OTALAB_ERR_USAGE,
                     "token: %s at '%.*s'; copy the whole line that a run "
                     "prints behind 'replay'",
                     what, (int)(length < 60 ? length : 60), at);
}

static int copy(char *out, size_t size, const char *text, size_t length)
{
    if (length == 0 || length >= size) {
        return -1;
    }
    memcpy(out, text, length);
    out[length] = '\0';
    return 0;
}

static int parse_faults(struct token *token, const char *text, size_t length,
                        struct diag *diag)
{
    const char *end = text + length;

    while (text < end) {
        const char *plus = memchr(text, '+', (size_t)(end - text));
        size_t part = (size_t)((plus != NULL ? plus : end) - text);

        if (token->faults == TOKEN_FAULTS ||
            copy(token->fault[token->faults], sizeof token->fault[0], text,
                 part) != 0) {
            return bad(diag, "too many or too long faults", text, part);
        }
        token->faults++;
        text += part + (plus != NULL ? 1 : 0);
    }
    return 0;
}

static int parse_seed(struct token *token, const char *text, size_t length)
{
    char number[24];
    char *end = NULL;

    if (copy(number, sizeof number, text, length) != 0) {
        return -1;
    }
    token->seed = strtoull(number, &end, 10);
    return (number[0] >= '0' && number[0] <= '9' && *end == '\0') ? 0 : -1;
}

/* KEY=VALUE, `length` bytes. */
static int parse_part(struct token *token, const char *text, size_t length,
                      struct diag *diag)
{
    const char *equals = memchr(text, '=', length);
    size_t key = equals != NULL ? (size_t)(equals - text) : 0;
    size_t value = equals != NULL ? length - key - 1 : 0;

    if (equals == NULL) {
        return bad(diag, "expected KEY=VALUE", text, length);
    }
    if (key == 6 && memcmp(text, "faults", 6) == 0) {
        return parse_faults(token, equals + 1, value, diag);
    }
    if (key == 4 && memcmp(text, "seed", 4) == 0) {
        return parse_seed(token, equals + 1, value) == 0
                   ? 0
                   : bad(diag, "not a number", text, length);
    }
    for (size_t i = 0; i < PARTS; i++) {
        if (strlen(parts[i].key) == key &&
            memcmp(text, parts[i].key, key) == 0) {
            return copy((char *)token + parts[i].offset, parts[i].size,
                        equals + 1, value) == 0
                       ? 0
                       : bad(diag, "wrong length", text, length);
        }
    }
    return bad(diag, "unknown part", text, length);
}

static int parse_name(struct token *token, const char *text, size_t length,
                      struct diag *diag)
{
    const char *at = memchr(text, '@', length);
    size_t name = at != NULL ? (size_t)(at - text) : 0;

    if (at == NULL || memchr(text, '/', name) != NULL ||
        copy(token->name, sizeof token->name, text, name) != 0 ||
        copy(token->hash, sizeof token->hash, at + 1, length - name - 1) != 0) {
        return bad(diag, "expected SCENARIO@HASH", text, length);
    }
    return 0;
}

int token_parse(const char *text, struct token *token, struct diag *diag)
{
    memset(token, 0, sizeof *token);
    if (strncmp(text, TOKEN_PREFIX, strlen(TOKEN_PREFIX)) != 0) {
        return bad(diag, "it does not begin with ol1:", text, strlen(text));
    }
    text += strlen(TOKEN_PREFIX);
    for (bool first = true; *text != '\0'; first = false) {
        /* fault texts hold no ':' */
        size_t length = strcspn(text, ":");
        int err = first ? parse_name(token, text, length, diag)
                        : parse_part(token, text, length, diag);

        if (err) {
            return err;
        }
        text += length;
        text += *text == ':' ? 1 : 0;
    }
    return token->name[0] != '\0' ? 0 : bad(diag, "it is empty", text, 0);
}

size_t token_print(const struct token *token, char *out, size_t size)
{
    int n = snprintf(out, size, TOKEN_PREFIX "%s@%s:seed=%" PRIu64, token->name,
                     token->hash, token->seed);
    size_t used = n > 0 ? (size_t)n : size;

    for (size_t i = 0; i < PARTS && used < size; i++) {
        n = snprintf(out + used, size - used, ":%s=%s", parts[i].key,
                     (const char *)token + parts[i].offset);
        used += n > 0 ? (size_t)n : size;
    }
    for (unsigned i = 0; i < token->faults && used < size; i++) {
        n = snprintf(out + used, size - used, "%s%s", i == 0 ? ":faults=" : "+",
                     token->fault[i]);
        used += n > 0 ? (size_t)n : size;
    }
    return used < size ? used : 0;
}
