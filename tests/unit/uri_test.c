/* SPDX-License-Identifier: MIT */
/* Places as manifests name them, and what is none. */
#include "ota/uri.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct {
    const char *text;
    struct uri uri;
} good[] = {
    {"image", {URI_RELATIVE, 0, "", "image"}},
    {"a/b?c=d/../e", {URI_RELATIVE, 0, "", "a/b?c=d/../e"}},
    {"coap://ota.example/image", {URI_COAP, 5683, "ota.example", "/image"}},
    {"coaps://10.0.0.1:1/x", {URI_COAPS, 1, "10.0.0.1", "/x"}},
    {"http://h", {URI_HTTP, 80, "h", "/"}},
    {"https://edge.example:65535/a/b.img?v=1",
     {URI_HTTPS, 65535, "edge.example", "/a/b.img?v=1"}},
    {"https://h/.../a..b/.c", {URI_HTTPS, 443, "h", "/.../a..b/.c"}},
};

Test(uri, reads_each_form)
{
    struct uri uri;

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        const struct uri *want = &good[i].uri;

        cr_assert(uri_read(good[i].text, (uint32_t)strlen(good[i].text), &uri),
                  "%s", good[i].text);
        cr_assert_eq(uri.scheme, want->scheme, "%s", good[i].text);
        cr_assert_eq(uri.port, want->port, "%s", good[i].text);
        cr_assert_str_eq(uri.host, want->host);
        cr_assert_str_eq(uri.path, want->path);
    }
}

Test(uri, knows_a_port_of_its_own)
{
    struct uri uri;

    cr_assert(uri_read("https://h:8443/", 15, &uri));
    cr_assert_eq(uri_own_port(&uri), 8443);
    cr_assert(uri_read("https://h:443/", 14, &uri));
    cr_assert_eq(uri_own_port(&uri), 0);
    cr_assert(uri_read("http://h:443/", 13, &uri));
    cr_assert_eq(uri_own_port(&uri), 443);
    cr_assert(uri_read("image", 5, &uri));
    cr_assert_eq(uri_own_port(&uri), 0);
}

static const char *const bad[] = {
    "",
    "/image",
    "ftp://h/x",
    "HTTPS://h/x",
    "mailto:x",
    "https://",
    "https:///x",
    "https://user@h/x",
    "https://[::1]/x",
    "https://h:/x",
    "https://h:0/x",
    "https://h:65536/x",
    "https://h:99999999999/x",
    "https://h:8x/x",
    "https://h?x",
    "https://h/x#y",
    "https://h/a b",
    "https://h/a\r\nX: y",
    "https://h/\x80",
    "https://h/../x",
    "https://h/a/..",
    "https://h/./x",
    "https://h/.",
    "..",
    "a/../b",
    "https://0123456789012345678901234567890123456789012345678901234567890123/",
};

Test(uri, refuses_everything_else)
{
    static const struct uri zero;
    struct uri uri;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        cr_assert_not(uri_read(bad[i], (uint32_t)strlen(bad[i]), &uri), "%s",
                      bad[i]);
        cr_assert_eq(memcmp(&uri, &zero, sizeof(zero)), 0);
    }
    cr_assert_not(uri_read("im\0ge", 5, &uri));
}

Test(uri, holds_its_limits)
{
    char text[URI_PATH + 20];
    struct uri uri;

    memset(text, 'x', sizeof(text));
    cr_assert(uri_read(text, URI_PATH - 1u, &uri));
    cr_assert_not(uri_read(text, URI_PATH, &uri));
    memcpy(text, "https://h/", 10);
    cr_assert(uri_read(text, 9 + URI_PATH - 1u, &uri));
    cr_assert_not(uri_read(text, 9 + URI_PATH, &uri));
}
