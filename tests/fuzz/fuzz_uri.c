/* SPDX-License-Identifier: MIT */
/* Places of arbitrary bytes; what is read, written again, is read to the
 * same. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ota/uri.h"

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void write_again(const struct uri *uri)
{
    static const char *const names[] = {"", "coap://", "coaps://", "http://",
                                        "https://"};
    char text[URI_HOST + URI_PATH + 32];
    char port[8] = "";
    struct uri again;

    if (uri->scheme != URI_RELATIVE) {
        snprintf(port, sizeof(port), ":%u", uri->port);
    }
    int length = snprintf(text, sizeof(text), "%s%s%s%s", names[uri->scheme],
                          uri->host, port, uri->path);
    require(length > 0 && (size_t)length < sizeof(text));
    require(uri_read(text, (uint32_t)length, &again));
    require(memcmp(&again, uri, sizeof(again)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct uri uri;
    char *text = malloc(size + 1); /* its end is watched */

    require(text != NULL);
    memcpy(text, data, size);
    if (uri_read(text, (uint32_t)size, &uri)) {
        require(uri.scheme <= URI_HTTPS);
        require(memchr(uri.host, '\0', sizeof(uri.host)) != NULL);
        require(memchr(uri.path, '\0', sizeof(uri.path)) != NULL);
        write_again(&uri);
    }
    free(text);
    return 0;
}
