/* SPDX-License-Identifier: MIT */
#include "engine/token.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN_PREFIX "ol1:"
#define ESCAPE '~'

struct token_part {
    const char *key;
    size_t offset; /* of a char array in struct token */
    size_t size;
    bool digest; /* eight hexadecimal digits */
    bool optional;
};

#define PART(key, member, ...)                             \
    {                                                      \
        key, offsetof(struct token, member),               \
            sizeof((struct token *)0)->member, __VA_ARGS__ \
    }

static const struct token_part parts[] = {
    PART("rom", rom, true, false),       PART("boot", boot, true, false),
    PART("images", images, true, false), PART("dtb", dtb, true, false),
    PART("qemu", qemu, false, false),    PART("rec", recording, true, true),
    PART("as", way, false, true),        PART("flash", flash, true, true),
};
#define PARTS (sizeof parts / sizeof parts[0])

static char *part_of(struct token *token, const struct token_part *part)
{
    return (char *)token + part->offset;
}

static int bad(struct diag *diag, const char *what, const char *at,
               size_t length)
{
    char shown[61] = "";

    for (size_t i = 0; i < length && i + 1 < sizeof shown; i++) {
        shown[i] = at[i] >= ' ' && at[i] <= '~' ? at[i] : '?';
    }
    return diag_fail(diag, OTALAB_ERR_USAGE,
                     "token: %s at '%s'; copy the whole line that a run "
                     "prints after 'replay'",
                     what, shown);
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

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || (c != '\0' && strchr(".,_=@%/-", c));
}

static bool all_plain(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (!is_plain(text[i])) {
            return false;
        }
    }
    return true;
}

static bool is_digest(const char *text, size_t length)
{
    return length == 8 && strspn(text, "0123456789abcdef") >= 8;
}

/* ---- faults ------------------------------------------------------------ */

static int hex_digit(char c)
{
    static const char digits[] = "0123456789ABCDEF";
    const char *at = c != '\0' ? strchr(digits, c) : NULL;

    return at != NULL ? (int)(at - digits) : -1;
}

/* Undo the escapes of one fault; -1 if it is invalid or does not fit. */
static int read_fault(char *out, size_t size, const char *text, size_t length)
{
    size_t used = 0;

    for (size_t i = 0; i < length; i++) {
        char c = text[i];

        if (c == ESCAPE) {
            int high = i + 2 < length ? hex_digit(text[i + 1]) : -1;
            int low = i + 2 < length ? hex_digit(text[i + 2]) : -1;

            c = high < 0 || low < 0 ? '\0' : (char)(high * 16 + low);
            i += 2;
        } else if (!is_plain(c)) {
            return -1;
        }
        if (c == '\0' || used + 1 >= size) {
            return -1;
        }
        out[used++] = c;
    }
    out[used] = '\0';
    return used > 0 ? 0 : -1;
}

static int parse_faults(struct token *token, const char *text, size_t length,
                        struct diag *diag)
{
    const char *end = text + length;

    while (text < end) {
        const char *plus = memchr(text, '+', (size_t)(end - text));
        size_t part = (size_t)((plus != NULL ? plus : end) - text);

        if (token->faults == TOKEN_FAULTS) {
            return bad(diag, "too many faults", text, part);
        }
        if (read_fault(token->fault[token->faults], TOKEN_FAULT_SIZE, text,
                       part) != 0) {
            return bad(diag, "an unreadable fault", text, part);
        }
        token->faults++;
        text += part + (plus != NULL ? 1 : 0);
    }
    return 0;
}

int token_add_fault(struct token *token, const char *text, struct diag *diag)
{
    if (token->faults == TOKEN_FAULTS) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "a token has room for %u faults; write the others "
                         "as steps of a scenario",
                         TOKEN_FAULTS);
    }
    if (copy(token->fault[token->faults], TOKEN_FAULT_SIZE, text,
             strlen(text)) != 0) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "fault '%.40s..': a token has room for 1 to %u "
                         "characters; write it as a step of a scenario",
                         text, TOKEN_FAULT_SIZE - 1u);
    }
    token->faults++;
    return 0;
}

/* ---- parsing ----------------------------------------------------------- */

static int parse_seed(struct token *token, const char *text, size_t length)
{
    char number[24];
    char *end = NULL;

    if (copy(number, sizeof number, text, length) != 0) {
        return -1;
    }
    errno = 0;
    token->seed = strtoull(number, &end, 10);
    return (number[0] >= '0' && number[0] <= '9' && *end == '\0' && errno == 0)
               ? 0
               : -1;
}

static int parse_value(struct token *token, const struct token_part *part,
                       const char *value, size_t length)
{
    char *out = part_of(token, part);

    if (out[0] != '\0' || !all_plain(value, length) ||
        (part->digest && !is_digest(value, length))) {
        return -1;
    }
    return copy(out, part->size, value, length);
}

/* KEY=VALUE, `length` bytes. */
static int parse_part(struct token *token, const char *text, size_t length,
                      bool *seeded, struct diag *diag)
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
        *seeded = parse_seed(token, equals + 1, value) == 0;
        return *seeded ? 0 : bad(diag, "not a number", text, length);
    }
    for (size_t i = 0; i < PARTS; i++) {
        if (strlen(parts[i].key) == key &&
            memcmp(text, parts[i].key, key) == 0) {
            return parse_value(token, &parts[i], equals + 1, value) == 0
                       ? 0
                       : bad(diag, "not a valid value", text, length);
        }
    }
    return bad(diag, "unknown part", text, length);
}

static int parse_name(struct token *token, const char *text, size_t length,
                      struct diag *diag)
{
    const char *at = memchr(text, '@', length);
    size_t name = at != NULL ? (size_t)(at - text) : 0;

    if (at == NULL || !all_plain(text, name) ||
        memchr(text, '/', name) != NULL ||
        copy(token->name, sizeof token->name, text, name) != 0 ||
        !is_digest(at + 1, length - name - 1) ||
        copy(token->hash, sizeof token->hash, at + 1, length - name - 1) != 0) {
        return bad(diag, "expected SCENARIO@HASH", text, length);
    }
    return 0;
}

/* Say what is missing in a truncated line. */
static int check_complete(struct token *token, bool seeded, struct diag *diag)
{
    if (!seeded) {
        return bad(diag, "'seed=' is missing", "", 0);
    }
    for (size_t i = 0; i < PARTS; i++) {
        if (!parts[i].optional && part_of(token, &parts[i])[0] == '\0') {
            return bad(diag, "a part is missing", parts[i].key,
                       strlen(parts[i].key));
        }
    }
    return 0;
}

int token_parse(const char *text, struct token *token, struct diag *diag)
{
    bool seeded = false;

    memset(token, 0, sizeof *token);
    if (strncmp(text, TOKEN_PREFIX, strlen(TOKEN_PREFIX)) != 0) {
        return bad(diag, "it does not begin with ol1:", text, strlen(text));
    }
    text += strlen(TOKEN_PREFIX);
    for (bool first = true;; first = false) {
        size_t length = strcspn(text, ":");
        int err = first ? parse_name(token, text, length, diag)
                        : parse_part(token, text, length, &seeded, diag);

        if (err) {
            return err;
        }
        if (text[length] == '\0') {
            break;
        }
        text += length + 1;
    }
    return check_complete(token, seeded, diag);
}

/* ---- printing ---------------------------------------------------------- */

struct line {
    char *out;
    size_t size;
    size_t used; /* >= size: it did not fit */
};

static void put(struct line *line, char c)
{
    if (line->used + 1 < line->size) {
        line->out[line->used] = c;
        line->out[line->used + 1] = '\0';
    }
    line->used++;
}

static void put_text(struct line *line, const char *text)
{
    for (; *text != '\0'; text++) {
        put(line, *text);
    }
}

static void put_fault(struct line *line, const char *text)
{
    static const char digits[] = "0123456789ABCDEF";

    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;

        if (is_plain(*text)) {
            put(line, *text);
        } else {
            put(line, ESCAPE);
            put(line, digits[byte >> 4]);
            put(line, digits[byte & 15u]);
        }
    }
}

size_t token_print(const struct token *token, char *out, size_t size)
{
    struct line line = {.out = out, .size = size};
    char number[24];

    snprintf(number, sizeof number, "%" PRIu64, token->seed);
    put_text(&line, TOKEN_PREFIX);
    put_text(&line, token->name);
    put(&line, '@');
    put_text(&line, token->hash);
    put_text(&line, ":seed=");
    put_text(&line, number);
    for (size_t i = 0; i < PARTS; i++) {
        const char *value = (const char *)token + parts[i].offset;

        if (*value != '\0') {
            put(&line, ':');
            put_text(&line, parts[i].key);
            put(&line, '=');
            put_text(&line, value);
        }
    }
    for (unsigned i = 0; i < token->faults; i++) {
        put_text(&line, i == 0 ? ":faults=" : "+");
        put_fault(&line, token->fault[i]);
    }
    return line.used < size ? line.used : 0;
}
