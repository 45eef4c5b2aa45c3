/* SPDX-License-Identifier: MIT */
/*
 * Where a manifest says that something lies (RFC 3986, as far as a device needs
 * it): a path on the update server, or a place on a web server. Pure; input from
 * outside, of which every character is checked. Names are not resolved here.
 *
 *     image                          the update server's "image", over CoAP
 *     coap://ota.example/image       a CoAP server
 *     https://edge.example:8443/a/b  port 8443; without it the scheme's own
 */
#ifndef OTALAB_OTA_URI_H
#define OTALAB_OTA_URI_H

#include <stdbool.h>
#include <stdint.h>

#define URI_HOST 64u  /* longest host + 1 */
#define URI_PATH 128u /* longest path with its query + 1 */

enum uri_scheme {
    URI_RELATIVE = 0, /* no host and port; the path has no '/' in front */
    URI_COAP,
    URI_COAPS,
    URI_HTTP,
    URI_HTTPS
};

struct uri {
    uint8_t scheme; /* enum uri_scheme */
    uint16_t port;  /* never 0, except for URI_RELATIVE */
    char host[URI_HOST];
    char path[URI_PATH]; /* "/" at least, if there is a host */
};

/* Read `length` bytes. False if it is not one of these forms, or too long:
 * user names, fragments, dots as a path's part, and everything but visible ASCII
 * are refused. `out` is all zero then. */
bool uri_read(const char *text, uint32_t length, struct uri *out);

/* The port, if it is not the one that the scheme has anyway; otherwise 0. */
uint16_t uri_own_port(const struct uri *uri);

#endif
