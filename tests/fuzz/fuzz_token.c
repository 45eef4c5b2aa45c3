/* SPDX-License-Identifier: MIT */
/* Tokens of arbitrary text: refused with one line, or read; what was read is
 * printed and reads back as the same. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/token.h"

#define BEGINNING "ol1:a@00000000:seed=1:"

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void check_text(const char *text)
{
    struct token token;
    struct token again;
    struct diag diag = {{0}};
    static char printed[TOKEN_MAX];
    int err = token_parse(text, &token, &diag);

    if (err) {
        require(err == OTALAB_ERR_USAGE && diag.text[0] != '\0');
        require(strchr(diag.text, '\n') == NULL);
        return;
    }
    require(token_print(&token, printed, sizeof printed) == strlen(printed));
    require(printed[0] != '\0' && strpbrk(printed, " '\"\n") == NULL);
    require(token_parse(printed, &again, &diag) == 0);
    require(memcmp(&token, &again, sizeof token) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char complete[] =
        BEGINNING "rom=00000000:boot=00000000:images=00000000:dtb=00000000:"
                  "qemu=7.2:faults=";
    static char text[4096];

    if (size > sizeof text - sizeof complete) {
        return 0;
    }
    /* from nothing, within the parts, within the faults */
    const char *const heads[] = {"", BEGINNING, complete};
    for (unsigned i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        size_t head = strlen(heads[i]);

        memcpy(text, heads[i], head);
        memcpy(text + head, data, size);
        text[head + size] = '\0';
        check_text(text);
    }
    return 0;
}
