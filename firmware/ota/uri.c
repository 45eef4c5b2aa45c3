/* SPDX-License-Identifier: MIT */
#include "ota/uri.h"

#include <string.h>

static const struct {
    const char *name;
    uint16_t port;
    uint8_t scheme;
} schemes[] = {
    {"coap://", 5683, URI_COAP},
    {"coaps://", 5684, URI_COAPS},
    {"http://", 80, URI_HTTP},
    {"https://", 443, URI_HTTPS},
};

/* What is left to read. */
struct rest {
    const char *at;
    uint32_t left;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_name(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           c == '-' || c == '.';
}

static bool is_path(char c)
{
    return c > ' ' && c <= '~' && strchr("\"#<>\\^`{|}", c) == NULL;
}

/* The characters for which `belongs` holds, as a string. False: none, or more
 * than `size` - 1. */
static bool take(struct rest *rest, bool (*belongs)(char c), char *out,
                 uint32_t size)
{
    uint32_t length = 0;

    while (length < rest->left && belongs(rest->at[length])) {
        length++;
    }
    if (length == 0 || length >= size) {
        return false;
    }
    memcpy(out, rest->at, length);
    out[length] = '\0';
    rest->at += length;
    rest->left -= length;
    return true;
}

static bool take_port(struct rest *rest, uint16_t *port)
{
    char digits[6];
    uint32_t value = 0;

    if (rest->left == 0 || *rest->at != ':') {
        return true;
    }
    rest->at++;
    rest->left--;
    if (!take(rest, is_digit, digits, sizeof(digits))) {
        return false;
    }
    for (const char *at = digits; *at != '\0'; at++) {
        value = value * 10u + (uint32_t)(*at - '0');
    }
    *port = (uint16_t)value;
    return value != 0 && value <= UINT16_MAX;
}

/* "." and ".." mean another path than the one that is written. */
static bool has_dots(const char *path)
{
    while (*path != '\0' && *path != '?') {
        size_t length = strcspn(path, "/?");

        if ((length == 1 || length == 2) && strspn(path, ".") >= length) {
            return true;
        }
        path += length + (path[length] == '/');
    }
    return false;
}

static bool take_path(struct rest *rest, struct uri *uri)
{
    return take(rest, is_path, uri->path, sizeof(uri->path)) &&
           rest->left == 0 && !has_dots(uri->path);
}

static bool take_place(struct rest *rest, struct uri *uri)
{
    if (!take(rest, is_name, uri->host, sizeof(uri->host)) ||
        !take_port(rest, &uri->port)) {
        return false;
    }
    if (rest->left == 0) {
        uri->path[0] = '/';
        return true;
    }
    return *rest->at == '/' && take_path(rest, uri);
}

static bool take_uri(struct rest *rest, struct uri *uri)
{
    for (unsigned i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        uint32_t length = (uint32_t)strlen(schemes[i].name);

        if (rest->left >= length &&
            memcmp(rest->at, schemes[i].name, length) == 0) {
            uri->scheme = schemes[i].scheme;
            uri->port = schemes[i].port;
            rest->at += length;
            rest->left -= length;
            return take_place(rest, uri);
        }
    }
    uri->scheme = URI_RELATIVE;
    return take_path(rest, uri) && uri->path[0] != '/' &&
           strchr(uri->path, ':') == NULL;
}

bool uri_read(const char *text, uint32_t length, struct uri *out)
{
    struct rest rest = {text, length};

    memset(out, 0, sizeof(*out));
    if (!take_uri(&rest, out)) {
        memset(out, 0, sizeof(*out));
        return false;
    }
    return true;
}

uint16_t uri_own_port(const struct uri *uri)
{
    for (unsigned i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        if (schemes[i].scheme == uri->scheme && schemes[i].port == uri->port) {
            return 0;
        }
    }
    return uri->port;
}
